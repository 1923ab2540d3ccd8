//! The digest of a part (302): what a list shows before anything is opened. It is open, vacant, or sealed for this wallet.
//!
//! ```text
//! 0                                    vacant
//! 1 │ canonical digest                 open
//! 2 │ AES-256-GCM of (length 1 │ digest, padded with zeros to 160), tag 16      sealed
//! ```
//! A sealed digest goes into certificates, where every byte counts: so it has neither salt nor nonce but a key of its own,
//! derived for this one part, and no commitment, for nothing but a line in a list comes of it.

use super::DigestForm;
use super::part::{Header, Part, code};
use alloc::vec;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_crypto::aead::{self, NONCE_LEN};
use saifu_crypto::derive::derive_key;
use saifu_protocol::limits::MAX_DIGEST_BYTES;
use saifu_protocol::{Digest, json, labels};
use zeroize::Zeroizing;

/// The wallet's key for the digests it seals. Nothing is recovered by it; it only makes a list readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueKey(Secret);

/// The digest is of another wallet, or not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotReadable;

const VACANT: u8 = 0;
const OPEN: u8 = 1;
const SEALED: u8 = 2;

/// The one message of a key has the nonce 0.
const NONCE: [u8; NONCE_LEN] = [0; NONCE_LEN];

impl CatalogueKey {
    /// Takes over a key that is already secret.
    pub fn new(key: Secret) -> Self {
        Self(key)
    }

    /// The digest field of the part with this header.
    pub(crate) fn write(&self, digest: &Digest, form: DigestForm, header: &Header) -> Vec<u8> {
        let canonical = digest.to_canonical();
        match form {
            DigestForm::Vacant => vec![VACANT],
            DigestForm::Open => [&[OPEN], canonical.as_slice()].concat(),
            DigestForm::Sealed => {
                let mut padded = Zeroizing::new([0; 1 + MAX_DIGEST_BYTES]);
                padded[0] = super::count(&canonical);
                padded[1..=canonical.len()].copy_from_slice(&canonical);
                let sealed = aead::seal(&self.derive(header), &NONCE, &[], padded.as_slice());
                [&[SEALED], sealed.as_slice()].concat()
            }
        }
    }

    /// Reads the digest of a part; a vacant one is the vacant digest.
    ///
    /// # Errors
    /// See [`NotReadable`].
    pub fn read(&self, part: &Part<'_>) -> Result<Digest, NotReadable> {
        match part.digest().split_first() {
            Some((&VACANT, [])) => Ok(Digest::default()),
            Some((&OPEN, canonical)) => json::read(canonical).map_err(|_| NotReadable),
            Some((&SEALED, sealed)) => {
                let padded = aead::open(&self.derive(part.header()), &NONCE, &[], sealed);
                let padded = Zeroizing::new(padded.map_err(|_| NotReadable)?);
                let (len, padded) = padded.split_first().ok_or(NotReadable)?;
                let canonical = padded.get(..usize::from(*len)).ok_or(NotReadable)?;
                json::read(canonical).map_err(|_| NotReadable)
            }
            _ => Err(NotReadable),
        }
    }

    /// No two parts have one key: groups are random, and class and index name a part within its group.
    fn derive(&self, header: &Header) -> Secret {
        let part = [code(header.class), header.index];
        let context = [header.group.as_bytes().as_slice(), &part].concat();
        derive_key(&self.0, labels::PART_DIGEST, &context)
    }
}
