//! From parts to objects and keys.
//!
//! In this order: read each part and check its signature; keep those of one group, each number once; take keys from key
//! parts and shares; open the data layer by layer. A part that fails is set aside by name, and the rest goes on as long as
//! it is enough. Nothing is decrypted before its signature has been checked.

use super::bytes::Malformed;
use super::key::{Algorithm, KeyId, OpeningKey};
use super::part::PartError;
use super::sort::Sorted;
use super::{GroupId, peel};
use alloc::vec::Vec;
use core::fmt;
use saifu_protocol::PublicKey;
use saifu_protocol::certificate::ObjectClass;
use zeroize::Zeroizing;

/// What a wallet has at home to open with.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// The key the parts are signed with.
    pub author: &'a PublicKey,
    /// Its opening keys: those that stayed, and those that came back by themselves.
    pub opening: &'a [OpeningKey],
}

/// What came of parts.
pub struct Reunited {
    /// Their group.
    pub group: GroupId,
    /// The objects, byte for byte as they were protected, in their order.
    pub objects: Vec<Zeroizing<Vec<u8>>>,
    /// The keys that came with them, for the key ring (sixth embodiment).
    pub keys: Vec<OpeningKey>,
    /// Parts that were set aside. There was enough without them.
    pub refused: Vec<Refused>,
}

impl fmt::Debug for Reunited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reunited")
            .field("group", &self.group)
            .field("objects", &self.objects.len())
            .field("keys", &self.keys)
            .field("refused", &self.refused)
            .finish()
    }
}

/// The keys that are among parts.
#[derive(Debug, PartialEq, Eq)]
pub struct RecoveredKeys {
    /// They, whole.
    pub keys: Vec<OpeningKey>,
    /// Parts that were set aside.
    pub refused: Vec<Refused>,
}

/// A part that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its place among those that were given.
    pub position: usize,
    /// What it says it is, if it can be read so far.
    pub claims: Option<(ObjectClass, u8)>,
    /// Why.
    pub why: WhyRefused,
}

/// Why a part was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyRefused {
    /// It does not read.
    Unreadable(PartError),
    /// This wallet did not sign it, or it was altered since.
    Forged,
    /// It is of another group than most.
    OtherGroup,
    /// It is of the group, but of another plan, or contradicts the others on how many there are.
    Contradicts,
    /// Another with the same number was taken.
    Duplicate,
    /// This share, counted from 1, is altered or of another set.
    BadShare {
        /// Its number.
        number: u8,
    },
    /// The key in it is not the one it names.
    NotAKey,
}

/// Why parts give no objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// None of them is one.
    NoParts,
    /// There are fewer data parts than are needed.
    TooFewPieces {
        /// How many there are.
        have: u8,
        /// How many it takes.
        need: u8,
    },
    /// There are fewer shares of the key than are needed.
    TooFewShares {
        /// How many there are.
        have: u8,
        /// How many it takes.
        need: u8,
    },
    /// There is no key.
    KeyMissing {
        /// The one that is needed.
        needed: KeyId,
    },
    /// There are keys, but not the one that is needed.
    WrongKey {
        /// The one that is needed.
        needed: KeyId,
    },
    /// The key is to be derived by an algorithm this software does not have. The seed is among the keys, whole.
    UnknownAlgorithm(Algorithm),
    /// The parts are genuine, but do not open where they stand.
    DoesNotOpen,
    /// The parts are genuine, but their inside does not read.
    Malformed,
}

/// Parts gave no objects. Nothing is lost by it: the parts are as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub why: Why,
    /// The keys that were among them all the same.
    pub keys: Vec<OpeningKey>,
    /// Parts that were set aside.
    pub refused: Vec<Refused>,
}

impl From<Malformed> for Why {
    fn from(_: Malformed) -> Self {
        Why::Malformed
    }
}

/// Puts parts of one group together, in any order. Of pieces and shares the number that is needed is enough.
///
/// # Errors
/// See [`Failure`].
pub fn reunite(parts: &[&[u8]], keys: &Keys<'_>) -> Result<Reunited, Failure> {
    let mut sorted = Sorted::sort(parts, keys.author);
    let opened = peel::open(&mut sorted, keys.opening);
    let Sorted {
        group,
        keys,
        refused,
        ..
    } = sorted;
    match (opened, group) {
        (Ok(objects), Some(group)) => Ok(Reunited {
            group,
            objects,
            keys,
            refused,
        }),
        (opened, _) => Err(Failure {
            why: opened.err().unwrap_or(Why::NoParts),
            keys,
            refused,
        }),
    }
}

/// Takes the keys out of parts: what recovering a key by its own certificate needs.
pub fn recover_keys(parts: &[&[u8]], author: &PublicKey) -> RecoveredKeys {
    let Sorted { keys, refused, .. } = Sorted::sort(parts, author);
    RecoveredKeys { keys, refused }
}
