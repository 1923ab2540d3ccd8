//! Rules, and those of one wallet.

use super::calendar::Period;
use super::condition::{Condition, Excess};
use super::limits;
use super::trigger::{EVENING, Trigger, Unusable};
use crate::plan::policy::Policy;
use crate::plan::preset::Preset;
use crate::plan::{Divide, Plan};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use saifu_protocol::value::{Class, Money};
use saifu_protocol::{SafeId, fixed_bytes};
use serde::{Deserialize, Serialize};

fixed_bytes!(
    /// A rule in this wallet.
    RuleId, 16
);

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What its owner calls it; empty for one that was shipped, for which the page has words ([`Shipped::of`]).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Whether it runs.
    pub state: RuleState,
    /// Which values it means.
    pub which: Condition,
    /// When it is looked at.
    pub when: Trigger,
    /// What is done with them.
    pub does: Does,
}

/// Whether a rule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleState {
    /// It does nothing: nobody has confirmed it, or its owner has switched it off.
    Off,
    /// It runs.
    On,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// It registers values that are here.
    BackUp(BackUp),
    /// It recovers values that are at safes.
    Fetch(Fetch),
}

/// How values are backed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackUp {
    /// By which plan.
    pub how: How,
    /// The safes that take its slots, that of slot 0 first; none for those the wallet would choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub safes: Vec<SafeId>,
}

/// By which plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Sealed, by the plan the wallet's policy has for each value.
    Sealed,
    /// By this one.
    Preset(Preset),
    /// By one of the owner's own.
    Plan(Plan),
}

/// How values are fetched: usable soon first, as far as there is room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetch {
    /// How many bytes it leaves free, so that not every value that comes in then must make another go.
    pub leave_free: u64,
}

/// A rule the wallet comes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shipped {
    /// "Not usable within a month" (Fig. 20).
    NotUsableWithinAMonth,
    /// "Held longer than 30 days".
    HeldLongerThan30Days,
}

/// Why a rule is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleProblem {
    /// Its name is missing, longer than [`limits::MAX_RULE_NAME_CHARS`], or has control characters.
    Name,
    /// Its condition is beyond the limits.
    Which(Excess),
    /// Its trigger is beyond the limits, or never comes.
    When(Unusable),
    /// It names a safe twice, or more than a plan has slots for.
    Safes,
    /// There are [`limits::MAX_RULES`] already, or two of one id.
    TooMany,
}

impl fmt::Display for RuleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a rule")
    }
}

impl RuleId {
    /// Of a rule that is yet to be put among the others, and gets its id then.
    pub const NEW: Self = Self::new([0; 16]);
}

impl Shipped {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Shipped; 2] = [
        Shipped::NotUsableWithinAMonth,
        Shipped::HeldLongerThan30Days,
    ];

    /// The id it has in every wallet.
    pub const fn id(self) -> RuleId {
        let mut bytes = [0; 16];
        bytes[15] = match self {
            Shipped::NotUsableWithinAMonth => 1,
            Shipped::HeldLongerThan30Days => 2,
        };
        RuleId::new(bytes)
    }

    /// The shipped rule with this id.
    pub fn of(id: RuleId) -> Option<Self> {
        Self::ALL.into_iter().find(|shipped| shipped.id() == id)
    }

    /// The rule as it is shipped: off until its owner confirms it.
    pub fn rule(self) -> Rule {
        let which = match self {
            Shipped::NotUsableWithinAMonth => {
                let usable = Condition::UsableWithin(Period::Months(1));
                Condition::Not(Box::new(usable))
            }
            Shipped::HeldLongerThan30Days => Condition::HeldLongerThan(30),
        };
        Rule {
            id: self.id(),
            name: String::new(),
            state: RuleState::Off,
            which,
            when: Trigger::Any(alloc::vec![Trigger::At(EVENING), Trigger::OnRequest]),
            does: Does::BackUp(BackUp {
                how: How::Sealed,
                safes: Vec::new(),
            }),
        }
    }
}

