//! Taking over a certificate that was handed over: its holder's key is replaced by one of this wallet's own, so that
//! whoever gave it, and whoever has seen it on its way, finds nothing any more.
//!
//! ```text
//! (owner) → Rotating ──ROTATE──▶ new certificate stored in the place of the old ──all of its backup──▶ recovered here
//!              ▲   │
//!              │   └──refused──▶ certificate marked, the owner told
//!              └──crash, no answer: same request again; the safe answers with the same certificate
//! ```
//! What is handed back to whoever gave it is of an entry that wallet still has a certificate of, which opens nothing any
//! more. Or it does, and the paper is an old one: only the safe knows. So the certificate here stays as it is until the
//! safe has answered for the paper.

use super::{Desk, Flow, Input, Next, Step, protect, recover, reunite, verify_certificate};
use crate::bearer::Cover;
use crate::books::{CertificateBody, Change, Item, OthersWait, Standing, secret};
use crate::client::Question;
use crate::group::{Phase, without};
use crate::ids::ItemId;
use crate::notice::Kind;
use crate::owner::orders;
use crate::view::Waiting;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::certificate::{Claims, read_claims_unverified};
use saifu_protocol::message::Presented;
use saifu_protocol::owner::Note;
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::{HolderId, PublicKey, RequestId, SafeId};
use serde::{Deserialize, Serialize};

/// A certificate is taken over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rotate {
    /// The certificate.
    pub certificate: ItemId,
    /// The safe.
    pub safe: SafeId,
    /// The request, the same on every attempt.
    pub request: RequestId,
    /// Seed of the key that replaces the holder's.
    #[serde(with = "secret")]
    pub next: Secret,
    /// What the owner is to find beside the new certificate, the same on every attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// What the paper says, where this wallet has a certificate of the entry already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed: Option<Handed>,
    /// How many seconds others wait for it from then on, the same on every attempt.
    #[serde(default, skip_serializing_if = "super::is_zero")]
    pub wait: u64,
}

/// A certificate as it was handed over, of an entry that this wallet has another one of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Handed {
    /// The certificate, compact.
    pub compact: String,
    /// Seed of its holder's key.
    #[serde(with = "secret")]
    pub holder: Secret,
}

