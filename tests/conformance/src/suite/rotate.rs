//! Another holder: the old certificate finds nothing from then on, and the new one everything.

use super::given::register_given;
use super::scene::{at_once, conflict, ensure, refused_as, until};
use crate::wallet::{
    Check, Held, Wallet, done, new_request, new_secret, new_session, object, problem, refused,
};
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::limits;
use saifu_protocol::message::{EntryState, Outcome, RotateItem, Rotated, Route, Target};
use saifu_protocol::presentation::{Act, NO_SESSION};
use saifu_protocol::problem::Code;
use std::time::Duration;

/// Whoever presents this certificate, in whatever form and for whatever, is answered as a stranger.
fn finds_nothing(wallet: &Wallet, held: &Held) -> Check {
    for presented in [held.whole(), held.bare()?] {
        let session = new_session();
        let recovered = wallet.recover_as(presented.clone(), &held.holder, session)?;
        problem(recovered, Code::NotFound)?;
        let (next, request) = (new_secret(), new_request());
        let rotated = wallet.rotate_as(presented.clone(), &held.holder, &next, request)?;
        problem(rotated, Code::NotFound)?;
        let target = Target::Certificate { presented };
        for (act, session) in [
            (Act::Ack, session),
            (Act::Return, session),
            (Act::Retire, NO_SESSION),
        ] {
            let ended = wallet.end(act, target.clone(), &held.holder, session)?;
            problem(ended, Code::NotFound)?;
        }
    }
    Ok(())
}

pub(super) fn rotation(wallet: &Wallet) -> Check {
    let receiver = wallet.other()?;
    let mut all = wallet.register(2)?;
    for class in ObjectClass::ALL {
        all.push(register_given(wallet, b"handed over", class)?);
    }
    for (n, held) in all.iter().enumerate() {
        let rotated = receiver.take_over(held)?;
        finds_nothing(wallet, held)?;
        if n == 0 {
            // Whoever missed the answer has the bare form all the same: digest, hash and counter are as they were.
            let bare = held.bare()?;
            let recovered = done(receiver.recover_as(bare, &rotated.holder, new_session())?)?;
            ensure!(
                recovered.certificate == rotated.certificate,
                "another certificate"
            );
            continue;
        }
        let again = wallet.other()?.take_over(&rotated)?;
        finds_nothing(wallet, held)?;
        finds_nothing(&receiver, &rotated)?;
        receiver.recover_whole(&again, new_session())?;
    }
    Ok(())
}

pub(super) fn rotation_repeats(wallet: &Wallet) -> Check {
    let receiver = wallet.other()?;
    let held = wallet.register_one()?;
    let (next, request) = (new_secret(), new_request());
    let ask = |wallet: &Wallet, presented| -> Check<Outcome<Rotated>> {
        wallet.rotate_as(presented, &held.holder, &next, request)
    };
    let first = done(ask(&receiver, held.whole())?)?;
    std::thread::sleep(Duration::from_millis(1_100));
    let same = || -> Check {
        for presented in [held.whole(), held.bare()?] {
            let again = done(ask(&receiver, presented)?)?;
            ensure!(again == first, "the repeat gave another certificate");
        }
        Ok(())
    };
    same()?;
    // The giver has certificate and key, and may have seen the request id: it is another account's.
    problem(ask(wallet, held.whole())?, Code::NotFound)?;
    let rotated = Held {
        holder: next.clone(),
        object: held.object.clone(),
        certificate: first.certificate.clone(),
    };
    let session = new_session();
    receiver.recover_whole(&rotated, session)?;
    same()?;
    done(receiver.end_held(Act::Ack, &rotated, session)?)?;
    same()?;
    finds_nothing(wallet, &held)
}

pub(super) fn rotation_refused(wallet: &Wallet) -> Check {
    let rotate = |held: &Held| -> Check<Outcome<Rotated>> {
        wallet.rotate_as(held.whole(), &held.holder, &new_secret(), new_request())
    };
    let held = wallet.register_one()?;
    let session = new_session();
    wallet.recover_whole(&held, session)?;
    let event = refused_as(EntryState::Withdrawing, Some(session));
    conflict(wallet, &held, rotate(&held)?, event)?;
    done(wallet.end_held(Act::Ack, &held, session)?)?;
    let event = refused_as(EntryState::Withdrawn, Some(session));
    conflict(wallet, &held, rotate(&held)?, event)?;
    let held = wallet.register_one()?;
    done(wallet.end_held(Act::Retire, &held, NO_SESSION)?)?;
    let event = refused_as(EntryState::Retired, None);
    conflict(wallet, &held, rotate(&held)?, event)?;
    // Given back, it may be rotated.
    let held = wallet.register_one()?;
    wallet.recover_whole(&held, session)?;
    problem(rotate(&held)?, Code::Conflict)?;
    done(wallet.end_held(Act::Return, &held, session)?)?;
    wallet.take_over(&held)?;
    finds_nothing(wallet, &held)
}

