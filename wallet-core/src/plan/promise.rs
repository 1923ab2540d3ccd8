//! What a plan promises, and how it is weak.
//!
//! Nothing here is known of particular plans. Who could read, how many safes may be dead and how many must have answered all
//! come from one question, *do these safes, with or without this wallet, have enough to open it?*, put for every set of safes.

use super::check::Seat;
use super::{
    Away, Custody, DigestForm, Divide, GroupA, KeyPlace, LocalKey, Place, Plan, Slot, count, slots,
};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

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
    /// Without how many of them it does not come back; none where any may be dead.
    pub indispensable: u8,
    /// How many of the others may be dead, whichever they are, and the value still comes back.
    pub others_may_be_dead: u8,
    /// How few safes could read the value together, without this wallet; `None` if not even all could.
    pub readers: Option<u8>,
    /// How many operators must have answered, whichever they are, before the copy here may go.
    pub answers: u8,
}

impl Promise {
    /// Whether two sessions could both be confirmed.
    pub(crate) fn allows_two(&self) -> bool {
        u16::from(self.quorum) * 2 <= u16::from(self.voters)
    }
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

fn ones(set: u16) -> u8 {
    u8::try_from(set.count_ones()).unwrap_or(u8::MAX)
}

/// Everything that is asked of one plan.
pub(crate) struct Question<'a> {
    plan: &'a Plan,
    /// The slots it uses, in ascending order.
    slots: Vec<Slot>,
}

impl<'a> Question<'a> {
    pub(crate) fn new(plan: &'a Plan, seats: &[Seat]) -> Self {
        Self {
            plan,
            slots: seats.iter().map(|seat| seat.slot).collect(),
        }
    }

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

    /// What these safes, one bit for each, have with this wallet or without: enough to open it, and the key.
    #[cfg(test)]
    pub(crate) fn have(&self, present: u16, home: bool) -> (bool, bool) {
        let company = self.company(present, home);
        (self.opens(&company), self.has_key(&company))
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

    pub(crate) fn promise(&self) -> Promise {
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
        let comes_back = |set: u16| self.comes_back(set, &voters);
        let all = self.sets(u32::from(safes)).sum::<u16>();
        let needed: u16 = self.sets(1).filter(|one| !comes_back(all & !one)).sum();
        let others = safes.saturating_sub(ones(needed));
        let enough = (0..=others).find(|size| {
            let mut with_needed = self.sets(u32::from(safes - others + size));
            with_needed.all(|set| set & needed != needed || comes_back(set))
        });
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
            indispensable: safes - others,
            others_may_be_dead: others - enough.unwrap_or(others),
            readers,
            answers,
        }
    }

    pub(crate) fn weaknesses(&self, promise: &Promise) -> Vec<Weakness> {
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
            (promise.allows_two(), Weakness::MayComeBackTwice),
            (
                self.plan.digest == DigestForm::Open && slots(&self.plan.data).len() > 1,
                Weakness::DigestsAgree,
            ),
            (
                matches!(self.plan.custody, Custody::Safes { after } if after < promise.safes),
                Weakness::DeletedBeforeComplete,
            ),
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
