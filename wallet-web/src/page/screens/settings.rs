//! Settings, and the account of where every value went.

use crate::page::device::{self, Theme};
use crate::page::format;
use crate::page::parts::{button, chip, fact, facts, head, small_icon};
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::html;
use leptos::prelude::*;
use saifu_wallet_core::intent::Intent;

/// One KB, as capacity is set in.
const KB: u64 = 1_000;
/// The largest capacity that can be set, in KB: as much as any browser is likely to give.
const MAX_KB: u64 = 1_000_000;

/// The screen.
pub(super) fn settings(s: Service) -> AnyView {
    view! {
        {move || head(s, s.text(Key::SettingsTitle), None, None)}
        <div class="stack stack--wide">
            {section(s, "display", Key::Display, view! { {language(s)} {theme(s)} }.into_any())}
            {section(s, "account", Key::AccountTitle, (move || account(s)).into_any())}
            {section(s, "storage", Key::Storage, storage(s))}
            {section(s, "about", Key::About, (move || about(s)).into_any())}
        </div>
    }
    .into_any()
}

fn section(s: Service, id: &'static str, title: Key, content: AnyView) -> AnyView {
    view! {
        <section class="stack" aria-labelledby=id>
            <h2 id=id>{move || s.text(title)}</h2>
            {content}
        </section>
    }
    .into_any()
}

/// One of few.
struct Choice {
    lang: Option<&'static str>,
    words: Signal<&'static str>,
    is_chosen: Signal<bool>,
    choose: Box<dyn Fn()>,
}

fn segment(s: Service, name: &'static str, legend: Key, options: Vec<Choice>) -> AnyView {
    let options: Vec<AnyView> = options
        .into_iter()
        .map(
            |Choice {
                 lang,
                 words,
                 is_chosen,
                 choose,
             }| {
                view! {
                    <label>
                        <span lang=lang>{words}</span>
                        <input
                            type="radio"
                            name=name
                            prop:checked=is_chosen
                            on:change=move |_| choose()
                        />
                    </label>
                }
                .into_any()
            },
        )
        .collect();
    view! {
        <fieldset class="panel">
            <legend class="sr-only">{move || s.text(legend)}</legend>
            <div class="stack stack--tight">
                <p aria-hidden="true"><strong>{move || s.text(legend)}</strong></p>
                <div class="segment">{options}</div>
            </div>
        </fieldset>
    }
    .into_any()
}

fn language(s: Service) -> AnyView {
    let options = Lang::ALL.into_iter().map(|lang| Choice {
        lang: Some(lang.tag()),
        words: Signal::derive(move || lang.own_name()),
        is_chosen: Signal::derive(move || s.lang.get() == lang),
        choose: Box::new(move || s.choose_language(lang)),
    });
    segment(s, "language", Key::Language, options.collect())
}

fn theme(s: Service) -> AnyView {
    let options = Theme::ALL.into_iter().map(|theme| {
        let key = match theme {
            Theme::Auto => Key::ThemeAuto,
            Theme::Light => Key::ThemeLight,
            Theme::Dark => Key::ThemeDark,
        };
        Choice {
            lang: None,
            words: Signal::derive(move || s.text(key)),
            is_chosen: Signal::derive(move || s.theme.get() == theme),
            choose: Box::new(move || s.choose_theme(theme)),
        }
    });
    segment(s, "theme", Key::Theme, options.collect())
}

fn account(s: Service) -> AnyView {
    let lang = s.lang.get();
    let account = s.summary.with(|summary| summary.account);
    let row = |key: Key, count: u64| fact(text(lang, key), format::number(count));
    let rows = vec![
        row(Key::CameIn, account.came_in),
        row(Key::AccountHere, account.here),
        row(Key::AccountAtSafes, account.at_safes),
        row(Key::AccountUsed, account.used),
        row(Key::AccountDiscarded, account.discarded),
        row(Key::AccountElsewhere, account.elsewhere),
    ];
    let (state, words) = if account.balances() {
        ("safe", Key::AccountOk)
    } else {
        ("failed", Key::AccountWrong)
    };
    let wrong = (!account.balances()).then(|| view! { <p>{text(lang, Key::AccountWrongText)}</p> });
    view! {
        <div class="panel stack stack--tight">
            <div class="split">{chip(state, text(lang, words).into())}</div>
            {wrong}
            {facts(rows)}
        </div>
    }
    .into_any()
}

