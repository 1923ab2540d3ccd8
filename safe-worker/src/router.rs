//! Every address of a safe, on one screen.

use serde::Serialize;
use worker::{Env, Headers, Method, Request, Response, ResponseBuilder, Result};

/// The object that owns the ledger. One safe has one.
const LEDGER: &str = "ledger";

/// What a safe says of itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    operator: String,
    jurisdiction: String,
    version: &'static str,
    ledger: String,
}

/// A problem in the form of RFC 9457.
#[derive(Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    detail: &'static str,
}

/// Finds the handler of a request.
pub(crate) async fn route(request: Request, env: Env) -> Result<Response> {
    let response = match (request.method(), request.path().as_str()) {
        (Method::Get, "/.well-known/electronic-safe") => descriptor(&env).await,
        (Method::Options, _) => Response::empty(),
        _ => not_found(),
    }?;
    // Wallets come from other origins, and no request relies on a cookie.
    response.with_header_for_any_origin()
}

async fn descriptor(env: &Env) -> Result<Response> {
    let ledger = env
        .durable_object("LEDGER")?
        .get_by_name(LEDGER)?
        .fetch_with_str("https://ledger/")
        .await?
        .text()
        .await?;
    Response::from_json(&Descriptor {
        operator: env.var("OPERATOR")?.to_string(),
        jurisdiction: env.var("JURISDICTION")?.to_string(),
        version: env!("CARGO_PKG_VERSION"),
        ledger,
    })
}

fn not_found() -> Result<Response> {
    let body = serde_json::to_vec(&Problem {
        title: "No such address",
        status: 404,
        detail: "GET /.well-known/electronic-safe describes this safe.",
    })?;
    let headers = Headers::new();
    headers.set("Content-Type", "application/problem+json")?;
    ResponseBuilder::new()
        .with_status(404)
        .with_headers(headers)
        .from_bytes(body)
}

trait AnyOrigin: Sized {
    fn with_header_for_any_origin(self) -> Result<Self>;
}

impl AnyOrigin for Response {
    fn with_header_for_any_origin(self) -> Result<Self> {
        self.headers().set("Access-Control-Allow-Origin", "*")?;
        self.headers().set("Access-Control-Allow-Headers", "*")?;
        self.headers().set("Access-Control-Max-Age", "86400")?;
        Ok(self)
    }
}
