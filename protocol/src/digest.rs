//! The digest (302): the summary of a value that a certificate carries, so that a wallet can list what lies at a safe
//! without asking it.
//!
//! Canonical form: a JSON array `[class, name, quantity, from, to, place]`, `null` for what the setting leaves out or
//! the value lacks; `[]` when vacant. At most [`limits::MAX_DIGEST_BYTES`] bytes: long names and places are cut at a
//! character and end in `…`. Cutting is part of the form, so both sides arrive at the same bytes.

use crate::value::{self, Class, Date, Value};
use crate::{json, limits};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::de::{Error as _, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest name in a digest, in bytes of JSON. With class 14, quantity 10, two days of 10, place 36, and 17 bytes of
/// brackets, commas and quotes the largest digest has 149 bytes.
const NAME_BYTES: usize = 52;
/// Longest place in a digest, in bytes of JSON.
const PLACE_BYTES: usize = 36;
const CUT_MARK: char = '…';

/// Which fields a safe puts into the digests it makes (WO 01/13293: "based on the setting").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigestSetting {
    /// Class, name, quantity, validity and place: Fig. 2(b).
    FiveFields,
    /// Class and name only.
    ClassAndName,
    /// Nothing: the digest is vacant.
    Vacant,
}

/// A summary of a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Digest {
    /// The class.
    pub class: Option<Class>,
    /// The name, perhaps cut.
    pub name: Option<String>,
    /// How many.
    pub quantity: Option<u32>,
    /// First day of validity.
    pub from: Option<Date>,
    /// Last day of validity.
    pub to: Option<Date>,
    /// The place, perhaps cut.
    pub place: Option<String>,
}

impl Digest {
    /// The digest of `value` by `setting`.
    pub fn of(value: &Value, setting: DigestSetting) -> Self {
        let fields = value.fields();
        let named = Self {
            class: Some(fields.class),
            name: Some(cut(&fields.name, NAME_BYTES)),
            ..Self::default()
        };
        match setting {
            DigestSetting::Vacant => Self::default(),
            DigestSetting::ClassAndName => named,
            DigestSetting::FiveFields => Self {
                quantity: Some(fields.quantity),
                from: fields.validity.from,
                to: fields.validity.to,
                place: (!fields.place.is_empty()).then(|| cut(&fields.place, PLACE_BYTES)),
                ..named
            },
        }
    }

    /// Whether it says nothing.
    pub fn is_vacant(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is a digest of `value` under any setting.
    pub fn collates_with(&self, value: &Value) -> bool {
        [
            DigestSetting::FiveFields,
            DigestSetting::ClassAndName,
            DigestSetting::Vacant,
        ]
        .into_iter()
        .any(|setting| *self == Self::of(value, setting))
    }

    /// The canonical form.
    pub fn to_canonical(&self) -> Vec<u8> {
        json::write(self)
    }
}

/// Cuts `text` so that its JSON string, without the quotes, has at most `max` bytes.
fn cut(text: &str, max: usize) -> String {
    if text.chars().map(json_len).sum::<usize>() <= max {
        return text.into();
    }
    let mut room = max - CUT_MARK.len_utf8();
    let mut kept: String = text
        .chars()
        .take_while(|c| {
            let len = json_len(*c);
            let fits = len <= room;
            room = room.saturating_sub(len);
            fits
        })
        .collect();
    kept.push(CUT_MARK);
    kept
}

/// Bytes of a character in a JSON string. Control characters never reach a digest: [`Value::check`] refuses them.
fn json_len(c: char) -> usize {
    match c {
        '"' | '\\' => 2,
        other => other.len_utf8(),
    }
}

type Wire = (
    Option<String>,
    Option<String>,
    Option<u32>,
    Option<String>,
    Option<String>,
    Option<String>,
);

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_vacant() {
            return <[u8; 0]>::serialize(&[], serializer);
        }
        let wire: Wire = (
            self.class.map(|class| class.code().into()),
            self.name.clone(),
            self.quantity,
            self.from.map(value::format_date),
            self.to.map(value::format_date),
            self.place.clone(),
        );
        wire.serialize(serializer)
    }
}

