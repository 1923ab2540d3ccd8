//! Genuine bytes to begin with, and what the targets need to tell them from others.

pub(crate) use crate::devices::assertions;
pub(crate) use crate::owners::{
    challenges, enrolments, owner_cursors, owner_messages, owner_names,
};

use crate::owners;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::testing::Counting;
use saifu_crypto::{Secret, hash, hpke};
use saifu_protocol::certificate::Address;
use saifu_protocol::channel::{Bound, RequestWithin, Within};
use saifu_protocol::envelope::{self, Binding};
use saifu_protocol::message::{
    EndItem, Ended, Outcome, Presented, RecoverItem, Recovered, RegisterItem, Registered, Reply,
    Request, Rotated, Route, Target,
};
use saifu_protocol::order;
use saifu_protocol::possession::{AuditItem, Audited, Possession};
use saifu_protocol::presentation::{self, Act, NO_SESSION, Purpose};
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::{
    Digest, HolderId, PublicKey, RequestId, SafeId, SessionId, UnixTime, b64, json, labels, request,
};
use saifu_safe_core::index::Metadata;
use saifu_safe_core::{
    Evidence, HttpRequest, Ledgers, MemoryLedger, MemoryOwners, SafeKeys, Settings, handle,
    settings,
};
use saifu_wallet_core::plan::catalogue::CatalogueKey;
use saifu_wallet_core::plan::check::Operator;
use saifu_wallet_core::plan::key::OpeningKey;
use saifu_wallet_core::plan::policy::Policy;
use saifu_wallet_core::plan::{Plan, Seat, Slot};
use serde::{Deserialize, Serialize};

pub(crate) const NOW: UnixTime = UnixTime(953_078_400);
pub(crate) const REQUEST: RequestId = RequestId::new([7; 16]);
pub(crate) const SESSION: SessionId = SessionId::new([6; 16]);

const SIGNATURE: usize = 64;

// ---- the files of vectors

#[derive(Deserialize)]
struct Signed {
    signing_seed: String,
    certificates: Vec<SignedCertificate>,
    receipts: Vec<String>,
}

#[derive(Deserialize)]
struct SignedCertificate {
    object: String,
    certificate: String,
}

#[derive(Deserialize)]
struct Plans {
    signing_seed: String,
    catalogue_key: String,
    digest: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    plan: Plan,
    kept: Vec<String>,
    parts: Vec<String>,
}

#[derive(Deserialize)]
struct Covered {
    holder_seed: String,
    safe: String,
    covered: String,
}

/// Read once for each thread: the targets ask for them again and again.
macro_rules! file {
    ($name:ident, $type:ty, $path:literal) => {
        fn $name() -> &'static $type {
            thread_local! {
                static FILE: &'static $type = Box::leak(Box::new(
                    serde_json::from_str(include_str!($path)).expect("the vectors read"),
                ));
            }
            FILE.with(|file| *file)
        }
    };
}

file!(
    signed_file,
    Signed,
    "../../../protocol/tests/vectors/signed.json"
);
file!(
    plans_file,
    Plans,
    "../../../wallet-core/tests/vectors/plans.json"
);
file!(
    cover_file,
    Covered,
    "../../../wallet-core/tests/vectors/cover.json"
);

fn decode(text: &str) -> Vec<u8> {
    b64::decode(text).expect("the vectors are base64url")
}

fn key_of(seed: &str) -> SigningKey {
    SigningKey::derive(&Secret::new(b64::decode_array(seed).expect("a seed")))
}

pub(crate) fn public(key: &SigningKey) -> PublicKey {
    PublicKey::new(key.public())
}

