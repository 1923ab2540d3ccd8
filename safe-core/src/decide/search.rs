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
    match search(&work.loaded.entries, wanted, holder) {
        Err(Code::NotFound) if has_witness(&work.loaded.entries, wanted, holder, context) => {
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

/// Whether a rotation has put a genuine certificate out of force. Then that it finds no entry says nothing of the ledger.
pub(super) fn is_replaced(entries: &Entries, claims: &Claims) -> bool {
    let mut entries = entries.values().map(|loaded| &loaded.entry);
    entries.any(|entry| entry.has_replaced(claims))
}

/// Whether what is presented is this certificate.
pub(super) fn is_wanted(wanted: &Wanted, compact: &str, claims: &Claims) -> bool {
    agrees(&wanted.hash, &claims.hash)
        && match &wanted.whole {
            Whole::Compact(wanted) => wanted == compact,
            Whole::Digest(digest) => claims.digest == *digest,
        }
}

/// A presented hash agrees with the stored one in every form that was presented.
fn agrees(presented: &ObjectHash, stored: &ObjectHash) -> bool {
    presented.sha256 == stored.sha256 && presented.md5.is_none_or(|md5| stored.md5 == Some(md5))
}

/// Whether there is a certificate of this safe for this holder that fits what is wanted: the whole one that is
/// presented, or for a bare one what the index said. One that was replaced by a rotation proves nothing.
///
/// Only this safe's own signature makes it one. The index may be stale, set back, or written by somebody else; nothing
/// in it is believed without that signature, which is looked at last, because it costs the most.
fn has_witness(
    entries: &Entries,
    wanted: &Wanted,
    holder: HolderId,
    context: &Context<'_>,
) -> bool {
    let candidates = match &wanted.whole {
        Whole::Compact(compact) => core::slice::from_ref(compact),
        Whole::Digest(_) => context.evidence.certificates.as_slice(),
    };
    let public = context.keys.signing_public();
    candidates.iter().any(|compact| {
        let fits = read_claims_unverified(compact).is_ok_and(|claims| {
            claims.holder == holder
                && claims.counter == wanted.counter
                && agrees(&wanted.hash, &claims.hash)
                && match &wanted.whole {
                    Whole::Compact(_) => true,
                    Whole::Digest(digest) => claims.digest == *digest,
                }
                && !is_replaced(entries, &claims)
        });
        fits && Certificate::verify(compact, &public).is_ok()
    })
}
