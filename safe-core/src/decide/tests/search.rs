//! Searching: what a holder is told, and a stranger is not.

use super::*;
use saifu_protocol::Digest;

#[test]
fn search_answers_a_stranger_as_if_there_were_nothing() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let stranger = Secret::new([9; 32]);
    let mut unknown = held.bare();
    unknown.counter = Counter::MAX;
    let nothing = problem(world.recover_as(Presented::Bare(unknown), &stranger, A));
    assert_eq!(nothing.code, Code::NotFound);
    assert_eq!(nothing, Code::NotFound.into());
    for before in [None, Some(Act::Ack)] {
        if before.is_some() {
            world.recover(&held, B);
            world.end_held(Act::Ack, &held, B);
        }
        let whole = world.recover_as(held.whole(), &stranger, A);
        assert_eq!(problem(whole), nothing);
        let bare = world.recover_as(Presented::Bare(held.bare()), &stranger, A);
        assert_eq!(problem(bare), nothing);
        for act in [Act::Ack, Act::Return, Act::Retire] {
            let target = Target::Certificate {
                presented: held.whole(),
            };
            assert_eq!(problem(world.end(act, target, &stranger, A)), nothing);
        }
    }
}

#[test]
fn search_tells_its_holder_what_is_wrong() {
    type Spoil = fn(&mut Bare);
    let table: [(Spoil, Code); 4] = [
        (|bare| bare.hash.sha256[0] ^= 1, Code::HashMismatch),
        (|bare| bare.hash.md5 = Some([0; 16]), Code::HashMismatch),
        (
            |bare| bare.digest = Digest::default().into(),
            Code::CertificateMismatch,
        ),
        (|bare| bare.counter = Counter::MAX, Code::NotFound),
    ];
    for (spoil, wanted) in table {
        let mut world = World::new();
        let held = world.register(1).remove(0);
        let mut bare = held.bare();
        spoil(&mut bare);
        let outcome = world.recover_as(Presented::Bare(bare), &held.holder, A);
        assert_eq!(code(outcome), wanted);
        assert_eq!(world.state(&held), State::Registered);
    }
}

#[test]
fn search_takes_a_whole_certificate_only_to_the_letter() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let mut altered = held.certificate.clone().into_bytes();
    let place = altered.len() - 30;
    altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
    let altered = Presented::Certificate(String::from_utf8(altered).unwrap());
    let outcome = world.recover_as(altered, &held.holder, A);
    assert_eq!(code(outcome), Code::CertificateMismatch);
}

#[test]
fn search_tells_equal_counters_apart() {
    let mut world = World::with_limit(1);
    let held = world.register(6);
    for held in &held {
        let bare = Presented::Bare(held.bare());
        let recovered = done(world.recover_as(bare, &held.holder, A));
        assert_eq!(recovered.object, held.object);
    }
}
