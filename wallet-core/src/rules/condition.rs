//! Conditions: a tree over what is known of a value.
//!
//! What is not known is neither true nor false ([`Truth::Unknown`]): of a certificate whose digest is vacant it can neither
//! be said that it is a movie ticket nor that it is not. What a value *lacks* is known: a ticket without a price does not
//! cost at least ¥1,000, so "not at least ¥1,000" holds for it.

use super::calendar::{self, Moment, Period};
use super::limits;
use super::subject::{Lies, Subject, Told};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::value::{Date, Money};
use serde::{Deserialize, Serialize};

/// A condition on a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// All of these; of none: always.
    All(Vec<Condition>),
    /// One of these at least; of none: never.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// Its class is one of these codes.
    Class(Vec<String>),
    /// Its name.
    Name(Text),
    /// Its place.
    Place(Text),
    /// What its owner or issuer noted.
    Remarks(Text),
    /// The price of one.
    UnitPrice(Amount),
    /// How many.
    Quantity(Number),
    /// Unit price × quantity.
    Total(Amount),
    /// What remains of it.
    Remaining(Amount),
    /// What it is worth now.
    Worth(Amount),
    /// Its size in bytes.
    Size(Number),
    /// How many bytes are free in this wallet.
    Free(Number),
    /// Its first day.
    FirstDay(Day),
    /// Its last day.
    LastDay(Day),
    /// It can be used on one of the days from today to the end of this period, both included.
    UsableWithin(Period),
    /// Its last day is one of those days.
    EndingWithin(Period),
    /// It has been where it lies for more than so many days.
    HeldLongerThan(u16),
    /// It is at fewer safes than its plan wants.
    NotAtEnoughSafes,
    /// It lies here, or at safes.
    Lies(Lies),
}

/// A condition on a text. Letters are the same small or capital, wide or narrow ([`fold`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Text {
    /// It is this.
    Is(String),
    /// This is in it.
    Contains(String),
    /// There is none.
    Empty,
}

/// A condition on a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Number {
    /// At least.
    AtLeast(u64),
    /// Less than.
    Below(u64),
}

/// A condition on an amount. What is in another currency, or has no such amount, does not meet it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// ISO 4217 code.
    pub currency: String,
    /// Minor units.
    pub is: Number,
}

/// A condition on a day. What has no such day does not meet [`Day::Before`] and [`Day::From`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Day {
    /// There is none.
    Open,
    /// It is earlier.
    Before(#[serde(with = "calendar::text")] Date),
    /// It is that day or a later one.
    From(#[serde(with = "calendar::text")] Date),
}

/// Whether something holds. The order makes [`Ord::min`] *and*, [`Ord::max`] *or*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It does not.
    No,
    /// Too little is known.
    Unknown,
    /// It does.
    Yes,
}

impl core::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        match holds {
            true => Truth::Yes,
            false => Truth::No,
        }
    }
}

/// What surrounds the values a condition is put to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surroundings {
    /// What time it is where the owner is.
    pub at: Moment,
    /// How many bytes are free in this wallet.
    pub free: u64,
}

/// Why a condition is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Excess {
    /// It is nested more than [`limits::MAX_DEPTH`] deep.
    Depth,
    /// It has more than [`limits::MAX_CONDITIONS`] conditions in it.
    Count,
    /// A list of classes has more than [`limits::MAX_CLASSES`], or a text more than [`limits::MAX_TEXT_CHARS`].
    Text,
}

impl Condition {
    /// Whether it is within the limits: whoever evaluates a tree goes as deep as it is.
    ///
    /// # Errors
    /// See [`Excess`].
    pub fn check(&self) -> Result<(), Excess> {
        let mut left = limits::MAX_CONDITIONS;
        self.count(limits::MAX_DEPTH, &mut left)
    }

    fn count(&self, depth: usize, left: &mut usize) -> Result<(), Excess> {
        let deeper = depth.checked_sub(1).ok_or(Excess::Depth)?;
        *left = left.checked_sub(1).ok_or(Excess::Count)?;
        let short = |text: &str| text.chars().count() <= limits::MAX_TEXT_CHARS;
        let fits = match self {
            Condition::All(list) | Condition::Any(list) => {
                return list.iter().try_for_each(|it| it.count(deeper, left));
            }
            Condition::Not(inner) => return inner.count(deeper, left),
            Condition::Class(codes) => {
                codes.len() <= limits::MAX_CLASSES && codes.iter().all(|code| short(code))
            }
            Condition::Name(text) | Condition::Place(text) | Condition::Remarks(text) => match text
            {
                Text::Is(text) | Text::Contains(text) => short(text),
                Text::Empty => true,
            },
            Condition::UnitPrice(amount)
            | Condition::Total(amount)
            | Condition::Remaining(amount)
            | Condition::Worth(amount) => short(&amount.currency),
            _ => true,
        };
        fits.then_some(()).ok_or(Excess::Text)
    }

