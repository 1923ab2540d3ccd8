//! The decision: what was loaded, a command and the context in; a reply and changes as data out. An adapter loads what
//! [`need`] names, calls [`decide`], and applies [`Decision::changes`] together before the reply leaves.

mod enrol;
mod login;
mod session;

pub(super) use session::session_of;

use super::command::Command;
use super::keys::OwnerKeys;
use super::ledger::{Change, Loaded, Need};
use crate::command::Asker;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::UnixTime;
use saifu_protocol::message::Outcome;
use saifu_protocol::owner::{Answer, Changed, EnrolStarted, Enrolled, LoginFinished, LoginStarted};
use saifu_protocol::problem::Code;

/// What a decision depends on besides ledger and command.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The safe's clock.
    pub now: UnixTime,
    /// The keys by which owners log in.
    pub keys: &'a OwnerKeys,
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
    /// To a login.
    LoginFinished(LoginFinished),
    /// To a change of the secret.
    Changed(Outcome<Answer<Changed>>),
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
        Command::Settle(within) | Command::Join(within) => need.session = Some(within.session),
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
            login::finish(loaded, finish, context, rng, into).unwrap_or(LoginFinished::Out),
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
    };
    Decision { reply, changes }
}

fn outcome<T>(result: Result<T, Code>) -> Outcome<T> {
    match result {
        Ok(done) => Outcome::Done(done),
        Err(code) => Outcome::Problem(code.into()),
    }
}
