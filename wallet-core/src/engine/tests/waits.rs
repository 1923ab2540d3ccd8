//! Watching who waits, and waiting oneself.

use super::*;
use crate::books::{Change, Watch};
use crate::view::{AskedCard, WaitsView};
use saifu_crypto::hash::sha256;
use saifu_protocol::RequestId;
use saifu_protocol::envelope::{self, Binding};
use saifu_protocol::hold::{self, AskedItem, AskedPage, Said};
use saifu_protocol::message::{Outcome, RegisterItem, Registered, Reply, Request, Route};
use saifu_protocol::owner::Frozen;
use saifu_protocol::push::{Endpoint, PushKey, PushOffer};
use serde::Serialize;
use serde::de::DeserializeOwned;

const DAY: u64 = 86_400;
const HOUR_MS: u64 = 3_600_000;
const SOMEBODY: PublicKey = PublicKey::new([7; 32]);

impl Bench {
    /// What is asked inside a request to the safe.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        ask: &Ask,
        route: Route,
    ) -> (Request<T>, Binding) {
        let mut headers = ask.headers.iter();
        let id = headers.find(|(name, _)| *name == "idempotency-key");
        let binding = Binding {
            safe: descriptor(9, 2).id,
            route,
            request: RequestId::parse(&id.unwrap().1).unwrap(),
        };
        let body = ask.body.as_ref().unwrap();
        let opened = envelope::open_request(body, &Secret::new([2; 32]), &binding);
        (opened.unwrap(), binding)
    }

    /// The answer that only the safe can give.
    pub(super) fn reply<T: Serialize>(&mut self, ask: &Ask, route: Route, items: Vec<Outcome<T>>) {
        let (request, binding) = self.read::<serde::de::IgnoredAny>(ask, route);
        let hash = sha256(ask.body.as_ref().unwrap());
        let rng = &mut Counting(50);
        let reply = Reply { items };
        let body = envelope::seal_reply(&reply, &request.reply_to, &binding, &hash, rng);
        self.answer(ask.ask, 200, body.unwrap());
    }

    fn who_waits(&mut self, asked: &[hold::Asked]) {
        let ask = self.asks.pop().expect("the safe is asked");
        assert!(ask.url.ends_with("/v1/asked"), "{}", ask.url);
        let (request, _) = self.read::<AskedItem>(&ask, Route::Asked);
        assert_eq!(request.items, [AskedItem::List]);
        let page = AskedPage {
            asked: asked.to_vec(),
            push: None,
            frozen: None,
        };
        self.reply(&ask, Route::Asked, alloc::vec![Outcome::Done(page)]);
        self.commit();
    }

    /// One value is registered, for which others wait.
    pub(super) fn with_a_wait(&mut self) -> SafeId {
        let safe = self.trust();
        self.want(Intent::SetWait { seconds: DAY });
        self.commit();
        self.add("A");
        self.back_up_all(safe);
        let ask = self.asks.pop().unwrap();
        let (request, _) = self.read::<RegisterItem>(&ask, Route::Register);
        assert_eq!(request.items[0].wait, DAY);
        let certificate = issue(&request.items[0]);
        let done = Outcome::Done(Registered { certificate });
        self.reply(&ask, Route::Register, alloc::vec![done]);
        self.commit();
        assert_eq!(self.wallet.books.certificates().count(), 1);
        safe
    }

    fn waits(&self) -> WaitsView {
        let waits = self.shown.iter().rev().find_map(|part| match part {
            Part::Waits(waits) => Some(waits.clone()),
            _ => None,
        });
        waits.unwrap()
    }

    fn asked(&self) -> Vec<AskedCard> {
        self.waits().asked
    }
}

