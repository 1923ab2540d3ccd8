//! What every screen is made of. Plain data in, one kind of view out: so the code for each is there once.

use super::device;
use super::format::{self, Length};
use super::node::{El, Node, div, el};
use super::route::Route;
use super::service::Service;
use super::words::{self, Halves, Key, Lang, Weight, text};
use leptos::prelude::*;
use saifu_protocol::UnixTime;
use saifu_wallet_core::form::parse_whole;
use saifu_wallet_core::ids::FlowId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::notice::Notice;
use saifu_wallet_core::view::{
    BackupCard, BackupStanding, CertificateCard, CertificateStanding, Job, Standing, Task,
    ValueCard, Waiting,
};

/// A picture from the sheet of icons. Always beside words, so never read out.
pub(crate) fn icon(name: &'static str) -> Node {
    picture(name, "icon")
}

/// A small one, beside text.
pub(crate) fn small_icon(name: &'static str) -> Node {
    picture(name, "icon icon--s")
}

fn picture(name: &'static str, class: &'static str) -> Node {
    let sheet = el("use").attr("href", format!("/icons.svg#{name}"));
    let svg = el("svg").class(class).fixed("aria-hidden", "true");
    svg.child(sheet).into()
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
pub(crate) fn head(s: Service, title: &str, back: Option<Route>, right: Option<Node>) -> Node {
    device::show_title(title);
    let back = back.map(|route| {
        el("a")
            .class("btn btn--icon")
            .attr("href", route.href())
            .attr("aria-label", s.text(Key::Back))
            .child(icon("back"))
    });
    el("header")
        .class("page-head")
        .child(back)
        .child(el("h1").fixed("tabindex", "-1").child(title.to_owned()))
        .child(right)
        .into()
}

/// A link that looks like a button.
pub(crate) fn link(
    class: &'static str,
    route: Route,
    picture: Option<&'static str>,
    words: &'static str,
) -> Node {
    el("a")
        .class(class)
        .attr("href", route.href())
        .child(button_icon(class, picture))
        .child(words)
        .into()
}

/// A button.
pub(crate) fn button(
    class: &'static str,
    picture: Option<&'static str>,
    words: impl Into<Node>,
    mut press: impl FnMut() + 'static,
) -> Node {
    el("button")
        .class(class)
        .fixed("type", "button")
        .on("click", move |_| press())
        .child(button_icon(class, picture))
        .child(words)
        .into()
}

fn button_icon(class: &str, picture: Option<&'static str>) -> Option<Node> {
    let make = if class.split(' ').any(|name| name == "btn--small") {
        small_icon
    } else {
        icon
    };
    picture.map(make)
}

/// Buttons side by side; nothing if there are none.
pub(crate) fn actions(buttons: Vec<Node>) -> Node {
    if buttons.is_empty() {
        return Node::Nothing;
    }
    div("actions").child(buttons).into()
}

/// A quiet line.
pub(crate) fn quiet(words: &'static str) -> El {
    el("p").class("quiet").child(words)
}

/// One row of facts.
pub(crate) struct Fact {
    name: &'static str,
    value: Node,
    is_tall: bool,
}

/// A short fact.
pub(crate) fn fact(name: &'static str, value: impl Into<String>) -> Fact {
    let value: String = value.into();
    Fact {
        name,
        value: value.into(),
        is_tall: false,
    }
}

/// A fingerprint or a hash, in groups to compare by eye.
pub(crate) fn hex_fact(name: &'static str, value: &str) -> Fact {
    let mut groups: Vec<Node> = Vec::new();
    for group in format::groups(value) {
        groups.push(el("span").child(group).into());
        groups.push(" ".into());
    }
    Fact {
        name,
        value: el("code").class("hex hex--8").child(groups).into(),
        is_tall: true,
    }
}

/// Facts, one below the other.
pub(crate) fn facts(rows: Vec<Fact>) -> Node {
    let rows: Vec<Node> = rows
        .into_iter()
        .map(|fact| {
            el("div")
                .attr_if(fact.is_tall, "class", "fact--tall")
                .child(el("dt").child(fact.name))
                .child(el("dd").child(fact.value))
                .into()
        })
        .collect();
    el("dl").class("facts").child(rows).into()
}

/// Something that happened and what to do now.
pub(crate) fn halves(
    kind: &'static str,
    picture: &'static str,
    role: Option<&'static str>,
    words: Halves,
    time: Option<String>,
    buttons: Vec<Node>,
) -> Node {
    let mut section = el("section").class("notice").attr("data-kind", kind);
    if let Some(role) = role {
        section = section.attr("role", role);
    }
    let words = el("div")
        .child(el("h2").class("notice-what").child(words.what))
        .child(el("p").class("notice-now").child(words.now))
        .child(time.map(|time| el("time").child(time)));
    section
        .child(icon(picture))
        .child(words)
        .child(actions(buttons))
        .into()
}

/// One line of what is to be known, with what to do about it beside it. Why it is so, and what else helps, is below once it is
/// opened; where it is pressing, it is open.
pub(crate) fn line(
    kind: &'static str,
    picture: &'static str,
    words: Halves,
    why: Option<String>,
    first: Node,
    others: Vec<Node>,
) -> Node {
    let summary = el("summary")
        .child(icon(picture))
        .child(el("span").class("notice-what").child(words.what))
        .child(small_icon("next"));
    let details = el("details")
        .attr_if(kind == "danger", "open", "")
        .child(summary)
        .child(why.map(|why| el("p").class("notice-why").child(why)))
        .child(el("p").class("notice-now").child(words.now))
        .child((!others.is_empty()).then(|| actions(others)));
    el("li")
        .class("line")
        .attr("data-kind", kind)
        .child(details)
        .child(first)
        .into()
}

/// A notice with its acknowledgement.
pub(crate) fn notice(s: Service, notice: &Notice) -> Node {
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
        text(lang, Key::Seen),
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
    buttons: Vec<Node>,
) -> Node {
    div("panel stack empty")
        .child(el("span").class("mark").child(icon(picture)))
        .child(el("h2").child(title))
        .child(quiet(words))
        .child(actions(buttons))
        .into()
}

/// A small label that says where something is.
pub(crate) fn chip(state: &'static str, words: impl Into<Node>) -> Node {
    el("span")
        .class("chip")
        .attr("data-state", state)
        .child(words)
        .into()
}

/// What is said of a copy wherever it is shown.
pub(crate) fn marked(lang: Lang, may_be_used: bool) -> Option<Node> {
    may_be_used.then(|| {
        el("p")
            .child(chip("failed", text(lang, Key::MayBeUsed)))
            .into()
    })
}

/// The picture of a value.
pub(crate) struct Picture {
    pub(crate) class: String,
    /// Of the material: in full colour only what can be used here.
    pub(crate) state: &'static str,
    pub(crate) chip: &'static str,
    pub(crate) chip_state: &'static str,
    pub(crate) name: String,
    pub(crate) money: String,
    pub(crate) beside: String,
    pub(crate) valid: String,
    pub(crate) place: String,
    /// What is left, and of how much.
    pub(crate) meter: Option<(u64, u64)>,
    /// How it is protected.
    pub(crate) note: String,
    /// Whether it may already have been used.
    pub(crate) may_be_used: bool,
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
        CertificateStanding::Elsewhere(_) => ("failed", Key::StateElsewhere),
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
        chip: text(lang, chip),
        chip_state: state,
        name: card.name.clone(),
        money: money.unwrap_or_default(),
        beside: words::quantity(lang, &card.class, card.quantity),
        valid: format::validity(lang, Length::Short, &card.from, &card.to),
        place: or_anywhere(lang, &card.place),
        meter: None,
        note: String::new(),
        may_be_used: card.may_be_used,
    }
}

