//! Recovering a value from a safe (WO 01/13293, steps 2-5 to 2-14), so that it comes back exactly once.
//!
//! ```text
//! (owner) → Opening{session} ──RECOVER──▶ bytes that match ──stored──▶ Arrived ──ACK──▶ receipt
//!              │  │                            │                         │               └─▶ Held AND certificate
//!              │  │                            └──do not match──┐        │                   deleted (one transaction)
//!              │  └──called off by the owner──▶ Returning ◀─────┘        └──refused by receipt: another session has it──▶
//!              │                                    └──RETURN──▶ ended       Arrived copy destroyed, certificate marked
//!              └──refused──▶ certificate marked, ended
//! ```
//! If an earlier attempt was refused without proof, `Clearing` gives its session back first (RETURN), and only then is
//! another one opened.
//!
//! The session is journaled before the safe hears of it, so a crash anywhere asks again in the same session and gets the
//! same bytes. A crash in `Arrived` confirms again and gets the same receipt. Until the receipt is here the copy can be
//! neither used nor shown: the safe could still refuse. Once it has been asked to confirm, a recovery cannot be called
//! off, because the confirmation may have arrived.

use super::order::{Ordering, Via, Way, device_of, login_for};
use super::{Desk, Flow, Input, Next, Step, protect};
use crate::books::{
    Books, CertificateBody, Change, Custody, Elsewhere, Item, MovedBy, PartHere, PartItem, Session,
    Standing, ValueItem,
};
use crate::client::{OwnerAnswer, Presentation, Question};
use crate::group::{PartOf, Phase, Verdict, without};
use crate::ids::{FlowId, ItemId};
use crate::notice::Kind;
use crate::port::Body;
use crate::view::Waiting;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::certificate::{Certificate, RecoveredError};
use saifu_protocol::message::{EntryState, Outcome, Presented, Recovered};
use saifu_protocol::object::ObjectError;
use saifu_protocol::order::{Act, Coupled, Obeyed, waiter};
use saifu_protocol::owner::Answer;
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::receipt::Event;
use saifu_protocol::{CertificateId, PublicKey, RequestId, SafeId};
use serde::{Deserialize, Serialize};

/// A value is recovered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recover {
    /// The certificate.
    pub certificate: ItemId,
    /// The safe.
    pub safe: SafeId,
    /// The session.
    pub session: Session,
    /// Who wants it.
    #[serde(default, skip_serializing_if = "MovedBy::is_owner")]
    pub by: MovedBy,
    /// Where it was ordered: the safe that brings this one what it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
    /// What is true.
    pub state: RecoverState,
}

/// What is true of a recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecoverState {
    /// The session is that of an earlier attempt which the safe refused without proof: it is given back before another
    /// one is opened, since the entry may be open for it.
    Clearing {
        /// The request that gives it back.
        request: RequestId,
    },
    /// The session is journaled; the entry may be open for it.
    Opening {
        /// The request that asks for the bytes.
        request: RequestId,
    },
    /// A part is stored here; whether it is to be confirmed is decided for its group ([`super::Reunite`]).
    Fetched {
        /// Where it is stored.
        part: ItemId,
    },
    /// The bytes are stored here, not usable; the confirmation may have been sent.
    Arrived {
        /// Where they are stored.
        value: ItemId,
        /// The request that confirms.
        request: RequestId,
    },
    /// The session wants nothing any more; the entry may still be open for it.
    Returning {
        /// The request that gives it back.
        request: RequestId,
        /// Why.
        why: ReturnReason,
    },
}

/// Why an offer is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReturnReason {
    /// The owner called it off.
    CalledOff,
    /// The bytes are not those of the certificate.
    BytesWrong,
    /// The bytes are of a version this wallet does not read.
    Unreadable,
}

impl ReturnReason {
    fn notice(self) -> Kind {
        match self {
            ReturnReason::CalledOff => Kind::RecoveryCalledOff,
            ReturnReason::BytesWrong => Kind::RecoveredBytesWrong,
            ReturnReason::Unreadable => Kind::RecoveredUnreadable,
        }
    }
}

