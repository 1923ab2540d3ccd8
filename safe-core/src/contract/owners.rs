//! The suite every ledger of owners must pass, as [`super::run`] for entries.

use super::scene::{Check, account, ensure, ok, request, session};
use super::{Case, devices, each, freeze};
use crate::owner::{
    ATTEMPT_LIFETIME, Attempt, Change, Credential, CredentialId, Enrolment, FORGOTTEN_AFTER,
    Guesses, Kit, Need, OpenedBy, Owner, OwnerLedger, Session,
};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_crypto::opaque::{Expected, KE2_LEN, RECORD_LEN, Record};
use saifu_protocol::limits::{
    MAX_OWNER_ACCOUNTS, MAX_OWNER_MAP_BYTES, MAX_OWNER_SHARE_BYTES, OWNER_LOGIN_LIFETIME,
    OWNER_SESSION_LIFETIME,
};
use saifu_protocol::owner::{Kept, LookUpId, Suite, Which};
use saifu_protocol::{Counter, RequestId, UnixTime};

pub(super) const NOW: UnixTime = UnixTime(1_800_000_000);

/// Runs the suite; `make` gives an empty ledger each time.
pub fn run<L: OwnerLedger>(make: impl FnMut() -> Result<L, L::Error>) -> Vec<Case> {
    let cases: [super::Named<L>; 16] = [
        ("an empty ledger knows no owner", empty),
        ("the guesses at a name load back", guessed),
        ("what is enrolled loads back, and each change", enrolled),
        ("the largest of what an owner keeps is kept", largest),
        ("an attempt loads back, and its session", attempt),
        ("a session loads with its owner", of_session),
        ("an owner is found by name first", first_named),
        ("a failed change leaves no owner changed", all_or_nothing),
        ("what is forgotten goes, and nothing before", sweep),
        ("only so many attempts and names are kept", keep),
        ("devices load back, by id and by owner", devices::devices),
        (
            "a login by a device loads back, and ends",
            devices::greeting,
        ),
        ("a session by a device loads with it", devices::of_session),
        ("the newest of what happened is kept", devices::history),
        ("what is frozen is found by account", freeze::frozen),
        ("sessions that would lift it load back", freeze::thawing),
    ];
    each(make, cases)
}

pub(super) fn name(n: u8) -> LookUpId {
    LookUpId::new([n; 32])
}

fn of_name(n: u8) -> Need {
    Need {
        look_up: Some(name(n)),
        ..Need::default()
    }
}

fn of_attempt(n: u8) -> Need {
    Need {
        attempt: Some((account(1), request(n))),
        ..Need::default()
    }
}

pub(super) fn in_session(n: u8) -> Need {
    Need {
        session: Some(session(n)),
        ..Need::default()
    }
}

/// A name that somebody has guessed at.
fn only_guessed(n: u8, spent: u64) -> Owner {
    Owner {
        guesses: Guesses {
            spent,
            right: spent / 2,
            in_a_row: 3,
            last: NOW,
        },
        kit_guesses: Guesses {
            spent: spent / 3,
            right: spent / 4,
            in_a_row: 2,
            last: UnixTime(NOW.0 - 1),
        },
        ..Owner::unknown(name(n))
    }
}

/// A point of the group, then whatever: nothing more of a record is looked at before it is used.
fn record(byte: u8) -> Result<Record, String> {
    const BASE: [u8; 32] = [
        0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9, 0x61, 0xc5, 0x00, 0x51,
        0x5f, 0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82, 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d,
        0x2d, 0x76,
    ];
    let mut bytes = [byte; RECORD_LEN];
    bytes[..32].copy_from_slice(&BASE);
    Record::read(&bytes).map_err(|_| String::from("no record"))
}

fn credential(byte: u8) -> Result<Credential, String> {
    Ok(Credential {
        id: CredentialId::new([byte; 32]),
        suite: Suite::Opaque1,
        record: record(byte)?,
        kept: Kept {
            share: vec![byte; 3],
            map: vec![byte; 5],
        },
    })
}

