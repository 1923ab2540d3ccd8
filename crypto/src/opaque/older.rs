//! Randomness for `opaque-ke`, which is written for an older generation of `rand_core`.

use hkdf::Hkdf;
use opaque_ke::rand::{CryptoRng, Error, RngCore};
use sha2::Sha256;

/// What was handed in, in the older form.
pub(super) struct Drawn<'a>(pub(super) &'a mut dyn rand_core::CryptoRng);

impl RngCore for Drawn<'_> {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        self.0.fill_bytes(out);
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.0.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Drawn<'_> {}

/// Nothing random: blocks of HKDF-SHA-256 over a seed, one for each call, numbered. For keys that must be the same each time.
pub(super) struct Derived {
    from: Hkdf<Sha256>,
    calls: u64,
}

impl Derived {
    pub(super) fn new(seed: &crate::Secret) -> Self {
        Self {
            from: Hkdf::new(None, seed.expose_secret()),
            calls: 0,
        }
    }
}

impl RngCore for Derived {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        self.calls += 1;
        self.from
            .expand(&self.calls.to_be_bytes(), out)
            .expect("no key is longer than HKDF-SHA-256's limit of 8160");
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Derived {}
