//! Of the suite of owners: devices, the logins that they begin, and what happened.

use super::owners::{NOW, has, in_session, name, opened};
use super::scene::{Check, account, ensure, ok, request, session};
use crate::owner::passkey::{Passkey, Site};
use crate::owner::{
    Change, Device, DeviceCheck, Greeting, Need, OpenedBy, OwnerLedger, Session, Stage,
};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_protocol::limits::{
    MAX_CREDENTIAL_BYTES, MAX_DEVICE_LABEL_BYTES, MAX_DEVICES, MAX_ORIGIN_BYTES, MAX_OWNER_HISTORY,
    MAX_OWNER_MAP_BYTES, MAX_OWNER_SHARE_BYTES,
};
use saifu_protocol::owner::{
    By, DeviceId, DeviceLabel, Event, Happened, Kept, PasskeyAlgorithm, PasskeyKey,
};
use saifu_protocol::{PublicKey, UnixTime};

fn label(bytes: Vec<u8>) -> Result<DeviceLabel, String> {
    DeviceLabel::new(bytes).ok_or_else(|| "no label".into())
}

/// A passkey of the owner with this number.
pub(super) fn passkey(n: u8, owner: u8) -> Device {
    Device {
        id: DeviceId::new([n; 32]),
        look_up: name(owner),
        check: DeviceCheck::Passkey(Passkey {
            key: PasskeyKey {
                credential: vec![n; 4],
                algorithm: PasskeyAlgorithm::Es256,
                key: vec![n; 65],
            },
            site: Site {
                rp: [n; 32],
                origin: "https://wallet.example".into(),
            },
            count: u32::from(n),
        }),
        label: label(vec![n]).unwrap_or_else(|_| unreachable!("one byte is below the limit")),
        kept: Kept {
            share: vec![n; 3],
            map: Vec::new(),
        },
        since: NOW,
        used: None,
    }
}

fn terminal(n: u8, owner: u8) -> Device {
    Device {
        check: DeviceCheck::Terminal(PublicKey::new([n; 32])),
        used: Some(NOW.plus(1)),
        ..passkey(n, owner)
    }
}

pub(super) fn begun(n: u8, at: UnixTime) -> Greeting {
    Greeting {
        account: account(1),
        request: request(n),
        hello: PublicKey::new([n; 32]),
        greeting: PublicKey::new([n + 1; 32]),
        nonce: [n + 2; 32],
        at,
        stage: Stage::Open {
            secret: Secret::new([n; 32]),
        },
    }
}

pub(super) fn ending(n: u8, session: Session) -> Change {
    Change::EndGreeting {
        greeting: request(n),
        proof: [n; 32],
        session,
    }
}

pub(super) fn happening(owner: u8, at: u64) -> Change {
    Change::Happened {
        look_up: name(owner),
        happened: happened(at),
    }
}

fn happened(at: u64) -> Happened {
    Happened {
        at: UnixTime(at),
        account: account(1),
        what: Event::LoggedIn {
            by: By::Device(DeviceId::new([1; 32])),
            guesses: at,
        },
    }
}

pub(super) fn of_greeting(n: u8) -> Need {
    Need {
        greeting: Some((account(1), request(n))),
        ..Need::default()
    }
}

pub(super) fn ways_of(owner: u8) -> Need {
    Need {
        look_up: Some(name(owner)),
        ways: true,
        ..Need::default()
    }
}

fn of_device(n: u8) -> Need {
    Need {
        device: Some(DeviceId::new([n; 32])),
        ..Need::default()
    }
}

fn loads_devices<L: OwnerLedger>(ledger: &L, need: &Need, wanted: &[&Device]) -> Check {
    let devices = ok(ledger.load(need))?.devices;
    let found: Vec<_> = devices.values().collect();
    ensure!(found == wanted);
    ensure!(devices.iter().all(|(id, device)| *id == device.id));
    Ok(())
}

