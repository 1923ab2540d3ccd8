//! How long others wait for what this wallet has registered, and who waits.
//!
//! There is such a record once an owner has ever wanted a wait: before that nobody can be waiting, and no safe is asked.

use alloc::vec::Vec;
use saifu_protocol::hold::Asked;
use saifu_protocol::owner::{Frozen, WayKind};
use saifu_protocol::push::Endpoint;
use saifu_protocol::{PublicKey, SafeId, UnixTime};
use serde::{Deserialize, Serialize};

/// What the owner wants of others, and who has asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Watch {
    /// So many seconds others wait for what is registered.
    pub wait: u64,
    /// Those who wait, or have waited, as far as their safes have told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<AskedAt>,
    /// Which safe wakes this wallet when somebody begins to wait, and where: what that safe was told last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<Woken>,
    /// Where nothing of the owner's leaves, as far as its safes have told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frozen: Vec<FrozenAt>,
}

/// A safe that hands out nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenAt {
    /// The safe.
    pub safe: SafeId,
    /// Since when, and who wants it lifted with one way only.
    pub frozen: Frozen,
    /// What this wallet has shown of two ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half: Option<Half>,
}

/// One of two ways was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Half {
    /// Of which kind.
    pub by: WayKind,
    /// Until when that holds, by the safe's clock.
    pub until: UnixTime,
}

/// A safe wakes this wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Woken {
    /// The safe.
    pub safe: SafeId,
    /// Where.
    pub to: Endpoint,
}

/// Somebody who waits at a safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedAt {
    /// The safe.
    pub safe: SafeId,
    /// Who, since when, and what was said to them.
    pub asked: Asked,
}

impl Watch {
    /// What is known of this account.
    pub fn of(&self, safe: SafeId, account: PublicKey) -> Option<&Asked> {
        let is_it = |it: &&AskedAt| it.safe == safe && it.asked.account == account;
        self.asked.iter().find(is_it).map(|it| &it.asked)
    }

    /// What this safe has said of being frozen.
    pub(crate) fn is_frozen_at(&self, safe: SafeId) -> Option<Frozen> {
        let of_it = self.frozen.iter().find(|it| it.safe == safe);
        of_it.map(|it| it.frozen)
    }

    /// The same with what this safe says of being frozen. What was shown of two ways counts for the freeze it was shown for.
    #[must_use]
    pub(crate) fn frozen_at(&self, safe: SafeId, frozen: Option<Frozen>) -> Self {
        let before = self.frozen.iter().find(|it| it.safe == safe);
        let half = |frozen: Frozen| {
            let same = before.filter(|it| it.frozen.since == frozen.since);
            same.and_then(|it| it.half)
        };
        let is_other = |it: &&FrozenAt| it.safe != safe;
        let others = self.frozen.iter().filter(is_other).copied();
        let here = frozen.map(|frozen| FrozenAt {
            safe,
            frozen,
            half: half(frozen),
        });
        Self {
            frozen: others.chain(here).collect(),
            ..self.clone()
        }
    }

    /// Likewise, after one of two ways was shown.
    #[must_use]
    pub(crate) fn half_thawed_at(&self, safe: SafeId, frozen: Frozen, half: Half) -> Self {
        let mut known = self.frozen_at(safe, Some(frozen));
        let here = known.frozen.iter_mut().filter(|it| it.safe == safe);
        here.for_each(|it| it.half = Some(half));
        known
    }

    /// The same with what this safe tells now in the place of what it told before, and who of that is new.
    #[must_use]
    pub(crate) fn told(&self, safe: SafeId, asked: &[Asked]) -> (Self, Vec<Asked>) {
        let is_new = |it: &&Asked| it.said.is_none() && self.of(safe, it.account).is_none();
        let new = asked.iter().filter(is_new).copied().collect();
        let others = self.asked.iter().filter(|it| it.safe != safe).copied();
        let theirs = asked.iter().map(|asked| AskedAt {
            safe,
            asked: *asked,
        });
        let told = Self {
            wait: self.wait,
            asked: others.chain(theirs).collect(),
            push: self.push.clone(),
            frozen: self.frozen.clone(),
        };
        (told, new)
    }
}

/// How long others wait for an entry, as far as this wallet knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OthersWait {
    /// So many seconds: its safe was told so.
    Told(u64),
    /// Its safe takes no word of this wallet: another device has registered it, or the safe says that it knows nothing of it.
    Theirs,
}

impl OthersWait {
    /// As of everything that was registered before there were waits.
    pub(crate) const NONE: Self = OthersWait::Told(0);

    pub(super) fn none() -> Self {
        Self::NONE
    }

    pub(super) fn is_none(&self) -> bool {
        *self == Self::NONE
    }
}
