//! The name under which an owner enrols, and what safes see of it.

use super::LookUpId;
use crate::ids::SafeId;
use crate::{labels, limits};
use alloc::string::String;
use saifu_crypto::derive::derive_key;
use saifu_crypto::stretch::Stretch;

/// A name that is empty, too long, or has control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadName;

/// The name of an owner's wallet.
///
/// Two ways of typing one name must give one text before it comes here: browsers normalise (NFKC) and write in lower case,
/// tables for which are larger than everything else in this crate.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnerName(String);

impl OwnerName {
    /// Takes a name, without the spaces around it.
    ///
    /// # Errors
    /// See [`BadName`].
    pub fn new(text: &str) -> Result<Self, BadName> {
        let text = text.trim();
        let is_long = text.len() > limits::MAX_OWNER_NAME_BYTES;
        if text.is_empty() || is_long || text.chars().any(char::is_control) {
            return Err(BadName);
        }
        Ok(Self(text.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id under which `safe` looks the owner up. Stretches: takes long, and each guess of a name as long again for each
/// safe.
pub fn look_up(name: &OwnerName, safe: SafeId, stretch: Stretch) -> LookUpId {
    let stretched = stretch.derive(name.0.as_bytes(), safe.as_bytes());
    LookUpId::new(*derive_key(&stretched, labels::OWNER_LOOK_UP, b"").expose_secret())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_name_has_no_spaces_around_it_and_no_control_characters() {
        assert_eq!(OwnerName::new(" 田中 hana ").unwrap().as_str(), "田中 hana");
        let longest = "a".repeat(limits::MAX_OWNER_NAME_BYTES);
        assert!(OwnerName::new(&longest).is_ok());
        for bad in ["", "  ", "a\nb", &(longest + "a")] {
            assert!(OwnerName::new(bad).is_err());
        }
    }

    #[test]
    fn one_name_is_looked_up_under_another_id_at_each_safe() {
        let id = |name, safe| {
            let name = OwnerName::new(name).unwrap();
            look_up(&name, SafeId::new([safe; 32]), Stretch::default())
        };
        // Owners are enrolled under it: were it another, no safe would know them any more. By OpenSSL, through Node.js 24.
        let computed_elsewhere = "v6AvgAZYCC2k36mAOYRywYlm_Gywxxy1yvfMreBiWCk";
        assert_eq!(id("hana", 1).to_string(), computed_elsewhere);
        assert_eq!(id("hana", 1), id(" hana", 1));
        assert_ne!(id("hana", 1), id("hana", 2));
        assert_ne!(id("hana", 1), id("hanb", 1));
    }
}
