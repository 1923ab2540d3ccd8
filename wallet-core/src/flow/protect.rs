//! Registering values by a plan (WO 01/13293, second to seventh embodiment): the wallet makes parts of them, and every
//! part is registered by a flow of its own, all at once.
//!
//! ```text
//! (owner) → Preparing ──parts, key and flows journaled──▶ Registering ──enough operators have everything──▶ values deleted
//!              │                                             │                                                │
//!              └──plan does not fit──▶ values unlocked       └──called off, or a safe refuses for good──▶     ├──more to come──▶ waits
//!                                                               values unlocked, what is registered retired   └──all there──▶ key erased
//!                                                                                                                 if so planned, ended
//! ```
//! Nothing is sent before parts and holders' keys are stored. Until enough operators have answered, whichever they are,
//! the copies here are what counts; they go in one transaction with the group's step to the safes. Which part is
//! registered is read from the index, so a crash anywhere begins again from what is true.

use super::{Desk, Flow, Input, Next, Register, Retire, RetireWhat, Step};
use crate::books::{
    Books, Change, Custody, Identity, Item, KeyHere, KeyItem, MovedBy, PartHere, PartItem, item_of,
};
use crate::check::Checks;
use crate::group::{Group, Members, PartOf, Phase};
use crate::ids::{FlowId, ItemId};
use crate::notice::Kind;
use crate::owner::Note;
use crate::plan::catalogue::CatalogueKey;
use crate::plan::check::Seat;
use crate::plan::cover::cover;
use crate::plan::key::{OpeningKey, SealingKey};
use crate::plan::limits::MAX_PART_BYTES;
use crate::plan::part::Role;
use crate::plan::{
    self, Author, CheckedPlan, Given, GroupId, KeyAtHome, Object, Plan, ProtectError, Protected,
};
use crate::port::Body;
use crate::view::Waiting;
use alloc::boxed::Box;
use alloc::vec::Vec;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::digest::DigestSetting;
use saifu_protocol::value::{Class, Value};
use saifu_protocol::{Digest, PublicKey, RequestId, UnixTime, b64, message, object};
use serde::{Deserialize, Serialize};

/// Values are registered by a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Protect {
    /// The values; none where a key is registered by itself.
    pub values: Vec<ItemId>,
    /// The key of the ring that is registered, or that seals instead of a fresh one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<ItemId>,
    /// The group these values are being recovered from: this one stands by until that has let go of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<GroupId>,
    /// Who wants it.
    #[serde(default, skip_serializing_if = "MovedBy::is_owner")]
    pub by: MovedBy,
    /// What is true.
    pub state: ProtectState,
}

/// What is true of values that are registered by a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProtectState {
    /// Nothing is made yet.
    Preparing {
        /// The plan.
        plan: Box<Plan>,
        /// Who takes which slot.
        seats: Vec<Seat>,
    },
    /// Parts are made and stored; each is on its way.
    Registering {
        /// Their group.
        group: GroupId,
        /// What stays of the key when it is erased: the public half of a pair; empty if nothing does.
        #[serde(with = "b64::bytes")]
        sealing: Vec<u8>,
    },
    /// It was called off, or a safe refused. The values stay locked until so much has ended that nobody who finds the
    /// certificates by a login can have them, too.
    Undoing {
        /// Their group.
        group: GroupId,
    },
}

impl Protect {
    /// These values, or this key, by this plan; nothing of it is made yet.
    pub(crate) fn of(
        values: Vec<ItemId>,
        key: Option<ItemId>,
        plan: &Plan,
        seats: &[Seat],
    ) -> Self {
        Self {
            values,
            key,
            replaces: None,
            by: MovedBy::Owner,
            state: ProtectState::Preparing {
                plan: Box::new(plan.clone()),
                seats: seats.to_vec(),
            },
        }
    }

