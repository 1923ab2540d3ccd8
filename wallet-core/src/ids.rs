//! Identifiers inside one wallet. They mean nothing to any safe.

use saifu_protocol::fixed_bytes;

fixed_bytes!(
    /// A value or a certificate in this wallet.
    ItemId, 16
);
fixed_bytes!(
    /// A running flow in this wallet's journal.
    FlowId, 16
);
