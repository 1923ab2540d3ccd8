//! The digest (302): the summary of a value that a certificate carries, so that a wallet can list what lies at a safe
//! without asking it.
//!
//! Canonical form: a JSON array `[class, name, quantity, from, to, place]`, `null` for what the setting leaves out or
//! the value lacks; `[]` when vacant. At most [`limits::MAX_DIGEST_BYTES`] bytes: long names and places are cut at a
//! character and end in `…`. Cutting is part of the form, so both sides arrive at the same bytes.
//!
//! A certificate carries one as it is, or as its wallet has sealed it: [`CertificateDigest`]. How it is sealed is the
//! wallet's affair.

use crate::value::{self, Class, Date, Value};
use crate::{b64, json, limits};
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

    fn from_wire(fields: Option<Wire>) -> Result<Self, &'static str> {
        let Some((class, name, quantity, from, to, place)) = fields else {
            return Ok(Self::default());
        };
        let date = |text: Option<String>| {
            text.map(|text| value::parse_date(&text).ok_or("not a day"))
                .transpose()
        };
        let digest = Self {
            class: class
                .map(|code| Class::from_code(&code).ok_or("unknown class"))
                .transpose()?,
            name,
            quantity,
            from: date(from)?,
            to: date(to)?,
            place,
        };
        if digest.to_canonical().len() > limits::MAX_DIGEST_BYTES {
            return Err("digest too long");
        }
        Ok(digest)
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
        let fields = deserializer.deserialize_seq(Fields)?;
        Self::from_wire(fields).map_err(D::Error::custom)
    }
}

/// What a certificate says of the value: its digest for everybody, or for whoever can open it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateDigest {
    /// As everybody can read it.
    Open(Digest),
    /// As its wallet sealed it.
    Sealed(SealedDigest),
}

/// A digest as its wallet sealed it: bytes that mean nothing to a safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedDigest(Vec<u8>);

/// No bytes, or more than a certificate has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADigest;

impl fmt::Display for NotADigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a sealed digest")
    }
}

impl core::error::Error for NotADigest {}

impl SealedDigest {
    /// Takes what a wallet has sealed.
    ///
    /// # Errors
    /// [`NotADigest`] for no bytes, or more than [`limits::MAX_SEALED_DIGEST_BYTES`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, NotADigest> {
        if (1..=limits::MAX_SEALED_DIGEST_BYTES).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(NotADigest)
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Digest> for CertificateDigest {
    fn from(digest: Digest) -> Self {
        Self::Open(digest)
    }
}

impl CertificateDigest {
    /// The digest, where everybody can read it.
    pub const fn open(&self) -> Option<&Digest> {
        match self {
            CertificateDigest::Open(digest) => Some(digest),
            CertificateDigest::Sealed(_) => None,
        }
    }

    /// The canonical form: that of the digest, or base64url in quotes. The first character tells them apart.
    pub fn to_canonical(&self) -> Vec<u8> {
        json::write(self)
    }
}

impl Serialize for CertificateDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            CertificateDigest::Open(digest) => digest.serialize(serializer),
            CertificateDigest::Sealed(sealed) => b64::bytes::serialize(&sealed.0, serializer),
        }
    }
}

/// Reads text as a sealed digest, an array as an open one.
struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = CertificateDigest;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a digest, or a sealed one")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let bytes = b64::decode(text).map_err(|_| E::custom("not base64url"))?;
        let sealed = SealedDigest::new(bytes).map_err(E::custom)?;
        Ok(CertificateDigest::Sealed(sealed))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        let digest = Digest::from_wire(Fields.visit_seq(seq)?).map_err(A::Error::custom)?;
        Ok(CertificateDigest::Open(digest))
    }
}

impl<'de> Deserialize<'de> for CertificateDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
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
    fn a_sealed_digest_reads_back_beside_open_ones() {
        let value = Value::check(movie_ticket()).unwrap();
        let open = Digest::of(&value, DigestSetting::FiveFields);
        let sealed = |len| SealedDigest::new(alloc::vec![7; len]).unwrap();
        for digest in [
            open.clone().into(),
            Digest::default().into(),
            CertificateDigest::Sealed(sealed(1)),
            CertificateDigest::Sealed(sealed(limits::MAX_SEALED_DIGEST_BYTES)),
        ] {
            assert_eq!(json::read(&digest.to_canonical()), Ok(digest.clone()));
            let read: CertificateDigest = serde_json::from_slice(&digest.to_canonical()).unwrap();
            assert_eq!(read, digest);
        }
        // An open one is written as before there were sealed ones: certificates and presentations of then still hold.
        let digest = CertificateDigest::from(open.clone());
        assert_eq!(digest.to_canonical(), open.to_canonical());
        assert_eq!(digest.open(), Some(&open));
        let digest = CertificateDigest::Sealed(sealed(3));
        assert_eq!(digest.to_canonical(), br#""BwcH""#);
        assert_eq!(digest.open(), None);
    }

    #[test]
    fn what_is_neither_an_open_nor_a_sealed_digest_does_not_read() {
        let too_long = limits::MAX_SEALED_DIGEST_BYTES + 1;
        assert_eq!(SealedDigest::new(Vec::new()), Err(NotADigest));
        assert_eq!(SealedDigest::new(alloc::vec![7; too_long]), Err(NotADigest));
        let long = b64::encode(&alloc::vec![7; too_long]);
        let long = alloc::format!("\"{long}\"");
        let long_name = alloc::format!("[null,\"{}\",null,null,null,null]", "a".repeat(160));
        for text in [
            "null",
            "7",
            "true",
            "{}",
            "\"\"",
            "\"BwcH=\"",
            "\"BwcJ \"",
            "[1]",
            "[null,null,null,null,null]",
            "[\"ship\",null,null,null,null,null]",
            &long,
            &long_name,
        ] {
            let text = text.as_bytes();
            assert!(json::read::<CertificateDigest>(text).is_err());
            assert!(serde_json::from_slice::<CertificateDigest>(text).is_err());
        }
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
