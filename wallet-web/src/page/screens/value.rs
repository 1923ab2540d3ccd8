//! One value: what it says, what it is worth, its code, and what can be done with it.

use crate::page::device;
use crate::page::format::{self, Length};
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{
    Fact, Picture, Reached, actions, big_card, button, call_off, chip, dialog, dialog_title,
    dismiss, empty, fact, facts, halves, head, icon, keep_dialog, link, make_room_by_rules, marked,
    meter, or_anywhere, picture_of, quiet, reason, small_icon, steps, waiting, way,
};
use crate::page::qr;
use crate::page::route::Route;
use crate::page::screens::{backup, certificates};
use crate::page::service::Service;
use crate::page::words::{self, Halves, Key, Lang, text};
use leptos::prelude::*;
use saifu_protocol::value::Currency;
use saifu_wallet_core::form::{Form, parse_amount};
use saifu_wallet_core::ids::{FlowId, ItemId};
use saifu_wallet_core::intent::{Intent, RemoveReason};
use saifu_wallet_core::view::{
    Amount, Job, Opened, Reach, SafeCard, Stage, Standing, Summary, Task, ValueCard,
};

/// The screen.
pub(super) fn value(s: Service, id: ItemId) -> Node {
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
        copied: RwSignal::new(None),
        agreed: RwSignal::new(false),
    };
    // What the body says comes a moment later; the details wait for it rather than move. But not for ever.
    let waited = RwSignal::new(false);
    device::later(1_500, move || {
        waited.try_set(true);
    });
    keep_dialog("code", dialogs.code);
    keep_dialog("used", dialogs.used);
    keep_dialog("discard", dialogs.discard);
    Node::live(move || {
        let lang = s.lang.get();
        Node::Many(vec![
            match card.get() {
                Some(card) => present(s, &card, dialogs, waited.get()),
                None => gone(s, id),
            },
            dialog("code", dialogs.code, || code(s, id, dialogs)),
            dialog("used", dialogs.used, || used(s, id, dialogs.used)),
            dialog("discard", dialogs.discard, || {
                let question = card.with(|card| {
                    card.as_ref()
                        .map(|card| words::discard_question(lang, &card.class, card.worth.as_ref()))
                });
                discard(s, id, question.unwrap_or_default(), dialogs.discard)
            }),
        ])
    })
}

#[derive(Clone, Copy)]
struct Dialogs {
    code: RwSignal<bool>,
    used: RwSignal<bool>,
    discard: RwSignal<bool>,
    /// What came of copying the code.
    copied: RwSignal<Option<Key>>,
    /// Whether the owner wants the code of a copy to be shown, too.
    agreed: RwSignal<bool>,
}

fn present(s: Service, card: &ValueCard, dialogs: Dialogs, waited: bool) -> Node {
    let lang = s.lang.get();
    let job = match card.standing {
        Standing::Locked { job } | Standing::Arrived { job } => s.job(job),
        Standing::OnlyHere | Standing::Ended => None,
    };
    let title = match job.as_ref().map(|job| job.task) {
        Some(Task::BackUp) => text(lang, Key::BackingUp).into(),
        Some(Task::Recover) => text(lang, Key::Recovering).into(),
        Some(
            Task::Add
            | Task::Retire
            | Task::Repair
            | Task::RecoverKey
            | Task::LastCopy
            | Task::TakeOver
            | Task::Enrol
            | Task::Restore
            | Task::Ways
            | Task::Round
            | Task::SetWait
            | Task::Decide
            | Task::Freeze
            | Task::Rehearse
            | Task::Audit,
        )
        | None => words::class(lang, &card.class),
    };
    let form = opened_form(s, card.id);
    let mut picture = picture_of(s, card);
    if let Some(form) = &form {
        add_what_is_left(lang, &mut picture, form);
    }
    let mut left = div("stack").child(big_card(s, picture));
    let right = match &job {
        Some(job) => progress(s, job),
        None => {
            left = left.child(what_to_do(s, card, form.as_ref(), dialogs.code));
            if form.is_some() || waited {
                details(s, card, form.as_ref(), dialogs)
            } else {
                div("skeleton").key("details".into()).into()
            }
        }
    };
    Node::Many(vec![
        head(s, &title, Some(Route::Values), None),
        div("two stack stack--wide").child(left).child(right).into(),
    ])
}

