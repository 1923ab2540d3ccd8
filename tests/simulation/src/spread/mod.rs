//! Worlds for what plans spread over several safes: the real wallet on up to three devices, two to five real safes with an
//! operator each, plans drawn at random, and an owner who does things at bad moments.
//!
//! At random steps, and after each transaction by which a value goes, the world forks: everything in the copy heals, and
//! what its owner wants must come back exactly once. In one kind of fork so many safes as the plans allow are gone for
//! good, and no safe takes anything new.

mod cheats;
mod plans;
mod watch;

pub use cheats::{Odds, race, run_cheats};

use crate::device::{Device, Store};
use crate::dice::Dice;
use crate::invariants::Violation;
use crate::planted::Bug;
use crate::safe::{Honesty, Safe};
use crate::scene::{Scene, skew};
use crate::world::{Mark, Seen};
use saifu_protocol::SafeId;
use saifu_wallet_core::books::{Books, Custody, KeyHere};
use saifu_wallet_core::flow::Flow;
use saifu_wallet_core::form::Form;
use saifu_wallet_core::group::{Group, Phase};
use saifu_wallet_core::ids::{FlowId, ItemId};
use saifu_wallet_core::intent::{Intent, RemoveReason};
use saifu_wallet_core::plan::key::KeyId;
use saifu_wallet_core::plan::{GroupId, KeyPlace, Plan};
use saifu_wallet_core::port::Event;
use std::collections::BTreeSet;
use watch::Watch;
use zeroize::Zeroizing;

/// Steps of each act in which everything may go wrong.
const WILD_STEPS: usize = 150;
/// Steps after which what has not come to rest never will.
const CALM_STEPS: usize = 6_000;
/// Rounds in which everything must come to rest, time passing between them.
const ROUNDS: usize = 60;
/// How often everything is asked for until it must be there: a key may have to come before what it opens.
const PASSES: usize = 3;
/// Values an owner has at most.
const MOST_VALUES: usize = 4;
/// Keys an owner makes at most.
const MOST_KEYS: usize = 2;
/// Forks of one world at most.
const MOST_FORKS: usize = 12;

/// A world of plans.
pub struct Spread {
    scene: Scene,
    watch: Watch,
    step: usize,
    has_changed: bool,
    values_made: usize,
    keys_made: usize,
    /// A key was deleted that safes hold: then they are needed, whatever the plan promised of home.
    relies_on_safes: bool,
    forks: usize,
    marks: BTreeSet<Mark>,
}

/// Runs the world of a seed to its end.
///
/// # Errors
/// The first invariant that does not hold.
pub fn run_spread(seed: u64, bug: Option<Bug>) -> Result<Seen, Violation> {
    let mut spread = Spread::new(seed, bug);
    for act in [
        |spread: &mut Spread| spread.settle_in(2),
        Spread::go_wild,
        Spread::come_to_rest,
        Spread::race,
        Spread::go_wild,
        Spread::come_to_rest,
        Spread::recover_everything,
        Spread::check_end,
    ] {
        act(&mut spread).map_err(|what| Violation {
            step: spread.step,
            what,
        })?;
    }
    Ok(spread.seen())
}

/// How a fork is healed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Healing {
    /// Everything.
    All,
    /// All but so many safes as the plans allow, and nobody takes anything new.
    WithoutSome,
}

