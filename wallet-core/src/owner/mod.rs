//! Owner authentication, the wallet's side: what an owner writes down, what the safes keep for them, and how a wallet that
//! has nothing finds everything again (WO 01/13293, the eighth embodiment).
//!
//! In scope: the recovery secret ([`Words`]), the shares of the root (`deal`), the map of the owner's safes (`map`), the
//! notes that lie with entries (`note`), and what becomes of them in a wallet that was lost (`restore`). Not in scope: the
//! conversation with a safe, which is two flows (`flow::Enrol`, `flow::Login`), and OPAQUE itself (`saifu_crypto::opaque`).
//!
//! ```text
//! root ──HKDF──▶ key of the notes        a note with every entry: holder's seed, contents
//!   └─split──▶ shares, one at each safe, under its export key   ◀── name and secret, by OPAQUE
//! ```

mod awaiting;
mod deal;
mod device;
mod map;
mod money;
mod note;
mod order;
mod restore;
mod secret;
#[cfg(feature = "testing")]
pub mod spoils;
mod words;

pub(crate) use awaiting::settle_awaiting;
use deal::MAX_SHARES;
pub(crate) use deal::{deal, gather, is_partial};
pub use device::{CredentialId, Handle, MAX_DEVICE_NAME_CHARS, Mark, Way, passkey, terminal_salt};
pub(crate) use device::{
    kept_key, open_label, passkey_salt, seal_label, terminal_key, user_handle,
};
pub(crate) use map::{SafeMap, keep, open_root_map, seal_map, seal_root_map, unseal};
pub(crate) use money::{brings_money, has_money_away};
pub(crate) use note::Note;
pub(crate) use order::{certificate_of, order_key, orders};
pub(crate) use restore::restore;
pub use secret::{MAX_PASSWORD_CHARS, NotPassword, OwnerSecret, Password, SecretKind};
pub use words::{KitMark, NotWords, WORDS, Words};

use crate::books::{Books, secret as stored};
use alloc::string::String;
use alloc::vec::Vec;
use map::Place;
use saifu_crypto::Secret;
use saifu_protocol::{SafeId, UnixTime, b64};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Who the owner is to their safes.
#[derive(Clone, Serialize, Deserialize)]
pub struct Owner {
    /// The name under which they are enrolled.
    pub name: String,
    /// How many safes are needed for the root.
    pub needed: u8,
    /// By what the secret is known again when it is typed. None while there is no root yet, and where a device has brought it back:
    /// then the safes say whether a secret is right, until one has.
    #[serde(
        default,
        with = "stored::maybe",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) check: Option<Secret>,
    /// Likewise for the secret before, while it still opens somewhere.
    #[serde(
        default,
        with = "stored::maybe",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) before: Option<Secret>,
    /// What kind of secret that is.
    #[serde(default, skip_serializing_if = "SecretKind::is_words")]
    pub(crate) kind: SecretKind,
    /// Likewise of the one before.
    #[serde(default, skip_serializing_if = "SecretKind::is_words")]
    pub(crate) kind_before: SecretKind,
    /// The safes.
    pub at: Vec<OwnerAt>,
    /// What has come of the root while it is not enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) dealt: Vec<Dealt>,
    /// The root has come back by a device, so that it is here although nobody has typed the secret.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) has_root: bool,
    /// The passkey that makes a terminal of this wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) terminal: Option<CredentialId>,
}

/// One of the owner's safes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerAt {
    /// Which.
    pub safe: SafeId,
    /// The number of its share, from 1; 0 while that is not known.
    pub number: u8,
    /// What is true of it.
    pub standing: OwnerStanding,
    /// What was found there, if this wallet has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
    /// The owner's passkeys there, as far as they are known here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<CredentialId>,
    /// The kit that this wallet has left there, as far as it knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kit: Option<KitAt>,
}

/// A kit that opens at a safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KitAt {
    pub(crate) mark: KitMark,
    /// Since when, by the safe's word; none until it has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<UnixTime>,
}

/// What is true of an owner at a safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnerStanding {
    /// The safe is being asked.
    Asking,
    /// Name and secret open there.
    Enrolled,
    /// The secret is to be changed there. The one before still opens, and as yet no other.
    Old,
    /// Both the secret and the one before open there.
    Both,
    /// Somebody has the name there.
    Taken,
    /// Name and secret do not open there.
    Wrong,
    /// The safe refused, or what it keeps is not what this owner has left there.
    Refused,
}

impl OwnerStanding {
    /// Whether the safe knows the owner, by whichever secret.
    pub const fn knows(self) -> bool {
        match self {
            OwnerStanding::Enrolled | OwnerStanding::Old | OwnerStanding::Both => true,
            OwnerStanding::Asking
            | OwnerStanding::Taken
            | OwnerStanding::Wrong
            | OwnerStanding::Refused => false,
        }
    }
}

