//! Who waits for what this wallet has registered: its safes are asked again and again, without a journal, for nothing is lost
//! if an answer is.

use super::{Asked, Sleeper, Then, Wallet, descriptor_request};
use crate::books::{CertificateItem, Change, FrozenAt, OthersWait, Safe, Watch};
use crate::client::{self, Expected, Question, To, Verdict};
use crate::flow::{Decide, Flow, Freeze, Hold, HoldState};
use crate::ids::{FlowId, ItemId};
use crate::intent::Intent;
use crate::notice::{Kind, Notice};
use crate::port::{Answer, Ask, Context, Durability, Effect};
use crate::view::{
    AskedCard, Deciding, FreezingCard, FrozenCard, Reach, TellingCard, UnheardCard, Waiting,
    WaitingCard, WaitsView,
};
use alloc::vec::Vec;
use saifu_crypto::sign::SigningKey;
use saifu_protocol::hold::{self, AskedItem};
use saifu_protocol::limits::MAX_WAIT;
use saifu_protocol::owner::Frozen;
use saifu_protocol::{PublicKey, RequestId, SafeId, UnixTime};

/// How often safes are asked while nothing else happens, in milliseconds.
const WATCH_EVERY_MS: u64 = 3_600_000;

/// How asking a safe who waits has gone since the wallet was opened.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heard {
    /// When it last told.
    at: Option<UnixTime>,
    /// Whether it did not tell when it was asked last.
    is_silent: bool,
}

/// Whether a safe was asked once more because its clock is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Try {
    First,
    Second,
}

impl Wallet {
    /// How long others wait from now on. What is registered already follows by itself ([`Wallet::tell_waits`]).
    pub(super) fn set_wait(&mut self, seconds: u64) -> Vec<Change> {
        // As with the capacity: an earlier setting must not come back over this one.
        let earlier =
            |sleeper: &Sleeper| matches!(sleeper, Sleeper::Intent(_, Intent::SetWait { .. }, _));
        self.wakes.retain(|sleeper| !earlier(sleeper));
        self.dirty.jobs();
        let wait = seconds.min(MAX_WAIT);
        match self.books.watch() {
            None if wait == 0 => Vec::new(),
            known => {
                let known = known.cloned().unwrap_or_default();
                alloc::vec![Change::Watch(Watch { wait, ..known })]
            }
        }
    }

    /// Every safe at which something has another wait is told, unless it is being told.
    pub(super) fn tell_waits(&self, context: &mut Context<'_>) -> Vec<Change> {
        let is_told = |safe: SafeId| {
            let mut flows = self.books.flows();
            flows.any(|(_, flow)| matches!(flow, Flow::Hold(hold) if hold.safe == safe))
        };
        let is_left =
            |safe: &&Safe| self.books.to_be_told(safe.id).next().is_some() && !is_told(safe.id);
        let tell = |safe: &Safe| {
            let hold = Flow::Hold(Hold {
                safe: safe.id,
                state: HoldState::Ready,
            });
            Change::Journal(FlowId::make(context.rng), hold)
        };
        self.books.safes().filter(is_left).map(tell).collect()
    }

    /// What becomes of somebody. A later word takes the place of an earlier one that is still on its way.
    pub(super) fn decide(
        &self,
        safe: SafeId,
        account: PublicKey,
        may: bool,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let known = self.books.watch().and_then(|it| it.of(safe, account));
        if known.is_none() || self.books.safe(safe).is_none() {
            return Vec::new();
        }
        let decide = Decide { safe, account, may };
        let of_it = self.deciding(safe, account);
        let id = of_it.map_or_else(|| FlowId::make(context.rng), |(id, _)| id);
        alloc::vec![Change::Journal(id, Flow::Decide(decide))]
    }

    fn deciding(&self, safe: SafeId, account: PublicKey) -> Option<(FlowId, &Decide)> {
        self.books.flows().find_map(|(id, flow)| match flow {
            Flow::Decide(it) if it.safe == safe && it.account == account => Some((id, it)),
            _ => None,
        })
    }

