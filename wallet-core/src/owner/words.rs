//! The recovery secret: six words that can be written down, read out and typed without any list of words.
//!
//! Five words are 80 random bits. The sixth is made from them, so that a slip of the pen is noticed here and costs no
//! guess at a safe. Each word is 16 bits as a consonant, a vowel, and so on five times (proquints, Wilkerson 2009): letters
//! that no keyboard hides.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::derive::derive_key;
use saifu_crypto::{CryptoRng, Secret, make_bytes};
use saifu_protocol::{fixed_bytes, labels};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use zeroize::Zeroizing;

/// How many words a secret has.
pub const WORDS: usize = 6;
/// How many of the words are random.
const RANDOM: usize = WORDS - 1;
const LETTERS: usize = 5;
const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
const VOWELS: &[u8; 4] = b"aiou";

fixed_bytes!(
    /// By what a wallet knows a recovery kit again when its words are typed. It is no secret: whoever has it would have to try
    /// 2^80 words.
    KitMark, 8
);

/// A recovery secret, as it is enrolled: lower-case words with hyphens between them.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Words(Zeroizing<String>);

/// Why what was typed is no recovery secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotWords {
    /// There are fewer or more than six.
    Count {
        /// So many.
        have: usize,
    },
    /// One of them is none that a secret can have.
    Unknown {
        /// Which, from 1.
        number: usize,
    },
    /// Each could be one, but not together: one was misread, or two have changed places.
    DoNotBelong,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words(redacted)")
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        Self::read(&text).map_err(|_| D::Error::custom("not six words"))
    }
}

impl Words {
    /// Draws a secret.
    pub fn make(rng: &mut dyn CryptoRng) -> Self {
        let drawn = Zeroizing::new(make_bytes::<{ 2 * RANDOM }>(rng));
        let mut bits: Vec<u16> = drawn.chunks(2).map(bits_of).collect();
        bits.push(last(drawn.as_slice()));
        Self::of(&Zeroizing::new(bits))
    }

    /// Reads what was typed: in any case, with anything but the letters a to z between the words.
    ///
    /// # Errors
    /// See [`NotWords`].
    pub fn read(typed: &str) -> Result<Self, NotWords> {
        let lower = Zeroizing::new(typed.to_ascii_lowercase());
        let between = |c: char| !c.is_ascii_lowercase();
        let words = lower.split(between).filter(|word| !word.is_empty());
        let have = words.clone().count();
        if have != WORDS {
            return Err(NotWords::Count { have });
        }
        let mut bits = Zeroizing::new(Vec::with_capacity(WORDS));
        for (at, word) in words.enumerate() {
            bits.push(read_word(word).ok_or(NotWords::Unknown { number: at + 1 })?);
        }
        let (random, check) = bits.split_at(RANDOM);
        let bytes: Zeroizing<Vec<u8>> = random
            .iter()
            .flat_map(|bits| bits.to_be_bytes())
            .collect::<Vec<u8>>()
            .into();
        match check == [last(&bytes)] {
            true => Ok(Self::of(&bits)),
            false => Err(NotWords::DoNotBelong),
        }
    }

    fn of(bits: &[u16]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(WORDS * (LETTERS + 1)));
        for (at, bits) in bits.iter().enumerate() {
            if at > 0 {
                text.push('-');
            }
            write_word(*bits, &mut text);
        }
        Self(text)
    }

    /// As it is enrolled.
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// By what these words are known again as those of a kit.
    pub fn kit_mark(&self) -> KitMark {
        let derived = derive_key(&Secret::new([0; 32]), labels::OWNER_KIT, self.0.as_bytes());
        let mut mark = [0; 8];
        let (front, _) = derived.expose_secret().split_at(mark.len());
        mark.copy_from_slice(front);
        KitMark::new(mark)
    }
}

fn bits_of(pair: &[u8]) -> u16 {
    pair.iter()
        .fold(0, |bits, byte| bits << 8 | u16::from(*byte))
}

