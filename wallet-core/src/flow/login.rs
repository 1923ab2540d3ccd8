//! Logging in at a safe: to find everything again in a wallet that has nothing, to tell the safe where the owner's other safes
//! are, or to say by what else its owner gets in there.
//!
//! By name and secret, or name and kit:
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
//! By a device ([`device`]): the safe signs first, and only then is an authenticator asked.
//!
//! ```text
//!             ┌──────────────── too late: asked anew ───────────────────┐
//!             ▼                                                         │
//! (owner) → Ready ──▶ Greeting ──DEVICE-START──▶ Challenged ──touch──▶ Proving ──DEVICE-FINISH──▶ In, as above
//!                      ▲   │ crash: the same      ▲   │ crash: rests   ▲   │     │ not known there: the owner is told
//!                      └───┘ question again       └───┘ again          └───┘     ▼
//!                                terminal: signs at once ─────────────▶        ended
//! ```
//! A change of the secret logs in with the one and has the safe evaluate the other, as an enrolment does. Then both open. When
//! enough safes have the other one, a login with that ends the first:
//!
//! ```text
//! In ──▶ Evaluating ──ENROL-START──▶ stretched ──▶ Changing ──CHANGE──▶ both open … In ──SETTLE──▶ Mapping ──MAP──▶ done
//! ```
//! What an owner does with the ways in is told in [`ways`].
//!
//! A share of the root comes with each login. When there are enough, every login that rests in `In` goes on to its list. What
//! a page says is stored with where the next one begins, so a crash repeats a page at most, and entries that are known stay.
//!
//! A guess is spent at the safe for each `LOGIN-START` of a new request and given back when the secret was right. A retry is
//! the same request, so it spends nothing. A restore tries a secret as the newest one, and then as the one before: a wrong one
//! costs two guesses.

mod change;
mod device;
mod order;
mod restore;
mod secret_way;
mod trail;
mod ways;

pub use device::{Ceremony, Meeting, Shown};
pub(crate) use trail::Readable;
pub use trail::Released;
pub use ways::{Adding, Doing, Managing};

use super::record::Recorded;
use super::{Desk, Flow, Input, Next, Step};
use crate::books::{Books, Change, Identity, Safe, secret};
use crate::client::{Channel, OwnerAnswer, OwnerQuestion};
use crate::ids::FlowId;
use crate::notice::Kind;
use crate::owner::{OwnerSecret, OwnerStanding, Way, Words, seal_map, seal_root_map};
use crate::plan::GroupId;
use crate::view::{Task, Waiting};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::owner::{
    Act, Answer, ChangeFinish, Changed, DeviceFinish, EnrolStart, InSession, LoginFinish,
    LoginFinished, LoginStart, LoginStarted, OwnerListItem, PasskeyKey, Purpose, SessionProof,
    SetMap, Slot, Suite, Which,
};
use saifu_protocol::{PublicKey, RequestId, SafeId, SessionId, UnixTime};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How many pages that bring nothing new are read at one safe: as many as take 25,000 certificates that are known, or 200,000
/// batches that are over. A safe whose list never ends must not keep a wallet busy.
const MOST_BARREN_PAGES: u32 = 1_000;

/// The owner logs in at a safe.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Login {
    /// The safe.
    pub safe: SafeId,
    /// The owner's name; empty while only a device is known.
    pub name: String,
    /// By what. None once there is a session for which it is not needed again: it is not kept longer than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<Way>,
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

/// A login as it lies in a journal, also in one that knew secrets alone.
#[derive(Deserialize)]
struct Stored {
    safe: SafeId,
    name: String,
    #[serde(default)]
    words: Option<Words>,
    #[serde(default)]
    with: Option<Way>,
    which: Which,
    aim: Aim,
    #[serde(default)]
    again: bool,
    state: LoginState,
}

