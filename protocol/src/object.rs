//! The plain object: the bytes a value is registered as (registration electronic value information).
//!
//! A random nonce stands first, so that two equal tickets are two different objects and nobody can guess a value from
//! the hash in its certificate. The bytes are kept as they are: hashes and collation are over exactly these bytes.

use crate::json::{self, Json};
use crate::value::{Class, Currency, Date, Fields, Money, Payload, Validity, Value};
use crate::{b64, limits, value};
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, make_bytes};
use serde::{Deserialize, Serialize};

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct ObjectV1 {
    v: u8,
    nonce: String,
    class: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit_price: Option<MoneyV1>,
    quantity: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<MoneyV1>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    place: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remaining: Option<MoneyV1>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    remarks: String,
    #[serde(default, with = "b64::bytes", skip_serializing_if = "Vec::is_empty")]
    payload: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct MoneyV1 {
    amount: u64,
    currency: String,
}

impl From<Money> for MoneyV1 {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount,
            currency: money.currency.code().into(),
        }
    }
}

impl MoneyV1 {
    fn read(self) -> Result<Money, ObjectError> {
        Ok(Money {
            amount: self.amount,
            currency: Currency::from_code(&self.currency).ok_or(ObjectError::Malformed)?,
        })
    }
}

/// Why bytes are no plain object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectError {
    /// Longer than [`limits::MAX_OBJECT_BYTES`].
    TooLarge,
    /// Of a version this software does not know. Keep the bytes; a later one may.
    UnknownVersion,
    /// Not the encoding of a value.
    Malformed,
    /// It reads, but its fields contradict each other: a total that is not unit price × quantity, an impossible date.
    Invalid,
}

/// Encodes a value as a plain object with a fresh nonce.
pub fn make_object(value: &Value, rng: &mut dyn CryptoRng) -> Vec<u8> {
    let fields = value.fields();
    json::write(&ObjectV1 {
        v: VERSION,
        nonce: b64::encode(&make_bytes::<16>(rng)),
        class: fields.class.code().into(),
        name: fields.name.clone(),
        unit_price: fields.unit_price.map(Into::into),
        quantity: fields.quantity,
        total: value.total().map(Into::into),
        place: fields.place.clone(),
        from: fields.validity.from.map(value::format_date),
        to: fields.validity.to.map(value::format_date),
        remaining: fields.remaining.map(Into::into),
        remarks: fields.remarks.clone(),
        payload: fields.payload.expose_secret().to_vec(),
    })
}

/// Decodes a plain object.
///
/// # Errors
/// See [`ObjectError`].
pub fn read_object(bytes: &[u8]) -> Result<Value, ObjectError> {
    if bytes.len() > limits::MAX_OBJECT_BYTES {
        return Err(ObjectError::TooLarge);
    }
    let json = Json::parse(bytes).map_err(|_| ObjectError::Malformed)?;
    match json.number("v") {
        Some(version) if version == u64::from(VERSION) => {}
        Some(_) => return Err(ObjectError::UnknownVersion),
        None => return Err(ObjectError::Malformed),
    }
    let read = ObjectV1::deserialize(json.closed()).map_err(|_| ObjectError::Malformed)?;
    b64::decode_array::<16>(&read.nonce).map_err(|_| ObjectError::Malformed)?;
    let claimed_total = read.total.map(MoneyV1::read).transpose()?;
    let value = Value::check(Fields {
        class: Class::from_code(&read.class).ok_or(ObjectError::Malformed)?,
        name: read.name,
        unit_price: read.unit_price.map(MoneyV1::read).transpose()?,
        quantity: read.quantity,
        place: read.place,
        validity: Validity {
            from: read_date(read.from)?,
            to: read_date(read.to)?,
        },
        remaining: read.remaining.map(MoneyV1::read).transpose()?,
        remarks: read.remarks,
        payload: Payload::new(read.payload),
    })
    .map_err(|_| ObjectError::Invalid)?;
    if value.total() != claimed_total {
        return Err(ObjectError::Invalid);
    }
    Ok(value)
}

fn read_date(text: Option<String>) -> Result<Option<Date>, ObjectError> {
    text.map(|text| value::parse_date(&text).ok_or(ObjectError::Invalid))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::movie_ticket;
    use saifu_crypto::testing::Counting;

    #[test]
    fn object_reads_back() {
        let mut fields = movie_ticket();
        fields.remarks = "row 4\nseat 2".into();
        fields.remaining = Some(value::tests::yen(800));
        let value = Value::check(fields).unwrap();
        let bytes = make_object(&value, &mut Counting(0));
        assert_eq!(read_object(&bytes).unwrap(), value);
    }

    #[test]
    fn equal_values_are_different_objects() {
        let value = Value::check(movie_ticket()).unwrap();
        let rng = &mut Counting(0);
        assert_ne!(make_object(&value, rng), make_object(&value, rng));
    }

    #[test]
    fn format_of_version_1_is_pinned() {
        // Objects of this form lie at safes for years: whoever changes it makes them unreadable.
        let value = Value::check(movie_ticket()).unwrap();
        let bytes = make_object(&value, &mut Counting(0));
        assert_eq!(
            core::str::from_utf8(&bytes).unwrap(),
            concat!(
                r#"{"v":1,"nonce":"AQIDBAUGBwgJCgsMDQ4PEA","class":"movie-ticket","name":"A","#,
                r#""unit_price":{"amount":1600,"currency":"JPY"},"quantity":1,"#,
                r#""total":{"amount":1600,"currency":"JPY"},"place":"B","#,
                r#""from":"2000-04-01","to":"2000-05-31","payload":"YmVhcmVy"}"#
            )
        );
    }

    #[test]
    fn foreign_bytes_are_named_and_never_panic() {
        let value = Value::check(movie_ticket()).unwrap();
        let bytes = make_object(&value, &mut Counting(0));
        let text = core::str::from_utf8(&bytes).unwrap();
        let swap = |from: &str, to: &str| read_object(text.replacen(from, to, 1).as_bytes());
        assert_eq!(swap("\"v\":1", "\"v\":2"), Err(ObjectError::UnknownVersion));
        assert_eq!(
            swap("\"total\":{\"amount\":1600", "\"total\":{\"amount\":1601"),
            Err(ObjectError::Invalid)
        );
        assert_eq!(swap("2000-04-01", "2000-04-31"), Err(ObjectError::Invalid));
        assert_eq!(swap("movie-ticket", "spell"), Err(ObjectError::Malformed));
        assert_eq!(swap("\"name\"", "\"nome\""), Err(ObjectError::Malformed));
        for end in 0..bytes.len() {
            assert!(read_object(&bytes[..end]).is_err());
        }
        assert_eq!(
            read_object(&alloc::vec![b' '; limits::MAX_OBJECT_BYTES + 1]),
            Err(ObjectError::TooLarge)
        );
    }
}
