//! Seeing whether a safe still has what is registered there, without having it handed out.
//!
//! ```text
//! (it is time, or the owner wants it) → Ready ──some that are left, chunks drawn──▶ Asking ──AUDIT──▶ found, written down ──▶ Ready
//!                                         │                                          ▲   │                                    │
//!                                         │                                          └───┘ crash, no answer: the same chunks  │
//!                                         └──none left──▶ ended ◀───────────────────────────────────────────────────────────┘
//! ```
//! Which chunks are asked for is stored before the safe is: one that does not answer is asked for the same again, and gets no
//! second draw by keeping silent. Nothing is locked meanwhile, and nothing is changed at the safe. What a flow works on by the
//! time the answer comes is not judged: its entry may be over as it should be.

use super::{Desk, Flow, Input, Next, Step, name_of};
use crate::books::{By, CertificateBody, CertificateItem, Change, Found, Item};
use crate::client::{Looked, Question};
use crate::ids::{FlowId, ItemId};
use crate::notice::{Kind, Notice};
use crate::port::Body;
use crate::rules::{Entry, PartTally, Way, Why};
use crate::view::Waiting;
use alloc::boxed::Box;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, make_bytes};
use saifu_protocol::message::{EntryState, Outcome, Presented};
use saifu_protocol::possession::{Audited, Possession};
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::{CertificateId, RequestId, SafeId, UnixTime};
use serde::{Deserialize, Serialize};

/// How many chunks are drawn of an object. Of one with no more it is all of them.
const CHUNKS: u32 = 16;
/// How many certificates are audited in one request: with 16 chunks of 256 bytes each and 12 hashes to each, 110 KB are answered.
const MOST_AT_ONCE: usize = 8;
/// How many bytes of objects a safe is to read for one request: less than it hands out in one.
const MOST_BYTES: u64 = 3 << 20;

/// A safe is audited.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Audit {
    /// The safe.
    pub safe: SafeId,
    /// The certificates that are still to be looked at.
    pub left: Vec<ItemId>,
    /// What will be said of it, as far as it has come. None of what was begun before that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Box<Entry>>,
    /// What is true.
    pub state: AuditState,
}

/// What is true of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditState {
    /// Nothing is being asked.
    Ready,
    /// The safe may have been asked for these.
    Asking {
        /// What was drawn.
        drawn: Vec<Drawn>,
    },
}

/// What was drawn of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// The certificate.
    pub certificate: ItemId,
    /// What a receipt about it names.
    pub target: CertificateId,
    /// The places of the chunks.
    pub chunks: Vec<u32>,
}

impl Audit {
    /// One that has not begun.
    pub(crate) fn begin(
        safe: SafeId,
        left: Vec<ItemId>,
        (why, now): (Why, UnixTime),
        rng: &mut dyn CryptoRng,
    ) -> Change {
        let id = FlowId::make(rng);
        let audit = Self {
            safe,
            left,
            entry: Some(Box::new(Entry::begun(id, Way::Audit, why, now))),
            state: AuditState::Ready,
        };
        Change::Journal(id, Flow::Audit(audit))
    }

