use super::*;
use crate::owner::Words;
use crate::port::Context;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_crypto::stretch::Stretch;
use saifu_crypto::testing::Counting;
use saifu_protocol::value::Date;
use zeroize::Zeroizing;

const PASSCODE: &str = "kolibri farn";

fn master() -> Secret {
    Secret::new([7; 32])
}

fn passcode(text: &str) -> Factor {
    Factor::Passcode(Zeroizing::new(String::from(text)))
}

fn passkey(number: u8) -> Factor {
    Factor::Passkey {
        credential: [number; 20].into(),
        prf: Secret::new([number; 32]),
    }
}

fn context(rng: &mut Counting) -> Context<'_> {
    Context {
        offset_minutes: 0,
        now_ms: 1_700_000_000_000,
        today: Date::from_ordinal_date(2026, 326).unwrap(),
        rng,
        stretch: Stretch::None,
    }
}

/// A keeper and what is stored, as the Worker drives them.
struct Desk {
    keeper: Keeper,
    stored: Option<Vec<u8>>,
    rng: Counting,
}

impl Desk {
    fn new() -> Self {
        let mut rng = Counting(11);
        let keeper = Keeper::new(None, &mut context(&mut rng));
        Self {
            keeper,
            stored: None,
            rng,
        }
    }

    fn want(&mut self, wish: Wish) -> View {
        let next = self
            .keeper
            .take(wish, &master(), &mut context(&mut self.rng));
        if let Some(next) = next {
            match next.switch {
                Switch::Stay => {
                    assert!(self.stored.is_some(), "it is on");
                    self.stored = Some(next.record.write());
                }
                Switch::On => {
                    assert_eq!(self.stored, None);
                    self.stored = Some(next.record.write());
                }
                Switch::Off => self.stored = None,
            }
            self.keeper.stored(next);
        }
        self.keeper.view()
    }

    fn add(&mut self, factor: Factor) -> View {
        let name = String::new();
        self.want(Wish::Add { name, factor })
    }

    fn remove(&mut self, at: usize, may_switch_off: bool) -> View {
        let method = self.keeper.view().methods[at].id;
        self.want(Wish::Remove {
            method,
            may_switch_off,
        })
    }

    fn record(&self) -> Record {
        Record::read(self.stored.as_ref().unwrap()).unwrap()
    }

    fn opens(&self, factor: &Factor) -> bool {
        let opened = self.record().open(factor, Stretch::None);
        assert!(opened.as_ref().is_none_or(|it| *it == master()));
        opened.is_some()
    }

    fn with_kit(&mut self) -> Words {
        let words = self.want(Wish::OfferKit).kit.unwrap();
        let view = self.add(Factor::Kit(words.clone()));
        assert_eq!(view.kit, None);
        words
    }
}

#[test]
fn set_up_ends_with_two_methods_and_is_stored_at_once() {
    let mut desk = Desk::new();
    assert!(!desk.want(Wish::SwitchOn).is_on);
    let view = desk.add(passcode(PASSCODE));
    assert_eq!(view.said, Some(Said::Added(Kind::Passcode)));
    assert!(!desk.want(Wish::SwitchOn).is_on, "with one it is not");
    assert_eq!(desk.stored, None);
    assert_eq!(desk.keeper.standing(), Standing::Off);
    desk.add(passkey(1));
    assert_eq!(desk.stored, None, "drafts are not stored");
    let view = desk.want(Wish::SwitchOn);
    assert!(view.is_on);
    assert_eq!(view.said, Some(Said::SwitchedOn));
    assert_eq!(desk.keeper.standing(), Standing::On);
    for factor in [passcode(PASSCODE), passkey(1)] {
        assert!(desk.opens(&factor));
    }
}