impl From<Stored> for Login {
    fn from(stored: Stored) -> Self {
        let of_words = stored.words.map(Way::secret);
        Self {
            safe: stored.safe,
            name: stored.name,
            with: stored.with.or(of_words),
            which: stored.which,
            aim: stored.aim,
            again: stored.again,
            state: stored.state,
        }
    }
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
        next: OwnerSecret,
    },
    /// To end the secret before the one that is logged in with.
    Settle,
    /// To see by what the owner gets in there, and to change that.
    Ways(Managing),
    /// To have orders brought for a group.
    Order {
        /// The group.
        group: GroupId,
        /// By how many seconds the clock of the safe that is given orders is ahead of the one here. Records of before may have a
        /// number below nothing, which does not read: then the safe says its time once more.
        #[serde(default, deserialize_with = "order::ahead_if_it_reads")]
        ahead: u64,
        /// Or by how many it is behind: no number that is stored is negative.
        #[serde(default, skip_serializing_if = "super::is_zero")]
        behind: u64,
    },
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
    /// The safe is asked to greet: who it is, and what a device is to sign.
    Greeting {
        /// The private key of this conversation.
        #[serde(with = "secret")]
        hello: Secret,
        /// The request, the same on every attempt.
        request: RequestId,
    },
    /// The safe has shown who it is. The owner's authenticator is to sign.
    Challenged {
        /// What.
        meeting: Meeting,
    },
    /// The device has signed; the safe is to open a session.
    Proving {
        /// What is asked.
        finish: Box<DeviceFinish>,
        /// The keys that came of it.
        keys: SessionKeys,
        /// When the safe has greeted.
        since: UnixTime,
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
    /// The ways in are known; what the owner does with them is up to them.
    Open {
        /// In which session.
        session: Session,
    },
    /// An authenticator is to make a passkey.
    Making {
        /// In which session.
        session: Session,
    },
    /// It was made, and is to sign the challenge of its enrolment.
    Made {
        /// In which session.
        session: Session,
        /// The passkey.
        key: PasskeyKey,
        /// The request in which it is to be enrolled: the challenge is made from it.
        request: RequestId,
    },
    /// A device has signed; the safe is to enrol it.
    Adding {
        /// In which session.
        session: Session,
        /// What is asked, but for the proof of the session.
        adding: Box<Adding>,
        /// The request, the same on every attempt.
        request: RequestId,
    },
    /// It is enrolled; the maps are to say so.
    Mapping {
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
    /// Opens what the safe keeps for the owner. None with an authenticator that derives nothing: then it lies there open.
    #[serde(
        default,
        with = "secret::maybe",
        skip_serializing_if = "Option::is_none"
    )]
    export: Option<Secret>,
}

/// A session at a safe.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    id: SessionId,
    keys: SessionKeys,
    /// Whether two secrets open there.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    is_changing: bool,
    /// Whether the safe takes what is asked in a channel.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    has_channel: bool,
}

impl core::fmt::Debug for LoginState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            LoginState::Ready => "Ready",
            LoginState::Starting { .. } => "Starting",
            LoginState::Finishing { .. } => "Finishing",
            LoginState::Greeting { .. } => "Greeting",
            LoginState::Challenged { .. } => "Challenged",
            LoginState::Proving { .. } => "Proving",
            LoginState::In { .. } => "In",
            LoginState::Listing { .. } => "Listing",
            LoginState::Evaluating { .. } => "Evaluating",
            LoginState::Changing { .. } => "Changing",
            LoginState::Joining { .. } => "Joining",
            LoginState::Open { .. } => "Open",
            LoginState::Making { .. } => "Making",
            LoginState::Made { .. } => "Made",
            LoginState::Adding { .. } => "Adding",
            LoginState::Mapping { .. } => "Mapping",
        })
    }
}

impl Login {
    /// One that has not begun.
    pub(crate) fn new(safe: SafeId, name: &str, with: Way, aim: Aim) -> Self {
        let which = match &with {
            Way::Kit { .. } => Which::Kit,
            Way::Secret { .. } | Way::Passkey | Way::Terminal { .. } => Which::Newest,
        };
        Self {
            safe,
            name: name.into(),
            with: Some(with),
            which,
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
            (_, Input::Shown(shown)) => self.show(shown, desk, rng),
            (_, Input::Do(doing)) => self.begin_doing(doing, desk),
            (_, Input::Start) => self.start(desk, rng),
            (_, Input::Owner(answer)) => self.hear(answer, desk, rng),
            _ => Step::garbled(),
        }
    }

