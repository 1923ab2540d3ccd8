//! Everything of a wallet that was lost: one safe, name and words, and what the safes still have.

use crate::page::device;
use crate::page::node::{Node, div, el};
use crate::page::parts::{
    Reached, actions, backup_name, button, certificate_name, halves, head, link, material, option,
    quiet, rows, safe_name, section, select, small_icon, steps, tick,
};
use crate::page::route::Route;
use crate::page::screens::released;
use crate::page::screens::secret::{self, Proof, one};
use crate::page::screens::{safes, values};
use crate::page::service::Service;
use crate::page::words::{self, Key, text};
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::notice::{Kind, Notice};
use saifu_wallet_core::owner::OwnerStanding;
use saifu_wallet_core::plan::GroupId;
use saifu_wallet_core::view::{
    BackupStanding, CertificateStanding, OwnerCard, OwnerView, Stage, Task,
};

/// The screen.
pub(super) fn restore(s: Service) -> Node {
    let restore = Restore {
        s,
        proof: Proof::new(s),
        is_met: safes::meeting(s),
        known_before: RwSignal::new(None),
        first: RwSignal::new(0),
        wrong_before: StoredValue::new(None),
        is_followed: StoredValue::new(false),
        chosen: RwSignal::new(Vec::new()),
    };
    Node::live(move || {
        let owner = s.owner.get();
        let was_found = owner.safes.iter().any(|card| card.found.is_some());
        let is_at_work = secret::jobs(s, &owner)
            .iter()
            .any(|job| job.task == Task::Restore);
        let content = match &owner.name {
            Some(name) if owner.is_restoring || was_found || is_at_work => {
                restore.follow(&owner, name)
            }
            None if owner.can_restore => restore.begin(),
            Some(_) | None => not_empty(s),
        };
        let content = div("stack stack--wide")
            .child(secret::told(s))
            .child(content);
        let title = s.text(Key::RestoreTitle);
        Node::Many(vec![
            head(s, title, Some(Route::Values), None),
            content.into(),
        ])
    })
}

fn not_empty(s: Service) -> Node {
    let words = words::said(s.lang.get(), Kind::NotEmpty);
    let title = s.text(Key::RecoveryTitle);
    let recovery = link("btn btn--small", Route::Recovery, None, title);
    halves("", "info", None, words, None, vec![recovery])
}

/// Something that lies at safes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Away {
    Backup(GroupId),
    Certificate(ItemId),
}

/// How far the screen is.
#[derive(Clone, Copy)]
struct Restore {
    s: Service,
    proof: Proof,
    /// Whether a safe is met that is to be trusted.
    is_met: RwSignal<bool>,
    /// The safes that could be asked when the owner wanted another one: it is the one that is not among them.
    known_before: RwSignal<Option<Vec<SafeId>>>,
    /// Which of the safes that could be asked is.
    first: RwSignal<usize>,
    /// The notices that told of a wrong secret when safes were asked: another one, and it was wrong.
    wrong_before: StoredValue<Option<Vec<ItemId>>>,
    /// Whether what the safes do is on the screen.
    is_followed: StoredValue<bool>,
    /// What is to come back.
    chosen: RwSignal<Vec<Away>>,
}

impl Restore {
    fn begin(self) -> Node {
        let s = self.s;
        // After safes were asked in vain it is what has to be mended that has the focus. A safe that was just trusted took it with
        // its question.
        match self.is_followed.get_value() {
            true => self.proof.focus(),
            false => device::focus_heading_if_lost(),
        }
        self.is_followed.set_value(false);
        let is_wrong =
            |before: Vec<ItemId>| self.told_wrong().iter().any(|it| !before.contains(it));
        if self.wrong_before.get_value().is_some_and(is_wrong) {
            self.wrong_before.set_value(None);
            self.proof.not_opened();
        }
        let known: Vec<(SafeId, String)> = s.safes.with(|all| {
            let all = all.iter();
            all.map(|safe| (safe.id, safe_name(&safe.operator, &safe.address)))
                .collect()
        });
        let is_known = !known.is_empty() && !self.wants_another(&known);
        Node::Many(vec![
            el("p").words(s.text(Key::RestoreLead)).into(),
            div("panel").child(self.way(usize::from(is_known))).into(),
            self.ask_or_meet(known, Key::RestoreWhich, Key::RestoreDo, None),
        ])
    }

    /// The notices of safes that have said that name and secret do not belong together.
    fn told_wrong(self) -> Vec<ItemId> {
        let is_wrong = |it: &&Notice| it.kind == Kind::SecretWrong;
        let notices = self.s.notices;
        notices.with(|all| all.iter().filter(is_wrong).map(|it| it.id).collect())
    }

