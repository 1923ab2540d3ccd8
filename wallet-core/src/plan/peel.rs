//! Opening data layer by layer.

use super::key::{KeyId, OpeningKey};
use super::layer::{Clear, Layer, Range, Sealed, Spot, Threshold};
use super::limits::MAX_LAYERS;
use super::reunite::{Refused, Why, WhyRefused};
use super::share::{self, CheckedShare};
use super::sort::{Cell, Sorted};
use super::{GroupId, count};
use alloc::vec::Vec;
use saifu_crypto::committed::NotOpened;
use saifu_protocol::certificate::ObjectClass;
use zeroize::Zeroizing;

/// Opens what was sorted, with the keys that came with it and those at home.
///
/// # Errors
/// See [`Why`].
pub(super) fn open(sorted: &mut Sorted<'_>, at_home: &[OpeningKey]) -> Result<Vec<Clear>, Why> {
    let group = sorted.group.ok_or(Why::NoParts)?;
    let have = count(&sorted.cells);
    if have == 0 || have < sorted.needed {
        let need = sorted.needed.max(1);
        return Err(Why::TooFewPieces { have, need });
    }
    let mut opening = Opening {
        group,
        keys: at_home.iter().chain(&sorted.keys).collect(),
        any_at_home: !at_home.is_empty(),
        lacking: &sorted.lacking,
        bad: Vec::new(),
    };
    let opened = if sorted.needed == 1 {
        opening.any_copy(&sorted.cells)
    } else {
        opening.peel(&sorted.cells, 0, 0)
    };
    sorted.refused.append(&mut opening.bad);
    opened
}

/// Opening data layer by layer.
struct Opening<'s> {
    group: GroupId,
    keys: Vec<&'s OpeningKey>,
    any_at_home: bool,
    /// Keys of which there are too few shares.
    lacking: &'s [(KeyId, u8, u8)],
    /// Pieces with bad shares.
    bad: Vec<Refused>,
}

impl Opening<'_> {
    /// Of whole copies the first that opens; if none does, why the first does not.
    fn any_copy(&mut self, copies: &[Cell<'_>]) -> Result<Vec<Clear>, Why> {
        let mut first_error = None;
        for copy in copies {
            match self.peel(core::slice::from_ref(copy), 0, 0) {
                Ok(objects) => return Ok(objects),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error.unwrap_or(Why::NoParts))
    }

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
            Layer::Coupled(_) => return self.decouple(cells, depth),
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

    /// Each object by itself, from its cells in all columns.
    fn decouple(&mut self, cells: &[Cell<'_>], depth: u8) -> Result<Vec<Clear>, Why> {
        let mut columns = Vec::with_capacity(cells.len());
        for cell in cells {
            match Layer::read(cell.layer)? {
                Layer::Coupled(items) => columns.push((cell, items)),
                _ => return Err(Why::Malformed),
            }
        }
        let rows = columns.first().map_or(0, |(_, items)| items.len());
        let mut objects = Vec::with_capacity(rows);
        for row in 0..rows {
            let of_row = columns.iter().map(|(cell, items)| {
                let layer = items.get(row).copied().ok_or(Why::Malformed)?;
                Ok(Cell { layer, ..**cell })
            });
            let of_row: Vec<Cell<'_>> = of_row.collect::<Result<_, Why>>()?;
            let row = u8::try_from(row).map_err(|_| Why::Malformed)?;
            objects.append(&mut self.peel(&of_row, row, depth + 1)?);
        }
        Ok(objects)
    }

    fn unseal(&mut self, cells: &[Cell<'_>], row: u8, depth: u8) -> Result<Vec<Clear>, Why> {
        let mut opened = Vec::with_capacity(cells.len());
        for cell in cells {
            let Layer::Sealed(sealed) = Layer::read(cell.layer)? else {
                return Err(Why::Malformed);
            };
            opened.push(self.open_sealed(&sealed, self.spot(row, cell.column))?);
        }
        let inner: Vec<Cell<'_>> = cells
            .iter()
            .zip(&opened)
            .map(|(cell, layer)| Cell { layer, ..*cell })
            .collect();
        self.peel(&inner, row, depth + 1)
    }

    fn spot(&self, row: u8, column: u8) -> Spot {
        Spot {
            group: self.group,
            row,
            column,
        }
    }

    fn open_sealed(&self, sealed: &Sealed<'_>, spot: Spot) -> Result<Clear, Why> {
        let needed = sealed.key;
        let Some(key) = self.keys.iter().find(|key| key.name().id == needed) else {
            let lacking = self.lacking.iter().find(|(id, ..)| *id == needed);
            return Err(match lacking {
                Some((_, have, need)) => Why::TooFewShares {
                    have: *have,
                    need: *need,
                },
                None if !self.any_at_home => Why::KeyMissing { needed },
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
                self.bad.push(Refused {
                    position: cell.position,
                    claims: Some((ObjectClass::Piece, cell.column)),
                    why: WhyRefused::BadShare { number },
                });
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
            let spot = self.spot(row, *column);
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
