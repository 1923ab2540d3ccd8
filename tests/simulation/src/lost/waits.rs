//! Others wait: a new device of the owner's as well as a thief, who both come with name and words. The old device is told, and
//! can say no.

use super::*;
use saifu_protocol::hold::{Asked, Said};
use saifu_protocol::limits::MAX_WAIT;
use saifu_wallet_core::books::OthersWait;
use saifu_wallet_core::port::Event;

pub(super) const HOURS: u64 = 3 * 3_600;

impl Owner {
    /// An owner who is enrolled, has protected everything, and wants others to wait.
    fn who_is_waited_for(seed: u64) -> Self {
        let mut owner = Self::new(seed, 3);
        owner.set_wait(OLD, HOURS);
        owner.enrol(OLD);
        owner.protect(OLD, Preset::AnyTwoOfThree.plan());
        owner
    }

    pub(super) fn set_wait(&mut self, device: usize, seconds: u64) {
        self.scene.want(device, Intent::SetWait { seconds });
        self.rest_now();
    }

    /// Somebody who knows name and words, on another device: they want everything, and no time has passed.
    fn come(&mut self) -> usize {
        let device = self.add_device();
        self.restore(device, 0);
        self.ask_for_everything(device);
        device
    }

    fn ask_for_everything(&mut self, device: usize) {
        let groups: Vec<GroupId> = {
            let books = self.books(device);
            books.groups().map(|group| group.id).collect()
        };
        for backup in groups {
            self.scene.want(device, Intent::RecoverBackup { backup });
        }
        self.rest_now();
    }

    pub(super) fn pass_hours(&mut self, hours: u64) {
        let end = self.scene.now_ms + hours * 3_600_000;
        while self.scene.now_ms < end {
            self.scene.now_ms += 600_000;
            self.scene.ring();
            self.rest_now();
        }
    }

    pub(super) fn watched(&mut self, device: usize) -> Vec<(SafeId, Asked)> {
        self.scene.want(device, Intent::Watch);
        self.rest_now();
        let books = self.books(device);
        let asked = books.watch().map(|watch| watch.asked.clone());
        let asked = asked.unwrap_or_default();
        asked.iter().map(|it| (it.safe, it.asked)).collect()
    }

    fn want_decided(&mut self, device: usize, may: bool) {
        for (safe, asked) in self.watched(device) {
            let account = asked.account;
            let decide = Intent::Decide { safe, account, may };
            self.scene.want(device, decide);
        }
    }

    pub(super) fn decide(&mut self, device: usize, may: bool) {
        self.want_decided(device, may);
        self.rest_now();
    }

    fn says(&mut self, device: usize) -> Vec<Option<Said>> {
        let watched = self.watched(device);
        watched.into_iter().map(|(_, asked)| asked.said).collect()
    }

    /// Encouraged, as by a look at the page.
    pub(super) fn look(&mut self, device: usize) {
        self.scene.tell(device, Event::Encouraged);
        self.rest_now();
    }

    fn others_wait(&self, device: usize) -> Vec<OthersWait> {
        let books = self.books(device);
        books.certificates().map(|(_, it)| it.others).collect()
    }

    fn is_told_that_somebody_waits(&self, device: usize) -> bool {
        let told = &self.scene.devices[device].told;
        told.iter()
            .any(|it| matches!(it, Kind::SomebodyWaits { .. }))
    }
}

#[test]
fn a_new_device_waits_and_then_gets_everything_by_itself() {
    let mut owner = Owner::who_is_waited_for(60);
    let before = owner.bytes_of_tickets.clone();
    owner.scene.devices[OLD].crash();
    let new = owner.come();
    owner.pass_hours(2);
    owner.look(new);
    assert!(owner.bytes(new).is_empty());
    assert_eq!(owner.books(new).flows().count(), 8, "it goes on waiting");
    owner.pass_hours(2);
    assert_eq!(owner.bytes(new), before);
    assert!(owner.books(new).account().balances());
    assert_eq!(owner.open_entries(), 0);
}

#[test]
fn the_device_that_registered_it_never_waits() {
    let mut owner = Owner::who_is_waited_for(61);
    let before = owner.bytes_of_tickets.clone();
    owner.ask_for_everything(OLD);
    assert_eq!(owner.bytes(OLD), before);
    assert!(owner.watched(OLD).is_empty());
}

#[test]
fn whoever_is_refused_never_gets_it_and_hears_who_said_so() {
    let mut owner = Owner::who_is_waited_for(62);
    let before = owner.bytes_of_tickets.clone();
    let thief = owner.come();
    assert_eq!(owner.says(OLD), [None; 3]);
    assert!(owner.is_told_that_somebody_waits(OLD));
    owner.decide(OLD, false);
    assert_eq!(owner.says(OLD), [Some(Said::No); 3]);
    owner.pass_hours(5);
    assert!(owner.bytes(thief).is_empty());
    assert!(owner.told(thief, &Kind::OwnerSaidNo));
    assert_eq!(
        owner.books(thief).certificates().count(),
        6,
        "nothing is lost"
    );
    owner.ask_for_everything(thief);
    owner.pass_hours(5);
    assert!(owner.bytes(thief).is_empty());
    // With another account the thief waits anew, and that is told as well.
    let again = owner.come();
    assert_eq!(owner.says(OLD).iter().filter(|it| it.is_none()).count(), 3);
    owner.decide(OLD, false);
    owner.pass_hours(5);
    assert!(owner.bytes(again).is_empty());
    owner.ask_for_everything(OLD);
    owner.pass_hours(1);
    assert_eq!(owner.bytes(OLD), before);
}

