//! The wallet side of the protocol, as small as it can be: it signs, seals, sends, opens — and checks every answer,
//! sealed or not, against the description the safe itself serves.

use crate::description::Description;
use getrandom::SysRng;
use rand_core::UnwrapErr;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{Secret, hpke, make_bytes};
use saifu_protocol::certificate::{Address, Claims, read_claims_unverified};
use saifu_protocol::channel::{Bound, RequestWithin, Within};
use saifu_protocol::descriptor::{self, Descriptor};
use saifu_protocol::envelope::{Binding, open_reply, seal_request};
use saifu_protocol::message::{
    EndItem, Ended, ListItem, Outcome, Page, Presented, RecoverItem, Recovered, RegisterItem,
    Registered, Reply, Request, RotateItem, Rotated, Route, Target,
};
use saifu_protocol::object::make_object;
use saifu_protocol::presentation::{Act, Bare, NO_SESSION, Purpose, present};
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::receipt::Receipt;
use saifu_protocol::request::{SCHEME, sign_request};
use saifu_protocol::value::{Class, Currency, Fields, Money, Payload, Validity, parse_date};
use saifu_protocol::{Certificate, HolderId, PublicKey, RequestId, SessionId, UnixTime, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

pub(crate) type Check<T = ()> = Result<T, String>;

/// Why a call gave no outcomes.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The safe said why.
    Problem(Problem),
    /// No answer, or one that does not keep to the protocol.
    Failed(String),
}

impl From<Refused> for String {
    fn from(refused: Refused) -> String {
        match refused {
            Refused::Problem(problem) => format!("refused: {}", problem.title),
            Refused::Failed(why) => why,
        }
    }
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Refused::Failed(why)
    }
}

/// An HTTP answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A registered value, as its wallet remembers it.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) holder: Secret,
    pub(crate) object: Vec<u8>,
    pub(crate) certificate: String,
}

impl Held {
    pub(crate) fn whole(&self) -> Presented {
        Presented::Certificate(self.certificate.clone())
    }

    pub(crate) fn bare(&self) -> Check<Presented> {
        let claims = read_claims_unverified(&self.certificate).map_err(|_| "certificate unread")?;
        Ok(Presented::Bare(Bare {
            digest: claims.digest,
            hash: claims.hash,
            counter: claims.counter,
        }))
    }

    pub(crate) fn counter(&self) -> Check<u64> {
        let claims = read_claims_unverified(&self.certificate).map_err(|_| "certificate unread")?;
        Ok(claims.counter.get())
    }
}

pub(crate) fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

pub(crate) fn new_session() -> SessionId {
    SessionId::make(&mut rng())
}

pub(crate) fn new_request() -> RequestId {
    RequestId::make(&mut rng())
}

pub(crate) fn new_secret() -> Secret {
    Secret::new(make_bytes(&mut rng()))
}

pub(crate) fn holder_of(secret: &Secret) -> HolderId {
    HolderId::of(&PublicKey::new(SigningKey::derive(secret).public()))
}

/// A wallet with one account at one safe.
pub(crate) struct Wallet {
    pub(crate) url: String,
    pub(crate) descriptor: Descriptor,
    pub(crate) description: Description,
    pub(crate) account: Secret,
    agent: ureq::Agent,
    /// The session in whose channel everything is asked, and its key.
    channel: RefCell<Option<(SessionId, Secret)>>,
}

