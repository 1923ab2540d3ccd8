//! Where a safe is.

use crate::limits;
use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};

/// The address of a safe: its origin, such as `https://safe.example`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

/// The text is no address of a safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAddress;

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an address of a safe")
    }
}

impl Address {
    /// Takes an origin: `https`, or `http` on this machine for trying things out. A trailing slash is dropped.
    ///
    /// # Errors
    /// [`NotAnAddress`] for another scheme, a path, a user name, foreign characters, or more than
    /// [`limits::MAX_ADDRESS_BYTES`] bytes.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let text = text.trim();
        let text = text.strip_suffix('/').unwrap_or(text);
        let host = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(host), _) => host,
            (None, Some(host)) if is_this_machine(host) => host,
            _ => return Err(NotAnAddress),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if host.is_empty() || text.len() > limits::MAX_ADDRESS_BYTES || !host.chars().all(plain) {
            return Err(NotAnAddress);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// Whether it is on the machine of whoever asks: for trying things out, and no address of anybody else's safe.
    pub fn is_on_this_machine(&self) -> bool {
        let host = self.0.split_once("://").map(|(_, host)| host);
        host.is_some_and(is_this_machine)
    }

    /// The origin.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_this_machine(host: &str) -> bool {
    let name = host.split_once(':').map_or(host, |(name, _port)| name);
    matches!(name, "localhost" | "127.0.0.1")
}

impl TryFrom<String> for Address {
    type Error = NotAnAddress;
    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_origins() {
        assert_eq!(
            Address::parse(" https://Safe.example/ ").unwrap().as_str(),
            "https://safe.example"
        );
        assert!(Address::parse("http://localhost:8787").is_ok());
        for text in [
            "",
            "https://",
            "http://safe.example",
            "http://localhost.evil.example",
            "https://user@safe.example",
            "https://safe.example/path",
            "ftp://safe.example",
            "javascript:alert(1)",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
