//! Every parser of foreign bytes as a target: a function that takes any bytes, must not panic, and holds what is said
//! beside it. With what each is tried: genuine bytes, from the files of vectors where there are some.
//!
//! Two things use this. `tests/mutations.rs` alters the genuine bytes by chance, from a seed, in every run of the tests: a
//! smoke test, which looks at no coverage. `guided` hands the targets to libFuzzer, which does (`make fuzz`).
//!
//! Not in scope: what a wallet does with papers that were altered (`tests/simulation`, `papers::hostile`), and what is done
//! in the browser, which parses nothing of a safe's by itself.
#![expect(clippy::expect_used, reason = "these are tests")]

mod corpus;
mod devices;
pub mod mutate;
mod of_safe;
mod of_wallet;
mod orders;
mod owners;
mod shared;

/// A parser.
pub struct Target {
    /// What it is called.
    pub name: &'static str,
    /// Tries these bytes.
    pub run: fn(&[u8]),
    /// Genuine bytes.
    pub corpus: fn() -> Vec<Vec<u8>>,
}

macro_rules! targets {
    ($($name:ident: $module:ident, $corpus:ident;)*) => {
        /// All of them.
        pub const TARGETS: &[Target] = &[$(Target {
            name: stringify!($name),
            run: $module::$name,
            corpus: corpus::$corpus,
        }),*];
    };
}

targets! {
    address: shared, addresses;
    endpoint: shared, endpoints;
    base64: shared, texts;
    certificate: shared, certificates;
    descriptor: shared, descriptors;
    digest: shared, digests;
    object: shared, objects;
    presentation: shared, presentations;
    problem: shared, problems;
    audit: shared, audits;
    receipt: shared, receipts;
    reply: shared, replies;
    sealed_body: shared, sealed_bodies;
    channel: shared, channels;
    signed_request: shared, signed_requests;
    bearer: of_wallet, papers;
    cover: of_wallet, covers;
    form: of_wallet, forms;
    key: of_wallet, keys;
    part: of_wallet, parts;
    body_of_part: of_wallet, bodies;
    plan: of_wallet, plans;
    index_of_certificates: of_safe, listings;
    request: of_safe, requests;
    order: orders, orders;
    order_answer: orders, order_answers;
    order_message: orders, order_messages;
    challenge: owners, challenges;
    enrolment: owners, enrolments;
    assertion: devices, assertions;
    owner_cursor: owners, owner_cursors;
    owner_message: owners, owner_messages;
    owner_name: owners, owner_names;
}

/// The target of this name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
