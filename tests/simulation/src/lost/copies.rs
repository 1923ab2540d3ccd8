//! What was handed out to a device that was then lost: its owner sees where it went, and gets a copy that is marked for good.

use super::*;
use saifu_protocol::UnixTime;
use saifu_protocol::message::Route;
use saifu_safe_core::upkeep;
use saifu_wallet_core::bearer::What;
use saifu_wallet_core::books::Standing;
use saifu_wallet_core::flow::Doing;
use saifu_wallet_core::view::{LastCopy, ReleasedCard};

const HOURS: u64 = 3 * 3_600;

impl Owner {
    /// An owner whose safes keep for a week what they have handed out.
    fn with_grace(seed: u64, safes: usize) -> Self {
        let mut owner = Self::new(seed, safes);
        for safe in &mut owner.scene.safes {
            safe.settings.grace_seconds = 7 * 86_400;
        }
        owner
    }

    /// Everything lies at safes, by this plan, or whole at one.
    fn with_everything_at_safes(seed: u64, plan: Option<Plan>) -> Self {
        let mut owner = Self::with_grace(seed, 4);
        owner.enrol(OLD);
        match plan {
            Some(plan) => owner.protect(OLD, plan),
            None => {
                let (values, safe) = (owner.held(OLD), owner.scene.safes[1].id());
                owner.want(OLD, Intent::BackUp { values, safe });
            }
        }
        owner
    }

    /// The device has everything home and confirmed, and is lost. A new one has found what there is.
    fn lost_with_everything(seed: u64, plan: Option<Plan>) -> (Self, usize) {
        let mut owner = Self::with_everything_at_safes(seed, plan);
        owner.recover_everything(OLD);
        let new = owner.lose();
        owner.restore(new, 0);
        (owner, new)
    }

    fn log_in(&mut self, device: usize) {
        let words = self.words.clone().expect("enrolled");
        self.open_ways(
            device,
            Way::Secret {
                secret: words.into(),
            },
        );
    }

    fn look_back(&mut self, device: usize) -> Vec<ReleasedCard> {
        self.log_in(device);
        self.manage(device, &Doing::LookBack);
        self.owner_view(device).released.expect("it was listed")
    }

    /// Copies of everything that was handed out.
    fn copy(&mut self, device: usize) -> usize {
        let cards = self.look_back(device);
        let whats: Vec<What> = cards.iter().filter_map(|card| card.what).collect();
        for what in &whats {
            self.want(device, Intent::LastCopy { what: *what });
        }
        whats.len()
    }

    fn marks(&self, device: usize) -> Vec<bool> {
        let books = self.books(device);
        books.values().map(|(_, it)| it.may_be_used).collect()
    }

    fn states(&self) -> Vec<(State, UnixTime)> {
        let safes = self.scene.safes.iter();
        let entries = safes.flat_map(|safe| safe.ledger.entries());
        entries
            .map(|(entry, _)| (entry.state, entry.since))
            .collect()
    }

    fn has_only_values(&self, device: usize) -> bool {
        let books = self.books(device);
        books
            .flows()
            .all(|(_, flow)| matches!(flow, saifu_wallet_core::flow::Flow::Login(_)))
            && books.certificates().next().is_none()
            && books.groups().next().is_none()
    }
}

#[test]
fn what_was_confirmed_to_a_lost_device_comes_once_more_exactly_and_marked() {
    let presets = Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS);
    let plans = presets.map(|preset| Some(preset.plan())).chain([None]);
    for (seed, plan) in (70..).zip(plans) {
        if plan.as_ref().is_some_and(|plan| !needs_no_home(plan)) {
            continue;
        }
        let (mut owner, new) = Owner::lost_with_everything(seed, plan.clone());
        let before = owner.states();
        let found = owner.books(new);
        let handed_out =
            |at: &saifu_wallet_core::owner::OwnerAt| at.found.map_or(0, |it| it.handed_out);
        let found = found
            .owner()
            .map(|it| it.at.iter().map(handed_out).sum::<u64>());
        assert!(found > Some(0), "{plan:?}");
        assert!(owner.copy(new) > 0, "{plan:?}");
        assert_eq!(owner.bytes(new), owner.bytes_of_tickets, "{plan:?}");
        assert_eq!(owner.marks(new), [true; 2]);
        assert_eq!(owner.states(), before, "nobody has confirmed anything");
        assert!(owner.told(new, &Kind::LastCopyHere));
        assert!(owner.has_only_values(new), "{plan:?}");
        let account = owner.books(new).account();
        assert!(account.balances());
        assert_eq!((account.here, account.disaster), (0, 2));
        // The device turns up: what it has is the real one.
        owner.scene.start(OLD);
        owner.rest();
        assert_eq!(owner.bytes(OLD), owner.bytes_of_tickets);
        assert_eq!(owner.marks(OLD), [false; 2]);
        assert_eq!(owner.marks(new), [true; 2]);
    }
}

