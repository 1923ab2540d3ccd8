//! What can be used for the last time tomorrow is told once, while the wallet is open: a notice, as everything that is told.

use super::Wallet;
use crate::books::{Change, Ledger};
use crate::flow::name_of;
use crate::ids::ItemId;
use crate::notice::{Kind, Notice};
use crate::port::Context;
use crate::rules::{Moment, Period, Told, subjects};
use alloc::vec::Vec;
use saifu_protocol::UnixTime;

impl Wallet {
    /// The notice, and that it was given: one transaction, so that it is neither forgotten nor given again. What is not told until
    /// its last day, because nobody opened the wallet, is told then.
    pub(super) fn tell_of_deadlines(&self, at: Moment, context: &mut Context<'_>) -> Vec<Change> {
        let today = at.today();
        let tomorrow = Period::Days(1).after(today);
        let ledger = self.books.ledger();
        let is_told = |day: i32| ledger.deadlines_told.is_some_and(|until| day <= until);
        let is_due = |to: Told<_>| match to {
            Told::Is(last) => (today..=tomorrow).contains(&last) && !is_told(last.to_julian_day()),
            Told::Untold | Told::Lacks => false,
        };
        let values = subjects(&self.books);
        let mut due = values.iter().filter(|value| is_due(value.to));
        let Some(first) = due.next() else {
            return Vec::new();
        };
        let notice = Notice {
            id: ItemId::make(context.rng),
            at: UnixTime(context.now_ms / 1_000),
            subject: name_of(&self.books, first.id),
            safe: Default::default(),
            kind: Kind::EndsTomorrow {
                others: due.count() as u64,
            },
        };
        let deadlines_told = Some(tomorrow.to_julian_day());
        alloc::vec![
            Change::Notify(notice),
            Change::Settle(Ledger {
                deadlines_told,
                ..ledger
            }),
        ]
    }
}
