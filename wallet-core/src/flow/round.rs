//! A round of a rule (WO 01/13293, steps 2-1 to 2-11): what it meant when it was due is sent or fetched, a few at a time.
//!
//! ```text
//!  (2-1 list, 2-2 rule against list, 2-3 object list) ──▶ Round ──▶ a flow for each of the next few ──▶ ended
//!                                                           ▲           2-4 … 2-10: seal, register,       │
//!                                                           │           collate, store, delete           │
//!                                                           └───────────────more are left────────────────┤
//!                                                    2-11: the end is reported, the round ends ◀── none ──┘
//! ```
//! The work itself is that of [`super::Protect`], [`super::Reunite`] and [`super::Recover`], each of which leaves its value in
//! exactly one place whatever happens. A round only counts: a crash begins it again from what has become of each value, and
//! what is not begun yet is not locked, so that its owner can use it meanwhile.

use super::{Desk, Flow, Input, Next, Protect, Step, Then, name_of, recover, reunite};
use crate::books::{Books, Change, Custody, MovedBy, group_of};
use crate::group::Phase;
use crate::ids::{FlowId, ItemId};
use crate::notice::{Kind, Notice};
use crate::plan::check::Seat;
use crate::plan::{Plan, Step as Making};
use crate::rules::{Entry, Way};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use serde::{Deserialize, Serialize};

/// How many values are under way at a time. What they are made of lies beside them until they have gone, and whoever wants
/// to use one of them has to wait.
const AT_ONCE: usize = 8;

/// A rule is carried out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Round {
    /// What will be said of it, as far as it has come.
    pub entry: Entry,
    /// What is not begun yet.
    pub left: Vec<Load>,
    /// What is.
    pub begun: Vec<Begun>,
}

/// Values that are still to be moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Load {
    /// These go to safes.
    Send {
        /// By this plan: each by itself, or all together if it couples.
        plan: Box<Plan>,
        /// Who takes which slot.
        seats: Vec<Seat>,
        /// The values.
        values: Vec<ItemId>,
    },
    /// What this certificate or group stands for comes home.
    Fetch(ItemId),
}

/// Something that is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Begun {
    /// The value, certificate or group.
    pub item: ItemId,
    /// Its name.
    pub name: String,
    /// The flow that moves it.
    pub flow: FlowId,
}

/// What has become of something that was begun.
enum Fate {
    Moved,
    UnderWay,
    Stayed,
}

impl Load {
    fn items(&self) -> &[ItemId] {
        match self {
            Load::Send { values, .. } => values,
            Load::Fetch(item) => core::slice::from_ref(item),
        }
    }

    /// Takes out what is to begin next, and leaves the rest.
    fn next(&mut self) -> Self {
        match self {
            Load::Send {
                plan,
                seats,
                values,
            } => {
                let together = plan.steps.contains(&Making::Couple);
                let count = if together { values.len() } else { 1 };
                let rest = values.split_off(count.min(values.len()));
                Load::Send {
                    plan: plan.clone(),
                    seats: seats.clone(),
                    values: core::mem::replace(values, rest),
                }
            }
            Load::Fetch(item) => Load::Fetch(*item),
        }
    }

    fn is_done(&self) -> bool {
        match self {
            Load::Send { values, .. } => values.is_empty(),
            Load::Fetch(_) => true,
        }
    }
}

