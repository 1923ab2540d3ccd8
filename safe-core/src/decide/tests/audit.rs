//! Audits, from bytes to bytes.

use super::*;
use crate::entry::Entry;
use saifu_protocol::Certificate;
use saifu_protocol::certificate::Claims;
use saifu_protocol::limits::{MAX_AUDIT_CHUNKS, MAX_OBJECT_BYTES};
use saifu_protocol::message::Given;
use saifu_protocol::possession::{AuditItem, Audited, Possession};
use saifu_protocol::presentation::NO_SESSION;

fn said(held: &Held) -> Possession {
    let claims = read_claims_unverified(&held.certificate).unwrap();
    claims.possession.unwrap()
}

impl World {
    pub(super) fn audit(&mut self, held: &Held, chunks: &[u32]) -> Outcome<Audited> {
        self.audit_as(held.whole(), &held.holder, chunks)
    }

    fn audit_as(
        &mut self,
        presented: Presented,
        holder: &Secret,
        chunks: &[u32],
    ) -> Outcome<Audited> {
        let request = self.next_request();
        let item = self.audit_item(presented, holder, chunks, request);
        self.call(Route::Audit, request, vec![item])
            .unwrap()
            .remove(0)
    }

    fn audit_item(
        &self,
        presented: Presented,
        holder: &Secret,
        chunks: &[u32],
        request: RequestId,
    ) -> AuditItem {
        let target = Target::Certificate {
            presented: presented.clone(),
        };
        AuditItem {
            target: presented,
            chunks: chunks.to_vec(),
            proof: self.prove(Act::Audit, &target, NO_SESSION, request, holder),
        }
    }

    /// Registers so many bytes of another class than a value.
    fn register_bytes(&mut self, object: Vec<u8>) -> Held {
        let holder = Secret::make(&mut self.rng);
        let item = RegisterItem {
            wait: 0,
            orders: None,
            object: object.clone(),
            holder: holder_of(&holder),
            given: Some(Given {
                class: saifu_protocol::certificate::ObjectClass::Piece,
                digest: saifu_protocol::Digest::default().into(),
            }),
            note: None,
        };
        let request = self.next_request();
        let outcomes = self.call(Route::Register, request, vec![item]);
        let registered: Registered = done(outcomes.unwrap().remove(0));
        Held {
            holder,
            object,
            certificate: registered.certificate,
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let entries = self.ledger.entries();
        entries.map(|(entry, _)| entry.clone()).collect()
    }
}

#[test]
fn audit_of_a_registered_entry_shows_its_chunks_and_changes_nothing() {
    let mut world = World::new();
    let small = world.register(1).remove(0);
    let large = world.register_bytes((0..MAX_OBJECT_BYTES).map(|at| (at / 9) as u8).collect());
    let before = world.entries();
    for (held, places) in [(&small, &[0][..]), (&large, &[0, 4_095, 7, 7])] {
        let audited = done(world.audit(held, places));
        assert!(said(held).is_shown(places, &audited.chunks));
        let bare = world.audit_as(Presented::Bare(held.bare()), &held.holder, places);
        assert!(done(bare) == audited);
    }
    assert!(world.entries() == before);
    assert!(world.events.is_empty());
    done(world.recover(&small, A));
}

#[test]
fn audit_by_somebody_else_finds_nothing() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let stranger = Secret::new([9; 32]);
    assert_eq!(
        code(world.audit_as(held.whole(), &stranger, &[0])),
        Code::NotFound
    );
    // The presentation for another act is none for this one.
    let request = world.next_request();
    let target = Target::Certificate {
        presented: held.whole(),
    };
    let item = AuditItem {
        target: held.whole(),
        chunks: vec![0],
        proof: world.prove(Act::Recover, &target, NO_SESSION, request, &held.holder),
    };
    let outcomes = world.call::<_, Audited>(Route::Audit, request, vec![item]);
    assert_eq!(code(outcomes.unwrap().remove(0)), Code::NotFound);
}