/// Opens a certificate's entry for a fresh session, if no other flow than the one that is just finishing works on it.
///
/// With `take_back`, what is open for the session of a device that is lost is given back in its place: it has not confirmed,
/// so what it was given is not usable there, and never will be.
pub(crate) fn open(
    books: &Books,
    certificate: ItemId,
    take_back: bool,
    finishing: Option<FlowId>,
    rng: &mut dyn CryptoRng,
) -> Option<Change> {
    let item = books.certificate(certificate)?;
    let is_free = books
        .lock(certificate)
        .is_none_or(|flow| Some(flow) == finishing);
    if !is_free || books.safe(item.safe).is_none() {
        return None;
    }
    let request = RequestId::make(rng);
    let mut session = Session::make(rng);
    let mut state = RecoverState::Opening { request };
    if let (true, Standing::Elsewhere(proof)) = (take_back, item.standing)
        && let (EntryState::Withdrawing, Some(theirs)) = (proof.state, proof.session)
    {
        session.id = theirs;
        state = RecoverState::Clearing { request };
    }
    let recover = Recover {
        certificate,
        safe: item.safe,
        session,
        by: MovedBy::Owner,
        via: None,
        state,
    };
    Some(Change::Journal(FlowId::make(rng), Flow::Recover(recover)))
}

