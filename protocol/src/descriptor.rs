//! The descriptor of a safe, at `/.well-known/electronic-safe`: who runs it, with which keys, under which limits.
//!
//! Its attestation, signed by the safe's key, covers what a wallet relies on: the HPKE key and the address. The rest is
//! what the operator says of itself.

use crate::certificate::{Address, LegacyHash};
use crate::digest::DigestSetting;
use crate::ids::{Counter, PublicKey, SafeId, UnixTime};
use crate::json::Json;
use crate::jws::{self, EmbedKey, Jwk, JwsError, Unverified};
use crate::{labels, limits};
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::sign::SigningKey;
use serde::{Deserialize, Serialize};

/// Where the descriptor lies.
pub const PATH: &str = "/.well-known/electronic-safe";

/// The protocol version this software speaks.
pub const VERSION: u32 = 1;

/// A safe describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descriptor {
    /// Protocol version.
    pub version: u32,
    /// Its id.
    pub id: SafeId,
    /// Its address.
    pub address: Address,
    /// Who runs it.
    pub operator: String,
    /// Under which law, as an ISO 3166-1 code.
    pub jurisdiction: String,
    /// The key it signs with.
    pub signing_key: Jwk,
    /// The X25519 key bodies are sealed to.
    pub sealing_key: PublicKey,
    /// The attestation over id, address and sealing key, compact.
    pub attestation: String,
    /// What its digests say.
    pub digest: DigestSetting,
    /// Whether it adds the legacy hash.
    pub legacy_hash: LegacyHash,
    /// The upper limit of its counter.
    pub counter_limit: Counter,
    /// How long it promises to keep an entry, in seconds.
    pub retention_seconds: u64,
    /// How long it keeps a withdrawn object as a last resort, in seconds.
    pub grace_seconds: u64,
    /// Its limits.
    pub limits: Limits,
    /// How owners may prove who they are.
    pub authentication: Vec<String>,
    /// What passkeys it takes, where it takes any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkeys: Option<Passkeys>,
    /// Its clock when the attestation was made.
    pub time: UnixTime,
}

/// What passkeys a safe takes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Passkeys {
    /// Only those of this relying party. Without it, those of any: each stays with the one that it was enrolled for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rp_id: Option<String>,
}

/// The limits of a safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest object in bytes.
    pub object_bytes: usize,
    /// Largest HTTP body in bytes.
    pub request_bytes: usize,
    /// Most items in one request.
    pub items: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            object_bytes: limits::MAX_OBJECT_BYTES,
            request_bytes: limits::MAX_REQUEST_BYTES,
            items: limits::MAX_ITEMS,
        }
    }
}

#[derive(Serialize, Deserialize, PartialEq)]
struct Attestation {
    iss: SafeId,
    url: Address,
    hpke: PublicKey,
    iat: UnixTime,
}

/// Why a descriptor is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DescriptorError {
    /// It does not read.
    Malformed,
    /// It speaks a version this software does not.
    UnknownVersion,
    /// Id, keys and attestation do not belong together.
    Forged,
    /// It describes the safe at another address.
    OtherAddress,
}

/// Signs the attestation of a descriptor at the time `now`. The time lets a wallet refuse an attestation older than the
/// one it knows: otherwise whoever stands between could bring back a sealing key that has leaked and was replaced.
pub fn attest(
    address: &Address,
    sealing_key: PublicKey,
    now: UnixTime,
    key: &SigningKey,
) -> String {
    let attestation = Attestation {
        iss: SafeId::of(&PublicKey::new(key.public())),
        url: address.clone(),
        hpke: sealing_key,
        iat: now,
    };
    jws::sign(labels::SAFE_TYP, EmbedKey::No, &attestation, key)
}

