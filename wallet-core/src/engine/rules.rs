//! Rules at work: when the wallet looks at them, what a look begins, and how room is made.
//!
//! The wallet looks whenever the platform says something and whenever a value has come, gone or changed. What is due begins a
//! [`Round`] in the transaction that stores what was seen, so that nothing is due twice and nothing is forgotten.
//! Without a network nothing could be carried out, and values would be locked for nothing: then it does not look, and finds
//! at the next look what has begun meanwhile.

use super::{Awaiting, Running, Sleeper, Then, Wallet};
use crate::books::Change;
use crate::flow::{Flow, Load, Round};
use crate::ids::{FlowId, ItemId};
use crate::intent::Intent;
use crate::map::Set;
use crate::owner::Owner;
use crate::plan::check::{Operator, Seat};
use crate::plan::offer::{Candidate, Offer, Stake};
use crate::plan::{Plan, PlanError};
use crate::port::{Context, Durability, Effect};
use crate::rules::trigger::{Network, Signals, WhileClosed, cause, lacks, next_time};
use crate::rules::{
    Apart, BackUp, Counts, Does, Entry, Lies, Lock, Moment, Reading, Rule, RuleBook, RuleId,
    RuleProblem, RuleState, Rules, Selection, Shortage, Subject, Surroundings, Told, Way, Why,
    subjects,
};
use crate::view::{Draft, Meant, Reach, RoundCard, RuleCard, RulesView, Waiting};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;
use saifu_protocol::value::Date;

/// How many values a preview names.
const MOST_SHOWN: usize = 100;

/// How long rules that make space for the browser are left to themselves, in milliseconds: what they move may come to nothing, and
/// must not begin anew with each attempt of what waits.
const BETWEEN_SPACE_MS: u64 = 60_000;

/// What the wallet sees and has seen.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// What the platform said last; nothing before it has said anything.
    reading: Option<Reading>,
    /// What was seen at the last look.
    look: Option<Signals>,
    counts: Counts,
    /// Whether the platform has spoken since the last look.
    is_read: bool,
    /// What is to be reminded of while the wallet is closed, once that was said.
    reminder: Option<Option<UnixTime>>,
    /// Whether something has changed since.
    pub(super) is_due: bool,
    /// What waits for room that the rules are to make.
    wanted: Option<(FlowId, u64)>,
    /// How many bytes the browser had no space for, the last time it had none. They are not stored: there was no space.
    refused: u64,
    /// Whether the rules are to make space for them.
    wants_space: bool,
    /// When they last began to, in milliseconds.
    spaced_ms: u64,
    /// What time it is where the owner is, as of the last event.
    at: Option<Moment>,
    /// Whether the rules are being looked at by their owner, and what they are putting together.
    shown: Option<Option<Box<Rule>>>,
}

impl Watch {
    pub(super) fn of(look: Option<Signals>) -> Self {
        let counts = look.map(|look| Counts {
            opened: look.opened,
            changes: look.changes,
        });
        let Counts { opened, changes } = counts.unwrap_or_default();
        let opened = opened.saturating_add(1);
        Self {
            look,
            counts: Counts { opened, changes },
            ..Self::default()
        }
    }

    pub(super) fn is_on_line(&self) -> bool {
        self.reading.is_some_and(|it| it.network == Network::On)
    }

    /// Whether the device says that there is no network. One that says nothing may have one.
    pub(super) fn is_off_line(&self) -> bool {
        self.reading.is_some_and(|it| it.network == Network::Off)
    }

    /// What time it was at the last event.
    pub(super) fn now(&self) -> UnixTime {
        self.at.map_or(UnixTime(0), |at| at.now)
    }

    pub(super) fn is_shown(&self) -> bool {
        self.shown.is_some()
    }
}

impl Wallet {
    /// What the platform says now.
    pub(super) fn read(&mut self, reading: Reading) {
        let before = self.watch.reading.replace(reading);
        self.watch.is_read = true;
        self.watch.is_due = true;
        // What a rule lacks depends on which signals there are; what can be tried, on the network.
        let has = |reading: &Reading| {
            (
                reading.battery.is_some(),
                reading.device_used_at.is_some(),
                reading.connection.is_some(),
                reading.quota_room.is_some(),
                reading.while_closed,
                reading.network,
            )
        };
        if before.as_ref().map(has) != Some(has(&reading)) {
            self.dirty.rules();
        }
    }

