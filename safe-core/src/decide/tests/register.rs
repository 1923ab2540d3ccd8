//! Registering: counters, repeats, and what is refused.

use super::*;
use saifu_protocol::limits;
use saifu_protocol::presentation::NO_SESSION;

#[test]
fn register_a_batch_takes_ascending_counters() {
    let mut world = World::new();
    let held = world.register(50);
    let counters: Vec<u64> = held.iter().map(Held::counter).collect();
    assert_eq!(counters, (0..50).collect::<Vec<_>>());
    assert_eq!(world.register(1)[0].counter(), 50);
}

#[test]
fn register_after_the_limit_returns_to_zero() {
    let mut world = World::with_limit(3);
    let counters: Vec<u64> = world.register(9).iter().map(Held::counter).collect();
    assert_eq!(counters, [0, 1, 2, 3, 0, 1, 2, 3, 0]);
    assert_eq!(world.register(1)[0].counter(), 1);
    // An operator who lowers the limit gets counters within it.
    world.settings.counter_limit = Counter::new(1).unwrap();
    assert_eq!(world.register(1)[0].counter(), 0);
}

#[test]
fn register_again_gives_the_same_certificates() {
    let mut world = World::with_limit(2);
    let items = world.items(7);
    let request = world.next_request();
    let first = world.register_items(request, &items);
    world.register(3);
    assert_eq!(world.register_items(request, &items), first);
    assert_eq!(world.ledger.entries().count(), 10);
}

#[test]
fn register_again_after_purge_gives_the_same_certificates() {
    let mut world = World::new();
    let items = world.items(1);
    let request = world.next_request();
    let first = world.register_items(request, &items);
    let Outcome::Done(registered) = &first[0] else {
        panic!("not registered")
    };
    let held = Held {
        holder: items[0].1.clone(),
        object: items[0].0.clone(),
        certificate: registered.certificate.clone(),
    };
    world.end_held(Act::Retire, &held, NO_SESSION);
    let later = world.now.plus(world.settings.grace_seconds);
    let grace = world.settings.grace_seconds;
    assert_eq!(upkeep::purge(&mut world.ledger, grace, later), Ok(1));
    assert_eq!(world.register_items(request, &items), first);
}

#[test]
fn register_with_a_used_id_and_other_content_is_refused() {
    let mut world = World::new();
    let request = world.next_request();
    let (items, other) = (world.items(2), world.items(2));
    world.register_items(request, &items);
    for outcome in world.register_items(request, &other) {
        assert_eq!(code(outcome), Code::RequestReused);
    }
    let fewer = world.register_items(request, &items[..1]);
    assert_eq!(code(fewer.into_iter().next().unwrap()), Code::RequestReused);
    assert_eq!(world.ledger.entries().count(), 2);
}

#[test]
fn register_with_refused_items_gives_them_no_counter() {
    let mut world = World::new();
    let good = world.items(2);
    let key = Secret::new([9; 32]);
    let items = [
        (b"not a value".to_vec(), key.clone()),
        good[0].clone(),
        (vec![b' '; limits::MAX_OBJECT_BYTES + 1], key),
        good[1].clone(),
    ];
    let request = world.next_request();
    let first = world.register_items(request, &items);
    let codes: Vec<Option<Code>> = first
        .iter()
        .map(|outcome| match outcome {
            Outcome::Done(_) => None,
            Outcome::Problem(problem) => Some(problem.code),
        })
        .collect();
    assert_eq!(
        codes,
        [Some(Code::BadObject), None, Some(Code::TooLarge), None]
    );
    assert_eq!(world.register_items(request, &items), first);
    assert_eq!(world.register(1)[0].counter(), 2);
}
