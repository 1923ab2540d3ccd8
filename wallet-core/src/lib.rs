//! What a Saifu wallet decides.
//!
//! In scope: the wallet's books (values, certificates, safes), the flows *register*, *recover* and *retire* with their
//! journal, what is stored in which transaction, what is asked of which safe and what the answer means, the lists and the
//! words' keys a page shows. One type, [`engine::Wallet`], is fed events and hands out effects; it never waits.
//!
//! Not in scope: IndexedDB, fetch, timers and the page (`wallet-web`), what passes over the wire (`saifu-protocol`), and
//! what a safe decides (`saifu-safe-core`). No clock, no source of randomness: both arrive with every event.
#![no_std]
extern crate alloc;

pub mod bearer;
pub mod books;
pub mod check;
mod client;
pub mod engine;
pub mod eviction;
pub mod flow;
pub mod form;
pub mod group;
pub mod ids;
pub mod intent;
pub mod lock;
mod map;
pub mod notice;
pub mod owner;
pub mod plan;
pub mod port;
pub mod rules;
pub mod typed;
pub mod view;
