//! Every notice is said in two halves, in both languages.

use super::*;
use crate::page::words::tests::check_sentences;

#[test]
fn every_notice_says_what_happened_and_what_to_do_in_both_languages() {
    for (subject, safe) in [
        ("", ""),
        ("A", ""),
        ("", "https://safe.example"),
        ("A", "https://safe.example"),
    ] {
        for kind in Kind::samples() {
            let it = Notice {
                id: ItemId::new([1; 16]),
                at: UnixTime(953_078_400),
                subject: subject.into(),
                safe: safe.into(),
                kind,
            };
            let (en, ja) = (notice(Lang::En, &it), notice(Lang::Ja, &it));
            check_sentences(&en.what, &ja.what);
            check_sentences(&en.now, &ja.now);
            assert_ne!(en.what, en.now);
            assert_ne!(ja.what, ja.now);
            assert!(
                en.what.starts_with(|c: char| !c.is_lowercase()),
                "{}",
                en.what
            );
        }
    }
}

#[test]
fn what_lies_at_several_safes_is_not_said_to_lie_at_one() {
    let mut it = Notice {
        id: ItemId::new([1; 16]),
        at: UnixTime(953_078_400),
        subject: "A".into(),
        safe: String::new(),
        kind: Kind::RecoveryCalledOff,
    };
    assert!(notice(Lang::En, &it).now.contains("at its safes"));
    assert!(notice(Lang::Ja, &it).now.contains("預け先の金庫"));
    it.safe = "https://safe.example".into();
    assert!(
        notice(Lang::En, &it)
            .now
            .contains("at the safe safe.example")
    );
}

#[test]
fn no_two_kinds_say_the_same() {
    let mut said: Vec<String> = Vec::new();
    for kind in Kind::samples() {
        let what = of(Lang::En, &kind, "A", "the safe").what;
        assert!(!said.contains(&what), "{what}");
        said.push(what);
    }
}
