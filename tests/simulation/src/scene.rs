//! What every world has: devices, safes, a network between them, a clock, and what can happen to each of them.

use crate::device::{Device, Store};
use crate::dice::Dice;
use crate::planted::Bug;
use crate::safe::{IndexMood, Safe};
use saifu_wallet_core::books::{Books, Custody};
use saifu_wallet_core::form::Form;
use saifu_wallet_core::ids::{FlowId, ItemId};
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::port::{Answer, Ask, CommitError, Event};
use std::rc::Rc;
use zeroize::Zeroizing;

/// Wednesday, 2000-03-15, the day of the worked example in WO 01/13293.
pub(crate) const START_MS: u64 = 953_078_400_000;

/// The life of no wallet: its answers are thrown away.
const NOBODYS: u32 = u32::MAX;

/// What is under way on the network.
#[derive(Clone)]
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

/// A scene.
pub(crate) struct Scene {
    pub(crate) dice: Dice,
    pub(crate) bug: Option<Bug>,
    pub(crate) now_ms: u64,
    pub(crate) devices: Vec<Device>,
    pub(crate) safes: Vec<Safe>,
    pub(crate) network: Vec<Packet>,
}

impl Scene {
    pub(crate) fn new(
        dice: Dice,
        bug: Option<Bug>,
        devices: Vec<Device>,
        safes: Vec<Safe>,
    ) -> Self {
        Self {
            dice,
            bug,
            now_ms: START_MS,
            devices,
            safes,
            network: Vec::new(),
        }
    }

    // ---- devices

    pub(crate) fn start(&mut self, device: usize) {
        if self.devices[device].wallet.is_none() {
            self.devices[device].start(self.now_ms, &mut self.dice);
        }
    }

    pub(crate) fn tell(&mut self, device: usize, event: Event) {
        let (now, dice) = (self.now_ms, &mut self.dice);
        self.devices[device].tell(event, now, dice);
    }

    pub(crate) fn want(&mut self, device: usize, intent: Intent) {
        self.tell(device, Event::Intent(intent));
    }

    /// The first device that has something to do by itself.
    pub(crate) fn busy_device(&self) -> Option<usize> {
        self.devices.iter().position(|device| !device.is_quiet())
    }

    /// The transaction under way becomes durable, or the next event is handled. What was stored before, if the store may
    /// have changed.
    pub(crate) fn device_step(&mut self, device: usize) -> Option<Store> {
        if self.devices[device].has_commit() && self.dice.percent(70) {
            return self.finish_commit(device);
        }
        if let Some(event) = self.devices[device].take_event() {
            self.tell(device, event);
            return None;
        }
        self.finish_commit(device)
    }

    fn finish_commit(&mut self, device: usize) -> Option<Store> {
        let at = &mut self.devices[device];
        if !at.has_commit() {
            return None;
        }
        let before = at.store.clone();
        let has_changed = at.finish_commit(self.bug, self.now_ms, &mut self.dice);
        has_changed.then_some(before)
    }

    /// A wallet that runs dies, perhaps just after its transaction has become durable; one that does not is started.
    /// What was stored before, if the store may have changed.
    pub(crate) fn crash_or_start(&mut self, device: usize) -> Option<Store> {
        if self.devices[device].wallet.is_none() {
            self.start(device);
            return None;
        }
        if self.dice.percent(50) && self.bug.is_none() {
            let before = self.devices[device].store.clone();
            self.devices[device].finish_commit_and_crash();
            self.send_kept(device);
            return Some(before);
        }
        self.devices[device].crash();
        self.send_kept(device);
        None
    }

    /// The service worker sends everything that was kept for it, and throws the answers away.
    pub(crate) fn send_kept(&mut self, device: usize) {
        for upload in self.devices[device].store.kept() {
            let ask = Ask {
                ask: 0,
                url: upload.url.clone(),
                headers: upload.headers.clone(),
                body: Some(upload.body.clone()),
            };
            let life = NOBODYS;
            self.network.push(Packet::Request { device, life, ask });
        }
    }

    pub(crate) fn storage_trouble(&mut self, device: usize) {
        let error = [CommitError::Full, CommitError::Failed][self.dice.below(2)];
        self.devices[device].fail_commit(error, self.now_ms, &mut self.dice);
    }

    pub(crate) fn books(&self, device: usize) -> Rc<Books> {
        self.devices[device].store.books()
    }

    /// Usable values that nothing works on, by id.
    pub(crate) fn held(&self, device: usize) -> Vec<ItemId> {
        let books = self.books(device);
        books
            .values()
            .filter(|(id, value)| value.custody == Custody::Held && books.lock(*id).is_none())
            .map(|(id, _)| id)
            .collect()
    }

    pub(crate) fn jobs(&self, device: usize) -> Vec<FlowId> {
        self.books(device).flows().map(|(id, _)| id).collect()
    }

