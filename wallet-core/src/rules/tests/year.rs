//! A year of days with a rule that sends and one that fetches: nothing goes back and forth.

use super::dice::Dice;
use super::rules::{back_up, fetch, rule, usable_within};
use super::*;
use alloc::boxed::Box;

const SENDS: u8 = 1;
const FETCHES: u8 = 2;

/// A value in its year.
struct Kept {
    value: Value,
    item: ValueItem,
    lies: Lies,
    moved: Moved,
    /// What rules did with it since its owner last moved it.
    trips: Vec<Lies>,
}

/// A wallet and its safes, which always answer.
struct Year {
    kept: Vec<Kept>,
    rules: Rules,
    capacity: u64,
    at: Moment,
}

impl Year {
    fn new(sends: Condition, fetches: Condition, leave_free: u64, capacity: u64) -> Self {
        let rules = alloc::vec![
            rule(SENDS, sends, back_up()),
            rule(FETCHES, fetches, fetch(leave_free)),
        ];
        let at = Moment {
            now: noon("2000-03-15"),
            offset_minutes: 9 * 60,
        };
        Self {
            kept: Vec::new(),
            rules: Rules::try_from(rules).unwrap(),
            capacity,
            at,
        }
    }

    fn add(&mut self, fields: Fields, size: usize) {
        let value = Value::check(fields).unwrap();
        let item = ValueItem::of(&value, size, self.at.now, Custody::Held);
        let trips = Vec::new();
        self.kept.push(Kept {
            value,
            item,
            lies: Lies::Here,
            moved: Moved::Not,
            trips,
        });
    }

    fn free(&self) -> u64 {
        let here = self.kept.iter().filter(|it| it.lies == Lies::Here);
        let used: u64 = here.map(|it| it.item.size).sum();
        self.capacity.saturating_sub(used)
    }

    fn around(&self) -> Surroundings {
        Surroundings {
            at: self.at,
            free: self.free(),
        }
    }

    fn subjects(&self) -> Vec<Subject<'_>> {
        let number = |n: usize| id(u8::try_from(n).unwrap());
        let each = self.kept.iter().enumerate();
        each.map(|(n, it)| Subject {
            lies: it.lies,
            moved: it.moved,
            cover: match it.lies {
                Lies::Here => Cover::NONE,
                Lies::AtSafes => Cover { have: 3, wanted: 3 },
            },
            ..Subject::of_summary(number(n), &it.item, Lock::Free).with(&it.value)
        })
        .collect()
    }

    fn run(&mut self, number: u8) -> Selection {
        let (rule, around) = (RuleId::new([number; 16]), self.around());
        let (found, to) = match number {
            SENDS => {
                let found = self.rules.to_back_up(rule, &self.subjects(), &around);
                (found, Lies::AtSafes)
            }
            _ => {
                let found = self.rules.to_fetch(rule, &self.subjects(), &around);
                (found, Lies::Here)
            }
        };
        for id in &found.selected {
            let it = &mut self.kept[usize::from(id.as_bytes()[0])];
            it.lies = to;
            it.moved = Moved::ByRule;
            it.item.since = self.at.now;
            it.trips.push(to);
        }
        found
    }

    fn pass(&mut self, hours: u64) {
        self.at.now = self.at.now.plus(hours * 3_600);
    }

    /// Its owner moves a value by hand: then it may go and come again.
    fn move_by_hand(&mut self, at: usize) {
        let now = self.at.now;
        let it = &mut self.kept[at];
        it.lies = match it.lies {
            Lies::Here => Lies::AtSafes,
            Lies::AtSafes => Lies::Here,
        };
        it.moved = Moved::ByOwner { at: now };
        it.item.since = now;
        it.trips.clear();
    }

    fn assert_no_to_and_fro(&self, world: u64) {
        use Lies::{AtSafes, Here};
        for it in &self.kept {
            let is_one_trip = matches!(
                it.trips.as_slice(),
                [] | [AtSafes] | [Here] | [AtSafes, Here]
            );
            assert!(
                is_one_trip,
                "world {world}: {:?} {:?}",
                it.trips, self.rules
            );
        }
    }
}

