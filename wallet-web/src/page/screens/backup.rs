//! One backup: where its parts are and how each stands, what protects it, and what can be done with it.

use crate::page::device;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{
    self, Reached, actions, backup_name, backup_standing, big_card, button, call_off, chip, dialog,
    empty, fact, facts, halves, head, icon, keep_dialog, link, marked, next_try, part_waits,
    picture_of_backup, quiet, reason, rows, safe_name, section, steps, waiting,
};
use crate::page::route::Route;
use crate::page::screens::back_up::{cannot, choose};
use crate::page::screens::certificates::take_back;
use crate::page::screens::fetch::Fetch;
use crate::page::screens::protection::{self, Chosen};
use crate::page::screens::{certificates, health, papers, value};
use crate::page::service::Service;
use crate::page::words::{self, Halves, Key, Lang, text};
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_protocol::certificate::ObjectClass;
use saifu_wallet_core::bearer::What;
use saifu_wallet_core::ids::{FlowId, ItemId};
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::plan::offer::{Candidate, Stake};
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{Custody, GroupId, Place, Slot};
use saifu_wallet_core::view::{
    BackupCard, BackupStanding, Job, PartCard, PartState, Reach, Stage, Task,
};

/// The screen.
pub(super) fn backup(s: Service, id: GroupId) -> Node {
    let card = Memo::new(move |_| s.backup(id));
    let discarding = RwSignal::new(false);
    let understood = RwSignal::new(false);
    let fetch = Fetch::new(s);
    keep_dialog("discard", discarding);
    Node::live(move || {
        let name = card.with(|card| {
            let card = card.as_ref();
            card.map(|card| backup_name(s.lang.get(), card))
        });
        Node::Many(vec![
            match card.get() {
                Some(card) => present(s, &card, fetch, discarding),
                None => gone(s, id),
            },
            dialog("discard", discarding, || {
                let question =
                    words::discard_certificate_question(s.lang.get(), &name.unwrap_or_default());
                let words = (Key::GiveUpText, Key::GiveUpTick, Key::Discard);
                certificates::discard(s, question, words, discarding, understood, move || {
                    s.send(Intent::DiscardBackup { backup: id });
                    s.go(Route::Certificates);
                })
            }),
        ])
    })
}

fn present(s: Service, card: &BackupCard, fetch: Fetch, discarding: RwSignal<bool>) -> Node {
    let lang = s.lang.get();
    let came_home = s.value_of(ItemId::new(*card.id.as_bytes()));
    if let (BackupStanding::Ending, Some(value)) = (card.standing, came_home) {
        let rest = section(s, "parts", Key::PartsTitle, parts(s, card));
        return Node::Many(vec![
            value::came_back(s, &value, count_safes(card, |_| true).1),
            div("after").child(rest).into(),
        ]);
    }
    let job = match card.standing {
        BackupStanding::Registering { job } | BackupStanding::Recovering { job } => s.job(job),
        BackupStanding::AtSafes | BackupStanding::Ending | BackupStanding::Elsewhere => None,
    };
    let title = match job.as_ref().map(|job| job.task) {
        Some(Task::BackUp) => Key::BackingUp,
        Some(Task::Repair) => Key::Moving,
        Some(Task::Recover | Task::RecoverKey | Task::LastCopy) => Key::Recovering,
        Some(
            Task::Add
            | Task::Retire
            | Task::TakeOver
            | Task::Enrol
            | Task::Restore
            | Task::Ways
            | Task::Round
            | Task::SetWait
            | Task::Decide
            | Task::Freeze
            | Task::Rehearse
            | Task::Audit,
        )
        | None => Key::Backup,
    };
    let picture = if card.contents.is_empty() {
        let (state, words) = backup_standing(lang, card);
        div("panel stack stack--tight")
            .child(
                div("split")
                    .child(el("h2").child(backup_name(lang, card)))
                    .child(chip(state, words)),
            )
            .into()
    } else {
        big_card(s, picture_of_backup(s, card))
    };
    let left = div("stack")
        .child(picture)
        .child(coupled(s, card))
        .child(what_to_do(s, card, discarding));
    let right = div("stack stack--wide")
        .child(job.map(|job| under_way(s, card, &job)))
        .child(fetch.offer(card))
        .child(standing(s, card))
        .child(health::health(
            s,
            ItemId::new(*card.id.as_bytes()),
            card.health,
            card.checked.as_ref(),
        ))
        .child(section(s, "parts", Key::PartsTitle, parts(s, card)))
        .child(protection(s, card));
    Node::Many(vec![
        head(s, text(lang, title), Some(Route::Certificates), None),
        div("two stack stack--wide").child(left).child(right).into(),
    ])
}

