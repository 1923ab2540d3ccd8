//! Where accounts are woken, and who is due.

use super::scene::{Check, account, ensure, ok};
use crate::ledger::{Change, Ledger, Need};
use crate::push::{PAUSE, Said, Subscription, begin, note};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;
use saifu_protocol::push::Endpoint;

fn subscription(name: &str) -> Result<Subscription, String> {
    let endpoint = Endpoint::parse(&format!("https://push.example/{name}"));
    let endpoint = endpoint.map_err(|_| "no endpoint")?;
    Ok(Subscription::at(endpoint, None))
}

fn put(n: u8, subscription: Option<Subscription>) -> Change {
    Change::PutPush {
        of: account(n),
        subscription,
    }
}

fn remind(n: u8, now: u64) -> Change {
    Change::Remind {
        of: account(n),
        now: UnixTime(now),
    }
}

fn of<L: Ledger>(ledger: &L, n: u8) -> Result<Option<Subscription>, String> {
    let need = Need {
        push_of: Some(account(n)),
        ..Need::default()
    };
    Ok(ok(ledger.load(&need))?.push)
}

pub(super) fn subscriptions<L: Ledger>(ledger: &mut L) -> Check {
    let (first, second) = (subscription("a")?, subscription("b")?);
    ensure!(of(ledger, 1)?.is_none());
    // Whoever is woken nowhere is not reminded of.
    ok(ledger.apply(&[remind(1, 5)]))?;
    ensure!(of(ledger, 1)?.is_none());
    ok(ledger.apply(&[put(1, Some(first.clone())), put(2, Some(second.clone()))]))?;
    ensure!(of(ledger, 1)? == Some(first));
    ensure!(of(ledger, 2)? == Some(second.clone()));
    ensure!(ok(ledger.load(&Need::default()))?.push.is_none());
    let all = Subscription {
        due: Some(UnixTime(3)),
        tries: 2,
        last: Some(UnixTime(1)),
        ..second
    };
    ok(ledger.apply(&[put(1, Some(all.clone()))]))?;
    ensure!(of(ledger, 1)? == Some(all.clone()));
    ok(ledger.apply(&[remind(1, 5)]))?;
    ensure!(of(ledger, 1)? == Some(all.remind(UnixTime(5))));
    ok(ledger.apply(&[put(1, None), put(1, None)]))?;
    ensure!(of(ledger, 1)?.is_none());
    ensure!(of(ledger, 2)?.is_some());
    Ok(())
}

pub(super) fn due<L: Ledger>(ledger: &mut L) -> Check {
    ensure!(ok(ledger.next_push())?.is_none());
    for n in 1..=4 {
        ok(ledger.apply(&[put(n, Some(subscription(&format!("{n}"))?))]))?;
    }
    ensure!(ok(ledger.next_push())?.is_none());
    ok(ledger.apply(&[remind(3, 10), remind(1, 20), remind(4, 20), remind(4, 30)]))?;
    ensure!(ok(ledger.next_push())? == Some(UnixTime(10)));
    let who = |ledger: &L, until, most| -> Result<Vec<_>, String> {
        let due = ok(ledger.push_due(UnixTime(until), most))?;
        Ok(due.into_iter().map(|(of, _)| of).collect())
    };
    ensure!(who(ledger, 9, 9)?.is_empty());
    ensure!(who(ledger, 10, 9)? == [account(3)]);
    ensure!(who(ledger, 20, 9)? == [account(3), account(1), account(4)]);
    ensure!(who(ledger, 20, 2)? == [account(3), account(1)]);
    // An attempt is written down before it is made, and what came of it afterwards.
    let trying = ok(begin(ledger, UnixTime(15)))?;
    ensure!(trying.len() == 1 && of(ledger, 3)?.as_ref() == trying.first().map(|(_, it)| it));
    ensure!(who(ledger, 20, 9)? == [account(1), account(4)]);
    for (whose, tried) in &trying {
        ok(note(ledger, *whose, tried, Said::Taken))?;
    }
    ensure!(of(ledger, 3)?.is_some_and(|it| it.due.is_none() && it.last == Some(UnixTime(15))));
    ok(ledger.apply(&[remind(3, 16)]))?;
    ensure!(of(ledger, 3)?.and_then(|it| it.due) == Some(UnixTime(15 + PAUSE)));
    for (whose, tried) in ok(begin(ledger, UnixTime(20)))? {
        ok(note(ledger, whose, &tried, Said::Gone))?;
    }
    ensure!(of(ledger, 1)?.is_none() && of(ledger, 4)?.is_none());
    ensure!(ok(ledger.next_push())? == Some(UnixTime(15 + PAUSE)));
    // Of what was ended meanwhile nothing comes back.
    let tried = subscription("2")?;
    ok(ledger.apply(&[put(2, None)]))?;
    ok(note(ledger, account(2), &tried, Said::Taken))?;
    ensure!(of(ledger, 2)?.is_none());
    Ok(())
}
