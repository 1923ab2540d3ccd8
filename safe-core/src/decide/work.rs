//! The working copy of what was loaded: items of one request see what the items before them did.

use super::AuditEvent;
use crate::entry::{Batch, Entry, EntryKey};
use crate::hold::Hold;
use crate::ledger::{Change, Loaded, LoadedEntry};
use crate::push::Subscription;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use saifu_protocol::PublicKey;
use saifu_protocol::hold::Asked;
use saifu_protocol::owner::Note;
use saifu_protocol::push::Endpoint;

/// What the next holder's owner leaves with an entry.
pub(super) struct Left {
    pub(super) note: Option<Note>,
    pub(super) hold: Hold,
    pub(super) orders: Option<PublicKey>,
}

pub(super) struct Work {
    pub(super) loaded: Loaded,
    created: Vec<Change>,
    touched: BTreeSet<EntryKey>,
    rotated: BTreeMap<EntryKey, Left>,
    held: BTreeSet<EntryKey>,
    asked: Vec<(PublicKey, Asked)>,
    events: Vec<AuditEvent>,
}

impl Work {
    pub(super) fn new(loaded: Loaded) -> Self {
        Self {
            loaded,
            created: Vec::new(),
            touched: BTreeSet::new(),
            rotated: BTreeMap::new(),
            held: BTreeSet::new(),
            asked: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Changes an entry and notes that it was changed, if it was.
    pub(super) fn change<T>(
        &mut self,
        key: EntryKey,
        act: impl FnOnce(&mut LoadedEntry) -> T,
    ) -> Option<T> {
        let loaded = self.loaded.entries.get_mut(&key)?;
        let before = loaded.entry.clone();
        let result = act(loaded);
        if loaded.entry != before {
            self.touched.insert(key);
        }
        Some(result)
    }

    /// Takes over an entry that has another holder, and what that one leaves with it.
    pub(super) fn rotate(&mut self, entry: Entry, left: Left) {
        if let Some(loaded) = self.loaded.entries.get_mut(&entry.key) {
            loaded.entry = entry;
            loaded.entry.note = left.note.as_ref().map(Note::fingerprint);
            loaded.entry.hold = left.hold;
            self.rotated.insert(loaded.entry.key, left);
        }
    }

    /// Others wait so long for an entry.
    pub(super) fn hold(&mut self, key: EntryKey, hold: Hold) {
        if let Some(loaded) = self.loaded.entries.get_mut(&key)
            && loaded.entry.hold != hold
        {
            loaded.entry.hold = hold;
            self.held.insert(key);
        }
    }

    /// What is known of somebody who wants what `of` has.
    pub(super) fn asked(&self, of: PublicKey, account: PublicKey) -> Option<Asked> {
        self.asked_of(of).find(|asked| asked.account == account)
    }

    /// Everybody who wants what `of` has, as far as that was loaded.
    pub(super) fn asked_of(&self, of: PublicKey) -> impl Iterator<Item = Asked> {
        let asked = self.loaded.asked.iter();
        asked
            .filter(move |(whose, _)| *whose == of)
            .map(|(_, asked)| *asked)
    }

    /// Somebody waits, or is told what becomes of that.
    pub(super) fn ask(&mut self, of: PublicKey, asked: Asked) {
        let is_same =
            |(whose, it): &(PublicKey, Asked)| (*whose, it.account) == (of, asked.account);
        self.loaded.asked.retain(|it| !is_same(it));
        self.loaded.asked.push((of, asked));
        self.asked.retain(|it| !is_same(it));
        self.asked.push((of, asked));
    }

    /// The account that asks is woken there from now on.
    pub(super) fn wake(&mut self, of: PublicKey, to: Option<&Endpoint>) {
        let before = self.loaded.push.take();
        let subscription = to.map(|to| Subscription::at(to.clone(), before.as_ref()));
        self.loaded.push.clone_from(&subscription);
        if subscription != before {
            self.created.push(Change::PutPush { of, subscription });
        }
    }

    pub(super) fn create_batch(&mut self, batch: Batch) {
        self.loaded.newest = Some(batch.clone());
        self.loaded.batches.push(batch.clone());
        self.created.push(Change::CreateBatch(batch));
    }

    pub(super) fn create(&mut self, change: Change) {
        self.created.push(change);
    }

    pub(super) fn report(&mut self, event: AuditEvent) {
        if !self.events.contains(&event) {
            self.events.push(event);
        }
    }

    pub(super) fn finish(self) -> (Vec<Change>, Vec<AuditEvent>) {
        let mut changes = self.created;
        for key in self.touched {
            if let Some(loaded) = self.loaded.entries.get(&key) {
                changes.push(Change::ReplaceState(loaded.entry.clone()));
            }
        }
        for (key, Left { note, hold, orders }) in self.rotated {
            if let Some(loaded) = self.loaded.entries.get(&key) {
                changes.push(Change::ReplaceHolder(loaded.entry.clone()));
                changes.extend(note.map(|note| Change::PutNote { key, note }));
                if hold != Hold::default() {
                    changes.push(Change::PutHold { key, hold });
                }
                changes.extend(orders.map(|orders| Change::PutOrders { key, orders }));
            }
        }
        for key in self.held {
            if let Some(loaded) = self.loaded.entries.get(&key) {
                let hold = loaded.entry.hold;
                changes.push(Change::PutHold { key, hold });
            }
        }
        for (of, asked) in self.asked {
            changes.push(Change::PutAsked { of, asked });
            // Of whom nothing is said yet is somebody who begins to wait now.
            if asked.said.is_none() {
                let now = asked.since;
                changes.push(Change::Remind { of, now });
            }
        }
        (changes, self.events)
    }
}
