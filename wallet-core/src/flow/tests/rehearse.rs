//! One test per transition of a rehearsal.

use super::*;
use crate::check::{Found, What, Whole};
use crate::rules::{Entry, RuleId, Way, Why};
use saifu_protocol::message::Outcome;
use saifu_protocol::possession::{Audited, Possession};

const DESK: UnixTime = NOW;

fn entry() -> Entry {
    Entry {
        round: FLOW,
        rule: RuleId::NEW,
        name: String::new(),
        why: Why::Asked,
        way: Way::Rehearse,
        began: NOW,
        ended: NOW,
        named: Vec::new(),
        moved: 0,
        stayed: 0,
        parts: None,
    }
}

impl Fixture {
    fn rehearse(&self, state: RehearseState) -> Rehearse {
        let mut flow = Rehearse::of(&self.books, PAPER, false, entry());
        if state != RehearseState::Between {
            flow.left.clear();
        }
        flow.state = state;
        flow
    }

    fn held(&self) -> Held {
        Held {
            certificate: PAPER,
            safe: self.safe(),
            session: Session {
                id: SESSION,
                key: Secret::new([5; 32]),
            },
            request: REQUEST,
        }
    }

    fn open(&self) -> Rehearse {
        self.rehearse(RehearseState::Opening(self.held()))
    }

    fn going_back(&self, found: Option<Found>) -> Rehearse {
        self.rehearse(RehearseState::Returning(self.held(), found))
    }

    fn after(&self, flow: &Rehearse, input: Input) -> Step {
        self.with_paper(&Flow::Rehearse(flow.clone()), input)
    }

    /// A start after so many waits.
    fn after_waits(&self, flow: &Rehearse, attempts: u32) -> Step {
        let desk = Desk {
            stretch: Stretch::None,
            lock: self.lock,
            id: FLOW,
            books: &self.books,
            now: DESK,
            body: None,
            attempts,
            waiting: Some(Waiting::Unreachable),
        };
        let flow = Flow::Rehearse(flow.clone());
        flow.step(Input::Start, &desk, &mut Counting(100))
    }

    fn end_of(&self, found: Found) -> Step {
        let mut flow = self.rehearse(RehearseState::Between);
        flow.left.clear();
        flow.found.push(crate::check::PartCheck {
            certificate: PAPER,
            safe: self.safe(),
            found,
        });
        self.after(&flow, Input::Start)
    }
}

fn next(step: &Step) -> &Rehearse {
    let mut flows = step.changes.iter().filter_map(|change| match change {
        Change::Journal(FLOW, Flow::Rehearse(flow)) => Some(flow),
        _ => None,
    });
    flows.next().expect("it goes on")
}

fn found(step: &Step) -> Vec<Found> {
    next(step).found.iter().map(|it| it.found).collect()
}

/// What is written down with the certificate.
fn recorded(step: &Step) -> Option<Whole> {
    let certificate = stored(step).into_iter().find_map(|item| match item {
        Item::Certificate(certificate) => Some(certificate),
        _ => None,
    });
    let check = certificate?.checks.last(What::Rehearsal).cloned();
    check.map(|check| check.whole)
}

fn is_going_back(flow: &Rehearse, with: Option<Found>) -> bool {
    matches!(&flow.state, RehearseState::Returning(held, found)
        if *found == with && held.session.id == SESSION && held.request != REQUEST)
}

#[test]
fn rehearse_start_writes_the_session_down_before_the_safe_hears_of_it() {
    let fixture = Fixture::new();
    let step = fixture.after(&fixture.rehearse(RehearseState::Between), Input::Start);
    assert!(matches!(next(&step).state, RehearseState::Opening(_)));
    assert!(matches!(step.next, Next::Again));
    assert_eq!(step.durability, Durability::Strict);
    let open = fixture.open();
    let step = fixture.after(&open, Input::Start);
    assert!(matches!(step.next, Next::Load(PAPER)));
    let step = fixture.after(&open, Input::Loaded(Some(fixture.kept.write())));
    assert!(matches!(
        step.next,
        Next::Ask(_, REQUEST, Question::Recover(_))
    ));
}

