//! AES-256-GCM (NIST SP 800-38D).

use crate::Secret;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use alloc::vec::Vec;

/// Length of the nonce in bytes.
pub const NONCE_LEN: usize = 12;
/// Length of the tag that is appended to the ciphertext, in bytes.
pub const TAG_LEN: usize = 16;

/// The ciphertext does not open: wrong key, wrong associated data, or altered bytes. Which of them cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoesNotOpen;

/// Encrypts `plaintext`; returns ciphertext with the tag appended. A nonce must never be used twice with one key.
pub fn seal(key: &Secret, nonce: &[u8; NONCE_LEN], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key.expose_secret()));
    cipher
        .encrypt(
            &Nonce::from(*nonce),
            Payload {
                msg: plaintext,
                aad,
            },
        )
        .expect("AES-GCM takes up to 64 GiB; limits far below are enforced at the edge")
}

/// Opens what [`seal`] made.
///
/// # Errors
/// [`DoesNotOpen`] when authentication fails; no plaintext is released then.
pub fn open(
    key: &Secret,
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    ciphertext: &[u8],
) -> Result<Vec<u8>, DoesNotOpen> {
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key.expose_secret()));
    cipher
        .decrypt(
            &Nonce::from(*nonce),
            Payload {
                msg: ciphertext,
                aad,
            },
        )
        .map_err(|_| DoesNotOpen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_its_key_nonce_and_associated_data() {
        let key = Secret::new([3; 32]);
        let sealed = seal(&key, &[1; 12], b"aad", b"value");
        assert_eq!(open(&key, &[1; 12], b"aad", &sealed).unwrap(), b"value");
        assert_eq!(open(&key, &[1; 12], b"other", &sealed), Err(DoesNotOpen));
        assert_eq!(open(&key, &[2; 12], b"aad", &sealed), Err(DoesNotOpen));
        let other = Secret::new([4; 32]);
        assert_eq!(open(&other, &[1; 12], b"aad", &sealed), Err(DoesNotOpen));
        for i in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[i] ^= 1;
            assert_eq!(open(&key, &[1; 12], b"aad", &altered), Err(DoesNotOpen));
        }
        assert_eq!(open(&key, &[1; 12], b"aad", &[]), Err(DoesNotOpen));
    }
}
