//! What a safe writes to its log: codes from a closed list and nothing of any request, so the log of a safe tells
//! nothing about its owners.

use saifu_safe_core::decide::AuditEvent;

/// An event for the operator.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LogCode {
    /// See [`AuditEvent`].
    Audit(AuditEvent),
    /// The ledger could not load or store.
    LedgerFailed,
    /// The index could not be written; it will be tried again.
    IndexNotWritten,
    /// The index could not be read.
    IndexNotRead,
    /// A setting does not read; the safe answers nothing until it does.
    SettingsUnreadable,
    /// The operator has not said where this safe is; it answers nothing until then.
    AddressMissing,
    /// An alarm could not be set; the next request tries again.
    AlarmNotSet,
    /// The ledger object did not answer.
    ObjectFailed,
    /// A push service did not take a message; it is tried again a few times.
    PushNotSent,
}

pub(crate) fn log(code: LogCode) {
    let text = match code {
        LogCode::Audit(event) => event.code(),
        LogCode::LedgerFailed => "ledger-failed",
        LogCode::IndexNotWritten => "index-not-written",
        LogCode::IndexNotRead => "index-not-read",
        LogCode::SettingsUnreadable => "settings-unreadable",
        LogCode::AddressMissing => "address-missing",
        LogCode::AlarmNotSet => "alarm-not-set",
        LogCode::ObjectFailed => "object-failed",
        LogCode::PushNotSent => "push-not-sent",
    };
    worker::console_error!("saifu: {text}");
}
