//! A rule's condition and its trigger as a form: of each node what kind it is, what is filled in, and what lies below. One
//! form for both, so that what draws and changes a tree is there once. Pure.

use saifu_protocol::value::Money;
use saifu_protocol::value::{self, Class, Currency};
use saifu_wallet_core::form::{format_amount, parse_amount, parse_whole};
use saifu_wallet_core::rules::trigger::EVENING;
use saifu_wallet_core::rules::{
    Amount, Condition, Day, Lies, Number, Period, Text, Trigger, limits,
};

/// Which of the two trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tree {
    /// Which values: conditions.
    Which,
    /// When: triggers.
    When,
}

/// What is filled in at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blank {
    /// One of a few.
    One(Choice),
    /// A text.
    Text,
    /// A whole number, and what it is at first.
    Number(Unit, &'static str),
    /// An amount of the currency chosen at this node.
    Money,
    /// A day.
    Day,
    /// A time of day.
    Time,
    /// Some of the classes.
    Classes,
}

/// Of what there are few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// It is, contains, is empty.
    Text,
    /// At least, below.
    Bound,
    /// None, before, from.
    Day,
    /// Days, months.
    Period,
    /// A currency.
    Currency,
    /// Here, at safes.
    Lies,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Pieces,
    Bytes,
    Days,
    Minutes,
    Percent,
    /// Says the choice beside it.
    Periods,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    /// Its place among the kinds of its tree.
    pub(crate) kind: usize,
    /// What is filled in, as it was typed.
    pub(crate) filled: Vec<String>,
    /// What it joins.
    pub(crate) below: Vec<Form>,
}

/// The kinds that join others, in both trees first.
const ALL: usize = 0;
const ANY: usize = 1;
const NOT: usize = 2;

const BOUND: Blank = Blank::One(Choice::Bound);
const AMOUNT: &[Blank] = &[Blank::One(Choice::Currency), BOUND, Blank::Money];
const TEXT: &[Blank] = &[Blank::One(Choice::Text), Blank::Text];
const DAY: &[Blank] = &[Blank::One(Choice::Day), Blank::Day];
const PERIOD: &[Blank] = &[
    Blank::Number(Unit::Periods, "7"),
    Blank::One(Choice::Period),
];
const BYTES: Blank = Blank::Number(Unit::Bytes, "100000");

const WHICH: [&[Blank]; 21] = [
    &[],
    &[],
    &[],
    &[Blank::Classes],
    TEXT,
    TEXT,
    TEXT,
    AMOUNT,
    &[BOUND, Blank::Number(Unit::Pieces, "2")],
    AMOUNT,
    AMOUNT,
    AMOUNT,
    &[BOUND, BYTES],
    &[BOUND, BYTES],
    DAY,
    DAY,
    PERIOD,
    PERIOD,
    &[Blank::Number(Unit::Days, "30")],
    &[],
    &[Blank::One(Choice::Lies)],
];

const WHEN: [&[Blank]; 15] = [
    &[],
    &[],
    &[],
    &[Blank::Number(Unit::Minutes, "30")],
    &[Blank::Number(Unit::Percent, "20")],
    &[Blank::Time],
    &[BYTES],
    &[Blank::Number(Unit::Days, "7")],
    &[],
    &[],
    &[],
    &[],
    &[Blank::Number(Unit::Percent, "80")],
    &[BYTES],
    &[],
];

impl Tree {
    /// How many kinds of nodes it has.
    pub(crate) const fn kinds(self) -> usize {
        match self {
            Tree::Which => WHICH.len(),
            Tree::When => WHEN.len(),
        }
    }

