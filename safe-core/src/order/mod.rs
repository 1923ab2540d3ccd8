//! What one safe does for an owner at another (WO 01/13293, claims 22 and 23).
//!
//! In scope, at the key safe: whether a session may have an order brought ([`errand`]), what is asked of the other safe, what
//! its answer is taken for, and the coupling with the own part ([`couple`]). At the value safe: whose orders an entry obeys,
//! that an order is taken once, and what it comes to ([`obey`]). Not in scope: how the two reach each other.
//!
//! To the value safe an order is one more way to be an entry's holder: it ends in a [`Claim`](crate::command::Claim), and
//! everything that holds of holders holds of it, one session at a time, receipts, no second release.

mod errand;
mod obey;
mod relay;

pub use errand::{Asking, Errand};
pub use obey::{Obeying, obey};
pub use relay::{couple, errand};

use crate::entry::EntryKey;
use saifu_protocol::owner::Note;
use saifu_protocol::{PublicKey, RequestId, UnixTime};

/// An entry that obeys somebody's orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obedient {
    /// Where it lies.
    pub key: EntryKey,
    /// The note that is kept with it.
    pub note: Option<Note>,
}

/// An order that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The key it was signed with.
    pub orders: PublicKey,
    /// Its request id.
    pub request: RequestId,
    /// What it is told apart by.
    pub fingerprint: [u8; 32],
    /// Until when it is of this time.
    pub until: UnixTime,
}
