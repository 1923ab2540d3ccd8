//! Certificates: all of them, and one. Everything on them is readable without asking a safe.

use crate::page::device;
use crate::page::format::{self, Length};
use crate::page::parts::{
    Fact, big_card, button, certificate_name, certificate_standing, chip, dialog, dismiss, empty,
    fact, facts, halves, head, hex_fact, icon, link, or_anywhere, picture_of_certificate,
    safe_name, small_icon,
};
use crate::page::route::Route;
use crate::page::screens::value;
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::{CertificateCard, CertificateStanding, Job, Opened, Task};

/// All of them.
pub(super) fn certificates(s: Service) -> AnyView {
    let only_soon = RwSignal::new(false);
    view! {
        {move || head(s, s.text(Key::NavCertificates), None, None)}
        <div class="stack">{move || list(s, only_soon)}</div>
    }
    .into_any()
}

fn list(s: Service, only_soon: RwSignal<bool>) -> AnyView {
    let lang = s.lang.get();
    let all = s.certificates.get();
    if all.is_empty() {
        let (title, words) = (Key::NoCertificates, Key::NoCertificatesText);
        return empty(
            "certificate",
            text(lang, title),
            text(lang, words),
            Vec::new(),
        );
    }
    let soon = all.iter().filter(|card| card.ends_within_a_week).count();
    let filter = |key: Key, count: usize, which: bool| {
        view! {
            <button
                class="filter"
                type="button"
                aria-pressed=(only_soon.get() == which).to_string()
                on:click=move |_| only_soon.set(which)
            >
                {text(lang, key)}" "{count}
            </button>
        }
        .into_any()
    };
    let filters = vec![
        filter(Key::All, all.len(), false),
        filter(Key::WithinAWeek, soon, true),
    ];
    let rows: Vec<AnyView> = all
        .iter()
        .filter(|card| !only_soon.get() || card.ends_within_a_week)
        .map(|card| row(s, card))
        .collect();
    let rows = if rows.is_empty() {
        view! { <p>{text(lang, Key::NoneThisWeek)}</p> }.into_any()
    } else {
        view! { <div class="panel panel--flush"><ul class="rows">{rows}</ul></div> }.into_any()
    };
    view! {
        <div class="filters" role="group" aria-label=text(lang, Key::CertificatesShow)>{filters}</div>
        <p class="quiet">{text(lang, Key::CertificatesLead)}</p>
        {rows}
    }
    .into_any()
}

fn row(s: Service, card: &CertificateCard) -> AnyView {
    let lang = s.lang.get();
    let safe = safe_name(&card.operator, &card.address);
    let what = format!("{} · {safe}", words::class(lang, &card.digest.class));
    let ends = format::validity(lang, Length::Short, &card.digest.from, &card.digest.to);
    let (state, words) = certificate_standing(s, card);
    let chip = match (state, card.ends_within_a_week) {
        ("safe", true) => Some(chip("local", text(lang, Key::EndsSoon).into())),
        ("safe", false) => None,
        _ => Some(chip(state, text(lang, words).into())),
    };
    view! {
        <li>
            <a class="row row--certificate" href=Route::Certificate(card.id).href()>
                <span class="row-no"><small>"No."</small>{card.counter.get()}</span>
                <span class="row-main">
                    <span>{certificate_name(lang, card)}</span>
                    <span>{what}</span>
                    <span>{ends}</span>
                    {chip}
                </span>
                {small_icon("next")}
            </a>
        </li>
    }
    .into_any()
}

/// One of them.
pub(super) fn certificate(s: Service, id: ItemId) -> AnyView {
    let card = Memo::new(move |_| {
        s.certificates
            .with(|all| all.iter().find(|card| card.id == id).cloned())
    });
    let is_there = Memo::new(move |_| card.with(Option::is_some));
    Effect::new(move |_| {
        if is_there.get() {
            s.send(Intent::Open { item: id });
        }
    });
    on_cleanup(move || s.close());

    let discarding = RwSignal::new(false);
    view! {
        {move || match card.get() {
            Some(card) => present(s, &card, discarding),
            None => gone(s, id),
        }}
        {dialog(discarding, move || discard(s, id, card, discarding))}
    }
    .into_any()
}

fn present(s: Service, card: &CertificateCard, discarding: RwSignal<bool>) -> AnyView {
    let lang = s.lang.get();
    let job = match card.standing {
        CertificateStanding::Locked { job } => s.job(job),
        CertificateStanding::AtSafe
        | CertificateStanding::Elsewhere { .. }
        | CertificateStanding::NotHandedOut => None,
    };
    if let Some(job) = job {
        return under_way(s, card, &job);
    }
    let print = view! {
        <button
            class="btn btn--icon"
            type="button"
            aria-label=text(lang, Key::Print)
            on:click=|_| device::print()
        >
            {icon("print")}
        </button>
    };
    view! {
        {head(s, text(lang, Key::Certificate), Some(Route::Certificates), Some(print.into_any()))}
        <div class="stack">
            {standing(s, card)}
            {paper(s, card)}
            {actions(s, card, discarding)}
            {as_text(s, card.id)}
        </div>
    }
    .into_any()
}

