//! What is done in a session.

use super::super::ledger::{Change, Loaded};
use super::super::state::{Owner, Session};
use super::Context;
use crate::command::Asker;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;
use saifu_protocol::limits::MAX_OWNER_MAP_BYTES;
use saifu_protocol::owner::{Act, Answer, InSession, Purpose, SetMap};
use saifu_protocol::problem::Code;

/// A session that holds, and whose it is.
pub(in super::super) struct Inside<'a> {
    pub(in super::super) session: &'a Session,
    pub(in super::super) owner: &'a Owner,
}

/// The session that is named, if it holds for this account and act, was proved in this request, and the secret that opened
/// it still opens.
pub(in super::super) fn session_of<'a>(
    loaded: &'a Loaded,
    asker: &Asker,
    within: &InSession,
    act: Act,
    now: UnixTime,
) -> Option<Inside<'a>> {
    let (session, owner) = (loaded.session.as_ref()?, loaded.owner.as_ref()?);
    let purpose = Purpose {
        safe: asker.safe,
        account: asker.account,
        request: asker.request,
        act,
    };
    let enrolled = owner.enrolled.as_ref()?;
    let holds = session.id == within.session
        && session.account == asker.account
        && session.look_up == owner.look_up
        && !session.is_over(now)
        && enrolled.which(&session.credential).is_some()
        && within.proof.holds(&session.key, &purpose);
    holds.then_some(Inside { session, owner })
}

type Done = Result<Answer<UnixTime>, Code>;

/// The secret that opened the session stays, the other ends. Where there is no other, it has ended before.
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
            if let Some(previous) = enrolled.previous.take()
                && previous.id == session.credential
            {
                enrolled.newest = previous;
            }
            Ok(())
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
    if set.map.len() > MAX_OWNER_MAP_BYTES {
        return Err(Code::TooLarge);
    }
    change(
        &loaded,
        asker,
        &set.within,
        Act::SetMap,
        context,
        changes,
        |owner, session| {
            let enrolled = owner.enrolled.as_mut().ok_or(Code::Internal)?;
            let credential = enrolled.credential_mut(&session.credential);
            credential.ok_or(Code::Internal)?.kept.map = set.map.clone();
            Ok(())
        },
    )
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
            enrolled
                .join(asker.account)
                .then_some(())
                .ok_or(Code::TooLarge)
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
    to: impl FnOnce(&mut Owner, &Session) -> Result<(), Code>,
) -> Done {
    let Some(inside) = session_of(loaded, asker, within, act, context.now) else {
        return Ok(Answer::Out);
    };
    let mut owner = inside.owner.clone();
    to(&mut owner, inside.session)?;
    if owner != *inside.owner {
        changes.push(Change::PutOwner(owner));
    }
    Ok(Answer::Done(inside.session.until))
}
