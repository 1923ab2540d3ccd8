//! From objects to parts.

use super::catalogue::CatalogueKey;
use super::check::CheckedPlan;
use super::key::{OpeningKey, SealingKey};
use super::make::Maker;
use super::{GroupA, GroupId, KeyPlace, LocalKey, Place};
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::CryptoRng;
use saifu_crypto::sign::SigningKey;
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::{CertificateDigest, Digest};
use zeroize::Zeroizing;

/// Something to protect.
#[derive(Clone)]
pub struct Object<'a> {
    /// Its bytes: a plain object of the protocol.
    pub bytes: &'a [u8],
    /// Its summary, made by the wallet.
    pub digest: Digest,
}

/// Who protects.
#[derive(Debug)]
pub struct Author<'a> {
    /// Signs every part (signature 303).
    pub signing: &'a SigningKey,
    /// Seals digests.
    pub catalogue: &'a CatalogueKey,
}

/// Everything that came of protecting.
#[derive(Debug)]
pub struct Protected {
    /// What all its parts have in their headers.
    pub group: GroupId,
    /// The parts: data, then whole keys, then shares.
    pub parts: Vec<ProtectedPart>,
    /// What opens, if it is here.
    pub key: Option<KeyAtHome>,
}

/// One part.
pub struct ProtectedPart {
    /// Where it goes.
    pub to: Place,
    /// What it is.
    pub class: ObjectClass,
    /// Its number among the parts of its role.
    pub index: u8,
    /// What its certificate is to say.
    pub digest: CertificateDigest,
    /// What is registered, or kept at home. May contain a key or a value in the clear.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for ProtectedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProtectedPart")
            .field("to", &self.to)
            .field("class", &self.class)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// A key that is here. Which of the two decides what becomes of it once everything is registered; until then it stays.
#[derive(Debug)]
pub enum KeyAtHome {
    /// It stays.
    Kept(OpeningKey),
    /// It is to be erased once the certificates of its parts are stored. [`OpeningKey::sealing`] is what may stay.
    UntilRegistered(OpeningKey),
}

impl KeyAtHome {
    /// The key.
    pub fn opening(&self) -> &OpeningKey {
        match self {
            KeyAtHome::Kept(key) | KeyAtHome::UntilRegistered(key) => key,
        }
    }
}

/// Why objects cannot be protected by a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtectError {
    /// There are none.
    NoObjects,
    /// There are several, and the plan does not couple them.
    NotCoupled,
    /// There are more than [`super::limits::MAX_COUPLED`].
    TooManyObjects,
    /// A part would be larger than [`super::limits::MAX_PART_BYTES`].
    TooLarge {
        /// How large.
        bytes: usize,
    },
    /// The key that was given is not of the form the plan says, or the plan does not seal, or not a usable key.
    OtherKey,
    /// The plan splits the key, and a key that only seals was given.
    KeyToSplitMissing,
}

/// Protects objects by a plan, with a fresh key if the plan seals.
///
/// # Errors
/// See [`ProtectError`]. Nothing was made then.
pub fn protect(
    plan: &CheckedPlan,
    objects: &[Object<'_>],
    author: &Author<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Protected, ProtectError> {
    match plan.plan().seal() {
        Some(seal) => {
            let key = OpeningKey::make(seal.form, rng);
            protect_with(Given::Opening(key), plan, objects, author, rng)
        }
        None => protected(Maker::new(plan, None, author, rng), objects, None),
    }
}

/// A key that was there before.
#[derive(Debug, Clone)]
pub enum Given {
    /// What opens. It is registered as the plan says, once more if it was already.
    Opening(OpeningKey),
    /// Only what seals: what opens was registered with the first of the values it seals. No part for the key is made.
    Sealing(SealingKey),
}

/// Protects objects with a key that was there before.
///
/// # Errors
/// See [`ProtectError`]. Nothing was made then.
pub fn protect_with(
    key: Given,
    plan: &CheckedPlan,
    objects: &[Object<'_>],
    author: &Author<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Protected, ProtectError> {
    let (sealing, opening) = match key {
        Given::Opening(key) => (
            key.sealing().map_err(|_| ProtectError::OtherKey)?,
            Some(key),
        ),
        Given::Sealing(key) => (key, None),
    };
    if plan.plan().seal().map(|seal| seal.form) != Some(sealing.form()) {
        return Err(ProtectError::OtherKey);
    }
    if plan.plan().shares().is_some() && opening.is_none() {
        return Err(ProtectError::KeyToSplitMissing);
    }
    let key = opening.map(|key| at_home(plan, key));
    protected(Maker::new(plan, Some(&sealing), author, rng), objects, key)
}

/// Registers a key by itself, as the plan says of its key: the key and its certificate come back without any value
/// (second embodiment).
///
/// # Errors
/// [`ProtectError::OtherKey`] if the plan has no key of this form, or keeps it at home, or couples it with data.
pub fn protect_key(
    key: OpeningKey,
    plan: &CheckedPlan,
    author: &Author<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Protected, ProtectError> {
    let seal = plan.plan().seal().ok_or(ProtectError::OtherKey)?;
    let coupled = plan
        .plan()
        .shares()
        .is_some_and(|shares| shares.group_a != GroupA::None);
    if seal.form != key.name().kind.form() || seal.key == KeyPlace::Stays || coupled {
        return Err(ProtectError::OtherKey);
    }
    let mut maker = Maker::new(plan, None, author, rng);
    Ok(Protected {
        parts: maker.key_parts(&key)?,
        group: maker.group,
        key: Some(at_home(plan, key)),
    })
}

fn protected(
    mut maker: Maker<'_>,
    objects: &[Object<'_>],
    key: Option<KeyAtHome>,
) -> Result<Protected, ProtectError> {
    Ok(Protected {
        parts: maker.parts(objects, key.as_ref().map(KeyAtHome::opening))?,
        group: maker.group,
        key,
    })
}

fn at_home(plan: &CheckedPlan, key: OpeningKey) -> KeyAtHome {
    match plan.plan().seal().map(|seal| &seal.key) {
        Some(KeyPlace::Away {
            local: LocalKey::Erased,
            ..
        }) => KeyAtHome::UntilRegistered(key),
        _ => KeyAtHome::Kept(key),
    }
}
