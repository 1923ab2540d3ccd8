//! Values that were being moved to other safes when their device was lost.
//!
//! A login finds both groups, the old and the new. As long as the old one could come back it is the one that counts, as it was
//! to the lost device: that may have called the move off, or still does. When so many safes have let go of the old one that
//! nobody can have it any more, the new one counts. The other of the two is ended.

use super::OwnerStanding;
use crate::books::{Books, CertificateItem, Change, Standing, item_of};
use crate::flow::retire;
use crate::group::{Awaited, Group, PartOf, Phase};
use crate::plan::GroupId;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::SafeId;
use saifu_protocol::message::EntryState;

/// What can be said by now of groups that were found in the middle of a move.
pub(crate) fn settle_awaiting(books: &Books, rng: &mut dyn CryptoRng) -> Vec<Change> {
    let mut changes = Vec::new();
    for group in books.groups() {
        let Some(awaited) = &group.awaits else {
            continue;
        };
        // A recovery of the old one decides by itself.
        if books.work_on(awaited.group).is_some() {
            continue;
        }
        let came_of = Some(item_of(awaited.group));
        let came_home = books.values().any(|(_, value)| value.came_of == came_of);
        let old = books.group(awaited.group);
        if came_home && old.is_none_or(|old| old.phase == Phase::Leaving) {
            changes.extend(end(group, books, rng));
        } else if alive(books, awaited) < usize::from(awaited.quorum) {
            let mut counts = group.clone();
            counts.phase = Phase::AtSafes;
            counts.awaits = None;
            changes.push(counts.put());
            changes.extend(old.into_iter().flat_map(|old| end(old, books, rng)));
        }
    }
    changes
}

/// The safes that may still confirm a recovery of the old group: whose certificate is not proven to be over, and those that
/// have not told everything yet.
fn alive(books: &Books, awaited: &Awaited) -> usize {
    let owner = books.owner();
    let is_heard = |safe| {
        let standing = owner.and_then(|owner| owner.standing(safe));
        standing == Some(OwnerStanding::Enrolled)
    };
    let may_confirm = |safe: &&SafeId| {
        !is_heard(**safe)
            || certificates(books, awaited.group)
                .any(|it| it.safe == **safe && is_vote(books, it) && is_live(it))
    };
    awaited.safes.iter().filter(may_confirm).count()
}

/// A key is read as often as it is asked for, and of what else a safe has one part is its vote.
fn is_vote(books: &Books, certificate: &CertificateItem) -> bool {
    let group = |of: PartOf| Some((books.group(of.group)?, of));
    let of_group = certificate.part.and_then(group);
    of_group.is_some_and(|(group, of)| group.is_vote(of))
}

fn is_live(certificate: &CertificateItem) -> bool {
    match certificate.standing {
        Standing::AtSafe | Standing::NotHandedOut => true,
        Standing::Elsewhere(proof) => {
            matches!(
                proof.state,
                EntryState::Registered | EntryState::Withdrawing
            )
        }
    }
}

fn certificates(books: &Books, group: GroupId) -> impl Iterator<Item = &CertificateItem> {
    let items = books.items_of(group);
    items.filter_map(|item| books.certificate(item))
}

/// Nothing of it is wanted any more.
fn end(group: &Group, books: &Books, rng: &mut dyn CryptoRng) -> Vec<Change> {
    let mut changes = Vec::new();
    let items = books.items_of(group.id);
    let certificates: Vec<_> = items
        .filter_map(|item| Some((item, books.certificate(item)?)))
        .collect();
    for (item, certificate) in &certificates {
        if books.lock(*item).is_none() {
            changes.push(retire(*item, certificate.safe, rng));
        }
    }
    if certificates.is_empty() {
        changes.push(Change::Delete(item_of(group.id)));
    } else {
        let mut leaving = group.clone();
        leaving.phase = Phase::Leaving;
        leaving.awaits = None;
        changes.push(leaving.put());
    }
    changes
}
