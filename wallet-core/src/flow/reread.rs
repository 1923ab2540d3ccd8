//! Reading once more what a safe has handed out: a *disaster copy*, for an owner whose device was lost after it had confirmed.
//!
//! ```text
//! (owner) → Asking ──in a session of the owner's: RECOVER as a last resort──▶ bytes that match
//!             │  │                                                              ├─ a value ──▶ held and marked, ended
//!             │  └─ no session: waits until the owner has logged in             └─ a part ───▶ Here, until its group is decided
//!             └─ refused, or other bytes: the owner is told, ended
//! ```
//! Nothing changes at the safe: no session gets the entry, and nothing is confirmed or given back. So whoever has confirmed it has
//! the real one. A crash asks again, which is the same question. The wait for other accounts holds here as for a recovery.

use super::{Desk, Flow, Input, Login, LoginState, Next, Step};
use crate::books::{Books, CertificateBody, Change, Custody, Item, PartHere, PartItem, ValueItem};
use crate::client::OwnerAnswer;
use crate::group::Verdict;
use crate::ids::{FlowId, ItemId};
use crate::notice::Kind;
use crate::port::Body;
use crate::view::Waiting;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::certificate::Certificate;
use saifu_protocol::message::{EntryState, Presented, Recovered};
use saifu_protocol::owner::Answer;
use saifu_protocol::problem::Problem;
use saifu_protocol::{SafeId, SessionId};
use serde::{Deserialize, Serialize};

/// What was handed out is read once more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reread {
    /// The certificate.
    pub certificate: ItemId,
    /// The safe.
    pub safe: SafeId,
    /// As whom it is asked. The safe remembers nothing of it.
    pub session: SessionId,
    /// Whether the certificate was taken in for this alone, and goes with it.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub taken_in: bool,
    /// What is true.
    pub state: RereadState,
}

/// What is true of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RereadState {
    /// The safe is to be asked.
    Asking,
    /// A part is here.
    Here {
        /// Where it is stored.
        part: ItemId,
    },
}

impl Reread {
    /// One that has not begun.
    pub(crate) fn begin(
        certificate: ItemId,
        safe: SafeId,
        taken_in: bool,
        rng: &mut dyn CryptoRng,
    ) -> Change {
        let reread = Self {
            certificate,
            safe,
            session: SessionId::make(rng),
            taken_in,
            state: RereadState::Asking,
        };
        Change::Journal(FlowId::make(rng), Flow::Reread(reread))
    }

    /// Whether it may still bring something.
    pub(crate) fn is_fetching(&self) -> bool {
        self.state == RereadState::Asking
    }

    /// The part that is here, if one is.
    pub(crate) fn arrived(&self) -> Option<ItemId> {
        match self.state {
            RereadState::Asking => None,
            RereadState::Here { part } => Some(part),
        }
    }

