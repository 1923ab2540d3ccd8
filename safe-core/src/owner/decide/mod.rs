//! The decision: what was loaded, a command and the context in; a reply and changes as data out. An adapter loads what
//! [`need`] names, calls [`decide`], and applies [`Decision::changes`] together before the reply leaves.

mod device;
mod enrol;
mod freeze;
mod login;
mod session;
mod ways;

pub(super) use session::{holding, session_of};

use super::command::Command;
use super::keys::OwnerKeys;
use super::ledger::{Change, Loaded, Need};
use super::state::Owner;
use crate::command::Asker;
use crate::settings::PasskeySite;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_crypto::sign::SigningKey;
use saifu_protocol::message::Outcome;
use saifu_protocol::owner::{
    Answer, Changed, DeviceAdded, DeviceStarted, EnrolStarted, Enrolled, Event, FreezeItem, Froze,
    Happened, LoginFinished, LoginStarted, Thawed, WaysIn,
};
use saifu_protocol::problem::Code;
use saifu_protocol::{PublicKey, UnixTime};

/// What a decision depends on besides ledger and command.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The safe's clock.
    pub now: UnixTime,
    /// The keys by which owners log in.
    pub keys: &'a OwnerKeys,
    /// The key by which wallets know the safe.
    pub signing: &'a SigningKey,
    /// Which passkeys the operator takes; without it, those of any site.
    pub passkeys: Option<&'a PasskeySite>,
}

/// A reply, not yet sealed.
#[derive(Clone)]
pub enum Reply {
    /// To the start of an enrolment.
    EnrolStarted(Outcome<EnrolStarted>),
    /// To an enrolment.
    Enrolled(Outcome<Enrolled>),
    /// To the start of a login.
    LoginStarted(Outcome<LoginStarted>),
    /// To the start of a login with a device.
    DeviceStarted(Outcome<DeviceStarted>),
    /// To a login.
    LoginFinished(LoginFinished),
    /// To a change of the secret.
    Changed(Outcome<Answer<Changed>>),
    /// To the enrolment of a device.
    DeviceAdded(Outcome<Answer<DeviceAdded>>),
    /// By what the owner gets in.
    Ways(Outcome<Answer<WaysIn>>),
    /// To freezing.
    Froze(Outcome<Answer<Froze>>),
    /// To lifting it.
    Thawed(Outcome<Answer<Thawed>>),
    /// To what else is done in a session: until when it holds.
    Done(Outcome<Answer<UnixTime>>),
}

/// What was decided.
#[derive(Clone)]
pub struct Decision {
    /// The reply.
    pub reply: Reply,
    /// What to apply before it leaves.
    pub changes: Vec<Change>,
    /// Which accounts are to be woken, where they are woken at all.
    pub wakes: Vec<PublicKey>,
}

/// What to load for a command.
pub fn need(asker: &Asker, command: &Command) -> Need {
    let mut need = Need::default();
    match command {
        Command::EnrolStart(start) => need.look_up = Some(start.look_up),
        Command::EnrolFinish(finish) => need.look_up = Some(finish.look_up),
        Command::LoginStart(start) => {
            need.look_up = Some(start.look_up);
            need.attempt = Some((asker.account, asker.request));
        }
        Command::LoginFinish(finish) => need.attempt = Some((asker.account, finish.login)),
        Command::Change(finish) => need.session = Some(finish.within.session),
        Command::SetMap(set) => need.session = Some(set.within.session),
        Command::Settle(within) | Command::Join(within) | Command::RevokeKit(within) => {
            need.session = Some(within.session);
        }
        Command::DeviceStart(_) => need.greeting = Some((asker.account, asker.request)),
        Command::DeviceFinish(finish) => {
            need.greeting = Some((asker.account, finish.login));
            need.device = Some(finish.proof.device());
        }
        Command::DeviceAdd(add) => {
            need.session = Some(add.within.session);
            need.device = Some(add.key.id());
            need.ways = true;
        }
        Command::DeviceRemove(remove) => {
            need.session = Some(remove.within.session);
            need.device = Some(remove.device);
        }
        Command::DeviceRename(rename) => {
            need.session = Some(rename.within.session);
            need.device = Some(rename.device);
        }
        Command::Ways(within) => {
            need.session = Some(within.session);
            need.ways = true;
        }
        Command::Freeze(item) => {
            match item {
                FreezeItem::Session(within) => need.session = Some(within.session),
                FreezeItem::Account(look_up) => need.look_up = Some(*look_up),
            }
            need.ways = true;
        }
        Command::Unfreeze(within) => {
            need.session = Some(within.session);
            need.ways = true;
            need.thawing = Some(asker.account);
        }
    }
    need
}

