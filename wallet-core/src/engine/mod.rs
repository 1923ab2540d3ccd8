//! The wallet itself: fed events, handing out effects, never waiting.
//!
//! Everything that changes the books goes through one transaction at a time. While one is under way every other event
//! waits in line, so each decision is made on books that are as stored. A flow's next move — asking a safe, above all —
//! is kept back until the transaction it depends on is durable.

mod answer;
mod audit;
mod channels;
mod deadlines;
mod drive;
mod gather;
mod intents;
mod last_copy;
mod outbox;
mod owner;
mod papers;
mod plans;
mod reach;
mod rehearse;
mod rules;
mod show;
#[cfg(test)]
mod tests;
mod transaction;
mod wake;
mod watch;

use crate::books::{Books, Change, Damaged};
use crate::client::Expected;
use crate::flow::{Input, Next};
use crate::ids::{FlowId, ItemId};
use crate::intent::Intent;
use crate::lock::Standing;
use crate::map::{Map, Set};
use crate::notice::{Kind, Notice};
use crate::port::{Ask, Body, Context, Effect, Event, Opened as Stored};
use crate::rules::trigger::{Network, Signals};
use crate::view::{self, MeetingFailure, Part, Phase, Reach, Waiting};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use channels::Channels;
use gather::{Gatherer, Gathering};
use saifu_protocol::certificate::Address;
use saifu_protocol::descriptor::Descriptor;
use saifu_protocol::owner::Frozen;
use saifu_protocol::push::PushOffer;
use saifu_protocol::value::Date;
use saifu_protocol::{SafeId, UnixTime, descriptor};
use show::Dirty;
use watch::{Heard, Try};

/// A wallet. Everything it knows, and everything under way.
#[derive(Debug)]
pub struct Wallet {
    books: Books,
    today: Date,
    running: Map<FlowId, Running>,
    work: VecDeque<Work>,
    pending: Option<Pending>,
    halted: Option<Phase>,
    last_token: u64,
    asks: Map<u64, Asked>,
    loads: Map<u64, LoadFor>,
    wakes: Map<u64, Sleeper>,
    /// The flows at work with each safe.
    busy: Map<SafeId, Set<FlowId>>,
    /// The flows that wait for their turn.
    line: VecDeque<FlowId>,
    clocks: Map<SafeId, i64>,
    channels: Channels,
    reach: Map<SafeId, Reach>,
    answered_at: Map<SafeId, UnixTime>,
    /// How asking who waits has gone.
    heard: Map<SafeId, Heard>,
    /// Which safes would wake this wallet, as they said since it was opened.
    offers: Map<SafeId, PushOffer>,
    meeting: Option<Meeting>,
    opened: Option<view::Opened>,
    papers: Option<papers::Papers>,
    lock: Standing,
    /// Notices that could not be stored, because storing is what failed.
    passing: Vec<Notice>,
    dirty: Dirty,
    watch: rules::Watch,
    /// Whether safes are to be audited for which it is time.
    audits_due: bool,
}

/// A flow, as far as it is not in the journal.
#[derive(Debug, Default)]
struct Running {
    awaiting: Awaiting,
    /// Waits since something was stored: each is longer than the one before.
    attempts: u32,
    clock_retries: u32,
    /// Requests since something was stored, or since the last wait.
    asks: u32,
    waiting: Option<Waiting>,
    /// When the wait under way ends.
    next_try: Option<UnixTime>,
    body: Option<Body>,
    gathering: Gathering,
    /// Until when what was kept of it can be sent without this wallet.
    kept_until: Option<UnixTime>,
}

/// What a flow waits for. An event that answers anything else comes too late and is dropped.
#[derive(Debug, Default, PartialEq, Eq)]
enum Awaiting {
    #[default]
    Turn,
    Load(u64),
    Ask(u64),
    Wake(u64),
    Room,
    /// A change to something of its group.
    Rest,
    /// Its turn at a safe that is busy with others of this wallet.
    Line,
}

#[derive(Debug)]
enum Work {
    Event(Event),
    Drive(FlowId, Input),
}

/// A transaction under way.
#[derive(Debug)]
struct Pending {
    changes: Vec<Change>,
    then: Then,
}

