//! How long others wait for what this wallet has registered, who does, and what becomes of them.

use crate::page::device::{self, NotReached};
use crate::page::format;
use crate::page::node::{Node, div, el};
use crate::page::parts::{
    button, halves, head, icon, keep_dialog, next_try, quiet, rows, safe_name, section,
};
use crate::page::route::Route;
use crate::page::screens::freeze;
use crate::page::screens::settings::segment;
use crate::page::screens::values;
use crate::page::service::Service;
use crate::page::words::{self, Key, text};
use leptos::prelude::*;
use saifu_protocol::UnixTime;
use saifu_protocol::hold::Said;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::{AskedCard, Job, Task, TellingCard, UnheardCard, WaitingCard};

/// What is offered, in seconds: none, an hour, a day, three days.
const OFFERED: [u64; 4] = [0, 3_600, 86_400, 259_200];

/// The screen.
pub(super) fn waits(s: Service) -> Node {
    s.send(Intent::Watch);
    let is_freezing = RwSignal::new(false);
    let was_frozen = StoredValue::new(false);
    keep_dialog(freeze::DIALOG, is_freezing);
    Node::live(move || {
        let content = div("stack stack--wide")
            .child(freeze::cards(s))
            .child(cards(s))
            .child(waiting_here(s))
            .child(unheard(s))
            .child(el("p").words(s.text(Key::WaitsLead)))
            .child(setting(s))
            .child(telling(s))
            .child(waking(s))
            .child(decided(s))
            .child(freeze::offer(s, is_freezing, was_frozen));
        Node::Many(vec![
            head(s, s.text(Key::WaitsTitle), Some(Route::Settings), None),
            content.into(),
            freeze::question(s, is_freezing, move || s.send(Intent::Freeze)),
        ])
    })
}

fn setting(s: Service) -> Node {
    let lang = s.lang.get();
    let chosen = s.waits.with(|waits| waits.wait);
    let options = OFFERED.into_iter().map(|seconds| {
        let radio = el("input")
            .fixed("name", "wait")
            .attr("value", seconds.to_string())
            .checked(seconds == chosen)
            .on("change", move |_| s.send(Intent::SetWait { seconds }));
        (el("span").child(words::wait(lang, seconds)), radio)
    });
    let list = segment(text(lang, Key::WaitsHowLong), options.collect());
    Node::Many(vec![
        list.into(),
        quiet(text(lang, Key::WaitsShorter)).into(),
        quiet(text(lang, Key::WaitsOwn)).into(),
    ])
}

/// Those about whom nothing is decided, and those whose decision is on its way. Shown wherever the owner looks first.
pub(super) fn cards(s: Service) -> Vec<Node> {
    let is_open = |card: &&AskedCard| card.said.is_none() || card.deciding.is_some();
    let asked = s.waits.with(|waits| waits.asked.clone());
    asked.iter().filter(is_open).map(|it| card(s, it)).collect()
}

fn card(s: Service, card: &AskedCard) -> Node {
    let lang = s.lang.get();
    let safe = safe_name(&card.operator, &card.address);
    let time = format::time(lang, card.opens);
    let refuse = || {
        decide(
            s,
            card,
            false,
            "btn btn--primary btn--small",
            Key::WaitsRefuse,
        )
    };
    let allow = || decide(s, card, true, "btn btn--small", Key::WaitsAllow);
    let since = Some(format::time(lang, card.since));
    if let Some(deciding) = card.deciding {
        let who = [safe.clone()];
        let why = deciding.waiting;
        let why = why.map(|why| words::waiting(lang, why, &who));
        let mut buttons = Vec::new();
        if why.is_some() {
            let retry = move || s.send(Intent::RetryNow);
            let words = text(lang, Key::TryNow);
            buttons.push(button("btn btn--small", Some("refresh"), words, retry));
        }
        buttons.push(if deciding.may { refuse() } else { allow() });
        let next = deciding.next_try.map(|time| next_try(lang, time));
        let words = words::deciding(lang, deciding.may, &safe, why);
        return halves("warn", "clock", Some("status"), words, next, buttons);
    }
    let words = if card.opens > now() {
        words::somebody_waits(lang, &safe, &time, &card.mark)
    } else {
        words::somebody_waited(lang, &safe, &time, &card.mark)
    };
    halves(
        "danger",
        "warn",
        None,
        words,
        since,
        vec![refuse(), allow()],
    )
}

fn now() -> UnixTime {
    UnixTime(device::now())
}

fn decide(s: Service, card: &AskedCard, may: bool, class: &'static str, words: Key) -> Node {
    let (safe, account) = (card.safe, card.account);
    button(class, None, text(s.lang.get(), words), move || {
        s.send(Intent::Decide { safe, account, may });
    })
}

