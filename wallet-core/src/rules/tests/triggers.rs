//! Triggers: each by itself, joined, and with every signal missing that a platform may lack.

use super::super::trigger::*;
use super::*;
use saifu_protocol::json;

/// A trigger of every kind that joins no others.
const LEAVES: [Trigger; 13] = [
    Trigger::ChargerConnected,
    Trigger::IdleFor(30),
    Trigger::BatteryBelow(20),
    Trigger::At(EVENING),
    Trigger::RoomBelow(1_000),
    Trigger::NotNeededFor(7),
    Trigger::OnChange,
    Trigger::OnOpen,
    Trigger::OnRequest,
    Trigger::ConnectionImproves,
    Trigger::BatteryRecovers(80),
    Trigger::RoomRecovers(9_000),
    Trigger::UsableTomorrow,
];

/// Noon of the day of the example on a platform that tells everything. No trigger holds.
fn noon_of_nothing() -> Signals {
    let at = around("2000-03-15").at;
    Signals {
        at,
        opened: 1,
        changes: 1,
        requests: 1,
        wallet_used_at: at.now,
        device_used_at: Some(at.now),
        battery: Some(Battery {
            percent: 50,
            power: Power::Battery,
        }),
        network: Network::On,
        connection: Some(Connection::Slow),
        room: 5_000,
        quota_room: Some(5_000),
        latest_here: Some(day("2000-03-22")),
        next_away: Some(day("2000-03-17")),
        while_closed: WhileClosed::Wakes,
    }
}

fn minutes(minutes: u64, signals: Signals) -> Signals {
    let at = Moment {
        now: signals.at.now.plus(minutes * 60),
        ..signals.at
    };
    Signals { at, ..signals }
}

/// The device is in use all the while.
fn used(signals: Signals) -> Signals {
    Signals {
        wallet_used_at: signals.at.now,
        device_used_at: signals.device_used_at.map(|_| signals.at.now),
        ..signals
    }
}

/// The same moment on a platform that lacks a signal.
fn without(signal: Signal, mut signals: Signals) -> Signals {
    match signal {
        Signal::Battery => signals.battery = None,
        Signal::DeviceUse => signals.device_used_at = None,
        Signal::Connection => signals.connection = None,
        Signal::Quota => signals.quota_room = None,
        Signal::Waking => signals.while_closed = WhileClosed::Sleeps,
    }
    assert!(!signals.have(signal));
    signals
}

/// The same moment, only that this trigger has come, as far as the platform tells.
fn come(trigger: &Trigger, signals: Signals) -> Signals {
    let it = signals;
    let battery = |percent, power| it.battery.map(|_| Battery { percent, power });
    match trigger {
        Trigger::ChargerConnected => Signals {
            battery: battery(50, Power::Charger),
            ..it
        },
        Trigger::IdleFor(minutes) => {
            let ago = UnixTime(it.at.now.0 - u64::from(*minutes) * 60);
            Signals {
                wallet_used_at: ago,
                device_used_at: it.device_used_at.map(|_| ago),
                ..it
            }
        }
        Trigger::BatteryBelow(percent) => Signals {
            battery: battery(percent - 1, Power::Battery),
            ..it
        },
        Trigger::At(minute) => {
            let now = u64::from(*minute) * 60 - 12 * 3_600;
            minutes(now / 60, it)
        }
        Trigger::RoomBelow(bytes) => Signals {
            room: bytes - 1,
            ..it
        },
        Trigger::NotNeededFor(days) => Signals {
            latest_here: Some(Period::Days(days + 1).after(it.at.today())),
            ..it
        },
        Trigger::OnChange => Signals { changes: 2, ..it },
        Trigger::OnOpen => Signals { opened: 2, ..it },
        Trigger::OnRequest => Signals { requests: 2, ..it },
        Trigger::ConnectionImproves => Signals {
            connection: it.connection.map(|_| Connection::Good),
            ..it
        },
        Trigger::BatteryRecovers(percent) => Signals {
            battery: battery(*percent, Power::Battery),
            ..it
        },
        Trigger::RoomRecovers(bytes) => Signals {
            room: *bytes,
            quota_room: it.quota_room.map(|_| *bytes),
            ..it
        },
        Trigger::UsableTomorrow => Signals {
            next_away: Some(day("2000-03-16")),
            ..it
        },
        Trigger::All(_) | Trigger::Any(_) => unreachable!("joins others"),
    }
}

