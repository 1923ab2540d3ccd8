//! An electronic safe on Cloudflare Workers: the adapters around what a safe decides.

#[cfg(target_arch = "wasm32")]
mod ledger_object;
#[cfg(target_arch = "wasm32")]
mod router;

#[cfg(target_arch = "wasm32")]
use worker::{Context, Env, Request, Response, Result, event};

#[cfg(target_arch = "wasm32")]
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    router::route(request, env).await
}
