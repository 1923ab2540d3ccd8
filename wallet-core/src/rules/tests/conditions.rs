//! Conditions one by one: what is not known, foreign data, and the form in which they are stored.

use super::dice::Dice;
use super::*;
use crate::books::{CertificateItem, Condition as List, Item, Standing};
use alloc::boxed::Box;
use alloc::string::String;
use saifu_protocol::certificate::Address;
use saifu_protocol::digest::DigestSetting;
use saifu_protocol::{Counter, Digest, SafeId, json};

pub(super) fn certificate(fields: Fields, setting: DigestSetting) -> CertificateItem {
    CertificateItem {
        safe: SafeId::new([1; 32]),
        address: Address::parse("https://safe.example").unwrap(),
        digest: Digest::of(&Value::check(fields).unwrap(), setting),
        sha256: Vec::new(),
        md5: Vec::new(),
        counter: Counter::ZERO,
        issued_at: noon("2000-03-01"),
        retained_until: noon("2001-03-01"),
        object_bytes: 300,
        standing: Standing::AtSafe,
        came_of: None,
        part: None,
        others: crate::books::OthersWait::Told(0),
        may_be_used: false,
        checks: crate::check::Checks::default(),
        possession: None,
        audit: None,
        audit_called_off_at: None,
    }
}

fn truth_of(condition: &Condition, certificate: &CertificateItem) -> Truth {
    let subject = Subject::of_certificate(id(1), certificate, Lock::Free);
    condition.truth(&subject, &around("2000-03-15"))
}

#[test]
fn of_a_digest_that_leaves_something_out_neither_a_condition_nor_its_opposite_holds() {
    let long = Fields {
        name: "n".repeat(120),
        ..ticket("2000-04-29", "")
    };
    let class = Condition::Class(alloc::vec!["movie-ticket".into()]);
    let usable = Condition::UsableWithin(Period::Months(1));
    let named = |text: &str| Condition::Name(Text::Contains(text.into()));
    let nowhere = Condition::Place(Text::Empty);
    use DigestSetting::{ClassAndName, FiveFields, Vacant};
    use Truth::{No, Unknown, Yes};
    for (condition, setting, expected) in [
        (&class, FiveFields, Yes),
        (&class, ClassAndName, Yes),
        (&class, Vacant, Unknown),
        (&usable, FiveFields, No),
        (&usable, ClassAndName, Unknown),
        (&nowhere, FiveFields, No),
        (&nowhere, ClassAndName, Unknown),
        (&named("nn"), FiveFields, Yes),
        // The name is cut: what is not in it may have been.
        (&named("x"), FiveFields, Unknown),
        (&Condition::Name(Text::Is("n".into())), FiveFields, Unknown),
        (&Condition::LastDay(Day::Open), FiveFields, Yes),
        (&Condition::LastDay(Day::Open), Vacant, Unknown),
    ] {
        let certificate = certificate(long.clone(), setting);
        let opposite = Condition::Not(Box::new(condition.clone()));
        assert_eq!(truth_of(condition, &certificate), expected, "{condition:?}");
        assert_eq!(truth_of(&opposite, &certificate), !expected);
    }
}

#[test]
fn one_end_that_is_known_may_be_enough() {
    let digest_of = |from, to| {
        let mut certificate = certificate(ticket("", ""), DigestSetting::Vacant);
        certificate.digest.from = from;
        certificate.digest.to = to;
        truth_of(&Condition::UsableWithin(Period::Months(1)), &certificate)
    };
    let (past, future) = (Some(day("2000-03-14")), Some(day("2000-04-16")));
    assert_eq!(digest_of(None, past), Truth::No);
    assert_eq!(digest_of(future, None), Truth::No);
    assert_eq!(digest_of(None, future), Truth::Unknown);
    assert_eq!(digest_of(past, None), Truth::Unknown);
    assert_eq!(digest_of(past, future), Truth::Yes);
}

