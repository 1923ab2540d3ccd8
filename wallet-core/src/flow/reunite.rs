//! Recovering what a plan has spread, from several safes at once, so that it comes back exactly once.
//!
//! ```text
//! (owner) → Collecting ──parts arrive, each by a flow of its own──▶ enough, from enough safes
//!              │    │                                                  │
//!              │    │                              values stored AND all parts told to confirm (one transaction)
//!              │    │                                                  ▼
//!              │    │        (Replacing: registered anew first) ──▶ Arrived ──enough receipts──▶ Held; the rest is ended
//!              │    │                                                  │
//!              │    └──cannot be enough any more──▶ given back         └──cannot be enough any more──▶ copies destroyed
//!              └──called off──▶ given back
//! ```
//! Each safe confirms one session for ever, so the confirmations are votes: with more than half of the safes two wallets
//! cannot both have enough. Until then the copies here can be neither used nor shown. Afterwards what the other safes have
//! is ended, and tried again until it is.

mod by_order;
mod last_resort;
mod parts;

pub(crate) use by_order::{begin_by_order, key_safe};
pub use last_resort::LastResort;
pub(crate) use last_resort::{begin_last_resort, may_last_resort};
use parts::{confirm, confirm_rest, give_back, is_key, missing, summaries};
pub(super) use parts::{find, uncovered};

use super::{Desk, Flow, Input, Next, Protect, Step, protect, rehearse};
use crate::books::{
    Books, CertificateItem, Change, Custody, Elsewhere, Item, KeyHere, KeyItem, MovedBy, PartHere,
    Standing, ValueItem,
};
use crate::check::Checks;
use crate::group::{Members, Phase};
use crate::ids::{FlowId, ItemId};
use crate::notice::{Apart, Kind};
use crate::plan::check::Seat;
use crate::plan::key::OpeningKey;
use crate::plan::part::Role;
use crate::plan::{GroupA, GroupId, Keys, Plan, Reunited, recover_keys, reunite};
use crate::port::Body;
use crate::view::Waiting;
use alloc::boxed::Box;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::object;
use serde::{Deserialize, Serialize};

/// A group is recovered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reunite {
    /// The group.
    pub group: GroupId,
    /// What for.
    pub then: Then,
    /// Whether what is open for a device that is lost is taken back.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub take_back: bool,
    /// Who wants it.
    #[serde(default, skip_serializing_if = "MovedBy::is_owner")]
    pub by: MovedBy,
    /// Whether it is a last resort: what comes is marked, and nothing is confirmed.
    #[serde(default, skip_serializing_if = "LastResort::is_no")]
    pub last_resort: LastResort,
    /// What is true.
    pub state: ReuniteState,
}

/// What a group is recovered for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// Its values come home.
    Hold,
    /// Its values are registered anew, under a new key at these safes, before the old ones let go of them.
    Replace {
        /// The plan.
        plan: Box<Plan>,
        /// Who takes which slot.
        seats: Vec<Seat>,
    },
    /// Only its keys come back. They are read, not used up: what is released once is given back.
    Keys,
}

/// What is true of a recovery.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReuniteState {
    /// Parts are being fetched.
    Collecting {
        /// Certificates whose safes are still to be asked: there was no room yet, or an earlier attempt is being given back.
        to_ask: Vec<ItemId>,
    },
    /// The values are stored here, not usable, and are being registered anew. No safe has been told to let go.
    Replacing {
        /// Where they are.
        values: Vec<ItemId>,
    },
    /// The values are stored here, not usable; the safes are told to confirm.
    Arrived {
        /// Where they are.
        values: Vec<ItemId>,
    },
}

