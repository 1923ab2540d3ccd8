//! Replies as the platform sends them.

use saifu_safe_core::HttpReply;
use worker::{Headers, Response, Result};

/// The response of a reply.
pub(crate) fn to_response(reply: HttpReply) -> Result<Response> {
    let headers = Headers::new();
    headers.set("Content-Type", reply.content_type)?;
    Ok(Response::from_bytes(reply.body)?
        .with_status(reply.status)
        .with_headers(headers))
}

/// What every response carries.
pub(crate) fn finish(response: Response) -> Result<Response> {
    let headers = response.headers();
    // Any wallet may come from any origin: nothing here relies on cookies, and every request is signed.
    headers.set("Access-Control-Allow-Origin", "*")?;
    headers.set("Cache-Control", "no-store")?;
    headers.set("X-Content-Type-Options", "nosniff")?;
    Ok(response)
}

/// The answer to a browser that asks what it may send.
pub(crate) fn preflight() -> Result<Response> {
    let headers = Headers::new();
    headers.set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")?;
    headers.set(
        "Access-Control-Allow-Headers",
        "authorization, content-type, idempotency-key",
    )?;
    headers.set("Access-Control-Max-Age", "86400")?;
    Ok(Response::empty()?.with_status(204).with_headers(headers))
}
