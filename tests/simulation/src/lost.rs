//! A device is lost, and a new one finds everything again by a name, six words and the address of one safe.

mod attacks;
mod audit;
mod called_off;
mod change;
mod channel;
mod closed;
mod copies;
mod device;
mod freeze;
mod order;
mod password;
mod rehearse;
mod spoils;
mod touch;
mod waits;
mod who;

use crate::device::{Device, Store};
use crate::dice::Dice;
use crate::safe::{Honesty, Safe};
use crate::scene::{Packet, Scene, skew, ticket};
use saifu_protocol::SafeId;
use saifu_safe_core::entry::State;
use saifu_wallet_core::books::{Books, Custody};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::notice::Kind;
use saifu_wallet_core::owner::{OwnerStanding, Way, Words};
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{GroupId, KeyForm, Place, Plan};
use saifu_wallet_core::port::Ask;
use saifu_wallet_core::view::{Opened, Part, Waiting};
use std::rc::Rc;

const NAME: &str = "hana";
/// The device that is lost.
const OLD: usize = 0;

struct Owner {
    scene: Scene,
    words: Option<Words>,
    /// Both tickets, byte for byte.
    bytes_of_tickets: Vec<Vec<u8>>,
}

impl Owner {
    /// One device that trusts all safes and has two tickets.
    fn new(seed: u64, safes: usize) -> Self {
        let mut dice = Dice::new(seed);
        let safes = (0..safes).map(|number| {
            let mut safe = Safe::new(number, Honesty::Honest, &mut dice);
            safe.settings.operator = format!("Operator {number}");
            safe
        });
        let safes = safes.collect();
        let devices = vec![Device::new(Store::default(), skew(&mut dice))];
        let mut owner = Self {
            scene: Scene::new(dice, None, devices, safes),
            words: None,
            bytes_of_tickets: Vec::new(),
        };
        owner.scene.start(OLD);
        for number in 0..owner.scene.safes.len() {
            owner.trust(OLD, number);
        }
        for number in [1, 2] {
            let form = ticket(number);
            owner.want(OLD, Intent::Add { form });
        }
        owner.bytes_of_tickets = owner.bytes(OLD);
        owner
    }

    fn trust(&mut self, device: usize, number: usize) {
        for intent in self.scene.safes[number].introduction() {
            self.want(device, intent);
        }
    }

    fn want(&mut self, device: usize, intent: Intent) {
        self.scene.want(device, intent);
        self.rest();
    }

    /// Everything that is under way arrives, and what waits for a while has waited.
    fn rest(&mut self) {
        for _ in 0..60 {
            self.rest_now();
            if !self.scene.pass_time_to_next() {
                return;
            }
        }
    }

