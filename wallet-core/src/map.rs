//! A map of few entries: a list, sorted by key.
//!
//! The standard library's maps are trees. Their code is there once more for every pair of types, and a dozen pairs of
//! them outweighed everything this wallet decides. Finding takes as long here as there; inserting moves what comes after,
//! so what may have thousands of entries that come in any order ([`crate::books`]' items) stays in a tree.

use alloc::vec::{self, Vec};
use core::slice;

/// See above.
#[derive(Debug, Clone)]
pub(crate) struct Map<K, V>(Vec<(K, V)>);

impl<K: Ord, V> Map<K, V> {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Where the key is, or else where it belongs.
    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(key))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.place(key).is_ok()
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        let at = self.place(key).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.place(key).ok()?;
        self.0.get_mut(at).map(|(_, value)| value)
    }

    /// The value of this key; made by default if there is none yet.
    pub(crate) fn of(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let at = self.place(&key).unwrap_or_else(|at| {
            self.0.insert(at, (key, V::default()));
            at
        });
        &mut self.0[at].1
    }

    /// Answers what the key had before.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(at) => Some(core::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.place(key).ok()?;
        Some(self.0.remove(at).1)
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        self.0.retain(|(_, value)| keep(value));
    }

    /// In the order of their keys, as everything here.
    pub(crate) fn iter(&self) -> slice::Iter<'_, (K, V)> {
        self.0.iter()
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A set of few entries.
pub(crate) type Set<K> = Map<K, ()>;

impl<K: Ord> Set<K> {
    /// Answers whether it is new.
    pub(crate) fn add(&mut self, key: K) -> bool {
        self.insert(key, ()).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;

    #[test]
    fn it_does_what_a_tree_does() {
        let (mut map, mut tree) = (Map::new(), BTreeMap::new());
        let mut state = 1_u32;
        for round in 0..2_000_u32 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = (state >> 16) % 97;
            match state % 5 {
                0 => assert_eq!(map.remove(&key), tree.remove(&key)),
                1 => assert_eq!(map.of(key), tree.entry(key).or_default()),
                2 => assert_eq!(map.get_mut(&key), tree.get_mut(&key)),
                _ => assert_eq!(map.insert(key, round), tree.insert(key, round)),
            }
            assert_eq!(map.get(&key), tree.get(&key));
            assert_eq!(map.contains_key(&key), tree.contains_key(&key));
            assert_eq!(map.len(), tree.len());
        }
        map.retain(|value| value % 2 == 0);
        tree.retain(|_, value| *value % 2 == 0);
        assert!(map.values().eq(tree.values()) && map.len() > 20);
        assert!(map.into_iter().eq(tree));
    }

    #[test]
    fn a_set_says_what_is_new() {
        let mut set = Set::default();
        assert!(set.add(2) && set.add(1) && !set.add(2));
        assert!(set.iter().map(|(key, ())| *key).eq([1, 2]));
    }
}
