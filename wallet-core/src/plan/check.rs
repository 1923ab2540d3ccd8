//! Checking a plan: the rules, and the example each refuses in its words. What a plan that passes promises is in
//! [`super::promise`].

use super::limits::{MAX_PARTS, MAX_SAFES};
use super::promise::{Promise, Question, Weakness};
use super::{Away, Custody, Divide, KeyPlace, Place, Plan, Slot, Step, slots};
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::SafeId;
use saifu_protocol::certificate::LegacyHash;
use saifu_protocol::value::{Class, Kind, Money};
use serde::{Deserialize, Serialize};

/// Who runs a safe. Names that differ in case or in space around them are one operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Operator(String);

impl Operator {
    /// The operator of this name.
    pub fn named(name: &str) -> Self {
        Self(name.trim().to_lowercase())
    }
}

/// Which safe takes a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// The slot.
    pub slot: Slot,
    /// The safe.
    pub safe: SafeId,
    /// Who runs it.
    pub operator: Operator,
}

/// Who takes which slot: the safes in their order, with who runs each as the wallet knows it.
///
/// # Errors
/// The slot of the first safe that is not known.
pub fn seats(
    safes: &[SafeId],
    operator: impl Fn(SafeId) -> Option<Operator>,
) -> Result<Vec<Seat>, PlanError> {
    let seat = |(slot, safe): (Slot, &SafeId)| match operator(*safe) {
        Some(operator) => Ok(Seat {
            slot,
            safe: *safe,
            operator,
        }),
        None => Err(PlanError::SlotNotSeated { slot }),
    };
    (0..=u8::MAX).map(Slot).zip(safes).map(seat).collect()
}

/// What is divided: an error about a threshold says of which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Divided {
    /// The data.
    Data,
    /// The key.
    Key,
}

/// Why a plan is nonsense. Each variant is a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanError {
    /// A step stands in it twice: values would be sealed, divided or coupled by rules that contradict each other.
    StepTwice,
    /// A usable copy is to stay here. What lies at safes would then have to come back as a copy for disasters, which no safe
    /// hands out yet: it would be there twice (decision 32).
    CopyStaysUsable,
    /// Safes are to be asked for the legacy hash. Whether one adds it is its operator's setting; nobody can ask.
    LegacyHashAsked,
    /// Nothing goes to any safe.
    NothingLeaves,
    /// A whole copy is to stay home as a part. That is what custody is for.
    WholeCopyAtHome,
    /// More data parts or shares than [`MAX_PARTS`].
    TooManyParts,
    /// More slots than [`MAX_SAFES`].
    TooManySafes,
    /// Any piece, or none at all, would be enough (k = 0).
    ThresholdZero(Divided),
    /// One piece would be enough (k = 1): that is a whole copy, and nothing is divided.
    ThresholdOne(Divided),
    /// More are needed than there are (k > n).
    ThresholdAboveCount {
        /// Of what.
        of: Divided,
        /// How many are needed.
        threshold: u8,
        /// How many there are.
        count: u8,
    },
    /// Divided into a single piece.
    OnePiece,
    /// A second whole copy at the same safe is none.
    CopiesAtOneSafe {
        /// The slot that is named twice.
        slot: Slot,
    },
    /// The key is to lie elsewhere, and nowhere is named.
    KeyNowhere,
    /// The key is called elsewhere but lies where data lie.
    ElsewhereHasData {
        /// The slot.
        slot: Slot,
    },
    /// More slots than safes (m > n).
    TooFewSafes {
        /// How many the plan needs.
        needed: usize,
        /// How many there are.
        given: usize,
    },
    /// No safe takes this slot, or two do.
    SlotNotSeated {
        /// The slot.
        slot: Slot,
    },
    /// One safe takes two slots.
    SafeTwice {
        /// The later slot.
        slot: Slot,
    },
    /// Two safes of one operator: they are one where it matters.
    OperatorTwice {
        /// The later slot.
        slot: Slot,
    },
    /// Nobody has to confirm a recovery.
    QuorumZero,
    /// More confirmations than safes that can give one.
    QuorumAboveVoters {
        /// How many have to confirm.
        quorum: u8,
        /// How many can.
        voters: u8,
    },
    /// Two recoveries could both be confirmed (2k ≤ n) of something that must come back once.
    QuorumAllowsTwo {
        /// How many have to confirm.
        quorum: u8,
        /// How many can.
        voters: u8,
    },
    /// The local copy would be deleted while those that have answered might not be enough to get it back.
    DeletesTooEarly {
        /// After how many operators.
        after: u8,
        /// How many it takes, whichever they are.
        needed: u8,
    },
    /// It is for money, and the password that opens at the safes is too weak for that.
    SecretTooWeak,
    /// The local copy would be deleted after more answers than can come.
    DeletesNever {
        /// After how many operators.
        after: u8,
        /// How many there are.
        safes: u8,
    },
}