/// What a transaction belongs to.
#[derive(Debug)]
enum Then {
    /// A step of a flow, and what comes after it.
    Flow(FlowId, Next),
    /// What was learned of a safe, on behalf of a flow that now starts again.
    Safe(FlowId),
    /// A wish of the owner. If it cannot be stored it is not forgotten: the wallet tries again.
    Intent(Intent),
    /// What follows from the books by itself.
    Upkeep,
    /// What was seen at a look, and what that began.
    Look(Box<Signals>),
}

/// Who sleeps.
#[derive(Debug)]
enum Sleeper {
    Flow(FlowId),
    /// A wish, the name it has as a job, and why it could not be stored.
    Intent(FlowId, Intent, Waiting),
    /// Asking who waits.
    Watch,
}

#[derive(Debug)]
enum Asked {
    Flow(FlowId, SafeId, Expected),
    /// The descriptor of a safe whose sealing key has changed.
    Rekey(FlowId, SafeId),
    /// The descriptor of a safe that is being met.
    Meet(Address),
    /// The descriptor of a trusted safe, to see whether it answers.
    Safe(SafeId),
    /// Who waits.
    Watch(SafeId, Expected, Try, Option<Frozen>),
}

#[derive(Debug)]
enum LoadFor {
    Flow(FlowId),
    /// One of several.
    Next(Gatherer, ItemId),
    Opened(ItemId),
}

/// The safe that is being met.
#[derive(Debug)]
enum Meeting {
    Asking(Address),
    Met(Descriptor),
    Failed(String, MeetingFailure),
}

impl core::fmt::Debug for Input {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Input(redacted)")
    }
}

impl core::fmt::Debug for Next {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Next(redacted)")
    }
}

impl core::fmt::Debug for Expected {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Expected(redacted)")
    }
}

impl Wallet {
    /// Opens the wallet on what its store holds; every open journal entry is resumed by the first effects.
    ///
    /// # Errors
    /// [`Damaged`] when a record does not read.
    pub fn open(stored: Stored, context: &mut Context<'_>) -> Result<(Self, Vec<Effect>), Damaged> {
        Self::open_under(Standing::Off, stored, context)
    }

    /// The same on a device with a lock.
    ///
    /// # Errors
    /// As with [`Self::open`].
    pub fn open_under(
        lock: Standing,
        stored: Stored,
        context: &mut Context<'_>,
    ) -> Result<(Self, Vec<Effect>), Damaged> {
        let books = Books::read(stored)?;
        let flows: Vec<FlowId> = books.flows().map(|(id, _)| id).collect();
        let look = books.rules().look;
        let mut wallet = Self {
            books,
            today: context.today,
            running: Map::new(),
            work: VecDeque::new(),
            pending: None,
            halted: None,
            last_token: 0,
            asks: Map::new(),
            loads: Map::new(),
            wakes: Map::new(),
            busy: Map::new(),
            line: VecDeque::new(),
            clocks: Map::new(),
            channels: Channels::default(),
            reach: Map::new(),
            answered_at: Map::new(),
            heard: Map::new(),
            offers: Map::new(),
            meeting: None,
            opened: None,
            papers: None,
            lock,
            passing: Vec::new(),
            dirty: Dirty::everything(),
            watch: rules::Watch::of(look),
            audits_due: false,
        };
        wallet.tell_time(context);
        for flow in flows {
            wallet.begin(flow);
        }
        let mut effects = Vec::new();
        wallet.watch(context, &mut effects);
        effects.extend(wallet.work_off(context));
        Ok((wallet, effects))
    }

    /// Takes one event.
    pub fn handle(&mut self, event: Event, context: &mut Context<'_>) -> Vec<Effect> {
        if self.today != context.today {
            self.today = context.today;
            self.dirty.items();
        }
        self.tell_time(context);
        self.channels.forget(context.now_ms);
        self.work.push_back(Work::Event(event));
        self.work_off(context)
    }

    /// Everything that is to be seen now: what all parts that were shown come to.
    pub fn view(&self) -> Vec<Part> {
        self.parts(Dirty::everything())
    }

    /// The books, to look at.
    pub fn books(&self) -> &Books {
        &self.books
    }

    /// Whether nothing is under way: no transaction, and no flow that waits for anything but room or its next attempt.
    pub fn is_idle(&self) -> bool {
        let resting = |running: &Running| {
            matches!(
                running.awaiting,
                Awaiting::Wake(_) | Awaiting::Room | Awaiting::Rest | Awaiting::Line
            )
        };
        self.pending.is_none() && self.work.is_empty() && self.running.values().all(resting)
    }

