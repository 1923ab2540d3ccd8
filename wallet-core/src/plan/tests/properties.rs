//! Plans drawn at random, and for each of them everything that may be missing.
//!
//! What `check` computes from the plan alone is held against what really opens: for every set of safes, with this wallet and
//! without. A seed that fails is printed and replays.

use super::super::offer::{Gets, slots};
use super::super::promise::Question;
use super::super::{
    Away, Custody, DigestForm, Divide, GroupA, KeyForm, KeyPlace, LocalKey, Seal, Shares, Step,
};
use super::*;
use core::num::NonZeroU8;
use saifu_protocol::certificate::LegacyHash;

/// Chance for choices; the bytes of keys come from [`Counting`].
struct Dice(u64);

impl Dice {
    /// A number below `sides` (Knuth's MMIX generator, its upper half).
    fn below(&mut self, sides: u8) -> u8 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u8::try_from((self.0 >> 33) % u64::from(sides)).unwrap()
    }

    fn one_of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[usize::from(self.below(u8::try_from(choices.len()).unwrap()))].clone()
    }

    fn place(&mut self) -> Place {
        match self.below(9) {
            8 => Place::Home,
            n => Place::At(Slot(n % 4)),
        }
    }

    fn seal(&mut self, data: &[Place]) -> Step {
        let local = self.one_of(&[LocalKey::Kept, LocalKey::Erased]);
        let free = (0..5)
            .map(Slot)
            .find(|slot| !data.contains(&Place::At(*slot)));
        let to = match self.below(4) {
            0 => Away::DataSafe,
            1 => Away::Elsewhere(free.into_iter().collect()),
            _ => Away::Shares(Shares {
                threshold: 2 + self.below(2),
                group_a: match self.below(4) {
                    0 => GroupA::None,
                    1 => GroupA::WithEvery(NonZeroU8::MIN.saturating_add(self.below(2))),
                    _ => GroupA::OnePerPart,
                },
                group_b: (0..self.below(4)).map(|_| self.place()).collect(),
            }),
        };
        Step::Seal(Seal {
            form: self.one_of(&[
                KeyForm::Key,
                KeyForm::Pair,
                KeyForm::SeedOfKey,
                KeyForm::SeedOfPair,
            ]),
            key: match self.below(4) {
                0 => KeyPlace::Stays,
                _ => KeyPlace::Away { to, local },
            },
        })
    }

    fn plan(&mut self) -> Plan {
        let data: Vec<Place> = (0..=self.below(4)).map(|_| self.place()).collect();
        let mut steps = Vec::new();
        if self.below(2) == 1 {
            steps.push(Step::Couple);
        }
        if self.below(4) > 0 {
            steps.push(self.seal(&data));
        }
        if self.below(3) > 0 {
            let divide = match self.below(2) {
                0 => Divide::Ranges,
                _ => Divide::Threshold(2 + self.below(2)),
            };
            steps.push(Step::Divide(divide));
        }
        for at in (1..steps.len()).rev() {
            let with = self.below(u8::try_from(at + 1).unwrap());
            steps.swap(at, usize::from(with));
        }
        Plan {
            steps,
            data,
            quorum: 1 + self.below(4),
            digest: self.one_of(&[DigestForm::Open, DigestForm::Sealed, DigestForm::Vacant]),
            hash: LegacyHash::Off,
            custody: Custody::Safes { after: 0 },
        }
    }

    fn objects(&mut self, plan: &Plan) -> Vec<Vec<u8>> {
        let most = if plan.steps.contains(&Step::Couple) {
            3
        } else {
            1
        };
        let bytes = |dice: &mut Self| {
            let len = dice.one_of(&[0, 1, 2, 31, 200]);
            (0..len).map(|_| dice.below(255)).collect()
        };
        (0..=self.below(most)).map(|_| bytes(self)).collect()
    }
}

/// What these safes have, with what stayed here or without.
fn company<'a>(
    protected: &'a Protected,
    slots: &[Slot],
    set: u8,
    home: bool,
) -> (Vec<&'a [u8]>, Vec<OpeningKey>) {
    let has = |place| match place {
        Place::Home => home,
        Place::At(slot) => slots
            .iter()
            .position(|other| *other == slot)
            .is_some_and(|at| set & (1 << at) != 0),
    };
    let parts = protected.parts.iter().filter(|part| has(part.to));
    let keys = if home { kept(protected) } else { Vec::new() };
    (parts.map(|part| part.bytes.as_slice()).collect(), keys)
}

