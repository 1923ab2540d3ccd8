//! The ledger of owners, in the same SQLite and the same transactions as that of entries. Devices, their logins and what
//! happened are in [`crate::sql_devices`].
//!
//! Rows written per login that is begun: one in `guessed`, or else in `owner`, and one in `attempt` with its two indices. What
//! is enrolled has rows of its own, which only a change of it writes.

use crate::sql_ledger::{LedgerError, SqlLedger};
use crate::sql_row::{Row, blob, integer};
use saifu_crypto::Secret;
use saifu_crypto::opaque::{Expected, Record};
use saifu_protocol::owner::{Alone, DeviceId, Frozen, Kept, LookUpId, Suite, WayKind, Which};
use saifu_protocol::{PublicKey, RequestId, SessionId, UnixTime};
use saifu_safe_core::owner::{
    ATTEMPT_LIFETIME, Attempt, Change, Credential, CredentialId, Enrolment, FORGOTTEN_AFTER,
    Guesses, Kit, Loaded, Need, OpenedBy, Owner, OwnerLedger, Session, Stage,
};
use std::collections::BTreeMap;
use worker::SqlStorageValue;

type Result<T> = core::result::Result<T, LedgerError>;

/// Names that nobody has stand apart from owners, and in the order in which they came, as attempts do: anybody can make such
/// rows, so that only the last so many are kept, and which these are must not take a count.
pub(crate) const SCHEMA: [&str; 7] = [
    "CREATE TABLE IF NOT EXISTS guessed (n INTEGER PRIMARY KEY, look_up BLOB NOT NULL UNIQUE, \
     spent INTEGER NOT NULL, right INTEGER NOT NULL, in_a_row INTEGER NOT NULL, last INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS owner (look_up BLOB PRIMARY KEY, spent INTEGER NOT NULL, right INTEGER NOT NULL, \
     in_a_row INTEGER NOT NULL, last INTEGER NOT NULL, newest BLOB NOT NULL, previous BLOB, accounts BLOB NOT NULL) \
     WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS credential (look_up BLOB NOT NULL, id BLOB NOT NULL, suite INTEGER NOT NULL, \
     record BLOB NOT NULL, share BLOB NOT NULL, map BLOB NOT NULL, PRIMARY KEY (look_up, id)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS attempt (n INTEGER PRIMARY KEY, account BLOB NOT NULL, request BLOB NOT NULL, \
     look_up BLOB NOT NULL, which INTEGER NOT NULL, ke1 BLOB NOT NULL, credential BLOB NOT NULL, ke2 BLOB NOT NULL, \
     expected BLOB NOT NULL, at INTEGER NOT NULL, session BLOB, UNIQUE (account, request))",
    "CREATE INDEX IF NOT EXISTS attempt_at ON attempt (at)",
    "CREATE TABLE IF NOT EXISTS session (id BLOB PRIMARY KEY, look_up BLOB NOT NULL, account BLOB NOT NULL, \
     credential BLOB NOT NULL, key BLOB NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS session_until ON session (until)",
];

/// What has been added to these tables since there were ledgers. A new one gets them in the same way.
pub(crate) const COLUMNS: [(&str, &str, &str); 16] = [
    ("guessed", "kit_spent", "INTEGER NOT NULL DEFAULT 0"),
    ("guessed", "kit_right", "INTEGER NOT NULL DEFAULT 0"),
    ("guessed", "kit_in_a_row", "INTEGER NOT NULL DEFAULT 0"),
    ("guessed", "kit_last", "INTEGER NOT NULL DEFAULT 0"),
    ("owner", "kit_spent", "INTEGER NOT NULL DEFAULT 0"),
    ("owner", "kit_right", "INTEGER NOT NULL DEFAULT 0"),
    ("owner", "kit_in_a_row", "INTEGER NOT NULL DEFAULT 0"),
    ("owner", "kit_last", "INTEGER NOT NULL DEFAULT 0"),
    ("owner", "kit", "BLOB"),
    ("owner", "kit_since", "INTEGER"),
    ("session", "of_device", "INTEGER NOT NULL DEFAULT 0"),
    ("session", "thaws", "INTEGER"),
    ("owner", "frozen", "INTEGER"),
    ("owner", "alone", "INTEGER"),
    ("owner", "alone_since", "INTEGER"),
    ("owner", "thawed", "INTEGER"),
];

