//! AES-256-GCM that commits to its key.
//!
//! Plain AES-GCM does not: a ciphertext can be made that opens under two keys to two plaintexts, and then a wallet that
//! tries its keys can be led to either. Here each item has a key of its own, derived by HKDF-SHA-256 from the sealing key
//! and a random salt, and beside the ciphertext stands a second value derived from the same two. Whoever opens compares it
//! first; finding two keys with one commitment is finding a collision of SHA-256.
//!
//! ```text
//! salt 32 │ commitment 32 │ AES-256-GCM ciphertext and tag
//! ```
//! Everything is HKDF and AES-GCM as WebCrypto has them, so bulk data may be sealed there to the same bytes.

use crate::aead::{self, NONCE_LEN, TAG_LEN};
use crate::derive::derive_key;
use crate::{Secret, make_bytes};
use alloc::vec::Vec;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq as _;

const SALT_LEN: usize = 32;
const COMMITMENT_LEN: usize = 32;

/// By how many bytes the sealed form is longer.
pub const OVERHEAD: usize = SALT_LEN + COMMITMENT_LEN + TAG_LEN;

/// A salt is never drawn twice, so neither is an item's key used twice, and its one message may have the nonce 0.
const NONCE: [u8; NONCE_LEN] = [0; NONCE_LEN];

const FOR_ITEM: u8 = 1;
const FOR_COMMITMENT: u8 = 2;

/// Why bytes do not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOpened {
    /// Another key sealed them.
    WrongKey,
    /// The key is right, but the bytes or what they are bound to are not as they were sealed.
    Altered,
}

/// Seals `plaintext` under `key`, for the purpose `label`, bound to `aad`.
pub fn seal(
    key: &Secret,
    label: &str,
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut dyn CryptoRng,
) -> Vec<u8> {
    let salt = make_bytes::<SALT_LEN>(rng);
    let (item, commitment) = derive(key, label, &salt);
    let mut sealed = Vec::with_capacity(plaintext.len() + OVERHEAD);
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(commitment.expose_secret());
    sealed.extend_from_slice(&aead::seal(&item, &NONCE, aad, plaintext));
    sealed
}

/// Opens what [`seal`] made.
///
/// # Errors
/// See [`NotOpened`]; no plaintext is released then. Too few bytes are [`NotOpened::Altered`].
pub fn open(key: &Secret, label: &str, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
    let (salt, rest) = sealed
        .split_first_chunk::<SALT_LEN>()
        .ok_or(NotOpened::Altered)?;
    let (claimed, ciphertext) = rest
        .split_first_chunk::<COMMITMENT_LEN>()
        .ok_or(NotOpened::Altered)?;
    let (item, commitment) = derive(key, label, salt);
    if !bool::from(commitment.expose_secret().ct_eq(claimed)) {
        return Err(NotOpened::WrongKey);
    }
    aead::open(&item, &NONCE, aad, ciphertext).map_err(|_| NotOpened::Altered)
}

/// The key of one item, and the value that commits to it.
fn derive(key: &Secret, label: &str, salt: &[u8; SALT_LEN]) -> (Secret, Secret) {
    let part = |purpose: u8| {
        let mut context = [purpose; 1 + SALT_LEN];
        context[1..].copy_from_slice(salt);
        derive_key(key, label, &context)
    };
    (part(FOR_ITEM), part(FOR_COMMITMENT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;

    const LABEL: &str = "saifu/test";

    #[test]
    fn opens_only_with_its_key_label_and_associated_data() {
        let (key, rng) = (Secret::new([3; 32]), &mut Counting(0));
        let sealed = seal(&key, LABEL, b"aad", b"value", rng);
        assert_eq!(sealed.len(), 5 + OVERHEAD);
        assert_eq!(open(&key, LABEL, b"aad", &sealed).unwrap(), b"value");
        assert_eq!(
            open(&key, LABEL, b"other", &sealed),
            Err(NotOpened::Altered)
        );
        assert_eq!(
            open(&key, "other", b"aad", &sealed),
            Err(NotOpened::WrongKey)
        );
        let other = Secret::new([4; 32]);
        assert_eq!(
            open(&other, LABEL, b"aad", &sealed),
            Err(NotOpened::WrongKey)
        );
        for end in 0..sealed.len() {
            assert!(open(&key, LABEL, b"aad", &sealed[..end]).is_err());
        }
        for i in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[i] ^= 1;
            assert!(open(&key, LABEL, b"aad", &altered).is_err());
        }
    }

    #[test]
    fn equal_plaintexts_have_nothing_in_common_when_sealed() {
        let (key, rng) = (Secret::new([3; 32]), &mut Counting(0));
        let (one, two) = (
            seal(&key, LABEL, b"", b"value", rng),
            seal(&key, LABEL, b"", b"value", rng),
        );
        assert_ne!(one[..32], two[..32]);
        assert_ne!(one[32..64], two[32..64]);
        assert_ne!(one[64..], two[64..]);
    }

    /// A ciphertext of AES-GCM for one key never opens under another here, even where the tag would agree: the
    /// commitment is looked at first.
    #[test]
    fn a_foreign_commitment_is_refused_before_anything_is_decrypted() {
        let (key, other) = (Secret::new([3; 32]), Secret::new([4; 32]));
        let mut sealed = seal(&key, LABEL, b"", b"value", &mut Counting(0));
        let foreign = seal(&other, LABEL, b"", b"value", &mut Counting(0));
        sealed[32..64].copy_from_slice(&foreign[32..64]);
        assert_eq!(open(&key, LABEL, b"", &sealed), Err(NotOpened::WrongKey));
        assert_eq!(open(&other, LABEL, b"", &sealed), Err(NotOpened::Altered));
    }
}
