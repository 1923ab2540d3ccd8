//! How long a wallet with many protected values takes to open, to decide and to show, and how much it sends to the page:
//!
//! ```text
//! cargo run -p saifu-wallet-core --example groups_bench [rounds] [groups…]
//! ```
//! Each value is a backup of its own, at any 2 of 3 safes, sealed with a key of its own that stays in the ring: five items
//! of the index. Medians in milliseconds, and kilobytes of JSON for what is shown. No part of the product.
#![expect(clippy::disallowed_methods, reason = "it measures; no product runs it")]
#![expect(clippy::print_stdout, reason = "that is what it is for")]

use saifu_crypto::hpke::derive_public;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::testing::Counting;
use saifu_crypto::{Secret, hash};
use saifu_protocol::certificate::{Address, LegacyHash, ObjectClass};
use saifu_protocol::value::{self, Date};
use saifu_protocol::{Counter, Digest, PublicKey, SafeId, UnixTime};
use saifu_wallet_core::books::{
    Books, CertificateBody, CertificateItem, Change, Custody, Item, KeyHere, KeyItem, MovedBy,
    OthersWait, Safe, Standing, ValueItem,
};
use saifu_wallet_core::engine::Wallet;
use saifu_wallet_core::form::{self, Form};
use saifu_wallet_core::group::{Group, PartOf, Phase};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::plan::check::{Operator, Seat};
use saifu_wallet_core::plan::key::OpeningKey;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{GroupId, KeyForm, KeyPlace, Plan, Seal, Slot, Step};
use saifu_wallet_core::port::{Context, Durability, Effect, Event, Key, Opened};
use std::time::Instant;

const SAFES: u8 = 3;
/// Recoveries under way at once, where that is measured.
const RECOVERIES: usize = 50;
const NOW_MS: u64 = 1_900_000_000_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let rounds = number(arguments.next()).unwrap_or(5);
    let mut sizes: Vec<usize> = arguments.filter_map(|text| number(Some(text))).collect();
    if sizes.is_empty() {
        sizes = vec![300, 1_000, 3_000];
    }
    for groups in sizes {
        let filled = Filled::make(groups);
        let mut all = Measured::default();
        for _ in 0..rounds {
            filled.measure(&mut all);
        }
        println!("{groups} protected values");
        for (what, times, bytes) in &mut all.0 {
            times.sort_unstable();
            let micros = times.get(times.len() / 2).copied().unwrap_or_default();
            let (whole, part) = (micros / 1_000, micros % 1_000 / 10);
            println!(
                "  {what:<44} {whole:>7}.{part:02} ms {:>7} KB",
                *bytes / 1_000
            );
        }
    }
}

fn number(text: Option<String>) -> Option<usize> {
    text?.parse().ok()
}

