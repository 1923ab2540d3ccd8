//! Single courses of a world of plans, played through calmly, and what worlds come to see.

use super::{Spread, run_spread};
use crate::device::{Device, Store};
use crate::dice::Dice;
use crate::safe::{Honesty, Safe};
use crate::scene::Scene;
use crate::seen::Mark;
use saifu_protocol::SafeId;
use saifu_protocol::certificate::LegacyHash;
use saifu_wallet_core::books::KeyHere;
use saifu_wallet_core::group::Phase;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{
    Away, Custody as After, DigestForm, GroupA, KeyForm, KeyPlace, LocalKey, Place, Plan, Seal,
    Slot, Step,
};
use std::collections::BTreeSet;

fn stage(seed: u64, safes: usize) -> Spread {
    let mut dice = Dice::new(seed);
    let safes = (0..safes).map(|number| {
        let mut safe = Safe::new(number, Honesty::Honest, &mut dice);
        safe.settings.operator = format!("Operator {number}");
        safe
    });
    let safes = safes.collect();
    let devices = vec![Device::new(Store::default(), 0)];
    let mut stage = Spread::on(Scene::new(dice, None, devices, safes));
    stage.settle_in(2).unwrap();
    stage
}

fn bytes(stage: &Spread) -> Vec<Vec<u8>> {
    let held = stage.scene.held(0).into_iter();
    let body = held.filter_map(|id| stage.scene.devices[0].store.body(id));
    let mut bytes: Vec<Vec<u8>> = body.map(|body| body.as_bytes().to_vec()).collect();
    bytes.sort();
    bytes
}

#[test]
fn clean_runs_see_everything_that_can_happen() {
    let mut marks = BTreeSet::new();
    let mut seeds = 0..60;
    let all = [
        Mark::Spread,
        Mark::SpreadBeforeComplete,
        Mark::CameBack,
        Mark::Moved,
        Mark::Undone,
        Mark::KeyErased,
        Mark::KeyOutlived,
        Mark::Copied,
        Mark::HealedWithoutSome,
    ];
    while !all.iter().all(|mark| marks.contains(mark)) {
        let seed = seeds.next();
        let seed = seed.unwrap_or_else(|| panic!("in 60 worlds only {marks:?}"));
        marks.extend(run_spread(seed, None).unwrap().marks);
    }
}

#[test]
fn every_preset_goes_out_and_comes_back_byte_for_byte() {
    for preset in Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS) {
        let mut stage = stage(7, 4);
        let before = bytes(&stage);
        let safes = stage.scene.safes.iter().map(Safe::id).collect();
        stage.want_protected(0, stage.scene.held(0), preset.plan(), safes, None);
        stage.settle().unwrap();
        assert!(stage.scene.held(0).is_empty(), "{preset:?}");
        assert_eq!(stage.scene.books(0).account().at_safes, 2, "{preset:?}");
        stage.recover_everything().unwrap();
        assert_eq!(bytes(&stage), before, "{preset:?}");
        stage.check_end().unwrap();
    }
}

/// Everything is at the first safes by this plan.
fn spread(plan: &Plan, safes: usize) -> Spread {
    let mut stage = stage(7, safes);
    stage.want_protected(0, stage.scene.held(0), plan.clone(), stage.ids(), None);
    stage.settle().unwrap();
    assert!(stage.scene.held(0).is_empty());
    stage
}

fn repair(stage: &mut Spread, plan: &Plan) {
    for backup in stage.groups(0, |group| group.phase == Phase::AtSafes) {
        let (plan, safes) = (plan.clone(), stage.ids());
        let intent = Intent::Repair {
            backup,
            plan,
            safes,
        };
        stage.scene.want(0, intent);
    }
}

impl Spread {
    fn ids(&self) -> Vec<SafeId> {
        self.scene.safes.iter().map(Safe::id).collect()
    }
}

#[test]
fn a_repair_whose_plan_is_refused_ends_and_everything_is_as_before() {
    let mut stage = spread(&Preset::AnyTwoOfThree.plan(), 3);
    repair(&mut stage, &Preset::MoneyThreeOfFour.plan());
    stage.settle().unwrap();
    assert_eq!(stage.scene.jobs(0), []);
    stage.recover_everything().unwrap();
    stage.check_end().unwrap();
}

