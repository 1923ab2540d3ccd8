//! Every state is kept, and changes come together or not at all.

use super::scene::{
    Check, account, batch, create, ensure, entry, groups, here, ok, register, request, session,
};
use crate::entry::{Batch, Entry, RETURNED_KEPT, Returned, State};
use crate::ledger::{Change, Ledger, Need};
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;

pub(super) fn states<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 1)?;
    let returned: Vec<Returned> = (0..RETURNED_KEPT)
        .map(|n| Returned {
            session: session(u8::try_from(n).unwrap_or(0)),
            at: UnixTime(n as u64),
        })
        .collect();
    let steps = [
        (
            State::Withdrawing {
                session: session(1),
            },
            Vec::new(),
        ),
        (State::Registered, returned.clone()),
        (
            State::Withdrawn {
                session: session(2),
            },
            returned.clone(),
        ),
        (
            State::Withdrawn {
                session: session(2),
            },
            returned,
        ),
        (State::Retired, Vec::new()),
    ];
    for (n, (state, returned)) in steps.into_iter().enumerate() {
        let new = Entry {
            state,
            since: UnixTime(2_000 + n as u64),
            returned,
            ..entry(0, 1, 0)
        };
        ok(ledger.apply(&[Change::ReplaceState(new.clone())]))?;
        let found = groups(ledger, &[0])?;
        ensure!(found.len() == 1);
        ensure!(found.iter().all(|loaded| loaded.entry == new));
        ensure!(found.iter().all(|loaded| here(&loaded.bytes, b"object")));
    }
    Ok(())
}

pub(super) fn all_or_nothing<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 1)?;
    let withdrawing = Entry {
        state: State::Withdrawing {
            session: session(1),
        },
        ..entry(0, 1, 0)
    };
    let doomed: [Vec<Change>; 5] = [
        // The last change names an entry that exists.
        vec![
            Change::CreateBatch(batch(2, 1, 1)),
            create(entry(1, 2, 0), b"new"),
            Change::ReplaceState(withdrawing.clone()),
            Change::Published(2),
            create(entry(0, 1, 0), b"again"),
        ],
        // … an entry that does not.
        vec![
            Change::ReplaceState(withdrawing.clone()),
            Change::ReplaceState(entry(9, 9, 9)),
        ],
        vec![
            Change::Purge(entry(0, 1, 0).key),
            Change::Purge(entry(9, 9, 9).key),
        ],
        // … a request, or a sequence number, that exists.
        vec![
            Change::ReplaceState(withdrawing),
            Change::CreateBatch(Batch {
                seq: 2,
                ..batch(1, 1, 0)
            }),
        ],
        vec![
            Change::Published(1),
            Change::CreateBatch(Batch {
                request: request(99),
                ..batch(1, 1, 0)
            }),
        ],
    ];
    for changes in doomed {
        ensure!(ledger.apply(&changes).is_err());
        let found = groups(ledger, &[0, 1, 9])?;
        ensure!(found.len() == 1);
        ensure!(found.iter().all(|loaded| loaded.entry == entry(0, 1, 0)));
        ensure!(found.iter().all(|loaded| here(&loaded.bytes, b"object")));
        let newest = ok(ledger.load(&Need::default()))?.newest;
        ensure!(newest == Some(batch(1, 0, 1)));
        ensure!(ok(ledger.outbox(10))?.len() == 1);
    }
    Ok(())
}

pub(super) fn one_batch_per_request<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 1)?;
    let again = Batch {
        seq: 2,
        ..batch(1, 1, 0)
    };
    ensure!(ledger.apply(&[Change::CreateBatch(again.clone())]).is_err());
    let other_account = Batch {
        account: account(9),
        ..again
    };
    ok(ledger.apply(&[Change::CreateBatch(other_account)]))
}
