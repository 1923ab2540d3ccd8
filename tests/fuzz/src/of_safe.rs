//! What a safe reads: requests, and an index that anybody may have written.

use crate::corpus;
use saifu_crypto::testing::Counting;
use saifu_crypto::{hash, hpke};
use saifu_protocol::message::{Route, SealedBody};
use saifu_protocol::request::{SCHEME, sign_request};
use saifu_protocol::{Counter, json, labels};
use saifu_safe_core::index::{self, Cursor, Metadata};
use saifu_safe_core::{Evidence, HttpRequest, Ledgers, handle};

/// The first byte says which route; the rest is what the safe finds when it has opened the body of a request that is signed
/// and sealed as it should be.
pub(crate) fn request(bytes: &[u8]) {
    let Some((route, plain)) = bytes.split_first() else {
        return;
    };
    let route = Route::ALL[usize::from(*route) % Route::ALL.len()];
    let at = corpus::at_safe();
    let id = corpus::REQUEST;
    let path = route.path().as_bytes();
    let safe = at.keys.id();
    let aad = [safe.as_bytes().as_slice(), id.as_bytes(), path].concat();
    let to = at.keys.sealing_public();
    let info = labels::REQUEST_INFO.as_bytes();
    let sealed = hpke::seal(to.as_bytes(), info, &aad, plain, &mut Counting(5));
    let sealed = sealed.expect("the safe's key is usable");
    let body = json::write(&SealedBody { sealed });
    let token = sign_request(safe, route, id, &body, corpus::NOW, &at.account);
    let authorization = format!("{SCHEME} {token}");
    let idempotency_key = id.to_string();
    let asked = HttpRequest {
        route,
        authorization: Some(&authorization),
        idempotency_key: Some(&idempotency_key),
        body: &body,
    };
    let (mut ledger, mut owners) = (at.ledger.clone(), at.owners.clone());
    let before = ledger.entries().count();
    let mut rng = Counting(9);
    let answered = handle(
        &asked,
        &at.keys,
        &at.settings,
        corpus::NOW,
        &mut rng,
        Ledgers {
            entries: &mut ledger,
            owners: &mut owners,
        },
        |_| Evidence::default(),
    );
    let status = answered.reply.status;
    assert!(matches!(status, 200 | 400..=499), "{route:?}: {status}");
    assert!(
        ledger.entries().count() >= before,
        "no entry is ever deleted"
    );
}

/// The first byte is a counter; then a key, metadata, value and cursor, a line each.
pub(crate) fn index_of_certificates(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return;
    };
    let mut lines = text.lines();
    let mut line = || lines.next().unwrap_or_default();
    let counter = hash::sha256(line().as_bytes())[0];
    let counter = Counter::new(counter.into()).expect("a byte is a counter");
    let _ = index::covers(line(), counter);
    let metadata = json::read::<Metadata>(line().as_bytes());
    let cursor = Cursor::read(Some(line()));
    if let Some(cursor) = cursor {
        assert_eq!(Cursor::read(Some(&cursor.write())), Some(cursor));
    }
    let rest: Vec<&str> = lines.collect();
    if let Ok(metadata) = metadata {
        let all = index::certificates(&metadata, &rest.join("\n"));
        let _ = index::with_counter(all, counter).count();
    }
}
