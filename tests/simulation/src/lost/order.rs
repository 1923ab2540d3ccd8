//! The key safe fetches from the value safe what a device has lost that reaches the key safe alone.

use super::waits::HOURS;
use super::*;
use crate::safe::Brings;
use saifu_protocol::SessionId;
use saifu_wallet_core::flow::Flow;
use saifu_wallet_core::view::WaitsView;

/// The safe with the ciphertext; no new device reaches it.
const VALUE: usize = 0;
/// The safe with the key.
const KEY: usize = 1;

impl Owner {
    /// Both tickets lie at the one safe and their key at the other, and the device is lost. A new one has logged in at the key
    /// safe and reaches no other.
    fn apart(seed: u64, preset: Preset) -> (Self, usize) {
        let mut owner = Self::new(seed, 2);
        owner.enrol(OLD);
        owner.protect(OLD, preset.plan());
        assert!(owner.held(OLD).is_empty());
        let new = owner.lose();
        let new = owner.found_at_key_safe(new);
        (owner, new)
    }

    fn found_at_key_safe(&mut self, new: usize) -> usize {
        self.scene.safes[VALUE].is_cut_off = true;
        self.restore(new, KEY);
        // The other safe is not waited for.
        for job in self.scene.jobs(new) {
            self.want(new, Intent::CallOff { job });
        }
        assert_eq!(self.books(new).flows().count(), 0);
        self.scene.safes[VALUE].asked = 0;
        new
    }

    fn fetches(&self, device: usize, put_back: bool) -> Vec<Intent> {
        let words = self.words.clone().expect("the owner is enrolled");
        let books = self.books(device);
        let groups = books.groups().map(|group| Intent::Fetch {
            backup: group.id,
            secret: words.clone().into(),
            put_back,
        });
        groups.collect()
    }

    fn want_fetched(&mut self, device: usize, put_back: bool) {
        for intent in self.fetches(device, put_back) {
            self.scene.want(device, intent);
        }
    }

    /// What its parts wait for, as it is shown.
    fn parts_wait(&self, device: usize) -> Vec<Waiting> {
        let wallet = self.scene.devices[device].wallet.as_ref();
        let view = wallet.map(|wallet| wallet.view());
        let backups = view.into_iter().flatten().find_map(|part| match part {
            Part::Backups(cards) => Some(cards),
            _ => None,
        });
        let parts = backups.into_iter().flatten().flat_map(|card| card.parts);
        parts.filter_map(|part| part.waiting).collect()
    }

    /// For which sessions the value safe has opened what it has.
    fn sessions_at_value_safe(&self) -> Vec<SessionId> {
        let entries = self.scene.safes[VALUE].ledger.entries();
        let session = |state: State| match state {
            State::Withdrawing { session } | State::Withdrawn { session } => Some(session),
            _ => None,
        };
        entries.filter_map(|(it, _)| session(it.state)).collect()
    }

    fn fetch(&mut self, device: usize, put_back: bool) {
        self.want_fetched(device, put_back);
        self.rest();
    }
}

#[test]
fn a_device_that_reaches_the_key_safe_alone_has_everything_back_to_use() {
    for (seed, preset) in [
        (60, Preset::KeyElsewhere),
        (61, Preset::SeedElsewhere),
        (62, Preset::SeedOfPairElsewhere),
    ] {
        let (mut owner, new) = Owner::apart(seed, preset);
        owner.fetch(new, false);
        assert_eq!(owner.bytes(new), owner.bytes_of_tickets, "{preset:?}");
        assert_eq!(
            owner.scene.safes[VALUE].asked, 0,
            "{preset:?}: a device asked the value safe"
        );
        assert_eq!(owner.open_entries(), 0, "{preset:?}");
        assert_eq!(owner.books(new).flows().count(), 0, "{preset:?}");
        assert!(owner.books(new).account().balances());
    }
}

