//! What is frozen, from bytes to bytes: nothing leaves, whoever asks and by whatever way, and it goes on afterwards.

use super::*;
use crate::owner::{Change, OwnerLedger as _};
use saifu_protocol::hold::{AskedItem, AskedPage};
use saifu_protocol::message::RotateItem;
use saifu_protocol::owner::{Act as OwnerAct, Answer, Frozen, OwnerRecoverItem};
use saifu_protocol::presentation::NO_SESSION;

impl World {
    /// The owner is frozen, or not any more. That it takes two ways to lift it has tests of its own.
    pub(super) fn set_frozen(&mut self, since: Option<UnixTime>) {
        let owner = self.owners.owners().next().cloned();
        let mut owner = owner.unwrap();
        let enrolled = owner.enrolled.as_mut().unwrap();
        enrolled.frozen = since.map(|since| Frozen { since, alone: None });
        self.owners.apply(&[Change::PutOwner(owner)]).unwrap();
    }

    fn with_owner() -> (Self, Held) {
        let mut world = World::new();
        world.enrol(b"first");
        let held = world.register(1).remove(0);
        (world, held)
    }

    fn rotate_held(&mut self, held: &Held) -> Outcome<saifu_protocol::message::Rotated> {
        let request = self.next_request();
        let next = holder_of(&Secret::new([0x52; 32]));
        let target = Target::Certificate {
            presented: held.whole(),
        };
        let purpose = Purpose {
            next: Some(next),
            safe: self.keys.id(),
            act: Act::Rotate,
            target: target.fingerprint(),
            session: NO_SESSION,
            request,
        };
        let rotate = RotateItem {
            orders: None,
            target: held.whole(),
            holder: next,
            proof: present(&purpose, &SigningKey::derive(&held.holder)),
            note: None,
            wait: 0,
        };
        self.call(Route::Rotate, request, vec![rotate])
            .unwrap()
            .remove(0)
    }

    fn taken_over(&mut self, held: &Held, last_resort: bool) -> Outcome<Answer<Recovered>> {
        let inside = self.log_in(b"first");
        let request = self.next_request();
        let item = OwnerRecoverItem {
            within: self.within(&inside, request, OwnerAct::Recover),
            presented: held.whole(),
            session: B,
            last_resort,
        };
        let outcomes = self.call(Route::OwnerRecover, request, vec![item]);
        outcomes.unwrap().remove(0)
    }
}

fn since<T>(outcome: Outcome<T>) -> UnixTime {
    let problem = problem(outcome);
    assert_eq!(problem.code, Code::Frozen);
    problem.since.unwrap()
}

#[test]
fn nothing_that_is_frozen_leaves_not_even_to_the_account_that_registered_it() {
    let (mut world, held) = World::with_owner();
    let at = world.now;
    world.set_frozen(Some(at));
    world.now = at.plus(60);
    for is_other in [false, true] {
        if is_other {
            world.account = saifu_crypto::sign::SigningKey::derive(&Secret::new([0x53; 32]));
        }
        assert_eq!(since(world.recover(&held, A)), at);
        assert_eq!(since(world.rotate_held(&held)), at);
        assert_eq!(since(world.end_held(Act::Retire, &held, NO_SESSION)), at);
        assert_eq!(since(world.taken_over(&held, false)), at);
    }
    world.set_frozen(None);
    assert_eq!(done(world.recover(&held, A)).object, held.object);
}

#[test]
fn a_session_that_has_the_bytes_confirms_nothing_while_it_is_frozen_and_gives_back() {
    let (mut world, held) = World::with_owner();
    done(world.recover(&held, A));
    let at = world.now;
    world.set_frozen(Some(at));
    // Nor is it handed out again to the session that has it.
    assert_eq!(since(world.recover(&held, A)), at);
    assert_eq!(since(world.end_held(Act::Ack, &held, A)), at);
    world.set_frozen(None);
    done(world.end_held(Act::Ack, &held, A));
    // What is over is over: a repeat hears that, and nothing leaves by it.
    world.set_frozen(Some(at));
    done(world.end_held(Act::Ack, &held, A));
    assert_eq!(since(world.taken_over(&held, true)), at);
    let (mut world, held) = World::with_owner();
    done(world.recover(&held, A));
    world.set_frozen(Some(at));
    done(world.end_held(Act::Return, &held, A));
}

#[test]
fn registering_goes_on_and_what_is_registered_is_frozen_too() {
    let (mut world, _) = World::with_owner();
    let at = world.now;
    world.set_frozen(Some(at));
    let held = world.register(1).remove(0);
    assert_eq!(since(world.recover(&held, A)), at);
}

#[test]
fn what_strangers_have_is_not_frozen_and_who_has_no_key_hears_nothing_of_it() {
    let (mut world, held) = World::with_owner();
    let at = world.now;
    world.set_frozen(Some(at));
    let without_key = Held {
        holder: Secret::new([0x54; 32]),
        ..held
    };
    let refused = problem(world.recover(&without_key, A));
    assert_eq!(refused.code, Code::NotFound);
    world.account = saifu_crypto::sign::SigningKey::derive(&Secret::new([0x53; 32]));
    let own = world.register(1).remove(0);
    assert_eq!(done(world.recover(&own, A)).object, own.object);
}

#[test]
fn the_accounts_of_an_owner_are_told_that_they_are_frozen() {
    let (mut world, _) = World::with_owner();
    let frozen = |world: &mut World| {
        let request = world.next_request();
        let outcomes = world.call(Route::Asked, request, vec![AskedItem::List]);
        let page: AskedPage = done(outcomes.unwrap().remove(0));
        page.frozen.map(|frozen| frozen.since)
    };
    assert_eq!(frozen(&mut world), None);
    let at = world.now;
    world.set_frozen(Some(at));
    assert_eq!(frozen(&mut world), Some(at));
    world.account = saifu_crypto::sign::SigningKey::derive(&Secret::new([0x53; 32]));
    assert_eq!(frozen(&mut world), None);
}

#[test]
fn no_chunk_of_what_is_frozen_is_shown() {
    let (mut world, held) = World::with_owner();
    done(world.audit(&held, &[0]));
    let since = world.now;
    world.set_frozen(Some(since));
    let refused = problem(world.audit(&held, &[0]));
    assert_eq!((refused.code, refused.since), (Code::Frozen, Some(since)));
    world.set_frozen(None);
    done(world.audit(&held, &[0]));
}
