//! An owner's devices, and what a wallet does with one.

use crate::owner::{Inside, kept};
use crate::wallet::{Check, Wallet, done, new_request, rng};
use saifu_crypto::agree::KeyPair;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::testing::Es256Key;
use saifu_crypto::{Secret, hash, make_bytes};
use saifu_protocol::message::{Outcome, Route};
use saifu_protocol::owner::{
    Act, Answer, Assertion, Challenge, Conversation, DeviceAdd, DeviceAdded, DeviceFinish,
    DeviceId, DeviceKey, DeviceLabel, DeviceProof, DeviceRemove, DeviceRename, DeviceStart,
    DeviceStarted, LoginFinished, PasskeyAlgorithm, PasskeyKey, Purpose, WaysIn,
    enrolment_challenge, signed_by_terminal,
};
use saifu_protocol::{PublicKey, RequestId, UnixTime, b64};

/// What signs a challenge.
pub(crate) trait Signs {
    fn key(&self) -> DeviceKey;
    fn says(&mut self, challenge: &Challenge) -> DeviceProof;
}

/// A passkey. Each has a credential of its own, also where two have the same key.
pub(crate) struct Passkey {
    key: Es256Key,
    pub(crate) credential: Vec<u8>,
    pub(crate) count: u32,
    pub(crate) rp_id: String,
    pub(crate) origin: String,
    pub(crate) flags: u8,
}

impl Passkey {
    /// One of the site that the safe takes.
    pub(crate) fn new(wallet: &Wallet) -> Self {
        let described = wallet.descriptor.passkeys.as_ref();
        let rp_id = described.and_then(|passkeys| passkeys.rp_id.clone());
        let rp_id = rp_id.unwrap_or_else(|| "wallet.example".into());
        Self {
            key: Es256Key::new(7),
            credential: make_bytes::<24>(&mut rng()).to_vec(),
            count: 0,
            origin: format!("https://{rp_id}"),
            rp_id,
            flags: 0b101,
        }
    }
}

impl Signs for Passkey {
    fn key(&self) -> DeviceKey {
        DeviceKey::Passkey(PasskeyKey {
            credential: self.credential.clone(),
            algorithm: PasskeyAlgorithm::Es256,
            key: self.key.public().to_vec(),
        })
    }

    fn says(&mut self, challenge: &Challenge) -> DeviceProof {
        self.count += 1;
        let client = serde_json::json!({
            "type": "webauthn.get",
            "challenge": b64::encode(challenge.as_bytes()),
            "origin": self.origin,
            "crossOrigin": false,
            "another": "browsers may say more",
        });
        let client = client.to_string().into_bytes();
        let rp = hash::sha256(self.rp_id.as_bytes());
        let authenticator = [&rp[..], &[self.flags], &self.count.to_be_bytes()].concat();
        let signed = [&authenticator[..], &hash::sha256(&client)].concat();
        DeviceProof::Passkey(Assertion {
            credential: self.credential.clone(),
            signature: self.key.sign(&signed),
            authenticator,
            client,
        })
    }
}

/// A terminal.
pub(crate) struct Terminal(SigningKey);

impl Terminal {
    pub(crate) fn new() -> Self {
        Self(SigningKey::derive(&Secret::make(&mut rng())))
    }
}

impl Signs for Terminal {
    fn key(&self) -> DeviceKey {
        DeviceKey::Terminal(PublicKey::new(self.0.public()))
    }

    fn says(&mut self, challenge: &Challenge) -> DeviceProof {
        DeviceProof::Terminal {
            key: PublicKey::new(self.0.public()),
            signature: self.0.sign(&signed_by_terminal(challenge)),
        }
    }
}

/// A login that was begun: the wallet's half of it.
pub(crate) struct Greeted {
    pair: KeyPair,
    pub(crate) said: Conversation,
    pub(crate) started: DeviceStarted,
}

pub(crate) fn label(text: &str) -> Check<DeviceLabel> {
    DeviceLabel::new(text.as_bytes().to_vec()).ok_or_else(|| "too long".into())
}

