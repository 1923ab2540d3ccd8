//! Papers that come back while their backup ends, that a safe refuses for a while, or that say less, or more, than there is.

use super::*;
use crate::safe::Remembered;
use saifu_wallet_core::plan::{KeyPlace, LocalKey, Plan, Step, offer};

fn key_stays(preset: Preset) -> Plan {
    let mut plan = preset.plan();
    for step in &mut plan.steps {
        if let Step::Seal(seal) = step {
            seal.key = KeyPlace::Stays;
        }
    }
    plan
}

impl Owners {
    fn written(&mut self, device: usize, backup: GroupId) -> Vec<String> {
        let what = What::Backup(backup);
        self.0.devices[device].papers.clear();
        self.want(
            device,
            Intent::HandOver {
                what,
                with_key: false,
            },
        );
        self.0.devices[device].papers.clone()
    }
    fn gone(&mut self, device: usize, backup: GroupId) {
        let what = What::Backup(backup);
        self.want(device, Intent::HandedOver { what });
    }
    fn giver_takes(&mut self, text: String) {
        let text = Zeroizing::new(text);
        self.want(GIVER, Intent::TakeOver { text });
    }
    fn settle(&mut self) {
        for _ in 0..400 {
            if !self.0.pass_time_to_next() {
                return;
            }
            self.want(GIVER, Intent::Close);
            self.want(TAKER, Intent::Close);
        }
    }
    fn fetch_all(&mut self, device: usize) {
        let all: Vec<GroupId> = self.books(device).groups().map(|it| it.id).collect();
        for backup in all {
            self.want(device, Intent::RecoverKey { backup });
            self.want(device, Intent::RecoverBackup { backup });
        }
    }
}

/// The giver has discarded what it gave away; one safe was down then.
#[test]
fn what_is_handed_back_while_the_old_backup_is_still_ending_is_not_ended() {
    let mut owners = Owners::new(3);
    let value = owners.held(GIVER)[0];
    let backup = owners.protect(value, key_stays(Preset::SealedThenDivided), None);
    let papers = owners.written(GIVER, backup);
    owners.0.now_ms += 3_600_000;
    owners.take(papers.join("\n"));
    assert!(owners.held(TAKER).is_empty());
    owners.0.safes[2].is_up = false;
    owners.want(GIVER, Intent::DiscardBackup { backup });
    let back = owners.backup(TAKER).expect("the taker has it");
    let papers = owners.written(TAKER, back);
    assert_eq!(papers.len(), 3);
    owners.gone(TAKER, back);
    for paper in &papers {
        owners.giver_takes(paper.clone());
    }
    owners.0.mend_safes();
    owners.settle();
    for paper in &papers {
        owners.giver_takes(paper.clone());
        owners.settle();
    }
    owners.fetch_all(GIVER);
    let told = &owners.0.devices[GIVER].told;
    assert_eq!(owners.held(GIVER).len(), 1, "{told:?}");
}

/// The safe's ledger was set back when the paper came, and is mended afterwards.
#[test]
fn a_paper_handed_back_survives_a_safe_that_was_set_back_for_a_while() {
    for forgets in [true, false] {
        let mut owners = Owners::new(1);
        let value = owners.held(GIVER)[0];
        let backup = owners.protect(value, key_stays(Preset::OneSafeSealed), None);
        let papers = owners.written(GIVER, backup);
        let before = owners.0.safes[0].remembered();
        owners.0.now_ms += 3_600_000;
        owners.take(papers.join("\n"));
        let after = owners.0.safes[0].remembered();
        if forgets {
            owners.gone(GIVER, backup);
        }
        let back = owners.backup(TAKER).expect("the taker has it");
        let papers = owners.written(TAKER, back);
        owners.gone(TAKER, back);
        owners.0.safes[0].set_back(before);
        let took = owners.0.devices[GIVER].taken_over;
        owners.giver_takes(papers.join("\n"));
        assert_eq!(
            owners.0.devices[GIVER].taken_over,
            took + 1,
            "the page drops the text"
        );
        owners.0.safes[0].set_back(after);
        owners.settle();
        owners.fetch_all(GIVER);
        let told = &owners.0.devices[GIVER].told;
        assert_eq!(owners.held(GIVER).len(), 1, "forgets: {forgets} {told:?}");
    }
}

/// The browser did not read the key once.
#[test]
fn a_key_that_was_not_read_once_still_opens() {
    let mut owners = Owners::new(1);
    let value = owners.held(GIVER)[0];
    let backup = owners.protect(value, key_stays(Preset::OneSafeSealed), None);
    let key = owners
        .books(GIVER)
        .keys()
        .map(|(id, _)| id)
        .next()
        .expect("it is here");
    let body = owners.0.devices[GIVER].store.hide(key);
    owners.want(GIVER, Intent::RecoverBackup { backup });
    owners.0.devices[GIVER].store.unhide(key, body);
    owners.settle();
    owners.0.devices[GIVER].crash();
    owners.0.start(GIVER);
    owners.fetch_all(GIVER);
    let told = &owners.0.devices[GIVER].told;
    assert_eq!(owners.held(GIVER).len(), 1, "{told:?}");
}

