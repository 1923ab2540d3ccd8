//! What is written loads back, and nothing else does.

use super::scene::{
    Check, account, batch, counter, create, ensure, entry, groups, here, holder, of_request, ok,
    register, request, rotation_batch, session,
};
use crate::entry::{Batch, BatchKind, Entry, Returned, Rotation};
use crate::ledger::{Bytes, Change, Ledger, Need};
use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::{Counter, UnixTime};

pub(super) fn empty<L: Ledger>(ledger: &mut L) -> Check {
    let loaded = ok(ledger.load(&Need::default()))?;
    ensure!(loaded.newest.is_none());
    ensure!(groups(ledger, &[0, 1])?.is_empty());
    ensure!(of_request(ledger, &batch(1, 0, 1))?.0.is_empty());
    ensure!(ok(ledger.outbox(10))?.is_empty());
    ensure!(ok(ledger.purgeable(UnixTime(u64::from(u32::MAX)), 10))?.is_empty());
    ensure!(ok(ledger.oldest_over())?.is_none());
    Ok(())
}

pub(super) fn loads_back<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 3)?;
    register(ledger, 2, 3, 2)?;
    let (batches, entries) = of_request(ledger, &batch(1, 0, 3))?;
    ensure!(batches == [batch(1, 0, 3)]);
    let loaded: Vec<Entry> = entries.into_iter().map(|loaded| loaded.entry).collect();
    ensure!(loaded == [entry(0, 1, 0), entry(1, 1, 1), entry(2, 1, 2)]);
    let other = Batch {
        account: account(9),
        ..batch(1, 0, 3)
    };
    ensure!(of_request(ledger, &other)?.0.is_empty());
    let called_off = Batch {
        request: request(200),
        kind: BatchKind::CalledOff,
        ..batch(3, 5, 0)
    };
    ok(ledger.apply(&[Change::CreateBatch(called_off.clone())]))?;
    let (batches, entries) = of_request(ledger, &called_off)?;
    ensure!(batches == [called_off]);
    ensure!(entries.is_empty());
    Ok(())
}

pub(super) fn group<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 3)?;
    register(ledger, 2, 1, 1)?;
    let found = groups(ledger, &[1])?;
    let keys: Vec<(u64, u64)> = found
        .iter()
        .map(|loaded| (loaded.entry.key.counter.get(), loaded.entry.key.seq))
        .collect();
    ensure!(keys == [(1, 1), (1, 2)]);
    ensure!(groups(ledger, &[0, 2, 7])?.len() == 2);
    Ok(())
}

pub(super) fn bytes_for_holder<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 1)?;
    let found = groups(ledger, &[0])?;
    ensure!(found.iter().all(|loaded| here(&loaded.bytes, b"object")));
    let stranger = Need {
        groups: BTreeSet::from([counter(0)]),
        objects_of: BTreeSet::from([holder(9)]),
        object_bytes: usize::MAX,
        ..Need::default()
    };
    let loaded = ok(ledger.load(&stranger))?;
    ensure!(loaded.entries.len() == 1);
    ensure!(
        loaded
            .entries
            .values()
            .all(|loaded| loaded.bytes == Bytes::NotAsked)
    );
    Ok(())
}

pub(super) fn budget<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 3)?;
    let need = Need {
        groups: (0..3).map(counter).collect(),
        objects_of: BTreeSet::from([holder(2)]),
        object_bytes: 2 * b"object".len(),
        ..Need::default()
    };
    let loaded = ok(ledger.load(&need))?;
    let spent: Vec<bool> = loaded
        .entries
        .values()
        .map(|loaded| loaded.bytes == Bytes::OverBudget)
        .collect();
    ensure!(spent == [false, false, true]);
    Ok(())
}

pub(super) fn newest<L: Ledger>(ledger: &mut L) -> Check {
    for seq in 1..=3 {
        register(ledger, seq, seq * 10, 1)?;
        let newest = ok(ledger.load(&Need::default()))?.newest;
        ensure!(newest == Some(batch(seq, seq * 10, 1)));
    }
    Ok(())
}

pub(super) fn wrapped_batch<L: Ledger>(ledger: &mut L) -> Check {
    let counters = [2_u64, 3, 0, 1, 2, 3, 0];
    let wrapped = Batch {
        next: counter(1),
        ..batch(1, 2, 7)
    };
    let mut changes = vec![Change::CreateBatch(wrapped.clone())];
    for (n, item) in counters.iter().zip(0..) {
        changes.push(create(entry(*n, 1, item), b"object"));
    }
    ok(ledger.apply(&changes))?;
    register(ledger, 2, 1, 1)?;
    let (_, mut entries) = of_request(ledger, &wrapped)?;
    entries.sort_by_key(|loaded| loaded.entry.key.item);
    let found: Vec<u64> = entries
        .iter()
        .map(|loaded| loaded.entry.key.counter.get())
        .collect();
    ensure!(found == counters);
    let publications = ok(ledger.outbox(1))?;
    let published: Vec<u64> = publications
        .iter()
        .flat_map(|publication| &publication.certificates)
        .map(|(counter, _)| counter.get())
        .collect();
    ensure!(published == counters);
    Ok(())
}

pub(super) fn largest<L: Ledger>(ledger: &mut L) -> Check {
    let last = Counter::MAX.get();
    let far = UnixTime(99_999_999_999);
    let object: Arc<[u8]> = vec![0xA5; saifu_protocol::limits::MAX_OBJECT_BYTES].into();
    let top = Entry {
        since: far,
        certificate: "c".repeat(saifu_protocol::limits::MAX_CERTIFICATE_BYTES),
        returned: vec![Returned {
            session: session(255),
            at: far,
        }],
        ..entry(last, 1, u32::MAX)
    };
    let rotated = Entry {
        rotation: Some(Rotation {
            seq: 2,
            request: batch(2, 0, 0).request,
            replaced: top.certificate.clone(),
            registered: top.certificate.clone(),
        }),
        ..top.clone()
    };
    let whole = Batch {
        at: far,
        next: Counter::ZERO,
        ..batch(1, last, 0)
    };
    ok(ledger.apply(&[
        Change::CreateBatch(whole.clone()),
        Change::CreateEntry {
            entry: top.clone(),
            object: object.clone(),
        },
    ]))?;
    let found = groups(ledger, &[last])?;
    ensure!(found.len() == 1);
    ensure!(
        found
            .iter()
            .all(|loaded| loaded.entry == top && here(&loaded.bytes, &object))
    );
    ensure!(ok(ledger.load(&Need::default()))?.newest == Some(whole));
    ok(ledger.apply(&[
        Change::CreateBatch(rotation_batch(2, u32::MAX)),
        Change::ReplaceHolder(Entry {
            account: rotation_batch(2, 1).account,
            ..rotated.clone()
        }),
    ]))?;
    let found = groups(ledger, &[last])?;
    ensure!(
        found
            .iter()
            .all(|loaded| loaded.entry.rotation == rotated.rotation
                && here(&loaded.bytes, &object))
    );
    ensure!(ok(ledger.load(&Need::default()))?.newest == Some(rotation_batch(2, u32::MAX)));
    Ok(())
}
