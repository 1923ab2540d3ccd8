use super::super::*;
use super::authenticator::*;
use super::scene::*;
use crate::settings::PasskeySite;
use alloc::string::ToString;
use saifu_crypto::hash;
use saifu_protocol::limits::{OWNER_LOGIN_LIFETIME, OWNER_SESSION_LIFETIME};
use saifu_protocol::owner::{
    Act, Answer, By, DeviceAdded, DeviceProof, DeviceStart, Event, LoginFinished, Which,
};
use saifu_protocol::problem::Code;
use saifu_protocol::{PublicKey, RequestId};

fn is_out(finished: Option<Inside>) -> bool {
    finished.is_none()
}

#[test]
fn a_passkey_logs_in_without_a_name_and_gets_what_is_kept_for_it() {
    let (mut scene, _, mut passkey) = with_passkey();
    let inside = scene.enter(NEW_PHONE, &mut passkey).unwrap();
    assert_eq!(inside.told.by, By::Device(passkey.id()));
    assert!(inside.told.kept == kept(b'd') && inside.told.map.is_none());
    assert_eq!(inside.told.accounts, [PHONE]);
    assert_eq!((inside.told.guesses, inside.told.is_changing), (0, false));
    assert_eq!(inside.told.until, scene.now.plus(OWNER_SESSION_LIFETIME));
    assert!(scene.done_within(&inside, Act::Join, Command::Join));
}

#[test]
fn a_terminal_logs_in_by_its_key() {
    let (mut scene, inside, _) = with_passkey();
    let terminal = Terminal::new(4);
    let added = scene.add(&inside, terminal.key(), |challenge| {
        terminal.says(challenge)
    });
    assert_eq!(added, Answer::Done(DeviceAdded::Added));
    let entered = scene.enter_by(NEW_PHONE, &terminal).unwrap();
    assert_eq!(entered.told.by, By::Device(terminal.key().id()));
    assert!(scene.done_within(&entered, Act::Join, Command::Join));
    // Not one whose key is another, whatever it says it is.
    let greeted = scene.greet(THIEF);
    let (thief, challenge) = (Terminal::new(5), greeted.challenge());
    assert!(is_out(scene.end_device(&greeted, &thief.says(&challenge))));
    let DeviceProof::Terminal { signature, .. } = thief.says(&challenge) else {
        panic!("a terminal");
    };
    let DeviceProof::Terminal { key, .. } = terminal.says(&challenge) else {
        panic!("a terminal");
    };
    let posing = DeviceProof::Terminal { key, signature };
    assert!(is_out(scene.end_device(&greeted, &posing)));
    // What it signs to be enrolled or to log in is no bare challenge.
    let bare = saifu_crypto::sign::SigningKey::derive(&saifu_crypto::Secret::new([4; 32]));
    let bare = DeviceProof::Terminal {
        key,
        signature: bare.sign(challenge.as_bytes()),
    };
    assert!(is_out(scene.end_device(&greeted, &bare)));
    assert!(
        scene
            .end_device(&greeted, &terminal.says(&challenge))
            .is_some()
    );
}

#[test]
fn device_start_that_is_repeated_is_the_same_conversation() {
    let mut scene = Scene::with_hana();
    let greeted = scene.greet(PHONE);
    let (request, hello) = (greeted.said.request, greeted.said.hello);
    let again = done(scene.start_device(PHONE, request, hello));
    assert_eq!(again, greeted.started);
    let other = PublicKey::new(saifu_crypto::hpke::derive_public(&greeted_secret()));
    let reused = scene.start_device(PHONE, request, other);
    assert_eq!(code(reused), Code::RequestReused);
    let others = scene.start_device(THIEF, request, hello);
    assert_ne!(done(others).greeting, greeted.started.greeting);
}

fn greeted_secret() -> saifu_crypto::Secret {
    saifu_crypto::Secret::new([8; 32])
}

#[test]
fn device_start_with_a_key_of_small_order_is_refused_and_leaves_nothing() {
    let mut scene = Scene::with_hana();
    let request = RequestId::new([1; 16]);
    let refused = scene.start_device(PHONE, request, PublicKey::new([0; 32]));
    assert_eq!(code(refused), Code::Malformed);
    assert_eq!(scene.owners.kept(), (0, 0));
}

