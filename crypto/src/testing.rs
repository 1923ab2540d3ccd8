//! Predictable bytes for tests, which are about formats and states, not about secrecy. Behind the feature `testing`, which no
//! product crate switches on.

use core::convert::Infallible;

/// Counts: 1, 2, 3 …
#[derive(Debug)]
pub struct Counting(pub u8);

impl rand_core::TryRng for Counting {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0 = self.0.wrapping_add(1);
        Ok(u32::from(self.0))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.try_next_u32().map(u64::from)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.fill_with(|| {
            self.0 = self.0.wrapping_add(1);
            self.0
        });
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Counting {}
