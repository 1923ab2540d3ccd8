//! Rules over the books of a wallet.

use super::conditions::certificate;
use super::rules::{back_up, fetch, rule, usable_within};
use super::*;
use crate::books::{Books, Change, Elsewhere, Item, Standing, item_of};
use crate::flow::{Flow, Register};
use crate::group::{Group, PartOf, Phase};
use crate::ids::FlowId;
use crate::plan::check::{Operator, Seat};
use crate::plan::preset::Preset;
use crate::plan::{GroupId, Slot};
use saifu_crypto::Secret;
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::digest::DigestSetting;
use saifu_protocol::message::EntryState;
use saifu_protocol::{RequestId, SafeId};

fn group(number: u8, phase: Phase, values: &[ValueItem]) -> Group {
    let seats = (0..3).map(|slot| Seat {
        slot: Slot(slot),
        safe: SafeId::new([slot; 32]),
        operator: Operator::named(&alloc::format!("{slot}")),
    });
    Group {
        id: GroupId::new([number; 16]),
        plan: Preset::AnyTwoOfThree.plan(),
        seats: seats.collect(),
        values: values.to_vec(),
        key: None,
        since: noon("2000-03-02"),
        phase,
        replaces: None,
        confirmed: Vec::new(),
        handed: false,
        released: Vec::new(),
        awaits: None,
        moved_by: MovedBy::Owner,
        marked: Vec::new(),
        checks: crate::check::Checks::default(),
    }
}

/// A wallet with something of everything.
fn books() -> Books {
    let mut books = Books::default();
    let put = |number, item| Change::Put(id(number), item, None);
    let film = summary(&ticket("2000-04-29", ""), "2000-03-01");
    let paper = |standing| {
        let whole = certificate(ticket("2000-03-20", ""), DigestSetting::FiveFields);
        crate::books::CertificateItem { standing, ..whole }
    };
    let elsewhere = Standing::Elsewhere(Elsewhere {
        state: EntryState::Withdrawn,
        session: None,
        since: noon("2000-03-01"),
    });
    let mut changes = alloc::vec![
        put(1, Item::Value(film.clone())),
        put(2, Item::Value(film.clone())),
        put(3, Item::Certificate(paper(Standing::AtSafe))),
        put(4, Item::Certificate(paper(elsewhere))),
    ];
    let phases = [
        Phase::AtSafes,
        Phase::Registering,
        Phase::Standby,
        Phase::Leaving,
        Phase::Elsewhere,
    ];
    for (number, phase) in (10..).zip(phases) {
        let soon = summary(&ticket("2000-03-18", ""), "2000-03-01");
        let group = group(number, phase, &[film.clone(), soon]);
        for index in 0..2 {
            let class = ObjectClass::Piece;
            let part = PartOf {
                group: group.id,
                class,
                index,
            };
            let of_part = crate::books::CertificateItem {
                part: Some(part),
                ..paper(Standing::AtSafe)
            };
            changes.push(put(number * 10 + index, Item::Certificate(of_part)));
        }
        changes.push(group.put());
    }
    let register = Register {
        value: id(2),
        safe: SafeId::new([1; 32]),
        request: RequestId::new([1; 16]),
        holder: Secret::new([1; 32]),
        given: None,
        note: None,
        calling_off: None,
        wait: 0,
    };
    changes.push(Change::Journal(
        FlowId::new([1; 16]),
        Flow::Register(register),
    ));
    books.apply(changes);
    books
}

#[test]
fn the_books_say_what_is_here_and_what_is_at_safes() {
    let books = books();
    let group = item_of(GroupId::new([10; 16]));
    let found: Vec<_> = subjects(&books)
        .iter()
        .map(|it| (it.id, it.lies, it.lock, it.cover.have, it.cover.wanted))
        .collect();
    use Lies::{AtSafes, Here};
    use Lock::{Free, Locked};
    let expected = [
        (id(1), Here, Free, 0, 1),
        (id(2), Here, Locked, 0, 1),
        (id(3), AtSafes, Free, 1, 1),
        // Two of its three safes have what goes to them, and both its values come together.
        (group, AtSafes, Free, 2, 3),
        (group, AtSafes, Free, 2, 3),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_books_say_what_is_needed_when() {
    let books = books();
    let values = subjects(&books);
    assert_eq!(latest_here(&values), Some(day("2000-04-29")));
    for (today, next) in [
        ("2000-03-15", "2000-03-18"),
        ("2000-03-17", "2000-03-18"),
        ("2000-03-18", "2000-03-20"),
        ("2000-04-28", "2000-04-29"),
    ] {
        assert_eq!(next_away(&values, day(today)), Some(day(next)));
    }
    assert_eq!(next_away(&values, day("2000-04-29")), None);
    assert_eq!(next_away(&[], day("2000-03-15")), None);
}

#[test]
fn rules_select_from_the_books() {
    let books = books();
    let values = subjects(&books);
    let around = around("2000-03-15");
    let mut rules = Rules::default();
    let shipped = Shipped::NotUsableWithinAMonth.id();
    let found = rules.to_back_up(shipped, &values, &around);
    assert_eq!(found.selected, [id(1)]);
    assert_eq!(found.apart, [(id(2), Apart::Locked)]);
    rules.put(rule(1, usable_within(3), fetch(0))).unwrap();
    rules.put(rule(2, usable_within(7), back_up())).unwrap();
    let found = rules.to_fetch(RuleId::new([1; 16]), &values, &around);
    assert_eq!(found.selected, [item_of(GroupId::new([10; 16]))]);
    let sent = rules.to_back_up(RuleId::new([2; 16]), &values, &around);
    assert_eq!(sent, Selection::default());
}
