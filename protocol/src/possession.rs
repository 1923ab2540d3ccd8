//! Possession: how a wallet sees that a safe still has an object without having it handed out.
//!
//! At registration the safe puts the root of a Merkle tree over the registered bytes, cut into small chunks, into the
//! certificate, and the wallet, which has the bytes then, collates it. Later the wallet draws chunks at random; the safe answers
//! each with its bytes and the hashes up to the root. The tree is that of RFC 9162, 2.1: SHA-256, `0x00` before a chunk, `0x01`
//! before two nodes.
//!
//! What it shows: a safe that has lost the share x of the chunks is caught with the chance 1 − (1 − x)ⁿ where n are drawn. What it
//! does not: that the safe will hand the object out.

use crate::b64;
use crate::fixed_bytes;
use crate::limits::{AUDIT_CHUNK_BYTES, MAX_AUDIT_CHUNK_BYTES, MAX_OBJECT_BYTES};
use crate::message::Presented;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::hash::sha256;
use serde::{Deserialize, Serialize};

fixed_bytes!(
    /// A node of the tree: a hash over a chunk, or over two nodes.
    Node, 32
);

impl Node {
    fn of_chunk(chunk: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(1 + chunk.len());
        bytes.push(0);
        bytes.extend_from_slice(chunk);
        Self::new(sha256(&bytes))
    }

    fn of_two(left: &Self, right: &Self) -> Self {
        let mut bytes = [1; 65];
        bytes[1..33].copy_from_slice(left.as_bytes());
        bytes[33..].copy_from_slice(right.as_bytes());
        Self::new(sha256(&bytes))
    }
}

/// What a certificate says of the registered bytes, chunk by chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Possession {
    root: Node,
    chunk: u32,
    size: u32,
}

/// Root, bytes of a chunk, bytes of the object.
#[derive(Serialize, Deserialize)]
struct Wire(Node, u32, u32);

impl TryFrom<Wire> for Possession {
    type Error = &'static str;

    fn try_from(Wire(root, chunk, size): Wire) -> Result<Self, Self::Error> {
        let fits = |number: u32, most: usize| {
            number > 0 && usize::try_from(number).is_ok_and(|number| number <= most)
        };
        if fits(chunk, MAX_AUDIT_CHUNK_BYTES) && fits(size, MAX_OBJECT_BYTES) {
            Ok(Self { root, chunk, size })
        } else {
            Err("chunks of a size that nobody makes")
        }
    }
}

impl From<Possession> for Wire {
    fn from(it: Possession) -> Self {
        Wire(it.root, it.chunk, it.size)
    }
}

impl Possession {
    /// Of these bytes. Nothing is said of none, or of more than an entry takes.
    pub fn of(object: &[u8]) -> Option<Self> {
        let size = u32::try_from(object.len()).ok()?;
        let chunk = u32::try_from(AUDIT_CHUNK_BYTES).ok()?;
        let root = Tree::over(object, AUDIT_CHUNK_BYTES).root()?;
        Wire(root, chunk, size).try_into().ok()
    }

    /// Whether it is said of these bytes.
    pub fn matches(&self, object: &[u8]) -> bool {
        self.tree(object).is_some()
    }

    /// How many chunks there are.
    pub fn chunks(&self) -> u32 {
        self.size.div_ceil(self.chunk)
    }

    /// How many bytes were registered.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Shows the chunks at these places. None where a place is none, or the bytes are not those that it is said of: what they
    /// would show leads to another root.
    pub fn show(&self, object: &[u8], places: &[u32]) -> Option<Vec<Shown>> {
        let tree = self.tree(object)?;
        let size = usize::try_from(self.chunk).ok()?;
        let show = |place: &u32| {
            let at = usize::try_from(*place).ok()?;
            let bytes = object.chunks(size).nth(at)?.to_vec();
            let path = tree.path(at);
            Some(Shown { bytes, path })
        };
        places.iter().map(show).collect()
    }

    /// Whether these are the chunks at these places, each in its turn.
    pub fn is_shown(&self, places: &[u32], shown: &[Shown]) -> bool {
        places.len() == shown.len()
            && places
                .iter()
                .zip(shown)
                .all(|(place, shown)| self.is_chunk(*place, shown))
    }

    fn is_chunk(&self, place: u32, shown: &Shown) -> bool {
        place < self.chunks()
            && shown.bytes.len() == self.len_at(place)
            && leads_to(
                Node::of_chunk(&shown.bytes),
                (place, self.chunks()),
                &shown.path,
            ) == Some(self.root)
    }

    /// The last chunk may be shorter.
    fn len_at(&self, place: u32) -> usize {
        let before = place.saturating_mul(self.chunk);
        let left = self.size.saturating_sub(before).min(self.chunk);
        usize::try_from(left).unwrap_or(usize::MAX)
    }

    fn tree(&self, object: &[u8]) -> Option<Tree> {
        let size = usize::try_from(self.chunk).ok()?;
        if usize::try_from(self.size) != Ok(object.len()) {
            return None;
        }
        let tree = Tree::over(object, size);
        (tree.root() == Some(self.root)).then_some(tree)
    }
}

/// The root to which a node leads that stands at `place` of so many (RFC 9162, 2.1.3.2).
fn leads_to(node: Node, (place, of): (u32, u32), path: &[Node]) -> Option<Node> {
    let (mut place, mut last) = (place, of.checked_sub(1)?);
    let mut node = node;
    for beside in path {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            node = Node::of_two(beside, &node);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            node = Node::of_two(&node, beside);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(node)
}

/// A tree, level by level from the chunks up. Whoever has no node beside it goes up as it is, which makes the same tree as
/// the recursion in RFC 9162.
struct Tree(Vec<Vec<Node>>);

impl Tree {
    fn over(object: &[u8], chunk: usize) -> Self {
        Self::above(object.chunks(chunk.max(1)).map(Node::of_chunk).collect())
    }

    fn above(mut level: Vec<Node>) -> Self {
        let mut levels = Vec::new();
        while level.len() > 1 {
            let up = level.chunks(2).filter_map(|pair| match pair {
                [left, right] => Some(Node::of_two(left, right)),
                [alone] => Some(*alone),
                _ => None,
            });
            let up = up.collect();
            levels.push(core::mem::replace(&mut level, up));
        }
        levels.push(level);
        Self(levels)
    }

    fn root(&self) -> Option<Node> {
        self.0.last()?.first().copied()
    }

    fn path(&self, place: usize) -> Vec<Node> {
        let levels = self.0.iter().enumerate();
        let beside =
            |(height, level): (usize, &Vec<Node>)| level.get((place >> height) ^ 1).copied();
        levels.filter_map(beside).collect()
    }
}

/// A chunk, and the hashes that lead from it to the root.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The chunk.
    #[serde(with = "b64::bytes")]
    pub bytes: Vec<u8>,
    /// The nodes beside those on the way up.
    pub path: Vec<Node>,
}

/// One certificate of whose object some chunks are to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditItem {
    /// The certificate.
    pub target: Presented,
    /// The places of the chunks, at most [`crate::limits::MAX_AUDIT_CHUNKS`].
    pub chunks: Vec<u32>,
    /// The holder's presentation.
    pub proof: String,
}

/// The chunks that were asked for, each in its turn.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audited {
    /// They.
    pub chunks: Vec<Shown>,
}

#[cfg(test)]
mod tests;
