//! The whole request: whose it is, when it was made, and whether it reads.

use super::scene::{certificates, ensure};
use crate::wallet::{
    Check, Wallet, holder_of, new_request, new_secret, new_session, object, problem, problem_of,
    refused, rng,
};
use saifu_crypto::sign::SigningKey;
use saifu_protocol::envelope::seal_request;
use saifu_protocol::message::{Outcome, RegisterItem, Registered, Request, Route};
use saifu_protocol::presentation::NO_SESSION;
use saifu_protocol::problem::Code;
use saifu_protocol::request::{SCHEME, sign_prepared, sign_request};
use saifu_protocol::{PublicKey, RequestId, SafeId, UnixTime};

fn register_at(
    wallet: &Wallet,
    now: UnixTime,
    request: RequestId,
) -> Result<Vec<Outcome<Registered>>, crate::wallet::Refused> {
    let item = RegisterItem {
        wait: 0,
        orders: None,
        object: object(0),
        holder: holder_of(&new_secret()),
        given: None,
        note: None,
    };
    wallet.exchange(Route::Register, request, vec![item], now)
}

pub(super) fn clock(wallet: &Wallet) -> Check {
    let request = new_request();
    for wrong in [
        UnixTime(wallet.now().0 - 3_600),
        wallet.now().plus(3_600),
        UnixTime(0),
    ] {
        let told = refused(register_at(wallet, wrong, request), Code::Clock)?;
        let time = told.time.ok_or("the safe does not tell its time")?;
        // Signed again with the safe's own time it is taken.
        let signed_again = register_at(wallet, time, new_request())?;
        certificates(signed_again)?;
    }
    Ok(())
}

/// What a wallet has kept for its service worker: a registration, signed days before it is sent.
pub(super) fn prepared(wallet: &Wallet) -> Check {
    const DAY: u64 = 24 * 3_600;
    let account = SigningKey::derive(&wallet.account);
    let safe = wallet.descriptor.id;
    let ago = |days: u64| UnixTime(wallet.now().0 - days * DAY);
    let send = |route: Route, request: RequestId, body: &[u8], at: UnixTime| {
        let token = sign_prepared(safe, request, body, at, &account);
        let key = request.to_string();
        wallet.post(route.path(), &format!("{SCHEME} {token}"), &key, body)
    };
    // Every call makes another.
    let bytes = object(0);
    let body = |route, request, secret: &_| {
        let item = RegisterItem {
            wait: 0,
            orders: None,
            object: bytes.clone(),
            holder: holder_of(secret),
            given: None,
            note: None,
        };
        let content = Request {
            reply_to: PublicKey::new(saifu_crypto::hpke::derive_public(&new_secret())),
            items: vec![item],
        };
        let key = &wallet.descriptor.sealing_key;
        seal_request(&content, key, &wallet.binding(route, request), &mut rng())
            .map_err(|_| "no seal")
    };
    let (request, secret) = (new_request(), new_secret());
    let sealed = body(Route::Register, request, &secret)?;
    for days in [6, 0] {
        let answer = send(Route::Register, request, &sealed, ago(days))?;
        ensure!(
            answer.status == 200,
            "{days} days later it is answered {}",
            answer.status
        );
    }
    // Its answers were for nobody. The wallet asks for the same and gets what came of it, once.
    let items = [(bytes.clone(), secret)];
    let own = wallet.register_items(request, &items)?;
    let again = wallet.register_items(request, &items)?;
    ensure!(
        certificates(own)? == certificates(again)?,
        "a repeat gets another certificate"
    );

    let old = problem_of(&send(Route::Register, request, &sealed, ago(8))?)?;
    ensure!(old.code == Code::Clock, "too old: {}", old.title);
    // No other act can be prepared.
    for route in [Route::Recover, Route::Ack, Route::Retire, Route::Rotate] {
        let request = new_request();
        let sealed = body(route, request, &new_secret())?;
        let problem = problem_of(&send(route, request, &sealed, ago(0))?)?;
        let is_refused = problem.code == Code::Unauthenticated;
        ensure!(is_refused, "{}: {}", route.path(), problem.title);
    }
    Ok(())
}

