//! The border of the wallet: the events it is fed and the effects it hands out.
//!
//! Whoever drives the wallet is a dumb loop: carry out each effect, feed back what came of it. Two promises of the loop
//! carry the weight. A [`Effect::Commit`] is one transaction, and [`Event::Committed`] means it is durable — the effects
//! that depend on it come only after that. And [`Event::CommitFailed`] means nothing of it was stored.

use crate::ids::{FlowId, ItemId};
use crate::intent::Intent;
use crate::lock::Standing;
use crate::view::Part;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::CryptoRng;
use saifu_crypto::stretch::Stretch;
use saifu_protocol::UnixTime;
use saifu_protocol::value::Date;

/// What surrounds one event.
pub struct Context<'a> {
    /// Milliseconds since 1970-01-01T00:00:00Z, by this device's clock.
    pub now_ms: u64,
    /// The day where the owner is.
    pub today: Date,
    /// By how many minutes the owner's clock is ahead of UTC.
    pub offset_minutes: i16,
    /// Randomness.
    pub rng: &'a mut dyn CryptoRng,
    /// How dear a guess of name and secret is.
    pub stretch: Stretch,
}

/// What the wallet is told.
#[derive(Debug)]
pub enum Event {
    /// The owner wants something.
    Intent(Intent),
    /// The last [`Effect::Commit`] is durable.
    Committed,
    /// Nothing of the last [`Effect::Commit`] was stored.
    CommitFailed(CommitError),
    /// A body was read; `None` if there is none, or it does not open.
    Loaded {
        /// From [`Effect::Load`].
        load: u64,
        /// The body.
        body: Option<Body>,
    },
    /// A request was answered or not.
    Answered {
        /// From [`Effect::Ask`].
        ask: u64,
        /// The answer; `None` if there was none in time, or it broke off.
        answer: Option<Answer>,
    },
    /// The time of an [`Effect::Wake`] is over.
    Woke {
        /// From [`Effect::Wake`].
        wake: u64,
    },
    /// What the platform says of itself now: told once a minute, and whenever something of it has changed.
    Signals(crate::rules::Reading),
    /// The device is on-line again, or the wallet is looked at again.
    Encouraged,
    /// The lock of this device has changed.
    Lock(Standing),
    /// The page is about to go, or the wallet is about to be locked: this may be the last it is told.
    Leaving,
    /// What an [`Effect::Keep`] of this flow's had was not kept.
    NotKept(FlowId),
}

/// Why a transaction was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitError {
    /// The expected version is not the stored one: another tab took over. This wallet stops.
    Fenced,
    /// The quota is used up.
    Full,
    /// Anything else.
    Failed,
}

/// What the wallet wants done.
#[derive(Debug)]
pub enum Effect {
    /// Store this in one transaction. At most one is under way at a time.
    Commit(Batch),
    /// Read the body of an item.
    Load {
        /// To answer with.
        load: u64,
        /// The item.
        item: ItemId,
    },
    /// Send an HTTP request. Give up after [`ASK_TIMEOUT_MS`], and on answers above [`MAX_ANSWER_BYTES`].
    Ask(Ask),
    /// Tell when so much time is over.
    Wake {
        /// To answer with.
        wake: u64,
        /// In so many milliseconds.
        after_ms: u64,
    },
    /// Show this.
    Show(Vec<Part>),
    /// Remind the owner once this time has passed and the wallet is closed; of nothing any more.
    Remind(Option<UnixTime>),
    /// Keep this, so that it can be sent while the wallet is locked or closed. What cannot be kept is sent by the wallet later;
    /// [`Event::NotKept`] says so.
    Keep(Upload),
    /// Something lies there already: whoever is to send it is to be told again, for they may have given up while the wallet was open.
    StillKept,
}

/// A registration that may be sent while nobody looks. Whoever keeps it learns which safe, how large, and by which account; what is
/// inside only the safe reads.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    /// Whose it is. It may not be sent any more once a transaction [recalls](Batch::recalls) it.
    pub flow: FlowId,
    /// Where to, by `POST`.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Until when the safe takes it, in milliseconds since 1970-01-01T00:00:00Z by this device's clock.
    pub until_ms: u64,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("flow", &self.flow)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// How long a request may take, in milliseconds.
pub const ASK_TIMEOUT_MS: u64 = 20_000;

/// The largest answer that is read: the largest request a safe takes, and as much again for what it adds.
pub const MAX_ANSWER_BYTES: usize = 2 * saifu_protocol::limits::MAX_REQUEST_BYTES;