    /// What is filled in at a node of this kind.
    pub(crate) fn blanks(self, kind: usize) -> &'static [Blank] {
        match self {
            Tree::Which => WHICH.get(kind).copied().unwrap_or_default(),
            Tree::When => WHEN.get(kind).copied().unwrap_or_default(),
        }
    }

    /// How many nodes may lie below one of this kind.
    pub(crate) const fn most_below(self, kind: usize) -> usize {
        match (self, kind) {
            (_, ALL | ANY) => limits::MAX_TRIGGERS - 1,
            (Tree::Which, NOT) => 1,
            _ => 0,
        }
    }

    /// The kind of a new node.
    const fn first(self) -> usize {
        match self {
            Tree::Which => 3,
            Tree::When => 5,
        }
    }

    /// A new node.
    pub(crate) fn fresh(self) -> Form {
        self.fresh_of(self.first())
    }

    fn fresh_of(self, kind: usize) -> Form {
        let filled = self.blanks(kind).iter().map(|blank| {
            let at_first = match blank {
                Blank::One(_) => "0",
                Blank::Number(_, number) => number,
                Blank::Time => "23:00",
                Blank::Classes => Class::MovieTicket.code(),
                Blank::Text | Blank::Money | Blank::Day => "",
            };
            at_first.to_owned()
        });
        Form {
            kind,
            filled: filled.collect(),
            below: Vec::new(),
        }
    }
}

impl Form {
    /// The node at the end of a path.
    pub(crate) fn at(&mut self, path: &[usize]) -> Option<&mut Form> {
        match path.split_first() {
            None => Some(self),
            Some((first, rest)) => self.below.get_mut(*first)?.at(rest),
        }
    }

    /// Makes it a node of another kind. What joins others keeps them; what does not is joined by what it becomes.
    pub(crate) fn turn_into(&mut self, tree: Tree, kind: usize) {
        let most = tree.most_below(kind);
        let before = std::mem::replace(self, tree.fresh_of(kind));
        if most == 0 {
            if tree.blanks(kind) == tree.blanks(before.kind) {
                self.filled = before.filled;
            }
            return;
        }
        self.below = match tree.most_below(before.kind) {
            0 => vec![before],
            _ => before.below,
        };
        self.below.truncate(most);
    }

    /// One more below.
    pub(crate) fn add(&mut self, tree: Tree) {
        if self.below.len() < tree.most_below(self.kind) {
            self.below.push(tree.fresh());
        }
    }

    /// Without what is at the end of a path. The root stays.
    pub(crate) fn remove(&mut self, path: &[usize]) {
        let Some((last, above)) = path.split_last() else {
            return;
        };
        if let Some(above) = self.at(above)
            && *last < above.below.len()
        {
            above.below.remove(*last);
        }
    }

    fn node(kind: usize, filled: Vec<String>) -> Self {
        Self {
            kind,
            filled,
            below: Vec::new(),
        }
    }

    fn joining(kind: usize, below: Vec<Form>) -> Self {
        Self {
            kind,
            filled: Vec::new(),
            below,
        }
    }

    fn said(&self, place: usize) -> &str {
        self.filled.get(place).map_or("", String::as_str)
    }

    fn one(&self, place: usize) -> usize {
        self.said(place).parse().unwrap_or(0)
    }

    fn number(&self, place: usize) -> Option<u64> {
        parse_whole(self.said(place))
    }

    fn small<T: TryFrom<u64>>(&self, place: usize) -> Option<T> {
        T::try_from(self.number(place)?).ok()
    }

    fn bound(&self, place: usize, number: u64) -> Number {
        match self.one(place) {
            0 => Number::AtLeast(number),
            _ => Number::Below(number),
        }
    }

    fn text(&self) -> Option<Text> {
        let typed = self.said(1).trim();
        let text = match self.one(0) {
            0 => Text::Is(typed.into()),
            1 => Text::Contains(typed.into()),
            _ => return Some(Text::Empty),
        };
        (!typed.is_empty()).then_some(text)
    }

    fn amount(&self) -> Option<Amount> {
        let currency = Currency::ALL.get(self.one(0)).copied()?;
        let money = parse_amount(self.said(2), currency)?;
        Some(Amount {
            currency: currency.code().into(),
            is: self.bound(1, money.amount),
        })
    }

    fn bytes(&self) -> Option<Number> {
        Some(self.bound(0, self.number(1)?))
    }

    fn day(&self) -> Option<Day> {
        match self.one(0) {
            0 => Some(Day::Open),
            1 => value::parse_date(self.said(1)).map(Day::Before),
            _ => value::parse_date(self.said(1)).map(Day::From),
        }
    }

    fn period(&self) -> Option<Period> {
        let count = self.small(0)?;
        Some(match self.one(1) {
            0 => Period::Days(count),
            _ => Period::Months(count),
        })
    }

    fn time(&self) -> Option<u16> {
        let (hour, minute) = self.said(0).split_once(':')?;
        let minute = minute.get(..2)?.parse::<u16>().ok()?;
        let hour = hour.parse::<u16>().ok()?;
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    }

