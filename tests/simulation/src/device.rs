//! A browser in the simulated world: a store that keeps what was committed, and the real wallet on it.

use crate::dice::Dice;
use crate::planted::{Bug, miswrite};
use saifu_crypto::stretch::Stretch;
use saifu_wallet_core::books::{Books, Item};
use saifu_wallet_core::engine::Wallet;
use saifu_wallet_core::group::Phase;
use saifu_wallet_core::ids::{FlowId, ItemId};
use saifu_wallet_core::notice::Kind;
use saifu_wallet_core::plan::{KeyPlace, LocalKey};
use saifu_wallet_core::port::{
    ASK_TIMEOUT_MS, Ask, Batch, Body, CommitError, Context, Effect, Event, Key, Opened, Upload,
};
use saifu_wallet_core::view::{self, BackupCard, KeyCard, Part, Waiting};
use std::cell::OnceCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// What is on the medium.
#[derive(Clone, Default)]
pub(crate) struct Store {
    version: u64,
    records: BTreeMap<Key, Body>,
    /// What the service worker may send.
    outbox: BTreeMap<FlowId, Upload>,
    /// What the records say, once somebody has asked: reading them is most of what a world would take its time for.
    read: OnceCell<Rc<Books>>,
}

impl Store {
    pub(crate) fn open(&self) -> Opened {
        let read = |(key, body): (&Key, &Body)| (*key, body.clone());
        Opened {
            version: self.version,
            records: self
                .records
                .iter()
                .filter(|(key, _)| key.is_read_on_open())
                .map(read)
                .collect(),
        }
    }

    pub(crate) fn books(&self) -> Rc<Books> {
        let read = || Books::read(self.open()).expect("what the wallet has stored it can read");
        self.read.get_or_init(|| Rc::new(read())).clone()
    }

    pub(crate) fn body(&self, item: ItemId) -> Option<&Body> {
        self.records.get(&Key::Body(item))
    }

    /// How many bodies are of a part, or of nothing that is known.
    pub(crate) fn bodies_of_parts(&self) -> usize {
        let books = self.books();
        let is_part = |key: &&Key| match key {
            Key::Body(item) => matches!(books.item(*item), Some(Item::Part(_)) | None),
            _ => false,
        };
        self.records.keys().filter(is_part).count()
    }

    /// With [`Bug::KeyErasedTooEarly`].
    fn erase_keys(&mut self) {
        let books = self.books();
        let registering = books
            .groups()
            .filter(|group| group.phase == Phase::Registering);
        for group in registering {
            let place = group.plan.seal().map(|seal| &seal.key);
            let erases =
                matches!(place, Some(KeyPlace::Away { local, .. }) if *local == LocalKey::Erased);
            if erases && let Some((item, _)) = group.key.and_then(|key| books.key_item(key)) {
                self.records.remove(&Key::Body(item));
            }
        }
    }

    /// The browser does not read this body.
    #[cfg(test)]
    pub(crate) fn hide(&mut self, item: ItemId) -> Body {
        self.records.remove(&Key::Body(item)).expect("it is there")
    }

    #[cfg(test)]
    pub(crate) fn unhide(&mut self, item: ItemId, body: Body) {
        self.records.insert(Key::Body(item), body);
    }

    fn delete(&mut self, batch: &Batch) {
        self.read.take();
        for key in &batch.deletes {
            self.records.remove(key);
        }
    }

    fn put(&mut self, batch: &Batch) {
        self.read.take();
        for (key, body) in &batch.puts {
            self.records.insert(*key, body.clone());
        }
        for flow in batch.recalls() {
            self.outbox.remove(&flow);
        }
        self.version = batch.expected_version + 1;
    }

    /// What the service worker may send.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &Upload> {
        self.outbox.values()
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), CommitError> {
        if batch.expected_version != self.version {
            return Err(CommitError::Fenced);
        }
        self.delete(batch);
        self.put(batch);
        Ok(())
    }
}