#[test]
fn what_was_fetched_goes_back_under_a_new_key_to_the_same_two_safes() {
    let (mut owner, new) = Owner::apart(63, Preset::KeyElsewhere);
    let before = owner.books(new);
    let before: Vec<_> = before.groups().map(|group| (group.id, group.key)).collect();
    // To register anew it must reach the safe itself.
    owner.scene.safes[VALUE].is_cut_off = false;
    owner.fetch(new, true);
    assert!(owner.held(new).is_empty() && owner.bytes(new).is_empty());
    let books = owner.books(new);
    assert_eq!(books.flows().count(), 0);
    assert_eq!(books.groups().count(), before.len());
    for group in books.groups() {
        assert!(
            before
                .iter()
                .all(|(id, key)| *id != group.id && *key != group.key)
        );
        let safes: Vec<SafeId> = group.seats.iter().map(|seat| seat.safe).collect();
        assert_eq!(safes, owner.ids());
        let key = group.key.and_then(|key| books.key_item(key));
        assert!(key.is_none_or(|(_, key)| key.here != saifu_wallet_core::books::KeyHere::Opens));
    }
    // The old entries are over; what stands is as it was before the loss, and can be fetched once more.
    let per_value = 2;
    assert_eq!(owner.open_entries(), per_value * before.len());
    owner.scene.safes[VALUE].is_cut_off = true;
    owner.scene.safes[VALUE].asked = 0;
    owner.fetch(new, false);
    assert_eq!(owner.bytes(new), owner.bytes_of_tickets);
    assert_eq!(owner.scene.safes[VALUE].asked, 0);
    assert!(owner.books(new).account().balances());
}

#[test]
fn a_fetch_that_is_interrupted_anywhere_goes_on() {
    for put_back in [false, true] {
        let mut at = 1;
        loop {
            let (mut owner, new) = Owner::apart(64, Preset::KeyElsewhere);
            owner.scene.safes[VALUE].is_cut_off = !put_back;
            owner.want_fetched(new, put_back);
            let (mut commits, mut crashed) = (0, false);
            for _ in 0..20_000 {
                owner.scene.collect_outgoing();
                if owner.scene.deliver_first() {
                    continue;
                }
                let Some(device) = owner.scene.busy_device() else {
                    break;
                };
                if owner.scene.devices[device].has_commit() {
                    commits += 1;
                    if commits == at && !crashed {
                        crashed = true;
                        owner.scene.devices[device].finish_commit_and_crash();
                        owner.scene.start(device);
                        continue;
                    }
                }
                owner.scene.device_step(device);
            }
            owner.rest();
            if at == 1 {
                // The second wish was still to be heard.
                owner.fetch(new, put_back);
            }
            let what = format!("put back {put_back}, interrupted at {at}");
            if put_back {
                assert!(owner.bytes(new).is_empty(), "{what}");
                owner.recover_everything(new);
            }
            assert_eq!(owner.bytes(new), owner.bytes_of_tickets, "{what}");
            assert_eq!(owner.books(new).flows().count(), 0, "{what}");
            assert!(owner.books(new).account().balances(), "{what}");
            if !crashed {
                assert!(at > 10, "{at} transactions");
                break;
            }
            at += 1;
        }
    }
}

#[test]
fn whatever_the_key_safe_does_nothing_is_lost_and_nothing_is_there_twice() {
    for (seed, brings) in [
        (70, Brings::Twice),
        (71, Brings::Nothing),
        (72, Brings::MadeUp),
        (73, Brings::Unknown),
    ] {
        let (mut owner, new) = Owner::apart(seed, Preset::KeyElsewhere);
        owner.scene.safes[KEY].brings = brings;
        owner.fetch(new, false);
        match brings {
            Brings::Twice | Brings::Faithfully => {
                assert_eq!(owner.bytes(new), owner.bytes_of_tickets);
                continue;
            }
            Brings::Nothing | Brings::MadeUp | Brings::Unknown => {
                assert!(owner.bytes(new).is_empty(), "{brings:?}");
            }
        }
        let waits = owner.parts_wait(new);
        let why = match brings {
            Brings::Nothing => Waiting::OtherSafeSilent,
            Brings::Unknown => Waiting::TooOld,
            _ => Waiting::Garbled,
        };
        assert!(waits.contains(&why), "{brings:?}: {waits:?}");
        // It comes to its senses, and all goes on.
        owner.scene.safes[KEY].brings = Brings::Faithfully;
        owner.want(new, Intent::RetryNow);
        assert_eq!(owner.bytes(new), owner.bytes_of_tickets, "{brings:?}");
        assert!(owner.books(new).account().balances());
    }
}