pub(super) fn has(n: u8, newest: u8, previous: Option<u8>) -> Result<Owner, String> {
    Ok(Owner {
        enrolled: Some(Enrolment {
            newest: credential(newest)?,
            previous: previous.map(credential).transpose()?,
            kit: None,
            map: None,
            accounts: vec![account(1)],
            frozen: None,
            thawed: None,
        }),
        ..only_guessed(n, 4)
    })
}

pub(super) fn begun(n: u8, at: UnixTime) -> Attempt {
    Attempt {
        account: account(1),
        request: request(n),
        look_up: name(n),
        which: Which::Newest,
        ke1: [n; 32],
        credential: CredentialId::new([n; 32]),
        ke2: [n; KE2_LEN],
        expected: Expected::new([n; 128]),
        at,
        session: None,
    }
}

pub(super) fn opened(n: u8, until: UnixTime) -> Session {
    Session {
        id: session(n),
        look_up: name(n),
        account: account(1),
        opened_by: OpenedBy::Secret(CredentialId::new([n; 32])),
        key: Secret::new([n; 32]),
        until,
        thaws: None,
    }
}

pub(super) fn ending(n: u8, until: UnixTime) -> Change {
    Change::CreateSession {
        attempt: request(n),
        session: opened(n, until),
    }
}

fn empty<L: OwnerLedger>(ledger: &mut L) -> Check {
    for need in [of_name(1), of_attempt(1), in_session(1), Need::default()] {
        let loaded = ok(ledger.load(&need))?;
        ensure!(loaded.owner.is_none() && loaded.attempt.is_none() && loaded.session.is_none());
    }
    ensure!(ok(ledger.next_sweep())?.is_none());
    ok(ledger.sweep(NOW))
}

fn guessed<L: OwnerLedger>(ledger: &mut L) -> Check {
    for spent in [1, 2, Counter::MAX.get()] {
        let owner = only_guessed(1, spent);
        ok(ledger.apply(&[Change::PutOwner(owner.clone())]))?;
        ensure!(ok(ledger.load(&of_name(1)))?.owner == Some(owner));
        ensure!(ok(ledger.load(&of_name(2)))?.owner.is_none());
    }
    Ok(())
}

fn enrolled<L: OwnerLedger>(ledger: &mut L) -> Check {
    ok(ledger.apply(&[
        Change::PutOwner(only_guessed(1, 1)),
        Change::PutOwner(has(2, 9, None)?),
    ]))?;
    let mut joined = has(1, 4, None)?;
    joined.guesses.spent += 1;
    if let Some(enrolled) = &mut joined.enrolled {
        enrolled.accounts = vec![account(3), account(1), account(2)];
        enrolled.newest.kept.map = vec![0; 9];
    }
    let mut with_kit = has(1, 3, Some(4))?;
    with_kit.kit_guesses.spent += 1;
    if let Some(enrolled) = &mut with_kit.enrolled {
        enrolled.kit = Some(Kit {
            credential: credential(7)?,
            since: NOW,
        });
        enrolled.map = Some(vec![1; 7]);
    }
    let mut with_another = with_kit.clone();
    if let Some(enrolled) = &mut with_another.enrolled {
        enrolled.kit = Some(Kit {
            credential: credential(8)?,
            since: NOW.plus(1),
        });
        enrolled.map = Some(Vec::new());
    }
    let changes = [
        has(1, 3, None)?,
        with_kit,
        with_another,
        has(1, 4, Some(3))?,
        // Settled for the one before, and for the newest.
        has(1, 3, None)?,
        has(1, 5, Some(3))?,
        has(1, 5, None)?,
        has(1, 4, Some(5))?,
        has(1, 4, None)?,
        joined,
        // No decision does that; a ledger does what it is told.
        only_guessed(1, 2),
        has(1, 6, None)?,
    ];
    for owner in changes {
        ok(ledger.apply(&[Change::PutOwner(owner.clone())]))?;
        ensure!(ok(ledger.load(&of_name(1)))?.owner == Some(owner));
        ensure!(ok(ledger.load(&of_name(2)))?.owner == Some(has(2, 9, None)?));
    }
    // That a name was only guessed at once is not remembered beside what is enrolled under it.
    ensure!(ok(ledger.next_sweep())?.is_none());
    Ok(())
}

