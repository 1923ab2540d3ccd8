//! What holds of every condition, every value and every day.

use super::dice::Dice;
use super::*;
use alloc::boxed::Box;

/// Draws a value with what is known of it, and hands both with the rest of the chance to `test`.
fn worlds(test: impl Fn(&mut Dice, &Subject<'_>, Surroundings)) {
    for seed in 0..4_000 {
        let mut dice = Dice::new(seed);
        let fields = dice.fields();
        let value = Value::check(fields.clone()).unwrap();
        let around = dice.surroundings();
        let ago = dice.below(100) * 86_400;
        let since = UnixTime(around.at.now.0 - ago);
        let summary = ValueItem::of(&value, 300, since, Custody::Held);
        let subject = dice.subject(&value, &summary);
        test(&mut dice, &subject, around);
    }
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

#[test]
fn de_morgan_holds_also_of_what_is_not_known() {
    worlds(|dice, subject, around| {
        let (a, b) = (dice.condition(4), dice.condition(4));
        let truth = |it: &Condition| it.truth(subject, &around);
        let both = |a: &Condition, b: &Condition| alloc::vec![a.clone(), b.clone()];
        let (not_a, not_b) = (not(a.clone()), not(b.clone()));
        assert_eq!(
            truth(&not(Condition::All(both(&a, &b)))),
            truth(&Condition::Any(both(&not_a, &not_b))),
            "world {}",
            dice.world
        );
        assert_eq!(
            truth(&not(Condition::Any(both(&a, &b)))),
            truth(&Condition::All(both(&not_a, &not_b))),
            "world {}",
            dice.world
        );
        assert_eq!(truth(&not(not_a)), truth(&a), "world {}", dice.world);
    });
}

#[test]
fn what_is_unknown_becomes_known_and_what_is_known_stays() {
    // Whatever a condition says of a summary, it says of the value, too, once the value is there.
    for seed in 0..4_000 {
        let mut dice = Dice::new(seed);
        let value = Value::check(dice.fields()).unwrap();
        let around = dice.surroundings();
        let summary = ValueItem::of(&value, 300, around.at.now, Custody::Held);
        let known = Subject::of_summary(id(1), &summary, Lock::Free);
        let condition = dice.condition(4);
        let (before, after) = (
            condition.truth(&known, &around),
            condition.truth(&known.with(&value), &around),
        );
        assert_ne!(after, Truth::Unknown, "world {seed}");
        if before != Truth::Unknown {
            assert_eq!(before, after, "world {seed}");
        }
    }
}

#[test]
fn a_longer_period_means_no_fewer_values() {
    worlds(|dice, subject, around| {
        let (a, b) = (dice.period(), dice.period());
        let today = around.at.today();
        let (short, long) = if a.after(today) <= b.after(today) {
            (a, b)
        } else {
            (b, a)
        };
        for within in [Condition::UsableWithin, Condition::EndingWithin] {
            let truth = |period| within(period).truth(subject, &around);
            assert!(truth(short) <= truth(long), "world {}", dice.world);
        }
    });
}

#[test]
fn a_value_that_is_valid_longer_is_usable_no_later() {
    worlds(|dice, subject, around| {
        let condition = Condition::UsableWithin(dice.period());
        let wider = Subject {
            from: match subject.from {
                Told::Is(from) => Told::Is(from.previous_day().unwrap_or(from)),
                other => other,
            },
            to: Told::Lacks,
            ..*subject
        };
        let (narrow, wide) = (
            condition.truth(subject, &around),
            condition.truth(&wider, &around),
        );
        assert!(narrow <= wide, "world {}", dice.world);
    });
}

#[test]
fn as_days_go_by_not_usable_within_ends_and_held_longer_does_not() {
    worlds(|dice, subject, around| {
        let later = Surroundings {
            at: Moment {
                now: around.at.now.plus(dice.below(200 * 86_400)),
                ..around.at
            },
            ..around
        };
        let held = Condition::HeldLongerThan(u16::try_from(dice.below(60)).unwrap());
        let (now, then) = (held.truth(subject, &around), held.truth(subject, &later));
        assert!(now <= then, "world {}", dice.world);
        // What was usable soon is usable sooner still, until it is over.
        if !subject.has_expired(later.at.today()) {
            let rule = not(Condition::UsableWithin(dice.period()));
            let (now, then) = (rule.truth(subject, &around), rule.truth(subject, &later));
            assert!(then <= now, "world {}", dice.world);
        }
    });
}

#[test]
fn without_not_nothing_that_becomes_true_makes_a_condition_false() {
    worlds(|dice, subject, around| {
        let (a, b, c) = (dice.condition(3), dice.condition(3), dice.condition(3));
        let truth = |it: &Condition| it.truth(subject, &around);
        for join in [Condition::All, Condition::Any] {
            let with = |it: &Condition| truth(&join(alloc::vec![c.clone(), it.clone()]));
            if truth(&a) <= truth(&b) {
                assert!(with(&a) <= with(&b), "world {}", dice.world);
            }
        }
    });
}

#[test]
fn what_is_locked_expired_or_unclear_is_never_selected() {
    worlds(|dice, subject, around| {
        let condition = dice.condition(5);
        let selection = select(&condition, &[*subject], &around).unwrap();
        let truth = condition.truth(subject, &around);
        let is_over = subject.has_expired(around.at.today());
        let is_free = subject.lock == Lock::Free && !is_over && truth == Truth::Yes;
        let world = dice.world;
        assert_eq!(
            selection.selected.len(),
            usize::from(is_free),
            "world {world}"
        );
        assert_eq!(
            selection.apart.len(),
            usize::from(truth != Truth::No && !is_free),
            "world {world}"
        );
        assert_eq!(
            selection.expired().count(),
            usize::from(truth != Truth::No && is_over),
            "world {world}"
        );
    });
}

#[test]
fn what_is_written_reads_back() {
    worlds(|dice, _, _| {
        let condition = dice.condition(6);
        let written = saifu_protocol::json::write(&condition);
        assert_eq!(saifu_protocol::json::read(&written), Ok(condition));
    });
}
