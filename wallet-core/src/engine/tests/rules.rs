//! What the engine does around rounds: looks that are stored or not, previews, and what is said of a platform.

use super::*;
use crate::rules::trigger::{Battery, Network, Power, Remark, WhileClosed};
use crate::rules::{
    Apart, BackUp, Condition, Does, How, Reading, Rule, RuleId, RuleProblem, RuleState, Shipped,
    Trigger,
};
use crate::view::RulesView;

pub(super) fn reading(percent: Option<u8>) -> Reading {
    Reading {
        battery: percent.map(|percent| Battery {
            percent,
            power: Power::Battery,
        }),
        device_used_at: None,
        wallet_used_at: UnixTime(0),
        network: Network::On,
        connection: None,
        quota_room: None,
        while_closed: WhileClosed::Sleeps,
    }
}

fn rule(when: Trigger) -> Rule {
    Rule {
        id: RuleId::NEW,
        name: "mine".into(),
        state: RuleState::On,
        which: Condition::All(Vec::new()),
        when,
        does: Does::BackUp(BackUp {
            how: How::Preset(Preset::OneSafeSealed),
            safes: Vec::new(),
        }),
    }
}

impl Bench {
    fn want_all(&mut self, intents: Vec<Intent>) {
        for intent in intents {
            self.want(intent);
            self.commit();
        }
    }

    pub(super) fn rules(&self) -> RulesView {
        let shown = self.shown.iter().rev().find_map(|part| match part {
            Part::Rules(view) => Some(view.clone()),
            _ => None,
        });
        shown.unwrap_or_default()
    }

    fn rounds(&self) -> usize {
        let flows = self.wallet.books.flows();
        flows
            .filter(|(_, flow)| matches!(flow, crate::flow::Flow::Round(_)))
            .count()
    }
}

#[test]
fn what_a_platform_does_not_tell_is_said_at_the_rule() {
    let mut bench = Bench::new();
    let rule = rule(Trigger::BatteryBelow(20));
    bench.want_all(alloc::vec![Intent::PutRule { rule }]);
    bench.tell(Event::Signals(reading(None)));
    let lacks = |bench: &Bench| bench.rules().rules.last().map(|card| card.lacks.clone());
    let both = [Remark::LowBatteryUnseen, Remark::NotSeenWhileClosed];
    assert_eq!(lacks(&bench).as_deref(), Some(&both[..]));
    bench.tell(Event::Signals(reading(Some(50))));
    assert_eq!(lacks(&bench).as_deref(), Some(&both[1..]));
}

#[test]
fn a_time_that_a_rule_names_is_told_to_whoever_is_woken_while_the_wallet_is_closed() {
    let mut bench = Bench::new();
    let rule = rule(Trigger::At(1));
    bench.want_all(alloc::vec![Intent::PutRule { rule }]);
    bench.tell(Event::Signals(reading(None)));
    assert_eq!(bench.reminders, [], "nobody is woken");
    let woken = Reading {
        while_closed: WhileClosed::Wakes,
        ..reading(None)
    };
    for _ in 0..2 {
        bench.tell(Event::Signals(woken));
    }
    let next = Some(UnixTime(86_400 + 60));
    assert_eq!(bench.reminders, [next], "said once");
    let rule = bench.wallet.books.rules().rules.iter().last().unwrap().id;
    bench.want_all(alloc::vec![Intent::RemoveRule { rule }]);
    bench.tell(Event::Signals(woken));
    assert_eq!(bench.reminders, [next, None]);
}