impl Rotate {
    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let kept = match &input {
            Input::Start | Input::CallOff => return Step::then(Next::Load(self.certificate)),
            Input::Loaded(body) => body.as_ref().and_then(CertificateBody::read),
            _ => desk.body.and_then(CertificateBody::read),
        };
        let Some(kept) = kept else {
            return Step::then(Next::Wait(Waiting::StorageFailed));
        };
        let handed = self.handed.clone().unwrap_or_else(|| Handed {
            compact: kept.compact.clone(),
            holder: kept.holder.clone(),
        });
        match input {
            Input::Loaded(_) if self.handed.is_some() && handed.holder == kept.holder => {
                self.end(Kind::PaperAlreadyHere, desk, rng)
            }
            Input::Loaded(_) => Step::then(Next::Ask(
                self.safe,
                self.request,
                Question::Rotate {
                    compact: handed.compact,
                    holder: handed.holder,
                    next: self.next_holder(),
                    note: self.note.clone(),
                    orders: {
                        let item = desk.books.certificate(self.certificate);
                        orders(desk.books, self.safe, item.and_then(|item| item.part))
                    },
                    wait: self.wait,
                },
            )),
            Input::Registered(compact) => {
                self.take_over(&compact, &handed.compact, kept, desk, rng)
            }
            Input::Refused(problem) => self.refused(&problem, &handed.compact, desk, rng),
            _ => Step::garbled(),
        }
    }

    /// The certificate that was here stays as it was.
    fn end(&self, kind: Kind, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let name = super::name_of(desk.books, self.certificate);
        let mut changes = alloc::vec![Change::End(desk.id)];
        if desk.is_leaving(self.certificate) {
            // Given up meanwhile: the certificate that was here may open the entry all the same.
            changes.push(protect::retire(self.certificate, self.safe, rng));
        }
        // Of several papers of one backup it is said once.
        let mut told = desk.books.notices();
        if !told.any(|told| told.kind == kind && told.subject == name) {
            changes.push(desk.notice(kind, &name, self.safe, rng));
        }
        Step::strict(changes, Next::Nothing)
    }

    fn next_holder(&self) -> HolderId {
        HolderId::of(&PublicKey::new(SigningKey::derive(&self.next).public()))
    }

    /// The new certificate must say what the old one said, of the holder alone something else.
    fn take_over(
        &self,
        compact: &str,
        handed: &str,
        kept: CertificateBody,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let Some(safe) = desk.books.safe(self.safe) else {
            return Step::garbled();
        };
        let old = verify_certificate(handed, &safe.signing_key, &safe.address);
        let new = verify_certificate(compact, &safe.signing_key, &safe.address);
        let (Some(old), Some(new)) = (old, new) else {
            return Step::garbled();
        };
        let expected = Claims {
            holder: self.next_holder(),
            issued_at: new.claims().issued_at,
            // One that names a longer address may have no room for it.
            possession: old.claims().possession.and(new.claims().possession),
            ..old.claims().clone()
        };
        let Some(item) = desk.books.certificate(self.certificate) else {
            return Step::garbled();
        };
        if *new.claims() != expected {
            return Step::garbled();
        }
        let mut item = item.clone();
        item.issued_at = new.claims().issued_at;
        item.standing = Standing::AtSafe;
        item.others = OthersWait::Told(self.wait);
        // The bytes at the safe are the same for every holder, and covered for the first of them.
        let cover = item.part.map(|_| kept.cover.unwrap_or(Cover(kept.holder)));
        let body = CertificateBody {
            compact: compact.into(),
            holder: self.next.clone(),
            session: None,
            author: kept.author,
            cover,
        };
        let mut changes = alloc::vec![
            Change::Put(
                self.certificate,
                Item::Certificate(item),
                Some(body.write())
            ),
            Change::End(desk.id),
        ];
        let part = desk.books.certificate(self.certificate);
        let group = part.and_then(|it| desk.books.group(it.part?.group));
        match group.map(|group| group.phase) {
            Some(Phase::Leaving) => {
                changes.push(protect::retire(self.certificate, self.safe, rng));
            }
            Some(Phase::Elsewhere) => changes.extend(group.map(|group| {
                let mut group = group.clone();
                group.phase = Phase::AtSafes;
                group.put()
            })),
            _ => {}
        }
        changes.extend(self.recover(desk, rng));
        Step::strict(changes, Next::Nothing)
    }

    fn refused(
        &self,
        problem: &Problem,
        handed: &str,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let target = Presented::Certificate(handed.into()).fingerprint();
        let standing = match desk.conflict(problem, self.safe, target) {
            Some(proof) => Standing::Elsewhere(proof),
            None if problem.code == Code::Conflict => return Step::garbled(),
            None => Standing::NotHandedOut,
        };
        let kind = match problem.code {
            Code::NotFound | Code::CertificateMismatch | Code::Conflict => Kind::PaperWorthless,
            code => super::refusal(code),
        };
        if self.handed.is_some() {
            let handed = read_claims_unverified(handed).map(|claims| claims.issued_at);
            let known = desk.books.certificate(self.certificate);
            // Of the same second as the one here: most likely the one this has taken the place of, read again.
            let is_spent = known.map(|it| it.issued_at) == handed.ok();
            let kind = match kind {
                Kind::PaperWorthless if is_spent => Kind::PaperAlreadyHere,
                kind => kind,
            };
            return match problem.code {
                Code::NotFound | Code::CertificateMismatch | Code::Conflict => {
                    self.end(kind, desk, rng)
                }
                // The paper may be all that is left of it, and it is nowhere but in this record.
                Code::RolledBack => Step::then(Next::Wait(Waiting::RolledBack)),
                _ => Step::then(Next::Wait(Waiting::SafeFailed)),
            };
        }
        let part = desk.books.certificate(self.certificate);
        if let Some(part) = part.and_then(|it| it.part)
            && desk.is_leaving(self.certificate)
        {
            // Given up meanwhile, and worth nothing: nobody else would put it away.
            let mut changes = alloc::vec![Change::End(desk.id)];
            changes.extend(without(self.certificate, part, desk.books));
            return Step::strict(changes, Next::Nothing);
        }
        let name = super::name_of(desk.books, self.certificate);
        let mut changes = alloc::vec![
            Change::End(desk.id),
            desk.notice(kind, &name, self.safe, rng),
        ];
        changes.extend(desk.restand(self.certificate, standing, None));
        changes.extend(self.recover(desk, rng));
        Step::strict(changes, Next::Nothing)
    }

    /// The last of a backup to be taken over: now it comes home.
    fn recover(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Vec<Change> {
        let Some(part) = desk
            .books
            .certificate(self.certificate)
            .and_then(|it| it.part)
        else {
            return recover::open(desk.books, self.certificate, false, Some(desk.id), rng)
                .into_iter()
                .collect();
        };
        let is_last = !desk.books.flows().any(|(id, flow)| {
            id != desk.id
                && matches!(flow, Flow::Rotate(_))
                && flow.group(desk.books) == Some(part.group)
        });
        match is_last {
            true => reunite::begin(desk.books, part.group, reunite::Then::Hold, false, rng),
            false => Vec::new(),
        }
    }
}