/// What needs those columns. `map` is that of the root, in a row of its own: a guess writes the row of its owner, and not 32 KiB.
pub(crate) const AFTER: [&str; 6] = [
    "DROP INDEX IF EXISTS guessed_last",
    "CREATE INDEX IF NOT EXISTS guessed_seen ON guessed (max(last, kit_last))",
    "CREATE TABLE IF NOT EXISTS root_map (look_up BLOB PRIMARY KEY, map BLOB NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS session_thaws ON session (account) WHERE thaws IS NOT NULL",
    // The accounts of those who have frozen what is theirs: asked about whenever anything leaves.
    "CREATE TABLE IF NOT EXISTS frozen (look_up BLOB NOT NULL, account BLOB NOT NULL, PRIMARY KEY (look_up, account)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS frozen_account ON frozen (account)",
];

const SESSION: &str = "id, look_up, account, of_device, credential, key, until, thaws";
const GUESSES: &str = "spent, right, in_a_row, last, kit_spent, kit_right, kit_in_a_row, kit_last";
const GUESSES_EXCLUDED: &str = "spent = excluded.spent, right = excluded.right, in_a_row = excluded.in_a_row, \
     last = excluded.last, kit_spent = excluded.kit_spent, kit_right = excluded.kit_right, \
     kit_in_a_row = excluded.kit_in_a_row, kit_last = excluded.kit_last";

/// Every table, for the contract suite.
#[cfg(feature = "contract")]
pub(crate) const TABLES: [&str; 7] = [
    "guessed",
    "owner",
    "credential",
    "attempt",
    "session",
    "root_map",
    "frozen",
];

/// The owners of a safe.
pub(crate) struct SqlOwners(pub(crate) SqlLedger);

impl OwnerLedger for SqlOwners {
    type Error = LedgerError;

    fn load(&self, need: &Need) -> Result<Loaded> {
        let attempt = match &need.attempt {
            Some((account, request)) => self.attempt(account, request)?,
            None => None,
        };
        let greeting = match &need.greeting {
            Some((account, request)) => self.greeting(account, request)?,
            None => None,
        };
        let ended_in = attempt.as_ref().and_then(|attempt| attempt.session);
        let of_greeting = greeting.as_ref().and_then(|it| match it.stage {
            Stage::Open { .. } => None,
            Stage::Ended { session, .. } => Some(session),
        });
        let session = match need.session.or(ended_in).or(of_greeting) {
            Some(id) => self.session(&id)?,
            None => None,
        };
        let opener = session.as_ref().and_then(|it| match it.opened_by {
            OpenedBy::Secret(_) => None,
            OpenedBy::Device(id) => Some(id),
        });
        let mut devices = BTreeMap::new();
        for id in need.device.into_iter().chain(opener) {
            devices.extend(self.device(&id)?.map(|device| (id, device)));
        }
        let of_session = session.as_ref().map(|session| session.look_up);
        let of_attempt = attempt.as_ref().map(|attempt| attempt.look_up);
        let named = need.device.and_then(|id| devices.get(&id));
        let of_device = named.map(|device| device.look_up);
        let look_up = need.look_up.or(of_session).or(of_attempt).or(of_device);
        let (owner, history) = match look_up {
            Some(look_up) if need.ways => {
                let all = self.devices_of(&look_up)?;
                devices.extend(all.into_iter().map(|device| (device.id, device)));
                (self.owner(&look_up)?, self.history(&look_up)?)
            }
            Some(look_up) => (self.owner(&look_up)?, Vec::new()),
            None => (None, Vec::new()),
        };
        let thawing = match (look_up, need.thawing) {
            (Some(look_up), Some(account)) => self.thawing(&look_up, &account)?,
            _ => Vec::new(),
        };
        Ok(Loaded {
            owner,
            attempt,
            greeting,
            session,
            devices,
            history,
            thawing,
        })
    }

