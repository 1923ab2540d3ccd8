//! One test per transition of an order: what is stored before it leaves, what ends it, and what only waits.

use super::super::login::{Aim, Login, Managing};
use super::super::order::{Own, aim_of};
use super::owner::{Scene, logged_in, signed};
use super::*;
use crate::books::Identity;
use crate::client::{OwnerQuestion, Question};
use crate::group::{Group, Phase};
use crate::owner::{Note, Way, order_key};
use crate::plan::Slot;
use crate::plan::check::{Operator, Seat};
use crate::plan::preset::Preset;
use alloc::boxed::Box;
use saifu_crypto::hpke;
use saifu_protocol::limits::ORDER_LIFETIME;
use saifu_protocol::message::Outcome;
use saifu_protocol::order::{self, Act, Coupled, Handed, Obeyed, Relayed, seal_answer};
use saifu_protocol::owner::Answer;

const GROUP: GroupId = GroupId::new([11; 16]);
const LOGIN: FlowId = FlowId::new([12; 16]);
const RECOVERY: FlowId = FlowId::new([13; 16]);
const OF: PartOf = PartOf {
    group: GROUP,
    class: ObjectClass::Value,
    index: 0,
};

/// An owner who is in at the safe with the key, and lets it fetch from another.
struct Ordered {
    scene: Scene,
    value_safe: SigningKey,
    handed: Handed,
}

impl Ordered {
    fn new() -> Self {
        let mut scene = Scene::new(2);
        let by = scene.fixture.safe();
        let value_safe = SigningKey::derive(&Secret::new([41; 32]));
        let public = PublicKey::new(value_safe.public());
        let known = scene.fixture.books.safe(by).unwrap();
        let value = Safe {
            id: SafeId::of(&public),
            address: Address::parse("https://value.example").unwrap(),
            operator: "Value".into(),
            signing_key: public,
            ..known.clone()
        };
        let seat = |slot, safe: &Safe| Seat {
            slot: Slot(slot),
            safe: safe.id,
            operator: Operator::named(&safe.operator),
        };
        let item = match scene.fixture.books.item(VALUE) {
            Some(Item::Value(item)) => item.clone(),
            other => panic!("{other:?}"),
        };
        let group = Group {
            id: GROUP,
            plan: Preset::KeyElsewhere.plan(),
            seats: alloc::vec![seat(0, &value), seat(1, known)],
            values: alloc::vec![item],
            key: Some(crate::plan::key::KeyId::new([14; 16])),
            since: NOW,
            phase: Phase::AtSafes,
            replaces: None,
            confirmed: Vec::new(),
            handed: false,
            released: Vec::new(),
            awaits: None,
            marked: Vec::new(),
            checks: crate::check::Checks::default(),
            moved_by: MovedBy::Owner,
        };
        let handed = Self::handed(&scene, &group, &value, &value_safe);
        let reunite = Reunite {
            group: GROUP,
            then: Then::Hold,
            take_back: false,
            last_resort: crate::flow::LastResort::No,
            by: MovedBy::Owner,
            state: ReuniteState::Collecting { to_ask: Vec::new() },
        };
        let proving = scene.next(&scene.challenged(aim_of(GROUP)), Input::Shown(signed(None)));
        let inside = scene.next(&proving, Input::Owner(logged_in()));
        scene.fixture.books.apply(alloc::vec![
            Change::Trust(value),
            group.put(),
            Change::Journal(RECOVERY, Flow::Reunite(reunite)),
            Change::Journal(LOGIN, Flow::Login(inside)),
        ]);
        Self {
            scene,
            value_safe,
            handed,
        }
    }

