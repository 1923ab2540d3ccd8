//! Flows at work: their turn, their next move, and what each waits for.

use super::{Asked, Awaiting, Gatherer, Gathering, LoadFor, Sleeper, Then, Wallet, Work};
use crate::client::{self, Question, To};
use crate::flow::{Desk, Flow, Input, Next};
use crate::ids::{FlowId, ItemId};
use crate::intent::Intent;
use crate::port::{Ask, Body, Context, Effect, Event};
use crate::view::Waiting;
use alloc::vec::Vec;
use saifu_protocol::{RequestId, SafeId, UnixTime};

/// First wait before an attempt is repeated, in milliseconds; doubled each time.
const FIRST_WAIT_MS: u64 = 1_000;
/// Longest wait before an attempt is repeated, in milliseconds.
const LONGEST_WAIT_MS: u64 = 300_000;
/// Longest time until a safe is asked again that has said from when on it hands something out, in milliseconds.
const LONGEST_NOT_YET_MS: u64 = 3_600_000;
/// How many requests a flow sends one after the other without anything coming of them that is worth storing. A safe that
/// lies, or forgets, must not be able to keep a wallet busy.
const MOST_ASKS: u32 = 4;
/// How many flows are at work with one safe at a time. More would only share the line to it, and all time out together.
pub(super) const MOST_AT_ONE_SAFE: usize = 4;

impl Wallet {
    pub(super) fn begin(&mut self, flow: FlowId) {
        let has_turn = self.take_turn(flow);
        self.dirty.flow(flow, &self.books);
        let running = self.running.of(flow);
        if has_turn {
            running.awaiting = Awaiting::Turn;
            self.work.push_back(Work::Drive(flow, Input::Start));
        } else {
            running.awaiting = Awaiting::Line;
            self.line.push_back(flow);
        }
    }

    /// Whether the flow may work with its safe now. It may have been at work with another one before.
    fn take_turn(&mut self, flow: FlowId) -> bool {
        let here = self.books.flow(flow).and_then(Flow::safe);
        self.depart(flow, |safe| Some(safe) != here);
        let Some(safe) = here else {
            return true;
        };
        let busy = self.busy.of(safe);
        busy.contains_key(&flow) || (busy.len() < MOST_AT_ONE_SAFE && busy.add(flow))
    }

    /// The flow rests or has ended.
    fn leave(&mut self, flow: FlowId) {
        self.depart(flow, |_| true);
    }

    /// The flow is at work with these safes no more: whoever waits for one of them may begin.
    fn depart(&mut self, flow: FlowId, is_left: impl Fn(SafeId) -> bool) {
        let mut has_left = false;
        for (safe, busy) in self.busy.iter_mut() {
            has_left |= is_left(*safe) && busy.remove(&flow).is_some();
        }
        if !has_left {
            return;
        }
        for next in core::mem::take(&mut self.line) {
            if self.awaits(next, &Awaiting::Line) {
                self.begin(next);
            }
        }
    }

