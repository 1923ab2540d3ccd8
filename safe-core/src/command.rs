//! Commands: what is asked, after signatures were checked and bodies opened. No text of the wire reaches further in.

use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::hash;
use saifu_protocol::certificate::{ObjectHash, read_claims_unverified};
use saifu_protocol::hold::{self, AskedItem};
use saifu_protocol::limits::MAX_WAIT;
use saifu_protocol::message::{
    EndItem, ListItem, Presented, RecoverItem, RegisterItem, RotateItem, Target,
};
use saifu_protocol::owner::Note;
use saifu_protocol::possession::AuditItem;
use saifu_protocol::presentation::{self, Act, NO_SESSION, Purpose};
use saifu_protocol::{
    CertificateDigest, Counter, HolderId, PublicKey, RequestId, SafeId, SessionId, json,
};

/// What a safe is asked to do.
#[derive(Clone)]
pub enum Command {
    /// Register objects.
    Register(Registration),
    /// Hand objects out.
    Recover(Vec<Claim>),
    /// Hand objects out to sessions of their owner, also where another session has them.
    TakeOver(Vec<Claim>),
    /// Hand out to their owner once more what was handed out.
    LastResort(Vec<Claim>),
    /// Confirm that objects arrived.
    Ack(Vec<Claim>),
    /// Give claims back.
    Return(Vec<Claim>),
    /// End entries without handing them out.
    Retire {
        /// Who asks.
        account: PublicKey,
        /// What to end.
        items: Vec<RetireItem>,
    },
    /// Bind entries to other holders.
    Rotate {
        /// Who asks, and is to have them listed.
        account: PublicKey,
        /// The request: what makes a repeat one.
        request: RequestId,
        /// What to bind to whom.
        items: Vec<Succession>,
    },
    /// Say how long others wait.
    Wait(Vec<WaitItem>),
    /// Show chunks of objects.
    Audit(Vec<Look>),
    /// Say who waits, and what becomes of them.
    Asked {
        /// Whose entries.
        account: PublicKey,
        /// What is asked.
        item: AskedItem,
    },
    /// List certificates.
    List {
        /// Whose.
        account: PublicKey,
        /// Which pages.
        items: Vec<ListItem>,
    },
}

/// A registration.
#[derive(Clone)]
pub struct Registration {
    /// Who registers.
    pub account: PublicKey,
    /// The request.
    pub request: RequestId,
    /// Hash over the items, to tell a repeat from a reuse. Not over the HTTP body, which is sealed afresh each time.
    pub content: [u8; 32],
    /// The items.
    pub items: Vec<RegisterItem>,
}

/// A presented certificate and who proved to be its holder.
#[derive(Clone)]
pub struct Claim {
    /// Who asks.
    pub account: PublicKey,
    /// What to search for; `None` if it does not read.
    pub wanted: Option<Wanted>,
    /// The session; `None` where the act needs one and none was named.
    pub session: Option<SessionId>,
    /// Who signed the presentation, if its signature holds for exactly this act, target, session and request.
    pub proved: Option<HolderId>,
}

/// What to retire.
#[derive(Clone)]
pub struct RetireItem {
    /// What was named.
    pub target: RetireTarget,
    /// As in [`Claim::proved`].
    pub proved: Option<HolderId>,
}

/// What a retirement is about.
#[derive(Clone)]
pub enum RetireTarget {
    /// The entry of a certificate; `None` if it does not read.
    Certificate(Option<Wanted>),
    /// An own registration whose certificate is missing or wrong.
    Registration {
        /// The request it was in.
        request: RequestId,
        /// Its place in that request.
        item: u32,
    },
}

/// A presented certificate, who proved to be its holder, and who is to be the next one.
#[derive(Clone)]
pub struct Succession {
    /// As in [`Claim::wanted`].
    pub wanted: Option<Wanted>,
    /// As in [`Claim::proved`]; the presentation names the next holder too.
    pub proved: Option<HolderId>,
    /// The next holder.
    pub next: HolderId,
    /// What is to be kept for the next holder's owner.
    pub note: Option<Note>,
    /// How long others are to wait.
    pub wait: u64,
    /// Whose orders the entry is to obey from now on.
    pub orders: Option<PublicKey>,
}

/// A presented certificate, and how long others are to wait for its entry.
#[derive(Clone)]
pub struct WaitItem {
    /// The certificate.
    pub claim: Claim,
    /// How many seconds.
    pub wait: u64,
}

/// A presented certificate, and the places of the chunks of its object that are to be shown.
#[derive(Clone)]
pub struct Look {
    /// The certificate.
    pub claim: Claim,
    /// The places.
    pub chunks: Vec<u32>,
}

/// What a presented certificate says, unproven: enough to search for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Its counter (Y1).
    pub counter: Counter,
    /// Its hash (X1).
    pub hash: ObjectHash,
    /// The whole, to compare at the end.
    pub whole: Whole,
}

/// The whole of a presented certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whole {
    /// The compact certificate.
    Compact(String),
    /// Its digest, where digest, hash and counter are all that was presented.
    Digest(CertificateDigest),
}

