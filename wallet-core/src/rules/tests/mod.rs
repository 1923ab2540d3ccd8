//! What rules must answer, by example and by property.

mod book;
mod books;
mod conditions;
mod dice;
mod example;
mod properties;
mod rules;
mod triggers;
mod year;

use super::*;
use crate::books::{Custody, MovedBy, ValueItem};
use crate::ids::ItemId;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;
use saifu_protocol::value::{
    Class, Currency, Date, Fields, Money, Payload, Validity, Value, parse_date,
};

fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn yen(amount: u64) -> Money {
    Money {
        amount,
        currency: Currency::Jpy,
    }
}

fn id(number: u8) -> ItemId {
    ItemId::new([number; 16])
}

/// Noon of a day, in UTC.
fn noon(text: &str) -> UnixTime {
    let days = i64::from(day(text).to_julian_day()) - 2_440_588;
    UnixTime(u64::try_from(days * 86_400 + 43_200).unwrap())
}

/// Where the owner's clock shows UTC, with a wallet that has room.
fn around(today: &str) -> Surroundings {
    let at = Moment {
        now: noon(today),
        offset_minutes: 0,
    };
    Surroundings { at, free: 1 << 20 }
}

/// A ticket that says nothing in particular.
fn ticket(from: &str, to: &str) -> Fields {
    Fields {
        class: Class::MovieTicket,
        name: "A".into(),
        unit_price: Some(yen(1_600)),
        quantity: 1,
        place: "B".into(),
        validity: Validity {
            from: parse_date(from),
            to: parse_date(to),
        },
        remaining: None,
        remarks: "".into(),
        payload: Payload::new(b"bearer".to_vec()),
    }
}

fn summary(fields: &Fields, since: &str) -> ValueItem {
    let value = Value::check(fields.clone()).unwrap();
    ValueItem::of(&value, 300, noon(since), Custody::Held)
}
