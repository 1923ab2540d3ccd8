//! The ends of an entry: a session confirms or gives back, or its owner retires it. None of the three is in the first
//! embodiment of WO 01/13293, where the safe is done with 2-11; confirming stands between its storing (2-13) and its end
//! message (2-14).

use super::recover::{conflict, conflict_about, receipt, target_of};
use super::{Context, hold, register, search, work::Work};
use crate::command::{Claim, RetireItem, RetireTarget};
use crate::entry::{Batch, BatchKind, Entry, EntryKey, Refusal, State};
use alloc::vec::Vec;
use saifu_protocol::message::{Ended, Outcome, Target};
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::receipt::Event;
use saifu_protocol::{CertificateId, HolderId, PublicKey, RequestId, SessionId, UnixTime};

type Act = fn(&mut Entry, SessionId, UnixTime) -> Result<UnixTime, Refusal>;
type Admit = fn(&mut Work, &Entry, PublicKey, &Context<'_>) -> Result<(), Problem>;

pub(super) fn ack(work: &mut Work, claims: &[Claim], context: &Context<'_>) -> Vec<Outcome<Ended>> {
    let event = |session| Event::Withdrawn { session };
    // Whoever has the bytes has not got it before this: so a freeze comes in time also after they were handed out.
    end(
        work,
        claims,
        context,
        (Entry::acknowledge, hold::admit),
        event,
    )
}

pub(super) fn give_back(
    work: &mut Work,
    claims: &[Claim],
    context: &Context<'_>,
) -> Vec<Outcome<Ended>> {
    let event = |session| Event::Returned { session };
    end(
        work,
        claims,
        context,
        (Entry::give_back, hold::wait_for),
        event,
    )
}

fn end(
    work: &mut Work,
    claims: &[Claim],
    context: &Context<'_>,
    (act, admit): (Act, Admit),
    event: fn(SessionId) -> Event,
) -> Vec<Outcome<Ended>> {
    let mut end_one = |claim: &Claim| -> Result<Ended, Problem> {
        let session = claim.session.ok_or(Code::Malformed)?;
        let key = search::locate(work, claim.wanted.as_ref(), claim.proved, context)?;
        let loaded = work.loaded.entries.get(&key).ok_or(Code::NotFound)?;
        let entry = loaded.entry.clone();
        // Nobody ends in another's place what they would have to wait for.
        if entry.state == (State::Withdrawing { session }) {
            admit(work, &entry, claim.account, context)?;
        }
        work.change(key, |loaded| {
            let entry = &mut loaded.entry;
            match act(entry, session, context.now) {
                Ok(at) => Ok(Ended {
                    receipt: receipt(target_of(entry), event(session), at, context),
                }),
                Err(refusal) => Err(conflict(entry, &refusal, context)),
            }
        })
        .unwrap_or_else(|| Err(Code::NotFound.into()))
    };
    claims
        .iter()
        .map(|claim| end_one(claim).into_outcome())
        .collect()
}

trait IntoOutcome {
    fn into_outcome(self) -> Outcome<Ended>;
}

impl IntoOutcome for Result<Ended, Problem> {
    fn into_outcome(self) -> Outcome<Ended> {
        match self {
            Ok(ended) => Outcome::Done(ended),
            Err(problem) => Outcome::Problem(problem),
        }
    }
}

pub(super) fn retire(
    work: &mut Work,
    account: PublicKey,
    items: &[RetireItem],
    context: &Context<'_>,
) -> Vec<Outcome<Ended>> {
    items
        .iter()
        .map(|item| {
            match &item.target {
                RetireTarget::Certificate(wanted) => {
                    search::locate(work, wanted.as_ref(), item.proved, context)
                        .map_err(Problem::from)
                        .and_then(|key| retire_held(work, key, account, context))
                }
                RetireTarget::Registration {
                    request,
                    item: place,
                } => retire_registration(work, account, *request, *place, item.proved, context),
            }
            .into_outcome()
        })
        .collect()
}

/// Of an entry that this account need not have registered.
fn retire_held(
    work: &mut Work,
    key: EntryKey,
    account: PublicKey,
    context: &Context<'_>,
) -> Result<Ended, Problem> {
    let loaded = work.loaded.entries.get(&key).ok_or(Code::NotFound)?;
    let entry = loaded.entry.clone();
    // What it refuses, or has done before, it says to everybody who has the holder's key.
    if entry.state == State::Registered {
        hold::admit(work, &entry, account, context)?;
    }
    retire_entry(work, key, None, context)
}

fn retire_entry(
    work: &mut Work,
    key: EntryKey,
    named_as: Option<CertificateId>,
    context: &Context<'_>,
) -> Result<Ended, Problem> {
    work.change(key, |loaded| {
        let entry = &mut loaded.entry;
        let target = named_as.unwrap_or_else(|| target_of(entry));
        match entry.retire(context.now) {
            Ok(at) => Ok(Ended {
                receipt: receipt(target, Event::Retired, at, context),
            }),
            Err(refusal) => Err(conflict_about(target, &refusal, context)),
        }
    })
    .unwrap_or_else(|| Err(Code::NotFound.into()))
}

/// Retires what a registration made, and burns the id of one that never arrived: a duplicate still on its way must not
/// make an entry nobody knows of.
fn retire_registration(
    work: &mut Work,
    account: PublicKey,
    request: RequestId,
    place: u32,
    proved: Option<HolderId>,
    context: &Context<'_>,
) -> Result<Ended, Problem> {
    let holder = proved.ok_or(Code::NotFound)?;
    let target = Target::Registration {
        request,
        item: place,
    }
    .fingerprint();
    let never = |at| {
        Ok(Ended {
            receipt: receipt(target, Event::Retired, at, context),
        })
    };
    let seen = work
        .loaded
        .batches
        .iter()
        .find(|batch| batch.account == account && batch.request == request);
    let (seq, at) = match seen {
        Some(batch) => (batch.seq, batch.at),
        None => {
            let (seq, next) = register::next_place(work, context);
            work.create_batch(Batch {
                seq,
                account,
                request,
                at: context.now,
                next,
                kind: BatchKind::CalledOff,
            });
            (seq, context.now)
        }
    };
    let entry = work
        .loaded
        .entries
        .values()
        .map(|loaded| &loaded.entry)
        .find(|entry| entry.key.seq == seq && entry.key.item == place);
    match entry {
        // The request was called off, or this item of it was refused: there is no entry and never will be one.
        None => never(at),
        Some(entry) if entry.holder == holder => {
            if entry.state == State::Registered {
                hold::not_frozen(work, entry)?;
            }
            retire_entry(work, entry.key, Some(target), context)
        }
        Some(_) => Err(Code::NotFound.into()),
    }
}
