//! The books: every value, certificate, safe and open journal entry this wallet has, and how they become records.
//!
//! The index (851 of WO 01/13293, Fig. 3) is kept in pages of summaries, apart from the bodies, so that a wallet opens by
//! reading the index alone. A [`Change`] says what is to be true; [`Books::batch`] turns changes into one transaction, and
//! only when that is durable does [`Books::apply`] make them true here. Memory never runs ahead of the store.

use crate::bearer::Cover;
use crate::flow::Flow;
use crate::group::{Group, PartOf, Phase};
use crate::ids::{FlowId, ItemId};
use crate::map::{Map, Set};
use crate::notice::Notice;
use crate::plan::key::{KeyId, KeyName};
use crate::plan::policy::Policy;
use crate::plan::{GroupId, KeyForm};
use crate::port::{Batch, Body, Durability, Key, Opened};
use crate::view::{Account, Amount};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::certificate::{Address, Certificate, LegacyHash};
use saifu_protocol::limits;
use saifu_protocol::message::EntryState;
use saifu_protocol::value::{self, Class, Currency, Date, Value};
use saifu_protocol::{Counter, Digest, PublicKey, SafeId, SessionId, UnixTime, b64, json};
use serde::{Deserialize, Serialize};

/// Summaries per page of the index: small enough to rewrite on each change, large enough that the cost per record of
/// IndexedDB is shared by many.
const PAGE_ITEMS: usize = 64;

/// How much a new wallet may hold, in bytes.
pub const DEFAULT_CAPACITY: u64 = 1 << 20;

/// The summary of an item: what lists show, what conditions look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// A value that is here.
    Value(ValueItem),
    /// A certificate of what is at a safe.
    Certificate(CertificateItem),
    /// A part of a protected value.
    Part(PartItem),
    /// A key or a seed of the key ring.
    Key(KeyItem),
    /// What was registered together by one plan.
    Group(Box<Group>),
}

/// The summary of a part that is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartItem {
    /// Which part it is.
    pub of: PartOf,
    /// Its size in bytes.
    pub size: u64,
    /// Why it is here.
    pub here: PartHere,
}

/// Why a part is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartHere {
    /// It is being registered; covered for its safe.
    ToRegister,
    /// The plan keeps it at home; not covered.
    Home,
    /// It has come back from this safe; still covered.
    Fetched {
        /// The safe.
        safe: SafeId,
    },
}

/// The summary of a key or a seed (104: the key storage).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyItem {
    /// Its id, derived from what opens.
    pub key: KeyId,
    /// What it is.
    pub form: KeyForm,
    /// For a seed, the algorithm that makes a key of it: name and version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<(String, u8)>,
    /// Since when.
    pub since: UnixTime,
    /// What of it is here.
    pub here: KeyHere,
}

/// What of a key is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyHere {
    /// What opens.
    Opens,
    /// Only what seals.
    Seals,
    /// Nothing but its name: it was erased once it was registered.
    Erased,
}

impl KeyItem {
    /// The summary of the key with this name.
    pub fn of(name: &KeyName, since: UnixTime, here: KeyHere) -> Self {
        let algorithm = name.kind.algorithm();
        Self {
            key: name.id,
            form: name.kind.form(),
            algorithm: algorithm.map(|it| (it.name().into(), it.version())),
            since,
            here,
        }
    }
}

/// Who this wallet is to itself: by this it knows the parts it has made. It does not open anything.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    /// Seed of the key that signs parts (signature 303).
    #[serde(with = "secret")]
    pub author: Secret,
    /// Seals digests.
    #[serde(with = "secret")]
    pub catalogue: Secret,
}

impl core::fmt::Debug for Identity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Identity(redacted)")
    }
}

/// The summary of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueItem {
    /// Class code.
    pub class: String,
    /// Name.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// What it is worth.
    pub worth: Option<Amount>,
    /// Place.
    pub place: String,
    /// First day, empty if open.
    pub from: String,
    /// Last day, empty if open.
    pub to: String,
    /// Size of its object in bytes.
    pub size: u64,
    /// When it came in.
    pub since: UnixTime,
    /// Whether it is a usable copy.
    pub custody: Custody,
    /// The certificate it was recovered by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_of: Option<ItemId>,
}