#[test]
fn device_finish_that_is_repeated_gives_the_same_session() {
    let (mut scene, _, mut passkey) = with_passkey();
    let greeted = scene.greet(NEW_PHONE);
    let proof = passkey.says(&greeted.challenge());
    let first = scene.end_device(&greeted, &proof).unwrap();
    scene.wait(10);
    let again = scene.end_device(&greeted, &proof).unwrap();
    assert!(again.told == first.told);
    // Another assertion of the same conversation is none: one conversation, one session.
    let second = passkey.says(&greeted.challenge());
    assert!(is_out(scene.end_device(&greeted, &second)));
    // Nor is it one for somebody else who has seen it.
    let login = greeted.said.request;
    let others = scene.finish_device(THIEF, login, &proof);
    assert!(others == LoginFinished::Out);
    scene.wait(OWNER_SESSION_LIFETIME + 1);
    assert!(is_out(scene.end_device(&greeted, &proof)));
}

#[test]
fn an_assertion_is_of_one_conversation_and_no_other() {
    let (mut scene, _, mut passkey) = with_passkey();
    let (first, second) = (scene.greet(NEW_PHONE), scene.greet(NEW_PHONE));
    let proof = passkey.says(&first.challenge());
    assert!(is_out(scene.end_device(&second, &proof)));
    // A wallet that takes the safe for another one, or lets another account ask, has another challenge.
    let mut elsewhere = second.said;
    elsewhere.safe = saifu_protocol::SafeId::new([9; 32]);
    let proof_elsewhere = passkey.says(&elsewhere.challenge());
    assert!(is_out(scene.end_device(&second, &proof_elsewhere)));
    // Neither made the right one impossible.
    let proof = passkey.says(&second.challenge());
    assert!(scene.end_device(&second, &proof).is_some());
}

#[test]
fn an_unknown_device_and_a_removed_one_are_told_the_same_as_a_wrong_one() {
    let (mut scene, inside, mut passkey) = with_passkey();
    let mut stranger = Authenticator::new(9);
    assert!(is_out(scene.enter(NEW_PHONE, &mut stranger)));
    assert!(is_out(scene.enter_by(NEW_PHONE, &Terminal::new(9))));
    // A stranger who knows the id of the credential, but not its key.
    let mut posing = Authenticator::new(9);
    posing.credential_of(&passkey);
    assert!(is_out(scene.enter(NEW_PHONE, &mut posing)));
    let session = scene.enter(NEW_PHONE, &mut passkey).unwrap();
    assert!(scene.remove(&inside, passkey.id()));
    assert!(is_out(scene.enter(NEW_PHONE, &mut passkey)));
    // And what it had opened is closed.
    let Reply::Done(outcome) = scene.act(&session, Act::Join, Command::Join) else {
        panic!("another reply");
    };
    assert_eq!(done(outcome), Answer::Out);
}

#[test]
fn a_passkey_on_another_page_is_out_and_stays_enrolled() {
    let (mut scene, _, mut passkey) = with_passkey();
    let honest = passkey.origin.clone();
    passkey.origin = "https://wallet.example.evil".to_string();
    assert!(is_out(scene.enter(NEW_PHONE, &mut passkey)));
    passkey.origin = honest;
    passkey.rp_id = "example";
    assert!(is_out(scene.enter(NEW_PHONE, &mut passkey)));
    passkey.rp_id = "wallet.example";
    passkey.flags = 0b001;
    assert!(is_out(scene.enter(NEW_PHONE, &mut passkey)));
    passkey.flags = 0b101;
    assert!(scene.enter(NEW_PHONE, &mut passkey).is_some());
}

#[test]
fn the_operators_site_is_the_only_one() {
    let mut scene = Scene::with_hana();
    let site = PasskeySite::new("wallet.example", "https://wallet.example");
    scene.passkeys = Some(site.unwrap());
    let inside = scene.log_in_first(PHONE);
    let mut other_origin = Authenticator::new(3);
    other_origin.origin = "https://a.wallet.example".to_string();
    let mut other_rp = Authenticator::new(3);
    other_rp.rp_id = "example";
    for passkey in [&mut other_origin, &mut other_rp] {
        let added = scene.add_passkey(&inside, passkey);
        assert_eq!(added, Answer::Done(DeviceAdded::NotProved));
    }
    let mut passkey = Authenticator::new(3);
    let added = scene.add_passkey(&inside, &mut passkey);
    assert_eq!(added, Answer::Done(DeviceAdded::Added));
    assert!(scene.enter(NEW_PHONE, &mut passkey).is_some());
}

