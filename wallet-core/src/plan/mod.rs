//! Plans: what happens to a value on its way to the safes, as data (WO 01/13293, first to seventh embodiment).
//!
//! A [`Plan`] says in which order values are coupled, sealed and divided, what form the key has and where it lies, and to
//! which slots the parts go. [`CheckedPlan`] refuses nonsense and computes what the rest promises; [`preset`] has the
//! embodiments by name. [`protect`] turns objects into parts by a plan, [`reunite()`] turns parts into objects again, and
//! needs no plan for it: parts say themselves what they are, so that a catalogue can be rebuilt from them alone.
//!
//! ```text
//!  objects ──couple, seal, divide in the plan's order──▶ data parts ──couple with group A──▶ to their slots
//!                    │ key
//!                    └──stays │ whole, beside the data │ whole, elsewhere │ shares: A with the data, B apart
//! ```
//!
//! Not in scope: flows, requests, what is stored when (`flow`), and what a safe does with a part. No clock; randomness is
//! an argument. The bytes are described in `docs/plans.md`.

pub(crate) mod bytes;
pub mod catalogue;
pub mod check;
pub mod cover;
pub mod draft;
pub mod key;
mod layer;
pub mod limits;
mod make;
pub mod offer;
pub mod part;
mod peel;
pub mod policy;
pub mod preset;
pub mod promise;
mod protect;
mod reunite;
pub(crate) mod share;
mod sort;
#[cfg(test)]
mod tests;

pub use check::{CheckedPlan, PlanError, Seat};
pub use promise::{Promise, Weakness};
pub use protect::{
    Author, Given, KeyAtHome, Object, ProtectError, Protected, ProtectedPart, protect, protect_key,
    protect_with,
};
pub use reunite::{
    Failure, Keys, RecoveredKeys, Refused, Reunited, Why, WhyRefused, recover_keys, reunite,
};

use alloc::vec::Vec;
use core::num::NonZeroU8;
use saifu_crypto::hash;
use saifu_protocol::certificate::{LegacyHash, ObjectClass};
use saifu_protocol::{fixed_bytes, json};
use serde::{Deserialize, Serialize};

fixed_bytes!(
    /// The parts of one protection: random, the same in the header of each.
    GroupId, 16
);
fixed_bytes!(
    /// A plan: the first half of the SHA-256 over its JSON.
    PlanId, 16
);

/// A place for a safe in a plan; which safe takes it is chosen when the plan is checked. Two slots are two safes of two
/// operators; whoever wants two parts at one safe names one slot twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(pub u8);

/// Where a part goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// It stays in this wallet (fourth embodiment: "the entire part or a part").
    Home,
    /// It is registered at the safe in this slot.
    At(Slot),
}

/// What happens to a value on its way to the safes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What is done to the objects, in this order; each step at most once.
    pub steps: Vec<Step>,
    /// Where the data go. Where they are divided, piece i goes to the i-th place; else each place gets a whole copy.
    pub data: Vec<Place>,
    /// How many safes must confirm one and the same session before a recovered value may be used.
    pub quorum: u8,
    /// What the safes can read about the value.
    pub digest: DigestForm,
    /// Whether the safes are asked for the legacy hash beside SHA-256. They cannot be: a safe adds it or not, as it is set up,
    /// and a plan that asks is refused. It stands here because a plan's identity is that of its text.
    pub hash: LegacyHash,
    /// Who has the usable copy.
    pub custody: Custody,
}

/// One thing done to the objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Several objects become one (fifth embodiment). After dividing: the i-th pieces of all of them.
    Couple,
    /// They are encrypted (second embodiment). Each object, copy or piece that exists by then is sealed by itself.
    Seal(Seal),
    /// They are divided (fourth embodiment), into as many pieces as there are places for data.
    Divide(Divide),
}

/// Encrypting, and what becomes of the key. Without this step there is no key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// What the key is.
    pub form: KeyForm,
    /// Where what opens lies.
    pub key: KeyPlace,
}

