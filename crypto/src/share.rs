//! Shamir's secret sharing (Shamir 1979) of a 256-bit secret, byte by byte over GF(2^8), by `vsss-rs`.
//!
//! Fewer shares than the threshold say nothing about the secret: each of their bytes is consistent with every secret. A
//! share alone cannot show that it is genuine; whoever keeps shares adds that.
//!
//! Version 6.0.1 is pinned exactly: earlier ones drew biased coefficients over this field, which gave bits of the secret
//! away below the threshold. `tests/primitives/share.rs` tries every coefficient and would notice that.

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
}
