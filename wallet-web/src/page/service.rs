//! The one thing on the page that owns what is shown: a signal per part the Worker sends, the route, and the owner's
//! preferences. It is made once, at the root, and outlives every screen.

use super::card::{self, Card};
use super::choosing::Choosing;
use super::device::{self, Looked, NotReached, Permission, Suggestion, Theme};
use super::keeping::Keeping;
use super::parts;
use super::route::Route;
use super::signals::Device;
use super::touch::Touch;
use super::words::{self, Key, Lang};
use crate::messages::{FromWorker, ToWorker, Typed};
use leptos::prelude::*;
use saifu_protocol::json;
use saifu_protocol::push::Endpoint;
use saifu_wallet_core::ids::{FlowId, ItemId};
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::lock::{View, Wish};
use saifu_wallet_core::notice::Notice;
use saifu_wallet_core::plan::GroupId;
use saifu_wallet_core::plan::policy::Policy;
use saifu_wallet_core::typed::{Offer, Sender};
use saifu_wallet_core::view::{
    BackupCard, CertificateCard, Job, KeyCard, Meeting, Opened, OwnerView, Part, Phase, RulesView,
    SafeCard, Summary, ValueCard, WaitsView, WakerCard,
};
use wasm_bindgen::JsValue;
use zeroize::Zeroizing;

/// How often the Worker is told that something is touched, at most: far below a minute.
const TOUCHES_MS: u64 = 5_000;

/// That the owner wants to be told while nobody looks.
const TELL: &str = "tell-when-hidden";

/// See above. A handle: copies mean the same.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    pub(crate) phase: RwSignal<Phase>,
    pub(crate) crashed: RwSignal<bool>,
    pub(crate) values: RwSignal<Vec<ValueCard>>,
    pub(crate) certificates: RwSignal<Vec<CertificateCard>>,
    pub(crate) backups: RwSignal<Vec<BackupCard>>,
    pub(crate) keys: RwSignal<Vec<KeyCard>>,
    pub(crate) policy: RwSignal<Policy>,
    pub(crate) safes: RwSignal<Vec<SafeCard>>,
    pub(crate) meeting: RwSignal<Option<Meeting>>,
    pub(crate) jobs: RwSignal<Vec<Job>>,
    pub(crate) notices: RwSignal<Vec<Notice>>,
    pub(crate) summary: RwSignal<Summary>,
    pub(crate) owner: RwSignal<OwnerView>,
    pub(crate) waits: RwSignal<WaitsView>,
    pub(crate) rules: RwSignal<RulesView>,
    /// The lock. While a recovery kit is offered, it has its words.
    pub(crate) lock: RwSignal<View>,
    /// The only other signal that may hold a payload; emptied as soon as its view closes.
    pub(crate) opened: RwSignal<Option<Opened>>,

    /// What is being chosen for a back-up.
    pub(crate) choosing: Choosing,
    pub(crate) route: RwSignal<Route>,
    pub(crate) lang: RwSignal<Lang>,
    /// What the owner chose to read in; it is spoken as soon as its words are here.
    pub(crate) chosen_lang: RwSignal<Lang>,
    /// The words of another language could not be fetched.
    pub(crate) lang_missing: RwSignal<bool>,
    pub(crate) theme: RwSignal<Theme>,
    /// What a screen reader is told beside what is shown.
    pub(crate) said: RwSignal<String>,
    pub(crate) suggestions: RwSignal<Vec<Suggestion>>,
    /// How well this browser keeps what is here.
    pub(crate) keeping: Keeping,
    pub(crate) update_ready: RwSignal<bool>,
    pub(crate) installable: RwSignal<bool>,

    /// The job of which its owner is asked whether it is to be called off.
    pub(crate) calling_off: RwSignal<Option<FlowId>>,

    /// How far the ceremony with an authenticator is.
    pub(crate) touch: RwSignal<Touch>,

    /// Why no safe can wake the wallet, since its owner wanted one to.
    pub(crate) not_reached: RwSignal<Option<NotReached>>,
    /// Whether the owner is told while nobody looks at the page.
    pub(crate) tells: RwSignal<bool>,
    /// Why the owner is not, since they wanted to be.
    pub(crate) not_shown: RwSignal<Option<NotReached>>,
    /// Whether this page has looked where its browser is reached now.
    is_reach_known: StoredValue<bool>,

    install_offer: StoredValue<Option<JsValue>, LocalStorage>,
    card: StoredValue<Option<Card>, LocalStorage>,
    device: StoredValue<Option<Device>, LocalStorage>,
    /// Encrypts what the owner wants; none before the Worker has offered keys.
    sender: StoredValue<Option<Sender>, LocalStorage>,
    /// When the Worker was last told that something was touched.
    touched_ms: StoredValue<u64>,
    /// What was typed to be taken over, while its owner is away to trust a safe for it.
    papers: StoredValue<Option<Zeroizing<String>>, LocalStorage>,
    /// Set when what was typed is taken over; its screen puts it back.
    pub(crate) taken_over: RwSignal<bool>,
}

