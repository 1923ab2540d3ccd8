//! An entry of the ledger and the ways its state may go.
//!
//! ```text
//!               RECOVER(s)                 ACK(s)                  grace over
//!  Registered ────────────▶ Withdrawing{s} ───────▶ Withdrawn{s} ─────────────▶ (bytes gone, tombstone stays)
//!    │    ▲                  │       ▲ │                                          ▲
//!    │    └─────RETURN(s)────┘       └─┘ RECOVER(s) again: same bytes             │
//!    │                                                                            │
//!    └──RETIRE──▶ Retired ──────────────────────────────────── grace over ────────┘
//! ```
//!
//! TAKEOVER(t), by a session of the owner's, is RECOVER(t) where RECOVER opens, and an arrow from `Withdrawing{s}` to
//! `Withdrawing{t}`: the device that had s is lost, or its owner says so. From then on s is barred as if it had given back,
//! so that its confirmation is refused, and its copy destroyed if there is one. Neither takes anything from `Withdrawn`.
//!
//! LAST RESORT, by the owner too, reads what is `Withdrawn` while its bytes are there, and is no arrow at all. A key or a seed was
//! `Retired` when what it opens was handed out, and is read likewise.
//!
//! What is not released once, a key or a seed, never leaves `Registered` but by `RETIRE`: RECOVER reads it, for any
//! session and as often as asked, and there is nothing to confirm or to give back.
//!
//! ROTATE(next) is an arrow from `Registered` to itself: state and bytes stay, holder, certificate and account become
//! those of whoever is next. Nothing else may be rotated: what is open or over is promised to somebody.
//!
//! A crash between any two arrows leaves the state before or after the arrow, never between: one arrow is one change.
//! `Withdrawing` has no arrow for time. If it expired, a wallet that crashed with the object stored but unconfirmed
//! could come back after another session had been given the same object.

use crate::hold::Hold;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::certificate::{Claims, read_claims_unverified};
use saifu_protocol::message::EntryState;
use saifu_protocol::{Certificate, Counter, HolderId, PublicKey, RequestId, SessionId, UnixTime};

/// How many returned sessions an entry remembers. A returned session must not open the entry again: its RECOVER may
/// still be on the way when its RETURN arrives. Requests live minutes by an honest clock; who bends a wallet's clock can
/// make one live longer, so many are kept. 512 of 24 bytes are 12 KiB of a row of 2 MB, and only the holder can add any.
pub const RETURNED_KEPT: usize = 512;

/// Where an entry lies. Counters return to 0 and may then be equal, so batch and place in the batch stand beside them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct EntryKey {
    /// The counter of its certificate.
    pub counter: Counter,
    /// The batch it came in.
    pub seq: u64,
    /// Its place in that batch.
    pub item: u32,
}

/// What is now true of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It waits for its holder.
    Registered,
    /// It is open for one session.
    Withdrawing {
        /// The session.
        session: SessionId,
    },
    /// The session confirmed that it has the object.
    Withdrawn {
        /// The session.
        session: SessionId,
    },
    /// It was ended without being handed out.
    Retired,
}

impl State {
    /// The session it is or was open for.
    pub const fn session(self) -> Option<SessionId> {
        match self {
            State::Registered | State::Retired => None,
            State::Withdrawing { session } | State::Withdrawn { session } => Some(session),
        }
    }

    /// The state as it is told to others.
    pub const fn told(self) -> EntryState {
        match self {
            State::Registered => EntryState::Registered,
            State::Withdrawing { .. } => EntryState::Withdrawing,
            State::Withdrawn { .. } => EntryState::Withdrawn,
            State::Retired => EntryState::Retired,
        }
    }

    /// Whether its bytes may go after the grace period. What is still promised to somebody is never purged.
    pub const fn is_over(self) -> bool {
        match self {
            State::Registered | State::Withdrawing { .. } => false,
            State::Withdrawn { .. } | State::Retired => true,
        }
    }
}

