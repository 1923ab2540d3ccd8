//! Sentences agree with their numbers, in both languages.

use super::*;
use crate::page::words::health::{found, health};
use crate::page::words::tests::{check, check_sentences};
use saifu_protocol::UnixTime;
use saifu_wallet_core::check::{Broken, Found, Health, Weak};
use saifu_wallet_core::view::{MeetingFailure, Waiting};

fn check_halves(of: impl Fn(Lang) -> Halves) {
    let (en, ja) = (of(Lang::En), of(Lang::Ja));
    check_sentences(&en.what, &ja.what);
    check_sentences(&en.now, &ja.now);
}

#[test]
fn classes_and_currencies_have_names() {
    for it in Class::ALL {
        check(class_name(Lang::En, it), class_name(Lang::Ja, it));
        assert_eq!(class(Lang::En, it.code()), class_name(Lang::En, it));
        check(
            &discard_question(Lang::En, it.code(), None),
            &discard_question(Lang::Ja, it.code(), None),
        );
    }
    for it in Currency::ALL {
        check(currency(Lang::En, it), currency(Lang::Ja, it));
    }
    assert_eq!(class(Lang::Ja, "unheard-of"), "unheard-of");
}

#[test]
fn reasons_stages_and_failures_have_words() {
    for it in Waiting::ALL {
        for who in [vec![], vec!["A".into()], vec!["A".into(), "B".into()]] {
            check_halves(|lang| waiting(lang, it, &who));
        }
    }
    for it in MeetingFailure::ALL {
        check_halves(|lang| meeting_failure(lang, it));
    }
    for it in [
        Stage::NoRoom,
        Stage::Registering,
        Stage::Requesting,
        Stage::Arrived,
        Stage::Returning,
        Stage::Retiring,
        Stage::TakingOver,
        Stage::Enrolling,
        Stage::LoggingIn,
        Stage::AwaitsDevice,
        Stage::Managing,
        Stage::LoggedIn,
        Stage::Listing,
        Stage::SettingWait,
        Stage::Deciding,
        Stage::SettingWake,
        Stage::Freezing,
        Stage::Auditing,
    ] {
        check_sentences(stage(Lang::En, it), stage(Lang::Ja, it));
    }
    for it in [
        Task::Add,
        Task::BackUp,
        Task::Recover,
        Task::Retire,
        Task::Repair,
        Task::RecoverKey,
        Task::LastCopy,
        Task::TakeOver,
        Task::Enrol,
        Task::Restore,
        Task::Ways,
        Task::SetWait,
        Task::Decide,
        Task::Freeze,
        Task::Rehearse,
        Task::Audit,
    ] {
        check(task(Lang::En, it), task(Lang::Ja, it));
    }
    for it in Found::ALL {
        check(found(Lang::En, it), found(Lang::Ja, it));
    }
    let at = UnixTime(953_078_400);
    let weak = [
        Weak::Parts { bad: 1 },
        Weak::NotShown { open: 1 },
        Weak::Silent { safes: 1 },
        Weak::NotEverywhere,
        Weak::EndsSoon { at },
    ];
    let broken = [Broken::TooFewLeft { bad: 2 }, Broken::DoesNotOpen];
    let weak = weak.into_iter().map(|why| Health::Weak { why });
    let broken = broken.into_iter().map(|why| Health::Broken { why });
    let others = [
        Health::Good { at },
        Health::Unchecked,
        Health::Theirs,
        Health::Elsewhere,
    ];
    for it in weak.chain(broken).chain(others) {
        check_sentences(&health(Lang::En, it), &health(Lang::Ja, it));
    }
    for it in [Reach::Unknown, Reach::Answers, Reach::Silent] {
        check(reach(Lang::En, it), reach(Lang::Ja, it));
    }
    for it in [
        EntryState::Registered,
        EntryState::Withdrawing,
        EntryState::Withdrawn,
        EntryState::Retired,
    ] {
        check_halves(|lang| elsewhere(lang, it));
        check(entry_state(Lang::En, it), entry_state(Lang::Ja, it));
    }
    check_halves(not_handed_out);
}

