//! The Durable Object that owns everything a safe must change together.
//!
//! The platform runs one event of an object at a time between two awaits. Every request is read whole first; then load,
//! decide and apply run without an await in between, inside one transaction. The platform holds the response back until
//! what was written is stored (output gate), so nothing is acknowledged that could still be lost.

use crate::configuration::{self, Unusable};
use crate::courier;
use crate::kv_index::KvIndex;
use crate::log::{LogCode, log};
use crate::reply::to_response;
use crate::router::Destination;
use crate::sql_ledger::{LedgerError, SqlLedger};
use crate::sql_owners::SqlOwners;
use core::time::Duration;
use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use saifu_crypto::Secret;
use saifu_protocol::message::Route;
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::{UnixTime, limits};
use saifu_safe_core::decide::Context;
use saifu_safe_core::owner::{ATTEMPT_LIFETIME, OwnerLedger as _};
use saifu_safe_core::service::{self, HttpReply, HttpRequest, Ledgers};
use saifu_safe_core::settings::{describe, key_set};
use saifu_safe_core::{Ledger as _, SafeKeys, push, upkeep};
use serde::Serialize;
use std::cell::{Cell, OnceCell};
use std::pin::pin;
use std::rc::Rc;
use wasm_bindgen::{JsCast as _, JsValue};
use worker::durable::Storage;
use worker::{Date, Delay, DurableObject, Env, Request, Response, Result, State, durable_object};

/// How long after a registration or a rotation the alarm looks whether its certificate is in the index. Normally it is by
/// then.
const BACKSTOP_SECONDS: u64 = 60;
/// How many rounds of the outbox one event writes at most.
const ROUNDS: usize = 20;
/// How long a body may take to arrive. What is read lies in memory, up to 8 MiB of the object's 128 MB, so nobody may
/// hold it for ever. A wallet waits 20 seconds for the answer, so this breaks off none that is still waited for.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(30);
/// What an operator who forgot the address is told, by whoever asks the safe first.
const NO_ADDRESS: &str = "This safe has no ADDRESS, so it does not say where it is. \
     Set it with wrangler deploy --var ADDRESS:https://..., or under [vars] in wrangler.toml, and deploy again";
/// What a wallet on a slow line is told.
const TOO_SLOW: &str = "The body did not arrive in time. Send the same request again";

/// The ledger of one safe, in SQLite.
#[durable_object]
pub struct LedgerObject {
    state: State,
    env: Env,
    safe: OnceCell<Rc<Safe>>,
}

/// What an object keeps in memory. Nothing of it is authoritative: a new object reads or makes the same from the
/// ledger, and a wrong guess about the alarm costs one write.
struct Safe {
    storage: Storage,
    ledger: SqlLedger,
    keys: SafeKeys,
    index: KvIndex,
    /// Ascends with every rebuild, so that a drain that began before it does not undo it.
    rebuilds: Cell<u32>,
    is_draining: Cell<bool>,
    failures: Cell<u32>,
    alarm: Cell<Option<u64>>,
}

/// Why a request is not even looked at.
enum NotReady {
    Settings,
    Address,
    Ledger,
}

impl From<Unusable> for NotReady {
    fn from(why: Unusable) -> Self {
        match why {
            Unusable::Unreadable => NotReady::Settings,
            Unusable::NoAddress => NotReady::Address,
        }
    }
}

impl From<LedgerError> for NotReady {
    fn from(_: LedgerError) -> Self {
        NotReady::Ledger
    }
}

impl DurableObject for LedgerObject {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            safe: OnceCell::new(),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let reply = match self.reply(request).await {
            Ok(reply) => reply,
            Err(not_ready) => {
                let (code, reply) = match not_ready {
                    NotReady::Settings => (LogCode::SettingsUnreadable, Code::Internal.into()),
                    NotReady::Address => (
                        LogCode::AddressMissing,
                        in_other_words(Code::Internal, NO_ADDRESS),
                    ),
                    NotReady::Ledger => (LogCode::LedgerFailed, Code::Internal.into()),
                };
                log(code);
                reply
            }
        };
        to_response(reply)
    }

    /// Writes what is not in the index yet and purges what has been over for the grace period. Both are safe to repeat:
    /// the platform may run an alarm more than once.
    async fn alarm(&self) -> Result<Response> {
        match self.safe() {
            Ok(safe) => {
                safe.alarm.set(None);
                drain(&safe).await;
                wake(&safe, &self.env).await;
                if purge(&safe, &self.env).is_err() || sweep(&safe).is_err() {
                    log(LogCode::LedgerFailed);
                }
                plan_next_alarm(&safe, &self.env);
            }
            Err(_) => log(LogCode::LedgerFailed),
        }
        Response::empty()
    }
}

