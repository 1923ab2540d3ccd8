//! The index: when it is asked, and how far it is believed.

use super::*;
use crate::index::{Evidence, MAX_QUESTIONS};

/// What the index would be asked for a recovery of these.
fn asked(world: &World, claims: &[(Presented, Secret)]) -> Vec<Counter> {
    let request = RequestId::new([7; 16]);
    let items = claims.iter().map(|(presented, holder)| {
        let target = Target::Certificate {
            presented: presented.clone(),
        };
        RecoverItem {
            presented: presented.clone(),
            session: A,
            proof: world.prove(Act::Recover, &target, A, request, holder),
        }
    });
    let asker = crate::command::Asker {
        safe: world.keys.id(),
        account: PublicKey::new(world.account.public()),
        request,
    };
    let command = asker.recover(items.collect());
    let need = crate::decide::need(&command, &Evidence::default());
    let loaded = crate::Ledger::load(&world.ledger, &need).unwrap();
    crate::decide::open_questions(&loaded, &command)
}

#[test]
fn index_is_asked_only_for_bare_certificates_that_the_ledger_misses() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    world.publish();
    let whole = held.whole();
    let bare = Presented::Bare(held.bare());
    let stranger = Secret::new([9; 32]);
    let holder = &held.holder;
    let ask = |world: &World, presented: &Presented, holder: &Secret| {
        asked(world, &[(presented.clone(), holder.clone())]).len()
    };
    assert_eq!(ask(&world, &whole, holder), 0);
    assert_eq!(ask(&world, &whole, &stranger), 0);
    assert_eq!(ask(&world, &bare, holder), 0);
    // To the ledger a stranger looks like a holder whose entry is gone.
    assert_eq!(ask(&world, &bare, &stranger), 1);
    let unread = Presented::Certificate("a.b.c".into());
    assert_eq!(ask(&world, &unread, &stranger), 0);
    world.ledger = MemoryLedger::new();
    assert_eq!(ask(&world, &whole, holder), 0);
    assert_eq!(ask(&world, &bare, holder), 1);
}

#[test]
fn index_is_asked_no_more_often_than_the_limit_in_one_request() {
    let mut world = World::new();
    let earlier = world.ledger.clone();
    let lost = world.register(MAX_QUESTIONS + 1);
    world.publish();
    world.ledger = earlier;
    let claims: Vec<(Presented, Secret)> = lost
        .iter()
        .rev()
        .map(|held| (Presented::Bare(held.bare()), held.holder.clone()))
        .collect();
    // The first of the request, whatever their counters; the same one twice is one question.
    let twice: Vec<(Presented, Secret)> = claims.iter().chain(&claims).cloned().collect();
    let first: Vec<Counter> = lost[1..]
        .iter()
        .rev()
        .map(|held| held.bare().counter)
        .collect();
    assert_eq!(asked(&world, &twice), first);
    // The rest is answered from the ledger alone: it knows nothing of them, and still has what it has.
    let kept = world.register(1).remove(0);
    let request = world.next_request();
    let kept = (Presented::Bare(kept.bare()), kept.holder);
    let items: Vec<RecoverItem> = claims
        .into_iter()
        .chain([kept])
        .map(|(presented, holder)| {
            let target = Target::Certificate {
                presented: presented.clone(),
            };
            RecoverItem {
                presented,
                session: A,
                proof: world.prove(Act::Recover, &target, A, request, &holder),
            }
        })
        .collect();
    let mut outcomes: Vec<Outcome<Recovered>> = world.call(Route::Recover, request, items).unwrap();
    done(outcomes.pop().unwrap());
    assert_eq!(code(outcomes.pop().unwrap()), Code::NotFound);
    assert_eq!(outcomes.len(), MAX_QUESTIONS);
    for outcome in outcomes {
        assert_eq!(code(outcome), Code::RolledBack);
    }
}

#[test]
fn index_that_is_down_hides_no_rollback_from_a_whole_certificate() {
    let mut world = World::new();
    let lost = world.register(1).remove(0);
    world.ledger = MemoryLedger::new();
    world.is_index_up = false;
    assert_eq!(code(world.recover(&lost, A)), Code::RolledBack);
}

#[test]
fn index_that_knows_more_than_the_ledger_tells_of_a_rollback() {
    for is_bare in [false, true] {
        let mut world = World::new();
        let kept = world.register(1).remove(0);
        let earlier = world.ledger.clone();
        let lost = world.register(3).remove(1);
        world.publish();
        world.ledger = earlier;
        let present = |held: &Held| {
            if is_bare {
                Presented::Bare(held.bare())
            } else {
                held.whole()
            }
        };
        let outcome = world.recover_as(present(&lost), &lost.holder, A);
        assert_eq!(code(outcome), Code::RolledBack);
        assert_eq!(world.events, [AuditEvent::RolledBack]);
        // A stranger is told nothing of it.
        let outcome = world.recover_as(present(&lost), &Secret::new([9; 32]), A);
        assert_eq!(code(outcome), Code::NotFound);
        done(world.recover_as(present(&kept), &kept.holder, A));
        // The counter is given out again; the lost certificate still is what it was.
        world.register(3);
        let outcome = world.recover_as(present(&lost), &lost.holder, A);
        assert_eq!(code(outcome), Code::RolledBack);
    }
}

#[test]
fn index_that_fails_or_is_empty_changes_nothing() {
    for is_up in [false, true] {
        let mut world = World::new();
        world.is_index_up = is_up;
        let held = world.register(1).remove(0);
        let bare = Presented::Bare(held.bare());
        assert_eq!(
            done(world.recover_as(bare, &held.holder, A)).object,
            held.object
        );
    }
}

#[test]
fn index_is_not_believed_without_the_safes_signature() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    world.publish();
    world.ledger = MemoryLedger::new();
    world.keys = SafeKeys::derive(&Secret::new([5; 32]), &Secret::new([6; 32]));
    for presented in [held.whole(), Presented::Bare(held.bare())] {
        let outcome = world.recover_as(presented, &held.holder, A);
        assert_eq!(code(outcome), Code::NotFound);
    }
    assert_eq!(world.events, []);
}
