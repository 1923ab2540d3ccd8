//! What a wallet has sealed, divided or coupled: the safe takes over digest and class, and what is not released once is
//! read.

use super::*;
use crate::decide::MAX_REPLY_OBJECT_BYTES;
use saifu_protocol::certificate::{LegacyHash, ObjectClass};
use saifu_protocol::digest::DigestSetting;
use saifu_protocol::message::{EntryState, Given};
use saifu_protocol::presentation::NO_SESSION;
use saifu_protocol::{Certificate, CertificateDigest, Digest, SealedDigest, limits};

fn sealed(byte: u8) -> CertificateDigest {
    CertificateDigest::Sealed(SealedDigest::new(vec![byte; 178]).unwrap())
}

fn given(class: ObjectClass, digest: impl Into<CertificateDigest>) -> Given {
    Given {
        class,
        digest: digest.into(),
    }
}

impl World {
    fn item_given(&mut self, object: &[u8], given: Given) -> (RegisterItem, Secret) {
        let holder = Secret::make(&mut self.rng);
        let item = RegisterItem {
            wait: 0,
            orders: None,
            object: object.to_vec(),
            holder: holder_of(&holder),
            given: Some(given),
            note: None,
        };
        (item, holder)
    }

    fn register_one(&mut self, item: RegisterItem) -> Outcome<Registered> {
        let request = self.next_request();
        self.call(Route::Register, request, vec![item])
            .unwrap()
            .remove(0)
    }

    fn register_given(&mut self, object: &[u8], given: Given) -> Held {
        let (item, holder) = self.item_given(object, given);
        Held {
            holder,
            object: object.to_vec(),
            certificate: done(self.register_one(item)).certificate,
        }
    }

    fn register_read_only(&mut self, class: ObjectClass) -> Held {
        self.register_given(b"a secret, sealed", given(class, sealed(1)))
    }
}

const READ_ONLY: [ObjectClass; 2] = [ObjectClass::Key, ObjectClass::Seed];

// Registering.

#[test]
fn register_given_takes_over_class_and_digest() {
    let mut world = World::new();
    let open = Digest {
        name: Some("what no safe would make".into()),
        ..Digest::default()
    };
    for setting in [DigestSetting::FiveFields, DigestSetting::Vacant] {
        world.settings.digest = setting;
        for class in ObjectClass::ALL {
            for digest in [sealed(7), open.clone().into(), Digest::default().into()] {
                let given = given(class, digest);
                let held = world.register_given(&[0, 1, 2], given.clone());
                let key = world.keys.signing_public();
                let certificate = Certificate::verify(&held.certificate, &key).unwrap();
                let holder = holder_of(&held.holder);
                assert_eq!(
                    certificate.collate_given(&[0, 1, 2], &given, holder),
                    Ok(())
                );
            }
        }
    }
}

#[test]
fn register_given_hashes_by_the_setting() {
    for (setting, has_md5) in [(LegacyHash::Off, false), (LegacyHash::Md5, true)] {
        let mut world = World::new();
        world.settings.legacy_hash = setting;
        let held = world.register_given(b"sealed", given(ObjectClass::Piece, sealed(1)));
        let hash = held.bare().hash;
        assert!(hash.matches(b"sealed"));
        assert_eq!(hash.md5.is_some(), has_md5);
    }
}

#[test]
fn register_given_again_gives_the_same_certificates() {
    let mut world = World::new();
    let request = world.next_request();
    let piece = given(ObjectClass::Piece, sealed(1));
    let plain = RegisterItem {
        wait: 0,
        orders: None,
        object: world.value(),
        holder: HolderId::new([5; 32]),
        given: None,
        note: None,
    };
    let items = vec![
        world.item_given(b"one", piece.clone()).0,
        world.item_given(b"", piece.clone()).0,
        plain,
        world.item_given(b"two", piece).0,
    ];
    let first: Vec<Outcome<Registered>> =
        world.call(Route::Register, request, items.clone()).unwrap();
    assert_eq!(world.ledger.entries().count(), 3);
    // Whatever the safe is set to meanwhile.
    world.settings.digest = DigestSetting::Vacant;
    world.settings.legacy_hash = LegacyHash::Md5;
    let again = world.call(Route::Register, request, items.clone()).unwrap();
    assert_eq!(first, again);

    type Spoil = fn(&mut Vec<RegisterItem>);
    let others: [Spoil; 4] = [
        |items| items[0].given = Some(given(ObjectClass::Piece, sealed(2))),
        |items| items[0].given = Some(given(ObjectClass::Key, sealed(1))),
        |items| items[0].given = None,
        |items| items[2].given = Some(given(ObjectClass::Value, Digest::default())),
    ];
    for spoil in others {
        let mut other = items.clone();
        spoil(&mut other);
        let outcomes: Vec<Outcome<Registered>> =
            world.call(Route::Register, request, other).unwrap();
        for outcome in outcomes {
            assert_eq!(code(outcome), Code::RequestReused);
        }
    }
    assert_eq!(world.ledger.entries().count(), 3);
}