    /// Whether it holds for this value. Only asked of conditions that were checked.
    pub(super) fn truth(&self, of: &Subject<'_>, around: &Surroundings) -> Truth {
        let today = around.at.today();
        match self {
            Condition::All(list) => {
                let each = list.iter().map(|it| it.truth(of, around));
                each.min().unwrap_or(Truth::Yes)
            }
            Condition::Any(list) => {
                let each = list.iter().map(|it| it.truth(of, around));
                each.max().unwrap_or(Truth::No)
            }
            Condition::Not(inner) => !inner.truth(of, around),
            Condition::Class(codes) => of
                .class
                .meets(|class| codes.iter().any(|code| code == class).into()),
            Condition::Name(text) => text.truth(of.name, of.is_cut),
            Condition::Place(text) => text.truth(of.place, of.is_cut),
            Condition::Remarks(text) => text.truth(of.remarks, of.are_remarks_cut),
            Condition::UnitPrice(amount) => amount.truth(of.unit_price),
            Condition::Quantity(number) => of.quantity.meets(|count| number.holds(count.into())),
            Condition::Total(amount) => amount.truth(of.total),
            Condition::Remaining(amount) => amount.truth(of.remaining),
            Condition::Worth(amount) => amount.truth(of.worth),
            Condition::Size(number) => number.holds(of.size),
            Condition::Free(number) => number.holds(around.free),
            Condition::FirstDay(day) => day.truth(of.from),
            Condition::LastDay(day) => day.truth(of.to),
            Condition::UsableWithin(period) => {
                let end = period.after(today);
                let has_begun = of.from.meets_or_lacks(|first| (first <= end).into());
                let goes_on = of.to.meets_or_lacks(|last| (last >= today).into());
                has_begun.min(goes_on)
            }
            Condition::EndingWithin(period) => {
                let end = period.after(today);
                of.to.meets(|last| (today <= last && last <= end).into())
            }
            Condition::HeldLongerThan(days) => {
                let held = today.to_julian_day() - around.at.day_of(of.since).to_julian_day();
                (held > i32::from(*days)).into()
            }
            Condition::NotAtEnoughSafes => of.cover.is_short().into(),
            Condition::Lies(lies) => (*lies == of.lies).into(),
        }
    }
}

impl Text {
    fn truth(&self, text: Told<&str>, is_cut: bool) -> Truth {
        let was_cut = |text: &str| is_cut && text.ends_with('…');
        match self {
            Text::Empty => match text {
                Told::Untold => Truth::Unknown,
                Told::Lacks => Truth::Yes,
                Told::Is(_) => Truth::No,
            },
            Text::Is(whole) => text.meets(|text| match was_cut(text) {
                true => Truth::Unknown,
                false => fold(text).eq(fold(whole)).into(),
            }),
            Text::Contains(part) => text.meets(|text| {
                let folded: String = fold(text).collect();
                let part: String = fold(part).collect();
                match folded.contains(&part) {
                    false if was_cut(text) => Truth::Unknown,
                    found => found.into(),
                }
            }),
        }
    }
}

impl Number {
    fn holds(self, number: u64) -> Truth {
        match self {
            Number::AtLeast(least) => number >= least,
            Number::Below(limit) => number < limit,
        }
        .into()
    }
}

impl Amount {
    fn truth(&self, money: Told<Money>) -> Truth {
        money.meets(|money| match money.currency.code() == self.currency {
            true => self.is.holds(money.amount),
            false => Truth::No,
        })
    }
}

impl Day {
    fn truth(self, day: Told<Date>) -> Truth {
        match self {
            Day::Open => !day.meets(|_| Truth::Yes),
            Day::Before(limit) => day.meets(|day| (day < limit).into()),
            Day::From(limit) => day.meets(|day| (day >= limit).into()),
        }
    }
}

impl<T> Told<T> {
    /// Whether it is there and `holds`.
    fn meets(self, holds: impl FnOnce(T) -> Truth) -> Truth {
        match self {
            Told::Untold => Truth::Unknown,
            Told::Lacks => Truth::No,
            Told::Is(field) => holds(field),
        }
    }

    /// Whether it `holds`, or there is nothing it would have to hold for.
    fn meets_or_lacks(self, holds: impl FnOnce(T) -> Truth) -> Truth {
        match self {
            Told::Lacks => Truth::Yes,
            told => told.meets(holds),
        }
    }
}

/// A text as it is compared: capitals as small letters, what a Japanese keyboard writes wide as narrow. By ranges, for the
/// tables of Unicode weigh more than everything else here; letters beyond Latin-1 are compared as they are.
fn fold(text: &str) -> impl Iterator<Item = char> {
    text.trim().chars().map(|c| {
        let narrow = match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            other => other,
        };
        match narrow {
            'A'..='Z' => narrow.to_ascii_lowercase(),
            'À'..='Ö' | 'Ø'..='Þ' => char::from_u32(u32::from(narrow) + 0x20).unwrap_or(narrow),
            other => other,
        }
    })
}
