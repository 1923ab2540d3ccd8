//! Signed requests: who asks, at which safe, on which route, with which body, and until when.

use crate::ids::{PublicKey, RequestId, SafeId, UnixTime};
use crate::jws::{self, EmbedKey, JwsError, Unverified};
use crate::message::Route;
use crate::{CertificateId, labels, limits};
use alloc::string::String;
use saifu_crypto::hash;
use saifu_crypto::sign::SigningKey;
use serde::{Deserialize, Serialize};

/// The HTTP authentication scheme before the token.
pub const SCHEME: &str = "Saifu";

#[derive(Serialize, Deserialize)]
struct Wire {
    aud: SafeId,
    htu: Route,
    /// SHA-256 over the HTTP body.
    bh: CertificateId,
    jti: RequestId,
    exp: UnixTime,
}

/// A request whose signature holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authenticated {
    /// The account: the key that signed.
    pub account: PublicKey,
    /// The request id.
    pub request: RequestId,
    /// SHA-256 over the HTTP body.
    pub body_hash: [u8; 32],
}

/// Why a request is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestError {
    /// Not signed, or not for this safe, route and body.
    Unauthenticated,
    /// Signed for another time than now.
    Clock,
}

/// Signs a request for `body`. `now` is the time at the safe, as far as the wallet knows it.
pub fn sign_request(
    safe: SafeId,
    route: Route,
    request: RequestId,
    body: &[u8],
    now: UnixTime,
    account: &SigningKey,
) -> String {
    let until = now.plus(limits::REQUEST_LIFETIME);
    sign(
        labels::REQUEST_TYP,
        (safe, route, request),
        body,
        until,
        account,
    )
}

/// Signs a registration for `body` that is to be sent later, perhaps by who cannot sign: a service worker. There is nothing like it
/// for another route. Asked twice a registration gives one entry, and one that was called off gives none, so that it is
/// worth nothing to whoever else gets hold of it.
pub fn sign_prepared(
    safe: SafeId,
    request: RequestId,
    body: &[u8],
    now: UnixTime,
    account: &SigningKey,
) -> String {
    let of = (safe, Route::Register, request);
    let until = now.plus(limits::PREPARED_LIFETIME);
    sign(labels::PREPARED_TYP, of, body, until, account)
}

fn sign(
    typ: &str,
    (safe, route, request): (SafeId, Route, RequestId),
    body: &[u8],
    until: UnixTime,
    account: &SigningKey,
) -> String {
    let wire = Wire {
        aud: safe,
        htu: route,
        bh: CertificateId::new(hash::sha256(body)),
        jti: request,
        exp: until,
    };
    jws::sign(typ, EmbedKey::Yes, &wire, account)
}

/// Checks a signed request.
///
/// # Errors
/// See [`RequestError`].
pub fn verify_request(
    compact: &str,
    safe: SafeId,
    route: Route,
    body: &[u8],
    now: UnixTime,
) -> Result<Authenticated, RequestError> {
    let unauthenticated = |_: JwsError| RequestError::Unauthenticated;
    let signed = Unverified::<Wire>::parse(labels::REQUEST_TYP, compact);
    let (signed, lifetime) = match (signed, route) {
        (Ok(signed), _) => (signed, limits::REQUEST_LIFETIME),
        (Err(_), Route::Register) => {
            let prepared = Unverified::parse(labels::PREPARED_TYP, compact);
            (
                prepared.map_err(unauthenticated)?,
                limits::PREPARED_LIFETIME,
            )
        }
        (Err(why), _) => return Err(unauthenticated(why)),
    };
    let (wire, account) = signed.verify_embedded().map_err(unauthenticated)?;
    let body_hash = hash::sha256(body);
    if wire.aud != safe || wire.htu != route || *wire.bh.as_bytes() != body_hash {
        return Err(RequestError::Unauthenticated);
    }
    let latest = now.plus(lifetime + limits::CLOCK_TOLERANCE);
    if wire.exp < now || wire.exp > latest {
        return Err(RequestError::Clock);
    }
    Ok(Authenticated {
        account,
        request: wire.jti,
        body_hash,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_crypto::Secret;

    #[test]
    fn request_holds_for_one_safe_route_body_and_time() {
        let key = SigningKey::derive(&Secret::new([4; 32]));
        let safe = SafeId::new([1; 32]);
        let now = UnixTime(1_000_000);
        let id = RequestId::new([7; 16]);
        let token = sign_request(safe, Route::Register, id, b"body", now, &key);
        let check = |safe, route, body: &[u8], now| verify_request(&token, safe, route, body, now);

        let taken = check(safe, Route::Register, b"body", now).unwrap();
        assert_eq!(taken.account, PublicKey::new(key.public()));
        assert_eq!(taken.request, id);
        assert!(check(safe, Route::Register, b"body", now.plus(300)).is_ok());

        let no = Err(RequestError::Unauthenticated);
        assert_eq!(
            check(SafeId::new([2; 32]), Route::Register, b"body", now),
            no
        );
        assert_eq!(check(safe, Route::Recover, b"body", now), no);
        assert_eq!(check(safe, Route::Register, b"bode", now), no);
        let clock = Err(RequestError::Clock);
        assert_eq!(check(safe, Route::Register, b"body", now.plus(301)), clock);
        assert_eq!(
            check(safe, Route::Register, b"body", UnixTime(999_879)),
            clock
        );
    }

    #[test]
    fn a_registration_may_be_signed_to_be_sent_later_and_nothing_else_may() {
        let key = SigningKey::derive(&Secret::new([4; 32]));
        let safe = SafeId::new([1; 32]);
        let now = UnixTime(1_000_000);
        let id = RequestId::new([7; 16]);
        let token = sign_prepared(safe, id, b"body", now, &key);
        let check = |route, body: &[u8], now| verify_request(&token, safe, route, body, now);

        let last = now.plus(limits::PREPARED_LIFETIME);
        for time in [now, now.plus(3_600), last] {
            let taken = check(Route::Register, b"body", time).unwrap();
            assert_eq!(taken.account, PublicKey::new(key.public()));
            assert_eq!(taken.request, id);
        }
        let clock = Err(RequestError::Clock);
        assert_eq!(check(Route::Register, b"body", last.plus(1)), clock);
        let early = UnixTime(now.0 - limits::CLOCK_TOLERANCE - 1);
        assert_eq!(check(Route::Register, b"body", early), clock);

        let no = Err(RequestError::Unauthenticated);
        assert_eq!(check(Route::Register, b"bode", now), no);
        for route in Route::ALL {
            let taken = check(route, b"body", now);
            assert_eq!(taken.is_ok(), route == Route::Register, "{route:?}");
            // Not even where whoever has the key signs it for that route.
            let wire = Wire {
                aud: safe,
                htu: route,
                bh: CertificateId::new(hash::sha256(b"body")),
                jti: id,
                exp: now.plus(limits::REQUEST_LIFETIME),
            };
            let signed = jws::sign(labels::PREPARED_TYP, EmbedKey::Yes, &wire, &key);
            let taken = verify_request(&signed, safe, route, b"body", now);
            assert_eq!(taken.is_ok(), route == Route::Register, "{route:?}");
        }
    }
}
