//! Audits, week by week: a safe that keeps less than it took is caught, one that is honest is never accused, whatever else happens
//! to what it keeps.

use super::*;
use saifu_wallet_core::books::{Audited, Found};
use saifu_wallet_core::check::{Broken, Health, Weak};
use saifu_wallet_core::port::Event;
use saifu_wallet_core::rules::trigger::{Network, WhileClosed};
use saifu_wallet_core::rules::{Reading, Way};

const WEEK_MS: u64 = 7 * 86_400_000;

impl Owner {
    /// One whose tickets lie at three safes, any two of which bring them back, and a third at the first safe as it is.
    fn who_audits(seed: u64) -> Self {
        let mut owner = Self::new(seed, 3);
        owner.protect(OLD, Preset::AnyTwoOfThree.plan());
        let form = ticket(3);
        owner.want(OLD, Intent::Add { form });
        let (values, safe) = (owner.held(OLD), owner.scene.safes[0].id());
        owner.want(OLD, Intent::BackUp { values, safe });
        owner
    }

    /// So many weeks pass, and the platform of a device speaks every day.
    fn weeks(&mut self, device: usize, weeks: u64) {
        for _ in 0..weeks * 7 {
            self.scene.pass(WEEK_MS / 7);
            self.scene.tell(device, Event::Signals(reading()));
            self.rest_now();
        }
    }

    /// What the last audit has found of each certificate, with its safe.
    fn found(&self, device: usize) -> Vec<(SafeId, Option<Found>)> {
        let books = self.books(device);
        let certificates = books.certificates();
        let found = certificates.map(|(_, it)| match it.audited() {
            Audited::Last(audit) => (it.safe, Some(audit.found)),
            Audited::NotYet | Audited::NotOffered => (it.safe, None),
        });
        found.collect()
    }

    /// How each backup of more than one part is, and each certificate that stands alone.
    fn health(&self, device: usize) -> (Vec<Health>, Vec<Health>) {
        let wallet = self.scene.devices[device].wallet.as_ref();
        let parts = wallet.expect("it runs").view();
        let (mut backups, mut alone) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Part::Backups(cards) => backups.extend(cards.iter().filter_map(|it| it.health)),
                Part::Certificates(cards) => alone.extend(cards.iter().filter_map(|it| it.health)),
                _ => {}
            }
        }
        (backups, alone)
    }

    fn is_accused(&self, device: usize) -> bool {
        let told = &self.scene.devices[device].told;
        told.iter()
            .any(|kind| matches!(kind, Kind::AuditFailed { .. }))
    }

    /// What safes keep, without the times: an audit must leave all of it as it was.
    fn at_safes(&self) -> Vec<(SafeId, String, State)> {
        let safes = self.scene.safes.iter();
        let kept = safes.flat_map(|safe| {
            let entries = safe.ledger.entries();
            entries.map(|(entry, _)| (safe.id(), entry.certificate.clone(), entry.state))
        });
        kept.collect()
    }
}

fn reading() -> Reading {
    Reading {
        battery: None,
        device_used_at: None,
        wallet_used_at: saifu_protocol::UnixTime(0),
        network: Network::On,
        connection: None,
        quota_room: None,
        while_closed: WhileClosed::Sleeps,
    }
}

#[test]
fn honest_safes_are_seen_to_have_everything_over_crashes_and_nothing_changes_there() {
    for seed in 1..=4 {
        let mut owner = Owner::who_audits(seed);
        let before = owner.at_safes();
        owner.weeks(OLD, 3);
        // The wallet dies while it asks, and goes on where it was.
        owner.scene.pass(WEEK_MS);
        owner.scene.tell(OLD, Event::Signals(reading()));
        for _ in 0..4 {
            owner.scene.device_step(OLD);
            owner.scene.collect_outgoing();
            owner.scene.crash_or_start(OLD);
        }
        owner.scene.start(OLD);
        owner.rest();
        owner.weeks(OLD, 1);
        let found = owner.found(OLD);
        assert!(found.len() >= 4);
        let is_held = |(_, found): &(SafeId, Option<Found>)| *found == Some(Found::Held);
        assert!(found.iter().all(is_held), "{found:?}");
        assert_eq!(owner.books(OLD).flows().count(), 0);
        assert!(!owner.is_accused(OLD));
        let (backups, alone) = owner.health(OLD);
        let is_bad = |it: &Health| {
            let weak = matches!(it, Health::Weak { why } if matches!(why, Weak::Parts { .. }));
            weak || matches!(it, Health::Broken { .. })
        };
        assert!(!backups.iter().chain(&alone).any(is_bad));
        assert_eq!(owner.at_safes(), before);
    }
}

