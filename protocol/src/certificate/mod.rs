//! The registration certificate (301): digest, hash and counter of WO 01/13293, Fig. 2(c), together with the safe that
//! issued it and the holder it is bound to, signed by the safe.

mod address;
mod claims;
#[cfg(test)]
pub(crate) mod tests;

pub use address::{Address, NotAnAddress};
pub use claims::{Claims, LegacyHash, ObjectClass, ObjectHash};

use crate::ids::{CertificateId, HolderId, PublicKey, SafeId};
use crate::jws::{EmbedKey, JwsError, Unverified};
use crate::message::Given;
use crate::value::Value;
use crate::{jws, labels, limits, object};
use alloc::string::String;
use claims::{SUITE, Wire};
use saifu_crypto::hash;
use saifu_crypto::sign::SigningKey;
use serde::Deserialize;

/// A registration certificate whose signature has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    claims: Claims,
    compact: String,
}

/// Why text is no certificate of the expected safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateError {
    /// Not a certificate, or longer than [`limits::MAX_CERTIFICATE_BYTES`].
    Malformed,
    /// Of a suite this software does not know.
    UnknownSuite,
    /// It reads, but the safe it names has not signed it.
    Forged,
    /// It is genuine, but of another safe than the expected one.
    OtherSafe,
}

/// What a certificate and the registered bytes disagree on (step 1-14 of WO 01/13293).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollationError {
    /// The hash is not that of the bytes.
    Hash,
    /// The digest is not that of the value, or not the given one.
    Digest,
    /// It is of another class.
    Class,
    /// It is bound to another holder.
    Holder,
    /// What audits would be held against is not that of the bytes.
    Possession,
}

impl Certificate {
    /// Signs a certificate. Where it would be longer than one can be, with the longest of everything, it goes without what audits
    /// are held against.
    pub fn issue(claims: Claims, key: &SigningKey) -> Self {
        let compact = jws::sign(
            labels::CERTIFICATE_TYP,
            EmbedKey::No,
            &Wire::from(&claims),
            key,
        );
        if compact.len() > limits::MAX_CERTIFICATE_BYTES && claims.possession.is_some() {
            let possession = None;
            return Self::issue(
                Claims {
                    possession,
                    ..claims
                },
                key,
            );
        }
        Self { claims, compact }
    }

    /// Reads a certificate and checks that `key` signed it and that it names the safe of that key.
    ///
    /// # Errors
    /// See [`CertificateError`].
    pub fn verify(compact: &str, key: &PublicKey) -> Result<Self, CertificateError> {
        let unverified = parse(compact)?;
        if unverified.claimed().iss != SafeId::of(key) {
            return Err(CertificateError::OtherSafe);
        }
        let wire = unverified
            .verify(key)
            .map_err(|_| CertificateError::Forged)?;
        Ok(Self {
            claims: wire.into(),
            compact: compact.into(),
        })
    }

    /// What it says.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The compact form, to keep and to present.
    pub fn compact(&self) -> &str {
        &self.compact
    }

    /// Its identity: SHA-256 over the compact form.
    pub fn id(&self) -> CertificateId {
        id_of(&self.compact)
    }

    /// Collates the certificate of a plain object with what was sent: hash against bytes, digest against value, holder
    /// against holder.
    ///
    /// # Errors
    /// The first disagreement. Nothing may be stored or deleted then.
    pub fn collate(
        &self,
        object_bytes: &[u8],
        value: &Value,
        holder: HolderId,
    ) -> Result<(), CollationError> {
        self.collate_bytes(object_bytes)?;
        self.collate_value(value)?;
        self.collate_holder(holder)
    }

    /// Collates the certificate of an object whose digest and class the wallet has given: hash against bytes, both
    /// against what was given, holder against holder.
    ///
    /// # Errors
    /// As [`Certificate::collate`].
    pub fn collate_given(
        &self,
        object_bytes: &[u8],
        given: &Given,
        holder: HolderId,
    ) -> Result<(), CollationError> {
        self.collate_bytes(object_bytes)?;
        if self.claims.digest != given.digest {
            return Err(CollationError::Digest);
        }
        self.collate_class(given.class)?;
        self.collate_holder(holder)
    }

    fn collate_bytes(&self, object_bytes: &[u8]) -> Result<(), CollationError> {
        if !self.claims.hash.matches(object_bytes) {
            return Err(CollationError::Hash);
        }
        match self.claims.possession {
            Some(possession) if !possession.matches(object_bytes) => {
                Err(CollationError::Possession)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn collate_value(&self, value: &Value) -> Result<(), CollationError> {
        match self.claims.digest.open() {
            Some(digest) if digest.collates_with(value) => self.collate_class(ObjectClass::Value),
            Some(_) | None => Err(CollationError::Digest),
        }
    }

    fn collate_class(&self, class: ObjectClass) -> Result<(), CollationError> {
        if self.claims.class == class {
            Ok(())
        } else {
            Err(CollationError::Class)
        }
    }

    fn collate_holder(&self, holder: HolderId) -> Result<(), CollationError> {
        if self.claims.holder == holder {
            Ok(())
        } else {
            Err(CollationError::Holder)
        }
    }

    /// Checks recovered bytes of a plain object against the certificate and reads the value in them (step 2-13 of
    /// WO 01/13293).
    ///
    /// # Errors
    /// [`RecoveredError`]; the bytes must not be stored then.
    pub fn read_recovered(&self, object_bytes: &[u8]) -> Result<Value, RecoveredError> {
        self.collate_bytes(object_bytes)
            .map_err(RecoveredError::Collation)?;
        let value = object::read_object(object_bytes).map_err(RecoveredError::Object)?;
        self.collate_value(&value)
            .map_err(RecoveredError::Collation)?;
        Ok(value)
    }
}

/// Why recovered bytes are not the value of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveredError {
    /// They are not what the certificate says.
    Collation(CollationError),
    /// They are, but they do not read as a value.
    Object(object::ObjectError),
}

/// What an unverified certificate claims: enough to search for it, and nothing to rely on.
///
/// # Errors
/// [`CertificateError::Malformed`] or [`CertificateError::UnknownSuite`].
pub fn read_claims_unverified(compact: &str) -> Result<Claims, CertificateError> {
    Ok(parse(compact)?.into_claimed().into())
}

/// The identity of a certificate in compact form.
pub fn id_of(compact: &str) -> CertificateId {
    CertificateId::new(hash::sha256(compact.as_bytes()))
}

fn parse(compact: &str) -> Result<Unverified<Wire>, CertificateError> {
    #[derive(Deserialize)]
    struct Suite {
        su: u8,
    }
    if compact.len() > limits::MAX_CERTIFICATE_BYTES {
        return Err(CertificateError::Malformed);
    }
    let malformed = |_: JwsError| CertificateError::Malformed;
    let suite = Unverified::<Suite>::parse(labels::CERTIFICATE_TYP, compact).map_err(malformed)?;
    if suite.claimed().su != SUITE {
        return Err(CertificateError::UnknownSuite);
    }
    Unverified::parse(labels::CERTIFICATE_TYP, compact).map_err(malformed)
}
