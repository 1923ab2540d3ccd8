//! Parts that were written once must be read for ever: they lie at safes for years.
//!
//! `vectors/plans.json` is never regenerated; a new format gets a new file. `vectors/README.md` says where it came from.
//! From the same randomness this version still makes the same bytes: what no longer does is another version.

use saifu_crypto::Secret;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::testing::Counting;
use saifu_protocol::value::Class;
use saifu_protocol::{Digest, PublicKey, SafeId, b64};
use saifu_wallet_core::plan::catalogue::CatalogueKey;
use saifu_wallet_core::plan::check::Operator;
use saifu_wallet_core::plan::cover::{cover, uncover};
use saifu_wallet_core::plan::key::OpeningKey;
use saifu_wallet_core::plan::part::Part;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{
    Author, CheckedPlan, KeyAtHome, Keys, Object, Plan, Seat, Slot, protect, reunite,
};
use serde::{Deserialize, Serialize};

const FILE: &str = include_str!("vectors/plans.json");

#[derive(Serialize, Deserialize)]
struct File {
    /// Ed25519 seed of the wallet.
    signing_seed: String,
    /// The wallet's key for digests.
    catalogue_key: String,
    /// The digest of the first object, canonical.
    digest: String,
    cases: Vec<Case>,
}

#[derive(Serialize, Deserialize)]
struct Case {
    plan: Plan,
    /// The objects, as text.
    objects: Vec<String>,
    /// What stayed home, as the body of a key part.
    kept: Vec<String>,
    parts: Vec<String>,
}

const COVERED: &str = include_str!("vectors/cover.json");

/// One part as it lies at a safe.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Covered {
    /// Seed of the registration's holder key.
    holder_seed: String,
    safe: String,
    part: String,
    covered: String,
}

#[test]
fn covers_of_version_1_come_off_for_ever_and_are_made_as_they_were() {
    let kept: Covered = serde_json::from_str(COVERED).unwrap();
    let (holder, safe) = (
        read_key(&kept.holder_seed),
        SafeId::parse(&kept.safe).unwrap(),
    );
    let covered = b64::decode(&kept.covered).unwrap();
    let part = uncover(&covered, &holder, safe).unwrap();
    assert_eq!(b64::encode(&part), kept.part);
    let file: File = serde_json::from_str(FILE).unwrap();
    let (holder, safe) = (Secret::new([0x33; 32]), SafeId::new([0x44; 32]));
    let part = b64::decode(&file.cases[0].parts[0]).unwrap();
    let made = Covered {
        holder_seed: b64::encode(holder.expose_secret()),
        safe: b64::encode(safe.as_bytes()),
        part: b64::encode(&part),
        covered: b64::encode(&cover(&part, &holder, safe, &mut Counting(0))),
    };
    assert_eq!(
        made,
        kept,
        "{}",
        serde_json::to_string_pretty(&made).unwrap()
    );
}

fn read_key(text: &str) -> Secret {
    Secret::new(b64::decode_array(text).expect("the file has keys of 32 bytes"))
}

#[test]
fn parts_of_version_1_are_read_for_ever() {
    let file: File = serde_json::from_str(FILE).unwrap();
    let signing = SigningKey::derive(&read_key(&file.signing_seed));
    let catalogue = CatalogueKey::new(read_key(&file.catalogue_key));
    assert_eq!(file.cases.len(), Preset::EMBODIMENTS.len() + 2);
    for case in &file.cases {
        let parts: Vec<Vec<u8>> = case
            .parts
            .iter()
            .map(|text| b64::decode(text).unwrap())
            .collect();
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let kept: Vec<OpeningKey> = case
            .kept
            .iter()
            .map(|text| OpeningKey::read(&b64::decode(text).unwrap()).unwrap())
            .collect();
        let keys = Keys {
            author: &PublicKey::new(signing.public()),
            opening: &kept,
        };
        let reunited = reunite(&parts, &keys).unwrap();
        let objects: Vec<&[u8]> = reunited.objects.iter().map(|it| it.as_slice()).collect();
        let wanted: Vec<&[u8]> = case.objects.iter().map(|it| it.as_bytes()).collect();
        assert_eq!(objects, wanted, "{:?}", case.plan);
        let first = Part::read(parts[0]).unwrap();
        assert_eq!(first.header().plan, case.plan.id());
        let digest = catalogue.read(&first).unwrap();
        assert_eq!(digest.to_canonical(), file.digest.as_bytes());
    }
}

