//! How an owner who has nothing but a name and a secret gets in. Only for a safe whose descriptor says that it has this.

use super::given::given_item;
use super::scene::{conflict, ensure, refused_as};
use crate::owner::{Inside, begin, kept, new_name};
use crate::wallet::{
    Check, Held, Wallet, done, new_request, new_secret, new_session, problem, refused,
};
use saifu_crypto::Secret;
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::message::{EntryState, Outcome, RegisterItem, Registered, Route};
use saifu_protocol::owner::{
    AUTHENTICATION, Act, Answer, Changed, Enrolled, LoginFinished, LoginStart, LoginStarted, Note,
    OwnerEntry, Which,
};
use saifu_protocol::presentation::Act as OfHolder;
use saifu_protocol::problem::Code;
use saifu_protocol::{Digest, b64, limits};

pub(super) fn is_described(wallet: &Wallet) -> Check {
    let described = &wallet.descriptor.authentication;
    ensure!(
        described.iter().any(|named| named == AUTHENTICATION),
        "the descriptor names no {AUTHENTICATION}"
    );
    Ok(())
}

fn noted(number: u8) -> Check<(RegisterItem, Secret)> {
    let digest = Digest::default().into();
    let (item, holder) = given_item(&[number; 40], ObjectClass::Value, digest);
    let note = Note::new(holder.expose_secret().to_vec()).map_err(|_| "too long")?;
    let note = Some(note);
    Ok((RegisterItem { note, ..item }, holder))
}

fn register_noted(wallet: &Wallet, count: u8) -> Check<Vec<Held>> {
    let made: Vec<(RegisterItem, Secret)> = (0..count).map(noted).collect::<Check<_>>()?;
    let items = made.iter().map(|(item, _)| item.clone()).collect();
    let outcomes: Vec<Outcome<Registered>> = wallet.call(Route::Register, new_request(), items)?;
    made.into_iter()
        .zip(outcomes)
        .map(|((item, holder), outcome)| {
            Ok(Held {
                holder,
                object: item.object,
                certificate: done(outcome)?.certificate,
            })
        })
        .collect()
}

fn certificates(entries: &[OwnerEntry]) -> Vec<&str> {
    entries.iter().map(|entry| &*entry.certificate).collect()
}

pub(super) fn everything_lost(wallet: &Wallet) -> Check {
    let (owner, name) = (wallet.other()?, new_name());
    let before = register_noted(&owner, 20)?;
    owner.enrol(name, b"six words")?;
    let after = register_noted(&owner, 10)?;
    let device = wallet.other()?;
    register_noted(&device, 1)?;
    let inside = device.log_in_right(name, b"six words")?;
    ensure!(inside.told.kept == kept(b's'), "something else is kept");
    ensure!(
        inside.told.accounts == [owner.account_key()],
        "other accounts"
    );
    ensure!(inside.told.guesses == 0, "guesses that nobody made");
    let wanted: Vec<Held> = before.into_iter().chain(after).collect();
    let found = device.owned(&inside)?;
    let of_wanted = wanted.iter().map(|held| &*held.certificate);
    ensure!(
        certificates(&found).into_iter().eq(of_wanted),
        "other certificates than the owner's, or in another order"
    );
    ensure!(
        found.iter().all(|entry| entry.size == 40),
        "another size than was registered"
    );
    // A note has what it takes: nothing else of the lost device is needed.
    let last = found.last().ok_or("nothing is listed")?;
    let seed = last.note.as_ref().ok_or("no note")?.as_bytes();
    let found = Held {
        holder: Secret::new(seed.try_into().map_err(|_| "another note")?),
        object: vec![9; 40],
        certificate: last.certificate.clone(),
    };
    let session = new_session();
    device.recover_whole(&found, session)?;
    let state = device.owned(&inside)?.last().map(|entry| entry.state);
    ensure!(
        state == Some(EntryState::Withdrawing),
        "listed as {state:?}"
    );
    done(device.end_held(OfHolder::Ack, &found, session)?)?;
    // As a last resort, while it is kept.
    let mut rest = device.owned(&inside)?;
    rest.retain(|entry| entry.state != EntryState::Withdrawn);
    ensure!(
        rest.len() == 29 && !certificates(&rest).contains(&&*found.certificate),
        "what is over is listed as if it were not"
    );
    let mut listed = device.owned(&inside)?.into_iter();
    // A safe that keeps nothing of it has nothing to tell.
    if let Some(kept) = listed.find(|entry| entry.state == EntryState::Withdrawn) {
        ensure!(
            kept.session == Some(session),
            "handed out to another session"
        );
        ensure!(
            kept.since.is_some() && kept.until >= kept.since,
            "kept for no time"
        );
        let Answer::Done(again) = done(device.read_last(&inside, &found)?)? else {
            return Err("the session holds no more".into());
        };
        ensure!(again.object == found.object, "other bytes as a last resort");
        let open = device.read_last(&inside, &wanted[0])?;
        ensure!(
            matches!(open, Outcome::Problem(_)),
            "what can be had is handed out without being opened"
        );
    }
    Ok(())
}

