//! How an owner gets in with a device instead of a secret, or with the kit. Only for a safe whose descriptor says that it has
//! this.

use super::scene::ensure;
use crate::device::{Passkey, Signs, Terminal, label};
use crate::owner::{Inside, begin, kept, new_name};
use crate::wallet::{Check, Wallet, new_secret};
use saifu_crypto::hpke;
use saifu_protocol::message::{Outcome, Route};
use saifu_protocol::owner::{
    Act, Answer, By, Changed, DEVICES, DeviceAdded, DeviceProof, DeviceStart, DeviceStarted, Event,
    LookUpId, Slot, Which,
};
use saifu_protocol::problem::Code;
use saifu_protocol::{PublicKey, SafeId};

const SECRET: &[u8] = b"six words";

pub(super) fn is_described(wallet: &Wallet) -> Check {
    let described = &wallet.descriptor.authentication;
    ensure!(
        described.iter().any(|named| named == DEVICES) && wallet.descriptor.passkeys.is_some(),
        "the descriptor names no {DEVICES}"
    );
    Ok(())
}

/// An owner with a session, under a name of their own.
fn owner(wallet: &Wallet) -> Check<(Wallet, LookUpId, Inside)> {
    let (owner, name) = (wallet.other()?, new_name());
    owner.enrol(name, SECRET)?;
    let inside = owner.log_in_right(name, SECRET)?;
    Ok((owner, name, inside))
}

fn is_added(owner: &Wallet, inside: &Inside, device: &mut dyn Signs) -> Check {
    let added = owner.add_device(inside, device)?;
    ensure!(
        added == Answer::Done(DeviceAdded::Added),
        "not enrolled: {added:?}"
    );
    Ok(())
}

fn is_out(wallet: &Wallet, with: &mut dyn Signs, why: &str) -> Check {
    ensure!(wallet.enter(with)?.is_none(), "let in: {why}");
    Ok(())
}

pub(super) fn passkey(wallet: &Wallet) -> Check {
    let (owner, _, inside) = owner(wallet)?;
    let mut passkey = Passkey::new(&owner);
    is_added(&owner, &inside, &mut passkey)?;
    let new_device = wallet.other()?;
    let entered = new_device.enter_right(&mut passkey)?;
    ensure!(
        entered.told.by == By::Device(passkey.key().id()),
        "by something else"
    );
    ensure!(entered.told.kept == kept(b'd'), "something else was kept");
    ensure!(
        entered.told.accounts == [owner.account_key()] && entered.told.guesses == 0,
        "another owner"
    );
    let joined = new_device.act(&entered, Route::OwnerJoin, Act::Join)?;
    ensure!(
        joined == Answer::Done(entered.told.until),
        "the session does not hold"
    );
    let listed = new_device.owner_page(&entered, None)?;
    ensure!(
        matches!(listed, Outcome::Done(Answer::Done(_))),
        "nothing is listed"
    );
    // The key of the session was never sent: nobody has it who has seen everything.
    let seen = Inside {
        key: new_secret(),
        told: entered.told.clone(),
    };
    let joined = new_device.act(&seen, Route::OwnerJoin, Act::Join)?;
    ensure!(joined == Answer::Out, "a session with another key");
    Ok(())
}

pub(super) fn terminal(wallet: &Wallet) -> Check {
    let (owner, _, inside) = owner(wallet)?;
    let mut terminal = Terminal::new();
    is_added(&owner, &inside, &mut terminal)?;
    let new_device = wallet.other()?;
    let entered = new_device.enter_right(&mut terminal)?;
    let joined = new_device.act(&entered, Route::OwnerJoin, Act::Join)?;
    ensure!(
        joined == Answer::Done(entered.told.until),
        "the session does not hold"
    );
    let greeted = new_device.greet()?;
    let challenge = greeted.said.challenge();
    let (DeviceProof::Terminal { key, .. }, DeviceProof::Terminal { signature, .. }) =
        (terminal.says(&challenge), Terminal::new().says(&challenge))
    else {
        return Err("a terminal says what a terminal says".into());
    };
    let posing = DeviceProof::Terminal { key, signature };
    ensure!(
        new_device.end_device(&greeted, &posing)?.is_none(),
        "a signature of another key"
    );
    Ok(())
}