fn issue(item: &RegisterItem) -> String {
    use saifu_protocol::certificate::{Certificate, Claims, ObjectClass, ObjectHash};
    let value = saifu_protocol::object::read_object(&item.object).unwrap();
    let claims = Claims {
        safe: descriptor(9, 2).id,
        address: descriptor(9, 2).address,
        class: ObjectClass::Value,
        digest: saifu_protocol::Digest::of(&value, DigestSetting::FiveFields).into(),
        hash: ObjectHash::of(&item.object, LegacyHash::Off),
        counter: saifu_protocol::Counter::ZERO,
        issued_at: UnixTime(1_000),
        retained_until: UnixTime(2_000),
        holder: item.holder,
        possession: saifu_protocol::possession::Possession::of(&item.object),
    };
    let key = SigningKey::derive(&Secret::new([9; 32]));
    Certificate::issue(claims, &key).compact().into()
}

fn somebody(said: Option<Said>) -> hold::Asked {
    hold::Asked {
        account: SOMEBODY,
        since: UnixTime(900),
        said,
    }
}

#[test]
fn no_safe_is_asked_who_waits_before_there_was_a_wait() {
    let mut bench = Bench::new();
    let safe = bench.trust();
    bench.add("A");
    bench.back_up_all(safe);
    bench.asks.clear();
    bench.want(Intent::SetWait { seconds: 0 });
    bench.commit();
    bench.tell(Event::Encouraged);
    bench.want(Intent::Watch);
    let is_watch = |ask: &Ask| ask.url.ends_with("/v1/asked");
    assert!(!bench.asks.iter().any(is_watch));
    assert_eq!(bench.wallet.books.watch(), None);
}

#[test]
fn somebody_new_is_told_once_and_stays_on_the_screen() {
    let mut bench = Bench::new();
    bench.with_a_wait();
    let until = UnixTime(900 + DAY);
    for _ in 0..2 {
        bench.want(Intent::Watch);
        bench.who_waits(&[somebody(None)]);
        assert_eq!(bench.notices(), [Kind::SomebodyWaits { until }]);
        let asked = bench.asked();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].mark, "0707 0707 0707");
        assert_eq!((asked[0].opens, asked[0].said), (until, None));
    }
    let notice = bench.wallet.books.notices().next().unwrap().id;
    bench.want(Intent::Acknowledge { notice });
    bench.commit();
    bench.tell(Event::Encouraged);
    bench.who_waits(&[somebody(None)]);
    assert!(
        bench.notices().is_empty(),
        "what was read is not told again"
    );
}

#[test]
fn what_is_frozen_while_an_older_answer_is_on_its_way_stays_frozen() {
    let mut bench = Bench::new();
    let safe = bench.with_a_wait();
    bench.want(Intent::Watch);
    let frozen = Frozen {
        since: UnixTime(950),
        alone: None,
    };
    let watch = bench.wallet.books.watch().cloned().unwrap();
    let watch = watch.frozen_at(safe, Some(frozen));
    bench.wallet.books.apply(alloc::vec![Change::Watch(watch)]);
    bench.who_waits(&[somebody(None)]);
    let known = |bench: &Bench| bench.wallet.books.watch().unwrap().is_frozen_at(safe);
    assert_eq!(known(&bench), Some(frozen));
    assert_eq!(bench.asked().len(), 1, "the rest of it counts");
    // The next one is asked after that, and says that it was lifted.
    bench.want(Intent::Watch);
    bench.who_waits(&[somebody(None)]);
    assert_eq!(known(&bench), None);
}

#[test]
fn safes_are_asked_again_every_hour_though_everything_was_hurried() {
    let mut bench = Bench::new();
    bench.with_a_wait();
    let hourly = |bench: &Bench| {
        let wakes = bench.wakes.iter().rev();
        let mut wakes = wakes.filter(|(_, after_ms)| *after_ms == HOUR_MS);
        wakes.next().map(|(wake, _)| *wake)
    };
    let first = hourly(&bench).expect("it is to be woken");
    bench.tell(Event::Encouraged);
    bench.who_waits(&[]);
    assert_eq!(hourly(&bench), Some(first), "one clock is enough");
    bench.tell(Event::Woke { wake: first });
    bench.who_waits(&[]);
    assert_ne!(hourly(&bench), Some(first));
}

