//! The certificate index: how certificates lie in a key-value store so that listing runs in counter order, and what the
//! store's answers are worth.
//!
//! Keys: `counter/hash` for a certificate registered alone, `first-last/hash` for the certificates of a batch, counters
//! as 16 hexadecimal digits. A certificate lies whole in the key's metadata; those of a batch are lines of the value.
//! Keys are never overwritten with anything else, so writing one again is harmless. For that reason the certificate of a
//! rotation has a key of its own and the one it replaces stays where it is: which of them holds, the ledger says.
//!
//! The store is eventually consistent and believed in nothing: every certificate from it counts only by the safe's own
//! signature, and its silence counts for nothing.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use saifu_crypto::hash;
use saifu_protocol::certificate::read_claims_unverified;
use saifu_protocol::message::ListItem;
use saifu_protocol::{Counter, PublicKey, b64};

use crate::ledger::{Layout, Publication};
use serde::{Deserialize, Serialize};

/// The most counters, or pages, one request has the index asked about. A question is at most two blocks of keys, so ten
/// of them list 20 times where every block fits one list: a fiftieth of the 1,000 lists a day of the free plan of
/// Workers KV, and of the 1,000 operations one request may do there. A wallet presents and lists one at a time.
pub const MAX_QUESTIONS: usize = 10;

/// The longest cursor that is taken from a wallet. A key of Workers KV has at most 512 bytes, and the store's own cursor
/// is such a key encoded, with little around it: both together stay below 2 KiB.
pub const MAX_CURSOR_BYTES: usize = 2_048;

/// What the index said. Nothing of it is proven yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// The certificates it has for the counters it was asked about.
    pub certificates: Vec<String>,
    /// The pages it was asked for, in the order of the request.
    pub pages: Vec<IndexPage>,
}

/// Where a page begins: in one of the store's lists, after a key. A page may end in the middle of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The store's own cursor; empty for its first list.
    pub store: String,
    /// The last key that was read of that list; empty if none was.
    pub key: String,
}

impl Cursor {
    /// Reads what a wallet sent; without anything it is the beginning. `None`: it never was a cursor of this safe.
    pub fn read(after: Option<&str>) -> Option<Self> {
        let Some(text) = after else {
            return Some(Self::default());
        };
        if text.len() > MAX_CURSOR_BYTES {
            return None;
        }
        let (store, key) = text.rsplit_once('~')?;
        Some(Self {
            store: store.into(),
            key: key.into(),
        })
    }

    /// As the wallet gets it.
    pub fn write(&self) -> String {
        format!("{}~{}", self.store, self.key)
    }
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexPage {
    /// The index did not answer.
    Unavailable,
    /// It did.
    Read {
        /// The certificates with the account's tag, in the order of their keys.
        certificates: Vec<String>,
        /// Where the next page begins.
        next: Option<String>,
    },
}

/// What to ask the index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Questions {
    /// Certificates of these counters.
    pub counters: Vec<Counter>,
    /// Pages of certificates of this account.
    pub pages: Option<(PublicKey, Vec<ListItem>)>,
}

impl Questions {
    /// Whether there is nothing to ask.
    pub fn is_empty(&self) -> bool {
        self.counters.is_empty() && self.pages.is_none()
    }

    /// The answer of an index that does not answer.
    pub fn unanswered(&self) -> Evidence {
        let pages = self.pages.iter().flat_map(|(_, items)| items);
        Evidence {
            certificates: Vec::new(),
            pages: pages.map(|_| IndexPage::Unavailable).collect(),
        }
    }
}

/// One key to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// The key.
    pub key: String,
    /// The value: empty, or certificates as lines.
    pub value: String,
    /// The metadata.
    pub metadata: Metadata,
}

/// What lies beside a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The account's tag.
    #[serde(rename = "a")]
    pub account: String,
    /// The certificate, if there is one only.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

/// The most bytes of metadata that Workers KV takes, as JSON.
pub const MAX_METADATA_BYTES: usize = 1_024;

/// The tag of an account: 48 bits, what fits beside the largest certificate. It sorts; it proves nothing.
pub fn tag(account: &PublicKey) -> String {
    let hash = hash::sha256(account.as_bytes());
    let (tag, _) = hash.split_at(6);
    b64::encode(tag)
}

