//! The wait before another account gets what one has registered, and what its owner says meanwhile.

use super::scene::ensure;
use crate::wallet::{
    Check, Held, Wallet, done, new_request, new_secret, new_session, object, one, problem,
};
use saifu_protocol::UnixTime;
use saifu_protocol::hold::{Asked, AskedItem, AskedPage, Said, WaitItem};
use saifu_protocol::message::{Outcome, Route, Target};
use saifu_protocol::presentation::{Act, NO_SESSION};
use saifu_protocol::problem::Code;
use saifu_protocol::push::Endpoint;
use std::time::Duration;

const DAY: u64 = 86_400;
/// As short as a clock of whole seconds allows.
const SHORT: u64 = 2;

pub(crate) fn register(wallet: &Wallet, wait: u64) -> Check<Held> {
    let items = [(object(0), new_secret())];
    let outcomes = wallet.register_held(new_request(), &items, wait)?;
    Ok(wallet.collate(&items, outcomes)?.remove(0))
}

fn asked(wallet: &Wallet, item: AskedItem) -> Check<Vec<Asked>> {
    Ok(done(page(wallet, item)?)?.asked)
}

pub(crate) fn page(wallet: &Wallet, item: AskedItem) -> Check<Outcome<AskedPage>> {
    one(wallet.call(Route::Asked, new_request(), vec![item])?)
}

fn set_wait(wallet: &Wallet, held: &Held, wait: u64) -> Check<Outcome<UnixTime>> {
    let request = new_request();
    let target = Target::Certificate {
        presented: held.whole(),
    };
    let item = WaitItem {
        target: held.whole(),
        wait,
        proof: wallet.prove(Act::Wait, &target, NO_SESSION, request, &held.holder),
    };
    one(wallet.call(Route::Wait, request, vec![item])?)
}

pub(crate) fn until<T>(outcome: Outcome<T>) -> Check<UnixTime> {
    let problem = problem(outcome, Code::Waiting)?;
    problem.until.ok_or_else(|| "a wait without its end".into())
}

fn pass(seconds: u64) {
    std::thread::sleep(Duration::from_millis(seconds * 1_000 + 1_100));
}

pub(super) fn others_wait(wallet: &Wallet) -> Check {
    let held = register(wallet, SHORT)?;
    let other = wallet.other()?;
    let first = until(other.recover(&held, new_session())?)?;
    let again = until(other.recover(&held, new_session())?)?;
    ensure!(first == again, "asking again begins anew");
    until(other.end_held(Act::Retire, &held, NO_SESSION)?)?;
    pass(SHORT);
    let session = new_session();
    other.recover_whole(&held, session)?;
    done(other.end_held(Act::Ack, &held, session)?)?;
    // Its own account never waits, and where there is no wait nobody does.
    wallet.recover_whole(&register(wallet, DAY)?, new_session())?;
    other.recover_whole(&register(wallet, 0)?, new_session())
}

pub(super) fn owner_decides(wallet: &Wallet) -> Check {
    let owner = wallet.other()?;
    let held = register(&owner, DAY)?;
    let other = wallet.other()?;
    let account = other.account_key();
    let decide = |may| AskedItem::Decide { account, may };
    ensure!(
        asked(&owner, decide(true))?.is_empty(),
        "whoever has not asked is remembered"
    );
    until(other.recover(&held, new_session())?)?;
    let list = asked(&owner, AskedItem::List)?;
    ensure!(
        list.len() == 1 && list[0].account == account && list[0].said.is_none(),
        "those who wait: {list:?}"
    );
    let said = |list: Vec<Asked>| list.first().and_then(|it| it.said);
    ensure!(said(asked(&owner, decide(false))?) == Some(Said::No), "no");
    problem(other.recover(&held, new_session())?, Code::Denied)?;
    // Whoever is refused has no say, and another account waits like the first.
    ensure!(
        asked(&other, decide(true))?.is_empty(),
        "a stranger decides"
    );
    problem(other.recover(&held, new_session())?, Code::Denied)?;
    until(wallet.other()?.recover(&held, new_session())?)?;
    asked(&owner, decide(true))?;
    other.recover_whole(&held, new_session())
}

pub(super) fn setting(wallet: &Wallet) -> Check {
    let owner = wallet.other()?;
    let held = register(&owner, 0)?;
    done(set_wait(&owner, &held, SHORT)?)?;
    let other = wallet.other()?;
    until(other.recover(&held, new_session())?)?;
    // Shortened now it still holds for as long as it was; and nobody else may.
    problem(set_wait(&other, &held, 0)?, Code::NotFound)?;
    let from = done(set_wait(&owner, &held, 0)?)?;
    let repeated = done(set_wait(&owner, &held, 0)?)?;
    ensure!(from == repeated, "a repeat begins anew");
    let late = wallet.other()?;
    until(late.recover(&held, new_session())?)?;
    done(set_wait(&owner, &held, DAY)?)?;
    pass(SHORT);
    until(other.recover(&held, new_session())?)?;
    Ok(())
}

pub(super) fn many_ask(wallet: &Wallet) -> Check {
    let owner = wallet.other()?;
    let held = register(&owner, DAY)?;
    let first = wallet.other()?;
    until(first.recover(&held, new_session())?)?;
    // Who is decided about makes room for those who are not.
    pass(0);
    let second = wallet.other()?;
    until(second.recover(&held, new_session())?)?;
    let list = asked(&owner, AskedItem::List)?;
    ensure!(
        list.first().map(|it| it.account) == Some(first.account_key()),
        "those who open first do not come first"
    );
    let refuse = AskedItem::Decide {
        account: first.account_key(),
        may: false,
    };
    let list = asked(&owner, refuse)?;
    ensure!(
        list.first().map(|it| it.account) == Some(first.account_key()),
        "who was decided about does not come first in the answer to that"
    );
    let list = asked(&owner, AskedItem::List)?;
    ensure!(
        list.first().map(|it| it.account) == Some(second.account_key()),
        "those about whom nothing is said do not come first"
    );
    Ok(())
}

pub(crate) fn endpoint(text: &str) -> Check<Option<Endpoint>> {
    let endpoint = Endpoint::parse(text).map_err(|_| format!("no endpoint: {text}"))?;
    Ok(Some(endpoint))
}

/// Of a safe that wakes nobody there is nothing to see.
pub(super) fn waking(wallet: &Wallet) -> Check {
    let owner = wallet.other()?;
    let offer = |item| -> Check<_> { Ok(done(page(&owner, item)?)?.push) };
    let Some(first) = offer(AskedItem::List)? else {
        return Ok(());
    };
    ensure!(!first.on, "an account that wanted nothing is woken");
    ensure!(first.key.as_bytes()[0] == 4, "the key is no point");
    // Nobody is made to call what no operator has named.
    let to = endpoint("https://push.invalid/somebody")?;
    problem(page(&owner, AskedItem::Push { to })?, Code::Malformed)?;
    // Nobody ever asks for what this account has, so nothing is sent there.
    let to = endpoint("https://fcm.googleapis.com/fcm/send/conformance")?;
    if let Outcome::Done(page) = page(&owner, AskedItem::Push { to })? {
        ensure!(page.push.is_some_and(|it| it.on), "it is not woken");
        let other = done(self::page(&wallet.other()?, AskedItem::List)?)?.push;
        ensure!(other.is_some_and(|it| !it.on), "another account is woken");
        ensure!(other.map(|it| it.key) == Some(first.key), "another key");
    }
    let off = offer(AskedItem::Push { to: None })?;
    ensure!(off.is_some_and(|it| !it.on), "it does not end");
    Ok(())
}
