//! The wallet itself.

use crate::port::{Context, Effect, Event, Opened};
use alloc::vec::Vec;

/// A wallet. Everything it knows, and everything under way.
#[derive(Debug, Default)]
pub struct Wallet;

/// The store holds something this wallet cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenError {
    /// It was written by a newer version.
    Newer,
    /// A record does not read.
    Damaged,
}

impl Wallet {
    /// Opens the wallet on what its store holds; every open journal entry is resumed by the first effects.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(
        stored: Opened,
        context: &mut Context<'_>,
    ) -> Result<(Self, Vec<Effect>), OpenError> {
        let _ = (stored, context);
        Ok((Self, Vec::new()))
    }

    /// Takes one event.
    pub fn handle(&mut self, event: Event, context: &mut Context<'_>) -> Vec<Effect> {
        let _ = (event, context);
        Vec::new()
    }
}