#[test]
fn a_look_that_could_not_be_stored_is_taken_again() {
    let mut bench = Bench::new();
    bench.trust();
    let rule = rule(Trigger::BatteryBelow(20));
    bench.want_all(alloc::vec![Intent::PutRule { rule }]);
    bench.tell(Event::Signals(reading(Some(50))));
    bench.add("A");
    for _ in 0..2 {
        bench.tell(Event::Signals(reading(Some(10))));
        assert!(bench.commit.take().is_some(), "it is due");
        bench.tell(Event::CommitFailed(CommitError::Failed));
        assert_eq!(bench.rounds(), 0);
    }
    bench.tell(Event::Signals(reading(Some(10))));
    bench.commit();
    assert_eq!((bench.rounds(), bench.asks.len()), (1, 1));
    bench.tell(Event::Signals(reading(Some(9))));
    assert!(bench.commit.is_none(), "what was stored is not due again");
}

#[test]
fn a_draft_is_shown_with_what_it_would_mean_and_why_it_is_not_taken() {
    let mut bench = Bench::new();
    bench.add("A");
    let draft = |rule: Rule| Intent::ShowRules { draft: Some(rule) };
    bench.want(draft(rule(Trigger::OnOpen)));
    let shown = bench.rules().draft.unwrap();
    assert_eq!((shown.problem, shown.means.selected_count), (None, 0));
    assert_eq!(shown.means.apart, [("A".into(), Apart::TooFewSafes)]);
    bench.trust();
    bench.want(draft(rule(Trigger::OnOpen)));
    assert_eq!(bench.rules().draft.unwrap().means.selected, ["A"]);
    // It follows what comes in while somebody looks.
    bench.add("B");
    assert_eq!(bench.rules().draft.unwrap().means.selected_count, 2);
    let nameless = Rule {
        name: String::new(),
        ..rule(Trigger::OnOpen)
    };
    bench.want(draft(nameless.clone()));
    let shown = bench.rules().draft.unwrap();
    assert_eq!(shown.problem, Some(RuleProblem::Name));
    assert_eq!(shown.means.selected_count, 2, "it is shown all the same");
    assert_eq!(bench.wallet.books.rules().rules.iter().count(), 2);
    bench.want(Intent::PutRule { rule: nameless });
    assert!(bench.commit.is_none(), "it is not taken");
    bench.want(Intent::HideRules);
    bench.want_all(alloc::vec![Intent::PutRule {
        rule: rule(Trigger::OnOpen)
    }]);
    let cards = bench.rules().rules;
    assert!(
        cards.iter().all(|card| card.means.is_none()),
        "nobody looks"
    );
    assert_ne!(cards.last().unwrap().rule.id, RuleId::NEW);
}

#[test]
fn rules_are_changed_left_out_and_restored() {
    let mut bench = Bench::new();
    let [first, second] = Shipped::ALL.map(Shipped::rule);
    let on = Rule {
        state: RuleState::On,
        ..first.clone()
    };
    bench.want_all(alloc::vec![
        Intent::PutRule { rule: on.clone() },
        Intent::RemoveRule { rule: second.id },
    ]);
    let rules = |bench: &Bench| bench.wallet.books.rules().rules.clone();
    assert!(rules(&bench).iter().eq([&on]));
    bench.want_all(alloc::vec![Intent::RestoreRules]);
    assert!(rules(&bench).iter().eq([&first, &second]));
}

/// A wallet with two values of which one could go to a safe, in a browser that has no space for a third.
fn without_space(shortage: crate::rules::Shortage) -> Bench {
    let mut bench = Bench::new();
    bench.trust();
    let rule = rule(Trigger::OnRequest);
    bench.want_all(alloc::vec![
        Intent::PutRule { rule },
        Intent::SetShortage { shortage },
    ]);
    bench.tell(Event::Signals(reading(Some(50))));
    bench.add("A");
    bench.want(Intent::Add { form: form("B") });
    bench.commit = None;
    bench.tell(Event::CommitFailed(CommitError::Full));
    bench
}

#[test]
fn a_full_browser_has_the_rules_make_space_if_its_owner_wants_that() {
    let mut bench = without_space(crate::rules::Shortage::MakeRoom);
    assert_eq!(bench.notices(), [Kind::StorageFull]);
    bench.commit();
    assert_eq!(bench.rounds(), 1);
    assert_eq!(
        bench
            .jobs()
            .iter()
            .filter(|it| it.task == Task::Add)
            .count(),
        1,
        "what was typed waits"
    );
}

