//! The wallet store in IndexedDB. Each operation has a meaning and is one transaction.
//!
//! | object store | key             | value                                                     |
//! |--------------|-----------------|-----------------------------------------------------------|
//! | `records`    | [`Key::name`]   | sealed record; all of them are read on open               |
//! | `bodies`     | [`Key::name`]   | sealed body; read one by one                              |
//! | `meta`       | `format`        | number: the format of everything here                     |
//! |              | `device-key`    | `CryptoKey`, not extractable                              |
//! |              | `master-key`    | without a lock: the master key, sealed by the device key  |
//! |              | `lock`          | with one: its record, sealed by the device key            |
//! |              | `tries`         | with one: [`Tries`], wrong passcodes                      |
//! |              | `version`       | [`Mark`]: how often anything was committed, and by whom   |
//! | `outbox`     | id of a flow    | [`Upload`]: what the service worker may send              |
//! |              | `due`           | number: when a time comes that a rule names               |
//!
//! Opening raises the version, so whoever had the store open before is fenced off from then on. There is no fallback:
//! where the browser refuses to store, the wallet does not open.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Object, Reflect, Uint8Array};
use saifu_crypto::{CryptoRng, Secret, make_bytes};
use saifu_protocol::UnixTime;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::lock::Tries;
use saifu_wallet_core::port::{Batch, Body, CommitError, Durability, Key, Opened, Upload};
use saifu_wallet_core::view::Phase;
use wasm_bindgen::{JsCast, JsValue};

use super::idb::{Access, Connection, Failure, Transaction};
use super::time::{now_ms, sleep};
use super::vault::{Damaged, DeviceKey, FORMAT, Vault, Wrapping};

/// The name of the wallet's database.
pub(crate) const DATABASE: &str = "saifu-wallet";

/// Which object stores there are. A change here needs the next number and a step that leads there.
const STRUCTURE: u32 = 2;
const RECORDS: &str = "records";
const BODIES: &str = "bodies";
const META: &str = "meta";
/// Not sealed: the service worker, which has no key, reads it. Nothing in it is anybody's secret; see [`Upload`].
const OUTBOX: &str = "outbox";
/// A name no flow has.
const DUE: &str = "due";
const STORES: &[&str] = &[RECORDS, BODIES, META, OUTBOX];

const META_FORMAT: &str = "format";
const META_DEVICE_KEY: &str = "device-key";
const META_MASTER_KEY: &str = "master-key";
const META_LOCK: &str = "lock";
const META_TRIES: &str = "tries";
const META_VERSION: &str = "version";

/// How often, and at what distance, the store is asked what came of a transaction whose connection was lost.
const INQUIRIES: u32 = 10;
const INQUIRY_PAUSE_MS: u64 = 500;

/// Why the store does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The browser does not let us store.
    Blocked,
    /// A newer version of the wallet wrote it. It is left as it is.
    Newer,
    /// Keys or records do not open. They are left as they are.
    Damaged,
}

impl Refusal {
    /// What the owner is shown.
    pub(crate) fn phase(self) -> Phase {
        match self {
            Refusal::Blocked => Phase::StorageBlocked,
            Refusal::Newer => Phase::StorageNewer,
            Refusal::Damaged => Phase::StorageDamaged,
        }
    }
}

impl From<Damaged> for Refusal {
    fn from(_: Damaged) -> Self {
        Refusal::Damaged
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        complain("the wallet store does not open", &failure);
        match failure.name.as_str() {
            Failure::NEWER => Refusal::Newer,
            // What was stored cannot be read back: a file of the browser's is missing or does not decode.
            "NotReadableError" | "DataError" | "DataCloneError" => Refusal::Damaged,
            _ => Refusal::Blocked,
        }
    }
}

/// Version of the store, and a random tag of the transaction that set it: when a connection is lost during a commit,
/// this tells whether it is the commit that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    version: u64,
    tag: [u8; 16],
}

impl Mark {
    fn make(version: u64, rng: &mut dyn CryptoRng) -> Self {
        let tag = make_bytes(rng);
        Self { version, tag }
    }

    fn read(value: &JsValue) -> Result<Self, Damaged> {
        let bytes = value.dyn_ref::<Uint8Array>().ok_or(Damaged)?.to_vec();
        let (version, tag) = bytes.split_first_chunk().ok_or(Damaged)?;
        Ok(Self {
            version: u64::from_be_bytes(*version),
            tag: tag.try_into().map_err(|_| Damaged)?,
        })
    }