#[test]
fn the_trail_says_what_went_where_when_to_whom_and_until_when_it_is_kept() {
    let (mut owner, new) = Owner::lost_with_everything(90, Some(Preset::AnyTwoOfThree.plan()));
    let cards = owner.look_back(new);
    assert_eq!(cards.len(), 2);
    for card in &cards {
        assert!(!card.name.is_empty() && !card.class.is_empty());
        assert_eq!(card.copy, LastCopy::Possible);
        assert!(card.at.len() >= 2);
        for at in &card.at {
            assert_eq!(at.until, Some(UnixTime(at.since.0 + 7 * 86_400)));
            assert!(at.session.is_some());
        }
    }
    let what = cards[0].what.expect("the note opens");
    owner.want(new, Intent::LastCopy { what });
    let cards = owner.owner_view(new).released.expect("it was listed");
    let copied: Vec<bool> = cards
        .iter()
        .map(|card| card.copy == LastCopy::IsHere)
        .collect();
    assert_eq!(copied.iter().filter(|it| **it).count(), 1);
    // What came to the device that looks is said to be here.
    owner.close_ways(new);
    owner.scene.start(OLD);
    owner.rest();
    let cards = owner.look_back(OLD);
    assert!(cards.iter().all(|card| card.copy == LastCopy::RealIsHere));
}

#[test]
fn of_what_was_registered_alone_and_came_home_no_copy_is_offered_nor_made() {
    let mut owner = Owner::with_everything_at_safes(94, None);
    owner.recover_everything(OLD);
    let cards = owner.look_back(OLD);
    assert_eq!(cards.len(), 2);
    for card in cards {
        assert_eq!(card.copy, LastCopy::RealIsHere);
        let what = card.what.expect("the note opens");
        owner.want(OLD, Intent::LastCopy { what });
    }
    assert_eq!(owner.marks(OLD), [false; 2], "not by a late press either");
}

#[test]
fn a_device_that_was_told_nothing_so_far_gets_a_copy_at_the_first_press() {
    for plan in [Some(Preset::AnyTwoOfThree.plan()), None] {
        let mut owner = Owner::with_everything_at_safes(95, plan);
        let second = owner.add_device();
        owner.restore(second, 0);
        let at_safe = |books: &Books| {
            let mut all = books.certificates();
            all.all(|(_, it)| it.standing == Standing::AtSafe)
        };
        assert!(at_safe(&owner.books(second)));
        owner.recover_everything(OLD);
        owner.lose();
        assert!(at_safe(&owner.books(second)), "nobody has told it");
        assert!(owner.copy(second) > 0);
        assert_eq!(owner.bytes(second), owner.bytes_of_tickets);
        assert_eq!(owner.marks(second), [true; 2]);
        assert!(!owner.told(second, &Kind::Busy));
    }
}

#[test]
fn a_copy_waits_as_long_as_others_do_and_goes_on_when_its_owner_is_back() {
    let mut owner = Owner::with_grace(91, 3);
    let before = owner.bytes_of_tickets.clone();
    owner.set_wait(OLD, HOURS);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    owner.recover_everything(OLD);
    let new = owner.lose();
    owner.restore(new, 0);
    owner.log_in(new);
    owner.manage(new, &Doing::LookBack);
    let cards = owner.owner_view(new).released.expect("it was listed");
    for what in cards.into_iter().filter_map(|card| card.what) {
        owner.scene.want(new, Intent::LastCopy { what });
    }
    owner.pass_hours(2);
    assert!(owner.bytes(new).is_empty(), "it waits");
    owner.pass_hours(2);
    assert!(owner.bytes(new).is_empty(), "the session is long over");
    for job in owner.jobs(new) {
        if job.task == saifu_wallet_core::view::Task::Ways {
            owner.want(new, Intent::CallOff { job: job.id });
        }
    }
    owner.log_in(new);
    assert_eq!(owner.bytes(new), before);
    assert_eq!(owner.marks(new), [true; 2]);
}

