//! A recovery by the owner's session, in the place of the holder's key.

use super::InSession;
use crate::ids::SessionId;
use crate::message::Presented;
use serde::{Deserialize, Serialize};

/// Recovers one entry of the owner's accounts, also one that is open for a session which the owner has lost with its device:
/// that one ends, and this one has the entry. The answer is that of a recovery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerRecoverItem {
    /// The owner's session, for [`Act::Recover`](super::Act::Recover).
    pub within: InSession,
    /// The whole certificate, as it is listed.
    pub presented: Presented,
    /// The session that is to have the object.
    pub session: SessionId,
}