    fn rest_now(&mut self) {
        for _ in 0..20_000 {
            if !self.one_step() {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    /// The same, but requests like these never arrive.
    fn rest_losing(&mut self, is_lost: impl Fn(&Ask) -> bool) {
        for _ in 0..60 {
            for _ in 0..20_000 {
                self.scene.collect_outgoing();
                self.scene.network.retain(|packet| match packet {
                    Packet::Request { ask, .. } => !is_lost(ask),
                    Packet::Reply { .. } => true,
                });
                if !self.one_step() {
                    break;
                }
            }
            if !self.scene.pass_time_to_next() {
                return;
            }
        }
    }

    /// One step of whoever is next; whether there was one.
    fn one_step(&mut self) -> bool {
        self.scene.collect_outgoing();
        if self.scene.deliver_first() {
            return true;
        }
        match self.scene.busy_device() {
            Some(device) => {
                self.scene.device_step(device);
                true
            }
            None => false,
        }
    }

    fn enrol(&mut self, device: usize) {
        self.want(device, Intent::OfferSecret);
        let words = self.shown(device);
        self.words = Some(words.clone());
        self.want(device, enrolling(&words));
    }

    /// Another secret is drawn, shown, and wanted in the place of this one.
    fn change_secret(&mut self, device: usize) -> Words {
        self.want(device, Intent::OfferSecret);
        let next = self.shown(device);
        let words = self.words.replace(next.clone());
        let words = words.expect("the owner is enrolled");
        let before = words.clone();
        self.want(device, change(words, next));
        before
    }

    fn shown(&self, device: usize) -> Words {
        let wallet = self.scene.devices[device].wallet.as_ref();
        let view = wallet.map(|wallet| wallet.view());
        let shown = view.into_iter().flatten().find_map(|part| match part {
            Part::Opened(Some(Opened::Secret { words })) => Some(words),
            _ => None,
        });
        shown.expect("the words are shown")
    }

    /// The device is gone; a new one has nothing.
    fn lose(&mut self) -> usize {
        self.scene.devices[OLD].crash();
        self.add_device()
    }

    fn add_device(&mut self) -> usize {
        let clock = skew(&mut self.scene.dice);
        self.scene
            .devices
            .push(Device::new(Store::default(), clock));
        let device = self.scene.devices.len() - 1;
        self.scene.start(device);
        device
    }

    fn ask_to_restore(&mut self, device: usize, number: usize) {
        self.trust(device, number);
        let safe = self.scene.safes[number].id();
        let words = self.words.clone().expect("the owner is enrolled");
        self.scene.want(device, restoring(safe, &words));
    }

    fn restore(&mut self, device: usize, number: usize) {
        self.ask_to_restore(device, number);
        self.rest();
    }

    fn protect(&mut self, device: usize, plan: Plan) {
        let (values, safes) = (self.held(device), self.ids());
        let key = None;
        self.want(
            device,
            Intent::Protect {
                values,
                plan,
                safes,
                key,
            },
        );
    }

    fn recover_everything(&mut self, device: usize) {
        // Keys that lie by themselves first.
        for is_key in [true, false] {
            let groups: Vec<GroupId> = {
                let books = self.books(device);
                let groups = books.groups().filter(|group| group.is_key() == is_key);
                groups.map(|group| group.id).collect()
            };
            for backup in groups {
                let intent = match is_key {
                    true => Intent::RecoverKey { backup },
                    false => Intent::RecoverBackup { backup },
                };
                self.want(device, intent);
            }
        }
        let alone: Vec<ItemId> = {
            let books = self.books(device);
            let alone = books.certificates().filter(|(_, it)| it.part.is_none());
            alone.map(|(id, _)| id).collect()
        };
        for certificate in alone {
            self.want(device, Intent::Recover { certificate });
        }
    }

    fn books(&self, device: usize) -> Rc<Books> {
        self.scene.books(device)
    }

    fn ids(&self) -> Vec<SafeId> {
        self.scene.safes.iter().map(Safe::id).collect()
    }

    fn held(&self, device: usize) -> Vec<ItemId> {
        let books = self.books(device);
        let held = books
            .values()
            .filter(|(_, value)| value.custody == Custody::Held);
        held.map(|(id, _)| id).collect()
    }

    /// What can be used, byte for byte.
    fn bytes(&self, device: usize) -> Vec<Vec<u8>> {
        let held = self.held(device).into_iter();
        let body = held.filter_map(|id| self.scene.devices[device].store.body(id));
        let mut bytes: Vec<Vec<u8>> = body.map(|body| body.as_bytes().to_vec()).collect();
        bytes.sort();
        bytes
    }

    fn standings(&self, device: usize) -> Vec<OwnerStanding> {
        let books = self.books(device);
        let owner = books.owner();
        owner.map_or_else(Vec::new, |owner| {
            owner.at.iter().map(|at| at.standing).collect()
        })
    }

    fn told(&self, device: usize, kind: &Kind) -> bool {
        self.scene.devices[device].told.contains(kind)
    }

    fn open_entries(&self) -> usize {
        let entries = self
            .scene
            .safes
            .iter()
            .flat_map(|safe| safe.ledger.entries());
        let open = entries.filter(|(entry, _)| entry.state == State::Registered);
        open.count()
    }
}

fn enrolling(words: &Words) -> Intent {
    Intent::Enrol {
        name: NAME.into(),
        secret: words.clone().into(),
    }
}

fn change(secret: Words, next: Words) -> Intent {
    Intent::ChangeSecret {
        secret: secret.into(),
        next: next.into(),
    }
}

fn restoring(safe: SafeId, words: &Words) -> Intent {
    let words = words.clone();
    Intent::Restore {
        safe,
        name: NAME.into(),
        by: Way::secret(words),
    }
}

/// Whether it comes back without the pieces that were kept at home.
fn needs_no_home(plan: &Plan) -> bool {
    let away = plan.data.iter().filter(|place| **place != Place::Home);
    away.count() >= usize::from(plan.data_needed())
}

#[test]
fn whatever_was_registered_is_found_and_comes_back_without_any_certificate() {
    let presets = Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS);
    for (seed, preset) in (1..).zip(presets) {
        for enrolled_first in [true, false] {
            let mut owner = Owner::new(seed, 4);
            let before = owner.bytes(OLD);
            if enrolled_first {
                owner.enrol(OLD);
            }
            owner.protect(OLD, preset.plan());
            if !enrolled_first {
                owner.enrol(OLD);
            }
            assert!(owner.held(OLD).is_empty(), "{preset:?}");
            assert_eq!(owner.standings(OLD), [OwnerStanding::Enrolled; 4]);
            let new = owner.lose();
            owner.restore(new, 2);
            assert_eq!(owner.standings(new), [OwnerStanding::Enrolled; 4]);
            assert_eq!(owner.books(new).flows().count(), 0, "{preset:?}");
            owner.recover_everything(new);
            if needs_no_home(&preset.plan()) {
                assert_eq!(owner.bytes(new), before, "{preset:?}");
            } else {
                assert!(owner.bytes(new).is_empty(), "{preset:?}");
            }
            assert!(owner.books(new).account().balances());
        }
    }
}

#[test]
fn values_registered_as_they_are_come_back_and_nothing_is_left_at_the_safe() {
    let mut owner = Owner::new(5, 2);
    let before = owner.bytes(OLD);
    let (values, safe) = (owner.held(OLD), owner.scene.safes[1].id());
    owner.want(OLD, Intent::BackUp { values, safe });
    owner.enrol(OLD);
    assert_eq!(owner.open_entries(), 2);
    let new = owner.lose();
    owner.restore(new, 0);
    assert_eq!(owner.books(new).account().at_safes, 2);
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new), before);
    assert_eq!(owner.open_entries(), 0);
    assert!(owner.books(new).account().balances());
}

