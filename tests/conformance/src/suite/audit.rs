//! Audits: chunks of an object, with what leads from them to the root in its certificate.

use super::given::register_given;
use super::scene::{conflict, ensure};
use crate::wallet::{
    Check, Held, Wallet, done, new_request, new_secret, new_session, one, problem,
};
use saifu_crypto::Secret;
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::limits::{MAX_AUDIT_CHUNKS, MAX_OBJECT_BYTES};
use saifu_protocol::message::{EntryState, Outcome, Presented, Route, Target};
use saifu_protocol::possession::{AuditItem, Audited, Possession};
use saifu_protocol::presentation::{Act, NO_SESSION};
use saifu_protocol::problem::Code;
use saifu_protocol::receipt::Event;
use saifu_protocol::{Certificate, RequestId};

fn item(
    wallet: &Wallet,
    presented: Presented,
    holder: &Secret,
    chunks: &[u32],
    request: RequestId,
) -> AuditItem {
    let target = Target::Certificate {
        presented: presented.clone(),
    };
    AuditItem {
        target: presented,
        chunks: chunks.to_vec(),
        proof: wallet.prove(Act::Audit, &target, NO_SESSION, request, holder),
    }
}

fn audit(wallet: &Wallet, held: &Held, chunks: &[u32]) -> Check<Outcome<Audited>> {
    let request = new_request();
    let item = item(wallet, held.whole(), &held.holder, chunks, request);
    one(wallet.call(Route::Audit, request, vec![item])?)
}

fn said(wallet: &Wallet, held: &Held) -> Check<Possession> {
    let certificate = Certificate::verify(&held.certificate, &wallet.public());
    let certificate = certificate.map_err(|error| format!("certificate refused: {error:?}"))?;
    let possession = certificate.claims().possession;
    possession.ok_or_else(|| "a certificate without a root".into())
}

fn is_shown(wallet: &Wallet, held: &Held, chunks: &[u32]) -> Check {
    let audited = done(audit(wallet, held, chunks)?)?;
    ensure!(
        said(wallet, held)?.is_shown(chunks, &audited.chunks),
        "what is shown does not lead to the root"
    );
    Ok(())
}

pub(super) fn chunks_are_shown(wallet: &Wallet) -> Check {
    let sizes = [1, 256, 257, 5_000, MAX_OBJECT_BYTES];
    for size in sizes {
        let object: Vec<u8> = (0..size).map(|at| (at / 3) as u8).collect();
        let held = register_given(wallet, &object, ObjectClass::Piece)?;
        let possession = said(wallet, &held)?;
        ensure!(possession.matches(&object), "a root of other bytes");
        let last = possession.chunks() - 1;
        is_shown(wallet, &held, &[last, 0, last / 2])?;
        is_shown(wallet, &held, &[0; MAX_AUDIT_CHUNKS])?;
    }
    // Nothing has changed by it, and the bare form will do.
    let held = wallet.register_one()?;
    is_shown(wallet, &held, &[0])?;
    let request = new_request();
    let bare = item(wallet, held.bare()?, &held.holder, &[0], request);
    let audited: Audited = done(one(wallet.call(Route::Audit, request, vec![bare])?)?)?;
    ensure!(
        said(wallet, &held)?.is_shown(&[0], &audited.chunks),
        "the bare form is shown something else"
    );
    wallet.recover_whole(&held, new_session())
}

pub(super) fn only_what_could_be_had(wallet: &Wallet) -> Check {
    let held = wallet.register_one()?;
    let stranger = Held {
        holder: new_secret(),
        ..held.clone()
    };
    problem(audit(wallet, &stranger, &[0])?, Code::NotFound)?;
    let next = wallet.take_over_as(&held, new_secret(), new_request())?;
    problem(audit(wallet, &held, &[0])?, Code::NotFound)?;
    ensure!(
        said(wallet, &held)? == said(wallet, &next)?,
        "a rotation gives another root"
    );
    is_shown(wallet, &next, &[0])?;
    let session = new_session();
    wallet.recover_whole(&next, session)?;
    conflict(
        wallet,
        &next,
        audit(wallet, &next, &[0])?,
        Event::Refused {
            state: EntryState::Withdrawing,
            session: Some(session),
        },
    )?;
    done(wallet.end_held(Act::Ack, &next, session)?)?;
    conflict(
        wallet,
        &next,
        audit(wallet, &next, &[0])?,
        Event::Refused {
            state: EntryState::Withdrawn,
            session: Some(session),
        },
    )?;
    // Whoever has to wait sees no chunk either.
    let owner = wallet.other()?;
    let held = super::wait::register(&owner, 86_400)?;
    problem(audit(wallet, &held, &[0])?, Code::Waiting)?;
    is_shown(&owner, &held, &[0])
}

pub(super) fn places(wallet: &Wallet) -> Check {
    let held = register_given(wallet, &[7; 300], ObjectClass::Piece)?;
    is_shown(wallet, &held, &[0, 1])?;
    problem(audit(wallet, &held, &[0, 2])?, Code::Malformed)?;
    Ok(())
}
