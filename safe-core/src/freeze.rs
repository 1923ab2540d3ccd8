//! What is frozen: everything of the accounts of an owner who said so. The owner's ledger knows it and no entry does, so that it
//! holds at once for all of them, also for what is registered later and for an account that joins later.

use crate::ledger::{Ledger, Loaded, Need};
use crate::owner::OwnerLedger;
use alloc::collections::BTreeSet;

/// Loads what a command needs, and which of the accounts it is about are frozen.
///
/// # Errors
/// Those of the ledgers.
pub fn load<L: Ledger, O: OwnerLedger<Error = L::Error>>(
    need: &Need,
    entries: &L,
    owners: &O,
) -> Result<Loaded, L::Error> {
    let mut loaded = entries.load(need)?;
    let of_entries = loaded.entries.values().map(|loaded| loaded.entry.account);
    let accounts: BTreeSet<_> = of_entries.chain(need.asked_of).collect();
    for account in accounts {
        if let Some(frozen) = owners.frozen(&account)? {
            loaded.frozen.insert(account, frozen);
        }
    }
    Ok(loaded)
}
