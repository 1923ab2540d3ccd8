//! Logging in with a device instead of a secret: what passes between wallet and safe (WO 01/13293, ninth and tenth
//! embodiments).
//!
//! Two kinds of device, one conversation. A *passkey* is an authenticator that the safe checks itself (WebAuthn): the tenth
//! embodiment. A *terminal* is this wallet after it has authenticated its owner by itself: it signs with a key that it has
//! only then, and the safe takes its word: the ninth.
//!
//! ```text
//!  wallet: a key pair for once                     safe: a key pair for once
//!  DeviceStart {hello} ────────────────────────▶
//!              ◀─── DeviceStarted {greeting, nonce, signature}    signed by the key the wallet knows the safe by
//!  the signature holds: only now is the authenticator asked, for hash(safe, account, request, hello, greeting, nonce)
//!  DeviceFinish {login, proof} ────────────────▶ the device signed just that: a session
//!              ◀─── In {session, kept} | Out
//!  both: key of the session = HKDF(X25519(hello, greeting), the same hash)
//! ```
//!
//! So each knows the other, and the key of the session is known to nobody who gets hold of a lasting key later. In a
//! session that is open the challenge of a new device is derived from the session's key: [`enrolment_challenge`].

use super::freeze::WayKind;
use super::message::{InSession, Kept, Purpose, Which};
use crate::ids::{PublicKey, RequestId, SafeId, UnixTime};
use crate::{b64, fixed_bytes, labels, limits};
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::agree::{KeyPair, NoAgreement};
use saifu_crypto::sign::{self, SIGNATURE_LEN, SigningKey};
use saifu_crypto::{Secret, derive::derive_key, hash};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// What a descriptor names under `authentication` where owners may log in with passkeys and terminals.
pub const DEVICES: &str = "device-1";

fixed_bytes!(
    /// What a safe knows a device by: see [`DeviceKey::id`].
    DeviceId, 32
);
fixed_bytes!(
    /// What a device signs to log in, or to be enrolled.
    Challenge, 32
);

/// Begins a login with a device. It names no owner: which device it is, the end says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceStart {
    /// The wallet's key for this conversation.
    pub hello: PublicKey,
}

/// The answer, the same for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceStarted {
    /// The safe's key for this conversation.
    pub greeting: PublicKey,
    /// Fresh.
    #[serde(with = "b64::array")]
    pub nonce: [u8; 32],
    /// The safe's, over [`Conversation::signed`].
    #[serde(with = "b64::array")]
    pub signature: [u8; SIGNATURE_LEN],
}

/// A conversation in which a device logs in, as both sides have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversation {
    /// The safe.
    pub safe: SafeId,
    /// The account that asks.
    pub account: PublicKey,
    /// The request that began it.
    pub request: RequestId,
    /// The wallet's key.
    pub hello: PublicKey,
    /// The safe's key.
    pub greeting: PublicKey,
    /// What the safe drew.
    pub nonce: [u8; 32],
}

impl Conversation {
    /// What the device is to sign: all of it.
    pub fn challenge(&self) -> Challenge {
        Challenge::new(hash::sha256(&self.bytes(labels::DEVICE_CHALLENGE)))
    }

    /// What the safe signs to show that it is the safe.
    pub fn signed(&self) -> Vec<u8> {
        self.bytes(labels::DEVICE_GREETING)
    }

    /// The safe's signature.
    pub fn sign(&self, safe: &SigningKey) -> [u8; SIGNATURE_LEN] {
        safe.sign(&self.signed())
    }

    /// Whether the safe with this key has signed. Before that is known no authenticator is asked.
    pub fn is_signed(&self, safe: &PublicKey, signature: &[u8; SIGNATURE_LEN]) -> bool {
        sign::verify(safe.as_bytes(), &self.signed(), signature)
    }

    /// The key of the session that comes of it. `here` is either side's pair, `there` the other side's key.
    ///
    /// # Errors
    /// [`NoAgreement`] if the other side sent a key with which nothing is agreed.
    pub fn session_key(&self, here: &KeyPair, there: &PublicKey) -> Result<Secret, NoAgreement> {
        let agreed = here.agree(there.as_bytes())?;
        let challenge = self.challenge();
        Ok(derive_key(
            &agreed,
            labels::DEVICE_SESSION,
            challenge.as_bytes(),
        ))
    }

