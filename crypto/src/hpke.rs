//! Hybrid public key encryption (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA-256), HKDF-SHA-256, AES-256-GCM.

use crate::Secret;
use crate::aead::DoesNotOpen;
use alloc::vec::Vec;
use hpke_rs::aead::AesGcm256;
use hpke_rs::kdf::HkdfSha256;
use hpke_rs::kem::X25519HkdfSha256;
use hpke_rs::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_core::CryptoRng;

type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;
type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;
type EncappedKey = <X25519HkdfSha256 as Kem>::EncappedKey;

/// Length of the encapsulated key that stands before the ciphertext, in bytes.
pub const ENCAPPED_LEN: usize = 32;

/// The public key that belongs to `secret`.
pub fn derive_public(secret: &Secret) -> [u8; 32] {
    let private = private_key(secret);
    X25519HkdfSha256::sk_to_pk(&private).to_bytes().into()
}

/// Encrypts to the holder of `recipient`; returns encapsulated key and ciphertext, one after the other.
///
/// # Errors
/// [`DoesNotOpen`] when `recipient` is not a usable X25519 key (a point of small order).
pub fn seal(
    recipient: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, DoesNotOpen> {
    let recipient = PublicKey::from_bytes(recipient).map_err(|_| DoesNotOpen)?;
    let (encapped, ciphertext) = hpke_rs::single_shot_seal_with_rng::<
        AesGcm256,
        HkdfSha256,
        X25519HkdfSha256,
    >(&OpModeS::Base, &recipient, info, plaintext, aad, &mut {
        rng
    })
    .map_err(|_| DoesNotOpen)?;
    let mut sealed = encapped.to_bytes().to_vec();
    sealed.extend_from_slice(&ciphertext);
    Ok(sealed)
}

/// Opens what [`seal`] made for the public key of `secret`.
///
/// # Errors
/// [`DoesNotOpen`] when anything differs: key, `info`, `aad`, or a byte of `sealed`.
pub fn open(
    secret: &Secret,
    info: &[u8],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, DoesNotOpen> {
    let (encapped, ciphertext) = sealed.split_at_checked(ENCAPPED_LEN).ok_or(DoesNotOpen)?;
    let encapped = EncappedKey::from_bytes(encapped).map_err(|_| DoesNotOpen)?;
    hpke_rs::single_shot_open::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private_key(secret),
        &encapped,
        info,
        ciphertext,
        aad,
    )
    .map_err(|_| DoesNotOpen)
}

fn private_key(secret: &Secret) -> PrivateKey {
    PrivateKey::from_bytes(secret.expose_secret())
        .expect("any 32 bytes are an X25519 private key; they are clamped when used")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;

    #[test]
    fn opens_only_with_its_key_info_and_associated_data() {
        let secret = Secret::new([5; 32]);
        let public = derive_public(&secret);
        let sealed = seal(&public, b"info", b"aad", b"value", &mut Counting(0)).unwrap();
        assert_eq!(open(&secret, b"info", b"aad", &sealed).unwrap(), b"value");
        assert_eq!(open(&secret, b"other", b"aad", &sealed), Err(DoesNotOpen));
        assert_eq!(open(&secret, b"info", b"other", &sealed), Err(DoesNotOpen));
        let other = Secret::new([6; 32]);
        assert_eq!(open(&other, b"info", b"aad", &sealed), Err(DoesNotOpen));
        assert_eq!(
            open(&secret, b"info", b"aad", &sealed[..31]),
            Err(DoesNotOpen)
        );
    }

    #[test]
    fn a_recipient_of_small_order_is_refused() {
        assert_eq!(
            seal(&[0; 32], b"", b"", b"value", &mut Counting(0)),
            Err(DoesNotOpen)
        );
    }
}
