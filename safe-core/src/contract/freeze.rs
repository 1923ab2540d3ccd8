//! What is frozen, and who would lift it.

use super::owners::{NOW, begun, ending, has, in_session, name, opened};
use super::scene::{Check, account, ensure, ok, session};
use crate::owner::{Change, Enrolment, Need, Owner, OwnerLedger};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::owner::{Alone, Frozen, WayKind};
use saifu_protocol::{PublicKey, UnixTime};

fn freezing(
    n: u8,
    accounts: Vec<PublicKey>,
    frozen: Option<Frozen>,
    thawed: Option<UnixTime>,
) -> Result<Owner, String> {
    let owner = has(n, n, None)?;
    let enrolled = owner.enrolled.map(|enrolled| Enrolment {
        accounts,
        frozen,
        thawed,
        ..enrolled
    });
    Ok(Owner { enrolled, ..owner })
}

pub(super) fn frozen<L: OwnerLedger>(ledger: &mut L) -> Check {
    let since = |since, by: Option<WayKind>| Frozen {
        since: UnixTime(since),
        alone: by.map(|by| Alone {
            by,
            since: UnixTime(since + 1),
        }),
    };
    let of_name = |n| Need {
        look_up: Some(name(n)),
        ..Need::default()
    };
    ensure!(ok(ledger.frozen(&account(1)))?.is_none());
    let kinds = [
        WayKind::Words,
        WayKind::Kit,
        WayKind::Passkey,
        WayKind::Terminal,
    ];
    for by in [None].into_iter().chain(kinds.map(Some)) {
        let owner = freezing(
            1,
            vec![account(1), account(2)],
            Some(since(9, by)),
            Some(NOW),
        )?;
        ok(ledger.apply(&[Change::PutOwner(owner.clone())]))?;
        ensure!(ok(ledger.load(&of_name(1)))?.owner == Some(owner));
        for n in [1, 2] {
            ensure!(ok(ledger.frozen(&account(n)))? == Some(since(9, by)));
        }
        ensure!(ok(ledger.frozen(&account(3)))?.is_none());
    }
    // Of several whose account it is, since the earliest; and an account that joins meanwhile is frozen with the others.
    let other = freezing(2, vec![account(2), account(3)], Some(since(5, None)), None)?;
    ok(ledger.apply(&[Change::PutOwner(other)]))?;
    ensure!(ok(ledger.frozen(&account(2)))? == Some(since(5, None)));
    ensure!(ok(ledger.frozen(&account(3)))? == Some(since(5, None)));
    let more = vec![account(1), account(2), account(4)];
    let joined = freezing(1, more.clone(), Some(since(9, None)), None)?;
    ok(ledger.apply(&[Change::PutOwner(joined)]))?;
    ensure!(ok(ledger.frozen(&account(4)))? == Some(since(9, None)));
    let thawed = freezing(1, more, None, Some(NOW))?;
    ok(ledger.apply(&[Change::PutOwner(thawed.clone())]))?;
    ensure!(ok(ledger.load(&of_name(1)))?.owner == Some(thawed));
    for (n, is_frozen) in [(1, false), (4, false), (2, true), (3, true)] {
        ensure!(ok(ledger.frozen(&account(n)))?.is_some() == is_frozen);
    }
    Ok(())
}

pub(super) fn thawing<L: OwnerLedger>(ledger: &mut L) -> Check {
    for n in [1, 2] {
        ok(ledger.apply(&[Change::CreateAttempt(begun(n, NOW)), ending(n, NOW)]))?;
    }
    let need = |n, account| Need {
        thawing: Some(account),
        ..in_session(n)
    };
    ensure!(ok(ledger.load(&need(1, account(1))))?.thawing.is_empty());
    for at in [NOW, NOW.plus(1)] {
        ok(ledger.apply(&[Change::Thaws(session(1), at)]))?;
        let mut asks = opened(1, NOW);
        asks.thaws = Some(at);
        let loaded = ok(ledger.load(&need(1, account(1))))?;
        ensure!(loaded.session == Some(asks.clone()));
        ensure!(loaded.thawing == [asks]);
    }
    // Of this account and this owner, and only where it is asked for.
    ensure!(ok(ledger.load(&need(1, account(2))))?.thawing.is_empty());
    ensure!(ok(ledger.load(&need(2, account(1))))?.thawing.is_empty());
    ensure!(ok(ledger.load(&in_session(1)))?.thawing.is_empty());
    ensure!(ledger.apply(&[Change::Thaws(session(9), NOW)]).is_err());
    Ok(())
}
