//! Ed25519 signatures (RFC 8032), always verified strictly.

use crate::Secret;
use core::fmt;
use ed25519_dalek::{Signature, Signer as _, SigningKey as Dalek, VerifyingKey};

/// Length of a signature in bytes.
pub const SIGNATURE_LEN: usize = 64;

/// A signing key. Signatures are deterministic, so a repeated answer is the same to the byte.
pub struct SigningKey(Dalek);

impl SigningKey {
    /// The key whose RFC 8032 seed is `seed`.
    pub fn derive(seed: &Secret) -> Self {
        Self(Dalek::from_bytes(seed.expose_secret()))
    }

    /// The public key.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Signs `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(redacted)")
    }
}

/// Whether `signature` is one of `public` over `message`.
///
/// Strict: keys of small order and malleable signatures are refused, so a signature stands for one key and one message.
pub fn verify(public: &[u8; 32], message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
    VerifyingKey::from_bytes(public).is_ok_and(|key| {
        key.verify_strict(message, &Signature::from_bytes(signature))
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verify_takes_only_the_signed_message() {
        let key = SigningKey::derive(&Secret::new([9; 32]));
        let signature = key.sign(b"message");
        assert!(verify(&key.public(), b"message", &signature));
        assert!(!verify(&key.public(), b"massage", &signature));
        assert!(!verify(&[0; 32], b"message", &signature));
    }

    #[test]
    fn verify_refuses_a_key_of_small_order() {
        // The identity point: with a lax check, an all-zero S and R = identity would sign every message.
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!verify(&identity, b"anything", &signature));
    }
}
