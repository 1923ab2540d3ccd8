//! The map of the owner's safes, which each of them keeps sealed: one address is enough to find the others.

use super::{CredentialId, SecretKind, deal};
use crate::books::Safe;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret, committed};
use saifu_protocol::certificate::{Address, LegacyHash};
use saifu_protocol::owner::Kept;
use saifu_protocol::{PublicKey, SafeId, UnixTime, json, labels};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The owner's safes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SafeMap {
    v: u8,
    /// How many shares give the root.
    pub(crate) needed: u8,
    /// The safes.
    pub(crate) safes: Vec<Mapped>,
    /// The owner's name, which a device does not ask for; empty in a map of before there were devices.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    /// What kind of secret opens: a device that was let in by something else does not know it.
    #[serde(default, skip_serializing_if = "SecretKind::is_words")]
    pub(crate) kind: SecretKind,
}

/// One of them: what its descriptor said when it was trusted, so that it is known again at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mapped {
    /// The number of its share, from 1.
    pub(crate) number: u8,
    id: SafeId,
    address: Address,
    operator: String,
    jurisdiction: String,
    signing_key: PublicKey,
    sealing_key: PublicKey,
    attested_at: UnixTime,
    object_limit: u64,
    legacy_hash: LegacyHash,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rp_id: Option<String>,
    /// The owner's passkeys there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) credentials: Vec<CredentialId>,
}

/// How many passkeys of a safe are on the map, and how long their ids may be: so ten safes with all of theirs take 7 KiB of it.
const MAPPED_CREDENTIALS: usize = 4;
const MAPPED_CREDENTIAL_BYTES: usize = 128;

const VERSION: u8 = 1;

/// What a map says of one safe besides what the safe is.
pub(crate) struct Place<'a> {
    pub(crate) number: u8,
    pub(crate) safe: &'a Safe,
    pub(crate) credentials: &'a [CredentialId],
}

impl SafeMap {
    pub(crate) fn of<'a>(
        name: &str,
        (needed, kind): (u8, SecretKind),
        safes: impl Iterator<Item = Place<'a>>,
    ) -> Self {
        Self {
            v: VERSION,
            needed,
            safes: safes.map(|place| Mapped::of(&place)).collect(),
            name: name.into(),
            kind,
        }
    }

    /// Whether it is of a version that is known, with numbers that can be.
    fn is_sound(&self) -> bool {
        let is_numbered = |mapped: &Mapped| (1..=deal::MAX_SHARES).contains(&mapped.number);
        let is_needed = (1..=deal::MAX_SHARES).contains(&self.needed);
        self.v == VERSION && is_needed && self.safes.iter().all(is_numbered)
    }
}

impl Mapped {
    fn of(place: &Place<'_>) -> Self {
        let safe = place.safe;
        let fits = |it: &&CredentialId| it.0.len() <= MAPPED_CREDENTIAL_BYTES;
        let credentials = place.credentials.iter().rev().filter(fits);
        Self {
            number: place.number,
            id: safe.id,
            address: safe.address.clone(),
            operator: safe.operator.clone(),
            jurisdiction: safe.jurisdiction.clone(),
            signing_key: safe.signing_key,
            sealing_key: safe.sealing_key,
            attested_at: safe.attested_at,
            object_limit: safe.object_limit,
            legacy_hash: safe.legacy_hash,
            rp_id: safe.rp_id.clone(),
            credentials: credentials.take(MAPPED_CREDENTIALS).cloned().collect(),
        }
    }

    /// Which safe it is: its key says so.
    pub(crate) fn id(&self) -> SafeId {
        SafeId::of(&self.signing_key)
    }

    /// As a wallet trusts it, with an account of its own.
    pub(crate) fn safe(&self, account: Secret) -> Safe {
        Safe {
            id: self.id(),
            address: self.address.clone(),
            operator: self.operator.clone(),
            jurisdiction: self.jurisdiction.clone(),
            signing_key: self.signing_key,
            sealing_key: self.sealing_key,
            attested_at: self.attested_at,
            object_limit: self.object_limit,
            legacy_hash: self.legacy_hash,
            rp_id: self.rp_id.clone(),
            account,
        }
    }
}

