use super::super::*;
use super::authenticator::*;
use super::scene::*;
use saifu_protocol::limits::{FREEZE_ALONE, FREEZE_REST, OWNER_SESSION_LIFETIME};
use saifu_protocol::owner::{
    Act, Alone, Answer, DeviceAdded, DeviceRemove, Event, FreezeItem, Froze, Frozen, Slot, Thawed,
    WayKind, Which,
};
use saifu_protocol::problem::Code;
use saifu_protocol::{PublicKey, RequestId};

impl Scene {
    /// Hana has words and a kit.
    fn with_two_kinds() -> (Self, Inside) {
        let mut scene = Scene::with_hana();
        let inside = scene.log_in_first(PHONE);
        scene.change_slot(&inside, Slot::Kit, b"kit");
        (scene, inside)
    }

    fn freeze(&mut self, account: PublicKey) -> Froze {
        let item = FreezeItem::Account(HANA);
        match self.ask(account, &Command::Freeze(item)) {
            Reply::Froze(outcome) => match done(outcome) {
                Answer::Done(froze) => froze,
                Answer::Out => panic!("no session was named"),
            },
            _ => panic!("another reply"),
        }
    }

    fn freeze_in(&mut self, inside: &Inside) -> Answer<Froze> {
        let freeze = |within| Command::Freeze(FreezeItem::Session(within));
        match self.act(inside, Act::Freeze, freeze) {
            Reply::Froze(outcome) => done(outcome),
            _ => panic!("another reply"),
        }
    }

    fn unfreeze(&mut self, inside: &Inside) -> Answer<Thawed> {
        match self.act(inside, Act::Unfreeze, Command::Unfreeze) {
            Reply::Thawed(outcome) => done(outcome),
            _ => panic!("another reply"),
        }
    }

    fn by_kit(&mut self, account: PublicKey) -> Inside {
        self.log_in(account, HANA, Which::Kit, b"kit").unwrap()
    }

    fn is_frozen(&self) -> bool {
        self.owners.frozen(&PHONE).unwrap().is_some()
    }

    fn newest(&mut self, inside: &Inside) -> Event {
        let Answer::Done(ways) = self.ways(inside) else {
            panic!("out");
        };
        ways.history[0].what
    }
}

fn is_half(answer: Answer<Thawed>) -> bool {
    matches!(answer, Answer::Done(Thawed::Half { .. }))
}

#[test]
fn an_account_of_the_owner_freezes_without_a_session_and_a_strangers_does_not() {
    let (mut scene, inside) = Scene::with_two_kinds();
    assert_eq!(scene.freeze(THIEF), Froze::TooFewWays);
    let nobodys = Command::Freeze(FreezeItem::Account(NOBODY));
    let Reply::Froze(outcome) = scene.ask(PHONE, &nobodys) else {
        panic!("another reply");
    };
    assert_eq!(done(outcome), Answer::Done(Froze::TooFewWays));
    assert!(!scene.is_frozen());
    let frozen = Frozen {
        since: scene.now,
        alone: None,
    };
    assert_eq!(scene.freeze(PHONE), Froze::Frozen(frozen));
    assert_eq!(scene.newest(&inside), Event::Frozen);
    // Again is not anew.
    scene.wait(5);
    assert_eq!(scene.freeze(PHONE), Froze::Frozen(frozen));
    assert_eq!(scene.owners.frozen(&PHONE).unwrap(), Some(frozen));
    assert_eq!(scene.owners.frozen(&THIEF).unwrap(), None);
}

#[test]
fn any_session_of_the_owners_freezes() {
    let (mut scene, inside) = Scene::with_two_kinds();
    let kit = scene.by_kit(NEW_PHONE);
    for session in [&inside, &kit] {
        assert!(matches!(
            scene.freeze_in(session),
            Answer::Done(Froze::Frozen(_))
        ));
    }
    scene.wait(OWNER_SESSION_LIFETIME + 1);
    assert_eq!(scene.freeze_in(&inside), Answer::Out);
}

#[test]
fn who_gets_in_by_one_kind_only_freezes_nothing() {
    let mut scene = Scene::with_hana();
    let inside = scene.log_in_first(PHONE);
    assert_eq!(scene.freeze(PHONE), Froze::TooFewWays);
    // The words that are being changed and those before are one kind.
    scene.change(&inside, b"second");
    let second = scene.log_in(PHONE, HANA, Which::Newest, b"second").unwrap();
    assert_eq!(scene.freeze_in(&second), Answer::Done(Froze::TooFewWays));
    assert!(!scene.is_frozen());
}

