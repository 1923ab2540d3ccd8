//! What the wallet does when its owner wants something protected by a plan, brought back, or given up; and with keys.

use super::Wallet;
use crate::books::{Change, Item, KeyHere, KeyItem, PartHere, PartItem, Standing, item_of};
use crate::flow::{Flow, Protect, Then, begin, name_of, retire, stop};
use crate::group::{Members, PartOf, Phase};
use crate::ids::{FlowId, ItemId};
use crate::notice::Kind;
use crate::plan::check::{self, Operator, Seat};
use crate::plan::key::OpeningKey;
use crate::plan::{GroupId, KeyForm, Plan, Step};
use crate::port::{Body, Context};
use alloc::vec::Vec;
use saifu_protocol::{SafeId, UnixTime};

impl Wallet {
    /// Who takes which slot. A safe that is not trusted takes none, and the plan does not fit.
    pub(super) fn seats(
        &mut self,
        safes: &[SafeId],
        about: ItemId,
        context: &mut Context<'_>,
    ) -> Option<Vec<Seat>> {
        let operator = |id| self.books.safe(id).map(|it| Operator::named(&it.operator));
        let seats = check::seats(safes, operator);
        if seats.is_err() {
            let name = crate::flow::name_of(&self.books, about);
            self.tell_about(name, Kind::PlanDoesNotFit, context);
        }
        seats.ok()
    }

    pub(super) fn protect(
        &mut self,
        values: &[ItemId],
        plan: &Plan,
        seats: Vec<Seat>,
        key: Option<ItemId>,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let usable = values
            .iter()
            .copied()
            .filter(|id| self.usable(*id).is_some());
        let usable: Vec<ItemId> = usable.collect();
        let key_is_free = key.is_none_or(|key| self.books.lock(key).is_none());
        // Whatever is asked for twice is under way already.
        if usable.is_empty() {
            return Vec::new();
        }
        let together = plan.steps.contains(&Step::Couple);
        if !key_is_free || together && usable.len() < values.len() {
            let name = values.first().map(|id| name_of(&self.books, *id));
            self.tell_about(name.unwrap_or_default(), Kind::Busy, context);
            return Vec::new();
        }
        let sets: Vec<Vec<ItemId>> = match together {
            true => alloc::vec![usable],
            false => usable.into_iter().map(|id| alloc::vec![id]).collect(),
        };
        let journal = |values: Vec<ItemId>| {
            let protect = Protect::of(values, key, plan, &seats);
            Change::Journal(FlowId::make(context.rng), Flow::Protect(protect))
        };
        sets.into_iter().map(journal).collect()
    }

    pub(super) fn reunite(
        &mut self,
        id: GroupId,
        then: Then,
        take_back: bool,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let changes = begin(&self.books, id, then, take_back, context.rng);
        // Asked for twice it is under way already. What is done to it otherwise comes first.
        if changes.is_empty()
            && self.books.recovery_of(id).is_none()
            && self.books.work_on(id).is_some()
        {
            self.tell_about(name_of(&self.books, item_of(id)), Kind::Busy, context);
        }
        changes
    }

