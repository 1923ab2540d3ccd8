//! A recovery as a last resort: what was handed out is read once more, and what comes is marked for good.
//!
//! Votes do not count here, for nothing is confirmed: parts that are enough to open are enough. What was not handed out, because
//! confirmations were left half-done, is fetched as in any recovery, and given back as soon as the copy is here: whoever still has the
//! real one keeps it.

use super::super::{Reread, protect, recover, reread};
use super::{Desk, Flow, Members, Next, Reunite, ReuniteState, Step, Then, give_back};
use crate::books::{Books, Change, Custody, Item, KeyHere, MovedBy, ValueItem, item_of};
use crate::group::Phase;
use crate::ids::{FlowId, ItemId};
use crate::notice::Kind;
use crate::plan::part::Role;
use crate::plan::{GroupId, Reunited};
use crate::port::Body;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::object;
use serde::{Deserialize, Serialize};

/// Whether a group is recovered as a last resort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LastResort {
    /// It is not.
    #[default]
    No,
    /// It is, and the books had the group before.
    Known,
    /// It is, and the group was taken in for that alone: it goes with this flow, whatever comes of it.
    TakenIn,
}

impl LastResort {
    /// Whether it is none, which is not written down.
    pub(crate) fn is_no(&self) -> bool {
        *self == LastResort::No
    }
}

/// Begins one. `certificates` are those of its group that are in the books, or will be with these changes.
pub(crate) fn begin_last_resort(
    books: &Books,
    group: GroupId,
    certificates: Vec<ItemId>,
    rng: &mut dyn CryptoRng,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut last_resort = LastResort::TakenIn;
    if let Some(members) = Members::of(books, group) {
        last_resort = LastResort::Known;
        changes.extend(protect::stop(&members, rng));
        let left = members.unregistered();
        changes.extend(left.map(|(part, ..)| Change::Delete(part)));
    }
    let reunite = Reunite {
        group,
        then: Then::Hold,
        // A device that is lost may have left parts open.
        take_back: true,
        by: MovedBy::Owner,
        last_resort,
        state: ReuniteState::Collecting {
            to_ask: certificates,
        },
    };
    changes.push(Change::Journal(FlowId::make(rng), Flow::Reunite(reunite)));
    changes
}

/// Whether something can be done for a group as a last resort now.
pub(crate) fn may_last_resort(books: &Books, group: GroupId) -> bool {
    let phase = books.group(group).map(|group| group.phase);
    let is_free = books.work_on(group).is_none() && books.recovery_of(group).is_none();
    is_free && matches!(phase, None | Some(Phase::AtSafes | Phase::Elsewhere))
}

impl Reunite {
    /// A part is read once more if it was handed out, fetched if it was not.
    pub(super) fn fetch(
        &self,
        certificate: ItemId,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Option<Change> {
        let item = desk.books.certificate(certificate)?;
        if self.last_resort.is_no() || !item.is_last_resort() {
            return recover::open(desk.books, certificate, self.take_back, None, rng);
        }
        let ring = desk.books.group(self.group).and_then(|it| it.key);
        let ring = ring.and_then(|key| desk.books.key_item(key));
        let is_key = item.part.is_some_and(|of| Role::of(of.class) == Role::Key);
        let has_key = ring.is_some_and(|(_, key)| key.here == KeyHere::Opens);
        let is_needless = is_key && has_key;
        (!is_needless).then(|| Reread::begin(certificate, item.safe, false, rng))
    }

    /// The copies are stored, marked, and nobody confirms anything.
    pub(super) fn copy(
        &self,
        reunited: &Reunited,
        members: &Members<'_>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let sizes = reunited.objects.iter().map(|bytes| bytes.len() as u64);
        if let Some(missing) = desk.books.missing_room(sizes.fold(0, u64::saturating_add)) {
            return Step::then(Next::NoRoom(missing));
        }
        let mut changes = alloc::vec![Change::End(desk.id)];
        for bytes in &reunited.objects {
            let Ok(value) = object::read_object(bytes) else {
                return self.give_up(Kind::RecoveredUnreadable, members, desk, rng);
            };
            let item = ValueItem::of(&value, bytes.len(), desk.now, Custody::Held);
            let copy = reread::copy_of(item, item_of(self.group));
            let body = Body::new(bytes.to_vec());
            changes.push(Change::Put(
                ItemId::make(rng),
                Item::Value(copy),
                Some(body),
            ));
        }
        changes.extend(give_back(members, rng));
        changes.extend(self.put_away(members));
        let name = super::super::name_of(desk.books, item_of(self.group));
        changes.push(desk.own_notice(Kind::LastCopyHere, &name, rng));
        Step::strict(changes, Next::Nothing)
    }

    /// What was taken in for this alone goes with it. All of it was handed out, so there is nothing to give back.
    pub(super) fn put_away(&self, members: &Members<'_>) -> Vec<Change> {
        if self.last_resort != LastResort::TakenIn {
            return Vec::new();
        }
        let certificates = members.certificates.iter().map(|(item, ..)| *item);
        let all = certificates.chain([item_of(self.group)]);
        all.map(Change::Delete).collect()
    }
}
