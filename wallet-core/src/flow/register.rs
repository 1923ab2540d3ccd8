//! Registering a value at a safe (WO 01/13293, steps 1-5 to 1-15; its steps 1-8 to 1-13 are unreadable in the scan and
//! follow those of the second embodiment).
//!
//! ```text
//!            ┌───────────────unknown: same request again────────────┐
//!            ▼                                                      │
//! (owner) → Prepared ──ask──▶ certificate ──collates──▶ certificate stored AND value deleted (one transaction)
//!            │                     └──does not collate──▶ value unlocked, entry called off ▶ Retire
//!            ├──refused by the safe──▶ value unlocked
//!            └──called off by the owner──▶ value unlocked, request called off ▶ Retire
//!                                      └──the owner is enrolled──▶ ended at the safe ──▶ value unlocked
//!                                                                      └──another device has it──▶ value deleted
//! ```
//! While this device unlocks by one method alone, nothing is deleted: it waits in `Prepared`.
//!
//! A crash in `Prepared` asks again with the same request id; the safe answers with the same certificate. Nothing is
//! deleted before the certificate is stored: both happen in one transaction.

use super::{Desk, Flow, Input, Next, Retire, RetireWhat, Step, verify_certificate};
use crate::books::{
    Books, CertificateBody, CertificateItem, Change, Item, OthersWait, id_of_entry, secret,
};
use crate::client::{Question, Registration};
use crate::ids::{FlowId, ItemId};
use crate::lock::Standing;
use crate::notice::Kind;
use crate::owner::orders;
use crate::port::Body;
use crate::view::Waiting;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::certificate::CollationError;
use saifu_protocol::message::{EntryState, Given, Target};
use saifu_protocol::owner::Note;
use saifu_protocol::problem::Code;
use saifu_protocol::receipt::Event;
use saifu_protocol::{HolderId, PublicKey, RequestId, SafeId, object};
use serde::{Deserialize, Serialize};

/// A value is registered: everything the request needs was journaled before it was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Register {
    /// The value.
    pub value: ItemId,
    /// The safe.
    pub safe: SafeId,
    /// The request, the same on every attempt.
    pub request: RequestId,
    /// Seed of the holder's key, made for this registration alone.
    #[serde(with = "secret")]
    pub holder: Secret,
    /// For a part, what the wallet has made itself; for a value as it is nothing, the safe makes the digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// What the owner is to find beside the certificate, the same on every attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// The request by which it is called off, where the value must stay locked until the safe has said that it ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calling_off: Option<RequestId>,
    /// How many seconds others wait for it, the same on every attempt.
    #[serde(default, skip_serializing_if = "super::is_zero")]
    pub wait: u64,
}