/// Whether the copy here is the usable one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Custody {
    /// It is.
    Held,
    /// It has arrived, but the safe has not confirmed: not usable, not showable.
    Arrived,
}

impl ValueItem {
    /// The summary of `value`, whose object has `size` bytes.
    pub fn of(value: &Value, size: usize, since: UnixTime, custody: Custody) -> Self {
        let fields = value.fields();
        let day = |date: Option<Date>| date.map(value::format_date).unwrap_or_default();
        Self {
            class: fields.class.code().into(),
            name: fields.name.clone(),
            quantity: fields.quantity,
            worth: value.worth().map(|money| Amount {
                minor: money.amount,
                currency: money.currency.code().into(),
            }),
            place: fields.place.clone(),
            from: day(fields.validity.from),
            to: day(fields.validity.to),
            size: size as u64,
            since,
            custody,
            came_of: None,
        }
    }
}

/// The summary of a certificate: readable without asking the safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateItem {
    /// The safe that issued it.
    pub safe: SafeId,
    /// Where that safe is.
    pub address: Address,
    /// The digest.
    pub digest: Digest,
    /// SHA-256 of the registered bytes.
    #[serde(with = "b64::bytes")]
    pub sha256: Vec<u8>,
    /// MD5 of the registered bytes; empty if absent.
    #[serde(with = "b64::bytes")]
    pub md5: Vec<u8>,
    /// The counter.
    pub counter: Counter,
    /// When it was issued.
    pub issued_at: UnixTime,
    /// Until when the safe promises to keep the entry.
    pub retained_until: UnixTime,
    /// Size of the registered bytes: what recovery needs room for.
    pub object_bytes: u64,
    /// How the last attempt to recover ended.
    pub standing: Standing,
    /// The value it was issued for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_of: Option<ItemId>,
    /// Which part of a protected value it stands for; none for a value registered as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<PartOf>,
}

/// A session at a safe.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Its private key: what is handed out is sealed to it.
    #[serde(with = "secret")]
    pub key: Secret,
}

impl Session {
    /// A fresh one.
    pub(crate) fn make(rng: &mut dyn CryptoRng) -> Self {
        Self {
            id: SessionId::make(rng),
            key: Secret::make(rng),
        }
    }
}

impl core::fmt::Debug for Session {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// How a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The value waits at the safe.
    AtSafe,
    /// The safe could not hand it out.
    NotHandedOut,
    /// The safe proved that it is elsewhere.
    Elsewhere(Elsewhere),
}

/// What the signed receipt of a safe says of an entry that this wallet does not get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The state of the entry.
    pub state: EntryState,
    /// The session that has it.
    pub session: Option<SessionId>,
    /// Since when.
    pub since: UnixTime,
}

impl ValueItem {
    /// Whether a value could be so, of which somebody else says it.
    pub(crate) fn is_plausible(&self) -> bool {
        let is_day = |day: &str| day.is_empty() || value::parse_date(day).is_some();
        let is_text = |text: &str, most: usize| {
            text.chars().count() <= most && !text.chars().any(char::is_control)
        };
        let is_amount = |amount: &Amount| Currency::from_code(&amount.currency).is_some();
        Class::from_code(&self.class).is_some()
            && is_text(&self.name, limits::MAX_NAME_CHARS)
            && is_text(&self.place, limits::MAX_PLACE_CHARS)
            && is_day(&self.from)
            && is_day(&self.to)
            && self.worth.as_ref().is_none_or(is_amount)
            && self.size <= limits::MAX_OBJECT_BYTES as u64
    }
}

impl CertificateItem {
    /// The summary of `certificate`, which stands for `object_bytes` registered bytes of the value `came_of`.
    pub fn of(certificate: &Certificate, object_bytes: usize, came_of: Option<ItemId>) -> Self {
        let claims = certificate.claims();
        Self {
            safe: claims.safe,
            address: claims.address.clone(),
            digest: claims.digest.open().cloned().unwrap_or_default(),
            sha256: claims.hash.sha256.to_vec(),
            md5: claims.hash.md5.map(|md5| md5.to_vec()).unwrap_or_default(),
            counter: claims.counter,
            issued_at: claims.issued_at,
            retained_until: claims.retained_until,
            object_bytes: object_bytes as u64,
            standing: Standing::AtSafe,
            came_of,
            part: None,
        }
    }
}

