//! Roots in certificates, and chunks that lead to them, must be understood for ever: audits are held against certificates that
//! lie in wallets for years.
//!
//! `vectors/audited.json` is never regenerated, as `vectors/signed.json` is not. A second program reads it
//! (`tests/vectors/audited.test.mjs`).

// All of it is a test, also what no test attribute says so of.
#![cfg(test)]

use saifu_crypto::Secret;
use saifu_crypto::sign::SigningKey;
use saifu_protocol::certificate::{
    Address, Certificate, Claims, LegacyHash, ObjectClass, ObjectHash,
};
use saifu_protocol::possession::{Possession, Shown};
use saifu_protocol::{Counter, Digest, HolderId, PublicKey, SafeId, UnixTime, b64};
use serde::{Deserialize, Serialize};

const FILE: &str = include_str!("vectors/audited.json");
const SIGNING_SEED: [u8; 32] = [0x11; 32];
/// One chunk and part of one, whole chunks, a lone node at the right edge on one level and on several.
const SIZES: [u32; 7] = [1, 256, 257, 512, 700, 1_281, 3_000];

#[derive(PartialEq, Serialize, Deserialize)]
struct File {
    /// Ed25519 seed of the safe.
    signing_seed: String,
    certificates: Vec<Audited>,
}

#[derive(PartialEq, Serialize, Deserialize)]
struct Audited {
    /// What was registered: so many bytes, each 7 times its place and 3.
    size: u32,
    certificate: String,
    /// Every chunk, in order.
    shown: Vec<Shown>,
}

fn object(size: u32) -> Vec<u8> {
    (0..size).map(|at| (at * 7 + 3) as u8).collect()
}

fn made() -> File {
    let key = SigningKey::derive(&Secret::new(SIGNING_SEED));
    let certificates = SIZES.iter().zip(41_u64..).map(|(size, counter)| {
        let object = object(*size);
        let possession = Possession::of(&object).expect("it is no larger than an entry");
        let claims = Claims {
            safe: SafeId::of(&PublicKey::new(key.public())),
            address: Address::parse("https://safe.example").expect("an address"),
            class: ObjectClass::Piece,
            digest: Digest::default().into(),
            hash: ObjectHash::of(&object, LegacyHash::Off),
            counter: Counter::new(counter).expect("a small number"),
            issued_at: UnixTime(953_078_400),
            retained_until: UnixTime(1_110_758_400),
            holder: HolderId::new([0x22; 32]),
            possession: Some(possession),
        };
        let places: Vec<u32> = (0..possession.chunks()).collect();
        Audited {
            size: *size,
            certificate: Certificate::issue(claims, &key).compact().into(),
            shown: possession.show(&object, &places).expect("they are there"),
        }
    });
    File {
        signing_seed: b64::encode(&SIGNING_SEED),
        certificates: certificates.collect(),
    }
}

#[test]
fn roots_and_paths_are_made_as_they_were() {
    let kept: File = serde_json::from_str(FILE).unwrap();
    let made = made();
    let text = serde_json::to_string_pretty(&made).unwrap();
    assert!(made == kept, "{text}");
}

#[test]
fn chunks_of_certificates_that_are_kept_lead_to_their_roots_for_ever() {
    let file: File = serde_json::from_str(FILE).unwrap();
    let seed = b64::decode_array(&file.signing_seed).unwrap();
    let safe = PublicKey::new(SigningKey::derive(&Secret::new(seed)).public());
    for it in &file.certificates {
        let certificate = Certificate::verify(&it.certificate, &safe).unwrap();
        let possession = certificate.claims().possession.unwrap();
        assert!(possession.matches(&object(it.size)));
        let places: Vec<u32> = (0..possession.chunks()).collect();
        assert!(possession.is_shown(&places, &it.shown));
    }
}