impl Spread {
    /// A new world.
    pub fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut dice = Dice::new(seed);
        let count = 2 + dice.below(4);
        let safes = (0..count)
            .map(|number| {
                let lies = number + 1 == count && dice.percent(15);
                let honesty = if lies { Honesty::Lies } else { Honesty::Honest };
                let mut safe = Safe::new(number, honesty, &mut dice);
                let same = number == 1 && dice.percent(5);
                let operator = if same { 0 } else { number };
                safe.settings.operator = format!("Operator {operator}");
                safe
            })
            .collect();
        let devices = vec![Device::new(Store::default(), skew(&mut dice))];
        Self::on(Scene::new(dice, bug, devices, safes))
    }

    fn on(scene: Scene) -> Self {
        Self {
            scene,
            watch: Watch::default(),
            step: 0,
            has_changed: true,
            values_made: 0,
            keys_made: 0,
            relies_on_safes: false,
            forks: 0,
            marks: BTreeSet::new(),
        }
    }

    /// The owner gets to know the safes and puts in the first values, with nothing going wrong yet.
    fn settle_in(&mut self, values: usize) -> Result<(), String> {
        self.scene.start(0);
        for number in 0..self.scene.safes.len() {
            let address = self.scene.safes[number]
                .settings
                .address
                .as_str()
                .to_owned();
            self.scene.want(0, Intent::MeetSafe { address });
            self.calm()?;
            let safe = self.scene.safes[number].id();
            self.scene.want(0, Intent::TrustSafe { safe });
            self.calm()?;
        }
        for _ in 0..values {
            self.add(0);
            self.calm()?;
        }
        Ok(())
    }

    fn seen(mut self) -> Seen {
        let mut seen = Seen {
            marks: self.marks,
            ..Seen::default()
        };
        for device in &mut self.scene.devices {
            seen.notices.append(&mut device.told);
            seen.waited.append(&mut device.waited);
            seen.used += device.store.books().ledger().used;
        }
        seen
    }

    // ---- steps

    fn go_wild(&mut self) -> Result<(), String> {
        for _ in 0..WILD_STEPS {
            self.wild_step()?;
        }
        Ok(())
    }

    fn wild_step(&mut self) -> Result<(), String> {
        self.scene.collect_outgoing();
        let device = self.scene.dice.below(self.scene.devices.len());
        match self.scene.dice.below(100) {
            0..=34 => self.device_step(device)?,
            35..=64 => self.scene.network_step(),
            65..=71 => self.scene.pass_time(),
            72..=86 => self.owner_step(device),
            87..=90 => self.crash_or_start(device),
            91..=93 => self.scene.safe_step(),
            94..=95 => {
                self.has_changed = true;
                self.scene.upkeep_step();
            }
            96..=97 => self.scene.storage_trouble(device),
            _ => self.copy_profile(device),
        }
        self.check()?;
        if self.step.is_multiple_of(10) && self.scene.dice.percent(25) {
            self.look_ahead()?;
        }
        Ok(())
    }

    fn check(&mut self) -> Result<(), String> {
        self.step += 1;
        if !std::mem::take(&mut self.has_changed) {
            return Ok(());
        }
        self.watch
            .check(&self.scene.devices, &self.scene.safes, self.scene.bug)
    }

    /// Nothing goes wrong: everything that is under way arrives, in order.
    fn calm(&mut self) -> Result<(), String> {
        for _ in 0..CALM_STEPS {
            self.scene.collect_outgoing();
            if !self.scene.deliver_first() {
                let Some(device) = self.scene.busy_device() else {
                    return self.check();
                };
                self.device_step(device)?;
            }
        }
        Err("it does not come to rest".into())
    }

    /// As above, and time passes, until nothing is waited for or it has long become clear that it will not come.
    fn settle(&mut self) -> Result<(), String> {
        for _ in 0..ROUNDS {
            self.calm()?;
            if !self.scene.pass_time_to_next() {
                return Ok(());
            }
        }
        self.calm()
    }

    fn come_to_rest(&mut self) -> Result<(), String> {
        self.scene.mend_safes();
        for device in 0..self.scene.devices.len() {
            self.scene.start(device);
            let bytes = 1 << 30;
            self.scene.want(device, Intent::SetCapacity { bytes });
        }
        self.settle()?;
        self.call_off_all()
    }

    /// What hangs on a safe that will never do it is called off.
    fn call_off_all(&mut self) -> Result<(), String> {
        let is_whole = self.scene.safes.iter().all(|safe| safe.is_honest());
        for device in 0..self.scene.devices.len() {
            for (job, flow) in self.books(device).flows() {
                if is_whole {
                    return Err(format!("a flow hangs on {device}: {flow:?}"));
                }
                self.scene.want(device, Intent::CallOff { job });
            }
        }
        self.settle()
    }

    /// Everything is protected, the profile is copied, and all devices want everything back at once.
    fn race(&mut self) -> Result<(), String> {
        self.protect_all(0);
        self.come_to_rest()?;
        self.copy_profile(0);
        for device in 0..self.scene.devices.len() {
            self.scene.start(device);
            for backup in self.groups(device, |_| true) {
                self.scene.want(device, Intent::RecoverBackup { backup });
            }
        }
        Ok(())
    }

    /// Every device in its turn asks for everything it could get.
    fn recover_everything(&mut self) -> Result<(), String> {
        for _ in 0..PASSES {
            for device in 0..self.scene.devices.len() {
                for backup in self.groups(device, |_| true) {
                    let keys_only = self.key_is_wanted(device, backup);
                    self.scene.want(
                        device,
                        match keys_only {
                            true => Intent::RecoverKey { backup },
                            false => Intent::RecoverBackup { backup },
                        },
                    );
                }
                self.settle()?;
            }
        }
        self.watch.check_usable(&self.scene.devices)
    }

    fn key_is_wanted(&self, device: usize, backup: GroupId) -> bool {
        let books = self.books(device);
        let Some(group) = books.group(backup) else {
            return false;
        };
        group.is_key() && !is_here(&books, group.key)
    }

    /// Nothing is left over once what cannot come back here any more, and what stands for keys alone, is discarded.
    fn check_end(&mut self) -> Result<(), String> {
        for device in 0..self.scene.devices.len() {
            for backup in self.groups(device, |_| true) {
                self.scene.want(device, Intent::DiscardBackup { backup });
            }
        }
        self.settle()?;
        self.watch.check_usable(&self.scene.devices)?;
        for (number, device) in self.scene.devices.iter().enumerate() {
            let books = device.store.books();
            let left = [
                (books.flows().count(), "flows"),
                (books.groups().count(), "groups"),
                (books.certificates().count(), "certificates"),
                (device.store.bodies_of_parts(), "parts"),
            ];
            if let Some((times, what)) = left.into_iter().find(|(times, _)| *times > 0) {
                return Err(format!("{times} {what} are left on {number}: {books:?}"));
            }
        }
        Ok(())
    }

    // ---- forks

    /// What would become of it if everything that is wrong now were mended.
    fn look_ahead(&mut self) -> Result<(), String> {
        if self.forks == MOST_FORKS {
            return Ok(());
        }
        self.forks += 1;
        let is_alone = self.scene.devices.len() == 1 && !self.relies_on_safes;
        let healing = match is_alone && self.scene.dice.percent(50) {
            true => Healing::WithoutSome,
            false => Healing::All,
        };
        if healing == Healing::WithoutSome {
            self.marks.insert(Mark::HealedWithoutSome);
        }
        let mut fork = self.fork(healing);
        fork.heal(healing)
            .map_err(|what| format!("healed ({healing:?}): {what}"))
    }

    fn fork(&mut self, healing: Healing) -> Self {
        let dice = Dice::new(self.scene.dice.seed());
        let devices = self.scene.devices.iter();
        let devices: Vec<Device> = devices
            .map(|device| Device::new(device.store.clone(), 0))
            .collect();
        let safes: Vec<Safe> = self.scene.safes.iter().map(Safe::fork).collect();
        let mut scene = Scene::new(dice, None, devices, safes);
        scene.now_ms = self.scene.now_ms;
        scene.mend_safes();
        for safe in &mut scene.safes {
            safe.is_full = healing == Healing::WithoutSome;
        }
        Self {
            watch: self.watch.fork(),
            step: self.step,
            ..Self::on(scene)
        }
    }

    fn heal(&mut self, healing: Healing) -> Result<(), String> {
        if healing == Healing::WithoutSome {
            self.lose_some();
        }
        for device in 0..self.scene.devices.len() {
            self.scene.start(device);
            let bytes = 1 << 30;
            self.scene.want(device, Intent::SetCapacity { bytes });
        }
        self.settle()?;
        if healing == Healing::WithoutSome {
            self.call_off_what_can_be()?;
            self.recover_everything_from_the_rest()
        } else {
            self.call_off_all()?;
            self.recover_everything()
        }
    }

    /// So many safes go for good as every plan allows.
    fn lose_some(&mut self) {
        let books = self.books(0);
        let spread: Vec<&Group> = books
            .groups()
            .filter(|group| group.phase != Phase::Leaving)
            .collect();
        let is_short = |group: &&Group, gone: &[SafeId]| {
            let seats = group.seats.iter();
            let lost = seats.filter(|seat| gone.contains(&seat.safe)).count();
            lost > usize::from(plans::may_be_gone(group))
        };
        let mut gone: Vec<SafeId> = Vec::new();
        for _ in 0..self.scene.safes.len() {
            let at = self.scene.dice.below(self.scene.safes.len());
            let mut more = gone.clone();
            more.push(self.scene.safes[at].id());
            if !spread.iter().any(|group| is_short(group, &more)) {
                gone = more;
            }
        }
        for safe in &mut self.scene.safes {
            safe.is_up = !gone.contains(&safe.id());
        }
    }

    fn call_off_what_can_be(&mut self) -> Result<(), String> {
        for device in 0..self.scene.devices.len() {
            for job in self.jobs(device) {
                self.scene.want(device, Intent::CallOff { job });
            }
        }
        self.settle()
    }

    fn recover_everything_from_the_rest(&mut self) -> Result<(), String> {
        let mut last = Ok(());
        for _ in 0..PASSES {
            last = self.recover_everything();
            if last.is_ok() {
                return Ok(());
            }
            self.call_off_what_can_be()?;
        }
        last
    }

    // ---- what can happen

    fn device_step(&mut self, device: usize) -> Result<(), String> {
        if self.scene.devices[device].has_commit() && self.scene.dice.percent(70) {
            self.finish_commit(device)?;
        } else if let Some(event) = self.scene.devices[device].take_event() {
            self.scene.tell(device, event);
        } else if self.scene.devices[device].has_commit() {
            self.finish_commit(device)?;
        }
        Ok(())
    }

    fn finish_commit(&mut self, device: usize) -> Result<(), String> {
        let before = self.books(device);
        let (bug, now) = (self.scene.bug, self.scene.now_ms);
        let at = &mut self.scene.devices[device];
        if at.finish_commit(bug, now, &mut self.scene.dice) {
            self.note(device, &before)?;
        }
        Ok(())
    }

    fn note(&mut self, device: usize, before: &Books) -> Result<(), String> {
        self.has_changed = true;
        let after = self.books(device);
        self.watch.note(before, &after);
        self.marks.extend(marks(before, &after));
        let goes = before
            .values()
            .any(|(id, value)| value.custody == Custody::Held && after.item(id).is_none());
        if goes && self.is_wild() {
            self.look_ahead()?;
        }
        Ok(())
    }

    /// Whether this is no fork.
    fn is_wild(&self) -> bool {
        self.values_made > 0
    }

    fn crash_or_start(&mut self, device: usize) {
        if self.scene.devices[device].wallet.is_none() {
            self.scene.start(device);
        } else if self.scene.dice.percent(50) && self.scene.bug.is_none() {
            let before = self.books(device);
            self.scene.devices[device].finish_commit_and_crash();
            self.has_changed = true;
            let after = self.books(device);
            self.watch.note(&before, &after);
        } else {
            self.scene.devices[device].crash();
        }
    }

    /// A copy of the browser profile, taken when no value lies in it and no session is open: bytes that are copied are
    /// copied, and no protocol can undo that.
    fn copy_profile(&mut self, device: usize) {
        let books = self.books(device);
        let is_bare = books.values().next().is_none()
            && books.flows().all(|(_, flow)| {
                matches!(flow, Flow::Register(_) | Flow::Retire(_) | Flow::Protect(_))
            });
        if is_bare && self.scene.devices.len() < 3 && books.groups().next().is_some() {
            let store = self.scene.devices[device].store.clone();
            let skew = skew(&mut self.scene.dice);
            self.scene.devices.push(Device::new(store, skew));
            self.marks.insert(Mark::Copied);
        }
    }

    // ---- the owner

    fn owner_step(&mut self, device: usize) {
        if self.scene.devices[device].wallet.is_none() {
            return;
        }
        match self.scene.dice.below(40) {
            0..=3 => self.add(device),
            4..=12 => self.protect(device),
            13..=20 => self.recover(device),
            21..=24 => self.repair(device),
            25 => self.use_up(device),
            26..=29 => self.call_off(device),
            30 => self.discard(device),
            31..=32 => self.make_key(device),
            33..=34 => self.back_up_key(device),
            35 => self.recover_key(device),
            36 => self.delete_key(device),
            37 => {
                let bytes = [300, 700, 1 << 20][self.scene.dice.below(3)];
                self.scene.want(device, Intent::SetCapacity { bytes });
            }
            _ => self.scene.tell(device, Event::Encouraged),
        }
    }

    /// Only the first device gets new values: a copied profile is for trying to get old ones twice.
    fn add(&mut self, device: usize) {
        if device == 0 && self.values_made < MOST_VALUES {
            self.values_made += 1;
            let form = ticket(self.values_made);
            self.scene.want(device, Intent::Add { form });
        }
    }

    fn protect(&mut self, device: usize) {
        let held = self.held(device);
        let Some(value) = self.scene.dice.pick(&held).copied() else {
            return;
        };
        let values = match self.scene.dice.percent(40) {
            true => held,
            false => vec![value],
        };
        let key = match self.scene.dice.percent(35) {
            true => self.any_key(device, |_| true),
            false => None,
        };
        let choice = plans::choose(&self.scene.safes, &mut self.scene.dice);
        let (plan, safes) = (choice.plan, choice.safes);
        self.want_protected(device, values, plan, safes, key);
    }

    fn want_protected(
        &mut self,
        device: usize,
        values: Vec<ItemId>,
        plan: Plan,
        safes: Vec<SafeId>,
        key: Option<ItemId>,
    ) {
        let intent = Intent::Protect {
            values,
            plan,
            safes,
            key,
        };
        self.scene.want(device, intent);
    }

    fn protect_all(&mut self, device: usize) {
        let values = self.held(device);
        let choice = plans::choose(&self.scene.safes, &mut self.scene.dice);
        self.want_protected(device, values, choice.plan, choice.safes, None);
    }

    fn recover(&mut self, device: usize) {
        let groups = self.groups(device, |_| true);
        if let Some(backup) = self.scene.dice.pick(&groups).copied() {
            self.scene.want(device, Intent::RecoverBackup { backup });
        }
    }

    fn repair(&mut self, device: usize) {
        let groups = self.groups(device, |group| group.phase == Phase::AtSafes);
        if let Some(backup) = self.scene.dice.pick(&groups).copied() {
            let choice = plans::choose(&self.scene.safes, &mut self.scene.dice);
            let intent = Intent::Repair {
                backup,
                plan: choice.plan,
                safes: choice.safes,
            };
            self.scene.want(device, intent);
        }
    }

    fn discard(&mut self, device: usize) {
        let groups = self.groups(device, |_| true);
        if let Some(backup) = self.scene.dice.pick(&groups).copied() {
            self.scene.want(device, Intent::DiscardBackup { backup });
        }
    }

    fn use_up(&mut self, device: usize) {
        let held = self.held(device);
        if let Some(value) = self.scene.dice.pick(&held).copied() {
            let why = [RemoveReason::Used, RemoveReason::Discarded][self.scene.dice.below(2)];
            self.scene.want(device, Intent::Remove { value, why });
        }
    }

    fn call_off(&mut self, device: usize) {
        let jobs = self.jobs(device);
        if let Some(job) = self.scene.dice.pick(&jobs).copied() {
            self.scene.want(device, Intent::CallOff { job });
        }
    }

    fn make_key(&mut self, device: usize) {
        if device == 0 && self.keys_made < MOST_KEYS {
            self.keys_made += 1;
            let form = plans::form(&mut self.scene.dice);
            self.scene.want(device, Intent::MakeKey { form });
        }
    }

    fn back_up_key(&mut self, device: usize) {
        let Some(key) = self.any_key(device, |here| here == KeyHere::Opens) else {
            return;
        };
        let form = self.books(device).key(key).map(|key| key.form);
        for _ in 0..20 {
            let choice = plans::choose(&self.scene.safes, &mut self.scene.dice);
            let fits = |plan: &Plan| plan.seal().map(|seal| seal.form) == form;
            if fits(&choice.plan) {
                let intent = Intent::BackUpKey {
                    key,
                    plan: choice.plan,
                    safes: choice.safes,
                };
                return self.scene.want(device, intent);
            }
        }
    }

    fn recover_key(&mut self, device: usize) {
        let groups = self.groups(device, |group| group.key.is_some());
        if let Some(backup) = self.scene.dice.pick(&groups).copied() {
            self.scene.want(device, Intent::RecoverKey { backup });
        }
    }

    /// Only what nothing needs, or what safes have as well: the last key of a value is the value.
    fn delete_key(&mut self, device: usize) {
        let Some(item) = self.any_key(device, |_| true) else {
            return;
        };
        let books = self.books(device);
        let Some(key) = books.key(item).map(|key| key.key) else {
            return;
        };
        let mut needing = books.groups().filter(|group| group.key == Some(key));
        let is_away = |group: &Group| {
            let place = group.plan.seal().map(|seal| &seal.key);
            matches!(place, Some(KeyPlace::Away { .. }))
                && group.phase == Phase::AtSafes
                && !books
                    .flows()
                    .any(|(_, flow)| matches!(flow, Flow::Protect(_)))
        };
        let is_under_way = books
            .flows()
            .any(|(_, flow)| matches!(flow, Flow::Protect(_) | Flow::Reunite(_)));
        if !is_under_way && needing.all(is_away) {
            self.relies_on_safes = true;
            self.scene.want(device, Intent::DeleteKey { key: item });
        }
    }

    // ---- what there is

    fn books(&self, device: usize) -> Books {
        self.scene.devices[device].store.books()
    }

    fn groups(&self, device: usize, is: impl Fn(&Group) -> bool) -> Vec<GroupId> {
        let books = self.books(device);
        let groups = books.groups().filter(|group| is(group));
        groups.map(|group| group.id).collect()
    }

    fn any_key(&mut self, device: usize, is: impl Fn(KeyHere) -> bool) -> Option<ItemId> {
        let books = self.books(device);
        let keys = books.keys().filter(|(_, key)| is(key.here));
        let keys: Vec<ItemId> = keys.map(|(id, _)| id).collect();
        self.scene.dice.pick(&keys).copied()
    }

    /// Usable values, by id.
    fn held(&self, device: usize) -> Vec<ItemId> {
        let books = self.books(device);
        books
            .values()
            .filter(|(id, value)| value.custody == Custody::Held && books.lock(*id).is_none())
            .map(|(id, _)| id)
            .collect()
    }

    fn jobs(&self, device: usize) -> Vec<FlowId> {
        self.books(device).flows().map(|(id, _)| id).collect()
    }
}

