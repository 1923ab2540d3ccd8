//! What comes in a channel, from the bytes of the request to the bytes of the reply.

use super::super::*;
use super::scene::*;
use crate::service::{HttpRequest, Ledgers, handle};
use crate::settings::Settings;
use crate::{Evidence, MemoryLedger};
use alloc::string::ToString as _;
use alloc::vec;
use alloc::vec::Vec;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{Secret, hash, hpke};
use saifu_protocol::certificate::Address;
use saifu_protocol::channel::{Bound, RequestWithin, Within};
use saifu_protocol::envelope::{Binding, open_reply, open_request, seal_request};
use saifu_protocol::message::{Outcome, Reply as Answers, Request, Route};
use saifu_protocol::owner::{Act, Answer, InSession, Purpose, SessionProof, Slot, WaysIn, Which};
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::request::{SCHEME, sign_request};
use saifu_protocol::{PublicKey, RequestId, SessionId, json};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A wallet that can sign what it asks, and has a session.
struct Caller {
    scene: Scene,
    account: Secret,
    inside: Inside,
    ledger: MemoryLedger,
}

fn account_of(seed: &Secret) -> PublicKey {
    PublicKey::new(SigningKey::derive(seed).public())
}

/// What a reply says, or the status of one in the clear.
type Told<T> = Result<Vec<Outcome<T>>, u16>;

impl Caller {
    fn new() -> Self {
        let mut scene = Scene::with_hana();
        let account = Secret::new([40; 32]);
        let inside = scene.log_in_first(account_of(&account));
        Self {
            scene,
            account,
            inside,
            ledger: MemoryLedger::new(),
        }
    }

    fn bound(&self, route: Route, request: RequestId, reply_to: PublicKey) -> Bound {
        Bound {
            binding: Binding {
                safe: self.scene.keys.safe,
                route,
                request,
            },
            account: account_of(&self.account),
            reply_to,
        }
    }

    fn within(&mut self, bound: &Bound, items: &[u8]) -> Within {
        let (session, key) = (self.inside.told.session, &self.inside.key);
        Within::seal(session, key, bound, items, &mut self.scene.rng)
    }

    /// Signs and sends a request as it is, by whatever account.
    fn send<T: DeserializeOwned>(
        &mut self,
        by: &Secret,
        (route, request): (Route, RequestId),
        content: &impl Serialize,
        reply: &Secret,
    ) -> Told<T> {
        let safe = self.scene.keys.safe;
        let binding = self.bound(route, request, account_of(by)).binding;
        let to = self.scene.safe.sealing_public();
        let body = seal_request(content, &to, &binding, &mut self.scene.rng).unwrap();
        let by = SigningKey::derive(by);
        let token = sign_request(safe, route, request, &body, self.scene.now, &by);
        let authorization = [SCHEME, " ", &token].concat();
        let key = request.to_string();
        let asked = HttpRequest {
            route,
            authorization: Some(&authorization),
            idempotency_key: Some(&key),
            body: &body,
        };
        let ledgers = Ledgers {
            entries: &mut self.ledger,
            owners: &mut self.scene.owners,
        };
        let settings = Settings::new(Address::parse("https://safe.example").unwrap());
        let (keys, now, rng) = (&self.scene.safe, self.scene.now, &mut self.scene.rng);
        let answered = handle(&asked, keys, &settings, now, rng, ledgers, |_| {
            Evidence::default()
        });
        if answered.reply.status != 200 {
            return Err(answered.reply.status);
        }
        let hash = hash::sha256(&body);
        let opened: Answers<T> = open_reply(&answered.reply.body, reply, &binding, &hash).unwrap();
        Ok(opened.items)
    }

    /// Asks in the channel, and may have it altered on its way.
    fn ask_in<T: DeserializeOwned>(
        &mut self,
        route: Route,
        items: &[u8],
        request: RequestId,
        alter: impl FnOnce(&mut RequestWithin),
    ) -> Told<T> {
        let reply = Secret::make(&mut self.scene.rng);
        let reply_to = PublicKey::new(hpke::derive_public(&reply));
        let bound = self.bound(route, request, reply_to);
        let within = self.within(&bound, items);
        let mut content = RequestWithin { reply_to, within };
        alter(&mut content);
        self.send(&self.account.clone(), (route, request), &content, &reply)
    }

    /// What asks which ways in there are, with its proof.
    fn ways(&mut self) -> (RequestId, Vec<u8>) {
        let request = RequestId::make(&mut self.scene.rng);
        let within = self.scene.within(&self.inside, request, Act::Ways);
        (request, json::write(&vec![within]))
    }