/// The keys to write for a batch: of a registration one, unless its counters wrapped, then one for each ascending run; of
/// a rotation one for each certificate.
pub fn puts(publication: &Publication) -> Vec<Put> {
    let account = tag(&publication.account);
    let mut runs: Vec<Vec<&(Counter, String)>> = Vec::new();
    for certificate in &publication.certificates {
        match runs.last_mut() {
            Some(run)
                if publication.layout == Layout::Together
                    && run.last().is_some_and(|last| last.0 < certificate.0) =>
            {
                run.push(certificate);
            }
            _ => runs.push(alloc::vec![certificate]),
        }
    }
    runs.into_iter()
        .filter_map(|run| match run.as_slice() {
            [] => None,
            [(counter, certificate)] => Some(Put {
                key: format!("{}/{}", hex(*counter), short_hash(certificate)),
                value: String::new(),
                metadata: Metadata {
                    account: account.clone(),
                    certificate: Some(certificate.clone()),
                },
            }),
            [(first, certificate), .., (last, _)] => Some(Put {
                key: format!("{}-{}/{}", hex(*first), hex(*last), short_hash(certificate)),
                value: run
                    .iter()
                    .map(|(_, certificate)| certificate.as_str())
                    .collect::<Vec<_>>()
                    .join("\n"),
                metadata: Metadata {
                    account: account.clone(),
                    certificate: None,
                },
            }),
        })
        .collect()
}

/// The prefixes to list to find every key that may hold a certificate with this counter: the block of 256 it lies in,
/// and the block before it if a batch of at most 100 may reach over from there.
pub fn prefixes(counter: Counter) -> Vec<String> {
    const BLOCK: u64 = 256;
    let longest = saifu_protocol::limits::MAX_ITEMS as u64;
    let block = |first: u64| format!("{:014x}", first / BLOCK);
    let number = counter.get();
    let own = block(number);
    let reaching = block(number.saturating_sub(longest - 1));
    if own == reaching {
        alloc::vec![own]
    } else {
        alloc::vec![reaching, own]
    }
}

/// Whether a key may hold the certificate with this counter.
pub fn covers(key: &str, counter: Counter) -> bool {
    let Some((range, _)) = key.split_once('/') else {
        return false;
    };
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let read = |text: &str| u64::from_str_radix(text, 16).ok();
    match (read(first), read(last)) {
        (Some(first), Some(last)) => (first..=last).contains(&counter.get()),
        _ => false,
    }
}

/// Those of some certificates that say they have this counter: a key of a batch has up to 99 others.
pub fn with_counter(certificates: Vec<String>, counter: Counter) -> impl Iterator<Item = String> {
    certificates.into_iter().filter(move |compact| {
        read_claims_unverified(compact).is_ok_and(|claims| claims.counter == counter)
    })
}

/// The certificates of one key.
pub fn certificates(metadata: &Metadata, value: &str) -> Vec<String> {
    match &metadata.certificate {
        Some(certificate) => alloc::vec![certificate.clone()],
        None => value.lines().map(ToString::to_string).collect(),
    }
}

fn hex(counter: Counter) -> String {
    format!("{:016x}", counter.get())
}

/// Tells keys of equal counters apart: 96 bits of the hash over the first certificate.
fn short_hash(certificate: &str) -> String {
    let hash = hash::sha256(certificate.as_bytes());
    let (short, _) = hash.split_at(12);
    b64::encode(short)
}

/// An index in memory: for the simulation and for tests. Clone it to keep a stale one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemoryIndex {
    keys: BTreeMap<String, (String, Metadata)>,
}

/// How many certificates a page of [`MemoryIndex`] has.
const PAGE: usize = 100;