/// What a safe keeps under a secret: this share, and this map.
pub(crate) fn keep(
    share: &[u8],
    map: &SafeMap,
    safe: SafeId,
    export_key: &Secret,
    rng: &mut dyn CryptoRng,
) -> Kept {
    Kept {
        share: committed::seal(export_key, labels::OWNER_SHARE, safe.as_bytes(), share, rng),
        map: seal_map(map, safe, export_key, rng),
    }
}

/// The map alone, for a safe that has its share.
pub(crate) fn seal_map(
    map: &SafeMap,
    safe: SafeId,
    export_key: &Secret,
    rng: &mut dyn CryptoRng,
) -> Vec<u8> {
    let map = json::write(map);
    committed::seal(export_key, labels::OWNER_MAP, safe.as_bytes(), &map, rng)
}

/// Share and map, as they were sealed; `None` if the safe keeps something else.
pub(crate) fn unseal(
    kept: &Kept,
    safe: SafeId,
    export_key: &Secret,
) -> Option<(Zeroizing<Vec<u8>>, SafeMap)> {
    let open = |label, sealed: &[u8]| {
        let opened = committed::open(export_key, label, safe.as_bytes(), sealed);
        opened.map(Zeroizing::new).ok()
    };
    let share = open(labels::OWNER_SHARE, &kept.share)?;
    let map: SafeMap = json::read(&open(labels::OWNER_MAP, &kept.map)?).ok()?;
    map.is_sound().then_some((share, map))
}

/// The map that lies at a safe for every login, whatever opened it.
pub(crate) fn seal_root_map(map: &SafeMap, root: &Secret, rng: &mut dyn CryptoRng) -> Vec<u8> {
    committed::seal(root, labels::OWNER_ROOT_MAP, &[], &json::write(map), rng)
}

/// The same, opened; `None` if somebody else has left it.
pub(crate) fn open_root_map(sealed: &[u8], root: &Secret) -> Option<SafeMap> {
    let opened = committed::open(root, labels::OWNER_ROOT_MAP, &[], sealed).ok()?;
    let map: SafeMap = json::read(&Zeroizing::new(opened)).ok()?;
    map.is_sound().then_some(map)
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_crypto::sign::SigningKey;

    fn safe() -> Safe {
        let signing_key = PublicKey::new(SigningKey::derive(&Secret::new([9; 32])).public());
        Safe {
            id: SafeId::of(&signing_key),
            address: Address::parse("https://safe.example").unwrap(),
            operator: "Akagi".into(),
            jurisdiction: "JP".into(),
            signing_key,
            sealing_key: PublicKey::new([8; 32]),
            attested_at: UnixTime(5),
            object_limit: 6,
            legacy_hash: LegacyHash::Off,
            rp_id: Some("safe.example".into()),
            account: Secret::new([7; 32]),
        }
    }

    /// It lies at safes, and a wallet of another version opens it.
    #[test]
    fn a_map_is_pinned() {
        let credentials = [CredentialId(alloc::vec![3; 3])];
        let safe = safe();
        let place = Place {
            number: 1,
            safe: &safe,
            credentials: &credentials,
        };
        let map = SafeMap::of("hana", (2, SecretKind::Words), [place].into_iter());
        let written = json::write_text(&map);
        assert_eq!(
            written,
            concat!(
                r#"{"v":1,"needed":2,"safes":[{"number":1,"#,
                r#""id":"atZR63tNG3W2GhPpVleKnfrw1N7N6LAqOe5grE2SBR4","address":"https://safe.example","#,
                r#""operator":"Akagi","jurisdiction":"JP","#,
                r#""signing_key":"_RckOFqgx1tk-3jNYC-h2ZH96_drE8WO1wLqyDXp9hg","#,
                r#""sealing_key":"CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg","#,
                r#""attested_at":5,"object_limit":6,"legacy_hash":"off","rp_id":"safe.example","#,
                r#""credentials":["AwMD"]}],"name":"hana"}"#
            )
        );
        let weak = SafeMap {
            kind: SecretKind::FairPassword,
            ..map
        };
        let ending = r#""name":"hana","kind":"fair-password"}"#;
        assert!(json::write_text(&weak).ends_with(ending));
        let before = r#","rp_id":"safe.example","credentials":["AwMD"]"#;
        let older = written.replace(before, "").replace(r#","name":"hana""#, "");
        let read: SafeMap = json::read(older.as_bytes()).unwrap();
        assert!(read.is_sound() && read.name.is_empty());
        assert_eq!(read.kind, SecretKind::Words);
        assert_eq!(read.safes.len(), 1);
    }
}
