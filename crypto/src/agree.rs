//! X25519 key agreement (RFC 7748), each key pair for one conversation.

use crate::Secret;
use core::fmt;
use x25519_dalek::{PublicKey, StaticSecret};

/// The other side's key is of small order: what would be agreed with it, anybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAgreement;

/// A key pair. Whoever uses one for more than one conversation gives up that the first stays secret when it leaks.
pub struct KeyPair(StaticSecret);

impl KeyPair {
    /// The pair whose private key is `secret`, clamped when it is used.
    pub fn new(secret: &Secret) -> Self {
        Self(StaticSecret::from(*secret.expose_secret()))
    }

    /// What the other side is told.
    pub fn public(&self) -> [u8; 32] {
        PublicKey::from(&self.0).to_bytes()
    }

    /// What both sides have in the end: not yet a key, but what one is derived from.
    ///
    /// # Errors
    /// See [`NoAgreement`].
    pub fn agree(&self, other: &[u8; 32]) -> Result<Secret, NoAgreement> {
        let agreed = self.0.diffie_hellman(&PublicKey::from(*other));
        if agreed.was_contributory() {
            Ok(Secret::new(agreed.to_bytes()))
        } else {
            Err(NoAgreement)
        }
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPair(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree_and_nobody_with_a_key_of_small_order() {
        let (here, there) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let (here, there) = (KeyPair::new(&here), KeyPair::new(&there));
        let agreed = here.agree(&there.public());
        assert!(agreed.is_ok());
        assert_eq!(agreed, there.agree(&here.public()));
        assert_eq!(here.agree(&[0; 32]), Err(NoAgreement));
    }
}