    /// Has whoever is woken while the wallet is closed know when a time comes that a rule names, and nothing of the rule.
    pub(super) fn remind(&mut self, effects: &mut Vec<Effect>) {
        let reading = self.watch.reading;
        if reading.is_none_or(|it| it.while_closed == WhileClosed::Sleeps) {
            return;
        }
        let values = subjects(&self.books);
        let around = self.surroundings();
        let Some(now) = around.and_then(|around| self.signals(&values, &around)) else {
            return;
        };
        let rules = self.books.rules().rules.iter();
        let on = rules.filter(|rule| rule.state == RuleState::On);
        let next = on.filter_map(|rule| next_time(&rule.when, &now)).min();
        if self.watch.reminder != Some(next) {
            self.watch.reminder = Some(next);
            effects.push(Effect::Remind(next));
        }
    }

    /// What time it is with this event.
    pub(super) fn tell_time(&mut self, context: &Context<'_>) {
        let before = self.watch.at.map(Moment::today);
        let at = Moment {
            now: UnixTime(context.now_ms / 1_000),
            offset_minutes: context.offset_minutes,
        };
        self.watch.at = Some(at);
        if self.watch.is_shown() && before != Some(at.today()) {
            self.dirty.rules();
        }
    }

    /// A value has come, gone or changed.
    pub(super) fn note_change(&mut self) {
        self.watch.counts.changes += 1;
        self.watch.is_due = true;
        let waits = |running: &Running| running.awaiting == Awaiting::Room;
        if self.watch.is_shown() || self.running.values().any(waits) {
            self.dirty.rules();
        }
    }

    /// What was seen is stored.
    pub(super) fn seen(&mut self, look: Signals) {
        self.watch.look = Some(look);
    }

    fn surroundings(&self) -> Option<Surroundings> {
        let ledger = self.books.ledger();
        Some(Surroundings {
            at: self.watch.at?,
            free: ledger.capacity.saturating_sub(self.books.used_bytes()),
        })
    }

