//! Problems (RFC 9457): what a safe answers when it does not do what it was asked.
//!
//! A code exists only where a wallet acts differently; its doc says how. The words for people are the wallet's.

use crate::ids::UnixTime;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// What the problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The request does not read. Sending it again changes nothing.
    Malformed,
    /// Body, object or number of items is above the limit named in `limit`.
    TooLarge,
    /// The signature of the request does not hold, or it is for another safe, route or body.
    Unauthenticated,
    /// The request was signed too long ago or in the future; `time` is the safe's clock. Sign again with it.
    Clock,
    /// The body does not open with this safe's key: fetch the descriptor again.
    Envelope,
    /// No such route or method.
    NoRoute,
    /// The same request id came with another body before.
    RequestReused,
    /// Too many requests; try later.
    Busy,
    /// The certificate index does not answer. Only listing needs it; try later.
    IndexUnavailable,
    /// The safe failed. Whether it was done is not known: send the same request again.
    Internal,
    /// The object is not one a safe takes: it does not read as a value.
    BadObject,
    /// No entry of this certificate for this presenter. A stranger gets this answer too.
    NotFound,
    /// There is an entry with this counter, but its hash is another one.
    HashMismatch,
    /// Counter and hash are right, but digest or signature are not those of the entry.
    CertificateMismatch,
    /// The stored bytes are not those of the certificate any more. The entry is kept; tell the operator.
    Damaged,
    /// The entry is open for another session, or was handed out or retired; `receipt` says when and to which.
    Conflict,
    /// A genuine certificate, presented whole or known to the index, has no entry in the ledger: it was set back to an
    /// older state.
    RolledBack,
    /// The registration was called off by its owner before it arrived.
    CalledOff,
    /// Somebody else's, for whom others wait: ask again at `until`. Meanwhile the owner can say no.
    Waiting,
    /// The owner said no to this account. Waiting does not help; another account waits anew.
    Denied,
    /// The owner has frozen what is theirs, `since` then. It is left as it was; ask again later.
    Frozen,
    /// What came in a channel does not open: its session is over, or was none of this account's. Nothing was done; ask without.
    ChannelOver,
}

impl Code {
    /// Every code.
    pub const ALL: [Code; 22] = [
        Code::Malformed,
        Code::TooLarge,
        Code::Unauthenticated,
        Code::Clock,
        Code::Envelope,
        Code::NoRoute,
        Code::RequestReused,
        Code::Busy,
        Code::IndexUnavailable,
        Code::Internal,
        Code::BadObject,
        Code::NotFound,
        Code::HashMismatch,
        Code::CertificateMismatch,
        Code::Damaged,
        Code::Conflict,
        Code::RolledBack,
        Code::CalledOff,
        Code::Waiting,
        Code::Denied,
        Code::Frozen,
        Code::ChannelOver,
    ];

    /// The HTTP status, also where the problem is that of one item.
    pub const fn status(self) -> u16 {
        match self {
            Code::Malformed | Code::Envelope => 400,
            Code::Unauthenticated | Code::Clock | Code::ChannelOver => 401,
            Code::Waiting | Code::Denied => 403,
            Code::NoRoute | Code::NotFound => 404,
            Code::Conflict | Code::RequestReused | Code::CalledOff => 409,
            Code::TooLarge => 413,
            Code::BadObject | Code::HashMismatch | Code::CertificateMismatch => 422,
            Code::Busy => 429,
            Code::Internal | Code::Damaged | Code::RolledBack => 500,
            Code::Frozen => 423,
            Code::IndexUnavailable => 503,
        }
    }

    /// A short title for developers and operators.
    pub const fn title(self) -> &'static str {
        match self {
            Code::Malformed => "The request does not read",
            Code::TooLarge => "The request is above a limit",
            Code::Unauthenticated => "The request is not properly signed",
            Code::Clock => "The request is not of this time",
            Code::Envelope => "The body is not sealed to this safe",
            Code::NoRoute => "No such route",
            Code::RequestReused => "The request id was used for another request",
            Code::Busy => "Too many requests",
            Code::IndexUnavailable => "The certificate index does not answer",
            Code::Internal => "The safe failed",
            Code::BadObject => "The object is not a value",
            Code::NotFound => "No such entry",
            Code::HashMismatch => "The hash is not that of the entry",
            Code::CertificateMismatch => "The certificate is not that of the entry",
            Code::Damaged => "The stored bytes are damaged",
            Code::Conflict => "The entry is not open for this session",
            Code::RolledBack => "The ledger was set back",
            Code::CalledOff => "The registration was called off",
            Code::Waiting => "The wait for this entry is not over",
            Code::Denied => "The owner of the entry said no",
            Code::Frozen => "The owner has frozen what is theirs",
            Code::ChannelOver => "The channel is over",
        }
    }
}

/// A problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:saifu:problem:` and the code.
    #[serde(rename = "type", with = "type_uri")]
    pub code: Code,
    /// For developers and operators.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The limit that was exceeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The safe's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<UnixTime>,
    /// From when on it may be asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<UnixTime>,
    /// Since when it is frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<UnixTime>,
    /// A signed receipt that proves what is said, compact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self {
            code,
            title: code.title().into(),
            status: code.status(),
            limit: None,
            time: None,
            until: None,
            since: None,
            receipt: None,
        }
    }
}

impl Problem {
    /// The problem that `limit` was exceeded.
    pub fn too_large(limit: usize) -> Self {
        Self {
            limit: Some(limit as u64),
            ..Code::TooLarge.into()
        }
    }

    /// The problem that an account has to wait `until` then.
    pub fn waiting(until: UnixTime) -> Self {
        Self {
            until: Some(until),
            ..Code::Waiting.into()
        }
    }

    /// The problem that everything of an owner's is frozen `since` then.
    pub fn frozen(since: UnixTime) -> Self {
        Self {
            since: Some(since),
            ..Code::Frozen.into()
        }
    }

    /// The problem that the presenter's clock differs from `time`.
    pub fn clock(time: UnixTime) -> Self {
        Self {
            time: Some(time),
            ..Code::Clock.into()
        }
    }

    /// The problem that an entry is not open for this session, with the receipt that proves it.
    pub fn conflict(receipt: String) -> Self {
        Self {
            receipt: Some(receipt),
            ..Code::Conflict.into()
        }
    }
}

mod type_uri {
    use super::{Code, String};
    use crate::json::Json;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    const PREFIX: &str = "urn:saifu:problem:";

    pub(super) fn serialize<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
        let code = serde_json::to_value(code).map_err(serde::ser::Error::custom)?;
        let code = code.as_str().unwrap_or_default();
        alloc::format!("{PREFIX}{code}").serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Code, D::Error> {
        let uri = String::deserialize(deserializer)?;
        let code = uri
            .strip_prefix(PREFIX)
            .ok_or_else(|| D::Error::custom("not a problem of a safe"))?;
        Code::deserialize(Json::Text(code.into())).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_reads_back() {
        for code in Code::ALL {
            let problem = Problem::from(code);
            let json = serde_json::to_string(&problem).unwrap();
            assert!(json.contains("urn:saifu:problem:"), "{json}");
            assert_eq!(serde_json::from_str::<Problem>(&json).unwrap(), problem);
        }
    }
}
