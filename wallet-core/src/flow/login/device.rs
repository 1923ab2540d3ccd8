//! Logging in by a device (WO 01/13293, ninth and tenth embodiments): the safe says first who it is, and signs it. Before that
//! holds nobody is asked for anything.

use super::super::{Desk, Flow, Next, Step};
use super::{Aim, Login, LoginState, SessionKeys, account};
use crate::books::{Books, Change, Safe, secret};
use crate::notice::Kind;
use crate::owner::{
    CredentialId, Handle, Mark, OwnerStanding, Way, kept_key, passkey_salt, terminal_key,
    user_handle,
};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::agree::KeyPair;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::limits::OWNER_LOGIN_LIFETIME;
use saifu_protocol::owner::{
    Act, Assertion, Challenge, Conversation, DeviceFinish, DeviceProof, DeviceStart, DeviceStarted,
    PasskeyKey, Purpose, enrolment_challenge, signed_by_terminal,
};
use saifu_protocol::{PublicKey, RequestId, UnixTime, b64};
use serde::{Deserialize, Serialize};

/// Seconds by which a challenge is given up before the safe does: what is signed has to arrive in time.
const HASTE: u64 = 20;

/// What an authenticator is to do. The page carries it out when the owner says so: browsers want a press of a button for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ceremony {
    /// Make a passkey. It says nothing to the safe yet.
    Create {
        /// Under what it is filed.
        #[serde(with = "b64::array")]
        user: Handle,
        /// What the authenticator shows of it.
        name: String,
        /// Authenticators that have one of these have one already.
        exclude: Vec<CredentialId>,
        /// In whose name; the page's own if none is given.
        rp_id: Option<String>,
        /// With what it is to derive.
        #[serde(with = "b64::array")]
        salt: [u8; 32],
    },
    /// Sign with a passkey.
    Get {
        /// This.
        challenge: Challenge,
        /// With one of these; with any if there are none.
        allow: Vec<CredentialId>,
        /// One with another mark is not what is asked for.
        mark: Mark,
        /// In whose name, likewise.
        rp_id: Option<String>,
        /// With what it is to derive.
        #[serde(with = "b64::array")]
        salt: [u8; 32],
    },
}

/// What an authenticator has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// It made a passkey.
    Made {
        /// By what that is checked.
        key: PasskeyKey,
        /// Whether it can derive secrets.
        derives: bool,
    },
    /// It signed.
    Signed {
        /// What.
        assertion: Assertion,
        /// What it derived, if it does that.
        #[serde(
            default,
            with = "secret::maybe",
            skip_serializing_if = "Option::is_none"
        )]
        derived: Option<Secret>,
    },
}

/// A safe has greeted.
#[derive(Clone, Serialize, Deserialize)]
pub struct Meeting {
    /// The private key of this conversation.
    #[serde(with = "secret")]
    hello: Secret,
    /// The request that began it.
    login: RequestId,
    /// The safe's key.
    greeting: PublicKey,
    /// What the safe drew.
    #[serde(with = "b64::array")]
    nonce: [u8; 32],
    /// When.
    since: UnixTime,
}

impl Meeting {
    fn conversation(&self, safe: &Safe) -> Conversation {
        let hello = KeyPair::new(&self.hello);
        Conversation {
            safe: safe.id,
            account: account(safe),
            request: self.login,
            hello: PublicKey::new(hello.public()),
            greeting: self.greeting,
            nonce: self.nonce,
        }
    }
}

/// What begins the conversation with this private key.
pub(super) fn start(hello: &Secret) -> DeviceStart {
    let hello = PublicKey::new(KeyPair::new(hello).public());
    DeviceStart { hello }
}

fn is_late(since: UnixTime, now: UnixTime) -> bool {
    now.0.saturating_sub(since.0) > OWNER_LOGIN_LIFETIME - HASTE
}

impl Login {
    pub(super) fn greet(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let greeting = LoginState::Greeting {
            hello: Secret::make(rng),
            request: RequestId::make(rng),
        };
        self.go_on(greeting, desk)
    }

    /// Whether it is the safe is decided here, by the key that was pinned when it was trusted.
    pub(super) fn greeted(
        &self,
        hello: &Secret,
        login: RequestId,
        started: &DeviceStarted,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let Some(safe) = desk.books.safe(self.safe) else {
            return Step::garbled();
        };
        let meeting = Meeting {
            hello: hello.clone(),
            login,
            greeting: started.greeting,
            nonce: started.nonce,
            since: desk.now,
        };
        let said = meeting.conversation(safe);
        if !said.is_signed(&safe.signing_key, &started.signature) {
            return Step::garbled();
        }
        match &self.with {
            Some(Way::Terminal { secret }) => {
                let key = terminal_key(secret, self.safe);
                let proof = DeviceProof::Terminal {
                    key: PublicKey::new(key.public()),
                    signature: key.sign(&signed_by_terminal(&said.challenge())),
                };
                self.prove(&meeting, proof, Some(secret), desk, rng)
            }
            _ => self.go_on(LoginState::Challenged { meeting }, desk),
        }
    }

