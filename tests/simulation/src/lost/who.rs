//! Who can do what to a value, by its plan: the table of SECURITY.md, played through. A row that says otherwise fails.

use super::freeze::Ways;
use super::spoils::{AtHome, Spoils};
use super::*;
use crate::safe::Remembered;
use saifu_protocol::message::Route;
use saifu_wallet_core::flow::Doing;

const SECURITY: &str = include_str!("../../../../SECURITY.md");

/// The columns, in their order: what is offered, and as it is at one safe, by no plan at all.
const PLANS: [Option<Preset>; 5] = [
    Some(Preset::OneSafeSealed),
    Some(Preset::KeyKeptElsewhere),
    Some(Preset::AnyTwoOfThree),
    Some(Preset::MoneyThreeOfFour),
    None,
];
const SAFES: usize = 4;
/// What arrives first is chance, so two devices race more than once.
const RACES: u64 = 6;

/// An owner who has backed both tickets up, and the safes that have something of them.
fn backed_up(seed: u64, preset: Option<Preset>, wait: u64) -> (Owner, Vec<usize>) {
    let mut owner = Owner::new(seed, SAFES);
    owner.want(OLD, Intent::SetWait { seconds: wait });
    owner.enrol(OLD);
    match preset {
        Some(preset) => owner.protect(OLD, preset.plan()),
        None => {
            let (values, safe) = (owner.held(OLD), owner.scene.safes[1].id());
            owner.want(OLD, Intent::BackUp { values, safe });
        }
    }
    let safes = owner.scene.safes.iter().enumerate();
    let has_some = |(at, safe): (usize, &Safe)| (safe.ledger.entries().count() > 0).then_some(at);
    let having = safes.filter_map(has_some).collect();
    (owner, having)
}

/// Every choice of so many of them.
pub(super) fn choices(of: &[usize], count: usize) -> Vec<Vec<usize>> {
    let all = 0_u32..1 << of.len();
    let chosen = all.filter(|mask| mask.count_ones() as usize == count);
    let picked = |mask: u32| {
        let mut at = of.iter().enumerate();
        at.by_ref()
            .filter(|(bit, _)| mask >> bit & 1 == 1)
            .map(|(_, safe)| *safe)
            .collect()
    };
    chosen.map(picked).collect()
}

/// Whether one of the tickets comes of all that these safes have together.
fn read(owner: &Owner, by: &[usize]) -> bool {
    let mut theirs = Spoils::of(owner, by);
    let root = theirs.root(&[]);
    theirs.read(owner, root.as_ref(), AtHome::Keys)
}

/// What it takes to read, in the words of the table: how many of the safes that have something, and what of the wallet's.
fn takes_to_read(preset: Option<Preset>) -> String {
    let (owner, having) = backed_up(73, preset, 0);
    if choices(&having, 1).iter().any(|by| read(&owner, by)) {
        return "that safe".into();
    }
    let words = owner.words.as_ref().expect("enrolled").expose_secret();
    let root = Spoils::of(&owner, &[0, 1, 2, 3]).root(&[words]);
    // Whoever has the certificates has what takes the covers off, as the root would give it.
    let reads = |by: &[usize], home| Spoils::of(&owner, by).read(&owner, root.as_ref(), home);
    let all_read = |count: usize, home| choices(&having, count).iter().all(|by| reads(by, home));
    let any_reads = |count: usize, home| choices(&having, count).iter().any(|by| reads(by, home));
    if !any_reads(having.len(), AtHome::Certificates) {
        assert!(all_read(having.len(), AtHome::Keys), "{preset:?}");
        return "this wallet's key".into();
    }
    let enough = (1..=having.len()).find(|count| all_read(*count, AtHome::Certificates));
    let enough = enough.expect("all of them are");
    for fewer in 1..enough {
        assert!(!any_reads(fewer, AtHome::Certificates), "{preset:?}");
    }
    let how_many = match enough {
        all if all == having.len() => "both safes",
        2 => "two safes",
        3 => "three safes",
        other => panic!("{preset:?}: {other} safes"),
    };
    format!("{how_many} and the certificates")
}

