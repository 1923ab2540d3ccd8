//! One test per transition as a wallet sees it, from bytes to bytes: requests are signed, sealed, opened and decided by
//! the same functions the Worker calls.

use super::{AuditEvent, MAX_REPLY_OBJECT_BYTES};
use crate::entry::State;
use crate::index::{Evidence, MAX_CURSOR_BYTES, MAX_QUESTIONS, MemoryIndex, Questions};
use crate::service::{HttpReply, HttpRequest, handle};
use crate::{MemoryLedger, SafeKeys, Settings, upkeep};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::testing::Counting;
use saifu_crypto::{Secret, hash, hpke};
use saifu_protocol::certificate::{Address, read_claims_unverified};
use saifu_protocol::envelope::{Binding, open_reply, seal_request};
use saifu_protocol::message::{
    EndItem, Ended, EntryState, ListItem, Outcome, Page, Presented, RecoverItem, Recovered,
    RegisterItem, Registered, Reply, Request, Route, Target,
};
use saifu_protocol::object::make_object;
use saifu_protocol::presentation::{Act, Bare, NO_SESSION, Purpose, present};
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::receipt::{Event, Receipt};
use saifu_protocol::request::{SCHEME, sign_request};
use saifu_protocol::value::{Class, Fields, Payload, Validity};
use saifu_protocol::{
    Counter, Digest, HolderId, PublicKey, RequestId, SessionId, UnixTime, Value, limits,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

mod foreign;
mod given;
mod rotate;

const A: SessionId = SessionId::new([0xA; 16]);
const B: SessionId = SessionId::new([0xB; 16]);

/// A safe, the account that uses it, and a clock that ticks with every request.
struct World {
    keys: SafeKeys,
    settings: Settings,
    ledger: MemoryLedger,
    index: MemoryIndex,
    is_index_up: bool,
    account: SigningKey,
    now: UnixTime,
    rng: Counting,
    requests: u64,
    events: Vec<AuditEvent>,
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
            index: MemoryIndex::new(),
            is_index_up: true,
            account: SigningKey::derive(&Secret::new([3; 32])),
            now: UnixTime(1_000_000),
            rng: Counting(0),
            requests: 0,
            events: Vec::new(),
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
        let answered = handle(
            request,
            &self.keys,
            &self.settings,
            self.now,
            &mut self.rng,
            &mut self.ledger,
            ask,
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
                object: object.clone(),
                holder: holder_of(holder),
                given: None,
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

// Registering.

#[test]
fn register_a_batch_takes_ascending_counters() {
    let mut world = World::new();
    let held = world.register(50);
    let counters: Vec<u64> = held.iter().map(Held::counter).collect();
    assert_eq!(counters, (0..50).collect::<Vec<_>>());
    assert_eq!(world.register(1)[0].counter(), 50);
}

#[test]
fn register_after_the_limit_returns_to_zero() {
    let mut world = World::with_limit(3);
    let counters: Vec<u64> = world.register(9).iter().map(Held::counter).collect();
    assert_eq!(counters, [0, 1, 2, 3, 0, 1, 2, 3, 0]);
    assert_eq!(world.register(1)[0].counter(), 1);
    // An operator who lowers the limit gets counters within it.
    world.settings.counter_limit = Counter::new(1).unwrap();
    assert_eq!(world.register(1)[0].counter(), 0);
}

#[test]
fn register_again_gives_the_same_certificates() {
    let mut world = World::with_limit(2);
    let items = world.items(7);
    let request = world.next_request();
    let first = world.register_items(request, &items);
    world.register(3);
    assert_eq!(world.register_items(request, &items), first);
    assert_eq!(world.ledger.entries().count(), 10);
}

#[test]
fn register_again_after_purge_gives_the_same_certificates() {
    let mut world = World::new();
    let items = world.items(1);
    let request = world.next_request();
    let first = world.register_items(request, &items);
    let Outcome::Done(registered) = &first[0] else {
        panic!("not registered")
    };
    let held = Held {
        holder: items[0].1.clone(),
        object: items[0].0.clone(),
        certificate: registered.certificate.clone(),
    };
    world.end_held(Act::Retire, &held, NO_SESSION);
    let later = world.now.plus(world.settings.grace_seconds);
    let grace = world.settings.grace_seconds;
    assert_eq!(upkeep::purge(&mut world.ledger, grace, later), Ok(1));
    assert_eq!(world.register_items(request, &items), first);
}

#[test]
fn register_with_a_used_id_and_other_content_is_refused() {
    let mut world = World::new();
    let request = world.next_request();
    let (items, other) = (world.items(2), world.items(2));
    world.register_items(request, &items);
    for outcome in world.register_items(request, &other) {
        assert_eq!(code(outcome), Code::RequestReused);
    }
    let fewer = world.register_items(request, &items[..1]);
    assert_eq!(code(fewer.into_iter().next().unwrap()), Code::RequestReused);
    assert_eq!(world.ledger.entries().count(), 2);
}

#[test]
fn register_with_refused_items_gives_them_no_counter() {
    let mut world = World::new();
    let good = world.items(2);
    let key = Secret::new([9; 32]);
    let items = [
        (b"not a value".to_vec(), key.clone()),
        good[0].clone(),
        (vec![b' '; limits::MAX_OBJECT_BYTES + 1], key),
        good[1].clone(),
    ];
    let request = world.next_request();
    let first = world.register_items(request, &items);
    let codes: Vec<Option<Code>> = first
        .iter()
        .map(|outcome| match outcome {
            Outcome::Done(_) => None,
            Outcome::Problem(problem) => Some(problem.code),
        })
        .collect();
    assert_eq!(
        codes,
        [Some(Code::BadObject), None, Some(Code::TooLarge), None]
    );
    assert_eq!(world.register_items(request, &items), first);
    assert_eq!(world.register(1)[0].counter(), 2);
}

// Recovering.

#[test]
fn recover_registered_opens_it() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let recovered = done(world.recover(&held, A));
    assert_eq!(recovered.object, held.object);
    assert_eq!(recovered.certificate, held.certificate);
    assert_eq!(world.state(&held), State::Withdrawing { session: A });
}

#[test]
fn recover_withdrawing_by_its_session_gives_the_same_bytes() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let first = done(world.recover(&held, A));
    assert_eq!(done(world.recover(&held, A)).object, first.object);
}

#[test]
fn recover_in_any_other_case_is_refused_with_a_receipt() {
    type Before = fn(&mut World, &Held);
    let table: [(&str, Before, SessionId, EntryState, Option<SessionId>); 5] = [
        (
            "withdrawing by another",
            |world, held| drop(world.recover(held, A)),
            B,
            EntryState::Withdrawing,
            Some(A),
        ),
        (
            "withdrawn by itself",
            |world, held| {
                world.recover(held, A);
                world.end_held(Act::Ack, held, A);
            },
            A,
            EntryState::Withdrawn,
            Some(A),
        ),
        (
            "withdrawn by another",
            |world, held| {
                world.recover(held, A);
                world.end_held(Act::Ack, held, A);
            },
            B,
            EntryState::Withdrawn,
            Some(A),
        ),
        (
            "retired",
            |world, held| drop(world.end_held(Act::Retire, held, NO_SESSION)),
            A,
            EntryState::Retired,
            None,
        ),
        (
            "returned by itself",
            |world, held| {
                world.recover(held, A);
                world.end_held(Act::Return, held, A);
            },
            A,
            EntryState::Registered,
            Some(A),
        ),
    ];
    for (name, before, session, state, told) in table {
        let mut world = World::new();
        let held = world.register(1).remove(0);
        before(&mut world, &held);
        let first = problem(world.recover(&held, session));
        assert_eq!(first.code, Code::Conflict, "{name}");
        let receipt = first.receipt.clone().unwrap();
        let event = Event::Refused {
            state,
            session: told,
        };
        assert_eq!(world.event(&receipt), event, "{name}");
        assert_eq!(problem(world.recover(&held, session)), first, "{name}");
    }
}

#[test]
fn recover_damaged_bytes_stops_and_keeps_the_entry() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let key = world.ledger.entries().next().unwrap().0.key;
    let mut altered = held.object.clone();
    altered[3] ^= 1;
    world.ledger.damage(key, &altered);
    assert_eq!(code(world.recover(&held, A)), Code::Damaged);
    assert_eq!(world.state(&held), State::Registered);
    assert_eq!(world.events, [AuditEvent::Damaged]);
}

