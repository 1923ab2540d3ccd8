//! The wallet: what is here, what is at safes, what is under way.

use crate::page::parts::{
    call_off, empty, halves, head, icon, link, notice, picture_of, picture_of_certificate,
    value_card, waiting,
};
use crate::page::route::Route;
use crate::page::service::Service;
use crate::page::words::{self, Halves, Key, text};
use leptos::prelude::*;
use saifu_wallet_core::view::{Job, Standing, Task, ValueCard};

/// How many notices are shown here before the rest waits on its own screen.
const SHOWN_NOTICES: usize = 2;

/// The screen while the store is read.
pub(super) fn opening(s: Service) -> AnyView {
    view! {
        {move || head(s, s.text(Key::NavValues), None, None)}
        <div class="values" role="status" aria-label=move || s.text(Key::Opening)>
            <div class="skeleton"></div>
            <div class="skeleton"></div>
            <div class="skeleton"></div>
        </div>
    }
    .into_any()
}

/// The screen.
pub(super) fn values(s: Service) -> AnyView {
    let add = move || {
        let words = s.text(Key::Add).into();
        link(
            "btn btn--primary btn--small",
            Route::Add,
            Some("add"),
            words,
        )
    };
    view! {
        {move || head(s, s.text(Key::NavValues), None, Some(add()))}
        <div class="stack stack--wide">
            {move || news(s)}
            {move || honest(s)}
            {move || under_way(s)}
            {move || here(s)}
            {move || at_safes(s)}
            {move || ended(s)}
        </div>
    }
    .into_any()
}

fn news(s: Service) -> Vec<AnyView> {
    let notices = s.notices.get();
    let mut shown: Vec<AnyView> = notices
        .iter()
        .take(SHOWN_NOTICES)
        .map(|it| notice(s, it))
        .collect();
    if notices.len() > SHOWN_NOTICES {
        let words = s.text(Key::AllNotices).into();
        let all = link("btn btn--small", Route::Notices, Some("bell"), words);
        shown.push(view! { <div class="actions">{all}</div> }.into_any());
    }
    shown
}

/// What would be lost with this browser, and the way to change it.
fn honest(s: Service) -> Option<AnyView> {
    let lang = s.lang.get();
    let summary = s.summary.get();
    (summary.only_here > 0).then(|| {
        let what = words::only_here(lang, summary.only_here, &summary.only_here_worth);
        let words = Halves::new(what, text(lang, Key::OnlyHereNow));
        let words_of_button = text(lang, Key::BackUpAll).into();
        let back_up = link(
            "btn btn--primary btn--small",
            Route::BackUp(None),
            Some("backup"),
            words_of_button,
        );
        halves("warn", "warn", None, words, None, vec![back_up])
    })
}

fn under_way(s: Service) -> Option<AnyView> {
    let jobs = s.jobs.get();
    if jobs.is_empty() {
        return None;
    }
    // One reason shared by several jobs is said once.
    let mut reasons = Vec::new();
    let mut notes = Vec::new();
    for job in &jobs {
        if let Some(reason) = job.waiting
            && !reasons.contains(&reason)
        {
            reasons.push(reason);
            notes.extend(waiting(s, job));
        }
    }
    let rows: Vec<AnyView> = jobs.iter().map(|job| job_row(s, job)).collect();
    Some(
        view! {
            <section class="stack" aria-labelledby="under-way">
                <h2 id="under-way">{s.text(Key::UnderWay)}</h2>
                {notes}
                <div class="panel panel--flush"><ul class="rows">{rows}</ul></div>
            </section>
        }
        .into_any(),
    )
}

fn job_row(s: Service, job: &Job) -> AnyView {
    let lang = s.lang.get();
    let picture = match job.task {
        Task::Add => "add",
        Task::BackUp => "backup",
        Task::Recover => "recover",
        Task::Retire => "trash",
    };
    let route = job.item.map(|item| {
        let is_value = s.values.with(|all| all.iter().any(|card| card.id == item));
        if is_value {
            Route::Value(item)
        } else {
            Route::Certificate(item)
        }
    });
    let subject = if job.subject.is_empty() {
        words::task(lang, job.task).into()
    } else {
        format!("{} – {}", job.subject, words::task(lang, job.task))
    };
    let subject = match route {
        Some(route) => view! { <a href=route.href()>{subject}</a> }.into_any(),
        None => subject.into_any(),
    };
    view! {
        <li>
            <div class="row">
                <span class="mark">{icon(picture)}</span>
                <span class="row-main">
                    <span>{subject}</span>
                    <span>{words::stage(lang, job.stage)}</span>
                </span>
                {call_off(s, job)}
            </div>
        </li>
    }
    .into_any()
}

fn here(s: Service) -> Option<AnyView> {
    let cards = s
        .values
        .with(|all| pick(all, |card| card.standing != Standing::Ended));
    if cards.is_empty() {
        let nothing_at_all = s.values.with(Vec::is_empty) && s.jobs.with(Vec::is_empty);
        return nothing_at_all.then(|| nothing(s));
    }
    Some(section(s, "here", Key::InThisBrowser, draw(s, cards)))
}

fn ended(s: Service) -> Option<AnyView> {
    let cards = s
        .values
        .with(|all| pick(all, |card| card.standing == Standing::Ended));
    (!cards.is_empty()).then(|| section(s, "ended", Key::EndedOnes, draw(s, cards)))
}

fn pick(all: &[ValueCard], which: fn(&ValueCard) -> bool) -> Vec<ValueCard> {
    all.iter().filter(|card| which(card)).cloned().collect()
}

fn draw(s: Service, cards: Vec<ValueCard>) -> Vec<AnyView> {
    cards
        .iter()
        .map(|card| value_card(s, picture_of(s, card), Route::Value(card.id)))
        .collect()
}

fn at_safes(s: Service) -> Option<AnyView> {
    let cards = s.certificates.get();
    if cards.is_empty() {
        return None;
    }
    let cards = cards
        .iter()
        .map(|card| {
            value_card(
                s,
                picture_of_certificate(s, card),
                Route::Certificate(card.id),
            )
        })
        .collect();
    Some(section(s, "at-safes", Key::AtSafe, cards))
}

fn section(s: Service, id: &'static str, title: Key, cards: Vec<AnyView>) -> AnyView {
    let lang = s.lang.get();
    let count = words::values(lang, cards.len());
    view! {
        <section class="stack" aria-labelledby=id>
            <div class="split">
                <h2 id=id>{text(lang, title)}</h2>
                <p class="quiet num">{count}</p>
            </div>
            <div class="values">{cards}</div>
        </section>
    }
    .into_any()
}

fn nothing(s: Service) -> AnyView {
    let lang = s.lang.get();
    let mut actions = vec![link(
        "btn btn--primary",
        Route::Add,
        None,
        text(lang, Key::WelcomeAdd).into(),
    )];
    if !s.certificates.with(Vec::is_empty) {
        let words = text(lang, Key::SeeCertificates).into();
        actions.push(link("btn", Route::Certificates, None, words));
    }
    empty(
        "wallet",
        text(lang, Key::EmptyHead),
        text(lang, Key::EmptyText),
        actions,
    )
}
