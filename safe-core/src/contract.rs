//! The suite every ledger must pass. It runs on [`crate::MemoryLedger`] natively and on the SQL ledger in workerd, so
//! that what the simulation finds out about one holds for the other.

use crate::entry::{Batch, BatchKind, Entry, EntryKey, RETURNED_KEPT, Returned, Rotation, State};
use crate::ledger::{Bytes, Change, Layout, Ledger, LoadedEntry, Need};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::{Counter, HolderId, PublicKey, RequestId, SessionId, UnixTime};

/// What became of one case.
#[derive(Debug)]
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// Why it failed.
    pub failure: Option<String>,
}

type Check = Result<(), String>;
type Named<L> = (&'static str, fn(&mut L) -> Check);

/// Runs the suite; `make` gives an empty ledger each time.
pub fn run<L: Ledger>(mut make: impl FnMut() -> Result<L, L::Error>) -> Vec<Case> {
    let cases: [Named<L>; 19] = [
        ("an empty ledger loads nothing", empty),
        ("a batch and its entries load back as they were", loads_back),
        ("a group is the entries of its counter and no others", group),
        ("bytes load for their holder only", bytes_for_holder),
        ("bytes stop at the budget", budget),
        ("every state loads back, also twice", states),
        (
            "a failed change leaves nothing of those before it",
            all_or_nothing,
        ),
        ("a request has one batch", one_batch_per_request),
        ("the newest batch is the last", newest),
        ("a batch that wraps loads whole", wrapped_batch),
        ("a purge takes the bytes and leaves the tombstone", purge),
        ("only what is over and has bytes is purgeable", purgeable),
        (
            "what is purgeable comes by age, then by key",
            purgeable_in_order,
        ),
        (
            "the outbox gives batches in order until they are published",
            outbox,
        ),
        ("a rotation loads back, and so does the next", rotation),
        (
            "a rotation that does not fit leaves nothing",
            rotation_all_or_nothing,
        ),
        (
            "the states of a rotated entry load back with its holder",
            states_of_rotated,
        ),
        (
            "the outbox gives what was registered and what holds",
            rotation_outbox,
        ),
        ("the largest counters, times and objects are kept", largest),
    ];
    cases
        .into_iter()
        .map(|(name, case)| {
            let result = match make() {
                Ok(mut ledger) => case(&mut ledger),
                Err(_) => Err(String::from("no empty ledger")),
            };
            Case {
                name,
                failure: result.err(),
            }
        })
        .collect()
}

macro_rules! ensure {
    ($what:expr) => {
        if !$what {
            return Err(format!("not so: {}", stringify!($what)));
        }
    };
}

fn ok<T, E>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|_| String::from("the ledger failed"))
}

fn counter(n: u64) -> Counter {
    Counter::new(n).unwrap_or(Counter::MAX)
}

fn account(n: u8) -> PublicKey {
    PublicKey::new([n; 32])
}

fn request(n: u8) -> RequestId {
    RequestId::new([n; 16])
}

fn holder(n: u8) -> HolderId {
    HolderId::new([n; 32])
}

fn session(n: u8) -> SessionId {
    SessionId::new([n; 16])
}

fn batch(seq: u64, first: u64, entries: u32) -> Batch {
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

fn entry(number: u64, seq: u64, item: u32) -> Entry {
    Entry {
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
    }
}

fn create(entry: Entry, object: &[u8]) -> Change {
    Change::CreateEntry {
        entry,
        object: object.into(),
    }
}

/// A batch with entries at ascending counters.
fn register<L: Ledger>(ledger: &mut L, seq: u64, first: u64, entries: u32) -> Check {
    let mut changes = vec![Change::CreateBatch(batch(seq, first, entries))];
    for item in 0..entries {
        changes.push(create(entry(first + u64::from(item), seq, item), b"object"));
    }
    ok(ledger.apply(&changes))
}

fn groups<L: Ledger>(ledger: &L, counters: &[u64]) -> Result<Vec<LoadedEntry>, String> {
    let need = Need {
        groups: counters.iter().map(|n| counter(*n)).collect(),
        objects_of: BTreeSet::from([holder(2)]),
        object_bytes: usize::MAX,
        ..Need::default()
    };
    Ok(ok(ledger.load(&need))?.entries.into_values().collect())
}

fn of_request<L: Ledger>(
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

fn here(bytes: &Bytes, object: &[u8]) -> bool {
    matches!(bytes, Bytes::Here(here) if **here == *object)
}

fn empty<L: Ledger>(ledger: &mut L) -> Check {
    let loaded = ok(ledger.load(&Need::default()))?;
    ensure!(loaded.newest.is_none());
    ensure!(groups(ledger, &[0, 1])?.is_empty());
    ensure!(of_request(ledger, &batch(1, 0, 1))?.0.is_empty());
    ensure!(ok(ledger.outbox(10))?.is_empty());
    ensure!(ok(ledger.purgeable(UnixTime(u64::from(u32::MAX)), 10))?.is_empty());
    ensure!(ok(ledger.oldest_over())?.is_none());
    Ok(())
}

fn loads_back<L: Ledger>(ledger: &mut L) -> Check {
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

fn group<L: Ledger>(ledger: &mut L) -> Check {
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

fn bytes_for_holder<L: Ledger>(ledger: &mut L) -> Check {
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

fn budget<L: Ledger>(ledger: &mut L) -> Check {
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

fn states<L: Ledger>(ledger: &mut L) -> Check {
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

fn all_or_nothing<L: Ledger>(ledger: &mut L) -> Check {
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

fn one_batch_per_request<L: Ledger>(ledger: &mut L) -> Check {
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

fn newest<L: Ledger>(ledger: &mut L) -> Check {
    for seq in 1..=3 {
        register(ledger, seq, seq * 10, 1)?;
        let newest = ok(ledger.load(&Need::default()))?.newest;
        ensure!(newest == Some(batch(seq, seq * 10, 1)));
    }
    Ok(())
}

fn wrapped_batch<L: Ledger>(ledger: &mut L) -> Check {
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

/// A batch that rotated, asked for by another account than that of the registrations.
fn rotation_batch(seq: u64, entries: u32) -> Batch {
    Batch {
        account: account(9),
        kind: BatchKind::Rotated { entries },
        ..batch(seq, 100, 0)
    }
}

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

fn rotation<L: Ledger>(ledger: &mut L) -> Check {
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

fn rotation_all_or_nothing<L: Ledger>(ledger: &mut L) -> Check {
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

fn states_of_rotated<L: Ledger>(ledger: &mut L) -> Check {
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

fn rotation_outbox<L: Ledger>(ledger: &mut L) -> Check {
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

fn over(number: u64, seq: u64, item: u32, since: u64) -> Change {
    Change::ReplaceState(Entry {
        state: State::Withdrawn {
            session: session(1),
        },
        since: UnixTime(since),
        ..entry(number, seq, item)
    })
}

fn purge<L: Ledger>(ledger: &mut L) -> Check {
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

fn purgeable<L: Ledger>(ledger: &mut L) -> Check {
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

fn purgeable_in_order<L: Ledger>(ledger: &mut L) -> Check {
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

fn outbox<L: Ledger>(ledger: &mut L) -> Check {
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

fn largest<L: Ledger>(ledger: &mut L) -> Check {
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
