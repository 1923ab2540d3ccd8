//! Randomness that is none: the vectors and properties say what is drawn.

use core::convert::Infallible;

/// Hands out the bytes it was given, once; as a number, one byte at a time.
pub(crate) struct Given(pub(crate) Vec<u8>);

impl rand_core::TryRng for Given {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut byte = [0];
        self.try_fill_bytes(&mut byte)?;
        Ok(byte[0].into())
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.try_next_u32().map(u64::from)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        let rest = self.0.split_off(out.len());
        out.copy_from_slice(&self.0);
        self.0 = rest;
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Given {}
