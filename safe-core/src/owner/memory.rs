//! Owners in memory: for the simulation and for tests.

use super::ledger::{Change, Loaded, Need, OwnerLedger};
use super::state::{Attempt, Owner, Session};
use crate::memory::DoesNotFit;
use alloc::collections::BTreeMap;
use saifu_protocol::owner::LookUpId;
use saifu_protocol::{PublicKey, RequestId, SessionId, UnixTime};

/// The owners of a safe.
#[derive(Clone, Default)]
pub struct MemoryOwners {
    owners: BTreeMap<LookUpId, Owner>,
    attempts: BTreeMap<(PublicKey, RequestId), Attempt>,
    sessions: BTreeMap<SessionId, Session>,
}

impl MemoryOwners {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every name at which somebody guessed or under which something is enrolled: for invariants.
    pub fn owners(&self) -> impl Iterator<Item = &Owner> {
        self.owners.values()
    }

    /// How many attempts and sessions are kept: for invariants.
    pub fn kept(&self) -> (usize, usize) {
        (self.attempts.len(), self.sessions.len())
    }
}

impl OwnerLedger for MemoryOwners {
    type Error = DoesNotFit;

    fn load(&self, need: &Need) -> Result<Loaded, DoesNotFit> {
        let attempt = need.attempt.and_then(|key| self.attempts.get(&key));
        let ended_in = attempt.and_then(|attempt| attempt.session);
        let session = need.session.or(ended_in);
        let session = session.and_then(|id| self.sessions.get(&id));
        let look_up = need
            .look_up
            .or(session.map(|session| session.look_up))
            .or(attempt.map(|attempt| attempt.look_up));
        Ok(Loaded {
            owner: look_up
                .and_then(|look_up| self.owners.get(&look_up))
                .cloned(),
            attempt: attempt.cloned(),
            session: session.cloned(),
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

    fn sweep(&mut self, now: UnixTime) -> Result<(), DoesNotFit> {
        self.owners.retain(|_, owner| !owner.is_forgotten(now));
        self.attempts
            .retain(|_, attempt| !attempt.is_forgotten(now));
        self.sessions.retain(|_, session| !session.is_over(now));
        Ok(())
    }
}

impl MemoryOwners {
    fn change(&mut self, change: &Change) -> Result<(), DoesNotFit> {
        match change {
            Change::PutOwner(owner) => {
                self.owners.insert(owner.look_up, owner.clone());
            }
            Change::CreateAttempt(attempt) => {
                let key = (attempt.account, attempt.request);
                if self.attempts.insert(key, attempt.clone()).is_some() {
                    return Err(DoesNotFit);
                }
            }
            Change::CreateSession { attempt, session } => {
                let key = (session.account, *attempt);
                let attempt = self.attempts.get_mut(&key).ok_or(DoesNotFit)?;
                attempt.session = Some(session.id);
                if self.sessions.insert(session.id, session.clone()).is_some() {
                    return Err(DoesNotFit);
                }
            }
        }
        Ok(())
    }
}