/// What was found at a safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Found {
    /// Certificates that are here now.
    pub certificates: u64,
    /// Entries that cannot be used: without a note, or with one that is not this owner's.
    pub unread: u64,
    /// Entries that were handed out to a device and are still kept.
    #[serde(default)]
    pub handed_out: u64,
}

/// A share of the root, as it came.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Dealt {
    pub(crate) safe: SafeId,
    #[serde(with = "stored::bytes")]
    pub(crate) share: Zeroizing<Vec<u8>>,
    /// The map that is sealed under the root, as it came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) map: Option<Sealed>,
}

/// Bytes that open when the root is here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Sealed(#[serde(with = "b64::bytes")] pub(crate) Vec<u8>);

impl core::fmt::Debug for Owner {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut debug = f.debug_struct("Owner");
        debug.field("at", &self.at).finish_non_exhaustive()
    }
}

impl Owner {
    /// Enrolled nowhere yet.
    pub(crate) fn new(name: String, needed: u8, check: Option<Secret>) -> Self {
        Self {
            name,
            needed,
            check,
            before: None,
            kind: SecretKind::default(),
            kind_before: SecretKind::default(),
            at: Vec::new(),
            dealt: Vec::new(),
            has_root: false,
            terminal: None,
        }
    }

    /// Whether the root is still to come.
    pub fn is_restoring(&self) -> bool {
        self.check.is_none() && !self.has_root
    }

    /// Whether another secret still opens somewhere, or not everywhere yet.
    pub fn is_changing(&self) -> bool {
        self.before.is_some()
    }

    /// Whether enough safes have the newest secret for everything to be found with it.
    pub(crate) fn opens_with_newest(&self) -> bool {
        let has_it =
            |at: &&OwnerAt| matches!(at.standing, OwnerStanding::Enrolled | OwnerStanding::Both);
        self.at.iter().filter(has_it).count() >= usize::from(self.needed)
    }

    /// A safe is none of the owner's any more.
    pub(crate) fn leave(&mut self, safe: SafeId) {
        self.at.retain(|at| at.safe != safe);
        self.end_change();
    }

    /// The safe has it so from now on. When the secret before opens nowhere any more, the change is over.
    pub(crate) fn stand(&mut self, safe: SafeId, standing: OwnerStanding) {
        if let Some(at) = self.at.iter_mut().find(|at| at.safe == safe) {
            at.standing = standing;
        }
        self.end_change();
    }

    /// As what a safe stands where this secret has turned out to open. The owner may have changed it since it was sent, or have
    /// typed the one of before.
    pub(crate) fn opened_by(&mut self, secret: &OwnerSecret, root: &Secret) -> OwnerStanding {
        let check = secret.check(root);
        let kind = secret.kind(&self.name);
        if self.check.get_or_insert_with(|| check.clone()) == &check {
            self.kind = kind;
            return OwnerStanding::Enrolled;
        }
        if self.before.get_or_insert_with(|| check.clone()) == &check {
            self.kind_before = kind;
        }
        OwnerStanding::Old
    }

    /// The weaker kind of those that open. While a secret is being changed, that is at times the one before.
    pub fn weakest(&self) -> SecretKind {
        match self.is_changing() {
            true => self.kind.max(self.kind_before),
            false => self.kind,
        }
    }

    fn end_change(&mut self) {
        let is_old = |at: &OwnerAt| matches!(at.standing, OwnerStanding::Old | OwnerStanding::Both);
        if !self.at.iter().any(is_old) {
            self.before = None;
            self.kind_before = SecretKind::default();
        }
    }

    /// What is true at this safe.
    pub fn standing(&self, safe: SafeId) -> Option<OwnerStanding> {
        let at = self.at.iter().find(|at| at.safe == safe);
        at.map(|at| at.standing)
    }

    /// The safe is one of the owner's, with this standing and, where it is new, this number.
    pub(crate) fn put(&mut self, safe: SafeId, number: u8, standing: OwnerStanding) {
        match self.at.iter_mut().find(|at| at.safe == safe) {
            Some(at) => (at.number, at.standing) = (number, standing),
            None => self.at.push(OwnerAt {
                safe,
                number,
                standing,
                found: None,
                credentials: Vec::new(),
                kit: None,
            }),
        }
    }

    /// These passkeys are the owner's at this safe.
    pub(crate) fn learn(&mut self, safe: SafeId, credentials: &[CredentialId]) {
        if let Some(at) = self.at.iter_mut().find(|at| at.safe == safe) {
            for credential in credentials {
                if !at.credentials.contains(credential) {
                    at.credentials.push(credential.clone());
                }
            }
        }
    }

    /// A kit opens at this safe from now on, or none does.
    pub(crate) fn put_kit(&mut self, safe: SafeId, mark: Option<KitMark>) {
        if let Some(at) = self.at.iter_mut().find(|at| at.safe == safe) {
            at.kit = mark.map(|mark| KitAt { mark, since: None });
        }
    }