    /// What the value safe hands out: the entry as it was registered, with the owner's note.
    fn handed(scene: &Scene, group: &Group, at: &Safe, key: &SigningKey) -> Handed {
        let object = scene.fixture.object.clone();
        let certificate = scene.fixture.certificate(|claims| {
            claims.safe = at.id;
            claims.address = at.address.clone();
            claims.class = OF.class;
        });
        let claims = certificate.claims().clone();
        let holder = &scene.fixture.holder;
        let author = PublicKey::new([15; 32]);
        let note = Note::of_part(holder, (group, OF), author, None, None);
        let root = scene.fixture.books.identity().unwrap().root();
        Handed {
            certificate: Certificate::issue(claims, key).compact().into(),
            object,
            note: note.seal(&root, at.id, &mut Counting(50)),
        }
    }

    fn value(&self) -> SafeId {
        SafeId::of(&PublicKey::new(self.value_safe.public()))
    }

    fn order(&self, state: OrderState) -> Order {
        Order {
            part: OF,
            safe: self.value(),
            by: self.scene.fixture.safe(),
            session: Session {
                id: SESSION,
                key: Secret::new([5; 32]),
            },
            own: None,
            state,
        }
    }

    fn step(&self, order: &Order, input: Input) -> Step {
        let desk = Desk {
            stretch: Stretch::None,
            lock: crate::lock::Standing::Off,
            id: FLOW,
            books: &self.scene.fixture.books,
            now: self.scene.now,
            body: None,
            attempts: 0,
            waiting: None,
        };
        Flow::Order(order.clone()).step(input, &desk, &mut Counting(100))
    }

    /// The order that a step goes on with.
    fn next(&self, order: &Order, input: Input) -> Order {
        let step = self.step(order, input);
        assert_eq!(step.durability, Durability::Strict);
        next_order(&step)
    }

    /// An order whose pass is stored.
    fn passed(&self) -> Order {
        self.next(
            &self.order(OrderState::Opening { pass: None }),
            Input::Start,
        )
    }

    /// And one that is taken back.
    fn returning(&self) -> Order {
        self.next(
            &self.order(OrderState::Returning { pass: None }),
            Input::Start,
        )
    }

    fn change(&mut self, changes: Vec<Change>) {
        self.scene.fixture.books.apply(changes);
    }

    fn told(&self, order: &Order, told: Outcome<Obeyed>) -> Input {
        self.told_by(&self.value_safe, order, told)
    }

    /// What a safe with this key seals to the device in answer to the order, and the key safe passes on.
    fn told_by(&self, key: &SigningKey, of: &Order, told: Outcome<Obeyed>) -> Input {
        let (act, pass) = match of.state {
            OrderState::Opening { pass } => (Act::Recover, pass),
            OrderState::Returning { pass } => (Act::Return, pass),
            OrderState::Over { .. } => panic!("it is over"),
        };
        let pass: (RequestId, UnixTime) = parts_of(&pass.unwrap());
        let root = self.scene.fixture.books.identity().map(Identity::root);
        let order = order::Order {
            safe: of.safe,
            relay: of.by,
            device: PublicKey::new(hpke::derive_public(&of.session.key)),
            session: of.session.id,
            act,
            request: pass.0,
            until: pass.1,
        };
        let compact = order::sign(&order, &order_key(&root.unwrap(), of.safe, of.part));
        let signed = order::read(&compact).unwrap();
        let answer = seal_answer(&told, &signed, key, &mut Counting(60)).unwrap();
        relayed(Relayed::Answered(answer))
    }

    fn refused(&self, order: &Order, problem: Problem) -> Step {
        self.step(order, self.told(order, Outcome::Problem(problem)))
    }
}

/// A pass says nothing to anybody but the journal, which this reads.
fn parts_of(pass: &super::super::order::Pass) -> (RequestId, UnixTime) {
    #[derive(serde::Deserialize)]
    struct Read {
        request: RequestId,
        until: UnixTime,
    }
    let written = serde_json::to_string(pass).unwrap();
    let read: Read = serde_json::from_str(&written).unwrap();
    (read.request, read.until)
}

