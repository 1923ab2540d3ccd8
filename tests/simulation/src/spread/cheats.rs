//! Safes that cheat, and two copies of one profile that recover at once (docs/plans.md, "What is promised").
//!
//! Of n safes k must confirm; f of them cheat: they confirm every session that asks, or their ledger is set back to before
//! the first session. Where 2k − n > f the value comes back once, whatever the schedule. Where 2k − n = f it may come back
//! twice, and a simulation that did not find that would be blind.

use super::Spread;
use super::forks::MOST_FORKS;
use crate::device::{Device, Store};
use crate::dice::Dice;
use crate::invariants::Violation;
use crate::safe::Remembered;
use crate::safe::{Honesty, Safe};
use crate::scene::Scene;
use crate::seen::Seen;
use saifu_protocol::certificate::LegacyHash;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::plan::{Custody, DigestForm, Divide, Place, Plan, Slot, Step};

/// Steps in which everything under way arrives in any order.
const STEPS: usize = 400;
/// The most safes.
const MOST_SAFES: u8 = 5;

/// How many safes there are, must confirm, and cheat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odds {
    /// n.
    pub safes: u8,
    /// k.
    pub quorum: u8,
    /// f.
    pub cheats: u8,
}

impl Odds {
    /// All of them for which a plan is valid, up to five safes.
    pub fn all() -> impl Iterator<Item = Self> {
        let all = (1..=MOST_SAFES).flat_map(|safes| {
            let of_quorum = move |quorum| (0..=safes).map(move |cheats| (quorum, cheats));
            (1..=safes)
                .flat_map(of_quorum)
                .map(move |(quorum, cheats)| Self {
                    safes,
                    quorum,
                    cheats,
                })
        });
        all.filter(|odds| odds.margin() > 0)
    }

    /// 2k − n.
    fn margin(self) -> i16 {
        2 * i16::from(self.quorum) - i16::from(self.safes)
    }

    /// Whether it is promised that the value comes back once.
    pub fn is_safe(self) -> bool {
        self.margin() > i16::from(self.cheats)
    }

    /// Whether one cheat less would make it so.
    pub fn is_on_the_edge(self) -> bool {
        self.margin() == i16::from(self.cheats)
    }

    /// k pieces of n, or n whole copies.
    fn plan(self, is_divided: bool) -> Plan {
        let divide = Step::Divide(Divide::Threshold(self.quorum));
        Plan {
            steps: match is_divided && self.quorum > 1 {
                true => vec![divide],
                false => Vec::new(),
            },
            data: (0..self.safes).map(|slot| Place::At(Slot(slot))).collect(),
            quorum: self.quorum,
            digest: DigestForm::Sealed,
            hash: LegacyHash::Off,
            custody: Custody::Safes { after: self.safes },
        }
    }
}

/// Runs a race with odds at which nothing may go wrong, drawn from the seed.
///
/// # Errors
/// The first invariant that does not hold.
pub fn run_cheats(seed: u64, _: Option<crate::Bug>) -> Result<Seen, Violation> {
    let all: Vec<Odds> = Odds::all().filter(|odds| odds.is_safe()).collect();
    let at = usize::try_from(seed).unwrap_or(0) % all.len();
    race(all[at], seed).map(|()| Seen::default())
}

/// Two copies of one profile recover one value at once.
///
/// # Errors
/// The first invariant that does not hold.
pub fn race(odds: Odds, seed: u64) -> Result<(), Violation> {
    let mut race = Race::new(odds, seed);
    race.run().map_err(|what| Violation {
        step: race.world.step,
        what: format!("{odds:?}: {what}"),
    })
}

struct Race {
    world: Spread,
    odds: Odds,
    /// Whether messages are late and doubled. Then a safe that was set back may open its entry once more for a session
    /// that was given back, of which it knows nothing any more: it is as good as dead, and something may stay there.
    is_messy: bool,
    /// What the safes that are to be set back had before any session.
    before: Vec<(usize, Remembered)>,
}

