//! When a rule is looked at, as data, and what stands in where a platform does not tell the moment.
//!
//! ```text
//!  signals at the last look ─┐
//!                            ├─▶ each trigger: does not hold │ still holds │ newly holds ─▶ due if, joined, newly
//!  signals now ──────────────┘
//! ```
//! A trigger is due when it *begins* to hold, so nothing runs again and again while a battery stays low. The signals of the
//! last look are kept by whoever asks, over a closed wallet too: then what began meanwhile is noticed at the next opening.

use super::calendar::{self, DAY_MINUTES, Moment, Period};
use super::limits;
use alloc::vec::Vec;
use saifu_protocol::UnixTime;
use saifu_protocol::value::Date;
use serde::{Deserialize, Serialize};

/// Which minute of the day a backup begins if nothing else is said: 23:00.
pub const EVENING: u16 = 23 * 60;
/// Which minute of the day values are fetched if nothing else is said: 06:00.
pub const MORNING: u16 = 6 * 60;

/// For how many minutes a time of day goes on holding, for what is joined with it: who says "at 23:00, on the charger" also
/// means the charger that is connected at midnight.
const HOUR_HOLDS: i64 = 6 * 60;

/// When a rule is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// When all of these hold; of none: never.
    All(Vec<Trigger>),
    /// When one of these does; of none: never.
    Any(Vec<Trigger>),
    /// The charger is connected.
    ChargerConnected,
    /// Nobody has used the device for so many minutes.
    IdleFor(u16),
    /// The battery falls below so many percent, off the charger.
    BatteryBelow(u8),
    /// It is so many minutes after midnight.
    At(u16),
    /// Fewer than so many bytes are free.
    RoomBelow(u64),
    /// There is a value here that is not needed for so many days.
    NotNeededFor(u16),
    /// Something has come in, gone out or changed.
    OnChange,
    /// The wallet is opened.
    OnOpen,
    /// The owner asks for it.
    OnRequest,
    /// The connection gets better, or there is one again.
    ConnectionImproves,
    /// The battery has so many percent again, or the charger is connected.
    BatteryRecovers(u8),
    /// So many bytes are free again.
    RoomRecovers(u64),
    /// A value at safes can be used from tomorrow on.
    UsableTomorrow,
}

/// How good a connection is, by what the browser says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Connection {
    /// Too slow for more than text.
    Slow,
    /// Good enough for a few values.
    Fair,
    /// Good.
    Good,
}

/// What the browser says of the battery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Battery {
    /// How full it is.
    pub percent: u8,
    /// Whether the charger is connected.
    pub power: Power,
}

/// Where a device has its power from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// The charger.
    Charger,
    /// The battery.
    Battery,
}

/// What is woken while the wallet is closed. The wallet itself never is: without its owner nothing is opened, so nothing is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhileClosed {
    /// The service worker, now and then: it sends what was begun, and reminds its owner.
    Wakes,
    /// Nothing, until it is opened.
    Sleeps,
}

/// Everything triggers look at, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signals {
    /// The moment.
    pub at: Moment,
    /// How often the wallet was opened.
    pub opened: u64,
    /// How often something in it changed.
    pub changes: u64,
    /// How often its owner asked for this rule.
    pub requests: u64,
    /// When the wallet was last touched.
    pub wallet_used_at: UnixTime,
    /// When the device was, if the browser says.
    pub device_used_at: Option<UnixTime>,
    /// The battery, if the browser says.
    pub battery: Option<Battery>,
    /// Whether there is a network at all.
    pub network: Network,
    /// How good it is, if the browser says.
    pub connection: Option<Connection>,
    /// Bytes free of what the owner allows.
    pub room: u64,
    /// Bytes free of what the browser allows, if it says.
    pub quota_room: Option<u64>,
    /// The latest first day of a value that is here.
    #[serde(with = "calendar::text_or_none")]
    pub latest_here: Option<Date>,
    /// The earliest first day after today of a value that is at safes.
    #[serde(with = "calendar::text_or_none")]
    pub next_away: Option<Date>,
    /// What happens while the wallet is closed.
    pub while_closed: WhileClosed,
}

