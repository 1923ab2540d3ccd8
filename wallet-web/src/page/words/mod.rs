//! Every word the page says, in every language it speaks. Pure, so that the tests read all of it.
//!
//! Each sentence stands where it is needed, in both languages, in [`say!`](say). Fixed texts are [`Key`]s; whatever names
//! one of several things is a function that matches without a wildcard, so that a new notice, reason or problem breaks
//! the build here, where somebody has to find words for it.

#[macro_use]
mod say;

mod audit;
mod copies;
mod eviction;
mod freeze;
mod health;
mod hints;
mod keys;
mod notices;
mod owner;
mod plans;
mod rules;
mod sentences;
mod waits;
mod ways;

pub(crate) use audit::audited;
pub(crate) use copies::{
    handed_out_at, kept_until, last_copy_question, may_be_used_question, were_handed_out,
};
pub(crate) use eviction::{at_risk_now, clears, why_at_risk};
pub(crate) use freeze::*;
pub(crate) use health::{found as found_of_part, health, often};
pub(crate) use hints::*;
pub(crate) use keys::{Key, text};
pub(crate) use notices::{Halves, Weight, key_opens_others, notice, said, weight};
pub(crate) use owner::{
    enrolled_as, found, let_fetch, nobody_fetches, nobody_fetches_from, not_words, opened_so_far,
    owner_standing, password_fair, password_strong, recover_chosen, stage_at, take_back,
    too_few_know, typed_so_far,
};
pub(crate) use plans::*;
pub(crate) use rules::*;
#[cfg(target_arch = "wasm32")]
pub(crate) use say::{learn, speaks};
pub(crate) use sentences::*;
pub(crate) use waits::*;
pub(crate) use ways::{NotTouched, happened, kit_reaches, kit_since, not_touched, since_and_used};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    /// English.
    En,
    /// Japanese.
    Ja,
}

impl Lang {
    /// Every language, in the order in which they are offered.
    pub(crate) const ALL: [Lang; 2] = [Lang::En, Lang::Ja];

    /// The BCP 47 tag.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Ja => "ja",
        }
    }

    /// What it calls itself.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::Ja => "日本語",
        }
    }

    /// The language with this tag, also with a region behind it.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split('-').next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|lang| lang.tag().eq_ignore_ascii_case(language))
    }

    /// One of two texts.
    pub(crate) const fn of<T: Copy>(self, en: T, ja: T) -> T {
        match self {
            Lang::En => en,
            Lang::Ja => ja,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Whether a text is written in Japanese: at least one kana or kanji.
    pub(crate) fn is_japanese(text: &str) -> bool {
        text.chars()
            .any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
    }

    /// A text in both languages is there, and not the same twice.
    pub(crate) fn check(en: &str, ja: &str) {
        assert!(!en.trim().is_empty() && !ja.trim().is_empty());
        assert_ne!(en, ja);
        assert!(is_japanese(ja), "{ja}");
        assert!(!is_japanese(en), "{en}");
    }

    /// As [`check`], and both are whole sentences.
    pub(crate) fn check_sentences(en: &str, ja: &str) {
        check(en, ja);
        assert!(en.ends_with(['.', '?', '!']), "{en}");
        assert!(ja.ends_with(['。', '？', '！']), "{ja}");
    }

    #[test]
    fn language_is_found_by_tag_and_region() {
        assert_eq!(Lang::from_tag("ja-JP"), Some(Lang::Ja));
        assert_eq!(Lang::from_tag("EN"), Some(Lang::En));
        assert_eq!(Lang::from_tag("fr"), None);
        assert_eq!(Lang::from_tag(""), None);
    }

    #[test]
    fn every_fixed_text_stands_in_both_languages() {
        for key in Key::ALL {
            check(text(Lang::En, key), text(Lang::Ja, key));
        }
    }
}