#[test]
fn recover_without_a_session_is_malformed() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    assert_eq!(code(world.recover(&held, NO_SESSION)), Code::Malformed);
}

#[test]
fn recover_twice_in_one_request_sees_the_first() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let request = world.next_request();
    let target = Target::Certificate {
        presented: held.whole(),
    };
    let items: Vec<RecoverItem> = [A, B, A]
        .into_iter()
        .map(|session| RecoverItem {
            presented: held.whole(),
            session,
            proof: world.prove(Act::Recover, &target, session, request, &held.holder),
        })
        .collect();
    let mut outcomes: Vec<Outcome<Recovered>> = world.call(Route::Recover, request, items).unwrap();
    done(outcomes.remove(0));
    assert_eq!(code(outcomes.remove(0)), Code::Conflict);
    done(outcomes.remove(0));
}

#[test]
fn recover_more_than_a_reply_carries_leaves_the_rest_as_it_is() {
    let mut world = World::new();
    let each = limits::MAX_OBJECT_BYTES;
    let fit = MAX_REPLY_OBJECT_BYTES / each;
    let mut held = Vec::new();
    for _ in 0..=fit {
        let mut items = world.items(1);
        items[0].0.resize(each, b' ');
        let request = world.next_request();
        let registered = done(world.register_items(request, &items).remove(0));
        let (object, holder) = items.remove(0);
        held.push(Held {
            holder,
            object,
            certificate: registered.certificate,
        });
    }
    let request = world.next_request();
    let items: Vec<RecoverItem> = held
        .iter()
        .map(|held| {
            let target = Target::Certificate {
                presented: held.whole(),
            };
            RecoverItem {
                presented: held.whole(),
                session: A,
                proof: world.prove(Act::Recover, &target, A, request, &held.holder),
            }
        })
        .collect();
    let mut outcomes: Vec<Outcome<Recovered>> = world.call(Route::Recover, request, items).unwrap();
    assert_eq!(code(outcomes.remove(fit)), Code::TooLarge);
    assert_eq!(world.state(&held[fit]), State::Registered);
    for outcome in outcomes {
        done(outcome);
    }
    done(world.recover(&held[fit], A));
}

