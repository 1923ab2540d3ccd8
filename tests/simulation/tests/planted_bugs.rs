//! The simulation is tested, too: each planted bug must be found, or a clean run would prove nothing.

use saifu_simulation::{Bug, run};

/// Seeds that are tried before a bug counts as not found.
const SEEDS: u64 = 400;

fn is_found(bug: Bug) {
    let found = (0..SEEDS).find_map(|seed| run(seed, Some(bug)).err().map(|why| (seed, why)));
    assert!(found.is_some(), "{bug:?} was not found in {SEEDS} seeds");
}

#[test]
fn ack_before_commit_is_found() {
    is_found(Bug::AckBeforeCommit);
}

#[test]
fn delete_before_certificate_is_found() {
    is_found(Bug::DeleteBeforeCertificate);
}

#[test]
fn forgotten_tombstone_is_found() {
    is_found(Bug::ForgottenTombstone);
}

#[test]
fn kv_believed_is_found() {
    is_found(Bug::KvBelieved);
}

#[test]
fn lost_idempotency_row_is_found() {
    is_found(Bug::LostIdempotencyRow);
}

#[test]
fn counter_reuse_is_found() {
    is_found(Bug::CounterReuse);
}

#[test]
fn usable_before_ack_is_found() {
    is_found(Bug::UsableBeforeAck);
}

#[test]
fn session_ignored_is_found() {
    is_found(Bug::SessionIgnored);
}

#[test]
fn a_seed_replays_to_the_same_end() {
    for seed in 0..400 {
        let bug = Some(Bug::SessionIgnored);
        let first = run(seed, bug);
        if first.is_err() {
            assert_eq!(run(seed, bug), first);
            return;
        }
    }
    panic!("no seed failed");
}
