use super::super::*;
use super::authenticator::*;
use super::scene::*;
use alloc::vec;
use alloc::vec::Vec;
use saifu_protocol::limits::{MAX_DEVICES, MAX_OWNER_HISTORY};
use saifu_protocol::message::Outcome;
use saifu_protocol::owner::{
    Act, Answer, By, DeviceAdded, DeviceId, DeviceRename, Event, SetMap, Slot, WaysIn, Which,
};
use saifu_protocol::problem::Code;

fn ways(scene: &mut Scene, inside: &Inside) -> WaysIn {
    match scene.ways(inside) {
        Answer::Done(ways) => ways,
        Answer::Out => panic!("out"),
    }
}

fn rename(scene: &mut Scene, inside: &Inside, device: DeviceId, to: &str) -> bool {
    let label = label(to);
    scene.done_within(inside, Act::RenameDevice, |within| {
        Command::DeviceRename(DeviceRename {
            within,
            device,
            label,
        })
    })
}

#[test]
fn ways_lists_devices_in_their_order_and_what_happened_newest_first() {
    let (mut scene, inside, mut passkey) = with_passkey();
    let enrolled_at = scene.now;
    scene.wait(5);
    let terminal = Terminal::new(4);
    scene.add(&inside, terminal.key(), |challenge| {
        terminal.says(challenge)
    });
    scene.wait(5);
    let entered = scene.enter(NEW_PHONE, &mut passkey).unwrap();
    let found = ways(&mut scene, &entered);
    let devices = found.devices.iter();
    let devices = devices.map(|it| (it.id, it.is_passkey, it.since, it.used));
    let wanted = [
        (passkey.id(), true, enrolled_at, Some(scene.now)),
        (terminal.key().id(), false, enrolled_at.plus(5), None),
    ];
    assert!(devices.eq(wanted));
    assert!(
        found
            .devices
            .iter()
            .all(|device| device.label == label("a key"))
    );
    let happened = found.history.iter();
    let happened: Vec<_> = happened.map(|it| (it.account, it.what)).collect();
    let logged_in = |by| Event::LoggedIn { by, guesses: 0 };
    let wanted = [
        (NEW_PHONE, logged_in(By::Device(passkey.id()))),
        (PHONE, Event::DeviceAdded(terminal.key().id())),
        (PHONE, Event::DeviceAdded(passkey.id())),
        (PHONE, logged_in(By::Newest)),
    ];
    assert_eq!(happened, wanted);
    assert_eq!((found.history[0].at, found.kit_since), (scene.now, None));
}

#[test]
fn what_changes_is_written_down_and_only_what_changes() {
    let (mut scene, inside, passkey) = with_passkey();
    for _ in 0..2 {
        scene.log_in(THIEF, HANA, Which::Newest, b"guess");
    }
    let new = scene.log_in_first(NEW_PHONE);
    for _ in 0..2 {
        assert!(scene.done_within(&new, Act::Join, Command::Join));
        assert!(scene.remove(&new, passkey.id()));
        assert!(rename(&mut scene, &new, passkey.id(), "gone"));
    }
    scene.change(&new, b"second");
    scene.change_slot(&new, Slot::Kit, b"kit");
    for _ in 0..2 {
        assert!(scene.done_within(&new, Act::RevokeKit, Command::RevokeKit));
    }
    let found = ways(&mut scene, &inside);
    let happened: Vec<_> = found.history.iter().map(|it| it.what).collect();
    let by = By::Newest;
    let wanted = [
        Event::KitRevoked,
        Event::KitMade,
        Event::SecretChanged,
        Event::DeviceRemoved(passkey.id()),
        Event::Joined,
        Event::LoggedIn { by, guesses: 2 },
        Event::DeviceAdded(passkey.id()),
        Event::LoggedIn { by, guesses: 0 },
    ];
    assert_eq!(happened, wanted);
}

#[test]
fn so_much_is_kept_of_what_happened() {
    let (mut scene, inside, mut passkey) = with_passkey();
    for _ in 0..MAX_OWNER_HISTORY {
        scene.enter(PHONE, &mut passkey).unwrap();
    }
    let found = ways(&mut scene, &inside);
    assert_eq!(found.history.len(), MAX_OWNER_HISTORY);
    let is_login = |what| {
        matches!(
            what,
            Event::LoggedIn {
                by: By::Device(_),
                ..
            }
        )
    };
    assert!(found.history.iter().all(|it| is_login(it.what)));
}

