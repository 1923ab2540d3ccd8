//! Listing: one page after the other, in the states that hold.

use super::*;
use crate::index::{MAX_CURSOR_BYTES, MAX_QUESTIONS};
use saifu_protocol::message::EntryState;
use saifu_protocol::presentation::NO_SESSION;

#[test]
fn list_gives_states_and_leaves_out_others_and_the_purged() {
    let mut world = World::new();
    let held = world.register(4);
    world.recover(&held[1], A);
    world.end_held(Act::Retire, &held[2], NO_SESSION);
    world.recover(&held[3], A);
    world.end_held(Act::Ack, &held[3], A);
    world.publish();
    let states: Vec<EntryState> = done(world.list())
        .certificates
        .iter()
        .map(|listed| listed.state)
        .collect();
    assert_eq!(
        states,
        [
            EntryState::Registered,
            EntryState::Withdrawing,
            EntryState::Retired,
            EntryState::Withdrawn
        ]
    );
    let later = world.now;
    assert_eq!(upkeep::purge(&mut world.ledger, 0, later), Ok(2));
    assert_eq!(done(world.list()).certificates.len(), 2);
    world.account = SigningKey::derive(&Secret::new([8; 32]));
    assert_eq!(done(world.list()).certificates.len(), 0);
}

#[test]
fn list_without_the_index_says_so() {
    let mut world = World::new();
    world.is_index_up = false;
    assert_eq!(code(world.list()), Code::IndexUnavailable);
}

#[test]
fn list_with_a_bad_cursor_spoils_no_other_page() {
    for is_up in [true, false] {
        let mut world = World::new();
        world.is_index_up = is_up;
        world.register(1);
        world.publish();
        let request = world.next_request();
        let items = [
            None,
            Some(String::from("no cursor")),
            Some("~".repeat(MAX_CURSOR_BYTES + 1)),
            None,
        ]
        .map(|after| ListItem { after });
        let mut outcomes: Vec<Outcome<Page>> = world
            .call(Route::Certificates, request, items.into())
            .unwrap();
        let last = outcomes.pop().unwrap();
        assert_eq!(code(outcomes.pop().unwrap()), Code::Malformed);
        assert_eq!(code(outcomes.pop().unwrap()), Code::Malformed);
        for outcome in [last, outcomes.pop().unwrap()] {
            if is_up {
                assert_eq!(done(outcome).certificates.len(), 1);
            } else {
                assert_eq!(code(outcome), Code::IndexUnavailable);
            }
        }
    }
}

#[test]
fn list_of_more_pages_than_the_limit_leaves_the_rest_unread() {
    let mut world = World::new();
    let request = world.next_request();
    let items = vec![ListItem { after: None }; MAX_QUESTIONS + 1];
    let mut outcomes: Vec<Outcome<Page>> = world.call(Route::Certificates, request, items).unwrap();
    assert_eq!(code(outcomes.pop().unwrap()), Code::IndexUnavailable);
    outcomes.into_iter().for_each(|outcome| drop(done(outcome)));
}