impl Wallet {
    /// Gets to know the safe at `url`.
    pub(crate) fn new(url: &str, account: Secret) -> Check<Self> {
        let agent = ureq::Agent::new_with_config(
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(Duration::from_secs(30)))
                .build(),
        );
        let openapi = read(agent.get(format!("{url}/openapi.json")).call())?;
        let description = Description::read(&openapi.body)?;
        let told = read(agent.get(format!("{url}{}", descriptor::PATH)).call())?;
        let address = Address::parse(url).map_err(|error| error.to_string())?;
        let descriptor = Descriptor::read(&told.body, &address)
            .map_err(|error| format!("descriptor refused: {error:?}"))?;
        Ok(Self {
            url: url.trim_end_matches('/').into(),
            descriptor,
            description,
            account,
            agent,
            channel: RefCell::new(None),
        })
    }

    /// Another account at the same safe.
    pub(crate) fn other(&self) -> Check<Self> {
        Self::new(&self.url, new_secret())
    }

    pub(crate) fn public(&self) -> PublicKey {
        self.descriptor.signing_key.x
    }

    pub(crate) fn now(&self) -> UnixTime {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        UnixTime(since.as_secs())
    }

    pub(crate) fn get(&self, path: &str) -> Check<Answer> {
        let answer = read(self.agent.get(format!("{}{path}", self.url)).call())?;
        self.description.check_answer("get", path, &answer)?;
        Ok(answer)
    }

    pub(crate) fn options(&self, path: &str) -> Check<Answer> {
        read(self.agent.options(format!("{}{path}", self.url)).call())
    }

    /// Sends bytes as they are.
    pub(crate) fn post(
        &self,
        path: &str,
        authorization: &str,
        key: &str,
        body: &[u8],
    ) -> Check<Answer> {
        let answer = read(
            self.agent
                .post(format!("{}{path}", self.url))
                .header("Authorization", authorization)
                .header("Idempotency-Key", key)
                .header("Content-Type", "application/json")
                .send(body),
        )?;
        self.description.check_answer("post", path, &answer)?;
        Ok(answer)
    }

    /// Announces a body and sends none of it: a safe that has to refuse it does so at once. (Sending it all would race
    /// with the safe closing the connection.)
    pub(crate) fn announce(&self, path: &str, length: usize) -> Check<Answer> {
        let refused = |error: std::io::Error| format!("no answer: {error}");
        let host = self
            .url
            .strip_prefix("http://")
            .ok_or("only http can be spoken by hand")?;
        let mut connection = TcpStream::connect(host).map_err(refused)?;
        connection
            .set_read_timeout(Some(Duration::from_secs(5)))
            .map_err(refused)?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        connection.write_all(head.as_bytes()).map_err(refused)?;
        let mut bytes = Vec::new();
        // What came before the connection ended, however it ended.
        let _ = connection.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").ok_or("no whole answer")?;
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let header = |name: &str| {
            let found = headers.iter().find(|(n, _)| n == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let body = if header("transfer-encoding") == "chunked" {
            // Problems are small: one chunk.
            body.split("\r\n").nth(1).unwrap_or_default()
        } else {
            body
        };
        let answer = Answer {
            status: status
                .and_then(|status| status.parse().ok())
                .ok_or("no status")?,
            content_type: header("content-type"),
            body: body.as_bytes().to_vec(),
            headers,
        };
        self.description.check_answer("post", path, &answer)?;
        Ok(answer)
    }

    pub(crate) fn binding(&self, route: Route, request: RequestId) -> Binding {
        Binding {
            safe: self.descriptor.id,
            route,
            request,
        }
    }

    /// Does something with everything asked in the channel of this session.
    pub(crate) fn in_channel<T>(
        &self,
        session: SessionId,
        key: &Secret,
        work: impl FnOnce(&Self) -> T,
    ) -> T {
        self.channel.replace(Some((session, key.clone())));
        let done = work(self);
        self.channel.replace(None);
        done
    }

    /// A whole exchange: outcomes, or the problem with the request.
    pub(crate) fn exchange<I: Serialize, O: DeserializeOwned>(
        &self,
        route: Route,
        request: RequestId,
        items: Vec<I>,
        now: UnixTime,
    ) -> Result<Vec<Outcome<O>>, Refused> {
        let reply_secret = new_secret();
        let content = Request {
            reply_to: PublicKey::new(hpke::derive_public(&reply_secret)),
            items,
        };
        let sent = serde_json::to_value(&content).map_err(|error| error.to_string())?;
        // Too many items are refused, and so are not what the description describes.
        if sent["items"]
            .as_array()
            .is_some_and(|items| (1..=100).contains(&items.len()))
        {
            self.description
                .check_sealed(route, "x-sealed-request", &sent)?;
        }
        self.seal_and_send(route, request, &content, &reply_secret, now)
    }

    /// Sends items that the description does not describe: if it does, that is the mistake.
    pub(crate) fn exchange_undescribed<I: Serialize, O: DeserializeOwned>(
        &self,
        route: Route,
        items: Vec<I>,
    ) -> Result<Vec<Outcome<O>>, Refused> {
        let reply_secret = new_secret();
        let content = Request {
            reply_to: PublicKey::new(hpke::derive_public(&reply_secret)),
            items,
        };
        let sent = serde_json::to_value(&content).map_err(|error| error.to_string())?;
        let described = self
            .description
            .check_sealed(route, "x-sealed-request", &sent);
        if described.is_ok() {
            return Err(String::from("the description takes what the safe must not take").into());
        }
        self.seal_and_send(route, new_request(), &content, &reply_secret, self.now())
    }

    fn seal_and_send<I: Serialize, O: DeserializeOwned>(
        &self,
        route: Route,
        request: RequestId,
        content: &Request<I>,
        reply_secret: &Secret,
        now: UnixTime,
    ) -> Result<Vec<Outcome<O>>, Refused> {
        let binding = self.binding(route, request);
        let (answer, body) = self.send(route, request, content, now)?;
        if answer.status != 200 {
            return Err(Refused::Problem(problem_of(&answer)?));
        }
        let hash = saifu_crypto::hash::sha256(&body);
        let opened: serde_json::Value = open_reply(&answer.body, reply_secret, &binding, &hash)
            .map_err(|error| format!("the reply does not open: {error:?}"))?;
        self.description
            .check_sealed(route, "x-sealed-reply", &opened)?;
        let reply: Reply<O> = serde_json::from_value(opened)
            .map_err(|error| format!("the reply does not read: {error}"))?;
        Ok(reply.items)
    }

    /// Seals, signs and sends; the answer, and the body that it is to.
    fn send<I: Serialize>(
        &self,
        route: Route,
        request: RequestId,
        content: &Request<I>,
        now: UnixTime,
    ) -> Check<(Answer, Vec<u8>)> {
        let binding = self.binding(route, request);
        let to = &self.descriptor.sealing_key;
        let body = match &*self.channel.borrow() {
            None => seal_request(content, to, &binding, &mut rng()),
            Some((session, key)) => {
                let bound = Bound {
                    binding,
                    account: self.account_key(),
                    reply_to: content.reply_to,
                };
                let items = serde_json::to_vec(&content.items).map_err(|e| e.to_string())?;
                let within = Within::seal(*session, key, &bound, &items, &mut rng());
                let request = RequestWithin {
                    reply_to: content.reply_to,
                    within,
                };
                let sent = serde_json::to_value(&request).map_err(|e| e.to_string())?;
                self.description.check_named("RequestWithin", &sent)?;
                seal_request(&request, to, &binding, &mut rng())
            }
        };
        let body = body.map_err(|_| String::from("the safe's key does not take a seal"))?;
        let account = SigningKey::derive(&self.account);
        let token = sign_request(self.descriptor.id, route, request, &body, now, &account);
        let authorization = format!("{SCHEME} {token}");
        let answer = self.post(route.path(), &authorization, &request.to_string(), &body)?;
        Ok((answer, body))
    }

    pub(crate) fn call<I: Serialize, O: DeserializeOwned>(
        &self,
        route: Route,
        request: RequestId,
        items: Vec<I>,
    ) -> Result<Vec<Outcome<O>>, Refused> {
        self.exchange(route, request, items, self.now())
    }

    /// Status and length of the HTTP answer to one item.
    pub(crate) fn measured<I: Serialize>(
        &self,
        route: Route,
        request: RequestId,
        item: I,
    ) -> Check<(u16, usize)> {
        let content = Request {
            reply_to: PublicKey::new(hpke::derive_public(&new_secret())),
            items: vec![item],
        };
        let answer = self.send(route, request, &content, self.now())?.0;
        Ok((answer.status, answer.body.len()))
    }

    pub(crate) fn account_key(&self) -> PublicKey {
        PublicKey::new(SigningKey::derive(&self.account).public())
    }

    // Registering.

    pub(crate) fn register_items(
        &self,
        request: RequestId,
        items: &[(Vec<u8>, Secret)],
    ) -> Result<Vec<Outcome<Registered>>, Refused> {
        self.register_held(request, items, 0)
    }

    /// For which others wait so many seconds.
    pub(crate) fn register_held(
        &self,
        request: RequestId,
        items: &[(Vec<u8>, Secret)],
        wait: u64,
    ) -> Result<Vec<Outcome<Registered>>, Refused> {
        let items = items
            .iter()
            .map(|(object, holder)| RegisterItem {
                wait,
                orders: None,
                object: object.clone(),
                holder: holder_of(holder),
                given: None,
                note: None,
            })
            .collect();
        self.call(Route::Register, request, items)
    }

    /// Registers `count` new values in one request and collates every certificate.
    pub(crate) fn register(&self, count: usize) -> Check<Vec<Held>> {
        let items: Vec<_> = (0..count).map(|n| (object(n), new_secret())).collect();
        let outcomes = self.register_items(new_request(), &items)?;
        self.collate(&items, outcomes)
    }

    pub(crate) fn register_one(&self) -> Check<Held> {
        Ok(self.register(1)?.remove(0))
    }

    pub(crate) fn collate(
        &self,
        items: &[(Vec<u8>, Secret)],
        outcomes: Vec<Outcome<Registered>>,
    ) -> Check<Vec<Held>> {
        if items.len() != outcomes.len() {
            return Err(format!(
                "{} outcomes for {} items",
                outcomes.len(),
                items.len()
            ));
        }
        items
            .iter()
            .zip(outcomes)
            .map(|((object, holder), outcome)| {
                let registered = done(outcome)?;
                let certificate = Certificate::verify(&registered.certificate, &self.public())
                    .map_err(|error| format!("certificate refused: {error:?}"))?;
                let value = saifu_protocol::object::read_object(object)
                    .map_err(|error| format!("own object: {error:?}"))?;
                certificate
                    .collate(object, &value, holder_of(holder))
                    .map_err(|error| format!("collation failed: {error:?}"))?;
                if certificate.claims().address != self.descriptor.address {
                    return Err("the certificate names another address".into());
                }
                Ok(Held {
                    holder: holder.clone(),
                    object: object.clone(),
                    certificate: registered.certificate,
                })
            })
            .collect()
    }

    // Acting on entries.

    pub(crate) fn prove(
        &self,
        act: Act,
        target: &Target,
        session: SessionId,
        request: RequestId,
        holder: &Secret,
    ) -> String {
        let purpose = Purpose {
            safe: self.descriptor.id,
            act,
            target: target.fingerprint(),
            session,
            request,
            next: None,
        };
        present(&purpose, &SigningKey::derive(holder))
    }

    pub(crate) fn recover_as(
        &self,
        presented: Presented,
        holder: &Secret,
        session: SessionId,
    ) -> Check<Outcome<Recovered>> {
        let request = new_request();
        let target = Target::Certificate {
            presented: presented.clone(),
        };
        let item = RecoverItem {
            presented,
            session,
            proof: self.prove(Act::Recover, &target, session, request, holder),
        };
        one(self.call(Route::Recover, request, vec![item])?)
    }

    pub(crate) fn recover(&self, held: &Held, session: SessionId) -> Check<Outcome<Recovered>> {
        self.recover_as(held.whole(), &held.holder, session)
    }

    /// Recovers and checks the bytes against certificate and memory.
    pub(crate) fn recover_whole(&self, held: &Held, session: SessionId) -> Check {
        let recovered = done(self.recover(held, session)?)?;
        if recovered.object != held.object || recovered.certificate != held.certificate {
            return Err("other bytes or another certificate came back".into());
        }
        Ok(())
    }

    pub(crate) fn end(
        &self,
        act: Act,
        target: Target,
        holder: &Secret,
        session: SessionId,
    ) -> Check<Outcome<Ended>> {
        let route = match act {
            Act::Recover => Route::Recover,
            Act::Ack => Route::Ack,
            Act::Return => Route::Return,
            Act::Retire => Route::Retire,
            Act::Rotate => Route::Rotate,
            Act::Wait => Route::Wait,
            Act::Audit => Route::Audit,
        };
        let request = new_request();
        let item = EndItem {
            proof: self.prove(act, &target, session, request, holder),
            target,
            session,
        };
        one(self.call(route, request, vec![item])?)
    }

    pub(crate) fn end_held(
        &self,
        act: Act,
        held: &Held,
        session: SessionId,
    ) -> Check<Outcome<Ended>> {
        let target = Target::Certificate {
            presented: held.whole(),
        };
        self.end(act, target, &held.holder, session)
    }

    pub(crate) fn retire(&self, target: Target, holder: &Secret) -> Check<Outcome<Ended>> {
        self.end(Act::Retire, target, holder, NO_SESSION)
    }

    /// Presented by its holder until now, for the next.
    pub(crate) fn rotate_item(
        &self,
        presented: Presented,
        holder: &Secret,
        next: &Secret,
        request: RequestId,
    ) -> RotateItem {
        let purpose = Purpose {
            safe: self.descriptor.id,
            act: Act::Rotate,
            target: presented.fingerprint(),
            session: NO_SESSION,
            request,
            next: Some(holder_of(next)),
        };
        RotateItem {
            wait: 0,
            orders: None,
            target: presented,
            holder: holder_of(next),
            proof: present(&purpose, &SigningKey::derive(holder)),
            note: None,
        }
    }

    pub(crate) fn rotate_as(
        &self,
        presented: Presented,
        holder: &Secret,
        next: &Secret,
        request: RequestId,
    ) -> Check<Outcome<Rotated>> {
        let item = self.rotate_item(presented, holder, next, request);
        one(self.call(Route::Rotate, request, vec![item])?)
    }

    /// What a wallet does with a certificate it was given; checks what comes back.
    pub(crate) fn take_over(&self, held: &Held) -> Check<Held> {
        self.take_over_as(held, new_secret(), new_request())
    }

    pub(crate) fn take_over_as(
        &self,
        held: &Held,
        next: Secret,
        request: RequestId,
    ) -> Check<Held> {
        let outcome = self.rotate_as(held.whole(), &held.holder, &next, request)?;
        let rotated = Held {
            holder: next,
            object: held.object.clone(),
            certificate: done(outcome)?.certificate,
        };
        self.check_rotated(held, &rotated)?;
        Ok(rotated)
    }

    pub(crate) fn check_rotated(&self, before: &Held, after: &Held) -> Check {
        let claims = |held: &Held| {
            Certificate::verify(&held.certificate, &self.public())
                .map(|certificate| certificate.claims().clone())
                .map_err(|error| format!("certificate refused: {error:?}"))
        };
        let (before, after_claims) = (claims(before)?, claims(after)?);
        let wanted = Claims {
            address: self.descriptor.address.clone(),
            issued_at: after_claims.issued_at,
            holder: holder_of(&after.holder),
            ..before.clone()
        };
        if after_claims == wanted && after_claims.issued_at >= before.issued_at {
            Ok(())
        } else {
            Err("the certificate of the rotation says something else".into())
        }
    }

    pub(crate) fn receipt(&self, compact: &str) -> Check<Receipt> {
        Receipt::verify(compact, &self.public())
            .map_err(|error| format!("receipt refused: {error:?}"))
    }

    pub(crate) fn list(&self) -> Check<Vec<saifu_protocol::message::Listed>> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let item = ListItem { after };
            let page: Page = done(one(self.call(
                Route::Certificates,
                new_request(),
                vec![item],
            )?)?)?;
            all.extend(page.certificates);
            match page.next {
                None => return Ok(all),
                next => after = next,
            }
        }
    }
}

