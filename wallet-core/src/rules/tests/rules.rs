//! Rules of a wallet: the shipped ones, what is refused, how they are stored; and what of a selection is moved.

use super::super::trigger::{EVENING, MORNING, Trigger, Unusable};
use super::*;
use crate::plan::policy::{self, Policy};
use crate::plan::preset::Preset;
use alloc::boxed::Box;
use alloc::string::String;
use saifu_protocol::{SafeId, json};

fn rule_id(number: u8) -> RuleId {
    RuleId::new([number; 16])
}

pub(super) fn rule(number: u8, which: Condition, does: Does) -> Rule {
    Rule {
        id: rule_id(number),
        name: "mine".into(),
        state: RuleState::On,
        which,
        when: Trigger::Any(alloc::vec![Trigger::At(EVENING), Trigger::At(MORNING)]),
        does,
    }
}

pub(super) fn back_up() -> Does {
    Does::BackUp(BackUp {
        how: How::Sealed,
        safes: Vec::new(),
    })
}

pub(super) fn fetch(leave_free: u64) -> Does {
    Does::Fetch(Fetch { leave_free })
}

pub(super) fn usable_within(days: u16) -> Condition {
    Condition::UsableWithin(Period::Days(days))
}

fn always() -> Condition {
    Condition::All(Vec::new())
}

fn rules(list: Vec<Rule>) -> Rules {
    Rules::try_from(list).unwrap()
}

#[test]
fn two_rules_are_shipped_and_off() {
    let rules = Rules::default();
    let ids: Vec<RuleId> = rules.iter().map(|rule| rule.id).collect();
    assert_eq!(ids, Shipped::ALL.map(Shipped::id));
    for rule in rules.iter() {
        assert_eq!(rule.state, RuleState::Off);
        assert_eq!(rule.check(), Ok(()));
        assert_eq!(rule.does, back_up());
        assert!(Shipped::of(rule.id).is_some());
    }
}

#[test]
fn held_longer_than_30_days_is_from_the_31st_day_on() {
    let condition = Shipped::HeldLongerThan30Days.rule().which;
    let value = summary(&ticket("", ""), "2000-03-15");
    let subject = [Subject::of_summary(id(1), &value, Lock::Free)];
    for (today, expected) in [("2000-04-14", 0), ("2000-04-15", 1)] {
        let found = select(&condition, &subject, &around(today)).unwrap();
        assert_eq!(found.selected.len(), expected, "{today}");
    }
}

#[test]
fn reset_restores_what_was_shipped_and_leaves_the_owners_own() {
    let own = rule(9, always(), back_up());
    let mut rules = Rules::default();
    rules.put(own.clone()).unwrap();
    let mut changed = Shipped::NotUsableWithinAMonth.rule();
    changed.state = RuleState::On;
    changed.which = always();
    rules.put(changed).unwrap();
    rules.remove(Shipped::HeldLongerThan30Days.id());
    assert_eq!(rules.iter().count(), 2);
    rules.restore_shipped();
    let expected = [
        Shipped::NotUsableWithinAMonth.rule(),
        Shipped::HeldLongerThan30Days.rule(),
        own,
    ];
    assert!(rules.iter().eq(&expected));
}

#[test]
fn what_no_rule_can_be_is_refused() {
    let good = rule(1, always(), back_up());
    let deep = (0..limits::MAX_DEPTH).fold(always(), |it, _| Condition::Not(Box::new(it)));
    let safes = |safes: &[u8]| {
        let safes = safes
            .iter()
            .map(|number| SafeId::new([*number; 32]))
            .collect();
        let how = How::Preset(Preset::AnyTwoOfThree);
        Does::BackUp(BackUp { how, safes })
    };
    let named = |name: &str| Rule {
        name: name.into(),
        ..good.clone()
    };
    let eleven: Vec<u8> = (0..11).collect();
    for (rule, expected) in [
        (good.clone(), Ok(())),
        (named(" "), Err(RuleProblem::Name)),
        (named("a\u{7}"), Err(RuleProblem::Name)),
        (named(&"財".repeat(60)), Ok(())),
        (named(&"財".repeat(61)), Err(RuleProblem::Name)),
        (
            rule(1, deep, back_up()),
            Err(RuleProblem::Which(Excess::Depth)),
        ),
        (
            Rule {
                when: Trigger::At(1_440),
                ..good.clone()
            },
            Err(RuleProblem::When(Unusable::Meaningless)),
        ),
        (rule(1, always(), safes(&[1, 2, 3])), Ok(())),
        (
            rule(1, always(), safes(&[1, 2, 1])),
            Err(RuleProblem::Safes),
        ),
        (rule(1, always(), safes(&eleven)), Err(RuleProblem::Safes)),
    ] {
        assert_eq!(rule.check(), expected, "{rule:?}");
        assert_eq!(Rules::default().put(rule), expected);
    }
    let twice = alloc::vec![good.clone(), good];
    assert_eq!(Rules::try_from(twice), Err(RuleProblem::TooMany));
    let mut full = Rules::default();
    let most = u8::try_from(limits::MAX_RULES).unwrap();
    for number in 2..most {
        full.put(rule(number, always(), back_up())).unwrap();
    }
    let one_more = rule(99, always(), back_up());
    assert_eq!(full.put(one_more), Err(RuleProblem::TooMany));
    full.put(rule(2, always(), fetch(0))).unwrap();
    full.remove(Shipped::HeldLongerThan30Days.id());
    full.put(rule(99, always(), back_up())).unwrap();
    full.restore_shipped();
    assert_eq!(full.iter().count(), limits::MAX_RULES);
}

