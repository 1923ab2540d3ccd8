//! How long others wait for entries, and who waits, in the SQL ledger.
//!
//! Rows written per registration of an entry with a wait: one. Somebody who waits is one row with its index, and another
//! one when the owner says what becomes of it.

use crate::sql_ledger::{LedgerError, SqlLedger};
use crate::sql_row::{Row, blob, integer, key_values};
use saifu_protocol::hold::{Asked, Said};
use saifu_protocol::limits::MAX_ASKED;
use saifu_protocol::{PublicKey, UnixTime};
use saifu_safe_core::entry::EntryKey;
use saifu_safe_core::hold::{Hold, Shorter};
use worker::SqlStorageValue;

type Result<T> = core::result::Result<T, LedgerError>;

/// Nearly no entry has a wait, so it is no column of `entry`; and behind `object` it would stand badly.
pub(crate) const SCHEMA: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS hold (counter INTEGER NOT NULL, seq INTEGER NOT NULL, item INTEGER NOT NULL, \
     wait INTEGER NOT NULL, shorter INTEGER, shorter_from INTEGER, PRIMARY KEY (counter, seq, item)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS asked (owner BLOB NOT NULL, account BLOB NOT NULL, since INTEGER NOT NULL, said INTEGER, \
     PRIMARY KEY (owner, account)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS asked_account ON asked (account)",
];

/// Every table, for the contract suite.
#[cfg(feature = "contract")]
pub(crate) const TABLES: [&str; 2] = ["hold", "asked"];

impl SqlLedger {
    pub(crate) fn put_hold(&self, key: EntryKey, hold: &Hold) -> Result<()> {
        let shorter = hold.shorter.as_ref();
        let optional = |value: Option<u64>| value.map_or(Ok(SqlStorageValue::Null), integer);
        let mut values = vec![
            integer(hold.wait)?,
            optional(shorter.map(|shorter| shorter.wait))?,
            optional(shorter.map(|shorter| shorter.from.0))?,
        ];
        values.extend(key_values(key)?);
        self.one_row(
            "INSERT INTO hold (counter, seq, item, wait, shorter, shorter_from) \
             SELECT counter, seq, item, ?, ?, ? FROM entry WHERE counter = ? AND seq = ? AND item = ? \
             ON CONFLICT (counter, seq, item) DO UPDATE SET \
             wait = excluded.wait, shorter = excluded.shorter, shorter_from = excluded.shorter_from RETURNING 1",
            values,
        )
    }

    pub(crate) fn drop_hold(&self, key: EntryKey) -> Result<()> {
        self.run(
            "DELETE FROM hold WHERE counter = ? AND seq = ? AND item = ?",
            key_values(key)?,
        )
        .map(|_| ())
    }

    pub(crate) fn put_asked(&self, of: &PublicKey, asked: &Asked) -> Result<()> {
        let said = match asked.said {
            None => SqlStorageValue::Null,
            Some(Said::Yes) => integer(1)?,
            Some(Said::No) => integer(0)?,
        };
        self.run(
            "INSERT INTO asked (owner, account, since, said) VALUES (?, ?, ?, ?) \
             ON CONFLICT (owner, account) DO UPDATE SET since = excluded.since, said = excluded.said",
            vec![
                blob(of.as_bytes()),
                blob(asked.account.as_bytes()),
                integer(asked.since.0)?,
                said,
            ],
        )
        .map(|_| ())
    }

    /// Everything this account has waited for.
    pub(crate) fn asked_by(&self, account: &PublicKey) -> Result<Vec<(PublicKey, Asked)>> {
        let rows = self.rows(
            "SELECT owner, account, since, said FROM asked WHERE account = ?",
            vec![blob(account.as_bytes())],
        )?;
        rows.into_iter().map(read_asked).collect()
    }

    /// Those who wait for what this account has.
    pub(crate) fn asked_of(&self, owner: &PublicKey) -> Result<Vec<(PublicKey, Asked)>> {
        let rows = self.rows(
            "SELECT owner, account, since, said FROM asked WHERE owner = ? ORDER BY said IS NOT NULL, since, account LIMIT ?",
            vec![blob(owner.as_bytes()), integer(MAX_ASKED as u64)?],
        )?;
        rows.into_iter().map(read_asked).collect()
    }
}

fn read_asked(mut row: Row) -> Result<(PublicKey, Asked)> {
    let of = PublicKey::new(row.bytes()?);
    let asked = Asked {
        account: PublicKey::new(row.bytes()?),
        since: UnixTime(row.integer()?),
        said: match row.optional_integer()? {
            None => None,
            Some(1) => Some(Said::Yes),
            Some(0) => Some(Said::No),
            Some(_) => return Err(LedgerError::Foreign),
        },
    };
    Ok((of, asked))
}

/// `h.wait, h.shorter, h.shorter_from`; all null where nobody waits.
pub(crate) fn read_hold(row: &mut Row) -> Result<Hold> {
    let wait = row.optional_integer()?.unwrap_or(0);
    let shorter = match (row.optional_integer()?, row.optional_integer()?) {
        (None, None) => None,
        (Some(wait), Some(from)) => Some(Shorter {
            wait,
            from: UnixTime(from),
        }),
        _ => return Err(LedgerError::Foreign),
    };
    Ok(Hold { wait, shorter })
}