#[test]
fn register_given_of_any_size_up_to_the_limit() {
    let mut world = World::new();
    let largest = vec![0xFF; limits::MAX_OBJECT_BYTES];
    for object in [&[0][..], &largest] {
        let held = world.register_given(object, given(ObjectClass::Coupled, sealed(1)));
        assert_eq!(done(world.recover(&held, A)).object, object);
    }
    let above = vec![0xFF; limits::MAX_OBJECT_BYTES + 1];
    let piece = given(ObjectClass::Piece, sealed(1));
    for (object, wanted) in [(&[][..], Code::BadObject), (&above, Code::TooLarge)] {
        let (item, _) = world.item_given(object, piece.clone());
        assert_eq!(code(world.register_one(item)), wanted);
    }
    assert_eq!(world.ledger.entries().count(), 2);
}

#[test]
fn register_with_something_given_that_does_not_read_is_malformed() {
    let long = saifu_protocol::b64::encode(&[7; limits::MAX_SEALED_DIGEST_BYTES + 1]);
    let name = "a".repeat(limits::MAX_DIGEST_BYTES);
    for given in [
        serde_json::json!({"class": "value"}),
        serde_json::json!({"digest": []}),
        serde_json::json!({"class": "ship", "digest": []}),
        serde_json::json!({"class": 1, "digest": []}),
        serde_json::json!({"class": "piece", "digest": ""}),
        serde_json::json!({"class": "piece", "digest": "not base64url!"}),
        serde_json::json!({"class": "piece", "digest": long}),
        serde_json::json!({"class": "piece", "digest": [null, name, null, null, null, null]}),
        serde_json::json!({"class": "piece", "digest": null}),
        serde_json::json!({"class": "piece", "digest": {}}),
        serde_json::json!([]),
        serde_json::json!("piece"),
    ] {
        let mut world = World::new();
        let request = world.next_request();
        let item = serde_json::json!({
            "object": "AQID",
            "holder": HolderId::new([1; 32]),
            "given": given,
        });
        let refused = world.call::<_, Registered>(Route::Register, request, vec![item]);
        assert_eq!(refused.unwrap_err().code, Code::Malformed, "{given}");
        assert_eq!(world.ledger.entries().count(), 0);
    }
}

#[test]
fn register_given_is_written_as_before_where_nothing_is_given() {
    // A safe of version 0.1.0 takes what this wallet sends of plain objects.
    let item = RegisterItem {
        wait: 0,
        orders: None,
        object: vec![1],
        holder: HolderId::new([1; 32]),
        given: None,
        note: None,
    };
    let written = serde_json::to_value(&item).unwrap();
    let names: Vec<_> = written.as_object().unwrap().keys().collect();
    assert_eq!(names, ["holder", "object"]);
}

// Searching.

#[test]
fn search_by_bare_form_compares_sealed_digests() {
    let mut world = World::new();
    let held = world.register_given(b"sealed", given(ObjectClass::Value, sealed(1)));
    for digest in [sealed(2), Digest::default().into()] {
        let bare = Bare {
            digest,
            ..held.bare()
        };
        let outcome = world.recover_as(Presented::Bare(bare), &held.holder, A);
        assert_eq!(code(outcome), Code::CertificateMismatch);
    }
    let outcome = world.recover_as(Presented::Bare(held.bare()), &held.holder, A);
    let recovered = done(outcome);
    assert_eq!(recovered.certificate, held.certificate);
    assert_eq!(recovered.object, held.object);
}

#[test]
fn search_by_bare_form_proves_a_rollback_with_a_sealed_digest() {
    let mut world = World::new();
    let held = world.register_given(b"sealed", given(ObjectClass::Value, sealed(1)));
    world.publish();
    world.ledger = MemoryLedger::new();
    let other = Bare {
        digest: sealed(2),
        ..held.bare()
    };
    let outcome = world.recover_as(Presented::Bare(other), &held.holder, A);
    assert_eq!(code(outcome), Code::NotFound);
    let outcome = world.recover_as(Presented::Bare(held.bare()), &held.holder, A);
    assert_eq!(code(outcome), Code::RolledBack);
}

// What is released once, whatever it is.

#[test]
fn recover_given_opens_it_for_one_session() {
    for class in ObjectClass::ALL {
        if READ_ONLY.contains(&class) {
            continue;
        }
        let mut world = World::new();
        let held = world.register_given(b"sealed", given(class, sealed(1)));
        assert_eq!(done(world.recover(&held, A)).object, held.object);
        assert_eq!(code(world.recover(&held, B)), Code::Conflict);
        let receipt = done(world.end_held(Act::Ack, &held, A)).receipt;
        assert_eq!(world.event(&receipt), Event::Withdrawn { session: A });
        assert_eq!(code(world.recover(&held, A)), Code::Conflict);
    }
}

// What is read.

