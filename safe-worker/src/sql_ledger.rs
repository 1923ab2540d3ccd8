//! The ledger in the SQLite of a Durable Object.
//!
//! Rows written per request to register: one in `batch`, one in each of its two indices, one in `entry` for each item that
//! was taken, one in `note` for each that has one, one in `obedient` and in its index for each that obeys orders; and one for the alarm, unless an earlier one is set. Once the index has the certificates, one in `meta`
//! (`published`), for all requests of a round together. The next counter, and what is not in the index yet, follow from
//! those. A rotation of one entry writes six: its batch and two indices, the entry, and what it replaced with an index
//! over that; and one for its note. Counters and times are below 2^53, because the platform hands integers over as JavaScript numbers.

use crate::sql_hold::{self, read_hold};
use crate::sql_row::{Row, blob, integer, key_values};
use crate::transaction::transact;
use crate::{sql_devices, sql_orders, sql_owners, sql_push};
use saifu_crypto::Secret;
use saifu_protocol::owner::Note;
use saifu_protocol::{Counter, HolderId, PublicKey, RequestId, SessionId, UnixTime};
use saifu_safe_core::entry::{Batch, BatchKind, Entry, EntryKey, Returned, Rotation, State};
use saifu_safe_core::ledger::{
    Bytes, Change, Layout, Ledger, Loaded, LoadedEntry, Need, ObjectBudget, Publication,
};
use saifu_safe_core::order::{Obedient, Seen};
use saifu_safe_core::owned::{OwnedPage, Place};
use saifu_safe_core::push::Subscription;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use worker::durable::Storage;
use worker::{SqlStorage, SqlStorageValue};

/// `object` stands last, so that reading the state of an entry does not read its bytes. `entry_over` holds only entries
/// that are over and still have bytes: a registration writes nothing to it.
///
/// What a rotation replaced has a table of its own instead of columns of `entry`: those would stand behind `object`, and
/// ledgers from before there were rotations need nothing but the empty table.
///
/// A note has one for the same reason. It belongs to the batch by which its entry's account has it: also software that knows
/// no notes rotates entries, and must not leave the next holder's owner the note of the one before. `batch_account` is for
/// the lists of owners.
const SCHEMA: [&str; 8] = [
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS batch (seq INTEGER PRIMARY KEY, account BLOB NOT NULL, request BLOB NOT NULL, \
     at INTEGER NOT NULL, next INTEGER NOT NULL, content BLOB, first INTEGER, entries INTEGER, \
     UNIQUE (account, request))",
    "CREATE TABLE IF NOT EXISTS entry (counter INTEGER NOT NULL, seq INTEGER NOT NULL, item INTEGER NOT NULL, \
     state INTEGER NOT NULL, since INTEGER NOT NULL, session BLOB, returned BLOB, holder BLOB NOT NULL, \
     sha256 BLOB NOT NULL, certificate TEXT NOT NULL, object BLOB, PRIMARY KEY (counter, seq, item)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS entry_over ON entry (since) WHERE object IS NOT NULL AND state >= 2",
    "CREATE TABLE IF NOT EXISTS rotation (counter INTEGER NOT NULL, seq INTEGER NOT NULL, item INTEGER NOT NULL, \
     batch INTEGER NOT NULL, replaced TEXT NOT NULL, registered TEXT NOT NULL, PRIMARY KEY (counter, seq, item)) \
     WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS rotation_batch ON rotation (batch)",
    "CREATE INDEX IF NOT EXISTS batch_account ON batch (account)",
    "CREATE TABLE IF NOT EXISTS note (counter INTEGER NOT NULL, seq INTEGER NOT NULL, item INTEGER NOT NULL, \
     carrier INTEGER NOT NULL, sha256 BLOB NOT NULL, note BLOB, PRIMARY KEY (counter, seq, item)) WITHOUT ROWID",
];

