//! Every limit of plans and parts, with its arithmetic.

use saifu_protocol::limits;

/// The most data parts of one protection, and the most shares of one key. A share carries 32 bytes for each share of its
/// set, so the largest is 35 + 32 × 32 = 1,059 bytes.
pub const MAX_PARTS: u8 = 32;

/// The most safes in one plan. What a plan promises is found by going through every set of them: 2^10 sets at most.
pub const MAX_SAFES: usize = 10;

/// The most objects in one coupled object: as many as a request may have items.
pub const MAX_COUPLED: usize = limits::MAX_ITEMS;

/// The largest part in bytes: with its cover it is what a safe takes.
pub const MAX_PART_BYTES: usize = limits::MAX_OBJECT_BYTES - saifu_crypto::committed::OVERHEAD;

/// The longest name of a key generation algorithm, in bytes of ASCII.
pub const MAX_ALGORITHM_BYTES: usize = 32;

/// How many layers a data part may have: group A, then couple, seal and divide, then the object.
pub(crate) const MAX_LAYERS: u8 = 5;
