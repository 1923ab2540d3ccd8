//! Audits: what is drawn, and what an answer says.

use super::*;
use crate::books::{Audited as Known, Found};
use crate::rules::{Entry, Way, Why};
use saifu_protocol::possession::Audited;

impl Fixture {
    fn audit(&self, state: AuditState) -> Flow {
        Flow::Audit(Audit {
            safe: self.safe(),
            entry: None,
            left: alloc::vec![PAPER],
            state,
        })
    }

    fn possession(&self) -> Possession {
        Possession::of(&self.object).unwrap()
    }

    fn drawn(&self) -> Drawn {
        Drawn {
            certificate: PAPER,
            target: Presented::Certificate(self.kept.compact.clone()).fingerprint(),
            chunks: alloc::vec![0],
        }
    }

    fn asking(&self) -> Flow {
        Flow::Audit(Audit {
            safe: self.safe(),
            entry: None,
            left: Vec::new(),
            state: AuditState::Asking {
                drawn: alloc::vec![self.drawn()],
            },
        })
    }

    fn shown(&self) -> Audited {
        let chunks = self.possession().show(&self.object, &[0]).unwrap();
        Audited { chunks }
    }

    fn bodies(&self) -> Vec<(ItemId, Body)> {
        alloc::vec![(PAPER, self.kept.write())]
    }

    /// What is written down of an answer, and what its owner is told.
    fn found(&mut self, outcome: Outcome<Audited>) -> (Option<Found>, Vec<Kind>) {
        let flow = self.asking();
        let step = self.step(&flow, None, Input::Audited(alloc::vec![outcome]));
        assert!(matches!(step.next, Next::Again));
        let told = step.changes.iter().filter_map(|change| match change {
            Change::Notify(notice) => Some(notice.kind.clone()),
            _ => None,
        });
        let told = told.collect();
        self.books.apply(step.changes);
        match self.books.audited(PAPER) {
            Some(Known::Last(audit)) => (Some(audit.found), told),
            _ => (None, told),
        }
    }

    fn conflict_of(&self, state: EntryState, target: CertificateId) -> Problem {
        let receipt = Receipt {
            safe: self.safe(),
            target,
            event: Event::Refused {
                state,
                session: Some(OTHER),
            },
            at: NOW,
        };
        Problem::conflict(receipt.sign(&self.key))
    }
}

fn state_of(step: &Step) -> Option<&Audit> {
    step.changes.iter().find_map(|change| match change {
        Change::Journal(FLOW, Flow::Audit(audit)) => Some(audit),
        _ => None,
    })
}

#[test]
fn audit_draws_before_it_asks_and_asks_again_for_the_same() {
    let mut fixture = Fixture::new();
    let ready = fixture.audit(AuditState::Ready);
    let step = fixture.step(&ready, None, Input::Start);
    assert!(matches!(step.next, Next::LoadAll(items) if items == [PAPER]));
    let step = fixture.step(&ready, None, Input::Gathered(fixture.bodies()));
    assert!(matches!(step.next, Next::Again));
    let asking = state_of(&step).unwrap().clone();
    let drawn = alloc::vec![Drawn {
        chunks: (0..fixture.possession().chunks()).collect(),
        ..fixture.drawn()
    }];
    assert_eq!(asking.state, AuditState::Asking { drawn });
    assert!(asking.left.is_empty());
    let asking = Flow::Audit(asking);
    fixture.books.apply(step.changes);
    for _ in 0..2 {
        let step = fixture.step(&asking, None, Input::Start);
        assert!(matches!(step.next, Next::LoadAll(items) if items == [PAPER]));
        let step = fixture.step(&asking, None, Input::Gathered(fixture.bodies()));
        assert!(step.changes.is_empty());
        let Next::Ask(_, _, Question::Audit(looked)) = step.next else {
            panic!("it does not ask");
        };
        assert_eq!(looked[0].compact, fixture.kept.compact);
    }
    let held = (Some(Found::Held), Vec::new());
    assert_eq!(fixture.found(Outcome::Done(fixture.shown())), held);
}

#[test]
fn audit_draws_each_chunk_once_and_another_set_each_time() {
    let mut rng = Counting(3);
    for of in [1, 16, 17, 4_096] {
        let drawn = super::super::audit::draw(of, &mut rng);
        let mut sorted = drawn.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), usize::try_from(of.min(16)).unwrap());
        assert!(sorted.iter().all(|place| *place < of));
        let same = super::super::audit::draw(of, &mut rng) == drawn;
        assert_eq!(same, of <= 16);
    }
}

