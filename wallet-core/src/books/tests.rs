//! The books in memory are the books in the store.

mod links;

use super::index::PAGE_ITEMS;
use super::*;
use crate::group::{Group, Phase};
use crate::plan::GroupId;
use crate::plan::preset::Preset;
use crate::view;
use alloc::string::String;
use saifu_crypto::testing::Counting;
use saifu_protocol::value::Date;
use saifu_protocol::{UnixTime, value};

/// What a store does with a batch.
#[derive(Default)]
struct Shelf(BTreeMap<Key, Body>);

impl Shelf {
    fn commit(&mut self, books: &mut Books, changes: Vec<Change>) {
        let batch = books.batch(&changes, Durability::Relaxed);
        for key in batch.deletes {
            self.0.remove(&key);
        }
        self.0.extend(batch.puts);
        books.apply(changes);
    }

    fn reopened(&self) -> Books {
        let records = self
            .0
            .iter()
            .filter(|(key, _)| key.is_read_on_open())
            .map(|(key, body)| (*key, body.clone()))
            .collect();
        Books::read(Opened {
            version: 0,
            records,
        })
        .unwrap()
    }
}

fn item(size: u64) -> Item {
    Item::Value(ValueItem {
        class: "coupon".into(),
        name: "Coffee".into(),
        quantity: 1,
        worth: None,
        place: String::new(),
        from: String::new(),
        to: value::format_date(Date::MIN.replace_year(2000).unwrap()),
        size,
        since: UnixTime(0),
        custody: Custody::Held,
        came_of: None,
        moved_by: MovedBy::Owner,
        may_be_used: false,
        details: None,
    })
}

#[test]
fn what_is_stored_is_what_is_in_memory_after_every_change() {
    let (mut shelf, mut books) = (Shelf::default(), Books::default());
    let mut ids: Vec<ItemId> = Vec::new();
    let rng = &mut Counting(0);
    let mut state = 1_u32;
    for round in 0..600_u64 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let at = (state >> 16) as usize % (ids.len() + 1);
        let changes = match ids.get(at).copied() {
            Some(id) if state.is_multiple_of(7) => {
                ids.retain(|known| *known != id);
                alloc::vec![Change::Delete(id)]
            }
            Some(id) if state % 3 == 1 => alloc::vec![Change::Put(id, item(round), None)],
            _ => {
                let mut bytes = *ItemId::make(rng).as_bytes();
                bytes[..8].copy_from_slice(&round.to_be_bytes());
                let id = ItemId::new(bytes);
                ids.push(id);
                alloc::vec![Change::Put(
                    id,
                    item(round),
                    Some(Body::new(alloc::vec![1]))
                )]
            }
        };
        shelf.commit(&mut books, changes);
    }
    let read = shelf.reopened();
    let all = |books: &Books| -> Vec<(ItemId, ValueItem)> {
        books
            .values()
            .map(|(id, value)| (id, value.clone()))
            .collect()
    };
    assert!(
        ids.len() > 2 * PAGE_ITEMS,
        "{} items fill no pages",
        ids.len()
    );
    assert_eq!(all(&read), all(&books));
    assert_eq!(all(&read).len(), ids.len());
    let bodies = shelf.0.keys().filter(|key| matches!(key, Key::Body(_)));
    assert_eq!(bodies.count(), ids.len());
    let pages = shelf.0.keys().filter(|key| matches!(key, Key::Page(_)));
    assert!(
        pages.count() <= ids.len() / PAGE_ITEMS + 3,
        "pages are refilled"
    );
}

#[test]
fn correction_is_a_new_entry_and_a_deletion_in_one_batch() {
    let (mut shelf, mut books) = (Shelf::default(), Books::default());
    let (old, new) = (ItemId::new([1; 16]), ItemId::new([2; 16]));
    let body = || Some(Body::new(alloc::vec![1]));
    shelf.commit(&mut books, alloc::vec![Change::Put(old, item(1), body())]);
    let changes = alloc::vec![Change::Put(new, item(2), body()), Change::Delete(old)];
    let batch = books.batch(&changes, Durability::Strict);
    assert_eq!(batch.deletes, [Key::Body(old)]);
    assert!(batch.puts.iter().any(|(key, _)| *key == Key::Body(new)));
    shelf.commit(&mut books, changes);
    let read = shelf.reopened();
    assert!(read.item(old).is_none() && read.item(new).is_some());
}

#[test]
fn a_record_that_does_not_read_stops_the_wallet() {
    for key in [Key::Page(0), Key::Ledger, Key::Flow(FlowId::new([1; 16]))] {
        let records = alloc::vec![(key, Body::new(b"{".to_vec()))];
        let stored = Opened {
            version: 1,
            records,
        };
        assert!(Books::read(stored).is_err());
    }
}