#[test]
fn what_arrived_and_is_not_confirmed_is_locked() {
    let mut summary = summary(&ticket("", ""), "2000-03-01");
    summary.custody = Custody::Arrived;
    let subject = Subject::of_summary(id(1), &summary, Lock::Free);
    let all = Condition::All(Vec::new());
    let selection = select(&all, &[subject], &around("2000-03-15")).unwrap();
    assert_eq!(selection.selected, []);
    assert_eq!(selection.apart, [(id(1), Apart::Locked)]);
}

#[test]
fn letters_are_the_same_small_or_capital_wide_or_narrow() {
    let mut fields = ticket("", "");
    for (name, text, is_in) in [
        ("ＫＯＮＺＥＲＴ　ＡＢＥＮＤ", "konzert abend", true),
        ("Übermut", "üBER", true),
        ("市民劇場", "劇場", true),
        ("×", "÷", false),
        ("Konzert", "Konzerte", false),
        ("Anything", " ", true),
    ] {
        fields.name = name.into();
        let value = Value::check(fields.clone()).unwrap();
        let summary = summary(&fields, "2000-03-01");
        let subject = Subject::of_summary(id(1), &summary, Lock::Free).with(&value);
        let contains = Condition::Name(Text::Contains(text.into()));
        let found = contains.truth(&subject, &around("2000-03-15"));
        assert_eq!(found, is_in.into(), "{name} {text}");
    }
}

#[test]
fn another_currency_is_no_such_amount() {
    let value = Value::check(ticket("", "")).unwrap();
    let summary = summary(&ticket("", ""), "2000-03-01");
    let subject = Subject::of_summary(id(1), &summary, Lock::Free).with(&value);
    for is in [Number::AtLeast(0), Number::Below(u64::MAX)] {
        let currency: String = "EUR".into();
        let euros = Condition::UnitPrice(Amount { currency, is });
        assert_eq!(euros.truth(&subject, &around("2000-03-15")), Truth::No);
    }
}

#[test]
fn room_safes_and_place_are_part_of_it() {
    let summary = summary(&ticket("", ""), "2000-03-01");
    let here = Subject::of_summary(id(1), &summary, Lock::Free);
    let cover = |have| Cover { have, wanted: 3 };
    let away = |have| {
        Subject::of_group(
            id(1),
            &summary,
            (MovedBy::Owner, noon("2000-03-02")),
            cover(have),
        )
    };
    let around = Surroundings {
        free: 99,
        ..around("2000-03-15")
    };
    let truth = |condition: Condition, of: &Subject<'_>| condition.truth(of, &around);
    use Truth::{No, Yes};
    assert_eq!(truth(Condition::Free(Number::Below(100)), &here), Yes);
    assert_eq!(truth(Condition::Free(Number::Below(99)), &here), No);
    assert_eq!(truth(Condition::Size(Number::AtLeast(300)), &here), Yes);
    assert_eq!(truth(Condition::NotAtEnoughSafes, &here), Yes);
    assert_eq!(truth(Condition::NotAtEnoughSafes, &away(2)), Yes);
    assert_eq!(truth(Condition::NotAtEnoughSafes, &away(3)), No);
    assert_eq!(truth(Condition::Lies(Lies::AtSafes), &away(3)), Yes);
    assert_eq!(truth(Condition::Lies(Lies::AtSafes), &here), No);
}