#[test]
fn two_sessions_of_two_kinds_lift_it_and_two_of_one_kind_do_not() {
    let (mut scene, inside) = Scene::with_two_kinds();
    scene.freeze(PHONE);
    let since = scene.now;
    let half = Thawed::Half {
        by: WayKind::Words,
        until: inside.told.until,
        frozen: Frozen {
            since,
            alone: Some(Alone {
                by: WayKind::Words,
                since,
            }),
        },
    };
    assert_eq!(scene.unfreeze(&inside), Answer::Done(half));
    // The same way twice, in one session or in two, is one way.
    assert_eq!(scene.unfreeze(&inside), Answer::Done(half));
    let again = scene.log_in_first(PHONE);
    assert!(is_half(scene.unfreeze(&again)));
    assert!(scene.is_frozen());
    assert_eq!(
        scene.newest(&inside),
        Event::LoggedIn {
            by: saifu_protocol::owner::By::Newest,
            guesses: 0,
        }
    );
    let kit = scene.by_kit(PHONE);
    assert_eq!(scene.unfreeze(&kit), Answer::Done(Thawed::Thawed));
    assert!(!scene.is_frozen());
    assert_eq!(scene.newest(&kit), Event::Thawed);
    assert_eq!(scene.unfreeze(&kit), Answer::Done(Thawed::Thawed));
}

#[test]
fn a_passkey_and_a_terminal_are_two_kinds() {
    let (mut scene, inside, mut passkey) = with_passkey();
    let terminal = Terminal::new(4);
    scene.add(&inside, terminal.key(), |challenge| {
        terminal.says(challenge)
    });
    scene.freeze(PHONE);
    let first = scene.enter(NEW_PHONE, &mut passkey).unwrap();
    assert!(is_half(scene.unfreeze(&first)));
    let second = scene.enter_by(NEW_PHONE, &terminal).unwrap();
    assert_eq!(scene.unfreeze(&second), Answer::Done(Thawed::Thawed));
}

#[test]
fn the_halves_of_two_wallets_are_no_whole() {
    let (mut scene, inside) = Scene::with_two_kinds();
    scene.freeze(PHONE);
    // A thief has the words and asks; the owner shows the kit only, for whatever reason.
    let thief = scene.log_in_first(THIEF);
    assert!(is_half(scene.unfreeze(&thief)));
    let kit = scene.by_kit(PHONE);
    assert!(is_half(scene.unfreeze(&kit)));
    assert!(scene.is_frozen());
    assert_eq!(scene.unfreeze(&inside), Answer::Done(Thawed::Thawed));
}

#[test]
fn a_half_holds_no_longer_than_its_session() {
    let (mut scene, inside) = Scene::with_two_kinds();
    scene.freeze(PHONE);
    assert!(is_half(scene.unfreeze(&inside)));
    scene.wait(OWNER_SESSION_LIFETIME + 1);
    let kit = scene.by_kit(PHONE);
    assert!(is_half(scene.unfreeze(&kit)));
    assert!(scene.is_frozen());
}

#[test]
fn a_half_from_before_it_was_frozen_anew_is_none() {
    let (mut scene, inside) = Scene::with_two_kinds();
    scene.freeze(PHONE);
    let kit = scene.by_kit(PHONE);
    scene.unfreeze(&inside);
    scene.unfreeze(&kit);
    scene.wait(1);
    let again = scene.by_kit(PHONE);
    assert!(matches!(
        scene.freeze_in(&again),
        Answer::Done(Froze::Frozen(_))
    ));
    assert!(is_half(scene.unfreeze(&again)));
    assert!(scene.is_frozen());
}

#[test]
fn no_way_in_comes_or_goes_while_it_is_frozen() {
    let (mut scene, inside) = Scene::with_two_kinds();
    scene.change(&inside, b"second");
    let inside = scene.log_in(PHONE, HANA, Which::Newest, b"second").unwrap();
    let there = Terminal::new(5);
    let added = scene.add(&inside, there.key(), |challenge| there.says(challenge));
    assert_eq!(added, Answer::Done(DeviceAdded::Added));
    scene.freeze(PHONE);
    for slot in [Slot::Secret, Slot::Kit] {
        assert_eq!(
            code(scene.try_change(&inside, slot, b"another")),
            Code::Frozen
        );
    }
    for (act, command) in [
        (Act::Settle, Command::Settle as fn(_) -> _),
        (Act::RevokeKit, Command::RevokeKit),
        (Act::RemoveDevice, |within| {
            let device = Terminal::new(5).key().id();
            Command::DeviceRemove(DeviceRemove { within, device })
        }),
    ] {
        let Reply::Done(outcome) = scene.act(&inside, act, command) else {
            panic!("another reply");
        };
        assert_eq!(code(outcome), Code::Frozen);
    }
    let terminal = Terminal::new(4);
    let refused = scene.try_add(&inside, terminal.key(), |challenge| {
        terminal.says(challenge)
    });
    assert_eq!(code(refused), Code::Frozen);
    // What is no way in goes on.
    assert!(scene.done_within(&inside, Act::Join, Command::Join));
}

