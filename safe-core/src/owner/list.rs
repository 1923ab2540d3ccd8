//! What an owner finds in a session. Straight from the ledger, which alone knows what is over.

use super::access::open;
use super::ledger::Loaded;
use crate::command::Asker;
use crate::ledger::Ledger;
use crate::owned::Place;
use saifu_protocol::UnixTime;
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
    now: UnixTime,
    ledger: &L,
) -> Result<Outcome<Answer<OwnerPage>>, L::Error> {
    let Some(access) = open(loaded, asker, &item.within, Act::List, now) else {
        return Ok(Outcome::Done(Answer::Out));
    };
    let after = item.after.as_deref().map(Place::read);
    if after == Some(None) {
        return Ok(Outcome::Problem(Code::Malformed.into()));
    }
    let page = ledger.owned(access.accounts(), after.flatten(), MAX_OWNER_PAGE)?;
    let entries = page.entries.into_iter().map(|owned| OwnerEntry {
        certificate: owned.certificate,
        state: owned.state,
        since: (owned.state == EntryState::Withdrawn).then_some(owned.since),
        size: owned.size,
        note: owned.note,
    });
    Ok(Outcome::Done(Answer::Done(OwnerPage {
        entries: entries.collect(),
        next: page.next.map(|place| place.write()),
    })))
}
