//! The real `wallet-core` and `safe-core` in a simulated world, deterministic by seed.
//!
//! In scope: everything that can happen between wallets and safes — messages lost, late, doubled and out of order,
//! wallets and safes that crash between any two steps, storage that fails or is full, an index that is stale, forgetful or
//! down, a copied browser profile, a safe that lies — and the invariants that must hold after every step.
//!
//! Not in scope: browsers, workerd, HTTP. There is nothing here that a product could switch on: bugs are planted in the
//! world around the two cores, so a release contains none of them.

mod device;
mod dice;
mod invariants;
mod planted;
mod safe;
mod world;

pub use invariants::Violation;
pub use planted::Bug;
pub use world::{Seen, World, run};