    /// Fields of fixed length, so none runs into the next; the label is not one of two of which one begins with the other.
    fn bytes(&self, label: &str) -> Vec<u8> {
        let fields = [
            label.as_bytes(),
            self.safe.as_bytes(),
            self.account.as_bytes(),
            self.request.as_bytes(),
            self.hello.as_bytes(),
            self.greeting.as_bytes(),
            &self.nonce,
        ];
        fields.concat()
    }
}

/// What a new device signs, in a session, to be enrolled in just this request.
pub fn enrolment_challenge(session_key: &Secret, purpose: &Purpose) -> Challenge {
    let context = purpose.bytes();
    Challenge::new(*derive_key(session_key, labels::DEVICE_ENROLMENT, &context).expose_secret())
}

/// What a terminal signs of a challenge.
pub fn signed_by_terminal(challenge: &Challenge) -> Vec<u8> {
    [labels::DEVICE_TERMINAL.as_bytes(), challenge.as_bytes()].concat()
}

/// By what a safe checks a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceKey {
    /// An authenticator.
    Passkey(PasskeyKey),
    /// A terminal: Ed25519.
    Terminal(PublicKey),
}

/// A credential of WebAuthn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyKey {
    /// Its id, as the authenticator made it.
    #[serde(with = "b64::bytes")]
    pub credential: Vec<u8>,
    /// How it signs.
    pub algorithm: PasskeyAlgorithm,
    /// ES256: 65 bytes, uncompressed (SEC 1, 2.3.3). Ed25519: 32 bytes.
    #[serde(with = "b64::bytes")]
    pub key: Vec<u8>,
}

/// How a passkey signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasskeyAlgorithm {
    /// ECDSA on P-256 with SHA-256 (COSE −7).
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519 (COSE −8, RFC 9864).
    #[serde(rename = "Ed25519")]
    Ed25519,
}

impl DeviceKey {
    /// What the safe knows the device by, of one length whatever the authenticator calls its credential.
    pub fn id(&self) -> DeviceId {
        match self {
            DeviceKey::Passkey(passkey) => device_id(b"passkey", &passkey.credential),
            DeviceKey::Terminal(key) => device_id(b"terminal", key.as_bytes()),
        }
    }
}

impl PasskeyKey {
    /// Whether it is within the limits, and as long as keys of its kind are.
    pub fn fits(&self) -> bool {
        let len = match self.algorithm {
            PasskeyAlgorithm::Es256 => 65,
            PasskeyAlgorithm::Ed25519 => 32,
        };
        let is_named = (1..=limits::MAX_CREDENTIAL_BYTES).contains(&self.credential.len());
        is_named && self.key.len() == len
    }
}

impl DeviceProof {
    /// Which device says it.
    pub fn device(&self) -> DeviceId {
        match self {
            DeviceProof::Passkey(assertion) => device_id(b"passkey", &assertion.credential),
            DeviceProof::Terminal { key, .. } => device_id(b"terminal", key.as_bytes()),
        }
    }
}

/// The kinds are of different lengths, and neither begins the other.
fn device_id(kind: &[u8], id: &[u8]) -> DeviceId {
    DeviceId::new(hash::sha256(
        &[labels::DEVICE_ID.as_bytes(), kind, id].concat(),
    ))
}

/// What a device says to a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceProof {
    /// An authenticator's assertion.
    Passkey(Assertion),
    /// A terminal's signature over [`signed_by_terminal`].
    Terminal {
        /// Its key.
        key: PublicKey,
        /// The signature.
        #[serde(with = "b64::array")]
        signature: [u8; SIGNATURE_LEN],
    },
}

/// What `navigator.credentials.get()` gives (WebAuthn Level 3, 5.2.2), each part as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assertion {
    /// The credential's id.
    #[serde(with = "b64::bytes")]
    pub credential: Vec<u8>,
    /// `authenticatorData`.
    #[serde(with = "b64::bytes")]
    pub authenticator: Vec<u8>,
    /// `clientDataJSON`.
    #[serde(with = "b64::bytes")]
    pub client: Vec<u8>,
    /// `signature`: DER for ES256, 64 bytes for Ed25519.
    #[serde(with = "b64::bytes")]
    pub signature: Vec<u8>,
}

