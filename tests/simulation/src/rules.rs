//! Rules at work on a simulated clock: the real wallet with real safes, hour by hour over months. Nothing is lost or doubled,
//! nothing goes back and forth, and each value is away while it is not needed and home when it is.

use crate::device::{Device, Store};
use crate::dice::Dice;
use crate::safe::{Honesty, Safe};
use crate::scene::{START_MS, Scene, ticket};
use saifu_protocol::UnixTime;
use saifu_protocol::value::{Date, format_date, parse_date};
use saifu_wallet_core::books::Custody;
use saifu_wallet_core::flow::Flow;
use saifu_wallet_core::form::Form;
use saifu_wallet_core::group::Phase;
use saifu_wallet_core::ids::FlowId;
use saifu_wallet_core::intent::{Intent, RemoveReason};
use saifu_wallet_core::notice::Kind;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::port::{CommitError, Event};
use saifu_wallet_core::rules::trigger::{
    Battery, Connection, EVENING, MORNING, Network, Power, WhileClosed,
};
use saifu_wallet_core::rules::{
    BackUp, Condition, Does, Fetch, How, Period, Reading, Rule, RuleId, RuleState, Shipped,
    Shortage, Trigger, Way, Why,
};
use std::collections::BTreeMap;

const HOUR: u64 = 3_600_000;

/// Where a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Here,
    AtSafes,
}

struct Months {
    scene: Scene,
    made: usize,
    used: usize,
    /// Each value by its name: where it was last, and how often it has changed its place.
    seen: BTreeMap<String, (Place, u32)>,
    reading: Reading,
    today: Date,
}

impl Months {
    fn new(seed: u64, safes: usize) -> Self {
        let mut dice = Dice::new(seed);
        let safes = (0..safes).map(|number| {
            let mut safe = Safe::new(number, Honesty::Honest, &mut dice);
            safe.settings.operator = format!("Operator {number}");
            safe
        });
        let safes = safes.collect();
        let devices = vec![Device::new(Store::default(), 0)];
        let mut months = Self {
            scene: Scene::new(dice, None, devices, safes),
            made: 0,
            used: 0,
            seen: BTreeMap::new(),
            reading: Reading {
                battery: None,
                device_used_at: None,
                wallet_used_at: UnixTime(START_MS / 1_000),
                network: Network::On,
                connection: None,
                quota_room: None,
                while_closed: WhileClosed::Sleeps,
            },
            today: parse_date("2000-03-15").unwrap(),
        };
        months.scene.start(0);
        for intent in months.scene.introductions() {
            months.want(intent);
        }
        months.read();
        months
    }

    fn want(&mut self, intent: Intent) {
        self.scene.want(0, intent);
        self.rest();
    }

    fn read(&mut self) {
        self.scene.tell(0, Event::Signals(self.reading));
        self.rest();
    }

    fn put(&mut self, rule: Rule) {
        self.want(Intent::PutRule { rule });
    }

    /// Everything that is under way arrives.
    fn rest(&mut self) {
        for _ in 0..50_000 {
            self.scene.collect_outgoing();
            if self.scene.deliver_first() {
                continue;
            }
            let Some(device) = self.scene.busy_device() else {
                return;
            };
            self.scene.device_step(device);
        }
        panic!("it does not come to rest");
    }

    /// An hour passes, in steps of what is due by itself; then the platform speaks.
    fn hour(&mut self) {
        self.scene.pass(HOUR);
        let days = (self.scene.now_ms - START_MS) / (24 * HOUR);
        let first = parse_date("2000-03-15").unwrap().to_julian_day();
        self.today = Date::from_julian_day(first + i32::try_from(days).unwrap()).unwrap();
        self.rest();
        self.read();
    }

    fn hours(&mut self, count: usize) {
        (0..count).for_each(|_| self.hour());
    }