fn bytes_of(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Vec<u8>> {
    let texts = texts.into_iter();
    texts
        .map(|text| text.as_ref().as_bytes().to_vec())
        .collect()
}

// ---- what both sides read

pub(crate) fn address() -> Address {
    Address::parse("https://safe.example").expect("an address")
}

pub(crate) fn addresses() -> Vec<Vec<u8>> {
    bytes_of([
        "https://safe.example",
        "https://a.b:8443",
        "http://localhost:8787",
        "http://127.0.0.1:1",
    ])
}

pub(crate) fn endpoints() -> Vec<Vec<u8>> {
    bytes_of([
        "https://fcm.googleapis.com/fcm/send/a:b-c_d",
        "https://wns2.notify.windows.com/w/?token=a%2fb",
        "http://127.0.0.1:8080/push",
    ])
}

pub(crate) fn texts() -> Vec<Vec<u8>> {
    bytes_of(["", "AA", "AAA", "AAAA", "_-8", &signed_file().signing_seed])
}

pub(crate) fn signed_by() -> PublicKey {
    public(&key_of(&signed_file().signing_seed))
}

pub(crate) fn certificates() -> Vec<Vec<u8>> {
    bytes_of(signed_file().certificates.iter().map(|it| &it.certificate))
}

pub(crate) fn receipts() -> Vec<Vec<u8>> {
    bytes_of(&signed_file().receipts)
}

pub(crate) fn objects() -> Vec<Vec<u8>> {
    let all = signed_file().certificates.iter();
    all.map(|it| decode(&it.object)).collect()
}

pub(crate) fn digests() -> Vec<Vec<u8>> {
    let sealed = format!("\"{}\"", b64::encode(&[9; 178]));
    bytes_of(["[]", &sealed, &plans_file().digest])
}

pub(crate) fn descriptors() -> Vec<Vec<u8>> {
    let at = at_safe();
    vec![json::write(&settings::describe(
        &at.settings,
        &at.keys,
        NOW,
    ))]
}

fn holder() -> SigningKey {
    SigningKey::derive(&Secret::new([3; 32]))
}

pub(crate) fn purpose() -> Purpose {
    purpose_of(Act::Recover, SESSION)
}

fn purpose_of(act: Act, session: SessionId) -> Purpose {
    Purpose {
        safe: safe(),
        act,
        target: Presented::Certificate(at_safe().certificate.clone()).fingerprint(),
        session,
        request: REQUEST,
        next: None,
    }
}

pub(crate) fn presentations() -> Vec<Vec<u8>> {
    bytes_of([presentation::present(&purpose(), &holder())])
}

/// The key of the safe that answers orders.
pub(crate) fn answers_with() -> PublicKey {
    at_safe().keys.signing_public()
}

/// The places of the chunks that are shown.
pub(crate) const PLACES: [u32; 3] = [0, 2, 4];

/// An object of five chunks, the last of which is short.
pub(crate) fn audited() -> Vec<u8> {
    (0..1_100_u32).map(|at| (at / 5) as u8).collect()
}

pub(crate) fn audits() -> Vec<Vec<u8>> {
    let said = Possession::of(&audited()).expect("it is no larger than an entry");
    let chunks = said.show(&audited(), &PLACES).expect("they are there");
    let item = AuditItem {
        target: Presented::Certificate(at_safe().certificate.clone()),
        chunks: PLACES.to_vec(),
        proof: presentation::present(&purpose_of(Act::Audit, NO_SESSION), &holder()),
    };
    vec![
        json::write(&Audited { chunks }),
        json::write(&item),
        json::write(&said),
    ]
}

pub(crate) fn orders() -> Vec<Vec<u8>> {
    let order = |act| order::Order {
        safe: safe(),
        relay: SafeId::of(&public(&holder())),
        device: PublicKey::new(hpke::derive_public(&secret())),
        session: SESSION,
        act,
        request: REQUEST,
        until: NOW,
    };
    let acts = [order::Act::Recover, order::Act::Ack, order::Act::Return];
    bytes_of(acts.map(|act| order::sign(&order(act), &holder())))
}

pub(crate) fn order_answers() -> Vec<Vec<u8>> {
    let answer = Outcome::Done(order::Obeyed::Ended(Ended {
        receipt: signed_file().receipts[0].clone(),
    }));
    let sealed = orders().into_iter().filter_map(|compact| {
        let signed = order::read(core::str::from_utf8(&compact).ok()?).ok()?;
        let key = at_safe().keys.signing();
        order::seal_answer(&answer, &signed, key, &mut Counting(3))
    });
    sealed.map(|answer| json::write(&answer)).collect()
}

pub(crate) fn order_messages() -> Vec<Vec<u8>> {
    let compact = String::from_utf8(orders().remove(0)).unwrap_or_default();
    let item = order::OrderItem {
        order: compact.clone(),
    };
    let within = saifu_protocol::owner::InSession {
        session: SESSION,
        proof: saifu_protocol::owner::SessionProof::new([7; 32]),
    };
    let of_owner = order::OwnerOrderItem {
        within,
        address: address(),
        order: compact,
        own: Some(order::OwnPart {
            presented: Presented::Certificate(at_safe().certificate.clone()),
            session: SESSION,
        }),
    };
    let coupled = order::Coupled {
        relayed: order::Relayed::Refused(Problem::clock(NOW)),
        own: Some(Outcome::Problem(Code::NotFound.into())),
    };
    let handed = order::Obeyed::Recovered(order::Handed {
        certificate: at_safe().certificate.clone(),
        object: vec![7; 9],
        note: None,
    });
    vec![
        json::write(&item),
        json::write(&of_owner),
        json::write(&coupled),
        json::write(&handed),
    ]
}

pub(crate) fn problems() -> Vec<Vec<u8>> {
    let receipt = signed_file().receipts[0].clone();
    let all = [
        Problem::conflict(receipt),
        Problem::clock(NOW),
        Problem::too_large(100),
        Code::Malformed.into(),
    ];
    all.iter().map(json::write).collect()
}

pub(crate) fn replies() -> Vec<Vec<u8>> {
    let file = signed_file();
    let certificate = file.certificates[0].certificate.clone();
    let object = decode(&file.certificates[0].object);
    let receipt = file.receipts[0].clone();
    vec![
        reply(Registered {
            certificate: certificate.clone(),
        }),
        reply(Recovered {
            certificate: certificate.clone(),
            object,
        }),
        reply(Ended { receipt }),
        reply(Rotated { certificate }),
    ]
}

fn reply<T: Serialize>(done: T) -> Vec<u8> {
    let items = vec![Outcome::Done(done), Outcome::Problem(Code::NotFound.into())];
    json::write(&Reply { items })
}

pub(crate) fn secret() -> Secret {
    Secret::new([5; 32])
}

pub(crate) fn binding() -> Binding {
    Binding {
        safe: safe(),
        route: Route::Register,
        request: REQUEST,
    }
}

pub(crate) fn sealed_bodies() -> Vec<Vec<u8>> {
    let to = PublicKey::new(hpke::derive_public(&secret()));
    let sealed = envelope::seal_request(&"anything", &to, &binding(), &mut Counting(0));
    vec![sealed.expect("the key is usable")]
}

pub(crate) fn bound() -> Bound {
    Bound {
        binding: binding(),
        account: PublicKey::new([7; 32]),
        reply_to: PublicKey::new([8; 32]),
    }
}

fn within(items: &[u8]) -> Within {
    Within::seal(SESSION, &secret(), &bound(), items, &mut Counting(0))
}

pub(crate) fn channels() -> Vec<Vec<u8>> {
    vec![within(b"[]").sealed, within(&[b'1'; 300]).sealed]
}

pub(crate) fn signed_requests() -> Vec<Vec<u8>> {
    let account = &at_safe().account;
    let token = request::sign_request(safe(), Route::Register, REQUEST, b"body", NOW, account);
    let prepared = request::sign_prepared(safe(), REQUEST, b"body", NOW, account);
    bytes_of([token, prepared])
}

// ---- what a wallet reads

pub(crate) fn author() -> PublicKey {
    public(&key_of(&plans_file().signing_seed))
}

pub(crate) fn catalogue() -> CatalogueKey {
    let key = b64::decode_array(&plans_file().catalogue_key);
    CatalogueKey::new(Secret::new(key.expect("a key")))
}

pub(crate) fn parts() -> Vec<Vec<u8>> {
    let all = plans_file().cases.iter().flat_map(|case| &case.parts);
    all.map(|part| decode(part)).collect()
}

pub(crate) fn plans() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = plans_file()
        .cases
        .iter()
        .map(|case| json::write(&case.plan))
        .collect();
    all.push(json::write(&Policy::default()));
    all
}

