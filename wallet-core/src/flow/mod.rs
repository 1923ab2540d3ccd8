//! Flows: work that outlives a crash.
//!
//! A flow is one serialisable value, and that value is its only state; its variants say what is now true. [`Flow::step`]
//! takes the state and an input and says what is to be stored and what comes next. What comes next happens only after
//! what is to be stored is durable. On start every flow in the journal gets [`Input::Start`], whatever was under way when
//! the wallet went away, so each state must be one from which starting again is right.

mod add;
mod audit;
mod decide;
mod enrol;
mod freeze;
mod hold;
mod login;
mod order;
mod protect;
mod record;
mod recover;
mod register;
mod rehearse;
mod reread;
mod retire;
mod reunite;
mod rotate;
mod round;
#[cfg(test)]
mod tests;
mod wake;

pub use add::Add;
pub use audit::{Audit, AuditState, Drawn};
pub use decide::Decide;
pub use enrol::{Enrol, EnrolState};
pub use freeze::Freeze;
pub use hold::{Hold, HoldState};
pub(crate) use login::Readable;
pub(crate) use login::account;
pub use login::{
    Adding, Aim, Ceremony, Doing, Login, LoginState, Managing, Meeting, Released, Shown,
};
pub use order::{Order, OrderState, Own, Pass, Via};
pub use protect::{Protect, ProtectState};
pub(crate) use protect::{retire, ring_all, stop};
pub(crate) use recover::open;
pub use recover::{Recover, RecoverState, ReturnReason};
pub use register::Register;
pub use rehearse::{Come, Ends, Held, Rehearse, RehearseState};
pub(crate) use rehearse::{left_over, make_way, rehearsable, under_way};
pub use reread::{Reread, RereadState};
pub use retire::{Retire, RetireWhat};
pub use reunite::{LastResort, Reunite, ReuniteState, Then};
pub(crate) use reunite::{begin, begin_by_order, begin_last_resort, key_safe, may_last_resort};
pub use rotate::{Handed, Rotate};
pub use round::{Begun, Load, Round};
pub use wake::Wake;

use crate::books::{Books, Change, Elsewhere, Standing, item_of};
use crate::client::{OwnerAnswer, OwnerQuestion, Question, Registration};
use crate::group::Phase;
use crate::ids::{FlowId, ItemId};
use crate::lock::Standing as LockStanding;
use crate::notice::{Kind, Notice};
use crate::owner::{Note, Owner};
use crate::plan::GroupId;
use crate::port::{Body, Durability};
use crate::view::{Stage, Task, Waiting};
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::stretch::Stretch;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::certificate::{Address, Certificate};
use saifu_protocol::hold::AskedPage;
use saifu_protocol::message::{Outcome, Recovered};
use saifu_protocol::possession::Audited;
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::receipt::{Event, Receipt};
use saifu_protocol::{CertificateId, RequestId, SafeId, UnixTime};
use serde::{Deserialize, Serialize};

/// A flow in the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flow {
    /// A new value waits for room.
    Add(Add),
    /// A value is registered.
    Register(Register),
    /// A value is recovered.
    Recover(Recover),
    /// A safe is told to end an entry.
    Retire(Retire),
    /// Values are registered by a plan.
    Protect(Protect),
    /// What a plan has spread is recovered.
    Reunite(Reunite),
    /// A certificate is taken over.
    Rotate(Rotate),
    /// The owner's secret is enrolled at a safe.
    Enrol(Enrol),
    /// The owner logs in at a safe.
    Login(Login),
    /// A rule is carried out.
    Round(Round),
    /// One safe fetches from another.
    Order(Order),
    /// A safe is told how long others wait.
    Hold(Hold),
    /// A safe is told what becomes of somebody who waits.
    Decide(Decide),
    /// A safe is told where this wallet is woken.
    Wake(Wake),
    /// A safe is told to hand out nothing.
    Freeze(Freeze),
    /// What was handed out is read once more.
    Reread(Reread),
    /// A backup is rehearsed.
    Rehearse(Rehearse),
    /// A safe is audited.
    Audit(Audit),
}

