//! One test per transition of reading once more what was handed out.

use super::super::reread::{Reread, RereadState};
use super::*;
use crate::client::OwnerQuestion;
use crate::owner::{Way, Words};
use saifu_protocol::owner::{Answer, OwnerRecoverItem};

const LOGIN: FlowId = FlowId::new([41; 16]);
const PART: ItemId = ItemId::new([42; 16]);

struct Scene(Fixture);

impl Scene {
    /// A certificate of which the safe has said that it was handed out; with a session that is open there, or without.
    fn new(is_open: bool) -> Self {
        let mut fixture = Fixture::new();
        let mut item = fixture.books.certificate(PAPER).unwrap().clone();
        item.standing = Standing::Elsewhere(Elsewhere {
            state: EntryState::Withdrawn,
            session: Some(OTHER),
            since: NOW,
        });
        let mut changes = alloc::vec![Change::Put(PAPER, Item::Certificate(item), None)];
        if is_open {
            let words = Words::read("lusab-babad-babad-babad-babad-zogid").unwrap();
            let aim = Aim::Ways(Managing::default());
            let login = Login::new(
                fixture.safe(),
                "hana",
                Way::Secret {
                    secret: words.into(),
                },
                aim,
            );
            let state = crate::flow::login::open_for_tests(SESSION);
            let login = Login { state, ..login };
            changes.push(Change::Journal(LOGIN, Flow::Login(login)));
        }
        fixture.books.apply(changes);
        Self(fixture)
    }

    fn flow(&self, state: RereadState) -> Flow {
        Flow::Reread(Reread {
            certificate: PAPER,
            safe: self.0.safe(),
            session: SESSION,
            taken_in: true,
            state,
        })
    }

    fn step(&self, input: Input) -> Step {
        let body = self.0.kept.write();
        let flow = self.flow(RereadState::Asking);
        self.0.step(&flow, Some(body), input)
    }

    fn told(&self, object: Vec<u8>) -> Input {
        let Input::Recovered(recovered) = self.0.recovered(object) else {
            panic!("an object")
        };
        Input::Owner(OwnerAnswer::Recovered(Answer::Done(recovered)))
    }
}

fn asked(step: &Step) -> Option<&OwnerRecoverItem> {
    match &step.next {
        Next::Ask(_, _, Question::Owner(OwnerQuestion::Recover(item))) => Some(item),
        _ => None,
    }
}

#[test]
fn reread_asks_in_the_session_that_is_open_as_a_last_resort() {
    let scene = Scene::new(true);
    let step = scene.step(Input::Loaded(Some(scene.0.kept.write())));
    let item = asked(&step).expect("it asks");
    assert!(item.last_resort);
    assert_eq!(item.within.session, SESSION);
    assert!(step.changes.is_empty());
}

#[test]
fn reread_without_a_session_waits_for_the_owner() {
    let scene = Scene::new(false);
    let step = scene.step(Input::Loaded(Some(scene.0.kept.write())));
    assert!(waits(&step, Waiting::LogIn));
}

#[test]
fn reread_after_the_session_waits_and_ends_its_login() {
    let scene = Scene::new(true);
    let step = scene.step(Input::Owner(OwnerAnswer::Recovered(Answer::Out)));
    assert!(matches!(step.next, Next::Wait(Waiting::LogIn)));
    let ended = |change: &Change| matches!(change, Change::End(LOGIN));
    assert!(step.changes.iter().any(ended));
    assert_eq!(notices(&step), [&Kind::OwnerSessionEnded]);
}

#[test]
fn reread_bytes_that_match_are_held_marked_and_nothing_is_confirmed() {
    let scene = Scene::new(true);
    let step = scene.step(scene.told(scene.0.object.clone()));
    let held = stored(&step);
    let [Item::Value(value)] = held.as_slice() else {
        panic!("one value")
    };
    assert_eq!(value.custody, Custody::Held);
    assert!(value.may_be_used);
    assert!(ends(&step) && matches!(step.next, Next::Nothing));
    assert_eq!(deletes(&step), [PAPER]);
    assert_eq!(notices(&step), [&Kind::LastCopyHere]);
}

#[test]
fn reread_other_bytes_are_thrown_away() {
    let scene = Scene::new(true);
    let mut other = scene.0.object.clone();
    other[40] ^= 1;
    let step = scene.step(scene.told(other));
    assert!(stored(&step).is_empty());
    assert!(ends(&step));
    assert_eq!(notices(&step), [&Kind::LastCopyWrong]);
}

#[test]
fn reread_refused_with_a_receipt_that_it_was_handed_out_is_too_late() {
    let scene = Scene::new(true);
    for (state, is_over) in [
        (EntryState::Withdrawn, true),
        (EntryState::Retired, true),
        (EntryState::Withdrawing, false),
        (EntryState::Registered, false),
    ] {
        let step = scene.step(scene.0.conflict(state, Some(OTHER)));
        assert!(ends(&step));
        let told = notices(&step);
        let is_told = matches!(told.as_slice(), [Kind::LastCopyOver { .. }]);
        assert_eq!(is_told, is_over, "{state:?}");
    }
}

#[test]
fn reread_called_off_leaves_nothing() {
    let scene = Scene::new(true);
    let step = scene.step(Input::CallOff);
    assert!(ends(&step));
    assert_eq!(deletes(&step), [PAPER]);
    assert!(notices(&step).is_empty());
}

#[test]
fn reread_part_that_is_here_goes_when_nothing_wants_it() {
    let scene = Scene::new(true);
    let flow = scene.flow(RereadState::Here { part: PART });
    let step = scene.0.step(&flow, None, Input::Start);
    assert!(ends(&step));
    assert_eq!(deletes(&step), [PART]);
    assert_eq!(flow.task(), Task::LastCopy);
}
