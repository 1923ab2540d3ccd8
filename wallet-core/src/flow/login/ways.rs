//! What an owner does with the ways in, in one session: passkeys, the terminal, the kit, and what happened.
//!
//! ```text
//!            ┌────────────────────────── done ◀─────────────────────────────────────────┐
//!            ▼                                                                          │
//! … In ──WAYS──▶ Open (rests) ──the owner wants something──▶ In ──REMOVE, RENAME, REVOKE┤
//!                 │                                          ├─terminal─▶ Adding ──ADD──▶ Mapping ──MAP──┤
//!                 │ called off, or the session is over       │              ▲                            │
//!                 ▼                                          ├─passkey─▶ Making ──touch──▶ Made ──touch──▶ Adding
//!               ended                                        └─kit─▶ Evaluating ──ENROL-START──▶ Changing ──CHANGE──┘
//! ```
//! Making and Made rest until the authenticator was touched; a crash rests there again. What the session was opened with is
//! forgotten as soon as there is one, so a session that is over is the end: its owner shows once more who they are.

use super::super::{Desk, Next, Step};
use super::{Aim, Login, LoginState, Released, Session};
use crate::books::{Change, Half};
use crate::client::OwnerQuestion;
use crate::flow::Flow;
use crate::flow::freeze::known;
use crate::notice::Kind;
use crate::owner::{CredentialId, Words, deal, keep, kept_key, seal_label, terminal_key};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::owner::{
    Act, Assertion, DeviceAdd, DeviceAdded, DeviceId, DeviceKey, DeviceLabel, DeviceProof,
    DeviceRemove, DeviceRename, FreezeItem, Froze, InSession, Kept, PasskeyKey, Purpose, Thawed,
    WaysIn, enrolment_challenge, signed_by_terminal,
};
use saifu_protocol::{PublicKey, RequestId};
use serde::{Deserialize, Serialize};

/// How far an owner is with the ways in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Managing {
    /// What is being done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doing: Option<Doing>,
    /// What there is, as the safe has said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<WaysIn>,
    /// What was handed out and is still kept, as far as it has been listed; none if nobody has asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Vec<Released>>,
}

impl Managing {
    /// The words of the kit that is being made.
    pub(super) fn kit(&self) -> Option<&Words> {
        match &self.doing {
            Some(Doing::MakeKit { words }) => Some(words),
            _ => None,
        }
    }
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doing {
    /// A passkey is added. Takes two touches: one makes it, the other shows that it is there.
    AddPasskey {
        /// What the owner calls it.
        name: String,
    },
    /// This wallet is added as a terminal.
    AddTerminal {
        /// What the owner calls it.
        name: String,
        /// What its authenticator has derived.
        #[serde(with = "crate::books::secret")]
        secret: Secret,
    },
    /// A device is removed.
    Remove {
        /// Which.
        device: DeviceId,
    },
    /// A device is called something else.
    Rename {
        /// Which.
        device: DeviceId,
        /// What.
        name: String,
    },
    /// A recovery kit is made, or another one in the place of the one there is.
    MakeKit {
        /// Its words.
        words: Words,
    },
    /// The kit opens no more.
    RevokeKit,
    /// Nothing leaves any more.
    Freeze,
    /// This is one of two ways that lift it.
    Unfreeze,
    /// What was handed out is listed.
    LookBack,
}

/// A device that has signed, as a safe is to enrol it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Adding {
    key: DeviceKey,
    proof: DeviceProof,
    label: DeviceLabel,
    kept: Kept,
}

impl Adding {
    pub(super) fn item(&self, within: InSession) -> DeviceAdd {
        DeviceAdd {
            within,
            key: self.key.clone(),
            proof: self.proof.clone(),
            label: self.label.clone(),
            kept: self.kept.clone(),
        }
    }
}

impl Login {
    /// With what is being done now.
    pub(super) fn managing(
        &self,
        managing: Managing,
        state: LoginState,
        desk: &Desk<'_>,
    ) -> Change {
        let next = Self {
            aim: Aim::Ways(managing),
            state,
            ..self.clone()
        };
        Change::Journal(desk.id, Flow::Login(next))
    }

    /// The owner wants something. While something else is under way it changes nothing.
    pub(super) fn begin_doing(&self, doing: Doing, desk: &Desk<'_>) -> Step {
        let (LoginState::Open { session }, Aim::Ways(managing)) = (&self.state, &self.aim) else {
            return Step::then(Next::Again);
        };
        let managing = Managing {
            doing: Some(doing),
            ..managing.clone()
        };
        let session = session.clone();
        let change = self.managing(managing, LoginState::In { session }, desk);
        Step::strict(alloc::vec![change], Next::Again)
    }

