//! SHA-256 and MD5.
//!
//! Left out: NIST's long messages, half a megabyte of hexadecimal digits for what the million letters `a` show, and the vectors
//! that are not a whole number of bytes, which the interface cannot express. Wycheproof has none for a bare hash.

use super::record;
use saifu_crypto::hash::{md5, sha256};

/// Len, Msg and MD: the form of both NIST's and the RFC's files.
fn check<const N: usize>(file: &'static str, hash: fn(&[u8]) -> [u8; N]) -> usize {
    let records = record::parse(file);
    for record in &records {
        let (message, bits) = (record.bytes("Msg"), record.number("Len"));
        let message = if bits == 0 { &[] } else { &message[..] };
        assert_eq!(message.len() * 8, bits);
        assert_eq!(hash(message), record.array("MD"), "message of {bits} bits");
    }
    records.len()
}

#[cfg_attr(test, test)]
pub(crate) fn sha256_of_nist_short_messages() {
    assert_eq!(
        check(include_str!("vectors/sha256-cavp-short.txt"), sha256),
        65
    );
}

#[cfg_attr(test, test)]
pub(crate) fn sha256_of_nist_pseudorandom_messages() {
    let records = record::parse(include_str!("vectors/sha256-cavp-monte.txt"));
    let (first, expected) = records.split_first().unwrap();
    let mut seed: [u8; 32] = first.array("Seed");
    for record in expected {
        let mut last = [seed; 3];
        for _ in 0..1000 {
            last = [last[1], last[2], sha256(last.as_flattened())];
        }
        seed = last[2];
        assert_eq!(seed, record.array("MD"));
    }
    assert_eq!(expected.len(), 100);
}

#[cfg_attr(test, test)]
pub(crate) fn sha256_of_the_examples_of_fips_180() {
    let records = record::parse(include_str!("vectors/sha256-fips180.txt"));
    for record in &records {
        let message = record.text("Text").repeat(record.number("Times"));
        assert_eq!(sha256(message.as_bytes()), record.array("MD"));
    }
    assert_eq!(records.len(), 3);
}

#[cfg_attr(test, test)]
pub(crate) fn md5_of_the_test_suite_of_rfc_1321() {
    assert_eq!(check(include_str!("vectors/md5-rfc1321.txt"), md5), 7);
}
