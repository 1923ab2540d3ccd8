//! Checking a plan: nonsense is refused, and what the rest promises is computed.
//!
//! Nothing here is known of particular plans. Who could read, how many safes may be dead and how many must have answered all
//! come from one question, *do these safes, with or without this wallet, have enough to open it?*, put for every set of safes.

use super::limits::{MAX_PARTS, MAX_SAFES};
use super::{
    Away, Custody, DigestForm, Divide, GroupA, KeyPlace, LocalKey, Place, Plan, Slot, Step, count,
    slots,
};
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::SafeId;
use saifu_protocol::certificate::LegacyHash;
use saifu_protocol::value::{Class, Kind, Money};
use serde::{Deserialize, Serialize};

/// Who runs a safe. Names that differ in case or in space around them are one operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator(String);

impl Operator {
    /// The operator of this name.
    pub fn named(name: &str) -> Self {
        Self(name.trim().to_lowercase())
    }
}

/// Which safe takes a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The slot.
    pub slot: Slot,
    /// The safe.
    pub safe: SafeId,
    /// Who runs it.
    pub operator: Operator,
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
    /// The local copy would be deleted after more answers than can come.
    DeletesNever {
        /// After how many operators.
        after: u8,
        /// How many there are.
        safes: u8,
    },
}

/// What a plan promises, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// How many safes have parts.
    pub safes: u8,
    /// How many of them release something once and confirm it (n).
    pub voters: u8,
    /// How many must confirm one session (k).
    pub quorum: u8,
    /// How many safes may cheat without the value being released twice: the largest f with 2k − n > f.
    pub may_cheat: u8,
    /// How many safes may be dead, whichever they are, and the value still comes back.
    pub may_be_dead: u8,
    /// How few safes could read the value together, without this wallet; `None` if not even all could.
    pub readers: Option<u8>,
    /// How many operators must have answered, whichever they are, before the copy here may go.
    pub answers: u8,
}

/// A weak form that is valid. Which words an owner reads is the page's matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weakness {
    /// This safe could read the value: it has all that is needed.
    SafeCouldRead(Slot),
    /// This safe could read its own pieces of the value.
    SafeCouldReadPiece(Slot),
    /// Everything is divided, and all of it lies at this safe.
    AllAtOneSafe(Slot),
    /// Whoever loses this wallet's own keys or pieces loses the value.
    OnlyThisWalletOpens,
    /// Two recoveries could both be confirmed.
    MayComeBackTwice,
    /// Several safes see the same digest and can tell that they have parts of one value.
    DigestsAgree,
    /// The copy here goes before all safes have answered: until then fewer of them may be dead.
    DeletedBeforeComplete,
    /// MD5 stands beside SHA-256.
    LegacyHash,
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
        let question = Question {
            plan: &plan,
            slots: seats.iter().map(|seat| seat.slot).collect(),
        };
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

fn check_steps(plan: &Plan) -> Result<(), PlanError> {
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
    } else if once && allows_two(promise) {
        Err(PlanError::QuorumAllowsTwo { quorum, voters })
    } else {
        Ok(())
    }
}

fn allows_two(promise: &Promise) -> bool {
    u16::from(promise.quorum) * 2 <= u16::from(promise.voters)
}

fn check_deletion(plan: &Plan, promise: &Promise) -> Result<(), PlanError> {
    let needed = promise.answers;
    match plan.custody {
        Custody::Device => Ok(()),
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

/// Who comes together: some of the safes, with this wallet's own keys and pieces or without.
#[derive(Clone, Copy)]
struct Company<'a> {
    slots: &'a [Slot],
    /// One bit for each of them.
    present: u16,
    home: bool,
}

impl Company<'_> {
    fn has(&self, place: Place) -> bool {
        match place {
            Place::Home => self.home,
            Place::At(slot) => {
                let at = self.slots.iter().position(|other| *other == slot);
                at.is_some_and(|at| self.present & (1 << at) != 0)
            }
        }
    }

    fn count(&self, places: &[Place]) -> u8 {
        let present = places.iter().filter(|place| self.has(**place)).count();
        u8::try_from(present).unwrap_or(u8::MAX)
    }
}

/// Everything that is asked of one plan.
struct Question<'a> {
    plan: &'a Plan,
    /// The slots it uses, in ascending order.
    slots: Vec<Slot>,
}

