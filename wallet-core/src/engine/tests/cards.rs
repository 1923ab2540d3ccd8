//! What is shown of backups and keys, and that no more of it is sent than has changed.

use super::*;
use crate::books::{
    CertificateItem, Custody, Elsewhere, Item, KeyHere, KeyItem, MovedBy, OthersWait, PartHere,
    PartItem, Standing, ValueItem,
};
use crate::flow::{
    Flow, Recover, RecoverState, Register, Retire, RetireWhat, ReturnReason, Reunite, ReuniteState,
    Rotate, Then as For,
};
use crate::group::{Group, PartOf, Phase as GroupPhase};
use crate::plan::check::{Operator, Seat};
use crate::plan::key::KeyId;
use crate::plan::part::Role;
use crate::plan::preset::Preset;
use crate::plan::{GroupId, KeyForm, Slot};
use crate::view::{BackupCard, BackupStanding, KeyCard, PartState};
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::message::EntryState;
use saifu_protocol::{Counter, Digest, RequestId, SessionId};

const KEY: KeyId = KeyId::new([9; 16]);
const PROOF: Elsewhere = Elsewhere {
    state: EntryState::Withdrawn,
    session: Some(SessionId::new([1; 16])),
    since: UnixTime(5),
};

fn group_id(number: u8) -> GroupId {
    GroupId::new([number; 16])
}

fn flow_id(number: u8) -> FlowId {
    FlowId::new([number; 16])
}

/// Where a part of group 1 and its certificate lie.
fn part_at(index: u8) -> ItemId {
    ItemId::new([100 + index; 16])
}

fn certificate_at(index: u8) -> ItemId {
    ItemId::new([200 + index; 16])
}

fn safe_id(slot: u8) -> SafeId {
    SafeId::new([slot + 1; 32])
}

fn request() -> RequestId {
    RequestId::make(&mut Counting(0))
}

fn value(to: &str) -> ValueItem {
    let mut value = ValueItem::of(
        &crate::form::read(&form("A")).unwrap(),
        1,
        UnixTime(0),
        Custody::Held,
    );
    value.to = to.into();
    value
}

/// At safes by this plan, since the second of its number.
fn group(number: u8, preset: Preset) -> Group {
    let seats = (0..3).map(|slot| Seat {
        slot: Slot(slot),
        safe: safe_id(slot),
        operator: Operator::named("Example"),
    });
    Group {
        id: group_id(number),
        plan: preset.plan(),
        seats: seats.collect(),
        values: alloc::vec![value("")],
        key: None,
        since: UnixTime(u64::from(number)),
        phase: GroupPhase::AtSafes,
        replaces: None,
        confirmed: Vec::new(),
        handed: false,
        released: Vec::new(),
        awaits: None,
        moved_by: MovedBy::Owner,
        marked: Vec::new(),
        checks: crate::check::Checks::default(),
    }
}

fn part_of(number: u8, class: ObjectClass, index: u8) -> PartOf {
    PartOf {
        group: group_id(number),
        class,
        index,
    }
}

fn certificate(at: ItemId, of: PartOf, standing: Standing) -> Change {
    let item = CertificateItem {
        safe: safe_id(of.index),
        address: Address::parse("https://safe.example").unwrap(),
        digest: Digest::default(),
        sha256: Vec::new(),
        md5: Vec::new(),
        counter: Counter::MAX,
        issued_at: UnixTime(0),
        retained_until: UnixTime(0),
        object_bytes: 1,
        standing,
        came_of: None,
        part: Some(of),
        others: OthersWait::NONE,
        may_be_used: false,
        checks: crate::check::Checks::default(),
        possession: None,
        audit: None,
        audit_called_off_at: None,
    };
    Change::Put(at, Item::Certificate(item), None)
}

fn part(at: ItemId, of: PartOf, here: PartHere) -> Change {
    let part = PartItem { of, size: 1, here };
    Change::Put(at, Item::Part(part), None)
}

fn key(here: KeyHere) -> Change {
    let key = KeyItem {
        key: KEY,
        form: KeyForm::Key,
        algorithm: None,
        since: UnixTime(0),
        here,
    };
    Change::Put(ItemId::new([8; 16]), Item::Key(key), None)
}

/// A wallet whose books are these.
fn with(changes: Vec<Change>) -> Bench {
    let mut bench = Bench::new();
    bench.wallet.books.apply(changes);
    bench
}

impl Bench {
    fn backups(&self) -> Vec<BackupCard> {
        let mut view = self.wallet.view().into_iter();
        view.find_map(|part| match part {
            Part::Backups(cards) => Some(cards),
            _ => None,
        })
        .unwrap()
    }