/// What a flow is told.
pub(crate) enum Input {
    /// Begin, or begin again after a crash or a wait.
    Start,
    /// The body it asked for.
    Loaded(Option<Body>),
    /// The bodies it asked for, as far as they are there.
    Gathered(Vec<(ItemId, Body)>),
    /// The safe answered with a certificate.
    Registered(String),
    /// The safe answered with an object.
    Recovered(Recovered),
    /// The safe answered with a receipt.
    Ended(String),
    /// The safe answered the owner.
    Owner(OwnerAnswer),
    /// The safe says from when on others wait so long, for each that was asked about.
    Waited(Vec<Outcome<UnixTime>>),
    /// The safe shows chunks, for each that was asked about.
    Audited(Vec<Outcome<Audited>>),
    /// The safe says who waits.
    Asked(AskedPage),
    /// The safe refused, in its own sealed words.
    Refused(Problem),
    /// The owner's authenticator has done something.
    Shown(Shown),
    /// The owner wants something done in the session that rests.
    Do(Doing),
    /// The owner wants it stopped.
    CallOff,
}

/// What a flow looks at.
pub(crate) struct Desk<'a> {
    pub(crate) id: FlowId,
    pub(crate) books: &'a Books,
    pub(crate) now: UnixTime,
    /// How dear a guess of name and secret is.
    pub(crate) stretch: Stretch,
    /// What the lock of this device stands on.
    pub(crate) lock: LockStanding,
    /// The body last loaded for this flow.
    pub(crate) body: Option<&'a Body>,
    /// How often it has waited since something of it was stored, and what for last.
    pub(crate) attempts: u32,
    pub(crate) waiting: Option<Waiting>,
}

/// What a flow wants.
pub(crate) struct Step {
    /// To be stored in one transaction first.
    pub(crate) changes: Vec<Change>,
    /// How sure that must be.
    pub(crate) durability: Durability,
    /// What comes then.
    pub(crate) next: Next,
}

/// What comes after a step's changes are durable.
pub(crate) enum Next {
    /// Read a body.
    Load(ItemId),
    /// Read several.
    LoadAll(Vec<ItemId>),
    /// Start again when something of the same group has changed.
    Rest,
    /// Ask a safe.
    Ask(SafeId, RequestId, Question),
    /// Start again after a while.
    Wait(Waiting),
    /// Start again when there is room for so many bytes more.
    NoRoom(u64),
    /// Start again now, from the state just stored.
    Again,
    /// Nothing: the flow has ended.
    Nothing,
}

impl Next {
    /// Ask a safe what an owner asks.
    fn ask_owner(safe: SafeId, request: RequestId, question: OwnerQuestion) -> Self {
        Next::Ask(safe, request, Question::Owner(question))
    }
}

impl Step {
    /// Nothing is to be stored.
    fn then(next: Next) -> Self {
        Self {
            changes: Vec::new(),
            durability: Durability::Relaxed,
            next,
        }
    }

    /// Something irrecoverable hangs on these changes.
    fn strict(changes: Vec<Change>, next: Next) -> Self {
        Self {
            changes,
            durability: Durability::Strict,
            next,
        }
    }

    /// The answer is none that this state asked for.
    fn garbled() -> Self {
        Self::then(Next::Wait(Waiting::Garbled))
    }
}