impl LedgerObject {
    fn safe(&self) -> core::result::Result<Rc<Safe>, NotReady> {
        if let Some(safe) = self.safe.get() {
            return Ok(safe.clone());
        }
        let ledger = SqlLedger::open(self.state.storage())?;
        let seed = |secret: &str, name: &str| -> core::result::Result<Secret, NotReady> {
            match configuration::seed(&self.env, secret)? {
                Some(seed) => Ok(seed),
                None => Ok(ledger.secret(name, || Secret::make(&mut UnwrapErr(SysRng)))?),
            }
        };
        let keys = SafeKeys::derive(
            &seed("SIGNING_SEED", "signing-seed")?,
            &seed("SEALING_SEED", "sealing-seed")?,
        );
        let safe = Rc::new(Safe {
            storage: self.state.storage(),
            ledger,
            keys,
            index: KvIndex::of(&self.env),
            rebuilds: Cell::new(0),
            is_draining: Cell::new(false),
            failures: Cell::new(0),
            alarm: Cell::new(None),
        });
        Ok(self.safe.get_or_init(|| safe).clone())
    }

    async fn reply(&self, request: Request) -> core::result::Result<HttpReply, NotReady> {
        let safe = self.safe()?;
        Ok(match Destination::of(&request.method(), &request.path()) {
            Destination::Sealed(route) => self.sealed(&safe, route, request).await?,
            Destination::Descriptor => {
                let settings = configuration::settings(&self.env, &request)?;
                HttpReply::json(&describe(&settings, &safe.keys, now()))
            }
            Destination::Keys => HttpReply::json(&key_set(&safe.keys)),
            Destination::Rebuild => self.rebuild(&safe, &request).await?,
            #[cfg(feature = "contract")]
            Destination::Contract => crate::contract::run(&safe.ledger),
            Destination::OpenApi | Destination::Preflight | Destination::Nowhere => {
                Code::NoRoute.into()
            }
        })
    }

