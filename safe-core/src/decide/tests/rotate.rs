//! Another holder: the old certificate finds nothing from then on, and the new one everything.

use super::*;
use saifu_protocol::certificate::{Claims, ObjectClass};
use saifu_protocol::message::{EntryState, Given, RotateItem, Rotated};
use saifu_protocol::presentation::NO_SESSION;
use saifu_protocol::{Certificate, CertificateDigest, Digest, SealedDigest, limits};

const RECEIVER: u8 = 0x77;

/// Of a certificate that is handed over: what the giver knows, and the key that the receiver makes.
#[derive(Clone)]
struct Handed {
    held: Held,
    next: Secret,
    request: RequestId,
}

impl Handed {
    fn rotated(&self, certificate: String) -> Held {
        Held {
            holder: self.next.clone(),
            object: self.held.object.clone(),
            certificate,
        }
    }
}

impl World {
    fn as_account<T>(&mut self, seed: u8, act: impl FnOnce(&mut Self) -> T) -> T {
        let other = SigningKey::derive(&Secret::new([seed; 32]));
        let own = core::mem::replace(&mut self.account, other);
        let result = act(self);
        self.account = own;
        result
    }

    fn as_receiver<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        self.as_account(RECEIVER, act)
    }

    fn hand_over(&mut self, held: &Held) -> Handed {
        Handed {
            held: held.clone(),
            next: Secret::make(&mut self.rng),
            request: self.next_request(),
        }
    }

    fn proof(&self, presented: &Presented, handed: &Handed) -> String {
        let purpose = Purpose {
            safe: self.keys.id(),
            act: Act::Rotate,
            target: presented.fingerprint(),
            session: NO_SESSION,
            request: handed.request,
            next: Some(holder_of(&handed.next)),
        };
        present(&purpose, &SigningKey::derive(&handed.held.holder))
    }

    fn rotate_item(&self, presented: Presented, handed: &Handed) -> RotateItem {
        RotateItem {
            proof: self.proof(&presented, handed),
            target: presented,
            holder: holder_of(&handed.next),
        }
    }

    fn rotate_as(&mut self, presented: Presented, handed: &Handed) -> Outcome<Rotated> {
        let item = self.rotate_item(presented, handed);
        self.call(Route::Rotate, handed.request, vec![item])
            .unwrap()
            .remove(0)
    }

    /// What a receiver does with a certificate it was given.
    fn rotate(&mut self, handed: &Handed) -> Outcome<Rotated> {
        self.as_receiver(|world| world.rotate_as(handed.held.whole(), handed))
    }

    fn rotated(&mut self, held: &Held) -> Held {
        let handed = self.hand_over(held);
        let certificate = done(self.rotate(&handed)).certificate;
        handed.rotated(certificate)
    }

    fn claims(&self, held: &Held) -> Claims {
        let key = self.keys.signing_public();
        let certificate = Certificate::verify(&held.certificate, &key).unwrap();
        certificate.claims().clone()
    }

    /// Every way to ask for the entry of a certificate, and what comes of each.
    fn every_answer(&mut self, held: &Held) -> Vec<Result<(), Problem>> {
        fn outcome<T>(outcome: Outcome<T>) -> Result<(), Problem> {
            match outcome {
                Outcome::Done(_) => Ok(()),
                Outcome::Problem(problem) => Err(problem),
            }
        }
        let mut answers = Vec::new();
        for presented in [held.whole(), Presented::Bare(held.bare())] {
            let target = Target::Certificate {
                presented: presented.clone(),
            };
            let handed = self.hand_over(held);
            answers.push(outcome(self.rotate_as(presented.clone(), &handed)));
            answers.push(outcome(self.recover_as(presented, &held.holder, B)));
            for (act, session) in [(Act::Ack, B), (Act::Return, B), (Act::Retire, NO_SESSION)] {
                let ended = self.end(act, target.clone(), &held.holder, session);
                answers.push(outcome(ended));
            }
        }
        answers
    }

    fn finds_nothing(&mut self, held: &Held) {
        let stranger = Held {
            holder: Secret::make(&mut self.rng),
            ..held.clone()
        };
        let answers = self.every_answer(held);
        for answer in &answers {
            let code = answer.as_ref().map_err(|problem| problem.code);
            assert_eq!(code, Err(Code::NotFound));
        }
        assert_eq!(answers, self.every_answer(&stranger));
    }

    fn listed(&mut self) -> Vec<(String, EntryState)> {
        let page = done(self.list());
        page.certificates
            .into_iter()
            .map(|listed| (listed.certificate, listed.state))
            .collect()
    }
}

// What it changes.

