//! What the engine does around the flows: one transaction at a time, waits, turns, clocks, and what is shown.

mod audit;
mod cards;
mod channels;
mod outbox;
mod rehearse;
mod rules;
mod waits;

use super::answer::CLOCK_RETRIES;
use super::drive::MOST_AT_ONE_SAFE;
use super::*;
use crate::form::Form;
use crate::intent::{Intent, RemoveReason};
use crate::plan::preset::Preset;
use crate::port::{Answer, Batch, CommitError, Key, Upload};
use crate::view::{Job, Opened, SafeCard, Task};
use alloc::collections::BTreeMap;
use saifu_crypto::Secret;
use saifu_crypto::hpke::derive_public;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::stretch::Stretch;
use saifu_crypto::testing::Counting;
use saifu_protocol::PublicKey;
use saifu_protocol::certificate::LegacyHash;
use saifu_protocol::digest::DigestSetting;
use saifu_protocol::jws::Jwk;
use saifu_protocol::problem::{Code, Problem};

/// A wallet, a store that does what it is told, and what came out.
struct Bench {
    wallet: Wallet,
    rng: Counting,
    store: BTreeMap<Key, Body>,
    commit: Option<Batch>,
    asks: Vec<Ask>,
    wakes: Vec<(u64, u64)>,
    shown: Vec<Part>,
    kept: BTreeMap<FlowId, Upload>,
    /// How often it was said again that something is kept.
    said_again: usize,
    /// Nothing more is kept: there is no room.
    is_full: bool,
    reminders: Vec<Option<UnixTime>>,
}

impl Bench {
    fn new() -> Self {
        let mut rng = Counting(0);
        let (wallet, effects) = Wallet::open(Stored::default(), &mut context(&mut rng)).unwrap();
        let mut bench = Self {
            wallet,
            rng,
            store: BTreeMap::new(),
            commit: None,
            asks: Vec::new(),
            wakes: Vec::new(),
            shown: Vec::new(),
            kept: BTreeMap::new(),
            said_again: 0,
            is_full: false,
            reminders: Vec::new(),
        };
        bench.carry_out(effects);
        bench
    }

    /// Hands an event over; loads are answered at once when everything else was kept.
    fn tell(&mut self, event: Event) {
        let effects = self.wallet.handle(event, &mut context(&mut self.rng));
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let (mut loads, mut refused) = (Vec::new(), Vec::new());
        for effect in effects {
            match effect {
                Effect::Commit(batch) => {
                    assert!(self.commit.is_none(), "two transactions at a time");
                    self.commit = Some(batch);
                }
                Effect::Load { load, item } => loads.push((load, item)),
                Effect::Ask(ask) => self.asks.push(ask),
                Effect::Wake { wake, after_ms } => self.wakes.push((wake, after_ms)),
                Effect::Show(parts) => self.shown.extend(parts),
                Effect::Remind(at) => self.reminders.push(at),
                Effect::Keep(upload) => {
                    if self.is_full {
                        refused.push(upload.flow);
                    } else {
                        self.kept.insert(upload.flow, upload);
                    }
                }
                Effect::StillKept => self.said_again += 1,
            }
        }
        for flow in refused {
            self.tell(Event::NotKept(flow));
        }
        // What is shown is shown before an answer can change it.
        for (load, item) in loads {
            let body = self.store.get(&Key::Body(item)).cloned();
            self.tell(Event::Loaded { load, body });
        }
    }

    /// The transaction under way, and all that follow from it, become durable.
    fn commit(&mut self) {
        while let Some(batch) = self.commit.take() {
            for flow in batch.recalls() {
                self.kept.remove(&flow);
            }
            for key in &batch.deletes {
                self.store.remove(key);
            }
            self.store.extend(batch.puts);
            self.tell(Event::Committed);
        }
    }

    fn want(&mut self, intent: Intent) {
        self.tell(Event::Intent(intent));
    }

    fn add(&mut self, name: &str) {
        self.want(Intent::Add { form: form(name) });
        self.commit();
    }

