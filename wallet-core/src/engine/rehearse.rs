//! Rehearsals at work: when one is due, what it is of, and what their owner says to them ([`crate::flow::Rehearse`]).

use super::{Then, Wallet};
use crate::books::{Books, Change, group_of, have_passed};
use crate::flow::{Flow, Rehearse, make_way, rehearsable, under_way};
use crate::ids::{FlowId, ItemId};
use crate::intent::Intent;
use crate::owner::Owner;
use crate::port::{Context, Durability, Effect};
use crate::rules::{Entry, Way, Why};
use alloc::boxed::Box;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;

impl Wallet {
    /// Begins a rehearsal if one is due: of one backup, chosen by chance among those that lie at safes for as long as lies
    /// between two rehearsals. What is newer was just collated.
    pub(super) fn rehearse_if_due(
        &mut self,
        is_on_line: bool,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let now = UnixTime(context.now_ms / 1_000);
        let often = self.books.rules().rehearsals;
        let is_restoring = self.books.owner().is_some_and(Owner::is_restoring);
        let Some(every) = often.every().filter(|_| is_on_line && !is_restoring) else {
            return;
        };
        let is_over = |since: UnixTime| have_passed(every, since, now);
        let last = self.books.rules().rehearsed_at;
        if !last.is_none_or(is_over) || is_busy(&self.books) {
            return;
        }
        let is_old = |item: &ItemId| since(&self.books, *item).is_some_and(is_over);
        let found: Vec<ItemId> = rehearsable(&self.books).filter(is_old).collect();
        let Some(chosen) = chosen(&found, context) else {
            return;
        };
        // However it ends: what was called off, or went with the wallet, is not begun again before its time.
        let mut book = self.books.rules().clone();
        book.rehearsed_at = Some(now);
        let changes = alloc::vec![
            self.rehearsal(chosen, false, Why::Often(often), context),
            Change::Rule(Box::new(book)),
        ];
        self.commit(changes, Durability::Strict, Then::Upkeep, effects);
    }

    fn rehearsal(
        &self,
        about: ItemId,
        is_drill: bool,
        why: Why,
        context: &mut Context<'_>,
    ) -> Change {
        let began = UnixTime(context.now_ms / 1_000);
        let id = FlowId::make(context.rng);
        let entry = Entry::begun(id, Way::Rehearse, why, began);
        let rehearse = Rehearse::of(&self.books, about, is_drill, entry);
        Change::Journal(id, Flow::Rehearse(rehearse))
    }

    pub(super) fn intend_rehearsal(
        &self,
        intent: &Intent,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        match intent {
            Intent::SetRehearsals { often } => {
                let mut book = self.books.rules().clone();
                book.rehearsals = *often;
                alloc::vec![Change::Rule(Box::new(book))]
            }
            // Without a network it would find every safe silent, and every backup the worse for it.
            _ if self.watch.is_off_line() => Vec::new(),
            // One at a time, so that no more than one safe is ever asked for what it is not to keep.
            _ if under_way(&self.books).is_some() => Vec::new(),
            Intent::Rehearse { what } => {
                let may = rehearsable(&self.books).any(|it| it == *what);
                let begun = may.then(|| self.rehearsal(*what, false, Why::Asked, context));
                begun.into_iter().collect()
            }
            Intent::FireDrill => {
                let first = rehearsable(&self.books).min();
                let begun = first.map(|it| self.rehearsal(it, true, Why::Asked, context));
                begun.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// A rehearsal that has this certificate's entry open ends, and its value is recovered then.
    pub(super) fn recover_after_rehearsal(&self, certificate: ItemId) -> Option<Change> {
        let lock = self.books.lock(certificate)?;
        match self.books.flow(lock)? {
            Flow::Rehearse(_) => make_way(&self.books, certificate),
            _ => None,
        }
    }
}

/// Whether a rehearsal, or a round of a rule that moves what one would look at, is under way.
fn is_busy(books: &Books) -> bool {
    let is_round = |(_, flow): (FlowId, &Flow)| matches!(flow, Flow::Round(_));
    under_way(books).is_some() || books.flows().any(is_round)
}

/// Since when a backup lies at its safes.
fn since(books: &Books, item: ItemId) -> Option<UnixTime> {
    match books.certificate(item) {
        Some(certificate) => Some(certificate.issued_at),
        None => books.group(group_of(item)).map(|group| group.since),
    }
}

/// One of them, by chance. That a few are chosen by 1 in 2^64 more often than others is nobody's advantage.
fn chosen(found: &[ItemId], context: &mut Context<'_>) -> Option<ItemId> {
    let random = u64::from_be_bytes(saifu_crypto::make_bytes::<8>(context.rng));
    let place = random.checked_rem(found.len() as u64)?;
    found.get(usize::try_from(place).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_crypto::stretch::Stretch;
    use saifu_crypto::testing::Hashed;

    #[test]
    fn each_that_is_due_is_chosen_as_often_as_the_others() {
        let found = [1, 2, 3, 4, 5].map(|number| ItemId::new([number; 16]));
        let mut times = [0; 5];
        for seed in 0..1_000 {
            let mut rng = Hashed(seed);
            let mut context = Context {
                now_ms: 0,
                today: saifu_protocol::value::parse_date("2000-03-15").unwrap(),
                offset_minutes: 0,
                rng: &mut rng,
                stretch: Stretch::None,
            };
            assert_eq!(chosen(&[], &mut context), None);
            let one = chosen(&found, &mut context).expect("one of them");
            let place = found.iter().position(|it| *it == one);
            times[place.expect("of those that are due")] += 1;
        }
        // 200 each are expected; a fair draw is out of these bounds in fewer than one of 10^9 sets of seeds.
        assert!(times.iter().all(|it| (120..=280).contains(it)), "{times:?}");
    }
}