#[test]
fn what_waits_names_its_safes() {
    let who = |count: usize| -> Vec<String> {
        ["Akagi", "Brienz", "Corrib"][..count]
            .iter()
            .map(|it| (*it).into())
            .collect()
    };
    for (count, what) in [
        (0, "The safe does not answer."),
        (1, "Akagi does not answer."),
        (2, "Akagi and Brienz do not answer."),
        (3, "Akagi, Brienz and Corrib do not answer."),
    ] {
        assert_eq!(
            waiting(Lang::En, Waiting::Unreachable, &who(count)).what,
            what
        );
    }
    let two = waiting(Lang::Ja, Waiting::Unreachable, &who(2));
    assert_eq!(two.what, "AkagiとBrienzから応答がありません。");
    check_sentences(
        &next_try(Lang::En, "1:00:00"),
        &next_try(Lang::Ja, "1:00:00"),
    );
    check_halves(|lang| chosen_but_silent(lang, &who(2)));
    check_sentences(
        &asked_to_forget(Lang::En, "A"),
        &asked_to_forget(Lang::Ja, "A"),
    );
    assert_ne!(silent(Lang::En, "A"), silent(Lang::Ja, "A"));
    for count in [1, 2] {
        check_sentences(
            &still_to_end(Lang::En, count),
            &still_to_end(Lang::Ja, count),
        );
    }
    check_sentences(
        &give_up_ending_question(Lang::En, "A"),
        &give_up_ending_question(Lang::Ja, "A"),
    );
}

#[test]
fn problems_and_fields_have_words() {
    for it in [
        Problem::Empty,
        Problem::Unusable,
        Problem::NotANumber,
        Problem::Zero,
        Problem::TooLarge,
        Problem::NotADay,
        Problem::BeforeStart,
        Problem::AboveTotal,
    ] {
        for field in [Field::Name, Field::UnitPrice] {
            let of = |lang| problem(lang, field, it);
            check_sentences(of(Lang::En), of(Lang::Ja));
        }
    }
}

#[test]
fn counts_agree_with_their_nouns() {
    let yen = |minor| Amount {
        minor,
        currency: "JPY".into(),
    };
    let worth = [
        yen(4200),
        Amount {
            minor: 1250,
            currency: "EUR".into(),
        },
    ];
    assert_eq!(
        only_here(Lang::En, 3, &worth),
        "3 values worth ¥4,200 + €12.50 exist only in this browser."
    );
    assert_eq!(
        only_here(Lang::En, 1, &[]),
        "1 value exists only in this browser."
    );
    assert_eq!(
        only_here(Lang::Ja, 1, &worth[..1]),
        "1点（4,200円分）は、このブラウザにしかありません。"
    );
    assert_eq!(quantity(Lang::En, "movie-ticket", 1), "1 ticket");
    assert_eq!(quantity(Lang::En, "coupon", 2), "2 coupons");
    assert_eq!(quantity(Lang::Ja, "coupon", 2), "2枚");
    assert_eq!(quantity(Lang::En, "unheard-of", 2), "2 pieces");
    assert_eq!(days(Lang::En, 1826), "5 years");
    assert_eq!(days(Lang::Ja, 90), "90日");
    assert_eq!(days(Lang::En, 400), "400 days");
    check_sentences(&is_at(Lang::En, "A", "B"), &is_at(Lang::Ja, "A", "B"));
    check_sentences(&is_back(Lang::En, "A"), &is_back(Lang::Ja, "A"));
    check(&left_of(Lang::En, "1"), &left_of(Lang::Ja, "1"));
    check(
        &discard_certificate_question(Lang::En, ""),
        &discard_certificate_question(Lang::Ja, ""),
    );
    check(&problems_found(Lang::En, 2), &problems_found(Lang::Ja, 2));
    check(&values(Lang::En, 2), &values(Lang::Ja, 2));
    assert_ne!(certificates(Lang::En, 2), certificates(Lang::Ja, 2));
    assert_ne!(room(Lang::En, 1, 2), room(Lang::Ja, 1, 2));
}