/// Returns whether the plan was one.
fn try_plan(seed: u64) -> bool {
    let mut dice = Dice(seed);
    for _ in 0..4 {
        dice.below(2);
    }
    let mut plan = dice.plan();
    let used = slots(&plan).into_iter().filter(|it| *it != Gets::default());
    let after = u8::try_from(used.count()).unwrap();
    plan.custody = Custody::Safes { after };
    let Ok(plan) = CheckedPlan::check(plan, seats(5), Class::Coupon, None) else {
        return false;
    };
    let wallet = Wallet::new(1);
    let wanted = dice.objects(plan.plan());
    let wanted: Vec<&[u8]> = wanted.iter().map(Vec::as_slice).collect();
    let protected = wallet.protect(&plan, &wanted, u32::try_from(seed).unwrap());
    let context = || alloc::format!("seed {seed}: {:?}", plan.plan());

    let slots: Vec<Slot> = plan.seats().iter().map(|seat| seat.slot).collect();
    let safes = u8::try_from(slots.len()).unwrap();
    let question = Question::new(plan.plan(), plan.seats());
    let opens = |set, home| {
        let (mut parts, keys) = company(&protected, &slots, set, home);
        parts.reverse();
        let (enough, has_key) = question.have(u16::from(set), home);
        match wallet.reunite(&parts, &keys) {
            Ok(reunited) => {
                assert!(enough, "{set:b} {home}: {}", context());
                assert_eq!(objects(&reunited), wanted, "{}", context());
                assert!(reunited.refused.is_empty(), "{}", context());
                if let Some(KeyAtHome::UntilRegistered(key)) = &protected.key {
                    let keys = core::slice::from_ref(key);
                    assert_eq!(reunited.keys, keys, "it is back, too: {}", context());
                }
                true
            }
            Err(failure) => {
                assert!(!enough, "{set:b} {home}: {failure:?}: {}", context());
                assert!(failure.refused.is_empty(), "{}", context());
                // Too few shares give no key, and the error no byte of what was protected: it has no room for any.
                assert!(failure.keys.is_empty() || has_key, "{}", context());
                false
            }
        }
    };
    let sets = |size: u32| (0..1_u8 << safes).filter(move |set| set.count_ones() == size);
    let all = (1_u8 << safes) - 1;
    assert!(opens(all, true), "{}", context());
    for set in 0..=all {
        opens(set, true);
        opens(set, false);
    }

    let promise = plan.promise();
    let readers = (1..=safes).find(|size| sets(u32::from(*size)).any(|set| opens(set, false)));
    assert_eq!(promise.readers, readers, "{}", context());
    let alive = u32::from(safes - promise.may_be_dead);
    assert!(sets(alive).all(|set| opens(set, true)), "{}", context());
    assert_eq!(
        promise.indispensable > 0,
        promise.may_be_dead == 0,
        "{}",
        context()
    );

    let votes = |set: u8| {
        let places = slots
            .iter()
            .enumerate()
            .filter(|(at, _)| set & (1 << at) != 0);
        let is_vote = |part: &ProtectedPart, slot| {
            part.class.is_released_once() && part.to == Place::At(slot)
        };
        let votes = |slot: Slot| protected.parts.iter().any(|part| is_vote(part, slot));
        places.filter(|(_, slot)| votes(**slot)).count()
    };
    let comes_back = |set| opens(set, true) && votes(set) >= usize::from(plan.plan().quorum);
    let needed: u8 = sets(1).filter(|one| !comes_back(all & !one)).sum();
    let others = safes - u8::try_from(needed.count_ones()).unwrap();
    let may_be_dead = |count: &u8| {
        let mut left = sets(u32::from(safes - count));
        left.all(|set| set & needed != needed || comes_back(set))
    };
    let dead = (0..=others).rev().find(may_be_dead);
    let found = (safes - others, dead.unwrap());
    let said = (promise.indispensable, promise.others_may_be_dead);
    assert_eq!(said, found, "{}", context());
    true
}

#[test]
fn random_plans_give_the_same_bytes_back_and_keep_what_they_promise() {
    let tried = (0..600).filter(|seed| try_plan(*seed)).count();
    assert!(tried > 150, "only {tried} of the drawn plans make sense");
}