#[test]
fn audit_that_shows_what_was_not_registered_is_told() {
    let mut fixture = Fixture::new();
    fixture.found(Outcome::Done(fixture.shown()));
    let mut altered = fixture.shown();
    altered.chunks[0].bytes[0] ^= 1;
    let failed = Kind::AuditFailed { held_at: Some(NOW) };
    let not_held = |told: Vec<Kind>| (Some(Found::NotHeld), told);
    let told = alloc::vec![failed];
    assert_eq!(
        fixture.found(Outcome::Done(altered.clone())),
        not_held(told)
    );
    // Once, until it is read.
    assert_eq!(fixture.found(Outcome::Done(altered)), not_held(Vec::new()));
    // And not every week for ever, when it was read.
    let read: Vec<Change> = fixture
        .books
        .notices()
        .map(|it| Change::Acknowledge(it.id))
        .collect();
    assert_eq!(read.len(), 1);
    fixture.books.apply(read);
    let mut altered = fixture.shown();
    altered.chunks[0].bytes[0] ^= 1;
    let again = || Outcome::Done(altered.clone());
    assert_eq!(fixture.found(again()), not_held(Vec::new()));
    // But when it was there meanwhile.
    fixture.found(Outcome::Done(fixture.shown()));
    assert_eq!(fixture.found(again()).1.len(), 1);
    let nothing = Audited { chunks: Vec::new() };
    assert_eq!(
        fixture.found(Outcome::Done(nothing)).0,
        Some(Found::NotHeld)
    );
}

#[test]
fn audit_that_finds_nothing_is_health_until_a_rehearsal_has_seen_otherwise() {
    use crate::check::{Broken, Check, Found as Rehearsed, Health, PartCheck, What, Whole};
    let why = Broken::TooFewLeft { bad: 1 };
    let broken = Some(Health::Broken { why });
    let late = UnixTime(NOW.0 + 1);
    for (rehearsed, at, is_broken) in [
        (None, NOW, true),
        (Some(Rehearsed::Good), UnixTime(NOW.0 - 1), true),
        (Some(Rehearsed::Good), late, false),
        // A safe that kept silent then has shown nothing.
        (Some(Rehearsed::Silent), late, true),
    ] {
        for code in [Code::Damaged, Code::NotFound] {
            let mut fixture = Fixture::new();
            fixture.found(Outcome::Problem(code.into()));
            let mut item = fixture.books.certificate(PAPER).unwrap().clone();
            let safe = item.safe;
            item.checks = rehearsed
                .map(|found| {
                    let part = PartCheck {
                        certificate: PAPER,
                        safe,
                        found,
                    };
                    item.checks.with(Check {
                        what: What::Rehearsal,
                        at,
                        parts: alloc::vec![part],
                        whole: Whole::CameBack,
                    })
                })
                .unwrap_or_default();
            let health = item.health(PAPER, NOW);
            assert_eq!(health == broken, is_broken, "{rehearsed:?} {health:?}");
        }
    }
    let mut fixture = Fixture::new();
    fixture.found(Outcome::Problem(Problem::frozen(NOW)));
    let item = fixture.books.certificate(PAPER).unwrap();
    assert_ne!(item.health(PAPER, NOW), broken);
}

#[test]
fn audit_that_is_refused_is_told_apart_by_the_reason() {
    let target = Fixture::new().drawn().target;
    let problem = |code: Code| -> Problem { code.into() };
    let conflict = |state| Fixture::new().conflict_of(state, target);
    let failed = || alloc::vec![Kind::AuditFailed { held_at: None }];
    let gone = || alloc::vec![Kind::AuditGone { held_at: None }];
    for (problem, found, told) in [
        (problem(Code::Damaged), Found::NotHeld, failed()),
        (problem(Code::RolledBack), Found::NotHeld, failed()),
        (problem(Code::HashMismatch), Found::NotHeld, failed()),
        (problem(Code::CertificateMismatch), Found::NotHeld, failed()),
        // Without a receipt, and with one about something else.
        (problem(Code::Conflict), Found::NotHeld, failed()),
        (
            Fixture::new().conflict_of(EntryState::Withdrawn, CertificateId::new([0; 32])),
            Found::NotHeld,
            failed(),
        ),
        (problem(Code::NotFound), Found::Gone, gone()),
        (conflict(EntryState::Withdrawn), Found::Elsewhere, gone()),
        (conflict(EntryState::Retired), Found::Elsewhere, gone()),
        (
            conflict(EntryState::Withdrawing),
            Found::NotShown,
            Vec::new(),
        ),
        (Problem::frozen(NOW), Found::NotShown, Vec::new()),
        (Problem::waiting(NOW), Found::NotShown, Vec::new()),
        (problem(Code::Denied), Found::NotShown, Vec::new()),
        (problem(Code::TooLarge), Found::NotShown, Vec::new()),
    ] {
        let mut fixture = Fixture::new();
        let code = problem.code;
        let got = fixture.found(Outcome::Problem(problem));
        assert_eq!(got, (Some(found), told), "{code:?}");
        // Whatever it is, the certificate is kept as it was.
        let kept = fixture.books.certificate(PAPER).unwrap();
        assert_eq!(kept.standing, Standing::AtSafe);
    }
}

