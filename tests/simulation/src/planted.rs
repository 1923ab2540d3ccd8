//! Bugs that are planted to see that the simulation finds them. Each sits in the world around the cores, where an adapter
//! or a careless change could have it.

use saifu_protocol::{Counter, PublicKey, RequestId, SessionId};
use saifu_safe_core::MemoryLedger;
use saifu_safe_core::entry::{Entry, EntryKey, State};
use saifu_safe_core::ledger::{Bytes, Change, Ledger, Loaded, LoadedEntry, Need, Publication};
use saifu_safe_core::order::{Obedient, Seen};
use saifu_safe_core::owned::{OwnedPage, Place};
use saifu_wallet_core::port::{Batch, Body, Key};
use std::collections::BTreeSet;

/// The most safes of a world of plans.
const MOST_SAFES: u8 = 5;

/// A planted bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The wallet's driver reports a transaction as durable before it is.
    AckBeforeCommit,
    /// The wallet's store deletes in one step and writes in another.
    DeleteBeforeCertificate,
    /// The safe does not keep that an entry was withdrawn.
    ForgottenTombstone,
    /// The safe takes an entry that the index lists for one that is still there.
    KvBelieved,
    /// The safe does not keep which request a registration came in.
    LostIdempotencyRow,
    /// The safe gives out a counter twice.
    CounterReuse,
    /// The owner can use a value before the safe has confirmed.
    UsableBeforeAck,
    /// The safe does not look at the session.
    SessionIgnored,
    /// Plans: the owner can use a value before enough safes have confirmed.
    UsableBeforeQuorum,
    /// Plans: the copy here goes when the first safe has answered.
    GoesTooEarly,
    /// Plans: what opens is erased when its parts are made, not when they are registered.
    KeyErasedTooEarly,
    /// Plans: what values move to counts as standing by before its safes have answered.
    StandsByTooEarly,
    /// Plans: one safe is enough to confirm.
    OneVoteIsEnough,
}

impl Bug {
    /// Every bug of the first embodiment.
    pub const ALL: [Bug; 8] = [
        Bug::AckBeforeCommit,
        Bug::DeleteBeforeCertificate,
        Bug::ForgottenTombstone,
        Bug::KvBelieved,
        Bug::LostIdempotencyRow,
        Bug::CounterReuse,
        Bug::UsableBeforeAck,
        Bug::SessionIgnored,
    ];
}

