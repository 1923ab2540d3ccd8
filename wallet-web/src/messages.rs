//! What passes between the page and the Worker. No key is ever part of it, and of the values only what the owner typed
//! or asked to see.
//!
//! A message travels as bytes without names: both sides are the same build. With names, as JavaScript's objects or JSON,
//! reading it takes several times the code.

use js_sys::Uint8Array;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::Part;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::fmt;
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

/// From the page to the Worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ToWorker {
    /// The owner wants something.
    Intent(Intent),
    /// The wallet is looked at again: what waits may be tried at once.
    Encouraged,
    /// The owner wants the wallet here although another tab has it. That tab stops at once.
    TakeOver,
}

/// From the Worker to the page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FromWorker {
    /// The Worker listens. Whatever was posted before this may be lost, so the page waits for it.
    Ready,
    /// Show these. Each replaces the part of its kind that was shown before.
    Parts(Vec<Part>),
}

/// As it is posted.
pub(crate) fn write<T: Serialize>(message: &T) -> JsValue {
    match postcard::to_allocvec(message).map(Zeroizing::new) {
        Ok(bytes) => Uint8Array::from(bytes.as_slice()).into(),
        Err(_) => unreachable!("messages are plain data, and so have a form in bytes"),
    }
}

/// As it was posted.
///
/// # Errors
/// [`Foreign`].
pub(crate) fn read<T: DeserializeOwned>(posted: &JsValue) -> Result<T, Foreign> {
    let bytes = posted.dyn_ref::<Uint8Array>().ok_or(Foreign)?.to_vec();
    postcard::from_bytes(&Zeroizing::new(bytes)).map_err(|_| Foreign)
}

/// What was posted is not of this build.
#[derive(Debug)]
pub(crate) struct Foreign;

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what was posted is not of this build")
    }
}

impl Error for Foreign {}
