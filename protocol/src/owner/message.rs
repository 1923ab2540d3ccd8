//! The messages, as they are before sealing. Each travels alone in its request: what a login is, its request says.

use super::{By, EnrolmentId, LookUpId};
use crate::ids::{PublicKey, RequestId, SafeId, SessionId, UnixTime};
use crate::{b64, fixed_bytes, labels, limits};
use alloc::vec::Vec;
use saifu_crypto::opaque::{KE1_LEN, KE2_LEN, KE3_LEN, RECORD_LEN, REQUEST_LEN, RESPONSE_LEN};
use saifu_crypto::{Secret, derive::derive_key};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

fixed_bytes!(
    /// Shows that whoever asks has the key of the session they name.
    SessionProof, 32
);

/// How secrets are enrolled and stretched. A number, so that there is room for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Suite {
    /// ristretto255, SHA-512, 3DH, Argon2id with 19 MiB and two passes.
    #[serde(rename = "opaque-1")]
    Opaque1,
}

/// What a safe keeps for the owner beside a record: bytes to it, sealed by the wallet under the export key.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// A share of the root.
    #[serde(with = "b64::bytes")]
    pub share: Vec<u8>,
    /// The map of the owner's safes.
    #[serde(with = "b64::bytes")]
    pub map: Vec<u8>,
}

impl Kept {
    /// Whether it is within the limits.
    pub fn fits(&self) -> bool {
        self.share.len() <= limits::MAX_OWNER_SHARE_BYTES
            && self.map.len() <= limits::MAX_OWNER_MAP_BYTES
    }
}

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(with = "b64::bytes")]
            share: Vec<u8>,
            #[serde(with = "b64::bytes")]
            map: Vec<u8>,
        }
        let Wire { share, map } = Wire::deserialize(deserializer)?;
        let kept = Self { share, map };
        if kept.fits() {
            Ok(kept)
        } else {
            Err(D::Error::custom("above a limit"))
        }
    }
}

/// Begins to enrol a secret, the first or another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolStart {
    /// Whose.
    pub look_up: LookUpId,
    /// Which enrolment: the safe evaluates each under a key of its own.
    pub enrolment: EnrolmentId,
    /// The registration request of OPAQUE.
    #[serde(with = "b64::array")]
    pub request: [u8; REQUEST_LEN],
}

/// The answer, the same whether the name is taken or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolStarted {
    /// The registration response of OPAQUE.
    #[serde(with = "b64::array")]
    pub response: [u8; RESPONSE_LEN],
}

/// Enrols the first secret under a name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolFinish {
    /// Whose.
    pub look_up: LookUpId,
    /// The enrolment that was begun.
    pub enrolment: EnrolmentId,
    /// How.
    pub suite: Suite,
    /// The record of OPAQUE.
    #[serde(with = "b64::array")]
    pub record: [u8; RECORD_LEN],
    /// What is to be kept under this secret.
    pub kept: Kept,
}

/// What became of an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enrolled {
    /// The secret opens from now on. Everything that this account registers here is the owner's.
    Enrolled,
    /// Somebody has this name here: the wallet asks for another.
    Taken,
    /// Too many guesses at this name: ask again after so many seconds.
    Wait(u64),
}

/// Which of an owner's secrets is meant: the recovery secret, of which there are two while it is being changed, or that of the
/// recovery kit. The guesses at the kit are counted apart, so that whoever guesses at one keeps nobody from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    /// The one that was enrolled last.
    Newest,
    /// The one before, while it still opens.
    Previous,
    /// That of the recovery kit.
    Kit,
}

/// Begins a login: a guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginStart {
    /// Whose.
    pub look_up: LookUpId,
    /// Which secret.
    pub which: Which,
    /// The first message.
    #[serde(with = "b64::array")]
    pub ke1: [u8; KE1_LEN],
}

/// The answer, the same whether there is such an owner and such a secret or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoginStarted {
    /// The guess was spent.
    Challenge {
        /// How the secret is stretched.
        suite: Suite,
        /// The second message.
        #[serde(with = "b64::array")]
        ke2: [u8; KE2_LEN],
    },
    /// None is left: ask again after so many seconds. Nothing was spent.
    Wait(u64),
}

/// Ends a login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginFinish {
    /// The request that began it, of the same account.
    pub login: RequestId,
    /// The last message.
    #[serde(with = "b64::array")]
    pub ke3: [u8; KE3_LEN],
}

/// What became of a login.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoginFinished {
    /// The owner is in.
    In(LoggedIn),
    /// No: wrong, too late, or never begun.
    Out,
}