    fn each<T>(&self, read: impl Fn(&Form) -> Option<T>) -> Option<Vec<T>> {
        self.below.iter().map(read).collect()
    }

    /// The condition it says; none where something is not filled in.
    pub(crate) fn condition(&self) -> Option<Condition> {
        let below = || self.each(Form::condition);
        Some(match self.kind {
            ALL => Condition::All(below()?),
            ANY => Condition::Any(below()?),
            NOT => Condition::Not(Box::new(below()?.pop()?)),
            3 => {
                let codes = self.said(0).split(' ').filter(|code| !code.is_empty());
                Condition::Class(codes.map(str::to_owned).collect())
            }
            4 => Condition::Name(self.text()?),
            5 => Condition::Place(self.text()?),
            6 => Condition::Remarks(self.text()?),
            7 => Condition::UnitPrice(self.amount()?),
            8 => Condition::Quantity(self.bytes()?),
            9 => Condition::Total(self.amount()?),
            10 => Condition::Remaining(self.amount()?),
            11 => Condition::Worth(self.amount()?),
            12 => Condition::Size(self.bytes()?),
            13 => Condition::Free(self.bytes()?),
            14 => Condition::FirstDay(self.day()?),
            15 => Condition::LastDay(self.day()?),
            16 => Condition::UsableWithin(self.period()?),
            17 => Condition::EndingWithin(self.period()?),
            18 => Condition::HeldLongerThan(self.small(0)?),
            19 => Condition::NotAtEnoughSafes,
            _ => Condition::Lies(match self.one(0) {
                0 => Lies::Here,
                _ => Lies::AtSafes,
            }),
        })
    }

    /// The trigger it says; none where something is not filled in.
    pub(crate) fn trigger(&self) -> Option<Trigger> {
        let below = || self.each(Form::trigger);
        Some(match self.kind {
            ALL => Trigger::All(below()?),
            ANY => Trigger::Any(below()?),
            2 => Trigger::ChargerConnected,
            3 => Trigger::IdleFor(self.small(0)?),
            4 => Trigger::BatteryBelow(self.small(0)?),
            5 => Trigger::At(self.time()?),
            6 => Trigger::RoomBelow(self.number(0)?),
            7 => Trigger::NotNeededFor(self.small(0)?),
            8 => Trigger::OnChange,
            9 => Trigger::OnOpen,
            10 => Trigger::OnRequest,
            11 => Trigger::ConnectionImproves,
            12 => Trigger::BatteryRecovers(self.small(0)?),
            13 => Trigger::RoomRecovers(self.number(0)?),
            _ => Trigger::UsableTomorrow,
        })
    }
}

/// A time of day as a field of the browser shows it.
pub(crate) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn one(place: usize) -> String {
    place.to_string()
}

