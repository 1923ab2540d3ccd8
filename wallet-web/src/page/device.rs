//! What the browser offers beside the wallet: preferences, clipboard, installing, updating, lasting storage. Nothing
//! here touches a value or a key.

use super::words::Lang;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use gloo_storage::{LocalStorage, Storage};
use js_sys::{Date, Function, JsString, Reflect};
use leptos::prelude::{document, window};
use saifu_protocol::json::{self, Json};
use saifu_wallet_core::eviction::{Engine, Promise};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Event, EventTarget, HtmlDialogElement, HtmlInputElement, Response, ServiceWorker,
    ServiceWorkerRegistration, VisibilityState,
};
use zeroize::Zeroizing;

/// `boot.js` reads both, before anything is drawn.
const LANGUAGE: &str = "language";
const THEME: &str = "theme";

/// Light, dark, or as the device is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Theme; 3] = [Theme::Auto, Theme::Light, Theme::Dark];

    const fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// The language the page is in. At first it is `boot.js` that chose it, and fetched its words.
pub(crate) fn shown_language() -> Lang {
    document()
        .document_element()
        .and_then(|root| root.get_attribute("lang"))
        .and_then(|tag| Lang::from_tag(&tag))
        .unwrap_or(Lang::En)
}

/// Tells the document its language. It decides hyphenation, fonts and how a screen reader speaks.
pub(crate) fn show_language(lang: Lang) {
    set_root("lang", Some(lang.tag()));
}

pub(crate) fn keep_language(lang: Lang) {
    keep(LANGUAGE, lang.tag());
}

/// The words that `boot.js` fetched in the language the page begins in.
pub(crate) fn first_words() -> String {
    let words = Reflect::get(&window(), &"words".into());
    words
        .ok()
        .and_then(|words| words.as_string())
        .unwrap_or_default()
}

/// Fetches the words of another language; nothing if they can't be had now.
pub(crate) fn fetch_words(lang: Lang, then: impl FnOnce(Option<String>) + 'static) {
    let address = of_build(&format!("data-words-{}", lang.tag()));
    spawn_local(async move {
        then(fetch_text(&address).await.ok().flatten());
    });
}

pub(crate) fn theme() -> Theme {
    let name = kept(THEME);
    Theme::ALL
        .into_iter()
        .find(|theme| name.as_deref() == Some(theme.name()))
        .unwrap_or(Theme::Auto)
}

pub(crate) fn show_theme(theme: Theme) {
    let name = (theme != Theme::Auto).then(|| theme.name());
    set_root("data-theme", name);
}

pub(crate) fn keep_theme(theme: Theme) {
    keep(THEME, theme.name());
}

/// What was written down under a name that is only this device's.
pub(crate) fn kept(key: &str) -> Option<String> {
    match LocalStorage::get(key) {
        Ok(Json::Text(value)) => Some(value),
        _ => None,
    }
}

/// A browser that keeps no preference still shows the one just chosen.
pub(crate) fn keep(key: &str, value: &str) {
    let _ = LocalStorage::set(key, value);
}

pub(crate) fn forget(key: &str) {
    LocalStorage::delete(key);
}

fn set_root(attribute: &str, value: Option<&str>) {
    let Some(root) = document().document_element() else {
        return;
    };
    let _ = match value {
        Some(value) => root.set_attribute(attribute, value),
        None => root.remove_attribute(attribute),
    };
}

/// Says on the document whether the wallet can be used: for tests and for the style sheet, not for people.
pub(crate) fn show_readiness(readiness: &str) {
    set_root("data-readiness", Some(readiness));
}

/// Sets the title of the tab.
pub(crate) fn show_title(title: &str) {
    document().set_title(&format!("{title} – Saifu"));
}

/// Calls back after the next frame was prepared: what was just changed is in the document then.
pub(crate) fn soon(then: impl FnOnce() + 'static) {
    let _ = window().request_animation_frame(Closure::once_into_js(then).unchecked_ref());
}

/// Calls back after so many milliseconds.
pub(crate) fn later(ms: i32, then: impl FnOnce() + 'static) {
    let then = Closure::once_into_js(then);
    let _ =
        window().set_timeout_with_callback_and_timeout_and_arguments_0(then.unchecked_ref(), ms);
}