    /// It is done, or came to nothing: what there is now is asked for.
    pub(in crate::flow) fn done(&self, session: &Session, desk: &Desk<'_>) -> Step {
        let mut changes = alloc::vec![self.no_more(session, desk)];
        let doing = match &self.aim {
            Aim::Ways(managing) => managing.doing.as_ref(),
            _ => None,
        };
        // Of a kit it is known here which one it is: that of the lock, or another.
        let kit = match doing {
            Some(Doing::MakeKit { words }) => Some(Some(words.kit_mark())),
            Some(Doing::RevokeKit) => Some(None),
            _ => None,
        };
        if let (Some(mark), Some(owner)) = (kit, desk.books.owner()) {
            let mut owner = owner.clone();
            owner.put_kit(self.safe, mark);
            changes.push(Change::Own(Some(owner)));
        }
        Step::strict(changes, Next::Again)
    }

    fn no_more(&self, session: &Session, desk: &Desk<'_>) -> Change {
        let before = match &self.aim {
            Aim::Ways(managing) => managing.clone(),
            _ => Managing::default(),
        };
        let session = session.clone();
        let managing = Managing {
            doing: None,
            ..before
        };
        self.managing(managing, LoginState::In { session }, desk)
    }

    /// It came to nothing, and the owner is told why.
    fn refused(
        &self,
        session: &Session,
        kind: Kind,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let told = desk.notice(kind, &self.name, self.safe, rng);
        Step::strict(alloc::vec![self.no_more(session, desk), told], Next::Again)
    }

    /// What there is.
    pub(super) fn open(&self, session: &Session, ways: WaysIn, desk: &Desk<'_>) -> Step {
        let session = session.clone();
        let released = match &self.aim {
            Aim::Ways(managing) => managing.released.clone(),
            _ => None,
        };
        let seen = desk.books.owner().and_then(|owner| {
            let mut seen = owner.clone();
            seen.see_kit(self.safe, ways.kit_since);
            (seen.at != owner.at).then_some(Change::Own(Some(seen)))
        });
        let managing = Managing {
            doing: None,
            known: Some(ways),
            released,
        };
        let change = self.managing(managing, LoginState::Open { session }, desk);
        let changes = core::iter::once(change).chain(seen);
        Step::strict(changes.collect(), Next::Again)
    }

    pub(super) fn manage(
        &self,
        session: &Session,
        managing: &Managing,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        match &managing.doing {
            None => self.ask(session, Act::Ways, desk, rng, OwnerQuestion::Ways),
            Some(Doing::AddPasskey { .. }) => {
                let session = session.clone();
                self.go_on(LoginState::Making { session }, desk)
            }
            Some(Doing::AddTerminal { name, secret }) => {
                let request = RequestId::make(rng);
                let adding = self.terminal(session, (name, secret), request, desk, rng);
                self.add(session, adding, request, desk)
            }
            Some(Doing::Remove { device }) => {
                let device = *device;
                self.ask(session, Act::RemoveDevice, desk, rng, |within| {
                    OwnerQuestion::DeviceRemove(DeviceRemove { within, device })
                })
            }
            Some(Doing::Rename { device, name }) => {
                let root = desk.books.identity().map(|it| it.root());
                let label = root.and_then(|root| seal_label(&root, self.safe, name, rng));
                let (device, Some(label)) = (*device, label) else {
                    return self.done(session, desk);
                };
                self.ask(session, Act::RenameDevice, desk, rng, |within| {
                    OwnerQuestion::DeviceRename(DeviceRename {
                        within,
                        device,
                        label,
                    })
                })
            }
            Some(Doing::LookBack) => self.look_back(session, managing, desk),
            Some(Doing::MakeKit { words }) => {
                self.evaluate(session, &words.clone().into(), desk, rng)
            }
            Some(Doing::RevokeKit) => {
                self.ask(session, Act::RevokeKit, desk, rng, OwnerQuestion::KitRevoke)
            }
            Some(Doing::Freeze) => self.ask(session, Act::Freeze, desk, rng, |within| {
                OwnerQuestion::Freeze(FreezeItem::Session(within))
            }),
            Some(Doing::Unfreeze) => {
                self.ask(session, Act::Unfreeze, desk, rng, OwnerQuestion::Unfreeze)
            }
        }
    }

    pub(super) fn froze(
        &self,
        session: &Session,
        froze: Froze,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        match froze {
            Froze::Frozen(frozen) => {
                let known = known(desk).frozen_at(self.safe, Some(frozen));
                let changes = alloc::vec![self.no_more(session, desk), Change::Watch(known)];
                Step::strict(changes, Next::Again)
            }
            Froze::TooFewWays => self.refused(session, Kind::FreezeTooFewWays, desk, rng),
            // Of a session that is none that can be said.
            Froze::NeedsSession => Step::garbled(),
        }
    }

    pub(super) fn thawed(&self, session: &Session, thawed: Thawed, desk: &Desk<'_>) -> Step {
        let known = known(desk);
        let known = match thawed {
            Thawed::Thawed => known.frozen_at(self.safe, None),
            Thawed::Half { by, until, frozen } => {
                known.half_thawed_at(self.safe, frozen, Half { by, until })
            }
        };
        let changes = alloc::vec![self.no_more(session, desk), Change::Watch(known)];
        Step::strict(changes, Next::Again)
    }

