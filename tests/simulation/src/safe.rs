//! A safe in the simulated world: the real core on a ledger in memory, an index that is only eventually consistent, and
//! — for some — an operator who lies.

use crate::dice::Dice;
use crate::planted::{Bug, Tampered};
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{CryptoRng, Secret, hash};
#[cfg(test)]
use saifu_protocol::certificate::read_claims_unverified;
use saifu_protocol::certificate::{
    Address, Certificate, Claims, LegacyHash, ObjectClass, ObjectHash,
};
use saifu_protocol::channel::Bound;
use saifu_protocol::digest::DigestSetting;
use saifu_protocol::envelope::{self, Binding, Items};
use saifu_protocol::json::{self, Json};
#[cfg(test)]
use saifu_protocol::message::Presented;
use saifu_protocol::message::{
    EndItem, Outcome, RecoverItem, RegisterItem, Registered, Reply, Route,
};
use saifu_protocol::order::{OrderAnswer, Relayed};
use saifu_protocol::owner::{self, Conversation, DeviceStart, DeviceStarted, OwnerPage};
use saifu_protocol::possession::Possession;
#[cfg(test)]
use saifu_protocol::possession::{AuditItem, Audited};
use saifu_protocol::problem::Code;
use saifu_protocol::{Counter, Digest, PublicKey, RequestId, SafeId, SessionId, UnixTime, object};
use saifu_safe_core::entry::State;
use saifu_safe_core::order::Errand;
use saifu_safe_core::owner::{Need, OwnerLedger as _};
use saifu_safe_core::{
    HttpReply, HttpRequest, Ledgers, MemoryIndex, MemoryLedger, MemoryOwners, SafeKeys, Settings,
    settings, upkeep,
};
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::port::{Answer, Ask};
use std::collections::{BTreeSet, VecDeque};

/// How long the index may answer with what it was, in milliseconds.
const STALE_MS: u64 = 60_000;

/// A safe.
pub(crate) struct Safe {
    signing_seed: Secret,
    sealing_seed: Secret,
    pub(crate) keys: SafeKeys,
    pub(crate) settings: Settings,
    pub(crate) ledger: MemoryLedger,
    pub(crate) owners: MemoryOwners,
    index: MemoryIndex,
    /// What the index was, oldest first.
    index_before: VecDeque<(u64, MemoryIndex)>,
    listed: BTreeSet<String>,
    pub(crate) index_mood: IndexMood,
    pub(crate) is_up: bool,
    /// Takes nothing new.
    pub(crate) is_full: bool,
    pub(crate) honesty: Honesty,
    /// Its list of what an owner has there never ends.
    pub(crate) lists_without_end: bool,
    /// It is somebody else, who has the key bodies are sealed to, and not the one the safe signs with.
    pub(crate) greets_as_another: bool,
    /// No device reaches it, only other safes do.
    pub(crate) is_cut_off: bool,
    /// How often a device has asked it for something.
    pub(crate) asked: usize,
    pub(crate) brings: Brings,
    /// What somebody has written down who stands between.
    #[cfg(test)]
    pub(crate) recorded: Option<Vec<Ask>>,
}

/// What a safe does with orders that it is to bring.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "only the scenes have safes that misbehave in it")
)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Brings {
    /// As it should.
    Faithfully,
    /// Twice, and it passes on the second answer.
    Twice,
    /// Not at all.
    Nothing,
    /// It brings them, and passes on something of its own instead of the answer.
    MadeUp,
    /// It does not know of orders.
    Unknown,
}

/// What a safe had at some time.
#[derive(Clone, Default)]
pub(crate) struct Remembered {
    ledger: MemoryLedger,
    owners: MemoryOwners,
}

/// How the index answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum IndexMood {
    Fresh,
    Stale,
    Down,
}

/// Whether the operator lies about registrations.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Honesty {
    Honest,
    /// Answers with certificates that are wrong in one way or another, and keeps nothing.
    Lies,
    /// Opens every entry for every session that asks, and confirms them all.
    ConfirmsAll,
    /// Has thrown away every other chunk of what it keeps, and shows zeros in their place, with the hashes that belong there.
    #[cfg(test)]
    Halves,
    /// Has thrown away everything but the ledger, and shows whatever it has at hand.
    #[cfg(test)]
    Empties,
}

