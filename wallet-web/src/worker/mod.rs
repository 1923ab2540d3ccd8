//! The Worker's side: the only place in the browser where keys and values are handled (the "IC card").
//!
//! A dumb loop around [`Wallet`], which decides everything: it feeds one event at a time and carries out the effects.
//! A transaction is awaited, and what came of it is told, before anything else is; requests, reads of bodies and timers
//! run meanwhile and are told in the order in which they end.
//!
//! Not in scope: what to do about any of it (`saifu-wallet-core`), and what the Worker cannot reach — persistence,
//! passkeys, battery, words (the page).

mod guard;
mod idb;
mod inbox;
mod lock;
mod net;
mod store;
mod time;
mod vault;

use std::collections::VecDeque;
use std::rc::Rc;

use saifu_crypto::stretch::Stretch;
use saifu_protocol::json;
use saifu_wallet_core::books::Damaged;
use saifu_wallet_core::engine::Wallet;
use saifu_wallet_core::lock::{Keeper, Record};
use saifu_wallet_core::port::{CommitError, Context, Effect, Event, Opened};
use saifu_wallet_core::typed::{Envelope, Receiver};
use saifu_wallet_core::view::{Part, Phase};
use wasm_bindgen::{JsCast, JsError, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, DedicatedWorkerGlobalScope, MessageEvent, PromiseRejectionEvent,
    WorkerGlobalScope,
};

use crate::messages::{self, FromWorker, ToWorker, Typed};
use guard::Guarded;
use inbox::Inbox;
use lock::{Claim, Lock};
use store::{DATABASE, Opening, Refusal, Store};

/// Listens to the page until the page goes away.
pub(crate) fn run(scope: DedicatedWorkerGlobalScope) {
    let inbox = Inbox::new();
    listen(&scope, &inbox);
    let page = Page(scope);
    page.post(&FromWorker::Ready);
    let mut receiver = Receiver::make(&mut time::rng());
    page.post(&FromWorker::Offer(receiver.offer(&mut time::rng())));
    spawn_local(Card::new(page, inbox, receiver).live());
}

/// What happens around the wallet.
enum Input {
    Page(ToWorker),
    Online,
    /// What came of the claim with this number.
    Claimed(u32, Result<Option<Lock>, JsValue>),
    /// The lock of the claim with this number was stolen.
    Lost(u32),
    /// Something for the wallet with this number.
    Wallet(u32, Event),
    /// Nothing may have been touched for long: the alarm with this number.
    Idle(u32),
}

fn listen(scope: &DedicatedWorkerGlobalScope, inbox: &Inbox<Input>) {
    let heard = inbox.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent) -> Result<(), JsValue>>::new(
        move |event: MessageEvent| {
            let message = messages::read(&event.data()).map_err(JsError::from)?;
            heard.push(Input::Page(message));
            Ok(())
        },
    );
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));

    let heard = inbox.clone();
    let on_online = Closure::<dyn FnMut()>::new(move || heard.push(Input::Online));
    // Not the property `ononline`: Chromium's Workers have none. They may not fire the event either; the page does.
    hear(scope, "online", on_online.as_ref());

    // A panic must not end in silence. Thrown out of an event or a microtask it reaches the page as the Worker's error
    // event by itself; thrown inside a promise only this way.
    let on_rejection =
        Closure::<dyn FnMut(PromiseRejectionEvent)>::new(move |event: PromiseRejectionEvent| {
            let reason = event.reason();
            let rethrow = Closure::once_into_js(move || -> Result<(), JsValue> { Err(reason) });
            // Fails only if there are no timers; then the browser's own message in the console is all there is.
            let _ = self::scope().set_timeout_with_callback(rethrow.unchecked_ref());
        });
    hear(scope, "unhandledrejection", on_rejection.as_ref());

    // The Worker lives as long as its listeners: all end with the page.
    on_message.forget();
    on_online.forget();
    on_rejection.forget();
}

fn hear(scope: &DedicatedWorkerGlobalScope, event: &str, listener: &JsValue) {
    let listening = scope.add_event_listener_with_callback(event, listener.unchecked_ref());
    if let Err(error) = listening {
        wasm_bindgen::throw_val(error);
    }
}

fn scope() -> WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// The line to the page.
#[derive(Clone)]
struct Page(DedicatedWorkerGlobalScope);

impl Page {
    fn post(&self, message: &FromWorker) {
        // A text can always be cloned; if not, the wallet is broken and must stop.
        if let Err(error) = self.0.post_message(&messages::write(message)) {
            wasm_bindgen::throw_val(error);
        }
    }

    fn show(&self, phase: Phase) {
        self.post(&FromWorker::Parts(vec![Part::Phase(phase)]));
    }
}