fn storage(s: Service) -> AnyView {
    view! {
        <div class="panel stack">
            {move || used(s)}
            {capacity(s)}
            {move || promise(s)}
        </div>
    }
    .into_any()
}

fn used(s: Service) -> AnyView {
    let lang = s.lang.get();
    let summary = s.summary.get();
    let (used, capacity) = (summary.used_bytes, summary.capacity_bytes);
    view! {
        <div class="stack stack--tight">
            <div class="split">
                <label for="used">{text(lang, Key::RoomUsed)}</label>
                <span class="num">{words::room(lang, used, capacity)}</span>
            </div>
            <progress class="meter" id="used" max=capacity.to_string() value=used.to_string()></progress>
        </div>
    }
    .into_any()
}

fn capacity(s: Service) -> AnyView {
    let input = NodeRef::<html::Input>::new();
    let is_wrong = RwSignal::new(false);
    let now = Memo::new(move |_| {
        s.summary
            .with(|summary| summary.capacity_bytes.div_ceil(KB))
    });
    let set = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else {
            return;
        };
        let typed = input.value().trim().replace(',', "").parse::<u64>().ok();
        let kb = typed.filter(|kb| (1..=MAX_KB).contains(kb));
        is_wrong.set(kb.is_none());
        if let Some(kb) = kb {
            s.send(Intent::SetCapacity { bytes: kb * KB });
        }
    };
    view! {
        <form class="field" novalidate on:submit=set>
            <label for="capacity">{move || s.text(Key::Capacity)}</label>
            <div class="joined">
                <input
                    class="input"
                    id="capacity"
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    node_ref=input
                    prop:value=move || now.get().to_string()
                    aria-describedby="capacity-hint capacity-problem"
                    aria-invalid=move || is_wrong.get().then_some("true")
                />
                <button class="btn" type="submit">{move || s.text(Key::Apply)}</button>
            </div>
            <p class="hint" id="capacity-hint">{move || s.text(Key::CapacityHint)}</p>
            <div id="capacity-problem" role="alert">
                {move || {
                    is_wrong.get().then(|| {
                        view! {
                            <p class="field-error">{small_icon("warn")}{s.text(Key::CapacityProblem)}</p>
                        }
                    })
                }}
            </div>
        </form>
    }
    .into_any()
}

fn promise(s: Service) -> AnyView {
    let lang = s.lang.get();
    let promised = s.storage_promised.get();
    let refused = RwSignal::new(false);
    let (state, words, hint) = if promised {
        ("safe", Key::Promised, Key::PromisedHint)
    } else {
        ("local", Key::NotPromised, Key::NotPromisedHint)
    };
    let ask = (!promised).then(|| {
        button(
            "btn btn--small",
            None,
            text(lang, Key::AskToKeep).into(),
            move || {
                device::ask_to_keep(move |promised| {
                    refused.try_set(!promised);
                    s.storage_promised.set(promised);
                });
            },
        )
    });
    let install = s.installable.get().then(|| {
        button(
            "btn btn--small",
            Some("install"),
            text(lang, Key::Install).into(),
            move || s.install(),
        )
    });
    view! {
        <div class="split">
            <p>{text(lang, Key::KeptByBrowser)}</p>
            {chip(state, text(lang, words).into())}
        </div>
        <p class="hint">{text(lang, hint)}</p>
        <p role="status">{move || refused.get().then(|| text(lang, Key::Refused))}</p>
        <div class="actions">{ask}{install}</div>
    }
    .into_any()
}

fn about(s: Service) -> AnyView {
    let lang = s.lang.get();
    let version = format!("{} ({})", env!("CARGO_PKG_VERSION"), device::build());
    let update = s.update_ready.get().then(|| {
        let press = button(
            "btn btn--small btn--primary",
            None,
            text(lang, Key::UpdateNow).into(),
            device::update,
        );
        view! { <div class="split"><p>{text(lang, Key::UpdateReady)}</p>{press}</div> }
    });
    view! {
        <div class="panel stack stack--tight">
            {facts(vec![fact(text(lang, Key::Version), version)])}
            {update}
        </div>
    }
    .into_any()
}
