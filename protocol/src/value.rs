//! Electronic value: what a ticket, a prepaid card, a coupon or a gift card says (WO 01/13293, Fig. 2(a) and Fig. 19).
//!
//! A [`Value`] exists only checked. How it becomes bytes is in [`crate::object`]; what may be shown of it elsewhere is in
//! [`crate::digest`].

use crate::limits;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
pub use time::Date;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The class of a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Class {
    /// Admission to a film.
    MovieTicket,
    /// Admission to a concert.
    ConcertTicket,
    /// Admission to anything else.
    EventTicket,
    /// A journey.
    TravelTicket,
    /// A card with an amount that is used up.
    PrepaidCard,
    /// A reduction or a free item.
    Coupon,
    /// An amount given as a present.
    GiftCard,
}

/// What form a class takes in the hand: it decides which fields an owner is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Admits a number of people at a place.
    Ticket,
    /// Has an amount that is used up.
    PrepaidCard,
    /// Reduces a price.
    Coupon,
    /// Has an amount, and is given away.
    GiftCard,
}

impl Class {
    /// Every class, in the order in which they are offered.
    pub const ALL: [Class; 7] = [
        Class::MovieTicket,
        Class::ConcertTicket,
        Class::EventTicket,
        Class::TravelTicket,
        Class::PrepaidCard,
        Class::Coupon,
        Class::GiftCard,
    ];

    /// The name of the class in plain objects and digests. Never changes.
    pub const fn code(self) -> &'static str {
        match self {
            Class::MovieTicket => "movie-ticket",
            Class::ConcertTicket => "concert-ticket",
            Class::EventTicket => "event-ticket",
            Class::TravelTicket => "travel-ticket",
            Class::PrepaidCard => "prepaid-card",
            Class::Coupon => "coupon",
            Class::GiftCard => "gift-card",
        }
    }

    /// The class with this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.code() == code)
    }

    /// The form it takes.
    pub const fn kind(self) -> Kind {
        match self {
            Class::MovieTicket
            | Class::ConcertTicket
            | Class::EventTicket
            | Class::TravelTicket => Kind::Ticket,
            Class::PrepaidCard => Kind::PrepaidCard,
            Class::Coupon => Kind::Coupon,
            Class::GiftCard => Kind::GiftCard,
        }
    }
}

/// A currency Saifu can name, by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Currency {
    /// Japanese yen.
    Jpy,
    /// Euro.
    Eur,
    /// US dollar.
    Usd,
    /// Pound sterling.
    Gbp,
}

impl Currency {
    /// Every currency, in the order in which they are offered.
    pub const ALL: [Currency; 4] = [Currency::Jpy, Currency::Eur, Currency::Usd, Currency::Gbp];

    /// The ISO 4217 code.
    pub const fn code(self) -> &'static str {
        match self {
            Currency::Jpy => "JPY",
            Currency::Eur => "EUR",
            Currency::Usd => "USD",
            Currency::Gbp => "GBP",
        }
    }

    /// The currency with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|currency| currency.code() == code)
    }

    /// How many decimal digits the minor unit has.
    pub const fn minor_digits(self) -> u32 {
        match self {
            Currency::Jpy => 0,
            Currency::Eur | Currency::Usd | Currency::Gbp => 2,
        }
    }
}

/// An amount in minor units of a currency: 1600 JPY is `amount: 1600`, 12.50 EUR is `amount: 1250`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Money {
    /// Minor units; at most 2^53 − 1.
    pub amount: u64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// The largest amount: what every JSON reader keeps exactly.
    pub const MAX_AMOUNT: u64 = (1 << 53) - 1;

    /// This amount times `quantity`, if it can be represented.
    pub fn times(self, quantity: u32) -> Option<Self> {
        self.amount
            .checked_mul(u64::from(quantity))
            .filter(|amount| *amount <= Self::MAX_AMOUNT)
            .map(|amount| Self { amount, ..self })
    }
}

/// When a value can be used: both ends included, a missing end is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Validity {
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
}

/// What the bearer shows or sends to use the value: the code on the ticket, the number of the card.
#[derive(Clone, PartialEq, Eq, Default, Zeroize, ZeroizeOnDrop)]
pub struct Payload(Vec<u8>);

impl Payload {
    /// Takes over the bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, for the one line that needs them.
    pub fn expose_secret(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payload(redacted)")
    }
}

