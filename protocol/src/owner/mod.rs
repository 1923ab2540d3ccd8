//! Owner authentication: what passes between wallet and safe when an owner enrols a recovery secret, logs in with it, and
//! changes it (WO 01/13293, the eighth embodiment).
//!
//! In scope: how an owner is looked up and named, what proves a session, the messages, what is listed in a session. Not in scope: the protocol itself
//! (`saifu_crypto::opaque`), what a safe decides (`saifu_safe_core::owner`), and what the wallet seals under its export
//! key: to the safe those are bytes.
//!
//! ```text
//!  wallet: name, secret                            safe
//!  look-up id = HKDF(Argon2id(name, salt = safe id))
//!  EnrolStart  {look-up, enrolment, request} ───▶
//!              ◀─── EnrolStarted {response}
//!  EnrolFinish {look-up, enrolment, record, kept} ▶ credential: one secret, and what is kept under it
//!              ◀─── Enrolled
//!
//!  LoginStart  {look-up, which, KE1} ───────────▶ a guess is spent
//!              ◀─── Challenge {KE2} | Wait
//!  LoginFinish {login, KE3} ────────────────────▶ a session; the guesses are given back
//!              ◀─── In {session, kept, guesses} | Out
//!
//!  ChangeFinish {session, enrolment, record, kept} ▶ two credentials, each opens
//!  Settle {session} ────────────────────────────▶ that of the session stays, the other ends
//!
//!  OwnerListItem {session, after} ──────────────▶
//!              ◀─── OwnerPage {certificates and notes of the owner's accounts, next}
//!  OwnerRecoverItem {session, certificate} ─────▶ the entry is open for a session of this device, and for no other
//!              ◀─── Recovered
//! ```

mod device;
mod freeze;
mod list;
mod message;
mod name;
mod takeover;

pub use device::{
    Assertion, By, Challenge, Conversation, DEVICES, Device, DeviceAdd, DeviceAdded, DeviceFinish,
    DeviceId, DeviceKey, DeviceLabel, DeviceProof, DeviceRemove, DeviceRename, DeviceStart,
    DeviceStarted, Event, Happened, PasskeyAlgorithm, PasskeyKey, WaysIn, enrolment_challenge,
    signed_by_terminal,
};
pub use freeze::{Alone, FreezeItem, Froze, Frozen, Thawed, WayKind};
pub use list::{Note, OwnerEntry, OwnerListItem, OwnerPage};
pub use message::{
    Act, Answer, ChangeFinish, Changed, EnrolFinish, EnrolStart, EnrolStarted, Enrolled, InSession,
    Kept, LoggedIn, LoginFinish, LoginFinished, LoginStart, LoginStarted, Purpose, SessionProof,
    SetMap, Slot, Suite, Which,
};
pub use name::{BadName, OwnerName, look_up};
pub use takeover::OwnerRecoverItem;

use crate::fixed_bytes;
use crate::ids::SafeId;
use crate::labels;
use saifu_crypto::opaque::Parties;

/// What a descriptor names under `authentication` where owners may log in with a name and a secret.
pub const AUTHENTICATION: &str = "opaque-1";

fixed_bytes!(
    /// Under what a safe looks an owner up. Another at each safe, so that nobody joins them without guessing the name.
    LookUpId, 32
);
fixed_bytes!(
    /// One enrolment of a secret, the same on every retry.
    EnrolmentId, 16
);

/// Owner and safe as OPAQUE binds them.
pub fn parties<'a>(look_up: &'a LookUpId, safe: &'a SafeId) -> Parties<'a> {
    Parties {
        owner: Some(look_up.as_bytes()),
        safe: Some(safe.as_bytes()),
        context: labels::OWNER_CONTEXT.as_bytes(),
    }
}