#[test]
fn recover_of_one_certificate_named_many_times_carries_no_more_than_a_reply() {
    let mut world = World::new();
    let mut items = world.items(1);
    items[0].0.resize(limits::MAX_OBJECT_BYTES, b' ');
    let request = world.next_request();
    let registered = done(world.register_items(request, &items).remove(0));
    let (object, holder) = items.remove(0);
    let held = Held {
        holder,
        object,
        certificate: registered.certificate,
    };
    let target = Target::Certificate {
        presented: held.whole(),
    };
    let request = world.next_request();
    let item = RecoverItem {
        presented: held.whole(),
        session: A,
        proof: world.prove(Act::Recover, &target, A, request, &held.holder),
    };
    let items = vec![item; limits::MAX_ITEMS];
    let outcomes: Vec<Outcome<Recovered>> = world.call(Route::Recover, request, items).unwrap();
    let handed_out = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Outcome::Done(_)))
        .count();
    assert_eq!(
        handed_out,
        MAX_REPLY_OBJECT_BYTES / limits::MAX_OBJECT_BYTES
    );
}

// Searching.

#[test]
fn search_answers_a_stranger_as_if_there_were_nothing() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let stranger = Secret::new([9; 32]);
    let mut unknown = held.bare();
    unknown.counter = Counter::MAX;
    let nothing = problem(world.recover_as(Presented::Bare(unknown), &stranger, A));
    assert_eq!(nothing.code, Code::NotFound);
    assert_eq!(nothing, Code::NotFound.into());
    for before in [None, Some(Act::Ack)] {
        if before.is_some() {
            world.recover(&held, B);
            world.end_held(Act::Ack, &held, B);
        }
        let whole = world.recover_as(held.whole(), &stranger, A);
        assert_eq!(problem(whole), nothing);
        let bare = world.recover_as(Presented::Bare(held.bare()), &stranger, A);
        assert_eq!(problem(bare), nothing);
        for act in [Act::Ack, Act::Return, Act::Retire] {
            let target = Target::Certificate {
                presented: held.whole(),
            };
            assert_eq!(problem(world.end(act, target, &stranger, A)), nothing);
        }
    }
}

