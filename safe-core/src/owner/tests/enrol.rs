use super::super::*;
use super::scene::*;
use saifu_crypto::opaque::enrol;
use saifu_protocol::owner::{By, EnrolStart, Enrolled, Which};
use saifu_protocol::problem::Code;

#[test]
fn enrol_under_a_free_name_and_log_in_from_a_device_that_has_nothing() {
    let mut scene = Scene::with_hana();
    let inside = scene
        .log_in(NEW_PHONE, HANA, Which::Newest, b"first")
        .unwrap();
    assert!(inside.told.kept == kept(b'f'));
    assert_eq!(inside.told.accounts, [PHONE]);
    assert_eq!(
        (inside.told.by, inside.told.is_changing),
        (By::Newest, false)
    );
}

#[test]
fn enrol_again_with_the_same_message_changes_nothing() {
    let mut scene = Scene::empty();
    let finish = scene.enrolment(PHONE, HANA, b"first");
    for _ in 0..2 {
        assert_eq!(
            done(scene.finish_enrolment(PHONE, &finish)),
            Enrolled::Enrolled
        );
    }
    assert_eq!(scene.guesses(HANA).spent, 0);
    let mut other = finish;
    other.record = scene.enrolment(PHONE, NOBODY, b"second").record;
    assert_eq!(
        code(scene.finish_enrolment(PHONE, &other)),
        Code::RequestReused
    );
}

#[test]
fn enrol_under_a_taken_name_is_refused_and_costs_a_guess() {
    let mut scene = Scene::with_hana();
    for spent in 1..=5 {
        assert_eq!(scene.enrol(THIEF, HANA, b"thief"), Enrolled::Taken);
        assert_eq!(scene.guesses(HANA).spent, spent);
    }
    assert_eq!(scene.enrol(THIEF, HANA, b"thief"), Enrolled::Wait(60));
    scene.wait(60);
    assert!(scene.log_in(PHONE, HANA, Which::Newest, b"first").is_some());
}

#[test]
fn enrol_start_says_nothing_of_whether_the_name_is_taken() {
    let mut scene = Scene::with_hana();
    scene.enrolment(THIEF, HANA, b"thief");
    scene.enrolment(THIEF, NOBODY, b"thief");
    assert_eq!(scene.guesses(HANA), scene.guesses(NOBODY));
}

#[test]
fn enrol_start_evaluates_nothing_under_a_credential_that_is_enrolled() {
    // With one challenge in hand every such evaluation would be a guess that nobody counts.
    let mut scene = Scene::empty();
    let finish = scene.enrolment(PHONE, HANA, b"first");
    let (_, request) = enrol(b"guess", &mut scene.rng).unwrap();
    let start = Command::EnrolStart(EnrolStart {
        look_up: HANA,
        enrolment: finish.enrolment,
        request,
    });
    let response = |reply| match reply {
        Reply::EnrolStarted(outcome) => outcome,
        _ => panic!("another reply"),
    };
    let before = done(response(scene.ask(PHONE, &start)));
    done(scene.finish_enrolment(PHONE, &finish));
    assert_eq!(
        code(response(scene.ask(PHONE, &start))),
        Code::RequestReused
    );
    // Of another account it is another credential, so what comes back is of no use.
    assert_ne!(done(response(scene.ask(THIEF, &start))), before);
}

#[test]
fn enrol_with_what_is_no_record_is_refused() {
    let mut scene = Scene::empty();
    let mut finish = scene.enrolment(PHONE, HANA, b"first");
    finish.record = [0xFF; 192];
    assert_eq!(
        code(scene.finish_enrolment(PHONE, &finish)),
        Code::Malformed
    );
    assert_eq!(scene.owners.owners().count(), 0);
}

#[test]
fn enrol_of_another_account_does_not_open_by_the_record_of_the_first() {
    // A record is worth something only under its own credential, and that depends on the account.
    let mut scene = Scene::empty();
    let finish = scene.enrolment(PHONE, HANA, b"first");
    assert_eq!(
        done(scene.finish_enrolment(THIEF, &finish)),
        Enrolled::Enrolled
    );
    assert!(scene.log_in(PHONE, HANA, Which::Newest, b"first").is_none());
}
