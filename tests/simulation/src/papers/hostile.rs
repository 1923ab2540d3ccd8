//! Papers that were altered, doubled or come late, keys that other backups need, and two owners who want the same at the
//! same moment.

use super::*;
use saifu_wallet_core::books::KeyHere;
use saifu_wallet_core::form::Form;
use saifu_wallet_core::plan::{KeyForm, Plan};

impl Owners {
    pub(super) fn add(&mut self, device: usize, name: &str) -> ItemId {
        let before = self.held(device);
        let form = Form {
            name: name.into(),
            unit_price: "1600".into(),
            payload: Zeroizing::new("bearer-2".into()),
            ..Form::default()
        };
        self.want(device, Intent::Add { form });
        let mut held = self.held(device).into_iter();
        held.find(|id| !before.contains(id)).expect("it was added")
    }

    pub(super) fn protect(&mut self, value: ItemId, plan: Plan, key: Option<ItemId>) -> GroupId {
        let before: Vec<GroupId> = self.books(GIVER).groups().map(|group| group.id).collect();
        let safes: Vec<SafeId> = self.0.safes.iter().map(Safe::id).collect();
        let values = vec![value];
        self.want(
            GIVER,
            Intent::Protect {
                values,
                plan,
                safes,
                key,
            },
        );
        let books = self.books(GIVER);
        let mut groups = books.groups().map(|group| group.id);
        groups
            .find(|id| !before.contains(id))
            .expect("it was backed up")
    }

    /// A lasting key lies at a safe with the first backup, opens the second as well, and is not here any more.
    pub(super) fn two_under_one_key(&mut self) -> (GroupId, GroupId) {
        self.want(GIVER, Intent::MakeKey { form: KeyForm::Key });
        let key = self.books(GIVER).keys().map(|(id, _)| id).next();
        let first = self.held(GIVER)[0];
        let second = self.add(GIVER, "Second");
        let second = self.protect(second, Preset::OneSafeSealed.plan(), key);
        let first = self.protect(first, Preset::KeyElsewhere.plan(), key);
        assert!(
            self.books(GIVER)
                .keys()
                .all(|(_, key)| key.here != KeyHere::Opens)
        );
        (first, second)
    }

    /// Fetches every key that can be, then the value of the backup.
    pub(super) fn bring_back(&mut self, backup: GroupId) -> usize {
        let all: Vec<GroupId> = self.books(GIVER).groups().map(|group| group.id).collect();
        for backup in all {
            self.want(GIVER, Intent::RecoverKey { backup });
        }
        self.want(GIVER, Intent::RecoverBackup { backup });
        self.held(GIVER).len()
    }
}

#[test]
fn two_backups_under_one_key_come_back_while_nobody_ends_the_key() {
    let mut owners = Owners::new(2);
    let (_, second) = owners.two_under_one_key();
    assert_eq!(owners.bring_back(second), 1);
}

/// Both at once, in any order of messages, then in peace until it comes to rest.
pub(super) fn contend(owners: &mut Owners) {
    for _ in 0..400 {
        owners.0.collect_outgoing();
        if owners.0.dice.percent(50) {
            owners.0.deliver_any();
            continue;
        }
        let device = owners.0.dice.below(2);
        let now = owners.0.now_ms;
        if let Some(event) = owners.0.devices[device].take_event() {
            owners.0.tell(device, event);
        } else if owners.0.devices[device].has_commit() {
            owners.0.devices[device].finish_commit(None, now, &mut owners.0.dice);
        }
    }
}

pub(super) fn calm(owners: &mut Owners) {
    for _ in 0..40 {
        owners.want(GIVER, Intent::Close);
        owners.want(TAKER, Intent::Close);
        if !owners.0.pass_time_to_next() {
            return;
        }
    }
}

#[test]
fn giver_and_taker_at_once_hold_it_once_and_never_lose_it() {
    for preset in [
        Preset::OneSafeSealed,
        Preset::KeyKeptElsewhere,
        Preset::AnyTwoOfThree,
        Preset::MoneyThreeOfFour,
        Preset::PlainCopies,
        Preset::KeyElsewhere,
        Preset::SeedSplit,
        Preset::KeySplitInThree,
        Preset::PieceWithShare,
    ] {
        for seed in 0..12_u64 {
            let mut owners = Owners::new(4);
            owners.0.dice = Dice::new(seed);
            let papers = owners.papers(preset, true);
            let backup = owners.backup(GIVER).expect("it was backed up");
            let text = Zeroizing::new(papers.join("\n"));
            owners.0.want(TAKER, Intent::TakeOver { text });
            owners.0.want(GIVER, Intent::RecoverBackup { backup });
            contend(&mut owners);
            for _ in 0..4 {
                calm(&mut owners);
                let both = owners.held(GIVER).len() + owners.held(TAKER).len();
                assert!(both <= 1, "{preset:?} {seed}: {both} copies");
                if both == 1 {
                    break;
                }
                for device in [TAKER, GIVER] {
                    let backups: Vec<GroupId> = owners
                        .books(device)
                        .groups()
                        .map(|group| group.id)
                        .collect();
                    for backup in backups {
                        owners.want(device, Intent::RecoverKey { backup });
                        owners.want(device, Intent::RecoverBackup { backup });
                    }
                }
            }
            let both = owners.held(GIVER).len() + owners.held(TAKER).len();
            let told = (&owners.0.devices[GIVER].told, &owners.0.devices[TAKER].told);
            assert_eq!(both, 1, "{preset:?} {seed}: {told:?}");
        }
    }
}

/// A wallet that was told lies opens again, and what was there before is still there.
#[test]
fn papers_altered_anywhere_leave_the_wallet_whole() {
    let mut owners = Owners::new(4);
    let mine = owners.add(TAKER, "Mine");
    let papers = owners.papers(Preset::SeedSplit, true);
    let text = papers.join("\n");
    let bytes = text.as_bytes();
    let mut altered = 0;
    while altered < 1_500 {
        let mut bytes = bytes.to_vec();
        for _ in 0..=owners.0.dice.below(2) {
            let at = owners.0.dice.below(bytes.len());
            let by = b"0123456789abz{}[]\",:\\-"[owners.0.dice.below(22)];
            match owners.0.dice.below(3) {
                0 => bytes[at] = by,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, by),
            }
        }
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        };
        altered += 1;
        if saifu_wallet_core::bearer::look(&text).is_err() {
            continue;
        }
        let mut copy = Owners::new(0);
        copy.0.devices[TAKER].store = owners.0.devices[TAKER].store.clone();
        copy.0.devices[TAKER].crash();
        copy.0.start(TAKER);
        let text = Zeroizing::new(text);
        copy.want(TAKER, Intent::TakeOver { text });
        copy.0.devices[TAKER].crash();
        copy.0.start(TAKER);
        assert!(copy.books(TAKER).value(mine).is_some());
        assert!(copy.books(TAKER).account().balances());
    }
}

#[test]
fn unaltered_the_same_paper_does_not_double_it() {
    let mut owners = Owners::new(3);
    let papers = owners.papers(Preset::PlainCopies, false);
    owners.take(papers[0].clone());
    let backup = owners.backup(GIVER).expect("the giver has it");
    owners.want(GIVER, Intent::RecoverBackup { backup });
    assert!(owners.held(GIVER).len() + owners.held(TAKER).len() <= 1);
}
