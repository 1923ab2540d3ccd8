//! Having one safe fetch from another: a login at the key safe, orders to the value safe, and both halves in one answer (WO
//! 01/13293, claims 22 and 23). The device asks the key safe alone.
//!
//! ```text
//! (owner) → Login ──session──▶ In ─────────────(stays until nothing is ordered any more)─────────────▶ ended
//!           Order: Opening ──pass stored──▶ ORDER recover ──answer of the value safe──▶ certificate and parts stored,
//!              │      │  ▲                        │                                    each with a Recover that goes on
//!              │      │  └─crash, no answer, ─────┤                                    by orders as well
//!              │      │    other safe silent      └──refused by the value safe──▶ Over: told for the group
//!              │      └──no login any more──▶ Over; with a pass it waits for another one
//!              └──called off──▶ Returning ──ORDER return──▶ ended
//! ```
//! What is ordered is part of a recovery of its group ([`super::Reunite`]), which counts votes, puts together, and holds or
//! registers anew as it does with everything else. A pass is stored before the order with it leaves, so a crash asks with the
//! same one; and the session is the same with every pass, so the value safe answers alike.

use super::login::{Aim, Login, LoginState};
use super::reread::open_login;
use super::{Desk, Flow, Input, Next, Recover, RecoverState, Step, recover};
use crate::books::{
    Books, CertificateBody, Change, Elsewhere, Identity, Item, MovedBy, PartHere, PartItem,
    Session, item_of,
};
use crate::client::OwnerAnswer;
use crate::group::PartOf;
use crate::ids::{FlowId, ItemId};
use crate::notice::Kind;
use crate::owner::{certificate_of, order_key};
use crate::plan::GroupId;
use crate::port::Body;
use crate::view::Waiting;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, hpke};
use saifu_protocol::limits::ORDER_LIFETIME;
use saifu_protocol::message::{Outcome, Presented, Recovered};
use saifu_protocol::order::{self, Act, Coupled, Handed, Obeyed, OwnPart, Relayed, open_answer};
use saifu_protocol::owner::Answer;
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::receipt::{Event, Receipt};
use saifu_protocol::{PublicKey, RequestId, SafeId, UnixTime};
use serde::{Deserialize, Serialize};

/// Seconds for which a pass must still be good when it is used.
const MARGIN: u64 = 60;

/// A part is fetched from one safe by another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    /// Which part.
    pub part: PartOf,
    /// The safe that has it.
    pub safe: SafeId,
    /// The safe that fetches it.
    pub by: SafeId,
    /// The session that is to have it.
    pub session: Session,
    /// What the fetching safe hands out with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Own>,
    /// What is true.
    pub state: OrderState,
}

/// A part at the fetching safe.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Own {
    /// Its certificate.
    pub certificate: ItemId,
    /// The session that is to have it.
    pub session: Session,
}

/// What is true of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderState {
    /// With a pass it may have been ordered; without one it was not.
    Opening {
        /// The pass.
        pass: Option<Pass>,
    },
    /// It is not wanted any more; the entry may be open for the session.
    Returning {
        /// The pass.
        pass: Option<Pass>,
    },
    /// Nothing comes of it.
    Over {
        /// Why.
        why: Kind,
    },
}

/// What makes an order one: the same pass, the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    request: RequestId,
    until: UnixTime,
}

/// By which safe a recovery goes on that was ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Via {
    /// The safe.
    pub by: SafeId,
    /// The last pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pass: Option<Pass>,
}

/// The device, as the safe knows it that is given orders.
pub(super) fn device_of(session: &Session) -> PublicKey {
    PublicKey::new(hpke::derive_public(&session.key))
}