impl PlanError {
    /// The slot whose safe is to be another.
    pub fn seat(self) -> Option<Slot> {
        match self {
            PlanError::SlotNotSeated { slot }
            | PlanError::SafeTwice { slot }
            | PlanError::OperatorTwice { slot } => Some(slot),
            _ => None,
        }
    }
}

/// A plan that makes sense with these safes for this value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedPlan {
    plan: Plan,
    seats: Vec<Seat>,
    promise: Promise,
    weaknesses: Vec<Weakness>,
}

impl CheckedPlan {
    /// Checks `plan` with the safes that are to take its slots, for a value of `class` that is worth `amount`.
    ///
    /// # Errors
    /// The first rule that is broken, see [`PlanError`].
    pub fn check(
        plan: Plan,
        seats: Vec<Seat>,
        class: Class,
        amount: Option<Money>,
    ) -> Result<Self, PlanError> {
        check_steps(&plan)?;
        check_data(&plan)?;
        check_key(&plan)?;
        let seats = check_seats(&plan, seats)?;
        let question = Question::new(&plan, &seats);
        let promise = question.promise();
        check_quorum(&promise, must_come_back_once(class, amount))?;
        check_deletion(&plan, &promise)?;
        let weaknesses = question.weaknesses(&promise);
        Ok(Self {
            plan,
            seats,
            promise,
            weaknesses,
        })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Who takes which slot.
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// The safe a part goes to; `None` if it stays home.
    pub fn safe(&self, place: Place) -> Option<SafeId> {
        let Place::At(slot) = place else {
            return None;
        };
        let seat = self.seats.iter().find(|seat| seat.slot == slot)?;
        Some(seat.safe)
    }

    /// What it promises.
    pub fn promise(&self) -> &Promise {
        &self.promise
    }

    /// How it is weak.
    pub fn weaknesses(&self) -> &[Weakness] {
        &self.weaknesses
    }
}

/// Whether a second release would be money made: everything but a coupon without an amount admits or pays once.
pub fn must_come_back_once(class: Class, amount: Option<Money>) -> bool {
    match class.kind() {
        Kind::Ticket | Kind::PrepaidCard | Kind::GiftCard => true,
        Kind::Coupon => amount.is_some_and(|money| money.amount > 0),
    }
}

/// Whether it is money: what pays. A ticket admits, and nobody pays with it.
pub fn is_money(class: Class, amount: Option<Money>) -> bool {
    match class.kind() {
        Kind::PrepaidCard | Kind::GiftCard => true,
        Kind::Coupon => amount.is_some_and(|money| money.amount > 0),
        Kind::Ticket => false,
    }
}

fn check_steps(plan: &Plan) -> Result<(), PlanError> {
    if plan.hash != LegacyHash::Off {
        return Err(PlanError::LegacyHashAsked);
    }
    let of_kind = |kind: fn(&Step) -> bool| plan.steps.iter().filter(|step| kind(step)).count();
    let most = [
        of_kind(|step| matches!(step, Step::Couple)),
        of_kind(|step| matches!(step, Step::Seal(_))),
        of_kind(|step| matches!(step, Step::Divide(_))),
    ];
    if most.into_iter().any(|times| times > 1) {
        return Err(PlanError::StepTwice);
    }
    Ok(())
}

fn check_data(plan: &Plan) -> Result<(), PlanError> {
    let used = slots(&plan.data);
    if used.is_empty() {
        return Err(PlanError::NothingLeaves);
    }
    if plan.data.len() > usize::from(MAX_PARTS) {
        return Err(PlanError::TooManyParts);
    }
    match plan.divide() {
        None if plan.data.contains(&Place::Home) => Err(PlanError::WholeCopyAtHome),
        None => match repeated(&plan.data) {
            Some(slot) => Err(PlanError::CopiesAtOneSafe { slot }),
            None => Ok(()),
        },
        Some(Divide::Ranges) if plan.data.len() == 1 => Err(PlanError::OnePiece),
        Some(Divide::Ranges) => Ok(()),
        Some(Divide::Threshold(threshold)) => {
            check_threshold(Divided::Data, threshold, plan.data_count())
        }
    }
}

fn repeated(places: &[Place]) -> Option<Slot> {
    let mut rest = places;
    while let Some((first, later)) = rest.split_first() {
        if let Place::At(slot) = first
            && later.contains(first)
        {
            return Some(*slot);
        }
        rest = later;
    }
    None
}

fn check_threshold(of: Divided, threshold: u8, count: u8) -> Result<(), PlanError> {
    match threshold {
        0 => Err(PlanError::ThresholdZero(of)),
        1 => Err(PlanError::ThresholdOne(of)),
        _ if threshold > count => Err(PlanError::ThresholdAboveCount {
            of,
            threshold,
            count,
        }),
        _ => Ok(()),
    }
}

fn check_key(plan: &Plan) -> Result<(), PlanError> {
    let Some(KeyPlace::Away { to, .. }) = plan.seal().map(|seal| &seal.key) else {
        return Ok(());
    };
    match to {
        Away::DataSafe => Ok(()),
        Away::Elsewhere(elsewhere) => {
            let data = slots(&plan.data);
            let places: Vec<Place> = elsewhere.iter().copied().map(Place::At).collect();
            if elsewhere.is_empty() {
                return Err(PlanError::KeyNowhere);
            }
            if let Some(slot) = repeated(&places) {
                return Err(PlanError::CopiesAtOneSafe { slot });
            }
            match elsewhere.iter().find(|slot| data.contains(slot)) {
                Some(slot) => Err(PlanError::ElsewhereHasData { slot: *slot }),
                None => Ok(()),
            }
        }
        Away::Shares(shares) => {
            if plan.share_count() > MAX_PARTS {
                return Err(PlanError::TooManyParts);
            }
            check_threshold(Divided::Key, shares.threshold, plan.share_count())
        }
    }
}

/// Every slot of the plan has one safe, and no two have one operator.
fn check_seats(plan: &Plan, seats: Vec<Seat>) -> Result<Vec<Seat>, PlanError> {
    let mut places: Vec<Place> = plan.layout().iter().map(|part| part.to).collect();
    places.sort_unstable();
    let used = slots(&places);
    if used.len() > MAX_SAFES {
        return Err(PlanError::TooManySafes);
    }
    if used.len() > seats.len() {
        return Err(PlanError::TooFewSafes {
            needed: used.len(),
            given: seats.len(),
        });
    }
    let mut taken: Vec<Seat> = Vec::with_capacity(used.len());
    for slot in used {
        let mut for_slot = seats.iter().filter(|seat| seat.slot == slot);
        let (Some(seat), None) = (for_slot.next(), for_slot.next()) else {
            return Err(PlanError::SlotNotSeated { slot });
        };
        if taken.iter().any(|other| other.safe == seat.safe) {
            return Err(PlanError::SafeTwice { slot });
        }
        if taken.iter().any(|other| other.operator == seat.operator) {
            return Err(PlanError::OperatorTwice { slot });
        }
        taken.push(seat.clone());
    }
    Ok(taken)
}

fn check_quorum(promise: &Promise, once: bool) -> Result<(), PlanError> {
    let (quorum, voters) = (promise.quorum, promise.voters);
    if quorum == 0 {
        Err(PlanError::QuorumZero)
    } else if quorum > voters {
        Err(PlanError::QuorumAboveVoters { quorum, voters })
    } else if once && promise.allows_two() {
        Err(PlanError::QuorumAllowsTwo { quorum, voters })
    } else {
        Ok(())
    }
}

fn check_deletion(plan: &Plan, promise: &Promise) -> Result<(), PlanError> {
    let needed = promise.answers;
    match plan.custody {
        Custody::Device => Err(PlanError::CopyStaysUsable),
        Custody::Safes { after } if after < needed => {
            Err(PlanError::DeletesTooEarly { after, needed })
        }
        Custody::Safes { after } if after > promise.safes => Err(PlanError::DeletesNever {
            after,
            safes: promise.safes,
        }),
        Custody::Safes { .. } => Ok(()),
    }
}