fn read(result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Check<Answer> {
    let mut response = result.map_err(|error| format!("no answer: {error}"))?;
    let headers: Vec<(String, String)> = response
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().into(), value.into_owned())
        })
        .collect();
    let content_type = headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .map(|(_, value)| value.clone())
        .unwrap_or_default();
    Ok(Answer {
        status: response.status().as_u16(),
        content_type,
        headers,
        body: response
            .body_mut()
            .with_config()
            .limit(64 << 20)
            .read_to_vec()
            .map_err(|error| format!("no whole answer: {error}"))?,
    })
}

pub(crate) fn problem_of(answer: &Answer) -> Check<Problem> {
    serde_json::from_slice(&answer.body).map_err(|error| format!("no problem document: {error}"))
}

pub(crate) fn one<T>(mut outcomes: Vec<Outcome<T>>) -> Check<Outcome<T>> {
    match (outcomes.pop(), outcomes.is_empty()) {
        (Some(outcome), true) => Ok(outcome),
        _ => Err("not one outcome".into()),
    }
}

pub(crate) fn done<T>(outcome: Outcome<T>) -> Check<T> {
    match outcome {
        Outcome::Done(done) => Ok(done),
        Outcome::Problem(problem) => Err(format!("not done: {}", problem.title)),
    }
}

