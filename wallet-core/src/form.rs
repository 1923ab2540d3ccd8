//! The form in which an owner writes a value down, and how it is read. Pure, so the page can check while the owner types.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use saifu_protocol::value::{
    self, Class, Currency, Date, FieldProblem, Fields, Money, Payload, Validity, Value,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What the owner typed, field by field.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// [`Class::code`].
    pub class: String,
    /// Name.
    pub name: String,
    /// Price of one in the currency's usual notation: `1600`, `12.50`. Empty if none.
    pub unit_price: String,
    /// How many.
    pub quantity: String,
    /// [`Currency::code`].
    pub currency: String,
    /// Place.
    pub place: String,
    /// First day as `YYYY-MM-DD`; empty if open.
    pub from: String,
    /// Last day as `YYYY-MM-DD`; empty if open.
    pub to: String,
    /// What remains, as `unit_price`.
    pub remaining: String,
    /// Remarks.
    pub remarks: String,
    /// The code that makes its bearer its owner.
    pub payload: Zeroizing<String>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            class: Class::MovieTicket.code().into(),
            name: String::new(),
            unit_price: String::new(),
            quantity: "1".into(),
            currency: Currency::Jpy.code().into(),
            place: String::new(),
            from: String::new(),
            to: String::new(),
            remaining: String::new(),
            remarks: String::new(),
            payload: Zeroizing::default(),
        }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form(redacted)")
    }
}

/// Which field a problem belongs beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Class.
    Class,
    /// Name.
    Name,
    /// Unit price.
    UnitPrice,
    /// Quantity.
    Quantity,
    /// Place.
    Place,
    /// First day.
    From,
    /// Last day.
    To,
    /// What remains.
    Remaining,
    /// Remarks.
    Remarks,
    /// Payload.
    Payload,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// It must say something.
    Empty,
    /// It is longer than it may be, or has characters that cannot be shown.
    Unusable,
    /// It is not a number of this currency, or not a whole number.
    NotANumber,
    /// It must be at least 1.
    Zero,
    /// It is larger than can be kept exactly.
    TooLarge,
    /// It is not a day.
    NotADay,
    /// It lies before the first day.
    BeforeStart,
    /// It is more than the total.
    AboveTotal,
}

/// Reads a form.
///
/// # Errors
/// Every problem with the field it belongs beside, so that all can be shown at once.
pub fn read(form: &Form) -> Result<Value, Vec<(Field, Problem)>> {
    let mut problems = Vec::new();
    let currency = Currency::from_code(&form.currency).unwrap_or(Currency::Jpy);
    let class = Class::from_code(&form.class);
    if class.is_none() {
        problems.push((Field::Class, Problem::Empty));
    }
    let mut money = |field, text: &str| {
        if text.trim().is_empty() {
            return None;
        }
        let amount = parse_amount(text, currency);
        if amount.is_none() {
            problems.push((field, no_number(text)));
        }
        amount
    };
    let unit_price = money(Field::UnitPrice, &form.unit_price);
    let remaining = money(Field::Remaining, &form.remaining);
    let quantity = parse_whole(&form.quantity).and_then(|number| u32::try_from(number).ok());
    if quantity.is_none() {
        problems.push((Field::Quantity, no_number(&form.quantity)));
    }
    let mut day = |field, text: &str| -> Option<Date> {
        if text.trim().is_empty() {
            return None;
        }
        let day = value::parse_date(text.trim());
        if day.is_none() {
            problems.push((field, Problem::NotADay));
        }
        day
    };
    let validity = Validity {
        from: day(Field::From, &form.from),
        to: day(Field::To, &form.to),
    };
    let checked = Value::check(Fields {
        class: class.unwrap_or(Class::MovieTicket),
        name: form.name.trim().into(),
        unit_price,
        quantity: quantity.unwrap_or(1),
        place: form.place.trim().into(),
        validity,
        remaining,
        remarks: form.remarks.trim().into(),
        payload: Payload::new(form.payload.as_bytes().to_vec()),
    });
    match checked {
        Ok(value) if problems.is_empty() => Ok(value),
        Ok(_) => Err(problems),
        Err(found) => {
            for problem in found {
                let placed = place(problem);
                if problems.iter().all(|(field, _)| *field != placed.0) {
                    problems.push(placed);
                }
            }
            Err(problems)
        }
    }
}