    /// The certificates it is looking at.
    pub(crate) fn looks_at(&self) -> impl Iterator<Item = ItemId> {
        let drawn = match &self.state {
            AuditState::Ready => &[][..],
            AuditState::Asking { drawn } => drawn,
        };
        drawn.iter().map(|it| it.certificate)
    }

    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match (&self.state, input) {
            (_, Input::CallOff) => self.call_off(desk),
            (AuditState::Ready, Input::Start) => match self.next(desk) {
                next if next.is_empty() => Step::strict(self.ended(desk), Next::Nothing),
                next => Step::then(Next::LoadAll(next)),
            },
            (AuditState::Ready, Input::Gathered(bodies)) => self.draw(&bodies, desk, rng),
            (AuditState::Asking { drawn }, Input::Start) => {
                let is_free = |it: &&Drawn| possession(it.certificate, desk).is_some();
                let free: Vec<Drawn> = drawn.iter().filter(is_free).cloned().collect();
                if free.len() == drawn.len() {
                    let all = free.into_iter().map(|it| it.certificate);
                    return Step::then(Next::LoadAll(all.collect()));
                }
                // One of them is on its way home meanwhile. The others are asked for the same chunks.
                let state = match free.is_empty() {
                    true => AuditState::Ready,
                    false => AuditState::Asking { drawn: free },
                };
                let audit = Flow::Audit(Self {
                    state,
                    ..self.clone()
                });
                Step::strict(alloc::vec![Change::Journal(desk.id, audit)], Next::Again)
            }
            (AuditState::Asking { drawn }, Input::Gathered(bodies)) => {
                self.ask(drawn, &bodies, desk, rng)
            }
            (AuditState::Asking { drawn }, Input::Audited(outcomes))
                if outcomes.len() == drawn.len() =>
            {
                let (mut changes, mut audit) = (Vec::new(), self.clone());
                for (drawn, outcome) in drawn.iter().zip(&outcomes) {
                    if let Some(found) = self.judge(drawn, outcome, desk) {
                        audit.count(drawn.certificate, found, desk);
                        // Also one that says it is frozen: it says so without a signature.
                        let found = (found, By::Safe);
                        changes.extend(self.written_down(drawn.certificate, found, desk, rng));
                    }
                }
                audit.go_on(changes, Vec::new(), desk)
            }
            // The safe refuses the request as a whole, which says nothing of any entry.
            (_, Input::Refused(_)) => Step::then(Next::Wait(Waiting::SafeFailed)),
            _ => Step::garbled(),
        }
    }

    /// What was not looked at is not due again at the next look, or calling it off would be of no use.
    fn call_off(&self, desk: &Desk<'_>) -> Step {
        let certificates = self.left.iter().copied().chain(self.looks_at());
        let marked = certificates.filter_map(|certificate| {
            let item = CertificateItem {
                audit_called_off_at: Some(desk.now),
                ..desk.books.certificate(certificate)?.clone()
            };
            Some(Change::Put(certificate, Item::Certificate(item), None))
        });
        let changes = marked.chain(self.ended(desk)).collect();
        Step::strict(changes, Next::Nothing)
    }

    /// What it has found goes into the activity, if it has come to anything.
    fn ended(&self, desk: &Desk<'_>) -> Vec<Change> {
        let entry = self.entry.as_ref().filter(|entry| entry.parts.is_some());
        let said = entry.map(|entry| {
            Change::Record(Entry {
                ended: desk.now,
                ..(**entry).clone()
            })
        });
        said.into_iter().chain([Change::End(desk.id)]).collect()
    }

    /// One more was looked at.
    fn count(&mut self, certificate: ItemId, found: Found, desk: &Desk<'_>) {
        let Some(entry) = &mut self.entry else {
            return;
        };
        entry.tally(PartTally {
            asked: 1,
            good: u32::from(found == Found::Held),
        });
        if found.is_loss() {
            entry.miss(name_of(desk.books, certificate));
        }
    }

    /// What is looked at in the next request.
    fn next(&self, desk: &Desk<'_>) -> Vec<ItemId> {
        let mut bytes = 0;
        let mut next = Vec::new();
        for certificate in &self.left {
            let Some(possession) = possession(*certificate, desk) else {
                continue;
            };
            bytes += u64::from(possession.size());
            if next.len() == MOST_AT_ONCE || (bytes > MOST_BYTES && !next.is_empty()) {
                break;
            }
            next.push(*certificate);
        }
        next
    }

    fn draw(&self, bodies: &[(ItemId, Body)], desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let next = self.next(desk);
        let (mut drawn, mut changes) = (Vec::new(), Vec::new());
        let mut audit = self.clone();
        for certificate in &next {
            let Some(possession) = possession(*certificate, desk) else {
                continue;
            };
            match body_of(*certificate, bodies) {
                Some(kept) => drawn.push(Drawn {
                    certificate: *certificate,
                    target: Presented::Certificate(kept.compact).fingerprint(),
                    chunks: draw(possession.chunks(), rng),
                }),
                // Without its body nothing can be proved, now or ever: the others do not wait for that.
                None => {
                    audit.count(*certificate, Found::NotShown, desk);
                    let found = (Found::NotShown, By::Wallet);
                    changes.extend(self.written_down(*certificate, found, desk, rng));
                }
            }
        }
        let is_left = |it: &&ItemId| !next.contains(it);
        audit.state = match drawn.is_empty() {
            true => AuditState::Ready,
            false => AuditState::Asking { drawn },
        };
        audit.left = self.left.iter().filter(is_left).copied().collect();
        changes.push(Change::Journal(desk.id, Flow::Audit(audit)));
        Step::strict(changes, Next::Again)
    }

    fn ask(
        &self,
        drawn: &[Drawn],
        bodies: &[(ItemId, Body)],
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let look = |drawn: &Drawn| {
            let kept = body_of(drawn.certificate, bodies)?;
            Some(Looked {
                compact: kept.compact,
                holder: kept.holder,
                chunks: drawn.chunks.clone(),
            })
        };
        let looked: Vec<Looked> = drawn.iter().filter_map(look).collect();
        if looked.len() == drawn.len() {
            let question = Question::Audit(looked);
            return Step::then(Next::Ask(self.safe, RequestId::make(rng), question));
        }
        let again = drawn.iter().map(|it| it.certificate);
        self.go_on(Vec::new(), again.collect(), desk)
    }

    /// What an answer says of a certificate. Nothing of one that is not here any more, or that a flow works on.
    fn judge(&self, drawn: &Drawn, outcome: &Outcome<Audited>, desk: &Desk<'_>) -> Option<Found> {
        let possession = possession(drawn.certificate, desk)?;
        Some(match outcome {
            Outcome::Done(audited) if possession.is_shown(&drawn.chunks, &audited.chunks) => {
                Found::Held
            }
            Outcome::Done(_) => Found::NotHeld,
            Outcome::Problem(problem) => self.refused(problem, drawn.target, desk),
        })
    }

    fn refused(&self, problem: &Problem, target: CertificateId, desk: &Desk<'_>) -> Found {
        match problem.code {
            // It says so itself.
            Code::Damaged | Code::RolledBack | Code::HashMismatch | Code::CertificateMismatch => {
                Found::NotHeld
            }
            Code::NotFound => Found::Gone,
            Code::Conflict => match desk.conflict(problem, self.safe, target) {
                Some(proof) => match proof.state {
                    EntryState::Withdrawn | EntryState::Retired => Found::Elsewhere,
                    EntryState::Registered | EntryState::Withdrawing => Found::NotShown,
                },
                // Whoever has a reason signs it.
                None => Found::NotHeld,
            },
            _ => Found::NotShown,
        }
    }

    fn written_down(
        &self,
        certificate: ItemId,
        (found, by): (Found, By),
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Vec<Change> {
        let Some(item) = desk.books.certificate(certificate) else {
            return Vec::new();
        };
        let before = item.audit;
        let item = item.with_audit(found, by, desk.now);
        let held_at = item.audit.and_then(|audit| audit.held_at);
        let kind = match found {
            Found::Held => None,
            // When it has become too long, and not again while it goes on.
            Found::NotShown => match before.and_then(|audit| audit.weeks_refused()) {
                Some(_) => None,
                None => item
                    .audit
                    .and_then(|audit| audit.weeks_refused())
                    .map(|weeks| Kind::AuditRefused { weeks, held_at }),
            },
            Found::NotHeld => Some(Kind::AuditFailed { held_at }),
            Found::Gone | Found::Elsewhere => Some(Kind::AuditGone { held_at }),
        };
        let put = Change::Put(certificate, Item::Certificate(item), None);
        // What was found the last time too was told then, and may have been read since.
        let is_news = found == Found::NotShown || before.map(|audit| audit.found) != Some(found);
        let kind = kind.filter(|_| is_news);
        let told = kind.and_then(|kind| self.told(certificate, kind, desk, rng));
        core::iter::once(put).chain(told).collect()
    }

    /// Its owner is told once for as long as they have not read it.
    fn told(
        &self,
        certificate: ItemId,
        kind: Kind,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Option<Change> {
        let notice = desk.notice(kind, &name_of(desk.books, certificate), self.safe, rng);
        let Change::Notify(new) = &notice else {
            return None;
        };
        let same =
            |it: &Notice| (&it.kind, &it.subject, &it.safe) == (&new.kind, &new.subject, &new.safe);
        (!desk.books.notices().any(same)).then_some(notice)
    }

    fn go_on(&self, mut changes: Vec<Change>, again: Vec<ItemId>, desk: &Desk<'_>) -> Step {
        let left = again.into_iter().chain(self.left.iter().copied());
        let next = Flow::Audit(Self {
            left: left.collect(),
            state: AuditState::Ready,
            ..self.clone()
        });
        changes.push(Change::Journal(desk.id, next));
        Step::strict(changes, Next::Again)
    }
}

/// What an audit of a certificate is held against; none of one that is not here any more, or that a flow works on.
fn possession(certificate: ItemId, desk: &Desk<'_>) -> Option<Possession> {
    let is_free = desk.books.lock(certificate).is_none();
    let item = desk.books.certificate(certificate).filter(|_| is_free)?;
    item.possession
}

fn body_of(certificate: ItemId, bodies: &[(ItemId, Body)]) -> Option<CertificateBody> {
    let (_, body) = bodies.iter().find(|(id, _)| *id == certificate)?;
    CertificateBody::read(body)
}

/// Draws places, each once. Of so few chunks that all are drawn, all.
pub(super) fn draw(of: u32, rng: &mut dyn CryptoRng) -> Vec<u32> {
    if of <= CHUNKS {
        return (0..of).collect();
    }
    let mut drawn = Vec::new();
    while drawn.len() < CHUNKS as usize {
        // Of 2^64 equally likely numbers: for at most 2^20 places that is as good as even.
        let number = u64::from_be_bytes(make_bytes(rng)) % u64::from(of);
        if let Ok(place) = u32::try_from(number)
            && !drawn.contains(&place)
        {
            drawn.push(place);
        }
    }
    drawn
}
