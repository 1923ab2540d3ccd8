//! What a wallet keeps of its rules, as it is stored.

use super::super::trigger::Trigger;
use super::*;
use crate::flow::{Begun, Flow, Load, Round};
use crate::ids::FlowId;
use crate::plan::preset::Preset;
use saifu_protocol::json;

fn entry(number: u8) -> Entry {
    Entry {
        round: FlowId::new([number; 16]),
        rule: RuleId::new([2; 16]),
        name: "mine".into(),
        why: Why::Due(Trigger::At(1_380)),
        parts: None,
        way: Way::BackUp,
        began: UnixTime(1),
        ended: UnixTime(2),
        named: alloc::vec!["A".into()],
        moved: 1,
        stayed: 0,
    }
}

const ENTRY: &str = concat!(
    r#"{"round":"AQEBAQEBAQEBAQEBAQEBAQ","rule":"AgICAgICAgICAgICAgICAg","name":"mine","#,
    r#""why":{"due":{"at":1380}},"way":"back-up","began":1,"ended":2,"named":["A"],"moved":1,"stayed":0}"#
);

#[test]
fn format_is_pinned() {
    // Every wallet with rules has these records, and one that was closed in the middle of a round has that one.
    let book = RuleBook {
        rules: Rules::try_from(Vec::new()).unwrap(),
        look: None,
        shortage: Shortage::MakeRoom,
        rehearsals: Rehearsals::Monthly,
        rehearsed_at: None,
    };
    let text = r#"{"rules":[],"shortage":"make-room"}"#;
    assert_eq!(json::write_text(&book), text);
    assert_eq!(json::read(text.as_bytes()), Ok(book.clone()));
    let rehearsed = RuleBook {
        rehearsals: Rehearsals::Weekly,
        rehearsed_at: Some(UnixTime(3)),
        ..book
    };
    let text = r#"{"rules":[],"shortage":"make-room","rehearsals":"weekly","rehearsed_at":3}"#;
    assert_eq!(json::write_text(&rehearsed), text);
    assert_eq!(json::read(text.as_bytes()), Ok(rehearsed));
    let activity = Activity::default().with(entry(1));
    let text = alloc::format!("[{ENTRY}]");
    assert_eq!(json::write_text(&activity), text);
    assert_eq!(json::read(text.as_bytes()), Ok(activity));
    let round = Flow::Round(Round {
        entry: entry(1),
        left: alloc::vec![
            Load::Fetch(id(3)),
            Load::Send {
                plan: Preset::PlainCopy.plan().into(),
                seats: Vec::new(),
                values: alloc::vec![id(4)],
            },
        ],
        begun: alloc::vec![Begun {
            item: id(5),
            name: "B".into(),
            flow: FlowId::new([6; 16]),
        }],
    });
    let plan = json::write_text(&Preset::PlainCopy.plan());
    let text = [
        r#"{"round":{"entry":"#,
        ENTRY,
        r#","left":[{"fetch":"AwMDAwMDAwMDAwMDAwMDAw"},{"send":{"plan":"#,
        &plan,
        r#","seats":[],"values":["BAQEBAQEBAQEBAQEBAQEBA"]}}],"#,
        r#""begun":[{"item":"BQUFBQUFBQUFBQUFBQUFBQ","name":"B","flow":"BgYGBgYGBgYGBgYGBgYGBg"}]}}"#,
    ]
    .concat();
    assert_eq!(json::write_text(&round), text);
    let read: Flow = json::read(text.as_bytes()).unwrap();
    assert_eq!(json::write_text(&read), text);
}

#[test]
fn a_wallet_without_the_record_has_the_shipped_rules_off_and_asks() {
    let book = crate::books::Books::default().rules().clone();
    assert_eq!(book.rules, Rules::default());
    assert_eq!((book.look, book.shortage), (None, Shortage::Ask));
}

#[test]
fn the_latest_is_kept_and_the_oldest_goes() {
    let mut activity = Activity::default();
    for number in 0..=limits::MAX_ACTIVITY {
        activity = activity.with(entry(u8::try_from(number).unwrap()));
    }
    let kept: Vec<u8> = activity.latest().map(|it| it.round.as_bytes()[0]).collect();
    assert_eq!(kept.len(), limits::MAX_ACTIVITY);
    assert_eq!((kept.first(), kept.last()), (Some(&100), Some(&1)));
    let mut long = entry(1);
    for _ in 0..limits::MAX_NAMED {
        long.count("B".into());
    }
    assert_eq!(long.named.len(), limits::MAX_NAMED);
    assert_eq!(long.moved, 11);
}

fn audited(at: u64, asked: u32, good: u32, lost: u32) -> Entry {
    let round = FlowId::new([u8::try_from(at % 251).unwrap(); 16]);
    let mut entry = Entry::begun(round, Way::Audit, Why::EachDays(7), UnixTime(at));
    entry.tally(PartTally { asked, good });
    for _ in 0..lost {
        entry.miss("A".into());
    }
    entry
}

#[test]
fn audits_that_found_nothing_missing_are_one_entry_a_day_and_one_that_did_is_its_own() {
    const DAY: u64 = 86_400;
    let said = |entries: &[Entry]| -> Vec<(u32, u32, u32)> {
        let mut activity = Activity::default();
        for entry in entries {
            activity = activity.with(entry.clone());
        }
        let latest = activity.latest().map(|it| {
            let parts = it.parts.unwrap_or_default();
            (parts.asked, parts.good, it.stayed)
        });
        latest.collect()
    };
    let good = [audited(10, 3, 3, 0), audited(20, 4, 3, 0)];
    assert_eq!(said(&good), [(7, 6, 0)]);
    let next_day = [audited(10, 3, 3, 0), audited(DAY, 4, 4, 0)];
    assert_eq!(said(&next_day), [(4, 4, 0), (3, 3, 0)]);
    let bad = [
        audited(10, 3, 3, 0),
        audited(20, 4, 3, 1),
        audited(30, 2, 2, 0),
    ];
    assert_eq!(said(&bad), [(5, 5, 0), (4, 3, 1)]);
    let bad_twice = [audited(10, 3, 2, 1), audited(20, 3, 2, 1)];
    assert_eq!(said(&bad_twice), [(3, 2, 1), (3, 2, 1)]);
    let mut asked = audited(20, 1, 1, 0);
    asked.why = Why::Asked;
    assert_eq!(said(&[audited(10, 3, 3, 0), asked]), [(1, 1, 0), (3, 3, 0)]);
    let between = [audited(10, 3, 3, 0), entry(1), audited(20, 1, 1, 0)];
    assert_eq!(said(&between), [(4, 4, 0), (0, 0, 0)]);
}