    /// Begins, or begins again after a crash or a wait.
    fn start(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let ask = |request, question| Step::then(Next::ask_owner(self.safe, request, question));
        match &self.state {
            LoginState::Ready => match &self.with {
                Some(Way::Secret { secret }) => self.begin(secret, desk, rng),
                Some(Way::Kit { words }) => self.begin(&words.clone().into(), desk, rng),
                Some(Way::Passkey | Way::Terminal { .. }) => self.greet(desk, rng),
                None => self.session_over(desk, rng),
            },
            LoginState::Starting { start, request, .. } => {
                ask(*request, OwnerQuestion::LoginStart(start.clone()))
            }
            LoginState::Finishing {
                finish, request, ..
            } => ask(*request, OwnerQuestion::LoginFinish(finish.clone())),
            LoginState::Greeting { hello, request } => {
                ask(*request, OwnerQuestion::DeviceStart(device::start(hello)))
            }
            LoginState::Challenged { meeting } => self.await_device(meeting, desk),
            LoginState::Proving {
                finish, request, ..
            } => ask(*request, OwnerQuestion::DeviceFinish((**finish).clone())),
            LoginState::In { session } => self.go_in(session, desk, rng),
            LoginState::Listing { session, after, .. } => {
                self.ask(session, Act::List, desk, rng, |within| {
                    let after = after.clone();
                    let last_resort = matches!(self.aim, Aim::Ways(_));
                    OwnerQuestion::List(OwnerListItem {
                        within,
                        after,
                        last_resort,
                    })
                })
            }
            LoginState::Evaluating { start, request, .. } => {
                ask(*request, OwnerQuestion::EnrolStart(start.clone()))
            }
            LoginState::Changing {
                session,
                change,
                request,
            } => {
                let change = change.clone();
                let slot = self.slot();
                self.ask_in(session, Act::Change, *request, desk, |within| {
                    OwnerQuestion::Change(ChangeFinish {
                        within,
                        enrolment: change.enrolment,
                        suite: Suite::Opaque1,
                        record: change.record,
                        kept: change.kept,
                        slot,
                    })
                })
            }
            LoginState::Joining { session } => {
                self.ask(session, Act::Join, desk, rng, OwnerQuestion::Join)
            }
            // The owner, or their authenticator, is to say what comes next.
            LoginState::Open { .. } | LoginState::Making { .. } | LoginState::Made { .. } => {
                Step::then(Next::Rest)
            }
            LoginState::Adding {
                session,
                adding,
                request,
            } => self.ask_in(session, Act::AddDevice, *request, desk, |within| {
                OwnerQuestion::DeviceAdd(Box::new(adding.item(within)))
            }),
            LoginState::Mapping { session } => self.set_map(session, desk, rng),
        }
    }

