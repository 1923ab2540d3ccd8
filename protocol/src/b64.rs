//! base64url without padding (RFC 4648 §5), strict: one text for one sequence of bytes.

use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The text is not canonical base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotBase64;

/// Encodes bytes.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes text.
///
/// # Errors
/// [`NotBase64`] for foreign characters, padding, or non-zero trailing bits.
pub fn decode(text: &str) -> Result<Vec<u8>, NotBase64> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| NotBase64)
}

/// Decodes text of exactly `N` bytes.
///
/// # Errors
/// [`NotBase64`] as in [`decode`], and for any other length.
pub fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], NotBase64> {
    decode(text)?.try_into().map_err(|_| NotBase64)
}

/// Serde for a field of bytes that travels as base64url text: `#[serde(with = "b64::bytes")]`.
pub mod bytes {
    use super::{String, Vec};
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    /// Writes bytes as text.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::encode(bytes))
    }

    /// Reads bytes from text.
    ///
    /// # Errors
    /// Those of the deserializer, and text that is not base64url.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::decode(&text).map_err(|_| D::Error::custom("not base64url"))
    }
}

/// As [`mod@bytes`], for a field that may be missing: `#[serde(default, skip_serializing_if = "Option::is_none", with =
/// "b64::optional")]`.
pub mod optional {
    use super::Vec;
    use serde::{Deserializer, Serializer};

    /// Writes bytes as text.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => super::bytes::serialize(bytes, serializer),
            None => serializer.serialize_none(),
        }
    }

    /// Reads bytes from text.
    ///
    /// # Errors
    /// Those of [`mod@super::bytes`]: a field that is there has bytes.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        super::bytes::deserialize(deserializer).map(Some)
    }
}

/// As [`mod@bytes`], for a field of as many bytes as its type says: `#[serde(with = "b64::array")]`.
pub mod array {
    use super::String;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    /// Writes bytes as text.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::encode(bytes))
    }

    /// Reads bytes from text.
    ///
    /// # Errors
    /// Those of the deserializer, and text that is not base64url of so many bytes.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        super::decode_array(&text).map_err(|_| D::Error::custom("not the expected bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_takes_only_the_canonical_text() {
        assert_eq!(decode("AQI").unwrap(), [1, 2]);
        for foreign in ["AQI=", "AQ I", "AQJ", "A", "AQ+/"] {
            assert_eq!(decode(foreign), Err(NotBase64), "{foreign}");
        }
        assert_eq!(decode_array::<3>("AQI"), Err(NotBase64));
    }
}
