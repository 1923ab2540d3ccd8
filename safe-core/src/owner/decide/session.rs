//! What is done in a session.

use super::super::ledger::{Change, Loaded};
use super::super::state::{OpenedBy, Owner, Session};
use super::{Context, freeze, happened};
use crate::command::Asker;
use alloc::vec::Vec;
use saifu_protocol::limits::MAX_OWNER_MAP_BYTES;
use saifu_protocol::owner::{Act, Answer, Event, InSession, Purpose, SetMap, Which};
use saifu_protocol::problem::Code;
use saifu_protocol::{SessionId, UnixTime};

/// A session that holds, and whose it is.
pub(in super::super) struct Inside<'a> {
    pub(in super::super) session: &'a Session,
    pub(in super::super) owner: &'a Owner,
}

/// The session that is named, if it holds for this account and act, was proved in this request, and what opened it still
/// opens.
pub(in super::super) fn session_of<'a>(
    loaded: &'a Loaded,
    asker: &Asker,
    within: &InSession,
    act: Act,
    now: UnixTime,
) -> Option<Inside<'a>> {
    let inside = holding(loaded, asker, within.session, now)?;
    let purpose = Purpose {
        safe: asker.safe,
        account: asker.account,
        request: asker.request,
        act,
    };
    let is_proved = within.proof.holds(&inside.session.key, &purpose);
    is_proved.then_some(inside)
}

/// The session that is named, if it holds for this account, and what opened it still opens. Nobody has shown that they have its
/// key.
pub(in super::super) fn holding<'a>(
    loaded: &'a Loaded,
    asker: &Asker,
    named: SessionId,
    now: UnixTime,
) -> Option<Inside<'a>> {
    let (session, owner) = (loaded.session.as_ref()?, loaded.owner.as_ref()?);
    let enrolled = owner.enrolled.as_ref()?;
    let still_opens = freeze::kind_of(session, owner.look_up, enrolled, &loaded.devices).is_some();
    let holds = session.id == named
        && session.account == asker.account
        && session.look_up == owner.look_up
        && !session.is_over(now)
        && still_opens;
    holds.then_some(Inside { session, owner })
}

type Done = Result<Answer<UnixTime>, Code>;

/// The secret that opened the session stays, the other ends. Where there is no other, it has ended before. A kit and a device
/// open the session of an owner who may not know either secret: nothing is settled there.
pub(super) fn settle(
    loaded: Loaded,
    asker: &Asker,
    within: &InSession,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> Done {
    change(
        &loaded,
        asker,
        within,
        Act::Settle,
        context,
        changes,
        |owner, session| {
            let enrolled = owner.enrolled.as_mut().ok_or(Code::Internal)?;
            if enrolled.frozen.is_some() {
                return Err(Code::Frozen);
            }
            let by_previous = match session.opened_by {
                OpenedBy::Secret(id) => match enrolled.which(&id) {
                    Some(Which::Newest) => false,
                    Some(Which::Previous) => true,
                    Some(Which::Kit) | None => return Err(Code::Malformed),
                },
                OpenedBy::Device(_) => return Err(Code::Malformed),
            };
            if let Some(previous) = enrolled.previous.take()
                && by_previous
            {
                enrolled.newest = previous;
            }
            Ok(None)
        },
    )
}

pub(super) fn set_map(
    loaded: Loaded,
    asker: &Asker,
    set: &SetMap,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> Done {
    let maps = [Some(&set.map), set.map_of_root.as_ref()];
    let is_large = |map: &Vec<u8>| map.len() > MAX_OWNER_MAP_BYTES;
    if maps.into_iter().flatten().any(is_large) {
        return Err(Code::TooLarge);
    }
    let mut of_device = None;
    let done = change(
        &loaded,
        asker,
        &set.within,
        Act::SetMap,
        context,
        changes,
        |owner, session| {
            let enrolled = owner.enrolled.as_mut().ok_or(Code::Internal)?;
            match session.opened_by {
                OpenedBy::Secret(id) => {
                    let credential = enrolled.credential_mut(&id);
                    let kept = &mut credential.ok_or(Code::Internal)?.kept;
                    if !set.map.is_empty() {
                        kept.map.clone_from(&set.map);
                    }
                }
                OpenedBy::Device(id) => {
                    let device = loaded.devices.get(&id).ok_or(Code::Internal)?;
                    let mut device = device.clone();
                    if !set.map.is_empty() {
                        device.kept.map.clone_from(&set.map);
                        of_device = Some(device);
                    }
                }
            }
            if set.map_of_root.is_some() {
                enrolled.map.clone_from(&set.map_of_root);
            }
            Ok(None)
        },
    );
    changes.extend(of_device.map(Change::PutDevice));
    done
}

pub(super) fn join(
    loaded: Loaded,
    asker: &Asker,
    within: &InSession,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> Done {
    change(
        &loaded,
        asker,
        within,
        Act::Join,
        context,
        changes,
        |owner, _| {
            let enrolled = owner.enrolled.as_mut().ok_or(Code::Internal)?;
            // The limit is so far above what an owner has that it has no answer of its own.
            let is_new = !enrolled.accounts.contains(&asker.account);
            match enrolled.join(asker.account) {
                true => Ok(is_new.then_some(Event::Joined)),
                false => Err(Code::TooLarge),
            }
        },
    )
}

/// The kit opens no more, and what it opened ends: also this session, if it is one of those.
pub(super) fn revoke_kit(
    loaded: Loaded,
    asker: &Asker,
    within: &InSession,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> Done {
    change(
        &loaded,
        asker,
        within,
        Act::RevokeKit,
        context,
        changes,
        |owner, _| {
            let enrolled = owner.enrolled.as_mut().ok_or(Code::Internal)?;
            if enrolled.frozen.is_some() {
                return Err(Code::Frozen);
            }
            Ok(enrolled.kit.take().map(|_| Event::KitRevoked))
        },
    )
}

fn change(
    loaded: &Loaded,
    asker: &Asker,
    within: &InSession,
    act: Act,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
    to: impl FnOnce(&mut Owner, &Session) -> Result<Option<Event>, Code>,
) -> Done {
    let Some(inside) = session_of(loaded, asker, within, act, context.now) else {
        return Ok(Answer::Out);
    };
    let mut owner = inside.owner.clone();
    let event = to(&mut owner, inside.session)?;
    changes.extend(event.map(|event| happened(&owner, asker, event, context)));
    if owner != *inside.owner {
        changes.push(Change::PutOwner(owner));
    }
    Ok(Answer::Done(inside.session.until))
}