/// The login by which orders for this group are brought: that of the fetch or, where it has ended, one that its owner has opened since.
pub(super) fn login_for(books: &Books, by: SafeId, group: GroupId) -> Option<(FlowId, &Login)> {
    let mut flows = books.work_about(item_of(group));
    let of_the_fetch = flows.find_map(|(id, flow)| match flow {
        Flow::Login(login) if login.safe == by && login.ordered() == Some(group) => {
            Some((id, login))
        }
        _ => None,
    });
    of_the_fetch.or_else(|| open_login(books, by))
}

/// One order, as it is brought and answered.
pub(super) struct Ordering<'a> {
    pub(super) by: SafeId,
    pub(super) safe: SafeId,
    pub(super) part: PartOf,
    pub(super) act: Act,
    pub(super) session: &'a Session,
    pub(super) pass: Option<Pass>,
}

/// What came of an order.
pub(super) struct Told {
    /// What the value safe says.
    pub(super) told: Outcome<Obeyed>,
    /// What the key safe adds.
    own: Option<Outcome<Recovered>>,
}

/// What to do next about an order.
pub(super) enum Way {
    /// This.
    Step(Step),
    /// Store this pass first.
    Renew(Pass),
    /// There is no login for it any more.
    Shut,
}

impl Ordering<'_> {
    /// Has it brought, if the owner is in at the key safe.
    pub(super) fn bring(
        &self,
        own: Option<OwnPart>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Way {
        let Some((_, login)) = login_for(desk.books, self.by, self.part.group) else {
            return Way::Shut;
        };
        if !matches!(login.state, LoginState::In { .. }) && !login.is_open() {
            return Way::Step(Step::then(Next::Rest));
        }
        let now = login.clock(desk.now);
        let latest = now.plus(ORDER_LIFETIME + MARGIN);
        let is_good = |pass: &Pass| pass.until > now.plus(MARGIN) && pass.until <= latest;
        let Some(pass) = self.pass.filter(is_good) else {
            return Way::Renew(Pass {
                request: RequestId::make(rng),
                until: now.plus(ORDER_LIFETIME),
            });
        };
        let known = desk.books.safe(self.safe);
        let asked = self
            .compact(&pass, desk)
            .zip(known)
            .and_then(|(order, safe)| {
                login.have_brought(safe.address.clone(), order, own, desk, rng)
            });
        Way::Step(asked.unwrap_or_else(Step::garbled))
    }

    /// The same from the same pass.
    fn compact(&self, pass: &Pass, desk: &Desk<'_>) -> Option<String> {
        let root = desk.books.identity().map(Identity::root)?;
        let order = order::Order {
            safe: self.safe,
            relay: self.by,
            device: device_of(self.session),
            session: self.session.id,
            act: self.act,
            request: pass.request,
            until: pass.until,
        };
        Some(order::sign(&order, &order_key(&root, self.safe, self.part)))
    }

    /// What the value safe has told, and what the key safe adds; or what to do where nothing is told. Nothing but what the
    /// value safe has signed ends anything.
    pub(super) fn read(&self, answer: Answer<Coupled>, desk: &Desk<'_>) -> Result<Told, Box<Step>> {
        let login = login_for(desk.books, self.by, self.part.group);
        let coupled = match (answer, login) {
            (Answer::Done(coupled), _) => coupled,
            (Answer::Out, Some((id, login))) => return Err(Box::new(login.left_out(id, desk))),
            (Answer::Out, None) => return Err(Box::new(Step::then(Next::Again))),
        };
        let waiting = match coupled.relayed {
            Relayed::Answered(answer) => {
                let pass = self.pass.as_ref();
                let order = pass.and_then(|pass| self.compact(pass, desk));
                let safe = desk.books.safe(self.safe);
                let told = order.zip(safe).and_then(|(order, safe)| {
                    open_answer(&answer, &order, &self.session.key, &safe.signing_key)
                });
                match told {
                    Some(Outcome::Problem(problem))
                        if matches!(problem.code, Code::Busy | Code::Internal) =>
                    {
                        Waiting::SafeFailed
                    }
                    Some(Outcome::Problem(problem)) if problem.code == Code::Waiting => {
                        Waiting::NotYet {
                            until: problem.until.unwrap_or(UnixTime(0)),
                        }
                    }
                    Some(Outcome::Problem(problem)) if problem.code == Code::Frozen => {
                        Waiting::Frozen {
                            since: problem.since.unwrap_or(UnixTime(0)),
                        }
                    }
                    Some(told) => {
                        let own = coupled.own;
                        return Ok(Told { told, own });
                    }
                    None => Waiting::Garbled,
                }
            }
            Relayed::Unreachable => Waiting::OtherSafeSilent,
            Relayed::OtherSafe => Waiting::KeyChanged,
            Relayed::Refused(Problem {
                code: Code::Clock,
                time: Some(time),
                ..
            }) => {
                let set = login.and_then(|(id, login)| login.set_clock(id, time, desk.now));
                let changes = set.into_iter().collect();
                return Err(Box::new(Step::strict(changes, Next::Wait(Waiting::Clock))));
            }
            Relayed::Refused(problem) if problem.code == Code::NoRoute => Waiting::TooOld,
            Relayed::Refused(_) => Waiting::SafeFailed,
        };
        let changes = login.and_then(|(id, login)| login.let_in(id));
        {
            let changes = changes.into_iter().collect();
            Err(Box::new(Step::strict(changes, Next::Wait(waiting))))
        }
    }
}

