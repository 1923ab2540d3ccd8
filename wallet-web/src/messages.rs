//! What passes between the page and the Worker. No key is ever part of it, and of the values only what the owner typed
//! or asked to see.

use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::Part;
use serde::{Deserialize, Serialize};

/// From the page to the Worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ToWorker {
    /// The owner wants something.
    Intent(Intent),
    /// The wallet is looked at again: what waits may be tried at once.
    Encouraged,
    /// The owner wants the wallet here although another tab has it. That tab stops at once.
    TakeOver,
}

/// From the Worker to the page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FromWorker {
    /// The Worker listens. Whatever was posted before this may be lost, so the page waits for it.
    Ready,
    /// Show these. Each replaces the part of its kind that was shown before.
    Parts(Vec<Part>),
}
