//! A recovery for which the key safe fetches the rest: which backups it is for, and how it begins.

use super::super::{FlowId, ItemId, Login, Order, OrderState, Own, order, protect};
use super::{Flow, Reunite, ReuniteState, Then};
use crate::books::{Books, Change, KeyHere, MovedBy, Session};
use crate::group::{Members, PartOf, Phase};
use crate::owner::{OwnerSecret, OwnerStanding, Way};
use crate::plan::GroupId;
use crate::plan::part::Role;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::SafeId;

/// The safe that keeps what opens a backup, where the rest of it lies at others: it could fetch that.
pub(crate) fn key_safe(books: &Books, members: &Members<'_>) -> Option<SafeId> {
    let is_waiting = matches!(members.group.phase, Phase::AtSafes | Phase::Elsewhere);
    if !is_waiting || members.group.is_key() || books.recovery_of(members.group.id).is_some() {
        return None;
    }
    let mut certificates = members.certificates.iter();
    let (_, key, _) = certificates.find(|(.., of)| Role::of(of.class) == Role::Key)?;
    let is_apart = ordered(members, key.safe).next().is_some();
    is_apart.then_some(key.safe)
}

/// Likewise, if its owner can log in there, and all the others are known.
fn orderable(books: &Books, members: &Members<'_>) -> Option<SafeId> {
    let by = key_safe(books, members)?;
    let owner = books.owner().filter(|owner| !owner.is_restoring())?;
    let knows = owner.standing(by).is_some_and(OwnerStanding::knows);
    let are_known = ordered(members, by).all(|(_, safe)| books.safe(safe).is_some());
    (knows && are_known).then_some(by)
}

/// The data that lie at other safes than this one.
fn ordered(members: &Members<'_>, by: SafeId) -> impl Iterator<Item = (PartOf, SafeId)> {
    let group = members.group;
    let layout = group.plan.layout().into_iter();
    let data = layout.filter(|part| Role::of(part.class) == Role::Data);
    data.filter_map(move |part| {
        let of = PartOf {
            group: group.id,
            class: part.class,
            index: part.index,
        };
        let safe = group.safe(part.to).filter(|safe| *safe != by)?;
        Some((of, safe))
    })
}

/// Begins a recovery in which the key safe fetches the data, and hands out what opens with it.
pub(crate) fn begin_by_order(
    books: &Books,
    id: GroupId,
    then: Then,
    secret: &OwnerSecret,
    rng: &mut dyn CryptoRng,
) -> Vec<Change> {
    let Some(members) = Members::of(books, id) else {
        return Vec::new();
    };
    let (Some(by), Some(owner)) = (orderable(books, &members), books.owner()) else {
        return Vec::new();
    };
    let key = members.group.key.and_then(|key| books.key_item(key));
    let has_key = key.is_some_and(|(_, key)| key.here == KeyHere::Opens);
    let parts: Vec<(PartOf, SafeId)> = ordered(&members, by).collect();
    let mut certificates = members.certificates.iter();
    let key = certificates.find(|(.., of)| Role::of(of.class) == Role::Key);
    let mut own = key.filter(|_| !has_key).map(|(it, ..)| Own {
        certificate: *it,
        session: Session::make(rng),
    });
    let is_own = |it: ItemId| own.as_ref().is_some_and(|own| own.certificate == it);
    let is_ordered = |of: &PartOf| parts.iter().any(|(part, _)| part == of);
    let is_wanted = |(it, _, of): &&(ItemId, _, PartOf)| {
        let is_needless = has_key && Role::of(of.class) == Role::Key;
        !is_needless && !is_own(*it) && !is_ordered(of)
    };
    let others = members.certificates.iter().filter(is_wanted);
    let to_ask: Vec<ItemId> = others.map(|(it, ..)| *it).collect();
    let mut changes = protect::stop(&members, rng);
    let left = members.unregistered();
    changes.extend(left.map(|(part, ..)| Change::Delete(part)));
    let by_secret = Way::secret(secret.clone());
    let login = Login::new(by, &owner.name, by_secret, order::aim_of(id));
    changes.push(Change::Journal(FlowId::make(rng), Flow::Login(login)));
    // One for each safe: there it is one device that waits, and is told of once; and no two safes can link it.
    let mut devices = BTreeMap::new();
    for (part, safe) in parts {
        let key = devices.entry(safe).or_insert_with(|| Secret::make(rng));
        let key = key.clone();
        let fetched = Order {
            part,
            safe,
            by,
            session: Session {
                key,
                ..Session::make(rng)
            },
            own: own.take(),
            state: OrderState::Opening { pass: None },
        };
        changes.push(Change::Journal(FlowId::make(rng), Flow::Order(fetched)));
    }
    let reunite = Reunite {
        group: id,
        then,
        by: MovedBy::Owner,
        take_back: false,
        last_resort: super::LastResort::No,
        state: ReuniteState::Collecting { to_ask },
    };
    changes.push(Change::Journal(FlowId::make(rng), Flow::Reunite(reunite)));
    changes
}
