//! The lock of this device: whether the wallet opens by itself or only to its owner, and by which methods.
//!
//! ```text
//! off: nothing is asked ──add──▶ drafts in memory ──two of them, switched on: one transaction──▶ on
//!  ▲      ▲                          │ reload, crash, lock                                     │ ▲
//!  │      └──────────────────────────┘                            one is left: warned, ◀─remove─┘ │add
//!  └────────the last one is removed, confirmed: one transaction── nothing is deleted ────────────┘
//! ```
//! A method wraps the master key under a key that only its owner's factor gives: a passcode, a passkey's PRF, the words of a
//! recovery kit. What is stored of it is sealed by the device key once more (`wallet-web`'s vault), so that the files alone
//! give no way to try passcodes.
//!
//! In scope: the record, the methods, what a passcode must be, the pauses after wrong ones, and what follows from each wish.
//! Not in scope: storing it, the ceremony with an authenticator, and when nobody has touched anything for how long
//! (`wallet-web`).

mod keeper;
mod record;
pub mod strength;
mod tries;

pub use keeper::{Keeper, MethodCard, Next, Said, Switch, View, Wish};
pub use record::{Factor, How, Kind, Method, MethodId, Record, Refused};
pub use tries::Tries;

use serde::{Deserialize, Serialize};

/// So many methods a lock takes to be switched on: one may be lost.
pub const LEAST: usize = 2;

/// What the rest of the wallet has to know of the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// The wallet opens by itself.
    #[default]
    Off,
    /// It opens by one method, and by none if that is lost.
    LastMethod,
    /// It opens by several.
    On,
}

impl Standing {
    fn of(methods: usize) -> Self {
        match methods {
            0 => Standing::Off,
            1 => Standing::LastMethod,
            _ => Standing::On,
        }
    }

    /// Whether a copy that lies here, too, may be deleted here. With one method left, this wallet may be about to be lost, and
    /// what brings the value back from its safes with it.
    pub const fn may_delete(self) -> bool {
        !matches!(self, Standing::LastMethod)
    }
}

/// After how long without a touch the wallet locks itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AutoLock {
    /// One minute.
    After1,
    /// Five minutes.
    #[default]
    After5,
    /// A quarter of an hour.
    After15,
    /// Never; only when the tab is closed, or by hand.
    Never,
}

impl AutoLock {
    /// Every choice.
    pub const ALL: [AutoLock; 4] = [
        AutoLock::After1,
        AutoLock::After5,
        AutoLock::After15,
        AutoLock::Never,
    ];

    /// Minutes; none if it never locks itself.
    pub const fn minutes(self) -> Option<u64> {
        match self {
            AutoLock::After1 => Some(1),
            AutoLock::After5 => Some(5),
            AutoLock::After15 => Some(15),
            AutoLock::Never => None,
        }
    }

    /// Whether it is time, so many milliseconds after the last touch.
    pub const fn is_due(self, since_ms: u64) -> bool {
        match self.minutes() {
            Some(minutes) => since_ms >= minutes * 60_000,
            None => false,
        }
    }
}

#[cfg(test)]
mod tests;
