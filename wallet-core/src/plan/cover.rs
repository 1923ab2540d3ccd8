//! The cover of a part: an encryption of its own for each safe, so that two safes that compare what they hold find nothing
//! alike, not even a header.
//!
//! Its key comes from the seed of the registration's holder key, which lies with the certificate. So whoever has the
//! certificate and its seed can take the cover off, a safe cannot, and what the plan says of keys holds underneath.

use super::part::SUITE;
use alloc::vec::Vec;
use saifu_crypto::committed::{self, NotOpened};
use saifu_crypto::derive::derive_key;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::{SafeId, labels};
use zeroize::Zeroizing;

/// Covers a part for one safe.
pub fn cover(part: &[u8], holder: &Secret, safe: SafeId, rng: &mut dyn CryptoRng) -> Vec<u8> {
    committed::seal(&key(holder), labels::COVER, &bound_to(safe), part, rng)
}

/// Takes the cover off.
///
/// # Errors
/// See [`NotOpened`].
pub fn uncover(
    covered: &[u8],
    holder: &Secret,
    safe: SafeId,
) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    committed::open(&key(holder), labels::COVER, &bound_to(safe), covered).map(Zeroizing::new)
}

fn key(holder: &Secret) -> Secret {
    derive_key(holder, labels::COVER_KEY, &[])
}

fn bound_to(safe: SafeId) -> Vec<u8> {
    let mut bound = alloc::vec![SUITE];
    bound.extend_from_slice(safe.as_bytes());
    bound
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_crypto::testing::Counting;

    #[test]
    fn comes_off_with_its_own_seed_for_its_own_safe_and_looks_different_each_time() {
        let (seed, other) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let (here, there) = (SafeId::new([3; 32]), SafeId::new([4; 32]));
        let rng = &mut Counting(0);
        let covered = cover(b"part", &seed, here, rng);
        assert_eq!(uncover(&covered, &seed, here).unwrap().as_slice(), b"part");
        assert_eq!(uncover(&covered, &other, here), Err(NotOpened::WrongKey));
        assert_eq!(uncover(&covered, &seed, there), Err(NotOpened::Altered));
        let again = cover(b"part", &seed, here, rng);
        let alike = covered
            .windows(8)
            .filter(|w| again.windows(8).any(|v| v == *w));
        assert_eq!(alike.count(), 0);
    }
}