    fn trust(&mut self) -> SafeId {
        self.want(Intent::MeetSafe {
            address: "https://safe.example".into(),
        });
        let ask = self.asks.pop().unwrap().ask;
        self.answer(ask, 200, serde_json::to_vec(&descriptor(9, 2)).unwrap());
        let safe = descriptor(9, 2).id;
        self.want(Intent::TrustSafe { safe });
        self.commit();
        assert!(self.wallet.books.safe(safe).is_some());
        assert_eq!(self.wallet.reach.get(&safe), Some(&Reach::Answers));
        safe
    }

    fn back_up_all(&mut self, safe: SafeId) {
        let values = self.wallet.books.values().map(|(id, _)| id).collect();
        self.want(Intent::BackUp { values, safe });
        self.commit();
    }

    fn answer(&mut self, ask: u64, status: u16, body: Vec<u8>) {
        let answer = Some(Answer { status, body });
        self.tell(Event::Answered { ask, answer });
    }

    fn jobs(&self) -> Vec<Job> {
        let jobs = self.shown.iter().rev().find_map(|part| match part {
            Part::Jobs(jobs) => Some(jobs.clone()),
            _ => None,
        });
        jobs.unwrap_or_default()
    }

    fn notices(&self) -> Vec<Kind> {
        let notices = self.shown.iter().rev().find_map(|part| match part {
            Part::Notices(notices) => Some(notices.iter().map(|n| n.kind.clone()).collect()),
            _ => None,
        });
        notices.unwrap_or_default()
    }

    fn held(&self) -> usize {
        self.wallet.books.values().count()
    }
}

fn context(rng: &mut Counting) -> Context<'_> {
    Context {
        now_ms: 1_000_000,
        today: saifu_protocol::value::parse_date("2000-03-15").unwrap(),
        offset_minutes: 0,
        rng,
        stretch: Stretch::None,
    }
}

fn form(name: &str) -> Form {
    Form {
        name: name.into(),
        unit_price: "1600".into(),
        ..Form::default()
    }
}

fn descriptor(signing: u8, sealing: u8) -> Descriptor {
    descriptor_of(signing, sealing, UnixTime(1_000))
}

fn descriptor_of(signing: u8, sealing: u8, time: UnixTime) -> Descriptor {
    let key = SigningKey::derive(&Secret::new([signing; 32]));
    let public = PublicKey::new(key.public());
    let sealing_key = PublicKey::new(derive_public(&Secret::new([sealing; 32])));
    let address = Address::parse("https://safe.example").unwrap();
    Descriptor {
        version: descriptor::VERSION,
        id: SafeId::of(&public),
        attestation: descriptor::attest(&address, sealing_key, time, &key),
        address,
        operator: "Example".into(),
        jurisdiction: "JP".into(),
        signing_key: Jwk::of(public),
        sealing_key,
        digest: DigestSetting::FiveFields,
        legacy_hash: LegacyHash::Off,
        counter_limit: saifu_protocol::Counter::MAX,
        retention_seconds: 1,
        grace_seconds: 1,
        limits: descriptor::Limits::default(),
        authentication: Vec::new(),
        passkeys: None,
        time,
    }
}

fn problem(problem: Problem) -> (u16, Vec<u8>) {
    (problem.status, serde_json::to_vec(&problem).unwrap())
}

#[test]
fn nothing_is_true_before_it_is_durable() {
    let mut bench = Bench::new();
    bench.want(Intent::Add { form: form("A") });
    assert_eq!(bench.held(), 0);
    assert!(bench.commit.is_some());
    bench.commit();
    assert_eq!(bench.held(), 1);
}

#[test]
fn no_safe_is_asked_before_the_journal_is_durable() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.add("A");
    let values = bench.wallet.books.values().map(|(id, _)| id).collect();
    bench.want(Intent::BackUp { values, safe });
    assert!(bench.asks.is_empty());
    bench.commit();
    assert_eq!(bench.asks.len(), 1);
}

#[test]
fn events_wait_in_line_while_a_transaction_is_under_way() {
    let mut bench = Bench::new();
    bench.want(Intent::Add { form: form("A") });
    bench.want(Intent::Add { form: form("B") });
    assert_eq!(bench.commit.as_ref().unwrap().expected_version, 0);
    bench.commit();
    assert_eq!(bench.held(), 2);
}