/// A session that gave its claim back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Returned {
    /// The session.
    pub session: SessionId,
    /// When.
    pub at: UnixTime,
}

/// The last rotation of an entry: what its repeats are answered by, and what it put out of force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rotation {
    /// The batch that carries it. The account of the batch is that of the entry.
    pub seq: u64,
    /// The request it came in, which is that of the batch.
    pub request: RequestId,
    /// The certificate it replaced.
    pub replaced: String,
    /// The certificate of the registration, before any rotation: a repeat of the registration is answered with it, and
    /// the index has it under the key of that batch.
    pub registered: String,
}

/// Who asked for a rotation, and in which batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rotator {
    /// The account.
    pub account: PublicKey,
    /// The request.
    pub request: RequestId,
    /// The batch.
    pub seq: u64,
}

/// Everything the ledger knows of an entry except its bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Where it lies.
    pub key: EntryKey,
    /// Who registered it or, if it was rotated, who asked for that: whose listing shows it.
    pub account: PublicKey,
    /// Who may present its certificate.
    pub holder: HolderId,
    /// SHA-256 over the bytes as registered.
    pub sha256: [u8; 32],
    /// Its certificate, compact.
    pub certificate: String,
    /// What is now true of it.
    pub state: State,
    /// Since when that is true.
    pub since: UnixTime,
    /// The sessions that gave their claim back, oldest first, at most [`RETURNED_KEPT`].
    pub returned: Vec<Returned>,
    /// Its last rotation.
    pub rotation: Option<Rotation>,
    /// How long accounts other than [`Entry::account`] wait.
    pub hold: Hold,
    /// [`Note::fingerprint`](saifu_protocol::owner::Note::fingerprint) of the note that was left with it, also where the note is gone with the bytes: what tells a repeat
    /// of a rotation from a reuse.
    pub note: Option<[u8; 32]>,
}

/// Why an entry does not do what a session asked, with the time since when that is so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Its state.
    pub state: EntryState,
    /// The session it is or was open for.
    pub session: Option<SessionId>,
    /// Since when.
    pub at: UnixTime,
}

impl Entry {
    fn refuse<T>(&self) -> Result<T, Refusal> {
        Err(self.as_it_is())
    }

    /// What is said of it to whoever does not get it.
    pub fn as_it_is(&self) -> Refusal {
        Refusal {
            state: self.state.told(),
            session: self.state.session(),
            at: self.since,
        }
    }

    fn enter(&mut self, state: State, now: UnixTime) {
        self.state = state;
        self.since = now;
    }

    fn returned_by(&self, session: SessionId) -> Option<Returned> {
        self.returned
            .iter()
            .copied()
            .find(|returned| returned.session == session)
    }

    /// Whether one session gets the object and no other. Its certificate says so, and nothing beside it that could come
    /// to say otherwise; where that does not read any more, it is released once.
    pub(crate) fn is_released_once(&self) -> bool {
        read_claims_unverified(&self.certificate)
            .map_or(true, |claims| claims.class.is_released_once())
    }

    /// RECOVER: opens the entry for `session`, or leaves it as it is where it is only read.
    ///
    /// # Errors
    /// It is open for another session, over, or this session gave its claim back.
    pub fn open_for(&mut self, session: SessionId, now: UnixTime) -> Result<(), Refusal> {
        match self.state {
            State::Registered if !self.is_released_once() => Ok(()),
            State::Registered => match self.returned_by(session) {
                Some(returned) => Err(Refusal {
                    state: EntryState::Registered,
                    session: Some(session),
                    at: returned.at,
                }),
                None => {
                    self.enter(State::Withdrawing { session }, now);
                    Ok(())
                }
            },
            State::Withdrawing { session: own } if own == session => Ok(()),
            State::Withdrawing { .. } | State::Withdrawn { .. } | State::Retired => self.refuse(),
        }
    }