    fn signals(&self, values: &[Subject<'_>], around: &Surroundings) -> Option<Signals> {
        let reading = self.watch.reading?;
        Some(reading.signals(around.at, self.watch.counts, around.free, values))
    }

    /// Looks, and begins what is due.
    pub(super) fn look(&mut self, context: &mut Context<'_>, effects: &mut Vec<Effect>) {
        self.watch.is_due = false;
        // Once each time the platform speaks: if it can't be stored, not before the next.
        if core::mem::take(&mut self.watch.is_read)
            && let Some(at) = self.watch.at
        {
            let changes = self.tell_of_deadlines(at, context);
            if !changes.is_empty() {
                self.watch.is_due = true;
                return self.commit(changes, Durability::Strict, Then::Upkeep, effects);
            }
        }
        if let Some((flow, missing)) = self.watch.wanted.take() {
            return self.make_room(flow, missing, context, effects);
        }
        if core::mem::take(&mut self.watch.wants_space) && !self.is_making_room() {
            let (changes, _) = self.rounds_for_room(self.watch.refused, context);
            if !changes.is_empty() {
                self.watch.spaced_ms = context.now_ms;
                // If there is no space for this either, the owner has been told, and the next attempt of what waits comes here again.
                return self.commit(changes, Durability::Strict, Then::Upkeep, effects);
            }
        }
        let is_on = |rule: &&Rule| rule.state == RuleState::On;
        let is_on_line = self.watch.is_on_line();
        let is_restoring = self.books.owner().is_some_and(Owner::is_restoring);
        let mut on = self.books.rules().rules.iter().filter(is_on).peekable();
        if on.peek().is_none() {
            return;
        }
        if !is_on_line || is_restoring {
            if let Some(look) = &mut self.watch.look {
                // That it was gone is all that is seen: it is there again at the next look.
                look.network = Network::Off;
            }
            return;
        }
        let Some(around) = self.surroundings() else {
            return;
        };
        let values = subjects(&self.books);
        let Some(now) = self.signals(&values, &around) else {
            return;
        };
        let Some(before) = self.watch.look else {
            self.watch.look = Some(now);
            return;
        };
        let due = |rule: &Rule| Some((rule.id, cause(&rule.when, &before, &now)?));
        let due: Vec<_> = on.filter_map(due).collect();
        if due.is_empty() {
            self.watch.look = Some(now);
            return;
        }
        let mut changes = Vec::new();
        let mut taken = self.in_line();
        for (rule, moment) in due {
            let why = Why::Due(moment);
            changes.extend(self.round(rule, why, None, &mut taken, context));
        }
        let book = RuleBook {
            look: Some(now),
            ..self.books.rules().clone()
        };
        changes.push(Change::Rule(Box::new(book)));
        self.commit(
            changes,
            Durability::Strict,
            Then::Look(Box::new(now)),
            effects,
        );
    }

    /// What rounds under way have not begun yet.
    fn in_line(&self) -> Set<ItemId> {
        let mut items = Set::default();
        for (_, flow) in self.books.flows() {
            if let Flow::Round(round) = flow {
                round.waiting().for_each(|item| {
                    items.add(item);
                });
            }
        }
        items
    }

    /// Steps 2-1 to 2-3: what the rule means now becomes a list of what is to be moved. With `enough`, no more than makes so many
    /// bytes of room, and what is needed last goes first.
    fn round(
        &self,
        rule: RuleId,
        why: Why,
        enough: Option<&mut u64>,
        taken: &mut Set<ItemId>,
        context: &mut Context<'_>,
    ) -> Option<Change> {
        let rules = &self.books.rules().rules;
        let rule = rules.get(rule)?;
        let mut found = self.means(rules, rule.id, taken)?.selected;
        found.retain(|item| !taken.contains_key(item));
        let left = match &rule.does {
            Does::BackUp(back_up) => {
                if let Some(missing) = enough {
                    found = self.needed_last(found, missing);
                }
                self.sends(back_up, &found)
            }
            Does::Fetch(_) => found.iter().copied().map(Load::Fetch).collect(),
        };
        if left.is_empty() {
            return None;
        }
        let began = UnixTime(context.now_ms / 1_000);
        let id = FlowId::make(context.rng);
        let entry = Entry {
            round: id,
            rule: rule.id,
            name: rule.name.clone(),
            why,
            way: way(rule),
            began,
            ended: began,
            named: Vec::new(),
            moved: 0,
            stayed: 0,
            parts: None,
        };
        let round = Round {
            entry,
            left,
            begun: Vec::new(),
        };
        round.waiting().for_each(|item| {
            taken.add(item);
        });
        Some(Change::Journal(id, Flow::Round(round)))
    }

    /// What a rule may move now, and what it may not, and why.
    fn means(&self, rules: &Rules, rule: RuleId, taken: &Set<ItemId>) -> Option<Selection> {
        let mut around = self.surroundings()?;
        let values = subjects(&self.books);
        match &rules.get(rule)?.does {
            Does::BackUp(back_up) => {
                let mut found = rules.to_back_up(rule, &values, &around);
                for item in core::mem::take(&mut found.selected) {
                    match self.plan_for(back_up, item) {
                        Ok(_) => found.selected.push(item),
                        Err(why) => found.apart.push((item, why)),
                    }
                }
                Some(found)
            }
            Does::Fetch(_) => {
                // What is coming already takes room, too.
                let is_coming = |it: &&Subject<'_>| {
                    let is_known = it.lock == Lock::Locked || taken.contains_key(&it.id);
                    it.lies == Lies::AtSafes && is_known
                };
                let coming: u64 = values.iter().filter(is_coming).map(|it| it.size).sum();
                around.free = around.free.saturating_sub(coming);
                Some(rules.to_fetch(rule, &values, &around))
            }
        }
    }

    /// Of these, those whose time comes last, until so much room is made.
    fn needed_last(&self, mut found: Vec<ItemId>, missing: &mut u64) -> Vec<ItemId> {
        let first_day = |item: &ItemId| {
            let value = self.books.value(*item)?;
            match Subject::of_summary(*item, value, Lock::Free).from {
                Told::Is(day) => Some(day),
                Told::Untold | Told::Lacks => None,
            }
        };
        found.sort_by_key(|item| core::cmp::Reverse(first_day(item).unwrap_or(Date::MIN)));
        let size = |item: &ItemId| self.books.value(*item).map_or(0, |value| value.size);
        let until = found.iter().position(|item| {
            let is_enough = *missing == 0;
            *missing = missing.saturating_sub(size(item));
            is_enough
        });
        found.truncate(until.unwrap_or(found.len()));
        found
    }

