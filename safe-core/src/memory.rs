//! A ledger in memory: for the simulation and for tests. Cloning it takes a snapshot, which is how a safe that was set
//! back to an older state is simulated.

use crate::entry::{Batch, BatchKind, Entry, EntryKey, Rotation, State};
use crate::hold::{Hold, urgency};
use crate::ledger::{
    Bytes, Change, Layout, Ledger, Loaded, LoadedEntry, Need, ObjectBudget, Publication,
};
use crate::order::{Obedient, Seen};
use crate::owned::{self, Owned, OwnedPage, Place};
use crate::push::Subscription;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;
use saifu_protocol::hold::Asked;
use saifu_protocol::limits::MAX_ASKED;
use saifu_protocol::owner::Note;
use saifu_protocol::{Counter, PublicKey, RequestId, UnixTime};

#[derive(Clone)]
struct Row {
    entry: Arc<Entry>,
    object: Option<Arc<[u8]>>,
    note: Option<Note>,
}

/// The ledger. Deterministic; objects and entries are shared between clones.
#[derive(Clone, Default)]
pub struct MemoryLedger {
    batches: BTreeMap<u64, Batch>,
    requests: BTreeMap<(PublicKey, RequestId), u64>,
    entries: BTreeMap<EntryKey, Row>,
    /// The entries of each batch, in the order of its items.
    of_batch: BTreeMap<u64, Vec<EntryKey>>,
    /// The entries whose last rotation each batch is.
    of_rotation: BTreeMap<u64, BTreeSet<EntryKey>>,
    /// Who waits for what whose account has.
    asked: BTreeMap<(PublicKey, PublicKey), Asked>,
    /// Where each account is woken.
    push: BTreeMap<PublicKey, Subscription>,
    /// The entry that obeys each key.
    obedient: BTreeMap<PublicKey, EntryKey>,
    seen: BTreeMap<(PublicKey, RequestId), Seen>,
    published: u64,
}

/// A change does not fit the ledger. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoesNotFit;

impl MemoryLedger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every entry, with its bytes if they are still there: for invariants.
    pub fn entries(&self) -> impl Iterator<Item = (&Entry, Option<&[u8]>)> {
        self.entries
            .values()
            .map(|row| (&*row.entry, row.object.as_deref()))
    }

    /// Everybody who waits, and for whose entries.
    #[cfg(test)]
    pub(crate) fn asked(&self) -> impl Iterator<Item = (PublicKey, Asked)> {
        self.asked.iter().map(|((of, _), asked)| (*of, *asked))
    }

    /// Every batch in order: for invariants.
    pub fn batches(&self) -> impl Iterator<Item = &Batch> {
        self.batches.values()
    }

    /// Overwrites the stored bytes of an entry, as failing storage would.
    pub fn damage(&mut self, key: EntryKey, object: &[u8]) {
        if let Some(row) = self.entries.get_mut(&key) {
            row.object = Some(object.into());
        }
    }

    /// Overwrites the stored certificate of an entry, as somebody with access to the storage could.
    #[cfg(test)]
    pub(crate) fn forge(&mut self, certificate: &str, with: &str) {
        for row in self.entries.values_mut() {
            if row.entry.certificate == certificate {
                Arc::make_mut(&mut row.entry).certificate = with.into();
            }
        }
    }

    fn of_batch(&self, seq: u64) -> impl Iterator<Item = &Row> {
        let keys = self.of_batch.get(&seq).into_iter().flatten();
        keys.filter_map(|key| self.entries.get(key))
    }

    fn of_rotation(&self, seq: u64) -> impl Iterator<Item = &Row> {
        let keys = self.of_rotation.get(&seq).into_iter().flatten();
        keys.filter_map(|key| self.entries.get(key))
    }

    fn publication(&self, batch: &Batch) -> Publication {
        let (certificates, layout) = match batch.kind {
            BatchKind::Registered { .. } | BatchKind::CalledOff => {
                let registered = self.of_batch(batch.seq).map(|row| {
                    let entry = &row.entry;
                    (entry.key.counter, entry.as_registered().into())
                });
                (registered.collect(), Layout::Together)
            }
            BatchKind::Rotated { .. } => {
                let holding = self.of_rotation(batch.seq).map(|row| {
                    let entry = &row.entry;
                    (entry.key.counter, entry.certificate.clone())
                });
                (holding.collect(), Layout::Alone)
            }
        };
        Publication {
            seq: batch.seq,
            account: batch.account,
            certificates,
            layout,
        }
    }

    fn fits(&self, changes: &[Change]) -> bool {
        let mut seqs = BTreeMap::new();
        let mut requests = BTreeSet::new();
        let mut keys = BTreeSet::new();
        changes.iter().all(|change| match change {
            Change::CreateBatch(batch) => {
                let request = (batch.account, batch.request);
                !self.batches.contains_key(&batch.seq)
                    && !self.requests.contains_key(&request)
                    && seqs.insert(batch.seq, batch).is_none()
                    && requests.insert(request)
            }
            Change::CreateEntry { entry, .. } => {
                !self.entries.contains_key(&entry.key) && keys.insert(entry.key)
            }
            Change::ReplaceState(Entry { key, .. })
            | Change::PutNote { key, .. }
            | Change::PutHold { key, .. }
            | Change::PutOrders { key, .. }
            | Change::Purge(key) => self.entries.contains_key(key) || keys.contains(key),
            Change::ReplaceHolder(entry) => {
                let is_here = self.entries.contains_key(&entry.key) || keys.contains(&entry.key);
                is_here
                    && entry.rotation.as_ref().is_some_and(|rotation| {
                        let new = seqs.get(&rotation.seq).copied();
                        let batch = new.or_else(|| self.batches.get(&rotation.seq));
                        batch.is_some_and(|batch| {
                            (batch.account, batch.request) == (entry.account, rotation.request)
                        })
                    })
            }
            Change::PutAsked { .. }
            | Change::PutPush { .. }
            | Change::Remind { .. }
            | Change::TakeOrder { .. }
            | Change::Published(_) => true,
        })
    }
}

