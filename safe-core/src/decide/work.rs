//! The working copy of what was loaded: items of one request see what the items before them did.

use super::AuditEvent;
use crate::entry::{Batch, Entry, EntryKey};
use crate::ledger::{Change, Loaded, LoadedEntry};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use saifu_protocol::owner::Note;

pub(super) struct Work {
    pub(super) loaded: Loaded,
    created: Vec<Change>,
    touched: BTreeSet<EntryKey>,
    rotated: BTreeMap<EntryKey, Option<Note>>,
    events: Vec<AuditEvent>,
}

impl Work {
    pub(super) fn new(loaded: Loaded) -> Self {
        Self {
            loaded,
            created: Vec::new(),
            touched: BTreeSet::new(),
            rotated: BTreeMap::new(),
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

    /// Takes over an entry that has another holder, and the note of that one.
    pub(super) fn rotate(&mut self, entry: Entry, note: Option<Note>) {
        if let Some(loaded) = self.loaded.entries.get_mut(&entry.key) {
            loaded.entry = entry;
            loaded.entry.note = note.as_ref().map(Note::fingerprint);
            self.rotated.insert(loaded.entry.key, note);
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
        for (key, note) in self.rotated {
            if let Some(loaded) = self.loaded.entries.get(&key) {
                changes.push(Change::ReplaceHolder(loaded.entry.clone()));
                changes.extend(note.map(|note| Change::PutNote { key, note }));
            }
        }
        (changes, self.events)
    }
}
