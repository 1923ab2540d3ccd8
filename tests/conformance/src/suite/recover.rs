//! Recovering: the bytes, to one session.

use super::scene::{at_once, conflict, ensure, refused_as};
use crate::wallet::{Check, Wallet, done, new_request, new_session, problem};
use saifu_protocol::message::{
    EndItem, Ended, EntryState, Outcome, RecoverItem, Recovered, Route, Target,
};
use saifu_protocol::presentation::{Act, NO_SESSION};
use saifu_protocol::problem::Code;

pub(super) fn recovery(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let session = new_session();
    for _ in 0..3 {
        wallet.recover_whole(&held, session)?;
    }
    // The account does not matter, the holder does: a wallet set up anew has another account.
    let recovered = done(wallet.other()?.recover(&held, session)?)?;
    ensure!(
        recovered.object == held.object,
        "other bytes for another account"
    );
    Ok(())
}

pub(super) fn batch_recovery(wallet: &Wallet) -> Check {
    let held = wallet.register(50)?;
    let session = new_session();
    let request = new_request();
    let items: Vec<RecoverItem> = held
        .iter()
        .map(|held| {
            let target = Target::Certificate {
                presented: held.whole(),
            };
            RecoverItem {
                presented: held.whole(),
                session,
                proof: wallet.prove(Act::Recover, &target, session, request, &held.holder),
            }
        })
        .collect();
    let outcomes: Vec<Outcome<Recovered>> = wallet.call(Route::Recover, request, items)?;
    for (outcome, held) in outcomes.into_iter().zip(&held) {
        ensure!(
            done(outcome)?.object == held.object,
            "other bytes, or another order"
        );
    }
    let request = new_request();
    let items: Vec<EndItem> = held
        .iter()
        .map(|held| {
            let target = Target::Certificate {
                presented: held.whole(),
            };
            EndItem {
                proof: wallet.prove(Act::Ack, &target, session, request, &held.holder),
                target,
                session,
            }
        })
        .collect();
    let outcomes: Vec<Outcome<Ended>> = wallet.call(Route::Ack, request, items)?;
    ensure!(outcomes.len() == held.len(), "{} outcomes", outcomes.len());
    for (outcome, held) in outcomes.into_iter().zip(&held) {
        let receipt = wallet.receipt(&done(outcome)?.receipt)?;
        ensure!(
            receipt.target == held.whole().fingerprint(),
            "receipts in another order"
        );
    }
    Ok(())
}

pub(super) fn bare_form(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let session = new_session();
    let recovered = done(wallet.recover_as(held.bare()?, &held.holder, session)?)?;
    ensure!(
        recovered.certificate == held.certificate,
        "another certificate"
    );
    ensure!(recovered.object == held.object, "other bytes");
    let target = Target::Certificate {
        presented: held.bare()?,
    };
    let receipt = done(wallet.end(Act::Ack, target, &held.holder, session)?)?.receipt;
    let receipt = wallet.receipt(&receipt)?;
    ensure!(
        receipt.target == held.whole().fingerprint(),
        "the receipt does not name the whole certificate"
    );
    Ok(())
}

pub(super) fn other_session(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let (own, other) = (new_session(), new_session());
    wallet.recover_whole(&held, own)?;
    let event = || refused_as(EntryState::Withdrawing, Some(own));
    conflict(wallet, &held, wallet.recover(&held, other)?, event())?;
    conflict(
        wallet,
        &held,
        wallet.end_held(Act::Ack, &held, other)?,
        event(),
    )?;
    conflict(
        wallet,
        &held,
        wallet.end_held(Act::Return, &held, other)?,
        event(),
    )?;
    conflict(
        wallet,
        &held,
        wallet.end_held(Act::Retire, &held, NO_SESSION)?,
        event(),
    )?;
    wallet.recover_whole(&held, own)
}

pub(super) fn many_sessions(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let outcomes = at_once(wallet, |wallet| {
        match wallet.recover(&held, new_session())? {
            Outcome::Done(_) => Ok(true),
            outcome @ Outcome::Problem(_) => {
                problem(outcome, Code::Conflict)?;
                Ok(false)
            }
        }
    })?;
    let opened = outcomes.into_iter().filter(|is_open| *is_open).count();
    ensure!(opened == 1, "{opened} sessions opened one entry");
    Ok(())
}