impl Flow {
    /// One step.
    pub(crate) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        // Under another root than the one that is to come, nobody would find what it leaves.
        let is_restoring = desk.books.owner().is_some_and(Owner::is_restoring);
        if is_restoring && matches!(input, Input::Start) && self.leaves_note() {
            return Step::then(Next::Rest);
        }
        match self {
            Flow::Add(flow) => flow.step(input, desk, rng),
            Flow::Register(flow) => flow.step(input, desk, rng),
            Flow::Recover(flow) => flow.step(input, desk, rng),
            Flow::Retire(flow) => flow.step(input, desk, rng),
            Flow::Protect(flow) => flow.step(input, desk, rng),
            Flow::Reunite(flow) => flow.step(input, desk, rng),
            Flow::Rotate(flow) => flow.step(input, desk, rng),
            Flow::Enrol(flow) => flow.step(input, desk, rng),
            Flow::Login(flow) => flow.step(input, desk, rng),
            Flow::Round(flow) => flow.step(input, desk, rng),
            Flow::Order(flow) => flow.step(input, desk, rng),
            Flow::Hold(flow) => flow.step(input, desk, rng),
            Flow::Decide(flow) => flow.step(input, desk, rng),
            Flow::Wake(flow) => flow.step(input, desk, rng),
            Flow::Freeze(flow) => flow.step(input, desk, rng),
            Flow::Reread(flow) => flow.step(input, desk, rng),
            Flow::Rehearse(flow) => flow.step(input, desk, rng),
            Flow::Audit(flow) => flow.step(input, desk, rng),
        }
    }

    /// Whether something is to be registered by it whose note is, or will be, sealed under the root of this wallet.
    pub(crate) fn leaves_note(&self) -> bool {
        match self {
            Flow::Register(flow) => flow.calling_off.is_none(),
            Flow::Rotate(_) => true,
            Flow::Protect(flow) => flow.group().is_none(),
            Flow::Add(_)
            | Flow::Recover(_)
            | Flow::Retire(_)
            | Flow::Reunite(_)
            | Flow::Enrol(_)
            | Flow::Login(_)
            | Flow::Order(_)
            | Flow::Round(_)
            | Flow::Hold(_)
            | Flow::Reread(_)
            | Flow::Rehearse(_)
            | Flow::Decide(_)
            | Flow::Wake(_)
            | Flow::Freeze(_)
            | Flow::Audit(_) => false,
        }
    }

    /// What of it may be sent while nobody looks: while the wallet is locked or closed, by who has no key and reads no answer. Only
    /// a registration, for it opens nothing, ends nothing, and asked twice gives one entry; what comes of it waits for the
    /// wallet. Everything else asks a safe to hand out, to end or to change something.
    pub(crate) fn unattended(
        &self,
        body: &Body,
        books: &Books,
        lock: LockStanding,
    ) -> Option<(SafeId, RequestId, Registration)> {
        match self {
            Flow::Register(flow) => {
                let registration = flow.unattended(body, books, lock)?;
                Some((flow.safe, flow.request, registration))
            }
            Flow::Add(_)
            | Flow::Recover(_)
            | Flow::Retire(_)
            | Flow::Protect(_)
            | Flow::Reunite(_)
            | Flow::Rotate(_)
            | Flow::Enrol(_)
            | Flow::Login(_)
            | Flow::Round(_)
            | Flow::Order(_)
            | Flow::Hold(_)
            | Flow::Decide(_)
            | Flow::Wake(_)
            | Flow::Freeze(_)
            | Flow::Audit(_)
            | Flow::Rehearse(_)
            | Flow::Reread(_) => None,
        }
    }

    /// The same with its note under another root, if it has one under this.
    pub(crate) fn under_root(
        &self,
        from: &Secret,
        to: &Secret,
        rng: &mut dyn CryptoRng,
    ) -> Option<Self> {
        match self {
            Flow::Register(flow) => {
                let note = flow.note.as_ref()?;
                let note = Note::reseal(note, (from, to), flow.safe, &flow.holder, rng)?;
                let note = Some(note);
                Some(Flow::Register(Register {
                    note,
                    ..flow.clone()
                }))
            }
            Flow::Rotate(flow) => {
                let note = flow.note.as_ref()?;
                let note = Note::reseal(note, (from, to), flow.safe, &flow.next, rng)?;
                let note = Some(note);
                Some(Flow::Rotate(Rotate {
                    note,
                    ..flow.clone()
                }))
            }
            _ => None,
        }
    }

    /// The items it works on: they are locked. What it is about comes first.
    pub fn items(&self) -> Vec<ItemId> {
        match self {
            Flow::Add(_)
            | Flow::Enrol(_)
            | Flow::Login(_)
            | Flow::Round(_)
            | Flow::Hold(_)
            | Flow::Decide(_)
            | Flow::Wake(_)
            | Flow::Freeze(_)
            | Flow::Audit(_) => Vec::new(),
            Flow::Register(flow) => alloc::vec![flow.value],
            Flow::Recover(flow) => core::iter::once(flow.certificate)
                .chain(flow.arrived())
                .collect(),
            Flow::Retire(flow) => flow.certificate().into_iter().collect(),
            Flow::Protect(flow) => flow.values.iter().copied().chain(flow.key).collect(),
            Flow::Reunite(flow) => core::iter::once(item_of(flow.group))
                .chain(flow.arrived().iter().copied())
                .collect(),
            Flow::Rotate(flow) => alloc::vec![flow.certificate],
            Flow::Reread(flow) => core::iter::once(flow.certificate)
                .chain(flow.arrived())
                .collect(),
            Flow::Order(flow) => flow.own.iter().map(|own| own.certificate).collect(),
            Flow::Rehearse(flow) => flow
                .held()
                .map(|held| held.certificate)
                .into_iter()
                .collect(),
        }
    }

    /// The group it works on, or works for.
    pub(crate) fn group(&self, books: &Books) -> Option<GroupId> {
        match self {
            Flow::Add(_)
            | Flow::Enrol(_)
            | Flow::Round(_)
            | Flow::Hold(_)
            | Flow::Decide(_)
            | Flow::Wake(_)
            | Flow::Freeze(_)
            | Flow::Audit(_) => None,
            Flow::Login(flow) => flow.ordered(),
            Flow::Order(flow) => Some(flow.part.group),
            Flow::Register(flow) => books.item(flow.value)?.group(),
            Flow::Recover(flow) => books.item(flow.certificate)?.group(),
            Flow::Retire(flow) => match (flow.part, flow.certificate()) {
                (Some(of), _) => Some(of.group),
                (None, certificate) => books.item(certificate?)?.group(),
            },
            Flow::Protect(flow) => flow.group(),
            Flow::Reunite(flow) => Some(flow.group),
            Flow::Rotate(flow) => books.item(flow.certificate)?.group(),
            Flow::Reread(flow) => books.item(flow.certificate)?.group(),
            Flow::Rehearse(flow) => flow.group(books),
        }
    }

    /// The safe it asks.
    pub fn safe(&self) -> Option<SafeId> {
        match self {
            Flow::Add(_) => None,
            Flow::Register(flow) => Some(flow.safe),
            Flow::Recover(flow) => Some(flow.via.map_or(flow.safe, |via| via.by)),
            Flow::Order(flow) => Some(flow.by),
            Flow::Retire(flow) => Some(flow.safe),
            Flow::Rotate(flow) => Some(flow.safe),
            Flow::Enrol(flow) => Some(flow.safe),
            Flow::Login(flow) => Some(flow.safe),
            Flow::Hold(flow) => Some(flow.safe),
            Flow::Decide(flow) => Some(flow.safe),
            Flow::Wake(flow) => Some(flow.safe),
            Flow::Freeze(flow) => Some(flow.safe),
            Flow::Reread(flow) => Some(flow.safe),
            Flow::Rehearse(flow) => flow.held().map(|held| held.safe),
            Flow::Audit(flow) => Some(flow.safe),
            Flow::Protect(_) | Flow::Reunite(_) | Flow::Round(_) => None,
        }
    }

    /// Whether it asks this safe, or what it is about to begin will.
    pub fn will_ask(&self, safe: SafeId) -> bool {
        if let Flow::Round(round) = self {
            return round.seats().any(|seat| seat.safe == safe);
        }
        let seats = match self {
            Flow::Protect(Protect {
                state: ProtectState::Preparing { seats, .. },
                ..
            }) => seats,
            Flow::Reunite(Reunite {
                then: Then::Replace { seats, .. },
                ..
            }) => seats,
            Flow::Order(flow) => return flow.by == safe || flow.safe == safe,
            Flow::Recover(flow) if flow.safe == safe => return true,
            _ => return self.safe() == Some(safe),
        };
        seats.iter().any(|seat| seat.safe == safe)
    }

    /// What it is.
    pub fn task(&self) -> Task {
        match self {
            Flow::Add(_) => Task::Add,
            Flow::Register(_) | Flow::Protect(_) => Task::BackUp,
            Flow::Recover(_) | Flow::Order(_) => Task::Recover,
            Flow::Reread(_) => Task::LastCopy,
            Flow::Rehearse(_) => Task::Rehearse,
            Flow::Reunite(flow) if !flow.last_resort.is_no() => Task::LastCopy,
            Flow::Reunite(flow) => match flow.then {
                Then::Hold => Task::Recover,
                Then::Replace { .. } => Task::Repair,
                Then::Keys => Task::RecoverKey,
            },
            Flow::Rotate(_) => Task::TakeOver,
            Flow::Round(_) => Task::Round,
            Flow::Retire(_) => Task::Retire,
            Flow::Enrol(_) => Task::Enrol,
            // Both say what holds for those who wait.
            Flow::Hold(_) | Flow::Wake(_) => Task::SetWait,
            Flow::Decide(_) => Task::Decide,
            Flow::Freeze(_) => Task::Freeze,
            Flow::Audit(_) => Task::Audit,
            Flow::Login(flow) => flow.task(),
        }
    }

    /// What is true of it now.
    pub fn stage(&self) -> Stage {
        match self {
            Flow::Add(_) => Stage::NoRoom,
            Flow::Register(Register {
                calling_off: Some(_),
                ..
            })
            | Flow::Protect(Protect {
                state: ProtectState::Undoing { .. },
                ..
            }) => Stage::Retiring,
            Flow::Register(_) | Flow::Protect(_) => Stage::Registering,
            Flow::Reunite(flow) => match flow.state {
                ReuniteState::Collecting { .. } => Stage::Requesting,
                ReuniteState::Replacing { .. } => Stage::Registering,
                ReuniteState::Arrived { .. } => Stage::Arrived,
            },
            Flow::Recover(flow) => match flow.state {
                RecoverState::Clearing { .. }
                | RecoverState::Opening { .. }
                | RecoverState::Fetched { .. } => Stage::Requesting,
                RecoverState::Arrived { .. } => Stage::Arrived,
                RecoverState::Returning { .. } => Stage::Returning,
            },
            Flow::Round(_) => Stage::Round,
            Flow::Reread(_) => Stage::Requesting,
            Flow::Rehearse(flow) => match flow.state {
                RehearseState::Between | RehearseState::Looking(_) | RehearseState::Opening(_) => {
                    Stage::Requesting
                }
                RehearseState::Returning(..) => Stage::Returning,
            },
            Flow::Order(flow) => match flow.state {
                OrderState::Opening { .. } | OrderState::Over { .. } => Stage::Requesting,
                OrderState::Returning { .. } => Stage::Returning,
            },
            Flow::Retire(_) => Stage::Retiring,
            Flow::Rotate(_) => Stage::TakingOver,
            Flow::Enrol(_) => Stage::Enrolling,
            Flow::Hold(_) => Stage::SettingWait,
            Flow::Decide(_) => Stage::Deciding,
            Flow::Wake(_) => Stage::SettingWake,
            Flow::Freeze(_) => Stage::Freezing,
            Flow::Audit(_) => Stage::Auditing,
            Flow::Login(flow) => match flow.state {
                LoginState::Ready
                | LoginState::Starting { .. }
                | LoginState::Finishing { .. }
                | LoginState::Greeting { .. }
                | LoginState::Proving { .. } => Stage::LoggingIn,
                LoginState::Challenged { .. }
                | LoginState::Making { .. }
                | LoginState::Made { .. } => Stage::AwaitsDevice,
                LoginState::In { .. } if flow.task() == Task::Ways => Stage::Managing,
                LoginState::Open { .. } => Stage::Managing,
                LoginState::In { .. } => Stage::LoggedIn,
                LoginState::Evaluating { .. }
                | LoginState::Changing { .. }
                | LoginState::Adding { .. }
                | LoginState::Mapping { .. } => Stage::Enrolling,
                LoginState::Listing { .. } | LoginState::Joining { .. } => Stage::Listing,
            },
        }
    }

    /// Whether the owner can still stop it without losing anything.
    pub fn can_call_off(&self, books: &Books) -> bool {
        match self {
            Flow::Add(_) | Flow::Round(_) => true,
            // A change that is begun is finished: both secrets are on paper.
            Flow::Login(flow) => match flow.aim {
                Aim::Restore | Aim::Map => true,
                // That is called off with what it is for.
                Aim::Change { .. } | Aim::Settle | Aim::Order { .. } => false,
                // What the safe may have enrolled is finished, too: both sides know of it then.
                Aim::Ways(_) => !matches!(
                    flow.state,
                    LoginState::Changing { .. } | LoginState::Adding { .. }
                ),
            },
            // What works for a group is called off with it.
            Flow::Order(_) => false,
            Flow::Register(_) | Flow::Recover(_) | Flow::Reread(_)
                if self.group(books).is_some() =>
            {
                false
            }
            // Nothing was changed at the safe, so there is nothing to undo.
            Flow::Reread(_) => true,
            // What was left open is given back, whoever wants what. That somebody waits for it can be called off.
            Flow::Rehearse(flow) => match flow.ends {
                None => !flow.is_left_over(),
                Some(ends) => ends == Ends::Wanted,
            },
            Flow::Register(flow) => flow.calling_off.is_none(),
            Flow::Recover(flow) => matches!(
                flow.state,
                RecoverState::Clearing { .. } | RecoverState::Opening { .. }
            ),
            // The safe may have enrolled it, and then takes no other under this name.
            Flow::Enrol(flow) => !matches!(flow.state, EnrolState::Finishing { .. }),
            // What waits is set by the owner, and told until it is true.
            Flow::Retire(_) | Flow::Rotate(_) | Flow::Hold(_) | Flow::Wake(_) => false,
            Flow::Decide(_) | Flow::Freeze(_) | Flow::Audit(_) => true,
            Flow::Protect(flow) => {
                let phase = flow
                    .group()
                    .and_then(|id| books.group(id))
                    .map(|group| group.phase);
                flow.replaces.is_none() && phase.is_none_or(|phase| phase == Phase::Registering)
            }
            Flow::Reunite(flow) => !matches!(flow.state, ReuniteState::Arrived { .. }),
        }
    }
}