/// Puts the focus on the heading and the view to the top, as a new page would.
pub(crate) fn focus_heading() {
    soon(|| {
        window().scroll_to_with_x_and_y(0.0, 0.0);
        focus_first("h1");
    });
}

/// The same, if what had the focus is gone.
pub(crate) fn focus_heading_if_lost() {
    soon(|| {
        let at = document().active_element();
        if at.is_none_or(|at| at.tag_name() == "BODY") {
            focus_first("h1");
        }
    });
}

/// Puts the focus on the first element that a selector finds.
pub(crate) fn focus_first(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

fn dialog(id: &str) -> Option<HtmlDialogElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

pub(crate) fn open_dialog(id: &str) {
    if let Some(dialog) = dialog(id).filter(|dialog| !dialog.open()) {
        let _ = dialog.show_modal();
    }
}

pub(crate) fn close_dialog(id: &str) {
    if let Some(dialog) = dialog(id).filter(HtmlDialogElement::open) {
        dialog.close();
    }
}

/// What the owner typed into a field.
pub(crate) fn typed(id: &str) -> String {
    let field = document().get_element_by_id(id).map(JsValue::from);
    said_by(&field.unwrap_or_default())
}

/// Has Enter send the form of a field of several lines, as it does in one of one line. While a keyboard composes a character,
/// Enter ends that; some browsers then say so by the code 229 alone.
pub(crate) fn send_on_enter(event: &Event) {
    let said = |name: &str| Reflect::get(event, &name.into()).unwrap_or_default();
    let composes = said("isComposing").is_truthy() || said("keyCode").as_f64() == Some(229.0);
    if composes || said("key").as_string().as_deref() != Some("Enter") {
        return;
    }
    event.prevent_default();
    let form = event
        .target()
        .and_then(|field| Reflect::get(&field, &"form".into()).ok());
    let send = form.and_then(|form| {
        let send: Function = Reflect::get(&form, &"requestSubmit".into())
            .ok()?
            .dyn_into()
            .ok()?;
        Some((form, send))
    });
    if let Some((form, send)) = send {
        let _ = send.call0(&form);
    }
}

/// Whether something is typed into a field that it cannot take yet, such as half a day.
pub(crate) fn is_half_typed(id: &str) -> bool {
    field(id).is_some_and(|field| field.validity().bad_input())
}

/// Empties a field.
pub(crate) fn clear(id: &str) {
    fill(id, "");
}

/// Fills a field.
pub(crate) fn fill(id: &str, words: &str) {
    if let Some(field) = document().get_element_by_id(id) {
        let _ = Reflect::set(&field, &"value".into(), &words.into());
    }
}

fn field(id: &str) -> Option<HtmlInputElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// What the field says in which something happened.
pub(crate) fn value_of(event: &Event) -> String {
    let field = event.target().map(JsValue::from);
    said_by(&field.unwrap_or_default())
}

/// Whether the box that was pressed is ticked now.
pub(crate) fn is_ticked(event: &Event) -> bool {
    let field = event.target().map(JsValue::from).unwrap_or_default();
    Reflect::get(&field, &"checked".into()).is_ok_and(|ticked| ticked.is_truthy())
}

/// Fields of one line and of several are of different types.
fn said_by(field: &JsValue) -> String {
    let value = Reflect::get(field, &"value".into());
    value
        .ok()
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}

/// A text as every keyboard gives it: each character in one form, in lower case. The tables for that are the browser's.
pub(crate) fn plain(text: &str) -> Zeroizing<String> {
    let text = JsString::from(text).normalize("NFKC").to_lower_case();
    Zeroizing::new(text.into())
}

/// Likewise with capitals as they are, for what nobody reads aloud.
pub(crate) fn composed(text: &str) -> Zeroizing<String> {
    Zeroizing::new(JsString::from(text).normalize("NFKC").into())
}

/// Randomness: for keys that encrypt what is typed, and for challenges. It panics where there is none.
pub(crate) fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// Milliseconds since 1970, by this device's clock.
pub(crate) fn now_ms() -> u64 {
    Date::now() as u64
}

/// The part of the address behind the `#`.
pub(crate) fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

pub(crate) fn go(href: &str) {
    let _ = window().location().set_hash(href);
}

pub(crate) fn reload() {
    let _ = window().location().reload();
}

/// The time by this device's clock, in seconds since 1970-01-01T00:00:00Z.
pub(crate) fn now() -> u64 {
    js_sys::Date::now() as u64 / 1_000
}

/// Shows on the icon of the installed wallet how many notices wait. Where there is none, or it shows nothing, the page does.
pub(crate) fn badge(count: usize) {
    let count = JsValue::from_f64(count as f64);
    let navigator = window().navigator();
    settle(call(&navigator, "setAppBadge", Some(&count)), |_| ());
}

pub(crate) fn print() {
    let _ = window().print();
}

/// Listens for as long as the page is there.
pub(crate) fn listen(target: &EventTarget, event: &str, heard: impl FnMut(Event) + 'static) {
    let listener = Closure::<dyn FnMut(Event)>::new(heard);
    let _ = target.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
    listener.forget();
}

pub(crate) fn on_hash_change(mut changed: impl FnMut() + 'static) {
    listen(&window(), "hashchange", move |_| changed());
}

/// Calls back when the device is on-line again or the page is looked at again.
pub(crate) fn on_encouraged(encouraged: impl Fn() + Clone + 'static) {
    let looked_at = encouraged.clone();
    listen(&window(), "online", move |_| encouraged());
    listen(&document(), "visibilitychange", move |_| {
        if document().visibility_state() == VisibilityState::Visible {
            looked_at();
        }
    });
}

/// Calls back whenever somebody uses pointer or keys, wherever on the page.
pub(crate) fn on_touched(touched: impl Fn() + Clone + 'static) {
    for event in ["pointerdown", "keydown", "wheel"] {
        let touched = touched.clone();
        listen(&document(), event, move |_| touched());
    }
}

/// Calls back when the page is not looked at any more: on many devices the last that is heard before it is closed.
pub(crate) fn on_hidden(hidden: impl Fn() + 'static) {
    listen(&document(), "visibilitychange", move |_| {
        if document().visibility_state() != VisibilityState::Visible {
            hidden();
        }
    });
}

/// Lets nothing be read while the page is not looked at: task switchers show a picture of it.
pub(crate) fn veil_when_hidden() {
    let veil = |_| {
        let is_hidden = document().visibility_state() != VisibilityState::Visible;
        set_root("data-veiled", is_hidden.then_some(""));
    };
    listen(&document(), "visibilitychange", veil);
    // Some systems take the picture before they say that the page is hidden.
    listen(&window(), "pagehide", |_| set_root("data-veiled", Some("")));
    listen(&window(), "pageshow", veil);
}

/// What comes of a promise, if it comes to anything.
pub(crate) fn settle(
    promise: Result<js_sys::Promise, JsValue>,
    then: impl FnOnce(Option<JsValue>) + 'static,
) {
    spawn_local(async move {
        let outcome = match promise {
            Ok(promise) => JsFuture::from(promise).await.ok(),
            Err(_) => None,
        };
        then(outcome);
    });
}

/// Copies a text; answers whether the browser allowed it.
pub(crate) fn copy(text: &str, then: impl FnOnce(bool) + 'static) {
    // Reflected: outside a secure context there is no clipboard at all.
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into());
    let promise = clipboard.and_then(|clipboard| call(&clipboard, "writeText", Some(&text.into())));
    settle(promise, |done| then(done.is_some()));
}

