//! Summaries: what the index says of a value, a certificate, a part, a key and a group.

use super::audit::Audit;
use super::watch::OthersWait;
use crate::check::Checks;
use crate::group::{Group, PartOf};
use crate::ids::ItemId;
use crate::plan::key::{KeyId, KeyName};
use crate::plan::{GroupId, KeyForm};

use crate::view::Amount;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::hash::sha256;
use saifu_protocol::certificate::{Address, Certificate, Claims};
use saifu_protocol::message::EntryState;
use saifu_protocol::possession::Possession;
use saifu_protocol::value::{Class, Currency, Date, Money, Value};
use saifu_protocol::{Counter, Digest, SafeId, SessionId, UnixTime, b64, limits, value};
use serde::{Deserialize, Serialize};

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

impl Item {
    /// The group it belongs to.
    pub(crate) fn group(&self) -> Option<GroupId> {
        match self {
            Item::Certificate(certificate) => certificate.part.map(|part| part.group),
            Item::Part(part) => Some(part.of.group),
            _ => None,
        }
    }

    /// The last day of validity of everything in it that has one.
    pub(super) fn last_days(&self) -> impl Iterator<Item = Date> {
        let (of_digest, values) = match self {
            Item::Value(value) => (None, core::slice::from_ref(value)),
            Item::Certificate(certificate) => (certificate.digest.to, &[][..]),
            Item::Group(group) => (None, group.values.as_slice()),
            Item::Part(_) | Item::Key(_) => (None, &[][..]),
        };
        let of_values = values.iter();
        let of_values = of_values.filter_map(|value| value::parse_date(&value.to));
        of_digest.into_iter().chain(of_values)
    }
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
    /// Who had it recovered.
    #[serde(default, skip_serializing_if = "MovedBy::is_owner")]
    pub moved_by: MovedBy,
    /// Whether it is a disaster copy: what was handed out to a device that was then lost, read once more. Whoever has that device may
    /// have used it, so the mark is never taken off.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub may_be_used: bool,
    /// What else rules ask of it. Records of earlier versions, papers and notes have none: then it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Box<Details>>,
}

/// Who had a value moved to where it lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MovedBy {
    /// Its owner, by hand.
    #[default]
    Owner,
    /// A rule.
    Rule,
}

impl MovedBy {
    /// Whether it was the owner, which is not written down.
    pub(crate) fn is_owner(&self) -> bool {
        *self == MovedBy::Owner
    }
}

/// What a value says beside what lists show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The price of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Amount>,
    /// What remains of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining: Option<Amount>,
    /// The first [`Details::REMARKS_CHARS`] characters of its remarks, with `…` behind them if there are more.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remarks: String,
}

impl Details {
    /// So much of the remarks is in the index. With 64 values to a page that is rewritten on each change of one of them,
    /// the longest remarks would make 64 × 1,000 characters of it.
    pub const REMARKS_CHARS: usize = limits::MAX_NAME_CHARS;

    fn of(value: &Value) -> Self {
        let fields = value.fields();
        let mut remarks: String = fields.remarks.chars().take(Self::REMARKS_CHARS).collect();
        if remarks.len() < fields.remarks.len() {
            remarks.push('…');
        }
        Self {
            unit_price: fields.unit_price.map(amount),
            remaining: fields.remaining.map(amount),
            remarks,
        }
    }

    /// Whether there are more remarks than these.
    pub(crate) fn are_remarks_cut(&self) -> bool {
        self.remarks.chars().nth(Self::REMARKS_CHARS).is_some()
    }
}

fn amount(money: Money) -> Amount {
    Amount {
        minor: money.amount,
        currency: money.currency.code().into(),
    }
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
            worth: value.worth().map(amount),
            place: fields.place.clone(),
            from: day(fields.validity.from),
            to: day(fields.validity.to),
            size: size as u64,
            since,
            custody,
            came_of: None,
            moved_by: MovedBy::Owner,
            may_be_used: false,
            details: Some(Box::new(Details::of(value))),
        }
    }

    /// As others are told of it, who have little room for that.
    pub(crate) fn in_short(&self) -> Self {
        Self {
            moved_by: MovedBy::Owner,
            details: None,
            ..self.clone()
        }
    }
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
            && self.details.is_none()
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
    /// How long others wait for it.
    #[serde(
        default = "OthersWait::none",
        skip_serializing_if = "OthersWait::is_none"
    )]
    pub others: OthersWait,
    /// Whether what it stands for is marked, or comes back so ([`ValueItem::may_be_used`]).
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub may_be_used: bool,
    /// How what it stands for was checked.
    #[serde(default, skip_serializing_if = "Checks::is_none")]
    pub checks: Checks,
    /// What audits are held against, as its safe has signed it and this wallet has collated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub possession: Option<Possession>,
    /// The last audit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<Audit>,
    /// When an audit of it was called off: the next one waits as long as after one that was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_called_off_at: Option<UnixTime>,
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

impl CertificateItem {
    /// Whether its safe has said that it was handed out, or that the key in it was ended after that: such an entry is read by the
    /// owner as a last resort, and nothing else is.
    pub(crate) fn is_last_resort(&self) -> bool {
        let Standing::Elsewhere(proof) = self.standing else {
            return false;
        };
        let is_key = self.part.is_some_and(|of| !of.class.is_released_once());
        match proof.state {
            EntryState::Withdrawn => true,
            EntryState::Retired => is_key,
            EntryState::Registered | EntryState::Withdrawing => false,
        }
    }

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
            others: OthersWait::NONE,
            may_be_used: false,
            checks: Checks::default(),
            possession: claims.possession,
            audit: None,
            audit_called_off_at: None,
        }
    }
}

/// Where the record of a group lies in the index.
pub(crate) fn item_of(group: GroupId) -> ItemId {
    ItemId::new(*group.as_bytes())
}

/// The group whose record lies there.
pub(crate) fn group_of(item: ItemId) -> GroupId {
    GroupId::new(*item.as_bytes())
}

/// What the certificate of an entry is called here if it comes by a paper or from an owner's list: each time the same, so
/// that the value it brings home is known by it when it comes once more.
pub(crate) fn id_of_entry(claims: &Claims) -> ItemId {
    let mut entry = Vec::from(*claims.safe.as_bytes());
    entry.extend(claims.counter.get().to_be_bytes());
    entry.extend(claims.hash.sha256);
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = sha256(&entry);
    ItemId::new([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
}
