//! What an owner is offered: which safes take the slots of a plan, whether it fits them, what is chosen if the owner does
//! not, and what is sent when it is wanted. A page draws this and decides none of it.
//!
//! Not in scope: whether a plan is sound ([`super::check`]), and plans put together by hand ([`super::draft`]).

use super::check::{Operator, is_money, must_come_back_once, seats};
use super::part::Role;
use super::policy::Policy;
use super::preset::Preset;
use super::{
    Away, CheckedPlan, Custody, DigestForm, GroupA, KeyForm, KeyPlace, LocalKey, Place, Plan,
    PlanError, Promise, Seal, Slot, Step,
};
use crate::ids::ItemId;
use crate::intent::Intent;
use crate::owner::SecretKind;
use crate::view::{Amount, Reach, SafeCard};
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::SafeId;
use saifu_protocol::certificate::LegacyHash;
use saifu_protocol::value::{Class, Currency, Money};

/// What is at stake, as far as plans ask: the class of a value, what it is worth, and what its owner would get it back by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stake {
    /// Its class.
    pub class: Class,
    /// What it is worth, if anything.
    pub money: Option<Money>,
    /// What kind of secret opens at the safes; six words where none does yet.
    pub behind: SecretKind,
}

impl Stake {
    /// Of what asks nothing of a plan: of a key, or of nothing at all.
    pub const NONE: Self = Self {
        class: Class::Coupon,
        money: None,
        behind: SecretKind::Words,
    };

    /// Of a value as it is shown. A class this version does not know is taken for one that asks the most.
    pub fn of(class: &str, worth: Option<&Amount>) -> Self {
        let money = worth.and_then(|amount| {
            Some(Money {
                amount: amount.minor,
                currency: Currency::from_code(&amount.currency)?,
            })
        });
        Self {
            class: Class::from_code(class).unwrap_or(Class::GiftCard),
            money,
            behind: SecretKind::Words,
        }
    }

    /// The same where this kind of secret opens at the safes.
    pub const fn behind(self, kind: SecretKind) -> Self {
        Self {
            behind: kind,
            ..self
        }
    }

    /// Whether this plan would be one for money behind a password that is too weak for it: money by any plan, and anything by
    /// the plan that is named after it.
    pub fn is_too_much_for_its_secret(&self, plan: &Plan) -> bool {
        !self.behind.is_enough_for_money()
            && (is_money(self.class, self.money) || *plan == Preset::MoneyThreeOfFour.plan())
    }

    /// Of several, the one that asks the most of a plan.
    pub fn highest(all: &[Self]) -> Self {
        let pays = |it: &&Self| is_money(it.class, it.money);
        let once = |it: &&Self| must_come_back_once(it.class, it.money);
        let mut most = all.iter().find(pays);
        most = most.or_else(|| all.iter().find(once)).or(all.first());
        most.copied().unwrap_or(Self::NONE)
    }
}

/// A safe that could take a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The safe.
    pub id: SafeId,
    /// Who runs it.
    pub operator: Operator,
    /// Whether it answers.
    pub reach: Reach,
}

impl From<&SafeCard> for Candidate {
    fn from(card: &SafeCard) -> Self {
        Self {
            id: card.id,
            operator: Operator::named(&card.operator),
            reach: card.reach,
        }
    }
}

/// What a slot gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gets {
    /// The value, or a piece of it.
    pub data: bool,
    /// The whole key, or the seed.
    pub key: bool,
    /// A share of the key.
    pub share: bool,
}

/// The slots of a plan, that of number 0 first.
pub fn slots(plan: &Plan) -> Vec<Gets> {
    let with_shares = plan
        .shares()
        .is_some_and(|shares| shares.group_a != GroupA::None);
    let mut slots: Vec<Gets> = Vec::new();
    for part in plan.layout() {
        let Place::At(Slot(slot)) = part.to else {
            continue;
        };
        let at = usize::from(slot);
        if slots.len() <= at {
            slots.resize(at + 1, Gets::default());
        }
        if let Some(gets) = slots.get_mut(at) {
            match Role::of(part.class) {
                Role::Data => {
                    gets.data = true;
                    gets.share |= with_shares;
                }
                Role::Key => gets.key = true,
                Role::Share => gets.share = true,
            }
        }
    }
    slots
}

/// Which safe takes which of `count` slots: what the owner chose, and for the rest safes of operators that have none yet,
/// those that answer before the others. Ends where there is none left.
pub fn seat(count: usize, safes: &[Candidate], chosen: &[Option<SafeId>]) -> Vec<SafeId> {
    let mut taken: Vec<Option<&Candidate>> = (0..count)
        .map(|slot| {
            let id = (*chosen.get(slot)?)?;
            safes.iter().find(|safe| safe.id == id)
        })
        .collect();
    for slot in 0..count {
        if taken.get(slot).is_some_and(Option::is_some) {
            continue;
        }
        let is_free = |safe: &&Candidate| {
            let mut others = taken.iter().flatten();
            others.all(|other| other.operator != safe.operator)
        };
        let free = [Reach::Answers, Reach::Unknown, Reach::Silent]
            .into_iter()
            .find_map(|reach| {
                let mut all = safes.iter().filter(|safe| safe.reach == reach);
                all.find(is_free)
            });
        if let Some(place) = taken.get_mut(slot) {
            *place = free;
        }
    }
    let taken = taken.into_iter().map_while(|safe| safe);
    taken.map(|safe| safe.id).collect()
}