    /// Whether a safe is to be met that is none of these.
    fn wants_another(self, known: &[(SafeId, String)]) -> bool {
        self.known_before.with(|before| {
            let is_old = |id| before.as_ref().is_some_and(|before| before.contains(id));
            before.is_some() && known.iter().all(|(id, _)| is_old(id))
        })
    }

    /// One of these safes is asked, or another one that is met first.
    fn ask_or_meet(
        self,
        mut known: Vec<(SafeId, String)>,
        which: Key,
        label: Key,
        known_as: Option<String>,
    ) -> Node {
        let s = self.s;
        if known.is_empty() || self.wants_another(&known) {
            return safes::ask(s, self.is_met, None);
        }
        // First the one that was wanted.
        self.known_before.with(|before| {
            known.sort_by_key(|(id, _)| before.as_ref().is_some_and(|it| it.contains(id)));
        });
        let ids: Vec<SafeId> = known.iter().map(|(id, _)| *id).collect();
        let other = button("btn", Some("add"), s.text(Key::RestoreOther), move || {
            self.first.set(0);
            self.known_before.set(Some(ids.clone()));
        });
        let form = self.ask(known, which, label, known_as);
        Node::Many(vec![form, one(other)])
    }

    /// The steps. Until safes are asked, and when they have answered, they wait for the owner.
    fn way(self, at: usize) -> Node {
        let list = [
            (Key::RestoreStepSafe, Key::RestoreStepSafeNote),
            (Key::RestoreStepWords, Key::RestoreStepWordsNote),
            (Key::RestoreStepAsk, Key::RestoreStepAskNote),
            (Key::RestoreStepChoose, Key::RestoreStepChooseNote),
        ];
        let list = list.into_iter().enumerate().map(|(place, (what, note))| {
            let reached = match place.cmp(&at) {
                core::cmp::Ordering::Less => Reached::Done,
                core::cmp::Ordering::Equal if at == 2 => Reached::Now,
                core::cmp::Ordering::Equal => Reached::Stopped,
                core::cmp::Ordering::Greater => Reached::Todo,
            };
            (what, note, reached)
        });
        steps(self.s.lang.get(), list.collect())
    }

    /// Which safe is asked, and by which name and words.
    fn ask(
        self,
        safes: Vec<(SafeId, String)>,
        which: Key,
        label: Key,
        known_as: Option<String>,
    ) -> Node {
        let s = self.s;
        let ids: Vec<SafeId> = safes.iter().map(|(id, _)| *id).collect();
        let options = safes.into_iter().enumerate();
        let options = options.map(|(at, (_, name))| option(at, name)).collect();
        let chosen = self.first.get().min(ids.len().saturating_sub(1));
        let first = self.first;
        let which = s.text(which);
        let mut fields = vec![select("first".into(), which, options, chosen, move |at| {
            first.set(at);
        })];
        let asks_name = known_as.is_none().then_some(Key::OwnerNameAgain);
        fields.extend(self.proof.fields(asks_name));
        let form = secret::form(fields, s.text(label), move || {
            let (known_as, safe) = (known_as.clone(), ids.get(chosen).copied());
            self.proof.read(known_as.is_none(), move |typed, by| {
                let name = known_as.unwrap_or(typed);
                if let Some(safe) = safe {
                    self.wrong_before
                        .set_value(Some(untrack(|| self.told_wrong())));
                    s.send(Intent::Restore { safe, name, by });
                }
            });
        });
        Node::Many(vec![form.into(), secret::touched(s)])
    }

    /// What the safes do, and what they had.
    fn follow(self, owner: &OwnerView, name: &str) -> Node {
        let s = self.s;
        let lang = s.lang.get();
        // What had the focus has made way.
        if !self.is_followed.get_value() {
            self.is_followed.set_value(true);
            device::focus_heading_if_lost();
        }
        let jobs = secret::jobs(s, owner);
        let is_at_work = !jobs.is_empty();
        let opened = |card: &&OwnerCard| {
            let stage = card.job.and_then(|id| s.job(id)).map(|job| job.stage);
            card.standing == Some(OwnerStanding::Enrolled)
                || matches!(stage, Some(Stage::LoggedIn | Stage::Listing))
        };
        let open = owner.safes.iter().filter(opened).count();
        let so_far = owner.is_restoring.then(|| {
            el("p")
                .class("progress")
                .fixed("role", "status")
                .child(words::opened_so_far(lang, open, owner.needed))
        });
        let mine: Vec<OwnerCard> = owner
            .safes
            .iter()
            .filter(|card| card.standing.is_some())
            .cloned()
            .collect();
        let list = secret::safes(s, &mine, true, Key::RestoreLeaveOut);
        let leave = is_at_work.then(|| quiet(text(lang, Key::Leave)));
        // By a passkey that keeps no secret a safe opens, and can't say where the others are: the owner has to.
        let is_alone = owner.is_restoring && open > 0 && owner.needed < 2;
        let can_ask =
            |card: &&OwnerCard| secret::is_left(card) && (is_alone || card.standing.is_some());
        let left: Vec<(SafeId, String)> = owner
            .safes
            .iter()
            .filter(can_ask)
            .map(|card| (card.safe, safe_name(&card.operator, &card.address)))
            .collect();
        let is_met_first = left.is_empty() || (is_alone && self.wants_another(&left));
        let has_form = !is_met_first;
        let again = (is_alone || has_form).then(|| {
            let name = Some(name.to_owned()).filter(|name| !name.is_empty());
            let form = match is_alone {
                true => self.ask_or_meet(left, Key::Safe, Key::RestoreAskDo, name),
                false => self.ask(left, Key::Safe, Key::RestoreAskDo, name),
            };
            let text = el("p").words(s.text(Key::RestoreAskText));
            let content = div("stack").child(text).child(form);
            section(s, "again", Key::RestoreAsk, content)
        });
        let at = if is_at_work { 2 } else { 3 };
        // The form below says it, if there is one.
        let again_touch = match has_form {
            true => Node::Nothing,
            false => secret::touched(s),
        };
        Node::Many(vec![
            div("panel").child(self.way(at)).into(),
            so_far.into(),
            values::waits(s, &jobs).into(),
            section(s, "owner-safes", Key::RestoreSafes, list),
            again_touch,
            leave.into(),
            (!owner.is_restoring).then(|| self.choose()).into(),
            released::found(s, owner).into(),
            again.into(),
        ])
    }

