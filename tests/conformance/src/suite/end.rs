//! Ending: receipts that are the same every time, and what has ended stays so.

use super::scene::{conflict, ensure, refused_as, until};
use crate::wallet::{Check, Wallet, done, new_request, new_secret, new_session, object, problem};
use saifu_protocol::message::{EntryState, Target};
use saifu_protocol::presentation::{Act, NO_SESSION};
use saifu_protocol::problem::Code;
use saifu_protocol::receipt::Event;
use std::time::Duration;

pub(super) fn confirmation(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let (own, other) = (new_session(), new_session());
    let never_opened = wallet.end_held(Act::Ack, &held, own)?;
    conflict(
        wallet,
        &held,
        never_opened,
        refused_as(EntryState::Registered, None),
    )?;
    wallet.recover_whole(&held, own)?;
    let first = done(wallet.end_held(Act::Ack, &held, own)?)?.receipt;
    let receipt = wallet.receipt(&first)?;
    ensure!(
        receipt.event == Event::Withdrawn { session: own },
        "{:?}",
        receipt.event
    );
    ensure!(
        receipt.target == held.whole().fingerprint(),
        "the receipt is about something else"
    );
    std::thread::sleep(Duration::from_millis(1_100));
    let again = done(wallet.end_held(Act::Ack, &held, own)?)?.receipt;
    ensure!(first == again, "the repeat gave another receipt");
    let event = || refused_as(EntryState::Withdrawn, Some(own));
    conflict(wallet, &held, wallet.recover(&held, own)?, event())?;
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
        wallet.end_held(Act::Return, &held, own)?,
        event(),
    )?;
    conflict(
        wallet,
        &held,
        wallet.end_held(Act::Retire, &held, NO_SESSION)?,
        event(),
    )
}

pub(super) fn giving_back(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let (own, other) = (new_session(), new_session());
    wallet.recover_whole(&held, own)?;
    let first = done(wallet.end_held(Act::Return, &held, own)?)?.receipt;
    ensure!(
        wallet.receipt(&first)?.event == Event::Returned { session: own },
        "not a receipt of the return"
    );
    conflict(
        wallet,
        &held,
        wallet.recover(&held, own)?,
        refused_as(EntryState::Registered, Some(own)),
    )?;
    wallet.recover_whole(&held, other)?;
    let again = done(wallet.end_held(Act::Return, &held, own)?)?.receipt;
    ensure!(first == again, "the repeat gave another receipt");
    wallet.recover_whole(&held, other)
}

pub(super) fn return_overtakes(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let session = new_session();
    done(wallet.end_held(Act::Return, &held, session)?)?;
    problem(wallet.recover(&held, session)?, Code::Conflict)?;
    wallet.recover_whole(&held, new_session())
}

pub(super) fn retirement(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let first = done(wallet.end_held(Act::Retire, &held, NO_SESSION)?)?.receipt;
    ensure!(
        wallet.receipt(&first)?.event == Event::Retired,
        "not a receipt of the retirement"
    );
    std::thread::sleep(Duration::from_millis(1_100));
    let again = done(wallet.end_held(Act::Retire, &held, NO_SESSION)?)?.receipt;
    ensure!(first == again, "the repeat gave another receipt");
    conflict(
        wallet,
        &held,
        wallet.recover(&held, new_session())?,
        refused_as(EntryState::Retired, None),
    )
}

pub(super) fn retire_registration(wallet: &Wallet) -> Check {
    let items: Vec<_> = (0..2).map(|n| (object(n), new_secret())).collect();
    let request = new_request();
    let held = wallet.collate(&items, wallet.register_items(request, &items)?)?;
    let target = Target::Registration { request, item: 1 };
    // The holder of another entry may not.
    problem(
        wallet.retire(target.clone(), &held[0].holder)?,
        Code::NotFound,
    )?;
    let receipt = done(wallet.retire(target.clone(), &held[1].holder)?)?.receipt;
    let receipt = wallet.receipt(&receipt)?;
    ensure!(receipt.event == Event::Retired, "{:?}", receipt.event);
    ensure!(
        receipt.target == target.fingerprint(),
        "the receipt is about something else"
    );
    problem(wallet.recover(&held[1], new_session())?, Code::Conflict)?;
    wallet.recover_whole(&held[0], new_session())?;
    // Another account's request of the same id is another request.
    done(wallet.other()?.retire(target, &held[0].holder)?)?;
    Ok(())
}

pub(super) fn called_off(wallet: &Wallet) -> Check {
    let items = [(object(0), new_secret())];
    let request = new_request();
    let target = Target::Registration { request, item: 0 };
    let first = done(wallet.retire(target.clone(), &items[0].1)?)?.receipt;
    ensure!(
        wallet.receipt(&first)?.event == Event::Retired,
        "not a receipt of the retirement"
    );
    for _ in 0..2 {
        for outcome in wallet.register_items(request, &items)? {
            problem(outcome, Code::CalledOff)?;
        }
    }
    let again = done(wallet.retire(target, &items[0].1)?)?.receipt;
    ensure!(first == again, "the repeat gave another receipt");
    Ok(())
}

pub(super) fn grace(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let session = new_session();
    wallet.recover_whole(&held, session)?;
    let first = done(wallet.end_held(Act::Ack, &held, session)?)?.receipt;
    if wallet.descriptor.grace_seconds == 0 {
        let account = &wallet;
        until("the purge", || {
            Ok(!account
                .list()?
                .iter()
                .any(|listed| listed.certificate == held.certificate))
        })?;
    }
    let again = done(wallet.end_held(Act::Ack, &held, session)?)?.receipt;
    ensure!(first == again, "the tombstone gives another receipt");
    conflict(
        wallet,
        &held,
        wallet.recover(&held, session)?,
        refused_as(EntryState::Withdrawn, Some(session)),
    )
}