    /// By which plan, and at which safes, a rule sends a value. What runs unseen takes no weaker plan instead.
    ///
    /// # Errors
    /// Why there is none.
    fn plan_for(&self, back_up: &BackUp, item: ItemId) -> Result<(Plan, Vec<Seat>), Apart> {
        let value = self.books.value(item).ok_or(Apart::Unclear)?;
        let stake = Stake::of(&value.class, value.worth.as_ref()).behind(self.secret_kind());
        let plan = back_up
            .how
            .plan(self.books.policy(), stake.class, stake.money);
        let safes: Vec<Candidate> = self
            .books
            .safes()
            .map(|safe| Candidate {
                id: safe.id,
                operator: Operator::named(&safe.operator),
                reach: self.reach.get(&safe.id).copied().unwrap_or(Reach::Unknown),
            })
            .collect();
        let chosen: Vec<_> = back_up.safes.iter().copied().map(Some).collect();
        let checked = Offer::of(plan, &safes, &chosen, stake).checked;
        let checked = checked.map_err(|error| match error {
            PlanError::SecretTooWeak => Apart::SecretTooWeak,
            _ => Apart::TooFewSafes,
        })?;
        Ok((checked.plan().clone(), checked.seats().to_vec()))
    }

    /// The list of what is to be sent: values of one plan at one set of safes together.
    fn sends(&self, back_up: &BackUp, found: &[ItemId]) -> Vec<Load> {
        let mut loads: Vec<Load> = Vec::new();
        for item in found {
            let Ok((plan, seats)) = self.plan_for(back_up, *item) else {
                continue;
            };
            let same = loads.iter_mut().find_map(|load| match load {
                Load::Send {
                    plan: other,
                    seats: at,
                    values,
                } if **other == plan && *at == seats => Some(values),
                _ => None,
            });
            match same {
                Some(values) => values.push(*item),
                None => loads.push(Load::Send {
                    plan: Box::new(plan),
                    seats,
                    values: alloc::vec![*item],
                }),
            }
        }
        loads
    }

    // ---- room

    /// Something has found no room.
    pub(super) fn lack_room(&mut self, flow: FlowId, missing: u64, context: &mut Context<'_>) {
        let is_on_line = self.watch.is_on_line();
        // How much room they would make is shown while somebody waits for it.
        self.dirty.rules();
        let by_itself = self.books.rules().shortage == Shortage::MakeRoom;
        if self.is_making_room() {
            return;
        }
        if by_itself && is_on_line && self.is_owners(flow) {
            self.watch.wanted = Some((flow, missing));
            self.watch.is_due = true;
            return;
        }
        self.tell_of_room(flow, missing, context);
    }

    /// The browser had no space for so many bytes, whatever the wallet's own limit is. What was to be stored waits; the rules may
    /// make space as they make room. Registering takes some itself, so that may come too late, and nothing rests on it.
    pub(super) fn lack_space(&mut self, bytes: u64, is_owners: bool, context: &Context<'_>) {
        self.watch.refused = bytes;
        // How much they would free is shown while somebody waits for it.
        self.dirty.rules();
        let by_itself = self.books.rules().shortage == Shortage::MakeRoom;
        let is_on_line = self
            .watch
            .reading
            .is_some_and(|it| it.network == Network::On);
        let since = context.now_ms.saturating_sub(self.watch.spaced_ms);
        if by_itself && is_on_line && is_owners && since >= BETWEEN_SPACE_MS {
            self.watch.wants_space = true;
            self.watch.is_due = true;
        }
    }

    /// Whether a flow does what its owner wants done now. What a rule fetches does not send something else away, and neither
    /// does what the wallet does by itself.
    pub(super) fn is_owners(&self, flow: FlowId) -> bool {
        match self.books.flow(flow) {
            Some(Flow::Recover(flow)) => flow.by.is_owner(),
            Some(Flow::Reunite(flow)) => flow.by.is_owner(),
            // Nor does what a rule sends: it is what makes room.
            Some(Flow::Protect(flow)) => flow.by.is_owner(),
            Some(
                Flow::Add(_)
                | Flow::Register(_)
                | Flow::Rotate(_)
                | Flow::Enrol(_)
                | Flow::Login(_)
                | Flow::Order(_)
                | Flow::Decide(_)
                | Flow::Freeze(_)
                | Flow::Reread(_),
            ) => true,
            Some(
                Flow::Round(_)
                | Flow::Retire(_)
                | Flow::Hold(_)
                | Flow::Wake(_)
                | Flow::Rehearse(_)
                | Flow::Audit(_),
            )
            | None => false,
        }
    }