/// What the store of a device with a bug writes instead.
pub(crate) fn miswrite(batch: &mut Batch, bug: Bug) {
    for (key, body) in &mut batch.puts {
        let (Key::Page(_), Ok(text)) = (*key, std::str::from_utf8(body.as_bytes())) else {
            continue;
        };
        let standing_by = |phase| format!(r#""phase":"{phase}","replaces""#);
        let wrong = match bug {
            Bug::GoesTooEarly => (2..=MOST_SAFES).fold(text.to_owned(), |text, after| {
                text.replace(&format!(r#""after":{after}"#), r#""after":1"#)
            }),
            Bug::OneVoteIsEnough => (2..=MOST_SAFES).fold(text.to_owned(), |text, quorum| {
                text.replace(&format!(r#""quorum":{quorum}"#), r#""quorum":1"#)
            }),
            Bug::StandsByTooEarly => {
                text.replace(&standing_by("registering"), &standing_by("standby"))
            }
            _ => continue,
        };
        *body = Body::new(wrong.into_bytes());
    }
}

/// A ledger with a bug, or with none.
pub(crate) struct Tampered<'a> {
    pub(crate) ledger: &'a mut MemoryLedger,
    pub(crate) bug: Option<Bug>,
    /// What the safe wants every entry to be in.
    pub(crate) forged: Option<State>,
    /// The session that asks, as far as the request names one.
    pub(crate) session: Option<SessionId>,
    /// The certificates the index lists.
    pub(crate) listed: &'a BTreeSet<String>,
    /// To replace what is forgotten.
    pub(crate) noise: [u8; 16],
}

impl Ledger for Tampered<'_> {
    type Error = <MemoryLedger as Ledger>::Error;

    fn load(&self, need: &Need) -> Result<Loaded, Self::Error> {
        let mut loaded = self.ledger.load(need)?;
        if let Some(forged) = self.forged {
            for LoadedEntry { entry, .. } in loaded.entries.values_mut() {
                entry.state = forged;
            }
        }
        match self.bug {
            Some(Bug::LostIdempotencyRow) => loaded.batches.clear(),
            Some(Bug::CounterReuse) => {
                if let Some(newest) = &mut loaded.newest {
                    let before = newest
                        .next
                        .get()
                        .saturating_sub(u64::from(self.noise[0] % 2));
                    newest.next = Counter::new(before).unwrap_or(Counter::ZERO);
                }
            }
            Some(Bug::SessionIgnored) => {
                for LoadedEntry { entry, .. } in loaded.entries.values_mut() {
                    self.ignore_session(entry);
                }
            }
            Some(Bug::KvBelieved) => {
                for LoadedEntry { entry, bytes } in loaded.entries.values_mut() {
                    let over = matches!(entry.state, State::Withdrawn { .. });
                    if over && self.listed.contains(&entry.certificate) && *bytes != Bytes::Gone {
                        entry.state = State::Registered;
                    }
                }
            }
            _ => {}
        }
        Ok(loaded)
    }

    fn apply(&mut self, changes: &[Change]) -> Result<(), Self::Error> {
        let changes: Vec<Change> = changes.iter().cloned().map(|c| self.tamper(c)).collect();
        self.ledger.apply(&changes)
    }

    fn outbox(&self, most: usize) -> Result<Vec<Publication>, Self::Error> {
        self.ledger.outbox(most)
    }

    fn purgeable(
        &self,
        until: saifu_protocol::UnixTime,
        most: usize,
    ) -> Result<Vec<EntryKey>, Self::Error> {
        self.ledger.purgeable(until, most)
    }

    fn push_due(
        &self,
        until: saifu_protocol::UnixTime,
        most: usize,
    ) -> Result<Vec<(PublicKey, saifu_safe_core::push::Subscription)>, Self::Error> {
        self.ledger.push_due(until, most)
    }

    fn next_push(&self) -> Result<Option<saifu_protocol::UnixTime>, Self::Error> {
        self.ledger.next_push()
    }

    fn oldest_over(&self) -> Result<Option<saifu_protocol::UnixTime>, Self::Error> {
        self.ledger.oldest_over()
    }

    fn owned(
        &self,
        accounts: &[PublicKey],
        after: Option<Place>,
        most: usize,
    ) -> Result<OwnedPage, Self::Error> {
        self.ledger.owned(accounts, after, most)
    }

    fn obedient(&self, orders: &PublicKey) -> Result<Option<Obedient>, Self::Error> {
        self.ledger.obedient(orders)
    }

    fn seen(&self, orders: &PublicKey, request: &RequestId) -> Result<Option<Seen>, Self::Error> {
        self.ledger.seen(orders, request)
    }
}

impl Tampered<'_> {
    fn ignore_session(&self, entry: &mut Entry) {
        let Some(session) = self.session else {
            return;
        };
        match &mut entry.state {
            State::Withdrawing { session: own } | State::Withdrawn { session: own } => {
                *own = session;
            }
            State::Registered | State::Retired => {}
        }
    }

    fn tamper(&self, change: Change) -> Change {
        match (self.bug, change) {
            (Some(Bug::ForgottenTombstone), Change::ReplaceState(mut entry)) => {
                if let State::Withdrawn { .. } = entry.state {
                    entry.state = State::Registered;
                }
                Change::ReplaceState(entry)
            }
            (Some(Bug::LostIdempotencyRow), Change::CreateBatch(mut batch)) => {
                batch.request = RequestId::new(self.noise);
                Change::CreateBatch(batch)
            }
            (_, change) => change,
        }
    }
}
