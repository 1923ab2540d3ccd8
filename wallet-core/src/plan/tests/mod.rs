//! The tests of plans: a house of its own because the claims, the rules and the bad input are many.

mod bad_input;
mod claims;
mod draft;
mod offer;
mod properties;
mod rules;

use super::catalogue::CatalogueKey;
use super::check::{CheckedPlan, Operator, Seat};
use super::key::OpeningKey;
use super::preset::Preset;
use super::{
    Author, Failure, KeyAtHome, Keys, Object, Place, Plan, Protected, ProtectedPart, Reunited,
    Slot, protect, reunite,
};
use alloc::vec::Vec;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::testing::Counting;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::value::Class;
use saifu_protocol::{Digest, PublicKey, SafeId};

/// A wallet, as far as plans know one.
struct Wallet {
    signing: SigningKey,
    catalogue: CatalogueKey,
}

impl Wallet {
    fn new(seed: u8) -> Self {
        Self {
            signing: SigningKey::derive(&Secret::new([seed; 32])),
            catalogue: CatalogueKey::new(Secret::new([seed.wrapping_add(1); 32])),
        }
    }

    fn author(&self) -> Author<'_> {
        Author {
            signing: &self.signing,
            catalogue: &self.catalogue,
        }
    }

    fn public(&self) -> PublicKey {
        PublicKey::new(self.signing.public())
    }

    fn protect(&self, plan: &CheckedPlan, objects: &[&[u8]], rng: u32) -> Protected {
        self.protect_by(plan, objects, &mut Counting(rng))
    }

    fn protect_by(
        &self,
        plan: &CheckedPlan,
        objects: &[&[u8]],
        rng: &mut dyn CryptoRng,
    ) -> Protected {
        protect(plan, &with_digests(objects), &self.author(), rng).unwrap()
    }

    fn reunite(&self, parts: &[&[u8]], opening: &[OpeningKey]) -> Result<Reunited, Failure> {
        let author = &self.public();
        reunite(parts, &Keys { author, opening })
    }
}

fn with_digests<'a>(objects: &[&'a [u8]]) -> Vec<Object<'a>> {
    let object = |bytes: &&'a [u8]| Object {
        bytes,
        digest: digest(),
    };
    objects.iter().map(object).collect()
}

fn digest() -> Digest {
    Digest {
        class: Some(Class::MovieTicket),
        name: Some("A".into()),
        ..Digest::default()
    }
}

/// So many safes of as many operators, for slots from 0.
fn seats(number: u8) -> Vec<Seat> {
    (0..number)
        .map(|slot| Seat {
            slot: Slot(slot),
            safe: SafeId::new([slot; 32]),
            operator: Operator::named(&alloc::format!("Operator {slot}")),
        })
        .collect()
}

fn checked(plan: Plan) -> CheckedPlan {
    CheckedPlan::check(plan, seats(10), Class::MovieTicket, None).unwrap()
}

fn preset(preset: Preset) -> CheckedPlan {
    checked(preset.plan())
}

fn bytes(parts: &[ProtectedPart]) -> Vec<&[u8]> {
    parts.iter().map(|part| part.bytes.as_slice()).collect()
}

/// The parts a safe has.
fn at(parts: &[ProtectedPart], slot: u8) -> Vec<&[u8]> {
    let there = parts.iter().filter(|part| part.to == Place::At(Slot(slot)));
    there.map(|part| part.bytes.as_slice()).collect()
}

/// What is left at home once everything is registered.
fn kept(protected: &Protected) -> Vec<OpeningKey> {
    match &protected.key {
        Some(KeyAtHome::Kept(key)) => alloc::vec![key.clone()],
        Some(KeyAtHome::UntilRegistered(_)) | None => Vec::new(),
    }
}

fn objects(reunited: &Reunited) -> Vec<&[u8]> {
    reunited.objects.iter().map(|it| it.as_slice()).collect()
}

/// Whether `needle` is somewhere in `hay`.
fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}
