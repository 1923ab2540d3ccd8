use super::super::*;
use super::scene::*;
use saifu_protocol::owner::{LoginFinished, LoginStarted, Which};
use saifu_protocol::problem::Code;

#[test]
fn login_with_the_right_secret_gives_the_guess_back() {
    let mut scene = Scene::with_hana();
    for _ in 0..3 {
        assert!(scene.log_in(THIEF, HANA, Which::Newest, b"guess").is_none());
    }
    assert_eq!(scene.guesses(HANA).in_a_row, 3);
    let inside = scene.log_in(PHONE, HANA, Which::Newest, b"first").unwrap();
    assert_eq!(inside.told.guesses, 3);
    let guesses = scene.guesses(HANA);
    assert_eq!((guesses.spent, guesses.right, guesses.in_a_row), (4, 1, 0));
}

#[test]
fn login_gives_the_export_key_of_the_enrolment_on_every_device() {
    let mut scene = Scene::with_hana();
    let first = scene.log_in(PHONE, HANA, Which::Newest, b"first").unwrap();
    let second = scene
        .log_in(NEW_PHONE, HANA, Which::Newest, b"first")
        .unwrap();
    assert_eq!(first.export_key, second.export_key);
    assert_ne!(first.key, second.key);
    assert_ne!(first.told.session, second.told.session);
}

#[test]
fn login_start_that_is_repeated_is_one_guess_and_one_challenge() {
    let mut scene = Scene::with_hana();
    let begun = scene.begin(HANA, Which::Newest, b"first");
    let first = done(scene.send(PHONE, &begun));
    assert!(done(scene.send(PHONE, &begun)) == first);
    assert_eq!(scene.guesses(HANA).spent, 1);
    // Of another account it is another login.
    assert!(done(scene.send(THIEF, &begun)) != first);
    assert_eq!(scene.guesses(HANA).spent, 2);
}

#[test]
fn login_start_with_the_request_of_another_one_is_refused() {
    let mut scene = Scene::with_hana();
    let begun = scene.begin(HANA, Which::Newest, b"first");
    done(scene.send(PHONE, &begun));
    let mut other = scene.begin(HANA, Which::Newest, b"guess");
    other.request = begun.request;
    assert_eq!(code(scene.send(PHONE, &other)), Code::RequestReused);
    assert_eq!(scene.guesses(HANA).spent, 1);
}

#[test]
fn login_start_that_is_no_message_spends_nothing_whoever_is_named() {
    let mut scene = Scene::with_hana();
    for look_up in [HANA, NOBODY] {
        let mut begun = scene.begin(look_up, Which::Newest, b"first");
        begun.start.ke1 = [0xFF; 96];
        assert_eq!(code(scene.send(PHONE, &begun)), Code::Malformed);
        assert_eq!(scene.guesses(look_up).spent, 0);
    }
}

#[test]
fn login_finish_that_is_repeated_gives_the_same_session() {
    let mut scene = Scene::with_hana();
    let begun = scene.begin(HANA, Which::Newest, b"first");
    let started = done(scene.send(PHONE, &begun));
    let ke3 = scene.answer(&begun, b"first", &started).unwrap().ke3;
    let mut sessions = [0; 2].map(|_| match scene.finish(PHONE, begun.request, ke3) {
        LoginFinished::In(told) => told.session,
        LoginFinished::Out => panic!("out"),
    });
    sessions.sort_unstable();
    assert_eq!(sessions[0], sessions[1]);
    assert_eq!(scene.guesses(HANA).right, 1);
    assert_eq!(scene.owners.kept(), (1, 1));
}

