//! What a ledger does: load what a command needs, apply what was decided.
//!
//! Between `load` and `apply` nothing else may happen to the ledger. The implementations have no await in either, and
//! the Durable Object runs both inside one `transactionSync`.

use crate::entry::{Batch, Entry, EntryKey};
use crate::hold::Hold;
use crate::order::{Obedient, Seen};
use crate::owned::{OwnedPage, Place};
use crate::push::Subscription;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use saifu_protocol::hold::Asked;
#[cfg(doc)]
use saifu_protocol::limits::MAX_ASKED;
use saifu_protocol::owner::{Frozen, Note};
use saifu_protocol::{Counter, HolderId, PublicKey, RequestId, UnixTime};

/// What to load. Whether the newest batch is needed is not asked: it is one row and always loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Need {
    /// The group of entries with each of these counters.
    pub groups: BTreeSet<Counter>,
    /// Load the bytes of those entries whose holder is one of these: a stranger moves no bytes.
    pub objects_of: BTreeSet<HolderId>,
    /// How many bytes of objects to load in all.
    pub object_bytes: usize,
    /// The batches of these requests, with their entries.
    pub batches: BTreeSet<(PublicKey, RequestId)>,
    /// Everything this account has waited for.
    pub asked_by: Option<PublicKey>,
    /// Those who wait for what this account has, those about whom nothing is said first, then those who asked first, at most [`MAX_ASKED`].
    pub asked_of: Option<PublicKey>,
    /// Where this account is woken.
    pub push_of: Option<PublicKey>,
}

/// The bytes of a loaded entry.
#[derive(Clone, PartialEq, Eq)]
pub enum Bytes {
    /// Not asked for, but there.
    NotAsked,
    /// Here they are.
    Here(Arc<[u8]>),
    /// They were purged.
    Gone,
    /// There, but [`Need::object_bytes`] was spent.
    OverBudget,
}

/// An entry with its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct LoadedEntry {
    /// The entry.
    pub entry: Entry,
    /// Its bytes.
    pub bytes: Bytes,
}

/// What was loaded.
#[derive(Clone, Default)]
pub struct Loaded {
    /// The batch with the highest sequence number.
    pub newest: Option<Batch>,
    /// The batches that were asked for and exist.
    pub batches: Vec<Batch>,
    /// The entries of the groups and batches that were asked for.
    pub entries: BTreeMap<EntryKey, LoadedEntry>,
    /// Who waits: whose it is, and who wants it.
    pub asked: Vec<(PublicKey, Asked)>,
    /// Where the account of [`Need::push_of`] is woken.
    pub push: Option<Subscription>,
    /// The accounts whose owners have frozen what is theirs. Not of this ledger: [`crate::freeze`] adds them.
    pub frozen: BTreeMap<PublicKey, Frozen>,
}

/// One change. All changes of a decision are applied together or not at all.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// A new batch. Fails if its sequence number or its (account, request) exists.
    CreateBatch(Batch),
    /// A new entry of a batch, without a note. Fails if its key exists.
    CreateEntry {
        /// The entry.
        entry: Entry,
        /// Its bytes.
        object: Arc<[u8]>,
    },
    /// Another state of an entry: `state`, `since` and `returned` are taken over, nothing else. Fails without an entry.
    ReplaceState(Entry),
    /// Another holder of an entry: `holder`, `certificate`, `account` and `rotation` are taken over, nothing else; note and
    /// wait go, and whose orders it obeyed. Fails without an entry, without a rotation, or where account and request are not those of the rotation's batch.
    ReplaceHolder(Entry),
    /// This note is kept with an entry instead of any other, until its holder is replaced. Fails without an entry.
    PutNote {
        /// The entry.
        key: EntryKey,
        /// The note.
        note: Note,
    },
    /// Others wait so long for an entry, until its holder is replaced. Fails without an entry.
    PutHold {
        /// The entry.
        key: EntryKey,
        /// How long.
        hold: Hold,
    },
    /// Somebody waits for what `of` has, or is told what becomes of that.
    PutAsked {
        /// Whose entries.
        of: PublicKey,
        /// Who, and what is known of it from now on.
        asked: Asked,
    },
    /// This account is woken there, or nowhere any more.
    PutPush {
        /// Whose.
        of: PublicKey,
        /// Where, and what is due.
        subscription: Option<Subscription>,
    },
    /// Somebody begins to wait for what `of` has: [`Subscription::remind`]. Nothing happens where that account is not woken.
    Remind {
        /// Whose entries.
        of: PublicKey,
        /// The safe's clock.
        now: UnixTime,
    },
    /// The entry obeys orders that are signed with this key, until its holder is replaced. If another entry does already, nothing
    /// happens: whoever brings an order knows its key, and must not lead it elsewhere. Fails without an entry.
    PutOrders {
        /// The entry.
        key: EntryKey,
        /// Whose orders.
        orders: PublicKey,
    },
    /// An order was taken: no other one has its request id until it is of no time any more. Those that are not go.
    TakeOrder {
        /// What is remembered of it.
        seen: Seen,
        /// The safe's clock.
        now: UnixTime,
    },
    /// The bytes of an entry and its note go, the tombstone and [`Entry::note`] stay. Fails without an entry.
    Purge(EntryKey),
    /// The certificates of all batches up to this one are in the index. 0 has the whole index written again.
    Published(u64),
}

