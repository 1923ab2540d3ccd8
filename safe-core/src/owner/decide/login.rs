//! Login.

use super::super::device::MAX_GREETINGS;
use super::super::ledger::{Change, Loaded};
use super::super::state::{
    Attempt, Enrolment, MAX_ATTEMPTS, MAX_GUESSED_NAMES, OpenedBy, Owner, Session,
};
use super::{Context, happened};
use crate::command::Asker;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, hash};
use saifu_protocol::SessionId;
use saifu_protocol::limits::OWNER_SESSION_LIFETIME;
use saifu_protocol::owner::{
    By, Event, Kept, LoggedIn, LoginFinish, LoginFinished, LoginStart, LoginStarted, Suite, Which,
    parties,
};
use saifu_protocol::problem::Code;

/// Spends a guess and makes a challenge. For a name that nobody has, and for a secret that is not being changed, it does the
/// same work, keeps the same rows and answers in the same form.
pub(super) fn start(
    loaded: Loaded,
    asker: &Asker,
    start: &LoginStart,
    context: &Context<'_>,
    rng: &mut dyn CryptoRng,
    changes: &mut Vec<Change>,
) -> Result<LoginStarted, Code> {
    let ke1 = hash::sha256(&start.ke1);
    if let Some(attempt) = loaded.attempt {
        // A repeat is answered from the record: it is the same guess.
        let was = (attempt.look_up, attempt.which, attempt.ke1);
        return if was == (start.look_up, start.which, ke1) {
            Ok(challenge(attempt.ke2))
        } else {
            Err(Code::RequestReused)
        };
    }
    let mut owner = loaded
        .owner
        .unwrap_or_else(|| Owner::unknown(start.look_up));
    let wait = owner.guesses_at(start.which).wait(context.now);
    if wait > 0 {
        return Ok(LoginStarted::Wait(wait));
    }
    let keys = context.keys;
    let fake = keys.fake(&start.look_up, start.which);
    let credential = owner.credential(start.which);
    let id = credential.map_or(fake, |credential| credential.id);
    let record = credential.map(|credential| &credential.record);
    let parties = parties(&start.look_up, &keys.safe);
    let (expected, ke2) = keys
        .setup
        .challenge(id.as_bytes(), record, &start.ke1, parties, rng)
        .map_err(|_| Code::Malformed)?;
    owner.guesses_at(start.which).spend(context.now);
    changes.push(Change::PutOwner(owner));
    changes.push(Change::CreateAttempt(Attempt {
        account: asker.account,
        request: asker.request,
        look_up: start.look_up,
        which: start.which,
        ke1,
        credential: id,
        ke2,
        expected,
        at: context.now,
        session: None,
    }));
    changes.push(Change::Keep {
        attempts: MAX_ATTEMPTS,
        greetings: MAX_GREETINGS,
        names: MAX_GUESSED_NAMES,
    });
    Ok(challenge(ke2))
}

/// The suite is that of every secret. When there is a second one, fakes must have it as often as real ones do.
fn challenge(ke2: [u8; saifu_crypto::opaque::KE2_LEN]) -> LoginStarted {
    LoginStarted::Challenge {
        suite: Suite::Opaque1,
        ke2,
    }
}

/// Takes the last message. A wrong one leaves everything as it was: the guess is spent already, and a right one cannot be
/// found by trying.
pub(super) fn finish(
    loaded: Loaded,
    asker: &Asker,
    finish: &LoginFinish,
    context: &Context<'_>,
    rng: &mut dyn CryptoRng,
    changes: &mut Vec<Change>,
) -> Option<LoginFinished> {
    let (attempt, mut owner) = (loaded.attempt?, loaded.owner?);
    let parties = parties(&attempt.look_up, &context.keys.safe);
    let key = attempt.expected.finish(&finish.ke3, parties).ok()?;
    // The secret may have ended since: the change was settled.
    let enrolled = owner.enrolled.as_ref()?;
    let which = enrolled.which(&attempt.credential)?;
    let kept = &owner.credential(which)?.kept;
    if let Some(id) = attempt.session {
        let session = loaded.session.filter(|session| session.id == id)?;
        let is_over = session.is_over(context.now);
        return (!is_over).then(|| logged_in(&session, enrolled, which.into(), kept, 0));
    }
    if attempt.is_over(context.now) {
        return None;
    }
    let session = Session {
        id: SessionId::make(rng),
        look_up: attempt.look_up,
        account: attempt.account,
        opened_by: OpenedBy::Secret(attempt.credential),
        key,
        until: context.now.plus(OWNER_SESSION_LIFETIME),
        thaws: None,
    };
    let in_a_row = match which {
        Which::Newest | Which::Previous => owner.guesses.in_a_row,
        Which::Kit => owner.kit_guesses.in_a_row,
    };
    let (by, guesses) = (By::from(which), u64::from(in_a_row.saturating_sub(1)));
    let answer = logged_in(&session, enrolled, by, kept, guesses);
    owner.guesses_at(which).give_back();
    changes.push(happened(
        &owner,
        asker,
        Event::LoggedIn { by, guesses },
        context,
    ));
    changes.push(Change::PutOwner(owner));
    changes.push(Change::CreateSession {
        attempt: attempt.request,
        session,
    });
    Some(answer)
}

/// What a wallet that has nothing else goes on with.
pub(super) fn logged_in(
    session: &Session,
    enrolled: &Enrolment,
    by: By,
    kept: &Kept,
    guesses: u64,
) -> LoginFinished {
    LoginFinished::In(LoggedIn {
        session: session.id,
        until: session.until,
        by,
        is_changing: enrolled.previous.is_some(),
        kept: kept.clone(),
        map: enrolled.map.clone(),
        accounts: enrolled.accounts.clone(),
        guesses,
        has_channel: true,
    })
}
