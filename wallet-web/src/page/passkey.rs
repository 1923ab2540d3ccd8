//! The browser's ceremonies with an authenticator (WebAuthn), for whoever needs a passkey: the lock of this device, and the
//! safes.
//!
//! In scope: to ask the browser, and to tell apart what comes of it. What is challenged, who may answer and what a PRF's output
//! opens is decided elsewhere; the signature is checked by whom it is meant for.
//!
//! A ceremony has to begin while the browser still counts the press of a button: call from its handler, with no other wait
//! before.

use std::cell::Cell;

use super::device::now_ms;
use super::words::NotTouched as Failure;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::window;
use saifu_crypto::Secret;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use zeroize::Zeroizing;

/// How long the owner has for one ceremony. WCAG 2.2.1 and the standard's own advice ask for minutes.
const TIMEOUT_MS: u32 = 180_000;

/// ECDSA on P-256 with SHA-256, and Ed25519, by their COSE numbers: what safes check. The first is what authenticators have.
const CHECKED: &[i32] = &[-7, -8];
/// And RSA with SHA-256, which is all that some computers have built in: where nobody checks a signature any will do.
const ANY: &[i32] = &[-7, -8, -257];

/// A passkey to be made.
pub(crate) struct Create<'a> {
    /// In whose name; the page's own if none is given.
    pub(crate) rp_id: Option<&'a str>,
    pub(crate) rp_name: &'a str,
    /// At most 64 bytes, and nothing that says who the owner is.
    pub(crate) user_id: &'a [u8],
    pub(crate) user_name: &'a str,
    pub(crate) display_name: &'a str,
    pub(crate) challenge: &'a [u8],
    /// Whoever holds one of these is [`Failure::Known`].
    pub(crate) exclude: &'a [Vec<u8>],
    pub(crate) prf_salt: &'a [u8; 32],
}

/// A passkey that was made.
pub(crate) struct Created {
    pub(crate) credential_id: Vec<u8>,
    /// SubjectPublicKeyInfo, DER.
    pub(crate) public_key_spki: Vec<u8>,
    /// A COSE number.
    pub(crate) algorithm: i32,
    /// Whether the authenticator derives keys. Many do it only in [`get`], never while a passkey is being made.
    pub(crate) derives_keys: bool,
    pub(crate) prf: Option<Secret>,
}

/// A passkey to be shown.
pub(crate) struct Get<'a> {
    /// In whose name; the page's own if none is given.
    pub(crate) rp_id: Option<&'a str>,
    pub(crate) challenge: &'a [u8],
    /// Only one of these; if it is empty, any for this place.
    pub(crate) allow: &'a [Vec<u8>],
    pub(crate) prf_salt: &'a [u8; 32],
}

/// A passkey that was shown.
pub(crate) struct Got {
    pub(crate) credential_id: Vec<u8>,
    pub(crate) authenticator_data: Vec<u8>,
    pub(crate) client_data: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// Under what its authenticator files it; empty if that is not told.
    pub(crate) handle: Vec<u8>,
    pub(crate) prf: Option<Secret>,
}

/// Has a passkey made, which its authenticator keeps and gives only to an owner it knows again.
///
/// # Errors
/// See [`Failure`]; nothing is to be undone then.
pub(crate) async fn create(options: Create<'_>) -> Result<Created, Failure> {
    create_that_signs_by(CHECKED, options).await
}

/// The same for a passkey that is to derive keys, and whose signature nobody checks.
///
/// # Errors
/// See [`Failure`]; nothing is to be undone then.
pub(crate) async fn create_for_keys(options: Create<'_>) -> Result<Created, Failure> {
    create_that_signs_by(ANY, options).await
}

async fn create_that_signs_by(algorithms: &[i32], options: Create<'_>) -> Result<Created, Failure> {
    let algorithms = algorithms.iter().map(|number| {
        object(&[
            ("type", "public-key".into()),
            ("alg", f64::from(*number).into()),
        ])
    });
    let user = object(&[
        ("id", bytes(options.user_id)),
        ("name", options.user_name.into()),
        ("displayName", options.display_name.into()),
    ]);
    let mut place = vec![("name", options.rp_name.into())];
    place.extend(options.rp_id.map(|id| ("id", id.into())));
    let selection = object(&[
        ("residentKey", "required".into()),
        // What the standard before had for it; some browsers still read only this.
        ("requireResidentKey", true.into()),
        ("userVerification", "required".into()),
    ]);
    let request = object(&[
        ("rp", object(&place)),
        ("user", user),
        ("challenge", bytes(options.challenge)),
        ("pubKeyCredParams", algorithms.collect::<Array>().into()),
        ("excludeCredentials", descriptors(options.exclude)),
        ("authenticatorSelection", selection),
        ("attestation", "none".into()),
        ("timeout", TIMEOUT_MS.into()),
        ("extensions", prf_at(options.prf_salt)),
    ]);
    let credential = ask("create", &request).await?;

    let read = || -> Result<Created, JsValue> {
        let response = Reflect::get(&credential, &"response".into())?;
        let results = results_of(&credential)?;
        Ok(Created {
            credential_id: field(&credential, "rawId")?,
            public_key_spki: Uint8Array::new(&call(&response, "getPublicKey")?).to_vec(),
            algorithm: number(&call(&response, "getPublicKeyAlgorithm")?),
            derives_keys: property(&results, "enabled").is_truthy(),
            prf: derived(&results),
        })
    };
    // Not what the standard says an answer is: this browser does not have it, whatever it says.
    read().map_err(|_| Failure::Unavailable)
}

