//! The layers of a data part's body, from the outside in. Each begins with a byte that says what it is.
//!
//! ```text
//! 0  object      bytes
//! 1  coupled     count 1 │ count × (length 4 │ layer)
//! 2  sealed      key id 16 │ salt 32 │ commitment 32 │ ciphertext and tag              (common key)
//! 3  sealed      key id 16 │ item key, by HPKE 80 │ salt 32 │ commitment 32 │ ciphertext and tag
//! 4  range       set 16 │ number 1 (from 0) │ count 1 │ length of the whole 4 │ bytes
//! 5  threshold   share │ salt 32 │ commitment 32 │ ciphertext and tag
//! 6  with shares count 1 │ count × key share │ layer                                   (group A)
//! ```
//! What is sealed is bound to suite, kind of layer, group, and its place: which object and which piece.

use super::bytes::{Malformed, Reader, put_long};
use super::key::{KeyId, KeyShare, Opener, SealingKey};
use super::limits::{MAX_COUPLED, MAX_PARTS};
use super::part::SUITE;
use super::share::CheckedShare;
use super::{GroupId, count};
use alloc::vec::Vec;
use saifu_crypto::committed::{self, NotOpened};
use saifu_crypto::{CryptoRng, Secret, hpke};
use saifu_protocol::labels;
use zeroize::Zeroizing;

/// Bytes that may be a value in the clear: overwritten when dropped.
pub(crate) type Clear = Zeroizing<Vec<u8>>;

const OBJECT: u8 = 0;
const COUPLED: u8 = 1;
const SEALED_COMMON: u8 = 2;
const SEALED_PUBLIC: u8 = 3;
const RANGE: u8 = 4;
const THRESHOLD: u8 = 5;
const WITH_SHARES: u8 = 6;

/// An item key of 32 bytes, sealed: encapsulated key 32, ciphertext 32, tag 16.
const WRAPPED_LEN: usize = hpke::ENCAPPED_LEN + 32 + 16;

/// Where something sealed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) group: GroupId,
    /// Which object; 0 once they are coupled.
    pub(crate) row: u8,
    /// Which piece or copy; 0 before they are divided.
    pub(crate) column: u8,
}

impl Spot {
    fn bind(self, kind: u8, key: &[u8]) -> Vec<u8> {
        [
            &[SUITE, kind, self.row, self.column],
            self.group.as_bytes().as_slice(),
            key,
        ]
        .concat()
    }
}

/// A layer that has been read.
pub(crate) enum Layer<'a> {
    Object(&'a [u8]),
    Coupled(Vec<&'a [u8]>),
    Sealed(Sealed<'a>),
    Range(Range<'a>),
    Threshold(Threshold<'a>),
    WithShares(Vec<KeyShare>, &'a [u8]),
}

/// Something sealed.
#[derive(Clone, Copy)]
pub(crate) struct Sealed<'a> {
    pub(crate) key: KeyId,
    /// The item key, where it is sealed to a public key.
    wrapped: Option<&'a [u8]>,
    bytes: &'a [u8],
}

/// One of consecutive ranges.
pub(crate) struct Range<'a> {
    pub(crate) set: [u8; 16],
    pub(crate) number: u8,
    pub(crate) count: u8,
    pub(crate) whole: u32,
    pub(crate) bytes: &'a [u8],
}

/// A piece of which a number is enough.
pub(crate) struct Threshold<'a> {
    pub(crate) share: CheckedShare,
    sealed: &'a [u8],
}

impl<'a> Layer<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        Ok(match reader.byte()? {
            OBJECT => Layer::Object(reader.rest()),
            COUPLED => {
                let number = reader.byte()?;
                if number == 0 || usize::from(number) > MAX_COUPLED {
                    return Err(Malformed);
                }
                let items = (0..number)
                    .map(|_| reader.long())
                    .collect::<Result<_, _>>()?;
                reader.end()?;
                Layer::Coupled(items)
            }
            SEALED_COMMON => Layer::Sealed(Sealed {
                key: KeyId::new(reader.array()?),
                wrapped: None,
                bytes: reader.rest(),
            }),
            SEALED_PUBLIC => Layer::Sealed(Sealed {
                key: KeyId::new(reader.array()?),
                wrapped: Some(reader.take(WRAPPED_LEN)?),
                bytes: reader.rest(),
            }),
            RANGE => Layer::Range(Range {
                set: reader.array()?,
                number: reader.byte()?,
                count: reader.byte()?,
                whole: u32::from_be_bytes(reader.array()?),
                bytes: reader.rest(),
            }),
            THRESHOLD => Layer::Threshold(Threshold {
                share: CheckedShare::read(&mut reader)?,
                sealed: reader.rest(),
            }),
            WITH_SHARES => {
                let number = reader.byte()?;
                if number > MAX_PARTS {
                    return Err(Malformed);
                }
                let shares = (0..number)
                    .map(|_| KeyShare::read(&mut reader))
                    .collect::<Result<_, _>>()?;
                Layer::WithShares(shares, reader.rest())
            }
            _ => return Err(Malformed),
        })
    }
}

