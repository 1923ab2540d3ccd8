use super::*;
use crate::json;
use crate::message::{Outcome, Reply};
use alloc::string::String;
use alloc::vec;
use core::fmt::Debug;
use serde::de::DeserializeOwned;

fn kept() -> Kept {
    Kept {
        share: vec![1; 3],
        map: vec![2; 3],
    }
}

fn reads_back<T: Serialize + DeserializeOwned + PartialEq>(message: &T) {
    let text = json::write(message);
    assert!(json::read::<T>(&text).is_ok_and(|read| read == *message));
}

fn is_written<T: Serialize + DeserializeOwned + PartialEq + Debug>(message: &T, text: &str) {
    assert_eq!(json::write_text(message), text);
    assert_eq!(json::read::<T>(text.as_bytes()).as_ref(), Ok(message));
}

#[test]
fn every_message_reads_back() {
    let (look_up, enrolment) = (LookUpId::new([1; 32]), EnrolmentId::new([2; 16]));
    let within = InSession {
        session: SessionId::new([3; 16]),
        proof: SessionProof::new([4; 32]),
    };
    reads_back(&EnrolStart {
        look_up,
        enrolment,
        request: [5; REQUEST_LEN],
    });
    reads_back(&EnrolStarted {
        response: [6; RESPONSE_LEN],
    });
    reads_back(&EnrolFinish {
        look_up,
        enrolment,
        suite: Suite::Opaque1,
        record: [7; RECORD_LEN],
        kept: kept(),
    });
    reads_back(&LoginStart {
        look_up,
        which: Which::Previous,
        ke1: [8; KE1_LEN],
    });
    reads_back(&LoginStarted::Challenge {
        suite: Suite::Opaque1,
        ke2: [9; KE2_LEN],
    });
    reads_back(&LoginFinish {
        login: RequestId::new([1; 16]),
        ke3: [2; KE3_LEN],
    });
    reads_back(&LoginFinished::In(LoggedIn {
        session: within.session,
        until: UnixTime(3),
        by: By::Newest,
        is_changing: true,
        kept: kept(),
        map: Some(vec![6]),
        accounts: vec![PublicKey::new([5; 32])],
        guesses: 4,
        has_channel: true,
    }));
    reads_back(&ChangeFinish {
        within,
        enrolment,
        suite: Suite::Opaque1,
        record: [7; RECORD_LEN],
        kept: kept(),
        slot: Slot::Kit,
    });
    reads_back(&within);
    reads_back(&SetMap {
        within,
        map: vec![1],
        map_of_root: Some(vec![2]),
    });
}

#[test]
fn what_is_only_a_word_is_written_as_one() {
    is_written(&Enrolled::Enrolled, r#""enrolled""#);
    is_written(&Enrolled::Taken, r#""taken""#);
    is_written(&Enrolled::Wait(60), r#"{"wait":60}"#);
    is_written(&LoginStarted::Wait(60), r#"{"wait":60}"#);
    is_written(&Answer::<Changed>::Out, r#""out""#);
    is_written(&Answer::Done(Changed::Both), r#"{"done":"both"}"#);
    is_written(&Suite::Opaque1, r#""opaque-1""#);
    assert_eq!(crate::owner::AUTHENTICATION, "opaque-1");
    is_written(&Which::Newest, r#""newest""#);
    is_written(&Which::Kit, r#""kit""#);
    is_written(&Slot::Kit, r#""kit""#);
    is_written(&By::Kit, r#""kit""#);
    let out = Reply {
        items: vec![Outcome::Done(LoginFinished::Out)],
    };
    assert_eq!(json::write_text(&out), r#"{"items":[{"done":"out"}]}"#);
}

#[test]
fn bytes_of_another_length_do_not_read() {
    for len in [0, KE3_LEN - 1, KE3_LEN + 1] {
        let ke3: String = b64::encode(&vec![0; len]);
        let text = alloc::format!(r#"{{"login":"{}","ke3":"{ke3}"}}"#, RequestId::new([1; 16]));
        assert!(json::read::<LoginFinish>(text.as_bytes()).is_err(), "{len}");
    }
}

#[test]
fn what_is_kept_has_limits() {
    let of = |share, map| Kept {
        share: vec![0; share],
        map: vec![0; map],
    };
    let (share, map) = (limits::MAX_OWNER_SHARE_BYTES, limits::MAX_OWNER_MAP_BYTES);
    reads_back(&of(share, map));
    for above in [of(share + 1, map), of(share, map + 1)] {
        assert!(json::read::<Kept>(&json::write(&above)).is_err());
    }
}

#[test]
fn a_proof_holds_for_its_key_and_purpose_alone() {
    let key = Secret::new([1; 32]);
    let purpose = Purpose {
        safe: SafeId::new([2; 32]),
        account: PublicKey::new([3; 32]),
        request: RequestId::new([4; 16]),
        act: Act::List,
    };
    let proof = SessionProof::derive(&key, &purpose);
    assert!(proof.holds(&key, &purpose));
    assert!(!proof.holds(&Secret::new([2; 32]), &purpose));
    let others = [
        Purpose {
            safe: SafeId::new([9; 32]),
            ..purpose
        },
        Purpose {
            account: PublicKey::new([9; 32]),
            ..purpose
        },
        Purpose {
            request: RequestId::new([9; 16]),
            ..purpose
        },
    ];
    let acts = [
        Act::Change,
        Act::Settle,
        Act::SetMap,
        Act::Join,
        Act::Recover,
    ];
    let acts = acts.map(|act| Purpose { act, ..purpose });
    for other in others.iter().chain(&acts) {
        assert!(!proof.holds(&key, other));
    }
}
