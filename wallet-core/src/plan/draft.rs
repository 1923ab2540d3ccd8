//! A plan as an owner puts it together by hand: what can be chosen, each by itself. Which choices make no sense together
//! is [`super::check`]'s to say.

use super::check::Divided;
use super::limits::{MAX_PARTS, MAX_SAFES};
use super::{
    Away, Custody, DigestForm, Divide, GroupA, KeyForm, KeyPlace, LocalKey, Place, Plan, PlanError,
    Seal, Shares, Slot, Step, count,
};
use crate::books::KeyHere;
use crate::view::KeyCard;
use alloc::vec::Vec;
use saifu_protocol::certificate::LegacyHash;

/// A step, without what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Several values become one.
    Couple,
    /// They are encrypted.
    Seal,
    /// They are divided.
    Divide,
}

/// Where the key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyGoes {
    /// It stays.
    Nowhere,
    /// To the safes of the data.
    WithData,
    /// To others.
    Elsewhere,
    /// In shares.
    InShares,
}

/// What an owner chooses with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Whether several values become one.
    Couple,
    /// Whether they are encrypted.
    Seal,
    /// Whether they are divided.
    Divide,
    /// How many pieces or copies go to safes.
    Pieces,
    /// How many safes they go to.
    DataSafes,
    /// How many pieces are enough.
    PiecesNeeded,
    /// Whether one more piece stays.
    PieceHere,
    /// How many safes must confirm.
    Quorum,
    /// After how many answers the copy here goes.
    After,
    /// Where the key goes.
    KeyGoes,
    /// How many other safes get the key.
    KeySafes,
    /// How many shares give it back.
    SharesNeeded,
    /// Which shares go with the data.
    SharesWith,
    /// How many go by themselves.
    SharesApart,
    /// Which safe takes a slot.
    Seat(Slot),
}

/// See above. Numbers are as the owner counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The steps in their order, and whether each is done.
    pub steps: [(StepKind, bool); 3],
    /// What the key is.
    pub form: KeyForm,
    /// Where it goes.
    pub key: KeyGoes,
    /// Whether the key is erased here once it is registered.
    pub erased: bool,
    /// How many other safes get the whole key.
    pub keys: u8,
    /// How many shares give the key back.
    pub shares_needed: u8,
    /// Which shares go with the data.
    pub group_a: GroupA,
    /// How many shares go by themselves.
    pub shares_apart: u8,
    /// Whether those lie at the safes of the data after all.
    pub shares_at_data: bool,
    /// Whether so many pieces are enough; else all are needed.
    pub pieces_needed: Option<u8>,
    /// How many pieces go to safes; where nothing is divided, how many copies.
    pub pieces: u8,
    /// How many safes they go to.
    pub safes: u8,
    /// Whether one more piece stays here.
    pub piece_here: bool,
    /// How many safes must confirm.
    pub quorum: u8,
    /// What safes can read about it.
    pub digest: DigestForm,
    /// After how many answers the copy here goes.
    pub after: u8,
}

impl Draft {
    /// What stands in a plan.
    pub fn of(plan: &Plan) -> Self {
        let mut steps: Vec<(StepKind, bool)> = plan
            .steps
            .iter()
            .map(|step| match step {
                Step::Couple => (StepKind::Couple, true),
                Step::Seal(_) => (StepKind::Seal, true),
                Step::Divide(_) => (StepKind::Divide, true),
            })
            .collect();
        for kind in [StepKind::Couple, StepKind::Seal, StepKind::Divide] {
            if steps.iter().all(|(other, _)| *other != kind) {
                steps.push((kind, false));
            }
        }
        let at: Vec<Slot> = plan
            .data
            .iter()
            .filter_map(|place| match place {
                Place::At(slot) => Some(*slot),
                Place::Home => None,
            })
            .collect();
        let highest = at.iter().map(|slot| slot.0 + 1).max();
        let mut draft = Self {
            steps: steps.try_into().unwrap_or([
                (StepKind::Couple, false),
                (StepKind::Seal, false),
                (StepKind::Divide, false),
            ]),
            form: KeyForm::Key,
            key: KeyGoes::Nowhere,
            erased: true,
            keys: 1,
            shares_needed: 2,
            group_a: GroupA::WithEvery(core::num::NonZeroU8::MIN),
            shares_apart: 1,
            shares_at_data: false,
            pieces_needed: None,
            pieces: count(&at),
            safes: highest.unwrap_or(1),
            piece_here: at.len() < plan.data.len(),
            quorum: plan.quorum,
            digest: plan.digest,
            after: match plan.custody {
                Custody::Safes { after } => after,
                Custody::Device => 1,
            },
        };
        if let Some(Divide::Threshold(threshold)) = plan.divide() {
            draft.pieces_needed = Some(threshold);
        }
        if let Some(seal) = plan.seal() {
            draft.form = seal.form;
            draft.take_key(&seal.key, &at);
        }
        draft
    }

    fn take_key(&mut self, key: &KeyPlace, data: &[Slot]) {
        let KeyPlace::Away { to, local } = key else {
            return;
        };
        self.erased = *local == LocalKey::Erased;
        match to {
            Away::DataSafe => self.key = KeyGoes::WithData,
            Away::Elsewhere(slots) => {
                self.key = KeyGoes::Elsewhere;
                self.keys = count(slots);
            }
            Away::Shares(shares) => {
                self.key = KeyGoes::InShares;
                self.shares_needed = shares.threshold;
                self.group_a = shares.group_a;
                self.shares_apart = count(&shares.group_b);
                let with_data = |place: &Place| data.iter().any(|slot| *place == Place::At(*slot));
                self.shares_at_data = shares.group_b.iter().any(with_data);
            }
        }
    }

