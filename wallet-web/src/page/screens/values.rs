//! The wallet: what is here, what is at safes, what is under way.

use crate::page::node::{Node, div, el};
use crate::page::parts::{
    Wait, actions, button, call_off, empty, head, icon, line, link, make_room_by_rules, notice,
    picture_of, picture_of_backup, picture_of_certificate, reason, safe_at, safe_name, value_card,
    waiting,
};
use crate::page::route::Route;
use crate::page::screens::{backup, freeze, secret, waits};
use crate::page::service::Service;
use crate::page::words::{self, Halves, Key, text};
use leptos::prelude::*;
use saifu_wallet_core::eviction::{Level, Remedy, Risk, Stake};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::plan::GroupId;
use saifu_wallet_core::view::{BackupCard, BackupStanding, Job, Stage, Standing, Task, ValueCard};

/// How many notices are shown here before the rest waits on its own screen.
const SHOWN_NOTICES: usize = 2;

/// The screen while the store is read.
pub(super) fn opening(s: Service) -> Node {
    Node::live(move || {
        let skeleton = || div("skeleton");
        let cards = div("values")
            .fixed("role", "status")
            .attr("aria-label", s.text(Key::Opening))
            .child(skeleton())
            .child(skeleton())
            .child(skeleton());
        Node::Many(vec![
            head(s, s.text(Key::NavValues), None, None),
            cards.into(),
        ])
    })
}

/// The screen.
pub(super) fn values(s: Service) -> Node {
    Node::live(move || {
        let add = link(
            "btn btn--primary btn--small",
            Route::Add,
            Some("add"),
            s.text(Key::Add),
        );
        let content = div("stack stack--wide")
            .child(freeze::cards(s))
            .child(waits::cards(s))
            .child(news(s))
            .child(to_know(s))
            .child(is_stuck(s).then(|| under_way(s)).flatten())
            .child(here(s))
            .child((!is_stuck(s)).then(|| under_way(s)).flatten())
            .child(at_safes(s))
            .child(ended(s));
        Node::Many(vec![
            head(s, s.text(Key::NavValues), None, Some(add)),
            content.into(),
        ])
    })
}

fn news(s: Service) -> Node {
    let mut notices = s.notices.get();
    // What waits for room says so itself, with what makes some.
    if s.jobs.with(|jobs| jobs.iter().any(lacks_room)) {
        notices.retain(|it| !it.is_of_room());
    }
    let mut shown: Vec<Node> = notices
        .iter()
        .take(SHOWN_NOTICES)
        .map(|it| notice(s, it))
        .collect();
    if notices.len() > SHOWN_NOTICES {
        let words = s.text(Key::AllNotices);
        let all = link("btn btn--small", Route::Notices, Some("bell"), words);
        shown.push(actions(vec![all]));
    }
    Node::Many(shown)
}

/// What would be lost with this browser or this device: a line each.
fn to_know(s: Service) -> Option<Node> {
    let lines: Vec<Node> = [honest(s), unprepared(s)].into_iter().flatten().collect();
    (!lines.is_empty()).then(|| el("ul").class("lines").child(lines).into())
}

/// What would be lost with this browser, and the way to change it.
fn honest(s: Service) -> Option<Node> {
    let lang = s.lang.get();
    let summary = s.summary.get();
    (summary.only_here > 0).then(|| {
        let risk = risk(s);
        let what = words::only_here(lang, summary.only_here, &summary.only_here_worth);
        let why = words::why_at_risk(lang, risk.as_ref());
        let words = Halves::new(what, words::at_risk_now(lang, risk.as_ref()));
        let label = text(lang, Key::BackUpAll);
        let back_up = link(
            "btn btn--primary btn--small",
            Route::BackUp(None),
            None,
            label,
        );
        let mut ways = Vec::new();
        let kind = match risk.as_ref().map(|risk| risk.level) {
            Some(Level::High) => "danger",
            _ => "warn",
        };
        let remedies = risk.map(|risk| risk.remedies).unwrap_or_default();
        if remedies.contains(&Remedy::AskToKeep) {
            let label = text(lang, Key::AskToKeep);
            ways.push(button("btn btn--small", None, label, move || {
                s.keeping.ask()
            }));
        }
        // An offer that comes later waits until the screen is made anew: a button would move what is below it.
        if remedies.contains(&Remedy::Install) && s.installable.get_untracked() {
            let label = text(lang, Key::Install);
            ways.push(button(
                "btn btn--small",
                Some("install"),
                label,
                move || s.install(),
            ));
        }
        let rules = text(lang, Key::RulesTitle);
        ways.push(link("btn btn--small", Route::Rules, None, rules));
        line(kind, "warn", words, why, back_up, ways)
    })
}