pub(crate) fn call(
    target: &JsValue,
    method: &str,
    argument: Option<&JsValue>,
) -> Result<js_sys::Promise, JsValue> {
    let method: Function = Reflect::get(target, &method.into())?.dyn_into()?;
    let answer = match argument {
        Some(argument) => method.call1(target, argument)?,
        None => method.call0(target)?,
    };
    answer.dyn_into()
}

/// Whether the browser promised to keep what is stored.
pub(crate) fn storage_promised(then: impl FnOnce(Promise) + 'static) {
    storage("persisted", then);
}

/// Asks the browser to promise it. Some ask the owner, some decide by themselves.
pub(crate) fn ask_to_keep(then: impl FnOnce(Promise) + 'static) {
    storage("persist", then);
}

fn storage(method: &str, then: impl FnOnce(Promise) + 'static) {
    let manager = Reflect::get(&window().navigator(), &"storage".into());
    let asked = manager.and_then(|manager| call(&manager, method, None));
    settle(asked, |answer| {
        then(match answer.and_then(|answer| answer.as_bool()) {
            Some(true) => Promise::Given,
            Some(false) => Promise::NotGiven,
            None => Promise::Unknown,
        });
    });
}

/// Whose rules this browser follows, by what it calls itself.
pub(crate) fn engine() -> Engine {
    Engine::of(&window().navigator().user_agent().unwrap_or_default())
}