#[test]
fn each_method_opens_by_its_own_factor_alone() {
    let mut desk = Desk::new();
    desk.add(passcode(PASSCODE));
    desk.add(passkey(1));
    desk.add(passkey(2));
    let words = desk.with_kit();
    desk.want(Wish::SwitchOn);
    assert_eq!(desk.record().methods.len(), 4);
    for factor in [
        passcode(PASSCODE),
        passkey(1),
        passkey(2),
        Factor::Kit(words.clone()),
    ] {
        assert!(desk.opens(&factor));
    }
    // The words typed as a passcode are no passcode, and so on.
    let other_prf = Factor::Passkey {
        credential: [1; 20].into(),
        prf: Secret::new([2; 32]),
    };
    for factor in [
        passcode(words.expose_secret()),
        passcode("kolibri farm"),
        passkey(3),
        other_prf,
        Factor::Kit(Words::make(&mut Counting(99))),
    ] {
        assert!(!desk.opens(&factor), "{factor:?}");
    }
}

#[test]
fn what_is_wrapped_for_one_method_does_not_open_in_the_place_of_another() {
    let mut desk = Desk::new();
    desk.add(passkey(1));
    desk.add(passkey(2));
    desk.want(Wish::SwitchOn);
    let mut record = desk.record();
    let ids: Vec<MethodId> = record.methods.iter().map(|it| it.id).collect();
    record.methods[0].id = ids[1];
    assert_eq!(record.open(&passkey(1), Stretch::None), None);
    assert!(record.open(&passkey(2), Stretch::None).is_some());
}

#[test]
fn with_one_left_nothing_may_be_deleted_and_the_last_goes_only_on_purpose() {
    let mut desk = Desk::new();
    desk.add(passcode(PASSCODE));
    desk.add(passkey(1));
    desk.want(Wish::SwitchOn);
    let view = desk.remove(0, false);
    assert_eq!(view.said, Some(Said::Removed(Kind::Passcode)));
    assert!(view.is_last());
    assert_eq!(desk.keeper.standing(), Standing::LastMethod);
    assert!(!desk.keeper.standing().may_delete());
    assert!(!desk.opens(&passcode(PASSCODE)), "it is killed");
    let view = desk.remove(0, false);
    assert!(view.is_on && desk.opens(&passkey(1)));
    let view = desk.remove(0, true);
    assert_eq!(view.said, Some(Said::SwitchedOff));
    assert!(!view.is_on && desk.stored.is_none());
    assert!(desk.keeper.standing().may_delete());
}

#[test]
fn with_a_second_one_again_all_is_well() {
    let mut desk = Desk::new();
    desk.add(passcode(PASSCODE));
    desk.add(passkey(1));
    desk.want(Wish::SwitchOn);
    desk.remove(1, false);
    desk.with_kit();
    assert_eq!(desk.keeper.standing(), Standing::On);
}

#[test]
fn there_is_one_passcode_and_one_kit_and_another_takes_its_place() {
    let mut desk = Desk::new();
    desk.add(passcode(PASSCODE));
    let lost = desk.with_kit();
    desk.want(Wish::SwitchOn);
    let found = desk.with_kit();
    desk.add(passcode("moos und farn"));
    assert_eq!(desk.record().methods.len(), 2);
    assert!(desk.opens(&Factor::Kit(found)) && desk.opens(&passcode("moos und farn")));
    assert!(!desk.opens(&Factor::Kit(lost)) && !desk.opens(&passcode(PASSCODE)));
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut desk = Desk::new();
    let weak = desk.add(passcode("739105"));
    assert_eq!(weak.said, Some(Said::Weak(strength::Weak::Digits)));
    let other = desk.add(Factor::Kit(Words::make(&mut Counting(99))));
    assert_eq!(other.said, Some(Said::OtherWords), "none was offered");
    desk.want(Wish::OfferKit);
    let other = desk.add(Factor::Kit(Words::make(&mut Counting(99))));
    assert_eq!(other.said, Some(Said::OtherWords));
    assert!(other.kit.is_some(), "they are still shown");
    desk.add(passkey(1));
    let known = desk.add(passkey(1));
    assert_eq!(known.said, Some(Said::Known));
    assert_eq!(known.methods.len(), 1);
    assert_eq!(desk.want(Wish::PutAway).kit, None);
}