/// The Worker's whole state.
struct Card {
    page: Page,
    inbox: Inbox<Input>,
    /// The number of the last claim for the lock. Whatever comes of an older one is void.
    claim: u32,
    /// Takes the claim that waits for another tab back.
    waiting: Option<AbortController>,
    lock: Option<Lock>,
    /// Opens what the page encrypts.
    receiver: Receiver,
    session: Option<Session>,
    /// How many wallets were opened: whatever comes for an older one is void.
    sessions: u32,
    guarded: Option<Guarded>,
    /// When somebody last touched something.
    touched_ms: u64,
    /// The number of the last alarm.
    watch: u32,
}

/// The wallet, open.
struct Session {
    wallet: Wallet,
    store: Rc<Store>,
    keeper: Keeper,
    /// Tells the service worker that this wallet sends for itself. None where the service worker is just sending: what both
    /// send gives one entry.
    _unlocked: Option<Lock>,
}

impl Card {
    fn new(page: Page, inbox: Inbox<Input>, receiver: Receiver) -> Self {
        Self {
            page,
            inbox,
            claim: 0,
            waiting: None,
            lock: None,
            receiver,
            session: None,
            sessions: 0,
            guarded: None,
            touched_ms: time::now_ms(),
            watch: 0,
        }
    }

    async fn live(mut self) {
        self.page.show(Phase::Opening);
        self.claim_if_free();
        loop {
            match self.inbox.next().await {
                Input::Page(ToWorker::Sealed(envelope)) => self.unseal(&envelope).await,
                Input::Page(ToWorker::Touched) => drop(self.touch().await),
                Input::Page(ToWorker::Lock) => self.lock().await,
                Input::Idle(watch) => self.idle(watch).await,
                Input::Page(ToWorker::Encouraged) | Input::Online => {
                    self.feed(Event::Encouraged).await;
                }
                Input::Page(ToWorker::Signals(reading)) => {
                    self.feed(Event::Signals(reading)).await;
                }
                Input::Page(ToWorker::TakeOver) => self.take_over(),
                Input::Page(ToWorker::Leaving) => self.feed(Event::Leaving).await,
                Input::Claimed(claim, result) if claim == self.claim => {
                    self.claimed(result).await;
                }
                Input::Lost(claim) if claim == self.claim => self.stop_for_another_tab(),
                Input::Wallet(session, event) if session == self.sessions => {
                    self.feed(event).await;
                }
                // Of an older claim or wallet. Its lock, if it got one, is released by being dropped here.
                Input::Claimed(..) | Input::Lost(_) | Input::Wallet(..) => {}
            }
        }
    }

    fn claim_if_free(&mut self) {
        let number = self.next_claim();
        let inbox = self.inbox.clone();
        spawn_local(async move {
            inbox.push(Input::Claimed(
                number,
                lock::claim(lock::WALLET, Claim::IfFree).await,
            ));
        });
    }

    fn claim_when_free(&mut self) {
        let number = self.next_claim();
        // Without an abort controller there are no locks either, and the claim says so.
        let Ok(controller) = AbortController::new() else {
            return self.page.show(Phase::StorageBlocked);
        };
        let signal = controller.signal();
        self.waiting = Some(controller);
        let inbox = self.inbox.clone();
        spawn_local(async move {
            let result = lock::claim(lock::WALLET, Claim::WhenFree(&signal)).await;
            inbox.push(Input::Claimed(number, result));
        });
    }

    /// Steals the lock, unless the wallet is open here already.
    fn take_over(&mut self) {
        if self.session.is_some() || self.guarded.is_some() {
            return;
        }
        let number = self.next_claim();
        let inbox = self.inbox.clone();
        spawn_local(async move {
            inbox.push(Input::Claimed(
                number,
                lock::claim(lock::WALLET, Claim::Steal).await,
            ));
        });
    }

    fn next_claim(&mut self) -> u32 {
        if let Some(waiting) = self.waiting.take() {
            waiting.abort();
        }
        self.claim = self.claim.wrapping_add(1);
        self.claim
    }

    async fn claimed(&mut self, result: Result<Option<Lock>, JsValue>) {
        self.waiting = None;
        match result {
            Ok(Some(lock)) => {
                self.hold(lock);
                self.page.show(Phase::Opening);
                if let Err(phase) = self.open().await {
                    self.page.show(phase);
                }
            }
            Ok(None) => {
                self.page.show(Phase::OpenElsewhere);
                self.claim_when_free();
            }
            // Where there are no locks there is no secure context, and so no WebCrypto either.
            Err(_) => self.page.show(Phase::StorageBlocked),
        }
    }

    fn hold(&mut self, lock: Lock) {
        let (over, number, inbox) = (lock.over(), self.claim, self.inbox.clone());
        self.lock = Some(lock);
        spawn_local(async move {
            if JsFuture::from(over).await.is_err() {
                inbox.push_urgent(Input::Lost(number));
            }
        });
    }

    async fn open(&mut self) -> Result<(), Phase> {
        let page = self.page.clone();
        let blocked = move || page.show(Phase::OpenElsewhere);
        let opening = Store::open(DATABASE, &mut time::rng(), blocked).await;
        match opening.map_err(Refusal::phase)? {
            Opening::Open(store, stored) => self.begin(store, stored, None).await,
            Opening::Locked(locked) => self.guard(locked).await,
        }
    }

