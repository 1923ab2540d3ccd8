//! Notices: what an owner must know and acknowledge. A notice names what happened; the words, in two halves — what
//! happened, what to do now — are the page's, matched without a wildcard so that a new kind breaks the build there.

use crate::books::Elsewhere;
use crate::ids::ItemId;
use crate::plan::part::PartError;
use crate::plan::{Failure, Why, WhyRefused};
use crate::rules::RuleId;
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

impl Notice {
    /// Whether it says that something waits for room.
    pub const fn is_of_room(&self) -> bool {
        matches!(self.kind, Kind::NoRoom { .. })
    }
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
    /// Back-up: a part would be larger than any safe takes. The value stayed.
    TooLarge {
        /// The limit of the format in bytes.
        limit: u64,
    },
    /// Back-up: the value here is of a version this wallet does not read. It stayed, and nothing was sent.
    ValueUnreadable,
    /// Back-up was called off by the owner. The value stayed.
    CalledOff,
    /// Moving to other safes: something else that is told kept the successor from being registered. All stayed where it was.
    MoveCalledOff,
    /// Recovery: the value is open on, or was handed to, another device; the safe proves it with a signed receipt.
    ReleasedElsewhere(Elsewhere),
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
    /// Last copy: it is here. It may already have been used.
    LastCopyHere,
    /// Last copy: the safe has deleted what was handed out, because the time for which it keeps that is over.
    LastCopyOver {
        /// When it was handed out.
        since: UnixTime,
    },
    /// Last copy: what the safe sent is not what was registered. Nothing was stored.
    LastCopyWrong,
    /// What may already have been used is not handed over. Nothing was changed.
    MarkedStays,
    /// Audit: the safe has not what was registered, by what it shows or by its own word.
    AuditFailed {
        /// When it was last seen to have it.
        held_at: Option<UnixTime>,
    },
    /// Audit: the safe says that there is nothing to this certificate, or nothing any more.
    AuditGone {
        /// When it was last seen to have it.
        held_at: Option<UnixTime>,
    },
    /// Audit: the safe answers, and has shown nothing for weeks.
    AuditRefused {
        /// For how many.
        weeks: u64,
        /// When it was last seen to have it.
        held_at: Option<UnixTime>,
    },
    /// Recovery: the device that registered it said no. The certificate was kept.
    OwnerSaidNo,
    /// Somebody else, or another device of the owner's, asks for what this wallet has at a safe.
    SomebodyWaits {
        /// When they get the first of it, unless they are refused.
        until: UnixTime,
    },
    /// The safe takes no word of this wallet on how long others wait for it. It was not told.
    WaitRefused,
    /// The safe does not know the account that was decided about.
    AskerUnknown,
    /// The safe does not call the push service of this browser, or none.
    NotWoken,
    /// Freezing: the owner gets in there by one kind of way only, so nobody could lift it. Nothing was frozen.
    FreezeTooFewWays,
    /// Freezing: the safe wants a session for it. Nothing was frozen.
    FreezeNeedsWay,
    /// Discarding: the safe says it knows nothing of this certificate. The certificate is gone all the same.
    DiscardedUnknownToSafe,
    /// Discarding: the safe found that its ledger was set back. The certificate is gone all the same.
    DiscardedAfterRollback,
    /// Taking over: this is no bearer paper, or of a version this wallet does not read. Nothing was changed.
    PaperUnreadable,
    /// Taking over: a safe the paper is for is not trusted yet, or is another than the one at that address. Nothing was
    /// changed.
    PaperOfStrangeSafe {
        /// Where the safe is.
        address: String,
    },
    /// Taking over: what the paper stands for is in this wallet already.
    PaperAlreadyHere,
    /// Taking over: the safe does not know it, or somebody has been quicker.
    PaperWorthless,
    /// Something works on what it is about, so what was wanted was not done. Nothing was changed.
    Busy,
    /// The plan does not fit the value, the safes or the key it is to be used with. Nothing was changed.
    PlanDoesNotFit,
    /// The key is not here, or not of the form the plan needs. Nothing was changed.
    KeyUnusable,
    /// Handing over: with it would go the key that other backups open with. Nothing was changed.
    KeyNeeded,
    /// Discarding a key: backups open with nothing else. Nothing was changed.
    KeyOpensOthers {
        /// What the first of them holds.
        first: String,
        /// How many more there are.
        others: u64,
    },
    /// Recovery: what came back cannot be put together. It was given back to the safes.
    Apart {
        /// Why.
        why: Apart,
    },
    /// The safe refuses the request of this wallet as a whole.
    RefusedBySafe,
    /// The safe is of a version that does not know what it is asked. The work waits, and is tried again now and then.
    SafeTooOld,
    /// There is no room in the wallet; the work waits.
    NoRoom {
        /// Bytes that are missing.
        missing: u64,
    },
    /// A rule that ran left values where they were: called off, refused, or in use by then.
    RoundLeft {
        /// The rule.
        rule: RuleId,
        /// How many.
        stayed: u32,
    },
    /// It can be used until tomorrow, or until today.
    EndsTomorrow {
        /// So many others, too.
        others: u64,
    },
    /// The browser's storage is full; nothing was changed, the work waits.
    StorageFull,
    /// The browser's storage failed; nothing was changed, the work waits.
    StorageFailed,
    /// Enrolling: somebody has this name at the safe. Nothing was changed there.
    OwnerNameTaken,
    /// Logging in: name and secret do not open at the safe.
    SecretWrong,
    /// Enrolling at other safes: the secret is not the one that is enrolled. Nothing was changed.
    SecretOther,
    /// Backing up: it is for money, and the password that opens at the safes is too weak for that. The value stayed. Where it is of
    /// nothing that has a name: papers that were to be taken over. Their safes were told nothing.
    SecretTooWeak,
    /// Enrolling: money lies at safes, and the password is too weak for that. Nothing was changed.
    MoneyAtSafes,
    /// Logging in: what the safe keeps for the owner is not what they have left there.
    OwnerRecordDamaged,
    /// Logging in: the safe ended the session twice before everything was said.
    OwnerSessionEnded,
    /// Logging in: the device is not known at the safe.
    DeviceUnknown,
    /// Adding a device: its authenticator can't keep a secret, and alone the safe would have everything. Nothing was changed.
    DeviceKeepsNoSecret,
    /// Adding a passkey: it derives nothing, so its share of the root lies at the safe without a seal. It was added.
    DeviceShareOpen {
        /// How many safes together have the root where that is so.
        needed: u8,
    },
    /// Adding a device: there are as many as there may be. Nothing was changed.
    DeviceTooMany,
    /// Adding a device: what it said does not hold at the safe. Nothing was changed.
    DeviceNotProved,
    /// Restoring: this wallet has backups of its own. Nothing was changed.
    NotEmpty,
    /// A safe of this address shows another key than the one that was trusted. Nothing is sent there.
    SafeKeyChanged,
    /// Rehearsal: so many parts were not there as they should be. The others were enough.
    RehearsalFoundBad {
        /// How many.
        bad: u8,
        /// Of how many.
        of: u8,
    },
    /// Rehearsal: what is left at the safes does not come back. Nothing was changed by finding out.
    RehearsalFailed,
}

