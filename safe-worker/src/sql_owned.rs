//! What is registered under the accounts of one owner, from the SQL ledger.

use crate::sql_ledger::{LedgerError, SqlLedger, registered_by};
use crate::sql_row::{Row, blob, integer};
use saifu_protocol::message::EntryState;
use saifu_protocol::owner::Note;
use saifu_protocol::{PublicKey, SessionId, UnixTime};
use saifu_safe_core::entry::BatchKind;
use saifu_safe_core::owned::{self, BATCHES, Owned, OwnedPage, Place};

type Result<T> = core::result::Result<T, LedgerError>;

const COLUMNS: &str =
    "e.seq, e.item, e.certificate, e.state, e.since, e.session, length(e.object), t.note";
/// An entry, what its last rotation replaced, and its note.
const TABLES: &str = "entry e \
     LEFT JOIN rotation o ON o.counter = e.counter AND o.seq = e.seq AND o.item = e.item \
     LEFT JOIN note t ON t.counter = e.counter AND t.seq = e.seq AND t.item = e.item \
     AND t.carrier = coalesce(o.batch, e.seq)";
/// Only what is not over, or still has its bytes, after a place, so many.
const REST: &str = "AND (e.state < 2 OR e.object IS NOT NULL) AND (e.seq, e.item) > (?, ?) ORDER BY e.seq, e.item LIMIT ?";

impl SqlLedger {
    pub(crate) fn page_of(
        &self,
        accounts: &[PublicKey],
        after: Option<Place>,
        most: usize,
    ) -> Result<OwnedPage> {
        let from = after.map_or(0, |after| after.batch);
        let batches = self.batches_of(accounts, from)?;
        owned::page(&batches, after, most, |batch, from, most| {
            self.owned_by(batch, from, most)
        })
    }

    /// As many as a page looks into, and one more. Each account is asked by itself, so that the index gives them in order and
    /// no more of them are read.
    fn batches_of(&self, accounts: &[PublicKey], from: u64) -> Result<Vec<u64>> {
        let mut batches = Vec::new();
        for account in accounts {
            let rows = self.rows(
                "SELECT seq FROM batch INDEXED BY batch_account \
                 WHERE account = ? AND seq >= ? ORDER BY seq LIMIT ?",
                vec![
                    blob(account.as_bytes()),
                    integer(from)?,
                    integer(BATCHES as u64 + 1)?,
                ],
            )?;
            for mut row in rows {
                batches.push(row.integer()?);
            }
        }
        batches.sort_unstable();
        batches.truncate(BATCHES + 1);
        Ok(batches)
    }

    fn owned_by(&self, batch: u64, from: Place, most: usize) -> Result<Vec<Owned>> {
        let Some(found) = self.batch_at(batch)? else {
            return Ok(Vec::new());
        };
        let (which, mut values) = match found.kind {
            BatchKind::CalledOff => return Ok(Vec::new()),
            BatchKind::Rotated { .. } => ("o.batch = ?", vec![integer(batch)?]),
            BatchKind::Registered { .. } => match registered_by(&found)? {
                Some((which, values)) => (which, values),
                None => return Ok(Vec::new()),
            },
        };
        // What was rotated since, its account has by that.
        let is_own = match found.kind {
            BatchKind::Registered { .. } => "AND o.batch IS NULL",
            BatchKind::Rotated { .. } | BatchKind::CalledOff => "",
        };
        values.extend([
            integer(from.seq)?,
            integer(u64::from(from.item))?,
            integer(most as u64)?,
        ]);
        let rows = self.rows(
            &format!("SELECT {COLUMNS} FROM {TABLES} WHERE {which} {is_own} {REST}"),
            values,
        )?;
        rows.into_iter().map(|row| read(batch, row)).collect()
    }
}

fn read(batch: u64, mut row: Row) -> Result<Owned> {
    let (seq, item) = (row.integer()?, row.small()?);
    Ok(Owned {
        place: Place { batch, seq, item },
        certificate: row.text()?,
        state: match row.integer()? {
            0 => EntryState::Registered,
            1 => EntryState::Withdrawing,
            2 => EntryState::Withdrawn,
            3 => EntryState::Retired,
            _ => return Err(LedgerError::Foreign),
        },
        since: UnixTime(row.integer()?),
        session: row.optional_bytes()?.map(SessionId::new),
        size: row.optional_integer()?.unwrap_or(0),
        note: row
            .optional_blob()?
            .map(Note::new)
            .transpose()
            .map_err(|_| LedgerError::Foreign)?,
    })
}