impl Desk<'_> {
    /// A notice about this flow's work.
    fn notice(&self, kind: Kind, subject: &str, safe: SafeId, rng: &mut dyn CryptoRng) -> Change {
        Change::Notify(Notice {
            id: ItemId::make(rng),
            at: self.now,
            subject: subject.into(),
            safe: self
                .books
                .safe(safe)
                .map(|safe| safe.address.as_str().into())
                .unwrap_or_default(),
            kind,
        })
    }

    /// A notice that is about no safe.
    fn own_notice(&self, kind: Kind, subject: &str, rng: &mut dyn CryptoRng) -> Change {
        Change::Notify(Notice {
            id: ItemId::make(rng),
            at: self.now,
            subject: subject.into(),
            safe: String::new(),
            kind,
        })
    }

    /// Reads a receipt that this safe signed about this target.
    fn receipt(&self, compact: &str, safe: SafeId, target: CertificateId) -> Option<Receipt> {
        let key = self.books.safe(safe)?.signing_key;
        Receipt::verify(compact, &key)
            .ok()
            .filter(|receipt| receipt.target == target)
    }

    /// Reads the signed receipt in a conflict: who has the entry, and since when. An unsigned claim is not believed.
    fn conflict(
        &self,
        problem: &Problem,
        safe: SafeId,
        target: CertificateId,
    ) -> Option<Elsewhere> {
        let receipt = self.receipt(problem.receipt.as_deref()?, safe, target)?;
        match receipt.event {
            Event::Refused { state, session } => Some(Elsewhere {
                state,
                session,
                since: receipt.at,
            }),
            Event::Withdrawn { .. } | Event::Returned { .. } | Event::Retired => None,
        }
    }

    /// Whether this wallet's owner may log in elsewhere and find what is registered: then what is called off is free only when
    /// the safe has said that it has ended it.
    fn may_be_found_elsewhere(&self) -> bool {
        self.books.owner().is_some()
    }

    /// Whether the group of this certificate is leaving: nothing is wanted of it any more.
    fn is_leaving(&self, certificate: ItemId) -> bool {
        let part = self.books.certificate(certificate).and_then(|it| it.part);
        let group = part.and_then(|part| self.books.group(part.group));
        group.is_some_and(|group| group.phase == Phase::Leaving)
    }

    /// The certificate `item` with another standing and, where given, another body.
    fn restand(&self, item: ItemId, standing: Standing, body: Option<Body>) -> Option<Change> {
        let mut certificate = self.books.certificate(item)?.clone();
        certificate.standing = standing;
        Some(Change::Put(
            item,
            crate::books::Item::Certificate(certificate),
            body,
        ))
    }
}

