//! What a password must be. Pure: the same rule for a passcode of this device and wherever else an owner chooses one.
//!
//! Characters are counted as somebody who guesses would count them: what repeats, runs along the alphabet or the keyboard, or
//! is one of the words that everybody takes, counts once. It is a lower bound by rule of thumb and no proof: a name and a
//! birthday pass it.
//!
//! Digits alone are refused, however many: nobody types twenty, and six are tried in a moment by whoever has the browser's
//! profile and its device key. (They would do only where a safe counts the guesses; it does not for this.)

use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// At least so many characters that count, of at least two kinds.
pub const LEAST: usize = 8;
/// At least so many of one kind: four short words.
pub const LEAST_OF_ONE_KIND: usize = 16;

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weak {
    /// There is nothing in it but digits.
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
const COMMON: [&str; 24] = [
    "password", "passwort", "passcode", "iloveyou", "sunshine", "princess", "football", "baseball",
    "superman", "letmein", "welcome", "dragon", "monkey", "master", "shadow", "secret", "wallet",
    "login", "admin", "saifu", "hello", "love", "pass", "test",
];

/// Rows of keyboards, along which fingers slide.
const ROWS: [&str; 4] = ["qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertz"];

/// Whether this can be a password.
///
/// # Errors
/// [`Weak`].
pub fn check(password: &str) -> Result<(), Weak> {
    if password.chars().all(|c| c.is_numeric()) && !password.is_empty() {
        return Err(Weak::Digits);
    }
    let counted = count(password);
    let kinds = kinds(password);
    match counted {
        _ if counted < LEAST => Err(Weak::Short { counted }),
        _ if kinds < 2 && counted < LEAST_OF_ONE_KIND => Err(Weak::OneKind),
        _ => Ok(()),
    }
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
fn count(password: &str) -> usize {
    let plain: Zeroizing<String> = Zeroizing::new(password.chars().map(unmask).collect());
    let mut left: Zeroizing<String> = plain;
    let mut counted = 0;
    for word in COMMON {
        // Something that no run goes on over stands in its place.
        let without = left.replace(word, "\u{0}");
        left = Zeroizing::new(without);
    }
    let chars: Zeroizing<Vec<char>> = Zeroizing::new(left.chars().collect());
    let chars = &chars[..period(&chars)];
    for (at, next) in chars.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).and_then(|at| chars.get(at)).copied();
        let goes_on = match (before(2), before(1)) {
            (Some(first), Some(second)) => goes_on(first, second, *next),
            _ => false,
        };
        counted += usize::from(!goes_on);
    }
    counted
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

/// After how many characters it begins anew, and says nothing new to its end.
fn period(chars: &[char]) -> usize {
    let repeats = |period: &usize| chars.iter().zip(&chars[*period..]).all(|(a, b)| a == b);
    (1..=chars.len() / 2).find(repeats).unwrap_or(chars.len())
}

/// Whether the third follows from the two before it.
fn goes_on(first: char, second: char, third: char) -> bool {
    let step = |a: char, b: char| i64::from(u32::from(b)) - i64::from(u32::from(a));
    let (one, other) = (step(first, second), step(second, third));
    let is_run = one == other && matches!(one, -1..=1);
    is_run || ROWS.iter().any(|row| slides(row, [first, second, third]))
}

fn slides(row: &str, keys: [char; 3]) -> bool {
    let forwards: String = keys.into_iter().collect();
    let backwards: String = keys.into_iter().rev().collect();
    row.contains(&forwards) || row.contains(&backwards)
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
        ] {
            assert_eq!(check(password), Ok(()), "{password}");
        }
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
