//! What an owner's wallet and a safe read of each other, and with what each is tried.

use crate::corpus::{at_safe, public, safe};
use crate::devices;
use crate::shared::{reads_back, text};
use saifu_crypto::opaque::{KE2_LEN, LoggingIn, RESPONSE_LEN, Setup, enrol, log_in};
use saifu_crypto::stretch::Stretch;
use saifu_crypto::testing::{Counting, Hashed};
use saifu_crypto::{Secret, hpke};
use saifu_protocol::limits::MAX_OWNER_NAME_BYTES;
use saifu_protocol::message::{EntryState, Presented, Recovered, Route};
use saifu_protocol::owner::{
    Answer, By, ChangeFinish, Changed, DeviceAdded, DeviceStarted, EnrolFinish, EnrolStart,
    EnrolStarted, Enrolled, EnrolmentId, InSession, Kept, LoggedIn, LoginFinish, LoginFinished,
    LoginStart, LoginStarted, LookUpId, Note, OwnerEntry, OwnerListItem, OwnerName, OwnerPage,
    OwnerRecoverItem, SessionProof, SetMap, Slot, Suite, WaysIn, Which, parties,
};
use saifu_protocol::{RequestId, SessionId, UnixTime, json};
use saifu_safe_core::owned::Place;

const NAME: LookUpId = LookUpId::new([1; 32]);
const SECRET: &[u8] = b"six words";

/// A login on its way, and what a safe answers.
fn login() -> (LoggingIn, [u8; KE2_LEN]) {
    let rng = &mut Hashed(0);
    let setup = Setup::derive(&Secret::new([1; 32]));
    let (enrolling, request) = enrol(SECRET, rng).expect("a secret can be enrolled");
    let response = setup.respond(b"id", &request).expect("it is a request");
    let id = safe();
    let parties = parties(&NAME, &id);
    let enrolled = enrolling.finish(SECRET, &response, parties, Stretch::None, rng);
    let record = enrolled.expect("the answer is the safe's").record;
    let (state, ke1) = log_in(SECRET, rng).expect("a login can be begun");
    let challenge = setup.challenge(b"id", Some(&record), &ke1, parties, rng);
    (state, challenge.expect("it is a first message").1)
}

/// Only what the safe has said opens.
pub(crate) fn challenge(bytes: &[u8]) {
    let Ok(ke2) = <&[u8; KE2_LEN]>::try_from(bytes) else {
        return;
    };
    let ((state, genuine), id) = (login(), safe());
    let parties = parties(&NAME, &id);
    let finished = state.finish(SECRET, ke2, parties, Stretch::None, &mut Hashed(9));
    assert_eq!(finished.is_ok(), *ke2 == genuine);
}

pub(crate) fn challenges() -> Vec<Vec<u8>> {
    vec![login().1.to_vec()]
}

/// Any answer to an enrolment that reads gives a record that reads.
pub(crate) fn enrolment(bytes: &[u8]) {
    let Ok(response) = <&[u8; RESPONSE_LEN]>::try_from(bytes) else {
        return;
    };
    let rng = &mut Hashed(0);
    let (enrolling, _) = enrol(SECRET, rng).expect("a secret can be enrolled");
    let id = safe();
    let parties = parties(&NAME, &id);
    if let Ok(enrolled) = enrolling.finish(SECRET, response, parties, Stretch::None, rng) {
        let record = saifu_crypto::opaque::Record::read(enrolled.record.as_bytes());
        assert!(record.is_ok());
    }
}

pub(crate) fn enrolments() -> Vec<Vec<u8>> {
    let (_, request) = enrol(SECRET, &mut Hashed(0)).expect("a secret can be enrolled");
    let setup = Setup::derive(&Secret::new([1; 32]));
    let response = setup.respond(b"id", &request).expect("it is a request");
    vec![response.to_vec()]
}

/// What is in a sealed answer to an owner.
pub(crate) fn owner_message(bytes: &[u8]) {
    reads_back::<EnrolStarted>(bytes);
    reads_back::<Enrolled>(bytes);
    reads_back::<LoginStarted>(bytes);
    reads_back::<LoginFinished>(bytes);
    reads_back::<Answer<Changed>>(bytes);
    reads_back::<Answer<UnixTime>>(bytes);
    reads_back::<Answer<OwnerPage>>(bytes);
    reads_back::<Answer<Recovered>>(bytes);
    reads_back::<DeviceStarted>(bytes);
    reads_back::<Answer<DeviceAdded>>(bytes);
    reads_back::<Answer<WaysIn>>(bytes);
}

