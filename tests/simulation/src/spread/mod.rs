//! A world for what plans spread over several safes: the real wallet, any number of real safes with an operator each, and a
//! network that may be calm or not.

use crate::device::{Device, Store};
use crate::dice::Dice;
use crate::safe::{Honesty, Safe};
use saifu_protocol::SafeId;
use saifu_wallet_core::books::{Books, Custody};
use saifu_wallet_core::form::Form;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::plan::{GroupId, Plan};
use saifu_wallet_core::port::{Answer, Ask, Event};
use zeroize::Zeroizing;

/// Wednesday, 2000-03-15.
const START_MS: u64 = 953_078_400_000;
/// Rounds in which everything must come to rest.
const ROUNDS: usize = 60;

/// What is under way on the network.
pub(crate) enum Packet {
    Request {
        device: usize,
        life: u32,
        ask: Ask,
    },
    Reply {
        device: usize,
        life: u32,
        ask: u64,
        answer: Option<Answer>,
    },
}

/// A stage: one owner's devices and some safes.
pub(crate) struct Stage {
    pub(crate) dice: Dice,
    pub(crate) now_ms: u64,
    pub(crate) devices: Vec<Device>,
    pub(crate) safes: Vec<Safe>,
    pub(crate) network: Vec<Packet>,
}

impl Stage {
    /// One device that trusts so many honest safes of different operators.
    pub(crate) fn new(seed: u64, safes: usize) -> Self {
        let mut dice = Dice::new(seed);
        let safes = (0..safes)
            .map(|number| {
                let mut safe = Safe::new(number, Honesty::Honest, &mut dice);
                safe.settings.operator = format!("Operator {number}");
                safe
            })
            .collect();
        let mut stage = Self {
            devices: vec![Device::new(Store::default(), 0)],
            dice,
            now_ms: START_MS,
            safes,
            network: Vec::new(),
        };
        stage.devices[0].start(stage.now_ms, &mut stage.dice);
        for number in 0..stage.safes.len() {
            let address = stage.safes[number].settings.address.as_str().to_owned();
            stage.want(0, Intent::MeetSafe { address });
            stage.calm();
            let safe = stage.safes[number].id();
            stage.want(0, Intent::TrustSafe { safe });
            stage.calm();
        }
        stage
    }

    pub(crate) fn want(&mut self, device: usize, intent: Intent) {
        let (now, dice) = (self.now_ms, &mut self.dice);
        self.devices[device].tell(Event::Intent(intent), now, dice);
    }

    pub(crate) fn add(&mut self, name: &str) -> ItemId {
        let before: Vec<ItemId> = self.held(0);
        let form = Form {
            name: name.into(),
            unit_price: "1600".into(),
            payload: Zeroizing::new(format!("bearer-{name}")),
            ..Form::default()
        };
        self.want(0, Intent::Add { form });
        self.calm();
        let mut held = self.held(0).into_iter();
        held.find(|id| !before.contains(id)).expect("it was added")
    }

    pub(crate) fn ids(&self) -> Vec<SafeId> {
        self.safes.iter().map(Safe::id).collect()
    }

    pub(crate) fn protect(&mut self, values: Vec<ItemId>, plan: Plan) {
        let safes = self.ids();
        let key = None;
        self.want(
            0,
            Intent::Protect {
                values,
                plan,
                safes,
                key,
            },
        );
    }

    pub(crate) fn recover(&mut self, device: usize) {
        for backup in self.groups(device) {
            self.want(device, Intent::RecoverBackup { backup });
        }
    }

    pub(crate) fn books(&self, device: usize) -> Books {
        self.devices[device].store.books()
    }

    pub(crate) fn groups(&self, device: usize) -> Vec<GroupId> {
        self.books(device).groups().map(|group| group.id).collect()
    }

    /// Usable values, by id.
    pub(crate) fn held(&self, device: usize) -> Vec<ItemId> {
        let books = self.books(device);
        let held = |(id, custody): (ItemId, Custody)| {
            (custody == Custody::Held && books.lock(id).is_none()).then_some(id)
        };
        books
            .values()
            .filter_map(|(id, value)| held((id, value.custody)))
            .collect()
    }

    /// Their bytes.
    pub(crate) fn held_bytes(&self, device: usize) -> Vec<Vec<u8>> {
        let ids = self.held(device);
        let body = |id: &ItemId| self.devices[device].store.body(*id);
        ids.iter()
            .filter_map(body)
            .map(|body| body.as_bytes().to_vec())
            .collect()
    }