/// What opens, and what it is kept as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyForm {
    /// A common key, which seals and opens.
    Key,
    /// A pair: the public half seals, the secret half opens.
    Pair,
    /// The seed of a common key (seventh embodiment).
    SeedOfKey,
    /// The seed of a pair.
    SeedOfPair,
}

impl KeyForm {
    /// Whether whoever can seal can open, too.
    pub const fn is_common(self) -> bool {
        match self {
            KeyForm::Key | KeyForm::SeedOfKey => true,
            KeyForm::Pair | KeyForm::SeedOfPair => false,
        }
    }
}

/// Where what opens lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyPlace {
    /// In this wallet only.
    Stays,
    /// At safes.
    #[serde(rename_all = "kebab-case")]
    Away {
        /// How.
        to: Away,
        /// What becomes of it here once it is registered.
        local: LocalKey,
    },
}

/// How a key lies at safes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Away {
    /// Whole, at every safe that has data (second embodiment): that safe could read.
    DataSafe,
    /// Whole, at each of these safes, none of which has data (third embodiment).
    Elsewhere(Vec<Slot>),
    /// In shares (sixth embodiment).
    Shares(Shares),
}

/// What becomes of a key here once it is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LocalKey {
    /// It stays.
    Kept,
    /// It is erased; nothing opens before it is recovered.
    Erased,
}

/// A key in shares. Those of group A are numbered first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    /// How many give the key back.
    pub threshold: u8,
    /// Those coupled with the data.
    pub group_a: GroupA,
    /// Those registered by themselves: one for each place.
    pub group_b: Vec<Place>,
}

/// The shares coupled with the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupA {
    /// None.
    None,
    /// So many, the same with every data part (claim 11).
    WithEvery(NonZeroU8),
    /// Share i with data part i.
    OnePerPart,
}

/// How data are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Divide {
    /// Into consecutive ranges of bytes, all of which are needed. A piece *is* that range: whoever may not read it must
    /// get it sealed.
    Ranges,
    /// So that this many pieces are enough and fewer show nothing but the length: encrypted under a key of its own, which is
    /// shared, the ciphertext whole in every piece (decision 21).
    Threshold(u8),
}

/// What the safes, and whoever sees a certificate, can read about the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigestForm {
    /// The digest.
    Open,
    /// The digest, padded and sealed for this wallet.
    Sealed,
    /// Nothing.
    Vacant,
}

/// Who has the usable copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Custody {
    /// The copy in this wallet stays the usable one; what lies at the safes is for disaster. Refused until safes hand out such
    /// copies.
    Device,
    /// The safes: the copy here is deleted when so many different operators have registered everything that goes to them.
    Safes {
        /// How many operators.
        after: u8,
    },
}

/// A part a plan makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) class: ObjectClass,
    /// Number among the parts of its role, from 0.
    pub(crate) index: u8,
    pub(crate) to: Place,
}

impl Plan {
    /// Its identity.
    pub fn id(&self) -> PlanId {
        let hash = hash::sha256(&json::write(self));
        let (half, _) = hash.split_at(16);
        PlanId::new(half.try_into().expect("half of 32 bytes is 16"))
    }

    /// How it seals, if it does.
    pub fn seal(&self) -> Option<&Seal> {
        self.steps.iter().find_map(|step| match step {
            Step::Seal(seal) => Some(seal),
            Step::Couple | Step::Divide(_) => None,
        })
    }

    /// Whether what opens goes to no safe.
    pub fn has_key_stay(&self) -> bool {
        self.seal().is_some_and(|seal| seal.key == KeyPlace::Stays)
    }

    /// How it divides, if it does.
    pub fn divide(&self) -> Option<Divide> {
        self.steps.iter().find_map(|step| match step {
            Step::Divide(divide) => Some(*divide),
            Step::Couple | Step::Seal(_) => None,
        })
    }