#[test]
fn what_is_recovered_after_a_repair_was_called_off_stays() {
    let plan = Preset::AnyTwoOfThree.plan();
    let mut stage = spread(&plan, 3);
    stage.scene.safes[2].is_full = true;
    repair(&mut stage, &plan);
    stage.settle().unwrap();
    // What the new group has at two safes cannot be ended while they are away.
    for job in stage.scene.jobs(0) {
        stage.scene.want(0, Intent::CallOff { job });
    }
    for _ in 0..3 {
        while stage.scene.devices[0].has_commit() {
            stage.device_step(0).unwrap();
        }
    }
    stage.recover_everything().unwrap();
    stage.check_end().unwrap();
}

#[test]
fn two_of_three_are_enough_though_the_third_never_answers() {
    let mut plan = Preset::AnyTwoOfThree.plan();
    plan.custody = After::Safes { after: 2 };
    let mut stage = stage(7, 3);
    stage.scene.safes[2].is_full = true;
    stage.want_protected(0, stage.scene.held(0), plan, stage.ids(), None);
    stage.settle().unwrap();
    assert_eq!(stage.scene.books(0).account().at_safes, 2);
    stage.recover_everything().unwrap();
}

#[test]
fn a_key_in_shares_by_itself_comes_back() {
    let mut stage = stage(7, 3);
    let form = KeyForm::Key;
    stage.scene.want(0, Intent::MakeKey { form });
    stage.settle().unwrap();
    let key = stage.scene.books(0).keys().next().unwrap().0;
    let mut plan = Preset::KeySplitInThree.plan();
    for step in &mut plan.steps {
        if let Step::Seal(seal) = step
            && let KeyPlace::Away {
                to: Away::Shares(shares),
                ..
            } = &mut seal.key
        {
            shares.group_a = GroupA::None;
        }
    }
    let safes = stage.ids();
    stage.scene.want(0, Intent::BackUpKey { key, plan, safes });
    stage.settle().unwrap();
    let here = |stage: &Spread| stage.scene.books(0).key(key).map(|key| key.here);
    assert_eq!(here(&stage), Some(KeyHere::Erased));
    let backup = stage.groups(0, |_| true)[0];
    stage.scene.want(0, Intent::RecoverKey { backup });
    stage.settle().unwrap();
    assert_eq!(here(&stage), Some(KeyHere::Opens));
}

/// A pair whose private half is at a safe, with the first value, and here no more.
fn sealing(stage: &mut Spread) -> (Plan, ItemId) {
    let away = Away::Elsewhere(vec![Slot(1)]);
    let local = LocalKey::Erased;
    let plan = Plan {
        steps: vec![Step::Seal(Seal {
            form: KeyForm::Pair,
            key: KeyPlace::Away { to: away, local },
        })],
        data: vec![Place::At(Slot(0))],
        quorum: 1,
        digest: DigestForm::Sealed,
        hash: LegacyHash::Off,
        custody: After::Safes { after: 2 },
    };
    let first = stage.scene.held(0)[0];
    let safes = stage.ids();
    stage.want_protected(0, vec![first], plan.clone(), safes, None);
    stage.settle().unwrap();
    let key = stage.scene.books(0).keys().next().unwrap().0;
    assert_eq!(key_here(stage, key), Some(KeyHere::Seals));
    (plan, key)
}

fn key_here(stage: &Spread, key: ItemId) -> Option<KeyHere> {
    stage.scene.books(0).key(key).map(|key| key.here)
}

#[test]
fn what_is_sealed_with_a_public_half_waits_for_no_key_and_leaves_the_half_here() {
    let mut stage = stage(7, 2);
    let (plan, key) = sealing(&mut stage);
    let (second, safes) = (stage.scene.held(0), stage.ids());
    stage.want_protected(0, second, plan, safes, Some(key));
    stage.settle().unwrap();
    assert_eq!(stage.scene.jobs(0), []);
    assert_eq!(stage.scene.books(0).account().at_safes, 2);
    assert_eq!(key_here(&stage, key), Some(KeyHere::Seals));
    stage.recover_everything().unwrap();
    stage.check_end().unwrap();
}
#[test]
fn giving_up_one_value_leaves_the_key_of_another_where_it_is() {
    let mut stage = stage(7, 2);
    let (plan, key) = sealing(&mut stage);
    let backup = stage.groups(0, |_| true)[0];
    let (second, safes) = (stage.scene.held(0), stage.ids());
    stage.want_protected(0, second, plan, safes, Some(key));
    stage.settle().unwrap();
    stage.scene.want(0, Intent::DiscardBackup { backup });
    stage.settle().unwrap();
    stage.recover_everything().unwrap();
    assert_eq!(stage.scene.held(0).len(), 1);
    stage.check_end().unwrap();
}