#[test]
fn rehearse_what_comes_is_given_back_whatever_it_is() {
    let fixture = Fixture::new();
    let mut other = fixture.object.clone();
    other[40] ^= 1;
    for (object, what) in [
        (fixture.object.clone(), Found::Good),
        (other, Found::Wrong),
        (Vec::new(), Found::Wrong),
    ] {
        let step = fixture.after(&fixture.open(), fixture.recovered(object));
        assert!(is_going_back(next(&step), Some(what)), "{what:?}");
        assert!(stored(&step).is_empty() && deletes(&step).is_empty());
        assert!(notices(&step).is_empty());
    }
}

#[test]
fn rehearse_returning_asks_for_nothing_but_to_be_taken_back() {
    let fixture = Fixture::new();
    let back = fixture.going_back(Some(Found::Good));
    let step = fixture.after(&back, Input::Start);
    assert!(matches!(step.next, Next::Load(PAPER)));
    let step = fixture.after(&back, Input::Loaded(Some(fixture.kept.write())));
    assert!(matches!(
        step.next,
        Next::Ask(_, REQUEST, Question::Return(_))
    ));
}

#[test]
fn rehearse_is_not_over_before_the_safe_has_signed_that_it_took_this_session_back() {
    let fixture = Fixture::new();
    let back = fixture.going_back(Some(Found::Good));
    let receipt = |event| Input::Ended(fixture.receipt(event));
    let step = fixture.after(&back, receipt(Event::Returned { session: SESSION }));
    assert_eq!(next(&step).state, RehearseState::Between);
    assert_eq!(found(&step), [Found::Good]);
    for event in [
        Event::Returned { session: OTHER },
        Event::Withdrawn { session: SESSION },
        Event::Retired,
    ] {
        assert!(waits(
            &fixture.after(&back, receipt(event)),
            Waiting::Garbled
        ));
    }
    let forged = SigningKey::derive(&Secret::new([77; 32]));
    let forged = fixture.receipt_by(Event::Returned { session: SESSION }, &forged);
    assert!(waits(
        &fixture.after(&back, Input::Ended(forged)),
        Waiting::Garbled
    ));
}

#[test]
fn rehearse_refusals_are_written_down_as_what_they_say_and_given_back_all_the_same() {
    let fixture = Fixture::new();
    for (code, what) in [
        (Code::Damaged, Found::Damaged),
        (Code::NotFound, Found::Gone),
        (Code::RolledBack, Found::Gone),
        (Code::HashMismatch, Found::Gone),
        (Code::CertificateMismatch, Found::Gone),
        (Code::Internal, Found::Refused),
    ] {
        let refused = Input::Refused(Problem::from(code));
        let step = fixture.after(&fixture.open(), refused);
        assert!(is_going_back(next(&step), Some(what)), "{code:?}");
        assert!(stored(&step).is_empty() && notices(&step).is_empty());
    }
}

#[test]
fn rehearse_refused_by_receipt_has_nothing_to_give_back_and_marks_nothing() {
    let fixture = Fixture::new();
    for state in [EntryState::Withdrawn, EntryState::Retired] {
        let step = fixture.after(&fixture.open(), fixture.conflict(state, Some(OTHER)));
        assert_eq!(found(&step), [Found::Elsewhere]);
        assert_eq!(next(&step).state, RehearseState::Between);
        assert!(stored(&step).is_empty(), "its standing stays");
    }
}

