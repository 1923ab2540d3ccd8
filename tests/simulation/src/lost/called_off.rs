//! What is called off on one device while another may find it by a login.

use super::*;

impl Owner {
    /// Values on this device that can be used.
    pub(super) fn usable(&self, device: usize) -> usize {
        let books = self.books(device);
        let held = self.held(device).into_iter();
        held.filter(|value| books.lock(*value).is_none()).count()
    }

    pub(super) fn call_everything_off(&mut self, device: usize) {
        for job in self.scene.jobs(device) {
            self.scene.want(device, Intent::CallOff { job });
        }
        self.rest_now();
    }

    /// Both tickets are at three safes of four; the fourth never takes its part, so they are still here, too.
    fn half_registered(seed: u64) -> Self {
        let mut owner = Self::new(seed, 4);
        owner.enrol(OLD);
        owner.scene.safes[3].is_full = true;
        owner.protect(OLD, Preset::MoneyThreeOfFour.plan());
        assert_eq!((owner.held(OLD).len(), owner.usable(OLD)), (2, 0));
        owner
    }
}

#[test]
fn what_another_device_has_found_is_not_free_again_when_its_registration_is_called_off() {
    let mut owner = Owner::half_registered(40);
    let new = owner.add_device();
    owner.restore(new, 0);
    owner.recover_everything(new);
    assert_eq!(owner.usable(new), 2);
    owner.call_everything_off(OLD);
    owner.rest();
    assert!(owner.held(OLD).is_empty());
    let is_elsewhere = |kind: &Kind| matches!(kind, Kind::ReleasedElsewhere(_));
    assert!(owner.scene.devices[OLD].told.iter().any(is_elsewhere));
    assert!(owner.books(OLD).account().balances());
    assert_eq!(owner.books(OLD).groups().count(), 0);
}

#[test]
fn what_is_called_off_is_free_when_so_much_has_ended_that_nobody_else_can_have_it() {
    let mut owner = Owner::half_registered(41);
    for safe in &mut owner.scene.safes {
        safe.is_up = false;
    }
    owner.call_everything_off(OLD);
    assert_eq!(owner.usable(OLD), 0);
    // Three of four must confirm, so one that is ended is not enough: the fourth may have taken its part.
    owner.scene.safes[0].is_up = true;
    owner.rest();
    assert_eq!(owner.usable(OLD), 0);
    owner.scene.safes[1].is_up = true;
    owner.rest();
    assert_eq!(owner.usable(OLD), 2);
    let new = owner.add_device();
    for safe in &mut owner.scene.safes {
        safe.is_up = true;
    }
    owner.restore(new, 1);
    owner.recover_everything(new);
    assert_eq!((owner.usable(new), owner.usable(OLD)), (0, 2));
}

#[test]
fn a_value_registered_as_it_is_stays_locked_until_the_safe_has_ended_what_was_called_off() {
    for is_found in [true, false] {
        let mut owner = Owner::new(42, 2);
        owner.enrol(OLD);
        let (values, safe) = (owner.held(OLD), owner.scene.safes[1].id());
        owner.scene.want(OLD, Intent::BackUp { values, safe });
        while owner.scene.busy_device().is_some() {
            owner.scene.device_step(OLD);
            owner.scene.collect_outgoing();
        }
        // The safe registers them, and its answers are lost.
        for _ in 0..2 {
            owner.scene.deliver_first();
        }
        owner.scene.network.clear();
        owner.scene.safes[1].is_up = false;
        owner.call_everything_off(OLD);
        assert_eq!((owner.held(OLD).len(), owner.usable(OLD)), (2, 0));
        owner.scene.safes[1].is_up = true;
        let new = owner.add_device();
        if is_found {
            // The other device is faster.
            let crashed = owner.scene.devices[OLD].store.clone();
            owner.scene.devices[OLD] = Device::new(Store::default(), 0);
            owner.restore(new, 0);
            owner.recover_everything(new);
            owner.scene.devices[OLD] = Device::new(crashed, 0);
            owner.scene.start(OLD);
        }
        owner.rest();
        let usable = (owner.usable(OLD), owner.usable(new));
        assert_eq!(usable, if is_found { (0, 2) } else { (2, 0) });
        assert_eq!(owner.held(OLD).len(), owner.usable(OLD));
        assert!(owner.books(OLD).account().balances());
    }
}

#[test]
fn a_safe_that_is_still_to_end_something_comes_to_know_the_owner_afterwards() {
    let mut owner = Owner::new(43, 2);
    let (values, safe) = (owner.held(OLD), owner.scene.safes[1].id());
    owner.scene.safes[1].is_up = false;
    owner.want(OLD, Intent::BackUp { values, safe });
    owner.call_everything_off(OLD);
    // Nobody could find it yet, so it is free at once.
    assert_eq!(owner.usable(OLD), 2);
    owner.enrol(OLD);
    let standings = owner.standings(OLD);
    let is = |wanted| standings.iter().filter(|it| **it == wanted).count();
    assert_eq!(
        (is(OwnerStanding::Enrolled), is(OwnerStanding::Asking)),
        (1, 1)
    );
    let waited = &owner.scene.devices[OLD].waited;
    assert!(waited.contains(&Waiting::EndingFirst));
    owner.scene.safes[1].is_up = true;
    owner.rest();
    assert_eq!(owner.standings(OLD), [OwnerStanding::Enrolled; 2]);
    assert_eq!(owner.open_entries(), 0);
}
