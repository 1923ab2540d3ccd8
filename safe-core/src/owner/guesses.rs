//! The counting of guesses.
//!
//! A guess is spent when a challenge is made, not when its answer comes: whoever guesses learns by the challenge alone
//! whether they are right, and need never answer. Only the right answer gives guesses back.

use saifu_protocol::UnixTime;

/// After so long without a guess those before are forgotten. It makes the rows of names that nobody has purgeable, and
/// gives whoever guesses less than one a day does.
pub const FORGOTTEN_AFTER: u64 = 90 * 24 * 60 * 60;

/// Guesses in a row that need no waiting: an owner mistypes.
const FREE: u32 = 5;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// The longest wait. Where a name is guessed at without end one guess a day is left, for whoever comes first: no lock that stays
/// when the guessing ends.
const DAY: u64 = 24 * HOUR;

/// The guesses at one name, whether anybody has it or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guesses {
    /// How many were ever spent.
    pub spent: u64,
    /// How many of them were right.
    pub right: u64,
    /// How many were spent since the last right one.
    pub in_a_row: u32,
    /// When the last one was spent.
    pub last: UnixTime,
}

/// How long to wait after so many guesses in a row.
const fn pause(in_a_row: u32) -> u64 {
    match in_a_row {
        0..FREE => 0,
        5 => MINUTE,
        6 => 5 * MINUTE,
        7 => 30 * MINUTE,
        8 => 2 * HOUR,
        9 => 8 * HOUR,
        10.. => DAY,
    }
}

impl Default for Guesses {
    fn default() -> Self {
        Self {
            spent: 0,
            right: 0,
            in_a_row: 0,
            last: UnixTime(0),
        }
    }
}

impl Guesses {
    /// How many seconds are left until the next guess.
    pub fn wait(&self, now: UnixTime) -> u64 {
        if self.are_forgotten(now) {
            return 0;
        }
        // By the time that has gone by: a clock that was set back makes the wait longer, and never shorter.
        pause(self.in_a_row).saturating_sub(now.since(self.last))
    }

    /// Whether they count no more.
    pub fn are_forgotten(&self, now: UnixTime) -> bool {
        now.since(self.last) >= FORGOTTEN_AFTER
    }

    /// Spends one.
    pub fn spend(&mut self, now: UnixTime) {
        if self.are_forgotten(now) {
            self.in_a_row = 0;
        }
        self.spent = self.spent.saturating_add(1);
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.last = self.last.max(now);
    }

    /// Gives back: one was right.
    pub fn give_back(&mut self) {
        self.right = self.right.saturating_add(1);
        self.in_a_row = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_at_one_guess_a_day() {
        let mut guesses = Guesses::default();
        let mut now = UnixTime(1_000_000_000);
        let mut waited = alloc::vec::Vec::new();
        for _ in 0..13 {
            let wait = guesses.wait(now);
            waited.push(wait);
            now = now.plus(wait);
            assert_eq!(guesses.wait(now), 0);
            guesses.spend(now);
        }
        let day = 86_400;
        let pauses = [0, 0, 0, 0, 0, 60, 300, 1_800, 7_200, 28_800, day, day, day];
        assert_eq!(waited, pauses);
        assert_eq!((guesses.spent, guesses.in_a_row), (13, 13));
    }

    #[test]
    fn a_right_guess_gives_those_before_it_back() {
        let mut guesses = Guesses::default();
        let now = UnixTime(1_000_000_000);
        for _ in 0..8 {
            guesses.spend(now);
        }
        assert_eq!(guesses.wait(now), 7_200);
        guesses.give_back();
        assert_eq!(guesses.wait(now), 0);
        assert_eq!((guesses.spent, guesses.right), (8, 1));
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_wait_shorter() {
        let mut guesses = Guesses::default();
        let now = UnixTime(1_000_000_000);
        for _ in 0..6 {
            guesses.spend(now);
        }
        let before = UnixTime(now.0 - 1_000);
        assert_eq!(guesses.wait(before), 300);
        guesses.spend(before);
        assert_eq!(guesses.last, now);
    }

    #[test]
    fn guesses_of_long_ago_are_forgotten() {
        let mut guesses = Guesses::default();
        let now = UnixTime(1_000_000_000);
        for _ in 0..20 {
            guesses.spend(now);
        }
        let long_after = now.plus(FORGOTTEN_AFTER);
        assert_eq!(guesses.wait(long_after), 0);
        guesses.spend(long_after);
        assert_eq!((guesses.spent, guesses.in_a_row), (21, 1));
    }
}