impl Service {
    /// Starts the Worker and listens to it and to the browser.
    pub(crate) fn start() -> Self {
        let service = Self {
            phase: RwSignal::new(Phase::Opening),
            crashed: RwSignal::new(false),
            values: RwSignal::new(Vec::new()),
            certificates: RwSignal::new(Vec::new()),
            backups: RwSignal::new(Vec::new()),
            keys: RwSignal::new(Vec::new()),
            policy: RwSignal::new(Policy::default()),
            safes: RwSignal::new(Vec::new()),
            meeting: RwSignal::new(None),
            jobs: RwSignal::new(Vec::new()),
            notices: RwSignal::new(Vec::new()),
            summary: RwSignal::new(Summary::default()),
            owner: RwSignal::new(OwnerView::default()),
            rules: RwSignal::new(RulesView::default()),
            lock: RwSignal::new(View::default()),
            waits: RwSignal::new(WaitsView::default()),
            opened: RwSignal::new(None),
            choosing: Choosing::new(),
            route: RwSignal::new(Route::parse(&device::hash())),
            lang: RwSignal::new(device::shown_language()),
            chosen_lang: RwSignal::new(device::shown_language()),
            lang_missing: RwSignal::new(false),
            theme: RwSignal::new(device::theme()),
            said: RwSignal::new(String::new()),
            suggestions: RwSignal::new(Vec::new()),
            keeping: Keeping::start(),
            update_ready: RwSignal::new(false),
            installable: RwSignal::new(false),
            calling_off: RwSignal::new(None),
            touch: RwSignal::new(Touch::None),
            not_reached: RwSignal::new(None),
            tells: RwSignal::new(false),
            not_shown: RwSignal::new(None),
            is_reach_known: StoredValue::new(false),
            install_offer: StoredValue::new_local(None),
            card: StoredValue::new_local(None),
            device: StoredValue::new_local(None),
            sender: StoredValue::new_local(None),
            touched_ms: StoredValue::new(0),
            papers: StoredValue::new_local(None),
            taken_over: RwSignal::new(false),
        };
        device::show_theme(service.theme.get_untracked());
        service.choosing.follow(service.route.get_untracked());
        service.listen();
        Effect::new(move || device::show_readiness(service.readiness()));
        card::start(move |card, message| service.hear(card, message));
        service
    }

    fn listen(self) {
        device::on_hash_change(move || {
            let route = Route::parse(&device::hash());
            if route != self.route.get_untracked() {
                self.choosing.follow(route);
                if !matches!(route, Route::AddSafe | Route::Safes | Route::TakeOver) {
                    self.papers.set_value(None);
                }
                self.route.set(route);
                self.said.set(String::new());
                device::focus_heading();
            }
        });
        device::veil_when_hidden();
        device::on_touched(move || self.touched());
        device::on_encouraged(move || self.post(&ToWorker::Encouraged));
        device::on_hidden(move || self.post(&ToWorker::Leaving));
        let watched = Device::watch(move || self.tell_signals());
        self.device.set_value(Some(watched));
        device::on_installable(move |offer| {
            self.install_offer.set_value(Some(offer));
            self.installable.set(true);
        });
        device::watch_updates(move || self.update_ready.set(true));
        device::on_look(|looked| {
            let route = match looked {
                Looked::Waits => Route::Waits,
                Looked::Notices => Route::Notices,
            };
            device::go(&route.href());
        });
        if device::kept(TELL).is_some() {
            self.tell_when_hidden(Permission::AsItIs);
        }
        device::suggestions(move |found| self.suggestions.set(found));
    }