/// Whether the wallet is open as an app that was installed. Reflected: what WebKit calls it is WebKit's own.
pub(crate) fn is_app() -> bool {
    let window = window();
    let own = Reflect::get(&window.navigator(), &"standalone".into());
    let asked = || {
        let ask: Function = Reflect::get(&window, &"matchMedia".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let found = ask
            .call1(&window, &"(display-mode: standalone)".into())
            .ok()?;
        Reflect::get(&found, &"matches".into()).ok()?.as_bool()
    };
    own.is_ok_and(|it| it == JsValue::TRUE) || asked() == Some(true)
}

/// Calls back with the browser's offer to install the app.
pub(crate) fn on_installable(offered: impl Fn(JsValue) + 'static) {
    listen(&window(), "beforeinstallprompt", move |event| {
        event.prevent_default();
        offered(event.into());
    });
}

/// Accepts that offer; the browser asks the owner.
pub(crate) fn install(offer: &JsValue) {
    settle(call(offer, "prompt", None), |_| ());
}

/// A safe the site suggests.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Suggestion {
    /// Its address.
    pub(crate) url: String,
}

/// Fetches the site's suggestions. None is an answer, too.
pub(crate) fn suggestions(then: impl FnOnce(Vec<Suggestion>) + 'static) {
    spawn_local(async move {
        then(fetch_suggestions().await.unwrap_or_default());
    });
}

async fn fetch_suggestions() -> Result<Vec<Suggestion>, JsValue> {
    let list = fetch_text("/suggested-safes.json").await?;
    let list = list.unwrap_or_default();
    Ok(json::read(list.as_bytes()).unwrap_or_default())
}

/// A file of the site, if it is there.
async fn fetch_text(address: &str) -> Result<Option<String>, JsValue> {
    let answer = JsFuture::from(window().fetch_with_str(address)).await?;
    let answer: Response = answer.dyn_into()?;
    if !answer.ok() {
        return Ok(None);
    }
    let text = JsFuture::from(answer.text()?).await?;
    Ok(text.as_string())
}

/// What the build wrote beside the name of its module.
fn of_build(attribute: &str) -> String {
    document()
        .query_selector("script[data-wasm]")
        .ok()
        .flatten()
        .and_then(|tag| tag.get_attribute(attribute))
        .unwrap_or_default()
}

/// What tells one build from another: the hash in the name of its module.
pub(crate) fn build() -> String {
    let name = of_build("data-wasm");
    let hash = name.rsplit('-').next().unwrap_or_default();
    hash.chars().take(8).collect()
}

/// Calls back when a new version waits, and looks for one whenever the page is looked at again.
pub(crate) fn watch_updates(ready: impl Fn() + Clone + 'static) {
    let Some(workers) = service_workers() else {
        return;
    };
    settle(Ok(workers.get_registration()), move |found| {
        let Some(found) = found.and_then(|found| found.dyn_into().ok()) else {
            return;
        };
        let registration: ServiceWorkerRegistration = found;
        if registration.waiting().is_some() {
            ready();
        }
        let (target, source) = (registration.clone(), registration.clone());
        listen(&target, "updatefound", move |_| {
            if let Some(installing) = source.installing() {
                on_installed(installing, ready.clone());
            }
        });
        on_encouraged(move || {
            if let Ok(promise) = registration.update() {
                settle(Ok(promise), |_| ());
            }
        });
    });
}

fn on_installed(worker: ServiceWorker, ready: impl Fn() + 'static) {
    let changed = worker.clone();
    listen(&worker, "statechange", move |_| {
        // Without a controller it is the first one: nothing older is shown.
        let replaces = service_workers().is_some_and(|workers| workers.controller().is_some());
        if changed.state() == web_sys::ServiceWorkerState::Installed && replaces {
            ready();
        }
    });
}

