//! From the bytes of an HTTP request to the bytes of its reply. The steps are numbered as in `docs/protocol.md`: size (1),
//! signature (2), envelope (3) and limits (4) are [`open`]; what to ask the index (5) is [`questions`]; load, decide, seal
//! and apply (6) are [`answer`]. An adapter may await between these functions; nothing in them waits.

use crate::command::{Asker, Command};
use crate::decide::{AuditEvent, Context, Reply, decide, need, open_questions};
use crate::index::{Evidence, MAX_QUESTIONS, Questions};
use crate::ledger::Ledger;
use crate::settings::{SafeKeys, Settings};
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::envelope::{Binding, EnvelopeError, open_request, seal_reply};
use saifu_protocol::message::{self, Outcome, Request, Route};
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

/// A request that was taken: signed, opened and within the limits.
#[derive(Clone)]
pub struct Opened {
    command: Command,
    authenticated: Authenticated,
    reply_to: PublicKey,
}

/// A reply and what the operator must hear of.
#[derive(Clone)]
pub struct Answered {
    /// The reply.
    pub reply: HttpReply,
    /// What the operator must hear of.
    pub events: Vec<AuditEvent>,
}

/// Steps 1 to 4: takes a request or says at once why not. Reads nothing but the request.
///
/// # Errors
/// The reply to send.
pub fn open(
    request: &HttpRequest<'_>,
    keys: &SafeKeys,
    now: UnixTime,
) -> Result<Opened, HttpReply> {
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
    let (reply_to, command) = match request.route {
        Route::Register => {
            let (to, items) = unseal(request.body, keys, &binding)?;
            (to, asker.register(items))
        }
        Route::Recover => {
            let (to, items) = unseal(request.body, keys, &binding)?;
            (to, asker.recover(items))
        }
        Route::Ack => {
            let (to, items) = unseal(request.body, keys, &binding)?;
            (to, asker.ack(items))
        }
        Route::Return => {
            let (to, items) = unseal(request.body, keys, &binding)?;
            (to, asker.give_back(items))
        }
        Route::Retire => {
            let (to, items) = unseal(request.body, keys, &binding)?;
            (to, asker.retire(items))
        }
        Route::Rotate => {
            let (to, items) = unseal(request.body, keys, &binding)?;
            (to, asker.rotate(items))
        }
        Route::Certificates => {
            let (to, items) = unseal(request.body, keys, &binding)?;
            (to, asker.list(items))
        }
        Route::OwnerEnrolStart
        | Route::OwnerEnrolFinish
        | Route::OwnerLoginStart
        | Route::OwnerLoginFinish
        | Route::OwnerChange
        | Route::OwnerSettle
        | Route::OwnerMap
        | Route::OwnerJoin
        | Route::OwnerList => return Err(Code::NoRoute.into()),
    };
    Ok(Opened {
        command,
        authenticated,
        reply_to,
    })
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
        .map_err(|error| match error {
            RequestError::Unauthenticated => Code::Unauthenticated.into(),
            RequestError::Clock => HttpReply::problem(&Problem::clock(now)),
        })?;
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

fn unseal<T: DeserializeOwned>(
    body: &[u8],
    keys: &SafeKeys,
    binding: &Binding,
) -> Result<(PublicKey, Vec<T>), HttpReply> {
    let request: Request<T> =
        open_request(body, keys.sealing(), binding).map_err(|error| match error {
            EnvelopeError::Malformed | EnvelopeError::Inside => Code::Malformed,
            EnvelopeError::DoesNotOpen => Code::Envelope,
        })?;
    if request.items.is_empty() {
        return Err(Code::Malformed.into());
    }
    if request.items.len() > limits::MAX_ITEMS {
        return Err(HttpReply::problem(&Problem::too_large(limits::MAX_ITEMS)));
    }
    Ok((request.reply_to, request.items))
}

/// Step 5: what to ask the index before the answer.
///
/// # Errors
/// Those of the ledger.
pub fn questions<L: Ledger>(opened: &Opened, ledger: &L) -> Result<Questions, L::Error> {
    let pages = match &opened.command {
        Command::List { account, items } => {
            let items = items.iter().take(MAX_QUESTIONS).cloned().collect();
            Some((*account, items))
        }
        _ => None,
    };
    let mut need = need(&opened.command, &Evidence::default());
    need.objects_of.clear();
    let counters = if need.groups.is_empty() {
        Vec::new()
    } else {
        open_questions(&ledger.load(&need)?, &opened.command)
    };
    Ok(Questions { counters, pages })
}

/// Step 6: load, decide, seal, apply. Sealing comes before applying: if the reply cannot be sealed, nothing was done.
///
/// # Errors
/// Those of the ledger; nothing was changed then.
pub fn answer<L: Ledger>(
    opened: &Opened,
    context: &Context<'_>,
    rng: &mut dyn CryptoRng,
    ledger: &mut L,
) -> Result<Answered, L::Error> {
    let loaded = ledger.load(&need(&opened.command, context.evidence))?;
    let decision = decide(loaded, &opened.command, context);
    let Some(body) = seal(decision.reply, opened, context.keys, rng) else {
        return Ok(Answered {
            reply: Code::Malformed.into(),
            events: Vec::new(),
        });
    };
    if !decision.changes.is_empty() {
        ledger.apply(&decision.changes)?;
    }
    Ok(Answered {
        reply: HttpReply {
            status: 200,
            content_type: JSON,
            body,
        },
        events: decision.events,
    })
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
        Reply::Listed(items) => seal_items(items, opened, keys, rng),
    }
}

fn seal_items<T: Serialize>(
    items: Vec<Outcome<T>>,
    opened: &Opened,
    keys: &SafeKeys,
    rng: &mut dyn CryptoRng,
) -> Option<Vec<u8>> {
    let Authenticated {
        request, body_hash, ..
    } = opened.authenticated;
    let binding = binding(opened.command.route(), request, keys);
    let reply = message::Reply { items };
    seal_reply(&reply, &opened.reply_to, &binding, &body_hash, rng).ok()
}

/// All steps at once, for callers whose index answers without waiting: the simulation.
pub fn handle<L: Ledger>(
    request: &HttpRequest<'_>,
    keys: &SafeKeys,
    settings: &Settings,
    now: UnixTime,
    rng: &mut dyn CryptoRng,
    ledger: &mut L,
    index: impl FnOnce(&Questions) -> Evidence,
) -> Answered {
    let refused = |reply| Answered {
        reply,
        events: Vec::new(),
    };
    let opened = match open(request, keys, now) {
        Ok(opened) => opened,
        Err(reply) => return refused(reply),
    };
    let Ok(questions) = questions(&opened, ledger) else {
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
    answer(&opened, &context, rng, ledger).unwrap_or_else(|_| refused(Code::Internal.into()))
}
