//! The books: every value, certificate, safe and open journal entry this wallet has, and how they become records.
//!
//! The index (851 of WO 01/13293, Fig. 3) is kept in pages of summaries, apart from the bodies, so that a wallet opens by
//! reading the index alone. A [`Change`] says what is to be true; [`Books::batch`] turns changes into one transaction, and
//! only when that is durable does [`Books::apply`] make them true here. Memory never runs ahead of the store.

mod audit;
mod condition;
mod index;
mod item;
mod links;
mod query;
mod record;
pub(crate) mod secret;
#[cfg(test)]
mod tests;
mod watch;

pub(crate) use audit::{AUDIT_DAYS, By, have_passed};
pub use audit::{Audit, Audited, Found};
pub use condition::Condition;
pub use item::{
    CertificateItem, Custody, Details, Elsewhere, Item, KeyHere, KeyItem, MovedBy, PartHere,
    PartItem, Standing, ValueItem,
};
pub(crate) use item::{group_of, id_of_entry, item_of};
pub use record::{CertificateBody, DEFAULT_CAPACITY, Identity, Ledger, Safe, Session};
pub use watch::{AskedAt, FrozenAt, Half, OthersWait, Watch, Woken};

use crate::flow::Flow;
use crate::ids::{FlowId, ItemId};
use crate::map::{Map, Set};
use crate::notice::Notice;
use crate::owner::Owner;
use crate::plan::policy::Policy;
use crate::port::{Batch, Body, Durability, Key, Opened};
use crate::rules::{Activity, Entry, RuleBook};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use index::Overlay;
use links::Links;
use saifu_protocol::{SafeId, json};
use serde::Serialize;

/// One thing that is to be true.
#[derive(Debug)]
pub enum Change {
    /// The item is in the index; its body, where given, is stored too.
    Put(ItemId, Item, Option<Body>),
    /// The item and its body are gone.
    Delete(ItemId),
    /// The journal says this of the flow.
    Journal(FlowId, Flow),
    /// The flow has ended.
    End(FlowId),
    /// The safe is trusted.
    Trust(Safe),
    /// The safe is forgotten.
    Forget(SafeId),
    /// The notice waits to be acknowledged.
    Notify(Notice),
    /// The notice was acknowledged.
    Acknowledge(ItemId),
    /// Settings and tallies.
    Settle(Ledger),
    /// Who this wallet is to itself.
    Identify(Identity),
    /// Who the owner is to their safes; none any more if a restore came to nothing.
    Own(Option<Owner>),
    /// Which plan a value gets if its owner does not choose.
    Choose(Policy),
    /// What is backed up and fetched by itself, and how far that was looked at.
    Rule(Box<RuleBook>),
    /// A rule has done this.
    Record(Entry),
    /// How long others wait, and who does.
    Watch(Watch),
}

/// The books.
#[derive(Debug, Default)]
pub struct Books {
    version: u64,
    pages: Map<u32, Set<ItemId>>,
    items: BTreeMap<ItemId, Placed>,
    safes: Map<SafeId, Safe>,
    flows: Map<FlowId, Flow>,
    notices: Map<ItemId, Notice>,
    links: Links,
    identity: Option<Identity>,
    owner: Option<Owner>,
    policy: Policy,
    rules: RuleBook,
    activity: Activity,
    watch: Option<Watch>,
    ledger: Ledger,
}

#[derive(Debug)]
struct Placed {
    page: u32,
    item: Item,
}

/// A stored record does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

impl Books {
    /// Reads the books.
    ///
    /// # Errors
    /// [`Damaged`] if a record does not read: better to stop than to overwrite what a later version may mend.
    pub fn read(stored: Opened) -> Result<Self, Damaged> {
        let mut books = Self {
            version: stored.version,
            ..Self::default()
        };
        for (key, body) in &stored.records {
            books.read_record(key, body).ok_or(Damaged)?;
        }
        let unlocked = |(id, value): (ItemId, &ValueItem)| {
            value.custody == Custody::Arrived && books.lock(id).is_none()
        };
        if books.values().any(unlocked) {
            // Neither usable nor on its way to be: no wallet writes that.
            return Err(Damaged);
        }
        Ok(books)
    }

