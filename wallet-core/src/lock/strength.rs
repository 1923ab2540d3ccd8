//! What a password must be. Pure: the same rule for a passcode of this device and wherever else an owner chooses one.
//!
//! Characters are counted as somebody who guesses would count them: what repeats, runs along the alphabet or the keyboard, or
//! is one of the words that everybody takes, counts once. It is a lower bound by rule of thumb and no proof: a name and a
//! birthday pass it.
//!
//! Digits alone are refused, however many: nobody types twenty, and six are tried in a moment by whoever has the browser's
//! profile and its device key. (They would do only where a safe counts the guesses; it does not for this.) What stands between
//! them is no help: a day of birth is written with dots.
//!
//! A password at a safe must also hold against that safe, which has what it takes to guess without being counted. For that it is
//! measured in bits ([`bits`]), and [`STRONG_BITS`] are enough. There is no list of words to measure with, which would be longer
//! than the rest of this wallet; so letters count as those of a word do, whatever they are: about half of what letters drawn by
//! chance have. What is known by heart to more people than its owner, a line of a song, is taken for more than it is.
//! Patterns woven into each other, or drawn over the keyboard, are runs: what lies up to four characters back is looked at.

use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// At least so many characters that count, of at least two kinds.
pub const LEAST: usize = 8;
/// At least so many of one kind: four short words.
pub const LEAST_OF_ONE_KIND: usize = 16;

/// From so many bits on a password holds against somebody who guesses without being counted: five words that were drawn by chance.
/// A guess takes 19 MiB of memory twice; 100,000 machines that make 1,000 of them a second, for a year, come to 2^52. The rest is
/// for what a rule of thumb gets wrong, and for machines to come.
pub const STRONG_BITS: usize = 64;

/// How a password holds that may be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// As long as its guesses are counted.
    Fair,
    /// By itself.
    Strong,
}

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weak {
    /// There is nothing in it but digits, and what is neither letter nor digit.
    Digits,
    /// Too few of its characters count.
    Short {
        /// So many do.
        counted: usize,
    },
    /// It is long enough only for one of several kinds of characters.
    OneKind,
}

/// Words and runs that are tried first, in lower case and with letters in the place of the usual digits and signs.
const COMMON: [&str; 28] = [
    "password", "passwort", "passcode", "iloveyou", "sunshine", "princess", "football", "baseball",
    "superman", "letmein", "welcome", "dragon", "monkey", "master", "shadow", "secret", "wallet",
    "login", "admin", "saifu", "hello", "love", "pass", "test",
    // The four words of a drawing that everybody knows.
    "correct", "horse", "battery", "staple",
];

/// Rows and columns of keyboards, along which fingers slide.
const SLIDES: [&str; 15] = [
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertz",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik",
    "9ol",
    "1yaq",
];

/// How far back a pattern may go on: `1qaz2wsx3edc` follows from what lies four back.
const WOVEN: usize = 4;

/// Whether this can be a password.
///
/// # Errors
/// [`Weak`].
pub fn check(password: &str) -> Result<(), Weak> {
    // What is a number and a letter at once, like a Roman numeral, is a digit.
    let is_letter = |c: char| c.is_alphabetic() && !c.is_numeric();
    if password.chars().any(char::is_numeric) && !password.chars().any(is_letter) {
        return Err(Weak::Digits);
    }
    let counted = counted(&essence(password, ""));
    let kinds = kinds(password);
    match counted {
        _ if counted < LEAST => Err(Weak::Short { counted }),
        _ if kinds < 2 && counted < LEAST_OF_ONE_KIND => Err(Weak::OneKind),
        _ => Ok(()),
    }
}

/// How this holds as the password of somebody who is known under this name. The name in it, or a part of it, counts as one
/// character.
///
/// # Errors
/// [`Weak`].
pub fn grade(password: &str, name: &str) -> Result<Grade, Weak> {
    check(password)?;
    let counted = counted(&essence(password, name));
    if counted < LEAST {
        return Err(Weak::Short { counted });
    }
    Ok(match bits(password, name) >= STRONG_BITS {
        true => Grade::Strong,
        false => Grade::Fair,
    })
}