    fn is_making_room(&self) -> bool {
        self.books.flows().any(|(_, flow)| match flow {
            Flow::Round(round) => matches!(round.entry.why, Why::Room(_)),
            _ => false,
        })
    }

    /// The rules that are on make room. If they free too little, the owner is asked.
    fn make_room(
        &mut self,
        flow: FlowId,
        missing: u64,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        if self.books.flow(flow).is_none() || self.is_making_room() {
            return;
        }
        let (changes, left) = self.rounds_for_room(missing, context);
        if left > 0 {
            self.tell_of_room(flow, left, context);
        }
        if !changes.is_empty() {
            self.commit(changes, Durability::Strict, Then::Upkeep, effects);
        }
    }

    fn rounds_for_room(&self, missing: u64, context: &mut Context<'_>) -> (Vec<Change>, u64) {
        let mut left = missing;
        let mut taken = self.in_line();
        let sends = |rule: &&Rule| rule.state == RuleState::On && way(rule) == Way::BackUp;
        let sending = self.books.rules().rules.iter().filter(sends);
        let sending: Vec<RuleId> = sending.map(|rule| rule.id).collect();
        let mut changes = Vec::new();
        for rule in sending {
            if left == 0 {
                break;
            }
            let why = Why::Room(missing);
            changes.extend(self.round(rule, why, Some(&mut left), &mut taken, context));
        }
        (changes, left)
    }

    // ---- what the owner wants

    pub(super) fn intend_rule(
        &mut self,
        intent: &Intent,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let mut book = self.books.rules().clone();
        match intent {
            Intent::PutRule { rule } => {
                let mut rule = rule.clone();
                if rule.id == RuleId::NEW {
                    rule.id = RuleId::make(context.rng);
                }
                let is_on = |rule: &Rule| rule.state == RuleState::On;
                if !book.rules.iter().any(is_on) && is_on(&rule) {
                    // Nobody has looked for a while, and nobody wanted anybody to.
                    book.look = self
                        .surroundings()
                        .and_then(|around| self.signals(&subjects(&self.books), &around));
                    self.watch.look = book.look;
                }
                if book.rules.put(rule).is_err() {
                    return Vec::new();
                }
            }
            Intent::RemoveRule { rule } => book.rules.remove(*rule),
            Intent::RestoreRules => book.rules.restore_shipped(),
            Intent::SetShortage { shortage } => book.shortage = *shortage,
            Intent::RunRule { rule } => {
                let mut taken = self.in_line();
                let round = self.round(*rule, Why::Asked, None, &mut taken, context);
                return round.into_iter().collect();
            }
            Intent::MakeRoom { job } => {
                let missing = self.missing_for(*job);
                let making = missing.filter(|_| !self.is_making_room());
                return making.map_or_else(Vec::new, |it| self.rounds_for_room(it, context).0);
            }
            _ => return Vec::new(),
        }
        alloc::vec![Change::Rule(Box::new(book))]
    }

    /// How many bytes are missing for what waits for room.
    fn missing_for(&self, job: FlowId) -> Option<u64> {
        if self.lacks_space(job) {
            return Some(self.watch.refused);
        }
        let size = match self.books.flow(job)? {
            Flow::Add(add) => add.object.len() as u64,
            Flow::Recover(flow) => self.books.certificate(flow.certificate)?.object_bytes,
            Flow::Reunite(flow) => {
                let values = &self.books.group(flow.group)?.values;
                values.iter().map(|value| value.size).sum()
            }
            _ => return None,
        };
        self.books.missing_room(size)
    }

    /// Whether a job waits because the browser has no space.
    fn lacks_space(&self, job: FlowId) -> bool {
        let full = Waiting::StorageFull;
        let asleep = |sleeper: &Sleeper| matches!(sleeper, Sleeper::Intent(id, _, why) if *id == job && *why == full);
        let running = self.running.get(&job);
        running.is_some_and(|it| it.waiting == Some(full)) || self.wakes.values().any(asleep)
    }

    /// Something went that took space: whatever the browser had none for is tried again.
    pub(super) fn resume_for_space(&mut self) {
        let waits = |running: &Running| {
            running.waiting == Some(Waiting::StorageFull)
                && matches!(running.awaiting, Awaiting::Wake(_))
        };
        let running = self.running.iter();
        let flows: Vec<FlowId> = running
            .filter(|(_, it)| waits(it))
            .map(|(id, _)| *id)
            .collect();
        for flow in flows {
            self.begin(flow);
        }
        self.want_all_again(|why| why == Waiting::StorageFull);
    }

