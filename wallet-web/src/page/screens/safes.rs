//! The safes the owner trusts, and how another one comes to be trusted.

use crate::page::format;
use crate::page::parts::{
    button, dialog, dismiss, empty, fact, facts, head, hex_fact, icon, link, safe_name, small_icon,
};
use crate::page::route::Route;
use crate::page::screens::value::{confirm, reach_chip};
use crate::page::service::Service;
use crate::page::words::{self, Key, text};
use leptos::html;
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::{Meeting, SafeCard};

/// All of them.
pub(super) fn safes(s: Service) -> AnyView {
    let forgetting = RwSignal::new(None);
    let asked = RwSignal::new(false);
    let add = move || {
        let words = s.text(Key::Add).into();
        link(
            "btn btn--primary btn--small",
            Route::AddSafe,
            Some("add"),
            words,
        )
    };
    view! {
        {move || head(s, s.text(Key::NavSafes), None, Some(add()))}
        <div class="stack stack--wide">
            <p class="quiet">{move || s.text(Key::SafesLead)}</p>
            {move || list(s, forgetting, asked)}
        </div>
        {dialog(asked, move || forget(s, forgetting, asked))}
    }
    .into_any()
}

fn list(s: Service, forgetting: RwSignal<Option<SafeId>>, asked: RwSignal<bool>) -> AnyView {
    let safes = s.safes.get();
    if safes.is_empty() {
        let add = link(
            "btn btn--primary",
            Route::AddSafe,
            Some("add"),
            s.text(Key::AddSafe).into(),
        );
        return empty(
            "safe",
            s.text(Key::NoSafes),
            s.text(Key::NoSafesText),
            vec![add],
        );
    }
    let cards: Vec<AnyView> = safes
        .iter()
        .map(|safe| card(s, safe, forgetting, asked))
        .collect();
    view! { <div class="values">{cards}</div> }.into_any()
}

fn card(
    s: Service,
    safe: &SafeCard,
    forgetting: RwSignal<Option<SafeId>>,
    asked: RwSignal<bool>,
) -> AnyView {
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
    rows.push(hex_fact(text(lang, Key::Fingerprint), &safe.fingerprint));
    let legacy = safe
        .legacy_hash
        .then(|| view! { <p class="hint">{text(lang, Key::LegacyHash)}</p> });
    let id = safe.id;
    let forget = safe.forgettable.then(|| {
        button(
            "btn btn--small",
            Some("trash"),
            text(lang, Key::Forget).into(),
            move || {
                forgetting.set(Some(id));
                asked.set(true);
            },
        )
    });
    view! {
        <article class="panel stack stack--tight">
            <div class="split">
                <h2>{safe_name(&safe.operator, &safe.address)}</h2>
                {reach_chip(lang, safe.reach)}
            </div>
            {facts(rows)}
            {legacy}
            {forget.map(|forget| view! { <div class="actions actions--end">{forget}</div> })}
        </article>
    }
    .into_any()
}

fn forget(s: Service, forgetting: RwSignal<Option<SafeId>>, open: RwSignal<bool>) -> AnyView {
    let question = s.text(Key::ForgetQuestion).to_owned();
    let labels = (Key::Keep, Key::ForgetDo, "trash");
    confirm(s, open, question, Key::ForgetText, labels, move || {
        if let Some(safe) = forgetting.get_untracked() {
            s.send(Intent::ForgetSafe { safe });
        }
    })
}

/// A new one: its address, who it says to be, and whether the owner trusts it.
pub(super) fn add(s: Service) -> AnyView {
    on_cleanup(move || s.send(Intent::DismissSafe));
    let address = NodeRef::<html::Input>::new();
    // The dialog closes by Escape, too; the meeting must end with it.
    let is_met = RwSignal::new(false);
    Effect::new(move |was_met: Option<bool>| {
        let met = s
            .meeting
            .with(|meeting| matches!(meeting, Some(Meeting::Met { .. })));
        if was_met != Some(met) {
            is_met.set(met);
        }
        met
    });
    let ask = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(input) = address.get_untracked() {
            let address = input.value();
            s.send(Intent::MeetSafe { address });
        }
    };
    view! {
        {move || head(s, s.text(Key::AddSafe), Some(Route::Safes), None)}
        <form class="stack stack--wide" novalidate on:submit=ask>
            <div class="field">
                <label for="address">{move || s.text(Key::SafeAddress)}</label>
                <input
                    class="input"
                    id="address"
                    type="url"
                    inputmode="url"
                    autocomplete="off"
                    spellcheck="false"
                    node_ref=address
                    aria-describedby="address-hint address-problem"
                    aria-invalid=move || failure(s).map(|_| "true")
                />
                <p class="hint" id="address-hint">{move || s.text(Key::SafeAddressHint)}</p>
                <div id="address-problem" role="alert">{move || failure(s)}</div>
            </div>
            <div class="actions">{move || ask_button(s)}</div>
        </form>
        {move || suggested(s)}
        {dialog(is_met, move || met(s, is_met))}
    }
    .into_any()
}

