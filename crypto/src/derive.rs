//! Key derivation.

use crate::Secret;
use core::convert::Infallible;
use hkdf::Hkdf;
use rand_core::{TryCryptoRng, TryRng};
use sha2::Sha256;

/// HKDF-SHA-256 (RFC 5869): a key for the purpose `label` in the given `context`.
///
/// The label is length-prefixed, so no two pairs of label and context give the same key. Labels live in `saifu_protocol::labels`.
pub fn derive_key(root: &Secret, label: &str, context: &[u8]) -> Secret {
    let mut out = [0_u8; 32];
    let label_len = (label.len() as u64).to_be_bytes();
    Hkdf::<Sha256>::new(None, root.expose_secret())
        .expand_multi_info(&[&label_len, label.as_bytes(), context], &mut out)
        .expect("32 bytes are within HKDF-SHA-256's limit of 8160");
    Secret::new(out)
}

/// Bytes as good as random to whoever does not have the seed, and the same for the same seed: for what must be drawn again
/// where nothing of the first draw is left.
#[derive(Debug)]
pub struct Drawn<'a> {
    seed: &'a Secret,
    label: &'a str,
    blocks: u64,
}

impl<'a> Drawn<'a> {
    /// From the beginning.
    pub fn from(seed: &'a Secret, label: &'a str) -> Self {
        Self {
            seed,
            label,
            blocks: 0,
        }
    }

    fn fill<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        let Ok(()) = self.try_fill_bytes(&mut out);
        out
    }
}

impl TryRng for Drawn<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(self.fill()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(self.fill()))
    }

    /// Every call begins a block of its own: what is drawn depends on the calls before, not on how long they were.
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(32) {
            let block = derive_key(self.seed, self.label, &self.blocks.to_be_bytes());
            self.blocks += 1;
            let (used, _) = block.expose_secret().split_at(chunk.len());
            chunk.copy_from_slice(used);
        }
        Ok(())
    }
}

impl TryCryptoRng for Drawn<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_and_context_do_not_run_into_each_other() {
        let root = Secret::new([1; 32]);
        assert_ne!(derive_key(&root, "ab", b"c"), derive_key(&root, "a", b"bc"));
        assert_eq!(derive_key(&root, "a", b"b"), derive_key(&root, "a", b"b"));
    }

    #[test]
    fn what_is_drawn_from_a_seed_is_the_same_each_time_and_never_repeats() {
        let (seed, other) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let draw = |seed, label| {
            let mut drawn = Drawn::from(seed, label);
            let first: [u8; 80] = crate::make_bytes(&mut drawn);
            (first, crate::make_bytes::<8>(&mut drawn))
        };
        assert_eq!(draw(&seed, "a"), draw(&seed, "a"));
        assert_ne!(draw(&seed, "a"), draw(&other, "a"));
        assert_ne!(draw(&seed, "a"), draw(&seed, "b"));
        let (first, second) = draw(&seed, "a");
        let all = [&first[..], &second].concat();
        let repeats = (8..=80).filter(|at| all[..8] == all[*at..at + 8]);
        assert_eq!(repeats.count(), 0);
    }
}
