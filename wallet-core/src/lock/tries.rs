//! Wrong passcodes, and the pauses after them. Counted in a record beside the lock, before a passcode is tried, so that neither
//! a reload nor a crash gives one away. What it does not hold off: a copy of the browser's profile that is put back, and a
//! device whose clock is turned on.

/// So many wrong ones have no pause: an owner slips.
const FREE: u32 = 2;
const FIRST_PAUSE_MS: u64 = 5_000;
const LONGEST_PAUSE_MS: u64 = 30 * 60_000;

/// What was tried since the wallet was last unlocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// How often.
    pub wrong: u32,
    /// Until when, by this device's clock.
    pub until_ms: u64,
}

impl Tries {
    /// When the next may be tried; none if now.
    pub fn pause(self, now_ms: u64) -> Option<u64> {
        let pause = self.until_ms.saturating_sub(now_ms);
        // A clock that was set back does not lock the owner out for longer than any pause.
        (pause > 0).then(|| now_ms + pause.min(LONGEST_PAUSE_MS))
    }

    /// What is to be stored before one is tried.
    pub fn one_more(self, now_ms: u64) -> Self {
        let wrong = self.wrong.saturating_add(1);
        let doubled = FIRST_PAUSE_MS << wrong.saturating_sub(FREE + 1).min(16);
        let pause = match wrong {
            0..=FREE => 0,
            _ => doubled.min(LONGEST_PAUSE_MS),
        };
        let until_ms = now_ms.saturating_add(pause);
        Self { wrong, until_ms }
    }

    /// As it is stored. It says nothing that a copy of it does not say as well, so it lies plain.
    pub fn write(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        let (wrong, until) = bytes.split_at_mut(4);
        wrong.copy_from_slice(&self.wrong.to_be_bytes());
        until.copy_from_slice(&self.until_ms.to_be_bytes());
        bytes
    }

    /// As it was stored. What does not read is the longest pause: whoever spoils the record gains nothing.
    pub fn read(bytes: &[u8], now_ms: u64) -> Self {
        let read = || {
            let (wrong, until) = bytes.split_first_chunk::<4>()?;
            Some(Self {
                wrong: u32::from_be_bytes(*wrong),
                until_ms: u64::from_be_bytes(until.try_into().ok()?),
            })
        };
        read().unwrap_or(Self {
            wrong: u32::MAX,
            until_ms: now_ms.saturating_add(LONGEST_PAUSE_MS),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const NOW: u64 = 1_700_000_000_000;

    #[test]
    fn pauses_grow_and_end() {
        let mut tries = Tries::default();
        let mut pauses = Vec::new();
        for _ in 0..14 {
            tries = tries.one_more(NOW);
            pauses.push(tries.pause(NOW).map_or(0, |until| (until - NOW) / 1_000));
        }
        let want = [
            0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 1_280, 1_800, 1_800, 1_800,
        ];
        assert_eq!(pauses, want);
        assert_eq!(tries.pause(NOW + LONGEST_PAUSE_MS), None);
        let last = Tries {
            wrong: u32::MAX,
            ..tries
        };
        assert_eq!(last.one_more(NOW).until_ms, NOW + LONGEST_PAUSE_MS);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_pause_longer() {
        let tries = Tries {
            wrong: 3,
            until_ms: NOW,
        };
        assert_eq!(tries.pause(0), Some(LONGEST_PAUSE_MS));
    }

    #[test]
    fn it_reads_back_and_spoiled_it_is_a_pause() {
        let tries = Tries {
            wrong: 5,
            until_ms: NOW,
        };
        assert_eq!(Tries::read(&tries.write(), 0), tries);
        for spoiled in [&b""[..], &[1; 11], &[1; 13]] {
            let read = Tries::read(spoiled, NOW);
            assert_eq!(read.pause(NOW), Some(NOW + LONGEST_PAUSE_MS));
        }
    }
}
