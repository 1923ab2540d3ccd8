//! What a safe does by itself: write certificates to the index, and drop the bytes of entries that are over.
//!
//! Both may be interrupted anywhere and repeated: a certificate is noted as published after it was written, and writing
//! it twice changes nothing; a purge is one change per entry.

use crate::index::{Put, puts};
use crate::ledger::{Change, Ledger};
use alloc::vec::Vec;
use saifu_protocol::UnixTime;

/// How many batches one round writes at most.
pub const BATCHES_PER_ROUND: usize = 50;
/// A round takes no further batch once it has so many keys. One batch has at most 100 (a key for each item of a rotation),
/// so a round has at most 149: far below the 1,000 operations of one request. Were it above, the round would fail, and so
/// would every repeat of it.
pub const KEYS_PER_ROUND: usize = 50;
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
    let mut round: Option<Round> = None;
    for publication in &waiting {
        let seq = publication.seq;
        let keys = puts(publication).into_iter().map(|put| (seq, put));
        match &mut round {
            Some(round) if round.puts.len() >= KEYS_PER_ROUND => break,
            Some(round) => {
                round.puts.extend(keys);
                round.last = seq;
            }
            None => {
                round = Some(Round {
                    puts: keys.collect(),
                    last: seq,
                });
            }
        }
    }
    Ok(round)
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
    use crate::MemoryLedger;
    use crate::entry::{Batch, BatchKind, Entry, EntryKey, State};
    use alloc::format;
    use saifu_protocol::{Counter, HolderId, PublicKey, RequestId};

    /// A ledger with batches of `entries` each, whose counters all are 0: a key for each, as of a rotation.
    fn wrapping(batches: u64, entries: u32) -> MemoryLedger {
        let mut ledger = MemoryLedger::new();
        for seq in 1..=batches {
            let account = PublicKey::new([1; 32]);
            let kind = BatchKind::Registered {
                content: [0; 32],
                first: Counter::ZERO,
                entries,
            };
            let batch = Batch {
                seq,
                account,
                request: RequestId::new(u128::from(seq).to_be_bytes()),
                at: UnixTime(1),
                next: Counter::ZERO,
                kind,
            };
            ledger.apply(&[Change::CreateBatch(batch)]).unwrap();
            for item in 0..entries {
                let key = EntryKey {
                    counter: Counter::ZERO,
                    seq,
                    item,
                };
                let entry = Entry {
                    hold: crate::hold::Hold::default(),
                    key,
                    account,
                    holder: HolderId::new([1; 32]),
                    sha256: [0; 32],
                    certificate: format!("{seq} {item}"),
                    state: State::Registered,
                    since: UnixTime(1),
                    returned: Vec::new(),
                    rotation: None,
                    note: None,
                };
                let object = [0][..].into();
                ledger
                    .apply(&[Change::CreateEntry { entry, object }])
                    .unwrap();
            }
        }
        ledger
    }

    #[test]
    fn rounds_end_at_a_number_of_keys_and_come_to_an_end() {
        for (batches, entries, wanted) in [
            (120, 1, &[50, 50, 20][..]),
            (5, 100, &[100; 5]),
            (4, 30, &[60, 60]),
            (60, 0, &[0, 0]),
            (0, 0, &[]),
        ] {
            let mut ledger = wrapping(batches, entries);
            let mut rounds = Vec::new();
            while let Some(round) = next_round(&ledger).unwrap() {
                assert!(round.puts.iter().all(|(seq, _)| *seq <= round.last));
                rounds.push(round.puts.len());
                note_published(&mut ledger, &round).unwrap();
            }
            assert_eq!(rounds, wanted, "{batches} of {entries}");
        }
    }

    #[test]
    fn pauses_double_and_end_at_an_hour() {
        assert_eq!(
            [0, 1, 2, 11, 12, 63, 64, u32::MAX].map(pause_after),
            [1, 2, 4, 2048, 3600, 3600, 3600, 3600]
        );
    }
}
