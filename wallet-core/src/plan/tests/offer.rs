//! What is offered: which safes take part, and which protection a value gets by default.

use super::super::check::Operator;
use super::super::offer::{
    Advice, Candidate, Gets, Meant, Offer, Stake, advise, fits, key_plan, promise, seat, slots,
};
use super::super::policy::Policy;
use super::super::preset::Preset;
use super::super::{KeyForm, LocalKey, PlanError, Slot};
use crate::ids::ItemId;
use crate::intent::Intent;
use crate::owner::SecretKind;
use crate::view::{Amount, Reach};
use alloc::string::ToString;
use alloc::vec::Vec;
use saifu_protocol::SafeId;
use saifu_protocol::value::{Class, Currency, Money};

fn safe(number: u8, operator: &str, reach: Reach) -> Candidate {
    Candidate {
        id: SafeId::new([number; 32]),
        operator: Operator::named(operator),
        reach,
    }
}

fn four() -> Vec<Candidate> {
    let safe = |number: u8| safe(number, &number.to_string(), Reach::Answers);
    (1..=4).map(safe).collect()
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

const TICKET: Stake = Stake {
    class: Class::MovieTicket,
    money: None,
    behind: SecretKind::Words,
};
const RICH: Stake = Stake {
    class: Class::GiftCard,
    money: Some(Money {
        amount: 20_000,
        currency: Currency::Jpy,
    }),
    behind: SecretKind::Words,
};

#[test]
fn default_is_what_the_rules_say_as_far_as_there_are_safes() {
    let of = |values: &[Stake], count: usize| {
        advise(&Policy::default(), values, &four()[..count]).preset
    };
    assert_eq!(of(&[Stake::NONE], 4), Preset::OneSafeSealed);
    assert_eq!(of(&[TICKET], 4), Preset::AnyTwoOfThree);
    assert_eq!(of(&[Stake::NONE, TICKET], 4), Preset::AnyTwoOfThree);
    assert_eq!(of(&[RICH, Stake::NONE], 4), Preset::MoneyThreeOfFour);
    assert_eq!(of(&[RICH], 3), Preset::AnyTwoOfThree);
    assert_eq!(of(&[RICH], 2), Preset::KeyKeptElsewhere);
    assert_eq!(of(&[RICH], 1), Preset::OneSafeSealed);
    assert_eq!(of(&[RICH], 0), Preset::OneSafeSealed);
}

#[test]
fn what_the_rules_mean_is_said_where_safes_are_lacking_for_it() {
    let of = |stake, count: usize| advise(&Policy::default(), &[stake], &four()[..count]);
    let meant = |preset, lacks| Some(Meant { preset, lacks });
    for (stake, count, said) in [
        (RICH, 4, None),
        (RICH, 3, meant(Preset::MoneyThreeOfFour, 1)),
        (RICH, 1, meant(Preset::MoneyThreeOfFour, 3)),
        (TICKET, 3, None),
        (TICKET, 2, meant(Preset::AnyTwoOfThree, 1)),
        (Stake::NONE, 1, None),
    ] {
        assert_eq!(of(stake, count).meant, said, "{stake:?} {count}");
    }
    let twins = [
        safe(1, "A", Reach::Answers),
        safe(2, "a", Reach::Answers),
        safe(3, "B", Reach::Answers),
    ];
    let advice = advise(&Policy::default(), &[TICKET], &twins);
    let preset = Preset::KeyKeptElsewhere;
    let meant = meant(Preset::AnyTwoOfThree, 1);
    assert_eq!(advice, Advice { preset, meant }, "one operator is one safe");
}

#[test]
fn what_is_unknown_is_taken_for_what_asks_the_most() {
    let yen = |minor| Amount {
        minor,
        currency: "JPY".into(),
    };
    assert_eq!(Stake::of("gift-card", Some(&yen(20_000))), RICH);
    assert_eq!(Stake::of("of-tomorrow", None).class, Class::GiftCard);
    let strange = Amount {
        currency: "QQQ".into(),
        ..yen(5)
    };
    assert_eq!(Stake::of("coupon", Some(&strange)), Stake::NONE);
    assert_eq!(Stake::highest(&[Stake::NONE, TICKET]), TICKET);
    assert_eq!(Stake::highest(&[]), Stake::NONE);
}

#[test]
fn slots_say_what_they_get() {
    let both = |preset: Preset| slots(&preset.plan());
    let [data, key, share] = [
        (true, false, false),
        (false, true, false),
        (false, false, true),
    ]
    .map(|(data, key, share)| Gets { data, key, share });
    assert_eq!(both(Preset::AnyTwoOfThree), [data; 3]);
    assert_eq!(both(Preset::KeyKeptElsewhere), [data, key]);
    let shared = Gets {
        share: true,
        ..data
    };
    assert_eq!(both(Preset::KeySplitInThree), [shared, share, share]);
    assert_eq!(both(Preset::SeedWithData), [Gets { key: true, ..data }]);
    assert_eq!(both(Preset::PieceWithShare), [shared; 2]);
}

#[test]
fn a_key_can_go_to_as_many_safes_as_there_are_but_not_to_none() {
    let safes = four();
    let ids: Vec<SafeId> = safes.iter().map(|safe| safe.id).collect();
    for count in 0..=4 {
        for form in [KeyForm::Key, KeyForm::SeedOfPair] {
            for local in [LocalKey::Kept, LocalKey::Erased] {
                let plan = key_plan(form, count, local);
                let taken = ids[..count].to_vec();
                let offer = Offer::at(plan, &safes, taken, Stake::NONE);
                assert_eq!(offer.checked.is_ok(), count > 0);
            }
        }
    }
}

#[test]
fn every_named_plan_fits_where_there_are_safes_enough() {
    let safes = four();
    for preset in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
        let needed = slots(&preset.plan()).len();
        assert!(fits(preset, &safes, RICH).is_ok(), "{preset:?}");
        assert!(promise(preset).is_some(), "{preset:?}");
        let given = needed - 1;
        let few = fits(preset, &safes[..given], RICH);
        let error = PlanError::TooFewSafes { needed, given };
        assert_eq!(few.err(), Some(error), "{preset:?}");
    }
}

