//! Listing, and the index.

use super::*;

#[test]
fn list_shows_a_rotated_certificate_to_whoever_asked_for_it_only() {
    let mut world = World::new();
    let held = world.register(3);
    world.publish();
    assert_eq!(world.listed().len(), 3);
    let rotated = world.rotated(&held[0]);
    for _ in 0..2 {
        // Before the index has it, and after.
        let left: Vec<String> = world.listed().into_iter().map(|(text, _)| text).collect();
        assert_eq!(left, [&*held[1].certificate, &*held[2].certificate]);
        world.publish();
    }
    let wanted = [(rotated.certificate.clone(), EntryState::Registered)];
    assert_eq!(world.as_receiver(World::listed), wanted);
    assert_eq!(world.as_account(0x78, World::listed), []);
    assert_eq!(world.events, []);
    // Rotated by its own account, only the new one shows: under a key of its own, behind the batch it came in.
    let handed = world.hand_over(&held[1]);
    let certificate = done(world.rotate_as(held[1].whole(), &handed)).certificate;
    world.publish();
    let left: Vec<String> = world.listed().into_iter().map(|(text, _)| text).collect();
    assert_eq!(left, [&*held[2].certificate, &*certificate]);
    assert_eq!(world.events, []);
}

#[test]
fn index_written_again_after_rotations_is_the_same_index() {
    let mut world = World::new();
    let held = world.register(3);
    let alone = world.register(1).remove(0);
    world.publish();
    let once = world.rotated(&held[0]);
    let other = world.rotated(&alone);
    world.publish();
    world.rotated(&once);
    world.publish();
    let before = world.index.clone();
    upkeep::rebuild(&mut world.ledger).unwrap();
    world.publish();
    assert_eq!(world.index, before);
    // Into an empty store: what finds nothing any more, and was no registration, is left out.
    world.index = MemoryIndex::new();
    upkeep::rebuild(&mut world.ledger).unwrap();
    world.publish();
    assert_eq!(world.index.len(), before.len() - 1);
    let listed = world.as_receiver(World::listed);
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().any(|(text, _)| *text == other.certificate));
    assert_eq!(world.events, []);
}

#[test]
fn rotation_before_the_index_was_written_leaves_both_in_it() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let rotated = world.rotated(&held);
    assert_eq!(world.index.len(), 0);
    world.publish();
    assert_eq!(world.index.len(), 2);
    assert_eq!(world.listed(), []);
    assert_eq!(world.as_receiver(World::listed).len(), 1);
    world.finds_nothing(&held);
    done(world.recover(&rotated, A));
}
