//! Shamir's secret sharing (Shamir 1979) of a 256-bit secret, byte by byte over GF(2^8), by `vsss-rs`.
//!
//! Fewer shares than the threshold say nothing about the secret: each of their bytes is consistent with every secret. A
//! share alone cannot show that it is genuine; whoever keeps shares adds that.
//!
//! Version 6.0.1 is pinned exactly: earlier ones drew biased coefficients over this field, which gave bits of the secret
//! away below the threshold. The test of every coefficient below would notice that.

use crate::Secret;
use alloc::vec::Vec;
use rand_core::CryptoRng;
use vsss_rs::Gf256;
use zeroize::{Zeroize as _, Zeroizing};

/// Bytes of a share as the crate writes it: where the polynomials are evaluated, then a value for each byte.
const RAW_LEN: usize = 33;

/// One share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Where the polynomials were evaluated: 1 to the number of shares.
    pub index: u8,
    /// Their values there.
    pub value: Secret,
}

/// The threshold is below 2 or above the number of shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CannotSplit;

/// Why shares give no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CannotCombine {
    /// Fewer than two.
    TooFew,
    /// An index is 0, or two are the same.
    Indices,
}

/// Splits `secret` into `count` shares, any `threshold` of which give it back.
///
/// # Errors
/// [`CannotSplit`] unless 2 ≤ `threshold` ≤ `count`.
pub fn split(
    secret: &Secret,
    threshold: u8,
    count: u8,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<Share>, CannotSplit> {
    let raw = Gf256::split_bytes(
        usize::from(threshold),
        usize::from(count),
        secret.expose_secret(),
        rng,
    )
    .map_err(|_| CannotSplit)?;
    raw.into_iter()
        .map(|mut raw| {
            let share = read_raw(&raw).ok_or(CannotSplit);
            raw.zeroize();
            share
        })
        .collect()
}

/// Combines shares. All that are given are used; fewer than the threshold, or shares of different secrets, give a secret
/// that is not the one that was split, and nothing here can tell.
///
/// # Errors
/// See [`CannotCombine`].
pub fn combine(shares: &[Share]) -> Result<Secret, CannotCombine> {
    if shares.len() < 2 {
        return Err(CannotCombine::TooFew);
    }
    let mut raw: Vec<Vec<u8>> = shares.iter().map(write_raw).collect();
    let combined = Gf256::combine_bytes(&raw).map(Zeroizing::new);
    raw.iter_mut().for_each(|raw| raw.zeroize());
    let combined = combined.map_err(|_| CannotCombine::Indices)?;
    let bytes = <[u8; 32]>::try_from(combined.as_slice()).map_err(|_| CannotCombine::Indices)?;
    Ok(Secret::new(bytes))
}

fn read_raw(raw: &[u8]) -> Option<Share> {
    let (index, value) = raw.split_first()?;
    Some(Share {
        index: *index,
        value: Secret::new(value.try_into().ok()?),
    })
}

fn write_raw(share: &Share) -> Vec<u8> {
    let mut raw = Vec::with_capacity(RAW_LEN);
    raw.push(share.index);
    raw.extend_from_slice(share.value.expose_secret());
    raw
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Counting;
    use core::convert::Infallible;

    fn secret() -> Secret {
        Secret::new(core::array::from_fn(|i| u8::try_from(i * 7).unwrap()))
    }

    #[test]
    fn any_threshold_of_shares_gives_the_secret_back() {
        for (threshold, count) in [(2, 2), (2, 3), (3, 4), (5, 5), (3, 255)] {
            let shares = split(&secret(), threshold, count, &mut Counting(0)).unwrap();
            assert_eq!(shares.len(), usize::from(count));
            for window in shares.windows(usize::from(threshold)) {
                assert_eq!(combine(window).unwrap(), secret());
            }
            let mut last_first: Vec<Share> = shares.into_iter().rev().collect();
            last_first.truncate(usize::from(threshold) + 1);
            assert_eq!(combine(&last_first).unwrap(), secret(), "more than enough");
        }
    }

    #[test]
    fn impossible_thresholds_are_refused() {
        for (threshold, count) in [(0, 0), (0, 3), (1, 1), (1, 3), (4, 3)] {
            assert_eq!(
                split(&secret(), threshold, count, &mut Counting(0)),
                Err(CannotSplit)
            );
        }
    }

    #[test]
    fn shares_that_cannot_be_combined_are_named() {
        let shares = split(&secret(), 2, 3, &mut Counting(0)).unwrap();
        assert_eq!(combine(&[]), Err(CannotCombine::TooFew));
        assert_eq!(combine(&shares[..1]), Err(CannotCombine::TooFew));
        let twice = [shares[0].clone(), shares[0].clone()];
        assert_eq!(combine(&twice), Err(CannotCombine::Indices));
        let mut zero = shares[0].clone();
        zero.index = 0;
        assert_eq!(
            combine(&[zero, shares[1].clone()]),
            Err(CannotCombine::Indices)
        );
    }

    /// Gives one byte for ever.
    struct Constant(u8);

    impl rand_core::TryRng for Constant {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(u32::from_ne_bytes([self.0; 4]))
        }
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(u64::from_ne_bytes([self.0; 8]))
        }
        fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
            out.fill(self.0);
            Ok(())
        }
    }

    impl rand_core::TryCryptoRng for Constant {}

    /// Every coefficient must be possible and lead to a share of its own, else a share below the threshold would rule
    /// secrets out: for each byte of the share there must be exactly one coefficient, whatever the secret is.
    #[test]
    fn one_share_below_the_threshold_is_consistent_with_every_secret() {
        for secret in [0, 1, 0x53, 255] {
            for index in 0..3 {
                let mut seen = [0_u16; 256];
                for coefficient in 0..=255 {
                    let shares =
                        split(&Secret::new([secret; 32]), 2, 3, &mut Constant(coefficient))
                            .unwrap();
                    for byte in shares[index].value.expose_secret() {
                        seen[usize::from(*byte)] += 1;
                    }
                }
                assert!(seen.iter().all(|count| *count == 32), "{seen:?}");
            }
        }
    }

    /// Two shares of three needed: together with an invented third they give any secret one likes.
    #[test]
    fn two_shares_below_the_threshold_are_consistent_with_every_secret() {
        let shares = split(&secret(), 3, 3, &mut Counting(9)).unwrap();
        let mut seen = [false; 256];
        for invented in 0..=255 {
            let third = Share {
                index: 3,
                value: Secret::new([invented; 32]),
            };
            let combined = combine(&[shares[0].clone(), shares[1].clone(), third]).unwrap();
            seen[usize::from(combined.expose_secret()[0])] = true;
        }
        assert!(seen.iter().all(|seen| *seen));
    }

    /// Worked by hand in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1: secret 0x53, coefficient 0xCA, and 0x53 · 0xCA = 1
    /// (FIPS 197, section 4.2). At 1: 0x53 + 0xCA = 0x99. At 2: 0x53 + 2 · 0xCA = 0x53 + 0x8F = 0xDC.
    /// At 3: 0x53 + 0x8F + 0xCA = 0x16.
    #[test]
    fn shares_are_those_worked_by_hand() {
        let shares = split(&Secret::new([0x53; 32]), 2, 3, &mut Constant(0xCA)).unwrap();
        let first: Vec<(u8, u8)> = shares
            .iter()
            .map(|share| (share.index, share.value.expose_secret()[0]))
            .collect();
        assert_eq!(first, [(1, 0x99), (2, 0xDC), (3, 0x16)]);
    }
}