#[test]
fn audit_judges_nothing_that_is_gone_or_on_its_way() {
    let mut fixture = Fixture::new();
    let opening = fixture.recover(RecoverState::Opening { request: REQUEST });
    let other = FlowId::new([9; 16]);
    let work = Change::Journal(other, opening);
    fixture.books.apply(alloc::vec![work]);
    let refused = || Outcome::Problem(Code::NotFound.into());
    assert_eq!(fixture.found(refused()), (None, Vec::new()));
    let ready = fixture.audit(AuditState::Ready);
    let step = fixture.step(&ready, None, Input::Start);
    assert!(matches!(step.changes[..], [Change::End(FLOW)]));
    let step = fixture.step(&fixture.asking(), None, Input::Start);
    assert_eq!(state_of(&step).unwrap().state, AuditState::Ready);
    let gone = alloc::vec![Change::End(other), Change::Delete(PAPER)];
    fixture.books.apply(gone);
    assert_eq!(fixture.found(refused()), (None, Vec::new()));
}

#[test]
fn audit_of_which_one_is_on_its_way_asks_for_the_same_chunks_of_the_others() {
    let mut fixture = Fixture::new();
    let other = ItemId::new([77; 16]);
    let item = fixture.books.item(PAPER).cloned().unwrap();
    let opening = fixture.recover(RecoverState::Opening { request: REQUEST });
    fixture.books.apply(alloc::vec![
        Change::Put(other, item, None),
        Change::Journal(FlowId::new([9; 16]), opening),
    ]);
    let kept = Drawn {
        certificate: other,
        ..fixture.drawn()
    };
    let asking = Flow::Audit(Audit {
        safe: fixture.safe(),
        left: Vec::new(),
        entry: None,
        state: AuditState::Asking {
            drawn: alloc::vec![fixture.drawn(), kept.clone()],
        },
    });
    let step = fixture.step(&asking, None, Input::Start);
    let drawn = alloc::vec![kept];
    assert_eq!(state_of(&step).unwrap().state, AuditState::Asking { drawn });
}

#[test]
fn audit_goes_on_without_what_does_not_read() {
    let mut fixture = Fixture::new();
    let ready = fixture.audit(AuditState::Ready);
    let step = fixture.step(&ready, None, Input::Gathered(Vec::new()));
    let next = state_of(&step).unwrap();
    assert_eq!(next.state, AuditState::Ready);
    assert!(next.left.is_empty());
    fixture.books.apply(step.changes);
    let Some(Known::Last(audit)) = fixture.books.audited(PAPER) else {
        panic!("it was looked at");
    };
    assert_eq!(audit.found, Found::NotShown);
}

#[test]
fn audit_is_called_off_at_any_time_and_waits_for_a_safe_that_refuses_the_whole() {
    let fixture = Fixture::new();
    for flow in [fixture.audit(AuditState::Ready), fixture.asking()] {
        let step = fixture.step(&flow, None, Input::CallOff);
        let [
            Change::Put(PAPER, Item::Certificate(item), None),
            Change::End(FLOW),
        ] = &step.changes[..]
        else {
            panic!("when it was called off is kept");
        };
        assert_eq!((item.audit_called_off_at, item.audit), (Some(NOW), None));
        assert!(flow.can_call_off(&fixture.books));
        assert!(flow.items().is_empty());
    }
    let refused = Input::Refused(Code::RequestReused.into());
    let step = fixture.step(&fixture.asking(), None, refused);
    assert!(matches!(step.next, Next::Wait(Waiting::SafeFailed)));
    let step = fixture.step(&fixture.asking(), None, Input::Audited(Vec::new()));
    assert!(matches!(step.next, Next::Wait(Waiting::Garbled)));
}

