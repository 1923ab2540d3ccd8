//! Orders from safe to safe: the wallet's side, and what takes two safes to see.

use crate::owner::{Inside, new_name};
use crate::say;
use crate::suite::ensure;
use crate::wallet::{
    Check, Held, Refused, Wallet, done, holder_of, new_request, new_secret, new_session, one,
    problem,
};
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{Secret, hpke};
use saifu_protocol::certificate::{Address, ObjectClass};
use saifu_protocol::limits::ORDER_LIFETIME;
use saifu_protocol::message::{Given, Outcome, RegisterItem, Registered, Route};
use saifu_protocol::order::{
    Act, Coupled, Handed, Obeyed, Order, OrderAnswer, OrderItem, OwnPart, OwnerOrderItem, Relayed,
    open_answer, sign,
};
use saifu_protocol::owner::{Act as OwnerAct, Answer, Note};
use saifu_protocol::problem::Code;
use saifu_protocol::receipt::Event;
use saifu_protocol::{Digest, PublicKey, SafeId, SessionId};

/// An entry that obeys orders, and the key of these.
pub(crate) struct Obedient {
    pub(crate) held: Held,
    pub(crate) orders: SigningKey,
}

/// A device that orders something for a session.
pub(crate) struct Device {
    pub(crate) secret: Secret,
    pub(crate) session: SessionId,
}

impl Device {
    pub(crate) fn new() -> Self {
        Self {
            secret: new_secret(),
            session: new_session(),
        }
    }
}

impl Wallet {
    /// Registers bytes that obey orders.
    pub(crate) fn register_obedient(&self, object: &[u8], class: ObjectClass) -> Check<Obedient> {
        let (holder, orders) = (new_secret(), SigningKey::derive(&new_secret()));
        let note = Note::new(holder.expose_secret().to_vec()).map_err(|_| "too long")?;
        let item = RegisterItem {
            wait: 0,
            object: object.to_vec(),
            holder: holder_of(&holder),
            given: Some(Given {
                class,
                digest: Digest::default().into(),
            }),
            note: Some(note),
            orders: Some(PublicKey::new(orders.public())),
        };
        let outcomes: Vec<Outcome<Registered>> =
            self.call(Route::Register, new_request(), vec![item])?;
        let held = Held {
            holder,
            object: object.to_vec(),
            certificate: done(one(outcomes)?)?.certificate,
        };
        Ok(Obedient { held, orders })
    }

    /// An order to this safe.
    pub(crate) fn order(&self, relay: SafeId, device: &Device, act: Act) -> Order {
        Order {
            safe: self.descriptor.id,
            relay,
            device: PublicKey::new(hpke::derive_public(&device.secret)),
            session: device.session,
            act,
            request: new_request(),
            until: self.now().plus(ORDER_LIFETIME),
        }
    }

    /// Brings an order as a safe would whose key is that of this account.
    pub(crate) fn bring(&self, order: &str) -> Result<OrderAnswer, Refused> {
        let item = OrderItem {
            order: order.into(),
        };
        let outcomes = self.call(Route::Orders, new_request(), vec![item])?;
        Ok(done(one(outcomes)?)?)
    }

    /// What this safe tells the device.
    pub(crate) fn told(
        &self,
        answer: &OrderAnswer,
        order: &str,
        device: &Device,
    ) -> Check<Outcome<Obeyed>> {
        let told = open_answer(answer, order, &device.secret, &self.public());
        told.ok_or_else(|| "the answer does not open on the device".into())
    }

    /// The relay that this account is.
    pub(crate) fn as_relay(&self) -> SafeId {
        SafeId::of(&self.account_key())
    }
}

pub(crate) fn handed(outcome: Outcome<Obeyed>) -> Check<Handed> {
    match done(outcome)? {
        Obeyed::Recovered(handed) => Ok(handed),
        Obeyed::Ended(_) => Err("a receipt instead of an object".into()),
    }
}

pub(crate) fn ended(outcome: Outcome<Obeyed>) -> Check<String> {
    match done(outcome)? {
        Obeyed::Ended(ended) => Ok(ended.receipt),
        Obeyed::Recovered(_) => Err("an object instead of a receipt".into()),
    }
}

/// A value at one safe, its key at another, and its owner logged in at that.
struct Apart<'a> {
    key_safe: &'a Wallet,
    value_safe: &'a Wallet,
    inside: Inside,
    value: Obedient,
    key: Held,
}

impl<'a> Apart<'a> {
    fn new(key_safe: &'a Wallet, value_safe: &'a Wallet) -> Check<Self> {
        let name = new_name();
        let value = value_safe.register_obedient(&[7; 5_000], ObjectClass::Value)?;
        let key = key_safe
            .register_obedient(b"what opens it", ObjectClass::Key)?
            .held;
        key_safe.enrol(name, b"six words")?;
        let inside = key_safe.log_in_right(name, b"six words")?;
        Ok(Self {
            key_safe,
            value_safe,
            inside,
            value,
            key,
        })
    }

    fn order(&self, device: &Device, act: Act) -> Order {
        self.value_safe
            .order(self.key_safe.descriptor.id, device, act)
    }

    fn ask(
        &self,
        address: &Address,
        order: &str,
        act: OwnerAct,
    ) -> Check<Outcome<Answer<Coupled>>> {
        let request = new_request();
        let item = OwnerOrderItem {
            within: self.key_safe.within(&self.inside, request, act),
            address: address.clone(),
            order: order.into(),
            own: Some(OwnPart {
                presented: self.key.whole(),
                session: new_session(),
            }),
        };
        self.key_safe.ask(Route::OwnerOrder, request, item)
    }

