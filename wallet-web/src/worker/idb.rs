//! IndexedDB, as far as the wallet store needs it.
//!
//! A small binding of our own: the crate `idb` cannot ask for strict durability, and the store has to tell a full disk
//! from a lost connection by the exception's name. What is relied on is the standard alone:
//!
//! - A transaction is stored only when its `complete` event comes; a request's own success means nothing yet.
//! - Requests are issued at once, one after the other. Nothing foreign is awaited between them: the transaction would
//!   commit by itself meanwhile, half done. What depends on a read runs in that read's success event, where the
//!   transaction is active by definition.
//! - [`Transaction`]s that are dropped unfinished are aborted: leaving a function by `?` stores nothing.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, Event, IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest,
    IdbTransaction,
};

#[wasm_bindgen]
extern "C" {
    /// `IDBDatabase` with the one method that web-sys hides behind a compiler flag.
    #[wasm_bindgen(extends = IdbDatabase)]
    type Database;

    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn begin(
        this: &Database,
        stores: &Array,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;
}

/// Something went wrong in the database; nothing of the transaction was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The name of the `DOMException`. It tells causes apart and carries nothing of what is stored.
    pub(crate) name: String,
}

impl Failure {
    /// The quota of this origin is used up.
    pub(crate) const FULL: &str = "QuotaExceededError";
    /// `add` found the key taken.
    pub(crate) const TAKEN: &str = "ConstraintError";
    /// The connection was closed: the browser may do so at any time, Safari does in the background.
    pub(crate) const CLOSED: &str = "InvalidStateError";
    /// The database was made by a newer version.
    pub(crate) const NEWER: &str = "VersionError";
    /// The transaction was aborted, by us or together with its connection.
    pub(crate) const ABORTED: &str = "AbortError";

    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.into() }
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }
}

impl From<JsValue> for Failure {
    /// Whatever was thrown has a name, or is not ours to understand.
    fn from(thrown: JsValue) -> Self {
        let name = Reflect::get(&thrown, &"name".into())
            .ok()
            .and_then(|name| name.as_string());
        Self {
            name: name.unwrap_or_else(|| "UnknownError".into()),
        }
    }
}

impl From<DomException> for Failure {
    fn from(exception: DomException) -> Self {
        Self {
            name: exception.name(),
        }
    }
}

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    /// Success means that it was handed to the operating system.
    Write,
    /// Success means that it is on the medium. The browser's default is the other one.
    WriteStrictly,
}

/// A connection. It closes itself when a newer version of the wallet wants to change the database's structure, so that
/// this tab never stands in its way, and knows when the browser has closed it.
pub(crate) struct Connection {
    database: Database,
    lost: Rc<Cell<bool>>,
    _handlers: [Closure<dyn FnMut(Event)>; 2],
}

impl Connection {
    /// Opens the database, after creating what its structure lacks. `blocked` is told when another tab holds an
    /// older structure and does not let go: then neither success nor error comes before that tab is closed.
    ///
    /// # Errors
    /// When the browser refuses, or [`Failure::NEWER`].
    pub(crate) async fn open(
        name: &str,
        version: u32,
        stores: &'static [&'static str],
        blocked: impl FnMut() + 'static,
    ) -> Result<Self, Failure> {
        // The getter throws where storage is forbidden, and answers nothing where there is none.
        let factory: IdbFactory = Reflect::get(&js_sys::global(), &"indexedDB".into())?
            .dyn_into()
            .map_err(|_| Failure::new("NotSupportedError"))?;
        let request = factory.open_with_u32(name, version)?;

        let opening = request.clone();
        let create = Closure::once(move |_: Event| create(&opening, stores));
        request.set_onupgradeneeded(Some(create.as_ref().unchecked_ref()));
        let mut blocked = blocked;
        let on_blocked = Closure::<dyn FnMut(Event)>::new(move |_| blocked());
        request.set_onblocked(Some(on_blocked.as_ref().unchecked_ref()));

        let settled = Promise::new(&mut |resolve, reject| {
            request.set_onsuccess(Some(&resolve));
            request.set_onerror(Some(&reject));
        });
        if JsFuture::from(settled).await.is_err() {
            let error = request.error().ok().flatten();
            return Err(error.map_or_else(|| Failure::new("UnknownError"), Failure::from));
        }
        let database: Database = request.result()?.unchecked_into();

        let lost = Rc::new(Cell::new(false));
        let closed = lost.clone();
        let on_close = Closure::<dyn FnMut(Event)>::new(move |_| closed.set(true));
        database.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        let (given_up, open) = (lost.clone(), database.clone());
        let on_version_change = Closure::<dyn FnMut(Event)>::new(move |_| {
            given_up.set(true);
            open.close();
        });
        database.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
        Ok(Self {
            database: database.unchecked_into(),
            lost,
            _handlers: [on_close, on_version_change],
        })
    }

    /// Whether this connection is known to be closed. One that is not may still turn out to be.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.get()
    }

    /// Begins a transaction over `stores`.
    ///
    /// # Errors
    /// [`Failure::CLOSED`] if the connection is closed; nothing was begun then.
    pub(crate) fn begin(&self, stores: &[&str], access: Access) -> Result<Transaction, Failure> {
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let (mode, durability) = match access {
            Access::Read => ("readonly", "default"),
            Access::Write => ("readwrite", "relaxed"),
            Access::WriteStrictly => ("readwrite", "strict"),
        };
        let options = serde_wasm_bindgen::to_value(&TransactionOptions { durability })
            .map_err(JsValue::from)?;
        let transaction = self.database.begin(&names, mode, &options)?;
        // Before anything is awaited: none of the two events can have come yet.
        let settled = Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        Ok(Transaction {
            transaction,
            settled: Some(settled),
            steps: Vec::new(),
        })
    }
}

