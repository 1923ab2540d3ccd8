//! Adding a value when there is no room (mission item C1): the work waits in the journal and goes on by itself.
//!
//! ```text
//! (no room) → Waiting ──room──▶ value in the wallet
//!                │
//!                └──called off──▶ gone, as the owner wished
//! ```
//! A crash leaves `Waiting`; starting again looks for room again.

use super::{Desk, Input, Next, Step};
use crate::books::{Change, Custody, Item, ValueItem};
use crate::ids::ItemId;
use crate::port::Body;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::CryptoRng;
use saifu_protocol::{b64, object};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A value that waits for room.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Add {
    /// The plain object.
    #[serde(with = "b64::bytes")]
    pub object: Vec<u8>,
    /// Its name.
    pub name: String,
}

impl fmt::Debug for Add {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Add(redacted)")
    }
}

impl Add {
    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if let Input::CallOff = input {
            let mut ledger = desk.books.ledger();
            ledger.discarded += 1;
            return Step::strict(
                alloc::vec![Change::End(desk.id), Change::Settle(ledger)],
                Next::Nothing,
            );
        }
        if let Some(missing) = desk.books.missing_room(self.object.len() as u64) {
            return Step::then(Next::NoRoom(missing));
        }
        let Ok(value) = object::read_object(&self.object) else {
            return Step::garbled();
        };
        let item = ValueItem::of(&value, self.object.len(), desk.now, Custody::Held);
        let body = Body::new(self.object.clone());
        Step::strict(
            alloc::vec![
                Change::Put(ItemId::make(rng), Item::Value(item), Some(body)),
                Change::End(desk.id),
            ],
            Next::Nothing,
        )
    }
}