    /// TAKEOVER: opens the entry for `session` of its owner, also where it is open for another one, which ends.
    ///
    /// A session that was barred takes nothing over: its request may have been on the way since before.
    ///
    /// # Errors
    /// As [`Entry::open_for`], but not because it is open for another session.
    pub fn take_over(&mut self, session: SessionId, now: UnixTime) -> Result<(), Refusal> {
        match self.state {
            State::Withdrawing { session: other } if other != session => {
                if self.returned_by(session).is_some() {
                    return self.refuse();
                }
                self.bar(other, now);
                self.enter(State::Withdrawing { session }, now);
                Ok(())
            }
            State::Registered
            | State::Withdrawing { .. }
            | State::Withdrawn { .. }
            | State::Retired => self.open_for(session, now),
        }
    }

    /// LAST RESORT, for the owner alone: what was handed out is read once more, and stays as it is. The session that
    /// confirmed it may have used it. So is a key that was ended: it is worth nothing alone, and whoever had what it opens has ended it.
    ///
    /// # Errors
    /// It was not handed out: whoever may have it can have it without that doubt. Or its owner has given it up.
    pub fn last_resort(&mut self, _: SessionId, _: UnixTime) -> Result<(), Refusal> {
        match self.state {
            State::Withdrawn { .. } => Ok(()),
            State::Retired if !self.is_released_once() => Ok(()),
            State::Registered | State::Withdrawing { .. } | State::Retired => self.refuse(),
        }
    }

    /// ACK: `session` has the object stored. Says since when that is known.
    ///
    /// # Errors
    /// The entry is not open for this session and was not withdrawn by it.
    pub fn acknowledge(&mut self, session: SessionId, now: UnixTime) -> Result<UnixTime, Refusal> {
        match self.state {
            State::Withdrawing { session: own } if own == session => {
                self.enter(State::Withdrawn { session }, now);
                Ok(now)
            }
            State::Withdrawn { session: own } if own == session => Ok(self.since),
            State::Registered
            | State::Withdrawing { .. }
            | State::Withdrawn { .. }
            | State::Retired => self.refuse(),
        }
    }

    /// RETURN: `session` gives up its claim, or the claim its RECOVER on the way would make. Says since when.
    ///
    /// A session that never opened the entry is remembered all the same: who is not sure whether its RECOVER arrived
    /// sends RETURN and knows afterwards that it never will.
    ///
    /// # Errors
    /// The entry is open for another session, or over, or no session ever opens it. Open for another, it may be given back one day: the session that
    /// was refused is barred all the same, because its own RECOVER may still be on the way.
    pub fn give_back(&mut self, session: SessionId, now: UnixTime) -> Result<UnixTime, Refusal> {
        if let Some(returned) = self.returned_by(session) {
            return Ok(returned.at);
        }
        match self.state {
            State::Registered if !self.is_released_once() => return self.refuse(),
            State::Registered => {}
            State::Withdrawing { session: own } if own == session => {
                self.enter(State::Registered, now);
            }
            State::Withdrawing { .. } => {
                let refused = self.refuse();
                self.bar(session, now);
                return refused;
            }
            State::Withdrawn { .. } | State::Retired => return self.refuse(),
        }
        self.bar(session, now);
        Ok(now)
    }

    fn bar(&mut self, session: SessionId, now: UnixTime) {
        if self.returned.len() >= RETURNED_KEPT {
            self.returned.remove(0);
        }
        self.returned.push(Returned { session, at: now });
    }

    /// RETIRE: the entry ends without being handed out. Says since when.
    ///
    /// # Errors
    /// It is open for a session or was withdrawn.
    pub fn retire(&mut self, now: UnixTime) -> Result<UnixTime, Refusal> {
        match self.state {
            State::Registered => {
                self.enter(State::Retired, now);
                Ok(now)
            }
            State::Retired => Ok(self.since),
            State::Withdrawing { .. } | State::Withdrawn { .. } => self.refuse(),
        }
    }