pub(crate) fn problem<T>(outcome: Outcome<T>, code: Code) -> Check<Problem> {
    match outcome {
        Outcome::Problem(problem) if problem.code == code => Ok(problem),
        Outcome::Problem(problem) => Err(format!("wanted {}, got {}", code.title(), problem.title)),
        Outcome::Done(_) => Err(format!("wanted {}, but it was done", code.title())),
    }
}

pub(crate) fn refused<T>(result: Result<T, Refused>, code: Code) -> Check<Problem> {
    match result {
        Err(Refused::Problem(problem)) if problem.code == code => Ok(problem),
        Err(Refused::Problem(problem)) => {
            Err(format!("wanted {}, got {}", code.title(), problem.title))
        }
        Err(Refused::Failed(why)) => Err(why),
        Ok(_) => Err(format!("wanted {}, but it was taken", code.title())),
    }
}

/// A value like that of WO 01/13293, Fig. 19, as a plain object with its own nonce.
pub(crate) fn object(n: usize) -> Vec<u8> {
    let fields = Fields {
        class: Class::MovieTicket,
        name: format!("Film {n}"),
        unit_price: Some(Money {
            amount: 1_600,
            currency: Currency::Jpy,
        }),
        quantity: 1,
        place: "Rialto".into(),
        validity: Validity {
            from: parse_date("2000-04-01"),
            to: parse_date("2000-05-31"),
        },
        remaining: None,
        remarks: String::new(),
        payload: Payload::new(format!("seat {n}").into_bytes()),
    };
    let value = Value::check(fields).expect("these fields are a value");
    make_object(&value, &mut rng())
}