impl Wallet {
    pub(crate) fn start_device(
        &self,
        request: RequestId,
        hello: PublicKey,
    ) -> Check<DeviceStarted> {
        let start = DeviceStart { hello };
        done(self.ask(Route::OwnerDeviceStart, request, start)?)
    }

    /// Begins a login with a device. The safe has signed, or it goes no further.
    pub(crate) fn greet(&self) -> Check<Greeted> {
        let pair = KeyPair::new(&Secret::make(&mut rng()));
        let (request, hello) = (new_request(), PublicKey::new(pair.public()));
        let started = self.start_device(request, hello)?;
        let said = Conversation {
            safe: self.descriptor.id,
            account: self.account_key(),
            request,
            hello,
            greeting: started.greeting,
            nonce: started.nonce,
        };
        if !said.is_signed(&self.descriptor.signing_key.x, &started.signature) {
            return Err("the safe has not signed the conversation".into());
        }
        Ok(Greeted {
            pair,
            said,
            started,
        })
    }

    /// Ends it; `None` where the safe says no.
    pub(crate) fn end_device(
        &self,
        greeted: &Greeted,
        proof: &DeviceProof,
    ) -> Check<Option<Inside>> {
        let finish = DeviceFinish {
            login: greeted.said.request,
            proof: proof.clone(),
        };
        match done(self.ask(Route::OwnerDeviceFinish, new_request(), finish)?)? {
            LoginFinished::In(told) => {
                let key = greeted
                    .said
                    .session_key(&greeted.pair, &greeted.said.greeting);
                let key = key.map_err(|_| "the safe's key is of small order")?;
                Ok(Some(Inside { key, told }))
            }
            LoginFinished::Out => Ok(None),
        }
    }

    pub(crate) fn enter(&self, with: &mut dyn Signs) -> Check<Option<Inside>> {
        let greeted = self.greet()?;
        let proof = with.says(&greeted.said.challenge());
        self.end_device(&greeted, &proof)
    }

    pub(crate) fn enter_right(&self, with: &mut dyn Signs) -> Check<Inside> {
        self.enter(with)?
            .ok_or_else(|| "an enrolled device does not open".into())
    }

    pub(crate) fn add_device(
        &self,
        inside: &Inside,
        device: &mut dyn Signs,
    ) -> Check<Answer<DeviceAdded>> {
        done(self.try_add_device(inside, device)?)
    }

    pub(crate) fn try_add_device(
        &self,
        inside: &Inside,
        device: &mut dyn Signs,
    ) -> Check<Outcome<Answer<DeviceAdded>>> {
        let (request, act) = (new_request(), Act::AddDevice);
        let purpose = Purpose {
            safe: self.descriptor.id,
            account: self.account_key(),
            request,
            act,
        };
        let add = DeviceAdd {
            within: self.within(inside, request, act),
            key: device.key(),
            proof: device.says(&enrolment_challenge(&inside.key, &purpose)),
            label: label("a key")?,
            kept: kept(b'd'),
        };
        self.ask(Route::OwnerDeviceAdd, request, add)
    }

    pub(crate) fn remove_device(
        &self,
        inside: &Inside,
        device: DeviceId,
    ) -> Check<Answer<UnixTime>> {
        let request = new_request();
        let within = self.within(inside, request, Act::RemoveDevice);
        let remove = DeviceRemove { within, device };
        done(self.ask(Route::OwnerDeviceRemove, request, remove)?)
    }

    pub(crate) fn rename_device(
        &self,
        inside: &Inside,
        device: DeviceId,
        to: &str,
    ) -> Check<Answer<UnixTime>> {
        let request = new_request();
        let rename = DeviceRename {
            within: self.within(inside, request, Act::RenameDevice),
            device,
            label: label(to)?,
        };
        done(self.ask(Route::OwnerDeviceRename, request, rename)?)
    }

    pub(crate) fn ways(&self, inside: &Inside) -> Check<WaysIn> {
        let request = new_request();
        let within = self.within(inside, request, Act::Ways);
        match done(self.ask(Route::OwnerWays, request, within)?)? {
            Answer::Done(ways) => Ok(ways),
            Answer::Out => Err("the session does not hold".into()),
        }
    }
}