#[test]
fn when_the_grace_period_is_over_the_owner_is_told_that_it_is_gone() {
    for plan in [Some(Preset::AnyTwoOfThree.plan()), None] {
        let (mut owner, new) = Owner::lost_with_everything(92, plan);
        let cards = owner.look_back(new);
        // The entries alone: the session that is open stays.
        let later = UnixTime(owner.scene.now_ms / 1_000 + 8 * 86_400);
        for safe in &mut owner.scene.safes {
            let grace = safe.settings.grace_seconds;
            upkeep::purge(&mut safe.ledger, grace, later).expect("it purges");
        }
        for what in cards.into_iter().filter_map(|card| card.what) {
            owner.want(new, Intent::LastCopy { what });
        }
        let is_over = |kind: &Kind| matches!(kind, Kind::LastCopyOver { .. });
        assert!(owner.scene.devices[new].told.iter().any(is_over));
        assert!(owner.bytes(new).is_empty());
        assert!(owner.has_only_values(new));
        assert!(owner.books(new).account().balances());
        owner.close_ways(new);
        assert!(owner.look_back(new).is_empty(), "and nothing promises it");
    }
}

#[test]
fn what_another_device_was_confirmed_comes_as_a_copy_beside_the_proof() {
    let mut owner = Owner::with_grace(93, 4);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    let new = [owner.lose(), owner.add_device()];
    for device in new {
        owner.restore(device, 0);
    }
    let [lost, new] = new;
    owner.recover_everything(lost);
    owner.recover_everything(new);
    owner.scene.devices[lost].crash();
    let proven = owner.books(new).account();
    assert_eq!(proven.disaster, 0);
    assert!(owner.copy(new) > 0);
    assert_eq!(owner.bytes(new), owner.bytes_of_tickets);
    assert_eq!(owner.marks(new), [true; 2]);
    let account = owner.books(new).account();
    assert!(account.balances());
    assert_eq!(account.elsewhere, proven.elsewhere);
    assert_eq!(account.disaster, 2);
    let books = owner.books(new);
    let mut left = books.certificates();
    assert!(left.any(|(_, it)| matches!(it.standing, Standing::Elsewhere(_))));
}

#[test]
fn the_mark_outlives_backing_up_moving_losing_and_is_never_handed_over() {
    for plan in [Some(Preset::AnyTwoOfThree.plan()), None] {
        let (mut owner, new) = Owner::lost_with_everything(94, plan.clone());
        owner.copy(new);
        owner.close_ways(new);
        let papers = |owner: &mut Owner, what| {
            let with_key = false;
            owner.want(new, Intent::HandOver { what, with_key });
        };
        match &plan {
            Some(plan) => {
                owner.protect(new, plan.clone());
                let groups: Vec<GroupId> = owner.books(new).groups().map(|it| it.id).collect();
                assert_eq!(groups.len(), 2);
                for backup in groups {
                    papers(&mut owner, What::Backup(backup));
                    let (plan, safes) = (plan.clone(), owner.ids());
                    owner.want(
                        new,
                        Intent::Repair {
                            backup,
                            plan,
                            safes,
                        },
                    );
                }
            }
            None => {
                let (values, safe) = (owner.held(new), owner.scene.safes[2].id());
                owner.want(new, Intent::BackUp { values, safe });
                let books = owner.books(new);
                for (id, _) in books.certificates() {
                    papers(&mut owner, What::Certificate(id));
                }
            }
        }
        assert!(owner.told(new, &Kind::MarkedStays), "{plan:?}");
        let account = owner.books(new).account();
        assert_eq!((account.at_safes, account.disaster), (0, 2), "{plan:?}");
        assert!(account.balances());
        owner.scene.devices[new].crash();
        let third = owner.add_device();
        owner.restore(third, 0);
        owner.recover_everything(third);
        assert_eq!(owner.bytes(third), owner.bytes_of_tickets, "{plan:?}");
        assert_eq!(owner.marks(third), [true; 2], "{plan:?}");
        let account = owner.books(third).account();
        assert!(account.balances());
        assert_eq!((account.came_in, account.here, account.disaster), (0, 0, 2));
        // Used up, it is no value that was used.
        let value = owner.held(third)[0];
        let why = saifu_wallet_core::intent::RemoveReason::Used;
        owner.want(third, Intent::Remove { value, why });
        let account = owner.books(third).account();
        assert!(account.balances());
        assert_eq!((account.used, account.disaster), (0, 1));
    }
}

// ---- some safes have confirmed, others have not

impl Owner {
    /// The device asks for everything, and is lost when these safes have confirmed: no other one has heard of that.
    fn lose_half_confirmed(&mut self, by: &[usize]) -> usize {
        for backup in self.backups(OLD) {
            self.scene.want(OLD, Intent::RecoverBackup { backup });
        }
        let heard: Vec<String> = by
            .iter()
            .map(|at| self.scene.safes[*at].settings.address.as_str().to_owned())
            .collect();
        self.rest_losing(|ask| {
            let is_ack = ask.url.ends_with(Route::Ack.path());
            is_ack && !heard.iter().any(|address| ask.url.starts_with(address))
        });
        assert!(self.bytes(OLD).is_empty(), "it may not be used yet");
        self.lose()
    }

