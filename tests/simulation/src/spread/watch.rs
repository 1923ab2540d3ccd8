//! What must hold after every step for what plans spread.

use super::plans;
use crate::device::Device;
use crate::planted::Bug;
use crate::safe::Safe;
use saifu_protocol::certificate::{ObjectClass, read_claims_unverified};
use saifu_protocol::{CertificateDigest, SafeId, SessionId, object};
use saifu_safe_core::entry::State;
use saifu_wallet_core::books::{Books, CertificateBody, Custody, KeyHere};
use saifu_wallet_core::flow::Flow;
use saifu_wallet_core::group::{Group, Phase};
use saifu_wallet_core::plan::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Bytes that two safes must not have in common.
const WINDOW: usize = 16;

/// What has become of a value, told from all others by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its owner wants it back.
    Wanted,
    /// It was used, or thrown away while it was here: it must not come back.
    Over,
    /// It was given up while it lay at safes: another device may have got it before.
    GivenUp,
}

/// What is remembered from step to step.
#[derive(Default)]
pub(crate) struct Watch {
    pub(crate) fates: BTreeMap<String, Fate>,
    /// More safes cheat than the plan promises to bear: only what does come back twice counts.
    pub(crate) is_doomed: bool,
    /// Another device may find what is just being registered: a value that waits for that counts as not usable.
    pub(crate) is_shared: bool,
    /// Which safe had which bytes first.
    windows: BTreeMap<[u8; WINDOW], usize>,
    /// Certificates whose bytes were looked at.
    looked_at: BTreeSet<(usize, String)>,
}

impl Watch {
    /// The same memory, but for what safes have had.
    pub(crate) fn fork(&self) -> Self {
        Self {
            fates: self.fates.clone(),
            is_shared: self.is_shared,
            ..Self::default()
        }
    }

    /// Says of each value that went whose doing it was.
    pub(crate) fn note(&mut self, old: &Books, new: &Books) {
        let (before, after) = (old.ledger(), new.ledger());
        if after.came_in > before.came_in {
            let waiting = new.flows().filter_map(|(_, flow)| waiting(flow));
            let names: Vec<String> = new.values().map(|(_, value)| value.name.clone()).collect();
            for name in names.into_iter().chain(waiting) {
                self.fates.entry(name).or_insert(Fate::Wanted);
            }
        }
        // What a login found does not count as having come in, and its being given up as nothing that went.
        for group in old.groups().filter(|group| group.handed) {
            let came_home = |name: &str| new.values().any(|(_, value)| value.name == name);
            let leaves = new
                .group(group.id)
                .is_none_or(|it| it.phase == Phase::Leaving);
            if leaves && group.phase == Phase::AtSafes {
                for value in group.values.iter().filter(|value| !came_home(&value.name)) {
                    self.fates.insert(value.name.clone(), Fate::GivenUp);
                }
            }
        }
        let is_over = after.used > before.used || after.discarded > before.discarded;
        if !is_over {
            return;
        }
        for (id, value) in old.values() {
            if value.custody == Custody::Held && new.item(id).is_none() {
                self.fates.insert(value.name.clone(), Fate::Over);
            }
        }
        for (_, flow) in old.flows().filter(|(id, _)| new.flow(*id).is_none()) {
            if let Some(name) = waiting(flow) {
                self.fates.insert(name, Fate::Over);
            }
        }
        for group in old.groups().filter(|group| group.phase == Phase::AtSafes) {
            let stays = new.group(group.id);
            if stays.is_none_or(|group| group.phase == Phase::Leaving || group.is_key()) {
                for value in &group.values {
                    self.fates.insert(value.name.clone(), Fate::GivenUp);
                }
            }
        }
    }