impl Order {
    /// Who waits for it, where others wait.
    pub(crate) fn waiter(&self) -> PublicKey {
        order::waiter(&device_of(&self.session))
    }

    /// Whether it may still bring something.
    pub(crate) fn is_fetching(&self) -> bool {
        matches!(self.state, OrderState::Opening { .. })
    }

    /// Why nothing came of it.
    pub(crate) fn why_over(&self) -> Option<&Kind> {
        match &self.state {
            OrderState::Over { why } => Some(why),
            OrderState::Opening { .. } | OrderState::Returning { .. } => None,
        }
    }

    /// What becomes of it when its group is given up.
    pub(super) fn give_up(&self, id: FlowId) -> Change {
        match self.state {
            OrderState::Opening { pass: Some(_) } => {
                Change::Journal(id, self.in_state(OrderState::Returning { pass: None }))
            }
            OrderState::Opening { pass: None } | OrderState::Over { .. } => Change::End(id),
            OrderState::Returning { .. } => Change::Journal(id, Flow::Order(self.clone())),
        }
    }

    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match (&self.state, input) {
            (OrderState::Over { .. }, Input::Start) => {
                match desk.books.recovery_of(self.part.group) {
                    Some(_) => Step::then(Next::Rest),
                    None => self.end(desk),
                }
            }
            (OrderState::Opening { .. }, Input::Start)
                if desk.books.recovery_of(self.part.group).is_none() =>
            {
                Step::strict(alloc::vec![self.give_up(desk.id)], Next::Again)
            }
            (OrderState::Opening { .. }, Input::Start) if self.own.is_some() => {
                let own = self.own.as_ref().map(|own| own.certificate);
                Step::then(own.map_or(Next::Again, Next::Load))
            }
            (OrderState::Opening { pass } | OrderState::Returning { pass }, Input::Start) => {
                self.bring(*pass, None, desk, rng)
            }
            (OrderState::Opening { pass }, Input::Loaded(body)) => {
                match body.as_ref().and_then(CertificateBody::read) {
                    Some(body) => self.bring(*pass, Some(body.compact), desk, rng),
                    None => Step::then(Next::Wait(Waiting::StorageFailed)),
                }
            }
            (
                OrderState::Opening { pass } | OrderState::Returning { pass },
                Input::Owner(OwnerAnswer::Ordered(answer)),
            ) => {
                let own_waits = matches!(&answer, Answer::Done(coupled) if coupled.own_waits());
                match self.ordering(*pass).read(answer, desk) {
                    Ok(Told { told, own }) => self.told(told, own, desk, rng),
                    Err(step) if own_waits => self.wait_at_both(*step, desk, rng),
                    Err(step) => *step,
                }
            }
            (OrderState::Returning { .. }, Input::Refused(_)) => self.end(desk),
            (_, Input::Refused(_)) => self.over(Kind::RefusedBySafe, desk),
            (_, Input::CallOff) => Step::then(Next::Again),
            _ => Step::garbled(),
        }
    }

    /// The fetching safe has others wait as well. There it is this device that waits, as in any other recovery, and that is shown: whoever
    /// decides would take it for somebody else.
    fn wait_at_both(&self, mut step: Step, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if let (Next::Wait(Waiting::NotYet { .. }), Some(own)) = (&step.next, &self.own)
            && let Some(asked) =
                recover::open(desk.books, own.certificate, false, Some(desk.id), rng)
        {
            let without = Flow::Order(Self {
                own: None,
                ..self.clone()
            });
            step.changes.push(Change::Journal(desk.id, without));
            step.changes.push(asked);
        }
        step
    }

    fn ordering(&self, pass: Option<Pass>) -> Ordering<'_> {
        Ordering {
            by: self.by,
            safe: self.safe,
            part: self.part,
            act: match self.state {
                OrderState::Returning { .. } => Act::Return,
                OrderState::Opening { .. } | OrderState::Over { .. } => Act::Recover,
            },
            session: &self.session,
            pass,
        }
    }

    fn bring(
        &self,
        pass: Option<Pass>,
        certificate: Option<String>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let is_opening = self.is_fetching();
        let own = self.own.as_ref().zip(certificate);
        let own = own.map(|(own, certificate)| OwnPart {
            presented: Presented::Certificate(certificate),
            session: own.session.id,
        });
        match self.ordering(pass).bring(own, desk, rng) {
            Way::Step(step) => step,
            Way::Renew(pass) => {
                let pass = Some(pass);
                let state = match is_opening {
                    true => OrderState::Opening { pass },
                    false => OrderState::Returning { pass },
                };
                let changes = alloc::vec![Change::Journal(desk.id, self.in_state(state))];
                Step::strict(changes, Next::Again)
            }
            // The value safe may have it open for this session, and nobody else has that.
            Way::Shut if is_opening && pass.is_some() => Step::then(Next::Wait(Waiting::LogIn)),
            Way::Shut if is_opening => self.over(Kind::RecoveryCalledOff, desk),
            // What may be open all the same, the next fetch takes over, as from any device that is lost.
            Way::Shut => self.end(desk),
        }
    }

    fn told(
        &self,
        told: Outcome<Obeyed>,
        own: Option<Outcome<Recovered>>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        match (&self.state, told) {
            (OrderState::Opening { .. }, Outcome::Done(Obeyed::Recovered(handed))) => {
                self.arrive(&handed, own, desk, rng)
            }
            (OrderState::Opening { .. }, Outcome::Problem(problem)) => {
                let why = self.conflict(&problem, desk);
                let why = why.map(Kind::ReleasedElsewhere);
                self.over(why.unwrap_or_else(|| super::refusal(problem.code)), desk)
            }
            // It is given back, or there is nothing to give back.
            (OrderState::Returning { .. }, _) => self.end(desk),
            _ => Step::garbled(),
        }
    }

    /// Both halves are stored as they came, still covered; what becomes of them is decided for the group.
    fn arrive(
        &self,
        handed: &Handed,
        own: Option<Outcome<Recovered>>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let root = desk.books.identity().map(Identity::root);
        let known = desk.books.safe(self.safe).zip(root);
        let found = known
            .and_then(|(safe, root)| certificate_of(desk.books, safe, &root, self.part, handed));
        let Some((certificate, item, body)) = found else {
            // Not that part: nobody else is to have it all the same.
            let returning = self.in_state(OrderState::Returning { pass: None });
            let name = super::name_of(desk.books, item_of(self.part.group));
            let wrong = desk.notice(Kind::RecoveredBytesWrong, &name, self.safe, rng);
            let changes = alloc::vec![Change::Journal(desk.id, returning), wrong];
            return Step::strict(changes, Next::Again);
        };
        let mut changes = alloc::vec![Change::End(desk.id)];
        let is_same = |(_, known): &(ItemId, &crate::books::CertificateItem)| {
            known.safe == self.safe && known.part == Some(self.part)
        };
        let here = desk.books.certificates().find(is_same).map(|(id, _)| id);
        if here.is_none() {
            changes.push(Change::Put(
                certificate,
                Item::Certificate(item),
                Some(body),
            ));
        }
        let via = Via {
            by: self.by,
            pass: None,
        };
        let certificate = here.unwrap_or(certificate);
        let of_value = (certificate, self.safe, &self.session);
        changes.extend(fetched(of_value, self.part, &handed.object, Some(via), rng));
        changes.extend(self.own_part(own, desk, rng));
        Step::strict(changes, Next::Again)
    }

    /// The other half, if it is what its certificate says; else the safe is asked for it by itself.
    fn own_part(
        &self,
        recovered: Option<Outcome<Recovered>>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Vec<Change> {
        let Some(own) = &self.own else {
            return Vec::new();
        };
        let known = desk.books.certificate(own.certificate);
        if let (Some(Outcome::Done(recovered)), Some(known)) = (recovered, known)
            && let Some(of) = known.part
            && saifu_crypto::hash::sha256(&recovered.object)[..] == known.sha256[..]
        {
            let of_key = (own.certificate, self.by, &own.session);
            return fetched(of_key, of, &recovered.object, None, rng).into();
        }
        let asked = recover::open(desk.books, own.certificate, false, Some(desk.id), rng);
        asked.into_iter().collect()
    }

    /// Who has the entry open, by a receipt that the value safe signed. It signed the whole answer, so it is about this entry.
    fn conflict(&self, problem: &Problem, desk: &Desk<'_>) -> Option<Elsewhere> {
        let key = desk.books.safe(self.safe)?.signing_key;
        let receipt = Receipt::verify(problem.receipt.as_deref()?, &key).ok()?;
        match receipt.event {
            Event::Refused { state, session } => Some(Elsewhere {
                state,
                session,
                since: receipt.at,
            }),
            Event::Withdrawn { .. } | Event::Returned { .. } | Event::Retired => None,
        }
    }

    fn in_state(&self, state: OrderState) -> Flow {
        Flow::Order(Self {
            state,
            ..self.clone()
        })
    }

    fn over(&self, why: Kind, desk: &Desk<'_>) -> Step {
        let over = self.in_state(OrderState::Over { why });
        Step::strict(alloc::vec![Change::Journal(desk.id, over)], Next::Again)
    }

    fn end(&self, desk: &Desk<'_>) -> Step {
        Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing)
    }
}

/// A part is here, and its recovery goes on from there.
fn fetched(
    (certificate, safe, session): (ItemId, SafeId, &Session),
    of: PartOf,
    object: &[u8],
    via: Option<Via>,
    rng: &mut dyn CryptoRng,
) -> [Change; 2] {
    let part = ItemId::make(rng);
    let here = PartItem {
        of,
        size: object.len() as u64,
        here: PartHere::Fetched { safe },
    };
    let recover = Recover {
        certificate,
        safe,
        session: session.clone(),
        by: MovedBy::Owner,
        via,
        state: RecoverState::Fetched { part },
    };
    [
        Change::Put(part, Item::Part(here), Some(Body::new(object.to_vec()))),
        Change::Journal(FlowId::make(rng), Flow::Recover(recover)),
    ]
}

/// Whether a login brings orders.
pub(super) const fn aim_of(group: GroupId) -> Aim {
    Aim::Order {
        group,
        ahead: 0,
        behind: 0,
    }
}
