//! Listing.

use super::scene::{ensure, until};
use crate::wallet::{Check, Wallet, done, new_session};
use saifu_protocol::message::EntryState;
use saifu_protocol::presentation::{Act, NO_SESSION};

pub(super) fn listing(wallet: &Wallet) -> Check {
    let wallet = wallet.other()?;
    ensure!(wallet.list()?.is_empty(), "a new account has certificates");
    let mut all = vec![wallet.register_one()?];
    all.extend(wallet.register(30)?);
    all.push(wallet.register_one()?);
    let session = new_session();
    wallet.recover_whole(&all[3], session)?;
    done(wallet.end_held(Act::Retire, &all[5], NO_SESSION)?)?;
    let is_purged_at_once = wallet.descriptor.grace_seconds == 0;
    let mut wanted: Vec<(u64, String, EntryState)> = all
        .iter()
        .zip(0..)
        .map(|(held, n)| {
            let state = match n {
                3 => EntryState::Withdrawing,
                5 => EntryState::Retired,
                _ => EntryState::Registered,
            };
            Ok((held.counter()?, held.certificate.clone(), state))
        })
        .collect::<Check<_>>()?;
    wanted.retain(|(_, _, state)| !(is_purged_at_once && *state == EntryState::Retired));
    let mut listed = Vec::new();
    until("the listing", || {
        listed = wallet.list()?;
        Ok(listed.len() == wanted.len())
    })?;
    let counters: Vec<u64> = listed
        .iter()
        .map(|listed| {
            saifu_protocol::certificate::read_claims_unverified(&listed.certificate)
                .map(|claims| claims.counter.get())
                .map_err(|_| String::from("unread"))
        })
        .collect::<Check<_>>()?;
    // Where a batch is longer than the counter, order within it is that of registration.
    if wallet.descriptor.counter_limit.get() > 100 {
        ensure!(
            counters.is_sorted(),
            "not in the order of the counters: {counters:?}"
        );
    }
    for (_, certificate, state) in wanted {
        let found = listed
            .iter()
            .find(|listed| listed.certificate == certificate);
        ensure!(
            found.is_some_and(|found| found.state == state),
            "missing, or in another state"
        );
    }
    ensure!(
        wallet.other()?.list()?.is_empty(),
        "another account sees certificates"
    );
    Ok(())
}
