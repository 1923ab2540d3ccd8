//! The working copy of what was loaded: items of one request see what the items before them did.

use super::AuditEvent;
use crate::entry::{Batch, Entry, EntryKey};
use crate::ledger::{Change, Loaded, LoadedEntry};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

pub(super) struct Work {
    pub(super) loaded: Loaded,
    created: Vec<Change>,
    touched: BTreeSet<EntryKey>,
    rotated: BTreeSet<EntryKey>,
    events: Vec<AuditEvent>,
}

impl Work {
    pub(super) fn new(loaded: Loaded) -> Self {
        Self {
            loaded,
            created: Vec::new(),
            touched: BTreeSet::new(),
            rotated: BTreeSet::new(),
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

    /// Takes over an entry that has another holder.
    pub(super) fn rotate(&mut self, entry: Entry) {
        if let Some(loaded) = self.loaded.entries.get_mut(&entry.key) {
            self.rotated.insert(entry.key);
            loaded.entry = entry;
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
        for key in self.rotated {
            if let Some(loaded) = self.loaded.entries.get(&key) {
                changes.push(Change::ReplaceHolder(loaded.entry.clone()));
            }
        }
        (changes, self.events)
    }
}