pub(crate) fn owner_messages() -> Vec<Vec<u8>> {
    let entry = OwnerEntry {
        certificate: "a.b.c".into(),
        state: EntryState::Withdrawn,
        since: Some(UnixTime(5)),
        until: Some(UnixTime(9)),
        session: Some(SessionId::new([2; 16])),
        size: 7,
        note: Note::new(vec![1, 2, 3]).ok(),
    };
    let page = OwnerPage {
        entries: vec![entry],
        next: Some("3.2.1".into()),
    };
    let told = LoggedIn {
        session: SessionId::new([3; 16]),
        until: UnixTime(4),
        by: By::Newest,
        is_changing: true,
        kept: kept(),
        map: Some(vec![6]),
        accounts: vec![public(&at_safe().account)],
        guesses: 5,
        has_channel: true,
    };
    let recovered = Recovered {
        certificate: "a.b.c".into(),
        object: vec![1, 2],
    };
    vec![
        json::write(&EnrolStarted {
            response: [1; RESPONSE_LEN],
        }),
        json::write(&Enrolled::Taken),
        json::write(&Enrolled::Wait(60)),
        json::write(&LoginStarted::Challenge {
            suite: Suite::Opaque1,
            ke2: login().1,
        }),
        json::write(&LoginFinished::In(told)),
        json::write(&Answer::Done(Changed::Both)),
        json::write(&Answer::Done(UnixTime(3))),
        json::write(&Answer::<UnixTime>::Out),
        json::write(&Answer::Done(page)),
        json::write(&Answer::Done(recovered)),
    ]
    .into_iter()
    .chain(devices::messages())
    .collect()
}

/// A name that is taken is what it says.
pub(crate) fn owner_name(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Ok(name) = OwnerName::new(text) {
        let (name, again) = (name.as_str(), OwnerName::new(name.as_str()));
        assert!(again.is_ok_and(|again| again.as_str() == name));
        assert!((1..=MAX_OWNER_NAME_BYTES).contains(&name.len()));
        assert!(!name.chars().any(char::is_control));
    }
}

pub(crate) fn owner_names() -> Vec<Vec<u8>> {
    vec![b" hana ".to_vec(), "田中 hana".into(), vec![b'a'; 256]]
}

/// A cursor that is taken is the place that it was written from.
pub(crate) fn owner_cursor(bytes: &[u8]) {
    if let Some(place) = text(bytes).and_then(Place::read) {
        assert_eq!(Place::read(&place.write()), Some(place));
    }
}

pub(crate) fn owner_cursors() -> Vec<Vec<u8>> {
    vec![b"1.2.3".to_vec(), b"9007199254740991.1.4294967295".to_vec()]
}

fn kept() -> Kept {
    Kept {
        share: vec![1; 5],
        map: vec![2; 9],
    }
}

/// Each request of an owner's wallet, as it is before sealing.
pub(crate) fn requests() -> Vec<(Route, serde_json::Value)> {
    let rng = &mut Counting(3);
    let enrolment = EnrolmentId::new([4; 16]);
    let (_, request) = enrol(SECRET, rng).expect("a secret can be enrolled");
    let (_, ke1) = log_in(SECRET, rng).expect("a login can be begun");
    let point = hpke::derive_public(&Secret::new([9; 32]));
    let mut record = [7; 192];
    record[..32].copy_from_slice(&request);
    let within = InSession {
        session: SessionId::new(point[..16].try_into().expect("16 bytes")),
        proof: SessionProof::new([6; 32]),
    };
    let item = |item: Result<serde_json::Value, _>| item.expect("messages are JSON");
    vec![
        (
            Route::OwnerEnrolStart,
            item(serde_json::to_value(EnrolStart {
                look_up: NAME,
                enrolment,
                request,
            })),
        ),
        (
            Route::OwnerEnrolFinish,
            item(serde_json::to_value(EnrolFinish {
                look_up: NAME,
                enrolment,
                suite: Suite::Opaque1,
                record,
                kept: kept(),
            })),
        ),
        (
            Route::OwnerLoginStart,
            item(serde_json::to_value(LoginStart {
                look_up: NAME,
                which: Which::Newest,
                ke1,
            })),
        ),
        (
            Route::OwnerLoginFinish,
            item(serde_json::to_value(LoginFinish {
                login: RequestId::new([7; 16]),
                ke3: [8; 64],
            })),
        ),
        (
            Route::OwnerChange,
            item(serde_json::to_value(ChangeFinish {
                within,
                enrolment,
                suite: Suite::Opaque1,
                record,
                kept: kept(),
                slot: Slot::Kit,
            })),
        ),
        (Route::OwnerSettle, item(serde_json::to_value(within))),
        (
            Route::OwnerMap,
            item(serde_json::to_value(SetMap {
                within,
                map: vec![3; 9],
                map_of_root: Some(vec![4; 9]),
            })),
        ),
        (Route::OwnerJoin, item(serde_json::to_value(within))),
        (
            Route::OwnerList,
            item(serde_json::to_value(OwnerListItem {
                within,
                after: Some("1.2.3".into()),
                last_resort: true,
            })),
        ),
        (
            Route::OwnerRecover,
            item(serde_json::to_value(OwnerRecoverItem {
                within,
                presented: Presented::Certificate("a.b.c".into()),
                session: within.session,
                last_resort: true,
            })),
        ),
    ]
    .into_iter()
    .chain(devices::requests(&within))
    .collect()
}
