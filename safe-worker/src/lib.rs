//! An electronic safe on Cloudflare Workers: the adapters around what a safe decides.
//!
//! In scope: the addresses (`router`), the Durable Object and its SQLite ledger, the certificate index in KV, the
//! operator's settings. Not in scope: any decision; those are in `saifu-safe-core`, where the simulation runs them too.

#[cfg(target_arch = "wasm32")]
mod configuration;
#[cfg(all(target_arch = "wasm32", feature = "contract"))]
mod contract;
#[cfg(target_arch = "wasm32")]
mod courier;
#[cfg(target_arch = "wasm32")]
mod kv_index;
#[cfg(target_arch = "wasm32")]
mod ledger_object;
#[cfg(target_arch = "wasm32")]
mod log;
#[cfg(target_arch = "wasm32")]
mod reply;
#[cfg(target_arch = "wasm32")]
mod router;
#[cfg(target_arch = "wasm32")]
mod sql_devices;
#[cfg(target_arch = "wasm32")]
mod sql_hold;
#[cfg(target_arch = "wasm32")]
mod sql_ledger;
#[cfg(target_arch = "wasm32")]
mod sql_orders;
#[cfg(target_arch = "wasm32")]
mod sql_owned;
#[cfg(target_arch = "wasm32")]
mod sql_owners;
#[cfg(target_arch = "wasm32")]
mod sql_push;
#[cfg(target_arch = "wasm32")]
mod sql_row;
#[cfg(target_arch = "wasm32")]
mod transaction;

#[cfg(target_arch = "wasm32")]
use worker::{Context, Env, Request, Response, Result, event};

#[cfg(target_arch = "wasm32")]
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    router::route(request, &env).await
}