#[test]
fn a_fetch_that_is_called_off_leaves_everything_where_it_was() {
    // The value safe opens entries for a session that never hears of it, unless it knows the device's clock for wrong.
    let open = |owner: &Owner| {
        let entries = owner.scene.safes[VALUE].ledger.entries();
        let open = entries.filter(|(it, _)| matches!(it.state, State::Withdrawing { .. }));
        open.count()
    };
    let mut opened = 0;
    for seed in 74..80 {
        let (mut owner, new) = Owner::apart(seed, Preset::KeyElsewhere);
        owner.scene.safes[KEY].brings = Brings::MadeUp;
        owner.fetch(new, false);
        opened += open(&owner);
        owner.scene.safes[KEY].brings = Brings::Faithfully;
        owner.call_everything_off(new);
        owner.rest();
        assert_eq!(open(&owner), 0, "seed {seed}");
        assert_eq!(owner.books(new).flows().count(), 0, "seed {seed}");
        owner.fetch(new, false);
        assert_eq!(owner.bytes(new), owner.bytes_of_tickets, "seed {seed}");
    }
    assert!(opened > 0);
}

#[test]
fn a_value_safe_that_is_down_is_waited_for() {
    let (mut owner, new) = Owner::apart(75, Preset::KeyElsewhere);
    owner.scene.safes[VALUE].is_up = false;
    owner.fetch(new, false);
    assert!(owner.bytes(new).is_empty());
    assert!(owner.parts_wait(new).contains(&Waiting::OtherSafeSilent));
    // For longer than any session holds.
    owner.scene.now_ms += 7_200_000;
    owner.scene.safes[VALUE].is_up = true;
    owner.want(new, Intent::RetryNow);
    assert_eq!(owner.bytes(new), owner.bytes_of_tickets);
}

#[test]
fn of_two_devices_that_have_the_same_fetched_one_gets_it_and_the_other_the_receipt() {
    for seed in 80..90 {
        let (mut owner, first) = Owner::apart(seed, Preset::KeyElsewhere);
        let second = owner.add_device();
        let second = owner.found_at_key_safe(second);
        for device in [first, second] {
            owner.want_fetched(device, false);
        }
        for _ in 0..2_000 {
            owner.scene.collect_outgoing();
            owner.scene.deliver_any();
            if let Some(device) = owner.scene.busy_device() {
                owner.scene.device_step(device);
            }
        }
        owner.rest();
        let mut here: Vec<Vec<u8>> = [first, second]
            .iter()
            .flat_map(|it| owner.bytes(*it))
            .collect();
        here.sort();
        assert_eq!(here, owner.bytes_of_tickets, "seed {seed}");
        let is_elsewhere = |kind: &Kind| {
            matches!(
                kind,
                Kind::ReleasedElsewhere(_) | Kind::ArrivedCopyDestroyed { .. }
            )
        };
        let told = [first, second]
            .iter()
            .any(|it| owner.scene.devices[*it].told.iter().any(is_elsewhere));
        assert!(told, "seed {seed}");
    }
}

#[test]
fn a_wrong_secret_has_nothing_fetched() {
    let (mut owner, new) = Owner::apart(91, Preset::KeyElsewhere);
    let right = owner.words.replace(Words::make(&mut owner.scene.dice.0));
    owner.fetch(new, false);
    assert!(owner.told(new, &Kind::SecretOther));
    assert_eq!(owner.books(new).flows().count(), 0);
    owner.words = right;
    owner.fetch(new, false);
    assert_eq!(owner.bytes(new), owner.bytes_of_tickets);
}