#[test]
fn lists_of_the_wallets_index_are_conditions_too() {
    // What Fig. 3 lists by, `books::Condition`, says the same of every value and certificate.
    for seed in 0..500 {
        let mut dice = Dice::new(seed);
        let around = dice.surroundings();
        let days = u16::try_from(dice.below(90)).unwrap();
        let fields = dice.fields();
        let summary = summary(&fields, "2000-03-01");
        let certificate = certificate(fields, DigestSetting::FiveFields);
        let here = Subject::of_summary(id(1), &summary, Lock::Free);
        let away = Subject::of_certificate(id(1), &certificate, Lock::Free);
        let items = [
            (Item::Value(summary.clone()), here),
            (Item::Certificate(certificate.clone()), away),
        ];
        for (item, subject) in items {
            let mut books = crate::books::Books::default();
            books.apply(alloc::vec![crate::books::Change::Put(id(1), item, None)]);
            for (list, condition) in [
                (List::OnlyValues, Condition::Lies(Lies::Here)),
                (List::OnlyCertificates, Condition::Lies(Lies::AtSafes)),
                (
                    List::EndingWithin { days },
                    Condition::EndingWithin(Period::Days(days)),
                ),
            ] {
                let is_listed = books.list(list, around.at.today()).next().is_some();
                let truth = condition.truth(&subject, &around);
                assert_eq!(truth, is_listed.into(), "world {seed} {list:?}");
            }
        }
    }
}

#[test]
fn the_index_knows_of_a_value_what_the_value_itself_says() {
    for seed in 0..500 {
        let mut dice = Dice::new(seed);
        let (around, fields) = (dice.surroundings(), dice.fields());
        let (item, value) = (
            summary(&fields, "2000-03-01"),
            Value::check(fields).unwrap(),
        );
        let summary = Subject::of_summary(id(1), &item, Lock::Free);
        assert_eq!(summary, summary.with(&value), "world {seed}");
        // What an earlier version wrote does not say it.
        let old = ValueItem {
            details: None,
            ..item.clone()
        };
        let old = Subject::of_summary(id(1), &old, Lock::Free);
        let priced = Condition::UnitPrice(Amount {
            currency: "JPY".into(),
            is: Number::AtLeast(0),
        });
        assert_eq!(priced.truth(&old, &around), Truth::Unknown);
        assert_ne!(priced.truth(&summary, &around), Truth::Unknown);
    }
}

#[test]
fn of_long_remarks_the_index_has_the_beginning_and_says_nothing_of_the_rest() {
    let fields = Fields {
        remarks: alloc::format!("found {} lost", "x".repeat(130)),
        ..ticket("", "")
    };
    let item = summary(&fields, "2000-03-01");
    let subject = Subject::of_summary(id(1), &item, Lock::Free);
    let has = |part: &str| {
        let condition = Condition::Remarks(Text::Contains(part.into()));
        condition.truth(&subject, &around("2000-03-15"))
    };
    assert_eq!((has("found"), has("lost")), (Truth::Yes, Truth::Unknown));
    assert_eq!(has("lost").max(has("found")), Truth::Yes);
}

#[test]
fn what_is_too_deep_too_long_or_too_much_is_refused() {
    let nested = |depth: usize| {
        (1..depth).fold(Condition::NotAtEnoughSafes, |inner, _| {
            Condition::Not(Box::new(inner))
        })
    };
    assert_eq!(nested(limits::MAX_DEPTH).check(), Ok(()));
    assert_eq!(nested(limits::MAX_DEPTH + 1).check(), Err(Excess::Depth));
    let many = |count| Condition::Any(alloc::vec![Condition::NotAtEnoughSafes; count]);
    assert_eq!(many(limits::MAX_CONDITIONS - 1).check(), Ok(()));
    assert_eq!(many(limits::MAX_CONDITIONS).check(), Err(Excess::Count));
    let long = |count| Condition::Remarks(Text::Contains("財".repeat(count)));
    assert_eq!(long(limits::MAX_TEXT_CHARS).check(), Ok(()));
    assert_eq!(long(limits::MAX_TEXT_CHARS + 1).check(), Err(Excess::Text));
    let classes = |count| Condition::Class(alloc::vec!["coupon".into(); count]);
    assert_eq!(classes(limits::MAX_CLASSES).check(), Ok(()));
    assert_eq!(classes(limits::MAX_CLASSES + 1).check(), Err(Excess::Text));
    // And means nothing, whatever it says.
    let always = Condition::Not(Box::new(nested(limits::MAX_DEPTH)));
    assert_eq!(
        select(&always, &[], &around("2000-03-15")),
        Err(Excess::Depth)
    );
}

