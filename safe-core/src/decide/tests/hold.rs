//! The wait for what another account registered, from bytes to bytes.

use super::*;
use crate::ledger::Ledger as _;
use crate::push::PAUSE;
use crate::settings::PushServices;
use saifu_crypto::sign::SigningKey as Account;
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::hold::{Asked, AskedItem, AskedPage, Said, WaitItem};
use saifu_protocol::message::{Given, RotateItem, Rotated};
use saifu_protocol::presentation::NO_SESSION;
use saifu_protocol::push::{Endpoint, PushOffer};

pub(super) const DAY: u64 = 86_400;

impl World {
    /// Registers under this account what others wait for.
    fn register_held(&mut self, wait: u64) -> Held {
        let holder = Secret::new([0x51; 32]);
        let item = RegisterItem {
            orders: None,
            object: vec![7; 11],
            holder: holder_of(&holder),
            given: Some(Given {
                class: ObjectClass::Value,
                digest: saifu_protocol::Digest::default().into(),
            }),
            note: None,
            wait,
        };
        let request = self.next_request();
        let outcomes = self.call(Route::Register, request, vec![item.clone()]);
        let registered: Registered = done(outcomes.unwrap().remove(0));
        Held {
            holder,
            object: item.object,
            certificate: registered.certificate,
        }
    }

    pub(super) fn asked(&mut self, item: AskedItem) -> Vec<Asked> {
        let request = self.next_request();
        let outcomes = self.call(Route::Asked, request, vec![item]);
        let page: AskedPage = done(outcomes.unwrap().remove(0));
        page.asked
    }

    fn wake(&mut self, to: Option<&str>) -> Result<Option<PushOffer>, Code> {
        let to = to.map(|to| Endpoint::parse(to).unwrap());
        let request = self.next_request();
        let outcomes = self.call(Route::Asked, request, vec![AskedItem::Push { to }]);
        match outcomes.unwrap().remove(0) {
            Outcome::<AskedPage>::Done(page) => Ok(page.push),
            Outcome::Problem(problem) => Err(problem.code),
        }
    }

    /// Everybody who waits for what this account has.
    fn ledger_asked(&self) -> Vec<Asked> {
        let of = PublicKey::new(self.account.public());
        self.ledger
            .asked()
            .filter(|(whose, _)| *whose == of)
            .map(|(_, asked)| asked)
            .collect()
    }

    pub(super) fn set_wait(&mut self, held: &Held, wait: u64) -> Outcome<UnixTime> {
        let request = self.next_request();
        let target = Target::Certificate {
            presented: held.whole(),
        };
        let item = WaitItem {
            target: held.whole(),
            wait,
            proof: self.prove(Act::Wait, &target, NO_SESSION, request, &held.holder),
        };
        let outcomes = self.call(Route::Wait, request, vec![item]);
        outcomes.unwrap().remove(0)
    }

    /// Acts as this account from now on; gives back the one before.
    fn act_as(&mut self, account: Account) -> Account {
        core::mem::replace(&mut self.account, account)
    }

    /// As one that has registered nothing.
    fn another(&mut self) -> Account {
        self.act_as(Account::derive(&Secret::new([0x53; 32])))
    }
}

fn until<T>(outcome: Outcome<T>) -> UnixTime {
    let problem = problem(outcome);
    assert_eq!(problem.code, Code::Waiting);
    problem.until.unwrap()
}

#[test]
fn own_account_never_waits() {
    let mut world = World::new();
    let held = world.register_held(DAY);
    assert_eq!(done(world.recover(&held, A)).object, held.object);
    assert!(world.asked(AskedItem::List).is_empty());
}

