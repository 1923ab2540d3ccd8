//! The record of the lock, and its methods.

use super::strength::{self, Weak};
use super::{AutoLock, LEAST, Standing};
use crate::books::secret;
use crate::owner::{KitMark, Words};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::aead::{self, NONCE_LEN};
use saifu_crypto::derive::derive_key;
use saifu_crypto::stretch::Stretch;
use saifu_crypto::{CryptoRng, Secret, make_bytes};
use saifu_protocol::json::{self, Unreadable};
use saifu_protocol::{UnixTime, b64, fixed_bytes, labels};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The form of the record, and how dear a guess is: what was made under one opens under no other.
const SUITE: u8 = 1;

fixed_bytes!(
    /// One method of the lock.
    MethodId, 16
);

/// The lock, as it is stored, sealed by the device key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    suite: u8,
    /// What passkeys derive from. The same for all, so that the browser can ask for any of them at once; what comes of it is
    /// another key for each.
    #[serde(with = "b64::array")]
    pub salt: [u8; 32],
    /// In the order in which they came.
    pub methods: Vec<Method>,
    /// When the wallet locks itself.
    pub auto_lock: AutoLock,
}

/// A method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// Its id.
    pub id: MethodId,
    /// What its owner calls it; empty if nothing.
    pub name: String,
    /// Since when.
    pub since: UnixTime,
    /// How it is shown.
    pub how: How,
    /// Nonce, then the master key sealed under the key of the method.
    #[serde(with = "b64::bytes")]
    wrapped: Vec<u8>,
}

/// How a method is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// By a passcode.
    Passcode {
        /// What it is stretched with.
        #[serde(with = "b64::array")]
        salt: [u8; 32],
    },
    /// By a passkey that derives keys.
    Passkey {
        /// Its credential.
        #[serde(with = "b64::bytes")]
        credential: Vec<u8>,
    },
    /// By the words of a recovery kit.
    Kit {
        /// What they are stretched with.
        #[serde(with = "b64::array")]
        salt: [u8; 32],
        /// By what they are known again. None of a kit that was made before the safes could have the same one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mark: Option<KitMark>,
    },
}

/// What a method is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A passcode.
    Passcode,
    /// A passkey.
    Passkey,
    /// A recovery kit.
    Kit,
}

/// What an owner shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Factor {
    /// A passcode, in the form in which every keyboard gives it.
    Passcode(Zeroizing<String>),
    /// A passkey.
    Passkey {
        /// Its credential.
        #[serde(with = "b64::bytes")]
        credential: Vec<u8>,
        /// What it derived from [`Record::salt`].
        #[serde(with = "secret")]
        prf: Secret,
    },
    /// The words of a recovery kit.
    Kit(Words),
}

/// Why a method is not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The passcode is too easily guessed.
    Weak(Weak),
    /// This passkey is one of them already.
    Known,
}

impl fmt::Debug for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Factor({:?}, redacted)", self.kind())
    }
}

impl Factor {
    /// What it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Factor::Passcode(_) => Kind::Passcode,
            Factor::Passkey { .. } => Kind::Passkey,
            Factor::Kit(_) => Kind::Kit,
        }
    }

    /// How a new method with it is shown.
    fn how(&self, rng: &mut dyn CryptoRng) -> How {
        match self {
            Factor::Passcode(_) => How::Passcode {
                salt: make_bytes(rng),
            },
            Factor::Passkey { credential, .. } => How::Passkey {
                credential: credential.clone(),
            },
            Factor::Kit(words) => How::Kit {
                salt: make_bytes(rng),
                mark: Some(words.kit_mark()),
            },
        }
    }

    /// The key of a method, if it is one of this factor's.
    fn key(&self, id: MethodId, how: &How, stretch: Stretch) -> Option<Secret> {
        let (root, label) = match (self, how) {
            (Factor::Passcode(typed), How::Passcode { salt }) => (
                stretch.derive(typed.as_bytes(), salt),
                labels::LOCK_PASSCODE,
            ),
            (Factor::Passkey { credential, prf }, How::Passkey { credential: its })
                if credential == its =>
            {
                (prf.clone(), labels::LOCK_PASSKEY)
            }
            (Factor::Kit(words), How::Kit { salt, .. }) => (
                stretch.derive(words.expose_secret().as_bytes(), salt),
                labels::LOCK_KIT,
            ),
            _ => return None,
        };
        Some(derive_key(&root, label, id.as_bytes()))
    }
}

