//! A password of the owner's own in the place of six words, and what of that is refused.

use super::*;
use crate::scene::gift_card;
use saifu_wallet_core::flow::Doing;
use saifu_wallet_core::owner::{OwnerSecret, Password, SecretKind};

const WEAK: &str = "kolibri farn";
const STRONG: &str = "kolibri farn zweig moos tinte";

fn password(typed: &str) -> OwnerSecret {
    OwnerSecret::Password(Password::read(typed).expect("a password"))
}

impl Owner {
    fn enrol_password(&mut self, device: usize, typed: &str) {
        let (name, secret) = (NAME.into(), password(typed));
        self.want(device, Intent::Enrol { name, secret });
    }

    fn restore_with(&mut self, device: usize, typed: &str) {
        self.trust(device, 0);
        let safe = self.scene.safes[0].id();
        self.restore_at(device, safe, Way::secret(password(typed)));
    }

    fn restore_at(&mut self, device: usize, safe: SafeId, by: Way) {
        let name = NAME.into();
        self.want(device, Intent::Restore { safe, name, by });
    }

    fn kind(&self, device: usize) -> Option<SecretKind> {
        self.books(device).owner().map(|owner| owner.weakest())
    }

    /// A kit that opens at all safes; the ways there stay open.
    fn make_kit(&mut self, by: OwnerSecret) -> Words {
        let kit = Words::make(&mut self.scene.dice.0);
        self.open_ways(OLD, Way::secret(by));
        let words = kit.clone();
        self.manage(OLD, &Doing::MakeKit { words });
        kit
    }

    fn count_groups(&self, device: usize) -> usize {
        self.books(device).groups().count()
    }
}

#[test]
fn by_an_own_password_everything_comes_back_and_by_another_nothing() {
    let mut owner = Owner::new(80, 4);
    let bytes = owner.bytes(OLD);
    owner.enrol_password(OLD, STRONG);
    assert_eq!(owner.standings(OLD), [OwnerStanding::Enrolled; 4]);
    assert_eq!(owner.kind(OLD), Some(SecretKind::StrongPassword));
    owner.protect(OLD, Preset::MoneyThreeOfFour.plan());
    let new = owner.lose();
    owner.restore_with(new, "kolibri farn zweig moos tint");
    assert!(owner.told(new, &Kind::SecretWrong));
    assert!(owner.books(new).owner().is_none());
    owner.restore_with(new, STRONG);
    assert_eq!(owner.kind(new), Some(SecretKind::StrongPassword));
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new), bytes);
}

#[test]
fn a_password_that_is_none_is_enrolled_nowhere() {
    let mut owner = Owner::new(81, 2);
    for typed in [
        "password",
        "73910528446190",
        "73 91 05 28 44 61 90",
        "hana hana",
    ] {
        owner.enrol_password(OLD, typed);
        assert!(owner.books(OLD).owner().is_none(), "{typed}");
    }
}

#[test]
fn behind_a_weak_password_money_stays_until_six_words_open_everywhere() {
    let mut owner = Owner::new(82, 4);
    owner.enrol_password(OLD, WEAK);
    assert_eq!(owner.kind(OLD), Some(SecretKind::FairPassword));
    owner.protect(OLD, Preset::MoneyThreeOfFour.plan());
    assert_eq!(owner.count_groups(OLD), 0);
    assert!(owner.told(OLD, &Kind::SecretTooWeak));
    // Tickets go, by other plans; a gift card does not go by any.
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    assert_eq!(owner.count_groups(OLD), 2);
    owner.want(OLD, Intent::Add { form: gift_card(9) });
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    let (values, safe) = (owner.held(OLD), owner.ids()[0]);
    owner.want(OLD, Intent::BackUp { values, safe });
    assert_eq!((owner.count_groups(OLD), owner.held(OLD).len()), (2, 1));
    // One safe is away when it is changed: the weak one still opens there.
    owner.scene.safes[3].is_up = false;
    owner.want(OLD, Intent::OfferSecret);
    let next = owner.shown(OLD);
    owner.words = Some(next.clone());
    let (secret, next) = (password(WEAK), next.into());
    owner.want(OLD, Intent::ChangeSecret { secret, next });
    assert_eq!(owner.kind(OLD), Some(SecretKind::FairPassword));
    owner.protect(OLD, Preset::MoneyThreeOfFour.plan());
    assert_eq!(owner.count_groups(OLD), 2);
    owner.scene.safes[3].is_up = true;
    owner.rest();
    assert_eq!(owner.kind(OLD), Some(SecretKind::Words));
    owner.protect(OLD, Preset::MoneyThreeOfFour.plan());
    assert_eq!(owner.count_groups(OLD), 3);
    let new = owner.lose();
    owner.restore(new, 1);
    owner.recover_everything(new);
    assert_eq!(owner.held(new).len(), 3);
}