pub(crate) fn seats() -> Vec<Seat> {
    let seat = |slot: u8| Seat {
        slot: Slot(slot),
        safe: SafeId::new([slot; 32]),
        operator: Operator::named(&slot.to_string()),
    };
    (0..10).map(seat).collect()
}

pub(crate) fn keys() -> Vec<Vec<u8>> {
    let kept = plans_file().cases.iter().flat_map(|case| &case.kept);
    let mut all: Vec<Vec<u8>> = kept.map(|key| decode(key)).collect();
    let read: Vec<OpeningKey> = all
        .iter()
        .filter_map(|key| OpeningKey::read(key).ok())
        .collect();
    let public = read
        .iter()
        .filter_map(|key| key.sealing().ok()?.write_public());
    all.extend(public);
    all
}

pub(crate) fn cover_holder() -> Secret {
    Secret::new(b64::decode_array(&cover_file().holder_seed).expect("a seed"))
}

pub(crate) fn cover_safe() -> SafeId {
    SafeId::parse(&cover_file().safe).expect("a safe's id")
}

pub(crate) fn covers() -> Vec<Vec<u8>> {
    vec![decode(&cover_file().covered)]
}

/// The paper of a part, as `wallet_core::bearer` writes it; its tests see that it is one.
pub(crate) fn papers() -> Vec<Vec<u8>> {
    let file = signed_file();
    let certificate = &file.certificates[0].certificate;
    let holder = b64::encode(&[3; 32]);
    let alone = format!(
        r#"saifu-bearer:{{"v":1,"certificate":"{certificate}","holder":"{holder}","size":200}}"#
    );
    let twice = format!("{alone}\n{alone}");
    bytes_of([alone, twice])
}