/// Why what came back cannot be put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Apart {
    /// There are fewer pieces than are needed.
    TooFewPieces {
        /// How many there are.
        have: u8,
        /// How many it takes.
        need: u8,
    },
    /// There are fewer shares of the key than are needed.
    TooFewShares {
        /// How many there are by themselves.
        have: u8,
        /// How many it takes, with those coupled to data.
        need: u8,
    },
    /// Fewer safes answered than have to confirm.
    TooFewSafes {
        /// How many did.
        have: u8,
        /// How many have to.
        need: u8,
    },
    /// There is no key.
    KeyMissing,
    /// There is a key, but another one.
    WrongKey,
    /// The key is made of a seed by an algorithm this wallet does not have. The seed is kept.
    UnknownAlgorithm {
        /// Its name.
        name: String,
        /// Its version.
        version: u8,
    },
    /// The parts are genuine, but do not open where they stand.
    DoesNotOpen,
    /// The inside does not read.
    Malformed,
    /// A part was altered, or was never this wallet's.
    Forged,
    /// A part is of another set.
    OtherSet,
    /// A part is there twice.
    Duplicate,
    /// A share of the key is altered or of another set.
    BadShare {
        /// Its number, from 1.
        number: u8,
    },
    /// A part is of a version or a suite this wallet does not know.
    Unknown,
    /// A part is larger than parts are.
    TooLarge,
}

impl Apart {
    /// What to tell of a failure: the part that was refused, if one was, for it is the cause.
    pub(crate) fn of(failure: &Failure) -> Self {
        if let Why::UnknownAlgorithm(algorithm) = &failure.why {
            return Apart::UnknownAlgorithm {
                name: algorithm.name().into(),
                version: algorithm.version(),
            };
        }
        if let Some(refused) = failure.refused.first() {
            return match refused.why {
                WhyRefused::Unreadable(PartError::TooLarge) => Apart::TooLarge,
                WhyRefused::Unreadable(PartError::UnknownVersion | PartError::UnknownSuite) => {
                    Apart::Unknown
                }
                WhyRefused::Unreadable(PartError::Malformed) | WhyRefused::Forged => Apart::Forged,
                WhyRefused::OtherGroup | WhyRefused::Contradicts => Apart::OtherSet,
                WhyRefused::Duplicate => Apart::Duplicate,
                WhyRefused::BadShare { number } => Apart::BadShare { number },
                WhyRefused::NotAKey => Apart::WrongKey,
            };
        }
        match failure.why {
            Why::TooFewPieces { have, need } => Apart::TooFewPieces { have, need },
            Why::TooFewShares { have, need } => Apart::TooFewShares { have, need },
            Why::KeyMissing { .. } => Apart::KeyMissing,
            Why::WrongKey { .. } => Apart::WrongKey,
            Why::DoesNotOpen => Apart::DoesNotOpen,
            Why::NoParts | Why::Malformed | Why::UnknownAlgorithm(_) => Apart::Malformed,
        }
    }

