//! From the bytes of an HTTP request to the bytes of its reply. The steps are numbered as in `docs/protocol.md`: size (1),
//! signature (2), envelope (3) and limits (4) are [`open`], and for what comes in a channel [`enter`], which looks for the
//! session; what to ask the index (5) is [`questions`], and what to ask another safe, [`errand`]; load, decide, seal and apply
//! (6) are [`answer`]. An adapter may await between these functions; nothing in them waits.

use crate::command::{Asker, Command};
use crate::decide::{AuditEvent, Context, Reply, decide, need, open_questions};
use crate::freeze;
use crate::index::{Evidence, MAX_QUESTIONS, Questions};
use crate::ledger::{Change, Ledger};
use crate::order::{self, Errand};
use crate::owner::{self, OwnerKeys, OwnerLedger};
use crate::settings::{SafeKeys, Settings};
use alloc::vec;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::channel::{Bound, Within};
use saifu_protocol::envelope::{Binding, EnvelopeError, Items, open_letter, seal_reply};
use saifu_protocol::json::{self, Json};
use saifu_protocol::message::{self, Outcome, Route};
use saifu_protocol::order::{OrderItem, OwnerOrderItem, Relayed, Signed, seal_answer, verify};
use saifu_protocol::owner::{OwnerListItem, OwnerRecoverItem};
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::request::{Authenticated, RequestError, SCHEME, verify_request};
use saifu_protocol::{PublicKey, RequestId, UnixTime, limits};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An HTTP request to one of the sealed routes.
#[derive(Clone, Copy)]
pub struct HttpRequest<'a> {
    /// The route.
    pub route: Route,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The `Idempotency-Key` header.
    pub idempotency_key: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// An HTTP reply.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// The status.
    pub status: u16,
    /// The media type.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// The media type of replies.
pub const JSON: &str = "application/json";
/// The media type of problems (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";

impl HttpReply {
    /// A JSON document.
    pub fn json<T: Serialize>(document: &T) -> Self {
        match serde_json::to_vec(document) {
            Ok(body) => Self {
                status: 200,
                content_type: JSON,
                body,
            },
            Err(_) => Self::problem(&Code::Internal.into()),
        }
    }

    /// A problem with the whole request.
    pub fn problem(problem: &Problem) -> Self {
        Self {
            status: problem.status,
            content_type: PROBLEM_JSON,
            body: serde_json::to_vec(problem).unwrap_or_default(),
        }
    }
}

impl From<Code> for HttpReply {
    fn from(code: Code) -> Self {
        Self::problem(&code.into())
    }
}

/// A request that was taken: signed, and opened as far as the safe's key does. To be [entered](enter).
#[derive(Clone)]
pub struct Taken {
    inside: Inside,
    frame: Frame,
}

/// What is inside the envelope.
#[derive(Clone)]
enum Inside {
    Asked(Asked),
    /// What only the key of a session opens.
    Closed(Within),
}

/// Who asks, and where the reply goes.
#[derive(Clone)]
struct Frame {
    asker: Asker,
    route: Route,
    authenticated: Authenticated,
    reply_to: PublicKey,
}

/// A request that was opened, and is within the limits.
#[derive(Clone)]
pub struct Opened {
    asked: Asked,
    frame: Frame,
    /// What another safe has answered meanwhile.
    relayed: Option<Relayed>,
}

/// What is asked: of entries, of owners, or of an owner's entries.
#[derive(Clone)]
enum Asked {
    Entries(Command),
    Owner(owner::Command),
    OwnerList(OwnerListItem),
    OwnerRecover(OwnerRecoverItem),
    OwnerOrder(OwnerOrderItem),
    Order(Signed),
    /// Nobody knows what: it came in a channel that is over, or none.
    Over,
}

/// What a safe remembers by: entries and owners, in one transaction.
#[derive(Debug)]
pub struct Ledgers<'a, L, O> {
    /// The entries.
    pub entries: &'a mut L,
    /// The owners.
    pub owners: &'a mut O,
}

