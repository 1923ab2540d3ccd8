//! Ending an entry at a safe without having its value handed out: because its owner gives it up, or because the
//! registration it came from was called off.
//!
//! ```text
//! (owner gives up) ──▶ Retiring ──RETIRE──▶ receipt ──▶ certificate deleted
//!                          │                └──refused: another device has it──▶ certificate marked
//! (called off) ────▶ Retiring ──RETIRE──▶ ended, whatever the safe says
//! ```
//! A crash asks again; the safe answers with the same receipt.
//!
//! What is called off may have been found by a login on another device meanwhile. What that was given is noted for the group,
//! which decides about the values here.

use super::{Desk, Input, Next, Step};
use crate::books::{CertificateBody, Change, Elsewhere, Standing, secret};
use crate::client::Question;
use crate::group::{PartOf, without};
use crate::ids::ItemId;
use crate::notice::Kind;
use crate::view::Waiting;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::message::{EntryState, Presented, Target};
use saifu_protocol::problem::Code;
use saifu_protocol::receipt::Event;
use saifu_protocol::{RequestId, SafeId};
use serde::{Deserialize, Serialize};

/// A safe is told to end an entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Retire {
    /// The safe.
    pub safe: SafeId,
    /// The request.
    pub request: RequestId,
    /// Which entry.
    pub what: RetireWhat,
    /// Which part of a group it has, where no certificate says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<PartOf>,
}

/// Which entry is to end.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetireWhat {
    /// That of a certificate.
    Certificate {
        /// The certificate.
        certificate: ItemId,
    },
    /// Whatever came of an own registration.
    Registration {
        /// The request of that registration.
        request: RequestId,
        /// Seed of its holder's key.
        #[serde(with = "secret")]
        holder: Secret,
    },
}

