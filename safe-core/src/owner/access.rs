//! What a session opens: the registrations of the owner's accounts, without certificate and without holder's key.
//!
//! A set of accounts is what is registered together with the owner's authentication: whatever an account registers, before or
//! after, is the owner's as soon as the account is. So nothing is said at registration, entries stay as they are, and a
//! wallet that keeps something apart from the secret registers it under another account.
//!
//! It ends in a [`Claim`] as a presentation does, and [`crate::decide`] goes on from there. So a session is one more way to
//! be an entry's holder, and nearly everything that holds of holders holds of it: one session of recovery at a time, receipts,
//! no second release. It and an order ([`crate::order`]) alone may take an entry over from another session
//! ([`crate::entry::Entry::take_over`]).

use super::decide::session_of;
use super::ledger::Loaded;
use crate::command::{Asker, Claim, Wanted, Whole};
use crate::entry::EntryKey;
use crate::ledger::LoadedEntry;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use saifu_protocol::PublicKey;
use saifu_protocol::message::Presented;
use saifu_protocol::owner::{Act, InSession};
use saifu_protocol::presentation::NO_SESSION;
use saifu_protocol::{SessionId, UnixTime};

/// The way in of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    asker: PublicKey,
    accounts: Vec<PublicKey>,
}

/// The access of a session that was named and proved for `act`; `None` where there is no such session.
pub fn open(
    loaded: &Loaded,
    asker: &Asker,
    within: &InSession,
    act: Act,
    now: UnixTime,
) -> Option<Access> {
    let inside = session_of(loaded, asker, within, act, now)?;
    let enrolled = inside.owner.enrolled.as_ref()?;
    Some(Access {
        asker: asker.account,
        accounts: enrolled.accounts.clone(),
    })
}

impl Access {
    /// The accounts whose certificates may be listed, each as if it had asked itself.
    pub fn accounts(&self) -> &[PublicKey] {
        &self.accounts
    }

    /// A claim to what is presented: that of its entry's holder, where the entry is one of the owner's. `entries` is the group
    /// of the certificate's counter. A certificate of somebody else finds nothing, as one does that there is not.
    pub fn claim(
        &self,
        entries: &BTreeMap<EntryKey, LoadedEntry>,
        presented: &Presented,
        session: SessionId,
    ) -> Claim {
        let wanted = Wanted::read(presented);
        let found = wanted.as_ref().and_then(|wanted| {
            let mut entries = entries.values().map(|loaded| &loaded.entry);
            entries.find(|entry| match &wanted.whole {
                Whole::Compact(compact) => {
                    entry.certificate == *compact && self.accounts.contains(&entry.account)
                }
                // Whoever lists has the whole certificate.
                Whole::Digest(_) => false,
            })
        });
        Claim {
            account: self.asker,
            proved: found.map(|entry| entry.holder),
            session: (session != NO_SESSION).then_some(session),
            wanted,
        }
    }
}
