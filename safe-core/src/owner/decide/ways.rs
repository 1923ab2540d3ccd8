//! The ways in: which devices there are, and what happened.

use super::super::device::{Device, DeviceCheck};
use super::super::ledger::{Change, Loaded};
use super::super::passkey;
use super::session::Inside;
use super::{Context, happened, session_of};
use crate::command::Asker;
use alloc::vec::Vec;
use saifu_crypto::sign;
use saifu_protocol::UnixTime;
use saifu_protocol::limits::MAX_DEVICES;
use saifu_protocol::owner::{
    Act, Answer, Challenge, DeviceAdd, DeviceAdded, DeviceId, DeviceKey, DeviceProof, DeviceRemove,
    DeviceRename, Event, InSession, Purpose, WaysIn, enrolment_challenge, signed_by_terminal,
};
use saifu_protocol::problem::Code;

/// Enrols a device. One that is there already is enrolled afresh: what it keeps may be lost, or of another root.
pub(super) fn add(
    loaded: &Loaded,
    asker: &Asker,
    add: &DeviceAdd,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> Result<Answer<DeviceAdded>, Code> {
    let Some(inside) = session_of(loaded, asker, &add.within, Act::AddDevice, context.now) else {
        return Ok(Answer::Out);
    };
    if is_frozen(&inside) {
        return Err(Code::Frozen);
    }
    let challenge = enrolment_challenge(
        &inside.session.key,
        &Purpose {
            safe: asker.safe,
            account: asker.account,
            request: asker.request,
            act: Act::AddDevice,
        },
    );
    let Some(check) = check(add, &challenge, context) else {
        return Ok(Answer::Done(DeviceAdded::NotProved));
    };
    let (id, look_up) = (add.key.id(), inside.owner.look_up);
    let there = loaded.devices.get(&id);
    let is_another_owners = there.is_some_and(|device| device.look_up != look_up);
    // An authenticator draws the id of a passkey, and no other one draws it again: whoever brings that of another owner, or
    // another key under one, has it from somewhere else.
    let is_another_key = there.is_some_and(|device| !device.has(&add.key));
    if is_another_owners || is_another_key {
        return Ok(Answer::Done(DeviceAdded::NotProved));
    }
    let count = loaded.devices.values();
    let count = count.filter(|device| device.look_up == look_up).count();
    if there.is_none() && count >= MAX_DEVICES {
        return Ok(Answer::Done(DeviceAdded::TooMany));
    }
    if there.is_none() {
        let event = Event::DeviceAdded(id);
        changes.push(happened(inside.owner, asker, event, context));
    }
    changes.push(Change::PutDevice(Device {
        id,
        look_up,
        check,
        label: add.label.clone(),
        kept: add.kept.clone(),
        since: there.map_or(context.now, |device| device.since),
        used: there.and_then(|device| device.used),
    }));
    Ok(Answer::Done(DeviceAdded::Added))
}

/// By what the device is checked from now on, if it has just said that it is there.
fn check(add: &DeviceAdd, challenge: &Challenge, context: &Context<'_>) -> Option<DeviceCheck> {
    match (&add.key, &add.proof) {
        (DeviceKey::Passkey(key), DeviceProof::Passkey(assertion)) => {
            let passkey = passkey::enrol(key, assertion, challenge, context.passkeys);
            passkey.ok().map(DeviceCheck::Passkey)
        }
        (DeviceKey::Terminal(terminal), DeviceProof::Terminal { key, signature }) => {
            let signed = signed_by_terminal(challenge);
            let holds = key == terminal && sign::verify(key.as_bytes(), &signed, signature);
            holds.then_some(DeviceCheck::Terminal(*terminal))
        }
        _ => None,
    }
}

/// Removes a device, and with it the sessions that it opened: also this one, if it is one of those. One that is not there was
/// removed before.
pub(super) fn remove(
    loaded: &Loaded,
    asker: &Asker,
    remove: &DeviceRemove,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> Result<Answer<UnixTime>, Code> {
    let (within, act) = (&remove.within, Act::RemoveDevice);
    let Some(inside) = session_of(loaded, asker, within, act, context.now) else {
        return Ok(Answer::Out);
    };
    if is_frozen(&inside) {
        return Err(Code::Frozen);
    }
    if own(loaded, &inside, remove.device).is_some() {
        let event = Event::DeviceRemoved(remove.device);
        changes.push(happened(inside.owner, asker, event, context));
        changes.push(Change::RemoveDevice(remove.device));
    }
    Ok(Answer::Done(inside.session.until))
}

/// Whether no way in may come or go: whoever has one must not make the second by which a freeze is lifted, nor take from the
/// owner what lifts it.
fn is_frozen(inside: &Inside<'_>) -> bool {
    let enrolled = inside.owner.enrolled.as_ref();
    enrolled.is_some_and(|enrolled| enrolled.frozen.is_some())
}

/// Calls a device something else. One that is not there has no name.
pub(super) fn rename(
    loaded: &Loaded,
    asker: &Asker,
    rename: &DeviceRename,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> Answer<UnixTime> {
    let (within, act) = (&rename.within, Act::RenameDevice);
    let Some(inside) = session_of(loaded, asker, within, act, context.now) else {
        return Answer::Out;
    };
    if let Some(device) = own(loaded, &inside, rename.device) {
        changes.push(Change::PutDevice(Device {
            label: rename.label.clone(),
            ..device.clone()
        }));
    }
    Answer::Done(inside.session.until)
}

fn own<'a>(loaded: &'a Loaded, inside: &Inside<'_>, id: DeviceId) -> Option<&'a Device> {
    let device = loaded.devices.get(&id);
    device.filter(|device| device.look_up == inside.owner.look_up)
}

/// Lists by what the owner gets in, and what happened.
pub(super) fn list(
    loaded: &Loaded,
    asker: &Asker,
    within: &InSession,
    context: &Context<'_>,
) -> Answer<WaysIn> {
    let Some(inside) = session_of(loaded, asker, within, Act::Ways, context.now) else {
        return Answer::Out;
    };
    let look_up = inside.owner.look_up;
    let devices = loaded.devices.values();
    let devices = devices.filter(|device| device.look_up == look_up);
    let mut devices: Vec<_> = devices.map(Device::shown).collect();
    devices.sort_by_key(|device| (device.since, device.id));
    let enrolled = inside.owner.enrolled.as_ref();
    let kit = enrolled.and_then(|enrolled| enrolled.kit.as_ref());
    Answer::Done(WaysIn {
        devices,
        kit_since: kit.map(|kit| kit.since),
        history: loaded.history.clone(),
    })
}
