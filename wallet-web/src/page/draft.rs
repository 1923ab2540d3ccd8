//! A plan as it is put together on the page: what can be chosen, each by itself. Pure; which choices make no sense
//! together is the core's to say.

use saifu_protocol::certificate::LegacyHash;
use saifu_wallet_core::plan::{
    Away, Custody, DigestForm, Divide, GroupA, KeyForm, KeyPlace, LocalKey, Place, Plan, Seal,
    Shares, Slot, Step,
};

/// A step, without what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepKind {
    Couple,
    Seal,
    Divide,
}

/// Where the key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyGoes {
    Nowhere,
    WithData,
    Elsewhere,
    InShares,
}

/// See above. Numbers are as the owner counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    /// The steps in their order, and whether each is done.
    pub(crate) steps: [(StepKind, bool); 3],
    pub(crate) form: KeyForm,
    pub(crate) key: KeyGoes,
    /// Whether the key is erased here once it is registered.
    pub(crate) erased: bool,
    /// How many other safes get the whole key.
    pub(crate) keys: u8,
    /// How many shares give the key back.
    pub(crate) shares_needed: u8,
    /// Which shares go with the data.
    pub(crate) group_a: GroupA,
    /// How many shares go by themselves.
    pub(crate) shares_apart: u8,
    /// Whether those lie at the safes of the data after all.
    pub(crate) shares_at_data: bool,
    /// Whether so many pieces are enough; else all are needed.
    pub(crate) pieces_needed: Option<u8>,
    /// How many pieces go to safes; where nothing is divided, how many copies.
    pub(crate) pieces: u8,
    /// How many safes they go to.
    pub(crate) safes: u8,
    /// Whether one more piece stays here.
    pub(crate) piece_here: bool,
    pub(crate) quorum: u8,
    pub(crate) digest: DigestForm,
    /// After how many answers the copy here goes.
    pub(crate) after: u8,
}

impl Draft {
    /// What stands in a plan.
    pub(crate) fn of(plan: &Plan) -> Self {
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
    pub(crate) fn does(&self, kind: StepKind) -> bool {
        self.steps.contains(&(kind, true))
    }

    /// The plan. Slots of data come first, then those that get only keys or shares.
    pub(crate) fn plan(&self) -> Plan {
        let used = self.safes.min(self.pieces).max(1);
        let at = |number: u8| Place::At(Slot(number % used));
        let mut data: Vec<Place> = (0..self.pieces).map(at).collect();
        if self.piece_here {
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
        let done = self.steps.iter().filter(|(_, done)| *done);
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

fn count<T>(list: &[T]) -> u8 {
    u8::try_from(list.len()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_wallet_core::plan::preset::Preset;

    #[test]
    fn every_named_plan_can_be_put_together() {
        for preset in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
            let plan = preset.plan();
            assert_eq!(Draft::of(&plan).plan(), plan, "{preset:?}");
        }
    }

    #[test]
    fn what_belongs_to_a_step_is_kept_while_the_step_is_left_out() {
        let mut draft = Draft::of(&Preset::KeySplitInThree.plan());
        let before = draft.plan();
        let toggle = |draft: &mut Draft| {
            for (kind, done) in &mut draft.steps {
                *done ^= *kind == StepKind::Seal;
            }
        };
        toggle(&mut draft);
        assert_eq!(draft.plan().seal(), None);
        toggle(&mut draft);
        assert_eq!(draft.plan(), before);
    }

    #[test]
    fn more_pieces_than_safes_go_round() {
        let mut draft = Draft::of(&Preset::Divided.plan());
        (draft.pieces, draft.safes) = (5, 2);
        let slots = [0, 1, 0, 1, 0].map(|slot| Place::At(Slot(slot)));
        assert_eq!(draft.plan().data, slots);
    }
}