fn opened_form(s: Service, id: ItemId) -> Option<Form> {
    s.opened.with(|opened| match opened {
        Some(Opened::Value { id: open, form }) if *open == id => Some(form.clone()),
        Some(
            Opened::Value { .. }
            | Opened::Certificate { .. }
            | Opened::Papers { .. }
            | Opened::Secret { .. },
        )
        | None => None,
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

fn what_to_do(s: Service, card: &ValueCard, form: Option<&Form>, code: RwSignal<bool>) -> Node {
    let lang = s.lang.get();
    let mut buttons = Vec::new();
    if card.standing == Standing::OnlyHere {
        let route = Route::BackUp(Some(card.id));
        let words = text(lang, Key::BackUp);
        buttons.push(link("btn btn--primary", route, Some("backup"), words));
    }
    if form.is_none_or(|form| !form.payload.is_empty()) {
        let words = text(lang, Key::ShowCode);
        buttons.push(button("btn", Some("qr"), words, move || code.set(true)));
    }
    actions(buttons)
}

fn details(s: Service, card: &ValueCard, form: Option<&Form>, dialogs: Dialogs) -> Node {
    let lang = s.lang.get();
    let says = el("section")
        .class("panel")
        .fixed("aria-labelledby", "details")
        .child(
            el("h2")
                .fixed("id", "details")
                .words(text(lang, Key::Details)),
        )
        .child(facts(rows(lang, card, form)));
    let correct = el("a")
        .class("row")
        .attr("href", Route::Correct(card.id).href())
        .child(icon("edit"))
        .child(row_words(text(lang, Key::Correct)))
        .child(small_icon("next"));
    let used = act("done", text(lang, Key::MarkUsed), dialogs.used);
    let discard = act("trash", text(lang, Key::DiscardDots), dialogs.discard);
    let acts = el("ul")
        .class("rows")
        .child(el("li").child(used))
        .child(el("li").child(correct))
        .child(el("li").child(discard));
    div("stack")
        .child(says)
        .child(div("panel panel--flush").child(acts))
        .into()
}

fn row_words(words: &'static str) -> Node {
    let words = el("span").child(words);
    el("span").class("row-main").child(words).into()
}

fn act(picture: &'static str, words: &'static str, open: RwSignal<bool>) -> Node {
    el("button")
        .class("row")
        .fixed("type", "button")
        .on("click", move |_| open.set(true))
        .child(icon(picture))
        .child(row_words(words))
        .child(small_icon("next"))
        .into()
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
pub(super) fn progress(s: Service, job: &Job) -> Node {
    let lang = s.lang.get();
    let now = if reason(s, job).is_some() {
        Reached::Stopped
    } else {
        Reached::Now
    };
    let (list, note) = match job.task {
        Task::BackUp
        | Task::Add
        | Task::Retire
        | Task::Enrol
        | Task::Restore
        | Task::Ways
        | Task::Round
        | Task::SetWait
        | Task::Decide
        | Task::Freeze
        | Task::Rehearse
        | Task::Audit => (
            vec![
                (Key::StepWritten, Key::StepWrittenNote, Reached::Done),
                (Key::StepHanding, Key::StepHandingNote, now),
                (Key::StepChecking, Key::StepCheckingNote, Reached::Todo),
                (Key::StepSafe, Key::StepSafeNote, Reached::Todo),
            ],
            Key::BackUpThen,
        ),
        Task::Recover | Task::Repair | Task::RecoverKey | Task::LastCopy | Task::TakeOver => {
            let (requesting, arrived, confirmed) = match job.stage {
                Stage::NoRoom => (Reached::Stopped, Reached::Todo, Reached::Todo),
                Stage::Arrived => (Reached::Done, Reached::Done, now),
                Stage::Registering
                | Stage::Requesting
                | Stage::Returning
                | Stage::Retiring
                | Stage::TakingOver
                | Stage::Enrolling
                | Stage::LoggingIn
                | Stage::LoggedIn
                | Stage::AwaitsDevice
                | Stage::Managing
                | Stage::Listing
                | Stage::Round
                | Stage::SettingWait
                | Stage::SettingWake
                | Stage::Deciding
                | Stage::Freezing
                | Stage::Auditing => (now, Reached::Todo, Reached::Todo),
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
    let shown: Node = if going_back {
        el("p").child(words::stage(lang, job.stage)).into()
    } else {
        steps(lang, list)
    };
    let shown = backup::registering(s, job.id).unwrap_or_else(|| div("panel").child(shown).into());
    let room = (job.stage == Stage::NoRoom).then(|| make_room(s, job.id));
    let note = quiet(text(lang, note))
        .words(" ")
        .words(text(lang, Key::Leave));
    div("stack")
        .child(waiting(s, reason(s, job)))
        .child(room)
        .child(shown)
        .child(note)
        .child(actions(call_off(s, job).into_iter().collect()))
        .into()
}

/// The wallet is full: what it waits for, and the ways to make room.
pub(super) fn make_room(s: Service, job: FlowId) -> Node {
    let lang = s.lang.get();
    let Summary {
        used_bytes,
        capacity_bytes,
        ..
    } = s.summary.get();
    let ended = s.values.with(|all| {
        let ended = |card: &&ValueCard| card.standing == Standing::Ended;
        all.iter().filter(ended).count()
    });
    let row = |picture, route: Route, what: Key, note: String| {
        way(picture, route, text(lang, what), note)
    };
    let note = |key| text(lang, key).to_owned();
    let back_up_note = note(Key::MakeRoomBackUpNote);
    let mut rows = vec![row(
        "backup",
        Route::BackUp(None),
        Key::MakeRoomBackUp,
        back_up_note,
    )];
    if ended > 0 {
        let count = words::values(lang, ended);
        rows.push(row("trash", Route::Values, Key::MakeRoomEnded, count));
    }
    let raise_note = note(Key::MakeRoomRaiseNote);
    rows.push(row(
        "storage",
        Route::Settings,
        Key::MakeRoomRaise,
        raise_note,
    ));

    let words = Halves::new(
        words::stage(lang, Stage::NoRoom),
        text(lang, Key::CapacityHint),
    );
    let used = words::room(lang, used_bytes, capacity_bytes);
    let title = div("split")
        .child(
            el("h2")
                .fixed("id", "make-room")
                .words(text(lang, Key::MakeRoom)),
        )
        .child(el("span").class("num").child(used));
    let meter = meter(used_bytes, capacity_bytes).attr("aria-label", text(lang, Key::RoomUsed));
    let ways = el("section")
        .class("panel stack")
        .fixed("aria-labelledby", "make-room")
        .child(title)
        .child(meter)
        .child(make_room_by_rules(s, job))
        .child(el("ul").class("rows").child(rows));
    Node::Many(vec![
        halves("warn", "full", None, words, None, Vec::new()),
        ways.into(),
    ])
}

/// It is not here any more: what came of it, if that is known.
fn gone(s: Service, id: ItemId) -> Node {
    let lang = s.lang.get();
    if let Some(card) = s.certificate_of(id) {
        return certificates::backed_up(s, &card);
    }
    if let Some(card) = s.backup_of(id) {
        return backup::backed_up(s, &card);
    }
    let title = text(lang, Key::NotHere);
    let back = link(
        "btn btn--primary",
        Route::Values,
        None,
        text(lang, Key::BackToWallet),
    );
    Node::Many(vec![
        head(s, text(lang, Key::NavValues), Some(Route::Values), None),
        empty("wallet", title, text(lang, Key::NotHereText), vec![back]),
    ])
}

/// It came back: shown in the place of its certificate.
pub(super) fn came_back(s: Service, card: &ValueCard, safes: usize) -> Node {
    device::focus_heading_if_lost();
    let lang = s.lang.get();
    let (asked, confirmed) = if safes > 1 {
        let asked = (Key::StepRequestingAll, Key::StepRequestingAllNote);
        (asked, Key::StepConfirmedAllNote)
    } else {
        let asked = (Key::StepRequesting, Key::StepRequestingNote);
        (asked, Key::StepConfirmedNote)
    };
    let list = vec![
        (asked.0, asked.1, Reached::Done),
        (Key::StepArrived, Key::StepArrivedNote, Reached::Done),
        (Key::StepConfirmed, confirmed, Reached::Done),
        (Key::StepYours, Key::StepYoursNote, Reached::Done),
    ];
    let words = text(lang, Key::Details);
    let see = link("btn btn--primary", Route::Value(card.id), None, words);
    let words = text(lang, Key::BackUp);
    let back_up = link("btn", Route::BackUp(Some(card.id)), Some("backup"), words);
    let right = div("stack")
        .child(el("p").child(words::is_back(lang, &card.name)))
        .child(div("panel").child(steps(lang, list)))
        .child(actions(vec![see, back_up]));
    let left = el("div").child(big_card(s, picture_of(s, card)));
    Node::Many(vec![
        head(s, text(lang, Key::YoursAgain), Some(Route::Values), None),
        div("two stack stack--wide").child(left).child(right).into(),
    ])
}

fn code(
    s: Service,
    id: ItemId,
    Dialogs {
        code: open,
        copied,
        agreed,
        ..
    }: Dialogs,
) -> Node {
    let lang = s.lang.get();
    let done = button("btn btn--primary", None, text(lang, Key::Done), move || {
        copied.set(None);
        agreed.set(false);
        dismiss(open);
    });
    let Some(form) = opened_form(s, id) else {
        return Node::Many(vec![
            dialog_title(text(lang, Key::NoCode)).into(),
            actions(vec![done]),
        ]);
    };
    let is_marked = s.values.with(|all| {
        let mut its = all.iter().filter(|card| card.id == id);
        its.any(|card| card.may_be_used)
    });
    if is_marked && !agreed.get() {
        let words = words::may_be_used_question(lang);
        let show = text(lang, Key::ShowCodeAllTheSame);
        let show = button("btn", Some("qr"), show, move || agreed.set(true));
        return Node::Many(vec![
            dialog_title(form.name).into(),
            marked(lang, true).into(),
            el("p").child(words.what).into(),
            el("p").child(words.now).into(),
            actions(vec![done, show]),
        ]);
    }
    let (name, payload) = (form.name, form.payload);
    let drawing = drawing(lang, &payload);
    let hint = if drawing.is_some() {
        Key::CodeHint
    } else {
        Key::CodeTooLong
    };
    let shown = el("p").class("num code-text").child(payload.to_string());
    let copy = button("btn", Some("copy"), text(lang, Key::Copy), move || {
        device::copy(&payload, move |allowed| {
            copied.try_set(Some(if allowed { Key::Copied } else { Key::NotCopied }));
        });
    });
    let copied = el("p")
        .class("quiet")
        .fixed("role", "status")
        .child(copied.get().map(|key| text(lang, key)));
    Node::Many(vec![
        dialog_title(name).into(),
        div("code").child(drawing).child(shown).into(),
        quiet(text(lang, hint)).into(),
        copied.into(),
        actions(vec![done, copy]),
    ])
}

/// A text as a picture to scan; nothing if it is too long for one.
pub(super) fn drawing(lang: Lang, payload: &str) -> Option<El> {
    let drawn = qr::draw(payload)?;
    // Four modules of quiet on every side, as the standard asks.
    let side = drawn.side + 8;
    let path = el("path")
        .fixed("fill", "currentColor")
        .attr("d", drawn.path);
    let picture = el("svg")
        .attr("viewBox", format!("-4 -4 {side} {side}"))
        .fixed("role", "img")
        .attr("aria-label", text(lang, Key::CodeLabel))
        .child(path);
    Some(picture)
}

fn used(s: Service, id: ItemId, open: RwSignal<bool>) -> Node {
    let question = s.text(Key::UsedQuestion).to_owned();
    let labels = (Key::NotYet, Key::UsedDo, "done");
    confirm(s, open, question, Key::UsedText, labels, move || {
        remove(s, id, RemoveReason::Used);
    })
}

fn discard(s: Service, id: ItemId, question: String, open: RwSignal<bool>) -> Node {
    let labels = (Key::Keep, Key::Discard, "trash");
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
) -> Node {
    let keep = button("btn", None, s.text(no), move || dismiss(open));
    let confirm = button("btn btn--danger", Some(picture), s.text(yes), move || {
        dismiss(open);
        confirmed();
    });
    Node::Many(vec![
        dialog_title(question).into(),
        el("p").words(s.text(words)).into(),
        div("actions actions--end")
            .child(keep)
            .child(confirm)
            .into(),
    ])
}

/// The chip of a safe.
pub(super) fn reach_chip(lang: Lang, safe: &SafeCard) -> Node {
    if safe.asking {
        return chip("moving", text(lang, Key::Asking));
    }
    let state = match safe.reach {
        Reach::Unknown => "unknown",
        Reach::Answers => "safe",
        Reach::Silent => "failed",
    };
    chip(state, words::reach(lang, safe.reach))
}
