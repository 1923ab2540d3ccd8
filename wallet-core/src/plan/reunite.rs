//! From parts to objects and keys.
//!
//! In this order: read each part and check its signature; keep those of one group, each number once; take keys from key
//! parts and shares; open the data layer by layer. A part that fails is set aside by name, and the rest goes on as long as
//! it is enough. Nothing is decrypted before its signature has been checked.

use super::key::{Algorithm, KeyId, KeyShare, OpeningKey};
use super::layer::{Clear, Layer, Range, Sealed, Spot, Threshold};
use super::limits::MAX_LAYERS;
use super::part::{Header, Part, PartClass, PartError, Role};
use super::share::{self, CheckedShare, NotCombined};
use super::{GroupId, bytes::Malformed, bytes::Reader, count};
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::committed::NotOpened;
use saifu_protocol::PublicKey;
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
    pub claims: Option<(PartClass, u8)>,
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
    let opened = sorted.open(keys.opening);
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

/// A data part without its shares, or what is inside of one.
#[derive(Clone, Copy)]
struct Cell<'a> {
    /// Which piece or copy.
    column: u8,
    /// Its place among what was given.
    position: usize,
    layer: &'a [u8],
}

/// Parts, sorted by what they are for.
struct Sorted<'a> {
    group: Option<GroupId>,
    cells: Vec<Cell<'a>>,
    /// How many of the cells are needed.
    needed: u8,
    keys: Vec<OpeningKey>,
    /// Keys of which there are too few shares: how many there are, how many it takes.
    lacking: Vec<(KeyId, u8, u8)>,
    refused: Vec<Refused>,
}