#[test]
fn a_full_browser_has_its_owner_asked_first_who_may_have_the_rules_make_space() {
    let mut bench = without_space(crate::rules::Shortage::Ask);
    assert!(bench.commit.is_none());
    assert_eq!(bench.notices(), [Kind::StorageFull]);
    assert!(bench.rules().would_free > 0, "it is offered");
    let job = bench.jobs()[0].id;
    bench.want(Intent::MakeRoom { job });
    bench.commit();
    assert_eq!(bench.rounds(), 1);
}

#[test]
fn rules_that_find_no_space_themselves_do_not_begin_with_each_attempt() {
    let mut bench = without_space(crate::rules::Shortage::MakeRoom);
    assert!(bench.commit.take().is_some(), "the round");
    bench.tell(Event::CommitFailed(CommitError::Full));
    assert!(bench.commit.is_none());
    let (wake, _) = bench.wakes.pop().unwrap();
    bench.tell(Event::Woke { wake });
    assert!(bench.commit.take().is_some(), "the value is tried again");
    bench.tell(Event::CommitFailed(CommitError::Full));
    assert!(
        bench.commit.is_none(),
        "and the rules are not, in the same minute"
    );
    assert_eq!(bench.notices(), [Kind::StorageFull], "it is said once");
}

#[test]
fn only_what_its_owner_wants_done_sends_something_else_away() {
    use crate::flow::{Add, Audit, AuditState, Flow, Hold, HoldState, Wake};
    let mut bench = Bench::new();
    let safe = bench.trust();
    let id = FlowId::new([7; 16]);
    let mut is_owners = |flow: Flow| {
        bench
            .wallet
            .books
            .apply(alloc::vec![Change::Journal(id, flow)]);
        bench.wallet.is_owners(id)
    };
    let (object, name) = (Vec::new(), String::from("A"));
    assert!(is_owners(Flow::Add(Add { object, name })));
    assert!(!is_owners(Flow::Audit(Audit {
        safe,
        entry: None,
        left: Vec::new(),
        state: AuditState::Ready,
    })));
    assert!(!is_owners(Flow::Wake(Wake { safe, to: None })));
    let state = HoldState::Ready;
    assert!(!is_owners(Flow::Hold(Hold { safe, state })));
    let retire = crate::flow::retire(ItemId::new([8; 16]), safe, &mut Counting(1));
    let Change::Journal(_, retire) = retire else {
        panic!("it is a flow");
    };
    assert!(!is_owners(retire));
    assert!(!bench.wallet.is_owners(FlowId::new([9; 16])));
}

#[test]
fn what_a_full_browser_refused_goes_on_as_soon_as_something_has_gone() {
    let mut bench = without_space(crate::rules::Shortage::Ask);
    let (value, _) = bench.wallet.books.values().next().unwrap();
    bench.want(Intent::Remove {
        value,
        why: RemoveReason::Used,
    });
    bench.commit();
    assert_eq!(
        (bench.held(), bench.jobs().len()),
        (1, 0),
        "B is here without its time being over"
    );
}

#[test]
fn space_that_has_come_leaves_other_waits_alone() {
    let mut bench = without_space(crate::rules::Shortage::Ask);
    let values = bench.wallet.books.values().map(|(id, _)| id).collect();
    let safe = bench.wallet.books.safes().next().unwrap().id;
    bench.want(Intent::BackUp { values, safe });
    bench.commit();
    let ask = bench.asks.last().unwrap().ask;
    bench.tell(Event::Answered { ask, answer: None });
    let asks = bench.asks.len();
    let (wake, _) = bench.wakes.pop().unwrap();
    bench.add("C");
    assert_eq!(bench.asks.len(), asks, "it is not hurried");
    bench.tell(Event::Woke { wake });
    assert_eq!(bench.asks.len(), asks + 1, "and still wakes");
}