    // ---- the network

    pub(crate) fn collect_outgoing(&mut self) {
        for (device, at) in self.devices.iter_mut().enumerate() {
            let life = at.life;
            for ask in at.outgoing.drain(..) {
                self.network.push(Packet::Request { device, life, ask });
            }
        }
    }

    /// What has been under way longest arrives; false if nothing is.
    pub(crate) fn deliver_first(&mut self) -> bool {
        if self.network.is_empty() {
            return false;
        }
        let packet = self.network.remove(0);
        self.deliver(packet);
        true
    }

    /// Something arrives, perhaps before what was sent earlier.
    pub(crate) fn deliver_any(&mut self) {
        if !self.network.is_empty() {
            let at = self.dice.below(self.network.len());
            let packet = self.network.swap_remove(at);
            self.deliver(packet);
        }
    }

    /// Something is lost, or doubled, or arrives before what was sent earlier.
    pub(crate) fn network_step(&mut self) {
        if self.network.is_empty() {
            return;
        }
        let at = self.dice.below(self.network.len());
        match self.dice.below(10) {
            0 => {
                self.network.swap_remove(at);
            }
            1 => {
                let copy = self.network[at].clone();
                self.deliver(copy);
            }
            _ => self.deliver_any(),
        }
    }

    fn deliver(&mut self, packet: Packet) {
        match packet {
            Packet::Request { device, life, ask } => {
                let answer = self.ask_safe(&ask);
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

    fn ask_safe(&mut self, ask: &Ask) -> Option<Answer> {
        let is_it = |safe: &Safe| ask.url.starts_with(safe.settings.address.as_str());
        let at = self.safes.iter().position(is_it)?;
        let (before, rest) = self.safes.split_at_mut(at);
        let (safe, after) = rest.split_first_mut()?;
        safe.asked += 1;
        #[cfg(test)]
        safe.recorded.iter_mut().for_each(|it| it.push(ask.clone()));
        if safe.is_cut_off {
            return None;
        }
        let others = before.iter_mut().chain(after).collect();
        safe.answer(ask, self.now_ms, self.bug, &mut self.dice, others)
    }

    // ---- safes

    /// What the owner wants one after another to get to know all safes.
    pub(crate) fn introductions(&self) -> Vec<Intent> {
        self.safes.iter().flat_map(Safe::introduction).collect()
    }

    pub(crate) fn safe_step(&mut self) {
        let at = self.dice.below(self.safes.len());
        let mood = [IndexMood::Fresh, IndexMood::Stale, IndexMood::Down][self.dice.below(3)];
        let safe = &mut self.safes[at];
        if self.dice.percent(50) {
            safe.is_up = !safe.is_up;
        } else {
            safe.index_mood = mood;
        }
    }

    pub(crate) fn upkeep_step(&mut self) {
        let at = self.dice.below(self.safes.len());
        self.safes[at].publish(self.now_ms);
        if self.dice.percent(30) {
            self.safes[at].purge(self.now_ms);
        }
    }

    pub(crate) fn mend_safes(&mut self) {
        for safe in &mut self.safes {
            safe.is_up = true;
            safe.index_mood = IndexMood::Fresh;
        }
    }

    // ---- time

    pub(crate) fn pass_time(&mut self) {
        let seconds = [1, 5, 30, 400][self.dice.below(4)];
        self.now_ms += 1_000 * seconds;
        self.ring();
    }

    /// So much time passes.
    #[cfg(test)]
    pub(crate) fn pass(&mut self, ms: u64) {
        self.now_ms += ms;
        self.ring();
    }

    /// Time passes until something is due; false if nothing ever will be.
    pub(crate) fn pass_time_to_next(&mut self) -> bool {
        let timers = self.devices.iter().filter_map(Device::next_timer);
        let Some(next) = timers.min() else {
            return false;
        };
        self.now_ms = self.now_ms.max(next);
        self.ring();
        true
    }

    pub(crate) fn ring(&mut self) {
        for device in &mut self.devices {
            device.ring(self.now_ms);
        }
    }
}

/// How far the clock of a new device is from the true time: most are right, some are hours or days off.
pub(crate) fn skew(dice: &mut Dice) -> i64 {
    [0, 0, 0, -7_200_000, 86_400_000][dice.below(5)]
}

/// What the owner fills in for a value, told from all others by its name and its payload.
pub(crate) fn ticket(number: usize) -> Form {
    Form {
        name: format!("Ticket {number}"),
        unit_price: "1600".into(),
        payload: Zeroizing::new(format!("bearer-{number}")),
        ..Form::default()
    }
}

/// Likewise one that is money.
#[cfg(test)]
pub(crate) fn gift_card(number: usize) -> Form {
    Form {
        class: "gift-card".into(),
        remaining: "1000".into(),
        ..ticket(number)
    }
}
