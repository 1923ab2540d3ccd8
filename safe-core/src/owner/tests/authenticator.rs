//! Devices as wallets have them, and what a wallet does with one.

use super::super::*;
use super::scene::*;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use saifu_crypto::agree::KeyPair;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::testing::Es256Key;
use saifu_crypto::{Secret, hash};
use saifu_protocol::message::Outcome;
use saifu_protocol::owner::{
    Act, Answer, Assertion, Challenge, Conversation, DeviceAdd, DeviceAdded, DeviceFinish,
    DeviceId, DeviceKey, DeviceLabel, DeviceProof, DeviceRemove, DeviceStart, DeviceStarted,
    LoginFinished, PasskeyAlgorithm, PasskeyKey, Purpose, WaysIn, enrolment_challenge,
    signed_by_terminal,
};
use saifu_protocol::{PublicKey, RequestId, b64};

/// A passkey.
pub(super) struct Authenticator {
    key: Es256Key,
    credential: Vec<u8>,
    pub(super) count: u32,
    pub(super) rp_id: &'static str,
    pub(super) origin: String,
    pub(super) flags: u8,
}

impl Authenticator {
    pub(super) fn new(byte: u8) -> Self {
        Self {
            key: Es256Key::new(byte),
            credential: vec![byte; 16],
            count: 0,
            rp_id: "wallet.example",
            origin: "https://wallet.example".to_string(),
            flags: 0b101,
        }
    }

    pub(super) fn key(&self) -> DeviceKey {
        DeviceKey::Passkey(PasskeyKey {
            credential: self.credential.clone(),
            algorithm: PasskeyAlgorithm::Es256,
            key: self.key.public().to_vec(),
        })
    }

    pub(super) fn id(&self) -> DeviceId {
        self.key().id()
    }

    /// Says that it is another one.
    pub(super) fn credential_of(&mut self, other: &Self) {
        self.credential = other.credential.clone();
    }

    pub(super) fn says(&mut self, challenge: &Challenge) -> DeviceProof {
        self.count += 1;
        let client = format!(
            r#"{{"type":"webauthn.get","challenge":"{}","origin":"{}","crossOrigin":false}}"#,
            b64::encode(challenge.as_bytes()),
            self.origin
        );
        let rp = hash::sha256(self.rp_id.as_bytes());
        let authenticator = [&rp[..], &[self.flags], &self.count.to_be_bytes()].concat();
        let signed = [&authenticator[..], &hash::sha256(client.as_bytes())].concat();
        DeviceProof::Passkey(Assertion {
            credential: self.credential.clone(),
            signature: self.key.sign(&signed),
            authenticator,
            client: client.into_bytes(),
        })
    }
}

/// A terminal.
pub(super) struct Terminal(SigningKey);

impl Terminal {
    pub(super) fn new(byte: u8) -> Self {
        Self(SigningKey::derive(&Secret::new([byte; 32])))
    }

    pub(super) fn key(&self) -> DeviceKey {
        DeviceKey::Terminal(PublicKey::new(self.0.public()))
    }

    pub(super) fn says(&self, challenge: &Challenge) -> DeviceProof {
        DeviceProof::Terminal {
            key: PublicKey::new(self.0.public()),
            signature: self.0.sign(&signed_by_terminal(challenge)),
        }
    }
}

/// A login with a device on its way: the wallet's half of it.
pub(super) struct Greeted {
    pub(super) account: PublicKey,
    pair: KeyPair,
    pub(super) said: Conversation,
    pub(super) started: DeviceStarted,
}

impl Greeted {
    pub(super) fn challenge(&self) -> Challenge {
        self.said.challenge()
    }
}

pub(super) fn label(text: &str) -> DeviceLabel {
    DeviceLabel::new(text.as_bytes().to_vec()).unwrap()
}

impl Scene {
    pub(super) fn start_device(
        &mut self,
        account: PublicKey,
        request: RequestId,
        hello: PublicKey,
    ) -> Outcome<DeviceStarted> {
        let asker = self.asker(account, request);
        match self.ask_as(&asker, &Command::DeviceStart(DeviceStart { hello })) {
            Reply::DeviceStarted(outcome) => outcome,
            _ => panic!("another reply"),
        }
    }

