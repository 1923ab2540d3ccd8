//! What an owner wants done. The page sends these and nothing else.

use crate::form::Form;
use crate::ids::{FlowId, ItemId};
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::SafeId;
use serde::{Deserialize, Serialize};

/// An owner's wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// Put a value into the wallet.
    Add {
        /// What was typed.
        form: Form,
    },
    /// Replace a value by a corrected one: new entry and deletion in one transaction.
    Correct {
        /// The value.
        value: ItemId,
        /// What was typed.
        form: Form,
    },
    /// Take a value out for good, because it was used or is not wanted.
    Remove {
        /// The value.
        value: ItemId,
        /// Why.
        why: RemoveReason,
    },
    /// Show a value whole, payload included, until another view opens.
    Open {
        /// The value or certificate.
        item: ItemId,
    },
    /// Forget what [`Intent::Open`] showed.
    Close,
    /// Ask a safe who it is.
    MeetSafe {
        /// What was typed or scanned.
        address: String,
    },
    /// Trust the safe that was just met.
    TrustSafe {
        /// Its id, as shown.
        safe: SafeId,
    },
    /// Do not trust the safe that was just met.
    DismissSafe,
    /// Forget a safe at which nothing is registered.
    ForgetSafe {
        /// Its id.
        safe: SafeId,
    },
    /// Register values at a safe.
    BackUp {
        /// The values.
        values: Vec<ItemId>,
        /// The safe.
        safe: SafeId,
    },
    /// Recover the value of a certificate.
    Recover {
        /// The certificate.
        certificate: ItemId,
    },
    /// Give up a certificate together with the value at the safe.
    Discard {
        /// The certificate.
        certificate: ItemId,
    },
    /// Stop a job that has not gone too far.
    CallOff {
        /// The job.
        job: FlowId,
    },
    /// Do not wait any longer before the next attempt of any job.
    RetryNow,
    /// Set how much the wallet may hold, in bytes.
    SetCapacity {
        /// Bytes.
        bytes: u64,
    },
    /// A notice was read.
    Acknowledge {
        /// The notice.
        notice: ItemId,
    },
}

/// Why a value is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemoveReason {
    /// It was used.
    Used,
    /// It is not wanted any more.
    Discarded,
}