fn relayed(relayed: Relayed) -> Input {
    let coupled = Coupled { relayed, own: None };
    Input::Owner(OwnerAnswer::Ordered(Answer::Done(coupled)))
}

fn next_order(step: &Step) -> Order {
    assert!(matches!(step.next, Next::Again), "it goes on");
    match journaled(step) {
        Some(Flow::Order(next)) => next.clone(),
        other => panic!("an order goes on as an order: {other:?}"),
    }
}

fn why_over(order: &Order) -> Kind {
    order.why_over().expect("it is over").clone()
}

fn is_returning(order: &Order) -> bool {
    matches!(order.state, OrderState::Returning { .. })
}

// ---- before it leaves

#[test]
fn a_pass_is_stored_before_an_order_leaves_with_it_and_is_the_same_after_a_crash() {
    let ordered = Ordered::new();
    let passed = ordered.passed();
    let asked = || match ordered.step(&passed, Input::Start) {
        Step {
            next: Next::Ask(safe, _, Question::Owner(OwnerQuestion::Order(item))),
            changes,
            ..
        } if changes.is_empty() => (safe, item.order),
        _ => panic!("it asks"),
    };
    assert_eq!(asked().0, ordered.scene.fixture.safe(), "the key safe");
    assert_eq!(asked(), asked());
}

#[test]
fn a_pass_that_is_nearly_over_is_made_anew() {
    let mut ordered = Ordered::new();
    let passed = ordered.passed();
    ordered.scene.now = UnixTime(NOW.0 + ORDER_LIFETIME - 30);
    let renewed = ordered.next(&passed, Input::Start);
    let request = |order: &Order| match order.state {
        OrderState::Opening { pass: Some(pass) } => parts_of(&pass),
        _ => panic!("it has a pass"),
    };
    assert!(request(&renewed).1 > request(&passed).1);
}

#[test]
fn an_order_waits_until_its_owner_is_in() {
    let mut ordered = Ordered::new();
    let login = Login::new(
        ordered.scene.fixture.safe(),
        "hana",
        Way::Passkey,
        aim_of(GROUP),
    );
    ordered.change(alloc::vec![Change::Journal(LOGIN, Flow::Login(login))]);
    let order = ordered.order(OrderState::Opening { pass: None });
    assert!(matches!(
        ordered.step(&order, Input::Start).next,
        Next::Rest
    ));
}

#[test]
fn without_a_login_what_may_be_open_waits_for_one_and_keeps_its_session() {
    let mut ordered = Ordered::new();
    let opening = ordered.passed();
    ordered.change(alloc::vec![Change::End(LOGIN)]);
    let step = ordered.step(&opening, Input::Start);
    assert!(waits(&step, Waiting::LogIn));
    assert!(step.changes.is_empty());
    // Any login of the owner's there brings it, and ends when its session has.
    let words = crate::owner::Words::read("lusab-babad-babad-babad-babad-zogid").unwrap();
    let aim = Aim::Ways(Managing::default());
    let way = Way::secret(words);
    let login = Login {
        state: crate::flow::login::open_for_tests(SESSION),
        ..Login::new(ordered.scene.fixture.safe(), "hana", way, aim)
    };
    ordered.change(alloc::vec![Change::Journal(LOGIN, Flow::Login(login))]);
    let step = ordered.step(&opening, Input::Start);
    assert!(matches!(
        step.next,
        Next::Ask(_, _, Question::Owner(OwnerQuestion::Order(_)))
    ));
    let out = Input::Owner(OwnerAnswer::Ordered(Answer::Out));
    let step = ordered.step(&opening, out);
    let is_end = |change: &Change| matches!(change, Change::End(LOGIN));
    assert!(step.changes.iter().any(is_end));
    assert!(matches!(step.next, Next::Again));
}