/// Discarded while it was being taken over; the safe then refuses.
#[test]
fn what_was_discarded_while_it_was_taken_over_does_not_end_for_ever() {
    let mut owners = Owners::new(1);
    let papers = owners.papers(Preset::OneSafeSealed, true);
    owners.0.safes[0].is_up = false;
    owners.take(papers.join("\n"));
    let backup = owners.backup(TAKER).expect("it is being taken over");
    owners.want(TAKER, Intent::DiscardBackup { backup });
    owners.0.mend_safes();
    let mine = owners.backup(GIVER).expect("the giver has it");
    owners.want(GIVER, Intent::RecoverBackup { backup: mine });
    assert_eq!(owners.held(GIVER).len(), 1);
    owners.settle();
    assert!(owners.books(TAKER).flows().next().is_none());
    assert!(
        owners.books(TAKER).groups().next().is_none(),
        "it ends for ever, and nobody works on it"
    );
}

/// Another backup that is said to bring the key does not.
#[test]
fn the_last_of_a_key_is_kept_where_another_safe_has_lost_it() {
    let mut owners = Owners::new(2);
    owners.want(GIVER, Intent::MakeKey { form: KeyForm::Key });
    let key = owners
        .books(GIVER)
        .keys()
        .map(|(id, _)| id)
        .next()
        .expect("made");
    let bare_plan = offer::key_plan(KeyForm::Key, 1, LocalKey::Kept);
    let safes = vec![owners.0.safes[0].id()];
    owners.want(
        GIVER,
        Intent::BackUpKey {
            key,
            plan: bare_plan,
            safes,
        },
    );
    let bare = owners.backup(GIVER).expect("the key is backed up");
    let first = owners.held(GIVER)[0];
    let second = owners.add(GIVER, "Second");
    let second = owners.protect(second, Preset::OneSafeSealed.plan(), Some(key));
    let first = owners.protect(first, Preset::KeyElsewhere.plan(), Some(key));
    // The safe of the other copy of the key has lost everything.
    owners.0.safes[1].set_back(Remembered::default());
    owners.want(GIVER, Intent::RecoverKey { backup: first });
    let ring = |owners: &Owners| {
        format!(
            "{:?}",
            owners
                .books(GIVER)
                .keys()
                .map(|(_, it)| it.here)
                .collect::<Vec<_>>()
        )
    };
    owners.want(GIVER, Intent::DiscardBackup { backup: bare });
    owners.settle();
    owners.want(GIVER, Intent::RecoverKey { backup: bare });
    owners.want(GIVER, Intent::RecoverKey { backup: first });
    owners.want(GIVER, Intent::RecoverBackup { backup: second });
    let told = &owners.0.devices[GIVER].told;
    assert_eq!(owners.held(GIVER).len(), 1, "{} {told:?}", ring(&owners));
}

/// One text with a paper without and the same with its key.
#[test]
fn a_key_in_the_second_of_two_alike_papers_is_taken() {
    let mut owners = Owners::new(1);
    let value = owners.held(GIVER)[0];
    let backup = owners.protect(value, key_stays(Preset::OneSafeSealed), None);
    let mut papers = owners.written(GIVER, backup);
    let what = What::Backup(backup);
    owners.want(
        GIVER,
        Intent::HandOver {
            what,
            with_key: true,
        },
    );
    papers.push(owners.0.devices[GIVER].papers[0].clone());
    owners.take(papers.join("\n"));
    let told = &owners.0.devices[TAKER].told;
    assert_eq!(owners.held(TAKER).len(), 1, "{told:?}");
}

/// The wish to delete a key could not be stored, and is stored later, when the key is needed.
#[test]
fn a_key_is_not_deleted_by_a_wish_of_before_it_was_needed() {
    use saifu_wallet_core::port::CommitError;
    let mut owners = Owners::new(1);
    owners.want(GIVER, Intent::MakeKey { form: KeyForm::Key });
    let key = owners
        .books(GIVER)
        .keys()
        .map(|(id, _)| id)
        .next()
        .expect("made");
    owners.0.want(GIVER, Intent::DeleteKey { key });
    let now = owners.0.now_ms;
    let Scene { devices, dice, .. } = &mut owners.0;
    devices[GIVER].fail_commit(CommitError::Failed, now, dice);
    let value = owners.held(GIVER)[0];
    let backup = owners.protect(value, Preset::OneSafeSealed.plan(), Some(key));
    owners.settle();
    owners.want(GIVER, Intent::RecoverBackup { backup });
    let told = &owners.0.devices[GIVER].told;
    assert_eq!(owners.held(GIVER).len(), 1, "{told:?}");
}

