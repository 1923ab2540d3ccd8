//! Telling safes how long others wait, and what becomes of those who do.

use super::*;
use crate::books::{AskedAt, OthersWait, Watch, Woken};
use crate::client::{OwnerAnswer, OwnerQuestion, Registration};
use saifu_protocol::hold::{Asked, AskedItem, Said};
use saifu_protocol::owner::{Answer, FreezeItem, Froze, Frozen, LookUpId};
use saifu_protocol::push::{Endpoint, PushKey, PushOffer};

const DAY: u64 = 86_400;
const SOMEBODY: PublicKey = PublicKey::new([7; 32]);

impl Fixture {
    /// As the owner wants it: others wait so long.
    fn wait(&mut self, wait: u64) {
        let watch = Watch {
            wait,
            ..self.books.watch().cloned().unwrap_or_default()
        };
        self.books.apply(alloc::vec![Change::Watch(watch)]);
    }

    fn hold(&self, state: HoldState) -> Flow {
        let safe = self.safe();
        Flow::Hold(Hold { safe, state })
    }

    fn telling(&self) -> Flow {
        self.hold(HoldState::Telling {
            certificates: alloc::vec![PAPER],
            wait: DAY,
        })
    }

    fn tell(&self, flow: &Flow, input: Input) -> Step {
        self.step(flow, None, input)
    }

    /// What is true after it is stored.
    fn others(&mut self, step: Step) -> OthersWait {
        self.books.apply(step.changes);
        self.books.certificate(PAPER).unwrap().others
    }
}

fn states(step: &Step) -> Vec<HoldState> {
    let of_flow = |change: &Change| match change {
        Change::Journal(FLOW, Flow::Hold(hold)) => Some(hold.state.clone()),
        _ => None,
    };
    step.changes.iter().filter_map(of_flow).collect()
}

fn notices(step: &Step) -> Vec<Kind> {
    let kind = |change: &Change| match change {
        Change::Notify(notice) => Some(notice.kind.clone()),
        _ => None,
    };
    step.changes.iter().filter_map(kind).collect()
}

fn refused() -> Outcome<UnixTime> {
    Outcome::Problem(Code::NotFound.into())
}

#[test]
fn hold_begins_with_what_has_another_wait_and_ends_when_nothing_has() {
    let mut fixture = Fixture::new();
    let ready = fixture.hold(HoldState::Ready);
    let ends = |fixture: &Fixture| {
        let step = fixture.tell(&ready, Input::Start);
        matches!(step.changes[..], [Change::End(FLOW)])
    };
    assert!(ends(&fixture));
    fixture.wait(DAY);
    let step = fixture.tell(&ready, Input::Start);
    let telling = HoldState::Telling {
        certificates: alloc::vec![PAPER],
        wait: DAY,
    };
    assert_eq!(states(&step), [telling]);
    assert!(matches!(step.next, Next::Again));
    // What a flow works on is told afterwards, and what is over not at all.
    let opening = fixture.recover(RecoverState::Opening { request: REQUEST });
    let other = FlowId::new([9; 16]);
    let work = Change::Journal(other, opening);
    fixture.books.apply(alloc::vec![work]);
    assert!(ends(&fixture));
    fixture.books.apply(alloc::vec![Change::End(other)]);
    assert!(!ends(&fixture));
    let mut item = fixture.books.certificate(PAPER).unwrap().clone();
    item.standing = Standing::Elsewhere(Elsewhere {
        state: EntryState::Withdrawn,
        session: None,
        since: NOW,
    });
    let over = Change::Put(PAPER, Item::Certificate(item), None);
    fixture.books.apply(alloc::vec![over]);
    assert!(ends(&fixture));
}

#[test]
fn hold_asks_with_the_certificates_and_notes_what_the_safe_says_of_each() {
    let mut fixture = Fixture::new();
    fixture.wait(DAY);
    let telling = fixture.telling();
    let step = fixture.tell(&telling, Input::Start);
    assert!(matches!(step.next, Next::LoadAll(items) if items == [PAPER]));
    let bodies = alloc::vec![(PAPER, fixture.kept.write())];
    let step = fixture.tell(&telling, Input::Gathered(bodies));
    let Next::Ask(_, _, Question::Wait { held, wait: DAY }) = step.next else {
        panic!("it does not ask");
    };
    assert_eq!(held.len(), 1);
    assert!(step.changes.is_empty(), "nothing is told before it is");
    let step = fixture.tell(&telling, Input::Waited(alloc::vec![Outcome::Done(NOW)]));
    assert_eq!(states(&step), [HoldState::Ready]);
    assert_eq!(notices(&step), []);
    assert_eq!(fixture.others(step), OthersWait::Told(DAY));
    let step = fixture.tell(&telling, Input::Waited(alloc::vec![refused()]));
    assert_eq!(states(&step), [HoldState::Ready]);
    assert_eq!(notices(&step), [Kind::WaitRefused]);
    assert_eq!(fixture.others(step), OthersWait::Theirs);
}

