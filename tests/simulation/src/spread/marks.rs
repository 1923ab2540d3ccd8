//! What a transaction has brought a world of plans to.

use crate::seen::Mark;
use saifu_wallet_core::books::{Books, Custody, KeyHere};
use saifu_wallet_core::check::{Found, PartCheck, What, Whole};
use saifu_wallet_core::flow::Flow;
use saifu_wallet_core::group::{Group, Phase};
use std::collections::BTreeSet;

/// The marks it has left.
pub(super) fn marks(before: &Books, after: &Books) -> BTreeSet<Mark> {
    let mut marks = BTreeSet::new();
    for group in after.groups() {
        let old = before.group(group.id);
        let unfinished = |flow: &Flow| matches!(flow, Flow::Register(_));
        match (old.map(|old| old.phase), group.phase) {
            (Some(Phase::Registering), Phase::AtSafes) => {
                marks.insert(Mark::Spread);
                if after.flows().any(|(_, flow)| unfinished(flow)) {
                    marks.insert(Mark::SpreadBeforeComplete);
                }
            }
            (Some(Phase::Registering | Phase::Standby), Phase::Leaving) => {
                marks.insert(Mark::Undone);
            }
            (Some(Phase::Standby), Phase::AtSafes) => {
                marks.insert(Mark::Moved);
            }
            (Some(Phase::AtSafes), Phase::Elsewhere) => {
                marks.insert(Mark::Outvoted);
            }
            (Some(Phase::AtSafes), Phase::AtSafes)
                if group.is_key() && old.is_some_and(|old| !old.is_key()) =>
            {
                marks.insert(Mark::KeyOutlived);
            }
            _ => {}
        }
    }
    for group in after.groups() {
        let last = |group: &Group| group.checks.last(What::Rehearsal).cloned();
        let check = last(group)
            .filter(|check| before.group(group.id).and_then(last).as_ref() != Some(check));
        if let Some(check) = check {
            let is_good = |part: &PartCheck| part.found == Found::Good;
            let is_whole = check.whole == Whole::CameBack && check.parts.iter().all(is_good);
            marks.insert(match is_whole {
                true => Mark::Rehearsed,
                false => Mark::FoundWanting,
            });
        }
    }
    for (id, value) in after.values() {
        let old = before.value(id).map(|value| value.custody);
        if value.custody == Custody::Held && old == Some(Custody::Arrived) {
            marks.insert(Mark::CameBack);
        }
    }
    for (id, key) in after.keys() {
        let old = before.key(id).map(|key| key.here);
        if key.here != KeyHere::Opens && old == Some(KeyHere::Opens) {
            marks.insert(Mark::KeyErased);
        }
    }
    marks
}
