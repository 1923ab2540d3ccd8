//! Plans put together by hand.

use super::super::CheckedPlan;
use super::super::draft::{Control, Draft, KeyGoes, StepKind};
use super::super::preset::Preset;
use super::super::{Place, PlanError, Slot, Step};
use super::seats;
use saifu_protocol::value::Class;

#[test]
fn every_named_plan_can_be_put_together() {
    for preset in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
        let plan = preset.plan();
        assert_eq!(Draft::of(&plan).plan(2), plan, "{preset:?}");
    }
}

#[test]
fn what_belongs_to_a_step_is_kept_while_the_step_is_left_out() {
    let mut draft = Draft::of(&Preset::KeySplitInThree.plan());
    let before = draft.plan(2);
    let toggle = |draft: &mut Draft| {
        for (kind, done) in &mut draft.steps {
            *done ^= *kind == StepKind::Seal;
        }
    };
    toggle(&mut draft);
    assert_eq!(draft.plan(2).seal(), None);
    toggle(&mut draft);
    assert_eq!(draft.plan(2), before);
}

#[test]
fn more_pieces_than_safes_go_round() {
    let mut draft = Draft::of(&Preset::Divided.plan());
    (draft.pieces, draft.safes) = (5, 2);
    let slots = [0, 1, 0, 1, 0].map(|slot| Place::At(Slot(slot)));
    assert_eq!(draft.plan(2).data, slots);
}

#[test]
fn one_value_is_coupled_with_nothing() {
    let draft = Draft::of(&Preset::CoupledThenSealed.plan());
    assert!(draft.plan(2).steps.contains(&Step::Couple));
    let mut alone = Preset::CoupledThenSealed.plan();
    alone.steps.remove(0);
    assert_eq!(draft.plan(1), alone);
}

#[test]
fn a_piece_stays_here_only_where_there_are_pieces() {
    let mut draft = Draft::of(&Preset::PieceStaysHome.plan());
    assert!(draft.plan(1).data.contains(&Place::Home));
    for (kind, done) in &mut draft.steps {
        *done &= *kind != StepKind::Divide;
    }
    assert!(!draft.plan(1).data.contains(&Place::Home));
}

/// Every refusal that choices can lead to names the choice that leads out of it again.
#[test]
fn a_refusal_names_what_to_change() {
    type Change = fn(&mut Draft);
    let table: [(Preset, Change, Control); 17] = [
        (Preset::Divided, |it| it.pieces = 0, Control::Pieces),
        (Preset::Divided, |it| it.pieces = 1, Control::Pieces),
        (Preset::Divided, |it| it.pieces = 33, Control::Pieces),
        (Preset::PieceStaysHome, |it| it.pieces = 32, Control::Pieces),
        (
            Preset::KeySplit,
            |it| it.shares_apart = 32,
            Control::SharesApart,
        ),
        (Preset::PlainCopies, |it| it.safes = 2, Control::DataSafes),
        (
            Preset::Divided,
            |it| (it.pieces, it.safes) = (6, 6),
            Control::DataSafes,
        ),
        (Preset::KeyElsewhere, |it| it.keys = 5, Control::KeySafes),
        (Preset::KeyElsewhere, |it| it.keys = 11, Control::KeySafes),
        (
            Preset::KeySplit,
            |it| it.shares_apart = 5,
            Control::SharesApart,
        ),
        (Preset::KeyElsewhere, |it| it.keys = 0, Control::KeySafes),
        (
            Preset::AnyTwoOfThree,
            |it| it.pieces_needed = Some(4),
            Control::PiecesNeeded,
        ),
        (
            Preset::AnyTwoOfThree,
            |it| it.pieces_needed = Some(1),
            Control::PiecesNeeded,
        ),
        (
            Preset::KeySplit,
            |it| it.shares_needed = 3,
            Control::SharesNeeded,
        ),
        (Preset::AnyTwoOfThree, |it| it.quorum = 1, Control::Quorum),
        (Preset::AnyTwoOfThree, |it| it.quorum = 4, Control::Quorum),
        (Preset::AnyTwoOfThree, |it| it.after = 1, Control::After),
    ];
    for (preset, change, control) in table {
        let mut draft = Draft::of(&preset.plan());
        change(&mut draft);
        let plan = draft.plan(1);
        let error = CheckedPlan::check(plan, seats(5), Class::MovieTicket, None).unwrap_err();
        assert_eq!(draft.blames(error), control, "{preset:?} {error:?}");
    }
    let draft = Draft::of(&Preset::AnyTwoOfThree.plan());
    let slot = Slot(1);
    let twice = draft.blames(PlanError::OperatorTwice { slot });
    assert_eq!(twice, Control::Seat(slot));
    assert_eq!(draft.key, KeyGoes::Nowhere);
}
