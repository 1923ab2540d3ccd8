//! What can be made of what lies at safes, by whoever has it: for tests that play attackers, and compiled for them alone.
//!
//! Each function here is the one by which the wallet itself opens these things. So a test that finds nothing by them finds nothing
//! where the wallet would find everything with one thing more, and can show that, too.
//!
//! Not in scope: guessing at a secret, which is OPAQUE (`saifu_crypto::opaque`), and putting parts together, which [`crate::plan`]
//! has for everybody.

use super::{Note, deal, map};
use crate::plan::key::OpeningKey;
use crate::plan::part::{self, Part};
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_crypto::sign::SigningKey;
use saifu_protocol::owner::{self, Kept};
use saifu_protocol::{HolderId, SafeId};
use zeroize::Zeroizing;

/// What stands in a note.
pub struct Told {
    /// Takes the cover off its part.
    pub cover: Secret,
    /// What opens it, where the plan has that stay with the wallet.
    pub key: Option<OpeningKey>,
}

impl core::fmt::Debug for Told {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Told(redacted)")
    }
}

/// The share that a safe keeps: sealed under what a secret or a device gives, or as it lies.
pub fn share(kept: &Kept, safe: SafeId, export: Option<&Secret>) -> Option<Zeroizing<Vec<u8>>> {
    let Some(export) = export else {
        let lies = Zeroizing::new(kept.share.clone());
        let is_open = deal::is_partial(&lies) || root(core::slice::from_ref(&lies)).is_some();
        return is_open.then_some(lies);
    };
    map::unseal(kept, safe, export).map(|(share, _)| share)
}

/// The root, if these are enough.
pub fn root(shares: &[Zeroizing<Vec<u8>>]) -> Option<Secret> {
    deal::gather(shares)
}

/// What a note says to whoever has the root.
pub fn note(sealed: &owner::Note, root: &Secret, safe: SafeId, holder: HolderId) -> Option<Told> {
    let note = Note::open(sealed, root, safe, holder)?;
    let body = note.body("");
    Some(Told {
        cover: body.cover.map_or(body.holder, |cover| cover.0),
        key: OpeningKey::read(&note.key).ok(),
    })
}

/// A part as if this key had made it: whoever has parts need not ask who made them, and the wallet does.
pub fn sign_anew(bytes: &[u8], by: &SigningKey) -> Option<Vec<u8>> {
    let part = Part::read(bytes).ok()?;
    Some(part::write(part.header(), part.digest(), part.body(), by))
}
