//! Settings, and the account of where every value went.

use crate::page::device::{self, Permission, Theme};
use crate::page::format;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{
    actions, button, chip, fact, facts, head, meter, rows, section, small_icon, tick, way,
};
use crate::page::route::Route;
use crate::page::screens::secret;
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_wallet_core::eviction::{Promise, Reason, Stake};
use saifu_wallet_core::form::parse_whole;
use saifu_wallet_core::intent::Intent;

/// One KB, as capacity is set in.
const KB: u64 = 1_000;
/// The largest capacity that can be set, in KB: as much as any browser is likely to give.
const MAX_KB: u64 = 1_000_000;

/// The screen.
pub(super) fn settings(s: Service) -> Node {
    let wrong_capacity = RwSignal::new(false);
    Node::live(move || {
        let display = vec![language(s).into(), theme(s).into(), tell(s)];
        let storage = div("panel stack")
            .child(used(s))
            .child(capacity(s, wrong_capacity))
            .child(promise(s));
        let content = div("stack stack--wide")
            .child(section(s, "display", Key::Display, Node::Many(display)))
            .child(section(s, "protection", Key::Protection, protection(s)))
            .child(section(s, "account", Key::AccountTitle, account(s)))
            .child(section(s, "storage", Key::Storage, storage))
            .child(section(s, "about", Key::About, about(s)));
        Node::Many(vec![
            head(s, s.text(Key::SettingsTitle), None, None),
            content.into(),
        ])
    })
}

/// One of few: its words, and the button that chooses it.
pub(super) fn segment(legend: &'static str, options: Vec<(El, El)>) -> El {
    let options: Vec<Node> = options
        .into_iter()
        .map(|(words, radio)| {
            let radio = radio.fixed("type", "radio");
            el("label").child(words).child(radio).into()
        })
        .collect();
    let shown = el("p")
        .fixed("aria-hidden", "true")
        .child(el("strong").child(legend));
    let content = div("stack stack--tight")
        .child(shown)
        .child(div("segment").child(options));
    el("fieldset")
        .class("panel")
        .child(el("legend").class("sr-only").child(legend))
        .child(content)
}

fn language(s: Service) -> El {
    let chosen = s.chosen_lang.get();
    let options = Lang::ALL.into_iter().map(|lang| {
        let words = el("span").attr("lang", lang.tag()).child(lang.own_name());
        let radio = el("input")
            .fixed("name", "language")
            .checked(lang == chosen)
            .on("change", move |_| s.choose_language(lang));
        (words, radio)
    });
    let missing = s.lang_missing.get().then(|| {
        el("p")
            .class("field-error")
            .child(small_icon("warn"))
            .words(s.text(Key::LanguageMissing))
    });
    let missing = div("").fixed("role", "alert").child(missing);
    segment(s.text(Key::Language), options.collect()).child(missing)
}

fn theme(s: Service) -> El {
    let chosen = s.theme.get();
    let options = Theme::ALL.into_iter().map(|theme| {
        let key = match theme {
            Theme::Auto => Key::ThemeAuto,
            Theme::Light => Key::ThemeLight,
            Theme::Dark => Key::ThemeDark,
        };
        let radio = el("input")
            .fixed("name", "theme")
            .checked(theme == chosen)
            .on("change", move |_| s.choose_theme(theme));
        (el("span").words(s.text(key)), radio)
    });
    segment(s.text(Key::Theme), options.collect())
}

/// Whether messages are shown while nobody looks at the page.
fn tell(s: Service) -> Node {
    let tells = s.tells.get();
    let box_ = tick(s.text(Key::Tell), tells, move |tells| match tells {
        true => s.tell_when_hidden(Permission::Ask),
        false => s.tell_nothing(),
    });
    let refused = s.not_shown.get().is_some().then(|| {
        el("p")
            .class("field-error")
            .child(small_icon("warn"))
            .words(s.text(Key::TellRefused))
    });
    div("panel stack stack--tight")
        .child(box_)
        .child(el("p").class("hint").words(s.text(Key::TellHint)))
        .child(div("").fixed("role", "alert").child(refused))
        .into()
}

fn protection(s: Service) -> Node {
    let keys = s.keys.with(Vec::len).to_string();
    let recovery = match s.owner.with(secret::is_ready) {
        true => Key::RecoveryReady,
        false => Key::RecoveryNote,
    };
    let lock = match s.lock.with(|lock| lock.is_on) {
        true => Key::LockIsOn,
        false => Key::LockIsOff,
    };
    let wait = s.waits.with(|waits| waits.wait);
    let wait = words::wait(s.lang.get(), wait);
    rows(vec![
        way("key", Route::Lock, s.text(Key::LockTitle), s.text(lock)),
        way(
            "certificate",
            Route::Recovery,
            s.text(Key::RecoveryTitle),
            s.text(recovery),
        ),
        way(
            "proof",
            Route::Ways,
            s.text(Key::WaysTitle),
            s.text(Key::WaysNote),
        ),
        way("clock", Route::Waits, s.text(Key::WaitsTitle), wait),
        way("key", Route::Keys, s.text(Key::KeysTitle), keys),
        way(
            "clock",
            Route::Rules,
            s.text(Key::RulesTitle),
            s.text(Key::RulesNote),
        ),
        way(
            "proof",
            Route::Policy,
            s.text(Key::PolicyTitle),
            s.text(Key::PolicyLead),
        ),
    ])
}