#[test]
fn without_a_login_what_was_never_ordered_is_over_and_what_is_taken_back_ends() {
    let mut ordered = Ordered::new();
    let returning = ordered.returning();
    ordered.change(alloc::vec![Change::End(LOGIN)]);
    let fresh = ordered.order(OrderState::Opening { pass: None });
    let over = ordered.next(&fresh, Input::Start);
    assert_eq!(why_over(&over), Kind::RecoveryCalledOff);
    assert!(ends(&ordered.step(&returning, Input::Start)));
}

#[test]
fn where_both_safes_have_others_wait_the_own_part_waits_by_itself() {
    let ordered = Ordered::new();
    let own = Own {
        certificate: PAPER,
        session: Session {
            id: OTHER,
            key: Secret::new([6; 32]),
        },
    };
    let order = Order {
        own: Some(own),
        ..ordered.passed()
    };
    let until = UnixTime(NOW.0 + 60);
    for waits_too in [false, true] {
        let told = Outcome::Problem(Problem::waiting(until));
        let Input::Owner(OwnerAnswer::Ordered(Answer::Done(mut coupled))) =
            ordered.told(&order, told)
        else {
            panic!("an answer")
        };
        coupled.own = waits_too.then(|| Outcome::Problem(Problem::waiting(until)));
        let answer = Input::Owner(OwnerAnswer::Ordered(Answer::Done(coupled)));
        let step = ordered.step(&order, answer);
        assert!(matches!(step.next, Next::Wait(Waiting::NotYet { .. })));
        let is_recovery = |change: &Change| matches!(change, Change::Journal(_, Flow::Recover(it)) if it.certificate == PAPER);
        assert_eq!(step.changes.iter().any(is_recovery), waits_too);
        let is_alone = |change: &Change| matches!(change, Change::Journal(FLOW, Flow::Order(it)) if it.own.is_none());
        assert_eq!(step.changes.iter().any(is_alone), waits_too);
    }
}

#[test]
fn without_a_recovery_nothing_is_ordered_and_what_may_be_open_is_taken_back() {
    let mut ordered = Ordered::new();
    let passed = ordered.passed();
    ordered.change(alloc::vec![Change::End(RECOVERY)]);
    assert!(is_returning(&ordered.next(&passed, Input::Start)));
    let fresh = ordered.order(OrderState::Opening { pass: None });
    assert!(ends(&ordered.step(&fresh, Input::Start)));
}

#[test]
fn with_a_part_of_its_own_the_certificate_is_read_first() {
    let ordered = Ordered::new();
    let order = Order {
        own: Some(Own {
            certificate: PAPER,
            session: Session {
                id: OTHER,
                key: Secret::new([6; 32]),
            },
        }),
        ..ordered.passed()
    };
    let step = ordered.step(&order, Input::Start);
    assert!(matches!(step.next, Next::Load(PAPER)));
    let unread = ordered.step(&order, Input::Loaded(None));
    assert!(waits(&unread, Waiting::StorageFailed));
    let body = Box::new(ordered.scene.fixture.kept.write());
    let read = ordered.step(&order, Input::Loaded(Some(*body)));
    assert!(matches!(read.next, Next::Ask(..)));
}

// ---- nothing but what the value safe has signed ends anything

#[test]
fn whatever_the_key_safe_says_by_itself_only_waits() {
    let ordered = Ordered::new();
    let passed = ordered.passed();
    let garbled = order::OrderAnswer {
        sealed: alloc::vec![7; 200],
    };
    for (says, waiting) in [
        (Relayed::Unreachable, Waiting::OtherSafeSilent),
        (Relayed::OtherSafe, Waiting::KeyChanged),
        (Relayed::Answered(garbled), Waiting::Garbled),
        (Relayed::Refused(Code::NoRoute.into()), Waiting::TooOld),
        (Relayed::Refused(Code::NotFound.into()), Waiting::SafeFailed),
    ] {
        assert!(waits(&ordered.step(&passed, relayed(says)), waiting));
    }
    let by_the_key_safe = ordered.told_by(
        &ordered.scene.fixture.key,
        &passed,
        Outcome::Problem(Code::NotFound.into()),
    );
    assert!(waits(
        &ordered.step(&passed, by_the_key_safe),
        Waiting::Garbled
    ));
}

