//! Orders from safe to safe, from bytes to bytes: a value lies at one, its key at the other, and the owner at the key safe.

use super::hold::DAY;
use super::owner::Inside;
use super::*;
use crate::settings::describe;
use saifu_protocol::SafeId;
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::hold::{Asked, AskedItem};
use saifu_protocol::limits::ORDER_LIFETIME;
use saifu_protocol::message::Given;
use saifu_protocol::order::{
    Act as OrderAct, Coupled, Handed, Obeyed, Order, OrderItem, OwnPart, OwnerOrderItem,
    open_answer, sign, waiter,
};
use saifu_protocol::owner::{Act as OwnerAct, Answer, Note};
use saifu_protocol::presentation::NO_SESSION;

const VALUE: &[u8] = b"ciphertext";
const KEY: &[u8] = b"key";

fn signing(n: u8) -> SigningKey {
    SigningKey::derive(&Secret::new([n; 32]))
}

fn device(n: u8) -> Secret {
    Secret::new([n; 32])
}

impl World {
    /// Takes what another safe brings, as the network would carry it.
    pub(super) fn obey(
        &mut self,
        errand: &Errand,
        of: &SafeKeys,
        now: UnixTime,
        rng: &mut dyn CryptoRng,
    ) -> Relayed {
        let here = format!(
            "{}/.well-known/electronic-safe",
            self.settings.address.as_str()
        );
        let described = describe(&self.settings, &self.keys, self.now);
        let described = serde_json::to_vec(&described).unwrap();
        let described = (errand.describes_itself_at() == here).then_some((200, &*described));
        let asking = match errand.ask(described, of, now, rng) {
            Ok(asking) => asking,
            Err(relayed) => return relayed,
        };
        assert_eq!(
            asking.url,
            format!("{}/v1/orders", self.settings.address.as_str())
        );
        let reply = self.send(&HttpRequest {
            route: Route::Orders,
            authorization: Some(&asking.authorization),
            idempotency_key: Some(&asking.idempotency_key),
            body: &asking.body,
        });
        asking.read(Some((reply.status, &reply.body)))
    }

    fn register_part(&mut self, object: &[u8], class: ObjectClass, orders: Option<u8>) -> Held {
        let holder = Secret::make(&mut self.rng);
        let item = RegisterItem {
            wait: 0,
            object: object.to_vec(),
            holder: holder_of(&holder),
            given: Some(Given {
                class,
                digest: saifu_protocol::Digest::default().into(),
            }),
            note: Some(Note::new(holder.expose_secret().to_vec()).unwrap()),
            orders: orders.map(|n| PublicKey::new(signing(n).public())),
        };
        let request = self.next_request();
        let outcomes: Vec<Outcome<Registered>> =
            self.call(Route::Register, request, vec![item]).unwrap();
        Held {
            holder,
            object: object.to_vec(),
            certificate: done(outcomes.into_iter().next().unwrap()).certificate,
        }
    }

    /// The safe that holds the value.
    fn value_safe(&mut self) -> &mut World {
        self.other.as_deref_mut().unwrap()
    }
}

/// A key safe at which Hana is logged in, with her key; the value safe that it reaches has her value, and that of another.
struct Scene {
    key_safe: World,
    inside: Inside,
    value: Held,
    key: Held,
}

impl Scene {
    fn new() -> Self {
        let mut value_safe = World::new();
        let value = value_safe.register_part(VALUE, ObjectClass::Value, Some(21));
        value_safe.register_part(b"another's", ObjectClass::Value, Some(31));
        let mut key_safe = World::new();
        key_safe.keys = SafeKeys::derive(&Secret::new([7; 32]), &Secret::new([8; 32]));
        key_safe.settings = Settings::new(Address::parse("https://keys.example").unwrap());
        key_safe.rng = Counting(1_000);
        let key = key_safe.register_part(KEY, ObjectClass::Key, None);
        key_safe.enrol(b"six words");
        let inside = key_safe.log_in(b"six words");
        key_safe.other = Some(Box::new(value_safe));
        Self {
            key_safe,
            inside,
            value,
            key,
        }
    }