#[test]
fn rehearse_finds_what_is_open_for_somebody_else_busy_and_not_gone() {
    let fixture = Fixture::new();
    let open_for = |who| fixture.conflict(EntryState::Withdrawing, Some(who));
    let step = fixture.after(&fixture.open(), open_for(OTHER));
    let back = next(&step);
    assert!(is_going_back(back, Some(Found::Busy)), "it bars its own");
    let step = fixture.after(back, open_for(OTHER));
    assert_eq!(found(&step), [Found::Busy]);
    assert!(stored(&step).is_empty() && notices(&step).is_empty());
    assert!(!Found::Busy.is_bad());
    let step = fixture.after(next(&step), Input::Start);
    assert!(ends(&step) && notices(&step).is_empty());
    assert_eq!(recorded(&step), Some(Whole::TooFewCame));
}

#[test]
fn rehearse_a_return_that_is_refused_without_proof_is_left_to_the_next_recovery() {
    let fixture = Fixture::new();
    let not_found = || Input::Refused(Problem::from(Code::NotFound));
    let step = fixture.after(&fixture.going_back(Some(Found::Good)), not_found());
    assert_eq!(kept_session(&step), Some(SESSION));
    assert_eq!(found(&step), [Found::Good]);
    // What the safe never handed out, it need not take back.
    let step = fixture.after(&fixture.going_back(Some(Found::Gone)), not_found());
    assert!(stored(&step).is_empty());
    let over = fixture.conflict(EntryState::Withdrawn, Some(OTHER));
    let step = fixture.after(&fixture.going_back(Some(Found::Good)), over);
    assert!(stored(&step).is_empty(), "that it is another's is proof");
}

#[test]
fn rehearse_does_not_open_what_may_be_open_for_an_earlier_attempt() {
    let fixture = Fixture::new();
    let kept = fixture.kept_with_an_earlier_session();
    let step = fixture.after(&fixture.open(), Input::Loaded(Some(kept.write())));
    assert_eq!(found(&step), [Found::Busy]);
    assert!(matches!(step.next, Next::Again), "nobody is asked");
}

#[test]
fn rehearse_leaves_a_silent_safe_to_a_flow_of_its_own_and_goes_on() {
    let fixture = Fixture::new();
    for attempts in [0, 1] {
        let step = fixture.after_waits(&fixture.open(), attempts);
        assert!(matches!(step.next, Next::Load(PAPER)), "it is asked again");
    }
    let back = fixture.going_back(Some(Found::Good));
    for (flow, what) in [(fixture.open(), Found::Silent), (back, Found::Good)] {
        let step = fixture.after_waits(&flow, MOST);
        assert_eq!(found(&step), [what]);
        let mut others = step.changes.iter().filter_map(|change| match change {
            Change::Journal(id, Flow::Rehearse(flow)) if *id != FLOW => Some(flow),
            _ => None,
        });
        let left = others.next().expect("it is given back by another");
        assert!(left.is_left_over() && is_going_back(left, None));
        // That one never stops, and says nothing.
        let step = fixture.after_waits(left, 99);
        assert!(matches!(step.next, Next::Load(PAPER)));
        let returned = fixture.receipt(Event::Returned { session: SESSION });
        let step = fixture.after(left, Input::Ended(returned));
        let step = fixture.after(next(&step), Input::Start);
        assert!(ends(&step) && stored(&step).is_empty() && notices(&step).is_empty());
    }
}

const MOST: u32 = 2;

#[test]
fn rehearse_records_what_came_and_tells_of_what_did_not() {
    let fixture = Fixture::new();
    for (what, whole, told) in [
        (Found::Good, Whole::CameBack, None),
        (Found::Silent, Whole::TooFewCame, None),
        (Found::Busy, Whole::TooFewCame, None),
        (
            Found::Damaged,
            Whole::TooFewLeft,
            Some(Kind::RehearsalFailed),
        ),
        (Found::Gone, Whole::TooFewLeft, Some(Kind::RehearsalFailed)),
        (Found::Wrong, Whole::TooFewLeft, Some(Kind::RehearsalFailed)),
    ] {
        let step = fixture.end_of(what);
        assert!(ends(&step), "{what:?}");
        assert_eq!(recorded(&step), Some(whole));
        assert_eq!(notices(&step), told.iter().collect::<Vec<_>>());
        let standings = stored(&step).into_iter().map(|item| match item {
            Item::Certificate(certificate) => certificate.standing,
            _ => panic!("no value is stored"),
        });
        assert_eq!(standings.collect::<Vec<_>>(), [Standing::AtSafe]);
        assert!(deletes(&step).is_empty());
        let entry = step.changes.iter().find_map(|change| match change {
            Change::Record(entry) => Some(entry),
            _ => None,
        });
        let entry = entry.expect("it is in the activity");
        let came = u32::from(what == Found::Good);
        assert_eq!((entry.moved, entry.stayed), (came, 1 - came));
    }
}

