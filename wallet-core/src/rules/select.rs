//! Which values a condition means.

use super::condition::{Condition, Excess, Surroundings, Truth};
use super::subject::{Lock, Subject};
use crate::ids::ItemId;
use alloc::vec::Vec;

/// Values a condition means, in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// What is to be moved.
    pub selected: Vec<ItemId>,
    /// What is not, though it does or may satisfy the wording, and why.
    pub apart: Vec<(ItemId, Apart)>,
}

/// Why a value that satisfies the wording of a rule is not moved.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Apart {
    /// Its last day is over. Who is not told so wonders where it went.
    Expired,
    /// Work is under way on it: it may be meant the next time.
    Locked,
    /// Its summary does not say enough to tell. What may be wrong is not done.
    Unclear,
    /// A rule that is on would have it back at once.
    Wanted,
    /// A rule has brought it home, and rules do not send it away again while one that fetches is on.
    BroughtHome,
    /// Its owner has put it where it is a few days ago.
    JustMoved,
    /// There is no room for it.
    NoRoom,
    /// There are too few safes for how it is to be protected.
    TooFewSafes,
    /// It is money, and the password that opens at the safes is too weak for that.
    SecretTooWeak,
}

impl Apart {
    /// Every reason.
    pub const ALL: [Apart; 9] = [
        Apart::Expired,
        Apart::Locked,
        Apart::Unclear,
        Apart::Wanted,
        Apart::BroughtHome,
        Apart::JustMoved,
        Apart::NoRoom,
        Apart::TooFewSafes,
        Apart::SecretTooWeak,
    ];
}

impl Selection {
    /// Those that satisfy the wording and have expired.
    pub fn expired(&self) -> impl Iterator<Item = ItemId> {
        let apart = self.apart.iter();
        apart
            .filter(|(_, why)| *why == Apart::Expired)
            .map(|(id, _)| *id)
    }
}

/// The values a condition means.
///
/// # Errors
/// See [`Excess`]: a condition that is not within the limits means nothing.
pub fn select(
    condition: &Condition,
    values: &[Subject<'_>],
    around: &Surroundings,
) -> Result<Selection, Excess> {
    condition.check()?;
    let mut selection = Selection::default();
    for value in values {
        match judge(condition, value, around) {
            Some(Ok(())) => selection.selected.push(value.id),
            Some(Err(why)) => selection.apart.push((value.id, why)),
            None => {}
        }
    }
    Ok(selection)
}

/// Whether a condition means this value; `None` if it does not satisfy the wording.
pub(super) fn judge(
    condition: &Condition,
    value: &Subject<'_>,
    around: &Surroundings,
) -> Option<Result<(), Apart>> {
    let truth = condition.truth(value, around);
    if truth == Truth::No {
        return None;
    }
    // Expired first: of what is over nobody cares what else is known.
    let today = around.at.today();
    Some(if value.has_expired(today) {
        Err(Apart::Expired)
    } else if truth == Truth::Unknown {
        Err(Apart::Unclear)
    } else if value.lock == Lock::Locked {
        Err(Apart::Locked)
    } else {
        Ok(())
    })
}
