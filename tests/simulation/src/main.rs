//! Runs worlds: `sim [SEEDS] [FROM] [KIND]`, 2,000 from 0 by default. Prints the failing seeds; each replays by itself with
//! `sim 1 SEED KIND`. Closes with a line `n passed, m failed`.
//!
//! There are three kinds: `values`, each registered at one safe; `plans`, which spread values over several; `cheats`, where
//! two copies of a profile race while some safes confirm both. Without a KIND every seed gets a world of values, and one
//! in twenty one of each other kind, which take longer.
#![allow(
    clippy::print_stdout,
    reason = "this is a command, its output is its result"
)]

use saifu_simulation::{Bug, Seen, Violation, run, run_cheats, run_spread};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// One seed in so many gets a world of plans.
const PLANS_EVERY: u64 = 50;

type Run = fn(u64, Option<Bug>) -> Result<Seen, Violation>;

const VALUES: (&str, Run) = ("values", run);
const PLANS: (&str, Run) = ("plans", run_spread);
const CHEATS: (&str, Run) = ("cheats", run_cheats);

/// What is to be run.
struct Wish {
    seeds: u64,
    from: u64,
    kind: Option<String>,
}

impl Wish {
    fn read(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut number = |default| match arguments.next() {
            None => Some(default),
            Some(text) => text.parse().ok(),
        };
        let (seeds, from) = (number(2_000)?, number(0)?);
        let kind = arguments.next();
        let is_known = |kind: &String| [VALUES.0, PLANS.0, CHEATS.0].contains(&kind.as_str());
        let is_right = kind.as_ref().is_none_or(is_known);
        is_right.then_some(Self { seeds, from, kind })
    }

    /// The worlds of a seed.
    fn worlds(&self, seed: u64) -> impl Iterator<Item = (&'static str, Run)> {
        let is_wanted = move |(kind, _): &(&str, Run)| match &self.kind {
            Some(only) => only == kind,
            None => *kind == VALUES.0 || seed.is_multiple_of(PLANS_EVERY),
        };
        [PLANS, CHEATS, VALUES].into_iter().filter(is_wanted)
    }
}

fn main() -> ExitCode {
    let Some(wish) = Wish::read(std::env::args().skip(1)) else {
        println!(
            "sim: SEEDS and FROM are whole numbers, KIND is `values`, `plans` or `cheats`. Call it as: sim 2000 0"
        );
        return ExitCode::FAILURE;
    };
    let next = AtomicU64::new(wish.from);
    let (passed, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= wish.from + wish.seeds {
                        return;
                    }
                    for (kind, run) in wish.worlds(seed) {
                        let Err(violation) = run(seed, None) else {
                            passed.fetch_add(1, Ordering::Relaxed);
                            continue;
                        };
                        failed.fetch_add(1, Ordering::Relaxed);
                        println!(
                            "{kind} of seed {seed} failed at {violation}. Replay: make sim SEEDS=1 FROM={seed} KIND={kind}"
                        );
                    }
                }
            });
        }
    });
    let (passed, failed) = (passed.into_inner(), failed.into_inner());
    println!("{passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
