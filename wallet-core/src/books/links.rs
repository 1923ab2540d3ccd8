//! Who belongs to whom, kept beside the items and the flows so that nobody has to walk all of them to find a few.
//!
//! Nothing here is stored: it follows from what is, and the tests compare it with that after every change.

use super::{Item, item_of};
use crate::flow::Flow;
use crate::ids::{FlowId, ItemId};
use crate::plan::GroupId;
use crate::plan::key::KeyId;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// How the second of two is found by the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Link {
    /// A group has this part or certificate.
    Member,
    /// A key lies here in the ring.
    Ring,
    /// A key is named by this group.
    Named,
    /// A group is to be replaced by this one.
    Successor,
    /// An item is worked on by this flow, or a group as a whole is.
    Work,
}

/// Every identifier of the books is so long, which makes one tree of all links: for every pair of types there would be
/// another one in the code.
type Id = [u8; 16];

/// Every link there is, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Links(BTreeSet<(Link, Id, Id)>);

impl Links {
    pub(super) fn place(&mut self, id: ItemId, item: &Item) {
        self.0.extend(of_item(id, item));
    }

    pub(super) fn displace(&mut self, id: ItemId, item: &Item) {
        for link in of_item(id, item) {
            self.0.remove(&link);
        }
    }

    pub(super) fn begin(&mut self, id: FlowId, flow: &Flow) {
        self.0.extend(of_flow(id, flow));
    }

    pub(super) fn end(&mut self, id: FlowId, flow: &Flow) {
        for link in of_flow(id, flow) {
            self.0.remove(&link);
        }
    }

    pub(super) fn members(&self, group: GroupId) -> impl Iterator<Item = ItemId> {
        self.of(Link::Member, *group.as_bytes()).map(ItemId::new)
    }

    pub(super) fn ring(&self, key: KeyId) -> impl Iterator<Item = ItemId> {
        self.of(Link::Ring, *key.as_bytes()).map(ItemId::new)
    }

    pub(super) fn named(&self, key: KeyId) -> impl Iterator<Item = GroupId> {
        self.of(Link::Named, *key.as_bytes()).map(GroupId::new)
    }

    pub(super) fn successors(&self, group: GroupId) -> impl Iterator<Item = GroupId> {
        self.of(Link::Successor, *group.as_bytes())
            .map(GroupId::new)
    }

    pub(super) fn work(&self, item: ItemId) -> impl Iterator<Item = FlowId> {
        self.of(Link::Work, *item.as_bytes()).map(FlowId::new)
    }

    fn of(&self, link: Link, from: Id) -> impl Iterator<Item = Id> {
        let all = (link, from, [u8::MIN; 16])..=(link, from, [u8::MAX; 16]);
        self.0.range(all).map(|(_, _, to)| *to)
    }
}

fn of_item(id: ItemId, item: &Item) -> impl Iterator<Item = (Link, Id, Id)> {
    let id = *id.as_bytes();
    let member = item.group().map(|it| (Link::Member, *it.as_bytes(), id));
    let (key, replaced) = match item {
        Item::Key(key) => (Some((Link::Ring, *key.key.as_bytes(), id)), None),
        Item::Group(group) => {
            let id = *group.id.as_bytes();
            (
                group.key.map(|key| (Link::Named, *key.as_bytes(), id)),
                group
                    .replaces
                    .map(|it| (Link::Successor, *it.as_bytes(), id)),
            )
        }
        Item::Value(_) | Item::Certificate(_) | Item::Part(_) => (None, None),
    };
    member.into_iter().chain(key).chain(replaced)
}

fn of_flow(id: FlowId, flow: &Flow) -> impl Iterator<Item = (Link, Id, Id)> {
    let mut items: Vec<ItemId> = flow.items();
    if let Flow::Protect(protect) = flow {
        // Values are locked while they are made a group of, the group and what it replaces are not.
        items.extend(protect.group().map(item_of));
        items.extend(protect.replaces.map(item_of));
    }
    if let Flow::Login(login) = flow {
        items.extend(login.ordered().map(item_of));
    }
    if let Flow::Rehearse(rehearse) = flow {
        items.push(rehearse.about);
    }
    if let Flow::Order(order) = flow {
        items.push(item_of(order.part.group));
    }
    if let Flow::Retire(retire) = flow {
        items.extend(retire.part.map(|of| item_of(of.group)));
    }
    let flow = *id.as_bytes();
    let link = move |item: ItemId| (Link::Work, *item.as_bytes(), flow);
    items.into_iter().map(link)
}