impl From<&Condition> for Form {
    fn from(condition: &Condition) -> Self {
        let joined = |list: &[Condition]| list.iter().map(Form::from).collect();
        let text = |kind, text: &Text| {
            let (which, text) = match text {
                Text::Is(text) => (0, text.clone()),
                Text::Contains(text) => (1, text.clone()),
                Text::Empty => (2, String::new()),
            };
            Form::node(kind, vec![one(which), text])
        };
        let bound = |number: Number| match number {
            Number::AtLeast(number) => (one(0), number),
            Number::Below(number) => (one(1), number),
        };
        let bytes = |kind, number: Number| {
            let (which, number) = bound(number);
            Form::node(kind, vec![which, number.to_string()])
        };
        let amount = |kind, amount: &Amount| {
            let currency = Currency::from_code(&amount.currency).unwrap_or(Currency::Jpy);
            let place = Currency::ALL.iter().position(|it| *it == currency);
            let (which, number) = bound(amount.is);
            let money = Money {
                amount: number,
                currency,
            };
            let place = one(place.unwrap_or(0));
            Form::node(kind, vec![place, which, format_amount(money)])
        };
        let day = |kind, day: &Day| {
            let (which, day) = match day {
                Day::Open => (0, String::new()),
                Day::Before(day) => (1, value::format_date(*day)),
                Day::From(day) => (2, value::format_date(*day)),
            };
            Form::node(kind, vec![one(which), day])
        };
        let period = |kind, period: &Period| {
            let (count, which) = match period {
                Period::Days(count) => (count, 0),
                Period::Months(count) => (count, 1),
            };
            Form::node(kind, vec![count.to_string(), one(which)])
        };
        match condition {
            Condition::All(list) => Form::joining(ALL, joined(list)),
            Condition::Any(list) => Form::joining(ANY, joined(list)),
            Condition::Not(inner) => Form::joining(NOT, vec![Form::from(&**inner)]),
            Condition::Class(codes) => Form::node(3, vec![codes.join(" ")]),
            Condition::Name(it) => text(4, it),
            Condition::Place(it) => text(5, it),
            Condition::Remarks(it) => text(6, it),
            Condition::UnitPrice(it) => amount(7, it),
            Condition::Quantity(it) => bytes(8, *it),
            Condition::Total(it) => amount(9, it),
            Condition::Remaining(it) => amount(10, it),
            Condition::Worth(it) => amount(11, it),
            Condition::Size(it) => bytes(12, *it),
            Condition::Free(it) => bytes(13, *it),
            Condition::FirstDay(it) => day(14, it),
            Condition::LastDay(it) => day(15, it),
            Condition::UsableWithin(it) => period(16, it),
            Condition::EndingWithin(it) => period(17, it),
            Condition::HeldLongerThan(days) => Form::node(18, vec![days.to_string()]),
            Condition::NotAtEnoughSafes => Form::node(19, Vec::new()),
            Condition::Lies(lies) => {
                let place = match lies {
                    Lies::Here => 0,
                    Lies::AtSafes => 1,
                };
                Form::node(20, vec![one(place)])
            }
        }
    }
}

impl From<&Trigger> for Form {
    fn from(trigger: &Trigger) -> Self {
        let joined = |list: &[Trigger]| list.iter().map(Form::from).collect();
        let number = |kind, number: u64| Form::node(kind, vec![number.to_string()]);
        let plain = |kind| Form::node(kind, Vec::new());
        match trigger {
            Trigger::All(list) => Form::joining(ALL, joined(list)),
            Trigger::Any(list) => Form::joining(ANY, joined(list)),
            Trigger::ChargerConnected => plain(2),
            Trigger::IdleFor(minutes) => number(3, (*minutes).into()),
            Trigger::BatteryBelow(percent) => number(4, (*percent).into()),
            Trigger::At(minute) => Form::node(5, vec![clock(*minute)]),
            Trigger::RoomBelow(bytes) => number(6, *bytes),
            Trigger::NotNeededFor(days) => number(7, (*days).into()),
            Trigger::OnChange => plain(8),
            Trigger::OnOpen => plain(9),
            Trigger::OnRequest => plain(10),
            Trigger::ConnectionImproves => plain(11),
            Trigger::BatteryRecovers(percent) => number(12, (*percent).into()),
            Trigger::RoomRecovers(bytes) => number(13, *bytes),
            Trigger::UsableTomorrow => plain(14),
        }
    }
}