    /// Whether ROTATE may bind the entry to another holder.
    ///
    /// # Errors
    /// It is open for a session, or over.
    pub fn rotatable(&self) -> Result<(), Refusal> {
        match self.state {
            State::Registered => Ok(()),
            State::Withdrawing { .. } | State::Withdrawn { .. } | State::Retired => self.refuse(),
        }
    }

    /// ROTATE: from now on the holder of this certificate is the entry's, and no other certificate or holder finds it. Note
    /// and wait are those of the holder before, and go.
    ///
    /// # Errors
    /// As [`Entry::rotatable`].
    pub fn rotate(&mut self, by: &Rotator, certificate: &Certificate) -> Result<(), Refusal> {
        self.rotatable()?;
        let registered = self.as_registered().into();
        let replaced = core::mem::replace(&mut self.certificate, certificate.compact().into());
        self.holder = certificate.claims().holder;
        self.account = by.account;
        self.note = None;
        self.hold = Hold::default();
        self.rotation = Some(Rotation {
            seq: by.seq,
            request: by.request,
            replaced,
            registered,
        });
        Ok(())
    }

    /// The certificate it was registered with, whatever came after.
    pub fn as_registered(&self) -> &str {
        match &self.rotation {
            Some(rotation) => &rotation.registered,
            None => &self.certificate,
        }
    }

    /// Whether a genuine certificate is one that rotations have put out of force, be it the last one or one before.
    ///
    /// Those of one entry say the same but for holder, address and time, and their times never descend. One that is
    /// younger than the last one replaced is none of them: had the ledger not been set back, it would have its entry.
    pub fn has_replaced(&self, claims: &Claims) -> bool {
        let Some(rotation) = &self.rotation else {
            return false;
        };
        read_claims_unverified(&rotation.replaced).is_ok_and(|replaced| {
            let same = Claims {
                address: replaced.address.clone(),
                issued_at: replaced.issued_at,
                holder: replaced.holder,
                ..claims.clone()
            };
            same == replaced && claims.issued_at <= replaced.issued_at
        })
    }
}

/// One request that registered or rotated something, or one request id that never may.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Ascends by one with every batch, from 1.
    pub seq: u64,
    /// Who asked.
    pub account: PublicKey,
    /// The request.
    pub request: RequestId,
    /// When.
    pub at: UnixTime,
    /// The counter the next entry of the safe gets.
    pub next: Counter,
    /// What it is.
    pub kind: BatchKind,
}

