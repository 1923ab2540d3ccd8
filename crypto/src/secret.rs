//! A 256-bit secret that does not show itself.

use core::fmt;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 32 secret bytes: a symmetric key, the seed of a signing key or an X25519 private key.
///
/// `Debug` prints no byte of it, equality takes the same time whatever the bytes are, and memory is overwritten on drop.
/// A copy that has left for JavaScript cannot be overwritten; such copies are kept few and short-lived.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Takes over 32 bytes that are already secret.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Draws a fresh secret.
    pub fn make(rng: &mut dyn CryptoRng) -> Self {
        Self(crate::make_bytes(rng))
    }

    /// The bytes, for the one line that needs them.
    pub fn expose_secret(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn debug_shows_no_byte_of_the_secret() {
        let shown = format!("{:?}", Secret::new([0xAB; 32]));
        assert_eq!(shown, "Secret(redacted)");
    }

    #[test]
    fn equality_compares_all_bytes() {
        let mut last = [7; 32];
        last[31] = 8;
        assert_ne!(Secret::new([7; 32]), Secret::new(last));
        assert_eq!(Secret::new([7; 32]), Secret::new([7; 32]));
    }
}