/// What a new rule begins as: off the charger of nothing, at the hour at which most devices are idle.
pub(crate) fn at_first() -> (Condition, Trigger) {
    let class = vec![Class::MovieTicket.code().to_owned()];
    let when = vec![Trigger::At(EVENING)];
    (
        Condition::All(vec![Condition::Class(class)]),
        Trigger::Any(when),
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use saifu_protocol::value::parse_date;

    /// A condition of every kind.
    pub(crate) fn conditions() -> Vec<Condition> {
        let amount = |is| Amount {
            currency: "EUR".into(),
            is,
        };
        let day = parse_date("2000-03-15").unwrap();
        let class = Condition::Class(vec!["coupon".into(), "gift-card".into()]);
        vec![
            Condition::All(vec![class.clone(), Condition::NotAtEnoughSafes]),
            Condition::Any(vec![class.clone()]),
            Condition::Not(Box::new(class.clone())),
            class,
            Condition::Name(Text::Is("A".into())),
            Condition::Place(Text::Contains("B".into())),
            Condition::Remarks(Text::Empty),
            Condition::UnitPrice(amount(Number::AtLeast(1_250))),
            Condition::Quantity(Number::Below(2)),
            Condition::Total(amount(Number::Below(3))),
            Condition::Remaining(amount(Number::Below(4))),
            Condition::Worth(amount(Number::AtLeast(5))),
            Condition::Size(Number::AtLeast(6)),
            Condition::Free(Number::Below(7)),
            Condition::FirstDay(Day::From(day)),
            Condition::LastDay(Day::Before(day)),
            Condition::UsableWithin(Period::Months(1)),
            Condition::EndingWithin(Period::Days(7)),
            Condition::HeldLongerThan(30),
            Condition::NotAtEnoughSafes,
            Condition::Lies(Lies::AtSafes),
        ]
    }

    /// A trigger of every kind.
    pub(crate) fn triggers() -> Vec<Trigger> {
        vec![
            Trigger::All(vec![Trigger::OnOpen, Trigger::At(0)]),
            Trigger::Any(vec![Trigger::OnOpen]),
            Trigger::ChargerConnected,
            Trigger::IdleFor(30),
            Trigger::BatteryBelow(20),
            Trigger::At(1_380),
            Trigger::RoomBelow(100_000),
            Trigger::NotNeededFor(7),
            Trigger::OnChange,
            Trigger::OnOpen,
            Trigger::OnRequest,
            Trigger::ConnectionImproves,
            Trigger::BatteryRecovers(80),
            Trigger::RoomRecovers(1),
            Trigger::UsableTomorrow,
        ]
    }

    #[test]
    fn what_is_drawn_says_what_it_was_drawn_from() {
        for (kind, condition) in conditions().iter().enumerate() {
            let form = Form::from(condition);
            assert_eq!(
                (form.kind, form.condition().as_ref()),
                (kind, Some(condition))
            );
            assert_eq!(form.filled.len(), Tree::Which.blanks(kind).len());
        }
        for (kind, trigger) in triggers().iter().enumerate() {
            let form = Form::from(trigger);
            assert_eq!((form.kind, form.trigger().as_ref()), (kind, Some(trigger)));
            assert_eq!(form.filled.len(), Tree::When.blanks(kind).len());
        }
        assert_eq!(conditions().len(), Tree::Which.kinds());
        assert_eq!(triggers().len(), Tree::When.kinds());
    }

    #[test]
    fn a_new_node_is_filled_in_or_waits_for_a_text_an_amount_or_a_day() {
        for tree in [Tree::Which, Tree::When] {
            for kind in 0..tree.kinds() {
                let mut form = tree.fresh();
                form.turn_into(tree, kind);
                let waits = tree
                    .blanks(kind)
                    .iter()
                    .any(|blank| matches!(blank, Blank::Text | Blank::Money));
                let is_said = match tree {
                    Tree::Which => form.condition().is_some(),
                    Tree::When => form.trigger().is_some(),
                };
                assert_eq!(is_said, !waits, "{tree:?} {kind}");
            }
        }
    }

    #[test]
    fn a_tree_is_changed_at_the_end_of_a_path() {
        let mut form = Tree::Which.fresh();
        form.turn_into(Tree::Which, NOT);
        assert_eq!(form.below.len(), 1, "what it was is what it joins");
        form.add(Tree::Which);
        assert_eq!(form.below.len(), 1, "not one of two");
        form.turn_into(Tree::Which, ANY);
        form.add(Tree::Which);
        form.at(&[1]).unwrap().turn_into(Tree::Which, 19);
        form.at(&[0]).unwrap().turn_into(Tree::Which, ALL);
        form.at(&[0]).unwrap().add(Tree::Which);
        assert_eq!(form.at(&[0, 1]).map(|it| it.kind), Some(3));
        assert_eq!(form.at(&[2]), None);
        form.remove(&[0]);
        form.remove(&[7]);
        form.remove(&[]);
        let left = Condition::Any(vec![Condition::NotAtEnoughSafes]);
        assert_eq!(form.condition(), Some(left));
    }

    #[test]
    fn times_are_those_of_a_clock() {
        for (typed, minute) in [
            ("23:00", Some(1_380)),
            ("06:05", Some(365)),
            ("06:05:30", Some(365)),
            ("24:00", None),
            ("12:60", None),
            ("", None),
            ("12", None),
            ("1:é", None),
        ] {
            let form = Form::node(5, vec![typed.into()]);
            assert_eq!(form.trigger(), minute.map(Trigger::At), "{typed}");
        }
    }
}