#[test]
fn each_is_due_when_it_comes_and_not_while_it_stays() {
    let nothing = noon_of_nothing();
    for trigger in &LEAVES {
        let here = come(trigger, nothing);
        assert!(due(trigger, &nothing, &here), "{trigger:?} comes");
        assert!(
            !due(trigger, &nothing, &nothing),
            "{trigger:?} is not there"
        );
        assert!(!due(trigger, &here, &here), "{trigger:?} stays");
        for other in &LEAVES {
            let also = matches!(
                (trigger, other),
                // What comes with time: it is later, and nobody has used the device since.
                (Trigger::IdleFor(_), Trigger::At(_))
                    // What is on the charger need not be spared.
                    | (Trigger::BatteryRecovers(_), Trigger::ChargerConnected)
            );
            let found = due(trigger, &nothing, &come(other, nothing));
            assert_eq!(found, trigger == other || also, "{trigger:?} by {other:?}");
        }
    }
}

/// What stands in for what where it is missing; of every other pair nothing is missing.
const LACKS: &[(usize, Signal, Fallback, Remark)] = {
    use Fallback as F;
    use Remark as R;
    use Signal as S;
    &[
        (0, S::Battery, F::Evening, R::ChargerUnseen),
        (0, S::Waking, F::FirstOpeningOfDay, R::MissedWhileClosed),
        (1, S::DeviceUse, F::WalletUse, R::DeviceUseUnseen),
        (1, S::Waking, F::FirstOpeningOfDay, R::MissedWhileClosed),
        (2, S::Battery, F::EachChange, R::LowBatteryUnseen),
        (2, S::Waking, F::NextOpening, R::NotSeenWhileClosed),
        (3, S::Waking, F::NextOpening, R::LateWhileClosed),
        (4, S::Quota, F::OwnCapacity, R::QuotaUnseen),
        (4, S::Waking, F::NextOpening, R::NotSeenWhileClosed),
        (5, S::Waking, F::NextOpening, R::LateWhileClosed),
        (9, S::Connection, F::NetworkBack, R::ConnectionUnseen),
        (9, S::Waking, F::NextOpening, R::NotSeenWhileClosed),
        (10, S::Battery, F::EachOpening, R::FullBatteryUnseen),
        (10, S::Waking, F::NextOpening, R::NotSeenWhileClosed),
        (11, S::Quota, F::OwnCapacity, R::QuotaUnseen),
        (11, S::Waking, F::NextOpening, R::NotSeenWhileClosed),
        (12, S::Waking, F::NextOpening, R::TomorrowMissedWhileClosed),
    ]
};

#[test]
fn what_each_lacks_has_a_name_and_a_remark() {
    for (number, trigger) in LEAVES.iter().enumerate() {
        for signal in Signal::ALL {
            let expected = LACKS
                .iter()
                .find(|(at, of, ..)| (*at, *of) == (number, signal));
            let found = trigger.without(signal);
            let named = found.map(|lack| (number, lack.signal, lack.fallback, lack.remark));
            assert_eq!(named.as_ref(), expected, "{trigger:?} without {signal:?}");
        }
    }
}

#[test]
fn what_stands_in_works_and_nothing_else_does() {
    for (number, trigger) in LEAVES.iter().enumerate() {
        for signal in Signal::ALL {
            let before = without(signal, noon_of_nothing());
            let quiet = used(minutes(1, before));
            assert!(!due(trigger, &before, &quiet), "{trigger:?} {signal:?}");
            let Some(lack) = trigger.without(signal) else {
                // Not needed: it comes as if the signal were there.
                let here = come(trigger, before);
                assert!(due(trigger, &before, &here), "{trigger:?} {signal:?}");
                continue;
            };
            let opened = |signals: Signals| Signals {
                opened: signals.opened + 1,
                ..signals
            };
            // When it stands in, and when it does not although the moment itself may have come.
            let (from, comes, does_not) = match lack.fallback {
                Fallback::Evening => (before, used(minutes(11 * 60, before)), quiet),
                Fallback::EachChange => (
                    before,
                    Signals {
                        changes: 2,
                        ..quiet
                    },
                    opened(quiet),
                ),
                Fallback::EachOpening => (
                    before,
                    opened(quiet),
                    Signals {
                        changes: 2,
                        ..quiet
                    },
                ),
                Fallback::WalletUse | Fallback::OwnCapacity => {
                    (before, come(trigger, before), quiet)
                }
                Fallback::NetworkBack => {
                    let network = Network::Off;
                    let off = Signals { network, ..before };
                    (off, quiet, Signals { network, ..quiet })
                }
                Fallback::NextOpening => {
                    // It had come, may have gone and come again, and is there: only the opening tells.
                    let here = come(trigger, before);
                    let is_time = matches!(trigger, Trigger::At(_));
                    let from = if is_time { before } else { here };
                    (from, opened(here), opened(quiet))
                }
                Fallback::FirstOpeningOfDay => {
                    let next_day = opened(used(minutes(20 * 60, before)));
                    (before, next_day, opened(quiet))
                }
            };
            let what = (number, signal, lack.fallback);
            assert!(due(trigger, &from, &comes), "{what:?} stands in");
            assert!(!due(trigger, &from, &does_not), "{what:?} does not always");
        }
    }
}

