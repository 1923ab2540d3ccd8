//! Looking things up.

use super::{
    Books, CertificateItem, Condition, Custody, Identity, Item, KeyItem, Ledger, OthersWait, Safe,
    Standing, ValueItem, Watch, item_of,
};
use crate::flow::{Flow, ProtectState};
use crate::group::{Group, Phase};
use crate::ids::{FlowId, ItemId};
use crate::map::Set;
use crate::notice::Notice;
use crate::owner::Owner;
use crate::plan::GroupId;
use crate::plan::key::KeyId;
use crate::plan::policy::Policy;
use crate::rules::{Activity, RuleBook};
use crate::view::Account;
use alloc::vec::Vec;
use saifu_protocol::SafeId;
use saifu_protocol::message::EntryState;
use saifu_protocol::value::Date;

impl Books {
    /// The item with this id.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.get(&id).map(|placed| &placed.item)
    }

    /// The value with this id.
    pub fn value(&self, id: ItemId) -> Option<&ValueItem> {
        match self.item(id)? {
            Item::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The certificate with this id.
    pub fn certificate(&self, id: ItemId) -> Option<&CertificateItem> {
        match self.item(id)? {
            Item::Certificate(certificate) => Some(certificate),
            _ => None,
        }
    }

    /// The key with this item id.
    pub fn key(&self, id: ItemId) -> Option<&KeyItem> {
        match self.item(id)? {
            Item::Key(key) => Some(key),
            _ => None,
        }
    }

    /// Every key of the key ring.
    pub fn keys(&self) -> impl Iterator<Item = (ItemId, &KeyItem)> {
        self.items
            .iter()
            .filter_map(|(id, placed)| match &placed.item {
                Item::Key(key) => Some((*id, key)),
                _ => None,
            })
    }

    /// Where the key with this id lies in the key ring.
    pub fn key_item(&self, key: KeyId) -> Option<(ItemId, &KeyItem)> {
        let item = self.links.ring(key).next()?;
        Some((item, self.key(item)?))
    }

    /// The group with this id.
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        match self.item(item_of(id))? {
            Item::Group(group) => Some(group),
            _ => None,
        }
    }

    /// Every group.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        let items = self.items.values();
        items.filter_map(|placed| match &placed.item {
            Item::Group(group) => Some(&**group),
            _ => None,
        })
    }

    /// The parts and certificates of a group.
    pub(crate) fn items_of(&self, group: GroupId) -> impl Iterator<Item = ItemId> {
        self.links.members(group)
    }

    /// The groups that name this key.
    pub(crate) fn groups_with(&self, key: KeyId) -> impl Iterator<Item = &Group> {
        let named = self.links.named(key);
        named.filter_map(|group| self.group(group))
    }

    /// The group that is to take over from this one.
    pub(crate) fn successor(&self, id: GroupId) -> Option<&Group> {
        let mut next = self.links.successors(id);
        next.find_map(|group| self.group(group))
    }

    /// Who the owner is to their safes; none before a secret is enrolled or a restore is under way.
    pub fn owner(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }

    /// Who this wallet is to itself; none before it has protected anything.
    pub(crate) fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// Which plan a value gets if its owner does not choose.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What is backed up and fetched by itself.
    pub fn rules(&self) -> &RuleBook {
        &self.rules
    }

    /// What rules have done.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// How long others wait, and who does; none before the owner has wanted that.
    pub fn watch(&self) -> Option<&Watch> {
        self.watch.as_ref()
    }

    /// So many seconds others wait for what is registered from now on.
    pub fn wait(&self) -> u64 {
        self.watch.as_ref().map_or(0, |watch| watch.wait)
    }

    /// The certificates whose safe is to be told another wait. What a flow works on is told when that has ended, and what is
    /// proven to be over is not told any more.
    pub(crate) fn to_be_told(&self, safe: SafeId) -> impl Iterator<Item = ItemId> {
        let wait = self.wait();
        let is_over = |it: &CertificateItem| match it.standing {
            Standing::Elsewhere(proof) => {
                matches!(proof.state, EntryState::Withdrawn | EntryState::Retired)
            }
            Standing::AtSafe | Standing::NotHandedOut => false,
        };
        let is_other = move |others| matches!(others, OthersWait::Told(told) if told != wait);
        let of_it = self.certificates();
        of_it
            .filter(move |(_, it)| it.safe == safe && is_other(it.others) && !is_over(it))
            .map(|(id, _)| id)
            .filter(|id| self.lock(*id).is_none())
    }

    /// Every value.
    pub fn values(&self) -> impl Iterator<Item = (ItemId, &ValueItem)> {
        self.items
            .iter()
            .filter_map(|(id, placed)| match &placed.item {
                Item::Value(value) => Some((*id, value)),
                _ => None,
            })
    }

    /// Every certificate.
    pub fn certificates(&self) -> impl Iterator<Item = (ItemId, &CertificateItem)> {
        self.items
            .iter()
            .filter_map(|(id, placed)| match &placed.item {
                Item::Certificate(certificate) => Some((*id, certificate)),
                _ => None,
            })
    }

    /// The items that meet a condition (WO 01/13293, Fig. 3: "a list of the information matched with the conditions").
    ///
    /// `today` is the day where the owner is.
    pub fn list(&self, condition: Condition, today: Date) -> impl Iterator<Item = (ItemId, &Item)> {
        self.items
            .iter()
            .filter(move |(_, placed)| condition.is_met_by(&placed.item, today))
            .map(|(id, placed)| (*id, &placed.item))
    }

    /// Whether an item meets a condition.
    pub(crate) fn meets(&self, id: ItemId, condition: Condition, today: Date) -> bool {
        self.item(id)
            .is_some_and(|item| condition.is_met_by(item, today))
    }

    /// The safe with this id.
    pub fn safe(&self, id: SafeId) -> Option<&Safe> {
        self.safes.get(&id)
    }

    /// Every safe.
    pub fn safes(&self) -> impl Iterator<Item = &Safe> {
        self.safes.values()
    }

    /// The flow with this id.
    pub fn flow(&self, id: FlowId) -> Option<&Flow> {
        self.flows.get(&id)
    }

    /// Every open journal entry.
    pub fn flows(&self) -> impl Iterator<Item = (FlowId, &Flow)> {
        self.flows.iter().map(|(id, flow)| (*id, flow))
    }

    /// The flow that works on this item: while there is one, the item is locked.
    pub fn lock(&self, item: ItemId) -> Option<FlowId> {
        self.work_about(item)
            .find(|(_, flow)| flow.items().contains(&item))
            .map(|(id, _)| id)
    }

    /// The flows that work on this item, or on or for the group whose record it is.
    pub(crate) fn work_about(&self, item: ItemId) -> impl Iterator<Item = (FlowId, &Flow)> {
        let flows = self.links.work(item);
        flows.filter_map(|id| Some((id, self.flow(id)?)))
    }

    /// The flows that work for a group: on it, or on anything that belongs to it.
    pub(crate) fn flows_of(&self, group: GroupId) -> Vec<(FlowId, &Flow)> {
        let items = self.items_of(group).chain([item_of(group)]);
        let mut flows = Set::default();
        for (id, flow) in items.flat_map(|item| self.work_about(item)) {
            // What has arrived for another group may lie here. A login is there for the others, and has no part in it.
            if flow.group(self) == Some(group) && !matches!(flow, Flow::Login(_)) {
                flows.add(id);
            }
        }
        let flow = |(id, ()): (FlowId, ())| Some((id, self.flow(id)?));
        flows.into_iter().filter_map(flow).collect()
    }

    /// Whether the registration of this group is being undone, and the values here wait for that.
    pub(crate) fn is_undone(&self, group: GroupId) -> bool {
        let undoing = |(_, flow): &(FlowId, &Flow)| match flow {
            Flow::Protect(protect) => matches!(protect.state, ProtectState::Undoing { .. }),
            _ => false,
        };
        self.flows_of(group).iter().any(undoing)
    }

    /// Every notice that was not acknowledged.
    pub fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.notices.values()
    }

    /// Settings and tallies.
    pub fn ledger(&self) -> Ledger {
        self.ledger
    }

    /// Bytes the values here take.
    pub fn used_bytes(&self) -> u64 {
        self.values().map(|(_, value)| value.size).sum()
    }

    /// How many bytes are missing to take in `size` more; `None` if there is room.
    pub fn missing_room(&self, size: u64) -> Option<u64> {
        let needed = self.used_bytes().saturating_add(size);
        needed
            .checked_sub(self.ledger.capacity)
            .filter(|missing| *missing > 0)
    }

    /// The conservation account: where every value that came in is now.
    ///
    /// Arrived copies are not counted: their value is still at the safe until it confirms.
    pub fn account(&self) -> Account {
        let held = self
            .values()
            .filter(|(_, value)| value.custody == Custody::Held && !value.may_be_used)
            .count();
        let waiting = self
            .flows()
            .filter(|(_, flow)| matches!(flow, Flow::Add(_)))
            .count();
        let marked_here = self
            .values()
            .filter(|(_, it)| it.custody == Custody::Held && it.may_be_used);
        let of_group = |group: &Group| match group.phase {
            Phase::AtSafes | Phase::Elsewhere => group.marked.len(),
            Phase::Registering | Phase::Standby | Phase::Leaving => 0,
        };
        let marked_away = self.groups().map(of_group).sum::<usize>();
        let marked_alone = self.certificates().filter(|(_, it)| {
            it.part.is_none() && it.may_be_used && !matches!(it.standing, Standing::Elsewhere(_))
        });
        let disaster = marked_here.count() + marked_away + marked_alone.count();
        let alone = self
            .certificates()
            .filter(|(_, it)| it.part.is_none() && !it.may_be_used);
        let (elsewhere, at_safes): (Vec<_>, Vec<_>) = alone
            .partition(|(_, certificate)| matches!(certificate.standing, Standing::Elsewhere(_)));
        let of_groups = |phase: Phase| -> u64 {
            let groups = self.groups().filter(|group| group.phase == phase);
            groups.map(Group::counted).sum()
        };
        Account {
            came_in: self.ledger.came_in,
            here: (held + waiting) as u64,
            at_safes: at_safes.len() as u64 + of_groups(Phase::AtSafes),
            used: self.ledger.used,
            discarded: self.ledger.discarded,
            elsewhere: self.ledger.elsewhere + elsewhere.len() as u64 + of_groups(Phase::Elsewhere),
            disaster: disaster as u64,
        }
    }
}