/// Begins a recovery: every safe of the group is asked at once, as soon as there is room for what comes.
pub(crate) fn begin(
    books: &Books,
    id: GroupId,
    then: Then,
    take_back: bool,
    rng: &mut dyn CryptoRng,
) -> Vec<Change> {
    let Some(members) = Members::of(books, id) else {
        return Vec::new();
    };
    let keys_only = matches!(then, Then::Keys);
    let may = match (keys_only, members.group.phase) {
        (true, _) => members.group.has_keys() && books.work_on(id).is_none(),
        (false, Phase::AtSafes | Phase::Elsewhere) => {
            !members.group.is_key() && books.recovery_of(id).is_none()
        }
        (false, Phase::Registering | Phase::Standby | Phase::Leaving) => false,
    };
    if !may {
        return Vec::new();
    }
    let key = members.group.key.and_then(|key| books.key_item(key));
    let has_key = key.is_some_and(|(_, key)| key.here == KeyHere::Opens);
    let coupled = members.group.plan.shares().map(|shares| shares.group_a);
    let is_wanted = |class| match Role::of(class) {
        Role::Key => keys_only || !has_key,
        Role::Share => true,
        Role::Data => !keys_only || coupled.is_some_and(|it| it != GroupA::None),
    };
    // A safe that has not answered by now may be gone for good: whoever wants his values back does not wait for it.
    let mut changes = match keys_only {
        true => Vec::new(),
        false => protect::stop(&members, rng),
    };
    if !keys_only {
        let left = members.unregistered();
        changes.extend(left.map(|(part, ..)| Change::Delete(part)));
    }
    let wanted = members.certificates.iter();
    let wanted = wanted.filter(|(.., of)| is_wanted(of.class));
    let to_ask = wanted.map(|(certificate, ..)| *certificate).collect();
    let reunite = Reunite {
        group: id,
        then,
        take_back,
        by: MovedBy::Owner,
        last_resort: LastResort::No,
        state: ReuniteState::Collecting { to_ask },
    };
    changes.push(Change::Journal(FlowId::make(rng), Flow::Reunite(reunite)));
    changes.extend(rehearse::make_way(books, crate::books::item_of(id)));
    changes
}

