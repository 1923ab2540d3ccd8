//! What any safe must do.

use crate::wallet::{
    Check, Held, Wallet, done, holder_of, new_request, new_secret, new_session, object, problem,
    problem_of, refused, rng,
};
use saifu_crypto::Secret;
use saifu_crypto::sign::SigningKey;
use saifu_protocol::certificate::{LegacyHash, ObjectClass};
use saifu_protocol::envelope::seal_request;
use saifu_protocol::message::{
    EndItem, Ended, EntryState, Given, Outcome, Presented, RecoverItem, Recovered, RegisterItem,
    Registered, Request, RotateItem, Rotated, Route, Target,
};
use saifu_protocol::presentation::{Act, Bare, NO_SESSION};
use saifu_protocol::problem::Code;
use saifu_protocol::receipt::Event;
use saifu_protocol::request::{SCHEME, sign_request};
use saifu_protocol::{
    Certificate, CertificateDigest, Counter, Digest, PublicKey, RequestId, SafeId, SealedDigest,
    UnixTime, b64, limits,
};
use std::time::{Duration, Instant};

macro_rules! ensure {
    ($what:expr, $($why:tt)*) => {
        if !$what {
            return Err(format!($($why)*));
        }
    };
}

pub(crate) type Case = (&'static str, fn(&Wallet) -> Check);

pub(crate) const CASES: &[Case] = &[
    ("the safe describes itself", describes_itself),
    ("headers let any wallet in and keep caches out", headers),
    ("an unknown address is a problem", unknown_address),
    (
        "a registration gives a certificate that collates",
        registration_collates,
    ),
    (
        "a repeated registration is answered byte for byte",
        registration_repeats,
    ),
    ("a request id with other content is refused", request_reused),
    (
        "a refused item takes no counter, also when repeated",
        refused_item,
    ),
    (
        "class and digest that are given are taken over, also when repeated",
        given_is_taken_over,
    ),
    ("what is given is held to its limits", given_limits),
    (
        "the bare form finds a sealed digest and no other",
        sealed_bare_form,
    ),
    (
        "what is sealed, divided or coupled is handed out once",
        given_once,
    ),
    (
        "a key is read by every session until it is retired",
        read_only,
    ),
    ("a batch of 50 takes ascending counters", batch_of_50),
    ("equal objects are two entries", equal_objects),
    ("the largest object comes back", largest_object),
    ("limits are named when they are exceeded", limits_are_named),
    (
        "a recovery gives the bytes as often as its session asks",
        recovery,
    ),
    ("a batch of 50 recovers and ends", batch_recovery),
    ("another session is refused with a receipt", other_session),
    (
        "a confirmation is final and its receipt the same every time",
        confirmation,
    ),
    ("a return lets others in and its session out", giving_back),
    (
        "a return that overtakes its recovery bars it",
        return_overtakes,
    ),
    (
        "a retirement is final and its receipt the same every time",
        retirement,
    ),
    (
        "a registration is retired by its request",
        retire_registration,
    ),
    (
        "a registration called off before it arrives never does",
        called_off,
    ),
    (
        "a rotation lets the next holder in and the last one out",
        rotation,
    ),
    (
        "a repeated rotation is answered byte for byte",
        rotation_repeats,
    ),
    (
        "what is open or over is not rotated, and a receipt says so",
        rotation_refused,
    ),
    (
        "a rotation is held to its form and its proof",
        rotation_proof,
    ),
    (
        "a registration keeps its certificates when they are replaced",
        rotation_of_registration,
    ),
    ("a batch of 50 is rotated in one request", batch_rotation),
    (
        "a rotated certificate is listed to its new account only",
        rotation_listing,
    ),
    ("many rotations at once leave one holder", many_rotations),
    ("a stranger learns nothing", stranger),
    ("a proof holds for one act", proof_of_another_act),
    ("a wrong hash is told from a wrong certificate", mismatches),
    (
        "the bare form opens and gives the whole certificate",
        bare_form,
    ),
    ("a wrong clock is told the time", clock),
    (
        "a request for another safe, route, body or key is refused",
        wrong_request,
    ),
    ("a body that does not read is refused", unreadable),
    (
        "certificates are listed in the order of their counters",
        listing,
    ),
    ("many sessions at once get one entry once", many_sessions),
    (
        "equal counters are told apart after the counter returned to 0",
        wrap,
    ),
    (
        "bytes go after the grace period and the tombstone stays",
        grace,
    ),
];

fn describes_itself(wallet: &Wallet) -> Check {
    wallet.get("/.well-known/electronic-safe")?;
    let keys = wallet.get("/jwks.json")?;
    let keys: serde_json::Value = serde_json::from_slice(&keys.body).map_err(|e| e.to_string())?;
    ensure!(
        keys["keys"][0]["x"] == wallet.public().to_string(),
        "jwks.json has another key than the descriptor"
    );
    wallet.get("/openapi.json")?;
    Ok(())
}

fn headers(wallet: &Wallet) -> Check {
    for answer in [
        wallet.get("/.well-known/electronic-safe")?,
        wallet.get("/no-such-address")?,
        wallet.options(Route::Register.path())?,
        wallet.post(Route::Register.path(), "", "", b"")?,
    ] {
        let has =
            |name: &str, value: &str| answer.headers.iter().any(|(n, v)| n == name && v == value);
        ensure!(
            has("access-control-allow-origin", "*"),
            "no access for other origins"
        );
        ensure!(has("cache-control", "no-store"), "may be cached");
    }
    let preflight = wallet.options(Route::Register.path())?;
    let allowed = preflight
        .headers
        .iter()
        .find(|(name, _)| name == "access-control-allow-headers")
        .map(|(_, value)| value.as_str())
        .unwrap_or_default();
    for name in ["authorization", "content-type", "idempotency-key"] {
        ensure!(allowed.contains(name), "{name} may not be sent");
    }
    Ok(())
}

fn unknown_address(wallet: &Wallet) -> Check {
    for path in ["/no-such-address", "/v1/nothing"] {
        ensure!(
            problem_of(&wallet.get(path)?)?.code == Code::NoRoute,
            "{path}"
        );
    }
    // A sealed route takes POST only.
    let answer = wallet.post("/jwks.json", "", "", b"")?;
    ensure!(
        problem_of(&answer)?.code == Code::NoRoute,
        "POST /jwks.json"
    );
    Ok(())
}

fn registration_collates(wallet: &Wallet) -> Check {
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

fn certificates(outcomes: Vec<Outcome<Registered>>) -> Check<Vec<String>> {
    outcomes
        .into_iter()
        .map(|outcome| Ok(done(outcome)?.certificate))
        .collect()
}

fn registration_repeats(wallet: &Wallet) -> Check {
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

fn request_reused(wallet: &Wallet) -> Check {
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

fn refused_item(wallet: &Wallet) -> Check {
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

fn sealed_digest(len: usize) -> Check<CertificateDigest> {
    let sealed = SealedDigest::new(vec![7; len]).map_err(|error| error.to_string())?;
    Ok(CertificateDigest::Sealed(sealed))
}

fn given_item(
    object: &[u8],
    class: ObjectClass,
    digest: CertificateDigest,
) -> (RegisterItem, Secret) {
    let holder = new_secret();
    let item = RegisterItem {
        object: object.to_vec(),
        holder: holder_of(&holder),
        given: Some(Given { class, digest }),
    };
    (item, holder)
}

fn register_given(wallet: &Wallet, object: &[u8], class: ObjectClass) -> Check<Held> {
    let (item, holder) = given_item(object, class, sealed_digest(178)?);
    let outcomes = wallet.call(Route::Register, new_request(), vec![item])?;
    Ok(Held {
        holder,
        object: object.to_vec(),
        certificate: certificates(outcomes)?.remove(0),
    })
}

fn given_is_taken_over(wallet: &Wallet) -> Check {
    let open = Digest {
        name: Some("B".into()),
        ..Digest::default()
    };
    let mut items = Vec::new();
    for class in ObjectClass::ALL {
        for digest in [
            sealed_digest(1)?,
            sealed_digest(limits::MAX_SEALED_DIGEST_BYTES)?,
            open.clone().into(),
            Digest::default().into(),
        ] {
            items.push(given_item(&[0xFF, 0, 1], class, digest).0);
        }
    }
    let request = new_request();
    let first = certificates(wallet.call(Route::Register, request, items.clone())?)?;
    ensure!(first.len() == items.len(), "{} outcomes", first.len());
    for (item, compact) in items.iter().zip(&first) {
        let certificate = Certificate::verify(compact, &wallet.public())
            .map_err(|error| format!("certificate refused: {error:?}"))?;
        let given = item.given.as_ref().ok_or("nothing given")?;
        certificate
            .collate_given(&item.object, given, item.holder)
            .map_err(|error| format!("collation failed: {error:?}"))?;
        ensure!(
            certificate.claims().hash.md5.is_some()
                == (wallet.descriptor.legacy_hash == LegacyHash::Md5),
            "legacy hash is not as described"
        );
    }
    let again = certificates(wallet.call(Route::Register, request, items.clone())?)?;
    ensure!(first == again, "a repeat gave other certificates");
    items[0].given = Some(Given {
        class: ObjectClass::Coupled,
        digest: sealed_digest(2)?,
    });
    for outcome in wallet.call::<_, Registered>(Route::Register, request, items)? {
        problem(outcome, Code::RequestReused)?;
    }
    Ok(())
}

fn given_limits(wallet: &Wallet) -> Check {
    let largest = vec![0xFF; limits::MAX_OBJECT_BYTES];
    let held = register_given(wallet, &largest, ObjectClass::Piece)?;
    wallet.recover_whole(&held, new_session())?;
    let above = vec![0xFF; limits::MAX_OBJECT_BYTES + 1];
    for (object, code) in [(&[][..], Code::BadObject), (&above, Code::TooLarge)] {
        let (item, _) = given_item(object, ObjectClass::Piece, sealed_digest(1)?);
        let mut outcomes: Vec<Outcome<Registered>> =
            wallet.call(Route::Register, new_request(), vec![item])?;
        problem(outcomes.remove(0), code)?;
    }
    // None of these is what the description describes, and the safe takes none of them.
    let item = |given| {
        serde_json::json!({
            "object": "AQID",
            "holder": holder_of(&new_secret()),
            "given": given,
        })
    };
    let long = b64::encode(&[7; limits::MAX_SEALED_DIGEST_BYTES + 1]);
    for given in [
        serde_json::json!({"class": "ship", "digest": []}),
        serde_json::json!({"class": "piece", "digest": ""}),
        serde_json::json!({"class": "piece", "digest": long}),
        serde_json::json!({"class": "piece"}),
    ] {
        let answer =
            wallet.exchange_undescribed::<_, Registered>(Route::Register, vec![item(given)]);
        refused(answer, Code::Malformed)?;
    }
    Ok(())
}

fn sealed_bare_form(wallet: &Wallet) -> Check {
    let held = register_given(wallet, b"a sealed value", ObjectClass::Value)?;
    let session = new_session();
    let Presented::Bare(bare) = held.bare()? else {
        return Err("not the bare form".into());
    };
    for digest in [sealed_digest(177)?, Digest::default().into()] {
        let wrong = Bare {
            digest,
            ..bare.clone()
        };
        let outcome = wallet.recover_as(Presented::Bare(wrong), &held.holder, session)?;
        problem(outcome, Code::CertificateMismatch)?;
    }
    let recovered = done(wallet.recover_as(Presented::Bare(bare), &held.holder, session)?)?;
    ensure!(
        recovered.certificate == held.certificate && recovered.object == held.object,
        "other bytes or another certificate"
    );
    Ok(())
}

fn given_once(wallet: &Wallet) -> Check {
    for class in ObjectClass::ALL {
        if !class.is_released_once() {
            continue;
        }
        let held = register_given(wallet, b"divided", class)?;
        let session = new_session();
        wallet.recover_whole(&held, session)?;
        conflict(
            wallet,
            &held,
            wallet.recover(&held, new_session())?,
            refused_as(EntryState::Withdrawing, Some(session)),
        )?;
        done(wallet.end_held(Act::Ack, &held, session)?)?;
    }
    Ok(())
}

fn read_only(wallet: &Wallet) -> Check {
    for class in [ObjectClass::Key, ObjectClass::Seed] {
        let held = register_given(wallet, b"what opens another", class)?;
        let (own, other) = (new_session(), new_session());
        for session in [own, own, other] {
            wallet.recover_whole(&held, session)?;
        }
        for act in [Act::Ack, Act::Return] {
            let refusal = wallet.end_held(act, &held, own)?;
            let event = refused_as(EntryState::Registered, None);
            conflict(wallet, &held, refusal, event)?;
        }
        wallet.recover_whole(&held, own)?;
        let receipt = done(wallet.end_held(Act::Retire, &held, NO_SESSION)?)?.receipt;
        ensure!(
            wallet.receipt(&receipt)?.event == Event::Retired,
            "not a receipt of the retirement"
        );
        for session in [own, other] {
            let refusal = wallet.recover(&held, session)?;
            let event = refused_as(EntryState::Retired, None);
            conflict(wallet, &held, refusal, event)?;
        }
    }
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

fn batch_of_50(wallet: &Wallet) -> Check {
    ascending(wallet, &wallet.register(50)?)
}

fn equal_objects(wallet: &Wallet) -> Check {
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

fn largest_object(wallet: &Wallet) -> Check {
    let items = [(padded(limits::MAX_OBJECT_BYTES), new_secret())];
    let held = wallet.collate(&items, wallet.register_items(new_request(), &items)?)?;
    let session = new_session();
    wallet.recover_whole(&held[0], session)?;
    done(wallet.end_held(Act::Ack, &held[0], session)?)?;
    Ok(())
}

fn limits_are_named(wallet: &Wallet) -> Check {
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

fn recovery(wallet: &Wallet) -> Check {
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

fn batch_recovery(wallet: &Wallet) -> Check {
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

fn conflict<T>(wallet: &Wallet, held: &Held, outcome: Outcome<T>, event: Event) -> Check {
    let problem = problem(outcome, Code::Conflict)?;
    let receipt = problem.receipt.ok_or("a conflict without a receipt")?;
    let receipt = wallet.receipt(&receipt)?;
    ensure!(
        receipt.target == held.whole().fingerprint(),
        "the receipt is about something else"
    );
    ensure!(
        receipt.event == event,
        "the receipt says {:?}",
        receipt.event
    );
    Ok(())
}

fn refused_as(state: EntryState, session: Option<saifu_protocol::SessionId>) -> Event {
    Event::Refused { state, session }
}

fn other_session(wallet: &Wallet) -> Check {
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

fn confirmation(wallet: &Wallet) -> Check {
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

fn giving_back(wallet: &Wallet) -> Check {
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

fn return_overtakes(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let session = new_session();
    done(wallet.end_held(Act::Return, &held, session)?)?;
    problem(wallet.recover(&held, session)?, Code::Conflict)?;
    wallet.recover_whole(&held, new_session())
}

fn retirement(wallet: &Wallet) -> Check {
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

fn retire_registration(wallet: &Wallet) -> Check {
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

fn called_off(wallet: &Wallet) -> Check {
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

fn rotation(wallet: &Wallet) -> Check {
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

fn rotation_repeats(wallet: &Wallet) -> Check {
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

fn rotation_refused(wallet: &Wallet) -> Check {
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

fn rotation_proof(wallet: &Wallet) -> Check {
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

fn rotation_of_registration(wallet: &Wallet) -> Check {
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

fn batch_rotation(wallet: &Wallet) -> Check {
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

fn rotation_listing(wallet: &Wallet) -> Check {
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

fn many_rotations(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let url = &wallet.url;
    let outcomes: Vec<Check<Option<Held>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..12)
            .map(|_| {
                let held = &held;
                scope.spawn(move || {
                    let wallet = Wallet::new(url, new_secret())?;
                    let next = new_secret();
                    let request = new_request();
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
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err("a thread failed".into()))
            })
            .collect()
    });
    let mut holders = Vec::new();
    for outcome in outcomes {
        holders.extend(outcome?);
    }
    ensure!(holders.len() == 1, "{} took one entry over", holders.len());
    finds_nothing(wallet, &held)?;
    wallet.recover_whole(&holders[0], new_session())
}

fn stranger(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let other = wallet.other()?;
    let stolen = new_secret();
    let text = |outcome: Outcome<Recovered>| -> Check<String> {
        let problem = problem(outcome, Code::NotFound)?;
        serde_json::to_string(&problem).map_err(|error| error.to_string())
    };
    let ended = |outcome: Outcome<Ended>| -> Check<String> {
        let problem = problem(outcome, Code::NotFound)?;
        serde_json::to_string(&problem).map_err(|error| error.to_string())
    };
    let rotated = |presented: Presented| -> Check<String> {
        let outcome = other.rotate_as(presented, &stolen, &new_secret(), new_request())?;
        let problem = problem(outcome, Code::NotFound)?;
        serde_json::to_string(&problem).map_err(|error| error.to_string())
    };
    let unknown = altered(&held, |payload| {
        payload["ctr"] = serde_json::json!(wallet.descriptor.counter_limit.get());
        payload["cnf"]["jkt"] = serde_json::json!(holder_of(&stolen).to_string());
    })?;
    let session = new_session();
    let answers = [
        text(other.recover_as(held.whole(), &stolen, session)?)?,
        text(other.recover_as(held.bare()?, &stolen, session)?)?,
        text(other.recover_as(Presented::Certificate(unknown), &stolen, session)?)?,
        text(other.recover_as(Presented::Certificate("a.b.c".into()), &stolen, session)?)?,
        ended(other.end(
            Act::Ack,
            Target::Certificate {
                presented: held.whole(),
            },
            &stolen,
            session,
        )?)?,
        ended(other.end(
            Act::Return,
            Target::Certificate {
                presented: held.whole(),
            },
            &stolen,
            session,
        )?)?,
        ended(other.retire(
            Target::Certificate {
                presented: held.whole(),
            },
            &stolen,
        )?)?,
        rotated(held.whole())?,
        rotated(held.bare()?)?,
        rotated(Presented::Certificate("a.b.c".into()))?,
    ];
    ensure!(
        answers.iter().all(|answer| *answer == answers[0]),
        "strangers are answered differently: {answers:?}"
    );
    // Also while the entry is open, and after.
    let own = new_session();
    wallet.recover_whole(&held, own)?;
    ensure!(
        text(other.recover_as(held.whole(), &stolen, session)?)? == answers[0],
        "open entry shows"
    );
    done(wallet.end_held(Act::Ack, &held, own)?)?;
    ensure!(
        text(other.recover_as(held.whole(), &stolen, session)?)? == answers[0],
        "ended entry shows"
    );
    Ok(())
}

fn proof_of_another_act(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let session = new_session();
    wallet.recover_whole(&held, session)?;
    let target = Target::Certificate {
        presented: held.whole(),
    };
    let request = new_request();
    let attempts = [
        (Act::Recover, session, request),
        (Act::Ack, new_session(), request),
        (Act::Ack, session, new_request()),
    ];
    for (act, signed_session, signed_request) in attempts {
        let item = EndItem {
            proof: wallet.prove(act, &target, signed_session, signed_request, &held.holder),
            target: target.clone(),
            session,
        };
        let mut outcomes: Vec<Outcome<Ended>> = wallet.call(Route::Ack, request, vec![item])?;
        problem(outcomes.remove(0), Code::NotFound)?;
    }
    wallet.recover_whole(&held, session)
}

/// The certificate with another payload and the old signature.
fn altered(held: &Held, alter: impl FnOnce(&mut serde_json::Value)) -> Check<String> {
    let mut parts = held.certificate.split('.');
    let (Some(header), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err("no compact certificate".into());
    };
    let payload = b64::decode(payload).map_err(|_| "no payload")?;
    let mut payload = serde_json::from_slice(&payload).map_err(|error| error.to_string())?;
    alter(&mut payload);
    Ok(format!(
        "{header}.{}.{signature}",
        b64::encode(payload.to_string().as_bytes())
    ))
}

fn mismatches(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let session = new_session();
    let recover = |presented| wallet.recover_as(presented, &held.holder, session);
    let other_hash = b64::encode(&[7; 32]);

    let hash = altered(&held, |payload| {
        payload["h"]["s256"] = serde_json::json!(other_hash)
    })?;
    problem(recover(Presented::Certificate(hash))?, Code::HashMismatch)?;
    let Presented::Bare(bare) = held.bare()? else {
        return Err("not bare".into());
    };
    let mut wrong = bare.clone();
    wrong.hash.sha256 = [7; 32];
    problem(recover(Presented::Bare(wrong))?, Code::HashMismatch)?;
    let mut wrong = bare.clone();
    wrong.hash.md5 = Some([7; 16]);
    problem(recover(Presented::Bare(wrong))?, Code::HashMismatch)?;

    let digest = altered(&held, |payload| {
        payload["dig"] = serde_json::json!(["coupon", "B", 2, null, null, null]);
    })?;
    problem(
        recover(Presented::Certificate(digest))?,
        Code::CertificateMismatch,
    )?;
    let mut wrong = bare;
    wrong.digest = Digest {
        quantity: Some(99),
        ..wrong.digest.open().cloned().unwrap_or_default()
    }
    .into();
    problem(recover(Presented::Bare(wrong))?, Code::CertificateMismatch)?;
    let mut signature = held.certificate.clone().into_bytes();
    let place = signature.len() - 20;
    signature[place] = if signature[place] == b'A' { b'B' } else { b'A' };
    let signature = String::from_utf8(signature).map_err(|error| error.to_string())?;
    problem(
        recover(Presented::Certificate(signature))?,
        Code::CertificateMismatch,
    )?;

    // None of it opened the entry for that session.
    wallet.recover_whole(&held, new_session())
}

fn bare_form(wallet: &Wallet) -> Check {
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

fn register_at(
    wallet: &Wallet,
    now: UnixTime,
    request: RequestId,
) -> Result<Vec<Outcome<Registered>>, crate::wallet::Refused> {
    let item = RegisterItem {
        object: object(0),
        holder: holder_of(&new_secret()),
        given: None,
    };
    wallet.exchange(Route::Register, request, vec![item], now)
}

fn clock(wallet: &Wallet) -> Check {
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

fn wrong_request(wallet: &Wallet) -> Check {
    let account = SigningKey::derive(&wallet.account);
    let request = new_request();
    let route = Route::Register;
    let content = Request {
        reply_to: PublicKey::new([9; 32]),
        items: vec![RegisterItem {
            object: object(0),
            holder: holder_of(&new_secret()),
            given: None,
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

fn unreadable(wallet: &Wallet) -> Check {
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

/// How long the certificate index may be behind.
const INDEX_DELAY: Duration = Duration::from_secs(90);

fn until(what: &str, mut reached: impl FnMut() -> Check<bool>) -> Check {
    let start = Instant::now();
    while !reached()? {
        ensure!(
            start.elapsed() < INDEX_DELAY,
            "{what}: not within {INDEX_DELAY:?}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

fn listing(wallet: &Wallet) -> Check {
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

fn many_sessions(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let url = &wallet.url;
    let outcomes: Vec<Check<bool>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..12)
            .map(|_| {
                let held = &held;
                scope.spawn(move || {
                    let wallet = Wallet::new(url, new_secret())?;
                    match wallet.recover(held, new_session())? {
                        Outcome::Done(_) => Ok(true),
                        outcome @ Outcome::Problem(_) => {
                            problem(outcome, Code::Conflict)?;
                            Ok(false)
                        }
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err("a thread failed".into()))
            })
            .collect()
    });
    let mut opened = 0;
    for outcome in outcomes {
        opened += usize::from(outcome?);
    }
    ensure!(opened == 1, "{opened} sessions opened one entry");
    Ok(())
}

fn wrap(wallet: &Wallet) -> Check {
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

fn grace(wallet: &Wallet) -> Check {
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
