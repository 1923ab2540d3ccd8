//! Every parser of foreign bytes, tried with genuine bytes that were altered by chance: the same alterations in every run,
//! and no look at what they reach. It is a smoke test for what libFuzzer searches with coverage (`make fuzz`).

use saifu_fuzz::mutate::{Dice, alter};
use saifu_fuzz::{TARGETS, Target, find};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How often each target is tried. Those that open, sign or verify take longer.
const TRIES: u64 = 3_000;

fn fails(target: &Target, bytes: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))).is_err()
}

/// The seed of the first alteration that fails, with the bytes.
fn first_failure(target: &Target, tries: u64) -> Option<(u64, Vec<u8>)> {
    let corpus = (target.corpus)();
    (0..tries).find_map(|seed| {
        let mut dice = Dice::new(seed);
        let at = |dice: &mut Dice| &corpus[dice.below(corpus.len())];
        let (bytes, other) = (at(&mut dice), at(&mut dice));
        let altered = alter(bytes, other, &mut dice);
        fails(target, &altered).then_some((seed, altered))
    })
}

#[test]
fn no_parser_takes_or_breaks_at_what_was_altered() {
    let failures: Vec<String> = TARGETS
        .iter()
        .filter_map(|target| {
            let (seed, bytes) = first_failure(target, TRIES)?;
            let bytes = bytes.escape_ascii();
            Some(format!("{}, seed {seed}: {bytes}", target.name))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Else the alterations would begin with what is refused at its first byte.
#[test]
fn genuine_bytes_are_taken_and_hold_what_is_said() {
    for target in TARGETS {
        let corpus = (target.corpus)();
        assert!(!corpus.is_empty(), "{}", target.name);
        for bytes in corpus {
            (target.run)(&bytes);
        }
    }
    let certificate = &(find("certificate").unwrap().corpus)()[0];
    let text = core::str::from_utf8(certificate).unwrap();
    assert!(saifu_protocol::certificate::read_claims_unverified(text).is_ok());
    for paper in (find("bearer").unwrap().corpus)() {
        assert!(saifu_wallet_core::bearer::look(core::str::from_utf8(&paper).unwrap()).is_ok());
    }
    for part in (find("part").unwrap().corpus)() {
        assert!(saifu_wallet_core::plan::part::Part::read(&part).is_ok());
    }
}

/// A parser that indexes without looking is found, and one that takes what it should not.
#[test]
fn faults_would_be_found() {
    let parts = find("part").unwrap().corpus;
    let faulty: [fn(&[u8]); 3] = [
        |bytes| assert_ne!(bytes[44], 200),
        |bytes| {
            let length = usize::from(u16::from_be_bytes([bytes[45], bytes[46]]));
            assert!(bytes[47..47 + length].len() == length);
        },
        |bytes| assert!(bytes.starts_with(b"Saifu"), "taken for granted"),
    ];
    for run in faulty {
        let target = Target {
            name: "faulty",
            run,
            corpus: parts,
        };
        assert!(first_failure(&target, TRIES).is_some());
    }
}
