//! The key safe: whether it brings an order, and what it adds to the answer.

use super::Errand;
use crate::command::{Asker, Command, Wanted};
use crate::decide::{AuditEvent, Context, Reply, decide, need};
use crate::freeze;
use crate::ledger::{Change, Ledger, Need};
use crate::owner::{Loaded, OwnerLedger, open};
use crate::settings::{SafeKeys, Settings};
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;
use saifu_protocol::message::{Outcome, Recovered};
use saifu_protocol::order::{self, Coupled, OwnerOrderItem, Relayed};
use saifu_protocol::owner::{Act, Answer};
use saifu_protocol::problem::Code;

/// What to do at the other safe: nothing without a session, and nothing that the other safe would not take from this one.
pub fn errand(
    loaded: &Loaded,
    asker: &Asker,
    item: &OwnerOrderItem,
    (keys, settings): (&SafeKeys, &Settings),
    now: UnixTime,
) -> Option<Errand> {
    open(loaded, asker, &item.within, Act::Order, now)?;
    let to = is_for(item, keys)?;
    // From where it stands a safe may reach what nobody else does: its own machine, where it is not on that itself.
    let is_near = item.address.is_on_this_machine() && !settings.address.is_on_this_machine();
    (!is_near).then(|| Errand::new(item.address.clone(), to, item.order.clone()))
}

/// The safe that is to obey, if the order names this one as its relay and is for another one.
fn is_for(item: &OwnerOrderItem, keys: &SafeKeys) -> Option<saifu_protocol::SafeId> {
    let order = order::read(&item.order).ok()?.order;
    let fits = order.relay == keys.id() && order.safe != keys.id();
    fits.then_some(order.safe)
}

/// What was decided.
#[derive(Clone)]
pub struct Coupling {
    /// The reply, not yet sealed.
    pub outcome: Outcome<Answer<Coupled>>,
    /// What to apply to the entries before it leaves.
    pub changes: Vec<Change>,
    /// What the operator must hear of.
    pub events: Vec<AuditEvent>,
}

impl From<Outcome<Answer<Coupled>>> for Coupling {
    fn from(outcome: Outcome<Answer<Coupled>>) -> Self {
        Self {
            outcome,
            changes: Vec::new(),
            events: Vec::new(),
        }
    }
}

/// Couples what the other safe has answered with the own part of the same value. Without the one the other is not handed out:
/// the device could do nothing with it.
///
/// # Errors
/// Those of the ledger.
pub fn couple<L: Ledger, O: OwnerLedger<Error = L::Error>>(
    owner: &Loaded,
    asker: &Asker,
    item: &OwnerOrderItem,
    relayed: Option<&Relayed>,
    context: &Context<'_>,
    (ledger, owners): (&L, &O),
) -> Result<Coupling, L::Error> {
    let Some(access) = open(owner, asker, &item.within, Act::Order, context.now) else {
        return Ok(Outcome::Done(Answer::Out).into());
    };
    if is_for(item, context.keys).is_none() {
        return Ok(Outcome::Problem(Code::Malformed.into()).into());
    }
    let relayed = relayed.cloned().unwrap_or(Relayed::Unreachable);
    let own = item.own.as_ref();
    let Some(own) = own.filter(|_| matches!(relayed, Relayed::Answered(_))) else {
        let coupled = Coupled { relayed, own: None };
        return Ok(Outcome::Done(Answer::Done(coupled)).into());
    };
    let wanted = Wanted::read(&own.presented);
    let of_its_group = Need {
        groups: BTreeSet::from_iter(wanted.map(|wanted| wanted.counter)),
        ..Need::default()
    };
    let entries = ledger.load(&of_its_group)?.entries;
    let claim = access.claim(&entries, &own.presented, own.session);
    let command = Command::Recover(vec![claim]);
    let decision = decide(
        freeze::load(&need(&command, context.evidence), ledger, owners)?,
        &command,
        context,
    );
    let recovered: Option<Outcome<Recovered>> = match decision.reply {
        Reply::Recovered(mut outcomes) => outcomes.pop(),
        _ => None,
    };
    let coupled = Coupled {
        relayed,
        own: recovered,
    };
    Ok(Coupling {
        outcome: Outcome::Done(Answer::Done(coupled)),
        changes: decision.changes,
        events: decision.events,
    })
}