/// The form that reads as this value; `None` if its payload is not text. Such a value is kept, registered and recovered
/// like any other, but not corrected here: a form would replace the bytes it cannot show.
pub fn write(value: &Value) -> Option<Form> {
    let fields = value.fields();
    let payload = core::str::from_utf8(fields.payload.expose_secret()).ok()?;
    let currency = fields
        .unit_price
        .or(fields.remaining)
        .map_or(Currency::Jpy, |money| money.currency);
    let day = |date: Option<Date>| date.map(value::format_date).unwrap_or_default();
    let amount = |money: Option<Money>| money.map(format_amount).unwrap_or_default();
    Some(Form {
        class: fields.class.code().into(),
        name: fields.name.clone(),
        unit_price: amount(fields.unit_price),
        quantity: alloc::format!("{}", fields.quantity),
        currency: currency.code().into(),
        place: fields.place.clone(),
        from: day(fields.validity.from),
        to: day(fields.validity.to),
        remaining: amount(fields.remaining),
        remarks: fields.remarks.clone(),
        payload: Zeroizing::new(payload.into()),
    })
}

fn place(problem: FieldProblem) -> (Field, Problem) {
    match problem {
        FieldProblem::NameEmpty => (Field::Name, Problem::Empty),
        FieldProblem::NameUnusable => (Field::Name, Problem::Unusable),
        FieldProblem::PlaceUnusable => (Field::Place, Problem::Unusable),
        FieldProblem::RemarksUnusable => (Field::Remarks, Problem::Unusable),
        FieldProblem::QuantityZero => (Field::Quantity, Problem::Zero),
        FieldProblem::AmountTooLarge => (Field::UnitPrice, Problem::TooLarge),
        FieldProblem::AmountMissing => (Field::UnitPrice, Problem::Empty),
        FieldProblem::RemainingAboveTotal => (Field::Remaining, Problem::AboveTotal),
        FieldProblem::EndsBeforeItStarts => (Field::To, Problem::BeforeStart),
        FieldProblem::PayloadTooLong => (Field::Payload, Problem::Unusable),
    }
}

/// Reads an amount written with a point before the minor unit and, if at all, commas between groups of three digits.
/// `12,50` is none: whoever means twelve and a half must not get twelve hundred and fifty.
pub fn parse_amount(text: &str, currency: Currency) -> Option<Money> {
    let text = narrow(text);
    let (grouped, minor) = text.split_once('.').unwrap_or((&text, ""));
    let whole = &ungroup(grouped)?;
    let digits = currency.minor_digits() as usize;
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(minor) || minor.len() > digits {
        return None;
    }
    if text.contains('.') && minor.is_empty() {
        return None;
    }
    let mut amount: u64 = whole.parse().ok()?;
    for place in 0..digits {
        let digit = minor.as_bytes().get(place).map_or(0, |byte| byte - b'0');
        amount = amount.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(Money { amount, currency })
}

/// Reads a whole number as [`parse_amount`] reads the part before the point.
pub fn parse_whole(text: &str) -> Option<u64> {
    let digits = ungroup(&narrow(text))?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
}

/// Digits, points and commas as wide as a kanji are what a Japanese keyboard writes unless it is told not to.
fn narrow(text: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' | '．' | '，' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        other => other,
    };
    text.trim().chars().map(narrow).collect()
}

/// What is wrong with text that was not taken as a number.
fn no_number(text: &str) -> Problem {
    let text = narrow(text);
    let is_written_right = ungroup(&text)
        .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.len() > 9);
    if text.is_empty() {
        Problem::Empty
    } else if is_written_right {
        Problem::TooLarge
    } else {
        Problem::NotANumber
    }
}