/// What was done, how many microseconds it took in each round, and how many bytes were shown.
#[derive(Default)]
struct Measured(Vec<(&'static str, Vec<u128>, usize)>);

impl Measured {
    fn note(&mut self, what: &'static str, micros: u128, effects: &[Effect]) {
        let shown = effects.iter().map(|effect| match effect {
            Effect::Show(parts) => serde_json::to_vec(parts).map_or(0, |json| json.len()),
            _ => 0,
        });
        let bytes = shown.sum();
        match self.0.iter_mut().find(|(other, ..)| *other == what) {
            Some((_, times, _)) => times.push(micros),
            None => self.0.push((what, vec![micros], bytes)),
        }
    }
}

/// What the store of such a wallet holds.
struct Filled {
    stored: Opened,
    groups: Vec<GroupId>,
}

impl Filled {
    fn make(count: usize) -> Self {
        let mut filler = Filler {
            rng: Counting(0),
            drawn: 0,
            plan: plan(),
        };
        let safes: Vec<Safe> = (0..SAFES).map(safe).collect();
        let groups: Vec<(GroupId, Vec<Change>)> =
            (0..count).map(|_| filler.group(&safes)).collect();
        let (groups, changes): (Vec<GroupId>, Vec<Vec<Change>>) = groups.into_iter().unzip();
        let mut changes: Vec<Change> = changes.into_iter().flatten().collect();
        let mut records = Vec::new();
        for page in 0.. {
            let rest = changes.split_off(changes.len().min(64));
            // On empty books: all of them go to one page.
            let batch = Books::default().batch(&changes, Durability::Relaxed);
            records.extend(
                batch
                    .puts
                    .into_iter()
                    .map(|(_, body)| (Key::Page(page), body)),
            );
            changes = rest;
            if changes.is_empty() {
                break;
            }
        }
        let trust: Vec<Change> = safes.into_iter().map(Change::Trust).collect();
        records.extend(Books::default().batch(&trust, Durability::Relaxed).puts);
        let stored = Opened {
            version: 1,
            records,
        };
        Self { stored, groups }
    }

    fn measure(&self, all: &mut Measured) {
        let mut bench = Bench::open(&self.stored, all);
        let coupon = Form {
            name: "Evening ticket".into(),
            unit_price: "1600".into(),
            ..Form::default()
        };
        let add = Intent::Add { form: coupon };
        bench.tell("a value: decided", Event::Intent(add), all);
        bench.tell("a value: stored and shown", Event::Committed, all);

        let backup = self.groups[self.groups.len() / 2];
        let recover = Event::Intent(Intent::RecoverBackup { backup });
        bench.tell("recovery: begun", recover, all);
        bench.tell("recovery: stored, next step decided", Event::Committed, all);
        bench.tell(
            "recovery: stored, certificates wanted",
            Event::Committed,
            all,
        );
        bench.load("recovery: certificate read, safe asked", all);
        let ask = bench.asks.pop().expect("safes are asked");
        let silence = Event::Answered { ask, answer: None };
        bench.tell("recovery: a safe is silent", silence, all);

        for backup in self.groups.iter().take(RECOVERIES) {
            let recover = Event::Intent(Intent::RecoverBackup { backup: *backup });
            bench.untimed(recover);
            while bench.commits > 0 {
                bench.untimed(Event::Committed);
            }
        }
        bench.load("50 recoveries: certificate read, safe asked", all);
        let form = Form {
            name: "Another".into(),
            ..Form::default()
        };
        let add = Intent::Add { form };
        bench.untimed(Event::Intent(add));
        bench.tell(
            "50 recoveries: a value stored and shown",
            Event::Committed,
            all,
        );
    }
}

/// A wallet, and what it waits for.
struct Bench {
    wallet: Wallet,
    rng: Counting,
    commits: usize,
    loads: Vec<u64>,
    asks: Vec<u64>,
}

impl Bench {
    fn open(stored: &Opened, all: &mut Measured) -> Self {
        let mut rng = Counting(7);
        let stored = stored.clone();
        let begun = Instant::now();
        let opened = Wallet::open(stored, &mut context(&mut rng));
        let micros = begun.elapsed().as_micros();
        let (wallet, effects) = opened.expect("it was written so");
        all.note("opened and shown", micros, &effects);
        Self {
            wallet,
            rng,
            commits: 0,
            loads: Vec::new(),
            asks: Vec::new(),
        }
    }

    fn tell(&mut self, what: &'static str, event: Event, all: &mut Measured) {
        let begun = Instant::now();
        let effects = self.hand_over(event);
        let micros = begun.elapsed().as_micros();
        all.note(what, micros, &effects);
        self.keep(&effects);
    }

    fn untimed(&mut self, event: Event) {
        let effects = self.hand_over(event);
        self.keep(&effects);
    }

    /// One certificate is read.
    fn load(&mut self, what: &'static str, all: &mut Measured) {
        let load = self.loads.pop().expect("certificates are read");
        let kept = CertificateBody {
            compact: "of no safe: only its length counts".into(),
            holder: Secret::new([3; 32]),
            session: None,
            author: None,
            cover: None,
        };
        let body = Some(kept.write());
        self.tell(what, Event::Loaded { load, body }, all);
    }

    fn hand_over(&mut self, event: Event) -> Vec<Effect> {
        if matches!(event, Event::Committed) {
            self.commits -= 1;
        }
        self.wallet.handle(event, &mut context(&mut self.rng))
    }

    fn keep(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Commit(_) => self.commits += 1,
                Effect::Load { load, .. } => self.loads.push(*load),
                Effect::Ask(ask) => self.asks.push(ask.ask),
                Effect::Wake { .. }
                | Effect::Show(_)
                | Effect::Remind(_)
                | Effect::Keep(_)
                | Effect::StillKept => {}
            }
        }
    }
}

