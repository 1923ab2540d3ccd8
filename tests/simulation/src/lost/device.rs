//! A device is lost, and a new one finds everything again by a passkey, by the terminal's own, or by the kit.

use super::touch::Authenticator;
use super::*;
use saifu_protocol::owner::Event;
use saifu_wallet_core::flow::{Aim, Ceremony, Doing, Flow, Shown};
use saifu_wallet_core::ids::FlowId;
use saifu_wallet_core::owner::Way;
use saifu_wallet_core::view::{Job, OwnerView, WaysView};

/// By what the new device is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Passkey,
    /// An authenticator that derives nothing.
    PlainPasskey,
    Terminal,
    Kit,
}

impl By {
    const ALL: [By; 4] = [By::Passkey, By::PlainPasskey, By::Terminal, By::Kit];
}

/// What an owner has besides the lost device.
pub(super) struct Kept {
    authenticator: Authenticator,
    pub(super) kit: Words,
}

impl Kept {
    fn way(&self, by: By) -> Way {
        match by {
            By::Passkey | By::PlainPasskey => Way::Passkey,
            By::Terminal => Way::Terminal {
                secret: self.authenticator.terminal(),
            },
            By::Kit => Way::Kit {
                words: self.kit.clone(),
            },
        }
    }
}

impl Owner {
    pub(super) fn jobs(&self, device: usize) -> Vec<Job> {
        let wallet = self.scene.devices[device].wallet.as_ref();
        let parts = wallet.map(|wallet| wallet.view()).unwrap_or_default();
        let jobs = parts.into_iter().find_map(|part| match part {
            Part::Jobs(jobs) => Some(jobs),
            _ => None,
        });
        jobs.unwrap_or_default()
    }

    pub(super) fn owner_view(&self, device: usize) -> OwnerView {
        let wallet = self.scene.devices[device].wallet.as_ref();
        let parts = wallet.map(|wallet| wallet.view()).unwrap_or_default();
        let view = parts.into_iter().find_map(|part| match part {
            Part::Owner(view) => Some(view),
            _ => None,
        });
        view.expect("there is always one")
    }

    fn ways(&self, device: usize) -> Vec<WaysView> {
        let view = self.owner_view(device);
        view.safes
            .into_iter()
            .filter_map(|card| card.ways)
            .collect()
    }

    /// What the owner's authenticator is asked for now, and by which safe.
    fn ceremonies(&self, device: usize) -> Vec<(FlowId, Ceremony, String)> {
        let operator = |job: &Job| {
            let mut safes = self.scene.safes.iter();
            let safe = safes.find(|safe| safe.settings.address.as_str() == job.safe);
            safe.map(|safe| safe.settings.operator.clone())
                .unwrap_or_default()
        };
        let asks = |job: Job| Some((job.id, job.ceremony.clone()?, operator(&job)));
        self.jobs(device).into_iter().filter_map(asks).collect()
    }

    /// The owner touches whatever asks for it, one after the other.
    fn touch(&mut self, device: usize, authenticator: &mut Authenticator) {
        for _ in 0..40 {
            let shown = self
                .ceremonies(device)
                .into_iter()
                .find_map(|(job, asked, operator)| {
                    Some((job, authenticator.carry_out(&asked, &operator)?))
                });
            let Some((job, shown)) = shown else { return };
            self.want(device, Intent::Present { job, shown });
        }
        panic!("it asks without end");
    }

    pub(super) fn open_ways(&mut self, device: usize, by: Way) {
        let safes = self.ids();
        self.want(device, Intent::OpenWays { safes, by });
    }

    pub(super) fn manage(&mut self, device: usize, doing: &Doing) {
        for job in self.scene.jobs(device) {
            let doing = doing.clone();
            self.want(device, Intent::Manage { job, doing });
        }
    }

    pub(super) fn close_ways(&mut self, device: usize) {
        for job in self.scene.jobs(device) {
            self.want(device, Intent::CallOff { job });
        }
        assert_eq!(self.scene.jobs(device), []);
    }

    /// By the recovery secret the owner enrols another way in.
    pub(super) fn prepare(&mut self, by: By) -> Kept {
        let mut kept = Kept {
            authenticator: Authenticator::new(9, by != By::PlainPasskey),
            kit: Words::make(&mut self.scene.dice.0),
        };
        let words = self.words.clone().expect("enrolled");
        self.open_ways(OLD, Way::secret(words));
        let doing = match by {
            By::Passkey | By::PlainPasskey => Doing::AddPasskey {
                name: "blue key".into(),
            },
            By::Terminal => Doing::AddTerminal {
                name: "this wallet".into(),
                secret: kept.authenticator.terminal(),
            },
            By::Kit => Doing::MakeKit {
                words: kept.kit.clone(),
            },
        };
        self.manage(OLD, &doing);
        self.touch(OLD, &mut kept.authenticator);
        kept
    }