#[test]
fn search_tells_its_holder_what_is_wrong() {
    type Spoil = fn(&mut Bare);
    let table: [(Spoil, Code); 4] = [
        (|bare| bare.hash.sha256[0] ^= 1, Code::HashMismatch),
        (|bare| bare.hash.md5 = Some([0; 16]), Code::HashMismatch),
        (
            |bare| bare.digest = Digest::default().into(),
            Code::CertificateMismatch,
        ),
        (|bare| bare.counter = Counter::MAX, Code::NotFound),
    ];
    for (spoil, wanted) in table {
        let mut world = World::new();
        let held = world.register(1).remove(0);
        let mut bare = held.bare();
        spoil(&mut bare);
        let outcome = world.recover_as(Presented::Bare(bare), &held.holder, A);
        assert_eq!(code(outcome), wanted);
        assert_eq!(world.state(&held), State::Registered);
    }
}

#[test]
fn search_takes_a_whole_certificate_only_to_the_letter() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let mut altered = held.certificate.clone().into_bytes();
    let place = altered.len() - 30;
    altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
    let altered = Presented::Certificate(String::from_utf8(altered).unwrap());
    let outcome = world.recover_as(altered, &held.holder, A);
    assert_eq!(code(outcome), Code::CertificateMismatch);
}

#[test]
fn search_tells_equal_counters_apart() {
    let mut world = World::with_limit(1);
    let held = world.register(6);
    for held in &held {
        let bare = Presented::Bare(held.bare());
        let recovered = done(world.recover_as(bare, &held.holder, A));
        assert_eq!(recovered.object, held.object);
    }
}

// The index.

/// What the index would be asked for a recovery of these.
fn asked(world: &World, claims: &[(Presented, Secret)]) -> Vec<Counter> {
    let request = RequestId::new([7; 16]);
    let items = claims.iter().map(|(presented, holder)| {
        let target = Target::Certificate {
            presented: presented.clone(),
        };
        RecoverItem {
            presented: presented.clone(),
            session: A,
            proof: world.prove(Act::Recover, &target, A, request, holder),
        }
    });
    let asker = crate::command::Asker {
        safe: world.keys.id(),
        account: PublicKey::new(world.account.public()),
        request,
    };
    let command = asker.recover(items.collect());
    let need = super::need(&command, &Evidence::default());
    let loaded = crate::Ledger::load(&world.ledger, &need).unwrap();
    super::open_questions(&loaded, &command)
}

#[test]
fn index_is_asked_only_for_bare_certificates_that_the_ledger_misses() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    world.publish();
    let whole = held.whole();
    let bare = Presented::Bare(held.bare());
    let stranger = Secret::new([9; 32]);
    let holder = &held.holder;
    let ask = |world: &World, presented: &Presented, holder: &Secret| {
        asked(world, &[(presented.clone(), holder.clone())]).len()
    };
    assert_eq!(ask(&world, &whole, holder), 0);
    assert_eq!(ask(&world, &whole, &stranger), 0);
    assert_eq!(ask(&world, &bare, holder), 0);
    // To the ledger a stranger looks like a holder whose entry is gone.
    assert_eq!(ask(&world, &bare, &stranger), 1);
    let unread = Presented::Certificate("a.b.c".into());
    assert_eq!(ask(&world, &unread, &stranger), 0);
    world.ledger = MemoryLedger::new();
    assert_eq!(ask(&world, &whole, holder), 0);
    assert_eq!(ask(&world, &bare, holder), 1);
}

