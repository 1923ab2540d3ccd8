//! `transactionSync` of a SQLite-backed Durable Object, which the `worker` crate does not bind.
//!
//! Without it, statements of one event are merely written together: if the second of two fails and the error is caught,
//! the first one stays. With it, an error that leaves the closure undoes everything in it. The contract suite proves it.

use wasm_bindgen::prelude::*;
use worker::durable::Storage;

#[wasm_bindgen]
extern "C" {
    type SyncStorage;

    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &SyncStorage,
        closure: &mut dyn FnMut() -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue>;
}

/// Runs `act`; everything it changed is undone if it fails.
///
/// # Errors
/// The one of `act`, or what `failed` makes of a transaction that could not begin or commit.
pub(crate) fn transact<T, E>(
    storage: &Storage,
    failed: impl FnOnce(JsValue) -> E,
    act: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let mut act = Some(act);
    let mut result: Option<Result<T, E>> = None;
    let mut closure = || {
        // The platform calls it once.
        let outcome = act.take().map(|act| act());
        let is_done = matches!(outcome, Some(Ok(_)));
        result = outcome;
        if is_done {
            Ok(JsValue::UNDEFINED)
        } else {
            // What is thrown is seen only here; it is the throwing that rolls back.
            Err(JsValue::from_str("rolled back"))
        }
    };
    let storage: &SyncStorage = storage.as_raw().unchecked_ref();
    let committed = storage.transaction_sync(&mut closure);
    match (result, committed) {
        (Some(Ok(done)), Ok(_)) => Ok(done),
        (Some(Err(error)), _) => Err(error),
        (_, Err(error)) => Err(failed(error)),
        (None, Ok(_)) => Err(failed(JsValue::UNDEFINED)),
    }
}
