//! What a safe does by itself: write certificates to the index, and drop the bytes of entries that are over.
//!
//! Both may be interrupted anywhere and repeated: a certificate is noted as published after it was written, and writing
//! it twice changes nothing; a purge is one change per entry.

use crate::index::{Put, puts};
use crate::ledger::{Change, Ledger};
use alloc::vec::Vec;
use saifu_protocol::UnixTime;

/// How many batches one round writes.
pub const BATCHES_PER_ROUND: usize = 50;
/// How many entries one round purges.
pub const PURGES_PER_ROUND: usize = 500;
/// Longest pause between two attempts to reach the index, in seconds.
pub const LONGEST_PAUSE: u64 = 3_600;

/// What one round writes to the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The keys, in order, each with the batch that is published once it and all before it are written.
    pub puts: Vec<(u64, Put)>,
    /// The batch that is published once all are written.
    pub last: u64,
}

/// The next round; `None` if everything is published.
///
/// # Errors
/// Those of the ledger.
pub fn next_round<L: Ledger>(ledger: &L) -> Result<Option<Round>, L::Error> {
    let waiting = ledger.outbox(BATCHES_PER_ROUND)?;
    let Some(last) = waiting.last().map(|publication| publication.seq) else {
        return Ok(None);
    };
    let puts = waiting
        .iter()
        .flat_map(|publication| {
            puts(publication)
                .into_iter()
                .map(|put| (publication.seq, put))
        })
        .collect();
    Ok(Some(Round { puts, last }))
}

/// Notes that a round was written.
///
/// # Errors
/// Those of the ledger.
pub fn note_published<L: Ledger>(ledger: &mut L, round: &Round) -> Result<(), L::Error> {
    ledger.apply(&[Change::Published(round.last)])
}

/// Has the whole index written again, from the first batch.
///
/// # Errors
/// Those of the ledger.
pub fn rebuild<L: Ledger>(ledger: &mut L) -> Result<(), L::Error> {
    ledger.apply(&[Change::Published(0)])
}

/// Drops the bytes of entries that have been over for the grace period. The tombstones stay for ever: without them an
/// old certificate would look like one that was never issued. Says how many.
///
/// # Errors
/// Those of the ledger.
pub fn purge<L: Ledger>(
    ledger: &mut L,
    grace_seconds: u64,
    now: UnixTime,
) -> Result<usize, L::Error> {
    let Some(until) = now.0.checked_sub(grace_seconds) else {
        return Ok(0);
    };
    let keys = ledger.purgeable(UnixTime(until), PURGES_PER_ROUND)?;
    let changes: Vec<Change> = keys.into_iter().map(Change::Purge).collect();
    ledger.apply(&changes)?;
    Ok(changes.len())
}

/// When the next purge is due.
///
/// # Errors
/// Those of the ledger.
pub fn next_purge<L: Ledger>(ledger: &L, grace_seconds: u64) -> Result<Option<UnixTime>, L::Error> {
    let oldest = ledger.oldest_over()?;
    Ok(oldest.map(|since| since.plus(grace_seconds)))
}

/// How long to wait after this many failures in a row, in seconds: doubling, and never longer than
/// [`LONGEST_PAUSE`].
pub fn pause_after(failures: u32) -> u64 {
    1_u64
        .checked_shl(failures)
        .map_or(LONGEST_PAUSE, |seconds| seconds.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end_at_an_hour() {
        assert_eq!(
            [0, 1, 2, 11, 12, 63, 64, u32::MAX].map(pause_after),
            [1, 2, 4, 2048, 3600, 3600, 3600, 3600]
        );
    }
}
