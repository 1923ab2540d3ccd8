//! Saying what becomes of somebody who waits for what this wallet has registered.
//!
//! ```text
//! (the owner decides) → Deciding ──ASKED──▶ the safe says that it is so ──▶ written down, ended
//!                         ▲   │ └──the safe knows nobody of that account──▶ ended, the owner told
//!                         └───┘ crash, no answer: the same again
//! ```
//! It is in the journal, because whoever is refused must not get in when this wallet is closed too soon; and nothing is shown as
//! decided before the safe has said it.

use super::{Desk, Input, Next, Step};
use crate::books::Change;
use crate::client::Question;
use crate::notice::Kind;
use crate::view::Waiting;
use saifu_crypto::CryptoRng;
use saifu_protocol::hold::{AskedItem, AskedPage, Said};
use saifu_protocol::{PublicKey, RequestId, SafeId};
use serde::{Deserialize, Serialize};

/// A safe is told what becomes of an account that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decide {
    /// The safe.
    pub safe: SafeId,
    /// The account that waits.
    pub account: PublicKey,
    /// Whether it may at once; otherwise never.
    pub may: bool,
}

impl Decide {
    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match input {
            Input::Start => {
                let item = AskedItem::Decide {
                    account: self.account,
                    may: self.may,
                };
                let question = Question::Asked(item);
                Step::then(Next::Ask(self.safe, RequestId::make(rng), question))
            }
            Input::Asked(page) => self.heard(&page, desk, rng),
            // What was sent may have arrived: who waits is asked for by itself, and shown as the safe tells it.
            Input::CallOff => Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing),
            Input::Refused(_) => Step::then(Next::Wait(Waiting::SafeFailed)),
            _ => Step::garbled(),
        }
    }

    fn heard(&self, page: &AskedPage, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let wanted = match self.may {
            true => Said::Yes,
            false => Said::No,
        };
        let mut asked = page.asked.iter();
        let changes = match asked.find(|it| it.account == self.account) {
            Some(it) if it.said == Some(wanted) => None,
            Some(_) => return Step::then(Next::Wait(Waiting::SafeFailed)),
            None => Some(desk.notice(Kind::AskerUnknown, "", self.safe, rng)),
        };
        let watch = desk.books.watch().cloned().unwrap_or_default();
        let (told, _) = watch.told(self.safe, &page.asked);
        let told = told.frozen_at(self.safe, page.frozen);
        let mut changes: alloc::vec::Vec<Change> = changes.into_iter().collect();
        changes.push(Change::Watch(told));
        changes.push(Change::End(desk.id));
        Step::strict(changes, Next::Nothing)
    }
}
