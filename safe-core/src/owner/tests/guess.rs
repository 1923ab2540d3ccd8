//! Guesses are counted exactly, whatever the order in which messages come.

use super::scene::*;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;
use saifu_protocol::owner::{LoginFinished, LoginStarted, Which};

/// A sequence that looks disordered and is the same each time.
struct Order(u64);

impl Order {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

#[test]
fn a_thousand_guesses_at_one_moment_have_five_challenges() {
    let mut scene = Scene::with_hana();
    let mut challenges = 0;
    for _ in 0..1_000 {
        let begun = scene.begin(HANA, Which::Newest, b"guess");
        let started = done(scene.send(THIEF, &begun));
        challenges += u64::from(matches!(started, LoginStarted::Challenge { .. }));
    }
    assert_eq!(challenges, 5);
    assert_eq!(scene.guesses(HANA).spent, 5);
    assert_eq!(scene.guesses(HANA).in_a_row, 5);
    // And the owner has one a day at the worst.
    scene.wait(86_400);
    assert!(scene.log_in(PHONE, HANA, Which::Newest, b"first").is_some());
}

/// A login that is under way: whose it is, and what the safe said when.
struct Open {
    login: Begun,
    is_owner: bool,
    started: LoginStarted,
    at: UnixTime,
}

#[test]
fn a_thousand_interleaved_guesses_are_counted_exactly() {
    let mut scene = Scene::with_hana();
    let mut order = Order(1);
    let mut begun: Vec<(Begun, bool)> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let (mut sent, mut challenges, mut right, mut in_a_row) = (0, 0_u64, 0_u64, 0_u32);
    let secret = |is_owner| -> &[u8] { if is_owner { b"first" } else { b"guess" } };
    while sent < 1_000 {
        match order.below(8) {
            0 | 1 => {
                let is_owner = order.below(2) == 0;
                let login = scene.begin(HANA, Which::Newest, secret(is_owner));
                begun.push((login, is_owner));
            }
            2 | 3 if !begun.is_empty() => {
                let (login, is_owner) = begun.swap_remove(order.below(begun.len()));
                let started = done(scene.send(PHONE, &login));
                sent += 1;
                if matches!(started, LoginStarted::Challenge { .. }) {
                    challenges += 1;
                    in_a_row += 1;
                    // The network repeats some.
                    if order.below(3) == 0 {
                        assert!(done(scene.send(PHONE, &login)) == started);
                    }
                    open.push(Open {
                        login,
                        is_owner,
                        started,
                        at: scene.now,
                    });
                }
            }
            4..=6 if !open.is_empty() => {
                let Open {
                    login,
                    is_owner,
                    started,
                    at,
                } = open.swap_remove(order.below(open.len()));
                let last = scene.answer(&login, secret(is_owner), &started);
                assert_eq!(last.is_some(), is_owner);
                let ke3 = last.map_or([7; 64], |last| last.ke3);
                let finished = scene.finish(PHONE, login.request, ke3);
                let is_in = is_owner && scene.now.since(at) <= 300;
                assert_eq!(matches!(finished, LoginFinished::In(_)), is_in);
                if is_in {
                    right += 1;
                    in_a_row = 0;
                }
            }
            7 if open.is_empty() => scene.wait(scene.guesses(HANA).wait(scene.now)),
            7 => scene.wait(10),
            _ => {}
        }
        let guesses = scene.guesses(HANA);
        let counted = (guesses.spent, guesses.right, guesses.in_a_row);
        assert_eq!(counted, (challenges, right, in_a_row));
    }
    assert!(challenges > 100 && right > 30, "{challenges} {right}");
    assert!(challenges < 1_000, "no guess had to wait");
}

#[test]
fn a_year_of_guesses_is_one_a_day_and_ten() {
    let mut scene = Scene::with_hana();
    let end = scene.now.plus(365 * 86_400);
    while scene.now < end {
        let begun = scene.begin(HANA, Which::Newest, b"guess");
        match done(scene.send(THIEF, &begun)) {
            LoginStarted::Challenge { .. } => {}
            LoginStarted::Wait(seconds) => scene.wait(seconds),
        }
    }
    assert_eq!(scene.guesses(HANA).spent, 10 + 364);
}
