//! The safes the owner trusts, and how another one comes to be trusted.

use crate::page::device;
use crate::page::format;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{
    actions, button, dialog, dialog_title, dismiss, empty, fact, facts, head, hex_fact, icon,
    keep_dialog, link, quiet, safe_name, small_icon,
};
use crate::page::route::Route;
use crate::page::screens::protection;
use crate::page::screens::value::{confirm, reach_chip};
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::{Meeting, Reach, SafeCard};

/// All of them.
pub(super) fn safes(s: Service) -> Node {
    let ask = Ask {
        about: RwSignal::new(None),
        forget: RwSignal::new(false),
        give_up: RwSignal::new(false),
    };
    keep_dialog("forget", ask.forget);
    keep_dialog("give-up", ask.give_up);
    Node::live(move || {
        let words = s.text(Key::Add);
        let add = link(
            "btn btn--primary btn--small",
            Route::AddSafe,
            Some("add"),
            words,
        );
        let content = div("stack stack--wide")
            .child(quiet(s.text(Key::SafesLead)))
            .child(list(s, ask));
        Node::Many(vec![
            head(s, s.text(Key::NavSafes), None, Some(add)),
            content.into(),
            dialog("forget", ask.forget, || forget(s, ask)),
            dialog("give-up", ask.give_up, || give_up(s, ask)),
        ])
    })
}

/// Which safe a question is about, and which question is open.
#[derive(Clone, Copy)]
struct Ask {
    about: RwSignal<Option<SafeId>>,
    forget: RwSignal<bool>,
    give_up: RwSignal<bool>,
}

fn list(s: Service, ask: Ask) -> Node {
    let safes = s.safes.get();
    if safes.is_empty() {
        let words = s.text(Key::AddSafe);
        let add = link("btn btn--primary", Route::AddSafe, Some("add"), words);
        return empty(
            "safe",
            s.text(Key::NoSafes),
            s.text(Key::NoSafesText),
            vec![add],
        );
    }
    let cards: Vec<Node> = safes.iter().map(|safe| card(s, safe, ask)).collect();
    div("values").child(cards).into()
}

fn card(s: Service, safe: &SafeCard, ask: Ask) -> Node {
    let lang = s.lang.get();
    let mut rows = Vec::new();
    if !safe.jurisdiction.is_empty() {
        rows.push(fact(
            text(lang, Key::Jurisdiction),
            safe.jurisdiction.clone(),
        ));
    }
    rows.push(fact(text(lang, Key::Address), format::host(&safe.address)));
    let certificates = words::certificates(lang, safe.certificates);
    rows.push(fact(text(lang, Key::Holds), certificates));
    let answered = match safe.answered_at {
        Some(time) => format::time(lang, time),
        None => text(lang, Key::NotSinceOpened).into(),
    };
    rows.push(fact(text(lang, Key::LastAnswer), answered));
    rows.push(hex_fact(text(lang, Key::Fingerprint), &safe.fingerprint));
    let legacy = safe
        .legacy_hash
        .then(|| el("p").class("hint").words(text(lang, Key::LegacyHash)));
    let id = safe.id;
    let small = |picture, words, press: Box<dyn FnMut()>| {
        button("btn btn--small", Some(picture), text(lang, words), press)
    };
    let question = move |open: RwSignal<bool>| {
        Box::new(move || {
            ask.about.set(Some(id));
            open.set(true);
        })
    };
    let ask_now = Box::new(move || s.send(Intent::AskSafe { safe: id }));
    let mut buttons = vec![small("refresh", Key::AskNow, ask_now)];
    // One that answers ends what is left by itself.
    if safe.ending > 0 && safe.reach != Reach::Answers {
        buttons.push(small("trash", Key::GiveUpEnding, question(ask.give_up)));
    }
    if safe.forgettable {
        buttons.push(small("trash", Key::Forget, question(ask.forget)));
    }
    let stays = (!safe.forgettable).then(|| why_it_stays(lang, safe));
    let title = div("split")
        .child(el("h2").child(safe_name(&safe.operator, &safe.address)))
        .child(reach_chip(lang, safe));
    el("article")
        .class("panel stack stack--tight")
        .child(title)
        .child(facts(rows))
        .child(legacy)
        .child(stays)
        .child(div("actions actions--end").child(buttons))
        .into()
}