#[test]
fn a_lasting_key_that_lies_by_itself_comes_back_before_what_it_opens() {
    let mut owner = Owner::new(6, 3);
    let before = owner.bytes(OLD);
    let form = KeyForm::SeedOfPair;
    owner.want(OLD, Intent::MakeKey { form });
    let key = owner.books(OLD).keys().next().expect("it was made").0;
    let plan = Preset::SeedOfPairElsewhere.plan();
    let safes = owner.ids();
    owner.want(OLD, Intent::BackUpKey { key, plan, safes });
    let (values, safes) = (owner.held(OLD), owner.ids());
    let plan = Preset::SeedOfPairElsewhere.plan();
    let key = Some(key);
    owner.want(
        OLD,
        Intent::Protect {
            values,
            plan,
            safes,
            key,
        },
    );
    assert!(owner.held(OLD).is_empty());
    owner.enrol(OLD);
    let new = owner.lose();
    owner.restore(new, 1);
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new), before);
}

#[test]
fn a_dead_safe_keeps_nobody_out_of_what_the_others_have() {
    let mut owner = Owner::new(7, 4);
    let before = owner.bytes(OLD);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    let new = owner.lose();
    owner.scene.safes[1].is_up = false;
    owner.restore(new, 0);
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new), before);
    // It is asked until it answers, or its owner does not want that any more.
    let jobs = owner.scene.jobs(new);
    assert!(!jobs.is_empty());
    for job in jobs {
        owner.want(new, Intent::CallOff { job });
    }
    let asking = |standing: &&OwnerStanding| **standing == OwnerStanding::Asking;
    assert_eq!(owner.standings(new).iter().filter(asking).count(), 0);
}

#[test]
fn a_safe_that_was_left_out_is_asked_when_it_is_back() {
    let mut owner = Owner::new(11, 3);
    let before = owner.bytes(OLD);
    owner.enrol(OLD);
    let (values, safe) = (owner.held(OLD), owner.scene.safes[1].id());
    owner.want(OLD, Intent::BackUp { values, safe });
    let new = owner.lose();
    owner.scene.safes[1].is_up = false;
    owner.restore(new, 0);
    for job in owner.scene.jobs(new) {
        owner.want(new, Intent::CallOff { job });
    }
    assert_eq!(owner.books(new).certificates().count(), 0);
    owner.scene.safes[1].is_up = true;
    let words = owner.words.clone().expect("the owner is enrolled");
    let other = Words::make(&mut owner.scene.dice.0);
    owner.want(new, restoring(safe, &other));
    assert!(owner.told(new, &Kind::SecretOther));
    assert_eq!(owner.books(new).flows().count(), 0);
    owner.want(new, restoring(safe, &words));
    assert_eq!(owner.standings(new), [OwnerStanding::Enrolled; 3]);
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new), before);
}

#[test]
fn who_finds_their_name_taken_everywhere_takes_another() {
    let mut owner = Owner::new(12, 2);
    let somebody = owner.add_device();
    for number in 0..2 {
        owner.trust(somebody, number);
    }
    owner.enrol(somebody);
    owner.enrol(OLD);
    assert!(owner.told(OLD, &Kind::OwnerNameTaken));
    assert_eq!(owner.standings(OLD), [OwnerStanding::Taken; 2]);
    owner.want(OLD, Intent::OfferSecret);
    let words = owner.shown(OLD);
    let name = "hana of the hill".into();
    let secret = words.into();
    owner.want(OLD, Intent::Enrol { name, secret });
    assert_eq!(owner.standings(OLD), [OwnerStanding::Enrolled; 2]);
}

