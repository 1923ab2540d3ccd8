//! The screens. Each renders what the service holds and sends what the owner wants.

mod back_up;
mod certificates;
mod form;
mod notices;
mod safes;
mod settings;
mod value;
mod values;
mod whole;

use super::device;
use super::parts::{icon, small_icon};
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
    Stopped(Phase),
    Crashed,
}

/// Everything.
pub(crate) fn app(s: Service) -> AnyView {
    let whole = Memo::new(move |_| {
        if s.crashed.get() {
            return Whole::Crashed;
        }
        match s.phase.get() {
            Phase::Opening => Whole::Opening,
            Phase::Ready if s.route.get() == Route::Values && is_new(s) => Whole::Welcome,
            Phase::Ready => Whole::Wallet,
            other => Whole::Stopped(other),
        }
    });
    (move || match whole.get() {
        Whole::Opening => shell(s, true),
        Whole::Wallet => shell(s, false),
        Whole::Welcome => whole::welcome(s),
        Whole::Stopped(phase) => whole::stopped(s, phase),
        Whole::Crashed => whole::crashed(s),
    })
    .into_any()
}

/// Nothing was ever put in.
fn is_new(s: Service) -> bool {
    s.values.with(Vec::is_empty)
        && s.certificates.with(Vec::is_empty)
        && s.safes.with(Vec::is_empty)
        && s.jobs.with(Vec::is_empty)
        && s.summary.with(|summary| summary.account.came_in == 0)
}

fn shell(s: Service, opening: bool) -> AnyView {
    let is_narrow = move || match s.route.get() {
        Route::Values | Route::Safes | Route::Value(_) | Route::BackUp(_) => "page",
        Route::Correct(_)
        | Route::Add
        | Route::AddSafe
        | Route::Certificates
        | Route::Certificate(_)
        | Route::Notices
        | Route::Settings => "page page--narrow",
    };
    // The address behind `#` is the screen's, so a link to `#main` would leave it.
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        device::focus_first("#main");
    };
    view! {
        <a class="skip sr-only" href="#main" on:click=skip>{move || s.text(Key::Skip)}</a>
        <div class="app">
            {navigation(s)}
            <main class=is_narrow id="main" tabindex="-1">
                {move || {
                    let route = s.route.get();
                    // A screen follows what it shows by itself; only another route makes another screen.
                    untrack(|| if opening { values::opening(s) } else { screen(s, route) })
                }}
                <p class="sr-only" role="status" aria-live="polite">{move || s.said.get()}</p>
            </main>
        </div>
        {update_bar(s)}
    }
    .into_any()
}

fn screen(s: Service, route: Route) -> AnyView {
    match route {
        Route::Values => values::values(s),
        Route::Value(id) => value::value(s, id),
        Route::Correct(id) => form::correct(s, id),
        Route::Add => form::add(s),
        Route::BackUp(id) => back_up::back_up(s, id),
        Route::Safes => safes::safes(s),
        Route::AddSafe => safes::add(s),
        Route::Certificates => certificates::certificates(s),
        Route::Certificate(id) => certificates::certificate(s, id),
        Route::Notices => notices::notices(s),
        Route::Settings => settings::settings(s),
    }
}

fn navigation(s: Service) -> AnyView {
    let entries = [
        (Route::Values, "wallet", Key::NavValues),
        (Route::Certificates, "certificate", Key::NavCertificates),
        (Route::Safes, "safe", Key::NavSafes),
        (Route::Notices, "bell", Key::NavNotices),
        (Route::Settings, "settings", Key::NavSettings),
    ];
    let entries: Vec<AnyView> = entries
        .into_iter()
        .map(|(route, picture, key)| {
            let current = move || (s.route.get().section() == route).then_some("page");
            let badge = (route == Route::Notices).then(|| badge(s));
            view! {
                <li>
                    <a href=route.href() aria-current=current>
                        {icon(picture)}{move || s.text(key)}{badge}
                    </a>
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <nav class="nav" aria-label=move || s.text(Key::NavLabel)>
            <div class="brand">{icon("saifu")}"Saifu"</div>
            <ul>{entries}</ul>
        </nav>
    }
    .into_any()
}

fn badge(s: Service) -> AnyView {
    (move || {
        let count = s.notices.with(Vec::len);
        (count > 0).then(|| {
            view! {
                <span class="badge">{count}<span class="sr-only">" "{s.text(Key::Unread)}</span></span>
            }
        })
    })
    .into_any()
}

/// Offered only while nothing is under way, though everything would resume.
fn update_bar(s: Service) -> AnyView {
    let later = RwSignal::new(false);
    (move || {
        let lang = s.lang.get();
        let offered = s.update_ready.get() && !later.get() && s.jobs.with(Vec::is_empty);
        offered.then(|| {
            view! {
                <aside class="bar" aria-label=text(lang, Key::UpdateNow)>
                    <p>{text(lang, Key::UpdateReady)}</p>
                    <button class="btn btn--small" type="button" on:click=|_| device::update()>
                        {text(lang, Key::UpdateNow)}
                    </button>
                    <button
                        class="btn btn--icon"
                        type="button"
                        aria-label=text(lang, Key::Later)
                        on:click=move |_| later.set(true)
                    >
                        {small_icon("close")}
                    </button>
                </aside>
            }
        })
    })
    .into_any()
}