/// A reply and what the operator must hear of.
#[derive(Clone)]
pub struct Answered {
    /// The reply.
    pub reply: HttpReply,
    /// What the operator must hear of.
    pub events: Vec<AuditEvent>,
}

/// Steps 1 to 4: takes a request or says at once why not. Reads nothing but the request, so what comes in a channel stays closed.
///
/// # Errors
/// The reply to send.
pub fn open(request: &HttpRequest<'_>, keys: &SafeKeys, now: UnixTime) -> Result<Taken, HttpReply> {
    // 1. Size before anything that costs more than reading a number.
    if request.body.len() > limits::MAX_REQUEST_BYTES {
        return Err(HttpReply::problem(&Problem::too_large(
            limits::MAX_REQUEST_BYTES,
        )));
    }
    // 2. Signature: account, safe, route, body and time.
    let authenticated = authenticate(request, keys, now)?;
    // 3. Envelope, and 4. limits on what is inside.
    let asker = Asker {
        safe: keys.id(),
        account: authenticated.account,
        request: authenticated.request,
    };
    let binding = binding(request.route, authenticated.request, keys);
    let (reply_to, items) =
        open_letter(request.body, keys.sealing(), &binding).map_err(|error| match error {
            EnvelopeError::Malformed | EnvelopeError::Inside => Code::Malformed,
            EnvelopeError::DoesNotOpen => Code::Envelope,
        })?;
    let inside = match items {
        Items::Open(items) => Inside::Asked(read(request.route, items, &asker, now)?),
        Items::Within(within) => Inside::Closed(within),
    };
    let frame = Frame {
        asker,
        route: request.route,
        authenticated,
        reply_to,
    };
    Ok(Taken { inside, frame })
}

/// Still 3 and 4: what comes in a channel is opened with the key of its session. Whether that session holds only the ledger knows.
///
/// # Errors
/// Those of the ledger; inside, the reply to send.
pub fn enter<O: OwnerLedger>(
    taken: Taken,
    keys: &SafeKeys,
    now: UnixTime,
    owners: &O,
) -> Result<Result<Opened, HttpReply>, O::Error> {
    let Taken { inside, frame } = taken;
    let asked = match inside {
        Inside::Asked(asked) => Ok(asked),
        Inside::Closed(within) => {
            let loaded = owners.load(&owner::Need::of_session(within.session))?;
            let bound = Bound {
                binding: binding(frame.route, frame.authenticated.request, keys),
                account: frame.asker.account,
                reply_to: frame.reply_to,
            };
            match owner::enter(&loaded, &frame.asker, &within, &bound, now) {
                Some(plain) => Json::parse(&plain)
                    .map_err(|_| Code::Malformed.into())
                    .and_then(|items| read(frame.route, items, &frame.asker, now)),
                // Told inside the seal: what is told in the clear anybody may have written, and the wallet goes by it.
                None => Ok(Asked::Over),
            }
        }
    };
    Ok(asked.map(|asked| Opened {
        asked,
        frame,
        relayed: None,
    }))
}

