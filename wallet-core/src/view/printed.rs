//! Which safes are printed with a secret: the paper is for the day on which nothing else is left.

use super::{OwnerView, Reach, SafeCard};
use crate::owner::OwnerStanding;
use alloc::vec::Vec;
use saifu_protocol::SafeId;

/// One safe is enough to begin with, and one may be gone.
pub const PRINTED_SAFES: usize = 2;

/// What is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The safes, the one to try first before the other.
    pub safes: Vec<SafeCard>,
    /// Whether they know the owner: only at such a safe what is on the paper opens anything.
    pub know: bool,
}

impl Printed {
    /// Those that know the owner, and others only while none does. First those that answer.
    pub fn of(safes: &[SafeCard], owner: &OwnerView) -> Self {
        let knows = |id: SafeId| {
            let card = owner.safes.iter().find(|card| card.safe == id);
            card.and_then(|card| card.standing)
                .is_some_and(OwnerStanding::knows)
        };
        let know = safes.iter().any(|safe| knows(safe.id));
        let fit = safes.iter().filter(|safe| !know || knows(safe.id));
        let mut safes: Vec<SafeCard> = fit.cloned().collect();
        safes.sort_by_key(|safe| safe.reach != Reach::Answers);
        safes.truncate(PRINTED_SAFES);
        Self { safes, know }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::OwnerCard;

    fn safe(number: u8, reach: Reach) -> SafeCard {
        SafeCard {
            id: SafeId::new([number; 32]),
            address: alloc::format!("https://{number}.example"),
            operator: "Akagi".into(),
            jurisdiction: "JP".into(),
            fingerprint: "0123 4567".into(),
            certificates: 0,
            kept: 0,
            ending: 0,
            forgettable: false,
            reach,
            answered_at: None,
            asking: false,
            legacy_hash: false,
        }
    }

    fn owner(standings: &[Option<OwnerStanding>]) -> OwnerView {
        let card = |(number, standing): (u8, &Option<OwnerStanding>)| OwnerCard {
            safe: SafeId::new([number; 32]),
            address: alloc::format!("https://{number}.example"),
            operator: "Akagi".into(),
            standing: *standing,
            job: None,
            found: None,
            kit: None,
            ways: None,
        };
        OwnerView {
            safes: (0..).zip(standings).map(card).collect(),
            ..OwnerView::default()
        }
    }

    fn check(of: &[(Reach, Option<OwnerStanding>)], expected: &[u8], know: bool) {
        let safes = (0..)
            .zip(of)
            .map(|(number, (reach, _))| safe(number, *reach));
        let safes: Vec<SafeCard> = safes.collect();
        let standings: Vec<_> = of.iter().map(|(_, standing)| *standing).collect();
        let printed = Printed::of(&safes, &owner(&standings));
        let ids: Vec<u8> = printed.safes.iter().map(|it| it.id.as_bytes()[0]).collect();
        assert_eq!((&*ids, printed.know), (expected, know), "{of:?}");
    }

    #[test]
    fn who_knows_the_owner_is_printed_and_first_who_answers() {
        use OwnerStanding::{Both, Enrolled, Old, Taken, Wrong};
        use Reach::{Answers, Silent, Unknown};
        check(
            &[
                (Answers, None),
                (Answers, Some(Taken)),
                (Silent, Some(Enrolled)),
                (Answers, Some(Both)),
                (Answers, Some(Old)),
            ],
            &[3, 4],
            true,
        );
        check(
            &[
                (Answers, None),
                (Silent, Some(Enrolled)),
                (Answers, Some(Old)),
            ],
            &[2, 1],
            true,
        );
        // One that opens is better than two of which one does not.
        check(
            &[(Answers, Some(Wrong)), (Unknown, Some(Enrolled))],
            &[1],
            true,
        );
    }

    #[test]
    fn before_any_safe_knows_the_owner_those_that_answer_are_printed() {
        use Reach::{Answers, Silent};
        check(
            &[
                (Silent, None),
                (Answers, Some(OwnerStanding::Asking)),
                (Answers, None),
            ],
            &[1, 2],
            false,
        );
        check(&[], &[], false);
    }
}