#[test]
fn a_fenced_wallet_says_so_and_does_nothing_more() {
    let mut bench = Bench::new();
    bench.want(Intent::Add { form: form("A") });
    bench.commit = None;
    bench.tell(Event::CommitFailed(CommitError::Fenced));
    assert!(bench.shown.contains(&Part::Phase(Phase::Fenced)));
    bench.want(Intent::Add { form: form("B") });
    assert!(bench.commit.is_none());
}

#[test]
fn a_value_that_could_not_be_stored_is_a_job_and_is_tried_again() {
    let mut bench = Bench::new();
    bench.want(Intent::Add { form: form("A") });
    bench.commit = None;
    bench.tell(Event::CommitFailed(CommitError::Full));
    assert_eq!(bench.notices(), [Kind::StorageFull]);
    let jobs = bench.jobs();
    assert_eq!(
        (jobs[0].task, jobs[0].waiting),
        (Task::Add, Some(Waiting::StorageFull))
    );
    let (wake, _) = bench.wakes.pop().unwrap();
    bench.tell(Event::Woke { wake });
    bench.commit();
    assert_eq!(bench.held(), 1);
    assert!(bench.jobs().is_empty());
}

#[test]
fn what_a_backup_waited_for_is_over_when_it_goes_on() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.add("A");
    let values = bench.wallet.books.values().map(|(id, _)| id).collect();
    bench.want(Intent::Protect {
        values,
        plan: Preset::OneSafeSealed.plan(),
        safes: alloc::vec![safe],
        key: None,
    });
    let wish = bench.commit.take().unwrap();
    bench.store.extend(wish.puts);
    bench.tell(Event::Committed);
    assert!(bench.commit.take().is_some(), "its parts");
    bench.tell(Event::CommitFailed(CommitError::Full));
    assert_eq!(bench.jobs()[0].waiting, Some(Waiting::StorageFull));
    let (wake, _) = bench.wakes.pop().unwrap();
    bench.tell(Event::Woke { wake });
    bench.commit();
    let waiting: Vec<_> = bench.jobs().iter().map(|job| job.waiting).collect();
    assert_eq!(waiting, [None]);
}

#[test]
fn a_value_that_could_not_be_stored_can_be_called_off() {
    let mut bench = Bench::new();
    bench.want(Intent::Add { form: form("A") });
    bench.commit = None;
    bench.tell(Event::CommitFailed(CommitError::Full));
    let job = bench.jobs()[0].id;
    bench.want(Intent::CallOff { job });
    bench.tell(Event::Encouraged);
    assert!(bench.commit.is_none());
    assert!(bench.jobs().is_empty());
}

#[test]
fn a_setting_that_could_not_be_stored_does_not_come_back_over_a_later_one() {
    for retry_comes_first in [false, true] {
        let mut bench = Bench::new();
        bench.want(Intent::SetCapacity { bytes: 300 });
        bench.commit = None;
        bench.tell(Event::CommitFailed(CommitError::Full));
        let (wake, _) = bench.wakes.pop().unwrap();
        if retry_comes_first {
            // Both wait for the same transaction: the earlier wish is still the earlier one.
            bench.want(Intent::Add { form: form("a") });
            bench.want(Intent::SetCapacity { bytes: 1 << 30 });
            bench.tell(Event::Woke { wake });
        } else {
            bench.want(Intent::SetCapacity { bytes: 1 << 30 });
            bench.commit();
            bench.tell(Event::Woke { wake });
        }
        bench.commit();
        assert_eq!(bench.wallet.books().ledger().capacity, 1 << 30);
    }
}

#[test]
fn another_clock_is_followed_at_once_and_then_waited_for() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.add("A");
    bench.back_up_all(safe);
    for _ in 0..CLOCK_RETRIES {
        let ask = bench.asks.pop().unwrap().ask;
        let (status, body) = problem(Problem::clock(UnixTime(500_000)));
        bench.answer(ask, status, body);
        assert_eq!(bench.asks.len(), 1, "it is signed again at once");
    }
    let ask = bench.asks.pop().unwrap().ask;
    let (status, body) = problem(Problem::clock(UnixTime(500_000)));
    bench.answer(ask, status, body);
    assert!(bench.asks.is_empty());
    assert_eq!(bench.jobs()[0].waiting, Some(Waiting::Clock));
    assert_eq!(bench.wallet.safe_time(safe, 1_000_000), UnixTime(500_000));
}