impl Register {
    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if let Some(request) = self.calling_off {
            return self.end_at_safe(request, input, desk, rng);
        }
        match input {
            Input::Start | Input::Registered(_) if self.must_stay(desk.books, desk.lock) => {
                Step::then(Next::Wait(Waiting::SecondMethod))
            }
            Input::Start => Step::then(Next::Load(self.value)),
            Input::Loaded(Some(body)) if self.is_too_large(&body, desk.books) => {
                // The limit was pinned with the safe, so it was as low at every attempt before: the safe was never asked.
                let limit = desk.books.safe(self.safe).map(|safe| safe.object_limit);
                self.refused(Code::TooLarge, limit, desk, rng)
            }
            Input::Loaded(Some(body)) => Step::then(Next::Ask(
                self.safe,
                self.request,
                Question::Register(self.registration(&body, desk.books)),
            )),
            Input::Loaded(None) => Step::then(Next::Wait(crate::view::Waiting::StorageFailed)),
            Input::Registered(compact) => self.collate(&compact, desk, rng),
            Input::Refused(problem) => self.refused(problem.code, problem.limit, desk, rng),
            Input::CallOff => self.call_off(Kind::CalledOff, desk, rng),
            Input::Recovered(_)
            | Input::Ended(_)
            | Input::Gathered(_)
            | Input::Owner(_)
            | Input::Shown(_)
            | Input::Do(_)
            | Input::Waited(_)
            | Input::Audited(_)
            | Input::Asked(_) => Step::garbled(),
        }
    }

    /// What the safe is asked for, the same on every attempt.
    fn registration(&self, body: &Body, books: &Books) -> Registration {
        Registration {
            object: body.as_bytes().to_vec(),
            holder: self.holder.clone(),
            given: self.given.clone(),
            note: self.note.clone(),
            orders: match books.item(self.value) {
                Some(Item::Part(part)) => orders(books, self.safe, Some(part.of)),
                _ => None,
            },
            wait: self.wait,
        }
    }

    /// The same, if it would be asked for now and may be sent unattended: nothing that was called off, nothing that must stay, and
    /// nothing that the safe does not take.
    pub(super) fn unattended(
        &self,
        body: &Body,
        books: &Books,
        lock: Standing,
    ) -> Option<Registration> {
        let is_wanted = self.calling_off.is_none()
            && !self.must_stay(books, lock)
            && !self.is_too_large(body, books);
        is_wanted.then(|| self.registration(body, books))
    }

    /// Whether the value may not be deleted here, as the step with its certificate would. Then it is not even sent. A part is
    /// no value: it may go, and the value it was made of stays (see `Protect`).
    fn must_stay(&self, books: &Books, lock: Standing) -> bool {
        let is_part = matches!(books.item(self.value), Some(Item::Part(_)));
        !is_part && !lock.may_delete()
    }

    /// Whether the safe has said that it takes nothing so large: then it is not even asked.
    fn is_too_large(&self, body: &Body, books: &Books) -> bool {
        let safe = books.safe(self.safe);
        safe.is_some_and(|safe| body.as_bytes().len() as u64 > safe.object_limit)
    }

    /// Steps 1-13 and 1-14: collate, and only then store the certificate and delete the value.
    fn collate(&self, compact: &str, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let (Some(safe), Some(body)) = (desk.books.safe(self.safe), desk.body) else {
            return Step::garbled();
        };
        let Some(certificate) = verify_certificate(compact, &safe.signing_key, &safe.address)
        else {
            return self.call_off(Kind::CertificateForged, desk, rng);
        };
        let holder = HolderId::of(&PublicKey::new(SigningKey::derive(&self.holder).public()));
        let collated = match &self.given {
            Some(given) => certificate.collate_given(body.as_bytes(), given, holder),
            None => match object::read_object(body.as_bytes()) {
                Ok(value) => certificate.collate(body.as_bytes(), &value, holder),
                Err(_) => return Step::garbled(),
            },
        };
        if let Err(error) = collated {
            let kind = match error {
                // A root is a hash, too.
                CollationError::Hash | CollationError::Possession => Kind::CertificateHashWrong,
                CollationError::Digest | CollationError::Class => Kind::CertificateDigestWrong,
                CollationError::Holder => Kind::CertificateHolderWrong,
            };
            return self.call_off(kind, desk, rng);
        }
        let part = match desk.books.item(self.value) {
            Some(Item::Part(part)) => Some(part.of),
            _ => None,
        };
        let came_of = part.is_none().then_some(self.value);
        let mut item = CertificateItem::of(&certificate, body.as_bytes().len(), came_of);
        item.part = part;
        item.others = OthersWait::Told(self.wait);
        item.may_be_used = self.is_marked(desk);
        let author = desk.books.identity().filter(|_| part.is_some());
        let kept = CertificateBody {
            compact: compact.into(),
            holder: self.holder.clone(),
            session: None,
            cover: None,
            author: author.map(|it| PublicKey::new(SigningKey::derive(&it.author).public())),
        };
        Step::strict(
            alloc::vec![
                // Named after its entry, so that what comes home by it is known where the safe lists that entry.
                Change::Put(
                    id_of_entry(certificate.claims()),
                    Item::Certificate(item),
                    Some(kept.write())
                ),
                Change::Delete(self.value),
                Change::End(desk.id),
            ],
            Next::Nothing,
        )
    }

    fn refused(
        &self,
        code: Code,
        limit: Option<u64>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let kind = match (code, limit) {
            (Code::TooLarge, Some(limit)) => Kind::TooLargeForSafe { limit },
            (Code::CalledOff, _) => Kind::CalledOff,
            _ => Kind::RegistrationRefused,
        };
        let notice = desk.notice(kind, &self.name(desk), self.safe, rng);
        Step::strict(alloc::vec![Change::End(desk.id), notice], Next::Nothing)
    }

    /// The value is unlocked at once: no certificate of this registration will ever be stored, so nothing here can bring
    /// a second copy back. The safe is told to end the entry, or to refuse the request should it still arrive.
    ///
    /// An owner who is enrolled could log in on another device and find the entry. Then the value is unlocked when the safe has
    /// ended it.
    fn call_off(&self, kind: Kind, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let part = match desk.books.item(self.value) {
            Some(Item::Part(part)) => Some(part.of),
            _ => None,
        };
        if part.is_none() && desk.may_be_found_elsewhere() {
            let calling_off = Flow::Register(Self {
                calling_off: Some(RequestId::make(rng)),
                ..self.clone()
            });
            let notice = desk.notice(kind, &self.name(desk), self.safe, rng);
            let changes = alloc::vec![Change::Journal(desk.id, calling_off), notice];
            return Step::strict(changes, Next::Again);
        }
        let retire = Flow::Retire(Retire {
            safe: self.safe,
            request: RequestId::make(rng),
            what: RetireWhat::Registration {
                request: self.request,
                holder: self.holder.clone(),
            },
            part,
        });
        let notice = desk.notice(kind, &self.name(desk), self.safe, rng);
        Step::strict(
            alloc::vec![
                Change::End(desk.id),
                Change::Journal(FlowId::make(rng), retire),
                notice,
            ],
            Next::Nothing,
        )
    }

    /// Called off: the safe is to end whatever came of the registration.
    fn end_at_safe(
        &self,
        request: RequestId,
        input: Input,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let target = Target::Registration {
            request: self.request,
            item: 0,
        };
        let fingerprint = target.fingerprint();
        let ended = || Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing);
        match input {
            Input::Start | Input::CallOff => Step::then(Next::Ask(
                self.safe,
                request,
                Question::Retire {
                    target,
                    holder: self.holder.clone(),
                },
            )),
            Input::Ended(receipt) => match desk.receipt(&receipt, self.safe, fingerprint) {
                Some(receipt) if receipt.event == Event::Retired => ended(),
                _ => Step::garbled(),
            },
            Input::Refused(problem) => match desk.conflict(&problem, self.safe, fingerprint) {
                Some(proof) if proof.state == EntryState::Withdrawn => {
                    let kind = Kind::ReleasedElsewhere(proof);
                    let notice = desk.notice(kind, &self.name(desk), self.safe, rng);
                    let mut ledger = desk.books.ledger();
                    ledger.elsewhere += u64::from(!self.is_marked(desk));
                    let changes = alloc::vec![
                        Change::Delete(self.value),
                        Change::Settle(ledger),
                        Change::End(desk.id),
                        notice,
                    ];
                    Step::strict(changes, Next::Nothing)
                }
                Some(proof) if proof.state == EntryState::Withdrawing => {
                    Step::then(Next::Wait(Waiting::OpenElsewhere))
                }
                Some(proof) if proof.state == EntryState::Retired => ended(),
                // The safe's own word that nothing came of it, and that nothing will.
                None if matches!(problem.code, Code::CalledOff | Code::NotFound) => ended(),
                // It has lost its memory, or contradicts itself: what it had may come back with that.
                Some(_) | None => Step::then(Next::Wait(Waiting::SafeFailed)),
            },
            _ => Step::garbled(),
        }
    }

    fn is_marked(&self, desk: &Desk<'_>) -> bool {
        let value = desk.books.value(self.value);
        value.is_some_and(|value| value.may_be_used)
    }

    fn name(&self, desk: &Desk<'_>) -> alloc::string::String {
        super::name_of(desk.books, self.value)
    }
}