/// What the items of a route are.
fn read(route: Route, items: Json, asker: &Asker, now: UnixTime) -> Result<Asked, HttpReply> {
    Ok(match route {
        Route::Register => Asked::Entries(asker.register(several(items)?)),
        Route::Recover => Asked::Entries(asker.recover(several(items)?)),
        Route::Ack => Asked::Entries(asker.ack(several(items)?)),
        Route::Return => Asked::Entries(asker.give_back(several(items)?)),
        Route::Retire => Asked::Entries(asker.retire(several(items)?)),
        Route::Rotate => Asked::Entries(asker.rotate(several(items)?)),
        Route::Wait => Asked::Entries(asker.wait(several(items)?)),
        Route::Audit => Asked::Entries(asker.audit(several(items)?)),
        Route::Asked => Asked::Entries(asker.asked(one(items)?)),
        Route::Certificates => Asked::Entries(asker.list(several(items)?)),
        Route::OwnerEnrolStart => Asked::Owner(owner::Command::EnrolStart(one(items)?)),
        Route::OwnerEnrolFinish => Asked::Owner(owner::Command::EnrolFinish(one(items)?)),
        Route::OwnerLoginStart => Asked::Owner(owner::Command::LoginStart(one(items)?)),
        Route::OwnerLoginFinish => Asked::Owner(owner::Command::LoginFinish(one(items)?)),
        Route::OwnerChange => Asked::Owner(owner::Command::Change(one(items)?)),
        Route::OwnerSettle => Asked::Owner(owner::Command::Settle(one(items)?)),
        Route::OwnerMap => Asked::Owner(owner::Command::SetMap(one(items)?)),
        Route::OwnerJoin => Asked::Owner(owner::Command::Join(one(items)?)),
        Route::OwnerList => Asked::OwnerList(one(items)?),
        Route::OwnerRecover => Asked::OwnerRecover(one(items)?),
        Route::OwnerOrder => Asked::OwnerOrder(one(items)?),
        Route::Orders => {
            let item: OrderItem = one(items)?;
            let signed = verify(&item.order, asker.safe, &asker.account, now);
            Asked::Order(signed.map_err(|why| not_signed(why, now))?)
        }
        Route::OwnerDeviceStart => Asked::Owner(owner::Command::DeviceStart(one(items)?)),
        Route::OwnerDeviceFinish => Asked::Owner(owner::Command::DeviceFinish(one(items)?)),
        Route::OwnerDeviceAdd => Asked::Owner(owner::Command::DeviceAdd(one(items)?)),
        Route::OwnerDeviceRemove => Asked::Owner(owner::Command::DeviceRemove(one(items)?)),
        Route::OwnerDeviceRename => Asked::Owner(owner::Command::DeviceRename(one(items)?)),
        Route::OwnerWays => Asked::Owner(owner::Command::Ways(one(items)?)),
        Route::OwnerFreeze => Asked::Owner(owner::Command::Freeze(one(items)?)),
        Route::OwnerUnfreeze => Asked::Owner(owner::Command::Unfreeze(one(items)?)),
        Route::OwnerKitRevoke => Asked::Owner(owner::Command::RevokeKit(one(items)?)),
    })
}

impl Opened {
    /// The same, with what another safe has answered.
    #[must_use]
    pub fn with_relayed(self, relayed: Relayed) -> Self {
        Self {
            relayed: Some(relayed),
            ..self
        }
    }
}

fn not_signed(why: RequestError, now: UnixTime) -> HttpReply {
    match why {
        RequestError::Unauthenticated => Code::Unauthenticated.into(),
        RequestError::Clock => HttpReply::problem(&Problem::clock(now)),
    }
}

fn authenticate(
    request: &HttpRequest<'_>,
    keys: &SafeKeys,
    now: UnixTime,
) -> Result<Authenticated, HttpReply> {
    let token = request
        .authorization
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case(SCHEME))
        .map(|(_, token)| token.trim())
        .ok_or(Code::Unauthenticated)?;
    let authenticated = verify_request(token, keys.id(), request.route, request.body, now)
        .map_err(|why| not_signed(why, now))?;
    let named = request.idempotency_key.map(RequestId::parse);
    if named != Some(Ok(authenticated.request)) {
        return Err(Code::Malformed.into());
    }
    Ok(authenticated)
}

fn binding(route: Route, request: RequestId, keys: &SafeKeys) -> Binding {
    Binding {
        safe: keys.id(),
        route,
        request,
    }
}

fn several<T: DeserializeOwned>(items: Json) -> Result<Vec<T>, HttpReply> {
    let items: Vec<T> = json::read_parsed(items).map_err(|_| Code::Malformed)?;
    if items.is_empty() {
        return Err(Code::Malformed.into());
    }
    if items.len() > limits::MAX_ITEMS {
        return Err(HttpReply::problem(&Problem::too_large(limits::MAX_ITEMS)));
    }
    Ok(items)
}