#[test]
fn format_is_pinned() {
    // Every wallet whose owner made a rule has it stored in this form.
    let mut rules = Rules::default();
    rules.remove(Shipped::HeldLongerThan30Days.id());
    let own = BackUp {
        how: How::Preset(Preset::AnyTwoOfThree),
        safes: alloc::vec![SafeId::new([1; 32])],
    };
    rules.put(rule(1, always(), Does::BackUp(own))).unwrap();
    rules.put(rule(2, usable_within(7), fetch(4_096))).unwrap();
    let text = concat!(
        r#"[{"id":"AAAAAAAAAAAAAAAAAAAAAQ","state":"off","which":{"not":{"usable-within":{"months":1}}},"#,
        r#""when":{"any":[{"at":1380},"on-request"]},"does":{"back-up":{"how":"sealed"}}},"#,
        r#"{"id":"AQEBAQEBAQEBAQEBAQEBAQ","name":"mine","state":"on","which":{"all":[]},"#,
        r#""when":{"any":[{"at":1380},{"at":360}]},"does":{"back-up":{"how":{"preset":"any-two-of-three"},"#,
        r#""safes":["AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"]}}},"#,
        r#"{"id":"AgICAgICAgICAgICAgICAg","name":"mine","state":"on","which":{"usable-within":{"days":7}},"#,
        r#""when":{"any":[{"at":1380},{"at":360}]},"does":{"fetch":{"leave_free":4096}}}]"#
    );
    assert_eq!(json::write_text(&rules), text);
    assert_eq!(json::read(text.as_bytes()), Ok(rules));
    // What is read is checked, too.
    for (good, bad) in [
        (r#""at":1380"#, r#""at":1440"#),
        (r#""name":"mine","#, ""),
        ("AgICAgICAgICAgICAgICAg", "AQEBAQEBAQEBAQEBAQEBAQ"),
        (r#""sealed""#, r#""of-a-later-version""#),
    ] {
        let text = text.replace(good, bad);
        assert!(json::read::<Rules>(text.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn whatever_bytes_are_read_nothing_panics_and_what_reads_is_within_the_limits() {
    let mut good = Rules::default();
    good.put(rule(1, usable_within(7), fetch(4_096))).unwrap();
    let good = json::write(&good);
    let mut read = 0;
    for seed in 0..5_000 {
        let mut dice = super::dice::Dice::new(seed);
        let mut bytes = good.clone();
        for _ in 0..=dice.below(3) {
            let at = usize::try_from(dice.below(bytes.len() as u64)).unwrap();
            match dice.below(3) {
                0 => drop(bytes.remove(at)),
                1 => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
                _ => bytes.insert(at, dice.one_of(&good)),
            }
        }
        if let Ok(rules) = json::read::<Rules>(&bytes) {
            read += 1;
            assert!(rules.iter().all(|rule| rule.check().is_ok()), "{seed}");
        }
    }
    assert!((1..5_000).contains(&read), "{read}");
}

#[test]
fn sealed_is_as_the_policy_says_and_sealed_whatever_it_says() {
    let worth = Some(yen(20_000));
    let plan = |how: How, policy: &Policy| how.plan(policy, Class::ConcertTicket, worth);
    let usual = Policy::default();
    let plain = Policy(alloc::vec![policy::Rule {
        classes: Vec::new(),
        worth: Vec::new(),
        preset: Preset::PlainCopies,
    }]);
    let money = Preset::MoneyThreeOfFour;
    assert_eq!(plan(How::Sealed, &usual), money.plan());
    assert_eq!(plan(How::Sealed, &plain), Preset::OneSafeSealed.plan());
    // Who names a plan gets that one.
    let copies = Preset::PlainCopies;
    assert_eq!(plan(How::Preset(copies), &usual), copies.plan());
    assert_eq!(plan(How::Plan(copies.plan()), &usual), copies.plan());
    for preset in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
        let policy = Policy(alloc::vec![policy::Rule {
            classes: Vec::new(),
            worth: Vec::new(),
            preset,
        }]);
        use Preset::{Divided, PlainCopies, PlainCopy};
        let is_plain = [Divided, PlainCopies, PlainCopy].contains(&preset);
        let is_kept = plan(How::Sealed, &policy) == preset.plan();
        assert_eq!(is_kept, !is_plain, "{preset:?}");
    }
}

#[test]
fn a_policys_own_conditions_are_conditions() {
    // Which values a line of a policy is for can be said as a condition, and means the same values.
    for seed in 0..1_000 {
        let mut dice = super::dice::Dice::new(seed);
        let value = Value::check(dice.fields()).unwrap();
        let summary = ValueItem::of(&value, 300, noon("2000-03-01"), Custody::Held);
        let subject = Subject::of_summary(id(1), &summary, Lock::Free);
        let codes: Vec<String> = alloc::vec!["coupon".into(), "movie-ticket".into()];
        let from = dice.below(8_000);
        let line = policy::Rule {
            classes: codes.clone(),
            worth: alloc::vec![policy::Worth {
                currency: "JPY".into(),
                from,
            }],
            preset: Preset::KeyElsewhere,
        };
        let chosen = Policy(alloc::vec![line]).choose(value.fields().class, value.worth());
        let condition = Condition::All(alloc::vec![
            Condition::Class(codes),
            Condition::Worth(Amount {
                currency: "JPY".into(),
                is: Number::AtLeast(from),
            }),
        ]);
        let truth = condition.truth(&subject, &around("2000-03-15"));
        assert_eq!(
            truth,
            (chosen == Preset::KeyElsewhere).into(),
            "world {seed}"
        );
    }
}

// ---- what is moved

#[test]
fn what_would_be_fetched_at_once_is_not_sent() {
    let list = alloc::vec![
        rule(1, always(), back_up()),
        rule(2, usable_within(7), fetch(0)),
    ];
    let (soon, later) = (
        summary(&ticket("2000-03-22", ""), "2000-03-01"),
        summary(&ticket("2000-03-23", ""), "2000-03-01"),
    );
    let values = [
        Subject::of_summary(id(1), &soon, Lock::Free),
        Subject::of_summary(id(2), &later, Lock::Free),
    ];
    let around = around("2000-03-15");
    let found = rules(list.clone()).to_back_up(rule_id(1), &values, &around);
    assert_eq!(found.selected, [id(2)]);
    assert_eq!(found.apart, [(id(1), Apart::Wanted)]);
    // A rule that is off wants nothing.
    let mut off = list.clone();
    off[1].state = RuleState::Off;
    let found = rules(off).to_back_up(rule_id(1), &values, &around);
    assert_eq!(found.selected, [id(1), id(2)]);
    // Where the fetching rule is only for what lies at safes, the value is seen as if it already did.
    let mut there = list;
    there[1].which = Condition::All(alloc::vec![
        Condition::Lies(Lies::AtSafes),
        usable_within(7),
    ]);
    let found = rules(there).to_back_up(rule_id(1), &values, &around);
    assert_eq!(found.selected, [id(2)]);
}

#[test]
fn what_a_rule_brought_home_stays_while_a_rule_fetches() {
    let value = summary(&ticket("2001-01-01", ""), "2000-01-01");
    let brought = Subject {
        moved: Moved::ByRule,
        ..Subject::of_summary(id(1), &value, Lock::Free)
    };
    let mut list = alloc::vec![
        rule(1, always(), back_up()),
        rule(2, usable_within(7), fetch(0)),
    ];
    let around = around("2000-03-15");
    let found = rules(list.clone()).to_back_up(rule_id(1), &[brought], &around);
    assert_eq!(found.apart, [(id(1), Apart::BroughtHome)]);
    list[1].state = RuleState::Off;
    let found = rules(list).to_back_up(rule_id(1), &[brought], &around);
    assert_eq!(found.selected, [id(1)]);
}

fn by_owner<'a>(subject: Subject<'a>, at: &str) -> Subject<'a> {
    Subject {
        moved: Moved::ByOwner { at: noon(at) },
        ..subject
    }
}

#[test]
fn what_its_owner_has_just_moved_rests() {
    let value = summary(&ticket("2000-03-20", ""), "2000-03-01");
    let here = Subject::of_summary(id(1), &value, Lock::Free);
    let cover = Cover { have: 3, wanted: 3 };
    let away = Subject::of_group(id(2), &value, (MovedBy::Owner, noon("2000-03-01")), cover);
    let rules = rules(alloc::vec![
        rule(1, always(), back_up()),
        rule(2, usable_within(7), fetch(0)),
    ]);
    // Without the rule that fetches: by that one it is wanted here anyway.
    let mut sending = rules.clone();
    sending.remove(rule_id(2));
    for (at, rests) in [("2000-03-10", true), ("2000-03-09", false)] {
        let sent = sending.to_back_up(rule_id(1), &[by_owner(here, at)], &around("2000-03-16"));
        let is_resting = sent.apart == [(id(1), Apart::JustMoved)];
        assert_eq!(is_resting, rests, "{at}");
        assert_eq!(sent.selected.len(), usize::from(!rests), "{at}");
    }
    for (at, today, comes) in [
        // Sent away on the 14th, although it could be used within a week: its owner knows why.
        ("2000-03-14", "2000-03-15", false),
        ("2000-03-14", "2000-03-20", false),
        ("2000-03-14", "2000-03-21", true),
        // Sent away on the 12th, when it was not wanted yet; on the 13th it is.
        ("2000-03-12", "2000-03-12", false),
        ("2000-03-12", "2000-03-13", true),
    ] {
        let found = rules.to_fetch(rule_id(2), &[by_owner(away, at)], &around(today));
        assert_eq!(found.selected.len(), usize::from(comes), "{at} {today}");
    }
}

#[test]
fn usable_soon_comes_first_as_far_as_there_is_room() {
    let cover = Cover { have: 3, wanted: 3 };
    let with = |from: &str, to: &str, size| ValueItem {
        size,
        ..summary(&ticket(from, to), "2000-03-01")
    };
    let items = [
        with("2000-03-18", "", 100),
        with("2000-03-17", "", 400),
        with("2000-03-16", "", 500),
        // Usable now: before those that are not, and of two the one that ends first.
        with("2000-01-01", "2000-04-01", 100),
        with("", "2000-03-20", 100),
        // Not meant.
        with("2000-06-01", "", 1),
    ];
    let mut values: Vec<Subject<'_>> = (0..)
        .zip(&items)
        .map(|(n, item)| {
            Subject::of_group(id(n), item, (MovedBy::Owner, noon("2000-03-01")), cover)
        })
        .collect();
    for value in &mut values {
        value.moved = Moved::ByRule;
    }
    let fetching = rules(alloc::vec![rule(2, usable_within(7), fetch(100))]);
    let fetched = |free| {
        let around = Surroundings {
            free,
            ..around("2000-03-15")
        };
        fetching.to_fetch(rule_id(2), &values, &around)
    };
    let all = fetched(1_300);
    assert_eq!(all.selected, [id(4), id(3), id(2), id(1), id(0)]);
    assert_eq!(all.apart, []);
    // The one of 400 does not fit beside what is left free; the one of 100 that is needed later does.
    let some = fetched(1_000);
    assert_eq!(some.selected, [id(4), id(3), id(2), id(0)]);
    assert_eq!(some.apart, [(id(1), Apart::NoRoom)]);
    assert_eq!(fetched(99).selected, []);
    // What lies here is not fetched, what lies at safes not sent.
    let mut both = fetching;
    both.put(rule(1, always(), back_up())).unwrap();
    let around = around("2000-03-15");
    assert_eq!(
        both.to_back_up(rule_id(1), &values, &around),
        Selection::default()
    );
    let here = [Subject::of_summary(id(1), &items[0], Lock::Free)];
    assert_eq!(
        both.to_fetch(rule_id(2), &here, &around),
        Selection::default()
    );
}

#[test]
fn what_was_registered_as_one_comes_as_one() {
    let cover = Cover { have: 3, wanted: 3 };
    let (soon, later) = (
        summary(&ticket("2000-03-16", ""), "2000-03-01"),
        summary(&ticket("2000-06-01", ""), "2000-03-01"),
    );
    let of = |number, item| Subject {
        moved: Moved::ByRule,
        ..Subject::of_group(
            id(number),
            item,
            (MovedBy::Owner, noon("2000-03-01")),
            cover,
        )
    };
    let values = [of(1, &later), of(1, &soon), of(2, &soon)];
    let fetching = rules(alloc::vec![rule(2, usable_within(7), fetch(0))]);
    for (free, expected) in [(900, 2), (899, 1)] {
        let around = Surroundings {
            free,
            ..around("2000-03-15")
        };
        let found = fetching.to_fetch(rule_id(2), &values, &around);
        assert_eq!(found.selected.len(), expected);
    }
}