/// Whether there is a network: every browser says that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// There is none.
    Off,
    /// There is one.
    On,
}

/// A signal that not every platform has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Battery and charger.
    Battery,
    /// When the device was last used, outside this wallet.
    DeviceUse,
    /// How good the connection is.
    Connection,
    /// How much the browser lets a site store.
    Quota,
    /// Being woken while closed. Where it is there, its stand-in works all the same, and less is left to it.
    Waking,
}

impl Signal {
    /// All of them.
    pub const ALL: [Signal; 5] = [
        Signal::Battery,
        Signal::DeviceUse,
        Signal::Connection,
        Signal::Quota,
        Signal::Waking,
    ];
}

/// What stands in for a moment that the platform does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fallback {
    /// [`EVENING`], when most devices are on their chargers.
    Evening,
    /// Every change: what cannot be put off until the battery is low is done at once.
    EachChange,
    /// Every opening.
    EachOpening,
    /// The time since this wallet was touched.
    WalletUse,
    /// The network being there again.
    NetworkBack,
    /// What the owner allows the wallet to hold, without what the browser allows.
    OwnCapacity,
    /// The next opening, if it holds then or its time has passed.
    NextOpening,
    /// The first opening of another day: the moment has come and gone unseen.
    FirstOpeningOfDay,
}

/// What the page says at a rule, in words of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remark {
    /// This browser does not tell when the charger is connected; the rule runs at 23:00 instead.
    ChargerUnseen,
    /// It does not tell how full the battery is; the rule runs after every change instead.
    LowBatteryUnseen,
    /// It does not tell how full the battery is; the rule runs whenever the wallet is opened.
    FullBatteryUnseen,
    /// It does not tell whether the device is in use; only use of this wallet counts.
    DeviceUseUnseen,
    /// It does not tell how good the connection is; the rule runs when the network is back.
    ConnectionUnseen,
    /// It does not tell how much room it leaves; only the limit set in this wallet counts.
    QuotaUnseen,
    /// While the wallet is closed nothing is noticed; it is looked at when the wallet is opened the next time.
    NotSeenWhileClosed,
    /// While the wallet is closed nothing is noticed; the rule runs when the wallet is opened for the first time on a day.
    MissedWhileClosed,
    /// While the wallet is closed nothing runs; what its time has come for is done at the next opening.
    LateWhileClosed,
    /// While the wallet is closed nothing is fetched: whoever does not open it the day before waits for it on the day.
    TomorrowMissedWhileClosed,
    /// While the wallet is closed what was begun is sent, and its owner reminded; nothing new begins before it is opened.
    RemindedWhileClosed,
}

/// What a rule lacks on a platform, and what is done instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lack {
    /// What is missing.
    pub signal: Signal,
    /// What stands in for it.
    pub fallback: Fallback,
    /// What the page says of it.
    pub remark: Remark,
}

/// Why a trigger is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unusable {
    /// It is nested more than [`limits::MAX_DEPTH`] deep, or more than [`limits::MAX_TRIGGERS`] are joined in it.
    Excess,
    /// It can never be due, or names a minute no day has, or a percentage above 100.
    Meaningless,
}

/// Whether something holds, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    No,
    /// It held at the last look, too.
    Still,
    /// It has come since the last look.
    Newly,
}

/// Whether `trigger` has come between two looks.
pub fn due(trigger: &Trigger, before: &Signals, now: &Signals) -> bool {
    trigger.holds(before, now) == Holds::Newly
}

/// What made `trigger` due between two looks, if anything did: of those that are joined in it, the first that has come.
pub fn cause(trigger: &Trigger, before: &Signals, now: &Signals) -> Option<Trigger> {
    if !due(trigger, before, now) {
        return None;
    }
    match trigger {
        Trigger::All(list) | Trigger::Any(list) => {
            list.iter().find_map(|it| cause(it, before, now))
        }
        moment => Some(moment.clone()),
    }
}

/// Everything a rule with this trigger lacks where these signals come from, each once.
pub fn lacks(trigger: &Trigger, signals: &Signals) -> Vec<Lack> {
    let mut found = Vec::new();
    trigger.collect_lacks(signals, &mut found);
    found
}