#[test]
fn recover_read_only_gives_the_bytes_to_every_session_and_changes_nothing() {
    for class in READ_ONLY {
        let mut world = World::new();
        let held = world.register_read_only(class);
        let before = world.ledger.entries().next().unwrap().0.clone();
        for session in [A, A, B, A] {
            let recovered = done(world.recover(&held, session));
            assert_eq!(recovered.object, held.object);
            assert_eq!(recovered.certificate, held.certificate);
        }
        let recovered = done(world.recover_as(Presented::Bare(held.bare()), &held.holder, B));
        assert_eq!(recovered.object, held.object);
        assert_eq!(world.ledger.entries().next().unwrap().0, &before);
        assert_eq!(before.state, State::Registered);
    }
}

#[test]
fn recover_read_only_takes_its_holder_and_a_session() {
    let mut world = World::new();
    let held = world.register_read_only(ObjectClass::Key);
    let stranger = Secret::new([9; 32]);
    let outcome = world.recover_as(held.whole(), &stranger, A);
    assert_eq!(code(outcome), Code::NotFound);
    assert_eq!(code(world.recover(&held, NO_SESSION)), Code::Malformed);
}

#[test]
fn recover_read_only_of_damaged_bytes_stops() {
    let mut world = World::new();
    let held = world.register_read_only(ObjectClass::Seed);
    let key = world.ledger.entries().next().unwrap().0.key;
    world.ledger.damage(key, b"another secret!!");
    assert_eq!(code(world.recover(&held, A)), Code::Damaged);
    assert_eq!(world.events, [AuditEvent::Damaged]);
}

#[test]
fn recover_read_only_counts_against_the_room_of_the_reply() {
    let mut world = World::new();
    let object = vec![1; limits::MAX_OBJECT_BYTES];
    let held = world.register_given(&object, given(ObjectClass::Key, sealed(1)));
    let request = world.next_request();
    let target = Target::Certificate {
        presented: held.whole(),
    };
    let item = RecoverItem {
        presented: held.whole(),
        session: A,
        proof: world.prove(Act::Recover, &target, A, request, &held.holder),
    };
    let fits = MAX_REPLY_OBJECT_BYTES / limits::MAX_OBJECT_BYTES;
    let mut outcomes: Vec<Outcome<Recovered>> = world
        .call(Route::Recover, request, vec![item; fits + 1])
        .unwrap();
    assert_eq!(code(outcomes.pop().unwrap()), Code::TooLarge);
    outcomes.into_iter().for_each(|outcome| drop(done(outcome)));
}

#[test]
fn ack_and_return_of_read_only_are_refused_and_bar_nobody() {
    for class in READ_ONLY {
        let mut world = World::new();
        let held = world.register_read_only(class);
        done(world.recover(&held, A));
        for act in [Act::Ack, Act::Return] {
            let refused = problem(world.end_held(act, &held, A));
            assert_eq!(refused.code, Code::Conflict);
            let event = Event::Refused {
                state: EntryState::Registered,
                session: None,
            };
            assert_eq!(world.event(&refused.receipt.unwrap()), event);
            assert_eq!(done(world.recover(&held, A)).object, held.object);
        }
    }
}

#[test]
fn retire_ends_read_only_for_every_session() {
    for class in READ_ONLY {
        let mut world = World::new();
        let held = world.register_read_only(class);
        done(world.recover(&held, A));
        let first = done(world.end_held(Act::Retire, &held, NO_SESSION));
        assert_eq!(world.event(&first.receipt), Event::Retired);
        assert_eq!(
            done(world.end_held(Act::Retire, &held, NO_SESSION)),
            first,
            "a repeat"
        );
        let event = Event::Refused {
            state: EntryState::Retired,
            session: None,
        };
        for refused in [
            problem(world.recover(&held, A)),
            problem(world.end_held(Act::Ack, &held, A)),
            problem(world.end_held(Act::Return, &held, A)),
        ] {
            assert_eq!(refused.code, Code::Conflict);
            assert_eq!(world.event(&refused.receipt.unwrap()), event);
        }
        let (later, grace) = (
            world.now.plus(world.settings.grace_seconds),
            world.settings.grace_seconds,
        );
        assert_eq!(upkeep::purge(&mut world.ledger, grace, later), Ok(1));
    }
}

#[test]
fn list_shows_what_is_given_in_its_state() {
    let mut world = World::new();
    let key = world.register_read_only(ObjectClass::Key);
    let piece = world.register_given(b"sealed", given(ObjectClass::Piece, sealed(2)));
    done(world.recover(&key, A));
    done(world.recover(&piece, A));
    world.publish();
    let listed: Vec<_> = done(world.list())
        .certificates
        .into_iter()
        .map(|listed| (listed.certificate, listed.state))
        .collect();
    assert_eq!(
        listed,
        [
            (key.certificate, EntryState::Registered),
            (piece.certificate, EntryState::Withdrawing)
        ]
    );
}
