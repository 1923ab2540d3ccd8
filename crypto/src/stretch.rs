//! Argon2id (RFC 9106): what makes a guess of a password dear.
//!
//! It takes a good part of a second and 19 MiB. It belongs in the wallet's Worker: never on the page's thread, and never
//! at a safe, which would do the work for whoever guesses.

use crate::Secret;
use argon2::{Algorithm, Argon2, Params, Version};
use opaque_ke::errors::InternalError;
use opaque_ke::generic_array::{ArrayLength, GenericArray};
use opaque_ke::ksf::Ksf;
use zeroize::Zeroize as _;

/// How dear a guess is. What was enrolled under one opens under no other, so a variant is never changed, only added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stretch {
    /// 19 MiB, two passes, one lane: the least that OWASP recommends, chosen for wasm on a phone, where memory that a
    /// module has taken is not given back.
    #[default]
    Argon2id19MiB,
    /// Nothing at all: for vectors, and for tests that are about states.
    #[cfg(any(test, feature = "testing"))]
    None,
}

const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

impl Stretch {
    /// The stretched `password`, for the purpose and place that `salt` stands for.
    pub fn derive(self, password: &[u8], salt: &[u8; 32]) -> Secret {
        let mut out = [0_u8; 32];
        self.fill(password, salt, &mut out);
        let secret = Secret::new(out);
        out.zeroize();
        secret
    }

    fn fill(self, input: &[u8], salt: &[u8], out: &mut [u8]) {
        match self {
            Stretch::Argon2id19MiB => {
                let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
                    .expect("these parameters are within the limits of RFC 9106");
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(input, salt, out)
                    .expect("a password is far below 4 GiB, and without 19 MiB nothing else runs");
            }
            #[cfg(any(test, feature = "testing"))]
            Stretch::None => {
                for (at, byte) in out.iter_mut().enumerate() {
                    *byte = input.get(at).copied().unwrap_or_default();
                }
            }
        }
    }
}

/// The stretching inside OPAQUE, with the salt of zeros that RFC 9807, section 7, has for it.
impl Ksf for Stretch {
    fn hash<L: ArrayLength<u8>>(
        &self,
        input: GenericArray<u8, L>,
    ) -> Result<GenericArray<u8, L>, InternalError> {
        let mut out = GenericArray::default();
        self.fill(&input, &[0; 16], &mut out);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argon2id_gives_what_was_computed_elsewhere() {
        // By OpenSSL, through Node.js 24: argon2id, memory 19456, passes 2, parallelism 1, tag length 32.
        let want = [
            0xdf, 0xce, 0xb9, 0xfe, 0xf4, 0x61, 0x16, 0x81, 0x93, 0xda, 0x75, 0x70, 0x95, 0x3b,
            0x19, 0x2e, 0x39, 0x95, 0x77, 0xa5, 0x5b, 0x05, 0x7a, 0xbb, 0x50, 0xe4, 0x2a, 0x4a,
            0x45, 0x4d, 0x6b, 0xa0,
        ];
        let stretched = Stretch::default().derive(b"correct horse", &[7; 32]);
        assert_eq!(stretched, Secret::new(want));
    }

    #[test]
    fn argon2id_of_rfc_9106() {
        // Section 5.3. Its secret, associated data and four lanes are not ours: it runs on the crate that is called.
        let params = argon2::ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
            .build()
            .unwrap();
        let argon2 =
            Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
        let mut tag = [0; 32];
        argon2
            .hash_password_into(&[1; 32], &[2; 16], &mut tag)
            .unwrap();
        let want = [
            0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b,
            0x53, 0xc9, 0xd0, 0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9,
            0x6b, 0x01, 0xe6, 0x59,
        ];
        assert_eq!(tag, want);
    }
}
