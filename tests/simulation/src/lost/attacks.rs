//! What goes wrong around a lost device, on purpose or by bad luck.

use super::*;

/// A secret that was wanted while another safe was still to learn the one before must open there, too.
#[test]
fn a_safe_that_enrols_while_the_secret_is_changed_learns_the_other_one() {
    let mut owner = Owner::new(50, 3);
    let bytes = owner.bytes(OLD);
    owner.scene.safes[2].is_up = false;
    owner.enrol(OLD);
    let before = owner.change_secret(OLD);
    owner.scene.safes[2].is_up = true;
    owner.rest();
    let (values, safe) = (owner.held(OLD), owner.scene.safes[2].id());
    owner.want(OLD, Intent::BackUp { values, safe });
    let new = owner.lose();
    owner.restore(new, 0);
    owner.recover_everything(new);
    let old = owner.add_device();
    owner.words = Some(before);
    owner.restore(old, 2);
    assert_eq!(owner.bytes(new), bytes);
}

/// What is registered before the root has come back is found again all the same.
#[test]
fn what_is_backed_up_while_a_restore_waits_is_found_after_the_next_loss() {
    let mut owner = Owner::new(51, 3);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    let new = owner.lose();
    owner.scene.safes[1].is_up = false;
    owner.scene.safes[2].is_up = false;
    owner.restore(new, 0);
    let form = ticket(3);
    owner.want(new, Intent::Add { form });
    let (values, safe) = (owner.held(new), owner.scene.safes[0].id());
    assert_eq!(values.len(), 1);
    owner.want(new, Intent::BackUp { values, safe });
    owner.scene.safes[1].is_up = true;
    owner.scene.safes[2].is_up = true;
    owner.rest();
    owner.scene.devices[new].crash();
    let next = owner.add_device();
    owner.restore(next, 0);
    owner.recover_everything(next);
    assert_eq!(owner.bytes(next).len(), 3);
}

/// Too few safes know the other secret when the device is lost: the one before opens everywhere.
#[test]
fn what_lies_at_the_one_safe_that_knows_the_other_secret_is_found_with_the_one_before() {
    let mut owner = Owner::new(52, 4);
    let bytes = owner.bytes(OLD);
    owner.enrol(OLD);
    let (values, safe) = (owner.held(OLD), owner.scene.safes[0].id());
    owner.want(OLD, Intent::BackUp { values, safe });
    for safe in &mut owner.scene.safes[1..] {
        safe.is_up = false;
    }
    let before = owner.change_secret(OLD);
    let next = owner.words.replace(before);
    let new = owner.lose();
    for safe in &mut owner.scene.safes {
        safe.is_up = true;
    }
    owner.restore(new, 1);
    owner.recover_everything(new);
    owner.words = next;
    assert_eq!(owner.bytes(new), bytes);
}

/// Half of the safes know the other secret and half only the one before: nobody needs a third paper.
#[test]
fn a_change_that_half_of_the_safes_have_loses_nothing() {
    let mut owner = Owner::new(53, 4);
    let bytes = owner.bytes(OLD);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::MoneyThreeOfFour.plan());
    for safe in &mut owner.scene.safes[2..] {
        safe.is_up = false;
    }
    let before = owner.change_secret(OLD);
    let new = owner.lose();
    for safe in &mut owner.scene.safes {
        safe.is_up = true;
    }
    owner.restore(new, 0);
    // The safes that were left out, with the secret that opens there.
    let next = owner.words.replace(before);
    for number in [2, 3] {
        owner.restore(new, number);
    }
    owner.recover_everything(new);
    owner.words = next;
    assert_eq!(owner.bytes(new), bytes);
}

