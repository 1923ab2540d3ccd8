//! Telling a safe where this wallet is woken when somebody begins to wait, or that it is woken no more.
//!
//! ```text
//! (the owner wants it) → Telling ──ASKED──▶ the safe says that it is so ──▶ written down, ended
//!                          ▲   │ └──it calls no such push service──▶ ended, the owner told
//!                          └───┘ crash, no answer: the same again
//! ```
//! It is in the journal, because what an owner has ended must end at the safe, too, when the wallet is closed too soon.

use super::{Desk, Input, Next, Step};
use crate::books::{Change, Watch, Woken};
use crate::client::Question;
use crate::notice::Kind;
use crate::view::Waiting;
use saifu_crypto::CryptoRng;
use saifu_protocol::hold::{AskedItem, AskedPage};
use saifu_protocol::problem::Code;
use saifu_protocol::push::Endpoint;
use saifu_protocol::{RequestId, SafeId};
use serde::{Deserialize, Serialize};

/// A safe is told where this wallet is woken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wake {
    /// The safe.
    pub safe: SafeId,
    /// Where; nowhere, if it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Endpoint>,
}

impl Wake {
    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match input {
            Input::Start => {
                let to = self.to.clone();
                let question = Question::Asked(AskedItem::Push { to });
                Step::then(Next::Ask(self.safe, RequestId::make(rng), question))
            }
            Input::Asked(page) => self.heard(&page, desk, rng),
            // The owner ends it by the switch, and the safe has to hear of that.
            Input::CallOff => Step::then(Next::Again),
            Input::Refused(problem) if problem.code == Code::Malformed && self.to.is_some() => {
                self.refused(desk, rng)
            }
            Input::Refused(_) => Step::then(Next::Wait(Waiting::SafeFailed)),
            _ => Step::garbled(),
        }
    }

    fn heard(&self, page: &AskedPage, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let is_on = page.push.map(|offer| offer.on);
        match (&self.to, is_on) {
            (Some(to), Some(true)) => {
                let (safe, to) = (self.safe, to.clone());
                let push = Some(Woken { safe, to });
                let watch = self.without(desk);
                self.done(Watch { push, ..watch }, desk)
            }
            (None, None | Some(false)) => self.done(self.without(desk), desk),
            // It wakes nobody any more.
            (Some(_), None) => self.refused(desk, rng),
            (Some(_), Some(false)) | (None, Some(true)) => {
                Step::then(Next::Wait(Waiting::SafeFailed))
            }
        }
    }

    /// What is known, without this safe waking the wallet. Who waits is left as it was: of whoever is new the owner is told where
    /// safes are asked for that.
    fn without(&self, desk: &Desk<'_>) -> Watch {
        let mut watch = desk.books.watch().cloned().unwrap_or_default();
        watch.push = watch.push.filter(|woken| woken.safe != self.safe);
        watch
    }

    fn done(&self, watch: Watch, desk: &Desk<'_>) -> Step {
        let changes = alloc::vec![Change::Watch(watch), Change::End(desk.id)];
        Step::strict(changes, Next::Nothing)
    }

    fn refused(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let watch = self.without(desk);
        let notice = desk.notice(Kind::NotWoken, "", self.safe, rng);
        let changes = alloc::vec![notice, Change::Watch(watch), Change::End(desk.id)];
        Step::strict(changes, Next::Nothing)
    }
}
