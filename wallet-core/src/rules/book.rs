//! What a wallet keeps of its rules: the rules themselves, what it saw when it last looked, and what they have done.

use super::limits::{MAX_ACTIVITY, MAX_NAMED};
use super::rule::{RuleId, Rules};
use super::trigger::{Signals, Trigger};
use crate::ids::FlowId;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;
use serde::{Deserialize, Serialize};

/// The rules of a wallet, and how far they were looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleBook {
    /// The rules.
    pub rules: Rules,
    /// What was seen when something was last due: what has begun since is noticed at the next look, also over a closed wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<Signals>,
    /// What happens when there is no room.
    #[serde(default)]
    pub shortage: Shortage,
    /// How often a backup is rehearsed by itself.
    #[serde(default, skip_serializing_if = "Rehearsals::is_default")]
    pub rehearsals: Rehearsals,
    /// When that was begun last by itself, or a rehearsal had a result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehearsed_at: Option<UnixTime>,
}

/// How often a backup, chosen by chance, is rehearsed by itself (mission item E11).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rehearsals {
    /// Never.
    Off,
    /// Once in seven days.
    Weekly,
    /// Once in thirty days.
    #[default]
    Monthly,
}

impl Rehearsals {
    /// Each of them.
    pub const ALL: [Rehearsals; 3] = [Rehearsals::Off, Rehearsals::Weekly, Rehearsals::Monthly];

    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// So many seconds lie between two.
    pub fn every(self) -> Option<u64> {
        const DAY: u64 = 86_400;
        match self {
            Rehearsals::Off => None,
            Rehearsals::Weekly => Some(7 * DAY),
            Rehearsals::Monthly => Some(30 * DAY),
        }
    }
}

/// What happens when something that comes in finds no room (mission item C1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shortage {
    /// The owner is asked: back up by the rules, give up, or choose by hand.
    #[default]
    Ask,
    /// The rules that are on make room, and what was interrupted goes on. If they free too little, the owner is asked.
    MakeRoom,
}

/// What a rule did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The round it was.
    pub round: FlowId,
    /// The rule.
    pub rule: RuleId,
    /// What it was called then; empty for one that was shipped.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Why it ran.
    pub why: Why,
    /// What it does with values.
    pub way: Way,
    /// When it began.
    pub began: UnixTime,
    /// When the last of it was done.
    pub ended: UnixTime,
    /// The names of what it moved, the first [`MAX_NAMED`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<String>,
    /// How many it moved.
    pub moved: u32,
    /// How many stayed where they were: called off, refused, or in use by then.
    pub stayed: u32,
    /// Of a rehearsal, and of audits: of so many parts that were asked for, so many came back whole, or were shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<PartTally>,
}

/// How many parts were asked for, and how many came back whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartTally {
    /// Asked for.
    pub asked: u32,
    /// Whole.
    pub good: u32,
}

/// Why a rule ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// This came, of everything it waits for.
    Due(Trigger),
    /// Its owner wanted it.
    Asked,
    /// Something that came in found so many bytes too few.
    Room(u64),
    /// It is done so often.
    Often(Rehearsals),
    /// It is done each time when so many days have passed.
    EachDays(u32),
}

/// What a rule does with values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// It sends them to safes.
    BackUp,
    /// It brings them home.
    Fetch,
    /// No rule: it has them come back, and gives them back. What *moved* came back, what *stayed* did not.
    Rehearse,
    /// No rule: it sees whether safes still have them. Nothing *moved*; what *stayed* they have not.
    Audit,
}

/// What rules have done, the latest last. What is too old goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Activity(Vec<Entry>);

impl Activity {
    /// Each, the latest first.
    pub fn latest(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter().rev()
    }

    /// With one more. Audits that found nothing missing are one entry a day: each safe is audited by itself.
    #[must_use]
    pub fn with(&self, entry: Entry) -> Self {
        let same = self.0.iter().position(|known| known.takes(&entry));
        let entry = match same.and_then(|at| self.0.get(at)) {
            Some(known) => known.and(&entry),
            None => entry,
        };
        let others = self.0.iter().enumerate();
        let others = others.filter(|(at, _)| Some(*at) != same);
        let others: Vec<&Entry> = others.map(|(_, known)| known).collect();
        let surplus = (others.len() + 1).saturating_sub(MAX_ACTIVITY);
        let kept = others.into_iter().skip(surplus).cloned();
        Self(kept.chain([entry]).collect())
    }
}

impl Entry {
    /// Of what has just begun.
    pub(crate) fn begun(round: FlowId, way: Way, why: Why, at: UnixTime) -> Self {
        Self {
            round,
            rule: RuleId::NEW,
            name: String::new(),
            why,
            way,
            began: at,
            ended: at,
            named: Vec::new(),
            moved: 0,
            stayed: 0,
            parts: None,
        }
    }

    /// Whether another one is said with it.
    fn takes(&self, other: &Self) -> bool {
        const DAY: u64 = 86_400;
        let is_good = |it: &Self| it.way == Way::Audit && it.stayed == 0;
        let is_same_day = self.began.0 / DAY == other.began.0 / DAY;
        is_good(self) && is_good(other) && is_same_day && self.why == other.why
    }

    fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.ended = other.ended;
        both.tally(other.parts.unwrap_or_default());
        both
    }

    /// One more was moved.
    pub(crate) fn count(&mut self, name: String) {
        self.moved += 1;
        self.name(name);
    }

    /// One did not come back.
    pub(crate) fn miss(&mut self, name: String) {
        self.stayed += 1;
        self.name(name);
    }

    /// A key that lies by itself has no name.
    fn name(&mut self, name: String) {
        if self.named.len() < MAX_NAMED && !name.is_empty() {
            self.named.push(name);
        }
    }

    /// So many parts more were asked for.
    pub(crate) fn tally(&mut self, more: PartTally) {
        let before = self.parts.unwrap_or_default();
        self.parts = Some(PartTally {
            asked: before.asked.saturating_add(more.asked),
            good: before.good.saturating_add(more.good),
        });
    }
}
