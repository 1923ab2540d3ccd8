//! What is registered under the accounts of one owner, page by page.
//!
//! The order is that of the batches that gave the entries to their accounts: what comes new comes last. So whoever reads page
//! after page misses nothing that was there when they began, and sees a second time what was rotated meanwhile.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::message::EntryState;
use saifu_protocol::owner::Note;
use saifu_protocol::{Counter, SessionId, UnixTime, limits};

/// How many batches one page looks into. Nearly all of an account's may be empty: its entries are over, or went elsewhere.
pub const BATCHES: usize = 200;

/// Where an entry stands in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The batch by which its account has it: that of its last rotation, or else of its registration.
    pub batch: u64,
    /// The batch of its registration.
    pub seq: u64,
    /// Its place in that.
    pub item: u32,
}

impl Place {
    /// Reads a cursor. `None`: it never was one of this safe.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > limits::MAX_OWNER_CURSOR_BYTES {
            return None;
        }
        let mut parts = text.split('.');
        // As high as numbers go that a ledger can be asked for.
        let mut number = || {
            let number = parts.next()?.parse().ok()?;
            (number <= Counter::MAX.get()).then_some(number)
        };
        let place = Self {
            batch: number()?,
            seq: number()?,
            item: u32::try_from(number()?).ok()?,
        };
        parts.next().is_none().then_some(place)
    }

    /// As the wallet gets it.
    pub fn write(&self) -> String {
        format!("{}.{}.{}", self.batch, self.seq, self.item)
    }

    /// Before all entries of a batch. No batch of a registration has the number 0.
    const fn before(batch: u64) -> Self {
        Self {
            batch,
            seq: 0,
            item: 0,
        }
    }
}

/// One entry of an owner that is not over, or is, and still here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// Where it stands.
    pub place: Place,
    /// Its certificate, compact.
    pub certificate: String,
    /// Its state.
    pub state: EntryState,
    /// Since when that is so.
    pub since: UnixTime,
    /// The session it is or was open for.
    pub session: Option<SessionId>,
    /// How many bytes are registered.
    pub size: u64,
    /// The note that is kept with it.
    pub note: Option<Note>,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedPage {
    /// The entries.
    pub entries: Vec<Owned>,
    /// After which place the next page begins; `None` on the last.
    pub next: Option<Place>,
}

/// Makes a page of what `entries_of` says of each batch: its entries after a place, at most a number, in the order of their
/// places. `batches` ascend, begin with that of `after`, and are [`BATCHES`] and one more where there are as many. In
/// this way every ledger ends its pages in the same place.
///
/// # Errors
/// Those of `entries_of`.
pub fn page<E>(
    batches: &[u64],
    after: Option<Place>,
    most: usize,
    entries_of: impl Fn(u64, Place, usize) -> Result<Vec<Owned>, E>,
) -> Result<OwnedPage, E> {
    let mut entries: Vec<Owned> = Vec::new();
    for batch in batches.iter().take(BATCHES) {
        let within = after.filter(|after| after.batch == *batch);
        let from = within.unwrap_or(Place::before(*batch));
        // One more than there is room for says that there is another page.
        let room = most.saturating_sub(entries.len()).saturating_add(1);
        entries.extend(entries_of(*batch, from, room)?);
        if entries.len() > most {
            entries.truncate(most);
            let next = entries.last().map(|last| last.place);
            return Ok(OwnedPage { entries, next });
        }
    }
    let next = batches.get(BATCHES).map(|next| Place::before(*next));
    Ok(OwnedPage { entries, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_reads() {
        let place = Place {
            batch: Counter::MAX.get(),
            seq: 2,
            item: u32::MAX,
        };
        assert_eq!(Place::read(&place.write()), Some(place));
        let foreign = [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "1.2.x",
            "1.2.-3",
            "1.2.4294967296",
            "9007199254740992.2.3",
            "~",
        ];
        for text in foreign {
            assert_eq!(Place::read(text), None, "{text}");
        }
        assert_eq!(Place::read(&format!("{}1.2.3", "0".repeat(128))), None);
    }
}
