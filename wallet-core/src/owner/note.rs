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
    /// For a value that is registered as it is, whether it is marked. The marks of a group are with its part.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) may_be_used: bool,
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
            may_be_used: false,
        }
    }

    /// Of a value that is registered as it is, with its mark.
    pub(crate) fn of_value(holder: &Secret, may_be_used: bool) -> Self {
        Self {
            may_be_used,
            ..Self::plain(holder)
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

    /// The same under another root.
    pub(crate) fn reseal(
        sealed: &owner::Note,
        (from, to): (&Secret, &Secret),
        safe: SafeId,
        holder: &Secret,
        rng: &mut dyn CryptoRng,
    ) -> Option<owner::Note> {
        let holder = HolderId::of(&PublicKey::new(SigningKey::derive(holder).public()));
        Self::open(sealed, from, safe, holder)?.seal(to, safe, rng)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::{MovedBy, ValueItem};
    use crate::group::Phase;
    use crate::plan::check::{Operator, Seat};
    use crate::plan::key::KeyId;
    use crate::plan::preset::Preset;
    use crate::plan::{GroupId, Slot};
    use alloc::string::String;
    use saifu_crypto::testing::Counting;
    use saifu_protocol::UnixTime;
    use saifu_protocol::certificate::ObjectClass;

    const SAFE: SafeId = SafeId::new([3; 32]);

    fn holder_of(seed: &Secret) -> HolderId {
        HolderId::of(&PublicKey::new(SigningKey::derive(seed).public()))
    }

    fn value(name: &str) -> ValueItem {
        ValueItem {
            class: "movie-ticket".into(),
            name: name.into(),
            quantity: 1,
            worth: None,
            place: String::new(),
            from: String::new(),
            to: String::new(),
            size: 200,
            since: UnixTime(1),
            custody: crate::books::Custody::Held,
            came_of: None,
            moved_by: MovedBy::Owner,
            may_be_used: false,
            details: None,
        }
    }

    fn group(values: usize) -> Group {
        Group {
            id: GroupId::new([2; 16]),
            plan: Preset::OneSafeSealed.plan(),
            seats: alloc::vec![Seat {
                slot: Slot(0),
                safe: SAFE,
                operator: Operator::named("Akagi"),
            }],
            values: (0..values)
                .map(|at| value(&alloc::format!("{at}")))
                .collect(),
            key: Some(KeyId::new([4; 16])),
            since: UnixTime(953_078_400),
            phase: Phase::AtSafes,
            replaces: None,
            confirmed: Vec::new(),
            handed: false,
            released: Vec::new(),
            awaits: None,
            moved_by: MovedBy::Owner,
            marked: Vec::new(),
            checks: crate::check::Checks::default(),
        }
    }

    fn note(values: usize, holder: &Secret) -> Note {
        let group = group(values);
        let of = PartOf {
            group: group.id,
            class: ObjectClass::Value,
            index: 0,
        };
        let author = PublicKey::new(SigningKey::derive(&Secret::new([5; 32])).public());
        Note::of_part(holder, (&group, of), author, Some(b"key"), None)
    }

    #[test]
    fn a_note_opens_for_its_root_its_safe_and_its_certificate_alone() {
        let (root, holder) = (Secret::new([1; 32]), Secret::new([6; 32]));
        let sealed = Note::plain(&holder)
            .seal(&root, SAFE, &mut Counting(0))
            .unwrap();
        let opens = |root: &Secret, safe, holder| Note::open(&sealed, root, safe, holder).is_some();
        assert!(opens(&root, SAFE, holder_of(&holder)));
        assert!(!opens(&Secret::new([2; 32]), SAFE, holder_of(&holder)));
        assert!(!opens(&root, SafeId::new([4; 32]), holder_of(&holder)));
        // A safe that shows it with another certificate is found out by the seed.
        let other = holder_of(&Secret::new([7; 32]));
        assert!(!opens(&root, SAFE, other));
        let mut altered = sealed.as_bytes().to_vec();
        altered[90] ^= 1;
        let altered = owner::Note::new(altered).unwrap();
        assert!(Note::open(&altered, &root, SAFE, holder_of(&holder)).is_none());
    }

    #[test]
    fn of_a_hundred_coupled_values_as_many_are_named_as_there_is_room_for() {
        let (root, holder) = (Secret::new([1; 32]), Secret::new([6; 32]));
        let sealed = note(100, &holder)
            .seal(&root, SAFE, &mut Counting(0))
            .unwrap();
        assert!(sealed.as_bytes().len() <= MAX_NOTE_BYTES);
        let note = Note::open(&sealed, &root, SAFE, holder_of(&holder)).unwrap();
        let named = note.part.unwrap().group().values.len();
        assert!((10..100).contains(&named), "{named}");
    }

    #[test]
    fn format_of_version_1_is_pinned() {
        // Notes lie at safes for years. What a later wallet adds must leave these readable.
        let holder = Secret::new([1; 32]);
        let plain = json::write(&Note::plain(&holder));
        let text = r#"{"v":1,"holder":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"}"#;
        assert_eq!(core::str::from_utf8(&plain), Ok(text));
        let mut part = note(0, &holder);
        part.awaits = Some(Awaited {
            group: GroupId::new([8; 16]),
            quorum: 2,
            safes: alloc::vec![SAFE],
        });
        let written = json::write(&part);
        let text = concat!(
            r#"{"v":1,"holder":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","#,
            r#""part":{"of":{"group":"AgICAgICAgICAgICAgICAg","class":"value","index":0},"author":"bnoc3Smwt4_ROvTFWY_v9O8qlxZuPKby5Pv8zYBQW_E","#,
            r#""plan":{"steps":[{"seal":{"form":"key","key":"stays"}}],"data":[{"at":0}],"quorum":1,"digest":"sealed","hash":"off","custody":{"safes":{"after":1}}},"#,
            r#""seats":[{"slot":0,"safe":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM","operator":"akagi"}],"#,
            r#""values":[],"key":"BAQEBAQEBAQEBAQEBAQEBA","since":953078400},"#,
            r#""awaits":{"group":"CAgICAgICAgICAgICAgICA","quorum":2,"safes":["AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM"]},"#,
            r#""key":"a2V5"}"#
        );
        assert_eq!(core::str::from_utf8(&written), Ok(text));
    }
}