    fn apply(&mut self, changes: &[Change]) -> Result<()> {
        let each = || changes.iter().try_for_each(|change| self.apply_one(change));
        self.0.transact(each)
    }

    fn frozen(&self, account: &PublicKey) -> Result<Option<Frozen>> {
        let row = self.0.first(
            "SELECT o.frozen, o.alone, o.alone_since FROM frozen f JOIN owner o ON o.look_up = f.look_up \
             WHERE f.account = ? ORDER BY o.frozen LIMIT 1",
            vec![blob(account.as_bytes())],
        )?;
        row.map_or(Ok(None), |mut row| read_frozen(&mut row))
    }

    fn sweep(&mut self, now: UnixTime) -> Result<()> {
        let before = |seconds| now.0.checked_sub(seconds).map(integer).transpose();
        self.0.transact(|| {
            if let Some(at) = before(ATTEMPT_LIFETIME)? {
                self.0.run("DELETE FROM attempt WHERE at <= ?", vec![at])?;
            }
            if let Some(last) = before(FORGOTTEN_AFTER)? {
                let old = "DELETE FROM guessed WHERE max(last, kit_last) <= ?";
                self.0.run(old, vec![last])?;
            }
            let now = || Ok::<_, LedgerError>(vec![integer(now.0)?]);
            self.0
                .run("DELETE FROM greeting WHERE until <= ?", now()?)?;
            self.0.run("DELETE FROM session WHERE until < ?", now()?)?;
            Ok(())
        })
    }

    fn next_sweep(&self) -> Result<Option<UnixTime>> {
        let earliest = |query, lives: u64| -> Result<Option<UnixTime>> {
            let row = self.0.first(query, vec![])?;
            let time = row.map(|mut row| row.optional_integer()).transpose()?;
            Ok(time.flatten().map(|time| UnixTime(time).plus(lives)))
        };
        let all = [
            earliest("SELECT min(at) FROM attempt", ATTEMPT_LIFETIME)?,
            earliest(
                "SELECT max(last, kit_last) FROM guessed ORDER BY max(last, kit_last) LIMIT 1",
                FORGOTTEN_AFTER,
            )?,
            earliest("SELECT min(until) FROM greeting", 0)?,
            earliest("SELECT min(until) FROM session", 1)?,
        ];
        Ok(all.into_iter().flatten().min())
    }
}

impl SqlOwners {
    fn owner(&self, look_up: &LookUpId) -> Result<Option<Owner>> {
        let row = self.0.first(
            &format!(
                "SELECT {GUESSES}, newest, previous, accounts, kit, kit_since, \
                 frozen, alone, alone_since, thawed FROM owner WHERE look_up = ?"
            ),
            vec![blob(look_up.as_bytes())],
        )?;
        if let Some(mut row) = row {
            return Ok(Some(Owner {
                look_up: *look_up,
                guesses: read_guesses(&mut row)?,
                kit_guesses: read_guesses(&mut row)?,
                enrolled: Some(self.enrolment(look_up, row)?),
            }));
        }
        let row = self.0.first(
            &format!("SELECT {GUESSES} FROM guessed WHERE look_up = ?"),
            vec![blob(look_up.as_bytes())],
        )?;
        row.map(|mut row| {
            Ok(Owner {
                look_up: *look_up,
                guesses: read_guesses(&mut row)?,
                kit_guesses: read_guesses(&mut row)?,
                enrolled: None,
            })
        })
        .transpose()
    }