#[test]
fn rehearse_tells_the_same_once() {
    let mut fixture = Fixture::new();
    let told = fixture.end_of(Found::Damaged);
    assert_eq!(notices(&told).len(), 1);
    fixture.books.apply(told.changes);
    assert!(notices(&fixture.end_of(Found::Damaged)).is_empty());
}

#[test]
fn rehearse_that_was_interrupted_gives_back_what_is_open_and_says_nothing() {
    let fixture = Fixture::new();
    let after_crash = |flow: &Rehearse| -> Rehearse {
        let record = saifu_protocol::json::write(flow);
        saifu_protocol::json::read(&record).expect("it reads")
    };
    let open = after_crash(&fixture.open());
    let step = fixture.after(&open, Input::Start);
    assert!(is_going_back(next(&step), None));
    let back = after_crash(&fixture.going_back(Some(Found::Good)));
    let step = fixture.after(&back, Input::Start);
    assert!(matches!(step.next, Next::Load(PAPER)));
    let between = after_crash(&fixture.rehearse(RehearseState::Between));
    let step = fixture.after(&between, Input::Start);
    assert!(ends(&step) && stored(&step).is_empty() && notices(&step).is_empty());
    let said = |change: &Change| matches!(change, Change::Record(_) | Change::Rule(_));
    assert!(!step.changes.iter().any(said), "nothing had a result");
}

#[test]
fn rehearse_called_off_gives_back_and_ends() {
    let fixture = Fixture::new();
    let step = fixture.after(&fixture.open(), Input::CallOff);
    assert!(is_going_back(next(&step), None));
    assert_eq!(next(&step).ends, Some(Ends::CalledOff));
    let receipt = fixture.receipt(Event::Returned { session: SESSION });
    let step = fixture.after(next(&step), Input::Ended(receipt));
    let step = fixture.after(next(&step), Input::Start);
    assert!(ends(&step) && stored(&step).is_empty());
}

#[test]
fn rehearse_makes_way_for_the_owner_and_the_recovery_begins_when_nothing_is_open() {
    let mut fixture = Fixture::new();
    let open = Flow::Rehearse(fixture.open());
    fixture
        .books
        .apply(alloc::vec![Change::Journal(FLOW, open)]);
    assert!(super::recover::open(&fixture.books, PAPER, false, None, &mut Counting(1)).is_none());
    let change = make_way(&fixture.books, PAPER).expect("it is told to end");
    let Change::Journal(FLOW, Flow::Rehearse(told)) = &change else {
        panic!("it is the same flow");
    };
    let step = fixture.after(told, Input::Start);
    assert!(is_going_back(next(&step), None), "before anything else");
    let receipt = fixture.receipt(Event::Returned { session: SESSION });
    let step = fixture.after(next(&step), Input::Ended(receipt));
    let between = next(&step).clone();
    fixture.books.apply(step.changes);
    let step = fixture.after(&between, Input::Start);
    assert!(ends(&step));
    let mut flows = step.changes.iter();
    assert!(flows.any(
        |change| matches!(change, Change::Journal(_, Flow::Recover(recover))
        if recover.certificate == PAPER && recover.session.id != SESSION)
    ));
}

