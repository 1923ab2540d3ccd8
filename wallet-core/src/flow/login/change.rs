//! What a change of the secret does in a session: another one is enrolled beside it, and when enough safes have that, the one
//! before is ended.

use super::super::record::{Blinded, blind, make_record};
use super::super::{Desk, Flow, Next, Step};
use super::{Aim, Login, LoginState, Session};
use crate::books::Change;
use crate::ids::FlowId;
use crate::owner::{OwnerSecret, OwnerStanding, Way};
use saifu_crypto::CryptoRng;
use saifu_protocol::RequestId;
use saifu_protocol::owner::{EnrolStart, EnrolStarted};

impl Login {
    /// Stretches the name once more, and blinds the other secret.
    pub(super) fn evaluate(
        &self,
        session: &Session,
        next: &OwnerSecret,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let Some(Blinded { enrolling, start }) = blind(&self.name, next, self.safe, desk, rng)
        else {
            return Step::garbled();
        };
        let evaluating = LoginState::Evaluating {
            session: session.clone(),
            enrolling,
            start,
            request: RequestId::make(rng),
        };
        self.go_on(evaluating, desk)
    }

    /// What the safe evaluates: the other secret, or the kit's.
    fn evaluated(&self) -> Option<OwnerSecret> {
        match &self.aim {
            Aim::Change { next } => Some(next.clone()),
            Aim::Ways(managing) => managing.kit().cloned().map(OwnerSecret::Words),
            Aim::Restore | Aim::Map | Aim::Settle | Aim::Order { .. } => None,
        }
    }

    /// The same share goes with it as with the secret before, dealt anew, and the newest map.
    pub(super) fn make_record(
        &self,
        session: &Session,
        (enrolling, start): (&[u8], &EnrolStart),
        started: &EnrolStarted,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Option<Step> {
        let next = self.evaluated()?;
        let at = desk.books.owner()?.at.iter();
        let number = at.clone().find(|at| at.safe == self.safe)?.number;
        let asked = (enrolling, start, started);
        let change = make_record(&next, number, asked, self.safe, desk, rng)?;
        let changing = LoginState::Changing {
            session: session.clone(),
            change,
            request: RequestId::make(rng),
        };
        Some(self.go_on(changing, desk))
    }

    /// Both open here. When the other one opens at as many safes as are needed, the one before is ended wherever it can be.
    pub(super) fn changed(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let (Aim::Change { next }, Some(owner)) = (&self.aim, desk.books.owner()) else {
            return Step::garbled();
        };
        let mut owner = owner.clone();
        owner.stand(self.safe, OwnerStanding::Both);
        let mut changes = alloc::vec![Change::End(desk.id)];
        if owner.opens_with_newest() {
            let settles = |safe| {
                let is_it = |(_, flow): (FlowId, &Flow)| matches!(flow, Flow::Login(login) if login.safe == safe && login.aim == Aim::Settle);
                desk.books.flows().any(is_it)
            };
            let both = owner
                .at
                .iter()
                .filter(|at| at.standing == OwnerStanding::Both);
            for at in both.filter(|at| !settles(at.safe)) {
                let by = Way::secret(next.clone());
                let settle = Self::new(at.safe, &self.name, by, Aim::Settle);
                changes.push(Change::Journal(FlowId::make(rng), Flow::Login(settle)));
            }
        }
        changes.push(Change::Own(Some(owner)));
        Step::strict(changes, Next::Nothing)
    }
}
