//! Every rule with the example it refuses, what plans promise, and the formats of plans.

use super::super::check::{Divided, must_come_back_once};
use super::super::offer::{Offer, Stake};
use super::super::preset::Preset;
use super::super::{
    Away, Custody, DigestForm, Divide, GroupA, KeyForm, KeyPlace, LocalKey, PlanError, Seal,
    Shares, Step, Weakness,
};
use super::*;
use crate::owner::SecretKind;
use saifu_protocol::certificate::LegacyHash;
use saifu_protocol::json;
use saifu_protocol::value::{Currency, Money};

type Spoil = fn(&mut Plan);

fn places(slots: &[u8]) -> Vec<Place> {
    slots.iter().map(|slot| Place::At(Slot(*slot))).collect()
}

fn key_elsewhere(slots: &[u8]) -> Step {
    Step::Seal(Seal {
        form: KeyForm::Key,
        key: KeyPlace::Away {
            to: Away::Elsewhere(slots.iter().copied().map(Slot).collect()),
            local: LocalKey::Erased,
        },
    })
}

fn key_shared(threshold: u8, group_a: GroupA, group_b: &[u8]) -> Step {
    Step::Seal(Seal {
        form: KeyForm::Key,
        key: KeyPlace::Away {
            to: Away::Shares(Shares {
                threshold,
                group_a,
                group_b: places(group_b),
            }),
            local: LocalKey::Erased,
        },
    })
}

fn threshold(plan: &mut Plan, threshold: u8) {
    plan.steps = alloc::vec![Step::Divide(Divide::Threshold(threshold))];
}

fn refusal(from: Preset, spoil: Spoil) -> Option<PlanError> {
    let mut plan = from.plan();
    spoil(&mut plan);
    CheckedPlan::check(plan, seats(10), Class::MovieTicket, None).err()
}

type Examples = [(Preset, Spoil, PlanError); 29];

