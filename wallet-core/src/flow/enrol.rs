//! Enrolling the owner's recovery secret at a safe (WO 01/13293, the eighth embodiment: value and owner authentication
//! information are registered as a set).
//!
//! ```text
//! (owner) → Ready ──stretch──▶ Evaluating ──ENROL-START──▶ stretched and sealed ──▶ Finishing ──ENROL-FINISH──▶ enrolled
//!                                  ▲   │ crash: the same question again                ▲   │
//!                                  └───┘                                               └───┘ crash: the same record again
//! ```
//! The secret is in the journal as long as the safe has not answered: a safe that is away may answer weeks later, and its
//! owner is not asked for it twice. The record of an enrolment is random, so it is stored before it is sent: a safe that has
//! one already takes no other.

use super::record::{Blinded, blind, make_record};
use super::{Desk, Flow, Input, Next, Step};
use crate::books::{Change, secret};
use crate::client::{OwnerAnswer, OwnerQuestion};
use crate::ids::FlowId;
use crate::notice::Kind;
use crate::owner::{OwnerSecret, OwnerStanding};
use crate::view::Waiting;
use alloc::string::String;
use saifu_crypto::CryptoRng;
use saifu_protocol::owner::{EnrolFinish, EnrolStart, EnrolStarted, Enrolled, Suite};
use saifu_protocol::{RequestId, SafeId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A recovery secret is enrolled at a safe.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enrol {
    /// The safe.
    pub safe: SafeId,
    /// The owner's name.
    pub name: String,
    /// The secret.
    #[serde(rename = "words")]
    pub secret: OwnerSecret,
    /// The number of the share of the root that goes to this safe.
    pub number: u8,
    /// What is true.
    pub state: EnrolState,
}

/// What is true of an enrolment.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnrolState {
    /// Nothing was asked.
    Ready,
    /// The safe evaluates the secret, blinded.
    Evaluating {
        /// What it takes to read the answer.
        #[serde(with = "secret::bytes")]
        enrolling: Zeroizing<alloc::vec::Vec<u8>>,
        /// What is asked.
        start: EnrolStart,
        /// The request, the same on every attempt.
        request: RequestId,
    },
    /// The record is made; the safe is to keep it.
    Finishing {
        /// What is asked.
        finish: EnrolFinish,
        /// The request, the same on every attempt.
        request: RequestId,
    },
}

impl core::fmt::Debug for EnrolState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            EnrolState::Ready => "Ready",
            EnrolState::Evaluating { .. } => "Evaluating",
            EnrolState::Finishing { .. } => "Finishing",
        })
    }
}

impl Enrol {
    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match (&self.state, input) {
            // What this safe is still to end is of values that are free here already: enrolled before that, their owner could
            // find it there and have them twice.
            (EnrolState::Ready, Input::Start) if self.is_ending(desk) => {
                Step::then(Next::Wait(Waiting::EndingFirst))
            }
            (EnrolState::Ready, Input::Start) => self.begin(desk, rng),
            (EnrolState::Evaluating { start, request, .. }, Input::Start) => {
                let question = OwnerQuestion::EnrolStart(start.clone());
                Step::then(Next::ask_owner(self.safe, *request, question))
            }
            (
                EnrolState::Evaluating {
                    enrolling, start, ..
                },
                Input::Owner(OwnerAnswer::EnrolStarted(started)),
            ) => {
                let step = self.make_record((enrolling, start), &started, desk, rng);
                step.unwrap_or_else(Step::garbled)
            }
            (EnrolState::Finishing { finish, request }, Input::Start) => {
                let question = OwnerQuestion::EnrolFinish(finish.clone());
                Step::then(Next::ask_owner(self.safe, *request, question))
            }
            (EnrolState::Finishing { .. }, Input::Owner(OwnerAnswer::Enrolled(enrolled))) => {
                match enrolled {
                    Enrolled::Enrolled => self.end(OwnerStanding::Enrolled, None, desk, rng),
                    Enrolled::Taken => {
                        let kind = Kind::OwnerNameTaken;
                        self.end(OwnerStanding::Taken, Some(kind), desk, rng)
                    }
                    Enrolled::Wait(_) => Step::then(Next::Wait(Waiting::TooManyGuesses)),
                }
            }
            (_, Input::CallOff) => self.end(OwnerStanding::Refused, None, desk, rng),
            (_, Input::Refused(_)) => {
                let kind = Kind::RefusedBySafe;
                self.end(OwnerStanding::Refused, Some(kind), desk, rng)
            }
            _ => Step::garbled(),
        }
    }

    fn is_ending(&self, desk: &Desk<'_>) -> bool {
        let is_its = |(_, flow): (FlowId, &Flow)| matches!(flow, Flow::Retire(retire) if retire.safe == self.safe);
        desk.books.flows().any(is_its)
    }

    fn begin(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let blinded = blind(&self.name, &self.secret, self.safe, desk, rng);
        let Some(Blinded { enrolling, start }) = blinded else {
            let kind = Kind::RefusedBySafe;
            return self.end(OwnerStanding::Refused, Some(kind), desk, rng);
        };
        let evaluating = EnrolState::Evaluating {
            enrolling,
            start,
            request: RequestId::make(rng),
        };
        self.go_on(evaluating, desk)
    }

    fn make_record(
        &self,
        (enrolling, start): (&[u8], &EnrolStart),
        started: &EnrolStarted,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Option<Step> {
        let asked = (enrolling, start, started);
        let made = make_record(&self.secret, self.number, asked, self.safe, desk, rng)?;
        let finishing = EnrolState::Finishing {
            finish: EnrolFinish {
                look_up: start.look_up,
                enrolment: made.enrolment,
                suite: Suite::Opaque1,
                record: made.record,
                kept: made.kept,
            },
            request: RequestId::make(rng),
        };
        Some(self.go_on(finishing, desk))
    }

    fn go_on(&self, state: EnrolState, desk: &Desk<'_>) -> Step {
        let next = Flow::Enrol(Self {
            state,
            ..self.clone()
        });
        Step::strict(alloc::vec![Change::Journal(desk.id, next)], Next::Again)
    }

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
            let standing = match (standing, desk.books.identity()) {
                (OwnerStanding::Enrolled, Some(it)) => owner.opened_by(&self.secret, &it.root()),
                _ => standing,
            };
            owner.put(self.safe, self.number, standing);
            changes.push(Change::Own(Some(owner)));
        }
        changes.extend(told.map(|kind| desk.notice(kind, &self.name, self.safe, rng)));
        Step::strict(changes, Next::Nothing)
    }
}