    fn write(&self) -> JsValue {
        let mut bytes = [0; 24];
        let (version, tag) = bytes.split_at_mut(8);
        version.copy_from_slice(&self.version.to_be_bytes());
        tag.copy_from_slice(&self.tag);
        Uint8Array::from(bytes.as_slice()).into()
    }
}

/// The store, open.
pub(crate) struct Store {
    link: Link,
    vault: Vault,
    device_key: DeviceKey,
    /// The version that was stored last, by this tab.
    version: Cell<u64>,
}

/// What opening comes to.
pub(crate) enum Opening {
    /// It is open.
    Open(Store, Opened),
    /// It is open to its owner only.
    Locked(Locked),
}

/// The store of a wallet that is locked.
pub(crate) struct Locked {
    link: Link,
    sealed: Uint8Array,
    /// The record of the lock.
    pub(crate) record: Vec<u8>,
}

/// What the master key opens with from now on.
pub(crate) enum Way<'a> {
    /// The device key alone.
    Device,
    /// A method of the lock with this record.
    Lock(&'a [u8]),
}

impl Store {
    /// Opens the store, makes it if there is none, and fences off whoever had it open. `blocked` is told when a tab with
    /// an older version of the wallet has to be closed first.
    ///
    /// # Errors
    /// See [`Refusal`]; nothing was changed then.
    pub(crate) async fn open(
        name: &str,
        rng: &mut dyn CryptoRng,
        blocked: impl Fn() + 'static,
    ) -> Result<Opening, Refusal> {
        let link = Link {
            name: name.into(),
            blocked: Rc::new(blocked),
            connection: RefCell::new(None),
        };
        let (vault, device_key, mark) = match link.take_over(rng).await? {
            Some((Held::Free(wrapping), mark)) => {
                let vault = Vault::unlock(&wrapping).await?;
                (vault, DeviceKey::new(wrapping.device_key), mark)
            }
            Some((Held::Locked(device_key, sealed), _)) => {
                let record = device_key.open_lock(&sealed).await?;
                return Ok(Opening::Locked(Locked {
                    link,
                    sealed,
                    record,
                }));
            }
            None => link.make(rng).await?,
        };
        let (store, opened) = Self::of(link, vault, device_key, mark).await?;
        Ok(Opening::Open(store, opened))
    }

    async fn of(
        link: Link,
        vault: Vault,
        device_key: DeviceKey,
        mark: Mark,
    ) -> Result<(Self, Opened), Refusal> {
        let records = link.records(&vault).await?;
        let opened = Opened {
            version: mark.version,
            records,
        };
        let store = Self {
            link,
            vault,
            device_key,
            version: Cell::new(mark.version),
        };
        Ok((store, opened))
    }

    /// The master key.
    pub(crate) fn master(&self) -> &Secret {
        self.vault.master()
    }

    /// Has the master key open in another way from now on, and in no other: one transaction. The version stays, for no record
    /// changes.
    ///
    /// # Errors
    /// See [`CommitError`]; it opens as before then.
    pub(crate) async fn change_lock(
        &self,
        way: Way<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), CommitError> {
        let (name, other, sealed) = match way {
            Way::Device => {
                let sealed = self.device_key.wrap(self.master(), rng).await;
                (META_MASTER_KEY, META_LOCK, sealed)
            }
            Way::Lock(record) => {
                let sealed = self.device_key.seal_lock(record, rng).await;
                (META_LOCK, META_MASTER_KEY, sealed)
            }
        };
        let sealed = sealed.map_err(|_| CommitError::Failed)?;
        let expected = self.version.get();
        // Only its tag is new: it tells whether this was stored when the connection is lost.
        let mark = Mark::make(expected, rng);
        let prepared = Prepared {
            puts: vec![(META, name.into(), sealed.into())],
            deletes: vec![(META, other.into()), (META, META_TRIES.into())],
            access: Access::WriteStrictly,
        };
        self.store(prepared, expected, mark).await
    }

