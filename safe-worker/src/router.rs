//! Every address of a safe, on one screen.

use crate::log::{LogCode, log};
use crate::reply::{finish, preflight, to_response};
use saifu_protocol::message::Route;
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::{descriptor, limits};
use saifu_safe_core::HttpReply;
use saifu_safe_core::service::JSON;
use worker::{Env, Method, Request, Response, Result};

/// The object that owns the ledger. One safe has one.
const LEDGER: &str = "ledger";

/// Where a request goes.
pub(crate) enum Destination {
    /// What this safe is.
    Descriptor,
    /// The key it signs with.
    Keys,
    /// What it understands.
    OpenApi,
    /// A sealed request.
    Sealed(Route),
    /// The operator has the certificate index written again.
    Rebuild,
    /// A browser asks before it sends.
    Preflight,
    /// The ledger's contract suite, in test builds only.
    #[cfg(feature = "contract")]
    Contract,
    /// Nowhere.
    Nowhere,
}

impl Destination {
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        match (method, path) {
            (Method::Options, _) => Self::Preflight,
            (Method::Get, descriptor::PATH) => Self::Descriptor,
            (Method::Get, "/jwks.json") => Self::Keys,
            (Method::Get, "/openapi.json") => Self::OpenApi,
            (Method::Post, "/operator/rebuild") => Self::Rebuild,
            #[cfg(feature = "contract")]
            (Method::Get, "/run-contract") => Self::Contract,
            // POST /v1/register, recover, ack, return, retire, rotate, certificates.
            (Method::Post, path) => Route::from_path(path).map_or(Self::Nowhere, Self::Sealed),
            _ => Self::Nowhere,
        }
    }
}

/// Answers what needs no ledger, and hands the rest to the object that owns it.
pub(crate) async fn route(request: Request, env: &Env) -> Result<Response> {
    let response = match Destination::of(&request.method(), &request.path()) {
        Destination::Preflight => preflight(),
        Destination::OpenApi => to_response(HttpReply {
            status: 200,
            content_type: JSON,
            body: include_bytes!("../openapi.json").to_vec(),
        }),
        Destination::Nowhere => to_response(Code::NoRoute.into()),
        Destination::Sealed(_) if announced_bytes(&request) > limits::MAX_REQUEST_BYTES as u64 => {
            let problem = Problem::too_large(limits::MAX_REQUEST_BYTES);
            to_response(HttpReply::problem(&problem))
        }
        Destination::Descriptor
        | Destination::Keys
        | Destination::Sealed(_)
        | Destination::Rebuild => ask_ledger(request, env).await,
        #[cfg(feature = "contract")]
        Destination::Contract => ask_ledger(request, env).await,
    }?;
    finish(response)
}

/// A failure here is one of unknown outcome: the wallet sends the same request again and is answered from the record.
async fn ask_ledger(request: Request, env: &Env) -> Result<Response> {
    let asked = async {
        let stub = env.durable_object("LEDGER")?.get_by_name(LEDGER)?;
        let response = stub.fetch_with_request(request).await?;
        // The headers of a fetched response are immutable; `finish` adds some.
        let headers = response.headers().clone();
        Ok::<Response, worker::Error>(response.with_headers(headers))
    };
    match asked.await {
        Ok(response) => Ok(response),
        Err(_) => {
            log(LogCode::ObjectFailed);
            to_response(Code::Internal.into())
        }
    }
}

fn announced_bytes(request: &Request) -> u64 {
    request
        .headers()
        .get("Content-Length")
        .ok()
        .flatten()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}