impl Recover {
    /// The copy that has arrived, if one has.
    pub fn arrived(&self) -> Option<ItemId> {
        match self.state {
            RecoverState::Arrived { value, .. } | RecoverState::Fetched { part: value } => {
                Some(value)
            }
            RecoverState::Clearing { .. }
            | RecoverState::Opening { .. }
            | RecoverState::Returning { .. } => None,
        }
    }

    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if let Input::Start = input {
            return self.start(desk, rng);
        }
        if let Input::Owner(OwnerAnswer::Ordered(answer)) = input {
            return self.told_by_order(answer, desk, rng);
        }
        if let Input::Loaded(body) = input {
            return match body.as_ref().and_then(CertificateBody::read) {
                Some(kept) => self.ask(&kept, desk, rng),
                None => Step::then(Next::Wait(Waiting::StorageFailed)),
            };
        }
        let Some(kept) = desk.body.and_then(CertificateBody::read) else {
            return match input {
                // Nothing has been asked yet, or the answer is lost with the body: the same end is reached by asking.
                Input::CallOff => self.call_off(desk, rng),
                _ => Step::then(Next::Again),
            };
        };
        match (self.state, input) {
            (_, Input::CallOff) => self.call_off(desk, rng),
            (RecoverState::Opening { .. }, Input::Recovered(recovered)) => {
                self.arrive(&recovered, &kept, desk, rng)
            }
            (RecoverState::Opening { .. }, Input::Refused(problem)) => {
                self.refused(&problem, &kept, desk, rng)
            }
            (RecoverState::Arrived { request, .. }, Input::Recovered(_)) => {
                // The safe had forgotten the session and has opened the entry for it again: confirm again.
                Step::then(Next::Ask(
                    self.safe,
                    request,
                    Question::Ack(self.presentation(&kept)),
                ))
            }
            (RecoverState::Arrived { value, .. }, Input::Ended(receipt)) => {
                self.hold(value, &receipt, &kept, desk)
            }
            (RecoverState::Arrived { value, .. }, Input::Refused(problem)) => {
                self.unconfirmed(value, &problem, &kept, desk, rng)
            }
            (RecoverState::Clearing { .. }, Input::Ended(receipt)) => {
                let returned = Event::Returned {
                    session: self.session.id,
                };
                match desk.receipt(&receipt, self.safe, target(&kept)) {
                    Some(receipt) if receipt.event == returned => {
                        self.open_afresh(&kept, desk, rng)
                    }
                    _ => Step::garbled(),
                }
            }
            (RecoverState::Clearing { .. }, Input::Refused(problem)) => {
                self.refused(&problem, &kept, desk, rng)
            }
            (RecoverState::Returning { why, .. }, Input::Ended(receipt)) => {
                let returned = Event::Returned {
                    session: self.session.id,
                };
                match desk.receipt(&receipt, self.safe, target(&kept)) {
                    Some(receipt) if receipt.event == returned => {
                        self.given_back(why.notice(), &kept, desk, rng)
                    }
                    _ => Step::garbled(),
                }
            }
            (RecoverState::Returning { why, .. }, Input::Refused(problem)) => {
                // Refused as a whole: there is nothing of this session left to give back.
                match desk.conflict(&problem, self.safe, target(&kept)) {
                    Some(holder) => {
                        self.elsewhere(holder, Vec::new(), why.notice(), None, desk, rng)
                    }
                    None => self.refused(&problem, &kept, desk, rng),
                }
            }
            _ => Step::garbled(),
        }
    }

    /// The flow in another state.
    pub(super) fn journal(&self, id: FlowId, state: RecoverState) -> Change {
        Change::Journal(id, self.in_state(state))
    }

    fn start(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if let RecoverState::Fetched { part } = self.state {
            return self.wait_for_group(part, desk, rng);
        }
        // A group looks for room once, for its values.
        if let RecoverState::Opening { .. } = self.state
            && let Some(certificate) = desk.books.certificate(self.certificate)
            && certificate.part.is_none()
            && let Some(missing) = desk.books.missing_room(certificate.object_bytes)
        {
            return Step::then(Next::NoRoom(missing));
        }
        Step::then(Next::Load(self.certificate))
    }

    fn ask(&self, kept: &CertificateBody, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if let (RecoverState::Opening { .. }, Some(earlier)) = (self.state, &kept.session) {
            // The entry may be open for the session of an earlier attempt, and would be shut for any other. Taking that
            // session up again instead would let two copies of this wallet confirm in one session.
            let clearing = Flow::Recover(Self {
                session: earlier.clone(),
                state: RecoverState::Clearing {
                    request: RequestId::make(rng),
                },
                ..self.clone()
            });
            return Step::strict(alloc::vec![Change::Journal(desk.id, clearing)], Next::Again);
        }
        if let Some(step) = self.ask_by_order(desk, rng) {
            return step;
        }
        let presentation = self.presentation(kept);
        let (request, question) = match self.state {
            RecoverState::Opening { request } => (request, Question::Recover(presentation)),
            RecoverState::Arrived { request, .. } => (request, Question::Ack(presentation)),
            RecoverState::Fetched { .. } => return Step::then(Next::Again),
            RecoverState::Clearing { request } | RecoverState::Returning { request, .. } => {
                (request, Question::Return(presentation))
            }
        };
        Step::then(Next::Ask(self.safe, request, question))
    }

    /// What was ordered goes on by orders, as long as there is a login for it. Without one the safe is asked as any other.
    fn ask_by_order(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Option<Step> {
        let via = self.via?;
        match self.ordering(&via, desk)?.bring(None, desk, rng) {
            Way::Step(step) => Some(step),
            Way::Renew(pass) => {
                let renewed = Flow::Recover(Self {
                    via: Some(Via {
                        pass: Some(pass),
                        ..via
                    }),
                    ..self.clone()
                });
                let changes = alloc::vec![Change::Journal(desk.id, renewed)];
                Some(Step::strict(changes, Next::Again))
            }
            Way::Shut => None,
        }
    }

    /// Who goes on waiting for it, if it goes on by orders.
    pub(crate) fn waiter(&self, books: &Books) -> Option<PublicKey> {
        let via = self.via?;
        let group = books.certificate(self.certificate)?.part?.group;
        let is_fetched = matches!(
            self.state,
            RecoverState::Fetched { .. } | RecoverState::Opening { .. }
        );
        let has_login = login_for(books, via.by, group).is_some();
        (has_login && !is_fetched).then(|| waiter(&device_of(&self.session)))
    }

    /// Another session. To a safe that was given orders the device stays the one that has waited.
    fn session_afresh(&self, rng: &mut dyn CryptoRng) -> Session {
        let fresh = Session::make(rng);
        match self.via {
            Some(_) => Session {
                key: self.session.key.clone(),
                ..fresh
            },
            None => fresh,
        }
    }

    fn ordering(&self, via: &Via, desk: &Desk<'_>) -> Option<Ordering<'_>> {
        let act = match self.state {
            RecoverState::Arrived { .. } => Act::Ack,
            RecoverState::Clearing { .. } | RecoverState::Returning { .. } => Act::Return,
            RecoverState::Opening { .. } | RecoverState::Fetched { .. } => return None,
        };
        Some(Ordering {
            by: via.by,
            safe: self.safe,
            part: self.part(desk)?,
            act,
            session: &self.session,
            pass: via.pass,
        })
    }

    /// As if the safe itself had answered: it has, and signed it.
    fn told_by_order(
        &self,
        answer: Answer<Coupled>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let via = self.via;
        let ordering = via.as_ref().and_then(|via| self.ordering(via, desk));
        let Some(ordering) = ordering else {
            return Step::garbled();
        };
        let told = match ordering.read(answer, desk) {
            Ok(it) => it.told,
            Err(step) => return *step,
        };
        let input = match told {
            Outcome::Done(Obeyed::Ended(ended)) => Input::Ended(ended.receipt),
            Outcome::Done(Obeyed::Recovered(_)) => return Step::garbled(),
            Outcome::Problem(problem) => Input::Refused(problem),
        };
        self.step(input, desk, rng)
    }

    fn presentation(&self, kept: &CertificateBody) -> Presentation {
        Presentation {
            compact: kept.compact.clone(),
            holder: kept.holder.clone(),
            session: self.session.clone(),
        }
    }

    /// Step 2-13: check the bytes against the certificate and store them, not yet usable.
    fn arrive(
        &self,
        recovered: &Recovered,
        kept: &CertificateBody,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let Some(safe) = desk.books.safe(self.safe) else {
            return Step::garbled();
        };
        let Ok(certificate) = Certificate::verify(&kept.compact, &safe.signing_key) else {
            return Step::garbled();
        };
        if let Some(part) = self.part(desk) {
            return self.fetch(part, &certificate, recovered, desk, rng);
        }
        let value = match certificate.read_recovered(&recovered.object) {
            Ok(value) => value,
            Err(RecoveredError::Object(ObjectError::UnknownVersion)) => {
                return self.give_back(ReturnReason::Unreadable, desk, rng);
            }
            Err(_) => return self.give_back(ReturnReason::BytesWrong, desk, rng),
        };
        let id = ItemId::make(rng);
        let size = recovered.object.len();
        if let Some(missing) = desk.books.missing_room(size as u64)
            && let Some(known) = desk.books.certificate(self.certificate)
        {
            // A paper may have said less. The session stays open, and the safe is asked again when there is room.
            let mut known = known.clone();
            known.object_bytes = size as u64;
            let known = Change::Put(self.certificate, Item::Certificate(known), None);
            return Step::strict(alloc::vec![known], Next::NoRoom(missing));
        }
        let mut item = ValueItem::of(&value, size, desk.now, Custody::Arrived);
        item.came_of = Some(self.certificate);
        item.moved_by = self.by;
        let known = desk.books.certificate(self.certificate);
        item.may_be_used = known.is_some_and(|it| it.may_be_used);
        let arrived = self.in_state(RecoverState::Arrived {
            value: id,
            request: RequestId::make(rng),
        });
        Step::strict(
            alloc::vec![
                Change::Put(
                    id,
                    Item::Value(item),
                    Some(Body::new(recovered.object.clone()))
                ),
                Change::Journal(desk.id, arrived),
            ],
            Next::Again,
        )
    }

    /// Which part of a group this is about.
    fn part(&self, desk: &Desk<'_>) -> Option<PartOf> {
        desk.books.certificate(self.certificate)?.part
    }

    /// As above, for a part: it is stored as it came, still covered.
    fn fetch(
        &self,
        of: PartOf,
        certificate: &Certificate,
        recovered: &Recovered,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        if !certificate.claims().hash.matches(&recovered.object) {
            let wrong = ReturnReason::BytesWrong;
            return match of.class.is_released_once() {
                true => self.give_back(wrong, desk, rng),
                // Nothing was opened, so there is nothing to give back.
                false => {
                    let notice = self.notice(wrong.notice(), desk, rng);
                    Step::strict(alloc::vec![Change::End(desk.id), notice], Next::Nothing)
                }
            };
        }
        let part = ItemId::make(rng);
        let here = PartItem {
            of,
            size: recovered.object.len() as u64,
            here: PartHere::Fetched { safe: self.safe },
        };
        let body = Body::new(recovered.object.clone());
        let fetched = RecoverState::Fetched { part };
        let changes = alloc::vec![
            Change::Put(part, Item::Part(here), Some(body)),
            self.journal(desk.id, fetched),
        ];
        Step::strict(changes, Next::Again)
    }

    /// A part that is here does what is decided for its group.
    fn wait_for_group(&self, part: ItemId, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let Some(of) = self.part(desk) else {
            return Step::garbled();
        };
        let verdict = desk.books.verdict(of);
        if verdict == Verdict::Wait {
            return Step::then(Next::Rest);
        }
        if !of.class.is_released_once() {
            let changes = alloc::vec![Change::Delete(part), Change::End(desk.id)];
            return Step::strict(changes, Next::Nothing);
        }
        let request = RequestId::make(rng);
        let changes = match verdict {
            Verdict::Confirm => {
                let confirming = RecoverState::Arrived {
                    value: part,
                    request,
                };
                alloc::vec![self.journal(desk.id, confirming)]
            }
            _ => {
                let why = ReturnReason::CalledOff;
                let returning = RecoverState::Returning { request, why };
                alloc::vec![Change::Delete(part), self.journal(desk.id, returning)]
            }
        };
        Step::strict(changes, Next::Again)
    }

    /// The safe has confirmed this session of a part: one vote for this wallet.
    fn count(&self, of: PartOf, part: ItemId, desk: &Desk<'_>) -> Step {
        let mut changes = alloc::vec![Change::Delete(part), Change::End(desk.id)];
        if let Some(group) = desk.books.group(of.group)
            && group.phase != Phase::Leaving
            && group.is_vote(of)
            && !group.confirmed.contains(&self.safe)
        {
            let mut group = group.clone();
            group.confirmed.push(self.safe);
            changes.push(group.put());
        }
        changes.extend(without(self.certificate, of, desk.books));
        Step::strict(changes, Next::Nothing)
    }

    /// The safe has confirmed this session: the copy here is the value now, and the certificate goes.
    fn hold(&self, value: ItemId, receipt: &str, kept: &CertificateBody, desk: &Desk<'_>) -> Step {
        let confirmed = Event::Withdrawn {
            session: self.session.id,
        };
        let receipt = desk.receipt(receipt, self.safe, target(kept));
        if let Some(of) = self.part(desk) {
            return match receipt {
                Some(receipt) if receipt.event == confirmed => self.count(of, value, desk),
                _ => Step::garbled(),
            };
        }
        let (Some(receipt), Some(item)) = (receipt, desk.books.value(value)) else {
            return Step::garbled();
        };
        if receipt.event != confirmed {
            return Step::garbled();
        }
        let mut item = item.clone();
        item.custody = Custody::Held;
        Step::strict(
            alloc::vec![
                Change::Put(value, Item::Value(item), None),
                Change::Delete(self.certificate),
                Change::End(desk.id),
            ],
            Next::Nothing,
        )
    }

    fn unconfirmed(
        &self,
        value: ItemId,
        problem: &Problem,
        kept: &CertificateBody,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        match desk.conflict(problem, self.safe, target(kept)) {
            // Open for another session, which may give it back: no vote is lost before one is given. What has been confirmed
            // to this one cannot come back by itself, so nothing is thrown away.
            Some(holder)
                if holder.state == EntryState::Withdrawing
                    && self.part(desk).is_some()
                    && !desk.is_leaving(self.certificate) =>
            {
                Step::then(Next::Wait(Waiting::OpenElsewhere))
            }
            // The session was given back — by a copy of this wallet, since this one has not — and will never own the entry.
            Some(holder)
                if holder.state == EntryState::Registered
                    && holder.session == Some(self.session.id) =>
            {
                self.barred(value, kept, desk, rng)
            }
            // The safe's memory was set back to before this session: ask it to open for the session once more.
            Some(holder) if holder.state == EntryState::Registered => Step::then(Next::Ask(
                self.safe,
                RequestId::make(rng),
                Question::Recover(self.presentation(kept)),
            )),
            Some(holder) => self.elsewhere(
                holder,
                alloc::vec![Change::Delete(value)],
                Kind::ArrivedCopyDestroyed {
                    session: holder.session,
                    since: holder.since,
                },
                None,
                desk,
                rng,
            ),
            None if problem.code == Code::Conflict => Step::garbled(),
            None if desk.is_leaving(self.certificate) => {
                // The values are home without this safe, and it says that it has nothing to end.
                let mut changes = alloc::vec![Change::End(desk.id), Change::Delete(value)];
                let of = self.part(desk).into_iter();
                changes.extend(of.flat_map(|of| without(self.certificate, of, desk.books)));
                Step::strict(changes, Next::Nothing)
            }
            // The safe no longer knows the entry. The copy stays, unusable: destroying it could lose the value.
            None => Step::then(Next::Wait(Waiting::RolledBack)),
        }
    }

    /// This session will never own the entry. What is alone starts over when its owner asks again. A part asks again in a
    /// session of its own: the votes that other safes have given cannot be given twice.
    fn barred(
        &self,
        value: ItemId,
        kept: &CertificateBody,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let mut changes = alloc::vec![Change::End(desk.id), Change::Delete(value)];
        if desk.is_leaving(self.certificate) {
            changes.push(protect::retire(self.certificate, self.safe, rng));
            return Step::strict(changes, Next::Nothing);
        }
        let of = self.part(desk);
        if of.is_some_and(|of| desk.books.verdict(of) == Verdict::Confirm) {
            let afresh = Flow::Recover(Self {
                session: self.session_afresh(rng),
                state: RecoverState::Arrived {
                    value,
                    request: RequestId::make(rng),
                },
                ..self.clone()
            });
            return Step::strict(alloc::vec![Change::Journal(desk.id, afresh)], Next::Again);
        }
        if of.is_none() {
            changes.push(self.notice(Kind::RecoveryCalledOff, desk, rng));
        }
        let body = self.body(kept, None);
        changes.extend(desk.restand(self.certificate, Standing::AtSafe, body));
        Step::strict(changes, Next::Nothing)
    }

    fn refused(
        &self,
        problem: &Problem,
        kept: &CertificateBody,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let kind = match problem.code {
            Code::Conflict => {
                return match desk.conflict(problem, self.safe, target(kept)) {
                    Some(holder) => {
                        let kind = Kind::ReleasedElsewhere(holder);
                        let body = self.remember(holder, kept);
                        self.elsewhere(holder, Vec::new(), kind, body, desk, rng)
                    }
                    None => Step::garbled(),
                };
            }
            code => super::refusal(code),
        };
        if let Some(of) = self.part(desk)
            && desk.is_leaving(self.certificate)
        {
            // The values are home, and this safe says that it has nothing to end.
            let mut changes = alloc::vec![Change::End(desk.id)];
            changes.extend(without(self.certificate, of, desk.books));
            return Step::strict(changes, Next::Nothing);
        }
        let name = super::name_of(desk.books, self.certificate);
        let mut told = desk.books.notices();
        // The same person says no at every safe of a backup: that is told once.
        let is_told = kind == Kind::OwnerSaidNo
            && self.part(desk).is_some()
            && told.any(|told| told.kind == kind && told.subject == name);
        let mut changes = alloc::vec![Change::End(desk.id)];
        if !is_told {
            changes.push(self.notice(kind, desk, rng));
        }
        // The safe gave no proof, and an earlier request may have opened the entry: keep the session for the next attempt.
        let body = self.body(kept, Some(self.session.clone()));
        changes.extend(desk.restand(self.certificate, Standing::NotHandedOut, body));
        Step::strict(changes, Next::Nothing)
    }

    fn elsewhere(
        &self,
        holder: Elsewhere,
        mut changes: Vec<Change>,
        kind: Kind,
        body: Option<Body>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let standing = match holder.state {
            // This session had given it back before: it waits for another one.
            EntryState::Registered => Standing::AtSafe,
            EntryState::Withdrawing | EntryState::Withdrawn | EntryState::Retired => {
                Standing::Elsewhere(holder)
            }
        };
        changes.push(Change::End(desk.id));
        match self.part(desk) {
            Some(_)
                if desk.is_leaving(self.certificate) && holder.state == EntryState::Registered =>
            {
                changes.push(protect::retire(self.certificate, self.safe, rng));
                return Step::strict(changes, Next::Nothing);
            }
            // The values are home; whoever has this part cannot have enough.
            Some(of) if desk.is_leaving(self.certificate) => {
                changes.extend(without(self.certificate, of, desk.books));
                return Step::strict(changes, Next::Nothing);
            }
            // What it means for the values is decided, and told, for the group.
            Some(_) => {}
            None => changes.push(self.notice(kind, desk, rng)),
        }
        changes.extend(desk.restand(self.certificate, standing, body));
        Step::strict(changes, Next::Nothing)
    }

    /// The earlier session is barred for good: go on with a fresh one.
    fn open_afresh(
        &self,
        kept: &CertificateBody,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let opening = Flow::Recover(Self {
            session: self.session_afresh(rng),
            state: RecoverState::Opening {
                request: RequestId::make(rng),
            },
            ..self.clone()
        });
        let mut changes = alloc::vec![Change::Journal(desk.id, opening)];
        let standing = desk.books.certificate(self.certificate).map(|c| c.standing);
        let body = self.body(kept, None);
        changes.extend(standing.and_then(|s| desk.restand(self.certificate, s, body)));
        Step::strict(changes, Next::Again)
    }

    /// What has it open may give it back, and an earlier copy of this request may arrive only then: the safe would open it for a
    /// session that nobody has. So the next attempt gives this one back first.
    fn remember(&self, holder: Elsewhere, kept: &CertificateBody) -> Option<Body> {
        let is_opening = matches!(self.state, RecoverState::Opening { .. });
        let is_open = holder.state == EntryState::Withdrawing && is_opening;
        is_open
            .then(|| self.body(kept, Some(self.session.clone())))
            .flatten()
    }

    /// The certificate's body, keeping another session for the next attempt.
    fn body(&self, kept: &CertificateBody, session: Option<Session>) -> Option<Body> {
        let body = CertificateBody {
            session,
            ..kept.clone()
        };
        Some(body.write())
    }

    /// The safe has taken its offer back, and bars this session for good: the next attempt needs another one.
    fn given_back(
        &self,
        kind: Kind,
        kept: &CertificateBody,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        if desk.is_leaving(self.certificate) {
            let retire = protect::retire(self.certificate, self.safe, rng);
            let mut changes = alloc::vec![Change::End(desk.id), retire];
            // The others were enough. That this safe has sent something else is to be known all the same.
            if kind == Kind::RecoveredBytesWrong {
                changes.push(self.notice(kind, desk, rng));
            }
            return Step::strict(changes, Next::Nothing);
        }
        // An earlier session, called off before it could be cleared, still waits to be given back.
        let earlier = kept.session.clone().filter(|kept| *kept != self.session);
        let body = self.body(kept, earlier);
        let mut changes = alloc::vec![Change::End(desk.id)];
        if self.part(desk).is_none() || kind == Kind::RecoveredBytesWrong {
            changes.push(self.notice(kind, desk, rng));
        }
        changes.extend(desk.restand(self.certificate, Standing::AtSafe, body));
        Step::strict(changes, Next::Nothing)
    }

    fn call_off(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match self.state {
            RecoverState::Opening { .. } => self.give_back(ReturnReason::CalledOff, desk, rng),
            // The session stays with the certificate, to be given back by the next attempt.
            RecoverState::Clearing { .. } => {
                let notice = self.notice(Kind::RecoveryCalledOff, desk, rng);
                Step::strict(alloc::vec![Change::End(desk.id), notice], Next::Nothing)
            }
            RecoverState::Fetched { .. }
            | RecoverState::Arrived { .. }
            | RecoverState::Returning { .. } => Step::then(Next::Again),
        }
    }

    fn give_back(&self, why: ReturnReason, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let returning = self.in_state(RecoverState::Returning {
            request: RequestId::make(rng),
            why,
        });
        Step::strict(
            alloc::vec![Change::Journal(desk.id, returning)],
            Next::Again,
        )
    }

    fn in_state(&self, state: RecoverState) -> Flow {
        Flow::Recover(Self {
            state,
            ..self.clone()
        })
    }

    fn notice(&self, kind: Kind, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Change {
        let name = super::name_of(desk.books, self.certificate);
        desk.notice(kind, &name, self.safe, rng)
    }
}

fn target(kept: &CertificateBody) -> CertificateId {
    Presented::Certificate(kept.compact.clone()).fingerprint()
}
