//! The search of WO 01/13293, Fig. 4: the group of entries with the counter, narrowed by hash, the whole compared.
//!
//! Holders come before the search: an entry of another holder is invisible, so a stranger gets the same answer whether
//! a certificate exists or not.

use super::{AuditEvent, Context, work::Work};
use crate::command::{Wanted, Whole};
use crate::entry::EntryKey;
use crate::ledger::LoadedEntry;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use saifu_protocol::certificate::{Claims, ObjectHash, read_claims_unverified};
use saifu_protocol::problem::Code;
use saifu_protocol::{Certificate, HolderId};

type Entries = BTreeMap<EntryKey, LoadedEntry>;

/// Finds the entry of a presented certificate.
pub(super) fn locate(
    work: &mut Work,
    wanted: Option<&Wanted>,
    proved: Option<HolderId>,
    context: &Context<'_>,
) -> Result<EntryKey, Code> {
    let (Some(wanted), Some(holder)) = (wanted, proved) else {
        return Err(Code::NotFound);
    };
    let witness = witness(wanted, holder, context);
    // The index finds the whole certificate of a bare one; without it the ledger answers the bare one itself.
    let found = match (&wanted.whole, &witness) {
        (Whole::Digest(_), Some(certificate)) => {
            let whole = Wanted {
                whole: Whole::Compact(certificate.compact().into()),
                ..wanted.clone()
            };
            search(&work.loaded.entries, &whole, holder)
        }
        _ => search(&work.loaded.entries, wanted, holder),
    };
    match found {
        Err(Code::NotFound) if witness.is_some() => {
            work.report(AuditEvent::RolledBack);
            Err(Code::RolledBack)
        }
        other => other,
    }
}

/// Whether the ledger has no entry for this holder under this counter.
pub(super) fn is_missing(entries: &Entries, wanted: &Wanted, holder: HolderId) -> bool {
    matches!(search(entries, wanted, holder), Err(Code::NotFound))
}

fn search(entries: &Entries, wanted: &Wanted, holder: HolderId) -> Result<EntryKey, Code> {
    let group: Vec<&LoadedEntry> = entries
        .values()
        .filter(|loaded| {
            loaded.entry.key.counter == wanted.counter && loaded.entry.holder == holder
        })
        .collect();
    if group.is_empty() {
        return Err(Code::NotFound);
    }
    let narrowed: Vec<(&LoadedEntry, Option<Claims>)> = group
        .into_iter()
        .filter(|loaded| loaded.entry.sha256 == wanted.hash.sha256)
        .map(|loaded| {
            let claims = read_claims_unverified(&loaded.entry.certificate).ok();
            (loaded, claims)
        })
        .filter(|(_, claims)| {
            let stored = claims.as_ref().map(|claims| claims.hash);
            stored.is_none_or(|stored| agrees(&wanted.hash, &stored))
        })
        .collect();
    if narrowed.is_empty() {
        return Err(Code::HashMismatch);
    }
    narrowed
        .into_iter()
        .find(|(loaded, claims)| match &wanted.whole {
            Whole::Compact(compact) => *compact == loaded.entry.certificate,
            Whole::Digest(digest) => claims
                .as_ref()
                .is_some_and(|claims| claims.digest == *digest),
        })
        .map(|(loaded, _)| loaded.entry.key)
        .ok_or(Code::CertificateMismatch)
}

/// A presented hash agrees with the stored one in every form that was presented.
fn agrees(presented: &ObjectHash, stored: &ObjectHash) -> bool {
    presented.sha256 == stored.sha256 && presented.md5.is_none_or(|md5| stored.md5 == Some(md5))
}

/// A certificate of this safe for this holder that fits what is wanted: from the index, or the presented one itself.
///
/// Only this safe's own signature makes it one. The index may be stale, set back, or written by somebody else; nothing
/// in it is believed without that signature.
fn witness(wanted: &Wanted, holder: HolderId, context: &Context<'_>) -> Option<Certificate> {
    let public = context.keys.signing_public();
    let presented = match &wanted.whole {
        Whole::Compact(compact) => Some(compact),
        Whole::Digest(_) => None,
    };
    context
        .evidence
        .certificates
        .iter()
        .chain(presented)
        .filter_map(|compact| Certificate::verify(compact, &public).ok())
        .find(|certificate| {
            let claims = certificate.claims();
            claims.holder == holder
                && claims.counter == wanted.counter
                && agrees(&wanted.hash, &claims.hash)
                && match &wanted.whole {
                    Whole::Compact(compact) => compact == certificate.compact(),
                    Whole::Digest(digest) => claims.digest == *digest,
                }
        })
}
