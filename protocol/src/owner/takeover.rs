//! A recovery by the owner's session, in the place of the holder's key.

use super::InSession;
use crate::ids::SessionId;
use crate::message::Presented;
use serde::{Deserialize, Serialize};

/// Recovers one entry of the owner's accounts, also one that is open for a session which the owner has lost with its device:
/// that one ends, and this one has the entry. The answer is that of a recovery.
///
/// As a *last resort*, one that was handed out: then nothing changes at the safe, and what comes may have been used already. No
/// plan can make it come without that being said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerRecoverItem {
    /// The owner's session, for [`Act::Recover`](super::Act::Recover).
    pub within: InSession,
    /// The whole certificate, as it is listed.
    pub presented: Presented,
    /// The session that is to have the object.
    pub session: SessionId,
    /// Whether it was handed out, to a device that was then lost.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub last_resort: bool,
}