    fn order(&mut self, act: OrderAct, session: SessionId) -> Order {
        Order {
            relay: self.key_safe.keys.id(),
            device: PublicKey::new(hpke::derive_public(&device(9))),
            session,
            act,
            request: self.key_safe.next_request(),
            until: self.key_safe.now.plus(ORDER_LIFETIME),
            safe: self.key_safe.value_safe().keys.id(),
        }
    }

    fn item(&mut self, request: RequestId, order: String, own: Option<OwnPart>) -> OwnerOrderItem {
        OwnerOrderItem {
            within: self.key_safe.within(&self.inside, request, OwnerAct::Order),
            address: self.key_safe.value_safe().settings.address.clone(),
            order,
            own,
        }
    }

    fn send(&mut self, request: RequestId, item: OwnerOrderItem) -> Outcome<Answer<Coupled>> {
        let outcomes = self.key_safe.call(Route::OwnerOrder, request, vec![item]);
        outcomes.unwrap().remove(0)
    }

    fn couple(&mut self, order: String, own: Option<OwnPart>) -> Coupled {
        let request = self.key_safe.next_request();
        let item = self.item(request, order, own);
        match done(self.send(request, item)) {
            Answer::Done(coupled) => coupled,
            Answer::Out => panic!("no session"),
        }
    }

    /// What the value safe tells the device.
    fn give(&mut self, order: &Order) -> Outcome<Obeyed> {
        let compact = sign(order, &signing(21));
        let coupled = self.couple(compact.clone(), None);
        self.told(&coupled.relayed, &compact)
            .expect("an answer of the value safe")
    }

    fn told(&mut self, relayed: &Relayed, order: &str) -> Option<Outcome<Obeyed>> {
        let Relayed::Answered(answer) = relayed else {
            return None;
        };
        let safe = self.key_safe.value_safe().keys.signing_public();
        open_answer(answer, order, &device(9), &safe)
    }

    fn state(&mut self) -> State {
        let value = self.value.clone();
        self.key_safe.value_safe().state(&value)
    }

    fn give_relayed(&mut self, order: &Order, by: u8) -> Relayed {
        self.couple(sign(order, &signing(by)), None).relayed
    }
}

fn handed(outcome: Outcome<Obeyed>) -> Handed {
    match done(outcome) {
        Obeyed::Recovered(handed) => handed,
        Obeyed::Ended(_) => panic!("ended"),
    }
}

