//! ECDSA on P-256 with SHA-256, as authenticators sign (COSE −7). Only checked: nothing here signs with it.

use p256::ecdsa::{DerSignature, VerifyingKey, signature::Verifier as _};

/// Length of a public key in bytes, uncompressed (SEC 1, 2.3.3).
pub const PUBLIC_LEN: usize = 65;

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
}
