//! Freezing what is the owner's, and lifting that. While it is frozen no way in comes or goes, which is seen to where they do.

use super::super::device::{Device, DeviceCheck};
use super::super::ledger::{Change, Loaded};
use super::super::state::{Enrolment, OpenedBy, Owner, Session};
use super::session::session_of;
use super::{Context, happened};
use crate::command::Asker;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use saifu_protocol::limits::FREEZE_REST;
use saifu_protocol::owner::{
    Act, Alone, Answer, DeviceId, Event, FreezeItem, Froze, Frozen, InSession, LookUpId, Thawed,
    WayKind, Which,
};

type Devices = BTreeMap<DeviceId, Device>;

/// Of what kind is what opened a session; `None` where it opens no more.
pub(super) fn kind_of(
    session: &Session,
    look_up: LookUpId,
    enrolled: &Enrolment,
    devices: &Devices,
) -> Option<WayKind> {
    match session.opened_by {
        OpenedBy::Secret(id) => Some(match enrolled.which(&id)? {
            Which::Newest | Which::Previous => WayKind::Words,
            Which::Kit => WayKind::Kit,
        }),
        OpenedBy::Device(id) => {
            let device = devices.get(&id);
            device
                .filter(|device| device.look_up == look_up)
                .map(kind_of_device)
        }
    }
}

fn kind_of_device(device: &Device) -> WayKind {
    match device.check {
        DeviceCheck::Passkey(_) => WayKind::Passkey,
        DeviceCheck::Terminal(_) => WayKind::Terminal,
    }
}

/// The kinds of ways by which an owner gets in, of whom all devices were loaded.
fn kinds(owner: &Owner, enrolled: &Enrolment, devices: &Devices) -> BTreeSet<WayKind> {
    let own = devices
        .values()
        .filter(|device| device.look_up == owner.look_up);
    let kit = enrolled.kit.as_ref().map(|_| WayKind::Kit);
    own.map(kind_of_device)
        .chain(kit)
        .chain([WayKind::Words])
        .collect()
}

/// From now on nothing leaves. Where that is so already, whoever wants it lifted with another kind of way alone begins anew.
pub(super) fn freeze(
    loaded: &Loaded,
    asker: &Asker,
    item: &FreezeItem,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> Answer<Froze> {
    let (owner, by) = match item {
        FreezeItem::Session(within) => {
            let Some(inside) = session_of(loaded, asker, within, Act::Freeze, context.now) else {
                return Answer::Out;
            };
            let enrolled = inside.owner.enrolled.as_ref();
            let kind = enrolled.and_then(|enrolled| {
                kind_of(
                    inside.session,
                    inside.owner.look_up,
                    enrolled,
                    &loaded.devices,
                )
            });
            (inside.owner, kind)
        }
        // Of a name that is not this account's nothing is said but what is said of one that nobody has.
        FreezeItem::Account(_) => match &loaded.owner {
            Some(owner) if is_of(owner, asker) => (owner, None),
            _ => return Answer::Done(Froze::TooFewWays),
        },
    };
    let Some(enrolled) = &owner.enrolled else {
        return Answer::Done(Froze::TooFewWays);
    };
    let (frozen, event) = match enrolled.frozen {
        Some(frozen) => {
            let others = |alone: &Alone| by != Some(alone.by);
            let refused = frozen.alone.filter(others);
            let alone = frozen.alone.filter(|alone| !others(alone));
            let event = refused.map(|alone| Event::ThawRefused(alone.by));
            (Frozen { alone, ..frozen }, event)
        }
        None => {
            if kinds(owner, enrolled, &loaded.devices).len() < 2 {
                return Answer::Done(Froze::TooFewWays);
            }
            let is_soon = |thawed| context.now.since(thawed) < FREEZE_REST;
            if by.is_none() && enrolled.thawed.is_some_and(is_soon) {
                return Answer::Done(Froze::NeedsSession);
            }
            let frozen = Frozen {
                since: context.now,
                alone: None,
            };
            (frozen, Some(Event::Frozen))
        }
    };
    let enrolled = Enrolment {
        frozen: Some(frozen),
        ..enrolled.clone()
    };
    put(owner, enrolled, event, asker, context, changes);
    Answer::Done(Froze::Frozen(frozen))
}

fn is_of(owner: &Owner, asker: &Asker) -> bool {
    let enrolled = owner.enrolled.as_ref();
    enrolled.is_some_and(|enrolled| enrolled.accounts.contains(&asker.account))
}

/// It is lifted where a session of this account, opened by another kind of way, has asked while it was frozen, and still holds.
/// Of this account only: otherwise an owner who shows one way would end what a thief has begun with another. Or where this kind
/// has asked so long ago that its owner can have no other one.
pub(super) fn unfreeze(
    loaded: &Loaded,
    asker: &Asker,
    within: &InSession,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> Answer<Thawed> {
    let Some(inside) = session_of(loaded, asker, within, Act::Unfreeze, context.now) else {
        return Answer::Out;
    };
    let (owner, session) = (inside.owner, inside.session);
    let Some(enrolled) = &owner.enrolled else {
        return Answer::Out;
    };
    let kind = |session: &Session| kind_of(session, owner.look_up, enrolled, &loaded.devices);
    let Some(by) = kind(session) else {
        return Answer::Out;
    };
    let Some(frozen) = enrolled.frozen else {
        return Answer::Done(Thawed::Thawed);
    };
    let is_second = |other: &Session| {
        other.account == asker.account
            && other.look_up == owner.look_up
            && !other.is_over(context.now)
            && other.thaws.is_some_and(|at| at >= frozen.since)
            && kind(other).is_some_and(|kind| kind != by)
    };
    let alone = frozen.alone.filter(|alone| alone.by == by);
    let is_enough = alone.is_some_and(|alone| context.now >= alone.enough_at());
    if is_enough || loaded.thawing.iter().any(is_second) {
        let thawed = Enrolment {
            frozen: None,
            thawed: Some(context.now),
            ..enrolled.clone()
        };
        let event = Some(Event::Thawed);
        put(owner, thawed, event, asker, context, changes);
        return Answer::Done(Thawed::Thawed);
    }
    let event = alone.is_none().then_some(Event::ThawAsked(by));
    let alone = alone.unwrap_or(Alone {
        by,
        since: context.now,
    });
    let frozen = Frozen {
        alone: Some(alone),
        ..frozen
    };
    let half = Enrolment {
        frozen: Some(frozen),
        ..enrolled.clone()
    };
    put(owner, half, event, asker, context, changes);
    changes.push(Change::Thaws(session.id, context.now));
    Answer::Done(Thawed::Half {
        by,
        until: session.until,
        frozen,
    })
}

fn put(
    owner: &Owner,
    enrolled: Enrolment,
    event: Option<Event>,
    asker: &Asker,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) {
    changes.extend(event.map(|event| happened(owner, asker, event, context)));
    let next = Owner {
        enrolled: Some(enrolled),
        ..owner.clone()
    };
    if next != *owner {
        changes.push(Change::PutOwner(next));
    }
}
