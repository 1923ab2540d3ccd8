//! Every limit of rules, with its arithmetic.

use saifu_protocol::limits;

/// How many conditions or triggers may lie within each other. What an owner can still read is far below; what may not be
/// exceeded is what a stack holds when it goes down a tree.
pub const MAX_DEPTH: usize = 8;

/// The most conditions in one rule, those that join others counted.
pub const MAX_CONDITIONS: usize = 64;

/// The most triggers in one rule, those that join others counted.
pub const MAX_TRIGGERS: usize = 16;

/// The most classes in one condition: more than there are, for those of a later version.
pub const MAX_CLASSES: usize = 16;

/// The longest text a condition compares with, in characters: as long as a name or place may be.
pub const MAX_TEXT_CHARS: usize = limits::MAX_NAME_CHARS;

/// The longest name of a rule, in characters.
pub const MAX_RULE_NAME_CHARS: usize = 60;

/// The most rules. With the largest of each, 32 × 64 conditions × some 200 bytes ≈ 400 KB, so a record of them stays
/// far below what is written in one transaction elsewhere.
pub const MAX_RULES: usize = 32;

/// How much of what rules have done is kept: with a round a day more than three months, at some 400 bytes each 40 KB.
pub const MAX_ACTIVITY: usize = 100;

/// How many of the values that a round has moved are named.
pub const MAX_NAMED: usize = 10;

/// For how many days what its owner moved by hand stays where it was put.
pub const REST_DAYS: i32 = 7;
