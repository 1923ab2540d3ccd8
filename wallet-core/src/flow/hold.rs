//! Telling a safe how long others wait for what is registered there already.
//!
//! ```text
//! (the owner sets it) → Ready ──some that are to be told──▶ Telling ──WAIT──▶ written down what it was told ──▶ Ready
//!                        │                                    ▲   │                                              │
//!                        │                                    └───┘ crash, no answer: the same again             │
//!                        └──none left──▶ ended ◀─────────────────────────────────────────────────────────────────┘
//! ```
//! What is to be told is read from the books each time: whoever sets another wait meanwhile, or registers more, has nothing to
//! mend. To say the same twice changes nothing at the safe.
//!
//! What can be told later waits, and holds nothing up. Only where the safe takes no word of this wallet it is given up, and the
//! owner is told.

use super::{Desk, Flow, Input, Next, Step};
use crate::books::{CertificateBody, Change, Item, OthersWait};
use crate::client::Question;
use crate::ids::ItemId;
use crate::notice::Kind;
use crate::port::Body;
use crate::view::Waiting;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::message::Outcome;
use saifu_protocol::problem::Code;
use saifu_protocol::{RequestId, SafeId, UnixTime};
use serde::{Deserialize, Serialize};

/// How many are told in one request: with a certificate and a proof of 1 KB each, and sealed, 50 KB.
const MOST_AT_ONCE: usize = 25;

/// A safe is told how long others wait.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hold {
    /// The safe.
    pub safe: SafeId,
    /// What is true.
    pub state: HoldState,
}

/// What is true of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldState {
    /// Nothing is being told.
    Ready,
    /// The safe may have been told of these.
    Telling {
        /// The certificates.
        certificates: Vec<ItemId>,
        /// So many seconds.
        wait: u64,
    },
}

impl Hold {
    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match (&self.state, input) {
            (HoldState::Ready, Input::Start) => self.choose(desk),
            (HoldState::Telling { certificates, .. }, Input::Start) => {
                let is_here = |it: &&ItemId| desk.books.certificate(**it).is_some();
                let here: Vec<ItemId> = certificates.iter().filter(is_here).copied().collect();
                match here.len() == certificates.len() {
                    true => Step::then(Next::LoadAll(here)),
                    // One of them has come home meanwhile.
                    false => self.go_on(Vec::new(), desk),
                }
            }
            (HoldState::Telling { certificates, wait }, Input::Gathered(bodies)) => {
                self.tell(certificates, *wait, &bodies, desk, rng)
            }
            (HoldState::Telling { certificates, wait }, Input::Waited(outcomes))
                if outcomes.len() == certificates.len() =>
            {
                self.written_down(certificates, *wait, &outcomes, desk, rng)
            }
            // The safe refuses the request as a whole, which says nothing of any entry.
            (_, Input::Refused(_)) => Step::then(Next::Wait(Waiting::SafeFailed)),
            // While something is to be told it is told: the owner sets another wait instead.
            (_, Input::CallOff) => Step::then(Next::Again),
            _ => Step::garbled(),
        }
    }

    fn choose(&self, desk: &Desk<'_>) -> Step {
        let next: Vec<ItemId> = desk
            .books
            .to_be_told(self.safe)
            .take(MOST_AT_ONCE)
            .collect();
        if next.is_empty() {
            return Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing);
        }
        let telling = HoldState::Telling {
            certificates: next,
            wait: desk.books.wait(),
        };
        Step::strict(alloc::vec![self.journal(telling, desk)], Next::Again)
    }

    fn tell(
        &self,
        certificates: &[ItemId],
        wait: u64,
        bodies: &[(ItemId, Body)],
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let read = |item: &ItemId| -> Option<(alloc::string::String, Secret)> {
            let (_, body) = bodies.iter().find(|(id, _)| id == item)?;
            let kept = CertificateBody::read(body)?;
            Some((kept.compact, kept.holder))
        };
        let held: Vec<_> = certificates.iter().filter_map(read).collect();
        if held.len() == certificates.len() {
            let question = Question::Wait { held, wait };
            return Step::then(Next::Ask(self.safe, RequestId::make(rng), question));
        }
        // Without its body nothing can be proved, so the others are told first.
        let readable: Vec<ItemId> = certificates
            .iter()
            .filter(|item| read(item).is_some())
            .copied()
            .collect();
        if readable.is_empty() {
            return self.wait_with(Vec::new(), Waiting::StorageFailed, desk);
        }
        let telling = HoldState::Telling {
            certificates: readable,
            wait,
        };
        Step::strict(alloc::vec![self.journal(telling, desk)], Next::Again)
    }

    fn written_down(
        &self,
        certificates: &[ItemId],
        wait: u64,
        outcomes: &[Outcome<UnixTime>],
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let mut changes = Vec::new();
        let mut is_left = false;
        for (item, outcome) in certificates.iter().zip(outcomes) {
            match outcome {
                Outcome::Done(_) => changes.extend(self.note(*item, OthersWait::Told(wait), desk)),
                // Another device has registered it, or the safe says that it does not know it.
                Outcome::Problem(problem) if problem.code == Code::NotFound => {
                    if let Some(noted) = self.note(*item, OthersWait::Theirs, desk) {
                        let name = super::name_of(desk.books, *item);
                        changes.push(noted);
                        changes.push(desk.notice(Kind::WaitRefused, &name, self.safe, rng));
                    }
                }
                // That says nothing of whose it is, and may be over some day.
                Outcome::Problem(_) => is_left = true,
            }
        }
        match is_left {
            true => self.wait_with(changes, Waiting::SafeFailed, desk),
            false => self.go_on(changes, desk),
        }
    }

    /// Waits, so that whatever is to be told by then is told, and not only what could not be.
    fn wait_with(&self, mut changes: Vec<Change>, why: Waiting, desk: &Desk<'_>) -> Step {
        changes.push(self.journal(HoldState::Ready, desk));
        Step::strict(changes, Next::Wait(why))
    }

    fn note(&self, item: ItemId, others: OthersWait, desk: &Desk<'_>) -> Option<Change> {
        let mut certificate = desk.books.certificate(item)?.clone();
        certificate.others = others;
        Some(Change::Put(item, Item::Certificate(certificate), None))
    }

    fn go_on(&self, mut changes: Vec<Change>, desk: &Desk<'_>) -> Step {
        changes.push(self.journal(HoldState::Ready, desk));
        Step::strict(changes, Next::Again)
    }

    fn journal(&self, state: HoldState, desk: &Desk<'_>) -> Change {
        let next = Flow::Hold(Self {
            state,
            ..self.clone()
        });
        Change::Journal(desk.id, next)
    }
}