impl<'a> Sorted<'a> {
    fn sort(parts: &[&'a [u8]], author: &PublicKey) -> Self {
        let mut sorted = Self {
            group: None,
            cells: Vec::new(),
            needed: 0,
            keys: Vec::new(),
            lacking: Vec::new(),
            refused: Vec::new(),
        };
        let genuine = sorted.genuine(parts, author);
        sorted.group = most_frequent(genuine.iter().map(|(_, part)| part.header().group));
        let mut shares = Vec::new();
        for (position, part) in sorted.consistent(genuine) {
            match sorted.take(position, &part, &mut shares) {
                Ok(()) => {}
                Err(why) => sorted.refuse(position, Some(part.header()), why),
            }
        }
        sorted.cells.sort_unstable_by_key(|cell| cell.column);
        sorted.combine(shares);
        sorted
    }

    fn refuse(&mut self, position: usize, header: Option<&Header>, why: WhyRefused) {
        let claims = header.map(|header| (header.class, header.index));
        self.refused.push(Refused {
            position,
            claims,
            why,
        });
    }

    fn genuine(&mut self, parts: &[&'a [u8]], author: &PublicKey) -> Vec<(usize, Part<'a>)> {
        let mut genuine = Vec::new();
        for (position, bytes) in parts.iter().enumerate() {
            match Part::read(bytes) {
                Ok(part) if part.verify(author) => genuine.push((position, part)),
                Ok(part) => self.refuse(position, Some(part.header()), WhyRefused::Forged),
                Err(error) => self.refuse(position, None, WhyRefused::Unreadable(error)),
            }
        }
        genuine
    }

    /// Those of the group that fit the first of them, each number once.
    fn consistent(&mut self, genuine: Vec<(usize, Part<'a>)>) -> Vec<(usize, Part<'a>)> {
        let mut kept: Vec<(usize, Part<'a>)> = Vec::new();
        for (position, part) in genuine {
            let header = part.header();
            let same_role = |(_, other): &&(usize, Part<'a>)| {
                other.header().class.role() == header.class.role()
            };
            let first = kept.first().map(|(_, first)| first.header());
            let peer = kept.iter().find(same_role).map(|(_, peer)| peer.header());
            let why = if Some(header.group) != self.group {
                Some(WhyRefused::OtherGroup)
            } else if first.is_some_and(|first| first.plan != header.plan)
                || peer.is_some_and(|peer| !agree(peer, header))
            {
                Some(WhyRefused::Contradicts)
            } else if kept
                .iter()
                .filter(same_role)
                .any(|(_, other)| other.header().index == header.index)
            {
                Some(WhyRefused::Duplicate)
            } else {
                None
            };
            match why {
                Some(why) => self.refuse(position, Some(header), why),
                None => kept.push((position, part)),
            }
        }
        kept
    }

    /// Takes one part for what it is.
    fn take(
        &mut self,
        position: usize,
        part: &Part<'a>,
        shares: &mut Vec<(usize, Header, KeyShare)>,
    ) -> Result<(), WhyRefused> {
        let (header, body) = (*part.header(), part.body());
        let malformed = |_| WhyRefused::Unreadable(PartError::Malformed);
        match header.class.role() {
            Role::Data => {
                let layer = match Layer::read(body).map_err(malformed)? {
                    Layer::WithShares(group_a, layer) => {
                        let named = group_a.into_iter().map(|share| (position, header, share));
                        shares.extend(named);
                        layer
                    }
                    _ => body,
                };
                self.needed = header.needed;
                self.cells.push(Cell {
                    column: header.index,
                    position,
                    layer,
                });
            }
            Role::Key => {
                let key = OpeningKey::read(body).map_err(|_| WhyRefused::NotAKey)?;
                if !self.keys.contains(&key) {
                    self.keys.push(key);
                }
            }
            Role::Share => {
                let mut reader = Reader::new(body);
                let share = KeyShare::read(&mut reader).map_err(malformed)?;
                reader.end().map_err(malformed)?;
                shares.push((position, header, share));
            }
        }
        Ok(())
    }

    /// Combines shares to keys.
    fn combine(&mut self, shares: Vec<(usize, Header, KeyShare)>) {
        let mut sets: Vec<Vec<KeyShare>> = Vec::new();
        for (position, header, share) in shares {
            let number = share.share.number();
            let set = sets.iter_mut().find(|set| set[0].name == share.name);
            let why = WhyRefused::BadShare { number };
            match set {
                _ if !share.share.is_sound() => self.refuse(position, Some(&header), why),
                // Group A is the same with every data part.
                Some(set) if set.contains(&share) => {}
                Some(set) if !share.share.is_of_set(&set[0].share) => {
                    self.refuse(position, Some(&header), why);
                }
                Some(set) => set.push(share),
                None => sets.push(alloc::vec![share]),
            }
        }
        for set in sets {
            let name = set[0].name.clone();
            let raw: Vec<&CheckedShare> = set.iter().map(|share| &share.share).collect();
            match share::combine(&raw) {
                Ok(secret) => self.keys.extend(OpeningKey::named(name, secret).ok()),
                Err(NotCombined::TooFew { have, need }) => {
                    self.lacking.push((name.id, have, need));
                }
                // Sound, of one set and each once: that was seen to above.
                Err(NotCombined::Bad { .. }) => {}
            }
        }
    }

    fn open(&mut self, at_home: &[OpeningKey]) -> Result<Vec<Clear>, Why> {
        let have = count(&self.cells);
        if self.group.is_none() {
            return Err(Why::NoParts);
        }
        if self.cells.is_empty() || have < self.needed {
            let need = self.needed.max(1);
            return Err(Why::TooFewPieces { have, need });
        }
        let mut opening = Opening {
            sorted: self,
            at_home,
            bad: Vec::new(),
        };
        let cells = opening.sorted.cells.clone();
        let opened = if opening.sorted.needed == 1 {
            // Whole copies: each may do.
            let mut why = Why::NoParts;
            let mut copies = cells.iter().map(core::slice::from_ref);
            copies
                .find_map(|copy| match opening.peel(copy, 0, 0) {
                    Ok(objects) => Some(objects),
                    Err(error) => {
                        why = error;
                        None
                    }
                })
                .ok_or(why)
        } else {
            opening.peel(&cells, 0, 0)
        };
        let bad = opening.bad;
        for (position, column, number) in bad {
            self.refused.push(Refused {
                position,
                claims: Some((PartClass::Piece, column)),
                why: WhyRefused::BadShare { number },
            });
        }
        opened
    }
}

fn agree(one: &Header, other: &Header) -> bool {
    one.count == other.count && one.needed == other.needed
}

fn most_frequent(groups: impl Iterator<Item = GroupId>) -> Option<GroupId> {
    let mut counts: Vec<(GroupId, usize)> = Vec::new();
    for group in groups {
        match counts.iter_mut().find(|(known, _)| *known == group) {
            Some((_, count)) => *count += 1,
            None => counts.push((group, 1)),
        }
    }
    // Of several the first: `max_by_key` gives the last of equals.
    counts.reverse();
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map(|(group, _)| group)
}

/// Opening data layer by layer.
struct Opening<'s, 'a> {
    sorted: &'s Sorted<'a>,
    at_home: &'s [OpeningKey],
    /// Bad shares in pieces: position, column, number.
    bad: Vec<(usize, u8, u8)>,
}

impl Opening<'_, '_> {
    /// The objects in these cells, which are the pieces or the one copy of what stands in row `row`.
    fn peel(&mut self, cells: &[Cell<'_>], row: u8, depth: u8) -> Result<Vec<Clear>, Why> {
        let first = cells.first().ok_or(Why::Malformed)?;
        if depth >= MAX_LAYERS {
            return Err(Why::Malformed);
        }
        let whole = match Layer::read(first.layer)? {
            Layer::Object(object) if cells.len() == 1 => {
                return Ok(alloc::vec![object.to_vec().into()]);
            }
            Layer::Coupled(items) => return self.decouple(cells, items.len(), depth),
            Layer::Sealed(_) => return self.unseal(cells, row, depth),
            Layer::Range(_) => join_ranges(cells)?,
            Layer::Threshold(_) => self.open_threshold(cells, row)?,
            Layer::Object(_) | Layer::WithShares(..) => return Err(Why::Malformed),
        };
        let cell = Cell {
            column: 0,
            position: first.position,
            layer: &whole,
        };
        self.peel(&[cell], row, depth + 1)
    }

    fn decouple(&mut self, cells: &[Cell<'_>], rows: usize, depth: u8) -> Result<Vec<Clear>, Why> {
        let mut objects = Vec::new();
        for row in 0..rows {
            let mut inner = Vec::with_capacity(cells.len());
            for cell in cells {
                let Layer::Coupled(items) = Layer::read(cell.layer)? else {
                    return Err(Why::Malformed);
                };
                if items.len() != rows {
                    return Err(Why::Malformed);
                }
                let layer = items[row];
                inner.push(Cell { layer, ..*cell });
            }
            let row = u8::try_from(row).map_err(|_| Why::Malformed)?;
            objects.append(&mut self.peel(&inner, row, depth + 1)?);
        }
        Ok(objects)
    }

    fn unseal(&mut self, cells: &[Cell<'_>], row: u8, depth: u8) -> Result<Vec<Clear>, Why> {
        let mut opened = Vec::with_capacity(cells.len());
        for cell in cells {
            let Layer::Sealed(sealed) = Layer::read(cell.layer)? else {
                return Err(Why::Malformed);
            };
            opened.push(self.open_sealed(&sealed, self.spot(row, cell.column)?)?);
        }
        let inner: Vec<Cell<'_>> = cells
            .iter()
            .zip(&opened)
            .map(|(cell, layer)| Cell { layer, ..*cell })
            .collect();
        self.peel(&inner, row, depth + 1)
    }

    fn spot(&self, row: u8, column: u8) -> Result<Spot, Why> {
        let group = self.sorted.group.ok_or(Why::NoParts)?;
        Ok(Spot { group, row, column })
    }

    fn open_sealed(&self, sealed: &Sealed<'_>, spot: Spot) -> Result<Clear, Why> {
        let needed = sealed.key;
        let mut keys = self.at_home.iter().chain(&self.sorted.keys);
        let Some(key) = keys.find(|key| key.name().id == needed) else {
            let lacking = self.sorted.lacking.iter().find(|(id, ..)| *id == needed);
            return Err(match lacking {
                Some((_, have, need)) => Why::TooFewShares {
                    have: *have,
                    need: *need,
                },
                None if self.at_home.is_empty() => Why::KeyMissing { needed },
                None => Why::WrongKey { needed },
            });
        };
        let opener = key.opener();
        let opener = opener.map_err(|unknown| Why::UnknownAlgorithm(unknown.0))?;
        sealed.open(&opener, spot).map_err(|error| match error {
            NotOpened::WrongKey => Why::WrongKey { needed },
            NotOpened::Altered => Why::DoesNotOpen,
        })
    }

    fn open_threshold(&mut self, cells: &[Cell<'_>], row: u8) -> Result<Clear, Why> {
        let mut pieces: Vec<(u8, Threshold<'_>)> = Vec::with_capacity(cells.len());
        for cell in cells {
            let Layer::Threshold(piece) = Layer::read(cell.layer)? else {
                return Err(Why::Malformed);
            };
            let of_set = pieces
                .first()
                .is_none_or(|(_, first)| first.share.is_of_set(&piece.share));
            if piece.share.is_sound() && of_set {
                pieces.push((cell.column, piece));
            } else {
                let number = piece.share.number();
                self.bad.push((cell.position, cell.column, number));
            }
        }
        let shares: Vec<&CheckedShare> = pieces.iter().map(|(_, piece)| &piece.share).collect();
        let need = pieces
            .first()
            .map_or(2, |(_, piece)| piece.share.threshold());
        let key = share::combine(&shares).map_err(|_| Why::TooFewPieces {
            have: count(&shares),
            need,
        })?;
        let mut opened = pieces.iter().map(|(column, piece)| {
            let spot = self.spot(row, *column)?;
            piece.open(&key, spot).map_err(|_| Why::DoesNotOpen)
        });
        opened.find(Result::is_ok).unwrap_or(Err(Why::DoesNotOpen))
    }
}

/// All ranges of one whole, one after the other.
fn join_ranges(cells: &[Cell<'_>]) -> Result<Clear, Why> {
    let mut ranges: Vec<Range<'_>> = Vec::with_capacity(cells.len());
    for cell in cells {
        let Layer::Range(range) = Layer::read(cell.layer)? else {
            return Err(Why::Malformed);
        };
        if range.number != cell.column {
            return Err(Why::Malformed);
        }
        ranges.push(range);
    }
    let first = ranges.first().ok_or(Why::Malformed)?;
    let (set, need, whole) = (first.set, first.count, first.whole);
    let of_one = ranges
        .iter()
        .all(|range| (range.set, range.count, range.whole) == (set, need, whole));
    if !of_one {
        return Err(Why::Malformed);
    }
    let have = count(&ranges);
    if have < need {
        return Err(Why::TooFewPieces { have, need });
    }
    let in_order = (0..need)
        .zip(&ranges)
        .all(|(number, range)| range.number == number);
    let bytes: usize = ranges.iter().map(|range| range.bytes.len()).sum();
    if !in_order || have > need || u32::try_from(bytes) != Ok(whole) {
        return Err(Why::Malformed);
    }
    let mut joined = Zeroizing::new(Vec::with_capacity(bytes));
    for range in &ranges {
        joined.extend_from_slice(range.bytes);
    }
    Ok(joined)
}