/// When a time that `trigger` names comes next, for whoever cannot look at anything but a clock. What else is joined with it may
/// hold by then or not.
pub fn next_time(trigger: &Trigger, now: &Signals) -> Option<UnixTime> {
    match trigger {
        Trigger::All(list) | Trigger::Any(list) => {
            list.iter().filter_map(|it| next_time(it, now)).min()
        }
        Trigger::At(minute) => Some(now.at.next(*minute)),
        Trigger::ChargerConnected if now.battery.is_none() => Some(now.at.next(EVENING)),
        Trigger::UsableTomorrow => {
            let day_before = now.next_away?.previous_day()?;
            let begins = now.at.beginning_of(day_before);
            (begins > now.at.now).then_some(begins)
        }
        Trigger::ChargerConnected
        | Trigger::IdleFor(_)
        | Trigger::BatteryBelow(_)
        | Trigger::RoomBelow(_)
        | Trigger::NotNeededFor(_)
        | Trigger::OnChange
        | Trigger::OnOpen
        | Trigger::OnRequest
        | Trigger::ConnectionImproves
        | Trigger::BatteryRecovers(_)
        | Trigger::RoomRecovers(_) => None,
    }
}

impl Trigger {
    /// What stands in for this trigger by itself where `signal` is missing; `None` if it does not need it. What joins
    /// others needs nothing itself.
    pub fn without(&self, signal: Signal) -> Option<Lack> {
        use Fallback as F;
        use Remark as R;
        let (fallback, remark) = match (self, signal) {
            (Trigger::ChargerConnected, Signal::Battery) => (F::Evening, R::ChargerUnseen),
            (Trigger::BatteryBelow(_), Signal::Battery) => (F::EachChange, R::LowBatteryUnseen),
            (Trigger::BatteryRecovers(_), Signal::Battery) => {
                (F::EachOpening, R::FullBatteryUnseen)
            }
            (Trigger::IdleFor(_), Signal::DeviceUse) => (F::WalletUse, R::DeviceUseUnseen),
            (Trigger::ConnectionImproves, Signal::Connection) => {
                (F::NetworkBack, R::ConnectionUnseen)
            }
            (Trigger::RoomBelow(_) | Trigger::RoomRecovers(_), Signal::Quota) => {
                (F::OwnCapacity, R::QuotaUnseen)
            }
            // Moments at which nothing is lost: they come back every day, and one of them was surely missed.
            (Trigger::ChargerConnected | Trigger::IdleFor(_), Signal::Waking) => {
                (F::FirstOpeningOfDay, R::MissedWhileClosed)
            }
            (
                Trigger::BatteryBelow(_)
                | Trigger::BatteryRecovers(_)
                | Trigger::ConnectionImproves
                | Trigger::RoomBelow(_)
                | Trigger::RoomRecovers(_),
                Signal::Waking,
            ) => (F::NextOpening, R::NotSeenWhileClosed),
            (Trigger::At(_) | Trigger::NotNeededFor(_), Signal::Waking) => {
                (F::NextOpening, R::LateWhileClosed)
            }
            (Trigger::UsableTomorrow, Signal::Waking) => {
                (F::NextOpening, R::TomorrowMissedWhileClosed)
            }
            (Trigger::All(_) | Trigger::Any(_), _)
            | (Trigger::OnChange | Trigger::OnOpen | Trigger::OnRequest, _)
            | (_, Signal::Battery | Signal::DeviceUse | Signal::Connection | Signal::Quota) => {
                return None;
            }
        };
        Some(Lack {
            signal,
            fallback,
            remark,
        })
    }

    fn collect_lacks(&self, signals: &Signals, found: &mut Vec<Lack>) {
        if let Trigger::All(list) | Trigger::Any(list) = self {
            list.iter().for_each(|it| it.collect_lacks(signals, found));
        }
        for signal in Signal::ALL {
            let Some(lack) = self.without(signal) else {
                continue;
            };
            let lack = match (signal, signals.have(signal)) {
                (_, false) => lack,
                (Signal::Waking, true) => Lack {
                    remark: Remark::RemindedWhileClosed,
                    ..lack
                },
                (_, true) => continue,
            };
            if !found.contains(&lack) {
                found.push(lack);
            }
        }
    }

