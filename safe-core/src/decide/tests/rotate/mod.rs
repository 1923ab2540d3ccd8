//! Another holder: the old certificate finds nothing from then on, and the new one everything.

mod change;
mod index;
mod refusal;
mod repeat;
mod set_back;

use super::*;
use saifu_protocol::Certificate;
use saifu_protocol::certificate::Claims;
use saifu_protocol::message::{EntryState, RotateItem, Rotated};
use saifu_protocol::presentation::NO_SESSION;

const RECEIVER: u8 = 0x77;

/// Of a certificate that is handed over: what the giver knows, and the key that the receiver makes.
#[derive(Clone)]
struct Handed {
    held: Held,
    next: Secret,
    request: RequestId,
}

impl Handed {
    fn rotated(&self, certificate: String) -> Held {
        Held {
            holder: self.next.clone(),
            object: self.held.object.clone(),
            certificate,
        }
    }
}

impl World {
    fn as_account<T>(&mut self, seed: u8, act: impl FnOnce(&mut Self) -> T) -> T {
        let other = SigningKey::derive(&Secret::new([seed; 32]));
        let own = core::mem::replace(&mut self.account, other);
        let result = act(self);
        self.account = own;
        result
    }

    fn as_receiver<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        self.as_account(RECEIVER, act)
    }

    fn hand_over(&mut self, held: &Held) -> Handed {
        Handed {
            held: held.clone(),
            next: Secret::make(&mut self.rng),
            request: self.next_request(),
        }
    }

    fn proof(&self, presented: &Presented, handed: &Handed) -> String {
        let purpose = Purpose {
            safe: self.keys.id(),
            act: Act::Rotate,
            target: presented.fingerprint(),
            session: NO_SESSION,
            request: handed.request,
            next: Some(holder_of(&handed.next)),
        };
        present(&purpose, &SigningKey::derive(&handed.held.holder))
    }

    fn rotate_item(&self, presented: Presented, handed: &Handed) -> RotateItem {
        RotateItem {
            wait: 0,
            orders: None,
            proof: self.proof(&presented, handed),
            target: presented,
            holder: holder_of(&handed.next),
            note: None,
        }
    }

    fn rotate_as(&mut self, presented: Presented, handed: &Handed) -> Outcome<Rotated> {
        let item = self.rotate_item(presented, handed);
        self.call(Route::Rotate, handed.request, vec![item])
            .unwrap()
            .remove(0)
    }

    /// What a receiver does with a certificate it was given.
    fn rotate(&mut self, handed: &Handed) -> Outcome<Rotated> {
        self.as_receiver(|world| world.rotate_as(handed.held.whole(), handed))
    }

    pub(super) fn rotated(&mut self, held: &Held) -> Held {
        let handed = self.hand_over(held);
        let certificate = done(self.rotate(&handed)).certificate;
        handed.rotated(certificate)
    }

    fn claims(&self, held: &Held) -> Claims {
        let key = self.keys.signing_public();
        let certificate = Certificate::verify(&held.certificate, &key).unwrap();
        certificate.claims().clone()
    }

    /// Every way to ask for the entry of a certificate, and what comes of each.
    fn every_answer(&mut self, held: &Held) -> Vec<Result<(), Problem>> {
        fn outcome<T>(outcome: Outcome<T>) -> Result<(), Problem> {
            match outcome {
                Outcome::Done(_) => Ok(()),
                Outcome::Problem(problem) => Err(problem),
            }
        }
        let mut answers = Vec::new();
        for presented in [held.whole(), Presented::Bare(held.bare())] {
            let target = Target::Certificate {
                presented: presented.clone(),
            };
            let handed = self.hand_over(held);
            answers.push(outcome(self.rotate_as(presented.clone(), &handed)));
            answers.push(outcome(self.recover_as(presented, &held.holder, B)));
            for (act, session) in [(Act::Ack, B), (Act::Return, B), (Act::Retire, NO_SESSION)] {
                let ended = self.end(act, target.clone(), &held.holder, session);
                answers.push(outcome(ended));
            }
        }
        answers
    }

    fn finds_nothing(&mut self, held: &Held) {
        let stranger = Held {
            holder: Secret::make(&mut self.rng),
            ..held.clone()
        };
        let answers = self.every_answer(held);
        for answer in &answers {
            let code = answer.as_ref().map_err(|problem| problem.code);
            assert_eq!(code, Err(Code::NotFound));
        }
        assert_eq!(answers, self.every_answer(&stranger));
    }

    fn listed(&mut self) -> Vec<(String, EntryState)> {
        let page = done(self.list());
        page.certificates
            .into_iter()
            .map(|listed| (listed.certificate, listed.state))
            .collect()
    }
}
