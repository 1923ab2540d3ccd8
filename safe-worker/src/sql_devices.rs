//! The devices of owners in SQLite: what they are checked by, the logins that they begin, and what happened.
//!
//! Rows written per login by a device: one in `greeting` with its two indices when it is begun; when it is ended that row
//! and an index again, one in `device`, one in `session` and one in `history`, each of these two with an index.

use crate::sql_ledger::LedgerError;
use crate::sql_owners::SqlOwners;
use crate::sql_row::{Row, blob, integer};
use saifu_crypto::Secret;
use saifu_protocol::limits::MAX_OWNER_HISTORY;
use saifu_protocol::owner::{
    DeviceId, DeviceLabel, Happened, Kept, LookUpId, PasskeyAlgorithm, PasskeyKey,
};
use saifu_protocol::{PublicKey, RequestId, SessionId, UnixTime, json};
use saifu_safe_core::owner::passkey::{Passkey, Site};
use saifu_safe_core::owner::{ATTEMPT_LIFETIME, Device, DeviceCheck, Greeting, Session, Stage};
use worker::SqlStorageValue;

type Result<T> = core::result::Result<T, LedgerError>;

/// Of a terminal `key` alone is set; of a passkey all columns before `label` are. `greeting.secret` goes when the login has
/// ended, and the row when nothing asks for it any more, at `until`.
pub(crate) const SCHEMA: [&str; 6] = [
    "CREATE TABLE IF NOT EXISTS device (id BLOB PRIMARY KEY, look_up BLOB NOT NULL, key BLOB NOT NULL, \
     algorithm INTEGER, credential BLOB, rp BLOB, origin TEXT, count INTEGER, label BLOB NOT NULL, share BLOB NOT NULL, \
     map BLOB NOT NULL, since INTEGER NOT NULL, used INTEGER) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS device_look_up ON device (look_up)",
    "CREATE TABLE IF NOT EXISTS greeting (n INTEGER PRIMARY KEY, account BLOB NOT NULL, request BLOB NOT NULL, \
     hello BLOB NOT NULL, greeting BLOB NOT NULL, nonce BLOB NOT NULL, at INTEGER NOT NULL, secret BLOB, session BLOB, \
     proof BLOB, until INTEGER NOT NULL, UNIQUE (account, request))",
    "CREATE INDEX IF NOT EXISTS greeting_until ON greeting (until)",
    "CREATE TABLE IF NOT EXISTS history (n INTEGER PRIMARY KEY, look_up BLOB NOT NULL, what TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS history_look_up ON history (look_up)",
];

/// Every table, for the contract suite.
#[cfg(feature = "contract")]
pub(crate) const TABLES: [&str; 3] = ["device", "greeting", "history"];

const DEVICE: &str =
    "id, look_up, key, algorithm, credential, rp, origin, count, label, share, map, since, used";

impl SqlOwners {
    pub(crate) fn device(&self, id: &DeviceId) -> Result<Option<Device>> {
        let row = self.0.first(
            &format!("SELECT {DEVICE} FROM device WHERE id = ?"),
            vec![blob(id.as_bytes())],
        )?;
        row.map(read_device).transpose()
    }

    pub(crate) fn devices_of(&self, look_up: &LookUpId) -> Result<Vec<Device>> {
        let rows = self.0.rows(
            &format!("SELECT {DEVICE} FROM device WHERE look_up = ?"),
            vec![blob(look_up.as_bytes())],
        )?;
        rows.into_iter().map(read_device).collect()
    }