#[test]
fn a_rule_says_everything_it_lacks_once() {
    let joined = Trigger::Any(alloc::vec![
        Trigger::At(EVENING),
        Trigger::All(alloc::vec![Trigger::At(MORNING), Trigger::ChargerConnected]),
        Trigger::OnRequest,
    ]);
    let all = noon_of_nothing();
    // Where there is everything, the wallet still is not opened by a browser that wakes: that is said instead.
    let said: Vec<Remark> = lacks(&joined, &all).iter().map(|it| it.remark).collect();
    assert_eq!(said, [Remark::RemindedWhileClosed; 2]);
    let some = without(Signal::Waking, without(Signal::Battery, all));
    let remarks: Vec<Remark> = lacks(&joined, &some)
        .iter()
        .map(|lack| lack.remark)
        .collect();
    let expected = [
        Remark::LateWhileClosed,
        Remark::ChargerUnseen,
        Remark::MissedWhileClosed,
    ];
    assert_eq!(remarks, expected);
}

#[test]
fn a_browser_that_wakes_changes_what_is_said_and_not_what_a_rule_does() {
    let sleeps = |signals| without(Signal::Waking, signals);
    for trigger in &LEAVES {
        let wakes = noon_of_nothing();
        for signals in [
            minutes(1, wakes),
            used(minutes(20 * 60, wakes)),
            come(trigger, wakes),
        ] {
            for opened in [1, 2] {
                let after = Signals { opened, ..signals };
                for before in [wakes, signals] {
                    let woken = due(trigger, &before, &after);
                    let asleep = due(trigger, &sleeps(before), &sleeps(after));
                    assert_eq!(woken, asleep, "{trigger:?}");
                }
            }
        }
        let remarks = |signals: Signals| -> Vec<Remark> {
            lacks(trigger, &signals)
                .iter()
                .map(|it| it.remark)
                .collect()
        };
        let fallbacks = |signals: Signals| -> Vec<Fallback> {
            lacks(trigger, &signals)
                .iter()
                .map(|it| it.fallback)
                .collect()
        };
        let is_lacked = trigger.without(Signal::Waking).is_some();
        let said = remarks(wakes).contains(&Remark::RemindedWhileClosed);
        assert_eq!(said, is_lacked, "{trigger:?}");
        assert!(!remarks(sleeps(wakes)).contains(&Remark::RemindedWhileClosed));
        assert_eq!(fallbacks(wakes), fallbacks(sleeps(wakes)));
    }
}

#[test]
fn the_next_time_that_a_trigger_names_is_what_a_clock_can_tell() {
    let noon = noon_of_nothing();
    let hours = |count: u64| Some(noon.at.now.plus(count * 3_600));
    let next = |trigger: &Trigger| next_time(trigger, &noon);
    assert_eq!(next(&Trigger::At(EVENING)), hours(11));
    assert_eq!(next(&Trigger::At(MORNING)), hours(18));
    // Not now: what it is now has been looked at.
    assert_eq!(next(&Trigger::At(12 * 60)), hours(24));
    let both = alloc::vec![Trigger::At(MORNING), Trigger::At(EVENING), Trigger::OnOpen];
    assert_eq!(next(&Trigger::Any(both.clone())), hours(11));
    assert_eq!(next(&Trigger::All(both)), hours(11));
    assert_eq!(next(&Trigger::ChargerConnected), None);
    let blind = without(Signal::Battery, noon);
    assert_eq!(next_time(&Trigger::ChargerConnected, &blind), hours(11));
    // What begins on 17 March is wanted from the beginning of the 16th on.
    assert_eq!(next(&Trigger::UsableTomorrow), hours(12));
    let mut in_tokyo = noon;
    in_tokyo.at.offset_minutes = 9 * 60;
    assert_eq!(next_time(&Trigger::At(EVENING), &in_tokyo), hours(2));
    assert_eq!(next_time(&Trigger::UsableTomorrow, &in_tokyo), hours(3));
    let too_late = Signals {
        next_away: Some(day("2000-03-16")),
        ..noon
    };
    assert_eq!(next_time(&Trigger::UsableTomorrow, &too_late), None);
    assert_eq!(next(&Trigger::OnChange), None);
}