#[test]
fn rotate_gives_the_certificate_of_the_next_holder() {
    for class in ObjectClass::ALL {
        let mut world = World::new();
        let sealed = SealedDigest::new(vec![1; 178]).unwrap();
        let holder = Secret::make(&mut world.rng);
        let item = RegisterItem {
            object: b"sealed".to_vec(),
            holder: holder_of(&holder),
            given: Some(Given {
                class,
                digest: CertificateDigest::Sealed(sealed),
            }),
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

// Repeats.

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

// Who may not, and when.

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
            target: held.whole(),
            holder: holder_of(&handed.next),
            proof: present(purpose, &SigningKey::derive(&held.holder)),
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

// What the registration was.

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

// Listing, and the index.

#[test]
fn list_shows_a_rotated_certificate_to_whoever_asked_for_it_only() {
    let mut world = World::new();
    let held = world.register(3);
    world.publish();
    assert_eq!(world.listed().len(), 3);
    let rotated = world.rotated(&held[0]);
    for _ in 0..2 {
        // Before the index has it, and after.
        let left: Vec<String> = world.listed().into_iter().map(|(text, _)| text).collect();
        assert_eq!(left, [&*held[1].certificate, &*held[2].certificate]);
        world.publish();
    }
    let wanted = [(rotated.certificate.clone(), EntryState::Registered)];
    assert_eq!(world.as_receiver(World::listed), wanted);
    assert_eq!(world.as_account(0x78, World::listed), []);
    assert_eq!(world.events, []);
    // Rotated by its own account, only the new one shows: under a key of its own, behind the batch it came in.
    let handed = world.hand_over(&held[1]);
    let certificate = done(world.rotate_as(held[1].whole(), &handed)).certificate;
    world.publish();
    let left: Vec<String> = world.listed().into_iter().map(|(text, _)| text).collect();
    assert_eq!(left, [&*held[2].certificate, &*certificate]);
    assert_eq!(world.events, []);
}

#[test]
fn index_written_again_after_rotations_is_the_same_index() {
    let mut world = World::new();
    let held = world.register(3);
    let alone = world.register(1).remove(0);
    world.publish();
    let once = world.rotated(&held[0]);
    let other = world.rotated(&alone);
    world.publish();
    world.rotated(&once);
    world.publish();
    let before = world.index.clone();
    upkeep::rebuild(&mut world.ledger).unwrap();
    world.publish();
    assert_eq!(world.index, before);
    // Into an empty store: what finds nothing any more, and was no registration, is left out.
    world.index = MemoryIndex::new();
    upkeep::rebuild(&mut world.ledger).unwrap();
    world.publish();
    assert_eq!(world.index.len(), before.len() - 1);
    let listed = world.as_receiver(World::listed);
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().any(|(text, _)| *text == other.certificate));
    assert_eq!(world.events, []);
}

#[test]
fn rotation_before_the_index_was_written_leaves_both_in_it() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let rotated = world.rotated(&held);
    assert_eq!(world.index.len(), 0);
    world.publish();
    assert_eq!(world.index.len(), 2);
    assert_eq!(world.listed(), []);
    assert_eq!(world.as_receiver(World::listed).len(), 1);
    world.finds_nothing(&held);
    done(world.recover(&rotated, A));
}

// A ledger that was set back.

#[test]
fn rotation_that_the_ledger_has_lost_is_noticed() {
    for form in ["whole", "bare"] {
        let mut world = World::new();
        let held = world.register(1).remove(0);
        let before = world.ledger.clone();
        let rotated = world.rotated(&held);
        world.publish();
        world.ledger = before.clone();
        let presented = match form {
            "bare" => Presented::Bare(rotated.bare()),
            _ => rotated.whole(),
        };
        let lost = world.recover_as(presented.clone(), &rotated.holder, A);
        assert_eq!(code(lost), Code::RolledBack);
        assert_eq!(world.events, [AuditEvent::RolledBack]);
        // Also where the giver has used the occasion to give it to somebody else.
        world.rotated(&held);
        world.publish();
        let lost = world.recover_as(presented, &rotated.holder, A);
        assert_eq!(code(lost), Code::RolledBack);
    }
}

#[test]
fn rotation_repeated_to_a_ledger_that_was_set_back_is_done_again() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let before = world.ledger.clone();
    let handed = world.hand_over(&held);
    done(world.rotate(&handed));
    world.ledger = before;
    let certificate = done(world.rotate(&handed)).certificate;
    done(world.recover(&handed.rotated(certificate), A));
}

#[test]
fn times_of_generations_never_descend_whatever_the_clock_does() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let start = world.now;
    world.now = UnixTime(start.0 - 500);
    let once = world.rotated(&held);
    assert_eq!(world.claims(&once).issued_at, start);
    let twice = world.rotated(&once);
    assert_eq!(world.claims(&twice).issued_at, start);
    for old in [&held, &once] {
        world.finds_nothing(old);
    }
    assert_eq!(world.events, []);
    done(world.recover(&twice, A));
}
