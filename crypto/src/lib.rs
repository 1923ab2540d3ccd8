//! The primitives Saifu is built on, behind a small interface that is not generic.
//!
//! In scope: hashes, authenticated encryption, HPKE, key agreement, signatures, key derivation, secret sharing, passwords (their
//! stretching, and OPAQUE), and the type that holds a secret.
//! Every function here is a thin, fixed choice over a kept crate; nothing is implemented by hand.
//!
//! Not in scope: what is sealed or signed, and under which label — `saifu-protocol` decides that. There is no source of
//! randomness here either: whoever draws it passes it in.
//!
//! The crate is separate so that release builds compile it for more speed than everything else (`Cargo.toml` says how): generic
//! code would be compiled in the crate that instantiates it and lose that.
#![no_std]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod aead;
pub mod agree;
pub mod committed;
pub mod derive;
pub mod es256;
pub mod hash;
pub mod hpke;
pub mod opaque;
pub mod secret;
pub mod share;
pub mod sign;
pub mod stretch;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use rand_core::CryptoRng;
pub use secret::Secret;

/// Draws `N` random bytes from the randomness that was handed in.
pub fn make_bytes<const N: usize>(rng: &mut dyn CryptoRng) -> [u8; N] {
    let mut bytes = [0_u8; N];
    rng.fill_bytes(&mut bytes);
    bytes
}
