//! How sure it is that this browser keeps what it has: what it has promised, what its engine does by itself, how long its owner
//! stays away, how much space is left, and what would be lost.
//!
//! Not in scope: reading any of that (the page does, for a Worker reaches none of it), and the words.
//!
//! What is relied upon:
//! * Chromium and Firefox clear the sites that were used least when the disk runs short, but never one they have promised to
//!   keep.
//! * WebKit besides deletes what the scripts of a site have stored after seven days of use without a visit. An app on the home
//!   screen has a count of its own, and is visited whenever it is used. Nothing says that a promise ends that rule in a
//!   tab, so none is counted on there.

use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;

/// A day, in seconds.
const DAY: u64 = 86_400;
/// Whoever was away so many of WebKit's seven days may be away for all of them.
const AWAY_IN_A_WEEK: u64 = 4;
/// Whoever stays away so many days is among those whose sites are cleared first.
const LONG_AWAY: u64 = 30;
/// With less than this the next download of anything may be what clears a site.
const LITTLE_ROOM: u64 = 64 << 20;

/// What a browser is and says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Browser {
    /// Whose rules it follows.
    pub engine: Engine,
    /// How the wallet is opened in it.
    pub opened: Opened,
    /// What it says of keeping.
    pub promise: Promise,
    /// Bytes free of what it allows, if it says.
    pub free: Option<u64>,
    /// When it was used for this wallet.
    pub visits: Visits,
}

/// Whose rules a browser follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// WebKit: Safari, and every browser of an iPhone.
    WebKit,
    /// Any other.
    Other,
}

impl Engine {
    /// By what a browser calls itself. All but Firefox on a desk claim WebKit; only WebKit itself does not claim to be Chrome, too.
    pub fn of(user_agent: &str) -> Self {
        if user_agent.contains("AppleWebKit/") && !user_agent.contains("Chrome/") {
            Engine::WebKit
        } else {
            Engine::Other
        }
    }
}

/// How the wallet is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// In a tab.
    InTab,
    /// As an app that was installed.
    AsApp,
}

/// Whether a browser has promised to keep what is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Promise {
    /// It has.
    Given,
    /// It has not.
    NotGiven,
    /// It does not say.
    #[default]
    Unknown,
}

/// When the wallet was opened here last, and how long its owner was away the last time that they were away for a day or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visits {
    last: UnixTime,
    away_days: u64,
}

impl Visits {
    /// With a visit now, after those that were written down; nothing readable is a first visit. That the page is loaded twice
    /// on a day does not hide how long its owner was away before.
    #[must_use]
    pub fn with(written: &str, now: UnixTime) -> Self {
        let before = Self::read(written);
        let days = before.map_or(0, |before| now.0.saturating_sub(before.last.0) / DAY);
        let away_days = match (days, before) {
            (0, Some(before)) => before.away_days,
            (days, _) => days,
        };
        Self {
            last: now,
            away_days,
        }
    }

    fn read(written: &str) -> Option<Self> {
        let (last, away) = written.split_once(' ')?;
        Some(Self {
            last: UnixTime(last.parse().ok()?),
            away_days: away.parse().ok()?,
        })
    }

    /// To be written down.
    pub fn write(&self) -> String {
        alloc::format!("{} {}", self.last.0, self.away_days)
    }
}

/// What would go with this browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stake {
    /// Values that are registered nowhere.
    pub values: usize,
    /// Values at safes that only the certificates here bring back, because their owner has no other way in.
    pub certificates: usize,
}

/// How likely it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only if its owner clears it, or the device is lost.
    Low,
    /// It may.
    Raised,
    /// It may soon.
    High,
}

/// What makes it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// WebKit's rule of seven days.
    SevenDays,
    /// Little space is left, and nothing was promised.
    LittleRoom,
    /// The owner was away for so many days, and nothing was promised.
    LongAway(u64),
    /// Nothing was promised.
    NotPromised,
    /// It does not say whether it has.
    NotSaid,
}