impl Question<'_> {
    fn company(&self, present: u16, home: bool) -> Company<'_> {
        Company {
            slots: &self.slots,
            present,
            home,
        }
    }

    /// Every set of `size` safes.
    fn sets(&self, size: u32) -> impl Iterator<Item = u16> {
        (0..1_u16 << self.slots.len()).filter(move |set| set.count_ones() == size)
    }

    fn opens(&self, company: &Company<'_>) -> bool {
        company.count(&self.plan.data) >= self.plan.data_needed() && self.has_key(company)
    }

    fn has_key(&self, company: &Company<'_>) -> bool {
        let Some(seal) = self.plan.seal() else {
            return true;
        };
        match &seal.key {
            KeyPlace::Stays => company.home,
            KeyPlace::Away {
                local: LocalKey::Kept,
                ..
            } if company.home => true,
            KeyPlace::Away {
                to: Away::Shares(shares),
                ..
            } => {
                let data = company.count(&self.plan.data);
                let coupled = match shares.group_a {
                    GroupA::None => 0,
                    GroupA::WithEvery(number) => number.get() * u8::from(data > 0),
                    GroupA::OnePerPart => data,
                };
                coupled.saturating_add(company.count(&shares.group_b)) >= shares.threshold
            }
            KeyPlace::Away { .. } => {
                let whole = self.plan.key_slots();
                whole.into_iter().any(|slot| company.has(Place::At(slot)))
            }
        }
    }

    /// The safes that release something once.
    fn voters(&self) -> Vec<Slot> {
        let once = self.plan.layout().into_iter();
        let places: Vec<Place> = once
            .filter(|part| part.class.is_released_once())
            .map(|part| part.to)
            .collect();
        slots(&places)
    }

    /// Whether the value comes back to this wallet from these safes, confirmed.
    fn comes_back(&self, set: u16, voters: &[Place]) -> bool {
        let company = self.company(set, true);
        self.opens(&company) && company.count(voters) >= self.plan.quorum
    }

    fn promise(&self) -> Promise {
        let voters: Vec<Place> = self.voters().into_iter().map(Place::At).collect();
        let (safes, quorum) = (count(&self.slots), self.plan.quorum);
        // Monotone: what some safes can do, more of them can, too. So the smallest number that is always enough is found
        // from below, and with it how many may be missing.
        let answers = (0..=safes)
            .find(|size| {
                self.sets(u32::from(*size))
                    .all(|set| self.comes_back(set, &voters))
            })
            .unwrap_or(safes);
        let readers = (1..=safes).find(|size| {
            self.sets(u32::from(*size))
                .any(|set| self.opens(&self.company(set, false)))
        });
        let voters = count(&voters);
        Promise {
            safes,
            voters,
            quorum,
            may_cheat: quorum
                .saturating_mul(2)
                .saturating_sub(voters)
                .saturating_sub(1),
            may_be_dead: safes - answers,
            readers,
            answers,
        }
    }

    fn weaknesses(&self, promise: &Promise) -> Vec<Weakness> {
        let mut found = Vec::new();
        for (at, slot) in self.slots.iter().enumerate() {
            let alone = self.company(1 << at, false);
            if self.opens(&alone) {
                found.push(Weakness::SafeCouldRead(*slot));
            } else if self.reads_pieces(&alone) {
                found.push(Weakness::SafeCouldReadPiece(*slot));
            }
        }
        let divided = self.plan.divide().is_some() || self.plan.shares().is_some();
        if let [only] = self.slots.as_slice()
            && divided
        {
            found.push(Weakness::AllAtOneSafe(*only));
        }
        let rest = [
            (promise.readers.is_none(), Weakness::OnlyThisWalletOpens),
            (allows_two(promise), Weakness::MayComeBackTwice),
            (
                self.plan.digest == DigestForm::Open && slots(&self.plan.data).len() > 1,
                Weakness::DigestsAgree,
            ),
            (
                matches!(self.plan.custody, Custody::Safes { after } if after < promise.safes),
                Weakness::DeletedBeforeComplete,
            ),
            (self.plan.hash != LegacyHash::Off, Weakness::LegacyHash),
        ];
        found.extend(rest.into_iter().filter(|(is, _)| *is).map(|(_, it)| it));
        found
    }

    /// A range is a part of what was divided, and a part of a ciphertext opens like the whole.
    fn reads_pieces(&self, company: &Company<'_>) -> bool {
        self.plan.divide() == Some(Divide::Ranges)
            && company.count(&self.plan.data) > 0
            && self.has_key(company)
    }
}
