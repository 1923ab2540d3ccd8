//! Checks whether an electronic safe keeps to the protocol.
//!
//! `conformance <url>` runs the suite against any safe. The other commands are steps for a driver that can do to its own
//! safe what no request can: damage its files, set it back, take its index away, cut its power.
//!
//! In scope: what a wallet sees. Not in scope: how a safe stores anything.

#![allow(clippy::disallowed_methods)] // A native program: its clock does not panic.

mod description;
mod device;
mod guess;
mod order;
mod owner;
mod push;
mod steps;
mod suite;
mod wallet;

use std::io::Write as _;
use std::process::ExitCode;
use wallet::{Check, Wallet, new_secret};

const USAGE: &str = "conformance <url> [suite [part of a name]]
conformance <url> register <file> <count>     register, append what was acknowledged to the file
conformance <url> load <file>                 register one by one until the safe no longer answers
conformance <url> recover <file> <problem|done> [bare]   recover all of the file and expect this of each
conformance <url> rotate <file> <file>        take over all of the first file, append what came back to the second
conformance <url> guess <count>                guess at names, from several accounts at once, and count the challenges
conformance <url> push <url>                   have the safe wake accounts by the push service there
conformance <url> orders <url>                 have the first safe bring orders to the second
conformance <url> list <file> <complete|nothing|unavailable>   list the account of the file";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        [url] => suite(url, ""),
        [url, "suite"] => suite(url, ""),
        [url, "suite", part] => suite(url, part),
        [url, "register", file, count] => steps::register(url, file, count),
        [url, "load", file] => steps::load(url, file),
        [url, "recover", file, expected] => steps::recover(url, file, expected, steps::Form::Whole),
        [url, "recover", file, expected, "bare"] => {
            steps::recover(url, file, expected, steps::Form::Bare)
        }
        [url, "rotate", from, to] => steps::rotate(url, from, to),
        [url, "orders", other] => order::between(url, other),
        [url, "push", service] => push::push(url, service),
        [url, "guess", count] => guess::guess(url, count),
        [url, "list", file, expected] => steps::list(url, file, expected),
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say(&why);
            ExitCode::FAILURE
        }
    }
}

pub(crate) fn say(text: &str) {
    // Nobody listening is no reason to fail.
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn suite(url: &str, part: &str) -> Check {
    let wallet = Wallet::new(url, new_secret())?;
    let (mut passed, mut failed) = (0, 0);
    for (name, case) in suite::CASES.iter().filter(|(name, _)| name.contains(part)) {
        match case(&wallet) {
            Ok(()) => {
                passed += 1;
                say(&format!("ok    {name}"));
            }
            Err(why) => {
                failed += 1;
                say(&format!("FAIL  {name}: {why}"));
            }
        }
    }
    let summary = format!("{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 {
        say(&summary);
        Ok(())
    } else {
        Err(summary)
    }
}