/// Ends a login with a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFinish {
    /// The request that began it, of the same account.
    pub login: RequestId,
    /// What the device said.
    pub proof: DeviceProof,
}

/// What a wallet calls a device, sealed under the owner's root: to the safe it is bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceLabel(Vec<u8>);

impl DeviceLabel {
    /// Takes the bytes; `None` if there are too many.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() <= limits::MAX_DEVICE_LABEL_BYTES).then_some(Self(bytes))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for DeviceLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceLabel({} bytes)", self.0.len())
    }
}

impl Serialize for DeviceLabel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        b64::bytes::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for DeviceLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(b64::bytes::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom("above a limit"))
    }
}

/// Enrols a device. It has signed [`enrolment_challenge`], so nobody enrols one that they do not have.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAdd {
    /// The session, for [`Act::AddDevice`](super::Act::AddDevice).
    pub within: InSession,
    /// By what it is checked from now on.
    pub key: DeviceKey,
    /// What it said to the challenge.
    pub proof: DeviceProof,
    /// What the owner calls it.
    pub label: DeviceLabel,
    /// What is to be kept for a login with it: sealed with a secret of the device's, or, where it has none, the share as it is
    /// and no map.
    pub kept: Kept,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceAdded {
    /// It logs in from now on.
    Added,
    /// There are as many as there may be: remove one first.
    TooMany,
    /// What it said does not hold: another challenge, another site, or nobody verified.
    NotProved,
}

/// Removes a device: it logs in no more, and sessions that it opened end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRemove {
    /// The session, for [`Act::RemoveDevice`](super::Act::RemoveDevice).
    pub within: InSession,
    /// The device.
    pub device: DeviceId,
}

/// Calls a device something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRename {
    /// The session, for [`Act::RenameDevice`](super::Act::RenameDevice).
    pub within: InSession,
    /// The device.
    pub device: DeviceId,
    /// What it is called from now on.
    pub label: DeviceLabel,
}

/// By what an owner gets in at this safe, and what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaysIn {
    /// The devices, in the order in which they were enrolled.
    pub devices: Vec<Device>,
    /// Since when a recovery kit opens, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kit_since: Option<UnixTime>,
    /// What happened, the newest first, at most [`limits::MAX_OWNER_HISTORY`].
    pub history: Vec<Happened>,
}

/// A device that is enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// What it is known by.
    pub id: DeviceId,
    /// Whether it is an authenticator; a terminal if not.
    pub is_passkey: bool,
    /// What the owner calls it.
    pub label: DeviceLabel,
    /// Since when.
    pub since: UnixTime,
    /// When it last logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<UnixTime>,
}

/// Something that happened to an owner's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// When, by the safe's clock.
    pub at: UnixTime,
    /// By which account.
    pub account: PublicKey,
    /// What.
    pub what: Event,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A login, after so many guesses that were wrong.
    LoggedIn {
        /// By what.
        by: By,
        /// Wrong guesses at what it was opened by, since the login before.
        guesses: u64,
    },
    /// An authenticator counts lower than it did: there are two of it.
    Cloned(DeviceId),
    /// A device was enrolled.
    DeviceAdded(DeviceId),
    /// A device was removed.
    DeviceRemoved(DeviceId),
    /// Another secret was enrolled.
    SecretChanged,
    /// A kit was made, or another one in its place.
    KitMade,
    /// The kit opens no more.
    KitRevoked,
    /// An account was counted as the owner's.
    Joined,
    /// Nothing leaves any more.
    Frozen,
    /// One kind of way in wants that lifted.
    ThawAsked(WayKind),
    /// Another way in, or an account, said no to that.
    ThawRefused(WayKind),
    /// It was lifted.
    Thawed,
}

/// By what a session was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The secret that was enrolled last.
    Newest,
    /// The one before it.
    Previous,
    /// The recovery kit.
    Kit,
    /// A device.
    Device(DeviceId),
}

