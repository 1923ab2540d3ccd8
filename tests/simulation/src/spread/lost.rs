//! Forks in which the device is lost: a new one must find what lies at the safes, and nothing that the lost one could still
//! use.

use super::acts::PASSES;
use super::{Spread, plans};
use crate::device::{Device, Store};
use crate::scene::skew;
use crate::seen::Mark;
use saifu_wallet_core::bearer::What;
use saifu_wallet_core::books::{Books, Custody};
use saifu_wallet_core::group::{Group, Phase};
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::owner::Way;
use saifu_wallet_core::plan::part::Role;
use saifu_wallet_core::view::{Opened, Part};
use std::collections::{BTreeMap, BTreeSet};

/// The name of every owner. That somebody has it already is played through elsewhere.
const NAME: &str = "hana";

/// What a new device must find, and must not.
struct Expected {
    back: BTreeSet<String>,
    never: BTreeSet<String>,
}

impl Spread {
    /// Every other owner writes a secret down.
    pub(super) fn enrol_perhaps(&mut self) -> Result<(), String> {
        if self.scene.dice.percent(50) {
            return Ok(());
        }
        self.is_shared = self.scene.dice.percent(40);
        self.watch.is_shared = self.is_shared;
        self.enrol()
    }

    /// The owner writes a secret down, and every safe knows it.
    pub(super) fn enrol(&mut self) -> Result<(), String> {
        self.scene.want(0, Intent::OfferSecret);
        let wallet = self.scene.devices[0].wallet.as_ref();
        let parts = wallet.map(|wallet| wallet.view()).unwrap_or_default();
        let shown = parts.into_iter().find_map(|part| match part {
            Part::Opened(Some(Opened::Secret { words })) => Some(words),
            _ => None,
        });
        self.words = shown.clone();
        let words = shown.ok_or("the words are not shown")?;
        let name = NAME.into();
        let secret = words.into();
        self.scene.want(0, Intent::Enrol { name, secret });
        self.settle()
    }

    /// What would become of it if every device were lost now.
    pub(super) fn look_without_device(&mut self) -> Result<(), String> {
        let mut fork = self.course();
        let expected = fork.expected();
        if !expected.back.is_empty() {
            self.marks.insert(Mark::Restored);
        }
        let lost = |what: String| format!("restored: {what}");
        fork.restore().map_err(lost)?;
        fork.compare(&expected).map_err(lost)
    }

    /// What lies at the safes comes back, also what the lost device had just asked for. What can be used on a device, or was used, never does. Of everything between
    /// nothing is asked but that it does not come twice.
    fn expected(&self) -> Expected {
        let all: Vec<_> = (0..self.scene.devices.len())
            .map(|device| self.scene.books(device))
            .collect();
        let mut never = BTreeSet::new();
        for books in &all {
            let held = books.values();
            let free = held
                .filter(|(id, value)| value.custody == Custody::Held && books.lock(*id).is_none());
            never.extend(free.map(|(_, value)| value.name.clone()));
        }
        let mut back = BTreeSet::new();
        if let [books] = all.as_slice() {
            let at_safes = books
                .groups()
                .filter(|group| self.lies_at_safes(books, group));
            let names = at_safes.flat_map(|group| group.values.iter());
            back.extend(names.map(|value| value.name.clone()));
        }
        Expected { back, never }
    }

    /// Whether the safes alone have enough of it, and no safe has let go of its part.
    fn lies_at_safes(&self, books: &Books, group: &Group) -> bool {
        let has_key_part = || {
            let mut certificates = books.certificates().filter_map(|(_, it)| it.part);
            certificates.any(|of| of.group == group.id && Role::of(of.class) == Role::Key)
        };
        let needs_no_key = group.key.is_none()
            || group.plan.has_key_stay()
            || group.plan.shares().is_some()
            || has_key_part();
        group.phase == Phase::AtSafes
            && !group.is_key()
            // What a safe has confirmed is with the lost device.
            && group.confirmed.is_empty()
            && plans::needs_no_home(&group.plan)
            && needs_no_key
            && self.is_whole(books, group)
    }