#[test]
fn format_is_pinned() {
    // Every wallet whose owner made a rule has it stored in this form.
    let amount = |is| Amount {
        currency: "JPY".into(),
        is,
    };
    let one_of_each = Condition::All(alloc::vec![
        Condition::Any(alloc::vec![]),
        Condition::Not(Box::new(Condition::NotAtEnoughSafes)),
        Condition::Class(alloc::vec!["coupon".into()]),
        Condition::Name(Text::Is("A".into())),
        Condition::Place(Text::Contains("B".into())),
        Condition::Remarks(Text::Empty),
        Condition::UnitPrice(amount(Number::AtLeast(1))),
        Condition::Quantity(Number::Below(2)),
        Condition::Total(amount(Number::Below(3))),
        Condition::Remaining(amount(Number::Below(4))),
        Condition::Worth(amount(Number::Below(5))),
        Condition::Size(Number::AtLeast(6)),
        Condition::Free(Number::Below(7)),
        Condition::FirstDay(Day::From(day("2000-04-01"))),
        Condition::LastDay(Day::Before(day("2000-05-31"))),
        Condition::LastDay(Day::Open),
        Condition::UsableWithin(Period::Months(1)),
        Condition::EndingWithin(Period::Days(7)),
        Condition::HeldLongerThan(30),
        Condition::Lies(Lies::AtSafes),
        Condition::Lies(Lies::Here),
    ]);
    let text = concat!(
        r#"{"all":[{"any":[]},{"not":"not-at-enough-safes"},{"class":["coupon"]},{"name":{"is":"A"}},"#,
        r#"{"place":{"contains":"B"}},{"remarks":"empty"},{"unit-price":{"currency":"JPY","is":{"at-least":1}}},"#,
        r#"{"quantity":{"below":2}},{"total":{"currency":"JPY","is":{"below":3}}},"#,
        r#"{"remaining":{"currency":"JPY","is":{"below":4}}},{"worth":{"currency":"JPY","is":{"below":5}}},"#,
        r#"{"size":{"at-least":6}},{"free":{"below":7}},{"first-day":{"from":"2000-04-01"}},"#,
        r#"{"last-day":{"before":"2000-05-31"}},{"last-day":"open"},{"usable-within":{"months":1}},"#,
        r#"{"ending-within":{"days":7}},{"held-longer-than":30},{"lies":"at-safes"},{"lies":"here"}]}"#
    );
    assert_eq!(json::write_text(&one_of_each), text);
    assert_eq!(json::read(text.as_bytes()), Ok(one_of_each));
}

#[test]
fn foreign_data_is_refused_and_never_panics() {
    for text in [
        "",
        "{}",
        r#""of-a-later-version""#,
        r#"{"not":null}"#,
        r#"{"all":{}}"#,
        r#"{"first-day":{"from":"2000-02-30"}}"#,
        r#"{"held-longer-than":65536}"#,
        r#"{"held-longer-than":-1}"#,
        r#"{"usable-within":{"days":1,"months":1}}"#,
    ] {
        assert!(json::read::<Condition>(text.as_bytes()).is_err(), "{text}");
    }
    // Deeper than any stack: refused while it is parsed.
    let deep = [r#"{"not":"#.repeat(100_000), "}".repeat(100_000)].concat();
    assert!(json::read::<Condition>(deep.as_bytes()).is_err());
    // As deep as the parser goes: read, and refused by the check.
    let deep = [
        &r#"{"not":"#.repeat(60),
        r#""not-at-enough-safes""#,
        &"}".repeat(60),
    ]
    .concat();
    let read = json::read::<Condition>(deep.as_bytes()).unwrap();
    assert_eq!(read.check(), Err(Excess::Depth));
}