    fn keys(&self) -> Vec<KeyCard> {
        let mut view = self.wallet.view().into_iter();
        view.find_map(|part| match part {
            Part::Keys(cards) => Some(cards),
            _ => None,
        })
        .unwrap()
    }
}

#[test]
fn a_backup_ends_soon_if_any_of_its_values_does() {
    for (days, soon) in [
        (&["2000-03-15"][..], true),
        (&["2000-03-22"], true),
        (&["2000-03-23"], false),
        (&["2000-03-14"], false),
        (&["2000-03-14", "2000-03-22"], true),
        (&["2000-03-23", "2000-03-14"], false),
        (&[""], false),
    ] {
        let mut group = group(1, Preset::CoupledThenSealed);
        group.values = days.iter().map(|to| value(to)).collect();
        let bench = with(alloc::vec![group.put()]);
        assert_eq!(bench.backups()[0].ends_within_a_week, soon, "{days:?}");
    }
}

#[test]
fn backups_stand_as_their_phase_and_the_work_on_them_say() {
    let reunite = Flow::Reunite(Reunite {
        group: group_id(1),
        then: For::Hold,
        take_back: false,
        by: MovedBy::Owner,
        last_resort: crate::flow::LastResort::No,
        state: ReuniteState::Collecting { to_ask: Vec::new() },
    });
    let job = flow_id(1);
    for (phase, flow, standing) in [
        (GroupPhase::AtSafes, None, Some(BackupStanding::AtSafes)),
        (
            GroupPhase::AtSafes,
            Some(reunite),
            Some(BackupStanding::Recovering { job }),
        ),
        (GroupPhase::Leaving, None, Some(BackupStanding::Ending)),
        (GroupPhase::Elsewhere, None, Some(BackupStanding::Elsewhere)),
        (GroupPhase::Standby, None, None),
    ] {
        let mut group = group(1, Preset::AnyTwoOfThree);
        group.phase = phase;
        let mut changes = alloc::vec![group.put()];
        changes.extend(flow.map(|flow| Change::Journal(job, flow)));
        let cards = with(changes).backups();
        assert_eq!(cards.first().map(|it| it.standing), standing, "{phase:?}");
    }
}

#[test]
fn parts_stand_as_what_is_here_and_who_works_on_it_say() {
    let of = part_of(1, ObjectClass::Piece, 0);
    let registered = |standing| certificate(certificate_at(0), of, standing);
    let here = |here| part(part_at(0), of, here);
    let flow = |flow| Change::Journal(flow_id(1), flow);
    let recover = |state| {
        flow(Flow::Recover(Recover {
            via: None,
            certificate: certificate_at(0),
            safe: safe_id(0),
            session: crate::books::Session::make(&mut Counting(0)),
            by: MovedBy::Owner,
            state,
        }))
    };
    let register = flow(Flow::Register(Register {
        value: part_at(0),
        safe: safe_id(0),
        request: request(),
        holder: Secret::new([1; 32]),
        given: None,
        note: None,
        calling_off: None,
        wait: 0,
    }));
    let retire = flow(Flow::Retire(Retire {
        safe: safe_id(0),
        request: request(),
        what: RetireWhat::Certificate {
            certificate: certificate_at(0),
        },
        part: None,
    }));
    let rotate = flow(Flow::Rotate(Rotate {
        certificate: certificate_at(0),
        safe: safe_id(0),
        request: request(),
        next: Secret::new([1; 32]),
        note: None,
        handed: None,
        wait: 0,
    }));
    let opening = RecoverState::Opening { request: request() };
    let fetched = RecoverState::Fetched { part: part_at(0) };
    let arrived = RecoverState::Arrived {
        value: part_at(0),
        request: request(),
    };
    let returning = RecoverState::Returning {
        request: request(),
        why: ReturnReason::CalledOff,
    };
    let safe = safe_id(0);
    let at_safe = || registered(Standing::AtSafe);
    for (changes, state) in [
        (alloc::vec![], PartState::Gone),
        (alloc::vec![here(PartHere::Home)], PartState::Home),
        (alloc::vec![here(PartHere::ToRegister)], PartState::Refused),
        (
            alloc::vec![here(PartHere::ToRegister), register],
            PartState::Sending,
        ),
        (alloc::vec![at_safe()], PartState::AtSafe),
        (
            alloc::vec![registered(Standing::NotHandedOut)],
            PartState::NotHandedOut,
        ),
        (
            alloc::vec![registered(Standing::Elsewhere(PROOF))],
            PartState::Elsewhere(PROOF),
        ),
        (alloc::vec![at_safe(), retire], PartState::Ending),
        (alloc::vec![at_safe(), rotate], PartState::TakingOver),
        (
            alloc::vec![at_safe(), recover(opening)],
            PartState::Fetching,
        ),
        (
            alloc::vec![
                at_safe(),
                here(PartHere::Fetched { safe }),
                recover(fetched)
            ],
            PartState::Here,
        ),
        (
            alloc::vec![
                at_safe(),
                here(PartHere::Fetched { safe }),
                recover(arrived)
            ],
            PartState::Confirming,
        ),
        (
            alloc::vec![at_safe(), recover(returning)],
            PartState::Returning,
        ),
    ] {
        let mut all = alloc::vec![group(1, Preset::AnyTwoOfThree).put()];
        all.extend(changes);
        let cards = with(all).backups();
        let states: Vec<PartState> = cards[0].parts.iter().map(|part| part.state).collect();
        assert_eq!(states, [state, PartState::Gone, PartState::Gone]);
    }
}