#[test]
fn silence_and_what_anybody_could_say_are_shown_as_silence() {
    let mut bench = Bench::new();
    let safe = bench.with_a_wait();
    bench.want(Intent::Watch);
    bench.want(Intent::Watch);
    assert_eq!(bench.asks.len(), 1, "one question at a time");
    let ask = bench.asks.pop().unwrap().ask;
    bench.tell(Event::Answered { ask, answer: None });
    assert_eq!(bench.waits().unheard[0].safe, safe);
    bench.want(Intent::Watch);
    let ask = bench.asks.pop().unwrap().ask;
    let (status, body) = problem(Code::NoRoute.into());
    bench.answer(ask, status, body);
    assert_eq!(bench.waits().unheard[0].heard_at, None);
    bench.want(Intent::Watch);
    bench.who_waits(&[]);
    assert!(bench.waits().unheard.is_empty());
}

#[test]
fn a_decision_is_shown_as_on_its_way_until_the_safe_has_said_it() {
    let mut bench = Bench::new();
    let safe = bench.with_a_wait();
    bench.want(Intent::Watch);
    bench.who_waits(&[somebody(None)]);
    let account = SOMEBODY;
    let refuse = Intent::Decide {
        safe,
        account,
        may: false,
    };
    bench.want(refuse.clone());
    bench.commit();
    let ask = bench.asks.pop().unwrap().ask;
    bench.tell(Event::Answered { ask, answer: None });
    let deciding = bench.asked()[0].deciding.expect("it is under way");
    assert_eq!(deciding.waiting, Some(Waiting::Unreachable));
    assert_eq!(bench.asked()[0].said, None);
    // Wanted again it is the same work, at once.
    bench.want(refuse);
    bench.commit();
    assert_eq!(bench.wallet.books.flows().count(), 1);
    let ask = bench.asks.pop().expect("it is tried again");
    let (request, _) = bench.read::<AskedItem>(&ask, Route::Asked);
    assert_eq!(
        request.items,
        [AskedItem::Decide {
            account,
            may: false
        }]
    );
    let page = AskedPage {
        asked: alloc::vec![somebody(Some(Said::No))],
        push: None,
        frozen: None,
    };
    bench.reply(&ask, Route::Asked, alloc::vec![Outcome::Done(page)]);
    bench.commit();
    let card = bench.asked().remove(0);
    assert_eq!((card.said, card.deciding), (Some(Said::No), None));
    // Of somebody nobody has heard of there is nothing to decide.
    bench.want(Intent::Decide {
        safe,
        account: PublicKey::new([8; 32]),
        may: false,
    });
    assert!(bench.commit.is_none());
}

#[test]
fn another_setting_is_told_to_the_safe_for_what_is_there() {
    let mut bench = Bench::new();
    bench.with_a_wait();
    bench.asks.clear();
    bench.want(Intent::SetWait { seconds: 60 });
    bench.commit();
    assert_eq!(bench.waits().telling[0].left, 1);
    let is_wait = |ask: &Ask| ask.url.ends_with("/v1/wait");
    let at = bench.asks.iter().position(is_wait).expect("it is told");
    let ask = bench.asks.remove(at);
    let (request, _) = bench.read::<hold::WaitItem>(&ask, Route::Wait);
    assert_eq!(request.items[0].wait, 60);
    let from = alloc::vec![Outcome::Done(UnixTime(1_000 + DAY))];
    bench.reply(&ask, Route::Wait, from);
    bench.commit();
    assert!(bench.waits().telling.is_empty());
    assert_eq!(bench.wallet.books.flows().count(), 0);
}

#[test]
fn what_has_to_wait_sleeps_until_then_and_an_hour_at_most() {
    for (left, at_least, at_most) in [
        (60, 60_000, 61_000),
        (DAY, HOUR_MS, HOUR_MS + 1_000),
        // Over already, says a safe that lies: as if it had said nothing.
        (0, 1_000, 2_000),
    ] {
        let mut bench = Bench::new();
        bench.with_a_wait();
        let certificate = bench.wallet.books.certificates().next().unwrap().0;
        bench.want(Intent::Recover { certificate });
        bench.commit();
        let ask = bench.asks.pop().unwrap();
        let until = UnixTime(1_000 + left);
        let waiting = Problem::waiting(until);
        let answer: Vec<Outcome<Registered>> = alloc::vec![Outcome::Problem(waiting)];
        bench.reply(&ask, Route::Recover, answer);
        let (_, after_ms) = *bench.wakes.last().unwrap();
        assert!(
            (at_least..=at_most).contains(&after_ms),
            "{left}: {after_ms}"
        );
        assert_eq!(bench.jobs()[0].waiting, Some(Waiting::NotYet { until }));
        assert_eq!(bench.waits().waiting[0].until, until);
    }
}