fn largest<L: OwnerLedger>(ledger: &mut L) -> Check {
    let mut owner = has(1, 2, Some(3))?;
    owner.guesses = Guesses {
        spent: Counter::MAX.get(),
        right: Counter::MAX.get(),
        in_a_row: u32::MAX,
        last: UnixTime(99_999_999_999),
    };
    owner.kit_guesses = owner.guesses;
    let accounts = (0..MAX_OWNER_ACCOUNTS).map(|n| account(u8::try_from(n).unwrap_or(u8::MAX)));
    if let Some(enrolled) = &mut owner.enrolled {
        enrolled.accounts = accounts.collect();
        enrolled.map = Some(vec![3; MAX_OWNER_MAP_BYTES]);
        enrolled.kit = Some(Kit {
            credential: credential(5)?,
            since: NOW,
        });
        let previous = enrolled.previous.iter_mut();
        let kit = enrolled.kit.iter_mut().map(|kit| &mut kit.credential);
        for credential in previous.chain([&mut enrolled.newest]).chain(kit) {
            credential.kept = Kept {
                share: vec![1; MAX_OWNER_SHARE_BYTES],
                map: vec![2; MAX_OWNER_MAP_BYTES],
            };
        }
    }
    ok(ledger.apply(&[Change::PutOwner(owner.clone())]))?;
    ensure!(ok(ledger.load(&of_name(1)))?.owner == Some(owner));
    let mut least = has(2, 4, None)?;
    if let Some(enrolled) = &mut least.enrolled {
        enrolled.newest.kept = Kept {
            share: Vec::new(),
            map: Vec::new(),
        };
    }
    ok(ledger.apply(&[Change::PutOwner(least.clone())]))?;
    ensure!(ok(ledger.load(&of_name(2)))?.owner == Some(least));
    Ok(())
}

fn attempt<L: OwnerLedger>(ledger: &mut L) -> Check {
    let previous = Attempt {
        which: Which::Previous,
        ..begun(2, NOW)
    };
    ok(ledger.apply(&[
        Change::PutOwner(has(1, 7, None)?),
        Change::CreateAttempt(begun(1, NOW)),
        Change::CreateAttempt(previous.clone()),
    ]))?;
    let loaded = ok(ledger.load(&of_attempt(1)))?;
    ensure!(loaded.attempt == Some(begun(1, NOW)));
    ensure!(loaded.owner == Some(has(1, 7, None)?));
    ensure!(loaded.session.is_none());
    let loaded = ok(ledger.load(&of_attempt(2)))?;
    ensure!(loaded.attempt == Some(previous) && loaded.owner.is_none());
    let of_another = Need {
        attempt: Some((account(2), request(1))),
        ..Need::default()
    };
    ensure!(ok(ledger.load(&of_another))?.attempt.is_none());
    ok(ledger.apply(&[ending(1, NOW)]))?;
    let loaded = ok(ledger.load(&of_attempt(1)))?;
    let ended = Attempt {
        session: Some(session(1)),
        ..begun(1, NOW)
    };
    ensure!(loaded.attempt == Some(ended));
    ensure!(loaded.session == Some(opened(1, NOW)));
    Ok(())
}

fn of_session<L: OwnerLedger>(ledger: &mut L) -> Check {
    ok(ledger.apply(&[
        Change::PutOwner(has(1, 7, None)?),
        Change::CreateAttempt(begun(1, NOW)),
        ending(1, NOW),
    ]))?;
    let loaded = ok(ledger.load(&in_session(1)))?;
    ensure!(loaded.session == Some(opened(1, NOW)));
    ensure!(loaded.owner == Some(has(1, 7, None)?));
    ensure!(loaded.attempt.is_none());
    ensure!(ok(ledger.load(&in_session(2)))?.owner.is_none());
    Ok(())
}