/// The key safe has brought the orders, its answers were lost, and it does not know its owner any more until it is mended.
#[test]
fn a_fetch_whose_login_ends_keeps_its_sessions_and_goes_on_when_the_owner_logs_in_again() {
    let mut opened = 0;
    for seed in 74..80 {
        let (mut owner, new) = Owner::apart(seed, Preset::KeyElsewhere);
        owner.scene.safes[KEY].brings = Brings::MadeUp;
        owner.fetch(new, false);
        let sessions = owner.sessions_at_value_safe();
        if sessions.is_empty() {
            // It knows the device's clock for wrong.
            continue;
        }
        opened += 1;
        let known = std::mem::take(&mut owner.scene.safes[KEY].owners);
        owner.scene.safes[KEY].brings = Brings::Faithfully;
        owner.want(new, Intent::RetryNow);
        assert!(
            owner
                .books(new)
                .flows()
                .all(|(_, it)| !matches!(it, Flow::Login(_)))
        );
        let waits = owner.parts_wait(new);
        assert!(waits.contains(&Waiting::LogIn), "seed {seed}: {waits:?}");
        owner.scene.safes[KEY].owners = known;
        let words = owner.words.clone().expect("the owner is enrolled");
        let ways = Intent::OpenWays {
            safes: vec![owner.scene.safes[KEY].id()],
            by: Way::secret(words),
        };
        owner.want(new, ways);
        assert_eq!(owner.bytes(new), owner.bytes_of_tickets, "seed {seed}");
        assert_eq!(owner.sessions_at_value_safe(), sessions, "seed {seed}");
        assert!(owner.books(new).account().balances());
    }
    assert!(opened > 0);
}

/// There is no login in which it could be given back, and nobody waits for one.
#[test]
fn a_fetch_that_is_called_off_without_a_login_leaves_it_open_until_the_next_one_takes_it_over() {
    let mut opened = 0;
    for seed in 74..80 {
        let (mut owner, new) = Owner::apart(seed, Preset::KeyElsewhere);
        owner.scene.safes[KEY].brings = Brings::MadeUp;
        owner.fetch(new, false);
        let sessions = owner.sessions_at_value_safe();
        if sessions.is_empty() {
            // It knows the device's clock for wrong.
            continue;
        }
        opened += 1;
        let known = std::mem::take(&mut owner.scene.safes[KEY].owners);
        owner.scene.safes[KEY].brings = Brings::Faithfully;
        owner.want(new, Intent::RetryNow);
        owner.call_everything_off(new);
        owner.rest();
        assert_eq!(owner.books(new).flows().count(), 0, "seed {seed}");
        assert_eq!(owner.sessions_at_value_safe(), sessions, "seed {seed}");
        owner.scene.safes[KEY].owners = known;
        owner.fetch(new, false);
        assert_eq!(owner.bytes(new), owner.bytes_of_tickets, "seed {seed}");
        assert!(owner.books(new).account().balances());
    }
    assert!(opened > 0);
}

// ---- where others wait

impl Owner {
    /// The old device is still there and has others wait; each of the new ones has logged in at the key safe, and reaches no other.
    fn apart_with_a_wait<const NEW: usize>(seed: u64) -> (Self, [usize; NEW]) {
        let mut owner = Self::new(seed, 2);
        owner.set_wait(OLD, HOURS);
        owner.enrol(OLD);
        owner.protect(OLD, Preset::KeyElsewhere.plan());
        let new = [(); NEW].map(|()| {
            let device = owner.add_device();
            owner.found_at_key_safe(device)
        });
        (owner, new)
    }

    /// Clocks are set and sessions opened anew, in a few minutes.
    fn settle(&mut self) {
        for _ in 0..6 {
            self.rest_now();
            self.scene.pass(60_000);
        }
        self.rest_now();
    }

    fn come_for_it(&mut self, device: usize) {
        self.want_fetched(device, false);
        self.settle();
    }

    fn waits(&self, device: usize) -> WaitsView {
        let wallet = self.scene.devices[device].wallet.as_ref();
        let view = wallet.map(|wallet| wallet.view());
        let waits = view.into_iter().flatten().find_map(|part| match part {
            Part::Waits(waits) => Some(waits),
            _ => None,
        });
        waits.expect("waits are shown")
    }

    /// By what a device that waits at the value safe says it is known there.
    fn marks_shown(&self, device: usize) -> Vec<String> {
        let value_safe = self.scene.safes[VALUE].id();
        let waiting = self.waits(device).waiting.into_iter();
        let at_value_safe = waiting.filter(|card| card.safe == value_safe);
        let mut marks: Vec<String> = at_value_safe.map(|card| card.mark).collect();
        marks.sort();
        marks
    }

