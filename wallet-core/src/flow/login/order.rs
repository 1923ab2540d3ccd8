//! What a login does for orders: it is there, and logs in again when its session has ended.

use super::super::{Desk, Flow, Next, Step};
use super::{Aim, Login, LoginState, account};
use crate::books::Change;
use crate::client::OwnerQuestion;
use crate::ids::FlowId;
use crate::notice::Kind;
use crate::plan::GroupId;
use crate::view::Waiting;
use alloc::string::String;
use saifu_crypto::CryptoRng;
use saifu_protocol::certificate::Address;
use saifu_protocol::order::{OwnPart, OwnerOrderItem};
use saifu_protocol::owner::{Act, InSession, Purpose, SessionProof};
use saifu_protocol::{RequestId, UnixTime};
use serde::{Deserialize as _, Deserializer};

/// How many seconds the clock of a safe may be taken to differ by, on the word of another one.
const MOST_AHEAD: u64 = 24 * 60 * 60;

pub(super) fn ahead_if_it_reads<'a, D: Deserializer<'a>>(from: D) -> Result<u64, D::Error> {
    Ok(u64::deserialize(from).unwrap_or_default())
}

impl Login {
    /// The group that it brings orders for.
    pub(crate) fn ordered(&self) -> Option<GroupId> {
        match self.aim {
            Aim::Order { group, .. } => Some(group),
            Aim::Restore | Aim::Map | Aim::Change { .. } | Aim::Settle | Aim::Ways(_) => None,
        }
    }

    /// The time at the safes that are given orders, as far as it is known.
    pub(in super::super) fn clock(&self, now: UnixTime) -> UnixTime {
        match self.aim {
            Aim::Order { ahead, behind, .. } => {
                UnixTime(now.0.saturating_add(ahead).saturating_sub(behind))
            }
            _ => now,
        }
    }

    /// What it says in a session that stays until nothing of its group is ordered any more.
    pub(super) fn stand_by(&self, group: GroupId, desk: &Desk<'_>) -> Step {
        let is_by_this = |flow: &Flow| match flow {
            Flow::Order(order) => order.by == self.safe,
            Flow::Recover(recover) => recover.via.is_some_and(|via| via.by == self.safe),
            _ => false,
        };
        let mut flows = desk.books.flows_of(group).into_iter();
        match flows.any(|(_, flow)| is_by_this(flow)) {
            true => Step::then(Next::Rest),
            false => Step::strict(alloc::vec![Change::End(desk.id)], Next::Nothing),
        }
    }

    /// Has an order brought in this session. `desk` is that of the flow that wants it.
    pub(in super::super) fn have_brought(
        &self,
        address: Address,
        order: String,
        own: Option<OwnPart>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Option<Step> {
        let (LoginState::In { session } | LoginState::Open { session }) = &self.state else {
            return None;
        };
        let request = RequestId::make(rng);
        let purpose = Purpose {
            safe: self.safe,
            account: account(desk.books.safe(self.safe)?),
            request,
            act: Act::Order,
        };
        let within = InSession {
            session: session.id,
            proof: SessionProof::derive(&session.keys.session, &purpose),
        };
        let question = OwnerQuestion::Order(OwnerOrderItem {
            within,
            address,
            order,
            own,
        });
        Some(Step::then(Next::ask_owner(self.safe, request, question)))
    }

    /// The session has ended: once more, unless nothing was said in between.
    pub(in super::super) fn left_out(&self, id: FlowId, desk: &Desk<'_>) -> Step {
        if self.is_open() {
            return Step::strict(self.left_out_for_good(id, desk), Next::Again);
        }
        if self.again {
            let safe = desk.books.safe(self.safe);
            let notice = crate::notice::Notice {
                // Told once for each login, so its own name will do.
                id: crate::ids::ItemId::new(*id.as_bytes()),
                at: desk.now,
                subject: self.name.clone(),
                safe: safe
                    .map(|it| it.address.as_str().into())
                    .unwrap_or_default(),
                kind: Kind::OwnerSessionEnded,
            };
            let changes = alloc::vec![Change::End(id), Change::Notify(notice)];
            return Step::strict(changes, Next::Again);
        }
        let again = Self {
            again: true,
            state: LoginState::Ready,
            ..self.clone()
        };
        let changes = alloc::vec![Change::Journal(id, Flow::Login(again))];
        Step::strict(changes, Next::Wait(Waiting::SafeFailed))
    }

    /// Something was said in the session: the next end of one is an accident again.
    pub(in super::super) fn let_in(&self, id: FlowId) -> Option<Change> {
        let further = Self {
            again: false,
            ..self.clone()
        };
        self.again
            .then(|| Change::Journal(id, Flow::Login(further)))
    }

    /// A safe that was given an order has another clock.
    pub(in super::super) fn set_clock(
        &self,
        id: FlowId,
        there: UnixTime,
        here: UnixTime,
    ) -> Option<Change> {
        let ahead = there.0.saturating_sub(here.0);
        let behind = here.0.saturating_sub(there.0);
        // Nobody has signed that. An order of next year must not lie at a safe until then.
        if ahead.max(behind) > MOST_AHEAD {
            return None;
        }
        let Aim::Order { group, .. } = self.aim else {
            return None;
        };
        let set = Self {
            aim: Aim::Order {
                group,
                ahead,
                behind,
            },
            ..self.clone()
        };
        Some(Change::Journal(id, Flow::Login(set)))
    }
}
