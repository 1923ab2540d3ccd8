//! Sealed bodies: between the wallet's Worker and the safe, page, proxies and TLS terminators see ciphertext.
//!
//! HPKE base mode both ways: the request to the safe's key, the reply to the key named inside the request. Each side binds
//! safe, route, request and — for replies — the request's body, so that no body can stand in for another. Replies are
//! sealed afresh each time; what is repeated byte for byte is what they contain.

use crate::channel::Within;
use crate::ids::{PublicKey, RequestId, SafeId};
use crate::json::{self, Json};
use crate::labels;
use crate::message::{Route, SealedBody};
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

/// What a request asks, before it is known of what type it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Items {
    /// The items.
    Open(Json),
    /// Items that only a session opens.
    Within(Within),
}

impl Binding {
    pub(crate) fn request_aad(&self) -> Vec<u8> {
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

/// Opens a request at the safe as far as the safe's key does; returns the key the reply is sealed to, and what is asked.
///
/// # Errors
/// See [`EnvelopeError`]. What has both items and something that a session opens is neither.
pub fn open_letter(
    body: &[u8],
    secret: &Secret,
    binding: &Binding,
) -> Result<(PublicKey, Items), EnvelopeError> {
    let aad = binding.request_aad();
    let plain = open(body, secret, labels::REQUEST_INFO, &aad)?;
    read_letter(&plain).ok_or(EnvelopeError::Inside)
}

fn read_letter(plain: &[u8]) -> Option<(PublicKey, Items)> {
    let Ok(Json::Object(fields)) = Json::parse(plain) else {
        return None;
    };
    let (mut reply_to, mut items, mut within) = (None, None, None);
    for (name, value) in fields {
        let field = match name.as_str() {
            "reply_to" => &mut reply_to,
            "items" => &mut items,
            "within" => &mut within,
            _ => continue,
        };
        // What is said twice could be read in two ways.
        if field.replace(value).is_some() {
            return None;
        }
    }
    let reply_to = json::read_parsed(reply_to?).ok()?;
    let asked = match (items, within) {
        (Some(items), None) => Items::Open(items),
        (None, Some(within)) => Items::Within(json::read_parsed(within).ok()?),
        _ => return None,
    };
    Some((reply_to, asked))
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
    use crate::ids::SessionId;
    use crate::message::Request;
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

    #[test]
    fn a_letter_has_items_or_what_a_session_opens_and_never_both() {
        let reply_to = PublicKey::new([7; 32]);
        let items = alloc::vec![1_u32, 2];
        let open = json::write(&Request { reply_to, items });
        let (to, asked) = read_letter(&open).unwrap();
        assert_eq!(to, reply_to);
        assert_eq!(
            asked,
            Items::Open(Json::List(alloc::vec![Json::Number(1), Json::Number(2)]))
        );
        let within = Within {
            session: SessionId::new([8; 16]),
            sealed: alloc::vec![1, 2, 3],
        };
        let request = crate::channel::RequestWithin {
            reply_to,
            within: within.clone(),
        };
        let closed = alloc::string::String::from_utf8(json::write(&request)).unwrap();
        let (to, asked) = read_letter(closed.as_bytes()).unwrap();
        assert_eq!((to, asked), (reply_to, Items::Within(within)));
        let with = |more: &str| alloc::format!("{}{more}}}", &closed[..closed.len() - 1]);
        assert!(read_letter(with(r#","later":[]"#).as_bytes()).is_some());
        let key = json::write_text(&reply_to);
        for bad in [
            with(r#","items":[]"#),
            with(r#","within":null"#),
            with(&alloc::format!(r#","reply_to":{key}"#)),
            alloc::format!(r#"{{"reply_to":{key}}}"#),
            alloc::format!(r#"{{"reply_to":{key},"within":{{"session":"AA","sealed":""}}}}"#),
            r#"{"items":[]}"#.into(),
            "[]".into(),
        ] {
            assert_eq!(read_letter(bad.as_bytes()), None, "{bad}");
        }
    }
}
