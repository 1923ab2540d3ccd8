//! How long others wait for an entry, and who waits.

use super::scene::{Check, account, ensure, entry, groups, holder, ok, register, rotation_batch};
use crate::entry::{Entry, EntryKey, Rotation};
use crate::hold::{Hold, Shorter};
use crate::ledger::{Change, Ledger, Need};
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};
use saifu_protocol::hold::{Asked, Said};
use saifu_protocol::limits::{MAX_ASKED, MAX_WAIT};
use saifu_protocol::{PublicKey, UnixTime};

fn held<L: Ledger>(ledger: &L) -> Result<Vec<Hold>, String> {
    let loaded = groups(ledger, &[0, 1])?;
    Ok(loaded.iter().map(|loaded| loaded.entry.hold).collect())
}

pub(super) fn waits<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 2)?;
    ensure!(held(ledger)? == [Hold::default(); 2]);
    let key = entry(1, 1, 1).key;
    let hold = Hold {
        wait: MAX_WAIT,
        shorter: None,
    };
    let shorter = Hold {
        shorter: Some(Shorter {
            wait: 0,
            from: UnixTime(5),
        }),
        ..hold
    };
    for hold in [hold, shorter, hold] {
        ok(ledger.apply(&[Change::PutHold { key, hold }]))?;
        ensure!(held(ledger)? == [Hold::default(), hold]);
    }
    let nowhere = EntryKey { seq: 9, ..key };
    let doomed = [
        Change::PutHold { key, hold: shorter },
        Change::PutHold { key: nowhere, hold },
    ];
    ensure!(ledger.apply(&doomed).is_err());
    ensure!(held(ledger)? == [Hold::default(), hold]);
    // Its state changes nothing, the next holder everything.
    ok(ledger.apply(&[Change::ReplaceState(entry(1, 1, 1))]))?;
    ensure!(held(ledger)? == [Hold::default(), hold]);
    let by = rotation_batch(2, 1);
    let before = entry(1, 1, 1);
    let next = Entry {
        account: by.account,
        holder: holder(8),
        certificate: format!("{} rotated", before.certificate),
        rotation: Some(Rotation {
            seq: 2,
            request: by.request,
            replaced: before.certificate.clone(),
            registered: before.certificate.clone(),
        }),
        ..before
    };
    ok(ledger.apply(&[Change::CreateBatch(by), Change::ReplaceHolder(next)]))?;
    ensure!(held(ledger)? == [Hold::default(); 2]);
    Ok(())
}

fn asked(n: u8, since: u64, said: Option<Said>) -> Asked {
    Asked {
        account: account(n),
        since: UnixTime(since),
        said,
    }
}

fn of_need<L: Ledger>(ledger: &L, need: &Need) -> Result<Vec<(PublicKey, Asked)>, String> {
    let mut found = ok(ledger.load(need))?.asked;
    found.sort_by_key(|(of, asked)| (*of, asked.account));
    Ok(found)
}

pub(super) fn those_who_wait<L: Ledger>(ledger: &mut L) -> Check {
    let put = |of, asked| Change::PutAsked {
        of: account(of),
        asked,
    };
    ok(ledger.apply(&[
        put(1, asked(7, 10, None)),
        put(1, asked(8, 20, Some(Said::No))),
        put(2, asked(7, 30, Some(Said::Yes))),
    ]))?;
    let by = Need {
        asked_by: Some(account(7)),
        ..Need::default()
    };
    let both = vec![
        (account(1), asked(7, 10, None)),
        (account(2), asked(7, 30, Some(Said::Yes))),
    ];
    ensure!(of_need(ledger, &by)? == both);
    let of = Need {
        asked_of: Some(account(1)),
        ..Need::default()
    };
    let theirs = vec![
        (account(1), asked(7, 10, None)),
        (account(1), asked(8, 20, Some(Said::No))),
    ];
    ensure!(of_need(ledger, &of)? == theirs);
    // What is said replaces what was known.
    ok(ledger.apply(&[put(1, asked(7, 10, Some(Said::No)))]))?;
    ensure!(of_need(ledger, &of)?[0].1 == asked(7, 10, Some(Said::No)));
    ensure!(of_need(ledger, &by)?[0].1 == asked(7, 10, Some(Said::No)));
    ensure!(of_need(ledger, &Need::default())?.is_empty());
    // Those about whom nothing is said are told, and who asked first, as many as there may be.
    let many = (0..=MAX_ASKED).map(|n| {
        let mut bytes = [9; 32];
        bytes[..8].copy_from_slice(&(n as u64).to_be_bytes());
        let asked = Asked {
            account: PublicKey::new(bytes),
            since: UnixTime(100 + n as u64),
            said: None,
        };
        Change::PutAsked {
            of: account(1),
            asked,
        }
    });
    ok(ledger.apply(&many.collect::<Vec<_>>()))?;
    let told = of_need(ledger, &of)?;
    ensure!(told.len() == MAX_ASKED);
    let last = UnixTime(100 + MAX_ASKED as u64);
    ensure!(
        told.iter()
            .all(|(_, asked)| asked.said.is_none() && asked.since < last)
    );
    Ok(())
}