/// What is in it, where it is more than one thing.
fn coupled(s: Service, card: &BackupCard) -> Option<Node> {
    let lang = s.lang.get();
    (card.contents.len() > 1).then(|| {
        let each = card.contents.iter().map(|it| {
            let what = words::quantity(lang, &it.class, it.quantity);
            let words = el("span")
                .class("row-main")
                .child(el("span").child(it.name.clone()))
                .child(el("span").child(what))
                .child(marked(lang, it.may_be_used));
            el("li").child(div("row").child(words)).into()
        });
        rows(each.collect())
    })
}

fn what_to_do(s: Service, card: &BackupCard, discarding: RwSignal<bool>) -> Node {
    let lang = s.lang.get();
    let backup = card.id;
    let mut buttons = Vec::new();
    let is_key = card.contents.is_empty();
    let words = match card.standing {
        BackupStanding::AtSafes if is_key => Some(Key::FetchKey),
        BackupStanding::AtSafes => Some(Key::Recover),
        BackupStanding::Elsewhere => Some(Key::TryRecoverAgain),
        BackupStanding::Registering { .. }
        | BackupStanding::Recovering { .. }
        | BackupStanding::Ending => None,
    };
    if let Some(words) = words.filter(|_| !is_key || !card.key_is_here) {
        let class = "btn btn--primary";
        buttons.push(button(
            class,
            Some("recover"),
            text(lang, words),
            move || {
                s.send(match is_key {
                    true => Intent::RecoverKey { backup },
                    false => Intent::RecoverBackup { backup },
                });
            },
        ));
    }
    if card.standing == BackupStanding::AtSafes && !is_key {
        let words = text(lang, Key::MoveDots);
        buttons.push(link("btn", Route::Move(backup), Some("refresh"), words));
    }
    if card.may_hand_over {
        buttons.push(papers::way_out(s, What::Backup(backup)));
    }
    let needing = card.needed_by.iter().filter_map(|id| s.backup(*id));
    let needing: Vec<BackupCard> = needing.collect();
    if let Some((first, others)) = needing.split_first() {
        let name = backup_name(lang, first);
        let words = words::key_opens_others(lang, &name, others.len() as u64);
        let each = needing.iter().map(|it| {
            let plan = words::plan(lang, it.preset);
            parts::way("backup", Route::Backup(it.id), backup_name(lang, it), plan)
        });
        return Node::Many(vec![
            actions(buttons),
            halves("warn", "key", None, words, None, Vec::new()),
            rows(each.collect()),
        ]);
    }
    if words.is_some() {
        let words = text(lang, Key::GiveUpDots);
        let press = move || discarding.set(true);
        buttons.push(button("btn btn--danger", Some("trash"), words, press));
    }
    let is_returning = |part: &PartCard| part.state == PartState::Returning;
    let is_to_wait = card.standing == BackupStanding::AtSafes && !is_key;
    let later = (is_to_wait && card.parts.iter().any(is_returning))
        .then(|| quiet(text(lang, Key::HandOverLater)));
    let elsewhere = card.parts.iter().filter_map(|part| match part.state {
        PartState::Elsewhere(proof) => Some(proof),
        _ => None,
    });
    let way = (!is_key).then(|| take_back(s, What::Backup(backup), elsewhere));
    Node::Many(vec![way.flatten().into(), actions(buttons), later.into()])
}