impl How {
    /// What it is.
    pub const fn kind(&self) -> Kind {
        match self {
            How::Passcode { .. } => Kind::Passcode,
            How::Passkey { .. } => Kind::Passkey,
            How::Kit { .. } => Kind::Kit,
        }
    }
}

impl Record {
    /// Without any method yet.
    pub fn make(rng: &mut dyn CryptoRng) -> Self {
        Self {
            suite: SUITE,
            salt: make_bytes(rng),
            methods: Vec::new(),
            auto_lock: AutoLock::default(),
        }
    }

    /// As it is sealed and stored.
    pub fn write(&self) -> Vec<u8> {
        json::write(self)
    }

    /// As it was stored.
    ///
    /// # Errors
    /// [`Unreadable`], also if it is of another suite, or has no method: nobody could open it.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let record: Self = json::read(bytes)?;
        let is_ours = record.suite == SUITE && !record.methods.is_empty();
        is_ours.then_some(record).ok_or(Unreadable)
    }

    /// Whether there are enough to switch the lock on.
    pub fn is_enough(&self) -> bool {
        self.methods.len() >= LEAST
    }

    /// What the rest of the wallet has to know, once the lock is on.
    pub fn standing(&self) -> Standing {
        Standing::of(self.methods.len())
    }

    /// The same with one method more. There is one passcode and one kit: another takes the place of that.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn with(
        &self,
        factor: &Factor,
        name: &str,
        master: &Secret,
        (now, stretch): (UnixTime, Stretch),
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, Refused> {
        if let Factor::Passcode(typed) = factor {
            strength::check(typed).map_err(Refused::Weak)?;
        }
        let (id, how) = (MethodId::make(rng), factor.how(rng));
        if self.methods.iter().any(|it| it.how == how) {
            return Err(Refused::Known);
        }
        let Some(key) = factor.key(id, &how, stretch) else {
            unreachable!("it was made for this factor");
        };
        let method = Method {
            id,
            name: name.into(),
            since: now,
            wrapped: wrap(&key, id, how.kind(), master, rng),
            how,
        };
        let mut with = self.clone();
        let kind = factor.kind();
        with.methods
            .retain(|it| kind == Kind::Passkey || it.how.kind() != kind);
        with.methods.push(method);
        Ok(with)
    }

    /// The same without one.
    pub fn without(&self, id: MethodId) -> Self {
        let mut without = self.clone();
        without.methods.retain(|it| it.id != id);
        without
    }

    /// The master key, if this is a factor of one of the methods.
    pub fn open(&self, factor: &Factor, stretch: Stretch) -> Option<Secret> {
        let mut methods = self.methods.iter();
        methods.find_map(|it| {
            let key = factor.key(it.id, &it.how, stretch)?;
            unwrap(&key, it.id, it.how.kind(), &it.wrapped)
        })
    }
}

fn bound_to(id: MethodId, kind: Kind) -> Vec<u8> {
    let mut bound = labels::LOCK_WRAP.as_bytes().to_vec();
    bound.push(match kind {
        Kind::Passcode => 1,
        Kind::Passkey => 2,
        Kind::Kit => 3,
    });
    bound.extend(id.as_bytes());
    bound
}

fn wrap(
    key: &Secret,
    id: MethodId,
    kind: Kind,
    master: &Secret,
    rng: &mut dyn CryptoRng,
) -> Vec<u8> {
    let nonce: [u8; NONCE_LEN] = make_bytes(rng);
    let mut wrapped = nonce.to_vec();
    wrapped.extend(aead::seal(
        key,
        &nonce,
        &bound_to(id, kind),
        master.expose_secret(),
    ));
    wrapped
}

fn unwrap(key: &Secret, id: MethodId, kind: Kind, wrapped: &[u8]) -> Option<Secret> {
    let (nonce, sealed) = wrapped.split_first_chunk()?;
    let opened = aead::open(key, nonce, &bound_to(id, kind), sealed).ok()?;
    let opened = Zeroizing::new(opened);
    opened.as_slice().try_into().ok().map(Secret::new)
}