impl Safe {
    pub(crate) fn new(number: usize, honesty: Honesty, dice: &mut Dice) -> Self {
        let signing_seed = Secret::make(&mut dice.0);
        let sealing_seed = Secret::make(&mut dice.0);
        let address = Address::parse(&format!("https://safe-{number}.example"))
            .expect("the address is well-formed");
        let mut settings = Settings::new(address);
        if dice.percent(30) {
            settings.counter_limit = Counter::new(3).expect("3 is below the limit");
        }
        if dice.percent(20) {
            settings.legacy_hash = LegacyHash::Md5;
        }
        settings.grace_seconds = [0, 600, 7 * 86_400][dice.below(3)];
        Self {
            keys: SafeKeys::derive(&signing_seed, &sealing_seed),
            signing_seed,
            sealing_seed,
            settings,
            ledger: MemoryLedger::new(),
            owners: MemoryOwners::new(),
            index: MemoryIndex::new(),
            index_before: VecDeque::new(),
            listed: BTreeSet::new(),
            index_mood: IndexMood::Fresh,
            is_up: true,
            is_full: false,
            honesty,
            lists_without_end: false,
            greets_as_another: false,
            is_cut_off: false,
            asked: 0,
            brings: Brings::Faithfully,
            #[cfg(test)]
            recorded: None,
        }
    }

    pub(crate) fn id(&self) -> SafeId {
        self.keys.id()
    }

    /// What an owner wants one after the other to get to know it.
    pub(crate) fn introduction(&self) -> [Intent; 2] {
        let address = self.settings.address.as_str().to_owned();
        let safe = self.id();
        [Intent::MeetSafe { address }, Intent::TrustSafe { safe }]
    }

    /// Whether an entry waits, for whomever.
    pub(crate) fn has_alive(&self, counter: Counter, sha256: &[u8]) -> bool {
        let mut entries = self.ledger.entries();
        entries.any(|(entry, _)| {
            entry.key.counter == counter && entry.sha256 == sha256 && !entry.state.is_over()
        })
    }

    pub(crate) fn is_honest(&self) -> bool {
        self.honesty != Honesty::Lies
    }

    /// As a thief of the key bodies are sealed to reads a request.
    #[cfg(test)]
    pub(crate) fn read_with_leaked_key(&self, ask: &Ask) -> Option<(Route, PublicKey, Items)> {
        let path = ask.url.strip_prefix(self.settings.address.as_str())?;
        let mut headers = ask.headers.iter();
        let (_, id) = headers.find(|(name, _)| *name == "idempotency-key")?;
        let binding = Binding {
            safe: self.id(),
            route: Route::from_path(path)?,
            request: RequestId::parse(id).ok()?,
        };
        let body = ask.body.as_ref()?;
        let (reply_to, items) = envelope::open_letter(body, &self.sealing_seed, &binding).ok()?;
        Some((binding.route, reply_to, items))
    }

    /// Everything it remembers by, owners included.
    pub(crate) fn remembered(&self) -> Remembered {
        Remembered {
            ledger: self.ledger.clone(),
            owners: self.owners.clone(),
        }
    }

    /// Remembers what it did at another time, and nothing else.
    pub(crate) fn set_back(&mut self, to: Remembered) {
        self.ledger = to.ledger;
        self.owners = to.owners;
    }

    /// The same safe in another course of the world.
    pub(crate) fn fork(&self) -> Self {
        Self {
            signing_seed: self.signing_seed.clone(),
            sealing_seed: self.sealing_seed.clone(),
            keys: SafeKeys::derive(&self.signing_seed, &self.sealing_seed),
            settings: self.settings.clone(),
            ledger: self.ledger.clone(),
            owners: self.owners.clone(),
            index: self.index.clone(),
            index_before: self.index_before.clone(),
            listed: self.listed.clone(),
            #[cfg(test)]
            recorded: self.recorded.clone(),
            ..*self
        }
    }