/// `IDBTransactionOptions`.
#[derive(Serialize)]
struct TransactionOptions {
    durability: &'static str,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.database.set_onclose(None);
        self.database.set_onversionchange(None);
        // Waits for the transactions under way.
        self.database.close();
    }
}

fn create(opening: &IdbOpenDbRequest, stores: &[&str]) -> Result<(), JsValue> {
    let database: IdbDatabase = opening.result()?.unchecked_into();
    let there = database.object_store_names();
    for name in stores.iter().filter(|name| !there.contains(name)) {
        // Thrown out of the event, an error aborts the change of structure.
        database.create_object_store(name)?;
    }
    Ok(())
}

/// A transaction under way.
pub(crate) struct Transaction {
    transaction: IdbTransaction,
    /// Taken when the transaction is awaited.
    settled: Option<Promise>,
    /// What runs in success events lives as long as the transaction.
    steps: Vec<Closure<dyn FnMut(Event)>>,
}

impl Transaction {
    fn store(&self, name: &str) -> Result<IdbObjectStore, Failure> {
        Ok(self.transaction.object_store(name)?)
    }

    pub(crate) fn get(&self, store: &str, key: &str) -> Result<Read, Failure> {
        Ok(Read(self.store(store)?.get(&key.into())?))
    }

    pub(crate) fn all_keys(&self, store: &str) -> Result<Read, Failure> {
        Ok(Read(self.store(store)?.get_all_keys()?))
    }

    /// In the order of [`Self::all_keys`].
    pub(crate) fn all(&self, store: &str) -> Result<Read, Failure> {
        Ok(Read(self.store(store)?.get_all()?))
    }

    pub(crate) fn count(&self, store: &str) -> Result<Read, Failure> {
        Ok(Read(self.store(store)?.count()?))
    }

    pub(crate) fn put(&self, store: &str, key: &str, value: &JsValue) -> Result<(), Failure> {
        self.store(store)?.put_with_key(value, &key.into())?;
        Ok(())
    }

    /// Like [`Self::put`], but a taken key aborts the transaction with [`Failure::TAKEN`].
    pub(crate) fn add(&self, store: &str, key: &str, value: &JsValue) -> Result<(), Failure> {
        self.store(store)?.add_with_key(value, &key.into())?;
        Ok(())
    }

    pub(crate) fn delete(&self, store: &str, key: &str) -> Result<(), Failure> {
        self.store(store)?.delete(&key.into())?;
        Ok(())
    }

    pub(crate) fn clear(&self, store: &str) -> Result<(), Failure> {
        self.store(store)?.clear()?;
        Ok(())
    }

    /// Runs `step` as soon as `read` has its value, inside the transaction. If it says no, the transaction is aborted,
    /// and with it everything that was issued before or after.
    pub(crate) fn then(
        &mut self,
        read: &Read,
        step: impl FnOnce(&IdbTransaction, JsValue) -> bool + 'static,
    ) {
        let (request, transaction) = (read.0.clone(), self.transaction.clone());
        let mut step = Some(step);
        let on_success = Closure::<dyn FnMut(Event)>::new(move |_| {
            let agreed = match (step.take(), request.result()) {
                (Some(step), Ok(value)) => step(&transaction, value),
                _ => false,
            };
            if !agreed {
                // Fails only on a transaction that is over; then there is nothing to abort.
                let _ = transaction.abort();
            }
        });
        read.0
            .set_onsuccess(Some(on_success.as_ref().unchecked_ref()));
        self.steps.push(on_success);
    }

    /// Waits until everything is stored.
    ///
    /// # Errors
    /// When the transaction was aborted: nothing of it was stored. (An abort that came with the loss of the connection
    /// is no proof of that: ask the store.)
    pub(crate) async fn finish(mut self) -> Result<(), Failure> {
        let Some(settled) = self.settled.take() else {
            return Err(Failure::new(Failure::ABORTED));
        };
        match JsFuture::from(settled).await {
            Ok(_) => Ok(()),
            // No error means that `abort()` was called.
            Err(_) => Err(self
                .transaction
                .error()
                .map_or_else(|| Failure::new(Failure::ABORTED), Failure::from)),
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(settled) = self.settled.take() {
            // Nobody waits any more: without a handler the abort would be reported as an unhandled rejection.
            let ignore = Closure::once_into_js(|_: JsValue| {});
            let _ = Reflect::get(&settled, &"catch".into())
                .and_then(|catch| catch.dyn_into::<js_sys::Function>())
                .and_then(|catch| catch.call1(&settled, &ignore));
            let _ = self.transaction.abort();
        }
    }
}

/// A value that is there once its transaction is finished.
#[derive(Clone)]
pub(crate) struct Read(IdbRequest);

impl Read {
    /// The value; `undefined` if there is none.
    ///
    /// # Errors
    /// When the transaction is not finished, or failed.
    pub(crate) fn value(&self) -> Result<JsValue, Failure> {
        Ok(self.0.result()?)
    }
}