fn refused(relayed: &Relayed) -> Code {
    match relayed {
        Relayed::Refused(problem) => problem.code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_brings_ciphertext_and_key_coupled_and_is_confirmed_the_same_way() {
    let mut scene = Scene::new();
    let order = scene.order(OrderAct::Recover, A);
    let compact = sign(&order, &signing(21));
    let own = OwnPart {
        presented: scene.key.whole(),
        session: B,
    };
    let coupled = scene.couple(compact.clone(), Some(own.clone()));
    assert!(done(coupled.own.unwrap()).object == KEY);
    let told = scene.told(&coupled.relayed, &compact).unwrap();
    let value = handed(told);
    assert_eq!(
        (&*value.object, &*value.certificate),
        (VALUE, &*scene.value.certificate)
    );
    // The note came as well: with it the certificate can be used without any order.
    let seed = value.note.unwrap();
    assert_eq!(seed.as_bytes(), scene.value.holder.expose_secret());
    assert_eq!(scene.state(), State::Withdrawing { session: A });
    // The same order again is answered alike, and by another request id too.
    let again = scene.couple(compact.clone(), Some(own));
    assert!(scene.told(&again.relayed, &compact).is_some());
    assert_eq!(
        handed(scene.give(&Order {
            request: RequestId::new([77; 16]),
            ..order
        }))
        .object,
        VALUE
    );

    let ack = scene.order(OrderAct::Ack, A);
    let Obeyed::Ended(ended) = done(scene.give(&ack)) else {
        panic!("not ended")
    };
    let receipt = ended.receipt.clone();
    let event = scene.key_safe.value_safe().event(&receipt);
    assert_eq!(event, Event::Withdrawn { session: A });
    assert_eq!(scene.state(), State::Withdrawn { session: A });
    let Obeyed::Ended(again) = done(scene.give(&ack)) else {
        panic!("not ended")
    };
    assert_eq!(again.receipt, receipt);
}

#[test]
fn an_order_to_return_gives_the_entry_back_and_bars_the_session() {
    let mut scene = Scene::new();
    let recover = scene.order(OrderAct::Recover, A);
    handed(scene.give(&recover));
    let give_back = scene.order(OrderAct::Return, A);
    done(scene.give(&give_back));
    assert_eq!(scene.state(), State::Registered);
    // The first order, brought once more, opens nothing.
    assert_eq!(code(scene.give(&recover)), Code::Conflict);
    assert_eq!(scene.state(), State::Registered);
    let other = scene.order(OrderAct::Recover, B);
    handed(scene.give(&other));
}

#[test]
fn a_later_order_takes_over_and_the_session_before_is_refused_with_the_receipt_of_the_value_safe() {
    let mut scene = Scene::new();
    let first = scene.order(OrderAct::Recover, A);
    handed(scene.give(&first));
    // The device that had A is lost: nobody else could give it back.
    let second = scene.order(OrderAct::Recover, B);
    handed(scene.give(&second));
    let late = scene.order(OrderAct::Ack, A);
    let refused = problem(scene.give(&late));
    let receipt = refused.receipt.unwrap();
    let event = scene.key_safe.value_safe().event(&receipt);
    let state = saifu_protocol::message::EntryState::Withdrawing;
    assert_eq!(
        event,
        Event::Refused {
            state,
            session: Some(B)
        }
    );
    let again = scene.order(OrderAct::Recover, A);
    assert_eq!(code(scene.give(&again)), Code::Conflict);
    let none = scene.order(OrderAct::Recover, NO_SESSION);
    assert_eq!(code(scene.give(&none)), Code::Malformed);
}

#[test]
fn a_request_id_is_one_order_for_one_device_and_session() {
    let mut scene = Scene::new();
    let order = scene.order(OrderAct::Recover, A);
    handed(scene.give(&order));
    for replayed in [
        Order {
            session: B,
            ..order.clone()
        },
        Order {
            act: OrderAct::Ack,
            ..order.clone()
        },
        Order {
            until: order.until.plus(1),
            ..order.clone()
        },
    ] {
        assert_eq!(code(scene.give(&replayed)), Code::RequestReused);
    }
    let compact = sign(
        &Order {
            device: PublicKey::new(hpke::derive_public(&device(8))),
            ..order.clone()
        },
        &signing(21),
    );
    let coupled = scene.couple(compact.clone(), None);
    assert!(
        scene.told(&coupled.relayed, &compact).is_none(),
        "sealed to the other device"
    );
    let Relayed::Answered(answer) = coupled.relayed else {
        panic!("not answered")
    };
    let safe = scene.key_safe.value_safe().keys.signing_public();
    let told = open_answer(&answer, &compact, &device(8), &safe).unwrap();
    assert_eq!(code(told), Code::RequestReused);
    assert_eq!(scene.state(), State::Withdrawing { session: A });
}

#[test]
fn a_safe_that_brings_an_order_cannot_alter_it() {
    let mut scene = Scene::new();
    let order = scene.order(OrderAct::Recover, A);
    // With its own HPKE key in it the signature is another's: whoever signs it, no entry obeys them.
    let compact = sign(&order, &signing(21));
    let own_key = Order {
        device: PublicKey::new(hpke::derive_public(&device(6))),
        ..order.clone()
    };
    let forged = sign(&own_key, &signing(7));
    let parts: Vec<&str> = compact.split('.').collect();
    let of_forged: Vec<&str> = forged.split('.').collect();
    let spliced = [parts[0], of_forged[1], parts[2]].join(".");
    let request = scene.key_safe.next_request();
    let item = scene.item(request, spliced, None);
    assert_eq!(
        code(scene.send(request, item)),
        Code::Malformed,
        "an honest safe does not even bring it"
    );
    let coupled = scene.couple(forged.clone(), None);
    let Relayed::Answered(answer) = coupled.relayed else {
        panic!("not answered")
    };
    let safe = scene.key_safe.value_safe().keys.signing_public();
    let told = open_answer(&answer, &forged, &device(6), &safe).unwrap();
    assert_eq!(code(told), Code::NotFound);
    assert_eq!(scene.state(), State::Registered);
}

/// What the value safe answers to whoever brings this order as a safe with these keys, however well that one signs.
fn brought_by(scene: &mut Scene, relay: &SafeKeys, order: &str) -> Result<Outcome<Obeyed>, Code> {
    let now = scene.key_safe.now;
    let value_safe = scene.key_safe.value_safe();
    let account = core::mem::replace(
        &mut value_safe.account,
        SigningKey::derive(&Secret::new([0; 32])),
    );
    let seed =
        match relay.id() == SafeKeys::derive(&Secret::new([7; 32]), &Secret::new([8; 32])).id() {
            true => [7; 32],
            false => [6; 32],
        };
    value_safe.account = SigningKey::derive(&Secret::new(seed));
    value_safe.now = now;
    let request = value_safe.next_request();
    let item = OrderItem {
        order: order.into(),
    };
    let outcomes = value_safe.call(Route::Orders, request, vec![item]);
    value_safe.account = account;
    let answer = done(outcomes.map_err(|problem| problem.code)?.remove(0));
    Ok(scene
        .told(&Relayed::Answered(answer), order)
        .expect("an answer"))
}

#[test]
fn an_order_is_taken_from_its_relay_for_its_safe_at_its_time_alone() {
    let mut scene = Scene::new();
    let key_safe = || SafeKeys::derive(&Secret::new([7; 32]), &Secret::new([8; 32]));
    let stranger = || SafeKeys::derive(&Secret::new([6; 32]), &Secret::new([6; 32]));
    let order = scene.order(OrderAct::Recover, A);
    let signed = |order: &Order| sign(order, &signing(21));
    let no = Some(Code::Unauthenticated);
    let brought = |scene: &mut Scene, by: SafeKeys, order: &Order| {
        brought_by(scene, &by, &signed(order)).err()
    };
    assert_eq!(brought(&mut scene, stranger(), &order), no, "another relay");
    let of_stranger = Order {
        relay: stranger().id(),
        ..order.clone()
    };
    assert_eq!(brought(&mut scene, key_safe(), &of_stranger), no);
    let elsewhere = Order {
        safe: SafeId::new([5; 32]),
        ..order.clone()
    };
    assert_eq!(
        brought(&mut scene, key_safe(), &elsewhere),
        no,
        "for another safe"
    );
    let clock = Some(Code::Clock);
    let now = scene.key_safe.now;
    let expired = Order {
        until: UnixTime(now.0 - 1),
        ..order.clone()
    };
    assert_eq!(brought(&mut scene, key_safe(), &expired), clock);
    let endless = Order {
        until: now.plus(100_000),
        ..order.clone()
    };
    assert_eq!(brought(&mut scene, key_safe(), &endless), clock);
    assert_eq!(brought_by(&mut scene, &key_safe(), "a.b.c").err(), no);
    assert_eq!(scene.state(), State::Registered);
    assert!(brought(&mut scene, key_safe(), &order).is_none());
    assert_eq!(scene.state(), State::Withdrawing { session: A });
}

#[test]
fn whatever_is_signed_by_somebody_else_finds_nothing() {
    let mut scene = Scene::new();
    let order = scene.order(OrderAct::Recover, A);
    // By the key safe itself, by the holder of the certificate, by whomever.
    let holder = scene.value.holder.clone();
    for key in [signing(7), SigningKey::derive(&holder), signing(99)] {
        let compact = sign(&order, &key);
        let coupled = scene.couple(compact.clone(), None);
        assert_eq!(
            code(scene.told(&coupled.relayed, &compact).unwrap()),
            Code::NotFound
        );
    }
    // The key of another entry gives that entry, and no other.
    let compact = sign(&order, &signing(31));
    let coupled = scene.couple(compact.clone(), None);
    let told = handed(scene.told(&coupled.relayed, &compact).unwrap());
    assert_eq!(told.object, b"another's");
    assert_eq!(scene.state(), State::Registered);
}

#[test]
fn an_order_is_brought_in_a_session_for_it_alone() {
    let mut scene = Scene::new();
    let order = scene.order(OrderAct::Recover, A);
    let compact = sign(&order, &signing(21));
    let request = scene.key_safe.next_request();
    let mut item = scene.item(request, compact.clone(), None);
    item.within = scene
        .key_safe
        .within(&scene.inside, request, OwnerAct::Recover);
    assert!(done(scene.send(request, item)) == Answer::Out);
    let request = scene.key_safe.next_request();
    let item = scene.item(request, compact, None);
    scene.key_safe.now = scene.inside.told.until.plus(1);
    assert!(done(scene.send(request, item)) == Answer::Out);
    assert_eq!(
        scene.state(),
        State::Registered,
        "the value safe was not asked"
    );
}

#[test]
fn a_safe_brings_orders_of_its_own_to_other_safes_and_not_to_its_machine() {
    let mut scene = Scene::new();
    let order = scene.order(OrderAct::Recover, A);
    let key_safe = scene.key_safe.keys.id();
    for foreign in [
        Order {
            relay: SafeId::new([5; 32]),
            ..order.clone()
        },
        Order {
            safe: key_safe,
            ..order.clone()
        },
    ] {
        let request = scene.key_safe.next_request();
        let item = scene.item(request, sign(&foreign, &signing(21)), None);
        assert_eq!(code(scene.send(request, item)), Code::Malformed);
    }
    for (address, wanted) in [
        ("https://elsewhere.example", Relayed::Unreachable),
        ("http://localhost:8080", Relayed::Unreachable),
        ("https://127.0.0.1", Relayed::Unreachable),
    ] {
        let request = scene.key_safe.next_request();
        let item = OwnerOrderItem {
            address: Address::parse(address).unwrap(),
            ..scene.item(request, sign(&order, &signing(21)), None)
        };
        let Answer::Done(coupled) = done(scene.send(request, item)) else {
            panic!("no session")
        };
        assert_eq!(coupled.relayed, wanted, "{address}");
    }
    // Another safe at the right address is found out before it is asked.
    let keys = SafeKeys::derive(&Secret::new([6; 32]), &Secret::new([6; 32]));
    let mine = core::mem::replace(&mut scene.key_safe.value_safe().keys, keys);
    let of_mine = Order {
        safe: mine.id(),
        ..order
    };
    assert_eq!(scene.give_relayed(&of_mine, 21), Relayed::OtherSafe);
}

#[test]
fn the_own_part_comes_with_an_answer_and_to_its_owner_alone() {
    let mut scene = Scene::new();
    let own = |held: &Held| {
        Some(OwnPart {
            presented: held.whole(),
            session: B,
        })
    };
    let order = scene.order(OrderAct::Recover, A);
    let compact = sign(&order, &signing(21));
    // Without the other half there is none.
    let value_safe = scene.key_safe.other.take();
    let request = scene.key_safe.next_request();
    let item = OwnerOrderItem {
        within: scene
            .key_safe
            .within(&scene.inside, request, OwnerAct::Order),
        address: Address::parse("https://safe.example").unwrap(),
        order: compact.clone(),
        own: own(&scene.key),
    };
    let Answer::Done(coupled) = done(scene.send(request, item)) else {
        panic!("no session")
    };
    assert!(coupled.own.is_none() && coupled.relayed == Relayed::Unreachable);
    scene.key_safe.other = value_safe;
    // What is another account's is not found.
    let account = core::mem::replace(&mut scene.key_safe.account, signing(50));
    let of_another = scene
        .key_safe
        .register_part(b"not hers", ObjectClass::Key, None);
    scene.key_safe.account = account;
    let coupled = scene.couple(compact, own(&of_another));
    assert_eq!(code(coupled.own.unwrap()), Code::NotFound);
}

#[test]
fn a_clock_that_differs_is_told_through_the_relay() {
    let mut scene = Scene::new();
    let order = scene.order(OrderAct::Recover, A);
    scene.key_safe.value_safe().now = order.until.plus(1);
    let relayed = scene.give_relayed(&order, 21);
    assert_eq!(refused(&relayed), Code::Clock);
    let Relayed::Refused(problem) = relayed else {
        unreachable!()
    };
    assert!(problem.time.unwrap() > order.until);
}

#[test]
fn an_answer_that_cannot_be_sealed_does_nothing() {
    let mut scene = Scene::new();
    let order = Order {
        device: PublicKey::new([0; 32]),
        ..scene.order(OrderAct::Recover, A)
    };
    assert_eq!(refused(&scene.give_relayed(&order, 21)), Code::Malformed);
    assert_eq!(scene.state(), State::Registered);
}

#[test]
fn a_rotation_puts_orders_out_of_force() {
    let mut scene = Scene::new();
    let value = scene.value.clone();
    let value_safe = scene.key_safe.value_safe();
    let (request, next) = (value_safe.next_request(), Secret::make(&mut value_safe.rng));
    let target = Target::Certificate {
        presented: value.whole(),
    };
    let purpose = Purpose {
        safe: value_safe.keys.id(),
        act: Act::Rotate,
        target: target.fingerprint(),
        session: NO_SESSION,
        request,
        next: Some(holder_of(&next)),
    };
    let item = saifu_protocol::message::RotateItem {
        wait: 0,
        target: value.whole(),
        holder: holder_of(&next),
        proof: present(&purpose, &SigningKey::derive(&value.holder)),
        note: None,
        orders: Some(PublicKey::new(signing(22).public())),
    };
    let rotated: Vec<Outcome<saifu_protocol::message::Rotated>> =
        value_safe.call(Route::Rotate, request, vec![item]).unwrap();
    done(rotated.into_iter().next().unwrap());
    let order = scene.order(OrderAct::Recover, A);
    assert_eq!(code(scene.give(&order)), Code::NotFound);
    let compact = sign(&order, &signing(22));
    let coupled = scene.couple(compact.clone(), None);
    assert_eq!(
        handed(scene.told(&coupled.relayed, &compact).unwrap()).object,
        VALUE
    );
}

#[test]
fn an_order_moves_nothing_that_is_frozen_at_either_safe() {
    let mut scene = Scene::new();
    scene.key_safe.value_safe().enrol(b"six words");
    let at = scene.key_safe.now;
    let order = scene.order(OrderAct::Recover, A);
    scene.key_safe.value_safe().set_frozen(Some(at));
    assert_eq!(code(scene.give(&order)), Code::Frozen);
    // Of a value that the device has already nothing is confirmed.
    scene.key_safe.value_safe().set_frozen(None);
    done(scene.give(&order));
    scene.key_safe.value_safe().set_frozen(Some(at));
    let ack = scene.order(OrderAct::Ack, A);
    assert_eq!(code(scene.give(&ack)), Code::Frozen);
    assert_eq!(scene.state(), State::Withdrawing { session: A });
    // And the key safe adds no key of its own.
    scene.key_safe.value_safe().set_frozen(None);
    scene.key_safe.set_frozen(Some(at));
    let own = OwnPart {
        presented: scene.key.whole(),
        session: B,
    };
    let coupled = scene.couple(sign(&order, &signing(21)), Some(own));
    assert_eq!(code(coupled.own.unwrap()), Code::Frozen);
}

impl Scene {
    /// The account that registered the value has others wait a day for it.
    fn others_wait(&mut self) {
        let value = self.value.clone();
        done(self.key_safe.value_safe().set_wait(&value, DAY));
    }

    /// An order of another device.
    fn order_of(&mut self, n: u8, act: OrderAct, session: SessionId) -> Order {
        Order {
            device: PublicKey::new(hpke::derive_public(&device(n))),
            ..self.order(act, session)
        }
    }

    fn give_of(&mut self, n: u8, order: &Order) -> Outcome<Obeyed> {
        let compact = sign(order, &signing(21));
        let coupled = self.couple(compact.clone(), None);
        let Relayed::Answered(answer) = &coupled.relayed else {
            panic!("the value safe answers");
        };
        let safe = self.key_safe.value_safe().keys.signing_public();
        open_answer(answer, &compact, &device(n), &safe).unwrap()
    }

    fn say(&mut self, order: &Order, may: bool) {
        let account = waiter(&order.device);
        let decide = AskedItem::Decide { account, may };
        self.key_safe.value_safe().asked(decide);
    }

    fn waiting(&mut self) -> Vec<Asked> {
        self.key_safe.value_safe().asked(AskedItem::List)
    }

    fn pass(&mut self, seconds: u64) {
        self.key_safe.now = self.key_safe.now.plus(seconds);
        self.key_safe.value_safe().now = self.key_safe.now;
        self.inside = self.key_safe.log_in(b"six words");
    }
}

#[test]
fn each_device_that_orders_waits_by_itself() {
    let mut scene = Scene::new();
    scene.others_wait();
    let order = scene.order(OrderAct::Recover, A);
    let until = problem(scene.give(&order)).until.unwrap();
    let asked = scene.waiting();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].account, waiter(&order.device));
    assert_eq!(asked[0].since.plus(DAY), until);
    // Somebody else who has the words begins with the first order of their own, and is told of.
    scene.pass(DAY - 60);
    let theirs = scene.order_of(8, OrderAct::Recover, B);
    let later = problem(scene.give_of(8, &theirs)).until.unwrap();
    assert!(later >= until.plus(DAY - 60));
    assert_eq!(scene.waiting().len(), 2);
    scene.pass(120);
    let theirs = scene.order_of(8, OrderAct::Recover, B);
    assert_eq!(code(scene.give_of(8, &theirs)), Code::Waiting);
    let order = scene.order(OrderAct::Recover, A);
    assert_eq!(handed(scene.give(&order)).object, VALUE);
    // Nor do they end in another's place what they would have to wait for.
    for act in [OrderAct::Ack, OrderAct::Return] {
        let theirs = scene.order_of(8, act, A);
        assert_eq!(code(scene.give_of(8, &theirs)), Code::Waiting);
    }
    let ack = scene.order(OrderAct::Ack, A);
    done(scene.give(&ack));
}

#[test]
fn a_word_about_one_device_that_orders_is_none_about_another() {
    for may in [true, false] {
        let mut scene = Scene::new();
        scene.others_wait();
        let order = scene.order(OrderAct::Recover, A);
        assert_eq!(code(scene.give(&order)), Code::Waiting);
        scene.say(&order, may);
        let theirs = scene.order_of(8, OrderAct::Recover, B);
        assert_eq!(code(scene.give_of(8, &theirs)), Code::Waiting);
        let order = scene.order(OrderAct::Recover, A);
        match scene.give(&order) {
            Outcome::Done(_) => assert!(may),
            Outcome::Problem(problem) => assert_eq!((problem.code, may), (Code::Denied, false)),
        }
    }
}

#[test]
fn whoever_orders_with_the_key_of_an_account_that_need_not_wait_waits() {
    let mut scene = Scene::new();
    scene.others_wait();
    let of_its_owner = PublicKey::new(scene.key_safe.value_safe().account.public());
    let order = Order {
        device: of_its_owner,
        ..scene.order(OrderAct::Recover, A)
    };
    scene.give_relayed(&order, 21);
    assert_eq!(scene.state(), State::Registered);
}
