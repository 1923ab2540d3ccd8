//! Audits: some chunks of an object are shown, each with the hashes that lead to the root in its certificate. Nothing changes
//! by it. Whoever may not have the object may not see a chunk of it either: a small one has few.

use super::recover::{conflict, loaded_bytes};
use super::{AuditEvent, Context, MAX_REPLY_OBJECT_BYTES, hold, search, work::Work};
use crate::command::Look;
use crate::entry::State;
use crate::ledger::{Bytes, ObjectBudget};
use alloc::vec::Vec;
use saifu_protocol::certificate::read_claims_unverified;
use saifu_protocol::limits::MAX_AUDIT_CHUNKS;
use saifu_protocol::message::Outcome;
use saifu_protocol::possession::Audited;
use saifu_protocol::problem::{Code, Problem};

pub(super) fn audit(
    work: &mut Work,
    looks: &[Look],
    context: &Context<'_>,
) -> Vec<Outcome<Audited>> {
    // Per look, as a whole tree is made for each: one certificate may be named a hundred times in a request.
    let mut budget = ObjectBudget::new(MAX_REPLY_OBJECT_BYTES);
    let mut look = |look: &Look| match audit_one(work, look, &mut budget, context) {
        Ok(audited) => Outcome::Done(audited),
        Err(problem) => {
            if problem.code == Code::Damaged {
                work.report(AuditEvent::Damaged);
            }
            Outcome::Problem(problem)
        }
    };
    looks.iter().map(&mut look).collect()
}

fn audit_one(
    work: &mut Work,
    look: &Look,
    budget: &mut ObjectBudget,
    context: &Context<'_>,
) -> Result<Audited, Problem> {
    let claim = &look.claim;
    let key = search::locate(work, claim.wanted.as_ref(), claim.proved, context)?;
    let entry = &work.loaded.entries.get(&key).ok_or(Code::NotFound)?.entry;
    // What is open for a session is that session's affair, and what is over need not be there.
    if entry.state != State::Registered {
        return Err(conflict(entry, &entry.as_it_is(), context));
    }
    hold::may_look(work, entry, claim.account, context)?;
    if look.chunks.len() > MAX_AUDIT_CHUNKS {
        return Err(Problem::too_large(MAX_AUDIT_CHUNKS));
    }
    let claims = read_claims_unverified(&entry.certificate).map_err(|_| Code::Damaged)?;
    let possession = claims.possession.ok_or(Code::Malformed)?;
    let is_place = |place: &u32| *place < possession.chunks();
    if look.chunks.is_empty() || !look.chunks.iter().all(is_place) {
        return Err(Code::Malformed.into());
    }
    match loaded_bytes(work, &key) {
        Some(Bytes::Here(object)) if budget.take(object.len()) => {
            let chunks = possession.show(object, &look.chunks);
            let chunks = chunks.ok_or(Code::Damaged)?;
            Ok(Audited { chunks })
        }
        Some(Bytes::Here(_) | Bytes::OverBudget) => Err(Problem::too_large(MAX_REPLY_OBJECT_BYTES)),
        Some(Bytes::Gone | Bytes::NotAsked) | None => Err(Code::Damaged.into()),
    }
}