    /// The body of an item; `None` if there is none, or it does not open, or the browser does not read it.
    pub(crate) async fn body(&self, item: ItemId) -> Option<Body> {
        let name = Key::Body(item).name();
        let value = match self.link.get(BODIES, &name).await {
            Ok(value) => value,
            Err(failure) => {
                complain("a body was not read", &failure);
                return None;
            }
        };
        let sealed = value.dyn_into::<Uint8Array>().ok()?;
        self.vault.open(&name, &sealed).await.ok()
    }

    /// Stores all of `batch`, or nothing.
    ///
    /// # Errors
    /// See [`CommitError`]; nothing was stored then.
    pub(crate) async fn commit(
        &self,
        batch: Batch,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), CommitError> {
        // Before the transaction: while it is open, nothing but requests to it may happen. To wait for WebCrypto would end it.
        let prepared = self.prepare(&batch, rng).await;
        let expected = batch.expected_version;
        let mark = Mark::make(expected.saturating_add(1), rng);
        self.store(prepared, expected, mark).await?;
        self.version.set(mark.version);
        Ok(())
    }

    /// Keeps what the service worker may send, if the store is still this tab's.
    ///
    /// # Errors
    /// Nothing was kept then. That is no more than a delay: the wallet sends it when it is open.
    pub(crate) async fn keep(&self, upload: &Upload) -> Result<(), Failure> {
        let value = outgoing(upload)?;
        let expected = self.version.get();
        let mut transaction = self.link.begin(&[META, OUTBOX], Access::Write).await?;
        let version = transaction.get(META, META_VERSION)?;
        transaction.then(&version, move |_, value| {
            Mark::read(&value).is_ok_and(|stored| stored.version == expected)
        });
        transaction.put(OUTBOX, &upload.flow.to_string(), &value)?;
        transaction.finish().await
    }

    /// When the service worker is to remind the owner.
    ///
    /// # Errors
    /// It reminds as before then.
    pub(crate) async fn remind(&self, at: Option<UnixTime>) -> Result<(), Failure> {
        let transaction = self.link.begin(&[OUTBOX], Access::Write).await?;
        match at {
            Some(at) => {
                let ms = at.0.saturating_mul(1_000) as f64;
                transaction.put(OUTBOX, DUE, &ms.into())?;
            }
            None => transaction.delete(OUTBOX, DUE)?,
        }
        transaction.finish().await
    }

    async fn store(
        &self,
        prepared: Prepared,
        expected: u64,
        mark: Mark,
    ) -> Result<(), CommitError> {
        let fenced = Rc::new(Cell::new(false));

        let transaction = match self.link.begin(STORES, prepared.access).await {
            Ok(transaction) => transaction,
            Err(failure) => {
                complain("no transaction was begun", &failure);
                return Err(CommitError::Failed);
            }
        };
        let stored = write(transaction, &prepared, expected, mark, fenced.clone()).await;
        match stored {
            Ok(()) => Ok(()),
            Err(_) if fenced.get() => Err(CommitError::Fenced),
            Err(failure) if failure.is(Failure::FULL) => Err(CommitError::Full),
            Err(failure) => {
                complain("a transaction was not stored", &failure);
                self.what_came_of(expected, mark).await
            }
        }
    }

    async fn prepare(&self, batch: &Batch, rng: &mut dyn CryptoRng) -> Prepared {
        let mut puts = Vec::with_capacity(batch.puts.len());
        for (key, record) in &batch.puts {
            let name = key.name();
            let sealed = self.vault.seal(&name, record, rng).await.into();
            puts.push((store_of(key), name, sealed));
        }
        let deletes = batch.deletes.iter().map(|key| (store_of(key), key.name()));
        let recalls = batch.recalls().map(|flow| (OUTBOX, flow.to_string()));
        Prepared {
            puts,
            deletes: deletes.chain(recalls).collect(),
            access: match batch.durability {
                Durability::Strict => Access::WriteStrictly,
                Durability::Relaxed => Access::Write,
            },
        }
    }

    /// A connection that is lost during a commit leaves it open whether the transaction was stored. The store knows.
    async fn what_came_of(&self, expected: u64, mark: Mark) -> Result<(), CommitError> {
        for _ in 0..INQUIRIES {
            if let Ok(value) = self.link.get(META, META_VERSION).await {
                return match Mark::read(&value) {
                    Ok(stored) if stored == mark => Ok(()),
                    Ok(stored) if stored.version == expected => Err(CommitError::Failed),
                    _ => Err(CommitError::Fenced),
                };
            }
            sleep(INQUIRY_PAUSE_MS).await;
        }
        // Not known, so nothing may be built on either answer: this wallet stops, and reads the truth when it is opened.
        Err(CommitError::Fenced)
    }
}

