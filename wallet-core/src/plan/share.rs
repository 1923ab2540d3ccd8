//! Shares that prove by themselves that they belong together.
//!
//! ```text
//! number 1 (from 1) │ threshold 1 │ count 1 │ value 32 │ count × check 32
//! ```
//! Check j is a SHA-256 over number and value of share j, and all shares of a set carry all checks. So an altered share does
//! not fit its own check, and a share of another set has other checks: both are named by their number, without any key.
//! A check stands for 256 random bits, which nobody finds by trying.

use super::bytes::{Malformed, Reader};
use super::limits;
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::hash::sha256;
use saifu_crypto::{CryptoRng, Secret, share};
use saifu_protocol::labels;
use zeroize::Zeroizing;

type Check = [u8; 32];

/// One share of a set.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct CheckedShare {
    share: share::Share,
    threshold: u8,
    checks: Vec<Check>,
}

impl fmt::Debug for CheckedShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedShare")
            .field("number", &self.share.index)
            .finish_non_exhaustive()
    }
}

/// Why shares give no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotCombined {
    /// There are fewer than are needed.
    TooFew { have: u8, need: u8 },
    /// This share is altered, or of another set than the first, or comes twice.
    Bad { number: u8 },
}

/// Splits `secret`; `None` unless 2 ≤ `threshold` ≤ `count`, which a checked plan has.
pub(crate) fn split(
    secret: &Secret,
    threshold: u8,
    count: u8,
    rng: &mut dyn CryptoRng,
) -> Option<Vec<CheckedShare>> {
    let shares = share::split(secret, threshold, count, rng).ok()?;
    let checks: Vec<Check> = shares.iter().map(check_of).collect();
    let with_checks = shares.into_iter().map(|share| CheckedShare {
        share,
        threshold,
        checks: checks.clone(),
    });
    Some(with_checks.collect())
}

/// Combines the shares of one set.
pub(crate) fn combine(shares: &[&CheckedShare]) -> Result<Secret, NotCombined> {
    let Some(first) = shares.first() else {
        return Err(NotCombined::TooFew { have: 0, need: 2 });
    };
    for (at, share) in shares.iter().enumerate() {
        let number = share.number();
        let again = shares[..at].iter().any(|other| other.number() == number);
        if !share.is_sound() || !share.is_of_set(first) || again {
            return Err(NotCombined::Bad { number });
        }
    }
    let need = first.threshold;
    if shares.len() < usize::from(need) {
        return Err(NotCombined::TooFew {
            have: super::count(shares),
            need,
        });
    }
    let enough = shares.iter().take(usize::from(need));
    let raw: Vec<share::Share> = enough.map(|share| share.share.clone()).collect();
    share::combine(&raw).map_err(|_| NotCombined::Bad {
        number: first.number(),
    })
}

impl CheckedShare {
    /// From 1 to the number of shares.
    pub(crate) fn number(&self) -> u8 {
        self.share.index
    }

    /// How many are needed.
    pub(crate) fn threshold(&self) -> u8 {
        self.threshold
    }

    /// Whether it fits its own check.
    pub(crate) fn is_sound(&self) -> bool {
        let at = usize::from(self.share.index).checked_sub(1);
        at.and_then(|at| self.checks.get(at)) == Some(&check_of(&self.share))
    }

    pub(crate) fn is_of_set(&self, other: &Self) -> bool {
        self.threshold == other.threshold && self.checks == other.checks
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.share.index, self.threshold, super::count(&self.checks)]);
        out.extend_from_slice(self.share.value.expose_secret());
        for check in &self.checks {
            out.extend_from_slice(check);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let [index, threshold, count] = reader.array()?;
        let value = Secret::new(reader.array()?);
        let sane = count <= limits::MAX_PARTS
            && (2..=count).contains(&threshold)
            && (1..=count).contains(&index);
        if !sane {
            return Err(Malformed);
        }
        let checks = (0..count)
            .map(|_| reader.array())
            .collect::<Result<_, _>>()?;
        Ok(Self {
            share: share::Share { index, value },
            threshold,
            checks,
        })
    }
}

fn check_of(share: &share::Share) -> Check {
    let label = labels::SHARE_CHECK.as_bytes();
    let value = share.value.expose_secret();
    sha256(&Zeroizing::new([label, &[0, share.index], value].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_crypto::testing::Counting;

    fn set(rng: u32) -> (Secret, Vec<CheckedShare>) {
        let secret = Secret::new([7; 32]);
        let shares = split(&secret, 2, 3, &mut Counting(rng)).unwrap();
        (secret, shares)
    }

    #[test]
    fn shares_read_back_and_combine() {
        let (secret, shares) = set(0);
        let mut written = Vec::new();
        shares[2].write(&mut written);
        assert_eq!(written.len(), 35 + 3 * 32);
        let read = CheckedShare::read(&mut Reader::new(&written)).unwrap();
        assert_eq!(read, shares[2]);
        assert_eq!(combine(&[&read, &shares[0]]).unwrap(), secret);
        for end in 0..written.len() {
            assert!(CheckedShare::read(&mut Reader::new(&written[..end])).is_err());
        }
    }

    #[test]
    fn too_few_shares_give_nothing() {
        let (_, shares) = set(0);
        let too_few = NotCombined::TooFew { have: 1, need: 2 };
        assert_eq!(combine(&[&shares[1]]), Err(too_few));
        assert!(matches!(combine(&[]), Err(NotCombined::TooFew { .. })));
    }

    #[test]
    fn a_bad_share_is_named_by_its_number() {
        let (_, shares) = set(0);
        let altered = |spoil: fn(&mut Vec<u8>)| {
            let mut written = Vec::new();
            shares[1].write(&mut written);
            spoil(&mut written);
            CheckedShare::read(&mut Reader::new(&written)).unwrap()
        };
        let bad = Err(NotCombined::Bad { number: 2 });
        let value = altered(|bytes| bytes[3] ^= 1);
        assert_eq!(combine(&[&shares[0], &value]), bad);
        let check = altered(|bytes| bytes[35 + 32] ^= 1);
        assert_eq!(combine(&[&shares[0], &check]), bad);
        let renumbered = altered(|bytes| bytes[0] = 3);
        let third = Err(NotCombined::Bad { number: 3 });
        assert_eq!(combine(&[&shares[0], &renumbered]), third);
        let (_, others) = set(99);
        assert_eq!(combine(&[&shares[0], &others[1]]), bad, "of another set");
        assert_eq!(combine(&[&shares[1], &shares[1]]), bad, "twice");
    }

    #[test]
    fn debug_shows_no_byte_of_a_share() {
        let (_, shares) = set(0);
        assert_eq!(
            alloc::format!("{:?}", shares[0]),
            "CheckedShare { number: 1, .. }"
        );
    }
}