#[test]
fn room_is_what_the_capacity_leaves() {
    let mut books = Books::default();
    let ledger = Ledger {
        capacity: 100,
        ..Ledger::default()
    };
    let put = Change::Put(ItemId::new([1; 16]), item(60), None);
    books.apply(alloc::vec![Change::Settle(ledger), put]);
    assert_eq!(books.missing_room(40), None);
    assert_eq!(books.missing_room(41), Some(1));
    assert_eq!(books.missing_room(u64::MAX), Some(u64::MAX - 100));
}

#[test]
fn lists_follow_their_condition_both_ends_included() {
    let day = |text| value::parse_date(text).unwrap();
    let mut books = Books::default();
    for (n, to) in ["2000-03-14", "2000-03-15", "2000-03-22", "2000-03-23", ""]
        .into_iter()
        .enumerate()
    {
        let Item::Value(value) = item(1) else {
            unreachable!();
        };
        let ending = Item::Value(ValueItem {
            to: to.into(),
            ..value
        });
        let id = ItemId::new([u8::try_from(n).unwrap(); 16]);
        books.apply(alloc::vec![Change::Put(id, ending, None)]);
    }
    let count = |condition| books.list(condition, day("2000-03-15")).count();
    assert_eq!(count(Condition::EndingWithin { days: 7 }), 2);
    assert_eq!(count(Condition::EndingWithin { days: 0 }), 1);
    assert_eq!(count(Condition::EndingWithin { days: 8 }), 3);
    assert_eq!(count(Condition::OnlyValues), 5);
    assert_eq!(count(Condition::OnlyCertificates), 0);
}

#[test]
fn what_ends_soon_is_listed_though_something_beside_it_has_ended() {
    let today = value::parse_date("2000-03-15").unwrap();
    let soon = Condition::EndingWithin { days: 7 };
    for (days, is_listed) in [
        (&["2000-03-14", "2000-03-22"][..], true),
        (&["2000-03-22", "2000-03-14"], true),
        (&["2000-03-14", "2000-03-23"], false),
        (&["", ""], false),
        (&[], false),
    ] {
        let value = |to: &&str| {
            let Item::Value(value) = item(1) else {
                unreachable!();
            };
            let to = String::from(*to);
            ValueItem { to, ..value }
        };
        let group = Group {
            id: GroupId::new([1; 16]),
            plan: Preset::CoupledThenSealed.plan(),
            seats: Vec::new(),
            values: days.iter().map(value).collect(),
            key: None,
            since: UnixTime(0),
            phase: Phase::AtSafes,
            replaces: None,
            confirmed: Vec::new(),
            handed: false,
            released: Vec::new(),
            awaits: None,
            moved_by: MovedBy::Owner,
            marked: Vec::new(),
            checks: crate::check::Checks::default(),
        };
        let mut books = Books::default();
        books.apply(alloc::vec![group.put()]);
        assert_eq!(books.list(soon, today).count() == 1, is_listed, "{days:?}");
        let group = item_of(GroupId::new([1; 16]));
        assert_eq!(books.meets(group, soon, today), is_listed, "{days:?}");
    }
}

#[test]
fn index_format_is_pinned() {
    // Every wallet in the field has pages of this form.
    let pages = alloc::vec![(ItemId::new([1; 16]), item(7))];
    assert_eq!(
        core::str::from_utf8(&json::write(&pages)).unwrap(),
        concat!(
            r#"[["AQEBAQEBAQEBAQEBAQEBAQ",{"value":{"class":"coupon","name":"Coffee","quantity":1,"#,
            r#""worth":null,"place":"","from":"","to":"2000-01-01","size":7,"since":0,"custody":"held"}}]]"#
        )
    );
}

#[test]
fn what_rules_ask_of_a_value_is_pinned_too() {
    let Item::Value(plain) = item(7) else {
        unreachable!();
    };
    let yen = |minor| view::Amount {
        minor,
        currency: "JPY".into(),
    };
    let details = Details {
        unit_price: Some(yen(1_000)),
        remaining: Some(yen(800)),
        remarks: "gift".into(),
    };
    let value = ValueItem {
        came_of: Some(ItemId::new([2; 16])),
        moved_by: MovedBy::Rule,
        details: Some(details.into()),
        ..plain.clone()
    };
    let stored = json::write(&value);
    let stored = core::str::from_utf8(&stored).unwrap();
    let rest = concat!(
        r#""moved_by":"rule","details":{"unit_price":{"minor":1000,"currency":"JPY"},"#,
        r#""remaining":{"minor":800,"currency":"JPY"},"remarks":"gift"}}"#
    );
    assert!(stored.ends_with(rest), "{stored}");
    assert_eq!(json::read::<ValueItem>(stored.as_bytes()), Ok(value));
    // Of an earlier version: its owner moved it, if anybody did, and what else it says is not known.
    let old = json::write(&plain);
    assert_eq!(json::read::<ValueItem>(&old), Ok(plain));
}