pub(super) fn joining(wallet: &Wallet) -> Check {
    let (owner, device, name) = (wallet.other()?, wallet.other()?, new_name());
    owner.enrol(name, b"six words")?;
    let own = register_noted(&device, 2)?;
    let inside = device.log_in_right(name, b"six words")?;
    ensure!(device.owned(&inside)?.is_empty(), "owned before it joined");
    let joined = device.act(&inside, Route::OwnerJoin, Act::Join)?;
    ensure!(
        joined == Answer::Done(inside.told.until),
        "it did not join: {joined:?}"
    );
    ensure!(device.owned(&inside)?.len() == own.len(), "not what it has");
    // What goes to another account by a rotation is that one's, with its note and without the one before.
    let (taken, stranger) = (own.first().ok_or("none")?, wallet.other()?);
    stranger.take_over(taken)?;
    ensure!(device.owned(&inside)?.len() == 1, "what was handed over");
    let back = owner.take_over(own.last().ok_or("none")?)?;
    let found = device.owned(&inside)?;
    ensure!(
        certificates(&found) == [&*back.certificate],
        "another certificate than the one that holds"
    );
    ensure!(
        found.iter().all(|entry| entry.note.is_none()),
        "the note of the holder before"
    );
    let map = b"another map";
    ensure!(
        device.set_map(&inside, map)? == Answer::Done(inside.told.until),
        "no other map"
    );
    let again = device.log_in_right(name, b"six words")?;
    ensure!(again.told.kept.map == map, "the map before");
    ensure!(
        again.told.accounts == [owner.account_key(), device.account_key()],
        "other accounts"
    );
    Ok(())
}

pub(super) fn names(wallet: &Wallet) -> Check {
    let (owner, other, name) = (wallet.other()?, wallet.other()?, new_name());
    let finish = owner.enrolment(name, b"six words", kept(1))?;
    for _ in 0..2 {
        let enrolled = owner.finish_enrolment(&finish)?;
        ensure!(enrolled == Enrolled::Enrolled, "{enrolled:?}");
    }
    let of_another = other.enrolment(name, b"others", kept(2))?;
    let taken = other.finish_enrolment(&of_another)?;
    ensure!(taken == Enrolled::Taken, "{taken:?}");
    // And nothing was changed by it but a guess.
    let inside = other.log_in_right(name, b"six words")?;
    ensure!(inside.told.kept == kept(1), "something else is kept");
    ensure!(inside.told.guesses == 1, "asking for a name was no guess");
    Ok(())
}

pub(super) fn nobodys_name(wallet: &Wallet) -> Check {
    let (name, nobodys) = (new_name(), new_name());
    wallet.enrol(name, b"six words")?;
    let mut seen = Vec::new();
    for look_up in [name, nobodys] {
        let mut of_name = Vec::new();
        for which in [Which::Newest, Which::Previous, Which::Newest, Which::Newest] {
            let begun = begin(look_up, which, b"a guess")?;
            of_name.push(wallet.measured(Route::OwnerLoginStart, begun.request, &begun.start)?);
            let first = wallet.guess(&begun)?;
            ensure!(
                wallet.guess(&begun)? == first,
                "a repeat has another answer"
            );
            ensure!(
                wallet.end_login(&begun, b"a guess", &first)?.is_none(),
                "a guess opens"
            );
            let LoginFinished::Out = wallet.finish_login(begun.request, [7; 64])? else {
                return Err("a login ends with anything".into());
            };
        }
        let last = begin(look_up, Which::Newest, b"a guess")?;
        ensure!(
            matches!(wallet.guess(&last)?, LoginStarted::Challenge { .. }),
            "fewer guesses than five"
        );
        let late = begin(look_up, Which::Newest, b"a guess")?;
        let LoginStarted::Wait(seconds) = wallet.guess(&late)? else {
            return Err("more guesses than five".into());
        };
        ensure!((1..=60).contains(&seconds), "to wait for {seconds}");
        of_name.push(wallet.measured(Route::OwnerLoginStart, late.request, &late.start)?);
        seen.push(of_name);
    }
    let (known, unknown) = (&seen[0], &seen[1]);
    ensure!(
        known == unknown,
        "status and length tell them apart: {known:?}, {unknown:?}"
    );
    Ok(())
}