/// How many bits there are at least in what somebody chose who is known under this name.
pub fn bits(password: &str, name: &str) -> usize {
    let glyphs = essence(password, name);
    let mut halves = 0;
    for (at, glyph) in glyphs.iter().enumerate() {
        if is_run(&glyphs, at) {
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| glyphs.get(at));
        let goes_on = before.is_some_and(|before| before.sort == glyph.sort);
        let is_again = || glyphs.iter().take(at).any(|it| it.plain == glyph.plain);
        halves += match glyph.sort {
            Sort::Space => 0,
            // What stands between words is one choice for all of them.
            Sort::Sign if is_again() => 0,
            Sort::Ideograph => 12,
            Sort::Letter | Sort::Digit if goes_on => 5,
            Sort::Kana if goes_on => 6,
            Sort::Letter | Sort::Digit | Sort::Kana | Sort::Sign | Sort::Known => 10,
        };
    }
    halves / 2
}

/// A character, as somebody who guesses sees it.
#[derive(Clone, Copy)]
struct Glyph {
    /// In lower case, and in the place of what often stands for it.
    plain: char,
    /// The key it is typed with.
    key: char,
    sort: Sort,
}

impl zeroize::DefaultIsZeroes for Glyph {}

impl Default for Glyph {
    fn default() -> Self {
        Self {
            plain: '\u{0}',
            key: '\u{0}',
            sort: Sort::Known,
        }
    }
}

/// What kind of character follows what: it costs more to guess where that changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Letter,
    Digit,
    /// Letters without case.
    Kana,
    Ideograph,
    Space,
    Sign,
    /// A word that is tried first. No run goes on over it.
    Known,
}

impl Sort {
    fn of(c: char) -> Self {
        match c {
            _ if is_ideograph(c) => Sort::Ideograph,
            _ if c.is_lowercase() || c.is_uppercase() => Sort::Letter,
            _ if c.is_alphabetic() => Sort::Kana,
            _ if c.is_numeric() => Sort::Digit,
            _ if c.is_whitespace() => Sort::Space,
            _ => Sort::Sign,
        }
    }
}

/// What is left of a password where each word that is tried first is one character, and what repeats is left out.
fn essence(password: &str, name: &str) -> Zeroizing<Vec<Glyph>> {
    let chars: Zeroizing<Vec<char>> = Zeroizing::new(password.chars().collect());
    let sort = |at: usize| chars.get(at).map(|c| Sort::of(*c));
    let glyph = |(at, c): (usize, &char)| {
        let plain = unmask(*c);
        // A digit in the middle of a word stands for a letter.
        let is_inside =
            at > 0 && sort(at - 1) == Some(Sort::Letter) && sort(at + 1) == Some(Sort::Letter);
        let sort = match is_inside && plain.is_alphabetic() {
            true => Sort::Letter,
            false => Sort::of(*c),
        };
        let key = key(*c);
        Glyph { plain, key, sort }
    };
    let mut glyphs: Zeroizing<Vec<Glyph>> =
        Zeroizing::new(chars.iter().enumerate().map(glyph).collect());
    // Whole, and then what stands before and after an @, a dot or a space.
    let parts = name.split(|c: char| !c.is_alphanumeric());
    for part in core::iter::once(name).chain(parts) {
        let part: Zeroizing<Vec<char>> = Zeroizing::new(part.chars().map(unmask).collect());
        // A name of one or two letters is in every password.
        if part.len() > 2 {
            glyphs = without(&glyphs, &part);
        }
    }
    for word in COMMON {
        let word: Vec<char> = word.chars().collect();
        glyphs = without(&glyphs, &word);
    }
    let plain: Zeroizing<Vec<char>> = Zeroizing::new(glyphs.iter().map(|it| it.plain).collect());
    let period = period(&plain);
    let anew = glyphs.iter().take(period).copied().collect();
    Zeroizing::new(anew)
}

/// With one character in the place of each of these words.
fn without(glyphs: &[Glyph], word: &[char]) -> Zeroizing<Vec<Glyph>> {
    let mut left = Zeroizing::new(Vec::with_capacity(glyphs.len()));
    let mut rest = glyphs;
    while let Some((first, later)) = rest.split_first() {
        let begins = rest.get(..word.len());
        let is_word =
            begins.is_some_and(|it| it.iter().map(|it| it.plain).eq(word.iter().copied()));
        match is_word {
            true => {
                left.push(Glyph::default());
                rest = rest.get(word.len()..).unwrap_or_default();
            }
            false => {
                left.push(*first);
                rest = later;
            }
        }
    }
    left
}