impl Round {
    /// What is still to be begun.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = ItemId> {
        self.left.iter().flat_map(Load::items).copied()
    }

    /// The safes that what is not begun yet will be sent to.
    pub(super) fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.left.iter().flat_map(|load| match load {
            Load::Send { seats, .. } => seats.as_slice(),
            Load::Fetch(_) => &[],
        })
    }

    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let mut round = self.clone();
        // Whoever calls it off knows that it leaves something.
        let is_called_off = matches!(input, Input::CallOff);
        match input {
            Input::Start => {}
            Input::CallOff => {
                round.entry.stayed += count(round.waiting());
                round.left.clear();
            }
            _ => return Step::garbled(),
        }
        round.settle(desk.books);
        let mut changes = round.begin(desk, rng);
        if round.begun.is_empty() && round.left.is_empty() {
            round.entry.ended = desk.now;
            changes.push(Change::End(desk.id));
            if round.entry.stayed > 0 && !is_called_off {
                changes.extend(round.told(desk, rng));
            }
            changes.push(Change::Record(round.entry));
            return Step::strict(changes, Next::Nothing);
        }
        let is_same = changes.is_empty()
            && round.begun.len() == self.begun.len()
            && round.left.len() == self.left.len();
        if is_same {
            return Step::then(Next::Rest);
        }
        changes.push(Change::Journal(desk.id, Flow::Round(round)));
        Step::strict(changes, Next::Rest)
    }

    /// What was told of the same rule before and is not read yet makes way, or stands if it says the same: a rule that runs every night
    /// has one notice.
    fn told(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Vec<Change> {
        let rule = self.entry.rule;
        let stayed = self.entry.stayed;
        let (same, others): (Vec<&Notice>, Vec<&Notice>) = desk
            .books
            .notices()
            .filter(|told| matches!(told.kind, Kind::RoundLeft { rule: of, .. } if of == rule))
            .partition(|told| told.kind == Kind::RoundLeft { rule, stayed });
        let mut changes: Vec<Change> = others.iter().map(|it| Change::Acknowledge(it.id)).collect();
        if same.is_empty() {
            let left = Kind::RoundLeft { rule, stayed };
            changes.push(desk.own_notice(left, &self.entry.name, rng));
        }
        changes
    }

    /// Counts what has come to its end.
    fn settle(&mut self, books: &Books) {
        for begun in core::mem::take(&mut self.begun) {
            match fate(&begun, self.entry.way, books) {
                Fate::Moved => self.entry.count(begun.name),
                Fate::Stayed => self.entry.stayed += 1,
                Fate::UnderWay => self.begun.push(begun),
            }
        }
    }

    /// Begins as much as may be under way.
    fn begin(&mut self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Vec<Change> {
        let mut changes = Vec::new();
        while self.begun.len() < AT_ONCE {
            let Some(load) = self.left.first_mut() else {
                break;
            };
            let next = load.next();
            if load.is_done() {
                self.left.remove(0);
            }
            let begun = match &next {
                Load::Send {
                    plan,
                    seats,
                    values,
                } => send(plan, seats, values, desk, rng),
                Load::Fetch(item) => fetch(*item, desk, rng),
            };
            let Some((begun, flow, more)) = begun else {
                self.entry.stayed += count(next.items().iter().copied());
                continue;
            };
            self.entry.stayed += count(next.items().iter().copied()) - count(begun.iter().copied());
            self.begun.extend(begun.into_iter().map(|item| Begun {
                item,
                name: name_of(desk.books, item),
                flow,
            }));
            changes.extend(more);
        }
        changes
    }
}

type Started = (Vec<ItemId>, FlowId, Vec<Change>);

/// Steps 2-4 to 2-10 for these values, as far as they are still to be had.
fn send(
    plan: &Plan,
    seats: &[Seat],
    values: &[ItemId],
    desk: &Desk<'_>,
    rng: &mut dyn CryptoRng,
) -> Option<Started> {
    let is_free = |id: &ItemId| {
        let value = desk.books.value(*id);
        value.is_some_and(|it| it.custody == Custody::Held) && desk.books.lock(*id).is_none()
    };
    let free: Vec<ItemId> = values.iter().copied().filter(is_free).collect();
    let is_known = |seat: &Seat| desk.books.safe(seat.safe).is_some();
    if free.is_empty() || !seats.iter().all(is_known) {
        return None;
    }
    let protect = Protect {
        by: MovedBy::Rule,
        ..Protect::of(free.clone(), None, plan, seats)
    };
    let flow = FlowId::make(rng);
    let journal = Change::Journal(flow, Flow::Protect(protect));
    Some((free, flow, alloc::vec![journal]))
}

/// The same the other way round. What has no room does not wait for it: it is meant again the next time.
fn fetch(item: ItemId, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Option<Started> {
    let books = desk.books;
    let size = match books.certificate(item) {
        Some(certificate) => certificate.object_bytes,
        None => {
            let values = &books.group(group_of(item))?.values;
            values.iter().map(|value| value.size).sum()
        }
    };
    if books.missing_room(size).is_some() {
        return None;
    }
    let mut changes = match books.certificate(item) {
        Some(_) => recover::open(books, item, false, None, rng)
            .into_iter()
            .collect(),
        None => reunite::begin(books, group_of(item), Then::Hold, false, rng),
    };
    let mut flow = None;
    for change in &mut changes {
        let by = match change {
            Change::Journal(id, Flow::Reunite(reunite)) => (id, &mut reunite.by),
            Change::Journal(id, Flow::Recover(recover)) => (id, &mut recover.by),
            _ => continue,
        };
        flow = Some(*by.0);
        *by.1 = MovedBy::Rule;
    }
    Some((alloc::vec![item], flow?, changes))
}

fn fate(begun: &Begun, way: Way, books: &Books) -> Fate {
    let has_moved = match way {
        Way::BackUp => books.value(begun.item).is_none(),
        Way::Fetch => {
            let group = books.group(group_of(begun.item));
            let is_left = group.is_some_and(|it| it.phase != Phase::Leaving && !it.is_key());
            !is_left && books.certificate(begun.item).is_none()
        }
        // Those are no rounds.
        Way::Rehearse | Way::Audit => true,
    };
    match (has_moved, books.flow(begun.flow)) {
        (true, _) => Fate::Moved,
        (false, Some(_)) => Fate::UnderWay,
        (false, None) => Fate::Stayed,
    }
}

fn count(items: impl Iterator<Item = ItemId>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