#[test]
fn a_wrong_secret_finds_nothing_and_says_so_until_the_right_one_opens() {
    let mut owner = Owner::new(8, 2);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::OneSafeSealed.plan());
    let new = owner.lose();
    let right = owner.words.clone();
    owner.words = Some(Words::make(&mut owner.scene.dice.0));
    owner.restore(new, 0);
    assert!(owner.told(new, &Kind::SecretWrong));
    assert!(owner.books(new).owner().is_none());
    assert_eq!(owner.books(new).groups().count(), 0);
    owner.words = right;
    let is_told = |owner: &Owner| {
        let books = owner.books(new);
        books.notices().any(|told| told.kind == Kind::SecretWrong)
    };
    assert!(is_told(&owner));
    owner.restore(new, 0);
    assert!(!is_told(&owner));
    assert!(owner.books(new).groups().count() > 0);
}

#[test]
fn of_two_new_devices_one_has_the_value_and_the_other_the_receipt() {
    for seed in 10..20 {
        let mut owner = Owner::new(seed, 4);
        let before = owner.bytes(OLD);
        owner.enrol(OLD);
        owner.protect(OLD, Preset::AnyTwoOfThree.plan());
        let new = [owner.lose(), owner.add_device()];
        for device in new {
            owner.restore(device, 0);
        }
        for device in new {
            let books = owner.books(device);
            for group in books.groups() {
                let backup = group.id;
                owner.scene.want(device, Intent::RecoverBackup { backup });
            }
        }
        // Whatever arrives first.
        for _ in 0..2_000 {
            owner.scene.collect_outgoing();
            owner.scene.deliver_any();
            if let Some(device) = owner.scene.busy_device() {
                owner.scene.device_step(device);
            }
        }
        owner.rest();
        for device in new {
            owner.recover_everything(device);
        }
        let mut here: Vec<Vec<u8>> = new.iter().flat_map(|it| owner.bytes(*it)).collect();
        here.sort();
        assert_eq!(here, before, "seed {seed}");
        let is_elsewhere = |kind: &Kind| {
            matches!(
                kind,
                Kind::ReleasedElsewhere(_) | Kind::ArrivedCopyDestroyed { .. }
            )
        };
        for device in new {
            let told = owner.scene.devices[device].told.iter().any(is_elsewhere);
            let has_all = owner.bytes(device) == before;
            assert!(
                told || has_all,
                "seed {seed}: device {device} lacks something and is not told"
            );
        }
    }
}

#[test]
fn a_restore_that_is_interrupted_anywhere_goes_on() {
    let mut at = 0;
    loop {
        let mut owner = Owner::new(9, 3);
        let before = owner.bytes(OLD);
        owner.enrol(OLD);
        owner.protect(OLD, Preset::AnyTwoOfThree.plan());
        let new = owner.lose();
        owner.ask_to_restore(new, 0);
        let mut commits = 0;
        let mut crashed = false;
        for _ in 0..20_000 {
            owner.scene.collect_outgoing();
            if owner.scene.deliver_first() {
                continue;
            }
            let Some(device) = owner.scene.busy_device() else {
                break;
            };
            if owner.scene.devices[device].has_commit() {
                commits += 1;
                if commits == at && !crashed {
                    crashed = true;
                    owner.scene.devices[device].finish_commit_and_crash();
                    owner.scene.start(device);
                    continue;
                }
            }
            owner.scene.device_step(device);
        }
        owner.rest();
        owner.recover_everything(new);
        assert_eq!(owner.bytes(new), before, "interrupted at {at}");
        if !crashed && at > 0 {
            assert!(at > 10, "a restore is more than {at} transactions");
            return;
        }
        at += 1;
    }
}

#[test]
fn a_safe_that_is_trusted_later_is_told_and_knows_the_others() {
    let mut owner = Owner::new(21, 2);
    owner.enrol(OLD);
    let mut third = Safe::new(2, Honesty::Honest, &mut owner.scene.dice);
    third.settings.operator = "Operator 2".into();
    owner.scene.safes.push(third);
    owner.trust(OLD, 2);
    assert_eq!(owner.standings(OLD), [OwnerStanding::Enrolled; 2]);
    let other = Words::make(&mut owner.scene.dice.0);
    owner.want(OLD, enrolling(&other));
    assert!(owner.told(OLD, &Kind::SecretOther));
    let words = owner.words.clone().expect("the owner is enrolled");
    owner.want(OLD, enrolling(&words));
    assert_eq!(owner.standings(OLD), [OwnerStanding::Enrolled; 3]);
    let before = owner.bytes(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    for first in [0, 2] {
        let new = owner.add_device();
        owner.restore(new, first);
        assert_eq!(owner.standings(new), [OwnerStanding::Enrolled; 3]);
    }
    let new = owner.scene.devices.len() - 1;
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new), before);
}
