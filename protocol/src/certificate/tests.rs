//! Certificates are what they say, and say the same for ever.

use super::*;
use crate::ids::{Counter, UnixTime};
use crate::object::make_object;
use crate::possession::Possession;
use crate::value::tests::movie_ticket;
use crate::{CertificateDigest, Digest, SealedDigest};
use alloc::string::ToString;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_crypto::testing::Counting;

pub(crate) fn safe_key() -> SigningKey {
    SigningKey::derive(&Secret::new([1; 32]))
}

pub(crate) fn safe_public() -> PublicKey {
    PublicKey::new(safe_key().public())
}

fn sealed(len: usize) -> CertificateDigest {
    CertificateDigest::Sealed(SealedDigest::new(alloc::vec![9; len]).unwrap())
}

fn sample() -> (Value, Vec<u8>, Claims) {
    let value = Value::check(movie_ticket()).unwrap();
    let bytes = make_object(&value, &mut Counting(0));
    let claims = Claims {
        safe: SafeId::of(&safe_public()),
        address: Address::parse("https://safe.example").unwrap(),
        class: ObjectClass::Value,
        digest: Digest::of(&value, crate::digest::DigestSetting::FiveFields).into(),
        hash: ObjectHash::of(&bytes, LegacyHash::Off),
        counter: Counter::new(41).unwrap(),
        issued_at: UnixTime(953_078_400),
        retained_until: UnixTime(984_614_400),
        holder: HolderId::new([2; 32]),
        possession: None,
    };
    (value, bytes, claims)
}

#[test]
fn certificate_reads_back_and_collates() {
    let (value, bytes, claims) = sample();
    let issued = Certificate::issue(claims.clone(), &safe_key());
    let read = Certificate::verify(issued.compact(), &safe_public()).unwrap();
    assert_eq!(read.claims(), &claims);
    assert_eq!(read.collate(&bytes, &value, claims.holder), Ok(()));
    assert_eq!(read.read_recovered(&bytes), Ok(value));
}

#[test]
fn collation_names_what_disagrees() {
    let (value, bytes, claims) = sample();
    let certificate = Certificate::issue(claims.clone(), &safe_key());
    let mut altered = bytes.clone();
    altered[0] ^= 1;
    assert_eq!(
        certificate.collate(&altered, &value, claims.holder),
        Err(CollationError::Hash)
    );
    let mut fields = movie_ticket();
    fields.quantity = 2;
    let other = Value::check(fields).unwrap();
    assert_eq!(
        certificate.collate(&bytes, &other, claims.holder),
        Err(CollationError::Digest)
    );
    assert_eq!(
        certificate.collate(&bytes, &value, HolderId::new([3; 32])),
        Err(CollationError::Holder)
    );
}

#[test]
fn plain_collation_takes_no_other_class_and_no_sealed_digest() {
    let (value, bytes, claims) = sample();
    let check = |claims: Claims, error| {
        let certificate = Certificate::issue(claims.clone(), &safe_key());
        let collated = certificate.collate(&bytes, &value, claims.holder);
        assert_eq!(collated, Err(error));
        let read = certificate.read_recovered(&bytes);
        assert_eq!(read, Err(RecoveredError::Collation(error)));
    };
    for class in ObjectClass::ALL {
        if class != ObjectClass::Value {
            let of_class = Claims {
                class,
                ..claims.clone()
            };
            check(of_class, CollationError::Class);
        }
    }
    let sealed = Claims {
        digest: sealed(3),
        ..claims
    };
    check(sealed, CollationError::Digest);
}

#[test]
fn given_collation_names_what_disagrees() {
    let (_, _, claims) = sample();
    let bytes = b"sealed by its wallet";
    let claims = Claims {
        class: ObjectClass::Piece,
        digest: sealed(178),
        hash: ObjectHash::of(bytes, LegacyHash::Md5),
        ..claims
    };
    let certificate = Certificate::issue(claims.clone(), &safe_key());
    let certificate = Certificate::verify(certificate.compact(), &safe_public()).unwrap();
    let given = Given {
        class: claims.class,
        digest: claims.digest.clone(),
    };
    let check = |bytes: &[u8], given: &Given, holder, result| {
        assert_eq!(certificate.collate_given(bytes, given, holder), result);
    };
    check(bytes, &given, claims.holder, Ok(()));
    check(b"other", &given, claims.holder, Err(CollationError::Hash));
    let stranger = HolderId::new([3; 32]);
    check(bytes, &given, stranger, Err(CollationError::Holder));
    for digest in [sealed(177), Digest::default().into()] {
        let other = Given {
            digest,
            ..given.clone()
        };
        check(bytes, &other, claims.holder, Err(CollationError::Digest));
    }
    for class in ObjectClass::ALL {
        let other = Given {
            class,
            ..given.clone()
        };
        let result = if class == claims.class {
            Ok(())
        } else {
            Err(CollationError::Class)
        };
        check(bytes, &other, claims.holder, result);
    }
}

