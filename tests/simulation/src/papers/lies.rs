//! Papers that lie about what they stand for, and what handing over must not take along.

use super::*;
use saifu_wallet_core::plan::{KeyPlace, Step};

fn altered(paper: &str, from: &str, to: &str) -> String {
    assert!(paper.contains(from), "{paper}");
    paper.replace(from, to)
}

/// The list in the field `values`, whole.
fn values_of(paper: &str) -> &str {
    let start = paper.find(r#""values":["#).expect("it lists values");
    let end = paper[start..].find(']').expect("a list ends");
    &paper[start..=start + end]
}

/// The group named in a paper.
fn group_of(paper: &str) -> &str {
    let start = paper.find(r#""group":""#).expect("it names a group") + 9;
    let end = paper[start..].find('"').expect("a string ends");
    &paper[start..start + end]
}

#[test]
fn discarding_a_backup_leaves_the_key_that_another_backup_needs() {
    let mut owners = Owners::new(2);
    let (first, second) = owners.two_under_one_key();
    owners.want(GIVER, Intent::DiscardBackup { backup: first });
    assert_eq!(owners.bring_back(second), 1);
}

#[test]
fn handing_a_backup_over_leaves_the_key_that_another_backup_needs() {
    let mut owners = Owners::new(2);
    let (first, second) = owners.two_under_one_key();
    let what = What::Backup(first);
    owners.want(
        GIVER,
        Intent::HandOver {
            what,
            with_key: false,
        },
    );
    let papers = owners.0.devices[GIVER].papers.clone();
    owners.want(GIVER, Intent::HandedOver { what });
    if !papers.is_empty() {
        owners.take(papers.join("\n"));
    }
    assert_eq!(owners.bring_back(second), 1);
}

#[test]
fn a_key_that_came_with_several_papers_is_there_once() {
    let mut owners = Owners::new(3);
    let mut plan = Preset::SealedThenDivided.plan();
    for step in &mut plan.steps {
        if let Step::Seal(seal) = step {
            seal.key = KeyPlace::Stays;
        }
    }
    let value = owners.held(GIVER)[0];
    let backup = owners.protect(value, plan, None);
    let what = What::Backup(backup);
    owners.want(
        GIVER,
        Intent::HandOver {
            what,
            with_key: true,
        },
    );
    let papers = owners.0.devices[GIVER].papers.clone();
    assert!(papers.len() > 1);
    owners.take(papers.join("\n"));
    assert_eq!(owners.held(TAKER).len(), 1);
    assert_eq!(owners.books(TAKER).keys().count(), 1);
}

#[test]
fn a_paper_that_stands_twice_in_a_text_is_taken_once() {
    let mut owners = Owners::new(1);
    let safe = owners.0.safes[0].id();
    let values = owners.held(GIVER);
    owners.want(GIVER, Intent::BackUp { values, safe });
    let certificate = owners.books(GIVER).certificates().map(|(id, _)| id).next();
    let what = What::Certificate(certificate.expect("it was backed up"));
    owners.want(
        GIVER,
        Intent::HandOver {
            what,
            with_key: false,
        },
    );
    let paper = owners.0.devices[GIVER].papers[0].clone();
    owners.take([paper.as_str(), paper.as_str()].join("\n"));
    assert_eq!(owners.held(TAKER).len(), 1);
    assert!(owners.books(TAKER).certificates().next().is_none());
    assert_eq!(owners.books(TAKER).ledger().came_in, 1);
}

#[test]
fn papers_that_name_no_values_do_not_shut_them_in() {
    let mut owners = Owners::new(3);
    let papers = owners.papers(Preset::AnyTwoOfThree, false);
    let none = |paper: &String| altered(paper, values_of(paper), r#""values":[]"#);
    let papers: Vec<String> = papers.iter().map(none).collect();
    owners.take(papers.join("\n"));
    if let Some(backup) = owners.backup(TAKER) {
        owners.want(TAKER, Intent::RecoverBackup { backup });
    }
    // Either they are refused and the giver's are good still, or what they stand for comes.
    let backup = owners.backup(GIVER).expect("the giver has it");
    owners.want(GIVER, Intent::RecoverBackup { backup });
    assert_eq!(owners.held(TAKER).len() + owners.held(GIVER).len(), 1);
}

#[test]
fn papers_that_name_absurd_sizes_do_not_stop_the_wallet() {
    let mut owners = Owners::new(3);
    let papers = owners.papers(Preset::AnyTwoOfThree, false);
    let size = |paper: &str| {
        let values = values_of(paper);
        let start = values.find(r#""size":"#).expect("it has a size") + 7;
        let digits = values[start..].find(',').expect("more follows");
        let huge = format!(
            "{}{}{}",
            &values[..start],
            u64::MAX,
            &values[start + digits..]
        );
        let one = huge[10..huge.len() - 1].to_owned();
        altered(paper, values, &format!(r#""values":[{one},{one}]"#))
    };
    let papers: Vec<String> = papers.iter().map(|paper| size(paper)).collect();
    owners.take(papers.join("\n"));
    assert!(owners.0.devices[TAKER].wallet.is_some());
}

#[test]
fn names_on_papers_that_no_value_can_have_are_not_shown() {
    let mut owners = Owners::new(3);
    let papers = owners.papers(Preset::AnyTwoOfThree, false);
    let name = format!(r#""name":"\u202e{}\u0007""#, "A".repeat(20_000));
    let papers: Vec<String> = papers
        .iter()
        .map(|paper| altered(paper, r#""name":"Ticket 1""#, &name))
        .collect();
    owners.take(papers[0].clone());
    assert!(owners.books(TAKER).groups().next().is_none());
    assert!(owners.told(TAKER, |kind| *kind == Kind::PaperUnreadable));
}

#[test]
fn a_paper_under_the_name_of_a_backup_that_is_here_does_not_spoil_it() {
    for seed in 0..8 {
        let mut owners = Owners::new(3);
        for _ in 0..seed {
            owners.0.dice.below(2);
        }
        let papers = owners.papers(Preset::AnyTwoOfThree, false);
        // The taker has one safe's part only: two safes are down when the second paper would be taken.
        owners.take(papers[0].clone());
        let real = group_of(&papers[0]).to_owned();
        // Another backup of the giver's, worthless, under the name of the first.
        let junk = owners.add(GIVER, "Junk");
        let junk = owners.protect(junk, Preset::AnyTwoOfThree.plan(), None);
        let what = What::Backup(junk);
        owners.want(
            GIVER,
            Intent::HandOver {
                what,
                with_key: false,
            },
        );
        let bad = owners.0.devices[GIVER].papers.clone();
        let bad: Vec<String> = bad
            .iter()
            .map(|paper| altered(paper, group_of(paper), &real))
            .collect();
        owners.take(bad.join("\n"));
        owners.take(papers[1..].join("\n"));
        if let Some(backup) = owners.backup(TAKER) {
            owners.want(TAKER, Intent::RecoverBackup { backup });
        }
        let names: Vec<String> = owners
            .books(TAKER)
            .values()
            .map(|(_, value)| value.name.clone())
            .collect();
        assert!(names.contains(&"Ticket 1".to_owned()), "{seed}: {names:?}");
    }
}

#[test]
fn a_paper_whose_backup_is_named_like_a_value_here_does_not_replace_it() {
    let mut owners = Owners::new(3);
    let mine = owners.add(TAKER, "Mine");
    let papers = owners.papers(Preset::AnyTwoOfThree, false);
    let name = saifu_protocol::b64::encode(mine.as_bytes());
    let papers: Vec<String> = papers
        .iter()
        .map(|paper| altered(paper, group_of(paper), &name))
        .collect();
    owners.take(papers[0].clone());
    assert!(owners.books(TAKER).value(mine).is_some());
}

#[test]
fn a_paper_that_asks_fewer_safes_to_confirm_than_its_parts_say_does_not_double_a_value() {
    let mut owners = Owners::new(3);
    let papers = owners.papers(Preset::PlainCopies, false);
    // Two of three must confirm. The giver hands one copy over, says that one is enough, and gets the others itself.
    let one = altered(&papers[0], r#""quorum":2"#, r#""quorum":1"#);
    owners.take(one);
    let backup = owners.backup(GIVER).expect("the giver has it");
    owners.want(GIVER, Intent::RecoverBackup { backup });
    assert!(owners.held(GIVER).len() + owners.held(TAKER).len() <= 1);
}

#[test]
fn one_part_of_a_backup_is_not_discarded_by_itself() {
    let mut owners = Owners::new(3);
    owners.papers(Preset::AnyTwoOfThree, false);
    let all: Vec<ItemId> = owners
        .books(GIVER)
        .certificates()
        .map(|(id, _)| id)
        .collect();
    for certificate in all {
        owners.want(GIVER, Intent::Discard { certificate });
    }
    let backup = owners.backup(GIVER).expect("it is there");
    owners.want(GIVER, Intent::RecoverBackup { backup });
    assert_eq!(owners.held(GIVER).len(), 1);
}