#[test]
fn hold_gives_nothing_up_for_a_safe_that_fails_at_it_and_tells_the_rest() {
    for code in [
        Code::RolledBack,
        Code::HashMismatch,
        Code::CertificateMismatch,
        Code::Damaged,
        Code::Frozen,
        Code::Internal,
    ] {
        let mut fixture = Fixture::new();
        fixture.wait(DAY);
        let other = ItemId::new([9; 16]);
        let copy = fixture.books.certificate(PAPER).unwrap().clone();
        let put = Change::Put(other, Item::Certificate(copy), None);
        fixture.books.apply(alloc::vec![put]);
        let safe = fixture.safe();
        let telling = Flow::Hold(Hold {
            safe,
            state: HoldState::Telling {
                certificates: alloc::vec![PAPER, other],
                wait: DAY,
            },
        });
        let outcomes = alloc::vec![Outcome::Problem(code.into()), Outcome::Done(NOW)];
        let step = fixture.tell(&telling, Input::Waited(outcomes));
        assert!(matches!(step.next, Next::Wait(Waiting::SafeFailed)));
        assert_eq!(states(&step), [HoldState::Ready]);
        assert_eq!(notices(&step), []);
        assert_eq!(fixture.others(step), OthersWait::NONE, "{code:?}");
        let left: Vec<ItemId> = fixture.books.to_be_told(safe).collect();
        assert_eq!(left, [PAPER], "it is asked again, and watched");
    }
}

#[test]
fn hold_goes_on_without_what_does_not_read_and_waits_with_it() {
    let mut fixture = Fixture::new();
    fixture.wait(DAY);
    let safe = fixture.safe();
    let other = ItemId::new([9; 16]);
    let telling = Flow::Hold(Hold {
        safe,
        state: HoldState::Telling {
            certificates: alloc::vec![other, PAPER],
            wait: DAY,
        },
    });
    let bodies = alloc::vec![(PAPER, fixture.kept.write())];
    let step = fixture.tell(&telling, Input::Gathered(bodies));
    let rest = HoldState::Telling {
        certificates: alloc::vec![PAPER],
        wait: DAY,
    };
    assert_eq!(states(&step), [rest]);
    assert!(matches!(step.next, Next::Again));
    let step = fixture.tell(&fixture.telling(), Input::Gathered(Vec::new()));
    assert_eq!(states(&step), [HoldState::Ready]);
    assert!(matches!(step.next, Next::Wait(Waiting::StorageFailed)));
    assert_eq!(fixture.others(step), OthersWait::NONE);
}

#[test]
fn hold_goes_on_without_what_has_come_home() {
    let mut fixture = Fixture::new();
    fixture.wait(DAY);
    let telling = fixture.telling();
    fixture.books.apply(alloc::vec![Change::Delete(PAPER)]);
    let step = fixture.tell(&telling, Input::Start);
    assert_eq!(states(&step), [HoldState::Ready]);
    // It was told while it was still here.
    let step = fixture.tell(&telling, Input::Waited(alloc::vec![Outcome::Done(NOW)]));
    assert_eq!(states(&step), [HoldState::Ready]);
    assert_eq!(step.changes.len(), 1);
}

#[test]
fn hold_takes_no_answer_of_another_length_and_no_refusal_as_a_whole() {
    let mut fixture = Fixture::new();
    fixture.wait(DAY);
    for outcomes in [Vec::new(), alloc::vec![refused(), refused()]] {
        let step = fixture.tell(&fixture.telling(), Input::Waited(outcomes));
        assert!(matches!(step.next, Next::Wait(Waiting::Garbled)));
        assert!(step.changes.is_empty());
    }
    let problem = Input::Refused(Code::Malformed.into());
    let step = fixture.tell(&fixture.telling(), problem);
    assert!(matches!(step.next, Next::Wait(Waiting::SafeFailed)));
}

