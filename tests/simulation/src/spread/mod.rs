//! Worlds for what plans spread over several safes: the real wallet on up to three devices, two to five real safes with an
//! operator each, plans drawn at random, and an owner who does things at bad moments.
//!
//! At random steps, and after each transaction by which a value goes or begins to move, the world forks: everything in the
//! copy heals, and what its owner wants must come back exactly once. In one kind of fork so many safes as the plans allow
//! are gone for good, and no safe takes anything new.

mod acts;
mod cheats;
mod forks;
mod lost;
mod marks;
mod owner;
mod plans;
mod steps;
#[cfg(test)]
mod tests;
mod watch;

pub use cheats::{Odds, race, run_cheats};

use crate::device::{Device, Store};
use crate::dice::Dice;
use crate::invariants::Violation;
use crate::planted::Bug;
use crate::safe::{Honesty, Safe};
use crate::scene::{Scene, skew};
use crate::seen::{Mark, Seen};
use saifu_wallet_core::group::Group;
use saifu_wallet_core::owner::Words;
use saifu_wallet_core::plan::GroupId;
use std::collections::BTreeSet;
use watch::Watch;

/// A world of plans.
pub struct Spread {
    scene: Scene,
    watch: Watch,
    step: usize,
    has_changed: bool,
    values_made: usize,
    keys_made: usize,
    /// A key was deleted that safes hold: then they are needed, whatever the plan promised of home.
    relies_on_safes: bool,
    forks: usize,
    marks: BTreeSet<Mark>,
    /// What the owner has written down, once they are enrolled.
    words: Option<Words>,
    /// The owner restores while the first device is still in use. Then every value has a key of its own: what one device seals
    /// with a lasting key the other does not know of, and ends the key with the last value it knows.
    is_shared: bool,
}

/// Runs the world of a seed to its end.
///
/// # Errors
/// The first invariant that does not hold.
pub fn run_spread(seed: u64, bug: Option<Bug>) -> Result<Seen, Violation> {
    let mut spread = Spread::new(seed, bug);
    for act in [
        |spread: &mut Spread| spread.settle_in(2),
        Spread::enrol_perhaps,
        Spread::go_wild,
        Spread::come_to_rest,
        Spread::move_everything,
        Spread::go_wild,
        Spread::come_to_rest,
        Spread::race,
        Spread::go_wild,
        Spread::come_to_rest,
        Spread::recover_everything,
        Spread::check_end,
    ] {
        act(&mut spread).map_err(|what| Violation {
            step: spread.step,
            what,
        })?;
    }
    Ok(spread.seen())
}

impl Spread {
    /// A new world.
    pub fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut dice = Dice::new(seed);
        let count = 2 + dice.below(4);
        let safes = (0..count)
            .map(|number| {
                let lies = number + 1 == count && dice.percent(15);
                let honesty = if lies { Honesty::Lies } else { Honesty::Honest };
                let mut safe = Safe::new(number, honesty, &mut dice);
                let same = number == 1 && dice.percent(5);
                let operator = if same { 0 } else { number };
                safe.settings.operator = format!("Operator {operator}");
                safe
            })
            .collect();
        let devices = vec![Device::new(Store::default(), skew(&mut dice))];
        Self::on(Scene::new(dice, bug, devices, safes))
    }

    fn on(scene: Scene) -> Self {
        Self {
            scene,
            watch: Watch::default(),
            step: 0,
            has_changed: true,
            values_made: 0,
            keys_made: 0,
            relies_on_safes: false,
            forks: 0,
            marks: BTreeSet::new(),
            words: None,
            is_shared: false,
        }
    }

    fn seen(self) -> Seen {
        Seen {
            marks: self.marks,
            ..Seen::on(self.scene.devices)
        }
    }

    fn groups(&self, device: usize, is: impl Fn(&Group) -> bool) -> Vec<GroupId> {
        let books = self.scene.books(device);
        let groups = books.groups().filter(|group| is(group));
        groups.map(|group| group.id).collect()
    }
}