/// Whether the owner misses something on a new device when these safes are gone.
fn lose(mut owner: Owner, gone: &[usize]) -> bool {
    let new = owner.lose();
    for at in gone {
        owner.scene.safes[*at].is_up = false;
    }
    let Some(first) = (0..SAFES).find(|at| !gone.contains(at)) else {
        return true;
    };
    owner.restore(new, first);
    owner.recover_everything(new);
    owner.bytes(new) != owner.bytes_of_tickets
}

/// Whether two devices of one owner, at once, can both come to use the same ticket when these safes confirm everybody.
fn give_twice(mut owner: Owner, cheats: &[usize]) -> bool {
    let new = [owner.lose(), owner.add_device()];
    for at in cheats {
        owner.scene.safes[*at].honesty = Honesty::ConfirmsAll;
    }
    for device in new {
        owner.restore(device, 0);
    }
    for device in new {
        owner.ask_for_all(device);
    }
    for _ in 0..2_000 {
        owner.scene.collect_outgoing();
        let device = new[owner.scene.dice.below(2)];
        match owner.scene.devices[device].is_quiet() {
            true => owner.scene.deliver_any(),
            false => drop(owner.scene.device_step(device)),
        }
    }
    owner.rest();
    let mut here: Vec<Vec<u8>> = new.iter().flat_map(|it| owner.bytes(*it)).collect();
    let count = here.len();
    here.sort();
    here.dedup();
    here.len() < count
}

/// Whether the platform of these safes reads a ticket in all that they had at any time.
fn read_at_any_time(preset: Option<Preset>, by: &[usize]) -> bool {
    let (mut owner, _) = backed_up(74, preset, 0);
    let mut theirs = Spoils::of(&owner, by);
    owner.change_secret(OLD);
    theirs.take(&owner, by);
    owner.recover_everything(OLD);
    assert_eq!(owner.bytes(OLD), owner.bytes_of_tickets);
    theirs.take(&owner, by);
    let root = theirs.root(&[]);
    theirs.read(&owner, root.as_ref(), AtHome::Keys)
}

/// Whether the owner misses something on a new device when these safes begin anew with nothing.
fn lose_by_setting_back(mut owner: Owner, by: &[usize]) -> bool {
    let new = owner.lose();
    for at in by {
        owner.scene.safes[*at].set_back(Remembered::default());
    }
    let Some(first) = (0..SAFES).find(|at| !by.contains(at)) else {
        return true;
    };
    owner.restore(new, first);
    owner.recover_everything(new);
    owner.bytes(new) != owner.bytes_of_tickets
}

/// Whether two devices of one owner can both come to use the same ticket when these safes are set back between them. At the worst
/// some of the other safes are down for the first, as many as it can spare.
fn give_twice_by_setting_back(preset: Option<Preset>, by: &[usize]) -> bool {
    let (_, having) = backed_up(75, preset, 0);
    let others: Vec<usize> = having.into_iter().filter(|at| !by.contains(at)).collect();
    (0..=others.len()).any(|spared| {
        let (first, second) = set_back_between(preset, by, &others[..spared]);
        assert!(first || spared > 0, "{preset:?}: everybody is up");
        first && second
    })
}