/// A condition on items, by which lists are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Registration certificates only.
    OnlyCertificates,
    /// Values only.
    OnlyValues,
    /// The last day of validity is today or at most so many days ahead.
    EndingWithin {
        /// How many days.
        days: u16,
    },
}

impl Condition {
    fn is_met_by(self, item: &Item, today: Date) -> bool {
        match (self, item) {
            (Condition::OnlyCertificates, Item::Certificate(_))
            | (Condition::OnlyValues, Item::Value(_)) => true,
            (Condition::OnlyCertificates | Condition::OnlyValues, _) => false,
            (Condition::EndingWithin { days }, item) => item.last_day().is_some_and(|last| {
                let ahead = (last - today).whole_days();
                (0..=i64::from(days)).contains(&ahead)
            }),
        }
    }
}

impl Item {
    /// The group it belongs to.
    pub(crate) fn group(&self) -> Option<GroupId> {
        match self {
            Item::Certificate(certificate) => certificate.part.map(|part| part.group),
            Item::Part(part) => Some(part.of.group),
            _ => None,
        }
    }

    /// The last day of validity, if there is one.
    fn last_day(&self) -> Option<Date> {
        match self {
            Item::Value(value) => value::parse_date(&value.to),
            Item::Certificate(certificate) => certificate.digest.to,
            Item::Group(group) => {
                let days = group.values.iter();
                days.filter_map(|value| value::parse_date(&value.to)).min()
            }
            Item::Part(_) | Item::Key(_) => None,
        }
    }
}

/// Where the record of a group lies in the index.
pub(crate) fn item_of(group: GroupId) -> ItemId {
    ItemId::new(*group.as_bytes())
}

/// The body of a certificate. The holder's key lies with it, never in a key ring: with the ring destroyed and the
/// certificates whole, everything comes back.
#[derive(Serialize, Deserialize)]
pub struct CertificateBody {
    /// The certificate, compact.
    pub compact: String,
    /// Seed of the holder's key.
    #[serde(with = "secret")]
    pub holder: Secret,
    /// The session of an attempt that the safe refused without proof: the entry may still be open for it, so the next
    /// attempt takes the same one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// For a part: the key this wallet signed it with, so that it is known again with the rest of the wallet lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<PublicKey>,
    /// For a part that was handed over: the seed it was covered for, which is not this wallet's holder's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Cover>,
}

impl CertificateBody {
    /// As a body.
    pub fn write(&self) -> Body {
        Body::new(json::write(self))
    }

    /// From a body.
    pub fn read(body: &Body) -> Option<Self> {
        json::read(body.as_bytes()).ok()
    }
}

/// A trusted safe.
#[derive(Clone, Serialize, Deserialize)]
pub struct Safe {
    /// Its id, pinned.
    pub id: SafeId,
    /// Where it is.
    pub address: Address,
    /// Who runs it.
    pub operator: String,
    /// Under which law.
    pub jurisdiction: String,
    /// The key it signs with; its thumbprint is the id.
    pub signing_key: PublicKey,
    /// The key bodies are sealed to.
    pub sealing_key: PublicKey,
    /// When the safe attested that key. An older attestation is not taken.
    pub attested_at: UnixTime,
    /// The largest object it takes, in bytes.
    pub object_limit: u64,
    /// Whether it adds the weak hash.
    pub legacy_hash: LegacyHash,
    /// Seed of the account key: random per safe, so that safes cannot tell that two accounts are of one wallet.
    #[serde(with = "secret")]
    pub account: Secret,
}