const BATCH_COLUMNS: &str = "seq, account, request, at, next, content, first, entries";
const ENTRY_COLUMNS: &str = "e.counter, e.seq, e.item, e.state, e.since, e.session, e.returned, e.holder, e.sha256, \
     e.certificate, coalesce(n.account, b.account), o.batch, n.request, o.replaced, o.registered, \
     t.sha256, h.wait, h.shorter, h.shorter_from, length(e.object)";
/// The batch `b` of an entry and, if it was rotated, what the last rotation replaced, `o`, with the batch of that, `n`; and
/// its note, `t`, and how long others wait, `h`.
const ENTRY_TABLES: &str = "entry e JOIN batch b ON b.seq = e.seq \
     LEFT JOIN rotation o ON o.counter = e.counter AND o.seq = e.seq AND o.item = e.item \
     LEFT JOIN batch n ON n.seq = o.batch \
     LEFT JOIN note t ON t.counter = e.counter AND t.seq = e.seq AND t.item = e.item \
     AND t.carrier = coalesce(o.batch, e.seq) \
     LEFT JOIN hold h ON h.counter = e.counter AND h.seq = e.seq AND h.item = e.item";

/// Why the ledger could not.
#[derive(Debug)]
pub(crate) enum LedgerError {
    /// The platform refused a statement.
    Sql,
    /// A row is not what this software writes.
    Foreign,
}

impl From<worker::Error> for LedgerError {
    fn from(_: worker::Error) -> Self {
        LedgerError::Sql
    }
}

type Result<T> = core::result::Result<T, LedgerError>;

/// The ledger.
#[derive(Clone)]
pub(crate) struct SqlLedger {
    storage: Rc<Storage>,
    sql: SqlStorage,
}

impl SqlLedger {
    /// The ledger in this storage, made if there is none.
    pub(crate) fn open(storage: Storage) -> Result<Self> {
        let sql = storage.sql();
        let storage = Rc::new(storage);
        let ledger = Self { storage, sql };
        ledger.transact(|| ledger.make_tables())?;
        Ok(ledger)
    }

    /// Makes what is missing, also in a ledger of older software.
    pub(crate) fn make_tables(&self) -> Result<()> {
        let of_entries = SCHEMA.into_iter().chain(sql_hold::SCHEMA);
        let of_entries = of_entries.chain(sql_orders::SCHEMA).chain(sql_push::SCHEMA);
        let of_owners = sql_owners::SCHEMA.into_iter().chain(sql_devices::SCHEMA);
        for statement in of_entries.chain(of_owners) {
            self.run(statement, vec![])?;
        }
        for (table, column, definition) in sql_owners::COLUMNS {
            let there = self.first(
                "SELECT 1 FROM pragma_table_info(?) WHERE name = ?",
                vec![table.into(), column.into()],
            )?;
            if there.is_none() {
                let add = format!("ALTER TABLE {table} ADD COLUMN {column} {definition}");
                self.run(&add, vec![])?;
            }
        }
        for statement in sql_owners::AFTER {
            self.run(statement, vec![])?;
        }
        Ok(())
    }

    /// Runs `act`; everything it changed is undone if it fails.
    pub(crate) fn transact<T>(&self, act: impl FnOnce() -> Result<T>) -> Result<T> {
        transact(&self.storage, |_: JsValue| LedgerError::Sql, act)
    }

    /// The secret under this name, made with `make` if there is none yet.
    pub(crate) fn secret(&self, name: &str, make: impl FnOnce() -> Secret) -> Result<Secret> {
        let row = self.first("SELECT value FROM meta WHERE name = ?", vec![name.into()])?;
        if let Some(mut row) = row {
            return Ok(Secret::new(row.bytes()?));
        }
        let secret = make();
        self.run(
            "INSERT INTO meta (name, value) VALUES (?, ?)",
            vec![name.into(), secret.expose_secret().to_vec().into()],
        )?;
        Ok(secret)
    }

