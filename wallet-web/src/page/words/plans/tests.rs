//! Plans and what they promise are said in full, in both languages, and no two alike.

use super::*;
use crate::page::words::tests::{check, check_sentences};
use saifu_protocol::UnixTime;
use saifu_protocol::message::EntryState;
use saifu_wallet_core::books::Elsewhere;
use saifu_wallet_core::ids::FlowId;
use saifu_wallet_core::plan::check::Divided;
use saifu_wallet_core::plan::{PlanError, Slot};

fn both(of: impl Fn(Lang) -> String) {
    check(&of(Lang::En), &of(Lang::Ja));
}

fn both_sentences(of: impl Fn(Lang) -> String) {
    check_sentences(&of(Lang::En), &of(Lang::Ja));
}

#[test]
fn every_plan_has_a_name_of_its_own() {
    let mut names = Vec::new();
    for it in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
        check(preset(Lang::En, it), preset(Lang::Ja, it));
        for lang in Lang::ALL {
            assert!(!names.contains(&preset(lang, it)), "{}", preset(lang, it));
            names.push(preset(lang, it));
        }
    }
    check(plan(Lang::En, None), plan(Lang::Ja, None));
}

fn promise(safes: u8, readers: Option<u8>, dead: u8, cheat: u8) -> Promise {
    Promise {
        safes,
        voters: safes,
        quorum: 1,
        may_cheat: cheat,
        may_be_dead: dead,
        indispensable: if dead == 0 { safes } else { 0 },
        others_may_be_dead: dead,
        readers,
        answers: safes - dead,
    }
}

#[test]
fn promises_are_said_with_their_numbers() {
    for it in [
        promise(1, None, 0, 0),
        promise(1, Some(1), 0, 0),
        promise(3, Some(2), 1, 0),
        promise(7, Some(3), 2, 2),
    ] {
        both(|lang| glance(lang, &it));
        both(|lang| on_card(lang, None, &it));
        for at in 0..3 {
            both_sentences(|lang| promises(lang, &it)[at].clone());
        }
    }
    let split = Promise {
        indispensable: 1,
        others_may_be_dead: 1,
        ..promise(3, Some(2), 0, 0)
    };
    both(|lang| glance(lang, &split));
    both_sentences(|lang| promises(lang, &split)[1].clone());
    let [_, said, _] = promises(Lang::En, &split);
    let wanted = "1 of its 3 safes is needed in any case; of the others, 1 may be gone.";
    assert_eq!(said, wanted);
    for lacks in [1, 2] {
        let preset = Preset::MoneyThreeOfFour;
        both_sentences(|lang| meant(lang, preset, lacks).what);
        both_sentences(|lang| meant(lang, preset, lacks).now);
    }
    assert_eq!(
        glance(Lang::En, &promise(4, Some(3), 1, 1)),
        "no safe alone can read it · comes back from 3 of 4 · once only even if 1 cheats"
    );
    for (after, all) in [(1, 1), (3, 3), (2, 3)] {
        both_sentences(|lang| leaves_after(lang, after, all));
    }
}

#[test]
fn every_weakness_is_named() {
    let slot = Slot(0);
    for it in [
        Weakness::SafeCouldRead(slot),
        Weakness::SafeCouldReadPiece(slot),
        Weakness::AllAtOneSafe(slot),
        Weakness::OnlyThisWalletOpens,
        Weakness::MayComeBackTwice,
        Weakness::DigestsAgree,
        Weakness::DeletedBeforeComplete,
    ] {
        both_sentences(|lang| weakness(lang, it, "A"));
    }
}

