//! Owners in memory: for the simulation and for tests.

use super::device::{Device, Greeting, Stage};
use super::ledger::{Change, Loaded, Need, OwnerLedger};
use super::state::{Attempt, Enrolment, OpenedBy, Owner, Session};
use crate::memory::DoesNotFit;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use saifu_protocol::limits::MAX_OWNER_HISTORY;
use saifu_protocol::owner::{DeviceId, Frozen, Happened, LookUpId};
use saifu_protocol::{PublicKey, RequestId, SessionId, UnixTime};

/// The owners of a safe.
#[derive(Clone, Default)]
pub struct MemoryOwners {
    owners: BTreeMap<LookUpId, Row<Owner>>,
    attempts: BTreeMap<(PublicKey, RequestId), Row<Attempt>>,
    greetings: BTreeMap<(PublicKey, RequestId), Row<Greeting>>,
    sessions: BTreeMap<SessionId, Session>,
    devices: BTreeMap<DeviceId, Device>,
    history: BTreeMap<LookUpId, VecDeque<Happened>>,
    rows: u64,
}

/// Something, and as which it came.
#[derive(Clone)]
struct Row<T> {
    number: u64,
    of: T,
}

impl MemoryOwners {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every name at which somebody guessed or under which something is enrolled: for invariants.
    pub fn owners(&self) -> impl Iterator<Item = &Owner> {
        self.owners.values().map(|row| &row.of)
    }

    /// How many attempts, those of devices among them, and sessions are kept: for invariants.
    pub fn kept(&self) -> (usize, usize) {
        let attempts = self.attempts.len() + self.greetings.len();
        (attempts, self.sessions.len())
    }
}

impl OwnerLedger for MemoryOwners {
    type Error = DoesNotFit;

    fn load(&self, need: &Need) -> Result<Loaded, DoesNotFit> {
        let attempt = need.attempt.and_then(|key| self.attempts.get(&key));
        let attempt = attempt.map(|row| &row.of);
        let greeting = need.greeting.and_then(|key| self.greetings.get(&key));
        let greeting = greeting.map(|row| &row.of);
        let ended_in = attempt.and_then(|attempt| attempt.session);
        let of_greeting = greeting.and_then(|greeting| match greeting.stage {
            Stage::Open { .. } => None,
            Stage::Ended { session, .. } => Some(session),
        });
        let session = need.session.or(ended_in).or(of_greeting);
        let session = session.and_then(|id| self.sessions.get(&id));
        let opener = session.and_then(|session| match session.opened_by {
            OpenedBy::Secret(_) => None,
            OpenedBy::Device(id) => Some(id),
        });
        let named = need.device.and_then(|id| self.devices.get(&id));
        let look_up = need
            .look_up
            .or(session.map(|session| session.look_up))
            .or(attempt.map(|attempt| attempt.look_up))
            .or(named.map(|device| device.look_up));
        let is_wanted = |device: &Device| {
            let is_named = Some(device.id) == need.device || Some(device.id) == opener;
            is_named || need.ways && Some(device.look_up) == look_up
        };
        let history = look_up.filter(|_| need.ways);
        let history = history.and_then(|look_up| self.history.get(&look_up));
        let thaws = |session: &&Session| {
            let is_own = Some(session.look_up) == look_up && Some(session.account) == need.thawing;
            is_own && session.thaws.is_some()
        };
        Ok(Loaded {
            owner: look_up
                .and_then(|look_up| self.owners.get(&look_up))
                .map(|row| row.of.clone()),
            attempt: attempt.cloned(),
            greeting: greeting.cloned(),
            session: session.cloned(),
            devices: self
                .devices
                .values()
                .filter(|device| is_wanted(device))
                .map(|device| (device.id, device.clone()))
                .collect(),
            history: history.into_iter().flatten().cloned().collect(),
            thawing: self.sessions.values().filter(thaws).cloned().collect(),
        })
    }

    fn apply(&mut self, changes: &[Change]) -> Result<(), DoesNotFit> {
        let mut next = self.clone();
        for change in changes {
            next.change(change)?;
        }
        *self = next;
        Ok(())
    }

    fn frozen(&self, account: &PublicKey) -> Result<Option<Frozen>, DoesNotFit> {
        let enrolled = self.owners().filter_map(|owner| owner.enrolled.as_ref());
        let is_of = |enrolled: &&Enrolment| enrolled.accounts.contains(account);
        let frozen = enrolled
            .filter(is_of)
            .filter_map(|enrolled| enrolled.frozen);
        Ok(frozen.min_by_key(|frozen| frozen.since))
    }

