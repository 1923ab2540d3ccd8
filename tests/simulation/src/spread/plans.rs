//! Plans drawn at random: every preset, and whatever else a check lets pass.

use crate::dice::Dice;
use crate::safe::Safe;
use saifu_protocol::SafeId;
use saifu_protocol::certificate::LegacyHash;
use saifu_protocol::value::Class;
use saifu_wallet_core::group::Group;
use saifu_wallet_core::plan::check::{Operator, Seat};
use saifu_wallet_core::plan::offer;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{
    Away, CheckedPlan, Custody, DigestForm, Divide, GroupA, KeyForm, KeyPlace, LocalKey, Place,
    Plan, Promise, Seal, Shares, Slot, Step,
};
use std::num::NonZeroU8;

/// How many plans are drawn before a preset is taken.
const ATTEMPTS: usize = 60;
/// The most slots of a random plan.
const MOST_SLOTS: usize = 4;

/// A plan, and the safes that take its slots.
pub(crate) struct Choice {
    pub(crate) plan: Plan,
    pub(crate) safes: Vec<SafeId>,
}

/// A plan with safes in a random order; once in a while one that is refused.
pub(crate) fn choose(safes: &[Safe], dice: &mut Dice) -> Choice {
    let mut order: Vec<&Safe> = safes.iter().collect();
    for at in (1..order.len()).rev() {
        order.swap(at, dice.below(at + 1));
    }
    let ids = || order.iter().map(|safe| safe.id()).collect();
    let seats = seats(&order);
    for _ in 0..ATTEMPTS {
        let plan = match dice.percent(45) {
            true => preset(dice),
            false => random(&seats, dice),
        };
        if dice.percent(3) || promise(&plan, &seats).is_some() {
            return Choice { plan, safes: ids() };
        }
    }
    let plan = Preset::OneSafeSealed.plan();
    Choice { plan, safes: ids() }
}

fn preset(dice: &mut Dice) -> Plan {
    let all = Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS);
    let all: Vec<Preset> = all.collect();
    all[dice.below(all.len())].plan()
}

fn seats(order: &[&Safe]) -> Vec<Seat> {
    let slots = (0..=u8::MAX).map(Slot);
    let seat = |(slot, safe): (Slot, &&Safe)| Seat {
        slot,
        safe: safe.id(),
        operator: Operator::named(&safe.settings.operator),
    };
    slots.zip(order).map(seat).collect()
}

/// What it promises for something that must come back once; none if it is refused.
pub(crate) fn promise(plan: &Plan, seats: &[Seat]) -> Option<Promise> {
    let checked = CheckedPlan::check(plan.clone(), seats.to_vec(), Class::MovieTicket, None);
    checked.ok().map(|checked| *checked.promise())
}

/// Whether the safes have enough of it without what a plan keeps at home.
pub(crate) fn needs_no_home(plan: &Plan) -> bool {
    let away = plan.data.iter().filter(|place| **place != Place::Home);
    let shares = plan.shares().is_none_or(|shares| {
        let mut group_b = shares.group_b.iter();
        group_b.all(|place| *place != Place::Home)
    });
    away.count() >= usize::from(plan.data_needed()) && shares
}

/// How many of a group's safes may be gone for good once its values are with them, whichever they are.
pub(crate) fn may_be_gone(group: &Group) -> u8 {
    match (promise(&group.plan, &group.seats), group.plan.custody) {
        (Some(promise), Custody::Safes { after }) => after.saturating_sub(promise.answers),
        _ => 0,
    }
}

fn random(seats: &[Seat], dice: &mut Dice) -> Plan {
    let slots = seats.len().min(MOST_SLOTS);
    let data: Vec<Place> = (0..=dice.below(4)).map(|_| place(slots, dice)).collect();
    let mut steps = Vec::new();
    if dice.percent(30) {
        steps.push(Step::Couple);
    }
    if dice.percent(75) {
        steps.push(Step::Seal(seal(&data, slots, dice)));
    }
    if dice.percent(66) {
        steps.push(Step::Divide(match dice.percent(50) {
            true => Divide::Ranges,
            false => Divide::Threshold(small(2, 2, dice)),
        }));
    }
    for at in (1..steps.len()).rev() {
        steps.swap(at, dice.below(at + 1));
    }
    let digest = [DigestForm::Open, DigestForm::Sealed, DigestForm::Vacant];
    let mut plan = Plan {
        steps,
        data,
        quorum: small(1, 4, dice),
        digest: digest[dice.below(3)],
        hash: LegacyHash::Off,
        custody: Custody::Safes { after: 0 },
    };
    // What it promises is only said of a plan that makes sense, and all it needs is enough.
    let used = offer::slots(&plan).into_iter();
    let used = used.filter(|gets| *gets != offer::Gets::default()).count();
    plan.custody = Custody::Safes {
        after: u8::try_from(used).unwrap_or(u8::MAX),
    };
    if let Some(promise) = promise(&plan, seats) {
        let spare = usize::from(promise.safes - promise.answers) + 1;
        let after = promise.answers + small(0, spare, dice);
        plan.custody = Custody::Safes { after };
    }
    plan
}

/// A number from `from`, one of `sides`.
fn small(from: u8, sides: usize, dice: &mut Dice) -> u8 {
    from + u8::try_from(dice.below(sides)).unwrap_or(0)
}

fn place(slots: usize, dice: &mut Dice) -> Place {
    match dice.percent(10) {
        true => Place::Home,
        false => Place::At(Slot(small(0, slots, dice))),
    }
}

fn seal(data: &[Place], slots: usize, dice: &mut Dice) -> Seal {
    let local = match dice.percent(50) {
        true => LocalKey::Kept,
        false => LocalKey::Erased,
    };
    let mut free = (0..=u8::MAX).map(Slot);
    let free = free.find(|slot| !data.contains(&Place::At(*slot)));
    let to = match dice.below(4) {
        0 => Away::DataSafe,
        1 => Away::Elsewhere(free.into_iter().collect()),
        _ => Away::Shares(Shares {
            threshold: small(2, 2, dice),
            group_a: match dice.below(4) {
                0 => GroupA::None,
                1 => GroupA::WithEvery(NonZeroU8::MIN.saturating_add(small(0, 2, dice))),
                _ => GroupA::OnePerPart,
            },
            group_b: (0..dice.below(4)).map(|_| place(slots, dice)).collect(),
        }),
    };
    Seal {
        form: form(dice),
        key: match dice.percent(25) {
            true => KeyPlace::Stays,
            false => KeyPlace::Away { to, local },
        },
    }
}

pub(crate) fn form(dice: &mut Dice) -> KeyForm {
    let forms = [
        KeyForm::Key,
        KeyForm::Pair,
        KeyForm::SeedOfKey,
        KeyForm::SeedOfPair,
    ];
    forms[dice.below(4)]
}

/// The part whose confirmation is the vote of the safe in this slot: the first it releases once.
pub(crate) fn vote(plan: &Plan, slot: Slot) -> Option<(bool, u8)> {
    let first = |places: &[Place]| places.iter().position(|place| *place == Place::At(slot));
    if let Some(at) = first(&plan.data) {
        return u8::try_from(at).ok().map(|at| (true, at));
    }
    let shares = plan.shares()?;
    let coupled = match shares.group_a {
        GroupA::None => 0,
        GroupA::WithEvery(number) => usize::from(number.get()),
        GroupA::OnePerPart => plan.data.len(),
    };
    let at = first(&shares.group_b)?;
    u8::try_from(coupled + at).ok().map(|at| (false, at))
}
