//! Keys: what opens, what seals, and how either is written down (401, 402, 140 and 141 of WO 01/13293).
//!
//! A key's id is derived from the key. So an id says whether a key that came back, whole or combined of shares, is the one.

use super::KeyForm;
use super::bytes::{Malformed, Reader, put_short};
use super::limits::MAX_ALGORITHM_BYTES;
use super::share::CheckedShare;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::derive::derive_key;
use saifu_crypto::{CryptoRng, Secret, hpke};
use saifu_protocol::{fixed_bytes, labels};
use zeroize::Zeroizing;

fixed_bytes!(
    /// A key: derived from it, so that it can be checked and says nothing.
    KeyId, 16
);

/// A key generation algorithm (141), by name and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Algorithm {
    /// ASCII, 1 to 32 bytes.
    name: String,
    version: u8,
}

impl Algorithm {
    /// The one this software has: the key is HKDF-SHA-256 of the seed, under a label for each form of key.
    pub fn current() -> Self {
        Self {
            name: "hkdf-sha256".into(),
            version: 1,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version.
    pub fn version(&self) -> u8 {
        self.version
    }

    fn is_known(&self) -> bool {
        *self == Self::current()
    }

    fn write(&self, out: &mut Vec<u8>) {
        put_short(out, self.name.as_bytes());
        out.push(self.version);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let name = reader.short()?;
        let sane = (1..=MAX_ALGORITHM_BYTES).contains(&name.len())
            && name.iter().all(u8::is_ascii_graphic);
        let name = core::str::from_utf8(name).map_err(|_| Malformed)?;
        let version = reader.byte()?;
        sane.then(|| Self {
            name: name.into(),
            version,
        })
        .ok_or(Malformed)
    }
}

/// A seed names an algorithm this software does not have. The seed is kept as it is, for one that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAlgorithm(pub Algorithm);

/// What 32 secret bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyKind {
    /// A common key.
    Key,
    /// The secret half of a pair.
    Pair,
    /// The seed of a common key.
    SeedOfKey(Algorithm),
    /// The seed of a pair.
    SeedOfPair(Algorithm),
}

impl KeyKind {
    /// The form it has in a plan.
    pub fn form(&self) -> KeyForm {
        match self {
            KeyKind::Key => KeyForm::Key,
            KeyKind::Pair => KeyForm::Pair,
            KeyKind::SeedOfKey(_) => KeyForm::SeedOfKey,
            KeyKind::SeedOfPair(_) => KeyForm::SeedOfPair,
        }
    }

    /// The algorithm that makes a key of it, for a seed.
    pub fn algorithm(&self) -> Option<&Algorithm> {
        match self {
            KeyKind::SeedOfKey(algorithm) | KeyKind::SeedOfPair(algorithm) => Some(algorithm),
            KeyKind::Key | KeyKind::Pair => None,
        }
    }

    fn of(form: KeyForm, algorithm: Algorithm) -> Self {
        match form {
            KeyForm::Key => KeyKind::Key,
            KeyForm::Pair => KeyKind::Pair,
            KeyForm::SeedOfKey => KeyKind::SeedOfKey(algorithm),
            KeyForm::SeedOfPair => KeyKind::SeedOfPair(algorithm),
        }
    }
}

/// What is known of a key without having it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName {
    /// Its id.
    pub id: KeyId,
    /// What it is.
    pub kind: KeyKind,
}

impl KeyName {
    /// `kind 1 │ id 16`, and for a seed `name length 2 │ name │ version 1`.
    fn write(&self, out: &mut Vec<u8>) {
        let (code, algorithm) = match &self.kind {
            KeyKind::Key => (0, None),
            KeyKind::Pair => (1, None),
            KeyKind::SeedOfKey(algorithm) => (2, Some(algorithm)),
            KeyKind::SeedOfPair(algorithm) => (3, Some(algorithm)),
        };
        out.push(code);
        out.extend_from_slice(self.id.as_bytes());
        if let Some(algorithm) = algorithm {
            algorithm.write(out);
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let code = reader.byte()?;
        let id = KeyId::new(reader.array()?);
        let kind = match code {
            0 => KeyKind::Key,
            1 => KeyKind::Pair,
            2 => KeyKind::SeedOfKey(Algorithm::read(reader)?),
            3 => KeyKind::SeedOfPair(Algorithm::read(reader)?),
            _ => return Err(Malformed),
        };
        Ok(Self { id, kind })
    }
}

/// What opens: a key, the secret half of a pair, or the seed of either.
#[derive(Clone, PartialEq, Eq)]
pub struct OpeningKey {
    name: KeyName,
    secret: Secret,
}

impl fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpeningKey").field(&self.name).finish()
    }
}

/// The bytes are no key, or not the one they say they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAKey;

impl OpeningKey {
    /// Draws a fresh one.
    pub fn make(form: KeyForm, rng: &mut dyn CryptoRng) -> Self {
        Self::of(KeyKind::of(form, Algorithm::current()), Secret::make(rng))
    }

    /// Takes over 32 bytes that are already secret: a seed that was there from the start.
    pub fn of(kind: KeyKind, secret: Secret) -> Self {
        let id = derive_id(&secret);
        Self {
            name: KeyName { id, kind },
            secret,
        }
    }

    /// The key with this name, if these bytes are it.
    pub(crate) fn named(name: KeyName, secret: Secret) -> Result<Self, NotAKey> {
        if derive_id(&secret) == name.id {
            Ok(Self { name, secret })
        } else {
            Err(NotAKey)
        }
    }

