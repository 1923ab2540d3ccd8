//! What must hold after every step, whatever happened.

use crate::device::Device;
use crate::planted::Bug;
use crate::safe::{Honesty, Safe};
use saifu_protocol::{SessionId, object};
use saifu_safe_core::entry::State;
use saifu_wallet_core::books::{CertificateBody, Custody, Item};
use saifu_wallet_core::flow::Flow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A value, told from all others by its payload.
pub(crate) type Identity = String;

/// An invariant does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which step of the world.
    pub step: usize,
    /// What does not hold.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: {}", self.step, self.what)
    }
}

/// What is remembered from step to step.
#[derive(Default)]
pub(crate) struct Witness {
    /// What the owner has used, discarded or given up.
    pub(crate) gone: BTreeSet<Identity>,
    /// Everything that ever came in.
    pub(crate) known: BTreeSet<Identity>,
    /// Which value an entry is, by its certificate: bytes are purged one day.
    entries: BTreeMap<String, Identity>,
}

/// Where one value is.
#[derive(Default)]
struct Whereabouts {
    usable: usize,
    kept_back: usize,
    releasable: usize,
    arrived: Vec<SessionId>,
    sessions: Vec<SessionId>,
}

/// The certificates in all wallets.
#[derive(Default)]
struct Papers {
    presentable: BTreeSet<String>,
    /// Those whose owner is giving them up: the value goes when the safe has confirmed.
    given_up: BTreeSet<String>,
}

pub(crate) fn identity(object_bytes: &[u8]) -> Option<Identity> {
    let value = object::read_object(object_bytes).ok()?;
    let payload = value.fields().payload.expose_secret();
    std::str::from_utf8(payload).ok().map(str::to_owned)
}

impl Witness {
    /// Checks everything that can be checked at any moment.
    pub(crate) fn check(
        &mut self,
        devices: &[Device],
        safes: &[Safe],
        bug: Option<Bug>,
    ) -> Result<(), String> {
        self.learn(safes);
        let mut all: BTreeMap<Identity, Whereabouts> = BTreeMap::new();
        let mut papers = Papers::default();
        for device in devices {
            look_into(device, bug, &mut all, &mut papers)?;
        }
        for (entry, _) in safes.iter().flat_map(|safe| safe.ledger.entries()) {
            let Some(identity) = self.entries.get(&entry.certificate) else {
                continue;
            };
            let at = all.entry(identity.clone()).or_default();
            let live = matches!(entry.state, State::Registered | State::Withdrawing { .. });
            if live && papers.presentable.contains(&entry.certificate) {
                at.releasable += 1;
            }
            if papers.given_up.contains(&entry.certificate) {
                at.kept_back += 1;
            }
            at.sessions.extend(entry.state.session());
        }
        for identity in &self.known {
            let nowhere = Whereabouts::default();
            let at = all.get(identity).unwrap_or(&nowhere);
            let copies = at.usable + at.releasable;
            if self.gone.contains(identity) {
                if copies > 0 {
                    return Err(format!("{identity} was used and is there again"));
                }
                continue;
            }
            if copies > 1 {
                return Err(format!("{identity} can be used {copies} times"));
            }
            let confirmed = at.arrived.iter().any(|s| at.sessions.contains(s));
            if copies + at.kept_back == 0 && !confirmed {
                return Err(format!(
                    "{identity} is lost: {}",
                    self.tell(identity, devices, safes)
                ));
            }
        }
        check_counters(safes)
    }

    /// Where traces of a value are, for whoever reads a failing seed.
    fn tell(&self, identity: &str, devices: &[Device], safes: &[Safe]) -> String {
        let mut traces = Vec::new();
        for (number, safe) in safes.iter().enumerate() {
            for (entry, _) in safe.ledger.entries() {
                if self
                    .entries
                    .get(&entry.certificate)
                    .is_some_and(|known| known == identity)
                {
                    traces.push(format!("safe {number}: {:?}", entry.state));
                }
            }
        }
        for (number, device) in devices.iter().enumerate() {
            let books = device.store.books();
            for (_, flow) in books.flows() {
                traces.push(format!("device {number}: {:?}", flow.stage()));
            }
            for (_, certificate) in books.certificates() {
                traces.push(format!(
                    "device {number}: certificate {:?}",
                    certificate.standing
                ));
            }
        }
        traces.join("; ")
    }

    /// Notes which value each new entry is.
    fn learn(&mut self, safes: &[Safe]) {
        for (entry, bytes) in safes.iter().flat_map(|safe| safe.ledger.entries()) {
            if !self.entries.contains_key(&entry.certificate)
                && let Some(identity) = bytes.and_then(identity)
            {
                self.entries.insert(entry.certificate.clone(), identity);
            }
        }
    }