    /// Answers one HTTP request; `None` if nobody answers.
    pub(crate) fn answer(
        &mut self,
        ask: &Ask,
        now_ms: u64,
        bug: Option<Bug>,
        dice: &mut Dice,
        others: Vec<&mut Safe>,
    ) -> Option<Answer> {
        if !self.is_up {
            return None;
        }
        let path = ask.url.strip_prefix(self.settings.address.as_str())?;
        let now = UnixTime(now_ms / 1_000);
        let Some(body) = &ask.body else {
            let descriptor = settings::describe(&self.settings, &self.keys, now);
            return Some(answer(HttpReply::json(&descriptor)));
        };
        let route = Route::from_path(path)?;
        let header = |name| {
            let mut headers = ask.headers.iter();
            headers
                .find(|(known, _)| *known == name)
                .map(|(_, v)| v.as_str())
        };
        let request = HttpRequest {
            route,
            authorization: header("authorization"),
            idempotency_key: header("idempotency-key"),
            body,
        };
        if self.is_full && route == Route::Register {
            return None;
        }
        if self.greets_as_another && route == Route::OwnerDeviceStart {
            return self.another_greeting(&request, dice);
        }
        if self.lists_without_end && route == Route::OwnerList {
            return self.another_page(&request, dice);
        }
        if self.honesty == Honesty::Lies && route == Route::Register {
            return self.lie(&request, now, dice);
        }
        #[cfg(test)]
        if matches!(self.honesty, Honesty::Halves | Honesty::Empties) && route == Route::Audit {
            return self.pretend(&request, dice);
        }
        let session = self.session_of(&request);
        let stale = self.index_as_answered(now_ms);
        let mood = self.index_mood;
        let brings = self.brings;
        if brings == Brings::Unknown && route == Route::OwnerOrder {
            return Some(answer(Code::NoRoute.into()));
        }
        let keys = &self.keys;
        let bring = |errand: &Errand, rng: &mut dyn CryptoRng| {
            let is_twice = brings == Brings::Twice;
            let carried = || carry(errand, keys, now_ms, rng, (others, is_twice));
            match brings {
                Brings::Nothing => Relayed::Unreachable,
                Brings::MadeUp => {
                    let _ = carried();
                    Relayed::Answered(OrderAnswer {
                        sealed: vec![7; 200],
                    })
                }
                Brings::Twice | Brings::Faithfully | Brings::Unknown => carried(),
            }
        };
        let forged = self.forged(route, session);
        let mut ledger = Tampered {
            ledger: &mut self.ledger,
            bug,
            forged,
            session,
            listed: &self.listed,
            noise: saifu_crypto::make_bytes(&mut dice.0),
        };
        let answered = saifu_safe_core::service::handle_with(
            &request,
            &self.keys,
            &self.settings,
            now,
            &mut dice.0,
            Ledgers {
                entries: &mut ledger,
                owners: &mut self.owners,
            },
            |questions| match mood {
                IndexMood::Down => questions.unanswered(),
                IndexMood::Fresh | IndexMood::Stale => stale.answer(questions),
            },
            bring,
        );
        Some(answer(answered.reply))
    }

    /// Writes what waits in the outbox, as the Worker does after answering.
    pub(crate) fn publish(&mut self, now_ms: u64) {
        if self.index_mood == IndexMood::Down {
            return;
        }
        self.index_before.push_back((now_ms, self.index.clone()));
        while let Ok(Some(round)) = upkeep::next_round(&self.ledger) {
            for (_, put) in &round.puts {
                self.listed.extend(saifu_safe_core::index::certificates(
                    &put.metadata,
                    &put.value,
                ));
                self.index.put(put.clone());
            }
            if upkeep::note_published(&mut self.ledger, &round).is_err() {
                break;
            }
        }
        while self
            .index_before
            .get(1)
            .is_some_and(|(at, _)| at + STALE_MS < now_ms)
        {
            self.index_before.pop_front();
        }
    }

    pub(crate) fn purge(&mut self, now_ms: u64) {
        let now = UnixTime(now_ms / 1_000);
        // A failed purge is repeated by the next alarm; nothing depends on it.
        upkeep::purge(&mut self.ledger, self.settings.grace_seconds, now).unwrap_or(0);
        self.owners.sweep(now).unwrap_or_default();
    }

    fn index_as_answered(&self, now_ms: u64) -> MemoryIndex {
        let before = self
            .index_before
            .iter()
            .find(|(at, _)| at + STALE_MS >= now_ms);
        match (self.index_mood, before) {
            (IndexMood::Stale, Some((_, before))) => before.clone(),
            _ => self.index.clone(),
        }
    }

    fn binding(&self, request: &HttpRequest<'_>) -> Option<Binding> {
        Some(Binding {
            safe: self.id(),
            route: request.route,
            request: RequestId::parse(request.idempotency_key?).ok()?,
        })
    }

