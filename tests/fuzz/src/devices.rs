//! What devices and a safe read of each other.

use saifu_crypto::testing::Es256Key;
use saifu_crypto::{Secret, agree::KeyPair, hash};
use saifu_protocol::message::Route;
use saifu_protocol::owner::{
    Answer, Assertion, By, Challenge, Device, DeviceAdd, DeviceAdded, DeviceFinish, DeviceId,
    DeviceKey, DeviceLabel, DeviceProof, DeviceRemove, DeviceRename, DeviceStart, DeviceStarted,
    Event, FreezeItem, Happened, InSession, Kept, PasskeyAlgorithm, PasskeyKey, WaysIn,
};
use saifu_protocol::{PublicKey, RequestId, UnixTime, b64, json};
use saifu_safe_core::owner::passkey::{Refused, enrol, pretend, verify};

const CHALLENGE: Challenge = Challenge::new([7; 32]);

fn key() -> (Es256Key, PasskeyKey) {
    let signing = Es256Key::new(3);
    let key = PasskeyKey {
        credential: vec![1; 16],
        algorithm: PasskeyAlgorithm::Es256,
        key: signing.public().to_vec(),
    };
    (signing, key)
}

/// What an authenticator signs is taken only whole and for its challenge; and what was taken once is not taken again. The first
/// byte says how long the authenticator's part is.
pub(crate) fn assertion(bytes: &[u8]) {
    let Some((len, rest)) = bytes.split_first() else {
        return;
    };
    let at = usize::from(*len).min(rest.len());
    let (authenticator, client) = rest.split_at(at);
    let (signing, key) = key();
    let signed = [authenticator, &hash::sha256(client)].concat();
    let assertion = Assertion {
        credential: key.credential.clone(),
        authenticator: authenticator.to_vec(),
        client: client.to_vec(),
        signature: signing.sign(&signed),
    };
    pretend(&assertion, &CHALLENGE, None);
    if let Ok(passkey) = enrol(&key, &assertion, &CHALLENGE, None) {
        assert!(authenticator.len() >= 37 && authenticator[32] & 0b101 == 0b101);
        let text = b64::encode(CHALLENGE.as_bytes());
        assert!(client.windows(text.len()).any(|it| it == text.as_bytes()));
        let again = verify(&passkey, &assertion, &CHALLENGE, None);
        match passkey.count {
            0 => assert_eq!(again, Ok(0)),
            _ => assert_eq!(again, Err(Refused::Cloned)),
        }
        let other = Challenge::new([8; 32]);
        assert!(verify(&passkey, &assertion, &other, None).is_err());
    }
}

fn said() -> (Vec<u8>, Vec<u8>) {
    let rp = hash::sha256(b"wallet.example");
    let client = format!(
        r#"{{"type":"webauthn.get","challenge":"{}","origin":"https://wallet.example","crossOrigin":false}}"#,
        b64::encode(CHALLENGE.as_bytes())
    );
    let authenticator = [&rp[..], &[0b101, 0, 0, 0, 2]].concat();
    (authenticator, client.into_bytes())
}

pub(crate) fn assertions() -> Vec<Vec<u8>> {
    let (authenticator, client) = said();
    let extended = [&authenticator[..32], &[0b1000_0101, 0, 0, 0, 0, 0xa0]].concat();
    vec![
        [&[37], &authenticator[..], &client].concat(),
        [&[38], &extended[..], &client].concat(),
    ]
}

fn label() -> DeviceLabel {
    DeviceLabel::new(vec![1, 2, 3]).expect("below the limit")
}

/// Answers to what owners ask about devices.
pub(crate) fn messages() -> Vec<Vec<u8>> {
    let id = DeviceId::new([5; 32]);
    let event = |what| Happened {
        at: UnixTime(3),
        account: PublicKey::new([4; 32]),
        what,
    };
    let by = By::Device(id);
    let events = [
        Event::LoggedIn { by, guesses: 2 },
        Event::Cloned(id),
        Event::DeviceAdded(id),
        Event::DeviceRemoved(id),
        Event::SecretChanged,
        Event::KitMade,
        Event::KitRevoked,
        Event::Joined,
    ];
    let ways = WaysIn {
        devices: vec![Device {
            id,
            is_passkey: true,
            label: label(),
            since: UnixTime(1),
            used: Some(UnixTime(2)),
        }],
        kit_since: Some(UnixTime(3)),
        history: events.into_iter().map(event).collect(),
    };
    vec![
        json::write(&DeviceStarted {
            greeting: PublicKey::new([1; 32]),
            nonce: [2; 32],
            signature: [3; 64],
        }),
        json::write(&Answer::Done(DeviceAdded::NotProved)),
        json::write(&Answer::Done(ways)),
    ]
}

/// Each request about devices, as it is before sealing.
pub(crate) fn requests(within: &InSession) -> Vec<(Route, serde_json::Value)> {
    let (within, device) = (*within, DeviceId::new([5; 32]));
    let (authenticator, client) = said();
    let (_, key) = key();
    let passkey = DeviceProof::Passkey(Assertion {
        credential: key.credential.clone(),
        authenticator,
        client,
        signature: vec![0x30; 70],
    });
    let terminal = PublicKey::new([6; 32]);
    let by_terminal = DeviceProof::Terminal {
        key: terminal,
        signature: [7; 64],
    };
    let kept = Kept {
        share: vec![1; 5],
        map: Vec::new(),
    };
    let pair = KeyPair::new(&Secret::new([9; 32]));
    let add = |key, proof| {
        serde_json::to_value(DeviceAdd {
            within,
            key,
            proof,
            label: label(),
            kept: kept.clone(),
        })
    };
    let finish = |proof| {
        serde_json::to_value(DeviceFinish {
            login: RequestId::new([7; 16]),
            proof,
        })
    };
    let start = serde_json::to_value(DeviceStart {
        hello: PublicKey::new(pair.public()),
    });
    let remove = serde_json::to_value(DeviceRemove { within, device });
    let rename = serde_json::to_value(DeviceRename {
        within,
        device,
        label: label(),
    });
    let items = [
        (Route::OwnerDeviceStart, start),
        (Route::OwnerDeviceFinish, finish(passkey.clone())),
        (Route::OwnerDeviceFinish, finish(by_terminal.clone())),
        (Route::OwnerDeviceAdd, add(DeviceKey::Passkey(key), passkey)),
        (
            Route::OwnerDeviceAdd,
            add(DeviceKey::Terminal(terminal), by_terminal),
        ),
        (Route::OwnerDeviceRemove, remove),
        (Route::OwnerDeviceRename, rename),
        (Route::OwnerWays, serde_json::to_value(within)),
        (Route::OwnerKitRevoke, serde_json::to_value(within)),
        (
            Route::OwnerFreeze,
            serde_json::to_value(FreezeItem::Session(within)),
        ),
        (Route::OwnerUnfreeze, serde_json::to_value(within)),
    ];
    let json = |(route, item): (Route, Result<_, _>)| (route, item.expect("messages are JSON"));
    items.into_iter().map(json).collect()
}