impl Locked {
    /// Opens the store, and fences off whoever had it open; nothing if another tab has changed the lock meanwhile.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub(crate) async fn unlock(
        self,
        master: Secret,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<(Store, Opened)>, Refusal> {
        let is_same = |sealed: &Uint8Array| sealed.to_vec() == self.sealed.to_vec();
        match self.link.take_over(rng).await? {
            Some((Held::Locked(device_key, sealed), mark)) if is_same(&sealed) => {
                let vault = Vault::of(master).await;
                let opened = Store::of(self.link, vault, device_key, mark).await?;
                // It was the owner.
                if let Err(failure) = opened.0.link.forget_tries().await {
                    complain("wrong passcodes are still counted", &failure);
                }
                Ok(Some(opened))
            }
            _ => Ok(None),
        }
    }

    /// What was tried.
    pub(crate) async fn tries(&self) -> Tries {
        match self.link.get(META, META_TRIES).await {
            Ok(value) if value.is_undefined() => Tries::default(),
            Ok(value) => {
                let bytes = value.dyn_into::<Uint8Array>();
                Tries::read(&bytes.unwrap_or_default().to_vec(), now_ms())
            }
            // As where it was spoiled: what cannot be read must not be worth a fresh start.
            Err(_) => Tries::read(&[], now_ms()),
        }
    }

    /// Stores what is about to be tried.
    pub(crate) async fn count(&self, tries: Tries) {
        let bytes: JsValue = Uint8Array::from(tries.write().as_slice()).into();
        let store = async || {
            let transaction = self.link.begin(&[META], Access::WriteStrictly).await?;
            transaction.put(META, META_TRIES, &bytes)?;
            transaction.finish().await
        };
        // On a full disk the owner still gets in; this tab counts by itself.
        if let Err(failure) = store().await {
            complain("a try was not counted", &failure);
        }
    }

    /// Erases everything that is stored here.
    ///
    /// # Errors
    /// When the browser does not; everything is there then.
    pub(crate) async fn erase(&self) -> Result<(), Refusal> {
        let transaction = self.link.begin(STORES, Access::WriteStrictly).await?;
        for store in STORES {
            transaction.clear(store)?;
        }
        Ok(transaction.finish().await?)
    }
}

/// A batch, sealed.
struct Prepared {
    puts: Vec<(&'static str, String, JsValue)>,
    deletes: Vec<(&'static str, String)>,
    access: Access,
}

/// As the service worker reads it.
fn outgoing(upload: &Upload) -> Result<JsValue, Failure> {
    let headers = Object::new();
    for (name, value) in &upload.headers {
        Reflect::set(&headers, &(*name).into(), &value.into())?;
    }
    let kept = Object::new();
    let fields: [(&str, JsValue); 4] = [
        ("url", upload.url.as_str().into()),
        ("headers", headers.into()),
        ("body", Uint8Array::from(upload.body.as_slice()).into()),
        ("until", (upload.until_ms as f64).into()),
    ];
    for (name, value) in fields {
        Reflect::set(&kept, &name.into(), &value)?;
    }
    Ok(kept.into())
}

fn store_of(key: &Key) -> &'static str {
    if key.is_read_on_open() {
        RECORDS
    } else {
        BODIES
    }
}

/// Issues everything at once. The version is read first; if it is not the expected one, its success event aborts what
/// was issued after it.
async fn write(
    mut transaction: Transaction,
    prepared: &Prepared,
    expected: u64,
    mark: Mark,
    fenced: Rc<Cell<bool>>,
) -> Result<(), Failure> {
    let version = transaction.get(META, META_VERSION)?;
    transaction.then(&version, move |_, value| {
        let agrees = Mark::read(&value).is_ok_and(|stored| stored.version == expected);
        fenced.set(!agrees);
        agrees
    });
    for (store, name) in &prepared.deletes {
        transaction.delete(store, name)?;
    }
    for (store, name, sealed) in &prepared.puts {
        transaction.put(store, name, sealed)?;
    }
    transaction.put(META, META_VERSION, &mark.write())?;
    transaction.finish().await
}

/// What the store says about itself, as it was found.
struct Head {
    format: JsValue,
    device_key: JsValue,
    master: JsValue,
    lock: JsValue,
    version: JsValue,
    /// The version as it is now.
    mark: Result<Mark, Damaged>,
}

/// What opens the store.
enum Held {
    Free(Wrapping),
    /// And the record of the lock, sealed.
    Locked(DeviceKey, Uint8Array),
}

/// The way to the database: a connection that is made anew when the browser has closed it.
struct Link {
    name: String,
    blocked: Rc<dyn Fn()>,
    connection: RefCell<Option<Rc<Connection>>>,
}

impl Link {
    async fn connection(&self) -> Result<Rc<Connection>, Failure> {
        if let Some(connection) = &*self.connection.borrow()
            && !connection.is_lost()
        {
            return Ok(connection.clone());
        }
        let blocked = self.blocked.clone();
        let opened = Connection::open(&self.name, STRUCTURE, STORES, move || blocked()).await?;
        let opened = Rc::new(opened);
        self.connection.replace(Some(opened.clone()));
        Ok(opened)
    }

