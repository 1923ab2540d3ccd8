//! What opens at the owner's safes when every device is lost: six words that were drawn, or a password of the owner's own.
//!
//! In scope: what can be one, how it is stored, and whether it is enough for money. Not in scope: how strong a password is
//! ([`crate::lock::strength`]), and OPAQUE, for which both are bytes.

use super::Words;
use crate::lock::strength::{self, Grade, Weak};
use alloc::string::String;
use core::fmt;
use saifu_crypto::Secret;
use saifu_crypto::derive::derive_key;
use saifu_protocol::labels;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use zeroize::Zeroizing;

/// The longest password, in characters: more than anybody types, and little enough for any request.
pub const MAX_PASSWORD_CHARS: usize = 256;

/// What a stored password begins with. No six words have a colon in them.
const PASSWORD: &str = "password:";

/// A recovery secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerSecret {
    /// Six words that were drawn.
    Words(Words),
    /// A password of the owner's own.
    Password(Password),
}

/// A password, in the form in which every keyboard gives it (NFKC). Beyond that two are equal only if they are the same: capitals
/// count, and so do spaces, also around it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

/// Why what was typed can't be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotPassword {
    /// There is nothing.
    Empty,
    /// It is longer than [`MAX_PASSWORD_CHARS`].
    TooLong,
    /// It reads as six words: it is taken for these wherever it is typed.
    Words,
}

/// What kind of secret opens: as much as the wallet keeps of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// Six words. What wallets of before have, which knew nothing else.
    #[default]
    Words,
    /// A password that holds by itself, whoever guesses.
    StrongPassword,
    /// A password that holds as long as safes count the guesses.
    FairPassword,
}

impl SecretKind {
    /// Whether an owner types a password.
    pub const fn is_password(self) -> bool {
        matches!(self, SecretKind::StrongPassword | SecretKind::FairPassword)
    }

    /// Whether money may lie behind it. A safe has what it takes to guess at leisure, so it must hold against that.
    pub const fn is_enough_for_money(self) -> bool {
        matches!(self, SecretKind::Words | SecretKind::StrongPassword)
    }

    pub(crate) const fn is_words(&self) -> bool {
        matches!(self, SecretKind::Words)
    }
}

impl Password {
    /// Reads what was typed, which the page has put into that form.
    ///
    /// # Errors
    /// See [`NotPassword`].
    pub fn read(typed: &str) -> Result<Self, NotPassword> {
        if typed.is_empty() {
            return Err(NotPassword::Empty);
        }
        if typed.chars().count() > MAX_PASSWORD_CHARS {
            return Err(NotPassword::TooLong);
        }
        match Words::read(typed) {
            Ok(_) => Err(NotPassword::Words),
            Err(_) => Ok(Self(Zeroizing::new(typed.into()))),
        }
    }

    /// How it holds against somebody who knows the owner's name.
    ///
    /// # Errors
    /// [`Weak`]: it may not be enrolled at all.
    pub fn grade(&self, name: &str) -> Result<Grade, Weak> {
        strength::grade(&self.0, name)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

impl From<Words> for OwnerSecret {
    fn from(words: Words) -> Self {
        Self::Words(words)
    }
}

impl OwnerSecret {
    /// Reads a password where one opens already. What reads as six words is these: nobody can have enrolled it as a password.
    ///
    /// # Errors
    /// See [`NotPassword`].
    pub fn read_password(typed: &str) -> Result<Self, NotPassword> {
        if let Ok(words) = Words::read(typed) {
            return Ok(Self::Words(words));
        }
        Password::read(typed).map(Self::Password)
    }

    /// As it is enrolled.
    pub fn expose_secret(&self) -> &str {
        match self {
            OwnerSecret::Words(words) => words.expose_secret(),
            OwnerSecret::Password(password) => &password.0,
        }
    }

    /// What kind it is where this is the owner's name. One that would be refused now was enrolled by a wallet with another rule:
    /// it is not enough for money.
    pub fn kind(&self, name: &str) -> SecretKind {
        match self {
            OwnerSecret::Words(_) => SecretKind::Words,
            OwnerSecret::Password(password) => match password.grade(name) {
                Ok(Grade::Strong) => SecretKind::StrongPassword,
                Ok(Grade::Fair) | Err(_) => SecretKind::FairPassword,
            },
        }
    }

    /// What a wallet keeps to know the secret again when it is typed: without the root it says nothing.
    pub(crate) fn check(&self, root: &Secret) -> Secret {
        derive_key(root, labels::OWNER_CHECK, self.expose_secret().as_bytes())
    }
}

impl Serialize for OwnerSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            OwnerSecret::Words(words) => words.serialize(serializer),
            OwnerSecret::Password(password) => {
                let mut text =
                    Zeroizing::new(String::with_capacity(PASSWORD.len() + password.0.len()));
                text.push_str(PASSWORD);
                text.push_str(&password.0);
                serializer.serialize_str(&text)
            }
        }
    }
}