fn first_named<L: OwnerLedger>(ledger: &mut L) -> Check {
    ok(ledger.apply(&[
        Change::PutOwner(only_guessed(1, 1)),
        Change::PutOwner(only_guessed(2, 2)),
        Change::PutOwner(only_guessed(3, 3)),
        Change::CreateAttempt(begun(1, NOW)),
        Change::CreateAttempt(begun(2, NOW)),
        ending(2, NOW),
    ]))?;
    let spent = |ledger: &L, need: Need| -> Result<u64, String> {
        let owner = ok(ledger.load(&need))?.owner;
        owner
            .map(|owner| owner.guesses.spent)
            .ok_or_else(|| "no owner".into())
    };
    let by_both = Need {
        attempt: of_attempt(1).attempt,
        ..in_session(2)
    };
    ensure!(spent(ledger, by_both)? == 2);
    let by_all = Need {
        look_up: Some(name(3)),
        ..by_both
    };
    ensure!(spent(ledger, by_all)? == 3);
    ensure!(spent(ledger, of_attempt(2))? == 2);
    Ok(())
}

fn all_or_nothing<L: OwnerLedger>(ledger: &mut L) -> Check {
    ok(ledger.apply(&[
        Change::PutOwner(only_guessed(1, 1)),
        Change::CreateAttempt(begun(1, NOW)),
        Change::CreateAttempt(begun(2, NOW)),
        ending(2, NOW),
    ]))?;
    ok(ledger.apply(&[Change::CreateGreeting(devices::begun(1, NOW))]))?;
    let of_nothing = Change::CreateSession {
        attempt: RequestId::new([9; 16]),
        session: opened(3, NOW),
    };
    let twice = Change::CreateSession {
        attempt: request(1),
        session: opened(2, NOW),
    };
    let all_doomed = [
        Change::CreateAttempt(begun(1, NOW)),
        of_nothing,
        twice,
        Change::CreateGreeting(devices::begun(1, NOW)),
        devices::ending(9, opened(3, NOW)),
        devices::ending(1, opened(2, NOW)),
    ];
    for doomed in all_doomed {
        let changes = [
            Change::PutOwner(only_guessed(1, 2)),
            Change::PutDevice(devices::passkey(1, 1)),
            Change::CreateGreeting(devices::begun(4, NOW)),
            devices::happening(1, 1),
            Change::CreateAttempt(begun(4, NOW)),
            ending(4, NOW),
            doomed,
        ];
        ensure!(ledger.apply(&changes).is_err());
        ensure!(ok(ledger.load(&of_name(1)))?.owner == Some(only_guessed(1, 1)));
        ensure!(ok(ledger.load(&of_attempt(4)))?.attempt.is_none());
        ensure!(ok(ledger.load(&in_session(4)))?.session.is_none());
        ensure!(ok(ledger.load(&of_attempt(1)))?.attempt == Some(begun(1, NOW)));
        let loaded = ok(ledger.load(&devices::ways_of(1)))?;
        ensure!(loaded.devices.is_empty() && loaded.history.is_empty());
        ensure!(
            ok(ledger.load(&devices::of_greeting(4)))?
                .greeting
                .is_none()
        );
        let first = ok(ledger.load(&devices::of_greeting(1)))?.greeting;
        ensure!(first == Some(devices::begun(1, NOW)));
    }
    Ok(())
}