#[test]
fn a_certificate_is_written_down_with_the_wait_its_safe_was_told() {
    let fixture = Fixture::new();
    let Flow::Register(register) = fixture.register() else {
        panic!("it registers");
    };
    let register = Flow::Register(Register {
        wait: DAY,
        ..register
    });
    let step = fixture.with_object(
        &register,
        Input::Loaded(Some(Body::new(fixture.object.clone()))),
    );
    assert!(matches!(
        step.next,
        Next::Ask(
            _,
            REQUEST,
            Question::Register(Registration { wait: DAY, .. })
        )
    ));
    let compact = fixture.certificate(|_| {}).compact().into();
    let step = fixture.with_object(&register, Input::Registered(compact));
    let others = step.changes.iter().find_map(|change| match change {
        Change::Put(_, Item::Certificate(it), _) => Some(it.others),
        _ => None,
    });
    assert_eq!(others, Some(OthersWait::Told(DAY)));
}

fn asked(said: Option<Said>) -> Asked {
    Asked {
        account: SOMEBODY,
        since: NOW,
        said,
    }
}

fn page(asked: impl IntoIterator<Item = Asked>) -> Input {
    let asked = asked.into_iter().collect();
    Input::Asked(AskedPage {
        asked,
        push: None,
        frozen: None,
    })
}

#[test]
fn decide_is_done_when_the_safe_says_that_it_is_so() {
    let mut fixture = Fixture::new();
    fixture.wait(DAY);
    let (safe, account) = (fixture.safe(), SOMEBODY);
    for (may, is, other) in [(false, Said::No, Said::Yes), (true, Said::Yes, Said::No)] {
        let decide = Flow::Decide(Decide { safe, account, may });
        let step = fixture.tell(&decide, Input::Start);
        let wanted = AskedItem::Decide { account, may };
        assert!(matches!(step.next, Next::Ask(_, _, Question::Asked(item)) if item == wanted));
        for undecided in [None, Some(other)] {
            let step = fixture.tell(&decide, page([asked(undecided)]));
            assert!(matches!(step.next, Next::Wait(Waiting::SafeFailed)));
            assert!(step.changes.is_empty(), "nothing is shown as decided");
        }
        let step = fixture.tell(&decide, page([asked(Some(is))]));
        assert!(matches!(step.changes.last(), Some(Change::End(FLOW))));
        fixture.books.apply(step.changes);
        let known = fixture.books.watch().unwrap().of(safe, account);
        assert_eq!(known, Some(&asked(Some(is))));
    }
}

#[test]
fn decide_tells_the_owner_where_the_safe_knows_nobody_of_that_account() {
    let mut fixture = Fixture::new();
    fixture.wait(DAY);
    let safe = fixture.safe();
    let known = AskedAt {
        safe,
        asked: asked(None),
    };
    let watch = Watch {
        wait: DAY,
        asked: alloc::vec![known],
        ..Watch::default()
    };
    fixture.books.apply(alloc::vec![Change::Watch(watch)]);
    let decide = Flow::Decide(Decide {
        safe,
        account: SOMEBODY,
        may: false,
    });
    let step = fixture.tell(&decide, page([]));
    assert!(matches!(
        &step.changes[0],
        Change::Notify(notice) if notice.kind == Kind::AskerUnknown
    ));
    fixture.books.apply(step.changes);
    assert!(fixture.books.watch().unwrap().asked.is_empty());
    // What was called off may have arrived: nothing is said of it.
    let step = fixture.tell(&decide, Input::CallOff);
    assert!(matches!(step.changes[..], [Change::End(FLOW)]));
}

#[test]
fn who_is_refused_hears_that_it_was_the_other_device_and_keeps_the_certificate() {
    let mut fixture = Fixture::new();
    let opening = fixture.recover(RecoverState::Opening { request: REQUEST });
    let denied = Input::Refused(Code::Denied.into());
    let step = fixture.step(&opening, Some(fixture.kept.write()), denied);
    let is_told = |change: &Change| matches!(change, Change::Notify(notice) if notice.kind == Kind::OwnerSaidNo);
    assert!(step.changes.iter().any(is_told));
    fixture.books.apply(step.changes);
    let kept = fixture.books.certificate(PAPER).unwrap();
    assert_eq!(kept.standing, Standing::NotHandedOut);
}

