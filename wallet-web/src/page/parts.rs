//! What every screen is made of. Plain data in, one kind of view out: so the code for each is there once.

use super::device;
use super::format::{self, Length};
use super::route::Route;
use super::service::Service;
use super::words::{self, Halves, Key, Lang, Weight, text};
use leptos::prelude::*;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::notice::Notice;
use saifu_wallet_core::view::{
    CertificateCard, CertificateStanding, Job, Standing, Task, ValueCard,
};

/// A picture from the sheet of icons. Always beside words, so never read out.
pub(crate) fn icon(name: &'static str) -> AnyView {
    picture(name, "icon")
}

/// A small one, beside text.
pub(crate) fn small_icon(name: &'static str) -> AnyView {
    picture(name, "icon icon--s")
}

fn picture(name: &'static str, class: &'static str) -> AnyView {
    view! { <svg class=class aria-hidden="true"><use href=format!("/icons.svg#{name}")></use></svg> }
        .into_any()
}

/// The material of a class: the name under which the style sheet and the icons know it.
pub(crate) fn material(class: &str) -> &'static str {
    match class {
        "movie-ticket" => "movie",
        "concert-ticket" => "concert",
        "travel-ticket" => "travel",
        "prepaid-card" => "prepaid",
        "coupon" => "coupon",
        "gift-card" => "gift",
        _ => "event",
    }
}

/// The head of a screen. It names the tab, too.
pub(crate) fn head(
    s: Service,
    title: &str,
    back: Option<Route>,
    right: Option<AnyView>,
) -> AnyView {
    device::show_title(title);
    let back = back.map(|route| {
        view! {
            <a class="btn btn--icon" href=route.href() aria-label=s.text(Key::Back)>
                {icon("back")}
            </a>
        }
    });
    view! {
        <header class="page-head">
            {back} <h1 tabindex="-1">{title.to_owned()}</h1> {right}
        </header>
    }
    .into_any()
}

/// A link that looks like a button.
pub(crate) fn link(
    class: &'static str,
    route: Route,
    picture: Option<&'static str>,
    words: String,
) -> AnyView {
    let picture = picture.map(|name| {
        if class.contains("small") {
            small_icon(name)
        } else {
            icon(name)
        }
    });
    view! { <a class=class href=route.href()>{picture}{words}</a> }.into_any()
}

/// A button.
pub(crate) fn button(
    class: &'static str,
    picture: Option<&'static str>,
    words: String,
    press: impl FnMut() + 'static,
) -> AnyView {
    press_button(class, picture, words, Box::new(press))
}

fn press_button(
    class: &'static str,
    picture: Option<&'static str>,
    words: String,
    mut press: Box<dyn FnMut()>,
) -> AnyView {
    let picture = picture.map(|name| {
        if class.contains("small") {
            small_icon(name)
        } else {
            icon(name)
        }
    });
    view! { <button class=class type="button" on:click=move |_| press()>{picture}{words}</button> }
        .into_any()
}

/// One row of facts.
pub(crate) struct Fact {
    name: &'static str,
    value: AnyView,
    is_tall: bool,
}

/// A short fact.
pub(crate) fn fact(name: &'static str, value: impl Into<String>) -> Fact {
    let value: String = value.into();
    Fact {
        name,
        value: value.into_any(),
        is_tall: false,
    }
}

/// A fingerprint or a hash, in groups to compare by eye.
pub(crate) fn hex_fact(name: &'static str, value: &str) -> Fact {
    let groups: Vec<AnyView> = format::groups(value)
        .into_iter()
        .map(|group| view! { <span>{group}</span>" " }.into_any())
        .collect();
    Fact {
        name,
        value: view! { <code class="hex hex--8">{groups}</code> }.into_any(),
        is_tall: true,
    }
}

/// Facts, one below the other.
pub(crate) fn facts(rows: Vec<Fact>) -> AnyView {
    let rows: Vec<AnyView> = rows
        .into_iter()
        .map(
            |Fact {
                 name,
                 value,
                 is_tall,
             }| {
                let class = is_tall.then_some("fact--tall");
                view! { <div class=class><dt>{name}</dt><dd>{value}</dd></div> }.into_any()
            },
        )
        .collect();
    view! { <dl class="facts">{rows}</dl> }.into_any()
}

/// Something that happened and what to do now.
pub(crate) fn halves(
    kind: &'static str,
    picture: &'static str,
    role: Option<&'static str>,
    words: Halves,
    time: Option<String>,
    actions: Vec<AnyView>,
) -> AnyView {
    let actions = (!actions.is_empty()).then(|| view! { <div class="actions">{actions}</div> });
    let time = time.map(|time| view! { <time>{time}</time> });
    view! {
        <section class="notice" data-kind=kind role=role>
            {icon(picture)}
            <div>
                <h2 class="notice-what">{words.what}</h2>
                <p class="notice-now">{words.now}</p>
                {time}
            </div>
            {actions}
        </section>
    }
    .into_any()
}