    pub(super) fn drive(
        &mut self,
        id: FlowId,
        input: Input,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        self.note_channel(id, context.now_ms);
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
            stretch: context.stretch,
            lock: self.lock,
            body: running.body.as_ref(),
            attempts: running.attempts,
            waiting: running.waiting,
        };
        let step = flow.step(input, &desk, context.rng);
        if let Some(body) = loaded {
            running.body = body;
        }
        self.dirty.flow(id, &self.books);
        if step.changes.is_empty() {
            self.proceed(id, step.next, context, effects);
        } else {
            let then = Then::Flow(id, step.next);
            self.commit(step.changes, step.durability, then, effects);
        }
    }

    pub(super) fn proceed(
        &mut self,
        id: FlowId,
        next: Next,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let awaiting = match next {
            Next::Load(item) => Awaiting::Load(self.load(item, LoadFor::Flow(id), effects)),
            Next::LoadAll(items) => {
                self.running.of(id).gathering = Gathering::of(items);
                match self.load_next(Gatherer::Flow(id), effects) {
                    Some(load) => Awaiting::Load(load),
                    None => {
                        let nothing = Input::Gathered(Vec::new());
                        return self.work.push_back(Work::Drive(id, nothing));
                    }
                }
            }
            Next::Ask(safe, request, question) => {
                match self.ask(id, safe, request, &question, context, effects) {
                    Ok(ask) => Awaiting::Ask(ask),
                    Err(why) => Awaiting::Wake(self.sleep(id, why, context, effects)),
                }
            }
            Next::Wait(why) => Awaiting::Wake(self.sleep(id, why, context, effects)),
            Next::Rest => Awaiting::Rest,
            Next::NoRoom(missing) => {
                self.lack_room(id, missing, context);
                Awaiting::Room
            }
            Next::Again => return self.begin(id),
            Next::Nothing => return,
        };
        if matches!(
            awaiting,
            Awaiting::Wake(_) | Awaiting::Room | Awaiting::Rest
        ) {
            self.leave(id);
        }
        let running = self.running.of(id);
        running.awaiting = awaiting;
        self.dirty.flow(id, &self.books);
    }

    /// Asks a safe on behalf of a flow. Answers by which token the answer comes, or why there will be none.
    fn ask(
        &mut self,
        id: FlowId,
        safe: SafeId,
        request: RequestId,
        question: &Question,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) -> Result<u64, Waiting> {
        if self.asked_too_often(id) {
            return Err(Waiting::SafeFailed);
        }
        let now = self.safe_time(safe, context.now_ms);
        let channel = self.channel(id, safe);
        let channel = channel.as_ref();
        let known = self.books.safe(safe).map(|safe| To { safe, channel });
        let sealed = known.and_then(|to| client::ask(&to, question, request, now, context.rng));
        let sealed = sealed.ok_or(Waiting::KeyChanged)?;
        let ask = self.token();
        let asked = Asked::Flow(id, safe, sealed.expected);
        self.asks.insert(ask, asked);
        effects.push(Effect::Ask(Ask {
            ask,
            url: sealed.url,
            headers: sealed.headers,
            body: Some(sealed.body),
        }));
        Ok(ask)
    }

    /// The flow starts again after a while. Answers by which token it is woken.
    fn sleep(
        &mut self,
        id: FlowId,
        why: Waiting,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) -> u64 {
        if is_of_the_way(why) {
            self.keep(id, context, effects);
        }
        let wake = self.token();
        let running = self.running.of(id);
        running.waiting = Some(why);
        running.asks = 0;
        running.attempts = match why {
            // A safe does not become another version from one second to the next.
            Waiting::TooOld => u32::MAX,
            _ => running.attempts.saturating_add(1),
        };
        let attempts = running.attempts;
        let after_ms = match why {
            Waiting::NotYet { until } => self.until_ms(id, until, context),
            _ => None,
        };
        let after_ms = after_ms.unwrap_or_else(|| wait_ms(attempts, context));
        let due = context.now_ms.saturating_add(after_ms) / 1_000;
        self.running.of(id).next_try = Some(UnixTime(due));
        self.wakes.insert(wake, Sleeper::Flow(id));
        effects.push(Effect::Wake { wake, after_ms });
        wake
    }

    /// How long it is until a time at the flow's safe: that it is tried before is of no use, except to hear of an owner who has
    /// said something meanwhile. None if it is over already, as a safe must not be able to keep a wallet busy.
    fn until_ms(&self, id: FlowId, until: UnixTime, context: &mut Context<'_>) -> Option<u64> {
        let safe = self.books.flow(id).and_then(Flow::safe)?;
        let now = self.safe_time(safe, context.now_ms);
        let left = until.0.checked_sub(now.0).filter(|left| *left > 0)?;
        let [random] = saifu_crypto::make_bytes::<1>(context.rng);
        let left_ms = left.saturating_mul(1_000).min(LONGEST_NOT_YET_MS);
        Some(left_ms + FIRST_WAIT_MS * u64::from(random) / 256)
    }

    pub(super) fn loaded(
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
            Some(LoadFor::Next(Gatherer::Flow(flow), item))
                if self.awaits(flow, &Awaiting::Load(load)) =>
            {
                self.gather(flow, item, body, context, effects);
            }
            Some(LoadFor::Next(Gatherer::Papers, item)) => {
                self.paper_loaded(item, body, context, effects)
            }
            Some(LoadFor::Opened(item)) => self.show_opened(item, body),
            Some(LoadFor::Flow(_) | LoadFor::Next(Gatherer::Flow(_), _)) | None => {}
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
        self.running.of(flow).gathering.take(item, body);
        let next = self.load_next(Gatherer::Flow(flow), effects);
        let running = self.running.of(flow);
        if let Some(load) = next {
            running.awaiting = Awaiting::Load(load);
        } else {
            let read = core::mem::take(&mut running.gathering.read);
            self.drive(flow, Input::Gathered(read), context, effects);
        }
    }

    /// Counts a request; true if the flow has sent too many that led to nothing.
    fn asked_too_often(&mut self, flow: FlowId) -> bool {
        let running = self.running.of(flow);
        running.asks += 1;
        running.asks > MOST_ASKS
    }

    pub(super) fn woke(&mut self, wake: u64, context: &mut Context<'_>, effects: &mut Vec<Effect>) {
        match self.wakes.remove(&wake) {
            Some(Sleeper::Flow(flow)) if self.awaits(flow, &Awaiting::Wake(wake)) => {
                self.begin(flow);
            }
            Some(Sleeper::Intent(_, intent, _)) => self.want_again(intent),
            Some(Sleeper::Watch) => self.watch(context, effects),
            Some(Sleeper::Flow(_)) | None => {}
        }
    }

    /// Starts every flow whose next attempt is due later, and those that wait for an authenticator: what it is to sign may have
    /// grown old.
    pub(super) fn hurry(&mut self) {
        let books = &self.books;
        let is_login = |id: &FlowId| matches!(books.flow(*id), Some(Flow::Login(_)));
        let waiting: Vec<FlowId> = self
            .running
            .iter()
            .filter(|(id, running)| match running.awaiting {
                Awaiting::Wake(_) => true,
                Awaiting::Rest => is_login(id),
                _ => false,
            })
            .map(|(id, _)| *id)
            .collect();
        for flow in waiting {
            self.begin(flow);
        }
        // Those that were waited for have begun.
        self.wakes.retain(|it| !matches!(it, Sleeper::Flow(_)));
        self.want_all_again(|_| true);
    }

    /// Tries the wishes again that wait for such a reason. The last first, because each goes in front of the line.
    pub(super) fn want_all_again(&mut self, which: impl Fn(Waiting) -> bool) {
        for (wake, sleeper) in core::mem::take(&mut self.wakes).into_iter().rev() {
            match sleeper {
                Sleeper::Intent(_, intent, why) if which(why) => self.want_again(intent),
                sleeper => {
                    self.wakes.insert(wake, sleeper);
                }
            }
        }
    }

    /// A wish that could not be stored comes before everything that was wanted after it, or it would undo that.
    fn want_again(&mut self, intent: Intent) {
        self.dirty.jobs();
        self.work.push_front(Work::Event(Event::Intent(intent)));
    }

    pub(super) fn forget_flow(&mut self, flow: FlowId) {
        self.running.remove(&flow);
        self.leave(flow);
        self.asks.retain(|asked| match asked {
            Asked::Flow(id, ..) | Asked::Rekey(id, _) => *id != flow,
            Asked::Meet(_) | Asked::Safe(_) | Asked::Watch(..) => true,
        });
        self.wakes
            .retain(|sleeper| !matches!(sleeper, Sleeper::Flow(id) if *id == flow));
    }

    pub(super) fn awaits(&self, flow: FlowId, awaiting: &Awaiting) -> bool {
        self.running
            .get(&flow)
            .is_some_and(|running| running.awaiting == *awaiting)
    }
}

/// Whether the same request may be answered at another time: its safe was not reached, or could not.
pub(super) fn is_of_the_way(why: Waiting) -> bool {
    match why {
        Waiting::Unreachable | Waiting::Garbled | Waiting::SafeFailed => true,
        Waiting::TooOld
        | Waiting::TooManyGuesses
        | Waiting::OtherSafeSilent
        | Waiting::EndingFirst
        | Waiting::LogIn
        | Waiting::Clock
        | Waiting::RolledBack
        | Waiting::OpenElsewhere
        | Waiting::NotYet { .. }
        | Waiting::Frozen { .. }
        | Waiting::KeyChanged
        | Waiting::SecondMethod
        | Waiting::StorageFull
        | Waiting::StorageFailed => false,
    }
}

/// Doubling waits with up to a quarter of jitter, so that a safe that comes back is not asked by everyone at once.
fn wait_ms(attempts: u32, context: &mut Context<'_>) -> u64 {
    let doubled = FIRST_WAIT_MS.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    let wait = doubled.min(LONGEST_WAIT_MS);
    let [random] = saifu_crypto::make_bytes::<1>(context.rng);
    wait + wait * u64::from(random) / 1_024
}