    /// Asks every safe at which somebody may wait, and again in an hour.
    pub(super) fn watch(&mut self, context: &mut Context<'_>, effects: &mut Vec<Effect>) {
        // An owner may have frozen everything from another device, and somebody else may be about to lift that.
        let mut safes = self.freezable();
        if self.books.watch().is_none() && safes.is_empty() {
            return;
        }
        let is_watched = self.books.watch().is_some();
        for (_, certificate) in self.books.certificates().filter(|_| is_watched) {
            if certificate.others != OthersWait::Theirs && !safes.contains(&certificate.safe) {
                safes.push(certificate.safe);
            }
        }
        for safe in safes {
            let is_it = |asked: &Asked| matches!(asked, Asked::Watch(id, ..) if *id == safe);
            if !self.asks.values().any(is_it) {
                self.ask_who_waits(safe, Try::First, context, effects);
            }
        }
        let sleeps = |sleeper: &Sleeper| matches!(sleeper, Sleeper::Watch);
        // Where nothing was ever wanted of a safe it is enough to ask when the owner looks.
        if is_watched && !self.wakes.values().any(sleeps) {
            let wake = self.token();
            self.wakes.insert(wake, Sleeper::Watch);
            let after_ms = WATCH_EVERY_MS;
            effects.push(Effect::Wake { wake, after_ms });
        }
        // A wallet that was closed between the setting and what follows from it.
        let changes = match self.pending {
            None => self.tell_waits(context),
            Some(_) => Vec::new(),
        };
        if !changes.is_empty() {
            self.commit(changes, Durability::Strict, Then::Upkeep, effects);
        }
    }

    fn ask_who_waits(
        &mut self,
        safe: SafeId,
        attempt: Try,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let now = self.safe_time(safe, context.now_ms);
        let question = Question::Asked(AskedItem::List);
        let request = RequestId::make(context.rng);
        // In no channel: it is asked for the account, whether its owner is logged in or not.
        let known = self.books.safe(safe).map(To::from);
        let sealed = known.and_then(|to| client::ask(&to, &question, request, now, context.rng));
        let Some(sealed) = sealed else {
            return;
        };
        let ask = self.token();
        let frozen = self.frozen_at(safe);
        self.asks
            .insert(ask, Asked::Watch(safe, sealed.expected, attempt, frozen));
        effects.push(Effect::Ask(Ask {
            ask,
            url: sealed.url,
            headers: sealed.headers,
            body: Some(sealed.body),
        }));
    }

    /// What a safe says of those who wait. Only its own sealed word counts; anything else is silence.
    pub(super) fn watched(
        &mut self,
        (safe, expected, attempt, frozen): (SafeId, &Expected, Try, Option<Frozen>),
        answer: Option<&Answer>,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let answer = answer.map(|answer| (answer.status, answer.body.as_slice()));
        let heard = match client::read(expected, answer) {
            Verdict::Asked(page) => {
                self.set_reach(safe, Reach::Answers, context.now_ms);
                self.set_offer(safe, page.push);
                Some(page)
            }
            Verdict::Clock(time) => {
                self.set_clock(safe, time, context.now_ms);
                if attempt == Try::First {
                    return self.ask_who_waits(safe, Try::Second, context, effects);
                }
                None
            }
            Verdict::Rekey => {
                let known = self.books.safe(safe);
                if let Some(address) = known.map(|known| known.address.clone()) {
                    let ask = self.token();
                    effects.push(descriptor_request(ask, &address));
                    self.asks.insert(ask, Asked::Safe(safe));
                }
                None
            }
            _ => None,
        };
        let last = self.heard.get(&safe).copied().unwrap_or_default();
        let now = UnixTime(context.now_ms / 1_000);
        let it = Heard {
            at: heard.as_ref().map_or(last.at, |_| Some(now)),
            is_silent: heard.is_none(),
        };
        self.heard.insert(safe, it);
        self.dirty.waits();
        let Some(page) = heard else {
            return;
        };
        let watch = self.books.watch().cloned().unwrap_or_default();
        let (told, new) = watch.told(safe, &page.asked);
        // What was frozen or lifted while this answer was on its way is newer than the answer may be.
        let told = match watch.is_frozen_at(safe) == frozen {
            true => told.frozen_at(safe, page.frozen),
            false => told,
        };
        if told == watch {
            return;
        }
        let mut changes: Vec<Change> = new
            .iter()
            .filter_map(|asked| self.notice_of(safe, asked, now, context))
            .collect();
        changes.push(Change::Watch(told));
        self.commit(changes, Durability::Strict, Then::Upkeep, effects);
    }