/// What `service-worker.js` listens for.
#[derive(Serialize)]
struct ToServiceWorker {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
}

impl ToServiceWorker {
    fn post(&self, to: &ServiceWorker) {
        let _ = serde_wasm_bindgen::to_value(self)
            .map_err(JsValue::from)
            .and_then(|message| to.post_message(&message));
    }
}

/// Lets the waiting version take over, and starts it.
pub(crate) fn update() {
    let Some(workers) = service_workers() else {
        return reload();
    };
    listen(&workers, "controllerchange", |_| reload());
    settle(Ok(workers.get_registration()), |found| {
        let registration: Option<ServiceWorkerRegistration> =
            found.and_then(|found| found.dyn_into().ok());
        match registration.and_then(|registration| registration.waiting()) {
            Some(waiting) => {
                let message = ToServiceWorker {
                    kind: "activate",
                    language: None,
                };
                message.post(&waiting);
            }
            None => reload(),
        }
    });
}

/// Why this browser cannot be reached while the wallet is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotReached {
    /// Its owner does not let this site show messages.
    NotAllowed,
    /// It has no such thing, or its push service does not answer.
    NotThere,
}

/// Whether the owner is asked to let this site show messages. Without a press of a button browsers do not ask.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    Ask,
    AsItIs,
}

/// Answers where the safe with this key reaches this browser. An address that is for another key goes.
pub(crate) fn reach(
    key: Vec<u8>,
    permission: Permission,
    then: impl FnOnce(Result<String, NotReached>) + 'static,
) {
    spawn_local(async move {
        then(match permitted(permission).await {
            Ok(()) => subscribe(&key).await.ok_or(NotReached::NotThere),
            Err(why) => Err(why),
        });
    });
}

/// Answers whether this page may show messages while nobody looks at it.
pub(crate) fn may_show(
    permission: Permission,
    then: impl FnOnce(Result<(), NotReached>) + 'static,
) {
    spawn_local(async move { then(permitted(permission).await) });
}

/// While nobody looks at the page, the service worker shows what it shows when a safe wakes it: that there is something to look at.
pub(crate) fn show_if_hidden() {
    if document().visibility_state() == VisibilityState::Visible {
        return;
    }
    let Some(workers) = service_workers() else {
        return;
    };
    settle(workers.ready(), |found| {
        let found: Option<ServiceWorkerRegistration> = found.and_then(|it| it.dyn_into().ok());
        if let Some(worker) = found.and_then(|it| it.active()) {
            let message = ToServiceWorker {
                kind: "news",
                language: Some(shown_language().tag()),
            };
            message.post(&worker);
        }
    });
}

async fn permitted(permission: Permission) -> Result<(), NotReached> {
    match is_permitted(permission).await {
        Some(true) => Ok(()),
        Some(false) => Err(NotReached::NotAllowed),
        None => Err(NotReached::NotThere),
    }
}

async fn is_permitted(permission: Permission) -> Option<bool> {
    let notification = Reflect::get(&window(), &"Notification".into()).ok()?;
    let said = match permission {
        Permission::AsItIs => Reflect::get(&notification, &"permission".into()).ok()?,
        Permission::Ask => asked(call(&notification, "requestPermission", None)).await?,
    };
    Some(said.as_string()? == "granted")
}

async fn subscribe(key: &[u8]) -> Option<String> {
    let workers = service_workers()?;
    let registration: ServiceWorkerRegistration = asked(workers.ready()).await?.dyn_into().ok()?;
    // It shows what a safe wakes it for in the language of the owner.
    if let Some(worker) = registration.active() {
        let message = ToServiceWorker {
            kind: "language",
            language: Some(shown_language().tag()),
        };
        message.post(&worker);
    }
    let manager = Reflect::get(&registration, &"pushManager".into()).ok()?;
    let options = js_sys::Object::new();
    let key = js_sys::Uint8Array::from(key);
    Reflect::set(&options, &"userVisibleOnly".into(), &true.into()).ok()?;
    Reflect::set(&options, &"applicationServerKey".into(), &key).ok()?;
    let subscribed = match asked(call(&manager, "subscribe", Some(&options))).await {
        Some(subscribed) => subscribed,
        // Perhaps there is one for another key: a browser has one at a time.
        None => {
            unsubscribe_at(&manager).await?;
            asked(call(&manager, "subscribe", Some(&options))).await?
        }
    };
    Reflect::get(&subscribed, &"endpoint".into())
        .ok()?
        .as_string()
}