/// Reads the six fields, or none of them.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Option<Wire>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a digest of six fields, or a vacant one")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(seq: &mut A) -> Result<T, A::Error> {
            seq.next_element()?
                .ok_or_else(|| A::Error::custom("a field is missing"))
        }
        let Some(class) = seq.next_element()? else {
            return Ok(None);
        };
        let wire = (
            class,
            next(&mut seq)?,
            next(&mut seq)?,
            next(&mut seq)?,
            next(&mut seq)?,
            next(&mut seq)?,
        );
        match seq.next_element::<IgnoredAny>()? {
            None => Ok(Some(wire)),
            Some(_) => Err(A::Error::custom("more fields than a digest has")),
        }
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some((class, name, quantity, from, to, place)) =
            deserializer.deserialize_seq(Fields)?
        else {
            return Ok(Self::default());
        };
        let date = |text: Option<String>| {
            text.map(|text| value::parse_date(&text).ok_or_else(|| D::Error::custom("not a day")))
                .transpose()
        };
        let class = class
            .map(|code| Class::from_code(&code).ok_or_else(|| D::Error::custom("unknown class")))
            .transpose()?;
        let digest = Self {
            class,
            name,
            quantity,
            from: date(from)?,
            to: date(to)?,
            place,
        };
        if digest.to_canonical().len() > limits::MAX_DIGEST_BYTES {
            return Err(D::Error::custom("digest too long"));
        }
        Ok(digest)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::value::tests::movie_ticket;

    pub(crate) fn largest() -> Digest {
        let mut fields = movie_ticket();
        fields.class = Class::ConcertTicket;
        fields.name = "名".repeat(100);
        fields.place = "\"".repeat(100);
        fields.quantity = u32::MAX;
        fields.unit_price = None;
        Digest::of(&Value::check(fields).unwrap(), DigestSetting::FiveFields)
    }

    #[test]
    fn default_setting_gives_the_five_fields_of_fig_2b() {
        let digest = Digest::of(
            &Value::check(movie_ticket()).unwrap(),
            DigestSetting::FiveFields,
        );
        assert_eq!(
            digest.to_canonical(),
            br#"["movie-ticket","A",1,"2000-04-01","2000-05-31","B"]"#
        );
    }

    #[test]
    fn each_setting_reads_back() {
        let value = Value::check(movie_ticket()).unwrap();
        for setting in [
            DigestSetting::FiveFields,
            DigestSetting::ClassAndName,
            DigestSetting::Vacant,
        ] {
            let digest = Digest::of(&value, setting);
            let read: Digest = serde_json::from_slice(&digest.to_canonical()).unwrap();
            assert_eq!(read, digest);
            assert!(read.collates_with(&value));
        }
    }

    #[test]
    fn the_largest_digest_fits() {
        assert!(largest().to_canonical().len() <= limits::MAX_DIGEST_BYTES);
    }

    #[test]
    fn a_long_name_is_cut_at_a_character() {
        assert_eq!(cut("ab", 2), "ab");
        assert_eq!(cut("abcdef", 5), "ab…");
        assert_eq!(cut("名名名", 8), "名…");
        assert!(largest().name.unwrap().ends_with('…'));
    }

    #[test]
    fn collation_notices_every_field() {
        let value = Value::check(movie_ticket()).unwrap();
        let digest = Digest::of(&value, DigestSetting::FiveFields);
        let altered = [
            Digest {
                class: Some(Class::Coupon),
                ..digest.clone()
            },
            Digest {
                name: Some("B".into()),
                ..digest.clone()
            },
            Digest {
                quantity: Some(2),
                ..digest.clone()
            },
            Digest {
                from: None,
                ..digest.clone()
            },
            Digest {
                to: value::parse_date("2000-06-01"),
                ..digest.clone()
            },
            Digest {
                place: None,
                ..digest.clone()
            },
        ];
        for other in altered {
            assert!(!other.collates_with(&value), "{other:?}");
        }
    }
}
