//! What a condition looks at: a value, as far as this wallet knows it without opening anything.

use crate::books::{CertificateItem, Custody, Details, MovedBy, ValueItem};
use crate::ids::ItemId;
use crate::view::Amount;
use saifu_protocol::UnixTime;
use saifu_protocol::value::{self, Currency, Date, Money, Value};

/// What is known of one field of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told<T> {
    /// Nothing: the summary does not say. The value may have it or not.
    Untold,
    /// The value has none.
    Lacks,
    /// This.
    Is(T),
}

impl<T> Told<T> {
    /// Of a value that is known whole.
    fn whole(field: Option<T>) -> Self {
        field.map_or(Told::Lacks, Told::Is)
    }

    /// Of a summary that is silent about what it lacks, and about what it leaves out.
    fn said(field: Option<T>, leaves_nothing_out: bool) -> Self {
        match field {
            Some(field) => Told::Is(field),
            None if leaves_nothing_out => Told::Lacks,
            None => Told::Untold,
        }
    }
}

/// Where a value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lies {
    /// In this wallet.
    Here,
    /// At safes.
    AtSafes,
}

/// At how many safes a value is, and at how many its plan wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    /// So many have everything that goes to them.
    pub have: u8,
    /// So many should.
    pub wanted: u8,
}

impl Cover {
    /// Of what no safe has.
    pub const NONE: Self = Self { have: 0, wanted: 1 };

    /// Whether safes are missing.
    pub const fn is_short(self) -> bool {
        self.have < self.wanted
    }
}

/// What brought a value to where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Nothing: it came in here and has not left.
    Not,
    /// Its owner did.
    ByOwner {
        /// When.
        at: UnixTime,
    },
    /// A rule did.
    ByRule,
}

impl Moved {
    fn by(who: MovedBy, at: UnixTime) -> Self {
        match who {
            MovedBy::Owner => Moved::ByOwner { at },
            MovedBy::Rule => Moved::ByRule,
        }
    }
}

/// Whether work is under way on a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// None is.
    Free,
    /// A flow has it: it is neither sent nor fetched.
    Locked,
}

/// A value, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// What is sent or fetched with it: the value's own item; of what is at safes the certificate or group. Several values
    /// that were registered as one have one id.
    pub id: ItemId,
    /// Where it lies.
    pub lies: Lies,
    /// Class code.
    pub class: Told<&'a str>,
    /// Name.
    pub name: Told<&'a str>,
    /// Place.
    pub place: Told<&'a str>,
    /// Whether name and place may be cut: then what is not found in them may yet have been there.
    pub is_cut: bool,
    /// Remarks.
    pub remarks: Told<&'a str>,
    /// Whether they may be cut.
    pub are_remarks_cut: bool,
    /// Price of one.
    pub unit_price: Told<Money>,
    /// How many.
    pub quantity: Told<u32>,
    /// Unit price × quantity.
    pub total: Told<Money>,
    /// What remains of it.
    pub remaining: Told<Money>,
    /// What it is worth now: what remains, else the total.
    pub worth: Told<Money>,
    /// First day; what lacks it is open.
    pub from: Told<Date>,
    /// Last day; what lacks it is open.
    pub to: Told<Date>,
    /// Bytes of its object.
    pub size: u64,
    /// Since when this wallet has it where it lies.
    pub since: UnixTime,
    /// At how many safes it is.
    pub cover: Cover,
    /// Whether work is under way on it.
    pub lock: Lock,
    /// What brought it to where it lies.
    pub moved: Moved,
}

