//! Whatever is sealed to a safe and signed, each route answers it and none panics.

use super::*;
use crate::handle;
use saifu_protocol::Digest;
use saifu_protocol::owner::Note;
use saifu_protocol::presentation::NO_SESSION;
use serde_json::{Value as Tree, json};

/// A stand-in for chance: the same every time.
struct Odds(u64);

impl Odds {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

fn strange(odds: &mut Odds) -> Tree {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let of = [
        Tree::Null,
        json!([]),
        json!({}),
        json!(u64::MAX),
        json!(-1),
        json!(1.5e300),
        json!(9_007_199_254_740_993_u64),
        json!(""),
        json!("A".repeat(5_000)),
        json!("AAAAAAAAAAAAAAAAAAAAAA"),
        json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        json!("\u{202e}\u{0}~~"),
        json!("~x"),
        json!("..."),
        deep,
        json!({"certificate": {"presented": "a.b.c"}}),
        json!({"class": "key", "digest": []}),
        json!({"class": "value", "digest": "AAAA"}),
    ];
    of[odds.below(of.len())].clone()
}

/// Puts something strange in the place of one node.
fn spoil(tree: &mut Tree, odds: &mut Odds) {
    let stop = odds.below(5) == 0;
    match tree {
        Tree::Array(items) if !stop && !items.is_empty() => {
            if odds.below(6) == 0 {
                let first = items[0].clone();
                items.resize(2 + odds.below(110), first);
            }
            let at = odds.below(items.len());
            spoil(&mut items[at], odds);
        }
        Tree::Object(fields) if !stop && !fields.is_empty() => {
            let at = odds.below(fields.len());
            spoil(fields.values_mut().nth(at).unwrap(), odds);
        }
        Tree::String(text) if !stop && !text.is_empty() && text.is_ascii() => {
            let at = odds.below(text.len());
            let by = [".", "A", "_", "=", ""][odds.below(5)];
            text.replace_range(at..=at, by);
        }
        other => *other = strange(odds),
    }
}

fn record_point() -> Tree {
    json!(PublicKey::new(saifu_crypto::hpke::derive_public(
        &Secret::new([1; 32])
    )))
}

/// What a wallet sends about owners, but for what only its secret gives.
fn owner_item(route: Route, request: RequestId) -> Tree {
    let bytes = |len: usize| json!(saifu_protocol::b64::encode(&vec![0x4A; len]));
    let (name, number) = (bytes(32), bytes(16));
    let record = [
        saifu_crypto::hpke::derive_public(&Secret::new([1; 32])).to_vec(),
        vec![7; 160],
    ];
    let record = json!(saifu_protocol::b64::encode(&record.concat()));
    let kept = json!({"share": bytes(9), "map": bytes(9)});
    let within = json!({"session": number, "proof": name});
    match route {
        Route::OwnerEnrolStart => {
            json!({"look_up": name, "enrolment": number, "request": bytes(32)})
        }
        Route::OwnerEnrolFinish => json!({
            "look_up": name, "enrolment": number, "suite": "opaque-1", "record": record, "kept": kept,
        }),
        Route::OwnerLoginStart => {
            let (_, ke1) = saifu_crypto::opaque::log_in(b"guess", &mut Counting(3)).unwrap();
            json!({"look_up": name, "which": "newest", "ke1": saifu_protocol::b64::encode(&ke1)})
        }
        Route::OwnerLoginFinish => json!({"login": request, "ke3": bytes(64)}),
        Route::OwnerChange => json!({
            "within": within, "enrolment": number, "suite": "opaque-1", "record": record, "kept": kept,
        }),
        Route::OwnerMap => json!({"within": within, "map": bytes(9), "map_of_root": bytes(9)}),
        Route::OwnerDeviceStart => json!({"hello": record_point()}),
        Route::OwnerDeviceFinish => json!({"login": request, "proof": {"passkey": {
            "credential": bytes(16), "authenticator": bytes(37), "client": bytes(90), "signature": bytes(70),
        }}}),
        Route::OwnerDeviceAdd => json!({
            "within": within, "key": {"terminal": name}, "proof": {"terminal": {"key": name, "signature": bytes(64)}},
            "label": bytes(9), "kept": kept,
        }),
        Route::OwnerDeviceRemove => json!({"within": within, "device": name}),
        Route::OwnerDeviceRename => json!({"within": within, "device": name, "label": bytes(9)}),
        Route::OwnerList => json!({"within": within, "after": "1.2.3"}),
        Route::OwnerRecover => json!({
            "within": within, "presented": {"certificate": "a.b.c"}, "session": number,
        }),
        Route::OwnerOrder => json!({
            "within": within, "address": "https://other.example", "order": "a.b.c",
            "own": {"presented": {"certificate": "a.b.c"}, "session": number},
        }),
        _ => within,
    }
}

#[test]
fn every_route_answers_what_is_no_request() {
    let (keys, account) = (
        SafeKeys::derive(&Secret::new([1; 32]), &Secret::new([2; 32])),
        SigningKey::derive(&Secret::new([3; 32])),
    );
    let settings = Settings::new(Address::parse("https://safe.example").unwrap());
    let (mut ledger, rng, now) = (MemoryLedger::new(), &mut Counting(0), UnixTime(1_000));
    let (odds, mut owners) = (&mut Odds(7), MemoryOwners::new());
    let reply_to = PublicKey::new(hpke::derive_public(&Secret::new([4; 32])));
    let seed = Secret::new([5; 32]);
    let holder = HolderId::of(&PublicKey::new(SigningKey::derive(&seed).public()));
    let mut certificate = String::from("a.b.c");
    for round in 0..6_000_u64 {
        // What owners ask costs a hundred times as much as anything else: it comes in every fourth round.
        let routes = match round % 4 {
            0 => &Route::ALL[..],
            _ => &Route::ALL[..7],
        };
        let route = routes[odds.below(routes.len())];
        let mut id = [0; 16];
        id[..8].copy_from_slice(&(round / 3).to_be_bytes());
        let request = RequestId::new(id);
        let proof = |act, target| {
            let purpose = Purpose {
                safe: keys.id(),
                act,
                target,
                session: if matches!(act, Act::Retire | Act::Rotate) {
                    NO_SESSION
                } else {
                    A
                },
                request,
                next: matches!(act, Act::Rotate).then_some(holder),
            };
            present(&purpose, &SigningKey::derive(&seed))
        };
        let whole = Presented::Certificate(certificate.clone());
        let print = whole.fingerprint();
        let target = Target::Certificate {
            presented: whole.clone(),
        };
        let end = |act| {
            serde_json::to_value(EndItem {
                target: target.clone(),
                session: A,
                proof: proof(act, print),
            })
            .unwrap()
        };
        let item = match route {
            Route::Register => serde_json::to_value(RegisterItem {
                wait: 0,
                orders: None,
                object: vec![1, 2, 3],
                holder,
                given: Some(saifu_protocol::message::Given {
                    class: saifu_protocol::certificate::ObjectClass::Piece,
                    digest: Digest::default().into(),
                }),
                note: Some(Note::new(vec![7; 9]).unwrap()),
            })
            .unwrap(),
            Route::Recover => serde_json::to_value(RecoverItem {
                presented: whole.clone(),
                session: A,
                proof: proof(Act::Recover, print),
            })
            .unwrap(),
            Route::Ack => end(Act::Ack),
            Route::Return => end(Act::Return),
            Route::Retire => end(Act::Retire),
            Route::Rotate => serde_json::to_value(saifu_protocol::message::RotateItem {
                wait: 0,
                orders: None,
                target: whole.clone(),
                holder,
                proof: proof(Act::Rotate, print),
                note: None,
            })
            .unwrap(),
            Route::Certificates => json!({"after": "~x"}),
            of_owners => owner_item(of_owners, request),
        };
        let mut tree = json!({"reply_to": reply_to, "items": [item]});
        for _ in 0..odds.below(3) {
            spoil(&mut tree, odds);
        }
        let binding = Binding {
            safe: keys.id(),
            route,
            request,
        };
        let body = seal_request(&tree, &keys.sealing_public(), &binding, rng).unwrap();
        let token = sign_request(keys.id(), route, request, &body, now, &account);
        let authorization = [SCHEME, " ", &token].concat();
        let jti = saifu_protocol::b64::encode(request.as_bytes());
        let http = HttpRequest {
            route,
            authorization: Some(&authorization),
            idempotency_key: Some(&jti),
            body: &body,
        };
        let ledgers = Ledgers {
            entries: &mut ledger,
            owners: &mut owners,
        };
        let answered = handle(&http, &keys, &settings, now, rng, ledgers, |_| {
            crate::decide::Evidence::default()
        });
        assert!(
            answered.reply.status != 401,
            "{:?}",
            String::from_utf8_lossy(&answered.reply.body)
        );
        if let Some((entry, _)) = ledger.entries().last() {
            certificate = entry.certificate.clone();
        }
    }
    assert!(ledger.entries().count() > 100);
}