    /// What can be used on a day so far ahead, for so many days.
    fn add(&mut self, ahead: i32, days: i32) -> String {
        self.made += 1;
        let day = |ahead: i32| {
            let day = Date::from_julian_day(self.today.to_julian_day() + ahead);
            format_date(day.unwrap())
        };
        let form = Form {
            from: day(ahead),
            to: day(ahead + days),
            ..ticket(self.made)
        };
        let name = form.name.clone();
        self.want(Intent::Add { form });
        name
    }

    /// Where each value is now; none is in two places.
    fn places(&self) -> BTreeMap<String, Place> {
        let books = self.scene.books(0);
        let here = books.values();
        let here = here.filter(|(_, value)| value.custody == Custody::Held);
        let here = here.map(|(_, value)| (value.name.clone(), Place::Here));
        let groups = books.groups().filter(|it| it.phase == Phase::AtSafes);
        let away = groups.flat_map(|group| &group.values);
        let away = away.map(|value| (value.name.clone(), Place::AtSafes));
        let mut places = BTreeMap::new();
        for (name, place) in here.chain(away) {
            assert_eq!(places.insert(name, place), None, "it is in one place");
        }
        places
    }

    /// Nothing is lost or doubled, and nothing goes a third way.
    fn check(&mut self) {
        let account = self.scene.books(0).account();
        assert!(account.balances(), "{account:?}");
        let places = self.places();
        assert_eq!(places.len() + self.used, self.made, "each is somewhere");
        for (name, place) in places {
            let (before, trips) = self.seen.entry(name.clone()).or_insert((Place::Here, 0));
            if *before != place {
                *before = place;
                *trips += 1;
            }
            assert!(*trips <= 2, "{name} goes back and forth");
        }
    }

    fn place(&self, name: &str) -> Option<Place> {
        self.places().get(name).copied()
    }

    fn use_up(&mut self) {
        let today = format_date(self.today);
        let books = self.scene.books(0);
        let over = |from: &str| !from.is_empty() && *from < *today;
        let held = self.scene.held(0);
        let used = held
            .into_iter()
            .find(|id| books.value(*id).is_some_and(|it| over(&it.from)));
        if let Some(value) = used {
            self.used += 1;
            let why = RemoveReason::Used;
            self.want(Intent::Remove { value, why });
        }
    }

    fn rounds(&self) -> usize {
        let books = self.scene.books(0);
        books
            .flows()
            .filter(|(_, flow)| matches!(flow, Flow::Round(_)))
            .count()
    }
}

fn shipped() -> Rule {
    Rule {
        state: RuleState::On,
        ..Shipped::NotUsableWithinAMonth.rule()
    }
}

fn fetching(days: u16) -> Rule {
    Rule {
        id: RuleId::new([2; 16]),
        name: "home in time".into(),
        state: RuleState::On,
        which: Condition::UsableWithin(Period::Days(days)),
        when: Trigger::At(MORNING),
        does: Does::Fetch(Fetch { leave_free: 0 }),
    }
}

fn sending(when: Trigger) -> Rule {
    Rule {
        id: RuleId::new([3; 16]),
        name: "away".into(),
        state: RuleState::On,
        which: Condition::All(Vec::new()),
        when,
        does: Does::BackUp(BackUp {
            how: How::Preset(Preset::OneSafeSealed),
            safes: Vec::new(),
        }),
    }
}