    /// What the old device shows of those who wait at the value safe.
    fn marks_told(&mut self) -> Vec<String> {
        self.at_the_old_device(|owner| owner.watched(OLD));
        let value_safe = self.scene.safes[VALUE].id();
        let asked = self.waits(OLD).asked.into_iter();
        let at_value_safe = asked.filter(|card| card.safe == value_safe);
        let mut marks: Vec<String> = at_value_safe.map(|card| card.mark).collect();
        marks.sort();
        marks
    }

    /// The old device says so of whoever shows one of these marks.
    fn say_of(&mut self, marks: &[String], may: bool) {
        self.marks_told();
        let asked = self.waits(OLD).asked.into_iter();
        let meant: Vec<_> = asked.filter(|card| marks.contains(&card.mark)).collect();
        assert_eq!(meant.len(), marks.len(), "each is known by its mark");
        self.at_the_old_device(|owner| {
            for card in meant {
                let (safe, account) = (card.safe, card.account);
                owner.scene.want(OLD, Intent::Decide { safe, account, may });
            }
            owner.settle();
        });
    }

    /// The old device reaches every safe.
    fn at_the_old_device<T>(&mut self, does: impl FnOnce(&mut Self) -> T) -> T {
        self.scene.safes[VALUE].is_cut_off = false;
        let done = does(self);
        self.scene.safes[VALUE].is_cut_off = true;
        done
    }
}

#[test]
fn whoever_has_it_fetched_waits_by_themselves_and_a_no_shuts_nobody_else_out() {
    let (mut owner, [thief, phone]) = Owner::apart_with_a_wait(92);
    owner.come_for_it(thief);
    let thiefs = owner.marks_shown(thief);
    assert_eq!(thiefs.len(), 2, "one for each fetch");
    assert_eq!(owner.marks_told(), thiefs);
    owner.pass_hours(2);
    owner.come_for_it(phone);
    let own = owner.marks_shown(phone);
    let mut all = [thiefs.clone(), own.clone()].concat();
    all.sort();
    assert_eq!(owner.marks_told(), all, "of each the owner is told");
    owner.say_of(&thiefs, false);
    owner.pass_hours(2);
    assert!(owner.bytes(thief).is_empty());
    assert!(owner.told(thief, &Kind::OwnerSaidNo));
    assert!(owner.bytes(phone).is_empty(), "it began two hours later");
    assert_eq!(owner.marks_shown(phone), own, "it is the same that waits");
    owner.pass_hours(2);
    assert_eq!(owner.bytes(phone), owner.bytes_of_tickets);
    assert!(owner.bytes(thief).is_empty());
    assert!(owner.books(phone).account().balances());
}

#[test]
fn whoever_is_allowed_to_have_it_fetched_lets_nobody_else_in() {
    let (mut owner, [thief, phone]) = Owner::apart_with_a_wait(93);
    owner.come_for_it(thief);
    owner.come_for_it(phone);
    let own = owner.waits(phone).waiting.into_iter();
    let own: Vec<String> = own.map(|card| card.mark).collect();
    owner.say_of(&own, true);
    owner.look(thief);
    owner.settle();
    assert!(owner.bytes(thief).is_empty());
    assert_eq!(owner.marks_shown(thief).len(), 2, "it waits");
    owner.look(phone);
    owner.settle();
    assert_eq!(owner.bytes(phone), owner.bytes_of_tickets);
    assert!(owner.bytes(thief).is_empty());
}

#[test]
fn whoever_calls_a_fetch_off_and_comes_again_waits_anew() {
    let (mut owner, [phone]) = Owner::apart_with_a_wait(94);
    owner.come_for_it(phone);
    let before = owner.marks_shown(phone);
    owner.pass_hours(2);
    owner.call_everything_off(phone);
    owner.settle();
    assert_eq!(owner.books(phone).flows().count(), 0);
    owner.come_for_it(phone);
    let again = owner.marks_shown(phone);
    assert!(again.iter().all(|mark| !before.contains(mark)));
    owner.pass_hours(2);
    assert!(owner.bytes(phone).is_empty());
    owner.pass_hours(2);
    assert_eq!(owner.bytes(phone), owner.bytes_of_tickets);
}