/// Has a passkey shown.
///
/// # Errors
/// See [`Failure`].
pub(crate) async fn get(options: Get<'_>) -> Result<Got, Failure> {
    let mut request = vec![
        ("challenge", bytes(options.challenge)),
        ("allowCredentials", descriptors(options.allow)),
        ("userVerification", "required".into()),
        ("timeout", TIMEOUT_MS.into()),
        ("extensions", prf_at(options.prf_salt)),
    ];
    request.extend(options.rp_id.map(|id| ("rpId", id.into())));
    let credential = ask("get", &object(&request)).await?;

    let read = || -> Result<Got, JsValue> {
        let response = Reflect::get(&credential, &"response".into())?;
        Ok(Got {
            credential_id: field(&credential, "rawId")?,
            authenticator_data: field(&response, "authenticatorData")?,
            client_data: field(&response, "clientDataJSON")?,
            signature: field(&response, "signature")?,
            handle: field(&response, "userHandle").unwrap_or_default(),
            prf: derived(&results_of(&credential)?),
        })
    };
    read().map_err(|_| Failure::Unavailable)
}

thread_local! {
    /// A second ceremony would end the first one in most browsers.
    static UNDER_WAY: Cell<bool> = const { Cell::new(false) };
}

struct UnderWay;

impl UnderWay {
    fn begin() -> Option<Self> {
        (!UNDER_WAY.replace(true)).then_some(Self)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.set(false);
    }
}

async fn ask(method: &str, request: &JsValue) -> Result<JsValue, Failure> {
    let _under_way = UnderWay::begin().ok_or(Failure::Cancelled)?;
    let credentials = credentials().map_err(|_| Failure::Unavailable)?;
    let began = now_ms();
    let begin = || -> Result<Promise, JsValue> {
        let method: Function = Reflect::get(&credentials, &method.into())?.dyn_into()?;
        let options = object(&[("publicKey", request.clone())]);
        method.call1(&credentials, &options)?.dyn_into()
    };
    let outcome = match begin() {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    match outcome {
        Ok(credential) if credential.is_truthy() => Ok(credential),
        Ok(_) => Err(Failure::Cancelled),
        Err(thrown) => {
            let name = property(&thrown, "name").as_string();
            Err(because(
                &name.unwrap_or_default(),
                now_ms().saturating_sub(began),
            ))
        }
    }
}

/// What an exception's name means (WebAuthn 3, 5.1.3 and 5.1.4).
fn because(name: &str, took_ms: u64) -> Failure {
    match name {
        // Too late has the same name as everything that the owner did.
        "NotAllowedError" if took_ms >= u64::from(TIMEOUT_MS) => Failure::TimedOut,
        "NotAllowedError" | "AbortError" => Failure::Cancelled,
        "InvalidStateError" => Failure::Known,
        "ConstraintError" | "NotSupportedError" => Failure::Unfit,
        "SecurityError" => Failure::WrongPlace,
        _ => Failure::Unavailable,
    }
}

/// Reflected: outside a secure context there is none, and a page can be forbidden to have it.
fn credentials() -> Result<JsValue, JsValue> {
    if !Reflect::has(&window(), &"PublicKeyCredential".into())? {
        return Err(JsValue::UNDEFINED);
    }
    let credentials = Reflect::get(&window().navigator(), &"credentials".into())?;
    credentials
        .is_object()
        .then_some(credentials)
        .ok_or(JsValue::UNDEFINED)
}

fn prf_at(salt: &[u8; 32]) -> JsValue {
    let eval = object(&[("first", bytes(salt))]);
    object(&[("prf", object(&[("eval", eval)]))])
}

fn results_of(credential: &JsValue) -> Result<JsValue, JsValue> {
    let results = call(credential, "getClientExtensionResults")?;
    Ok(property(&results, "prf"))
}

/// What the authenticator derived, taken out of the browser's hands as far as that goes.
fn derived(results: &JsValue) -> Option<Secret> {
    let first = property(&property(results, "results"), "first");
    if !first.is_object() {
        return None;
    }
    let shown = Uint8Array::new(&first);
    let copy = Zeroizing::new(shown.to_vec());
    shown.fill(0, 0, shown.length());
    copy.as_slice().try_into().ok().map(Secret::new)
}

fn descriptors(ids: &[Vec<u8>]) -> JsValue {
    let each = ids
        .iter()
        .map(|id| object(&[("type", "public-key".into()), ("id", bytes(id))]));
    each.collect::<Array>().into()
}

fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in entries {
        // A new object takes every property.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// Nothing, if there is none, or nothing it could be of.
fn property(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}

fn field(of: &JsValue, name: &str) -> Result<Vec<u8>, JsValue> {
    let buffer = Reflect::get(of, &name.into())?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

fn call(of: &JsValue, method: &str) -> Result<JsValue, JsValue> {
    let method: Function = Reflect::get(of, &method.into())?.dyn_into()?;
    method.call0(of)
}

/// COSE numbers are small; what is none is none that we know.
fn number(value: &JsValue) -> i32 {
    value.as_f64().unwrap_or_default() as i32
}
