//! The wallet itself: fed events, handing out effects, never waiting.
//!
//! Everything that changes the books goes through one transaction at a time. While one is under way every other event
//! waits in line, so each decision is made on books that are as stored. A flow's next move — asking a safe, above all —
//! is kept back until the transaction it depends on is durable.

mod intents;
mod papers;
mod plans;
mod show;
#[cfg(test)]
mod tests;

use crate::books::{Books, Change, Damaged, Item};
use crate::client::{self, Expected, Verdict};
use crate::flow::{Desk, Flow, Input, Next};
use crate::ids::{FlowId, ItemId};
use crate::intent::Intent;
use crate::map::{Map, Set};
use crate::notice::{Kind, Notice};
use crate::plan::GroupId;
use crate::port::{
    Answer, Ask, Body, CommitError, Context, Durability, Effect, Event, Opened as Stored,
};
use crate::view::{self, MeetingFailure, Part, Phase, Reach, Waiting};
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::certificate::Address;
use saifu_protocol::descriptor::{self, Descriptor};
use saifu_protocol::value::Date;
use saifu_protocol::{SafeId, UnixTime};
use show::Dirty;

/// First wait before an attempt is repeated, in milliseconds; doubled each time.
const FIRST_WAIT_MS: u64 = 1_000;
/// Longest wait before an attempt is repeated, in milliseconds.
const LONGEST_WAIT_MS: u64 = 300_000;
/// Wait before something the owner wants is stored again, in milliseconds.
const INTENT_WAIT_MS: u64 = 5_000;
/// How many requests a flow sends one after the other without anything coming of them that is worth storing. A safe that
/// lies, or forgets, must not be able to keep a wallet busy.
const MOST_ASKS: u32 = 4;
/// How many flows are at work with one safe at a time. More would only share the line to it, and all time out together.
const MOST_AT_ONE_SAFE: usize = 4;
/// How often a request is signed again at once because the safe's clock differs.
const CLOCK_RETRIES: u32 = 2;

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
    reach: Map<SafeId, Reach>,
    meeting: Option<Meeting>,
    opened: Option<view::Opened>,
    papers: Option<papers::Papers>,
    /// Notices that could not be stored, because storing is what failed.
    passing: Vec<Notice>,
    dirty: Dirty,
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
    body: Option<Body>,
    /// Bodies that are still to be read, the next one last.
    to_load: Vec<ItemId>,
    gathered: Vec<(ItemId, Body)>,
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
}

/// Who sleeps.
#[derive(Debug)]
enum Sleeper {
    Flow(FlowId),
    /// A wish, the name it has as a job, and why it could not be stored.
    Intent(FlowId, Intent, Waiting),
}

#[derive(Debug)]
enum Asked {
    Flow(FlowId, SafeId, Expected),
    /// The descriptor of a safe whose sealing key has changed.
    Rekey(FlowId, SafeId),
    /// The descriptor of a safe that is being met.
    Meet(Address),
}