    fn ask_ways(&mut self, alter: impl FnOnce(&mut RequestWithin)) -> Told<Answer<WaysIn>> {
        let (request, items) = self.ways();
        self.ask_in(Route::OwnerWays, &items, request, alter)
    }
}

fn is_over<T>(told: &Told<T>) -> bool {
    let over = |outcome: &Outcome<T>| matches!(outcome, Outcome::Problem(it) if it.code == Code::ChannelOver);
    matches!(told, Ok(items) if items.len() == 1 && items.iter().all(over))
}

#[test]
fn a_login_says_that_there_is_a_channel() {
    assert!(Caller::new().inside.told.has_channel);
}

#[test]
fn what_is_asked_in_a_channel_is_answered_as_it_is_outside() {
    let mut caller = Caller::new();
    let told = caller.ask_ways(|_| {}).unwrap();
    assert!(matches!(told.as_slice(), [Outcome::Done(Answer::Done(_))]));
    let (request, items) = caller.ways();
    let items: Vec<InSession> = json::read(&items).unwrap();
    let reply = Secret::make(&mut caller.scene.rng);
    let reply_to = PublicKey::new(hpke::derive_public(&reply));
    let by = caller.account.clone();
    let content = Request { reply_to, items };
    let outside: Told<Answer<WaysIn>> =
        caller.send(&by, (Route::OwnerWays, request), &content, &reply);
    assert_eq!(outside.unwrap(), told);
}

/// The channel lets nobody do anything: an act takes its proof there, too.
#[test]
fn an_act_in_a_channel_takes_its_proof() {
    let mut caller = Caller::new();
    let (request, _) = caller.ways();
    let purpose = Purpose {
        safe: caller.scene.keys.safe,
        account: account_of(&caller.account),
        request,
        act: Act::List,
    };
    let unproved = InSession {
        session: caller.inside.told.session,
        proof: SessionProof::derive(&caller.inside.key, &purpose),
    };
    let items = json::write(&vec![unproved]);
    let told: Told<Answer<WaysIn>> = caller.ask_in(Route::OwnerWays, &items, request, |_| {});
    assert!(matches!(
        told.unwrap().as_slice(),
        [Outcome::Done(Answer::Out)]
    ));
}

#[test]
fn a_channel_is_over_with_its_session() {
    let mut caller = Caller::new();
    caller.scene.now = caller.inside.told.until;
    assert!(!is_over(&caller.ask_ways(|_| {})));
    caller.scene.wait(1);
    assert!(is_over(&caller.ask_ways(|_| {})));
    // Also when its row is gone: nobody is told which of the two it is.
    caller.scene.owners.sweep(caller.scene.now).unwrap();
    assert_eq!(caller.scene.owners.kept().1, 0);
    assert!(is_over(&caller.ask_ways(|_| {})));
}

#[test]
fn a_channel_is_over_with_the_kit_that_opened_its_session() {
    let mut caller = Caller::new();
    let account = account_of(&caller.account);
    caller
        .scene
        .change_slot(&caller.inside, Slot::Kit, b"paper");
    let by_kit = caller.scene.log_in(account, HANA, Which::Kit, b"paper");
    let by_secret = core::mem::replace(&mut caller.inside, by_kit.unwrap());
    assert!(!is_over(&caller.ask_ways(|_| {})));
    let revoke = Command::RevokeKit;
    assert!(caller.scene.done_within(&by_secret, Act::RevokeKit, revoke));
    assert!(is_over(&caller.ask_ways(|_| {})));
}

#[test]
fn another_account_finds_no_session() {
    let mut caller = Caller::new();
    let thief = Secret::new([41; 32]);
    let (request, items) = caller.ways();
    let reply = Secret::make(&mut caller.scene.rng);
    let reply_to = PublicKey::new(hpke::derive_public(&reply));
    // Even with the key of the session.
    let bound = Bound {
        account: account_of(&thief),
        ..caller.bound(Route::OwnerWays, request, reply_to)
    };
    let within = caller.within(&bound, &items);
    let content = RequestWithin { reply_to, within };
    let told: Told<Answer<WaysIn>> =
        caller.send(&thief, (Route::OwnerWays, request), &content, &reply);
    assert!(is_over(&told));
}

