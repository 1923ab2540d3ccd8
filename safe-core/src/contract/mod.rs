//! The suite every ledger must pass. It runs on [`crate::MemoryLedger`] natively and on the SQL ledger in workerd, so
//! that what the simulation finds out about one holds for the other.

mod change;
mod devices;
mod freeze;
mod hold;
mod load;
mod order;
mod owned;
pub mod owners;
mod push;
mod rotation;
mod scene;
mod upkeep;

use crate::ledger::Ledger;
use alloc::string::String;
use alloc::vec::Vec;
use scene::Check;

/// What became of one case.
#[derive(Debug)]
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// Why it failed.
    pub failure: Option<String>,
}

type Named<L> = (&'static str, fn(&mut L) -> Check);

/// Runs the suite; `make` gives an empty ledger each time.
pub fn run<L: Ledger>(make: impl FnMut() -> Result<L, L::Error>) -> Vec<Case> {
    let cases: [Named<L>; 29] = [
        ("an empty ledger loads nothing", load::empty),
        (
            "a batch and its entries load back as they were",
            load::loads_back,
        ),
        (
            "a group is the entries of its counter and no others",
            load::group,
        ),
        ("bytes load for their holder only", load::bytes_for_holder),
        ("bytes stop at the budget", load::budget),
        ("every state loads back, also twice", change::states),
        (
            "a failed change leaves nothing of those before it",
            change::all_or_nothing,
        ),
        ("a request has one batch", change::one_batch_per_request),
        ("the newest batch is the last", load::newest),
        ("a batch that wraps loads whole", load::wrapped_batch),
        (
            "a purge takes the bytes and leaves the tombstone",
            upkeep::purge,
        ),
        (
            "only what is over and has bytes is purgeable",
            upkeep::purgeable,
        ),
        (
            "what is purgeable comes by age, then by key",
            upkeep::purgeable_in_order,
        ),
        (
            "the outbox gives batches in order until they are published",
            upkeep::outbox,
        ),
        (
            "a rotation loads back, and so does the next",
            rotation::rotation,
        ),
        (
            "a rotation that does not fit leaves nothing",
            rotation::rotation_all_or_nothing,
        ),
        (
            "the states of a rotated entry load back with its holder",
            rotation::states_of_rotated,
        ),
        (
            "the outbox gives what was registered and what holds",
            rotation::rotation_outbox,
        ),
        (
            "a note is kept until its holder is replaced or its bytes go",
            owned::notes,
        ),
        (
            "an owner has what is not over under the accounts",
            owned::of_accounts,
        ),
        (
            "an owner's pages are in order and leave nothing out",
            owned::pages,
        ),
        (
            "an owner's page ends after so many batches",
            owned::empty_batches,
        ),
        (
            "how long others wait loads back until the holder is replaced",
            hold::waits,
        ),
        (
            "those who wait load back, for both sides",
            hold::those_who_wait,
        ),
        (
            "an entry obeys one key until its holder is replaced",
            order::obedience,
        ),
        (
            "an order is remembered until it is of no time any more",
            order::remembered,
        ),
        (
            "an account is woken at one place until there is another or none",
            push::subscriptions,
        ),
        (
            "those who are due are given in order, and when the next one is",
            push::due,
        ),
        (
            "the largest counters, times and objects are kept",
            load::largest,
        ),
    ];
    each(make, cases)
}

fn each<L, E, const N: usize>(
    mut make: impl FnMut() -> Result<L, E>,
    cases: [Named<L>; N],
) -> Vec<Case> {
    cases
        .into_iter()
        .map(|(name, case)| {
            let result = match make() {
                Ok(mut ledger) => case(&mut ledger),
                Err(_) => Err(String::from("no empty ledger")),
            };
            Case {
                name,
                failure: result.err(),
            }
        })
        .collect()
}