    fn sweep(&mut self, now: UnixTime) -> Result<(), DoesNotFit> {
        self.owners.retain(|_, row| !row.of.is_forgotten(now));
        self.attempts.retain(|_, row| !row.of.is_forgotten(now));
        self.greetings.retain(|_, row| !row.of.is_forgotten(now));
        self.sessions.retain(|_, session| !session.is_over(now));
        Ok(())
    }

    fn next_sweep(&self) -> Result<Option<UnixTime>, DoesNotFit> {
        let names = self.owners.values();
        let names = names.filter_map(|row| row.of.forgotten_at());
        let attempts = self.attempts.values().map(|row| row.of.forgotten_at());
        let greetings = self.greetings.values().map(|row| row.of.forgotten_at());
        let sessions = self.sessions.values().map(Session::over_at);
        let logins = attempts.chain(greetings);
        Ok(names.chain(logins).chain(sessions).min())
    }
}

impl MemoryOwners {
    fn change(&mut self, change: &Change) -> Result<(), DoesNotFit> {
        match change {
            Change::PutOwner(owner) => {
                let number = self.next_number();
                let row = self.owners.entry(owner.look_up).or_insert(Row {
                    number,
                    of: owner.clone(),
                });
                row.of = owner.clone();
            }
            Change::CreateAttempt(attempt) => {
                let key = (attempt.account, attempt.request);
                let row = Row {
                    number: self.next_number(),
                    of: attempt.clone(),
                };
                if self.attempts.insert(key, row).is_some() {
                    return Err(DoesNotFit);
                }
            }
            Change::CreateSession { attempt, session } => {
                let key = (session.account, *attempt);
                let attempt = self.attempts.get_mut(&key).ok_or(DoesNotFit)?;
                attempt.of.session = Some(session.id);
                self.create_session(session)?;
            }
            Change::PutDevice(device) => {
                self.devices.insert(device.id, device.clone());
            }
            Change::RemoveDevice(id) => {
                self.devices.remove(id);
            }
            Change::CreateGreeting(greeting) => {
                let key = (greeting.account, greeting.request);
                let row = Row {
                    number: self.next_number(),
                    of: greeting.clone(),
                };
                if self.greetings.insert(key, row).is_some() {
                    return Err(DoesNotFit);
                }
            }
            Change::EndGreeting {
                greeting,
                proof,
                session,
            } => {
                let key = (session.account, *greeting);
                let greeting = self.greetings.get_mut(&key).ok_or(DoesNotFit)?;
                greeting.of.stage = Stage::Ended {
                    session: session.id,
                    proof: *proof,
                };
                self.create_session(session)?;
            }
            Change::Thaws(id, at) => {
                let session = self.sessions.get_mut(id).ok_or(DoesNotFit)?;
                session.thaws = Some(*at);
            }
            Change::Happened { look_up, happened } => {
                let history = self.history.entry(*look_up).or_default();
                history.push_front(happened.clone());
                history.truncate(MAX_OWNER_HISTORY);
            }
            Change::Keep {
                attempts,
                greetings,
                names,
            } => {
                let first = first_kept(&self.attempts, |_| true, *attempts);
                self.attempts.retain(|_, row| row.number >= first);
                let first = first_kept(&self.greetings, |_| true, *greetings);
                self.greetings.retain(|_, row| row.number >= first);
                let is_name_only = |owner: &Owner| owner.enrolled.is_none();
                let first = first_kept(&self.owners, is_name_only, *names);
                self.owners
                    .retain(|_, row| !is_name_only(&row.of) || row.number >= first);
            }
        }
        Ok(())
    }

    fn create_session(&mut self, session: &Session) -> Result<(), DoesNotFit> {
        match self.sessions.insert(session.id, session.clone()) {
            None => Ok(()),
            Some(_) => Err(DoesNotFit),
        }
    }

    fn next_number(&mut self) -> u64 {
        self.rows += 1;
        self.rows
    }
}

/// The number from which on the last `most` rows of some kind are.
fn first_kept<K, T>(rows: &BTreeMap<K, Row<T>>, of_kind: impl Fn(&T) -> bool, most: usize) -> u64 {
    let rows = rows.values().filter(|row| of_kind(&row.of));
    let mut numbers: Vec<u64> = rows.map(|row| row.number).collect();
    numbers.sort_unstable();
    let above = numbers.len().saturating_sub(most);
    match numbers.get(above) {
        Some(first) => *first,
        None => u64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_owners_keep_the_contract() {
        let report = crate::contract::owners::run(|| Ok(MemoryOwners::new()));
        assert!(
            report.iter().all(|case| case.failure.is_none()),
            "{report:?}"
        );
        assert!(report.len() >= 10);
    }
}
