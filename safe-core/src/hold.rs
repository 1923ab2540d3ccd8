//! The wait before an entry does what an account wants that did not register it, and what its owner says meanwhile.
//!
//! How long is a matter of the entry, because a ticket for tonight and the savings of a year are not worth the same wait. Since
//! when, and what the owner said, is a matter of two accounts: who waits for one entry waits for all of them, and is told of,
//! and turned away, once.

use saifu_protocol::hold::{Asked, Said};
use saifu_protocol::{PublicKey, UnixTime};

/// How long others wait for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hold {
    /// So many seconds.
    pub wait: u64,
    /// From a time on so many fewer.
    pub shorter: Option<Shorter>,
}

/// A wait that was shortened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shorter {
    /// So many seconds.
    pub wait: u64,
    /// From this time on.
    pub from: UnixTime,
}

/// Whether an account may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// It may.
    Yes,
    /// From this time on.
    From(UnixTime),
    /// Its owner said no.
    Never,
}

impl Hold {
    /// How long it is at this time.
    pub fn at(&self, now: UnixTime) -> u64 {
        let over = self.shorter.filter(|shorter| now >= shorter.from);
        over.map_or(self.wait, |shorter| shorter.wait)
    }

    /// The owner wants it so long: longer at once, shorter after the wait that holds now.
    #[must_use]
    pub fn set(&self, wait: u64, now: UnixTime) -> Self {
        let before = self.at(now);
        if wait >= before {
            return Self {
                wait,
                shorter: None,
            };
        }
        // What is on its way already keeps its time if it is the same: whoever repeats does not wait anew.
        let is_same = |shorter: &Shorter| shorter.wait == wait && now < shorter.from;
        let from = self.shorter.filter(is_same);
        let from = from.map_or(now.plus(before), |shorter| shorter.from);
        Self {
            wait: before,
            shorter: Some(Shorter { wait, from }),
        }
    }

    /// Whether `account` may have what is another's, and what is known of it from now on. `asked` is what was known.
    pub fn judge(
        &self,
        account: PublicKey,
        asked: Option<Asked>,
        now: UnixTime,
    ) -> (May, Option<Asked>) {
        let wait = self.at(now);
        let said = asked.and_then(|asked| asked.said);
        match said {
            Some(Said::No) => return (May::Never, None),
            Some(Said::Yes) => return (May::Yes, None),
            None if wait == 0 => return (May::Yes, None),
            None => {}
        }
        let begun = asked.unwrap_or(Asked {
            account,
            since: now,
            said: None,
        });
        let over = begun.since.plus(wait);
        let may = if now >= over {
            May::Yes
        } else {
            May::From(over)
        };
        (may, asked.is_none().then_some(begun))
    }
}

/// Those about whom nothing is said come first, and of them those to whom it opens first: whoever asks by many accounts must
/// not push one out of sight whose time comes before.
pub fn urgency(asked: &Asked) -> (bool, UnixTime, PublicKey) {
    (asked.said.is_some(), asked.since, asked.account)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_000_000);
    const OTHER: PublicKey = PublicKey::new([7; 32]);
    const DAY: u64 = 86_400;

    fn hold(wait: u64) -> Hold {
        Hold {
            wait,
            shorter: None,
        }
    }

    #[test]
    fn whoever_asks_waits_from_the_first_time_on() {
        let (may, begun) = hold(DAY).judge(OTHER, None, NOW);
        assert_eq!(may, May::From(NOW.plus(DAY)));
        let begun = begun.unwrap();
        assert_eq!((begun.account, begun.since, begun.said), (OTHER, NOW, None));
        // Asking again is not asking anew, and what has another wait counts from the same time.
        let later = NOW.plus(DAY / 2);
        let again = hold(DAY).judge(OTHER, Some(begun), later);
        assert_eq!(again, (May::From(NOW.plus(DAY)), None));
        assert_eq!(hold(60).judge(OTHER, Some(begun), later), (May::Yes, None));
        let over = NOW.plus(DAY);
        assert_eq!(hold(DAY).judge(OTHER, Some(begun), over), (May::Yes, None));
    }

    #[test]
    fn what_has_no_wait_opens_and_nobody_is_remembered() {
        assert_eq!(hold(0).judge(OTHER, None, NOW), (May::Yes, None));
    }

    #[test]
    fn no_holds_for_ever_and_yes_at_once() {
        let said = |said| {
            Some(Asked {
                account: OTHER,
                since: NOW,
                said: Some(said),
            })
        };
        let long_after = NOW.plus(1_000 * DAY);
        for wait in [0, DAY] {
            let hold = hold(wait);
            assert_eq!(hold.judge(OTHER, said(Said::No), long_after).0, May::Never);
            assert_eq!(hold.judge(OTHER, said(Said::Yes), NOW).0, May::Yes);
        }
    }

    #[test]
    fn longer_holds_at_once_and_shorter_after_the_wait_before() {
        let longer = hold(60).set(DAY, NOW);
        assert_eq!(longer, hold(DAY));
        let shorter = longer.set(0, NOW);
        assert_eq!(shorter.at(NOW.plus(DAY - 1)), DAY);
        assert_eq!(shorter.at(NOW.plus(DAY)), 0);
        // A repeat does not begin anew, a third wish does; and a longer one ends it.
        assert_eq!(shorter.set(0, NOW.plus(60)), shorter);
        let third = shorter.set(30, NOW.plus(60));
        assert_eq!(third.at(NOW.plus(DAY)), DAY);
        assert_eq!(third.at(NOW.plus(60 + DAY)), 30);
        assert_eq!(shorter.set(2 * DAY, NOW.plus(60)), hold(2 * DAY));
        assert_eq!(shorter.set(5, NOW.plus(DAY)), hold(5));
    }

    #[test]
    fn whoever_waits_is_not_helped_by_a_wait_that_is_being_shortened() {
        let (_, begun) = hold(DAY).judge(OTHER, None, NOW);
        let shorter = hold(DAY).set(0, NOW);
        let before = NOW.plus(DAY - 1);
        assert_eq!(
            shorter.judge(OTHER, begun, before).0,
            May::From(NOW.plus(DAY))
        );
    }
}