    async fn sealed(
        &self,
        safe: &Rc<Safe>,
        route: Route,
        mut request: Request,
    ) -> core::result::Result<HttpReply, NotReady> {
        let settings = configuration::settings(&self.env, &request)?;
        let header = |name| request.headers().get(name).ok().flatten();
        let (authorization, idempotency_key) = (header("Authorization"), header("Idempotency-Key"));
        let body = match read_body(&mut request).await {
            Ok(body) => body,
            Err(reply) => return Ok(reply),
        };
        let taken = match service::open(
            &HttpRequest {
                route,
                authorization: authorization.as_deref(),
                idempotency_key: idempotency_key.as_deref(),
                body: &body,
            },
            &safe.keys,
            now(),
        ) {
            Ok(taken) => taken,
            Err(reply) => return Ok(reply),
        };
        let owners = SqlOwners(safe.ledger.clone());
        let mut opened = match service::enter(taken, &safe.keys, now(), &owners)? {
            Ok(opened) => opened,
            Err(reply) => return Ok(reply),
        };
        let questions = service::questions(&opened, &safe.ledger)?;
        let evidence = if questions.is_empty() {
            Default::default()
        } else {
            safe.index.answer(&questions).await
        };
        let errand = service::errand(&opened, &safe.keys, &settings, now(), &owners)?;
        if let Some(errand) = errand {
            opened = opened.with_relayed(courier::bring(&errand, &safe.keys, now()).await);
        }
        // From here to the reply nothing is awaited.
        let context = Context {
            now: now(),
            settings: &settings,
            keys: &safe.keys,
            evidence: &evidence,
        };
        let (mut entries, mut owners) = (safe.ledger.clone(), SqlOwners(safe.ledger.clone()));
        let ledgers = Ledgers {
            entries: &mut entries,
            owners: &mut owners,
        };
        let rng = &mut UnwrapErr(SysRng);
        let answered = safe
            .ledger
            .transact(|| service::answer(&opened, &context, rng, ledgers))?;
        answered
            .events
            .iter()
            .for_each(|event| log(LogCode::Audit(*event)));
        // Somebody may begin to wait by most routes. Told in the alarm, which comes after what was decided is stored.
        if let Ok(Some(at)) = safe.ledger.next_push() {
            set_alarm(safe, at);
        }
        match route {
            Route::Register | Route::Rotate => self.publish_soon(safe),
            // An order may end an entry.
            Route::Ack | Route::Retire | Route::Orders => plan_next_alarm(safe, &self.env),
            // What is forgotten last of what a login leaves: its session is over before.
            Route::OwnerLoginStart => set_alarm(safe, now().plus(ATTEMPT_LIFETIME)),
            // The secret of a login by a device goes first, and what is left of it is found then.
            Route::OwnerDeviceStart => {
                set_alarm(safe, now().plus(limits::OWNER_LOGIN_LIFETIME + 1));
            }
            Route::Recover
            | Route::Return
            | Route::Certificates
            | Route::OwnerEnrolStart
            | Route::OwnerEnrolFinish
            | Route::OwnerLoginFinish
            | Route::OwnerChange
            | Route::OwnerSettle
            | Route::OwnerMap
            | Route::OwnerJoin
            | Route::OwnerList
            | Route::OwnerRecover
            | Route::Wait
            | Route::Audit
            | Route::Asked
            | Route::OwnerDeviceFinish
            | Route::OwnerDeviceAdd
            | Route::OwnerDeviceRemove
            | Route::OwnerDeviceRename
            | Route::OwnerWays
            | Route::OwnerKitRevoke
            | Route::OwnerFreeze
            | Route::OwnerUnfreeze
            | Route::OwnerOrder => {}
        }
        Ok(answered.reply)
    }

    /// Has the index written after the reply, with the alarm as backstop should this object end before.
    fn publish_soon(&self, safe: &Rc<Safe>) {
        set_alarm(safe, now().plus(BACKSTOP_SECONDS));
        let safe = safe.clone();
        self.state.wait_until(async move { drain(&safe).await });
    }

    async fn rebuild(
        &self,
        safe: &Rc<Safe>,
        request: &Request,
    ) -> core::result::Result<HttpReply, NotReady> {
        if !configuration::is_operator(&self.env, request) {
            return Ok(Code::Unauthenticated.into());
        }
        upkeep::rebuild(&mut safe.ledger.clone())?;
        safe.rebuilds.set(safe.rebuilds.get().wrapping_add(1));
        set_alarm(safe, now().plus(BACKSTOP_SECONDS));
        drain(safe).await;
        Ok(HttpReply::json(&Rebuild {
            complete: !safe.ledger.has_outbox(),
        }))
    }
}

/// Sets the alarm in the same event, and so in the same write, as what it is for; an earlier one stays.
fn set_alarm(safe: &Safe, at: UnixTime) {
    if safe.alarm.get().is_some_and(|set| set <= at.0) {
        return;
    }
    // Milliseconds of a time a human will see are exact in a double.
    let date = js_sys::Date::new(&JsValue::from(at.0.saturating_mul(1_000) as f64));
    // The write is issued here. Its promise tells nothing more: if the write fails, the platform resets the object and
    // holds back every reply that depends on it.
    match safe
        .storage
        .as_raw()
        .set_alarm(date, JsValue::NULL.unchecked_into())
    {
        Ok(_) => safe.alarm.set(Some(at.0)),
        Err(_) => log(LogCode::AlarmNotSet),
    }
}

fn plan_next_alarm(safe: &Safe, env: &Env) {
    let is_waiting = safe.ledger.has_outbox();
    let retry = is_waiting.then(|| next_attempt(safe));
    let purge = configuration::grace_seconds(env)
        .ok()
        .and_then(|grace| upkeep::next_purge(&safe.ledger, grace).ok().flatten());
    let sweep = SqlOwners(safe.ledger.clone()).next_sweep().ok().flatten();
    let push = safe.ledger.next_push().ok().flatten();
    let all = retry.into_iter().chain(purge).chain(sweep).chain(push);
    if let Some(at) = all.min() {
        set_alarm(safe, at);
    }
}