/// The work under way, as far as it is not that of single parts.
fn under_way(s: Service, card: &BackupCard, job: &Job) -> Node {
    let lang = s.lang.get();
    let lacks_room = job.stage == Stage::NoRoom;
    let room = lacks_room.then(|| value::make_room(s, job.id));
    let note = match job.task {
        Task::Recover => Some(Key::RecoverWhy),
        Task::Repair => Some(Key::MoveText),
        Task::BackUp => Some(Key::BackUpThen),
        Task::Add
        | Task::Retire
        | Task::RecoverKey
        | Task::LastCopy
        | Task::TakeOver
        | Task::Enrol
        | Task::Restore
        | Task::Ways
        | Task::Round
        | Task::SetWait
        | Task::Decide
        | Task::Freeze
        | Task::Rehearse
        | Task::Audit => None,
    };
    let note = note.map(|note| quiet(text(lang, note)));
    div("stack")
        .child(waiting(s, reason(s, job)))
        .child(room)
        .child((!lacks_room).then(|| how_far(s, card, job)))
        .child(note)
        .child(quiet(text(lang, Key::Leave)))
        .child(actions(call_off(s, job).into_iter().collect()))
        .into()
}

/// What is done, and what the safes have said of it: nobody is asked before there is room.
fn how_far(s: Service, card: &BackupCard, job: &Job) -> Node {
    Node::Many(vec![
        way(s, card, job).map(|way| div("panel").child(way)).into(),
        progress(s, card).into(),
    ])
}

/// The steps of a recovery.
fn way(s: Service, card: &BackupCard, job: &Job) -> Option<Node> {
    // One safe that is silent stops nothing as long as others are at work.
    let works = |part: &PartCard| {
        part.waiting.is_none() && matches!(part.state, PartState::Fetching | PartState::Confirming)
    };
    let is_stopped = reason(s, job).is_some() && !card.parts.iter().any(works);
    let at = match job.stage {
        Stage::Arrived => 2,
        Stage::Registering => 1,
        Stage::NoRoom
        | Stage::Requesting
        | Stage::Returning
        | Stage::Retiring
        | Stage::TakingOver
        | Stage::Enrolling
        | Stage::LoggingIn
        | Stage::AwaitsDevice
        | Stage::Managing
        | Stage::LoggedIn
        | Stage::Listing
        | Stage::Round
        | Stage::SettingWait
        | Stage::SettingWake
        | Stage::Deciding
        | Stage::Freezing
        | Stage::Auditing => 0,
    };
    let asking = (Key::StepRequestingAll, Key::StepRequestingAllNote);
    let arrived = (Key::StepArrived, Key::StepArrivedNote);
    let list = match job.task {
        Task::Recover => vec![
            asking,
            arrived,
            (Key::StepConfirmed, Key::StepConfirmedAllNote),
            (Key::StepYours, Key::StepYoursNote),
        ],
        Task::Repair => vec![
            asking,
            (Key::StepMoved, Key::StepMovedNote),
            (Key::StepConfirmed, Key::StepConfirmedAllNote),
            (Key::StepAtNew, Key::StepAtNewNote),
        ],
        Task::RecoverKey => vec![asking, (Key::StepFetched, Key::StepFetchedNote)],
        Task::Add
        | Task::BackUp
        | Task::Retire
        | Task::LastCopy
        | Task::TakeOver
        | Task::Enrol
        | Task::Restore
        | Task::Ways
        | Task::Round
        | Task::SetWait
        | Task::Decide
        | Task::Freeze
        | Task::Rehearse
        | Task::Audit => return None,
    };
    let list = list.into_iter().enumerate().map(|(place, (what, note))| {
        let reached = match place.cmp(&at) {
            core::cmp::Ordering::Less => Reached::Done,
            core::cmp::Ordering::Equal if is_stopped => Reached::Stopped,
            core::cmp::Ordering::Equal => Reached::Now,
            core::cmp::Ordering::Greater => Reached::Todo,
        };
        (what, note, reached)
    });
    Some(steps(s.lang.get(), list.collect()))
}

