//! What an owner finds in a session. Straight from the ledger, which alone knows what is over.

use super::access::open;
use super::ledger::Loaded;
use crate::command::Asker;
use crate::decide::Context;
use crate::ledger::Ledger;
use crate::owned::{Owned, Place};
use saifu_protocol::certificate::read_claims_unverified;
use saifu_protocol::limits::MAX_OWNER_PAGE;
use saifu_protocol::message::{EntryState, Outcome};
use saifu_protocol::owner::{Act, Answer, OwnerEntry, OwnerListItem, OwnerPage};
use saifu_protocol::problem::Code;

/// One page of the entries of the owner's accounts, with their notes.
///
/// # Errors
/// Those of the ledger.
pub fn list<L: Ledger>(
    loaded: &Loaded,
    asker: &Asker,
    item: &OwnerListItem,
    context: &Context<'_>,
    ledger: &L,
) -> Result<Outcome<Answer<OwnerPage>>, L::Error> {
    let Some(access) = open(loaded, asker, &item.within, Act::List, context.now) else {
        return Ok(Outcome::Done(Answer::Out));
    };
    let after = item.after.as_deref().map(Place::read);
    if after == Some(None) {
        return Ok(Outcome::Problem(Code::Malformed.into()));
    }
    let page = ledger.owned(access.accounts(), after.flatten(), MAX_OWNER_PAGE)?;
    let entries = page.entries.into_iter();
    let entries = entries
        .filter(|owned| owned.state != EntryState::Retired || item.last_resort && is_key(owned));
    let entries = entries.map(|owned| {
        let is_over = matches!(owned.state, EntryState::Withdrawn | EntryState::Retired);
        OwnerEntry {
            since: is_over.then_some(owned.since),
            until: is_over.then(|| owned.since.plus(context.settings.grace_seconds)),
            session: owned.session.filter(|_| is_over),
            certificate: owned.certificate,
            state: owned.state,
            size: owned.size,
            note: owned.note,
        }
    });
    Ok(Outcome::Done(Answer::Done(OwnerPage {
        entries: entries.collect(),
        next: page.next.map(|place| place.write()),
    })))
}

/// Whether it is read, not used up. What its owner has given up stays that.
fn is_key(owned: &Owned) -> bool {
    read_claims_unverified(&owned.certificate).is_ok_and(|claims| !claims.class.is_released_once())
}