pub(super) fn guesses(wallet: &Wallet) -> Check {
    let (owner, thief, name) = (wallet.other()?, wallet.other()?, new_name());
    owner.enrol(name, b"six words")?;
    let wrong = |wallet: &Wallet| wallet.log_in(name, Which::Newest, b"wrong");
    for _ in 0..3 {
        ensure!(wrong(&thief)?.is_none(), "a wrong secret opens");
    }
    let inside = owner.log_in_right(name, b"six words")?;
    ensure!(inside.told.guesses == 3, "{} guesses", inside.told.guesses);
    for n in 0..5 {
        let by = if n % 2 == 0 { &thief } else { &owner };
        ensure!(wrong(by)?.is_none(), "a wrong secret opens");
    }
    for by in [&owner, &thief] {
        let begun = begin(name, Which::Newest, b"six words")?;
        let started = by.guess(&begun)?;
        ensure!(
            matches!(started, LoginStarted::Wait(_)),
            "a sixth guess in a row"
        );
    }
    Ok(())
}

pub(super) fn changing(wallet: &Wallet) -> Check {
    let (owner, name) = (wallet.other()?, new_name());
    owner.enrol(name, b"first")?;
    let inside = owner.log_in_right(name, b"first")?;
    let both = Answer::Done(Changed::Both);
    ensure!(owner.change(&inside, name, b"second")? == both, "unchanged");
    let unsettled = owner.change(&inside, name, b"third")?;
    ensure!(
        unsettled == Answer::Done(Changed::Unsettled),
        "{unsettled:?}"
    );
    let before = owner.log_in(name, Which::Previous, b"first")?;
    let before = before.ok_or("the secret before does not open")?;
    let newest = owner.log_in_right(name, b"second")?;
    ensure!(
        before.told.is_changing && newest.told.is_changing,
        "no change is told"
    );
    ensure!(
        before.told.kept == kept(b'f') && newest.told.kept == kept(b's'),
        "what is kept under each is mixed up"
    );
    let settle = |inside: &Inside| owner.act(inside, Route::OwnerSettle, Act::Settle);
    ensure!(settle(&newest)? != Answer::Out, "not settled");
    // With its secret the session ends.
    ensure!(settle(&before)? == Answer::Out, "a session outlives it");
    ensure!(
        owner.log_in(name, Which::Previous, b"first")?.is_none(),
        "the secret before still opens"
    );
    let settled = owner.log_in_right(name, b"second")?;
    ensure!(!settled.told.is_changing, "a change is told");
    Ok(())
}

pub(super) fn sessions(wallet: &Wallet) -> Check {
    let (owner, other, name) = (wallet.other()?, wallet.other()?, new_name());
    owner.enrol(name, b"six words")?;
    let inside = owner.log_in_right(name, b"six words")?;
    let out = |by: &Wallet, within| -> Check<bool> {
        let answer = by.ask(Route::OwnerJoin, new_request(), within)?;
        Ok(done::<Answer<saifu_protocol::UnixTime>>(answer)? == Answer::Out)
    };
    let elsewhere = owner.within(&inside, new_request(), Act::Join);
    ensure!(out(&owner, elsewhere)?, "a proof of another request");
    ensure!(
        owner.act(&inside, Route::OwnerJoin, Act::List)? == Answer::Out,
        "a proof of another act"
    );
    ensure!(
        other.act(&inside, Route::OwnerJoin, Act::Join)? == Answer::Out,
        "a session of another account"
    );
    let with_another_key = Inside {
        key: new_secret(),
        told: inside.told.clone(),
    };
    ensure!(
        owner.owner_page(&with_another_key, None)? == Outcome::Done(Answer::Out),
        "a proof with another key"
    );
    problem(
        owner.owner_page(&inside, Some("no cursor".into()))?,
        Code::Malformed,
    )?;
    ensure!(
        owner.act(&inside, Route::OwnerJoin, Act::Join)? != Answer::Out,
        "the session does not hold"
    );
    Ok(())
}