/// A notice with its acknowledgement.
pub(crate) fn notice(s: Service, notice: &Notice) -> AnyView {
    let lang = s.lang.get();
    let (kind, picture) = match words::weight(&notice.kind) {
        Weight::Note => ("", "info"),
        Weight::Warning => ("warn", "warn"),
        Weight::Danger => ("danger", "refused"),
    };
    let id = notice.id;
    let seen = button(
        "btn btn--small btn--quiet",
        None,
        text(lang, Key::Seen).into(),
        move || {
            s.send(Intent::Acknowledge { notice: id });
        },
    );
    let time = format::time(lang, notice.at);
    halves(
        kind,
        picture,
        None,
        words::notice(lang, notice),
        Some(time),
        vec![seen],
    )
}

/// A message in the place of an empty list.
pub(crate) fn empty(
    picture: &'static str,
    title: &'static str,
    words: &'static str,
    actions: Vec<AnyView>,
) -> AnyView {
    let actions = (!actions.is_empty()).then(|| view! { <div class="actions">{actions}</div> });
    view! {
        <div class="panel stack empty">
            <span class="mark">{icon(picture)}</span>
            <h2>{title}</h2>
            <p class="quiet">{words}</p>
            {actions}
        </div>
    }
    .into_any()
}

/// A small label that says where something is.
pub(crate) fn chip(state: &'static str, words: String) -> AnyView {
    view! { <span class="chip" data-state=state>{words}</span> }.into_any()
}

/// The picture of a value.
pub(crate) struct Picture {
    pub(crate) class: String,
    pub(crate) state: &'static str,
    pub(crate) chip: String,
    pub(crate) name: String,
    pub(crate) money: String,
    pub(crate) beside: String,
    pub(crate) valid: String,
    pub(crate) place: String,
    /// What is left, and of how much.
    pub(crate) meter: Option<(u64, u64)>,
}

/// The chip of a value, and the state in which its picture is drawn.
pub(crate) fn standing(s: Service, standing: Standing) -> (&'static str, Key) {
    match standing {
        Standing::OnlyHere => ("local", Key::StateLocal),
        Standing::Ended => ("ended", Key::StateEnded),
        Standing::Arrived { .. } => ("arrived", Key::StateArrived),
        Standing::Locked { job } => match s.job(job).map(|job| job.task) {
            Some(Task::BackUp) => ("moving", Key::StateMoving),
            _ => ("moving", Key::StateWorking),
        },
    }
}

/// The chip of a certificate.
pub(crate) fn certificate_standing(s: Service, card: &CertificateCard) -> (&'static str, Key) {
    match card.standing {
        CertificateStanding::AtSafe => ("safe", Key::AtSafe),
        CertificateStanding::Locked { job } => match s.job(job).map(|job| job.task) {
            Some(Task::Recover) => ("moving", Key::StateRecovering),
            _ => ("moving", Key::StateWorking),
        },
        CertificateStanding::Elsewhere { .. } => ("failed", Key::StateElsewhere),
        CertificateStanding::NotHandedOut => ("failed", Key::StateNotHandedOut),
    }
}

/// The picture of a value that is here.
pub(crate) fn picture_of(s: Service, card: &ValueCard) -> Picture {
    let lang = s.lang.get();
    let (state, chip) = standing(s, card.standing);
    // On a card an amount stands alone, so both languages write it with its sign.
    let money = card
        .worth
        .as_ref()
        .map(|worth| format::amount(Lang::En, worth));
    Picture {
        class: card.class.clone(),
        state,
        chip: text(lang, chip).into(),
        name: card.name.clone(),
        money: money.unwrap_or_default(),
        beside: words::quantity(lang, &card.class, card.quantity),
        valid: format::validity(lang, Length::Short, &card.from, &card.to),
        place: or_anywhere(lang, &card.place),
        meter: None,
    }
}

/// The print of a value that is at a safe.
pub(crate) fn picture_of_certificate(s: Service, card: &CertificateCard) -> Picture {
    let lang = s.lang.get();
    let (state, chip) = certificate_standing(s, card);
    let digest = &card.digest;
    Picture {
        class: digest.class.clone(),
        state: if state == "moving" { "moving" } else { "safe" },
        chip: text(lang, chip).into(),
        name: certificate_name(lang, card),
        money: String::new(),
        beside: digest
            .quantity
            .map(|quantity| words::quantity(lang, &digest.class, quantity))
            .unwrap_or_default(),
        valid: format::validity(lang, Length::Short, &digest.from, &digest.to),
        place: or_anywhere(lang, &digest.place),
        meter: None,
    }
}

/// What a certificate is called.
pub(crate) fn certificate_name(lang: Lang, card: &CertificateCard) -> String {
    if card.digest.name.is_empty() {
        text(lang, Key::Vacant).into()
    } else {
        card.digest.name.clone()
    }
}

/// What a safe is called: by its operator, else by where it is.
pub(crate) fn safe_name(operator: &str, address: &str) -> String {
    if operator.is_empty() {
        format::host(address).into()
    } else {
        operator.into()
    }
}

