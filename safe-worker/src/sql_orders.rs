//! Whose orders entries obey, and which orders were taken, in the SQLite of the ledger.
//!
//! As a note does, an entry's key belongs to the batch by which its account has it: software that knows no orders rotates
//! entries as well, and must not leave the next holder obeying the owner of the one before.

use crate::sql_ledger::{LedgerError, SqlLedger};
use crate::sql_row::{blob, integer, key_values};
use saifu_protocol::owner::Note;
use saifu_protocol::{PublicKey, RequestId, UnixTime};
use saifu_safe_core::entry::EntryKey;
use saifu_safe_core::order::{Obedient, Seen};

type Result<T> = core::result::Result<T, LedgerError>;

pub(crate) const SCHEMA: [&str; 4] = [
    "CREATE TABLE IF NOT EXISTS obedient (orders BLOB PRIMARY KEY, counter INTEGER NOT NULL, seq INTEGER NOT NULL, \
     item INTEGER NOT NULL, carrier INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS obedient_entry ON obedient (counter, seq, item)",
    "CREATE TABLE IF NOT EXISTS taken (orders BLOB NOT NULL, request BLOB NOT NULL, fingerprint BLOB NOT NULL, \
     until INTEGER NOT NULL, PRIMARY KEY (orders, request)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS taken_until ON taken (until)",
];

/// Every table, for the contract suite.
#[cfg(feature = "contract")]
pub(crate) const TABLES: [&str; 2] = ["obedient", "taken"];

impl SqlLedger {
    pub(crate) fn put_orders(&self, key: EntryKey, orders: &PublicKey) -> Result<()> {
        let mut values = key_values(key)?;
        values.push(blob(orders.as_bytes()));
        self.run(
            "DELETE FROM obedient WHERE counter = ? AND seq = ? AND item = ? AND orders IS NOT ?",
            values,
        )?;
        let is_here = self.first(
            "SELECT 1 FROM entry WHERE counter = ? AND seq = ? AND item = ?",
            key_values(key)?,
        )?;
        is_here.ok_or(LedgerError::Foreign)?;
        let mut values = vec![blob(orders.as_bytes())];
        values.extend(key_values(key)?);
        self.run(
            "INSERT INTO obedient (orders, counter, seq, item, carrier) \
             SELECT ?, e.counter, e.seq, e.item, coalesce(o.batch, e.seq) FROM entry e \
             LEFT JOIN rotation o ON o.counter = e.counter AND o.seq = e.seq AND o.item = e.item \
             WHERE e.counter = ? AND e.seq = ? AND e.item = ? \
             ON CONFLICT (orders) DO UPDATE SET carrier = excluded.carrier \
             WHERE counter = excluded.counter AND seq = excluded.seq AND item = excluded.item",
            values,
        )?;
        Ok(())
    }

    /// The next holder of this entry obeys nobody.
    pub(crate) fn forget_orders(&self, key: EntryKey) -> Result<()> {
        self.run(
            "DELETE FROM obedient WHERE counter = ? AND seq = ? AND item = ?",
            key_values(key)?,
        )?;
        Ok(())
    }

    pub(crate) fn take_order(&self, seen: &Seen, now: UnixTime) -> Result<()> {
        self.run("DELETE FROM taken WHERE until < ?", vec![integer(now.0)?])?;
        self.run(
            "INSERT INTO taken (orders, request, fingerprint, until) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            vec![
                blob(seen.orders.as_bytes()),
                blob(seen.request.as_bytes()),
                blob(&seen.fingerprint),
                integer(seen.until.0)?,
            ],
        )?;
        Ok(())
    }

    pub(crate) fn obedient_to(&self, orders: &PublicKey) -> Result<Option<Obedient>> {
        let row = self.first(
            "SELECT e.counter, e.seq, e.item, t.note FROM obedient a \
             JOIN entry e ON e.counter = a.counter AND e.seq = a.seq AND e.item = a.item \
             LEFT JOIN rotation o ON o.counter = e.counter AND o.seq = e.seq AND o.item = e.item \
             LEFT JOIN note t ON t.counter = e.counter AND t.seq = e.seq AND t.item = e.item \
             AND t.carrier = coalesce(o.batch, e.seq) \
             WHERE a.orders = ? AND a.carrier = coalesce(o.batch, e.seq)",
            vec![blob(orders.as_bytes())],
        )?;
        row.map(|mut row| {
            Ok(Obedient {
                key: row.key()?,
                note: row
                    .optional_blob()?
                    .map(Note::new)
                    .transpose()
                    .map_err(|_| LedgerError::Foreign)?,
            })
        })
        .transpose()
    }

    pub(crate) fn order_seen(
        &self,
        orders: &PublicKey,
        request: &RequestId,
    ) -> Result<Option<Seen>> {
        let row = self.first(
            "SELECT fingerprint, until FROM taken WHERE orders = ? AND request = ?",
            vec![blob(orders.as_bytes()), blob(request.as_bytes())],
        )?;
        row.map(|mut row| {
            Ok(Seen {
                orders: *orders,
                request: *request,
                fingerprint: row.bytes()?,
                until: UnixTime(row.integer()?),
            })
        })
        .transpose()
    }
}
