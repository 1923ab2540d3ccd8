//! Screens that say one thing and nothing else.

use crate::page::device;
use crate::page::parts::{button, icon, link, material, small_icon};
use crate::page::route::Route;
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_wallet_core::view::Phase;

/// The first run.
pub(super) fn welcome(s: Service) -> AnyView {
    (move || {
        let lang = s.lang.get();
        let title = text(lang, Key::WelcomeTitle);
        device::show_title(title);
        view! {
            <main class="alone" id="main">
                <div class="fan" aria-hidden="true">
                    {fan(lang, "gift-card", "¥3,000")}
                    {fan(lang, "prepaid-card", "¥800")}
                    {fan(lang, "movie-ticket", "¥1,600")}
                </div>
                <h1 tabindex="-1">{title}</h1>
                <p>{text(lang, Key::WelcomeLead)}</p>
                <div class="stack stack--tight actions">
                    {link("btn btn--primary", Route::Add, Some("add"), text(lang, Key::WelcomeAdd).into())}
                    {link("btn", Route::AddSafe, Some("safe"), text(lang, Key::WelcomeSafe).into())}
                </div>
                <p class="quiet"><small>{text(lang, Key::WelcomeHonest)}</small></p>
            </main>
        }
    })
    .into_any()
}

fn fan(lang: Lang, class: &'static str, money: &'static str) -> AnyView {
    let material = material(class);
    view! {
        <div class="value" data-class=material>
            <div class="value-head">
                <span class="value-class">{small_icon(material)}{words::class(lang, class)}</span>
            </div>
            <p class="money">{money}</p>
        </div>
    }
    .into_any()
}

/// The wallet cannot be used: why, and what to do now.
pub(super) fn stopped(s: Service, phase: Phase) -> AnyView {
    (move || {
        let take_over = (Key::ContinueHere, Press::TakeOver);
        let try_again = (Key::TryAgain, Press::Reload);
        let (picture, title, words, action) = match phase {
            Phase::OpenElsewhere => (
                "tabs",
                Key::ElsewhereTitle,
                vec![Key::ElsewhereText],
                take_over,
            ),
            Phase::Fenced => ("tabs", Key::FencedTitle, vec![Key::FencedText], take_over),
            Phase::StorageBlocked => (
                "storage",
                Key::BlockedTitle,
                vec![Key::BlockedText, Key::BlockedNow],
                try_again,
            ),
            Phase::StorageNewer => (
                "storage",
                Key::NewerTitle,
                vec![Key::NewerText, Key::NewerNow],
                (Key::Reload, Press::Update),
            ),
            Phase::StorageDamaged => (
                "storage",
                Key::DamagedTitle,
                vec![Key::DamagedText, Key::DamagedNow],
                (Key::Reload, Press::Reload),
            ),
            // Those two have screens of their own.
            Phase::Opening | Phase::Ready => return ().into_any(),
        };
        alone(s, picture, title, words, action)
    })
    .into_any()
}

/// The Worker died.
pub(super) fn crashed(s: Service) -> AnyView {
    (move || {
        let words = vec![Key::CrashText, Key::CrashNow];
        let action = (Key::StartAgain, Press::Reload);
        alone(s, "crash", Key::CrashTitle, words, action)
    })
    .into_any()
}

#[derive(Clone, Copy)]
enum Press {
    TakeOver,
    Reload,
    Update,
}

fn alone(
    s: Service,
    picture: &'static str,
    title: Key,
    words: Vec<Key>,
    (label, press): (Key, Press),
) -> AnyView {
    let lang = s.lang.get();
    device::show_title(text(lang, title));
    let words: Vec<AnyView> = words
        .into_iter()
        .map(|key| view! { <p>{text(lang, key)}</p> }.into_any())
        .collect();
    let press = button(
        "btn btn--primary",
        Some("refresh"),
        text(lang, label).into(),
        move || match press {
            Press::TakeOver => s.take_over(),
            Press::Reload => device::reload(),
            Press::Update => device::update(),
        },
    );
    view! {
        <main class="alone" id="main" role="alert">
            {icon(picture)}
            <h1 tabindex="-1">{text(lang, title)}</h1>
            {words}
            <div class="actions">{press}</div>
        </main>
    }
    .into_any()
}
