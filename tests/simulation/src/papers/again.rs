//! Papers of what a wallet has, or has had: handed back, read twice, come late, or larger than they say.

use super::*;
use saifu_wallet_core::bearer;
use saifu_wallet_core::flow::Flow;
use saifu_wallet_core::intent::RemoveReason;
use saifu_wallet_core::plan::{KeyPlace, Plan, Step};
use saifu_wallet_core::view::BackupStanding;

/// As it says, but the key stays with whoever backs it up.
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
    fn papers_of(&mut self, device: usize, backup: GroupId) -> String {
        let what = What::Backup(backup);
        let with_key = false;
        self.want(device, Intent::HandOver { what, with_key });
        self.0.devices[device].papers.join("\n")
    }

    /// The giver backs its ticket up and, hours later, gives it away without the key: the taker has it and cannot open it.
    fn given_without_key(&mut self, preset: Preset, hours: u64) -> (GroupId, String) {
        let value = self.held(GIVER)[0];
        let backup = self.protect(value, key_stays(preset), None);
        let text = self.papers_of(GIVER, backup);
        self.0.now_ms += hours * 3_600_000;
        self.take(text.clone());
        assert!(self.held(TAKER).is_empty());
        (backup, text)
    }

    fn give_back(&mut self) -> String {
        let backup = self.backup(TAKER).expect("the taker has it");
        let text = self.papers_of(TAKER, backup);
        let what = What::Backup(backup);
        self.want(TAKER, Intent::HandedOver { what });
        text
    }

    fn take_back(&mut self, text: String) {
        let text = Zeroizing::new(text);
        self.want(GIVER, Intent::TakeOver { text });
    }

    fn balances(&self) -> bool {
        let balances = |device: usize| self.books(device).account().balances();
        balances(GIVER) && balances(TAKER)
    }
}

const WITHOUT_KEY: [Preset; 2] = [Preset::OneSafeSealed, Preset::SealedThenDivided];

#[test]
fn what_is_handed_back_opens_for_who_gave_it_first() {
    for preset in WITHOUT_KEY {
        for has_tried in [false, true] {
            let mut owners = Owners::new(3);
            let (backup, _) = owners.given_without_key(preset, 1);
            if has_tried {
                owners.want(GIVER, Intent::RecoverBackup { backup });
                assert!(owners.held(GIVER).is_empty());
            }
            let text = owners.give_back();
            owners.take_back(text);
            let told = &owners.0.devices[GIVER].told;
            assert_eq!(owners.held(GIVER).len(), 1, "{preset:?}: {told:?}");
            assert!(owners.books(GIVER).groups().next().is_none());
            assert_eq!(owners.books(GIVER).ledger().came_in, 1);
            assert!(owners.balances());
        }
    }
}

/// It is the certificate of before that is read again: what has taken its place must not suffer from it.
#[test]
fn a_paper_that_is_read_again_changes_nothing() {
    for (preset, hours) in [
        (WITHOUT_KEY[0], 0),
        (WITHOUT_KEY[1], 0),
        (WITHOUT_KEY[1], 1),
    ] {
        let mut owners = Owners::new(3);
        let (_, text) = owners.given_without_key(preset, hours);
        owners.take(text.clone());
        assert!(owners.told(TAKER, |kind| *kind == Kind::PaperAlreadyHere));
        let text = owners.give_back();
        owners.take_back(text);
        assert_eq!(owners.held(GIVER).len(), 1, "{preset:?}");
        assert!(owners.balances());
    }
}

#[test]
fn a_giver_that_reads_its_own_papers_still_has_what_they_stand_for() {
    let mut owners = Owners::new(3);
    let papers = owners.papers(Preset::AnyTwoOfThree, false);
    owners.take_back(papers.join("\n"));
    assert!(owners.told(GIVER, |kind| *kind == Kind::PaperAlreadyHere));
    assert!(owners.held(GIVER).is_empty());
    let backup = owners.backup(GIVER).expect("it is there");
    owners.want(GIVER, Intent::RecoverBackup { backup });
    assert_eq!(owners.held(GIVER).len(), 1);
    assert!(owners.balances());
}

#[test]
fn a_paper_of_what_is_being_worked_on_is_refused_as_such() {
    let mut owners = Owners::new(3);
    let (backup, _) = owners.given_without_key(Preset::SealedThenDivided, 0);
    let text = owners.give_back();
    owners.silence();
    owners.want(GIVER, Intent::RecoverBackup { backup });
    owners.take_back(text.clone());
    assert!(owners.told(GIVER, |kind| *kind == Kind::Busy));
    owners.0.mend_safes();
    while owners.0.pass_time_to_next() {
        owners.want(GIVER, Intent::Close);
    }
    assert!(owners.held(GIVER).is_empty());
    owners.take_back(text);
    assert_eq!(owners.held(GIVER).len(), 1);
    assert!(owners.balances());
}