    /// Begins a transaction; on a connection that turns out to be closed, once more on a fresh one.
    async fn begin(&self, stores: &[&str], access: Access) -> Result<Transaction, Failure> {
        match self.connection().await?.begin(stores, access) {
            Err(failure) if failure.is(Failure::CLOSED) => {
                self.connection.replace(None);
                self.connection().await?.begin(stores, access)
            }
            begun => begun,
        }
    }

    /// Reads one value; once more if the connection is lost meanwhile.
    async fn get(&self, store: &str, key: &str) -> Result<JsValue, Failure> {
        match self.get_once(store, key).await {
            Err(_) => {
                self.connection.replace(None);
                self.get_once(store, key).await
            }
            got => got,
        }
    }

    async fn get_once(&self, store: &str, key: &str) -> Result<JsValue, Failure> {
        let transaction = self.begin(&[store], Access::Read).await?;
        let read = transaction.get(store, key)?;
        transaction.finish().await?;
        read.value()
    }

    /// Reads what the store says about itself and raises its version; `None` if it is new.
    async fn take_over(&self, rng: &mut dyn CryptoRng) -> Result<Option<(Held, Mark)>, Refusal> {
        let head = match self.head(Some(make_bytes(rng))).await {
            // On a full disk the wallet still opens: what it holds is wanted now more than ever. Should another tab be
            // at work, it is this one that is fenced, by that tab's next commit.
            Err(failure) if failure.is(Failure::FULL) => self.head(None).await?,
            head => head?,
        };
        let all = [
            &head.format,
            &head.device_key,
            &head.master,
            &head.lock,
            &head.version,
        ];
        if all.into_iter().all(JsValue::is_undefined) {
            return Ok(None);
        }
        match head.format.as_f64() {
            Some(format) if format == f64::from(FORMAT) => {}
            Some(format) if format > f64::from(FORMAT) => return Err(Refusal::Newer),
            _ => return Err(Refusal::Damaged),
        }
        let device_key = head.device_key.dyn_into().map_err(|_| Damaged)?;
        let held = if head.lock.is_undefined() {
            Held::Free(Wrapping {
                device_key,
                master: head.master.dyn_into().map_err(|_| Damaged)?,
            })
        } else {
            let sealed = head.lock.dyn_into().map_err(|_| Damaged)?;
            Held::Locked(DeviceKey::new(device_key), sealed)
        };
        Ok(Some((held, head.mark?)))
    }

    async fn forget_tries(&self) -> Result<(), Failure> {
        let transaction = self.begin(&[META], Access::Write).await?;
        transaction.delete(META, META_TRIES)?;
        transaction.finish().await
    }

