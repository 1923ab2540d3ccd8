//! What a wallet has sealed, divided or coupled, and the keys that open it.

use super::scene::{certificates, conflict, ensure, refused_as};
use crate::wallet::{
    Check, Held, Wallet, done, holder_of, new_request, new_secret, new_session, problem, refused,
};
use saifu_crypto::Secret;
use saifu_protocol::certificate::{LegacyHash, ObjectClass};
use saifu_protocol::message::{
    EntryState, Given, Outcome, Presented, RegisterItem, Registered, Route,
};
use saifu_protocol::presentation::{Act, Bare, NO_SESSION};
use saifu_protocol::problem::Code;
use saifu_protocol::receipt::Event;
use saifu_protocol::{Certificate, CertificateDigest, Digest, SealedDigest, b64, limits};

fn sealed_digest(len: usize) -> Check<CertificateDigest> {
    let sealed = SealedDigest::new(vec![7; len]).map_err(|error| error.to_string())?;
    Ok(CertificateDigest::Sealed(sealed))
}

pub(super) fn given_item(
    object: &[u8],
    class: ObjectClass,
    digest: CertificateDigest,
) -> (RegisterItem, Secret) {
    let holder = new_secret();
    let item = RegisterItem {
        wait: 0,
        orders: None,
        object: object.to_vec(),
        holder: holder_of(&holder),
        given: Some(Given { class, digest }),
        note: None,
    };
    (item, holder)
}

pub(super) fn register_given(wallet: &Wallet, object: &[u8], class: ObjectClass) -> Check<Held> {
    let (item, holder) = given_item(object, class, sealed_digest(178)?);
    let outcomes = wallet.call(Route::Register, new_request(), vec![item])?;
    Ok(Held {
        holder,
        object: object.to_vec(),
        certificate: certificates(outcomes)?.remove(0),
    })
}

pub(super) fn given_is_taken_over(wallet: &Wallet) -> Check {
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

pub(super) fn given_limits(wallet: &Wallet) -> Check {
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

pub(super) fn sealed_bare_form(wallet: &Wallet) -> Check {
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

pub(super) fn given_once(wallet: &Wallet) -> Check {
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

pub(super) fn read_only(wallet: &Wallet) -> Check {
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