    /// Its group, once it has one.
    pub(crate) fn group(&self) -> Option<GroupId> {
        match self.state {
            ProtectState::Preparing { .. } => None,
            ProtectState::Registering { group, .. } | ProtectState::Undoing { group } => {
                Some(group)
            }
        }
    }

    /// Its plan, until it has a group.
    pub(crate) fn plan(&self) -> Option<&Plan> {
        match &self.state {
            ProtectState::Preparing { plan, .. } => Some(plan),
            ProtectState::Registering { .. } | ProtectState::Undoing { .. } => None,
        }
    }

    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match (&self.state, input) {
            (ProtectState::Preparing { .. }, Input::Start) => {
                let items = self.values.iter().copied().chain(self.key);
                Step::then(Next::LoadAll(items.collect()))
            }
            (ProtectState::Preparing { plan, seats }, Input::Gathered(bodies)) => {
                match self.prepare(plan, seats, &bodies, desk, rng) {
                    Ok(step) => step,
                    Err(Hindrance::Storage) => Step::then(Next::Wait(Waiting::StorageFailed)),
                    Err(Hindrance::Refused(kind)) => {
                        let notice = desk.own_notice(kind, &self.subject(desk), rng);
                        Step::strict(alloc::vec![Change::End(desk.id), notice], Next::Nothing)
                    }
                }
            }
            (ProtectState::Preparing { .. }, Input::CallOff) => {
                Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing)
            }
            (ProtectState::Registering { group, sealing }, Input::Start) => {
                match Members::of(desk.books, *group) {
                    Some(members) => self.look(&members, sealing, desk, rng),
                    None => Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing),
                }
            }
            (ProtectState::Undoing { group }, Input::Start | Input::CallOff) => {
                match Members::of(desk.books, *group) {
                    Some(members) => self.count_ended(&members, desk, rng),
                    None => Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing),
                }
            }
            (ProtectState::Registering { group, .. }, Input::CallOff) => {
                match Members::of(desk.books, *group) {
                    Some(members) if members.group.phase == Phase::Registering => {
                        let kind = Kind::CalledOff;
                        let mut step = self.undo(&members, desk, rng);
                        let notice = desk.own_notice(kind, &self.subject(desk), rng);
                        step.changes.push(notice);
                        step
                    }
                    _ => Step::then(Next::Again),
                }
            }
            _ => Step::garbled(),
        }
    }

    fn subject(&self, desk: &Desk<'_>) -> alloc::string::String {
        let first = self.values.first().or(self.key.as_ref());
        first.map_or_else(Default::default, |item| super::name_of(desk.books, *item))
    }

    /// Steps 1-2 to 1-7 of the embodiments: seal, divide, couple as the plan says, and sign.
    fn prepare(
        &self,
        plan: &Plan,
        seats: &[Seat],
        bodies: &[(ItemId, Body)],
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Step, Hindrance> {
        let values = self.read_values(bodies)?;
        let checked = check(plan, seats, &values)?;
        let fresh = desk.books.identity().is_none();
        let known = desk.books.identity().cloned();
        let identity = known.unwrap_or_else(|| Identity::make(rng));
        let signing = SigningKey::derive(&identity.author);
        let catalogue = CatalogueKey::new(identity.catalogue.clone());
        let author = Author {
            signing: &signing,
            catalogue: &catalogue,
        };
        let objects: Vec<Object<'_>> = values
            .iter()
            .map(|(bytes, value)| Object {
                bytes,
                digest: Digest::of(value, DigestSetting::FiveFields),
            })
            .collect();
        let given = self.given(bodies, desk)?;
        let sealed_with = given.as_ref().map(|given| match given {
            Given::Opening(key) => key.name().id,
            Given::Sealing(key) => key.id(),
        });
        let protected = match given {
            None => plan::protect(&checked, &objects, &author, rng),
            Some(Given::Opening(key)) if objects.is_empty() => {
                plan::protect_key(key, &checked, &author, rng)
            }
            Some(given) => plan::protect_with(given, &checked, &objects, &author, rng),
        };
        let protected = protected.map_err(refusal)?;

        let mut changes = Vec::new();
        if fresh {
            changes.push(Change::Identify(identity.clone()));
        }
        let mut sealing = Vec::new();
        if let Some(key) = &protected.key {
            if self.key.is_none() {
                changes.push(ring(key.opening(), desk.books, desk.now, rng));
            }
            if let (KeyAtHome::UntilRegistered(key), Ok(it)) = (key, key.opening().sealing()) {
                debug_assert_eq!(key.name().id, it.id());
                sealing = it.write_public().unwrap_or_default();
            }
        }
        let group = Group {
            id: protected.group,
            plan: plan.clone(),
            seats: checked.seats().to_vec(),
            values: self
                .values
                .iter()
                .filter_map(|item| {
                    let mut value = desk.books.value(*item)?.clone();
                    value.custody = Custody::Held;
                    value.came_of = Some(*item);
                    value.moved_by = MovedBy::Owner;
                    Some(value)
                })
                .collect(),
            key: protected
                .key
                .as_ref()
                .map(|key| key.opening().name().id)
                .or(sealed_with),
            since: desk.now,
            phase: Phase::Registering,
            replaces: self.replaces,
            confirmed: Vec::new(),
            handed: false,
            released: Vec::new(),
            awaits: None,
            moved_by: self.by,
            marked: marked(&self.values, desk.books),
            checks: Checks::default(),
        };
        let id = group.id;
        self.send(
            protected,
            &checked,
            (&group, &identity),
            desk,
            &mut changes,
            rng,
        );
        changes.push(group.put());
        let registering = Flow::Protect(Self {
            state: ProtectState::Registering { group: id, sealing },
            ..self.clone()
        });
        changes.push(Change::Journal(desk.id, registering));
        Ok(Step::strict(changes, Next::Again))
    }

    /// Each part is stored, covered for its safe, with a flow that registers it.
    fn send(
        &self,
        protected: Protected,
        plan: &CheckedPlan,
        (group, identity): (&Group, &Identity),
        desk: &Desk<'_>,
        changes: &mut Vec<Change>,
        rng: &mut dyn CryptoRng,
    ) {
        let root = identity.root();
        let author = PublicKey::new(SigningKey::derive(&identity.author).public());
        // What no safe gets lies in the notes: with this wallet it would be lost.
        let key = protected.key.as_ref();
        let key = key.filter(|_| plan.plan().has_key_stay());
        let key = key.map(|key| key.opening().write());
        let old = self.replaces.and_then(|old| desk.books.group(old));
        let awaits = old.map(Group::awaited);
        for part in protected.parts {
            let item = ItemId::make(rng);
            let of = PartOf {
                group: protected.group,
                class: part.class,
                index: part.index,
            };
            let Some(safe) = plan.safe(part.to) else {
                let home = PartItem {
                    of,
                    size: part.bytes.len() as u64,
                    here: PartHere::Home,
                };
                let body = Body::new(part.bytes.to_vec());
                changes.push(Change::Put(item, Item::Part(home), Some(body)));
                continue;
            };
            let holder = Secret::make(rng);
            let covered = cover(&part.bytes, &holder, safe, rng);
            let outgoing = PartItem {
                of,
                size: covered.len() as u64,
                here: PartHere::ToRegister,
            };
            let body = Body::new(covered);
            changes.push(Change::Put(item, Item::Part(outgoing), Some(body)));
            let key = key.as_ref().map(|key| key.as_slice());
            let note = Note::of_part(&holder, (group, of), author, key, awaits.clone());
            let note = note.seal(&root, safe, rng);
            let register = Register {
                value: item,
                safe,
                request: RequestId::make(rng),
                holder,
                note,
                calling_off: None,
                wait: desk.books.wait(),
                given: Some(message::Given {
                    class: part.class,
                    digest: part.digest,
                }),
            };
            changes.push(Change::Journal(FlowId::make(rng), Flow::Register(register)));
        }
    }

    fn read_values<'a>(
        &self,
        bodies: &'a [(ItemId, Body)],
    ) -> Result<Vec<(&'a [u8], Value)>, Hindrance> {
        let mut values = Vec::with_capacity(self.values.len());
        for item in &self.values {
            let bytes = body_of(bodies, *item)?;
            let value = object::read_object(bytes);
            let value = value.map_err(|_| Hindrance::Refused(Kind::ValueUnreadable))?;
            values.push((bytes, value));
        }
        Ok(values)
    }

    /// The key of the ring that is to be used.
    fn given(
        &self,
        bodies: &[(ItemId, Body)],
        desk: &Desk<'_>,
    ) -> Result<Option<Given>, Hindrance> {
        let Some(item) = self.key else {
            return Ok(None);
        };
        let unusable = |_| Hindrance::Refused(Kind::KeyUnusable);
        let here = desk.books.key(item).map(|key| key.here);
        let here = here.ok_or(Hindrance::Refused(Kind::KeyUnusable))?;
        let bytes = body_of(bodies, item)?;
        Ok(Some(match here {
            KeyHere::Opens => Given::Opening(OpeningKey::read(bytes).map_err(unusable)?),
            KeyHere::Seals => Given::Sealing(SealingKey::read_public(bytes).map_err(unusable)?),
            KeyHere::Erased => return Err(Hindrance::Refused(Kind::KeyUnusable)),
        }))
    }

    /// What has become of the parts since.
    fn look(
        &self,
        members: &Members<'_>,
        sealing: &[u8],
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let refused: Vec<ItemId> = members
            .unregistered()
            .filter_map(|(item, _, idle)| idle.then_some(item))
            .collect();
        let mut pending = members
            .unregistered()
            .filter(|(_, _, idle)| !idle)
            .peekable();
        let is_registering = members.group.phase == Phase::Registering;
        if is_registering && !refused.is_empty() {
            return self.undo(members, desk, rng);
        }
        let after = members.group.deletes_after();
        let settles =
            is_registering && after.is_some_and(|after| members.complete_seats() >= after);
        // The parts may be at their safes; the values stay here until one more method unlocks this device.
        if settles && self.replaces.is_none() && !desk.lock.may_delete() {
            return Step::then(Next::Wait(Waiting::SecondMethod));
        }
        let mut changes = Vec::new();
        if settles {
            changes.push(self.settle(members.group));
            if self.replaces.is_none() {
                changes.extend(self.values.iter().map(|value| Change::Delete(*value)));
            }
        }
        if pending.peek().is_some() || is_registering && !settles {
            return match changes.is_empty() {
                true => Step::then(Next::Rest),
                false => Step::strict(changes, Next::Rest),
            };
        }
        let lost_key = members
            .unregistered()
            .any(|(_, part, _)| Role::of(part.of.class) != Role::Data);
        changes.extend(refused.into_iter().map(Change::Delete));
        if members.group.erases_key() && members.has_key_parts() && !lost_key {
            if !desk.lock.may_delete() {
                return Step::then(Next::Wait(Waiting::SecondMethod));
            }
            changes.extend(erase(members.group, sealing, desk));
        }
        changes.push(Change::End(desk.id));
        Step::strict(changes, Next::Nothing)
    }

    /// The safes have the values now.
    fn settle(&self, group: &Group) -> Change {
        let mut group = group.clone();
        group.phase = match self.replaces {
            Some(_) => Phase::Standby,
            None => Phase::AtSafes,
        };
        group.put()
    }

    /// Everything is as before: the values are unlocked, and no certificate of this group will ever bring a second copy,
    /// because the safes are told to end what they have or may still get.
    pub(super) fn undo(
        &self,
        members: &Members<'_>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let mut changes = undo(members, self.key.is_none(), desk, rng);
        let is_open = !members.certificates.is_empty() || members.flows.len() > 1;
        if !is_open || !desk.may_be_found_elsewhere() {
            return Step::strict(changes, Next::Nothing);
        }
        let group = members.group.id;
        let is_kept = |change: &Change| match change {
            Change::End(id) => *id != desk.id,
            Change::Delete(item) => *item != item_of(group),
            _ => true,
        };
        changes.retain(is_kept);
        let undoing = Flow::Protect(Self {
            state: ProtectState::Undoing { group },
            ..self.clone()
        });
        changes.push(Change::Journal(desk.id, undoing));
        Step::strict(changes, Next::Again)
    }

    /// Whether the values are free again, or somebody else's.
    fn count_ended(&self, members: &Members<'_>, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let (group, quorum) = (members.group, usize::from(members.group.plan.quorum));
        let is_elsewhere = group.released.len() >= quorum;
        if !is_elsewhere && members.may_be_released() >= quorum {
            return Step::then(Next::Rest);
        }
        let mut changes = alloc::vec![Change::End(desk.id)];
        if let (true, Some((_, proof))) = (is_elsewhere, group.released.first()) {
            let kind = Kind::ReleasedElsewhere(*proof);
            changes.push(desk.own_notice(kind, &self.subject(desk), rng));
            let mut ledger = desk.books.ledger();
            ledger.elsewhere += unmarked(&self.values, desk.books);
            changes.push(Change::Settle(ledger));
            changes.extend(self.values.iter().map(|value| Change::Delete(*value)));
        }
        // What is left of it ends by itself; with nothing left, the record goes.
        if members.certificates.is_empty() {
            changes.push(Change::Delete(item_of(group.id)));
        }
        Step::strict(changes, Next::Nothing)
    }
}