#[test]
fn index_is_asked_no_more_often_than_the_limit_in_one_request() {
    let mut world = World::new();
    let earlier = world.ledger.clone();
    let lost = world.register(MAX_QUESTIONS + 1);
    world.publish();
    world.ledger = earlier;
    let claims: Vec<(Presented, Secret)> = lost
        .iter()
        .rev()
        .map(|held| (Presented::Bare(held.bare()), held.holder.clone()))
        .collect();
    // The first of the request, whatever their counters; the same one twice is one question.
    let twice: Vec<(Presented, Secret)> = claims.iter().chain(&claims).cloned().collect();
    let first: Vec<Counter> = lost[1..]
        .iter()
        .rev()
        .map(|held| held.bare().counter)
        .collect();
    assert_eq!(asked(&world, &twice), first);
    // The rest is answered from the ledger alone: it knows nothing of them, and still has what it has.
    let kept = world.register(1).remove(0);
    let request = world.next_request();
    let kept = (Presented::Bare(kept.bare()), kept.holder);
    let items: Vec<RecoverItem> = claims
        .into_iter()
        .chain([kept])
        .map(|(presented, holder)| {
            let target = Target::Certificate {
                presented: presented.clone(),
            };
            RecoverItem {
                presented,
                session: A,
                proof: world.prove(Act::Recover, &target, A, request, &holder),
            }
        })
        .collect();
    let mut outcomes: Vec<Outcome<Recovered>> = world.call(Route::Recover, request, items).unwrap();
    done(outcomes.pop().unwrap());
    assert_eq!(code(outcomes.pop().unwrap()), Code::NotFound);
    assert_eq!(outcomes.len(), MAX_QUESTIONS);
    for outcome in outcomes {
        assert_eq!(code(outcome), Code::RolledBack);
    }
}

#[test]
fn index_that_is_down_hides_no_rollback_from_a_whole_certificate() {
    let mut world = World::new();
    let lost = world.register(1).remove(0);
    world.ledger = MemoryLedger::new();
    world.is_index_up = false;
    assert_eq!(code(world.recover(&lost, A)), Code::RolledBack);
}

#[test]
fn index_that_knows_more_than_the_ledger_tells_of_a_rollback() {
    for is_bare in [false, true] {
        let mut world = World::new();
        let kept = world.register(1).remove(0);
        let earlier = world.ledger.clone();
        let lost = world.register(3).remove(1);
        world.publish();
        world.ledger = earlier;
        let present = |held: &Held| {
            if is_bare {
                Presented::Bare(held.bare())
            } else {
                held.whole()
            }
        };
        let outcome = world.recover_as(present(&lost), &lost.holder, A);
        assert_eq!(code(outcome), Code::RolledBack);
        assert_eq!(world.events, [AuditEvent::RolledBack]);
        // A stranger is told nothing of it.
        let outcome = world.recover_as(present(&lost), &Secret::new([9; 32]), A);
        assert_eq!(code(outcome), Code::NotFound);
        done(world.recover_as(present(&kept), &kept.holder, A));
        // The counter is given out again; the lost certificate still is what it was.
        world.register(3);
        let outcome = world.recover_as(present(&lost), &lost.holder, A);
        assert_eq!(code(outcome), Code::RolledBack);
    }
}

#[test]
fn index_that_fails_or_is_empty_changes_nothing() {
    for is_up in [false, true] {
        let mut world = World::new();
        world.is_index_up = is_up;
        let held = world.register(1).remove(0);
        let bare = Presented::Bare(held.bare());
        assert_eq!(
            done(world.recover_as(bare, &held.holder, A)).object,
            held.object
        );
    }
}

#[test]
fn index_is_not_believed_without_the_safes_signature() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    world.publish();
    world.ledger = MemoryLedger::new();
    world.keys = SafeKeys::derive(&Secret::new([5; 32]), &Secret::new([6; 32]));
    for presented in [held.whole(), Presented::Bare(held.bare())] {
        let outcome = world.recover_as(presented, &held.holder, A);
        assert_eq!(code(outcome), Code::NotFound);
    }
    assert_eq!(world.events, []);
}

#[test]
fn list_gives_states_and_leaves_out_others_and_the_purged() {
    let mut world = World::new();
    let held = world.register(4);
    world.recover(&held[1], A);
    world.end_held(Act::Retire, &held[2], NO_SESSION);
    world.recover(&held[3], A);
    world.end_held(Act::Ack, &held[3], A);
    world.publish();
    let states: Vec<EntryState> = done(world.list())
        .certificates
        .iter()
        .map(|listed| listed.state)
        .collect();
    assert_eq!(
        states,
        [
            EntryState::Registered,
            EntryState::Withdrawing,
            EntryState::Retired,
            EntryState::Withdrawn
        ]
    );
    let later = world.now;
    assert_eq!(upkeep::purge(&mut world.ledger, 0, later), Ok(2));
    assert_eq!(done(world.list()).certificates.len(), 2);
    world.account = SigningKey::derive(&Secret::new([8; 32]));
    assert_eq!(done(world.list()).certificates.len(), 0);
}