#[test]
fn a_paper_that_comes_after_its_value_is_home_stands_for_no_second_one() {
    for is_used in [false, true] {
        let mut owners = Owners::new(3);
        let papers = owners.papers(Preset::AnyTwoOfThree, false);
        owners.take(papers[..2].join("\n"));
        let value = owners.held(TAKER)[0];
        if is_used {
            let why = RemoveReason::Used;
            owners.want(TAKER, Intent::Remove { value, why });
        }
        owners.take(papers[2].clone());
        let account = owners.books(TAKER).account();
        assert_eq!((account.came_in, account.at_safes), (1, 0), "{is_used}");
        if !is_used {
            assert!(owners.books(TAKER).groups().next().is_none());
            assert!(owners.told(TAKER, |kind| *kind == Kind::PaperAlreadyHere));
        } else if let Some(backup) = owners.backup(TAKER) {
            owners.want(TAKER, Intent::DiscardBackup { backup });
            assert_eq!(owners.books(TAKER).account().discarded, 0);
        }
        assert!(owners.balances());
    }
}

#[test]
fn some_of_the_papers_count_for_nothing_until_the_others_come() {
    let mut owners = Owners::new(3);
    let papers = owners.papers(Preset::AnyTwoOfThree, false);
    owners.take(papers[0].clone());
    assert_eq!(owners.books(TAKER).account().came_in, 0);
    assert!(owners.balances());
    owners.take(papers[1].clone());
    let account = owners.books(TAKER).account();
    assert_eq!((account.came_in, account.here), (1, 1));
    assert!(owners.balances());
}