impl Ledger for MemoryLedger {
    type Error = DoesNotFit;

    fn load(&self, need: &Need) -> Result<Loaded, DoesNotFit> {
        let mut budget = ObjectBudget::of(need);
        let mut loaded = Loaded {
            newest: self
                .batches
                .last_key_value()
                .map(|(_, batch)| batch.clone()),
            ..Loaded::default()
        };
        for counter in &need.groups {
            for (key, row) in self.entries.range(group(*counter)) {
                let bytes = match &row.object {
                    None => Bytes::Gone,
                    Some(object) if need.objects_of.contains(&row.entry.holder) => {
                        if budget.take(object.len()) {
                            Bytes::Here(object.clone())
                        } else {
                            Bytes::OverBudget
                        }
                    }
                    Some(_) => Bytes::NotAsked,
                };
                let entry = (*row.entry).clone();
                loaded.entries.insert(*key, LoadedEntry { entry, bytes });
            }
        }
        for request in &need.batches {
            let Some(batch) = self
                .requests
                .get(request)
                .and_then(|seq| self.batches.get(seq))
            else {
                continue;
            };
            loaded.batches.push(batch.clone());
            for row in self.of_batch(batch.seq) {
                loaded
                    .entries
                    .entry(row.entry.key)
                    .or_insert_with(|| LoadedEntry {
                        entry: (*row.entry).clone(),
                        bytes: match row.object {
                            Some(_) => Bytes::NotAsked,
                            None => Bytes::Gone,
                        },
                    });
            }
        }
        let asked = self.asked.iter().map(|((of, _), asked)| (*of, *asked));
        let by = asked
            .clone()
            .filter(|(_, it)| Some(it.account) == need.asked_by);
        let mut of: Vec<_> = asked.filter(|(of, _)| Some(*of) == need.asked_of).collect();
        of.sort_by_key(|(_, it)| urgency(it));
        of.truncate(MAX_ASKED);
        loaded.asked = by.chain(of).collect();
        let push = need.push_of.as_ref().and_then(|of| self.push.get(of));
        loaded.push = push.cloned();
        Ok(loaded)
    }