/// A place; none means anywhere.
pub(crate) fn or_anywhere(lang: Lang, place: &str) -> String {
    if place.is_empty() {
        text(lang, Key::Anywhere).into()
    } else {
        place.into()
    }
}

/// A card in a list; the link in its name makes the whole card the target.
pub(crate) fn value_card(s: Service, picture: Picture, route: Route) -> AnyView {
    let name =
        view! { <h3 class="value-name"><a href=route.href()>{picture.name.clone()}</a></h3> };
    draw(s.lang.get(), "value", picture, name.into_any())
}

/// A card that stands alone.
pub(crate) fn big_card(s: Service, picture: Picture) -> AnyView {
    let name = view! { <h2 class="value-name">{picture.name.clone()}</h2> };
    draw(s.lang.get(), "value value--big", picture, name.into_any())
}

fn draw(lang: Lang, class: &'static str, picture: Picture, name: AnyView) -> AnyView {
    let material = material(&picture.class);
    let money = match (picture.money.is_empty(), picture.beside.is_empty()) {
        (true, true) => None,
        (true, false) => Some(view! { <p class="value-beside">{picture.beside}</p> }.into_any()),
        (false, _) => {
            let beside =
                (!picture.beside.is_empty()).then(|| view! { <small>{picture.beside}</small> });
            Some(view! { <p class="money">{picture.money}{beside}</p> }.into_any())
        }
    };
    let meter = picture.meter.map(|(left, whole)| {
        view! {
            <progress class="meter" max=whole.to_string() value=left.to_string() aria-label=text(lang, Key::Remaining)></progress>
        }
    });
    view! {
        <article class=class data-class=material data-state=picture.state>
            <div class="value-head">
                <span class="value-class">
                    {small_icon(material)}{words::class(lang, &picture.class)}
                </span>
                {chip(picture.state, picture.chip)}
            </div>
            <div class="value-body">{name}{money}{meter}</div>
            <dl class="value-facts">
                <div><dt>{text(lang, Key::Valid)}</dt><dd>{picture.valid}</dd></div>
                <div><dt>{text(lang, Key::Place)}</dt><dd>{picture.place}</dd></div>
            </dl>
        </article>
    }
    .into_any()
}

/// How far a step is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    Done,
    Now,
    Todo,
    Stopped,
}

/// Steps in words: what each is, a note on it, and how far it is.
pub(crate) fn steps(lang: Lang, steps: Vec<(Key, Key, Reached)>) -> AnyView {
    let steps: Vec<AnyView> = steps
        .into_iter()
        .map(|(what, note, reached)| {
            let (state, words, picture) = match reached {
                Reached::Done => ("done", Key::StepDone, Some("check")),
                Reached::Now => ("now", Key::StepNow, None),
                Reached::Todo => ("todo", Key::StepTodo, None),
                Reached::Stopped => ("failed", Key::StepStopped, Some("close")),
            };
            let current = (reached == Reached::Now).then_some("step");
            view! {
                <li class="step" data-state=state aria-current=current>
                    <p>
                        {text(lang, what)}
                        <span class="sr-only">" – "{text(lang, words)}</span>
                    </p>
                    <p>{text(lang, note)}</p>
                    {picture.map(small_icon)}
                </li>
            }
            .into_any()
        })
        .collect();
    view! { <ol class="steps">{steps}</ol> }.into_any()
}

/// Why a job waits, with a way not to wait; nothing if it does not.
pub(crate) fn waiting(s: Service, job: &Job) -> Option<AnyView> {
    let lang = s.lang.get();
    let reason = job.waiting?;
    let retry = button(
        "btn btn--small",
        Some("refresh"),
        text(lang, Key::TryNow).into(),
        move || {
            s.send(Intent::RetryNow);
        },
    );
    Some(halves(
        "warn",
        "offline",
        None,
        words::waiting(lang, reason),
        None,
        vec![retry],
    ))
}

/// The button that calls a job off, if it can be.
pub(crate) fn call_off(s: Service, job: &Job) -> Option<AnyView> {
    let id = job.id;
    job.can_call_off.then(|| {
        button("btn", None, s.text(Key::CallOff).into(), move || {
            s.send(Intent::CallOff { job: id });
        })
    })
}

/// A question over the screen. The browser keeps the focus inside, closes on Escape and gives the focus back.
pub(crate) fn dialog(
    open: RwSignal<bool>,
    content: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    boxed_dialog(open, Box::new(content))
}

fn boxed_dialog(open: RwSignal<bool>, content: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    let node = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            // When the content is in the document: the first thing in it gets the focus.
            (true, false) => device::soon(move || {
                let _ = dialog.show_modal();
            }),
            (false, true) => dialog.close(),
            (true, true) | (false, false) => {}
        }
    });
    view! {
        <dialog
            class="dialog stack"
            aria-labelledby="dialog-title"
            node_ref=node
            on:close=move |_| open.set(false)
        >
            {move || open.get().then(&content)}
        </dialog>
    }
    .into_any()
}

/// Closes the dialog in which something was pressed: the focus goes back to where it was before.
pub(crate) fn dismiss(open: RwSignal<bool>) {
    open.set(false);
}
