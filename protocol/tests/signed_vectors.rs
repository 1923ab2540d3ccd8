//! Certificates and receipts that were signed once must be read for ever: wallets keep them for years, and safes are found
//! by them.
//!
//! `vectors/signed.json` is never regenerated; a new format gets a new file. `vectors/README.md` says where it came from.
//! From the same keys and claims this version still signs the same text: what no longer does is another suite.

// All of it is a test, also what no test attribute says so of.
#![cfg(test)]

use saifu_crypto::Secret;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::testing::Counting;
use saifu_protocol::certificate::{
    Address, Certificate, CertificateError, Claims, LegacyHash, ObjectClass, ObjectHash,
};
use saifu_protocol::digest::DigestSetting;
use saifu_protocol::message::EntryState;
use saifu_protocol::receipt::{Event, Receipt};
use saifu_protocol::value::{Class, Currency, Fields, Money, Payload, Validity, parse_date};
use saifu_protocol::{
    CertificateDigest, Counter, Digest, HolderId, PublicKey, SafeId, SealedDigest, SessionId,
    UnixTime, Value, b64, object,
};
use serde::{Deserialize, Serialize};

const FILE: &str = include_str!("vectors/signed.json");

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct File {
    /// Ed25519 seed of the safe.
    signing_seed: String,
    /// Ed25519 seed of the holder.
    holder_seed: String,
    certificates: Vec<Signed>,
    receipts: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Signed {
    /// What was registered.
    object: String,
    /// Whether the wallet can collate it with a value; else it gave the digest itself.
    is_plain: bool,
    certificate: String,
}

const SIGNING_SEED: [u8; 32] = [0x11; 32];
const HOLDER_SEED: [u8; 32] = [0x22; 32];

fn key(seed: [u8; 32]) -> (SigningKey, PublicKey) {
    let key = SigningKey::derive(&Secret::new(seed));
    let public = PublicKey::new(key.public());
    (key, public)
}

/// Movie ticket A of Fig. 19.
fn ticket() -> Value {
    let fields = Fields {
        class: Class::MovieTicket,
        name: "A".into(),
        unit_price: Some(Money {
            amount: 1600,
            currency: Currency::Jpy,
        }),
        quantity: 1,
        place: "B".into(),
        validity: Validity {
            from: parse_date("2000-04-01"),
            to: parse_date("2000-05-31"),
        },
        remaining: None,
        remarks: String::new(),
        payload: Payload::new(b"bearer".to_vec()),
    };
    Value::check(fields).expect("a value that makes sense")
}

/// What a safe registers: class, digest, object, hash.
fn registered() -> Vec<(ObjectClass, CertificateDigest, Vec<u8>, LegacyHash)> {
    let value = ticket();
    let object = object::make_object(&value, &mut Counting(0));
    let plain = |setting, legacy| {
        let digest = Digest::of(&value, setting).into();
        (ObjectClass::Value, digest, object.clone(), legacy)
    };
    let sealed = SealedDigest::new((0..178).collect()).expect("178 bytes fit");
    let given = |class: ObjectClass| {
        let object = format!("a {class:?}, sealed by its wallet").into_bytes();
        let digest = CertificateDigest::Sealed(sealed.clone());
        (class, digest, object, LegacyHash::Off)
    };
    let mut all = vec![
        plain(DigestSetting::FiveFields, LegacyHash::Off),
        plain(DigestSetting::FiveFields, LegacyHash::Md5),
        plain(DigestSetting::Vacant, LegacyHash::Off),
    ];
    all.extend(ObjectClass::ALL.map(given));
    all
}

fn made() -> File {
    let (key, public) = self::key(SIGNING_SEED);
    let holder = HolderId::of(&self::key(HOLDER_SEED).1);
    let counters = 41_u64..;
    let certificates = counters.zip(registered()).map(|(counter, it)| {
        let (class, digest, object, legacy) = it;
        let is_plain = digest.open().is_some();
        let claims = Claims {
            safe: SafeId::of(&public),
            address: Address::parse("https://safe.example").expect("an address"),
            class,
            digest,
            hash: ObjectHash::of(&object, legacy),
            counter: Counter::new(counter).expect("a small number"),
            issued_at: UnixTime(953_078_400),
            retained_until: UnixTime(1_110_758_400),
            holder,
            possession: None,
        };
        Signed {
            object: b64::encode(&object),
            is_plain,
            certificate: Certificate::issue(claims, &key).compact().into(),
        }
    });
    let certificates: Vec<Signed> = certificates.collect();
    let session = SessionId::new([0x33; 16]);
    let events = [
        Event::Withdrawn { session },
        Event::Returned { session },
        Event::Retired,
        Event::Refused {
            state: EntryState::Withdrawing,
            session: Some(session),
        },
        Event::Refused {
            state: EntryState::Retired,
            session: None,
        },
    ];
    let about =
        saifu_protocol::message::Presented::Certificate(certificates[0].certificate.clone());
    let receipts = events.map(|event| {
        let receipt = Receipt {
            safe: SafeId::of(&public),
            target: about.fingerprint(),
            event,
            at: UnixTime(953_164_800),
        };
        receipt.sign(&key)
    });
    File {
        signing_seed: b64::encode(&SIGNING_SEED),
        holder_seed: b64::encode(&HOLDER_SEED),
        certificates,
        receipts: receipts.to_vec(),
    }
}

#[test]
fn certificates_and_receipts_are_signed_as_they_were() {
    let kept: File = serde_json::from_str(FILE).unwrap();
    let made = made();
    let text = serde_json::to_string_pretty(&made).unwrap();
    assert_eq!(made, kept, "{text}");
}

#[test]
fn certificates_of_suite_1_are_read_for_ever() {
    let file: File = serde_json::from_str(FILE).unwrap();
    let read_key = |seed: &str| key(b64::decode_array(seed).unwrap()).1;
    let safe = read_key(&file.signing_seed);
    let holder = HolderId::of(&read_key(&file.holder_seed));
    let mut classes = Vec::new();
    for signed in &file.certificates {
        let object = b64::decode(&signed.object).unwrap();
        let certificate = Certificate::verify(&signed.certificate, &safe).unwrap();
        let claims = certificate.claims();
        assert!(claims.hash.matches(&object));
        assert_eq!((claims.safe, claims.holder), (SafeId::of(&safe), holder));
        classes.push(claims.class);
        if signed.is_plain {
            let value = object::read_object(&object).unwrap();
            assert_eq!(certificate.collate(&object, &value, holder), Ok(()));
        }
        let stranger = key([0x44; 32]).1;
        let refused = Certificate::verify(&signed.certificate, &stranger);
        assert_eq!(refused.unwrap_err(), CertificateError::OtherSafe);
    }
    assert!(ObjectClass::ALL.iter().all(|class| classes.contains(class)));
    let events = file.receipts.iter().map(|text| {
        let receipt = Receipt::verify(text, &safe).unwrap();
        receipt.event
    });
    assert_eq!(events.count(), 5);
}
