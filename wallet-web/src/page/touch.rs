//! Ceremonies with an authenticator, as the screens want them: what a job waits for, and this wallet's own passkey.
//!
//! One at a time, from the press of a button. What came of it is kept where every screen can see it, since the screen that began
//! it may have changed meanwhile.

use super::passkey::{self, Create, Get};
use super::service::Service;
use super::words::{Key, NotTouched as Failure};
use getrandom::SysRng;
use getrandom::rand_core::TryRng;
use leptos::prelude::*;
use saifu_crypto::Secret;
use saifu_protocol::owner::Assertion;
use saifu_wallet_core::flow::{Ceremony, Shown};
use saifu_wallet_core::ids::FlowId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::owner::{self, CredentialId, Mark};
use wasm_bindgen_futures::spawn_local;

/// In whose name passkeys are made; the id of that is the page's own.
const NAME: &str = "Saifu";

/// How far a ceremony is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touch {
    /// There is none.
    None,
    /// The browser asks the owner.
    UnderWay,
    /// It came to nothing.
    Failed(Failure),
}

/// Has the owner's authenticator do what a job waits for.
pub(crate) fn present(s: Service, job: FlowId, ceremony: Ceremony) {
    run(s, async move {
        let shown = carry_out(&ceremony).await?;
        s.send(Intent::Present { job, shown });
        Ok(())
    });
}

/// Has this wallet's own passkey derive its secret. Where there is none, or none is known here, `makes` says whether to make one.
pub(crate) fn terminal(
    s: Service,
    known: Option<CredentialId>,
    makes: bool,
    then: impl FnOnce(Secret) + 'static,
) {
    run(s, async move {
        let salt = owner::terminal_salt();
        let mut allow: Vec<Vec<u8>> = known.into_iter().map(|it| it.0).collect();
        if allow.is_empty() && makes {
            let (user, challenge) = (Mark::terminal().handle(random()?), random()?);
            // Named as the passkeys of safes are, which end with the safe.
            let owner = s.owner.with_untracked(|owner| owner.name.clone());
            let called = owner.unwrap_or_else(|| NAME.into());
            let called = format!("{called} · {}", s.text(Key::TerminalFor));
            // Whatever it signs with will do: only what it derives counts.
            let made = passkey::create_for_keys(Create {
                rp_id: None,
                rp_name: NAME,
                user_id: &user,
                user_name: &called,
                display_name: &called,
                challenge: &challenge,
                exclude: &[],
                prf_salt: &salt,
            });
            let made = made.await?;
            if !made.derives_keys && made.prf.is_none() {
                return Err(Failure::NoPrf);
            }
            let credential = CredentialId(made.credential_id.clone());
            s.send(Intent::KeepTerminal { credential });
            if let Some(secret) = made.prf {
                then(secret);
                return Ok(());
            }
            allow.push(made.credential_id);
        }
        // Nobody checks what is signed: what counts is what is derived.
        let challenge = random()?;
        let got = passkey::get(Get {
            rp_id: None,
            challenge: &challenge,
            allow: &allow,
            prf_salt: &salt,
        });
        let got = got.await?;
        if Mark::terminal().is_another(&got.handle) {
            return Err(Failure::Another);
        }
        let secret = got.prf.ok_or(Failure::NoPrf)?;
        let credential = CredentialId(got.credential_id);
        s.send(Intent::KeepTerminal { credential });
        then(secret);
        Ok(())
    });
}

fn run(s: Service, ceremony: impl Future<Output = Result<(), Failure>> + 'static) {
    s.touch.set(Touch::UnderWay);
    spawn_local(async move {
        let touch = match ceremony.await {
            Ok(()) => Touch::None,
            Err(why) => Touch::Failed(why),
        };
        s.touch.set(touch);
    });
}

async fn carry_out(ceremony: &Ceremony) -> Result<Shown, Failure> {
    match ceremony {
        Ceremony::Create {
            user,
            name,
            exclude,
            rp_id,
            salt,
        } => {
            let exclude: Vec<Vec<u8>> = exclude.iter().map(|it| it.0.clone()).collect();
            // The safe is told nothing of this: it checks the next touch.
            let challenge = random()?;
            let made = passkey::create(Create {
                rp_id: rp_id.as_deref(),
                rp_name: NAME,
                user_id: user,
                user_name: name,
                display_name: name,
                challenge: &challenge,
                exclude: &exclude,
                prf_salt: salt,
            });
            let made = made.await?;
            let derives = made.derives_keys || made.prf.is_some();
            let key = owner::passkey(made.credential_id, made.algorithm, &made.public_key_spki);
            let key = key.ok_or(Failure::Unfit)?;
            Ok(Shown::Made { key, derives })
        }
        Ceremony::Get {
            challenge,
            allow,
            mark,
            rp_id,
            salt,
        } => {
            let allow: Vec<Vec<u8>> = allow.iter().map(|it| it.0.clone()).collect();
            let got = passkey::get(Get {
                rp_id: rp_id.as_deref(),
                challenge: challenge.as_bytes(),
                allow: &allow,
                prf_salt: salt,
            });
            let got = got.await?;
            if mark.is_another(&got.handle) {
                return Err(Failure::Another);
            }
            let assertion = Assertion {
                credential: got.credential_id,
                authenticator: got.authenticator_data,
                client: got.client_data,
                signature: got.signature,
            };
            let derived = got.prf;
            Ok(Shown::Signed { assertion, derived })
        }
    }
}

fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    let drawn = SysRng.try_fill_bytes(&mut bytes);
    drawn.map(|()| bytes).map_err(|_| Failure::Unavailable)
}