    pub(super) fn greet(&mut self, account: PublicKey) -> Greeted {
        let pair = KeyPair::new(&Secret::make(&mut self.rng));
        let (request, hello) = (
            RequestId::make(&mut self.rng),
            PublicKey::new(pair.public()),
        );
        let started = done(self.start_device(account, request, hello));
        let said = Conversation {
            safe: self.keys.safe,
            account,
            request,
            hello,
            greeting: started.greeting,
            nonce: started.nonce,
        };
        assert!(said.is_signed(&self.safe.signing_public(), &started.signature));
        Greeted {
            account,
            pair,
            said,
            started,
        }
    }

    pub(super) fn finish_device(
        &mut self,
        account: PublicKey,
        login: RequestId,
        proof: &DeviceProof,
    ) -> LoginFinished {
        let proof = proof.clone();
        let finish = Command::DeviceFinish(DeviceFinish { login, proof });
        match self.ask(account, &finish) {
            Reply::LoginFinished(finished) => finished,
            _ => panic!("another reply"),
        }
    }

    /// The end of a login with what a device said; `None` where the safe says no.
    pub(super) fn end_device(&mut self, greeted: &Greeted, proof: &DeviceProof) -> Option<Inside> {
        let login = greeted.said.request;
        match self.finish_device(greeted.account, login, proof) {
            LoginFinished::In(told) => Some(Inside {
                account: greeted.account,
                key: greeted
                    .said
                    .session_key(&greeted.pair, &greeted.said.greeting)
                    .unwrap(),
                export_key: Secret::new([0; 32]),
                login,
                ke3: [0; 64],
                told,
            }),
            LoginFinished::Out => None,
        }
    }

    pub(super) fn enter(&mut self, account: PublicKey, with: &mut Authenticator) -> Option<Inside> {
        let greeted = self.greet(account);
        let proof = with.says(&greeted.challenge());
        self.end_device(&greeted, &proof)
    }

    pub(super) fn enter_by(&mut self, account: PublicKey, terminal: &Terminal) -> Option<Inside> {
        let greeted = self.greet(account);
        let proof = terminal.says(&greeted.challenge());
        self.end_device(&greeted, &proof)
    }

    /// Enrols a device in a session, with whatever it says to the challenge.
    pub(super) fn add(
        &mut self,
        inside: &Inside,
        key: DeviceKey,
        says: impl FnOnce(&Challenge) -> DeviceProof,
    ) -> Answer<DeviceAdded> {
        done(self.try_add(inside, key, says))
    }

    pub(super) fn try_add(
        &mut self,
        inside: &Inside,
        key: DeviceKey,
        says: impl FnOnce(&Challenge) -> DeviceProof,
    ) -> Outcome<Answer<DeviceAdded>> {
        let (act, request) = (Act::AddDevice, RequestId::make(&mut self.rng));
        let purpose = Purpose {
            safe: self.keys.safe,
            account: inside.account,
            request,
            act,
        };
        let add = Command::DeviceAdd(DeviceAdd {
            within: self.within(inside, request, act),
            proof: says(&enrolment_challenge(&inside.key, &purpose)),
            key,
            label: label("a key"),
            kept: kept(b'd'),
        });
        let asker = self.asker(inside.account, request);
        match self.ask_as(&asker, &add) {
            Reply::DeviceAdded(outcome) => outcome,
            _ => panic!("another reply"),
        }
    }

    pub(super) fn add_passkey(
        &mut self,
        inside: &Inside,
        with: &mut Authenticator,
    ) -> Answer<DeviceAdded> {
        let key = with.key();
        self.add(inside, key, |challenge| with.says(challenge))
    }

    pub(super) fn remove(&mut self, inside: &Inside, device: DeviceId) -> bool {
        self.done_within(inside, Act::RemoveDevice, |within| {
            Command::DeviceRemove(DeviceRemove { within, device })
        })
    }

    pub(super) fn ways(&mut self, inside: &Inside) -> Answer<WaysIn> {
        match self.act(inside, Act::Ways, Command::Ways) {
            Reply::Ways(outcome) => done(outcome),
            _ => panic!("another reply"),
        }
    }
}

/// Hana has enrolled a passkey from her phone, in a session that she still has.
pub(super) fn with_passkey() -> (Scene, Inside, Authenticator) {
    let mut scene = Scene::with_hana();
    let inside = scene.log_in_first(PHONE);
    let mut passkey = Authenticator::new(3);
    let added = scene.add_passkey(&inside, &mut passkey);
    assert_eq!(added, Answer::Done(DeviceAdded::Added));
    (scene, inside, passkey)
}