    /// How the key is shared, if it is.
    pub fn shares(&self) -> Option<&Shares> {
        match &self.seal()?.key {
            KeyPlace::Away {
                to: Away::Shares(shares),
                ..
            } => Some(shares),
            KeyPlace::Away { .. } | KeyPlace::Stays => None,
        }
    }

    /// How many data parts there are.
    pub(crate) fn data_count(&self) -> u8 {
        count(&self.data)
    }

    /// How many data parts give the objects back.
    pub fn data_needed(&self) -> u8 {
        match self.divide() {
            None => 1,
            Some(Divide::Ranges) => self.data_count(),
            Some(Divide::Threshold(threshold)) => threshold,
        }
    }

    /// How many shares of the key there are.
    pub(crate) fn share_count(&self) -> u8 {
        self.shares().map_or(0, |shares| {
            self.group_a_count(shares)
                .saturating_add(count(&shares.group_b))
        })
    }

    pub(crate) fn group_a_count(&self, shares: &Shares) -> u8 {
        match shares.group_a {
            GroupA::None => 0,
            GroupA::WithEvery(number) => number.get(),
            GroupA::OnePerPart => self.data_count(),
        }
    }

    /// Where whole copies of the key go.
    pub(crate) fn key_slots(&self) -> Vec<Slot> {
        match self.seal().map(|seal| &seal.key) {
            Some(KeyPlace::Away {
                to: Away::DataSafe, ..
            }) => slots(&self.data),
            Some(KeyPlace::Away {
                to: Away::Elsewhere(slots),
                ..
            }) => slots.clone(),
            _ => Vec::new(),
        }
    }

    /// The class of its data parts.
    fn data_class(&self) -> ObjectClass {
        let with_shares = self
            .shares()
            .is_some_and(|shares| self.group_a_count(shares) > 0);
        if with_shares {
            ObjectClass::Coupled
        } else if self.divide().is_some() {
            ObjectClass::Piece
        } else if self.steps.contains(&Step::Couple) {
            ObjectClass::Coupled
        } else {
            ObjectClass::Value
        }
    }

    /// The class of its whole keys.
    fn key_class(&self) -> ObjectClass {
        match self.seal().map(|seal| seal.form) {
            Some(KeyForm::SeedOfKey | KeyForm::SeedOfPair) => ObjectClass::Seed,
            Some(KeyForm::Key | KeyForm::Pair) | None => ObjectClass::Key,
        }
    }

    /// Every part: data, whole keys, shares that go by themselves.
    pub(crate) fn layout(&self) -> Vec<Planned> {
        let data = numbered(0, self.data.iter().copied(), self.data_class());
        let keys = self.key_slots().into_iter().map(Place::At);
        let keys = numbered(0, keys, self.key_class());
        let shares = self.shares().map(|shares| {
            let apart = shares.group_b.iter().copied();
            numbered(self.group_a_count(shares), apart, ObjectClass::Share)
        });
        data.chain(keys)
            .chain(shares.into_iter().flatten())
            .collect()
    }
}

fn numbered(
    from: u8,
    places: impl Iterator<Item = Place>,
    class: ObjectClass,
) -> impl Iterator<Item = Planned> {
    (from..=u8::MAX)
        .zip(places)
        .map(move |(index, to)| Planned { class, index, to })
}

/// The slots among places, each once, in ascending order.
pub(crate) fn slots(places: &[Place]) -> Vec<Slot> {
    let mut slots: Vec<Slot> = places
        .iter()
        .filter_map(|place| match place {
            Place::Home => None,
            Place::At(slot) => Some(*slot),
        })
        .collect();
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// A length as the byte it is written as. Plans with more than [`limits::MAX_PARTS`] are refused before it matters.
fn count<T>(list: &[T]) -> u8 {
    u8::try_from(list.len()).unwrap_or(u8::MAX)
}