impl Wanted {
    /// Reads what was presented.
    pub fn read(presented: &Presented) -> Option<Self> {
        match presented {
            Presented::Certificate(compact) => {
                let claims = read_claims_unverified(compact).ok()?;
                Some(Self {
                    counter: claims.counter,
                    hash: claims.hash,
                    whole: Whole::Compact(compact.clone()),
                })
            }
            Presented::Bare(bare) => Some(Self {
                counter: bare.counter,
                hash: bare.hash,
                whole: Whole::Digest(bare.digest.clone()),
            }),
        }
    }
}

/// Who asks, and in which request.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// The safe that was asked.
    pub safe: SafeId,
    /// The account that signed the request.
    pub account: PublicKey,
    /// The request.
    pub request: RequestId,
}

impl Asker {
    /// A registration of these items.
    pub fn register(&self, items: Vec<RegisterItem>) -> Command {
        Command::Register(Registration {
            account: self.account,
            request: self.request,
            content: content_hash(&items),
            items,
        })
    }

    /// A recovery of these items.
    pub fn recover(&self, items: Vec<RecoverItem>) -> Command {
        Command::Recover(
            items
                .into_iter()
                .map(|item| {
                    let target = Target::Certificate {
                        presented: item.presented,
                    };
                    self.claim(Act::Recover, &target, item.session, &item.proof)
                })
                .collect(),
        )
    }

    /// A confirmation of these items.
    pub fn ack(&self, items: Vec<EndItem>) -> Command {
        Command::Ack(self.end(Act::Ack, items))
    }

    /// A return of these items.
    pub fn give_back(&self, items: Vec<EndItem>) -> Command {
        Command::Return(self.end(Act::Return, items))
    }

    /// A retirement of these items.
    pub fn retire(&self, items: Vec<EndItem>) -> Command {
        Command::Retire {
            account: self.account,
            items: items
                .into_iter()
                .map(|item| RetireItem {
                    proved: self.proved(
                        self.purpose(Act::Retire, &item.target, NO_SESSION),
                        &item.proof,
                    ),
                    target: match item.target {
                        Target::Certificate { presented } => {
                            RetireTarget::Certificate(Wanted::read(&presented))
                        }
                        Target::Registration { request, item } => {
                            RetireTarget::Registration { request, item }
                        }
                    },
                })
                .collect(),
        }
    }

    /// A rotation of these items.
    pub fn rotate(&self, items: Vec<RotateItem>) -> Command {
        Command::Rotate {
            account: self.account,
            request: self.request,
            items: items
                .into_iter()
                .map(|item| {
                    let wanted = Wanted::read(&item.target);
                    let target = Target::Certificate {
                        presented: item.target,
                    };
                    let purpose = Purpose {
                        next: Some(item.holder),
                        ..self.purpose(Act::Rotate, &target, NO_SESSION)
                    };
                    Succession {
                        wanted,
                        proved: self.proved(purpose, &item.proof),
                        next: item.holder,
                        note: item.note,
                        wait: item.wait.min(MAX_WAIT),
                        orders: item.orders,
                    }
                })
                .collect(),
        }
    }

    /// How long others are to wait for these.
    pub fn wait(&self, items: Vec<hold::WaitItem>) -> Command {
        let items = items.into_iter().map(|item| {
            let target = Target::Certificate {
                presented: item.target,
            };
            WaitItem {
                claim: self.claim(Act::Wait, &target, NO_SESSION, &item.proof),
                wait: item.wait.min(MAX_WAIT),
            }
        });
        Command::Wait(items.collect())
    }

    /// An audit of these.
    pub fn audit(&self, items: Vec<AuditItem>) -> Command {
        let items = items.into_iter().map(|item| {
            let target = Target::Certificate {
                presented: item.target,
            };
            Look {
                claim: self.claim(Act::Audit, &target, NO_SESSION, &item.proof),
                chunks: item.chunks,
            }
        });
        Command::Audit(items.collect())
    }

    /// Who waits for what the asker has.
    pub fn asked(&self, item: AskedItem) -> Command {
        Command::Asked {
            account: self.account,
            item,
        }
    }

    /// A listing of these pages.
    pub fn list(&self, items: Vec<ListItem>) -> Command {
        Command::List {
            account: self.account,
            items,
        }
    }

    fn end(&self, act: Act, items: Vec<EndItem>) -> Vec<Claim> {
        items
            .into_iter()
            .map(|item| self.claim(act, &item.target, item.session, &item.proof))
            .collect()
    }

    fn claim(&self, act: Act, target: &Target, session: SessionId, proof: &str) -> Claim {
        Claim {
            account: self.account,
            wanted: match target {
                Target::Certificate { presented } => Wanted::read(presented),
                // Only a retirement may name a registration: whoever recovers or confirms has the certificate.
                Target::Registration { .. } => None,
            },
            session: (session != NO_SESSION).then_some(session),
            proved: self.proved(self.purpose(act, target, session), proof),
        }
    }