    /// Nothing is wanted of it any more.
    pub(super) fn give_up(&self, id: FlowId) -> Vec<Change> {
        let part = self.arrived().map(Change::Delete);
        core::iter::once(Change::End(id)).chain(part).collect()
    }

    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match (self.state, input) {
            (RereadState::Here { .. }, Input::Start) => self.wait_for_group(desk),
            (RereadState::Asking, Input::Start) => self.start(desk),
            (RereadState::Asking, Input::Loaded(body)) => {
                match body.as_ref().and_then(CertificateBody::read) {
                    Some(kept) => self.ask(&kept, desk, rng),
                    None => Step::then(Next::Wait(Waiting::StorageFailed)),
                }
            }
            (RereadState::Asking, Input::Owner(OwnerAnswer::Recovered(answer))) => match answer {
                Answer::Done(recovered) => self.arrive(&recovered, desk, rng),
                Answer::Out => self.left_out(desk),
            },
            (RereadState::Asking, Input::Refused(problem)) => {
                let kind = self.why_refused(&problem, desk);
                self.end(Some(kind), desk, rng)
            }
            (_, Input::CallOff) => self.end(None, desk, rng),
            _ => Step::garbled(),
        }
    }

    fn start(&self, desk: &Desk<'_>) -> Step {
        let Some(certificate) = desk.books.certificate(self.certificate) else {
            return Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing);
        };
        // A group looks for room once, for its values.
        if certificate.part.is_none()
            && let Some(missing) = desk.books.missing_room(certificate.object_bytes)
        {
            return Step::then(Next::NoRoom(missing));
        }
        Step::then(Next::Load(self.certificate))
    }

    fn ask(&self, kept: &CertificateBody, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let Some((_, login)) = open_login(desk.books, self.safe) else {
            return Step::then(Next::Wait(Waiting::LogIn));
        };
        let presented = Presented::Certificate(kept.compact.clone());
        let asked = login.read_last(presented, self.session, desk, rng);
        asked.unwrap_or_else(Step::garbled)
    }

    /// The session is over: that is the end of its login, and its owner shows once more who they are.
    fn left_out(&self, desk: &Desk<'_>) -> Step {
        let changes = match open_login(desk.books, self.safe) {
            Some((id, login)) => login.left_out_for_good(id, desk),
            None => Vec::new(),
        };
        Step::strict(changes, Next::Wait(Waiting::LogIn))
    }

    /// The bytes must be those of the certificate. A safe that lies is left out, and with enough others it does not matter.
    fn arrive(&self, recovered: &Recovered, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let known = desk.books.safe(self.safe);
        let (Some(safe), Some(kept), Some(item)) = (
            known,
            desk.body.and_then(CertificateBody::read),
            desk.books.certificate(self.certificate),
        ) else {
            return Step::then(Next::Again);
        };
        let Ok(certificate) = Certificate::verify(&kept.compact, &safe.signing_key) else {
            return Step::garbled();
        };
        let size = recovered.object.len() as u64;
        let body = Body::new(recovered.object.clone());
        let id = ItemId::make(rng);
        if let Some(of) = item.part {
            if !certificate.claims().hash.matches(&recovered.object) {
                return self.end(Some(Kind::LastCopyWrong), desk, rng);
            }
            let here = PartHere::Fetched { safe: self.safe };
            let part = Item::Part(PartItem { of, size, here });
            let next = Flow::Reread(Self {
                state: RereadState::Here { part: id },
                ..self.clone()
            });
            let changes = alloc::vec![
                Change::Put(id, part, Some(body)),
                Change::Journal(desk.id, next),
            ];
            return Step::strict(changes, Next::Again);
        }
        let Ok(value) = certificate.read_recovered(&recovered.object) else {
            return self.end(Some(Kind::LastCopyWrong), desk, rng);
        };
        if let Some(missing) = desk.books.missing_room(size) {
            return Step::then(Next::NoRoom(missing));
        }
        let copy = copy_of(
            ValueItem::of(&value, recovered.object.len(), desk.now, Custody::Held),
            self.certificate,
        );
        let mut step = self.end(Some(Kind::LastCopyHere), desk, rng);
        step.changes
            .push(Change::Put(id, Item::Value(copy), Some(body)));
        step
    }

    /// A part that is here goes with what is decided for its group.
    fn wait_for_group(&self, desk: &Desk<'_>) -> Step {
        let certificate = desk.books.certificate(self.certificate);
        let part = certificate.and_then(|it| it.part);
        match part.map(|of| desk.books.verdict(of)) {
            Some(Verdict::Wait) => Step::then(Next::Rest),
            Some(Verdict::Confirm | Verdict::GiveBack) | None => {
                Step::strict(self.give_up(desk.id), Next::Nothing)
            }
        }
    }

    fn why_refused(&self, problem: &Problem, desk: &Desk<'_>) -> Kind {
        let kept = desk.body.and_then(CertificateBody::read);
        let proof = kept.and_then(|kept| {
            let target = Presented::Certificate(kept.compact).fingerprint();
            desk.conflict(problem, self.safe, target)
        });
        match proof {
            Some(proof) if matches!(proof.state, EntryState::Withdrawn | EntryState::Retired) => {
                let since = proof.since;
                Kind::LastCopyOver { since }
            }
            Some(_) => Kind::RefusedBySafe,
            None => super::refusal(problem.code),
        }
    }

    /// What was taken in for this alone goes with it. That of a group goes with the group.
    fn end(&self, told: Option<Kind>, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let mut changes = self.give_up(desk.id);
        let is_alone = |certificate: &crate::books::CertificateItem| certificate.part.is_none();
        if self.taken_in
            && desk
                .books
                .certificate(self.certificate)
                .is_some_and(is_alone)
        {
            changes.push(Change::Delete(self.certificate));
        }
        let name = super::name_of(desk.books, self.certificate);
        changes.extend(told.map(|kind| desk.notice(kind, &name, self.safe, rng)));
        Step::strict(changes, Next::Nothing)
    }
}

/// A disaster copy, of what came by this certificate or group.
pub(super) fn copy_of(value: ValueItem, came_of: ItemId) -> ValueItem {
    ValueItem {
        came_of: Some(came_of),
        may_be_used: true,
        ..value
    }
}

/// The session of the owner's that is open at this safe.
pub(super) fn open_login(books: &Books, safe: SafeId) -> Option<(FlowId, &Login)> {
    books.flows().find_map(|(id, flow)| match flow {
        Flow::Login(login) if login.safe == safe && login.is_open() => Some((id, login)),
        _ => None,
    })
}

impl Login {
    /// Whether its session rests, open for what its owner wants.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, LoginState::Open { .. })
    }
}
