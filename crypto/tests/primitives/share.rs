//! Shamir's secret sharing.
//!
//! No standard has vectors for it over this field, byte by byte. Those in `vectors/` were computed elsewhere; one is worked by
//! hand; and of what must be secret below the threshold every coefficient is tried.

use super::drawn::Given;
use super::record;
use saifu_crypto::Secret;
use saifu_crypto::share::{Share, combine, split};

const LEN: usize = 32;

#[cfg_attr(test, test)]
pub(crate) fn shares_computed_elsewhere() {
    let records = record::parse(include_str!("vectors/shamir-gf256.txt"));
    let mut combined = 0;
    for record in &records {
        let (threshold, count) = (record.number("threshold"), record.number("count"));
        let secret = Secret::new(record.array("secret"));
        let expected: Vec<Share> = record
            .bytes("shares")
            .chunks_exact(1 + LEN)
            .map(|share| Share {
                index: share[0],
                value: Secret::new(share[1..].try_into().expect("the rest of a share")),
            })
            .collect();
        assert_eq!(expected.len(), count);

        let rng = &mut Given(record.bytes("drawn"));
        let [threshold_byte, count_byte] =
            [threshold, count].map(|number| u8::try_from(number).expect("a small number"));
        let shares = split(&secret, threshold_byte, count_byte, rng);
        assert_eq!(shares.as_ref(), Ok(&expected));
        assert!(rng.0.is_empty(), "all that was drawn is the vector's");

        for window in expected.windows(threshold) {
            assert_eq!(combine(window).as_ref(), Ok(&secret));
            combined += 1;
        }
        if threshold > 2 {
            assert_ne!(combine(&expected[1..threshold]).as_ref(), Ok(&secret));
        }
    }
    assert_eq!((records.len(), combined), (6, 1 + 2 + 2 + 3 + 1 + 5));
}

/// Worked by hand in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1: secret 0x53, coefficient 0xCA, and 0x53 · 0xCA = 1
/// (FIPS 197, section 4.2). At 1: 0x53 + 0xCA = 0x99. At 2: 0x53 + 2 · 0xCA = 0x53 + 0x8F = 0xDC.
/// At 3: 0x53 + 0x8F + 0xCA = 0x16.
#[cfg_attr(test, test)]
pub(crate) fn shares_worked_by_hand() {
    let shares = split_with(&[0x53; LEN], 2, 3, 0xCA);
    let first: Vec<(u8, u8)> = shares
        .iter()
        .map(|share| (share.index, share.value.expose_secret()[0]))
        .collect();
    assert_eq!(first, [(1, 0x99), (2, 0xDC), (3, 0x16)]);
}

/// Every coefficient must be possible and lead to a share of its own, else a share below the threshold would rule secrets out:
/// for each byte of the share there must be exactly one coefficient, whatever the secret is.
#[cfg_attr(test, test)]
pub(crate) fn one_share_below_the_threshold_is_consistent_with_every_secret() {
    let mut tried = 0;
    for secret in [0, 1, 0x53, 255] {
        let mut seen = [[0_u16; 256]; 3];
        for coefficient in 0..=255 {
            let shares = split_with(&[secret; LEN], 2, 3, coefficient);
            for (seen, share) in seen.iter_mut().zip(&shares) {
                for byte in share.value.expose_secret() {
                    seen[usize::from(*byte)] += 1;
                }
            }
            tried += shares.len();
        }
        assert!(
            seen.iter()
                .flatten()
                .all(|count| usize::from(*count) == LEN),
            "{seen:?}"
        );
    }
    assert_eq!(tried, 4 * 256 * 3);
}

/// Two shares of three needed: together with an invented third they give any secret one likes.
#[cfg_attr(test, test)]
pub(crate) fn two_shares_below_the_threshold_are_consistent_with_every_secret() {
    let shares = split_with(&core::array::from_fn(|i| i as u8 * 7), 3, 3, 0x8E);
    let mut seen = [false; 256];
    for invented in 0..=255 {
        let third = Share {
            index: 3,
            value: Secret::new([invented; LEN]),
        };
        let combined = combine(&[shares[0].clone(), shares[1].clone(), third]);
        let combined = combined.expect("three shares with different indices");
        seen[usize::from(combined.expose_secret()[0])] = true;
    }
    assert!(seen.iter().all(|seen| *seen));
}

/// With the same coefficient everywhere.
fn split_with(secret: &[u8; LEN], threshold: u8, count: u8, coefficient: u8) -> Vec<Share> {
    let drawn = vec![coefficient; LEN * usize::from(threshold - 1)];
    split(&Secret::new(*secret), threshold, count, &mut Given(drawn)).expect("a possible threshold")
}