#[test]
fn one_kind_alone_lifts_it_after_a_long_time_that_nothing_else_ended() {
    let (mut scene, inside) = Scene::with_two_kinds();
    scene.freeze(PHONE);
    scene.unfreeze(&inside);
    scene.wait(FREEZE_ALONE - 1);
    let early = scene.log_in_first(NEW_PHONE);
    assert!(is_half(scene.unfreeze(&early)));
    // Another kind does not get what this one has waited for, and to ask with it begins anew.
    scene.wait(1);
    let enough = scene.log_in_first(NEW_PHONE);
    assert_eq!(scene.unfreeze(&enough), Answer::Done(Thawed::Thawed));
    let (mut scene, inside) = Scene::with_two_kinds();
    scene.freeze(PHONE);
    scene.unfreeze(&inside);
    scene.wait(FREEZE_ALONE);
    let kit = scene.by_kit(PHONE);
    assert!(is_half(scene.unfreeze(&kit)));
    assert!(scene.is_frozen());
}

#[test]
fn who_begins_to_lift_it_alone_has_the_owners_other_accounts_woken_once() {
    let (mut scene, _) = Scene::with_two_kinds();
    scene.freeze(PHONE);
    assert!(scene.woken.is_empty());
    let thief = scene.log_in_first(THIEF);
    assert!(scene.woken.is_empty(), "a login alone is in the history");
    scene.unfreeze(&thief);
    assert_eq!(scene.woken, [PHONE]);
    scene.unfreeze(&thief);
    assert!(scene.woken.is_empty(), "nothing new has begun");
}

#[test]
fn who_asks_alone_is_refused_by_another_way_and_by_an_account() {
    for by_account in [false, true] {
        let (mut scene, _) = Scene::with_two_kinds();
        scene.freeze(PHONE);
        let thief = scene.log_in_first(THIEF);
        scene.unfreeze(&thief);
        // The same kind takes nothing back that it has asked.
        scene.freeze_in(&thief);
        assert!(
            scene
                .owners
                .frozen(&PHONE)
                .unwrap()
                .unwrap()
                .alone
                .is_some()
        );
        let kit = scene.by_kit(PHONE);
        match by_account {
            true => assert!(matches!(scene.freeze(PHONE), Froze::Frozen(_))),
            false => assert!(matches!(scene.freeze_in(&kit), Answer::Done(_))),
        }
        assert_eq!(scene.newest(&kit), Event::ThawRefused(WayKind::Words));
        assert!(
            scene
                .owners
                .frozen(&PHONE)
                .unwrap()
                .unwrap()
                .alone
                .is_none()
        );
        scene.wait(FREEZE_ALONE);
        let thief = scene.log_in_first(THIEF);
        assert!(is_half(scene.unfreeze(&thief)));
    }
}

#[test]
fn after_it_was_lifted_a_freeze_takes_a_session_for_a_while() {
    let (mut scene, inside) = Scene::with_two_kinds();
    // Whoever once had the words has counted their account as hers.
    let thief = scene.log_in_first(THIEF);
    assert!(scene.done_within(&thief, Act::Join, Command::Join));
    scene.freeze(THIEF);
    let kit = scene.by_kit(PHONE);
    scene.unfreeze(&inside);
    scene.unfreeze(&kit);
    assert_eq!(scene.freeze(THIEF), Froze::NeedsSession);
    assert!(!scene.is_frozen());
    scene.wait(FREEZE_REST - 1);
    assert_eq!(scene.freeze(PHONE), Froze::NeedsSession);
    let again = scene.log_in_first(PHONE);
    assert!(matches!(
        scene.freeze_in(&again),
        Answer::Done(Froze::Frozen(_))
    ));
}

#[test]
fn a_proof_for_another_act_lifts_nothing() {
    let (mut scene, inside) = Scene::with_two_kinds();
    scene.freeze(PHONE);
    let Reply::Thawed(outcome) = scene.act(&inside, Act::Freeze, Command::Unfreeze) else {
        panic!("another reply");
    };
    assert_eq!(done(outcome), Answer::Out);
    let request = RequestId::new([9; 16]);
    let within = scene.within(&inside, request, Act::Unfreeze);
    let Reply::Thawed(outcome) = scene.ask(THIEF, &Command::Unfreeze(within)) else {
        panic!("another reply");
    };
    assert_eq!(done(outcome), Answer::Out);
}
