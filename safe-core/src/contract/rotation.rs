//! An entry that is rotated has another holder and another certificate, and its registration keeps both.

use super::scene::{
    Check, account, batch, counter, ensure, entry, groups, here, holder, of_request, ok, over,
    register, rotation_batch, session,
};
use crate::entry::{Entry, Rotation, State};
use crate::ledger::{Bytes, Change, Layout, Ledger, Need};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use alloc::{format, vec};
use saifu_protocol::UnixTime;

/// The entry as the rotation of this batch leaves it, after it was registered or rotated by `before`.
fn rotated(before: &Entry, seq: u64) -> Entry {
    Entry {
        account: account(9),
        holder: holder(u8::try_from(seq).unwrap_or(0)),
        certificate: format!("{} rotated {seq}", before.certificate),
        rotation: Some(Rotation {
            seq,
            request: rotation_batch(seq, 1).request,
            replaced: before.certificate.clone(),
            registered: before.as_registered().into(),
        }),
        ..before.clone()
    }
}

fn rotate<L: Ledger>(ledger: &mut L, seq: u64, entries: &[Entry]) -> Check {
    let count = u32::try_from(entries.len()).unwrap_or(0);
    let mut changes = vec![Change::CreateBatch(rotation_batch(seq, count))];
    changes.extend(entries.iter().cloned().map(Change::ReplaceHolder));
    ok(ledger.apply(&changes))
}

pub(super) fn rotation<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 3)?;
    let mut wanted = [entry(0, 1, 0), entry(1, 1, 1), entry(2, 1, 2)];
    for seq in 2..5 {
        wanted[1] = rotated(&wanted[1], seq);
        rotate(ledger, seq, &wanted[1..2])?;
        let loaded = groups(ledger, &[0, 1, 2])?;
        ensure!(loaded.iter().map(|loaded| &loaded.entry).eq(&wanted));
        // The registration still has its entries, the rotation has none of its own.
        let (batches, entries) = of_request(ledger, &batch(1, 0, 3))?;
        ensure!(batches == [batch(1, 0, 3)]);
        ensure!(entries.iter().map(|loaded| &loaded.entry).eq(&wanted));
        let (batches, entries) = of_request(ledger, &rotation_batch(seq, 1))?;
        ensure!(batches == [rotation_batch(seq, 1)]);
        ensure!(entries.is_empty());
        ensure!(ok(ledger.load(&Need::default()))?.newest == Some(rotation_batch(seq, 1)));
    }
    let next_holder = Need {
        groups: BTreeSet::from([counter(1)]),
        objects_of: BTreeSet::from([holder(4)]),
        object_bytes: usize::MAX,
        ..Need::default()
    };
    let loaded = ok(ledger.load(&next_holder))?;
    ensure!(
        loaded
            .entries
            .values()
            .all(|loaded| here(&loaded.bytes, b"object"))
    );
    ensure!(
        groups(ledger, &[1])?
            .iter()
            .all(|loaded| loaded.bytes == Bytes::NotAsked)
    );
    Ok(())
}

pub(super) fn rotation_all_or_nothing<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 2)?;
    let (first, second) = (entry(0, 1, 0), entry(1, 1, 1));
    let good = || Change::ReplaceHolder(rotated(&first, 2));
    let doomed = [
        // No such entry.
        rotated(&entry(9, 9, 9), 2),
        // No rotation in it.
        Entry {
            rotation: None,
            ..rotated(&second, 2)
        },
        // A batch that is not there.
        rotated(&second, 3),
        // A batch of another account, and of another request.
        Entry {
            account: account(1),
            ..rotated(&second, 2)
        },
        Entry {
            rotation: rotated(&second, 3)
                .rotation
                .map(|rotation| Rotation { seq: 2, ..rotation }),
            ..rotated(&second, 2)
        },
    ];
    for bad in doomed {
        let changes = [
            Change::CreateBatch(rotation_batch(2, 2)),
            good(),
            Change::ReplaceHolder(bad),
        ];
        ensure!(ledger.apply(&changes).is_err());
        let loaded = groups(ledger, &[0, 1])?;
        let entries = loaded.iter().map(|loaded| &loaded.entry);
        ensure!(entries.eq([&first, &second]));
        ensure!(ok(ledger.load(&Need::default()))?.newest == Some(batch(1, 0, 2)));
        ensure!(ok(ledger.outbox(10))?.len() == 1);
    }
    Ok(())
}

pub(super) fn states_of_rotated<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 1)?;
    let other = rotated(&entry(0, 1, 0), 2);
    rotate(ledger, 2, core::slice::from_ref(&other))?;
    // Another state takes over neither holder nor certificate, and another holder no state.
    let open = Entry {
        state: State::Withdrawing {
            session: session(1),
        },
        since: UnixTime(2_000),
        ..entry(0, 1, 0)
    };
    ok(ledger.apply(&[Change::ReplaceState(open.clone())]))?;
    let wanted = Entry {
        state: open.state,
        since: open.since,
        ..other.clone()
    };
    let found = groups(ledger, &[0])?;
    ensure!(found.len() == 1);
    ensure!(found.iter().all(|loaded| loaded.entry == wanted));
    let next = Entry {
        state: State::Retired,
        ..rotated(&other, 3)
    };
    rotate(ledger, 3, core::slice::from_ref(&next))?;
    let wanted = Entry {
        state: wanted.state,
        since: wanted.since,
        ..next
    };
    let found = groups(ledger, &[0])?;
    ensure!(found.iter().all(|loaded| loaded.entry == wanted));
    ok(ledger.apply(&[over(0, 1, 0, 5), Change::Purge(entry(0, 1, 0).key)]))?;
    let found = groups(ledger, &[0])?;
    ensure!(found.len() == 1);
    ensure!(
        found
            .iter()
            .all(|loaded| loaded.bytes == Bytes::Gone && loaded.entry.rotation == wanted.rotation)
    );
    Ok(())
}

pub(super) fn rotation_outbox<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 3)?;
    let first = ok(ledger.outbox(10))?;
    ok(ledger.apply(&[Change::Published(1)]))?;
    let zeroth = rotated(&entry(0, 1, 0), 2);
    let third = rotated(&entry(2, 1, 2), 2);
    rotate(ledger, 2, &[third.clone(), zeroth.clone()])?;
    let line = |entry: &Entry| (entry.key.counter, entry.certificate.clone());
    let waiting = ok(ledger.outbox(10))?;
    ensure!(waiting.len() == 1);
    ensure!(waiting.iter().all(|each| each.seq == 2
        && each.account == account(9)
        && each.layout == Layout::Alone
        && each.certificates == [line(&zeroth), line(&third)]));
    // Rotated again: the batch before has what still holds, the registration what it always had.
    let again = rotated(&zeroth, 3);
    rotate(ledger, 3, core::slice::from_ref(&again))?;
    ok(ledger.apply(&[Change::Published(0)]))?;
    let waiting = ok(ledger.outbox(10))?;
    ensure!(waiting.iter().take(1).eq(&first));
    ensure!(first.iter().all(|each| each.layout == Layout::Together));
    let rest: Vec<_> = waiting
        .iter()
        .skip(1)
        .map(|each| each.certificates.clone())
        .collect();
    ensure!(rest == [vec![line(&third)], vec![line(&again)]]);
    Ok(())
}
