//! Rules: what is backed up and brought home by itself, and when (WO 01/13293: backup condition storage 158, object
//! extraction 159).
//!
//! A [`Rule`] says *which* values: a [`Condition`] is a tree over everything that is known of a value without opening it, a
//! [`Subject`]; [`select()`] answers which values it means. It says *when*: a [`Trigger`] is [`trigger::due`] between two looks at
//! the signals of the platform. And it says *what is done*: values are backed up or fetched, [`Does`]. [`Rules`] are those of
//! one wallet; what they may really move is answered by [`Rules::to_back_up`] and [`Rules::to_fetch`], so that nothing goes
//! back and forth between them.
//!
//! Everything here is a function of its arguments: no clock, and no memory but what a [`Subject`] says of how it came to
//! where it lies.
//!
//! [`RuleBook`] is what a wallet keeps of them, [`Activity`] what they have done, and a [`Reading`] what a platform says.
//!
//! Not in scope: the work itself (`flow::Round`, `engine`), which plan a value gets if no rule names one (`plan::policy`), where signals come
//! from (`wallet-web`), and words (the page). The format is described in `docs/rules.md`.

mod book;
mod calendar;
mod condition;
mod decide;
mod gather;
pub mod limits;
mod reading;
mod rule;
mod select;
mod subject;
#[cfg(test)]
mod tests;
pub mod trigger;

pub use book::{Activity, Entry, PartTally, Rehearsals, RuleBook, Shortage, Way, Why};
pub use calendar::{Moment, Period};
pub use condition::{Amount, Condition, Day, Excess, Number, Surroundings, Text, Truth};
pub use gather::{latest_here, next_away, subjects};
pub use reading::{Counts, Reading};
pub use rule::{BackUp, Does, Fetch, How, Rule, RuleId, RuleProblem, RuleState, Rules, Shipped};
pub use select::{Apart, Selection, select};
pub use subject::{Cover, Lies, Lock, Moved, Subject, Told};
pub use trigger::Trigger;