#[test]
fn a_kit_that_safes_know_is_taken_with_its_words_and_known_again() {
    let mut desk = Desk::new();
    let words = Words::make(&mut Counting(99));
    desk.want(Wish::TakeKit(words.clone()));
    let view = desk.add(Factor::Kit(words.clone()));
    assert_eq!(view.said, Some(Said::Added(Kind::Kit)));
    let mark = view.kit_method().and_then(|it| it.mark);
    assert_eq!(mark, Some(words.kit_mark()));
    assert_ne!(mark, Some(Words::make(&mut Counting(98)).kit_mark()));
    assert!(view.kit.is_none(), "they are not shown any longer");
}

#[test]
fn a_kit_of_before_there_were_marks_reads_and_has_none() {
    let old = r#"{"kit":{"salt":"BgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCU"}}"#;
    let how: super::How = saifu_protocol::json::read(old.as_bytes()).unwrap();
    assert!(matches!(how, super::How::Kit { mark: None, .. }));
    assert_eq!(saifu_protocol::json::write(&how), old.as_bytes());
}

#[test]
fn what_is_not_stored_is_not_so() {
    let mut desk = Desk::new();
    desk.add(passcode(PASSCODE));
    desk.add(passkey(1));
    let mut context = context(&mut desk.rng);
    let next = desk.keeper.take(Wish::SwitchOn, &master(), &mut context);
    assert!(next.is_some());
    desk.keeper.not_stored();
    let view = desk.keeper.view();
    assert_eq!((view.is_on, view.said), (false, Some(Said::NotStored)));
    assert_eq!(desk.keeper.standing(), Standing::Off);
}

#[test]
fn a_record_that_nobody_could_open_does_not_read() {
    let empty = Record::make(&mut Counting(1));
    assert!(Record::read(&empty.write()).is_err());
    assert!(Record::read(b"{}").is_err());
    let mut desk = Desk::new();
    desk.add(passkey(1));
    desk.add(passkey(2));
    desk.want(Wish::SwitchOn);
    let text = String::from_utf8(desk.stored.clone().unwrap()).unwrap();
    let newer = text.replacen("\"suite\":1", "\"suite\":2", 1);
    assert!(newer != text && Record::read(newer.as_bytes()).is_err());
}

#[test]
fn a_record_is_pinned() {
    // Locks lie in browsers. What opened them yesterday opens them tomorrow. The passcode is stretched for real.
    let text = include_str!("record.json");
    let record = Record::read(text.trim().as_bytes()).unwrap();
    let opened = record.open(&passcode(PASSCODE), Stretch::default());
    assert_eq!(opened, Some(master()));
    let opened = record.open(&passkey(1), Stretch::default());
    assert_eq!(opened, Some(master()));
    assert_eq!(record.write(), text.trim().as_bytes());
}

#[test]
fn nothing_secret_shows_itself() {
    let shown = format!("{:?}", passcode(PASSCODE));
    assert_eq!(shown, "Factor(Passcode, redacted)");
    let wish = Wish::Add {
        name: String::new(),
        factor: passkey(0xAB),
    };
    assert!(!format!("{wish:?}").contains("171"));
    let mut desk = Desk::new();
    let words = desk.want(Wish::OfferKit).kit.unwrap();
    let view = format!("{:?}", desk.keeper.view());
    assert!(!view.contains(words.expose_secret()));
}

#[test]
fn it_is_time_to_lock_when_it_was_said() {
    for choice in AutoLock::ALL {
        let Some(minutes) = choice.minutes() else {
            assert!(!choice.is_due(u64::MAX));
            continue;
        };
        assert!(!choice.is_due(minutes * 60_000 - 1));
        assert!(choice.is_due(minutes * 60_000));
    }
}
