//! Rehearsals: whatever happens in the middle of one, everything is as it was before, and comes back.

use super::*;
use saifu_safe_core::entry::Entry;
use saifu_wallet_core::check::{Broken, Found, Health, Weak, What, Whole};
use saifu_wallet_core::flow::Flow;
use saifu_wallet_core::rules::trigger::{Network, WhileClosed};
use saifu_wallet_core::rules::{Reading, Rehearsals, Way};
use saifu_wallet_core::view::Part;

const DAY_MS: u64 = 86_400_000;

impl Spread {
    /// What the entries of all safes say, but for the sessions they remember to have been given back, and since when.
    fn entries(&self) -> Vec<Entry> {
        let safes = self.scene.safes.iter();
        let entries = safes.flat_map(|safe| safe.ledger.entries());
        let entries = entries.map(|(entry, _)| Entry {
            returned: Vec::new(),
            since: saifu_protocol::UnixTime(0),
            ..entry.clone()
        });
        entries.collect()
    }

    /// How many sessions were given back at all safes.
    fn given_back(&self) -> usize {
        let safes = self.scene.safes.iter();
        let entries = safes.flat_map(|safe| safe.ledger.entries());
        entries.map(|(entry, _)| entry.returned.len()).sum()
    }

    fn rehearse_first(&mut self) {
        let group = self.groups(0, |group| group.phase == Phase::AtSafes)[0];
        let what = ItemId::new(*group.as_bytes());
        self.scene.want(0, Intent::Rehearse { what });
    }

    /// What was found of each backup that was rehearsed.
    fn rehearsed(&self) -> Vec<(Whole, Vec<Found>)> {
        let books = self.scene.books(0);
        let checks = books.groups().filter_map(|group| {
            let check = group.checks.last(What::Rehearsal)?;
            let found = check.parts.iter().map(|part| part.found).collect();
            Some((check.whole, found))
        });
        checks.collect()
    }

    fn health(&self) -> Vec<Health> {
        let wallet = self.scene.devices[0].wallet.as_ref().unwrap();
        let parts = wallet.view().into_iter();
        let cards = parts.filter_map(|part| match part {
            Part::Backups(cards) => Some(cards),
            _ => None,
        });
        cards.flatten().filter_map(|card| card.health).collect()
    }

    /// One step of whoever is next.
    fn one_step(&mut self) -> bool {
        self.scene.collect_outgoing();
        if self.scene.deliver_first() {
            return true;
        }
        match self.scene.busy_device() {
            Some(device) => {
                self.device_step(device).unwrap();
                true
            }
            None => false,
        }
    }

    fn ends_well(&mut self, before: &[Vec<u8>]) {
        self.recover_everything().unwrap();
        assert_eq!(bytes(self), before);
        self.check_end().unwrap();
    }
}

#[test]
fn a_fire_drill_shows_of_every_preset_that_it_comes_back_and_changes_nothing_else() {
    for preset in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
        let mut stage = stage(7, 4);
        let before = bytes(&stage);
        stage.want_protected(0, stage.scene.held(0), preset.plan(), stage.ids(), None);
        stage.settle().unwrap();
        let (entries, account) = (stage.entries(), stage.scene.books(0).account());
        stage.scene.want(0, Intent::FireDrill);
        stage.settle().unwrap();
        assert_eq!(stage.entries(), entries, "{preset:?}");
        assert_eq!(stage.scene.books(0).account(), account, "{preset:?}");
        assert!(stage.scene.held(0).is_empty());
        let rehearsed = stage.rehearsed();
        assert!(!rehearsed.is_empty(), "{preset:?}");
        for (whole, found) in rehearsed {
            assert_eq!(whole, Whole::CameBack, "{preset:?}");
            assert!(found.iter().all(|it| *it == Found::Good), "{preset:?}");
        }
        assert!(stage.given_back() > 0, "it did come back");
        assert_eq!(stage.scene.devices[0].told, []);
        stage.ends_well(&before);
    }
}

#[test]
fn however_often_it_is_rehearsed_every_safe_is_there_for_what_comes_after() {
    let mut stage = stage(7, 3);
    let before = bytes(&stage);
    let plan = Preset::AnyTwoOfThree.plan();
    stage.want_protected(0, stage.scene.held(0), plan, stage.ids(), None);
    stage.settle().unwrap();
    // One more than a safe is asked by at a time.
    for _ in 0..5 {
        stage.rehearse_first();
        stage.settle().unwrap();
        assert_eq!(stage.scene.books(0).flows().count(), 0);
    }
    assert!(stage.given_back() >= 15);
    stage.ends_well(&before);
}

#[test]
fn a_crash_in_the_middle_of_a_rehearsal_leaves_nothing_open() {
    for steps in 0.. {
        let mut stage = stage(7, 3);
        let before = bytes(&stage);
        let plan = Preset::AnyTwoOfThree.plan();
        stage.want_protected(0, stage.scene.held(0), plan, stage.ids(), None);
        stage.settle().unwrap();
        let entries = stage.entries();
        stage.rehearse_first();
        let is_over = !(0..steps).all(|_| stage.one_step());
        stage.scene.devices[0].crash();
        stage.scene.network.clear();
        stage.scene.start(0);
        stage.settle().unwrap();
        assert_eq!(stage.entries(), entries, "after {steps} steps");
        assert_eq!(stage.scene.books(0).flows().count(), 0);
        assert_eq!(stage.scene.devices[0].told, []);
        stage.ends_well(&before);
        if is_over {
            return;
        }
    }
}