impl Race {
    fn new(odds: Odds, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let safes = (0..usize::from(odds.safes)).map(|number| {
            let mut safe = Safe::new(number, Honesty::Honest, &mut dice);
            safe.settings.operator = format!("Operator {number}");
            safe
        });
        let safes = safes.collect();
        let devices = vec![Device::new(Store::default(), 0)];
        let is_messy = dice.percent(50);
        Self {
            is_messy,
            world: Spread::on(Scene::new(dice, None, devices, safes)),
            odds,
            before: Vec::new(),
        }
    }

    fn run(&mut self) -> Result<(), String> {
        self.world.settle_in(1)?;
        self.world.forks = MOST_FORKS;
        self.world.watch.is_doomed = !self.odds.is_safe();
        let plan = self.odds.plan(self.world.scene.dice.percent(50));
        let safes = self.world.scene.safes.iter().map(Safe::id).collect();
        let values = self.world.scene.held(0);
        self.world.want_protected(0, values, plan, safes, None);
        self.world.settle()?;
        self.world.copy_profile(0);
        self.world.scene.start(1);
        self.corrupt();
        let is_in_turn = self.world.scene.dice.percent(30);
        self.want(0);
        if is_in_turn {
            self.any_order(STEPS)?;
            self.set_back();
        }
        self.want(1);
        let first = self.world.scene.dice.below(STEPS);
        self.any_order(first)?;
        self.set_back();
        self.any_order(STEPS)?;
        self.world.settle()?;
        let came_back = self.world.recover_everything();
        if self.is_messy { Ok(()) } else { came_back }
    }

    /// Some safes cheat from now on.
    fn corrupt(&mut self) {
        let mut all: Vec<usize> = (0..self.world.scene.safes.len()).collect();
        for _ in 0..self.odds.cheats {
            let at = all.swap_remove(self.world.scene.dice.below(all.len()));
            if self.world.scene.dice.percent(50) {
                self.world.scene.safes[at].honesty = Honesty::ConfirmsAll;
            } else {
                let before = self.world.scene.safes[at].remembered();
                self.before.push((at, before));
            }
        }
    }

    fn set_back(&mut self) {
        self.world.has_changed = true;
        for (at, before) in std::mem::take(&mut self.before) {
            self.world.scene.safes[at].set_back(before);
        }
    }

    fn want(&mut self, device: usize) {
        for backup in self.world.groups(device, |_| true) {
            self.world
                .scene
                .want(device, Intent::RecoverBackup { backup });
        }
    }

    /// What is under way arrives in any order.
    fn any_order(&mut self, steps: usize) -> Result<(), String> {
        for _ in 0..steps {
            self.world.scene.collect_outgoing();
            let device = self.world.scene.dice.below(self.world.scene.devices.len());
            match self.world.scene.dice.below(20) {
                0..=9 => self.world.device_step(device)?,
                10..=18 if self.is_messy => self.world.scene.network_step(),
                10..=18 => self.world.scene.deliver_any(),
                _ if self.is_messy || self.world.scene.network.is_empty() => {
                    self.world.scene.pass_time();
                }
                _ => {}
            }
            self.world.check()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Schedules for each of the odds.
    const SCHEDULES: u64 = 10;

    #[test]
    fn where_more_confirm_than_can_cheat_nothing_comes_back_twice_and_nothing_is_lost() {
        for odds in Odds::all().filter(|odds| odds.is_safe()) {
            for seed in 0..SCHEDULES {
                let raced = race(odds, seed);
                assert_eq!(raced, Ok(()), "{odds:?}, seed {seed}");
            }
        }
    }

    #[test]
    fn one_cheat_more_and_it_is_found_to_come_back_twice() {
        let edge: Vec<Odds> = Odds::all().filter(|odds| odds.is_on_the_edge()).collect();
        let is_double = |what: &str| what.contains("is usable on devices");
        let found = edge.iter().find_map(|odds| {
            let mut raced = (0..SCHEDULES).filter_map(|seed| race(*odds, seed).err());
            raced.find(|violation| is_double(&violation.what))
        });
        assert!(found.is_some(), "no double at {edge:?}");
    }
}