/// For each rule about a plan by itself a preset, how it is spoilt, and what is said of it.
fn examples() -> Examples {
    use Preset::{
        AnyTwoOfThree, Divided as Ranges, KeyElsewhere, KeySplit, PlainCopies, PlainCopy,
    };
    [
        (
            PlainCopy,
            |plan| plan.custody = Custody::Device,
            PlanError::CopyStaysUsable,
        ),
        (
            PlainCopy,
            |plan| plan.hash = LegacyHash::Md5,
            PlanError::LegacyHashAsked,
        ),
        (
            KeyElsewhere,
            |plan| plan.steps.push(plan.steps[0].clone()),
            PlanError::StepTwice,
        ),
        (
            AnyTwoOfThree,
            |plan| plan.steps.push(plan.steps[0].clone()),
            PlanError::StepTwice,
        ),
        (
            PlainCopy,
            |plan| plan.steps = alloc::vec![Step::Couple, Step::Couple],
            PlanError::StepTwice,
        ),
        (
            PlainCopy,
            |plan| plan.data.clear(),
            PlanError::NothingLeaves,
        ),
        (
            Ranges,
            |plan| plan.data = alloc::vec![Place::Home; 3],
            PlanError::NothingLeaves,
        ),
        (
            PlainCopies,
            |plan| plan.data[1] = Place::Home,
            PlanError::WholeCopyAtHome,
        ),
        (
            Ranges,
            |plan| plan.data = places(&[0; 33]),
            PlanError::TooManyParts,
        ),
        (
            KeySplit,
            |plan| plan.steps = alloc::vec![key_shared(2, GroupA::OnePerPart, &[1; 32])],
            PlanError::TooManyParts,
        ),
        (
            Ranges,
            |plan| plan.data = (0..11).map(|slot| Place::At(Slot(slot))).collect(),
            PlanError::TooManySafes,
        ),
        (
            AnyTwoOfThree,
            |plan| threshold(plan, 0),
            PlanError::ThresholdZero(Divided::Data),
        ),
        (
            AnyTwoOfThree,
            |plan| threshold(plan, 1),
            PlanError::ThresholdOne(Divided::Data),
        ),
        (
            AnyTwoOfThree,
            |plan| threshold(plan, 4),
            PlanError::ThresholdAboveCount {
                of: Divided::Data,
                threshold: 4,
                count: 3,
            },
        ),
        (
            KeySplit,
            |plan| plan.steps = alloc::vec![key_shared(0, GroupA::OnePerPart, &[1])],
            PlanError::ThresholdZero(Divided::Key),
        ),
        (
            KeySplit,
            |plan| plan.steps = alloc::vec![key_shared(1, GroupA::OnePerPart, &[1])],
            PlanError::ThresholdOne(Divided::Key),
        ),
        (
            KeySplit,
            |plan| plan.steps = alloc::vec![key_shared(3, GroupA::OnePerPart, &[1])],
            PlanError::ThresholdAboveCount {
                of: Divided::Key,
                threshold: 3,
                count: 2,
            },
        ),
        (Ranges, |plan| plan.data.truncate(1), PlanError::OnePiece),
        (
            PlainCopies,
            |plan| plan.data = places(&[0, 1, 0]),
            PlanError::CopiesAtOneSafe { slot: Slot(0) },
        ),
        (
            KeyElsewhere,
            |plan| plan.steps = alloc::vec![key_elsewhere(&[1, 1])],
            PlanError::CopiesAtOneSafe { slot: Slot(1) },
        ),
        (
            KeyElsewhere,
            |plan| plan.steps = alloc::vec![key_elsewhere(&[])],
            PlanError::KeyNowhere,
        ),
        (
            KeyElsewhere,
            |plan| plan.steps = alloc::vec![key_elsewhere(&[0])],
            PlanError::ElsewhereHasData { slot: Slot(0) },
        ),
        (PlainCopies, |plan| plan.quorum = 0, PlanError::QuorumZero),
        (
            PlainCopies,
            |plan| plan.quorum = 4,
            PlanError::QuorumAboveVoters {
                quorum: 4,
                voters: 3,
            },
        ),
        (
            // Whole copies included: any one of them decodes, and still a majority must confirm.
            PlainCopies,
            |plan| plan.quorum = 1,
            PlanError::QuorumAllowsTwo {
                quorum: 1,
                voters: 3,
            },
        ),
        (
            Preset::MoneyThreeOfFour,
            |plan| plan.quorum = 2,
            PlanError::QuorumAllowsTwo {
                quorum: 2,
                voters: 4,
            },
        ),
        (
            AnyTwoOfThree,
            |plan| plan.custody = Custody::Safes { after: 1 },
            PlanError::DeletesTooEarly {
                after: 1,
                needed: 2,
            },
        ),
        (
            // The data without the key are nothing.
            KeyElsewhere,
            |plan| plan.custody = Custody::Safes { after: 1 },
            PlanError::DeletesTooEarly {
                after: 1,
                needed: 2,
            },
        ),
        (
            AnyTwoOfThree,
            |plan| plan.custody = Custody::Safes { after: 4 },
            PlanError::DeletesNever { after: 4, safes: 3 },
        ),
    ]
}

#[test]
fn each_rule_refuses_its_example() {
    for (at, (from, spoil, error)) in examples().into_iter().enumerate() {
        assert_eq!(refusal(from, spoil), Some(error), "example {at}");
    }
}

/// How many rules there are: the next one gets this number.
const RULES: usize = 24;

/// No wildcard: a rule that is added does not compile here before it has a number.
fn number(error: PlanError) -> usize {
    match error {
        PlanError::StepTwice => 0,
        PlanError::NothingLeaves => 1,
        PlanError::WholeCopyAtHome => 2,
        PlanError::TooManyParts => 3,
        PlanError::TooManySafes => 4,
        PlanError::ThresholdZero(_) => 5,
        PlanError::ThresholdOne(_) => 6,
        PlanError::ThresholdAboveCount { .. } => 7,
        PlanError::OnePiece => 8,
        PlanError::CopiesAtOneSafe { .. } => 9,
        PlanError::KeyNowhere => 10,
        PlanError::ElsewhereHasData { .. } => 11,
        PlanError::TooFewSafes { .. } => 12,
        PlanError::SlotNotSeated { .. } => 13,
        PlanError::SafeTwice { .. } => 14,
        PlanError::OperatorTwice { .. } => 15,
        PlanError::QuorumZero => 16,
        PlanError::QuorumAboveVoters { .. } => 17,
        PlanError::QuorumAllowsTwo { .. } => 18,
        PlanError::DeletesTooEarly { .. } => 19,
        PlanError::DeletesNever { .. } => 20,
        PlanError::CopyStaysUsable => 21,
        PlanError::LegacyHashAsked => 22,
        PlanError::SecretTooWeak => 23,
    }
}