async fn unsubscribe_at(manager: &JsValue) -> Option<()> {
    let there = asked(call(manager, "getSubscription", None)).await?;
    if !there.is_null() {
        asked(call(&there, "unsubscribe", None)).await?;
    }
    Some(())
}

async fn asked(promise: Result<js_sys::Promise, JsValue>) -> Option<JsValue> {
    JsFuture::from(promise.ok()?).await.ok()
}

/// What a message was shown for.
#[derive(Clone, Copy)]
pub(crate) enum Looked {
    /// A safe has woken this browser.
    Waits,
    /// The page had something to say while it was hidden.
    Notices,
}

/// This browser is reached by nobody any more, whatever safes believe.
pub(crate) fn reach_no_more() {
    spawn_local(async {
        let Some(workers) = service_workers() else {
            return;
        };
        let registration = asked(workers.ready()).await;
        let manager = registration.and_then(|it| Reflect::get(&it, &"pushManager".into()).ok());
        if let Some(manager) = manager {
            unsubscribe_at(&manager).await;
        }
    });
}

/// What the service worker is woken for; it knows the name.
const OUTBOX: &str = "outbox";
/// How often it may be woken without a reason, at most, in milliseconds: twice a day. Browsers make it less.
const WAKE_EVERY_MS: u32 = 12 * 3_600_000;

/// Has the browser wake the service worker as soon as there is a network, whether a page is left or not. A browser that cannot
/// (Background Sync is Chromium's) leaves it to the wallet, when it is opened next.
pub(crate) fn send_while_closed() {
    spawn_local(async {
        let sync = manager("sync").await;
        if let Some(sync) = sync {
            asked(call(&sync, "register", Some(&OUTBOX.into()))).await;
        }
    });
}

/// Has the browser wake the service worker now and then, if it does so for this site; answers whether it will. Only Chromium
/// does, for installed apps that are used, and nobody is asked.
pub(crate) fn wake_now_and_then(then: impl FnOnce(bool) + 'static) {
    spawn_local(async move { then(may_be_woken().await.is_some()) });
}

async fn may_be_woken() -> Option<()> {
    let permissions = Reflect::get(&window().navigator(), &"permissions".into()).ok()?;
    let which = js_sys::Object::new();
    let name = "periodic-background-sync";
    Reflect::set(&which, &"name".into(), &name.into()).ok()?;
    let permission = asked(call(&permissions, "query", Some(&which))).await?;
    let state = Reflect::get(&permission, &"state".into()).ok()?;
    (state == "granted").then_some(())?;
    let periodic = manager("periodicSync").await?;
    let how_often = js_sys::Object::new();
    Reflect::set(&how_often, &"minInterval".into(), &WAKE_EVERY_MS.into()).ok()?;
    let register: Function = Reflect::get(&periodic, &"register".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let asking = register.call2(&periodic, &OUTBOX.into(), &how_often);
    asked(asking.and_then(|it| it.dyn_into())).await?;
    Some(())
}

/// A manager of the service worker's registration, where the browser has it.
async fn manager(name: &str) -> Option<JsValue> {
    let registration = asked(service_workers()?.ready()).await?;
    let manager = Reflect::get(&registration, &name.into()).ok()?;
    (!manager.is_undefined()).then_some(manager)
}

/// Calls back when the owner comes by a message of the service worker's, with what it was shown for.
pub(crate) fn on_look(look: impl Fn(Looked) + 'static) {
    let Some(workers) = service_workers() else {
        return;
    };
    listen(&workers, "message", move |event| {
        let data = Reflect::get(&event, &"data".into());
        let kind = data.and_then(|data| Reflect::get(&data, &"type".into()));
        match kind.ok().and_then(|kind| kind.as_string()).as_deref() {
            Some("look") => look(Looked::Waits),
            Some("news") => look(Looked::Notices),
            _ => {}
        }
    });
}

/// Reflected: in some private modes there is none.
fn service_workers() -> Option<web_sys::ServiceWorkerContainer> {
    Reflect::get(&window().navigator(), &"serviceWorker".into())
        .ok()?
        .dyn_into()
        .ok()
}
