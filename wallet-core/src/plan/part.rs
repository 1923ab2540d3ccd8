//! A part: what is registered at one safe under one certificate, or stays at home (registration electronic value
//! information 203 of WO 01/13293, Fig. 6(a): digest 302, data 202, signature 303).
//!
//! ```text
//! "Saifu" │ version 1 │ suite 1 │ class 1 │ group 16 │ plan 16
//! index 1 │ count 1 │ needed 1 │ quorum 1 │ voters 1
//! digest length 2 │ digest │ body length 4 │ body │ signature 64
//! ```
//! The signature is the wallet's, over everything before it, and is checked before anything is opened. A part says how many
//! of its kind there are, how many are needed, and how many safes must confirm, so that a wallet that has lost its books can
//! put a group together and knows when it is its own again.

use super::bytes::{Malformed, Reader, put_long, put_short};
use super::{GroupId, PlanId, limits};
use alloc::vec::Vec;
use saifu_crypto::sign::{self, SIGNATURE_LEN, SigningKey};
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::{PublicKey, labels};
use zeroize::Zeroizing;

const MAGIC: &[u8; 5] = b"Saifu";
const VERSION: u8 = 1;

/// Suite 1: SHA-256, HKDF-SHA-256, AES-256-GCM, HPKE X25519/HKDF-SHA-256/AES-256-GCM, Ed25519, Shamir over GF(2^8).
pub const SUITE: u8 = 1;

/// The code of a class in a header.
pub(super) const fn code(class: ObjectClass) -> u8 {
    match class {
        ObjectClass::Value => 0,
        ObjectClass::Key => 1,
        ObjectClass::Seed => 2,
        ObjectClass::Piece => 3,
        ObjectClass::Share => 4,
        ObjectClass::Coupled => 5,
    }
}

fn class_of(byte: u8) -> Option<ObjectClass> {
    let mut all = ObjectClass::ALL.into_iter();
    all.find(|class| code(*class) == byte)
}

/// What a part is for. Parts of one role are numbered together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Data, perhaps with shares beside them.
    Data,
    /// A whole key or seed.
    Key,
    /// A share of a key.
    Share,
}

impl Role {
    /// What a part of this class is for.
    pub const fn of(class: ObjectClass) -> Self {
        match class {
            ObjectClass::Value | ObjectClass::Piece | ObjectClass::Coupled => Role::Data,
            ObjectClass::Key | ObjectClass::Seed => Role::Key,
            ObjectClass::Share => Role::Share,
        }
    }
}

/// The header of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What it is.
    pub class: ObjectClass,
    /// What it belongs to.
    pub group: GroupId,
    /// By which plan it was made.
    pub plan: PlanId,
    /// Its number among the parts of its role, from 0.
    pub index: u8,
    /// How many there are (n).
    pub count: u8,
    /// How many are needed (k).
    pub needed: u8,
    /// How many safes must confirm one session before what comes back is usable.
    pub quorum: u8,
    /// How many can.
    pub voters: u8,
}

/// A part that has been read. What it says is believed only after [`Part::verify`].
#[derive(Clone, PartialEq, Eq)]
pub struct Part<'a> {
    header: Header,
    digest: &'a [u8],
    body: &'a [u8],
    signed: &'a [u8],
    signature: [u8; SIGNATURE_LEN],
}

impl core::fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Part")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// Why bytes are no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartError {
    /// Longer than [`limits::MAX_PART_BYTES`]; not looked at.
    TooLarge,
    /// Not a part at all, or cut short, or more than a part.
    Malformed,
    /// Of a version this software does not know. Keep the bytes; a later one may.
    UnknownVersion,
    /// Of a suite this software does not know. Keep the bytes; a later one may.
    UnknownSuite,
}

impl From<Malformed> for PartError {
    fn from(_: Malformed) -> Self {
        PartError::Malformed
    }
}

impl<'a> Part<'a> {
    /// Reads a part.
    ///
    /// # Errors
    /// See [`PartError`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, PartError> {
        if bytes.len() > limits::MAX_PART_BYTES {
            return Err(PartError::TooLarge);
        }
        let mut reader = Reader::new(bytes);
        if reader.array()? != *MAGIC {
            return Err(PartError::Malformed);
        }
        if reader.byte()? != VERSION {
            return Err(PartError::UnknownVersion);
        }
        if reader.byte()? != SUITE {
            return Err(PartError::UnknownSuite);
        }
        let header = Header {
            class: class_of(reader.byte()?).ok_or(PartError::Malformed)?,
            group: GroupId::new(reader.array()?),
            plan: PlanId::new(reader.array()?),
            index: reader.byte()?,
            count: reader.byte()?,
            needed: reader.byte()?,
            quorum: reader.byte()?,
            voters: reader.byte()?,
        };
        if header.count > limits::MAX_PARTS
            || header.index >= header.count
            || !(1..=header.count).contains(&header.needed)
            || !(1..=header.voters).contains(&header.quorum)
            || usize::from(header.voters) > limits::MAX_SAFES
        {
            return Err(PartError::Malformed);
        }
        let (digest, body) = (reader.short()?, reader.long()?);
        let signature = reader.array()?;
        reader.end()?;
        let (signed, _) = bytes.split_at(bytes.len() - SIGNATURE_LEN);
        Ok(Self {
            header,
            digest,
            body,
            signed,
            signature,
        })
    }

    /// Whether the wallet with this key made it, to the last byte.
    pub fn verify(&self, author: &PublicKey) -> bool {
        sign::verify(author.as_bytes(), &message(self.signed), &self.signature)
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Its digest field, for [`super::catalogue::CatalogueKey::read`].
    pub fn digest(&self) -> &'a [u8] {
        self.digest
    }

    /// Data, key or share.
    pub(crate) fn body(&self) -> &'a [u8] {
        self.body
    }
}

/// Writes and signs a part.
pub(crate) fn write(header: &Header, digest: &[u8], body: &[u8], author: &SigningKey) -> Vec<u8> {
    let mut out = Vec::with_capacity(OVERHEAD + digest.len() + body.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[VERSION, SUITE, code(header.class)]);
    out.extend_from_slice(header.group.as_bytes());
    out.extend_from_slice(header.plan.as_bytes());
    out.extend_from_slice(&[header.index, header.count, header.needed]);
    out.extend_from_slice(&[header.quorum, header.voters]);
    put_short(&mut out, digest);
    put_long(&mut out, body);
    let signature = author.sign(&message(&out));
    out.extend_from_slice(&signature);
    out
}

/// Bytes of a part beside digest and body: 8 + 16 + 16 + 5 of header, two lengths, the signature.
pub const OVERHEAD: usize = 45 + 2 + 4 + SIGNATURE_LEN;

/// What is signed. It may contain a key.
fn message(signed: &[u8]) -> Zeroizing<Vec<u8>> {
    [labels::PART_SIGNATURE.as_bytes(), &[0], signed]
        .concat()
        .into()
}