/// How likely this browser clears what only lies here: values, and certificates that nobody could do without.
fn risk(s: Service) -> Option<Risk> {
    let (values, at_safes) = s
        .summary
        .with(|summary| (summary.only_here, summary.at_safes));
    let has_ways = s.owner.with(secret::is_ready);
    s.keeping.risk(Stake {
        values,
        certificates: if has_ways { 0 } else { at_safes },
    })
}

/// What would be lost with this device although it lies at safes, and the way to change it.
fn unprepared(s: Service) -> Option<Node> {
    let lang = s.lang.get();
    let count = s.summary.with(|summary| summary.at_safes);
    let owner = s.owner.get();
    if owner.is_restoring || count == 0 {
        return None;
    }
    let what = if secret::is_ready(&owner) {
        let safes = s.safes.get();
        let holds = |id| safes.iter().any(|safe| safe.id == id && safe.kept > 0);
        let mut left = owner.safes.iter().filter(|card| secret::is_left(card));
        let first = left.find(|card| holds(card.safe))?;
        let name = safe_name(&first.operator, &first.address);
        words::nobody_fetches_from(lang, &name)
    } else {
        words::nobody_fetches(lang, count)
    };
    // It is said once.
    let is_said = s.summary.with(|summary| summary.only_here > 0);
    let why = words::why_at_risk(lang, risk(s).filter(|_| !is_said).as_ref());
    let words = Halves::new(what, text(lang, Key::RecoveryNow));
    let label = text(lang, Key::RecoveryPrepare);
    let prepare = link("btn btn--small", Route::Recovery, None, label);
    Some(line("", "info", words, why, prepare, Vec::new()))
}

/// Whether some job waits for something: then what is under way comes first.
fn is_stuck(s: Service) -> bool {
    let waits = |job: &Job| reason(s, job).is_some() || lacks_room(job);
    s.jobs.with(|jobs| jobs.iter().any(waits))
}

fn lacks_room(job: &Job) -> bool {
    job.stage == Stage::NoRoom
}

fn under_way(s: Service) -> Option<Node> {
    let jobs = s.jobs.get();
    if jobs.is_empty() {
        return None;
    }
    let notes = waits(s, &jobs);
    let rows: Vec<Node> = jobs.iter().map(|job| job_row(s, job)).collect();
    let list = div("panel panel--flush").child(el("ul").class("rows").child(rows));
    let title = el("h2")
        .fixed("id", "under-way")
        .words(s.text(Key::UnderWay));
    Some(
        el("section")
            .class("stack")
            .fixed("aria-labelledby", "under-way")
            .child(title)
            .child(notes)
            .child(list)
            .into(),
    )
}

/// Why jobs wait. One reason shared by several is said once, of all the safes it is true of.
pub(super) fn waits(s: Service, jobs: &[Job]) -> Vec<Node> {
    let mut reasons: Vec<Wait> = Vec::new();
    for reason in jobs.iter().filter_map(|job| reason(s, job)) {
        match reasons.iter_mut().find(|it| it.why == reason.why) {
            Some(same) => same.join(reason),
            None => reasons.push(reason),
        }
    }
    reasons
        .into_iter()
        .filter_map(|reason| waiting(s, Some(reason)))
        .collect()
}

fn job_row(s: Service, job: &Job) -> Node {
    let lang = s.lang.get();
    let picture = match job.task {
        Task::Add => "add",
        Task::BackUp => "backup",
        Task::Recover | Task::RecoverKey | Task::LastCopy | Task::TakeOver => "recover",
        Task::Repair | Task::Rehearse => "refresh",
        Task::Enrol | Task::Restore | Task::Ways => "proof",
        Task::Round | Task::SetWait | Task::Decide => "clock",
        Task::Freeze => "refused",
        Task::Audit => "proof",
        Task::Retire => "trash",
    };
    let of_item = job.item.map(|item| {
        let group = GroupId::new(*item.as_bytes());
        if s.values.with(|all| all.iter().any(|card| card.id == item)) {
            Route::Value(item)
        } else if s.backup(group).is_some() {
            Route::Backup(group)
        } else if s.keys.with(|all| all.iter().any(|key| key.id == item)) {
            Route::Key(item)
        } else {
            Route::Certificate(item)
        }
    });
    let route = match job.task {
        Task::Enrol => Some(Route::Recovery),
        Task::Restore => Some(Route::Restore),
        Task::Ways => Some(Route::Ways),
        Task::Round => Some(Route::Rules),
        Task::SetWait | Task::Decide | Task::Freeze => Some(Route::Waits),
        _ => of_item,
    };
    let (task, about) = (words::task(lang, job.task), words::about(lang, job));
    let subject = if about == task {
        about
    } else {
        format!("{about} – {task}")
    };
    let subject: Node = match route {
        Some(route) => el("a").attr("href", route.href()).child(subject).into(),
        None => subject.into(),
    };
    let words = el("span")
        .class("row-main")
        .child(el("span").child(subject))
        .child(el("span").child(how_far(s, job)));
    let row = div("row")
        .child(el("span").class("mark").child(icon(picture)))
        .child(words)
        .child(call_off(s, job));
    let room = lacks_room(job).then(|| make_room_by_rules(s, job.id));
    let room = room.flatten().map(|room| div("row").child(room));
    el("li").child(row).child(room).into()
}

