//! What a certificate says, and how that is written.

use super::Address;
use crate::CertificateDigest;
use crate::ids::{Counter, HolderId, SafeId, UnixTime};
use crate::possession::Possession;
use saifu_crypto::hash;
use serde::{Deserialize, Serialize};

pub(super) const SUITE: u8 = 1;

/// The hash value X1 over the registered bytes.
///
/// SHA-256 identifies. MD5, the form the documents name, stands beside it where a safe has it switched on; alone it
/// would identify nothing, because two objects with one MD5 are made in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectHash {
    /// SHA-256.
    pub sha256: [u8; 32],
    /// MD5, the legacy form.
    pub md5: Option<[u8; 16]>,
}

/// Whether a safe adds the legacy hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum LegacyHash {
    /// SHA-256 only.
    #[default]
    Off,
    /// MD5 beside SHA-256.
    Md5,
}

impl ObjectHash {
    /// Hashes the registered bytes.
    pub fn of(object: &[u8], legacy: LegacyHash) -> Self {
        Self {
            sha256: hash::sha256(object),
            md5: match legacy {
                LegacyHash::Off => None,
                LegacyHash::Md5 => Some(hash::md5(object)),
            },
        }
    }

    /// Whether it is a hash of these bytes, in every form it has.
    pub fn matches(&self, object: &[u8]) -> bool {
        self.sha256 == hash::sha256(object) && self.md5.is_none_or(|md5| md5 == hash::md5(object))
    }
}

/// What kind of object was registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectClass {
    /// A value: as a plain object, or sealed by its wallet.
    Value,
    /// A key that opens what lies elsewhere.
    Key,
    /// What such a key is derived from.
    Seed,
    /// One of the pieces a value was divided into.
    Piece,
    /// One of the shares a key was split into.
    Share,
    /// Values coupled into one.
    Coupled,
}

impl ObjectClass {
    /// Every class.
    pub const ALL: [ObjectClass; 6] = [
        ObjectClass::Value,
        ObjectClass::Key,
        ObjectClass::Seed,
        ObjectClass::Piece,
        ObjectClass::Share,
        ObjectClass::Coupled,
    ];

    /// Whether a safe hands it out to one session and is done with it. A key and a seed are read as often as their
    /// holder asks: they are worth nothing without what they open, and that is handed out once.
    pub const fn is_released_once(self) -> bool {
        match self {
            ObjectClass::Value | ObjectClass::Piece | ObjectClass::Share | ObjectClass::Coupled => {
                true
            }
            ObjectClass::Key | ObjectClass::Seed => false,
        }
    }
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The safe that issued it.
    pub safe: SafeId,
    /// Where that safe is.
    pub address: Address,
    /// What was registered.
    pub class: ObjectClass,
    /// The summary.
    pub digest: CertificateDigest,
    /// Hash of the registered bytes (X1).
    pub hash: ObjectHash,
    /// The safe's counter at registration (Y1).
    pub counter: Counter,
    /// When it was issued.
    pub issued_at: UnixTime,
    /// Until when the safe promises to keep the entry.
    pub retained_until: UnixTime,
    /// Who may present it.
    pub holder: HolderId,
    /// By what an audit sees that the bytes are there. Certificates of before there were audits have none.
    pub possession: Option<Possession>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Wire {
    su: u8,
    pub(super) iss: SafeId,
    url: Address,
    cls: ObjectClass,
    dig: CertificateDigest,
    h: WireHash,
    ctr: Counter,
    iat: UnixTime,
    ret: UnixTime,
    cnf: Confirmation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pos: Option<Possession>,
}

#[derive(Serialize, Deserialize)]
struct WireHash {
    s256: CertificateHash<32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    md5: Option<CertificateHash<16>>,
}

struct CertificateHash<const N: usize>([u8; N]);

impl<const N: usize> Serialize for CertificateHash<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::b64::bytes::serialize(&self.0, serializer)
    }
}

impl<'de, const N: usize> Deserialize<'de> for CertificateHash<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = crate::b64::bytes::deserialize(deserializer)?;
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| serde::de::Error::custom("hash of another length"))
    }
}

/// RFC 7800 confirmation by thumbprint (RFC 7800 with `jkt` of RFC 9449).
#[derive(Serialize, Deserialize)]
struct Confirmation {
    jkt: HolderId,
}

impl From<&Claims> for Wire {
    fn from(claims: &Claims) -> Self {
        Self {
            su: SUITE,
            iss: claims.safe,
            url: claims.address.clone(),
            cls: claims.class,
            dig: claims.digest.clone(),
            h: WireHash {
                s256: CertificateHash(claims.hash.sha256),
                md5: claims.hash.md5.map(CertificateHash),
            },
            ctr: claims.counter,
            iat: claims.issued_at,
            ret: claims.retained_until,
            cnf: Confirmation { jkt: claims.holder },
            pos: claims.possession,
        }
    }
}

impl From<Wire> for Claims {
    fn from(wire: Wire) -> Self {
        Self {
            safe: wire.iss,
            address: wire.url,
            class: wire.cls,
            digest: wire.dig,
            hash: ObjectHash {
                sha256: wire.h.s256.0,
                md5: wire.h.md5.map(|md5| md5.0),
            },
            counter: wire.ctr,
            issued_at: wire.iat,
            retained_until: wire.ret,
            holder: wire.cnf.jkt,
            possession: wire.pos,
        }
    }
}