    /// Rests until the owner has touched something. What the safe takes no more is asked for anew.
    pub(super) fn await_device(&self, meeting: &Meeting, desk: &Desk<'_>) -> Step {
        match is_late(meeting.since, desk.now) {
            true => self.go_on(LoginState::Ready, desk),
            false => Step::then(Next::Rest),
        }
    }

    /// What an authenticator has done; what nobody has asked it for changes nothing.
    pub(super) fn show(&self, shown: Shown, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match (&self.state, shown) {
            (LoginState::Challenged { meeting }, Shown::Signed { assertion, derived }) => {
                if is_late(meeting.since, desk.now) {
                    return self.go_on(LoginState::Ready, desk);
                }
                let proof = DeviceProof::Passkey(assertion);
                self.prove(meeting, proof, derived.as_ref(), desk, rng)
            }
            (LoginState::Making { session }, Shown::Made { key, derives }) => {
                self.made(session, key, derives, desk, rng)
            }
            (
                LoginState::Made {
                    session,
                    key,
                    request,
                },
                Shown::Signed { assertion, derived },
            ) => {
                let signed = (key, assertion, derived.as_ref());
                self.add_passkey(session, signed, *request, desk, rng)
            }
            _ => Step::then(Next::Again),
        }
    }

    fn prove(
        &self,
        meeting: &Meeting,
        proof: DeviceProof,
        derived: Option<&Secret>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let Some(safe) = desk.books.safe(self.safe) else {
            return Step::garbled();
        };
        let said = meeting.conversation(safe);
        let here = KeyPair::new(&meeting.hello);
        // A key with which nothing is agreed is signed by the safe all the same: it lies, and is asked again.
        let Ok(session) = said.session_key(&here, &meeting.greeting) else {
            return self.go_on(LoginState::Ready, desk);
        };
        let proving = LoginState::Proving {
            finish: Box::new(DeviceFinish {
                login: meeting.login,
                proof,
            }),
            keys: SessionKeys {
                session,
                export: derived.map(|derived| kept_key(derived, self.safe)),
            },
            since: meeting.since,
            request: RequestId::make(rng),
        };
        self.go_on(proving, desk)
    }

    /// The safe does not take it. That may be because it came late; if not, the owner has taken another device.
    pub(super) fn not_known(
        &self,
        since: UnixTime,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        if is_late(since, desk.now) && !self.again {
            let again = Flow::Login(Self {
                again: true,
                state: LoginState::Ready,
                ..self.clone()
            });
            return Step::strict(alloc::vec![Change::Journal(desk.id, again)], Next::Again);
        }
        self.end(OwnerStanding::Wrong, Some(Kind::DeviceUnknown), desk, rng)
    }

    /// What the owner's authenticator is to do now.
    pub(crate) fn ceremony(&self, books: &Books) -> Option<Ceremony> {
        let (safe, owner) = (books.safe(self.safe)?, books.owner()?);
        let (rp_id, salt) = (safe.rp_id.clone(), passkey_salt());
        let mark = Mark::of(self.safe);
        match (&self.state, &self.aim) {
            (LoginState::Challenged { meeting }, _) => Some(Ceremony::Get {
                challenge: meeting.conversation(safe).challenge(),
                allow: owner.credentials(self.safe).to_vec(),
                mark,
                rp_id,
                salt,
            }),
            (LoginState::Making { .. }, Aim::Ways(_)) => Some(Ceremony::Create {
                user: user_handle(&books.identity()?.root(), self.safe),
                name: alloc::format!("{} · {}", owner.name, safe.operator),
                exclude: owner.credentials(self.safe).to_vec(),
                rp_id,
                salt,
            }),
            (
                LoginState::Made {
                    session,
                    key,
                    request,
                },
                Aim::Ways(_),
            ) => {
                let purpose = Purpose {
                    safe: self.safe,
                    account: account(safe),
                    request: *request,
                    act: Act::AddDevice,
                };
                Some(Ceremony::Get {
                    challenge: enrolment_challenge(&session.keys.session, &purpose),
                    allow: alloc::vec![CredentialId(key.credential.clone())],
                    mark,
                    rp_id,
                    salt,
                })
            }
            _ => None,
        }
    }
}
