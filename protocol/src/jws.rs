//! JSON Web Signature, compact serialisation (RFC 7515), one algorithm: `Ed25519` (RFC 9864).
//!
//! Own code because the kept crates either bring C or speak only the older name `EdDSA`; with one algorithm and no
//! negotiation it is three base64url parts and one signature. `typ` is compared exactly, so a token made for one purpose
//! is never taken for another (RFC 8725 §3.11).

use crate::ids::PublicKey;
use crate::{b64, json, limits};
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::sign::{self, SigningKey};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

const ALG: &str = "Ed25519";

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jwk: Option<Jwk>,
    /// Extensions the reader must understand. None is understood here, so a token that names one is refused
    /// (RFC 7515 §4.1.11): `b64: false`, for one, would change what is signed.
    #[serde(default, skip_serializing)]
    crit: Option<IgnoredAny>,
}

/// An Ed25519 public key as a JWK (RFC 8037).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// Always `OKP`.
    pub kty: String,
    /// Always `Ed25519`.
    pub crv: String,
    /// The public key.
    pub x: PublicKey,
}

impl Jwk {
    /// The JWK of an Ed25519 key.
    pub fn of(key: PublicKey) -> Self {
        Self {
            kty: "OKP".into(),
            crv: ALG.into(),
            x: key,
        }
    }

    fn is_ed25519(&self) -> bool {
        self.kty == "OKP" && self.crv == ALG
    }
}

/// Why a compact JWS is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JwsError {
    /// Not a compact JWS of the expected `typ`, or its payload does not read.
    Malformed,
    /// It reads, but the signature is not of the expected key.
    Forged,
}

/// Signs `payload`. With `embed_key` the public key travels in the header, for signers the reader does not know yet.
pub fn sign<T: Serialize>(typ: &str, embed_key: EmbedKey, payload: &T, key: &SigningKey) -> String {
    let header = Header {
        alg: ALG.into(),
        typ: typ.into(),
        jwk: match embed_key {
            EmbedKey::Yes => Some(Jwk::of(PublicKey::new(key.public()))),
            EmbedKey::No => None,
        },
        crit: None,
    };
    let mut compact = b64::encode(&json::write(&header));
    compact.push('.');
    compact.push_str(&b64::encode(&json::write(payload)));
    let signature = key.sign(compact.as_bytes());
    compact.push('.');
    compact.push_str(&b64::encode(&signature));
    compact
}

/// Whether the signer's public key travels in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbedKey {
    /// The reader learns the key from the token and decides what it may do.
    Yes,
    /// The reader has the key pinned.
    No,
}

/// A compact JWS that was read but not yet verified.
#[derive(Debug, Clone)]
pub struct Unverified<T> {
    payload: T,
    token: Token,
}

/// All of a token but what it says: the part that is the same for every payload.
#[derive(Debug, Clone)]
struct Token {
    embedded: Option<PublicKey>,
    signed_len: usize,
    signature: [u8; sign::SIGNATURE_LEN],
    compact: String,
}

impl Token {
    /// Reads a token of the given `typ`; the bytes of its payload come beside it.
    fn read(typ: &str, compact: &str) -> Option<(Self, Vec<u8>)> {
        if compact.len() > limits::MAX_JWS_BYTES {
            return None;
        }
        let signed_len = compact.rfind('.')?;
        let (signed, signature) = compact.split_at_checked(signed_len)?;
        let (header, payload) = signed.split_once('.')?;
        let header: Header = json::read(&b64::decode(header).ok()?).ok()?;
        if header.alg != ALG || header.typ != typ || header.crit.is_some() {
            return None;
        }
        let embedded = match header.jwk {
            Some(jwk) if jwk.is_ed25519() => Some(jwk.x),
            Some(_) => return None,
            None => None,
        };
        let token = Self {
            embedded,
            signed_len,
            signature: b64::decode_array(signature.get(1..)?).ok()?,
            compact: compact.into(),
        };
        Some((token, b64::decode(payload).ok()?))
    }