    pub(super) fn discard_backup(&mut self, id: GroupId, context: &mut Context<'_>) -> Vec<Change> {
        let Some(members) = Members::of(&self.books, id) else {
            return Vec::new();
        };
        if let Some((first, rest)) = members.opens_alone(&self.books).split_first() {
            let kind = Kind::KeyOpensOthers {
                first: crate::flow::name_of(&self.books, item_of(*first)),
                others: rest.len() as u64,
            };
            let name = crate::flow::name_of(&self.books, item_of(id));
            self.tell_about(name, kind, context);
            return Vec::new();
        }
        if self.books.recovery_of(id).is_some() {
            return Vec::new();
        }
        if members.group.phase == Phase::Leaving {
            return abandon(&members);
        }
        let keeps_key = members.keeps_key(&self.books);
        let is_kept = |of: PartOf| keeps_key && members.group.carries_key(of.class);
        let mut certificates = members.certificates.iter();
        if keeps_key
            && certificates.any(|(it, _, of)| !is_kept(*of) && self.books.lock(*it).is_some())
        {
            // What works on it leaves it with the key, where nobody would end it.
            self.tell_about(name_of(&self.books, item_of(id)), Kind::Busy, context);
            return Vec::new();
        }
        let mut group = members.group.clone();
        let mut ledger = self.books.ledger();
        let count = group.counted();
        match group.phase {
            Phase::AtSafes => ledger.discarded += count,
            Phase::Elsewhere => ledger.elsewhere += count,
            Phase::Leaving | Phase::Registering | Phase::Standby => return Vec::new(),
        }
        group.phase = Phase::Leaving;
        let mut changes = stop(&members, context.rng);
        changes.push(Change::Settle(ledger));
        let mut stays = false;
        for (certificate, item, of) in &members.certificates {
            if is_kept(*of) {
                continue;
            }
            if self.books.lock(*certificate).is_some() {
                // Whatever works on it ends it, now that the group is leaving.
                stays = true;
                continue;
            }
            if let Standing::Elsewhere(_) = item.standing {
                changes.push(Change::Delete(*certificate));
                continue;
            }
            stays = true;
            changes.push(retire(*certificate, item.safe, context.rng));
        }
        let is_kept = |part: &PartItem| part.here == PartHere::Home && is_kept(part.of);
        let parts = members.parts.iter();
        let parts = parts.filter(|(_, part)| !is_kept(part));
        changes.extend(parts.map(|(part, _)| Change::Delete(*part)));
        if keeps_key {
            // What is left stands for the key alone, which other values need.
            group.values.clear();
            group.checks = crate::check::Checks::default();
            group.marked.clear();
            group.phase = Phase::AtSafes;
        }
        changes.push(match stays || keeps_key {
            true => group.put(),
            false => Change::Delete(item_of(id)),
        });
        changes
    }

    pub(super) fn make_key(&self, form: KeyForm, context: &mut Context<'_>) -> Vec<Change> {
        let key = OpeningKey::make(form, context.rng);
        let now = UnixTime(context.now_ms / 1_000);
        let item = KeyItem::of(key.name(), now, KeyHere::Opens);
        let body = Body::new(key.write().to_vec());
        alloc::vec![Change::Put(
            ItemId::make(context.rng),
            Item::Key(item),
            Some(body)
        )]
    }

    pub(super) fn back_up_key(
        &self,
        key: ItemId,
        plan: &Plan,
        seats: Vec<Seat>,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let is_here = self
            .books
            .key(key)
            .is_some_and(|it| it.here == KeyHere::Opens);
        if !is_here || self.books.lock(key).is_some() {
            return Vec::new();
        }
        let protect = Protect::of(Vec::new(), Some(key), plan, &seats);
        let id = FlowId::make(context.rng);
        alloc::vec![Change::Journal(id, Flow::Protect(protect))]
    }

    pub(super) fn delete_key(&self, key: ItemId) -> Vec<Change> {
        match self.books.key(key) {
            Some(_) if self.books.lock(key).is_none() => alloc::vec![Change::Delete(key)],
            _ => Vec::new(),
        }
    }
}

/// What safes were to be told is given up: one of them is gone for good. Its values are not at stake any more.
fn abandon(members: &Members<'_>) -> Vec<Change> {
    let flows = members.flows.iter().map(|(flow, _)| Change::End(*flow));
    let certificates = members
        .certificates
        .iter()
        .map(|(item, ..)| Change::Delete(*item));
    let parts = members.parts.iter().map(|(part, _)| Change::Delete(*part));
    let group = core::iter::once(Change::Delete(item_of(members.group.id)));
    flows
        .chain(certificates)
        .chain(parts)
        .chain(group)
        .collect()
}
