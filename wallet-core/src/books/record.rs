//! What lies in a record of its own: bodies of certificates, safes, settings, and who this wallet is to itself.

use super::{AUDIT_DAYS, secret};
use crate::bearer::Cover;
use crate::port::Body;
use alloc::string::String;
use saifu_crypto::derive::derive_key;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::certificate::{Address, LegacyHash};
use saifu_protocol::{PublicKey, SafeId, SessionId, UnixTime, json, labels};
use serde::{Deserialize, Serialize};

/// Who this wallet is to itself: by this it knows the parts it has made. Only the root opens something: the notes that lie
/// with entries.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    /// Seed of the key that signs parts (signature 303).
    #[serde(with = "secret")]
    pub author: Secret,
    /// Seals digests.
    #[serde(with = "secret")]
    pub catalogue: Secret,
    /// The root that came back from the owner's safes. A wallet that has never been lost derives its own.
    #[serde(
        default,
        with = "secret::maybe",
        skip_serializing_if = "Option::is_none"
    )]
    pub restored: Option<Secret>,
}

impl Identity {
    /// A new one.
    pub(crate) fn make(rng: &mut dyn CryptoRng) -> Self {
        Self {
            author: Secret::make(rng),
            catalogue: Secret::make(rng),
            restored: None,
        }
    }

    /// What opens the notes of this owner.
    pub(crate) fn root(&self) -> Secret {
        let own = || derive_key(&self.author, labels::OWNER_ROOT, &[]);
        self.restored.clone().unwrap_or_else(own)
    }
}

impl core::fmt::Debug for Identity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Identity(redacted)")
    }
}

/// A session at a safe.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Its private key: what is handed out is sealed to it.
    #[serde(with = "secret")]
    pub key: Secret,
}

impl Session {
    /// A fresh one.
    pub(crate) fn make(rng: &mut dyn CryptoRng) -> Self {
        Self {
            id: SessionId::make(rng),
            key: Secret::make(rng),
        }
    }
}

impl core::fmt::Debug for Session {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The body of a certificate. The holder's key lies with it, never in a key ring: with the ring destroyed and the
/// certificates whole, everything comes back.
#[derive(Clone, Serialize, Deserialize)]
pub struct CertificateBody {
    /// The certificate, compact.
    pub compact: String,
    /// Seed of the holder's key.
    #[serde(with = "secret")]
    pub holder: Secret,
    /// The session of an attempt that the safe refused without proof: the entry may still be open for it, so the next
    /// attempt takes the same one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// For a part: the key this wallet signed it with, so that it is known again with the rest of the wallet lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<PublicKey>,
    /// For a part that was handed over: the seed it was covered for, which is not this wallet's holder's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Cover>,
}

impl CertificateBody {
    /// As a body.
    pub fn write(&self) -> Body {
        Body::new(json::write(self))
    }

    /// From a body.
    pub fn read(body: &Body) -> Option<Self> {
        json::read(body.as_bytes()).ok()
    }
}

/// A trusted safe.
#[derive(Clone, Serialize, Deserialize)]
pub struct Safe {
    /// Its id, pinned.
    pub id: SafeId,
    /// Where it is.
    pub address: Address,
    /// Who runs it.
    pub operator: String,
    /// Under which law.
    pub jurisdiction: String,
    /// The key it signs with; its thumbprint is the id.
    pub signing_key: PublicKey,
    /// The key bodies are sealed to.
    pub sealing_key: PublicKey,
    /// When the safe attested that key. An older attestation is not taken.
    pub attested_at: UnixTime,
    /// The largest object it takes, in bytes.
    pub object_limit: u64,
    /// Whether it adds the weak hash.
    pub legacy_hash: LegacyHash,
    /// In whose name it takes passkeys; in that of any page if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rp_id: Option<String>,
    /// Seed of the account key: random per safe, so that safes cannot tell that two accounts are of one wallet.
    #[serde(with = "secret")]
    pub account: Secret,
}

impl core::fmt::Debug for Safe {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Safe")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// How much a new wallet may hold, in bytes.
pub const DEFAULT_CAPACITY: u64 = 1 << 20;

/// Settings, and what has left the wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// How many bytes of values the wallet may hold.
    pub capacity: u64,
    /// Values that came in.
    pub came_in: u64,
    /// Values that were used.
    pub used: u64,
    /// Values that were discarded.
    pub discarded: u64,
    /// Values proven to be elsewhere whose certificate was discarded, and those that were handed over.
    pub elsewhere: u64,
    /// Until which last day its owner was told of what ends, as a Julian day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadlines_told: Option<i32>,
    /// When that was. What has come in since was not among it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadlines_told_at: Option<UnixTime>,
    /// How often safes are audited, in days; never at zero.
    #[serde(default = "audit_days", skip_serializing_if = "is_audit_days")]
    pub audit_days: u32,
}

fn audit_days() -> u32 {
    AUDIT_DAYS
}

fn is_audit_days(days: &u32) -> bool {
    *days == AUDIT_DAYS
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            capacity: DEFAULT_CAPACITY,
            came_in: 0,
            used: 0,
            discarded: 0,
            elsewhere: 0,
            deadlines_told: None,
            deadlines_told_at: None,
            audit_days: AUDIT_DAYS,
        }
    }
}