    pub(crate) fn bytes(&self, device: usize, id: ItemId) -> Vec<u8> {
        let body = self.devices[device].store.body(id);
        body.map(|body| body.as_bytes().to_vec())
            .unwrap_or_default()
    }

    /// A copy of the browser's profile.
    pub(crate) fn copy_profile(&mut self, device: usize) -> usize {
        let store = self.devices[device].store.clone();
        let mut copy = Device::new(store, 0);
        copy.start(self.now_ms, &mut self.dice);
        self.devices.push(copy);
        self.devices.len() - 1
    }

    /// Everything that is under way arrives, in order, until only time is waited for.
    pub(crate) fn calm(&mut self) {
        loop {
            self.collect();
            if !self.network.is_empty() {
                let packet = self.network.remove(0);
                self.deliver(packet);
            } else if let Some(device) = self.devices.iter().position(|d| !d.is_resting()) {
                self.step(device);
            } else {
                return;
            }
        }
    }

    /// As [`Stage::calm`], and time passes, until nothing is waited for or it has long become clear that it will not come.
    pub(crate) fn settle(&mut self) {
        for _ in 0..ROUNDS {
            self.calm();
            let timers = self.devices.iter().filter_map(Device::next_timer);
            let Some(next) = timers.min() else {
                return;
            };
            self.now_ms = self.now_ms.max(next);
            for device in &mut self.devices {
                device.ring(self.now_ms);
            }
        }
        self.calm();
    }

    pub(crate) fn step(&mut self, device: usize) {
        if let Some(event) = self.devices[device].take_event() {
            self.devices[device].tell(event, self.now_ms, &mut self.dice);
        } else if self.devices[device].has_commit() {
            let (now, dice) = (self.now_ms, &mut self.dice);
            self.devices[device].finish_commit(None, now, dice);
        }
    }

    pub(crate) fn collect(&mut self) {
        for (device, at) in self.devices.iter_mut().enumerate() {
            let life = at.life;
            let asks = at.outgoing.drain(..);
            self.network
                .extend(asks.map(|ask| Packet::Request { device, life, ask }));
        }
    }

    pub(crate) fn deliver(&mut self, packet: Packet) {
        match packet {
            Packet::Request { device, life, ask } => {
                let mut safes = self.safes.iter_mut();
                let safe = safes.find(|safe| ask.url.starts_with(safe.settings.address.as_str()));
                let answer =
                    safe.and_then(|safe| safe.answer(&ask, self.now_ms, None, &mut self.dice));
                let ask = ask.ask;
                self.network.push(Packet::Reply {
                    device,
                    life,
                    ask,
                    answer,
                });
            }
            Packet::Reply {
                device,
                life,
                ask,
                answer,
            } => {
                let at = &mut self.devices[device];
                if at.life == life {
                    at.tell(Event::Answered { ask, answer }, self.now_ms, &mut self.dice);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_wallet_core::plan::preset::Preset;

    /// The account of a device, and what is left in its index beside values and keys.
    fn is_clean(stage: &Stage, device: usize) -> bool {
        let books = stage.books(device);
        books.account().balances()
            && books.groups().next().is_none()
            && books.certificates().next().is_none()
            && books.flows().next().is_none()
    }

    #[test]
    fn every_preset_goes_out_and_comes_back_byte_for_byte() {
        for preset in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
            let mut stage = Stage::new(7, 4);
            let (first, second) = (stage.add("one"), stage.add("two"));
            let mut before = vec![stage.bytes(0, first), stage.bytes(0, second)];
            stage.protect(vec![first, second], preset.plan());
            stage.settle();
            let books = stage.books(0);
            assert!(
                stage.held(0).is_empty(),
                "{preset:?}: {:?}",
                stage.devices[0].told
            );
            assert_eq!(books.account().at_safes, 2, "{preset:?}");
            assert!(books.account().balances(), "{preset:?}");
            stage.recover(0);
            stage.settle();
            let mut after = stage.held_bytes(0);
            before.sort();
            after.sort();
            assert_eq!(after, before, "{preset:?}: {:?}", stage.devices[0].told);
            assert!(is_clean(&stage, 0), "{preset:?}: {:?}", stage.books(0));
        }
    }
}