#[test]
fn whoever_is_allowed_need_not_wait_also_after_a_no() {
    let mut owner = Owner::who_is_waited_for(63);
    let before = owner.bytes_of_tickets.clone();
    let new = owner.come();
    owner.decide(OLD, false);
    owner.look(new);
    assert!(owner.told(new, &Kind::OwnerSaidNo));
    owner.decide(OLD, true);
    assert_eq!(owner.says(OLD), [Some(Said::Yes); 3]);
    owner.ask_for_everything(new);
    assert_eq!(owner.bytes(new), before);
}

#[test]
fn shortening_the_wait_helps_nobody_who_waits() {
    let mut owner = Owner::who_is_waited_for(64);
    let thief = owner.come();
    // Somebody has the old device for an hour, and its screen is open.
    owner.set_wait(OLD, 0);
    assert_eq!(owner.others_wait(OLD), [OthersWait::Told(0); 6]);
    owner.pass_hours(2);
    owner.look(thief);
    assert!(owner.bytes(thief).is_empty());
    owner.set_wait(OLD, MAX_WAIT);
    owner.pass_hours(24);
    assert!(owner.bytes(thief).is_empty(), "longer holds at once");
}

#[test]
fn what_lies_at_safes_already_is_told_also_where_a_safe_was_away() {
    let mut owner = Owner::new(65, 3);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    assert_eq!(owner.others_wait(OLD), [OthersWait::Told(0); 6]);
    owner.scene.safes[1].is_up = false;
    owner.set_wait(OLD, HOURS);
    let told = |owner: &Owner| {
        let others = owner.others_wait(OLD);
        let is_told = |it: &&OthersWait| **it == OthersWait::Told(HOURS);
        others.iter().filter(is_told).count()
    };
    assert_eq!(told(&owner), 4);
    assert_eq!(
        owner.scene.jobs(OLD).len(),
        1,
        "it is tried until it is told"
    );
    owner.scene.safes[1].is_up = true;
    owner.look(OLD);
    assert_eq!((told(&owner), owner.scene.jobs(OLD).len()), (6, 0));
    let thief = owner.come();
    assert!(owner.bytes(thief).is_empty());
    assert_eq!(owner.says(OLD), [None; 3]);
}

#[test]
fn of_two_devices_each_decides_about_what_it_has_registered() {
    let mut owner = Owner::who_is_waited_for(66);
    let new = owner.come();
    owner.decide(OLD, true);
    owner.look(new);
    let before = owner.bytes(new);
    assert_eq!(before, owner.bytes_of_tickets);
    owner.set_wait(new, HOURS);
    owner.protect(new, Preset::AnyTwoOfThree.plan());
    let third = owner.come();
    // The first device has nothing there any more, and may say what it likes.
    owner.decide(OLD, true);
    owner.look(third);
    assert!(owner.bytes(third).is_empty());
    assert_eq!(owner.says(new), [None; 3]);
    owner.decide(new, true);
    owner.look(third);
    assert_eq!(owner.bytes(third), before);
}

#[test]
fn what_was_found_by_a_login_is_not_for_this_device_to_say() {
    let mut owner = Owner::who_is_waited_for(67);
    let new = owner.come();
    assert_eq!(owner.others_wait(new), [OthersWait::Theirs; 6]);
    owner.set_wait(new, 0);
    owner.set_wait(new, 60);
    assert_eq!(owner.others_wait(new), [OthersWait::Theirs; 6]);
    owner.pass_hours(2);
    owner.look(new);
    assert!(owner.bytes(new).is_empty());
}

/// The old device dies after every transaction in turn, while it tells its safes how long others wait and refuses one of them.
#[test]
fn a_wait_and_a_refusal_that_are_interrupted_anywhere_hold_all_the_same() {
    let mut at = 0;
    loop {
        let mut owner = Owner::new(68, 3);
        let before = owner.bytes_of_tickets.clone();
        owner.enrol(OLD);
        owner.protect(OLD, Preset::AnyTwoOfThree.plan());
        let mut commits = 0;
        owner.scene.want(OLD, Intent::SetWait { seconds: HOURS });
        owner.rest_and_die_at(at, &mut commits);
        if owner.books(OLD).watch().is_none() {
            // It died before the wish was stored.
            owner.set_wait(OLD, HOURS);
        }
        owner.look(OLD);
        assert_eq!(owner.others_wait(OLD), [OthersWait::Told(HOURS); 6], "{at}");
        let thief = owner.come();
        owner.want_decided(OLD, false);
        owner.rest_and_die_at(at, &mut commits);
        let is_no = |said: &Option<Said>| *said == Some(Said::No);
        if !owner.says(OLD).iter().all(is_no) {
            owner.decide(OLD, false);
        }
        assert_eq!(owner.says(OLD), [Some(Said::No); 3], "{at}");
        owner.pass_hours(5);
        assert!(owner.bytes(thief).is_empty(), "{at}");
        owner.ask_for_everything(OLD);
        owner.pass_hours(1);
        assert_eq!(owner.bytes(OLD), before, "{at}");
        if at > commits {
            assert!(at > 8, "that is more than {at} transactions");
            return;
        }
        at += 1;
    }
}

impl Owner {
    /// Comes to rest; the old device dies just after its `at`th transaction has become durable.
    fn rest_and_die_at(&mut self, at: usize, commits: &mut usize) {
        for _ in 0..20_000 {
            self.scene.collect_outgoing();
            if self.scene.deliver_first() {
                continue;
            }
            let Some(device) = self.scene.busy_device() else {
                return;
            };
            if device == OLD && self.scene.devices[OLD].has_commit() {
                *commits += 1;
                if *commits == at {
                    self.scene.devices[OLD].finish_commit_and_crash();
                    self.scene.start(OLD);
                    continue;
                }
            }
            self.scene.device_step(device);
        }
        panic!("it does not come to rest");
    }
}
