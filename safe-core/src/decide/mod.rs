//! The decision: what was loaded, a command and the context in; a reply and changes as data out.
//!
//! Pure and total: no input makes it panic, and the same input gives the same output. An adapter loads what
//! [`need`] names, calls [`decide`], and applies [`Decision::changes`] together before the reply leaves.

mod audit;
mod end;
mod hold;
mod list;
mod recover;
mod register;
mod rotate;
mod search;
#[cfg(test)]
mod tests;
mod work;

use crate::command::{Command, Look, RetireTarget, Whole};
use crate::entry::Entry;
use crate::index::{Evidence, MAX_QUESTIONS};
use crate::ledger::{Change, Loaded, Need};
use crate::settings::{SafeKeys, Settings};
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::hold::{AskedItem, AskedPage};
use saifu_protocol::message::{Ended, Outcome, Page, Recovered, Registered, Rotated};
use saifu_protocol::possession::Audited;
use saifu_protocol::{Counter, UnixTime};

/// How many bytes of objects one reply carries: sealed, 4 MiB become 7.1 MiB, under the 8 MiB of a body. What is above
/// it is refused item by item, unchanged, and asked for again in the next request.
pub const MAX_REPLY_OBJECT_BYTES: usize = 4 << 20;

/// What a decision depends on besides ledger and command.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The safe's clock.
    pub now: UnixTime,
    /// What its operator chose.
    pub settings: &'a Settings,
    /// Its keys.
    pub keys: &'a SafeKeys,
    /// What the certificate index said, if it was asked.
    pub evidence: &'a Evidence,
}

/// A reply, not yet sealed.
#[derive(Clone)]
pub enum Reply {
    /// To a registration.
    Registered(Vec<Outcome<Registered>>),
    /// To a recovery.
    Recovered(Vec<Outcome<Recovered>>),
    /// To a confirmation, a return or a retirement.
    Ended(Vec<Outcome<Ended>>),
    /// To a rotation.
    Rotated(Vec<Outcome<Rotated>>),
    /// To what is said of how long others wait: from when on that holds.
    Waited(Vec<Outcome<UnixTime>>),
    /// To an audit.
    Audited(Vec<Outcome<Audited>>),
    /// To who waits.
    Asked(Vec<Outcome<AskedPage>>),
    /// To a listing.
    Listed(Vec<Outcome<Page>>),
}

/// What the operator must hear of. Carries nothing of any owner, so it may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditEvent {
    /// A genuine certificate has no entry: the ledger was set back to an older state.
    RolledBack,
    /// Stored bytes are not those of their certificate any more.
    Damaged,
}

impl AuditEvent {
    /// The text for the log.
    pub const fn code(self) -> &'static str {
        match self {
            AuditEvent::RolledBack => "ledger-rolled-back",
            AuditEvent::Damaged => "entry-damaged",
        }
    }
}

/// What was decided.
#[derive(Clone)]
pub struct Decision {
    /// The reply.
    pub reply: Reply,
    /// What to apply before it leaves.
    pub changes: Vec<Change>,
    /// What the operator must hear of.
    pub events: Vec<AuditEvent>,
}

/// What to load for a command.
pub fn need(command: &Command, evidence: &Evidence) -> Need {
    let mut need = Need::default();
    match command {
        Command::Register(registration) => {
            need.batches
                .insert((registration.account, registration.request));
        }
        Command::Recover(claims) | Command::TakeOver(claims) | Command::LastResort(claims) => {
            need.object_bytes = MAX_REPLY_OBJECT_BYTES;
            for claim in claims {
                need.asked_by = Some(claim.account);
                need.groups
                    .extend(claim.wanted.as_ref().map(|wanted| wanted.counter));
                need.objects_of.extend(claim.proved);
            }
        }
        Command::Ack(claims) | Command::Return(claims) => {
            need.asked_by = claims.first().map(|claim| claim.account);
            let wanted = claims.iter().filter_map(|claim| claim.wanted.as_ref());
            need.groups.extend(wanted.map(|wanted| wanted.counter));
        }
        Command::Retire { account, items } => {
            need.asked_by = Some(*account);
            for item in items {
                match &item.target {
                    RetireTarget::Certificate(wanted) => {
                        need.groups
                            .extend(wanted.as_ref().map(|wanted| wanted.counter));
                    }
                    RetireTarget::Registration { request, .. } => {
                        need.batches.insert((*account, *request));
                    }
                }
            }
        }
        Command::Rotate {
            account,
            request,
            items,
        } => {
            need.asked_by = Some(*account);
            need.batches.insert((*account, *request));
            let wanted = items.iter().filter_map(|item| item.wanted.as_ref());
            need.groups.extend(wanted.map(|wanted| wanted.counter));
        }
        Command::Wait(items) => {
            let wanted = items.iter().filter_map(|item| item.claim.wanted.as_ref());
            need.groups.extend(wanted.map(|wanted| wanted.counter));
        }
        Command::Audit(items) => {
            need.object_bytes = MAX_REPLY_OBJECT_BYTES;
            for Look { claim, .. } in items {
                need.asked_by = Some(claim.account);
                need.groups
                    .extend(claim.wanted.as_ref().map(|wanted| wanted.counter));
                need.objects_of.extend(claim.proved);
            }
        }
        Command::Asked { account, item } => {
            need.asked_of = Some(*account);
            need.push_of = Some(*account);
            // Also where so many wait that it is not among those who are told.
            if let AskedItem::Decide { account, .. } = item {
                need.asked_by = Some(*account);
            }
        }
        Command::List { .. } => need.groups.extend(list::counters(evidence)),
    }
    need
}

