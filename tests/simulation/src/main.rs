//! Runs worlds: `sim [SEEDS] [FROM]`, 2,000 from 0 by default. Prints the failing seeds; each replays by itself with
//! `sim 1 SEED`. Closes with a line `n passed, m failed`.
#![allow(
    clippy::print_stdout,
    reason = "this is a command, its output is its result"
)]

use saifu_simulation::{Bug, Seen, Violation, run, run_spread};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

type Run = fn(u64, Option<Bug>) -> Result<Seen, Violation>;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let (seeds, from) = match (arguments.next(), arguments.next()) {
        (None, None) => (2_000, 0),
        (Some(Ok(seeds)), None) => (seeds, 0),
        (Some(Ok(seeds)), Some(Ok(from))) => (seeds, from),
        _ => {
            println!("sim: SEEDS and FROM are whole numbers. Call it as: sim 2000 0");
            return ExitCode::FAILURE;
        }
    };
    let only = std::env::var("ONLY").ok();
    let next = AtomicU64::new(from);
    let failed = AtomicU64::new(0);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + seeds {
                        return;
                    }
                    for (kind, run) in [("world", run as Run), ("plans", run_spread)] {
                        if only.as_deref().is_some_and(|only| only != kind) {
                            continue;
                        }
                        if let Err(violation) = run(seed, None) {
                            failed.fetch_add(1, Ordering::Relaxed);
                            println!("{kind} of seed {seed} failed at {violation}. Replay: make sim SEEDS=1 FROM={seed}");
                        }
                    }
                }
            });
        }
    });
    let failed = failed.into_inner();
    println!("{} passed, {failed} failed", seeds - failed);
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
