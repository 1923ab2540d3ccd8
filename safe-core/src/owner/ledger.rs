//! What the part of a ledger does that is about owners. As with [`crate::ledger`]: nothing else happens to it between `load`
//! and `apply`, and all changes are applied or none.

use super::state::{Attempt, Owner, Session};
use saifu_protocol::owner::{InSession, LookUpId};
use saifu_protocol::{PublicKey, RequestId, SessionId, UnixTime};

/// What to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Need {
    /// This owner. Without one, the owner of the session or else of the attempt.
    pub look_up: Option<LookUpId>,
    /// The attempt of this account that began with this request, and the session that it ended in.
    pub attempt: Option<(PublicKey, RequestId)>,
    /// This session.
    pub session: Option<SessionId>,
}

impl Need {
    /// A session and its owner.
    pub fn of_session(within: &InSession) -> Self {
        Self {
            session: Some(within.session),
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
    /// The session.
    pub session: Option<Session>,
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
    /// Of the attempts only so many are kept, and of the names that nobody has: those that came first go first.
    Keep {
        /// How many attempts.
        attempts: usize,
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

    /// Drops what is forgotten: attempts, sessions, and guesses at names that nobody has.
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
