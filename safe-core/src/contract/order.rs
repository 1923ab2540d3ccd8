//! Whose orders an entry obeys, and which orders were taken.

use super::scene::{Check, account, ensure, entry, ok, over, register, request, rotation_batch};
use crate::entry::{Entry, EntryKey, Rotation};
use crate::ledger::{Change, Ledger};
use crate::order::Seen;
use alloc::string::String;
use alloc::vec;
use saifu_protocol::owner::Note;
use saifu_protocol::{PublicKey, UnixTime};

fn put(key: EntryKey, orders: PublicKey) -> Change {
    Change::PutOrders { key, orders }
}

fn who<L: Ledger>(ledger: &L, orders: PublicKey) -> Result<Option<EntryKey>, String> {
    Ok(ok(ledger.obedient(&orders))?.map(|found| found.key))
}

pub(super) fn obedience<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 2)?;
    let (one, other) = (entry(0, 1, 0).key, entry(1, 1, 1).key);
    let (hana, ken) = (account(21), account(22));
    ensure!(who(ledger, hana)?.is_none());
    ok(ledger.apply(&[put(one, hana)]))?;
    ensure!(who(ledger, hana)? == Some(one) && who(ledger, ken)?.is_none());
    // Whoever has seen the key leads it nowhere else, and is not even told so.
    ok(ledger.apply(&[put(other, hana)]))?;
    ensure!(who(ledger, hana)? == Some(one));
    ok(ledger.apply(&[put(other, ken)]))?;
    ensure!(who(ledger, ken)? == Some(other) && who(ledger, hana)? == Some(one));
    let nowhere = EntryKey { seq: 9, ..one };
    ensure!(ledger.apply(&[put(nowhere, account(23))]).is_err());
    // It comes with its note, and stays when the bytes go.
    let note = Note::new(vec![5; 3]).map_err(|_| String::from("too long"))?;
    let noted = Change::PutNote {
        key: one,
        note: note.clone(),
    };
    ok(ledger.apply(&[noted]))?;
    let found = ok(ledger.obedient(&hana))?.and_then(|found| found.note);
    ensure!(found == Some(note));
    ok(ledger.apply(&[over(0, 1, 0, 5), Change::Purge(one)]))?;
    ensure!(who(ledger, hana)? == Some(one));
    // The next holder obeys nobody, until they say whom.
    let before = entry(1, 1, 1);
    let by = rotation_batch(2, 1);
    let rotated = Change::ReplaceHolder(Entry {
        account: by.account,
        certificate: "rotated".into(),
        rotation: Some(Rotation {
            seq: 2,
            request: by.request,
            replaced: before.certificate.clone(),
            registered: before.certificate.clone(),
        }),
        ..before
    });
    ok(ledger.apply(&[Change::CreateBatch(by), rotated]))?;
    ensure!(who(ledger, ken)?.is_none());
    ok(ledger.apply(&[put(other, ken)]))?;
    ensure!(who(ledger, ken)? == Some(other));
    Ok(())
}

pub(super) fn remembered<L: Ledger>(ledger: &mut L) -> Check {
    let seen = |key: u8, id: u8, print: u8, until| Seen {
        orders: account(key),
        request: request(id),
        fingerprint: [print; 32],
        until: UnixTime(until),
    };
    let take = |seen: Seen, now| Change::TakeOrder {
        seen,
        now: UnixTime(now),
    };
    let print = |ledger: &L, key: u8, id: u8| -> Result<Option<u8>, String> {
        let found = ok(ledger.seen(&account(key), &request(id)))?;
        Ok(found.map(|seen| seen.fingerprint[0]))
    };
    ok(ledger.apply(&[take(seen(1, 1, 1, 100), 10)]))?;
    // The same id of another key is another order; of the same key the first one stays.
    ok(ledger.apply(&[take(seen(2, 1, 2, 200), 10), take(seen(1, 1, 3, 100), 10)]))?;
    ensure!(print(ledger, 1, 1)? == Some(1) && print(ledger, 2, 1)? == Some(2));
    ensure!(print(ledger, 1, 2)?.is_none());
    ok(ledger.apply(&[take(seen(3, 1, 4, 300), 100)]))?;
    ensure!(print(ledger, 1, 1)? == Some(1));
    ok(ledger.apply(&[take(seen(3, 2, 5, 300), 101)]))?;
    ensure!(print(ledger, 1, 1)?.is_none() && print(ledger, 2, 1)? == Some(2));
    ensure!(print(ledger, 3, 1)? == Some(4) && print(ledger, 3, 2)? == Some(5));
    Ok(())
}