    fn is_signed_by(&self, key: &PublicKey) -> bool {
        let signed = &self.compact.as_bytes()[..self.signed_len];
        sign::verify(key.as_bytes(), signed, &self.signature)
    }
}

impl<T: DeserializeOwned> Unverified<T> {
    /// Reads a compact JWS of the given `typ`.
    ///
    /// # Errors
    /// [`JwsError::Malformed`].
    pub fn parse(typ: &str, compact: &str) -> Result<Self, JwsError> {
        let (token, payload) = Token::read(typ, compact).ok_or(JwsError::Malformed)?;
        let payload = json::read(&payload).map_err(|_| JwsError::Malformed)?;
        Ok(Self { payload, token })
    }

    /// What it claims. Nothing of it is proven yet.
    pub fn claimed(&self) -> &T {
        &self.payload
    }

    /// As [`Self::claimed`], taken out.
    pub fn into_claimed(self) -> T {
        self.payload
    }

    /// The payload, if `key` signed it.
    ///
    /// # Errors
    /// [`JwsError::Forged`].
    pub fn verify(self, key: &PublicKey) -> Result<T, JwsError> {
        if self.token.is_signed_by(key) {
            Ok(self.payload)
        } else {
            Err(JwsError::Forged)
        }
    }

    /// The payload and the key it carries, if that key signed it.
    ///
    /// # Errors
    /// [`JwsError::Malformed`] without an embedded key, else [`JwsError::Forged`].
    pub fn verify_embedded(self) -> Result<(T, PublicKey), JwsError> {
        let key = self.token.embedded.ok_or(JwsError::Malformed)?;
        Ok((self.verify(&key)?, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use saifu_crypto::Secret;

    fn key(n: u8) -> SigningKey {
        SigningKey::derive(&Secret::new([n; 32]))
    }

    #[test]
    fn verify_takes_only_the_signers_key_and_the_expected_typ() {
        let token = sign("a+jwt", EmbedKey::No, &7_u32, &key(1));
        let read = Unverified::<u32>::parse("a+jwt", &token).unwrap();
        let public = PublicKey::new(key(1).public());
        assert_eq!(read.clone().verify(&public), Ok(7));
        let other = PublicKey::new(key(2).public());
        assert_eq!(read.clone().verify(&other), Err(JwsError::Forged));
        assert_eq!(read.verify_embedded(), Err(JwsError::Malformed));
        assert_eq!(
            Unverified::<u32>::parse("b+jwt", &token).unwrap_err(),
            JwsError::Malformed
        );
    }

    #[test]
    fn no_altered_character_passes() {
        let token = sign("a+jwt", EmbedKey::Yes, &7_u32, &key(1));
        for i in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
            let altered = core::str::from_utf8(&bytes).unwrap().to_string();
            let taken =
                Unverified::<u32>::parse("a+jwt", &altered).and_then(Unverified::verify_embedded);
            assert!(taken.is_err(), "character {i}");
        }
    }

    #[test]
    fn a_critical_extension_is_refused() {
        let with = |header: &str| {
            let mut compact = b64::encode(header.as_bytes());
            compact.push('.');
            compact.push_str(&b64::encode(b"7"));
            let signature = key(1).sign(compact.as_bytes());
            alloc::format!("{compact}.{}", b64::encode(&signature))
        };
        let plain = with(r#"{"alg":"Ed25519","typ":"a+jwt"}"#);
        assert!(Unverified::<u32>::parse("a+jwt", &plain).is_ok());
        let critical = with(r#"{"alg":"Ed25519","typ":"a+jwt","crit":["b64"],"b64":false}"#);
        assert!(Unverified::<u32>::parse("a+jwt", &critical).is_err());
    }

    #[test]
    fn foreign_text_is_malformed() {
        for text in ["", ".", "..", "a.b.c", "....", "é.é.é"] {
            assert!(Unverified::<u32>::parse("a+jwt", text).is_err(), "{text}");
        }
        let long = "A".repeat(limits::MAX_JWS_BYTES + 1);
        assert!(Unverified::<u32>::parse("a+jwt", &long).is_err());
    }
}
