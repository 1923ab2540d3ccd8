//! Parts, sorted: what is genuine, of one group, and what each of it is for.

use super::GroupId;
use super::bytes::Reader;
use super::key::{KeyId, KeyShare, OpeningKey};
use super::layer::Layer;
use super::part::{Header, Part, PartError, Role};
use super::reunite::{Refused, WhyRefused};
use super::share::{self, CheckedShare, NotCombined};
use alloc::vec::Vec;
use saifu_protocol::PublicKey;

/// A data part without its shares, or what is inside of one.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    /// Which piece or copy.
    pub(super) column: u8,
    /// Its place among what was given.
    pub(super) position: usize,
    pub(super) layer: &'a [u8],
}

/// Parts, sorted by what they are for.
pub(super) struct Sorted<'a> {
    pub(super) group: Option<GroupId>,
    pub(super) cells: Vec<Cell<'a>>,
    /// How many of the cells are needed.
    pub(super) needed: u8,
    pub(super) keys: Vec<OpeningKey>,
    /// Keys of which there are too few shares: how many there are, how many it takes.
    pub(super) lacking: Vec<(KeyId, u8, u8)>,
    pub(super) refused: Vec<Refused>,
}

impl<'a> Sorted<'a> {
    pub(super) fn sort(parts: &[&'a [u8]], author: &PublicKey) -> Self {
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
            let why = if Some(header.group) == self.group {
                objection(&kept, header)
            } else {
                Some(WhyRefused::OtherGroup)
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
        match Role::of(header.class) {
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
                Ok(secret) => {
                    let key = OpeningKey::named(name, secret).ok();
                    let key = key.filter(|key| !self.keys.contains(key));
                    self.keys.extend(key);
                }
                Err(NotCombined::TooFew { have, need }) => {
                    self.lacking.push((name.id, have, need));
                }
                // Sound, of one set and each once: that was seen to above.
                Err(NotCombined::Bad { .. }) => {}
            }
        }
    }
}

/// Why a part of the group does not fit those that were kept before it.
fn objection(kept: &[(usize, Part<'_>)], header: &Header) -> Option<WhyRefused> {
    let of_plan = |header: &Header| (header.plan, header.quorum, header.voters);
    let of_role = |header: &Header| (header.count, header.needed);
    for (_, other) in kept {
        let other = other.header();
        let same_role = Role::of(other.class) == Role::of(header.class);
        if of_plan(other) != of_plan(header) || same_role && of_role(other) != of_role(header) {
            return Some(WhyRefused::Contradicts);
        }
        if same_role && other.index == header.index {
            return Some(WhyRefused::Duplicate);
        }
    }
    None
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