    fn work_off(&mut self, context: &mut Context<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        while self.halted.is_none()
            && let Some(work) = self.next_work()
        {
            match work {
                Work::Event(event) => self.take(event, context, &mut effects),
                Work::Drive(flow, input) => self.drive(flow, input, context, &mut effects),
            }
        }
        // One transaction at a time: what is due waits for the one under way.
        if self.watch.is_due && self.pending.is_none() && self.halted.is_none() {
            self.look(context, &mut effects);
            if self.pending.is_none() {
                let is_on_line = self.watch.is_on_line();
                self.rehearse_if_due(is_on_line, context, &mut effects);
            }
        }
        if self.audits_due && self.pending.is_none() && self.halted.is_none() {
            self.audit_what_is_due(context, &mut effects);
        }
        let parts = self.changed_parts();
        if !parts.is_empty() {
            effects.push(Effect::Show(parts));
        }
        effects
    }

    fn changed_parts(&mut self) -> Vec<Part> {
        let dirty = core::mem::take(&mut self.dirty);
        self.parts(dirty)
    }

    /// While a transaction is under way only its outcome is taken.
    fn next_work(&mut self) -> Option<Work> {
        if self.pending.is_none() {
            return self.work.pop_front();
        }
        let outcome =
            |work: &Work| matches!(work, Work::Event(Event::Committed | Event::CommitFailed(_)));
        let at = self.work.iter().position(outcome)?;
        self.work.remove(at)
    }

    fn take(&mut self, event: Event, context: &mut Context<'_>, effects: &mut Vec<Effect>) {
        match event {
            Event::Intent(intent) => self.intend(intent, context, effects),
            Event::Committed => self.committed(context, effects),
            Event::CommitFailed(error) => self.commit_failed(error, context, effects),
            Event::Loaded { load, body } => self.loaded(load, body, context, effects),
            Event::Answered { ask, answer } => self.answered(ask, answer, context, effects),
            Event::Woke { wake } => self.woke(wake, context, effects),
            Event::Signals(reading) => {
                self.audits_due = reading.network == Network::On;
                self.read(reading);
                self.remind(effects);
            }
            Event::Encouraged => {
                self.hurry();
                self.watch(context, effects);
            }
            Event::Lock(lock) => {
                self.lock = lock;
                // What waited for a second method need not wait for its time.
                self.hurry();
            }
            Event::Leaving => self.keep_all(context, effects),
            Event::NotKept(flow) => self.not_kept(flow),
        }
    }

    fn token(&mut self) -> u64 {
        self.last_token += 1;
        self.last_token
    }

    fn tell(&mut self, kind: Kind, context: &mut Context<'_>) {
        self.tell_about(String::new(), kind, context);
    }

    fn tell_of_room(&mut self, flow: FlowId, missing: u64, context: &mut Context<'_>) {
        let subject = self
            .books
            .flow(flow)
            .map(|flow| show::subject(&self.books, flow))
            .unwrap_or_default();
        self.tell_about(subject, Kind::NoRoom { missing }, context);
    }

    /// A notice that is not stored: it is about something the owner sees again if it is still true.
    fn tell_about(&mut self, subject: String, kind: Kind, context: &mut Context<'_>) {
        self.tell_at(String::new(), subject, kind, context);
    }

    /// Likewise, about the safe at an address.
    fn tell_at(&mut self, safe: String, subject: String, kind: Kind, context: &mut Context<'_>) {
        let same = |notice: &Notice| {
            core::mem::discriminant(&notice.kind) == core::mem::discriminant(&kind)
                && notice.subject == subject
                && notice.safe == safe
        };
        // What is tried again and again is no news each time.
        let known = self.passing.iter().find(|notice| same(notice));
        let id = known.map_or_else(|| ItemId::make(context.rng), |notice| notice.id);
        self.passing.retain(|notice| !same(notice));
        self.passing.push(Notice {
            id,
            at: UnixTime(context.now_ms / 1_000),
            subject,
            safe,
            kind,
        });
        self.dirty.notices();
    }
}

/// The request for the descriptor at an address.
fn descriptor_request(ask: u64, address: &Address) -> Effect {
    Effect::Ask(Ask {
        ask,
        url: alloc::format!("{}{}", address.as_str(), descriptor::PATH),
        headers: Vec::new(),
        body: None,
    })
}
