//! Groups: what was registered together by one plan, and how far that has come.
//!
//! A group's record says which plan and safes it has and what it holds; which of its parts are where is read from the
//! index: a part that is here is an [`Item::Part`], one that is registered an [`Item::Certificate`]. So nothing is written
//! down twice, and no two records can contradict each other.

use crate::books::{
    Books, CertificateItem, Change, Elsewhere, Item, KeyHere, KeyItem, MovedBy, PartHere, PartItem,
    Standing, ValueItem, item_of,
};
use crate::check::Checks;
use crate::flow::{Flow, ProtectState, RecoverState, ReuniteState};
use crate::ids::{FlowId, ItemId};
use crate::map::Set;
use crate::plan::check::Seat;
use crate::plan::key::KeyId;
use crate::plan::part::Role;
use crate::plan::{Custody, GroupA, GroupId, KeyPlace, LocalKey, Place, Plan, Planned};
use alloc::boxed::Box;
use alloc::vec::Vec;
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::message::EntryState;
use saifu_protocol::{SafeId, UnixTime};
use serde::{Deserialize, Serialize};

/// What was registered together by one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What all its parts have in their headers.
    pub id: GroupId,
    /// By which plan.
    pub plan: Plan,
    /// Who takes which slot.
    pub seats: Vec<Seat>,
    /// What it holds, in the order in which it comes back; nothing where a key was registered by itself.
    pub values: Vec<ValueItem>,
    /// What opens it, or what it holds, if anything does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// Since when.
    pub since: UnixTime,
    /// How far it has come.
    pub phase: Phase,
    /// The group it is to take over from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<GroupId>,
    /// The safes that have confirmed the recovery under way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<SafeId>,
    /// Whether it came by papers, and nothing of it has come home yet. Papers that are spent, or too few, look the same:
    /// until then its values are not counted as having come in.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub handed: bool,
    /// While it is being undone: the safes that had handed out their part to somebody else, and their proof.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released: Vec<(SafeId, Elsewhere)>,
    /// Where it was found by a login in the middle of a move: what must not come back any more before this one may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaits: Option<Awaited>,
    /// Who had it registered.
    #[serde(default, skip_serializing_if = "MovedBy::is_owner")]
    pub moved_by: MovedBy,
    /// Which of its values, by their place, are marked ([`ValueItem::may_be_used`]). Beside their summaries, of which a note may have
    /// fewer than there are values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marked: Vec<u8>,
    /// How it was checked.
    #[serde(default, skip_serializing_if = "Checks::is_none")]
    pub checks: Checks,
}

/// A group whose values are being moved to another one: which of the two has them, the votes of its safes say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// The group.
    pub group: GroupId,
    /// How many safes must confirm a recovery of it.
    pub quorum: u8,
    /// The safes that can.
    pub safes: Vec<SafeId>,
}

/// How far a group has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Its values are still here and are the usable copies.
    Registering,
    /// It stands ready to take over from the group its values are being recovered from.
    Standby,
    /// Its values are at the safes.
    AtSafes,
    /// Its values have come home, have moved to another group or were given up: what is left at safes is being ended.
    Leaving,
    /// Receipts prove that so much of it was handed out elsewhere that it cannot come back here.
    Elsewhere,
}

/// Which part of a group something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartOf {
    /// The group.
    pub group: GroupId,
    /// What it is.
    pub class: ObjectClass,
    /// Its number among the parts of its role, from 0.
    pub index: u8,
}

/// What a recovery under way means for one of its parts that has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not decided yet.
    Wait,
    /// The values are stored: confirm.
    Confirm,
    /// It is not wanted.
    GiveBack,
}

impl Group {
    /// That the group stands so.
    pub(crate) fn put(self) -> Change {
        Change::Put(item_of(self.id), Item::Group(Box::new(self)), None)
    }

    /// How many values of it the account counts.
    pub(crate) fn counted(&self) -> u64 {
        match self.handed {
            true => 0,
            false => self.values.len().saturating_sub(self.marked.len()) as u64,
        }
    }

    /// Whether the value in this place is marked.
    pub(crate) fn is_marked(&self, place: usize) -> bool {
        u8::try_from(place).is_ok_and(|place| self.marked.contains(&place))
    }