impl From<Which> for By {
    fn from(which: Which) -> Self {
        match which {
            Which::Newest => By::Newest,
            Which::Previous => By::Previous,
            Which::Kit => By::Kit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::Act;
    use super::*;

    fn conversation(wallet: &KeyPair, safe: &KeyPair) -> Conversation {
        Conversation {
            safe: SafeId::new([1; 32]),
            account: PublicKey::new([2; 32]),
            request: RequestId::new([3; 16]),
            hello: PublicKey::new(wallet.public()),
            greeting: PublicKey::new(safe.public()),
            nonce: [4; 32],
        }
    }

    fn pair(byte: u8) -> KeyPair {
        KeyPair::new(&Secret::new([byte; 32]))
    }

    #[test]
    fn both_sides_come_to_one_key_which_hangs_on_every_field() {
        let (wallet, safe) = (pair(5), pair(6));
        let said = conversation(&wallet, &safe);
        let key = said.session_key(&wallet, &said.greeting);
        assert!(key.is_ok());
        assert_eq!(key, said.session_key(&safe, &said.hello));
        let others = [
            Conversation {
                safe: SafeId::new([9; 32]),
                ..said
            },
            Conversation {
                account: PublicKey::new([9; 32]),
                ..said
            },
            Conversation {
                request: RequestId::new([9; 16]),
                ..said
            },
            Conversation {
                hello: PublicKey::new([9; 32]),
                ..said
            },
            Conversation {
                greeting: PublicKey::new([9; 32]),
                ..said
            },
            Conversation {
                nonce: [9; 32],
                ..said
            },
        ];
        for other in others {
            assert_ne!(other.challenge(), said.challenge());
            assert_ne!(other.session_key(&wallet, &said.greeting), key);
        }
        let small = PublicKey::new([0; 32]);
        assert_eq!(said.session_key(&wallet, &small), Err(NoAgreement));
    }

    #[test]
    fn the_safe_signs_this_conversation_and_no_other() {
        let key = SigningKey::derive(&Secret::new([7; 32]));
        let public = PublicKey::new(key.public());
        let said = conversation(&pair(5), &pair(6));
        let signature = said.sign(&key);
        assert!(said.is_signed(&public, &signature));
        assert!(!said.is_signed(&PublicKey::new([7; 32]), &signature));
        let other = conversation(&pair(5), &pair(8));
        assert!(!other.is_signed(&public, &signature));
        // What the safe signs is no challenge that a terminal would sign, and none that it would take from one.
        assert_ne!(said.signed(), signed_by_terminal(&said.challenge()));
    }

    #[test]
    fn a_challenge_to_enrol_is_of_one_session_and_request() {
        let purpose = Purpose {
            safe: SafeId::new([1; 32]),
            account: PublicKey::new([2; 32]),
            request: RequestId::new([3; 16]),
            act: Act::AddDevice,
        };
        let challenge = enrolment_challenge(&Secret::new([4; 32]), &purpose);
        let other_request = Purpose {
            request: RequestId::new([9; 16]),
            ..purpose
        };
        assert_ne!(
            challenge,
            enrolment_challenge(&Secret::new([4; 32]), &other_request)
        );
        assert_ne!(
            challenge,
            enrolment_challenge(&Secret::new([5; 32]), &purpose)
        );
    }

    #[test]
    fn a_passkey_and_a_terminal_of_the_same_bytes_are_two_devices() {
        let terminal = DeviceKey::Terminal(PublicKey::new([1; 32]));
        let passkey = DeviceKey::Passkey(PasskeyKey {
            credential: alloc::vec![1; 32],
            algorithm: PasskeyAlgorithm::Es256,
            key: alloc::vec![4; 65],
        });
        assert_ne!(terminal.id(), passkey.id());
        // What a device says names the device that it was enrolled as.
        let said = DeviceProof::Terminal {
            key: PublicKey::new([1; 32]),
            signature: [2; SIGNATURE_LEN],
        };
        assert_eq!(said.device(), terminal.id());
        let said = DeviceProof::Passkey(Assertion {
            credential: alloc::vec![1; 32],
            authenticator: Vec::new(),
            client: Vec::new(),
            signature: Vec::new(),
        });
        assert_eq!(said.device(), passkey.id());
    }

    #[test]
    fn labels_have_a_limit_and_no_debug_shows_them() {
        let longest = alloc::vec![0; limits::MAX_DEVICE_LABEL_BYTES];
        let label = DeviceLabel::new(longest.clone()).unwrap();
        assert_eq!(alloc::format!("{label:?}"), "DeviceLabel(256 bytes)");
        let above = [&longest[..], &[0]].concat();
        assert_eq!(DeviceLabel::new(above), None);
    }
}
