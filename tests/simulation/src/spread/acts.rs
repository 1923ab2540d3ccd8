//! What follows on what in a world: its acts, and what must be true at their ends.

use super::Spread;
use saifu_wallet_core::books::{Books, KeyHere};
use saifu_wallet_core::group::Phase;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::plan::GroupId;
use saifu_wallet_core::plan::key::KeyId;

/// Steps of each act in which everything may go wrong.
const WILD_STEPS: usize = 110;
/// How often everything is asked for until it must be there: a key may have to come before what it opens.
pub(super) const PASSES: usize = 3;

impl Spread {
    /// The owner gets to know the safes and puts in the first values, with nothing going wrong yet.
    pub(super) fn settle_in(&mut self, values: usize) -> Result<(), String> {
        self.scene.start(0);
        for intent in self.scene.introductions() {
            self.scene.want(0, intent);
            self.calm()?;
        }
        for _ in 0..values {
            self.add(0);
            self.calm()?;
        }
        Ok(())
    }

    pub(super) fn go_wild(&mut self) -> Result<(), String> {
        for _ in 0..WILD_STEPS {
            self.wild_step()?;
        }
        Ok(())
    }

    pub(super) fn come_to_rest(&mut self) -> Result<(), String> {
        self.scene.mend_safes();
        for device in 0..self.scene.devices.len() {
            self.scene.start(device);
            let bytes = 1 << 30;
            self.scene.want(device, Intent::SetCapacity { bytes });
        }
        self.settle()?;
        self.call_off_all()
    }

    /// What hangs on a safe that will never do it is called off.
    pub(super) fn call_off_all(&mut self) -> Result<(), String> {
        let is_whole = self.scene.safes.iter().all(|safe| safe.is_honest());
        for device in 0..self.scene.devices.len() {
            for (job, flow) in self.scene.books(device).flows() {
                if is_whole {
                    return Err(format!("a flow hangs on {device}: {flow:?}"));
                }
                self.scene.want(device, Intent::CallOff { job });
            }
        }
        self.settle()
    }

    /// Everything is protected, and then to go to other safes.
    pub(super) fn move_everything(&mut self) -> Result<(), String> {
        self.protect_all(0);
        self.come_to_rest()?;
        for backup in self.groups(0, |group| group.phase == Phase::AtSafes) {
            self.repair(0, backup);
        }
        Ok(())
    }

    /// Everything is protected, the profile is copied, and all devices want everything back at once.
    pub(super) fn race(&mut self) -> Result<(), String> {
        self.protect_all(0);
        self.come_to_rest()?;
        self.copy_profile(0);
        for device in 0..self.scene.devices.len() {
            self.scene.start(device);
            for backup in self.groups(device, |_| true) {
                self.scene.want(device, Intent::RecoverBackup { backup });
            }
        }
        Ok(())
    }

    /// Every device in its turn asks for everything it could get.
    pub(super) fn recover_everything(&mut self) -> Result<(), String> {
        for _ in 0..PASSES {
            for device in 0..self.scene.devices.len() {
                for backup in self.groups(device, |_| true) {
                    let keys_only = self.key_is_wanted(device, backup);
                    self.scene.want(
                        device,
                        match keys_only {
                            true => Intent::RecoverKey { backup },
                            false => Intent::RecoverBackup { backup },
                        },
                    );
                }
                self.settle()?;
            }
        }
        self.watch.check_usable(&self.scene.devices)
    }

    fn key_is_wanted(&self, device: usize, backup: GroupId) -> bool {
        let books = self.scene.books(device);
        let Some(group) = books.group(backup) else {
            return false;
        };
        group.is_key() && !is_here(&books, group.key)
    }

    /// Nothing is left over once what cannot come back here any more, and what stands for keys alone, is discarded.
    pub(super) fn check_end(&mut self) -> Result<(), String> {
        // Twice, for a key outlives what was registered with it as long as anything else needs it.
        for _ in 0..2 {
            for device in 0..self.scene.devices.len() {
                for backup in self.groups(device, |_| true) {
                    self.scene.want(device, Intent::DiscardBackup { backup });
                }
            }
            self.settle()?;
        }
        self.watch.check_usable(&self.scene.devices)?;
        for (number, device) in self.scene.devices.iter().enumerate() {
            let books = device.store.books();
            let left = [
                (books.flows().count(), "flows"),
                (books.groups().count(), "groups"),
                (books.certificates().count(), "certificates"),
                (device.store.bodies_of_parts(), "parts"),
            ];
            if let Some((times, what)) = left.into_iter().find(|(times, _)| *times > 0) {
                return Err(format!("{times} {what} are left on {number}: {books:?}"));
            }
        }
        Ok(())
    }
}

fn is_here(books: &Books, key: Option<KeyId>) -> bool {
    let item = key.and_then(|key| books.key_item(key));
    item.is_some_and(|(_, key)| key.here == KeyHere::Opens)
}