fn is_asking(s: Service) -> bool {
    s.meeting
        .with(|meeting| matches!(meeting, Some(Meeting::Asking { .. })))
}

fn ask_button(s: Service) -> AnyView {
    let asking = is_asking(s);
    let words = if asking { Key::Asking } else { Key::AskWho };
    view! {
        <button class="btn btn--primary" type="submit" aria-busy=asking.to_string() disabled=asking>
            {s.text(words)}
        </button>
    }
    .into_any()
}

fn failure(s: Service) -> Option<AnyView> {
    let lang = s.lang.get();
    let why = s.meeting.with(|meeting| match meeting {
        Some(Meeting::Failed { why, .. }) => Some(*why),
        Some(Meeting::Asking { .. } | Meeting::Met { .. }) | None => None,
    })?;
    let words = words::meeting_failure(lang, why);
    Some(
        view! { <p class="field-error">{small_icon("warn")}{words.what}" "{words.now}</p> }
            .into_any(),
    )
}

/// What the site suggests and is not trusted yet.
fn suggested(s: Service) -> Option<AnyView> {
    let trusted = s.safes.get();
    let is_new = |url: &str| {
        trusted
            .iter()
            .all(|safe| format::host(&safe.address) != format::host(url))
    };
    let rows: Vec<AnyView> = s
        .suggestions
        .get()
        .into_iter()
        .filter(|suggestion| is_new(&suggestion.url))
        .map(|suggestion| {
            let shown = format::host(&suggestion.url).to_owned();
            let label = format!("{} {shown}", s.text(Key::AskWho));
            let ask = move |_| {
                s.send(Intent::MeetSafe {
                    address: suggestion.url.clone(),
                });
            };
            view! {
                <li>
                    <div class="row">
                        <span class="mark">{icon("safe")}</span>
                        <span class="row-main"><span>{shown}</span></span>
                        <button
                            class="btn btn--small"
                            type="button"
                            aria-label=label
                            disabled=is_asking(s)
                            on:click=ask
                        >
                            {s.text(Key::AskWho)}
                        </button>
                    </div>
                </li>
            }
            .into_any()
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    Some(
        view! {
            <section class="stack stack--tight after" aria-labelledby="suggested">
                <h2 id="suggested">{s.text(Key::Suggested)}</h2>
                <p class="quiet">{s.text(Key::SuggestedText)}</p>
                <div class="panel panel--flush"><ul class="rows">{rows}</ul></div>
            </section>
        }
        .into_any(),
    )
}

fn met(s: Service, open: RwSignal<bool>) -> AnyView {
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
        return ().into_any();
    };
    // Closed without an answer is an answer: the safe is not trusted.
    let answered = StoredValue::new(false);
    on_cleanup(move || {
        if !answered.try_get_value().unwrap_or(true) {
            s.send(Intent::DismissSafe);
        }
    });
    let no = button("btn", None, text(lang, Key::NotThisOne).into(), move || {
        dismiss(open)
    });
    let yes = button(
        "btn btn--primary",
        None,
        text(lang, Key::Matches).into(),
        move || {
            answered.set_value(true);
            s.send(Intent::TrustSafe { safe: id });
            dismiss(open);
            s.go(Route::Safes);
        },
    );
    let rows = vec![
        fact(text(lang, Key::Operator), operator),
        fact(text(lang, Key::Jurisdiction), jurisdiction),
        fact(text(lang, Key::Address), format::host(&address)),
        fact(text(lang, Key::KeepsFor), words::days(lang, retention_days)),
        hex_fact(text(lang, Key::Fingerprint), &fingerprint),
    ];
    view! {
        <h2 id="dialog-title">{text(lang, Key::MetQuestion)}</h2>
        <p>{text(lang, Key::MetText)}</p>
        {facts(rows)}
        <div class="actions">{no}{yes}</div>
    }
    .into_any()
}
