//! What is sent while the wallet is closed: by a service worker that has no key, throws answers away, and may come late.

use super::*;
use saifu_wallet_core::port::Event;

/// Longer than a registration that was prepared can be sent.
const EIGHT_DAYS_MS: u64 = 8 * 24 * 3_600_000;

impl Owner {
    /// The owner wants both tickets protected while no safe is reached, and closes the wallet.
    fn closed_without_network(seed: u64, plan: Plan) -> Self {
        let mut owner = Self::new(seed, 4);
        owner.cut_off(true);
        owner.protect(OLD, plan);
        assert_eq!(owner.usable(OLD), 0);
        owner.scene.devices[OLD].crash();
        owner
    }

    fn cut_off(&mut self, is_cut_off: bool) {
        for safe in &mut self.scene.safes {
            safe.is_cut_off = is_cut_off;
        }
    }

    fn kept(&self) -> usize {
        self.scene.devices[OLD].store.kept().count()
    }

    /// The network is back, and the service worker sends.
    fn wake(&mut self) {
        self.cut_off(false);
        self.scene.send_kept(OLD);
        while self.scene.deliver_first() {}
    }
}

#[test]
fn what_was_begun_without_a_network_reaches_the_safes_while_the_wallet_is_closed_and_is_collated_when_it_opens()
 {
    for preset in [Preset::OneSafeSealed, Preset::MoneyThreeOfFour] {
        let mut owner = Owner::closed_without_network(50, preset.plan());
        let kept = owner.kept();
        assert!(kept > 0);
        assert_eq!(owner.open_entries(), 0);
        let before = owner.scene.devices[OLD].store.open();
        owner.wake();
        // A part of each ticket at each safe of the plan, and nothing has changed here.
        assert_eq!(owner.open_entries(), kept);
        assert_eq!(
            owner.scene.devices[OLD].store.open().version,
            before.version
        );
        assert_eq!(owner.held(OLD).len(), 2);
        // Sent again it makes nothing more.
        owner.wake();
        assert_eq!(owner.open_entries(), kept);
        owner.scene.start(OLD);
        owner.rest();
        assert_eq!(owner.open_entries(), kept);
        assert!(owner.held(OLD).is_empty());
        assert_eq!(owner.kept(), 0);
        owner.recover_everything(OLD);
        assert_eq!(owner.usable(OLD), 2);
        assert!(owner.books(OLD).account().balances());
    }
}

#[test]
fn what_was_called_off_is_not_sent_and_what_was_sent_just_then_is_ended() {
    for is_late in [false, true] {
        let mut owner = Owner::new(51, 4);
        owner.cut_off(true);
        owner.protect(OLD, Preset::MoneyThreeOfFour.plan());
        assert!(owner.kept() > 0);
        if is_late {
            // The service worker has read it, and the network takes its time.
            owner.scene.send_kept(OLD);
        }
        let late = std::mem::take(&mut owner.scene.network);
        owner.call_everything_off(OLD);
        owner.rest();
        assert_eq!(owner.kept(), 0);
        owner.scene.devices[OLD].crash();
        owner.cut_off(false);
        owner.scene.network = late;
        while owner.scene.deliver_first() {}
        owner.wake();
        assert_eq!(owner.open_entries() > 0, is_late);
        owner.scene.start(OLD);
        owner.rest();
        assert_eq!((owner.open_entries(), owner.usable(OLD)), (0, 2));
        assert!(owner.books(OLD).account().balances());
    }
}

#[test]
fn what_is_under_way_when_the_wallet_is_locked_is_kept_too() {
    let mut owner = Owner::new(52, 4);
    let (values, safes) = (owner.held(OLD), owner.ids());
    let plan = Preset::MoneyThreeOfFour.plan();
    let key = None;
    let protect = Intent::Protect {
        values,
        plan,
        safes,
        key,
    };
    owner.scene.want(OLD, protect);
    while owner.scene.devices[OLD].outgoing.is_empty() {
        owner.scene.device_step(OLD);
    }
    assert_eq!(owner.kept(), 0);
    owner.scene.tell(OLD, Event::Leaving);
    assert!(owner.kept() > 0);
}

#[test]
fn what_has_grown_too_old_is_refused_and_the_wallet_makes_it_anew() {
    let mut owner = Owner::closed_without_network(53, Preset::OneSafeSealed.plan());
    owner.scene.pass(EIGHT_DAYS_MS);
    owner.wake();
    assert_eq!(owner.open_entries(), 0);
    owner.scene.start(OLD);
    owner.rest();
    assert!(owner.held(OLD).is_empty());
    assert!(owner.books(OLD).account().balances());
}

#[test]
fn a_copy_of_what_is_kept_sends_nothing_after_it_was_called_off_at_the_safes() {
    let mut owner = Owner::new(54, 4);
    owner.cut_off(true);
    owner.protect(OLD, Preset::MoneyThreeOfFour.plan());
    // Who has the profile of that day.
    let thief = owner.scene.devices[OLD].store.clone();
    owner.cut_off(false);
    owner.call_everything_off(OLD);
    owner.rest();
    assert!(thief.kept().count() > 0);
    owner.scene.devices.push(Device::new(thief, 0));
    owner.scene.send_kept(1);
    while owner.scene.deliver_first() {}
    assert_eq!((owner.open_entries(), owner.usable(OLD)), (0, 2));
}
