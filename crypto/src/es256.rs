//! ECDSA on P-256 with SHA-256: as authenticators sign (COSE −7), which is only checked here, and as a safe signs for push
//! services (JWS `ES256`, RFC 7518, 3.4), which know no other algorithm.

use crate::Secret;
use crate::hash::sha256;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{DerSignature, Signature, VerifyingKey};

/// Length of a public key in bytes, uncompressed (SEC 1, 2.3.3).
pub const PUBLIC_LEN: usize = 65;
/// Length of a signature of a JWS in bytes: both numbers, one after the other.
pub const SIGNATURE_LEN: usize = 64;

/// A key that signs for push services. It is erased when it is dropped.
pub struct SigningKey(p256::ecdsa::SigningKey);

impl core::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

impl SigningKey {
    /// The key that belongs to this seed.
    pub fn derive(seed: &Secret) -> Self {
        let mut candidate = seed.clone();
        loop {
            // All but one in 2^32 are numbers below the order of the group, and not zero.
            match p256::ecdsa::SigningKey::from_slice(candidate.expose_secret()) {
                Ok(key) => return Self(key),
                Err(_) => candidate = Secret::new(sha256(candidate.expose_secret())),
            }
        }
    }

    /// Its public half, uncompressed.
    pub fn public(&self) -> [u8; PUBLIC_LEN] {
        let mut public = [0; PUBLIC_LEN];
        let point = self.0.verifying_key().to_sec1_point(false);
        public.copy_from_slice(point.as_bytes());
        public
    }

    /// Signs, as a JWS has it. Needs no randomness (RFC 6979).
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        let signature: Signature = self.0.sign(message);
        signature.to_bytes().into()
    }
}

/// Whether `signature`, as a JWS has it, is one of `public` over `message`.
pub fn verify_jws(
    public: &[u8; PUBLIC_LEN],
    message: &[u8],
    signature: &[u8; SIGNATURE_LEN],
) -> bool {
    let (Ok(key), Ok(signature)) = (
        VerifyingKey::from_sec1_bytes(public),
        Signature::from_slice(signature),
    ) else {
        return false;
    };
    key.verify(message, &signature).is_ok()
}

/// Whether `signature`, in DER, is one of `public` over `message`.
///
/// Unlike those of Ed25519, whoever has one signature can make a second one of the same message: nothing may be known by it.
pub fn verify(public: &[u8; PUBLIC_LEN], message: &[u8], signature: &[u8]) -> bool {
    // Other forms of a point have other lengths, but for the one that is half compressed and half not.
    let is_uncompressed = public.first() == Some(&4);
    let (Ok(key), Ok(signature)) = (
        VerifyingKey::from_sec1_bytes(public),
        DerSignature::try_from(signature),
    ) else {
        return false;
    };
    is_uncompressed && key.verify(message, &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Es256Key;

    #[test]
    fn verify_takes_only_the_signed_message_of_a_point_on_the_curve() {
        let key = Es256Key::new(9);
        let (public, signature) = (key.public(), key.sign(b"message"));
        assert!(verify(&public, b"message", &signature));
        assert!(!verify(&public, b"massage", &signature));
        assert!(!verify(&Es256Key::new(8).public(), b"message", &signature));
        for at in 0..PUBLIC_LEN {
            let mut other = public;
            other[at] ^= 2;
            assert!(!verify(&other, b"message", &signature), "{at}");
        }
        assert!(!verify(&[0; PUBLIC_LEN], b"message", &signature));
    }

    #[test]
    fn what_is_signed_for_push_services_verifies_with_the_derived_key_only() {
        let key = SigningKey::derive(&Secret::new([7; 32]));
        let (public, signature) = (key.public(), key.sign(b"message"));
        assert_eq!(public[0], 4);
        assert_eq!(signature, key.sign(b"message"));
        assert!(verify_jws(&public, b"message", &signature));
        assert!(!verify_jws(&public, b"massage", &signature));
        let other = SigningKey::derive(&Secret::new([8; 32])).public();
        assert!(!verify_jws(&other, b"message", &signature));
        assert!(!verify_jws(&public, b"message", &[0; SIGNATURE_LEN]));
    }

    #[test]
    fn a_seed_that_is_no_number_of_the_group_still_has_a_key() {
        // 2^256 - 1 is above the order, and 0 is no key.
        for seed in [[0xff; 32], [0; 32]] {
            let key = SigningKey::derive(&Secret::new(seed));
            let hashed = SigningKey::derive(&Secret::new(sha256(&seed)));
            assert_eq!(key.public(), hashed.public());
        }
    }
}
