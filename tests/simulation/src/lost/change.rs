//! The secret is changed while safes are away, and the device is lost meanwhile.

use super::*;

#[test]
fn after_a_change_the_other_secret_opens_and_the_one_before_nowhere() {
    let mut owner = Owner::new(30, 4);
    let bytes = owner.bytes(OLD);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    let entries = owner.open_entries();
    let before = owner.change_secret(OLD);
    assert_eq!(owner.standings(OLD), [OwnerStanding::Enrolled; 4]);
    assert!(!owner.books(OLD).owner().expect("enrolled").is_changing());
    assert_eq!(
        owner.open_entries(),
        entries,
        "nothing was registered again"
    );
    let next = owner.words.replace(before);
    let new = owner.lose();
    for number in 0..4 {
        owner.restore(new, number);
        assert!(owner.books(new).owner().is_none());
    }
    assert!(owner.told(new, &Kind::SecretWrong));
    owner.words = next;
    owner.restore(new, 3);
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new), bytes);
}

#[test]
fn while_too_few_safes_have_the_other_secret_the_one_before_finds_everything() {
    let mut owner = Owner::new(31, 4);
    let bytes = owner.bytes(OLD);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    // Two are needed, and only one can be told.
    for safe in &mut owner.scene.safes[1..] {
        safe.is_up = false;
    }
    let before = owner.change_secret(OLD);
    let standings = owner.standings(OLD);
    let is = |wanted| standings.iter().filter(|it| **it == wanted).count();
    assert_eq!((is(OwnerStanding::Both), is(OwnerStanding::Old)), (1, 3));
    owner.words = Some(before);
    let new = owner.lose();
    for safe in &mut owner.scene.safes {
        safe.is_up = true;
    }
    owner.restore(new, 1);
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new), bytes);
}

/// The first of three safes has both secrets, the others only the one before, and two are needed.
fn half_changed(seed: u64) -> (Owner, Words) {
    let mut owner = Owner::new(seed, 3);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    for safe in &mut owner.scene.safes[1..] {
        safe.is_up = false;
    }
    let before = owner.change_secret(OLD);
    let standings = owner.standings(OLD);
    let is = |wanted| standings.iter().filter(|it| **it == wanted).count();
    assert_eq!((is(OwnerStanding::Both), is(OwnerStanding::Old)), (1, 2));
    (owner, before)
}

#[test]
fn the_secret_before_opens_also_where_there_is_another_one_by_now() {
    let (mut owner, before) = half_changed(33);
    let bytes = owner.bytes_of_tickets.clone();
    owner.words = Some(before);
    let new = owner.lose();
    owner.scene.safes[1].is_up = true;
    // Two are needed, and the third is away: it takes the one that has both.
    owner.restore(new, 1);
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new), bytes);
}

#[test]
fn a_change_that_was_interrupted_at_a_safe_goes_on_with_the_same_two_secrets() {
    let (mut owner, before) = half_changed(34);
    let next = owner.words.clone().expect("it was changed");
    // A change that is begun is not called off: whoever tries has it as it was.
    owner.call_everything_off(OLD);
    assert_eq!(owner.scene.jobs(OLD).len(), 2);
    let dead = owner.scene.safes[2].id();
    owner.want(OLD, Intent::GiveUpEnding { safe: dead });
    assert_eq!(owner.scene.jobs(OLD).len(), 1);
    owner.scene.safes[1].is_up = true;
    owner.rest();
    let standings = owner.standings(OLD);
    let is = |wanted| standings.iter().filter(|it| **it == wanted).count();
    assert_eq!(
        (is(OwnerStanding::Enrolled), is(OwnerStanding::Refused)),
        (2, 1)
    );
    assert!(!owner.books(OLD).owner().expect("enrolled").is_changing());
    // Over again with the same two changes nothing any more.
    let again = Intent::ChangeSecret {
        secret: before.into(),
        next: next.into(),
    };
    owner.want(OLD, again);
    assert_eq!(owner.scene.jobs(OLD).len(), 0);
}

#[test]
fn when_enough_safes_have_the_other_secret_the_wallet_says_where_the_one_before_still_opens() {
    let mut owner = Owner::new(32, 4);
    let bytes = owner.bytes(OLD);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    owner.scene.safes[2].is_up = false;
    owner.change_secret(OLD);
    let standings = owner.standings(OLD);
    let is = |wanted| standings.iter().filter(|it| **it == wanted).count();
    assert_eq!(
        (is(OwnerStanding::Enrolled), is(OwnerStanding::Old)),
        (3, 1)
    );
    assert!(owner.books(OLD).owner().expect("enrolled").is_changing());
    let mut other = owner.add_device();
    owner.restore(other, 0);
    owner.scene.safes[2].is_up = true;
    owner.rest();
    assert_eq!(owner.standings(OLD), [OwnerStanding::Enrolled; 4]);
    assert!(!owner.books(OLD).owner().expect("enrolled").is_changing());
    owner.recover_everything(other);
    if owner.bytes(other).is_empty() {
        other = owner.add_device();
        owner.restore(other, 2);
        owner.recover_everything(other);
    }
    assert_eq!(owner.bytes(other), bytes);
}
