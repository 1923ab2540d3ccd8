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
}

/// What a rule does with values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// It sends them to safes.
    BackUp,
    /// It brings them home.
    Fetch,
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

    /// With one more.
    #[must_use]
    pub fn with(&self, entry: Entry) -> Self {
        let surplus = (self.0.len() + 1).saturating_sub(MAX_ACTIVITY);
        let kept = self.0.iter().skip(surplus).cloned();
        Self(kept.chain([entry]).collect())
    }
}

impl Entry {
    /// One more was moved.
    pub(crate) fn count(&mut self, name: String) {
        self.moved += 1;
        if self.named.len() < MAX_NAMED {
            self.named.push(name);
        }
    }
}