#[test]
fn in_half_a_year_nothing_is_lost_or_goes_back_and_forth_and_all_is_home_in_time() {
    for seed in 0..2 {
        let mut months = Months::new(seed, 3);
        months.put(shipped());
        months.put(fetching(7));
        let (mut away, mut home) = (0, 0);
        for day in 0..180 {
            if day < 120 && months.scene.dice.percent(20) {
                let ahead = [0, 3, 20, 40, 60][months.scene.dice.below(5)];
                months.add(ahead, 5);
            }
            // Someone uses what they have; a safe is down for a few hours; the browser is closed and opened again.
            if months.scene.dice.percent(10) {
                months.use_up();
            }
            if months.scene.dice.percent(20) {
                months.scene.devices[0].crash();
                months.scene.start(0);
                months.rest();
            }
            let down = months.scene.dice.below(10);
            if down < 3 {
                months.scene.safes[down].is_up = false;
            }
            // It began at midnight: now it is 5, and 23:00 has been tried with a safe that is down.
            for hour in 0..24 {
                if hour == 2 {
                    months.scene.mend_safes();
                }
                months.hour();
                months.check();
            }
            let week =
                format_date(Date::from_julian_day(months.today.to_julian_day() + 6).unwrap());
            let month =
                format_date(Date::from_julian_day(months.today.to_julian_day() + 32).unwrap());
            let today = format_date(months.today);
            let books = months.scene.books(0);
            for (_, value) in books.values() {
                // What was not usable within the month yesterday at 23:00 has gone then.
                assert!(
                    value.from < month || day < 2,
                    "{} is still here",
                    value.from
                );
            }
            for group in books.groups().filter(|it| it.phase == Phase::AtSafes) {
                for value in &group.values {
                    let is_soon = value.from <= week && value.to >= today;
                    assert!(!is_soon, "day {day}: {} is still away", value.from);
                }
            }
        }
        for (_, trips) in months.seen.values() {
            away += usize::from(*trips >= 1);
            home += usize::from(*trips == 2);
        }
        assert!(away > 3 && home > 3, "{away} {home}");
        let books = months.scene.books(0);
        let latest = books.activity().latest();
        let of_rules = latest.filter(|entry| entry.way != Way::Audit);
        assert!(of_rules.count() > 5);
        assert_eq!(months.rounds(), 0, "all came to their end");
    }
}

#[test]
fn a_round_goes_on_after_a_crash_at_any_step_and_reports_its_end_once() {
    for steps in 0..60 {
        let mut months = Months::new(7, 3);
        for ahead in 40..50 {
            months.add(ahead, 5);
        }
        months.put(shipped());
        months.scene.want(0, Intent::RunRule { rule: shipped().id });
        for _ in 0..steps {
            months.scene.collect_outgoing();
            if !months.scene.deliver_first() && months.scene.busy_device().is_some() {
                months.scene.device_step(0);
            }
        }
        months.scene.devices[0].finish_commit_and_crash();
        months.scene.start(0);
        months.rest();
        months.hours(2);
        months.check();
        let books = months.scene.books(0);
        let done: Vec<_> = books.activity().latest().cloned().collect();
        if done.is_empty() {
            // It crashed before the wish was stored.
            assert!(months.places().values().all(|it| *it == Place::Here));
            continue;
        }
        assert_eq!((done.len(), done[0].moved, done[0].stayed), (1, 10, 0));
        assert_eq!((done[0].way, &done[0].why), (Way::BackUp, &Why::Asked));
        assert_eq!(done[0].named.len(), 10);
        assert!(months.places().values().all(|it| *it == Place::AtSafes));
    }
}

#[test]
fn what_is_called_off_stays_and_is_meant_again() {
    let mut months = Months::new(1, 3);
    for ahead in 40..60 {
        months.add(ahead, 5);
    }
    months.scene.safes[1].is_up = false;
    months.put(shipped());
    months.want(Intent::RunRule { rule: shipped().id });
    let round = |months: &Months| -> Option<FlowId> {
        let books = months.scene.books(0);
        let mut flows = books.flows();
        flows
            .find(|(_, flow)| matches!(flow, Flow::Round(_)))
            .map(|(id, _)| id)
    };
    let job = round(&months).unwrap();
    // Only a few are locked; the others can be used meanwhile.
    assert_eq!(months.scene.held(0).len(), 12);
    months.want(Intent::CallOff { job });
    months.scene.mend_safes();
    months.hours(2);
    assert_eq!(round(&months), None);
    months.check();
    let books = months.scene.books(0);
    let entry = books.activity().latest().next().cloned().unwrap();
    assert_eq!((entry.moved, entry.stayed), (0, 20));
    months.want(Intent::RunRule { rule: shipped().id });
    assert!(months.places().values().all(|it| *it == Place::AtSafes));
}

