//! Assertions as the standard publishes them and as a browser made them, and a software authenticator for each step that fails.

use super::*;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::testing::Es256Key;

const CHALLENGE: Challenge = Challenge::new([7; 32]);
const ORIGIN: &str = "https://wallet.example";
const RP_ID: &str = "wallet.example";

/// A line of a file of vectors.
fn field<'a>(record: &'a str, name: &str) -> &'a str {
    let mut lines = record.lines().filter_map(|line| line.split_once(" = "));
    let line = lines.find(|(field, _)| *field == name);
    line.map(|(_, value)| value).unwrap()
}

fn bytes(record: &str, name: &str) -> Vec<u8> {
    let text = field(record, name).as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    let pairs = text.chunks(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

fn recorded(record: &str) -> (PasskeyKey, Assertion, Challenge) {
    let key = PasskeyKey {
        credential: bytes(record, "credential"),
        algorithm: match field(record, "algorithm") {
            "ES256" => PasskeyAlgorithm::Es256,
            _ => PasskeyAlgorithm::Ed25519,
        },
        key: bytes(record, "key"),
    };
    let assertion = Assertion {
        credential: key.credential.clone(),
        authenticator: bytes(record, "authenticator"),
        client: bytes(record, "client"),
        signature: bytes(record, "signature"),
    };
    let challenge = Challenge::new(bytes(record, "challenge").try_into().unwrap());
    (key, assertion, challenge)
}

fn records(file: &str) -> impl Iterator<Item = &str> {
    file.split("\n\n").filter(|it| it.contains("title = "))
}

#[test]
fn the_vectors_of_the_standard_are_taken_or_fail_the_step_that_they_must() {
    let site = PasskeySite::new("example.org", "https://example.org").unwrap();
    let (mut taken, mut refused, mut signed) = (0, 0, 0);
    for record in records(include_str!("webauthn-level-3.txt")) {
        let (key, assertion, challenge) = recorded(record);
        let found = enrol(&key, &assertion, &challenge, Some(&site));
        let title = field(record, "title");
        match field(record, "step") {
            "none" => {
                taken += 1;
                assert!(found.is_ok(), "{title}");
                assert!(enrol(&key, &assertion, &challenge, None).is_ok());
            }
            step => {
                refused += 1;
                let step = step.parse().unwrap();
                assert_eq!(found, Err(Refused::Step(step)), "{title}");
            }
        }
        // Also of those that are refused the signature holds.
        let hash = hash::sha256(&assertion.client);
        let text = [&assertion.authenticator[..], &hash].concat();
        signed += usize::from(is_signed(&key, &text, &assertion.signature));
    }
    assert_eq!((taken, refused, signed), (3, 8, 11));
}

#[test]
fn what_chromium_said_is_taken_and_counts_from_there() {
    let mut taken = 0;
    for record in records(include_str!("chromium.txt")) {
        let (key, assertion, challenge) = recorded(record);
        let site = PasskeySite::new("localhost", "http://localhost:38877").unwrap();
        let passkey = enrol(&key, &assertion, &challenge, Some(&site)).unwrap();
        assert_eq!(passkey.count, 2);
        assert_eq!(passkey.site.origin, "http://localhost:38877");
        // The same again is what a copy would say.
        let again = verify(&passkey, &assertion, &challenge, None);
        assert_eq!(again, Err(Refused::Cloned));
        let before = Passkey {
            count: 1,
            ..passkey
        };
        assert_eq!(verify(&before, &assertion, &challenge, None), Ok(2));
        taken += 1;
    }
    assert_eq!(taken, 2);
}

/// What an authenticator says, and what a browser says of the page. Each field as an honest one has it.
struct Saying {
    client: String,
    rp_id: &'static str,
    flags: u8,
    count: u32,
    after: Vec<u8>,
}

impl Saying {
    fn honest() -> Self {
        Self {
            client: client("webauthn.get", &CHALLENGE, ORIGIN, ""),
            rp_id: RP_ID,
            flags: USER_PRESENT | USER_VERIFIED,
            count: 5,
            after: Vec::new(),
        }
    }

    fn authenticator(&self) -> Vec<u8> {
        let rp = hash::sha256(self.rp_id.as_bytes());
        let count = self.count.to_be_bytes();
        [&rp[..], &[self.flags], &count, &self.after].concat()
    }

    fn signed(&self) -> Assertion {
        let (authenticator, client) = (self.authenticator(), self.client.clone().into_bytes());
        let text = [&authenticator[..], &hash::sha256(&client)].concat();
        Assertion {
            credential: key().credential,
            signature: Es256Key::new(3).sign(&text),
            authenticator,
            client,
        }
    }
}

fn client(kind: &str, challenge: &Challenge, origin: &str, more: &str) -> String {
    let challenge = b64::encode(challenge.as_bytes());
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"{more}}}"#)
}

fn key() -> PasskeyKey {
    PasskeyKey {
        credential: vec![1, 2, 3],
        algorithm: PasskeyAlgorithm::Es256,
        key: Es256Key::new(3).public().to_vec(),
    }
}

fn enrolled() -> Passkey {
    Passkey {
        key: key(),
        site: Site {
            rp: hash::sha256(RP_ID.as_bytes()),
            origin: ORIGIN.to_string(),
        },
        count: 4,
    }
}

fn said(saying: &Saying) -> Result<u32, Refused> {
    verify(&enrolled(), &saying.signed(), &CHALLENGE, None)
}

#[test]
fn each_step_refuses_what_is_wrong_there_alone() {
    assert_eq!(said(&Saying::honest()), Ok(5));
    let of = |client: String| Saying {
        client,
        ..Saying::honest()
    };
    let more = |more| of(client("webauthn.get", &CHALLENGE, ORIGIN, more));
    let flags = |flags, after: &[u8]| Saying {
        flags,
        after: after.to_vec(),
        ..Saying::honest()
    };
    let both = USER_PRESENT | USER_VERIFIED;
    let taken = [
        more(r#","crossOrigin":false"#),
        more(r#","crossOrigin":null,"topOrigin":null"#),
        more(r#","tokenBinding":{"status":"supported"},"another":[1,{"a":"b"}]"#),
        flags(both | BACKUP_ELIGIBLE, &[]),
        flags(both | BACKUP_ELIGIBLE | BACKED_UP, &[]),
        flags(both | 1 << 1 | 1 << 5, &[]),
        flags(both | EXTENDED, &[0xa0]),
    ];
    for saying in &taken {
        assert_eq!(said(saying), Ok(5), "{}", saying.client);
    }
    let long = "a".repeat(MAX_ASSERTION_BYTES + 1);
    let refused = [
        (7, of(long)),
        (7, flags(both | ATTESTED, &[])),
        (7, flags(both | ATTESTED, &[0; 60])),
        (7, flags(both, &[0xa0])),
        (7, flags(both | EXTENDED, &[])),
        (9, of("".into())),
        (9, of("[]".into())),
        (9, of(format!("\u{feff}{}", Saying::honest().client))),
        (9, more(r#","origin":"https://other.example""#)),
        (9, more(r#","crossOrigin":"no""#)),
        (10, of(client("webauthn.create", &CHALLENGE, ORIGIN, ""))),
        (10, of(client("payment.get", &CHALLENGE, ORIGIN, ""))),
        (
            11,
            of(client("webauthn.get", &Challenge::new([8; 32]), ORIGIN, "")),
        ),
        (
            12,
            of(client(
                "webauthn.get",
                &CHALLENGE,
                "https://other.example",
                "",
            )),
        ),
        (
            12,
            of(client(
                "webauthn.get",
                &CHALLENGE,
                "http://wallet.example",
                "",
            )),
        ),
        (
            12,
            of(client(
                "webauthn.get",
                &CHALLENGE,
                "https://wallet.example:444",
                "",
            )),
        ),
        (
            12,
            of(client(
                "webauthn.get",
                &CHALLENGE,
                "https://wallet.example/",
                "",
            )),
        ),
        (
            12,
            of(client(
                "webauthn.get",
                &CHALLENGE,
                "https://a.wallet.example",
                "",
            )),
        ),
        (13, more(r#","crossOrigin":true"#)),
        (14, more(r#","topOrigin":"https://wallet.example""#)),
        (
            15,
            Saying {
                rp_id: "other.example",
                ..Saying::honest()
            },
        ),
        (16, flags(USER_VERIFIED, &[])),
        (17, flags(USER_PRESENT, &[])),
        (18, flags(both | BACKED_UP, &[])),
    ];
    for (step, saying) in &refused {
        assert_eq!(said(saying), Err(Refused::Step(*step)));
    }
}

#[test]
fn what_was_signed_is_what_was_said() {
    let honest = Saying::honest().signed();
    let check = |assertion: &Assertion| verify(&enrolled(), assertion, &CHALLENGE, None);
    assert_eq!(check(&honest), Ok(5));
    let counted = Saying {
        count: 6,
        ..Saying::honest()
    };
    let mixed = [
        Assertion {
            authenticator: counted.authenticator(),
            ..honest.clone()
        },
        Assertion {
            client: client("webauthn.get", &CHALLENGE, ORIGIN, " ").into_bytes(),
            ..honest.clone()
        },
        Assertion {
            signature: Es256Key::new(4).sign(b"anything"),
            ..honest.clone()
        },
        Assertion {
            signature: Vec::new(),
            ..honest.clone()
        },
    ];
    for assertion in &mixed {
        assert_eq!(check(assertion), Err(Refused::Step(21)));
    }
    for len in 0..37 {
        let cut = Assertion {
            authenticator: honest.authenticator[..len].to_vec(),
            ..honest.clone()
        };
        assert_eq!(check(&cut), Err(Refused::Step(7)), "{len}");
    }
    let of_another = Assertion {
        credential: vec![1, 2],
        ..honest
    };
    assert_eq!(check(&of_another), Err(Refused::Step(6)));
}

#[test]
fn a_counter_must_grow_unless_it_never_counts() {
    let table = [
        (0, 0, Ok(0)),
        (0, 1, Ok(1)),
        (4, 5, Ok(5)),
        (4, u32::MAX, Ok(u32::MAX)),
        (4, 4, Err(Refused::Cloned)),
        (4, 3, Err(Refused::Cloned)),
        (4, 0, Err(Refused::Cloned)),
        (u32::MAX, 0, Err(Refused::Cloned)),
    ];
    for (before, count, expected) in table {
        let passkey = Passkey {
            count: before,
            ..enrolled()
        };
        let assertion = Saying {
            count,
            ..Saying::honest()
        }
        .signed();
        assert_eq!(verify(&passkey, &assertion, &CHALLENGE, None), expected);
    }
    // Whoever counts wrongly and signs wrongly is no copy, but nobody.
    let foreign = Assertion {
        signature: Es256Key::new(4).sign(b"anything"),
        ..Saying {
            count: 0,
            ..Saying::honest()
        }
        .signed()
    };
    let found = verify(&enrolled(), &foreign, &CHALLENGE, None);
    assert_eq!(found, Err(Refused::Step(21)));
}

#[test]
fn an_enrolment_pins_where_it_was_made_unless_the_operator_says_where() {
    let assertion = Saying::honest().signed();
    let passkey = enrol(&key(), &assertion, &CHALLENGE, None).unwrap();
    assert_eq!(
        passkey,
        Passkey {
            count: 5,
            ..enrolled()
        }
    );
    let site = |rp_id, origins| PasskeySite::new(rp_id, origins).unwrap();
    let its = site(RP_ID, "https://a.wallet.example https://wallet.example");
    assert_eq!(
        enrol(&key(), &assertion, &CHALLENGE, Some(&its)),
        Ok(passkey)
    );
    let other_origin = site(RP_ID, "https://a.wallet.example");
    let other_rp = site("example", "https://wallet.example");
    for (step, other) in [(12, other_origin), (15, other_rp)] {
        let refused = Err(Refused::Step(step));
        assert_eq!(enrol(&key(), &assertion, &CHALLENGE, Some(&other)), refused);
        // And it logs in no more where the operator has thought better of it.
        let login = verify(&enrolled(), &assertion, &CHALLENGE, Some(&other));
        assert_eq!(login, Err(Refused::Step(step)));
    }
    // Where the operator has moved, it goes along.
    let moved = Passkey {
        site: Site {
            origin: "https://old.wallet.example".to_string(),
            ..enrolled().site
        },
        ..enrolled()
    };
    assert_eq!(verify(&moved, &assertion, &CHALLENGE, Some(&its)), Ok(5));
    let far = client(
        "webauthn.get",
        &CHALLENGE,
        &"a".repeat(MAX_ORIGIN_BYTES + 1),
        "",
    );
    let far = Saying {
        client: far,
        ..Saying::honest()
    }
    .signed();
    assert_eq!(
        enrol(&key(), &far, &CHALLENGE, None),
        Err(Refused::Step(12))
    );
}

#[test]
fn a_key_of_another_length_is_not_enrolled() {
    let assertion = Saying::honest().signed();
    let keys = [
        PasskeyKey {
            key: vec![4; 64],
            ..key()
        },
        PasskeyKey {
            key: vec![4; 66],
            ..key()
        },
        PasskeyKey {
            algorithm: PasskeyAlgorithm::Ed25519,
            ..key()
        },
        PasskeyKey {
            credential: Vec::new(),
            ..key()
        },
        PasskeyKey {
            credential: vec![0; 1_024],
            ..key()
        },
    ];
    for key in keys {
        let assertion = Assertion {
            credential: key.credential.clone(),
            ..assertion.clone()
        };
        let refused = Err(Refused::Step(21));
        assert_eq!(enrol(&key, &assertion, &CHALLENGE, None), refused);
    }
}

#[test]
fn ed25519_is_checked_as_strictly_as_everywhere() {
    let signing = SigningKey::derive(&Secret::new([5; 32]));
    let key = PasskeyKey {
        credential: vec![1, 2, 3],
        algorithm: PasskeyAlgorithm::Ed25519,
        key: signing.public().to_vec(),
    };
    let said = Saying::honest().signed();
    let text = [&said.authenticator[..], &hash::sha256(&said.client)].concat();
    let signed = |signature: &[u8]| Assertion {
        signature: signature.to_vec(),
        ..said.clone()
    };
    let check = |assertion: &Assertion| enrol(&key, assertion, &CHALLENGE, None);
    let signature = signing.sign(&text);
    assert!(check(&signed(&signature)).is_ok());
    assert_eq!(check(&signed(&signature[..63])), Err(Refused::Step(21)));
    assert_eq!(
        check(&signed(&signing.sign(b"other"))),
        Err(Refused::Step(21))
    );
    assert_eq!(check(&said), Err(Refused::Step(21)));
}

#[test]
fn pretending_does_the_work_of_checking_and_takes_nothing() {
    // The base point is on the curve: were it not, pretending would end before the signature is looked at.
    assert!(!es256::verify(&NOBODYS, b"", &Es256Key::new(3).sign(b"")));
    let one = Es256Key::new(3).public();
    assert!(one != NOBODYS && one[0] == NOBODYS[0]);
    pretend(&Saying::honest().signed(), &CHALLENGE, None);
}
