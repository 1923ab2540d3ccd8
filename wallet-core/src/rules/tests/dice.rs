//! Conditions, values and days drawn at random. A number that fails is printed and replays.

use super::*;
use alloc::boxed::Box;
use alloc::string::String;

/// Chance (Knuth's MMIX generator, its upper half).
pub(super) struct Dice {
    state: u64,
    /// What it began with.
    pub(super) world: u64,
}

const CLASSES: [Class; 3] = [Class::MovieTicket, Class::PrepaidCard, Class::Coupon];
const WORDS: [&str; 4] = ["A", "Ab", "劇場", ""];

impl Dice {
    pub(super) fn new(world: u64) -> Self {
        Self {
            state: world,
            world,
        }
    }

    /// A number below `sides`.
    pub(super) fn below(&mut self, sides: u64) -> u64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % sides
    }

    pub(super) fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()].clone()
    }

    fn small(&mut self, sides: u64) -> u16 {
        u16::try_from(self.below(sides)).unwrap()
    }

    /// A day of the two years around the example.
    pub(super) fn day(&mut self) -> Date {
        Period::Days(self.small(730)).after(day("1999-09-01"))
    }

    fn text(&mut self) -> Text {
        match self.below(3) {
            0 => Text::Is(self.one_of(&WORDS).into()),
            1 => Text::Contains(self.one_of(&WORDS).into()),
            _ => Text::Empty,
        }
    }

    fn number(&mut self, sides: u64) -> Number {
        let limit = self.below(sides);
        self.one_of(&[Number::AtLeast(limit), Number::Below(limit)])
    }

    fn amount(&mut self) -> Amount {
        Amount {
            currency: self.one_of(&["JPY", "EUR"]).into(),
            is: self.number(4_000),
        }
    }

    fn day_condition(&mut self) -> Day {
        let limit = self.day();
        self.one_of(&[Day::Open, Day::Before(limit), Day::From(limit)])
    }

    pub(super) fn period(&mut self) -> Period {
        let (days, months) = (self.small(90), self.small(4));
        self.one_of(&[Period::Days(days), Period::Months(months)])
    }

    /// A condition of at most `depth` levels.
    pub(super) fn condition(&mut self, depth: usize) -> Condition {
        let sides = if depth > 1 { 24 } else { 18 };
        let code = |class: Class| String::from(class.code());
        let list = |dice: &mut Self| {
            (0..dice.below(4))
                .map(|_| dice.condition(depth - 1))
                .collect()
        };
        match self.below(sides) {
            0 => {
                let class = self.one_of(&CLASSES);
                Condition::Class(alloc::vec![code(class), "of-a-later-version".into()])
            }
            1 => Condition::Name(self.text()),
            2 => Condition::Place(self.text()),
            3 => Condition::Remarks(self.text()),
            4 => Condition::UnitPrice(self.amount()),
            5 => Condition::Quantity(self.number(4)),
            6 => Condition::Total(self.amount()),
            7 => Condition::Remaining(self.amount()),
            8 => Condition::Worth(self.amount()),
            9 => Condition::Size(self.number(600)),
            10 => Condition::Free(self.number(2_000)),
            11 => Condition::FirstDay(self.day_condition()),
            12 => Condition::LastDay(self.day_condition()),
            13 => Condition::UsableWithin(self.period()),
            14 => Condition::EndingWithin(self.period()),
            15 => Condition::HeldLongerThan(self.small(60)),
            16 => Condition::NotAtEnoughSafes,
            17 => Condition::Lies(self.one_of(&[Lies::Here, Lies::AtSafes])),
            18 | 19 => Condition::All(list(self)),
            20 | 21 => Condition::Any(list(self)),
            _ => Condition::Not(Box::new(self.condition(depth - 1))),
        }
    }

    /// Fields of a value that can be.
    pub(super) fn fields(&mut self) -> Fields {
        let (mut from, mut to) = (self.day(), self.day());
        if to < from {
            core::mem::swap(&mut from, &mut to);
        }
        let (has_from, has_to) = (self.below(4) > 0, self.below(4) > 0);
        let price = Money {
            amount: self.below(4_000),
            currency: self.one_of(&[Currency::Jpy, Currency::Eur]),
        };
        Fields {
            class: self.one_of(&CLASSES),
            name: self.one_of(&["A", "ab ", "Ａｂ", "市民劇場"]).into(),
            unit_price: Some(price),
            quantity: 1 + u32::from(self.small(3)),
            place: self.one_of(&WORDS).into(),
            validity: Validity {
                from: has_from.then_some(from),
                to: has_to.then_some(to),
            },
            remaining: (self.below(2) == 0).then_some(Money {
                amount: price.amount / 2,
                ..price
            }),
            remarks: self.one_of(&WORDS).into(),
            payload: Payload::default(),
        }
    }

    /// What surrounds values on some day of those years, in some time zone.
    pub(super) fn surroundings(&mut self) -> Surroundings {
        let start = noon("1999-10-01").0;
        let at = Moment {
            now: UnixTime(start + self.below(600 * 86_400)),
            offset_minutes: i16::try_from(self.below(26 * 60)).unwrap() - 12 * 60,
        };
        Surroundings {
            at,
            free: self.below(2_000),
        }
    }

    /// What is known of a value: all of it, or what is left of it in a summary or digest.
    pub(super) fn subject<'a>(&mut self, value: &'a Value, summary: &'a ValueItem) -> Subject<'a> {
        let lock = self.one_of(&[Lock::Free, Lock::Free, Lock::Locked]);
        let number = u8::try_from(self.below(200)).unwrap();
        let mut subject = Subject::of_summary(id(number), summary, lock);
        if self.below(2) == 0 {
            subject = subject.with(value);
        }
        if self.below(4) == 0 {
            subject.lies = Lies::AtSafes;
            subject.is_cut = true;
            subject.class = Told::Untold;
            subject.from = Told::Untold;
            subject.to = self.one_of(&[subject.to, Told::Untold]);
        }
        subject.cover = Cover {
            have: u8::try_from(self.below(4)).unwrap(),
            wanted: 3,
        };
        subject
    }
}
