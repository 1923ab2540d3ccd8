//! Sealing of the records at rest.
//!
//! A random master key is wrapped by a device key: an AES-GCM `CryptoKey` that the browser keeps in IndexedDB and hands
//! out to nobody, us included. From the master key comes the key that seals the records, each under its own name, so
//! that none can be put in the place of another.
//!
//! With a lock, what lies in the store is the lock's record instead: the master key under the key of each method, and all of
//! that sealed by the device key once more (`saifu_wallet_core::lock`).
//!
//! Large records are sealed and opened by WebCrypto, many times as fast; small ones by the crate, since the way to WebCrypto
//! takes longer than they do. Both give the same bytes, so nothing tells which of them sealed a record, and where WebCrypto
//! fails the crate does it all (decision 26).
//!
//! What this holds off: whoever gets the database's files, a backup of them or a dump, without running as this site in
//! this browser. Not held off here: code that runs as this site, and a copy of the whole browser profile, which carries
//! the device key in whatever way the browser protects it.

use js_sys::{Object, Reflect, Uint8Array};
use saifu_crypto::aead::{self, NONCE_LEN};
use saifu_crypto::{CryptoRng, Secret, derive::derive_key, make_bytes};
use saifu_protocol::labels;
use saifu_wallet_core::port::Body;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, AesKeyGenParams, Crypto, CryptoKey, SubtleCrypto};
use zeroize::Zeroize;

/// The format of sealed records, part of what each is bound to.
pub(crate) const FORMAT: u8 = 1;

/// From so many bytes on, WebCrypto is the faster one. `tests/bench/vault.mjs` measures it.
const BULK_BYTES: usize = 1024;

/// A key or a record does not open. Which byte is at fault cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

/// What opens a vault again: it lies in the store.
pub(crate) struct Wrapping {
    pub(crate) device_key: CryptoKey,
    /// Nonce, then the sealed master key.
    pub(crate) master: Uint8Array,
}

/// The key that the browser hands out to nobody.
#[derive(Clone)]
pub(crate) struct DeviceKey(CryptoKey);

impl DeviceKey {
    pub(crate) fn new(key: CryptoKey) -> Self {
        Self(key)
    }

    /// Nonce, then the master key: with it the wallet opens by itself.
    pub(crate) async fn wrap(
        &self,
        master: &Secret,
        rng: &mut dyn CryptoRng,
    ) -> Result<Uint8Array, JsValue> {
        let purpose = labels::MASTER_KEY_WRAP;
        self.seal(purpose, master.expose_secret(), rng).await
    }