    fn apply(&mut self, changes: &[Change]) -> Result<(), DoesNotFit> {
        if !self.fits(changes) {
            return Err(DoesNotFit);
        }
        for change in changes {
            match change {
                Change::CreateBatch(batch) => {
                    self.requests
                        .insert((batch.account, batch.request), batch.seq);
                    self.batches.insert(batch.seq, batch.clone());
                }
                Change::CreateEntry { entry, object } => {
                    let row = Row {
                        entry: Arc::new(entry.clone()),
                        object: Some(object.clone()),
                        note: None,
                    };
                    self.entries.insert(entry.key, row);
                    let keys = self.of_batch.entry(entry.key.seq).or_default();
                    let place = keys.partition_point(|key| key.item < entry.key.item);
                    keys.insert(place, entry.key);
                }
                Change::ReplaceState(new) => {
                    if let Some(row) = self.entries.get_mut(&new.key) {
                        let entry = Arc::make_mut(&mut row.entry);
                        entry.state = new.state;
                        entry.since = new.since;
                        entry.returned.clone_from(&new.returned);
                    }
                }
                Change::ReplaceHolder(new) => self.replace_holder(new),
                Change::PutNote { key, note } => {
                    if let Some(row) = self.entries.get_mut(key) {
                        Arc::make_mut(&mut row.entry).note = Some(note.fingerprint());
                        row.note = Some(note.clone());
                    }
                }
                Change::PutHold { key, hold } => {
                    if let Some(row) = self.entries.get_mut(key) {
                        Arc::make_mut(&mut row.entry).hold = *hold;
                    }
                }
                Change::PutAsked { of, asked } => {
                    self.asked.insert((*of, asked.account), *asked);
                }
                Change::PutPush { of, subscription } => {
                    self.push.remove(of);
                    self.push.extend(subscription.clone().map(|it| (*of, it)));
                }
                Change::Remind { of, now } => {
                    if let Some(subscription) = self.push.get_mut(of) {
                        *subscription = subscription.remind(*now);
                    }
                }
                Change::PutOrders { key, orders } => {
                    self.obedient.retain(|of, at| at != key || of == orders);
                    self.obedient.entry(*orders).or_insert(*key);
                }
                Change::TakeOrder { seen, now } => {
                    self.seen.retain(|_, seen| seen.until >= *now);
                    let name = (seen.orders, seen.request);
                    self.seen.entry(name).or_insert_with(|| seen.clone());
                }
                Change::Purge(key) => {
                    if let Some(row) = self.entries.get_mut(key) {
                        row.object = None;
                        row.note = None;
                    }
                }
                Change::Published(seq) => self.published = *seq,
            }
        }
        Ok(())
    }

    fn outbox(&self, most: usize) -> Result<Vec<Publication>, DoesNotFit> {
        let waiting = self
            .batches
            .range(self.published.saturating_add(1)..)
            .take(most);
        Ok(waiting.map(|(_, batch)| self.publication(batch)).collect())
    }

    fn purgeable(&self, until: UnixTime, most: usize) -> Result<Vec<EntryKey>, DoesNotFit> {
        let mut over: Vec<(UnixTime, EntryKey)> = self
            .over()
            .filter(|entry| entry.since <= until)
            .map(|entry| (entry.since, entry.key))
            .collect();
        over.sort_unstable();
        Ok(over.into_iter().map(|(_, key)| key).take(most).collect())
    }

    fn oldest_over(&self) -> Result<Option<UnixTime>, DoesNotFit> {
        Ok(self.over().map(|entry| entry.since).min())
    }

    fn owned(
        &self,
        accounts: &[PublicKey],
        after: Option<Place>,
        most: usize,
    ) -> Result<OwnedPage, DoesNotFit> {
        let from = after.map_or(0, |after| after.batch);
        let batches = self.batches.range(from..);
        let batches: Vec<u64> = batches
            .filter(|(_, batch)| accounts.contains(&batch.account))
            .map(|(seq, _)| *seq)
            .take(owned::BATCHES + 1)
            .collect();
        owned::page(&batches, after, most, |batch, from, most| {
            let mut entries: Vec<Owned> = self.owned_of(batch).collect();
            entries.retain(|entry| entry.place > from);
            entries.sort_by_key(|entry| entry.place);
            entries.truncate(most);
            Ok(entries)
        })
    }