    fn enrolment(&self, look_up: &LookUpId, mut row: Row) -> Result<Enrolment> {
        let newest = CredentialId::new(row.bytes()?);
        let previous = row.optional_bytes()?.map(CredentialId::new);
        let accounts = row.blob()?;
        let (accounts, rest) = accounts.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(LedgerError::Foreign);
        }
        let kit = match (row.optional_bytes()?, row.optional_integer()?) {
            (Some(id), Some(since)) => Some(Kit {
                credential: self.credential(look_up, CredentialId::new(id))?,
                since: UnixTime(since),
            }),
            (None, None) => None,
            _ => return Err(LedgerError::Foreign),
        };
        let frozen = read_frozen(&mut row)?;
        let thawed = row.optional_integer()?.map(UnixTime);
        let map = self.0.first(
            "SELECT map FROM root_map WHERE look_up = ?",
            vec![blob(look_up.as_bytes())],
        )?;
        Ok(Enrolment {
            newest: self.credential(look_up, newest)?,
            previous: previous
                .map(|id| self.credential(look_up, id))
                .transpose()?,
            kit,
            map: map.map(|mut row| row.blob()).transpose()?,
            accounts: accounts.iter().copied().map(PublicKey::new).collect(),
            frozen,
            thawed,
        })
    }

    fn credential(&self, look_up: &LookUpId, id: CredentialId) -> Result<Credential> {
        let row = self.0.first(
            "SELECT suite, record, share, map FROM credential WHERE look_up = ? AND id = ?",
            vec![blob(look_up.as_bytes()), blob(id.as_bytes())],
        )?;
        let mut row = row.ok_or(LedgerError::Foreign)?;
        Ok(Credential {
            id,
            suite: match row.integer()? {
                1 => Suite::Opaque1,
                _ => return Err(LedgerError::Foreign),
            },
            record: Record::read(&row.bytes()?).map_err(|_| LedgerError::Foreign)?,
            kept: Kept {
                share: row.blob()?,
                map: row.blob()?,
            },
        })
    }

    fn attempt(&self, account: &PublicKey, request: &RequestId) -> Result<Option<Attempt>> {
        let row = self.0.first(
            "SELECT look_up, which, ke1, credential, ke2, expected, at, session FROM attempt \
             WHERE account = ? AND request = ?",
            vec![blob(account.as_bytes()), blob(request.as_bytes())],
        )?;
        row.map(|mut row| {
            Ok(Attempt {
                account: *account,
                request: *request,
                look_up: LookUpId::new(row.bytes()?),
                which: match row.integer()? {
                    0 => Which::Newest,
                    1 => Which::Previous,
                    2 => Which::Kit,
                    _ => return Err(LedgerError::Foreign),
                },
                ke1: row.bytes()?,
                credential: CredentialId::new(row.bytes()?),
                ke2: row.bytes()?,
                expected: Expected::new(row.bytes()?),
                at: UnixTime(row.integer()?),
                session: row.optional_bytes()?.map(SessionId::new),
            })
        })
        .transpose()
    }

    fn session(&self, id: &SessionId) -> Result<Option<Session>> {
        let row = self.0.first(
            &format!("SELECT {SESSION} FROM session WHERE id = ?"),
            vec![blob(id.as_bytes())],
        )?;
        row.map(read_session).transpose()
    }

    fn thawing(&self, look_up: &LookUpId, account: &PublicKey) -> Result<Vec<Session>> {
        let rows = self.0.rows(
            &format!(
                "SELECT {SESSION} FROM session WHERE account = ? AND thaws IS NOT NULL AND look_up = ? ORDER BY id"
            ),
            vec![blob(account.as_bytes()), blob(look_up.as_bytes())],
        )?;
        rows.into_iter().map(read_session).collect()
    }

    fn apply_one(&self, change: &Change) -> Result<()> {
        match change {
            Change::PutOwner(owner) => match &owner.enrolled {
                None => self.put_name(owner),
                Some(enrolled) => self.put_owner(owner, enrolled),
            },
            Change::CreateAttempt(attempt) => self.create_attempt(attempt),
            Change::CreateSession { attempt, session } => self.create_session(attempt, session),
            Change::PutDevice(device) => self.put_device(device),
            Change::RemoveDevice(id) => self.remove_device(id),
            Change::CreateGreeting(greeting) => self.create_greeting(greeting),
            Change::EndGreeting {
                greeting,
                proof,
                session,
            } => {
                self.end_greeting(greeting, proof, session)?;
                self.insert_session(session)
            }
            Change::Thaws(id, at) => self.0.one_row(
                "UPDATE session SET thaws = ? WHERE id = ? RETURNING 1",
                vec![integer(at.0)?, blob(id.as_bytes())],
            ),
            Change::Happened { look_up, happened } => self.put_happened(look_up, happened),
            Change::Keep {
                attempts,
                greetings,
                names,
            } => {
                self.keep("attempt", *attempts)?;
                self.keep("greeting", *greetings)?;
                self.keep("guessed", *names)
            }
        }
    }

    fn put_name(&self, owner: &Owner) -> Result<()> {
        for table in ["owner", "credential", "root_map", "frozen"] {
            self.0.run(
                &format!("DELETE FROM {table} WHERE look_up = ?"),
                vec![blob(owner.look_up.as_bytes())],
            )?;
        }
        let mut values = vec![blob(owner.look_up.as_bytes())];
        values.extend(guess_values(owner)?);
        self.0.run(
            &format!(
                "INSERT INTO guessed (look_up, {GUESSES}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) \
                 ON CONFLICT (look_up) DO UPDATE SET {GUESSES_EXCLUDED}"
            ),
            values,
        )?;
        Ok(())
    }

    fn put_owner(&self, owner: &Owner, enrolled: &Enrolment) -> Result<()> {
        let look_up = || blob(owner.look_up.as_bytes());
        let no_previous = SqlStorageValue::Null;
        let previous = enrolled.previous.as_ref();
        let previous_id = previous.map_or(no_previous, |previous| blob(previous.id.as_bytes()));
        let kit = enrolled.kit.as_ref();
        let kit_id = kit.map_or(SqlStorageValue::Null, |kit| {
            blob(kit.credential.id.as_bytes())
        });
        let newest_id = blob(enrolled.newest.id.as_bytes());
        self.0
            .run("DELETE FROM guessed WHERE look_up = ?", vec![look_up()])?;
        self.0.run(
            "DELETE FROM credential WHERE look_up = ? AND id IS NOT ? AND id IS NOT ? AND id IS NOT ?",
            vec![
                look_up(),
                newest_id.clone(),
                previous_id.clone(),
                kit_id.clone(),
            ],
        )?;
        let of_kit = kit.map(|kit| &kit.credential);
        for credential in previous.into_iter().chain([&enrolled.newest]).chain(of_kit) {
            self.put_credential(&owner.look_up, credential)?;
        }
        self.put_root_map(&owner.look_up, enrolled.map.as_deref())?;
        let mut values = vec![look_up()];
        values.extend(guess_values(owner)?);
        let accounts = enrolled.accounts.iter().flat_map(PublicKey::as_bytes);
        let accounts: Vec<u8> = accounts.copied().collect();
        let since = kit.map(|kit| integer(kit.since.0)).transpose()?;
        let since = since.unwrap_or(SqlStorageValue::Null);
        values.extend([newest_id, previous_id, accounts.into(), kit_id, since]);
        values.extend(freeze_values(enrolled)?);
        self.0.run(
            &format!(
                "INSERT INTO owner (look_up, {GUESSES}, newest, previous, accounts, kit, kit_since, \
                 frozen, alone, alone_since, thawed) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
                 ON CONFLICT (look_up) DO UPDATE SET {GUESSES_EXCLUDED}, newest = excluded.newest, \
                 previous = excluded.previous, accounts = excluded.accounts, kit = excluded.kit, \
                 kit_since = excluded.kit_since, frozen = excluded.frozen, alone = excluded.alone, \
                 alone_since = excluded.alone_since, thawed = excluded.thawed"
            ),
            values,
        )?;
        self.put_frozen(&owner.look_up, enrolled)
    }

    /// A guess writes nothing here, and neither does what else is done while nothing is frozen.
    fn put_frozen(&self, look_up: &LookUpId, enrolled: &Enrolment) -> Result<()> {
        if enrolled.frozen.is_none() {
            let none = "DELETE FROM frozen WHERE look_up = ?";
            self.0.run(none, vec![blob(look_up.as_bytes())])?;
            return Ok(());
        }
        for account in &enrolled.accounts {
            self.0.run(
                "INSERT INTO frozen (look_up, account) VALUES (?, ?) ON CONFLICT DO NOTHING",
                vec![blob(look_up.as_bytes()), blob(account.as_bytes())],
            )?;
        }
        Ok(())
    }

    fn put_root_map(&self, look_up: &LookUpId, map: Option<&[u8]>) -> Result<()> {
        match map {
            Some(map) => self.0.run(
                "INSERT INTO root_map (look_up, map) VALUES (?, ?) ON CONFLICT (look_up) \
                 DO UPDATE SET map = excluded.map WHERE map IS NOT excluded.map",
                vec![blob(look_up.as_bytes()), blob(map)],
            )?,
            None => self.0.run(
                "DELETE FROM root_map WHERE look_up = ?",
                vec![blob(look_up.as_bytes())],
            )?,
        };
        Ok(())
    }

    /// What is kept changes, a secret never does: another one has another id. A guess changes neither, and writes nothing here.
    fn put_credential(&self, look_up: &LookUpId, credential: &Credential) -> Result<()> {
        let suite = match credential.suite {
            Suite::Opaque1 => 1,
        };
        self.0.run(
            "INSERT INTO credential (look_up, id, suite, record, share, map) VALUES (?, ?, ?, ?, ?, ?) \
             ON CONFLICT (look_up, id) DO UPDATE SET suite = excluded.suite, record = excluded.record, \
             share = excluded.share, map = excluded.map WHERE suite IS NOT excluded.suite OR \
             record IS NOT excluded.record OR share IS NOT excluded.share OR map IS NOT excluded.map",
            vec![
                blob(look_up.as_bytes()),
                blob(credential.id.as_bytes()),
                integer(suite)?,
                blob(credential.record.as_bytes()),
                blob(&credential.kept.share),
                blob(&credential.kept.map),
            ],
        )?;
        Ok(())
    }

    fn create_attempt(&self, attempt: &Attempt) -> Result<()> {
        let which = match attempt.which {
            Which::Newest => 0,
            Which::Previous => 1,
            Which::Kit => 2,
        };
        let session = attempt.session;
        self.0.run(
            "INSERT INTO attempt (account, request, look_up, which, ke1, credential, ke2, expected, at, session) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                blob(attempt.account.as_bytes()),
                blob(attempt.request.as_bytes()),
                blob(attempt.look_up.as_bytes()),
                integer(which)?,
                blob(&attempt.ke1),
                blob(attempt.credential.as_bytes()),
                blob(&attempt.ke2),
                blob(attempt.expected.expose_secret()),
                integer(attempt.at.0)?,
                session.map_or(SqlStorageValue::Null, |session| blob(session.as_bytes())),
            ],
        )?;
        Ok(())
    }

    fn create_session(&self, attempt: &RequestId, session: &Session) -> Result<()> {
        let ended = self.0.rows(
            "UPDATE attempt SET session = ? WHERE account = ? AND request = ? RETURNING 1",
            vec![
                blob(session.id.as_bytes()),
                blob(session.account.as_bytes()),
                blob(attempt.as_bytes()),
            ],
        )?;
        if ended.len() != 1 {
            return Err(LedgerError::Foreign);
        }
        self.insert_session(session)
    }

    fn insert_session(&self, session: &Session) -> Result<()> {
        let (of_device, opener) = match &session.opened_by {
            OpenedBy::Secret(id) => (0, id.as_bytes()),
            OpenedBy::Device(id) => (1, id.as_bytes()),
        };
        self.0.run(
            "INSERT INTO session (id, look_up, account, of_device, credential, key, until) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            vec![
                blob(session.id.as_bytes()),
                blob(session.look_up.as_bytes()),
                blob(session.account.as_bytes()),
                integer(of_device)?,
                blob(opener),
                blob(session.key.expose_secret()),
                integer(session.until.0)?,
            ],
        )?;
        Ok(())
    }

    /// Numbers ascend by one, so the last `most` rows are within that distance of the last, and fewer where some have gone.
    fn keep(&self, table: &str, most: usize) -> Result<()> {
        self.0.run(
            &format!("DELETE FROM {table} WHERE n <= (SELECT max(n) FROM {table}) - ?"),
            vec![integer(most as u64)?],
        )?;
        Ok(())
    }
}

