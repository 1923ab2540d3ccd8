//! Forks: what would become of a world if everything that is wrong in it now were mended.

use super::acts::PASSES;
use super::{Spread, plans};
use crate::device::Device;
use crate::dice::Dice;
use crate::safe::Safe;
use crate::scene::Scene;
use crate::seen::Mark;
use saifu_protocol::SafeId;
use saifu_wallet_core::group::{Group, Phase};
use saifu_wallet_core::intent::Intent;

/// Forks of one world at most.
pub(super) const MOST_FORKS: usize = 12;

/// Of a hundred forks in which everything is mended so many have a fire drill before everything is recovered.
const DRILLS: usize = 30;

/// How a fork is healed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Healing {
    /// Everything.
    All,
    /// All but so many safes as the plans allow, and nobody takes anything new.
    WithoutSome,
}

impl Spread {
    /// What would become of it if everything that is wrong now were mended.
    pub(super) fn look_ahead(&mut self) -> Result<(), String> {
        if self.forks == MOST_FORKS {
            return Ok(());
        }
        self.forks += 1;
        if self.words.is_some() && self.scene.dice.percent(40) {
            return self.look_without_device();
        }
        let is_alone = self.scene.devices.len() == 1 && !self.relies_on_safes;
        let healing = match is_alone && self.scene.dice.percent(50) {
            true => Healing::WithoutSome,
            false => Healing::All,
        };
        if healing == Healing::WithoutSome {
            self.marks.insert(Mark::HealedWithoutSome);
        }
        let mut fork = self.fork(healing);
        let healed = fork.heal(healing);
        // The wild world itself hardly leaves one alone for so long.
        if fork.marks.contains(&Mark::Rehearsed) {
            self.marks.insert(Mark::Rehearsed);
        }
        healed.map_err(|what| format!("healed ({healing:?}): {what}"))
    }

    fn fork(&mut self, healing: Healing) -> Self {
        let mut fork = self.course();
        for safe in &mut fork.scene.safes {
            safe.is_full = healing == Healing::WithoutSome;
        }
        fork
    }

    /// Another course of the world, in which all safes are up.
    pub(super) fn course(&mut self) -> Self {
        let dice = Dice::new(self.scene.dice.seed());
        let devices = self.scene.devices.iter();
        let devices: Vec<Device> = devices
            .map(|device| Device::new(device.store.clone(), 0))
            .collect();
        let safes: Vec<Safe> = self.scene.safes.iter().map(Safe::fork).collect();
        let mut scene = Scene::new(dice, None, devices, safes);
        scene.now_ms = self.scene.now_ms;
        scene.mend_safes();
        for safe in &mut scene.safes {
            safe.is_full = false;
        }
        Self {
            watch: self.watch.fork(),
            step: self.step,
            words: self.words.clone(),
            ..Self::on(scene)
        }
    }

    /// Whether this is no fork.
    pub(super) fn is_wild(&self) -> bool {
        self.values_made > 0
    }

    fn heal(&mut self, healing: Healing) -> Result<(), String> {
        if healing == Healing::WithoutSome {
            self.lose_some();
        }
        for device in 0..self.scene.devices.len() {
            self.scene.start(device);
            let bytes = 1 << 30;
            self.scene.want(device, Intent::SetCapacity { bytes });
        }
        self.settle()?;
        if healing == Healing::WithoutSome {
            self.call_off_what_can_be()?;
            self.recover_everything_from_the_rest()
        } else {
            self.call_off_all()?;
            if self.scene.dice.percent(DRILLS) {
                self.scene.want(0, Intent::FireDrill);
                self.settle()?;
            }
            self.recover_everything()
        }
    }

    /// So many safes go for good as every plan allows.
    fn lose_some(&mut self) {
        let books = self.scene.books(0);
        let spread: Vec<&Group> = books
            .groups()
            .filter(|group| group.phase != Phase::Leaving)
            .collect();
        let is_short = |group: &&Group, gone: &[SafeId]| {
            let seats = group.seats.iter();
            let lost = seats.filter(|seat| gone.contains(&seat.safe)).count();
            lost > usize::from(plans::may_be_gone(group))
        };
        let mut gone: Vec<SafeId> = Vec::new();
        for _ in 0..self.scene.safes.len() {
            let at = self.scene.dice.below(self.scene.safes.len());
            let mut more = gone.clone();
            more.push(self.scene.safes[at].id());
            if !spread.iter().any(|group| is_short(group, &more)) {
                gone = more;
            }
        }
        for safe in &mut self.scene.safes {
            safe.is_up = !gone.contains(&safe.id());
        }
    }

    fn call_off_what_can_be(&mut self) -> Result<(), String> {
        for device in 0..self.scene.devices.len() {
            for job in self.scene.jobs(device) {
                self.scene.want(device, Intent::CallOff { job });
            }
            // Where its owner could log in, what was called off waits for the safe, unless that is gone for good.
            for safe in self.gone() {
                self.scene.want(device, Intent::GiveUpEnding { safe });
            }
        }
        self.settle()
    }

    fn gone(&self) -> Vec<SafeId> {
        let gone = self.scene.safes.iter().filter(|safe| !safe.is_up);
        gone.map(Safe::id).collect()
    }

    fn recover_everything_from_the_rest(&mut self) -> Result<(), String> {
        let mut last = Ok(());
        for _ in 0..PASSES {
            last = self.recover_everything();
            if last.is_ok() {
                return Ok(());
            }
            self.call_off_what_can_be()?;
        }
        last
    }
}