/// Nothing ends by a word in the clear, and nobody is told every few seconds.
#[test]
fn a_safe_that_does_not_know_the_request_is_told_of_once_and_asked_seldom() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.add("A");
    bench.back_up_all(safe);
    for told in [&[Kind::SafeTooOld][..], &[], &[]] {
        let ask = bench.asks.pop().unwrap().ask;
        let (status, body) = problem(Code::NoRoute.into());
        bench.answer(ask, status, body);
        assert!(bench.asks.is_empty());
        assert_eq!(bench.jobs()[0].waiting, Some(Waiting::TooOld));
        assert_eq!(bench.notices(), told);
        for notice in bench.wallet.passing.clone() {
            let notice = notice.id;
            bench.want(Intent::Acknowledge { notice });
        }
        let (wake, after_ms) = bench.wakes.pop().unwrap();
        assert!(after_ms >= 300_000);
        bench.tell(Event::Woke { wake });
    }
    assert_eq!(bench.held(), 1);
}

#[test]
fn a_new_sealing_key_is_taken_and_a_new_signing_key_is_not() {
    for (signing, sealing, time, taken) in [
        (9, 7, 2_000, true),
        (9, 2, 2_000, false),
        (8, 7, 2_000, false),
        // An attestation no newer than the known one: somebody brings back a key that was replaced.
        (9, 7, 1_000, false),
    ] {
        let mut bench = Bench::new();
        let safe = bench.trust();
        bench.add("A");
        bench.back_up_all(safe);
        let ask = bench.asks.pop().unwrap().ask;
        let (status, body) = problem(saifu_protocol::problem::Code::Envelope.into());
        bench.answer(ask, status, body);
        let ask = bench.asks.pop().unwrap();
        assert!(ask.body.is_none(), "the descriptor is fetched");
        let fetched = descriptor_of(signing, sealing, UnixTime(time));
        let fetched = serde_json::to_vec(&fetched).unwrap();
        bench.answer(ask.ask, 200, fetched);
        bench.commit();
        let key = bench.wallet.books.safe(safe).unwrap().sealing_key;
        assert_eq!(key == descriptor(9, 7).sealing_key, taken);
        assert_eq!(bench.asks.len(), usize::from(taken));
        if signing == 8 {
            assert_eq!(bench.notices(), [Kind::SafeKeyChanged]);
        }
    }
}

#[test]
fn one_safe_is_asked_by_a_few_flows_at_a_time() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    for _ in 0..3 * MOST_AT_ONE_SAFE {
        bench.add("A");
    }
    bench.back_up_all(safe);
    assert_eq!(bench.asks.len(), MOST_AT_ONE_SAFE);
    // Whoever gets no answer makes room for the next.
    let ask = bench.asks.remove(0).ask;
    bench.tell(Event::Answered { ask, answer: None });
    assert_eq!(bench.asks.len(), MOST_AT_ONE_SAFE);
}

#[test]
fn waits_grow() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.add("A");
    bench.back_up_all(safe);
    let mut waits = Vec::new();
    for _ in 0..4 {
        let ask = bench.asks.pop().unwrap().ask;
        bench.tell(Event::Answered { ask, answer: None });
        let (wake, after_ms) = bench.wakes.pop().unwrap();
        waits.push(after_ms);
        bench.tell(Event::Woke { wake });
    }
    assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
}

#[test]
fn an_answer_that_comes_too_late_is_dropped() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.add("A");
    bench.back_up_all(safe);
    let late = bench.asks.pop().unwrap().ask;
    bench.tell(Event::Answered {
        ask: late,
        answer: None,
    });
    let before = bench.wakes.len();
    bench.answer(late, 200, b"anything".to_vec());
    assert_eq!(bench.wakes.len(), before);
}