/// Whether the first device has everything, and the second one something all the same.
fn set_back_between(preset: Option<Preset>, by: &[usize], down: &[usize]) -> (bool, bool) {
    let (mut owner, _) = backed_up(75, preset, 0);
    let new = [owner.lose(), owner.add_device()];
    for device in new {
        owner.restore(device, 0);
    }
    let before: Vec<(usize, Remembered)> = by
        .iter()
        .map(|at| (*at, owner.scene.safes[*at].remembered()))
        .collect();
    for at in down {
        owner.scene.safes[*at].is_up = false;
    }
    // It is lost before it ends anything: a key that it has ended would open nothing for anybody.
    owner.ask_for_all(new[0]);
    owner.rest_losing(|ask| ask.url.ends_with(Route::Retire.path()));
    owner.scene.devices[new[0]].crash();
    for at in down {
        owner.scene.safes[*at].is_up = true;
    }
    for (at, before) in before {
        owner.scene.safes[at].set_back(before);
    }
    owner.recover_everything(new[1]);
    let has_all = owner.bytes(new[0]) == owner.bytes_of_tickets;
    (has_all, !owner.bytes(new[1]).is_empty())
}

/// What the platform of so many safes that have part of it can do, at the worst.
fn platform_can(preset: Option<Preset>, count: usize) -> String {
    let (_, having) = backed_up(74, preset, 0);
    let count = count.min(having.len());
    let worst = |can: &dyn Fn(&[usize]) -> bool| choices(&having, count).iter().any(|it| can(it));
    deeds([
        worst(&|by| read_at_any_time(preset, by)),
        worst(&|by| lose_by_setting_back(backed_up(74, preset, 0).0, by)),
        worst(&|by| give_twice_by_setting_back(preset, by)),
    ])
}

/// In the words of the table.
fn deeds([reads, loses, gives_twice]: [bool; 3]) -> String {
    let deeds = [
        ("reads it", reads),
        ("loses it", loses),
        ("gives it twice", gives_twice),
    ];
    let done = deeds.iter().filter(|(_, can)| *can);
    let done: Vec<&str> = done.map(|(deed, _)| *deed).collect();
    match done.as_slice() {
        [] => "nothing".into(),
        done => done.join(", "),
    }
}

/// What so many safes that have part of it can do together, at the worst.
fn safes_can(preset: Option<Preset>, count: usize) -> String {
    let (owner, having) = backed_up(70, preset, 0);
    let count = count.min(having.len());
    let worst = |can: &dyn Fn(&[usize]) -> bool| choices(&having, count).iter().any(|it| can(it));
    deeds([
        worst(&|by| read(&owner, by)),
        worst(&|by| lose(backed_up(70, preset, 0).0, by)),
        worst(&|by| {
            let mut seeds = 70..70 + RACES;
            seeds.any(|seed| {
                // Another world has other safes with other parts.
                let (owner, others) = backed_up(seed, preset, 0);
                let same: Vec<usize> = by.iter().map(|at| place(&having, *at)).collect();
                let by: Vec<usize> = same.iter().map(|at| others[*at]).collect();
                give_twice(owner, &by)
            })
        }),
    ])
}

fn place(all: &[usize], one: usize) -> usize {
    let found = all.iter().position(|it| *it == one);
    found.expect("it has part of it")
}

/// Somebody has name and words, and everything at once where nothing holds them off.
fn thief_has(preset: Option<Preset>, hold_off: impl Fn(&mut Owner) -> Option<Ways>) -> String {
    let day = 24 * 3_600;
    let (mut owner, _) = backed_up(71, preset, day);
    let thief = owner.add_device();
    owner.restore_now(thief);
    let lifts = hold_off(&mut owner);
    for _ in 0..3 {
        owner.scene.pass(day * 1_000);
        owner.recover_now(thief);
    }
    let all = owner.bytes_of_tickets.clone();
    match owner.bytes(thief) {
        none if none.is_empty() => {
            // Who waits still is refused before it is lifted, or would be next.
            if lifts.is_some() {
                owner.decide(OLD, false);
            }
            for way in lifts.iter().flat_map(|ways| [&ways.words, &ways.kit]) {
                owner.in_sessions(OLD, way, &Doing::Unfreeze);
            }
            owner.recover_everything(OLD);
            assert_eq!(owner.bytes(OLD), all, "{preset:?}: it is the owner's still");
            "nothing".into()
        }
        some if some == all => "has it".into(),
        some => panic!("{preset:?}: {} tickets", some.len()),
    }
}

