//! Serde for a secret inside a record. Records are sealed before they are stored; nothing else is written this way.

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