/// A session, and what a wallet that has nothing else goes on with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedIn {
    /// The session. Its key is that of OPAQUE, and was never sent.
    pub session: SessionId,
    /// Until when it holds, by the safe's clock.
    pub until: UnixTime,
    /// What opened it.
    pub by: By,
    /// Whether a change of the secret is not settled: both the newest and the one before open.
    pub is_changing: bool,
    /// What is kept under what opened it.
    pub kept: Kept,
    /// The map that is kept for all ways in, sealed under the root. It may be newer than the one in `kept`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "b64::optional"
    )]
    pub map: Option<Vec<u8>>,
    /// The owner's accounts here: the certificates of each can be listed in this session.
    pub accounts: Vec<PublicKey>,
    /// How many guesses were spent at the secret that opened it since its last login, this one not counted. None at a device.
    pub guesses: u64,
    /// Whether the safe takes what is asked next in a [channel](crate::channel) of this session. Safes of before do not say so.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub has_channel: bool,
}

/// Names a session and proves it. Alone it is the whole of what [`Act::Settle`] and [`Act::Join`] take.
///
/// Settling ends a change: the secret that opened the session stays, the other opens no more. So nobody settles for a secret
/// that does not open: a session that a kit or a device opened settles nothing. With the newest the change is done, with the
/// one before it is called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InSession {
    /// The session.
    pub session: SessionId,
    /// Its proof, for the act.
    pub proof: SessionProof,
}

/// What a secret is enrolled as, in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slot {
    /// The recovery secret, beside the one that opens now.
    #[default]
    Secret,
    /// The recovery kit's, in the place of the one before: nothing is to be settled.
    Kit,
}

/// Enrols another secret beside the one that opens now, or a kit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFinish {
    /// The session, for [`Act::Change`].
    pub within: InSession,
    /// The enrolment that was begun, by the account of the session.
    pub enrolment: EnrolmentId,
    /// How.
    pub suite: Suite,
    /// The record of OPAQUE.
    #[serde(with = "b64::array")]
    pub record: [u8; RECORD_LEN],
    /// What is to be kept under the new secret.
    pub kept: Kept,
    /// As what.
    #[serde(default)]
    pub slot: Slot,
}

/// What became of a change of the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Changed {
    /// Both open. Of a kit: it opens.
    Both,
    /// The change before this one is not settled. Nothing was changed.
    Unsettled,
}

/// Keeps other maps: under what opened the session, and for all ways in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMap {
    /// The session, for [`Act::SetMap`].
    pub within: InSession,
    /// The map, sealed for what opened the session. An empty one says nothing: the one before stays.
    #[serde(with = "b64::bytes")]
    pub map: Vec<u8>,
    /// The map, sealed under the root: whoever comes in by any way gets it. Without one, the one before stays.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "b64::optional"
    )]
    pub map_of_root: Option<Vec<u8>>,
}

/// The answer to what is done in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer<T> {
    /// It was done. Where nothing else is to be said: until when the session holds.
    Done(T),
    /// There is no such session, or not any more: log in.
    Out,
}

/// What is done in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Enrol another secret.
    Change,
    /// End the change.
    Settle,
    /// Keep another map.
    SetMap,
    /// Count the account that asks as the owner's.
    Join,
    /// List the certificates of the owner's accounts.
    List,
    /// Recover without the holder's key, also what is open for a session that is lost.
    Recover,
    /// Enrol a device.
    AddDevice,
    /// Remove a device.
    RemoveDevice,
    /// Call a device something else.
    RenameDevice,
    /// List by what the owner gets in, and what happened.
    Ways,
    /// End the recovery kit.
    RevokeKit,
    /// Have the safe bring an order to another one.
    Order,
    /// Have nothing leave any more.
    Freeze,
    /// Have it leave again.
    Unfreeze,
}

impl Act {
    const fn code(self) -> u8 {
        match self {
            Act::Change => 1,
            Act::Settle => 2,
            Act::SetMap => 3,
            Act::Join => 4,
            Act::List => 5,
            Act::Recover => 6,
            Act::AddDevice => 7,
            Act::RemoveDevice => 8,
            Act::RenameDevice => 9,
            Act::Ways => 10,
            Act::RevokeKit => 11,
            Act::Order => 12,
            Act::Freeze => 13,
            Act::Unfreeze => 14,
        }
    }
}

/// What a proof is for. The request's signature binds account and request to the body, so the body is bound too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose {
    /// The safe.
    pub safe: SafeId,
    /// The account that signs the request.
    pub account: PublicKey,
    /// The request.
    pub request: RequestId,
    /// The act.
    pub act: Act,
}

impl Purpose {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(81);
        bytes.extend_from_slice(self.safe.as_bytes());
        bytes.extend_from_slice(self.account.as_bytes());
        bytes.extend_from_slice(self.request.as_bytes());
        bytes.push(self.act.code());
        bytes
    }
}

impl SessionProof {
    /// The proof that belongs to this key and purpose.
    pub fn derive(session_key: &Secret, purpose: &Purpose) -> Self {
        let context = purpose.bytes();
        Self::new(*derive_key(session_key, labels::OWNER_SESSION, &context).expose_secret())
    }

    /// Whether it is that, in a time that does not depend on how much of it is right.
    pub fn holds(&self, session_key: &Secret, purpose: &Purpose) -> bool {
        Secret::new(*self.as_bytes()) == Secret::new(*Self::derive(session_key, purpose).as_bytes())
    }
}

#[cfg(test)]
mod tests;
