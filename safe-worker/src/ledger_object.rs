//! The Durable Object that owns everything a safe must change together.

use worker::{DurableObject, Env, Request, Response, Result, State, durable_object, wasm_bindgen};

/// The ledger of one safe, in SQLite.
#[durable_object]
pub struct LedgerObject {
    state: State,
}

impl DurableObject for LedgerObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, _request: Request) -> Result<Response> {
        let size = self.state.storage().sql().database_size();
        Response::ok(format!("{size} bytes"))
    }
}