#[test]
fn the_journal_of_waits_is_pinned() {
    let written = |flow: &Flow| {
        let json = saifu_protocol::json::write(flow);
        let text = String::from_utf8(json.to_vec()).unwrap();
        assert!(saifu_protocol::json::read::<Flow>(text.as_bytes()).is_ok());
        text
    };
    let safe = SafeId::new([1; 32]);
    let hold = |state| Flow::Hold(Hold { safe, state });
    let id = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    assert_eq!(
        written(&hold(HoldState::Ready)),
        alloc::format!(r#"{{"hold":{{"safe":"{id}","state":"ready"}}}}"#)
    );
    let telling = HoldState::Telling {
        certificates: alloc::vec![PAPER],
        wait: DAY,
    };
    assert_eq!(
        written(&hold(telling)),
        alloc::format!(
            r#"{{"hold":{{"safe":"{id}","state":{{"telling":{{"certificates":["AwMDAwMDAwMDAwMDAwMDAw"],"wait":86400}}}}}}}}"#
        )
    );
    let decide = Flow::Decide(Decide {
        safe,
        account: SOMEBODY,
        may: false,
    });
    assert_eq!(
        written(&decide),
        alloc::format!(
            r#"{{"decide":{{"safe":"{id}","account":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc","may":false}}}}"#
        )
    );
}

fn endpoint(name: &str) -> Endpoint {
    Endpoint::parse(&alloc::format!("https://push.example/{name}")).unwrap()
}

fn offer(on: Option<bool>) -> Input {
    let key = PushKey::new([4; 65]);
    let push = on.map(|on| PushOffer { key, on });
    // Somebody new: of them the owner is told elsewhere, and must be.
    let asked = alloc::vec![asked(None)];
    Input::Asked(AskedPage {
        asked,
        push,
        frozen: None,
    })
}

fn wake(fixture: &Fixture, to: Option<Endpoint>) -> Flow {
    let safe = fixture.safe();
    Flow::Wake(Wake { safe, to })
}

fn woken(fixture: &Fixture) -> Option<Woken> {
    fixture.books.watch().and_then(|watch| watch.push.clone())
}

#[test]
fn wake_is_done_when_the_safe_says_that_it_is_so() {
    let mut fixture = Fixture::new();
    fixture.wait(DAY);
    let (safe, to) = (fixture.safe(), endpoint("a"));
    let on = wake(&fixture, Some(to.clone()));
    let step = fixture.tell(&on, Input::Start);
    assert!(matches!(
        step.next,
        Next::Ask(_, _, Question::Asked(AskedItem::Push { to: Some(it) })) if it == to
    ));
    let step = fixture.tell(&on, offer(Some(false)));
    assert!(matches!(step.next, Next::Wait(Waiting::SafeFailed)) && step.changes.is_empty());
    let step = fixture.tell(&on, offer(Some(true)));
    assert!(matches!(step.changes.last(), Some(Change::End(FLOW))));
    fixture.books.apply(step.changes);
    assert_eq!(woken(&fixture), Some(Woken { safe, to }));
    assert!(fixture.books.watch().unwrap().asked.is_empty());
    // It cannot be called off by half: the safe has to hear of it.
    assert!(matches!(
        fixture.tell(&on, Input::CallOff).next,
        Next::Again
    ));
    let off = wake(&fixture, None);
    let step = fixture.tell(&off, offer(Some(true)));
    assert!(matches!(step.next, Next::Wait(Waiting::SafeFailed)) && step.changes.is_empty());
    for said in [Some(false), None] {
        let step = fixture.tell(&off, offer(said));
        assert!(matches!(step.changes.last(), Some(Change::End(FLOW))));
        fixture.books.apply(step.changes);
        assert_eq!(woken(&fixture), None);
    }
}

#[test]
fn wake_tells_the_owner_where_the_safe_calls_no_such_service() {
    for answer in [offer(None), Input::Refused(Code::Malformed.into())] {
        let mut fixture = Fixture::new();
        fixture.wait(DAY);
        let on = wake(&fixture, Some(endpoint("a")));
        let step = fixture.tell(&on, answer);
        let is_told = |change: &Change| matches!(change, Change::Notify(notice) if notice.kind == Kind::NotWoken);
        assert!(step.changes.iter().any(is_told));
        assert!(matches!(step.changes.last(), Some(Change::End(FLOW))));
    }
    // Anything else it refuses it is asked again, and what ends a subscription is asked until it is true.
    let fixture = Fixture::new();
    for (to, code) in [
        (Some(endpoint("a")), Code::Internal),
        (None, Code::Malformed),
    ] {
        let step = fixture.tell(&wake(&fixture, to), Input::Refused(code.into()));
        assert!(matches!(step.next, Next::Wait(Waiting::SafeFailed)));
    }
}

#[test]
fn wake_of_one_safe_leaves_that_of_another() {
    let mut fixture = Fixture::new();
    let other = Woken {
        safe: SafeId::new([0x77; 32]),
        to: endpoint("b"),
    };
    let watch = Watch {
        wait: DAY,
        asked: Vec::new(),
        push: Some(other.clone()),
        ..Watch::default()
    };
    fixture.books.apply(alloc::vec![Change::Watch(watch)]);
    let off = wake(&fixture, None);
    let step = fixture.tell(&off, offer(Some(false)));
    fixture.books.apply(step.changes);
    assert_eq!(woken(&fixture), Some(other));
}

fn freezing(fixture: &Fixture, name: &str, look_up: Option<LookUpId>) -> Flow {
    Flow::Freeze(Freeze {
        safe: fixture.safe(),
        name: name.into(),
        look_up,
    })
}

fn told(step: &Step) -> Vec<&Kind> {
    let told = step.changes.iter().filter_map(|change| match change {
        Change::Notify(notice) => Some(&notice.kind),
        _ => None,
    });
    told.collect()
}

const LOOK_UP: LookUpId = LookUpId::new([5; 32]);

#[test]
fn freeze_stretches_the_name_once_and_asks_as_this_account() {
    let mut fixture = Fixture::new();
    let wanted = freezing(&fixture, "hana", None);
    let step = fixture.tell(&wanted, Input::Start);
    assert!(matches!(step.next, Next::Again));
    let named = match &step.changes[..] {
        [Change::Journal(FLOW, flow @ Flow::Freeze(it))] if it.look_up.is_some() => flow.clone(),
        _ => panic!("not named"),
    };
    // A crash and a silence: the same again.
    for _ in 0..2 {
        let step = fixture.tell(&named, Input::Start);
        assert!(step.changes.is_empty());
        let asked = |question: &Question| {
            matches!(
                question,
                Question::Owner(OwnerQuestion::Freeze(FreezeItem::Account(_)))
            )
        };
        assert!(matches!(&step.next, Next::Ask(_, _, question) if asked(question)));
    }
    let frozen = Frozen {
        since: NOW,
        alone: None,
    };
    let done = OwnerAnswer::Froze(Answer::Done(Froze::Frozen(frozen)));
    let step = fixture.tell(&named, Input::Owner(done));
    assert!(matches!(step.changes.last(), Some(Change::End(FLOW))));
    fixture.books.apply(step.changes);
    let known = &fixture.books.watch().unwrap().frozen;
    assert_eq!(known[0].frozen, frozen);
}

#[test]
fn freeze_that_a_safe_does_not_do_ends_with_what_to_do_now() {
    let fixture = Fixture::new();
    let named = freezing(&fixture, "hana", Some(LOOK_UP));
    for (answer, kind) in [
        (Answer::Done(Froze::TooFewWays), Kind::FreezeTooFewWays),
        (Answer::Done(Froze::NeedsSession), Kind::FreezeNeedsWay),
        (Answer::Out, Kind::FreezeNeedsWay),
    ] {
        let step = fixture.tell(&named, Input::Owner(OwnerAnswer::Froze(answer)));
        assert_eq!(told(&step), [&kind]);
        assert!(matches!(step.changes.last(), Some(Change::End(FLOW))));
    }
    let nameless = freezing(&fixture, "", None);
    let step = fixture.tell(&nameless, Input::Start);
    assert_eq!(told(&step), [&Kind::FreezeNeedsWay]);
    let step = fixture.tell(&named, Input::CallOff);
    assert!(matches!(step.changes[..], [Change::End(FLOW)]));
    let step = fixture.tell(&named, Input::Refused(Code::Malformed.into()));
    assert!(matches!(step.next, Next::Wait(Waiting::SafeFailed)));
}

#[test]
fn the_journal_of_a_freeze_is_pinned() {
    let named = Flow::Freeze(Freeze {
        safe: SafeId::new([1; 32]),
        name: "hana".into(),
        look_up: Some(LOOK_UP),
    });
    let written = saifu_protocol::json::write_text(&named);
    let safe = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    let look_up = "BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU";
    assert_eq!(
        written,
        alloc::format!(r#"{{"freeze":{{"safe":"{safe}","name":"hana","look_up":"{look_up}"}}}}"#)
    );
    assert!(saifu_protocol::json::read::<Flow>(written.as_bytes()).is_ok());
    // What was known of those who wait before there were freezes still reads.
    let before: Watch = saifu_protocol::json::read(br#"{"wait":60}"#).unwrap();
    assert!(before.frozen.is_empty());
}