/// What a batch is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BatchKind {
    /// It registered entries.
    Registered {
        /// Hash over what was registered, to tell a repeat from a reuse.
        content: [u8; 32],
        /// The counter of its first entry.
        first: Counter,
        /// How many entries it has; refused items have none.
        entries: u32,
    },
    /// Its owner called the registration off before it arrived.
    CalledOff,
    /// It bound entries to other holders. The entries themselves say which.
    Rotated {
        /// How many.
        entries: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_crypto::{Secret, sign::SigningKey};
    use saifu_protocol::certificate::{Address, LegacyHash, ObjectClass, ObjectHash};
    use saifu_protocol::{Digest, SafeId};

    const A: SessionId = SessionId::new([1; 16]);
    const B: SessionId = SessionId::new([2; 16]);
    const NOW: UnixTime = UnixTime(100);

    fn entry(state: State) -> Entry {
        Entry {
            key: EntryKey {
                counter: Counter::ZERO,
                seq: 1,
                item: 0,
            },
            account: PublicKey::new([1; 32]),
            holder: HolderId::new([2; 32]),
            sha256: [3; 32],
            certificate: String::new(),
            state,
            since: UnixTime(50),
            returned: Vec::new(),
            rotation: None,
            hold: Hold::default(),
            note: None,
        }
    }

    const REGISTERED: State = State::Registered;
    const WITHDRAWING: State = State::Withdrawing { session: A };
    const WITHDRAWN: State = State::Withdrawn { session: A };
    const RETIRED: State = State::Retired;

    fn refused(state: State) -> Refusal {
        Refusal {
            state: state.told(),
            session: state.session(),
            at: UnixTime(50),
        }
    }

    #[test]
    fn take_over_moves_an_open_entry_and_bars_the_session_that_had_it() {
        let mut taken = entry(WITHDRAWING);
        assert_eq!(taken.take_over(B, NOW), Ok(()));
        assert_eq!(
            (taken.state, taken.since),
            (State::Withdrawing { session: B }, NOW)
        );
        // A repeat changes nothing, and whoever had it confirms, opens and takes back nothing.
        let before = taken.clone();
        assert_eq!(taken.take_over(B, UnixTime(200)), Ok(()));
        let refusal = Refusal {
            state: EntryState::Withdrawing,
            session: Some(B),
            at: NOW,
        };
        assert_eq!(taken.acknowledge(A, UnixTime(200)), Err(refusal));
        assert_eq!(taken.open_for(A, UnixTime(200)), Err(refusal));
        assert_eq!(taken.take_over(A, UnixTime(200)), Err(refusal));
        assert_eq!(taken.give_back(A, UnixTime(200)), Ok(NOW));
        assert_eq!(taken, before);
        assert_eq!(taken.give_back(B, UnixTime(300)), Ok(UnixTime(300)));
        assert!(taken.open_for(A, UnixTime(400)).is_err());
        assert!(taken.take_over(A, UnixTime(400)).is_err());
    }

    #[test]
    fn take_over_opens_what_is_registered_and_nothing_that_is_over() {
        let mut opened = entry(REGISTERED);
        assert_eq!(opened.take_over(B, NOW), Ok(()));
        assert_eq!(opened.state, State::Withdrawing { session: B });
        for state in [State::Withdrawn { session: A }, State::Retired] {
            let mut over = entry(state);
            assert!(over.take_over(B, NOW).is_err());
            assert_eq!(over, entry(state));
        }
    }

    #[test]
    fn recover_in_every_state() {
        let check = |state, session, then: State, result: Result<(), Refusal>| {
            let mut entry = entry(state);
            assert_eq!(entry.open_for(session, NOW), result, "{state:?}");
            assert_eq!(entry.state, then, "{state:?}");
        };
        check(REGISTERED, A, WITHDRAWING, Ok(()));
        check(WITHDRAWING, A, WITHDRAWING, Ok(()));
        check(WITHDRAWING, B, WITHDRAWING, Err(refused(WITHDRAWING)));
        check(WITHDRAWN, A, WITHDRAWN, Err(refused(WITHDRAWN)));
        check(WITHDRAWN, B, WITHDRAWN, Err(refused(WITHDRAWN)));
        check(RETIRED, A, RETIRED, Err(refused(RETIRED)));
    }

    #[test]
    fn ack_in_every_state() {
        let check = |state, session, then: State, result: Result<UnixTime, Refusal>| {
            let mut entry = entry(state);
            assert_eq!(entry.acknowledge(session, NOW), result, "{state:?}");
            assert_eq!(entry.state, then, "{state:?}");
        };
        check(REGISTERED, A, REGISTERED, Err(refused(REGISTERED)));
        check(WITHDRAWING, A, WITHDRAWN, Ok(NOW));
        check(WITHDRAWING, B, WITHDRAWING, Err(refused(WITHDRAWING)));
        check(WITHDRAWN, A, WITHDRAWN, Ok(UnixTime(50)));
        check(WITHDRAWN, B, WITHDRAWN, Err(refused(WITHDRAWN)));
        check(RETIRED, A, RETIRED, Err(refused(RETIRED)));
    }

    #[test]
    fn return_in_every_state() {
        let check = |state, session, then: State, result: Result<UnixTime, Refusal>| {
            let mut entry = entry(state);
            assert_eq!(entry.give_back(session, NOW), result, "{state:?}");
            assert_eq!(entry.state, then, "{state:?}");
        };
        check(REGISTERED, A, REGISTERED, Ok(NOW));
        check(WITHDRAWING, A, REGISTERED, Ok(NOW));
        check(WITHDRAWING, B, WITHDRAWING, Err(refused(WITHDRAWING)));
        check(WITHDRAWN, A, WITHDRAWN, Err(refused(WITHDRAWN)));
        check(WITHDRAWN, B, WITHDRAWN, Err(refused(WITHDRAWN)));
        check(RETIRED, A, RETIRED, Err(refused(RETIRED)));
    }

    #[test]
    fn retire_in_every_state() {
        let check = |state, then: State, result: Result<UnixTime, Refusal>| {
            let mut entry = entry(state);
            assert_eq!(entry.retire(NOW), result, "{state:?}");
            assert_eq!(entry.state, then, "{state:?}");
        };
        check(REGISTERED, RETIRED, Ok(NOW));
        check(WITHDRAWING, WITHDRAWING, Err(refused(WITHDRAWING)));
        check(WITHDRAWN, WITHDRAWN, Err(refused(WITHDRAWN)));
        check(RETIRED, RETIRED, Ok(UnixTime(50)));
    }

    fn claims(class: ObjectClass) -> Claims {
        Claims {
            safe: SafeId::of(&PublicKey::new(key().public())),
            address: Address::parse("https://safe.example").unwrap(),
            class,
            digest: Digest::default().into(),
            hash: ObjectHash::of(b"", LegacyHash::Off),
            counter: Counter::ZERO,
            issued_at: NOW,
            retained_until: NOW,
            holder: HolderId::new([2; 32]),
            possession: None,
        }
    }

    fn key() -> SigningKey {
        SigningKey::derive(&Secret::new([1; 32]))
    }

    /// A certificate of this class, as a safe writes it.
    fn certificate_of(class: ObjectClass) -> String {
        Certificate::issue(claims(class), &key()).compact().into()
    }

    const BY: Rotator = Rotator {
        account: PublicKey::new([8; 32]),
        request: RequestId::new([8; 16]),
        seq: 8,
    };

    /// The certificate of the `n`th generation; that of the registration is the 0th.
    fn generation(n: u8) -> Certificate {
        let claims = Claims {
            issued_at: NOW.plus(u64::from(n)),
            holder: HolderId::new([n; 32]),
            ..claims(ObjectClass::Value)
        };
        Certificate::issue(claims, &key())
    }

    #[test]
    fn rotate_in_every_state() {
        let next = generation(1);
        let check = |state, result: Result<(), Refusal>| {
            let before = Entry {
                certificate: generation(0).compact().into(),
                ..entry(state)
            };
            let mut after = before.clone();
            assert_eq!(after.rotate(&BY, &next), result, "{state:?}");
            let rotation = Rotation {
                seq: BY.seq,
                request: BY.request,
                replaced: before.certificate.clone(),
                registered: before.certificate.clone(),
            };
            let rotated = Entry {
                account: BY.account,
                holder: next.claims().holder,
                certificate: next.compact().into(),
                rotation: Some(rotation),
                ..before.clone()
            };
            let wanted = if result.is_ok() { rotated } else { before };
            assert_eq!(after, wanted, "{state:?}");
        };
        check(REGISTERED, Ok(()));
        check(WITHDRAWING, Err(refused(WITHDRAWING)));
        check(WITHDRAWN, Err(refused(WITHDRAWN)));
        check(RETIRED, Err(refused(RETIRED)));
    }

    #[test]
    fn rotated_entry_knows_what_it_replaced_and_what_it_never_had() {
        let mut entry = Entry {
            certificate: generation(0).compact().into(),
            ..entry(REGISTERED)
        };
        assert!(!entry.has_replaced(generation(0).claims()));
        entry.rotate(&BY, &generation(2)).unwrap();
        entry.rotate(&BY, &generation(4)).unwrap();
        assert_eq!(entry.as_registered(), generation(0).compact());
        for (n, is_replaced) in [(0, true), (2, true), (3, false), (4, false), (5, false)] {
            assert_eq!(
                entry.has_replaced(generation(n).claims()),
                is_replaced,
                "{n}"
            );
        }
        // Wherever the safe was when it issued it.
        let moved = Claims {
            address: Address::parse("https://before.example").unwrap(),
            ..generation(0).claims().clone()
        };
        assert!(entry.has_replaced(&moved));
        // An entry of equal counter that was lost is another registration.
        let others = [
            Claims {
                retained_until: NOW.plus(1),
                ..moved.clone()
            },
            Claims {
                hash: ObjectHash::of(b"other", LegacyHash::Off),
                ..moved.clone()
            },
            Claims {
                class: ObjectClass::Piece,
                ..moved.clone()
            },
            Claims {
                counter: Counter::new(1).unwrap(),
                ..moved
            },
        ];
        for other in others {
            assert!(!entry.has_replaced(&other));
        }
    }

    #[test]
    fn what_is_not_released_once_knows_registered_and_retired_only() {
        for class in ObjectClass::ALL {
            let is_read_only = matches!(class, ObjectClass::Key | ObjectClass::Seed);
            assert_eq!(class.is_released_once(), !is_read_only);
            let fresh = Entry {
                certificate: certificate_of(class),
                ..entry(REGISTERED)
            };
            let mut opened = fresh.clone();
            assert_eq!(opened.open_for(A, NOW), Ok(()));
            assert_eq!(opened == fresh, is_read_only, "{class:?}");
            if !is_read_only {
                continue;
            }
            assert_eq!(opened.open_for(B, NOW), Ok(()));
            assert_eq!(opened.acknowledge(A, NOW), Err(refused(REGISTERED)));
            assert_eq!(opened.give_back(A, NOW), Err(refused(REGISTERED)));
            assert_eq!(opened, fresh, "{class:?}");
            assert_eq!(opened.retire(NOW), Ok(NOW));
            let retired = opened.clone();
            let refused = Refusal {
                at: NOW,
                ..refused(RETIRED)
            };
            assert_eq!(opened.open_for(A, NOW), Err(refused));
            assert_eq!(opened.acknowledge(A, NOW), Err(refused));
            assert_eq!(opened.give_back(A, NOW), Err(refused));
            assert_eq!(opened, retired, "{class:?}");
        }
    }

    #[test]
    fn return_bars_its_session_and_no_other() {
        let mut entry = entry(WITHDRAWING);
        entry.give_back(A, NOW).unwrap();
        let barred = Refusal {
            state: EntryState::Registered,
            session: Some(A),
            at: NOW,
        };
        assert_eq!(entry.open_for(A, UnixTime(101)), Err(barred));
        assert_eq!(entry.open_for(B, UnixTime(102)), Ok(()));
        // A repeat carries the first time, whoever has the entry now.
        assert_eq!(entry.give_back(A, UnixTime(103)), Ok(NOW));
        assert_eq!(entry.state, State::Withdrawing { session: B });
    }

    #[test]
    fn return_that_is_refused_bars_its_session_too() {
        // B has the entry. A's RECOVER is still on the way when A gives up, and arrives after B has given back.
        let mut entry = entry(State::Withdrawing { session: B });
        assert!(entry.give_back(A, NOW).is_err());
        entry.give_back(B, UnixTime(101)).unwrap();
        assert!(entry.open_for(A, UnixTime(102)).is_err());
        assert_eq!(entry.state, State::Registered);
    }

    fn numbered(n: usize) -> SessionId {
        SessionId::new((n as u128).to_be_bytes())
    }

    #[test]
    fn return_keeps_the_last_sessions_only() {
        let mut entry = entry(REGISTERED);
        for n in 0..=RETURNED_KEPT {
            let session = numbered(n);
            entry.give_back(session, UnixTime(n as u64)).unwrap();
        }
        assert_eq!(entry.returned.len(), RETURNED_KEPT);
        assert_eq!(entry.returned[0].session, numbered(1));
    }
}
