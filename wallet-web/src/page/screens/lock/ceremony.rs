//! A passkey for the lock: made, or shown. What it derives goes to the Worker, encrypted, and stays nowhere here.
//!
//! Nobody checks the signature: what proves the owner is that the derived key opens. So challenges are random and forgotten.

use crate::page::device;
use crate::page::passkey::{self, Create, Get};
use crate::page::service::Service;
use crate::page::words::{Key, NotTouched as Failure};
use leptos::prelude::*;
use saifu_crypto::{Secret, make_bytes};
use saifu_protocol::b64;
use saifu_wallet_core::lock::{Factor, View, Wish};
use saifu_wallet_core::owner::Mark;
use wasm_bindgen_futures::spawn_local;

/// In whose name it is made.
const NAME: &str = "Saifu";

/// One ceremony at a time, and why the last one came to nothing.
#[derive(Clone, Copy)]
pub(in crate::page::screens) struct Ceremony {
    s: Service,
    pub(in crate::page::screens) busy: RwSignal<bool>,
    pub(in crate::page::screens) failed: RwSignal<Option<Failure>>,
}

impl Ceremony {
    pub(in crate::page::screens) fn new(s: Service) -> Self {
        Self {
            s,
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
        }
    }

    /// Has a passkey made, and adds it to the lock.
    pub(super) fn make(self, name: String) {
        self.run(async move |s: Service, lock: View| {
            let called = match &*name {
                "" => NAME,
                name => name,
            };
            // In an authenticator's list it stands among the passkeys of safes, which end with what they are for.
            let called = format!("{called} · {}", s.text(Key::LockPasskeyFor));
            let (credential, prf) = make(&called, &lock).await?;
            s.wish(Wish::Add {
                name,
                factor: Factor::Passkey { credential, prf },
            });
            Ok(())
        });
    }

    /// Has one of the lock's passkeys shown, and unlocks with it.
    pub(in crate::page::screens) fn show(self) {
        self.run(async |s: Service, lock: View| {
            let (credential, prf) = show(&known(&lock), &lock.salt).await?;
            s.wish(Wish::Unlock(Factor::Passkey { credential, prf }));
            Ok(())
        });
    }

    fn run<F: Future<Output = Result<(), Failure>> + 'static>(
        self,
        ceremony: impl FnOnce(Service, View) -> F,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.failed.set(None);
        self.busy.set(true);
        let work = ceremony(self.s, self.s.lock.get_untracked());
        spawn_local(async move {
            let failed = work.await.err();
            // The screen may be gone by then.
            self.busy.try_set(false);
            self.failed.try_set(failed);
        });
    }
}

/// The credentials of the lock.
fn known(lock: &View) -> Vec<Vec<u8>> {
    let credentials = lock.methods.iter().map(|it| b64::decode(&it.credential));
    let credentials = credentials.filter_map(Result::ok);
    credentials.filter(|it| !it.is_empty()).collect()
}

async fn make(called: &str, lock: &View) -> Result<(Vec<u8>, Secret), Failure> {
    let challenge: [u8; 32] = make_bytes(&mut device::rng());
    let user = Mark::lock().handle(make_bytes(&mut device::rng()));
    let made = passkey::create_for_keys(Create {
        rp_id: None,
        rp_name: NAME,
        user_id: &user,
        user_name: called,
        display_name: called,
        challenge: &challenge,
        exclude: &known(lock),
        prf_salt: &lock.salt,
    })
    .await?;
    match made.prf {
        Some(prf) => Ok((made.credential_id, prf)),
        // Many derive only from a passkey that is there already.
        None if made.derives_keys => show(&[made.credential_id], &lock.salt).await,
        None => Err(Failure::NoPrf),
    }
}

async fn show(allow: &[Vec<u8>], salt: &[u8; 32]) -> Result<(Vec<u8>, Secret), Failure> {
    let challenge: [u8; 32] = make_bytes(&mut device::rng());
    let shown = passkey::get(Get {
        rp_id: None,
        challenge: &challenge,
        allow,
        prf_salt: salt,
    })
    .await?;
    let prf = shown.prf.ok_or(Failure::NoPrf)?;
    Ok((shown.credential_id, prf))
}
