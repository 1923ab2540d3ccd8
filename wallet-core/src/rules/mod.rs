//! Rules: what is backed up and brought home by itself, and when (WO 01/13293: backup condition storage 158, object
//! extraction 159).
//!
//! A [`Condition`] is a tree over everything that is known of a value without opening it, a [`Subject`]; [`select()`] answers
//! which values it means. When it is asked is a [`Trigger`], [`trigger::due`] between two looks at the signals of the platform.
//!
//! Everything here is a function of its arguments: no clock, and no memory but what a [`Subject`] says of how it came to
//! where it lies.
//!
//! Not in scope: the work itself (`flow`), which plan a value gets if no rule names one (`plan::policy`), where signals come
//! from (`wallet-web`), and words (the page). The format is described in `docs/rules.md`.

mod calendar;
mod condition;
pub mod limits;
mod select;
mod subject;
#[cfg(test)]
mod tests;
pub mod trigger;

pub use calendar::{Moment, Period};
pub use condition::{Amount, Condition, Day, Excess, Number, Surroundings, Text, Truth};
pub use select::{Apart, Selection, select};
pub use subject::{Cover, Lies, Lock, Moved, Subject, Told};
pub use trigger::Trigger;
