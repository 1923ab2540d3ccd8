//! What is found by a link is what a walk over everything finds.

use super::*;
use crate::flow::{
    Protect, ProtectState, Recover, RecoverState, Register, Retire, RetireWhat, Reunite,
    ReuniteState, Rotate, Then,
};
use crate::group::PartOf;
use crate::plan::KeyForm;
use crate::plan::key::KeyId;
use alloc::boxed::Box;
use saifu_crypto::Secret;
use saifu_protocol::certificate::{Address, ObjectClass};
use saifu_protocol::{Counter, Digest, RequestId, SafeId};

/// So few of each that they meet all the time.
const GROUPS: u8 = 5;
const KEYS: u8 = 3;
const ITEMS: u8 = 24;
const FLOWS: u8 = 12;

fn group_id(number: u8) -> GroupId {
    GroupId::new([number; 16])
}

fn key_id(number: u8) -> KeyId {
    KeyId::new([number; 16])
}

/// Away from where groups lie.
fn item_id(number: u8) -> ItemId {
    ItemId::new([100 + number; 16])
}

fn every_item() -> impl Iterator<Item = ItemId> {
    let groups = (0..GROUPS).map(|number| item_of(group_id(number)));
    groups.chain((0..ITEMS).map(item_id))
}

struct Dice {
    state: u32,
    rng: Counting,
}

impl Dice {
    fn roll(&mut self, sides: u8) -> u8 {
        self.state = self
            .state
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        u8::try_from((self.state >> 16) % u32::from(sides)).unwrap()
    }

    fn perhaps<T>(&mut self, draw: impl FnOnce(&mut Self) -> T) -> Option<T> {
        match self.roll(2) {
            0 => None,
            _ => Some(draw(self)),
        }
    }

    fn group_id(&mut self) -> GroupId {
        group_id(self.roll(GROUPS))
    }

    fn item_id(&mut self) -> ItemId {
        item_id(self.roll(ITEMS))
    }

    fn request(&mut self) -> RequestId {
        RequestId::make(&mut self.rng)
    }

    fn part(&mut self) -> PartOf {
        PartOf {
            group: self.group_id(),
            class: ObjectClass::Piece,
            index: self.roll(3),
        }
    }

    fn change(&mut self) -> Change {
        match self.roll(8) {
            0 => Change::Delete(self.item_id()),
            1 => Change::Delete(item_of(self.group_id())),
            2 => Change::End(FlowId::new([self.roll(FLOWS); 16])),
            3 => self.group().put(),
            4 | 5 => Change::Put(self.item_id(), self.item(), None),
            _ => Change::Journal(FlowId::new([self.roll(FLOWS); 16]), self.flow()),
        }
    }

    fn group(&mut self) -> Group {
        Group {
            id: self.group_id(),
            plan: Preset::AnyTwoOfThree.plan(),
            seats: Vec::new(),
            values: Vec::new(),
            key: self.perhaps(|dice| key_id(dice.roll(KEYS))),
            since: UnixTime(0),
            phase: [Phase::AtSafes, Phase::Leaving][usize::from(self.roll(2))],
            replaces: self.perhaps(Self::group_id),
            confirmed: Vec::new(),
            handed: false,
            released: Vec::new(),
            awaits: None,
            moved_by: MovedBy::Owner,
            marked: Vec::new(),
            checks: crate::check::Checks::default(),
        }
    }

    fn item(&mut self) -> Item {
        match self.roll(4) {
            0 => item(1),
            1 => Item::Key(KeyItem {
                key: key_id(self.roll(KEYS)),
                form: KeyForm::Key,
                algorithm: None,
                since: UnixTime(0),
                here: KeyHere::Opens,
            }),
            2 => Item::Part(PartItem {
                of: self.part(),
                size: 1,
                here: PartHere::Home,
            }),
            _ => Item::Certificate(CertificateItem {
                safe: SafeId::new([1; 32]),
                address: Address::parse("https://safe.example").unwrap(),
                digest: Digest::default(),
                sha256: Vec::new(),
                md5: Vec::new(),
                counter: Counter::MAX,
                issued_at: UnixTime(0),
                retained_until: UnixTime(0),
                object_bytes: 1,
                standing: Standing::AtSafe,
                came_of: None,
                part: self.perhaps(Self::part),
                others: OthersWait::NONE,
                may_be_used: false,
                checks: crate::check::Checks::default(),
                possession: None,
                audit: None,
                audit_called_off_at: None,
            }),
        }
    }