    /// The value a certificate stands for.
    pub(crate) fn of_certificate(&self, compact: &str) -> Option<&Identity> {
        self.entries.get(compact)
    }

    /// Checks what must be true when everything has come to rest and everything was recovered.
    pub(crate) fn check_end(&self, devices: &[Device], safes: &[Safe]) -> Result<(), String> {
        for device in devices {
            if let Some((_, flow)) = device.store.books().flows().next() {
                return Err(format!("a flow never ended: {:?}", flow.stage()));
            }
        }
        for safe in safes.iter().filter(|safe| safe.honesty == Honesty::Honest) {
            for (entry, _) in safe.ledger.entries() {
                if matches!(entry.state, State::Registered | State::Withdrawing { .. }) {
                    return Err("an entry nobody can end is left at a safe".into());
                }
            }
        }
        let mut held: BTreeMap<Identity, usize> = BTreeMap::new();
        for device in devices {
            for (id, value) in device.store.books().values() {
                if value.custody == Custody::Held
                    && !value.may_be_used
                    && let Some(identity) = device
                        .store
                        .body(id)
                        .and_then(|body| identity(body.as_bytes()))
                {
                    *held.entry(identity).or_default() += 1;
                }
            }
        }
        for identity in self.known.difference(&self.gone) {
            match held.get(identity) {
                Some(1) => {}
                other => {
                    let times = other.copied().unwrap_or(0);
                    return Err(format!("{identity} came back {times} times"));
                }
            }
        }
        Ok(())
    }
}

fn look_into(
    device: &Device,
    bug: Option<Bug>,
    all: &mut BTreeMap<Identity, Whereabouts>,
    papers: &mut Papers,
) -> Result<(), String> {
    let books = device.store.books();
    if !books.account().balances() {
        return Err(format!(
            "the account does not balance: {:?}",
            books.account()
        ));
    }
    let items = books.values().map(|(id, _)| id);
    for id in items.chain(books.certificates().map(|(id, _)| id)) {
        let Some(body) = device.store.body(id) else {
            return Err("an item has no body".into());
        };
        match books.item(id) {
            Some(Item::Value(value)) => {
                let Some(identity) = identity(body.as_bytes()) else {
                    return Err("a stored value does not read".into());
                };
                let at = all.entry(identity).or_default();
                match (
                    value.custody,
                    books.lock(id).and_then(|flow| books.flow(flow)),
                ) {
                    (Custody::Arrived, Some(Flow::Recover(_)))
                        if bug == Some(Bug::UsableBeforeAck) =>
                    {
                        at.usable += 1;
                    }
                    (Custody::Arrived, Some(Flow::Recover(flow))) => {
                        at.arrived.push(flow.session.id)
                    }
                    (Custody::Arrived, _) => return Err("an arrived value has no flow".into()),
                    // Counted apart: beside the real one there may be as many as its owner wants.
                    (Custody::Held, _) if value.may_be_used => {}
                    (Custody::Held, Some(_)) => at.kept_back += 1,
                    (Custody::Held, None) => at.usable += 1,
                }
            }
            Some(Item::Certificate(_)) => {
                let Some(kept) = CertificateBody::read(body) else {
                    return Err("a stored certificate does not read".into());
                };
                if let Some(Flow::Retire(_)) = books.lock(id).and_then(|flow| books.flow(flow)) {
                    papers.given_up.insert(kept.compact.clone());
                }
                papers.presentable.insert(kept.compact);
            }
            Some(Item::Part(_) | Item::Key(_) | Item::Group(_)) | None => {}
        }
    }
    for (_, flow) in books.flows() {
        if let Flow::Add(add) = flow
            && let Some(identity) = identity(&add.object)
        {
            all.entry(identity).or_default().kept_back += 1;
        }
    }
    Ok(())
}

/// Counters ascend by one and return to 0 after the limit, without a gap and without a repeat.
fn check_counters(safes: &[Safe]) -> Result<(), String> {
    for safe in safes {
        let mut in_order: Vec<_> = safe.ledger.entries().map(|(entry, _)| entry.key).collect();
        in_order.sort_by_key(|key| (key.seq, key.item));
        for pair in in_order.windows(2) {
            if pair[1].counter != pair[0].counter.next(safe.settings.counter_limit) {
                return Err(format!(
                    "counter {} comes after {}",
                    pair[1].counter.get(),
                    pair[0].counter.get()
                ));
            }
        }
    }
    Ok(())
}
