//! What a platform says of itself, and what that makes of a look.

use super::calendar::Moment;
use super::gather::{latest_here, next_away};
use super::subject::Subject;
use super::trigger::{Battery, Connection, Network, Signals, WhileClosed};
use saifu_protocol::UnixTime;
use serde::{Deserialize, Serialize};

/// What the platform says, each signal as far as it has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Battery and charger.
    pub battery: Option<Battery>,
    /// When the device was last used.
    pub device_used_at: Option<UnixTime>,
    /// When this wallet was last touched.
    pub wallet_used_at: UnixTime,
    /// Whether there is a network.
    pub network: Network,
    /// How good it is.
    pub connection: Option<Connection>,
    /// Bytes free of what the browser allows.
    pub quota_room: Option<u64>,
    /// What happens while the wallet is closed.
    pub while_closed: WhileClosed,
}

/// What a wallet counts for triggers that are over as soon as they have come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// How often it was opened.
    pub opened: u64,
    /// How often a value came in, went out or was changed.
    pub changes: u64,
}

impl Reading {
    /// Everything triggers look at.
    pub fn signals(
        &self,
        at: Moment,
        counts: Counts,
        room: u64,
        values: &[Subject<'_>],
    ) -> Signals {
        Signals {
            at,
            opened: counts.opened,
            changes: counts.changes,
            // A rule that is asked for is carried out without being looked at.
            requests: 0,
            wallet_used_at: self.wallet_used_at,
            device_used_at: self.device_used_at,
            battery: self.battery,
            network: self.network,
            connection: self.connection,
            room,
            quota_room: self.quota_room,
            latest_here: latest_here(values),
            next_away: next_away(values, at.today()),
            while_closed: self.while_closed,
        }
    }
}
