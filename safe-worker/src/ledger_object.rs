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
        #[derive(serde::Deserialize)]
        struct Version {
            version: String,
        }
        let row: Version = self
            .state
            .storage()
            .sql()
            .exec("SELECT sqlite_version() AS version", None)?
            .one()?;
        Response::ok(format!("SQLite {}", row.version))
    }
}