#[test]
fn login_finish_that_is_wrong_leaves_the_guess_spent_and_the_right_one_possible() {
    let mut scene = Scene::with_hana();
    let begun = scene.begin(HANA, Which::Newest, b"first");
    let started = done(scene.send(PHONE, &begun));
    assert!(scene.finish(PHONE, begun.request, [7; 64]) == LoginFinished::Out);
    assert_eq!(scene.guesses(HANA).in_a_row, 1);
    let ke3 = scene.answer(&begun, b"first", &started).unwrap().ke3;
    // Not from another account, and not for another login.
    assert!(scene.finish(THIEF, begun.request, ke3) == LoginFinished::Out);
    let other = scene.begin(HANA, Which::Newest, b"first");
    done(scene.send(PHONE, &other));
    assert!(scene.finish(PHONE, other.request, ke3) == LoginFinished::Out);
    assert!(matches!(
        scene.finish(PHONE, begun.request, ke3),
        LoginFinished::In(_)
    ));
}

#[test]
fn login_finish_after_its_time_is_too_late() {
    for (seconds, is_in) in [(300, true), (301, false)] {
        let mut scene = Scene::with_hana();
        let begun = scene.begin(HANA, Which::Newest, b"first");
        let started = done(scene.send(PHONE, &begun));
        let ke3 = scene.answer(&begun, b"first", &started).unwrap().ke3;
        scene.wait(seconds);
        let finished = scene.finish(PHONE, begun.request, ke3);
        assert_eq!(matches!(finished, LoginFinished::In(_)), is_in);
        assert_eq!(scene.guesses(HANA).in_a_row, u32::from(!is_in));
    }
}

#[test]
fn login_under_a_name_that_nobody_has_looks_like_every_other() {
    let mut scene = Scene::with_hana();
    let mut of = |look_up, which| {
        let mut seen = alloc::vec::Vec::new();
        for _ in 0..7 {
            let begun = scene.begin(look_up, which, b"guess");
            let started = done(scene.send(THIEF, &begun));
            assert!(scene.answer(&begun, b"guess", &started).is_none());
            assert!(scene.finish(THIEF, begun.request, [7; 64]) == LoginFinished::Out);
            seen.push(match started {
                LoginStarted::Challenge { suite, ke2 } => (Some(suite), ke2.len(), 0),
                LoginStarted::Wait(seconds) => (None, 0, seconds),
            });
        }
        (seen, scene.guesses(look_up))
    };
    let (of_nobody, of_hana) = (of(NOBODY, Which::Newest), of(HANA, Which::Newest));
    assert_eq!(of_nobody, of_hana);
    assert_eq!(of_hana.1.spent, 5);
}

#[test]
fn login_is_evaluated_in_the_same_way_each_time_also_where_nobody_is() {
    // The first 32 bytes of the challenge are the evaluated secret. Were they others each time, nobody would be known by that.
    let mut scene = Scene::with_hana();
    for (look_up, which) in [
        (HANA, Which::Newest),
        (HANA, Which::Previous),
        (NOBODY, Which::Newest),
        (NOBODY, Which::Previous),
    ] {
        let begun = scene.begin(look_up, which, b"guess");
        let mut evaluated = [PHONE, THIEF].map(|account| match done(scene.send(account, &begun)) {
            LoginStarted::Challenge { ke2, .. } => ke2[..32].to_vec(),
            LoginStarted::Wait(_) => panic!("no guess is left"),
        });
        evaluated.sort();
        assert_eq!(evaluated[0], evaluated[1]);
    }
}

#[test]
fn sweep_drops_what_is_over_and_leaves_what_counts() {
    let mut scene = Scene::with_hana();
    scene.log_in(PHONE, HANA, Which::Newest, b"first").unwrap();
    for look_up in [HANA, NOBODY] {
        scene.log_in(THIEF, look_up, Which::Newest, b"guess");
    }
    assert_eq!(scene.owners.kept(), (3, 1));
    scene.owners.sweep(scene.now).unwrap();
    assert_eq!(scene.owners.kept(), (3, 1));
    scene.wait(1_201);
    scene.owners.sweep(scene.now).unwrap();
    assert_eq!(scene.owners.kept(), (0, 0));
    // The guesses at both are still counted.
    assert_eq!(scene.owners.owners().count(), 2);
    scene.wait(FORGOTTEN_AFTER);
    scene.owners.sweep(scene.now).unwrap();
    assert_eq!(scene.owners.owners().count(), 1);
    assert!(scene.log_in(PHONE, HANA, Which::Newest, b"first").is_some());
}
