//! Everything is frozen: by the device that is still here, while a thief has the words. Nothing leaves any safe until the owner has
//! shown two ways in.

use super::*;
use saifu_protocol::limits::FREEZE_ALONE;
use saifu_protocol::owner::WayKind;
use saifu_wallet_core::books::FrozenAt;
use saifu_wallet_core::flow::Doing;
use saifu_wallet_core::ids::FlowId;
use saifu_wallet_core::port::Event;
use saifu_wallet_core::view::{Job, Task};

/// Who holds what of two ways in.
pub(super) struct Ways {
    pub(super) words: Way,
    pub(super) kit: Way,
}

impl Owner {
    /// An owner with words and kit who has protected everything at three safes.
    fn who_can_freeze(seed: u64) -> (Self, Ways) {
        let mut owner = Self::new(seed, 3);
        owner.enrol(OLD);
        let ways = owner.with_kit();
        owner.protect(OLD, Preset::AnyTwoOfThree.plan());
        (owner, ways)
    }

    pub(super) fn with_kit(&mut self) -> Ways {
        let kit = Words::make(&mut self.scene.dice.0);
        let words = self.words.clone().expect("enrolled");
        let ways = Ways {
            words: Way::Secret {
                secret: words.into(),
            },
            kit: Way::Kit { words: kit.clone() },
        };
        self.in_sessions(OLD, &ways.words, &Doing::MakeKit { words: kit });
        ways
    }

    /// Shows a way in at every safe, does something there, and leaves.
    pub(super) fn in_sessions(&mut self, device: usize, way: &Way, doing: &Doing) {
        let safes = self.ids();
        let by = way.clone();
        self.scene.want(device, Intent::OpenWays { safes, by });
        self.rest_now();
        let sessions = self.sessions(device);
        for job in sessions.iter().copied() {
            let doing = doing.clone();
            self.scene.want(device, Intent::Manage { job, doing });
        }
        self.rest_now();
        for job in sessions {
            self.scene.want(device, Intent::CallOff { job });
        }
        self.rest_now();
    }

    fn sessions(&self, device: usize) -> Vec<FlowId> {
        let jobs = self.jobs(device);
        let is_its = |job: &&Job| job.task == Task::Ways;
        jobs.iter().filter(is_its).map(|job| job.id).collect()
    }

    pub(super) fn freeze(&mut self, device: usize) {
        self.scene.want(device, Intent::Freeze);
        self.rest_now();
    }

    fn frozen(&mut self, device: usize) -> Vec<FrozenAt> {
        self.scene.want(device, Intent::Watch);
        self.rest_now();
        let books = self.books(device);
        let frozen = books.watch().map(|watch| watch.frozen.clone());
        frozen.unwrap_or_default()
    }

    fn want_everything(&mut self, device: usize) {
        let groups: Vec<GroupId> = {
            let books = self.books(device);
            books.groups().map(|group| group.id).collect()
        };
        for backup in groups {
            self.scene.want(device, Intent::RecoverBackup { backup });
        }
        self.rest_now();
    }

    fn go_on(&mut self, device: usize) {
        self.scene.tell(device, Event::Encouraged);
        self.rest_now();
    }

    /// Whether something of a backup says that it waits for this.
    fn waits_frozen(&self, device: usize) -> bool {
        let wallet = self.scene.devices[device].wallet.as_ref();
        let parts = wallet.map(|wallet| wallet.view()).unwrap_or_default();
        parts.into_iter().any(|part| match part {
            Part::Backups(cards) => cards
                .iter()
                .flat_map(|card| &card.parts)
                .any(|part| matches!(part.waiting, Some(Waiting::Frozen { .. }))),
            _ => false,
        })
    }
}

#[test]
fn a_thief_with_the_words_gets_nothing_and_lifts_nothing() {
    let (mut owner, ways) = Owner::who_can_freeze(90);
    owner.freeze(OLD);
    assert_eq!(owner.frozen(OLD).len(), 3, "at all safes at once");
    let thief = owner.add_device();
    owner.restore(thief, 0);
    owner.want_everything(thief);
    owner.in_sessions(thief, &ways.words, &Doing::Unfreeze);
    // A second way that the thief makes would lift it.
    let kit = Words::make(&mut owner.scene.dice.0);
    owner.in_sessions(thief, &ways.words, &Doing::MakeKit { words: kit.clone() });
    owner.in_sessions(thief, &Way::Kit { words: kit }, &Doing::Unfreeze);
    owner.in_sessions(thief, &ways.words, &Doing::RevokeKit);
    owner.go_on(thief);
    assert!(owner.bytes(thief).is_empty());
    let frozen = owner.frozen(OLD);
    assert_eq!(frozen.len(), 3);
    // The owner sees that somebody tried, and lifts it with what the thief has not.
    let alone = frozen[0].frozen.alone.expect("it is told");
    assert_eq!(alone.by, WayKind::Words);
    owner.in_sessions(OLD, &ways.words, &Doing::Unfreeze);
    assert_eq!(owner.frozen(OLD).len(), 3, "one kind is not enough");
    assert!(owner.frozen(OLD).iter().all(|it| it.half.is_some()));
    owner.in_sessions(OLD, &ways.kit, &Doing::Unfreeze);
    assert!(owner.frozen(OLD).is_empty());
    assert!(owner.books(OLD).account().balances());
}

#[test]
fn what_waits_because_of_a_freeze_says_so_and_goes_on_when_it_is_lifted() {
    let (mut owner, ways) = Owner::who_can_freeze(91);
    let before = owner.bytes_of_tickets.clone();
    owner.freeze(OLD);
    owner.want_everything(OLD);
    assert!(owner.bytes(OLD).is_empty());
    assert!(owner.waits_frozen(OLD), "nothing says why it waits");
    for way in [&ways.kit, &ways.words] {
        owner.in_sessions(OLD, way, &Doing::Unfreeze);
    }
    assert_eq!(owner.bytes(OLD), before, "it went on by itself");
    assert!(owner.books(OLD).account().balances());
    assert_eq!(owner.open_entries(), 0);
}

#[test]
fn one_way_alone_lifts_it_after_a_month_in_which_nobody_said_no() {
    let (mut owner, ways) = Owner::who_can_freeze(92);
    owner.freeze(OLD);
    owner.in_sessions(OLD, &ways.words, &Doing::Unfreeze);
    owner.scene.now_ms += FREEZE_ALONE * 1_000;
    owner.in_sessions(OLD, &ways.kit, &Doing::Unfreeze);
    assert_eq!(owner.frozen(OLD).len(), 3, "another kind begins anew");
    owner.freeze(OLD);
    assert!(owner.frozen(OLD).iter().all(|it| it.frozen.alone.is_none()));
    owner.in_sessions(OLD, &ways.words, &Doing::Unfreeze);
    owner.scene.now_ms += FREEZE_ALONE * 1_000;
    owner.in_sessions(OLD, &ways.words, &Doing::Unfreeze);
    assert!(owner.frozen(OLD).is_empty());
}

#[test]
fn who_has_one_kind_of_way_only_is_told_how_to_freeze() {
    let mut owner = Owner::new(93, 3);
    owner.enrol(OLD);
    owner.freeze(OLD);
    assert!(owner.frozen(OLD).is_empty());
    assert!(owner.told(OLD, &Kind::FreezeTooFewWays));
}