pub(super) fn one_conversation(wallet: &Wallet) -> Check {
    let (owner, _, inside) = owner(wallet)?;
    let mut passkey = Passkey::new(&owner);
    is_added(&owner, &inside, &mut passkey)?;
    let (first, second) = (owner.greet()?, owner.greet()?);
    let proof = passkey.says(&first.said.challenge());
    ensure!(
        owner.end_device(&second, &proof)?.is_none(),
        "of another login"
    );
    let thief = wallet.other()?;
    ensure!(
        thief.end_device(&first, &proof)?.is_none(),
        "of another account"
    );
    let entered = owner.end_device(&first, &proof)?.ok_or("not let in")?;
    let again = owner
        .end_device(&first, &proof)?
        .ok_or("a repeat is refused")?;
    ensure!(
        again.told.session == entered.told.session,
        "a repeat is a second session"
    );
    let more = passkey.says(&first.said.challenge());
    ensure!(
        owner.end_device(&first, &more)?.is_none(),
        "a second session of one login"
    );
    // What was said to another safe, and what enrols.
    let mut elsewhere = second.said;
    elsewhere.safe = SafeId::new([9; 32]);
    let proof = passkey.says(&elsewhere.challenge());
    ensure!(
        owner.end_device(&second, &proof)?.is_none(),
        "said to another safe"
    );
    // A repeated start is the same conversation, and no other.
    let (request, hello) = (second.said.request, second.said.hello);
    let repeated = owner.start_device(request, hello)?;
    ensure!(
        repeated == second.started,
        "a repeated start is another conversation"
    );
    let another = PublicKey::new(hpke::derive_public(&new_secret()));
    let refused = |hello, code| -> Check {
        let start = DeviceStart { hello };
        let outcome: Outcome<DeviceStarted> = owner.ask(Route::OwnerDeviceStart, request, start)?;
        crate::wallet::problem(outcome, code).map(|_| ())
    };
    refused(another, Code::RequestReused)?;
    Ok(())
}

pub(super) fn told_the_same(wallet: &Wallet) -> Check {
    let (owner, _, inside) = owner(wallet)?;
    let mut passkey = Passkey::new(&owner);
    is_added(&owner, &inside, &mut passkey)?;
    is_out(&owner, &mut Passkey::new(&owner), "an unknown passkey")?;
    is_out(&owner, &mut Terminal::new(), "an unknown terminal")?;
    let (rp_id, origin) = (passkey.rp_id.clone(), passkey.origin.clone());
    passkey.origin = "https://elsewhere.example".into();
    is_out(&owner, &mut passkey, "a page of another origin")?;
    passkey.origin = origin;
    passkey.rp_id = "elsewhere.example".into();
    is_out(&owner, &mut passkey, "another relying party")?;
    passkey.rp_id = rp_id;
    passkey.flags = 0b001;
    is_out(&owner, &mut passkey, "nobody verified")?;
    passkey.flags = 0b101;
    let entered = owner.enter_right(&mut passkey)?;
    passkey.count -= 1;
    let thief = wallet.other()?;
    is_out(&thief, &mut passkey, "a copy that counts no higher")?;
    let id = passkey.key().id();
    let ways = owner.ways(&inside)?;
    let happened = |at: usize| ways.history.get(at).map(|it| (it.account, it.what));
    let (by, guesses) = (By::Device(id), 0);
    let wanted = [
        (thief.account_key(), Event::Cloned(id)),
        (owner.account_key(), Event::LoggedIn { by, guesses }),
        (owner.account_key(), Event::DeviceAdded(id)),
    ];
    for (at, wanted) in wanted.into_iter().enumerate() {
        ensure!(
            happened(at) == Some(wanted),
            "not written down: {:?}",
            wanted.1
        );
    }
    owner.enter_right(&mut passkey)?;
    owner.remove_device(&inside, id)?;
    is_out(&owner, &mut passkey, "a removed passkey")?;
    let joined = owner.act(&entered, Route::OwnerJoin, Act::Join)?;
    ensure!(joined == Answer::Out, "a session of a removed passkey");
    Ok(())
}

