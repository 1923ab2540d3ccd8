//! Notices: what an owner must know and acknowledge. A notice names what happened; the words, in two halves — what
//! happened, what to do now — are the page's, matched without a wildcard so that a new kind breaks the build there.

use crate::ids::ItemId;
use alloc::string::String;
use saifu_protocol::message::EntryState;
use saifu_protocol::{SessionId, UnixTime};
use serde::{Deserialize, Serialize};

/// A notice. It stays until the owner acknowledges it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its id.
    pub id: ItemId,
    /// When it happened.
    pub at: UnixTime,
    /// Name of the value it is about; empty if about none.
    pub subject: String,
    /// Address of the safe it is about; empty if about none.
    pub safe: String,
    /// What happened.
    pub kind: Kind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Back-up: the certificate's hash is not that of what was sent. The value stayed; the safe was told to forget it.
    CertificateHashWrong,
    /// Back-up: the certificate's digest is not that of the value. As above.
    CertificateDigestWrong,
    /// Back-up: the certificate is bound to somebody else. As above.
    CertificateHolderWrong,
    /// Back-up: the certificate is not signed by the safe, or does not read. As above.
    CertificateForged,
    /// Back-up: the safe refuses this value. The value stayed.
    RegistrationRefused,
    /// Back-up: the value is larger than the safe takes. The value stayed.
    TooLargeForSafe {
        /// The safe's limit in bytes.
        limit: u64,
    },
    /// Back-up was called off by the owner. The value stayed.
    CalledOff,
    /// Recovery: the value is open on, or was handed to, another device; the safe proves it with a signed receipt.
    ReleasedElsewhere {
        /// The state of the entry.
        state: EntryState,
        /// The session that has it.
        session: Option<SessionId>,
        /// Since when.
        since: UnixTime,
    },
    /// Recovery: another device was confirmed first, so the copy that had arrived here was destroyed.
    ArrivedCopyDestroyed {
        /// The session that has it.
        session: Option<SessionId>,
        /// Since when.
        since: UnixTime,
    },
    /// Recovery: the safe says it knows nothing of this certificate. The certificate was kept.
    UnknownToSafe,
    /// Recovery: the safe found that its stored bytes were altered and keeps the entry. The certificate was kept.
    DamagedAtSafe,
    /// Recovery: the safe found that its ledger was set back. The certificate was kept.
    SafeRolledBack,
    /// Recovery: the safe says that the hash in the certificate is another one. The certificate was kept.
    CertificateHashUnknown,
    /// Recovery: the safe says that the certificate is another one. The certificate was kept.
    CertificateUnknown,
    /// Recovery: what the safe sent is not the value of the certificate. Nothing was stored.
    RecoveredBytesWrong,
    /// Recovery: what the safe sent is of a version this wallet does not read. It was given back to the safe.
    RecoveredUnreadable,
    /// Recovery was called off by the owner. The value is still at the safe.
    RecoveryCalledOff,
    /// Discarding: the safe says it knows nothing of this certificate. The certificate is gone all the same.
    DiscardedUnknownToSafe,
    /// Discarding: the safe found that its ledger was set back. The certificate is gone all the same.
    DiscardedAfterRollback,
    /// The safe refuses the request of this wallet as a whole.
    RefusedBySafe,
    /// There is no room in the wallet; the work waits.
    NoRoom {
        /// Bytes that are missing.
        missing: u64,
    },
    /// The browser's storage is full; nothing was changed, the work waits.
    StorageFull,
    /// The browser's storage failed; nothing was changed, the work waits.
    StorageFailed,
    /// A safe of this address shows another key than the one that was trusted. Nothing is sent there.
    SafeKeyChanged,
}

impl Kind {
    /// One of every kind, for tests that go over all of them.
    pub fn samples() -> alloc::vec::Vec<Kind> {
        let session = Some(SessionId::new([7; 16]));
        let since = UnixTime(953_078_400);
        let mut all = alloc::vec![
            Kind::CertificateHashWrong,
            Kind::CertificateDigestWrong,
            Kind::CertificateHolderWrong,
            Kind::CertificateForged,
            Kind::RegistrationRefused,
            Kind::TooLargeForSafe { limit: 1 << 20 },
            Kind::CalledOff,
            Kind::ArrivedCopyDestroyed { session, since },
            Kind::UnknownToSafe,
            Kind::DamagedAtSafe,
            Kind::SafeRolledBack,
            Kind::CertificateHashUnknown,
            Kind::CertificateUnknown,
            Kind::RecoveredBytesWrong,
            Kind::RecoveredUnreadable,
            Kind::RecoveryCalledOff,
            Kind::DiscardedUnknownToSafe,
            Kind::DiscardedAfterRollback,
            Kind::RefusedBySafe,
            Kind::NoRoom { missing: 300 },
            Kind::StorageFull,
            Kind::StorageFailed,
            Kind::SafeKeyChanged,
        ];
        for state in [
            EntryState::Registered,
            EntryState::Withdrawing,
            EntryState::Withdrawn,
            EntryState::Retired,
        ] {
            all.push(Kind::ReleasedElsewhere {
                state,
                session,
                since,
            });
        }
        all
    }
}
