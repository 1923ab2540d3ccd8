//! What a rotation changes, and what stays as it was registered.

use super::*;
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::message::Given;
use saifu_protocol::{CertificateDigest, SealedDigest};

#[test]
fn rotate_gives_the_certificate_of_the_next_holder() {
    for class in ObjectClass::ALL {
        let mut world = World::new();
        let sealed = SealedDigest::new(vec![1; 178]).unwrap();
        let holder = Secret::make(&mut world.rng);
        let item = RegisterItem {
            wait: 0,
            orders: None,
            object: b"sealed".to_vec(),
            holder: holder_of(&holder),
            given: Some(Given {
                class,
                digest: CertificateDigest::Sealed(sealed),
            }),
            note: None,
        };
        let request = world.next_request();
        let outcomes = world.call(Route::Register, request, vec![item]).unwrap();
        let Registered { certificate } = done(outcomes.into_iter().next().unwrap());
        let held = Held {
            holder,
            object: b"sealed".to_vec(),
            certificate,
        };
        // What the operator set since does not change what was registered, but where the safe is now.
        world.settings.retention_seconds = 1;
        world.settings.address = Address::parse("https://moved.example").unwrap();
        let rotated = world.rotated(&held);
        let (before, after) = (world.claims(&held), world.claims(&rotated));
        let wanted = Claims {
            address: world.settings.address.clone(),
            issued_at: world.now,
            holder: holder_of(&rotated.holder),
            ..before.clone()
        };
        assert_eq!(after, wanted, "{class:?}");
        assert!(after.issued_at > before.issued_at);
    }
}

#[test]
fn rotate_lets_the_next_holder_in_and_the_last_one_out() {
    for form in ["whole", "bare"] {
        let mut world = World::new();
        let held = world.register(3);
        let rotated = world.rotated(&held[1]);
        world.finds_nothing(&held[1]);
        assert_eq!(world.state(&rotated), State::Registered);
        let presented = match form {
            "bare" => Presented::Bare(held[1].bare()),
            _ => rotated.whole(),
        };
        let recovered = done(world.recover_as(presented, &rotated.holder, A));
        assert_eq!(recovered.object, held[1].object);
        assert_eq!(recovered.certificate, rotated.certificate);
        let receipt = done(world.end_held(Act::Ack, &rotated, A)).receipt;
        assert_eq!(world.event(&receipt), Event::Withdrawn { session: A });
        // Also when all is over, and without the index.
        world.finds_nothing(&held[1]);
        world.is_index_up = false;
        world.finds_nothing(&held[1]);
        // The neighbours are untouched.
        done(world.recover(&held[0], A));
        done(world.recover(&held[2], A));
        assert_eq!(world.events, []);
    }
}

#[test]
fn rotate_takes_the_bare_form() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let handed = world.hand_over(&held);
    let bare = Presented::Bare(held.bare());
    let first = done(world.as_receiver(|world| world.rotate_as(bare.clone(), &handed)));
    let again = done(world.as_receiver(|world| world.rotate_as(bare, &handed)));
    assert_eq!(first, again);
    // The same request is the same rotation, however the certificate is presented.
    assert_eq!(done(world.rotate(&handed)), first);
    let rotated = handed.rotated(first.certificate);
    done(world.recover(&rotated, A));
    world.finds_nothing(&held);
}

#[test]
fn rotate_again_and_again() {
    let mut world = World::new();
    let mut held = world.register(1).remove(0);
    let mut before = Vec::new();
    for seed in 0..4 {
        let next = world.as_account(seed, |world| {
            let handed = world.hand_over(&held);
            let certificate = done(world.rotate_as(held.whole(), &handed)).certificate;
            handed.rotated(certificate)
        });
        before.push(core::mem::replace(&mut held, next));
        world.publish();
        // Every one before finds nothing, and nobody is told that the ledger was set back.
        for old in &before {
            world.finds_nothing(old);
        }
    }
    assert_eq!(world.events, []);
    done(world.recover(&held, A));
}

#[test]
fn rotate_reads_only_what_was_written_and_writes_no_bytes() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let key = world.ledger.entries().next().unwrap().0.key;
    world.ledger.damage(key, b"rotten");
    let rotated = world.rotated(&held);
    assert_eq!(code(world.recover(&rotated, A)), Code::Damaged);
}

#[test]
fn register_repeated_after_a_rotation_gives_the_same_certificates() {
    // A copy of the giver's wallet that still waits for its answer has the value. It deletes it for this certificate
    // only; with any other it would take the value for its own again, while the receiver's certificate opens it too.
    let mut world = World::new();
    let items = world.items(3);
    let request = world.next_request();
    let first = world.register_items(request, &items);
    let Outcome::Done(Registered { certificate }) = first[1].clone() else {
        panic!("not registered")
    };
    let held = Held {
        holder: items[1].1.clone(),
        object: items[1].0.clone(),
        certificate,
    };
    let once = world.rotated(&held);
    assert_eq!(world.register_items(request, &items), first);
    world.rotated(&once);
    assert_eq!(world.register_items(request, &items), first);
    world.finds_nothing(&held);
}

#[test]
fn registration_of_a_rotated_entry_is_not_retired_by_its_giver() {
    let mut world = World::new();
    let items = world.items(1);
    let request = world.next_request();
    let held = Held {
        holder: items[0].1.clone(),
        object: items[0].0.clone(),
        certificate: done(world.register_items(request, &items).remove(0)).certificate,
    };
    let rotated = world.rotated(&held);
    let target = Target::Registration { request, item: 0 };
    let refused = world.end(Act::Retire, target, &held.holder, NO_SESSION);
    assert_eq!(code(refused), Code::NotFound);
    done(world.recover(&rotated, A));
}