    fn restore_by(&mut self, device: usize, number: usize, way: &Way) {
        if self
            .books(device)
            .safe(self.scene.safes[number].id())
            .is_none()
        {
            self.trust(device, number);
        }
        let safe = self.scene.safes[number].id();
        let name = match way.needs_name() {
            true => NAME.into(),
            false => String::new(),
        };
        let by = way.clone();
        self.want(device, Intent::Restore { safe, name, by });
    }
}

#[test]
fn whatever_was_registered_comes_back_by_each_way_in() {
    let presets = Preset::OFFERED.into_iter().chain(Preset::EMBODIMENTS);
    for (seed, preset) in (1..).zip(presets) {
        for by in By::ALL {
            let mut owner = Owner::new(seed, 4);
            let before = owner.bytes(OLD);
            owner.enrol(OLD);
            let mut kept = owner.prepare(by);
            let ways = owner.ways(OLD);
            assert_eq!(ways.len(), 4, "{by:?}");
            for ways in ways {
                let has = (ways.devices.len(), ways.kit_since.is_some());
                assert_eq!(has, if by == By::Kit { (0, true) } else { (1, false) });
            }
            owner.close_ways(OLD);
            owner.protect(OLD, preset.plan());
            let new = owner.lose();
            let way = kept.way(by);
            owner.restore_by(new, 2, &way);
            owner.touch(new, &mut kept.authenticator);
            if by == By::PlainPasskey {
                // There is no map without a secret: a second address is typed, and then the root opens one.
                owner.restore_by(new, 1, &way);
                owner.touch(new, &mut kept.authenticator);
            }
            assert_eq!(owner.standings(new), [OwnerStanding::Enrolled; 4], "{by:?}");
            assert_eq!(owner.books(new).flows().count(), 0, "{preset:?} {by:?}");
            assert_eq!(owner.owner_view(new).name.as_deref(), Some(NAME));
            owner.recover_everything(new);
            match needs_no_home(&preset.plan()) {
                true => assert_eq!(owner.bytes(new), before, "{preset:?} {by:?}"),
                false => assert!(owner.bytes(new).is_empty(), "{preset:?} {by:?}"),
            }
            assert!(owner.books(new).account().balances());
        }
    }
}

#[test]
fn a_terminal_is_one_touch_and_a_passkey_one_for_each_safe() {
    for (by, touches) in [(By::Terminal, 0), (By::Passkey, 3)] {
        let mut owner = Owner::new(71, 3);
        owner.enrol(OLD);
        let mut kept = owner.prepare(by);
        owner.close_ways(OLD);
        let new = owner.lose();
        let before = kept.authenticator.asked;
        owner.restore_by(new, 0, &kept.way(by));
        owner.touch(new, &mut kept.authenticator);
        assert_eq!(kept.authenticator.asked - before, touches, "{by:?}");
        assert_eq!(owner.standings(new), [OwnerStanding::Enrolled; 3]);
    }
}

/// The tenth embodiment's mutual authentication: whoever stands in for a safe gets nothing signed.
#[test]
fn a_safe_that_cannot_sign_is_never_shown_an_authenticator() {
    let mut owner = Owner::new(72, 2);
    owner.enrol(OLD);
    let mut kept = owner.prepare(By::Passkey);
    owner.close_ways(OLD);
    let new = owner.lose();
    owner.scene.safes[0].greets_as_another = true;
    owner.restore_by(new, 0, &kept.way(By::Passkey));
    assert_eq!(owner.ceremonies(new), []);
    assert!(owner.scene.devices[new].waited.contains(&Waiting::Garbled));
    owner.scene.safes[0].greets_as_another = false;
    owner.rest();
    owner.touch(new, &mut kept.authenticator);
    assert_eq!(owner.standings(new), [OwnerStanding::Enrolled; 2]);
}