/// The word that belongs to five others.
fn last(random: &[u8]) -> u16 {
    let mut seed = Zeroizing::new([0_u8; 32]);
    let (front, _) = seed.split_at_mut(2 * RANDOM);
    front.copy_from_slice(random);
    let derived = derive_key(&Secret::new(*seed), labels::OWNER_WORDS, &[]);
    bits_of(&derived.expose_secret()[..2])
}

/// Whether a letter is a vowel: the second and the fourth.
const fn is_vowel(at: usize) -> bool {
    at % 2 == 1
}

fn write_word(bits: u16, out: &mut String) {
    let mut left = 16;
    for at in 0..LETTERS {
        let (width, letters) = match is_vowel(at) {
            true => (2, &VOWELS[..]),
            false => (4, &CONSONANTS[..]),
        };
        left -= width;
        let digit = usize::from(bits >> left) & (letters.len() - 1);
        out.push(char::from(letters[digit]));
    }
}

fn read_word(word: &str) -> Option<u16> {
    if word.len() != LETTERS {
        return None;
    }
    word.bytes()
        .enumerate()
        .try_fold(0, |bits: u16, (at, letter)| {
            let (width, letters) = match is_vowel(at) {
                true => (2, &VOWELS[..]),
                false => (4, &CONSONANTS[..]),
            };
            let digit = letters.iter().position(|it| *it == letter)?;
            Some(bits << width | u16::try_from(digit).ok()?)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use saifu_crypto::testing::Counting;

    #[test]
    fn what_was_written_down_is_read_however_it_is_typed() {
        let words = Words::make(&mut Counting(7));
        let text = words.expose_secret();
        assert_eq!(text.split('-').count(), WORDS);
        for typed in [
            text.into(),
            text.to_uppercase(),
            format!("  {}\n", text.replace('-', "  ")),
            text.replace('-', "、"),
        ] {
            assert_eq!(Words::read(&typed), Ok(words.clone()));
        }
        assert_ne!(Words::make(&mut Counting(8)), words);
    }

    #[test]
    fn every_word_reads_back() {
        for bits in 0..=u16::MAX {
            let mut word = String::new();
            write_word(bits, &mut word);
            assert_eq!(read_word(&word), Some(bits));
        }
        // As in the paper: 127.0.0.1 is lusab-babad.
        assert_eq!(read_word("lusab"), Some(0x7F00));
        assert_eq!(read_word("babad"), Some(0x0001));
    }

    #[test]
    fn slips_are_noticed_and_named() {
        let words = Words::make(&mut Counting(7));
        let text = words.expose_secret();
        let split: Vec<&str> = text.split('-').collect();
        assert_eq!(Words::read(""), Err(NotWords::Count { have: 0 }));
        let five = split[..5].join(" ");
        assert_eq!(Words::read(&five), Err(NotWords::Count { have: 5 }));
        let strange = text.replacen(split[2], "hello", 1);
        assert_eq!(Words::read(&strange), Err(NotWords::Unknown { number: 3 }));
        let mut swapped = split.clone();
        swapped.swap(0, 1);
        assert_eq!(Words::read(&swapped.join("-")), Err(NotWords::DoNotBelong));
        // Of all slips of one letter in one word, none passes here.
        let slips = CONSONANTS
            .iter()
            .filter(|letter| split[0].as_bytes()[0] != **letter);
        for letter in slips {
            let slip = format!("{}{}", char::from(*letter), &text[1..]);
            assert_eq!(Words::read(&slip), Err(NotWords::DoNotBelong));
        }
    }

    #[test]
    fn a_secret_is_pinned() {
        // Secrets lie written down in drawers. Were another text enrolled for one, it would open nothing any more.
        let text = "lusab-babad-babad-babad-babad";
        let with = |last: &str| Words::read(&format!("{text}-{last}"));
        let mut check = String::new();
        write_word(last(&[0x7F, 0, 0, 1, 0, 1, 0, 1, 0, 1]), &mut check);
        // Computed by a program of its own (HMAC-SHA-256, twice).
        assert_eq!(check, "zogid");
        let read = with(&check).unwrap();
        assert_eq!(read.expose_secret(), format!("{text}-{check}"));
        assert_eq!(with("babab"), Err(NotWords::DoNotBelong));
        assert_eq!(format!("{read:?}"), "Words(redacted)");
    }
}