#[test]
fn another_clock_is_taken_over_unless_it_is_more_than_a_day_off() {
    let ordered = Ordered::new();
    let passed = ordered.passed();
    let at = |time: u64| {
        let problem = Problem {
            time: Some(UnixTime(time)),
            ..Code::Clock.into()
        };
        ordered.step(&passed, relayed(Relayed::Refused(problem)))
    };
    let near = at(NOW.0 + 3_600);
    let ahead = match journaled(&near) {
        Some(Flow::Login(login)) => login.aim.clone(),
        other => panic!("{other:?}"),
    };
    assert!(matches!(
        ahead,
        Aim::Order {
            ahead: 3_600,
            behind: 0,
            ..
        }
    ));
    // One that is behind is read again as well: what does not read keeps the whole wallet shut.
    let behind = at(NOW.0 - 600);
    let written = saifu_protocol::json::write(journaled(&behind).unwrap());
    match saifu_protocol::json::read(&written) {
        Ok(Flow::Login(login)) => assert!(matches!(
            login.aim,
            Aim::Order {
                ahead: 0,
                behind: 600,
                ..
            }
        )),
        other => panic!("{other:?}"),
    }
    let before = alloc::string::String::from_utf8(written).unwrap();
    let before = before.replace(r#""ahead":0,"behind":600"#, r#""ahead":-600"#);
    assert!(before.contains("-600"));
    assert!(saifu_protocol::json::read::<Flow>(before.as_bytes()).is_ok());
    assert!(waits(&at(NOW.0 + 100_000), Waiting::Clock));
}

#[test]
fn a_session_that_ended_is_opened_once_more() {
    let ordered = Ordered::new();
    let out = || Input::Owner(OwnerAnswer::Ordered(Answer::Out));
    let step = ordered.step(&ordered.passed(), out());
    match journaled(&step) {
        Some(Flow::Login(login)) => assert!(login.again),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_value_safe_that_is_busy_or_has_others_wait_is_asked_again() {
    let ordered = Ordered::new();
    let passed = ordered.passed();
    for code in [Code::Busy, Code::Internal] {
        assert!(waits(
            &ordered.refused(&passed, code.into()),
            Waiting::SafeFailed
        ));
    }
    let until = UnixTime(NOW.0 + 60);
    let problem = Problem {
        until: Some(until),
        ..Code::Waiting.into()
    };
    assert!(waits(
        &ordered.refused(&passed, problem),
        Waiting::NotYet { until }
    ));
}

#[test]
fn refused_by_the_value_safe_it_is_over_with_the_receipt() {
    let ordered = Ordered::new();
    let passed = ordered.passed();
    let over = next_order(&ordered.refused(&passed, Code::NotFound.into()));
    assert_eq!(why_over(&over), refusal(Code::NotFound));
    let receipt = Receipt {
        safe: ordered.value(),
        target: Presented::Certificate(ordered.handed.certificate.clone()).fingerprint(),
        event: Event::Refused {
            state: EntryState::Withdrawn,
            session: Some(OTHER),
        },
        at: NOW,
    };
    let signed = |key| Problem::conflict(receipt.sign(key));
    let over = next_order(&ordered.refused(&passed, signed(&ordered.value_safe)));
    let elsewhere = Elsewhere {
        state: EntryState::Withdrawn,
        session: Some(OTHER),
        since: NOW,
    };
    assert_eq!(why_over(&over), Kind::ReleasedElsewhere(elsewhere));
    let by_another = next_order(&ordered.refused(&passed, signed(&ordered.scene.fixture.key)));
    assert_eq!(why_over(&by_another), refusal(Code::Conflict));
}

// ---- what comes

#[test]
fn what_was_ordered_is_stored_with_its_certificate_and_goes_on_as_a_recovery() {
    let ordered = Ordered::new();
    let passed = ordered.passed();
    let done = Outcome::Done(Obeyed::Recovered(ordered.handed.clone()));
    let step = ordered.step(&passed, ordered.told(&passed, done));
    assert!(ends(&step));
    assert!(notices(&step).is_empty());
    let items = stored(&step);
    assert!(matches!(
        items.as_slice(),
        [Item::Certificate(_), Item::Part(_)]
    ));
    match journaled(&step) {
        Some(Flow::Recover(recover)) => {
            assert!(matches!(recover.state, RecoverState::Fetched { .. }));
            assert_eq!(recover.via.map(|via| via.by), Some(passed.by));
            assert_eq!(recover.session.id, passed.session.id);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_not_ordered_is_given_back_and_told() {
    let ordered = Ordered::new();
    let passed = ordered.passed();
    let spoilt: [fn(&mut Handed); 3] = [
        |it| it.object.push(0),
        |it| it.note = None,
        |it| it.certificate.push('A'),
    ];
    for spoil in spoilt {
        let mut handed = ordered.handed.clone();
        spoil(&mut handed);
        let done = Outcome::Done(Obeyed::Recovered(handed));
        let step = ordered.step(&passed, ordered.told(&passed, done));
        assert!(is_returning(&next_order(&step)));
        assert_eq!(notices(&step), [&Kind::RecoveredBytesWrong]);
        assert!(stored(&step).is_empty());
    }
}

// ---- taken back, and over

#[test]
fn taken_back_it_ends_with_whatever_the_value_safe_says() {
    let ordered = Ordered::new();
    let returning = ordered.returning();
    let problem = ordered.told(&returning, Outcome::Problem(Code::NotFound.into()));
    assert!(ends(&ordered.step(&returning, problem)));
    let silent = ordered.step(&returning, relayed(Relayed::Unreachable));
    assert!(waits(&silent, Waiting::OtherSafeSilent));
    let refused = Input::Refused(Code::NotFound.into());
    assert!(ends(&ordered.step(&returning, refused)));
}

#[test]
fn over_it_rests_for_the_recovery_and_ends_without_one() {
    let mut ordered = Ordered::new();
    let over = ordered.order(OrderState::Over {
        why: Kind::RefusedBySafe,
    });
    assert!(matches!(ordered.step(&over, Input::Start).next, Next::Rest));
    ordered.change(alloc::vec![Change::End(RECOVERY)]);
    assert!(ends(&ordered.step(&over, Input::Start)));
}

#[test]
fn refused_by_the_key_safe_it_is_over_and_a_call_off_is_for_its_group() {
    let ordered = Ordered::new();
    let passed = ordered.passed();
    let refused = ordered.next(&passed, Input::Refused(Code::Malformed.into()));
    assert_eq!(why_over(&refused), Kind::RefusedBySafe);
    let called_off = ordered.step(&passed, Input::CallOff);
    assert!(called_off.changes.is_empty());
    assert!(matches!(called_off.next, Next::Again));
}

#[test]
fn its_journal_is_pinned() {
    let ordered = Ordered::new();
    let order = Order {
        safe: SafeId::new([0; 32]),
        by: SafeId::new([0; 32]),
        ..ordered.passed()
    };
    assert_eq!(
        serde_json::to_string(&Flow::Order(order)).unwrap(),
        concat!(
            r#"{"order":{"part":{"group":"CwsLCwsLCwsLCwsLCwsLCw","class":"value","index":0},"#,
            r#""safe":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","#,
            r#""by":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","#,
            r#""session":{"id":"BQUFBQUFBQUFBQUFBQUFBQ","key":"BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"},"#,
            r#""state":{"opening":{"pass":{"request":"ZWZnaGlqa2xtbm9wcXJzdA","until":1600}}}}}"#
        )
    );
}
