//! The simulation is tested, too: each planted bug must be found, or a clean run would prove nothing.

use saifu_simulation::{Bug, Seen, run, run_spread};
use saifu_wallet_core::notice::Kind;
use saifu_wallet_core::view::Waiting;

/// Seeds that are tried before a bug counts as not found.
const SEEDS: u64 = 400;

fn is_found(bug: Bug) {
    let found = (0..SEEDS).find_map(|seed| run(seed, Some(bug)).err().map(|why| (seed, why)));
    assert!(found.is_some(), "{bug:?} was not found in {SEEDS} seeds");
}

/// Seeds of worlds of plans that are tried.
const PLANS: u64 = 120;

fn is_found_in_plans(bug: Bug) {
    let found = (0..PLANS).any(|seed| run_spread(seed, Some(bug)).is_err());
    assert!(found, "{bug:?} was not found in {PLANS} worlds of plans");
}

#[test]
fn usable_before_quorum_is_found() {
    is_found_in_plans(Bug::UsableBeforeQuorum);
}

#[test]
fn a_copy_that_goes_too_early_is_found() {
    is_found_in_plans(Bug::GoesTooEarly);
}

#[test]
fn a_key_erased_too_early_is_found() {
    is_found_in_plans(Bug::KeyErasedTooEarly);
}

#[test]
fn a_successor_that_stands_by_too_early_is_found() {
    is_found_in_plans(Bug::StandsByTooEarly);
}

#[test]
fn one_vote_that_is_enough_is_found() {
    is_found_in_plans(Bug::OneVoteIsEnough);
}

#[test]
fn sessions_that_are_ignored_are_found_in_plans() {
    is_found_in_plans(Bug::SessionIgnored);
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
        if let Err(first) = run(seed, bug) {
            assert_eq!(run(seed, bug).unwrap_err(), first);
            return;
        }
    }
    panic!("no seed failed");
}

#[test]
fn a_clean_run_has_seen_trouble() {
    let mut all = Seen::default();
    for seed in 0..150 {
        let seen = run(seed, None).unwrap();
        all.notices.extend(seen.notices);
        all.waited.extend(seen.waited);
        all.used += seen.used;
    }
    let noticed = |is: fn(&Kind) -> bool| all.notices.iter().any(is);
    assert!(noticed(|kind| matches!(kind, Kind::CertificateHashWrong)));
    assert!(noticed(|kind| matches!(kind, Kind::CertificateDigestWrong)));
    assert!(noticed(|kind| matches!(kind, Kind::CertificateHolderWrong)));
    assert!(noticed(|kind| matches!(kind, Kind::CertificateForged)));
    assert!(noticed(|kind| matches!(kind, Kind::CalledOff)));
    assert!(noticed(|kind| matches!(kind, Kind::ReleasedElsewhere(_))));
    assert!(noticed(|kind| matches!(kind, Kind::RecoveryCalledOff)));
    assert!(noticed(|kind| matches!(kind, Kind::NoRoom { .. })));
    assert!(noticed(|kind| matches!(kind, Kind::StorageFull)));
    assert!(noticed(|kind| matches!(kind, Kind::StorageFailed)));
    for waiting in [Waiting::Unreachable, Waiting::Garbled, Waiting::StorageFull] {
        assert!(
            all.waited.contains(&waiting),
            "no job waited for {waiting:?}"
        );
    }
    assert!(all.used > 0);
}