impl core::fmt::Debug for Safe {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Safe")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Settings, and what has left the wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// How many bytes of values the wallet may hold.
    pub capacity: u64,
    /// Values that came in.
    pub came_in: u64,
    /// Values that were used.
    pub used: u64,
    /// Values that were discarded.
    pub discarded: u64,
    /// Values proven to be elsewhere whose certificate was discarded.
    pub elsewhere: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            capacity: DEFAULT_CAPACITY,
            came_in: 0,
            used: 0,
            discarded: 0,
            elsewhere: 0,
        }
    }
}

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
    /// Which plan a value gets if its owner does not choose.
    Choose(Policy),
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
    /// The parts and certificates of each group.
    members: Map<GroupId, Set<ItemId>>,
    identity: Option<Identity>,
    policy: Policy,
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
                self.flows.insert(*id, json::read(bytes).ok()?);
            }
            Key::Notice(id) => {
                self.notices.insert(*id, json::read(bytes).ok()?);
            }
            Key::Identity => self.identity = Some(json::read(bytes).ok()?),
            Key::Policy => self.policy = json::read(bytes).ok()?,
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
                Change::Choose(policy) => put(&mut batch, Key::Policy, policy),
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
                Change::Journal(id, flow) => {
                    self.flows.insert(id, flow);
                }
                Change::End(id) => {
                    self.flows.remove(&id);
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
                Change::Choose(policy) => self.policy = policy,
            }
        }
    }

    fn place(&mut self, id: ItemId, page: u32, item: Item) {
        if let Some(group) = item.group() {
            self.members.of(group).add(id);
        }
        self.items.insert(id, Placed { page, item });
    }

    fn displace(&mut self, id: ItemId) {
        let group = self
            .items
            .remove(&id)
            .and_then(|placed| placed.item.group());
        if let Some(group) = group {
            self.members.of(group).remove(&id);
        }
    }

    /// The item with this id.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.get(&id).map(|placed| &placed.item)
    }

    /// The value with this id.
    pub fn value(&self, id: ItemId) -> Option<&ValueItem> {
        match self.item(id)? {
            Item::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The certificate with this id.
    pub fn certificate(&self, id: ItemId) -> Option<&CertificateItem> {
        match self.item(id)? {
            Item::Certificate(certificate) => Some(certificate),
            _ => None,
        }
    }

    /// The key with this item id.
    pub fn key(&self, id: ItemId) -> Option<&KeyItem> {
        match self.item(id)? {
            Item::Key(key) => Some(key),
            _ => None,
        }
    }

    /// Every key of the key ring.
    pub fn keys(&self) -> impl Iterator<Item = (ItemId, &KeyItem)> {
        self.items
            .iter()
            .filter_map(|(id, placed)| match &placed.item {
                Item::Key(key) => Some((*id, key)),
                _ => None,
            })
    }

    /// Where the key with this id lies in the key ring.
    pub fn key_item(&self, key: KeyId) -> Option<(ItemId, &KeyItem)> {
        self.keys().find(|(_, item)| item.key == key)
    }

    /// The group with this id.
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        match self.item(item_of(id))? {
            Item::Group(group) => Some(group),
            _ => None,
        }
    }

    /// Every group.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        let items = self.items.values();
        items.filter_map(|placed| match &placed.item {
            Item::Group(group) => Some(&**group),
            _ => None,
        })
    }

    /// The parts and certificates of a group.
    pub(crate) fn items_of(&self, group: GroupId) -> impl Iterator<Item = ItemId> {
        let members = self.members.get(&group);
        members
            .into_iter()
            .flat_map(|set| set.iter().map(|(id, ())| *id))
    }

    /// Who this wallet is to itself; none before it has protected anything.
    pub(crate) fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// Which plan a value gets if its owner does not choose.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Every value.
    pub fn values(&self) -> impl Iterator<Item = (ItemId, &ValueItem)> {
        self.items
            .iter()
            .filter_map(|(id, placed)| match &placed.item {
                Item::Value(value) => Some((*id, value)),
                _ => None,
            })
    }

    /// Every certificate.
    pub fn certificates(&self) -> impl Iterator<Item = (ItemId, &CertificateItem)> {
        self.items
            .iter()
            .filter_map(|(id, placed)| match &placed.item {
                Item::Certificate(certificate) => Some((*id, certificate)),
                _ => None,
            })
    }

    /// The items that meet a condition (WO 01/13293, Fig. 3: "a list of the information matched with the conditions").
    ///
    /// `today` is the day where the owner is.
    pub fn list(&self, condition: Condition, today: Date) -> impl Iterator<Item = (ItemId, &Item)> {
        self.items
            .iter()
            .filter(move |(_, placed)| condition.is_met_by(&placed.item, today))
            .map(|(id, placed)| (*id, &placed.item))
    }

    /// The safe with this id.
    pub fn safe(&self, id: SafeId) -> Option<&Safe> {
        self.safes.get(&id)
    }

    /// Every safe.
    pub fn safes(&self) -> impl Iterator<Item = &Safe> {
        self.safes.values()
    }

    /// The flow with this id.
    pub fn flow(&self, id: FlowId) -> Option<&Flow> {
        self.flows.get(&id)
    }

    /// Every open journal entry.
    pub fn flows(&self) -> impl Iterator<Item = (FlowId, &Flow)> {
        self.flows.iter().map(|(id, flow)| (*id, flow))
    }

    /// The flow that works on this item: while there is one, the item is locked.
    pub fn lock(&self, item: ItemId) -> Option<FlowId> {
        self.flows()
            .find(|(_, flow)| flow.items().contains(&item))
            .map(|(id, _)| id)
    }

    /// Every notice that was not acknowledged.
    pub fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.notices.values()
    }

    /// Settings and tallies.
    pub fn ledger(&self) -> Ledger {
        self.ledger
    }

    /// Bytes the values here take.
    pub fn used_bytes(&self) -> u64 {
        self.values().map(|(_, value)| value.size).sum()
    }

    /// How many bytes are missing to take in `size` more; `None` if there is room.
    pub fn missing_room(&self, size: u64) -> Option<u64> {
        let needed = self.used_bytes().saturating_add(size);
        needed
            .checked_sub(self.ledger.capacity)
            .filter(|missing| *missing > 0)
    }

    /// The conservation account: where every value that came in is now.
    ///
    /// Arrived copies are not counted: their value is still at the safe until it confirms.
    pub fn account(&self) -> Account {
        let held = self
            .values()
            .filter(|(_, value)| value.custody == Custody::Held)
            .count();
        let waiting = self
            .flows()
            .filter(|(_, flow)| matches!(flow, Flow::Add(_)))
            .count();
        let alone = self.certificates().filter(|(_, it)| it.part.is_none());
        let (elsewhere, at_safes): (Vec<_>, Vec<_>) = alone
            .partition(|(_, certificate)| matches!(certificate.standing, Standing::Elsewhere(_)));
        let of_groups = |phase: Phase| -> u64 {
            let groups = self.groups().filter(|group| group.phase == phase);
            groups.map(|group| group.values.len() as u64).sum()
        };
        Account {
            came_in: self.ledger.came_in,
            here: (held + waiting) as u64,
            at_safes: at_safes.len() as u64 + of_groups(Phase::AtSafes),
            used: self.ledger.used,
            discarded: self.ledger.discarded,
            elsewhere: self.ledger.elsewhere + elsewhere.len() as u64 + of_groups(Phase::Elsewhere),
        }
    }
}

