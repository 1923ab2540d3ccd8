//! The single steps of a world: chance, and then calm.

use super::Spread;
use super::marks::marks;
use crate::device::Device;
use crate::scene::skew;
use crate::seen::Mark;
use saifu_wallet_core::books::{Books, Custody};
use saifu_wallet_core::flow::Flow;
use saifu_wallet_core::group::Group;

/// Steps after which what has not come to rest never will.
const CALM_STEPS: usize = 6_000;
/// Rounds in which everything must come to rest, time passing between them.
const ROUNDS: usize = 60;

impl Spread {
    pub(super) fn wild_step(&mut self) -> Result<(), String> {
        self.scene.collect_outgoing();
        let device = self.scene.dice.below(self.scene.devices.len());
        match self.scene.dice.below(100) {
            0..=34 => self.device_step(device)?,
            35..=64 => self.scene.network_step(),
            65..=71 => self.scene.pass_time(),
            72..=86 => self.owner_step(device),
            87..=90 => self.crash_or_start(device),
            91..=93 => self.scene.safe_step(),
            94..=95 => {
                self.has_changed = true;
                self.scene.upkeep_step();
            }
            96..=97 => self.scene.storage_trouble(device),
            _ if self.is_shared => self.restore_elsewhere(),
            _ => self.copy_profile(device),
        }
        self.check()?;
        if self.step.is_multiple_of(10) && self.scene.dice.percent(25) {
            self.look_ahead()?;
        }
        Ok(())
    }

    pub(super) fn check(&mut self) -> Result<(), String> {
        self.step += 1;
        if !std::mem::take(&mut self.has_changed) {
            return Ok(());
        }
        self.watch
            .check(&self.scene.devices, &self.scene.safes, self.scene.bug)
    }

    /// Nothing goes wrong: everything that is under way arrives, in order.
    pub(super) fn calm(&mut self) -> Result<(), String> {
        for _ in 0..CALM_STEPS {
            self.scene.collect_outgoing();
            if !self.scene.deliver_first() {
                let Some(device) = self.scene.busy_device() else {
                    return self.check();
                };
                self.device_step(device)?;
            }
        }
        Err("it does not come to rest".into())
    }

    /// As above, and time passes, until nothing is waited for or it has long become clear that it will not come.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        for _ in 0..ROUNDS {
            self.calm()?;
            if !self.scene.pass_time_to_next() {
                return Ok(());
            }
        }
        self.calm()
    }

    pub(super) fn device_step(&mut self, device: usize) -> Result<(), String> {
        match self.scene.device_step(device) {
            Some(before) => self.note(device, &before.books()),
            None => Ok(()),
        }
    }

    fn note(&mut self, device: usize, before: &Books) -> Result<(), String> {
        self.has_changed = true;
        let after = self.scene.books(device);
        self.watch.note(before, &after);
        self.marks.extend(marks(before, &after));
        let goes = before
            .values()
            .any(|(id, value)| value.custody == Custody::Held && after.item(id).is_none());
        let is_new = |group: &Group| before.group(group.id).is_none();
        let moves = after
            .groups()
            .any(|group| group.replaces.is_some() && is_new(group));
        if (goes || moves) && self.is_wild() {
            self.look_ahead()?;
        }
        Ok(())
    }

    fn crash_or_start(&mut self, device: usize) {
        if let Some(before) = self.scene.crash_or_start(device) {
            self.has_changed = true;
            let after = self.scene.books(device);
            self.watch.note(&before.books(), &after);
        }
    }

    /// A copy of the browser profile, taken when no value lies in it and no session is open: bytes that are copied are
    /// copied, and no protocol can undo that.
    pub(super) fn copy_profile(&mut self, device: usize) {
        let books = self.scene.books(device);
        let is_bare = books.values().next().is_none()
            && books.flows().all(|(_, flow)| {
                matches!(flow, Flow::Register(_) | Flow::Retire(_) | Flow::Protect(_))
            });
        if is_bare && self.scene.devices.len() < 3 && books.groups().next().is_some() {
            let store = self.scene.devices[device].store.clone();
            let skew = skew(&mut self.scene.dice);
            self.scene.devices.push(Device::new(store, skew));
            self.marks.insert(Mark::Copied);
        }
    }
}
