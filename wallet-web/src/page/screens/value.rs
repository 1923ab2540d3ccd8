//! One value: what it says, what it is worth, its code, and what can be done with it.

use crate::page::device;
use crate::page::format::{self, Length};
use crate::page::parts::{
    Fact, Picture, Reached, big_card, button, call_off, chip, dialog, dismiss, empty, fact, facts,
    halves, head, icon, link, or_anywhere, picture_of, small_icon, steps, waiting,
};
use crate::page::qr;
use crate::page::route::Route;
use crate::page::screens::certificates;
use crate::page::service::Service;
use crate::page::words::{self, Halves, Key, Lang, text};
use leptos::prelude::*;
use saifu_protocol::value::Currency;
use saifu_wallet_core::form::{Form, parse_amount};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::{Intent, RemoveReason};
use saifu_wallet_core::view::{Amount, Job, Opened, Stage, Standing, Task, ValueCard};

/// The screen.
pub(super) fn value(s: Service, id: ItemId) -> AnyView {
    let card = Memo::new(move |_| {
        s.values
            .with(|all| all.iter().find(|card| card.id == id).cloned())
    });
    let is_usable = Memo::new(move |_| {
        card.with(|card| {
            card.as_ref()
                .is_some_and(|card| matches!(card.standing, Standing::OnlyHere | Standing::Ended))
        })
    });
    // What a job holds cannot be opened, so it is asked for when it is free.
    Effect::new(move |_| {
        if is_usable.get() {
            s.send(Intent::Open { item: id });
        }
    });
    on_cleanup(move || s.close());

    let dialogs = Dialogs {
        code: RwSignal::new(false),
        used: RwSignal::new(false),
        discard: RwSignal::new(false),
    };
    view! {
        {move || match card.get() {
            Some(card) => present(s, card, dialogs),
            None => gone(s, id),
        }}
        {dialog(dialogs.code, move || code(s, id, dialogs.code))}
        {dialog(dialogs.used, move || used(s, id, dialogs.used))}
        {dialog(dialogs.discard, move || discard(s, id, card, dialogs.discard))}
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Dialogs {
    code: RwSignal<bool>,
    used: RwSignal<bool>,
    discard: RwSignal<bool>,
}

fn present(s: Service, card: ValueCard, dialogs: Dialogs) -> AnyView {
    let lang = s.lang.get();
    let job = match card.standing {
        Standing::Locked { job } | Standing::Arrived { job } => s.job(job),
        Standing::OnlyHere | Standing::Ended => None,
    };
    let title = match job.as_ref().map(|job| job.task) {
        Some(Task::BackUp) => text(lang, Key::BackingUp).into(),
        Some(Task::Recover) => text(lang, Key::Recovering).into(),
        Some(Task::Add | Task::Retire) | None => words::class(lang, &card.class),
    };
    let form = opened_form(s, card.id);
    let mut picture = picture_of(s, &card);
    if let Some(form) = &form {
        add_what_is_left(lang, &mut picture, form);
    }
    let left = view! {
        <div class="stack">
            {big_card(s, picture)}
            {job.is_none().then(|| actions(s, &card, form.as_ref(), dialogs.code))}
        </div>
    };
    let right = match job {
        Some(job) => progress(s, &job),
        None => details(s, &card, form.as_ref(), dialogs),
    };
    view! {
        {head(s, &title, Some(Route::Values), None)}
        <div class="two stack stack--wide">{left}{right}</div>
    }
    .into_any()
}

fn opened_form(s: Service, id: ItemId) -> Option<Form> {
    s.opened.with(|opened| match opened {
        Some(Opened::Value { id: open, form }) if *open == id => Some(form.clone()),
        Some(Opened::Value { .. } | Opened::Certificate { .. }) | None => None,
    })
}

fn form_amount(form: &Form, written: &str) -> Option<Amount> {
    let currency = Currency::from_code(&form.currency)?;
    parse_amount(written, currency).map(|money| Amount {
        minor: money.amount,
        currency: form.currency.clone(),
    })
}

/// What all of it was worth when it was whole.
fn total(form: &Form) -> Option<Amount> {
    let mut price = form_amount(form, &form.unit_price)?;
    price.minor = price.minor.checked_mul(form.quantity.parse().ok()?)?;
    Some(price)
}

fn add_what_is_left(lang: Lang, picture: &mut Picture, form: &Form) {
    if let (Some(left), Some(whole)) = (form_amount(form, &form.remaining), total(form)) {
        picture.meter = Some((left.minor, whole.minor));
        picture.beside = words::left_of(lang, &format::amount(lang, &whole));
    }
}

fn actions(s: Service, card: &ValueCard, form: Option<&Form>, code: RwSignal<bool>) -> AnyView {
    let lang = s.lang.get();
    let back_up = (card.standing == Standing::OnlyHere).then(|| {
        let words = text(lang, Key::BackUp).into();
        link(
            "btn btn--primary",
            Route::BackUp(Some(card.id)),
            Some("backup"),
            words,
        )
    });
    let has_code = form.is_none_or(|form| !form.payload.is_empty());
    let show = has_code.then(|| {
        button(
            "btn",
            Some("qr"),
            text(lang, Key::ShowCode).into(),
            move || code.set(true),
        )
    });
    view! { <div class="actions">{back_up}{show}</div> }.into_any()
}

fn details(s: Service, card: &ValueCard, form: Option<&Form>, dialogs: Dialogs) -> AnyView {
    let lang = s.lang.get();
    view! {
        <div class="stack">
            <section class="panel" aria-labelledby="details">
                <h2 id="details">{text(lang, Key::Details)}</h2>
                {facts(rows(lang, card, form))}
            </section>
            <div class="panel panel--flush">
                <ul class="rows">
                    <li>{act("done", text(lang, Key::MarkUsed), move || dialogs.used.set(true))}</li>
                    <li>
                        <a class="row" href=Route::Correct(card.id).href()>
                            {icon("edit")}
                            <span class="row-main"><span>{text(lang, Key::Correct)}</span></span>
                            {small_icon("next")}
                        </a>
                    </li>
                    <li>{act("trash", text(lang, Key::DiscardDots), move || dialogs.discard.set(true))}</li>
                </ul>
            </div>
        </div>
    }
    .into_any()
}

fn act(picture: &'static str, words: &'static str, press: impl Fn() + 'static) -> AnyView {
    view! {
        <button class="row row--act" type="button" on:click=move |_| press()>
            {icon(picture)}
            <span class="row-main"><span>{words}</span></span>
            {small_icon("next")}
        </button>
    }
    .into_any()
}

fn rows(lang: Lang, card: &ValueCard, form: Option<&Form>) -> Vec<Fact> {
    let class = words::class(lang, &card.class);
    let mut rows = vec![fact(text(lang, Key::Class), class)];
    let amount = |key: Key, amount: Option<Amount>| {
        amount.map(|amount| fact(text(lang, key), format::amount(lang, &amount)))
    };
    let price = form.and_then(|form| form_amount(form, &form.unit_price));
    rows.extend(amount(Key::UnitPrice, price));
    let quantity = words::quantity(lang, &card.class, card.quantity);
    rows.push(fact(text(lang, Key::Quantity), quantity));
    rows.extend(amount(Key::Total, form.and_then(total)));
    let left = form.and_then(|form| form_amount(form, &form.remaining));
    rows.extend(amount(Key::Remaining, left));
    let valid = format::validity(lang, Length::Long, &card.from, &card.to);
    rows.push(fact(text(lang, Key::Valid), valid));
    rows.push(fact(text(lang, Key::Place), or_anywhere(lang, &card.place)));
    if let Some(form) = form.filter(|form| !form.remarks.is_empty()) {
        rows.push(fact(text(lang, Key::Remarks), form.remarks.clone()));
    }
    let added = format::time_day(lang, card.since);
    rows.push(fact(text(lang, Key::Added), added));
    rows
}

/// A job on one value or certificate, in words.
pub(super) fn progress(s: Service, job: &Job) -> AnyView {
    let lang = s.lang.get();
    let now = if job.waiting.is_some() {
        Reached::Stopped
    } else {
        Reached::Now
    };
    let (list, note) = match job.task {
        Task::BackUp | Task::Add | Task::Retire => (
            vec![
                (Key::StepWritten, Key::StepWrittenNote, Reached::Done),
                (Key::StepHanding, Key::StepHandingNote, now),
                (Key::StepChecking, Key::StepCheckingNote, Reached::Todo),
                (Key::StepSafe, Key::StepSafeNote, Reached::Todo),
            ],
            Key::BackUpThen,
        ),
        Task::Recover => {
            let (requesting, arrived, confirmed) = match job.stage {
                Stage::NoRoom => (Reached::Stopped, Reached::Todo, Reached::Todo),
                Stage::Arrived => (Reached::Done, Reached::Done, now),
                Stage::Registering | Stage::Requesting | Stage::Returning | Stage::Retiring => {
                    (now, Reached::Todo, Reached::Todo)
                }
            };
            let list = vec![
                (Key::StepRequesting, Key::StepRequestingNote, requesting),
                (Key::StepArrived, Key::StepArrivedNote, arrived),
                (Key::StepConfirmed, Key::StepConfirmedNote, confirmed),
                (Key::StepYours, Key::StepYoursNote, Reached::Todo),
            ];
            (list, Key::RecoverWhy)
        }
    };
    // A job that goes back has no steps ahead, only words.
    let going_back = matches!(job.stage, Stage::Returning | Stage::Retiring);
    let way = if going_back {
        view! { <p>{words::stage(lang, job.stage)}</p> }.into_any()
    } else {
        steps(lang, list)
    };
    let room = (job.stage == Stage::NoRoom).then(|| make_room(s));
    view! {
        <div class="stack">
            {waiting(s, job)}
            {room}
            <div class="panel">{way}</div>
            <p class="quiet">{text(lang, note)}" "{text(lang, Key::Leave)}</p>
            {call_off(s, job).map(|button| view! { <div class="actions">{button}</div> })}
        </div>
    }
    .into_any()
}

/// The wallet is full: what it waits for, and the ways to make room.
fn make_room(s: Service) -> AnyView {
    let lang = s.lang.get();
    let summary = s.summary.get();
    let used = words::room(lang, summary.used_bytes, summary.capacity_bytes);
    let ended = s.values.with(|all| {
        all.iter()
            .filter(|card| card.standing == Standing::Ended)
            .count()
    });
    let row = |picture, route: Route, what: Key, note: String| {
        view! {
            <li>
                <a class="row" href=route.href()>
                    <span class="mark">{icon(picture)}</span>
                    <span class="row-main"><span>{text(lang, what)}</span><span>{note}</span></span>
                    {small_icon("next")}
                </a>
            </li>
        }
        .into_any()
    };
    let back_up_note = text(lang, Key::MakeRoomBackUpNote).to_owned();
    let raise_note = text(lang, Key::MakeRoomRaiseNote).to_owned();
    let mut rows = vec![row(
        "backup",
        Route::BackUp(None),
        Key::MakeRoomBackUp,
        back_up_note,
    )];
    if ended > 0 {
        rows.push(row(
            "trash",
            Route::Values,
            Key::MakeRoomEnded,
            words::values(lang, ended),
        ));
    }
    rows.push(row(
        "storage",
        Route::Settings,
        Key::MakeRoomRaise,
        raise_note,
    ));
    let no_room = Halves::new(
        words::stage(lang, Stage::NoRoom),
        text(lang, Key::CapacityHint),
    );
    view! {
        {halves("warn", "full", None, no_room, None, Vec::new())}
        <section class="panel stack" aria-labelledby="make-room">
            <div class="split"><h2 id="make-room">{text(lang, Key::MakeRoom)}</h2><span class="num">{used}</span></div>
            <progress
                class="meter"
                max=summary.capacity_bytes.to_string()
                value=summary.used_bytes.to_string()
                aria-label=text(lang, Key::RoomUsed)
            ></progress>
            <ul class="rows">{rows}</ul>
        </section>
    }
    .into_any()
}

/// It is not here any more: what came of it, if that is known.
fn gone(s: Service, id: ItemId) -> AnyView {
    let lang = s.lang.get();
    if let Some(card) = s.certificate_of(id) {
        return certificates::backed_up(s, &card);
    }
    let title = text(lang, Key::NotHere);
    let back = link(
        "btn btn--primary",
        Route::Values,
        None,
        text(lang, Key::BackToWallet).into(),
    );
    view! {
        {head(s, title, Some(Route::Values), None)}
        {empty("wallet", title, text(lang, Key::NotHereText), vec![back])}
    }
    .into_any()
}

/// It came back: shown in the place of its certificate.
pub(super) fn came_back(s: Service, card: &ValueCard) -> AnyView {
    let lang = s.lang.get();
    let list = vec![
        (Key::StepRequesting, Key::StepRequestingNote, Reached::Done),
        (Key::StepArrived, Key::StepArrivedNote, Reached::Done),
        (Key::StepConfirmed, Key::StepConfirmedNote, Reached::Done),
        (Key::StepYours, Key::StepYoursNote, Reached::Done),
    ];
    let back_up = text(lang, Key::BackUp).into();
    view! {
        {head(s, text(lang, Key::YoursAgain), Some(Route::Values), None)}
        <div class="two stack stack--wide">
            <div>{big_card(s, picture_of(s, card))}</div>
            <div class="stack">
                <p role="status">{words::is_back(lang, &card.name)}</p>
                <div class="panel">{steps(lang, list)}</div>
                <div class="actions">
                    {link("btn btn--primary", Route::Value(card.id), None, text(lang, Key::Details).into())}
                    {link("btn", Route::BackUp(Some(card.id)), Some("backup"), back_up)}
                </div>
            </div>
        </div>
    }
    .into_any()
}

fn code(s: Service, id: ItemId, open: RwSignal<bool>) -> AnyView {
    let lang = s.lang.get();
    let copied = RwSignal::new(None);
    let done = button(
        "btn btn--primary",
        None,
        text(lang, Key::Done).into(),
        move || dismiss(open),
    );
    let Some(form) = opened_form(s, id) else {
        return view! { <h2 id="dialog-title">{text(lang, Key::NoCode)}</h2><div class="actions">{done}</div> }
            .into_any();
    };
    let (name, payload) = (form.name.clone(), form.payload);
    let drawing = qr::draw(&payload).map(|drawn| {
        // Four modules of quiet on every side, as the standard asks.
        let side = drawn.side + 8;
        view! {
            <svg viewBox=format!("-4 -4 {side} {side}") role="img" aria-label=text(lang, Key::CodeLabel)>
                <path fill="currentColor" d=drawn.path></path>
            </svg>
        }
    });
    let hint = if drawing.is_some() {
        Key::CodeHint
    } else {
        Key::CodeTooLong
    };
    let shown = payload.to_string();
    let copy = button(
        "btn",
        Some("copy"),
        text(lang, Key::Copy).into(),
        move || {
            device::copy(&payload, move |allowed| {
                copied.try_set(Some(if allowed { Key::Copied } else { Key::NotCopied }));
            });
        },
    );
    view! {
        <h2 id="dialog-title">{name}</h2>
        <div class="code">{drawing}<p class="num code-text">{shown}</p></div>
        <p class="quiet">{text(lang, hint)}</p>
        <p class="quiet" role="status">{move || copied.get().map(|key| text(lang, key))}</p>
        <div class="actions">{done}{copy}</div>
    }
    .into_any()
}

fn used(s: Service, id: ItemId, open: RwSignal<bool>) -> AnyView {
    let question = s.text(Key::UsedQuestion).to_owned();
    let labels = (Key::NotYet, Key::UsedDo, "done");
    confirm(s, open, question, Key::UsedText, labels, move || {
        remove(s, id, RemoveReason::Used)
    })
}

fn discard(s: Service, id: ItemId, card: Memo<Option<ValueCard>>, open: RwSignal<bool>) -> AnyView {
    let lang = s.lang.get();
    let question = card.with_untracked(|card| {
        card.as_ref()
            .map(|card| words::discard_question(lang, &card.class, card.worth.as_ref()))
    });
    let labels = (Key::Keep, Key::Discard, "trash");
    let question = question.unwrap_or_default();
    confirm(s, open, question, Key::DiscardText, labels, move || {
        remove(s, id, RemoveReason::Discarded);
    })
}

fn remove(s: Service, value: ItemId, why: RemoveReason) {
    s.send(Intent::Remove { value, why });
    s.go(Route::Values);
}

/// A question with the harmless answer first.
pub(super) fn confirm(
    s: Service,
    open: RwSignal<bool>,
    question: String,
    words: Key,
    (no, yes, picture): (Key, Key, &'static str),
    confirmed: impl Fn() + 'static,
) -> AnyView {
    let keep = button("btn", None, s.text(no).into(), move || dismiss(open));
    let confirm = button(
        "btn btn--danger",
        Some(picture),
        s.text(yes).into(),
        move || {
            dismiss(open);
            confirmed();
        },
    );
    view! {
        <h2 id="dialog-title">{question}</h2>
        <p>{s.text(words)}</p>
        <div class="actions actions--end">{keep}{confirm}</div>
    }
    .into_any()
}

/// The chip of a safe.
pub(super) fn reach_chip(lang: Lang, reach: saifu_wallet_core::view::Reach) -> AnyView {
    use saifu_wallet_core::view::Reach;

    let state = match reach {
        Reach::Unknown => "unknown",
        Reach::Answers => "safe",
        Reach::Silent => "failed",
    };
    chip(state, words::reach(lang, reach).into())
}