#[test]
fn whoever_wants_the_value_in_the_middle_of_a_rehearsal_gets_it() {
    for steps in (0..).step_by(4) {
        let mut stage = spread(&Preset::AnyTwoOfThree.plan(), 3);
        stage.rehearse_first();
        let is_over = !(0..steps).all(|_| stage.one_step());
        for backup in stage.groups(0, |_| true) {
            stage.scene.want(0, Intent::RecoverBackup { backup });
        }
        stage.settle().unwrap();
        assert_eq!(stage.scene.held(0).len(), 2, "after {steps} steps");
        stage.check_end().unwrap();
        if is_over {
            return;
        }
    }
}

#[test]
fn a_rehearsal_that_is_called_off_gives_back_what_it_had() {
    for steps in (0..).step_by(4) {
        let mut stage = spread(&Preset::AnyTwoOfThree.plan(), 3);
        let entries = stage.entries();
        stage.scene.want(0, Intent::FireDrill);
        let is_over = !(0..steps).all(|_| stage.one_step());
        for job in stage.scene.jobs(0) {
            stage.scene.want(0, Intent::CallOff { job });
        }
        stage.settle().unwrap();
        assert_eq!(stage.entries(), entries, "after {steps} steps");
        assert_eq!(stage.scene.books(0).flows().count(), 0);
        if is_over {
            return;
        }
    }
}

#[test]
fn a_safe_that_is_gone_keeps_no_drill_waiting_and_what_it_has_open_is_given_back_later() {
    let mut stage = spread(&Preset::AnyTwoOfThree.plan(), 3);
    let entries = stage.entries();
    stage.scene.safes[1].is_up = false;
    stage.scene.want(0, Intent::FireDrill);
    stage.settle().unwrap();
    let rehearsed = stage.rehearsed();
    assert_eq!(rehearsed.len(), stage.groups(0, |_| true).len());
    for (whole, found) in rehearsed {
        assert_eq!(whole, Whole::CameBack);
        let count = |what| found.iter().filter(|it| **it == what).count();
        assert_eq!((count(Found::Good), count(Found::Silent)), (2, 1));
    }
    let why = Weak::Silent { safes: 1 };
    assert!(stage.health().iter().all(|it| *it == Health::Weak { why }));
    let is_left = |flow: &Flow| matches!(flow, Flow::Rehearse(it) if it.entry.is_none());
    assert!(stage.scene.books(0).flows().all(|(_, flow)| is_left(flow)));
    stage.scene.safes[1].is_up = true;
    stage.settle().unwrap();
    assert_eq!(stage.scene.books(0).flows().count(), 0);
    assert_eq!(stage.entries(), entries);
    stage.scene.want(0, Intent::FireDrill);
    stage.settle().unwrap();
    let is_good = |health: &Health| matches!(health, Health::Good { .. });
    assert!(stage.health().iter().all(is_good));
    stage.recover_everything().unwrap();
    stage.check_end().unwrap();
}

#[test]
fn what_a_safe_has_lost_is_found_before_it_is_needed() {
    let mut stage = spread(&Preset::AnyTwoOfThree.plan(), 3);
    stage.scene.safes[0].set_back(crate::safe::Remembered::default());
    stage.scene.want(0, Intent::FireDrill);
    stage.settle().unwrap();
    let why = Weak::Parts { bad: 1 };
    assert!(stage.health().iter().all(|it| *it == Health::Weak { why }));
    let bad = Kind::RehearsalFoundBad { bad: 1, of: 3 };
    assert!(stage.scene.devices[0].told.contains(&bad));
    stage.scene.safes[1].set_back(crate::safe::Remembered::default());
    stage.scene.want(0, Intent::FireDrill);
    stage.settle().unwrap();
    let why = Broken::TooFewLeft { bad: 2 };
    assert!(
        stage
            .health()
            .iter()
            .all(|it| *it == Health::Broken { why })
    );
    assert!(stage.scene.devices[0].told.contains(&Kind::RehearsalFailed));
    let books = stage.scene.books(0);
    let mut certificates = books.certificates();
    let at_safe = saifu_wallet_core::books::Standing::AtSafe;
    assert!(
        certificates.all(|(_, it)| it.standing == at_safe),
        "nothing is marked by looking"
    );
}

/// By itself: none in the first month, then one in each, unless its owner wants none or there is no network.
#[test]
fn one_backup_is_rehearsed_each_month_by_itself() {
    let mut stage = spread(&Preset::AnyTwoOfThree.plan(), 3);
    let look = |stage: &mut Spread, network| {
        let reading = Reading {
            network,
            battery: None,
            device_used_at: None,
            wallet_used_at: saifu_protocol::UnixTime(0),
            connection: None,
            quota_room: None,
            while_closed: WhileClosed::Sleeps,
        };
        stage
            .scene
            .tell(0, saifu_wallet_core::port::Event::Signals(reading));
        stage.settle().unwrap();
        let books = stage.scene.books(0);
        let latest = books.activity().latest();
        let rehearsed = latest.filter(|entry| entry.way == Way::Rehearse);
        rehearsed.count()
    };
    assert_eq!(look(&mut stage, Network::On), 0);
    stage.scene.pass(29 * DAY_MS);
    assert_eq!(look(&mut stage, Network::On), 0);
    stage.scene.pass(2 * DAY_MS);
    assert_eq!(look(&mut stage, Network::Off), 0);
    assert_eq!(look(&mut stage, Network::On), 1);
    assert_eq!(look(&mut stage, Network::On), 1, "one");
    stage.scene.pass(31 * DAY_MS);
    let often = Rehearsals::Off;
    stage.scene.want(0, Intent::SetRehearsals { often });
    stage.settle().unwrap();
    assert_eq!(look(&mut stage, Network::On), 1);
    let often = Rehearsals::Weekly;
    stage.scene.want(0, Intent::SetRehearsals { often });
    stage.settle().unwrap();
    assert_eq!(look(&mut stage, Network::On), 2);
}