#[test]
fn every_refused_plan_is_told_apart_and_says_what_to_change() {
    let slot = Slot(1);
    let (quorum, voters) = (2, 1);
    let mut said = Vec::new();
    for it in [
        PlanError::StepTwice,
        PlanError::NothingLeaves,
        PlanError::CopyStaysUsable,
        PlanError::LegacyHashAsked,
        PlanError::WholeCopyAtHome,
        PlanError::TooManyParts,
        PlanError::TooManySafes,
        PlanError::ThresholdZero(Divided::Data),
        PlanError::ThresholdZero(Divided::Key),
        PlanError::ThresholdOne(Divided::Data),
        PlanError::ThresholdOne(Divided::Key),
        PlanError::ThresholdAboveCount {
            of: Divided::Data,
            threshold: 3,
            count: 2,
        },
        PlanError::OnePiece,
        PlanError::CopiesAtOneSafe { slot },
        PlanError::KeyNowhere,
        PlanError::ElsewhereHasData { slot },
        PlanError::TooFewSafes {
            needed: 3,
            given: 2,
        },
        PlanError::SlotNotSeated { slot },
        PlanError::SafeTwice { slot },
        PlanError::OperatorTwice { slot },
        PlanError::QuorumZero,
        PlanError::QuorumAboveVoters { quorum, voters },
        PlanError::QuorumAllowsTwo { quorum, voters },
        PlanError::DeletesTooEarly {
            after: 1,
            needed: 2,
        },
        PlanError::DeletesNever { after: 4, safes: 3 },
        PlanError::SecretTooWeak,
    ] {
        let (en, ja) = (plan_error(Lang::En, it), plan_error(Lang::Ja, it));
        check_sentences(&en.what, &ja.what);
        check_sentences(&en.now, &ja.now);
        assert!(!said.contains(&en.what), "{}", en.what);
        said.push(en.what);
    }
}

#[test]
fn parts_backups_and_keys_have_words() {
    for class in ObjectClass::ALL {
        both(|lang| part(lang, class, 1, 3));
        both(|lang| part(lang, class, 0, 1));
    }
    for it in [
        PartState::Sending,
        PartState::Refused,
        PartState::AtSafe,
        PartState::Home,
        PartState::Fetching,
        PartState::Here,
        PartState::Confirming,
        PartState::Returning,
        PartState::Ending,
        PartState::TakingOver,
        PartState::NotHandedOut,
        PartState::Elsewhere(Elsewhere {
            state: EntryState::Withdrawn,
            session: None,
            since: UnixTime(953_078_400),
        }),
        PartState::Gone,
    ] {
        check(part_state(Lang::En, it), part_state(Lang::Ja, it));
    }
    for it in Waiting::ALL {
        check_sentences(part_waits(Lang::En, it), part_waits(Lang::Ja, it));
    }
    let job = FlowId::new([1; 16]);
    for it in [
        BackupStanding::Registering { job },
        BackupStanding::AtSafes,
        BackupStanding::Recovering { job },
        BackupStanding::Ending,
        BackupStanding::Elsewhere,
    ] {
        check(backup_standing(Lang::En, it), backup_standing(Lang::Ja, it));
    }
    for it in [
        KeyForm::Key,
        KeyForm::Pair,
        KeyForm::SeedOfKey,
        KeyForm::SeedOfPair,
    ] {
        check(key_form(Lang::En, it), key_form(Lang::Ja, it));
    }
    for it in [KeyHere::Opens, KeyHere::Seals, KeyHere::Erased] {
        check(key_here(Lang::En, it), key_here(Lang::Ja, it));
    }
    for count in [0, 1, 2] {
        both(|lang| opens(lang, (count > 0).then_some("A"), count));
        both(|lang| at_safes(lang, count));
        both(|lang| copies_at(lang, count));
        both(|lang| back_up(lang, count));
        both(|lang| delete_key_question(lang, count));
        both(|lang| delete_keys(lang, count));
    }
}

#[test]
fn rules_say_what_they_are_for() {
    for it in &saifu_wallet_core::plan::policy::Policy::default().0 {
        both(|lang| rule(lang, it));
    }
    both_sentences(|lang| is_in_safekeeping(lang, "A"));
    for of in [backup_elsewhere, part_elsewhere] {
        let (en, ja) = (of(Lang::En), of(Lang::Ja));
        check_sentences(&en.what, &ja.what);
        check_sentences(&en.now, &ja.now);
    }
}

#[test]
fn progress_is_told_as_it_is() {
    for (have, all) in [(0, 1), (1, 1), (1, 3), (2, 3), (3, 3)] {
        for waits in [false, true] {
            both_sentences(|lang| have_it(lang, have, all, waits));
        }
        both_sentences(|lang| came(lang, have, all));
        both_sentences(|lang| to_end(lang, all));
    }
    for (told, said) in [
        (have_it(Lang::En, 2, 2, false), "Both safes have it."),
        (
            promises(Lang::En, &promise(2, Some(2), 0, 0))[1].clone(),
            "Both safes are needed to get it back.",
        ),
        (
            leaves_after(Lang::En, 2, 2),
            "It leaves this browser when both safes have certified their part.",
        ),
    ] {
        assert_eq!(told, said);
    }
    both_sentences(|lang| to_end(lang, 0));
    assert_eq!(
        have_it(Lang::En, 2, 3, true),
        "2 of 3 safes have it. The last one is tried again by itself."
    );
}
