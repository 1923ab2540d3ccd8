//! Having a safe hand out nothing of the owner's any more.
//!
//! ```text
//! (the owner wants it) → Wanted ──name stretched──▶ Named ──FREEZE──▶ frozen: written down, ended
//!                          ▲  │                     ▲  │ └─────────▶ the safe does not: ended, the owner told
//!                          └──┘ crash               └──┘ crash, no answer: the same again
//! ```
//! It asks as the account of this wallet, so that nobody has to look for words first. To lift it takes two ways in, and these are
//! shown in sessions ([`super::Doing::Unfreeze`]).

use super::{Desk, Flow, Input, Next, Step};
use crate::books::{Change, Watch};
use crate::client::{OwnerAnswer, OwnerQuestion};
use crate::notice::Kind;
use crate::view::Waiting;
use alloc::string::String;
use saifu_crypto::CryptoRng;
use saifu_protocol::owner::{Answer, FreezeItem, Froze, LookUpId, OwnerName, look_up};
use saifu_protocol::{RequestId, SafeId};
use serde::{Deserialize, Serialize};

/// A safe is told to hand out nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// The safe.
    pub safe: SafeId,
    /// The owner's name.
    pub name: String,
    /// As what the safe knows it: takes long to find out, so only once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_up: Option<LookUpId>,
}

impl Freeze {
    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match (self.look_up, input) {
            (None, Input::Start) => match OwnerName::new(&self.name) {
                Ok(name) => {
                    let named = Self {
                        look_up: Some(look_up(&name, self.safe, desk.stretch)),
                        ..self.clone()
                    };
                    let named = Change::Journal(desk.id, Flow::Freeze(named));
                    Step::strict(alloc::vec![named], Next::Again)
                }
                // Whoever came back by a device only may not know their name.
                Err(_) => self.end(Kind::FreezeNeedsWay, desk, rng),
            },
            (Some(look_up), Input::Start) => {
                let question = OwnerQuestion::Freeze(FreezeItem::Account(look_up));
                Step::then(Next::ask_owner(self.safe, RequestId::make(rng), question))
            }
            (_, Input::Owner(OwnerAnswer::Froze(froze))) => match froze {
                Answer::Done(Froze::Frozen(frozen)) => {
                    let known = known(desk).frozen_at(self.safe, Some(frozen));
                    let changes = alloc::vec![Change::Watch(known), Change::End(desk.id)];
                    Step::strict(changes, Next::Nothing)
                }
                Answer::Done(Froze::TooFewWays) => self.end(Kind::FreezeTooFewWays, desk, rng),
                Answer::Done(Froze::NeedsSession) | Answer::Out => {
                    self.end(Kind::FreezeNeedsWay, desk, rng)
                }
            },
            // What was sent may have arrived: the safe tells of it by itself.
            (_, Input::CallOff) => Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing),
            (_, Input::Refused(_)) => Step::then(Next::Wait(Waiting::SafeFailed)),
            _ => Step::garbled(),
        }
    }

    fn end(&self, kind: Kind, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let told = desk.notice(kind, "", self.safe, rng);
        Step::strict(alloc::vec![told, Change::End(desk.id)], Next::Nothing)
    }
}

/// What is known of who waits and what is frozen.
pub(super) fn known(desk: &Desk<'_>) -> Watch {
    desk.books.watch().cloned().unwrap_or_default()
}