    /// What the safe answers.
    fn hear(&self, answer: OwnerAnswer, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match (&self.state, answer) {
            (
                LoginState::Starting {
                    logging_in,
                    start,
                    request,
                },
                OwnerAnswer::LoginStarted(started),
            ) => match started {
                LoginStarted::Wait(_) => Step::then(Next::Wait(Waiting::TooManyGuesses)),
                LoginStarted::Challenge { ke2, .. } => {
                    self.meet(logging_in, start, *request, &ke2, desk, rng)
                }
            },
            (LoginState::Finishing { keys, .. }, OwnerAnswer::LoginFinished(finished)) => {
                match finished {
                    LoginFinished::In(logged_in) => self.enter(&logged_in, keys, desk, rng),
                    LoginFinished::Out => self.log_in_again(desk, rng),
                }
            }
            (LoginState::Greeting { hello, request }, OwnerAnswer::DeviceStarted(started)) => {
                self.greeted(hello, *request, &started, desk, rng)
            }
            (LoginState::Proving { keys, since, .. }, OwnerAnswer::LoginFinished(finished)) => {
                match finished {
                    LoginFinished::In(logged_in) => self.enter(&logged_in, keys, desk, rng),
                    LoginFinished::Out => self.not_known(*since, desk, rng),
                }
            }
            (
                LoginState::Listing {
                    session, barren, ..
                },
                OwnerAnswer::Listed(listed),
            ) => match listed {
                Answer::Done(page) if matches!(self.aim, Aim::Ways(_)) => {
                    self.turn_back(session, *barren, &page, desk)
                }
                Answer::Done(page) => self.turn_page(session, *barren, &page, desk, rng),
                Answer::Out => self.log_in_again(desk, rng),
            },
            (
                LoginState::Evaluating {
                    session,
                    enrolling,
                    start,
                    ..
                },
                OwnerAnswer::EnrolStarted(started),
            ) => {
                let step = self.make_record(session, (enrolling, start), &started, desk, rng);
                step.unwrap_or_else(Step::garbled)
            }
            (LoginState::Changing { session, .. }, OwnerAnswer::Changed(changed)) => {
                match (changed, &self.aim) {
                    (Answer::Done(Changed::Both), Aim::Ways(_)) => self.done(session, desk),
                    // Also where an earlier attempt, or another device, had come so far: whether it is the same secret the login
                    // with it shows.
                    (Answer::Done(Changed::Both | Changed::Unsettled), _) => {
                        self.changed(desk, rng)
                    }
                    (Answer::Out, _) => self.log_in_again(desk, rng),
                }
            }
            (LoginState::In { session }, OwnerAnswer::Ways(ways)) => match ways {
                Answer::Done(ways) => self.open(session, ways, desk),
                Answer::Out => self.log_in_again(desk, rng),
            },
            (LoginState::In { session }, OwnerAnswer::Froze(froze)) => match froze {
                Answer::Done(froze) => self.froze(session, froze, desk, rng),
                Answer::Out => self.log_in_again(desk, rng),
            },
            (LoginState::In { session }, OwnerAnswer::Thawed(thawed)) => match thawed {
                Answer::Done(thawed) => self.thawed(session, thawed, desk),
                Answer::Out => self.log_in_again(desk, rng),
            },
            (
                LoginState::Adding {
                    session, adding, ..
                },
                OwnerAnswer::DeviceAdded(added),
            ) => match added {
                Answer::Done(added) => self.added(session, adding, added, desk, rng),
                Answer::Out => self.log_in_again(desk, rng),
            },
            // What devices read says how many safes are needed and what kind of secret opens: a change has changed that.
            (LoginState::In { session }, OwnerAnswer::Done(Answer::Done(_)))
                if self.aim == Aim::Settle =>
            {
                let session = session.clone();
                self.go_on(LoginState::Mapping { session }, desk)
            }
            (
                LoginState::In { session }
                | LoginState::Joining { session }
                | LoginState::Mapping { session },
                OwnerAnswer::Done(done),
            ) => match (done, &self.aim) {
                (Answer::Done(_), Aim::Ways(_)) => self.done(session, desk),
                (Answer::Done(_), _) => {
                    let standing = match session.is_changing && self.is_of_device() {
                        true => OwnerStanding::Both,
                        false => OwnerStanding::Enrolled,
                    };
                    self.end(standing, None, desk, rng)
                }
                (Answer::Out, _) => self.log_in_again(desk, rng),
            },
            _ => Step::garbled(),
        }
    }

