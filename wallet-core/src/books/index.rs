//! The index: pages of summaries, and changes laid over them.

use super::{Books, Item};
use crate::ids::ItemId;
use crate::map::{Map, Set};
use crate::port::{Batch, Body, Key};
use alloc::vec::Vec;
use saifu_protocol::json;

/// Summaries per page of the index: small enough to rewrite on each change, large enough that the cost per record of
/// IndexedDB is shared by many.
pub(super) const PAGE_ITEMS: usize = 64;

/// Changes to the index, laid over its pages.
#[derive(Default)]
pub(super) struct Overlay {
    /// `None` for an item that goes.
    items: Map<ItemId, (u32, Option<Item>)>,
}

impl Overlay {
    pub(super) fn put(&mut self, books: &Books, id: ItemId, item: &Item) {
        let page = match (self.items.get(&id), books.items.get(&id)) {
            (Some((page, _)), _) => *page,
            (None, Some(placed)) => placed.page,
            (None, None) => self.page_with_room(books),
        };
        self.items.insert(id, (page, Some(item.clone())));
    }

    pub(super) fn delete(&mut self, books: &Books, id: ItemId) {
        if let Some(placed) = books.items.get(&id) {
            self.items.insert(id, (placed.page, None));
        } else {
            self.items.remove(&id);
        }
    }

    fn page_with_room(&self, books: &Books) -> u32 {
        let added = |page: u32| {
            self.items
                .iter()
                .filter(|(id, (at, item))| {
                    *at == page && item.is_some() && !books.items.contains_key(id)
                })
                .count()
        };
        (0..)
            .find(|page| books.pages.get(page).map_or(0, Set::len) + added(*page) < PAGE_ITEMS)
            .unwrap_or(0)
    }

    pub(super) fn write(&self, books: &Books, batch: &mut Batch) {
        let mut touched = Set::default();
        for (page, _) in self.items.values() {
            touched.add(*page);
        }
        for (page, ()) in touched {
            let kept = books.pages.get(&page).into_iter().flat_map(Set::iter);
            let kept = kept
                .filter(|(id, ())| !self.items.contains_key(id))
                .filter_map(|(id, ())| Some((*id, books.item(*id)?)));
            let put = self
                .items
                .iter()
                .filter(|(_, (at, _))| *at == page)
                .filter_map(|(id, (_, item))| Some((*id, item.as_ref()?)));
            let items: Vec<(ItemId, &Item)> = kept.chain(put).collect();
            if items.is_empty() {
                batch.deletes.push(Key::Page(page));
            } else {
                batch
                    .puts
                    .push((Key::Page(page), Body::new(json::write(&items))));
            }
        }
    }

    pub(super) fn apply(self, books: &mut Books) {
        for (id, (page, item)) in self.items {
            let ids = books.pages.of(page);
            match item {
                Some(item) => {
                    ids.add(id);
                    books.place(id, page, item);
                }
                None => {
                    ids.remove(&id);
                    books.displace(id);
                }
            }
        }
    }
}