    fn frozen_at(&self, safe: SafeId) -> Option<Frozen> {
        let watch = self.books.watch();
        watch.and_then(|watch| watch.is_frozen_at(safe))
    }

    fn notice_of(
        &self,
        safe: SafeId,
        asked: &hold::Asked,
        now: UnixTime,
        context: &mut Context<'_>,
    ) -> Option<Change> {
        let until = asked.since.plus(self.shortest_wait(safe)?);
        Some(Change::Notify(Notice {
            id: ItemId::make(context.rng),
            at: now,
            subject: Default::default(),
            safe: self.address_of(safe),
            kind: Kind::SomebodyWaits { until },
        }))
    }

    /// How long others wait for what opens to them first. None where nothing is left that anybody waits for.
    fn shortest_wait(&self, safe: SafeId) -> Option<u64> {
        let told = |(_, it): (ItemId, &CertificateItem)| match it.others {
            OthersWait::Told(wait) if it.safe == safe && wait > 0 => Some(wait),
            OthersWait::Told(_) | OthersWait::Theirs => None,
        };
        self.books.certificates().filter_map(told).min()
    }

    fn address_of(&self, safe: SafeId) -> alloc::string::String {
        let known = self.books.safe(safe);
        known
            .map(|safe| safe.address.as_str().into())
            .unwrap_or_default()
    }

    pub(super) fn waits_view(&self) -> WaitsView {
        let safes = || self.books.safes();
        let unheard = safes().filter_map(|safe| {
            let heard = self.heard.get(&safe.id).filter(|heard| heard.is_silent)?;
            Some(UnheardCard {
                safe: safe.id,
                address: safe.address.as_str().into(),
                operator: safe.operator.clone(),
                heard_at: heard.at,
            })
        });
        WaitsView {
            wait: self.books.wait(),
            telling: self.telling(),
            asked: self.asked_cards(),
            waiting: safes().flat_map(|safe| self.waiting_at(safe)).collect(),
            unheard: unheard.collect(),
            waking: self.waking_view(),
            frozen: self.frozen_cards(),
            freezing: self.freezing_cards(),
            freezable: self.freezable().len(),
        }
    }

    /// The safes that could freeze: those that know the owner.
    fn freezable(&self) -> Vec<SafeId> {
        let owner = self.books.owner().filter(|owner| !owner.is_restoring());
        let at = owner.into_iter().flat_map(|owner| &owner.at);
        let knows = at.filter(|at| at.standing.knows() && self.books.safe(at.safe).is_some());
        knows.map(|at| at.safe).collect()
    }

    /// Every safe that knows the owner is to hand out nothing. One that does already is told again: then whoever wants it lifted
    /// with one way only begins anew.
    pub(super) fn freeze(&self, context: &mut Context<'_>) -> Vec<Change> {
        let Some(owner) = self.books.owner() else {
            return Vec::new();
        };
        let is_told = |safe: &SafeId| self.freezing_at(*safe).is_some();
        let safes = self.freezable().into_iter().filter(|safe| !is_told(safe));
        let freeze = |safe| {
            let freeze = Freeze {
                safe,
                name: owner.name.clone(),
                look_up: None,
            };
            Change::Journal(FlowId::make(context.rng), Flow::Freeze(freeze))
        };
        safes.map(freeze).collect()
    }

    fn freezing_at(&self, safe: SafeId) -> Option<FlowId> {
        let is_its =
            |(_, flow): &(FlowId, &Flow)| matches!(flow, Flow::Freeze(it) if it.safe == safe);
        self.books.flows().find(is_its).map(|(id, _)| id)
    }