/// What is true of a job now: of one with several safes, how many of them have answered.
fn how_far(s: Service, job: &Job) -> String {
    let lang = s.lang.get();
    let is_its = |card: &&BackupCard| match card.standing {
        BackupStanding::Registering { job: of } | BackupStanding::Recovering { job: of } => {
            of == job.id && job.stage != Stage::NoRoom
        }
        BackupStanding::AtSafes | BackupStanding::Ending | BackupStanding::Elsewhere => false,
    };
    let of_backup = s.backups.with(|all| {
        let card = all.iter().find(is_its)?;
        backup::progress_words(lang, card)
    });
    let of_safe = || match job.task {
        Task::Retire if !job.safe.is_empty() => {
            Some(words::asked_to_forget(lang, &safe_at(s, &job.safe)))
        }
        Task::Enrol
        | Task::Restore
        | Task::Ways
        | Task::SetWait
        | Task::Decide
        | Task::Freeze
        | Task::Audit => {
            let stage = words::stage(lang, job.stage);
            Some(words::stage_at(lang, &safe_at(s, &job.safe), stage))
        }
        _ => None,
    };
    let said = of_backup.or_else(of_safe);
    said.unwrap_or_else(|| words::stage(lang, job.stage).into())
}

fn here(s: Service) -> Node {
    let cards = s
        .values
        .with(|all| pick(all, |card| card.standing != Standing::Ended));
    if !cards.is_empty() {
        return section(s, "here", Key::InThisBrowser, draw(s, cards));
    }
    let nothing_at_all = s.values.with(Vec::is_empty)
        && s.certificates.with(Vec::is_empty)
        && s.backups.with(Vec::is_empty)
        && s.jobs.with(Vec::is_empty);
    nothing_at_all.then(|| nothing(s)).into()
}

fn ended(s: Service) -> Option<Node> {
    let cards = s
        .values
        .with(|all| pick(all, |card| card.standing == Standing::Ended));
    (!cards.is_empty()).then(|| section(s, "ended", Key::EndedOnes, draw(s, cards)))
}

fn pick(all: &[ValueCard], which: fn(&ValueCard) -> bool) -> Vec<ValueCard> {
    all.iter().filter(|card| which(card)).cloned().collect()
}

fn draw(s: Service, cards: Vec<ValueCard>) -> Vec<Node> {
    cards
        .iter()
        .map(|card| value_card(s, picture_of(s, card), Route::Value(card.id)))
        .collect()
}

fn at_safes(s: Service) -> Option<Node> {
    // As long as a value is here, it is shown as what it is here; and a key is no value.
    let is_away = |card: &&BackupCard| match card.standing {
        BackupStanding::Registering { .. } | BackupStanding::Ending => false,
        BackupStanding::AtSafes | BackupStanding::Recovering { .. } | BackupStanding::Elsewhere => {
            let home = ItemId::new(*card.id.as_bytes());
            !card.contents.is_empty() && s.value_of(home).is_none()
        }
    };
    let mut cards: Vec<Node> = s
        .backups
        .get()
        .iter()
        .filter(is_away)
        .map(|card| value_card(s, picture_of_backup(s, card), Route::Backup(card.id)))
        .collect();
    cards.extend(s.certificates.get().iter().map(|card| {
        let picture = picture_of_certificate(s, card);
        value_card(s, picture, Route::Certificate(card.id))
    }));
    (!cards.is_empty()).then(|| section(s, "at-safes", Key::AtSafe, cards))
}

fn section(s: Service, id: &'static str, title: Key, cards: Vec<Node>) -> Node {
    let lang = s.lang.get();
    let count = words::values(lang, cards.len());
    let title = div("split")
        .child(el("h2").attr("id", id).words(text(lang, title)))
        .child(el("p").class("quiet num").child(count));
    el("section")
        .class("stack")
        .attr("aria-labelledby", id)
        .child(title)
        .child(div("values").child(cards))
        .into()
}

fn nothing(s: Service) -> Node {
    let lang = s.lang.get();
    let add = link(
        "btn btn--primary",
        Route::Add,
        Some("add"),
        text(lang, Key::Add),
    );
    let (title, words) = (text(lang, Key::EmptyHead), text(lang, Key::EmptyText));
    empty("wallet", title, words, vec![add])
}