#[test]
fn while_money_lies_at_safes_no_weak_password_comes_to_open_them() {
    let mut owner = Owner::new(83, 4);
    owner.want(OLD, Intent::Add { form: gift_card(9) });
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    // Not as the first secret.
    owner.enrol_password(OLD, WEAK);
    assert!(owner.told(OLD, &Kind::MoneyAtSafes));
    assert!(owner.books(OLD).owner().is_none());
    // And not in the place of words.
    owner.enrol(OLD);
    let change = |owner: &mut Owner, typed: &str| {
        let secret = owner.words.clone().expect("enrolled").into();
        let next = password(typed);
        owner.want(OLD, Intent::ChangeSecret { secret, next });
    };
    change(&mut owner, WEAK);
    assert!(!owner.books(OLD).owner().expect("enrolled").is_changing());
    assert_eq!(owner.kind(OLD), Some(SecretKind::Words));
    // One that holds by itself may.
    change(&mut owner, STRONG);
    assert_eq!(owner.kind(OLD), Some(SecretKind::StrongPassword));
    let new = owner.lose();
    owner.restore_with(new, STRONG);
    owner.recover_everything(new);
    assert_eq!(owner.held(new).len(), 3);
}

#[test]
fn a_device_that_typed_the_words_itself_learns_of_a_weak_password_by_its_next_way_in() {
    let mut owner = Owner::new(87, 4);
    owner.enrol(OLD);
    let words = owner.words.clone().expect("enrolled");
    let kit = owner.make_kit(words.clone().into());
    owner.close_ways(OLD);
    let other = owner.add_device();
    owner.restore(other, 0);
    assert_eq!(owner.kind(other), Some(SecretKind::Words));
    let (secret, next) = (words.into(), password(WEAK));
    owner.want(OLD, Intent::ChangeSecret { secret, next });
    assert_eq!(owner.kind(OLD), Some(SecretKind::FairPassword));
    owner.open_ways(other, Way::Kit { words: kit });
    assert_eq!(owner.kind(other), Some(SecretKind::FairPassword));
    owner.close_ways(other);
    owner.want(other, Intent::Add { form: gift_card(9) });
    owner.protect(other, Preset::AnyTwoOfThree.plan());
    assert!(owner.told(other, &Kind::SecretTooWeak));
    assert_eq!((owner.count_groups(other), owner.held(other).len()), (0, 1));
}

#[test]
fn a_device_that_is_let_in_by_a_kit_learns_how_weak_the_password_is() {
    let mut owner = Owner::new(84, 2);
    owner.enrol_password(OLD, WEAK);
    let kit = owner.make_kit(password(WEAK));
    let new = owner.lose();
    owner.trust(new, 0);
    let safe = owner.ids()[0];
    owner.restore_at(new, safe, Way::Kit { words: kit });
    assert_eq!(owner.kind(new), Some(SecretKind::FairPassword));
    owner.protect(new, Preset::MoneyThreeOfFour.plan());
    assert_eq!(owner.count_groups(new), 0);
}