/// Control characters, and those that change the direction of writing: a name must not be able to look like another.
fn is_misleading(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Descriptor {
    /// Reads a descriptor that was fetched from `address` and checks that its parts belong together.
    ///
    /// # Errors
    /// See [`DescriptorError`].
    pub fn read(bytes: &[u8], address: &Address) -> Result<Self, DescriptorError> {
        let json = Json::parse(bytes).map_err(|_| DescriptorError::Malformed)?;
        match json.number("version") {
            Some(version) if version == u64::from(VERSION) => {}
            Some(_) => return Err(DescriptorError::UnknownVersion),
            None => return Err(DescriptorError::Malformed),
        }
        let read = Descriptor::deserialize(json).map_err(|_| DescriptorError::Malformed)?;
        let forged = |_: JwsError| DescriptorError::Forged;
        let attested: Attestation = Unverified::parse(labels::SAFE_TYP, &read.attestation)
            .map_err(forged)?
            .verify(&read.signing_key.x)
            .map_err(forged)?;
        let described = Attestation {
            iss: read.id,
            url: read.address.clone(),
            hpke: read.sealing_key,
            iat: read.time,
        };
        if attested != described || SafeId::of(&read.signing_key.x) != read.id {
            return Err(DescriptorError::Forged);
        }
        let too_long = |text: &str, most: usize| text.chars().count() > most;
        if too_long(&read.operator, limits::MAX_OPERATOR_CHARS)
            || too_long(&read.jurisdiction, limits::MAX_JURISDICTION_CHARS)
            || read.operator.chars().any(is_misleading)
            || read.jurisdiction.chars().any(is_misleading)
        {
            return Err(DescriptorError::Malformed);
        }
        if read.address != *address {
            return Err(DescriptorError::OtherAddress);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::{safe_key, safe_public};

    fn sample() -> Descriptor {
        let address = Address::parse("https://safe.example").unwrap();
        let sealing_key = PublicKey::new([5; 32]);
        Descriptor {
            version: VERSION,
            id: SafeId::of(&safe_public()),
            attestation: attest(&address, sealing_key, UnixTime(1), &safe_key()),
            address,
            operator: "Example".into(),
            jurisdiction: "JP".into(),
            signing_key: Jwk::of(safe_public()),
            sealing_key,
            digest: DigestSetting::FiveFields,
            legacy_hash: LegacyHash::Off,
            counter_limit: Counter::MAX,
            retention_seconds: 1,
            grace_seconds: 1,
            limits: Limits::default(),
            authentication: Vec::new(),
            passkeys: None,
            time: UnixTime(1),
        }
    }

    #[test]
    fn descriptor_is_taken_only_whole_and_from_its_address() {
        let address = Address::parse("https://safe.example").unwrap();
        let read = |descriptor: &Descriptor| {
            Descriptor::read(&serde_json::to_vec(descriptor).unwrap(), &address)
        };
        let good = sample();
        assert_eq!(read(&good), Ok(good.clone()));
        let table = [
            (
                Descriptor {
                    version: 2,
                    ..good.clone()
                },
                DescriptorError::UnknownVersion,
            ),
            (
                Descriptor {
                    id: SafeId::new([0; 32]),
                    ..good.clone()
                },
                DescriptorError::Forged,
            ),
            (
                Descriptor {
                    sealing_key: PublicKey::new([6; 32]),
                    ..good.clone()
                },
                DescriptorError::Forged,
            ),
            (
                Descriptor {
                    signing_key: Jwk::of(PublicKey::new([6; 32])),
                    ..good.clone()
                },
                DescriptorError::Forged,
            ),
        ];
        for (descriptor, error) in table {
            assert_eq!(read(&descriptor), Err(error));
        }
        let renamed = |operator: &str| Descriptor {
            operator: operator.into(),
            ..good.clone()
        };
        for operator in ["a".repeat(121).as_str(), "\u{202e}elpmaxE", "a\nb"] {
            assert_eq!(read(&renamed(operator)), Err(DescriptorError::Malformed));
        }
        let backdated = Descriptor {
            time: UnixTime(2),
            ..good.clone()
        };
        assert_eq!(read(&backdated), Err(DescriptorError::Forged));
        let elsewhere = Address::parse("https://other.example").unwrap();
        assert_eq!(
            Descriptor::read(&serde_json::to_vec(&good).unwrap(), &elsewhere),
            Err(DescriptorError::OtherAddress)
        );
        assert_eq!(
            Descriptor::read(b"<html>", &elsewhere),
            Err(DescriptorError::Malformed)
        );
    }
}
