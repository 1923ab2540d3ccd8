//! Transactions: one at a time, and what is true once it is durable.

use super::{Awaiting, LoadFor, Pending, Sleeper, Then, Wallet};
use crate::books::{Change, Item};
use crate::flow::{Flow, Next};
use crate::ids::{FlowId, ItemId};
use crate::intent::Intent;
use crate::map::Set;
use crate::notice::Kind;
use crate::owner::settle_awaiting;
use crate::plan::GroupId;
use crate::port::{CommitError, Context, Durability, Effect};
use crate::view::{Phase, Reach, Waiting};
use alloc::vec::Vec;
use saifu_protocol::SafeId;

/// Wait before something the owner wants is stored again, in milliseconds.
const INTENT_WAIT_MS: u64 = 5_000;

impl Wallet {
    pub(super) fn commit(
        &mut self,
        changes: Vec<Change>,
        durability: Durability,
        then: Then,
        effects: &mut Vec<Effect>,
    ) {
        effects.push(Effect::Commit(self.books.batch(&changes, durability)));
        self.pending = Some(Pending { changes, then });
    }

    pub(super) fn committed(&mut self, context: &mut Context<'_>, effects: &mut Vec<Effect>) {
        let Some(Pending { changes, then }) = self.pending.take() else {
            return;
        };
        let mut made_room = false;
        let mut is_identified = false;
        let mut may_tell_waits = false;
        let mut begun = Vec::new();
        let mut opened = Vec::new();
        let mut restarted = Vec::new();
        let stepped = match &then {
            Then::Flow(flow, _) => Some(*flow),
            Then::Safe(_) | Then::Intent(_) | Then::Upkeep | Then::Look(_) => None,
        };
        let touched = self.touched(&changes);
        let mut has_ended = false;
        let mut has_moved = false;
        let mut has_thawed = false;
        for change in &changes {
            self.dirty.note(change, &self.books);
            if let Change::Journal(flow, _) = change
                && let Some(running) = self.running.get_mut(flow)
            {
                // What was kept of it went with this transaction.
                running.kept_until = None;
            }
            if let Change::Journal(_, Flow::Login(login)) = change
                && login.is_open()
            {
                opened.push(login.safe);
            }
            match change {
                Change::Journal(flow, _) if self.books.flow(*flow).is_none() => begun.push(*flow),
                // Another flow has set it to another state: whatever it was waiting for is not wanted any more.
                Change::Journal(flow, _) if Some(*flow) != stepped => restarted.push(*flow),
                Change::End(flow) => {
                    has_ended = true;
                    may_tell_waits = true;
                    // Whoever waited for the room that it was to make looks again.
                    made_room |= matches!(self.books.flow(*flow), Some(Flow::Round(_)));
                    self.forget_flow(*flow);
                }
                Change::Put(_, Item::Value(_) | Item::Group(_), _) => has_moved = true,
                Change::Put(_, Item::Certificate(_), _) => may_tell_waits = true,
                Change::Watch(watch) => {
                    may_tell_waits = true;
                    let before = self.books.watch().map_or(0, |watch| watch.frozen.len());
                    has_thawed |= watch.frozen.len() < before;
                }
                Change::Delete(item) => {
                    has_moved |= self.books.value(*item).is_some();
                    made_room = true;
                    self.close_if_open(*item);
                }
                Change::Settle(_) => made_room = true,
                // Or it will not come: the restore has come to nothing.
                Change::Identify(_) | Change::Own(None) => is_identified = true,
                Change::Trust(safe) => {
                    self.set_meeting(None);
                    // It has just said who it is.
                    self.set_reach(safe.id, Reach::Answers, context.now_ms);
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
            self.resume_for_space();
        }
        // What waited for that goes on by itself.
        if has_thawed {
            self.hurry();
        }
        self.rouse(&touched);
        if has_ended || has_moved {
            self.rouse_rounds();
        }
        if has_moved {
            self.note_change();
        }
        if is_identified {
            self.rouse_logins();
        }
        opened
            .into_iter()
            .for_each(|safe| self.rouse_for_session(safe));
        match then {
            Then::Flow(flow, next) if self.books.flow(flow).is_some() => {
                let running = self.running.of(flow);
                running.asks = 0;
                running.attempts = 0;
                // What it waited for is over, also where no safe is asked that could say so.
                running.waiting = None;
                self.proceed(flow, next, context, effects);
            }
            // No progress of the flow: its waits go on growing.
            Then::Safe(flow) => self.begin(flow),
            Then::Intent(Intent::TakeOver { .. }) => self.dirty.taken_over(),
            Then::Intent(Intent::SetWait { .. }) => self.watch(context, effects),
            // It was written down, and must not be shown any longer.
            Then::Intent(Intent::Enrol { .. } | Intent::ChangeSecret { .. }) => self.close(),
            Then::Look(look) => self.seen(*look),
            Then::Flow(..) | Then::Intent(_) | Then::Upkeep => {}
        }
        if self.pending.is_none() && self.books.owner().is_some() {
            let changes = settle_awaiting(&self.books, context.rng);
            if !changes.is_empty() {
                self.commit(changes, Durability::Strict, Then::Upkeep, effects);
            }
        }
        if self.pending.is_none() && may_tell_waits && self.books.watch().is_some() {
            let changes = self.tell_waits(context);
            if !changes.is_empty() {
                self.commit(changes, Durability::Strict, Then::Upkeep, effects);
            }
        }
    }

    pub(super) fn commit_failed(
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
        if error == CommitError::Full {
            let is_owners = match &pending.then {
                Then::Flow(flow, _) | Then::Safe(flow) => self.is_owners(*flow),
                Then::Intent(_) => true,
                Then::Upkeep | Then::Look(_) => false,
            };
            let refused = self.books.batch(&pending.changes, Durability::Relaxed);
            self.lack_space(refused.bytes(), is_owners, context);
        }
        match pending.then {
            Then::Flow(flow, _) | Then::Safe(flow) => {
                self.proceed(flow, Next::Wait(waiting), context, effects);
            }
            Then::Intent(Intent::DeleteKey { .. } | Intent::HandedOver { .. }) => {
                // Its owner was told what would go with it. That may be more by the time it could be stored.
                self.tell(kind, context);
            }
            // The next transaction, or the next look, finds it to be done still.
            Then::Upkeep | Then::Look(_) => {}
            // The secret is not kept for a wish that may never be stored: its owner types it again.
            Then::Intent(
                Intent::Enrol { .. }
                | Intent::ChangeSecret { .. }
                | Intent::Restore { .. }
                | Intent::OpenWays { .. }
                | Intent::Fetch { .. },
            ) => self.tell(kind, context),
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
                    matches!(self.loads.get(&load), Some(LoadFor::Next(..)))
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

    /// The root is known: every login that waited for it goes on, and whatever leaves notes under it.
    fn rouse_logins(&mut self) {
        let rests = |flow: &FlowId| self.awaits(*flow, &Awaiting::Rest);
        let logins = self.books.flows();
        let waits = |flow: &Flow| matches!(flow, Flow::Login(_)) || flow.leaves_note();
        let logins = logins.filter(|(_, flow)| waits(flow));
        let resting: Vec<FlowId> = logins.map(|(id, _)| id).filter(rests).collect();
        for flow in resting {
            self.begin(flow);
        }
    }

    /// There is a session in which last copies are read and orders brought: whatever waited for one goes on.
    fn rouse_for_session(&mut self, safe: SafeId) {
        let is_its = |flow: &Flow| {
            matches!(flow, Flow::Reread(_) | Flow::Order(_)) && flow.safe() == Some(safe)
        };
        let flows = self.books.flows().filter(|(_, flow)| is_its(flow));
        let waiting: Vec<FlowId> = flows.map(|(id, _)| id).collect();
        for flow in waiting {
            let running = self.running.get(&flow);
            if running.is_some_and(|it| it.waiting == Some(Waiting::LogIn)) {
                self.begin(flow);
            }
        }
    }

    /// Every round that rests looks at what has become of its values.
    fn rouse_rounds(&mut self) {
        let is_round = |(_, flow): &(FlowId, &Flow)| matches!(flow, Flow::Round(_));
        let rounds = self.books.flows().filter(is_round).map(|(id, _)| id);
        let resting = |flow: &FlowId| self.awaits(*flow, &Awaiting::Rest);
        let resting: Vec<FlowId> = rounds.filter(resting).collect();
        for flow in resting {
            self.begin(flow);
        }
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
}