    /// Nonce, then the record of the lock.
    pub(crate) async fn seal_lock(
        &self,
        record: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Uint8Array, JsValue> {
        self.seal(labels::LOCK_RECORD, record, rng).await
    }

    /// The record of the lock.
    ///
    /// # Errors
    /// [`Damaged`].
    pub(crate) async fn open_lock(&self, sealed: &Uint8Array) -> Result<Vec<u8>, Damaged> {
        let purpose = labels::LOCK_RECORD.as_bytes();
        let record = web_open(&self.0, purpose, sealed).await;
        record.map_err(|_| Damaged)
    }

    async fn seal(
        &self,
        purpose: &str,
        plain: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Uint8Array, JsValue> {
        let nonce: [u8; NONCE_LEN] = make_bytes(rng);
        let sealed = web_seal(&self.0, &nonce, purpose.as_bytes(), plain).await?;
        Ok(join(&nonce, &sealed))
    }
}

/// The key of the records.
pub(crate) struct Vault {
    /// Where it comes from: a lock that is changed wraps it anew. Whoever reads this memory has the records anyway.
    master: Secret,
    /// In the wasm memory, overwritten there on drop.
    records: Secret,
    /// The same with WebCrypto, which hands it out to nobody; none if it would not take it.
    bulk: Option<CryptoKey>,
}

impl Vault {
    /// Makes a device key and a master key. Nothing is stored yet.
    ///
    /// # Errors
    /// What WebCrypto throws; it is missing altogether outside a secure context.
    pub(crate) async fn make(rng: &mut dyn CryptoRng) -> Result<(Self, Wrapping), JsValue> {
        let subtle = subtle()?;
        let parameters = AesKeyGenParams::new("AES-GCM", 256);
        let usages = js_sys::Array::of2(&"encrypt".into(), &"decrypt".into());
        let extractable = false;
        let generated = subtle.generate_key_with_object(&parameters, extractable, &usages)?;
        let device_key: CryptoKey = JsFuture::from(generated).await?.unchecked_into();

        let master = Secret::make(rng);
        let sealed = DeviceKey::new(device_key.clone())
            .wrap(&master, rng)
            .await?;
        let wrapping = Wrapping {
            device_key,
            master: sealed,
        };
        Ok((Self::of(master).await, wrapping))
    }

    /// Opens the vault with what was stored.
    ///
    /// # Errors
    /// [`Damaged`] when the wrapped key does not open with this device key.
    pub(crate) async fn unlock(wrapping: &Wrapping) -> Result<Self, Damaged> {
        let purpose = labels::MASTER_KEY_WRAP.as_bytes();
        let master = web_open(&wrapping.device_key, purpose, &wrapping.master).await;
        let mut master = master.map_err(|_| Damaged)?;
        let opened = master.as_slice().try_into().map(Secret::new);
        master.zeroize();
        Ok(Self::of(opened.map_err(|_| Damaged)?).await)
    }

    /// The vault of a master key.
    pub(crate) async fn of(master: Secret) -> Self {
        let records = derive_key(&master, labels::RECORDS_KEY, &[FORMAT]);
        let bulk = import(&records).await.ok();
        Self {
            master,
            records,
            bulk,
        }
    }

    /// Its master key.
    pub(crate) fn master(&self) -> &Secret {
        &self.master
    }

    /// The key for WebCrypto, if so many bytes are worth the way there.
    fn bulk(&self, length: usize) -> Option<&CryptoKey> {
        self.bulk.as_ref().filter(|_| length >= BULK_BYTES)
    }

    /// Seals the record `name`. A random nonce is safe for 2^32 records under one key (NIST SP 800-38D, 8.3): at a
    /// thousand a day that is eleven thousand years.
    pub(crate) async fn seal(
        &self,
        name: &str,
        record: &Body,
        rng: &mut dyn CryptoRng,
    ) -> Uint8Array {
        let nonce: [u8; NONCE_LEN] = make_bytes(rng);
        let (bound, plain) = (bound_to(name), record.as_bytes());
        let sealed = match self.bulk(plain.len()) {
            Some(key) => web_seal(key, &nonce, &bound, plain).await.ok(),
            None => None,
        };
        // The nonce may be used once more: what comes of it is the same to the byte.
        let sealed = sealed.unwrap_or_else(|| {
            let sealed = aead::seal(&self.records, &nonce, &bound, plain);
            Uint8Array::from(sealed.as_slice())
        });
        join(&nonce, &sealed)
    }

    /// Opens the record `name`.
    ///
    /// # Errors
    /// [`Damaged`] when it is not what was sealed under this name.
    pub(crate) async fn open(&self, name: &str, sealed: &Uint8Array) -> Result<Body, Damaged> {
        let bound = bound_to(name);
        if let Some(key) = self.bulk(sealed.length() as usize)
            && let Ok(plain) = web_open(key, &bound, sealed).await
        {
            return Ok(Body::new(plain));
        }
        // Small, or WebCrypto failed, or it is damaged: the crate knows.
        let sealed = sealed.to_vec();
        let (nonce, sealed) = sealed.split_first_chunk().ok_or(Damaged)?;
        aead::open(&self.records, nonce, &bound, sealed)
            .map(Body::new)
            .map_err(|_| Damaged)
    }
}

/// Gives WebCrypto the key of the records.
async fn import(records: &Secret) -> Result<CryptoKey, JsValue> {
    let subtle = subtle()?;
    let usages = js_sys::Array::of2(&"encrypt".into(), &"decrypt".into());
    let extractable = false;
    let raw = Uint8Array::from(records.expose_secret().as_slice());
    let importing = subtle.import_key_with_str("raw", &raw, "AES-GCM", extractable, &usages);
    // WebCrypto has made its copy: all its functions do so before they return.
    raw.fill(0, 0, raw.length());
    Ok(JsFuture::from(importing?).await?.unchecked_into())
}

/// AES-256-GCM by WebCrypto. `plain` is read where it lies, before this waits for anything.
async fn web_seal(
    key: &CryptoKey,
    nonce: &[u8; NONCE_LEN],
    bound: &[u8],
    plain: &[u8],
) -> Result<Uint8Array, JsValue> {
    let parameters = gcm(&Uint8Array::from(nonce.as_slice()), bound);
    let sealing = subtle()?.encrypt_with_object_and_u8_array(&parameters, key, plain)?;
    Ok(Uint8Array::new(&JsFuture::from(sealing).await?))
}

/// Opens what [`join`] made of a nonce and what was sealed with it.
async fn web_open(key: &CryptoKey, bound: &[u8], whole: &Uint8Array) -> Result<Vec<u8>, JsValue> {
    let parameters = gcm(&whole.subarray(0, NONCE_LEN as u32), bound);
    let sealed = whole.subarray(NONCE_LEN as u32, whole.length());
    let opening = subtle()?.decrypt_with_object_and_js_u8_array(&parameters, key, &sealed)?;
    let plain = Uint8Array::new(&JsFuture::from(opening).await?);
    let opened = plain.to_vec();
    plain.fill(0, 0, plain.length());
    Ok(opened)
}

fn join(nonce: &[u8; NONCE_LEN], sealed: &Uint8Array) -> Uint8Array {
    let whole = Uint8Array::new_with_length(NONCE_LEN as u32 + sealed.length());
    whole.set(&Uint8Array::from(nonce.as_slice()), 0);
    whole.set(sealed, NONCE_LEN as u32);
    whole
}

fn bound_to(name: &str) -> Vec<u8> {
    let mut bound = vec![FORMAT];
    bound.extend_from_slice(name.as_bytes());
    bound
}

fn gcm(nonce: &Uint8Array, bound: &[u8]) -> Object {
    let parameters = AesGcmParams::new("AES-GCM", nonce);
    parameters.set_additional_data(&Uint8Array::from(bound));
    parameters.unchecked_into()
}

fn subtle() -> Result<SubtleCrypto, JsValue> {
    let crypto: Crypto = Reflect::get(&js_sys::global(), &"crypto".into())?.unchecked_into();
    // Absent outside a secure context; typed as if it were always there.
    let subtle: JsValue = crypto.subtle().into();
    subtle
        .dyn_into()
        .map_err(|_| js_sys::Error::new("there is no WebCrypto here").into())
}
