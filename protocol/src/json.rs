//! JSON, the form of everything that is sent and stored.
//!
//! Text becomes a tree of one type, and every other type is read from the tree. So the parser is compiled once and not
//! once more for each type, and finding fields and variants by their names stands here once, too. Why something does not
//! read is not told, because nobody acts on it: it is refused whole.
//!
//! `deny_unknown_fields` does nothing here, since types see no names: [`Json::closed`] does.

use alloc::string::String;
use alloc::vec::{self, Vec};
use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;
use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};
use serde::{Serialize, forward_to_deserialize_any};

/// Most values in one text, nested ones counted: as a tree each takes some 50 bytes, and some take two of text. Without
/// a limit a stranger's eight megabytes would fill the memory of a safe.
const MAX_VALUES: usize = 1 << 19;

/// The text is no JSON, or not of the expected form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// Writes a value.
///
/// # Panics
/// If it has a map whose keys are no strings, or refuses to be written. No type of Saifu does.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    write_text(value).into_bytes()
}

/// As [`write`], for those who take text.
///
/// # Panics
/// As [`write`].
pub fn write_text<T: Serialize + ?Sized>(value: &T) -> String {
    match serde_json::to_string(value) {
        Ok(text) => text,
        // Without the error: showing it takes more code than writing.
        Err(_) => unreachable!("our types have string keys and no fallible parts"),
    }
}

/// Reads a value.
///
/// # Errors
/// [`Unreadable`].
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unreadable> {
    read_parsed(Json::parse(text)?)
}

/// Reads a value that was parsed before it was known what it is.
///
/// # Errors
/// [`Unreadable`].
pub fn read_parsed<T: DeserializeOwned>(json: Json) -> Result<T, Unreadable> {
    T::deserialize(json)
}

/// Parsed JSON. Fields keep their order and their repetitions, so that a type can refuse what is said twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number that is not negative.
    Number(u64),
    /// Any other number. No type here has one, but what is ignored may.
    OtherNumber,
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
    /// An object of which nothing may be ignored.
    Closed(Vec<(String, Json)>),
}

