//! Choosing a protection: which safes take the slots of a plan, whether it fits them, and what is chosen if the owner
//! does not. Pure; whether a plan is sound is the core's to say.

use saifu_protocol::SafeId;
use saifu_protocol::certificate::LegacyHash;
use saifu_protocol::value::{Class, Currency, Money};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::plan::check::{Operator, must_come_back_once};
use saifu_wallet_core::plan::policy::Policy;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{
    Away, CheckedPlan, Custody, DigestForm, GroupA, KeyForm, KeyPlace, LocalKey, Place, Plan,
    PlanError, Promise, Seal, Seat, Slot, Step,
};
use saifu_wallet_core::view::{Amount, Reach, SafeCard};

/// What is protected, as far as plans ask: its class and what it is worth.
pub(crate) type Worth = (Class, Option<Money>);

/// What a value shows, as plans ask for it. A class this version does not know is taken for one that asks the most.
pub(crate) fn worth(class: &str, amount: Option<&Amount>) -> Worth {
    let class = Class::from_code(class).unwrap_or(Class::GiftCard);
    let money = amount.and_then(|amount| {
        Some(Money {
            amount: amount.minor,
            currency: Currency::from_code(&amount.currency)?,
        })
    });
    (class, money)
}

/// Of several values the one that asks the most of a plan.
pub(crate) fn asks_most(values: &[Worth]) -> Worth {
    let once = |(class, money): &&Worth| must_come_back_once(*class, *money);
    let most = values.iter().find(once).or(values.first());
    most.copied().unwrap_or((Class::Coupon, None))
}

/// What each slot gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Gets {
    /// The value, or a piece of it.
    pub(crate) data: bool,
    /// The whole key, or the seed.
    pub(crate) key: bool,
    /// A share of the key.
    pub(crate) share: bool,
}

/// The slots of a plan, that of number 0 first.
pub(crate) fn slots(plan: &Plan) -> Vec<Gets> {
    let mut slots = Vec::new();
    let mut give = |slot: Slot, to: fn(&mut Gets)| {
        let at = usize::from(slot.0);
        if slots.len() <= at {
            slots.resize(at + 1, Gets::default());
        }
        slots.get_mut(at).into_iter().for_each(to);
    };
    let away = plan.seal().and_then(|seal| match &seal.key {
        KeyPlace::Away { to, .. } => Some(to),
        KeyPlace::Stays => None,
    });
    for place in &plan.data {
        let Place::At(slot) = *place else { continue };
        give(slot, |gets| gets.data = true);
        match away {
            Some(Away::DataSafe) => give(slot, |gets| gets.key = true),
            Some(Away::Shares(shares)) if shares.group_a != GroupA::None => {
                give(slot, |gets| gets.share = true);
            }
            Some(Away::Shares(_) | Away::Elsewhere(_)) | None => {}
        }
    }
    match away {
        Some(Away::Elsewhere(slots)) => {
            for slot in slots {
                give(*slot, |gets| gets.key = true);
            }
        }
        Some(Away::Shares(shares)) => {
            for place in &shares.group_b {
                if let Place::At(slot) = *place {
                    give(slot, |gets| gets.share = true);
                }
            }
        }
        Some(Away::DataSafe) | None => {}
    }
    slots
}

/// Which safe takes which of `count` slots: what the owner chose, and for the rest safes of operators that have none yet,
/// those that answer before the others. Ends where there is none left.
pub(crate) fn seat(count: usize, safes: &[SafeCard], chosen: &[Option<SafeId>]) -> Vec<SafeId> {
    let mut seats: Vec<Option<&SafeCard>> = (0..count)
        .map(|slot| {
            let id = (*chosen.get(slot)?)?;
            safes.iter().find(|safe| safe.id == id)
        })
        .collect();
    for slot in 0..count {
        if seats.get(slot).is_some_and(Option::is_none) {
            let free = [Reach::Answers, Reach::Unknown, Reach::Silent]
                .into_iter()
                .find_map(|reach| {
                    safes.iter().find(|safe| {
                        let same = |other: &&&SafeCard| {
                            Operator::named(&other.operator) == Operator::named(&safe.operator)
                        };
                        safe.reach == reach && seats.iter().flatten().all(|other| !same(&other))
                    })
                });
            seats[slot] = free;
        }
    }
    let seats = seats.into_iter().map_while(|safe| safe);
    seats.map(|safe| safe.id).collect()
}