/// How far a registration is, for the value that is still here.
pub(super) fn registering(s: Service, job: FlowId) -> Option<Node> {
    let standing = BackupStanding::Registering { job };
    let card = s.backups.with(|all| {
        let mut all = all.iter();
        all.find(|card| card.standing == standing).cloned()
    })?;
    let content = div("stack").child(progress(s, &card)).child(section(
        s,
        "parts",
        Key::PartsTitle,
        parts(s, &card),
    ));
    Some(content.into())
}

/// The safes of a backup: of each, whether `is` holds of all its parts.
pub(super) fn count_safes(card: &BackupCard, is: fn(&PartCard) -> bool) -> (usize, usize) {
    let mut safes: Vec<(SafeId, bool)> = Vec::new();
    for part in &card.parts {
        let Some(id) = part.safe else { continue };
        match safes.iter_mut().find(|(other, _)| *other == id) {
            Some((_, holds)) => *holds &= is(part),
            None => safes.push((id, is(part))),
        }
    }
    let holding = safes.iter().filter(|(_, holds)| *holds).count();
    (holding, safes.len())
}

/// How far all of it is, in one sentence that a screen reader hears whenever it changes.
pub(super) fn progress(s: Service, card: &BackupCard) -> Option<El> {
    let said = el("p").class("progress").fixed("role", "status");
    progress_words(s.lang.get(), card).map(|words| said.child(words))
}

/// That sentence; none where something else has to be said.
pub(super) fn progress_words(lang: Lang, card: &BackupCard) -> Option<String> {
    let waits = card.parts.iter().any(|part| part.waiting.is_some());
    let words = match card.standing {
        BackupStanding::Registering { .. } | BackupStanding::AtSafes => {
            // What was refused is told by itself.
            let is_refused = |part: &PartCard| {
                matches!(
                    part.state,
                    PartState::NotHandedOut | PartState::Elsewhere(_)
                )
            };
            if card.parts.iter().any(is_refused) {
                return None;
            }
            let (have, all) = count_safes(card, PartCard::is_there);
            words::have_it(lang, have, all, waits)
        }
        BackupStanding::Recovering { .. } => {
            let is_asked = |part: &PartCard| part.state != PartState::AtSafe;
            let came = |part: &PartCard| {
                matches!(
                    part.state,
                    PartState::Here | PartState::Confirming | PartState::Gone
                )
            };
            let (asked, _) = count_safes(card, is_asked);
            let (have, _) = count_safes(card, came);
            words::came(lang, have, asked)
        }
        BackupStanding::Ending => {
            let (ended, all) = count_safes(card, |part| part.state == PartState::Gone);
            words::to_end(lang, all - ended)
        }
        BackupStanding::Elsewhere => return None,
    };
    Some(words)
}

/// Each part, where it is and how it stands.
pub(super) fn parts(s: Service, card: &BackupCard) -> Node {
    let lang = s.lang.get();
    let list = card.parts.iter().map(|part| {
        // What a safe still opens when the values are home is only opened to be ended.
        let state = match (card.standing, part.state) {
            (BackupStanding::Ending, PartState::Fetching | PartState::Confirming) => {
                PartState::Ending
            }
            (_, state) => state,
        };
        let alike = card.parts.iter().filter(|other| other.class == part.class);
        let what = words::part(lang, part.class, part.index, alike.count());
        let place = match part.safe {
            Some(_) => safe_name(&part.operator, &part.address),
            None => text(lang, Key::KeyHere).into(),
        };
        let place: Node = match part.certificate {
            Some(id) => el("a")
                .attr("href", Route::Certificate(id).href())
                .child(place)
                .into(),
            None => place.into(),
        };
        let waits = part
            .waiting
            .map(|reason| el("span").words(words::part_waits(lang, reason)));
        let next = part.next_try.filter(|_| part.waiting.is_some());
        let waits = waits.map(|words| {
            let next = next.map(|time| format!(" {}", next_try(lang, time)));
            words.child(next)
        });
        let words = el("span")
            .class("row-main")
            .child(el("span").child(place))
            .child(el("span").child(what))
            .child(waits)
            .child(chip(shade(part, state), words::part_state(lang, state)));
        let picture = match part.class {
            ObjectClass::Key | ObjectClass::Seed | ObjectClass::Share => "key",
            ObjectClass::Value | ObjectClass::Piece | ObjectClass::Coupled => "safe",
        };
        let row = div("row")
            .child(el("span").class("mark").child(icon(picture)))
            .child(words);
        el("li").child(row).into()
    });
    rows(list.collect())
}

