//! Plans by name: every embodiment of WO 01/13293 up to the seventh, and the four a wallet offers in plain words.
//!
//! A preset is data. Nothing anywhere depends on which of them a plan came from.

use super::{
    Away, Custody, DigestForm, Divide, GroupA, KeyForm, KeyPlace, LocalKey, Place, Plan, Seal,
    Shares, Slot, Step,
};
use alloc::vec;
use alloc::vec::Vec;
use core::num::NonZeroU8;
use saifu_protocol::certificate::LegacyHash;
use serde::{Deserialize, Serialize};

/// A plan with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Offered: "One safe, sealed". The key stays here.
    OneSafeSealed,
    /// Offered: "Key kept elsewhere". The third embodiment, with the key here, too.
    KeyKeptElsewhere,
    /// Offered: "Any 2 of 3 safes". One may be dead, one alone reads nothing.
    AnyTwoOfThree,
    /// Offered: "Money: 3 of 4, released once". One may be dead or cheat.
    MoneyThreeOfFour,

    /// First embodiment: as it is, at one safe.
    PlainCopy,
    /// First embodiment, claim 3: as it is, whole at three safes.
    PlainCopies,
    /// Second: sealed with a common key, which stays.
    SealedByCommonKey,
    /// Second: sealed with the public half of a pair, whose secret half stays.
    SealedByPublicKey,
    /// Second, claim 5: and the secret half is registered at the same safe.
    KeyRegistered,
    /// Third, claim 6: the key only at another safe.
    KeyElsewhere,
    /// Fourth, claim 7: divided as it is.
    Divided,
    /// Fourth, claim 8: divided, then each piece sealed.
    DividedThenSealed,
    /// Fourth, claim 9: sealed, then divided.
    SealedThenDivided,
    /// Fourth: sealed, then divided; one piece stays home.
    PieceStaysHome,
    /// Fifth: coupled, then sealed.
    CoupledThenSealed,
    /// Fifth: each sealed, then coupled.
    SealedThenCoupled,
    /// Sixth, claim 11: the key in two; A with the ciphertext, B at another safe.
    KeySplit,
    /// Sixth: the key in three, any two of which are enough; A with the ciphertext, B at two other safes.
    KeySplitInThree,
    /// Sixth, Fig. 4: ciphertext and key both divided, piece i with share i.
    PieceWithShare,
    /// Sixth, claim 12: what is split is the source a pair is generated from.
    SourceOfPairSplit,
    /// Sixth: all shares at the safe of the data.
    KeySplitAtOneSafe,
    /// Seventh, claim 13: the seed of the key at another safe.
    SeedElsewhere,
    /// Seventh: the seed of a pair at another safe; erased here, the wallet still seals.
    SeedOfPairElsewhere,
    /// Seventh: the seed at the safe of the data.
    SeedWithData,
    /// Seventh: the seed split as in the sixth.
    SeedSplit,
}

/// What an embodiment adds to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embodiment {
    /// First: registered as it is.
    Plain,
    /// Second: encrypted.
    Sealed,
    /// Third: the key at another safe.
    KeyElsewhere,
    /// Fourth: divided.
    Divided,
    /// Fifth: coupled.
    Coupled,
    /// Sixth: the key split.
    KeySplit,
    /// Seventh: the seed instead of the key.
    Seed,
}

impl Embodiment {
    /// All of them, in their order.
    pub const ALL: [Embodiment; 7] = [
        Embodiment::Plain,
        Embodiment::Sealed,
        Embodiment::KeyElsewhere,
        Embodiment::Divided,
        Embodiment::Coupled,
        Embodiment::KeySplit,
        Embodiment::Seed,
    ];
}

impl Preset {
    /// What a wallet offers, simplest first.
    pub const OFFERED: [Preset; 4] = [
        Preset::OneSafeSealed,
        Preset::KeyKeptElsewhere,
        Preset::AnyTwoOfThree,
        Preset::MoneyThreeOfFour,
    ];

    /// The embodiments, in their order.
    pub const EMBODIMENTS: [Preset; 21] = [
        Preset::PlainCopy,
        Preset::PlainCopies,
        Preset::SealedByCommonKey,
        Preset::SealedByPublicKey,
        Preset::KeyRegistered,
        Preset::KeyElsewhere,
        Preset::Divided,
        Preset::DividedThenSealed,
        Preset::SealedThenDivided,
        Preset::PieceStaysHome,
        Preset::CoupledThenSealed,
        Preset::SealedThenCoupled,
        Preset::KeySplit,
        Preset::KeySplitInThree,
        Preset::PieceWithShare,
        Preset::SourceOfPairSplit,
        Preset::KeySplitAtOneSafe,
        Preset::SeedElsewhere,
        Preset::SeedOfPairElsewhere,
        Preset::SeedWithData,
        Preset::SeedSplit,
    ];

    /// The embodiment it is of.
    pub const fn embodiment(self) -> Embodiment {
        match self {
            Preset::PlainCopy | Preset::PlainCopies => Embodiment::Plain,
            Preset::OneSafeSealed
            | Preset::SealedByCommonKey
            | Preset::SealedByPublicKey
            | Preset::KeyRegistered => Embodiment::Sealed,
            Preset::KeyKeptElsewhere | Preset::KeyElsewhere => Embodiment::KeyElsewhere,
            Preset::AnyTwoOfThree
            | Preset::MoneyThreeOfFour
            | Preset::Divided
            | Preset::DividedThenSealed
            | Preset::SealedThenDivided
            | Preset::PieceStaysHome => Embodiment::Divided,
            Preset::CoupledThenSealed | Preset::SealedThenCoupled => Embodiment::Coupled,
            Preset::KeySplit
            | Preset::KeySplitInThree
            | Preset::PieceWithShare
            | Preset::SourceOfPairSplit
            | Preset::KeySplitAtOneSafe => Embodiment::KeySplit,
            Preset::SeedElsewhere
            | Preset::SeedOfPairElsewhere
            | Preset::SeedWithData
            | Preset::SeedSplit => Embodiment::Seed,
        }
    }