#[test]
fn each_moment_comes_once_and_nothing_is_begun_without_a_network() {
    let mut months = Months::new(2, 1);
    months.put(sending(Trigger::Any(vec![
        Trigger::BatteryBelow(20),
        Trigger::ChargerConnected,
        Trigger::ConnectionImproves,
    ])));
    let battery = |percent, power| Some(Battery { percent, power });
    months.reading.battery = battery(50, Power::Battery);
    months.reading.connection = Some(Connection::Slow);
    months.read();
    let first = months.add(40, 1);
    months.reading.battery = battery(19, Power::Battery);
    months.read();
    assert_eq!(months.place(&first), Some(Place::AtSafes));
    let second = months.add(40, 1);
    months.reading.battery = battery(10, Power::Battery);
    months.read();
    assert_eq!(
        months.place(&second),
        Some(Place::Here),
        "it is still as low as it was"
    );
    // Without a network a charger brings nothing but locked values: it is noticed afterwards.
    months.reading.network = Network::Off;
    months.reading.battery = battery(10, Power::Charger);
    months.read();
    assert_eq!(
        (months.place(&second), months.rounds()),
        (Some(Place::Here), 0)
    );
    months.reading.network = Network::On;
    months.read();
    assert_eq!(months.place(&second), Some(Place::AtSafes));
    let third = months.add(40, 1);
    months.reading.connection = Some(Connection::Good);
    months.read();
    assert_eq!(months.place(&third), Some(Place::AtSafes));
    // It is as good as it was, and was gone in between.
    let fourth = months.add(40, 1);
    for network in [Network::Off, Network::On] {
        assert_eq!(months.place(&fourth), Some(Place::Here));
        months.reading.network = network;
        months.read();
    }
    assert_eq!(months.place(&fourth), Some(Place::AtSafes));
    let books = months.scene.books(0);
    let why: Vec<Why> = books.activity().latest().map(|it| it.why.clone()).collect();
    let expected = [
        Why::Due(Trigger::ConnectionImproves),
        Why::Due(Trigger::ConnectionImproves),
        Why::Due(Trigger::ChargerConnected),
        Why::Due(Trigger::BatteryBelow(20)),
    ];
    assert_eq!(why, expected);
}

#[test]
fn what_came_while_the_wallet_was_closed_is_done_when_it_is_opened() {
    let mut months = Months::new(3, 1);
    months.put(sending(Trigger::At(EVENING)));
    let name = months.add(40, 1);
    months.hours(5);
    assert_eq!(months.place(&name), Some(Place::Here));
    months.scene.devices[0].crash();
    months.scene.pass(24 * HOUR);
    months.scene.start(0);
    months.rest();
    assert_eq!(
        months.place(&name),
        Some(Place::Here),
        "nobody has said yet where it is"
    );
    months.read();
    assert_eq!(months.place(&name), Some(Place::AtSafes));
}

#[test]
fn a_plan_there_are_too_few_safes_for_sends_nothing() {
    let mut months = Months::new(4, 1);
    let name = months.add(40, 1);
    months.put(shipped());
    months.want(Intent::RunRule { rule: shipped().id });
    months.hours(48);
    assert_eq!(months.place(&name), Some(Place::Here));
    assert_eq!(months.scene.books(0).activity().latest().count(), 0);
}

/// A wallet with one value, and too little room for another.
fn full(seed: u64, shortage: Shortage, state: RuleState) -> Months {
    let mut months = Months::new(seed, 1);
    months.put(Rule {
        state,
        ..sending(Trigger::At(EVENING))
    });
    months.want(Intent::SetShortage { shortage });
    months.add(40, 1);
    let bytes = months.scene.books(0).used_bytes() + 10;
    months.want(Intent::SetCapacity { bytes });
    months
}

