//! Single courses of a world of plans, played through calmly, and what worlds come to see.

mod rehearse;

use super::{Spread, plans, run_spread};
use crate::device::{Device, Store};
use crate::dice::Dice;
use crate::safe::{Honesty, Safe};
use crate::scene::{Packet, Scene};
use crate::seen::Mark;
use saifu_protocol::SafeId;
use saifu_protocol::certificate::LegacyHash;
use saifu_safe_core::entry::State;
use saifu_wallet_core::books::{CertificateBody, KeyHere};
use saifu_wallet_core::group::Phase;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::notice::Kind;
use saifu_wallet_core::plan::cover::uncover;
use saifu_wallet_core::plan::key::KeyId;
use saifu_wallet_core::plan::offer;
use saifu_wallet_core::plan::part::Part;
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
        Mark::Rehearsed,
        Mark::FoundWanting,
        Mark::Copied,
        Mark::HealedWithoutSome,
        Mark::Restored,
        Mark::Shared,
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
/// The owner is not asked to know what else a key opens: the wallet keeps what nothing else brings.
#[test]
fn the_last_of_a_key_is_not_given_up_before_what_it_opens() {
    let mut stage = stage(7, 2);
    let form = KeyForm::Pair;
    stage.scene.want(0, Intent::MakeKey { form });
    stage.settle().unwrap();
    let key = stage.scene.books(0).keys().next().unwrap().0;
    let safes = stage.ids()[..1].to_vec();
    let plan = offer::key_plan(form, 1, LocalKey::Erased);
    stage.scene.want(0, Intent::BackUpKey { key, plan, safes });
    stage.settle().unwrap();
    assert_eq!(key_here(&stage, key), Some(KeyHere::Seals));
    let backup = stage.groups(0, |_| true)[0];
    let (held, safes) = (stage.scene.held(0), stage.ids()[1..].to_vec());
    let count = held.len();
    let plan = Preset::SealedByPublicKey.plan();
    stage.want_protected(0, held, plan, safes, Some(key));
    stage.settle().unwrap();
    assert_eq!(stage.scene.held(0).len(), 0);
    stage.scene.want(0, Intent::DiscardBackup { backup });
    stage.settle().unwrap();
    stage.recover_everything().unwrap();
    assert_eq!(stage.scene.held(0).len(), count);
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

impl Spread {
    /// Nothing goes wrong, and after every single step it is looked what would become of whatever is where then.
    fn settle_forking(
        &mut self,
        look: impl Fn(&mut Self) -> Result<(), String>,
    ) -> Result<usize, String> {
        const ROUNDS: usize = 60;
        let mut steps = 0;
        for _ in 0..ROUNDS {
            loop {
                self.scene.collect_outgoing();
                if !self.scene.deliver_first() {
                    let Some(device) = self.scene.busy_device() else {
                        break;
                    };
                    self.device_step(device)?;
                }
                self.check()?;
                steps += 1;
                self.forks = 0;
                look(self)?;
            }
            if !self.scene.pass_time_to_next() {
                return Ok(steps);
            }
        }
        Err("it does not come to rest".into())
    }

    /// Lets the wallet do what it can before anything arrives anywhere, and says which safes it has asked.
    fn asked_at_once(&mut self) -> BTreeSet<SafeId> {
        while let Some(device) = self.scene.busy_device() {
            self.scene.collect_outgoing();
            self.device_step(device).unwrap();
        }
        let asked = self.scene.network.iter().filter_map(|packet| match packet {
            Packet::Request { ask, .. } => {
                let mut safes = self.scene.safes.iter();
                safes.find(|safe| ask.url.starts_with(safe.settings.address.as_str()))
            }
            Packet::Reply { .. } => None,
        });
        asked.map(Safe::id).collect()
    }

    /// How many entries a safe still has to give.
    fn alive(&self, safe: usize) -> usize {
        let entries = self.scene.safes[safe].ledger.entries();
        let is_alive = |state| matches!(state, State::Registered | State::Withdrawing { .. });
        entries.filter(|(entry, _)| is_alive(entry.state)).count()
    }
}

/// Registered, moved to the same safes anew, recovered: how many steps that took, with a look after each.
fn course_with(
    stage: &mut Spread,
    preset: Preset,
    look: impl Fn(&mut Spread) -> Result<(), String>,
) -> Result<usize, String> {
    let value = stage.scene.held(0)[0];
    stage.want_protected(0, vec![value], preset.plan(), stage.ids(), None);
    let mut steps = stage.settle_forking(&look)?;
    repair(stage, &preset.plan());
    steps += stage.settle_forking(&look)?;
    for backup in stage.groups(0, |_| true) {
        stage.scene.want(0, Intent::RecoverBackup { backup });
    }
    Ok(steps + stage.settle_forking(&look)?)
}

/// With the power cut after each step, everything well, or as many safes gone as the plan allows: plans that differ in what
/// must be where for a value to come back. Random worlds do this with all others, at random steps.
#[test]
fn after_every_step_everything_can_come_back() {
    for preset in [
        Preset::OneSafeSealed,
        Preset::KeyElsewhere,
        Preset::AnyTwoOfThree,
        Preset::PlainCopies,
        Preset::PieceStaysHome,
        Preset::KeySplitInThree,
        Preset::SeedOfPairElsewhere,
    ] {
        let mut stage = stage(7, 3);
        let steps = course_with(&mut stage, preset, Spread::look_ahead);
        assert!(
            steps.as_ref().is_ok_and(|steps| *steps > 30),
            "{preset:?}: {steps:?}"
        );
        stage.recover_everything().unwrap();
        stage.check_end().unwrap();
    }
}

/// The wallet is wiped after each step, and a new one knows an address, a name and six words.
#[test]
fn after_every_step_a_wallet_that_is_wiped_finds_what_lies_at_the_safes() {
    for preset in [
        Preset::OneSafeSealed,
        Preset::KeyElsewhere,
        Preset::MoneyThreeOfFour,
        Preset::PlainCopies,
        Preset::CoupledThenSealed,
        Preset::KeySplitInThree,
        Preset::KeySplitAtOneSafe,
        Preset::SeedSplit,
    ] {
        let mut stage = stage(8, 4);
        stage.enrol().unwrap();
        stage.marks.clear();
        let steps = course_with(&mut stage, preset, Spread::look_without_device);
        assert!(
            steps.as_ref().is_ok_and(|steps| *steps > 15),
            "{preset:?}: {steps:?}"
        );
        let came_back = stage.marks.contains(&Mark::Restored);
        assert_eq!(
            came_back,
            plans::needs_no_home(&preset.plan()),
            "{preset:?}"
        );
        stage.recover_everything().unwrap();
        stage.check_end().unwrap();
    }
}

#[test]
fn requests_to_several_safes_go_out_together() {
    // How many safes are asked for the value back: where the key is here, its safe is not needed.
    for (preset, asked) in [
        (Preset::KeyKeptElsewhere, 1),
        (Preset::KeyElsewhere, 2),
        (Preset::AnyTwoOfThree, 3),
        (Preset::MoneyThreeOfFour, 4),
        (Preset::PlainCopies, 3),
        (Preset::KeySplitInThree, 3),
    ] {
        let mut stage = stage(7, 4);
        let (plan, ids) = (preset.plan(), stage.ids());
        let held = vec![stage.scene.held(0)[0]];
        stage.want_protected(0, held, plan, ids, None);
        let all = stage.asked_at_once();
        stage.settle().unwrap();
        let books = stage.scene.books(0);
        let group = books.groups().next().unwrap();
        let seats: BTreeSet<SafeId> = group.seats.iter().map(|seat| seat.safe).collect();
        assert_eq!(all, seats, "{preset:?}");
        let backup = group.id;
        stage.scene.want(0, Intent::RecoverBackup { backup });
        assert_eq!(stage.asked_at_once().len(), asked, "{preset:?}");
        stage.settle().unwrap();
        stage.recover_everything().unwrap();
    }
}

/// A value whole at three safes of which two must confirm: whichever is gone, it comes back, and what that safe has is
/// withdrawn when it is there again. With two gone nothing is promised, and nothing is lost.
#[test]
fn whole_copies_come_back_with_any_safe_gone_and_the_rest_is_withdrawn_later() {
    for gone in 0..3 {
        let mut stage = spread(&Preset::PlainCopies.plan(), 3);
        let before = stage.alive(gone);
        stage.scene.safes[gone].is_up = false;
        stage.recover_everything().unwrap();
        assert_eq!(stage.alive(gone), before, "it has heard of nothing");
        assert!(
            (0..3)
                .filter(|safe| *safe != gone)
                .all(|safe| stage.alive(safe) == 0)
        );
        let leaving = stage.groups(0, |group| group.phase == Phase::Leaving);
        assert_eq!(
            leaving.len(),
            stage.groups(0, |_| true).len(),
            "it is being told"
        );
        stage.scene.safes[gone].is_up = true;
        stage.settle().unwrap();
        assert_eq!(stage.alive(gone), 0);
        stage.check_end().unwrap();
    }
    for left in 0..3 {
        let mut stage = spread(&Preset::PlainCopies.plan(), 3);
        for safe in (0..3).filter(|safe| *safe != left) {
            stage.scene.safes[safe].is_up = false;
        }
        for backup in stage.groups(0, |_| true) {
            stage.scene.want(0, Intent::RecoverBackup { backup });
        }
        stage.settle().unwrap();
        assert!(
            stage.scene.held(0).is_empty(),
            "one of three is no majority"
        );
        stage.come_to_rest_without(left);
        stage.scene.mend_safes();
        stage.recover_everything().unwrap();
        stage.check_end().unwrap();
    }
}

impl Spread {
    /// What waits for the others is called off.
    fn come_to_rest_without(&mut self, left: usize) {
        for job in self.scene.jobs(0) {
            self.scene.want(0, Intent::CallOff { job });
        }
        self.settle().unwrap();
        assert!(self.scene.held(0).is_empty());
        let mut entries = self.scene.safes[left].ledger.entries();
        assert!(
            entries.all(|(entry, _)| entry.state == State::Registered),
            "it was given back"
        );
    }

    /// What the parts at all safes carry, their covers off, and the key they are sealed with.
    fn carried(&self) -> (Vec<Vec<u8>>, Option<KeyId>) {
        const AROUND_DIGEST: usize = 45 + 2 + 4;
        const SIGNATURE: usize = 64;
        let books = self.scene.books(0);
        let mut carried = Vec::new();
        for (item, certificate) in books.certificates() {
            let body = self.scene.devices[0].store.body(item).unwrap();
            let kept = CertificateBody::read(body).unwrap();
            let mut safes = self.scene.safes.iter();
            let safe = safes.find(|safe| safe.id() == certificate.safe).unwrap();
            let mut entries = safe.ledger.entries();
            let entry = entries.find(|(entry, _)| entry.certificate == kept.compact);
            let covered = entry.and_then(|(_, bytes)| bytes).unwrap();
            let part = uncover(covered, &kept.holder, safe.id()).unwrap();
            let digest = Part::read(&part).unwrap().digest().len();
            carried.push(part[AROUND_DIGEST + digest..part.len() - SIGNATURE].to_vec());
        }
        let key = books.groups().find_map(|group| group.key);
        (carried, key)
    }
}

/// Moving is no copying: whoever had the old parts, and whoever had the old key, has nothing of the new ones.
#[test]
fn a_repair_seals_anew_under_a_new_key() {
    // Longer than the name of an algorithm with the numbers beside it.
    const WINDOW: usize = 24;
    for preset in [
        Preset::OneSafeSealed,
        Preset::KeyKeptElsewhere,
        Preset::AnyTwoOfThree,
        Preset::SealedThenDivided,
        Preset::KeySplit,
        Preset::SourceOfPairSplit,
    ] {
        let plan = preset.plan();
        let mut stage = spread(&plan, 3);
        let (old, old_key) = stage.carried();
        repair(&mut stage, &plan);
        stage.settle().unwrap();
        let (new, new_key) = stage.carried();
        assert_eq!(old.len(), new.len(), "{preset:?}");
        assert!(
            old_key.is_none() || new_key.is_some() && old_key != new_key,
            "{preset:?}"
        );
        let windows = |parts: &[Vec<u8>]| -> BTreeSet<Vec<u8>> {
            let of_part = parts.iter().flat_map(|part| part.windows(WINDOW));
            of_part.map(<[u8]>::to_vec).collect()
        };
        let (old, new) = (windows(&old), windows(&new));
        assert!(
            old.is_disjoint(&new),
            "{preset:?}: something went on as it was"
        );
        stage.recover_everything().unwrap();
        stage.check_end().unwrap();
    }
}

/// A safe whose operator runs another one already is refused by the wallet itself, whatever a page would let pass.
#[test]
fn two_safes_of_one_operator_are_refused_and_nothing_leaves() {
    let mut stage = stage(7, 3);
    stage.scene.safes[2].settings.operator = " operator 0 ".into();
    let safe = stage.scene.safes[2].id();
    stage.scene.want(0, Intent::ForgetSafe { safe });
    stage.settle().unwrap();
    for intent in stage.scene.safes[2].introduction() {
        stage.scene.want(0, intent);
        stage.settle().unwrap();
    }
    let (plan, ids) = (Preset::AnyTwoOfThree.plan(), stage.ids());
    stage.want_protected(0, stage.scene.held(0), plan, ids, None);
    assert!(stage.asked_at_once().is_empty());
    assert_eq!(stage.scene.held(0).len(), 2);
    assert_eq!(
        stage.scene.devices[0].told.last(),
        Some(&Kind::PlanDoesNotFit)
    );
}
