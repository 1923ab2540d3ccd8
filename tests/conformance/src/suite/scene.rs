//! What several cases share.

use crate::wallet::{Check, Held, Wallet, done, new_secret, problem};
use saifu_protocol::message::{EntryState, Outcome, Registered};
use saifu_protocol::problem::Code;
use saifu_protocol::receipt::Event;
use std::time::{Duration, Instant};

macro_rules! ensure {
    ($what:expr, $($why:tt)*) => {
        if !$what {
            return Err(format!($($why)*));
        }
    };
}
pub(crate) use ensure;

pub(super) fn certificates(outcomes: Vec<Outcome<Registered>>) -> Check<Vec<String>> {
    outcomes
        .into_iter()
        .map(|outcome| Ok(done(outcome)?.certificate))
        .collect()
}

pub(super) fn conflict<T>(
    wallet: &Wallet,
    held: &Held,
    outcome: Outcome<T>,
    event: Event,
) -> Check {
    let problem = problem(outcome, Code::Conflict)?;
    let receipt = problem.receipt.ok_or("a conflict without a receipt")?;
    let receipt = wallet.receipt(&receipt)?;
    ensure!(
        receipt.target == held.whole().fingerprint(),
        "the receipt is about something else"
    );
    ensure!(
        receipt.event == event,
        "the receipt says {:?}",
        receipt.event
    );
    Ok(())
}

pub(super) fn refused_as(state: EntryState, session: Option<saifu_protocol::SessionId>) -> Event {
    Event::Refused { state, session }
}

/// How many wallets meet at one entry.
const AT_ONCE: usize = 12;

/// How long the certificate index may be behind.
const INDEX_DELAY: Duration = Duration::from_secs(90);

pub(super) fn until(what: &str, mut reached: impl FnMut() -> Check<bool>) -> Check {
    let start = Instant::now();
    while !reached()? {
        ensure!(
            start.elapsed() < INDEX_DELAY,
            "{what}: not within {INDEX_DELAY:?}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// What so many wallets, each with an account of its own, get who do the same thing at once.
pub(super) fn at_once<T: Send>(
    wallet: &Wallet,
    act: impl Fn(&Wallet) -> Check<T> + Sync,
) -> Check<Vec<T>> {
    let (url, act) = (&wallet.url, &act);
    let outcomes: Vec<Check<T>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE)
            .map(|_| scope.spawn(move || act(&Wallet::new(url, new_secret())?)))
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err("a thread failed".into()))
            })
            .collect()
    });
    outcomes.into_iter().collect()
}