    /// An authenticator that derives nothing has nothing to seal with: then one safe must not be enough for the root.
    pub(super) fn made(
        &self,
        session: &Session,
        key: PasskeyKey,
        derives: bool,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        if !derives && !may_lie_open(desk) {
            return self.refused(session, Kind::DeviceKeepsNoSecret, desk, rng);
        }
        let made = LoginState::Made {
            session: session.clone(),
            key,
            request: RequestId::make(rng),
        };
        self.go_on(made, desk)
    }

    pub(super) fn add_passkey(
        &self,
        session: &Session,
        (key, assertion, derived): (&PasskeyKey, Assertion, Option<&Secret>),
        request: RequestId,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let Aim::Ways(Managing {
            doing: Some(Doing::AddPasskey { name }),
            ..
        }) = &self.aim
        else {
            return self.done(session, desk);
        };
        if derived.is_none() && !may_lie_open(desk) {
            return self.refused(session, Kind::DeviceKeepsNoSecret, desk, rng);
        }
        let key = DeviceKey::Passkey(key.clone());
        let proof = DeviceProof::Passkey(assertion);
        let adding = self.adding((key, proof), name, derived, desk, rng);
        self.add(session, adding, request, desk)
    }

    fn terminal(
        &self,
        session: &Session,
        (name, secret): (&str, &Secret),
        request: RequestId,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Option<Adding> {
        let purpose = Purpose {
            safe: self.safe,
            account: super::account(desk.books.safe(self.safe)?),
            request,
            act: Act::AddDevice,
        };
        let challenge = enrolment_challenge(&session.keys.session, &purpose);
        let signs = terminal_key(secret, self.safe);
        let public = PublicKey::new(signs.public());
        let proof = DeviceProof::Terminal {
            key: public,
            signature: signs.sign(&signed_by_terminal(&challenge)),
        };
        let key = DeviceKey::Terminal(public);
        self.adding((key, proof), name, Some(secret), desk, rng)
    }

    /// The share, and where the other safes are, for a login with this device: sealed, if it derives something to seal with.
    fn adding(
        &self,
        (key, proof): (DeviceKey, DeviceProof),
        name: &str,
        derived: Option<&Secret>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Option<Adding> {
        let mut owner = desk.books.owner()?.clone();
        let root = desk.books.identity()?.root();
        if let DeviceKey::Passkey(passkey) = &key {
            owner.learn(self.safe, &[CredentialId(passkey.credential.clone())]);
        }
        let at = owner.at.iter().find(|at| at.safe == self.safe)?;
        let share = deal(&root, owner.needed, at.number)?;
        let kept = match derived {
            Some(derived) => {
                let export = kept_key(derived, self.safe);
                keep(&share, &owner.map(desk.books), self.safe, &export, rng)
            }
            None => Kept {
                share: share.to_vec(),
                map: Vec::new(),
            },
        };
        let label = seal_label(&root, self.safe, name, rng)?;
        Some(Adding {
            key,
            proof,
            label,
            kept,
        })
    }

    /// What is sealed is random, so it is stored before it is sent: a retry says the same.
    fn add(
        &self,
        session: &Session,
        adding: Option<Adding>,
        request: RequestId,
        desk: &Desk<'_>,
    ) -> Step {
        let Some(adding) = adding else {
            return self.done(session, desk);
        };
        let adding = LoginState::Adding {
            session: session.clone(),
            adding: Box::new(adding),
            request,
        };
        self.go_on(adding, desk)
    }

    pub(super) fn added(
        &self,
        session: &Session,
        adding: &Adding,
        added: DeviceAdded,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        match added {
            DeviceAdded::Added => {}
            DeviceAdded::TooMany => return self.refused(session, Kind::DeviceTooMany, desk, rng),
            DeviceAdded::NotProved => {
                return self.refused(session, Kind::DeviceNotProved, desk, rng);
            }
        }
        let session = session.clone();
        let mut changes = alloc::vec![self.journal(LoginState::Mapping { session }, desk)];
        if let (Some(owner), DeviceKey::Passkey(passkey)) = (desk.books.owner(), &adding.key) {
            let mut owner = owner.clone();
            owner.learn(self.safe, &[CredentialId(passkey.credential.clone())]);
            // With nothing to seal with there is no map: its share lies open.
            if adding.kept.map.is_empty() {
                let needed = owner.needed;
                let kind = Kind::DeviceShareOpen { needed };
                changes.push(desk.notice(kind, &self.name, self.safe, rng));
            }
            changes.push(Change::Own(Some(owner)));
        }
        Step::strict(changes, Next::Again)
    }
}

/// Whether a share may lie at a safe without a seal: alone it is worth nothing.
fn may_lie_open(desk: &Desk<'_>) -> bool {
    desk.books.owner().is_some_and(|owner| owner.needed > 1)
}