/// How many kinds of characters there are: small letters, capitals, digits, ideographs, other letters without case, everything
/// else.
fn kinds(password: &str) -> usize {
    let kinds: [fn(char) -> bool; 6] = [
        char::is_lowercase,
        char::is_uppercase,
        char::is_numeric,
        is_ideograph,
        |c| c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase() && !is_ideograph(c),
        |c| !c.is_alphanumeric(),
    ];
    let has = |kind: &&fn(char) -> bool| password.chars().any(**kind);
    kinds.iter().filter(has).count()
}

/// Of these there are thousands.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// How many characters count.
fn counted(glyphs: &[Glyph]) -> usize {
    (0..glyphs.len()).filter(|at| !is_run(glyphs, *at)).count()
}

/// Whether the character there follows from two before it, which are as far from each other as it is from them.
fn is_run(glyphs: &[Glyph], at: usize) -> bool {
    (1..=WOVEN).any(|apart| follows(glyphs, at, apart))
}

fn follows(glyphs: &[Glyph], at: usize, apart: usize) -> bool {
    let glyph = |back: usize| glyphs.get(at.checked_sub(back * apart)?);
    let (Some(first), Some(second), Some(third)) = (glyph(2), glyph(1), glyph(0)) else {
        return false;
    };
    let all = [first, second, third];
    // A word that is tried first is one character by itself, and says nothing of the next.
    if all.iter().any(|it| it.sort == Sort::Known) {
        return false;
    }
    goes_on(all.map(|it| it.plain)) || goes_on(all.map(|it| it.key))
}