/// The answer to a change was lost and the session is over when it is asked again.
#[test]
fn a_change_whose_answer_was_lost_for_longer_than_a_session_ends() {
    let mut owner = Owner::new(54, 2);
    owner.enrol(OLD);
    owner.want(OLD, Intent::OfferSecret);
    let next = owner.shown(OLD);
    let words = owner.words.clone().expect("enrolled");
    owner.scene.want(OLD, super::change(words, next));
    let mut lost = 0;
    for _ in 0..20_000 {
        owner.scene.collect_outgoing();
        // Answers to a change at the first safe are lost, and it is away for longer than a session.
        let first = owner.scene.safes[0].settings.address.as_str().to_owned();
        let is_change = |packet: &crate::scene::Packet| match packet {
            crate::scene::Packet::Request { ask, .. } => {
                ask.url.starts_with(&first) && ask.url.ends_with("/owner/change")
            }
            _ => false,
        };
        if lost == 0 && owner.scene.network.first().is_some_and(is_change) {
            owner.scene.deliver_first();
            owner.scene.network.pop();
            owner.scene.safes[0].is_up = false;
            lost = 1;
            continue;
        }
        if owner.scene.deliver_first() {
            continue;
        }
        let Some(device) = owner.scene.busy_device() else {
            break;
        };
        owner.scene.device_step(device);
    }
    assert_eq!(lost, 1);
    owner.rest();
    owner.scene.safes[0].is_up = true;
    owner.rest();
    assert_eq!(owner.standings(OLD), [OwnerStanding::Enrolled; 2]);
    assert!(!owner.books(OLD).owner().expect("enrolled").is_changing());
}

/// A session that ends in the middle of a list.
#[test]
fn what_is_found_is_counted_once_though_the_session_ended_in_between() {
    let mut owner = Owner::new(58, 1);
    for number in 3..60 {
        let form = ticket(number);
        owner.want(OLD, Intent::Add { form });
    }
    let (values, safe) = (owner.held(OLD), owner.scene.safes[0].id());
    owner.want(OLD, Intent::BackUp { values, safe });
    owner.enrol(OLD);
    let new = owner.lose();
    owner.ask_to_restore(new, 0);
    let mut listed = 0;
    for _ in 0..20_000 {
        owner.scene.collect_outgoing();
        let is_list = |packet: &crate::scene::Packet| match packet {
            crate::scene::Packet::Request { ask, .. } => ask.url.ends_with("/owner/certificates"),
            _ => false,
        };
        if owner.scene.network.first().is_some_and(is_list) {
            listed += 1;
            if listed == 2 {
                owner.scene.now_ms += 3_600_000;
            }
        }
        if owner.scene.deliver_first() {
            continue;
        }
        let Some(device) = owner.scene.busy_device() else {
            break;
        };
        owner.scene.device_step(device);
    }
    owner.rest();
    let books = owner.books(new);
    let at = books.owner().and_then(|owner| owner.at.first());
    let found = at.and_then(|at| at.found).expect("it was listed");
    assert_eq!(found.certificates, 59);
}

/// Two devices of one owner, each of which comes to trust another safe.
#[test]
fn safes_that_two_devices_have_come_to_trust_are_both_on_the_map() {
    let mut owner = Owner::new(59, 2);
    owner.enrol(OLD);
    let new = owner.add_device();
    owner.restore(new, 0);
    let words = owner.words.clone().expect("enrolled");
    for (device, number) in [(OLD, 2), (new, 3)] {
        let mut more = Safe::new(number, Honesty::Honest, &mut owner.scene.dice);
        more.settings.operator = format!("Operator {number}");
        owner.scene.safes.push(more);
        owner.trust(device, number);
        owner.want(device, enrolling(&words));
    }
    let (values, safe) = (owner.held(OLD), owner.scene.safes[2].id());
    owner.want(OLD, Intent::BackUp { values, safe });
    let third = owner.add_device();
    owner.restore(third, 0);
    assert_eq!(owner.standings(third).len(), 4);
}

/// A safe whose list never ends, and brings nothing.
#[test]
fn a_list_without_end_is_given_up() {
    let mut owner = Owner::new(61, 2);
    let bytes = owner.bytes(OLD);
    owner.enrol(OLD);
    let (values, safe) = (owner.held(OLD), owner.scene.safes[0].id());
    owner.want(OLD, Intent::BackUp { values, safe });
    let new = owner.lose();
    owner.scene.safes[1].lists_without_end = true;
    owner.restore(new, 1);
    assert!(owner.told(new, &Kind::OwnerRecordDamaged));
    assert_eq!(owner.books(new).flows().count(), 0);
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new), bytes);
}