#[test]
fn rehearse_locks_only_what_may_be_open() {
    let fixture = Fixture::new();
    let items = |flow: Rehearse| Flow::Rehearse(flow).items();
    assert_eq!(items(fixture.open()), [PAPER]);
    assert_eq!(items(fixture.going_back(None)), [PAPER]);
    assert!(items(fixture.rehearse(RehearseState::Between)).is_empty());
}

/// Of which another device has registered what `PAPER` stands for.
fn of_another_device(possession: Option<Possession>) -> Fixture {
    let mut fixture = Fixture::new();
    let Some(Item::Certificate(mut item)) = fixture.books.item(PAPER).cloned() else {
        panic!("there is a certificate");
    };
    item.others = crate::books::OthersWait::Theirs;
    item.possession = possession;
    let theirs = Change::Put(PAPER, Item::Certificate(item), None);
    fixture.books.apply(alloc::vec![theirs]);
    fixture
}

fn that_can_be_looked_at() -> Fixture {
    of_another_device(Possession::of(&Fixture::new().object))
}

#[test]
fn rehearse_does_not_ask_where_asking_would_begin_a_wait_and_there_is_nothing_to_look_at() {
    let fixture = of_another_device(None);
    let step = fixture.after(&fixture.rehearse(RehearseState::Between), Input::Start);
    assert_eq!(found(&step), [Found::Theirs]);
    assert_eq!(next(&step).state, RehearseState::Between);
}

#[test]
fn rehearse_of_what_another_device_registered_looks_before_it_asks() {
    let fixture = that_can_be_looked_at();
    let step = fixture.after(&fixture.rehearse(RehearseState::Between), Input::Start);
    let looking = next(&step).clone();
    assert!(matches!(looking.state, RehearseState::Looking(_)));
    assert_eq!(Flow::Rehearse(looking.clone()).items(), [PAPER]);
    let step = fixture.after(&looking, Input::Start);
    assert!(matches!(step.next, Next::Load(PAPER)));
    let step = fixture.after(&looking, Input::Loaded(Some(fixture.kept.write())));
    let Next::Ask(_, _, Question::Audit(looked)) = &step.next else {
        panic!("it is looked at");
    };
    assert!(looked.len() == 1 && !looked[0].chunks.is_empty());
    let shown = Input::Audited(alloc::vec![Outcome::Done(Audited { chunks: Vec::new() })]);
    let step = fixture.after(&looking, shown);
    let RehearseState::Opening(open) = &next(&step).state else {
        panic!("it may have it");
    };
    let before = looking.held().expect("it is written down");
    assert_eq!(open.session, before.session);
    assert_ne!(open.request, before.request);
    // A record of what was being looked at has nothing to give back.
    let record = saifu_protocol::json::write(&looking);
    let kept: Rehearse = saifu_protocol::json::read(&record).expect("it reads");
    let step = fixture.after(&kept, Input::Start);
    assert_eq!(next(&step).state, RehearseState::Between);
    assert!(found(&step).is_empty());
}

#[test]
fn rehearse_opens_nothing_that_it_is_not_shown() {
    let fixture = that_can_be_looked_at();
    let looking = fixture.rehearse(RehearseState::Looking(fixture.held()));
    for (code, what) in [
        (Code::Waiting, Found::Theirs),
        (Code::Denied, Found::Theirs),
        (Code::TooLarge, Found::Theirs),
        (Code::Frozen, Found::Frozen),
        (Code::NotFound, Found::Gone),
        (Code::Damaged, Found::Damaged),
        (Code::Conflict, Found::Refused),
    ] {
        let problem = Outcome::Problem(Problem::from(code));
        let step = fixture.after(&looking, Input::Audited(alloc::vec![problem]));
        assert_eq!(next(&step).state, RehearseState::Between, "{code:?}");
        assert_eq!(found(&step), [what], "{code:?}");
    }
    for input in [Input::CallOff, Input::Audited(Vec::new())] {
        let is_call_off = matches!(input, Input::CallOff);
        let step = fixture.after(&looking, input);
        match is_call_off {
            true => {
                assert_eq!(next(&step).state, RehearseState::Between);
                assert_eq!(next(&step).ends, Some(Ends::CalledOff));
            }
            false => assert!(waits(&step, Waiting::Garbled)),
        }
    }
    let refused = Input::Refused(Problem::from(Code::NotFound));
    let step = fixture.after(&looking, refused);
    assert!(waits(&step, Waiting::SafeFailed), "that says nothing of it");
    for attempts in [0, 1] {
        let step = fixture.after_waits(&looking, attempts);
        assert!(matches!(step.next, Next::Load(PAPER)), "it is asked again");
    }
    let step = fixture.after_waits(&looking, MOST);
    assert_eq!(found(&step), [Found::Silent]);
    let others = step
        .changes
        .iter()
        .filter(|change| matches!(change, Change::Journal(id, _) if *id != FLOW));
    assert_eq!(others.count(), 0, "there is nothing to give back");
}

