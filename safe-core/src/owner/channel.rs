//! What is asked in a channel: opened with the key of the session that it names, and with nothing else.
//!
//! It lets nobody do anything. Whoever asks in a channel has signed the request as always, and what an act takes besides is
//! looked at when it is decided. So a session that ends between this and the answer ends no register and no recovery.

use super::decide::holding;
use super::ledger::Loaded;
use crate::command::Asker;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_protocol::UnixTime;
use saifu_protocol::channel::{Bound, Within};

/// No key of any session: to spend the same time where there is none.
const NOBODYS: [u8; 32] = [0; 32];

/// The items, as JSON. `None` alike where there is no such session, where it is over or another account's, and where it did not
/// seal them: to all of these a key is derived and compared.
pub fn enter(
    loaded: &Loaded,
    asker: &Asker,
    within: &Within,
    bound: &Bound,
    now: UnixTime,
) -> Option<Vec<u8>> {
    let inside = holding(loaded, asker, within.session, now);
    let nobodys = Secret::new(NOBODYS);
    let key = inside.as_ref().map_or(&nobodys, |it| &it.session.key);
    let opened = within.open(key, bound);
    // Whoever seals with nobody's key has no session all the same.
    inside.and_then(|_| opened.ok())
}
