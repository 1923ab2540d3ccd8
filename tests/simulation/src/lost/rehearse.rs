//! A wallet that has restored rehearses what the lost one registered, and calls nobody by it.

use super::waits::HOURS;
use super::*;
use saifu_wallet_core::check::{Found, Health, What, Whole};

impl Owner {
    /// A fire drill on this device. What was found of each backup: of values first, then of keys that lie by themselves.
    fn drill(&mut self, device: usize) -> Vec<(Whole, Vec<Found>)> {
        self.want(device, Intent::FireDrill);
        self.drilled(device)
    }

    fn drilled(&self, device: usize) -> Vec<(Whole, Vec<Found>)> {
        let books = self.books(device);
        let mut groups: Vec<_> = books.groups().collect();
        groups.sort_by_key(|group| group.is_key());
        let of_groups = groups.into_iter().map(|group| &group.checks);
        let alone = books.certificates().filter(|(_, it)| it.part.is_none());
        let checks = of_groups.chain(alone.map(|(_, it)| &it.checks));
        let found = checks.filter_map(|checks| {
            let check = checks.last(What::Rehearsal)?;
            let found = check.parts.iter().map(|part| part.found).collect();
            Some((check.whole, found))
        });
        found.collect()
    }

    fn healths(&self, device: usize) -> Vec<Health> {
        let wallet = self.scene.devices[device].wallet.as_ref();
        let parts = wallet.expect("it runs").view();
        let mut healths = Vec::new();
        for part in parts {
            match part {
                Part::Backups(cards) => healths.extend(cards.iter().filter_map(|it| it.health)),
                Part::Certificates(cards) => {
                    healths.extend(cards.iter().filter_map(|it| it.health))
                }
                _ => {}
            }
        }
        healths
    }

    /// What lies at safes, but for the sessions that were given back.
    fn lying(&self) -> Vec<(String, State)> {
        let entries = self
            .scene
            .safes
            .iter()
            .flat_map(|safe| safe.ledger.entries());
        let lying = entries.map(|(entry, _)| (entry.certificate.clone(), entry.state));
        lying.collect()
    }
}

fn is_good(health: &Health) -> bool {
    matches!(health, Health::Good { .. })
}

#[test]
fn a_restored_wallet_rehearses_what_the_lost_one_registered_and_calls_nobody() {
    let mut owner = Owner::new(80, 3);
    let before = owner.bytes(OLD);
    owner.enrol(OLD);
    // That it is watched at all, though nobody has to wait.
    owner.set_wait(OLD, HOURS);
    owner.set_wait(OLD, 0);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    let form = ticket(3);
    owner.want(OLD, Intent::Add { form });
    let (values, safe) = (owner.held(OLD), owner.scene.safes[0].id());
    owner.want(OLD, Intent::BackUp { values, safe });
    let new = owner.add_device();
    owner.restore(new, 0);
    let (lying, account) = (owner.lying(), owner.books(new).account());
    let rehearsed = owner.drill(new);
    assert_eq!(rehearsed.len(), 3);
    for (whole, found) in rehearsed {
        assert_eq!(whole, Whole::CameBack);
        assert!(found.iter().all(|it| *it == Found::Good));
    }
    assert!(owner.healths(new).iter().all(is_good));
    assert_eq!(
        (owner.lying(), owner.books(new).account()),
        (lying, account)
    );
    assert_eq!(owner.books(new).flows().count(), 0);
    assert!(owner.watched(OLD).is_empty(), "nobody has begun to wait");
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new).len(), before.len() + 1);
}

#[test]
fn a_restored_wallet_that_would_have_to_wait_does_not_ask_and_says_why() {
    let mut owner = Owner::new(81, 3);
    owner.set_wait(OLD, HOURS);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    let new = owner.add_device();
    owner.restore(new, 0);
    let lying = owner.lying();
    for (whole, found) in owner.drill(new) {
        assert_eq!(whole, Whole::TooFewCame);
        assert_eq!(found, [Found::Theirs; 3]);
    }
    assert_eq!(owner.healths(new), [Health::Theirs; 2]);
    assert_eq!(owner.lying(), lying);
    assert!(owner.watched(OLD).is_empty(), "its owner is not called");
    // Once its owner has let it in, it rehearses as well.
    let groups: Vec<GroupId> = owner.books(new).groups().map(|it| it.id).collect();
    owner
        .scene
        .want(new, Intent::RecoverBackup { backup: groups[0] });
    owner.rest_now();
    owner.decide(OLD, true);
    for job in owner.scene.jobs(new) {
        owner.want(new, Intent::CallOff { job });
    }
    let rehearsed = owner.drill(new);
    assert!(rehearsed.iter().any(|(whole, _)| *whole == Whole::CameBack));
    assert!(owner.healths(new).iter().any(is_good));
}

#[test]
fn a_restored_wallet_that_goes_in_the_middle_of_a_rehearsal_leaves_nothing_open() {
    for steps in 0.. {
        let mut owner = Owner::new(82, 3);
        let before = owner.bytes(OLD);
        owner.enrol(OLD);
        owner.protect(OLD, Preset::AnyTwoOfThree.plan());
        let new = owner.lose();
        owner.restore(new, 0);
        let lying = owner.lying();
        owner.scene.want(new, Intent::FireDrill);
        let is_over = !(0..steps).all(|_| owner.one_step());
        owner.scene.devices[new].crash();
        owner.scene.network.clear();
        owner.scene.start(new);
        owner.rest();
        assert_eq!(owner.lying(), lying, "after {steps} steps");
        assert_eq!(owner.books(new).flows().count(), 0, "after {steps} steps");
        if is_over || steps % 16 == 0 {
            owner.recover_everything(new);
            assert_eq!(owner.bytes(new), before, "after {steps} steps");
        }
        if is_over {
            assert!(steps > 20, "a drill is more than {steps} steps");
            return;
        }
    }
}

#[test]
fn a_key_that_lies_by_itself_is_rehearsed_too() {
    let mut owner = Owner::new(83, 3);
    let form = KeyForm::SeedOfPair;
    owner.want(OLD, Intent::MakeKey { form });
    let key = owner.books(OLD).keys().next().expect("it was made").0;
    let plan = Preset::SeedOfPairElsewhere.plan();
    let safes = owner.ids();
    owner.want(OLD, Intent::BackUpKey { key, plan, safes });
    let lying = owner.lying();
    let rehearsed = owner.drill(OLD);
    assert_eq!(rehearsed, [(Whole::CameBack, vec![Found::Good])]);
    assert!(owner.healths(OLD).iter().all(is_good));
    assert_eq!(owner.lying(), lying);
    // It is read, so no session is given back; and a safe that has lost it is found out.
    let entries = owner
        .scene
        .safes
        .iter()
        .flat_map(|safe| safe.ledger.entries());
    assert!(
        entries
            .into_iter()
            .all(|(entry, _)| entry.returned.is_empty())
    );
    for safe in &mut owner.scene.safes {
        safe.set_back(crate::safe::Remembered::default());
    }
    let rehearsed = owner.drill(OLD);
    assert_eq!(rehearsed, [(Whole::TooFewLeft, vec![Found::Gone])]);
    assert!(owner.told(OLD, &Kind::RehearsalFailed));
}
