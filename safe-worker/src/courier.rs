//! The ways out. To another safe: what `saifu_safe_core::order` wants asked is fetched here, and only that. Two fixed paths of one
//! origin, no redirects, so much and no more of an answer, and an end to waiting. To a push service: what `saifu_safe_core::push` wants
//! said, and of the answer nothing but its status.

use core::time::Duration;
use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use saifu_protocol::order::Relayed;
use saifu_protocol::{UnixTime, limits};
use saifu_safe_core::SafeKeys;
use saifu_safe_core::order::Errand;
use saifu_safe_core::push::Message;
use saifu_safe_core::service::JSON;
use std::pin::pin;
use wasm_bindgen::JsValue;
use worker::{
    AbortController, AbortSignal, Delay, Fetch, Headers, Method, Request, RequestInit,
    RequestRedirect, Result,
};

/// How long both questions may take together. A wallet waits 20 seconds for the whole, and this safe has to answer as well.
const PATIENCE: Duration = Duration::from_secs(12);
/// A descriptor is less than 3 KB.
const MAX_DESCRIPTOR_BYTES: usize = 64 << 10;

/// An answer: status and body.
type Answer = (u16, Vec<u8>);

/// Brings an order, and says what came of it.
pub(crate) async fn bring(errand: &Errand, keys: &SafeKeys, now: UnixTime) -> Relayed {
    let controller = AbortController::default();
    let signal = controller.signal();
    let asked = pin!(ask(errand, keys, now, &signal));
    match select(asked, pin!(Delay::from(PATIENCE))).await {
        Either::Left((relayed, _)) => relayed,
        Either::Right(_) => {
            controller.abort();
            Relayed::Unreachable
        }
    }
}

async fn ask(errand: &Errand, keys: &SafeKeys, now: UnixTime, signal: &AbortSignal) -> Relayed {
    let described = get(&errand.describes_itself_at(), signal).await.ok();
    let described = described.as_ref().map(borrow);
    let asking = match errand.ask(described, keys, now, &mut UnwrapErr(SysRng)) {
        Ok(asking) => asking,
        Err(relayed) => return relayed,
    };
    let headers = [
        ("Authorization", &*asking.authorization),
        ("Idempotency-Key", &*asking.idempotency_key),
    ];
    let answer = post(&asking.url, &headers, &asking.body, signal).await.ok();
    asking.read(answer.as_ref().map(borrow))
}

/// Has a push service wake somebody. Says its status, if it answers.
pub(crate) async fn wake(message: &Message) -> Option<u16> {
    let controller = AbortController::default();
    let signal = controller.signal();
    let sent = pin!(send(message, &signal));
    match select(sent, pin!(Delay::from(PATIENCE))).await {
        Either::Left((status, _)) => status.ok(),
        Either::Right(_) => {
            controller.abort();
            None
        }
    }
}

async fn send(message: &Message, signal: &AbortSignal) -> Result<u16> {
    let fields = Headers::new();
    for (name, value) in &message.headers {
        fields.set(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_redirect(RequestRedirect::Manual)
        .with_headers(fields);
    let request = Request::new_with_init(&message.url, &init)?;
    let response = Fetch::Request(request).send_with_signal(signal).await?;
    Ok(response.status_code())
}

fn borrow((status, body): &Answer) -> (u16, &[u8]) {
    (*status, body)
}

async fn get(url: &str, signal: &AbortSignal) -> Result<Answer> {
    let mut init = RequestInit::new();
    init.with_method(Method::Get)
        .with_redirect(RequestRedirect::Manual);
    let request = Request::new_with_init(url, &init)?;
    fetch(request, signal, MAX_DESCRIPTOR_BYTES).await
}

async fn post(
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    signal: &AbortSignal,
) -> Result<Answer> {
    let fields = Headers::new();
    fields.set("Content-Type", JSON)?;
    for (name, value) in headers {
        fields.set(name, value)?;
    }
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_redirect(RequestRedirect::Manual)
        .with_headers(fields)
        .with_body(Some(JsValue::from(js_sys::Uint8Array::from(body))));
    let request = Request::new_with_init(url, &init)?;
    fetch(request, signal, limits::MAX_REQUEST_BYTES).await
}

/// A redirect is an answer like any other that is not 200.
async fn fetch(request: Request, signal: &AbortSignal, most: usize) -> Result<Answer> {
    let mut response = Fetch::Request(request).send_with_signal(signal).await?;
    let mut stream = response.stream()?;
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        if body.len() + chunk.len() > most {
            return Err("too long".into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok((response.status_code(), body))
}