/// Why a safe cannot be forgotten, and what to do if it is to be.
fn why_it_stays(lang: Lang, safe: &SafeCard) -> El {
    let kept = safe.kept > 0;
    let busy = !kept && safe.ending == 0;
    let ending = (safe.ending > 0).then(|| words::still_to_end(lang, safe.ending));
    el("p")
        .class("hint")
        .child(kept.then(|| text(lang, Key::StaysKept)))
        .child(busy.then(|| text(lang, Key::StaysBusy)))
        .child((kept && safe.ending > 0).then_some(" "))
        .child(ending)
}

fn forget(s: Service, ask: Ask) -> Node {
    let question = s.text(Key::ForgetQuestion).to_owned();
    let labels = (Key::Keep, Key::ForgetDo, "trash");
    confirm(
        s,
        ask.forget,
        question,
        Key::ForgetText,
        labels,
        move || {
            if let Some(safe) = ask.about.get_untracked() {
                s.send(Intent::ForgetSafe { safe });
            }
        },
    )
}

fn give_up(s: Service, ask: Ask) -> Node {
    let name = ask.about.get().map(|id| protection::name_of(s, id));
    let question = words::give_up_ending_question(s.lang.get(), &name.unwrap_or_default());
    let labels = (Key::AskOn, Key::GiveUpEndingDo, "trash");
    let words = Key::GiveUpEndingText;
    confirm(s, ask.give_up, question, words, labels, move || {
        if let Some(safe) = ask.about.get_untracked() {
            s.send(Intent::GiveUpEnding { safe });
        }
    })
}

/// A new one: its address, who it says to be, and whether the owner trusts it.
pub(super) fn add(s: Service) -> Node {
    let is_met = meeting(s);
    Node::live(move || {
        Node::Many(vec![
            head(s, s.text(Key::AddSafe), Some(Route::Safes), None),
            ask(s, is_met, Some(Route::Safes)),
        ])
    })
}

/// Begins to meet a safe on the calling screen; answers whether one is met.
pub(super) fn meeting(s: Service) -> RwSignal<bool> {
    // What was asked before belongs to another visit.
    s.send(Intent::DismissSafe);
    // The dialog closes by Escape, too; the meeting ends with it.
    let is_met = RwSignal::new(false);
    Effect::new(move |before: Option<bool>| {
        let met = s
            .meeting
            .with(|meeting| matches!(meeting, Some(Meeting::Met { .. })));
        if before != Some(met) {
            is_met.set(met);
        }
        met
    });
    Effect::new(move |was_open: Option<bool>| {
        let is_open = is_met.get();
        if was_open == Some(true) && !is_open {
            // Closed without an answer is an answer. After a yes there is nothing left to dismiss.
            s.send(Intent::DismissSafe);
        }
        is_open
    });
    keep_dialog("met", is_met);
    is_met
}

/// Asks for an address, and shows who is met there. Once the safe is trusted, another screen may follow.
pub(super) fn ask(s: Service, is_met: RwSignal<bool>, then: Option<Route>) -> Node {
    Node::Many(vec![
        ask_form(s),
        suggested(s).into(),
        dialog("met", is_met, || met(s, is_met, then)),
    ])
}

fn ask_form(s: Service) -> Node {
    let failure = failure(s);
    let asking = is_asking(s);
    let input = el("input")
        .class("input")
        .fixed("id", "address")
        .fixed("type", "url")
        .fixed("inputmode", "url")
        .fixed("autocomplete", "off")
        .fixed("spellcheck", "false")
        .fixed("aria-describedby", "address-hint address-problem")
        .attr_if(failure.is_some(), "aria-invalid", "true");
    let hint = el("p")
        .class("hint")
        .fixed("id", "address-hint")
        .words(s.text(Key::SafeAddressHint));
    let problem = el("div")
        .fixed("id", "address-problem")
        .fixed("role", "alert")
        .child(failure);
    let field = div("field")
        .child(
            el("label")
                .fixed("for", "address")
                .words(s.text(Key::SafeAddress)),
        )
        .child(input)
        .child(hint)
        .child(problem);
    let ask = el("button")
        .class("btn btn--primary")
        .fixed("type", "submit")
        .attr("aria-busy", asking.to_string())
        .attr_if(asking, "aria-disabled", "true")
        .child(s.text(if asking { Key::Asking } else { Key::AskWho }));
    el("form")
        .class("stack stack--wide")
        .fixed("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            if !is_asking(s) {
                let address = device::typed("address");
                s.send(Intent::MeetSafe { address });
            }
        })
        .child(field)
        .child(div("actions").child(ask))
        .into()
}