/// The fields of a value, not yet checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Fields {
    /// Its class.
    pub class: Class,
    /// Its name: the title of the film, the brand of the card.
    pub name: String,
    /// Price of one, if it has one.
    pub unit_price: Option<Money>,
    /// How many.
    pub quantity: u32,
    /// Where it can be used; empty if anywhere.
    pub place: String,
    /// When it can be used.
    pub validity: Validity,
    /// What is left of it, for values that are used up.
    pub remaining: Option<Money>,
    /// What else its owner or issuer noted.
    pub remarks: String,
    /// What makes its bearer its owner.
    pub payload: Payload,
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields")
            .field("class", &self.class)
            .finish_non_exhaustive()
    }
}

/// Why fields are no value. Each variant belongs beside one field of a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldProblem {
    /// The name is empty.
    NameEmpty,
    /// The name has more than [`limits::MAX_NAME_CHARS`] characters or a control character.
    NameUnusable,
    /// The place has more than [`limits::MAX_PLACE_CHARS`] characters or a control character.
    PlaceUnusable,
    /// The remarks have more than [`limits::MAX_REMARKS_CHARS`] characters or a control character other than a line end.
    RemarksUnusable,
    /// The quantity is 0.
    QuantityZero,
    /// An amount, or unit price × quantity, is above [`Money::MAX_AMOUNT`].
    AmountTooLarge,
    /// A prepaid or gift card says neither a price nor what remains.
    AmountMissing,
    /// What remains is more than the total, or in another currency.
    RemainingAboveTotal,
    /// The last day lies before the first.
    EndsBeforeItStarts,
    /// The payload has more than [`limits::MAX_PAYLOAD_BYTES`] bytes.
    PayloadTooLong,
}

/// Electronic value information (201), checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    fields: Fields,
    total: Option<Money>,
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Value").field(&self.fields).finish()
    }
}

impl Value {
    /// Checks the fields.
    ///
    /// # Errors
    /// Every problem there is, so that a form can show all of them at once.
    pub fn check(fields: Fields) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        check_texts(&fields, &mut problems);
        let total = check_amounts(&fields, &mut problems);
        if let (Some(from), Some(to)) = (fields.validity.from, fields.validity.to)
            && to < from
        {
            problems.push(FieldProblem::EndsBeforeItStarts);
        }
        if fields.payload.expose_secret().len() > limits::MAX_PAYLOAD_BYTES {
            problems.push(FieldProblem::PayloadTooLong);
        }
        if problems.is_empty() {
            Ok(Self { fields, total })
        } else {
            Err(problems)
        }
    }

    /// The fields.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The fields, to correct them.
    pub fn into_fields(self) -> Fields {
        self.fields
    }

    /// Unit price × quantity.
    pub fn total(&self) -> Option<Money> {
        self.total
    }

    /// What it is worth now: what remains, else the total.
    pub fn worth(&self) -> Option<Money> {
        self.fields.remaining.or(self.total)
    }
}

fn check_texts(fields: &Fields, problems: &mut Vec<FieldProblem>) {
    let control = |text: &str| text.chars().any(char::is_control);
    if fields.name.trim().is_empty() {
        problems.push(FieldProblem::NameEmpty);
    }
    if fields.name.chars().count() > limits::MAX_NAME_CHARS || control(&fields.name) {
        problems.push(FieldProblem::NameUnusable);
    }
    if fields.place.chars().count() > limits::MAX_PLACE_CHARS || control(&fields.place) {
        problems.push(FieldProblem::PlaceUnusable);
    }
    let foreign = |c: char| c.is_control() && c != '\n';
    if fields.remarks.chars().count() > limits::MAX_REMARKS_CHARS
        || fields.remarks.chars().any(foreign)
    {
        problems.push(FieldProblem::RemarksUnusable);
    }
}

fn check_amounts(fields: &Fields, problems: &mut Vec<FieldProblem>) -> Option<Money> {
    if fields.quantity == 0 {
        problems.push(FieldProblem::QuantityZero);
    }
    let is_card = matches!(fields.class.kind(), Kind::PrepaidCard | Kind::GiftCard);
    if is_card && fields.unit_price.is_none() && fields.remaining.is_none() {
        problems.push(FieldProblem::AmountMissing);
    }
    if fields
        .remaining
        .is_some_and(|remaining| remaining.amount > Money::MAX_AMOUNT)
    {
        problems.push(FieldProblem::AmountTooLarge);
    }
    let total = match fields.unit_price {
        Some(price) => {
            let total = price.times(fields.quantity);
            if total.is_none() {
                problems.push(FieldProblem::AmountTooLarge);
            }
            total
        }
        None => None,
    };
    if let (Some(total), Some(remaining)) = (total, fields.remaining)
        && (remaining.currency != total.currency || remaining.amount > total.amount)
    {
        problems.push(FieldProblem::RemainingAboveTotal);
    }
    total
}

