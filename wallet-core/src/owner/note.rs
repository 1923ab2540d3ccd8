//! The note that lies with an entry at its safe: what it takes to use the certificate, sealed for whoever has the root.
//!
//! A certificate alone opens nothing: presenting it takes the seed of its holder's key, and what it is a part of stands in
//! the wallet's books. Both go to the safe with the registration, sealed under a key derived from the root and bound to that
//! safe. So the books of a wallet that is lost lie, entry by entry, where the entries lie, no safe can read them, and a
//! wallet that has the root again has them again.
//!
//! The holder's seed must be that of the certificate the note came with. So a safe that shows another note with it, or an
//! old one, is found out by arithmetic.

use crate::bearer::{Bearer, Cover, HandedPart};
use crate::books::{CertificateBody, secret};
use crate::group::{Awaited, Group, PartOf};
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::derive::derive_key;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{CryptoRng, Secret, committed};
use saifu_protocol::limits::MAX_NOTE_BYTES;
use saifu_protocol::{HolderId, PublicKey, SafeId, json, labels, owner};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What a note says.
#[derive(Serialize, Deserialize)]
pub(crate) struct Note {
    v: u8,
    /// Seed of the holder's key.
    #[serde(with = "secret")]
    holder: Secret,
    /// For a part, what it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) part: Option<HandedPart>,
    /// For a part of a group that takes over from another one: that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) awaits: Option<Awaited>,
    /// The key that opens, where the plan has it stay with the wallet.
    #[serde(default, with = "secret::bytes", skip_serializing_if = "Vec::is_empty")]
    pub(crate) key: Zeroizing<Vec<u8>>,
}

const VERSION: u8 = 1;

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Note(redacted)")
    }
}

impl Note {
    /// Of a value that is registered as it is.
    pub(crate) fn plain(holder: &Secret) -> Self {
        Self {
            v: VERSION,
            holder: holder.clone(),
            part: None,
            awaits: None,
            key: Zeroizing::default(),
        }
    }

    /// Of a part. `key` is what opens it, where no safe gets that.
    pub(crate) fn of_part(
        holder: &Secret,
        (group, of): (&Group, PartOf),
        author: PublicKey,
        key: Option<&[u8]>,
        awaits: Option<Awaited>,
    ) -> Self {
        Self {
            awaits,
            part: Some(HandedPart::of(group, of, author, None)),
            key: Zeroizing::new(key.unwrap_or_default().to_vec()),
            ..Self::plain(holder)
        }
    }

    /// Of what a paper hands over, for the holder that takes it over.
    pub(crate) fn of_paper(holder: &Secret, paper: &Bearer) -> Self {
        let part = paper.part.as_ref().map(|part| {
            let mut part = part.clone();
            let covered_for = part.cover.take();
            part.cover = Some(covered_for.unwrap_or_else(|| Cover(paper.holder.clone())));
            part
        });
        let stays = part.as_ref().is_some_and(HandedPart::has_key_stay);
        Self {
            part,
            key: match stays {
                true => paper.key.clone(),
                false => Zeroizing::default(),
            },
            ..Self::plain(holder)
        }
    }

    /// Seals it for one safe. Of many coupled values as many are named as there is room for: what comes back is what counts.
    /// None if even one is too much, which no plan and no value that is valid comes to.
    pub(crate) fn seal(
        mut self,
        root: &Secret,
        safe: SafeId,
        rng: &mut dyn CryptoRng,
    ) -> Option<owner::Note> {
        let mut written = Zeroizing::new(json::write(&self));
        while written.len() + committed::OVERHEAD > MAX_NOTE_BYTES
            && self.part.as_mut().is_some_and(HandedPart::shorten)
        {
            written = Zeroizing::new(json::write(&self));
        }
        let (key, bound_to) = (key(root), safe.as_bytes());
        let sealed = committed::seal(&key, labels::OWNER_NOTE, bound_to, &written, rng);
        owner::Note::new(sealed).ok()
    }

    /// Opens what came from a safe together with a certificate bound to `holder`. Nothing else in it is proven by that.
    pub(crate) fn open(
        sealed: &owner::Note,
        root: &Secret,
        safe: SafeId,
        holder: HolderId,
    ) -> Option<Self> {
        let (key, bound_to) = (key(root), safe.as_bytes());
        let written = committed::open(&key, labels::OWNER_NOTE, bound_to, sealed.as_bytes());
        let written = Zeroizing::new(written.ok()?);
        let note: Self = json::read(&written).ok()?;
        let seed = SigningKey::derive(&note.holder).public();
        let is_its = HolderId::of(&PublicKey::new(seed)) == holder;
        (note.v == VERSION && is_its).then_some(note)
    }

    /// As the wallet keeps the certificate.
    pub(crate) fn body(&self, compact: &str) -> CertificateBody {
        CertificateBody {
            compact: compact.into(),
            holder: self.holder.clone(),
            session: None,
            author: self.part.as_ref().map(|part| part.author),
            cover: self.part.as_ref().and_then(|part| part.cover.clone()),
        }
    }
}

fn key(root: &Secret) -> Secret {
    derive_key(root, labels::OWNER_NOTE, &[])
}