#[test]
fn joined_triggers_are_due_when_the_last_of_them_comes() {
    let night = Trigger::All(alloc::vec![Trigger::At(EVENING), Trigger::ChargerConnected]);
    let noon = noon_of_nothing();
    let on_charger = |signals| come(&Trigger::ChargerConnected, signals);
    let at_hour = |hours: u64| used(minutes((hours - 12) * 60, noon));
    // The charger is there when the time comes.
    assert!(due(
        &night,
        &on_charger(at_hour(22)),
        &on_charger(at_hour(23))
    ));
    // The time has come, then the charger.
    assert!(!due(&night, &at_hour(22), &at_hour(23)));
    assert!(due(&night, &at_hour(23), &on_charger(at_hour(24))));
    assert!(!due(
        &night,
        &on_charger(at_hour(23)),
        &on_charger(at_hour(24))
    ));
    // In the morning it is not evening any more.
    assert!(!due(&night, &at_hour(28), &on_charger(at_hour(30))));
    let either = Trigger::Any(alloc::vec![Trigger::At(EVENING), Trigger::ChargerConnected]);
    assert!(due(&either, &at_hour(22), &at_hour(23)));
    assert!(due(&either, &at_hour(12), &on_charger(at_hour(13))));
    for none in [Trigger::All(Vec::new()), Trigger::Any(Vec::new())] {
        assert!(!due(&none, &noon, &at_hour(23)));
    }
}

#[test]
fn a_time_of_day_comes_once_however_long_nobody_looked() {
    let noon = noon_of_nothing();
    let evening = Trigger::At(EVENING);
    let after = |hours: u64| minutes(hours * 60, noon);
    assert!(!due(&evening, &noon, &minutes(10 * 60 + 59, noon)));
    assert!(due(&evening, &noon, &after(11)));
    assert!(due(&evening, &minutes(10 * 60 + 59, noon), &after(11)));
    assert!(!due(&evening, &after(11), &after(12)));
    assert!(due(&evening, &noon, &after(24 * 300)));
    // A clock that is set back brings no evening.
    assert!(!due(&evening, &after(24 * 300), &noon));
    // It is the clock on the wall: when it is noon in London it is nine in the evening in Tokyo.
    let in_tokyo = |mut signals: Signals| {
        signals.at.offset_minutes = 9 * 60;
        signals
    };
    assert!(!due(&evening, &in_tokyo(noon), &in_tokyo(after(1))));
    assert!(due(&evening, &in_tokyo(noon), &in_tokyo(after(2))));
    // Whoever flies there at noon has his evening two hours later.
    assert!(due(&evening, &noon, &in_tokyo(after(2))));
    assert!(!due(&evening, &noon, &in_tokyo(after(1))));
}

#[test]
fn a_value_that_became_usable_while_nobody_looked_is_late_and_not_forgotten() {
    let before = noon_of_nothing();
    assert_eq!(before.next_away, Some(day("2000-03-17")));
    let later = |hours: u64, next_away| Signals {
        next_away,
        ..minutes(hours * 60, before)
    };
    let trigger = Trigger::UsableTomorrow;
    // The day before, once.
    let eve = later(24, before.next_away);
    assert!(due(&trigger, &before, &eve));
    assert!(!due(&trigger, &eve, &later(25, before.next_away)));
    // Nobody looked for three days: its day has come and gone.
    assert!(due(&trigger, &before, &later(72, None)));
    assert!(!due(&trigger, &later(72, None), &later(96, None)));
}