    /// Whether it is within the limits, and can ever be due.
    ///
    /// # Errors
    /// See [`Unusable`].
    pub fn check(&self) -> Result<(), Unusable> {
        let mut left = limits::MAX_TRIGGERS;
        self.count(limits::MAX_DEPTH, &mut left)
    }

    fn count(&self, depth: usize, left: &mut usize) -> Result<(), Unusable> {
        let deeper = depth.checked_sub(1).ok_or(Unusable::Excess)?;
        *left = left.checked_sub(1).ok_or(Unusable::Excess)?;
        match self {
            Trigger::All(list) | Trigger::Any(list) if list.is_empty() => {
                Err(Unusable::Meaningless)
            }
            Trigger::All(list) | Trigger::Any(list) => {
                list.iter().try_for_each(|it| it.count(deeper, left))
            }
            Trigger::At(minute) if i64::from(*minute) >= DAY_MINUTES => Err(Unusable::Meaningless),
            Trigger::BatteryBelow(0) | Trigger::RoomBelow(0) => Err(Unusable::Meaningless),
            Trigger::BatteryBelow(percent) | Trigger::BatteryRecovers(percent)
                if *percent > 100 =>
            {
                Err(Unusable::Meaningless)
            }
            _ => Ok(()),
        }
    }

    fn holds(&self, before: &Signals, now: &Signals) -> Holds {
        match self {
            Trigger::All(list) => {
                let each = || list.iter().map(|it| it.holds(before, now));
                match each().min() {
                    None | Some(Holds::No) => Holds::No,
                    // All hold; they have come if the last of them has.
                    Some(_) => each().max().unwrap_or(Holds::No),
                }
            }
            Trigger::Any(list) => {
                let each = list.iter().map(|it| it.holds(before, now));
                each.max().unwrap_or(Holds::No)
            }
            Trigger::OnChange => pulse(before.changes, now.changes),
            Trigger::OnOpen => pulse(before.opened, now.opened),
            Trigger::OnRequest => pulse(before.requests, now.requests),
            Trigger::At(minute) => at(*minute, before, now),
            Trigger::ChargerConnected => match (before.battery, now.battery) {
                (_, None) => at(EVENING, before, now),
                (was, Some(battery)) => {
                    let is_so = |it: Battery| it.power == Power::Charger;
                    let seen = level(was.is_some_and(is_so), is_so(battery), before, now);
                    seen.max(first_opening_of_day(before, now))
                }
            },
            Trigger::IdleFor(minutes) => {
                let idle = |signals: &Signals| {
                    let device = signals.device_used_at.unwrap_or(UnixTime(0));
                    let used = signals.wallet_used_at.max(device);
                    signals.at.now.since(used) >= u64::from(*minutes) * 60
                };
                let seen = level(idle(before), idle(now), before, now);
                seen.max(first_opening_of_day(before, now))
            }
            Trigger::BatteryBelow(percent) => match (before.battery, now.battery) {
                (_, None) => pulse(before.changes, now.changes),
                (was, Some(battery)) => {
                    let is_so = |it: Battery| it.percent < *percent && it.power == Power::Battery;
                    level(was.is_some_and(is_so), is_so(battery), before, now)
                }
            },
            Trigger::BatteryRecovers(percent) => match (before.battery, now.battery) {
                (_, None) => pulse(before.opened, now.opened),
                (was, Some(battery)) => {
                    let is_so = |it: Battery| it.percent >= *percent || it.power == Power::Charger;
                    level(was.is_some_and(is_so), is_so(battery), before, now)
                }
            },
            Trigger::RoomBelow(bytes) => {
                let is_so = |signals: &Signals| signals.room() < *bytes;
                level(is_so(before), is_so(now), before, now)
            }
            Trigger::RoomRecovers(bytes) => {
                let is_so = |signals: &Signals| signals.room() >= *bytes;
                level(is_so(before), is_so(now), before, now)
            }
            Trigger::ConnectionImproves => connection(before, now),
            Trigger::NotNeededFor(days) => not_needed(*days, before, now),
            Trigger::UsableTomorrow => usable_tomorrow(before, now),
        }
    }
}