fn under_way(s: Service, card: &CertificateCard, job: &Job) -> AnyView {
    let lang = s.lang.get();
    let title = match job.task {
        Task::Retire => Key::RetireTitle,
        Task::Add | Task::BackUp | Task::Recover => Key::Recovering,
    };
    let picture = picture_of_certificate(s, card);
    view! {
        {head(s, text(lang, title), Some(Route::Certificates), None)}
        <div class="two stack stack--wide">
            <div>{big_card(s, picture)}</div>
            {value::progress(s, job)}
        </div>
    }
    .into_any()
}

/// What the last recovery came to, if it did not bring the value back.
fn standing(s: Service, card: &CertificateCard) -> Option<AnyView> {
    let lang = s.lang.get();
    match card.standing {
        CertificateStanding::AtSafe | CertificateStanding::Locked { .. } => None,
        CertificateStanding::NotHandedOut => {
            let words = words::not_handed_out(lang);
            Some(halves("danger", "warn", None, words, None, Vec::new()))
        }
        CertificateStanding::Elsewhere {
            state,
            session,
            since,
        } => {
            let mut rows = vec![
                fact(
                    text(lang, Key::ReceiptState),
                    words::entry_state(lang, state),
                ),
                fact(text(lang, Key::ReceiptSince), format::time(lang, since)),
            ];
            if let Some(session) = session {
                let hex: String = session
                    .as_bytes()
                    .iter()
                    .take(4)
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                let words = format::groups(&hex).join(" ");
                rows.push(fact(text(lang, Key::ReceiptSession), words));
            }
            Some(
                view! {
                    {halves("danger", "refused", None, words::elsewhere(lang, state), None, Vec::new())}
                    <section class="panel" aria-labelledby="receipt">
                        <h2 id="receipt">{text(lang, Key::Receipt)}</h2>
                        {facts(rows)}
                        <p class="hint">{text(lang, Key::ReceiptChecked)}</p>
                    </section>
                }
                .into_any(),
            )
        }
    }
}

/// The certificate as a paper.
fn paper(s: Service, card: &CertificateCard) -> AnyView {
    let lang = s.lang.get();
    view! {
        <article class="certificate" aria-labelledby="paper">
            <header class="certificate-head">
                <h2 id="paper">{text(lang, Key::CertificateTitle)}</h2>
                <p class="certificate-no">"No. "{card.counter.get()}</p>
                <p class="quiet"><small>{text(lang, Key::CertificateSub)}</small></p>
            </header>
            {facts(digest(lang, card))}
            <h3>{text(lang, Key::IssuedBy)}</h3>
            {facts(issue(s, card))}
            <footer class="certificate-foot">
                <p class="quiet"><small>{text(lang, Key::CertificateChecked)}</small></p>
                <div class="seal" lang="ja" aria-hidden="true">"登録"<br />"之証"</div>
            </footer>
        </article>
    }
    .into_any()
}

fn digest(lang: Lang, card: &CertificateCard) -> Vec<Fact> {
    let digest = &card.digest;
    let mut rows = Vec::new();
    if !digest.class.is_empty() {
        let class = words::class(lang, &digest.class);
        rows.push(fact(text(lang, Key::Class), class));
    }
    rows.push(fact(text(lang, Key::Name), certificate_name(lang, card)));
    if let Some(quantity) = digest.quantity {
        let quantity = words::quantity(lang, &digest.class, quantity);
        rows.push(fact(text(lang, Key::Quantity), quantity));
    }
    if !digest.class.is_empty() {
        let valid = format::validity(lang, Length::Long, &digest.from, &digest.to);
        rows.push(fact(text(lang, Key::Valid), valid));
        rows.push(fact(
            text(lang, Key::Place),
            or_anywhere(lang, &digest.place),
        ));
    }
    rows
}

fn issue(s: Service, card: &CertificateCard) -> Vec<Fact> {
    let lang = s.lang.get();
    let mut rows = vec![
        fact(
            text(lang, Key::Safe),
            safe_name(&card.operator, &card.address),
        ),
        fact(text(lang, Key::Address), format::host(&card.address)),
        fact(text(lang, Key::Issued), format::time(lang, card.issued_at)),
        fact(
            text(lang, Key::KeptUntil),
            format::time_day(lang, card.retained_until),
        ),
        fact(
            text(lang, Key::Size),
            format::bytes(lang, card.object_bytes),
        ),
        hex_fact(text(lang, Key::Sha256), &card.sha256),
    ];
    if !card.md5.is_empty() {
        rows.push(hex_fact(text(lang, Key::Md5), &card.md5));
    }
    let fingerprint = s.safes.with(|safes| {
        let safe = safes.iter().find(|safe| safe.id == card.safe);
        safe.map(|safe| safe.fingerprint.clone())
    });
    if let Some(fingerprint) = fingerprint {
        rows.push(hex_fact(text(lang, Key::Fingerprint), &fingerprint));
    }
    rows
}