/// Below the threshold there is an error and not one byte, whichever pieces they are.
#[test]
fn fewer_pieces_than_needed_give_nothing() {
    let wallet = Wallet::new(1);
    for (needed, number) in [(2, 2), (2, 3), (3, 4), (4, 6)] {
        let plan = Plan {
            steps: alloc::vec![Step::Divide(Divide::Threshold(needed))],
            data: (0..number).map(|slot| Place::At(Slot(slot))).collect(),
            quorum: number,
            digest: DigestForm::Vacant,
            hash: LegacyHash::Off,
            custody: Custody::Safes { after: number },
        };
        let protected = wallet.protect(&checked(plan), &[b"the marked value"], 0);
        let parts = bytes(&protected.parts);
        for set in 0..1_u32 << number {
            let chosen = parts.iter().enumerate();
            let some: Vec<&[u8]> = chosen
                .filter(|(at, _)| set & (1 << at) != 0)
                .map(|(_, part)| *part)
                .collect();
            let enough = set.count_ones() >= u32::from(needed);
            assert_eq!(wallet.reunite(&some, &[]).is_ok(), enough);
        }
        assert!(parts.iter().all(|part| !contains(part, b"marked")));
    }
}

/// No two safes see a run of bytes in common, but for what the headers say openly.
#[test]
fn copies_and_pieces_have_no_ciphertext_in_common() {
    use super::super::part::Part;
    use super::super::preset::Preset;
    let wallet = Wallet::new(1);
    let mut sealed_copies = Preset::SealedByCommonKey.plan();
    sealed_copies.data = (0..3).map(|slot| Place::At(Slot(slot))).collect();
    sealed_copies.quorum = 2;
    sealed_copies.custody = Custody::Safes { after: 3 };
    let value = [0; 500];
    let protected = wallet.protect(&checked(sealed_copies), &[&value], 0);
    let bodies = protected
        .parts
        .iter()
        .map(|part| Part::read(&part.bytes).unwrap());
    let bodies: Vec<Vec<u8>> = bodies.map(|part| part.body()[17..].to_vec()).collect();
    for (one, two) in [(0, 1), (0, 2), (1, 2)] {
        assert!(
            bodies[one]
                .windows(16)
                .all(|run| !contains(&bodies[two], run))
        );
    }
    let protected = wallet.protect(&preset(Preset::AnyTwoOfThree), &[&value], 0);
    let bodies = protected
        .parts
        .iter()
        .map(|part| Part::read(&part.bytes).unwrap());
    // After the share, whose checks agree by design.
    let after = 1 + 35 + 3 * 32;
    let bodies: Vec<Vec<u8>> = bodies.map(|part| part.body()[after..].to_vec()).collect();
    let read = |at: usize| Part::read(&protected.parts[at].bytes).unwrap();
    assert_ne!(
        read(0).digest(),
        read(1).digest(),
        "nor do sealed digests agree"
    );
    assert!(bodies[0].windows(16).all(|run| !contains(&bodies[1], run)));
}

/// Whoever has the pieces of one value gains nothing for another: dividing draws its key each time, for each object.
#[test]
fn every_division_has_a_key_of_its_own() {
    use super::super::layer::Layer;
    use super::super::part::Part;
    use super::super::share::combine;
    let wallet = Wallet::new(1);
    let mut plan = super::super::preset::Preset::AnyTwoOfThree.plan();
    plan.steps.push(Step::Couple);
    let plan = checked(plan);
    let mut keys = Vec::new();
    for rng in [0, 900] {
        let protected = wallet.protect(&plan, &[b"one", b"two"], rng);
        let parts = bytes(&protected.parts);
        let coupled = |at: usize| match Layer::read(Part::read(parts[at]).unwrap().body()) {
            Ok(Layer::Coupled(items)) => items,
            _ => panic!("the pieces are coupled last"),
        };
        for (one, two) in coupled(0).into_iter().zip(coupled(1)) {
            match (Layer::read(one), Layer::read(two)) {
                (Ok(Layer::Threshold(one)), Ok(Layer::Threshold(two))) => {
                    keys.push(combine(&[&one.share, &two.share]).unwrap());
                }
                _ => panic!("the items are pieces"),
            }
        }
    }
    assert_eq!(keys.len(), 4);
    for (at, key) in keys.iter().enumerate() {
        assert!(!keys[..at].contains(key));
    }
}