/// A paper names a key of the victim's, and is said to bring it.
#[test]
fn a_paper_that_lies_about_its_key_does_not_free_the_last_of_one() {
    let mut owners = Owners::new(2);
    let safes: Vec<SafeId> = owners.0.safes.iter().map(Safe::id).collect();
    owners.want(TAKER, Intent::MakeKey { form: KeyForm::Key });
    let (key, id) = owners
        .books(TAKER)
        .keys()
        .map(|(id, it)| (id, it.key))
        .next()
        .expect("made");
    let mine = owners.add(TAKER, "Mine");
    let plan = Preset::OneSafeSealed.plan();
    owners.want(
        TAKER,
        Intent::Protect {
            values: vec![mine],
            plan,
            safes: safes[..1].to_vec(),
            key: Some(key),
        },
    );
    let sealed = owners.backup(TAKER).expect("protected");
    let plan = offer::key_plan(KeyForm::Key, 1, LocalKey::Erased);
    owners.want(
        TAKER,
        Intent::BackUpKey {
            key,
            plan,
            safes: safes[..1].to_vec(),
        },
    );
    let books = owners.books(TAKER);
    let bare = books
        .groups()
        .map(|it| it.id)
        .find(|it| *it != sealed)
        .expect("the key is backed up");
    owners.want(TAKER, Intent::DiscardBackup { backup: bare });
    assert!(owners.told(TAKER, |kind| matches!(kind, Kind::KeyOpensOthers { .. })));
    owners.0.devices[TAKER].told.clear();
    // The stranger's.
    let papers = owners.papers(Preset::KeyElsewhere, false);
    let backup = owners.backup(GIVER).expect("there");
    let other = owners
        .books(GIVER)
        .group(backup)
        .and_then(|it| it.key)
        .expect("sealed");
    let paper = papers
        .iter()
        .find(|it| it.contains(r#","class":"key","index""#))
        .expect("one is of the key");
    let (from, to) = (b64::encode(other.as_bytes()), b64::encode(id.as_bytes()));
    assert!(paper.contains(&from));
    owners.take(paper.replace(&from, &to));
    let told = owners.0.devices[TAKER].told.clone();
    owners.want(TAKER, Intent::DiscardBackup { backup: bare });
    owners.settle();
    assert!(
        owners.books(TAKER).group(bare).is_some(),
        "the last of the key was given up"
    );
    owners.want(TAKER, Intent::RecoverKey { backup: bare });
    owners.want(TAKER, Intent::RecoverBackup { backup: sealed });
    assert_eq!(
        owners.held(TAKER).len(),
        1,
        "{told:?} then {:?}",
        owners.0.devices[TAKER].told
    );
}

#[test]
fn with_no_safe_down_what_is_handed_back_comes_home() {
    let mut owners = Owners::new(3);
    let value = owners.held(GIVER)[0];
    let backup = owners.protect(value, key_stays(Preset::SealedThenDivided), None);
    let papers = owners.written(GIVER, backup);
    owners.0.now_ms += 3_600_000;
    owners.take(papers.join("\n"));
    owners.want(GIVER, Intent::DiscardBackup { backup });
    let back = owners.backup(TAKER).expect("the taker has it");
    let papers = owners.written(TAKER, back);
    owners.gone(TAKER, back);
    for paper in &papers {
        owners.giver_takes(paper.clone());
    }
    owners.settle();
    owners.fetch_all(GIVER);
    assert_eq!(owners.held(GIVER).len(), 1);
}

/// A paper of a certificate alone, read once more after its value is home.
#[test]
fn a_paper_of_one_certificate_stands_for_no_second_value() {
    let mut owners = Owners::new(1);
    let safe = owners.0.safes[0].id();
    let values = owners.held(GIVER);
    owners.want(GIVER, Intent::BackUp { values, safe });
    let certificate = owners
        .books(GIVER)
        .certificates()
        .map(|(id, _)| id)
        .next()
        .expect("there");
    let what = What::Certificate(certificate);
    owners.want(
        GIVER,
        Intent::HandOver {
            what,
            with_key: false,
        },
    );
    let paper = owners.0.devices[GIVER].papers[0].clone();
    owners.take(paper.clone());
    assert_eq!(owners.held(TAKER).len(), 1);
    owners.take(paper);
    owners.settle();
    let account = owners.books(TAKER).account();
    assert_eq!((account.came_in, account.at_safes), (1, 0), "{account:?}");
}
