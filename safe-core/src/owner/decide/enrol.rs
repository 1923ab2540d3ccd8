//! Enrolment of a secret, the first or another.

use super::super::ledger::{Change, Loaded};
use super::super::state::{Credential, CredentialId, Enrolment, Kit, OpenedBy, Owner};
use super::{Context, happened, session_of};
use crate::command::Asker;
use alloc::vec;
use alloc::vec::Vec;
use saifu_crypto::opaque::Record;
use saifu_protocol::owner::{
    Act, Answer, ChangeFinish, Changed, EnrolFinish, EnrolStart, EnrolStarted, Enrolled, Event,
    Slot, Which,
};
use saifu_protocol::problem::Code;

/// Evaluates a secret. Nothing is kept, and nothing is said of whether anybody has the name.
pub(super) fn start(
    loaded: &Loaded,
    asker: &Asker,
    start: &EnrolStart,
    context: &Context<'_>,
) -> Result<EnrolStarted, Code> {
    let keys = context.keys;
    let id = keys.credential(&start.look_up, &asker.account, &start.enrolment);
    // With a record under it, each evaluation would be a guess that nobody counts. Only its own account comes to this.
    if is_enrolled(loaded, &id) {
        return Err(Code::RequestReused);
    }
    let response = keys.setup.respond(id.as_bytes(), &start.request);
    let response = response.map_err(|_| Code::Malformed)?;
    Ok(EnrolStarted { response })
}

fn is_enrolled(loaded: &Loaded, id: &CredentialId) -> bool {
    let enrolled = loaded
        .owner
        .as_ref()
        .and_then(|owner| owner.enrolled.as_ref());
    enrolled.is_some_and(|enrolled| enrolled.which(id).is_some())
}

/// Enrols the first secret under a name. Whoever comes first has the name; who comes second is told, for a guess.
pub(super) fn finish(
    loaded: Loaded,
    asker: &Asker,
    finish: &EnrolFinish,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> Result<Enrolled, Code> {
    let id = context
        .keys
        .credential(&finish.look_up, &asker.account, &finish.enrolment);
    let credential = Credential {
        id,
        suite: finish.suite,
        record: Record::read(&finish.record).map_err(|_| Code::Malformed)?,
        kept: finish.kept.clone(),
    };
    let mut owner = loaded
        .owner
        .unwrap_or_else(|| Owner::unknown(finish.look_up));
    let repeated = owner
        .enrolled
        .as_mut()
        .and_then(|enrolled| enrolled.credential_mut(&id));
    if let Some(enrolled) = repeated {
        return if enrolled.record == credential.record {
            Ok(Enrolled::Enrolled)
        } else {
            Err(Code::RequestReused)
        };
    }
    let wait = owner.guesses.wait(context.now);
    if wait > 0 {
        return Ok(Enrolled::Wait(wait));
    }
    let answer = if owner.enrolled.is_some() {
        owner.guesses.spend(context.now);
        Enrolled::Taken
    } else {
        owner.enrolled = Some(Enrolment {
            newest: credential,
            previous: None,
            kit: None,
            map: None,
            accounts: vec![asker.account],
            frozen: None,
            thawed: None,
        });
        Enrolled::Enrolled
    };
    changes.push(Change::PutOwner(owner));
    Ok(answer)
}

/// Enrols another secret. The one before still opens: until enough safes have the new one, the owner needs either. A kit takes
/// the place of the one before at once: an owner who makes another one has lost that, or fears for it.
pub(super) fn change(
    loaded: Loaded,
    asker: &Asker,
    finish: &ChangeFinish,
    context: &Context<'_>,
    changes: &mut Vec<Change>,
) -> Result<Answer<Changed>, Code> {
    let Some(inside) = session_of(&loaded, asker, &finish.within, Act::Change, context.now) else {
        return Ok(Answer::Out);
    };
    let record = Record::read(&finish.record).map_err(|_| Code::Malformed)?;
    let look_up = inside.session.look_up;
    let id = context
        .keys
        .credential(&look_up, &asker.account, &finish.enrolment);
    let mut owner = inside.owner.clone();
    let enrolled = owner.enrolled.as_mut().ok_or(Code::Internal)?;
    // Whoever got hold of a device or the kit for a quarter of an hour must not put a secret of their own in the place of the
    // owner's.
    let is_by_secret = match inside.session.opened_by {
        OpenedBy::Secret(id) => {
            matches!(enrolled.which(&id), Some(Which::Newest | Which::Previous))
        }
        OpenedBy::Device(_) => false,
    };
    if finish.slot == Slot::Secret && !is_by_secret {
        return Err(Code::Malformed);
    }
    if enrolled.frozen.is_some() {
        return Err(Code::Frozen);
    }
    if let Some(there) = enrolled.credential_mut(&id) {
        return if there.record == record {
            Ok(Answer::Done(Changed::Both))
        } else {
            Err(Code::RequestReused)
        };
    }
    let credential = Credential {
        id,
        suite: finish.suite,
        record,
        kept: finish.kept.clone(),
    };
    let event = match finish.slot {
        Slot::Secret if enrolled.previous.is_some() => {
            return Ok(Answer::Done(Changed::Unsettled));
        }
        Slot::Secret => {
            enrolled.previous = Some(core::mem::replace(&mut enrolled.newest, credential));
            Event::SecretChanged
        }
        Slot::Kit => {
            let since = context.now;
            enrolled.kit = Some(Kit { credential, since });
            Event::KitMade
        }
    };
    changes.push(happened(&owner, asker, event, context));
    changes.push(Change::PutOwner(owner));
    Ok(Answer::Done(Changed::Both))
}