impl Sealed<'_> {
    /// Opens it.
    pub(crate) fn open(&self, opener: &Opener, spot: Spot) -> Result<Clear, NotOpened> {
        let opened = match (opener, self.wrapped) {
            (Opener::Common(key), None) => {
                let aad = spot.bind(SEALED_COMMON, self.key.as_bytes());
                committed::open(key, labels::SEALED, &aad, self.bytes)
            }
            (Opener::Private(private), Some(wrapped)) => {
                let aad = spot.bind(SEALED_PUBLIC, self.key.as_bytes());
                let info = labels::ITEM_KEY_INFO.as_bytes();
                let item = hpke::open(private, info, &aad, wrapped).map(Zeroizing::new);
                let item = item.map_err(|_| NotOpened::WrongKey)?;
                let item = item.as_slice().try_into().map_err(|_| NotOpened::Altered)?;
                committed::open(&Secret::new(item), labels::SEALED, &aad, self.bytes)
            }
            _ => Err(NotOpened::WrongKey),
        };
        opened.map(Zeroizing::new)
    }
}

impl Threshold<'_> {
    /// Opens it with the combined key.
    pub(crate) fn open(&self, key: &Secret, spot: Spot) -> Result<Clear, NotOpened> {
        let aad = spot.bind(THRESHOLD, &[]);
        committed::open(key, labels::DIVIDED, &aad, self.sealed).map(Zeroizing::new)
    }
}

pub(crate) fn write_object(object: &[u8]) -> Clear {
    [&[OBJECT], object].concat().into()
}

/// At most [`MAX_COUPLED`] items.
pub(crate) fn write_coupled<'a>(items: impl ExactSizeIterator<Item = &'a [u8]>) -> Clear {
    let number = u8::try_from(items.len()).expect("100 objects at most, checked before");
    let mut out = Zeroizing::new(alloc::vec![COUPLED, number]);
    for item in items {
        put_long(&mut out, item);
    }
    out
}

/// Seals a layer. `None` if the public key is not usable, which no key made here is.
pub(crate) fn write_sealed(
    key: &SealingKey,
    spot: Spot,
    layer: &[u8],
    rng: &mut dyn CryptoRng,
) -> Option<Clear> {
    let mut out = Vec::new();
    match key {
        SealingKey::Common { id, key, .. } => {
            let aad = spot.bind(SEALED_COMMON, id.as_bytes());
            out.push(SEALED_COMMON);
            out.extend_from_slice(id.as_bytes());
            out.extend_from_slice(&committed::seal(key, labels::SEALED, &aad, layer, rng));
        }
        SealingKey::Public { id, key, .. } => {
            let aad = spot.bind(SEALED_PUBLIC, id.as_bytes());
            let (item, info) = (Secret::make(rng), labels::ITEM_KEY_INFO.as_bytes());
            out.push(SEALED_PUBLIC);
            out.extend_from_slice(id.as_bytes());
            out.extend_from_slice(&hpke::seal(key, info, &aad, item.expose_secret(), rng).ok()?);
            out.extend_from_slice(&committed::seal(&item, labels::SEALED, &aad, layer, rng));
        }
    }
    Some(out.into())
}

/// Cuts a layer into so many ranges, whose lengths differ by at most one.
pub(crate) fn write_ranges(layer: &[u8], pieces: u8, set: [u8; 16]) -> Vec<Clear> {
    let whole = u32::try_from(layer.len()).expect("objects are limited to 1 MiB");
    let cut = |at: u8| layer.len() * usize::from(at) / usize::from(pieces);
    (0..pieces)
        .map(|number| {
            let mut out = alloc::vec![RANGE];
            out.extend_from_slice(&set);
            out.extend_from_slice(&[number, pieces]);
            out.extend_from_slice(&whole.to_be_bytes());
            out.extend_from_slice(&layer[cut(number)..cut(number + 1)]);
            out.into()
        })
        .collect()
}

/// A piece with its share and the whole, sealed anew for this piece: no two pieces have a ciphertext in common.
pub(crate) fn write_threshold(
    share: &CheckedShare,
    key: &Secret,
    spot: Spot,
    layer: &[u8],
    rng: &mut dyn CryptoRng,
) -> Clear {
    let aad = spot.bind(THRESHOLD, &[]);
    let mut out = Zeroizing::new(alloc::vec![THRESHOLD]);
    share.write(&mut out);
    out.extend_from_slice(&committed::seal(key, labels::DIVIDED, &aad, layer, rng));
    out
}

/// Couples shares with a layer.
pub(crate) fn write_with_shares(shares: &[KeyShare], layer: &[u8]) -> Clear {
    let mut out = Zeroizing::new(alloc::vec![WITH_SHARES, count(shares)]);
    for share in shares {
        share.write(&mut out);
    }
    out.extend_from_slice(layer);
    out
}
