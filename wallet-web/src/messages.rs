//! What passes between the page and the Worker. Neither a key nor a value's payload is ever part of it.

use serde::{Deserialize, Serialize};

/// From the page to the Worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(crate) enum ToWorker {
    /// Are you there? The Worker answers with the same number.
    Ping {
        /// Tells one ping from another.
        number: u32,
    },
}

/// From the Worker to the page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(crate) enum FromWorker {
    /// The Worker listens. Whatever was posted before this may be lost, so the page waits for it.
    Ready,
    /// The answer to [`ToWorker::Ping`].
    Pong {
        /// The number of the ping.
        number: u32,
    },
}