#[test]
fn what_was_signed_once_opens_nothing_again() {
    let mut owner = Owner::new(73, 1);
    owner.enrol(OLD);
    let mut kept = owner.prepare(By::Passkey);
    owner.close_ways(OLD);
    let new = owner.lose();
    owner.restore_by(new, 0, &Way::Passkey);
    let (job, asked, operator) = owner.ceremonies(new).remove(0);
    let shown = kept
        .authenticator
        .carry_out(&asked, &operator)
        .expect("it is there");
    owner.want(
        new,
        Intent::Present {
            job,
            shown: shown.clone(),
        },
    );
    assert_eq!(owner.standings(new), [OwnerStanding::Enrolled]);
    // Somebody has seen it, and has everything else.
    let thief = owner.add_device();
    owner.restore_by(thief, 0, &Way::Passkey);
    let (job, ..) = owner.ceremonies(thief).remove(0);
    owner.want(thief, Intent::Present { job, shown });
    assert!(owner.told(thief, &Kind::DeviceUnknown));
    assert!(owner.books(thief).owner().is_none());
}

#[test]
fn what_is_removed_or_revoked_opens_no_more_and_the_rest_does() {
    for by in By::ALL {
        let mut owner = Owner::new(74, 3);
        owner.enrol(OLD);
        let mut kept = owner.prepare(by);
        for job in owner.scene.jobs(OLD) {
            let view = owner.owner_view(OLD);
            let mut safes = view.safes.into_iter();
            let card = safes
                .find(|card| card.job == Some(job))
                .expect("it is at a safe");
            let device = card
                .ways
                .and_then(|ways| ways.devices.first().map(|it| it.id));
            let doing = match device {
                Some(device) => Doing::Remove { device },
                None => Doing::RevokeKit,
            };
            owner.want(OLD, Intent::Manage { job, doing });
        }
        let is_empty = |ways: &WaysView| ways.devices.is_empty() && ways.kit_since.is_none();
        assert!(owner.ways(OLD).iter().all(is_empty), "{by:?}");
        owner.close_ways(OLD);
        let new = owner.lose();
        for number in 0..2 {
            owner.restore_by(new, number, &kept.way(by));
            owner.touch(new, &mut kept.authenticator);
        }
        assert!(owner.books(new).owner().is_none(), "{by:?}");
        let told = match by {
            By::Kit => Kind::SecretWrong,
            _ => Kind::DeviceUnknown,
        };
        assert!(owner.told(new, &told), "{by:?}");
        let words = owner.words.clone().expect("enrolled");
        owner.restore_by(new, 0, &Way::secret(words));
        assert_eq!(owner.standings(new), [OwnerStanding::Enrolled; 3]);
    }
}

#[test]
fn an_authenticator_without_secrets_is_refused_where_one_safe_has_the_root() {
    let mut owner = Owner::new(75, 2);
    owner.enrol(OLD);
    owner.prepare(By::PlainPasskey);
    assert!(owner.told(OLD, &Kind::DeviceKeepsNoSecret));
    assert!(owner.ways(OLD).iter().all(|ways| ways.devices.is_empty()));
}

#[test]
fn who_comes_back_late_is_asked_for_another_signature() {
    let mut owner = Owner::new(76, 1);
    owner.enrol(OLD);
    let mut kept = owner.prepare(By::Passkey);
    owner.close_ways(OLD);
    let new = owner.lose();
    owner.restore_by(new, 0, &Way::Passkey);
    let before = owner.ceremonies(new);
    owner.scene.now_ms += 600_000;
    let (job, asked, operator) = before[0].clone();
    let shown = kept
        .authenticator
        .carry_out(&asked, &operator)
        .expect("it is there");
    owner.want(new, Intent::Present { job, shown });
    let after = owner.ceremonies(new);
    assert_ne!(after, before);
    owner.touch(new, &mut kept.authenticator);
    assert_eq!(owner.standings(new), [OwnerStanding::Enrolled]);
}

/// The map that was sealed for the passkey is older than the safe.
#[test]
fn a_safe_that_was_trusted_later_is_found_by_an_older_passkey() {
    let mut owner = Owner::new(77, 2);
    let bytes = owner.bytes(OLD);
    owner.enrol(OLD);
    let mut kept = owner.prepare(By::Passkey);
    owner.close_ways(OLD);
    let mut third = Safe::new(2, Honesty::Honest, &mut owner.scene.dice);
    third.settings.operator = "Operator 2".into();
    owner.scene.safes.push(third);
    owner.trust(OLD, 2);
    let words = owner.words.clone().expect("enrolled");
    owner.want(OLD, enrolling(&words));
    let (values, safe) = (owner.held(OLD), owner.scene.safes[2].id());
    owner.want(OLD, Intent::BackUp { values, safe });
    let new = owner.lose();
    owner.restore_by(new, 0, &Way::Passkey);
    owner.touch(new, &mut kept.authenticator);
    assert_eq!(owner.standings(new).len(), 3);
    // No passkey opens there: it is left out, and asked with the words.
    owner.close_ways(new);
    owner.restore_by(new, 2, &Way::secret(words));
    owner.recover_everything(new);
    assert_eq!(owner.bytes(new), bytes);
}

