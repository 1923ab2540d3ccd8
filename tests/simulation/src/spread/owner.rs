//! What an owner does at bad moments.

use super::{Spread, plans};
use crate::scene::ticket;
use saifu_protocol::SafeId;
use saifu_wallet_core::bearer::What;
use saifu_wallet_core::books::KeyHere;
use saifu_wallet_core::flow::Flow;
use saifu_wallet_core::group::{Group, PartOf, Phase};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::{Intent, RemoveReason};
use saifu_wallet_core::plan::{GroupId, KeyPlace, Plan};
use saifu_wallet_core::port::Event;

/// Values an owner has at most.
const MOST_VALUES: usize = 4;
/// Keys an owner makes at most.
const MOST_KEYS: usize = 2;

impl Spread {
    pub(super) fn owner_step(&mut self, device: usize) {
        if self.scene.devices[device].wallet.is_none() {
            return;
        }
        match self.scene.dice.below(44) {
            0..=3 => self.add(device),
            4..=12 => self.protect(device),
            13..=20 => self.recover(device),
            21..=24 => self.repair_any(device),
            25 => self.use_up(device),
            26..=29 => self.call_off(device),
            30 => self.discard(device),
            31..=36 if self.is_shared => self.take_back(device),
            31..=32 => self.make_key(device),
            33..=34 => self.back_up_key(device),
            35 => self.recover_key(device),
            36 => self.delete_key(device),
            37 => {
                let bytes = [300, 700, 1 << 20][self.scene.dice.below(3)];
                self.scene.want(device, Intent::SetCapacity { bytes });
            }
            38..=41 => self.rehearse(device),
            _ => self.scene.tell(device, Event::Encouraged),
        }
    }

    /// Only the first device gets new values: a copied profile is for trying to get old ones twice.
    pub(super) fn add(&mut self, device: usize) {
        if device == 0 && self.values_made < MOST_VALUES {
            self.values_made += 1;
            let form = ticket(self.values_made);
            self.scene.want(device, Intent::Add { form });
        }
    }

    fn protect(&mut self, device: usize) {
        let held = self.scene.held(device);
        let Some(value) = self.scene.dice.pick(&held).copied() else {
            return;
        };
        let values = match self.scene.dice.percent(40) {
            true => held,
            false => vec![value],
        };
        let key = match self.scene.dice.percent(35) && !self.is_shared {
            true => self.any_key(device, |_| true),
            false => None,
        };
        let choice = plans::choose(&self.scene.safes, &mut self.scene.dice);
        let (plan, safes) = (choice.plan, choice.safes);
        self.want_protected(device, values, plan, safes, key);
    }

    pub(super) fn want_protected(
        &mut self,
        device: usize,
        values: Vec<ItemId>,
        plan: Plan,
        safes: Vec<SafeId>,
        key: Option<ItemId>,
    ) {
        let intent = Intent::Protect {
            values,
            plan,
            safes,
            key,
        };
        self.scene.want(device, intent);
    }

    pub(super) fn protect_all(&mut self, device: usize) {
        let values = self.scene.held(device);
        let choice = plans::choose(&self.scene.safes, &mut self.scene.dice);
        self.want_protected(device, values, choice.plan, choice.safes, None);
    }

    fn recover(&mut self, device: usize) {
        let groups = self.groups(device, |_| true);
        if let Some(backup) = self.scene.dice.pick(&groups).copied() {
            self.scene.want(device, Intent::RecoverBackup { backup });
        }
    }

    /// At the worst moments, for it must change nothing.
    fn rehearse(&mut self, device: usize) {
        let groups = self.groups(device, |group| group.phase == Phase::AtSafes);
        let wish = match self.scene.dice.pick(&groups) {
            Some(group) if self.scene.dice.percent(70) => {
                let what = ItemId::new(*group.as_bytes());
                Intent::Rehearse { what }
            }
            _ => Intent::FireDrill,
        };
        self.scene.want(device, wish);
    }

    /// Though the other device may well be there.
    fn take_back(&mut self, device: usize) {
        let groups = self.groups(device, |_| true);
        if let Some(backup) = self.scene.dice.pick(&groups).copied() {
            let what = What::Backup(backup);
            self.scene.want(device, Intent::TakeBack { what });
        }
    }