pub(super) fn wrong_request(wallet: &Wallet) -> Check {
    let account = SigningKey::derive(&wallet.account);
    let request = new_request();
    let route = Route::Register;
    let content = Request {
        reply_to: PublicKey::new([9; 32]),
        items: vec![RegisterItem {
            wait: 0,
            orders: None,
            object: object(0),
            holder: holder_of(&new_secret()),
            given: None,
            note: None,
        }],
    };
    let seal =
        |key, binding| seal_request(&content, key, &binding, &mut rng()).map_err(|_| "no seal");
    let safe = wallet.descriptor.id;
    let good = seal(
        &wallet.descriptor.sealing_key,
        wallet.binding(route, request),
    )?;
    let now = wallet.now();
    let sign = |safe, route, body: &[u8]| {
        format!(
            "{SCHEME} {}",
            sign_request(safe, route, request, body, now, &account)
        )
    };
    let id = request.to_string();
    let other_id = new_request().to_string();
    let other_key = PublicKey::new(saifu_crypto::hpke::derive_public(&new_secret()));
    let elsewhere = seal(&other_key, wallet.binding(route, request))?;
    let other_binding = seal(
        &wallet.descriptor.sealing_key,
        wallet.binding(Route::Ack, request),
    )?;
    let fine = sign(safe, route, &good);
    let attempts: [(&str, String, &str, &[u8], Code); 8] = [
        (
            "for another safe",
            sign(SafeId::new([1; 32]), route, &good),
            &id,
            &good,
            Code::Unauthenticated,
        ),
        (
            "for another route",
            sign(safe, Route::Ack, &good),
            &id,
            &good,
            Code::Unauthenticated,
        ),
        (
            "for another body",
            sign(safe, route, b"{}"),
            &id,
            &good,
            Code::Unauthenticated,
        ),
        (
            "not signed",
            String::new(),
            &id,
            &good,
            Code::Unauthenticated,
        ),
        (
            "another scheme",
            fine.replace(SCHEME, "Bearer"),
            &id,
            &good,
            Code::Unauthenticated,
        ),
        (
            "another key in the header",
            fine.clone(),
            &other_id,
            &good,
            Code::Malformed,
        ),
        (
            "sealed to another key",
            sign(safe, route, &elsewhere),
            &id,
            &elsewhere,
            Code::Envelope,
        ),
        (
            "sealed for another route",
            sign(safe, route, &other_binding),
            &id,
            &other_binding,
            Code::Envelope,
        ),
    ];
    for (name, authorization, key, body, code) in attempts {
        let problem = problem_of(&wallet.post(route.path(), &authorization, key, body)?)?;
        ensure!(problem.code == code, "{name}: {}", problem.title);
    }
    // A reply that could not be sealed was not decided either: nothing was registered.
    let mut small_order = content.clone();
    small_order.reply_to = PublicKey::new([0; 32]);
    let body = seal_request(
        &small_order,
        &wallet.descriptor.sealing_key,
        &wallet.binding(route, request),
        &mut rng(),
    )
    .map_err(|_| "no seal")?;
    let answer = wallet.post(route.path(), &sign(safe, route, &body), &id, &body)?;
    ensure!(
        problem_of(&answer)?.code == Code::Malformed,
        "a reply key of small order was taken"
    );
    let items = [(object(1), new_secret())];
    certificates(wallet.register_items(request, &items)?)?;
    Ok(())
}

pub(super) fn unreadable(wallet: &Wallet) -> Check {
    let account = SigningKey::derive(&wallet.account);
    for body in [
        &b""[..],
        b"{",
        b"{}",
        b"{\"sealed\":\"AA\"}",
        b"\xff\xfe",
        b"[[[[[[[[",
    ] {
        let request = new_request();
        let token = sign_request(
            wallet.descriptor.id,
            Route::Recover,
            request,
            body,
            wallet.now(),
            &account,
        );
        let answer = wallet.post(
            Route::Recover.path(),
            &format!("{SCHEME} {token}"),
            &request.to_string(),
            body,
        )?;
        let code = problem_of(&answer)?.code;
        ensure!(
            matches!(code, Code::Malformed | Code::Envelope),
            "{}",
            code.title()
        );
    }
    refused(
        wallet.call::<RegisterItem, Registered>(Route::Register, new_request(), Vec::new()),
        Code::Malformed,
    )?;
    let session = new_session();
    let held = wallet.register_one()?;
    problem(wallet.recover(&held, NO_SESSION)?, Code::Malformed)?;
    wallet.recover_whole(&held, session)
}