/// What helps, beside backing up, which always does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Have the browser asked to keep it.
    AskToKeep,
    /// Install the wallet: browsers promise it to apps sooner.
    Install,
    /// Back up first, and then install: in WebKit the app begins empty, for it has a storage of its own.
    BackUpAndInstall,
}

/// How likely what is here goes, why, and what helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// How likely.
    pub level: Level,
    /// Why: what weighs most first. None where it is not likely.
    pub reasons: Vec<Reason>,
    /// What helps.
    pub remedies: Vec<Remedy>,
}

/// How likely it is that what lies in this browser goes; nothing if nothing would be lost.
pub fn risk(browser: &Browser, stake: Stake) -> Option<Risk> {
    if stake.values == 0 && stake.certificates == 0 {
        return None;
    }
    let away = browser.visits.away_days;
    let in_tab = browser.opened == Opened::InTab;
    if in_tab && browser.engine == Engine::WebKit {
        let level = match away {
            AWAY_IN_A_WEEK.. => Level::High,
            _ => Level::Raised,
        };
        return Some(Risk {
            level,
            reasons: alloc::vec![Reason::SevenDays],
            remedies: alloc::vec![Remedy::BackUpAndInstall],
        });
    }
    let last = match browser.promise {
        Promise::Given => {
            return Some(Risk {
                level: Level::Low,
                reasons: Vec::new(),
                remedies: Vec::new(),
            });
        }
        Promise::NotGiven => Reason::NotPromised,
        Promise::Unknown => Reason::NotSaid,
    };
    let little_room = browser.free.is_some_and(|free| free < LITTLE_ROOM);
    let mut reasons = Vec::new();
    if little_room {
        reasons.push(Reason::LittleRoom);
    }
    if away >= LONG_AWAY {
        reasons.push(Reason::LongAway(away));
    }
    let level = if reasons.is_empty() {
        Level::Raised
    } else {
        Level::High
    };
    reasons.push(last);
    let mut remedies = Vec::new();
    if browser.promise == Promise::NotGiven {
        remedies.push(Remedy::AskToKeep);
    }
    if in_tab {
        remedies.push(Remedy::Install);
    }
    Some(Risk {
        level,
        reasons,
        remedies,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_800_000_000);
    const ONE: Stake = Stake {
        values: 1,
        certificates: 0,
    };

    fn away(days: u64) -> Visits {
        let last = NOW.0 - days * DAY;
        Visits::with(&alloc::format!("{last} 0"), NOW)
    }

    fn browser(engine: Engine, opened: Opened, promise: Promise, days: u64) -> Browser {
        Browser {
            engine,
            opened,
            promise,
            free: Some(LITTLE_ROOM),
            visits: away(days),
        }
    }

    /// Level and what weighs most.
    fn said(browser: &Browser) -> (Level, Option<Reason>) {
        let risk = risk(browser, ONE).unwrap();
        (risk.level, risk.reasons.first().copied())
    }

    #[test]
    fn the_whole_table() {
        use Engine::{Other, WebKit};
        use Level::{High, Low, Raised};
        use Opened::{AsApp, InTab};
        use Promise::{Given, NotGiven, Unknown};
        use Reason::{LongAway, NotPromised, NotSaid, SevenDays};
        for (engine, opened, promise, days, level, reason) in [
            // Seven days, whatever was promised.
            (WebKit, InTab, Given, 0, Raised, Some(SevenDays)),
            (WebKit, InTab, NotGiven, 0, Raised, Some(SevenDays)),
            (WebKit, InTab, Unknown, 3, Raised, Some(SevenDays)),
            (WebKit, InTab, Unknown, 4, High, Some(SevenDays)),
            (WebKit, InTab, Given, 40, High, Some(SevenDays)),
            // An app is an app.
            (WebKit, AsApp, Given, 0, Low, None),
            (WebKit, AsApp, Given, 40, Low, None),
            (WebKit, AsApp, NotGiven, 4, Raised, Some(NotPromised)),
            (WebKit, AsApp, NotGiven, 30, High, Some(LongAway(30))),
            (WebKit, AsApp, Unknown, 0, Raised, Some(NotSaid)),
            // Elsewhere it is the promise that counts.
            (Other, InTab, Given, 0, Low, None),
            (Other, InTab, Given, 400, Low, None),
            (Other, InTab, NotGiven, 0, Raised, Some(NotPromised)),
            (Other, InTab, NotGiven, 29, Raised, Some(NotPromised)),
            (Other, InTab, NotGiven, 30, High, Some(LongAway(30))),
            (Other, InTab, Unknown, 0, Raised, Some(NotSaid)),
            (Other, InTab, Unknown, 31, High, Some(LongAway(31))),
            (Other, AsApp, Given, 0, Low, None),
            (Other, AsApp, NotGiven, 0, Raised, Some(NotPromised)),
            (Other, AsApp, Unknown, 30, High, Some(LongAway(30))),
        ] {
            let it = browser(engine, opened, promise, days);
            assert_eq!(said(&it), (level, reason), "{it:?}");
        }
    }

    #[test]
    fn little_room_weighs_most_unless_it_was_promised() {
        let little = Some(LITTLE_ROOM - 1);
        let mut it = browser(Engine::Other, Opened::InTab, Promise::NotGiven, 40);
        it.free = little;
        assert_eq!(said(&it), (Level::High, Some(Reason::LittleRoom)));
        it.free = None;
        assert_eq!(said(&it), (Level::High, Some(Reason::LongAway(40))));
        it.free = little;
        it.promise = Promise::Given;
        assert_eq!(said(&it), (Level::Low, None));
    }

    #[test]
    fn where_nothing_would_be_lost_nothing_is_said() {
        let it = browser(Engine::WebKit, Opened::InTab, Promise::NotGiven, 6);
        let at = |values, certificates| {
            risk(
                &it,
                Stake {
                    values,
                    certificates,
                },
            )
        };
        assert_eq!(at(0, 0), None);
        assert!(at(1, 0).is_some());
        assert!(at(0, 1).is_some());
    }

    #[test]
    fn what_helps_is_what_can_be_done_there() {
        let helps = |engine, opened, promise| {
            risk(&browser(engine, opened, promise, 0), ONE)
                .unwrap()
                .remedies
        };
        assert_eq!(
            helps(Engine::WebKit, Opened::InTab, Promise::NotGiven),
            [Remedy::BackUpAndInstall]
        );
        assert_eq!(
            helps(Engine::Other, Opened::InTab, Promise::NotGiven),
            [Remedy::AskToKeep, Remedy::Install]
        );
        assert_eq!(
            helps(Engine::Other, Opened::InTab, Promise::Unknown),
            [Remedy::Install]
        );
        assert_eq!(
            helps(Engine::WebKit, Opened::AsApp, Promise::NotGiven),
            [Remedy::AskToKeep]
        );
        assert!(helps(Engine::Other, Opened::InTab, Promise::Given).is_empty());
    }

    #[test]
    fn browsers_are_known_by_their_engine() {
        for webkit in [
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/132.0 Mobile/15E148 Safari/605.1.15",
        ] {
            assert_eq!(Engine::of(webkit), Engine::WebKit, "{webkit}");
        }
        for other in [
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
            "",
        ] {
            assert_eq!(Engine::of(other), Engine::Other, "{other}");
        }
    }

    #[test]
    fn a_second_visit_on_a_day_does_not_hide_how_long_one_was_away() {
        let back = away(40);
        assert_eq!(back.away_days, 40);
        let again = Visits::with(&back.write(), UnixTime(NOW.0 + 60));
        assert_eq!(again.away_days, 40);
        let tomorrow = Visits::with(&again.write(), UnixTime(NOW.0 + 60 + DAY));
        assert_eq!(tomorrow.away_days, 1);
    }

    #[test]
    fn what_cannot_be_read_is_a_first_visit() {
        for written in ["", "x", "1", "1 x", "-1 0", "1 0 0"] {
            let visits = Visits::with(written, NOW);
            assert_eq!((visits.last, visits.away_days), (NOW, 0), "{written}");
        }
        // A clock that is set back is no absence.
        assert_eq!(
            Visits::with("1900000000 2", NOW),
            Visits {
                last: NOW,
                away_days: 2
            }
        );
    }
}