    fn flow(&mut self) -> Flow {
        let safe = SafeId::new([1; 32]);
        match self.roll(6) {
            0 => Flow::Register(Register {
                value: self.item_id(),
                safe,
                request: self.request(),
                holder: Secret::new([1; 32]),
                given: None,
                note: None,
                calling_off: None,
                wait: 0,
            }),
            1 => Flow::Recover(Recover {
                via: None,
                certificate: self.item_id(),
                safe,
                session: Session::make(&mut self.rng),
                by: MovedBy::Owner,
                state: match self.roll(2) {
                    0 => RecoverState::Opening {
                        request: self.request(),
                    },
                    _ => RecoverState::Fetched {
                        part: self.item_id(),
                    },
                },
            }),
            2 => Flow::Retire(Retire {
                safe,
                request: self.request(),
                what: RetireWhat::Certificate {
                    certificate: self.item_id(),
                },
                part: None,
            }),
            3 => Flow::Protect(Protect {
                values: alloc::vec![self.item_id()],
                key: self.perhaps(Self::item_id),
                replaces: self.perhaps(Self::group_id),
                by: MovedBy::Owner,
                state: match self.roll(2) {
                    0 => ProtectState::Preparing {
                        plan: Box::new(Preset::AnyTwoOfThree.plan()),
                        seats: Vec::new(),
                    },
                    _ => ProtectState::Registering {
                        group: self.group_id(),
                        sealing: Vec::new(),
                    },
                },
            }),
            4 => Flow::Reunite(Reunite {
                group: self.group_id(),
                then: Then::Hold,
                take_back: false,
                by: MovedBy::Owner,
                last_resort: crate::flow::LastResort::No,
                state: match self.roll(2) {
                    0 => ReuniteState::Collecting { to_ask: Vec::new() },
                    _ => ReuniteState::Arrived {
                        values: alloc::vec![self.item_id()],
                    },
                },
            }),
            _ => Flow::Rotate(Rotate {
                certificate: self.item_id(),
                safe,
                request: self.request(),
                next: Secret::new([1; 32]),
                note: None,
                handed: None,
                wait: 0,
            }),
        }
    }
}

fn flow_of(change: &Change) -> Option<FlowId> {
    match change {
        Change::Journal(id, _) | Change::End(id) => Some(*id),
        _ => None,
    }
}

/// What a walk finds, and how much that was.
fn check(books: &Books) -> usize {
    let mut found = 0;
    for id in every_item() {
        let mut flows = books.flows();
        let lock = flows.find(|(_, flow)| flow.items().contains(&id));
        assert_eq!(books.lock(id), lock.map(|(flow, _)| flow), "lock of {id:?}");
        found += usize::from(lock.is_some());
    }
    for id in (0..GROUPS).map(group_id) {
        let is_member = |item: &ItemId| books.item(*item).and_then(Item::group) == Some(id);
        let members: Vec<ItemId> = every_item().filter(is_member).collect();
        assert_eq!(books.items_of(id).collect::<Vec<_>>(), members, "{id:?}");

        let works = |(_, flow): &(FlowId, &Flow)| flow.group(books) == Some(id);
        let flows: Vec<FlowId> = books.flows().filter(works).map(|(flow, _)| flow).collect();
        let linked = books.flows_of(id).into_iter().map(|(flow, _)| flow);
        assert_eq!(linked.collect::<Vec<_>>(), flows, "flows of {id:?}");

        let recovers =
            |(_, flow): &(FlowId, &Flow)| matches!(flow, Flow::Reunite(it) if it.group == id);
        let recovery = books.flows().find(recovers).map(|(flow, _)| flow);
        assert_eq!(books.recovery_of(id), recovery, "recovery of {id:?}");

        let replaces = |(_, flow): &(FlowId, &Flow)| matches!(flow, Flow::Protect(it) if it.replaces == Some(id));
        let replacing: Vec<FlowId> = books.flows().filter(replaces).map(|(it, _)| it).collect();
        let linked = books.work_about(item_of(id)).filter(replaces);
        let linked: Vec<FlowId> = linked.map(|(flow, _)| flow).collect();
        assert_eq!(linked, replacing, "what replaces {id:?}");

        let successor = books.groups().find(|group| group.replaces == Some(id));
        assert_eq!(books.successor(id), successor, "successor of {id:?}");
        found += members.len() + flows.len() + replacing.len();
        found += usize::from(successor.is_some());
    }
    for id in (0..KEYS).map(key_id) {
        let ring = books.keys().find(|(_, key)| key.key == id);
        assert_eq!(books.key_item(id), ring, "{id:?}");
        let named: Vec<&Group> = books.groups().filter(|it| it.key == Some(id)).collect();
        assert_eq!(books.groups_with(id).collect::<Vec<_>>(), named, "{id:?}");
        found += usize::from(ring.is_some()) + named.len();
    }
    found
}

#[test]
fn what_links_find_is_what_is_there_after_every_change() {
    let mut found = 0;
    for seed in 0..6 {
        let (mut shelf, mut books) = (Shelf::default(), Books::default());
        let mut dice = Dice {
            state: seed,
            rng: Counting(0),
        };
        for _ in 0..250 {
            let mut changes: Vec<Change> = Vec::new();
            for _ in 0..=dice.roll(4) {
                let change = dice.change();
                // No transaction says two things of one flow.
                if flow_of(&change).is_none()
                    || !changes.iter().any(|it| flow_of(it) == flow_of(&change))
                {
                    changes.push(change);
                }
            }
            shelf.commit(&mut books, changes);
            found += check(&books);
            assert_eq!(shelf.reopened().links, books.links);
        }
    }
    assert!(found > 10_000, "{found} links in 1,500 books are too few");
}
