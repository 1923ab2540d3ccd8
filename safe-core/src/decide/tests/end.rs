//! Ending: receipts that are the same every time, and registrations called off.

use super::*;
use saifu_protocol::message::EntryState;
use saifu_protocol::presentation::NO_SESSION;

#[test]
fn ack_gives_the_same_receipt_every_time() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    world.recover(&held, A);
    let first = done(world.end_held(Act::Ack, &held, A));
    assert_eq!(world.event(&first.receipt), Event::Withdrawn { session: A });
    world.now = world.now.plus(100);
    assert_eq!(done(world.end_held(Act::Ack, &held, A)), first);
    let bare = Target::Certificate {
        presented: Presented::Bare(held.bare()),
    };
    assert_eq!(done(world.end(Act::Ack, bare, &held.holder, A)), first);
}

#[test]
fn return_lets_another_session_in() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    world.recover(&held, A);
    let first = done(world.end_held(Act::Return, &held, A));
    assert_eq!(world.event(&first.receipt), Event::Returned { session: A });
    done(world.recover(&held, B));
    assert_eq!(done(world.end_held(Act::Return, &held, A)), first);
    assert_eq!(world.state(&held), State::Withdrawing { session: B });
}

#[test]
fn end_by_another_session_is_refused_with_a_receipt() {
    for act in [Act::Ack, Act::Return] {
        let mut world = World::new();
        let held = world.register(1).remove(0);
        world.recover(&held, A);
        let refused = problem(world.end_held(act, &held, B));
        let event = Event::Refused {
            state: EntryState::Withdrawing,
            session: Some(A),
        };
        assert_eq!(world.event(&refused.receipt.unwrap()), event);
    }
}

#[test]
fn retire_by_registration_finds_the_item() {
    let mut world = World::new();
    let items = world.items(3);
    let request = world.next_request();
    world.register_items(request, &items);
    let target = Target::Registration { request, item: 1 };
    let stranger = world.end(Act::Retire, target.clone(), &items[0].1, NO_SESSION);
    assert_eq!(code(stranger), Code::NotFound);
    let first = done(world.end(Act::Retire, target.clone(), &items[1].1, NO_SESSION));
    assert_eq!(
        done(world.end(Act::Retire, target, &items[1].1, NO_SESSION)),
        first
    );
    let states: Vec<bool> = world
        .ledger
        .entries()
        .map(|(entry, _)| entry.state == State::Retired)
        .collect();
    assert_eq!(states, [false, true, false]);
}

#[test]
fn retire_by_registration_burns_an_id_that_was_never_seen() {
    let mut world = World::new();
    world.register(1);
    let items = world.items(2);
    let request = world.next_request();
    let target = Target::Registration { request, item: 0 };
    let first = done(world.end(Act::Retire, target.clone(), &items[0].1, NO_SESSION));
    for outcome in world.register_items(request, &items) {
        assert_eq!(code(outcome), Code::CalledOff);
    }
    assert_eq!(
        done(world.end(Act::Retire, target, &items[0].1, NO_SESSION)),
        first
    );
    assert_eq!(world.ledger.entries().count(), 1);
    assert_eq!(world.register(1)[0].counter(), 1);
}

#[test]
fn retire_by_registration_without_a_proof_burns_nothing() {
    let mut world = World::new();
    let items = world.items(1);
    let request = world.next_request();
    let carrier = world.next_request();
    let item = EndItem {
        target: Target::Registration { request, item: 0 },
        session: NO_SESSION,
        proof: "a.b.c".into(),
    };
    let mut outcomes: Vec<Outcome<Ended>> = world.call(Route::Retire, carrier, vec![item]).unwrap();
    assert_eq!(code(outcomes.remove(0)), Code::NotFound);
    done(world.register_items(request, &items).remove(0));
}

#[test]
fn retire_twice_in_one_request_burns_once() {
    let mut world = World::new();
    let key = Secret::new([9; 32]);
    let request = RequestId::new([7; 16]);
    let carrier = world.next_request();
    let items: Vec<EndItem> = (0..3)
        .map(|item| {
            let target = Target::Registration { request, item };
            EndItem {
                proof: world.prove(Act::Retire, &target, NO_SESSION, carrier, &key),
                target,
                session: NO_SESSION,
            }
        })
        .collect();
    let outcomes: Vec<Outcome<Ended>> = world.call(Route::Retire, carrier, items).unwrap();
    assert_eq!(outcomes.len(), 3);
    outcomes.into_iter().for_each(|outcome| drop(done(outcome)));
    assert_eq!(world.ledger.batches().count(), 1);
}