impl<'de> Deserialize<'de> for OwnerSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let read = match text.strip_prefix(PASSWORD) {
            Some(password) => Password::read(password).ok().map(Self::Password),
            None => Words::read(&text).ok().map(Self::Words),
        };
        read.ok_or_else(|| D::Error::custom("no recovery secret"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use saifu_protocol::json;

    const WORDS: &str = "lusab-babad-babad-babad-babad-zogid";

    fn password(typed: &str) -> OwnerSecret {
        OwnerSecret::Password(Password::read(typed).unwrap())
    }

    #[test]
    fn a_password_is_what_was_typed_to_the_last_space() {
        let one = password(" Kolibri  farn ");
        assert_eq!(one.expose_secret(), " Kolibri  farn ");
        for other in ["Kolibri  farn", " kolibri  farn ", " Kolibri farn "] {
            assert_ne!(one, password(other));
        }
        let root = Secret::new([7; 32]);
        assert_ne!(one.check(&root), password("Kolibri farn").check(&root));
    }

    #[test]
    fn what_can_be_no_password_is_refused() {
        assert_eq!(Password::read(""), Err(NotPassword::Empty));
        let longest = "ふ".repeat(MAX_PASSWORD_CHARS);
        assert!(Password::read(&longest).is_ok());
        assert_eq!(Password::read(&(longest + "x")), Err(NotPassword::TooLong));
    }

    #[test]
    fn six_words_are_words_in_whichever_field_they_are_typed() {
        let typed = WORDS.replace('-', " ");
        assert_eq!(Password::read(&typed), Err(NotPassword::Words));
        let words = OwnerSecret::Words(Words::read(WORDS).unwrap());
        assert_eq!(OwnerSecret::read_password(&typed), Ok(words));
        let misread = typed.replace("zogid", "zogib");
        assert_eq!(OwnerSecret::read_password(&misread), Ok(password(&misread)));
    }

    #[test]
    fn stored_secrets_read_back_also_those_of_before_there_were_passwords() {
        let words = OwnerSecret::Words(Words::read(WORDS).unwrap());
        let pinned = format!("\"{WORDS}\"");
        assert_eq!(json::write(&words), pinned.as_bytes());
        assert_eq!(json::read::<OwnerSecret>(pinned.as_bytes()).unwrap(), words);
        let own = password("password: \"ふ\"");
        let pinned = r#""password:password: \"ふ\"""#;
        assert_eq!(json::write(&own), pinned.as_bytes());
        assert_eq!(json::read::<OwnerSecret>(pinned.as_bytes()).unwrap(), own);
        for bad in [r#""kolibri""#, r#""password:""#] {
            assert!(json::read::<OwnerSecret>(bad.as_bytes()).is_err());
        }
    }

    #[test]
    fn nothing_of_it_is_in_a_debug_output() {
        assert_eq!(
            format!("{:?}", password("marker-secret")),
            "Password(Password(redacted))"
        );
    }

    #[test]
    fn only_what_holds_by_itself_is_enough_for_money() {
        for (typed, kind, is_enough) in [
            ("kolibri farn", SecretKind::FairPassword, false),
            (
                "kolibri farn zweig moos tinte",
                SecretKind::StrongPassword,
                true,
            ),
            // Another rule let it in.
            ("12345678", SecretKind::FairPassword, false),
        ] {
            let it = password(typed).kind("hana");
            assert_eq!((it, it.is_enough_for_money()), (kind, is_enough), "{typed}");
            assert!(it.is_password());
        }
        assert!(SecretKind::default().is_enough_for_money());
        assert!(!SecretKind::default().is_password());
    }
}