impl Json {
    /// Parses text.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn parse(text: &[u8]) -> Result<Self, Unreadable> {
        let text = core::str::from_utf8(text).map_err(|_| Unreadable)?;
        serde_json::from_str(text).map_err(|_| Unreadable)
    }

    /// The same, but without ignoring what is unknown when it is read.
    #[must_use]
    pub fn closed(self) -> Self {
        match self {
            Json::List(items) => Json::List(items.into_iter().map(Json::closed).collect()),
            Json::Object(fields) => {
                let closed = |(name, value): (String, Json)| (name, value.closed());
                Json::Closed(fields.into_iter().map(closed).collect())
            }
            other => other,
        }
    }

    /// The number in the field `name`: which version of a format this is.
    pub fn number(&self, name: &str) -> Option<u64> {
        let Json::Object(fields) = self else {
            return None;
        };
        match fields.iter().find(|(field, _)| field == name)? {
            (_, Json::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The values of an object in the order of `names`, so that no type needs code of its own to find them.
    fn arrange(self, names: &[&str]) -> Result<Fields, Unreadable> {
        let (fields, is_closed) = match self {
            Json::Object(fields) => (fields, false),
            Json::Closed(fields) => (fields, true),
            _ => return Err(Unreadable),
        };
        let mut arranged: Vec<Option<Json>> = Vec::new();
        arranged.resize(names.len(), None);
        for (name, value) in fields {
            match names.iter().position(|known| *known == name) {
                Some(at) if arranged[at].is_none() => arranged[at] = Some(value),
                None if !is_closed => {}
                Some(_) | None => return Err(Unreadable),
            }
        }
        Ok(Fields(arranged.into_iter()))
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let room = &Cell::new(MAX_VALUES);
        Tree { room }.deserialize(deserializer)
    }
}

/// Builds the tree. Without room it asks for nothing more, and the parser refuses what is left over: an error with words
/// of its own would bring along the search for a position in them.
#[derive(Clone, Copy)]
struct Tree<'a> {
    /// For so many values more.
    room: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        self.room.set(self.room.get().saturating_sub(1));
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(u64::try_from(number).map_or(Json::OtherNumber, Json::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::OtherNumber)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while self.room.get() > 0
            && let Some(item) = items.next_element_seed(self)?
        {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while self.room.get() > 0
            && let Some(field) = fields.next_entry_seed(PhantomData, self)?
        {
            object.push(field);
        }
        Ok(Json::Object(object))
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not of the expected form")
    }
}

impl core::error::Error for Unreadable {}

impl Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Each method takes only the form in which [`write`] writes such a type.
impl<'de> Deserializer<'de> for Json {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Json::Null => visitor.visit_unit(),
            Json::Flag(flag) => visitor.visit_bool(flag),
            Json::Number(number) => visitor.visit_u64(number),
            Json::OtherNumber => Err(Unreadable),
            Json::Text(text) => visitor.visit_string(text),
            Json::List(_) => self.deserialize_seq(visitor),
            Json::Object(_) | Json::Closed(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Json::Flag(flag) => visitor.visit_bool(flag),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Json::Number(number) => visitor.visit_u64(number),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Json::Text(text) => visitor.visit_string(text),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_string(visitor)
    }

    /// Names are found before: what asks which variant it is, is given its place.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Json::Null => visitor.visit_none(),
            some => visitor.visit_some(some),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Json::List(list) = self else {
            return Err(Unreadable);
        };
        let mut items = Items(list.into_iter());
        let value = visitor.visit_seq(&mut items)?;
        match items.0.next() {
            None => Ok(value),
            Some(_) => Err(Unreadable),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Json::Object(entries) | Json::Closed(entries) => visitor.visit_map(Entries {
                rest: entries.into_iter(),
                value: Json::Null,
            }),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_seq(self.arrange(names)?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(self.into_variant(names)?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 f32 f64 char bytes byte_buf unit unit_struct tuple_struct
    }
}

impl Json {
    /// A variant without content is its name, one with content an object with one field of that name.
    fn into_variant(self, names: &[&str]) -> Result<Variant, Unreadable> {
        let (name, content) = match self {
            Json::Text(name) => (name, Json::Null),
            Json::Object(mut fields) | Json::Closed(mut fields) if fields.len() == 1 => {
                fields.pop().ok_or(Unreadable)?
            }
            _ => return Err(Unreadable),
        };
        let place = names.iter().position(|known| *known == name);
        Ok(Variant {
            place: place.ok_or(Unreadable)? as u64,
            content,
        })
    }
}

/// What is left of an array.
struct Items(vec::IntoIter<Json>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// What is left of the fields of a type.
struct Fields(vec::IntoIter<Option<Json>>);

impl<'de> SeqAccess<'de> for Fields {
    type Error = Unreadable;

    /// A field that is missing is `None` if it may be, else its default, else nothing reads.
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        let given = self.0.next().flatten();
        let is_given = given.is_some();
        match seed.deserialize(given.unwrap_or(Json::Null)) {
            Ok(value) => Ok(Some(value)),
            Err(_) if !is_given => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What is left of a map.
struct Entries {
    rest: vec::IntoIter<(String, Json)>,
    /// The value of the key that was taken last.
    value: Json,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = value;
        seed.deserialize(Json::Text(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Unreadable> {
        seed.deserialize(core::mem::replace(&mut self.value, Json::Null))
    }
}

/// A variant of an enum.
struct Variant {
    /// Among the names of the variants.
    place: u64,
    content: Json,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unreadable;
    type Variant = Json;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Json), Unreadable> {
        Ok((seed.deserialize(Json::Number(self.place))?, self.content))
    }
}

/// The content of a variant.
impl<'de> VariantAccess<'de> for Json {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        match self {
            Json::Null => Ok(()),
            _ => Err(Unreadable),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, Unreadable> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_seq(self.arrange(names)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Shape {
        Bare,
        Wrapped(Vec<u8>),
        Named {
            text: String,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pair: Option<(u32, bool)>,
        },
    }

    fn shape(text: &str) -> Result<Shape, Unreadable> {
        read(text.as_bytes())
    }

    #[test]
    fn what_is_written_reads_back() {
        let named = |pair| Shape::Named {
            text: "財布 \"\\\n".into(),
            pair,
        };
        for written in [
            Shape::Bare,
            Shape::Wrapped(alloc::vec![0, 255]),
            named(None),
            named(Some((u32::MAX, true))),
        ] {
            assert_eq!(read(&write(&written)), Ok(written));
        }
        assert_eq!(read(&write(&u64::MAX)), Ok(u64::MAX));
    }

    #[test]
    fn more_values_than_a_tree_may_have_are_refused() {
        let zeros = |count: usize| alloc::format!("[{}0]", "0,".repeat(count - 1));
        // The array is a value, too.
        assert!(Json::parse(zeros(MAX_VALUES - 1).as_bytes()).is_ok());
        assert_eq!(Json::parse(zeros(MAX_VALUES).as_bytes()), Err(Unreadable));
        assert_eq!(Json::parse(b"[0] 0"), Err(Unreadable));
    }

    #[test]
    fn what_is_unknown_is_ignored() {
        let text = r#"{"named":{"text":"a","later":[-1,1.5,{"a":null}],"pair":null}}"#;
        let read = Shape::Named {
            text: "a".into(),
            pair: None,
        };
        assert_eq!(shape(text), Ok(read));
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Fields {
        needed: u8,
        #[serde(default)]
        kept: String,
        option: Option<u8>,
    }

    #[test]
    fn a_field_may_be_missing_if_it_has_a_default_or_is_an_option() {
        let fields = |text: &str| read::<Fields>(text.as_bytes());
        let found = |kept: &str, option| Fields {
            needed: 1,
            kept: kept.into(),
            option,
        };
        for (text, expected) in [
            (r#"{"needed":1}"#, Ok(found("", None))),
            (r#"{"option":2,"needed":1}"#, Ok(found("", Some(2)))),
            (
                r#"{"kept":"a","needed":1,"option":null}"#,
                Ok(found("a", None)),
            ),
            (r#"{"kept":"a"}"#, Err(Unreadable)),
            (r#"{"needed":null}"#, Err(Unreadable)),
            (r#"{"needed":1,"kept":null}"#, Err(Unreadable)),
            (r#"{"needed":1,"option":"2"}"#, Err(Unreadable)),
            (r#"{"needed":1,"option":null,"option":2}"#, Err(Unreadable)),
        ] {
            assert_eq!(fields(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_in_a_closed_object_is_ignored() {
        let closed =
            |text: &str| Vec::<Fields>::deserialize(Json::parse(text.as_bytes())?.closed());
        assert!(closed(r#"[{"needed":1,"option":2}]"#).is_ok());
        assert_eq!(closed(r#"[{"needed":1,"later":2}]"#), Err(Unreadable));
    }

    #[test]
    fn nothing_else_reads() {
        for text in [
            "",
            "{",
            r#""bare" 1"#,
            r#""other""#,
            r#"{"bare":1}"#,
            r#"{"bare":null,"wrapped":[]}"#,
            r#""wrapped""#,
            r#"{"wrapped":[256]}"#,
            r#"{"wrapped":[-1]}"#,
            r#"{"wrapped":[1.0]}"#,
            r#"{"named":{}}"#,
            r#"{"named":["a",null]}"#,
            r#"{"named":{"text":"a","text":"b"}}"#,
            r#"{"named":{"text":"a","pair":[1]}}"#,
            r#"{"named":{"text":"a","pair":[1,true,2]}}"#,
        ] {
            assert_eq!(shape(text), Err(Unreadable), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(Json::parse(deep.as_bytes()), Err(Unreadable));
    }
}