fn is_asking(s: Service) -> bool {
    s.meeting
        .with(|meeting| matches!(meeting, Some(Meeting::Asking { .. })))
}

fn failure(s: Service) -> Option<Node> {
    let lang = s.lang.get();
    let why = s.meeting.with(|meeting| match meeting {
        Some(Meeting::Failed { why, .. }) => Some(*why),
        Some(Meeting::Asking { .. } | Meeting::Met { .. }) | None => None,
    })?;
    let words = words::meeting_failure(lang, why);
    let both = el("span").child(words.what).words(" ").child(words.now);
    Some(
        el("p")
            .class("field-error")
            .child(small_icon("warn"))
            .child(both)
            .into(),
    )
}

/// What the site suggests and is not trusted yet.
fn suggested(s: Service) -> Option<Node> {
    let trusted = s.safes.get();
    let is_new = |url: &str| {
        trusted
            .iter()
            .all(|safe| format::host(&safe.address) != format::host(url))
    };
    let rows: Vec<Node> = s
        .suggestions
        .get()
        .into_iter()
        .filter(|suggestion| is_new(&suggestion.url))
        .map(|suggestion| {
            let shown = format::host(&suggestion.url).to_owned();
            let label = format!("{} {shown}", s.text(Key::AskWho));
            let ask = el("button")
                .class("btn btn--small")
                .fixed("type", "button")
                .attr("aria-label", label)
                .attr_if(is_asking(s), "aria-disabled", "true")
                .on("click", move |_| {
                    let address = suggestion.url.clone();
                    s.send(Intent::MeetSafe { address });
                })
                .words(s.text(Key::Ask));
            let row = div("row")
                .child(el("span").class("mark").child(icon("safe")))
                .child(el("span").class("row-main").child(el("span").child(shown)))
                .child(ask);
            el("li").child(row).into()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let title = el("h2")
        .fixed("id", "suggested")
        .words(s.text(Key::Suggested));
    Some(
        el("section")
            .class("stack stack--tight after")
            .fixed("aria-labelledby", "suggested")
            .child(title)
            .child(quiet(s.text(Key::SuggestedText)))
            .child(div("panel panel--flush").child(el("ul").class("rows").child(rows)))
            .into(),
    )
}

fn met(s: Service, open: RwSignal<bool>, then: Option<Route>) -> Node {
    let lang = s.lang.get();
    let Some(Meeting::Met {
        id,
        address,
        operator,
        jurisdiction,
        fingerprint,
        retention_days,
    }) = s.meeting.get()
    else {
        return Node::Nothing;
    };
    let no = button("btn", None, text(lang, Key::NotThisOne), move || {
        dismiss(open)
    });
    let yes = button(
        "btn btn--primary",
        None,
        text(lang, Key::Matches),
        move || {
            s.send(Intent::TrustSafe { safe: id });
            dismiss(open);
            if let Some(then) = then {
                s.go(then);
            }
        },
    );
    let rows = vec![
        fact(text(lang, Key::Operator), operator),
        fact(text(lang, Key::Jurisdiction), jurisdiction),
        fact(text(lang, Key::Address), format::host(&address)),
        fact(text(lang, Key::KeepsFor), words::days(lang, retention_days)),
        hex_fact(text(lang, Key::Fingerprint), &fingerprint),
    ];
    Node::Many(vec![
        dialog_title(text(lang, Key::MetQuestion)).into(),
        el("p").words(text(lang, Key::MetText)).into(),
        facts(rows),
        actions(vec![no, yes]),
    ])
}
