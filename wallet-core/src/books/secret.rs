//! Serde for a secret inside a record or a bearer paper. Records are sealed before they are stored; a paper is shown and
//! written down nowhere.

use alloc::string::String;
use saifu_crypto::Secret;
use saifu_protocol::b64;
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
use zeroize::Zeroizing;

pub(crate) fn serialize<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&Zeroizing::new(b64::encode(secret.expose_secret())))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
    let text = Zeroizing::new(String::deserialize(from)?);
    b64::decode_array(&text)
        .map(Secret::new)
        .map_err(|_| D::Error::custom("not a secret"))
}

/// Likewise for secret bytes of any length.
pub(crate) mod bytes {
    use super::{Deserialize, Deserializer, Serializer, String, Zeroizing, b64};
    use alloc::vec::Vec;
    use serde::de::Error as _;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&Zeroizing::new(b64::encode(bytes)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Zeroizing<Vec<u8>>, D::Error> {
        let text = Zeroizing::new(String::deserialize(from)?);
        let bytes = b64::decode(&text).map_err(|_| D::Error::custom("not base64url"))?;
        Ok(Zeroizing::new(bytes))
    }
}

/// Likewise for a secret that may be missing.
pub(crate) mod maybe {
    use super::{Deserialize, Deserializer, Secret, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        secret: &Option<Secret>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match secret {
            Some(secret) => super::serialize(secret, to),
            None => to.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Secret>, D::Error> {
        #[derive(Deserialize)]
        #[serde(transparent)]
        struct Wire(#[serde(with = "super")] Secret);
        Ok(Option::<Wire>::deserialize(from)?.map(|Wire(secret)| secret))
    }
}
