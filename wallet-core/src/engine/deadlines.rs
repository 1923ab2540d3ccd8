//! What can be used for the last time tomorrow is told once, while the wallet is open: a notice, as everything that is told.
//! What comes in after that and ends as soon is told by itself.

use super::Wallet;
use crate::books::{Change, Ledger};
use crate::flow::name_of;
use crate::ids::ItemId;
use crate::notice::{Kind, Notice};
use crate::port::Context;
use crate::rules::{Moment, Moved, Period, Subject, Told, subjects};
use alloc::vec::Vec;
use saifu_protocol::UnixTime;

impl Wallet {
    /// The notice, and that it was given: one transaction, so that it is neither forgotten nor given again. What is not told until
    /// its last day, because nobody opened the wallet, is told then.
    pub(super) fn tell_of_deadlines(&self, at: Moment, context: &mut Context<'_>) -> Vec<Change> {
        let today = at.today();
        let tomorrow = Period::Days(1).after(today);
        let ledger = self.books.ledger();
        let now = UnixTime(context.now_ms / 1_000);
        // Told by a clock that was ahead: that day has not come, and nothing was told of it by this one.
        let until = ledger.deadlines_told;
        let until = until.filter(|until| *until <= tomorrow.to_julian_day());
        let at = ledger.deadlines_told_at.filter(|at| *at <= now);
        // What was moved was there before, and keeps its last day.
        let is_new =
            |it: &Subject<'_>| it.moved == Moved::Not && at.is_some_and(|at| it.since > at);
        let is_told =
            |it: &Subject<'_>, day: i32| until.is_some_and(|until| day <= until) && !is_new(it);
        let is_due = |it: &Subject<'_>| match it.to {
            Told::Is(last) => {
                (today..=tomorrow).contains(&last) && !is_told(it, last.to_julian_day())
            }
            Told::Untold | Told::Lacks => false,
        };
        let values = subjects(&self.books);
        let mut due = values.iter().filter(|value| is_due(value));
        let Some(first) = due.next() else {
            return Vec::new();
        };
        let notice = Notice {
            id: ItemId::make(context.rng),
            at: now,
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
                deadlines_told_at: Some(now),
                ..ledger
            }),
        ]
    }
}