#[test]
fn a_device_is_enrolled_only_by_what_it_says_in_this_request() {
    let (mut scene, inside, passkey) = with_passkey();
    let mut other = Authenticator::new(5);
    let greeted = scene.greet(PHONE);
    // The challenge of a login, one of another key, and what another kind of device says.
    let of_login = other.says(&greeted.challenge());
    let proofs = [
        of_login.clone(),
        Terminal::new(5).says(&greeted.challenge()),
    ];
    for proof in proofs {
        let added = scene.add(&inside, other.key(), |_| proof);
        assert_eq!(added, Answer::Done(DeviceAdded::NotProved));
    }
    let mut without_owner = Authenticator::new(5);
    without_owner.flags = 0b001;
    let added = scene.add_passkey(&inside, &mut without_owner);
    assert_eq!(added, Answer::Done(DeviceAdded::NotProved));
    let terminal = Terminal::new(6);
    let added = scene.add(&inside, terminal.key(), |challenge| {
        Terminal::new(7).says(challenge)
    });
    assert_eq!(added, Answer::Done(DeviceAdded::NotProved));
    let added = scene.add(&inside, passkey.key(), |challenge| terminal.says(challenge));
    assert_eq!(added, Answer::Done(DeviceAdded::NotProved));
    assert_eq!(ways(&mut scene, &inside).devices.len(), 1);
}

#[test]
fn a_device_is_one_owners() {
    let (mut scene, _, mut passkey) = with_passkey();
    scene.enrol(THIEF, NOBODY, b"thief");
    let thief = scene
        .log_in(THIEF, NOBODY, Which::Newest, b"thief")
        .unwrap();
    // Whoever knows the id of somebody's credential cannot have its logins.
    let mut posing = Authenticator::new(9);
    posing.credential_of(&passkey);
    for mut device in [posing, Authenticator::new(3)] {
        device.count = passkey.count + 5;
        let added = scene.add_passkey(&thief, &mut device);
        assert_eq!(added, Answer::Done(DeviceAdded::NotProved));
    }
    // Nor can it be removed, renamed or seen by them.
    assert!(scene.remove(&thief, passkey.id()));
    assert!(rename(&mut scene, &thief, passkey.id(), "mine"));
    assert!(ways(&mut scene, &thief).devices.is_empty());
    let inside = scene.enter(PHONE, &mut passkey).unwrap();
    assert!(inside.told.kept == kept(b'd'));
    assert!(ways(&mut scene, &inside).devices[0].label == label("a key"));
}

#[test]
fn a_device_that_is_enrolled_again_keeps_its_place_and_not_what_it_kept() {
    let (mut scene, inside, mut passkey) = with_passkey();
    scene.enter(PHONE, &mut passkey).unwrap();
    let before = ways(&mut scene, &inside);
    scene.wait(5);
    let added = scene.add_passkey(&inside, &mut passkey);
    assert_eq!(added, Answer::Done(DeviceAdded::Added));
    let after = ways(&mut scene, &inside);
    assert!(after == before);
    // Under the same id, another key is another device: the owner removes that one first.
    let mut other = Authenticator::new(9);
    other.credential_of(&passkey);
    let added = scene.add_passkey(&inside, &mut other);
    assert_eq!(added, Answer::Done(DeviceAdded::NotProved));
    assert!(scene.enter(PHONE, &mut passkey).is_some());
}

#[test]
fn devices_end_at_the_limit() {
    let (mut scene, inside, passkey) = with_passkey();
    let add = |scene: &mut Scene, n: usize| {
        let terminal = Terminal::new(u8::try_from(n).unwrap());
        scene.add(&inside, terminal.key(), |challenge| {
            terminal.says(challenge)
        })
    };
    for n in 1..MAX_DEVICES {
        assert_eq!(add(&mut scene, n), Answer::Done(DeviceAdded::Added));
    }
    let above = add(&mut scene, MAX_DEVICES);
    assert_eq!(above, Answer::Done(DeviceAdded::TooMany));
    // One that is there may be enrolled again, and one that is gone makes room.
    assert_eq!(add(&mut scene, 1), Answer::Done(DeviceAdded::Added));
    assert!(scene.remove(&inside, passkey.id()));
    let in_its_place = add(&mut scene, MAX_DEVICES);
    assert_eq!(in_its_place, Answer::Done(DeviceAdded::Added));
}