#[test]
fn a_copied_passkey_is_out_and_the_owner_reads_of_it() {
    let (mut scene, _, mut passkey) = with_passkey();
    scene.enter(NEW_PHONE, &mut passkey).unwrap();
    // The copy was made before this login, so it counts from there.
    passkey.count -= 1;
    assert!(is_out(scene.enter(THIEF, &mut passkey)));
    let inside = scene.enter(PHONE, &mut passkey).unwrap();
    let Answer::Done(ways) = scene.ways(&inside) else {
        panic!("out");
    };
    let (happened, id) = (&ways.history[1], passkey.id());
    assert_eq!(
        (happened.account, happened.what),
        (THIEF, Event::Cloned(id))
    );
    // The counter stays where the last login left it.
    assert_eq!(ways.history.len(), 5);
}

#[test]
fn device_finish_after_its_time_is_too_late() {
    for (seconds, is_in) in [
        (OWNER_LOGIN_LIFETIME, true),
        (OWNER_LOGIN_LIFETIME + 1, false),
    ] {
        let (mut scene, _, mut passkey) = with_passkey();
        let greeted = scene.greet(NEW_PHONE);
        scene.wait(seconds);
        let proof = passkey.says(&greeted.challenge());
        assert_eq!(scene.end_device(&greeted, &proof).is_some(), is_in);
    }
}

#[test]
fn a_login_by_a_device_forgets_the_safes_half_of_the_key() {
    let (mut scene, _, mut passkey) = with_passkey();
    let (left, ended) = (scene.greet(NEW_PHONE), scene.greet(NEW_PHONE));
    let proof = passkey.says(&ended.challenge());
    scene.end_device(&ended, &proof).unwrap();
    let stage = |scene: &Scene, greeted: &Greeted| {
        let need = Need {
            greeting: Some((NEW_PHONE, greeted.said.request)),
            ..Need::default()
        };
        let greeting = scene.owners.load(&need).unwrap().greeting;
        greeting.map(|greeting| greeting.stage)
    };
    // Where the login has ended, at once; where nobody ends it, when nobody can any more.
    let is_ended = |stage| matches!(stage, Some(Stage::Ended { .. }));
    assert!(is_ended(stage(&scene, &ended)));
    scene.wait(OWNER_LOGIN_LIFETIME + 1);
    assert_eq!(scene.owners.next_sweep().unwrap(), Some(scene.now));
    scene.owners.sweep(scene.now).unwrap();
    assert!(stage(&scene, &left).is_none() && is_ended(stage(&scene, &ended)));
}

#[test]
fn only_so_many_logins_by_devices_are_kept_and_no_login_by_a_secret_goes_for_them() {
    let (mut scene, _, mut passkey) = with_passkey();
    let begun = scene.begin(HANA, Which::Newest, b"first");
    let started = done(scene.send(PHONE, &begun));
    let first = scene.greet(NEW_PHONE);
    let last = scene.greet(NEW_PHONE);
    // Each start says so, with the number that stands there in the place of this one.
    let keep = Change::Keep {
        attempts: MAX_ATTEMPTS,
        greetings: 1,
        names: MAX_GUESSED_NAMES,
    };
    scene.owners.apply(&[keep]).unwrap();
    let proof = passkey.says(&first.challenge());
    assert!(is_out(scene.end_device(&first, &proof)));
    let proof = passkey.says(&last.challenge());
    assert!(scene.end_device(&last, &proof).is_some());
    let ke3 = scene.answer(&begun, b"first", &started).unwrap().ke3;
    let finished = scene.finish(PHONE, begun.request, ke3);
    assert!(matches!(finished, LoginFinished::In(_)));
    let hello = PublicKey::new(saifu_crypto::hpke::derive_public(&greeted_secret()));
    let asker = scene.asker(THIEF, RequestId::new([1; 16]));
    let start = Command::DeviceStart(DeviceStart { hello });
    let context = Context {
        now: scene.now,
        keys: &scene.keys,
        signing: scene.safe.signing(),
        passkeys: None,
    };
    let decision = decide(Loaded::default(), &asker, &start, &context, &mut scene.rng);
    let keeps = decision.changes.iter().any(
        |change| matches!(change, Change::Keep { greetings, .. } if *greetings == MAX_GREETINGS),
    );
    assert!(keeps);
}

#[test]
fn a_session_of_a_device_is_of_the_key_that_both_agreed_on() {
    let (mut scene, _, mut passkey) = with_passkey();
    let inside = scene.enter(NEW_PHONE, &mut passkey).unwrap();
    let other = Inside {
        key: saifu_crypto::Secret::new(hash::sha256(b"another")),
        ..inside
    };
    let Reply::Done(outcome) = scene.act(&other, Act::Join, Command::Join) else {
        panic!("another reply");
    };
    assert_eq!(done(outcome), Answer::Out);
}
