//! Searching: what a holder is told, and a stranger is not.

use super::scene::ensure;
use crate::wallet::{
    Check, Held, Wallet, done, holder_of, new_request, new_secret, new_session, problem,
};
use saifu_protocol::message::{EndItem, Ended, Outcome, Presented, Recovered, Route, Target};
use saifu_protocol::presentation::Act;
use saifu_protocol::problem::Code;
use saifu_protocol::{Digest, b64};

pub(super) fn stranger(wallet: &Wallet) -> Check {
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

pub(super) fn proof_of_another_act(wallet: &Wallet) -> Check {
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

pub(super) fn mismatches(wallet: &Wallet) -> Check {
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
