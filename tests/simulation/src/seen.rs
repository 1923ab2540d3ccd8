//! What owners met with in a world, to see that a clean run has seen trouble at all.

use crate::device::Device;
use saifu_wallet_core::notice::Kind;
use saifu_wallet_core::view::Waiting;
use std::collections::BTreeSet;

/// What was met with.
#[derive(Debug, Default)]
pub struct Seen {
    /// Notices that were shown.
    pub notices: Vec<Kind>,
    /// Why jobs had to wait.
    pub waited: Vec<Waiting>,
    /// Values that were used up.
    pub used: u64,
    /// What plans were brought to.
    pub marks: BTreeSet<Mark>,
}

impl Seen {
    /// What the owners of these devices met with.
    pub(crate) fn on(devices: Vec<Device>) -> Self {
        let mut seen = Self::default();
        for mut device in devices {
            seen.notices.append(&mut device.told);
            seen.waited.append(&mut device.waited);
            seen.used += device.store.books().ledger().used;
        }
        seen
    }
}

/// Something a world of plans can be brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Values went to the safes.
    Spread,
    /// Before all of them had answered.
    SpreadBeforeComplete,
    /// They came back.
    CameBack,
    /// They moved to other safes.
    Moved,
    /// What had arrived was given up, because other devices had been confirmed.
    Outvoted,
    /// A registration was undone that had certificates.
    Undone,
    /// A key was erased here.
    KeyErased,
    /// A key stayed at safes for other values when its own came back.
    KeyOutlived,
    /// A backup was rehearsed and came back.
    Rehearsed,
    /// One was rehearsed and did not, or not all of it.
    FoundWanting,
    /// The profile was copied.
    Copied,
    /// The world was forked and healed without some of the safes.
    HealedWithoutSome,
    /// The world was forked, the device was lost, and what lay at the safes came back on a new one.
    Restored,
    /// A second device restored while the first was in use.
    Shared,
}