    /// Whether this step is done.
    pub fn does(&self, kind: StepKind) -> bool {
        self.steps.contains(&(kind, true))
    }

    /// How many safes get data.
    fn data_safes(&self) -> u8 {
        self.safes.min(self.pieces).max(1)
    }

    /// Whether a key can seal here: of the form, whole where it is to be split, and free.
    pub fn takes(&self, key: &KeyCard) -> bool {
        let is_here = match key.here {
            KeyHere::Opens => true,
            KeyHere::Seals => self.key != KeyGoes::InShares,
            KeyHere::Erased => false,
        };
        is_here && key.form == self.form && key.job.is_none()
    }

    /// Whether the pieces alone, with the one that stays here, are too many.
    fn has_too_many_pieces(&self) -> bool {
        let here = u8::from(self.piece_here && self.does(StepKind::Divide));
        self.pieces.saturating_add(here) > MAX_PARTS
    }

    /// What to change where the plan is refused.
    pub fn blames(&self, error: PlanError) -> Control {
        let apart = || match self.key {
            KeyGoes::Elsewhere => Control::KeySafes,
            KeyGoes::InShares if !self.shares_at_data => Control::SharesApart,
            KeyGoes::InShares | KeyGoes::Nowhere | KeyGoes::WithData => Control::DataSafes,
        };
        match error {
            PlanError::StepTwice | PlanError::LegacyHashAsked => Control::Seal,
            PlanError::NothingLeaves | PlanError::OnePiece => Control::Pieces,
            PlanError::TooManyParts if self.has_too_many_pieces() => Control::Pieces,
            PlanError::TooManyParts => Control::SharesApart,
            PlanError::WholeCopyAtHome => Control::PieceHere,
            PlanError::TooManySafes if usize::from(self.data_safes()) > MAX_SAFES => {
                Control::DataSafes
            }
            PlanError::TooManySafes => apart(),
            PlanError::TooFewSafes { given, .. } if usize::from(self.data_safes()) > given => {
                Control::DataSafes
            }
            PlanError::TooFewSafes { .. } => apart(),
            PlanError::ThresholdZero(what)
            | PlanError::ThresholdOne(what)
            | PlanError::ThresholdAboveCount { of: what, .. } => match what {
                Divided::Data => Control::PiecesNeeded,
                Divided::Key => Control::SharesNeeded,
            },
            PlanError::CopiesAtOneSafe { .. } => Control::DataSafes,
            PlanError::KeyNowhere => Control::KeySafes,
            PlanError::ElsewhereHasData { .. } => Control::KeyGoes,
            PlanError::SlotNotSeated { slot }
            | PlanError::SafeTwice { slot }
            | PlanError::OperatorTwice { slot } => Control::Seat(slot),
            PlanError::QuorumZero
            | PlanError::QuorumAboveVoters { .. }
            | PlanError::QuorumAllowsTwo { .. } => Control::Quorum,
            PlanError::DeletesTooEarly { .. }
            // That is no part of a plan; a page does not mark it at any.
            | PlanError::SecretTooWeak
            | PlanError::DeletesNever { .. }
            | PlanError::CopyStaysUsable => Control::After,
        }
    }

    /// The plan for so many values: one alone is coupled with nothing. Slots of data come first, then those that get only
    /// keys or shares.
    pub fn plan(&self, values: usize) -> Plan {
        let used = self.data_safes();
        let at = |number: u8| Place::At(Slot(number % used));
        let mut data: Vec<Place> = (0..self.pieces).map(at).collect();
        if self.piece_here && self.does(StepKind::Divide) {
            data.push(Place::Home);
        }
        let apart = |number: u8| Slot(used.saturating_add(number));
        let to = match self.key {
            KeyGoes::Nowhere => None,
            KeyGoes::WithData => Some(Away::DataSafe),
            KeyGoes::Elsewhere => Some(Away::Elsewhere((0..self.keys).map(apart).collect())),
            KeyGoes::InShares => Some(Away::Shares(Shares {
                threshold: self.shares_needed,
                group_a: self.group_a,
                group_b: (0..self.shares_apart)
                    .map(|number| match self.shares_at_data {
                        true => at(number),
                        false => Place::At(apart(number)),
                    })
                    .collect(),
            })),
        };
        let local = match self.erased {
            true => LocalKey::Erased,
            false => LocalKey::Kept,
        };
        let key = to.map_or(KeyPlace::Stays, |to| KeyPlace::Away { to, local });
        let divide = self.pieces_needed.map_or(Divide::Ranges, Divide::Threshold);
        let form = self.form;
        let is_idle = |kind| kind == StepKind::Couple && values < 2;
        let steps = self.steps.iter();
        let done = steps.filter(|(kind, done)| *done && !is_idle(*kind));
        let steps = done
            .map(|(kind, _)| match kind {
                StepKind::Couple => Step::Couple,
                StepKind::Seal => Step::Seal(Seal {
                    form,
                    key: key.clone(),
                }),
                StepKind::Divide => Step::Divide(divide),
            })
            .collect();
        Plan {
            steps,
            data,
            quorum: self.quorum,
            digest: self.digest,
            hash: LegacyHash::Off,
            custody: Custody::Safes { after: self.after },
        }
    }
}
