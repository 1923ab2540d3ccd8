//! Runs the ledger's contract suite inside workerd. In test builds only: it empties the ledger.

use crate::sql_ledger::SqlLedger;
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
    let cases: Vec<Case> = report
        .into_iter()
        .map(|case| Case {
            name: case.name,
            failure: case.failure,
        })
        .collect();
    HttpReply::json(&cases)
}
