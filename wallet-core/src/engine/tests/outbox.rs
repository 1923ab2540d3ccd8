//! What is kept to be sent while the wallet is locked or closed, and when it is recalled.

use super::*;
use crate::view::Waiting;
use saifu_protocol::b64;
use saifu_protocol::limits::PREPARED_LIFETIME;

impl Bench {
    /// The safe is not reached by the last request.
    fn fail(&mut self) {
        let ask = self.asks.pop().unwrap().ask;
        self.tell(Event::Answered { ask, answer: None });
    }

    /// Wakes whatever sleeps.
    fn wake_all(&mut self) {
        for (wake, _) in core::mem::take(&mut self.wakes) {
            self.tell(Event::Woke { wake });
        }
    }

    fn begun() -> (Self, SafeId) {
        let mut bench = Self::new();
        let safe = bench.trust();
        bench.add("A");
        bench.back_up_all(safe);
        (bench, safe)
    }

    fn kept_one(&self) -> &Upload {
        assert_eq!(self.kept.len(), 1);
        self.kept.values().next().unwrap()
    }
}

#[test]
fn a_registration_is_kept_when_its_safe_is_not_reached_and_not_before() {
    let (mut bench, _) = Bench::begun();
    assert!(bench.kept.is_empty());
    bench.fail();
    let upload = bench.kept_one();
    assert_eq!(upload.url, "https://safe.example/v1/register");
    assert_eq!(upload.until_ms, 1_000_000 + PREPARED_LIFETIME * 1_000);
    let named: Vec<_> = upload.headers.iter().map(|(name, _)| *name).collect();
    assert_eq!(named, ["authorization", "content-type", "idempotency-key"]);
}

#[test]
fn it_is_kept_once_however_often_the_safe_is_not_reached() {
    let (mut bench, _) = Bench::begun();
    bench.fail();
    let first = bench.kept_one().body.clone();
    bench.wake_all();
    bench.fail();
    assert_eq!(bench.kept_one().body, first);
}

#[test]
fn what_is_under_way_is_kept_when_the_wallet_is_about_to_go() {
    let (mut bench, _) = Bench::begun();
    bench.tell(Event::Leaving);
    bench.kept_one();
    // It is not held up by that.
    assert_eq!(bench.asks.len(), 1);
}

#[test]
fn what_is_kept_is_said_again_when_the_wallet_is_about_to_go_and_nothing_is_said_of_nothing() {
    let (mut bench, _) = Bench::begun();
    bench.tell(Event::Leaving);
    assert_eq!((bench.kept.len(), bench.said_again), (1, 0));
    let first = bench.kept_one().body.clone();
    for times in 1..4 {
        bench.tell(Event::Leaving);
        assert_eq!(bench.said_again, times);
    }
    bench.fail();
    bench.tell(Event::Leaving);
    assert_eq!(bench.said_again, 4);
    // It is not written again for that.
    assert_eq!(bench.kept_one().body, first);
    // A transaction takes it out.
    let job = bench.jobs().last().unwrap().id;
    bench.want(Intent::CallOff { job });
    bench.commit();
    bench.tell(Event::Leaving);
    assert_eq!(bench.said_again, 4);
}

#[test]
fn what_could_not_be_kept_is_kept_when_the_safe_is_not_reached_again_or_the_wallet_goes() {
    for is_leaving in [false, true] {
        let (mut bench, _) = Bench::begun();
        bench.is_full = true;
        bench.fail();
        bench.tell(Event::Leaving);
        assert!(bench.kept.is_empty());
        assert_eq!(bench.said_again, 0, "nothing lies there");
        bench.is_full = false;
        if is_leaving {
            bench.tell(Event::Leaving);
        } else {
            bench.wake_all();
            bench.fail();
        }
        bench.kept_one();
    }
}

#[test]
fn only_a_way_that_is_broken_makes_a_safe_be_asked_by_others() {
    for why in Waiting::ALL {
        let kept = matches!(
            why,
            Waiting::Unreachable | Waiting::Garbled | Waiting::SafeFailed
        );
        assert_eq!(super::super::drive::is_of_the_way(why), kept, "{why:?}");
    }
}

#[test]
fn what_is_called_off_is_recalled_with_the_same_transaction() {
    let (mut bench, _) = Bench::begun();
    bench.fail();
    let job = bench.jobs().last().unwrap().id;
    bench.want(Intent::CallOff { job });
    let batch = bench.commit.as_ref().unwrap();
    let kept: Vec<FlowId> = bench.kept.keys().copied().collect();
    let recalled: Vec<FlowId> = batch.recalls().collect();
    assert!(kept.iter().all(|flow| recalled.contains(flow)));
    bench.commit();
    // To have the safe end it is nothing for others to do, whether it is reached or not.
    bench.fail();
    bench.tell(Event::Leaving);
    assert!(bench.kept.is_empty());
}

#[test]
fn what_must_stay_here_is_not_kept() {
    let (mut bench, _) = Bench::begun();
    bench.wallet.lock = Standing::LastMethod;
    bench.fail();
    assert!(bench.kept.is_empty());
}

#[test]
fn a_key_that_is_not_shown_and_a_word_that_is_not_in_it() {
    let (mut bench, _) = Bench::begun();
    bench.fail();
    let upload = bench.kept_one();
    let said = alloc::format!("{upload:?}{:?}", upload.headers);
    let sent: serde_json::Value = serde_json::from_slice(&upload.body).unwrap();
    // What is sealed travels as text: whoever reads it undoes that.
    let inside = b64::decode(sent["sealed"].as_str().unwrap()).unwrap();
    let is_in = |seen: &[u8], bytes: &[u8]| seen.windows(bytes.len()).any(|it| it == bytes);
    let is_object = |key: &&Key| matches!(key, Key::Body(_));
    let object = bench.store.keys().find(is_object).unwrap();
    let object = bench.store[object].as_bytes();
    for seen in [said.as_bytes(), &upload.body, &inside] {
        assert!(!is_in(seen, object));
        assert!(!is_in(seen, b64::encode(object).as_bytes()));
        assert!(!is_in(seen, b"Example"));
    }
}
