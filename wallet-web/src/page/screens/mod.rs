//! The screens. Each renders what the service holds and sends what the owner wants.
//!
//! A screen is made once per route: what it keeps for itself is made then, and goes with it. The view it answers
//! follows the signals it reads.

mod advanced;
mod back_up;
mod backup;
mod certificates;
mod fetch;
mod form;
mod freeze;
mod health;
mod keys;
mod kit;
mod lock;
mod locked;
mod notices;
mod papers;
mod policy;
mod protection;
mod recovery;
mod released;
mod restore;
mod rule;
mod rules;
mod safes;
mod secret;
mod settings;
mod value;
mod values;
mod waits;
mod ways;
mod whole;

use super::device;
use super::node::{El, Node, div, el};
use super::parts::{button, icon, small_icon};
use super::route::Route;
use super::service::Service;
use super::words::{Key, text};
use leptos::prelude::*;
use saifu_wallet_core::view::Phase;

/// What fills the window.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whole {
    Opening,
    Welcome,
    Wallet,
    Locked,
    Stopped(Phase),
    Crashed,
}

/// Everything.
pub(crate) fn app(s: Service) -> Node {
    let whole = Memo::new(move |_| {
        if s.crashed.get() {
            return Whole::Crashed;
        }
        match s.phase.get() {
            Phase::Opening => Whole::Opening,
            Phase::Ready if s.route.get() == Route::Values && is_new(s) => Whole::Welcome,
            Phase::Ready if !s.keeping.is_heard.get() => Whole::Opening,
            Phase::Ready => Whole::Wallet,
            Phase::Locked => Whole::Locked,
            other => Whole::Stopped(other),
        }
    });
    // The first value has come in, or the owner; and with what was shown before went the heading that had the focus.
    Effect::new(move |before| {
        let now = whole.get();
        let has_gone = matches!(before, Some(Whole::Welcome | Whole::Locked));
        if has_gone && now == Whole::Wallet {
            device::focus_heading_if_lost();
        }
        now
    });
    Node::live(move || match whole.get() {
        Whole::Opening => shell(s, true),
        Whole::Wallet => shell(s, false),
        Whole::Welcome => Node::live(move || whole::welcome(s)),
        Whole::Locked => locked::locked(s),
        Whole::Stopped(phase) => Node::live(move || whole::stopped(s, phase)),
        Whole::Crashed => Node::live(move || whole::crashed(s)),
    })
}

/// Nothing was ever put in.
fn is_new(s: Service) -> bool {
    s.values.with(Vec::is_empty)
        && s.certificates.with(Vec::is_empty)
        && s.backups.with(Vec::is_empty)
        && s.safes.with(Vec::is_empty)
        && s.jobs.with(Vec::is_empty)
        && s.summary.with(|summary| summary.account.came_in == 0)
}

fn shell(s: Service, opening: bool) -> Node {
    let screen = Node::live(move || {
        let route = s.route.get();
        let class = if is_narrow(route) {
            "page page--narrow"
        } else {
            "page"
        };
        // A screen follows what it shows by itself; only another route makes another screen.
        let screen = untrack(|| {
            if opening {
                values::opening(s)
            } else {
                screen(s, route)
            }
        });
        // What is new in its place has not moved; what was changed into something else would have.
        let key = if opening {
            "opening".into()
        } else {
            route.href()
        };
        el("main")
            .class(class)
            .fixed("id", "main")
            .fixed("tabindex", "-1")
            // For tests: the address of the page is ahead of the screen.
            .attr("data-shows", route.href())
            .child(div("screen").key(key).child(screen))
            .child(Node::live(move || said(s).into()))
            .into()
    });
    Node::Many(vec![
        Node::live(move || skip(s).into()),
        div("app")
            .child(Node::live(move || navigation(s)))
            .child(screen)
            .into(),
        update_bar(s),
    ])
}

fn is_narrow(route: Route) -> bool {
    match route {
        Route::Values
        | Route::Safes
        | Route::Value(_)
        | Route::BackUp(_)
        | Route::Advanced(_)
        | Route::Backup(_)
        | Route::Move(_) => false,
        Route::Correct(_)
        | Route::Add
        | Route::AddSafe
        | Route::Certificates
        | Route::Certificate(_)
        | Route::HandOver(_)
        | Route::TakeOver
        | Route::Recovery
        | Route::Restore
        | Route::Ways
        | Route::Notices
        | Route::Settings
        | Route::Lock
        | Route::Keys
        | Route::Key(_)
        | Route::Policy
        | Route::Rules
        | Route::Rule(_)
        | Route::Waits => true,
    }
}