    fn go_in(&self, session: &Session, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let Some(owner) = desk.books.owner() else {
            return Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing);
        };
        match &self.aim {
            Aim::Change { next } => self.evaluate(session, next, desk, rng),
            Aim::Order { group, .. } => self.stand_by(*group, desk),
            Aim::Settle => self.ask(session, Act::Settle, desk, rng, OwnerQuestion::Settle),
            Aim::Map => self.set_map(session, desk, rng),
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
            Aim::Ways(managing) => self.manage(session, managing, desk, rng),
        }
    }

    /// The newest map, for what opened the session and for all ways in.
    fn set_map(&self, session: &Session, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let (Some(owner), Some(identity)) = (desk.books.owner(), desk.books.identity()) else {
            return Step::garbled();
        };
        let map = owner.map(desk.books);
        let map_of_root = Some(seal_root_map(&map, &identity.root(), rng));
        // Only what is typed seals it the same each time. An authenticator may derive a secret here and none there: its share
        // and a map that do not belong together would open nowhere. What is new comes with the map of the root.
        let is_typed = matches!(self.with, Some(Way::Secret { .. } | Way::Kit { .. }));
        let export = session.keys.export.as_ref().filter(|_| is_typed);
        let map = export.map(|export| seal_map(&map, self.safe, export, rng));
        let map = map.unwrap_or_default();
        self.ask(session, Act::SetMap, desk, rng, |within| {
            OwnerQuestion::SetMap(SetMap {
                within,
                map,
                map_of_root,
            })
        })
    }

    /// What is asked of its safe from now on goes in this.
    pub(crate) fn channel(&self) -> Option<Channel> {
        let (LoginState::In { session }
        | LoginState::Listing { session, .. }
        | LoginState::Evaluating { session, .. }
        | LoginState::Changing { session, .. }
        | LoginState::Joining { session }
        | LoginState::Open { session }
        | LoginState::Making { session }
        | LoginState::Made { session, .. }
        | LoginState::Adding { session, .. }
        | LoginState::Mapping { session }) = &self.state
        else {
            return None;
        };
        session.has_channel.then(|| Channel {
            session: session.id,
            key: session.keys.session.clone(),
        })
    }

    /// What it is to its owner.
    pub(super) fn task(&self) -> Task {
        match self.aim {
            Aim::Restore => Task::Restore,
            Aim::Map | Aim::Change { .. } | Aim::Settle => Task::Enrol,
            Aim::Ways(_) => Task::Ways,
            Aim::Order { .. } => Task::Recover,
        }
    }

    /// As what a secret that is evaluated is to be enrolled.
    fn slot(&self) -> Slot {
        match self.aim {
            Aim::Ways(_) => Slot::Kit,
            Aim::Restore | Aim::Map | Aim::Change { .. } | Aim::Settle | Aim::Order { .. } => {
                Slot::Secret
            }
        }
    }

    /// Whether it says nothing of the recovery secret that it opens.
    fn is_of_device(&self) -> bool {
        !matches!(self.with, Some(Way::Secret { .. }))
    }

    /// The session is over. Once that is an accident: a phone that slept.
    fn log_in_again(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if self.again || self.with.is_none() {
            return self.session_over(desk, rng);
        }
        let again = Flow::Login(Self {
            again: true,
            state: LoginState::Ready,
            ..self.clone()
        });
        Step::strict(alloc::vec![Change::Journal(desk.id, again)], Next::Again)
    }

    fn session_over(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let kind = Kind::OwnerSessionEnded;
        self.end(OwnerStanding::Refused, Some(kind), desk, rng)
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
                (Aim::Order { .. }, _) => known,
                // What is enrolled there is so all the same: only the newest map, or the other secret, is not there.
                (
                    Aim::Map | Aim::Change { .. } | Aim::Settle | Aim::Ways(_),
                    OwnerStanding::Refused,
                ) => known,
                // What opens there is still the one before, or a third one, if another device has changed it meanwhile. And whoever
                // came by another way has said nothing of it.
                (Aim::Change { .. } | Aim::Ways(_), OwnerStanding::Wrong) => known,
                (Aim::Restore | Aim::Map, OwnerStanding::Enrolled) => {
                    let root = desk.books.identity().map(Identity::root);
                    match (&self.with, root) {
                        (Some(Way::Secret { secret }), Some(root)) => {
                            owner.opened_by(secret, &root)
                        }
                        _ => standing,
                    }
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

/// A session that rests, open for its owner.
#[cfg(test)]
pub(super) fn open_for_tests(id: SessionId) -> LoginState {
    LoginState::Open {
        session: Session {
            id,
            keys: SessionKeys {
                session: Secret::new([7; 32]),
                export: None,
            },
            is_changing: false,
            has_channel: true,
        },
    }
}

/// The account under which this wallet asks a safe.
pub(crate) fn account(safe: &Safe) -> PublicKey {
    PublicKey::new(SigningKey::derive(&safe.account).public())
}

fn others_log_in(desk: &Desk<'_>) -> bool {
    let is_other = |(id, flow): (FlowId, &Flow)| matches!(flow, Flow::Login(_)) && id != desk.id;
    let books: &Books = desk.books;
    books.flows().any(is_other)
}