/// Which of these values are marked, by their place. There are never more than a byte counts.
fn marked(values: &[ItemId], books: &Books) -> Vec<u8> {
    let is_marked = |(_, id): &(u8, &ItemId)| books.value(**id).is_some_and(|it| it.may_be_used);
    let places = (0..).zip(values).filter(is_marked);
    places.map(|(place, _)| place).collect()
}

/// How many of these values the account counts.
pub(super) fn unmarked(values: &[ItemId], books: &Books) -> u64 {
    values.len().saturating_sub(marked(values, books).len()) as u64
}

/// Ends a group that has not taken over: its parts go, its safes are told.
pub(super) fn undo(
    members: &Members<'_>,
    with_key: bool,
    desk: &Desk<'_>,
    rng: &mut dyn CryptoRng,
) -> Vec<Change> {
    let mut changes = stop(members, rng);
    let parts = members.parts.iter();
    changes.extend(parts.map(|(part, _)| Change::Delete(*part)));
    if with_key
        && let Some(key) = members.group.key
        && !desk.books.is_key_needed(key, members.group.id)
        && let Some((item, _)) = desk.books.key_item(key)
        && desk.books.lock(item).is_none()
    {
        changes.push(Change::Delete(item));
    }
    if members.certificates.is_empty() {
        changes.push(Change::Delete(item_of(members.group.id)));
    } else {
        let mut leaving = members.group.clone();
        leaving.phase = Phase::Leaving;
        // What it was to take over is recovered by others now, and must not take it for where the values have gone.
        leaving.replaces = None;
        changes.push(leaving.put());
        for (certificate, item, _) in &members.certificates {
            changes.push(retire(*certificate, item.safe, rng));
        }
    }
    changes
}