    fn frozen_cards(&self) -> Vec<FrozenCard> {
        let watch = self.books.watch().into_iter();
        let card = |it: &FrozenAt| {
            let safe = self.books.safe(it.safe)?;
            Some(FrozenCard {
                safe: it.safe,
                address: safe.address.as_str().into(),
                operator: safe.operator.clone(),
                frozen: it.frozen,
                half: it.half,
            })
        };
        watch.flat_map(|it| &it.frozen).filter_map(card).collect()
    }

    fn freezing_cards(&self) -> Vec<FreezingCard> {
        let card = |safe: &Safe| {
            let job = self.freezing_at(safe.id)?;
            Some(FreezingCard {
                job,
                address: safe.address.as_str().into(),
                operator: safe.operator.clone(),
                waiting: self.running.get(&job).and_then(|running| running.waiting),
                next_try: self.next_try(job),
            })
        };
        self.books.safes().filter_map(card).collect()
    }

    fn telling(&self) -> Vec<TellingCard> {
        let card = |(id, flow): (FlowId, &Flow)| {
            let Flow::Hold(hold) = flow else { return None };
            let safe = self.books.safe(hold.safe)?;
            let running = self.running.get(&id);
            Some(TellingCard {
                safe: safe.id,
                address: safe.address.as_str().into(),
                operator: safe.operator.clone(),
                left: self.books.to_be_told(safe.id).count(),
                waiting: running.and_then(|running| running.waiting),
                next_try: self.next_try(id),
            })
        };
        self.books.flows().filter_map(card).collect()
    }

    fn asked_cards(&self) -> Vec<AskedCard> {
        let watch = self.books.watch().into_iter();
        let card = |it: &crate::books::AskedAt| {
            let safe = self.books.safe(it.safe)?;
            let account = it.asked.account;
            let deciding = self.deciding(it.safe, account);
            let deciding = deciding.map(|(id, decide)| Deciding {
                job: id,
                may: decide.may,
                waiting: self.running.get(&id).and_then(|running| running.waiting),
                next_try: self.next_try(id),
            });
            Some(AskedCard {
                safe: it.safe,
                address: safe.address.as_str().into(),
                operator: safe.operator.clone(),
                account,
                mark: mark(account),
                since: it.asked.since,
                opens: it.asked.since.plus(self.shortest_wait(it.safe)?),
                said: it.asked.said,
                deciding,
            })
        };
        watch.flat_map(|it| &it.asked).filter_map(card).collect()
    }

    /// Whether this wallet itself waits at a safe, and as whom: each fetch by another safe is somebody of its own there.
    fn waiting_at(&self, safe: &Safe) -> Vec<WaitingCard> {
        let own = || PublicKey::new(SigningKey::derive(&safe.account).public());
        let mut waits: Vec<(PublicKey, UnixTime)> = Vec::new();
        for (id, flow) in self.books.flows() {
            let (at, waiter) = match flow {
                Flow::Order(order) => (Some(order.safe), Some(order.waiter())),
                Flow::Recover(recover) => (Some(recover.safe), recover.waiter(&self.books)),
                _ => (flow.safe(), None),
            };
            let waiting = self.running.get(&id).and_then(|running| running.waiting);
            let (true, Some(Waiting::NotYet { until })) = (at == Some(safe.id), waiting) else {
                continue;
            };
            let waiter = waiter.unwrap_or_else(own);
            match waits.iter_mut().find(|(known, _)| *known == waiter) {
                Some((_, last)) => *last = until.max(*last),
                None => waits.push((waiter, until)),
            }
        }
        let card = |(waiter, until)| WaitingCard {
            safe: safe.id,
            address: safe.address.as_str().into(),
            operator: safe.operator.clone(),
            until,
            mark: mark(waiter),
        };
        waits.into_iter().map(card).collect()
    }
}

/// By what a waiting device and one that decides are compared by eye: 48 bits of its account, in groups of four digits.
fn mark(account: PublicKey) -> alloc::string::String {
    let [a, b, c, d, e, f, ..] = *account.as_bytes();
    alloc::format!("{a:02x}{b:02x} {c:02x}{d:02x} {e:02x}{f:02x}")
}
