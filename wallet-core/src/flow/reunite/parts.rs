//! What a recovery asks of its parts: which came, which confirm, which are given back, and what is missing.

use super::super::{Flow, Recover, RecoverState, ReturnReason};
use crate::books::{CertificateBody, Change, Item, PartHere, ValueItem};
use crate::group::{Members, PartOf};
use crate::ids::{FlowId, ItemId};
use crate::notice::Apart;
use crate::plan::Plan;
use crate::plan::cover::uncover;
use crate::plan::part::{Header, Part, Role};
use crate::port::Body;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::{PublicKey, RequestId};
use zeroize::Zeroizing;

/// Every part that has arrived and is the vote of its safe confirms; the others when there are enough votes
/// ([`confirm_rest`]). A key is read, not used up: it has nothing to confirm.
pub(super) fn confirm(members: &Members<'_>, rng: &mut dyn CryptoRng) -> Vec<Change> {
    confirm_those(members, |it| members.is_vote(it), rng)
}

/// The votes are in: what else has arrived confirms, too.
pub(super) fn confirm_rest(members: &Members<'_>, rng: &mut dyn CryptoRng) -> Vec<Change> {
    confirm_those(members, |_| true, rng)
}

fn confirm_those(
    members: &Members<'_>,
    which: impl Fn(ItemId) -> bool,
    rng: &mut dyn CryptoRng,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (id, recover) in fetched(members) {
        let RecoverState::Fetched { part } = recover.state else {
            continue;
        };
        if is_key(members, recover.certificate) {
            changes.push(Change::End(id));
            changes.push(Change::Delete(part));
        } else if which(recover.certificate) {
            changes.push(recover.journal(
                id,
                RecoverState::Arrived {
                    value: part,
                    request: RequestId::make(rng),
                },
            ));
        }
    }
    changes
}

/// Every part that has arrived, or may arrive, is given back, and why is told for the group. What has been told to confirm
/// cannot be.
pub(super) fn give_back(members: &Members<'_>, rng: &mut dyn CryptoRng) -> Vec<Change> {
    let mut changes = Vec::new();
    for (id, flow) in &members.flows {
        if let Flow::Order(order) = flow {
            changes.push(order.give_up(*id));
        }
        if let Flow::Reread(reread) = flow {
            changes.extend(reread.give_up(*id));
        }
    }
    for (id, recover) in fetched(members) {
        if let RecoverState::Fetched { part } = recover.state {
            changes.push(Change::Delete(part));
        }
        match recover.state {
            RecoverState::Clearing { .. } => changes.push(Change::End(id)),
            RecoverState::Opening { .. } | RecoverState::Fetched { .. }
                if is_key(members, recover.certificate) =>
            {
                changes.push(Change::End(id));
            }
            RecoverState::Opening { .. } | RecoverState::Fetched { .. } => {
                let returning = RecoverState::Returning {
                    request: RequestId::make(rng),
                    why: ReturnReason::CalledOff,
                };
                changes.push(recover.journal(id, returning));
            }
            RecoverState::Arrived { .. } | RecoverState::Returning { .. } => {}
        }
    }
    changes
}

fn fetched<'a>(members: &Members<'a>) -> impl Iterator<Item = (FlowId, &'a Recover)> {
    let flows: Vec<(FlowId, &'a Flow)> = members.flows.clone();
    flows.into_iter().filter_map(|(id, flow)| match flow {
        Flow::Recover(recover) => Some((id, recover)),
        _ => None,
    })
}

pub(super) fn is_key(members: &Members<'_>, certificate: ItemId) -> bool {
    let mut of = members.certificates.iter();
    of.any(|(item, _, of)| *item == certificate && Role::of(of.class) == Role::Key)
}

pub(in crate::flow) fn find(bodies: &[(ItemId, Body)], item: ItemId) -> Option<&Body> {
    let found = bodies.iter().find(|(id, _)| *id == item);
    found.map(|(_, body)| body)
}

/// A certificate's class and the part's own must be one: what is no key must not have been registered as one. And the plan
/// must be the one that was signed with the part: by another one fewer safes might have to confirm, and two wallets might
/// both have enough.
fn is_what_it_says(header: &Header, of: PartOf, plan: &Plan) -> bool {
    header.class == of.class
        && header.index == of.index
        && header.group == of.group
        && header.plan == plan.id()
        && header.quorum == plan.quorum
}

/// The parts that are here, their covers taken off, and the key they are signed with. A part that does not uncover is left
/// out: its bytes are those of its certificate, so it was never one of this wallet's.
pub(in crate::flow) fn uncovered(
    members: &Members<'_>,
    bodies: &[(ItemId, Body)],
) -> Option<(PublicKey, Vec<Zeroizing<Vec<u8>>>)> {
    let mut author = None;
    let mut parts = Vec::new();
    for (item, part) in &members.parts {
        let body = find(bodies, *item)?;
        let PartHere::Fetched { safe } = part.here else {
            parts.push(Zeroizing::new(body.as_bytes().to_vec()));
            continue;
        };
        let certificate = members
            .certificates
            .iter()
            .find(|(_, certificate, of)| *of == part.of && certificate.safe == safe)
            .and_then(|(certificate, ..)| find(bodies, *certificate))
            .and_then(CertificateBody::read)?;
        author = author.or(certificate.author);
        let seed = match &certificate.cover {
            Some(cover) => &cover.0,
            None => &certificate.holder,
        };
        if let Ok(uncovered) = uncover(body.as_bytes(), seed, safe)
            && Part::read(&uncovered)
                .is_ok_and(|it| is_what_it_says(it.header(), part.of, &members.group.plan))
        {
            parts.push(uncovered);
        }
    }
    Some((author?, parts))
}

/// What is missing of a group when nothing more can arrive.
pub(super) fn missing(members: &Members<'_>, has_key: bool) -> Apart {
    let count = |role: Role| {
        let parts = members.parts.iter();
        let of_role = parts.filter(|(_, part)| Role::of(part.of.class) == role);
        u8::try_from(of_role.count()).unwrap_or(u8::MAX)
    };
    let plan = &members.group.plan;
    let (have, need) = (count(Role::Data), plan.data_needed());
    if have < need {
        return Apart::TooFewPieces { have, need };
    }
    if !members.is_enough(has_key) {
        return match plan.shares() {
            Some(shares) => Apart::TooFewShares {
                have: count(Role::Share),
                need: shares.threshold,
            },
            None => Apart::KeyMissing,
        };
    }
    let have = u8::try_from(members.arrived()).unwrap_or(u8::MAX);
    Apart::TooFewSafes {
        have,
        need: plan.quorum,
    }
}

pub(super) fn summaries(changes: &[Change]) -> Vec<ValueItem> {
    let values = changes.iter().filter_map(|change| match change {
        Change::Put(_, Item::Value(value), _) => Some(value.clone()),
        _ => None,
    });
    values.collect()
}
