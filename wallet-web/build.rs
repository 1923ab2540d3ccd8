//! Collects what the page says, so that it can be fetched one language at a time: under `src/page/words`, two texts with
//! nothing but a comma between them are a sentence in English and in Japanese.
//!
//! Writes `both.rs`, by which the compiler knows each sentence by its number (see `words::say`), and for each
//! language a file with a sentence a line, which `scripts/finish-dist.mjs` puts into the build.

use std::env;
use std::fs;
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::str::Chars;

const WORDS: &str = "src/page/words";
/// First: the fixed texts are numbered by their place in this file.
const FIXED: &str = "keys.rs";
/// What says nothing on the page.
const WORDLESS: [&str; 2] = ["say.rs", "tests.rs"];

fn main() {
    println!("cargo::rerun-if-changed={WORDS}");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    let mut sentences: Vec<(String, String)> = Vec::new();
    for file in sources(Path::new(WORDS)) {
        let is_fixed = file.ends_with(FIXED);
        let source = fs::read_to_string(&file).expect("a file that was listed reads");
        for pair in pairs(&tokens(&source)) {
            if is_fixed || !sentences.contains(&pair) {
                sentences.push(pair);
            }
        }
    }
    let lines = |of: fn(&(String, String)) -> &str| -> String {
        let lines: Vec<&str> = sentences.iter().map(of).collect();
        lines.join("\n")
    };
    let write = |name: &str, content: String| {
        fs::write(out.join(name), content).expect("cargo's own folder takes files");
    };
    write("en.txt", lines(|(en, _)| en));
    write("ja.txt", lines(|(_, ja)| ja));
    write("both.rs", format!("{sentences:?}"));
}

/// The files with words, [`FIXED`] first.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of the words is there")
        .map(|entry| entry.expect("a folder that opened reads").path())
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| !WORDLESS.iter().any(|name| path.ends_with(name)))
        .collect();
    files.sort_by_key(|path| (!path.ends_with(FIXED), path.clone()));
    files
}

/// What matters of a source.
enum Token {
    Text(String),
    Comma,
    Other,
}

fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = source.chars().peekable();
    while let Some(next) = chars.next() {
        match (next, chars.peek()) {
            ('/', Some('/')) => while chars.next().is_some_and(|c| c != '\n') {},
            ('"', _) => tokens.push(Token::Text(text(&mut chars))),
            // A quotation mark as a character begins no text.
            ('\'', Some('"')) => drop(chars.next()),
            ('\'', Some('\\')) => drop(chars.nth(1)),
            (',', _) => tokens.push(Token::Comma),
            (c, _) if c.is_whitespace() => (),
            _ => tokens.push(Token::Other),
        }
    }
    tokens
}

/// The rest of a text, up to its end.
fn text(chars: &mut Peekable<Chars>) -> String {
    let mut text = String::new();
    while let Some(next) = chars.next().filter(|next| *next != '"') {
        let escaped = (next == '\\').then(|| chars.next()).flatten();
        assert!(
            matches!(escaped, None | Some('"' | '\\')),
            "the words are one line each, written as they are said: {text}"
        );
        text.push(escaped.unwrap_or(next));
    }
    assert!(!text.contains('\n'), "the words are one line each: {text}");
    text
}

fn pairs(mut tokens: &[Token]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    while let [_, rest @ ..] = tokens {
        tokens = match tokens {
            [Token::Text(en), Token::Comma, Token::Text(ja), rest @ ..] => {
                pairs.push((en.clone(), ja.clone()));
                rest
            }
            _ => rest,
        };
    }
    pairs
}