impl Retire {
    /// The certificate whose entry ends.
    pub fn certificate(&self) -> Option<ItemId> {
        match self.what {
            RetireWhat::Certificate { certificate } => Some(certificate),
            RetireWhat::Registration { .. } => None,
        }
    }

    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match &self.what {
            RetireWhat::Certificate { certificate } => self.discard(*certificate, input, desk, rng),
            RetireWhat::Registration { request, holder } => match input {
                Input::Start | Input::CallOff => Step::then(Next::Ask(
                    self.safe,
                    self.request,
                    Question::Retire {
                        target: Target::Registration {
                            request: *request,
                            item: 0,
                        },
                        holder: holder.clone(),
                    },
                )),
                Input::Ended(_) => Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing),
                Input::Refused(problem) => {
                    let target = Target::Registration {
                        request: *request,
                        item: 0,
                    };
                    let proof = desk.conflict(&problem, self.safe, target.fingerprint());
                    match (self.part, proof) {
                        (Some(of), Some(proof)) if desk.books.is_undone(of.group) => {
                            self.released(of, proof, None, desk)
                        }
                        // It has lost its memory, or contradicts itself: what it had may come back with that.
                        (Some(of), None)
                            if desk.books.is_undone(of.group)
                                && !matches!(problem.code, Code::CalledOff | Code::NotFound) =>
                        {
                            Step::then(Next::Wait(Waiting::SafeFailed))
                        }
                        _ => Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing),
                    }
                }
                Input::Loaded(_)
                | Input::Gathered(_)
                | Input::Registered(_)
                | Input::Owner(_)
                | Input::Shown(_)
                | Input::Do(_)
                | Input::Waited(_)
                | Input::Audited(_)
                | Input::Asked(_)
                | Input::Recovered(_) => Step::garbled(),
            },
        }
    }

    fn discard(
        &self,
        certificate: ItemId,
        input: Input,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let kept = match &input {
            Input::Start | Input::CallOff => return Step::then(Next::Load(certificate)),
            Input::Loaded(body) => body.as_ref().and_then(CertificateBody::read),
            _ => desk.body.and_then(CertificateBody::read),
        };
        let Some(kept) = kept else {
            return Step::then(Next::Wait(Waiting::StorageFailed));
        };
        let target = Target::Certificate {
            presented: Presented::Certificate(kept.compact),
        };
        match input {
            Input::Loaded(_) => Step::then(Next::Ask(
                self.safe,
                self.request,
                Question::Retire {
                    target,
                    holder: kept.holder,
                },
            )),
            Input::Ended(receipt) => {
                match desk.receipt(&receipt, self.safe, target.fingerprint()) {
                    Some(receipt) if receipt.event == Event::Retired => {
                        gone(certificate, desk, Vec::new())
                    }
                    _ => Step::garbled(),
                }
            }
            Input::Refused(problem) => {
                match desk.conflict(&problem, self.safe, target.fingerprint()) {
                    Some(proof) if proof.state == EntryState::Retired => {
                        gone(certificate, desk, Vec::new())
                    }
                    Some(proof) => {
                        let standing = Standing::Elsewhere(proof);
                        let kind = Kind::ReleasedElsewhere(proof);
                        let part = desk.books.certificate(certificate).and_then(|it| it.part);
                        if let Some(of) = part.filter(|of| desk.books.is_undone(of.group)) {
                            return self.released(of, proof, Some(certificate), desk);
                        }
                        if desk.is_leaving(certificate) {
                            // The values are home already; whoever has this part cannot have enough.
                            return gone(certificate, desk, Vec::new());
                        }
                        let name = super::name_of(desk.books, certificate);
                        let mut changes = alloc::vec![
                            Change::End(desk.id),
                            desk.notice(kind, &name, self.safe, rng),
                        ];
                        changes.extend(desk.restand(certificate, standing, None));
                        Step::strict(changes, Next::Nothing)
                    }
                    None if problem.code == Code::Conflict => Step::garbled(),
                    None => self.not_ended(certificate, problem.code, desk, rng),
                }
            }
            _ => Step::garbled(),
        }
    }

    /// Somebody else has the part, or has it open. Whether that is enough to have the values is decided for the group.
    fn released(
        &self,
        of: PartOf,
        proof: Elsewhere,
        certificate: Option<ItemId>,
        desk: &Desk<'_>,
    ) -> Step {
        // It may be given back, and can then be ended.
        if proof.state == EntryState::Withdrawing {
            return Step::then(Next::Wait(Waiting::OpenElsewhere));
        }
        let mut changes = alloc::vec![Change::End(desk.id)];
        if let Some(group) = desk.books.group(of.group)
            && group.is_vote(of)
            && proof.state == EntryState::Withdrawn
        {
            let mut group = group.clone();
            group.released.retain(|(safe, _)| *safe != self.safe);
            group.released.push((self.safe, proof));
            changes.push(group.put());
        }
        // The group stays until it is decided what becomes of the values.
        changes.extend(certificate.map(Change::Delete));
        Step::strict(changes, Next::Nothing)
    }

    /// The safe refuses without proof. If it says that it knows no such entry, there is nothing to end and the owner has
    /// given it up; anything else leaves the certificate as it was.
    fn not_ended(
        &self,
        certificate: ItemId,
        code: Code,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let name = super::name_of(desk.books, certificate);
        let notice = |kind, rng: &mut dyn CryptoRng| desk.notice(kind, &name, self.safe, rng);
        match code {
            Code::NotFound => {
                let notice = notice(Kind::DiscardedUnknownToSafe, rng);
                gone(certificate, desk, alloc::vec![notice])
            }
            Code::RolledBack => {
                let notice = notice(Kind::DiscardedAfterRollback, rng);
                gone(certificate, desk, alloc::vec![notice])
            }
            _ if desk.is_leaving(certificate) => {
                // Its values are home, or given up: what this safe says of its part holds nobody up.
                let notice = notice(Kind::RefusedBySafe, rng);
                gone(certificate, desk, alloc::vec![notice])
            }
            _ => {
                let notice = notice(Kind::RefusedBySafe, rng);
                Step::strict(alloc::vec![Change::End(desk.id), notice], Next::Nothing)
            }
        }
    }
}

fn gone(certificate: ItemId, desk: &Desk<'_>, mut changes: Vec<Change>) -> Step {
    changes.push(Change::End(desk.id));
    if let Some(part) = desk.books.certificate(certificate).and_then(|it| it.part) {
        // What became of the values was settled when the group was told to leave.
        changes.extend(without(certificate, part, desk.books));
        return Step::strict(changes, Next::Nothing);
    }
    let mut ledger = desk.books.ledger();
    let item = desk.books.certificate(certificate);
    ledger.discarded += u64::from(item.is_none_or(|it| !it.may_be_used));
    changes.push(Change::Delete(certificate));
    changes.push(Change::Settle(ledger));
    Step::strict(changes, Next::Nothing)
}