#[test]
fn rename_calls_a_device_something_else() {
    let (mut scene, inside, passkey) = with_passkey();
    assert!(rename(&mut scene, &inside, passkey.id(), "the blue key"));
    assert!(ways(&mut scene, &inside).devices[0].label == label("the blue key"));
}

#[test]
fn each_act_takes_a_proof_of_its_own() {
    let (mut scene, inside, passkey) = with_passkey();
    let ways = scene.act(&inside, Act::List, Command::Ways);
    let Reply::Ways(outcome) = ways else {
        panic!("another reply");
    };
    assert_eq!(done(outcome), Answer::Out);
    let of_rename = |within| {
        Command::DeviceRename(DeviceRename {
            within,
            device: passkey.id(),
            label: label("x"),
        })
    };
    let Reply::Done(outcome) = scene.act(&inside, Act::RemoveDevice, of_rename) else {
        panic!("another reply");
    };
    assert_eq!(done(outcome), Answer::Out);
    let Reply::Done(outcome) = scene.act(&inside, Act::Join, Command::RevokeKit) else {
        panic!("another reply");
    };
    assert_eq!(done(outcome), Answer::Out);
}

#[test]
fn a_map_of_the_root_comes_with_every_way_in() {
    let (mut scene, inside, mut passkey) = with_passkey();
    let by_device = scene.enter(PHONE, &mut passkey).unwrap();
    let set = |map: &[u8], of_root: Option<&[u8]>| {
        let (map, map_of_root) = (map.to_vec(), of_root.map(<[u8]>::to_vec));
        |within| {
            Command::SetMap(SetMap {
                within,
                map,
                map_of_root,
            })
        }
    };
    assert!(scene.done_within(&by_device, Act::SetMap, set(b"of key", Some(b"of all"))));
    assert!(scene.done_within(&inside, Act::SetMap, set(b"of secret", None)));
    let (by_secret, by_device) = (
        scene.log_in_first(PHONE),
        scene.enter(PHONE, &mut passkey).unwrap(),
    );
    for (inside, own) in [(by_secret, &b"of secret"[..]), (by_device, b"of key")] {
        assert_eq!(inside.told.kept.map, own);
        assert_eq!(inside.told.map, Some(b"of all".to_vec()));
    }
    let large = vec![0; saifu_protocol::limits::MAX_OWNER_MAP_BYTES + 1];
    let Reply::Done(outcome) = scene.act(&inside, Act::SetMap, set(b"", Some(&large))) else {
        panic!("another reply");
    };
    assert_eq!(code(outcome), Code::TooLarge);
}

#[test]
fn a_session_of_a_device_settles_nothing_and_changes_no_secret() {
    let (mut scene, inside, mut passkey) = with_passkey();
    scene.change(&inside, b"second");
    let by_device = scene.enter(PHONE, &mut passkey).unwrap();
    assert!(by_device.told.is_changing);
    let Reply::Done(outcome) = scene.act(&by_device, Act::Settle, Command::Settle) else {
        panic!("another reply");
    };
    assert_eq!(code(outcome), Code::Malformed);
    assert!(
        scene
            .log_in(PHONE, HANA, Which::Previous, b"first")
            .is_some()
    );
    // Nor does it put another secret in the place of the owner's: who has only the device left makes a kit.
    let new = scene.log_in(PHONE, HANA, Which::Newest, b"second").unwrap();
    assert!(scene.done_within(&new, Act::Settle, Command::Settle));
    let refused = scene.try_change(&by_device, Slot::Secret, b"third");
    assert_eq!(code(refused), Code::Malformed);
    let kit = scene.try_change(&by_device, Slot::Kit, b"third");
    assert!(matches!(kit, Outcome::Done(Answer::Done(_))));
}