/// Decides.
pub fn decide(
    loaded: Loaded,
    asker: &Asker,
    command: &Command,
    context: &Context<'_>,
    rng: &mut dyn CryptoRng,
) -> Decision {
    let mut changes = Vec::new();
    let into = &mut changes;
    let reply = match command {
        Command::EnrolStart(start) => {
            Reply::EnrolStarted(outcome(enrol::start(&loaded, asker, start, context)))
        }
        Command::EnrolFinish(finish) => {
            Reply::Enrolled(outcome(enrol::finish(loaded, asker, finish, context, into)))
        }
        Command::LoginStart(begin) => {
            let started = login::start(loaded, asker, begin, context, rng, into);
            Reply::LoginStarted(outcome(started))
        }
        Command::LoginFinish(finish) => Reply::LoginFinished(
            login::finish(loaded, asker, finish, context, rng, into).unwrap_or(LoginFinished::Out),
        ),
        Command::Change(finish) => {
            Reply::Changed(outcome(enrol::change(loaded, asker, finish, context, into)))
        }
        Command::Settle(within) => Reply::Done(outcome(session::settle(
            loaded, asker, within, context, into,
        ))),
        Command::SetMap(set) => {
            Reply::Done(outcome(session::set_map(loaded, asker, set, context, into)))
        }
        Command::Join(within) => {
            Reply::Done(outcome(session::join(loaded, asker, within, context, into)))
        }
        Command::DeviceStart(start) => {
            let started = device::start(loaded, asker, start, context, rng, into);
            Reply::DeviceStarted(outcome(started))
        }
        Command::DeviceFinish(finish) => Reply::LoginFinished(
            device::finish(loaded, asker, finish, context, rng, into).unwrap_or(LoginFinished::Out),
        ),
        Command::DeviceAdd(add) => {
            Reply::DeviceAdded(outcome(ways::add(&loaded, asker, add, context, into)))
        }
        Command::DeviceRemove(remove) => {
            let removed = ways::remove(&loaded, asker, remove, context, into);
            Reply::Done(outcome(removed))
        }
        Command::DeviceRename(rename) => {
            let renamed = ways::rename(&loaded, asker, rename, context, into);
            Reply::Done(Outcome::Done(renamed))
        }
        Command::Ways(within) => {
            let ways = ways::list(&loaded, asker, within, context);
            Reply::Ways(Outcome::Done(ways))
        }
        Command::Freeze(item) => {
            let froze = freeze::freeze(&loaded, asker, item, context, into);
            Reply::Froze(Outcome::Done(froze))
        }
        Command::Unfreeze(within) => {
            let thawed = freeze::unfreeze(&loaded, asker, within, context, into);
            Reply::Thawed(Outcome::Done(thawed))
        }
        Command::RevokeKit(within) => Reply::Done(outcome(session::revoke_kit(
            loaded, asker, within, context, into,
        ))),
    };
    let wakes = wakes(&changes, asker);
    Decision {
        reply,
        changes,
        wakes,
    }
}

/// An owner whose freeze somebody begins to lift alone has 30 days to refuse that. So their other accounts hear of it.
fn wakes(changes: &[Change], asker: &Asker) -> Vec<PublicKey> {
    let asks_alone = |change: &Change| matches!(change, Change::Happened { happened, .. } if matches!(happened.what, Event::ThawAsked(_)));
    if !changes.iter().any(asks_alone) {
        return Vec::new();
    }
    let owners = changes.iter().filter_map(|change| match change {
        Change::PutOwner(owner) => owner.enrolled.as_ref(),
        _ => None,
    });
    let accounts = owners.flat_map(|enrolled| enrolled.accounts.iter().copied());
    accounts.filter(|it| *it != asker.account).collect()
}

/// Writes down what happened, by whom.
fn happened(owner: &Owner, asker: &Asker, what: Event, context: &Context<'_>) -> Change {
    Change::Happened {
        look_up: owner.look_up,
        happened: Happened {
            at: context.now,
            account: asker.account,
            what,
        },
    }
}

fn outcome<T>(result: Result<T, Code>) -> Outcome<T> {
    match result {
        Ok(done) => Outcome::Done(done),
        Err(code) => Outcome::Problem(code.into()),
    }
}
