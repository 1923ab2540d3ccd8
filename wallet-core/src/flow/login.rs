//! Logging in at a safe with name and recovery secret: to find everything again in a wallet that has nothing, or to tell
//! the safe where the owner's other safes are.
//!
//! ```text
//!           ┌────────────────session over, once────────────────┐
//!           ▼                                                  │
//! (owner) → Ready ──stretch──▶ Starting ──LOGIN-START──▶ Finishing ──LOGIN-FINISH──▶ In ──MAP──▶ done
//!                                 │ wrong: the owner is told        │                │
//!                                 ▼                                 │                └──root known──▶ Listing ──page by page──┐
//!                               ended                               │                      ▲   └──JOIN──▶ done ◀─last page────┘
//!                                                                   └─ share and map ──────┘ other safes are logged in to as well
//! ```
//! A change of the secret logs in with the one and has the safe evaluate the other, as an enrolment does. Then both open. When
//! enough safes have the other one, a login with that ends the first:
//!
//! ```text
//! In ──▶ Evaluating ──ENROL-START──▶ stretched ──▶ Changing ──CHANGE──▶ both open … In ──SETTLE──▶ done
//! ```
//!
//! A share of the root comes with each login. When there are enough, every login that rests in `In` goes on to its list. What
//! a page says is stored with where the next one begins, so a crash repeats a page at most, and entries that are known stay.
//!
//! A guess is spent at the safe for each `LOGIN-START` of a new request and given back when the secret was right. A retry is
//! the same request, so it spends nothing. A restore tries a secret as the newest one, and then as the one before: a wrong one
//! costs two guesses.

mod change;
mod restore;

use super::record::Recorded;
use super::{Desk, Flow, Input, Next, Step};
use crate::books::{Books, Change, Identity, Safe, secret};
use crate::client::{OwnerAnswer, OwnerQuestion};
use crate::ids::FlowId;
use crate::notice::Kind;
use crate::owner::{OwnerStanding, Words, seal_map};
use crate::view::Waiting;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::opaque::{self, LoggingIn};
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::owner::{
    Act, Answer, ChangeFinish, Changed, EnrolStart, InSession, LoginFinish, LoginFinished,
    LoginStart, LoginStarted, OwnerListItem, OwnerName, Purpose, SessionProof, SetMap, Suite,
    Which, look_up, parties,
};
use saifu_protocol::{PublicKey, RequestId, SafeId, SessionId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How many pages that bring nothing new are read at one safe: as many as take 25,000 certificates that are known, or 200,000
/// batches that are over. A safe whose list never ends must not keep a wallet busy.
const MOST_BARREN_PAGES: u32 = 1_000;

/// The owner logs in at a safe.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Login {
    /// The safe.
    pub safe: SafeId,
    /// The owner's name.
    pub name: String,
    /// The secret.
    pub words: Words,
    /// Which of the owner's secrets it is taken for. While one is being changed, both open, and only the owner knows which
    /// of them is on their paper.
    pub which: Which,
    /// What for.
    pub aim: Aim,
    /// Whether a session ended too early once: the second time the owner is told.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub again: bool,
    /// What is true.
    pub state: LoginState,
}

/// What a login is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// To find everything again.
    Restore,
    /// To keep the newest map there.
    Map,
    /// To have another secret open there, too.
    Change {
        /// The other one.
        next: Words,
    },
    /// To end the secret before the one that is logged in with.
    Settle,
}

/// What is true of a login.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoginState {
    /// Nothing was asked.
    Ready,
    /// The safe is asked for a challenge.
    Starting {
        /// What it takes to read the answer.
        #[serde(with = "secret::bytes")]
        logging_in: Zeroizing<Vec<u8>>,
        /// What is asked.
        start: LoginStart,
        /// The request, the same on every attempt.
        request: RequestId,
    },
    /// The challenge was met; the safe is to open a session.
    Finishing {
        /// What is asked.
        finish: LoginFinish,
        /// The keys that came of it.
        keys: SessionKeys,
        /// The request, the same on every attempt.
        request: RequestId,
    },
    /// There is a session.
    In {
        /// Which.
        session: Session,
    },
    /// The owner's entries are listed.
    Listing {
        /// In which session.
        session: Session,
        /// Where the next page begins.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// How many pages have brought nothing.
        #[serde(default)]
        barren: u32,
    },
    /// The safe evaluates the other secret, blinded.
    Evaluating {
        /// In which session.
        session: Session,
        /// What it takes to read the answer.
        #[serde(with = "secret::bytes")]
        enrolling: Zeroizing<Vec<u8>>,
        /// What is asked.
        start: EnrolStart,
        /// The request, the same on every attempt.
        request: RequestId,
    },
    /// The record of the other secret is made; the safe is to keep it beside the one it has.
    Changing {
        /// In which session.
        session: Session,
        /// What is asked, but for the proof of the session.
        change: Recorded,
        /// The request, the same on every attempt.
        request: RequestId,
    },
    /// Everything was listed; the account of this wallet is to be counted as the owner's.
    Joining {
        /// In which session.
        session: Session,
    },
}