fn screen(s: Service, route: Route) -> Node {
    match route {
        Route::Values => values::values(s),
        Route::Value(id) => value::value(s, id),
        Route::Correct(id) => form::correct(s, id),
        Route::Add => form::add(s),
        Route::BackUp(id) => back_up::back_up(s, id),
        Route::Advanced(id) => advanced::advanced(s, id),
        Route::Backup(id) => backup::backup(s, id),
        Route::Move(id) => backup::moving(s, id),
        Route::Keys => keys::keys(s),
        Route::Key(id) => keys::key(s, id),
        Route::Policy => policy::policy(s),
        Route::Rules => rules::rules(s),
        Route::Rule(id) => rule::rule(s, id),
        Route::Waits => waits::waits(s),
        Route::Safes => safes::safes(s),
        Route::AddSafe => safes::add(s),
        Route::Certificates => certificates::certificates(s),
        Route::Certificate(id) => certificates::certificate(s, id),
        Route::HandOver(what) => papers::hand_over(s, what),
        Route::TakeOver => papers::take_over(s),
        Route::Recovery => recovery::recovery(s),
        Route::Restore => restore::restore(s),
        Route::Ways => ways::ways(s),
        Route::Notices => notices::notices(s),
        Route::Settings => settings::settings(s),
        Route::Lock => lock::lock(s),
    }
}

/// The address behind `#` is the screen's, so a link to `#main` is not followed.
fn skip(s: Service) -> El {
    el("a")
        .class("skip sr-only")
        .fixed("href", "#main")
        .on("click", |event| {
            event.prevent_default();
            device::focus_first("#main");
        })
        .words(s.text(Key::Skip))
}

fn said(s: Service) -> El {
    el("p")
        .class("sr-only")
        .fixed("role", "status")
        .fixed("aria-live", "polite")
        .child(s.said.get())
}

fn navigation(s: Service) -> Node {
    let entries = [
        (Route::Values, "wallet", Key::NavValues),
        (Route::Certificates, "certificate", Key::NavCertificates),
        (Route::Safes, "safe", Key::NavSafes),
        (Route::Notices, "bell", Key::NavNotices),
        (Route::Settings, "settings", Key::NavSettings),
    ];
    let current = s.route.get().section();
    let entries: Vec<Node> = entries
        .into_iter()
        .map(|(route, picture, key)| {
            let link = el("a")
                .attr("href", route.href())
                .attr_if(current == route, "aria-current", "page")
                .child(icon(picture))
                .words(s.text(key))
                .child((route == Route::Notices).then(|| badge(s)).flatten());
            el("li").child(link).into()
        })
        .collect();
    el("nav")
        .class("nav")
        .attr("aria-label", s.text(Key::NavLabel))
        .child(div("brand").child(icon("saifu")).words("Saifu"))
        .child(el("ul").child(entries))
        .into()
}

fn badge(s: Service) -> Option<El> {
    let count = s.notices.with(Vec::len);
    (count > 0).then(|| {
        let unread = el("span")
            .class("sr-only")
            .words(" ")
            .words(s.text(Key::Unread));
        el("span")
            .class("badge")
            .child(count.to_string())
            .child(unread)
    })
}

/// Offered only while nothing is under way, though everything would resume.
fn update_bar(s: Service) -> Node {
    let later = RwSignal::new(false);
    Node::live(move || {
        let lang = s.lang.get();
        let offered = s.update_ready.get() && !later.get() && s.jobs.with(Vec::is_empty);
        if !offered {
            return Node::Nothing;
        }
        let close = el("button")
            .class("btn btn--icon")
            .fixed("type", "button")
            .attr("aria-label", text(lang, Key::Later))
            .on("click", move |_| later.set(true))
            .child(small_icon("close"));
        el("aside")
            .class("bar")
            .attr("aria-label", text(lang, Key::UpdateNow))
            .child(el("p").words(text(lang, Key::UpdateReady)))
            .child(button(
                "btn btn--small",
                None,
                text(lang, Key::UpdateNow),
                device::update,
            ))
            .child(close)
            .into()
    })
}
