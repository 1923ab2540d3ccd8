//! Which safe wakes this wallet when somebody begins to wait: one, so that the address at which its browser is reached is
//! shown to one operator only.

use super::Wallet;
use crate::books::Change;
use crate::flow::{Flow, Wake};
use crate::ids::FlowId;
use crate::port::Context;
use crate::view::{WakerCard, WakingView, WokenCard};
use alloc::vec::Vec;
use saifu_protocol::SafeId;
use saifu_protocol::push::{Endpoint, PushOffer};

impl Wallet {
    /// This safe wakes the wallet there, and no other one does.
    pub(super) fn wake_by(
        &self,
        safe: SafeId,
        to: &Endpoint,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let Some(watch) = self.books.watch() else {
            return Vec::new();
        };
        if self.books.safe(safe).is_none() {
            return Vec::new();
        }
        let told = watch.push.as_ref();
        let is_told = told.is_some_and(|woken| woken.safe == safe && woken.to == *to);
        let is_on = self.offers.get(&safe).is_none_or(|offer| offer.on);
        let mut changes = self.sleep_but_for(Some(safe), context);
        if !(is_told && is_on && self.waking(safe).is_none()) {
            changes.push(self.wake_at(safe, Some(to.clone()), context));
        }
        changes
    }

    /// No safe wakes the wallet any more.
    pub(super) fn let_sleep(&self, context: &mut Context<'_>) -> Vec<Change> {
        self.sleep_but_for(None, context)
    }

    fn sleep_but_for(&self, safe: Option<SafeId>, context: &mut Context<'_>) -> Vec<Change> {
        let told = self.books.watch().and_then(|watch| watch.push.as_ref());
        let told = told.map(|woken| woken.safe);
        let mut ended: Vec<SafeId> = told.into_iter().collect();
        for (_, flow) in self.books.flows() {
            if let Flow::Wake(wake) = flow
                && wake.to.is_some()
                && !ended.contains(&wake.safe)
            {
                ended.push(wake.safe);
            }
        }
        ended.retain(|it| Some(*it) != safe && !self.is_being_ended(*it));
        let end = |safe: SafeId| self.wake_at(safe, None, context);
        ended.into_iter().map(end).collect()
    }

    fn is_being_ended(&self, safe: SafeId) -> bool {
        self.waking(safe).is_some_and(|(_, wake)| wake.to.is_none())
    }

    /// A later word takes the place of an earlier one that is still on its way.
    fn wake_at(&self, safe: SafeId, to: Option<Endpoint>, context: &mut Context<'_>) -> Change {
        let of_it = self.waking(safe);
        let id = of_it.map_or_else(|| FlowId::make(context.rng), |(id, _)| id);
        Change::Journal(id, Flow::Wake(Wake { safe, to }))
    }

    fn waking(&self, safe: SafeId) -> Option<(FlowId, &Wake)> {
        self.books.flows().find_map(|(id, flow)| match flow {
            Flow::Wake(it) if it.safe == safe => Some((id, it)),
            _ => None,
        })
    }

    /// What a safe said of waking, in whatever it was asked.
    pub(super) fn set_offer(&mut self, safe: SafeId, offer: Option<PushOffer>) {
        match offer {
            Some(offer) => self.offers.insert(safe, offer),
            None => self.offers.remove(&safe),
        };
        self.dirty.waits();
    }

    pub(super) fn waking_view(&self) -> WakingView {
        let offers = self.books.safes().filter_map(|safe| {
            Some(WakerCard {
                safe: safe.id,
                address: safe.address.as_str().into(),
                operator: safe.operator.clone(),
                key: self.offers.get(&safe.id)?.key,
            })
        });
        WakingView {
            offers: offers.collect(),
            by: self.woken_by(),
        }
    }

    fn woken_by(&self) -> Option<WokenCard> {
        let mut flows = self.books.flows();
        let wanted = flows.find_map(|(id, flow)| match flow {
            Flow::Wake(Wake { safe, to: Some(to) }) => Some((*safe, to.clone(), Some(id))),
            _ => None,
        });
        let told = || {
            let woken = self.books.watch()?.push.as_ref()?;
            Some((woken.safe, woken.to.clone(), None))
        };
        let (safe, to, job) = wanted.or_else(told)?;
        // What is being ended is off for its owner: the safe is told, whatever that takes.
        if self.is_being_ended(safe) {
            return None;
        }
        let known = self.books.safe(safe)?;
        let offer = self.offers.get(&safe);
        Some(WokenCard {
            safe,
            address: known.address.as_str().into(),
            operator: known.operator.clone(),
            to,
            // A safe that has not been asked since the wallet was opened is believed to do as it said.
            is_told: job.is_none() && offer.is_none_or(|offer| offer.on),
        })
    }
}