/// A browser.
pub(crate) struct Device {
    pub(crate) store: Store,
    pub(crate) wallet: Option<Wallet>,
    /// Counts the lives of the wallet: what was meant for an earlier one is lost.
    pub(crate) life: u32,
    /// A transaction that was asked for and is not durable yet.
    commit: Option<Batch>,
    /// With [`Bug::DeleteBeforeCertificate`]: the half that is still to come.
    torn: Option<Batch>,
    /// With [`Bug::AckBeforeCommit`]: reported, not stored.
    unwritten: VecDeque<Batch>,
    events: VecDeque<Event>,
    timers: Vec<(u64, Event)>,
    skew_ms: i64,
    /// Requests that were handed to the network.
    pub(crate) outgoing: Vec<Ask>,
    /// Every notice the owner has been shown.
    pub(crate) told: Vec<Kind>,
    /// Why jobs had to wait.
    pub(crate) waited: Vec<Waiting>,
    /// The bearer papers that were shown last.
    pub(crate) papers: Vec<String>,
    /// The notices that are shown now.
    pub(crate) notices: Vec<Kind>,
    /// The backups that are shown now.
    pub(crate) backups: Vec<BackupCard>,
    /// How often papers were taken over.
    pub(crate) taken_over: usize,
    /// The keys on the page.
    keys: Vec<KeyCard>,
}

impl Device {
    pub(crate) fn new(store: Store, skew_ms: i64) -> Self {
        Self {
            store,
            wallet: None,
            life: 0,
            commit: None,
            torn: None,
            unwritten: VecDeque::new(),
            events: VecDeque::new(),
            timers: Vec::new(),
            skew_ms,
            outgoing: Vec::new(),
            told: Vec::new(),
            waited: Vec::new(),
            papers: Vec::new(),
            notices: Vec::new(),
            backups: Vec::new(),
            taken_over: 0,
            keys: Vec::new(),
        }
    }

    /// Starts the wallet on what is stored.
    pub(crate) fn start(&mut self, now_ms: u64, dice: &mut Dice) {
        self.life += 1;
        let (wallet, effects) =
            Wallet::open(self.store.open(), &mut context(now_ms, self.skew_ms, dice))
                .expect("what the wallet has stored it can read");
        self.wallet = Some(wallet);
        self.carry_out(effects, now_ms);
    }

    /// The renderer dies: whatever was not durable is gone.
    pub(crate) fn crash(&mut self) {
        self.wallet = None;
        self.commit = None;
        self.torn = None;
        self.unwritten.clear();
        self.events.clear();
        self.timers.clear();
        self.outgoing.clear();
    }

