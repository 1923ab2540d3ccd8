//! What an owner finds in a session: the registrations of their accounts, each with the note that was left with it.

use super::InSession;
use crate::ids::{SessionId, UnixTime};
use crate::message::EntryState;
use crate::{b64, limits};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::hash;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// What a wallet leaves with an entry for its owner, sealed under the owner's root: what it takes to use the certificate when
/// there is nothing else left. To the safe it is bytes, and only a session of the owner's gets them.
#[derive(Clone, PartialEq, Eq)]
pub struct Note(Vec<u8>);

/// A note above [`limits::MAX_NOTE_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteTooLong;

impl Note {
    /// Takes the bytes.
    ///
    /// # Errors
    /// There are too many.
    pub fn new(bytes: Vec<u8>) -> Result<Self, NoteTooLong> {
        if bytes.len() > limits::MAX_NOTE_BYTES {
            return Err(NoteTooLong);
        }
        Ok(Self(bytes))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// What a note is told apart by: SHA-256 over its bytes.
    pub fn fingerprint(&self) -> [u8; 32] {
        hash::sha256(&self.0)
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Note({} bytes)", self.0.len())
    }
}

impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        b64::bytes::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Note {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = b64::bytes::deserialize(deserializer)?;
        Self::new(bytes).map_err(|_| D::Error::custom("above a limit"))
    }
}

/// One page of what the owner has at the safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerListItem {
    /// The session, for [`Act::List`](super::Act::List).
    pub within: InSession,
    /// Continue after this cursor, which is the safe's affair; the start if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Whether keys are listed, too, that were ended when what they open was handed out: as a last resort they are read as that is.
    /// Left out by whoever looks for what can be had.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub last_resort: bool,
}

/// Entries of all the owner's accounts that are not over, and those that were handed out and are still kept, in the order in which the accounts got them. What is registered or
/// rotated meanwhile comes last, so whoever reads all pages misses nothing that was there when they began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerPage {
    /// At most [`limits::MAX_OWNER_PAGE`]; there may be none and yet another page.
    pub entries: Vec<OwnerEntry>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerEntry {
    /// Its certificate, compact.
    pub certificate: String,
    /// What state it is in: registered or withdrawing; or withdrawn, while its object is kept as a last resort; or, of a key and where it
    /// was asked for, retired, as long.
    pub state: EntryState,
    /// When it was handed out or ended, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<UnixTime>,
    /// Until when what was handed out or ended is kept, as the safe is set now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<UnixTime>,
    /// The session it was handed out to, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// How many bytes are registered.
    pub size: u64,
    /// The note that was left with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use crate::owner::SessionProof;
    use alloc::format;
    use alloc::vec;

    #[test]
    fn a_note_has_a_limit_and_no_debug_shows_it() {
        let longest = Note::new(vec![0; limits::MAX_NOTE_BYTES]).unwrap();
        assert_eq!(json::read(&json::write(&longest)), Ok(longest.clone()));
        let above = vec![0; limits::MAX_NOTE_BYTES + 1];
        assert_eq!(Note::new(above.clone()), Err(NoteTooLong));
        let text = format!("\"{}\"", b64::encode(&above));
        assert!(json::read::<Note>(text.as_bytes()).is_err());
        assert_eq!(format!("{longest:?}"), "Note(4096 bytes)");
    }

    #[test]
    fn a_list_is_asked_for_and_answered_in_this_form() {
        let item = OwnerListItem {
            within: InSession {
                session: SessionId::new([0; 16]),
                proof: SessionProof::new([0; 32]),
            },
            after: None,
            last_resort: false,
        };
        let written = json::write_text(&item);
        assert!(!written.contains("after"), "{written}");
        assert!(!written.contains("last_resort"), "{written}");
        assert_eq!(json::read(written.as_bytes()), Ok(item));
        let page = OwnerPage {
            entries: vec![OwnerEntry {
                certificate: "a.b.c".into(),
                state: EntryState::Withdrawing,
                since: None,
                until: None,
                session: None,
                size: 7,
                note: Some(Note::new(vec![1, 2]).unwrap()),
            }],
            next: Some("5".into()),
        };
        let text = r#"{"entries":[{"certificate":"a.b.c","state":"withdrawing","size":7,"note":"AQI"}],"next":"5"}"#;
        assert_eq!(json::write_text(&page), text);
        assert_eq!(json::read(text.as_bytes()), Ok(page));
    }
}