#[test]
fn audit_of_what_is_open_or_over_is_a_conflict_with_a_receipt() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let refused = |world: &mut World| {
        let problem = problem(world.audit(&held, &[0]));
        assert_eq!(problem.code, Code::Conflict);
        world.event(&problem.receipt.unwrap())
    };
    done(world.recover(&held, A));
    let opened = refused(&mut world);
    let state = saifu_protocol::message::EntryState::Withdrawing;
    let session = Some(A);
    assert_eq!(opened, Event::Refused { state, session });
    done(world.end_held(Act::Return, &held, A));
    done(world.audit(&held, &[0]));
    done(world.recover(&held, B));
    done(world.end_held(Act::Ack, &held, B));
    let over = refused(&mut world);
    let state = saifu_protocol::message::EntryState::Withdrawn;
    let session = Some(B);
    assert_eq!(over, Event::Refused { state, session });
}

#[test]
fn audit_of_no_chunks_too_many_or_none_there_is_refused() {
    let mut world = World::new();
    let held = world.register_bytes(vec![1; 257]);
    let most = vec![1; MAX_AUDIT_CHUNKS];
    done(world.audit(&held, &most));
    let more = vec![1; MAX_AUDIT_CHUNKS + 1];
    assert_eq!(code(world.audit(&held, &more)), Code::TooLarge);
    for places in [&[][..], &[2], &[0, u32::MAX]] {
        assert_eq!(code(world.audit(&held, places)), Code::Malformed);
    }
}

#[test]
fn audit_of_altered_bytes_says_that_they_are_damaged() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let key = world.entries()[0].key;
    let mut altered = held.object.clone();
    altered[3] ^= 1;
    world.ledger.damage(key, &altered);
    assert_eq!(code(world.audit(&held, &[0])), Code::Damaged);
    assert_eq!(world.events, [AuditEvent::Damaged]);
    assert_eq!(world.state(&held), State::Registered);
}

#[test]
fn audit_of_a_rotated_entry_goes_by_the_new_certificate_alone() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let next = world.rotated(&held);
    assert_eq!(said(&next), said(&held));
    assert_eq!(code(world.audit(&held, &[0])), Code::NotFound);
    let audited = done(world.audit(&next, &[0]));
    assert!(said(&held).is_shown(&[0], &audited.chunks));
}

#[test]
fn audit_of_a_certificate_of_before_is_refused_and_it_rotates_as_it_was() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let claims = Claims {
        possession: None,
        ..read_claims_unverified(&held.certificate).unwrap()
    };
    let old = Certificate::issue(claims, world.keys.signing());
    world.ledger.forge(&held.certificate, old.compact());
    let held = Held {
        certificate: old.compact().into(),
        ..held
    };
    assert_eq!(code(world.audit(&held, &[0])), Code::Malformed);
    let next = world.rotated(&held);
    let claims = read_claims_unverified(&next.certificate).unwrap();
    assert_eq!(claims.possession, None);
}

#[test]
fn audit_of_more_bytes_than_one_reply_may_read_is_refused_item_by_item() {
    let mut world = World::new();
    let held = world.register_bytes(vec![3; MAX_OBJECT_BYTES]);
    let request = world.next_request();
    let item = world.audit_item(held.whole(), &held.holder, &[0], request);
    let outcomes = world.call::<_, Audited>(Route::Audit, request, vec![item; 6]);
    let codes: Vec<Option<Code>> = outcomes
        .unwrap()
        .into_iter()
        .map(|it| match it {
            Outcome::Done(_) => None,
            Outcome::Problem(problem) => Some(problem.code),
        })
        .collect();
    let too_large = Some(Code::TooLarge);
    assert_eq!(codes, [None, None, None, None, too_large, too_large]);
}

#[test]
fn audit_without_an_entry_proves_that_the_ledger_was_set_back() {
    let mut world = World::new();
    let before = world.ledger.clone();
    let held = world.register(1).remove(0);
    world.ledger = before;
    assert_eq!(code(world.audit(&held, &[0])), Code::RolledBack);
    assert_eq!(world.events, [AuditEvent::RolledBack]);
}
