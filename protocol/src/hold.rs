//! The wait before a safe hands something to an account that did not register it: somebody who has logged in as the owner, or
//! got hold of a certificate and its key. Until it is over, the account that registered it, or a session of the owner's, can
//! say no.
//!
//! ```text
//!  another account: RECOVER, ROTATE, RETIRE ───▶ nothing is done; it waits from now on
//!              ◀─── Waiting, until when
//!  own account:     AskedItem::List ───────────▶ who waits, and since when
//!                   AskedItem::Decide ─────────▶ may at once, or never
//!  another account, when the time is over ─────▶ as if it were its own
//! ```

use crate::ids::{PublicKey, UnixTime};
use crate::message::Presented;
use crate::owner::Frozen;
use crate::push::{Endpoint, PushOffer};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Says how long others wait for an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitItem {
    /// The certificate.
    pub target: Presented,
    /// So many seconds, at most [`crate::limits::MAX_WAIT`]. A longer wait holds at once, a shorter one when the one before
    /// is over: whoever has the account for an hour shortens nothing within it.
    pub wait: u64,
    /// The holder's presentation.
    pub proof: String,
}

/// What is asked about those who wait for entries of the account that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskedItem {
    /// Who waits.
    List,
    /// What becomes of one of them.
    Decide {
        /// The account that waits.
        account: PublicKey,
        /// Whether it may at once; otherwise never.
        may: bool,
    },
    /// Where the account is woken when somebody begins to wait. Only where the safe said that it does that
    /// ([`AskedPage::push`]).
    Push {
        /// There, and nowhere else; nowhere, if it is missing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Endpoint>,
    },
}

/// Those who wait, or have waited: those about whom nothing is said first, and of them those who asked first; at most
/// [`crate::limits::MAX_ASKED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedPage {
    /// They.
    pub asked: Vec<Asked>,
    /// Whether the account is woken when somebody begins to wait. A safe that wakes nobody does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<PushOffer>,
    /// Whether the owner of the account that asks has frozen everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Frozen>,
}

/// An account that wants entries of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The account that wants them.
    pub account: PublicKey,
    /// Since when. What waits so many seconds opens so many seconds later.
    pub since: UnixTime,
    /// What the owner said to it, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// What an owner said to an account that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// It may at once.
    Yes,
    /// It never may.
    No,
}
