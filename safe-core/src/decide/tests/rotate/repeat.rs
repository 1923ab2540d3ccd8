//! Repeats: the same rotation, another one, and a request id for two things.

use super::*;
use crate::ledger::Ledger as _;
use saifu_protocol::owner::Note;

#[test]
fn rotate_repeated_gives_the_same_certificate() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let handed = world.hand_over(&held);
    let first = done(world.rotate(&handed));
    let rotated = handed.rotated(first.certificate.clone());
    let batches = world.ledger.batches().count();
    let same = |world: &mut World| assert_eq!(done(world.rotate(&handed)), first);
    same(&mut world);
    world.settings.address = Address::parse("https://moved.example").unwrap();
    same(&mut world);
    // Whatever became of the entry since.
    done(world.recover(&rotated, A));
    same(&mut world);
    done(world.end_held(Act::Ack, &rotated, A));
    same(&mut world);
    let grace = world.settings.grace_seconds;
    let later = world.now.plus(grace);
    assert_eq!(upkeep::purge(&mut world.ledger, grace, later), Ok(1));
    same(&mut world);
    assert_eq!(world.ledger.batches().count(), batches);
}

#[test]
fn rotate_repeated_by_anybody_else_finds_nothing() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let handed = world.hand_over(&held);
    done(world.rotate(&handed));
    // The giver has certificate and seed, and may even have seen the request id.
    let not_found = |outcome: Outcome<Rotated>| assert_eq!(code(outcome), Code::NotFound);
    not_found(world.rotate_as(held.whole(), &handed));
    // In another request, for another next holder, with another key, or without a proof of this act.
    let others = [
        Handed {
            request: world.next_request(),
            ..handed.clone()
        },
        Handed {
            next: Secret::make(&mut world.rng),
            ..handed.clone()
        },
        Handed {
            held: Held {
                holder: Secret::make(&mut world.rng),
                ..held.clone()
            },
            ..handed.clone()
        },
    ];
    for other in others {
        not_found(world.rotate(&other));
    }
    let mut item = world.rotate_item(held.whole(), &handed);
    let target = Target::Certificate {
        presented: held.whole(),
    };
    item.proof = world.prove(
        Act::Retire,
        &target,
        NO_SESSION,
        handed.request,
        &held.holder,
    );
    let outcomes: Vec<Outcome<Rotated>> = world
        .as_receiver(|world| world.call(Route::Rotate, handed.request, vec![item]))
        .unwrap();
    outcomes.into_iter().for_each(not_found);
}

#[test]
fn rotate_repeated_after_another_rotation_finds_nothing() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let first = world.hand_over(&held);
    let certificate = done(world.rotate(&first)).certificate;
    let second = world.hand_over(&first.rotated(certificate));
    let last = done(world.rotate(&second));
    assert_eq!(code(world.rotate(&first)), Code::NotFound);
    assert_eq!(done(world.rotate(&second)), last);
    assert_eq!(world.events, []);
}

#[test]
fn rotate_of_two_who_have_the_certificate_lets_the_first_in() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let (first, second) = (world.hand_over(&held), world.hand_over(&held));
    let certificate = done(world.rotate(&first)).certificate;
    assert_eq!(code(world.rotate(&second)), Code::NotFound);
    let lost = second.rotated(certificate.clone());
    assert_eq!(code(world.recover(&lost, A)), Code::NotFound);
    done(world.recover(&first.rotated(certificate), A));
}

#[test]
fn rotate_with_a_used_request_id_is_refused() {
    let mut world = World::new();
    let held = world.register(2);
    // Of a registration …
    let items = world.items(1);
    let registration = world.next_request();
    done(world.register_items(registration, &items).remove(0));
    let handed = Handed {
        request: registration,
        ..world.hand_over(&held[0])
    };
    let refused = world.rotate_as(held[0].whole(), &handed);
    assert_eq!(code(refused), Code::RequestReused);
    // … of one that was called off …
    let burnt = world.next_request();
    let target = Target::Registration {
        request: burnt,
        item: 0,
    };
    done(world.end(Act::Retire, target, &items[0].1, NO_SESSION));
    let handed = Handed {
        request: burnt,
        ..handed
    };
    let refused = world.rotate_as(held[0].whole(), &handed);
    assert_eq!(code(refused), Code::RequestReused);
    // … of another rotation …
    let first = world.hand_over(&held[0]);
    let certificate = done(world.rotate_as(held[0].whole(), &first)).certificate;
    let second = Handed {
        held: held[1].clone(),
        ..first.clone()
    };
    let refused = world.rotate_as(held[1].whole(), &second);
    assert_eq!(code(refused), Code::RequestReused);
    // … and the other way round.
    let outcomes = world.register_items(first.request, &items);
    for outcome in outcomes {
        assert_eq!(code(outcome), Code::RequestReused);
    }
    assert_eq!(world.state(&held[1]), State::Registered);
    done(world.recover(&first.rotated(certificate), A));
}

