//! How a sentence is said, anywhere in this folder: `say!(lang, "It is at {safe}.", "{safe}にあります。", safe)`.
//!
//! What stands in braces is the variable of that name, and is named again behind the texts. The compiler checks that, and
//! that there are both texts. They do not get into the wasm module: it knows each sentence by a number, and the page
//! fetches the texts of the language it speaks (`build.rs` makes the files).

use super::Lang;
use std::fmt::{Display, Write};
#[cfg(target_arch = "wasm32")]
use std::sync::OnceLock;

/// Every sentence in English and Japanese. In the browser only the compiler has read it.
const SENTENCES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/both.rs"));

/// A sentence in a language: a `&'static str`, or a `String` if there are values in it.
macro_rules! say {
    ($lang:expr, $en:literal, $ja:literal $(,)?) => {
        $crate::page::words::say::plain(
            $lang,
            const { $crate::page::words::say::number($en, $ja, &[]) },
        )
    };
    ($lang:expr, $en:literal, $ja:literal, $($value:ident),+ $(,)?) => {
        $crate::page::words::say::fill(
            $crate::page::words::say::plain(
                $lang,
                const { $crate::page::words::say::number($en, $ja, &[$(stringify!($value)),+]) },
            ),
            concat!($(stringify!($value), " "),+),
            &[$(&$value),+],
        )
    };
}

/// The number of a sentence. Does not compile if `build.rs` did not find it, if a text has a name in braces that is not among
/// `names`, or if a name is in neither.
pub(crate) const fn number(en: &str, ja: &str, names: &[&str]) -> usize {
    check(en, names);
    check(ja, names);
    let mut name = 0;
    while name < names.len() {
        assert!(
            has(en, names[name]) || has(ja, names[name]),
            "a value is named that no text has in braces"
        );
        name += 1;
    }
    let mut number = 0;
    while number < SENTENCES.len() && !is_at(number, en, ja) {
        number += 1;
    }
    assert!(
        number < SENTENCES.len(),
        "build.rs did not find this sentence"
    );
    number
}

/// Whether this is the sentence with this number.
pub(crate) const fn is_at(number: usize, en: &str, ja: &str) -> bool {
    let (found_en, found_ja) = SENTENCES[number];
    is(found_en.as_bytes(), en.as_bytes()) && is(found_ja.as_bytes(), ja.as_bytes())
}

const fn is(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// What stands in the braces that open at `from`, and where they close.
const fn in_braces(text: &[u8], from: usize) -> (&[u8], usize) {
    let mut to = from;
    while to < text.len() && text[to] != b'}' {
        to += 1;
    }
    assert!(to < text.len(), "a brace is not closed");
    (text.split_at(to).0.split_at(from + 1).1, to)
}

/// Whether a text has this name in braces.
const fn has(text: &str, name: &str) -> bool {
    let text = text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'{' && is(in_braces(text, at).0, name.as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

/// Every name that a text has in braces is among these.
const fn check(text: &str, names: &[&str]) {
    let text = text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'{' {
            let (found, to) = in_braces(text, at);
            let mut name = 0;
            while name < names.len() && !is(found, names[name].as_bytes()) {
                name += 1;
            }
            assert!(
                name < names.len(),
                "name behind the texts what is in braces"
            );
            at = to;
        }
        at += 1;
    }
}

/// Puts values where their names stand in braces.
pub(crate) fn fill(text: &str, names: &str, values: &[&dyn Display]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, braces)) = rest.split_once('{') {
        let (name, after) = braces.split_once('}').unwrap_or((braces, ""));
        filled.push_str(before);
        for (_, value) in names.split(' ').zip(values).filter(|(is, _)| *is == name) {
            // Text takes everything.
            let _ = write!(filled, "{value}");
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The sentence with this number.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn plain(lang: Lang, number: usize) -> &'static str {
    let (en, ja) = SENTENCES[number];
    lang.of(en, ja)
}

#[cfg(target_arch = "wasm32")]
static FETCHED: [OnceLock<Vec<&'static str>>; Lang::ALL.len()] =
    [const { OnceLock::new() }; Lang::ALL.len()];

/// The sentence with this number. A language is spoken only once it has been [`learn`]ed.
#[cfg(target_arch = "wasm32")]
pub(crate) fn plain(lang: Lang, number: usize) -> &'static str {
    FETCHED[lang as usize]
        .get()
        .and_then(|lines| lines.get(number))
        .copied()
        .unwrap_or_default()
}

/// Takes the sentences of a language as they were fetched; answers whether it can be spoken now.
#[cfg(target_arch = "wasm32")]
pub(crate) fn learn(lang: Lang, file: String) -> bool {
    let Some(lines) = lines(file) else {
        return false;
    };
    FETCHED[lang as usize].get_or_init(|| lines);
    true
}

/// Whether a language can be spoken.
#[cfg(target_arch = "wasm32")]
pub(crate) fn speaks(lang: Lang) -> bool {
    FETCHED[lang as usize].get().is_some()
}

/// A sentence a line, as many as there must be: another file, such as a page of a network that wants a log-in, has other
/// lines. They stay for as long as the page does.
fn lines(file: String) -> Option<Vec<&'static str>> {
    let lines: Vec<&'static str> = file.leak().split('\n').collect();
    (lines.len() == SENTENCES.len()).then_some(lines)
}

#[cfg(test)]
mod tests;