    fn repair_any(&mut self, device: usize) {
        let groups = self.groups(device, |group| group.phase == Phase::AtSafes);
        if let Some(backup) = self.scene.dice.pick(&groups).copied() {
            self.repair(device, backup);
        }
    }

    pub(super) fn repair(&mut self, device: usize, backup: GroupId) {
        let choice = plans::choose(&self.scene.safes, &mut self.scene.dice);
        let intent = Intent::Repair {
            backup,
            plan: choice.plan,
            safes: choice.safes,
        };
        self.scene.want(device, intent);
    }

    /// Also the last of a key that other values need: the wallet does not let go of it.
    fn discard(&mut self, device: usize) {
        let groups = self.groups(device, |_| true);
        if let Some(backup) = self.scene.dice.pick(&groups).copied() {
            self.scene.want(device, Intent::DiscardBackup { backup });
        }
    }

    fn use_up(&mut self, device: usize) {
        let held = self.scene.held(device);
        if let Some(value) = self.scene.dice.pick(&held).copied() {
            let why = [RemoveReason::Used, RemoveReason::Discarded][self.scene.dice.below(2)];
            self.scene.want(device, Intent::Remove { value, why });
        }
    }

    fn call_off(&mut self, device: usize) {
        let jobs = self.scene.jobs(device);
        if let Some(job) = self.scene.dice.pick(&jobs).copied() {
            self.scene.want(device, Intent::CallOff { job });
        }
    }

    fn make_key(&mut self, device: usize) {
        if device == 0 && self.keys_made < MOST_KEYS {
            self.keys_made += 1;
            let form = plans::form(&mut self.scene.dice);
            self.scene.want(device, Intent::MakeKey { form });
        }
    }

    fn back_up_key(&mut self, device: usize) {
        let Some(key) = self.any_key(device, |here| here == KeyHere::Opens) else {
            return;
        };
        let form = self.scene.books(device).key(key).map(|key| key.form);
        for _ in 0..20 {
            let choice = plans::choose(&self.scene.safes, &mut self.scene.dice);
            let fits = |plan: &Plan| plan.seal().map(|seal| seal.form) == form;
            if fits(&choice.plan) {
                let intent = Intent::BackUpKey {
                    key,
                    plan: choice.plan,
                    safes: choice.safes,
                };
                return self.scene.want(device, intent);
            }
        }
    }

    fn recover_key(&mut self, device: usize) {
        let groups = self.groups(device, |group| group.key.is_some());
        if let Some(backup) = self.scene.dice.pick(&groups).copied() {
            self.scene.want(device, Intent::RecoverKey { backup });
        }
    }

    /// Only what nothing needs, or what safes have as well: the last key of a value is the value.
    fn delete_key(&mut self, device: usize) {
        let Some(item) = self.any_key(device, |_| true) else {
            return;
        };
        let books = self.scene.books(device);
        let Some(key) = books.key(item).map(|key| key.key) else {
            return;
        };
        let needing = books.groups().filter(|group| group.key == Some(key));
        let is_away = |group: &Group| {
            let place = group.plan.seal().map(|seal| &seal.key);
            matches!(place, Some(KeyPlace::Away { .. }))
                && group.phase == Phase::AtSafes
                && !books
                    .flows()
                    .any(|(_, flow)| matches!(flow, Flow::Protect(_)))
        };
        let is_under_way = books
            .flows()
            .any(|(_, flow)| matches!(flow, Flow::Protect(_) | Flow::Reunite(_)));
        let has_parts = |group: &Group| {
            let mut parts = books.certificates().filter_map(|(_, it)| it.part);
            let is_key = |part: PartOf| part.group == group.id && !part.class.is_released_once();
            group.plan.shares().is_some() || parts.any(is_key)
        };
        let needing: Vec<&Group> = needing.collect();
        let is_at_safes = needing.is_empty() || needing.iter().any(|group| has_parts(group));
        if !is_under_way && is_at_safes && needing.into_iter().all(is_away) {
            self.relies_on_safes = true;
            self.scene.want(device, Intent::DeleteKey { key: item });
        }
    }

    fn any_key(&mut self, device: usize, is: impl Fn(KeyHere) -> bool) -> Option<ItemId> {
        let books = self.scene.books(device);
        let keys = books.keys().filter(|(_, key)| is(key.here));
        let keys: Vec<ItemId> = keys.map(|(id, _)| id).collect();
        self.scene.dice.pick(&keys).copied()
    }
}
