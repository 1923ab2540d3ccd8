//! The operator's settings, from the variables and secrets of the Worker.

use saifu_crypto::{Secret, hash};
use saifu_protocol::certificate::{Address, LegacyHash};
use saifu_protocol::digest::DigestSetting;
use saifu_protocol::{Counter, b64};
use saifu_safe_core::Settings;
use saifu_safe_core::settings::{PasskeySite, PushServices, address_of_this_machine};
use worker::{Env, Request};

/// Why the settings cannot be used. The safe then answers nothing: a digest, a limit or an address the operator did not
/// mean is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// A setting does not read.
    Unreadable,
    /// `ADDRESS` is missing, and the safe was asked from elsewhere than this machine.
    NoAddress,
}

fn text(env: &Env, name: &str) -> Option<String> {
    let text = env.var(name).ok()?.to_string();
    (!text.is_empty()).then_some(text)
}

fn number(env: &Env, name: &str, otherwise: u64) -> Result<u64, Unusable> {
    text(env, name).map_or(Ok(otherwise), |text| {
        text.parse().map_err(|_| Unusable::Unreadable)
    })
}

/// The settings. The address is what the operator set, never what whoever asks calls the safe; without it there is one
/// on this machine only.
pub(crate) fn settings(env: &Env, request: &Request) -> Result<Settings, Unusable> {
    let address = match text(env, "ADDRESS") {
        Some(address) => Address::parse(&address).map_err(|_| Unusable::Unreadable)?,
        None => {
            let url = request.url().map_err(|_| Unusable::NoAddress)?;
            address_of_this_machine(&url.origin().ascii_serialization())
                .ok_or(Unusable::NoAddress)?
        }
    };
    let usual = Settings::new(address);
    Ok(Settings {
        operator: text(env, "OPERATOR").unwrap_or_default(),
        jurisdiction: text(env, "JURISDICTION").unwrap_or_default(),
        digest: match text(env, "DIGEST").as_deref() {
            None => usual.digest,
            Some("five-fields") => DigestSetting::FiveFields,
            Some("class-and-name") => DigestSetting::ClassAndName,
            Some("vacant") => DigestSetting::Vacant,
            Some(_) => return Err(Unusable::Unreadable),
        },
        legacy_hash: match text(env, "LEGACY_HASH").as_deref() {
            None => usual.legacy_hash,
            Some("off") => LegacyHash::Off,
            Some("md5") => LegacyHash::Md5,
            Some(_) => return Err(Unusable::Unreadable),
        },
        counter_limit: Counter::new(number(env, "COUNTER_LIMIT", usual.counter_limit.get())?)
            .ok_or(Unusable::Unreadable)?,
        retention_seconds: number(env, "RETENTION_SECONDS", usual.retention_seconds)?,
        grace_seconds: grace_seconds(env)?,
        passkeys: passkeys(env)?,
        push: push_services(env)?,
        ..usual
    })
}

/// The site whose passkeys are taken. One of the two settings without the other says less than the operator thinks.
fn passkeys(env: &Env) -> Result<Option<PasskeySite>, Unusable> {
    match (text(env, "PASSKEY_RP_ID"), text(env, "PASSKEY_ORIGINS")) {
        (None, None) => Ok(None),
        (Some(rp_id), Some(origins)) => {
            let site = PasskeySite::new(&rp_id, &origins);
            site.map(Some).map_err(|_| Unusable::Unreadable)
        }
        _ => Err(Unusable::Unreadable),
    }
}

/// The push services alone: alarms need them and have no request.
pub(crate) fn push_services(env: &Env) -> Result<PushServices, Unusable> {
    match text(env, "PUSH_SERVICES").as_deref() {
        None => Ok(PushServices::usual()),
        Some("off") => Ok(PushServices::none()),
        Some(origins) => PushServices::new(origins).map_err(|_| Unusable::Unreadable),
    }
}

/// The address the operator set, if it reads: alarms have no request to compare it with.
pub(crate) fn address(env: &Env) -> Option<Address> {
    Address::parse(&text(env, "ADDRESS")?).ok()
}

/// The grace period alone: alarms need it and have no request.
pub(crate) fn grace_seconds(env: &Env) -> Result<u64, Unusable> {
    number(
        env,
        "GRACE_SECONDS",
        saifu_safe_core::settings::DEFAULT_GRACE_SECONDS,
    )
}

/// A seed the operator keeps outside the ledger.
pub(crate) fn seed(env: &Env, name: &str) -> Result<Option<Secret>, Unusable> {
    text(env, name)
        .map(|text| {
            b64::decode_array(&text)
                .map(Secret::new)
                .map_err(|_| Unusable::Unreadable)
        })
        .transpose()
}

/// Whether a request is the operator's. Without a token set, nobody is.
pub(crate) fn is_operator(env: &Env, request: &Request) -> bool {
    let given = request.headers().get("Authorization").ok().flatten();
    let given = given
        .as_deref()
        .and_then(|text| text.strip_prefix("Bearer "));
    match (text(env, "OPERATOR_TOKEN"), given) {
        (Some(token), Some(given)) => {
            // Hashes of equal length, compared in constant time: neither content nor length of the token shows.
            let fixed = |text: &str| Secret::new(hash::sha256(text.as_bytes()));
            fixed(&token) == fixed(given)
        }
        _ => false,
    }
}
