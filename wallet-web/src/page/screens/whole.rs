//! Screens that say one thing and nothing else.

use crate::page::device;
use crate::page::node::{Node, div, el};
use crate::page::parts::{actions, button, class_of, icon, link, material};
use crate::page::route::Route;
use crate::page::service::Service;
use crate::page::words::{Key, Lang, text};
use leptos::prelude::*;
use saifu_wallet_core::view::Phase;

/// The first run.
pub(super) fn welcome(s: Service) -> Node {
    let lang = s.lang.get();
    let title = text(lang, Key::WelcomeTitle);
    device::show_title(title);
    let fan = div("fan")
        .fixed("aria-hidden", "true")
        .child(card(lang, "gift-card", "¥3,000"))
        .child(card(lang, "prepaid-card", "¥800"))
        .child(card(lang, "movie-ticket", "¥1,600"));
    let add = link(
        "btn btn--primary",
        Route::Add,
        Some("add"),
        text(lang, Key::WelcomeAdd),
    );
    let safe = link(
        "btn",
        Route::AddSafe,
        Some("safe"),
        text(lang, Key::WelcomeSafe),
    );
    let restore = link(
        "btn btn--quiet",
        Route::Restore,
        Some("recover"),
        text(lang, Key::RestoreLost),
    );
    let honest = el("small").words(text(lang, Key::WelcomeHonest));
    el("main")
        .class("alone")
        .fixed("id", "main")
        .child(fan)
        .child(el("h1").fixed("tabindex", "-1").child(title))
        .child(el("p").words(text(lang, Key::WelcomeLead)))
        .child(
            div("stack stack--tight actions")
                .child(add)
                .child(safe)
                .child(restore),
        )
        .child(el("p").class("quiet").child(honest))
        .into()
}

fn card(lang: Lang, class: &'static str, money: &'static str) -> Node {
    div("value")
        .attr("data-class", material(class))
        .child(div("value-head").child(class_of(lang, class)))
        .child(el("p").class("money").child(money))
        .into()
}

/// The wallet cannot be used: why, and what to do now.
pub(super) fn stopped(s: Service, phase: Phase) -> Node {
    let take_over = (Key::ContinueHere, Press::TakeOver);
    let try_again = (Key::TryAgain, Press::Reload);
    match phase {
        Phase::OpenElsewhere => {
            let words = [Some(Key::ElsewhereText), None];
            alone(s, "tabs", Key::ElsewhereTitle, words, take_over)
        }
        Phase::Fenced => {
            let words = [Some(Key::FencedText), None];
            alone(s, "tabs", Key::FencedTitle, words, take_over)
        }
        Phase::StorageBlocked => {
            let words = [Some(Key::BlockedText), Some(Key::BlockedNow)];
            alone(s, "storage", Key::BlockedTitle, words, try_again)
        }
        Phase::StorageNewer => {
            let words = [Some(Key::NewerText), Some(Key::NewerNow)];
            let action = (Key::Reload, Press::Update);
            alone(s, "storage", Key::NewerTitle, words, action)
        }
        Phase::StorageDamaged => {
            let words = [Some(Key::DamagedText), Some(Key::DamagedNow)];
            let action = (Key::Reload, Press::Reload);
            alone(s, "storage", Key::DamagedTitle, words, action)
        }
        // Those have screens of their own.
        Phase::Opening | Phase::Ready | Phase::Locked => Node::Nothing,
    }
}

/// The Worker died.
pub(super) fn crashed(s: Service) -> Node {
    let words = [Some(Key::CrashText), Some(Key::CrashNow)];
    let action = (Key::StartAgain, Press::Reload);
    alone(s, "crash", Key::CrashTitle, words, action)
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
    words: [Option<Key>; 2],
    (label, press): (Key, Press),
) -> Node {
    let lang = s.lang.get();
    device::show_title(text(lang, title));
    let paragraph = |key: Key| el("p").words(text(lang, key));
    let [first, second] = words.map(|key| key.map(paragraph));
    let press = button(
        "btn btn--primary",
        Some("refresh"),
        text(lang, label),
        move || match press {
            Press::TakeOver => s.take_over(),
            Press::Reload => device::reload(),
            Press::Update => device::update(),
        },
    );
    let message = div("alone")
        .fixed("role", "alert")
        .child(icon(picture))
        .child(el("h1").fixed("tabindex", "-1").words(text(lang, title)))
        .child(first)
        .child(second)
        .child(actions(vec![press]));
    el("main").fixed("id", "main").child(message).into()
}
