//! A ledger that was set back, or a clock.

use super::*;

#[test]
fn rotation_that_the_ledger_has_lost_is_noticed() {
    for form in ["whole", "bare"] {
        let mut world = World::new();
        let held = world.register(1).remove(0);
        let before = world.ledger.clone();
        let rotated = world.rotated(&held);
        world.publish();
        world.ledger = before.clone();
        let presented = match form {
            "bare" => Presented::Bare(rotated.bare()),
            _ => rotated.whole(),
        };
        let lost = world.recover_as(presented.clone(), &rotated.holder, A);
        assert_eq!(code(lost), Code::RolledBack);
        assert_eq!(world.events, [AuditEvent::RolledBack]);
        // Also where the giver has used the occasion to give it to somebody else.
        world.rotated(&held);
        world.publish();
        let lost = world.recover_as(presented, &rotated.holder, A);
        assert_eq!(code(lost), Code::RolledBack);
    }
}

#[test]
fn rotation_repeated_to_a_ledger_that_was_set_back_is_done_again() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let before = world.ledger.clone();
    let handed = world.hand_over(&held);
    done(world.rotate(&handed));
    world.ledger = before;
    let certificate = done(world.rotate(&handed)).certificate;
    done(world.recover(&handed.rotated(certificate), A));
}

#[test]
fn times_of_generations_never_descend_whatever_the_clock_does() {
    let mut world = World::new();
    let held = world.register(1).remove(0);
    let start = world.now;
    world.now = UnixTime(start.0 - 500);
    let once = world.rotated(&held);
    assert_eq!(world.claims(&once).issued_at, start);
    let twice = world.rotated(&once);
    assert_eq!(world.claims(&twice).issued_at, start);
    for old in [&held, &once] {
        world.finds_nothing(old);
    }
    assert_eq!(world.events, []);
    done(world.recover(&twice, A));
}
