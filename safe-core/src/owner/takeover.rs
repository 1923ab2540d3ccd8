//! Recovery by the owner's session: as by the holder, and where the entry is open for another session, in its place.

use super::access::open;
use super::ledger::{Loaded, OwnerLedger};
use crate::command::{Asker, Command, Wanted};
use crate::decide::{AuditEvent, Context, Reply, decide, need};
use crate::freeze;
use crate::ledger::{Change, Ledger, Need};
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::message::{Outcome, Recovered};
use saifu_protocol::owner::{Act, Answer, OwnerRecoverItem};
use saifu_protocol::problem::Code;

/// What was decided.
#[derive(Clone)]
pub struct TakenOver {
    /// The reply, not yet sealed.
    pub outcome: Outcome<Answer<Recovered>>,
    /// What to apply to the entries before it leaves.
    pub changes: Vec<Change>,
    /// What the operator must hear of.
    pub events: Vec<AuditEvent>,
}

impl From<Outcome<Answer<Recovered>>> for TakenOver {
    fn from(outcome: Outcome<Answer<Recovered>>) -> Self {
        Self {
            outcome,
            changes: Vec::new(),
            events: Vec::new(),
        }
    }
}

/// Decides on one entry of the owner's.
///
/// # Errors
/// Those of the ledger.
pub fn take_over<L: Ledger, O: OwnerLedger<Error = L::Error>>(
    owner: &Loaded,
    asker: &Asker,
    item: &OwnerRecoverItem,
    context: &Context<'_>,
    (ledger, owners): (&L, &O),
) -> Result<TakenOver, L::Error> {
    let Some(access) = open(owner, asker, &item.within, Act::Recover, context.now) else {
        return Ok(Outcome::Done(Answer::Out).into());
    };
    let wanted = Wanted::read(&item.presented);
    let of_its_group = Need {
        groups: BTreeSet::from_iter(wanted.map(|wanted| wanted.counter)),
        ..Need::default()
    };
    let entries = ledger.load(&of_its_group)?.entries;
    let claim = access.claim(&entries, &item.presented, item.session);
    let command = if item.last_resort {
        Command::LastResort(vec![claim])
    } else {
        Command::TakeOver(vec![claim])
    };
    let loaded = freeze::load(&need(&command, context.evidence), ledger, owners)?;
    let decision = decide(loaded, &command, context);
    let recovered = match decision.reply {
        Reply::Recovered(mut outcomes) => outcomes.pop(),
        _ => None,
    };
    let outcome = match recovered {
        Some(Outcome::Done(recovered)) => Outcome::Done(Answer::Done(recovered)),
        Some(Outcome::Problem(problem)) => Outcome::Problem(problem),
        None => Outcome::Problem(Code::Internal.into()),
    };
    Ok(TakenOver {
        outcome,
        changes: decision.changes,
        events: decision.events,
    })
}