    pub(crate) fn tell(&mut self, event: Event, now_ms: u64, dice: &mut Dice) {
        if let Some(wallet) = &mut self.wallet {
            let effects = wallet.handle(event, &mut context(now_ms, self.skew_ms, dice));
            self.carry_out(effects, now_ms);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>, now_ms: u64) {
        for effect in effects {
            match effect {
                Effect::Commit(batch) => self.commit = Some(batch),
                Effect::Load { load, item } => {
                    let body = self.store.body(item).cloned();
                    self.events.push_back(Event::Loaded { load, body });
                }
                Effect::Ask(ask) => {
                    let timeout = Event::Answered {
                        ask: ask.ask,
                        answer: None,
                    };
                    self.timers.push((now_ms + ASK_TIMEOUT_MS, timeout));
                    self.outgoing.push(ask);
                }
                Effect::Wake { wake, after_ms } => {
                    self.timers.push((now_ms + after_ms, Event::Woke { wake }));
                }
                Effect::Show(parts) => self.look(parts),
                Effect::Remind(_) | Effect::StillKept => {}
                Effect::Keep(upload) => {
                    self.store.outbox.insert(upload.flow, upload);
                }
            }
        }
        self.compare();
    }

    /// The owner looks at the page.
    fn look(&mut self, parts: Vec<Part>) {
        for part in parts {
            match part {
                Part::Notices(notices) => {
                    self.notices = notices.into_iter().map(|n| n.kind).collect();
                    self.told.extend(self.notices.iter().cloned());
                }
                Part::TakenOver => self.taken_over += 1,
                Part::Jobs(jobs) => self
                    .waited
                    .extend(jobs.iter().filter_map(|job| job.waiting)),
                Part::Opened(Some(view::Opened::Papers { texts, .. })) => {
                    self.papers = texts.iter().map(|text| String::clone(text)).collect();
                }
                Part::Backups(backups) => self.backups = backups,
                Part::SomeBackups(changes) => BackupCard::update(&mut self.backups, changes),
                Part::Keys(keys) => self.keys = keys,
                _ => {}
            }
        }
    }

    /// Only what has changed is sent to the page: all of that must come to what there is to be seen.
    fn compare(&self) {
        for part in self.wallet.iter().flat_map(Wallet::view) {
            match part {
                Part::Backups(backups) => assert_eq!(self.backups, backups, "what is shown"),
                Part::Keys(keys) => assert_eq!(self.keys, keys, "what is shown"),
                _ => {}
            }
        }
    }

    pub(crate) fn has_commit(&self) -> bool {
        self.commit.is_some() || self.torn.is_some() || !self.unwritten.is_empty()
    }

    /// The transaction becomes durable. Says whether the store has changed.
    pub(crate) fn finish_commit(&mut self, bug: Option<Bug>, now_ms: u64, dice: &mut Dice) -> bool {
        if let Some(rest) = self.torn.take() {
            self.store.put(&rest);
            self.tell(Event::Committed, now_ms, dice);
            return true;
        }
        let Some(mut batch) = self.commit.take() else {
            return self
                .unwritten
                .pop_front()
                .is_some_and(|batch| self.store.commit(&batch).is_ok());
        };
        match bug {
            Some(Bug::AckBeforeCommit) => {
                self.unwritten.push_back(batch);
                self.tell(Event::Committed, now_ms, dice);
                false
            }
            Some(Bug::DeleteBeforeCertificate) => {
                self.store.delete(&batch);
                self.torn = Some(batch);
                true
            }
            _ => {
                bug.into_iter().for_each(|bug| miswrite(&mut batch, bug));
                let event = match self.store.commit(&batch) {
                    Ok(()) => Event::Committed,
                    Err(error) => Event::CommitFailed(error),
                };
                if bug == Some(Bug::KeyErasedTooEarly) {
                    self.store.erase_keys();
                }
                self.tell(event, now_ms, dice);
                true
            }
        }
    }

    /// The transaction becomes durable, and the renderer dies before it hears of it.
    pub(crate) fn finish_commit_and_crash(&mut self) {
        if let Some(batch) = self.commit.take() {
            // A fenced batch changes nothing, and this wallet dies anyway.
            self.store.commit(&batch).unwrap_or_default();
        }
        self.crash();
    }

    pub(crate) fn fail_commit(&mut self, error: CommitError, now_ms: u64, dice: &mut Dice) {
        if self.commit.take().is_some() {
            self.tell(Event::CommitFailed(error), now_ms, dice);
        }
    }

    pub(crate) fn take_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(crate) fn next_timer(&self) -> Option<u64> {
        self.timers.iter().map(|(due, _)| *due).min()
    }

    /// Events whose time has come.
    pub(crate) fn ring(&mut self, now_ms: u64) {
        let (due, later) = std::mem::take(&mut self.timers)
            .into_iter()
            .partition(|(due, _)| *due <= now_ms);
        self.timers = later;
        let due: Vec<(u64, Event)> = due;
        self.events.extend(due.into_iter().map(|(_, event)| event));
    }

    /// Whether only the network or time can bring it anything.
    pub(crate) fn is_quiet(&self) -> bool {
        !self.has_commit() && self.events.is_empty() && self.outgoing.is_empty()
    }
}

/// `skew_ms`: how far the clock of this device is from the true time.
fn context(now_ms: u64, skew_ms: i64, dice: &mut Dice) -> Context<'_> {
    Context {
        now_ms: now_ms.saturating_add_signed(skew_ms),
        today: saifu_protocol::value::parse_date("2000-03-15").expect("a day"),
        offset_minutes: 0,
        rng: &mut dice.0,
        stretch: Stretch::None,
    }
}