impl Owner {
    fn restore_now(&mut self, device: usize) {
        self.ask_to_restore(device, 0);
        self.rest_now();
        self.recover_now(device);
    }

    fn recover_now(&mut self, device: usize) {
        self.ask_for_all(device);
        self.rest_now();
    }

    fn ask_for_all(&mut self, device: usize) {
        let books = self.books(device);
        for backup in books.groups().map(|group| group.id) {
            self.scene.want(device, Intent::RecoverBackup { backup });
        }
        let alone = books.certificates().filter(|(_, it)| it.part.is_none());
        for certificate in alone.map(|(id, _)| id) {
            self.scene.want(device, Intent::Recover { certificate });
        }
    }
}

fn row(who: &str, cell: impl Fn(Option<Preset>) -> String) -> String {
    let cells: Vec<String> = PLANS.into_iter().map(cell).collect();
    format!("| {who} | {} |", cells.join(" | "))
}

fn is_said(row: &str) {
    assert!(SECURITY.contains(row), "SECURITY.md does not say:\n{row}");
}

#[test]
fn what_safes_can_do_alone_and_together_is_what_the_table_says() {
    is_said(&row("one of its safes", |preset| safes_can(preset, 1)));
    is_said(&row("as many as must confirm", |preset| {
        let quorum = preset.map_or(1, |preset| preset.plan().quorum);
        safes_can(preset, quorum.into())
    }));
    is_said(&row("all of them", |preset| safes_can(preset, SAFES)));
}

/// A row of the table, cell by cell.
fn cells(who: &str) -> Vec<&'static str> {
    let begins = format!("| {who} | ");
    let mut rows = SECURITY.lines();
    let row = rows.find_map(|line| line.strip_prefix(&begins)?.strip_suffix(" |"));
    row.expect("the row is there").split(" | ").collect()
}

#[test]
fn what_the_platform_of_safes_can_do_is_what_these_safes_can() {
    for (platform, count, safes, same) in [
        (
            "the platform of one safe",
            1,
            "one of its safes",
            "as that safe",
        ),
        (
            "the platform of all of them",
            SAFES,
            "all of them",
            "as all of them",
        ),
    ] {
        let theirs = cells(safes);
        is_said(&row(platform, |preset| {
            let at = PLANS.iter().position(|it| *it == preset);
            let can = platform_can(preset, count);
            match at.map(|at| theirs[at]) == Some(can.as_str()) {
                true => same.into(),
                false => can,
            }
        }));
    }
}

#[test]
fn what_it_takes_to_read_is_what_the_table_says() {
    let rows = [
        "one safe, sealed",
        "key kept elsewhere",
        "any 2 of 3",
        "money: 3 of 4",
        "as it is, at one safe",
    ];
    for (preset, who) in PLANS.into_iter().zip(rows) {
        assert_eq!(cells(who)[1], takes_to_read(preset), "{who}");
    }
}

#[test]
fn what_a_thief_with_name_and_words_can_do_is_what_the_table_says() {
    is_said(&row(
        "a thief with name and words, when the wait is over",
        |preset| thief_has(preset, |_| None),
    ));
    is_said(&row("the same, refused in time", |preset| {
        thief_has(preset, |owner| {
            owner.decide(OLD, false);
            None
        })
    }));
    is_said(&row(
        "the same, frozen out in time and refused before that ends",
        |preset| {
            thief_has(preset, |owner| {
                let ways = owner.with_kit();
                owner.freeze(OLD);
                Some(ways)
            })
        },
    ));
}

#[test]
fn who_has_the_unlocked_device_has_what_the_table_says() {
    is_said(&row("a thief of the device, unlocked", |preset| {
        let (mut owner, _) = backed_up(72, preset, 3_600);
        owner.recover_everything(OLD);
        let has_all = owner.bytes(OLD) == owner.bytes_of_tickets;
        (if has_all { "has it" } else { "nothing" }).into()
    }));
}