/// What a transaction has brought the world to.
fn marks(before: &Books, after: &Books) -> BTreeSet<Mark> {
    let mut marks = BTreeSet::new();
    for group in after.groups() {
        let old = before.group(group.id);
        let unfinished = |flow: &Flow| matches!(flow, Flow::Register(_));
        match (old.map(|old| old.phase), group.phase) {
            (Some(Phase::Registering), Phase::AtSafes) => {
                marks.insert(Mark::Spread);
                if after.flows().any(|(_, flow)| unfinished(flow)) {
                    marks.insert(Mark::SpreadBeforeComplete);
                }
            }
            (Some(Phase::Registering | Phase::Standby), Phase::Leaving) => {
                marks.insert(Mark::Undone);
            }
            (Some(Phase::Standby), Phase::AtSafes) => {
                marks.insert(Mark::Moved);
            }
            (Some(Phase::AtSafes), Phase::Elsewhere) => {
                marks.insert(Mark::Outvoted);
            }
            (Some(Phase::AtSafes), Phase::AtSafes)
                if group.is_key() && old.is_some_and(|old| !old.is_key()) =>
            {
                marks.insert(Mark::KeyOutlived);
            }
            _ => {}
        }
    }
    for (id, value) in after.values() {
        let old = before.value(id).map(|value| value.custody);
        if value.custody == Custody::Held && old == Some(Custody::Arrived) {
            marks.insert(Mark::CameBack);
        }
    }
    for (id, key) in after.keys() {
        let old = before.key(id).map(|key| key.here);
        if key.here != KeyHere::Opens && old == Some(KeyHere::Opens) {
            marks.insert(Mark::KeyErased);
        }
    }
    marks
}

