//! Orders that are brought to a safe: it obeys whom an entry obeys, from whom the order names, once.

use super::scene::ensure;
use crate::order::{Device, ended, handed};
use crate::wallet::{Check, Wallet, problem, refused as is_refused};
use saifu_crypto::Secret;
use saifu_crypto::sign::SigningKey;
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::limits::{CLOCK_TOLERANCE, ORDER_LIFETIME};
use saifu_protocol::order::{Act, Order, sign};
use saifu_protocol::problem::Code;
use saifu_protocol::receipt::Event;
use saifu_protocol::{SafeId, UnixTime};

pub(super) fn obeyed(wallet: &Wallet) -> Check {
    let (entry, device) = (
        wallet.register_obedient(&[3; 2_000], ObjectClass::Value)?,
        Device::new(),
    );
    let ask = |act| {
        let order = wallet.order(wallet.as_relay(), &device, act);
        let order = sign(&order, &entry.orders);
        wallet.told(&wallet.bring(&order)?, &order, &device)
    };
    for _ in 0..2 {
        let handed = handed(ask(Act::Recover)?)?;
        ensure!(handed.object == entry.held.object, "other bytes");
        ensure!(
            handed.certificate == entry.held.certificate,
            "another certificate"
        );
        let note = handed.note.ok_or("no note")?;
        ensure!(
            note.as_bytes() == entry.held.holder.expose_secret(),
            "another note"
        );
    }
    ended(ask(Act::Return)?)?;
    problem(ask(Act::Recover)?, Code::Conflict)?;
    let again = Device::new();
    let order = sign(
        &wallet.order(wallet.as_relay(), &again, Act::Recover),
        &entry.orders,
    );
    handed(wallet.told(&wallet.bring(&order)?, &order, &again)?)?;
    let ack = sign(
        &wallet.order(wallet.as_relay(), &again, Act::Ack),
        &entry.orders,
    );
    let first = ended(wallet.told(&wallet.bring(&ack)?, &ack, &again)?)?;
    let session = again.session;
    ensure!(
        wallet.receipt(&first)?.event == Event::Withdrawn { session },
        "another receipt"
    );
    let second = ended(wallet.told(&wallet.bring(&ack)?, &ack, &again)?)?;
    ensure!(first == second, "another receipt the second time");
    Ok(())
}

pub(super) fn refused(wallet: &Wallet) -> Check {
    let (entry, device) = (
        wallet.register_obedient(&[4; 100], ObjectClass::Value)?,
        Device::new(),
    );
    let order = wallet.order(wallet.as_relay(), &device, Act::Recover);
    let signed = |order: &Order| sign(order, &entry.orders);
    let of_another = Order {
        relay: SafeId::new([1; 32]),
        ..order.clone()
    };
    let elsewhere = Order {
        safe: SafeId::new([1; 32]),
        ..order.clone()
    };
    for wrong in [signed(&of_another), signed(&elsewhere), "a.b.c".into()] {
        is_refused(wallet.bring(&wrong), Code::Unauthenticated)?;
    }
    let now = wallet.now();
    for until in [
        UnixTime(now.0 - 10),
        now.plus(ORDER_LIFETIME + 2 * CLOCK_TOLERANCE),
    ] {
        let wrong = Order {
            until,
            ..order.clone()
        };
        is_refused(wallet.bring(&signed(&wrong)), Code::Clock)?;
    }
    // By whomever else it is signed, holders and safes among them.
    for seed in [&entry.held.holder, &wallet.account, &Secret::new([1; 32])] {
        let forged = sign(&order, &SigningKey::derive(seed));
        let told = wallet.told(&wallet.bring(&forged)?, &forged, &device)?;
        problem(told, Code::NotFound)?;
    }
    Ok(())
}

pub(super) fn once(wallet: &Wallet) -> Check {
    let (entry, device) = (
        wallet.register_obedient(&[5; 100], ObjectClass::Value)?,
        Device::new(),
    );
    let order = wallet.order(wallet.as_relay(), &device, Act::Recover);
    let first = sign(&order, &entry.orders);
    handed(wallet.told(&wallet.bring(&first)?, &first, &device)?)?;
    let later = Device::new();
    let replayed = Order {
        request: order.request,
        ..wallet.order(wallet.as_relay(), &later, Act::Recover)
    };
    let replayed = sign(&replayed, &entry.orders);
    let told = wallet.told(&wallet.bring(&replayed)?, &replayed, &later)?;
    problem(told, Code::RequestReused)?;
    let fresh = wallet.order(wallet.as_relay(), &later, Act::Recover);
    let fresh = sign(&fresh, &entry.orders);
    // Signed by the owner, it is of a device that came later: the one before is lost, or its owner says so.
    handed(wallet.told(&wallet.bring(&fresh)?, &fresh, &later)?)?;
    let late = wallet.order(wallet.as_relay(), &device, Act::Ack);
    let late = sign(&late, &entry.orders);
    let told = wallet.told(&wallet.bring(&late)?, &late, &device)?;
    problem(told, Code::Conflict)?;
    Ok(())
}