pub(super) fn rotation_proof(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let (next, other, request) = (new_secret(), new_secret(), new_request());
    let item = |next| wallet.rotate_item(held.whole(), &held.holder, next, request);
    let target = Target::Certificate {
        presented: held.whole(),
    };
    let proof_of = |act| wallet.prove(act, &target, NO_SESSION, request, &held.holder);
    let with = |proof| RotateItem {
        proof,
        ..item(&next)
    };
    let by_other = wallet.rotate_item(held.whole(), &other, &next, request);
    let elsewhere = wallet.rotate_item(held.whole(), &held.holder, &next, new_request());
    let not_found = [
        with(item(&other).proof),
        with(proof_of(Act::Rotate)),
        with(proof_of(Act::Retire)),
        with(elsewhere.proof),
        by_other,
    ];
    for item in not_found {
        let mut outcomes: Vec<Outcome<Rotated>> =
            wallet.call(Route::Rotate, request, vec![item])?;
        problem(outcomes.remove(0), Code::NotFound)?;
    }
    // To the holder it has.
    let own = wallet.rotate_as(held.whole(), &held.holder, &held.holder, request)?;
    problem(own, Code::Malformed)?;
    // None of these is what the description describes, and the safe takes none of them.
    let good = serde_json::to_value(item(&next)).map_err(|error| error.to_string())?;
    let long = "x".repeat(limits::MAX_CERTIFICATE_BYTES + 1);
    for (field, value) in [
        ("holder", serde_json::json!("AAAA")),
        ("holder", serde_json::json!(null)),
        ("target", serde_json::json!(held.certificate)),
        ("target", serde_json::json!({"certificate": long})),
        ("proof", serde_json::json!(null)),
    ] {
        let mut item = good.clone();
        item[field] = value;
        let answer = wallet.exchange_undescribed::<_, Rotated>(Route::Rotate, vec![item]);
        refused(answer, Code::Malformed)?;
    }
    wallet.recover_whole(&held, new_session())
}

pub(super) fn rotation_of_registration(wallet: &Wallet) -> Check {
    let items: Vec<_> = (0..3).map(|n| (object(n), new_secret())).collect();
    let request = new_request();
    let held = wallet.collate(&items, wallet.register_items(request, &items)?)?;
    let receiver = wallet.other()?;
    let rotated = receiver.take_over(&held[1])?;
    let again = wallet.collate(&items, wallet.register_items(request, &items)?)?;
    ensure!(
        again
            .iter()
            .map(|held| &held.certificate)
            .eq(held.iter().map(|held| &held.certificate)),
        "the repeat of the registration gave other certificates"
    );
    // Who registered it can call it off no more, and a request id is for one thing.
    let target = Target::Registration { request, item: 1 };
    problem(wallet.retire(target, &held[1].holder)?, Code::NotFound)?;
    let reused = wallet.rotate_as(held[2].whole(), &held[2].holder, &new_secret(), request)?;
    problem(reused, Code::RequestReused)?;
    receiver.recover_whole(&rotated, new_session())?;
    wallet.recover_whole(&held[2], new_session())
}

pub(super) fn batch_rotation(wallet: &Wallet) -> Check {
    let held = wallet.register(50)?;
    let receiver = wallet.other()?;
    let (next, request) = (new_secret(), new_request());
    let items: Vec<RotateItem> = held
        .iter()
        .map(|held| receiver.rotate_item(held.whole(), &held.holder, &next, request))
        .collect();
    let ask = || -> Check<Vec<Outcome<Rotated>>> {
        Ok(receiver.call(Route::Rotate, request, items.clone())?)
    };
    let first = ask()?;
    ensure!(first.len() == held.len(), "{} outcomes", first.len());
    ensure!(first == ask()?, "the repeat gave other certificates");
    let mut listed = Vec::new();
    for (outcome, before) in first.into_iter().zip(&held) {
        let rotated = Held {
            holder: next.clone(),
            object: before.object.clone(),
            certificate: done(outcome)?.certificate,
        };
        receiver.check_rotated(before, &rotated)?;
        listed.push(rotated.certificate);
    }
    until("the listing", || Ok(receiver.list()?.len() == listed.len()))?;
    let found: Vec<String> = receiver
        .list()?
        .into_iter()
        .map(|listed| listed.certificate)
        .collect();
    listed.retain(|certificate| !found.contains(certificate));
    ensure!(listed.is_empty(), "{} are not listed", listed.len());
    Ok(())
}

pub(super) fn rotation_listing(wallet: &Wallet) -> Check {
    let (giver, receiver) = (wallet.other()?, wallet.other()?);
    let held = giver.register(3)?;
    until("the listing", || Ok(giver.list()?.len() == 3))?;
    let rotated = receiver.take_over(&held[1])?;
    // The giver's is gone at once, whatever the index still has.
    let left = giver.list()?;
    ensure!(
        left.len() == 2
            && left
                .iter()
                .all(|listed| listed.certificate != held[1].certificate),
        "the giver's listing shows what it gave away"
    );
    until("the listing", || Ok(!receiver.list()?.is_empty()))?;
    let listed = receiver.list()?;
    ensure!(
        listed.len() == 1
            && listed[0].certificate == rotated.certificate
            && listed[0].state == EntryState::Registered,
        "the receiver's listing shows something else"
    );
    ensure!(giver.list()?.len() == 2, "the giver's listing changed");
    Ok(())
}

pub(super) fn many_rotations(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let outcomes = at_once(wallet, |wallet| {
        let (next, request) = (new_secret(), new_request());
        match wallet.rotate_as(held.whole(), &held.holder, &next, request)? {
            Outcome::Done(rotated) => Ok(Some(Held {
                holder: next,
                object: held.object.clone(),
                certificate: rotated.certificate,
            })),
            outcome @ Outcome::Problem(_) => {
                problem(outcome, Code::NotFound)?;
                Ok(None)
            }
        }
    })?;
    let holders: Vec<Held> = outcomes.into_iter().flatten().collect();
    ensure!(holders.len() == 1, "{} took one entry over", holders.len());
    finds_nothing(wallet, &held)?;
    wallet.recover_whole(&holders[0], new_session())
}