/// What the owner wants. A value as it is at one safe goes the way of the first embodiment: the safe reads it and makes the
/// digest.
pub(crate) fn wish(
    values: &[ItemId],
    plan: &Plan,
    safes: &[SafeId],
    key: Option<ItemId>,
) -> Intent {
    let values = values.to_vec();
    match safes {
        [safe] if *plan == Preset::PlainCopy.plan() => Intent::BackUp {
            values,
            safe: *safe,
        },
        _ => Intent::Protect {
            values,
            plan: plan.clone(),
            safes: safes.to_vec(),
            key,
        },
    }
}

/// Checks a plan as the wallet will.
///
/// # Errors
/// Why the plan does not fit.
pub(crate) fn check(
    plan: &Plan,
    safes: &[SafeCard],
    seats: &[SafeId],
    (class, money): Worth,
) -> Result<CheckedPlan, PlanError> {
    let seat = |(slot, id): (u8, &SafeId)| {
        let safe = safes.iter().find(|safe| safe.id == *id)?;
        Some(Seat {
            slot: Slot(slot),
            safe: safe.id,
            operator: Operator::named(&safe.operator),
        })
    };
    let seats = (0..=u8::MAX).zip(seats).filter_map(seat).collect();
    CheckedPlan::check(plan.clone(), seats, class, money)
}

/// A preset with the safes that are picked for it.
pub(crate) fn fits(
    preset: Preset,
    safes: &[SafeCard],
    worth: Worth,
) -> Result<CheckedPlan, PlanError> {
    let plan = preset.plan();
    let seats = seat(slots(&plan).len(), safes, &[]);
    check(&plan, safes, &seats, worth)
}

/// What a preset promises wherever there are safes for it.
pub(crate) fn promise(preset: Preset) -> Option<Promise> {
    let plan = preset.plan();
    let count = u8::try_from(slots(&plan).len()).ok()?;
    let seat = |slot: u8| Seat {
        slot: Slot(slot),
        safe: SafeId::new([slot; 32]),
        operator: Operator::named(&slot.to_string()),
    };
    let seats = (0..count).map(seat).collect();
    let checked = CheckedPlan::check(plan, seats, Class::Coupon, None);
    checked.ok().map(|checked| *checked.promise())
}