#[test]
fn each_class_has_a_name_of_its_own_in_certificates() {
    // The names lie at safes and in wallets for years.
    let names = ObjectClass::ALL.map(|class| crate::json::write_text(&class));
    assert_eq!(
        names,
        [
            r#""value""#,
            r#""key""#,
            r#""seed""#,
            r#""piece""#,
            r#""share""#,
            r#""coupled""#
        ]
    );
    for (class, name) in ObjectClass::ALL.into_iter().zip(names) {
        assert_eq!(crate::json::read(name.as_bytes()), Ok(class));
    }
    let read_only: Vec<_> = ObjectClass::ALL
        .into_iter()
        .filter(|class| !class.is_released_once())
        .collect();
    assert_eq!(read_only, [ObjectClass::Key, ObjectClass::Seed]);
}

#[test]
fn legacy_md5_is_checked_beside_sha_256_and_never_instead() {
    let (value, bytes, mut claims) = sample();
    claims.hash = ObjectHash::of(&bytes, LegacyHash::Md5);
    let good = Certificate::issue(claims.clone(), &safe_key());
    assert_eq!(good.collate(&bytes, &value, claims.holder), Ok(()));
    claims.hash.md5 = Some([0; 16]);
    let bad = Certificate::issue(claims.clone(), &safe_key());
    assert_eq!(
        bad.collate(&bytes, &value, claims.holder),
        Err(CollationError::Hash)
    );
    claims.hash = ObjectHash {
        sha256: [0; 32],
        md5: Some(hash::md5(&bytes)),
    };
    let worse = Certificate::issue(claims.clone(), &safe_key());
    assert_eq!(
        worse.collate(&bytes, &value, claims.holder),
        Err(CollationError::Hash)
    );
}

#[test]
fn another_safes_key_is_told_apart_from_a_forged_signature() {
    let (_, _, claims) = sample();
    let stranger = SigningKey::derive(&Secret::new([8; 32]));
    let forged = Certificate::issue(claims, &stranger);
    assert_eq!(
        Certificate::verify(forged.compact(), &safe_public()).unwrap_err(),
        CertificateError::Forged
    );
    assert_eq!(
        Certificate::verify(forged.compact(), &PublicKey::new(stranger.public())).unwrap_err(),
        CertificateError::OtherSafe
    );
}

#[test]
fn the_largest_certificate_fits_kv_metadata_and_a_qr_code() {
    let (_, bytes, claims) = sample();
    let host = "a".repeat(limits::MAX_ADDRESS_BYTES - "https://".len());
    // Digests that a wallet gives may be longer than those a safe makes.
    let given = Digest {
        name: Some("a".repeat(limits::MAX_DIGEST_BYTES - "[null,\"\",null,null,null,null]".len())),
        ..Digest::default()
    };
    assert_eq!(given.to_canonical().len(), limits::MAX_DIGEST_BYTES);
    for digest in [
        crate::digest::tests::largest().into(),
        given.into(),
        sealed(limits::MAX_SEALED_DIGEST_BYTES),
    ] {
        let largest = Certificate::issue(
            Claims {
                address: Address::parse(&alloc::format!("https://{host}")).unwrap(),
                class: ObjectClass::Coupled,
                digest,
                hash: ObjectHash::of(&bytes, LegacyHash::Md5),
                counter: Counter::MAX,
                issued_at: UnixTime(99_999_999_999),
                retained_until: UnixTime(99_999_999_999),
                possession: Possession::of(&alloc::vec![7; limits::MAX_OBJECT_BYTES]),
                ..claims.clone()
            },
            &safe_key(),
        );
        let len = largest.compact().len();
        assert!(len <= limits::MAX_CERTIFICATE_BYTES, "{len} bytes");
        assert!(Certificate::verify(largest.compact(), &safe_public()).is_ok());
    }
}