    fn couple(&self, order: &str) -> Check<Coupled> {
        let address = &self.value_safe.descriptor.address;
        match done(self.ask(address, order, OwnerAct::Order)?)? {
            Answer::Done(coupled) => Ok(coupled),
            Answer::Out => Err("the session holds no more".into()),
        }
    }

    fn obeyed(&self, order: &Order, device: &Device) -> Check<Outcome<Obeyed>> {
        let compact = sign(order, &self.value.orders);
        match self.couple(&compact)?.relayed {
            Relayed::Answered(answer) => self.value_safe.told(&answer, &compact, device),
            _ => Err("the other safe did not answer".into()),
        }
    }
}

/// What two safes must do for an owner who is logged in at the first.
pub(crate) fn between(key_url: &str, value_url: &str) -> Check {
    let (key_safe, value_safe) = (
        Wallet::new(key_url, new_secret())?,
        Wallet::new(value_url, new_secret())?,
    );
    type Case = (&'static str, fn(&Apart<'_>) -> Check);
    let cases: [Case; 4] = [
        (
            "ciphertext and key come back coupled, and are confirmed",
            both_halves,
        ),
        ("what was ordered is given back", given_back),
        ("without a session nothing is asked", no_session),
        ("another address, another safe, another relay", wrong_ways),
    ];
    for (name, case) in cases {
        case(&Apart::new(&key_safe, &value_safe)?).map_err(|why| format!("{name}: {why}"))?;
        say(&format!("ok    {name}"));
    }
    Ok(())
}

fn both_halves(apart: &Apart<'_>) -> Check {
    let device = Device::new();
    let recover = sign(&apart.order(&device, Act::Recover), &apart.value.orders);
    for _ in 0..2 {
        let coupled = apart.couple(&recover)?;
        let own = done(coupled.own.ok_or("no own part")?)?;
        ensure!(own.object == apart.key.object, "another own part");
        let Relayed::Answered(answer) = coupled.relayed else {
            return Err("the other safe did not answer".into());
        };
        let handed = handed(apart.value_safe.told(&answer, &recover, &device)?)?;
        ensure!(handed.object == apart.value.held.object, "other bytes");
        ensure!(
            handed.certificate == apart.value.held.certificate,
            "another certificate"
        );
    }
    let ack = apart.order(&device, Act::Ack);
    let receipt = ended(apart.obeyed(&ack, &device)?)?;
    let session = device.session;
    ensure!(
        apart.value_safe.receipt(&receipt)?.event == Event::Withdrawn { session },
        "another receipt"
    );
    ensure!(
        ended(apart.obeyed(&ack, &device)?)? == receipt,
        "another receipt the second time"
    );
    Ok(())
}

fn given_back(apart: &Apart<'_>) -> Check {
    let (first, second) = (Device::new(), Device::new());
    handed(apart.obeyed(&apart.order(&first, Act::Recover), &first)?)?;
    ended(apart.obeyed(&apart.order(&first, Act::Return), &first)?)?;
    handed(apart.obeyed(&apart.order(&second, Act::Recover), &second)?)?;
    // What a device had open that is lost since comes to the next one, and the one before has it no more.
    let third = Device::new();
    handed(apart.obeyed(&apart.order(&third, Act::Recover), &third)?)?;
    let late = apart.obeyed(&apart.order(&second, Act::Ack), &second)?;
    problem(late, Code::Conflict)?;
    Ok(())
}

fn no_session(apart: &Apart<'_>) -> Check {
    let device = Device::new();
    let order = sign(&apart.order(&device, Act::Recover), &apart.value.orders);
    let address = &apart.value_safe.descriptor.address;
    let of_another_act = done(apart.ask(address, &order, OwnerAct::Recover)?)?;
    ensure!(
        of_another_act == Answer::Out,
        "asked without a proof for it"
    );
    let session = new_session();
    done(apart.value_safe.recover(&apart.value.held, session)?)?;
    Ok(())
}

fn wrong_ways(apart: &Apart<'_>) -> Check {
    let device = Device::new();
    let order = apart.order(&device, Act::Recover);
    let relayed = |address: &Address, order: &Order| -> Check<Outcome<Relayed>> {
        let compact = sign(order, &apart.value.orders);
        Ok(match apart.ask(address, &compact, OwnerAct::Order)? {
            Outcome::Done(Answer::Done(coupled)) => Outcome::Done(coupled.relayed),
            Outcome::Done(Answer::Out) => return Err("the session holds no more".into()),
            Outcome::Problem(problem) => Outcome::Problem(problem),
        })
    };
    let nobody = Address::parse("http://localhost:1").map_err(|error| error.to_string())?;
    ensure!(
        relayed(&nobody, &order)? == Outcome::Done(Relayed::Unreachable),
        "reached at no address"
    );
    let itself = &apart.key_safe.descriptor.address;
    ensure!(
        relayed(itself, &order)? == Outcome::Done(Relayed::OtherSafe),
        "asked another safe than the order is for"
    );
    let address = &apart.value_safe.descriptor.address;
    let of_another = Order {
        relay: apart.value_safe.as_relay(),
        ..order
    };
    problem(relayed(address, &of_another)?, Code::Malformed)?;
    Ok(())
}