    fn purpose(&self, act: Act, target: &Target, session: SessionId) -> Purpose {
        Purpose {
            safe: self.safe,
            act,
            target: target.fingerprint(),
            session,
            request: self.request,
            next: None,
        }
    }

    fn proved(&self, purpose: Purpose, proof: &str) -> Option<HolderId> {
        presentation::verify(proof, &purpose).ok()
    }
}

/// Hash over the content of a registration. Every part has a fixed length, so no two contents run together.
///
/// Where nothing is given it is the hash that stored batches have had from the first: two parts of 32 bytes for each
/// item. Where anything is, each item has a third; where any note is left, a third and a fourth. A last byte sets these
/// apart from the first, and from each other.
pub fn content_hash(items: &[RegisterItem]) -> [u8; 32] {
    let is_any_noted = items.iter().any(|item| item.note.is_some());
    let is_any_given = is_any_noted || items.iter().any(|item| item.given.is_some());
    let mut bytes = Vec::new();
    for item in items {
        bytes.extend_from_slice(&hash::sha256(&item.object));
        bytes.extend_from_slice(item.holder.as_bytes());
        if is_any_given {
            let given = item.given.as_ref().map(json::write);
            bytes.extend_from_slice(&given.map_or([0; 32], |given| hash::sha256(&given)));
        }
        if is_any_noted {
            bytes.extend_from_slice(&item.note.as_ref().map_or([0; 32], Note::fingerprint));
        }
    }
    match (is_any_given, is_any_noted) {
        (_, true) => bytes.push(2),
        (true, false) => bytes.push(1),
        (false, false) => {}
    }
    hash::sha256(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use saifu_protocol::certificate::ObjectClass;
    use saifu_protocol::message::Given;
    use saifu_protocol::{Digest, SealedDigest};

    fn item(object: &[u8], holder: u8) -> RegisterItem {
        RegisterItem {
            wait: 0,
            orders: None,
            object: object.to_vec(),
            holder: HolderId::new([holder; 32]),
            given: None,
            note: None,
        }
    }

    #[test]
    fn content_hash_of_plain_objects_is_pinned() {
        // Stored batches have it: were it another, a repeat would be taken for a reuse of its request id.
        let content = content_hash(&[item(b"a", 1), item(b"b", 2)]);
        let mut bytes = hash::sha256(b"a").to_vec();
        bytes.extend([1; 32]);
        bytes.extend(hash::sha256(b"b"));
        bytes.extend([2; 32]);
        assert_eq!(content, hash::sha256(&bytes));
    }

    #[test]
    fn content_hash_with_something_given_is_that_of_no_plain_objects() {
        // Holders and objects are chosen so that the parts of two items are those of three plain ones.
        let given = Given {
            class: ObjectClass::Piece,
            digest: Digest::default().into(),
        };
        let written = json::write(&given);
        let pieces = [
            RegisterItem {
                given: Some(given.clone()),
                ..item(b"a", 1)
            },
            RegisterItem {
                holder: HolderId::new(hash::sha256(b"b")),
                given: Some(given),
                ..item(b"a", 1)
            },
        ];
        let plain = [
            item(b"a", 1),
            RegisterItem {
                holder: HolderId::new(hash::sha256(b"a")),
                ..item(&written, 1)
            },
            RegisterItem {
                holder: HolderId::new(hash::sha256(&written)),
                ..item(b"b", 1)
            },
        ];
        assert_ne!(content_hash(&pieces), content_hash(&plain));
    }

    #[test]
    fn content_hash_tells_items_holders_order_and_what_is_given_apart() {
        let given = |class, digest: CertificateDigest| RegisterItem {
            given: Some(Given { class, digest }),
            ..item(b"a", 1)
        };
        let sealed = |byte| CertificateDigest::Sealed(SealedDigest::new(vec![byte]).unwrap());
        let noted = |item, note: &[u8]| RegisterItem {
            note: Some(Note::new(note.to_vec()).unwrap()),
            ..item
        };
        let contents = [
            vec![],
            vec![item(b"a", 1)],
            vec![item(b"a", 2)],
            vec![item(b"b", 1)],
            vec![item(b"a", 1), item(b"b", 1)],
            vec![item(b"b", 1), item(b"a", 1)],
            vec![given(ObjectClass::Value, Digest::default().into())],
            vec![given(ObjectClass::Piece, Digest::default().into())],
            vec![given(ObjectClass::Piece, sealed(1))],
            vec![given(ObjectClass::Piece, sealed(2))],
            vec![given(ObjectClass::Piece, sealed(1)), item(b"a", 1)],
            vec![item(b"a", 1), given(ObjectClass::Piece, sealed(1))],
            vec![noted(item(b"a", 1), b"")],
            vec![noted(item(b"a", 1), b"a")],
            vec![noted(item(b"a", 1), b"b")],
            vec![noted(given(ObjectClass::Piece, sealed(1)), b"a")],
            vec![noted(item(b"a", 1), b"a"), item(b"b", 1)],
            vec![item(b"a", 1), noted(item(b"b", 1), b"a")],
        ];
        let mut hashes: Vec<_> = contents.iter().map(|items| content_hash(items)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), contents.len());
    }
}