fn sweep<L: OwnerLedger>(ledger: &mut L) -> Check {
    let until = NOW.plus(OWNER_SESSION_LIFETIME);
    ok(ledger.apply(&[
        Change::PutOwner(only_guessed(1, 1)),
        Change::PutOwner(Owner {
            kit_guesses: Guesses {
                last: NOW.plus(1),
                ..Guesses::default()
            },
            ..only_guessed(3, 1)
        }),
        Change::PutOwner(has(2, 5, None)?),
        Change::CreateAttempt(begun(1, NOW)),
        Change::CreateAttempt(begun(2, NOW.plus(1))),
        Change::CreateGreeting(devices::begun(1, NOW)),
        Change::CreateGreeting(devices::begun(2, NOW.plus(3))),
        devices::ending(2, opened(3, until.plus(9))),
        ending(2, until),
    ]))?;
    let left = |ledger: &L| -> Result<[bool; 9], String> {
        Ok([
            ok(ledger.load(&of_name(1)))?.owner.is_some(),
            ok(ledger.load(&of_name(2)))?.owner.is_some(),
            ok(ledger.load(&of_attempt(1)))?.attempt.is_some(),
            ok(ledger.load(&of_attempt(2)))?.attempt.is_some(),
            ok(ledger.load(&in_session(2)))?.session.is_some(),
            ok(ledger.load(&devices::of_greeting(1)))?
                .greeting
                .is_some(),
            ok(ledger.load(&devices::of_greeting(2)))?
                .greeting
                .is_some(),
            ok(ledger.load(&of_name(3)))?.owner.is_some(),
            ok(ledger.load(&in_session(3)))?.session.is_some(),
        ])
    };
    // Each goes at its time, and no second earlier. A name that somebody has never goes.
    let mut before = [true; 9];
    let stages = [
        (NOW.plus(OWNER_LOGIN_LIFETIME + 1), 5),
        (until.plus(1), 4),
        (until.plus(10), 8),
        (NOW.plus(ATTEMPT_LIFETIME), 2),
        (NOW.plus(ATTEMPT_LIFETIME + 1), 3),
        (NOW.plus(ATTEMPT_LIFETIME + 3), 6),
        (NOW.plus(FORGOTTEN_AFTER), 0),
        (NOW.plus(FORGOTTEN_AFTER + 1), 7),
    ];
    for (at, gone) in stages {
        let mut after = before;
        after[gone] = false;
        ensure!(ok(ledger.next_sweep())? == Some(at));
        ok(ledger.sweep(UnixTime(at.0 - 1)))?;
        ensure!(left(ledger)? == before);
        ok(ledger.sweep(at))?;
        ensure!(left(ledger)? == after);
        before = after;
    }
    ensure!(ok(ledger.next_sweep())?.is_none());
    let is_enrolled = core::array::from_fn(|of| of == 1);
    ensure!(before == is_enrolled);
    Ok(())
}

fn keep<L: OwnerLedger>(ledger: &mut L) -> Check {
    let mut changes = vec![Change::PutOwner(has(1, 5, None)?)];
    for n in 2..8 {
        changes.push(Change::PutOwner(only_guessed(n, 1)));
        changes.push(Change::CreateAttempt(begun(n, NOW)));
        changes.push(Change::CreateGreeting(devices::begun(n, NOW)));
    }
    // Enrolled since, and guessed at again: neither makes a name one that came later.
    changes.push(Change::PutOwner(has(2, 6, None)?));
    changes.push(Change::PutOwner(only_guessed(3, 2)));
    ok(ledger.apply(&changes))?;
    let of = |ledger: &L, need: fn(u8) -> Need| -> Result<Vec<u8>, String> {
        let mut found = Vec::new();
        for n in 1..8 {
            let loaded = ok(ledger.load(&need(n)))?;
            let is_begun = loaded.attempt.is_some() || loaded.greeting.is_some();
            let is_there = is_begun || need(n).look_up.is_some() && loaded.owner.is_some();
            if is_there {
                found.push(n);
            }
        }
        Ok(found)
    };
    let few = |attempts, names| Change::Keep {
        attempts,
        greetings: attempts.saturating_sub(1),
        names,
    };
    ok(ledger.apply(&[few(6, 5)]))?;
    ensure!(of(ledger, of_attempt)? == [2, 3, 4, 5, 6, 7]);
    ensure!(of(ledger, devices::of_greeting)? == [3, 4, 5, 6, 7]);
    ensure!(of(ledger, of_name)? == [1, 2, 3, 4, 5, 6, 7]);
    ok(ledger.apply(&[few(4, 3)]))?;
    ensure!(of(ledger, of_attempt)? == [4, 5, 6, 7]);
    ensure!(of(ledger, devices::of_greeting)? == [5, 6, 7]);
    ensure!(of(ledger, of_name)? == [1, 2, 5, 6, 7]);
    // What comes when there are so many takes the place of the oldest.
    ok(ledger.apply(&[
        Change::PutOwner(only_guessed(3, 1)),
        Change::CreateAttempt(begun(3, NOW)),
        few(4, 3),
    ]))?;
    ensure!(of(ledger, of_attempt)? == [3, 5, 6, 7]);
    ensure!(of(ledger, of_name)? == [1, 2, 3, 6, 7]);
    ok(ledger.apply(&[few(0, 0)]))?;
    ensure!(of(ledger, of_attempt)?.is_empty());
    ensure!(of(ledger, devices::of_greeting)?.is_empty());
    ensure!(of(ledger, of_name)? == [1, 2]);
    Ok(())
}
