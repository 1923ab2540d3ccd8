//! What was handed out, and the last copies of it: what sessions have told, put together over all safes.

use super::Wallet;
use crate::bearer::What;
use crate::books::{CertificateItem, Change, Item, Safe, id_of_entry, item_of};
use crate::flow::{
    Flow, Readable, Released, Reread, begin_last_resort, may_last_resort, name_of, ring_all,
};
use crate::group::{Group, Phase};
use crate::ids::ItemId;
use crate::notice::Kind;
use crate::plan::GroupId;
use crate::plan::key::OpeningKey;
use crate::port::Context;
use crate::view::{LastCopy, ReleasedAt, ReleasedCard};
use alloc::vec::Vec;
use core::cmp::Reverse;
use saifu_protocol::UnixTime;
use saifu_protocol::certificate::Certificate;

impl Wallet {
    /// What sessions that are open have told, with the safe of each.
    fn released(&self) -> impl Iterator<Item = (&Safe, &Released)> {
        let logins = self.books.flows().filter_map(|(_, flow)| match flow {
            Flow::Login(login) => self.books.safe(login.safe).zip(login.released()),
            _ => None,
        });
        logins.flat_map(|(safe, all)| all.iter().map(move |it| (safe, it)))
    }

    /// None where no session has listed it yet.
    pub(super) fn released_cards(&self) -> Option<Vec<ReleasedCard>> {
        let mut logins = self.books.flows();
        let is_listed =
            |flow: &Flow| matches!(flow, Flow::Login(login) if login.released().is_some());
        if !logins.any(|(_, flow)| is_listed(flow)) {
            return None;
        }
        let mut cards: Vec<ReleasedCard> = Vec::new();
        for (safe, released) in self.released().filter(|(_, it)| it.is_handed_out()) {
            let at = ReleasedAt {
                operator: safe.operator.clone(),
                address: safe.address.as_str().into(),
                since: released.since(),
                until: released.until(),
                session: released.session(),
            };
            let known = cards
                .iter_mut()
                .find(|card| card.what.is_some() && card.what == released.what);
            match known {
                Some(card) => card.at.push(at),
                None => cards.push(self.released_card(released, at)),
            }
        }
        let latest = |card: &ReleasedCard| card.at.iter().map(|at| at.since).max();
        cards.sort_by_key(|card| Reverse(latest(card).unwrap_or(UnixTime(0))));
        Some(cards)
    }

    fn released_card(&self, released: &Released, at: ReleasedAt) -> ReleasedCard {
        let copy = released.what.map(|what| self.copy(what));
        ReleasedCard {
            what: released.what,
            class: released.class.clone(),
            name: released.name.clone(),
            others: released.others,
            copy: copy.unwrap_or(LastCopy::Unreadable),
            at: alloc::vec![at],
        }
    }

    /// How it is with a copy of that.
    fn copy(&self, what: What) -> LastCopy {
        let item = item_of_what(what);
        let came_of = |is_copy: bool| {
            let mut values = self.books.values();
            values.any(|(_, it)| it.came_of == Some(item) && it.may_be_used == is_copy)
        };
        let job = || match what {
            What::Certificate(item) => self.books.lock(item),
            What::Backup(group) => self.books.recovery_of(group),
        };
        if came_of(false) {
            LastCopy::RealIsHere
        } else if came_of(true) {
            LastCopy::IsHere
        } else {
            job().map_or(LastCopy::Possible, LastCopy::UnderWay)
        }
    }

    /// A copy of what was handed out. What is needed for it is taken into the books, as proven to be elsewhere, and goes again.
    /// Nothing where the value or a copy of it is here: whoever pressed saw an earlier state.
    pub(super) fn last_copy(&mut self, what: What, context: &mut Context<'_>) -> Vec<Change> {
        match self.copy(what) {
            LastCopy::RealIsHere | LastCopy::IsHere => return Vec::new(),
            LastCopy::Possible | LastCopy::UnderWay(_) | LastCopy::Unreadable => {}
        }
        let changes = match what {
            What::Certificate(item) => self.last_copy_alone(item, context),
            What::Backup(group) => self.last_copy_of(group, context),
        };
        changes.unwrap_or_else(|| {
            let name = name_of(&self.books, item_of_what(what));
            self.tell_about(name, Kind::Busy, context);
            Vec::new()
        })
    }