    fn read_record(&mut self, key: &Key, body: &Body) -> Option<()> {
        let bytes = body.as_bytes();
        match key {
            Key::Page(page) => {
                let items: Vec<(ItemId, Item)> = json::read(bytes).ok()?;
                for (id, item) in items {
                    self.pages.of(*page).add(id);
                    self.place(id, *page, item);
                }
            }
            Key::Safe(id) => {
                self.safes.insert(*id, json::read(bytes).ok()?);
            }
            Key::Flow(id) => {
                self.journal(*id, json::read(bytes).ok()?);
            }
            Key::Notice(id) => {
                self.notices.insert(*id, json::read(bytes).ok()?);
            }
            Key::Identity => self.identity = Some(json::read(bytes).ok()?),
            Key::Owner => self.owner = Some(json::read(bytes).ok()?),
            Key::Policy => self.policy = json::read(bytes).ok()?,
            Key::Rules => self.rules = json::read(bytes).ok()?,
            Key::Activity => self.activity = json::read(bytes).ok()?,
            Key::Watch => self.watch = Some(json::read(bytes).ok()?),
            Key::Ledger => self.ledger = json::read(bytes).ok()?,
            Key::Body(_) => return None,
        }
        Some(())
    }

    /// The transaction that makes `changes` true.
    pub fn batch(&self, changes: &[Change], durability: Durability) -> Batch {
        let mut batch = Batch {
            expected_version: self.version,
            puts: Vec::new(),
            deletes: Vec::new(),
            durability,
        };
        let mut index = Overlay::default();
        for change in changes {
            match change {
                Change::Put(id, item, body) => {
                    index.put(self, *id, item);
                    if let Some(body) = body {
                        batch.puts.push((Key::Body(*id), body.clone()));
                    }
                }
                Change::Delete(id) => {
                    index.delete(self, *id);
                    batch.deletes.push(Key::Body(*id));
                }
                Change::Journal(id, flow) => put(&mut batch, Key::Flow(*id), flow),
                Change::End(id) => batch.deletes.push(Key::Flow(*id)),
                Change::Trust(safe) => put(&mut batch, Key::Safe(safe.id), safe),
                Change::Forget(id) => batch.deletes.push(Key::Safe(*id)),
                Change::Notify(notice) => put(&mut batch, Key::Notice(notice.id), notice),
                Change::Acknowledge(id) => batch.deletes.push(Key::Notice(*id)),
                Change::Settle(ledger) => put(&mut batch, Key::Ledger, ledger),
                Change::Identify(identity) => put(&mut batch, Key::Identity, identity),
                Change::Own(Some(owner)) => put(&mut batch, Key::Owner, owner),
                Change::Own(None) => batch.deletes.push(Key::Owner),
                Change::Choose(policy) => put(&mut batch, Key::Policy, policy),
                Change::Rule(book) => put(&mut batch, Key::Rules, book),
                Change::Record(entry) => {
                    put(
                        &mut batch,
                        Key::Activity,
                        &self.activity.with(entry.clone()),
                    );
                }
                Change::Watch(watch) => put(&mut batch, Key::Watch, watch),
            }
        }
        index.write(self, &mut batch);
        batch
    }

    /// Makes changes true whose transaction is durable.
    pub fn apply(&mut self, changes: Vec<Change>) {
        self.version += 1;
        let mut index = Overlay::default();
        for change in &changes {
            match change {
                Change::Put(id, item, _) => index.put(self, *id, item),
                Change::Delete(id) => index.delete(self, *id),
                _ => {}
            }
        }
        index.apply(self);
        for change in changes {
            match change {
                Change::Put(..) | Change::Delete(_) => {}
                Change::Journal(id, flow) => self.journal(id, flow),
                Change::End(id) => {
                    if let Some(flow) = self.flows.remove(&id) {
                        self.links.end(id, &flow);
                    }
                }
                Change::Trust(safe) => {
                    self.safes.insert(safe.id, safe);
                }
                Change::Forget(id) => {
                    self.safes.remove(&id);
                }
                Change::Notify(notice) => {
                    self.notices.insert(notice.id, notice);
                }
                Change::Acknowledge(id) => {
                    self.notices.remove(&id);
                }
                Change::Settle(ledger) => self.ledger = ledger,
                Change::Identify(identity) => self.identity = Some(identity),
                Change::Own(owner) => self.owner = owner,
                Change::Choose(policy) => self.policy = policy,
                Change::Rule(book) => self.rules = *book,
                Change::Record(entry) => self.activity = self.activity.with(entry),
                Change::Watch(watch) => self.watch = Some(watch),
            }
        }
    }

    fn place(&mut self, id: ItemId, page: u32, item: Item) {
        self.displace(id);
        self.links.place(id, &item);
        self.items.insert(id, Placed { page, item });
    }

    fn displace(&mut self, id: ItemId) {
        if let Some(placed) = self.items.remove(&id) {
            self.links.displace(id, &placed.item);
        }
    }

    fn journal(&mut self, id: FlowId, flow: Flow) {
        if let Some(before) = self.flows.get(&id) {
            self.links.end(id, before);
        }
        self.links.begin(id, &flow);
        self.flows.insert(id, flow);
    }
}

fn put<T: Serialize>(batch: &mut Batch, key: Key, record: &T) {
    batch.puts.push((key, Body::new(json::write(record))));
}