    /// The preset a plan came from; of those with one plan the first, and those that are offered before the others.
    pub fn of(plan: &Plan) -> Option<Self> {
        let all = Self::OFFERED.into_iter().chain(Self::EMBODIMENTS);
        all.into_iter().find(|preset| preset.plan() == *plan)
    }

    /// The plan. Slots are numbered from 0, those of data first.
    pub fn plan(self) -> Plan {
        use KeyForm::{Key, Pair, SeedOfKey, SeedOfPair};
        let divide = |divide| Step::Divide(divide);
        let elsewhere = |slot| erased(Away::Elsewhere(vec![Slot(slot)]));
        let split = || shares(2, with_every_one(), &[1]);
        match self {
            Preset::PlainCopy => Plan {
                digest: DigestForm::Open,
                ..at(1, 1, vec![])
            },
            Preset::PlainCopies => Plan {
                digest: DigestForm::Open,
                ..at(3, 2, vec![])
            },
            Preset::OneSafeSealed | Preset::SealedByCommonKey => {
                at(1, 1, vec![seal(Key, KeyPlace::Stays)])
            }
            Preset::SealedByPublicKey => at(1, 1, vec![seal(Pair, KeyPlace::Stays)]),
            Preset::KeyRegistered => at(1, 1, vec![seal(Pair, kept(Away::DataSafe))]),
            Preset::KeyKeptElsewhere => {
                let key = kept(Away::Elsewhere(vec![Slot(1)]));
                after(2, at(1, 1, vec![seal(Key, key)]))
            }
            Preset::KeyElsewhere => after(2, at(1, 1, vec![seal(Key, elsewhere(1))])),
            Preset::AnyTwoOfThree => at(3, 2, vec![divide(Divide::Threshold(2))]),
            Preset::MoneyThreeOfFour => at(4, 3, vec![divide(Divide::Threshold(3))]),
            Preset::Divided => at(3, 3, vec![divide(Divide::Ranges)]),
            Preset::DividedThenSealed => at(
                3,
                3,
                vec![divide(Divide::Ranges), seal(Key, KeyPlace::Stays)],
            ),
            Preset::SealedThenDivided => at(
                3,
                3,
                vec![seal(Key, KeyPlace::Stays), divide(Divide::Ranges)],
            ),
            Preset::PieceStaysHome => {
                let steps = vec![seal(Key, KeyPlace::Stays), divide(Divide::Ranges)];
                let mut plan = at(2, 2, steps);
                plan.data.push(Place::Home);
                plan
            }
            Preset::CoupledThenSealed => at(1, 1, vec![Step::Couple, seal(Key, KeyPlace::Stays)]),
            Preset::SealedThenCoupled => at(1, 1, vec![seal(Key, KeyPlace::Stays), Step::Couple]),
            Preset::KeySplit => after(2, at(1, 2, vec![seal(Key, split())])),
            Preset::KeySplitInThree => {
                let key = shares(2, with_every_one(), &[1, 2]);
                after(3, at(1, 2, vec![seal(Key, key)]))
            }
            Preset::PieceWithShare => {
                let key = shares(2, GroupA::OnePerPart, &[]);
                at(2, 2, vec![seal(Key, key), divide(Divide::Ranges)])
            }
            Preset::SourceOfPairSplit | Preset::SeedSplit => {
                let form = match self {
                    Preset::SeedSplit => SeedOfKey,
                    _ => SeedOfPair,
                };
                after(2, at(1, 2, vec![seal(form, split())]))
            }
            Preset::KeySplitAtOneSafe => {
                let key = shares(2, with_every_one(), &[0]);
                at(1, 1, vec![seal(Key, key)])
            }
            Preset::SeedElsewhere => after(2, at(1, 1, vec![seal(SeedOfKey, elsewhere(1))])),
            Preset::SeedOfPairElsewhere => after(2, at(1, 1, vec![seal(SeedOfPair, elsewhere(1))])),
            Preset::SeedWithData => at(1, 1, vec![seal(SeedOfPair, erased(Away::DataSafe))]),
        }
    }
}

/// Data in so many slots, confirmed by `quorum`, deleted here once all have answered: what is promised then holds from the
/// moment the copy here is gone.
fn at(slots: u8, quorum: u8, steps: Vec<Step>) -> Plan {
    Plan {
        steps,
        data: (0..slots).map(|slot| Place::At(Slot(slot))).collect(),
        quorum,
        digest: DigestForm::Sealed,
        hash: LegacyHash::Off,
        custody: Custody::Safes { after: slots },
    }
}

fn after(after: u8, plan: Plan) -> Plan {
    Plan {
        custody: Custody::Safes { after },
        ..plan
    }
}

fn seal(form: KeyForm, key: KeyPlace) -> Step {
    Step::Seal(Seal { form, key })
}

fn kept(to: Away) -> KeyPlace {
    let local = LocalKey::Kept;
    KeyPlace::Away { to, local }
}

fn erased(to: Away) -> KeyPlace {
    let local = LocalKey::Erased;
    KeyPlace::Away { to, local }
}

fn with_every_one() -> GroupA {
    GroupA::WithEvery(NonZeroU8::MIN)
}

fn shares(threshold: u8, group_a: GroupA, group_b: &[u8]) -> KeyPlace {
    erased(Away::Shares(Shares {
        threshold,
        group_a,
        group_b: group_b.iter().map(|slot| Place::At(Slot(*slot))).collect(),
    }))
}
