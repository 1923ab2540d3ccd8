//! What a round says when it ends.

use super::*;
use crate::rules::{Entry, RuleId, Way, Why};

impl Fixture {
    /// A round of this rule ends that left so many values where they were; what is to be read then.
    fn left(&mut self, rule: RuleId, stayed: u32) -> Vec<Kind> {
        let round = Flow::Round(Round {
            entry: Entry {
                round: FLOW,
                rule,
                name: "mine".into(),
                why: Why::Asked,
                way: Way::BackUp,
                began: NOW,
                ended: NOW,
                named: Vec::new(),
                moved: 0,
                stayed,
                parts: None,
            },
            left: Vec::new(),
            begun: Vec::new(),
        });
        // Each has an id of its own, as random ones would.
        let desk = Desk {
            stretch: Stretch::None,
            lock: self.lock,
            id: FLOW,
            books: &self.books,
            now: NOW,
            body: None,
            attempts: 0,
            waiting: None,
        };
        let seed = match rule == RuleId::NEW {
            true => 100 * stayed,
            false => 1_000,
        };
        let step = round.step(Input::Start, &desk, &mut Counting(seed));
        assert!(ends(&step));
        self.books.apply(step.changes);
        self.books.notices().map(|it| it.kind.clone()).collect()
    }
}

#[test]
fn round_that_leaves_values_every_night_has_one_notice() {
    let mut fixture = Fixture::new();
    let (rule, other) = (RuleId::NEW, RuleId::new([7; 16]));
    let left = |rule, stayed| Kind::RoundLeft { rule, stayed };
    assert_eq!(fixture.left(rule, 2), [left(rule, 2)]);
    let first = fixture.books.notices().next().unwrap().id;
    assert_eq!(fixture.left(rule, 2), [left(rule, 2)]);
    assert_eq!(
        fixture.books.notices().next().unwrap().id,
        first,
        "it stands"
    );
    assert_eq!(fixture.left(rule, 3), [left(rule, 3)]);
    let told = fixture.left(other, 3);
    assert_eq!(told.len(), 2);
    assert!(told.contains(&left(rule, 3)) && told.contains(&left(other, 3)));
    // All went: what was told stays until it is read.
    assert_eq!(fixture.left(rule, 0), told);
}