/// Drops well-formed commas between groups of three.
fn ungroup(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let mut digits = String::from(groups.next()?);
    let (first, mut has_more) = (digits.len(), false);
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        has_more = true;
        digits.push_str(group);
    }
    (!has_more || (1..=3).contains(&first)).then_some(digits)
}

/// Writes an amount as [`parse_amount`] reads it.
pub fn format_amount(money: Money) -> String {
    let digits = money.currency.minor_digits();
    if digits == 0 {
        return alloc::format!("{}", money.amount);
    }
    let unit = 10_u64.pow(digits);
    alloc::format!(
        "{}.{:0width$}",
        money.amount / unit,
        money.amount % unit,
        width = digits as usize
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn ticket() -> Form {
        Form {
            name: "A".into(),
            unit_price: "1,600".into(),
            quantity: "2".into(),
            from: "2000-04-01".into(),
            ..Form::default()
        }
    }

    #[test]
    fn form_reads_and_writes_back() {
        let value = read(&ticket()).unwrap();
        assert_eq!(value.total().map(|total| total.amount), Some(3200));
        assert_eq!(read(&write(&value).unwrap()), Ok(value));
    }

    #[test]
    fn a_payload_that_is_not_text_is_no_form() {
        let mut fields = read(&ticket()).unwrap().fields().clone();
        fields.payload = Payload::new(vec![0xFF, 0xFE]);
        assert!(write(&Value::check(fields).unwrap()).is_none());
    }

    #[test]
    fn all_problems_are_named_beside_their_fields() {
        let form = Form {
            name: " ".into(),
            unit_price: "1.5".into(),
            quantity: "two".into(),
            from: "tomorrow".into(),
            ..Form::default()
        };
        assert_eq!(
            read(&form).unwrap_err(),
            vec![
                (Field::UnitPrice, Problem::NotANumber),
                (Field::Quantity, Problem::NotANumber),
                (Field::From, Problem::NotADay),
                (Field::Name, Problem::Empty),
            ]
        );
    }

    #[test]
    fn numbers_are_told_apart_from_what_is_none_and_from_what_is_too_large() {
        let problem = |unit_price: &str, quantity: &str| {
            let form = Form {
                unit_price: unit_price.into(),
                quantity: quantity.into(),
                ..ticket()
            };
            read(&form).map(drop).map_err(|all| all[0].1)
        };
        assert_eq!(problem("１，６００", "１０"), Ok(()));
        assert_eq!(problem("16 00", "1"), Err(Problem::NotANumber));
        assert_eq!(
            problem("99999999999999999999999", "1"),
            Err(Problem::TooLarge)
        );
        assert_eq!(problem("1", "99999999999"), Err(Problem::TooLarge));
        assert_eq!(problem("1", " "), Err(Problem::Empty));
        assert_eq!(problem("1", "-1"), Err(Problem::NotANumber));
    }

    #[test]
    fn amounts_follow_the_currency() {
        let read = |text, currency| parse_amount(text, currency).map(|money| money.amount);
        assert_eq!(read("1600", Currency::Jpy), Some(1600));
        assert_eq!(read("1600.0", Currency::Jpy), None);
        assert_eq!(read("12.5", Currency::Eur), Some(1250));
        assert_eq!(read("12.", Currency::Eur), None);
        assert_eq!(read("-1", Currency::Eur), None);
        assert_eq!(read("1,600", Currency::Jpy), Some(1600));
        assert_eq!(read("1,234,567.89", Currency::Eur), Some(123_456_789));
        for unclear in [
            "12,50", "1,5", ",5", "1,,000", "1234,567", ",500", "1,000,", "1 000",
        ] {
            assert_eq!(read(unclear, Currency::Eur), None, "{unclear}");
        }
        assert_eq!(parse_whole("1,048,576"), Some(1_048_576));
        assert_eq!(parse_whole("1,5"), None);
        assert_eq!(read("99999999999999999999", Currency::Jpy), None);
        let money = Money {
            amount: 1205,
            currency: Currency::Eur,
        };
        assert_eq!(format_amount(money), "12.05");
    }
}