/// And none may be without an example, here or among the tests of seats below.
#[test]
fn every_rule_has_an_example() {
    let seats_that = |spoil: fn(&mut Vec<Seat>)| {
        let mut seats = seats(3);
        spoil(&mut seats);
        check_with(seats)
    };
    let of_seats = [
        seats_that(|seats| seats.truncate(2)),
        seats_that(|seats| seats[1].slot = Slot(7)),
        seats_that(|seats| seats[2].safe = seats[0].safe),
        seats_that(|seats| seats[2].operator = seats[0].operator.clone()),
    ];
    let of_plans = examples().map(|(.., error)| Some(error));
    let stake = Stake::NONE.behind(SecretKind::FairPassword);
    let money = Offer::of(Preset::MoneyThreeOfFour.plan(), &[], &[], stake);
    let of_secret = money.checked.err();
    let all = of_plans
        .into_iter()
        .chain(of_seats)
        .chain([of_secret])
        .flatten();
    let mut numbers: Vec<usize> = all.map(number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert!(numbers.into_iter().eq(0..RULES));
}

fn check_with(seats: Vec<Seat>) -> Option<PlanError> {
    CheckedPlan::check(
        Preset::AnyTwoOfThree.plan(),
        seats,
        Class::MovieTicket,
        None,
    )
    .err()
}

#[test]
fn two_safes_of_one_operator_never_count_as_two() {
    let mut two = seats(3);
    two[2].operator = Operator::named(" OPERATOR 0 ");
    assert_eq!(
        check_with(two),
        Some(PlanError::OperatorTwice { slot: Slot(2) })
    );
}

#[test]
fn key_elsewhere_at_the_same_operator_is_refused() {
    let mut one = seats(2);
    one[1].operator = one[0].operator.clone();
    let plan = Preset::KeyElsewhere.plan();
    let error = CheckedPlan::check(plan, one, Class::Coupon, None).unwrap_err();
    assert_eq!(error, PlanError::OperatorTwice { slot: Slot(1) });
}

#[test]
fn every_slot_has_one_safe_and_every_safe_one_slot() {
    assert_eq!(
        check_with(seats(2)),
        Some(PlanError::TooFewSafes {
            needed: 3,
            given: 2
        })
    );
    let mut other = seats(3);
    other[1].slot = Slot(7);
    assert_eq!(
        check_with(other),
        Some(PlanError::SlotNotSeated { slot: Slot(1) })
    );
    let mut double = seats(4);
    double[3].slot = Slot(0);
    assert_eq!(
        check_with(double),
        Some(PlanError::SlotNotSeated { slot: Slot(0) })
    );
    let mut same = seats(3);
    same[2].safe = same[0].safe;
    assert_eq!(
        check_with(same),
        Some(PlanError::SafeTwice { slot: Slot(2) })
    );
}

#[test]
fn only_a_coupon_without_an_amount_may_come_back_twice() {
    let yen = |amount| {
        Some(Money {
            amount,
            currency: Currency::Jpy,
        })
    };
    for class in Class::ALL {
        assert_eq!(must_come_back_once(class, None), class != Class::Coupon);
    }
    assert!(must_come_back_once(Class::Coupon, yen(1)));
    assert!(!must_come_back_once(Class::Coupon, yen(0)));

    let mut lax = Preset::PlainCopies.plan();
    lax.quorum = 1;
    let check = |amount| CheckedPlan::check(lax.clone(), seats(3), Class::Coupon, amount);
    let allowed = check(None).unwrap();
    assert!(allowed.weaknesses().contains(&Weakness::MayComeBackTwice));
    assert_eq!(allowed.promise().may_cheat, 0);
    assert!(matches!(
        check(yen(100)),
        Err(PlanError::QuorumAllowsTwo { .. })
    ));
}

/// safes, voters, quorum, may cheat, may be dead, readers
type Numbers = (u8, u8, u8, u8, u8, Option<u8>);

#[test]
fn presets_promise_what_their_names_say() {
    use Weakness::{
        AllAtOneSafe, DigestsAgree, OnlyThisWalletOpens, SafeCouldRead, SafeCouldReadPiece,
    };
    let all =
        |weakness: fn(Slot) -> Weakness, slots: u8| (0..slots).map(move |n| weakness(Slot(n)));
    let pieces: Vec<Weakness> = all(SafeCouldReadPiece, 3).collect();
    let copies: Vec<Weakness> = all(SafeCouldRead, 3).chain([DigestsAgree]).collect();
    let table: [(Preset, Numbers, &[Weakness]); 25] = [
        (
            Preset::OneSafeSealed,
            (1, 1, 1, 0, 0, None),
            &[OnlyThisWalletOpens],
        ),
        (Preset::KeyKeptElsewhere, (2, 1, 1, 0, 0, Some(2)), &[]),
        (Preset::AnyTwoOfThree, (3, 3, 2, 0, 1, Some(2)), &[]),
        (Preset::MoneyThreeOfFour, (4, 4, 3, 1, 1, Some(3)), &[]),
        (
            Preset::PlainCopy,
            (1, 1, 1, 0, 0, Some(1)),
            &[SafeCouldRead(Slot(0))],
        ),
        (Preset::PlainCopies, (3, 3, 2, 0, 1, Some(1)), &copies),
        (
            Preset::SealedByCommonKey,
            (1, 1, 1, 0, 0, None),
            &[OnlyThisWalletOpens],
        ),
        (
            Preset::SealedByPublicKey,
            (1, 1, 1, 0, 0, None),
            &[OnlyThisWalletOpens],
        ),
        (
            Preset::KeyRegistered,
            (1, 1, 1, 0, 0, Some(1)),
            &[SafeCouldRead(Slot(0))],
        ),
        (Preset::KeyElsewhere, (2, 1, 1, 0, 0, Some(2)), &[]),
        (Preset::Divided, (3, 3, 3, 2, 0, Some(3)), &pieces),
        (
            Preset::DividedThenSealed,
            (3, 3, 3, 2, 0, None),
            &[OnlyThisWalletOpens],
        ),
        (
            Preset::SealedThenDivided,
            (3, 3, 3, 2, 0, None),
            &[OnlyThisWalletOpens],
        ),
        (
            Preset::PieceStaysHome,
            (2, 2, 2, 1, 0, None),
            &[OnlyThisWalletOpens],
        ),
        (
            Preset::CoupledThenSealed,
            (1, 1, 1, 0, 0, None),
            &[OnlyThisWalletOpens],
        ),
        (
            Preset::SealedThenCoupled,
            (1, 1, 1, 0, 0, None),
            &[OnlyThisWalletOpens],
        ),
        (Preset::KeySplit, (2, 2, 2, 1, 0, Some(2)), &[]),
        (Preset::KeySplitInThree, (3, 3, 2, 0, 0, Some(2)), &[]),
        (Preset::PieceWithShare, (2, 2, 2, 1, 0, Some(2)), &[]),
        (Preset::SourceOfPairSplit, (2, 2, 2, 1, 0, Some(2)), &[]),
        (
            Preset::KeySplitAtOneSafe,
            (1, 1, 1, 0, 0, Some(1)),
            &[SafeCouldRead(Slot(0)), AllAtOneSafe(Slot(0))],
        ),
        (Preset::SeedElsewhere, (2, 1, 1, 0, 0, Some(2)), &[]),
        (Preset::SeedOfPairElsewhere, (2, 1, 1, 0, 0, Some(2)), &[]),
        (
            Preset::SeedWithData,
            (1, 1, 1, 0, 0, Some(1)),
            &[SafeCouldRead(Slot(0))],
        ),
        (Preset::SeedSplit, (2, 2, 2, 1, 0, Some(2)), &[]),
    ];
    let named = Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS);
    assert!(named.eq(table.iter().map(|(name, ..)| *name)));
    for (name, numbers, weaknesses) in table {
        let plan = preset(name);
        let it = plan.promise();
        let found: Numbers = (
            it.safes,
            it.voters,
            it.quorum,
            it.may_cheat,
            it.may_be_dead,
            it.readers,
        );
        assert_eq!(found, numbers, "{name:?}");
        assert_eq!(plan.weaknesses(), weaknesses, "{name:?}");
    }
}