/// As [`several`], for what is asked one at a time: each proof of a session is for one act in one request.
fn one<T: DeserializeOwned>(items: Json) -> Result<T, HttpReply> {
    let mut items = several(items)?;
    match (items.pop(), items.len()) {
        (Some(item), 0) => Ok(item),
        _ => Err(HttpReply::problem(&Problem::too_large(1))),
    }
}

/// Step 5: what to ask the index before the answer. Of owners it knows nothing.
///
/// # Errors
/// Those of the ledger.
pub fn questions<L: Ledger>(opened: &Opened, ledger: &L) -> Result<Questions, L::Error> {
    let Asked::Entries(command) = &opened.asked else {
        return Ok(Questions::default());
    };
    let pages = match command {
        Command::List { account, items } => {
            let items = items.iter().take(MAX_QUESTIONS).cloned().collect();
            Some((*account, items))
        }
        _ => None,
    };
    let mut need = need(command, &Evidence::default());
    need.objects_of.clear();
    let counters = if need.groups.is_empty() {
        Vec::new()
    } else {
        open_questions(&ledger.load(&need)?, command)
    };
    Ok(Questions { counters, pages })
}

/// Also step 5: what to ask another safe before the answer, if anything. The owner's session is looked at here, and again in
/// the answer: without one this safe asks nobody anything.
///
/// # Errors
/// Those of the ledger.
pub fn errand<O: OwnerLedger>(
    opened: &Opened,
    keys: &SafeKeys,
    settings: &Settings,
    now: UnixTime,
    owners: &O,
) -> Result<Option<Errand>, O::Error> {
    let Asked::OwnerOrder(item) = &opened.asked else {
        return Ok(None);
    };
    let loaded = owners.load(&owner::Need::of_session(item.within.session))?;
    let of_safe = (keys, settings);
    Ok(order::errand(
        &loaded,
        &opened.frame.asker,
        item,
        of_safe,
        now,
    ))
}