#[test]
fn what_newly_is_not_needed_is_what_has_come_in() {
    let trigger = Trigger::NotNeededFor(7);
    let here = come(&trigger, noon_of_nothing());
    let more = Signals { changes: 2, ..here };
    assert!(due(&trigger, &here, &more), "another one may have come in");
    let needed = Signals {
        latest_here: Some(day("2000-03-22")),
        ..more
    };
    assert!(!due(&trigger, &here, &needed));
}

#[test]
fn the_smaller_room_counts() {
    let before = noon_of_nothing();
    let below = Trigger::RoomBelow(1_000);
    let browser = Signals {
        quota_room: Some(999),
        ..before
    };
    assert!(due(&below, &before, &browser));
    let recovers = Trigger::RoomRecovers(9_000);
    let own = Signals {
        room: 9_000,
        ..before
    };
    assert!(
        !due(&recovers, &before, &own),
        "the browser still has no room"
    );
}

#[test]
fn triggers_that_never_come_or_are_too_many_are_refused() {
    let nested = |depth: usize| {
        (1..depth).fold(Trigger::OnOpen, |inner, _| Trigger::All(alloc::vec![inner]))
    };
    let many = |count| Trigger::Any(alloc::vec![Trigger::OnOpen; count]);
    for (trigger, expected) in [
        (nested(limits::MAX_DEPTH), Ok(())),
        (nested(limits::MAX_DEPTH + 1), Err(Unusable::Excess)),
        (many(limits::MAX_TRIGGERS - 1), Ok(())),
        (many(limits::MAX_TRIGGERS), Err(Unusable::Excess)),
        (many(0), Err(Unusable::Meaningless)),
        (
            Trigger::All(alloc::vec![many(0)]),
            Err(Unusable::Meaningless),
        ),
        (Trigger::At(24 * 60 - 1), Ok(())),
        (Trigger::At(24 * 60), Err(Unusable::Meaningless)),
        (Trigger::BatteryBelow(100), Ok(())),
        (Trigger::BatteryBelow(101), Err(Unusable::Meaningless)),
        (Trigger::BatteryBelow(0), Err(Unusable::Meaningless)),
        (Trigger::BatteryRecovers(101), Err(Unusable::Meaningless)),
        (Trigger::RoomBelow(0), Err(Unusable::Meaningless)),
    ] {
        assert_eq!(trigger.check(), expected, "{trigger:?}");
    }
    for trigger in &LEAVES {
        assert_eq!(trigger.check(), Ok(()));
    }
}

#[test]
fn format_is_pinned() {
    // Every wallet whose owner made a rule has it stored in this form.
    let all = Trigger::Any(alloc::vec![Trigger::All(LEAVES.to_vec())]);
    let text = concat!(
        r#"{"any":[{"all":["charger-connected",{"idle-for":30},{"battery-below":20},{"at":1380},{"room-below":1000},"#,
        r#"{"not-needed-for":7},"on-change","on-open","on-request","connection-improves",{"battery-recovers":80},"#,
        r#"{"room-recovers":9000},"usable-tomorrow"]}]}"#
    );
    assert_eq!(json::write_text(&all), text);
    assert_eq!(json::read(text.as_bytes()), Ok(all));
}

#[test]
fn signals_are_kept_from_look_to_look() {
    // What is kept while the wallet is closed: read by the next version, too.
    let mut signals = noon_of_nothing();
    let text = concat!(
        r#"{"at":{"now":953121600,"offset_minutes":1440},"opened":1,"changes":1,"requests":1,"#,
        r#""wallet_used_at":953121600,"device_used_at":953121600,"battery":{"percent":50,"power":"battery"},"#,
        r#""network":"on","connection":"slow","room":5000,"quota_room":5000,"#,
        r#""latest_here":"2000-03-22","next_away":"2000-03-17","while_closed":"wakes"}"#
    );
    assert_eq!(json::write_text(&signals), text);
    assert_eq!(json::read(text.as_bytes()), Ok(signals));
    for signal in Signal::ALL {
        signals = without(signal, signals);
    }
    signals.latest_here = None;
    signals.next_away = None;
    for offset_minutes in [-12 * 60, 14 * 60, -24 * 60] {
        signals.at.offset_minutes = offset_minutes;
        let written = json::write(&signals);
        assert_eq!(json::read(&written), Ok(signals));
    }
}