/// "Any two open" is said of a key in three; the value lies at one safe all the same.
#[test]
fn a_safe_that_is_needed_in_any_case_is_told_from_those_that_may_be_gone() {
    for (name, needed, others) in [
        (Preset::KeySplitInThree, 1, 1),
        (Preset::KeyKeptElsewhere, 1, 1),
        (Preset::KeyElsewhere, 2, 0),
        (Preset::PlainCopy, 1, 0),
        (Preset::Divided, 3, 0),
        (Preset::AnyTwoOfThree, 0, 1),
        (Preset::MoneyThreeOfFour, 0, 1),
    ] {
        let plan = preset(name);
        let promise = plan.promise();
        let found = (promise.indispensable, promise.others_may_be_dead);
        assert_eq!(found, (needed, others), "{name:?}");
    }
}

#[test]
fn may_cheat_is_the_largest_f_below_2k_minus_n() {
    for voters in 1..=10_u8 {
        for quorum in 1..=voters {
            let mut plan = Preset::PlainCopies.plan();
            plan.data = (0..voters).map(|slot| Place::At(Slot(slot))).collect();
            plan.quorum = quorum;
            plan.custody = Custody::Safes { after: voters };
            let Ok(plan) = CheckedPlan::check(plan, seats(10), Class::GiftCard, None) else {
                assert!(2 * quorum <= voters);
                continue;
            };
            let f = plan.promise().may_cheat;
            assert!(2 * quorum - voters > f && 2 * quorum - voters <= f + 1);
            assert_eq!(plan.promise().may_be_dead, voters - quorum);
        }
    }
}