/// The colour of a part's chip.
fn shade(part: &PartCard, state: PartState) -> &'static str {
    match state {
        _ if part.waiting.is_some() => "local",
        PartState::Sending
        | PartState::Fetching
        | PartState::Returning
        | PartState::Ending
        | PartState::TakingOver => "moving",
        PartState::Here | PartState::Confirming => "arrived",
        PartState::AtSafe => "safe",
        PartState::Home => "local",
        PartState::Refused | PartState::NotHandedOut | PartState::Elsewhere(_) => "failed",
        PartState::Gone => "ended",
    }
}

/// The safes that could not hand their part out, or proved that another device has it.
fn refused(s: Service, card: &BackupCard) -> Node {
    let lang = s.lang.get();
    let has = |is: fn(&PartState) -> bool| card.parts.iter().any(|part| is(&part.state));
    let told = [
        has(|state| matches!(state, PartState::NotHandedOut)).then(|| words::not_handed_out(lang)),
        has(|state| matches!(state, PartState::Elsewhere(_))).then(|| words::part_elsewhere(lang)),
    ];
    let told = told.into_iter().flatten();
    let told = told.map(|words| halves("danger", "warn", None, words, None, Vec::new()));
    Node::Many(told.collect())
}

fn standing(s: Service, card: &BackupCard) -> Node {
    let lang = s.lang.get();
    match card.standing {
        BackupStanding::AtSafes => Node::Many(vec![
            waiting(s, part_waits(card)).into(),
            refused(s, card),
            progress(s, card).into(),
        ]),
        BackupStanding::Ending => {
            let waits = part_waits(card);
            let safes = waits.is_some().then(|| {
                let words = text(lang, Key::NavSafes);
                let class = "btn btn--small";
                actions(vec![link(class, Route::Safes, Some("safe"), words)])
            });
            Node::Many(vec![
                waiting(s, waits).into(),
                progress(s, card).into(),
                quiet(text(lang, Key::EndingText)).into(),
                safes.into(),
            ])
        }
        BackupStanding::Elsewhere => {
            let words = words::backup_elsewhere(lang);
            let label = text(lang, Key::Released);
            let ways = link("btn btn--small", Route::Ways, None, label);
            halves("danger", "refused", None, words, None, vec![ways])
        }
        BackupStanding::Registering { .. } | BackupStanding::Recovering { .. } => Node::Nothing,
    }
}

/// What protects it. Of a key that was registered by itself there is nothing to promise: it lies there whole.
fn protection(s: Service, card: &BackupCard) -> Option<Node> {
    let lang = s.lang.get();
    (!card.contents.is_empty()).then(|| {
        // What a weakness names has data, and the parts with data come in the order of the plan.
        let name = |slot: Slot| {
            let places = card.plan.data.iter().zip(&card.parts);
            let at = places
                .filter(|(place, _)| **place == Place::At(slot))
                .map(|(_, part)| part)
                .next();
            at.map(|part| safe_name(&part.operator, &part.address))
                .unwrap_or_default()
        };
        let after = match (card.standing, card.plan.custody) {
            (BackupStanding::Registering { .. }, Custody::Safes { after }) => Some(after),
            _ => None,
        };
        let title = el("h2")
            .fixed("id", "protection")
            .words(text(lang, Key::Protection));
        let means = protection::says(lang, &card.promise, &card.weaknesses, after, name);
        el("section")
            .class("panel stack stack--tight")
            .fixed("aria-labelledby", "protection")
            .child(title)
            .child(el("p").words(words::plan(lang, card.preset)))
            .child(means)
            .child(key(s, card))
            .into()
    })
}