pub(super) fn other_site(wallet: &Wallet) -> Check {
    let (owner, _, inside) = owner(wallet)?;
    let mut passkey = Passkey::new(&owner);
    passkey.rp_id = "elsewhere.example".into();
    passkey.origin = "https://elsewhere.example".into();
    let described = owner.descriptor.passkeys.as_ref();
    let is_set = described.is_some_and(|passkeys| passkeys.rp_id.is_some());
    let wanted = match is_set {
        true => DeviceAdded::NotProved,
        false => DeviceAdded::Added,
    };
    let added = owner.add_device(&inside, &mut passkey)?;
    ensure!(added == Answer::Done(wanted), "answered {added:?}");
    ensure!(
        owner.enter(&mut passkey)?.is_some() != is_set,
        "another answer at the login"
    );
    Ok(())
}

pub(super) fn one_owner(wallet: &Wallet) -> Check {
    let (hana, _, of_hana) = owner(wallet)?;
    let (other, _, of_other) = owner(wallet)?;
    let mut passkey = Passkey::new(&hana);
    is_added(&hana, &of_hana, &mut passkey)?;
    let id = passkey.key().id();
    passkey.count += 5;
    let added = other.add_device(&of_other, &mut passkey)?;
    ensure!(
        added == Answer::Done(DeviceAdded::NotProved),
        "enrolled twice"
    );
    other.remove_device(&of_other, id)?;
    other.rename_device(&of_other, id, "mine")?;
    ensure!(
        other.ways(&of_other)?.devices.is_empty(),
        "somebody else's device is listed"
    );
    hana.rename_device(&of_hana, id, "blue")?;
    let ways = hana.ways(&of_hana)?;
    let named = ways.devices.first().map(|device| &device.label);
    ensure!(
        ways.devices.len() == 1 && named == Some(&label("blue")?),
        "not called what its owner calls it"
    );
    // An enrolment takes what the device says to just that challenge.
    let mut without_owner = Passkey::new(&hana);
    without_owner.flags = 0b001;
    let added = hana.add_device(&of_hana, &mut without_owner)?;
    ensure!(
        added == Answer::Done(DeviceAdded::NotProved),
        "enrolled unverified"
    );
    Ok(())
}

pub(super) fn kit(wallet: &Wallet) -> Check {
    let (owner, name, inside) = owner(wallet)?;
    let made = owner.change_slot(&inside, name, b"kit", Slot::Kit)?;
    ensure!(made == Answer::Done(Changed::Both), "no kit was made");
    let by_kit = owner.log_in(name, Which::Kit, b"kit")?;
    let by_kit = by_kit.ok_or("the kit does not open")?;
    ensure!(
        by_kit.told.by == By::Kit && by_kit.told.kept == kept(b'k'),
        "by something else"
    );
    ensure!(owner.ways(&inside)?.kit_since.is_some(), "no kit is listed");
    // Six guesses at the kit: those at the secret are others.
    for _ in 0..5 {
        owner.guess(&begin(name, Which::Kit, b"a guess")?)?;
    }
    owner.log_in_right(name, SECRET)?;
    let revoked = owner.act(&inside, Route::OwnerKitRevoke, Act::RevokeKit)?;
    ensure!(
        revoked == Answer::Done(inside.told.until),
        "the kit was not ended"
    );
    let joined = owner.act(&by_kit, Route::OwnerJoin, Act::Join)?;
    ensure!(joined == Answer::Out, "a session of a revoked kit");
    let ways = owner.ways(&inside)?;
    ensure!(ways.kit_since.is_none(), "a revoked kit is listed");
    Ok(())
}

pub(super) fn common_map(wallet: &Wallet) -> Check {
    let (owner, name, inside) = owner(wallet)?;
    let mut passkey = Passkey::new(&owner);
    is_added(&owner, &inside, &mut passkey)?;
    let entered = owner.enter_right(&mut passkey)?;
    ensure!(entered.told.map.is_none(), "a map that nobody left");
    owner.set_maps(&entered, b"of the key", Some(b"of all".to_vec()))?;
    let by_secret = owner.log_in_right(name, SECRET)?;
    let by_device = owner.enter_right(&mut passkey)?;
    let is_common = |inside: &Inside| inside.told.map.as_deref() == Some(b"of all");
    ensure!(
        is_common(&by_secret) && is_common(&by_device),
        "no common map"
    );
    ensure!(
        by_secret.told.kept == kept(SECRET[0]),
        "the secret's own map is another"
    );
    ensure!(
        by_device.told.kept.map == b"of the key",
        "the device's own map is another"
    );
    Ok(())
}