#[test]
fn another_account_waits_for_recovery_rotation_and_retirement_alike() {
    let mut world = World::new();
    let held = world.register_held(DAY);
    world.another();
    let over = until(world.recover(&held, A));
    assert_eq!(over, world.now.plus(DAY));
    world.now = world.now.plus(60);
    assert_eq!(until(world.end_held(Act::Retire, &held, NO_SESSION)), over);
    let request = world.next_request();
    let next = holder_of(&Secret::new([0x52; 32]));
    let target = Target::Certificate {
        presented: held.whole(),
    };
    let purpose = Purpose {
        next: Some(next),
        safe: world.keys.id(),
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
    let rotated: Outcome<Rotated> = world
        .call(Route::Rotate, request, vec![rotate])
        .unwrap()
        .remove(0);
    assert_eq!(until(rotated), over);
    assert_eq!(world.state(&held), State::Registered);
    // One second early is early.
    world.now = UnixTime(over.0 - 2);
    assert_eq!(until(world.recover(&held, A)), over);
    world.now = over;
    assert_eq!(done(world.recover(&held, A)).object, held.object);
    done(world.end_held(Act::Ack, &held, A));
}

#[test]
fn owner_sees_who_waits_and_says_no_for_ever_or_yes_at_once() {
    let mut world = World::new();
    let held = world.register_held(DAY);
    let owner = world.another();
    let over = until(world.recover(&held, A));
    let thief = world.act_as(owner);
    let waiting = world.asked(AskedItem::List);
    let stranger = PublicKey::new(thief.public());
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].account, waiting[0].said), (stranger, None));
    let decide = |account, may| AskedItem::Decide { account, may };
    let told = world.asked(decide(stranger, false));
    assert_eq!(told[0].said, Some(Said::No));
    let owner = world.act_as(thief);
    world.now = over.plus(DAY);
    assert_eq!(code(world.recover(&held, A)), Code::Denied);
    // Of nobody who has not asked is anything remembered, and nobody decides about what is not theirs.
    let unknown = PublicKey::new([9; 32]);
    assert!(world.asked(decide(unknown, true)).is_empty());
    assert!(world.asked(decide(stranger, true)).is_empty());
    assert_eq!(code(world.recover(&held, A)), Code::Denied);
    let thief = world.act_as(owner);
    assert_eq!(world.asked(decide(unknown, true)).len(), 1);
    assert_eq!(world.asked(decide(stranger, true))[0].said, Some(Said::Yes));
    world.act_as(thief);
    assert_eq!(done(world.recover(&held, A)).object, held.object);
}

#[test]
fn a_wait_is_lengthened_at_once_and_shortened_after_it_and_by_its_account_alone() {
    let mut world = World::new();
    let held = world.register_held(60);
    let now = world.now;
    assert_eq!(done(world.set_wait(&held, DAY)), now.plus(1));
    let from = done(world.set_wait(&held, 0));
    assert_eq!(from, world.now.plus(DAY));
    world.another();
    assert_eq!(code(world.set_wait(&held, 0)), Code::NotFound);
    until(world.recover(&held, A));
    world.now = from;
    assert_eq!(done(world.recover(&held, A)).object, held.object);
}

#[test]
fn what_is_over_is_told_without_waiting_and_a_session_is_no_way_round() {
    let mut world = World::new();
    let held = world.register_held(DAY);
    done(world.recover(&held, A));
    // The owner's device has it open. Whoever has the holder's key is told for which session, and no more.
    let owner = world.another();
    assert_eq!(code(world.recover(&held, B)), Code::Conflict);
    assert!(world.ledger_asked().is_empty());
    let over = until(world.recover(&held, A));
    assert_eq!(over, world.now.plus(DAY));
    for act in [Act::Ack, Act::Return] {
        assert_eq!(until(world.end_held(act, &held, A)), over);
    }
    assert_eq!(world.state(&held), State::Withdrawing { session: A });
    world.act_as(owner);
    assert_eq!(done(world.recover(&held, A)).object, held.object);
    done(world.end_held(Act::Ack, &held, A));
    // Of what is over nobody waits to hear that.
    world.another();
    assert_eq!(code(world.recover(&held, B)), Code::Conflict);
}

#[test]
fn of_more_who_wait_than_are_told_anyone_can_be_refused() {
    let mut world = World::new();
    let held = world.register_held(DAY);
    let mut first = None;
    let mut owner = None;
    for n in 0..=saifu_protocol::limits::MAX_ASKED {
        let mut seed = [0x60; 32];
        seed[..8].copy_from_slice(&(n as u64).to_be_bytes());
        let before = world.act_as(Account::derive(&Secret::new(seed)));
        owner.get_or_insert(before);
        until(world.recover(&held, A));
        first.get_or_insert_with(|| PublicKey::new(world.account.public()));
    }
    world.act_as(owner.unwrap());
    let told = world.asked(AskedItem::List);
    assert_eq!(told.len(), saifu_protocol::limits::MAX_ASKED);
    let last = PublicKey::new(world.account.public());
    let mut waiting = world.ledger_asked().into_iter();
    let unseen = waiting.find(|asked| told.iter().all(|it| it.account != asked.account));
    let account = unseen.unwrap().account;
    assert_ne!(account, last);
    let decide = AskedItem::Decide {
        account,
        may: false,
    };
    let told = world.asked(decide);
    assert_eq!((told[0].account, told[0].said), (account, Some(Said::No)));
    assert_eq!(told.len(), saifu_protocol::limits::MAX_ASKED);
}