/// Nothing more of the group is registered: who has not answered by now may never do. Its parts are the caller's.
pub(crate) fn stop(members: &Members<'_>, rng: &mut dyn CryptoRng) -> Vec<Change> {
    let mut changes = Vec::new();
    for (id, flow) in &members.flows {
        if let Flow::Protect(_) = flow {
            changes.push(Change::End(*id));
        }
        if let Flow::Register(register) = flow {
            let retire = Flow::Retire(Retire {
                safe: register.safe,
                request: RequestId::make(rng),
                what: RetireWhat::Registration {
                    request: register.request,
                    holder: register.holder.clone(),
                },
                part: members.part_of(register.value),
            });
            changes.push(Change::End(*id));
            changes.push(Change::Journal(FlowId::make(rng), retire));
        }
    }
    changes
}

/// The entry of this certificate is to end.
pub(crate) fn retire(
    certificate: ItemId,
    safe: saifu_protocol::SafeId,
    rng: &mut dyn CryptoRng,
) -> Change {
    let retire = Flow::Retire(Retire {
        safe,
        request: RequestId::make(rng),
        what: RetireWhat::Certificate { certificate },
        part: None,
    });
    Change::Journal(FlowId::make(rng), retire)
}

/// Why values are not protected.
enum Hindrance {
    Storage,
    Refused(Kind),
}

