//! Identifiers, keys and numbers of fixed size. They are parsed at the edge and never passed inward as text.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// Declares an identifier of fixed size: base64url where it is shown or travels, bytes everywhere else.
#[macro_export]
macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Takes the bytes as they are.
            pub const fn new(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// Draws random bytes.
            pub fn make(rng: &mut dyn $crate::__private::CryptoRng) -> Self {
                Self($crate::__private::make_bytes(rng))
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// Reads base64url text.
            ///
            /// # Errors
            /// When it is not canonical or of another length.
            pub fn parse(text: &str) -> Result<Self, $crate::b64::NotBase64> {
                $crate::b64::decode_array(text).map(Self)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&$crate::b64::encode(&self.0))
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl $crate::__private::Serialize for $name {
            fn serialize<S: $crate::__private::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&$crate::b64::encode(&self.0))
            }
        }

        impl<'de> $crate::__private::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text =
                    <$crate::__private::String as $crate::__private::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(|_| <D::Error as $crate::__private::DeError>::custom("not the expected bytes"))
            }
        }
    };
}

fixed_bytes!(
    /// A safe: the RFC 7638 thumbprint of its Ed25519 key. Pinned by the wallet.
    SafeId, 32
);
fixed_bytes!(
    /// The holder of one certificate: the RFC 7638 thumbprint of a key derived for that registration alone.
    HolderId, 32
);
fixed_bytes!(
    /// A public key: Ed25519 for signatures, X25519 for HPKE.
    PublicKey, 32
);
fixed_bytes!(
    /// A certificate: SHA-256 over its compact form.
    CertificateId, 32
);
fixed_bytes!(
    /// One request of one account, the same on every retry. The safe answers a repeat from its record.
    RequestId, 16
);
fixed_bytes!(
    /// One recovery on one device. An entry opens for one session at a time.
    SessionId, 16
);

impl PublicKey {
    /// The RFC 7638 thumbprint of this key as an Ed25519 JWK (RFC 8037).
    pub fn thumbprint(&self) -> [u8; 32] {
        saifu_crypto::hash::sha256(
            alloc::format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{self}"}}"#).as_bytes(),
        )
    }
}

impl SafeId {
    /// The id of the safe that signs with `key`.
    pub fn of(key: &PublicKey) -> Self {
        Self(key.thumbprint())
    }
}

impl HolderId {
    /// The id of the holder that signs with `key`.
    pub fn of(key: &PublicKey) -> Self {
        Self(key.thumbprint())
    }
}

/// Value Y1 of WO 01/13293, Fig. 2(c): ascends by one and returns to 0 after the upper limit.
///
/// At most 2^53 − 1, so that it survives every JSON reader and SQLite's way through JavaScript numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct Counter(u64);

impl Counter {
    /// The largest value any counter may have.
    pub const MAX: Counter = Counter((1 << 53) - 1);

    /// The first value.
    pub const ZERO: Counter = Counter(0);

    /// Takes a number of at most [`Counter::MAX`].
    pub const fn new(value: u64) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The value after this one, under the upper limit `limit`.
    pub const fn next(self, limit: Counter) -> Self {
        if self.0 >= limit.0 {
            Self::ZERO
        } else {
            Self(self.0 + 1)
        }
    }
}

impl<'de> Deserialize<'de> for Counter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u64::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom("counter above 2^53 - 1"))
    }
}

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// This time and `seconds` more; the last representable time if that overflows.
    pub const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this time; 0 if it is not earlier.
    pub const fn since(self, earlier: UnixTime) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::b64;

    #[test]
    fn counter_returns_to_zero_after_the_limit() {
        let limit = Counter(2);
        assert_eq!(Counter(0).next(limit), Counter(1));
        assert_eq!(Counter(1).next(limit), Counter(2));
        assert_eq!(Counter(2).next(limit), Counter(0));
        assert_eq!(Counter::MAX.next(Counter::MAX), Counter::ZERO);
    }

    #[test]
    fn thumbprint_is_that_of_rfc_8037() {
        // RFC 8037, appendix A.3.
        let key = PublicKey::parse("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        assert_eq!(
            b64::encode(&key.thumbprint()),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }
}