    /// The session a request names, read with the safe's own key: only the planted bug needs it.
    fn session_of(&self, request: &HttpRequest<'_>) -> Option<SessionId> {
        let binding = self.binding(request)?;
        match request.route {
            Route::Recover => {
                let (_, items) = self.opened(request, &binding)?;
                let items: Vec<RecoverItem> = json::read_parsed(items).ok()?;
                items.first().map(|item| item.session)
            }
            Route::Ack => {
                let (_, items) = self.opened(request, &binding)?;
                let items: Vec<EndItem> = json::read_parsed(items).ok()?;
                items.first().map(|item| item.session)
            }
            _ => None,
        }
    }

    /// What is asked, opened as the safe does: with its own key, and with that of the session where it is asked in one.
    fn opened(&self, request: &HttpRequest<'_>, binding: &Binding) -> Option<(PublicKey, Json)> {
        let (reply_to, items) =
            envelope::open_letter(request.body, &self.sealing_seed, binding).ok()?;
        let within = match items {
            Items::Open(items) => return Some((reply_to, items)),
            Items::Within(within) => within,
        };
        let session = self
            .owners
            .load(&Need::of_session(within.session))
            .ok()?
            .session?;
        let bound = Bound {
            binding: *binding,
            account: session.account,
            reply_to,
        };
        let plain = within.open(&session.key, &bound).ok()?;
        Some((reply_to, Json::parse(&plain).ok()?))
    }

    /// The state a safe that cheats shows of every entry.
    fn forged(&self, route: Route, session: Option<SessionId>) -> Option<State> {
        match (self.honesty, route) {
            (Honesty::ConfirmsAll, Route::Recover) => Some(State::Registered),
            (Honesty::ConfirmsAll, Route::Ack) => {
                session.map(|session| State::Withdrawing { session })
            }
            _ => None,
        }
    }

    /// What somebody else can say: everything but the signature.
    fn another_greeting(&self, request: &HttpRequest<'_>, dice: &mut Dice) -> Option<Answer> {
        let binding = self.binding(request)?;
        let (reply_to, items) = self.opened(request, &binding)?;
        let items: Vec<DeviceStart> = json::read_parsed(items).ok()?;
        let said = Conversation {
            safe: self.id(),
            account: PublicKey::make(&mut dice.0),
            request: binding.request,
            hello: items.first()?.hello,
            greeting: PublicKey::make(&mut dice.0),
            nonce: saifu_crypto::make_bytes(&mut dice.0),
        };
        let started = DeviceStarted {
            greeting: said.greeting,
            nonce: said.nonce,
            signature: said.sign(&SigningKey::derive(&Secret::make(&mut dice.0))),
        };
        let reply = Reply {
            items: vec![Outcome::Done(started)],
        };
        let hash = hash::sha256(request.body);
        let body = envelope::seal_reply(&reply, &reply_to, &binding, &hash, &mut dice.0).ok()?;
        Some(Answer { status: 200, body })
    }

    fn another_page(&self, request: &HttpRequest<'_>, dice: &mut Dice) -> Option<Answer> {
        let binding = self.binding(request)?;
        let (reply_to, _) = self.opened(request, &binding)?;
        let page = OwnerPage {
            entries: Vec::new(),
            next: Some("1.1.1".into()),
        };
        let reply = Reply {
            items: vec![Outcome::Done(owner::Answer::Done(page))],
        };
        let hash = hash::sha256(request.body);
        let body = envelope::seal_reply(&reply, &reply_to, &binding, &hash, &mut dice.0).ok()?;
        Some(Answer { status: 200, body })
    }

    /// Whatever certificate is audited, it is shown what is left.
    #[cfg(test)]
    fn pretend(&self, request: &HttpRequest<'_>, dice: &mut Dice) -> Option<Answer> {
        let binding = self.binding(request)?;
        let (reply_to, items) = self.opened(request, &binding)?;
        let items: Vec<AuditItem> = json::read_parsed(items).ok()?;
        let show = |item: &AuditItem| {
            let Presented::Certificate(compact) = &item.target else {
                return None;
            };
            let claims = read_claims_unverified(compact).ok()?;
            let mut entries = self.ledger.entries();
            let (_, object) = entries.find(|(entry, _)| entry.sha256 == claims.hash.sha256)?;
            let mut chunks = claims.possession?.show(object?, &item.chunks)?;
            for (place, chunk) in item.chunks.iter().zip(&mut chunks) {
                if self.honesty == Honesty::Empties || place % 2 == 0 {
                    chunk.bytes.fill(0);
                }
            }
            Some(Outcome::Done(Audited { chunks }))
        };
        let reply = Reply {
            items: items.iter().filter_map(show).collect(),
        };
        let hash = hash::sha256(request.body);
        let body = envelope::seal_reply(&reply, &reply_to, &binding, &hash, &mut dice.0).ok()?;
        Some(Answer { status: 200, body })
    }

