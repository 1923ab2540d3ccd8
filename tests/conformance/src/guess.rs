//! Guesses at names, from several accounts at once. A driver cuts the safe's power meanwhile, and compares what is said here
//! with what the ledger counted.

use crate::owner::{Begun, begin, new_name};
use crate::say;
use crate::wallet::{Check, Refused, Wallet, new_secret};
use saifu_protocol::owner::{LoginStarted, LookUpId, Which};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How many wallets guess, each with an account of its own.
const THIEVES: usize = 12;
/// How many guesses are made at each name but the first.
const AT_EACH: usize = 5;
/// How long a safe may be away.
const PATIENCE: Duration = Duration::from_secs(60);

/// Half of all guesses are at a name that is enrolled, the others at names that nobody has. Whatever is not answered is sent
/// again: it is the same guess.
pub(crate) fn guess(url: &str, count: &str) -> Check {
    let count: usize = count.parse().map_err(|_| "no number")?;
    let owner = Wallet::new(url, new_secret())?;
    let names: Vec<LookUpId> = (0..=count / 2 / AT_EACH).map(|_| new_name()).collect();
    owner.enrol(names[0], b"six words")?;
    let (next, challenges) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let guess_on = || -> Check {
        let wallet = Wallet::new(url, new_secret())?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(());
            }
            let at = if number % 2 == 0 {
                0
            } else {
                1 + (number / 2) % (names.len() - 1)
            };
            let begun = begin(names[at], Which::Newest, b"a guess")?;
            if let LoginStarted::Challenge { .. } = until_answered(&wallet, &begun)? {
                let mut challenges = challenges.lock().map_err(|_| "a thread failed")?;
                *challenges.entry(names[at].to_string()).or_insert(0) += 1;
                // A line for each, so that a driver that cuts the power knows how many had left by then.
                say("challenge");
            }
        }
    };
    let outcomes: Vec<Check> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THIEVES).map(|_| scope.spawn(guess_on)).collect();
        let failed = |_| Err(String::from("a thread failed"));
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.map(|result| result.unwrap_or_else(failed)).collect()
    });
    outcomes.into_iter().collect::<Check<Vec<()>>>()?;
    let challenges = challenges.into_inner().map_err(|_| "a thread failed")?;
    let told = serde_json::json!({ "enrolled": names[0], "challenges": challenges });
    say(&told.to_string());
    Ok(())
}

fn until_answered(wallet: &Wallet, begun: &Begun) -> Check<LoginStarted> {
    let start = Instant::now();
    loop {
        match wallet.guess(begun) {
            Ok(started) => return Ok(started),
            Err(Refused::Failed(_)) if start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(refused) => return Err(refused.into()),
        }
    }
}
