//! Owners: how one who has nothing but a name and a secret gets in (WO 01/13293, the eighth embodiment), or a device and no
//! name (the ninth and tenth).
//!
//! In scope: what a safe keeps of an owner, the counting of guesses, sessions, the change of a secret, and what a session
//! opens. Not in scope: the password protocol (`saifu_crypto::opaque`), and what an authorised claim then does to an entry:
//! that is [`crate::decide`], which knows no owners.
//!
//! A login, as it is in the ledger. Every arrow is one change, applied before its answer leaves:
//!
//! ```text
//!                LoginStart                  LoginFinish, right
//!  (nothing) ────────────────▶ Attempt ───────────────────────────▶ Attempt + Session ── 15 min ──▶ (nothing)
//!      │      a guess is spent    │ ▲         guesses given back        │ ▲
//!      │                          └─┘ the same request: the same KE2    └─┘ the same KE3: the same session
//!      │ no guess left            └────── 5 min, or wrong ──▶ (nothing: the guess stays spent)
//!      ▼
//!   Wait, nothing spent
//! ```
//!
//! A secret that is being changed:
//!
//! ```text
//!                    EnrolFinish                ChangeFinish
//!  (nobody's name) ─────────────▶ newest: a ───────────────────▶ newest: b, previous: a
//!                                     ▲                             │             │
//!                                     ├──── Settle, logged in by a ─┘             │
//!                                 newest: b ◀── Settle, logged in by b ───────────┘
//! ```
//!
//! The secret of a recovery kit is a third one, beside these. It takes no part in the change: another kit takes its place at
//! once. Its guesses are counted apart, so that whoever guesses at one keeps nobody from the other.
//!
//! A name nobody has goes through the same arrows: its guesses are counted in a row of their own, its attempts are kept,
//! only no KE3 ends one.

mod access;
mod channel;
mod command;
mod decide;
mod device;
mod guesses;
mod keys;
mod ledger;
mod list;
mod memory;
pub mod passkey;
mod state;
mod takeover;
#[cfg(test)]
mod tests;

pub use access::{Access, open};
pub use channel::enter;
pub use command::Command;
pub use decide::{Context, Decision, Reply, decide, need};
pub use device::{Device, DeviceCheck, Greeting, MAX_GREETINGS, Stage};
pub use guesses::{FORGOTTEN_AFTER, Guesses};
pub use keys::OwnerKeys;
pub use ledger::{Change, Loaded, Need, OwnerLedger};
pub use list::list;
pub use memory::MemoryOwners;
pub use state::{
    ATTEMPT_LIFETIME, Attempt, Credential, CredentialId, Enrolment, Kit, MAX_ATTEMPTS,
    MAX_GUESSED_NAMES, OpenedBy, Owner, Session,
};
pub use takeover::{TakenOver, take_over};