#[test]
fn what_happened_is_told_with_the_guesses_before_it() {
    let mut owner = Owner::new(78, 1);
    owner.enrol(OLD);
    let words = owner.words.clone().expect("enrolled");
    let new = owner.add_device();
    let other = Words::make(&mut owner.scene.dice.0);
    owner.restore_by(new, 0, &Way::secret(other));
    owner.restore_by(new, 0, &Way::secret(words.clone()));
    owner.open_ways(OLD, Way::secret(words));
    let ways = owner.ways(OLD).remove(0);
    let guesses = ways.history.iter().find_map(|it| match it.what {
        Event::LoggedIn { guesses, .. } if !it.is_here => Some(guesses),
        _ => None,
    });
    // It was tried as the newest secret, and as the one before.
    assert_eq!(guesses, Some(2));
    // What it was opened with is kept nowhere once it is open.
    let books = owner.books(OLD);
    for (_, flow) in books.flows() {
        let Flow::Login(login) = flow else {
            panic!("nothing else is under way")
        };
        assert!(login.with.is_none() && matches!(login.aim, Aim::Ways(_)));
    }
}

#[test]
fn a_passkey_that_is_enrolled_is_enrolled_once_wherever_it_is_interrupted() {
    let mut at = 0;
    loop {
        let mut owner = Owner::new(79, 2);
        owner.enrol(OLD);
        let words = owner.words.clone().expect("enrolled");
        owner.open_ways(OLD, Way::secret(words));
        let name = "blue key".into();
        owner.manage(OLD, &Doing::AddPasskey { name });
        let mut authenticator = Authenticator::new(9, true);
        let (mut commits, mut crashed) = (0, false);
        for _ in 0..20_000 {
            owner.scene.collect_outgoing();
            if owner.scene.deliver_first() {
                continue;
            }
            if let Some(device) = owner.scene.busy_device() {
                if owner.scene.devices[device].has_commit() {
                    commits += 1;
                    if commits == at && !crashed {
                        crashed = true;
                        owner.scene.devices[device].finish_commit_and_crash();
                        owner.scene.start(device);
                        continue;
                    }
                }
                owner.scene.device_step(device);
                continue;
            }
            let Some((job, asked, operator)) = owner.ceremonies(OLD).into_iter().next() else {
                break;
            };
            let shown = authenticator.carry_out(&asked, &operator).expect("it can");
            owner.scene.want(OLD, Intent::Present { job, shown });
        }
        owner.rest();
        let ways = owner.ways(OLD);
        assert_eq!(ways.len(), 2, "interrupted at {at}");
        assert!(
            ways.iter().all(|it| it.devices.len() == 1),
            "interrupted at {at}"
        );
        owner.close_ways(OLD);
        let new = owner.lose();
        owner.restore_by(new, 1, &Way::Passkey);
        owner.touch(new, &mut authenticator);
        assert_eq!(owner.standings(new), [OwnerStanding::Enrolled; 2]);
        if !crashed && at > 0 {
            assert!(at > 8, "it is more than {at} transactions");
            return;
        }
        at += 1;
    }
}

#[test]
fn what_nobody_waits_for_changes_nothing() {
    let mut owner = Owner::new(80, 1);
    owner.enrol(OLD);
    let mut kept = owner.prepare(By::Passkey);
    let ceremony = Ceremony::Create {
        user: [1; 40],
        name: "Operator".into(),
        exclude: Vec::new(),
        rp_id: None,
        salt: [0; 32],
    };
    let shown: Shown = kept.authenticator.carry_out(&ceremony, "").expect("it can");
    let before = owner.ways(OLD);
    for job in owner.scene.jobs(OLD) {
        let shown = shown.clone();
        owner.want(OLD, Intent::Present { job, shown });
    }
    let stranger = FlowId::new([3; 16]);
    owner.want(
        OLD,
        Intent::Present {
            job: stranger,
            shown,
        },
    );
    assert_eq!(owner.ways(OLD), before);
}