    /// What is known of it without having it.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The bytes, for the one line that needs them.
    pub fn expose_secret(&self) -> &Secret {
        &self.secret
    }

    /// What seals for it: the key itself, or the public half, which a wallet may keep when it erases the rest.
    ///
    /// # Errors
    /// [`UnknownAlgorithm`].
    pub fn sealing(&self) -> Result<SealingKey, UnknownAlgorithm> {
        let (id, kind) = (self.name.id, self.name.kind.clone());
        Ok(match self.opener()? {
            Opener::Common(key) => SealingKey::Common { id, kind, key },
            Opener::Private(key) => SealingKey::Public {
                id,
                kind,
                key: hpke::derive_public(&key),
            },
        })
    }

    /// Steps 3-5 of the seventh embodiment: the seed becomes a key.
    pub(crate) fn opener(&self) -> Result<Opener, UnknownAlgorithm> {
        let derived = |label, algorithm: &Algorithm| {
            if algorithm.is_known() {
                Ok(derive_key(&self.secret, label, &[]))
            } else {
                Err(UnknownAlgorithm(algorithm.clone()))
            }
        };
        match &self.name.kind {
            KeyKind::Key => Ok(Opener::Common(self.secret.clone())),
            KeyKind::Pair => Ok(Opener::Private(self.secret.clone())),
            KeyKind::SeedOfKey(algorithm) => {
                derived(labels::SEED_OF_KEY, algorithm).map(Opener::Common)
            }
            KeyKind::SeedOfPair(algorithm) => {
                derived(labels::SEED_OF_PAIR, algorithm).map(Opener::Private)
            }
        }
    }

    /// As the body of a part, and as a wallet may keep it: the name, then `secret 32`.
    pub fn write(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(20 + MAX_ALGORITHM_BYTES + 32));
        self.name.write(&mut out);
        out.extend_from_slice(self.secret.expose_secret());
        out
    }

    /// Reads what [`OpeningKey::write`] wrote, also a seed of an algorithm that is not known.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn read(bytes: &[u8]) -> Result<Self, NotAKey> {
        let mut reader = Reader::new(bytes);
        let read = |reader: &mut Reader<'_>| {
            let name = KeyName::read(reader)?;
            Ok::<_, Malformed>((name, Secret::new(reader.array()?)))
        };
        let (name, secret) = read(&mut reader).map_err(|_| NotAKey)?;
        reader.end().map_err(|_| NotAKey)?;
        Self::named(name, secret)
    }
}

fn derive_id(secret: &Secret) -> KeyId {
    let derived = derive_key(secret, labels::KEY_ID, &[]);
    let (id, _) = derived.expose_secret().split_at(16);
    KeyId::new(id.try_into().expect("half of 32 bytes is 16"))
}

/// A key as it opens: derived, if it was a seed.
#[derive(Debug)]
pub(crate) enum Opener {
    Common(Secret),
    Private(Secret),
}

/// What seals.
#[derive(Clone, PartialEq, Eq)]
pub enum SealingKey {
    /// A common key, which opens, too.
    Common {
        /// The id of what opens.
        id: KeyId,
        /// What that is.
        kind: KeyKind,
        /// The key.
        key: Secret,
    },
    /// The public half of a pair.
    Public {
        /// The id of what opens.
        id: KeyId,
        /// What that is.
        kind: KeyKind,
        /// The X25519 key.
        key: [u8; 32],
    },
}

impl SealingKey {
    /// The form of what opens.
    pub fn form(&self) -> KeyForm {
        match self {
            SealingKey::Common { kind, .. } | SealingKey::Public { kind, .. } => kind.form(),
        }
    }
}

impl SealingKey {
    /// The public half as a wallet keeps it once it has erased the rest: the name, then the key. `None` for a common key,
    /// because what seals opens there.
    pub fn write_public(&self) -> Option<Vec<u8>> {
        let SealingKey::Public { id, kind, key } = self else {
            return None;
        };
        let mut out = Vec::with_capacity(20 + MAX_ALGORITHM_BYTES + 32);
        let (id, kind) = (*id, kind.clone());
        KeyName { id, kind }.write(&mut out);
        out.extend_from_slice(key);
        Some(out)
    }

    /// Reads what [`SealingKey::write_public`] wrote.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn read_public(bytes: &[u8]) -> Result<Self, NotAKey> {
        let mut reader = Reader::new(bytes);
        let read = |reader: &mut Reader<'_>| {
            let name = KeyName::read(reader)?;
            Ok::<_, Malformed>((name, reader.array()?))
        };
        let (KeyName { id, kind }, key) = read(&mut reader).map_err(|_| NotAKey)?;
        reader.end().map_err(|_| NotAKey)?;
        if kind.form().is_common() {
            return Err(NotAKey);
        }
        Ok(SealingKey::Public { id, kind, key })
    }

    /// The id of what opens.
    pub fn id(&self) -> KeyId {
        let (SealingKey::Common { id, .. } | SealingKey::Public { id, .. }) = self;
        *id
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (SealingKey::Common { id, .. } | SealingKey::Public { id, .. }) = self;
        f.debug_tuple("SealingKey").field(id).finish()
    }
}

/// A share of a named key: the name, then the share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyShare {
    pub(crate) name: KeyName,
    pub(crate) share: CheckedShare,
}

impl KeyShare {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        self.name.write(out);
        self.share.write(out);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            name: KeyName::read(reader)?,
            share: CheckedShare::read(reader)?,
        })
    }
}
