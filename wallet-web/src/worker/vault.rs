//! Sealing of the records at rest.
//!
//! A random master key is wrapped by a device key: an AES-GCM `CryptoKey` that the browser keeps in IndexedDB and hands
//! out to nobody, us included. From the master key comes the key that seals the records, each under its own name, so
//! that none can be put in the place of another.
//!
//! What this holds off: whoever gets the database's files, a backup of them or a dump, without running as this site in
//! this browser. Not held off here: code that runs as this site, and a copy of the whole browser profile, which carries
//! the device key in whatever way the browser protects it.

use js_sys::{ArrayBuffer, Object, Reflect, Uint8Array};
use saifu_crypto::aead::{self, NONCE_LEN, TAG_LEN};
use saifu_crypto::{CryptoRng, Secret, derive::derive_key, make_bytes};
use saifu_protocol::labels;
use saifu_wallet_core::port::Body;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, AesKeyGenParams, Crypto, CryptoKey, SubtleCrypto};

/// The format of sealed records, part of what each is bound to.
pub(crate) const FORMAT: u8 = 1;

/// A key or a record does not open. Which byte is at fault cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

/// What opens a vault again: it lies in the store.
pub(crate) struct Wrapping {
    pub(crate) device_key: CryptoKey,
    /// Nonce, then the sealed master key.
    pub(crate) master: Uint8Array,
}

/// The key of the records. It leaves the wasm memory never, and is overwritten there on drop.
pub(crate) struct Vault {
    records: Secret,
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
        let nonce: [u8; NONCE_LEN] = make_bytes(rng);
        let plain = Uint8Array::from(master.expose_secret().as_slice());
        let sealing =
            subtle.encrypt_with_object_and_buffer_source(&gcm(&nonce), &device_key, &plain)?;
        let sealed = JsFuture::from(sealing).await;
        // The copy that left for JavaScript; WebCrypto made its own and has dropped it.
        plain.fill(0, 0, plain.length());

        let sealed = Uint8Array::new(&sealed?);
        let wrapped = Uint8Array::new_with_length(NONCE_LEN as u32 + sealed.length());
        wrapped.set(&Uint8Array::from(nonce.as_slice()), 0);
        wrapped.set(&sealed, NONCE_LEN as u32);
        let wrapping = Wrapping {
            device_key,
            master: wrapped,
        };
        Ok((Self::of(&master), wrapping))
    }

    /// Opens the vault with what was stored.
    ///
    /// # Errors
    /// [`Damaged`] when the wrapped key does not open with this device key.
    pub(crate) async fn unlock(wrapping: &Wrapping) -> Result<Self, Damaged> {
        let wrapped = wrapping.master.to_vec();
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_LEN>().ok_or(Damaged)?;
        let opening = subtle()
            .and_then(|subtle| {
                subtle.decrypt_with_object_and_buffer_source(
                    &gcm(nonce),
                    &wrapping.device_key,
                    &Uint8Array::from(sealed),
                )
            })
            .map_err(|_| Damaged)?;
        let plain: ArrayBuffer = JsFuture::from(opening)
            .await
            .map_err(|_| Damaged)?
            .unchecked_into();
        let plain = Uint8Array::new(&plain);
        let mut master = [0; 32];
        if plain.length() != 32 {
            return Err(Damaged);
        }
        plain.copy_to(&mut master);
        plain.fill(0, 0, plain.length());
        Ok(Self::of(&Secret::new(core::mem::take(&mut master))))
    }

    fn of(master: &Secret) -> Self {
        Self {
            records: derive_key(master, labels::RECORDS_KEY, &[FORMAT]),
        }
    }

    /// Seals the record `name`. A random nonce is safe for 2^32 records under one key (NIST SP 800-38D, 8.3): at a
    /// thousand a day that is eleven thousand years.
    pub(crate) fn seal(&self, name: &str, record: &Body, rng: &mut dyn CryptoRng) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = make_bytes(rng);
        let sealed = aead::seal(&self.records, &nonce, &bound_to(name), record.as_bytes());
        let mut out = Vec::with_capacity(NONCE_LEN + record.as_bytes().len() + TAG_LEN);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        out
    }

    /// Opens the record `name`.
    ///
    /// # Errors
    /// [`Damaged`] when it is not what was sealed under this name.
    pub(crate) fn open(&self, name: &str, sealed: &[u8]) -> Result<Body, Damaged> {
        let (nonce, sealed) = sealed.split_first_chunk().ok_or(Damaged)?;
        aead::open(&self.records, nonce, &bound_to(name), sealed)
            .map(Body::new)
            .map_err(|_| Damaged)
    }
}

fn bound_to(name: &str) -> Vec<u8> {
    let mut bound = vec![FORMAT];
    bound.extend_from_slice(name.as_bytes());
    bound
}

fn gcm(nonce: &[u8; NONCE_LEN]) -> Object {
    let parameters = AesGcmParams::new("AES-GCM", &Uint8Array::from(nonce.as_slice()));
    let purpose = Uint8Array::from(labels::MASTER_KEY_WRAP.as_bytes());
    parameters.set_additional_data(&purpose);
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