/// What a safe that hands out nothing, without proof, says about it.
fn refusal(code: Code) -> Kind {
    match code {
        Code::NotFound => Kind::UnknownToSafe,
        Code::Damaged => Kind::DamagedAtSafe,
        Code::RolledBack => Kind::SafeRolledBack,
        Code::HashMismatch => Kind::CertificateHashUnknown,
        Code::CertificateMismatch => Kind::CertificateUnknown,
        Code::Denied => Kind::OwnerSaidNo,
        _ => Kind::RefusedBySafe,
    }
}

/// Of what was not there before there were waits.
fn is_zero(wait: &u64) -> bool {
    *wait == 0
}

/// The name under which an owner knows the certificate.
pub(crate) fn name_of(books: &Books, item: ItemId) -> String {
    match books.item(item) {
        Some(crate::books::Item::Value(value)) => value.name.clone(),
        Some(crate::books::Item::Certificate(certificate)) => match certificate.part {
            Some(part) => name_of(books, item_of(part.group)),
            None => certificate.digest.name.clone().unwrap_or_default(),
        },
        Some(crate::books::Item::Part(part)) => name_of(books, item_of(part.of.group)),
        Some(crate::books::Item::Group(group)) => {
            let first = group.values.first();
            first.map(|value| value.name.clone()).unwrap_or_default()
        }
        Some(crate::books::Item::Key(_)) | None => String::new(),
    }
}

/// A certificate of this safe, checked against its pinned key and address.
fn verify_certificate(
    compact: &str,
    key: &saifu_protocol::PublicKey,
    address: &Address,
) -> Option<Certificate> {
    Certificate::verify(compact, key)
        .ok()
        .filter(|certificate| certificate.claims().address == *address)
}