/// A plan with the safes that take part, and whether it is sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The plan.
    pub plan: Plan,
    /// The safes, that of slot 0 first.
    pub safes: Vec<SafeId>,
    /// What the wallet will say to it.
    pub checked: Result<CheckedPlan, PlanError>,
}

impl Offer {
    /// This plan, with the safes that were chosen and others where none was.
    pub fn of(plan: Plan, safes: &[Candidate], chosen: &[Option<SafeId>], stake: Stake) -> Self {
        let taken = seat(slots(&plan).len(), safes, chosen);
        Self::at(plan, safes, taken, stake)
    }

    /// This plan at exactly these safes.
    pub fn at(plan: Plan, safes: &[Candidate], taken: Vec<SafeId>, stake: Stake) -> Self {
        let operator = |id| {
            let safe = safes.iter().find(|safe| safe.id == id);
            safe.map(|safe| safe.operator.clone())
        };
        // Said first: more safes do not help against it.
        let checked = match stake.is_too_much_for_its_secret(&plan) {
            true => Err(PlanError::SecretTooWeak),
            false => seats(&taken, operator).and_then(|seats| {
                CheckedPlan::check(plan.clone(), seats, stake.class, stake.money)
            }),
        };
        Self {
            plan,
            safes: taken,
            checked,
        }
    }

    /// What the owner wants who takes it for these values. A value as it is at one safe goes the way of the first
    /// embodiment: the safe reads it and makes the digest.
    pub fn wish(&self, values: Vec<ItemId>, key: Option<ItemId>) -> Intent {
        match self.safes.as_slice() {
            [safe] if self.plan == Preset::PlainCopy.plan() => Intent::BackUp {
                values,
                safe: *safe,
            },
            safes => Intent::Protect {
                values,
                plan: self.plan.clone(),
                safes: safes.to_vec(),
                key,
            },
        }
    }
}

/// A plan with a name, with the safes that are picked for it.
///
/// # Errors
/// Why there is none for what is at stake.
pub fn fits(preset: Preset, safes: &[Candidate], stake: Stake) -> Result<CheckedPlan, PlanError> {
    Offer::of(preset.plan(), safes, &[], stake).checked
}

/// What a plan with a name promises wherever there are safes for it.
pub fn promise(preset: Preset) -> Option<Promise> {
    let plan = preset.plan();
    let count = u8::try_from(slots(&plan).len()).ok()?;
    let safe = |slot: u8| Candidate {
        id: SafeId::new([slot; 32]),
        operator: Operator::named(&slot.to_string()),
        reach: Reach::Unknown,
    };
    let safes: Vec<Candidate> = (0..count).map(safe).collect();
    let checked = fits(preset, &safes, Stake::NONE);
    checked.ok().map(|checked| *checked.promise())
}

/// What is suggested to an owner who has not chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advice {
    /// What is suggested.
    pub preset: Preset,
    /// What the rules say instead, for which there are too few safes.
    pub meant: Option<Meant>,
}

/// A protection that takes more safes than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meant {
    /// Which one.
    pub preset: Preset,
    /// How many safes of other operators it takes besides.
    pub lacks: usize,
}

/// The strongest of what the rules say of each value, as far as there are safes for it, else the strongest there are safes
/// for.
pub fn advise(policy: &Policy, values: &[Stake], safes: &[Candidate]) -> Advice {
    let strength = |preset: Preset| Preset::OFFERED.iter().position(|it| *it == preset);
    let mut wanted = None;
    for it in values {
        let preset = policy.choose(it.class, it.money);
        if strength(preset) >= wanted.and_then(strength) {
            wanted = Some(preset);
        }
    }
    let stake = Stake::highest(values);
    let error = |preset: Preset| fits(preset, safes, stake).err();
    let wanted = wanted.filter(|it| strength(*it).is_some());
    let meant = wanted.and_then(|preset| match error(preset)? {
        PlanError::TooFewSafes { needed, given } => Some(Meant {
            preset,
            lacks: needed - given,
        }),
        _ => None,
    });
    let mut weaker = Preset::OFFERED.into_iter().rev();
    let fitting = wanted.filter(|it| error(*it).is_none());
    let fitting = fitting.or_else(|| weaker.find(|it| error(*it).is_none()));
    Advice {
        preset: fitting.unwrap_or(Preset::OneSafeSealed),
        meant,
    }
}

/// A whole copy of a key at each of so many safes. No data go there; a plan has places for them all the same.
pub fn key_plan(form: KeyForm, safes: usize, local: LocalKey) -> Plan {
    let count = u8::try_from(safes).unwrap_or(u8::MAX);
    let to = Away::DataSafe;
    let key = KeyPlace::Away { to, local };
    Plan {
        steps: vec![Step::Seal(Seal { form, key })],
        data: (0..count).map(|slot| Place::At(Slot(slot))).collect(),
        quorum: 1,
        digest: DigestForm::Sealed,
        hash: LegacyHash::Off,
        custody: Custody::Safes { after: count },
    }
}