/// A letter in lower case, and in the place of what often stands for it.
fn unmask(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

/// The key of the keyboard most have, also where another layer of it is typed.
fn key(c: char) -> char {
    match c {
        '!' => '1',
        '@' => '2',
        '#' => '3',
        '$' => '4',
        '%' => '5',
        '^' => '6',
        '&' => '7',
        '*' => '8',
        '(' => '9',
        ')' => '0',
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

/// After how many characters it begins anew, and says nothing new to its end.
fn period(chars: &[char]) -> usize {
    let repeats = |period: &usize| chars.iter().zip(&chars[*period..]).all(|(a, b)| a == b);
    (1..=chars.len() / 2).find(repeats).unwrap_or(chars.len())
}

/// Whether the third follows from the two before it.
fn goes_on([first, second, third]: [char; 3]) -> bool {
    let step = |a: char, b: char| i64::from(u32::from(b)) - i64::from(u32::from(a));
    let (one, other) = (step(first, second), step(second, third));
    let is_run = one == other && matches!(one, -1..=1);
    is_run
        || SLIDES
            .iter()
            .any(|keys| slides(keys, [first, second, third]))
}

fn slides(along: &str, keys: [char; 3]) -> bool {
    let forwards: String = keys.into_iter().collect();
    let backwards: String = keys.into_iter().rev().collect();
    along.contains(&forwards) || along.contains(&backwards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_alone_are_refused_however_many() {
        for digits in [
            "1",
            "1234",
            "739105",
            "73910528446190275318",
            "７３９１０５２８４４",
            "ⅣⅦⅨⅡⅧⅢⅤⅥ",
            // With what stands between them, or around them.
            "14.07.1986",
            "7391-0528",
            "73 91 05 28",
            "７３９１・０５２８",
            "+49 (170) 73910528",
            "#73!91?05*28",
        ] {
            assert_eq!(check(digits), Err(Weak::Digits), "{digits}");
        }
    }

    #[test]
    fn what_somebody_who_guesses_would_not_count_is_not_counted() {
        for (password, counted) in [
            ("", 0),
            ("aaaaaaaaaaaaaaaa", 1),
            ("abcdefghijklmnop", 2),
            ("zyxwvuts", 2),
            ("qwertyuiop", 2),
            ("poiuytrewq", 2),
            ("abcabcabcabc", 2),
            ("Hana7Hana7Hana7", 5),
            ("P@ssw0rd", 1),
            ("Passwort1", 2),
            ("letmein-saifu", 3),
            ("tr7!kom", 7),
        ] {
            assert_eq!(check(password), Err(Weak::Short { counted }), "{password}");
        }
    }

    #[test]
    fn one_kind_takes_more_of_it() {
        assert_eq!(check("kolibrifarn"), Err(Weak::OneKind));
        assert_eq!(check("KOLIBRIFARN"), Err(Weak::OneKind));
        assert_eq!(check("ふくろうのもりのほん"), Err(Weak::OneKind));
        assert_eq!(check("kolibrifarnzweigmoos"), Ok(()));
    }

    #[test]
    fn what_an_owner_can_remember_passes() {
        for password in [
            "kolibri farn",
            "Kolibrifarn",
            "kolibri7",
            "7 rue Lepic",
            "ふくろうの森の本",
            "tr7!komQ",
            "14. Juli 1986 Lepic",
            "１４日の朝、7時に",
        ] {
            assert_eq!(check(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn signs_alone_are_one_kind_and_no_digits() {
        assert_eq!(check("?=/-+_;:"), Err(Weak::OneKind));
        assert_eq!(check("🦉🌲📖🔑🌧🍵🚲🎈"), Err(Weak::OneKind));
        assert_eq!(check("🦉🌲📖🔑🌧🍵🚲🎈🪁🥁🧭🪴🧵🛶🏺🦔"), Ok(()));
    }

    #[test]
    fn bits_are_few_where_somebody_who_guesses_begins() {
        for (password, few) in [
            ("", 0),
            ("password", 5),
            ("P@ssw0rd", 5),
            ("kolibri7", 25),
            // A day of birth, as digits.
            ("19840312", 20),
            ("kolibri farn", 32),
            // Spaces, and one sign again and again, are not what makes them differ.
            ("kolibri farn zweig moos", 60),
            ("kolibri-farn-zweig-moos", 60 + 5),
            ("k0libri f4rn", 32),
            ("ふくろうの森の本", 34),
            ("kolibri7kolibri7kolibri7", 25),
            ("abcdefghijklmnopqrstuvwxyz", 7),
            // Keyboards, column by column, from both layers, and woven.
            ("1qaz2wsx3edc4rfv5tgb6yhn7ujm", 20),
            ("!QAZ@WSX#EDC$RFV%TGB", 15),
            ("1q2w3e4r5t6y7u8i9o0p", 20),
            ("a1b2c3d4e5f6g7h8i9j0", 15),
            ("qweasdzxcrtyfghvbn", 22),
            ("correct horse battery staple", 5),
        ] {
            assert_eq!(bits(password, ""), few, "{password}");
        }
    }

    #[test]
    fn grades_are_of_what_an_owner_may_choose() {
        for (password, expected) in [
            ("kolibri7", Ok(Grade::Fair)),
            ("kolibri farn zweig moos", Ok(Grade::Fair)),
            ("kolibri farn zweig moos tinte", Ok(Grade::Strong)),
            ("ふくろうの森の本棚と青い鍵、雨の朝", Ok(Grade::Strong)),
            // As a password manager makes them.
            ("x7V#q9L!m2Tr8wKz", Ok(Grade::Strong)),
            ("password", Err(Weak::Short { counted: 1 })),
            ("73910528446190275318", Err(Weak::Digits)),
            ("73 91 05 28 44 61 90 27 53 18", Err(Weak::Digits)),
        ] {
            assert_eq!(grade(password, "hana"), expected, "{password}");
        }
    }

    #[test]
    fn the_threshold_is_the_threshold() {
        // 10 letters more than one word: 5 + 24 half steps of 2.5 bits.
        let at = "kolibrifarnmoosbaumsteintg";
        let (least, less) = (&at[..25], &at[..24]);
        assert_eq!((bits(less, ""), bits(least, "")), (62, 65));
        assert_eq!(grade(less, ""), Ok(Grade::Fair));
        assert_eq!(grade(least, ""), Ok(Grade::Strong));
    }

    #[test]
    fn the_name_in_it_says_nothing() {
        assert_eq!(
            grade("hanatanaka7", "hanatanaka"),
            Err(Weak::Short { counted: 2 })
        );
        assert_eq!(bits("Hanatanaka 7", "hanatanaka"), 10);
        let of_address = grade("hana7391x", "hana@example.org");
        assert_eq!(of_address, Err(Weak::Short { counted: 6 }));
        assert_eq!(bits("kolibri7", "li"), 25);
    }

    #[test]
    fn the_least_is_the_least() {
        assert_eq!(check("kolibr7"), Err(Weak::Short { counted: 7 }));
        assert_eq!(check("kolibri7"), Ok(()));
        let of_one_kind = "kolibrifarnmoosx";
        assert_eq!(of_one_kind.len(), LEAST_OF_ONE_KIND);
        assert_eq!(check(of_one_kind), Ok(()));
        assert_eq!(check(&of_one_kind[1..]), Err(Weak::OneKind));
    }
}