    fn lie(&self, request: &HttpRequest<'_>, now: UnixTime, dice: &mut Dice) -> Option<Answer> {
        let binding = self.binding(request)?;
        let (reply_to, items) = self.opened(request, &binding)?;
        let items: Vec<RegisterItem> = json::read_parsed(items).ok()?;
        let item = items.first()?;
        let value = object::read_object(&item.object).ok();
        let digest = value.map(|value| Digest::of(&value, DigestSetting::FiveFields));
        let (class, digest) = match (&item.given, digest) {
            (Some(given), _) => (given.class, given.digest.clone()),
            (None, digest) => (ObjectClass::Value, digest?.into()),
        };
        let mut claims = Claims {
            safe: self.id(),
            address: self.settings.address.clone(),
            class,
            digest,
            hash: ObjectHash::of(&item.object, LegacyHash::Off),
            counter: Counter::ZERO,
            issued_at: now,
            retained_until: now,
            holder: item.holder,
            possession: Possession::of(&item.object),
        };
        let mut seed = self.signing_seed.clone();
        match dice.below(7) {
            0 => claims.hash.sha256[0] ^= 1,
            1 => {
                let wrong = claims.digest.open().cloned();
                let mut wrong = wrong.unwrap_or_default();
                wrong.quantity = Some(999);
                claims.digest = wrong.into();
            }
            2 => claims.holder = saifu_protocol::HolderId::new([0; 32]),
            3 => seed = Secret::make(&mut dice.0),
            6 => claims.possession = Possession::of(b"other bytes"),
            4 if item.given.is_some() => {
                claims.class = match class {
                    ObjectClass::Share => ObjectClass::Key,
                    _ => ObjectClass::Share,
                };
            }
            _ => {
                return Some(Answer {
                    status: 200,
                    body: b"<html>maintenance</html>".to_vec(),
                });
            }
        }
        let certificate = Certificate::issue(claims, &SigningKey::derive(&seed));
        let reply = Reply {
            items: vec![Outcome::Done(Registered {
                certificate: certificate.compact().to_owned(),
            })],
        };
        let body_hash = hash::sha256(request.body);
        let body =
            envelope::seal_reply(&reply, &reply_to, &binding, &body_hash, &mut dice.0).ok()?;
        Some(Answer { status: 200, body })
    }
}

/// Carries an order to the safe that it is for.
fn carry(
    errand: &Errand,
    keys: &SafeKeys,
    now_ms: u64,
    rng: &mut dyn CryptoRng,
    (others, is_twice): (Vec<&mut Safe>, bool),
) -> Relayed {
    let url = errand.describes_itself_at();
    let is_there = |safe: &&mut Safe| url.starts_with(safe.settings.address.as_str());
    let mut dice = Dice::new(u64::from_be_bytes(saifu_crypto::make_bytes(rng)));
    let mut other = others.into_iter().find(is_there);
    let mut fetch = |ask: &Ask| {
        let other = other.as_mut()?;
        other.answer(ask, now_ms, None, &mut dice, Vec::new())
    };
    let described = fetch(&Ask {
        ask: 0,
        url: url.clone(),
        headers: Vec::new(),
        body: None,
    });
    let described = described.as_ref().map(|it| (it.status, it.body.as_slice()));
    let asking = match errand.ask(described, keys, UnixTime(now_ms / 1_000), rng) {
        Ok(asking) => asking,
        Err(relayed) => return relayed,
    };
    let ask = Ask {
        ask: 0,
        url: asking.url.clone(),
        headers: vec![
            ("authorization", asking.authorization.clone()),
            ("idempotency-key", asking.idempotency_key.clone()),
        ],
        body: Some(asking.body.clone()),
    };
    if is_twice {
        let _ = fetch(&ask);
    }
    let answered = fetch(&ask);
    asking.read(answered.as_ref().map(|it| (it.status, it.body.as_slice())))
}

fn answer(reply: HttpReply) -> Answer {
    Answer {
        status: reply.status,
        body: reply.body,
    }
}