    fn backups(&self, device: usize) -> Vec<GroupId> {
        self.books(device).groups().map(|it| it.id).collect()
    }

    /// The owner says that the device which has it is lost.
    fn take_back(&mut self, device: usize) {
        for backup in self.backups(device) {
            let what = What::Backup(backup);
            self.want(device, Intent::TakeBack { what });
        }
    }

    /// How many entries are in this state at each safe.
    fn count(&self, is_it: impl Fn(State) -> bool) -> Vec<usize> {
        let safes = self.scene.safes.iter();
        safes
            .map(|safe| {
                let entries = safe.ledger.entries();
                entries.filter(|(entry, _)| is_it(entry.state)).count()
            })
            .collect()
    }

    fn confirmed(&self) -> Vec<usize> {
        self.count(|state| matches!(state, State::Withdrawn { .. }))
    }

    fn opened(&self) -> Vec<usize> {
        self.count(|state| matches!(state, State::Withdrawing { .. }))
    }
}

#[test]
fn where_two_of_four_have_confirmed_it_comes_as_a_marked_copy_and_only_when_asked_for() {
    let plan = Preset::MoneyThreeOfFour.plan();
    let mut owner = Owner::with_everything_at_safes(96, Some(plan));
    let new = owner.lose_half_confirmed(&[0, 1]);
    let confirmed = owner.confirmed();
    assert_eq!(confirmed, [2, 2, 0, 0]);
    assert_eq!(owner.opened(), [0, 0, 2, 2]);
    owner.restore(new, 2);
    // Three must confirm one session, and two have confirmed another one.
    owner.recover_everything(new);
    owner.take_back(new);
    assert!(owner.bytes(new).is_empty());
    assert_eq!(owner.books(new).account().disaster, 0, "nobody asked");
    assert!(owner.copy(new) > 0);
    assert_eq!(owner.bytes(new), owner.bytes_of_tickets);
    assert_eq!(owner.marks(new), [true; 2]);
    let account = owner.books(new).account();
    assert!(account.balances());
    assert_eq!((account.here, account.disaster), (0, 2));
    assert_eq!(owner.confirmed(), confirmed, "nobody has confirmed more");
    assert_eq!(owner.opened(), [0; 4], "what was read is given back");
    // Asked for once more there is no second one.
    owner.close_ways(new);
    owner.copy(new);
    assert_eq!(owner.marks(new), [true; 2]);
    // The device turns up, with two safes that have confirmed its session. It may have a third one confirm, and then has the real one.
    owner.scene.start(OLD);
    owner.rest();
    assert_eq!(owner.bytes(OLD), owner.bytes_of_tickets);
    assert_eq!(owner.marks(OLD), [false; 2]);
    assert_eq!(owner.marks(new), [true; 2]);
    assert!(owner.books(OLD).account().balances());
}

#[test]
fn where_enough_safes_have_not_confirmed_it_comes_back_itself_and_no_copy_is_offered() {
    for (seed, preset) in [(97, Preset::AnyTwoOfThree), (98, Preset::MoneyThreeOfFour)] {
        let mut owner = Owner::with_everything_at_safes(seed, Some(preset.plan()));
        let new = owner.lose_half_confirmed(&[0]);
        assert_eq!(owner.confirmed(), [2, 0, 0, 0], "{preset:?}");
        owner.restore(new, 2);
        owner.recover_everything(new);
        assert!(
            owner.bytes(new).is_empty(),
            "{preset:?}: it is open for another"
        );
        owner.take_back(new);
        assert_eq!(owner.bytes(new), owner.bytes_of_tickets, "{preset:?}");
        assert_eq!(owner.marks(new), [false; 2], "{preset:?}");
        let cards = owner.look_back(new);
        let is_here = |card: &ReleasedCard| card.copy == LastCopy::RealIsHere;
        assert!(cards.iter().all(is_here), "{preset:?}");
        for what in cards.into_iter().filter_map(|card| card.what) {
            owner.want(new, Intent::LastCopy { what });
        }
        assert_eq!(owner.marks(new), [false; 2], "{preset:?}");
        // The device that was lost turns up, and has nothing.
        owner.scene.start(OLD);
        owner.rest();
        assert!(owner.bytes(OLD).is_empty(), "{preset:?}");
        for device in [OLD, new] {
            assert!(owner.books(device).account().balances(), "{preset:?}");
        }
    }
}
