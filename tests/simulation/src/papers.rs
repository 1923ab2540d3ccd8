//! Certificates that are handed over: two owners, a wallet each, the same safes.

use crate::device::{Device, Store};
use crate::dice::Dice;
use crate::safe::{Honesty, Safe};
use crate::scene::{Scene, gift_card, skew, ticket};
use saifu_protocol::{SafeId, b64};
use saifu_wallet_core::bearer::What;
use saifu_wallet_core::books::{Books, Custody};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::notice::{Apart, Kind};
use saifu_wallet_core::owner::{OwnerSecret, Password};
use saifu_wallet_core::plan::key::OpeningKey;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{GroupId, KeyForm};
use std::rc::Rc;
use zeroize::Zeroizing;

const GIVER: usize = 0;
const TAKER: usize = 1;

struct Owners(Scene);

impl Owners {
    /// Both trust all safes; the giver has one ticket.
    fn new(safes: usize) -> Self {
        let mut dice = Dice::new(11);
        let safes = (0..safes)
            .map(|number| {
                let mut safe = Safe::new(number, Honesty::Honest, &mut dice);
                safe.settings.operator = format!("Operator {number}");
                safe
            })
            .collect();
        let clock = skew(&mut dice);
        let devices = vec![
            Device::new(Store::default(), 0),
            Device::new(Store::default(), clock),
        ];
        let mut owners = Self(Scene::new(dice, None, devices, safes));
        for device in [GIVER, TAKER] {
            owners.0.start(device);
            for number in 0..owners.0.safes.len() {
                owners.trust(device, number);
            }
        }
        let form = ticket(1);
        owners.want(GIVER, Intent::Add { form });
        owners
    }

    fn trust(&mut self, device: usize, number: usize) {
        for intent in self.0.safes[number].introduction() {
            self.want(device, intent);
        }
    }

    /// Wants something, and lets everything come to rest that comes of it.
    fn want(&mut self, device: usize, intent: Intent) {
        self.0.want(device, intent);
        for _ in 0..10_000 {
            self.0.collect_outgoing();
            if self.0.deliver_first() {
                continue;
            }
            let Some(device) = self.0.busy_device() else {
                return;
            };
            self.0.device_step(device);
        }
        panic!("it does not come to rest");
    }

    fn books(&self, device: usize) -> Rc<Books> {
        self.0.books(device)
    }

    fn held(&self, device: usize) -> Vec<ItemId> {
        let books = self.books(device);
        let held = books
            .values()
            .filter(|(_, value)| value.custody == Custody::Held);
        held.map(|(id, _)| id).collect()
    }

    fn backup(&self, device: usize) -> Option<GroupId> {
        self.books(device).groups().map(|group| group.id).next()
    }

    fn told(&self, device: usize, is: impl Fn(&Kind) -> bool) -> bool {
        self.0.devices[device].told.iter().any(is)
    }

    /// The giver backs the ticket up and writes papers for it.
    fn papers(&mut self, preset: Preset, with_key: bool) -> Vec<String> {
        self.papers_of_values(self.held(GIVER), preset, with_key)
    }

    fn papers_of_values(
        &mut self,
        values: Vec<ItemId>,
        preset: Preset,
        with_key: bool,
    ) -> Vec<String> {
        let safes: Vec<SafeId> = self.0.safes.iter().map(Safe::id).collect();
        let plan = preset.plan();
        let key = None;
        self.want(
            GIVER,
            Intent::Protect {
                values,
                plan,
                safes,
                key,
            },
        );
        let what = What::Backup(self.backup(GIVER).expect("it was backed up"));
        self.want(GIVER, Intent::HandOver { what, with_key });
        self.0.devices[GIVER].papers.clone()
    }

    fn take(&mut self, text: String) {
        let text = Zeroizing::new(text);
        self.want(TAKER, Intent::TakeOver { text });
    }
}

#[test]
fn what_is_handed_over_comes_to_the_taker_once_and_to_the_giver_never_again() {
    for preset in [
        Preset::OneSafeSealed,
        Preset::KeyElsewhere,
        Preset::AnyTwoOfThree,
        Preset::MoneyThreeOfFour,
        Preset::SeedSplit,
    ] {
        let mut owners = Owners::new(4);
        let papers = owners.papers(preset, true);
        owners.take(papers.join("\n"));
        let told = &owners.0.devices[TAKER].told;
        assert_eq!(owners.held(TAKER).len(), 1, "{preset:?}: {told:?}");
        assert!(owners.books(TAKER).account().balances());
        assert!(owners.books(TAKER).groups().next().is_none(), "{preset:?}");
        let backup = owners.backup(GIVER).expect("the giver still has papers");
        owners.want(GIVER, Intent::RecoverBackup { backup });
        assert!(owners.held(GIVER).is_empty(), "{preset:?}");
        assert!(owners.told(GIVER, |kind| *kind == Kind::UnknownToSafe));
        assert!(owners.books(GIVER).account().balances());
    }
}

#[test]
fn papers_one_by_one_wait_for_those_that_belong_to_them() {
    let mut owners = Owners::new(3);
    let papers = owners.papers(Preset::AnyTwoOfThree, false);
    owners.take(papers[0].clone());
    assert!(owners.held(TAKER).is_empty());
    assert!(owners.told(TAKER, |kind| matches!(kind, Kind::Apart { .. })));
    owners.take(papers[1].clone());
    assert_eq!(owners.held(TAKER).len(), 1);
    assert!(owners.books(TAKER).account().balances());
}