/// The layout of `docs/plans.md`, byte by byte, for the simplest part.
#[test]
fn layout_is_that_of_the_document() {
    let file: File = serde_json::from_str(FILE).unwrap();
    let plain = &file.cases[0];
    let part = b64::decode(&plain.parts[0]).unwrap();
    let (digest, object) = (file.digest.as_bytes(), plain.objects[0].as_bytes());
    let mut layout = b"Saifu".to_vec();
    layout.extend([1, 1, 0]); // version, suite, class: a value
    layout.extend(1..=16); // group, from the counting source
    layout.extend(plain.plan.id().as_bytes());
    layout.extend([0, 1, 1]); // index, count, needed
    layout.extend([1, 1]); // quorum, voters
    layout.extend(u16::try_from(digest.len() + 1).unwrap().to_be_bytes());
    layout.push(1); // the digest is open
    layout.extend(digest);
    layout.extend(u32::try_from(object.len() + 1).unwrap().to_be_bytes());
    layout.push(0); // an object
    layout.extend(object);
    let (signed, signature) = part.split_at(part.len() - 64);
    assert_eq!(signed, layout);
    let signing = SigningKey::derive(&read_key(&file.signing_seed));
    let message = [b"saifu/1/part/signature\0".as_slice(), signed].concat();
    assert_eq!(signature, signing.sign(&message));
}

#[test]
fn parts_of_version_1_are_made_as_they_were() {
    let (signing_seed, catalogue_key) = ([0x11; 32], [0x22; 32]);
    let signing = &SigningKey::derive(&Secret::new(signing_seed));
    let catalogue = &CatalogueKey::new(Secret::new(catalogue_key));
    let digest = Digest {
        class: Some(Class::MovieTicket),
        name: Some("A".into()),
        quantity: Some(1),
        ..Digest::default()
    };
    let seat = |slot| Seat {
        slot: Slot(slot),
        safe: SafeId::new([slot; 32]),
        operator: Operator::named(&slot.to_string()),
    };
    let offered = [Preset::AnyTwoOfThree, Preset::MoneyThreeOfFour];
    let presets = Preset::EMBODIMENTS.into_iter().chain(offered);
    let cases = presets.map(|preset| {
        let plan = preset.plan();
        let objects = match preset {
            Preset::CoupledThenSealed | Preset::SealedThenCoupled => vec!["one value", "another"],
            _ => vec!["one value"],
        };
        let protect_these: Vec<Object<'_>> = objects
            .iter()
            .map(|bytes| Object {
                bytes: bytes.as_bytes(),
                digest: digest.clone(),
            })
            .collect();
        let seats = (0..10).map(seat).collect();
        let checked = CheckedPlan::check(plan.clone(), seats, Class::MovieTicket, None).unwrap();
        let author = Author { signing, catalogue };
        let made = protect(&checked, &protect_these, &author, &mut Counting(0)).unwrap();
        let kept = match &made.key {
            Some(KeyAtHome::Kept(key)) => vec![b64::encode(&key.write())],
            Some(KeyAtHome::UntilRegistered(_)) | None => vec![],
        };
        Case {
            plan,
            objects: objects.into_iter().map(Into::into).collect(),
            kept,
            parts: made
                .parts
                .iter()
                .map(|part| b64::encode(&part.bytes))
                .collect(),
        }
    });
    let file = File {
        signing_seed: b64::encode(&signing_seed),
        catalogue_key: b64::encode(&catalogue_key),
        digest: String::from_utf8(digest.to_canonical()).unwrap(),
        cases: cases.collect(),
    };
    let kept: serde_json::Value = serde_json::from_str(FILE).unwrap();
    assert_eq!(serde_json::to_value(&file).unwrap(), kept);
}
