//! Sealed bodies: between the wallet's Worker and the safe, page, proxies and TLS terminators see ciphertext.
//!
//! HPKE base mode both ways: the request to the safe's key, the reply to the key named inside the request. Each side binds
//! safe, route, request and — for replies — the request's body, so that no body can stand in for another. Replies are
//! sealed afresh each time; what is repeated byte for byte is what they contain.

use crate::ids::{PublicKey, RequestId, SafeId};
use crate::message::{Route, SealedBody};
use crate::{json, labels};
use alloc::vec::Vec;
use saifu_crypto::aead::DoesNotOpen;
use saifu_crypto::{CryptoRng, Secret, hpke};
use serde::{Serialize, de::DeserializeOwned};

/// What a sealed body is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The safe.
    pub safe: SafeId,
    /// The route.
    pub route: Route,
    /// The request.
    pub request: RequestId,
}

impl Binding {
    fn request_aad(&self) -> Vec<u8> {
        let mut aad = Vec::with_capacity(128);
        aad.extend_from_slice(self.safe.as_bytes());
        aad.extend_from_slice(self.request.as_bytes());
        aad.extend_from_slice(self.route.path().as_bytes());
        aad
    }

    fn reply_aad(&self, request_body_hash: &[u8; 32]) -> Vec<u8> {
        let mut aad = request_body_hash.to_vec();
        aad.extend_from_slice(&self.request_aad());
        aad
    }
}

/// Why a body is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvelopeError {
    /// Not a sealed body at all.
    Malformed,
    /// It does not open: another key, another binding, or altered.
    DoesNotOpen,
    /// It opens, but what is inside does not read.
    Inside,
}

/// Seals a request to the safe; returns the HTTP body.
///
/// # Errors
/// [`DoesNotOpen`] when the safe's key is unusable.
pub fn seal_request<T: Serialize>(
    request: &T,
    safe_key: &PublicKey,
    binding: &Binding,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, DoesNotOpen> {
    let aad = binding.request_aad();
    let plain = json::write(request);
    seal(&plain, safe_key, labels::REQUEST_INFO, &aad, rng)
}

/// Opens a request at the safe.
///
/// # Errors
/// See [`EnvelopeError`].
pub fn open_request<T: DeserializeOwned>(
    body: &[u8],
    secret: &Secret,
    binding: &Binding,
) -> Result<T, EnvelopeError> {
    let aad = binding.request_aad();
    let plain = open(body, secret, labels::REQUEST_INFO, &aad)?;
    json::read(&plain).map_err(|_| EnvelopeError::Inside)
}

/// Seals a reply to the key the request named; returns the HTTP body.
///
/// # Errors
/// [`DoesNotOpen`] when that key is unusable.
pub fn seal_reply<T: Serialize>(
    reply: &T,
    reply_to: &PublicKey,
    binding: &Binding,
    request_body_hash: &[u8; 32],
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, DoesNotOpen> {
    let aad = binding.reply_aad(request_body_hash);
    let plain = json::write(reply);
    seal(&plain, reply_to, labels::REPLY_INFO, &aad, rng)
}

/// Opens a reply in the wallet.
///
/// # Errors
/// See [`EnvelopeError`].
pub fn open_reply<T: DeserializeOwned>(
    body: &[u8],
    secret: &Secret,
    binding: &Binding,
    request_body_hash: &[u8; 32],
) -> Result<T, EnvelopeError> {
    let aad = binding.reply_aad(request_body_hash);
    let plain = open(body, secret, labels::REPLY_INFO, &aad)?;
    json::read(&plain).map_err(|_| EnvelopeError::Inside)
}

fn seal(
    plain: &[u8],
    key: &PublicKey,
    info: &str,
    aad: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, DoesNotOpen> {
    let sealed = hpke::seal(key.as_bytes(), info.as_bytes(), aad, plain, rng)?;
    Ok(json::write(&SealedBody { sealed }))
}

fn open(body: &[u8], secret: &Secret, info: &str, aad: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let body: SealedBody = json::read(body).map_err(|_| EnvelopeError::Malformed)?;
    hpke::open(secret, info.as_bytes(), aad, &body.sealed)
        .map_err(|DoesNotOpen| EnvelopeError::DoesNotOpen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_crypto::testing::Counting;

    #[test]
    fn bodies_open_only_where_and_as_what_they_were_meant() {
        let secret = Secret::new([1; 32]);
        let public = PublicKey::new(hpke::derive_public(&secret));
        let binding = Binding {
            safe: SafeId::new([1; 32]),
            route: Route::Ack,
            request: RequestId::new([2; 16]),
        };
        let rng = &mut Counting(0);
        let request = seal_request(&7_u32, &public, &binding, rng).unwrap();
        let open = |binding: &Binding| open_request::<u32>(&request, &secret, binding);
        assert_eq!(open(&binding), Ok(7));
        let shut = Err(EnvelopeError::DoesNotOpen);
        assert_eq!(
            open(&Binding {
                safe: SafeId::new([3; 32]),
                ..binding
            }),
            shut
        );
        assert_eq!(
            open(&Binding {
                route: Route::Return,
                ..binding
            }),
            shut
        );
        assert_eq!(
            open(&Binding {
                request: RequestId::new([3; 16]),
                ..binding
            }),
            shut
        );

        let reply = seal_reply(&8_u32, &public, &binding, &[5; 32], rng).unwrap();
        assert_eq!(
            open_reply::<u32>(&reply, &secret, &binding, &[5; 32]),
            Ok(8)
        );
        assert_eq!(open_reply::<u32>(&reply, &secret, &binding, &[6; 32]), shut);
        assert_eq!(open_request::<u32>(&reply, &secret, &binding), shut);
        assert_eq!(
            open_request::<u32>(b"<html>", &secret, &binding),
            Err(EnvelopeError::Malformed)
        );
    }
}
