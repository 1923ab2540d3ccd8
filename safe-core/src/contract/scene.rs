//! A ledger to try, and short names for what is put into it.

use crate::entry::{Batch, BatchKind, Entry, EntryKey, State};
use crate::ledger::{Bytes, Change, Ledger, LoadedEntry, Need};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};
use saifu_protocol::{Counter, HolderId, PublicKey, RequestId, SessionId, UnixTime};

pub(super) type Check = Result<(), String>;

macro_rules! ensure {
    ($what:expr) => {
        if !$what {
            return Err(alloc::format!("not so: {}", stringify!($what)));
        }
    };
}
pub(super) use ensure;

pub(super) fn ok<T, E>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|_| String::from("the ledger failed"))
}

pub(super) fn counter(n: u64) -> Counter {
    Counter::new(n).unwrap_or(Counter::MAX)
}

pub(super) fn account(n: u8) -> PublicKey {
    PublicKey::new([n; 32])
}

pub(super) fn request(n: u8) -> RequestId {
    RequestId::new([n; 16])
}

pub(super) fn holder(n: u8) -> HolderId {
    HolderId::new([n; 32])
}

pub(super) fn session(n: u8) -> SessionId {
    SessionId::new([n; 16])
}

pub(super) fn batch(seq: u64, first: u64, entries: u32) -> Batch {
    Batch {
        seq,
        account: account(1),
        request: RequestId::new(u128::from(seq).to_be_bytes()),
        at: UnixTime(1_000 + seq),
        next: counter(first + u64::from(entries)),
        kind: BatchKind::Registered {
            content: [7; 32],
            first: counter(first),
            entries,
        },
    }
}

pub(super) fn entry(number: u64, seq: u64, item: u32) -> Entry {
    Entry {
        hold: crate::hold::Hold::default(),
        key: EntryKey {
            counter: counter(number),
            seq,
            item,
        },
        account: account(1),
        holder: holder(2),
        sha256: [3; 32],
        certificate: format!("certificate {number} {seq} {item}"),
        state: State::Registered,
        since: UnixTime(1_000),
        returned: Vec::new(),
        rotation: None,
        note: None,
    }
}

pub(super) fn create(entry: Entry, object: &[u8]) -> Change {
    Change::CreateEntry {
        entry,
        object: object.into(),
    }
}

/// A batch with entries at ascending counters.
pub(super) fn register<L: Ledger>(ledger: &mut L, seq: u64, first: u64, entries: u32) -> Check {
    let mut changes = vec![Change::CreateBatch(batch(seq, first, entries))];
    for item in 0..entries {
        changes.push(create(entry(first + u64::from(item), seq, item), b"object"));
    }
    ok(ledger.apply(&changes))
}

/// A batch that rotated, asked for by another account than that of the registrations.
pub(super) fn rotation_batch(seq: u64, entries: u32) -> Batch {
    Batch {
        account: account(9),
        kind: BatchKind::Rotated { entries },
        ..batch(seq, 100, 0)
    }
}

pub(super) fn groups<L: Ledger>(ledger: &L, counters: &[u64]) -> Result<Vec<LoadedEntry>, String> {
    let need = Need {
        groups: counters.iter().map(|n| counter(*n)).collect(),
        objects_of: BTreeSet::from([holder(2)]),
        object_bytes: usize::MAX,
        ..Need::default()
    };
    Ok(ok(ledger.load(&need))?.entries.into_values().collect())
}

pub(super) fn of_request<L: Ledger>(
    ledger: &L,
    batch: &Batch,
) -> Result<(Vec<Batch>, Vec<LoadedEntry>), String> {
    let need = Need {
        batches: BTreeSet::from([(batch.account, batch.request)]),
        ..Need::default()
    };
    let loaded = ok(ledger.load(&need))?;
    Ok((loaded.batches, loaded.entries.into_values().collect()))
}

pub(super) fn here(bytes: &Bytes, object: &[u8]) -> bool {
    matches!(bytes, Bytes::Here(here) if **here == *object)
}

pub(super) fn over(number: u64, seq: u64, item: u32, since: u64) -> Change {
    Change::ReplaceState(Entry {
        state: State::Withdrawn {
            session: session(1),
        },
        since: UnixTime(since),
        ..entry(number, seq, item)
    })
}
