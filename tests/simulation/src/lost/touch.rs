//! An authenticator, as honest ones are: it makes passkeys, signs with them for whoever it knows, and derives secrets if it can.
//! It stands in for hardware that a machine without hands does not have.

use saifu_crypto::derive::derive_key;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{Secret, hash};
use saifu_protocol::b64;
use saifu_protocol::owner::{Assertion, Challenge, PasskeyAlgorithm, PasskeyKey};
use saifu_wallet_core::flow::{Ceremony, Shown};
use saifu_wallet_core::owner::{CredentialId, Handle};

/// The site whose passkeys it makes.
const RP_ID: &str = "wallet.example";
const ORIGIN: &str = "https://wallet.example";
/// Somebody was there, and was known.
const PRESENT_AND_VERIFIED: u8 = 0x05;

struct Passkey {
    user: Handle,
    name: String,
    id: CredentialId,
    secret: Secret,
    counter: u32,
}

pub(super) struct Authenticator {
    seed: Secret,
    pub(super) derives: bool,
    passkeys: Vec<Passkey>,
    made: u8,
    /// How often it was asked for anything.
    pub(super) asked: usize,
}

impl Authenticator {
    pub(super) fn new(number: u8, derives: bool) -> Self {
        Self {
            seed: Secret::new([number; 32]),
            derives,
            passkeys: Vec::new(),
            made: 0,
            asked: 0,
        }
    }

    /// What it derives for this wallet as a terminal.
    pub(super) fn terminal(&self) -> Secret {
        derive_key(
            &self.seed,
            "terminal",
            &saifu_wallet_core::owner::terminal_salt(),
        )
    }

    /// Does what is asked. Of several passkeys its owner chooses the one whose name has `operator` in it; nothing if there is none.
    pub(super) fn carry_out(&mut self, ceremony: &Ceremony, operator: &str) -> Option<Shown> {
        self.asked += 1;
        match ceremony {
            Ceremony::Create {
                user,
                name,
                exclude,
                ..
            } => {
                if self.passkeys.iter().any(|it| exclude.contains(&it.id)) {
                    return None;
                }
                self.passkeys.retain(|it| it.user != *user);
                self.made += 1;
                let secret = derive_key(&self.seed, "passkey", &[self.made]);
                let key = SigningKey::derive(&secret).public().to_vec();
                let id = hash::sha256(&key).to_vec();
                self.passkeys.push(Passkey {
                    user: *user,
                    name: name.clone(),
                    id: CredentialId(id.clone()),
                    secret,
                    counter: 0,
                });
                let key = PasskeyKey {
                    credential: id,
                    algorithm: PasskeyAlgorithm::Ed25519,
                    key,
                };
                let derives = self.derives;
                Some(Shown::Made { key, derives })
            }
            Ceremony::Get {
                challenge,
                allow,
                salt,
                ..
            } => {
                let fits = |it: &&mut Passkey| match allow.is_empty() {
                    true => it.name.contains(operator),
                    false => allow.contains(&it.id),
                };
                let derives = self.derives;
                let passkey = self.passkeys.iter_mut().find(fits)?;
                passkey.counter += 1;
                let derived = derives.then(|| derive_key(&passkey.secret, "prf", salt));
                let assertion = passkey.sign(challenge);
                Some(Shown::Signed { assertion, derived })
            }
        }
    }
}

impl Passkey {
    fn sign(&self, challenge: &Challenge) -> Assertion {
        let challenge = b64::encode(challenge.as_bytes());
        let client = format!(
            r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{ORIGIN}","crossOrigin":false}}"#
        );
        let mut authenticator = hash::sha256(RP_ID.as_bytes()).to_vec();
        authenticator.push(PRESENT_AND_VERIFIED);
        authenticator.extend_from_slice(&self.counter.to_be_bytes());
        let signed = [&authenticator[..], &hash::sha256(client.as_bytes())].concat();
        Assertion {
            credential: self.id.0.clone(),
            signature: SigningKey::derive(&self.secret).sign(&signed).to_vec(),
            authenticator,
            client: client.into_bytes(),
        }
    }
}
