//! What the rules of a wallet may really move, so that no value is sent back and forth.
//!
//! Rules that send and rules that fetch may pull at one value. Three things keep it from going to and fro
//! (decision 27):
//!
//! 1. What a rule that is on would fetch at once is not sent ([`Apart::Wanted`]).
//! 2. What a rule has brought home, no rule sends away again while a rule that fetches is on ([`Apart::BroughtHome`]).
//! 3. What its owner has just moved by hand stays for a while where it was put ([`Apart::JustMoved`]).
//!
//! So, unless its owner moves it, rules send a value away at most once and bring it home at most once, whatever their
//! conditions say.

use super::calendar::Moment;
use super::condition::{Surroundings, Truth};
use super::limits::REST_DAYS;
use super::rule::{Does, Rule, RuleId, Rules};
use super::select::{Apart, Selection, judge};
use super::subject::{Cover, Lies, Moved, Subject, Told};
use crate::ids::ItemId;
use crate::map::Map;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;
use saifu_protocol::value::Date;

impl Rules {
    /// What this rule may send away of `values`; whether it is on is not asked, so that its owner can see what it would do.
    pub fn to_back_up(
        &self,
        rule: RuleId,
        values: &[Subject<'_>],
        around: &Surroundings,
    ) -> Selection {
        let mut selection = Selection::default();
        let Some((rule, Does::BackUp(_))) = self.get(rule).map(|rule| (rule, &rule.does)) else {
            return selection;
        };
        let here = values.iter().filter(|value| value.lies == Lies::Here);
        for value in here {
            let judged = judge(&rule.which, value, around);
            let judged = judged.map(|it| it.and_then(|()| self.may_send(value, around)));
            match judged {
                Some(Ok(())) => selection.selected.push(value.id),
                Some(Err(why)) => selection.apart.push((value.id, why)),
                None => {}
            }
        }
        selection
    }

    fn may_send(&self, value: &Subject<'_>, around: &Surroundings) -> Result<(), Apart> {
        let mut fetching = self.iter().filter(|rule| rule.fetches()).peekable();
        match value.moved {
            Moved::ByRule if fetching.peek().is_some() => return Err(Apart::BroughtHome),
            Moved::ByOwner { at } if is_recent(at, around) => return Err(Apart::JustMoved),
            _ => {}
        }
        let sent = Subject {
            lies: Lies::AtSafes,
            since: around.at.now,
            cover: Cover { have: 1, wanted: 1 },
            ..*value
        };
        let then = Surroundings {
            free: around.free.saturating_add(value.size),
            ..*around
        };
        // What may be wanted counts as wanted.
        match fetching.any(|rule| rule.which.truth(&sent, &then) != Truth::No) {
            true => Err(Apart::Wanted),
            false => Ok(()),
        }
    }

    /// What this rule may fetch of `values`, in the order in which it is to be fetched: usable soon first, then what ends
    /// soon, as far as there is room; what does not fit does not keep what does from coming. As [`Rules::to_back_up`], it
    /// does not ask whether the rule is on.
    pub fn to_fetch(
        &self,
        rule: RuleId,
        values: &[Subject<'_>],
        around: &Surroundings,
    ) -> Selection {
        let mut selection = Selection::default();
        let Some((rule, Does::Fetch(fetch))) = self.get(rule).map(|rule| (rule, &rule.does)) else {
            return selection;
        };
        let mut known: Map<ItemId, Unit> = Map::new();
        for value in values.iter().filter(|value| value.lies == Lies::AtSafes) {
            let judged = judge(&rule.which, value, around);
            let judged = judged.map(|it| it.and_then(|()| may_fetch(rule, value, around)));
            let unit = Unit::of(value, judged, around.at.today());
            match known.get_mut(&value.id) {
                Some(known) => known.join(unit),
                None => drop(known.insert(value.id, unit)),
            }
        }
        let mut units: Vec<(ItemId, Unit)> = known.into_iter().collect();
        units.sort_by_key(|(_, unit)| unit.needed);
        let mut room = around.free.saturating_sub(fetch.leave_free);
        for (id, unit) in units {
            match unit.judged {
                Some(Ok(())) if unit.size <= room => {
                    room -= unit.size;
                    selection.selected.push(id);
                }
                Some(Ok(())) => selection.apart.push((id, Apart::NoRoom)),
                Some(Err(why)) => selection.apart.push((id, why)),
                None => {}
            }
        }
        selection
    }
}

/// Values that come home together, for they were registered as one.
struct Unit {
    size: u64,
    /// From when on it is needed, and until when.
    needed: (Date, Date),
    judged: Option<Result<(), Apart>>,
}

impl Unit {
    fn of(value: &Subject<'_>, judged: Option<Result<(), Apart>>, today: Date) -> Self {
        let or = |day, open| match day {
            Told::Is(day) => day,
            Told::Untold | Told::Lacks => open,
        };
        // What could be used yesterday is not needed sooner than what can be from today on.
        let first = or(value.from, today).max(today);
        Self {
            size: value.size,
            needed: (first, or(value.to, Date::MAX)),
            judged,
        }
    }

    /// One that is meant brings the others with it, and says when they are needed.
    fn join(&mut self, other: Self) {
        let size = self.size.saturating_add(other.size);
        let needed = match (self.judged, other.judged) {
            (Some(Ok(())), Some(Ok(()))) => self.needed.min(other.needed),
            (Some(Ok(())), _) => self.needed,
            _ => other.needed,
        };
        let judged = match (self.judged, other.judged) {
            (Some(Ok(())), _) | (_, Some(Ok(()))) => Some(Ok(())),
            (first, second) => first.or(second),
        };
        *self = Self {
            size,
            needed,
            judged,
        };
    }
}

/// Whoever has just sent a value away though the rule would have had it here knows why. What becomes wanted after that
/// comes: a ticket for tomorrow must not wait.
fn may_fetch(rule: &Rule, value: &Subject<'_>, around: &Surroundings) -> Result<(), Apart> {
    let Moved::ByOwner { at } = value.moved else {
        return Ok(());
    };
    let then = Surroundings {
        at: Moment {
            now: at,
            ..around.at
        },
        ..*around
    };
    match is_recent(at, around) && rule.which.truth(value, &then) == Truth::Yes {
        true => Err(Apart::JustMoved),
        false => Ok(()),
    }
}

fn is_recent(at: UnixTime, around: &Surroundings) -> bool {
    let days = around.at.today().to_julian_day() - around.at.day_of(at).to_julian_day();
    days < REST_DAYS
}