    fn last_copy_alone(&self, id: ItemId, context: &mut Context<'_>) -> Option<Vec<Change>> {
        if self.books.lock(id).is_some() {
            return None;
        }
        let known = self.books.certificate(id);
        if let Some(known) = known.filter(|it| it.part.is_none() && it.is_last_resort()) {
            return Some(alloc::vec![Reread::begin(
                id,
                known.safe,
                false,
                context.rng
            )]);
        }
        let root = self.books.identity()?.root();
        let mut all = self.released();
        let (safe, released) = all.find(|(_, it)| it.what == Some(What::Certificate(id)))?;
        let Readable { mut item, note } = released.read(safe, &root)?;
        if let Some(known) = known {
            // Nobody has told this device so far that another one has fetched it.
            return Some(alloc::vec![
                told_elsewhere(id, known, &item),
                Reread::begin(id, safe.id, false, context.rng),
            ]);
        }
        item.may_be_used = true;
        let body = note.body(released.compact()).write();
        Some(alloc::vec![
            Change::Put(id, Item::Certificate(item), Some(body)),
            Reread::begin(id, safe.id, true, context.rng),
        ])
    }

    fn last_copy_of(&self, id: GroupId, context: &mut Context<'_>) -> Option<Vec<Change>> {
        if !may_last_resort(&self.books, id) {
            return None;
        }
        let root = self.books.identity()?.root();
        let own = self.books.items_of(id);
        let own = own.filter_map(|item| Some((item, self.books.certificate(item)?)));
        let mut known: Vec<(ItemId, CertificateItem)> =
            own.map(|(item, it)| (item, it.clone())).collect();
        let mut changes = Vec::new();
        let mut group: Option<Group> = self.books.group(id).cloned();
        let is_new = group.is_none();
        let mut keys: Vec<OpeningKey> = Vec::new();
        let of_it = self.released();
        for (safe, released) in of_it.filter(|(_, it)| it.what == Some(What::Backup(id))) {
            let Some(Readable { mut item, note }) = released.read(safe, &root) else {
                continue;
            };
            let Some(part) = &note.part else { continue };
            let said = part.group();
            if group.as_ref().is_some_and(|it| !said.is_as_planned(it)) {
                continue;
            }
            group.get_or_insert(Group {
                phase: Phase::Elsewhere,
                handed: true,
                ..said
            });
            if let Ok(key) = OpeningKey::read(&note.key)
                && !keys.contains(&key)
            {
                keys.push(key);
            }
            let is_same = |(_, it): &&mut (ItemId, CertificateItem)| it.part == item.part;
            if let Some((place, it)) = known.iter_mut().find(is_same) {
                if !it.is_last_resort() && is_of_entry(it, &item) {
                    changes.push(told_elsewhere(*place, it, &item));
                    it.standing = item.standing;
                }
                continue;
            }
            item.may_be_used = true;
            let Ok(certificate) = Certificate::verify(released.compact(), &safe.signing_key) else {
                continue;
            };
            let place = id_of_entry(certificate.claims());
            if self.books.item(place).is_some() {
                continue;
            }
            let body = note.body(released.compact()).write();
            known.push((place, item.clone()));
            changes.push(Change::Put(place, Item::Certificate(item), Some(body)));
        }
        let group = group?;
        if known.is_empty() {
            return None;
        }
        if is_new {
            changes.push(group.put());
        }
        let now = UnixTime(context.now_ms / 1_000);
        changes.extend(ring_all(&keys, &self.books, now, context.rng));
        let certificates = known.into_iter().map(|(item, _)| item).collect();
        changes.extend(begin_last_resort(
            &self.books,
            id,
            certificates,
            context.rng,
        ));
        Some(changes)
    }
}

/// The item by which it is known.
fn item_of_what(what: What) -> ItemId {
    match what {
        What::Certificate(item) => item,
        What::Backup(group) => item_of(group),
    }
}

/// Whether both stand for one entry of one safe.
fn is_of_entry(one: &CertificateItem, other: &CertificateItem) -> bool {
    (one.safe, one.counter, &one.sha256) == (other.safe, other.counter, &other.sha256)
}

/// A certificate of these books is of what its safe has listed as handed out.
fn told_elsewhere(place: ItemId, known: &CertificateItem, listed: &CertificateItem) -> Change {
    let told = CertificateItem {
        standing: listed.standing,
        ..known.clone()
    };
    Change::Put(place, Item::Certificate(told), None)
}
