//! OPAQUE (RFC 9807) by `opaque-ke`: a safe checks a secret that it never sees and cannot read from what it keeps.
//!
//! OPRF and group ristretto255, SHA-512, 3DH, the envelope of the RFC, and [`Stretch`] as the stretching function.
//!
//! ```text
//!  wallet                                   safe                         (Setup: one for all owners)
//!  enrol ── request (32) ─────────────────▶ Setup::respond(credential)
//!  Enrolling::finish ◀── response (64) ──── (nothing kept)
//!        ── Record (192) ─────────────────▶ kept
//!
//!  log_in ── KE1 (96) ────────────────────▶ Setup::challenge(credential, Record or none)
//!  LoggingIn::finish ◀── KE2 (320) ──────── Expected (128) is kept
//!        ── KE3 (64) ─────────────────────▶ Expected::finish
//!  export key, session key                  session key
//! ```
//!
//! Two things are left to whoever calls. A `credential` must never be evaluated for anybody once there is a record under
//! it, except in a login: with one KE2 in hand, every further evaluation of the same credential is a free guess. And
//! every KE2 is a guess, whatever becomes of it.

mod client;
mod older;
mod server;
#[cfg(test)]
mod vectors;

pub use client::{Enrolled, Enrolling, LoggedIn, LoggingIn, enrol, log_in};
pub use server::{Expected, Record, Setup};

use crate::stretch::Stretch;
use opaque_ke::{CipherSuite, Identifiers, Ristretto255, TripleDh};
use sha2_of_opaque::Sha512;

/// Length of a registration request in bytes.
pub const REQUEST_LEN: usize = 32;
/// Length of a registration response in bytes.
pub const RESPONSE_LEN: usize = 64;
/// Length of a record in bytes.
pub const RECORD_LEN: usize = 192;
/// Length of the first message of a login in bytes.
pub const KE1_LEN: usize = 96;
/// Length of the second message of a login in bytes.
pub const KE2_LEN: usize = 320;
/// Length of the third message of a login in bytes.
pub const KE3_LEN: usize = 64;

/// Who logs in where, and to what end: bound into the envelope and the transcript.
#[derive(Debug, Clone, Copy)]
pub struct Parties<'a> {
    /// The owner, as the safe knows them; `None`: the public key of the record.
    pub owner: Option<&'a [u8]>,
    /// The safe; `None`: its OPAQUE key.
    pub safe: Option<&'a [u8]>,
    /// The application.
    pub context: &'a [u8],
}

impl<'a> Parties<'a> {
    fn identifiers(self) -> Identifiers<'a> {
        Identifiers {
            client: self.owner,
            server: self.safe,
        }
    }
}

/// What came is no message of this protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOpaque;

/// The secret is another one, nobody is enrolled under this name, or the safe is not the one that it says it is. Which
/// of these it is cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoEntry;

/// The suite. Nothing enrolled under one suite opens under another.
struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = Stretch;
}

/// Declares bytes of a fixed length that must not be seen.
macro_rules! hidden_bytes {
    ($(#[$doc:meta])* $name:ident, $len:expr) => {
        $(#[$doc])*
        #[derive(Clone, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Takes back what was kept.
            pub fn new(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// The bytes, to be kept.
            pub fn expose_secret(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                subtle::ConstantTimeEq::ct_eq(&self.0[..], &other.0[..]).into()
            }
        }

        impl Eq for $name {}
    };
}
use hidden_bytes;

/// What the library wrote, as an array.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes
        .try_into()
        .expect("the suite fixes the length of every message")
}

/// The first half of an output of HKDF-SHA-512. Halves of it are as good as the whole; 32 bytes are what a [`crate::Secret`] has.
fn first_half(bytes: &[u8]) -> crate::Secret {
    let mut half = [0_u8; 32];
    half.copy_from_slice(&bytes[..32]);
    let secret = crate::Secret::new(half);
    zeroize::Zeroize::zeroize(&mut half);
    secret
}

#[cfg(test)]
mod tests;
