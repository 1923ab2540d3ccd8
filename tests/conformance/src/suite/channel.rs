//! What is asked in a channel of an owner's session, and when that is over.

use super::scene::ensure;
use crate::owner::{Inside, new_name};
use crate::wallet::{
    Check, Wallet, done, holder_of, new_request, new_secret, new_session, object, problem,
};
use saifu_crypto::Secret;
use saifu_protocol::message::{Outcome, RegisterItem, Registered, Route};
use saifu_protocol::owner::{Act, Answer};
use saifu_protocol::presentation::Act as OfHolder;
use saifu_protocol::problem::Code;
use saifu_protocol::{SessionId, UnixTime};

fn inside(wallet: &Wallet) -> Check<(Wallet, Inside)> {
    let (owner, name) = (wallet.other()?, new_name());
    owner.enrol(name, b"six words")?;
    let inside = owner.log_in_right(name, b"six words")?;
    ensure!(inside.told.has_channel, "it does not say that it has one");
    Ok((owner, inside))
}

pub(super) fn everything(wallet: &Wallet) -> Check {
    let (owner, inside) = inside(wallet)?;
    let (session, key) = (inside.told.session, &inside.key);
    // Registered, listed, handed out and confirmed; given back; ended.
    let held = owner.in_channel(session, key, |owner| -> Check<_> {
        let held = owner.register(3)?;
        let found = owner.owned(&inside)?;
        ensure!(found.len() == 3, "not everything is listed");
        let recovery = new_session();
        owner.recover_whole(&held[0], recovery)?;
        done(owner.end_held(OfHolder::Ack, &held[0], recovery)?)?;
        owner.recover_whole(&held[1], recovery)?;
        done(owner.end_held(OfHolder::Return, &held[1], recovery)?)?;
        done(owner.end_held(
            OfHolder::Retire,
            &held[2],
            saifu_protocol::presentation::NO_SESSION,
        )?)?;
        let joined = owner.act(&inside, Route::OwnerJoin, Act::Join)?;
        ensure!(joined != Answer::Out, "the session does not hold");
        Ok(held)
    })?;
    // What was given back is there, whoever asks how.
    owner.recover_whole(&held[1], new_session())
}

/// Asked in the channel, unanswered, and asked again without: the same.
pub(super) fn repeats(wallet: &Wallet) -> Check {
    let (owner, inside) = inside(wallet)?;
    let (request, holder) = (new_request(), new_secret());
    let item = RegisterItem {
        wait: 0,
        orders: None,
        object: object(1),
        holder: holder_of(&holder),
        given: None,
        note: None,
    };
    let register = |owner: &Wallet| -> Check<String> {
        let registered: Outcome<Registered> = owner.ask(Route::Register, request, item.clone())?;
        Ok(done(registered)?.certificate)
    };
    let within = owner.in_channel(inside.told.session, &inside.key, register)?;
    ensure!(register(&owner)? == within, "another certificate");
    Ok(())
}

pub(super) fn over(wallet: &Wallet) -> Check {
    let (owner, inside) = inside(wallet)?;
    let (session, key) = (inside.told.session, &inside.key);
    let other = wallet.other()?;
    let is_over = |by: &Wallet, session: SessionId, key: &Secret| -> Check {
        let answer: Outcome<Answer<UnixTime>> = by.in_channel(session, key, |by| {
            let request = new_request();
            by.ask(
                Route::OwnerJoin,
                request,
                by.within(&inside, request, Act::Join),
            )
        })?;
        problem(answer, Code::ChannelOver).map(|_| ())
    };
    is_over(&owner, new_session(), key)?;
    is_over(&owner, session, &new_secret())?;
    is_over(&other, session, key)?;
    // The channel proves nothing: an act takes its proof in there, too.
    let unproved = owner.in_channel(session, key, |owner| {
        owner.act(&inside, Route::OwnerJoin, Act::List)
    })?;
    ensure!(unproved == Answer::Out, "done without a proof");
    // Nothing of this has ended it.
    let joined = owner.in_channel(session, key, |owner| {
        owner.act(&inside, Route::OwnerJoin, Act::Join)
    })?;
    ensure!(joined != Answer::Out, "the session does not hold");
    Ok(())
}
