use super::super::*;
use super::scene::*;
use saifu_protocol::owner::{Act, Answer, By, Changed, LoginFinished, LoginStarted, Slot, Which};
use saifu_protocol::problem::Code;

/// Hana has made a kit.
fn with_kit() -> (Scene, Inside) {
    let mut scene = Scene::with_hana();
    let inside = scene.log_in_first(PHONE);
    let made = scene.change_slot(&inside, Slot::Kit, b"kit");
    assert_eq!(made, Answer::Done(Changed::Both));
    (scene, inside)
}

#[test]
fn a_kit_opens_beside_the_secret_and_is_not_one_that_is_settled() {
    let (mut scene, inside) = with_kit();
    let by_kit = scene.log_in(NEW_PHONE, HANA, Which::Kit, b"kit").unwrap();
    assert_eq!((by_kit.told.by, by_kit.told.is_changing), (By::Kit, false));
    assert!(by_kit.told.kept == kept(b'k'));
    scene.log_in_first(NEW_PHONE);
    for (which, secret) in [(Which::Kit, &b"first"[..]), (Which::Newest, b"kit")] {
        assert!(scene.log_in(PHONE, HANA, which, secret).is_none());
    }
    // A change of the secret goes its own way.
    scene.change(&inside, b"second");
    let by_kit = scene.log_in(NEW_PHONE, HANA, Which::Kit, b"kit").unwrap();
    assert!(by_kit.told.is_changing);
    let Reply::Done(outcome) = scene.act(&by_kit, Act::Settle, Command::Settle) else {
        panic!("another reply");
    };
    assert_eq!(code(outcome), Code::Malformed);
    let new = scene.log_in(PHONE, HANA, Which::Newest, b"second").unwrap();
    assert!(scene.done_within(&new, Act::Settle, Command::Settle));
    assert!(scene.log_in(NEW_PHONE, HANA, Which::Kit, b"kit").is_some());
}

#[test]
fn another_kit_takes_the_place_of_the_one_before() {
    let (mut scene, inside) = with_kit();
    let by_kit = scene.log_in(NEW_PHONE, HANA, Which::Kit, b"kit").unwrap();
    scene.wait(7);
    let made = scene.change_slot(&inside, Slot::Kit, b"new kit");
    assert_eq!(made, Answer::Done(Changed::Both));
    assert!(scene.log_in(NEW_PHONE, HANA, Which::Kit, b"kit").is_none());
    assert!(
        scene
            .log_in(NEW_PHONE, HANA, Which::Kit, b"new kit")
            .is_some()
    );
    // What the one before had opened is closed.
    let Reply::Done(outcome) = scene.act(&by_kit, Act::Join, Command::Join) else {
        panic!("another reply");
    };
    assert_eq!(done(outcome), Answer::Out);
    let Answer::Done(ways) = scene.ways(&inside) else {
        panic!("out");
    };
    assert_eq!(ways.kit_since, Some(scene.now));
}

#[test]
fn a_revoked_kit_opens_no_more_and_what_it_opened_ends() {
    let (mut scene, inside) = with_kit();
    let by_kit = scene.log_in(NEW_PHONE, HANA, Which::Kit, b"kit").unwrap();
    assert!(scene.done_within(&inside, Act::RevokeKit, Command::RevokeKit));
    assert!(scene.log_in(NEW_PHONE, HANA, Which::Kit, b"kit").is_none());
    let Reply::Done(outcome) = scene.act(&by_kit, Act::Join, Command::Join) else {
        panic!("another reply");
    };
    assert_eq!(done(outcome), Answer::Out);
    // A login that was begun before ends no more.
    let (mut scene, inside) = with_kit();
    let begun = scene.begin(HANA, Which::Kit, b"kit");
    let started = done(scene.send(PHONE, &begun));
    assert!(scene.done_within(&inside, Act::RevokeKit, Command::RevokeKit));
    let ke3 = scene.answer(&begun, b"kit", &started).unwrap().ke3;
    assert!(scene.finish(PHONE, begun.request, ke3) == LoginFinished::Out);
}

#[test]
fn guesses_at_the_kit_are_counted_apart() {
    let (mut scene, _) = with_kit();
    for _ in 0..5 {
        assert!(scene.log_in(THIEF, HANA, Which::Kit, b"guess").is_none());
    }
    let begun = scene.begin(HANA, Which::Kit, b"guess");
    assert_eq!(done(scene.send(THIEF, &begun)), LoginStarted::Wait(60));
    assert_eq!(scene.kit_guesses(HANA).in_a_row, 5);
    // The secret opens meanwhile, and gives nothing back to whoever guesses at the kit.
    let inside = scene.log_in_first(PHONE);
    assert_eq!(inside.told.guesses, 0);
    assert_eq!(scene.kit_guesses(HANA).in_a_row, 5);
    scene.wait(60);
    let by_kit = scene.log_in(PHONE, HANA, Which::Kit, b"kit").unwrap();
    assert_eq!(by_kit.told.guesses, 5);
    assert_eq!(scene.kit_guesses(HANA).in_a_row, 0);
}

#[test]
fn nobodys_kit_and_one_that_was_not_made_are_counted_and_answered_alike() {
    let mut scene = Scene::with_hana();
    for look_up in [HANA, NOBODY] {
        for _ in 0..5 {
            let begun = scene.begin(look_up, Which::Kit, b"guess");
            let started = done(scene.send(THIEF, &begun));
            assert!(matches!(started, LoginStarted::Challenge { .. }));
            assert!(scene.answer(&begun, b"guess", &started).is_none());
        }
        let begun = scene.begin(look_up, Which::Kit, b"guess");
        assert_eq!(done(scene.send(THIEF, &begun)), LoginStarted::Wait(60));
        assert_eq!(scene.guesses(look_up).spent, 0);
    }
    // What is not there has one key at each of the three places, the same each time.
    let fakes = [Which::Newest, Which::Previous, Which::Kit];
    let fakes = fakes.map(|which| scene.keys.fake(&NOBODY, which));
    assert!(fakes[0] != fakes[1] && fakes[1] != fakes[2] && fakes[0] != fakes[2]);
    // Its guesses keep the row of a name as long as those at the secret do.
    scene.wait(10);
    let begun = scene.begin(NOBODY, Which::Newest, b"guess");
    done(scene.send(THIEF, &begun));
    scene.now = saifu_protocol::UnixTime(1_800_000_000 + FORGOTTEN_AFTER);
    scene.owners.sweep(scene.now).unwrap();
    assert_eq!(scene.kit_guesses(NOBODY).spent, 5);
    scene.wait(10);
    scene.owners.sweep(scene.now).unwrap();
    assert_eq!(scene.kit_guesses(NOBODY).spent, 0);
}
