//! What audits have found: whether a safe still has the bytes of a certificate.

use super::{Books, CertificateItem, Standing};
use crate::ids::ItemId;
use saifu_protocol::message::EntryState;
use saifu_protocol::{SafeId, UnixTime};
use serde::{Deserialize, Serialize};

/// How often safes are audited, in days, if the owner says nothing else.
pub(crate) const AUDIT_DAYS: u32 = 7;

/// A clock is not wrong by more than this, in seconds, unless it was set wrong.
const MOST_AHEAD: u64 = 86_400;

/// Whether so many seconds have passed since then. A time that is far ahead was told by a clock that was set wrong, and is not
/// waited for.
pub(crate) fn have_passed(seconds: u64, since: UnixTime, now: UnixTime) -> bool {
    now >= since.plus(seconds) || since > now.plus(MOST_AHEAD)
}

/// For how many weeks a safe may answer audits without showing anything before its owner is told: what it says is the reason needs no
/// signature, so it could say so for ever.
const MOST_WEEKS: u64 = 4;

/// The last audit of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// When.
    pub at: UnixTime,
    /// What was found.
    pub found: Found,
    /// When the safe was last seen to have the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_at: Option<UnixTime>,
    /// Since when the safe has answered, and shown nothing, each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_since: Option<UnixTime>,
}

impl Audit {
    /// For how many weeks it has not been shown; none before that is too long.
    pub fn weeks_refused(&self) -> Option<u64> {
        let seconds = self.at.0.saturating_sub(self.refused_since?.0);
        let weeks = seconds / (7 * 86_400);
        (weeks >= MOST_WEEKS).then_some(weeks)
    }
}

/// What an audit has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// The safe has shown the chunks that were drawn.
    Held,
    /// What it has shown is not what was registered, or it says itself that it has lost it.
    NotHeld,
    /// The safe says that there is nothing to this certificate.
    Gone,
    /// The safe has proved by a signed receipt that it was handed out, or ended.
    Elsewhere,
    /// The safe shows nothing for a reason that is none to doubt it: it is frozen, others wait for it, or it is open elsewhere.
    NotShown,
}

impl Found {
    /// Whether the safe does not have it any more.
    pub fn is_loss(self) -> bool {
        match self {
            Found::NotHeld | Found::Gone | Found::Elsewhere => true,
            Found::Held | Found::NotShown => false,
        }
    }
}

/// By whom something is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// By the safe.
    Safe,
    /// By this wallet, whose record does not read: the safe was not asked.
    Wallet,
}

/// What is known of a certificate from audits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audited {
    /// There is nothing to hold an audit against: the certificate is of before there were audits.
    NotOffered,
    /// It was never audited.
    NotYet,
    /// It was.
    Last(Audit),
}

impl CertificateItem {
    /// What audits have found of it.
    pub fn audited(&self) -> Audited {
        match (self.possession, self.audit) {
            (_, Some(audit)) => Audited::Last(audit),
            (Some(_), None) => Audited::NotYet,
            (None, None) => Audited::NotOffered,
        }
    }

    /// The same after an audit.
    #[must_use]
    pub(crate) fn with_audit(&self, found: Found, by: By, at: UnixTime) -> Self {
        let held_at = match found {
            Found::Held => Some(at),
            Found::NotHeld | Found::Gone | Found::Elsewhere | Found::NotShown => {
                self.audit.and_then(|audit| audit.held_at)
            }
        };
        let refused_since = match (found, by) {
            (Found::NotShown, By::Safe) => {
                let since = self.audit.and_then(|audit| audit.refused_since);
                Some(since.unwrap_or(at))
            }
            _ => None,
        };
        let audit = Some(Audit {
            at,
            found,
            held_at,
            refused_since,
        });
        Self {
            audit,
            ..self.clone()
        }
    }

    fn may_be_audited(&self) -> bool {
        let is_over = matches!(self.standing, Standing::Elsewhere(proof)
            if matches!(proof.state, EntryState::Withdrawn | EntryState::Retired));
        self.possession.is_some() && !is_over
    }

    /// Whether so many seconds have passed since the last audit, or the registration: the safe had the bytes then. One that its
    /// owner called off counts.
    fn is_audit_due(&self, every: u64, now: UnixTime) -> bool {
        let last = self.audit.map_or(self.issued_at, |audit| audit.at);
        let times = [Some(last), self.audit_called_off_at];
        let mut times = times.into_iter().flatten();
        times.all(|since| have_passed(every, since, now))
    }
}

impl Books {
    /// What audits have found of a certificate.
    pub fn audited(&self, certificate: ItemId) -> Option<Audited> {
        self.certificate(certificate).map(CertificateItem::audited)
    }

    /// The certificates at a safe that can be audited now: what a flow works on is on its way.
    pub(crate) fn auditable(&self, safe: SafeId) -> impl Iterator<Item = ItemId> {
        self.certificates()
            .filter(move |(_, it)| it.safe == safe && it.may_be_audited())
            .map(|(id, _)| id)
            .filter(|id| self.lock(*id).is_none())
    }

    /// Whether one of those was not looked at for so long as the owner wants.
    pub(crate) fn is_audit_due(&self, safe: SafeId, now: UnixTime) -> bool {
        let days = u64::from(self.ledger().audit_days);
        let is_due = |id: ItemId| {
            let certificate = self.certificate(id);
            certificate.is_some_and(|it| it.is_audit_due(days * 86_400, now))
        };
        days > 0 && self.auditable(safe).any(is_due)
    }
}