#[test]
fn whatever_the_rules_say_nothing_goes_back_and_forth_in_a_year() {
    let (mut trips, mut round_trips) = (0, 0);
    for world in 0..150 {
        let mut dice = Dice::new(world);
        let (sends, fetches) = (dice.condition(3), dice.condition(3));
        let (leave, capacity) = (dice.below(600), 600 + dice.below(4_000));
        let mut year = Year::new(sends, fetches, leave, capacity);
        for _ in 0..365 {
            // Something comes in, something is used, and now and then the owner moves something by hand.
            if dice.below(15) == 0 && year.kept.len() < 40 {
                let size = usize::try_from(dice.below(500)).unwrap();
                year.add(dice.fields(), size);
            }
            if !year.kept.is_empty() && dice.below(60) == 0 {
                let at = dice.below(year.kept.len() as u64);
                year.move_by_hand(usize::try_from(at).unwrap());
            }
            year.pass(11);
            year.run(SENDS);
            year.assert_no_to_and_fro(world);
            year.pass(7);
            let before = year.free();
            let fetched = year.run(FETCHES);
            assert!(
                fetched.selected.is_empty() || year.free() >= leave,
                "world {world}: {before} became {}",
                year.free()
            );
            year.assert_no_to_and_fro(world);
            year.pass(6);
        }
        let each = || year.kept.iter().map(|it| it.trips.len());
        trips += each().sum::<usize>();
        round_trips += each().filter(|count| *count == 2).count();
    }
    // Or nothing was tried.
    assert!(trips > 300 && round_trips > 20, "{trips} {round_trips}");
}

#[test]
fn values_are_away_while_they_are_not_needed_and_home_when_they_are() {
    let month = || Condition::Not(Box::new(Condition::UsableWithin(Period::Months(1))));
    let held = || Condition::HeldLongerThan(30);
    let both = || Condition::Any(alloc::vec![month(), held()]);
    let movies = || Condition::Class(alloc::vec!["movie-ticket".into()]);
    let sends: [fn() -> Condition; 2] = [
        || Condition::All(Vec::new()),
        || Condition::NotAtEnoughSafes,
    ];
    let sends = [month(), held(), both(), movies(), sends[0](), sends[1]()];
    for (number, condition) in sends.into_iter().enumerate() {
        for ahead in [1, 7] {
            let mut dice = Dice::new(number as u64);
            let mut year = Year::new(condition.clone(), usable_within(ahead), 0, 1 << 20);
            for _ in 0..60 {
                year.add(dice.fields(), 300);
            }
            for _ in 0..365 {
                year.pass(11);
                year.run(SENDS);
                let (around, soon) = (year.around(), usable_within(ahead));
                for value in year.subjects() {
                    let is_over = value.has_expired(around.at.today());
                    let is_meant = condition.truth(&value, &around) == Truth::Yes;
                    let is_wanted = soon.truth(&value, &around) == Truth::Yes;
                    if value.lies == Lies::Here && is_meant && !is_wanted && !is_over {
                        assert_eq!(value.moved, Moved::ByRule, "{condition:?}");
                    }
                }
                year.pass(7);
                year.run(FETCHES);
                let today = year.at.today();
                for value in year.subjects() {
                    let Told::Is(first) = value.from else {
                        continue;
                    };
                    if first <= Period::Days(ahead).after(today) && !value.has_expired(today) {
                        assert_eq!(value.lies, Lies::Here, "{condition:?} {today}");
                    }
                }
                year.pass(6);
            }
            year.assert_no_to_and_fro(number as u64);
            let trips = year.kept.iter().filter(|it| it.trips.len() == 2).count();
            assert!(trips > 1, "{condition:?}: {trips}");
        }
    }
}