fn is_here(books: &Books, key: Option<KeyId>) -> bool {
    let item = key.and_then(|key| books.key_item(key));
    item.is_some_and(|(_, key)| key.here == KeyHere::Opens)
}

fn ticket(number: usize) -> Form {
    Form {
        name: format!("Ticket {number}"),
        unit_price: "1600".into(),
        payload: Zeroizing::new(format!("bearer-{number}")),
        ..Form::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_wallet_core::plan::preset::Preset;
    use saifu_wallet_core::plan::{Away, Custody as After, GroupA, KeyForm, Step};

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
        let held = stage.held(0).into_iter();
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
            stage.want_protected(0, stage.held(0), preset.plan(), safes, None);
            stage.settle().unwrap();
            assert!(stage.held(0).is_empty(), "{preset:?}");
            assert_eq!(stage.books(0).account().at_safes, 2, "{preset:?}");
            stage.recover_everything().unwrap();
            assert_eq!(bytes(&stage), before, "{preset:?}");
            stage.check_end().unwrap();
        }
    }

    /// Everything is at the first safes by this plan.
    fn spread(plan: &Plan, safes: usize) -> Spread {
        let mut stage = stage(7, safes);
        stage.want_protected(0, stage.held(0), plan.clone(), stage.ids(), None);
        stage.settle().unwrap();
        assert!(stage.held(0).is_empty());
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
        assert_eq!(stage.jobs(0), []);
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
        for job in stage.jobs(0) {
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
        stage.want_protected(0, stage.held(0), plan, stage.ids(), None);
        stage.settle().unwrap();
        assert_eq!(stage.books(0).account().at_safes, 2);
        stage.recover_everything().unwrap();
    }

    #[test]
    fn a_key_in_shares_by_itself_comes_back() {
        let mut stage = stage(7, 3);
        let form = KeyForm::Key;
        stage.scene.want(0, Intent::MakeKey { form });
        stage.settle().unwrap();
        let key = stage.books(0).keys().next().unwrap().0;
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
        let here = |stage: &Spread| stage.books(0).key(key).map(|key| key.here);
        assert_eq!(here(&stage), Some(KeyHere::Erased));
        let backup = stage.groups(0, |_| true)[0];
        stage.scene.want(0, Intent::RecoverKey { backup });
        stage.settle().unwrap();
        assert_eq!(here(&stage), Some(KeyHere::Opens));
    }
}