    /// Reads what the store says about itself; given a `tag`, raises the version in the same transaction.
    async fn head(&self, tag: Option<[u8; 16]>) -> Result<Head, Failure> {
        let access = tag.map_or(Access::Read, |_| Access::Write);
        let mut transaction = self.begin(&[META], access).await?;
        let format = transaction.get(META, META_FORMAT)?;
        let device_key = transaction.get(META, META_DEVICE_KEY)?;
        let master = transaction.get(META, META_MASTER_KEY)?;
        let lock = transaction.get(META, META_LOCK)?;
        let version = transaction.get(META, META_VERSION)?;

        let mark = Rc::new(Cell::new(Err(Damaged)));
        let (known, holds) = (format.clone(), mark.clone());
        transaction.then(&version, move |transaction, value| {
            let Ok(stored) = Mark::read(&value) else {
                return true;
            };
            holds.set(Ok(stored));
            // Requests are answered in the order they were issued in: the format has been read. In one that is not ours
            // nothing is written.
            let (true, Some(tag)) = (known.value().is_ok_and(|format| format == FORMAT), tag)
            else {
                return true;
            };
            let version = stored.version.saturating_add(1);
            let raised = Mark { version, tag };
            holds.set(Ok(raised));
            transaction
                .object_store(META)
                .and_then(|meta| meta.put_with_key(&raised.write(), &META_VERSION.into()))
                .is_ok()
        });
        transaction.finish().await?;
        Ok(Head {
            format: format.value()?,
            device_key: device_key.value()?,
            master: master.value()?,
            lock: lock.value()?,
            version: version.value()?,
            mark: mark.get(),
        })
    }

    /// Makes the keys. They are stored together and strictly: records sealed by a key that a power cut has taken back
    /// would be lost.
    async fn make(&self, rng: &mut dyn CryptoRng) -> Result<(Vault, DeviceKey, Mark), Refusal> {
        let (vault, wrapping) = Vault::make(rng).await.map_err(Failure::from)?;
        let mark = Mark::make(1, rng);

        let mut transaction = self.begin(STORES, Access::WriteStrictly).await?;
        let orphans = Rc::new(Cell::new(false));
        for store in [RECORDS, BODIES] {
            // Records without their keys are a damaged store, not a new one.
            let (count, found) = (transaction.count(store)?, orphans.clone());
            transaction.then(&count, move |_, count| {
                let empty = count == 0;
                found.set(found.get() || !empty);
                empty
            });
        }
        // `add`, not `put`: should another tab be doing the same, only one of them may succeed.
        transaction.add(META, META_FORMAT, &FORMAT.into())?;
        transaction.add(META, META_DEVICE_KEY, &wrapping.device_key)?;
        transaction.add(META, META_MASTER_KEY, &wrapping.master)?;
        transaction.add(META, META_VERSION, &mark.write())?;
        match transaction.finish().await {
            Ok(()) => Ok((vault, DeviceKey::new(wrapping.device_key), mark)),
            Err(_) if orphans.get() => Err(Refusal::Damaged),
            Err(failure) if failure.is(Failure::TAKEN) => {
                match self.take_over(rng).await? {
                    Some((Held::Free(wrapping), mark)) => {
                        let vault = Vault::unlock(&wrapping).await?;
                        Ok((vault, DeviceKey::new(wrapping.device_key), mark))
                    }
                    // Made and locked in one moment by somebody else: not here, then.
                    Some((Held::Locked(..), _)) | None => Err(Refusal::Blocked),
                }
            }
            Err(failure) => Err(failure.into()),
        }
    }

    /// Every record that is read on open.
    async fn records(&self, vault: &Vault) -> Result<Vec<(Key, Body)>, Refusal> {
        let transaction = self.begin(&[RECORDS], Access::Read).await?;
        let (names, values) = (transaction.all_keys(RECORDS)?, transaction.all(RECORDS)?);
        transaction.finish().await?;

        let names: Array = names.value()?.unchecked_into();
        let values: Array = values.value()?.unchecked_into();
        let mut records = Vec::new();
        for (name, value) in names.iter().zip(values.iter()) {
            let name = name.as_string().ok_or(Damaged)?;
            let sealed = value.dyn_into::<Uint8Array>().map_err(|_| Damaged)?;
            let record = vault.open(&name, &sealed).await?;
            // Sealed by this wallet's key under a name we do not know: by one of its later versions.
            let key = Key::from_name(&name).ok_or(Refusal::Newer)?;
            records.push((key, record));
        }
        Ok(records)
    }
}

/// Leaves a trace for whoever looks for the cause: what failed and the exception's name, nothing of what is stored.
fn complain(what: &str, failure: &Failure) {
    web_sys::console::warn_1(&format!("{what}: {}", failure.name).into());
}