/// Step 6: load, decide, seal, apply. Sealing comes before applying: if the reply cannot be sealed, nothing was done.
///
/// # Errors
/// Those of the ledgers; nothing was changed then.
pub fn answer<L: Ledger, O: OwnerLedger<Error = L::Error>>(
    opened: &Opened,
    context: &Context<'_>,
    rng: &mut dyn CryptoRng,
    ledgers: Ledgers<'_, L, O>,
) -> Result<Answered, L::Error> {
    let Ledgers { entries, owners } = ledgers;
    let asker = &opened.frame.asker;
    match &opened.asked {
        Asked::Over => {
            let over = Outcome::<()>::Problem(Code::ChannelOver.into());
            let body = seal_items(vec![over], opened, context.keys, rng);
            Ok(body.map_or_else(Answered::not_sealed, Answered::sealed))
        }
        Asked::Entries(command) => {
            let loaded = freeze::load(&need(command, context.evidence), entries, owners)?;
            let decision = decide(loaded, command, context);
            let Some(body) = seal(decision.reply, opened, context.keys, rng) else {
                return Ok(Answered::not_sealed());
            };
            if !decision.changes.is_empty() {
                entries.apply(&decision.changes)?;
            }
            Ok(Answered {
                events: decision.events,
                ..Answered::sealed(body)
            })
        }
        Asked::Owner(command) => {
            let loaded = owners.load(&owner::need(asker, command))?;
            let keys = &OwnerKeys::of(context.keys);
            let now = context.now;
            let of_owners = owner::Context {
                now,
                keys,
                signing: context.keys.signing(),
                passkeys: context.settings.passkeys.as_ref(),
            };
            let decision = owner::decide(loaded, asker, command, &of_owners, rng);
            let Some(body) = seal_owner(decision.reply, opened, context.keys, rng) else {
                return Ok(Answered::not_sealed());
            };
            if !decision.changes.is_empty() {
                owners.apply(&decision.changes)?;
            }
            if !decision.wakes.is_empty() {
                let remind = |of| Change::Remind { of, now };
                let reminders: Vec<_> = decision.wakes.into_iter().map(remind).collect();
                entries.apply(&reminders)?;
            }
            Ok(Answered::sealed(body))
        }
        Asked::OwnerList(item) => {
            let loaded = owners.load(&owner::Need::of_session(item.within.session))?;
            let page = owner::list(&loaded, asker, item, context, entries)?;
            let body = seal_items(vec![page], opened, context.keys, rng);
            Ok(body.map_or_else(Answered::not_sealed, Answered::sealed))
        }
        Asked::OwnerRecover(item) => {
            let loaded = owners.load(&owner::Need::of_session(item.within.session))?;
            let taken = owner::take_over(&loaded, asker, item, context, (&*entries, &*owners))?;
            let Some(body) = seal_items(vec![taken.outcome], opened, context.keys, rng) else {
                return Ok(Answered::not_sealed());
            };
            if !taken.changes.is_empty() {
                entries.apply(&taken.changes)?;
            }
            Ok(Answered {
                events: taken.events,
                ..Answered::sealed(body)
            })
        }
        Asked::OwnerOrder(item) => {
            let loaded = owners.load(&owner::Need::of_session(item.within.session))?;
            let relayed = opened.relayed.as_ref();
            let ledgers = (&*entries, &*owners);
            let coupling = order::couple(&loaded, asker, item, relayed, context, ledgers)?;
            let Some(body) = seal_items(vec![coupling.outcome], opened, context.keys, rng) else {
                return Ok(Answered::not_sealed());
            };
            if !coupling.changes.is_empty() {
                entries.apply(&coupling.changes)?;
            }
            Ok(Answered {
                events: coupling.events,
                ..Answered::sealed(body)
            })
        }
        Asked::Order(signed) => {
            let obeying = order::obey(signed, context, entries, owners)?;
            let answer = seal_answer(&obeying.outcome, signed, context.keys.signing(), rng);
            let outcome = answer.map(Outcome::Done);
            let body = outcome.and_then(|it| seal_items(vec![it], opened, context.keys, rng));
            let Some(body) = body else {
                return Ok(Answered::not_sealed());
            };
            if !obeying.changes.is_empty() {
                entries.apply(&obeying.changes)?;
            }
            Ok(Answered {
                events: obeying.events,
                ..Answered::sealed(body)
            })
        }
    }
}

impl Answered {
    fn sealed(body: Vec<u8>) -> Self {
        Self {
            reply: HttpReply {
                status: 200,
                content_type: JSON,
                body,
            },
            events: Vec::new(),
        }
    }

    /// The key that the reply was to be sealed to is none.
    fn not_sealed() -> Self {
        Self {
            reply: Code::Malformed.into(),
            events: Vec::new(),
        }
    }
}

fn seal(
    reply: Reply,
    opened: &Opened,
    keys: &SafeKeys,
    rng: &mut dyn CryptoRng,
) -> Option<Vec<u8>> {
    match reply {
        Reply::Registered(items) => seal_items(items, opened, keys, rng),
        Reply::Recovered(items) => seal_items(items, opened, keys, rng),
        Reply::Ended(items) => seal_items(items, opened, keys, rng),
        Reply::Rotated(items) => seal_items(items, opened, keys, rng),
        Reply::Audited(items) => seal_items(items, opened, keys, rng),
        Reply::Waited(items) => seal_items(items, opened, keys, rng),
        Reply::Asked(items) => seal_items(items, opened, keys, rng),
        Reply::Listed(items) => seal_items(items, opened, keys, rng),
    }
}

