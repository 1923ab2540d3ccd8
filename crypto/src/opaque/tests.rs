//! What the vectors cannot show: what does not open, and what is not seen.

use super::*;
use crate::Secret;
use crate::hash::sha256;
use crate::testing::Counting;
use std::format;

const OWNER: Parties<'_> = Parties {
    owner: Some(b"owner"),
    safe: Some(b"safe"),
    context: b"context",
};

fn enrolled(setup: &Setup, credential: &[u8], password: &[u8]) -> Enrolled {
    let rng = &mut Counting(7);
    let (enrolling, request) = enrol(password, rng).unwrap();
    let response = setup.respond(credential, &request).unwrap();
    enrolling
        .finish(password, &response, OWNER, Stretch::None, rng)
        .unwrap()
}

/// Password, credential, record, what the wallet takes the parties for, and whether it opens.
type Attempt<'a> = (&'a [u8], &'a [u8], Option<&'a Record>, Parties<'a>, bool);

fn setup() -> Setup {
    Setup::derive(&Secret::new([1; 32]))
}

#[test]
fn a_setup_is_the_same_each_time() {
    // Every record of a safe depends on it. Were it another after an update of the library, no owner could log in any more.
    let bytes = setup().0.serialize();
    let pinned = [
        0x9f, 0xbe, 0x1d, 0xcd, 0x13, 0x65, 0xe9, 0x35, 0x79, 0x61, 0x57, 0x64, 0x40, 0xf6, 0x85,
        0x93, 0xf4, 0x08, 0xa5, 0x22, 0x28, 0x1f, 0x8e, 0xc4, 0x50, 0x92, 0x85, 0xab, 0x7b, 0xae,
        0xb8, 0x6a,
    ];
    assert_eq!(sha256(&bytes), pinned);
    assert_ne!(bytes, Setup::derive(&Secret::new([2; 32])).0.serialize());
}

#[test]
fn a_stretched_login_gives_both_sides_one_session_key_and_the_export_key_again() {
    let (setup, rng) = (setup(), &mut Counting(0));
    let (enrolling, request) = enrol(b"secret", rng).unwrap();
    let response = setup.respond(b"credential", &request).unwrap();
    let stretch = Stretch::default();
    let enrolled = enrolling
        .finish(b"secret", &response, OWNER, stretch, rng)
        .unwrap();
    let (logging_in, ke1) = log_in(b"secret", rng).unwrap();
    let (expected, ke2) = setup
        .challenge(b"credential", Some(&enrolled.record), &ke1, OWNER, rng)
        .unwrap();
    let logged_in = logging_in
        .finish(b"secret", &ke2, OWNER, stretch, rng)
        .unwrap();
    assert_eq!(logged_in.export_key, enrolled.export_key);
    assert_ne!(logged_in.export_key, logged_in.session_key);
    assert_eq!(
        expected.finish(&logged_in.ke3, OWNER),
        Ok(logged_in.session_key)
    );
    let unstretched = logging_in.finish(b"secret", &ke2, OWNER, Stretch::None, rng);
    assert_eq!(unstretched.map(drop), Err(NoEntry));
}

#[test]
fn a_login_with_anything_else_does_not_open() {
    let (setup, rng) = (setup(), &mut Counting(0));
    let record = enrolled(&setup, b"credential", b"secret").record;
    let other = |owner, safe, context| Parties {
        owner,
        safe,
        context,
    };
    let (owner, safe) = (OWNER.owner, OWNER.safe);
    let attempts: [Attempt<'_>; 7] = [
        (b"secret", b"credential", Some(&record), OWNER, true),
        (b"Secret", b"credential", Some(&record), OWNER, false),
        (b"secret", b"another", Some(&record), OWNER, false),
        (b"secret", b"credential", None, OWNER, false),
        (
            b"secret",
            b"credential",
            Some(&record),
            other(Some(b"?"), safe, b"context"),
            false,
        ),
        (
            b"secret",
            b"credential",
            Some(&record),
            other(owner, Some(b"?"), b"context"),
            false,
        ),
        (
            b"secret",
            b"credential",
            Some(&record),
            other(owner, safe, b"?"),
            false,
        ),
    ];
    for (password, credential, record, parties, opens) in attempts {
        let (logging_in, ke1) = log_in(password, rng).unwrap();
        let (_, ke2) = setup
            .challenge(credential, record, &ke1, OWNER, rng)
            .unwrap();
        let result = logging_in.finish(password, &ke2, parties, Stretch::None, rng);
        assert_eq!(result.is_ok(), opens);
    }
}

#[test]
fn a_last_message_that_is_not_the_expected_one_gives_no_session() {
    let (setup, rng) = (setup(), &mut Counting(0));
    let record = enrolled(&setup, b"credential", b"secret").record;
    let (logging_in, ke1) = log_in(b"secret", rng).unwrap();
    let (expected, ke2) = setup
        .challenge(b"credential", Some(&record), &ke1, OWNER, rng)
        .unwrap();
    let (of_another_login, _) = setup
        .challenge(b"credential", Some(&record), &ke1, OWNER, rng)
        .unwrap();
    let mut ke3 = logging_in
        .finish(b"secret", &ke2, OWNER, Stretch::None, rng)
        .unwrap()
        .ke3;
    assert_eq!(of_another_login.finish(&ke3, OWNER), Err(NoEntry));
    assert!(expected.finish(&ke3, OWNER).is_ok());
    ke3[0] ^= 1;
    assert_eq!(expected.finish(&ke3, OWNER), Err(NoEntry));
}

#[test]
fn what_is_no_message_is_refused() {
    let (setup, rng) = (setup(), &mut Counting(0));
    let garbage = [0xFF; KE1_LEN];
    assert_eq!(setup.respond(b"c", &[0xFF; REQUEST_LEN]), Err(NotOpaque));
    let challenged = setup.challenge(b"c", None, &garbage, OWNER, rng);
    assert_eq!(challenged, Err(NotOpaque));
    assert_eq!(Record::read(&[0xFF; RECORD_LEN]), Err(NotOpaque));
    let record = enrolled(&setup, b"c", b"secret").record;
    assert_eq!(Record::read(record.as_bytes()), Ok(record));
}

#[test]
fn debug_shows_no_byte_of_anything() {
    let (setup, rng) = (setup(), &mut Counting(0));
    let (enrolling, _) = enrol(b"secret", rng).unwrap();
    let (logging_in, ke1) = log_in(b"secret", rng).unwrap();
    let (expected, _) = setup.challenge(b"c", None, &ke1, OWNER, rng).unwrap();
    let record = enrolled(&setup, b"c", b"secret").record;
    let shown = format!("{setup:?} {enrolling:?} {logging_in:?} {expected:?} {record:?}");
    assert_eq!(
        shown,
        "Setup(redacted) Enrolling(redacted) LoggingIn(redacted) Expected(redacted) Record(redacted)"
    );
}