/// Every size in the paper is another one.
fn resized(paper: &str, size: u64) -> String {
    let mut parts = paper.split(r#""size":"#);
    let mut altered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.trim_start_matches(|c: char| c.is_ascii_digit());
        altered.push_str(&format!(r#""size":{size}{digits}"#));
    }
    altered
}

#[test]
fn papers_that_name_small_sizes_do_not_fill_the_wallet() {
    let what_for = |owners: &mut Owners, alone: bool| match alone {
        false => owners.papers(Preset::AnyTwoOfThree, false),
        true => {
            let safe = owners.0.safes[0].id();
            let values = owners.held(GIVER);
            owners.want(GIVER, Intent::BackUp { values, safe });
            let books = owners.books(GIVER);
            let (certificate, _) = books.certificates().next().expect("it was backed up");
            let what = What::Certificate(certificate);
            let with_key = false;
            owners.want(GIVER, Intent::HandOver { what, with_key });
            owners.0.devices[GIVER].papers.clone()
        }
    };
    for alone in [false, true] {
        let mut owners = Owners::new(3);
        owners.want(TAKER, Intent::SetCapacity { bytes: 10 });
        let papers = what_for(&mut owners, alone);
        let papers: Vec<String> = papers.iter().map(|paper| resized(paper, 0)).collect();
        owners.take(papers.join("\n"));
        assert_eq!(owners.books(TAKER).used_bytes(), 0, "{alone}");
        assert!(owners.told(TAKER, |kind| matches!(kind, Kind::NoRoom { .. })));
        // It waits, over a restart, too.
        owners.0.devices[TAKER].crash();
        owners.0.start(TAKER);
        owners.want(TAKER, Intent::Close);
        assert_eq!(owners.books(TAKER).used_bytes(), 0, "{alone}");
        owners.want(TAKER, Intent::SetCapacity { bytes: 1 << 20 });
        let told = &owners.0.devices[TAKER].told;
        assert_eq!(owners.held(TAKER).len(), 1, "{alone}: {told:?}");
        assert!(owners.balances());
    }
}

#[test]
fn a_move_that_cannot_be_made_is_told_as_that_and_why() {
    let mut owners = Owners::new(3);
    owners.papers(Preset::AnyTwoOfThree, false);
    let backup = owners.backup(GIVER).expect("it was backed up");
    let safes = vec![owners.0.safes[0].id()];
    let plan = Preset::AnyTwoOfThree.plan();
    owners.want(
        GIVER,
        Intent::Repair {
            backup,
            plan,
            safes,
        },
    );
    let told = owners.0.devices[GIVER].told.clone();
    assert!(told.contains(&Kind::MoveCalledOff), "{told:?}");
    assert!(told.contains(&Kind::PlanDoesNotFit), "{told:?}");
    owners.want(GIVER, Intent::RecoverBackup { backup });
    assert_eq!(owners.held(GIVER).len(), 1);
}

#[test]
fn which_safe_is_missing_can_be_said_before_and_a_refusal_is_forgotten_after() {
    let mut owners = Owners::new(3);
    let text = owners.papers(Preset::AnyTwoOfThree, false).join("\n");
    let safe = owners.0.safes[1].id();
    owners.want(TAKER, Intent::ForgetSafe { safe });
    let named = bearer::look(&text).expect("they are papers");
    let safes = owners.0.safes.iter();
    let all: Vec<_> = safes
        .map(|it| (it.id(), it.settings.address.clone()))
        .collect();
    assert!(named.len() == 3 && named.iter().all(|it| all.contains(it)));
    owners.take(text.clone());
    let is_strange = |kind: &Kind| matches!(kind, Kind::PaperOfStrangeSafe { .. });
    let taker = &owners.0.devices[TAKER];
    assert!(taker.notices.iter().any(is_strange) && taker.taken_over == 0);
    owners.trust(TAKER, 1);
    owners.take(text);
    let taker = &owners.0.devices[TAKER];
    assert_eq!(taker.notices, []);
    assert_eq!(taker.taken_over, 1);
    assert_eq!(owners.held(TAKER).len(), 1);
}

#[test]
fn values_that_were_to_be_together_are_all_protected_or_none() {
    let mut owners = Owners::new(3);
    owners.add(GIVER, "Second");
    let values = owners.held(GIVER);
    owners.silence();
    let safes: Vec<SafeId> = owners.0.safes.iter().map(Safe::id).collect();
    let back_up = Intent::BackUp {
        values: values[..1].to_vec(),
        safe: safes[0],
    };
    owners.want(GIVER, back_up);
    let plan = Preset::CoupledThenSealed.plan();
    let key = None;
    owners.want(
        GIVER,
        Intent::Protect {
            values,
            plan,
            safes,
            key,
        },
    );
    assert!(owners.backup(GIVER).is_none());
    assert!(owners.told(GIVER, |kind| *kind == Kind::Busy));
}

impl Owners {
    fn silence(&mut self) {
        for safe in &mut self.0.safes {
            safe.is_up = false;
        }
    }

    /// The giver's recovery of a backup begins and is called off, and no safe says a word.
    fn called_off_in_silence(&mut self, backup: GroupId) {
        self.want(GIVER, Intent::RecoverBackup { backup });
        let books = self.books(GIVER);
        let mut flows = books.flows();
        let recovery = flows.find(|(_, flow)| matches!(flow, Flow::Reunite(_)));
        let (job, _) = recovery.expect("it is being recovered");
        self.want(GIVER, Intent::CallOff { job });
    }
}

#[test]
fn what_cannot_be_handed_over_now_is_told() {
    let mut owners = Owners::new(3);
    owners.papers(Preset::AnyTwoOfThree, false);
    let backup = owners.backup(GIVER).expect("it was backed up");
    owners.silence();
    owners.want(GIVER, Intent::RecoverBackup { backup });
    owners.0.devices[GIVER].papers.clear();
    let what = What::Backup(backup);
    let with_key = false;
    owners.want(GIVER, Intent::HandOver { what, with_key });
    assert!(owners.0.devices[GIVER].papers.is_empty());
    assert!(owners.told(GIVER, |kind| *kind == Kind::Busy));
}

#[test]
fn what_cannot_be_discarded_now_is_told() {
    let mut owners = Owners::new(2);
    let (backup, _) = owners.two_under_one_key();
    owners.silence();
    owners.called_off_in_silence(backup);
    owners.want(GIVER, Intent::DiscardBackup { backup });
    assert!(owners.told(GIVER, |kind| *kind == Kind::Busy));
    let books = owners.books(GIVER);
    assert!(
        books
            .group(backup)
            .is_some_and(|group| !group.values.is_empty())
    );
}

#[test]
fn a_safe_that_is_still_to_take_its_part_back_is_not_said_to_have_it() {
    let mut owners = Owners::new(3);
    owners.papers(Preset::AnyTwoOfThree, false);
    let backup = owners.backup(GIVER).expect("it was backed up");
    let have = |owners: &Owners| {
        let [card] = owners.0.devices[GIVER].backups.as_slice() else {
            panic!("one backup is shown");
        };
        assert_eq!(card.standing, BackupStanding::AtSafes);
        card.parts.iter().filter(|part| part.is_there()).count()
    };
    assert_eq!(have(&owners), 3);
    owners.silence();
    owners.0.safes[0].is_up = true;
    owners.called_off_in_silence(backup);
    assert_eq!(have(&owners), 1);
    owners.0.mend_safes();
    while owners.0.pass_time_to_next() {
        owners.want(GIVER, Intent::Close);
    }
    assert_eq!(have(&owners), 3);
}