impl<'a> Subject<'a> {
    /// The value that is here under this summary. Unit price, total, what remains and remarks are not in a summary that
    /// somebody else, or an earlier version, wrote.
    pub fn of_summary(id: ItemId, value: &'a ValueItem, lock: Lock) -> Self {
        let moved = match value.came_of {
            Some(_) => Moved::by(value.moved_by, value.since),
            None => Moved::Not,
        };
        let details = value.details.as_deref();
        Self {
            id,
            lies: Lies::Here,
            class: Told::Is(&value.class),
            name: Told::Is(&value.name),
            place: text(&value.place),
            is_cut: false,
            remarks: details.map_or(Told::Untold, |it| text(&it.remarks)),
            are_remarks_cut: details.is_some_and(Details::are_remarks_cut),
            unit_price: details.map_or(Told::Untold, |it| money(it.unit_price.as_ref())),
            quantity: Told::Is(value.quantity),
            total: details.map_or(Told::Untold, |it| total(it, value.quantity)),
            remaining: details.map_or(Told::Untold, |it| money(it.remaining.as_ref())),
            worth: money(value.worth.as_ref()),
            from: day(&value.from),
            to: day(&value.to),
            size: value.size,
            since: value.since,
            cover: Cover::NONE,
            lock: match value.custody {
                Custody::Held => lock,
                // Neither usable nor its owner's to send before its safes have confirmed.
                Custody::Arrived => Lock::Locked,
            },
            moved,
        }
    }

    /// The same, with the value itself: then nothing is untold.
    #[must_use]
    pub fn with(self, value: &'a Value) -> Self {
        let fields = value.fields();
        Self {
            class: Told::Is(fields.class.code()),
            name: Told::Is(&fields.name),
            place: text(&fields.place),
            is_cut: false,
            remarks: text(&fields.remarks),
            are_remarks_cut: false,
            unit_price: Told::whole(fields.unit_price),
            quantity: Told::Is(fields.quantity),
            total: Told::whole(value.total()),
            remaining: Told::whole(fields.remaining),
            worth: Told::whole(value.worth()),
            from: Told::whole(fields.validity.from),
            to: Told::whole(fields.validity.to),
            ..self
        }
    }

    /// One of the values that are at safes together, under `id`, and who had them registered when.
    pub fn of_group(
        id: ItemId,
        value: &'a ValueItem,
        by: (MovedBy, UnixTime),
        cover: Cover,
    ) -> Self {
        Self {
            lies: Lies::AtSafes,
            since: by.1,
            cover,
            moved: Moved::by(by.0, by.1),
            ..Self::of_summary(id, value, Lock::Free)
        }
    }

    /// The value a certificate stands for that was registered as it is. Its digest may leave out what its safe leaves out.
    pub fn of_certificate(id: ItemId, certificate: &'a CertificateItem, lock: Lock) -> Self {
        let digest = &certificate.digest;
        // A digest has the quantity, which no value lacks, exactly when it has all five fields.
        let is_whole = digest.quantity.is_some();
        Self {
            id,
            lies: Lies::AtSafes,
            class: Told::said(digest.class.map(value::Class::code), false),
            name: Told::said(digest.name.as_deref(), false),
            place: Told::said(digest.place.as_deref(), is_whole),
            is_cut: true,
            remarks: Told::Untold,
            are_remarks_cut: false,
            unit_price: Told::Untold,
            quantity: Told::said(digest.quantity, false),
            total: Told::Untold,
            remaining: Told::Untold,
            worth: Told::Untold,
            from: Told::said(digest.from, is_whole),
            to: Told::said(digest.to, is_whole),
            size: certificate.object_bytes,
            since: certificate.issued_at,
            cover: Cover { have: 1, wanted: 1 },
            lock,
            moved: Moved::ByOwner {
                at: certificate.issued_at,
            },
        }
    }

    /// Whether its last day is over.
    pub fn has_expired(&self, today: Date) -> bool {
        matches!(self.to, Told::Is(last) if last < today)
    }
}

fn text(text: &str) -> Told<&str> {
    match text {
        "" => Told::Lacks,
        text => Told::Is(text),
    }
}

fn day(text: &str) -> Told<Date> {
    match text {
        "" => Told::Lacks,
        text => Told::said(value::parse_date(text), false),
    }
}

fn money(amount: Option<&Amount>) -> Told<Money> {
    let Some(amount) = amount else {
        return Told::Lacks;
    };
    let currency = Currency::from_code(&amount.currency);
    let money = currency.map(|currency| Money {
        amount: amount.minor,
        currency,
    });
    Told::said(money, false)
}

fn total(details: &Details, quantity: u32) -> Told<Money> {
    let price = match money(details.unit_price.as_ref()) {
        Told::Is(price) => price,
        told => return told,
    };
    let amount = price.amount.checked_mul(quantity.into());
    Told::said(amount.map(|amount| Money { amount, ..price }), false)
}
