//! Predictable bytes for tests, which are about formats and states, not about secrecy. Behind the feature `testing`, which no
//! product crate switches on.

use crate::es256;
use alloc::vec::Vec;
use core::convert::Infallible;
use p256::ecdsa::{DerSignature, SigningKey, signature::Signer as _};

/// A key that signs as authenticators do. No product signs with one: it only checks.
#[derive(Debug)]
pub struct Es256Key(SigningKey);

impl Es256Key {
    /// A key; another for each byte.
    pub fn new(byte: u8) -> Self {
        let mut scalar = [byte; 32];
        // Below the order of the group, and not zero.
        scalar[0] = 1;
        #[expect(clippy::expect_used, reason = "only tests come here")]
        Self(SigningKey::from_slice(&scalar).expect("a scalar below the order"))
    }

    /// Its public half, uncompressed.
    pub fn public(&self) -> [u8; es256::PUBLIC_LEN] {
        let mut public = [0; es256::PUBLIC_LEN];
        let point = self.0.verifying_key().to_sec1_point(false);
        public.copy_from_slice(point.as_bytes());
        public
    }

    /// Signs, in DER.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: DerSignature = self.0.sign(message);
        signature.as_bytes().to_vec()
    }
}

/// Counts: 1, 2, 3 …, and differently each time it has come round, so that identifiers drawn from it do not repeat.
#[derive(Debug)]
pub struct Counting(pub u32);

impl Counting {
    fn next(&mut self) -> u8 {
        self.0 = self.0.wrapping_add(1);
        let [_, _, round, count] = self.0.to_be_bytes();
        count.wrapping_add(round.wrapping_mul(37))
    }
}

impl rand_core::TryRng for Counting {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from(self.next()))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.try_next_u32().map(u64::from)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.fill_with(|| self.next());
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Counting {}

/// As [`Counting`], for tests that draw so much that it would come round to what it gave before.
#[derive(Debug)]
pub struct Hashed(pub u64);

impl Hashed {
    fn next(&mut self) -> [u8; 32] {
        self.0 = self.0.wrapping_add(1);
        crate::hash::sha256(&self.0.to_be_bytes())
    }
}

impl rand_core::TryRng for Hashed {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let [a, b, c, d, ..] = self.next();
        Ok(u32::from_be_bytes([a, b, c, d]))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.try_next_u32().map(u64::from)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for block in out.chunks_mut(32) {
            block.copy_from_slice(&self.next()[..block.len()]);
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Hashed {}
