//! Where accounts are woken, in the SQL ledger. One row for each account that wants it, and one in the index while it is due.

use crate::sql_ledger::{LedgerError, SqlLedger};
use crate::sql_row::{Row, blob, integer};
use saifu_protocol::push::Endpoint;
use saifu_protocol::{PublicKey, UnixTime};
use saifu_safe_core::push::Subscription;
use worker::SqlStorageValue;

type Result<T> = core::result::Result<T, LedgerError>;

pub(crate) const SCHEMA: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS push (account BLOB PRIMARY KEY, endpoint TEXT NOT NULL, due INTEGER, tries INTEGER NOT NULL, \
     last INTEGER) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS push_due ON push (due) WHERE due IS NOT NULL",
];

/// Every table, for the contract suite.
#[cfg(feature = "contract")]
pub(crate) const TABLES: [&str; 1] = ["push"];

impl SqlLedger {
    pub(crate) fn put_push(&self, of: &PublicKey, it: Option<&Subscription>) -> Result<()> {
        let account = blob(of.as_bytes());
        let Some(it) = it else {
            return self
                .run("DELETE FROM push WHERE account = ?", vec![account])
                .map(|_| ());
        };
        let time =
            |time: Option<UnixTime>| time.map_or(Ok(SqlStorageValue::Null), |time| integer(time.0));
        self.run(
            "INSERT INTO push (account, endpoint, due, tries, last) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (account) DO UPDATE SET \
             endpoint = excluded.endpoint, due = excluded.due, tries = excluded.tries, last = excluded.last",
            vec![
                account,
                it.endpoint.as_str().into(),
                time(it.due)?,
                integer(u64::from(it.tries))?,
                time(it.last)?,
            ],
        )
        .map(|_| ())
    }

    pub(crate) fn remind(&self, of: &PublicKey, now: UnixTime) -> Result<()> {
        match self.push_of(of)? {
            Some(it) => self.put_push(of, Some(&it.remind(now))),
            None => Ok(()),
        }
    }

    pub(crate) fn push_of(&self, of: &PublicKey) -> Result<Option<Subscription>> {
        let row = self.first(
            "SELECT account, endpoint, due, tries, last FROM push WHERE account = ?",
            vec![blob(of.as_bytes())],
        )?;
        Ok(row.map(read).transpose()?.map(|(_, it)| it))
    }

    pub(crate) fn pushes_due(
        &self,
        until: UnixTime,
        most: usize,
    ) -> Result<Vec<(PublicKey, Subscription)>> {
        let rows = self.rows(
            "SELECT account, endpoint, due, tries, last FROM push WHERE due IS NOT NULL AND due <= ? \
             ORDER BY due, account LIMIT ?",
            vec![integer(until.0)?, integer(most as u64)?],
        )?;
        rows.into_iter().map(read).collect()
    }

    pub(crate) fn first_push_due(&self) -> Result<Option<UnixTime>> {
        let row = self.first(
            "SELECT due FROM push WHERE due IS NOT NULL ORDER BY due LIMIT 1",
            vec![],
        )?;
        row.map(|mut row| row.integer().map(UnixTime)).transpose()
    }
}

fn read(mut row: Row) -> Result<(PublicKey, Subscription)> {
    let account = PublicKey::new(row.bytes()?);
    let subscription = Subscription {
        endpoint: Endpoint::parse(&row.text()?).map_err(|_| LedgerError::Foreign)?,
        due: row.optional_integer()?.map(UnixTime),
        tries: row.small()?,
        last: row.optional_integer()?.map(UnixTime),
    };
    Ok((account, subscription))
}