#[test]
fn a_key_says_what_it_opens_and_who_holds_it() {
    let named = |number, phase| {
        let mut group = group(number, Preset::KeyKeptElsewhere);
        (group.key, group.phase) = (Some(KEY), phase);
        group
    };
    let mut of_the_key = named(3, GroupPhase::AtSafes);
    of_the_key.values.clear();
    let of_key = |number| part_of(number, ObjectClass::Key, 0);
    assert_eq!(Role::of(ObjectClass::Key), Role::Key);
    let mut in_shares = group(6, Preset::KeySplit);
    in_shares.key = Some(KEY);
    let bench = with(alloc::vec![
        key(KeyHere::Opens),
        named(1, GroupPhase::AtSafes).put(),
        certificate(ItemId::new([101; 16]), of_key(1), Standing::AtSafe),
        // Its data alone are at a safe.
        named(2, GroupPhase::AtSafes).put(),
        certificate(
            ItemId::new([102; 16]),
            part_of(2, ObjectClass::Value, 0),
            Standing::AtSafe
        ),
        of_the_key.put(),
        certificate(ItemId::new([103; 16]), of_key(3), Standing::AtSafe),
        named(4, GroupPhase::Leaving).put(),
        certificate(ItemId::new([104; 16]), of_key(4), Standing::AtSafe),
        group(5, Preset::AnyTwoOfThree).put(),
        // Its shares are at safes.
        in_shares.put(),
        certificate(
            ItemId::new([106; 16]),
            part_of(6, ObjectClass::Share, 0),
            Standing::AtSafe
        ),
    ]);
    let keys = bench.keys();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].opens, [group_id(1), group_id(2), group_id(6)]);
    assert_eq!(keys[0].held_by, [group_id(1), group_id(3), group_id(6)]);
    let is_here = |card: &BackupCard| (card.id, card.key_is_here);
    let cards = bench.backups();
    assert_eq!(
        cards.iter().map(is_here).collect::<Vec<_>>(),
        [6, 5, 4, 3, 2, 1].map(|number| (group_id(number), number != 5))
    );
}

#[test]
fn one_backup_is_sent_when_one_has_changed() {
    let mut changes: Vec<Change> = (1..4)
        .map(|number| group(number, Preset::AnyTwoOfThree).put())
        .collect();
    let of = part_of(2, ObjectClass::Piece, 0);
    changes.push(certificate(certificate_at(0), of, Standing::AtSafe));
    let mut bench = with(changes);
    let mut page = bench.backups();
    bench.shown.clear();
    let discard = Intent::DiscardBackup {
        backup: group_id(2),
    };
    bench.want(discard);
    bench.commit();
    let mut sent = Vec::new();
    for part in core::mem::take(&mut bench.shown) {
        match part {
            Part::SomeBackups(cards) => {
                sent.extend(cards.iter().map(|(id, _)| *id));
                BackupCard::update(&mut page, cards);
            }
            Part::Backups(_) => panic!("all were sent"),
            Part::Keys(_) => panic!("no key has changed"),
            _ => {}
        }
    }
    sent.dedup();
    assert_eq!(sent, [group_id(2)]);
    assert_eq!(page, bench.backups());
    assert_eq!(page[1].standing, BackupStanding::Ending);
}

#[test]
fn backups_that_come_and_go_are_put_where_they_belong() {
    let all = |numbers: &[u8]| {
        let groups = numbers.iter().copied();
        let groups = groups.map(|number| group(number, Preset::AnyTwoOfThree).put());
        with(groups.collect()).backups()
    };
    let mut page = all(&[1, 3, 4]);
    let mut cards = all(&[2, 3]).into_iter();
    let (three, two) = (cards.next(), cards.next());
    let changes = alloc::vec![
        (group_id(2), two),
        (group_id(3), three),
        (group_id(4), None),
        (group_id(7), None),
    ];
    BackupCard::update(&mut page, changes);
    assert_eq!(page, all(&[1, 2, 3]));
    assert_eq!(all(&[2]).first().map(|card| card.id), Some(group_id(2)));
}