#[test]
fn format_of_suite_1_is_pinned() {
    // Certificates outlive every version of this software.
    let (_, _, claims) = sample();
    let issued = Certificate::issue(claims, &safe_key());
    let payload = issued.compact().split('.').nth(1).unwrap().to_string();
    assert_eq!(
        core::str::from_utf8(&crate::b64::decode(&payload).unwrap()).unwrap(),
        concat!(
            r#"{"su":1,"iss":"UDDReOZl1ipXAfp9wYsm13sDBMK5og--QWdBjzuf6o4","url":"https://safe.example","#,
            r#""cls":"value","dig":["movie-ticket","A",1,"2000-04-01","2000-05-31","B"],"#,
            r#""h":{"s256":"rHdSWUDIND5N8rDoW9kSbhlIyBAOsU87T3Itb81QZRA"},"ctr":41,"#,
            r#""iat":953078400,"ret":984614400,"#,
            r#""cnf":{"jkt":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"}}"#
        )
    );
}

#[test]
fn format_of_a_sealed_digest_is_pinned() {
    let (_, _, claims) = sample();
    let claims = Claims {
        class: ObjectClass::Coupled,
        digest: sealed(5),
        ..claims
    };
    let issued = Certificate::issue(claims, &safe_key());
    let payload = issued.compact().split('.').nth(1).unwrap().to_string();
    let payload = crate::b64::decode(&payload).unwrap();
    let payload = core::str::from_utf8(&payload).unwrap();
    assert!(payload.contains(r#""cls":"coupled","dig":"CQkJCQk","h":{"#));
}

#[test]
fn format_of_a_certificate_that_audits_are_held_against_is_pinned() {
    let (_, bytes, claims) = sample();
    let claims = Claims {
        possession: Possession::of(&bytes),
        ..claims
    };
    let issued = Certificate::issue(claims.clone(), &safe_key());
    let payload = issued.compact().split('.').nth(1).unwrap().to_string();
    let payload = crate::b64::decode(&payload).unwrap();
    let payload = core::str::from_utf8(&payload).unwrap();
    let end = r#""cnf":{"jkt":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"},"pos":["#;
    assert!(payload.contains(end), "{payload}");
    let read = Certificate::verify(issued.compact(), &safe_public()).unwrap();
    assert_eq!(read.claims(), &claims);
}

#[test]
fn a_root_that_is_not_of_the_bytes_is_not_collated() {
    // A safe that gives another one could show its own bytes at every audit.
    let (value, bytes, claims) = sample();
    let mut other = bytes.clone();
    other[0] ^= 1;
    let claims = Claims {
        possession: Possession::of(&other),
        ..claims
    };
    let certificate = Certificate::issue(claims.clone(), &safe_key());
    let collated = certificate.collate(&bytes, &value, claims.holder);
    assert_eq!(collated, Err(CollationError::Possession));
    let read = certificate.read_recovered(&bytes);
    let error = RecoveredError::Collation(CollationError::Possession);
    assert_eq!(read, Err(error));
}

#[test]
fn only_certificates_that_are_nearly_too_long_go_without_what_audits_are_held_against() {
    let (_, _, claims) = sample();
    let bytes = alloc::vec![7; limits::MAX_OBJECT_BYTES];
    let possession = Possession::of(&bytes);
    let hash = |legacy| ObjectHash::of(&bytes, legacy);
    let hashes = [LegacyHash::Off, LegacyHash::Md5].map(hash);
    let issue = |address: usize, hash: ObjectHash| {
        let host = "a".repeat(address - "https://".len());
        let claims = Claims {
            address: Address::parse(&alloc::format!("https://{host}")).unwrap(),
            class: ObjectClass::Coupled,
            digest: sealed(limits::MAX_SEALED_DIGEST_BYTES),
            hash,
            counter: Counter::MAX,
            possession,
            ..claims.clone()
        };
        let issued = Certificate::issue(claims, &safe_key());
        assert!(issued.compact().len() <= limits::MAX_CERTIFICATE_BYTES);
        let read = Certificate::verify(issued.compact(), &safe_public()).unwrap();
        assert_eq!(read, issued);
        issued.claims().possession.is_some()
    };
    // With the longest sealed digest, so long may an address be, with the weak hash and without it.
    let longest = |hash| (20..=limits::MAX_ADDRESS_BYTES).rfind(|len| issue(*len, hash));
    assert_eq!(hashes.map(longest), [Some(69), Some(38)]);
}