#[test]
fn list_without_the_index_says_so() {
    let mut world = World::new();
    world.is_index_up = false;
    assert_eq!(code(world.list()), Code::IndexUnavailable);
}

#[test]
fn list_with_a_bad_cursor_spoils_no_other_page() {
    for is_up in [true, false] {
        let mut world = World::new();
        world.is_index_up = is_up;
        world.register(1);
        world.publish();
        let request = world.next_request();
        let items = [
            None,
            Some(String::from("no cursor")),
            Some("~".repeat(MAX_CURSOR_BYTES + 1)),
            None,
        ]
        .map(|after| ListItem { after });
        let mut outcomes: Vec<Outcome<Page>> = world
            .call(Route::Certificates, request, items.into())
            .unwrap();
        let last = outcomes.pop().unwrap();
        assert_eq!(code(outcomes.pop().unwrap()), Code::Malformed);
        assert_eq!(code(outcomes.pop().unwrap()), Code::Malformed);
        for outcome in [last, outcomes.pop().unwrap()] {
            if is_up {
                assert_eq!(done(outcome).certificates.len(), 1);
            } else {
                assert_eq!(code(outcome), Code::IndexUnavailable);
            }
        }
    }
}

#[test]
fn list_of_more_pages_than_the_limit_leaves_the_rest_unread() {
    let mut world = World::new();
    let request = world.next_request();
    let items = vec![ListItem { after: None }; MAX_QUESTIONS + 1];
    let mut outcomes: Vec<Outcome<Page>> = world.call(Route::Certificates, request, items).unwrap();
    assert_eq!(code(outcomes.pop().unwrap()), Code::IndexUnavailable);
    outcomes.into_iter().for_each(|outcome| drop(done(outcome)));
}

// Ending.

#[test]
fn ack_gives_the_same_receipt_every_time() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    world.recover(&held, A);
    let first = done(world.end_held(Act::Ack, &held, A));
    assert_eq!(world.event(&first.receipt), Event::Withdrawn { session: A });
    world.now = world.now.plus(100);
    assert_eq!(done(world.end_held(Act::Ack, &held, A)), first);
    let bare = Target::Certificate {
        presented: Presented::Bare(held.bare()),
    };
    assert_eq!(done(world.end(Act::Ack, bare, &held.holder, A)), first);
}

#[test]
fn return_lets_another_session_in() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    world.recover(&held, A);
    let first = done(world.end_held(Act::Return, &held, A));
    assert_eq!(world.event(&first.receipt), Event::Returned { session: A });
    done(world.recover(&held, B));
    assert_eq!(done(world.end_held(Act::Return, &held, A)), first);
    assert_eq!(world.state(&held), State::Withdrawing { session: B });
}

#[test]
fn end_by_another_session_is_refused_with_a_receipt() {
    for act in [Act::Ack, Act::Return] {
        let mut world = World::new();
        let held = world.register(1).remove(0);
        world.recover(&held, A);
        let refused = problem(world.end_held(act, &held, B));
        let event = Event::Refused {
            state: EntryState::Withdrawing,
            session: Some(A),
        };
        assert_eq!(world.event(&refused.receipt.unwrap()), event);
    }
}

#[test]
fn retire_by_registration_finds_the_item() {
    let mut world = World::new();
    let items = world.items(3);
    let request = world.next_request();
    world.register_items(request, &items);
    let target = Target::Registration { request, item: 1 };
    let stranger = world.end(Act::Retire, target.clone(), &items[0].1, NO_SESSION);
    assert_eq!(code(stranger), Code::NotFound);
    let first = done(world.end(Act::Retire, target.clone(), &items[1].1, NO_SESSION));
    assert_eq!(
        done(world.end(Act::Retire, target, &items[1].1, NO_SESSION)),
        first
    );
    let states: Vec<bool> = world
        .ledger
        .entries()
        .map(|(entry, _)| entry.state == State::Retired)
        .collect();
    assert_eq!(states, [false, true, false]);
}

