//! Bodies that are read one after the other.

use super::{LoadFor, Wallet};
use crate::ids::{FlowId, ItemId};
use crate::port::{Body, Effect};
use alloc::vec::Vec;

/// Bodies that are being read.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    /// Those that are still to be read, the next one last.
    left: Vec<ItemId>,
    /// Those that were there.
    pub(super) read: Vec<(ItemId, Body)>,
}

/// Who wants them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gatherer {
    Flow(FlowId),
    /// Bearer papers are written from them.
    Papers,
}

impl Gathering {
    pub(super) fn of(items: Vec<ItemId>) -> Self {
        let mut left = items;
        left.reverse();
        Self {
            left,
            read: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, item: ItemId, body: Option<Body>) {
        self.read.extend(body.map(|body| (item, body)));
    }
}

impl Wallet {
    /// Has the next one read. Answers by which token it comes, if there is one.
    pub(super) fn load_next(&mut self, who: Gatherer, effects: &mut Vec<Effect>) -> Option<u64> {
        let gathering = match who {
            Gatherer::Flow(flow) => &mut self.running.of(flow).gathering,
            Gatherer::Papers => &mut self.papers.as_mut()?.gathering,
        };
        let item = gathering.left.pop()?;
        Some(self.load(item, LoadFor::Next(who, item), effects))
    }

    pub(super) fn load(&mut self, item: ItemId, whom: LoadFor, effects: &mut Vec<Effect>) -> u64 {
        let load = self.token();
        self.loads.insert(load, whom);
        effects.push(Effect::Load { load, item });
        load
    }
}