    /// The safe says since when a kit opens there. Another time than before is another kit, which another device has made.
    pub(crate) fn see_kit(&mut self, safe: SafeId, since: Option<UnixTime>) {
        if let Some(at) = self.at.iter_mut().find(|at| at.safe == safe) {
            let is_it =
                |kit: &KitAt| since.is_some() && (kit.since.is_none() || kit.since == since);
            at.kit = at.kit.filter(is_it).map(|kit| KitAt { since, ..kit });
        }
    }

    /// The kit that this wallet has left at this safe.
    pub(crate) fn kit(&self, safe: SafeId) -> Option<KitMark> {
        let at = self.at.iter().find(|at| at.safe == safe)?;
        at.kit.map(|kit| kit.mark)
    }

    /// The owner's passkeys at this safe, as far as they are known here.
    pub(crate) fn credentials(&self, safe: SafeId) -> &[CredentialId] {
        let at = self.at.iter().find(|at| at.safe == safe);
        at.map_or(&[], |at| &at.credentials)
    }

    /// What was found at this safe before does not count: it is listed from the beginning.
    pub(crate) fn look_anew(&mut self, safe: SafeId) {
        if let Some(at) = self.at.iter_mut().find(|at| at.safe == safe) {
            at.found = None;
        }
    }

    /// Another page was read at this safe.
    pub(crate) fn find(&mut self, safe: SafeId, more: Found) {
        if let Some(at) = self.at.iter_mut().find(|at| at.safe == safe) {
            let found = at.found.get_or_insert_default();
            found.certificates += more.certificates;
            found.unread += more.unread;
            found.handed_out += more.handed_out;
        }
    }

    /// The number of the next safe's share, if there is one left.
    pub(crate) fn next_number(&self) -> Option<u8> {
        let last = self.at.iter().map(|at| at.number).max().unwrap_or(0);
        (last < MAX_SHARES).then_some(last + 1)
    }

    /// Where the owner's safes are.
    pub(crate) fn map(&self, books: &Books) -> SafeMap {
        let place = |at: &'_ OwnerAt| {
            Some(Place {
                number: at.number,
                safe: books.safe(at.safe)?,
                credentials: self.credentials(at.safe),
            })
        };
        let numbered = self.at.iter().filter(|at| at.number > 0);
        SafeMap::of(
            &self.name,
            (self.needed, self.kind),
            numbered.filter_map(place),
        )
    }
}

/// How many of so many safes are needed for the root: chosen when an owner enrols, and again with each change of the secret,
/// which deals anew. A safe that is included meanwhile gets a share as the others have. A generated secret holds against a safe that guesses, so what counts
/// is that some may be gone.
pub(crate) const fn needed_of(safes: usize) -> u8 {
    match safes {
        0..=2 => 1,
        3..=4 => 2,
        5.. => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use saifu_protocol::json;

    const SAFE: SafeId = SafeId::new([1; 32]);

    fn owner() -> Owner {
        let mut owner = Owner::new("hana".into(), 1, None);
        owner.put(SAFE, 1, OwnerStanding::Enrolled);
        owner
    }

    #[test]
    fn an_owner_of_before_there_were_passwords_has_six_words() {
        let written = json::write(&owner());
        let text = alloc::str::from_utf8(&written).unwrap();
        assert!(!text.contains("kind") && !text.contains("kit"), "{text}");
        let read: Owner = json::read(&written).unwrap();
        assert_eq!(read.weakest(), SecretKind::Words);
        let weak = Owner {
            kind: SecretKind::FairPassword,
            ..owner()
        };
        let read: Owner = json::read(&json::write(&weak)).unwrap();
        assert_eq!(read.weakest(), SecretKind::FairPassword);
    }

    #[test]
    fn while_a_secret_is_changed_the_weaker_one_counts() {
        let mut owner = Owner {
            kind: SecretKind::Words,
            kind_before: SecretKind::FairPassword,
            before: Some(Secret::new([1; 32])),
            ..owner()
        };
        owner.stand(SAFE, OwnerStanding::Both);
        assert_eq!(owner.weakest(), SecretKind::FairPassword);
        owner.stand(SAFE, OwnerStanding::Enrolled);
        assert_eq!(owner.weakest(), SecretKind::Words);
        assert_eq!(owner.kind_before, SecretKind::Words);
    }

    #[test]
    fn a_kit_of_another_time_is_another_kit() {
        let mark = KitMark::new([1; 8]);
        let (then, later) = (Some(UnixTime(1)), Some(UnixTime(2)));
        let mut owner = owner();
        owner.put_kit(SAFE, Some(mark));
        for (seen, known) in [
            (then, Some(mark)),
            (then, Some(mark)),
            (later, None),
            (then, None),
        ] {
            owner.see_kit(SAFE, seen);
            assert_eq!(owner.kit(SAFE), known, "{seen:?}");
        }
        owner.put_kit(SAFE, Some(mark));
        owner.see_kit(SAFE, None);
        assert_eq!(owner.kit(SAFE), None);
        assert!(!format!("{owner:?}").contains("hana"));
    }
}