/// What a login gives.
#[derive(Clone, Serialize, Deserialize)]
pub struct SessionKeys {
    /// Proves the session.
    #[serde(with = "secret")]
    session: Secret,
    /// Opens what the safe keeps for the owner.
    #[serde(with = "secret")]
    export: Secret,
}

/// A session at a safe.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    id: SessionId,
    keys: SessionKeys,
}

impl core::fmt::Debug for LoginState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            LoginState::Ready => "Ready",
            LoginState::Starting { .. } => "Starting",
            LoginState::Finishing { .. } => "Finishing",
            LoginState::In { .. } => "In",
            LoginState::Listing { .. } => "Listing",
            LoginState::Evaluating { .. } => "Evaluating",
            LoginState::Changing { .. } => "Changing",
            LoginState::Joining { .. } => "Joining",
        })
    }
}

impl Login {
    /// One that has not begun.
    pub(crate) fn new(safe: SafeId, name: &str, words: &Words, aim: Aim) -> Self {
        Self {
            safe,
            name: name.into(),
            words: words.clone(),
            which: Which::Newest,
            aim,
            again: false,
            state: LoginState::Ready,
        }
    }

    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match (&self.state, input) {
            (_, Input::CallOff) => self.end(OwnerStanding::Refused, None, desk, rng),
            (_, Input::Refused(_)) => {
                let kind = Kind::RefusedBySafe;
                self.end(OwnerStanding::Refused, Some(kind), desk, rng)
            }
            (LoginState::Ready, Input::Start) => self.begin(desk, rng),
            (LoginState::Starting { start, request, .. }, Input::Start) => {
                let question = OwnerQuestion::LoginStart(start.clone());
                Step::then(Next::ask_owner(self.safe, *request, question))
            }
            (
                LoginState::Starting {
                    logging_in,
                    start,
                    request,
                },
                Input::Owner(OwnerAnswer::LoginStarted(started)),
            ) => match started {
                LoginStarted::Wait(_) => Step::then(Next::Wait(Waiting::TooManyGuesses)),
                LoginStarted::Challenge { ke2, .. } => {
                    self.meet(logging_in, start, *request, &ke2, desk, rng)
                }
            },
            (
                LoginState::Finishing {
                    finish, request, ..
                },
                Input::Start,
            ) => {
                let question = OwnerQuestion::LoginFinish(finish.clone());
                Step::then(Next::ask_owner(self.safe, *request, question))
            }
            (
                LoginState::Finishing { keys, .. },
                Input::Owner(OwnerAnswer::LoginFinished(finished)),
            ) => match finished {
                LoginFinished::In(logged_in) => self.enter(&logged_in, keys, desk, rng),
                LoginFinished::Out => self.log_in_again(desk, rng),
            },
            (LoginState::In { session }, Input::Start) => self.go_in(session, desk, rng),
            (LoginState::Listing { session, after, .. }, Input::Start) => {
                self.ask(session, Act::List, desk, rng, |within| {
                    let after = after.clone();
                    OwnerQuestion::List(OwnerListItem { within, after })
                })
            }
            (
                LoginState::Listing {
                    session, barren, ..
                },
                Input::Owner(OwnerAnswer::Listed(listed)),
            ) => match listed {
                Answer::Done(page) => self.turn_page(session, *barren, &page, desk, rng),
                Answer::Out => self.log_in_again(desk, rng),
            },
            (LoginState::Evaluating { start, request, .. }, Input::Start) => {
                let question = OwnerQuestion::EnrolStart(start.clone());
                Step::then(Next::ask_owner(self.safe, *request, question))
            }
            (
                LoginState::Evaluating {
                    session,
                    enrolling,
                    start,
                    ..
                },
                Input::Owner(OwnerAnswer::EnrolStarted(started)),
            ) => {
                let step = self.make_record(session, (enrolling, start), &started, desk, rng);
                step.unwrap_or_else(Step::garbled)
            }
            (
                LoginState::Changing {
                    session,
                    change,
                    request,
                },
                Input::Start,
            ) => {
                let change = change.clone();
                self.ask_in(session, Act::Change, *request, desk, |within| {
                    OwnerQuestion::Change(ChangeFinish {
                        within,
                        enrolment: change.enrolment,
                        suite: Suite::Opaque1,
                        record: change.record,
                        kept: change.kept,
                    })
                })
            }
            (LoginState::Changing { .. }, Input::Owner(OwnerAnswer::Changed(changed))) => {
                match changed {
                    // Also where an earlier attempt, or another device, had come so far: whether it is the same secret the login
                    // with it shows.
                    Answer::Done(Changed::Both | Changed::Unsettled) => self.changed(desk, rng),
                    Answer::Out => self.log_in_again(desk, rng),
                }
            }
            (LoginState::Joining { session }, Input::Start) => {
                self.ask(session, Act::Join, desk, rng, OwnerQuestion::Join)
            }
            (
                LoginState::In { .. } | LoginState::Joining { .. },
                Input::Owner(OwnerAnswer::Done(done)),
            ) => match done {
                Answer::Done(_) => self.end(OwnerStanding::Enrolled, None, desk, rng),
                Answer::Out => self.log_in_again(desk, rng),
            },
            _ => Step::garbled(),
        }
    }

    /// Stretches the name: takes long.
    fn begin(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let begun = OwnerName::new(&self.name).ok().and_then(|name| {
            let look_up = look_up(&name, self.safe, desk.stretch);
            let begun = opaque::log_in(self.words.expose_secret().as_bytes(), rng).ok();
            begun.map(|(logging_in, ke1)| (look_up, logging_in, ke1))
        });
        let Some((look_up, logging_in, ke1)) = begun else {
            return self.end(OwnerStanding::Wrong, Some(Kind::SecretWrong), desk, rng);
        };
        let starting = LoginState::Starting {
            logging_in: Zeroizing::new(logging_in.expose_secret().to_vec()),
            start: LoginStart {
                look_up,
                which: self.which,
                ke1,
            },
            request: RequestId::make(rng),
        };
        self.go_on(starting, desk)
    }

    /// Stretches the secret. Whether it is right is known here, before the safe knows it.
    fn meet(
        &self,
        logging_in: &[u8],
        start: &LoginStart,
        login: RequestId,
        ke2: &[u8; opaque::KE2_LEN],
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let Ok(logging_in) = logging_in.try_into().map(LoggingIn::new) else {
            return Step::garbled();
        };
        let met = logging_in.finish(
            self.words.expose_secret().as_bytes(),
            ke2,
            parties(&start.look_up, &self.safe),
            desk.stretch,
            rng,
        );
        let Ok(met) = met else {
            return self.not_met(desk, rng);
        };
        let finishing = LoginState::Finishing {
            finish: LoginFinish {
                login,
                ke3: met.ke3,
            },
            keys: SessionKeys {
                session: met.session_key,
                export: met.export_key,
            },
            request: RequestId::make(rng),
        };
        self.go_on(finishing, desk)
    }

    /// It is not the newest secret there. It may be the one before, which costs a second guess to find out.
    fn not_met(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let may_be_before = matches!(self.aim, Aim::Restore | Aim::Change { .. });
        if self.which == Which::Previous || !may_be_before {
            return self.end(OwnerStanding::Wrong, Some(Kind::SecretWrong), desk, rng);
        }
        let before = Flow::Login(Self {
            which: Which::Previous,
            state: LoginState::Ready,
            ..self.clone()
        });
        Step::strict(alloc::vec![Change::Journal(desk.id, before)], Next::Again)
    }

    fn go_in(&self, session: &Session, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let Some(owner) = desk.books.owner() else {
            return Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing);
        };
        match &self.aim {
            Aim::Change { next } => self.evaluate(session, next, desk, rng),
            Aim::Settle => self.ask(session, Act::Settle, desk, rng, OwnerQuestion::Settle),
            Aim::Map => {
                let map = owner.map(desk.books);
                let map = seal_map(&map, self.safe, &session.keys.export, rng);
                self.ask(session, Act::SetMap, desk, rng, |within| {
                    OwnerQuestion::SetMap(SetMap { within, map })
                })
            }
            // Until other safes have brought what is missing.
            Aim::Restore if owner.is_restoring() => Step::then(Next::Rest),
            Aim::Restore => {
                let session = session.clone();
                let (after, barren) = (None, 0);
                let listing = LoginState::Listing {
                    session,
                    after,
                    barren,
                };
                self.go_on(listing, desk)
            }
        }
    }

    /// The session is over. Once that is an accident: a phone that slept.
    fn log_in_again(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if self.again {
            let kind = Kind::OwnerSessionEnded;
            return self.end(OwnerStanding::Refused, Some(kind), desk, rng);
        }
        let again = Flow::Login(Self {
            again: true,
            state: LoginState::Ready,
            ..self.clone()
        });
        Step::strict(alloc::vec![Change::Journal(desk.id, again)], Next::Again)
    }

    /// Asks within the session.
    fn ask(
        &self,
        session: &Session,
        act: Act,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
        question: impl FnOnce(InSession) -> OwnerQuestion,
    ) -> Step {
        self.ask_in(session, act, RequestId::make(rng), desk, question)
    }

    /// Likewise, in this request.
    fn ask_in(
        &self,
        session: &Session,
        act: Act,
        request: RequestId,
        desk: &Desk<'_>,
        question: impl FnOnce(InSession) -> OwnerQuestion,
    ) -> Step {
        let Some(safe) = desk.books.safe(self.safe) else {
            return Step::garbled();
        };
        let purpose = Purpose {
            safe: self.safe,
            account: account(safe),
            request,
            act,
        };
        let within = InSession {
            session: session.id,
            proof: SessionProof::derive(&session.keys.session, &purpose),
        };
        Step::then(Next::ask_owner(self.safe, request, question(within)))
    }

    fn journal(&self, state: LoginState, desk: &Desk<'_>) -> Change {
        let next = Flow::Login(Self {
            state,
            ..self.clone()
        });
        Change::Journal(desk.id, next)
    }

    fn go_on(&self, state: LoginState, desk: &Desk<'_>) -> Step {
        Step::strict(alloc::vec![self.journal(state, desk)], Next::Again)
    }

    /// With it goes the secret. A restore that has ended everywhere without a root has come to nothing.
    fn end(
        &self,
        standing: OwnerStanding,
        told: Option<Kind>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let mut changes = alloc::vec![Change::End(desk.id)];
        if let Some(owner) = desk.books.owner() {
            let mut owner = owner.clone();
            let known = owner.standing(self.safe).unwrap_or(standing);
            let stands = match (&self.aim, standing) {
                // What is enrolled there is so all the same: only the newest map, or the other secret, is not there.
                (Aim::Map | Aim::Change { .. } | Aim::Settle, OwnerStanding::Refused) => known,
                // What opens there is still the one before, or a third one, if another device has changed it meanwhile.
                (Aim::Change { .. }, OwnerStanding::Wrong) => known,
                (Aim::Restore | Aim::Map, OwnerStanding::Enrolled) => {
                    let root = desk.books.identity().map(Identity::root);
                    root.map_or(standing, |root| owner.opened_by(&self.words, &root))
                }
                _ => standing,
            };
            owner.stand(self.safe, stands);
            let is_over = owner.is_restoring() && !others_log_in(desk);
            changes.push(Change::Own((!is_over).then_some(owner)));
        }
        changes.extend(told.map(|kind| desk.notice(kind, &self.name, self.safe, rng)));
        Step::strict(changes, Next::Nothing)
    }
}

/// The account under which this wallet asks a safe.
fn account(safe: &Safe) -> PublicKey {
    PublicKey::new(SigningKey::derive(&safe.account).public())
}

fn others_log_in(desk: &Desk<'_>) -> bool {
    let is_other = |(id, flow): (FlowId, &Flow)| matches!(flow, Flow::Login(_)) && id != desk.id;
    let books: &Books = desk.books;
    books.flows().any(is_other)
}
