//! Recovering: the bytes, to one session.

use super::*;
use crate::decide::MAX_REPLY_OBJECT_BYTES;
use saifu_protocol::limits;
use saifu_protocol::message::EntryState;
use saifu_protocol::presentation::NO_SESSION;

#[test]
fn recover_registered_opens_it() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let recovered = done(world.recover(&held, A));
    assert_eq!(recovered.object, held.object);
    assert_eq!(recovered.certificate, held.certificate);
    assert_eq!(world.state(&held), State::Withdrawing { session: A });
}

#[test]
fn recover_withdrawing_by_its_session_gives_the_same_bytes() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let first = done(world.recover(&held, A));
    assert_eq!(done(world.recover(&held, A)).object, first.object);
}

#[test]
fn recover_in_any_other_case_is_refused_with_a_receipt() {
    type Before = fn(&mut World, &Held);
    let table: [(&str, Before, SessionId, EntryState, Option<SessionId>); 5] = [
        (
            "withdrawing by another",
            |world, held| drop(world.recover(held, A)),
            B,
            EntryState::Withdrawing,
            Some(A),
        ),
        (
            "withdrawn by itself",
            |world, held| {
                world.recover(held, A);
                world.end_held(Act::Ack, held, A);
            },
            A,
            EntryState::Withdrawn,
            Some(A),
        ),
        (
            "withdrawn by another",
            |world, held| {
                world.recover(held, A);
                world.end_held(Act::Ack, held, A);
            },
            B,
            EntryState::Withdrawn,
            Some(A),
        ),
        (
            "retired",
            |world, held| drop(world.end_held(Act::Retire, held, NO_SESSION)),
            A,
            EntryState::Retired,
            None,
        ),
        (
            "returned by itself",
            |world, held| {
                world.recover(held, A);
                world.end_held(Act::Return, held, A);
            },
            A,
            EntryState::Registered,
            Some(A),
        ),
    ];
    for (name, before, session, state, told) in table {
        let mut world = World::new();
        let held = world.register(1).remove(0);
        before(&mut world, &held);
        let first = problem(world.recover(&held, session));
        assert_eq!(first.code, Code::Conflict, "{name}");
        let receipt = first.receipt.clone().unwrap();
        let event = Event::Refused {
            state,
            session: told,
        };
        assert_eq!(world.event(&receipt), event, "{name}");
        assert_eq!(problem(world.recover(&held, session)), first, "{name}");
    }
}

#[test]
fn recover_damaged_bytes_stops_and_keeps_the_entry() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let key = world.ledger.entries().next().unwrap().0.key;
    let mut altered = held.object.clone();
    altered[3] ^= 1;
    world.ledger.damage(key, &altered);
    assert_eq!(code(world.recover(&held, A)), Code::Damaged);
    assert_eq!(world.state(&held), State::Registered);
    assert_eq!(world.events, [AuditEvent::Damaged]);
}

#[test]
fn recover_without_a_session_is_malformed() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    assert_eq!(code(world.recover(&held, NO_SESSION)), Code::Malformed);
}

#[test]
fn recover_twice_in_one_request_sees_the_first() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let request = world.next_request();
    let target = Target::Certificate {
        presented: held.whole(),
    };
    let items: Vec<RecoverItem> = [A, B, A]
        .into_iter()
        .map(|session| RecoverItem {
            presented: held.whole(),
            session,
            proof: world.prove(Act::Recover, &target, session, request, &held.holder),
        })
        .collect();
    let mut outcomes: Vec<Outcome<Recovered>> = world.call(Route::Recover, request, items).unwrap();
    done(outcomes.remove(0));
    assert_eq!(code(outcomes.remove(0)), Code::Conflict);
    done(outcomes.remove(0));
}

#[test]
fn recover_more_than_a_reply_carries_leaves_the_rest_as_it_is() {
    let mut world = World::new();
    let each = limits::MAX_OBJECT_BYTES;
    let fit = MAX_REPLY_OBJECT_BYTES / each;
    let mut held = Vec::new();
    for _ in 0..=fit {
        let mut items = world.items(1);
        items[0].0.resize(each, b' ');
        let request = world.next_request();
        let registered = done(world.register_items(request, &items).remove(0));
        let (object, holder) = items.remove(0);
        held.push(Held {
            holder,
            object,
            certificate: registered.certificate,
        });
    }
    let request = world.next_request();
    let items: Vec<RecoverItem> = held
        .iter()
        .map(|held| {
            let target = Target::Certificate {
                presented: held.whole(),
            };
            RecoverItem {
                presented: held.whole(),
                session: A,
                proof: world.prove(Act::Recover, &target, A, request, &held.holder),
            }
        })
        .collect();
    let mut outcomes: Vec<Outcome<Recovered>> = world.call(Route::Recover, request, items).unwrap();
    assert_eq!(code(outcomes.remove(fit)), Code::TooLarge);
    assert_eq!(world.state(&held[fit]), State::Registered);
    for outcome in outcomes {
        done(outcome);
    }
    done(world.recover(&held[fit], A));
}

#[test]
fn recover_of_one_certificate_named_many_times_carries_no_more_than_a_reply() {
    let mut world = World::new();
    let mut items = world.items(1);
    items[0].0.resize(limits::MAX_OBJECT_BYTES, b' ');
    let request = world.next_request();
    let registered = done(world.register_items(request, &items).remove(0));
    let (object, holder) = items.remove(0);
    let held = Held {
        holder,
        object,
        certificate: registered.certificate,
    };
    let target = Target::Certificate {
        presented: held.whole(),
    };
    let request = world.next_request();
    let item = RecoverItem {
        presented: held.whole(),
        session: A,
        proof: world.prove(Act::Recover, &target, A, request, &held.holder),
    };
    let items = vec![item; limits::MAX_ITEMS];
    let outcomes: Vec<Outcome<Recovered>> = world.call(Route::Recover, request, items).unwrap();
    let handed_out = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Outcome::Done(_)))
        .count();
    assert_eq!(
        handed_out,
        MAX_REPLY_OBJECT_BYTES / limits::MAX_OBJECT_BYTES
    );
}