/// Changes to the index, laid over its pages.
#[derive(Default)]
struct Overlay {
    /// `None` for an item that goes.
    items: Map<ItemId, (u32, Option<Item>)>,
}

impl Overlay {
    fn put(&mut self, books: &Books, id: ItemId, item: &Item) {
        let page = match (self.items.get(&id), books.items.get(&id)) {
            (Some((page, _)), _) => *page,
            (None, Some(placed)) => placed.page,
            (None, None) => self.page_with_room(books),
        };
        self.items.insert(id, (page, Some(item.clone())));
    }

    fn delete(&mut self, books: &Books, id: ItemId) {
        if let Some(placed) = books.items.get(&id) {
            self.items.insert(id, (placed.page, None));
        } else {
            self.items.remove(&id);
        }
    }

    fn page_with_room(&self, books: &Books) -> u32 {
        let added = |page: u32| {
            self.items
                .iter()
                .filter(|(id, (at, item))| {
                    *at == page && item.is_some() && !books.items.contains_key(id)
                })
                .count()
        };
        (0..)
            .find(|page| books.pages.get(page).map_or(0, Set::len) + added(*page) < PAGE_ITEMS)
            .unwrap_or(0)
    }

    fn write(&self, books: &Books, batch: &mut Batch) {
        let mut touched = Set::default();
        for (page, _) in self.items.values() {
            touched.add(*page);
        }
        for (page, ()) in touched {
            let kept = books.pages.get(&page).into_iter().flat_map(Set::iter);
            let kept = kept
                .filter(|(id, ())| !self.items.contains_key(id))
                .filter_map(|(id, ())| Some((*id, books.item(*id)?)));
            let put = self
                .items
                .iter()
                .filter(|(_, (at, _))| *at == page)
                .filter_map(|(id, (_, item))| Some((*id, item.as_ref()?)));
            let items: Vec<(ItemId, &Item)> = kept.chain(put).collect();
            if items.is_empty() {
                batch.deletes.push(Key::Page(page));
            } else {
                batch
                    .puts
                    .push((Key::Page(page), Body::new(json::write(&items))));
            }
        }
    }

