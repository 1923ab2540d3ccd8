//! Conditions on items.

use super::Item;
use saifu_protocol::value::Date;

/// A condition on items, by which lists are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Registration certificates only.
    OnlyCertificates,
    /// Values only.
    OnlyValues,
    /// The last day of validity, of anything in it, is today or at most so many days ahead.
    EndingWithin {
        /// How many days.
        days: u16,
    },
}

impl Condition {
    pub(super) fn is_met_by(self, item: &Item, today: Date) -> bool {
        match (self, item) {
            (Condition::OnlyCertificates, Item::Certificate(_))
            | (Condition::OnlyValues, Item::Value(_)) => true,
            (Condition::OnlyCertificates | Condition::OnlyValues, _) => false,
            (Condition::EndingWithin { days }, item) => item.last_days().any(|last| {
                let ahead = (last - today).whole_days();
                (0..=i64::from(days)).contains(&ahead)
            }),
        }
    }
}