    /// Opens the wallet on its store; `lock` is what it was unlocked by.
    async fn begin(
        &mut self,
        store: Store,
        stored: Opened,
        lock: Option<Record>,
    ) -> Result<(), Phase> {
        let keeper = with_context(|context| Keeper::new(lock, context));
        let standing = keeper.standing();
        let opened = with_context(|context| Wallet::open_under(standing, stored, context));
        let (wallet, effects) = opened.map_err(damaged)?;
        let unlocked = lock::claim(lock::UNLOCKED, Claim::IfFree).await;
        self.sessions = self.sessions.wrapping_add(1);
        self.session = Some(Session {
            wallet,
            store: Rc::new(store),
            keeper,
            _unlocked: unlocked.ok().flatten(),
        });
        self.touched_ms = time::now_ms();
        self.show_lock();
        self.watch();
        self.carry_out(effects).await;
        Ok(())
    }

    /// Opens what the page has encrypted, and does what it says.
    async fn unseal(&mut self, envelope: &Envelope) {
        let said = self.receiver.open(envelope).ok();
        // What was offered for it is used up.
        let offer = self.receiver.offer(&mut time::rng());
        if !offer.fresh.is_empty() {
            self.page.post(&FromWorker::Offer(offer));
        }
        let Some(said) = said.and_then(|said| json::read::<Typed>(&said).ok()) else {
            return complain("a message was not taken");
        };
        let is_open = self.touch().await;
        match said {
            Typed::Intent(intent) if is_open => self.feed(Event::Intent(intent)).await,
            Typed::Lock(wish) if is_open => self.wish(wish).await,
            Typed::Intent(_) | Typed::Lock(_) => {}
        }
    }

    async fn feed(&mut self, event: Event) {
        if let Some(session) = &mut self.session {
            let effects = session.handle(event);
            self.carry_out(effects).await;
        }
    }

    async fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            let Some(session) = &mut self.session else {
                return;
            };
            match effect {
                Effect::Commit(batch) => {
                    let event = match session.store.commit(batch, &mut time::rng()).await {
                        Ok(()) => Event::Committed,
                        Err(CommitError::Fenced) => return self.stop(),
                        Err(error) => Event::CommitFailed(error),
                    };
                    effects.extend(session.handle(event));
                }
                Effect::Load { load, item } => {
                    let store = session.store.clone();
                    self.tell(async move {
                        let body = store.body(item).await;
                        Event::Loaded { load, body }
                    });
                }
                Effect::Ask(request) => self.tell(async move {
                    let answer = net::ask(&request).await;
                    let ask = request.ask;
                    Event::Answered { ask, answer }
                }),
                Effect::Wake { wake, after_ms } => self.tell(async move {
                    time::sleep(after_ms).await;
                    Event::Woke { wake }
                }),
                Effect::Show(parts) => self.page.post(&FromWorker::Parts(parts)),
                Effect::Remind(at) => {
                    if session.store.remind(at).await.is_err() {
                        complain("a reminder was not stored");
                    }
                }
                // Awaited: a transaction that recalls it comes after it.
                Effect::Keep(upload) => match session.store.keep(&upload).await {
                    Ok(()) => self.page.post(&FromWorker::Kept),
                    Err(_) => {
                        complain("an upload was not kept");
                        effects.extend(session.handle(Event::NotKept(upload.flow)));
                    }
                },
                Effect::StillKept => self.page.post(&FromWorker::Kept),
            }
        }
    }

    /// Tells the wallet what comes of `work`, if it is still the same wallet by then.
    fn tell(&self, work: impl Future<Output = Event> + 'static) {
        let (number, inbox) = (self.sessions, self.inbox.clone());
        spawn_local(async move { inbox.push(Input::Wallet(number, work.await)) });
    }

    /// Another tab works on the store. What this one knows is out of date from now on.
    fn stop(&mut self) {
        self.session = None;
        self.guarded = None;
        self.page.show(Phase::Fenced);
    }

    /// Another tab has the lock. When it goes, the wallet opens here again, on what is stored by then.
    fn stop_for_another_tab(&mut self) {
        self.lock = None;
        self.stop();
        self.claim_when_free();
    }
}

impl Session {
    fn handle(&mut self, event: Event) -> Vec<Effect> {
        with_context(|context| self.wallet.handle(event, context))
    }
}

/// Leaves a trace for whoever looks for the cause, and nothing of what it was about.
fn complain(what: &str) {
    web_sys::console::warn_1(&what.into());
}

fn damaged(_: Damaged) -> Phase {
    Phase::StorageDamaged
}

fn with_context<T>(work: impl FnOnce(&mut Context<'_>) -> T) -> T {
    work(&mut Context {
        now_ms: time::now_ms(),
        today: time::today(),
        offset_minutes: time::offset_minutes(),
        rng: &mut time::rng(),
        stretch: Stretch::default(),
    })
}