impl How {
    /// The plan for a value.
    ///
    /// Rules say which values and when, the policy says how: so [`How::Sealed`] asks it. What it answers in plain form,
    /// because its owner once chose that by hand, is sealed all the same: a rule runs unseen.
    pub fn plan(&self, policy: &Policy, class: Class, worth: Option<Money>) -> Plan {
        match self {
            How::Sealed => {
                let plan = policy.choose(class, worth).plan();
                match hides(&plan) {
                    true => plan,
                    false => Preset::OneSafeSealed.plan(),
                }
            }
            How::Preset(preset) => preset.plan(),
            How::Plan(plan) => plan.clone(),
        }
    }
}

/// Whether what goes to safes is sealed.
fn hides(plan: &Plan) -> bool {
    // What is divided by a threshold is sealed under the key that is shared (decision 21).
    plan.seal().is_some() || matches!(plan.divide(), Some(Divide::Threshold(_)))
}

impl Rule {
    /// Whether it is within the limits.
    ///
    /// # Errors
    /// See [`RuleProblem`].
    pub fn check(&self) -> Result<(), RuleProblem> {
        let is_named = !self.name.trim().is_empty() || Shipped::of(self.id).is_some();
        let is_short = self.name.chars().count() <= limits::MAX_RULE_NAME_CHARS;
        if !is_named || !is_short || self.name.chars().any(char::is_control) {
            return Err(RuleProblem::Name);
        }
        self.which.check().map_err(RuleProblem::Which)?;
        self.when.check().map_err(RuleProblem::When)?;
        let Does::BackUp(back_up) = &self.does else {
            return Ok(());
        };
        let safes = &back_up.safes;
        let is_twice = |at: usize| safes.iter().take(at).any(|safe| *safe == safes[at]);
        if safes.len() > crate::plan::limits::MAX_SAFES || (0..safes.len()).any(is_twice) {
            return Err(RuleProblem::Safes);
        }
        Ok(())
    }

    /// Whether it runs and fetches.
    pub(super) fn fetches(&self) -> bool {
        self.state == RuleState::On && matches!(self.does, Does::Fetch(_))
    }
}

/// The rules of one wallet, each of them checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Rule>")]
pub struct Rules(Vec<Rule>);

impl Default for Rules {
    /// Those that are shipped.
    fn default() -> Self {
        Self(Shipped::ALL.into_iter().map(Shipped::rule).collect())
    }
}

impl TryFrom<Vec<Rule>> for Rules {
    type Error = RuleProblem;

    fn try_from(rules: Vec<Rule>) -> Result<Self, RuleProblem> {
        let mut checked = Self(Vec::new());
        for rule in rules {
            if checked.get(rule.id).is_some() {
                return Err(RuleProblem::TooMany);
            }
            checked.put(rule)?;
        }
        Ok(checked)
    }
}

impl Rules {
    /// Each, in the order in which they run.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter()
    }

    /// The rule with this id.
    pub fn get(&self, id: RuleId) -> Option<&Rule> {
        self.iter().find(|rule| rule.id == id)
    }

    /// Takes in a rule, in the place of the one with its id or as the last.
    ///
    /// # Errors
    /// See [`RuleProblem`]; then nothing has changed.
    pub fn put(&mut self, rule: Rule) -> Result<(), RuleProblem> {
        rule.check()?;
        let is_full = self.0.len() >= limits::MAX_RULES;
        match self.0.iter_mut().find(|known| known.id == rule.id) {
            Some(known) => *known = rule,
            None if is_full => return Err(RuleProblem::TooMany),
            None => self.0.push(rule),
        }
        Ok(())
    }

    /// Leaves out a rule.
    pub fn remove(&mut self, id: RuleId) {
        self.0.retain(|rule| rule.id != id);
    }

    /// The shipped rules are there again as they were shipped, off, before all others. The owner's own stay as they are.
    pub fn restore_shipped(&mut self) {
        self.0.retain(|rule| Shipped::of(rule.id).is_none());
        self.0.truncate(limits::MAX_RULES - Shipped::ALL.len());
        self.0
            .splice(0..0, Shipped::ALL.into_iter().map(Shipped::rule));
    }
}
