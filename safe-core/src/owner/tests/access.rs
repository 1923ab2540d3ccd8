//! What a session opens, through the same decision as everything else.

use super::super::*;
use super::scene::*;
use crate::command::{Asker, Command as Entries};
use crate::decide::Reply as OfEntries;
use crate::ledger::{Ledger, Need as NeedOfEntries};
use crate::{Evidence, MemoryLedger, SafeKeys, Settings, command};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use saifu_crypto::Secret;
use saifu_protocol::certificate::{Address, ObjectClass, read_claims_unverified};
use saifu_protocol::message::{Given, Outcome, Presented, Recovered, RegisterItem};
use saifu_protocol::owner::{Act, Which};
use saifu_protocol::problem::Code;
use saifu_protocol::{Digest, HolderId, PublicKey, RequestId, SessionId, UnixTime};

const DEVICE: SessionId = SessionId::new([0xD; 16]);

fn decide(ledger: &mut MemoryLedger, command: &Entries, now: UnixTime) -> OfEntries {
    let keys = SafeKeys::derive(&Secret::new([1; 32]), &Secret::new([2; 32]));
    let settings = Settings::new(Address::parse("https://safe.example").unwrap());
    let evidence = Evidence::default();
    let context = crate::Context {
        now,
        settings: &settings,
        keys: &keys,
        evidence: &evidence,
    };
    let loaded = ledger
        .load(&crate::decide::need(command, &evidence))
        .unwrap();
    let decision = crate::decide(loaded, command, &context);
    ledger.apply(&decision.changes).unwrap();
    decision.reply
}

/// Registers something for an account; its holder's key is nobody's in these tests. Returns the certificate.
fn register(scene: &mut Scene, ledger: &mut MemoryLedger, account: PublicKey) -> String {
    let request = RequestId::make(&mut scene.rng);
    let asker = scene.asker(account, request);
    let command = asker.register(vec![RegisterItem {
        wait: 0,
        orders: None,
        object: b"sealed".to_vec(),
        holder: HolderId::new([0xE; 32]),
        given: Some(Given {
            class: ObjectClass::Value,
            digest: Digest::default().into(),
        }),
        note: None,
    }]);
    match decide(ledger, &command, scene.now) {
        OfEntries::Registered(mut items) => done(items.remove(0)).certificate,
        _ => panic!("another reply"),
    }
}

/// What a session recovers, by the certificate that a listing shows.
fn recover(
    scene: &mut Scene,
    ledger: &mut MemoryLedger,
    session: &Inside,
    certificate: &str,
) -> Option<Outcome<Recovered>> {
    let request = RequestId::make(&mut scene.rng);
    let within = scene.within(session, request, Act::Recover);
    let asker = scene.asker(session.account, request);
    let access = access(scene, &asker, session, within)?;
    let counter = read_claims_unverified(certificate).unwrap().counter;
    let need = NeedOfEntries {
        groups: BTreeSet::from([counter]),
        ..NeedOfEntries::default()
    };
    let entries = ledger.load(&need).unwrap().entries;
    let presented = Presented::Certificate(certificate.into());
    let claim: command::Claim = access.claim(&entries, &presented, DEVICE);
    match decide(ledger, &Entries::Recover(vec![claim]), scene.now) {
        OfEntries::Recovered(mut items) => Some(items.remove(0)),
        _ => panic!("another reply"),
    }
}

fn access(
    scene: &Scene,
    asker: &Asker,
    session: &Inside,
    within: saifu_protocol::owner::InSession,
) -> Option<Access> {
    let need = Need {
        session: Some(session.told.session),
        ..Need::default()
    };
    let loaded = scene.owners.load(&need).unwrap();
    open(&loaded, asker, &within, Act::Recover, scene.now)
}

#[test]
fn a_session_recovers_what_the_owner_registered_with_every_key_and_certificate_lost() {
    let (mut scene, mut ledger) = (Scene::with_hana(), MemoryLedger::new());
    let certificate = register(&mut scene, &mut ledger, PHONE);
    let session = scene
        .log_in(NEW_PHONE, HANA, Which::Newest, b"first")
        .unwrap();
    let recovered = recover(&mut scene, &mut ledger, &session, &certificate).unwrap();
    assert_eq!(done(recovered).object, b"sealed");
}

#[test]
fn a_session_recovers_nothing_of_others() {
    let (mut scene, mut ledger) = (Scene::with_hana(), MemoryLedger::new());
    let of_another = register(&mut scene, &mut ledger, NEW_PHONE);
    let session = scene
        .log_in(NEW_PHONE, HANA, Which::Newest, b"first")
        .unwrap();
    // The account that logs in is not the owner's before it has joined.
    let refused = recover(&mut scene, &mut ledger, &session, &of_another).unwrap();
    assert_eq!(code(refused), Code::NotFound);
    assert!(scene.done_within(&session, Act::Join, Command::Join));
    let recovered = recover(&mut scene, &mut ledger, &session, &of_another).unwrap();
    assert_eq!(done(recovered).object, b"sealed");
}

#[test]
fn a_session_that_is_over_opens_nothing() {
    let (mut scene, mut ledger) = (Scene::with_hana(), MemoryLedger::new());
    let certificate = register(&mut scene, &mut ledger, PHONE);
    let session = scene
        .log_in(NEW_PHONE, HANA, Which::Newest, b"first")
        .unwrap();
    scene.wait(901);
    assert!(recover(&mut scene, &mut ledger, &session, &certificate).is_none());
}

#[test]
fn a_proof_for_another_act_opens_nothing() {
    let mut scene = Scene::with_hana();
    let session = scene
        .log_in(NEW_PHONE, HANA, Which::Newest, b"first")
        .unwrap();
    let request = RequestId::make(&mut scene.rng);
    let asker = scene.asker(NEW_PHONE, request);
    let listing = scene.within(&session, request, Act::List);
    assert_eq!(access(&scene, &asker, &session, listing), None);
    let recovering = scene.within(&session, request, Act::Recover);
    let access = access(&scene, &asker, &session, recovering).unwrap();
    assert_eq!(access.accounts(), [PHONE]);
}