#[test]
fn an_open_value_is_closed_when_work_on_it_begins() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.add("A");
    let (item, _) = bench.wallet.books.values().next().unwrap();
    bench.want(Intent::Open { item });
    let opened = |part: &Part| matches!(part, Part::Opened(Some(Opened::Value { .. })));
    assert!(bench.shown.iter().any(opened));
    bench.shown.clear();
    bench.back_up_all(safe);
    assert!(bench.shown.contains(&Part::Opened(None)));
    bench.want(Intent::Open { item });
    assert!(!bench.shown.iter().any(opened), "it is locked");
    let why = RemoveReason::Used;
    bench.want(Intent::Remove { value: item, why });
    assert!(bench.commit.is_none(), "it is locked");
}

#[test]
fn a_trusted_safe_is_not_trusted_again_under_another_address() {
    let mut bench = Bench::new();
    bench.trust();
    bench.want(Intent::MeetSafe {
        address: "https://safe.example".into(),
    });
    let ask = bench.asks.pop().unwrap().ask;
    bench.answer(ask, 200, serde_json::to_vec(&descriptor(9, 2)).unwrap());
    let failed = bench.shown.iter().any(|part| {
        let Part::Meeting(Some(view::Meeting::Failed { why, .. })) = part else {
            return false;
        };
        *why == MeetingFailure::AlreadyTrusted
    });
    assert!(failed);
}

impl Bench {
    fn safe_card(&self) -> SafeCard {
        let cards = self.shown.iter().rev().find_map(|part| match part {
            Part::Safes(cards) => cards.first().cloned(),
            _ => None,
        });
        cards.unwrap()
    }
}

#[test]
fn a_safe_is_asked_whether_it_answers_and_what_waits_for_it_begins() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.add("A");
    bench.back_up_all(safe);
    let ask = bench.asks.pop().unwrap().ask;
    bench.tell(Event::Answered { ask, answer: None });
    let due = bench.jobs()[0].next_try.unwrap();
    assert!(due > UnixTime(1_000), "{due:?}");
    assert_eq!(bench.safe_card().reach, Reach::Silent);
    assert_eq!(bench.safe_card().answered_at, Some(UnixTime(1_000)));

    // Whatever answers in its place is not the safe, and what waits goes on waiting.
    for (status, body) in [
        (200, serde_json::to_vec(&descriptor(8, 2)).unwrap()),
        (404, b"nobody".to_vec()),
    ] {
        bench.want(Intent::AskSafe { safe });
        bench.want(Intent::AskSafe { safe });
        assert!(bench.safe_card().asking);
        let ask = bench.asks.pop().unwrap();
        assert!(ask.body.is_none() && bench.asks.is_empty(), "asked once");
        bench.answer(ask.ask, status, body);
        let card = bench.safe_card();
        assert_eq!((card.asking, card.reach), (false, Reach::Silent));
        assert!(bench.asks.is_empty());
    }
    assert_eq!(bench.notices(), [Kind::SafeKeyChanged]);

    bench.want(Intent::AskSafe { safe });
    let ask = bench.asks.pop().unwrap().ask;
    bench.answer(ask, 200, serde_json::to_vec(&descriptor(9, 2)).unwrap());
    assert_eq!(bench.safe_card().reach, Reach::Answers);
    assert_eq!(bench.asks.len(), 1, "the back-up does not wait any longer");
    assert_eq!(bench.jobs()[0].next_try, None);
}

#[test]
fn what_a_dead_safe_was_to_end_is_given_up_and_then_it_can_be_forgotten() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.add("A");
    bench.back_up_all(safe);
    let job = bench.jobs()[0].id;
    bench.want(Intent::CallOff { job });
    bench.commit();
    let card = bench.safe_card();
    assert_eq!((card.ending, card.forgettable), (1, false));
    bench.want(Intent::ForgetSafe { safe });
    bench.commit();
    assert!(bench.wallet.books.safe(safe).is_some(), "not before");

    bench.want(Intent::GiveUpEnding { safe });
    bench.commit();
    assert!(bench.jobs().is_empty());
    assert_eq!(bench.held(), 1, "the value is here and stays");
    let card = bench.safe_card();
    assert_eq!((card.ending, card.forgettable), (0, true));
    bench.want(Intent::ForgetSafe { safe });
    bench.commit();
    assert!(bench.wallet.books.safe(safe).is_none());
}
