//! From objects to parts.

use super::check::CheckedPlan;
use super::key::{CatalogueKey, KeyShare, OpeningKey, SealingKey};
use super::layer::{self, Clear, Spot};
use super::limits::{MAX_COUPLED, MAX_PART_BYTES};
use super::part::{self, Header, PartClass, Role};
use super::share::{self, CheckedShare};
use super::{Divide, GroupA, GroupId, KeyPlace, LocalKey, Place, Plan, Planned, Step, count};
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{CryptoRng, Secret, make_bytes};
use saifu_protocol::Digest;
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
    /// The key that was made, if the plan seals and no key was given.
    pub key: Option<KeyAtHome>,
}

/// One part.
pub struct ProtectedPart {
    /// Where it goes.
    pub to: Place,
    /// What it is.
    pub class: PartClass,
    /// Its number among the parts of its role.
    pub index: u8,
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
    /// There are more than [`MAX_COUPLED`].
    TooManyObjects,
    /// A part would be larger than [`MAX_PART_BYTES`].
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
    let made = plan.plan().seal().map(|seal| {
        let key = OpeningKey::make(seal.form, rng);
        match seal.key {
            KeyPlace::Stays
            | KeyPlace::Away {
                local: LocalKey::Kept,
                ..
            } => KeyAtHome::Kept(key),
            KeyPlace::Away {
                local: LocalKey::Erased,
                ..
            } => KeyAtHome::UntilRegistered(key),
        }
    });
    let opening = made.as_ref().map(KeyAtHome::opening);
    let sealing = opening.map(OpeningKey::sealing).transpose();
    let sealing = sealing.map_err(|_| ProtectError::OtherKey)?;
    let mut maker = Maker::new(plan.plan(), sealing.as_ref(), author, rng);
    let parts = maker.parts(objects, opening)?;
    let group = maker.group;
    Ok(Protected {
        group,
        parts,
        key: made,
    })
}