fn body_of(bodies: &[(ItemId, Body)], item: ItemId) -> Result<&[u8], Hindrance> {
    let found = bodies.iter().find(|(id, _)| *id == item);
    found
        .map(|(_, body)| body.as_bytes())
        .ok_or(Hindrance::Storage)
}

/// The plan must make sense for the value that asks the most of it.
fn check(plan: &Plan, seats: &[Seat], values: &[(&[u8], Value)]) -> Result<CheckedPlan, Hindrance> {
    let asks_most = values
        .iter()
        .find(|(_, value)| plan::check::must_come_back_once(value.fields().class, value.worth()));
    let (class, amount) = match asks_most.or(values.first()) {
        Some((_, value)) => (value.fields().class, value.worth()),
        None => (Class::Coupon, None),
    };
    CheckedPlan::check(plan.clone(), seats.to_vec(), class, amount)
        .map_err(|_| Hindrance::Refused(Kind::PlanDoesNotFit))
}

fn refusal(error: ProtectError) -> Hindrance {
    Hindrance::Refused(match error {
        ProtectError::TooLarge { .. } => Kind::TooLarge {
            limit: MAX_PART_BYTES as u64,
        },
        ProtectError::OtherKey | ProtectError::KeyToSplitMissing => Kind::KeyUnusable,
        ProtectError::NoObjects | ProtectError::NotCoupled | ProtectError::TooManyObjects => {
            Kind::PlanDoesNotFit
        }
    })
}