/// The print of a value that is at a safe.
pub(crate) fn picture_of_certificate(s: Service, card: &CertificateCard) -> Picture {
    let lang = s.lang.get();
    let (state, chip) = certificate_standing(s, card);
    let digest = &card.digest;
    Picture {
        class: digest.class.clone(),
        state: "safe",
        chip: text(lang, chip),
        chip_state: state,
        name: certificate_name(lang, card),
        money: String::new(),
        beside: digest
            .quantity
            .map(|quantity| words::quantity(lang, &digest.class, quantity))
            .unwrap_or_default(),
        valid: format::validity(lang, Length::Short, &digest.from, &digest.to),
        place: or_anywhere(lang, &digest.place),
        meter: None,
        note: String::new(),
        may_be_used: card.may_be_used,
    }
}

/// The chip of a backup.
pub(crate) fn backup_standing(lang: Lang, card: &BackupCard) -> (&'static str, &'static str) {
    let state = match card.standing {
        BackupStanding::Registering { .. } | BackupStanding::Recovering { .. } => "moving",
        BackupStanding::AtSafes => "safe",
        BackupStanding::Ending => "ended",
        BackupStanding::Elsewhere => "failed",
    };
    (state, words::backup_standing(lang, card.standing))
}

/// The print of what is at safes by a plan.
pub(crate) fn picture_of_backup(s: Service, card: &BackupCard) -> Picture {
    let lang = s.lang.get();
    let (state, chip) = backup_standing(lang, card);
    let first = card.contents.first();
    // Of several things in one, each has its own dates and place; what they are is on its own screen.
    let only = first.filter(|_| card.contents.len() == 1);
    let money = first
        .and_then(|it| it.worth.as_ref())
        .filter(|_| only.is_some());
    Picture {
        class: first.map(|it| it.class.clone()).unwrap_or_default(),
        state: "safe",
        chip,
        chip_state: state,
        name: backup_name(lang, card),
        money: money
            .map(|worth| format::amount(Lang::En, worth))
            .unwrap_or_default(),
        beside: only
            .map(|it| words::quantity(lang, &it.class, it.quantity))
            .unwrap_or_default(),
        valid: only
            .map(|it| format::validity(lang, Length::Short, &it.from, &it.to))
            .unwrap_or_default(),
        place: only
            .map(|it| or_anywhere(lang, &it.place))
            .unwrap_or_default(),
        meter: None,
        note: words::on_card(lang, card.preset, &card.promise),
        may_be_used: card.contents.iter().any(|it| it.may_be_used),
    }
}