impl Reunite {
    /// The copies that have arrived.
    pub(crate) fn arrived(&self) -> &[ItemId] {
        match &self.state {
            ReuniteState::Collecting { .. } => &[],
            ReuniteState::Replacing { values } | ReuniteState::Arrived { values } => values,
        }
    }

    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let Some(members) = Members::of(desk.books, self.group) else {
            return Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing);
        };
        match (&self.state, input) {
            (ReuniteState::Collecting { to_ask }, Input::Start) => {
                self.collect(to_ask, &members, desk, rng)
            }
            (ReuniteState::Collecting { .. }, Input::Gathered(bodies)) => {
                self.open(&members, &bodies, desk, rng)
            }
            (ReuniteState::Replacing { values }, Input::Start) => {
                self.look_at_successor(values, &members, desk, rng)
            }
            (ReuniteState::Arrived { values }, Input::Start) => {
                self.count_votes(values, &members, desk, rng)
            }
            (ReuniteState::Collecting { .. } | ReuniteState::Replacing { .. }, Input::CallOff) => {
                self.give_up(Kind::RecoveryCalledOff, &members, desk, rng)
            }
            (ReuniteState::Arrived { .. }, Input::CallOff) => Step::then(Next::Again),
            _ => Step::garbled(),
        }
    }

    /// Asks whom it can, and looks whether there is enough to try.
    fn collect(
        &self,
        to_ask: &[ItemId],
        members: &Members<'_>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let sizes = members.group.values.iter().map(|value| value.size);
        let size = sizes.fold(0, u64::saturating_add);
        if let Some(missing) = desk.books.missing_room(size)
            && !matches!(self.then, Then::Keys)
        {
            return Step::then(Next::NoRoom(missing));
        }
        let is_free = |it: &&ItemId| desk.books.lock(**it).is_none();
        let (free, busy): (Vec<&ItemId>, Vec<&ItemId>) = to_ask.iter().partition(is_free);
        if !free.is_empty() {
            let asked = free.iter();
            let mut changes: Vec<Change> =
                asked.filter_map(|it| self.fetch(**it, desk, rng)).collect();
            let to_ask = busy.into_iter().copied().collect();
            changes.push(self.journal(ReuniteState::Collecting { to_ask }, desk));
            return Step::strict(changes, Next::Again);
        }
        let ring = members.group.key.and_then(|key| desk.books.key_item(key));
        let ring = ring.filter(|(_, key)| key.here == KeyHere::Opens);
        let is_enough = match self.then {
            Then::Keys => members.is_key_here(),
            _ if !self.last_resort.is_no() => members.is_enough(ring.is_some()),
            Then::Hold | Then::Replace { .. } => {
                let quorum = usize::from(members.group.plan.quorum);
                members.is_enough(ring.is_some()) && members.arrived() >= quorum
            }
        };
        if is_enough {
            let here = members.parts.iter().map(|(part, _)| *part);
            let certificates = members.certificates.iter().map(|(item, ..)| *item);
            let ring = ring.map(|(item, _)| item);
            return Step::then(Next::LoadAll(
                here.chain(certificates).chain(ring).collect(),
            ));
        }
        if self.may_come(members) {
            return Step::then(Next::Rest);
        }
        let ordered = members.flows.iter().find_map(|(_, flow)| match flow {
            Flow::Order(order) => order.why_over(),
            _ => None,
        });
        let why = match (ordered, members.elsewhere()) {
            (Some(why), _) => why.clone(),
            (None, Some(proof)) => Kind::ReleasedElsewhere(proof),
            (None, None) => Kind::Apart {
                why: missing(members, ring.is_some()),
            },
        };
        self.give_up(why, members, desk, rng)
    }

    fn open(
        &self,
        members: &Members<'_>,
        bodies: &[(ItemId, Body)],
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let Some((author, parts)) = uncovered(members, bodies) else {
            return self.give_up(
                Kind::Apart {
                    why: Apart::Malformed,
                },
                members,
                desk,
                rng,
            );
        };
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_slice()).collect();
        if let Then::Keys = self.then {
            let keys = recover_keys(&parts, &author).keys;
            return self.keep_keys(&keys, members, desk, rng);
        }
        let known = members.group.key.and_then(|key| desk.books.key_item(key));
        let known = known.filter(|(_, key)| key.here == KeyHere::Opens);
        let body = known.and_then(|(item, _)| find(bodies, item));
        let ring = body.and_then(|body| OpeningKey::read(body.as_bytes()).ok());
        if let (Some((item, key)), None) = (known, &ring) {
            return self.miss_key(item, key, members, desk);
        }
        let ring: Vec<OpeningKey> = ring.into_iter().collect();
        let keys = Keys {
            author: &author,
            opening: &ring,
        };
        match reunite(&parts, &keys) {
            Ok(reunited) if !self.last_resort.is_no() => self.copy(&reunited, members, desk, rng),
            Ok(reunited) => self.arrive(&reunited, members, desk, rng),
            Err(_) if self.may_come(members) => Step::then(Next::Rest),
            Err(failure) => {
                let why = Apart::of(&failure);
                let mut step = self.give_up(Kind::Apart { why }, members, desk, rng);
                // The keys are whole all the same.
                if !self.last_resort.is_no() {
                    return step;
                }
                let ring = protect::ring_all(&failure.keys, desk.books, desk.now, rng);
                step.changes.extend(ring);
                step
            }
        }
    }

    /// The index names a key whose body is gone, or was not read. If it lies at safes it counts as erased from now on, and is
    /// asked for. If it does not, there may still be no other: then nothing is said of it, and it is looked for again.
    fn miss_key(
        &self,
        item: ItemId,
        key: &KeyItem,
        members: &Members<'_>,
        desk: &Desk<'_>,
    ) -> Step {
        if !desk.books.lies_at_safes(key.key) {
            return Step::then(Next::Wait(Waiting::StorageFailed));
        }
        let mut key = key.clone();
        key.here = KeyHere::Erased;
        let certificates = members.certificates.iter();
        let of_key = certificates.filter(|(.., of)| Role::of(of.class) == Role::Key);
        let mut to_ask: Vec<ItemId> = of_key.map(|(certificate, ..)| *certificate).collect();
        if let ReuniteState::Collecting { to_ask: left } = &self.state {
            to_ask.extend(left.iter().filter(|it| !is_key(members, **it)));
        }
        let changes = alloc::vec![
            Change::Put(item, Item::Key(key), None),
            self.journal(ReuniteState::Collecting { to_ask }, desk),
        ];
        Step::strict(changes, Next::Again)
    }

    /// The values and the keys that came with them are stored, and every part is told to confirm.
    fn arrive(
        &self,
        reunited: &Reunited,
        members: &Members<'_>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let sizes = reunited.objects.iter().map(|bytes| bytes.len() as u64);
        let size = sizes.fold(0, u64::saturating_add);
        if let Some(missing) = desk.books.missing_room(size) {
            // Papers may have said less. The parts stay here until there is room.
            return Step::then(Next::NoRoom(missing));
        }
        let mut changes = Vec::new();
        let mut values = Vec::new();
        for bytes in &reunited.objects {
            let Ok(value) = object::read_object(bytes) else {
                return self.give_up(Kind::RecoveredUnreadable, members, desk, rng);
            };
            let mut item = ValueItem::of(&value, bytes.len(), desk.now, Custody::Arrived);
            item.came_of = Some(crate::books::item_of(self.group));
            item.moved_by = self.by;
            item.may_be_used = members.group.is_marked(values.len());
            let id = ItemId::make(rng);
            let body = Body::new(bytes.to_vec());
            changes.push(Change::Put(id, Item::Value(item), Some(body)));
            values.push(id);
        }
        if values.len() != members.group.values.len() {
            // Whoever handed this over said something else. What has come is what counts.
            let mut group = members.group.clone();
            group.values = summaries(&changes);
            changes.push(group.put());
        }
        changes.extend(protect::ring_all(&reunited.keys, desk.books, desk.now, rng));
        let state = match &self.then {
            Then::Replace { plan, seats } => {
                let again = Flow::Protect(Protect {
                    replaces: Some(self.group),
                    ..Protect::of(values.clone(), None, plan, seats)
                });
                changes.push(Change::Journal(FlowId::make(rng), again));
                ReuniteState::Replacing { values }
            }
            Then::Hold | Then::Keys => {
                changes.extend(confirm(members, rng));
                ReuniteState::Arrived { values }
            }
        };
        changes.push(self.journal(state, desk));
        Step::strict(changes, Next::Again)
    }

    fn keep_keys(
        &self,
        keys: &[OpeningKey],
        members: &Members<'_>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        if keys.is_empty() && self.may_come(members) {
            return Step::then(Next::Rest);
        }
        if keys.is_empty() {
            let why = Apart::WrongKey;
            return self.give_up(Kind::Apart { why }, members, desk, rng);
        }
        let mut changes = protect::ring_all(keys, desk.books, desk.now, rng);
        changes.extend(give_back(members, rng));
        changes.push(Change::End(desk.id));
        Step::strict(changes, Next::Nothing)
    }

    /// The successor must be able to bring everything back before anybody is told to let go.
    fn look_at_successor(
        &self,
        values: &[ItemId],
        members: &Members<'_>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let is_under_way = desk.books.flows().any(|(_, flow)| {
            matches!(flow, Flow::Protect(protect) if protect.replaces == Some(self.group))
        });
        match desk.books.successor(self.group).map(|next| next.phase) {
            Some(Phase::Standby) => {
                let mut changes = confirm(members, rng);
                let values = values.to_vec();
                changes.push(self.journal(ReuniteState::Arrived { values }, desk));
                Step::strict(changes, Next::Again)
            }
            _ if is_under_way => Step::then(Next::Rest),
            // Whatever refused is told by itself.
            _ => self.give_up(Kind::MoveCalledOff, members, desk, rng),
        }
    }

    fn count_votes(
        &self,
        values: &[ItemId],
        members: &Members<'_>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let quorum = usize::from(members.group.plan.quorum);
        if members.group.confirmed.len() >= quorum {
            return self.hold(values, members, desk, rng);
        }
        if members.may_confirm() >= quorum {
            return Step::then(Next::Rest);
        }
        let why = match members.elsewhere() {
            Some(Elsewhere { session, since, .. }) => Kind::ArrivedCopyDestroyed { session, since },
            // Their sessions were given back by a copy of this wallet.
            None => Kind::RecoveryCalledOff,
        };
        self.give_up(why, members, desk, rng)
    }

    /// Enough safes have confirmed this wallet: the copies here are the values now, or those of the successor are.
    fn hold(
        &self,
        values: &[ItemId],
        members: &Members<'_>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let mut changes = alloc::vec![Change::End(desk.id)];
        if members.group.handed {
            let mut ledger = desk.books.ledger();
            ledger.came_in += protect::unmarked(values, desk.books);
            changes.push(Change::Settle(ledger));
        }
        if let Some(next) = desk.books.successor(self.group) {
            let mut next = next.clone();
            next.phase = Phase::AtSafes;
            next.replaces = None;
            changes.push(next.put());
            changes.extend(values.iter().map(|value| Change::Delete(*value)));
        } else {
            for value in values {
                let held = desk.books.value(*value).cloned().map(|mut item| {
                    item.custody = Custody::Held;
                    Change::Put(*value, Item::Value(item), None)
                });
                changes.extend(held);
            }
        }
        changes.extend(confirm_rest(members, rng));
        let key = members.group.key;
        let keeps_key = key.is_some_and(|key| desk.books.is_key_needed(key, self.group));
        let mut left = members.group.clone();
        left.confirmed.clear();
        let mut remaining = 0;
        for (item, certificate, of) in &members.certificates {
            let is_key = Role::of(of.class) == Role::Key;
            let is_worked_on = desk.books.lock(*item).is_some();
            remaining += 1;
            if !(is_worked_on || is_key && keeps_key) {
                changes.push(protect::retire(*item, certificate.safe, rng));
            }
        }
        for (item, part) in &members.parts {
            if part.here == PartHere::Home {
                changes.push(Change::Delete(*item));
            }
        }
        let holds_key = keeps_key
            && members
                .certificates
                .iter()
                .any(|(_, _, of)| Role::of(of.class) == Role::Key);
        if holds_key {
            // What is left stands for the key alone, which other values need.
            left.values.clear();
            left.marked.clear();
            left.checks = Checks::default();
            left.phase = Phase::AtSafes;
            changes.push(left.put());
        } else if remaining == 0 && members.flows.len() <= 1 {
            changes.push(Change::Delete(crate::books::item_of(self.group)));
        } else {
            left.phase = Phase::Leaving;
            changes.push(left.put());
        }
        Step::strict(changes, Next::Nothing)
    }

    /// Nothing comes of it: what has arrived is given back, and what has been stored here destroyed.
    fn give_up(
        &self,
        kind: Kind,
        members: &Members<'_>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let mut changes = alloc::vec![Change::End(desk.id)];
        let mut group = members.group.clone();
        group.confirmed.clear();
        let proof = members.elsewhere();
        group.phase = match proof {
            Some(_) => Phase::Elsewhere,
            None => Phase::AtSafes,
        };
        if group != *members.group {
            changes.push(group.put());
        }
        changes.extend(self.arrived().iter().map(|value| Change::Delete(*value)));
        changes.extend(give_back(members, rng));
        changes.extend(self.undo_successor(desk, rng));
        changes.extend(self.put_away(members));
        let name = super::name_of(desk.books, crate::books::item_of(self.group));
        let proves = |it: &&CertificateItem| proof.map(Standing::Elsewhere) == Some(it.standing);
        let mut certificates = members.certificates.iter().map(|(_, it, _)| *it);
        changes.extend(match certificates.find(proves) {
            Some(certificate) => Some(desk.notice(kind, &name, certificate.safe, rng)),
            // Nothing came, and each safe that refused has been told of by itself: there is nothing to add.
            None if members.is_refused() && matches!(kind, Kind::Apart { .. }) => None,
            None => Some(desk.own_notice(kind, &name, rng)),
        });
        Step::strict(changes, Next::Nothing)
    }

    fn undo_successor(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Vec<Change> {
        let mut changes = Vec::new();
        for (id, flow) in desk.books.flows() {
            if let Flow::Protect(protect) = flow
                && protect.replaces == Some(self.group)
                && protect.group().is_none()
            {
                changes.push(Change::End(id));
            }
        }
        let next = desk.books.successor(self.group);
        if let Some(members) = next.and_then(|next| Members::of(desk.books, next.id)) {
            changes.extend(protect::undo(&members, true, desk, rng));
        }
        changes
    }

    /// Whether more parts may still arrive.
    fn may_come(&self, members: &Members<'_>) -> bool {
        let is_to_ask = match &self.state {
            ReuniteState::Collecting { to_ask } => !to_ask.is_empty(),
            ReuniteState::Replacing { .. } | ReuniteState::Arrived { .. } => false,
        };
        is_to_ask || members.is_fetching()
    }

    fn journal(&self, state: ReuniteState, desk: &Desk<'_>) -> Change {
        let flow = Self {
            state,
            ..self.clone()
        };
        Change::Journal(desk.id, Flow::Reunite(flow))
    }
}