#[test]
fn what_was_not_sealed_in_this_session_for_this_request_is_no_channels() {
    let mut caller = Caller::new();
    let unknown = SessionId::new([9; 16]);
    assert!(is_over(&caller.ask_ways(|it| it.within.session = unknown)));
    assert!(is_over(
        &caller.ask_ways(|it| it.within.sealed.truncate(70))
    ));
    assert!(is_over(&caller.ask_ways(|it| it.within.sealed.clear())));
    assert!(is_over(&caller.ask_ways(|it| it.within.sealed[90] ^= 1)));
    // Nobody's key is no key, also where it is known.
    let (request, items) = caller.ways();
    let reply = Secret::make(&mut caller.scene.rng);
    let reply_to = PublicKey::new(hpke::derive_public(&reply));
    let bound = caller.bound(Route::OwnerWays, request, reply_to);
    let nobodys = Secret::new([0; 32]);
    let within = Within::seal(unknown, &nobodys, &bound, &items, &mut caller.scene.rng);
    let content = RequestWithin { reply_to, within };
    let by = caller.account.clone();
    let told: Told<Answer<WaysIn>> =
        caller.send(&by, (Route::OwnerWays, request), &content, &reply);
    assert!(is_over(&told));
}

/// Recorded, and sent once more: in another request, to another route, by somebody who would have the answer.
#[test]
fn what_was_recorded_opens_in_no_other_request() {
    let mut caller = Caller::new();
    let by = caller.account.clone();
    let (request, items) = caller.ways();
    let reply = Secret::make(&mut caller.scene.rng);
    let reply_to = PublicKey::new(hpke::derive_public(&reply));
    let bound = caller.bound(Route::OwnerWays, request, reply_to);
    let recorded = RequestWithin {
        reply_to,
        within: caller.within(&bound, &items),
    };
    let mut send = |route, request, content: &RequestWithin, reply: &Secret| -> Told<Problem> {
        caller.send(&by, (route, request), content, reply)
    };
    let later = RequestId::new([77; 16]);
    assert!(is_over(&send(Route::OwnerWays, later, &recorded, &reply)));
    assert!(is_over(&send(Route::OwnerJoin, request, &recorded, &reply)));
    let own = Secret::new([78; 32]);
    let redirected = RequestWithin {
        reply_to: PublicKey::new(hpke::derive_public(&own)),
        ..recorded.clone()
    };
    assert!(is_over(&send(Route::OwnerWays, request, &redirected, &own)));
    // As it was recorded it is the same question, and is answered to whoever asked it.
    let same: Told<Answer<WaysIn>> =
        caller.send(&by, (Route::OwnerWays, request), &recorded, &reply);
    assert!(matches!(same.unwrap().as_slice(), [Outcome::Done(_)]));
}

/// Who has the safe's key, and recorded what came, reads in which session something was asked, and nothing of what.
#[test]
fn the_safes_key_alone_opens_nothing_that_was_asked_in_a_channel() {
    let mut caller = Caller::new();
    let (request, items) = caller.ways();
    let reply_to = PublicKey::new([7; 32]);
    let bound = caller.bound(Route::OwnerWays, request, reply_to);
    let within = caller.within(&bound, &items);
    let content = RequestWithin { reply_to, within };
    let to = caller.scene.safe.sealing_public();
    let sent = seal_request(&content, &to, &bound.binding, &mut caller.scene.rng).unwrap();
    let leaked = caller.scene.safe.sealing();
    let read: json::Json = open_request(&sent, leaked, &bound.binding).unwrap();
    let read: RequestWithin = serde::Deserialize::deserialize(read).unwrap();
    assert_eq!(read, content);
    let planted = &items[..32];
    assert!(!read.within.sealed.windows(32).any(|it| it == planted));
    assert!(read.within.open(leaked, &bound).is_err());
}

#[test]
fn what_opens_and_does_not_read_is_malformed_as_outside() {
    let mut caller = Caller::new();
    let bad: [&[u8]; 5] = [b"", b"{}", b"[]", b"[{}]", b"[1"];
    for items in bad {
        let request = RequestId::make(&mut caller.scene.rng);
        let told: Told<Problem> = caller.ask_in(Route::OwnerWays, items, request, |_| {});
        assert_eq!(told, Err(400), "{items:?}");
    }
    let (request, item) = caller.ways();
    let item = &item[1..item.len() - 1];
    let two = [b"[".as_slice(), item, b",", item, b"]"].concat();
    let told: Told<Problem> = caller.ask_in(Route::OwnerWays, &two, request, |_| {});
    assert_eq!(told, Err(413));
}
