//! What goes when its time is over, and what waits to be published.

use super::scene::{
    Check, account, batch, ensure, entry, groups, here, of_request, ok, over, register, session,
};
use crate::entry::{Batch, BatchKind, Entry, State};
use crate::ledger::{Bytes, Change, Ledger};
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::{Counter, UnixTime};

pub(super) fn purge<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 2)?;
    ok(ledger.apply(&[over(0, 1, 0, 5), Change::Purge(entry(0, 1, 0).key)]))?;
    let found = groups(ledger, &[0])?;
    ensure!(found.len() == 1);
    ensure!(found.iter().all(|loaded| loaded.bytes == Bytes::Gone));
    ensure!(found.iter().all(|loaded| loaded.entry.state
        == State::Withdrawn {
            session: session(1)
        }));
    ensure!(
        found
            .iter()
            .all(|loaded| loaded.entry.certificate == entry(0, 1, 0).certificate)
    );
    ensure!(
        groups(ledger, &[1])?
            .iter()
            .all(|loaded| here(&loaded.bytes, b"object"))
    );
    let (_, entries) = of_request(ledger, &batch(1, 0, 2))?;
    ensure!(entries.len() == 2);
    // A purge that is repeated after a crash changes nothing.
    ok(ledger.apply(&[Change::Purge(entry(0, 1, 0).key)]))
}

pub(super) fn purgeable<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 4)?;
    let withdrawing = Entry {
        state: State::Withdrawing {
            session: session(1),
        },
        since: UnixTime(1),
        ..entry(1, 1, 1)
    };
    let retired = Entry {
        state: State::Retired,
        since: UnixTime(30),
        ..entry(3, 1, 3)
    };
    ok(ledger.apply(&[
        Change::ReplaceState(withdrawing),
        over(2, 1, 2, 20),
        Change::ReplaceState(retired),
    ]))?;
    ensure!(ok(ledger.oldest_over())? == Some(UnixTime(20)));
    ensure!(ok(ledger.purgeable(UnixTime(19), 10))?.is_empty());
    ensure!(ok(ledger.purgeable(UnixTime(20), 10))? == [entry(2, 1, 2).key]);
    ensure!(ok(ledger.purgeable(UnixTime(30), 10))?.len() == 2);
    ensure!(ok(ledger.purgeable(UnixTime(30), 1))?.len() == 1);
    ok(ledger.apply(&[Change::Purge(entry(2, 1, 2).key)]))?;
    ensure!(ok(ledger.oldest_over())? == Some(UnixTime(30)));
    ensure!(ok(ledger.purgeable(UnixTime(30), 10))? == [entry(3, 1, 3).key]);
    Ok(())
}

pub(super) fn purgeable_in_order<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 2)?;
    register(ledger, 2, 0, 2)?;
    ok(ledger.apply(&[
        over(1, 2, 1, 20),
        over(0, 2, 0, 20),
        over(1, 1, 1, 10),
        over(0, 1, 0, 20),
    ]))?;
    let wanted = [
        entry(1, 1, 1).key,
        entry(0, 1, 0).key,
        entry(0, 2, 0).key,
        entry(1, 2, 1).key,
    ];
    for most in 0..=wanted.len() {
        let found = ok(ledger.purgeable(UnixTime(20), most))?;
        ensure!(found.iter().eq(wanted.iter().take(most)));
    }
    Ok(())
}

pub(super) fn outbox<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 1)?;
    let called_off = Batch {
        kind: BatchKind::CalledOff,
        ..batch(2, 1, 0)
    };
    ok(ledger.apply(&[Change::CreateBatch(called_off)]))?;
    register(ledger, 3, 1, 3)?;
    let shape = |ledger: &L, most| -> Result<Vec<(u64, usize)>, String> {
        let waiting = ok(ledger.outbox(most))?;
        let shape = waiting
            .iter()
            .map(|each| (each.seq, each.certificates.len()));
        Ok(shape.collect())
    };
    ensure!(shape(ledger, 10)? == [(1, 1), (2, 0), (3, 3)]);
    ensure!(shape(ledger, 2)? == [(1, 1), (2, 0)]);
    ok(ledger.apply(&[Change::Published(2)]))?;
    ensure!(shape(ledger, 10)? == [(3, 3)]);
    let waiting = ok(ledger.outbox(10))?;
    let wanted: Vec<(Counter, String)> = (0..3)
        .map(|n| {
            let entry = entry(1 + u64::from(n), 3, n);
            (entry.key.counter, entry.certificate)
        })
        .collect();
    ensure!(
        waiting
            .iter()
            .all(|each| each.certificates == wanted && each.account == account(1))
    );
    ok(ledger.apply(&[Change::Published(3)]))?;
    ensure!(shape(ledger, 10)?.is_empty());
    ok(ledger.apply(&[Change::Published(0)]))?;
    ensure!(shape(ledger, 10)?.len() == 3);
    Ok(())
}