/// An HTTP request.
#[derive(Clone, PartialEq, Eq)]
pub struct Ask {
    /// To answer with.
    pub ask: u64,
    /// `GET` without a body, `POST` with one.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body of a `POST`.
    pub body: Option<Vec<u8>>,
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask")
            .field("ask", &self.ask)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// An HTTP answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// The body of an item: bytes that are read only when needed.
#[derive(Clone, PartialEq, Eq, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct Body(Vec<u8>);

impl Body {
    /// Takes over the bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

/// Where a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// One page of the index (851): summaries of up to 64 items.
    Page(u32),
    /// One body: a value's object, or a certificate with its holder's key.
    Body(ItemId),
    /// A trusted safe.
    Safe(saifu_protocol::SafeId),
    /// A journal entry.
    Flow(FlowId),
    /// A notice.
    Notice(ItemId),
    /// Who this wallet is to itself.
    Identity,
    /// Who the owner is to their safes.
    Owner,
    /// Which plan a value gets if its owner does not choose.
    Policy,
    /// What is backed up and fetched by itself.
    Rules,
    /// What rules have done.
    Activity,
    /// How long others wait, and who does.
    Watch,
    /// Settings and the conservation account.
    Ledger,
}

impl Key {
    /// The name of the record in the store. Never changes.
    pub fn name(&self) -> String {
        match self {
            Key::Page(page) => alloc::format!("page/{page:08}"),
            Key::Body(item) => alloc::format!("body/{item}"),
            Key::Safe(safe) => alloc::format!("safe/{safe}"),
            Key::Flow(flow) => alloc::format!("flow/{flow}"),
            Key::Notice(notice) => alloc::format!("notice/{notice}"),
            Key::Identity => "identity".into(),
            Key::Owner => "owner".into(),
            Key::Policy => "policy".into(),
            Key::Rules => "rules".into(),
            Key::Activity => "activity".into(),
            Key::Watch => "watch".into(),
            Key::Ledger => "ledger".into(),
        }
    }

    /// The record with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "ledger" => return Some(Key::Ledger),
            "identity" => return Some(Key::Identity),
            "owner" => return Some(Key::Owner),
            "policy" => return Some(Key::Policy),
            "rules" => return Some(Key::Rules),
            "activity" => return Some(Key::Activity),
            "watch" => return Some(Key::Watch),
            _ => {}
        }
        let (kind, id) = name.split_once('/')?;
        let key = match kind {
            "page" => Key::Page(id.parse().ok()?),
            "body" => Key::Body(ItemId::parse(id).ok()?),
            "safe" => Key::Safe(saifu_protocol::SafeId::parse(id).ok()?),
            "flow" => Key::Flow(FlowId::parse(id).ok()?),
            "notice" => Key::Notice(ItemId::parse(id).ok()?),
            _ => return None,
        };
        (key.name() == name).then_some(key)
    }

    /// Whether it is read when the wallet is opened. Bodies are read one by one, when needed.
    pub fn is_read_on_open(&self) -> bool {
        !matches!(self, Key::Body(_))
    }
}

/// One transaction on the wallet store.
#[derive(Clone, PartialEq, Eq)]
pub struct Batch {
    /// The version the store must have; it has the next one afterwards. A tab that took over has raised it, so this one
    /// is fenced off.
    pub expected_version: u64,
    /// Records to write.
    pub puts: Vec<(Key, Body)>,
    /// Records to delete.
    pub deletes: Vec<Key>,
    /// How sure it must be before [`Event::Committed`].
    pub durability: Durability,
}

impl Batch {
    /// How many bytes it writes, at least.
    pub(crate) fn bytes(&self) -> u64 {
        let sizes = self.puts.iter().map(|(_, body)| body.as_bytes().len());
        sizes.sum::<usize>() as u64
    }

    /// Whose uploads are not to be sent any more: of every flow that goes on, is called off or ends with it. They go in the same
    /// transaction.
    pub fn recalls(&self) -> impl Iterator<Item = FlowId> {
        let put = self.puts.iter().map(|(key, _)| key);
        put.chain(&self.deletes).filter_map(|key| match key {
            Key::Flow(flow) => Some(*flow),
            _ => None,
        })
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let puts: Vec<&Key> = self.puts.iter().map(|(key, _)| key).collect();
        f.debug_struct("Batch")
            .field("expected_version", &self.expected_version)
            .field("puts", &puts)
            .field("deletes", &self.deletes)
            .field("durability", &self.durability)
            .finish()
    }
}

/// How sure a transaction must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It guards something irrecoverable: on the medium, not only handed to the operating system.
    Strict,
    /// Losing it in a power cut costs a repetition.
    Relaxed,
}

/// What was read when the store was opened: its version and every record for which [`Key::is_read_on_open`] holds.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    /// The version.
    pub version: u64,
    /// The records.
    pub records: Vec<(Key, Body)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_protocol::SafeId;

    #[test]
    fn names_of_records_read_back() {
        for key in [
            Key::Page(7),
            Key::Body(ItemId::new([1; 16])),
            Key::Safe(SafeId::new([1; 32])),
            Key::Flow(FlowId::new([1; 16])),
            Key::Notice(ItemId::new([1; 16])),
            Key::Identity,
            Key::Owner,
            Key::Policy,
            Key::Rules,
            Key::Activity,
            Key::Watch,
            Key::Ledger,
        ] {
            assert_eq!(Key::from_name(&key.name()), Some(key));
        }
        for foreign in ["", "page", "page/7", "page/x", "body/", "other/1"] {
            assert_eq!(Key::from_name(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_transaction_recalls_the_uploads_of_every_flow_it_touches() {
        let flow = |byte| FlowId::new([byte; 16]);
        let batch = Batch {
            expected_version: 1,
            puts: alloc::vec![
                (Key::Flow(flow(1)), Body::new(Vec::new())),
                (Key::Ledger, Body::new(Vec::new())),
            ],
            deletes: alloc::vec![Key::Body(ItemId::new([2; 16])), Key::Flow(flow(3))],
            durability: Durability::Strict,
        };
        let recalled: Vec<FlowId> = batch.recalls().collect();
        assert_eq!(recalled, [flow(1), flow(3)]);
    }
}