/// Draws identifiers that lie anywhere, as random ones do.
struct Filler {
    rng: Counting,
    drawn: u64,
    plan: Plan,
}

impl Filler {
    fn draw(&mut self) -> [u8; 16] {
        self.drawn += 1;
        let hash = hash::sha256(&self.drawn.to_be_bytes());
        core::array::from_fn(|at| hash[at])
    }

    fn group(&mut self, safes: &[Safe]) -> (GroupId, Vec<Change>) {
        let id = GroupId::new(self.draw());
        let since = UnixTime(1_800_000_000 + self.drawn % 1_000);
        let secret = Secret::new(hash::sha256(&self.draw()));
        let made = OpeningKey::make(KeyForm::Key, &mut self.rng);
        let key = OpeningKey::of(made.name().kind.clone(), secret);
        let form = Form {
            name: "Evening ticket, main hall".into(),
            unit_price: "1600".into(),
            place: "Cinema Paradiso, Tokyo".into(),
            to: "2030-12-31".into(),
            ..Form::default()
        };
        let value = form::read(&form).unwrap_or_else(|_| unreachable!("a form that is filled in"));
        let seats = safes.iter().zip(0..).map(|(safe, slot)| Seat {
            slot: Slot(slot),
            safe: safe.id,
            operator: Operator::named(&safe.operator),
        });
        let group = Group {
            id,
            plan: self.plan.clone(),
            seats: seats.collect(),
            values: vec![ValueItem::of(&value, 420, since, Custody::Held)],
            key: Some(key.name().id),
            since,
            phase: Phase::AtSafes,
            replaces: None,
            confirmed: Vec::new(),
            handed: false,
            released: Vec::new(),
            awaits: None,
            moved_by: MovedBy::Owner,
            marked: Vec::new(),
            checks: Default::default(),
        };
        let item = KeyItem::of(key.name(), since, KeyHere::Opens);
        let at = ItemId::new(self.draw());
        let mut changes = vec![
            Change::Put(
                ItemId::new(*id.as_bytes()),
                Item::Group(Box::new(group)),
                None,
            ),
            Change::Put(at, Item::Key(item), None),
        ];
        for (safe, index) in safes.iter().zip(0..) {
            let part = PartOf {
                group: id,
                class: ObjectClass::Piece,
                index,
            };
            let certificate = CertificateItem {
                safe: safe.id,
                address: safe.address.clone(),
                digest: Digest::default(),
                sha256: vec![index; 32],
                md5: Vec::new(),
                counter: Counter::new(self.drawn).expect("far below the limit"),
                issued_at: since,
                retained_until: since,
                object_bytes: 700,
                standing: Standing::AtSafe,
                came_of: None,
                part: Some(part),
                others: OthersWait::Told(0),
                may_be_used: false,
                checks: Default::default(),
                possession: None,
                audit: None,
                audit_called_off_at: None,
            };
            let at = ItemId::new(self.draw());
            changes.push(Change::Put(at, Item::Certificate(certificate), None));
        }
        (id, changes)
    }
}

fn plan() -> Plan {
    let mut plan = Preset::AnyTwoOfThree.plan();
    let seal = Seal {
        form: KeyForm::Key,
        key: KeyPlace::Stays,
    };
    plan.steps.insert(0, Step::Seal(seal));
    plan
}

fn safe(number: u8) -> Safe {
    let key = SigningKey::derive(&Secret::new([number + 1; 32]));
    let signing_key = PublicKey::new(key.public());
    Safe {
        id: SafeId::of(&signing_key),
        address: Address::parse(&format!("https://safe-{number}.example")).expect("an address"),
        operator: format!("Operator {number}"),
        jurisdiction: "JP".into(),
        signing_key,
        sealing_key: PublicKey::new(derive_public(&Secret::new([number + 11; 32]))),
        attested_at: UnixTime(1_000),
        object_limit: 1 << 20,
        legacy_hash: LegacyHash::Off,
        rp_id: None,
        account: Secret::new([number + 21; 32]),
    }
}

fn context(rng: &mut Counting) -> Context<'_> {
    Context {
        now_ms: NOW_MS,
        today: today(),
        offset_minutes: 0,
        rng,
        stretch: saifu_crypto::stretch::Stretch::default(),
    }
}

fn today() -> Date {
    value::parse_date("2030-06-01").expect("a day")
}