pub(crate) fn forms() -> Vec<Vec<u8>> {
    bytes_of([
        "1600",
        "1,600",
        "12.34",
        "１２，３４５",
        "0",
        "18446744073709551615",
        " 7 ",
    ])
}

/// The parts of a case of the vectors, one of them with another body, and what stayed home.
pub(crate) struct Set {
    pub(crate) parts: Vec<Vec<u8>>,
    pub(crate) opening: Vec<OpeningKey>,
}

/// Which part is the `number`-th of all, by case and place.
fn place(number: usize) -> Option<(&'static Case, usize)> {
    let cases = plans_file().cases.iter();
    let mut all = cases.flat_map(|case| (0..case.parts.len()).map(move |at| (case, at)));
    all.nth(number)
}

/// Where digest and body of a part are: after the header and a length each.
fn body_of(part: &[u8]) -> usize {
    const HEADER: usize = 45;
    let digest = usize::from(u16::from_be_bytes([part[HEADER], part[HEADER + 1]]));
    HEADER + 2 + digest + 4
}

pub(crate) fn with_body(number: usize, body: &[u8]) -> Option<Set> {
    let (case, at) = place(number)?;
    let mut parts: Vec<Vec<u8>> = case.parts.iter().map(|part| decode(part)).collect();
    let start = body_of(&parts[at]);
    let mut signed = parts[at][..start - 4].to_vec();
    signed.extend(u32::try_from(body.len()).ok()?.to_be_bytes());
    signed.extend(body);
    let message = [labels::PART_SIGNATURE.as_bytes(), &[0], &signed].concat();
    signed.extend(key_of(&plans_file().signing_seed).sign(&message));
    parts[at] = signed;
    let read = |key: &String| OpeningKey::read(&decode(key)).ok();
    let opening = case.kept.iter().filter_map(read).collect();
    Some(Set { parts, opening })
}

pub(crate) fn bodies() -> Vec<Vec<u8>> {
    let body = |(number, (case, at)): (u8, (&Case, usize))| {
        let part = decode(&case.parts[at]);
        let body = &part[body_of(&part)..part.len() - SIGNATURE];
        [&[number], body].concat()
    };
    let all = (0..=u8::MAX).map_while(|number| Some((number, place(number.into())?)));
    all.map(body).collect()
}

// ---- what a safe reads

/// A safe with one entry, and who asks it.
pub(crate) struct AtSafe {
    pub(crate) keys: SafeKeys,
    pub(crate) settings: Settings,
    pub(crate) ledger: MemoryLedger,
    pub(crate) owners: MemoryOwners,
    pub(crate) account: SigningKey,
    certificate: String,
}

pub(crate) fn safe() -> SafeId {
    at_safe().keys.id()
}

pub(crate) fn at_safe() -> &'static AtSafe {
    thread_local! {
        static AT: &'static AtSafe = Box::leak(Box::new(AtSafe::new()));
    }
    AT.with(|at| *at)
}

fn plain_item() -> RegisterItem {
    RegisterItem {
        wait: 0,
        orders: None,
        object: decode(&signed_file().certificates[0].object),
        holder: HolderId::of(&public(&holder())),
        given: None,
        note: None,
    }
}

fn asked<T: Serialize>(items: Vec<T>) -> Vec<u8> {
    let reply_to = PublicKey::new(hpke::derive_public(&secret()));
    json::write(&Request { reply_to, items })
}

