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
    jws::sign(
        labels::REQUEST_TYP,
        EmbedKey::Yes,
        &Wire {
            aud: safe,
            htu: route,
            bh: CertificateId::new(hash::sha256(body)),
            jti: request,
            exp: now.plus(limits::REQUEST_LIFETIME),
        },
        account,
    )
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
    let (wire, account) = Unverified::<Wire>::parse(labels::REQUEST_TYP, compact)
        .map_err(unauthenticated)?
        .verify_embedded()
        .map_err(unauthenticated)?;
    let body_hash = hash::sha256(body);
    if wire.aud != safe || wire.htu != route || *wire.bh.as_bytes() != body_hash {
        return Err(RequestError::Unauthenticated);
    }
    let latest = now.plus(limits::REQUEST_LIFETIME + limits::CLOCK_TOLERANCE);
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
}