    /// Checks everything that can be checked at any moment.
    pub(crate) fn check(
        &mut self,
        devices: &[Device],
        safes: &[Safe],
        bug: Option<Bug>,
    ) -> Result<(), String> {
        self.check_overlap(safes)?;
        let books: Vec<Rc<Books>> = devices.iter().map(|device| device.store.books()).collect();
        let mut held: BTreeMap<String, usize> = BTreeMap::new();
        for (device, books) in books.iter().enumerate() {
            if !books.account().balances() {
                let account = books.account();
                return Err(format!("device {device} does not balance: {account:?}"));
            }
            for (id, value) in books.values() {
                let is_held = value.custody == Custody::Held;
                let waits = self.is_shared && books.lock(id).is_some();
                let is_usable = is_held && !waits || bug == Some(Bug::UsableBeforeQuorum);
                if is_usable && let Some(other) = held.insert(value.name.clone(), device) {
                    return Err(format!(
                        "{} is usable on devices {other} and {device}",
                        value.name
                    ));
                }
                if devices[device].store.body(id).is_none() {
                    return Err(format!("{} has no body", value.name));
                }
            }
        }
        for (device, books) in devices.iter().zip(&books) {
            let mut keys = books.keys().filter(|(_, key)| key.here == KeyHere::Opens);
            if let Some((_, key)) = keys.find(|(id, _)| device.store.body(*id).is_none()) {
                return Err(format!(
                    "the key {:?} is named as here, and is not",
                    key.key
                ));
            }
        }
        for name in held.keys() {
            if self.fates.get(name) == Some(&Fate::Over) {
                return Err(format!("{name} was used and is there again"));
            }
        }
        let states = states(safes);
        for (device, books) in books.iter().enumerate() {
            for group in books.groups() {
                for value in &group.values {
                    let Some(holder) = held.get(&value.name) else {
                        continue;
                    };
                    let is_settled = !matches!(group.phase, Phase::AtSafes | Phase::Elsewhere);
                    if *holder == device && !is_settled {
                        let name = &value.name;
                        return Err(format!(
                            "{name} is usable on {device} and at the safes: {}",
                            tell(name, devices)
                        ));
                    }
                    let votes = votes(group, books, &devices[device], &states);
                    let is_enough = votes >= usize::from(group.plan.quorum);
                    if *holder != device && !is_settled && is_enough && !self.is_doomed {
                        return Err(format!(
                            "{} is usable on {holder} and could be confirmed on {device} by {votes}",
                            value.name
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    /// What two safes hold has nothing in common.
    fn check_overlap(&mut self, safes: &[Safe]) -> Result<(), String> {
        for (number, safe) in safes.iter().enumerate() {
            for (entry, bytes) in safe.ledger.entries() {
                let known = (number, entry.certificate.clone());
                if !self.looked_at.insert(known) {
                    continue;
                }
                let claims = read_claims_unverified(&entry.certificate);
                let digest = claims.ok().map(|claims| claims.digest);
                let sealed = match &digest {
                    Some(CertificateDigest::Sealed(sealed)) => sealed.as_bytes(),
                    _ => &[],
                };
                for window in sealed
                    .windows(WINDOW)
                    .chain(bytes.unwrap_or_default().windows(WINDOW))
                {
                    let window = window.try_into().expect("windows have this length");
                    let first = *self.windows.entry(window).or_insert(number);
                    if first != number {
                        return Err(format!("safes {first} and {number} have bytes in common"));
                    }
                }
            }
        }
        Ok(())
    }

    /// Checks that every value that is wanted is usable exactly once, and what was used is not.
    pub(crate) fn check_usable(&self, devices: &[Device]) -> Result<(), String> {
        let mut usable: BTreeMap<String, usize> = BTreeMap::new();
        for device in devices {
            let books = device.store.books();
            for (id, value) in books.values() {
                if value.custody == Custody::Held && books.lock(id).is_none() {
                    *usable.entry(value.name.clone()).or_default() += 1;
                }
            }
        }
        for (name, fate) in &self.fates {
            let times = usable.get(name).copied().unwrap_or(0);
            let is_right = match fate {
                Fate::Wanted => times == 1,
                Fate::Over => times == 0,
                Fate::GivenUp => times <= 1,
            };
            if !is_right {
                return Err(format!(
                    "{name} ({fate:?}) is usable {times} times: {}",
                    tell(name, devices)
                ));
            }
        }
        Ok(())
    }
}

/// The name of a value that waits for room.
fn waiting(flow: &Flow) -> Option<String> {
    let Flow::Add(add) = flow else {
        return None;
    };
    let value = object::read_object(&add.object).ok()?;
    Some(value.fields().name.clone())
}

/// The state of each entry, by safe and certificate.
fn states(safes: &[Safe]) -> BTreeMap<(SafeId, &str), State> {
    let mut states = BTreeMap::new();
    for safe in safes {
        for (entry, _) in safe.ledger.entries() {
            states.insert((safe.id(), entry.certificate.as_str()), entry.state);
        }
    }
    states
}

/// How many safes have confirmed this device, or still could.
fn votes(
    group: &Group,
    books: &Books,
    device: &Device,
    states: &BTreeMap<(SafeId, &str), State>,
) -> usize {
    let own: Vec<SessionId> = books
        .flows()
        .filter_map(|(_, flow)| match flow {
            Flow::Recover(recover) => Some(recover.session.id),
            _ => None,
        })
        .collect();
    let may_vote = |slot, safe: SafeId| {
        let Some((is_data, index)) = plans::vote(&group.plan, slot) else {
            return false;
        };
        let of_vote = books.certificates().find(|(_, certificate)| {
            certificate.part.is_some_and(|part| {
                let is_share = part.class == ObjectClass::Share;
                let is_key = !part.class.is_released_once();
                part.group == group.id && part.index == index && !is_key && is_share != is_data
            })
        });
        let kept = of_vote
            .and_then(|(id, _)| device.store.body(id))
            .and_then(CertificateBody::read);
        let state = kept.and_then(|kept| states.get(&(safe, kept.compact.as_str())).copied());
        match state {
            Some(State::Registered | State::Withdrawing { .. }) => true,
            Some(State::Withdrawn { session }) => own.contains(&session),
            Some(State::Retired) | None => false,
        }
    };
    let seats = group.seats.iter();
    seats
        .filter(|seat| group.confirmed.contains(&seat.safe) || may_vote(seat.slot, seat.safe))
        .count()
}

/// Where traces of a value are, for whoever reads a failing seed.
pub(super) fn tell(name: &str, devices: &[Device]) -> String {
    let mut traces = Vec::new();
    for (number, device) in devices.iter().enumerate() {
        let books = device.store.books();
        for (id, value) in books.values().filter(|(_, value)| value.name == name) {
            let lock = books.lock(id).and_then(|flow| books.flow(flow));
            let custody = value.custody;
            traces.push(format!("{number}: value {custody:?}, lock {lock:?}"));
        }
        for group in books.groups() {
            if !group.values.iter().any(|value| value.name == name) {
                continue;
            }
            traces.push(format!(
                "{number}: group {:?}, confirmed {}, plan {:?}",
                group.phase,
                group.confirmed.len(),
                group.plan
            ));
            for (id, certificate) in books.certificates() {
                if let Some(part) = certificate.part.filter(|part| part.group == group.id) {
                    let safe = group
                        .seats
                        .iter()
                        .find(|seat| seat.safe == certificate.safe);
                    traces.push(format!(
                        "certificate {:?} {} at {:?}: {:?}, lock {:?}",
                        part.class,
                        part.index,
                        safe.map(|seat| Place::At(seat.slot)),
                        certificate.standing,
                        books.lock(id).and_then(|flow| books.flow(flow))
                    ));
                }
            }
            if let Some(key) = group.key {
                traces.push(format!("key {:?}", books.key_item(key)));
            }
        }
        for (_, flow) in books.flows() {
            if let Flow::Protect(_) | Flow::Reunite(_) = flow {
                traces.push(format!("{number}: {flow:?}"));
            }
        }
        traces.push(format!("told {:?}", device.told.last()));
    }
    traces.join("; ")
}