#[test]
fn retire_by_registration_burns_an_id_that_was_never_seen() {
    let mut world = World::new();
    world.register(1);
    let items = world.items(2);
    let request = world.next_request();
    let target = Target::Registration { request, item: 0 };
    let first = done(world.end(Act::Retire, target.clone(), &items[0].1, NO_SESSION));
    for outcome in world.register_items(request, &items) {
        assert_eq!(code(outcome), Code::CalledOff);
    }
    assert_eq!(
        done(world.end(Act::Retire, target, &items[0].1, NO_SESSION)),
        first
    );
    assert_eq!(world.ledger.entries().count(), 1);
    assert_eq!(world.register(1)[0].counter(), 1);
}

#[test]
fn retire_by_registration_without_a_proof_burns_nothing() {
    let mut world = World::new();
    let items = world.items(1);
    let request = world.next_request();
    let carrier = world.next_request();
    let item = EndItem {
        target: Target::Registration { request, item: 0 },
        session: NO_SESSION,
        proof: "a.b.c".into(),
    };
    let mut outcomes: Vec<Outcome<Ended>> = world.call(Route::Retire, carrier, vec![item]).unwrap();
    assert_eq!(code(outcomes.remove(0)), Code::NotFound);
    done(world.register_items(request, &items).remove(0));
}

#[test]
fn retire_twice_in_one_request_burns_once() {
    let mut world = World::new();
    let key = Secret::new([9; 32]);
    let request = RequestId::new([7; 16]);
    let carrier = world.next_request();
    let items: Vec<EndItem> = (0..3)
        .map(|item| {
            let target = Target::Registration { request, item };
            EndItem {
                proof: world.prove(Act::Retire, &target, NO_SESSION, carrier, &key),
                target,
                session: NO_SESSION,
            }
        })
        .collect();
    let outcomes: Vec<Outcome<Ended>> = world.call(Route::Retire, carrier, items).unwrap();
    assert_eq!(outcomes.len(), 3);
    outcomes.into_iter().for_each(|outcome| drop(done(outcome)));
    assert_eq!(world.ledger.batches().count(), 1);
}

// The whole request.

#[test]
fn request_problems_name_themselves() {
    let mut world = World::new();
    let request = world.next_request();
    let none: Result<Vec<Outcome<Registered>>, Problem> =
        world.call(Route::Register, request, Vec::<RegisterItem>::new());
    assert_eq!(none.unwrap_err().code, Code::Malformed);
    let items: Vec<ListItem> = (0..=limits::MAX_ITEMS)
        .map(|_| ListItem { after: None })
        .collect();
    let many: Result<Vec<Outcome<Page>>, Problem> = world.call(Route::Certificates, request, items);
    assert_eq!(many.unwrap_err().limit, Some(limits::MAX_ITEMS as u64));
    let body = vec![0; limits::MAX_REQUEST_BYTES + 1];
    let reply = world.send(&HttpRequest {
        route: Route::Ack,
        authorization: None,
        idempotency_key: None,
        body: &body,
    });
    assert_eq!(reply.status, 413);
}

#[test]
fn debug_and_problems_show_no_object() {
    // An object in a log or an error would be a value anybody could use.
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let refused = problem(world.recover_as(held.whole(), &Secret::new([9; 32]), A));
    let shown = format!("{refused:?} {:?} {:?}", world.keys, world.settings);
    let text = String::from_utf8(held.object).unwrap();
    assert!(
        !shown.contains(&text) && !shown.contains("nonce"),
        "{shown}"
    );
}

// Any sequence.

#[derive(Debug, Clone, Copy)]
enum Step {
    Register(u8),
    Repeat(u8),
    Recover(u8, u8),
    Ack(u8, u8),
    Return(u8, u8),
    Retire(u8),
    Purge,
    Publish,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..4_u8).prop_map(Step::Register),
        any::<u8>().prop_map(Step::Repeat),
        (any::<u8>(), 1..4_u8).prop_map(|(n, s)| Step::Recover(n, s)),
        (any::<u8>(), 1..4_u8).prop_map(|(n, s)| Step::Ack(n, s)),
        (any::<u8>(), 1..4_u8).prop_map(|(n, s)| Step::Return(n, s)),
        any::<u8>().prop_map(Step::Retire),
        Just(Step::Purge),
        Just(Step::Publish),
    ]
}

/// A registration and its answer.
type Asked = (RequestId, Vec<(Vec<u8>, Secret)>, Vec<Outcome<Registered>>);

