//! Registering: counters, repeats, limits.

use super::scene::{certificates, ensure};
use crate::wallet::{
    Check, Held, Wallet, done, new_request, new_secret, new_session, object, problem, problem_of,
    refused,
};
use saifu_protocol::certificate::LegacyHash;
use saifu_protocol::message::{Presented, Route};
use saifu_protocol::presentation::Act;
use saifu_protocol::problem::Code;
use saifu_protocol::{Counter, limits};

pub(super) fn registration_collates(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let claims = saifu_protocol::certificate::read_claims_unverified(&held.certificate)
        .map_err(|_| "unread")?;
    let promised = claims.retained_until.since(claims.issued_at);
    ensure!(
        promised == wallet.descriptor.retention_seconds,
        "retention is not as described"
    );
    let has_md5 = claims.hash.md5.is_some();
    ensure!(
        has_md5 == (wallet.descriptor.legacy_hash == LegacyHash::Md5),
        "legacy hash is not as described"
    );
    Ok(())
}

pub(super) fn registration_repeats(wallet: &Wallet) -> Check {
    let items: Vec<_> = (0..3).map(|n| (object(n), new_secret())).collect();
    let request = new_request();
    let first = certificates(wallet.register_items(request, &items)?)?;
    for _ in 0..3 {
        let again = certificates(wallet.register_items(request, &items)?)?;
        ensure!(first == again, "a repeat gave other certificates");
    }
    // The same content in another request is another registration.
    let other = certificates(wallet.register_items(new_request(), &items)?)?;
    ensure!(first != other, "another request gave the same certificates");
    Ok(())
}

pub(super) fn request_reused(wallet: &Wallet) -> Check {
    let request = new_request();
    let items = [(object(0), new_secret())];
    let first = certificates(wallet.register_items(request, &items)?)?;
    let other = [(object(1), new_secret())];
    for outcome in wallet.register_items(request, &other)? {
        problem(outcome, Code::RequestReused)?;
    }
    let again = certificates(wallet.register_items(request, &items)?)?;
    ensure!(first == again, "the first registration was touched");
    // The id belongs to the account: another account may use it too.
    certificates(wallet.other()?.register_items(request, &other)?)?;
    Ok(())
}

pub(super) fn refused_item(wallet: &Wallet) -> Check {
    let items = [
        (object(0), new_secret()),
        (b"{}".to_vec(), new_secret()),
        (b"not a value".to_vec(), new_secret()),
        (object(1), new_secret()),
    ];
    let request = new_request();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let mut outcomes = wallet.register_items(request, &items)?;
        ensure!(outcomes.len() == 4, "{} outcomes", outcomes.len());
        let last = done(outcomes.remove(3))?.certificate;
        problem(outcomes.remove(2), Code::BadObject)?;
        problem(outcomes.remove(1), Code::BadObject)?;
        let first = done(outcomes.remove(0))?.certificate;
        seen.push((first, last));
    }
    ensure!(seen[0] == seen[1], "the repeat differs");
    let counter = |certificate: &str| {
        saifu_protocol::certificate::read_claims_unverified(certificate)
            .map(|claims| claims.counter)
            .map_err(|_| String::from("unread"))
    };
    let (first, last) = (counter(&seen[0].0)?, counter(&seen[0].1)?);
    ensure!(
        first.next(wallet.descriptor.counter_limit) == last,
        "a refused item took a counter"
    );
    Ok(())
}

fn ascending(wallet: &Wallet, held: &[Held]) -> Check {
    for pair in held.windows(2) {
        let [before, after] = pair else { continue };
        let before = Counter::new(before.counter()?).ok_or("counter too large")?;
        let wanted = before.next(wallet.descriptor.counter_limit).get();
        ensure!(
            after.counter()? == wanted,
            "{} follows {}",
            after.counter()?,
            before.get()
        );
    }
    Ok(())
}