#[test]
fn weak_forms_are_valid_and_said() {
    let mut plan = Preset::AnyTwoOfThree.plan();
    plan.data = places(&[0, 0, 0]);
    plan.quorum = 1;
    plan.custody = Custody::Safes { after: 1 };
    let weak = checked(plan);
    assert_eq!(
        weak.weaknesses(),
        [
            Weakness::SafeCouldRead(Slot(0)),
            Weakness::AllAtOneSafe(Slot(0))
        ]
    );
    let mut early = Preset::AnyTwoOfThree.plan();
    early.custody = Custody::Safes { after: 2 };
    assert_eq!(
        checked(early).weaknesses(),
        [Weakness::DeletedBeforeComplete]
    );
    let mut open = Preset::AnyTwoOfThree.plan();
    open.digest = DigestForm::Open;
    assert_eq!(checked(open).weaknesses(), [Weakness::DigestsAgree]);
}

/// A range of a ciphertext opens like the whole: a safe with one range and the key reads that range.
#[test]
fn a_safe_with_a_range_and_the_key_could_read_the_range() {
    let mut plan = Preset::SealedThenDivided.plan();
    let Some(Step::Seal(seal)) = plan.steps.first_mut() else {
        panic!("the preset seals first");
    };
    seal.key = KeyPlace::Away {
        to: Away::DataSafe,
        local: LocalKey::Kept,
    };
    let weak = checked(plan);
    assert_eq!(weak.promise().readers, Some(3));
    let pieces = (0..3).map(|slot| Weakness::SafeCouldReadPiece(Slot(slot)));
    assert!(pieces.eq(weak.weaknesses().iter().copied()));
}

#[test]
fn parts_go_to_the_safes_that_were_chosen() {
    let plan = preset(Preset::KeyElsewhere);
    assert_eq!(plan.safe(Place::At(Slot(1))), Some(SafeId::new([1; 32])));
    assert_eq!(plan.safe(Place::Home), None);
    assert_eq!(plan.seats().len(), 2, "only those that are used");
}

#[test]
fn plans_read_back_and_their_format_is_pinned() {
    // Wallets keep the plans their owners made, and parts name theirs by the hash of this text.
    for name in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
        let plan = name.plan();
        assert_eq!(json::read::<Plan>(&json::write(&plan)), Ok(plan));
    }
    let text = |name: Preset| alloc::string::String::from_utf8(json::write(&name.plan())).unwrap();
    assert_eq!(
        text(Preset::AnyTwoOfThree),
        concat!(
            r#"{"steps":[{"divide":{"threshold":2}}],"data":[{"at":0},{"at":1},{"at":2}],"quorum":2,"#,
            r#""digest":"sealed","hash":"off","custody":{"safes":{"after":3}}}"#
        )
    );
    assert_eq!(
        text(Preset::SeedSplit),
        concat!(
            r#"{"steps":[{"seal":{"form":"seed-of-key","key":{"away":{"to":{"shares":{"threshold":2,"#,
            r#""group_a":{"with-every":1},"group_b":[{"at":1}]}},"local":"erased"}}}}],"#,
            r#""data":[{"at":0}],"quorum":2,"digest":"sealed","hash":"off","custody":{"safes":{"after":2}}}"#
        )
    );
    assert_eq!(
        text(Preset::PieceStaysHome),
        concat!(
            r#"{"steps":[{"seal":{"form":"key","key":"stays"}},{"divide":"ranges"}],"#,
            r#""data":[{"at":0},{"at":1},"home"],"quorum":2,"digest":"sealed","hash":"off","#,
            r#""custody":{"safes":{"after":2}}}"#
        )
    );
}