/// Writes a day as `YYYY-MM-DD`.
pub fn format_date(date: Date) -> String {
    alloc::format!(
        "{:04}-{:02}-{:02}",
        date.year(),
        u8::from(date.month()),
        date.day()
    )
}

/// Reads a day written as `YYYY-MM-DD`, years 1 to 9999.
pub fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let well_formed = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, byte)| match i {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !well_formed {
        return None;
    }
    let year: i32 = text.get(0..4)?.parse().ok().filter(|year| *year > 0)?;
    let month: u8 = text.get(5..7)?.parse().ok()?;
    let day: u8 = text.get(8..10)?.parse().ok()?;
    Date::from_calendar_date(year, time::Month::try_from(month).ok()?, day).ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec;

    pub(crate) fn yen(amount: u64) -> Money {
        Money {
            amount,
            currency: Currency::Jpy,
        }
    }

    /// Value A of WO 01/13293, Fig. 19.
    pub(crate) fn movie_ticket() -> Fields {
        Fields {
            class: Class::MovieTicket,
            name: "A".to_string(),
            unit_price: Some(yen(1600)),
            quantity: 1,
            place: "B".to_string(),
            validity: Validity {
                from: parse_date("2000-04-01"),
                to: parse_date("2000-05-31"),
            },
            remaining: None,
            remarks: String::new(),
            payload: Payload::new(b"bearer".to_vec()),
        }
    }

    #[test]
    fn check_computes_the_total() {
        let mut fields = movie_ticket();
        fields.quantity = 2;
        assert_eq!(Value::check(fields).unwrap().total(), Some(yen(3200)));
    }

    #[test]
    fn check_names_each_problem() {
        type Spoil = fn(&mut Fields);
        let table: [(Spoil, FieldProblem); 12] = [
            (|f| f.name = " ".into(), FieldProblem::NameEmpty),
            (|f| f.name = "a\u{7}".into(), FieldProblem::NameUnusable),
            (|f| f.name = "a".repeat(121), FieldProblem::NameUnusable),
            (|f| f.place = "a".repeat(121), FieldProblem::PlaceUnusable),
            (
                |f| f.remarks = "a".repeat(1001),
                FieldProblem::RemarksUnusable,
            ),
            (|f| f.quantity = 0, FieldProblem::QuantityZero),
            (
                |f| f.unit_price = Some(yen(Money::MAX_AMOUNT + 1)),
                FieldProblem::AmountTooLarge,
            ),
            (
                |f| f.remaining = Some(yen(1601)),
                FieldProblem::RemainingAboveTotal,
            ),
            (
                |f| {
                    f.remaining = Some(Money {
                        amount: 1,
                        currency: Currency::Eur,
                    });
                },
                FieldProblem::RemainingAboveTotal,
            ),
            (
                |f| f.validity.to = parse_date("2000-03-31"),
                FieldProblem::EndsBeforeItStarts,
            ),
            (
                |f| f.payload = Payload::new(vec![0; 2901]),
                FieldProblem::PayloadTooLong,
            ),
            (
                |f| {
                    f.class = Class::GiftCard;
                    f.unit_price = None;
                },
                FieldProblem::AmountMissing,
            ),
        ];
        for (spoil, problem) in table {
            let mut fields = movie_ticket();
            spoil(&mut fields);
            assert_eq!(Value::check(fields).unwrap_err(), vec![problem]);
        }
    }

    #[test]
    fn total_that_overflows_is_refused() {
        let mut fields = movie_ticket();
        fields.unit_price = Some(yen(Money::MAX_AMOUNT));
        fields.quantity = u32::MAX;
        assert_eq!(
            Value::check(fields).unwrap_err(),
            vec![FieldProblem::AmountTooLarge]
        );
    }

    #[test]
    fn debug_shows_nothing_a_bearer_could_use() {
        let shown = alloc::format!("{:?}", Value::check(movie_ticket()).unwrap());
        assert!(
            !shown.contains("bearer") && !shown.contains("1600"),
            "{shown}"
        );
    }

    #[test]
    fn dates_read_back_and_foreign_text_does_not() {
        for text in ["2000-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(format_date(parse_date(text).unwrap()), text);
        }
        for text in [
            "2001-02-29",
            "2000-13-01",
            "2000-1-01",
            "+200-01-01",
            "0000-01-01",
            "２000-01-0",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }
}