#[test]
fn the_record_is_pinned() {
    let asked = crate::books::AskedAt {
        safe: SafeId::new([1; 32]),
        asked: somebody(Some(Said::No)),
    };
    let watch = Watch {
        wait: DAY,
        asked: alloc::vec![asked],
        push: None,
        ..Watch::default()
    };
    let json = saifu_protocol::json::write(&watch);
    assert_eq!(
        core::str::from_utf8(&json).unwrap(),
        r#"{"wait":86400,"asked":[{"safe":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","asked":{"account":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc","since":900,"said":"no"}}]}"#
    );
    assert_eq!(saifu_protocol::json::read::<Watch>(&json).unwrap(), watch);
}

fn key() -> PushKey {
    PushKey::new([4; 65])
}

fn endpoint(name: &str) -> Endpoint {
    Endpoint::parse(&alloc::format!("https://push.example/{name}")).unwrap()
}

impl Bench {
    /// The safe is asked this, and says whether it wakes the wallet.
    fn says_of_waking(&mut self, asked: &AskedItem, on: Option<bool>) {
        let ask = self.asks.pop().expect("the safe is asked");
        let (request, _) = self.read::<AskedItem>(&ask, Route::Asked);
        assert_eq!(request.items, core::slice::from_ref(asked));
        let page = AskedPage {
            asked: Vec::new(),
            push: on.map(|on| PushOffer { key: key(), on }),
            frozen: None,
        };
        self.reply(&ask, Route::Asked, alloc::vec![Outcome::Done(page)]);
        self.commit();
    }

    /// The safe is asked who waits, as each hour, and says whether it wakes the wallet.
    fn looked(&mut self, on: Option<bool>) {
        self.asks.clear();
        self.want(Intent::Watch);
        self.says_of_waking(&AskedItem::List, on);
    }

    fn woken(&self) -> Option<bool> {
        self.waits().waking.by.map(|by| by.is_told)
    }
}

/// A wallet whose safe would wake it.
fn with_an_offer() -> (Bench, SafeId) {
    let mut bench = Bench::new();
    let safe = bench.with_a_wait();
    bench.looked(Some(false));
    (bench, safe)
}

#[test]
fn a_safe_is_offered_for_waking_while_it_says_that_it_does() {
    let (mut bench, safe) = with_an_offer();
    let waking = bench.waits().waking;
    let offers: Vec<_> = waking.offers.iter().map(|it| (it.safe, it.key)).collect();
    assert_eq!((offers.as_slice(), waking.by), (&[(safe, key())][..], None));
    bench.looked(None);
    assert!(bench.waits().waking.offers.is_empty());
}

#[test]
fn a_safe_is_told_where_to_wake_the_wallet_and_shown_as_told_when_it_says_so() {
    let (mut bench, safe) = with_an_offer();
    let to = endpoint("a");
    let wanted = Intent::WakeBy {
        safe,
        to: to.clone(),
    };
    bench.want(wanted.clone());
    bench.commit();
    assert_eq!(bench.woken(), Some(false));
    let item = AskedItem::Push {
        to: Some(to.clone()),
    };
    bench.says_of_waking(&item, Some(true));
    assert_eq!(bench.woken(), Some(true));
    assert_eq!(bench.wallet.books.flows().count(), 0);
    // Said again it is nothing new; where the safe has forgotten, it is.
    bench.want(wanted.clone());
    assert!(bench.commit.is_none());
    bench.looked(Some(false));
    assert_eq!(bench.woken(), Some(false));
    bench.want(wanted);
    bench.commit();
    bench.says_of_waking(&item, Some(true));
    assert_eq!(bench.woken(), Some(true));
    // Nor is a browser that is reached elsewhere now.
    let to = endpoint("b");
    bench.want(Intent::WakeBy {
        safe,
        to: to.clone(),
    });
    bench.commit();
    bench.says_of_waking(&AskedItem::Push { to: Some(to) }, Some(true));
}

