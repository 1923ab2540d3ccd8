//! The Worker's side: the only place in the browser where keys and values are handled.

use saifu_wallet_core::view::{Part, Phase};
use wasm_bindgen::{JsCast, JsError, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::messages::{FromWorker, ToWorker};

/// Listens to the page until the page goes away.
pub(crate) fn run(scope: DedicatedWorkerGlobalScope) {
    let port = scope.clone();
    let listener = Closure::<dyn FnMut(MessageEvent) -> Result<(), JsValue>>::new(
        move |event: MessageEvent| {
            let message: ToWorker = serde_wasm_bindgen::from_value(event.data())?;
            match message {
                ToWorker::Intent(_) | ToWorker::Encouraged | ToWorker::TakeOver => {}
            }
            post(&port, &FromWorker::Parts(vec![Part::Phase(Phase::Ready)]))
        },
    );
    scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // The Worker lives as long as its listener: both end with the page.
    listener.forget();

    if let Err(error) = post(&scope, &FromWorker::Ready) {
        wasm_bindgen::throw_val(error);
    }
}

fn post(scope: &DedicatedWorkerGlobalScope, message: &FromWorker) -> Result<(), JsValue> {
    let message = serde_wasm_bindgen::to_value(message).map_err(JsError::from)?;
    scope.post_message(&message)
}