/// What a backup is called: by what it holds, or by the key it holds.
pub(crate) fn backup_name(lang: Lang, card: &BackupCard) -> String {
    match (card.contents.split_first(), card.key) {
        (Some((first, others)), _) => words::and_others(lang, &first.name, others.len()),
        (None, Some(key)) => key_name(lang, text(lang, Key::TheKey), key.as_bytes()),
        (None, None) => text(lang, Key::TheKey).into(),
    }
}

/// What a key is called: what it is, and the beginning of its id.
pub(crate) fn key_name(lang: Lang, form: &str, id: &[u8]) -> String {
    format!("{form}{}{}", lang.of(" ", "　"), short_hex(id))
}

/// The first bytes of an id, in groups to compare by eye.
pub(crate) fn short_hex(id: &[u8]) -> String {
    let digits = id.iter().take(4).map(|byte| format!("{byte:02x}"));
    format::groups(&digits.collect::<String>()).join(" ")
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
pub(crate) fn value_card(s: Service, picture: Picture, route: Route) -> Node {
    let link = el("a")
        .attr("href", route.href())
        .child(picture.name.clone());
    let name = el("h3").class("value-name").child(link);
    draw(s.lang.get(), "value", picture, name)
}

/// A card that stands alone.
pub(crate) fn big_card(s: Service, picture: Picture) -> Node {
    let name = el("h2").class("value-name").child(picture.name.clone());
    draw(s.lang.get(), "value value--big", picture, name)
}

fn draw(lang: Lang, class: &'static str, picture: Picture, name: El) -> Node {
    let material = material(&picture.class);
    let beside = (!picture.beside.is_empty()).then_some(picture.beside);
    let money = if picture.money.is_empty() {
        beside.map(|beside| el("p").class("value-beside").child(beside))
    } else {
        let pause = beside
            .is_some()
            .then(|| el("span").class("sr-only").words(", "));
        let beside = beside.map(|beside| el("small").child(beside));
        let money = el("p").class("money").child(picture.money);
        Some(money.child(pause).child(beside))
    };
    let meter = picture
        .meter
        .map(|(left, whole)| meter(left, whole).attr("aria-label", text(lang, Key::Remaining)));
    let head = div("value-head")
        .child(class_of(lang, &picture.class))
        .child(chip(picture.chip_state, picture.chip));
    let note = (!picture.note.is_empty()).then(|| el("p").class("value-note").child(picture.note));
    let body = div("value-body")
        .child(name)
        .child(money)
        .child(marked(lang, picture.may_be_used))
        .child(meter)
        .child(note);
    let fact = |key, value: String| {
        el("div")
            .child(el("dt").words(text(lang, key)))
            .child(el("dd").child(value))
    };
    let facts = (!picture.valid.is_empty()).then(|| {
        el("dl")
            .class("value-facts")
            .child(fact(Key::Valid, picture.valid))
            .child(fact(Key::Place, picture.place))
    });
    el("article")
        .class(class)
        .attr("data-class", material)
        .attr("data-state", picture.state)
        .child(head)
        .child(body)
        .child(facts)
        .into()
}

/// The name of a class behind its icon.
pub(crate) fn class_of(lang: Lang, class: &str) -> El {
    el("span")
        .class("value-class")
        .child(small_icon(material(class)))
        .child(words::class(lang, class))
}

/// How much of something there is.
pub(crate) fn meter(part: u64, whole: u64) -> El {
    el("progress")
        .class("meter")
        .attr("max", whole.to_string())
        .attr("value", part.to_string())
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
pub(crate) fn steps(lang: Lang, steps: Vec<(Key, Key, Reached)>) -> Node {
    let steps: Vec<Node> = steps
        .into_iter()
        .map(|(what, note, reached)| {
            let (state, words, picture) = match reached {
                Reached::Done => ("done", Key::StepDone, Some("check")),
                Reached::Now => ("now", Key::StepNow, None),
                Reached::Todo => ("todo", Key::StepTodo, None),
                Reached::Stopped => ("waiting", Key::StepStopped, Some("clock")),
            };
            let reached_in_words = el("span")
                .class("sr-only")
                .words(" – ")
                .words(text(lang, words));
            el("li")
                .class("step")
                .attr("data-state", state)
                .attr_if(reached == Reached::Now, "aria-current", "step")
                .child(el("p").words(text(lang, what)).child(reached_in_words))
                .child(el("p").words(text(lang, note)))
                .child(picture.map(small_icon))
                .into()
        })
        .collect();
    el("ol").class("steps").child(steps).into()
}

/// Why something waits, for which safes, and until when.
#[derive(Clone)]
pub(crate) struct Wait {
    pub(crate) why: Waiting,
    pub(crate) who: Vec<String>,
    next: Option<UnixTime>,
}

impl Wait {
    /// One more that waits for the same reason: what is tried first counts.
    pub(crate) fn join(&mut self, other: Wait) {
        for name in other.who {
            if !self.who.contains(&name) {
                self.who.push(name);
            }
        }
        self.next = self.next.into_iter().chain(other.next).min();
    }
}

/// What the safe at an address is called.
pub(crate) fn safe_at(s: Service, address: &str) -> String {
    s.safes.with(|safes| {
        let safe = safes.iter().find(|safe| safe.address == address);
        safe_name(safe.map_or("", |safe| &safe.operator), address)
    })
}

/// Why a job waits, be it only for one of the parts it works on.
pub(crate) fn reason(s: Service, job: &Job) -> Option<Wait> {
    let is_its = |card: &&BackupCard| match card.standing {
        BackupStanding::Registering { job: of } | BackupStanding::Recovering { job: of } => {
            of == job.id
        }
        BackupStanding::AtSafes | BackupStanding::Ending | BackupStanding::Elsewhere => false,
    };
    let of_part = || {
        s.backups
            .with(|all| all.iter().find(is_its).and_then(part_waits))
    };
    let own = job.waiting.map(|why| Wait {
        why,
        who: match job.safe.is_empty() {
            true => Vec::new(),
            false => vec![safe_at(s, &job.safe)],
        },
        next: job.next_try,
    });
    own.or_else(of_part)
}

/// Why the work on its parts waits: the first reason, and the safes it is true of.
pub(crate) fn part_waits(card: &BackupCard) -> Option<Wait> {
    let waits = card.parts.iter().filter_map(|part| {
        let named = part.safe.map(|_| safe_name(&part.operator, &part.address));
        Some(Wait {
            why: part.waiting?,
            who: named.into_iter().collect(),
            next: part.next_try,
        })
    });
    waits.reduce(|mut all, one| {
        if one.why == all.why {
            all.join(one);
        }
        all
    })
}

/// Why something waits, with a way not to wait; nothing if it does not.
pub(crate) fn waiting(s: Service, reason: Option<Wait>) -> Option<Node> {
    let lang = s.lang.get();
    let reason = reason?;
    let retry = button(
        "btn btn--small",
        Some("refresh"),
        text(lang, Key::TryNow),
        move || {
            s.send(Intent::RetryNow);
        },
    );
    Some(halves(
        "warn",
        "offline",
        None,
        words::waiting(lang, reason.why, &reason.who),
        reason.next.map(|time| next_try(lang, time)),
        vec![retry],
    ))
}

/// When something that waits is tried again.
pub(crate) fn next_try(lang: Lang, time: UnixTime) -> String {
    words::next_try(lang, &format::clock(time))
}

/// The button that calls a job off, if it can be.
pub(crate) fn call_off(s: Service, job: &Job) -> Option<Node> {
    let id = job.id;
    if !job.can_call_off {
        return None;
    }
    let call_off = move || s.send(Intent::CallOff { job: id });
    let press = |words, pressed: Box<dyn FnMut()>| button("btn", None, s.text(words), pressed);
    // What is not in the wallet yet lies nowhere else: it is not forgotten by one press.
    Some(match (job.task, s.calling_off.get() == Some(id)) {
        (Task::Add, false) => press(
            Key::CallOffAdding,
            Box::new(move || s.calling_off.set(Some(id))),
        ),
        (Task::Add, true) => {
            let keep = press(Key::Keep, Box::new(move || s.calling_off.set(None)));
            let sure = press(Key::CallOffSure, Box::new(call_off));
            actions(vec![sure, keep])
        }
        _ => press(Key::CallOff, Box::new(call_off)),
    })
}

/// The button that makes room for a job by the rules, if they would.
pub(crate) fn make_room_by_rules(s: Service, job: FlowId) -> Option<Node> {
    let lang = s.lang.get();
    let bytes = s.rules.with(|view| view.would_free);
    (bytes > 0).then(|| {
        let words = text(lang, Key::MakeRoomRules);
        let press = button("btn btn--small", Some("backup"), words, move || {
            s.send(Intent::MakeRoom { job });
        });
        let hint = el("p").class("hint").child(words::would_free(lang, bytes));
        div("stack stack--tight").child(press).child(hint).into()
    })
}

/// What stands below a control: what it does, and what is wrong with what it says.
#[derive(Default)]
pub(crate) struct Note {
    pub(crate) hint: Option<String>,
    pub(crate) problem: Option<Halves>,
}

/// The control, described by what stands below it, and that.
pub(crate) fn noted(id: &str, control: El, note: Note) -> (El, Node) {
    if note.hint.is_none() && note.problem.is_none() {
        return (control, Node::Nothing);
    }
    let id = format!("{id}-note");
    let control = control.attr("aria-describedby", id.clone()).attr_if(
        note.problem.is_some(),
        "aria-invalid",
        "true",
    );
    let problem = note.problem.map(|words| {
        el("p")
            .class("field-error")
            .child(small_icon("warn"))
            .child(el("span").child(format!("{} {}", words.what, words.now)))
    });
    let hint = note.hint.map(|hint| el("p").class("hint").child(hint));
    let below = el("div").attr("id", id).child(problem).child(hint);
    (control, below.into())
}

/// One of several, folded: its label, the choices and which of them is chosen.
pub(crate) fn select(
    id: String,
    label: impl Into<Node>,
    options: Vec<Node>,
    chosen: usize,
    choose: impl FnMut(usize) + 'static,
) -> Node {
    select_noted(id, label, options, chosen, Note::default(), choose)
}

/// The same with something below it.
pub(crate) fn select_noted(
    id: String,
    label: impl Into<Node>,
    options: Vec<Node>,
    chosen: usize,
    note: Note,
    mut choose: impl FnMut(usize) + 'static,
) -> Node {
    let list = el("select")
        .class("input")
        .attr("id", id.clone())
        .child(options)
        .value(&chosen.to_string())
        .on("change", move |event| {
            if let Ok(at) = device::value_of(&event).parse() {
                choose(at);
            }
        });
    let (list, below) = noted(&id, list, note);
    let label = el("label").attr("for", id).child(label);
    div("field").child(label).child(list).child(below).into()
}

/// A choice of [`select`].
pub(crate) fn option(at: usize, words: impl Into<Node>) -> Node {
    el("option")
        .attr("value", at.to_string())
        .child(words)
        .into()
}

/// A small number.
pub(crate) fn number(
    id: &'static str,
    label: &'static str,
    shown: u8,
    note: Note,
    mut choose: impl FnMut(u8) + 'static,
) -> Node {
    let input = el("input")
        .class("input")
        .fixed("id", id)
        .fixed("type", "number")
        .fixed("inputmode", "numeric")
        .fixed("min", "0")
        .fixed("max", "40")
        .value(&shown.to_string())
        .on("change", move |event| {
            let typed = parse_whole(&device::value_of(&event)).filter(|number| *number <= 40);
            if let Some(Ok(number)) = typed.map(u8::try_from) {
                choose(number);
            }
        });
    let (input, below) = noted(id, input, note);
    let label = el("label").fixed("for", id).child(label);
    div("field").child(label).child(input).child(below).into()
}

/// Something that is so or not. `set` is told what the box shows now, which may be ahead of what the screen was made of.
pub(crate) fn tick(
    label: impl Into<Node>,
    is_so: bool,
    mut set: impl FnMut(bool) + 'static,
) -> Node {
    let input = el("input")
        .fixed("type", "checkbox")
        .checked(is_so)
        .on("change", move |event| set(device::is_ticked(&event)));
    el("label")
        .class("tick")
        .child(input)
        .child(el("span").child(label))
        .into()
}

/// A row that leads somewhere.
pub(crate) fn way(
    picture: &'static str,
    route: Route,
    what: impl Into<Node>,
    note: impl Into<Node>,
) -> Node {
    let words = el("span")
        .class("row-main")
        .child(el("span").child(what))
        .child(el("span").child(note));
    let link = el("a")
        .class("row")
        .attr("href", route.href())
        .child(el("span").class("mark").child(icon(picture)))
        .child(words)
        .child(small_icon("next"));
    el("li").child(link).into()
}

/// Rows, one below the other.
pub(crate) fn rows(rows: Vec<Node>) -> Node {
    div("panel panel--flush")
        .child(el("ul").class("rows").child(rows))
        .into()
}

/// A part of a screen under a heading of its own.
pub(crate) fn section(s: Service, id: &'static str, title: Key, content: impl Into<Node>) -> Node {
    el("section")
        .class("stack")
        .attr("aria-labelledby", id)
        .child(el("h2").attr("id", id).words(s.text(title)))
        .child(content)
        .into()
}

/// Choices under a legend.
pub(crate) fn choices(legend: &'static str, list: Vec<Node>) -> Node {
    el("fieldset")
        .child(el("legend").child(legend))
        .child(rows(list))
        .into()
}

/// A question over the screen; nothing while it is closed. The browser keeps the focus inside, closes on Escape and
/// gives the focus back. [`keep_dialog`] opens it.
pub(crate) fn dialog(
    id: &'static str,
    open: RwSignal<bool>,
    content: impl FnOnce() -> Node,
) -> Node {
    el("dialog")
        .class("dialog stack")
        .attr("id", id)
        .fixed("aria-labelledby", "dialog-title")
        .on("close", move |_| open.set(false))
        .child(open.get().then(content))
        .into()
}

/// Opens and closes a dialog as its signal says, for as long as the calling screen is there.
pub(crate) fn keep_dialog(id: &'static str, open: RwSignal<bool>) {
    Effect::new(move |_| {
        if open.get() {
            // When the content is in the document: the first thing in it gets the focus.
            device::soon(move || device::open_dialog(id));
        } else {
            device::close_dialog(id);
        }
    });
}

/// The heading of a dialog.
pub(crate) fn dialog_title(title: impl Into<Node>) -> El {
    el("h2").fixed("id", "dialog-title").child(title)
}

/// Closes the dialog in which something was pressed: the focus goes back to where it was before.
pub(crate) fn dismiss(open: RwSignal<bool>) {
    open.set(false);
}