impl Signals {
    /// Whether the platform has this signal.
    pub fn have(&self, signal: Signal) -> bool {
        match signal {
            Signal::Battery => self.battery.is_some(),
            Signal::DeviceUse => self.device_used_at.is_some(),
            Signal::Connection => self.connection.is_some(),
            Signal::Quota => self.quota_room.is_some(),
            Signal::Waking => self.while_closed == WhileClosed::Wakes,
        }
    }

    /// Bytes free of what both the owner and the browser allow.
    pub fn room(&self) -> u64 {
        self.quota_room
            .map_or(self.room, |quota| quota.min(self.room))
    }

    /// How good the connection is; where nobody says, being there is the best that can be known.
    fn quality(&self) -> Option<Connection> {
        match self.network {
            Network::Off => None,
            Network::On => Some(self.connection.unwrap_or(Connection::Good)),
        }
    }
}

/// Something that happens and is over: it never still holds.
fn pulse(before: u64, now: u64) -> Holds {
    if before == now {
        Holds::No
    } else {
        Holds::Newly
    }
}

/// Something that lasts.
fn level(held: bool, holds: bool, before: &Signals, now: &Signals) -> Holds {
    if !holds {
        Holds::No
    } else if !held || was_blind(before, now) {
        Holds::Newly
    } else {
        Holds::Still
    }
}

/// Whether the wallet was closed since the last look: it may have ended and come again meanwhile.
fn was_blind(before: &Signals, now: &Signals) -> bool {
    before.opened != now.opened
}

/// See [`Fallback::FirstOpeningOfDay`].
fn first_opening_of_day(before: &Signals, now: &Signals) -> Holds {
    match was_blind(before, now) && before.at.today() != now.at.today() {
        true => Holds::Newly,
        false => Holds::No,
    }
}

/// A time of day, by the clock on the wall now. However long the last look is ago, it comes once.
fn at(minute: u16, before: &Signals, now: &Signals) -> Holds {
    let since_first = |time: UnixTime| now.at.local_minutes(time) - i64::from(minute);
    let (then, now) = (since_first(before.at.now), since_first(now.at.now));
    if then.div_euclid(DAY_MINUTES) < now.div_euclid(DAY_MINUTES) {
        Holds::Newly
    } else if now.rem_euclid(DAY_MINUTES) < HOUR_HOLDS {
        Holds::Still
    } else {
        Holds::No
    }
}

fn connection(before: &Signals, now: &Signals) -> Holds {
    let (was, is) = (before.quality(), now.quality());
    if is < Some(Connection::Fair) {
        Holds::No
    } else if is > was || was_blind(before, now) {
        Holds::Newly
    } else if is == Some(Connection::Good) {
        // It has improved, and cannot any further.
        Holds::Still
    } else {
        Holds::No
    }
}

/// Days only bring the need nearer, so what newly is not needed is what has come in.
fn not_needed(days: u16, before: &Signals, now: &Signals) -> Holds {
    let holds = |signals: &Signals| {
        let end = Period::Days(days).after(signals.at.today());
        signals.latest_here.is_some_and(|first| first > end)
    };
    let held = holds(before) && before.changes == now.changes;
    level(held, holds(now), before, now)
}

fn usable_tomorrow(before: &Signals, now: &Signals) -> Holds {
    let today = now.at.today();
    let holds = |signals: &Signals| {
        let tomorrow = Period::Days(1).after(signals.at.today());
        signals.next_away.is_some_and(|first| first <= tomorrow)
    };
    // Whoever did not look yesterday is late, and not too late.
    let was_missed = before.next_away.is_some_and(|first| first <= today);
    let held = holds(before) && before.changes == now.changes && before.at.today() == today;
    level(held && !was_missed, holds(now) || was_missed, before, now)
}
