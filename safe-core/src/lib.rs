//! What an electronic safe decides.
//!
//! In scope: the states of an entry and what moves them, the search of WO 01/13293 Fig. 4, registration and its
//! idempotency, receipts, the layout of the certificate index, what is purged when, how an owner logs in ([`owner`]), what one safe does for an owner at another ([`order`]),
//! when whoever had others wait is woken ([`push`]) — and
//! the way from the bytes of an HTTP request to the bytes of its reply ([`service`]).
//!
//! Not in scope: storage, network, clock and randomness. Time and randomness are arguments; the ledger is a trait
//! ([`ledger::Ledger`]) with one implementation here, in memory, and one in `saifu-safe-worker`, in SQLite; the index is
//! asked by the adapter, which hands its answer in as [`index::Evidence`].
//!
//! The heart is [`decide::decide`]: what was loaded, a command and the context in; a reply and changes as data out.
#![no_std]
extern crate alloc;

pub mod command;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod decide;
pub mod entry;
pub mod freeze;
pub mod hold;
pub mod index;
pub mod ledger;
pub mod memory;
pub mod order;
pub mod owned;
pub mod owner;
pub mod push;
pub mod service;
pub mod settings;
pub mod upkeep;

pub use command::Command;
pub use decide::{Context, Decision, decide};
pub use index::{Evidence, MemoryIndex};
pub use ledger::Ledger;
pub use memory::MemoryLedger;
pub use owner::MemoryOwners;
pub use service::{HttpReply, HttpRequest, Ledgers, handle};
pub use settings::{SafeKeys, Settings};
