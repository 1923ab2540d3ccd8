//! Runs the contract suites of the ledger inside workerd. In test builds only: it empties the ledger.

use crate::sql_ledger::{LedgerError, SqlLedger};
use crate::sql_owners::{SCHEMA, SqlOwners};
use crate::sql_row::blob;
use saifu_protocol::owner::LookUpId;
use saifu_protocol::{PublicKey, SessionId, UnixTime};
use saifu_safe_core::HttpReply;
use saifu_safe_core::owner::{CredentialId, Guesses, Need, OpenedBy, OwnerLedger as _};
use serde::Serialize;

#[derive(Serialize)]
struct Case {
    name: &'static str,
    failure: Option<String>,
}

pub(crate) fn run(ledger: &SqlLedger) -> HttpReply {
    let report = saifu_safe_core::contract::run(|| {
        ledger.clear()?;
        Ok(ledger.clone())
    });
    let of_owners = saifu_safe_core::contract::owners::run(|| {
        ledger.clear()?;
        Ok(SqlOwners(ledger.clone()))
    });
    let of_older_software = Case {
        name: "a ledger of software that knew no devices goes on",
        failure: match of_older_software(ledger) {
            Ok(true) => None,
            Ok(false) => Some("something else was loaded".into()),
            Err(_) => Some("the ledger failed".into()),
        },
    };
    let cases: Vec<Case> = report
        .into_iter()
        .chain(of_owners)
        .map(|case| Case {
            name: case.name,
            failure: case.failure,
        })
        .chain([of_older_software])
        .collect();
    HttpReply::json(&cases)
}

/// Whether what was written before there were kits and devices loads as it was.
fn of_older_software(ledger: &SqlLedger) -> Result<bool, LedgerError> {
    ledger.clear()?;
    for table in ["guessed", "owner", "session", "root_map"] {
        ledger.run(&format!("DROP TABLE {table}"), vec![])?;
    }
    for statement in SCHEMA {
        ledger.run(statement, vec![])?;
    }
    ledger.run("CREATE INDEX guessed_last ON guessed (last)", vec![])?;
    let (name, session) = (LookUpId::new([1; 32]), SessionId::new([2; 16]));
    ledger.run(
        "INSERT INTO guessed (look_up, spent, right, in_a_row, last) VALUES (?, 4, 3, 2, 1000)",
        vec![blob(name.as_bytes())],
    )?;
    ledger.run(
        "INSERT INTO session (id, look_up, account, credential, key, until) VALUES (?, ?, ?, ?, ?, 2000)",
        vec![
            blob(session.as_bytes()),
            blob(name.as_bytes()),
            blob(&[3; 32]),
            blob(&[4; 32]),
            blob(&[5; 32]),
        ],
    )?;
    ledger.make_tables()?;
    // As at each start.
    ledger.make_tables()?;
    let loaded = SqlOwners(ledger.clone()).load(&Need {
        session: Some(session),
        ..Need::default()
    })?;
    let guesses = Guesses {
        spent: 4,
        right: 3,
        in_a_row: 2,
        last: UnixTime(1_000),
    };
    let opened_by = OpenedBy::Secret(CredentialId::new([4; 32]));
    let is_owner = loaded
        .owner
        .is_some_and(|owner| owner.guesses == guesses && owner.kit_guesses == Guesses::default());
    let is_session = loaded
        .session
        .is_some_and(|it| it.opened_by == opened_by && it.account == PublicKey::new([3; 32]));
    Ok(is_owner && is_session)
}