fn account(s: Service) -> Node {
    let lang = s.lang.get();
    let account = s.summary.with(|summary| summary.account);
    let row = |key: Key, count: u64| fact(text(lang, key), format::number(count));
    let mut rows = vec![
        row(Key::CameIn, account.came_in),
        row(Key::AccountHere, account.here),
        row(Key::AccountAtSafes, account.at_safes),
        row(Key::AccountUsed, account.used),
        row(Key::AccountDiscarded, account.discarded),
        row(Key::AccountElsewhere, account.elsewhere),
    ];
    if account.disaster > 0 {
        rows.push(row(Key::AccountDisaster, account.disaster));
    }
    let (state, words) = if account.balances() {
        ("safe", Key::AccountOk)
    } else {
        ("failed", Key::AccountWrong)
    };
    let wrong = (!account.balances()).then(|| el("p").words(text(lang, Key::AccountWrongText)));
    div("panel stack stack--tight")
        .child(div("split").child(chip(state, text(lang, words))))
        .child(wrong)
        .child(facts(rows))
        .into()
}

fn used(s: Service) -> Node {
    let lang = s.lang.get();
    let (used, capacity) = s
        .summary
        .with(|summary| (summary.used_bytes, summary.capacity_bytes));
    let words = el("span")
        .class("num")
        .child(words::room(lang, used, capacity));
    let label = el("label")
        .fixed("for", "used")
        .words(text(lang, Key::RoomUsed));
    div("stack stack--tight")
        .child(div("split").child(label).child(words))
        .child(meter(used, capacity).fixed("id", "used"))
        .into()
}

fn capacity(s: Service, is_wrong: RwSignal<bool>) -> Node {
    let now = s
        .summary
        .with(|summary| summary.capacity_bytes.div_ceil(KB));
    let input = el("input")
        .class("input")
        .fixed("id", "capacity")
        .fixed("type", "text")
        .fixed("inputmode", "numeric")
        .fixed("autocomplete", "off")
        .fixed("aria-describedby", "capacity-hint capacity-problem")
        .attr_if(is_wrong.get(), "aria-invalid", "true")
        .initial(now.to_string());
    let apply = el("button")
        .class("btn")
        .fixed("type", "submit")
        .words(s.text(Key::Apply));
    let hint = el("p")
        .class("hint")
        .fixed("id", "capacity-hint")
        .words(s.text(Key::CapacityHint));
    let problem = is_wrong.get().then(|| {
        el("p")
            .class("field-error")
            .child(small_icon("warn"))
            .words(s.text(Key::CapacityProblem))
    });
    let problem = el("div")
        .fixed("id", "capacity-problem")
        .fixed("role", "alert")
        .child(problem);
    let label = el("label")
        .fixed("for", "capacity")
        .words(s.text(Key::Capacity));
    el("form")
        .class("field")
        .fixed("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            let typed = parse_whole(&device::typed("capacity"));
            let kb = typed.filter(|kb| (1..=MAX_KB).contains(kb));
            is_wrong.set(kb.is_none());
            if let Some(kb) = kb {
                s.send(Intent::SetCapacity { bytes: kb * KB });
            }
        })
        .child(label)
        .child(div("joined").child(input).child(apply))
        .child(hint)
        .child(problem)
        .into()
}

fn promise(s: Service) -> Node {
    let lang = s.lang.get();
    let promised = s.keeping.promise.get() == Promise::Given;
    let (state, words, hint) = if promised {
        ("safe", Key::Promised, Key::PromisedHint)
    } else {
        ("local", Key::NotPromised, Key::NotPromisedHint)
    };
    let mut buttons = Vec::new();
    if !promised {
        buttons.push(button(
            "btn btn--small",
            None,
            text(lang, Key::AskToKeep),
            move || s.keeping.ask(),
        ));
    }
    if s.installable.get() {
        let words = text(lang, Key::Install);
        buttons.push(button(
            "btn btn--small",
            Some("install"),
            words,
            move || s.install(),
        ));
    }
    let refused = s.keeping.is_refused.get() && !promised;
    let refused = refused.then(|| text(lang, Key::Refused));
    // What the hint does not say already, whatever lies here now.
    let all = Stake {
        values: 1,
        certificates: 0,
    };
    let reasons = s.keeping.risk(all).map(|risk| risk.reasons);
    let more = reasons
        .into_iter()
        .flatten()
        .filter(|it| *it != Reason::NotPromised);
    let more: Vec<Node> = more
        .map(|it| el("p").class("hint").child(words::clears(lang, it)).into())
        .collect();
    let title = div("split")
        .child(el("p").words(text(lang, Key::KeptByBrowser)))
        .child(chip(state, text(lang, words)));
    Node::Many(vec![
        title.into(),
        el("p").class("hint").words(text(lang, hint)).into(),
        Node::Many(more),
        el("p").fixed("role", "status").child(refused).into(),
        actions(buttons),
    ])
}

fn about(s: Service) -> Node {
    let lang = s.lang.get();
    let version = format!("{} ({})", env!("CARGO_PKG_VERSION"), device::build());
    let update = s.update_ready.get().then(|| {
        let class = "btn btn--small btn--primary";
        let press = button(class, None, text(lang, Key::UpdateNow), device::update);
        div("split")
            .child(el("p").words(text(lang, Key::UpdateReady)))
            .child(press)
    });
    div("panel stack stack--tight")
        .child(facts(vec![fact(text(lang, Key::Version), version)]))
        .child(update)
        .into()
}