    fn apply(self, books: &mut Books) {
        for (id, (page, item)) in self.items {
            let ids = books.pages.of(page);
            match item {
                Some(item) => {
                    ids.add(id);
                    books.place(id, page, item);
                }
                None => {
                    ids.remove(&id);
                    books.displace(id);
                }
            }
        }
    }
}

fn put<T: Serialize>(batch: &mut Batch, key: Key, record: &T) {
    batch.puts.push((key, Body::new(json::write(record))));
}

/// Serde for a secret inside a record. Records are sealed before they are stored; nothing else is written this way.
pub(crate) mod secret {
    use alloc::string::String;
    use saifu_crypto::Secret;
    use saifu_protocol::b64;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
    use zeroize::Zeroizing;

    pub(crate) fn serialize<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&Zeroizing::new(b64::encode(secret.expose_secret())))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        let text = Zeroizing::new(String::deserialize(from)?);
        b64::decode_array(&text)
            .map(Secret::new)
            .map_err(|_| D::Error::custom("not a secret"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_crypto::testing::Counting;
    use saifu_protocol::value::Date;

    /// What a store does with a batch.
    #[derive(Default)]
    struct Shelf(BTreeMap<Key, Body>);

    impl Shelf {
        fn commit(&mut self, books: &mut Books, changes: Vec<Change>) {
            let batch = books.batch(&changes, Durability::Relaxed);
            for key in batch.deletes {
                self.0.remove(&key);
            }
            self.0.extend(batch.puts);
            books.apply(changes);
        }

        fn reopened(&self) -> Books {
            let records = self
                .0
                .iter()
                .filter(|(key, _)| key.is_read_on_open())
                .map(|(key, body)| (*key, body.clone()))
                .collect();
            Books::read(Opened {
                version: 0,
                records,
            })
            .unwrap()
        }
    }

    fn item(size: u64) -> Item {
        Item::Value(ValueItem {
            class: "coupon".into(),
            name: "Coffee".into(),
            quantity: 1,
            worth: None,
            place: String::new(),
            from: String::new(),
            to: value::format_date(Date::MIN.replace_year(2000).unwrap()),
            size,
            since: UnixTime(0),
            custody: Custody::Held,
            came_of: None,
        })
    }

    #[test]
    fn what_is_stored_is_what_is_in_memory_after_every_change() {
        let (mut shelf, mut books) = (Shelf::default(), Books::default());
        let mut ids: Vec<ItemId> = Vec::new();
        let rng = &mut Counting(0);
        let mut state = 1_u32;
        for round in 0..600_u64 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (state >> 16) as usize % (ids.len() + 1);
            let changes = match ids.get(at).copied() {
                Some(id) if state.is_multiple_of(7) => {
                    ids.retain(|known| *known != id);
                    alloc::vec![Change::Delete(id)]
                }
                Some(id) if state % 3 == 1 => alloc::vec![Change::Put(id, item(round), None)],
                _ => {
                    let mut bytes = *ItemId::make(rng).as_bytes();
                    bytes[..8].copy_from_slice(&round.to_be_bytes());
                    let id = ItemId::new(bytes);
                    ids.push(id);
                    alloc::vec![Change::Put(
                        id,
                        item(round),
                        Some(Body::new(alloc::vec![1]))
                    )]
                }
            };
            shelf.commit(&mut books, changes);
        }
        let read = shelf.reopened();
        let all = |books: &Books| -> Vec<(ItemId, ValueItem)> {
            books
                .values()
                .map(|(id, value)| (id, value.clone()))
                .collect()
        };
        assert!(
            ids.len() > 2 * PAGE_ITEMS,
            "{} items fill no pages",
            ids.len()
        );
        assert_eq!(all(&read), all(&books));
        assert_eq!(all(&read).len(), ids.len());
        let bodies = shelf.0.keys().filter(|key| matches!(key, Key::Body(_)));
        assert_eq!(bodies.count(), ids.len());
        let pages = shelf.0.keys().filter(|key| matches!(key, Key::Page(_)));
        assert!(
            pages.count() <= ids.len() / PAGE_ITEMS + 3,
            "pages are refilled"
        );
    }

    #[test]
    fn correction_is_a_new_entry_and_a_deletion_in_one_batch() {
        let (mut shelf, mut books) = (Shelf::default(), Books::default());
        let (old, new) = (ItemId::new([1; 16]), ItemId::new([2; 16]));
        let body = || Some(Body::new(alloc::vec![1]));
        shelf.commit(&mut books, alloc::vec![Change::Put(old, item(1), body())]);
        let changes = alloc::vec![Change::Put(new, item(2), body()), Change::Delete(old)];
        let batch = books.batch(&changes, Durability::Strict);
        assert_eq!(batch.deletes, [Key::Body(old)]);
        assert!(batch.puts.iter().any(|(key, _)| *key == Key::Body(new)));
        shelf.commit(&mut books, changes);
        let read = shelf.reopened();
        assert!(read.item(old).is_none() && read.item(new).is_some());
    }

    #[test]
    fn a_record_that_does_not_read_stops_the_wallet() {
        for key in [Key::Page(0), Key::Ledger, Key::Flow(FlowId::new([1; 16]))] {
            let records = alloc::vec![(key, Body::new(b"{".to_vec()))];
            let stored = Opened {
                version: 1,
                records,
            };
            assert!(Books::read(stored).is_err());
        }
    }

    #[test]
    fn room_is_what_the_capacity_leaves() {
        let mut books = Books::default();
        let ledger = Ledger {
            capacity: 100,
            ..Ledger::default()
        };
        let put = Change::Put(ItemId::new([1; 16]), item(60), None);
        books.apply(alloc::vec![Change::Settle(ledger), put]);
        assert_eq!(books.missing_room(40), None);
        assert_eq!(books.missing_room(41), Some(1));
        assert_eq!(books.missing_room(u64::MAX), Some(u64::MAX - 100));
    }

    #[test]
    fn lists_follow_their_condition_both_ends_included() {
        let day = |text| value::parse_date(text).unwrap();
        let mut books = Books::default();
        for (n, to) in ["2000-03-14", "2000-03-15", "2000-03-22", "2000-03-23", ""]
            .into_iter()
            .enumerate()
        {
            let Item::Value(value) = item(1) else {
                unreachable!();
            };
            let ending = Item::Value(ValueItem {
                to: to.into(),
                ..value
            });
            let id = ItemId::new([u8::try_from(n).unwrap(); 16]);
            books.apply(alloc::vec![Change::Put(id, ending, None)]);
        }
        let count = |condition| books.list(condition, day("2000-03-15")).count();
        assert_eq!(count(Condition::EndingWithin { days: 7 }), 2);
        assert_eq!(count(Condition::EndingWithin { days: 0 }), 1);
        assert_eq!(count(Condition::EndingWithin { days: 8 }), 3);
        assert_eq!(count(Condition::OnlyValues), 5);
        assert_eq!(count(Condition::OnlyCertificates), 0);
    }

    #[test]
    fn index_format_is_pinned() {
        // Every wallet in the field has pages of this form.
        let pages = alloc::vec![(ItemId::new([1; 16]), item(7))];
        assert_eq!(
            core::str::from_utf8(&json::write(&pages)).unwrap(),
            concat!(
                r#"[["AQEBAQEBAQEBAQEBAQEBAQ",{"value":{"class":"coupon","name":"Coffee","quantity":1,"#,
                r#""worth":null,"place":"","from":"","to":"2000-01-01","size":7,"since":0,"custody":"held"}}]]"#
            )
        );
    }
}