    pub(crate) fn put_device(&self, device: &Device) -> Result<()> {
        let mut values = vec![blob(device.id.as_bytes()), blob(device.look_up.as_bytes())];
        match &device.check {
            DeviceCheck::Terminal(key) => {
                values.push(blob(key.as_bytes()));
                values.extend([const { SqlStorageValue::Null }; 5]);
            }
            DeviceCheck::Passkey(Passkey { key, site, count }) => values.extend([
                blob(&key.key),
                integer(match key.algorithm {
                    PasskeyAlgorithm::Es256 => 1,
                    PasskeyAlgorithm::Ed25519 => 2,
                })?,
                blob(&key.credential),
                blob(&site.rp),
                site.origin.clone().into(),
                integer(u64::from(*count))?,
            ]),
        }
        let used = device.used.map(|used| integer(used.0)).transpose()?;
        values.extend([
            blob(device.label.as_bytes()),
            blob(&device.kept.share),
            blob(&device.kept.map),
            integer(device.since.0)?,
            used.unwrap_or(SqlStorageValue::Null),
        ]);
        self.0.run(
            &format!(
                "INSERT OR REPLACE INTO device ({DEVICE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            ),
            values,
        )?;
        Ok(())
    }

    pub(crate) fn remove_device(&self, id: &DeviceId) -> Result<()> {
        let id = vec![blob(id.as_bytes())];
        self.0.run("DELETE FROM device WHERE id = ?", id)?;
        Ok(())
    }

    pub(crate) fn greeting(
        &self,
        account: &PublicKey,
        request: &RequestId,
    ) -> Result<Option<Greeting>> {
        let row = self.0.first(
            "SELECT hello, greeting, nonce, at, secret, session, proof FROM greeting WHERE account = ? AND request = ?",
            vec![blob(account.as_bytes()), blob(request.as_bytes())],
        )?;
        row.map(|mut row| {
            Ok(Greeting {
                account: *account,
                request: *request,
                hello: PublicKey::new(row.bytes()?),
                greeting: PublicKey::new(row.bytes()?),
                nonce: row.bytes()?,
                at: UnixTime(row.integer()?),
                stage: match (
                    row.optional_bytes()?,
                    row.optional_bytes()?,
                    row.optional_bytes()?,
                ) {
                    (Some(secret), None, None) => Stage::Open {
                        secret: Secret::new(secret),
                    },
                    (None, Some(session), Some(proof)) => Stage::Ended {
                        session: SessionId::new(session),
                        proof,
                    },
                    _ => return Err(LedgerError::Foreign),
                },
            })
        })
        .transpose()
    }

    pub(crate) fn create_greeting(&self, greeting: &Greeting) -> Result<()> {
        let (secret, session, proof) = match &greeting.stage {
            Stage::Open { secret } => {
                let nothing = SqlStorageValue::Null;
                (blob(secret.expose_secret()), nothing.clone(), nothing)
            }
            Stage::Ended { session, proof } => {
                (SqlStorageValue::Null, blob(session.as_bytes()), blob(proof))
            }
        };
        self.0.run(
            "INSERT INTO greeting (account, request, hello, greeting, nonce, at, secret, session, proof, until) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                blob(greeting.account.as_bytes()),
                blob(greeting.request.as_bytes()),
                blob(greeting.hello.as_bytes()),
                blob(greeting.greeting.as_bytes()),
                blob(&greeting.nonce),
                integer(greeting.at.0)?,
                secret,
                session,
                proof,
                integer(greeting.forgotten_at().0)?,
            ],
        )?;
        Ok(())
    }

    pub(crate) fn end_greeting(
        &self,
        greeting: &RequestId,
        proof: &[u8; 32],
        session: &Session,
    ) -> Result<()> {
        let ended = self.0.rows(
            "UPDATE greeting SET secret = NULL, session = ?, proof = ?, until = at + ? \
             WHERE account = ? AND request = ? RETURNING 1",
            vec![
                blob(session.id.as_bytes()),
                blob(proof),
                integer(ATTEMPT_LIFETIME)?,
                blob(session.account.as_bytes()),
                blob(greeting.as_bytes()),
            ],
        )?;
        match ended.len() {
            1 => Ok(()),
            _ => Err(LedgerError::Foreign),
        }
    }

    pub(crate) fn history(&self, look_up: &LookUpId) -> Result<Vec<Happened>> {
        let rows = self.0.rows(
            "SELECT what FROM history WHERE look_up = ? ORDER BY n DESC",
            vec![blob(look_up.as_bytes())],
        )?;
        let read = |mut row: Row| {
            let happened = json::read(row.text()?.as_bytes());
            happened.map_err(|_| LedgerError::Foreign)
        };
        rows.into_iter().map(read).collect()
    }

    pub(crate) fn put_happened(&self, look_up: &LookUpId, happened: &Happened) -> Result<()> {
        let look_up = || blob(look_up.as_bytes());
        self.0.run(
            "INSERT INTO history (look_up, what) VALUES (?, ?)",
            vec![look_up(), json::write_text(happened).into()],
        )?;
        self.0.run(
            "DELETE FROM history WHERE look_up = ? AND n <= \
             (SELECT n FROM history WHERE look_up = ? ORDER BY n DESC LIMIT 1 OFFSET ?)",
            vec![look_up(), look_up(), integer(MAX_OWNER_HISTORY as u64)?],
        )?;
        Ok(())
    }
}

fn read_device(mut row: Row) -> Result<Device> {
    let id = DeviceId::new(row.bytes()?);
    let look_up = LookUpId::new(row.bytes()?);
    let key = row.blob()?;
    let algorithm = row.optional_integer()?;
    let (credential, rp) = (row.optional_blob()?, row.optional_bytes()?);
    let (origin, count) = (row.optional_text()?, row.optional_integer()?);
    let check = match (algorithm, credential, rp, origin, count) {
        (None, None, None, None, None) => {
            let key = key.try_into().map_err(|_| LedgerError::Foreign)?;
            DeviceCheck::Terminal(PublicKey::new(key))
        }
        (Some(algorithm), Some(credential), Some(rp), Some(origin), Some(count)) => {
            DeviceCheck::Passkey(Passkey {
                key: PasskeyKey {
                    credential,
                    algorithm: match algorithm {
                        1 => PasskeyAlgorithm::Es256,
                        2 => PasskeyAlgorithm::Ed25519,
                        _ => return Err(LedgerError::Foreign),
                    },
                    key,
                },
                site: Site { rp, origin },
                count: u32::try_from(count).map_err(|_| LedgerError::Foreign)?,
            })
        }
        _ => return Err(LedgerError::Foreign),
    };
    Ok(Device {
        id,
        look_up,
        check,
        label: DeviceLabel::new(row.blob()?).ok_or(LedgerError::Foreign)?,
        kept: Kept {
            share: row.blob()?,
            map: row.blob()?,
        },
        since: UnixTime(row.integer()?),
        used: row.optional_integer()?.map(UnixTime),
    })
}