    fn obedient(&self, orders: &PublicKey) -> Result<Option<Obedient>, DoesNotFit> {
        let key = self.obedient.get(orders).copied();
        Ok(key.map(|key| Obedient {
            key,
            note: self.entries.get(&key).and_then(|row| row.note.clone()),
        }))
    }

    fn seen(&self, orders: &PublicKey, request: &RequestId) -> Result<Option<Seen>, DoesNotFit> {
        Ok(self.seen.get(&(*orders, *request)).cloned())
    }

    fn push_due(
        &self,
        until: UnixTime,
        most: usize,
    ) -> Result<Vec<(PublicKey, Subscription)>, DoesNotFit> {
        let is_due = |it: &Subscription| it.due.is_some_and(|due| due <= until);
        let due = self.push.iter().filter(|(_, it)| is_due(it));
        let mut due: Vec<_> = due.map(|(of, it)| (*of, it.clone())).collect();
        due.sort_by_key(|(of, it)| (it.due, *of));
        due.truncate(most);
        Ok(due)
    }

    fn next_push(&self) -> Result<Option<UnixTime>, DoesNotFit> {
        Ok(self.push.values().filter_map(|it| it.due).min())
    }
}

impl MemoryLedger {
    fn replace_holder(&mut self, new: &Entry) {
        self.obedient.retain(|_, at| *at != new.key);
        let Some(row) = self.entries.get_mut(&new.key) else {
            return;
        };
        row.note = None;
        let entry = Arc::make_mut(&mut row.entry);
        entry.note = None;
        entry.hold = Hold::default();
        let before = entry.rotation.take().map(|Rotation { seq, .. }| seq);
        entry.holder = new.holder;
        entry.certificate.clone_from(&new.certificate);
        entry.account = new.account;
        entry.rotation.clone_from(&new.rotation);
        let keys = before.and_then(|seq| self.of_rotation.get_mut(&seq));
        keys.map(|keys| keys.remove(&new.key));
        if let Some(rotation) = &new.rotation {
            let keys = self.of_rotation.entry(rotation.seq).or_default();
            keys.insert(new.key);
        }
    }

    /// The entries that their account has by this batch.
    fn owned_of(&self, batch: u64) -> impl Iterator<Item = Owned> {
        let registered = self.of_batch(batch);
        let registered = registered.filter(|row| row.entry.rotation.is_none());
        let rows = registered.chain(self.of_rotation(batch));
        let is_kept = |row: &&Row| match row.entry.state {
            State::Registered | State::Withdrawing { .. } => true,
            State::Withdrawn { .. } | State::Retired => row.object.is_some(),
        };
        rows.filter(is_kept).map(move |row| Owned {
            place: Place {
                batch,
                seq: row.entry.key.seq,
                item: row.entry.key.item,
            },
            certificate: row.entry.certificate.clone(),
            state: row.entry.state.told(),
            since: row.entry.since,
            session: row.entry.state.session(),
            size: row.object.as_ref().map_or(0, |object| object.len() as u64),
            note: row.note.clone(),
        })
    }

    fn over(&self) -> impl Iterator<Item = &Entry> {
        self.entries
            .values()
            .filter(|row| row.object.is_some() && row.entry.state.is_over())
            .map(|row| &*row.entry)
    }
}

fn group(counter: Counter) -> core::ops::RangeInclusive<EntryKey> {
    let key = |seq, item| EntryKey { counter, seq, item };
    key(0, 0)..=key(u64::MAX, u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_ledger_keeps_the_contract() {
        let report = crate::contract::run(|| Ok(MemoryLedger::new()));
        assert!(
            report.iter().all(|case| case.failure.is_none()),
            "{report:?}"
        );
        assert!(report.len() >= 29);
    }
}
