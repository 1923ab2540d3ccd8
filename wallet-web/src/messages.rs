//! What passes between the page and the Worker. No key is ever part of it, and of the values only what the owner typed
//! or asked to see. What the owner types reaches the Worker only encrypted (`saifu_wallet_core::typed`).
//!
//! A message travels as one text. As JavaScript's objects it would take the code that reads and writes each type once
//! more, beside that for JSON.

use saifu_protocol::json::{self, Unreadable};
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::lock;
use saifu_wallet_core::rules::Reading;
use saifu_wallet_core::typed::{Envelope, Offer};
use saifu_wallet_core::view::Part;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use zeroize::Zeroizing;

/// From the page to the Worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ToWorker {
    /// A [`Typed`], encrypted.
    Sealed(Envelope),
    /// Somebody touches the screen or the keys.
    Touched,
    /// Lock the wallet now.
    Lock,
    /// What the device says of itself.
    Signals(Reading),
    /// The wallet is looked at again: what waits may be tried at once.
    Encouraged,
    /// The page is hidden: it may be closed next, and nothing is told then.
    Leaving,
    /// The owner wants the wallet here although another tab has it. That tab stops at once.
    TakeOver,
}

/// What the owner wants. It may carry what was typed, so it travels encrypted.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Typed {
    /// Of the wallet.
    Intent(Intent),
    /// Of its lock.
    Lock(lock::Wish),
}

/// From the Worker to the page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FromWorker {
    /// The Worker listens. Whatever was posted before this may be lost, so the page waits for it.
    Ready,
    /// Keys to encrypt what is typed with. More come as they are used up.
    Offer(Offer),
    /// How the lock stands.
    Lock(lock::View),
    /// Show these. Each replaces the part of its kind that was shown before.
    Parts(Vec<Part>),
    /// Something lies in the outbox, or lies there still: the browser is to wake the service worker when there is a network.
    Kept,
}

/// As it is posted.
pub(crate) fn write<T: Serialize>(message: &T) -> JsValue {
    JsValue::from_str(&Zeroizing::new(json::write_text(message)))
}

/// As it was posted.
///
/// # Errors
/// [`Unreadable`]: the other side is not of this build.
pub(crate) fn read<T: DeserializeOwned>(posted: &JsValue) -> Result<T, Unreadable> {
    let text = Zeroizing::new(posted.as_string().ok_or(Unreadable)?);
    json::read(text.as_bytes())
}