const SERVICE: &str = "https://fcm.googleapis.com/fcm/send/a";

#[test]
fn whoever_wants_it_is_woken_when_another_account_begins_to_wait() {
    let mut world = World::new();
    let held = world.register_held(DAY);
    assert!(world.wake(Some(SERVICE)).unwrap().unwrap().on);
    assert_eq!(world.ledger.next_push(), Ok(None));
    // Its own account does not wait, and a repeat is no beginning.
    let owner = world.another();
    until(world.recover(&held, A));
    assert_eq!(world.ledger.next_push(), Ok(Some(world.now)));
    let begun = world.now;
    let tried = crate::push::begin(&mut world.ledger, begun).unwrap();
    let [(of, tried)] = tried.as_slice() else {
        panic!("one is woken");
    };
    assert_eq!(*of, PublicKey::new(owner.public()));
    crate::push::note(&mut world.ledger, *of, tried, crate::push::Said::Taken).unwrap();
    world.now = world.now.plus(60);
    until(world.recover(&held, A));
    assert_eq!(world.ledger.next_push(), Ok(None));
    // Another one is said of after the pause.
    world.act_as(Account::derive(&Secret::new([0x54; 32])));
    until(world.recover(&held, A));
    assert_eq!(world.ledger.next_push(), Ok(Some(begun.plus(PAUSE))));
    // What the owner says to somebody is no beginning either, and what ends ends what is due.
    let thief = world.act_as(owner);
    let of = PublicKey::new(thief.public());
    world.asked(AskedItem::Decide {
        account: of,
        may: false,
    });
    assert_eq!(world.ledger.next_push(), Ok(Some(begun.plus(PAUSE))));
    assert!(!world.wake(None).unwrap().unwrap().on);
    assert_eq!(world.ledger.next_push(), Ok(None));
}

#[test]
fn nobody_is_woken_who_does_not_want_it_or_by_a_service_that_nobody_named() {
    let mut world = World::new();
    let held = world.register_held(DAY);
    for to in [
        "https://push.example/a",
        "http://127.0.0.1:80/a",
        "https://fcm.googleapis.com:8443/a",
    ] {
        assert_eq!(world.wake(Some(to)), Err(Code::Malformed), "{to}");
    }
    let owner = world.another();
    until(world.recover(&held, A));
    assert_eq!(world.ledger.next_push(), Ok(None));
    // A safe whose operator wants none says so, and takes none.
    world.act_as(owner);
    world.settings.push = PushServices::none();
    assert_eq!(world.wake(None), Ok(None));
    assert_eq!(world.wake(Some(SERVICE)), Err(Code::Malformed));
}

#[test]
fn an_audit_shows_a_chunk_to_whoever_need_not_wait_and_begins_no_wait() {
    let mut world = World::new();
    let held = world.register_held(DAY);
    done(world.audit(&held, &[0]));
    let own = world.another();
    let refused = problem(world.audit(&held, &[0]));
    assert_eq!(refused.code, Code::Waiting);
    let other = world.act_as(own);
    assert!(world.ledger_asked().is_empty());
    // Who waits already, and has waited long enough.
    let own = world.act_as(other);
    until(world.recover(&held, A));
    assert_eq!(
        until(world.recover(&held, A)),
        refused.until.unwrap().plus(1)
    );
    world.now = world.now.plus(DAY);
    done(world.audit(&held, &[0]));
    let asker = PublicKey::new(world.account.public());
    world.act_as(own);
    world.asked(AskedItem::Decide {
        account: asker,
        may: false,
    });
    world.another();
    assert_eq!(code(world.audit(&held, &[0])), Code::Denied);
}