    /// How far it is, as scripts and style sheets read it from the document.
    fn readiness(self) -> &'static str {
        if self.crashed.get() {
            return "failed";
        }
        match self.phase.get() {
            Phase::Ready if self.keeping.is_heard.get() => "ready",
            Phase::Ready | Phase::Opening => "starting",
            Phase::Locked => "locked",
            Phase::OpenElsewhere
            | Phase::Fenced
            | Phase::StorageBlocked
            | Phase::StorageNewer
            | Phase::StorageDamaged => "stopped",
        }
    }

    fn hear(self, card: &Card, message: Result<FromWorker, JsValue>) {
        match message {
            Ok(FromWorker::Ready) => self.card.set_value(Some(card.clone())),
            Ok(FromWorker::Offer(offer)) => self.take_offer(offer),
            Ok(FromWorker::Kept) => device::send_while_closed(),
            Ok(FromWorker::Lock(lock)) => self.lock.set(lock),
            Ok(FromWorker::Parts(parts)) => parts.into_iter().for_each(|part| self.show(part)),
            Err(_) => self.crashed.set(true),
        }
    }

    fn show(self, part: Part) {
        match part {
            Part::Phase(it) => {
                self.phase.set(it);
                if it == Phase::Locked {
                    self.forget();
                }
                if it == Phase::Ready {
                    self.tell_signals();
                }
            }
            Part::Values(it) => self.values.set(it),
            Part::Certificates(it) => self.certificates.set(it),
            Part::Backups(it) => self.backups.set(it),
            Part::SomeBackups(it) => self.backups.update(|all| BackupCard::update(all, it)),
            Part::Keys(it) => self.keys.set(it),
            Part::Policy(it) => self.policy.set(it),
            Part::Safes(it) => self.safes.set(it),
            Part::Meeting(it) => self.meeting.set(it),
            Part::Jobs(it) => {
                self.say_progress(&it);
                self.jobs.set(it);
            }
            Part::Notices(it) => {
                self.say_news(&it);
                device::badge(it.len());
                self.notices.set(it);
            }
            Part::Summary(it) => self.summary.set(it),
            Part::Opened(it) => self.opened.set(it),
            Part::Owner(it) => self.owner.set(it),
            Part::Rules(it) => self.rules.set(it),
            Part::Waits(it) => self.show_waits(it),
            Part::TakenOver => self.taken_over.set(true),
        }
    }

    /// Waits are shown with every step of every job: only what is different makes screens anew.
    fn show_waits(self, waits: WaitsView) {
        if self.waits.with_untracked(|before| *before != waits) {
            self.renew_reach(&waits);
            self.waits.set(waits);
        }
    }

    /// A browser may be reached elsewhere than its safe was told, and a safe may have forgotten: looked at once, when the wallet
    /// is opened.
    fn renew_reach(self, waits: &WaitsView) {
        let Some(by) = &waits.waking.by else { return };
        let mut offers = waits.waking.offers.iter();
        let Some(offer) = offers.find(|offer| offer.safe == by.safe) else {
            return;
        };
        if !self.is_reach_known.get_value() {
            let (to, is_told) = (by.to.clone(), by.is_told);
            self.reach(offer, Permission::AsItIs, move |found| {
                found != to || !is_told
            });
        }
    }

    /// Has this safe wake the wallet while it is closed, and nobody else.
    pub(crate) fn wake_by(self, offer: &WakerCard) {
        self.reach(offer, Permission::Ask, |_| true);
    }

    fn reach(
        self,
        offer: &WakerCard,
        permission: Permission,
        is_new: impl FnOnce(Endpoint) -> bool + 'static,
    ) {
        let safe = offer.safe;
        self.is_reach_known.set_value(true);
        self.not_reached.set(None);
        device::reach(offer.key.as_bytes().to_vec(), permission, move |found| {
            let to = found.and_then(|to| Endpoint::parse(&to).map_err(|_| NotReached::NotThere));
            match to {
                Ok(to) if is_new(to.clone()) => self.send(Intent::WakeBy { safe, to }),
                Ok(_) => {}
                Err(why) => self.not_reached.set(Some(why)),
            }
        });
    }

    /// Has the owner told while nobody looks at the page, if the browser lets it: asked by a press only.
    pub(crate) fn tell_when_hidden(self, permission: Permission) {
        self.not_shown.set(None);
        device::may_show(permission, move |may| {
            self.tells.set(may.is_ok());
            match may {
                Ok(()) => device::keep(TELL, "yes"),
                // What was taken back in the browser is seen there.
                Err(why) if permission == Permission::Ask => self.not_shown.set(Some(why)),
                Err(_) => {}
            }
        });
    }

    /// Nothing is told while nobody looks at the page.
    pub(crate) fn tell_nothing(self) {
        self.not_shown.set(None);
        self.tells.set(false);
        device::forget(TELL);
    }

    /// No safe wakes it any more.
    pub(crate) fn let_sleep(self) {
        self.not_reached.set(None);
        device::reach_no_more();
        self.send(Intent::LetSleep);
    }

    fn say_progress(self, jobs: &[Job]) {
        let before = self.jobs.get_untracked();
        let has_ended = |old: &Job| jobs.iter().all(|job| job.id != old.id);
        if before.first().is_none_or(has_ended) {
            // Where it ended the screen says, and has the focus on it.
            self.said.set(String::new());
        }
        let Some(job) = jobs.first() else { return };
        // That it is tried again is no news.
        let is_same = |old: &Job| {
            let next_try = job.next_try;
            let old = old.clone();
            Job { next_try, ..old } == *job
        };
        if before.iter().any(is_same) {
            return;
        }
        let lang = self.lang.get_untracked();
        let words = untrack(|| match parts::reason(self, job) {
            Some(wait) => words::waiting(lang, wait.why, &wait.who).what,
            None => words::stage(lang, job.stage).into(),
        });
        let about = words::about(lang, job);
        self.said.set(format!("{about}: {words}"));
    }

    fn say_news(self, notices: &[Notice]) {
        let lang = self.lang.get_untracked();
        let news = self.notices.with_untracked(|before| {
            let is_new = |notice: &&Notice| before.iter().all(|old| old.id != notice.id);
            notices.iter().find(is_new).cloned()
        });
        // On opening everything is new, and the badge says so.
        if let Some(notice) = news.filter(|_| self.phase.get_untracked() == Phase::Ready) {
            let halves = words::notice(lang, &notice);
            self.said.set(format!("{} {}", halves.what, halves.now));
            if self.tells.get_untracked() {
                device::show_if_hidden();
            }
        }
    }

    /// A fixed text in the owner's language.
    pub(crate) fn text(self, key: Key) -> &'static str {
        words::text(self.lang.get(), key)
    }

    /// Tells the wallet what the device says of itself.
    fn tell_signals(self) {
        self.device.with_value(|device| {
            if let Some(device) = device {
                device.read(move |reading| {
                    self.keeping.set_free(reading.quota_room);
                    self.post(&ToWorker::Signals(reading));
                });
            }
        });
    }

    /// Nothing of the wallet stays on a page that is locked.
    fn forget(self) {
        self.values.set(Vec::new());
        self.certificates.set(Vec::new());
        self.backups.set(Vec::new());
        self.keys.set(Vec::new());
        self.policy.set(Policy::default());
        self.safes.set(Vec::new());
        self.meeting.set(None);
        self.jobs.set(Vec::new());
        self.notices.set(Vec::new());
        self.summary.set(Summary::default());
        self.owner.set(OwnerView::default());
        self.opened.set(None);
        self.rules.set(RulesView::default());
        self.waits.set(WaitsView::default());
        device::badge(0);
        // Left, and come to again.
        self.choosing.follow(Route::Values);
        self.choosing.follow(self.route.get_untracked());
        self.said.set(String::new());
        self.papers.set_value(None);
        self.taken_over.set(false);
    }

    /// Passes on what the owner wants.
    pub(crate) fn send(self, intent: Intent) {
        self.keeping.ask_with(&intent);
        self.say(&Typed::Intent(intent));
    }

    /// Passes on what the owner wants of the lock.
    pub(crate) fn wish(self, wish: Wish) {
        self.say(&Typed::Lock(wish));
    }

    fn say(self, typed: &Typed) {
        let said = Zeroizing::new(json::write(typed));
        let seal = |sender: &mut Option<Sender>| {
            let sender = sender.as_mut()?;
            sender.seal(&said, &mut device::rng()).ok()
        };
        // Before the Worker offers keys nothing is shown that could be asked for.
        let sealed = self.sender.try_update_value(seal).flatten();
        if let Some(envelope) = sealed {
            self.post(&ToWorker::Sealed(envelope));
        }
    }

    fn take_offer(self, offer: Offer) {
        self.sender.update_value(|sender| match sender {
            Some(sender) => sender.take(offer),
            None => *sender = Some(Sender::new(offer)),
        });
    }

    /// Keeps the wallet from locking itself. The Worker has the clock; it is not told of every key.
    fn touched(self) {
        let now = device::now_ms();
        let told = now.saturating_sub(self.touched_ms.get_value());
        if told >= TOUCHES_MS && self.lock.with_untracked(|lock| lock.is_on) {
            self.touched_ms.set_value(now);
            self.post(&ToWorker::Touched);
        }
    }

    /// Locks the wallet.
    pub(crate) fn lock_now(self) {
        self.post(&ToWorker::Lock);
    }

    fn post(self, message: &ToWorker) {
        // Before the Worker listens nothing is shown that could be asked for.
        self.card.with_value(|card| {
            if let Some(card) = card {
                card.post(message);
            }
        });
    }

    /// Forgets what was shown whole: first here, then in the Worker.
    pub(crate) fn close(self) {
        self.opened.try_set(None);
        self.send(Intent::Close);
    }

    /// Keeps papers for the moment until a safe is trusted.
    pub(crate) fn keep_papers(self, text: Zeroizing<String>) {
        self.papers.set_value(Some(text));
    }

    /// The papers that were kept; from now on they are not.
    pub(crate) fn kept_papers(self) -> Option<Zeroizing<String>> {
        self.papers.try_update_value(Option::take).flatten()
    }

    /// Takes the wallet over from another tab.
    pub(crate) fn take_over(self) {
        self.phase.set(Phase::Opening);
        self.post(&ToWorker::TakeOver);
    }

    pub(crate) fn go(self, route: Route) {
        device::go(&route.href());
    }

    /// Speaks another language as soon as its words are here.
    pub(crate) fn choose_language(self, lang: Lang) {
        self.chosen_lang.set(lang);
        self.lang_missing.set(false);
        if words::speaks(lang) {
            return self.speak(lang);
        }
        device::fetch_words(lang, move |file| {
            let is_known = file.is_some_and(|file| words::learn(lang, file));
            // Meanwhile another one may have been chosen.
            if self.chosen_lang.get_untracked() != lang {
                return;
            }
            if is_known {
                return self.speak(lang);
            }
            self.chosen_lang.set(self.lang.get_untracked());
            self.lang_missing.set(true);
        });
    }

    fn speak(self, lang: Lang) {
        device::keep_language(lang);
        device::show_language(lang);
        self.lang.set(lang);
    }

    pub(crate) fn choose_theme(self, theme: Theme) {
        device::keep_theme(theme);
        device::show_theme(theme);
        self.theme.set(theme);
    }

    pub(crate) fn install(self) {
        self.install_offer.with_value(|offer| {
            if let Some(offer) = offer {
                device::install(offer);
            }
        });
        self.installable.set(false);
    }

    /// The certificate that came of backing this value up.
    pub(crate) fn certificate_of(self, value: ItemId) -> Option<CertificateCard> {
        let came_of_it = |card: &&CertificateCard| card.came_of == Some(value);
        self.certificates
            .with(|all| all.iter().find(came_of_it).cloned())
    }

    /// The value that came of recovering by this certificate.
    pub(crate) fn value_of(self, certificate: ItemId) -> Option<ValueCard> {
        let came_of_it = |card: &&ValueCard| card.came_of == Some(certificate);
        self.values.with(|all| all.iter().find(came_of_it).cloned())
    }

    /// The backup with this id.
    pub(crate) fn backup(self, id: GroupId) -> Option<BackupCard> {
        self.backups
            .with(|all| all.iter().find(|card| card.id == id).cloned())
    }

    /// The backup that came of backing this value up.
    pub(crate) fn backup_of(self, value: ItemId) -> Option<BackupCard> {
        let holds = |card: &&BackupCard| {
            let mut contents = card.contents.iter();
            contents.any(|it| it.came_of == Some(value))
        };
        self.backups.with(|all| all.iter().find(holds).cloned())
    }

    /// A job, for as long as it is under way.
    pub(crate) fn job(self, id: FlowId) -> Option<Job> {
        self.jobs
            .with(|jobs| jobs.iter().find(|job| job.id == id).cloned())
    }
}
