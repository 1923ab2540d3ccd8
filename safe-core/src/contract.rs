//! The suite every ledger must pass. It runs on [`crate::MemoryLedger`] natively and on the SQL ledger in workerd.

use crate::ledger::Ledger;
use alloc::string::String;
use alloc::vec::Vec;

/// What became of one case.
#[derive(Debug)]
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// Why it failed.
    pub failure: Option<String>,
}

/// Runs the suite; `make` gives an empty ledger each time.
pub fn run<L: Ledger>(_make: impl FnMut() -> Result<L, L::Error>) -> Vec<Case> {
    Vec::new()
}
