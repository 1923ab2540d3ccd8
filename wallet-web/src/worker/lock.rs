//! The Web Lock that makes one tab the wallet's. It spares the owner surprises; what protects the store is its version. And
//! the one that tells the service worker that a wallet is open, which sends for itself.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

/// The name of the lock that makes one tab the wallet's.
pub(super) const WALLET: &str = "saifu-wallet";
/// The name of the one that is held while the wallet is open to its owner. `service-worker.js` knows it.
pub(super) const UNLOCKED: &str = "saifu-unlocked";

#[wasm_bindgen]
extern "C" {
    /// `LockManager`, which web-sys hides behind a compiler flag.
    type Locks;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &Locks,
        name: &str,
        options: &Object,
        granted: &Function,
    ) -> Result<Promise, JsValue>;
}

/// How the lock is asked for.
pub(crate) enum Claim<'a> {
    /// Only if nobody has it.
    IfFree,
    /// As soon as whoever has it is gone, unless aborted before.
    WhenFree(&'a AbortSignal),
    /// Now: whoever has it loses it.
    Steal,
}

/// The lock, held until this is dropped or another tab steals it.
pub(crate) struct Lock {
    release: Function,
    over: Promise,
}

impl Lock {
    /// Is rejected when another tab steals the lock.
    pub(crate) fn over(&self) -> Promise {
        self.over.clone()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A resolver does not throw.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// Asks for a lock; `None` if it is not free.
///
/// # Errors
/// When the claim was aborted, or this browser or context has no locks.
pub(crate) async fn claim(name: &str, claim: Claim<'_>) -> Result<Option<Lock>, JsValue> {
    let options = Object::new();
    match claim {
        Claim::IfFree => Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE)?,
        Claim::WhenFree(signal) => Reflect::set(&options, &"signal".into(), signal)?,
        Claim::Steal => Reflect::set(&options, &"steal".into(), &JsValue::TRUE)?,
    };
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
    let locks = Reflect::get(&navigator, &"locks".into())?;
    if locks.is_undefined() {
        return Err(js_sys::Error::new("there are no locks here").into());
    }
    let locks: Locks = locks.unchecked_into();

    // The lock is held as long as the promise that its callback returns is not resolved.
    let release = Rc::new(RefCell::new(None));
    let held = Promise::new(&mut |resolve, _| {
        release.replace(Some(resolve));
    });
    let mut over = None;
    let mut failed = None;
    let granted = Promise::new(&mut |resolve, _| {
        let held = held.clone();
        let on_grant = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let got = !lock.is_null();
            // A resolver does not throw.
            let _ = resolve.call1(&JsValue::UNDEFINED, &got.into());
            if got { held.into() } else { JsValue::UNDEFINED }
        });
        match locks.request(name, &options, on_grant.unchecked_ref()) {
            Ok(promise) => over = Some(promise),
            Err(error) => failed = Some(error),
        }
    });
    let (Some(over), Some(release)) = (over, release.take()) else {
        return Err(failed.unwrap_or(JsValue::UNDEFINED));
    };
    // A claim that is aborted or forbidden is never granted, but over.
    let first = Promise::race(&js_sys::Array::of2(&granted, &over));
    let got = JsFuture::from(first).await?;
    Ok(got.is_truthy().then_some(Lock { release, over }))
}
