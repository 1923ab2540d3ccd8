//! What an owner's accounts have, and the notes that are kept with it.

use super::scene::{
    Check, account, batch, create, ensure, entry, groups, holder, ok, over, register,
    rotation_batch, session,
};
use crate::entry::{Batch, BatchKind, Entry, EntryKey, Rotation, State};
use crate::ledger::{Change, Ledger};
use crate::owned::{BATCHES, Owned, Place};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::limits::MAX_NOTE_BYTES;
use saifu_protocol::message::EntryState;
use saifu_protocol::owner::Note;
use saifu_protocol::{PublicKey, UnixTime};

fn note(byte: u8, len: usize) -> Result<Note, String> {
    Note::new(vec![byte; len]).map_err(|_| String::from("too long"))
}

fn all<L: Ledger>(ledger: &L, accounts: &[PublicKey], most: usize) -> Result<Vec<Owned>, String> {
    let (mut owned, mut after) = (Vec::new(), None);
    for _ in 0..100 {
        let page = ok(ledger.owned(accounts, after, most))?;
        ensure_few(&page.entries, most)?;
        owned.extend(page.entries);
        after = page.next;
        if after.is_none() {
            return Ok(owned);
        }
    }
    Err("pages without end".into())
}

fn ensure_few(entries: &[Owned], most: usize) -> Check {
    ensure!(entries.len() <= most);
    Ok(())
}

fn keys(owned: &[Owned]) -> Vec<(u64, u64, u32)> {
    let places = owned.iter().map(|owned| owned.place);
    places
        .map(|place| (place.batch, place.seq, place.item))
        .collect()
}

/// Rotates entries of account 1 to account 9, in this batch.
fn rotate<L: Ledger>(ledger: &mut L, seq: u64, entries: &[Entry]) -> Check {
    let count = u32::try_from(entries.len()).unwrap_or(0);
    let by = rotation_batch(seq, count);
    let mut changes = vec![Change::CreateBatch(by.clone())];
    changes.extend(entries.iter().map(|before| {
        Change::ReplaceHolder(Entry {
            account: by.account,
            holder: holder(8),
            certificate: alloc::format!("{} rotated {seq}", before.certificate),
            rotation: Some(Rotation {
                seq,
                request: by.request,
                replaced: before.certificate.clone(),
                registered: before.as_registered().into(),
            }),
            ..before.clone()
        })
    }));
    ok(ledger.apply(&changes))
}

fn note_of<L: Ledger>(ledger: &L, accounts: &[PublicKey]) -> Result<Option<Note>, String> {
    let owned = all(ledger, accounts, 9)?;
    ensure!(owned.len() == 1);
    Ok(owned.into_iter().next().and_then(|owned| owned.note))
}

pub(super) fn notes<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 1)?;
    let (key, both) = (entry(0, 1, 0).key, [account(1), account(9)]);
    let loaded = |ledger: &L| -> Result<Option<[u8; 32]>, String> {
        let found = groups(ledger, &[0])?;
        Ok(found.first().and_then(|loaded| loaded.entry.note))
    };
    ensure!(note_of(ledger, &both)?.is_none() && loaded(ledger)?.is_none());
    for (byte, len) in [(1, 0), (2, 3), (3, MAX_NOTE_BYTES)] {
        let note = note(byte, len)?;
        let print = note.fingerprint();
        let put = Change::PutNote {
            key,
            note: note.clone(),
        };
        ok(ledger.apply(&[put]))?;
        ensure!(note_of(ledger, &both)? == Some(note));
        ensure!(loaded(ledger)? == Some(print));
    }
    // The next holder finds nothing of the one before.
    rotate(ledger, 2, &[entry(0, 1, 0)])?;
    ensure!(note_of(ledger, &both)?.is_none() && loaded(ledger)?.is_none());
    let (own, print) = (note(4, 5)?, note(4, 5)?.fingerprint());
    ok(ledger.apply(&[Change::PutNote {
        key,
        note: own.clone(),
    }]))?;
    ensure!(note_of(ledger, &both)? == Some(own.clone()) && loaded(ledger)? == Some(print));
    // With no entry nothing is kept, and nothing of what came before it.
    let nowhere = EntryKey { seq: 9, ..key };
    let doomed = [
        Change::PutNote {
            key,
            note: note(5, 5)?,
        },
        Change::PutNote {
            key: nowhere,
            note: note(5, 5)?,
        },
    ];
    ensure!(ledger.apply(&doomed).is_err());
    ensure!(note_of(ledger, &both)? == Some(own));
    ok(ledger.apply(&[over(0, 1, 0, 5), Change::Purge(key)]))?;
    ensure!(loaded(ledger)? == Some(print));
    // Were the entry to come back to life, its note would be gone.
    ok(ledger.apply(&[Change::ReplaceState(entry(0, 1, 0))]))?;
    ensure!(note_of(ledger, &both)?.is_none());
    Ok(())
}

