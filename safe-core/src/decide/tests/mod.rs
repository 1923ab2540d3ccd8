//! One test per transition as a wallet sees it, from bytes to bytes: requests are signed, sealed, opened and decided by
//! the same functions the Worker calls.

mod any_sequence;
mod audit;
mod end;
mod foreign;
mod freeze;
mod given;
mod hold;
mod index;
mod list;
mod order;
mod owner;
mod recover;
mod register;
mod request;
mod rotate;
mod search;

use super::AuditEvent;
use crate::entry::State;
use crate::index::{MemoryIndex, Questions};
use crate::order::Errand;
use crate::service::{HttpReply, HttpRequest, Ledgers, handle_with};
use crate::{MemoryLedger, MemoryOwners, SafeKeys, Settings, upkeep};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};
use saifu_crypto::sign::SigningKey;
use saifu_crypto::testing::Counting;
use saifu_crypto::{CryptoRng, Secret, hash, hpke};
use saifu_protocol::certificate::{Address, read_claims_unverified};
use saifu_protocol::envelope::{Binding, open_reply, seal_request};
use saifu_protocol::message::{
    EndItem, Ended, ListItem, Outcome, Page, Presented, RecoverItem, Recovered, RegisterItem,
    Registered, Reply, Request, Route, Target,
};
use saifu_protocol::object::make_object;
use saifu_protocol::order::Relayed;
use saifu_protocol::presentation::{Act, Bare, Purpose, present};
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::receipt::{Event, Receipt};
use saifu_protocol::request::{SCHEME, sign_request};
use saifu_protocol::value::{Class, Fields, Payload, Validity};
use saifu_protocol::{Counter, HolderId, PublicKey, RequestId, SessionId, UnixTime, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

const A: SessionId = SessionId::new([0xA; 16]);
const B: SessionId = SessionId::new([0xB; 16]);

/// A safe, the account that uses it, and a clock that ticks with every request.
struct World {
    keys: SafeKeys,
    settings: Settings,
    ledger: MemoryLedger,
    owners: MemoryOwners,
    index: MemoryIndex,
    is_index_up: bool,
    account: SigningKey,
    now: UnixTime,
    rng: Counting,
    requests: u64,
    events: Vec<AuditEvent>,
    /// The safe that this one reaches, if there is one.
    other: Option<Box<World>>,
}

#[derive(Clone)]
struct Held {
    holder: Secret,
    object: Vec<u8>,
    certificate: String,
}

impl Held {
    fn whole(&self) -> Presented {
        Presented::Certificate(self.certificate.clone())
    }

    fn bare(&self) -> Bare {
        let claims = read_claims_unverified(&self.certificate).unwrap();
        Bare {
            digest: claims.digest,
            hash: claims.hash,
            counter: claims.counter,
        }
    }

    fn counter(&self) -> u64 {
        self.bare().counter.get()
    }
}

fn holder_of(secret: &Secret) -> HolderId {
    HolderId::of(&PublicKey::new(SigningKey::derive(secret).public()))
}

impl World {
    fn new() -> Self {
        Self {
            keys: SafeKeys::derive(&Secret::new([1; 32]), &Secret::new([2; 32])),
            settings: Settings::new(Address::parse("https://safe.example").unwrap()),
            ledger: MemoryLedger::new(),
            owners: MemoryOwners::new(),
            index: MemoryIndex::new(),
            is_index_up: true,
            account: SigningKey::derive(&Secret::new([3; 32])),
            now: UnixTime(1_000_000),
            rng: Counting(0),
            requests: 0,
            events: Vec::new(),
            other: None,
        }
    }

    fn with_limit(limit: u64) -> Self {
        let mut world = Self::new();
        world.settings.counter_limit = Counter::new(limit).unwrap();
        world
    }

    fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId::new(u128::from(self.requests).to_be_bytes())
    }

    fn value(&mut self) -> Vec<u8> {
        let fields = Fields {
            class: Class::Coupon,
            name: "A".into(),
            unit_price: None,
            quantity: 1,
            place: String::new(),
            validity: Validity::default(),
            remaining: None,
            remarks: String::new(),
            payload: Payload::default(),
        };
        make_object(&Value::check(fields).unwrap(), &mut self.rng)
    }

    fn send(&mut self, request: &HttpRequest<'_>) -> HttpReply {
        self.now = self.now.plus(1);
        let (index, is_up) = (&self.index, self.is_index_up);
        let ask = |questions: &Questions| {
            if is_up {
                index.answer(questions)
            } else {
                questions.unanswered()
            }
        };
        let (other, keys, now) = (&mut self.other, &self.keys, self.now);
        let bring = |errand: &Errand, rng: &mut dyn CryptoRng| {
            let Some(other) = other else {
                return Relayed::Unreachable;
            };
            other.obey(errand, keys, now, rng)
        };
        let answered = handle_with(
            request,
            &self.keys,
            &self.settings,
            self.now,
            &mut self.rng,
            Ledgers {
                entries: &mut self.ledger,
                owners: &mut self.owners,
            },
            ask,
            bring,
        );
        self.events.extend(answered.events);
        answered.reply
    }

    fn call<I: Serialize, O: DeserializeOwned>(
        &mut self,
        route: Route,
        request: RequestId,
        items: Vec<I>,
    ) -> Result<Vec<Outcome<O>>, Problem> {
        let reply_secret = Secret::make(&mut self.rng);
        let content = Request {
            reply_to: PublicKey::new(hpke::derive_public(&reply_secret)),
            items,
        };
        let binding = Binding {
            safe: self.keys.id(),
            route,
            request,
        };
        let body = seal_request(
            &content,
            &self.keys.sealing_public(),
            &binding,
            &mut self.rng,
        )
        .unwrap();
        let token = sign_request(
            self.keys.id(),
            route,
            request,
            &body,
            self.now,
            &self.account,
        );
        let reply = self.send(&HttpRequest {
            route,
            authorization: Some(&format!("{SCHEME} {token}")),
            idempotency_key: Some(&format!("{request}")),
            body: &body,
        });
        if reply.status != 200 {
            return Err(serde_json::from_slice(&reply.body).unwrap());
        }
        let hash = hash::sha256(&body);
        let reply: Reply<O> = open_reply(&reply.body, &reply_secret, &binding, &hash).unwrap();
        Ok(reply.items)
    }

    fn register_items(
        &mut self,
        request: RequestId,
        items: &[(Vec<u8>, Secret)],
    ) -> Vec<Outcome<Registered>> {
        let items = items
            .iter()
            .map(|(object, holder)| RegisterItem {
                wait: 0,
                orders: None,
                object: object.clone(),
                holder: holder_of(holder),
                given: None,
                note: None,
            })
            .collect();
        self.call(Route::Register, request, items).unwrap()
    }

    fn items(&mut self, count: usize) -> Vec<(Vec<u8>, Secret)> {
        (0..count)
            .map(|_| (self.value(), Secret::make(&mut self.rng)))
            .collect()
    }

    fn register(&mut self, count: usize) -> Vec<Held> {
        let items = self.items(count);
        let request = self.next_request();
        let outcomes = self.register_items(request, &items);
        items
            .into_iter()
            .zip(outcomes)
            .map(|((object, holder), outcome)| Held {
                holder,
                object,
                certificate: done(outcome).certificate,
            })
            .collect()
    }

    fn publish(&mut self) {
        while let Some(round) = upkeep::next_round(&self.ledger).unwrap() {
            for (_, put) in &round.puts {
                self.index.put(put.clone());
            }
            upkeep::note_published(&mut self.ledger, &round).unwrap();
        }
    }

    fn prove(
        &self,
        act: Act,
        target: &Target,
        session: SessionId,
        request: RequestId,
        holder: &Secret,
    ) -> String {
        let purpose = Purpose {
            safe: self.keys.id(),
            act,
            target: target.fingerprint(),
            session,
            request,
            next: None,
        };
        present(&purpose, &SigningKey::derive(holder))
    }

    fn recover_as(
        &mut self,
        presented: Presented,
        holder: &Secret,
        session: SessionId,
    ) -> Outcome<Recovered> {
        let request = self.next_request();
        let target = Target::Certificate {
            presented: presented.clone(),
        };
        let item = RecoverItem {
            presented,
            session,
            proof: self.prove(Act::Recover, &target, session, request, holder),
        };
        self.call(Route::Recover, request, vec![item])
            .unwrap()
            .remove(0)
    }

    fn recover(&mut self, held: &Held, session: SessionId) -> Outcome<Recovered> {
        self.recover_as(held.whole(), &held.holder, session)
    }

    fn end(
        &mut self,
        act: Act,
        target: Target,
        holder: &Secret,
        session: SessionId,
    ) -> Outcome<Ended> {
        let route = match act {
            Act::Recover => Route::Recover,
            Act::Ack => Route::Ack,
            Act::Return => Route::Return,
            Act::Retire => Route::Retire,
            Act::Rotate => Route::Rotate,
            Act::Wait => Route::Wait,
            Act::Audit => Route::Audit,
        };
        let request = self.next_request();
        let item = EndItem {
            proof: self.prove(act, &target, session, request, holder),
            target,
            session,
        };
        self.call(route, request, vec![item]).unwrap().remove(0)
    }

    fn end_held(&mut self, act: Act, held: &Held, session: SessionId) -> Outcome<Ended> {
        let target = Target::Certificate {
            presented: held.whole(),
        };
        self.end(act, target, &held.holder, session)
    }

    fn list(&mut self) -> Outcome<Page> {
        let request = self.next_request();
        self.call(Route::Certificates, request, vec![ListItem { after: None }])
            .unwrap()
            .remove(0)
    }

    fn event(&self, receipt: &str) -> Event {
        Receipt::verify(receipt, &self.keys.signing_public())
            .unwrap()
            .event
    }

    fn state(&self, held: &Held) -> State {
        self.ledger
            .entries()
            .find(|(entry, _)| entry.certificate == held.certificate)
            .map(|(entry, _)| entry.state)
            .unwrap()
    }
}

fn done<T>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(done) => done,
        Outcome::Problem(problem) => panic!("not done: {}", problem.title),
    }
}

fn code<T>(outcome: Outcome<T>) -> Code {
    problem(outcome).code
}

fn problem<T>(outcome: Outcome<T>) -> Problem {
    match outcome {
        Outcome::Done(_) => panic!("it was done"),
        Outcome::Problem(problem) => problem,
    }
}