fn next_attempt(safe: &Safe) -> UnixTime {
    now().plus(upkeep::pause_after(safe.failures.get()))
}

/// Writes to the index what is not there yet. Never more than one at a time; a failure leaves the rest to the alarm.
async fn drain(safe: &Safe) {
    if safe.is_draining.replace(true) {
        return;
    }
    for _ in 0..ROUNDS {
        match drain_round(safe).await {
            Ok(true) => safe.failures.set(0),
            Ok(false) => break,
            Err(()) => {
                safe.failures.set(safe.failures.get().saturating_add(1));
                log(LogCode::IndexNotWritten);
                set_alarm(safe, next_attempt(safe));
                break;
            }
        }
    }
    safe.is_draining.set(false);
}

/// One round; `false` if there was nothing to write.
async fn drain_round(safe: &Safe) -> core::result::Result<bool, ()> {
    let rebuilds = safe.rebuilds.get();
    let Some(round) = upkeep::next_round(&safe.ledger).map_err(|_| ())? else {
        return Ok(false);
    };
    for (_, put) in &round.puts {
        safe.index.put(put).await.map_err(|_| ())?;
    }
    if rebuilds == safe.rebuilds.get() {
        upkeep::note_published(&mut safe.ledger.clone(), &round).map_err(|_| ())?;
    }
    Ok(true)
}

/// Wakes those who are due. Each attempt is stored before it is made; what was not noted of one is tried again later.
async fn wake(safe: &Safe, env: &Env) {
    let trying = safe
        .ledger
        .transact(|| push::begin(&mut safe.ledger.clone(), now()));
    let (Ok(trying), Ok(services)) = (trying, configuration::push_services(env)) else {
        return log(LogCode::LedgerFailed);
    };
    let (key, address) = (safe.keys.push(), configuration::address(env));
    for (of, tried) in &trying {
        // Its operator does not have it called any more.
        let said = if services.take(&tried.endpoint) {
            let message = push::message(&tried.endpoint, &key, address.as_ref(), now());
            push::Said::of(courier::wake(&message).await)
        } else {
            push::Said::Gone
        };
        if said == push::Said::Failed {
            log(LogCode::PushNotSent);
        }
        let noted = safe
            .ledger
            .transact(|| push::note(&mut safe.ledger.clone(), *of, tried, said));
        if noted.is_err() {
            log(LogCode::LedgerFailed);
        }
    }
}

fn purge(safe: &Safe, env: &Env) -> core::result::Result<(), NotReady> {
    let grace = configuration::grace_seconds(env)?;
    upkeep::purge(&mut safe.ledger.clone(), grace, now())?;
    Ok(())
}

fn sweep(safe: &Safe) -> core::result::Result<(), LedgerError> {
    SqlOwners(safe.ledger.clone()).sweep(now())
}

/// Reads the body and gives up when it takes too long.
async fn read_body(request: &mut Request) -> core::result::Result<Vec<u8>, HttpReply> {
    match select(
        pin!(read_whole(request)),
        pin!(Delay::from(UPLOAD_PATIENCE)),
    )
    .await
    {
        Either::Left((body, _)) => body,
        Either::Right(_) => Err(in_other_words(Code::Malformed, TOO_SLOW)),
    }
}

/// Reads the body and stops at the limit, whatever length was announced.
async fn read_whole(request: &mut Request) -> core::result::Result<Vec<u8>, HttpReply> {
    let mut stream = match request.stream() {
        Ok(stream) => stream,
        // No body at all.
        Err(_) => return Ok(Vec::new()),
    };
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Code::Malformed)?;
        if body.len() + chunk.len() > limits::MAX_REQUEST_BYTES {
            let problem = Problem::too_large(limits::MAX_REQUEST_BYTES);
            return Err(HttpReply::problem(&problem));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A problem whose title says more than that of its code.
fn in_other_words(code: Code, title: &str) -> HttpReply {
    HttpReply::problem(&Problem {
        title: title.into(),
        ..code.into()
    })
}

fn now() -> UnixTime {
    UnixTime(Date::now().as_millis() / 1_000)
}

/// What became of a rebuild.
#[derive(Serialize)]
struct Rebuild {
    /// Whether the whole index is written; if not, the alarm goes on.
    complete: bool,
}
