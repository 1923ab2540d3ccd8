//! Rotation of the holder: a certificate goes over to another wallet, which replaces the holder's key by one of its own, so
//! that whoever gave it away finds nothing any more. WO 01/13293 has no holders, and so nothing like it.
//!
//! It is one change: before it the old certificate opens the entry, after it the new one does, and never both or neither.

use super::hold;
use super::recover::conflict;
use super::register::next_place;
use super::search::{self, is_wanted};
use super::{
    AuditEvent, Context,
    work::{Left, Work},
};
use crate::command::{Succession, Wanted};
use crate::entry::{Batch, BatchKind, Entry, Rotator};
use crate::hold::Hold;
use alloc::vec::Vec;
use saifu_protocol::certificate::{Claims, read_claims_unverified};
use saifu_protocol::message::{Outcome, Rotated};
use saifu_protocol::owner::Note;
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::{Certificate, HolderId, PublicKey, RequestId};

pub(super) fn rotate(
    work: &mut Work,
    account: PublicKey,
    request: RequestId,
    items: &[Succession],
    context: &Context<'_>,
) -> Vec<Outcome<Rotated>> {
    let (seq, next) = next_place(work, context);
    let by = Rotator {
        account,
        request,
        seq,
    };
    let is_used = work
        .loaded
        .batches
        .iter()
        .any(|batch| (batch.account, batch.request) == (account, request));
    let mut entries = 0_u32;
    let outcomes = items
        .iter()
        .map(|item| {
            if let Some(entry) = seen(work, item, &by) {
                if entry.note != item.note.as_ref().map(Note::fingerprint) {
                    return Outcome::Problem(Code::RequestReused.into());
                }
                return Outcome::Done(Rotated {
                    certificate: entry.certificate.clone(),
                });
            }
            match rotate_one(work, item, &by, is_used, context) {
                Ok(rotated) => {
                    entries = entries.saturating_add(1);
                    Outcome::Done(rotated)
                }
                Err(problem) => {
                    if problem.code == Code::Damaged {
                        work.report(AuditEvent::Damaged);
                    }
                    Outcome::Problem(problem)
                }
            }
        })
        .collect();
    if entries > 0 {
        work.create_batch(Batch {
            seq,
            account,
            request,
            at: context.now,
            next,
            kind: BatchKind::Rotated { entries },
        });
    }
    outcomes
}

/// The entry that this request has bound to this next holder already. Its certificate is the answer, whatever became of
/// the entry since.
fn seen<'a>(work: &'a Work, item: &Succession, by: &Rotator) -> Option<&'a Entry> {
    let (wanted, holder) = (item.wanted.as_ref()?, item.proved?);
    let mut entries = work.loaded.entries.values().map(|loaded| &loaded.entry);
    entries.find(|entry| {
        is_by(entry, by) && entry.holder == item.next && was_wanted(entry, wanted, holder)
    })
}

fn is_by(entry: &Entry, by: &Rotator) -> bool {
    let request = entry.rotation.as_ref().map(|rotation| rotation.request);
    request == Some(by.request) && entry.account == by.account
}

/// Whether the last rotation of the entry replaced the certificate that is presented, of the holder who proved it.
fn was_wanted(entry: &Entry, wanted: &Wanted, holder: HolderId) -> bool {
    entry.key.counter == wanted.counter
        && entry.rotation.as_ref().is_some_and(|rotation| {
            read_claims_unverified(&rotation.replaced).is_ok_and(|claims| {
                claims.holder == holder && is_wanted(wanted, &rotation.replaced, &claims)
            })
        })
}

fn rotate_one(
    work: &mut Work,
    item: &Succession,
    by: &Rotator,
    is_used: bool,
    context: &Context<'_>,
) -> Result<Rotated, Problem> {
    // Whoever has the holder's key would have it afterwards as well.
    if item.proved == Some(item.next) {
        return Err(Code::Malformed.into());
    }
    let key = search::locate(work, item.wanted.as_ref(), item.proved, context)?;
    let loaded = work.loaded.entries.get(&key).ok_or(Code::NotFound)?;
    let before = loaded.entry.clone();
    let mut entry = before.clone();
    let refused = |refusal| conflict(&before, &refusal, context);
    entry.rotatable().map_err(refused)?;
    hold::admit(work, &entry, by.account, context)?;
    // A request id stands for what it did the first time, and an entry remembers one rotation only: were it rotated twice
    // in one request, a repeat could not be answered.
    if is_used || is_by(&entry, by) {
        return Err(Code::RequestReused.into());
    }
    let certificate = reissue(&entry, item.next, context)?;
    entry.rotate(by, &certificate).map_err(refused)?;
    let rotated = Rotated {
        certificate: entry.certificate.clone(),
    };
    let hold = Hold::default().set(item.wait, context.now);
    let left = Left {
        note: item.note.clone(),
        hold,
        orders: item.orders,
    };
    work.rotate(entry, left);
    Ok(rotated)
}

/// The certificate of the entry for another holder. The safe signs again only what it has signed before: what rotten or
/// altered storage has made of a certificate gets no new signature.
fn reissue(entry: &Entry, next: HolderId, context: &Context<'_>) -> Result<Certificate, Problem> {
    let keys = context.keys;
    let before = Certificate::verify(&entry.certificate, &keys.signing_public())
        .map_err(|_| Code::Damaged)?;
    let before = before.claims();
    let claims = Claims {
        address: context.settings.address.clone(),
        // Never before the one it replaces, whatever the clock does: by these times generations are told apart.
        issued_at: context.now.max(before.issued_at),
        holder: next,
        ..before.clone()
    };
    Ok(Certificate::issue(claims, keys.signing()))
}