/// What is to be written to the index for one batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Publication {
    /// The batch.
    pub seq: u64,
    /// Who asked.
    pub account: PublicKey,
    /// Of a registration: its certificates as they were registered, in the order of its items. Of a rotation: those of
    /// its certificates that hold, in the order of their entries' keys.
    pub certificates: Vec<(Counter, String)>,
    /// How they lie in the index.
    pub layout: Layout,
}

/// How the certificates of a batch lie in the index. Whenever they are written again, keys and values must be the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// As few keys as possible: the certificates of a registration are the same for ever.
    Together,
    /// A key for each: the certificates of a rotation go one by one, when their entries are rotated again.
    Alone,
}

/// A ledger.
pub trait Ledger {
    /// Why it could not: the adapter's affair. The wallet hears `Internal`.
    type Error;

    /// Loads what a command needs.
    ///
    /// # Errors
    /// The storage failed or holds what this software did not write.
    fn load(&self, need: &Need) -> Result<Loaded, Self::Error>;

    /// Applies all changes or none.
    ///
    /// # Errors
    /// Nothing was changed then.
    fn apply(&mut self, changes: &[Change]) -> Result<(), Self::Error>;

    /// The oldest batches that are not in the index, at most `most`, batches without entries included.
    ///
    /// # Errors
    /// As [`Ledger::load`].
    fn outbox(&self, most: usize) -> Result<Vec<Publication>, Self::Error>;

    /// The entries that were over by `until` and still have bytes: those over for longest first, equally old ones in the
    /// order of their keys, at most `most`.
    ///
    /// # Errors
    /// As [`Ledger::load`].
    fn purgeable(&self, until: UnixTime, most: usize) -> Result<Vec<EntryKey>, Self::Error>;

    /// Since when the first entry is over that still has bytes.
    ///
    /// # Errors
    /// As [`Ledger::load`].
    fn oldest_over(&self) -> Result<Option<UnixTime>, Self::Error>;

    /// The entries of these accounts that are not over, or still have their bytes, in the order of their places, after one if it is named: made by
    /// [`crate::owned::page`].
    ///
    /// # Errors
    /// As [`Ledger::load`].
    fn owned(
        &self,
        accounts: &[PublicKey],
        after: Option<Place>,
        most: usize,
    ) -> Result<OwnedPage, Self::Error>;

    /// The entry that obeys orders signed with this key.
    ///
    /// # Errors
    /// As [`Ledger::load`].
    fn obedient(&self, orders: &PublicKey) -> Result<Option<Obedient>, Self::Error>;

    /// What is remembered of an order with this key and request id, if anything is.
    ///
    /// # Errors
    /// As [`Ledger::load`].
    fn seen(&self, orders: &PublicKey, request: &RequestId) -> Result<Option<Seen>, Self::Error>;

    /// Those who are to be woken by `until`, those who are due first first, at most `most`.
    ///
    /// # Errors
    /// As [`Ledger::load`].
    fn push_due(
        &self,
        until: UnixTime,
        most: usize,
    ) -> Result<Vec<(PublicKey, Subscription)>, Self::Error>;

    /// When the next one is to be woken.
    ///
    /// # Errors
    /// As [`Ledger::load`].
    fn next_push(&self) -> Result<Option<UnixTime>, Self::Error>;
}

/// Spends so many bytes on objects, in the same way in every ledger and for every reply.
#[derive(Debug)]
pub struct ObjectBudget(usize);

impl ObjectBudget {
    /// The budget of a need.
    pub fn of(need: &Need) -> Self {
        Self::new(need.object_bytes)
    }

    /// A budget of so many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(bytes)
    }

    /// Whether an object of `len` bytes may still be loaded; if so, it counts.
    pub fn take(&mut self, len: usize) -> bool {
        match self.0.checked_sub(len) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }
}