impl AtSafe {
    fn new() -> Self {
        let keys = SafeKeys::derive(&Secret::new([1; 32]), &Secret::new([2; 32]));
        let account = SigningKey::derive(&Secret::new([4; 32]));
        let (safe, id, route) = (keys.id(), RequestId::new([8; 16]), Route::Register);
        let binding = Binding {
            safe,
            route,
            request: id,
        };
        let plain: serde_json::Value =
            serde_json::from_slice(&asked(vec![plain_item()])).expect("as it was written");
        let to = keys.sealing_public();
        let body = envelope::seal_request(&plain, &to, &binding, &mut Counting(0));
        let body = body.expect("the safe's key is usable");
        let token = request::sign_request(safe, route, id, &body, NOW, &account);
        let mut at = Self {
            keys,
            settings: Settings::new(address()),
            ledger: MemoryLedger::new(),
            owners: MemoryOwners::new(),
            account,
            certificate: String::new(),
        };
        let request = HttpRequest {
            route,
            authorization: Some(&format!("{} {token}", request::SCHEME)),
            idempotency_key: Some(&id.to_string()),
            body: &body,
        };
        let rng = &mut Counting(0);
        let index = |_: &_| Evidence::default();
        let answered = handle(
            &request,
            &at.keys,
            &at.settings,
            NOW,
            rng,
            Ledgers {
                entries: &mut at.ledger,
                owners: &mut at.owners,
            },
            index,
        );
        assert_eq!(answered.reply.status, 200);
        let entry = at.ledger.entries().next();
        let certificate = entry.map(|(entry, _)| entry.certificate.clone());
        at.certificate = certificate.expect("it was registered");
        at
    }
}

/// Route and body of each request a wallet makes.
pub(crate) fn requests() -> Vec<Vec<u8>> {
    let at = at_safe();
    let presented = Presented::Certificate(at.certificate.clone());
    let proof = |act, session| presentation::present(&purpose_of(act, session), &holder());
    let end = |act, session| EndItem {
        target: Target::Certificate {
            presented: presented.clone(),
        },
        session,
        proof: proof(act, session),
    };
    let given = RegisterItem {
        object: b"sealed".to_vec(),
        given: Some(saifu_protocol::message::Given {
            class: saifu_protocol::certificate::ObjectClass::Piece,
            digest: Digest::default().into(),
        }),
        ..plain_item()
    };
    let recover = RecoverItem {
        presented: presented.clone(),
        session: SESSION,
        proof: proof(Act::Recover, SESSION),
    };
    let bodies = [
        (Route::Register, asked(vec![plain_item(), given])),
        (Route::Recover, asked(vec![recover])),
        (
            Route::Audit,
            asked(vec![AuditItem {
                target: presented.clone(),
                chunks: vec![0],
                proof: proof(Act::Audit, NO_SESSION),
            }]),
        ),
        (Route::Ack, asked(vec![end(Act::Ack, SESSION)])),
        (
            Route::Ack,
            json::write(&RequestWithin {
                reply_to: bound().reply_to,
                within: within(b"[]"),
            }),
        ),
        (Route::Return, asked(vec![end(Act::Return, SESSION)])),
        (Route::Retire, asked(vec![end(Act::Retire, NO_SESSION)])),
        (
            Route::Asked,
            asked(vec![
                serde_json::json!({"push": {"to": "https://fcm.googleapis.com/a"}}),
            ]),
        ),
        (
            Route::Certificates,
            asked(vec![
                serde_json::json!({}),
                serde_json::json!({"after": "a~b"}),
            ]),
        ),
    ];
    let number = |route| Route::ALL.iter().position(|it| *it == route);
    let body = |(route, body): (Route, Vec<u8>)| {
        let number = number(route).and_then(|number| u8::try_from(number).ok());
        [
            &[number.expect("there are fewer than 256")],
            body.as_slice(),
        ]
        .concat()
    };
    let of_owners = owners::requests();
    let of_owners = of_owners
        .into_iter()
        .map(|(route, item)| (route, asked(vec![item])));
    bodies.into_iter().chain(of_owners).map(body).collect()
}

pub(crate) fn listings() -> Vec<Vec<u8>> {
    let at = at_safe();
    let metadata = |certificate| {
        let account = saifu_safe_core::index::tag(&public(&at.account));
        json::write_text(&Metadata {
            account,
            certificate,
        })
    };
    let hash = b64::encode(&hash::sha256(at.certificate.as_bytes())[..12]);
    let one = metadata(Some(at.certificate.clone()));
    let several = metadata(None);
    bytes_of([
        format!("a\n0000000000000000/{hash}\n{one}\na~b\n"),
        format!(
            "b\n0000000000000000-0000000000000001/{hash}\n{several}\n~\n{0}\n{0}",
            at.certificate
        ),
    ])
}
