//! The wallet store of the product, made callable for `tests/e2e/store-contract.test.mjs`. A test and no example: cargo
//! builds examples with the dependencies of tests and in the profile of the product, and never as a part of it.

/// The store's own files, not a copy of them.
#[cfg(target_arch = "wasm32")]
#[path = "../src/worker"]
mod adapter {
    #[expect(dead_code, reason = "erasing is for a wallet that is locked")]
    pub(crate) mod idb;
    #[expect(dead_code, reason = "the lock has tests of its own")]
    pub(crate) mod store;
    #[expect(dead_code, reason = "clock and calendar are for the wallet's loop")]
    pub(crate) mod time;
    #[expect(dead_code, reason = "the lock has tests of its own")]
    pub(crate) mod vault;

    fn scope() -> web_sys::WorkerGlobalScope {
        wasm_bindgen::JsCast::unchecked_into(js_sys::global())
    }
}

#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public items only")]
mod exports {
    use super::adapter::{store, time};
    use saifu_store_contract::{CASES, Device, WalletStore};
    use saifu_wallet_core::ids::ItemId;
    use saifu_wallet_core::port::{Batch, Body, CommitError, Durability, Key, Opened};
    use wasm_bindgen::prelude::wasm_bindgen;
    use wasm_bindgen::{JsError, JsValue};

    /// A database of its own for every case.
    struct Database(String);

    struct Store(store::Store);

    impl Database {
        async fn open(&self) -> Result<(Store, Opened), store::Refusal> {
            match store::Store::open(&self.0, &mut time::rng(), || {}).await? {
                store::Opening::Open(store, opened) => Ok((Store(store), opened)),
                // No case of these has a lock.
                store::Opening::Locked(_) => Err(store::Refusal::Damaged),
            }
        }
    }

    impl Device for Database {
        type Store = Store;

        async fn open(&self) -> Result<(Store, Opened), String> {
            Database::open(self).await.map_err(refused)
        }
    }

    impl WalletStore for Store {
        async fn body(&self, item: ItemId) -> Option<Body> {
            self.0.body(item).await
        }

        async fn commit(&self, batch: Batch) -> Result<(), CommitError> {
            self.0.commit(batch, &mut time::rng()).await
        }
    }

    fn refused(refusal: store::Refusal) -> String {
        match refusal.phase() {
            phase if phase == store::Refusal::Blocked.phase() => "blocked",
            phase if phase == store::Refusal::Newer.phase() => "newer",
            _ => "damaged",
        }
        .into()
    }

    #[wasm_bindgen(js_name = databaseName)]
    pub fn database_name() -> String {
        store::DATABASE.into()
    }

    #[wasm_bindgen(js_name = cases)]
    pub fn cases() -> Vec<String> {
        CASES.iter().map(|case| (*case).to_string()).collect()
    }

    /// Throws what the store did instead of keeping its promise.
    #[wasm_bindgen(js_name = runCase)]
    pub async fn run_case(case: String) -> Result<(), JsError> {
        let database = Database(format!("contract-{case}"));
        saifu_store_contract::run(&case, &database)
            .await
            .map_err(|found| JsError::new(&found))
    }

    /// A store, for what only IndexedDB can suffer.
    #[wasm_bindgen]
    pub struct Handle {
        store: Store,
        version: u64,
        records: Vec<(Key, Body)>,
    }

    /// Throws "blocked", "newer" or "damaged".
    #[wasm_bindgen]
    pub async fn open(database: String) -> Result<Handle, JsError> {
        let opened = Database(database).open().await;
        let (store, opened) = opened.map_err(|refusal| JsError::new(&refused(refusal)))?;
        Ok(Handle {
            store,
            version: opened.version,
            records: opened.records,
        })
    }

    #[wasm_bindgen]
    impl Handle {
        #[wasm_bindgen(getter)]
        pub fn version(&self) -> f64 {
            self.version as f64
        }

        /// What was read on open: `name=text`.
        #[wasm_bindgen(getter)]
        pub fn records(&self) -> Vec<String> {
            let text = |(key, body): &(Key, Body)| {
                let text = String::from_utf8_lossy(body.as_bytes()).into_owned();
                format!("{}={text}", key.name())
            };
            self.records.iter().map(text).collect()
        }

        /// The body with this name.
        pub async fn body(&self, name: String) -> Option<String> {
            let Some(Key::Body(item)) = Key::from_name(&name) else {
                return None;
            };
            let body = self.store.body(item).await?;
            Some(String::from_utf8_lossy(body.as_bytes()).into_owned())
        }

        /// Answers "stored", "fenced", "full" or "failed". Puts are `name=text`.
        pub async fn commit(
            &self,
            version: f64,
            puts: Vec<String>,
            deletes: Vec<String>,
            strict: bool,
        ) -> Result<String, JsValue> {
            let key = |name: &str| {
                Key::from_name(name).ok_or_else(|| JsValue::from(format!("no such record: {name}")))
            };
            let put = |put: &String| {
                let (name, text) = put.split_once('=').unwrap_or((put.as_str(), ""));
                Ok((key(name)?, Body::new(text.as_bytes().to_vec())))
            };
            let batch = Batch {
                expected_version: version as u64,
                puts: puts.iter().map(put).collect::<Result<_, JsValue>>()?,
                deletes: deletes
                    .iter()
                    .map(|name| key(name))
                    .collect::<Result<_, _>>()?,
                durability: if strict {
                    Durability::Strict
                } else {
                    Durability::Relaxed
                },
            };
            let stored = match self.store.commit(batch).await {
                Ok(()) => "stored",
                Err(CommitError::Fenced) => "fenced",
                Err(CommitError::Full) => "full",
                Err(CommitError::Failed) => "failed",
            };
            Ok(stored.into())
        }
    }
}

fn main() {}