    /// Whether every certificate of it finds an entry that waits, be it for a device that is lost.
    fn is_whole(&self, books: &Books, group: &Group) -> bool {
        let mut certificates = books
            .certificates()
            .filter(|(_, certificate)| certificate.part.is_some_and(|part| part.group == group.id));
        certificates.all(|(_, certificate)| {
            let mut safes = self.scene.safes.iter();
            let safe = safes.find(|safe| safe.id() == certificate.safe);
            safe.is_some_and(|safe| safe.has_alive(certificate.counter, &certificate.sha256))
        })
    }

    /// Another device restores while the others go on.
    pub(super) fn restore_elsewhere(&mut self) {
        let Some(words) = self.words.clone().filter(|_| self.scene.devices.len() < 3) else {
            return;
        };
        let clock = skew(&mut self.scene.dice);
        self.scene
            .devices
            .push(Device::new(Store::default(), clock));
        let device = self.scene.devices.len() - 1;
        self.scene.start(device);
        let first = self.scene.dice.below(self.scene.safes.len());
        // Its owner waits for the safe to say who it is.
        self.scene.mend_safes();
        for intent in self.scene.safes[first].introduction() {
            self.scene.want(device, intent);
            for _ in 0..50 {
                self.scene.collect_outgoing();
                if !self.scene.deliver_first() && !self.scene.devices[device].is_quiet() {
                    self.scene.device_step(device);
                }
            }
        }
        let (safe, name) = (self.scene.safes[first].id(), NAME.into());
        let by = Way::secret(words);
        self.scene.want(device, Intent::Restore { safe, name, by });
        self.has_changed = true;
        self.marks.insert(Mark::Shared);
    }

    /// A new device, which knows one safe, the name and the words.
    fn restore(&mut self) -> Result<(), String> {
        let clock = skew(&mut self.scene.dice);
        self.scene.devices = vec![Device::new(Store::default(), clock)];
        self.scene.start(0);
        let first = self.scene.dice.below(self.scene.safes.len());
        let bytes = 1 << 30;
        self.scene.want(0, Intent::SetCapacity { bytes });
        self.calm()?;
        for intent in self.scene.safes[first].introduction() {
            self.scene.want(0, intent);
            self.calm()?;
        }
        let words = self.words.clone().ok_or("nobody is enrolled")?;
        let (safe, name) = (self.scene.safes[first].id(), NAME.into());
        let by = Way::secret(words);
        self.scene.want(0, Intent::Restore { safe, name, by });
        self.settle()?;
        for _ in 0..PASSES {
            for backup in self.groups(0, |_| true) {
                let is_key = self.groups(0, Group::is_key).contains(&backup);
                let intent = match is_key {
                    true => Intent::RecoverKey { backup },
                    false => Intent::RecoverBackup { backup },
                };
                self.scene.want(0, intent);
            }
            self.settle()?;
            for backup in self.groups(0, |group| !group.is_key()) {
                let what = What::Backup(backup);
                self.scene.want(0, Intent::TakeBack { what });
            }
            self.settle()?;
        }
        Ok(())
    }

    fn compare(&self, expected: &Expected) -> Result<(), String> {
        let books = self.scene.books(0);
        let mut usable: BTreeMap<&str, usize> = BTreeMap::new();
        for (id, value) in books.values() {
            if value.custody == Custody::Held && books.lock(id).is_none() {
                *usable.entry(&value.name).or_default() += 1;
            }
        }
        let times = |name: &String| usable.get(name.as_str()).copied().unwrap_or(0);
        if let Some(name) = expected.back.iter().find(|name| times(name) != 1) {
            let found = books.owner().map(|owner| owner.at.clone());
            return Err(format!(
                "{name} came back {} times: {found:?}, {:?}, told {}",
                times(name),
                books.flows().collect::<Vec<_>>(),
                super::watch::tell(name, &self.scene.devices)
            ));
        }
        if let Some(name) = expected.never.iter().find(|name| times(name) > 0) {
            return Err(format!("{name} could be used and is there again"));
        }
        match usable.iter().find(|(_, times)| **times > 1) {
            Some((name, times)) => Err(format!("{name} came back {times} times")),
            None => Ok(()),
        }
    }
}