/// Protects objects with a key that was made before, of which this wallet may have only what seals: the opening key was
/// registered with the first of the values it seals. No part for the key is made.
///
/// # Errors
/// See [`ProtectError`].
pub fn protect_with(
    key: &SealingKey,
    plan: &CheckedPlan,
    objects: &[Object<'_>],
    author: &Author<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Protected, ProtectError> {
    if plan.plan().shares().is_some() {
        return Err(ProtectError::KeyToSplitMissing);
    }
    if plan.plan().seal().map(|seal| seal.form) != Some(key.form()) {
        return Err(ProtectError::OtherKey);
    }
    let mut maker = Maker::new(plan.plan(), Some(key), author, rng);
    let parts = maker.parts(objects, None)?;
    let group = maker.group;
    Ok(Protected {
        group,
        parts,
        key: None,
    })
}

struct Maker<'a> {
    plan: &'a Plan,
    sealing: Option<&'a SealingKey>,
    author: &'a Author<'a>,
    rng: &'a mut dyn CryptoRng,
    group: GroupId,
}

impl<'a> Maker<'a> {
    fn new(
        plan: &'a Plan,
        sealing: Option<&'a SealingKey>,
        author: &'a Author<'a>,
        rng: &'a mut dyn CryptoRng,
    ) -> Self {
        let group = GroupId::make(rng);
        Self {
            plan,
            sealing,
            author,
            rng,
            group,
        }
    }

    fn parts(
        &mut self,
        objects: &[Object<'_>],
        opening: Option<&OpeningKey>,
    ) -> Result<Vec<ProtectedPart>, ProtectError> {
        let mut data = self.data(objects)?;
        let shares = self.shares(opening);
        self.couple_group_a(&mut data, &shares);
        let digest = common_digest(objects);
        let mut made = Vec::new();
        for planned in self.plan.layout() {
            let at = usize::from(planned.index);
            let (body, digest) = match planned.class.role() {
                Role::Data => (data[at].clone(), &digest),
                Role::Key => match opening {
                    Some(key) => (key.write(), &Digest::default()),
                    None => continue,
                },
                Role::Share => {
                    let mut body = Zeroizing::new(Vec::new());
                    shares[at].write(&mut body);
                    (body, &Digest::default())
                }
            };
            made.push(self.part(planned, digest, &body)?);
        }
        Ok(made)
    }

    /// What is registered as data: the steps in their order, over a grid of objects (rows) and pieces or copies (columns).
    fn data(&mut self, objects: &[Object<'_>]) -> Result<Vec<Clear>, ProtectError> {
        if objects.is_empty() {
            return Err(ProtectError::NoObjects);
        }
        if objects.len() > MAX_COUPLED {
            return Err(ProtectError::TooManyObjects);
        }
        if objects.len() > 1 && !self.plan.steps.contains(&Step::Couple) {
            return Err(ProtectError::NotCoupled);
        }
        let total: usize = objects.iter().map(|object| object.bytes.len()).sum();
        let room = match self.plan.divide() {
            Some(Divide::Ranges) => MAX_PART_BYTES * usize::from(self.plan.data_count()),
            Some(Divide::Threshold(_)) | None => MAX_PART_BYTES,
        };
        if total > room {
            return Err(ProtectError::TooLarge { bytes: total });
        }
        let columns = match self.plan.divide() {
            // Whole copies are made first, so that each is sealed by itself and no two safes see the same bytes.
            None => self.plan.data.len(),
            Some(_) => 1,
        };
        let mut grid: Vec<Vec<Clear>> = objects
            .iter()
            .map(|object| alloc::vec![layer::write_object(object.bytes); columns])
            .collect();
        for step in &self.plan.steps {
            match step {
                Step::Couple => grid = alloc::vec![couple(&grid)],
                Step::Seal(_) => self.seal(&mut grid)?,
                Step::Divide(divide) => self.divide(*divide, &mut grid),
            }
        }
        Ok(grid
            .pop()
            .expect("one object, or several that were coupled"))
    }

    fn spot(&self, row: usize, column: usize) -> Spot {
        let narrow = |at| u8::try_from(at).expect("100 objects and 32 pieces at most");
        Spot {
            group: self.group,
            row: narrow(row),
            column: narrow(column),
        }
    }

    fn seal(&mut self, grid: &mut [Vec<Clear>]) -> Result<(), ProtectError> {
        let key = self.sealing.ok_or(ProtectError::OtherKey)?;
        for (row, cells) in grid.iter_mut().enumerate() {
            for (column, cell) in cells.iter_mut().enumerate() {
                let spot = self.spot(row, column);
                let sealed = layer::write_sealed(key, spot, cell, self.rng);
                *cell = sealed.ok_or(ProtectError::OtherKey)?;
            }
        }
        Ok(())
    }

    fn divide(&mut self, divide: Divide, grid: &mut [Vec<Clear>]) {
        let pieces = self.plan.data_count();
        for (row, cells) in grid.iter_mut().enumerate() {
            let Some(whole) = cells.pop() else { continue };
            *cells = match divide {
                Divide::Ranges => layer::write_ranges(&whole, pieces, make_bytes(self.rng)),
                Divide::Threshold(threshold) => {
                    let key = Secret::make(self.rng);
                    let shares = split(&key, threshold, pieces, self.rng);
                    let piece = |(column, share): (usize, &CheckedShare)| {
                        let spot = self.spot(row, column);
                        layer::write_threshold(share, &key, spot, &whole, self.rng)
                    };
                    shares.iter().enumerate().map(piece).collect()
                }
            };
        }
    }

    fn shares(&mut self, opening: Option<&OpeningKey>) -> Vec<KeyShare> {
        let (Some(shares), Some(key)) = (self.plan.shares(), opening) else {
            return Vec::new();
        };
        let number = self.plan.share_count();
        let split = split(key.expose_secret(), shares.threshold, number, self.rng);
        let named = split.into_iter().map(|share| KeyShare {
            name: key.name().clone(),
            share,
        });
        named.collect()
    }

    fn couple_group_a(&self, data: &mut [Clear], shares: &[KeyShare]) {
        let Some(plan) = self.plan.shares() else {
            return;
        };
        let (group_a, _) = shares.split_at(usize::from(self.plan.group_a_count(plan)));
        match plan.group_a {
            GroupA::None => {}
            GroupA::WithEvery(_) => {
                for layer in data {
                    *layer = layer::write_with_shares(group_a, layer);
                }
            }
            GroupA::OnePerPart => {
                for (layer, share) in data.iter_mut().zip(group_a) {
                    *layer = layer::write_with_shares(core::slice::from_ref(share), layer);
                }
            }
        }
    }

    fn part(
        &mut self,
        planned: Planned,
        digest: &Digest,
        body: &[u8],
    ) -> Result<ProtectedPart, ProtectError> {
        let (number, needed) = match planned.class.role() {
            Role::Data => (self.plan.data_count(), self.plan.data_needed()),
            Role::Key => (count(&self.plan.key_slots()), 1),
            Role::Share => (
                self.plan.share_count(),
                self.plan.shares().map_or(0, |shares| shares.threshold),
            ),
        };
        let header = Header {
            class: planned.class,
            group: self.group,
            plan: self.plan.id(),
            index: planned.index,
            count: number,
            needed,
        };
        let catalogue = self.author.catalogue;
        let digest = catalogue.write_digest(digest, self.plan.digest, self.group, self.rng);
        let bytes = part::OVERHEAD + digest.len() + body.len();
        if bytes > MAX_PART_BYTES {
            return Err(ProtectError::TooLarge { bytes });
        }
        Ok(ProtectedPart {
            to: planned.to,
            class: planned.class,
            index: planned.index,
            bytes: part::write(&header, &digest, body, self.author.signing).into(),
        })
    }
}

fn split(secret: &Secret, threshold: u8, number: u8, rng: &mut dyn CryptoRng) -> Vec<CheckedShare> {
    share::split(secret, threshold, number, rng).expect("a checked plan has 2 ≤ k ≤ n")
}

/// Couples each column: the i-th copies or pieces of all objects.
fn couple(grid: &[Vec<Clear>]) -> Vec<Clear> {
    let columns = grid.first().map_or(0, Vec::len);
    (0..columns)
        .map(|column| layer::write_coupled(grid.iter().map(|row| row[column].as_slice())))
        .collect()
}

/// What the digests of all objects agree on.
fn common_digest(objects: &[Object<'_>]) -> Digest {
    let mut digests = objects.iter().map(|object| &object.digest);
    let first = digests.next().cloned().unwrap_or_default();
    digests.fold(first, |common, other| Digest {
        class: common.class.filter(|it| other.class == Some(*it)),
        name: common.name.filter(|it| other.name.as_ref() == Some(it)),
        quantity: common.quantity.filter(|it| other.quantity == Some(*it)),
        from: common.from.filter(|it| other.from == Some(*it)),
        to: common.to.filter(|it| other.to == Some(*it)),
        place: common.place.filter(|it| other.place.as_ref() == Some(it)),
    })
}
