//! When a backup is rehearsed by itself, and what becomes of what a rehearsal leaves behind.

use super::rules::reading;
use super::*;
use crate::flow::{Flow, Rehearse};
use crate::rules::Reading;
use crate::rules::trigger::Network;

impl Bench {
    fn rehearsals(&self) -> Vec<(FlowId, &Rehearse)> {
        let flows = self
            .wallet
            .books
            .flows()
            .filter_map(|(id, flow)| match flow {
                Flow::Rehearse(rehearse) => Some((id, rehearse)),
                _ => None,
            });
        flows.collect()
    }

    fn rehearsed_at(&self) -> Option<UnixTime> {
        self.wallet.books.rules().rehearsed_at
    }

    /// A wallet with one certificate, and no audits.
    fn with_a_certificate() -> Self {
        let mut bench = Self::new();
        bench.with_a_wait();
        bench.want(Intent::SetAudits { days: 0 });
        bench.commit();
        bench.asks.clear();
        bench
    }

    /// Nobody answers, and whatever waits is tried again.
    fn in_silence(&mut self) {
        for ask in core::mem::take(&mut self.asks) {
            let (ask, answer) = (ask.ask, None);
            self.tell(Event::Answered { ask, answer });
            self.commit();
        }
        for (wake, _) in core::mem::take(&mut self.wakes) {
            self.tell(Event::Woke { wake });
            self.commit();
        }
    }

    /// A rehearsal at a safe that is dead, and what it leaves behind.
    fn with_a_left_over() -> Self {
        let mut bench = Self::with_a_certificate();
        let what = bench.certificate();
        bench.want(Intent::Rehearse { what });
        bench.commit();
        for _ in 0..4 {
            bench.in_silence();
        }
        let left = bench.rehearsals();
        assert!(left.len() == 1 && left[0].1.is_left_over());
        assert_eq!(bench.rehearsal_jobs(), []);
        bench
    }

    /// Those that are shown, and whether they can be called off.
    fn rehearsal_jobs(&self) -> Vec<(FlowId, bool)> {
        let jobs = self.jobs().into_iter();
        let jobs = jobs.filter(|job| job.task == Task::Rehearse);
        jobs.map(|job| (job.id, job.can_call_off)).collect()
    }
}

#[test]
fn a_clock_that_was_once_set_ahead_does_not_end_rehearsals() {
    let mut bench = Bench::with_a_certificate();
    let mut book = bench.wallet.books.rules().clone();
    book.rehearsed_at = Some(UnixTime(1_000 + 900 * 86_400));
    let ahead = Change::Rule(Box::new(book));
    bench.wallet.books.apply(alloc::vec![ahead]);
    bench.look_after(31, reading(None));
    assert_eq!(bench.rehearsals().len(), 1);
}

#[test]
fn a_rehearsal_that_ended_without_a_result_is_not_begun_again_before_its_time() {
    for is_crash in [false, true] {
        let mut bench = Bench::with_a_certificate();
        bench.look_after(31, reading(None));
        let job = bench.rehearsals()[0].0;
        let began = Some(UnixTime(1_000 + 31 * 86_400));
        assert_eq!(bench.rehearsed_at(), began);
        match is_crash {
            true => bench.reopen(),
            false => bench.tell_after(31, Event::Intent(Intent::CallOff { job })),
        }
        bench.commit();
        let asked = |bench: &Bench| bench.asks.iter().any(|ask| ask.url.ends_with("/v1/return"));
        assert!(asked(&bench), "it is given back");
        for day in [31, 32, 60] {
            bench.look_after(day, reading(None));
            assert!(
                bench.rehearsals().iter().all(|(id, _)| *id == job),
                "day {day}"
            );
            assert_eq!(bench.rehearsed_at(), began, "{is_crash}, day {day}");
        }
    }
}