#[test]
fn room_is_made_by_itself_and_what_was_interrupted_goes_on() {
    let mut months = full(5, Shortage::MakeRoom, RuleState::On);
    let second = months.add(3, 1);
    months.check();
    assert_eq!(months.place(&second), Some(Place::Here));
    assert_eq!(months.place("Ticket 1"), Some(Place::AtSafes));
    let books = months.scene.books(0);
    let entry = books.activity().latest().next().cloned().unwrap();
    assert!(matches!(entry.why, Why::Room(missing) if missing > 0));
    assert_eq!(months.scene.devices[0].told, [], "nobody had to be asked");
    // So does a recovery, which then sends the second away.
    let group = books.groups().next().unwrap().id;
    months.want(Intent::RecoverBackup { backup: group });
    assert_eq!(months.place("Ticket 1"), Some(Place::Here));
    assert_eq!(months.place(&second), Some(Place::AtSafes));
    months.check();
}

/// A wallet with room of its own, in a browser that has no space left for the second value.
fn without_space(seed: u64, shortage: Shortage) -> Months {
    let mut months = Months::new(seed, 1);
    months.put(sending(Trigger::At(EVENING)));
    months.want(Intent::SetShortage { shortage });
    months.add(40, 1);
    months.made += 1;
    let form = ticket(months.made);
    months.scene.want(0, Intent::Add { form });
    let now = months.scene.now_ms;
    let Scene { devices, dice, .. } = &mut months.scene;
    devices[0].fail_commit(CommitError::Full, now, dice);
    months
}

#[test]
fn a_browser_without_space_has_the_rules_send_values_away_and_what_waited_goes_on() {
    let mut months = without_space(8, Shortage::MakeRoom);
    months.rest();
    assert_eq!(months.place("Ticket 1"), Some(Place::AtSafes));
    assert_eq!(months.place("Ticket 2"), Some(Place::Here));
    let books = months.scene.books(0);
    let entry = books.activity().latest().next().cloned().unwrap();
    assert!(matches!(entry.why, Why::Room(missing) if missing > 0));
    assert_eq!(months.scene.devices[0].told, [Kind::StorageFull]);
    months.check();
}

#[test]
fn a_browser_without_space_moves_nothing_unasked_and_loses_nothing() {
    let mut months = without_space(9, Shortage::Ask);
    months.rest();
    assert_eq!(months.place("Ticket 1"), Some(Place::Here));
    months.hour();
    assert_eq!(months.place("Ticket 2"), Some(Place::Here), "tried again");
    months.check();
}

#[test]
fn where_the_rules_free_too_little_the_owner_is_asked() {
    for state in [RuleState::On, RuleState::Off] {
        let mut months = full(6, Shortage::MakeRoom, state);
        if state == RuleState::On {
            months.want(Intent::SetCapacity { bytes: 20 });
        }
        months.scene.want(0, Intent::Add { form: ticket(9) });
        months.rest();
        let told = &months.scene.devices[0].told;
        assert!(
            told.iter().any(|it| matches!(it, Kind::NoRoom { .. })),
            "{state:?}"
        );
    }
}

#[test]
fn an_owner_who_is_asked_backs_up_by_the_rules_and_it_goes_on() {
    let mut months = full(7, Shortage::Ask, RuleState::On);
    let form = ticket(9);
    months.want(Intent::Add { form });
    months.made += 1;
    let told = months.scene.devices[0].told.clone();
    assert!(told.iter().any(|it| matches!(it, Kind::NoRoom { .. })));
    assert_eq!(
        months.place("Ticket 1"),
        Some(Place::Here),
        "nothing moves unasked"
    );
    let job = months.scene.jobs(0)[0];
    months.want(Intent::MakeRoom { job });
    assert_eq!(months.place("Ticket 9"), Some(Place::Here));
    assert_eq!(months.place("Ticket 1"), Some(Place::AtSafes));
    months.check();
}
