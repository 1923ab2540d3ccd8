//! What both sides read.

use crate::corpus;
use saifu_protocol::certificate::{Address, Certificate, read_claims_unverified};
use saifu_protocol::channel::Within;
use saifu_protocol::descriptor::Descriptor;
use saifu_protocol::envelope;
use saifu_protocol::message::{Ended, Recovered, Registered, Reply, Rotated, Route, SealedBody};
use saifu_protocol::possession::{AuditItem, Audited, Possession};
use saifu_protocol::problem::Problem;
use saifu_protocol::push::Endpoint;
use saifu_protocol::receipt::Receipt;
use saifu_protocol::{CertificateDigest, b64, json, object, presentation, request};
use saifu_safe_core::settings::PushServices;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) fn text(bytes: &[u8]) -> Option<&str> {
    core::str::from_utf8(bytes).ok()
}

/// What reads must read the same after it was written.
pub(crate) fn reads_back<T: DeserializeOwned + Serialize>(bytes: &[u8]) {
    if let Ok(read) = json::read::<T>(bytes) {
        let written = json::write(&read);
        let again: T = json::read(&written).expect("what was written reads");
        assert_eq!(json::write(&again), written);
    }
}

pub(crate) fn address(bytes: &[u8]) {
    if let Some(Ok(read)) = text(bytes).map(Address::parse) {
        assert_eq!(Address::parse(read.as_str()), Ok(read.clone()));
    }
}

/// What is read is what would be called, and by its own service alone.
pub(crate) fn endpoint(bytes: &[u8]) {
    let usual = PushServices::usual();
    if let Some(Ok(read)) = text(bytes).map(Endpoint::parse) {
        assert_eq!(Endpoint::parse(read.as_str()), Ok(read.clone()));
        let rest = read.as_str().strip_prefix(read.origin());
        assert!(rest.is_some_and(|rest| rest.starts_with('/')));
        assert!(!usual.take(&read) || read.as_str().starts_with("https://"));
    }
}

pub(crate) fn base64(bytes: &[u8]) {
    if let Some(text) = text(bytes)
        && let Ok(decoded) = b64::decode(text)
    {
        assert_eq!(b64::encode(&decoded), text, "one form only");
    }
}

/// Nothing passes but what was signed, to the last character.
pub(crate) fn certificate(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    // What it claims is read before it is believed.
    let _ = read_claims_unverified(text);
    if Certificate::verify(text, &corpus::signed_by()).is_ok() {
        assert!(
            corpus::certificates()
                .iter()
                .any(|genuine| genuine == bytes)
        );
    }
}

/// Nothing passes for the chunks but the chunks.
pub(crate) fn audit(bytes: &[u8]) {
    reads_back::<AuditItem>(bytes);
    reads_back::<Audited>(bytes);
    reads_back::<Possession>(bytes);
    if let Ok(audited) = json::read::<Audited>(bytes) {
        let object = corpus::audited();
        let said = Possession::of(&object).expect("it is no larger than an entry");
        let is_shown = said.is_shown(&corpus::PLACES, &audited.chunks);
        assert_eq!(
            is_shown,
            said.show(&object, &corpus::PLACES).as_ref() == Some(&audited.chunks)
        );
    }
}

pub(crate) fn receipt(bytes: &[u8]) {
    if let Some(text) = text(bytes)
        && Receipt::verify(text, &corpus::signed_by()).is_ok()
    {
        assert!(corpus::receipts().iter().any(|genuine| genuine == bytes));
    }
}

pub(crate) fn descriptor(bytes: &[u8]) {
    let address = corpus::address();
    if let Ok(read) = Descriptor::read(bytes, &address) {
        assert_eq!(read.address, address);
    }
}

pub(crate) fn digest(bytes: &[u8]) {
    reads_back::<CertificateDigest>(bytes);
}

pub(crate) fn object(bytes: &[u8]) {
    if let Ok(value) = object::read_object(bytes) {
        // What reads can be shown, summed and put into a form.
        let _ = (value.total(), value.worth());
        let _ = saifu_wallet_core::form::write(&value);
    }
}

pub(crate) fn presentation(bytes: &[u8]) {
    if let Some(text) = text(bytes)
        && presentation::verify(text, &corpus::purpose()).is_ok()
    {
        assert!(
            corpus::presentations()
                .iter()
                .any(|genuine| genuine == bytes)
        );
    }
}

pub(crate) fn problem(bytes: &[u8]) {
    let _ = json::read::<Problem>(bytes);
}

/// What is in a sealed reply.
pub(crate) fn reply(bytes: &[u8]) {
    reads_back::<Reply<Registered>>(bytes);
    reads_back::<Reply<Recovered>>(bytes);
    reads_back::<Reply<Ended>>(bytes);
    reads_back::<Reply<Rotated>>(bytes);
}

/// What nobody sealed to this key opens with no key.
pub(crate) fn sealed_body(bytes: &[u8]) {
    let _ = json::read::<SealedBody>(bytes);
    let (secret, binding) = (corpus::secret(), corpus::binding());
    let opened = envelope::open_request::<serde_json::Value>(bytes, &secret, &binding);
    assert!(
        opened.is_err()
            || corpus::sealed_bodies()
                .iter()
                .any(|it| same_body(it, bytes))
    );
}

/// What nobody sealed in this session opens with no key, whatever its safe is told.
pub(crate) fn channel(bytes: &[u8]) {
    let within = Within {
        sealed: bytes.to_vec(),
        session: corpus::SESSION,
    };
    let opened = within.open(&corpus::secret(), &corpus::bound());
    assert!(opened.is_err() || corpus::channels().iter().any(|it| it == bytes));
}

fn same_body(one: &[u8], other: &[u8]) -> bool {
    let sealed = |bytes| json::read::<SealedBody>(bytes).map(|body| body.sealed);
    sealed(one) == sealed(other)
}

pub(crate) fn signed_request(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let (safe, now) = (corpus::safe(), corpus::NOW);
    if request::verify_request(text, safe, Route::Register, b"body", now).is_ok() {
        assert!(
            corpus::signed_requests()
                .iter()
                .any(|genuine| genuine == bytes)
        );
    }
}
