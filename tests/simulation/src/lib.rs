//! The real `wallet-core` and `safe-core` in a simulated world, deterministic by seed.
//!
//! In scope: what happens between wallets and safes — messages lost, late, doubled and out of order, wallets that crash
//! before, during and after any transaction, safes that go down with a request or a reply under way, storage that fails or
//! is full, clocks that are wrong, an index that is stale or down, a copied browser profile, a safe that lies — and the
//! invariants that must hold after every step. A ledger that is set back is played through in scenarios of its own: with
//! one safe per value nothing could hold against it in every world.
//!
//! Not in scope: browsers, workerd, HTTP, and a safe that dies inside one request — its ledger applies all changes of a
//! request or none, which the ledger's contract shows in workerd. There is nothing here that a product could switch on: bugs are planted in the
//! world around the two cores, so a release contains none of them.

mod device;
mod dice;
mod invariants;
#[cfg(test)]
mod lost;
#[cfg(test)]
mod papers;
mod planted;
#[cfg(test)]
mod rules;
mod safe;
mod scene;
mod seen;
mod spread;
mod world;

pub use invariants::Violation;
pub use planted::Bug;
pub use seen::{Mark, Seen};
pub use spread::{Odds, Spread, race, run_cheats, run_spread};
pub use world::{World, run};