#[test]
fn rotate_of_many_in_one_request_answers_each() {
    let mut world = World::new();
    let held = world.register(4);
    done(world.recover(&held[1], A));
    let next = Secret::make(&mut world.rng);
    let request = world.next_request();
    let hand = |held: &Held| Handed {
        held: held.clone(),
        next: next.clone(),
        request,
    };
    let mut items: Vec<RotateItem> = held
        .iter()
        .map(|held| world.rotate_item(held.whole(), &hand(held)))
        .collect();
    // The first once more, and one that does not read.
    items.push(items[0].clone());
    items.push(RotateItem {
        target: Presented::Certificate("a.b.c".into()),
        ..items[0].clone()
    });
    // And the first again for a third holder, by the second one, who knows the bare form before the answer.
    let chained = Handed {
        held: Held {
            holder: next.clone(),
            ..held[0].clone()
        },
        next: Secret::make(&mut world.rng),
        request,
    };
    items.push(world.rotate_item(Presented::Bare(held[0].bare()), &chained));
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let sent = items.clone();
        let answered: Vec<Outcome<Rotated>> = world.call(Route::Rotate, request, sent).unwrap();
        outcomes.push(answered);
    }
    assert_eq!(outcomes[0], outcomes[1]);
    let answered = outcomes.remove(0);
    assert_eq!(answered[0], answered[4]);
    let codes: Vec<Option<Code>> = answered
        .iter()
        .map(|outcome| match outcome {
            Outcome::Done(_) => None,
            Outcome::Problem(problem) => Some(problem.code),
        })
        .collect();
    let (conflict, not_found) = (Some(Code::Conflict), Some(Code::NotFound));
    let reused = Some(Code::RequestReused);
    assert_eq!(codes, [None, conflict, None, None, None, not_found, reused]);
    // What was open then and is not any more needs a request of its own.
    done(world.end_held(Act::Return, &held[1], A));
    let sent = vec![items[1].clone()];
    let answered: Vec<Outcome<Rotated>> = world.call(Route::Rotate, request, sent).unwrap();
    assert_eq!(
        code(answered.into_iter().next().unwrap()),
        Code::RequestReused
    );
    world.rotated(&held[1]);
}

#[test]
fn rotate_repeated_with_another_note_is_a_reuse() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let handed = world.hand_over(&held);
    let note = |byte| Note::new(vec![byte; 5]).unwrap();
    let ask = |world: &mut World, note: Option<Note>| {
        let item = RotateItem {
            note,
            ..world.rotate_item(held.whole(), &handed)
        };
        let outcomes =
            world.as_receiver(|world| world.call(Route::Rotate, handed.request, vec![item]));
        outcomes.unwrap().remove(0)
    };
    let first: Rotated = done(ask(&mut world, Some(note(1))));
    assert_eq!(done(ask(&mut world, Some(note(1)))), first);
    for other in [None, Some(note(2))] {
        assert_eq!(code(ask(&mut world, other)), Code::RequestReused);
    }
    let of_receiver = PublicKey::new(SigningKey::derive(&Secret::new([RECEIVER; 32])).public());
    let kept = |world: &World| world.ledger.owned(&[of_receiver], None, 9).unwrap().entries;
    assert_eq!(kept(&world)[0].note, Some(note(1)));
    assert_eq!(kept(&world)[0].certificate, first.certificate);
    // Also when the note is gone with the bytes.
    let rotated = handed.rotated(first.certificate.clone());
    done(world.recover(&rotated, A));
    done(world.end_held(Act::Ack, &rotated, A));
    let grace = world.settings.grace_seconds;
    let later = world.now.plus(grace);
    assert_eq!(upkeep::purge(&mut world.ledger, grace, later), Ok(1));
    assert_eq!(done(ask(&mut world, Some(note(1)))), first);
    assert_eq!(code(ask(&mut world, None)), Code::RequestReused);
}

#[test]
fn rotate_leaves_the_note_of_the_next_holder_and_no_other() {
    let mut world = World::new();
    let note = |byte| Some(Note::new(vec![byte; 5]).unwrap());
    let (holder, request) = (Secret::make(&mut world.rng), world.next_request());
    let item = RegisterItem {
        wait: 0,
        orders: None,
        object: world.value(),
        holder: holder_of(&holder),
        given: None,
        note: note(1),
    };
    let object = item.object.clone();
    let register = |world: &mut World, item| {
        let outcomes: Vec<Outcome<Registered>> =
            world.call(Route::Register, request, vec![item]).unwrap();
        outcomes.into_iter().next().unwrap()
    };
    let certificate = done(register(&mut world, item.clone())).certificate;
    assert_eq!(
        done(register(&mut world, item.clone())).certificate,
        certificate
    );
    let other = RegisterItem {
        note: note(2),
        ..item
    };
    assert_eq!(code(register(&mut world, other)), Code::RequestReused);
    let own = PublicKey::new(world.account.public());
    let notes = |world: &World| -> Vec<Option<Note>> {
        let page = world.ledger.owned(&[own], None, 9).unwrap();
        page.entries.into_iter().map(|owned| owned.note).collect()
    };
    assert_eq!(notes(&world), [note(1)]);
    let held = Held {
        certificate,
        holder,
        object,
    };
    let handed = world.hand_over(&held);
    done(world.rotate_as(held.whole(), &handed));
    assert_eq!(notes(&world), [None]);
}
