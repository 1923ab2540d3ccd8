//! Requests to safes.
//!
//! Sent by the Worker itself: page, cookies, caches and referrers have no part in them. The wallet asks one question
//! only — what did the safe answer? — so whatever goes wrong on the way is no answer.

use js_sys::{Reflect, Uint8Array};
use saifu_wallet_core::port::{ASK_TIMEOUT_MS, Answer, Ask, MAX_ANSWER_BYTES};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache,
    RequestCredentials, RequestInit, RequestMode, RequestRedirect, Response,
};

use super::scope;

/// Sends a request and reads the answer; `None` if there was none in time, or it broke off, or it is too large.
pub(crate) async fn ask(ask: &Ask) -> Option<Answer> {
    let controller = AbortController::new().ok()?;
    // Covers the body too: aborting breaks off the stream that is being read.
    let give_up = {
        let controller = controller.clone();
        wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || controller.abort())
    };
    let timer = scope()
        .set_timeout_with_callback_and_timeout_and_arguments_0(
            give_up.as_ref().unchecked_ref(),
            ASK_TIMEOUT_MS as i32,
        )
        .ok()?;
    let answer = exchange(ask, &controller).await;
    scope().clear_timeout_with_handle(timer);
    // No more bytes of it are wanted, nor is its connection kept busy.
    if answer.is_err() {
        controller.abort();
    }
    answer.ok()
}

async fn exchange(ask: &Ask, controller: &AbortController) -> Result<Answer, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &ask.headers {
        headers.append(name, value)?;
    }
    let request = RequestInit::new();
    request.set_headers(&headers);
    match &ask.body {
        None => request.set_method("GET"),
        Some(body) => {
            request.set_method("POST");
            request.set_body(&Uint8Array::from(body.as_slice()));
        }
    }
    request.set_mode(RequestMode::Cors);
    request.set_credentials(RequestCredentials::Omit);
    request.set_cache(RequestCache::NoStore);
    // A safe is its address: one that sends elsewhere is not followed.
    request.set_redirect(RequestRedirect::Error);
    request.set_referrer_policy(ReferrerPolicy::NoReferrer);
    request.set_signal(Some(&controller.signal()));

    let response = JsFuture::from(scope().fetch_with_str_and_init(&ask.url, &request)).await?;
    let response: Response = response.unchecked_into();
    Ok(Answer {
        status: response.status(),
        body: read(&response).await?,
    })
}

/// Reads piece by piece, so that an answer without end is noticed before it fills the memory.
async fn read(response: &Response) -> Result<Vec<u8>, JsValue> {
    let mut bytes = Vec::new();
    let Some(stream) = response.body() else {
        return Ok(bytes);
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    loop {
        let piece = JsFuture::from(reader.read()).await?;
        if Reflect::get(&piece, &"done".into())?.is_truthy() {
            return Ok(bytes);
        }
        let piece: Uint8Array = Reflect::get(&piece, &"value".into())?.dyn_into()?;
        let total = bytes.len() + piece.length() as usize;
        if total > MAX_ANSWER_BYTES {
            return Err(JsValue::UNDEFINED);
        }
        let start = bytes.len();
        bytes.resize(total, 0);
        piece.copy_to(&mut bytes[start..]);
    }
}
