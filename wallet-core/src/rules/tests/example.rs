//! The worked example of WO 01/13293, Fig. 19 and 20, on its own day. The printed figure shows E and G for the second rule,
//! which fits no reading of the text: E can always be used.

use super::*;

const TODAY: &str = "2000-03-15";

/// The values of Fig. 19, by their names.
fn values() -> Vec<(char, Value)> {
    let a = ticket("2000-04-01", "2000-05-31");
    let c = Fields {
        class: Class::ConcertTicket,
        name: "C".into(),
        unit_price: Some(yen(4_500)),
        quantity: 2,
        place: "D".into(),
        ..ticket("2000-04-29", "2000-04-29")
    };
    let e = Fields {
        class: Class::PrepaidCard,
        name: "E".into(),
        unit_price: Some(yen(1_000)),
        place: "F".into(),
        remaining: Some(yen(800)),
        ..ticket("", "")
    };
    let g = Fields {
        name: "G".into(),
        quantity: 2,
        place: "H".into(),
        ..ticket("2000-05-01", "2000-06-30")
    };
    let checked = |name, fields| (name, Value::check(fields).unwrap());
    [('A', a), ('C', c), ('E', e), ('G', g)]
        .map(|(name, fields)| checked(name, fields))
        .into()
}

/// Which of the values a condition means, as names; and apart, those that have expired.
fn meant(condition: &Condition, values: &[(char, Value)], today: &str) -> (Vec<char>, Vec<char>) {
    let summaries: Vec<ValueItem> = values
        .iter()
        .map(|(_, value)| summary(value.fields(), "2000-03-01"))
        .collect();
    let subjects: Vec<Subject<'_>> = (0..)
        .zip(&summaries)
        .map(|(n, summary)| Subject::of_summary(id(n), summary, Lock::Free))
        .collect();
    let names = |ids: Vec<ItemId>| {
        let place = |id: ItemId| usize::from(id.as_bytes()[0]);
        ids.into_iter().map(|id| values[place(id)].0).collect()
    };
    let selection = select(condition, &subjects, &around(today)).unwrap();
    let expired = selection.expired().collect();
    (names(selection.selected), names(expired))
}

fn movie_tickets() -> Condition {
    Condition::Class(alloc::vec!["movie-ticket".into()])
}

fn not_usable_within_a_month() -> Condition {
    let usable = Condition::UsableWithin(Period::Months(1));
    Condition::Not(alloc::boxed::Box::new(usable))
}

#[test]
fn movie_tickets_are_a_and_g() {
    let found = meant(&movie_tickets(), &values(), TODAY);
    assert_eq!(found, (alloc::vec!['A', 'G'], Vec::new()));
}

#[test]
fn not_usable_within_a_month_are_c_and_g() {
    let found = meant(&not_usable_within_a_month(), &values(), TODAY);
    assert_eq!(found, (alloc::vec!['C', 'G'], Vec::new()));
}

#[test]
fn both_rules_together_are_g_and_either_is_a_c_and_g() {
    let both = alloc::vec![movie_tickets(), not_usable_within_a_month()];
    let all = meant(&Condition::All(both.clone()), &values(), TODAY);
    assert_eq!(all.0, ['G']);
    let any = meant(&Condition::Any(both), &values(), TODAY);
    assert_eq!(any.0, ['A', 'C', 'G']);
}

#[test]
fn every_field_of_the_example_can_be_asked_for() {
    let amount = |is| Amount {
        currency: "JPY".into(),
        is,
    };
    for (condition, expected) in [
        (Condition::Name(Text::Is("ｅ".into())), "E"),
        (Condition::Place(Text::Contains("h".into())), "G"),
        (Condition::UnitPrice(amount(Number::AtLeast(1_600))), "ACG"),
        (Condition::Quantity(Number::AtLeast(2)), "CG"),
        (Condition::Total(amount(Number::AtLeast(3_200))), "CG"),
        (Condition::Total(amount(Number::Below(1_600))), "E"),
        (Condition::Remaining(amount(Number::Below(1_000))), "E"),
        (Condition::Worth(amount(Number::Below(1_000))), "E"),
        (Condition::Remarks(Text::Empty), "ACEG"),
        (Condition::FirstDay(Day::Open), "E"),
        (Condition::FirstDay(Day::From(day("2000-04-29"))), "CG"),
        (Condition::LastDay(Day::Before(day("2000-05-31"))), "C"),
        (Condition::HeldLongerThan(13), "ACEG"),
        (Condition::HeldLongerThan(14), ""),
    ] {
        let found: alloc::string::String =
            meant(&condition, &values(), TODAY).0.into_iter().collect();
        assert_eq!(found, expected, "{condition:?}");
    }
}

#[test]
fn a_month_ahead_is_still_within_the_month_and_the_day_after_is_not() {
    for (from, to, expected) in [
        ("2000-04-15", "2000-04-30", ""),
        ("2000-04-16", "2000-04-30", "X"),
        // A missing end is open.
        ("2000-04-15", "", ""),
        ("2000-04-16", "", "X"),
        ("", "2000-03-15", ""),
        ("", "", ""),
        ("1999-01-01", "2000-03-15", ""),
    ] {
        let value = Value::check(ticket(from, to)).unwrap();
        let found = meant(&not_usable_within_a_month(), &[('X', value)], TODAY);
        let names: alloc::string::String = found.0.into_iter().collect();
        assert_eq!(
            (names.as_str(), found.1.len()),
            (expected, 0),
            "{from}…{to}"
        );
    }
}

#[test]
fn on_the_last_day_of_january_a_month_ahead_is_the_last_of_february() {
    for (today, from, expected) in [
        ("2001-01-31", "2001-02-28", 0),
        ("2001-01-31", "2001-03-01", 1),
        ("2000-01-31", "2000-02-29", 0),
        ("2000-01-31", "2000-03-01", 1),
    ] {
        let value = Value::check(ticket(from, "")).unwrap();
        let found = meant(&not_usable_within_a_month(), &[('X', value)], today);
        assert_eq!(found.0.len(), expected, "{today} {from}");
    }
}

#[test]
fn what_has_expired_satisfies_the_wording_and_is_listed_apart() {
    let over = Value::check(ticket("2000-01-01", "2000-03-14")).unwrap();
    let mut values = values();
    values.push(('X', over));
    let found = meant(&not_usable_within_a_month(), &values, TODAY);
    assert_eq!(found, (alloc::vec!['C', 'G'], alloc::vec!['X']));
    let found = meant(&movie_tickets(), &values, TODAY);
    assert_eq!(found, (alloc::vec!['A', 'G'], alloc::vec!['X']));
    // Whom the wording does not mean is not listed at all.
    let concerts = Condition::Class(alloc::vec!["concert-ticket".into()]);
    assert_eq!(
        meant(&concerts, &values, TODAY),
        (alloc::vec!['C'], Vec::new())
    );
}
