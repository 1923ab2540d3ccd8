//! Who may not rotate, and when nobody may.

use super::*;
use saifu_protocol::{Digest, limits};

#[test]
fn rotate_of_what_is_open_or_over_is_refused_with_a_receipt() {
    type Bring = fn(&mut World, &Held);
    let states: [(EntryState, Option<SessionId>, Bring); 3] = [
        (EntryState::Withdrawing, Some(A), |world, held| {
            done(world.recover(held, A));
        }),
        (EntryState::Withdrawn, Some(A), |world, held| {
            done(world.recover(held, A));
            done(world.end_held(Act::Ack, held, A));
        }),
        (EntryState::Retired, None, |world, held| {
            done(world.end_held(Act::Retire, held, NO_SESSION));
        }),
    ];
    for (state, session, bring) in states {
        let mut world = World::new();
        let held = world.register(1).remove(0);
        bring(&mut world, &held);
        let before = world.ledger.batches().count();
        let handed = world.hand_over(&held);
        let problem = problem(world.rotate(&handed));
        assert_eq!(problem.code, Code::Conflict);
        let receipt = problem.receipt.unwrap();
        assert_eq!(world.event(&receipt), Event::Refused { state, session });
        let receipt = Receipt::verify(&receipt, &world.keys.signing_public()).unwrap();
        assert_eq!(receipt.target, held.whole().fingerprint());
        assert_eq!(world.state(&held).told(), state);
        assert_eq!(world.ledger.batches().count(), before);
    }
}

#[test]
fn rotate_after_a_return_is_done_and_sessions_stay_barred() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    done(world.recover(&held, A));
    done(world.end_held(Act::Return, &held, A));
    let rotated = world.rotated(&held);
    assert_eq!(code(world.recover(&rotated, A)), Code::Conflict);
    done(world.recover(&rotated, B));
}

#[test]
fn rotate_by_a_stranger_is_answered_as_if_there_were_nothing() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let handed = Handed {
        held: Held {
            holder: Secret::make(&mut world.rng),
            ..held.clone()
        },
        ..world.hand_over(&held)
    };
    let unknown = Presented::Certificate("a.b.c".into());
    let answers = [
        problem(world.rotate(&handed)),
        problem(world.rotate_as(Presented::Bare(held.bare()), &handed)),
        problem(world.rotate_as(unknown, &handed)),
    ];
    for answer in answers {
        assert_eq!(answer, Code::NotFound.into());
    }
    assert_eq!(world.ledger.batches().count(), 1);
    assert_eq!(world.events, []);
    done(world.recover(&held, A));
}

#[test]
fn rotate_takes_a_proof_of_exactly_this() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let handed = world.hand_over(&held);
    let good = Purpose {
        safe: world.keys.id(),
        act: Act::Rotate,
        target: held.whole().fingerprint(),
        session: NO_SESSION,
        request: handed.request,
        next: Some(holder_of(&handed.next)),
    };
    let bad = [
        Purpose {
            next: None,
            ..good.clone()
        },
        Purpose {
            next: Some(HolderId::new([9; 32])),
            ..good.clone()
        },
        Purpose {
            act: Act::Retire,
            ..good.clone()
        },
        Purpose {
            session: A,
            ..good.clone()
        },
        Purpose {
            request: RequestId::new([9; 16]),
            ..good.clone()
        },
        Purpose {
            target: Presented::Bare(held.bare()).fingerprint(),
            ..good.clone()
        },
    ];
    let send = |world: &mut World, purpose: &Purpose| -> Outcome<Rotated> {
        let item = RotateItem {
            wait: 0,
            orders: None,
            target: held.whole(),
            holder: holder_of(&handed.next),
            proof: present(purpose, &SigningKey::derive(&held.holder)),
            note: None,
        };
        world
            .call(Route::Rotate, handed.request, vec![item])
            .unwrap()
            .remove(0)
    };
    for purpose in &bad {
        assert_eq!(
            code(send(&mut world, purpose)),
            Code::NotFound,
            "{purpose:?}"
        );
    }
    done(send(&mut world, &good));
}

#[test]
fn rotate_of_what_is_presented_wrongly_is_told_as_to_any_holder() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let handed = world.hand_over(&held);
    let mut hash = held.bare();
    hash.hash.sha256 = [9; 32];
    let mut digest = held.bare();
    digest.digest = Digest::default().into();
    for (bare, wanted) in [
        (hash, Code::HashMismatch),
        (digest, Code::CertificateMismatch),
    ] {
        let outcome = world.rotate_as(Presented::Bare(bare), &handed);
        assert_eq!(code(outcome), wanted);
    }
    done(world.recover(&held, A));
}

#[test]
fn rotate_to_the_holder_it_has_is_malformed() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let handed = Handed {
        next: held.holder.clone(),
        ..world.hand_over(&held)
    };
    assert_eq!(code(world.rotate(&handed)), Code::Malformed);
    done(world.recover(&held, A));
}

#[test]
fn rotate_that_does_not_read_is_malformed() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let handed = world.hand_over(&held);
    let good = serde_json::to_value(world.rotate_item(held.whole(), &handed)).unwrap();
    let mut without = [good.clone(), good.clone(), good.clone()];
    for (item, field) in without.iter_mut().zip(["target", "holder", "proof"]) {
        item.as_object_mut().unwrap().remove(field);
    }
    let mut items = without.to_vec();
    for (field, value) in [
        ("holder", serde_json::json!("AAAA")),
        ("holder", serde_json::json!(null)),
        (
            "target",
            serde_json::json!({"certificate": "x".repeat(limits::MAX_CERTIFICATE_BYTES + 1)}),
        ),
        ("proof", serde_json::json!(1)),
    ] {
        let mut item = good.clone();
        item[field] = value;
        items.push(item);
    }
    for item in items {
        let refused = world.call::<_, Rotated>(Route::Rotate, handed.request, vec![item]);
        assert_eq!(refused.unwrap_err().code, Code::Malformed);
    }
    let refused = world.call::<RotateItem, Rotated>(Route::Rotate, handed.request, vec![]);
    assert_eq!(refused.unwrap_err().code, Code::Malformed);
    let mut item = good;
    item["proof"] = serde_json::json!("no proof");
    let answered = world.call::<_, Rotated>(Route::Rotate, handed.request, vec![item]);
    assert_eq!(code(answered.unwrap().remove(0)), Code::NotFound);
}

#[test]
fn rotate_signs_nothing_that_was_not_signed_before() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    // Somebody has written another certificate into the ledger's file: of the same holder, but worth more.
    let forger = SigningKey::derive(&Secret::new([66; 32]));
    let claims = Claims {
        digest: Digest {
            quantity: Some(1_000),
            ..Digest::default()
        }
        .into(),
        ..world.claims(&held)
    };
    let forged = Held {
        certificate: Certificate::issue(claims, &forger).compact().into(),
        ..held.clone()
    };
    world.ledger.forge(&held.certificate, &forged.certificate);
    for presented in [forged.whole(), Presented::Bare(forged.bare())] {
        let handed = world.hand_over(&forged);
        assert_eq!(code(world.rotate_as(presented, &handed)), Code::Damaged);
    }
    assert_eq!(world.events, [AuditEvent::Damaged, AuditEvent::Damaged]);
}