#[test]
fn a_rehearsal_whose_value_was_wanted_is_not_due_again_before_its_time() {
    let mut bench = Bench::with_a_certificate();
    bench.look_after(31, reading(None));
    let certificate = bench.certificate();
    bench.tell_after(31, Event::Intent(Intent::Recover { certificate }));
    assert_eq!(bench.rehearsed_at(), Some(UnixTime(1_000 + 31 * 86_400)));
}

#[test]
fn what_a_rehearsal_has_left_at_a_dead_safe_holds_nobody_from_giving_it_up() {
    for is_wanted in [false, true] {
        let mut bench = Bench::with_a_left_over();
        let certificate = bench.certificate();
        if is_wanted {
            bench.want(Intent::Recover { certificate });
            bench.commit();
        }
        bench.want(Intent::Discard { certificate });
        bench.commit();
        assert!(bench.rehearsals().is_empty());
        let flows = bench.wallet.books.flows();
        let retires = flows.filter(|(_, flow)| matches!(flow, Flow::Retire(_)));
        assert_eq!(retires.count(), 1, "the safe is told to end it");
        assert!(!bench.notices().contains(&Kind::Busy));
        let safe = descriptor(9, 2).id;
        bench.want(Intent::GiveUpEnding { safe });
        bench.commit();
        bench.want(Intent::ForgetSafe { safe });
        bench.commit();
        assert!(bench.wallet.books.safe(safe).is_none());
    }
}

#[test]
fn what_a_rehearsal_has_left_is_seen_by_whoever_waits_for_it_and_can_be_called_off() {
    let mut bench = Bench::with_a_left_over();
    let certificate = bench.certificate();
    bench.want(Intent::Recover { certificate });
    bench.commit();
    let jobs = bench.rehearsal_jobs();
    assert!(matches!(jobs[..], [(_, true)]), "it is shown");
    let job = jobs[0].0;
    bench.want(Intent::CallOff { job });
    bench.commit();
    assert_eq!(bench.rehearsal_jobs(), []);
    let left = bench.rehearsals();
    assert!(left[0].1.is_left_over(), "it is given back all the same");
}

#[test]
fn what_a_rehearsal_has_left_keeps_nobody_from_handing_it_over() {
    let mut bench = Bench::with_a_left_over();
    let what = crate::bearer::What::Certificate(bench.certificate());
    let cards = bench.shown.iter().rev().find_map(|part| match part {
        Part::Certificates(cards) => Some(cards.clone()),
        _ => None,
    });
    assert!(cards.unwrap()[0].may_hand_over);
    bench.want(Intent::HandedOver { what });
    bench.commit();
    assert_eq!(bench.wallet.books.certificates().count(), 0);
    assert!(bench.rehearsals().is_empty());
}

#[test]
fn what_a_rehearsal_has_left_of_what_is_gone_is_given_up_with_its_safe() {
    let mut bench = Bench::with_a_left_over();
    let (safe, certificate) = (descriptor(9, 2).id, bench.certificate());
    bench.want(Intent::GiveUpEnding { safe });
    bench.commit();
    assert_eq!(bench.rehearsals().len(), 1, "it may still come back");
    let gone = Change::Delete(certificate);
    bench.wallet.books.apply(alloc::vec![gone]);
    bench.want(Intent::GiveUpEnding { safe });
    bench.commit();
    assert!(bench.rehearsals().is_empty());
}

#[test]
fn without_a_network_nothing_is_tried_and_the_screen_knows_why() {
    let mut bench = Bench::with_a_certificate();
    let what = bench.certificate();
    let off = Reading {
        network: Network::Off,
        ..reading(None)
    };
    bench.tell(Event::Signals(off));
    assert!(bench.rules().is_off_line);
    for wish in [Intent::FireDrill, Intent::Rehearse { what }] {
        bench.want(wish);
        bench.commit();
        assert!(bench.rehearsals().is_empty());
    }
    bench.tell(Event::Signals(reading(None)));
    assert!(!bench.rules().is_off_line);
    bench.want(Intent::FireDrill);
    bench.commit();
    assert_eq!(bench.rehearsals().len(), 1);
}
