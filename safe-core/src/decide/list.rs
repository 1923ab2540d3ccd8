//! Listing: certificates come from the index in the order of their counters; what is said of them, from the ledger.

use super::{AuditEvent, Context, search, work::Work};
use crate::index::{Cursor, Evidence, IndexPage};
use crate::ledger::Bytes;
use alloc::vec::Vec;
use saifu_protocol::certificate::read_claims_unverified;
use saifu_protocol::message::{ListItem, Listed, Outcome, Page};
use saifu_protocol::problem::Code;
use saifu_protocol::{Certificate, Counter, PublicKey};

pub(super) fn counters(evidence: &Evidence) -> Vec<Counter> {
    let pages = evidence.pages.iter();
    pages
        .flat_map(|page| match page {
            IndexPage::Unavailable => [].iter(),
            IndexPage::Read { certificates, .. } => certificates.iter(),
        })
        .filter_map(|compact| read_claims_unverified(compact).ok())
        .map(|claims| claims.counter)
        .collect()
}

pub(super) fn list(
    work: &mut Work,
    account: PublicKey,
    items: &[ListItem],
    context: &Context<'_>,
) -> Vec<Outcome<Page>> {
    let mut pages = context.evidence.pages.iter();
    items
        .iter()
        .map(|item| {
            let page = pages.next().unwrap_or(&IndexPage::Unavailable);
            match (Cursor::read(item.after.as_deref()), page) {
                (None, _) => Outcome::Problem(Code::Malformed.into()),
                (_, IndexPage::Unavailable) => Outcome::Problem(Code::IndexUnavailable.into()),
                (_, IndexPage::Read { certificates, next }) => Outcome::Done(Page {
                    certificates: certificates
                        .iter()
                        .filter_map(|compact| look_up(work, account, compact, context))
                        .collect(),
                    next: next.clone(),
                }),
            }
        })
        .collect()
}

/// The index filters by a short tag, which another account may share by chance or on purpose: whose an entry is, the
/// ledger says. Entries whose bytes are gone are left out, and so are certificates that were replaced: the index keeps
/// them, under the account that had them.
fn look_up(
    work: &mut Work,
    account: PublicKey,
    compact: &str,
    context: &Context<'_>,
) -> Option<Listed> {
    let certificate = Certificate::verify(compact, &context.keys.signing_public()).ok()?;
    let counter = certificate.claims().counter;
    let found =
        work.loaded.entries.values().find(|loaded| {
            loaded.entry.key.counter == counter && loaded.entry.certificate == compact
        });
    let Some(loaded) = found else {
        if !search::is_replaced(&work.loaded.entries, certificate.claims()) {
            work.report(AuditEvent::RolledBack);
        }
        return None;
    };
    (loaded.entry.account == account && loaded.bytes != Bytes::Gone).then(|| Listed {
        certificate: compact.into(),
        state: loaded.entry.state.told(),
    })
}
