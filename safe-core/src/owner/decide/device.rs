//! Login with a device.

use super::super::device::{DeviceCheck, Greeting, MAX_GREETINGS, Stage};
use super::super::ledger::{Change, Loaded};
use super::super::passkey::{self, Refused};
use super::super::state::{MAX_ATTEMPTS, MAX_GUESSED_NAMES, OpenedBy, Session};
use super::login::logged_in;
use super::{Context, happened};
use crate::command::Asker;
use alloc::vec::Vec;
use saifu_crypto::agree::KeyPair;
use saifu_crypto::{CryptoRng, Secret, hash, make_bytes, sign};
use saifu_protocol::limits::OWNER_SESSION_LIFETIME;
use saifu_protocol::owner::{
    By, Challenge, DeviceFinish, DeviceProof, DeviceStart, DeviceStarted, Event, LoginFinished,
    signed_by_terminal,
};
use saifu_protocol::problem::Code;
use saifu_protocol::{PublicKey, SessionId, json};

/// Makes the safe's half of a conversation, and signs it: the wallet knows by that whom its authenticator is to answer. The
/// same for everybody, since nobody has said who they are.
pub(super) fn start(
    loaded: Loaded,
    asker: &Asker,
    start: &DeviceStart,
    context: &Context<'_>,
    rng: &mut dyn CryptoRng,
    changes: &mut Vec<Change>,
) -> Result<DeviceStarted, Code> {
    if let Some(greeting) = loaded.greeting {
        // A repeat is answered from the record: it is the same conversation.
        return if greeting.hello == start.hello {
            Ok(started(&greeting, context))
        } else {
            Err(Code::RequestReused)
        };
    }
    let secret = Secret::new(make_bytes(rng));
    let pair = KeyPair::new(&secret);
    let agreed = pair.agree(start.hello.as_bytes());
    agreed.map_err(|_| Code::Malformed)?;
    let greeting = Greeting {
        account: asker.account,
        request: asker.request,
        hello: start.hello,
        greeting: PublicKey::new(pair.public()),
        nonce: make_bytes(rng),
        at: context.now,
        stage: Stage::Open { secret },
    };
    let answer = started(&greeting, context);
    changes.push(Change::CreateGreeting(greeting));
    changes.push(Change::Keep {
        attempts: MAX_ATTEMPTS,
        greetings: MAX_GREETINGS,
        names: MAX_GUESSED_NAMES,
    });
    Ok(answer)
}

fn started(greeting: &Greeting, context: &Context<'_>) -> DeviceStarted {
    let conversation = greeting.conversation(context.keys.safe);
    DeviceStarted {
        greeting: greeting.greeting,
        nonce: greeting.nonce,
        signature: conversation.sign(context.signing),
    }
}

/// Takes what a device said. Whatever is wrong with it, the answer is the same, and everything is left as it was; only that a
/// passkey was copied is written down.
pub(super) fn finish(
    loaded: Loaded,
    asker: &Asker,
    finish: &DeviceFinish,
    context: &Context<'_>,
    rng: &mut dyn CryptoRng,
    changes: &mut Vec<Change>,
) -> Option<LoginFinished> {
    let greeting = loaded.greeting?;
    let conversation = greeting.conversation(context.keys.safe);
    let challenge = conversation.challenge();
    let id = finish.proof.device();
    let mut device = loaded.devices.get(&id).cloned();
    let is_signed = says(
        device.as_ref().map(|it| &it.check),
        finish,
        &challenge,
        context,
    );
    // What it says is looked at before anything else is, so that time tells nobody whether it is known.
    let (device, owner) = (device.as_mut()?, loaded.owner?);
    let enrolled = owner.enrolled.as_ref()?;
    let (by, kept) = (By::Device(id), &device.kept.clone());
    let proof = hash::sha256(&json::write(&finish.proof));
    let secret = match &greeting.stage {
        Stage::Open { secret } => secret,
        Stage::Ended {
            session,
            proof: was,
        } => {
            let session = loaded.session.filter(|it| it.id == *session)?;
            let is_repeated = *was == proof && session.opened_by == OpenedBy::Device(id);
            let holds = is_repeated && !session.is_over(context.now);
            return holds.then(|| logged_in(&session, enrolled, by, kept, 0));
        }
    };
    if greeting.is_over(context.now) || device.look_up != owner.look_up {
        return None;
    }
    match (is_signed, &mut device.check) {
        (Ok(count), DeviceCheck::Passkey(passkey)) => passkey.count = count,
        (Ok(_), DeviceCheck::Terminal(_)) => {}
        (Err(Refused::Cloned), _) => {
            changes.push(happened(&owner, asker, Event::Cloned(id), context));
            return None;
        }
        (Err(Refused::Step(_)), _) => return None,
    }
    let key = conversation.session_key(&KeyPair::new(secret), &greeting.hello);
    let session = Session {
        id: SessionId::make(rng),
        look_up: owner.look_up,
        account: asker.account,
        opened_by: OpenedBy::Device(id),
        key: key.ok()?,
        until: context.now.plus(OWNER_SESSION_LIFETIME),
        thaws: None,
    };
    let answer = logged_in(&session, enrolled, by, kept, 0);
    device.used = Some(context.now);
    let guesses = 0;
    changes.push(happened(
        &owner,
        asker,
        Event::LoggedIn { by, guesses },
        context,
    ));
    changes.push(Change::PutDevice(device.clone()));
    changes.push(Change::EndGreeting {
        greeting: greeting.request,
        proof,
        session,
    });
    Some(answer)
}

/// Whether a device says what is asked for, and how often it says it has signed. The same work for one that nobody has.
fn says(
    check: Option<&DeviceCheck>,
    finish: &DeviceFinish,
    challenge: &Challenge,
    context: &Context<'_>,
) -> Result<u32, Refused> {
    const ANOTHER: Result<u32, Refused> = Err(Refused::Step(6));
    match (&finish.proof, check) {
        (DeviceProof::Passkey(assertion), Some(DeviceCheck::Passkey(passkey))) => {
            passkey::verify(passkey, assertion, challenge, context.passkeys)
        }
        (DeviceProof::Passkey(assertion), _) => {
            passkey::pretend(assertion, challenge, context.passkeys);
            ANOTHER
        }
        (DeviceProof::Terminal { key, signature }, check) => {
            let signed = signed_by_terminal(challenge);
            let is_signed = sign::verify(key.as_bytes(), &signed, signature);
            match check {
                Some(DeviceCheck::Terminal(there)) if is_signed && there == key => Ok(0),
                _ => ANOTHER,
            }
        }
    }
}