fn ending(name: &str, to: &str) -> Intent {
    let form = Form {
        to: to.into(),
        ..form(name)
    };
    Intent::Add { form }
}

#[test]
fn what_ends_tomorrow_is_told_once_and_over_a_restart() {
    let mut bench = Bench::new();
    bench.want_all(alloc::vec![
        ending("A", "1970-01-02"),
        ending("B", "1970-01-01"),
        ending("C", "1970-01-03"),
        ending("D", ""),
    ]);
    bench.tell(Event::Signals(reading(None)));
    let told = bench.commit.clone();
    bench.commit = None;
    bench.tell(Event::CommitFailed(CommitError::Failed));
    assert!(
        told.is_some() && bench.commit.is_none(),
        "not again at once"
    );
    bench.tell(Event::Signals(reading(None)));
    bench.commit();
    let kinds = bench.notices();
    assert_eq!(kinds, [Kind::EndsTomorrow { others: 1 }]);
    let notice = bench.wallet.books.notices().next().unwrap().id;
    bench.want(Intent::Acknowledge { notice });
    bench.commit();
    bench.tell(Event::Signals(reading(None)));
    assert!(bench.commit.is_none(), "it was said");
    let records = bench.store.clone().into_iter();
    let stored = Stored {
        version: 0,
        records: records.filter(|(key, _)| key.is_read_on_open()).collect(),
    };
    let opened = Wallet::open(stored, &mut context(&mut bench.rng));
    bench.wallet = opened.unwrap().0;
    bench.tell(Event::Signals(reading(None)));
    assert!(bench.commit.is_none(), "also before it was closed");
}

impl Bench {
    /// The platform speaks, or something is wanted, so many seconds later than otherwise.
    fn later(&mut self, seconds: u64, event: Event) {
        let mut context = context(&mut self.rng);
        context.now_ms += seconds * 1_000;
        let effects = self.wallet.handle(event, &mut context);
        self.carry_out(effects);
        self.commit();
    }

    fn told_and_read(&mut self) -> Vec<Kind> {
        let told = self.notices();
        let books = &self.wallet.books;
        let ids: Vec<ItemId> = books.notices().map(|it| it.id).collect();
        for notice in ids {
            self.want(Intent::Acknowledge { notice });
            self.commit();
        }
        told
    }
}

#[test]
fn what_comes_in_later_and_ends_as_soon_is_told_too() {
    let mut bench = Bench::new();
    bench.want_all(alloc::vec![ending("A", "1970-01-02")]);
    bench.later(10, Event::Signals(reading(None)));
    let one = [Kind::EndsTomorrow { others: 0 }];
    assert_eq!(bench.told_and_read(), one);
    bench.later(20, Event::Intent(ending("B", "1970-01-02")));
    bench.later(30, Event::Signals(reading(None)));
    let told = bench.wallet.books.notices();
    let names: Vec<String> = told.map(|it| it.subject.clone()).collect();
    assert_eq!(names, ["B"]);
    assert_eq!(bench.told_and_read(), one);
    bench.later(40, Event::Signals(reading(None)));
    assert_eq!(bench.told_and_read(), [], "each once");
}

#[test]
fn what_a_clock_that_was_ahead_told_does_not_keep_the_right_one_silent() {
    let mut bench = Bench::new();
    bench.want_all(alloc::vec![
        ending("A", "1970-01-02"),
        ending("B", "1970-02-10"),
    ]);
    bench.later(40 * 86_400, Event::Signals(reading(None)));
    let one = [Kind::EndsTomorrow { others: 0 }];
    assert_eq!(bench.told_and_read(), one);
    bench.later(10, Event::Signals(reading(None)));
    assert_eq!(bench.told_and_read(), one);
    bench.later(20, Event::Signals(reading(None)));
    assert_eq!(bench.told_and_read(), []);
}
