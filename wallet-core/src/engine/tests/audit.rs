//! When safes are audited.

use super::rules::reading;
use super::*;
use crate::bearer::What;
use crate::books::{Audited as Known, Found};
use crate::flow::Flow;
use crate::port::Opened as Stored;
use crate::rules::{Reading, Rehearsals};
use saifu_protocol::message::{Outcome, Route};
use saifu_protocol::possession::{AuditItem, Audited};

const DAY_MS: u64 = 86_400_000;

impl Bench {
    /// The platform says something so many days after the registration.
    pub(super) fn look_after(&mut self, days: u64, reading: Reading) {
        self.tell_after(days, Event::Signals(reading));
    }

    pub(super) fn tell_after(&mut self, days: u64, event: Event) {
        let mut context = context(&mut self.rng);
        context.now_ms += days * DAY_MS;
        let effects = self.wallet.handle(event, &mut context);
        self.carry_out(effects);
        self.commit();
    }

    /// The wallet is closed and opened again.
    pub(super) fn reopen(&mut self) {
        let stored = Stored {
            version: 0,
            records: self
                .store
                .iter()
                .filter(|(key, _)| key.is_read_on_open())
                .map(|(key, body)| (*key, body.clone()))
                .collect(),
        };
        let (wallet, effects) = Wallet::open(stored, &mut context(&mut self.rng)).unwrap();
        self.wallet = wallet;
        self.asks.clear();
        self.carry_out(effects);
    }

    fn audits(&self) -> usize {
        let flows = self.wallet.books.flows();
        flows
            .filter(|(_, flow)| matches!(flow, Flow::Audit(_)))
            .count()
    }

    pub(super) fn certificate(&self) -> ItemId {
        let mut certificates = self.wallet.books.certificates();
        certificates.next().expect("there is one").0
    }

    fn audited(&self) -> Option<Known> {
        self.wallet.books.audited(self.certificate())
    }

    /// The safe is asked for chunks; by which it answers whatever it is handed.
    fn audit_answered(&mut self, outcome: impl FnOnce(&AuditItem) -> Outcome<Audited>) {
        let ask = self.asks.pop().expect("the safe is asked");
        assert!(ask.url.ends_with("/v1/audit"), "{}", ask.url);
        let (request, _) = self.read::<AuditItem>(&ask, Route::Audit);
        let outcome = outcome(&request.items[0]);
        self.reply(&ask, Route::Audit, alloc::vec![outcome]);
        self.commit();
    }
}

fn nothing(_: &AuditItem) -> Outcome<Audited> {
    let chunks = Vec::new();
    Outcome::Done(Audited { chunks })
}

#[test]
fn safes_are_audited_once_a_week_by_themselves_and_only_with_a_network() {
    let mut bench = Bench::new();
    bench.with_a_wait();
    bench.asks.clear();
    bench.look_after(6, reading(None));
    assert_eq!(bench.audits(), 0);
    let off = Reading {
        network: Network::Off,
        ..reading(None)
    };
    bench.look_after(8, off);
    assert_eq!(bench.audits(), 0);
    bench.look_after(8, reading(None));
    assert_eq!(bench.audits(), 1);
    bench.look_after(8, reading(None));
    assert_eq!(bench.audits(), 1, "one at a time");
    // The same work goes on.
    bench.reopen();
    bench.asks.retain(|ask| ask.url.ends_with("/v1/audit"));
    bench.audit_answered(nothing);
    let Some(Known::Last(audit)) = bench.audited() else {
        panic!("it was audited");
    };
    assert_eq!(audit.found, Found::NotHeld);
    assert_eq!(bench.audits(), 0);
    assert_eq!(bench.notices(), [Kind::AuditFailed { held_at: None }]);
    bench.look_after(6, reading(None));
    assert_eq!(bench.audits(), 0, "not again before it is time");
    bench.look_after(7, reading(None));
    assert_eq!(bench.audits(), 1);
}

#[test]
fn owner_says_how_often_and_has_it_done_at_once() {
    let mut bench = Bench::new();
    bench.with_a_wait();
    // A rehearsal would be due meanwhile.
    let often = Rehearsals::Off;
    bench.want(Intent::SetRehearsals { often });
    bench.commit();
    bench.asks.clear();
    bench.want(Intent::SetAudits { days: 0 });
    bench.commit();
    bench.look_after(1_000, reading(None));
    assert_eq!(bench.audits(), 0);
    bench.want(Intent::SetAudits { days: 30 });
    bench.commit();
    bench.look_after(29, reading(None));
    assert_eq!(bench.audits(), 0);
    let what = What::Certificate(bench.certificate());
    bench.want(Intent::Audit { what });
    bench.commit();
    let shown = |bench: &Bench| {
        let cards = bench.shown.iter().rev().find_map(|part| match part {
            Part::Certificates(cards) => Some(cards.clone()),
            _ => None,
        });
        cards.unwrap()[0].audit
    };
    assert_eq!(shown(&bench).under_way, Some(None));
    let ask = bench.asks.last().unwrap().ask;
    bench.asks.clear();
    bench.tell(Event::Answered { ask, answer: None });
    assert_eq!(
        shown(&bench).under_way,
        Some(Some(Waiting::Unreachable)),
        "a safe that keeps silent is seen to"
    );
    // Wanted again it is the same work, at once.
    bench.want(Intent::Audit { what });
    bench.commit();
    assert_eq!(bench.audits(), 1);
    bench.audit_answered(|_| Outcome::Problem(Code::NotFound.into()));
    assert_eq!(bench.notices(), [Kind::AuditGone { held_at: None }]);
    assert_eq!(shown(&bench).under_way, None);
}

#[test]
fn a_clock_that_was_once_set_ahead_does_not_end_audits() {
    let mut bench = Bench::new();
    bench.with_a_wait();
    let id = bench.certificate();
    let of = |bench: &Bench| bench.wallet.books.certificate(id).unwrap().clone();
    let ahead = of(&bench).with_audit(
        Found::Held,
        crate::books::By::Safe,
        UnixTime(1_000 + 900 * 86_400),
    );
    let ahead = Change::Put(id, crate::books::Item::Certificate(ahead), None);
    bench.wallet.books.apply(alloc::vec![ahead]);
    bench.look_after(8, reading(None));
    assert_eq!(bench.audits(), 1);
}

#[test]
fn an_audit_that_was_called_off_is_not_begun_again_before_its_time() {
    let mut bench = Bench::new();
    bench.with_a_wait();
    bench.look_after(8, reading(None));
    let flows = bench.wallet.books.flows();
    let mut audits = flows.filter(|(_, flow)| matches!(flow, Flow::Audit(_)));
    let job = audits.next().expect("it is under way").0;
    drop(audits);
    bench.tell_after(8, Event::Intent(Intent::CallOff { job }));
    assert_eq!(bench.audits(), 0);
    bench.reopen();
    for day in [8, 14] {
        bench.look_after(day, reading(None));
        assert_eq!(bench.audits(), 0, "day {day}");
    }
    bench.look_after(15, reading(None));
    assert_eq!(bench.audits(), 1);
}
