//! The value safe: an order is taken, and does what its holder could have done.

use super::Seen;
use crate::command::{Claim, Command, Wanted};
use crate::decide::{AuditEvent, Context, Reply, decide, need};
use crate::freeze;
use crate::ledger::{Change, Ledger, Need};
use crate::owner::OwnerLedger;
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::message::{Outcome, Presented};
use saifu_protocol::order::{Act, Handed, Obeyed, Signed, waiter};
use saifu_protocol::presentation::NO_SESSION;
use saifu_protocol::problem::Code;

/// What was decided.
#[derive(Clone)]
pub struct Obeying {
    /// What the device is told.
    pub outcome: Outcome<Obeyed>,
    /// What to apply before that leaves.
    pub changes: Vec<Change>,
    /// What the operator must hear of.
    pub events: Vec<AuditEvent>,
}

impl From<Code> for Obeying {
    fn from(code: Code) -> Self {
        Self {
            outcome: Outcome::Problem(code.into()),
            changes: Vec::new(),
            events: Vec::new(),
        }
    }
}

/// Decides on an order whose signature holds, which is for this safe, of this time, and was brought by whom it names.
///
/// # Errors
/// Those of the ledger.
pub fn obey<L: Ledger, O: OwnerLedger<Error = L::Error>>(
    signed: &Signed,
    context: &Context<'_>,
    ledger: &L,
    owners: &O,
) -> Result<Obeying, L::Error> {
    let order = &signed.order;
    // Signed by whomever: an order with a key that no entry obeys finds nothing, and leaves nothing.
    let Some(obedient) = ledger.obedient(&signed.by)? else {
        return Ok(Code::NotFound.into());
    };
    let seen = Seen {
        orders: signed.by,
        request: order.request,
        fingerprint: signed.fingerprint,
        until: order.until,
    };
    // It is one order or none: with another session or device under the same id somebody plays tricks.
    let before = ledger.seen(&signed.by, &order.request)?;
    if before.is_some_and(|before| before.fingerprint != seen.fingerprint) {
        return Ok(Code::RequestReused.into());
    }
    let of_its_group = Need {
        groups: BTreeSet::from([obedient.key.counter]),
        ..Need::default()
    };
    let mut entries = ledger.load(&of_its_group)?.entries;
    let Some(loaded) = entries.remove(&obedient.key) else {
        return Ok(Code::NotFound.into());
    };
    let entry = loaded.entry;
    let claim = Claim {
        // Each fetch waits by itself: its key is the device's own, the order's is the same for everybody who knows the words.
        account: waiter(&order.device),
        wanted: Wanted::read(&Presented::Certificate(entry.certificate)),
        session: (order.session != NO_SESSION).then_some(order.session),
        proved: Some(entry.holder),
    };
    let command = match order.act {
        // With the root comes an owner's authority: what a device had open that was lost since comes to the next one.
        Act::Recover => Command::TakeOver(vec![claim]),
        Act::Ack => Command::Ack(vec![claim]),
        Act::Return => Command::Return(vec![claim]),
    };
    let decision = decide(
        freeze::load(&need(&command, context.evidence), ledger, owners)?,
        &command,
        context,
    );
    let note = obedient.note;
    let outcome = match decision.reply {
        Reply::Recovered(mut outcomes) => outcomes.pop().map(|outcome| {
            done(outcome, |recovered| {
                Obeyed::Recovered(Handed {
                    certificate: recovered.certificate,
                    object: recovered.object,
                    note,
                })
            })
        }),
        Reply::Ended(mut outcomes) => outcomes.pop().map(|outcome| done(outcome, Obeyed::Ended)),
        Reply::Registered(_)
        | Reply::Rotated(_)
        | Reply::Waited(_)
        | Reply::Audited(_)
        | Reply::Asked(_)
        | Reply::Listed(_) => None,
    };
    let mut changes = decision.changes;
    changes.push(Change::TakeOrder {
        seen,
        now: context.now,
    });
    Ok(Obeying {
        outcome: outcome.unwrap_or(Outcome::Problem(Code::Internal.into())),
        changes,
        events: decision.events,
    })
}

fn done<T>(outcome: Outcome<T>, what: impl FnOnce(T) -> Obeyed) -> Outcome<Obeyed> {
    match outcome {
        Outcome::Done(it) => Outcome::Done(what(it)),
        Outcome::Problem(problem) => Outcome::Problem(problem),
    }
}