#[derive(Debug)]
enum LoadFor {
    Flow(FlowId),
    /// One of several bodies of a flow.
    Gathering(FlowId, ItemId),
    Opened(ItemId),
    /// One of the bodies bearer papers are written from.
    Paper(ItemId),
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
        let books = Books::read(stored)?;
        let flows: Vec<FlowId> = books.flows().map(|(id, _)| id).collect();
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
            reach: Map::new(),
            meeting: None,
            opened: None,
            papers: None,
            passing: Vec::new(),
            dirty: Dirty::everything(),
        };
        for flow in flows {
            wallet.begin(flow);
        }
        let effects = wallet.work_off(context);
        Ok((wallet, effects))
    }

    /// Takes one event.
    pub fn handle(&mut self, event: Event, context: &mut Context<'_>) -> Vec<Effect> {
        if self.today != context.today {
            self.today = context.today;
            self.dirty.items();
        }
        self.work.push_back(Work::Event(event));
        self.work_off(context)
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
        let parts = self.changed_parts();
        if !parts.is_empty() {
            effects.push(Effect::Show(parts));
        }
        effects
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
            Event::Woke { wake } => self.woke(wake),
            Event::Encouraged => self.hurry(),
        }
    }

    // ---- transactions

    fn commit(
        &mut self,
        changes: Vec<Change>,
        durability: Durability,
        then: Then,
        effects: &mut Vec<Effect>,
    ) {
        effects.push(Effect::Commit(self.books.batch(&changes, durability)));
        self.pending = Some(Pending { changes, then });
    }

    fn committed(&mut self, context: &mut Context<'_>, effects: &mut Vec<Effect>) {
        let Some(Pending { changes, then }) = self.pending.take() else {
            return;
        };
        let mut made_room = false;
        let mut begun = Vec::new();
        let mut restarted = Vec::new();
        let stepped = match &then {
            Then::Flow(flow, _) => Some(*flow),
            Then::Safe(_) | Then::Intent(_) => None,
        };
        let touched = self.touched(&changes);
        for change in &changes {
            self.dirty.note(change);
            match change {
                Change::Journal(flow, _) if self.books.flow(*flow).is_none() => begun.push(*flow),
                // Another flow has set it to another state: whatever it was waiting for is not wanted any more.
                Change::Journal(flow, _) if Some(*flow) != stepped => restarted.push(*flow),
                Change::End(flow) => self.forget_flow(*flow),
                Change::Delete(item) => {
                    made_room = true;
                    self.close_if_open(*item);
                }
                Change::Settle(_) => made_room = true,
                Change::Trust(safe) => {
                    self.set_meeting(None);
                    // It has just said who it is.
                    self.reach.insert(safe.id, Reach::Answers);
                }
                _ => {}
            }
        }
        self.books.apply(changes);
        for flow in begun {
            let locked = self.books.flow(flow).map_or_else(Vec::new, Flow::items);
            for item in locked {
                self.close_if_open(item);
            }
            self.begin(flow);
        }
        for flow in restarted {
            self.begin(flow);
        }
        if made_room {
            self.resume_suspended();
        }
        self.rouse(&touched);
        match then {
            Then::Flow(flow, next) if self.books.flow(flow).is_some() => {
                let running = self.running.of(flow);
                running.asks = 0;
                running.attempts = 0;
                self.proceed(flow, next, context, effects);
            }
            // No progress of the flow: its waits go on growing.
            Then::Safe(flow) => self.begin(flow),
            Then::Flow(..) | Then::Intent(_) => {}
        }
    }

    fn commit_failed(
        &mut self,
        error: CommitError,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        let (waiting, kind) = match error {
            CommitError::Fenced => {
                self.halted = Some(Phase::Fenced);
                self.dirty.phase();
                return;
            }
            CommitError::Full => (Waiting::StorageFull, Kind::StorageFull),
            CommitError::Failed => (Waiting::StorageFailed, Kind::StorageFailed),
        };
        match pending.then {
            Then::Flow(flow, _) | Then::Safe(flow) => {
                self.proceed(flow, Next::Wait(waiting), context, effects);
            }
            Then::Intent(intent) => {
                self.tell(kind, context);
                let wake = self.token();
                let name = FlowId::make(context.rng);
                self.wakes
                    .insert(wake, Sleeper::Intent(name, intent, waiting));
                self.dirty.jobs();
                effects.push(Effect::Wake {
                    wake,
                    after_ms: INTENT_WAIT_MS,
                });
            }
        }
    }

    fn woke(&mut self, wake: u64) {
        match self.wakes.remove(&wake) {
            Some(Sleeper::Flow(flow)) if self.awaits(flow, &Awaiting::Wake(wake)) => {
                self.begin(flow);
            }
            Some(Sleeper::Intent(_, intent, _)) => self.want_again(intent),
            Some(Sleeper::Flow(_)) | None => {}
        }
    }

    // ---- flows

    fn begin(&mut self, flow: FlowId) {
        let has_turn = self.take_turn(flow);
        let running = self.running.of(flow);
        self.dirty.jobs();
        if has_turn {
            running.awaiting = Awaiting::Turn;
            self.work.push_back(Work::Drive(flow, Input::Start));
        } else {
            running.awaiting = Awaiting::Line;
            self.line.push_back(flow);
        }
    }

    /// Whether the flow may work with its safe now.
    fn take_turn(&mut self, flow: FlowId) -> bool {
        let Some(safe) = self.books.flow(flow).and_then(Flow::safe) else {
            return true;
        };
        let busy = self.busy.of(safe);
        busy.contains_key(&flow) || (busy.len() < MOST_AT_ONE_SAFE && busy.add(flow))
    }

    /// The flow rests or has ended: whoever waits for the same safe may begin.
    fn leave(&mut self, flow: FlowId) {
        let left = self
            .busy
            .values_mut()
            .any(|busy| busy.remove(&flow).is_some());
        if !left {
            return;
        }
        for next in core::mem::take(&mut self.line) {
            if self.awaits(next, &Awaiting::Line) {
                self.begin(next);
            }
        }
    }

    fn drive(
        &mut self,
        id: FlowId,
        input: Input,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let (Some(flow), Some(running)) = (self.books.flow(id), self.running.get_mut(&id)) else {
            return;
        };
        running.awaiting = Awaiting::Turn;
        let loaded = match &input {
            Input::Loaded(body) => Some(body.clone()),
            _ => None,
        };
        let desk = Desk {
            id,
            books: &self.books,
            now: UnixTime(context.now_ms / 1_000),
            body: running.body.as_ref(),
        };
        let step = flow.step(input, &desk, context.rng);
        if let Some(body) = loaded {
            running.body = body;
        }
        self.dirty.jobs();
        if step.changes.is_empty() {
            self.proceed(id, step.next, context, effects);
        } else {
            let then = Then::Flow(id, step.next);
            self.commit(step.changes, step.durability, then, effects);
        }
    }

    fn proceed(
        &mut self,
        id: FlowId,
        next: Next,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let token = self.token();
        let missing = match next {
            Next::NoRoom(missing) => Some(missing),
            _ => None,
        };
        let awaiting = match next {
            Next::Load(item) => {
                self.loads.insert(token, LoadFor::Flow(id));
                effects.push(Effect::Load { load: token, item });
                Awaiting::Load(token)
            }
            Next::Ask(..) if self.asked_too_often(id) => {
                return self.proceed(id, Next::Wait(Waiting::SafeFailed), context, effects);
            }
            Next::Ask(safe, request, question) => {
                let now = self.safe_time(safe, context.now_ms);
                let sealed = self
                    .books
                    .safe(safe)
                    .and_then(|safe| client::ask(safe, &question, request, now, context.rng));
                let Some(sealed) = sealed else {
                    return self.proceed(id, Next::Wait(Waiting::KeyChanged), context, effects);
                };
                self.asks
                    .insert(token, Asked::Flow(id, safe, sealed.expected));
                effects.push(Effect::Ask(Ask {
                    ask: token,
                    url: sealed.url,
                    headers: sealed.headers,
                    body: Some(sealed.body),
                }));
                Awaiting::Ask(token)
            }
            Next::Wait(waiting) => {
                let running = self.running.of(id);
                running.waiting = Some(waiting);
                running.asks = 0;
                running.attempts = running.attempts.saturating_add(1);
                let after_ms = wait_ms(running.attempts, context);
                self.wakes.insert(token, Sleeper::Flow(id));
                effects.push(Effect::Wake {
                    wake: token,
                    after_ms,
                });
                Awaiting::Wake(token)
            }
            Next::LoadAll(items) => {
                let mut items = items;
                items.reverse();
                let Some(first) = items.pop() else {
                    return self
                        .work
                        .push_back(Work::Drive(id, Input::Gathered(Vec::new())));
                };
                self.loads.insert(token, LoadFor::Gathering(id, first));
                effects.push(Effect::Load {
                    load: token,
                    item: first,
                });
                let running = self.running.of(id);
                running.to_load = items;
                running.gathered.clear();
                Awaiting::Load(token)
            }
            Next::Rest => Awaiting::Rest,
            Next::NoRoom(_) => Awaiting::Room,
            Next::Again => return self.begin(id),
            Next::Nothing => return,
        };
        if let Some(missing) = missing {
            self.tell_of_room(id, missing, context);
        }
        if matches!(
            awaiting,
            Awaiting::Wake(_) | Awaiting::Room | Awaiting::Rest
        ) {
            self.leave(id);
        }
        let running = self.running.of(id);
        running.awaiting = awaiting;
        self.dirty.jobs();
    }

    fn loaded(
        &mut self,
        load: u64,
        body: Option<Body>,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        match self.loads.remove(&load) {
            Some(LoadFor::Flow(flow)) if self.awaits(flow, &Awaiting::Load(load)) => {
                self.drive(flow, Input::Loaded(body), context, effects);
            }
            Some(LoadFor::Gathering(flow, item)) if self.awaits(flow, &Awaiting::Load(load)) => {
                self.gather(flow, item, body, context, effects);
            }
            Some(LoadFor::Opened(item)) => self.show_opened(item, body),
            Some(LoadFor::Paper(item)) => self.paper_loaded(item, body, effects),
            Some(LoadFor::Flow(_) | LoadFor::Gathering(..)) | None => {}
        }
    }

    /// One of several bodies was read: the next one, or all of them to the flow.
    fn gather(
        &mut self,
        flow: FlowId,
        item: ItemId,
        body: Option<Body>,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let load = self.token();
        let running = self.running.of(flow);
        running.gathered.extend(body.map(|body| (item, body)));
        if let Some(item) = running.to_load.pop() {
            running.awaiting = Awaiting::Load(load);
            self.loads.insert(load, LoadFor::Gathering(flow, item));
            effects.push(Effect::Load { load, item });
        } else {
            let gathered = core::mem::take(&mut running.gathered);
            self.drive(flow, Input::Gathered(gathered), context, effects);
        }
    }

    /// The groups that changes are about, and those that wait for them.
    fn touched(&self, changes: &[Change]) -> Set<GroupId> {
        let mut groups = Set::default();
        for change in changes {
            let of_item = |id: &ItemId| self.books.item(*id).and_then(Item::group);
            let group = match change {
                Change::Put(_, Item::Group(group), _) => {
                    if let Some(old) = group.replaces {
                        groups.add(old);
                    }
                    Some(group.id)
                }
                Change::Put(_, item, _) => item.group(),
                Change::Delete(id) => of_item(id),
                Change::Journal(_, flow) => flow.group(&self.books),
                Change::End(id) => self.books.flow(*id).and_then(|it| it.group(&self.books)),
                _ => None,
            };
            let flow = match change {
                Change::Journal(_, flow) => Some(flow),
                Change::End(id) => self.books.flow(*id),
                _ => None,
            };
            // Before it has a group of its own, the group it is to replace waits for it all the same.
            if let Some(Flow::Protect(protect)) = flow
                && let Some(old) = protect.replaces
            {
                groups.add(old);
            }
            if let Some(group) = group {
                groups.add(group);
                let known = self.books.group(group).and_then(|group| group.replaces);
                if let Some(old) = known {
                    groups.add(old);
                }
            }
        }
        groups
    }

    /// Starts every flow that rests until something of its group changes, or is just reading what there was before.
    fn rouse(&mut self, touched: &Set<GroupId>) {
        if touched.len() == 0 {
            return;
        }
        let resting: Vec<FlowId> = self
            .running
            .iter()
            .filter(|(_, running)| match running.awaiting {
                Awaiting::Rest => true,
                Awaiting::Load(load) => {
                    matches!(self.loads.get(&load), Some(LoadFor::Gathering(..)))
                }
                _ => false,
            })
            .map(|(id, _)| *id)
            .filter(|id| {
                let group = self.books.flow(*id).and_then(|it| it.group(&self.books));
                group.is_some_and(|group| touched.contains_key(&group))
            })
            .collect();
        for flow in resting {
            self.begin(flow);
        }
    }

    fn answered(
        &mut self,
        ask: u64,
        answer: Option<Answer>,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        match self.asks.remove(&ask) {
            Some(Asked::Flow(flow, safe, expected)) if self.awaits(flow, &Awaiting::Ask(ask)) => {
                let answer = answer.as_ref().map(|a| (a.status, a.body.as_slice()));
                let verdict = client::read(&expected, answer);
                self.judge(flow, safe, verdict, context, effects);
            }
            Some(Asked::Rekey(flow, safe)) if self.awaits(flow, &Awaiting::Ask(ask)) => {
                self.rekey(flow, safe, answer, context, effects);
            }
            Some(Asked::Meet(address)) => self.met(&address, answer),
            Some(Asked::Flow(..) | Asked::Rekey(..)) | None => {}
        }
    }

    /// What a safe's answer means for the flow that asked.
    fn judge(
        &mut self,
        flow: FlowId,
        safe: SafeId,
        verdict: Verdict,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let reach = match &verdict {
            Verdict::Unknown(Waiting::Unreachable | Waiting::Garbled) => Reach::Silent,
            _ => Reach::Answers,
        };
        self.set_reach(safe, reach);
        let input = match verdict {
            Verdict::Unknown(waiting) => {
                return self.proceed(flow, Next::Wait(waiting), context, effects);
            }
            Verdict::Clock(time) => {
                let here = i64::try_from(context.now_ms / 1_000).unwrap_or(i64::MAX);
                let there = i64::try_from(time.0).unwrap_or(i64::MAX);
                self.clocks.insert(safe, there.saturating_sub(here));
                let running = self.running.of(flow);
                running.clock_retries += 1;
                if running.clock_retries > CLOCK_RETRIES {
                    running.clock_retries = 0;
                    return self.proceed(flow, Next::Wait(Waiting::Clock), context, effects);
                }
                return self.begin(flow);
            }
            Verdict::Rekey => {
                let ask = self.token();
                if let Some(known) = self.books.safe(safe) {
                    effects.push(descriptor_request(ask, &known.address));
                    self.asks.insert(ask, Asked::Rekey(flow, safe));
                    self.running.of(flow).awaiting = Awaiting::Ask(ask);
                }
                return;
            }
            Verdict::Registered(certificate) => Input::Registered(certificate),
            Verdict::Recovered(recovered) => Input::Recovered(recovered),
            Verdict::Ended(receipt) => Input::Ended(receipt),
            Verdict::Refused(problem) => Input::Refused(problem),
        };
        let running = self.running.of(flow);
        running.clock_retries = 0;
        running.waiting = None;
        self.drive(flow, input, context, effects);
    }

    /// A safe may change the key bodies are sealed to, never the key it signs with: that one is who it is.
    fn rekey(
        &mut self,
        flow: FlowId,
        safe: SafeId,
        answer: Option<Answer>,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(known) = self.books.safe(safe) else {
            return;
        };
        let Some(answer) = answer else {
            return self.proceed(flow, Next::Wait(Waiting::Unreachable), context, effects);
        };
        match Descriptor::read(&answer.body, &known.address) {
            Ok(descriptor)
                if descriptor.id == safe
                    && descriptor.sealing_key != known.sealing_key
                    && descriptor.time > known.attested_at =>
            {
                let mut renewed = known.clone();
                renewed.sealing_key = descriptor.sealing_key;
                renewed.attested_at = descriptor.time;
                let trust = alloc::vec![Change::Trust(renewed)];
                let then = Then::Safe(flow);
                self.commit(trust, Durability::Strict, then, effects);
            }
            Ok(descriptor) if descriptor.id == safe => {
                self.proceed(flow, Next::Wait(Waiting::Garbled), context, effects);
            }
            Ok(_) => {
                self.tell(Kind::SafeKeyChanged, context);
                self.proceed(flow, Next::Wait(Waiting::KeyChanged), context, effects);
            }
            Err(_) => self.proceed(flow, Next::Wait(Waiting::Garbled), context, effects),
        }
    }

    /// Starts every flow whose next attempt is due later.
    fn hurry(&mut self) {
        let waiting: Vec<FlowId> = self
            .running
            .iter()
            .filter(|(_, running)| matches!(running.awaiting, Awaiting::Wake(_)))
            .map(|(id, _)| *id)
            .collect();
        for flow in waiting {
            self.begin(flow);
        }
        // The last first, because each goes in front of the line.
        for (_, sleeper) in core::mem::take(&mut self.wakes).into_iter().rev() {
            if let Sleeper::Intent(_, intent, _) = sleeper {
                self.want_again(intent);
            }
        }
    }

    /// A wish that could not be stored comes before everything that was wanted after it, or it would undo that.
    fn want_again(&mut self, intent: Intent) {
        self.dirty.jobs();
        self.work.push_front(Work::Event(Event::Intent(intent)));
    }

    /// Counts a request; true if the flow has sent too many that led to nothing.
    fn asked_too_often(&mut self, flow: FlowId) -> bool {
        let running = self.running.of(flow);
        running.asks += 1;
        running.asks > MOST_ASKS
    }

    fn resume_suspended(&mut self) {
        let suspended: Vec<FlowId> = self
            .running
            .iter()
            .filter(|(_, running)| running.awaiting == Awaiting::Room)
            .map(|(id, _)| *id)
            .collect();
        for flow in suspended {
            self.begin(flow);
        }
    }

    fn forget_flow(&mut self, flow: FlowId) {
        self.running.remove(&flow);
        self.leave(flow);
        self.asks.retain(|asked| match asked {
            Asked::Flow(id, ..) | Asked::Rekey(id, _) => *id != flow,
            Asked::Meet(_) => true,
        });
        self.wakes
            .retain(|sleeper| !matches!(sleeper, Sleeper::Flow(id) if *id == flow));
    }

    fn awaits(&self, flow: FlowId, awaiting: &Awaiting) -> bool {
        self.running
            .get(&flow)
            .is_some_and(|running| running.awaiting == *awaiting)
    }

    // ---- small things

    fn token(&mut self) -> u64 {
        self.last_token += 1;
        self.last_token
    }

    /// The time at a safe, as far as it is known.
    fn safe_time(&self, safe: SafeId, now_ms: u64) -> UnixTime {
        let offset = self.clocks.get(&safe).copied().unwrap_or(0);
        UnixTime((now_ms / 1_000).saturating_add_signed(offset))
    }

    fn set_reach(&mut self, safe: SafeId, reach: Reach) {
        if self.reach.insert(safe, reach) != Some(reach) {
            self.dirty.safes();
        }
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
        let same = |notice: &Notice| {
            core::mem::discriminant(&notice.kind) == core::mem::discriminant(&kind)
                && notice.subject == subject
        };
        self.passing.retain(|notice| !same(notice));
        self.passing.push(Notice {
            id: ItemId::make(context.rng),
            at: UnixTime(context.now_ms / 1_000),
            subject,
            safe: String::new(),
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

/// Doubling waits with up to a quarter of jitter, so that a safe that comes back is not asked by everyone at once.
fn wait_ms(attempts: u32, context: &mut Context<'_>) -> u64 {
    let doubled = FIRST_WAIT_MS.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    let wait = doubled.min(LONGEST_WAIT_MS);
    let [random] = saifu_crypto::make_bytes::<1>(context.rng);
    wait + wait * u64::from(random) / 1_024
}

impl Wallet {
    fn changed_parts(&mut self) -> Vec<Part> {
        let dirty = core::mem::take(&mut self.dirty);
        self.parts(dirty)
    }
}