/// The keys are in the ring, opening.
pub(crate) fn ring_all(
    keys: &[OpeningKey],
    books: &Books,
    now: UnixTime,
    rng: &mut dyn CryptoRng,
) -> Vec<Change> {
    let each = keys.iter().map(|key| ring(key, books, now, rng));
    each.collect()
}

/// The key is in the ring, opening.
fn ring(key: &OpeningKey, books: &Books, now: UnixTime, rng: &mut dyn CryptoRng) -> Change {
    let known = books.key_item(key.name().id);
    let (item, since) = known.map_or_else(
        || (ItemId::make(rng), now),
        |(item, known)| (item, known.since),
    );
    let summary = KeyItem::of(key.name(), since, KeyHere::Opens);
    let body = Body::new(key.write().to_vec());
    Change::Put(item, Item::Key(summary), Some(body))
}

/// The key is erased here, as the plan says; of a pair the public half stays, so that the wallet can still seal.
fn erase(group: &Group, sealing: &[u8], desk: &Desk<'_>) -> Option<Change> {
    let (item, key) = desk.books.key_item(group.key?)?;
    let mut key = key.clone();
    key.here = if sealing.is_empty() {
        KeyHere::Erased
    } else {
        KeyHere::Seals
    };
    let body = Body::new(sealing.to_vec());
    Some(Change::Put(item, Item::Key(key), Some(body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_larger_than_any_part_is_told_without_a_safe_to_blame() {
        let Hindrance::Refused(kind) = refusal(ProtectError::TooLarge { bytes: 2 << 20 }) else {
            panic!("it is refused");
        };
        let limit = MAX_PART_BYTES as u64;
        assert_eq!(kind, Kind::TooLarge { limit });
    }
}
