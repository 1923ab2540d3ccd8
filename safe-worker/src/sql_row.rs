//! Rows of SQLite as this software reads them, and values as it writes them. What is not what it writes is an error.

use crate::sql_ledger::{LedgerError, small};
use saifu_protocol::Counter;
use saifu_safe_core::entry::EntryKey;
use worker::SqlStorageValue;

type Result<T> = core::result::Result<T, LedgerError>;

/// A row, read column by column from the left.
pub(crate) struct Row(pub(crate) std::vec::IntoIter<SqlStorageValue>);

impl Row {
    pub(crate) fn value(&mut self) -> Result<SqlStorageValue> {
        self.0.next().ok_or(LedgerError::Foreign)
    }

    pub(crate) fn optional_integer(&mut self) -> Result<Option<u64>> {
        match self.value()? {
            SqlStorageValue::Null => Ok(None),
            SqlStorageValue::Integer(value) => u64::try_from(value)
                .map(Some)
                .map_err(|_| LedgerError::Foreign),
            _ => Err(LedgerError::Foreign),
        }
    }

    pub(crate) fn integer(&mut self) -> Result<u64> {
        self.optional_integer()?.ok_or(LedgerError::Foreign)
    }

    pub(crate) fn small(&mut self) -> Result<u32> {
        small(self.integer()?)
    }

    pub(crate) fn counter(&mut self) -> Result<Counter> {
        Counter::new(self.integer()?).ok_or(LedgerError::Foreign)
    }

    pub(crate) fn optional_blob(&mut self) -> Result<Option<Vec<u8>>> {
        match self.value()? {
            SqlStorageValue::Null => Ok(None),
            SqlStorageValue::Blob(bytes) => Ok(Some(bytes)),
            _ => Err(LedgerError::Foreign),
        }
    }

    pub(crate) fn blob(&mut self) -> Result<Vec<u8>> {
        self.optional_blob()?.ok_or(LedgerError::Foreign)
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.blob()?.try_into().map_err(|_| LedgerError::Foreign)
    }

    pub(crate) fn optional_bytes<const N: usize>(&mut self) -> Result<Option<[u8; N]>> {
        self.optional_blob()?
            .map(|bytes| bytes.try_into().map_err(|_| LedgerError::Foreign))
            .transpose()
    }

    pub(crate) fn optional_text(&mut self) -> Result<Option<String>> {
        match self.value()? {
            SqlStorageValue::Null => Ok(None),
            SqlStorageValue::String(text) => Ok(Some(text)),
            _ => Err(LedgerError::Foreign),
        }
    }

    pub(crate) fn text(&mut self) -> Result<String> {
        self.optional_text()?.ok_or(LedgerError::Foreign)
    }

    pub(crate) fn key(&mut self) -> Result<EntryKey> {
        Ok(EntryKey {
            counter: self.counter()?,
            seq: self.integer()?,
            item: self.small()?,
        })
    }
}

pub(crate) fn blob(bytes: &[u8]) -> SqlStorageValue {
    bytes.to_vec().into()
}

pub(crate) fn integer(value: u64) -> Result<SqlStorageValue> {
    let value = i64::try_from(value).map_err(|_| LedgerError::Foreign)?;
    SqlStorageValue::try_from_i64(value).map_err(|_| LedgerError::Foreign)
}

pub(crate) fn key_values(key: EntryKey) -> Result<Vec<SqlStorageValue>> {
    Ok(vec![
        integer(key.counter.get())?,
        integer(key.seq)?,
        integer(u64::from(key.item))?,
    ])
}