#[test]
fn a_safe_that_throws_away_what_it_keeps_is_caught_in_the_first_week_and_no_other_one_is() {
    for (seed, honesty) in [(11, Honesty::Halves), (12, Honesty::Empties)] {
        let mut owner = Owner::who_audits(seed);
        let before = owner.at_safes();
        owner.weeks(OLD, 2);
        assert!(!owner.is_accused(OLD));
        owner.scene.safes[0].honesty = honesty;
        let cheat = owner.scene.safes[0].id();
        owner.weeks(OLD, 1);
        for (safe, found) in owner.found(OLD) {
            let want = match safe == cheat {
                true => Found::NotHeld,
                false => Found::Held,
            };
            assert_eq!(found, Some(want), "seed {seed}");
        }
        assert!(owner.is_accused(OLD));
        let (backups, alone) = owner.health(OLD);
        let bad = Weak::Parts { bad: 1 };
        assert!(!backups.is_empty() && !alone.is_empty());
        assert!(
            backups.iter().all(|it| *it == Health::Weak { why: bad }),
            "{backups:?}"
        );
        let gone = Broken::TooFewLeft { bad: 1 };
        assert!(
            alone.iter().all(|it| *it == Health::Broken { why: gone }),
            "{alone:?}"
        );
        assert_eq!(owner.at_safes(), before);
        // What lies at the others too comes back all the same.
        owner.scene.safes[0].is_cut_off = true;
        let backups: Vec<_> = owner.books(OLD).groups().map(|it| it.id).collect();
        for backup in backups {
            owner.want(OLD, Intent::RecoverBackup { backup });
        }
        assert_eq!(owner.bytes(OLD), owner.bytes_of_tickets);
    }
}

#[test]
fn an_honest_safe_is_not_accused_of_what_other_devices_have_fetched_or_taken_over() {
    for seed in 21..=23 {
        let mut owner = Owner::who_audits(seed);
        owner.enrol(OLD);
        owner.weeks(OLD, 1);
        let new = owner.add_device();
        owner.restore(new, 1);
        owner.weeks(new, 2);
        let found = owner.found(new);
        assert!(found.len() >= 4);
        let is_held = |(_, found): &(SafeId, Option<Found>)| *found == Some(Found::Held);
        assert!(found.iter().all(is_held), "{found:?}");
        owner.recover_everything(new);
        assert!(!owner.bytes(new).is_empty());
        owner.weeks(OLD, 2);
        let gone = |(_, found): &(SafeId, Option<Found>)| *found == Some(Found::Elsewhere);
        assert!(owner.found(OLD).iter().all(gone), "{:?}", owner.found(OLD));
        // The receipts prove that it is not lost.
        let (backups, alone) = owner.health(OLD);
        assert!(!backups.is_empty() && !alone.is_empty());
        let mut healths = backups.into_iter().chain(alone);
        assert!(healths.all(|it| it == Health::Elsewhere));
        assert!(!owner.is_accused(OLD) && !owner.is_accused(new));
        assert!(owner.books(OLD).account().balances());
    }
}

#[test]
fn a_ledger_that_was_set_back_is_seen_before_anything_is_wanted_of_it() {
    let mut owner = Owner::new(31, 1);
    let before = owner.scene.safes[0].remembered();
    let (values, safe) = (owner.held(OLD), owner.scene.safes[0].id());
    owner.want(OLD, Intent::BackUp { values, safe });
    owner.scene.safes[0].set_back(before);
    owner.weeks(OLD, 2);
    let is_lost = |(_, found): &(SafeId, Option<Found>)| *found == Some(Found::NotHeld);
    assert!(owner.found(OLD).iter().all(is_lost));
    let (_, alone) = owner.health(OLD);
    let is_broken = |it: &Health| matches!(it, Health::Broken { .. });
    assert!(
        !alone.is_empty() && alone.iter().all(is_broken),
        "{alone:?}"
    );
    assert!(owner.is_accused(OLD));
}

#[test]
fn audits_are_said_once_a_day_and_one_that_finds_a_loss_by_itself() {
    let mut owner = Owner::who_audits(32);
    let said = |owner: &Owner| -> Vec<(u32, u32, u32)> {
        let books = owner.books(OLD);
        let audits = books.activity().latest().filter(|it| it.way == Way::Audit);
        let said = audits.map(|it| {
            let parts = it.parts.unwrap_or_default();
            (parts.asked, parts.good, it.stayed)
        });
        said.collect()
    };
    owner.weeks(OLD, 1);
    // Three parts of each of two tickets, and one as it is: at three safes, and in one line.
    assert_eq!(said(&owner), [(7, 7, 0)]);
    owner.weeks(OLD, 1);
    assert_eq!(said(&owner), [(7, 7, 0); 2]);
    owner.scene.safes[1].set_back(crate::safe::Remembered::default());
    owner.weeks(OLD, 1);
    let lines = said(&owner);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(
        lines.contains(&(2, 0, 2)) && lines.contains(&(5, 5, 0)),
        "{lines:?}"
    );
}
