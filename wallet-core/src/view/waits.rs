//! How long others wait, and who does.

use super::Waiting;
use crate::books::Half;
use crate::ids::FlowId;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::hold::Said;
use saifu_protocol::owner::Frozen;
use saifu_protocol::push::{Endpoint, PushKey};
use saifu_protocol::{PublicKey, SafeId, UnixTime};
use serde::{Deserialize, Serialize};

/// See above.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WaitsView {
    /// So many seconds others wait for what is registered.
    pub wait: u64,
    /// The safes that are still to be told of it.
    pub telling: Vec<TellingCard>,
    /// Those who wait, or have waited.
    pub asked: Vec<AskedCard>,
    /// Where this wallet waits itself.
    pub waiting: Vec<WaitingCard>,
    /// The safes that did not say who waits when they were asked last.
    pub unheard: Vec<UnheardCard>,
    /// Which safe wakes the wallet while it is closed.
    pub waking: WakingView,
    /// The safes that hand out nothing.
    pub frozen: Vec<FrozenCard>,
    /// The safes that are still to be told to hand out nothing.
    pub freezing: Vec<FreezingCard>,
    /// How many safes know the owner, and could.
    pub freezable: usize,
}

/// A safe that hands out nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenCard {
    /// The safe.
    pub safe: SafeId,
    /// Where it is.
    pub address: String,
    /// Who runs it.
    pub operator: String,
    /// Since when, and who wants it lifted with one way only.
    pub frozen: Frozen,
    /// What this wallet has shown of two ways, as long as that holds.
    pub half: Option<Half>,
}

/// A safe that is still to be told to hand out nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreezingCard {
    /// The job.
    pub job: FlowId,
    /// Where it is.
    pub address: String,
    /// Who runs it.
    pub operator: String,
    /// Why it waits, if it does.
    pub waiting: Option<Waiting>,
    /// When it is tried again, if it waits.
    pub next_try: Option<UnixTime>,
}

/// Which safes would wake the wallet, and which one does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WakingView {
    /// The safes that said that they would.
    pub offers: Vec<WakerCard>,
    /// The one the owner has chosen.
    pub by: Option<WokenCard>,
}

/// A safe that would wake the wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WakerCard {
    /// The safe.
    pub safe: SafeId,
    /// Where it is.
    pub address: String,
    /// Who runs it.
    pub operator: String,
    /// By what the browser's push service is to know it.
    pub key: PushKey,
}

/// The safe that wakes the wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WokenCard {
    /// The safe.
    pub safe: SafeId,
    /// Where it is.
    pub address: String,
    /// Who runs it.
    pub operator: String,
    /// Where it wakes it.
    pub to: Endpoint,
    /// Whether the safe has said that it does.
    pub is_told: bool,
}

/// A safe that is still to be told how long others wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TellingCard {
    /// The safe.
    pub safe: SafeId,
    /// Where it is.
    pub address: String,
    /// Who runs it.
    pub operator: String,
    /// How many certificates it is still to be told of.
    pub left: usize,
    /// Why that waits, if it does.
    pub waiting: Option<Waiting>,
    /// When it is tried again, if it waits.
    pub next_try: Option<UnixTime>,
}

/// Somebody who waits for what this wallet has registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedCard {
    /// The safe.
    pub safe: SafeId,
    /// Where it is.
    pub address: String,
    /// Who runs it.
    pub operator: String,
    /// Who.
    pub account: PublicKey,
    /// By what they are compared by eye with what a waiting device shows ([`WaitingCard::mark`]).
    pub mark: String,
    /// Since when.
    pub since: UnixTime,
    /// When they get the first of it, by the safe's clock.
    pub opens: UnixTime,
    /// What the safe says that was said to them.
    pub said: Option<Said>,
    /// What the safe is being told.
    pub deciding: Option<Deciding>,
}

/// A decision that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deciding {
    /// The job.
    pub job: FlowId,
    /// Whether they may at once; otherwise never.
    pub may: bool,
    /// Why it waits, if it does.
    pub waiting: Option<Waiting>,
    /// When it is tried again, if it waits.
    pub next_try: Option<UnixTime>,
}

/// This wallet waits for what another one has registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingCard {
    /// The safe.
    pub safe: SafeId,
    /// Where it is.
    pub address: String,
    /// Who runs it.
    pub operator: String,
    /// Until when, for the last of it, by the safe's clock.
    pub until: UnixTime,
    /// By what the device that decides knows this one.
    pub mark: String,
}

/// A safe that did not say who waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnheardCard {
    /// The safe.
    pub safe: SafeId,
    /// Where it is.
    pub address: String,
    /// Who runs it.
    pub operator: String,
    /// When it last did since the wallet was opened.
    pub heard_at: Option<UnixTime>,
}