pub(super) fn form(wallet: &Wallet) -> Check {
    let item = |note: Vec<u8>| -> Check<serde_json::Value> {
        let (item, _) = noted(1)?;
        let mut item = serde_json::to_value(item).map_err(|error| error.to_string())?;
        item["note"] = b64::encode(&note).into();
        Ok(item)
    };
    let longest = item(vec![7; limits::MAX_NOTE_BYTES])?;
    let outcomes: Vec<Outcome<Registered>> =
        wallet.call(Route::Register, new_request(), vec![longest])?;
    for outcome in outcomes {
        done(outcome)?;
    }
    let above = item(vec![7; limits::MAX_NOTE_BYTES + 3])?;
    let refusal = wallet.exchange_undescribed::<_, Registered>(Route::Register, vec![above]);
    refused(refusal, Code::Malformed)?;
    let start = |which| -> Check<LoginStart> { Ok(begin(new_name(), which, b"a guess")?.start) };
    let two = vec![start(Which::Newest)?, start(Which::Previous)?];
    let refusal = wallet.exchange_undescribed::<_, LoginStarted>(Route::OwnerLoginStart, two);
    let named = refused(refusal, Code::TooLarge)?;
    ensure!(named.limit == Some(1), "another limit: {:?}", named.limit);
    Ok(())
}

/// A registration and a rotation that are repeated with another note are a reuse of their request.
pub(super) fn notes_are_bound(wallet: &Wallet) -> Check {
    let (item, holder) = noted(1)?;
    let bare = RegisterItem {
        note: None,
        ..item.clone()
    };
    let request = new_request();
    let register = |item: RegisterItem| -> Check<Outcome<Registered>> {
        wallet.ask(Route::Register, request, item)
    };
    let certificate = done(register(item.clone())?)?.certificate;
    ensure!(
        done(register(item.clone())?)?.certificate == certificate,
        "another certificate for a repeat"
    );
    problem(register(bare)?, Code::RequestReused)?;
    let held = Held {
        holder,
        object: item.object,
        certificate,
    };
    let (next, request) = (new_secret(), new_request());
    let rotate = |note: Option<Note>| -> Check<Outcome<saifu_protocol::message::Rotated>> {
        let mut item = wallet.rotate_item(held.whole(), &held.holder, &next, request);
        item.note = note;
        wallet.ask(Route::Rotate, request, item)
    };
    let note = Note::new(vec![1]).map_err(|_| "too long")?;
    let first = done(rotate(Some(note.clone()))?)?;
    ensure!(done(rotate(Some(note))?)? == first, "another certificate");
    problem(rotate(None)?, Code::RequestReused)?;
    Ok(())
}

/// A device opened an entry and is lost; or it is not lost after all.
pub(super) fn takeover(wallet: &Wallet) -> Check {
    let (owner, device, name) = (wallet.other()?, wallet.other()?, new_name());
    owner.enrol(name, b"six words")?;
    let own = register_noted(&owner, 2)?;
    let (held, confirmed) = (&own[0], &own[1]);
    let (lost, late) = (new_session(), new_session());
    owner.recover_whole(held, lost)?;
    let inside = device.log_in_right(name, b"six words")?;
    let of_another = register_noted(&device, 1)?.remove(0);
    problem(
        device.take_over_by_login(&inside, &of_another, late)?,
        Code::NotFound,
    )?;
    for _ in 0..2 {
        let Answer::Done(taken) = done(device.take_over_by_login(&inside, held, late)?)? else {
            return Err("the session does not hold".into());
        };
        ensure!(taken.object == held.object, "other bytes came back");
    }
    let open = refused_as(EntryState::Withdrawing, Some(late));
    conflict(&owner, held, owner.recover(held, lost)?, open)?;
    conflict(
        &owner,
        held,
        owner.end_held(OfHolder::Ack, held, lost)?,
        open,
    )?;
    let back = device.take_over_by_login(&inside, held, lost)?;
    conflict(&device, held, back, open)?;
    done(device.end_held(OfHolder::Ack, held, late)?)?;
    // What one session has confirmed, no other takes over.
    owner.recover_whole(confirmed, lost)?;
    done(owner.end_held(OfHolder::Ack, confirmed, lost)?)?;
    let over = refused_as(EntryState::Withdrawn, Some(lost));
    let taken = device.take_over_by_login(&inside, confirmed, late)?;
    conflict(&device, confirmed, taken, over)
}