    pub(super) fn show_rules(&mut self, draft: Option<&Rule>) {
        self.watch.shown = Some(draft.cloned().map(Box::new));
        self.dirty.rules();
    }

    pub(super) fn hide_rules(&mut self) {
        self.watch.shown = None;
    }

    // ---- what is shown

    pub(super) fn rules_view(&self) -> RulesView {
        let book = self.books.rules();
        let cards = book
            .rules
            .iter()
            .map(|rule| self.rule_card(&book.rules, rule));
        let flows = self.books.flows();
        let rounds = flows.filter_map(|(job, flow)| match flow {
            Flow::Round(round) => Some(RoundCard {
                job,
                entry: round.entry.clone(),
                left: round.waiting().count() + round.begun.len(),
            }),
            Flow::Rehearse(rehearse) => Some(RoundCard {
                job,
                entry: rehearse.entry.as_deref()?.clone(),
                left: rehearse.to_do(&self.books),
            }),
            _ => None,
        });
        RulesView {
            rules: cards.collect(),
            draft: self.draft(),
            shortage: book.shortage,
            rehearsals: book.rehearsals,
            is_off_line: self.watch.is_off_line(),
            audit_days: self.books.ledger().audit_days,
            would_free: self.would_free(),
            rounds: rounds.collect(),
            activity: self.books.activity().latest().cloned().collect(),
        }
    }

    /// How many bytes the rules that are on would free.
    fn would_free(&self) -> u64 {
        let rules = &self.books.rules().rules;
        let sends = |rule: &&Rule| rule.state == RuleState::On && way(rule) == Way::BackUp;
        let mut meant = Set::default();
        for rule in rules.iter().filter(sends) {
            let found = self.means(rules, rule.id, &Set::default());
            for item in found.map(|found| found.selected).unwrap_or_default() {
                meant.add(item);
            }
        }
        let sizes = meant
            .iter()
            .filter_map(|(item, ())| self.books.value(*item));
        sizes.map(|value| value.size).sum()
    }

    fn rule_card(&self, rules: &Rules, rule: &Rule) -> RuleCard {
        let is_shown = self.watch.is_shown();
        RuleCard {
            rule: rule.clone(),
            lacks: self.remarks(rule),
            means: is_shown.then(|| self.meant(rules, rule.id)),
        }
    }

    fn draft(&self) -> Option<Draft> {
        let rule = self.watch.shown.as_ref()?.as_deref()?;
        let mut rules = self.books.rules().rules.clone();
        let problem = rules.put(rule.clone()).err();
        if problem == Some(RuleProblem::Name) {
            // What it would mean can be seen before it is called anything.
            let called = Rule {
                name: String::from("?"),
                ..rule.clone()
            };
            // If something else is wrong with it, too, it means nothing.
            rules.put(called).unwrap_or_default();
        }
        Some(Draft {
            rule: rule.clone(),
            problem,
            lacks: self.remarks(rule),
            means: self.meant(&rules, rule.id),
        })
    }

    fn remarks(&self, rule: &Rule) -> Vec<crate::rules::trigger::Remark> {
        let signals = self
            .surroundings()
            .and_then(|around| self.signals(&[], &around));
        let found = signals.map(|signals| lacks(&rule.when, &signals));
        let mut remarks: Vec<_> = found
            .into_iter()
            .flatten()
            .map(|lack| lack.remark)
            .collect();
        remarks.sort_unstable();
        remarks.dedup();
        remarks
    }

    fn meant(&self, rules: &Rules, rule: RuleId) -> Meant {
        let found = self.means(rules, rule, &self.in_line()).unwrap_or_default();
        let name = |item: ItemId| crate::flow::name_of(&self.books, item);
        let selected = found.selected.iter().take(MOST_SHOWN);
        let apart = found.apart.iter().take(MOST_SHOWN);
        Meant {
            selected: selected.map(|item| name(*item)).collect(),
            apart: apart.map(|(item, why)| (name(*item), *why)).collect(),
            selected_count: found.selected.len(),
            apart_count: found.apart.len(),
        }
    }
}

fn way(rule: &Rule) -> Way {
    match rule.does {
        Does::BackUp(_) => Way::BackUp,
        Does::Fetch(_) => Way::Fetch,
    }
}
