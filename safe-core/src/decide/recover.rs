//! Recovery: WO 01/13293, steps 2-6 to 2-11. The entry is searched, its bytes are checked against its certificate, and
//! it opens for one session; a key or a seed is read and stays as it is.

use super::hold;
use super::{AuditEvent, Context, MAX_REPLY_OBJECT_BYTES, search, work::Work};
use crate::command::Claim;
use crate::entry::{Entry, EntryKey, Refusal};
use crate::ledger::{Bytes, LoadedEntry, ObjectBudget};
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::certificate::read_claims_unverified;
use saifu_protocol::message::{Outcome, Presented, Recovered};
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::receipt::{Event, Receipt};
use saifu_protocol::{CertificateId, SessionId, UnixTime};

/// How an entry is opened: [`Entry::open_for`] or [`Entry::take_over`].
type Open = fn(&mut Entry, SessionId, UnixTime) -> Result<(), Refusal>;

pub(super) fn recover(
    work: &mut Work,
    claims: &[Claim],
    open: Open,
    context: &Context<'_>,
) -> Vec<Outcome<Recovered>> {
    // Per item handed out, not per entry loaded: one certificate may be named a hundred times in a request.
    let mut budget = ObjectBudget::new(MAX_REPLY_OBJECT_BYTES);
    claims
        .iter()
        .map(
            |claim| match recover_one(work, claim, open, &mut budget, context) {
                Ok(recovered) => Outcome::Done(recovered),
                Err(problem) => {
                    if problem.code == Code::Damaged {
                        work.report(AuditEvent::Damaged);
                    }
                    Outcome::Problem(problem)
                }
            },
        )
        .collect()
}

fn recover_one(
    work: &mut Work,
    claim: &Claim,
    open: Open,
    budget: &mut ObjectBudget,
    context: &Context<'_>,
) -> Result<Recovered, Problem> {
    let session = claim.session.ok_or(Code::Malformed)?;
    let key = search::locate(work, claim.wanted.as_ref(), claim.proved, context)?;
    // The state is decided on a copy: whoever has to wait, and damaged bytes, must leave the entry as it was.
    let loaded = work.loaded.entries.get(&key).ok_or(Code::NotFound)?;
    let mut entry = loaded.entry.clone();
    open(&mut entry, session, context.now)
        .map_err(|refusal| conflict(&entry, &refusal, context))?;
    // Also where the session has it open already: which one that is, a receipt says to whoever has the holder's key.
    hold::admit(work, &entry, claim.account, context)?;
    // Nothing is broken: the time is over for which it was kept.
    if matches!(loaded_bytes(work, &key), Some(Bytes::Gone)) && entry.state.is_over() {
        return Err(conflict(&entry, &entry.as_it_is(), context));
    }
    work.change(key, |loaded| {
        let object = sound_bytes(loaded)?;
        if !budget.take(object.len()) {
            return Err(Problem::too_large(MAX_REPLY_OBJECT_BYTES));
        }
        let object = object.to_vec();
        let certificate = entry.certificate.clone();
        loaded.entry = entry;
        Ok(Recovered {
            certificate,
            object,
        })
    })
    .unwrap_or_else(|| Err(Code::NotFound.into()))
}

pub(super) fn loaded_bytes<'a>(work: &'a Work, key: &EntryKey) -> Option<&'a Bytes> {
    let loaded = work.loaded.entries.get(key);
    loaded.map(|loaded| &loaded.bytes)
}

/// The bytes, if they still are those of the certificate. Rotten storage must not pass for a recovery: the session
/// would confirm what it cannot use.
fn sound_bytes(loaded: &LoadedEntry) -> Result<&[u8], Problem> {
    match &loaded.bytes {
        Bytes::Here(object) => {
            let claims = read_claims_unverified(&loaded.entry.certificate);
            match claims {
                Ok(claims) if claims.hash.matches(object) => Ok(object),
                _ => Err(Code::Damaged.into()),
            }
        }
        Bytes::OverBudget => Err(Problem::too_large(MAX_REPLY_OBJECT_BYTES)),
        Bytes::Gone | Bytes::NotAsked => Err(Code::Damaged.into()),
    }
}

/// What receipts about an entry name: its whole certificate, also where the bare form was presented.
pub(super) fn target_of(entry: &Entry) -> CertificateId {
    Presented::Certificate(entry.certificate.clone()).fingerprint()
}

pub(super) fn receipt(
    target: CertificateId,
    event: Event,
    at: UnixTime,
    context: &Context<'_>,
) -> String {
    Receipt {
        safe: context.keys.id(),
        target,
        event,
        at,
    }
    .sign(context.keys.signing())
}

pub(super) fn conflict(entry: &Entry, refusal: &Refusal, context: &Context<'_>) -> Problem {
    conflict_about(target_of(entry), refusal, context)
}

pub(super) fn conflict_about(
    target: CertificateId,
    refusal: &Refusal,
    context: &Context<'_>,
) -> Problem {
    let event = Event::Refused {
        state: refusal.state,
        session: refusal.session,
    };
    Problem::conflict(receipt(target, event, refusal.at, context))
}