/// Decides.
pub fn decide(loaded: Loaded, command: &Command, context: &Context<'_>) -> Decision {
    let mut work = work::Work::new(loaded);
    let reply = match command {
        Command::Register(registration) => {
            Reply::Registered(register::register(&mut work, registration, context))
        }
        Command::Recover(claims) => Reply::Recovered(recover::recover(
            &mut work,
            claims,
            Entry::open_for,
            context,
        )),
        Command::TakeOver(claims) => Reply::Recovered(recover::recover(
            &mut work,
            claims,
            Entry::take_over,
            context,
        )),
        Command::LastResort(claims) => Reply::Recovered(recover::recover(
            &mut work,
            claims,
            Entry::last_resort,
            context,
        )),
        Command::Ack(claims) => Reply::Ended(end::ack(&mut work, claims, context)),
        Command::Return(claims) => Reply::Ended(end::give_back(&mut work, claims, context)),
        Command::Retire { account, items } => {
            Reply::Ended(end::retire(&mut work, *account, items, context))
        }
        Command::Rotate {
            account,
            request,
            items,
        } => Reply::Rotated(rotate::rotate(
            &mut work, *account, *request, items, context,
        )),
        Command::Wait(items) => Reply::Waited(hold::wait(&mut work, items, context)),
        Command::Audit(items) => Reply::Audited(audit::audit(&mut work, items, context)),
        Command::Asked { account, item } => {
            Reply::Asked(vec![hold::asked(&mut work, *account, item, context)])
        }
        Command::List { account, items } => {
            Reply::Listed(list::list(&mut work, *account, items, context))
        }
    };
    let (changes, events) = work.finish();
    Decision {
        reply,
        changes,
        events,
    }
}

/// The counters the index should be asked about: of what is presented in the documents' bare form by a proved holder of
/// whom the ledger has no entry there. A whole certificate is its own witness, and what the ledger has, it answers.
///
/// Everybody can make a key and prove it, so a stranger can have the index asked: at most [`MAX_QUESTIONS`] times in a
/// request, in its order. What is beyond is answered from the ledger alone.
pub fn open_questions(loaded: &Loaded, command: &Command) -> Vec<Counter> {
    let claims: Vec<_> = match command {
        Command::Register(_) | Command::Asked { .. } | Command::List { .. } => Vec::new(),
        Command::Audit(items) => items
            .iter()
            .map(|item| (item.claim.wanted.as_ref(), item.claim.proved))
            .collect(),
        Command::Wait(items) => items
            .iter()
            .map(|item| (item.claim.wanted.as_ref(), item.claim.proved))
            .collect(),
        Command::Recover(claims)
        | Command::TakeOver(claims)
        | Command::LastResort(claims)
        | Command::Ack(claims)
        | Command::Return(claims) => claims
            .iter()
            .map(|claim| (claim.wanted.as_ref(), claim.proved))
            .collect(),
        Command::Retire { items, .. } => items
            .iter()
            .map(|item| match &item.target {
                RetireTarget::Certificate(wanted) => (wanted.as_ref(), item.proved),
                RetireTarget::Registration { .. } => (None, None),
            })
            .collect(),
        Command::Rotate { items, .. } => items
            .iter()
            .map(|item| (item.wanted.as_ref(), item.proved))
            .collect(),
    };
    let mut counters = Vec::new();
    for (wanted, proved) in claims {
        let (Some(wanted), Some(proved)) = (wanted, proved) else {
            continue;
        };
        if counters.len() < MAX_QUESTIONS
            && matches!(wanted.whole, Whole::Digest(_))
            && !counters.contains(&wanted.counter)
            && search::is_missing(&loaded.entries, wanted, proved)
        {
            counters.push(wanted.counter);
        }
    }
    counters
}
