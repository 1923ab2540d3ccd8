//! The vectors of RFC 9807 for this suite, through the functions that wallet and safe call.
//!
//! The RFC fixes what is drawn. It is handed in as randomness, in the order in which `opaque-ke` draws it; blinds are drawn
//! as 64 bytes and reduced, so they stand before 32 zeros.

use super::server::Setup;
use super::*;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::convert::Infallible;
use opaque_ke::ServerSetup;

type Vector = BTreeMap<&'static str, Vec<u8>>;

fn vectors() -> Vec<Vector> {
    let text = include_str!("../../tests/primitives/vectors/opaque-rfc9807.txt");
    let field = |line: &'static str| {
        let (name, value) = line.split_once(" = ")?;
        let pairs = value.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| {
            let pair = core::str::from_utf8(pair).expect("hexadecimal digits are ASCII");
            u8::from_str_radix(pair, 16).expect("two hexadecimal digits")
        });
        Some((name, bytes.collect()))
    };
    text.split("\n\n")
        .map(|paragraph| paragraph.lines().filter_map(field).collect())
        .filter(|vector: &Vector| !vector.is_empty())
        .collect()
}

/// Gives out what was put in, and must be empty in the end.
struct Fixed(Vec<u8>);

impl Fixed {
    fn of(parts: &[&[u8]]) -> Self {
        Self(parts.concat())
    }
}

impl Drop for Fixed {
    fn drop(&mut self) {
        assert!(self.0.is_empty() || std::thread::panicking());
    }
}

impl rand_core::TryRng for Fixed {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("only bytes are drawn")
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("only bytes are drawn")
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.copy_from_slice(&self.0.drain(..out.len()).collect::<Vec<_>>());
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Fixed {}

fn setup(vector: &Vector) -> Setup {
    // The last key is that of a fake record; real vectors have none, and any will do.
    let fake = &vector["client_public_key"];
    let bytes = [&vector["oprf_seed"], &vector["server_private_key"], fake].map(Vec::as_slice);
    let setup = ServerSetup::deserialize(&bytes.concat()).unwrap();
    assert_eq!(
        setup.keypair().public().serialize()[..],
        vector["server_public_key"]
    );
    Setup(setup)
}

fn parties(vector: &Vector) -> Parties<'_> {
    Parties {
        owner: vector.get("client_identity").map(Vec::as_slice),
        safe: vector.get("server_identity").map(Vec::as_slice),
        context: &vector["Context"],
    }
}

#[test]
fn rfc_9807_real_vectors() {
    let mut with_identities = 0;
    let vectors = vectors();
    let real = vectors
        .iter()
        .filter(|vector| vector.contains_key("password"));
    let run = real.map(|vector| {
        let (setup, parties) = (setup(vector), parties(vector));
        let (password, credential) = (&vector["password"], &vector["credential_identifier"]);

        let mut rng = Fixed::of(&[&vector["blind_registration"], &[0; 32]]);
        let (enrolling, request) = enrol(password, &mut rng).unwrap();
        assert_eq!(request[..], vector["registration_request"]);
        let response = setup.respond(credential, &request).unwrap();
        assert_eq!(response[..], vector["registration_response"]);
        let nonce = || Fixed::of(&[&vector["envelope_nonce"]]);
        let whole = enrolling
            .end(password, &response, parties, Stretch::None, &mut nonce())
            .unwrap();
        assert_eq!(whole.export_key[..], vector["export_key"]);
        let enrolled = enrolling
            .finish(password, &response, parties, Stretch::None, &mut nonce())
            .unwrap();
        assert_eq!(
            enrolled.record.as_bytes()[..],
            vector["registration_upload"]
        );
        assert_eq!(
            enrolled.export_key.expose_secret()[..],
            vector["export_key"][..32]
        );

        let mut rng = Fixed::of(&[
            &vector["blind_login"],
            &[0; 32],
            &vector["client_keyshare_seed"],
            &vector["client_nonce"],
        ]);
        let (logging_in, ke1) = log_in(password, &mut rng).unwrap();
        assert_eq!(ke1[..], vector["KE1"]);
        let mut rng = Fixed::of(&[
            // The masking key of a fake record is drawn in any case, so that time tells nothing.
            &[0; 64],
            &vector["masking_nonce"],
            &vector["server_keyshare_seed"],
            &vector["server_nonce"],
        ]);
        let record = Some(&enrolled.record);
        let (expected, ke2) = setup
            .challenge(credential, record, &ke1, parties, &mut rng)
            .unwrap();
        assert_eq!(ke2[..], vector["KE2"]);
        let mut none = Fixed::of(&[]);
        let whole = logging_in
            .end(password, &ke2, parties, Stretch::None, &mut none)
            .unwrap();
        assert_eq!(whole.export_key[..], vector["export_key"]);
        assert_eq!(whole.session_key[..], vector["session_key"]);
        let logged_in = logging_in
            .finish(password, &ke2, parties, Stretch::None, &mut none)
            .unwrap();
        assert_eq!(logged_in.ke3[..], vector["KE3"]);
        let whole = expected.end(&logged_in.ke3, parties).unwrap();
        assert_eq!(whole.session_key[..], vector["session_key"]);
        assert_eq!(
            expected.finish(&logged_in.ke3, parties).unwrap(),
            logged_in.session_key
        );
        with_identities += usize::from(parties.owner.is_some());
    });
    assert_eq!(run.count(), 2);
    assert_eq!(with_identities, 1);
}

#[test]
fn rfc_9807_fake_vector() {
    let vectors = vectors();
    let fake = vectors
        .iter()
        .filter(|vector| !vector.contains_key("password"));
    let run = fake.map(|vector| {
        let mut rng = Fixed::of(&[
            &vector["masking_key"],
            &vector["masking_nonce"],
            &vector["server_keyshare_seed"],
            &vector["server_nonce"],
        ]);
        let ke1 = vector["KE1"][..].try_into().unwrap();
        let credential = &vector["credential_identifier"];
        let (_, ke2) = setup(vector)
            .challenge(credential, None, ke1, parties(vector), &mut rng)
            .unwrap();
        assert_eq!(ke2[..], vector["KE2"]);
    });
    assert_eq!(run.count(), 1);
}
