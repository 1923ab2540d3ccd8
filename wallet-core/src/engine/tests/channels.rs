//! What is asked in an owner's session, and what ends that.

use super::*;
use crate::client::Channel;
use saifu_crypto::hash;
use saifu_protocol::envelope::{Binding, Items, open_letter, seal_reply};
use saifu_protocol::limits::OWNER_SESSION_LIFETIME;
use saifu_protocol::message::{Outcome, Registered, Reply, Route};
use saifu_protocol::{RequestId, SessionId};

const SESSION: SessionId = SessionId::new([8; 16]);
const NOW_MS: u64 = 1_000_000;

fn channel(session: SessionId) -> Channel {
    let key = Secret::new([77; 32]);
    Channel { session, key }
}

/// A wallet whose owner is in at a safe, and that has asked it to register something.
fn asking() -> (Bench, SafeId) {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.wallet.channels.note(safe, channel(SESSION), NOW_MS);
    bench.add("A");
    bench.back_up_all(safe);
    (bench, safe)
}

fn request(ask: &Ask) -> RequestId {
    let mut headers = ask.headers.iter();
    let key = headers.find(|(name, _)| *name == "idempotency-key");
    RequestId::parse(&key.unwrap().1).unwrap()
}

fn binding(ask: &Ask) -> Binding {
    Binding {
        safe: descriptor(9, 2).id,
        route: Route::Register,
        request: request(ask),
    }
}

/// As the safe reads it, with its own key alone.
fn letter(ask: &Ask) -> (PublicKey, Items) {
    let body = ask.body.as_ref().unwrap();
    open_letter(body, &Secret::new([2; 32]), &binding(ask)).unwrap()
}

/// In which session it was asked, if in one.
fn session(ask: &Ask) -> Option<SessionId> {
    match letter(ask).1 {
        Items::Within(within) => Some(within.session),
        Items::Open(_) => None,
    }
}

/// The safe's own word, sealed.
fn say_over(bench: &mut Bench, ask: &Ask) {
    let items: Vec<Outcome<Registered>> = alloc::vec![Outcome::Problem(Code::ChannelOver.into())];
    let hash = hash::sha256(ask.body.as_ref().unwrap());
    let (to, binding) = (letter(ask).0, binding(ask));
    let body = seal_reply(&Reply { items }, &to, &binding, &hash, &mut Counting(9));
    bench.answer(ask.ask, 200, body.unwrap());
}

#[test]
fn whichever_flow_asks_a_safe_asks_in_the_newest_session_there() {
    let (mut bench, safe) = asking();
    assert_eq!(session(&bench.asks.pop().unwrap()), Some(SESSION));
    let newer = SessionId::new([10; 16]);
    bench.wallet.channels.note(safe, channel(newer), NOW_MS);
    bench.add("B");
    bench.back_up_all(safe);
    assert_eq!(session(&bench.asks.pop().unwrap()), Some(newer));
    // One that is known is no newer for being seen again.
    bench.wallet.channels.note(safe, channel(SESSION), NOW_MS);
    bench.add("C");
    bench.back_up_all(safe);
    assert_eq!(session(&bench.asks.pop().unwrap()), Some(newer));
}

#[test]
fn a_session_is_no_channel_to_another_safe() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    let other = SafeId::new([3; 32]);
    bench.wallet.channels.note(other, channel(SESSION), NOW_MS);
    bench.add("A");
    bench.back_up_all(safe);
    assert_eq!(session(&bench.asks.pop().unwrap()), None);
}

#[test]
fn what_a_channel_cannot_bring_is_asked_again_without_as_the_same_request() {
    let (mut bench, safe) = asking();
    let first = bench.asks.pop().unwrap();
    say_over(&mut bench, &first);
    let again = bench.asks.pop().unwrap();
    assert_eq!(session(&again), None);
    assert_eq!(request(&again), request(&first));
    // Nothing goes in it any more, also where a login has it in its record.
    bench.wallet.channels.note(safe, channel(SESSION), NOW_MS);
    bench.add("B");
    bench.back_up_all(safe);
    assert_eq!(session(&bench.asks.pop().unwrap()), None);
}

/// Whoever stands between could have written it, to have the next attempt readable to who has the safe's key.
#[test]
fn nothing_in_the_clear_has_it_asked_without_the_channel() {
    for code in Code::ALL {
        let (mut bench, _) = asking();
        let first = bench.asks.pop().unwrap();
        let (status, body) = problem(Problem {
            time: Some(UnixTime(1_000)),
            ..code.into()
        });
        bench.answer(first.ask, status, body);
        while let Some((wake, _)) = bench.wakes.pop() {
            bench.tell(Event::Woke { wake });
        }
        let is_sealed = |ask: &&Ask| ask.body.is_some();
        if let Some(again) = bench.asks.iter().rev().find(is_sealed) {
            assert_eq!(session(again), Some(SESSION), "{code:?}");
        }
        assert!(!bench.asks.is_empty(), "{code:?}");
    }
}

#[test]
fn what_was_asked_in_no_channel_cannot_fail_by_one() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.add("A");
    bench.back_up_all(safe);
    let ask = bench.asks.pop().unwrap();
    say_over(&mut bench, &ask);
    // It waits as for any answer that makes no sense, and does not ask at once.
    assert!(bench.asks.is_empty());
    assert_eq!(bench.jobs()[0].waiting, Some(Waiting::Garbled));
}

#[test]
fn what_must_be_over_by_the_time_here_is_forgotten() {
    let (mut bench, safe) = asking();
    let lasts_ms = OWNER_SESSION_LIFETIME * 1_000;
    bench.wallet.channels.forget(NOW_MS + lasts_ms);
    bench.add("B");
    bench.back_up_all(safe);
    assert_eq!(session(&bench.asks.pop().unwrap()), Some(SESSION));
    bench.wallet.channels.forget(NOW_MS + lasts_ms + 1);
    bench.add("C");
    bench.back_up_all(safe);
    assert_eq!(session(&bench.asks.pop().unwrap()), None);
}

/// It outlives every session, and is sent by who has no key.
#[test]
fn what_is_kept_to_be_sent_later_is_in_no_channel() {
    let (mut bench, _) = asking();
    bench.tell(Event::Leaving);
    let kept = bench.kept.values().next().unwrap();
    let mut headers = kept.headers.iter();
    let key = headers.find(|(name, _)| *name == "idempotency-key");
    let binding = Binding {
        request: RequestId::parse(&key.unwrap().1).unwrap(),
        ..binding(&bench.asks[0])
    };
    let letter = open_letter(&kept.body, &Secret::new([2; 32]), &binding);
    assert!(matches!(letter, Ok((_, Items::Open(_)))));
}

#[test]
fn no_key_of_a_channel_is_shown() {
    let (bench, _) = asking();
    let shown = alloc::format!("{:?}", bench.wallet.channels);
    assert!(shown.contains("Channel(redacted)"), "{shown}");
    assert!(!shown.contains("77"), "{shown}");
}
