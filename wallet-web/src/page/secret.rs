//! Judges a recovery secret while it is typed. Pure.

use saifu_wallet_core::owner::{NotWords, WORDS, Words};
use zeroize::Zeroizing;

/// What was typed of a recovery secret. It says nothing of the words themselves, so it may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    /// So many whole words, each of which can be one.
    SoFar(usize),
    /// All six, and they belong together.
    Whole,
    /// Not what was written down.
    Wrong(NotWords),
}

/// How many letters a word has.
const LETTERS: usize = 5;
/// A word that any secret may have: stands for those that are still to come.
const ANY: &str = " babab";

/// Judges what is typed so far. A word that is not whole yet is not wrong yet.
pub(crate) fn look(typed: &str) -> Typed {
    let is_letter = |c: char| c.is_ascii_alphabetic();
    let before = typed.trim_end_matches(is_letter);
    let typing = typed.len() - before.len();
    let done = if typing < LETTERS { before } else { typed };
    let words = done.split(|c| !is_letter(c));
    let have = words.filter(|word| !word.is_empty()).count();
    if have >= WORDS {
        return match Words::read(done) {
            Ok(_) if done.len() == typed.len() || typing == 0 => Typed::Whole,
            Ok(_) => Typed::Wrong(NotWords::Count { have: have + 1 }),
            Err(wrong) => Typed::Wrong(wrong),
        };
    }
    let mut whole = Zeroizing::new(String::with_capacity(done.len() + WORDS * ANY.len()));
    whole.push_str(done);
    for _ in have..WORDS {
        whole.push_str(ANY);
    }
    match Words::read(&whole) {
        Err(wrong @ NotWords::Unknown { .. }) => Typed::Wrong(wrong),
        Ok(_) | Err(NotWords::Count { .. } | NotWords::DoNotBelong) => Typed::SoFar(have),
    }
}

/// What stands before the addresses, where the whole of a kit's code was pasted: its words.
pub(crate) fn words_of(typed: &str) -> &str {
    let address = typed.find("://");
    let line = address.and_then(|at| typed.get(..at)?.rfind('\n'));
    line.and_then(|end| typed.get(..end)).unwrap_or(typed)
}

/// A name, however many spaces are in it and around it.
pub(crate) fn name(typed: &str) -> String {
    let words: Vec<&str> = typed.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it is pinned in the wallet core.
    const SECRET: &str = "lusab-babad-babad-babad-babad-zogid";

    #[test]
    fn words_are_counted_as_they_are_typed_and_none_is_wrong_before_it_is_whole() {
        let mut seen = Vec::new();
        for end in 0..SECRET.len() {
            let typed = look(&SECRET[..end]);
            if seen.last() != Some(&typed) {
                seen.push(typed);
            }
        }
        let so_far: Vec<Typed> = (0..WORDS).map(Typed::SoFar).collect();
        assert_eq!(seen, so_far);
        for whole in [
            SECRET.to_owned(),
            format!("{SECRET} "),
            SECRET.replace('-', "、 "),
        ] {
            assert_eq!(look(&whole), Typed::Whole);
        }
    }

    #[test]
    fn the_wrong_word_is_named_as_soon_as_it_is_whole() {
        let wrong = |number| Typed::Wrong(NotWords::Unknown { number });
        assert_eq!(look("lusab hell"), Typed::SoFar(1));
        assert_eq!(look("lusab hello"), wrong(2));
        assert_eq!(look("lusab babad bab babad"), wrong(3));
        assert_eq!(look("lusab babadb"), wrong(2));
        assert_eq!(look(&SECRET.replace("zogid", "zogia")), wrong(6));
    }

    #[test]
    fn six_words_that_do_not_belong_together_are_no_secret_and_seven_are_too_many() {
        let other = SECRET.replace("zogid", "zogib");
        assert_eq!(look(&other), Typed::Wrong(NotWords::DoNotBelong));
        let count = Typed::Wrong(NotWords::Count { have: 7 });
        assert_eq!(look(&format!("{SECRET} babab")), count);
        assert_eq!(look(&format!("{SECRET} b")), count);
    }

    #[test]
    fn of_a_code_that_was_pasted_whole_the_words_are_read() {
        let code = format!("{SECRET}\nhttps://one.example\nhttps://two.example\nhana");
        assert_eq!(words_of(&code), SECRET);
        let typed = SECRET.replace('-', "\n");
        assert_eq!(words_of(&typed), typed);
        assert_eq!(look(words_of(&code)), Typed::Whole);
        assert_eq!(words_of("https://one.example"), "https://one.example");
    }

    #[test]
    fn names_are_one_however_they_are_spaced() {
        assert_eq!(name("  hana\u{3000} tanaka "), "hana tanaka");
        assert_eq!(name("  "), "");
    }
}