pub(super) fn devices<L: OwnerLedger>(ledger: &mut L) -> Check {
    let (first, second, others) = (passkey(1, 1), terminal(2, 1), passkey(3, 2));
    ok(ledger.apply(&[
        Change::PutOwner(has(1, 7, None)?),
        Change::PutOwner(has(2, 8, None)?),
        Change::PutDevice(first.clone()),
        Change::PutDevice(second.clone()),
        Change::PutDevice(others.clone()),
    ]))?;
    loads_devices(ledger, &of_device(1), &[&first])?;
    loads_devices(ledger, &of_device(2), &[&second])?;
    loads_devices(ledger, &of_device(9), &[])?;
    loads_devices(ledger, &ways_of(1), &[&first, &second])?;
    loads_devices(ledger, &ways_of(9), &[])?;
    // Whose a device is, it says itself; an owner who is named goes first, and somebody else's device comes along.
    ensure!(ok(ledger.load(&of_device(3)))?.owner == Some(has(2, 8, None)?));
    let of_both = Need {
        device: Some(others.id),
        ..ways_of(1)
    };
    loads_devices(ledger, &of_both, &[&first, &second, &others])?;
    ensure!(ok(ledger.load(&of_both))?.owner == Some(has(1, 7, None)?));
    // The largest there is, and as many as there may be.
    let largest = Device {
        check: DeviceCheck::Passkey(Passkey {
            key: PasskeyKey {
                credential: vec![1; MAX_CREDENTIAL_BYTES],
                algorithm: PasskeyAlgorithm::Ed25519,
                key: vec![2; 32],
            },
            site: Site {
                rp: [3; 32],
                origin: "a".repeat(MAX_ORIGIN_BYTES),
            },
            count: u32::MAX,
        }),
        label: label(vec![4; MAX_DEVICE_LABEL_BYTES])?,
        kept: Kept {
            share: vec![5; MAX_OWNER_SHARE_BYTES],
            map: vec![6; MAX_OWNER_MAP_BYTES],
        },
        used: Some(UnixTime(99_999_999_999)),
        ..passkey(1, 1)
    };
    ok(ledger.apply(&[Change::PutDevice(largest.clone())]))?;
    loads_devices(ledger, &ways_of(1), &[&largest, &second])?;
    let gone = [
        Change::RemoveDevice(first.id),
        Change::RemoveDevice(first.id),
    ];
    ok(ledger.apply(&gone))?;
    loads_devices(ledger, &ways_of(1), &[&second])?;
    let many = (10..).take(MAX_DEVICES).map(|n| passkey(n, 2));
    let changes: Vec<_> = many.map(Change::PutDevice).collect();
    ok(ledger.apply(&changes))?;
    ensure!(ok(ledger.load(&ways_of(2)))?.devices.len() == MAX_DEVICES + 1);
    // A device does not go with time.
    ensure!(ok(ledger.next_sweep())?.is_none());
    Ok(())
}

pub(super) fn greeting<L: OwnerLedger>(ledger: &mut L) -> Check {
    ok(ledger.apply(&[
        Change::PutOwner(has(1, 7, None)?),
        Change::CreateGreeting(begun(1, NOW)),
        Change::CreateGreeting(begun(2, NOW)),
    ]))?;
    let loaded = ok(ledger.load(&of_greeting(1)))?;
    ensure!(loaded.greeting == Some(begun(1, NOW)));
    ensure!(loaded.session.is_none() && loaded.owner.is_none() && loaded.attempt.is_none());
    let of_another = Need {
        greeting: Some((account(2), request(1))),
        ..Need::default()
    };
    ensure!(ok(ledger.load(&of_another))?.greeting.is_none());
    ok(ledger.apply(&[ending(1, opened(1, NOW))]))?;
    let loaded = ok(ledger.load(&of_greeting(1)))?;
    let ended = Greeting {
        stage: Stage::Ended {
            session: session(1),
            proof: [1; 32],
        },
        ..begun(1, NOW)
    };
    ensure!(loaded.greeting == Some(ended));
    ensure!(loaded.session == Some(opened(1, NOW)));
    ensure!(loaded.owner == Some(has(1, 7, None)?));
    ensure!(ok(ledger.load(&of_greeting(2)))?.greeting == Some(begun(2, NOW)));
    Ok(())
}

pub(super) fn of_session<L: OwnerLedger>(ledger: &mut L) -> Check {
    let (opener, other) = (passkey(5, 1), passkey(6, 1));
    let by_device = Session {
        opened_by: OpenedBy::Device(opener.id),
        ..opened(1, NOW)
    };
    ok(ledger.apply(&[
        Change::PutOwner(has(1, 7, None)?),
        Change::PutDevice(opener.clone()),
        Change::PutDevice(other.clone()),
        Change::CreateGreeting(begun(1, NOW)),
        ending(1, by_device.clone()),
    ]))?;
    let loaded = ok(ledger.load(&in_session(1)))?;
    ensure!(loaded.session == Some(by_device));
    loads_devices(ledger, &in_session(1), &[&opener])?;
    let with_other = Need {
        device: Some(other.id),
        ..in_session(1)
    };
    loads_devices(ledger, &with_other, &[&opener, &other])?;
    ok(ledger.apply(&[Change::RemoveDevice(opener.id)]))?;
    loads_devices(ledger, &in_session(1), &[])
}

pub(super) fn history<L: OwnerLedger>(ledger: &mut L) -> Check {
    let most = MAX_OWNER_HISTORY as u64;
    for at in 1..=most + 5 {
        ok(ledger.apply(&[happening(1, at), happening(2, at + 1_000)]))?;
        let left = at.min(most);
        let wanted: Vec<_> = (0..left).map(|ago| happened(at - ago)).collect();
        if at < 3 || at > most - 2 {
            ensure!(ok(ledger.load(&ways_of(1)))?.history == wanted);
        }
    }
    ensure!(ok(ledger.load(&ways_of(3)))?.history.is_empty());
    let without = Need {
        ways: false,
        ..ways_of(1)
    };
    ensure!(ok(ledger.load(&without))?.history.is_empty());
    ensure!(ok(ledger.next_sweep())?.is_none());
    Ok(())
}