fn read_guesses(row: &mut Row) -> Result<Guesses> {
    Ok(Guesses {
        spent: row.integer()?,
        right: row.integer()?,
        in_a_row: row.small()?,
        last: UnixTime(row.integer()?),
    })
}

fn guess_values(owner: &Owner) -> Result<Vec<SqlStorageValue>> {
    let both = [&owner.guesses, &owner.kit_guesses].into_iter();
    let numbers = both.flat_map(|guesses| {
        [
            guesses.spent,
            guesses.right,
            u64::from(guesses.in_a_row),
            guesses.last.0,
        ]
    });
    numbers.map(integer).collect()
}

fn read_session(mut row: Row) -> Result<Session> {
    Ok(Session {
        id: SessionId::new(row.bytes()?),
        look_up: LookUpId::new(row.bytes()?),
        account: PublicKey::new(row.bytes()?),
        opened_by: match row.integer()? {
            0 => OpenedBy::Secret(CredentialId::new(row.bytes()?)),
            1 => OpenedBy::Device(DeviceId::new(row.bytes()?)),
            _ => return Err(LedgerError::Foreign),
        },
        key: Secret::new(row.bytes()?),
        until: UnixTime(row.integer()?),
        thaws: row.optional_integer()?.map(UnixTime),
    })
}

