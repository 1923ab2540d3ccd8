//! Receipts: what a safe signs about the end of an entry, or about why it does not open.

use crate::ids::{CertificateId, PublicKey, SafeId, SessionId, UnixTime};
use crate::jws::{self, EmbedKey, JwsError, Unverified};
use crate::labels;
use crate::message::EntryState;
use alloc::string::String;
use saifu_crypto::sign::SigningKey;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The session confirmed that it has the object. No other session ever will.
    Withdrawn {
        /// The session.
        session: SessionId,
    },
    /// The session gave its claim back; the entry waits again.
    Returned {
        /// The session.
        session: SessionId,
    },
    /// The entry ended without being handed out.
    Retired,
    /// The entry is not open: what state it is in, and for which session.
    Refused {
        /// The state of the entry.
        state: EntryState,
        /// The session it is or was open for.
        session: Option<SessionId>,
    },
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The safe that signs it.
    pub safe: SafeId,
    /// What it is about: [`crate::message::Target::fingerprint`] of the presented target, or of the whole certificate
    /// where the bare form was presented.
    pub target: CertificateId,
    /// What happened.
    pub event: Event,
    /// When it happened. A repeated answer carries the time of the first.
    pub at: UnixTime,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    iss: SafeId,
    tgt: CertificateId,
    act: Act,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<EntryState>,
    iat: UnixTime,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Act {
    Withdrawn,
    Returned,
    Retired,
    Refused,
}

impl From<&Receipt> for Wire {
    fn from(receipt: &Receipt) -> Self {
        let (act, session, state) = match receipt.event {
            Event::Withdrawn { session } => (Act::Withdrawn, Some(session), None),
            Event::Returned { session } => (Act::Returned, Some(session), None),
            Event::Retired => (Act::Retired, None, None),
            Event::Refused { state, session } => (Act::Refused, session, Some(state)),
        };
        Self {
            iss: receipt.safe,
            tgt: receipt.target,
            act,
            session,
            state,
            iat: receipt.at,
        }
    }
}

impl Wire {
    fn read(self) -> Option<Receipt> {
        let event = match (self.act, self.session, self.state) {
            (Act::Withdrawn, Some(session), None) => Event::Withdrawn { session },
            (Act::Returned, Some(session), None) => Event::Returned { session },
            (Act::Retired, None, None) => Event::Retired,
            (Act::Refused, session, Some(state)) => Event::Refused { state, session },
            _ => return None,
        };
        Some(Receipt {
            safe: self.iss,
            target: self.tgt,
            event,
            at: self.iat,
        })
    }
}

impl Receipt {
    /// Signs the receipt.
    pub fn sign(&self, key: &SigningKey) -> String {
        jws::sign(labels::RECEIPT_TYP, EmbedKey::No, &Wire::from(self), key)
    }

    /// Reads a receipt that `key` signed.
    ///
    /// # Errors
    /// See [`JwsError`]; a receipt that names another safe is [`JwsError::Forged`].
    pub fn verify(compact: &str, key: &PublicKey) -> Result<Self, JwsError> {
        let wire: Wire = Unverified::parse(labels::RECEIPT_TYP, compact)?.verify(key)?;
        let receipt = wire.read().ok_or(JwsError::Malformed)?;
        if receipt.safe == SafeId::of(key) {
            Ok(receipt)
        } else {
            Err(JwsError::Forged)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::{safe_key, safe_public};

    #[test]
    fn every_receipt_reads_back() {
        let session = SessionId::new([1; 16]);
        for event in [
            Event::Withdrawn { session },
            Event::Returned { session },
            Event::Retired,
            Event::Refused {
                state: EntryState::Withdrawing,
                session: Some(session),
            },
            Event::Refused {
                state: EntryState::Retired,
                session: None,
            },
        ] {
            let receipt = Receipt {
                safe: SafeId::of(&safe_public()),
                target: CertificateId::new([2; 32]),
                event,
                at: UnixTime(1),
            };
            let signed = receipt.sign(&safe_key());
            assert_eq!(Receipt::verify(&signed, &safe_public()), Ok(receipt));
        }
    }

    #[test]
    fn a_receipt_in_another_safes_name_is_forged() {
        let receipt = Receipt {
            safe: SafeId::new([9; 32]),
            target: CertificateId::new([2; 32]),
            event: Event::Retired,
            at: UnixTime(1),
        };
        let signed = receipt.sign(&safe_key());
        assert_eq!(
            Receipt::verify(&signed, &safe_public()),
            Err(JwsError::Forged)
        );
    }
}
