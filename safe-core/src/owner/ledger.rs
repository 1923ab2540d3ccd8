//! What the part of a ledger does that is about owners. As with [`crate::ledger`]: nothing else happens to it between `load`
//! and `apply`, and all changes are applied or none.

use super::device::{Device, Greeting};
use super::state::{Attempt, Owner, Session};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use saifu_protocol::owner::{DeviceId, Frozen, Happened, LookUpId};
use saifu_protocol::{PublicKey, RequestId, SessionId, UnixTime};

/// What to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Need {
    /// This owner. Without one, the owner of the session, or else of the attempt, or else of the device.
    pub look_up: Option<LookUpId>,
    /// The attempt of this account that began with this request, and the session that it ended in.
    pub attempt: Option<(PublicKey, RequestId)>,
    /// The login by a device of this account that began with this request, and the session that it ended in.
    pub greeting: Option<(PublicKey, RequestId)>,
    /// This session, and the device that opened it.
    pub session: Option<SessionId>,
    /// This device, whoever's it is.
    pub device: Option<DeviceId>,
    /// Also all devices of the owner's, and what happened.
    pub ways: bool,
    /// Also those sessions of this account, in this owner's name, that have asked to lift a freeze.
    pub thawing: Option<PublicKey>,
}

impl Need {
    /// A session and its owner.
    pub fn of_session(session: SessionId) -> Self {
        Self {
            session: Some(session),
            ..Self::default()
        }
    }
}

/// What was loaded.
#[derive(Clone, Default)]
pub struct Loaded {
    /// The owner.
    pub owner: Option<Owner>,
    /// The attempt.
    pub attempt: Option<Attempt>,
    /// The login by a device.
    pub greeting: Option<Greeting>,
    /// The session.
    pub session: Option<Session>,
    /// The devices.
    pub devices: BTreeMap<DeviceId, Device>,
    /// What happened, the newest first.
    pub history: Vec<Happened>,
    /// The sessions that have asked to lift a freeze.
    pub thawing: Vec<Session>,
}

/// One change.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// The owner is this from now on, whether there was one of this name or not.
    PutOwner(Owner),
    /// A new attempt. Fails if there is one of this account and request.
    CreateAttempt(Attempt),
    /// The attempt ended in a session. Fails without the attempt, or if there is a session with this id.
    CreateSession {
        /// The request that began the attempt. Its account is that of the session.
        attempt: RequestId,
        /// The session.
        session: Session,
    },
    /// The device is this from now on, whether there was one with this id or not.
    PutDevice(Device),
    /// There is no such device any more.
    RemoveDevice(DeviceId),
    /// A new login by a device. Fails if there is one of this account and request.
    CreateGreeting(Greeting),
    /// It ended in a session. Fails without it, or if there is a session with this id.
    EndGreeting {
        /// The request that began it. Its account is that of the session.
        greeting: RequestId,
        /// Hash of what the device said.
        proof: [u8; 32],
        /// The session.
        session: Session,
    },
    /// The session has asked to lift a freeze at this time. Fails without it.
    Thaws(SessionId, UnixTime),
    /// Something happened to an owner's record. Of each only
    /// [`MAX_OWNER_HISTORY`](saifu_protocol::limits::MAX_OWNER_HISTORY) are kept, the newest.
    Happened {
        /// Whose.
        look_up: LookUpId,
        /// What.
        happened: Happened,
    },
    /// Of the attempts only so many are kept, of the logins by devices, and of the names that nobody has: those that came first go first.
    Keep {
        /// How many attempts.
        attempts: usize,
        /// How many logins by devices.
        greetings: usize,
        /// How many names.
        names: usize,
    },
}

/// A ledger of owners.
pub trait OwnerLedger {
    /// Why it could not: the adapter's affair.
    type Error;

    /// Loads what a command needs.
    ///
    /// # Errors
    /// The storage failed or holds what this software did not write.
    fn load(&self, need: &Need) -> Result<Loaded, Self::Error>;

    /// Applies all changes or none.
    ///
    /// # Errors
    /// Nothing was changed then.
    fn apply(&mut self, changes: &[Change]) -> Result<(), Self::Error>;

    /// Whether anybody whose account this is has frozen what is theirs; of several, since the earliest.
    ///
    /// # Errors
    /// As [`OwnerLedger::load`].
    fn frozen(&self, account: &PublicKey) -> Result<Option<Frozen>, Self::Error>;

    /// Drops what is forgotten: attempts, logins by devices, sessions, and guesses at names that nobody has.
    ///
    /// # Errors
    /// As [`OwnerLedger::apply`].
    fn sweep(&mut self, now: UnixTime) -> Result<(), Self::Error>;

    /// When there is something to sweep next.
    ///
    /// # Errors
    /// As [`OwnerLedger::load`].
    fn next_sweep(&self) -> Result<Option<UnixTime>, Self::Error>;
}