#[test]
fn certificate_of_before_audits_is_not_audited() {
    let mut fixture = Fixture::new();
    let safe = fixture.safe();
    assert_eq!(fixture.books.auditable(safe).count(), 1);
    assert_eq!(fixture.books.audited(PAPER), Some(Known::NotYet));
    let mut item = fixture.books.certificate(PAPER).unwrap().clone();
    item.possession = None;
    let old = Change::Put(PAPER, Item::Certificate(item), None);
    fixture.books.apply(alloc::vec![old]);
    assert_eq!(fixture.books.auditable(safe).count(), 0);
    assert_eq!(fixture.books.audited(PAPER), Some(Known::NotOffered));
}

#[test]
fn audit_that_a_safe_answers_without_showing_anything_is_told_once_after_four_weeks() {
    let week = 7 * 86_400;
    for code in [Code::Denied, Code::TooLarge, Code::Malformed, Code::Frozen] {
        let mut fixture = Fixture::new();
        let refused = || Outcome::Problem(code.into());
        let flow = fixture.asking();
        let mut told = Vec::new();
        for weeks in 0..7 {
            let desk = Desk {
                stretch: Stretch::None,
                lock: fixture.lock,
                id: FLOW,
                books: &fixture.books,
                now: UnixTime(NOW.0 + weeks * week),
                body: None,
                attempts: 0,
                waiting: None,
            };
            let input = Input::Audited(alloc::vec![refused()]);
            let step = flow.step(input, &desk, &mut Counting(100));
            let kinds: Vec<Kind> = notices(&step).into_iter().cloned().collect();
            told.push(kinds);
            fixture.books.apply(step.changes);
        }
        assert!(
            matches!(told[4].as_slice(), [Kind::AuditRefused { weeks: 4, .. }]),
            "{code:?}: {told:?}"
        );
        assert_eq!(told.concat().len(), 1, "{code:?}");
        // Once it was shown it begins anew.
        fixture.found(Outcome::Done(fixture.shown()));
        assert_eq!(fixture.found(refused()).1, []);
    }
}

/// An audit of which something will be said.
fn to_be_said(fixture: &Fixture) -> Audit {
    let mut audit = match fixture.asking() {
        Flow::Audit(audit) => audit,
        _ => panic!("it is an audit"),
    };
    let entry = Entry::begun(FLOW, Way::Audit, Why::EachDays(7), UnixTime(1));
    audit.entry = Some(alloc::boxed::Box::new(entry));
    audit
}

fn said(step: &Step) -> Vec<&Entry> {
    let said = step.changes.iter().filter_map(|change| match change {
        Change::Record(entry) => Some(entry),
        _ => None,
    });
    said.collect()
}

#[test]
fn audit_says_what_it_has_found_when_it_ends() {
    let fixture = Fixture::new();
    let shown = Outcome::Done(fixture.shown());
    let problem = |code: Code| Outcome::Problem(Problem::from(code));
    for (outcome, expected) in [
        (shown, (1, 1, 0)),
        (problem(Code::Frozen), (1, 0, 0)),
        (problem(Code::NotFound), (1, 0, 1)),
        (problem(Code::Damaged), (1, 0, 1)),
    ] {
        let asking = Flow::Audit(to_be_said(&fixture));
        let step = fixture.step(&asking, None, Input::Audited(alloc::vec![outcome]));
        assert!(said(&step).is_empty(), "it has not ended");
        let ready = Flow::Audit(state_of(&step).unwrap().clone());
        for input in [Input::Start, Input::CallOff] {
            let step = fixture.step(&ready, None, input);
            let [entry] = said(&step)[..] else {
                panic!("one line");
            };
            let parts = entry.parts.unwrap();
            assert_eq!((parts.asked, parts.good, entry.stayed), expected);
            assert_eq!((entry.began, entry.ended), (UnixTime(1), NOW));
            assert_eq!(entry.named.len(), entry.stayed as usize);
        }
    }
    // Of one that came to nothing, and of one that was begun before that was said, there is nothing to say.
    let nothing = Flow::Audit(to_be_said(&fixture));
    assert!(said(&fixture.step(&nothing, None, Input::CallOff)).is_empty());
    let before = fixture.step(&fixture.asking(), None, Input::CallOff);
    assert!(said(&before).is_empty());
}