/// The key that opens it.
fn key(s: Service, card: &BackupCard) -> Option<Node> {
    let lang = s.lang.get();
    let id = card.key?;
    let key = s.keys.with(|keys| {
        let mut keys = keys.iter();
        keys.find(|key| key.key == id).map(|key| (key.id, key.here))
    });
    let (item, here) = key?;
    let words = words::key_here(lang, here);
    let link = link(
        "btn btn--small",
        Route::Key(item),
        Some("key"),
        text(lang, Key::SeeKey),
    );
    let said = facts(vec![fact(text(lang, Key::TheKey), words)]);
    Some(Node::Many(vec![said, actions(vec![link])]))
}

fn gone(s: Service, id: GroupId) -> Node {
    let lang = s.lang.get();
    if let Some(card) = s.value_of(ItemId::new(*id.as_bytes())) {
        // How many safes it came from went with the backup.
        return value::came_back(s, &card, 2);
    }
    let back = Some(Route::Certificates);
    let words = text(lang, Key::SeeCertificates);
    let all = link("btn btn--primary", Route::Certificates, None, words);
    let (title, words) = (Key::NotHere, Key::NotHereText);
    Node::Many(vec![
        head(s, text(lang, Key::Backup), back, None),
        empty("backup", text(lang, title), text(lang, words), vec![all]),
    ])
}

/// What came of a back-up: shown in the place of the value.
pub(super) fn backed_up(s: Service, card: &BackupCard) -> Node {
    device::focus_heading_if_lost();
    let lang = s.lang.get();
    let what = words::is_in_safekeeping(lang, &backup_name(lang, card));
    let words = Halves::new(what, text(lang, Key::BackedUpNow));
    let words = halves("ok", "done", Some("status"), words, None, Vec::new());
    let done = text(lang, Key::Done);
    let done = link("btn btn--primary", Route::Values, None, done);
    let see = text(lang, Key::Backup);
    let see = link("btn", Route::Backup(card.id), Some("backup"), see);
    let left = div("stack").child(big_card(s, picture_of_backup(s, card)));
    let right = div("stack")
        .child(words)
        .child(progress(s, card))
        .child(parts(s, card))
        .child(actions(vec![done, see]));
    Node::Many(vec![
        head(s, text(lang, Key::BackedUp), Some(Route::Values), None),
        div("two stack stack--wide").child(left).child(right).into(),
    ])
}

/// One backup, to be moved to other safes.
pub(super) fn moving(s: Service, id: GroupId) -> Node {
    // It is to get away from safes that are gone: which are, is asked before they are chosen again.
    untrack(|| s.safes.get()).iter().for_each(|safe| {
        s.send(Intent::AskSafe { safe: safe.id });
    });
    let preset: RwSignal<Option<Preset>> = RwSignal::new(None);
    let safes: Chosen = RwSignal::new(Vec::new());
    let back = Route::Backup(id);
    Node::live(move || {
        let Some(card) = s.backup(id) else {
            return gone(s, id);
        };
        let contents = card.contents.iter();
        let stakes: Vec<Stake> = contents
            .map(|it| Stake::of(&it.class, it.worth.as_ref()))
            .collect();
        // What is to get away from a safe that is gone is not suggested what needs it again.
        let is_there = |safe: &Candidate| safe.reach != Reach::Silent;
        let (ways, offer) = choose(s, &stakes, is_there, preset, safes);
        let explained = protection::explain(s, &offer, false);
        let seats = protection::seats(s, &offer, safes);
        let go = match offer.checked {
            Err(_) => cannot(s.text(Key::MoveDo).into()),
            Ok(_) => button(
                "btn btn--primary",
                Some("refresh"),
                s.text(Key::MoveDo),
                move || {
                    s.send(Intent::Repair {
                        backup: id,
                        plan: offer.plan.clone(),
                        safes: offer.safes.clone(),
                    });
                    s.go(back);
                },
            ),
        };
        let how = div("stack")
            .child(quiet(s.text(Key::MoveText)))
            .child(ways)
            .child(explained)
            .child(seats)
            .child(actions(vec![go]));
        let picture = el("div").child(big_card(s, picture_of_backup(s, &card)));
        Node::Many(vec![
            head(s, s.text(Key::MoveTitle), Some(back), None),
            div("two stack stack--wide")
                .child(picture)
                .child(how)
                .into(),
        ])
    })
}
