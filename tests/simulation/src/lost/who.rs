//! Who can do what to a value, by its plan: the table of SECURITY.md, played through. A row that says otherwise fails.

use super::freeze::Ways;
use super::*;
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
fn choices(of: &[usize], count: usize) -> Vec<Vec<usize>> {
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

/// Whether one of the tickets stands in anything these safes have.
fn read(owner: &Owner, by: &[usize]) -> bool {
    let ticket = &owner.bytes_of_tickets[0];
    by.iter().any(|at| {
        let mut entries = owner.scene.safes[*at].ledger.entries();
        entries.any(|(_, object)| {
            let object = object.unwrap_or_default();
            object.windows(ticket.len()).any(|part| part == ticket)
        })
    })
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

/// What so many safes that have part of it can do together, at the worst.
fn safes_can(preset: Option<Preset>, count: usize) -> String {
    let (owner, having) = backed_up(70, preset, 0);
    let count = count.min(having.len());
    let worst = |can: &dyn Fn(&[usize]) -> bool| choices(&having, count).iter().any(|it| can(it));
    let deeds = [
        ("reads it", worst(&|by| read(&owner, by))),
        (
            "loses it",
            worst(&|by| lose(backed_up(70, preset, 0).0, by)),
        ),
        (
            "gives it twice",
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
        ),
    ];
    let done: Vec<&str> = deeds
        .iter()
        .filter(|(_, can)| *can)
        .map(|(deed, _)| *deed)
        .collect();
    match done.as_slice() {
        [] => "nothing".into(),
        done => done.join(", "),
    }
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
