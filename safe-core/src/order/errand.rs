//! The way to the other safe: which addresses are asked, with what, and what an answer is taken for. Asking is the adapter's.

use crate::settings::SafeKeys;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret, hash, hpke};
use saifu_protocol::certificate::Address;
use saifu_protocol::descriptor::{self, Descriptor};
use saifu_protocol::envelope::{Binding, open_reply, seal_request};
use saifu_protocol::message::{Outcome, Reply, Request, Route};
use saifu_protocol::order::{OrderAnswer, OrderItem, Relayed};
use saifu_protocol::problem::Problem;
use saifu_protocol::request::{SCHEME, sign_request};
use saifu_protocol::{PublicKey, RequestId, SafeId, UnixTime, json};

/// An order that is to be brought to another safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    address: Address,
    to: SafeId,
    order: String,
}

/// A request to the other safe, and what is needed to read its answer.
pub struct Asking {
    /// Where to send it, by POST.
    pub url: String,
    /// Its `Authorization`.
    pub authorization: String,
    /// Its `Idempotency-Key`.
    pub idempotency_key: String,
    /// Its body.
    pub body: Vec<u8>,
    binding: Binding,
    reply_secret: Secret,
    body_hash: [u8; 32],
}

impl Errand {
    pub(super) fn new(address: Address, to: SafeId, order: String) -> Self {
        Self { address, to, order }
    }

    /// Where the other safe says who it is: the first thing to ask, by GET.
    pub fn describes_itself_at(&self) -> String {
        format!("{}{}", self.address.as_str(), descriptor::PATH)
    }

    /// Signs and seals the order as a request of this safe, to the safe that is described; `None` is no answer.
    ///
    /// # Errors
    /// It is not described, or another safe is.
    pub fn ask(
        &self,
        described: Option<(u16, &[u8])>,
        keys: &SafeKeys,
        now: UnixTime,
        rng: &mut dyn CryptoRng,
    ) -> Result<Asking, Relayed> {
        let Some((200, described)) = described else {
            return Err(Relayed::Unreachable);
        };
        let Ok(described) = Descriptor::read(described, &self.address) else {
            return Err(Relayed::OtherSafe);
        };
        if described.id != self.to {
            return Err(Relayed::OtherSafe);
        }
        let route = Route::Orders;
        let request = RequestId::make(rng);
        let binding = Binding {
            safe: self.to,
            route,
            request,
        };
        let reply_secret = Secret::make(rng);
        let content = Request {
            reply_to: PublicKey::new(hpke::derive_public(&reply_secret)),
            items: vec![OrderItem {
                order: self.order.clone(),
            }],
        };
        let body = seal_request(&content, &described.sealing_key, &binding, rng);
        let body = body.map_err(|_| Relayed::OtherSafe)?;
        // By its own clock: what the two differ by, it is told by the other one's.
        let token = sign_request(self.to, route, request, &body, now, keys.signing());
        Ok(Asking {
            url: format!("{}{}", self.address.as_str(), route.path()),
            authorization: format!("{SCHEME} {token}"),
            idempotency_key: format!("{request}"),
            binding,
            reply_secret,
            body_hash: hash::sha256(&body),
            body,
        })
    }
}

impl Asking {
    /// What the answer is; `None` is none.
    pub fn read(&self, answer: Option<(u16, &[u8])>) -> Relayed {
        let Some((status, body)) = answer else {
            return Relayed::Unreachable;
        };
        if status != 200 {
            let problem = json::read::<Problem>(body);
            return problem.map_or(Relayed::Unreachable, Relayed::Refused);
        }
        let (secret, hash) = (&self.reply_secret, &self.body_hash);
        let reply: Result<Reply<OrderAnswer>, _> = open_reply(body, secret, &self.binding, hash);
        let mut items = reply.map(|reply| reply.items).unwrap_or_default();
        match (items.pop(), items.len()) {
            (Some(Outcome::Done(answer)), 0) => Relayed::Answered(answer),
            (Some(Outcome::Problem(problem)), 0) => Relayed::Refused(problem),
            _ => Relayed::Unreachable,
        }
    }
}