    /// Empties it: the contract suite starts each case with an empty ledger.
    #[cfg(feature = "contract")]
    pub(crate) fn clear(&self) -> Result<()> {
        let of_entries = ["meta", "batch", "entry", "rotation", "note"];
        let of_entries = of_entries.into_iter().chain(sql_hold::TABLES);
        let of_entries = of_entries.chain(sql_orders::TABLES).chain(sql_push::TABLES);
        let of_owners = sql_owners::TABLES.into_iter().chain(sql_devices::TABLES);
        for table in of_entries.chain(of_owners) {
            self.run(&format!("DELETE FROM {table}"), vec![])?;
        }
        Ok(())
    }

    /// Whether certificates wait to be written to the index. A ledger that cannot say counts as waiting.
    pub(crate) fn has_outbox(&self) -> bool {
        self.outbox(1).map_or(true, |waiting| !waiting.is_empty())
    }

    pub(crate) fn run(&self, statement: &str, values: Vec<SqlStorageValue>) -> Result<usize> {
        let cursor = self.sql.exec(statement, values)?;
        Ok(cursor.rows_written())
    }

    pub(crate) fn rows(&self, query: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Row>> {
        let cursor = self.sql.exec(query, values)?;
        cursor.raw().map(|row| Ok(Row(row?.into_iter()))).collect()
    }

    pub(crate) fn first(&self, query: &str, values: Vec<SqlStorageValue>) -> Result<Option<Row>> {
        Ok(self.rows(query, values)?.into_iter().next())
    }

    fn published(&self) -> Result<u64> {
        let row = self.first("SELECT value FROM meta WHERE name = 'published'", vec![])?;
        row.map_or(Ok(0), |mut row| Ok(u64::from_be_bytes(row.bytes()?)))
    }

    fn batch(&self, account: &PublicKey, request: &RequestId) -> Result<Option<Batch>> {
        let row = self.first(
            &format!("SELECT {BATCH_COLUMNS} FROM batch WHERE account = ? AND request = ?"),
            vec![blob(account.as_bytes()), blob(request.as_bytes())],
        )?;
        row.map(read_batch).transpose()
    }

    pub(crate) fn batch_at(&self, seq: u64) -> Result<Option<Batch>> {
        let row = self.first(
            &format!("SELECT {BATCH_COLUMNS} FROM batch WHERE seq = ?"),
            vec![integer(seq)?],
        )?;
        row.map(read_batch).transpose()
    }

    /// The entries of a batch.
    fn entries_of(&self, batch: &Batch) -> Result<Vec<(Entry, Option<u64>)>> {
        let Some((which, values)) = registered_by(batch)? else {
            return Ok(Vec::new());
        };
        let select = format!("SELECT {ENTRY_COLUMNS} FROM {ENTRY_TABLES}");
        let rows = self.rows(&format!("{select} WHERE {which} ORDER BY e.item"), values)?;
        rows.into_iter().map(read_entry).collect()
    }

    /// What the index is to have of a batch.
    fn publication(&self, batch: &Batch) -> Result<Publication> {
        let (certificates, layout) = match batch.kind {
            BatchKind::Registered { .. } | BatchKind::CalledOff => {
                let entries = self.entries_of(batch)?.into_iter();
                let registered =
                    entries.map(|(entry, _)| (entry.key.counter, entry.as_registered().into()));
                (registered.collect(), Layout::Together)
            }
            BatchKind::Rotated { .. } => {
                let rows = self.rows(
                    "SELECT e.counter, e.certificate FROM rotation o JOIN entry e \
                     ON e.counter = o.counter AND e.seq = o.seq AND e.item = o.item \
                     WHERE o.batch = ? ORDER BY e.counter, e.seq, e.item",
                    vec![integer(batch.seq)?],
                )?;
                let holding = rows
                    .into_iter()
                    .map(|mut row| Ok((row.counter()?, row.text()?)))
                    .collect::<Result<_>>()?;
                (holding, Layout::Alone)
            }
        };
        Ok(Publication {
            seq: batch.seq,
            account: batch.account,
            certificates,
            layout,
        })
    }

    fn object(&self, key: EntryKey) -> Result<Vec<u8>> {
        let row = self.first(
            "SELECT object FROM entry WHERE counter = ? AND seq = ? AND item = ?",
            key_values(key)?,
        )?;
        row.ok_or(LedgerError::Foreign)?.blob()
    }

    fn apply_one(&self, change: &Change) -> Result<()> {
        match change {
            Change::CreateBatch(batch) => self.create_batch(batch),
            Change::CreateEntry { entry, object } => self.create_entry(entry, object),
            Change::ReplaceState(entry) => self.replace_state(entry),
            Change::ReplaceHolder(entry) => self.replace_holder(entry),
            Change::PutNote { key, note } => self.put_note(*key, note),
            Change::PutHold { key, hold } => self.put_hold(*key, hold),
            Change::PutAsked { of, asked } => self.put_asked(of, asked),
            Change::PutPush { of, subscription } => self.put_push(of, subscription.as_ref()),
            Change::Remind { of, now } => self.remind(of, *now),
            Change::PutOrders { key, orders } => self.put_orders(*key, orders),
            Change::TakeOrder { seen, now } => self.take_order(seen, *now),
            Change::Purge(key) => {
                self.run(
                    "UPDATE note SET note = NULL \
                     WHERE counter = ? AND seq = ? AND item = ? AND note IS NOT NULL",
                    key_values(*key)?,
                )?;
                self.one_row(
                    "UPDATE entry SET object = NULL WHERE counter = ? AND seq = ? AND item = ? RETURNING 1",
                    key_values(*key)?,
                )
            }
            Change::Published(seq) => self
                .run(
                    "INSERT INTO meta (name, value) VALUES ('published', ?) \
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    vec![blob(&seq.to_be_bytes())],
                )
                .map(|_| ()),
        }
    }

    /// A statement that must find its row.
    pub(crate) fn one_row(&self, statement: &str, values: Vec<SqlStorageValue>) -> Result<()> {
        match self.rows(statement, values)?.len() {
            1 => Ok(()),
            _ => Err(LedgerError::Foreign),
        }
    }

    fn create_batch(&self, batch: &Batch) -> Result<()> {
        let (content, first, entries) = match batch.kind {
            BatchKind::Registered {
                content,
                first,
                entries,
            } => (
                blob(&content),
                integer(first.get())?,
                integer(u64::from(entries))?,
            ),
            // To software that knows no rotations both look the same: an id that registers nothing.
            BatchKind::CalledOff => (
                SqlStorageValue::Null,
                SqlStorageValue::Null,
                SqlStorageValue::Null,
            ),
            BatchKind::Rotated { entries } => (
                SqlStorageValue::Null,
                SqlStorageValue::Null,
                integer(u64::from(entries))?,
            ),
        };
        self.run(
            &format!("INSERT INTO batch ({BATCH_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
            vec![
                integer(batch.seq)?,
                blob(batch.account.as_bytes()),
                blob(batch.request.as_bytes()),
                integer(batch.at.0)?,
                integer(batch.next.get())?,
                content,
                first,
                entries,
            ],
        )?;
        Ok(())
    }

    fn create_entry(&self, entry: &Entry, object: &[u8]) -> Result<()> {
        let mut values = key_values(entry.key)?;
        values.extend(state_values(entry)?);
        values.extend([
            blob(entry.holder.as_bytes()),
            blob(&entry.sha256),
            entry.certificate.as_str().into(),
            blob(object),
        ]);
        self.run(
            "INSERT INTO entry (counter, seq, item, state, since, session, returned, holder, sha256, certificate, \
             object) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )?;
        Ok(())
    }

    fn replace_state(&self, entry: &Entry) -> Result<()> {
        let mut values = state_values(entry)?;
        values.extend(key_values(entry.key)?);
        self.one_row(
            "UPDATE entry SET state = ?, since = ?, session = ?, returned = ? \
             WHERE counter = ? AND seq = ? AND item = ? RETURNING 1",
            values,
        )
    }

    /// Holder and certificate are replaced in the entry itself: also software that knows no rotations then finds it for
    /// the next holder, and for nobody else.
    fn replace_holder(&self, entry: &Entry) -> Result<()> {
        let rotation = entry.rotation.as_ref().ok_or(LedgerError::Foreign)?;
        let mut values = vec![
            blob(entry.holder.as_bytes()),
            entry.certificate.as_str().into(),
        ];
        values.extend(key_values(entry.key)?);
        self.one_row(
            "UPDATE entry SET holder = ?, certificate = ? \
             WHERE counter = ? AND seq = ? AND item = ? RETURNING 1",
            values,
        )?;
        self.run(
            "DELETE FROM note WHERE counter = ? AND seq = ? AND item = ?",
            key_values(entry.key)?,
        )?;
        self.drop_hold(entry.key)?;
        self.forget_orders(entry.key)?;
        let mut values = key_values(entry.key)?;
        values.extend([
            rotation.replaced.as_str().into(),
            rotation.registered.as_str().into(),
            integer(rotation.seq)?,
            blob(entry.account.as_bytes()),
            blob(rotation.request.as_bytes()),
        ]);
        // Account and request are those of the batch, so they are not stored a second time.
        self.one_row(
            "INSERT INTO rotation (counter, seq, item, batch, replaced, registered) \
             SELECT ?, ?, ?, seq, ?, ? FROM batch WHERE seq = ? AND account = ? AND request = ? \
             ON CONFLICT (counter, seq, item) DO UPDATE SET \
             batch = excluded.batch, replaced = excluded.replaced, registered = excluded.registered RETURNING 1",
            values,
        )
    }

    fn put_note(&self, key: EntryKey, note: &Note) -> Result<()> {
        let mut values = vec![blob(&note.fingerprint()), blob(note.as_bytes())];
        values.extend(key_values(key)?);
        self.one_row(
            "INSERT INTO note (counter, seq, item, carrier, sha256, note) \
             SELECT e.counter, e.seq, e.item, coalesce(o.batch, e.seq), ?, ? FROM entry e \
             LEFT JOIN rotation o ON o.counter = e.counter AND o.seq = e.seq AND o.item = e.item \
             WHERE e.counter = ? AND e.seq = ? AND e.item = ? \
             ON CONFLICT (counter, seq, item) DO UPDATE SET \
             carrier = excluded.carrier, sha256 = excluded.sha256, note = excluded.note RETURNING 1",
            values,
        )
    }
}

impl Ledger for SqlLedger {
    type Error = LedgerError;

    fn load(&self, need: &Need) -> Result<Loaded> {
        let mut loaded = Loaded::default();
        let mut budget = ObjectBudget::of(need);
        let newest = format!("SELECT {BATCH_COLUMNS} FROM batch ORDER BY seq DESC LIMIT 1");
        loaded.newest = self.first(&newest, vec![])?.map(read_batch).transpose()?;
        for counter in &need.groups {
            let rows = self.rows(
                &format!(
                    "SELECT {ENTRY_COLUMNS} FROM {ENTRY_TABLES} WHERE e.counter = ? ORDER BY e.seq, e.item"
                ),
                vec![integer(counter.get())?],
            )?;
            for row in rows {
                let (entry, length) = read_entry(row)?;
                let bytes = match length {
                    None => Bytes::Gone,
                    Some(_) if !need.objects_of.contains(&entry.holder) => Bytes::NotAsked,
                    Some(length) => {
                        if usize::try_from(length).is_ok_and(|length| budget.take(length)) {
                            Bytes::Here(self.object(entry.key)?.into())
                        } else {
                            Bytes::OverBudget
                        }
                    }
                };
                loaded
                    .entries
                    .insert(entry.key, LoadedEntry { entry, bytes });
            }
        }
        for (account, request) in &need.batches {
            let Some(batch) = self.batch(account, request)? else {
                continue;
            };
            for (entry, length) in self.entries_of(&batch)? {
                let bytes = match length {
                    Some(_) => Bytes::NotAsked,
                    None => Bytes::Gone,
                };
                loaded
                    .entries
                    .entry(entry.key)
                    .or_insert(LoadedEntry { entry, bytes });
            }
            loaded.batches.push(batch);
        }
        if let Some(account) = &need.asked_by {
            loaded.asked.extend(self.asked_by(account)?);
        }
        if let Some(owner) = &need.asked_of {
            loaded.asked.extend(self.asked_of(owner)?);
        }
        if let Some(account) = &need.push_of {
            loaded.push = self.push_of(account)?;
        }
        Ok(loaded)
    }

    fn apply(&mut self, changes: &[Change]) -> Result<()> {
        self.transact(|| changes.iter().try_for_each(|change| self.apply_one(change)))
    }

    fn outbox(&self, most: usize) -> Result<Vec<Publication>> {
        let rows = self.rows(
            &format!("SELECT {BATCH_COLUMNS} FROM batch WHERE seq > ? ORDER BY seq LIMIT ?"),
            vec![integer(self.published()?)?, integer(most as u64)?],
        )?;
        rows.into_iter()
            .map(|row| self.publication(&read_batch(row)?))
            .collect()
    }

    fn purgeable(&self, until: UnixTime, most: usize) -> Result<Vec<EntryKey>> {
        let rows = self.rows(
            "SELECT counter, seq, item FROM entry WHERE object IS NOT NULL AND state >= 2 AND since <= ? \
             ORDER BY since, counter, seq, item LIMIT ?",
            vec![integer(until.0)?, integer(most as u64)?],
        )?;
        rows.into_iter().map(|mut row| row.key()).collect()
    }

    fn oldest_over(&self) -> Result<Option<UnixTime>> {
        let row = self.first(
            "SELECT since FROM entry WHERE object IS NOT NULL AND state >= 2 ORDER BY since LIMIT 1",
            vec![],
        )?;
        row.map(|mut row| row.integer().map(UnixTime)).transpose()
    }

    fn owned(
        &self,
        accounts: &[PublicKey],
        after: Option<Place>,
        most: usize,
    ) -> Result<OwnedPage> {
        self.page_of(accounts, after, most)
    }

    fn obedient(&self, orders: &PublicKey) -> Result<Option<Obedient>> {
        self.obedient_to(orders)
    }

    fn seen(&self, orders: &PublicKey, request: &RequestId) -> Result<Option<Seen>> {
        self.order_seen(orders, request)
    }

    fn push_due(&self, until: UnixTime, most: usize) -> Result<Vec<(PublicKey, Subscription)>> {
        self.pushes_due(until, most)
    }

    fn next_push(&self) -> Result<Option<UnixTime>> {
        self.first_push_due()
    }
}

/// Which entries a batch registered, as a condition with its values. Their counters are next to each other unless the counter
/// wrapped in between; then, and only then, the whole table is read.
pub(crate) fn registered_by(batch: &Batch) -> Result<Option<(&'static str, Vec<SqlStorageValue>)>> {
    let BatchKind::Registered { first, entries, .. } = batch.kind else {
        return Ok(None);
    };
    let count = u64::from(entries);
    let is_one_run = first.get().checked_add(count) == Some(batch.next.get());
    let (first, next, seq) = (first.get(), batch.next.get(), integer(batch.seq)?);
    Ok(match count {
        0 => None,
        _ if is_one_run => Some((
            "e.counter >= ? AND e.counter < ? AND e.seq = ?",
            vec![integer(first)?, integer(next)?, seq],
        )),
        _ => Some(("e.seq = ?", vec![seq])),
    })
}

/// `state, since, session, returned`. The numbers of the states never change; those from 2 are over.
fn state_values(entry: &Entry) -> Result<Vec<SqlStorageValue>> {
    let state = match entry.state {
        State::Registered => 0,
        State::Withdrawing { .. } => 1,
        State::Withdrawn { .. } => 2,
        State::Retired => 3,
    };
    let session = entry.state.session();
    let returned: Vec<u8> = entry
        .returned
        .iter()
        .flat_map(|returned| {
            let session = returned.session.as_bytes().iter().copied();
            session.chain(returned.at.0.to_be_bytes())
        })
        .collect();
    Ok(vec![
        integer(state)?,
        integer(entry.since.0)?,
        session.map_or(SqlStorageValue::Null, |session| blob(session.as_bytes())),
        if returned.is_empty() {
            SqlStorageValue::Null
        } else {
            returned.into()
        },
    ])
}

fn read_returned(bytes: &[u8]) -> Result<Vec<Returned>> {
    bytes
        .chunks(24)
        .map(|chunk| {
            let (session, at) = chunk.split_at_checked(16).ok_or(LedgerError::Foreign)?;
            let session = session.try_into().map_err(|_| LedgerError::Foreign)?;
            let at = at.try_into().map_err(|_| LedgerError::Foreign)?;
            Ok(Returned {
                session: SessionId::new(session),
                at: UnixTime(u64::from_be_bytes(at)),
            })
        })
        .collect()
}

fn read_batch(mut row: Row) -> Result<Batch> {
    Ok(Batch {
        seq: row.integer()?,
        account: PublicKey::new(row.bytes()?),
        request: RequestId::new(row.bytes()?),
        at: UnixTime(row.integer()?),
        next: row.counter()?,
        kind: match (
            row.optional_bytes()?,
            row.optional_integer()?,
            row.optional_integer()?,
        ) {
            (None, None, None) => BatchKind::CalledOff,
            (None, None, Some(entries)) => BatchKind::Rotated {
                entries: small(entries)?,
            },
            (Some(content), Some(first), Some(entries)) => BatchKind::Registered {
                content,
                first: Counter::new(first).ok_or(LedgerError::Foreign)?,
                entries: small(entries)?,
            },
            _ => return Err(LedgerError::Foreign),
        },
    })
}

pub(crate) fn small(value: u64) -> Result<u32> {
    u32::try_from(value).map_err(|_| LedgerError::Foreign)
}

fn read_rotation(row: &mut Row) -> Result<Option<Rotation>> {
    match (
        row.optional_integer()?,
        row.optional_bytes()?,
        row.optional_text()?,
        row.optional_text()?,
    ) {
        (None, None, None, None) => Ok(None),
        (Some(seq), Some(request), Some(replaced), Some(registered)) => Ok(Some(Rotation {
            seq,
            request: RequestId::new(request),
            replaced,
            registered,
        })),
        _ => Err(LedgerError::Foreign),
    }
}

/// An entry, and how long its bytes are if they are there.
fn read_entry(mut row: Row) -> Result<(Entry, Option<u64>)> {
    let key = row.key()?;
    let state = row.integer()?;
    let since = UnixTime(row.integer()?);
    let session = row.optional_bytes()?.map(SessionId::new);
    let returned = row.optional_blob()?;
    let entry = Entry {
        key,
        state: match (state, session) {
            (0, None) => State::Registered,
            (1, Some(session)) => State::Withdrawing { session },
            (2, Some(session)) => State::Withdrawn { session },
            (3, None) => State::Retired,
            _ => return Err(LedgerError::Foreign),
        },
        since,
        returned: returned.map_or(Ok(Vec::new()), |bytes| read_returned(&bytes))?,
        holder: HolderId::new(row.bytes()?),
        sha256: row.bytes()?,
        certificate: row.text()?,
        account: PublicKey::new(row.bytes()?),
        rotation: read_rotation(&mut row)?,
        note: row.optional_bytes()?,
        hold: read_hold(&mut row)?,
    };
    Ok((entry, row.optional_integer()?))
}