/// A whole copy of a key at each of so many safes. No data go there; a plan has places for them all the same.
pub(crate) fn key_plan(form: KeyForm, safes: usize, erased: bool) -> Plan {
    let count = u8::try_from(safes).unwrap_or(u8::MAX);
    let local = match erased {
        true => LocalKey::Erased,
        false => LocalKey::Kept,
    };
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

/// What is chosen if the owner does not: the strongest of what the rules say of each value, as far as there are safes for
/// it, else the strongest there are safes for.
pub(crate) fn default_preset(policy: &Policy, values: &[Worth], safes: &[SafeCard]) -> Preset {
    let strength = |preset: Preset| Preset::OFFERED.iter().position(|it| *it == preset);
    let mut wanted = None;
    for (class, money) in values {
        let preset = policy.choose(*class, *money);
        if strength(preset) >= wanted.and_then(strength) {
            wanted = Some(preset);
        }
    }
    let worth = asks_most(values);
    let can_be = |preset: &Preset| fits(*preset, safes, worth).is_ok();
    let strongest = Preset::OFFERED.into_iter().rev().find(can_be);
    let wanted = wanted.filter(|it| strength(*it).is_some() && can_be(it));
    wanted.or(strongest).unwrap_or(Preset::OneSafeSealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe(number: u8, operator: &str, reach: Reach) -> SafeCard {
        SafeCard {
            id: SafeId::new([number; 32]),
            address: format!("https://{number}.example"),
            operator: operator.into(),
            jurisdiction: String::new(),
            fingerprint: String::new(),
            certificates: 0,
            kept: 0,
            ending: 0,
            forgettable: true,
            reach,
            answered_at: None,
            asking: false,
            legacy_hash: false,
        }
    }

    fn numbers(seats: &[SafeId]) -> Vec<u8> {
        seats.iter().map(|id| id.as_bytes()[0]).collect()
    }

    #[test]
    fn safes_that_answer_come_first_and_no_operator_twice() {
        let safes = [
            safe(1, "A", Reach::Silent),
            safe(2, "B", Reach::Unknown),
            safe(3, "b ", Reach::Answers),
            safe(4, "C", Reach::Answers),
        ];
        assert_eq!(numbers(&seat(3, &safes, &[])), [3, 4, 1]);
        assert_eq!(numbers(&seat(4, &safes, &[])), [3, 4, 1], "no fourth");
        let chosen = [None, Some(safes[2].id)];
        assert_eq!(numbers(&seat(2, &safes, &chosen)), [4, 3]);
    }

    const TICKET: Worth = (Class::MovieTicket, None);
    const COUPON: Worth = (Class::Coupon, None);
    const RICH: Worth = (
        Class::GiftCard,
        Some(Money {
            amount: 20_000,
            currency: Currency::Jpy,
        }),
    );

    #[test]
    fn default_is_what_the_rules_say_as_far_as_there_are_safes() {
        let safes: Vec<SafeCard> = ["A", "B", "C", "D"]
            .into_iter()
            .zip(1..)
            .map(|(name, number)| safe(number, name, Reach::Answers))
            .collect();
        let of = |values: &[Worth], count: usize| {
            default_preset(&Policy::default(), values, &safes[..count])
        };
        assert_eq!(of(&[COUPON], 4), Preset::OneSafeSealed);
        assert_eq!(of(&[TICKET], 4), Preset::AnyTwoOfThree);
        assert_eq!(of(&[COUPON, TICKET], 4), Preset::AnyTwoOfThree);
        assert_eq!(of(&[RICH, COUPON], 4), Preset::MoneyThreeOfFour);
        assert_eq!(of(&[RICH], 3), Preset::AnyTwoOfThree);
        assert_eq!(of(&[RICH], 2), Preset::KeyKeptElsewhere);
        assert_eq!(of(&[RICH], 1), Preset::OneSafeSealed);
        assert_eq!(of(&[RICH], 0), Preset::OneSafeSealed);
    }

    #[test]
    fn slots_say_what_they_get() {
        let both = |preset: Preset| slots(&preset.plan());
        let data = Gets {
            data: true,
            ..Gets::default()
        };
        let key = Gets {
            key: true,
            ..Gets::default()
        };
        let share = Gets {
            share: true,
            ..Gets::default()
        };
        assert_eq!(both(Preset::AnyTwoOfThree), [data; 3]);
        assert_eq!(both(Preset::KeyKeptElsewhere), [data, key]);
        let shared = Gets {
            share: true,
            ..data
        };
        assert_eq!(both(Preset::KeySplitInThree), [shared, share, share]);
        assert_eq!(both(Preset::SeedWithData), [Gets { key: true, ..data }]);
    }

    #[test]
    fn a_key_can_go_to_as_many_safes_as_there_are_but_not_to_none() {
        let safes: Vec<SafeCard> = (1..=4)
            .map(|number| safe(number, &number.to_string(), Reach::Answers))
            .collect();
        let ids: Vec<SafeId> = safes.iter().map(|safe| safe.id).collect();
        for count in 0..=4 {
            for form in [KeyForm::Key, KeyForm::SeedOfPair] {
                for erased in [false, true] {
                    let plan = key_plan(form, count, erased);
                    let checked = check(&plan, &safes, &ids[..count], asks_most(&[]));
                    assert_eq!(checked.is_ok(), count > 0);
                }
            }
        }
    }

    #[test]
    fn every_named_plan_fits_where_there_are_safes_enough() {
        let safes: Vec<SafeCard> = (1..=4)
            .map(|number| safe(number, &number.to_string(), Reach::Answers))
            .collect();
        for preset in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
            let needed = slots(&preset.plan()).len();
            assert!(fits(preset, &safes, RICH).is_ok(), "{preset:?}");
            assert!(promise(preset).is_some(), "{preset:?}");
            let few = fits(preset, &safes[..needed - 1], RICH);
            assert_eq!(
                few.err(),
                Some(PlanError::TooFewSafes {
                    needed,
                    given: needed - 1
                }),
                "{preset:?}"
            );
        }
    }
}