fn actions(s: Service, card: &CertificateCard, discarding: RwSignal<bool>) -> AnyView {
    let lang = s.lang.get();
    let id = card.id;
    let (words, class) = match card.standing {
        CertificateStanding::AtSafe | CertificateStanding::Locked { .. } => {
            (Key::Recover, "btn btn--primary")
        }
        CertificateStanding::Elsewhere { .. } | CertificateStanding::NotHandedOut => {
            (Key::TryRecoverAgain, "btn")
        }
    };
    let recover = button(
        class,
        Some("recover"),
        text(lang, words).into(),
        move || s.recover(id),
    );
    let discard = button(
        "btn btn--danger",
        Some("trash"),
        text(lang, Key::DiscardDots).into(),
        move || discarding.set(true),
    );
    view! { <div class="actions">{recover}{discard}</div> }.into_any()
}

fn as_text(s: Service, id: ItemId) -> Option<AnyView> {
    let lang = s.lang.get();
    let compact = s.opened.with(|opened| match opened {
        Some(Opened::Certificate { id: open, compact }) if *open == id => Some(compact.clone()),
        Some(Opened::Value { .. } | Opened::Certificate { .. }) | None => None,
    })?;
    Some(
        view! {
            <details class="quiet no-print">
                <summary>{text(lang, Key::AsText)}</summary>
                <p>{text(lang, Key::AsTextNote)}</p>
                <p><code class="compact">{compact}</code></p>
            </details>
        }
        .into_any(),
    )
}

fn discard(
    s: Service,
    id: ItemId,
    card: Memo<Option<CertificateCard>>,
    open: RwSignal<bool>,
) -> AnyView {
    let lang = s.lang.get();
    let name = card.with_untracked(|card| {
        card.as_ref()
            .map(|card| card.digest.name.clone())
            .unwrap_or_default()
    });
    let known = RwSignal::new(false);
    let keep = button("btn", None, text(lang, Key::Keep).into(), move || {
        dismiss(open)
    });
    let go = move |_| {
        if known.get_untracked() {
            dismiss(open);
            s.send(Intent::Discard { certificate: id });
            s.go(Route::Certificates);
        }
    };
    view! {
        <h2 id="dialog-title">{words::discard_certificate_question(lang, &name)}</h2>
        <p>{text(lang, Key::DiscardCertificateText)}</p>
        <label class="tick">
            <input
                type="checkbox"
                on:change=move |event| known.set(event_target_checked(&event))
            />
            <span>{text(lang, Key::DiscardCertificateTick)}</span>
        </label>
        <div class="actions actions--end">
            {keep}
            <button
                class="btn btn--danger"
                type="button"
                disabled=move || !known.get()
                on:click=go
            >
                {icon("trash")}{text(lang, Key::Discard)}
            </button>
        </div>
    }
    .into_any()
}

fn gone(s: Service, id: ItemId) -> AnyView {
    let lang = s.lang.get();
    if let Some(card) = s.value_of(id) {
        return value::came_back(s, &card);
    }
    let title = text(lang, Key::NotHere);
    let all = text(lang, Key::SeeCertificates).into();
    view! {
        {head(s, title, Some(Route::Certificates), None)}
        {empty(
            "certificate",
            title,
            text(lang, Key::NotHereText),
            vec![link("btn btn--primary", Route::Certificates, None, all)],
        )}
    }
    .into_any()
}

/// What came of a back-up: shown in the place of the value.
pub(super) fn backed_up(s: Service, card: &CertificateCard) -> AnyView {
    let lang = s.lang.get();
    let safe = safe_name(&card.operator, &card.address);
    let what = words::is_at(lang, &certificate_name(lang, card), &safe);
    let words = words::Halves::new(what, text(lang, Key::BackedUpNow));
    let see = text(lang, Key::SeeCertificates).into();
    view! {
        {head(s, text(lang, Key::BackedUp), Some(Route::Values), None)}
        <div class="stack stack--wide">
            {halves("ok", "done", Some("status"), words, None, Vec::new())}
            {paper(s, card)}
            <div class="actions">
                {link("btn btn--primary", Route::Values, None, text(lang, Key::Done).into())}
                {link("btn", Route::Certificates, Some("certificate"), see)}
            </div>
        </div>
    }
    .into_any()
}
