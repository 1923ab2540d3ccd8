//! A world: devices, safes, a network between them, and an owner who does things at bad moments.

use crate::device::{Device, Store};
use crate::dice::Dice;
use crate::invariants::{Violation, Witness, identity};
use crate::planted::Bug;
use crate::safe::{Honesty, Safe};
use crate::scene::{Scene, skew, ticket};
use crate::seen::Seen;
use saifu_wallet_core::books::{CertificateBody, Custody, Standing};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::{Intent, RemoveReason};
use saifu_wallet_core::port::Event;
use zeroize::Zeroizing;

/// Steps of each act in which everything may go wrong.
const WILD_STEPS: usize = 100;
/// Steps that everything must come to rest in afterwards.
const CALM_STEPS: usize = 4_000;
/// Values an owner has at most.
const MOST_VALUES: usize = 5;

/// A world.
pub struct World {
    scene: Scene,
    step: usize,
    has_changed: bool,
    witness: Witness,
    values_made: usize,
}

/// Runs the world of a seed to its end.
///
/// # Errors
/// The first invariant that does not hold.
pub fn run(seed: u64, bug: Option<Bug>) -> Result<Seen, Violation> {
    let mut world = World::new(seed, bug);
    let step = |world: &World, what| Violation {
        step: world.step,
        what,
    };
    world.settle_in().map_err(|what| step(&world, what))?;
    for act in [
        World::go_wild,
        World::come_to_rest,
        World::race,
        World::go_wild,
        World::come_to_rest,
        World::recover_everything,
    ] {
        act(&mut world).map_err(|what| step(&world, what))?;
    }
    world
        .witness
        .check_end(&world.scene.devices, &world.scene.safes)
        .map_err(|what| step(&world, what))?;
    Ok(Seen::on(world.scene.devices))
}

