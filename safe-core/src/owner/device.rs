//! Devices that log in instead of a secret, and the logins that they begin.
//!
//! ```text
//!                DeviceStart                DeviceFinish, signed
//!  (nothing) ────────────────▶ Open ───────────────────────────▶ Ended + Session ── 15 min ──▶ (nothing)
//!                              │ ▲                                  │ ▲
//!      the same request: the   └─┘                                  └─┘ the same proof: the same session
//!      same greeting           └────── 5 min ──▶ (nothing)
//! ```
//!
//! The safe's half of the key that both agree on lies in the ledger from the first message to the last, as what a login with
//! a secret waits for does: five minutes at the most. After that it is nowhere, and whoever gets hold of the ledger and of
//! the safe's lasting keys reads no conversation that is over.

use super::passkey::Passkey;
use super::state::ATTEMPT_LIFETIME;
use saifu_crypto::Secret;
use saifu_protocol::limits::OWNER_LOGIN_LIFETIME;
use saifu_protocol::owner::{self, Conversation, DeviceId, DeviceKey, DeviceLabel, Kept, LookUpId};
use saifu_protocol::{PublicKey, RequestId, SafeId, SessionId, UnixTime};

/// The most logins by devices that are kept while they are open or their sessions hold. As
/// [`MAX_ATTEMPTS`](super::MAX_ATTEMPTS): anybody can begin one, and whoever begins thousands pushes an owner out only while
/// that owner touches a key. Rows of about 400 bytes, so 4 MB.
pub const MAX_GREETINGS: usize = 10_000;

/// A device that is enrolled. One owner's, at this safe.
#[derive(Clone, PartialEq, Eq)]
pub struct Device {
    /// What it is known by.
    pub id: DeviceId,
    /// Whose it is.
    pub look_up: LookUpId,
    /// By what it is checked.
    pub check: DeviceCheck,
    /// What the owner calls it, sealed.
    pub label: DeviceLabel,
    /// What is kept for a login with it.
    pub kept: Kept,
    /// Since when.
    pub since: UnixTime,
    /// When it last logged in.
    pub used: Option<UnixTime>,
}

/// By what a device is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceCheck {
    /// An authenticator, by what it says of itself.
    Passkey(Passkey),
    /// A terminal, by its key.
    Terminal(PublicKey),
}

/// A login that was begun with no name: a device will say whose it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Greeting {
    /// Who began it.
    pub account: PublicKey,
    /// In which request.
    pub request: RequestId,
    /// The wallet's key.
    pub hello: PublicKey,
    /// The safe's.
    pub greeting: PublicKey,
    /// What the safe drew.
    pub nonce: [u8; 32],
    /// When it was begun.
    pub at: UnixTime,
    /// How far it is.
    pub stage: Stage,
}

/// How far a login with a device is.
#[derive(Clone, PartialEq, Eq)]
pub enum Stage {
    /// A device may end it.
    Open {
        /// The private half of the safe's key.
        secret: Secret,
    },
    /// One has.
    Ended {
        /// The session that it ended in.
        session: SessionId,
        /// Hash of what the device said, to tell a repeat from a second try.
        proof: [u8; 32],
    },
}

impl Device {
    /// As its owner sees it.
    pub fn shown(&self) -> owner::Device {
        owner::Device {
            id: self.id,
            is_passkey: matches!(self.check, DeviceCheck::Passkey(_)),
            label: self.label.clone(),
            since: self.since,
            used: self.used,
        }
    }

    /// Whether it is checked by this key.
    pub fn has(&self, key: &DeviceKey) -> bool {
        match (&self.check, key) {
            (DeviceCheck::Passkey(passkey), DeviceKey::Passkey(key)) => passkey.key == *key,
            (DeviceCheck::Terminal(here), DeviceKey::Terminal(key)) => here == key,
            _ => false,
        }
    }
}

impl Greeting {
    /// The conversation that it begins.
    pub fn conversation(&self, safe: SafeId) -> Conversation {
        Conversation {
            safe,
            account: self.account,
            request: self.request,
            hello: self.hello,
            greeting: self.greeting,
            nonce: self.nonce,
        }
    }

    /// Whether it is too late to end it. A clock that was set back ends none.
    pub fn is_over(&self, now: UnixTime) -> bool {
        now.since(self.at) > OWNER_LOGIN_LIFETIME
    }

    /// Whether nothing asks for it any more.
    pub fn is_forgotten(&self, now: UnixTime) -> bool {
        now >= self.forgotten_at()
    }

    /// From when on that is so.
    pub fn forgotten_at(&self) -> UnixTime {
        self.at.plus(match self.stage {
            Stage::Open { .. } => OWNER_LOGIN_LIFETIME + 1,
            Stage::Ended { .. } => ATTEMPT_LIFETIME,
        })
    }
}