#[test]
fn a_safe_that_is_not_known_is_named_by_its_slot() {
    let safes = four();
    let strange = SafeId::new([9; 32]);
    let taken = [safes[0].id, strange, safes[2].id].to_vec();
    let offer = Offer::at(Preset::AnyTwoOfThree.plan(), &safes, taken, TICKET);
    let slot = Slot(1);
    assert_eq!(offer.checked.err(), Some(PlanError::SlotNotSeated { slot }));
}

#[test]
fn a_value_as_it_is_at_one_safe_is_read_by_it_and_everything_else_goes_by_a_plan() {
    let values = || [ItemId::new([1; 16])].to_vec();
    let wish = |preset: Preset| {
        let offer = Offer::of(preset.plan(), &four(), &[], TICKET);
        offer.wish(values(), None)
    };
    let safe = SafeId::new([1; 32]);
    let plain = Intent::BackUp {
        values: values(),
        safe,
    };
    assert_eq!(wish(Preset::PlainCopy), plain);
    let sealed = Intent::Protect {
        values: values(),
        plan: Preset::OneSafeSealed.plan(),
        safes: [safe].to_vec(),
        key: None,
    };
    assert_eq!(wish(Preset::OneSafeSealed), sealed);
}

#[test]
fn behind_a_weak_password_no_money_is_backed_up_by_any_plan() {
    let safes = four();
    let refusal =
        |preset: Preset, stake: Stake| Offer::of(preset.plan(), &safes, &[], stake).checked.err();
    let weak = Some(PlanError::SecretTooWeak);
    for preset in Preset::OFFERED {
        for (kind, then) in [
            (SecretKind::Words, None),
            (SecretKind::StrongPassword, None),
            (SecretKind::FairPassword, weak),
        ] {
            let refused = refusal(preset, RICH.behind(kind));
            assert_eq!(refused == weak, then == weak, "{preset:?} {kind:?}");
        }
        // What is no money goes, but not by the plan that is named after it.
        let is_named_so = preset == Preset::MoneyThreeOfFour;
        let ticket = refusal(preset, TICKET.behind(SecretKind::FairPassword));
        assert_eq!(ticket == weak, is_named_so, "{preset:?}");
    }
    // Said before anything else: other safes do not help against it.
    let nowhere = Offer::of(
        Preset::MoneyThreeOfFour.plan(),
        &[],
        &[],
        RICH.behind(SecretKind::FairPassword),
    );
    assert_eq!(nowhere.checked.err(), weak);
    assert_eq!(Stake::highest(&[Stake::NONE, TICKET, RICH]), RICH);
}