impl World {
    /// A new world.
    pub fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut dice = Dice::new(seed);
        let safes = (0..3)
            .map(|number| {
                let lies = number == 2 && dice.percent(25);
                let honesty = if lies { Honesty::Lies } else { Honesty::Honest };
                Safe::new(number, honesty, &mut dice)
            })
            .collect();
        let devices = vec![Device::new(Store::default(), skew(&mut dice))];
        Self {
            scene: Scene::new(dice, bug, devices, safes),
            step: 0,
            has_changed: true,
            witness: Witness::default(),
            values_made: 0,
        }
    }

    /// The owner gets to know the safes and puts in the first values, with nothing going wrong yet.
    fn settle_in(&mut self) -> Result<(), String> {
        self.scene.start(0);
        for intent in self.scene.introductions() {
            self.scene.want(0, intent);
            self.calm(200)?;
        }
        for _ in 0..2 {
            self.add(0);
            self.calm(200)?;
        }
        Ok(())
    }

    // ---- steps

    fn go_wild(&mut self) -> Result<(), String> {
        for _ in 0..WILD_STEPS {
            self.wild_step()?;
        }
        Ok(())
    }

    /// Everything is backed up, the profile is copied, and all devices want everything back at once.
    fn race(&mut self) -> Result<(), String> {
        let values = self.scene.held(0);
        let safe = self.scene.safes[0].id();
        self.scene.want(0, Intent::BackUp { values, safe });
        self.run_dry()?;
        self.copy_profile(0);
        for device in 0..self.scene.devices.len() {
            self.scene.start(device);
            for certificate in self.certificates(device) {
                self.scene.want(device, Intent::Recover { certificate });
            }
        }
        Ok(())
    }

    fn wild_step(&mut self) -> Result<(), String> {
        self.scene.collect_outgoing();
        let device = self.scene.dice.below(self.scene.devices.len());
        match self.scene.dice.below(100) {
            0..=34 => self.device_step(device),
            35..=59 => self.scene.network_step(),
            60..=69 => self.scene.pass_time(),
            70..=84 => self.owner_step(device),
            85..=88 => self.crash_or_start(device),
            89..=92 => self.scene.safe_step(),
            93..=96 => self.upkeep_step(),
            97 => self.scene.storage_trouble(device),
            _ => self.copy_profile(device),
        }
        self.check()
    }

    /// Only stores and ledgers are looked at, so a step that changed neither needs no look.
    fn check(&mut self) -> Result<(), String> {
        self.step += 1;
        if !std::mem::take(&mut self.has_changed) {
            return Ok(());
        }
        self.witness
            .check(&self.scene.devices, &self.scene.safes, self.scene.bug)
    }

    /// Nothing goes wrong: everything that is under way arrives, in order.
    fn calm(&mut self, steps: usize) -> Result<(), String> {
        for _ in 0..steps {
            self.scene.collect_outgoing();
            if !self.scene.deliver_first() {
                let Some(device) = self.scene.busy_device() else {
                    return self.check();
                };
                self.device_step(device);
            }
            self.check()?;
        }
        Ok(())
    }

    fn come_to_rest(&mut self) -> Result<(), String> {
        self.scene.mend_safes();
        for device in 0..self.scene.devices.len() {
            self.scene.start(device);
            self.scene
                .want(device, Intent::SetCapacity { bytes: 1 << 30 });
        }
        self.run_dry()
    }

    /// Lets time pass until no flow is left, calling off what waits for a liar.
    fn run_dry(&mut self) -> Result<(), String> {
        for round in 0..CALM_STEPS / 100 {
            self.calm(CALM_STEPS)?;
            if !self.scene.pass_time_to_next() {
                return Ok(());
            }
            if round > 10 {
                for device in 0..self.scene.devices.len() {
                    for job in self.scene.jobs(device) {
                        self.scene.want(device, Intent::CallOff { job });
                    }
                }
            }
        }
        self.calm(CALM_STEPS)
    }

    fn recover_everything(&mut self) -> Result<(), String> {
        for _ in 0..2 {
            for device in 0..self.scene.devices.len() {
                let certificates: Vec<ItemId> = {
                    let books = self.scene.books(device);
                    books.certificates().map(|(id, _)| id).collect()
                };
                for certificate in certificates {
                    self.scene.want(device, Intent::Recover { certificate });
                }
            }
            self.run_dry()?;
        }
        Ok(())
    }

    // ---- what can happen

    fn device_step(&mut self, device: usize) {
        if let Some(before) = self.scene.device_step(device) {
            self.note_what_went(device, &before);
        }
    }

    /// What the owner has used or given up is the owner's doing, not a loss.
    fn note_what_went(&mut self, device: usize, before: &Store) {
        self.has_changed = true;
        let (old, new) = (before.books(), self.scene.books(device));
        if new.ledger().came_in > old.ledger().came_in {
            for (id, _) in new.values().filter(|(id, _)| old.item(*id).is_none()) {
                let body = self.scene.devices[device].store.body(id);
                self.witness
                    .known
                    .extend(body.and_then(|body| identity(body.as_bytes())));
            }
            for (_, flow) in new.flows() {
                if let saifu_wallet_core::flow::Flow::Add(add) = flow {
                    self.witness.known.extend(identity(&add.object));
                }
            }
        }
        let given_up = new.ledger().used > old.ledger().used
            || new.ledger().discarded > old.ledger().discarded;
        if !given_up {
            return;
        }
        for (id, value) in old.values().filter(|(id, _)| new.item(*id).is_none()) {
            if value.custody == Custody::Held {
                let body = before.body(id);
                self.witness
                    .gone
                    .extend(body.and_then(|body| identity(body.as_bytes())));
            }
        }
        for (id, _) in old.certificates().filter(|(id, _)| new.item(*id).is_none()) {
            let kept = before.body(id).and_then(CertificateBody::read);
            let identity =
                kept.and_then(|kept| self.witness.of_certificate(&kept.compact).cloned());
            self.witness.gone.extend(identity);
        }
        for (_, flow) in old.flows().filter(|(id, _)| new.flow(*id).is_none()) {
            if let saifu_wallet_core::flow::Flow::Add(add) = flow {
                self.witness.gone.extend(identity(&add.object));
            }
        }
    }

    fn crash_or_start(&mut self, device: usize) {
        if let Some(before) = self.scene.crash_or_start(device) {
            self.note_what_went(device, &before);
        }
    }

    fn upkeep_step(&mut self) {
        self.has_changed = true;
        self.scene.upkeep_step();
    }

    /// A copy of the browser profile, taken when no usable bytes lie in it: bytes that are copied are copied, and no
    /// protocol can undo that.
    fn copy_profile(&mut self, device: usize) {
        let books = self.scene.books(device);
        let bare = books.values().next().is_none() && books.flows().next().is_none();
        if bare && self.scene.devices.len() < 3 && books.certificates().next().is_some() {
            let store = self.scene.devices[device].store.clone();
            let skew = skew(&mut self.scene.dice);
            self.scene.devices.push(Device::new(store, skew));
        }
    }

    // ---- the owner

    fn owner_step(&mut self, device: usize) {
        if self.scene.devices[device].wallet.is_none() {
            return;
        }
        match self.scene.dice.below(22) {
            0..=2 => self.add(device),
            3..=8 => self.back_up(device),
            9..=14 => self.recover(device),
            15 => self.use_or_correct(device),
            16 => self.call_off(device),
            17 => self.discard(device),
            18 => {
                let bytes = [300, 700, 1 << 20][self.scene.dice.below(3)];
                self.scene.want(device, Intent::SetCapacity { bytes });
            }
            19..=20 => self.rehearse(device),
            _ => {
                self.scene.tell(device, Event::Encouraged);
            }
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

    fn back_up(&mut self, device: usize) {
        let held = self.scene.held(device);
        let at = self.scene.dice.below(self.scene.safes.len());
        let safe = self.scene.safes[at].id();
        if let Some(value) = self.scene.dice.pick(&held).copied() {
            let values = if self.scene.dice.percent(30) {
                held
            } else {
                vec![value]
            };
            self.scene.want(device, Intent::BackUp { values, safe });
        }
    }

    fn recover(&mut self, device: usize) {
        let certificates = self.certificates(device);
        if let Some(certificate) = self.scene.dice.pick(&certificates).copied() {
            self.scene.want(device, Intent::Recover { certificate });
        }
    }

    /// At the worst moments, for it must change nothing.
    fn rehearse(&mut self, device: usize) {
        let certificates = self.certificates(device);
        let wish = match self.scene.dice.pick(&certificates).copied() {
            Some(what) if self.scene.dice.percent(70) => Intent::Rehearse { what },
            _ => Intent::FireDrill,
        };
        self.scene.want(device, wish);
    }

    fn discard(&mut self, device: usize) {
        let certificates = self.certificates(device);
        if let Some(certificate) = self.scene.dice.pick(&certificates).copied() {
            self.scene.want(device, Intent::Discard { certificate });
        }
    }

    fn certificates(&self, device: usize) -> Vec<ItemId> {
        let books = self.scene.books(device);
        books
            .certificates()
            .filter(|(_, certificate)| !matches!(certificate.standing, Standing::Elsewhere(_)))
            .map(|(id, _)| id)
            .collect()
    }

    fn use_or_correct(&mut self, device: usize) {
        let held = self.scene.held(device);
        let Some(value) = self.scene.dice.pick(&held).copied() else {
            return;
        };
        let known = self.scene.devices[device]
            .store
            .body(value)
            .and_then(|body| identity(body.as_bytes()));
        if self.scene.dice.percent(50) {
            let why = RemoveReason::Used;
            self.scene.want(device, Intent::Remove { value, why });
        } else if let Some(identity) = known {
            let mut form = ticket(0);
            form.payload = Zeroizing::new(identity);
            form.name = "corrected".into();
            self.scene.want(device, Intent::Correct { value, form });
        }
    }

    fn call_off(&mut self, device: usize) {
        let jobs = self.scene.jobs(device);
        if let Some(job) = self.scene.dice.pick(&jobs).copied() {
            self.scene.want(device, Intent::CallOff { job });
        }
    }
}

#[cfg(test)]
mod scenarios {
    //! Single misfortunes, played through calmly.

    use super::*;
    use crate::safe::IndexMood;
    use saifu_wallet_core::notice::Kind;
    use saifu_wallet_core::view::Waiting;

    /// A world with one value, registered at the first safe, whose index has its certificate.
    fn registered() -> World {
        let mut world = World::new(1, None);
        let safes = &mut world.scene.safes;
        safes
            .iter_mut()
            .for_each(|safe| safe.honesty = Honesty::Honest);
        world.settle_in().unwrap();
        let values = world.scene.held(0);
        let safe = world.scene.safes[0].id();
        world.scene.want(0, Intent::BackUp { values, safe });
        world.calm(CALM_STEPS).unwrap();
        world.scene.safes[0].publish(world.scene.now_ms);
        world
    }

    fn recover_one(world: &mut World) -> ItemId {
        let certificate = world.certificates(0)[0];
        world.scene.want(0, Intent::Recover { certificate });
        certificate
    }

    #[test]
    fn a_ledger_set_back_is_witnessed_by_the_certificate_itself_and_nothing_is_thrown_away() {
        let mut world = registered();
        world.scene.safes[0].index_mood = IndexMood::Down;
        world.scene.safes[0].set_back(crate::safe::Remembered::default());
        let certificate = recover_one(&mut world);
        // The value is lost at the only safe that had it, so the invariants cannot hold; what is told can.
        world.calm(CALM_STEPS).unwrap_err();
        while !world.scene.devices[0].is_quiet() || !world.scene.network.is_empty() {
            world.calm(1).unwrap_or_default();
        }
        assert!(world.scene.devices[0].told.contains(&Kind::SafeRolledBack));
        assert!(world.scene.books(0).certificate(certificate).is_some());
    }

    #[test]
    fn a_ledger_set_back_under_an_arrived_value_opens_its_session_again() {
        let mut world = registered();
        let before = world.scene.safes[0].remembered();
        recover_one(&mut world);
        let arrived = |world: &World| {
            let books = world.scene.books(0);
            books
                .values()
                .any(|(_, value)| value.custody == Custody::Arrived)
        };
        while !arrived(&world) {
            world.calm(1).unwrap();
        }
        world.scene.safes[0].set_back(before);
        world.calm(CALM_STEPS).unwrap();
        assert_eq!(world.scene.held(0).len(), 1);
        assert!(!arrived(&world));
    }

    #[test]
    fn a_safe_that_is_down_is_waited_for() {
        let mut world = registered();
        world.scene.safes[0].is_up = false;
        recover_one(&mut world);
        world.calm(CALM_STEPS).unwrap();
        assert!(
            world.scene.devices[0]
                .waited
                .contains(&Waiting::Unreachable)
        );
        world.scene.safes[0].is_up = true;
        world.run_dry().unwrap();
        assert_eq!(world.scene.held(0).len(), 1);
    }

    #[test]
    fn recovery_works_with_the_index_down_and_stale() {
        for mood in [IndexMood::Down, IndexMood::Stale] {
            let mut world = registered();
            world.scene.safes[0].index_mood = mood;
            recover_one(&mut world);
            world.calm(CALM_STEPS).unwrap();
            assert_eq!(world.scene.held(0).len(), 1);
        }
    }

    #[test]
    fn without_room_recovery_waits_and_goes_on_by_itself() {
        let mut world = registered();
        world.scene.want(0, Intent::SetCapacity { bytes: 10 });
        world.calm(CALM_STEPS).unwrap();
        recover_one(&mut world);
        world.calm(CALM_STEPS).unwrap();
        assert!(world.scene.held(0).is_empty());
        let told = &world.scene.devices[0].told;
        assert!(told.iter().any(|kind| matches!(kind, Kind::NoRoom { .. })));
        world.scene.want(0, Intent::SetCapacity { bytes: 1 << 20 });
        world.calm(CALM_STEPS).unwrap();
        assert_eq!(world.scene.held(0).len(), 1);
    }
}
