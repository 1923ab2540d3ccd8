//! Runs the contract suites of the ledger inside workerd. In test builds only: it empties the ledger.

use crate::sql_ledger::SqlLedger;
use crate::sql_owners::SqlOwners;
use saifu_safe_core::HttpReply;
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
    let cases: Vec<Case> = report
        .into_iter()
        .chain(of_owners)
        .map(|case| Case {
            name: case.name,
            failure: case.failure,
        })
        .collect();
    HttpReply::json(&cases)
}