    /// One of every reason, for tests that go over all of them.
    pub fn samples() -> alloc::vec::Vec<Apart> {
        alloc::vec![
            Apart::TooFewPieces { have: 1, need: 2 },
            Apart::TooFewShares { have: 1, need: 2 },
            Apart::TooFewSafes { have: 1, need: 2 },
            Apart::KeyMissing,
            Apart::WrongKey,
            Apart::UnknownAlgorithm {
                name: "argon".into(),
                version: 2,
            },
            Apart::DoesNotOpen,
            Apart::Malformed,
            Apart::Forged,
            Apart::OtherSet,
            Apart::Duplicate,
            Apart::BadShare { number: 2 },
            Apart::Unknown,
            Apart::TooLarge,
        ]
    }
}

impl Kind {
    /// Whether it says of papers that they were not taken over.
    pub fn is_of_papers(&self) -> bool {
        matches!(
            self,
            Kind::PaperUnreadable
                | Kind::PaperOfStrangeSafe { .. }
                | Kind::PaperAlreadyHere
                | Kind::SecretTooWeak
                | Kind::Busy
        )
    }

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
            Kind::TooLarge { limit: 1 << 20 },
            Kind::ValueUnreadable,
            Kind::CalledOff,
            Kind::MoveCalledOff,
            Kind::ArrivedCopyDestroyed { session, since },
            Kind::AuditFailed {
                held_at: Some(since),
            },
            Kind::AuditFailed { held_at: None },
            Kind::AuditGone { held_at: None },
            Kind::AuditRefused {
                weeks: 4,
                held_at: Some(since),
            },
            Kind::UnknownToSafe,
            Kind::DamagedAtSafe,
            Kind::SafeRolledBack,
            Kind::CertificateHashUnknown,
            Kind::CertificateUnknown,
            Kind::RecoveredBytesWrong,
            Kind::RecoveredUnreadable,
            Kind::RecoveryCalledOff,
            Kind::LastCopyHere,
            Kind::LastCopyOver { since },
            Kind::LastCopyWrong,
            Kind::MarkedStays,
            Kind::OwnerSaidNo,
            Kind::SomebodyWaits {
                until: UnixTime(953_251_200),
            },
            Kind::WaitRefused,
            Kind::AskerUnknown,
            Kind::NotWoken,
            Kind::FreezeTooFewWays,
            Kind::FreezeNeedsWay,
            Kind::DiscardedUnknownToSafe,
            Kind::DiscardedAfterRollback,
            Kind::RefusedBySafe,
            Kind::SafeTooOld,
            Kind::NoRoom { missing: 300 },
            Kind::RoundLeft {
                rule: RuleId::NEW,
                stayed: 2,
            },
            Kind::EndsTomorrow { others: 0 },
            Kind::EndsTomorrow { others: 2 },
            Kind::StorageFull,
            Kind::StorageFailed,
            Kind::SafeKeyChanged,
            Kind::RehearsalFoundBad { bad: 1, of: 3 },
            Kind::RehearsalFailed,
            Kind::OwnerNameTaken,
            Kind::SecretWrong,
            Kind::SecretOther,
            Kind::SecretTooWeak,
            Kind::MoneyAtSafes,
            Kind::OwnerRecordDamaged,
            Kind::OwnerSessionEnded,
            Kind::DeviceUnknown,
            Kind::DeviceKeepsNoSecret,
            Kind::DeviceShareOpen { needed: 2 },
            Kind::DeviceTooMany,
            Kind::DeviceNotProved,
            Kind::NotEmpty,
            Kind::PaperUnreadable,
            Kind::PaperOfStrangeSafe {
                address: "https://safe.example".into(),
            },
            Kind::PaperAlreadyHere,
            Kind::PaperWorthless,
            Kind::Busy,
            Kind::PlanDoesNotFit,
            Kind::KeyUnusable,
            Kind::KeyNeeded,
            Kind::KeyOpensOthers {
                first: "A".into(),
                others: 2,
            },
        ];
        all.extend(Apart::samples().into_iter().map(|why| Kind::Apart { why }));
        for state in [
            EntryState::Registered,
            EntryState::Withdrawing,
            EntryState::Withdrawn,
            EntryState::Retired,
        ] {
            all.push(Kind::ReleasedElsewhere(Elsewhere {
                state,
                session,
                since,
            }));
        }
        all
    }
}
