//! Freezing: from now on a safe hands out nothing of the owner's, whoever asks, until two ways in of different kinds have said
//! that it may. One way in is enough to freeze, and so is an account that is counted as the owner's: whoever has lost something
//! must be quick, and whoever has found it must not be able to undo that.
//!
//! ```text
//!  FreezeItem {session, or account} ──────▶ nothing leaves any more: Problem `frozen`
//!  Unfreeze {session, by the words} ──────▶ Half: by the words, at least until that session ends
//!  Unfreeze {session, by the kit} ────────▶ Thawed
//! ```

use super::{InSession, LookUpId};
use crate::ids::UnixTime;
use serde::{Deserialize, Serialize};

/// Freezes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FreezeItem {
    /// In this session, for [`Act::Freeze`](super::Act::Freeze).
    Session(InSession),
    /// As the account that asks, which is counted as the account of this owner.
    Account(LookUpId),
}

/// What became of freezing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Froze {
    /// It is frozen.
    Frozen(Frozen),
    /// Nobody could lift it: the owner gets in there by one kind of way only, or the account is not theirs.
    TooFewWays,
    /// It was lifted not long ago ([`crate::limits::FREEZE_REST`]): now a session has to ask.
    NeedsSession,
}

/// What is frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// Since when.
    pub since: UnixTime,
    /// Who wants it lifted with one way in only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<Alone>,
}

/// One kind of way in wants it lifted. It is after [`crate::limits::FREEZE_ALONE`], if nothing of another kind freezes
/// meanwhile: otherwise whoever has lost all others would have lost everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alone {
    /// Of which kind.
    pub by: WayKind,
    /// Since when.
    pub since: UnixTime,
}

impl Alone {
    /// From when on it is enough.
    pub fn enough_at(&self) -> UnixTime {
        self.since.plus(crate::limits::FREEZE_ALONE)
    }
}

/// The kinds of ways in. Who has found one of a kind may well have others of it, and two of it say no more than one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WayKind {
    /// The recovery secret, also the one before, while it is being changed.
    Words,
    /// The recovery kit.
    Kit,
    /// A passkey.
    Passkey,
    /// A terminal.
    Terminal,
}

/// What became of lifting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thawed {
    /// Nothing is frozen.
    Thawed,
    /// One kind of way in has said so. Another one is to say it, in a session of the same account, while this one holds.
    Half {
        /// Which.
        by: WayKind,
        /// Until when its session holds.
        until: UnixTime,
        /// What is frozen.
        frozen: Frozen,
    },
}