impl MemoryIndex {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a key.
    pub fn put(&mut self, put: Put) {
        self.keys.insert(put.key, (put.value, put.metadata));
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Answers.
    pub fn answer(&self, questions: &Questions) -> Evidence {
        let found = questions.counters.iter().flat_map(|counter| {
            self.keys
                .iter()
                .filter(|(key, _)| covers(key, *counter))
                .flat_map(|(_, (value, metadata))| {
                    with_counter(certificates(metadata, value), *counter)
                })
        });
        let pages = questions.pages.iter().flat_map(|(account, items)| {
            let tag = tag(account);
            items
                .iter()
                .map(move |item| self.page(&tag, item.after.as_deref()))
        });
        Evidence {
            certificates: found.collect(),
            pages: pages.collect(),
        }
    }

    fn page(&self, tag: &str, after: Option<&str>) -> IndexPage {
        let Some(Cursor { key: after, .. }) = Cursor::read(after) else {
            return IndexPage::Unavailable;
        };
        let mut read = Vec::new();
        let mut next = None;
        for (key, (value, metadata)) in self.keys.iter().filter(|(key, _)| **key > after) {
            if metadata.account != tag {
                continue;
            }
            if read.len() >= PAGE {
                break;
            }
            read.extend(certificates(metadata, value));
            next = (read.len() >= PAGE).then(|| {
                let key = key.clone();
                let store = String::new();
                Cursor { store, key }.write()
            });
        }
        IndexPage::Read {
            certificates: read,
            next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn publication(counters: &[u64]) -> Publication {
        Publication {
            seq: 1,
            account: PublicKey::new([1; 32]),
            certificates: counters
                .iter()
                .map(|n| (Counter::new(*n).unwrap(), format!("certificate {n}")))
                .collect(),
            layout: Layout::Together,
        }
    }

    #[test]
    fn a_key_for_each_certificate_of_a_rotation() {
        let rotated = Publication {
            layout: Layout::Alone,
            ..publication(&[5, 6, 7])
        };
        let keys = puts(&rotated);
        assert_eq!(keys.len(), 3);
        // Where one of them was rotated again, the others keep their keys.
        let rest = Publication {
            layout: Layout::Alone,
            ..publication(&[5, 7])
        };
        assert_eq!(puts(&rest), [keys[0].clone(), keys[2].clone()]);
    }

    #[test]
    fn one_key_for_a_batch_and_one_more_where_it_wraps() {
        assert_eq!(puts(&publication(&[])).len(), 0);
        let alone = puts(&publication(&[5]));
        assert_eq!(alone.len(), 1);
        assert!(alone[0].key.starts_with("0000000000000005/"));
        assert_eq!(alone[0].value, "");
        let batch = puts(&publication(&[5, 6, 7]));
        assert_eq!(batch.len(), 1);
        assert!(
            batch[0]
                .key
                .starts_with("0000000000000005-0000000000000007/")
        );
        assert_eq!(batch[0].value.lines().count(), 3);
        let wrapped = puts(&publication(&[2, 3, 0, 1, 2, 3, 0]));
        assert_eq!(wrapped.len(), 3);
    }

    #[test]
    fn every_counter_of_a_batch_is_found_by_prefix_and_key() {
        for first in [0_u64, 1, 200, 255, 256, 300, (1 << 53) - 100] {
            let counters: Vec<u64> = (first..first + 100).collect();
            let put = puts(&publication(&counters)).remove(0);
            for n in counters {
                let counter = Counter::new(n).unwrap();
                assert!(covers(&put.key, counter));
                assert!(
                    prefixes(counter)
                        .iter()
                        .any(|prefix| put.key.starts_with(prefix)),
                    "{n} in {}",
                    put.key
                );
            }
            assert!(!covers(
                &put.key,
                Counter::new(first.wrapping_sub(1) % (1 << 53)).unwrap()
            ));
        }
    }

    #[test]
    fn metadata_of_the_largest_certificate_fits() {
        let metadata = Metadata {
            account: tag(&PublicKey::new([0xFF; 32])),
            certificate: Some("A".repeat(saifu_protocol::limits::MAX_CERTIFICATE_BYTES)),
        };
        assert!(serde_json::to_vec(&metadata).unwrap().len() <= MAX_METADATA_BYTES);
    }

    #[test]
    fn foreign_keys_cover_nothing() {
        for key in ["", "/", "-/", "zz/x", "0000000000000001", "1-/x"] {
            assert!(!covers(key, Counter::new(1).unwrap()), "{key}");
        }
    }

    #[test]
    fn cursors_read_back_and_nothing_else_reads() {
        assert_eq!(Cursor::read(None), Some(Cursor::default()));
        for (store, key) in [("", ""), ("", "a/b"), ("store~cursor", "a-b/c")] {
            let (store, key) = (store.into(), key.into());
            let cursor = Cursor { store, key };
            assert_eq!(Cursor::read(Some(&cursor.write())), Some(cursor));
        }
        let longest = format!("{}~", "x".repeat(MAX_CURSOR_BYTES - 1));
        assert!(Cursor::read(Some(&longest)).is_some());
        for text in [format!("x{longest}"), String::new(), "no cursor".into()] {
            assert_eq!(Cursor::read(Some(&text)), None);
        }
    }

    #[test]
    fn pages_run_in_counter_order_and_end() {
        let mut index = MemoryIndex::new();
        for first in (0..300).rev().step_by(3) {
            for put in puts(&publication(&[first - 2, first - 1, first])) {
                index.put(put);
            }
        }
        let mut after = None;
        let mut all = Vec::new();
        loop {
            let questions = Questions {
                counters: Vec::new(),
                pages: Some((PublicKey::new([1; 32]), vec![ListItem { after }])),
            };
            let IndexPage::Read { certificates, next } = index.answer(&questions).pages.remove(0)
            else {
                unreachable!()
            };
            all.extend(certificates);
            if next.is_none() {
                break;
            }
            after = next;
        }
        let wanted: Vec<String> = (0..300).map(|n| format!("certificate {n}")).collect();
        assert_eq!(all, wanted);
    }
}