#[test]
fn a_paper_of_a_safe_that_is_not_trusted_or_that_is_spent_changes_nothing() {
    let mut owners = Owners::new(1);
    let papers = owners.papers(Preset::OneSafeSealed, true);
    owners.take("saifu-bearer:{}".into());
    assert!(owners.told(TAKER, |kind| *kind == Kind::PaperUnreadable));
    let safe = owners.0.safes[0].id();
    owners.want(TAKER, Intent::ForgetSafe { safe });
    owners.take(papers[0].clone());
    assert!(owners.told(TAKER, |kind| matches!(
        kind,
        Kind::PaperOfStrangeSafe { .. }
    )));
    owners.trust(TAKER, 0);
    let backup = owners.backup(GIVER).expect("the giver has it");
    owners.want(GIVER, Intent::RecoverBackup { backup });
    assert_eq!(owners.held(GIVER).len(), 1);
    owners.take(papers[0].clone());
    assert!(owners.held(TAKER).is_empty());
    assert!(owners.told(TAKER, |kind| *kind == Kind::PaperWorthless));
    assert!(owners.books(TAKER).account().balances());
}

#[test]
fn what_was_handed_over_is_forgotten_without_a_word_to_any_safe() {
    let mut owners = Owners::new(3);
    let papers = owners.papers(Preset::AnyTwoOfThree, false);
    let what = What::Backup(owners.backup(GIVER).expect("it was backed up"));
    owners.want(GIVER, Intent::HandedOver { what });
    assert!(owners.books(GIVER).certificates().next().is_none());
    assert_eq!(owners.books(GIVER).account().elsewhere, 1);
    assert!(owners.books(GIVER).account().balances());
    owners.take(papers.join(""));
    assert_eq!(owners.held(TAKER).len(), 1);
}

/// The giver may keep back what opens it. Then it is the taker's and opens for nobody, until the key is handed over, too:
/// on the same papers, for there are no others.
#[test]
fn without_its_key_the_taker_is_told_and_the_key_may_follow() {
    for preset in [Preset::OneSafeSealed, Preset::SealedThenDivided] {
        let mut owners = Owners::new(3);
        let papers = owners.papers(preset, false);
        owners.0.now_ms += 2_000;
        owners.take(papers.join("\n"));
        let why = Apart::KeyMissing;
        assert!(owners.told(TAKER, |kind| *kind == Kind::Apart { why: why.clone() }));
        assert!(owners.held(TAKER).is_empty());
        assert!(owners.backup(TAKER).is_some(), "it waits at its safes");
        owners.take(papers.join("\n"));
        assert!(owners.told(TAKER, |kind| *kind == Kind::PaperAlreadyHere));

        let what = What::Backup(owners.backup(GIVER).expect("the giver still has it"));
        let with_key = true;
        owners.want(GIVER, Intent::HandOver { what, with_key });
        let papers = owners.0.devices[GIVER].papers.clone();
        owners.take(papers[0].clone());
        let backup = owners.backup(TAKER).expect("it waits for its key");
        owners.want(TAKER, Intent::RecoverBackup { backup });
        let told = &owners.0.devices[TAKER].told;
        assert_eq!(owners.held(TAKER).len(), 1, "{preset:?}: {told:?}");
        assert!(owners.books(TAKER).account().balances());
    }
}

/// A key that a paper brings is taken only where it is what the backup is sealed with.
#[test]
fn a_paper_that_is_here_brings_no_key_of_something_else() {
    let mut owners = Owners::new(1);
    let papers = owners.papers(Preset::OneSafeSealed, false);
    owners.0.now_ms += 2_000;
    owners.take(papers[0].clone());
    let stranger = OpeningKey::make(KeyForm::Key, &mut owners.0.dice.0);
    let key = b64::encode(&stranger.write());
    let whole = papers[0].strip_suffix('}').expect("a paper is an object");
    owners.take(format!(r#"{whole},"key":"{key}"}}"#));
    assert!(owners.told(TAKER, |kind| *kind == Kind::PaperAlreadyHere));
    assert_eq!(owners.books(TAKER).keys().count(), 0);
}

/// From taking them over on, they would open by the taker's password.
#[test]
fn papers_of_money_are_not_taken_over_behind_a_weak_password() {
    for preset in [Preset::AnyTwoOfThree, Preset::MoneyThreeOfFour] {
        let mut owners = Owners::new(4);
        let secret = Password::read("kolibri farn").expect("a password");
        let (name, secret) = ("hana".into(), OwnerSecret::Password(secret));
        owners.want(TAKER, Intent::Enrol { name, secret });
        let ticket = owners.held(GIVER);
        let is_money = preset == Preset::AnyTwoOfThree;
        if is_money {
            owners.want(GIVER, Intent::Add { form: gift_card(9) });
        }
        let values: Vec<ItemId> = owners.held(GIVER);
        let values = values
            .into_iter()
            .filter(|it| !is_money || !ticket.contains(it));
        let papers = owners.papers_of_values(values.collect(), preset, true);
        owners.0.now_ms += 2_000;
        owners.take(papers.join("\n"));
        assert!(owners.told(TAKER, |kind| *kind == Kind::SecretTooWeak));
        assert!(owners.backup(TAKER).is_none(), "{preset:?}");
        assert_eq!(owners.books(TAKER).flows().count(), 0);
        // Nothing was turned: behind six words the same papers hold.
        owners.0.devices[TAKER].told.clear();
        let secret = OwnerSecret::Password(Password::read("kolibri farn").expect("a password"));
        let next =
            OwnerSecret::Password(Password::read("kolibri farn zweig moos tinte").expect("one"));
        owners.want(TAKER, Intent::ChangeSecret { secret, next });
        owners.take(papers.join("\n"));
        assert_eq!(
            owners.held(TAKER).len(),
            1,
            "{:?}",
            owners.0.devices[TAKER].told
        );
    }
}

mod again;
mod hostile;
mod lies;
mod returned;