#[test]
fn what_the_owner_has_ended_is_off_at_once_and_told_to_the_safe() {
    let (mut bench, safe) = with_an_offer();
    let to = endpoint("a");
    bench.want(Intent::WakeBy {
        safe,
        to: to.clone(),
    });
    bench.commit();
    // Ended while it is still on its way, it is the same work.
    bench.asks.clear();
    bench.want(Intent::LetSleep);
    bench.commit();
    assert_eq!(bench.woken(), None);
    assert_eq!(bench.wallet.books.flows().count(), 1);
    let none = AskedItem::Push { to: None };
    bench.says_of_waking(&none, Some(false));
    assert_eq!(bench.wallet.books.flows().count(), 0);
    bench.want(Intent::WakeBy {
        safe,
        to: to.clone(),
    });
    bench.commit();
    bench.says_of_waking(&AskedItem::Push { to: Some(to) }, Some(true));
    bench.want(Intent::LetSleep);
    bench.commit();
    assert_eq!(bench.woken(), None);
    let told = |bench: &Bench| bench.wallet.books.watch().unwrap().push.is_some();
    assert!(told(&bench), "it is not over before the safe says so");
    bench.says_of_waking(&none, Some(false));
    assert!(!told(&bench));
    bench.want(Intent::LetSleep);
    assert!(bench.commit.is_none());
}

#[test]
fn one_safe_wakes_the_wallet_and_none_that_it_does_not_know() {
    let (mut bench, safe) = with_an_offer();
    let to = endpoint("a");
    bench.want(Intent::WakeBy {
        safe: SafeId::new([0x77; 32]),
        to: to.clone(),
    });
    assert!(bench.commit.is_none());
    let other = crate::books::Woken {
        safe: SafeId::new([0x66; 32]),
        to: to.clone(),
    };
    let watch = bench.wallet.books.watch().cloned().unwrap();
    let watch = Watch {
        push: Some(other.clone()),
        ..watch
    };
    bench.wallet.books.apply(alloc::vec![Change::Watch(watch)]);
    bench.want(Intent::WakeBy { safe, to });
    bench.commit();
    let flows = bench.wallet.books.flows();
    let ended = flows.filter_map(|(_, flow)| match flow {
        crate::flow::Flow::Wake(wake) if wake.to.is_none() => Some(wake.safe),
        _ => None,
    });
    assert_eq!(ended.collect::<Vec<_>>(), [other.safe]);
}

#[test]
fn the_records_of_waking_are_pinned() {
    let to = endpoint("a");
    let safe = SafeId::new([1; 32]);
    let watch = Watch {
        wait: DAY,
        asked: Vec::new(),
        push: Some(crate::books::Woken {
            safe,
            to: to.clone(),
        }),
        ..Watch::default()
    };
    let json = saifu_protocol::json::write(&watch);
    assert_eq!(
        core::str::from_utf8(&json).unwrap(),
        r#"{"wait":86400,"push":{"safe":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","to":"https://push.example/a"}}"#
    );
    assert_eq!(saifu_protocol::json::read::<Watch>(&json).unwrap(), watch);
    // Of before there was waking.
    let before: Watch = saifu_protocol::json::read(br#"{"wait":86400}"#).unwrap();
    assert_eq!(before.push, None);
    let flow = crate::flow::Flow::Wake(crate::flow::Wake { safe, to: Some(to) });
    let json = saifu_protocol::json::write(&flow);
    assert_eq!(
        core::str::from_utf8(&json).unwrap(),
        r#"{"wake":{"safe":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","to":"https://push.example/a"}}"#
    );
}