    /// Everything that lies at safes now: what of it comes back is up to the owner.
    fn choose(self) -> Node {
        let s = self.s;
        let lang = s.lang.get();
        let backups = s.backups.get();
        let certificates = s.certificates.get();
        let mut all: Vec<(Away, String, &str)> = Vec::new();
        for card in &backups {
            let first = card.contents.first();
            let first = first.filter(|_| card.standing == BackupStanding::AtSafes);
            if let Some(first) = first {
                let away = Away::Backup(card.id);
                all.push((away, backup_name(lang, card), &first.class));
            }
        }
        let here = certificates.iter();
        let here = here.filter(|card| card.standing == CertificateStanding::AtSafe);
        all.extend(here.map(|card| {
            let away = Away::Certificate(card.id);
            (away, certificate_name(lang, card), &*card.digest.class)
        }));
        if all.is_empty() {
            let is_whole = s
                .owner
                .with(|owner| owner.safes.iter().all(|card| card.found.is_some()));
            let nothing = match is_whole {
                true => Key::RestoreNothing,
                false => Key::RestoreNothingYet,
            };
            let nothing = quiet(text(lang, nothing));
            return section(s, "found", Key::RestoreFound, nothing);
        }
        let offered: Vec<Away> = all.iter().map(|(away, ..)| *away).collect();
        let chosen: Vec<Away> = self.chosen.get();
        let chosen: Vec<Away> = offered
            .iter()
            .copied()
            .filter(|away| chosen.contains(away))
            .collect();
        let is_all = chosen.len() == offered.len();
        let set_all = move |is_all| {
            self.chosen
                .set(if is_all { offered.clone() } else { Vec::new() })
        };
        let list = all.into_iter().map(|(away, name, class)| {
            let toggle = move |_| {
                self.chosen
                    .update(|chosen| match chosen.iter().position(|it| *it == away) {
                        Some(at) => drop(chosen.remove(at)),
                        None => chosen.push(away),
                    });
            };
            let input = el("input")
                .fixed("type", "checkbox")
                .checked(chosen.contains(&away))
                .on("change", toggle);
            let kind = material(class);
            let mark = el("span")
                .class("mark")
                .attr("data-class", kind)
                .child(small_icon(kind));
            let words = el("span").class("row-main").child(el("span").child(name));
            let row = el("label")
                .class("row")
                .child(input)
                .child(mark)
                .child(words);
            el("li").child(row).into()
        });
        let list = rows(list.collect());
        let count = chosen.len();
        let recover = (count > 0).then(|| {
            let words = words::recover_chosen(lang, count);
            button("btn btn--primary", Some("recover"), words, move || {
                for away in &chosen {
                    s.send(match *away {
                        Away::Backup(backup) => Intent::RecoverBackup { backup },
                        Away::Certificate(certificate) => Intent::Recover { certificate },
                    });
                }
                self.chosen.set(Vec::new());
                s.go(Route::Values);
            })
        });
        let later = text(lang, Key::RestoreLater);
        let later = link("btn", Route::Values, None, later);
        let content = div("stack")
            .child(el("p").words(text(lang, Key::RestoreFoundText)))
            .child(quiet(text(lang, Key::RestoreLostDevice)))
            .child(tick(text(lang, Key::All), is_all, set_all))
            .child(list)
            .child(actions(recover.into_iter().chain([later]).collect()));
        section(s, "found", Key::RestoreFound, content)
    }
}