    /// What a group that takes over from this one has to wait for.
    pub(crate) fn awaited(&self) -> Awaited {
        let layout = self.plan.layout();
        let mut safes = Set::default();
        for part in &layout {
            let of = PartOf {
                group: self.id,
                class: part.class,
                index: part.index,
            };
            if self.is_vote(of) {
                self.safe(part.to).into_iter().for_each(|safe| {
                    safes.add(safe);
                });
            }
        }
        Awaited {
            group: self.id,
            quorum: self.plan.quorum,
            safes: safes.into_iter().map(|(safe, ())| safe).collect(),
        }
    }

    /// Whether it holds no value but a key.
    pub fn is_key(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether another one is of the same plan, at the same safes, with the same key.
    pub(crate) fn is_as_planned(&self, other: &Group) -> bool {
        self.plan == other.plan && self.seats == other.seats && self.key == other.key
    }

    /// Whether a paper of this part may come into it: not while it is ending, for then the part would be ended with it, and
    /// no data where nothing but a key is left.
    pub(crate) fn takes_papers(&self, of: PartOf) -> bool {
        let is_settled = matches!(self.phase, Phase::AtSafes | Phase::Elsewhere);
        is_settled && (!self.is_key() || Role::of(of.class) == Role::Key)
    }

    /// How many operators must have everything that goes to them before the copy here may go; `None` where it stays.
    pub(crate) fn deletes_after(&self) -> Option<usize> {
        match self.plan.custody {
            Custody::Device => None,
            Custody::Safes { after } => Some(usize::from(after)),
        }
    }

    /// Whether the key is erased here once it is registered.
    pub(crate) fn erases_key(&self) -> bool {
        matches!(
            self.plan.seal().map(|seal| &seal.key),
            Some(KeyPlace::Away {
                local: LocalKey::Erased,
                ..
            })
        )
    }

    /// Whether what opens, or a share of it, is in parts of this class.
    pub(crate) fn carries_key(&self, class: ObjectClass) -> bool {
        match Role::of(class) {
            Role::Key | Role::Share => true,
            Role::Data => {
                let shares = self.plan.shares();
                shares.is_some_and(|shares| shares.group_a != GroupA::None)
            }
        }
    }

    /// Whether the confirmation of this part is the vote of its safe. Each safe has one vote, that of the first part which
    /// it releases once: with one for every part, two recoveries could share the parts of a safe, and both count it.
    pub(crate) fn is_vote(&self, of: PartOf) -> bool {
        let layout = self.plan.layout();
        let is_it = |part: &Planned| part.class == of.class && part.index == of.index;
        let place = layout.iter().find(|part| is_it(part)).map(|part| part.to);
        let mut released = layout.iter().filter(|part| part.class.is_released_once());
        let first = released.find(|part| Some(part.to) == place);
        first.is_some_and(is_it)
    }

    /// Whether the keys it holds can be fetched.
    pub(crate) fn has_keys(&self) -> bool {
        match self.phase {
            Phase::AtSafes | Phase::Elsewhere => true,
            Phase::Registering | Phase::Standby | Phase::Leaving => false,
        }
    }

    /// The safes that get data of it.
    pub(crate) fn data_at(&self) -> impl Iterator<Item = SafeId> {
        let layout = self.plan.layout().into_iter();
        let data = layout.filter(|part| !self.is_key() && Role::of(part.class) == Role::Data);
        data.filter_map(|part| self.safe(part.to))
    }

    /// The safe a part goes to.
    pub(crate) fn safe(&self, place: Place) -> Option<SafeId> {
        let Place::At(slot) = place else {
            return None;
        };
        let seat = self.seats.iter().find(|seat| seat.slot == slot)?;
        Some(seat.safe)
    }
}

/// A group and everything that belongs to it.
pub(crate) struct Members<'a> {
    pub(crate) group: &'a Group,
    pub(crate) certificates: Vec<(ItemId, &'a CertificateItem, PartOf)>,
    pub(crate) parts: Vec<(ItemId, &'a PartItem)>,
    pub(crate) flows: Vec<(FlowId, &'a Flow)>,
}

impl<'a> Members<'a> {
    pub(crate) fn of(books: &'a Books, id: GroupId) -> Option<Self> {
        let group = books.group(id)?;
        let mut members = Self {
            group,
            certificates: Vec::new(),
            parts: Vec::new(),
            flows: books.flows_of(id),
        };
        for item in books.items_of(id) {
            match books.item(item) {
                Some(Item::Certificate(certificate)) => {
                    let part = certificate.part.into_iter();
                    members
                        .certificates
                        .extend(part.map(|part| (item, certificate, part)));
                }
                Some(Item::Part(part)) => members.parts.push((item, part)),
                _ => {}
            }
        }
        Some(members)
    }

    /// Which part an item that is here is.
    pub(crate) fn part_of(&self, item: ItemId) -> Option<PartOf> {
        let mut parts = self.parts.iter();
        let found = parts.find(|(id, _)| *id == item);
        found.map(|(_, part)| part.of)
    }

    /// Parts that are not registered yet, and those of them that no flow works on any more: their safe refused.
    pub(crate) fn unregistered(&self) -> impl Iterator<Item = (ItemId, &'a PartItem, bool)> {
        let to_register = |part: &PartItem| part.here == PartHere::ToRegister;
        let parts = self.parts.iter().copied();
        parts
            .filter(move |(_, part)| to_register(part))
            .map(|(id, part)| {
                let works = |(_, flow): &(FlowId, &Flow)| matches!(flow, Flow::Register(register) if register.value == id);
                (id, part, !self.flows.iter().any(works))
            })
    }

    /// How many operators have everything that goes to them.
    pub(crate) fn complete_seats(&self) -> usize {
        let layout = self.group.plan.layout();
        let has_key_parts = self.has_key_parts();
        let has = |seat: &&Seat| {
            let mut due = layout.iter().filter(|part| part.to == Place::At(seat.slot));
            due.all(|part| {
                let role = Role::of(part.class);
                self.group.is_key() && role == Role::Data
                    || role == Role::Key && !has_key_parts
                    || self
                        .certificates
                        .iter()
                        .any(|(_, _, of)| of.class == part.class && of.index == part.index)
            })
        };
        self.group.seats.iter().filter(has).count()
    }

    /// Whether giving the values up must leave their key at the safes, because others are sealed with it.
    pub(crate) fn keeps_key(&self, books: &Books) -> bool {
        let is_needed = |key| books.is_key_needed(key, self.group.id);
        let mut certificates = self.certificates.iter();
        !self.group.is_key()
            && self.group.key.is_some_and(is_needed)
            && certificates.any(|(.., of)| self.group.carries_key(of.class))
    }

    /// The backups that nobody opens any more once this one, which holds only their key, is given up: the key is erased here,
    /// and no other backup brings it.
    pub(crate) fn opens_alone(&self, books: &Books) -> Vec<GroupId> {
        let Some(key) = self.group.key.filter(|_| self.group.is_key()) else {
            return Vec::new();
        };
        let is_here = |key: &KeyItem| key.here == KeyHere::Opens;
        if self.group.phase == Phase::Leaving
            || books.key_item(key).is_some_and(|(_, it)| is_here(it))
        {
            return Vec::new();
        }
        let others = books
            .groups_with(key)
            .filter(|other| other.id != self.group.id && other.phase != Phase::Leaving);
        let others: Vec<Members<'_>> = others
            .filter_map(|other| Members::of(books, other.id))
            .collect();
        // What came by papers was said by somebody else.
        let brings_key = |other: &Members<'_>| !other.group.handed && other.brings_key();
        match others.iter().any(brings_key) {
            true => Vec::new(),
            false => {
                let sealed = others.iter().filter(|other| !other.group.is_key());
                sealed.map(|other| other.group.id).collect()
            }
        }
    }

    /// Whether what opens can be fetched from its safes, as far as is known: none of them has said that its part brings nothing.
    pub(crate) fn brings_key(&self) -> bool {
        let stands = |wanted: fn(Role) -> bool| {
            let parts = self.certificates.iter();
            let parts = parts.filter(|(_, it, of)| {
                it.standing == Standing::AtSafe
                    && self.group.carries_key(of.class)
                    && wanted(Role::of(of.class))
            });
            parts.count()
        };
        let needed = self.group.plan.shares();
        let needed = needed.map(|it| usize::from(it.threshold));
        let has_shares = || needed.is_some_and(|it| stands(|role| role != Role::Key) >= it);
        self.group.phase == Phase::AtSafes && (stands(|role| role == Role::Key) > 0 || has_shares())
    }

    /// Whether parts were made of what opens: not where only what seals was here, for then they are another group's.
    pub(crate) fn has_key_parts(&self) -> bool {
        let of_parts = self.parts.iter().map(|(_, part)| part.of);
        let of_certificates = self.certificates.iter().map(|(.., of)| *of);
        let mut all = of_parts.chain(of_certificates);
        self.group.plan.shares().is_some() || all.any(|of| Role::of(of.class) == Role::Key)
    }

    /// Whether parts that are here, with the keys that are here, are enough to try.
    pub(crate) fn is_enough(&self, has_key: bool) -> bool {
        let plan = &self.group.plan;
        let opens = || has_key || self.is_key_here();
        let is_enough = self.here(Role::Data) >= usize::from(plan.data_needed());
        is_enough && (plan.seal().is_none() || opens())
    }

    /// Whether it would come back if its safes gave all their parts but these, with what stays here by its plan.
    pub(crate) fn is_enough_without(
        &self,
        is_lost: impl Fn(ItemId) -> bool,
        has_key: bool,
    ) -> bool {
        let there = self
            .certificates
            .iter()
            .filter(|(item, ..)| !is_lost(*item));
        let there = there.map(|(item, certificate, of)| {
            let safe = certificate.safe;
            let part = PartItem {
                of: *of,
                size: 0,
                here: PartHere::Fetched { safe },
            };
            (*item, part)
        });
        let there: Vec<(ItemId, PartItem)> = there.collect();
        let home = self.parts.iter().copied();
        let home = home.filter(|(_, part)| part.here == PartHere::Home);
        let hoped = Members {
            group: self.group,
            certificates: self.certificates.clone(),
            parts: home
                .chain(there.iter().map(|(item, part)| (*item, part)))
                .collect(),
            flows: Vec::new(),
        };
        if self.group.is_key() {
            return hoped.is_key_here();
        }
        hoped.is_enough(has_key) && hoped.arrived() >= usize::from(self.group.plan.quorum)
    }

    /// Whether what opens came with the parts that are here.
    pub(crate) fn is_key_here(&self) -> bool {
        self.here(Role::Key) > 0 || self.has_shares()
    }

    /// Whether the shares that are here give a key that is shared.
    pub(crate) fn has_shares(&self) -> bool {
        let Some(shares) = self.group.plan.shares() else {
            return false;
        };
        let data = self.here(Role::Data);
        let coupled = match shares.group_a {
            GroupA::None => 0,
            GroupA::WithEvery(number) if data > 0 => usize::from(number.get()),
            GroupA::WithEvery(_) => 0,
            GroupA::OnePerPart => data,
        };
        coupled + self.here(Role::Share) >= usize::from(shares.threshold)
    }

    fn here(&self, role: Role) -> usize {
        let of_role = |part: &&(ItemId, &PartItem)| Role::of(part.1.of.class) == role;
        self.parts.iter().filter(of_role).count()
    }

    /// How many safes' votes have arrived.
    pub(crate) fn arrived(&self) -> usize {
        let mut safes = Set::default();
        for (_, part) in &self.parts {
            if let PartHere::Fetched { safe } = part.here
                && self.group.is_vote(part.of)
            {
                safes.add(safe);
            }
        }
        safes.len()
    }

    /// How many safes' votes somebody else may have, who has found the same certificates by a login: what was released, and
    /// what is not ended yet.
    pub(crate) fn may_be_released(&self) -> usize {
        let mut safes = Set::default();
        for (safe, _) in &self.group.released {
            safes.add(*safe);
        }
        for (_, certificate, of) in &self.certificates {
            if self.group.is_vote(*of) {
                safes.add(certificate.safe);
            }
        }
        for (_, flow) in &self.flows {
            if let Flow::Retire(retire) = flow
                && retire.part.is_some_and(|of| self.group.is_vote(of))
            {
                safes.add(retire.safe);
            }
        }
        safes.len()
    }

    /// How many safes may still confirm: they have, or are being asked.
    pub(crate) fn may_confirm(&self) -> usize {
        let mut safes = Set::default();
        for safe in &self.group.confirmed {
            safes.add(*safe);
        }
        for (_, flow) in &self.flows {
            if let Flow::Recover(recover) = flow
                && self.is_vote(recover.certificate)
                && !matches!(recover.state, RecoverState::Returning { .. })
            {
                safes.add(recover.safe);
            }
        }
        safes.len()
    }

    /// The receipt to show if receipts leave fewer safes than have to confirm: of what was handed out for good, if that alone
    /// is enough, else of what is only open elsewhere and may come back.
    pub(crate) fn elsewhere(&self) -> Option<Elsewhere> {
        let votes = self.certificates.iter();
        let votes = votes.filter(|(.., of)| self.group.is_vote(*of));
        let standings: Vec<Standing> = votes.map(|(_, it, _)| it.standing).collect();
        let proofs = |for_good: bool| {
            let proof = move |standing: &Standing| match standing {
                Standing::Elsewhere(proof)
                    if !for_good || proof.state != EntryState::Withdrawing =>
                {
                    Some(*proof)
                }
                _ => None,
            };
            let proofs: Vec<Elsewhere> = standings.iter().filter_map(proof).collect();
            let left = standings.len() - proofs.len() + self.group.confirmed.len();
            let is_too_few = left < usize::from(self.group.plan.quorum);
            proofs.into_iter().filter(move |_| is_too_few)
        };
        let latest = |proof: &Elsewhere| proof.since;
        proofs(true)
            .max_by_key(latest)
            .or_else(|| proofs(false).max_by_key(latest))
    }

    /// Whether nothing has come of it because safes refused.
    pub(crate) fn is_refused(&self) -> bool {
        let has_come =
            |(_, part): &(ItemId, &PartItem)| matches!(part.here, PartHere::Fetched { .. });
        let mut standings = self.certificates.iter().map(|(_, it, _)| it.standing);
        !self.parts.iter().any(has_come) && standings.any(|it| it == Standing::NotHandedOut)
    }

    /// Likewise, of the part this certificate stands for.
    pub(crate) fn is_vote(&self, certificate: ItemId) -> bool {
        let mut of_it = self.certificates.iter();
        of_it.any(|(item, _, of)| *item == certificate && self.group.is_vote(*of))
    }

    /// Whether a part that was asked for may still arrive.
    pub(crate) fn is_fetching(&self) -> bool {
        self.flows.iter().any(|(_, flow)| match flow {
            Flow::Recover(recover) => matches!(
                recover.state,
                RecoverState::Clearing { .. } | RecoverState::Opening { .. }
            ),
            Flow::Order(order) => order.is_fetching(),
            Flow::Reread(reread) => reread.is_fetching(),
            _ => false,
        })
    }
}

impl Books {
    /// What a part that has arrived is to do. Whatever is no vote confirms after the votes are in: what one device alone has the
    /// safe hand out for good, before any vote is given, nobody could bring back if that device were lost just then.
    pub(crate) fn verdict(&self, of: PartOf) -> Verdict {
        let id = of.group;
        let mut flows = self.work_about(item_of(id));
        let reunite = flows.find_map(|(_, flow)| match flow {
            Flow::Reunite(reunite) if reunite.group == id => Some(&reunite.state),
            _ => None,
        });
        let group = self.group(id);
        let is_vote = group.is_some_and(|group| group.is_vote(of));
        let is_leaving = group.is_some_and(|group| group.phase == Phase::Leaving);
        match reunite {
            Some(ReuniteState::Arrived { .. }) if is_vote => Verdict::Confirm,
            Some(_) => Verdict::Wait,
            None if is_leaving => Verdict::Confirm,
            None => Verdict::GiveBack,
        }
    }

    /// Whether the key is named by a group other than `except` that is not leaving.
    pub(crate) fn is_key_needed(&self, key: KeyId, except: GroupId) -> bool {
        let mut groups = self.groups_with(key);
        groups.any(|group| group.id != except && group.phase != Phase::Leaving)
    }

    /// Whether what opens lies at safes, whichever group it was registered with.
    pub(crate) fn lies_at_safes(&self, key: KeyId) -> bool {
        let mut groups = self.groups_with(key);
        groups.any(|group| Members::of(self, group.id).is_some_and(|it| it.brings_key()))
    }

    /// The recovery under way of a group.
    pub(crate) fn recovery_of(&self, id: GroupId) -> Option<FlowId> {
        let recovers = |flow: &Flow| matches!(flow, Flow::Reunite(reunite) if reunite.group == id);
        let mut flows = self.work_about(item_of(id));
        let found = flows.find(|(_, flow)| recovers(flow));
        found.map(|(flow, _)| flow)
    }

    /// The work under way on a group as a whole: its registration or its recovery.
    pub(crate) fn work_on(&self, id: GroupId) -> Option<FlowId> {
        let whole = |flow: &Flow| match flow {
            Flow::Protect(protect) => {
                matches!(protect.state, ProtectState::Registering { group, .. } if group == id)
            }
            Flow::Reunite(reunite) => reunite.group == id,
            _ => false,
        };
        let mut flows = self.work_about(item_of(id));
        let found = flows.find(|(_, flow)| whole(flow));
        found.map(|(flow, _)| flow)
    }
}

/// The certificate goes; if it was the last of its group, which is leaving, so does the group, and with it the name of a
/// key that was erased here and that no other group names.
pub(crate) fn without(certificate: ItemId, part: PartOf, books: &Books) -> Vec<Change> {
    let mut changes = alloc::vec![Change::Delete(certificate)];
    let Some(group) = books.group(part.group) else {
        return changes;
    };
    // What came by the certificate goes with it.
    let goes = |item: ItemId| {
        item == certificate || matches!(books.item(item), Some(Item::Part(it)) if it.of == part)
    };
    let is_last = books.items_of(group.id).all(goes);
    let is_wanted = books.work_on(group.id).is_some() || books.is_undone(group.id);
    if !is_last || group.phase != Phase::Leaving || is_wanted {
        return changes;
    }
    changes.push(Change::Delete(item_of(group.id)));
    if let Some(key) = group.key
        && !books.is_key_needed(key, group.id)
        && let Some((item, ring)) = books.key_item(key)
        && ring.here == KeyHere::Erased
    {
        changes.push(Change::Delete(item));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::Custody;
    use crate::plan::KeyForm;
    use crate::plan::key::OpeningKey;
    use crate::plan::preset::Preset;
    use alloc::string::String;
    use saifu_crypto::testing::Counting;

    fn group(number: u8, key: KeyId, values: Vec<ValueItem>) -> Group {
        Group {
            id: GroupId::new([number; 16]),
            plan: Preset::SealedByPublicKey.plan(),
            seats: Vec::new(),
            values,
            key: Some(key),
            since: UnixTime(0),
            phase: Phase::AtSafes,
            replaces: None,
            confirmed: Vec::new(),
            handed: false,
            released: Vec::new(),
            awaits: None,
            moved_by: MovedBy::Owner,
            marked: Vec::new(),
            checks: Checks::default(),
        }
    }

    fn value() -> ValueItem {
        ValueItem {
            class: "coupon".into(),
            name: "Coffee".into(),
            quantity: 1,
            worth: None,
            place: String::new(),
            from: String::new(),
            to: String::new(),
            size: 1,
            since: UnixTime(0),
            custody: Custody::Held,
            came_of: None,
            moved_by: MovedBy::Owner,
            may_be_used: false,
            details: None,
        }
    }

    #[test]
    fn the_last_of_a_key_is_needed_by_what_it_opens() {
        let key = OpeningKey::make(KeyForm::Pair, &mut Counting(0));
        let id = key.name().id;
        let ring = |here| {
            let item = KeyItem::of(key.name(), UnixTime(0), here);
            Change::Put(ItemId::new([9; 16]), Item::Key(item), None)
        };
        let (bare, sealed) = (group(1, id, Vec::new()), group(2, id, [value()].to_vec()));
        let leaving = Group {
            phase: Phase::Leaving,
            ..sealed.clone()
        };
        let needed_by = |changes: Vec<Change>| {
            let mut books = Books::default();
            books.apply(changes);
            let members = Members::of(&books, bare.id).unwrap();
            members.opens_alone(&books)
        };
        let put = |group: &Group| group.clone().put();
        for here in [KeyHere::Seals, KeyHere::Erased] {
            let all = Vec::from([put(&bare), put(&sealed), ring(here)]);
            assert_eq!(needed_by(all), [sealed.id]);
        }
        let none: [GroupId; 0] = [];
        let erased = || ring(KeyHere::Erased);
        for nothing_is_lost in [
            [put(&bare), put(&sealed), ring(KeyHere::Opens)],
            [put(&bare), put(&leaving), erased()],
            [put(&bare), put(&bare), erased()],
        ] {
            assert_eq!(needed_by(Vec::from(nothing_is_lost)), none);
        }
        let deleted = Vec::from([put(&bare), put(&sealed)]);
        assert_eq!(needed_by(deleted), [sealed.id], "it is not even named here");
    }
}
