//! What passes between a Saifu wallet and an electronic safe.
//!
//! In scope: values and their plain object, digests, registration certificates, receipts, signed requests, sealed
//! bodies, what an owner logs in with, orders from safe to safe, problems, limits, and the bytes of all of them. Both sides use this crate, so what one writes the other reads.
//!
//! Not in scope: what a wallet or a safe *decides* (`saifu-wallet-core`, `saifu-safe-core`), the primitives
//! (`saifu-crypto`), and all input and output. There is no clock and no source of randomness here; both are arguments.
//!
//! The numbered steps of every exchange are in `docs/protocol.md`.
#![no_std]
extern crate alloc;

pub mod b64;
pub mod certificate;
pub mod channel;
pub mod descriptor;
pub mod digest;
pub mod envelope;
pub mod hold;
pub mod ids;
pub mod json;
pub mod jws;
pub mod labels;
pub mod limits;
pub mod message;
pub mod object;
pub mod order;
pub mod owner;
pub mod possession;
pub mod presentation;
pub mod problem;
pub mod push;
pub mod receipt;
pub mod request;
pub mod value;

pub use certificate::Certificate;
pub use digest::{CertificateDigest, Digest, SealedDigest};
pub use ids::{
    CertificateId, Counter, HolderId, PublicKey, RequestId, SafeId, SessionId, UnixTime,
};
pub use value::Value;

/// What [`fixed_bytes!`] expands to; not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use alloc::string::String;
    pub use saifu_crypto::{CryptoRng, make_bytes};
    pub use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as DeError};
}