/// `frozen, alone, alone_since`; all null where nothing is frozen.
fn read_frozen(row: &mut Row) -> Result<Option<Frozen>> {
    let since = row.optional_integer()?.map(UnixTime);
    let alone = match (row.optional_integer()?, row.optional_integer()?) {
        (None, None) => None,
        (Some(by), Some(since)) => Some(Alone {
            by: match by {
                0 => WayKind::Words,
                1 => WayKind::Kit,
                2 => WayKind::Passkey,
                3 => WayKind::Terminal,
                _ => return Err(LedgerError::Foreign),
            },
            since: UnixTime(since),
        }),
        _ => return Err(LedgerError::Foreign),
    };
    match (since, alone) {
        (Some(since), alone) => Ok(Some(Frozen { since, alone })),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(LedgerError::Foreign),
    }
}

fn freeze_values(enrolled: &Enrolment) -> Result<[SqlStorageValue; 4]> {
    let optional = |value: Option<u64>| value.map_or(Ok(SqlStorageValue::Null), integer);
    let frozen = enrolled.frozen;
    let alone = frozen.and_then(|frozen| frozen.alone);
    let kind = alone.map(|alone| match alone.by {
        WayKind::Words => 0,
        WayKind::Kit => 1,
        WayKind::Passkey => 2,
        WayKind::Terminal => 3,
    });
    Ok([
        optional(frozen.map(|frozen| frozen.since.0))?,
        optional(kind)?,
        optional(alone.map(|alone| alone.since.0))?,
        optional(enrolled.thawed.map(|at| at.0))?,
    ])
}
