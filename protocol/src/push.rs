//! Waking a closed wallet: where a safe may say that somebody waits, and by which key it is known there.
//!
//! What is sent is empty (RFC 8030). It says "look", and a wallet that looks asks its safes as ever. So nothing has to be
//! encrypted, and the service of the browser's maker, which passes it on, has nothing to read.

use crate::certificate::Address;
use crate::limits::MAX_ENDPOINT_BYTES;
use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};

crate::fixed_bytes!(
    /// The key a safe is known by at push services: of P-256, uncompressed (RFC 8292, `applicationServerKey`).
    PushKey, 65
);

/// Whether this safe wakes wallets, and this account's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushOffer {
    /// By what a browser's push service is to know this safe.
    pub key: PushKey,
    /// Whether the account is told.
    pub on: bool,
}

/// Where a push service takes what is meant for one browser. It is another one for each browser and key, so it is shown to
/// nobody but the safe it is for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Endpoint(String);

/// The text is no address of a push service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoEndpoint;

impl fmt::Display for NoEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an address of a push service")
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint(..)")
    }
}

impl Endpoint {
    /// Takes an address: `https`, or `http` on this machine for trying things out.
    ///
    /// # Errors
    /// [`NoEndpoint`] for anything a safe must not be made to call: another scheme, a user name, foreign characters, no path,
    /// or more than [`MAX_ENDPOINT_BYTES`] bytes.
    pub fn parse(text: &str) -> Result<Self, NoEndpoint> {
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '\\' | '"' | '<' | '>');
        let is_short = text.len() <= MAX_ENDPOINT_BYTES;
        if !is_short || !text.chars().all(plain) {
            return Err(NoEndpoint);
        }
        let origin = split(text).ok_or(NoEndpoint)?;
        match Address::parse(origin) {
            // As it is written: a browser writes hosts in small letters.
            Ok(address) if address.as_str() == origin => Ok(Self(text.into())),
            _ => Err(NoEndpoint),
        }
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme and host: which service it is.
    pub fn origin(&self) -> &str {
        split(&self.0).unwrap_or_default()
    }
}

/// What stands before the path.
fn split(text: &str) -> Option<&str> {
    let host = text.find("://")?.checked_add(3)?;
    let path = text.get(host..)?.find('/')?;
    text.get(..host.checked_add(path)?)
}

impl TryFrom<String> for Endpoint {
    type Error = NoEndpoint;
    fn try_from(text: String) -> Result<Self, NoEndpoint> {
        Self::parse(&text)
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> String {
        endpoint.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn endpoints_are_addresses_with_a_path_of_a_service() {
        for (text, origin) in [
            (
                "https://fcm.googleapis.com/fcm/send/a:b-c_d",
                "https://fcm.googleapis.com",
            ),
            (
                "https://wns2.notify.windows.com/w/?token=a%2fb",
                "https://wns2.notify.windows.com",
            ),
            ("http://127.0.0.1:8080/push", "http://127.0.0.1:8080"),
            ("https://push.example/", "https://push.example"),
        ] {
            let endpoint = Endpoint::parse(text).unwrap();
            assert_eq!((endpoint.as_str(), endpoint.origin()), (text, origin));
        }
        for text in [
            "",
            "https://",
            "https:///a",
            "https://push.example",
            "http://push.example/a",
            "https://user@push.example/a",
            "https://push.example/a#b",
            "https://push.example/a b",
            "https://push.example/\u{e9}",
            "https://Push.example/a",
            "https://push.example\\@other/a",
            "file:///etc/passwd",
            "//push.example/a",
            " https://push.example/a",
        ] {
            assert_eq!(Endpoint::parse(text), Err(NoEndpoint), "{text}");
        }
    }

    #[test]
    fn the_longest_endpoint_is_taken_and_one_longer_is_not() {
        let start = "https://push.example/";
        let fill = "a".repeat(MAX_ENDPOINT_BYTES - start.len());
        assert!(Endpoint::parse(&format!("{start}{fill}")).is_ok());
        assert!(Endpoint::parse(&format!("{start}{fill}a")).is_err());
    }

    #[test]
    fn an_endpoint_is_not_shown_in_debug_texts() {
        let endpoint = Endpoint::parse("https://push.example/marker").unwrap();
        assert!(!format!("{endpoint:?}").contains("marker"));
    }
}
