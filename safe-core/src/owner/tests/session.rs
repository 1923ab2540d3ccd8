use super::super::*;
use super::scene::*;
use saifu_crypto::Secret;
use saifu_protocol::limits::{MAX_OWNER_ACCOUNTS, MAX_OWNER_MAP_BYTES};
use saifu_protocol::owner::{Act, Answer, InSession, LoginFinished, SetMap, Which};
use saifu_protocol::problem::Code;
use saifu_protocol::{PublicKey, RequestId, SessionId};

fn inside() -> (Scene, Inside) {
    let mut scene = Scene::with_hana();
    let inside = scene
        .log_in(NEW_PHONE, HANA, Which::Newest, b"first")
        .unwrap();
    (scene, inside)
}

#[test]
fn join_makes_the_account_one_of_the_owners() {
    let (mut scene, session) = inside();
    for _ in 0..2 {
        assert!(scene.done_within(&session, Act::Join, Command::Join));
    }
    let again = scene.log_in(PHONE, HANA, Which::Newest, b"first").unwrap();
    assert_eq!(again.told.accounts, [PHONE, NEW_PHONE]);
}

#[test]
fn join_ends_at_the_limit() {
    let mut scene = Scene::with_hana();
    for n in 0..MAX_OWNER_ACCOUNTS {
        let account = PublicKey::new([u8::try_from(100 + n).unwrap(); 32]);
        let session = scene
            .log_in(account, HANA, Which::Newest, b"first")
            .unwrap();
        let Reply::Done(outcome) = scene.act(&session, Act::Join, Command::Join) else {
            panic!("another reply");
        };
        if n + 1 < MAX_OWNER_ACCOUNTS {
            done(outcome);
        } else {
            assert_eq!(code(outcome), Code::TooLarge);
        }
    }
}

#[test]
fn set_map_keeps_another_map_and_the_same_share() {
    let (mut scene, session) = inside();
    let set = |map: &[u8]| {
        let map = map.to_vec();
        |within| {
            Command::SetMap(SetMap {
                within,
                map,
                map_of_root: None,
            })
        }
    };
    assert!(scene.done_within(&session, Act::SetMap, set(b"another")));
    let Reply::Done(outcome) = scene.act(&session, Act::SetMap, set(&[0; MAX_OWNER_MAP_BYTES + 1]))
    else {
        panic!("another reply");
    };
    assert_eq!(code(outcome), Code::TooLarge);
    let again = scene.log_in(PHONE, HANA, Which::Newest, b"first").unwrap();
    assert_eq!(again.told.kept.map, b"another");
    assert_eq!(again.told.kept.share, kept(b'f').share);
}

#[test]
fn a_session_holds_until_its_end_and_no_longer() {
    let (mut scene, session) = inside();
    scene.wait(900);
    assert!(scene.done_within(&session, Act::Join, Command::Join));
    scene.wait(1);
    assert!(!scene.done_within(&session, Act::Join, Command::Join));
    // Nor does the answer to the login bring it back.
    let repeated = scene.finish(NEW_PHONE, session.login, session.ke3);
    assert!(repeated == LoginFinished::Out);
}

#[test]
fn a_session_holds_for_its_account_key_request_and_act_alone() {
    let (mut scene, session) = inside();
    let request = RequestId::make(&mut scene.rng);
    let good = scene.within(&session, request, Act::Join);
    let of_another_act = scene.within(&session, request, Act::SetMap);
    let other_request = RequestId::make(&mut scene.rng);
    let of_another_request = scene.within(&session, other_request, Act::Join);
    let with_another_key = scene.within(
        &Inside {
            key: Secret::new([9; 32]),
            account: session.account,
            export_key: session.export_key.clone(),
            login: session.login,
            ke3: session.ke3,
            told: session.told.clone(),
        },
        request,
        Act::Join,
    );
    let of_another_session = InSession {
        session: SessionId::new([9; 16]),
        ..good
    };
    let mut joins = |account, within| {
        let asker = scene.asker(account, request);
        match scene.ask_as(&asker, &Command::Join(within)) {
            Reply::Done(outcome) => done(outcome) != Answer::Out,
            _ => panic!("another reply"),
        }
    };
    for within in [
        of_another_act,
        of_another_request,
        with_another_key,
        of_another_session,
    ] {
        assert!(!joins(NEW_PHONE, within));
    }
    assert!(!joins(THIEF, good));
    assert!(joins(NEW_PHONE, good));
}
