//! What rules look at, from the books: read from the index alone, nothing is opened.

use super::calendar::Period;
use super::subject::{Cover, Lies, Lock, Subject, Told};
use crate::books::{Books, CertificateItem, Standing, item_of};
use crate::group::{Members, Phase};
use crate::ids::{FlowId, ItemId};
use alloc::vec::Vec;
use saifu_protocol::value::Date;

/// Every value of this wallet, here and at safes. Not what receipts prove to be elsewhere, nor what is being ended.
pub fn subjects(books: &Books) -> Vec<Subject<'_>> {
    let values = books.values();
    let here = values.map(|(id, value)| Subject::of_summary(id, value, lock(books.lock(id))));
    let waits = |(_, it): &(ItemId, &CertificateItem)| {
        it.part.is_none() && !matches!(it.standing, Standing::Elsewhere(_))
    };
    let alone = books.certificates().filter(waits);
    let alone = alone.map(|(id, it)| Subject::of_certificate(id, it, lock(books.lock(id))));
    let mut found: Vec<Subject<'_>> = here.chain(alone).collect();
    for group in books.groups().filter(|it| it.phase == Phase::AtSafes) {
        let complete = Members::of(books, group.id).map_or(0, |it| it.complete_seats());
        let count = |number| u8::try_from(number).unwrap_or(u8::MAX);
        let cover = Cover {
            have: count(complete),
            wanted: count(group.seats.len()),
        };
        let lock = lock(books.recovery_of(group.id));
        let id = item_of(group.id);
        let by = (group.moved_by, group.since);
        found.extend(group.values.iter().map(|value| Subject {
            lock,
            ..Subject::of_group(id, value, by, cover)
        }));
    }
    found
}

fn lock(flow: Option<FlowId>) -> Lock {
    match flow {
        Some(_) => Lock::Locked,
        None => Lock::Free,
    }
}

/// The latest first day of what is here: [`super::trigger::Signals::latest_here`].
pub fn latest_here(values: &[Subject<'_>]) -> Option<Date> {
    first_days(values, Lies::Here).max()
}

/// The earliest first day after today of what is at safes: [`super::trigger::Signals::next_away`].
pub fn next_away(values: &[Subject<'_>], today: Date) -> Option<Date> {
    let tomorrow = Period::Days(1).after(today);
    first_days(values, Lies::AtSafes)
        .filter(|first| *first >= tomorrow)
        .min()
}

fn first_days(values: &[Subject<'_>], lies: Lies) -> impl Iterator<Item = Date> {
    let there = values.iter().filter(move |value| value.lies == lies);
    there.filter_map(|value| match value.from {
        Told::Is(first) => Some(first),
        Told::Untold | Told::Lacks => None,
    })
}