pub(super) fn batch_of_50(wallet: &Wallet) -> Check {
    ascending(wallet, &wallet.register(50)?)
}

pub(super) fn equal_objects(wallet: &Wallet) -> Check {
    let equal = object(0);
    let items = [(equal.clone(), new_secret()), (equal, new_secret())];
    let held = wallet.collate(&items, wallet.register_items(new_request(), &items)?)?;
    for one in &held {
        wallet.recover_whole(one, new_session())?;
    }
    Ok(())
}

fn padded(len: usize) -> Vec<u8> {
    let mut largest = object(0);
    // White space after the JSON text is part of the bytes and of no field.
    largest.resize(len, b' ');
    largest
}

pub(super) fn largest_object(wallet: &Wallet) -> Check {
    let items = [(padded(limits::MAX_OBJECT_BYTES), new_secret())];
    let held = wallet.collate(&items, wallet.register_items(new_request(), &items)?)?;
    let session = new_session();
    wallet.recover_whole(&held[0], session)?;
    done(wallet.end_held(Act::Ack, &held[0], session)?)?;
    Ok(())
}

pub(super) fn limits_are_named(wallet: &Wallet) -> Check {
    let above = [(padded(limits::MAX_OBJECT_BYTES + 1), new_secret())];
    let outcome = wallet.register_items(new_request(), &above)?.remove(0);
    let named = problem(outcome, Code::TooLarge)?.limit;
    ensure!(
        named == Some(limits::MAX_OBJECT_BYTES as u64),
        "object limit: {named:?}"
    );

    let many: Vec<_> = (0..=limits::MAX_ITEMS)
        .map(|n| (object(n), new_secret()))
        .collect();
    let refusal = refused(wallet.register_items(new_request(), &many), Code::TooLarge)?;
    ensure!(
        refusal.limit == Some(limits::MAX_ITEMS as u64),
        "item limit: {:?}",
        refusal.limit
    );

    let path = Route::Register.path();
    let above = limits::MAX_REQUEST_BYTES + 1;
    // A proxy in front of the safe may wait for the body before it passes anything on; then it gets one.
    let answer = wallet
        .announce(path, above)
        .or_else(|_| wallet.post(path, "", "", &vec![b'x'; above]))?;
    let refusal = problem_of(&answer)?;
    ensure!(
        refusal.code == Code::TooLarge,
        "body limit: {}",
        refusal.title
    );
    ensure!(
        refusal.limit == Some(limits::MAX_REQUEST_BYTES as u64),
        "body limit: {:?}",
        refusal.limit
    );
    Ok(())
}

pub(super) fn wrap(wallet: &Wallet) -> Check {
    let limit = wallet.descriptor.counter_limit.get();
    if limit > 50 {
        // A counter nobody can run through; the driver also starts a safe with a small one.
        return Ok(());
    }
    let rounds = usize::try_from(limit).map_err(|_| "limit")? * 2 + 3;
    let held = wallet.register(rounds)?;
    ascending(wallet, &held)?;
    let single = wallet.register_one()?;
    ascending(wallet, &[held[rounds - 1].clone(), single])?;
    ensure!(
        held.iter().any(|held| held.counter() == Ok(limit))
            && held.iter().any(|held| held.counter() == Ok(0)),
        "the counter did not return to 0"
    );
    for held in &held {
        wallet.recover_whole(held, new_session())?;
    }
    // A counter of one entry with the hash of another of the same counter is neither.
    let same: Vec<&Held> = held.iter().filter(|held| held.counter() == Ok(0)).collect();
    let (Presented::Bare(mut mixed), Presented::Bare(other)) = (same[0].bare()?, same[1].bare()?)
    else {
        return Err("not bare".into());
    };
    mixed.hash = other.hash;
    problem(
        wallet.recover_as(Presented::Bare(mixed), &same[0].holder, new_session())?,
        Code::HashMismatch,
    )?;
    Ok(())
}