pub(super) fn of_accounts<L: Ledger>(ledger: &mut L) -> Check {
    register(ledger, 1, 0, 4)?;
    let others = Batch {
        account: account(5),
        ..batch(2, 4, 1)
    };
    ok(ledger.apply(&[
        Change::CreateBatch(others),
        create(entry(4, 2, 0), b"of five"),
    ]))?;
    let open = Entry {
        state: State::Withdrawing {
            session: session(1),
        },
        ..entry(1, 1, 1)
    };
    ok(ledger.apply(&[Change::ReplaceState(open), over(2, 1, 2, 5)]))?;
    rotate(ledger, 3, &[entry(3, 1, 3)])?;
    let of = |ledger: &L, accounts: &[u8]| {
        let accounts: Vec<PublicKey> = accounts.iter().map(|n| account(*n)).collect();
        all(ledger, &accounts, 9)
    };
    // What was handed out is there as long as its bytes are.
    let first = of(ledger, &[1])?;
    ensure!(keys(&first) == [(1, 1, 0), (1, 1, 1), (1, 1, 2)]);
    let handed_out = first.iter().find(|owned| owned.place.item == 2);
    let told = handed_out.map(|owned| (owned.state, owned.since, owned.session.is_some()));
    ensure!(told == Some((EntryState::Withdrawn, UnixTime(5), true)));
    ok(ledger.apply(&[Change::Purge(entry(2, 1, 2).key)]))?;
    let first = of(ledger, &[1])?;
    ensure!(keys(&first) == [(1, 1, 0), (1, 1, 1)]);
    let wanted = [
        (EntryState::Registered, "certificate 0 1 0"),
        (EntryState::Withdrawing, "certificate 1 1 1"),
    ];
    let told = first.iter().map(|owned| (owned.state, &*owned.certificate));
    ensure!(told.eq(wanted));
    ensure!(first.iter().all(|owned| owned.size == 6));
    let ninth = of(ledger, &[9])?;
    ensure!(keys(&ninth) == [(3, 1, 3)]);
    ensure!(
        ninth
            .iter()
            .all(|owned| owned.certificate == "certificate 3 1 3 rotated 3")
    );
    ensure!(keys(&of(ledger, &[5, 9])?) == [(2, 2, 0), (3, 1, 3)]);
    ensure!(keys(&of(ledger, &[9, 5, 1])?).len() == 4);
    ensure!(of(ledger, &[])?.is_empty() && of(ledger, &[7])?.is_empty());
    // What was ended without being handed out says so, as long as its bytes are there.
    let retired = Entry {
        state: State::Retired,
        ..entry(4, 2, 0)
    };
    ok(ledger.apply(&[Change::ReplaceState(retired)]))?;
    let ended = of(ledger, &[5])?;
    ensure!(keys(&ended) == [(2, 2, 0)] && ended.iter().all(|it| it.state == EntryState::Retired));
    ok(ledger.apply(&[Change::Purge(entry(4, 2, 0).key)]))?;
    ensure!(of(ledger, &[5])?.is_empty());
    Ok(())
}

pub(super) fn pages<L: Ledger>(ledger: &mut L) -> Check {
    // The counter wraps in the first batch, and a rotation has entries of two.
    let counters = [2_u64, 3, 0, 1, 2];
    let wrapped = Batch {
        next: super::scene::counter(3),
        ..batch(1, 2, 5)
    };
    let mut changes = vec![Change::CreateBatch(wrapped)];
    for (n, item) in counters.iter().zip(0..) {
        changes.push(create(entry(*n, 1, item), b"object"));
    }
    ok(ledger.apply(&changes))?;
    register(ledger, 2, 3, 3)?;
    rotate(ledger, 3, &[entry(5, 2, 2), entry(3, 1, 1), entry(0, 1, 2)])?;
    register(ledger, 4, 6, 1)?;
    let accounts = [account(9), account(1)];
    let wanted = [
        (1, 1, 0),
        (1, 1, 3),
        (1, 1, 4),
        (2, 2, 0),
        (2, 2, 1),
        (3, 1, 1),
        (3, 1, 2),
        (3, 2, 2),
        (4, 4, 0),
    ];
    for most in 1..=10 {
        ensure!(keys(&all(ledger, &accounts, most)?) == wanted);
    }
    // What is registered and rotated between two pages comes last.
    let page = ok(ledger.owned(&accounts, None, 2))?;
    ensure!(keys(&page.entries) == wanted[..2]);
    ok(ledger.apply(&[over(1, 1, 3, 5)]))?;
    rotate(ledger, 5, &[entry(2, 1, 4)])?;
    let rest = ok(ledger.owned(&accounts, page.next, 20))?;
    ensure!(keys(&rest.entries)[..6] == wanted[3..]);
    ensure!(keys(&rest.entries)[6..] == [(5, 1, 4)]);
    ensure!(rest.next.is_none());
    Ok(())
}

pub(super) fn empty_batches<L: Ledger>(ledger: &mut L) -> Check {
    let many = u64::try_from(BATCHES).unwrap_or(u64::MAX);
    let mut changes = Vec::new();
    for seq in 1..=many {
        changes.push(Change::CreateBatch(Batch {
            kind: BatchKind::CalledOff,
            ..batch(seq, 0, 0)
        }));
    }
    ok(ledger.apply(&changes))?;
    let accounts = [account(1)];
    let page = ok(ledger.owned(&accounts, None, 5))?;
    ensure!(page.entries.is_empty() && page.next.is_none());
    register(ledger, many + 1, 0, 2)?;
    let page = ok(ledger.owned(&accounts, None, 5))?;
    ensure!(page.entries.is_empty() && page.next.is_some());
    let page = ok(ledger.owned(&accounts, page.next, 5))?;
    ensure!(keys(&page.entries) == [(many + 1, many + 1, 0), (many + 1, many + 1, 1)]);
    ensure!(page.next.is_none());
    let far = Place {
        batch: saifu_protocol::Counter::MAX.get(),
        seq: 1,
        item: u32::MAX,
    };
    let page = ok(ledger.owned(&accounts, Some(far), 5))?;
    ensure!(page.entries.is_empty() && page.next.is_none());
    Ok(())
}