#[test]
fn rehearse_records_no_bytes_of_what_came() {
    let mut fixture = Fixture::new();
    let Some(Item::Certificate(mut item)) = fixture.books.item(PAPER).cloned() else {
        panic!("there is a certificate");
    };
    // Only parts are kept until all have come.
    item.part = Some(PartOf {
        group: GroupId::new([20; 16]),
        class: ObjectClass::Value,
        index: 0,
    });
    let part = Change::Put(PAPER, Item::Certificate(item), None);
    fixture.books.apply(alloc::vec![part]);
    let step = fixture.after(&fixture.open(), fixture.recovered(fixture.object.clone()));
    let flow = next(&step);
    assert_eq!(flow.come.parts.len(), 1, "it has come");
    let mut nothing = flow.clone();
    nothing.come = Come::default();
    let record = saifu_protocol::json::write(flow);
    assert_eq!(record, saifu_protocol::json::write(&nothing));
    let kept: Rehearse = saifu_protocol::json::read(&record).expect("it reads");
    assert!(kept.come.parts.is_empty() && !kept.come.is_awake);
}

#[test]
fn rehearse_that_is_left_over_can_be_called_off_only_while_somebody_waits_for_it() {
    let mut fixture = Fixture::new();
    let mut left = fixture.going_back(None);
    left.entry = None;
    left.come = Come::default();
    let may = |fixture: &Fixture, flow: &Rehearse| {
        Flow::Rehearse(flow.clone()).can_call_off(&fixture.books)
    };
    assert!(!may(&fixture, &left));
    let journal = Change::Journal(FLOW, Flow::Rehearse(left));
    fixture.books.apply(alloc::vec![journal]);
    assert_eq!(left_over(&fixture.books, PAPER), Some(FLOW));
    let told = make_way(&fixture.books, PAPER);
    let Some(Change::Journal(FLOW, Flow::Rehearse(wanted))) = told else {
        panic!("it is told that somebody waits");
    };
    assert!(may(&fixture, &wanted));
    let step = fixture.after(&wanted, Input::CallOff);
    let left = next(&step);
    assert!(left.is_left_over() && left.ends.is_none());
    assert_eq!(left.state, wanted.state, "it is given back all the same");
    assert!(!may(&fixture, left));
}

#[test]
fn rehearse_that_somebody_waits_for_can_be_called_off_and_waits_no_longer() {
    let fixture = Fixture::new();
    let mut wanted = fixture.going_back(None);
    wanted.ends = Some(Ends::Wanted);
    let step = fixture.after_waits(&wanted, 99);
    assert!(matches!(step.next, Next::Load(PAPER)), "it waits");
    let step = fixture.after(&wanted, Input::CallOff);
    assert_eq!(next(&step).ends, Some(Ends::CalledOff));
    let step = fixture.after_waits(next(&step), MOST);
    assert_eq!(next(&step).state, RehearseState::Between);
    assert!(step.changes.iter().any(|change| matches!(change,
        Change::Journal(id, Flow::Rehearse(left)) if *id != FLOW && left.is_left_over())));
}