/// What must hold of an entry, whatever happened.
#[derive(Default)]
struct History {
    released_after_end: bool,
    withdrawn_by: Vec<SessionId>,
    receipts: Vec<(Event, String)>,
    returned: Vec<SessionId>,
    is_retired: bool,
}

impl History {
    fn note(&mut self, event: Event, receipt: String) {
        match event {
            Event::Withdrawn { session } if !self.withdrawn_by.contains(&session) => {
                self.withdrawn_by.push(session);
            }
            Event::Returned { session } => self.returned.push(session),
            Event::Retired => self.is_retired = true,
            Event::Withdrawn { .. } | Event::Refused { .. } => {}
        }
        self.receipts.push((event, receipt));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_keeps_the_invariants(steps in prop::collection::vec(step(), 1..40), limit in 1..8_u64) {
        let mut world = World::with_limit(limit);
        let mut held: Vec<Held> = Vec::new();
        let mut requests: Vec<Asked> = Vec::new();
        let mut histories: Vec<History> = Vec::new();
        let session = |n: u8| SessionId::new([n; 16]);
        for step in steps {
            let pick = |n: u8, len: usize| (len > 0).then(|| usize::from(n) % len);
            match step {
                Step::Register(count) => {
                    let items = world.items(count.into());
                    let request = world.next_request();
                    let outcomes = world.register_items(request, &items);
                    for ((object, holder), outcome) in items.iter().zip(&outcomes) {
                        let Outcome::Done(registered) = outcome else { panic!("not registered") };
                        held.push(Held {
                            holder: holder.clone(),
                            object: object.clone(),
                            certificate: registered.certificate.clone(),
                        });
                        histories.push(History::default());
                    }
                    requests.push((request, items, outcomes));
                }
                Step::Repeat(n) => if let Some(n) = pick(n, requests.len()) {
                    let (request, items, outcomes) = requests[n].clone();
                    prop_assert_eq!(world.register_items(request, &items), outcomes);
                },
                Step::Recover(n, s) => if let Some(n) = pick(n, held.len())
                    && let Outcome::Done(recovered) = world.recover(&held[n], session(s)) {
                    prop_assert_eq!(&recovered.object, &held[n].object);
                    let history = &mut histories[n];
                    history.released_after_end |= !history.withdrawn_by.is_empty() || history.is_retired;
                    prop_assert!(!history.returned.contains(&session(s)), "a returned session got in again");
                },
                Step::Ack(n, s) => if let Some(n) = pick(n, held.len())
                    && let Outcome::Done(ended) = world.end_held(Act::Ack, &held[n], session(s)) {
                    histories[n].note(world.event(&ended.receipt), ended.receipt);
                },
                Step::Return(n, s) => if let Some(n) = pick(n, held.len())
                    && let Outcome::Done(ended) = world.end_held(Act::Return, &held[n], session(s)) {
                    histories[n].note(world.event(&ended.receipt), ended.receipt);
                },
                Step::Retire(n) => if let Some(n) = pick(n, held.len())
                    && let Outcome::Done(ended) = world.end_held(Act::Retire, &held[n], NO_SESSION) {
                    histories[n].note(world.event(&ended.receipt), ended.receipt);
                },
                Step::Purge => {
                    let now = world.now;
                    upkeep::purge(&mut world.ledger, 0, now).unwrap();
                }
                Step::Publish => world.publish(),
            }
        }
        for history in &histories {
            prop_assert!(history.withdrawn_by.len() <= 1, "two sessions were confirmed");
            prop_assert!(!history.released_after_end, "released after its end");
            prop_assert!(!history.is_retired || history.withdrawn_by.is_empty(), "retired and withdrawn");
            for (event, receipt) in &history.receipts {
                let same = history.receipts.iter().filter(|(other, _)| other == event);
                prop_assert!(same.into_iter().all(|(_, other)| other == receipt), "a repeat gave another receipt");
            }
        }
        let mut wanted = Counter::ZERO;
        for held in &held {
            prop_assert_eq!(held.counter(), wanted.get());
            wanted = wanted.next(world.settings.counter_limit);
        }
        // Every entry is still known, and only what is over has lost its bytes.
        prop_assert_eq!(world.ledger.entries().count(), held.len());
        for (entry, object) in world.ledger.entries() {
            prop_assert!(object.is_some() || entry.state.is_over());
        }
    }
}
