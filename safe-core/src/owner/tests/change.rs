use super::super::*;
use super::scene::*;
use saifu_protocol::owner::{Act, Answer, By, Changed, Which};

/// Hana has changed "first" to "second" at this safe, and not settled.
fn changing() -> (Scene, Inside) {
    let mut scene = Scene::with_hana();
    let inside = scene.log_in(PHONE, HANA, Which::Newest, b"first").unwrap();
    assert_eq!(
        scene.change(&inside, b"second"),
        Answer::Done(Changed::Both)
    );
    (scene, inside)
}

#[test]
fn change_lets_both_secrets_open_each_with_what_is_kept_under_it() {
    let (mut scene, _) = changing();
    let new = scene
        .log_in(NEW_PHONE, HANA, Which::Newest, b"second")
        .unwrap();
    let old = scene
        .log_in(NEW_PHONE, HANA, Which::Previous, b"first")
        .unwrap();
    assert!(new.told.kept == kept(b's') && old.told.kept == kept(b'f'));
    assert_eq!((new.told.by, old.told.by), (By::Newest, By::Previous));
    assert!(new.told.is_changing && old.told.is_changing);
    assert!(
        scene
            .log_in(NEW_PHONE, HANA, Which::Newest, b"first")
            .is_none()
    );
    assert!(
        scene
            .log_in(NEW_PHONE, HANA, Which::Previous, b"second")
            .is_none()
    );
}

#[test]
fn settle_by_the_new_secret_ends_the_old_one_and_its_sessions() {
    let (mut scene, old) = changing();
    let new = scene.log_in(PHONE, HANA, Which::Newest, b"second").unwrap();
    for _ in 0..2 {
        assert!(scene.done_within(&new, Act::Settle, Command::Settle));
    }
    assert!(!scene.done_within(&old, Act::Join, Command::Join));
    assert!(
        scene
            .log_in(PHONE, HANA, Which::Previous, b"first")
            .is_none()
    );
    let new = scene.log_in(PHONE, HANA, Which::Newest, b"second").unwrap();
    assert!(!new.told.is_changing);
}

#[test]
fn settle_by_the_old_secret_calls_the_change_off() {
    let (mut scene, old) = changing();
    assert!(scene.done_within(&old, Act::Settle, Command::Settle));
    assert!(
        scene
            .log_in(PHONE, HANA, Which::Newest, b"second")
            .is_none()
    );
    let old = scene.log_in(PHONE, HANA, Which::Newest, b"first").unwrap();
    assert!(old.told.kept == kept(b'f') && !old.told.is_changing);
}

#[test]
fn change_before_the_last_one_is_settled_is_refused() {
    let (mut scene, inside) = changing();
    assert_eq!(
        scene.change(&inside, b"third"),
        Answer::Done(Changed::Unsettled)
    );
    assert!(
        scene
            .log_in(PHONE, HANA, Which::Newest, b"second")
            .is_some()
    );
    assert!(
        scene
            .log_in(PHONE, HANA, Which::Previous, b"first")
            .is_some()
    );
}

#[test]
fn change_leaves_the_owners_accounts_and_the_counted_guesses() {
    let (mut scene, _) = changing();
    scene.log_in(THIEF, HANA, Which::Newest, b"guess");
    scene.log_in(THIEF, HANA, Which::Previous, b"guess");
    assert_eq!(scene.guesses(HANA).in_a_row, 2);
    let new = scene
        .log_in(NEW_PHONE, HANA, Which::Newest, b"second")
        .unwrap();
    assert_eq!(
        (new.told.accounts.as_slice(), new.told.guesses),
        (&[PHONE][..], 2)
    );
}

#[test]
fn a_login_that_was_begun_with_a_secret_that_ended_since_is_out() {
    let (mut scene, _) = changing();
    let begun = scene.begin(HANA, Which::Previous, b"first");
    let started = done(scene.send(PHONE, &begun));
    let ke3 = scene.answer(&begun, b"first", &started).unwrap().ke3;
    let new = scene.log_in(PHONE, HANA, Which::Newest, b"second").unwrap();
    assert!(scene.done_within(&new, Act::Settle, Command::Settle));
    let finished = scene.finish(PHONE, begun.request, ke3);
    assert!(finished == saifu_protocol::owner::LoginFinished::Out);
}
