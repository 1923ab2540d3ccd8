//! Registration: WO 01/13293, steps 1-5 to 1-11. The safe makes the digest by its own setting, hashes the bytes, takes
//! the counter, and signs all three as the registration certificate. Of what a wallet has sealed, divided or coupled
//! (the other embodiments) it can read nothing: it takes over the digest and the class that it is given.

use super::{Context, work::Work};
use crate::command::Registration;
use crate::entry::{Batch, BatchKind, Entry, EntryKey, State};
use crate::hold::Hold;
use crate::ledger::Change;
use alloc::vec::Vec;
use saifu_protocol::certificate::{Claims, ObjectClass, ObjectHash};
use saifu_protocol::limits::MAX_WAIT;
use saifu_protocol::message::{Given, Outcome, RegisterItem, Registered};
use saifu_protocol::possession::Possession;
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::{Certificate, Counter, Digest, limits, object};

pub(super) fn register(
    work: &mut Work,
    registration: &Registration,
    context: &Context<'_>,
) -> Vec<Outcome<Registered>> {
    let seen = work
        .loaded
        .batches
        .iter()
        .find(|batch| {
            batch.account == registration.account && batch.request == registration.request
        })
        .map(|batch| (batch.seq, batch.kind));
    let all = |code: Code| {
        let problem = || Outcome::Problem(code.into());
        registration.items.iter().map(|_| problem()).collect()
    };
    match seen {
        None => register_new(work, registration, context),
        Some((_, BatchKind::CalledOff)) => all(Code::CalledOff),
        Some((_, BatchKind::Rotated { .. })) => all(Code::RequestReused),
        Some((seq, BatchKind::Registered { content, .. })) => {
            if content == registration.content {
                repeat(work, seq, registration, context)
            } else {
                all(Code::RequestReused)
            }
        }
    }
}

/// A repeat is answered from the record: the same certificates, byte for byte, also where one was replaced since. A wallet
/// that asks again still has the value and deletes it for this certificate and no other; that it then finds nothing is
/// as it should be, for whoever has the entry now was given it. What has no entry was refused then and is refused now,
/// whatever this version of the software would say to it.
fn repeat(
    work: &Work,
    seq: u64,
    registration: &Registration,
    context: &Context<'_>,
) -> Vec<Outcome<Registered>> {
    let of_batch = || {
        let entries = work.loaded.entries.values();
        entries.filter(|loaded| loaded.entry.key.seq == seq)
    };
    let certificate = |place: usize| {
        of_batch()
            .find(|loaded| usize::try_from(loaded.entry.key.item) == Ok(place))
            .map(|loaded| loaded.entry.as_registered().into())
    };
    let items = registration.items.iter().enumerate();
    items
        .map(|(place, item)| match certificate(place) {
            Some(certificate) => Outcome::Done(Registered { certificate }),
            None => Outcome::Problem(match read(item, context) {
                Err(problem) => problem,
                Ok(_) => Code::BadObject.into(),
            }),
        })
        .collect()
}

fn register_new(
    work: &mut Work,
    registration: &Registration,
    context: &Context<'_>,
) -> Vec<Outcome<Registered>> {
    let (seq, first) = next_place(work, context);
    let mut next = first;
    let (mut entries, mut left) = (Vec::new(), Vec::new());
    let outcomes = registration
        .items
        .iter()
        .zip(0_u32..)
        .map(|(item, place)| match read(item, context) {
            Err(problem) => Outcome::Problem(problem),
            Ok(given) => {
                let certificate = issue(item, given, next, context);
                let compact = certificate.compact();
                let key = EntryKey {
                    counter: next,
                    seq,
                    item: place,
                };
                let outcome = Outcome::Done(Registered {
                    certificate: compact.into(),
                });
                entries.push(Change::CreateEntry {
                    entry: Entry {
                        key,
                        account: registration.account,
                        holder: item.holder,
                        sha256: certificate.claims().hash.sha256,
                        certificate: compact.into(),
                        state: State::Registered,
                        since: context.now,
                        returned: Vec::new(),
                        rotation: None,
                        hold: Hold::default(),
                        note: None,
                    },
                    object: item.object.as_slice().into(),
                });
                let note = item.note.clone();
                left.extend(note.map(|note| Change::PutNote { key, note }));
                if item.wait > 0 {
                    let hold = Hold::default().set(item.wait.min(MAX_WAIT), context.now);
                    left.push(Change::PutHold { key, hold });
                }
                let orders = item.orders;
                left.extend(orders.map(|orders| Change::PutOrders { key, orders }));
                next = next.next(context.settings.counter_limit);
                outcome
            }
        })
        .collect();
    work.create_batch(Batch {
        seq,
        account: registration.account,
        request: registration.request,
        at: context.now,
        next,
        kind: BatchKind::Registered {
            content: registration.content,
            first,
            entries: u32::try_from(entries.len()).unwrap_or(u32::MAX),
        },
    });
    for change in entries.into_iter().chain(left) {
        work.create(change);
    }
    outcomes
}

/// The sequence number of the next batch and the counter of the next entry. A limit that was lowered since counts as
/// reached.
pub(super) fn next_place(work: &Work, context: &Context<'_>) -> (u64, Counter) {
    match &work.loaded.newest {
        None => (1, Counter::ZERO),
        Some(newest) => {
            let next = if newest.next > context.settings.counter_limit {
                Counter::ZERO
            } else {
                newest.next
            };
            (newest.seq.saturating_add(1), next)
        }
    }
}

/// What the certificate is to say of an object: what was given, or what the object says itself.
fn read(item: &RegisterItem, context: &Context<'_>) -> Result<Given, Problem> {
    if item.object.len() > limits::MAX_OBJECT_BYTES {
        return Err(Problem::too_large(limits::MAX_OBJECT_BYTES));
    }
    match &item.given {
        Some(_) if item.object.is_empty() => Err(Code::BadObject.into()),
        Some(given) => Ok(given.clone()),
        None => {
            let value = object::read_object(&item.object).map_err(|_| Code::BadObject)?;
            Ok(Given {
                class: ObjectClass::Value,
                digest: Digest::of(&value, context.settings.digest).into(),
            })
        }
    }
}

fn issue(
    item: &RegisterItem,
    given: Given,
    counter: Counter,
    context: &Context<'_>,
) -> Certificate {
    let settings = context.settings;
    let claims = Claims {
        safe: context.keys.id(),
        address: settings.address.clone(),
        class: given.class,
        digest: given.digest,
        hash: ObjectHash::of(&item.object, settings.legacy_hash),
        counter,
        issued_at: context.now,
        retained_until: context.now.plus(settings.retention_seconds),
        holder: item.holder,
        possession: Possession::of(&item.object),
    };
    Certificate::issue(claims, context.keys.signing())
}