/// What was said, as the safes say it.
fn decided(s: Service) -> Option<Node> {
    let lang = s.lang.get();
    let asked = s.waits.with(|waits| waits.asked.clone());
    let row = |card: &AskedCard| {
        let said = card.said.filter(|_| card.deciding.is_none())?;
        let safe = safe_name(&card.operator, &card.address);
        let class = "btn btn--small";
        let (picture, other) = match said {
            Said::No => ("refused", decide(s, card, true, class, Key::WaitsAllow)),
            Said::Yes => ("done", decide(s, card, false, class, Key::WaitsRefuse)),
        };
        let words = words::decided(lang, said, &safe, &card.mark);
        let since = Some(format::time(lang, card.since));
        Some(halves("", picture, None, words, since, vec![other]))
    };
    let list: Vec<Node> = asked.iter().filter_map(row).collect();
    (!list.is_empty()).then(|| {
        let list = div("stack").child(list);
        section(s, "decided", Key::WaitsDecided, list)
    })
}

/// The safes that are still to be told, and why that waits.
fn telling(s: Service) -> Option<Node> {
    let lang = s.lang.get();
    let telling = s.waits.with(|waits| waits.telling.clone());
    if telling.is_empty() {
        return None;
    }
    let row = |card: &TellingCard| {
        let words = el("span")
            .class("row-main")
            .child(el("span").child(safe_name(&card.operator, &card.address)))
            .child(el("span").child(words::still_to_tell(lang, card.left)));
        let row = div("row")
            .child(el("span").class("mark").child(icon("safe")))
            .child(words);
        el("li").child(row).into()
    };
    let list = rows(telling.iter().map(row).collect());
    let is_its = |job: &&Job| job.task == Task::SetWait;
    let jobs: Vec<Job> = s
        .jobs
        .with(|jobs| jobs.iter().filter(is_its).cloned().collect());
    let list = div("stack")
        .child(values::waits(s, &jobs))
        .child(list)
        .fixed("role", "status");
    Some(section(s, "telling", Key::WaitsTelling, list))
}

/// Whether a safe wakes the wallet while it is closed. One at most: a browser has one address for one safe.
fn waking(s: Service) -> Option<Node> {
    let lang = s.lang.get();
    let waking = s.waits.with(|waits| waits.waking.clone());
    if waking.offers.is_empty() && waking.by.is_none() {
        return None;
    }
    let radio = |is_so: bool| {
        el("input")
            .fixed("name", "waking")
            .checked(is_so)
            .fixed("value", "")
    };
    let mut options = vec![(
        el("span").child(text(lang, Key::WakeNo)),
        radio(waking.by.is_none()).on("change", move |_| s.let_sleep()),
    )];
    let by = |safe| waking.by.as_ref().is_some_and(|by| by.safe == safe);
    for offer in waking.offers.clone() {
        let words = el("span").child(safe_name(&offer.operator, &offer.address));
        let input = radio(by(offer.safe)).on("change", move |_| s.wake_by(&offer));
        options.push((words, input));
    }
    let state = waking.by.as_ref().map(|by| {
        let safe = safe_name(&by.operator, &by.address);
        let picture = if by.is_told { "done" } else { "clock" };
        let words = words::woken(lang, &safe, by.is_told);
        halves("", picture, Some("status"), words, None, Vec::new())
    });
    let failed = s.not_reached.get().map(|why| {
        let understood = text(lang, Key::Seen);
        let read = button("btn btn--small", None, understood, move || {
            s.not_reached.set(None);
        });
        let words = words::not_reached(lang, why == NotReached::NotAllowed);
        halves("warn", "warn", Some("alert"), words, None, vec![read])
    });
    let list = div("stack")
        .child(failed)
        .child(state)
        .child(segment(text(lang, Key::WakeBy), options))
        .child(quiet(text(lang, Key::WakeWhat)))
        .child(quiet(text(lang, Key::WakeOthers)));
    Some(section(s, "waking", Key::WakeTitle, list))
}

/// Where this device waits itself, and by what it is known there.
fn waiting_here(s: Service) -> Vec<Node> {
    let lang = s.lang.get();
    let waiting = s.waits.with(|waits| waits.waiting.clone());
    let note = |card: &WaitingCard| {
        let safe = safe_name(&card.operator, &card.address);
        let time = format::time(lang, card.until);
        let words = words::waits_here(lang, &safe, &time, &card.mark);
        halves("", "clock", None, words, None, Vec::new())
    };
    waiting.iter().map(note).collect()
}

fn unheard(s: Service) -> Vec<Node> {
    let lang = s.lang.get();
    let unheard = s.waits.with(|waits| waits.unheard.clone());
    let note = |card: &UnheardCard| {
        let safe = safe_name(&card.operator, &card.address);
        let again = text(lang, Key::TryNow);
        let ask = move || s.send(Intent::Watch);
        let again = button("btn btn--small", Some("refresh"), again, ask);
        let last = card.heard_at.map(|at| format::time(lang, at));
        let words = words::unheard(lang, &safe);
        halves("warn", "offline", None, words, last, vec![again])
    };
    unheard.iter().map(note).collect()
}