fn seal_owner(
    reply: owner::Reply,
    opened: &Opened,
    keys: &SafeKeys,
    rng: &mut dyn CryptoRng,
) -> Option<Vec<u8>> {
    match reply {
        owner::Reply::EnrolStarted(outcome) => seal_items(vec![outcome], opened, keys, rng),
        owner::Reply::Enrolled(outcome) => seal_items(vec![outcome], opened, keys, rng),
        owner::Reply::LoginStarted(outcome) => seal_items(vec![outcome], opened, keys, rng),
        owner::Reply::DeviceStarted(outcome) => seal_items(vec![outcome], opened, keys, rng),
        owner::Reply::LoginFinished(finished) => {
            seal_items(vec![Outcome::Done(finished)], opened, keys, rng)
        }
        owner::Reply::Changed(outcome) => seal_items(vec![outcome], opened, keys, rng),
        owner::Reply::DeviceAdded(outcome) => seal_items(vec![outcome], opened, keys, rng),
        owner::Reply::Froze(outcome) => seal_items(vec![outcome], opened, keys, rng),
        owner::Reply::Thawed(outcome) => seal_items(vec![outcome], opened, keys, rng),
        owner::Reply::Ways(outcome) => seal_items(vec![outcome], opened, keys, rng),
        owner::Reply::Done(outcome) => seal_items(vec![outcome], opened, keys, rng),
    }
}

fn seal_items<T: Serialize>(
    items: Vec<Outcome<T>>,
    opened: &Opened,
    keys: &SafeKeys,
    rng: &mut dyn CryptoRng,
) -> Option<Vec<u8>> {
    let Frame {
        route,
        authenticated,
        reply_to,
        ..
    } = &opened.frame;
    let Authenticated {
        request, body_hash, ..
    } = authenticated;
    let binding = binding(*route, *request, keys);
    let reply = message::Reply { items };
    seal_reply(&reply, reply_to, &binding, body_hash, rng).ok()
}

/// All steps at once, for callers whose index answers without waiting, and who reach no other safe.
pub fn handle<L: Ledger, O: OwnerLedger<Error = L::Error>>(
    request: &HttpRequest<'_>,
    keys: &SafeKeys,
    settings: &Settings,
    now: UnixTime,
    rng: &mut dyn CryptoRng,
    ledgers: Ledgers<'_, L, O>,
    index: impl FnOnce(&Questions) -> Evidence,
) -> Answered {
    let nobody = |_: &Errand, _: &mut dyn CryptoRng| Relayed::Unreachable;
    handle_with(request, keys, settings, now, rng, ledgers, index, nobody)
}

/// As [`handle`], for callers who reach other safes without waiting: the simulation.
#[allow(clippy::too_many_arguments)] // What a safe is, what it is asked, and its two ways out.
pub fn handle_with<L: Ledger, O: OwnerLedger<Error = L::Error>>(
    request: &HttpRequest<'_>,
    keys: &SafeKeys,
    settings: &Settings,
    now: UnixTime,
    rng: &mut dyn CryptoRng,
    ledgers: Ledgers<'_, L, O>,
    index: impl FnOnce(&Questions) -> Evidence,
    bring: impl FnOnce(&Errand, &mut dyn CryptoRng) -> Relayed,
) -> Answered {
    let refused = |reply| Answered {
        reply,
        events: Vec::new(),
    };
    let taken = match open(request, keys, now) {
        Ok(taken) => taken,
        Err(reply) => return refused(reply),
    };
    let mut opened = match enter(taken, keys, now, ledgers.owners) {
        Ok(Ok(opened)) => opened,
        Ok(Err(reply)) => return refused(reply),
        Err(_) => return refused(Code::Internal.into()),
    };
    match errand(&opened, keys, settings, now, ledgers.owners) {
        Ok(Some(errand)) => opened = opened.with_relayed(bring(&errand, rng)),
        Ok(None) => {}
        Err(_) => return refused(Code::Internal.into()),
    }
    let Ok(questions) = questions(&opened, ledgers.entries) else {
        return refused(Code::Internal.into());
    };
    let evidence = if questions.is_empty() {
        Evidence::default()
    } else {
        index(&questions)
    };
    let context = Context {
        now,
        settings,
        keys,
        evidence: &evidence,
    };
    answer(&opened, &context, rng, ledgers).unwrap_or_else(|_| refused(Code::Internal.into()))
}
