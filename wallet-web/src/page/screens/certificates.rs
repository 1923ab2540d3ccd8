//! Backups and certificates: all of them, and one certificate. Everything on them is readable without asking a safe.

use crate::page::device;
use crate::page::format::{self, Length};
use crate::page::node::{Node, div, el};
use crate::page::parts::{
    Fact, actions, backup_name, backup_standing, big_card, button, certificate_name,
    certificate_standing, chip, dialog, dialog_title, dismiss, empty, fact, facts, halves, head,
    hex_fact, icon, keep_dialog, link, material, or_anywhere, picture_of_certificate, quiet, rows,
    safe_name, small_icon, tick,
};
use crate::page::route::Route;
use crate::page::screens::{backup, health, papers, value};
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_protocol::message::EntryState;
use saifu_wallet_core::bearer::What;
use saifu_wallet_core::books::{Audited, Elsewhere};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::{
    AuditView, BackupCard, BackupStanding, CertificateCard, CertificateStanding, Job, Opened,
    PartCard, PartState, Task,
};

/// All of them.
pub(super) fn certificates(s: Service) -> Node {
    let only_soon = RwSignal::new(false);
    Node::live(move || {
        let words = s.text(Key::TakeOverDots);
        let take_over = link("btn btn--small", Route::TakeOver, Some("recover"), words);
        Node::Many(vec![
            head(s, s.text(Key::NavCertificates), None, Some(take_over)),
            div("stack").child(list(s, only_soon)).into(),
        ])
    })
}

fn list(s: Service, only_soon: RwSignal<bool>) -> Node {
    let lang = s.lang.get();
    let all = s.certificates.get();
    let backups = s.backups.get();
    if all.is_empty() && backups.is_empty() {
        let (title, words) = (Key::NoCertificates, Key::NoCertificatesText);
        return empty(
            "certificate",
            text(lang, title),
            text(lang, words),
            Vec::new(),
        );
    }
    let soon = all.iter().filter(|card| card.ends_within_a_week).count()
        + backups
            .iter()
            .filter(|card| card.ends_within_a_week)
            .count();
    let count = all.len() + backups.len();
    let filter = |key: Key, count: usize, which: bool| {
        el("button")
            .class("filter")
            .fixed("type", "button")
            .attr("aria-pressed", (only_soon.get() == which).to_string())
            .on("click", move |_| only_soon.set(which))
            .words(text(lang, key))
            .words(" ")
            .child(count.to_string())
    };
    let filters = div("filters")
        .fixed("role", "group")
        .attr("aria-label", text(lang, Key::CertificatesShow))
        .child(filter(Key::All, count, false))
        .child(filter(Key::WithinAWeek, soon, true));
    let is_shown = |soon: bool| !only_soon.get() || soon;
    let mut list: Vec<Node> = backups
        .iter()
        .filter(|card| is_shown(card.ends_within_a_week))
        .map(|card| backup_row(s, card))
        .collect();
    let alone = all.iter().filter(|card| is_shown(card.ends_within_a_week));
    list.extend(alone.map(|card| row(s, card)));
    let list = if list.is_empty() {
        el("p").words(text(lang, Key::NoneThisWeek)).into()
    } else {
        rows(list)
    };
    Node::Many(vec![
        filters.into(),
        quiet(text(lang, Key::CertificatesLead)).into(),
        list,
    ])
}

fn backup_row(s: Service, card: &BackupCard) -> Node {
    let lang = s.lang.get();
    let (state, words) = backup_standing(lang, card);
    let chip = match (card.standing, card.ends_within_a_week) {
        (BackupStanding::AtSafes, _) if health::alarm(lang, card.health).is_some() => {
            health::alarm(lang, card.health)
        }
        (BackupStanding::AtSafes, true) => Some(chip("local", text(lang, Key::EndsSoon))),
        (BackupStanding::AtSafes, false) => None,
        _ => Some(chip(state, words)),
    };
    let mark = match card.contents.first() {
        Some(it) => {
            let kind = material(&it.class);
            let mark = el("span").class("mark").attr("data-class", kind);
            mark.child(small_icon(kind))
        }
        None => el("span").class("mark").child(small_icon("key")),
    };
    let ends = card.contents.first();
    let ends = ends.filter(|it| !(it.from.is_empty() && it.to.is_empty()));
    let ends = ends.map(|it| format::validity(lang, Length::Short, &it.from, &it.to));
    let words = el("span")
        .class("row-main")
        .child(el("span").child(backup_name(lang, card)))
        .child(el("span").child(how_it_lies(lang, card)))
        .child(el("span").child(ends))
        .child(chip);
    let link = el("a")
        .class("row row--certificate")
        .attr("href", Route::Backup(card.id).href())
        .child(mark)
        .child(words)
        .child(small_icon("next"));
    el("li").child(link).into()
}

/// What protects it, and how far it is where not all of it is where it belongs.
fn how_it_lies(lang: Lang, card: &BackupCard) -> String {
    let is_at_rest = |part: &PartCard| matches!(part.state, PartState::AtSafe | PartState::Home);
    let is_whole = card.parts.iter().all(is_at_rest);
    let progress = backup::progress_words(lang, card).filter(|_| !is_whole);
    progress.unwrap_or_else(|| {
        let safes = backup::count_safes(card, |_| true).1;
        let safes = words::at_safes(lang, safes);
        match card.contents.is_empty() {
            true => safes,
            false => format!("{} · {safes}", words::plan(lang, card.preset)),
        }
    })
}

fn row(s: Service, card: &CertificateCard) -> Node {
    let lang = s.lang.get();
    let safe = safe_name(&card.operator, &card.address);
    let what = format!("{} · {safe}", words::class(lang, &card.digest.class));
    let ends = format::validity(lang, Length::Short, &card.digest.from, &card.digest.to);
    let (state, words) = certificate_standing(s, card);
    let chip = match (state, card.ends_within_a_week) {
        ("safe", _) if health::alarm(lang, card.health).is_some() => {
            health::alarm(lang, card.health)
        }
        ("safe", true) => Some(chip("local", text(lang, Key::EndsSoon))),
        ("safe", false) => None,
        _ => Some(chip(state, text(lang, words))),
    };
    let number = el("span")
        .class("row-no")
        .child(el("small").words("No."))
        .child(card.counter.get().to_string());
    let words = el("span")
        .class("row-main")
        .child(el("span").child(certificate_name(lang, card)))
        .child(el("span").child(what))
        .child(el("span").child(ends))
        .child(chip);
    let link = el("a")
        .class("row row--certificate")
        .attr("href", Route::Certificate(card.id).href())
        .child(number)
        .child(words)
        .child(small_icon("next"));
    el("li").child(link).into()
}

/// One of them.
pub(super) fn certificate(s: Service, id: ItemId) -> Node {
    let card = Memo::new(move |_| {
        s.certificates
            .with(|all| all.iter().find(|card| card.id == id).cloned())
    });
    let part = Memo::new(move |_| part_of(s, id));
    let is_there = Memo::new(move |_| card.with(Option::is_some) || part.with(Option::is_some));
    Effect::new(move |_| {
        if is_there.get() {
            s.send(Intent::Open { item: id });
        }
    });
    on_cleanup(move || s.close());

    let discarding = RwSignal::new(false);
    let understood = RwSignal::new(false);
    keep_dialog("discard", discarding);
    Node::live(move || {
        Node::Many(vec![
            match (card.get(), part.get()) {
                (Some(card), _) => present(s, &card, discarding),
                (None, Some((backup, part))) => certificate_of_part(s, id, &backup, &part),
                (None, None) => gone(s, id),
            },
            dialog("discard", discarding, || {
                let name = card.with(|card| card.as_ref().map(|card| card.digest.name.clone()));
                let lang = s.lang.get();
                let question = words::discard_certificate_question(lang, &name.unwrap_or_default());
                let words = (
                    Key::DiscardCertificateText,
                    Key::DiscardCertificateTick,
                    Key::Discard,
                );
                discard(s, question, words, discarding, understood, move || {
                    s.send(Intent::Discard { certificate: id });
                    s.go(Route::Certificates);
                })
            }),
        ])
    })
}

/// The part of a backup that this certificate stands for.
fn part_of(s: Service, id: ItemId) -> Option<(BackupCard, PartCard)> {
    s.backups.with(|all| {
        all.iter().find_map(|card| {
            let mut parts = card.parts.iter();
            let part = parts.find(|part| part.certificate == Some(id))?;
            Some((card.clone(), part.clone()))
        })
    })
}

/// The certificate of a part: what it stands for, and the text itself. Only with the others it brings anything back.
fn certificate_of_part(s: Service, id: ItemId, backup: &BackupCard, part: &PartCard) -> Node {
    let lang = s.lang.get();
    let alike = backup
        .parts
        .iter()
        .filter(|other| other.class == part.class);
    let what = words::part(lang, part.class, part.index, alike.count());
    let rows = vec![
        fact(text(lang, Key::Name), backup_name(lang, backup)),
        fact(text(lang, Key::PartWhat), what),
        fact(
            text(lang, Key::Safe),
            safe_name(&part.operator, &part.address),
        ),
        fact(text(lang, Key::Address), format::host(&part.address)),
    ];
    let title = text(lang, Key::PartCertificate);
    let back = Route::Backup(backup.id);
    let proof = match part.state {
        PartState::Elsewhere(proof) => Some(elsewhere(lang, proof)),
        _ => None,
    };
    let content = div("stack")
        .child(proof)
        .child(div("panel").child(facts(rows)))
        .child(part.audit.map(|audit| audited(s, id, &audit)))
        .child(as_text(s, id));
    Node::Many(vec![head(s, title, Some(back), None), content.into()])
}

fn present(s: Service, card: &CertificateCard, discarding: RwSignal<bool>) -> Node {
    let lang = s.lang.get();
    let job = match card.standing {
        CertificateStanding::Locked { job } => s.job(job),
        CertificateStanding::AtSafe
        | CertificateStanding::Elsewhere(_)
        | CertificateStanding::NotHandedOut => None,
    };
    if let Some(job) = job {
        return under_way(s, card, &job);
    }
    let print = el("button")
        .class("btn btn--icon")
        .fixed("type", "button")
        .attr("aria-label", text(lang, Key::Print))
        .on("click", |_| device::print())
        .child(icon("print"));
    let title = text(lang, Key::Certificate);
    let content = div("stack")
        .child(standing(s, card))
        .child(paper(s, card))
        .child(audited(s, card.id, &card.audit))
        .child(what_to_do(s, card, discarding))
        .child(health::health(
            s,
            card.id,
            card.health,
            card.checked.as_ref(),
        ))
        .child(as_text(s, card.id));
    Node::Many(vec![
        head(s, title, Some(Route::Certificates), Some(print.into())),
        content.into(),
    ])
}

fn under_way(s: Service, card: &CertificateCard, job: &Job) -> Node {
    let lang = s.lang.get();
    let title = match job.task {
        Task::Retire => Key::RetireTitle,
        Task::Add
        | Task::BackUp
        | Task::Recover
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
        | Task::Audit => Key::Recovering,
    };
    let picture = big_card(s, picture_of_certificate(s, card));
    let content = div("stack stack--wide")
        .child(picture)
        .child(value::progress(s, job));
    Node::Many(vec![
        head(s, text(lang, title), Some(Route::Certificates), None),
        content.into(),
    ])
}

/// Whether its safe was seen to have it, and the press that sees to it now.
fn audited(s: Service, id: ItemId, view: &AuditView) -> Node {
    let lang = s.lang.get();
    let what = What::Certificate(id);
    let now = matches!(view.audited, Audited::NotYet | Audited::Last(_)).then(|| {
        let press = move || s.send(Intent::Audit { what });
        button(
            "btn btn--small",
            Some("proof"),
            text(lang, Key::AuditNow),
            press,
        )
    });
    div("panel stack stack--tight")
        .fixed("id", "audit")
        .child(el("p").child(words::audited(lang, view)))
        .child(actions(now.into_iter().collect()))
        .into()
}

/// What the last recovery came to, if it did not bring the value back.
fn standing(s: Service, card: &CertificateCard) -> Option<Node> {
    let lang = s.lang.get();
    match card.standing {
        CertificateStanding::AtSafe | CertificateStanding::Locked { .. } => None,
        CertificateStanding::NotHandedOut => {
            let words = words::not_handed_out(lang);
            Some(halves("danger", "warn", None, words, None, Vec::new()))
        }
        CertificateStanding::Elsewhere(proof) => {
            let what = What::Certificate(card.id);
            let way = take_back(s, what, core::iter::once(proof));
            let label = text(lang, Key::Released);
            let ways = link("btn btn--small", Route::Ways, None, label);
            Some(Node::Many(vec![
                elsewhere(lang, proof),
                way.into(),
                actions(vec![ways]),
            ]))
        }
    }
}

/// The way out where a safe has something open for a device that is lost.
pub(super) fn take_back(
    s: Service,
    what: What,
    mut proofs: impl Iterator<Item = Elsewhere>,
) -> Option<Node> {
    proofs.find(|proof| proof.state == EntryState::Withdrawing)?;
    let lang = s.lang.get();
    let press = move || s.send(Intent::TakeBack { what });
    let act = button("btn", Some("recover"), text(lang, Key::TakeBack), press);
    let words = words::take_back(lang);
    Some(halves("warn", "warn", None, words, None, vec![act]))
}

/// That another device has it, and what the safe signed of that.
fn elsewhere(lang: Lang, proof: Elsewhere) -> Node {
    let mut rows = vec![
        fact(
            text(lang, Key::ReceiptState),
            words::entry_state(lang, proof.state),
        ),
        fact(
            text(lang, Key::ReceiptSince),
            format::time(lang, proof.since),
        ),
    ];
    if let Some(session) = proof.session {
        let hex: String = session
            .as_bytes()
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let words = format::groups(&hex).join(" ");
        rows.push(fact(text(lang, Key::ReceiptSession), words));
    }
    let words = words::elsewhere(lang, proof.state);
    let title = el("h2")
        .fixed("id", "receipt")
        .words(text(lang, Key::Receipt));
    let checked = el("p").class("hint").words(text(lang, Key::ReceiptChecked));
    let receipt = el("section")
        .class("panel")
        .fixed("aria-labelledby", "receipt")
        .child(title)
        .child(facts(rows))
        .child(checked);
    Node::Many(vec![
        halves("danger", "refused", None, words, None, Vec::new()),
        receipt.into(),
    ])
}

/// The certificate as a paper.
fn paper(s: Service, card: &CertificateCard) -> Node {
    let lang = s.lang.get();
    let small = |key| {
        let words = el("small").words(text(lang, key));
        el("p").class("quiet").child(words)
    };
    let number = el("p")
        .class("certificate-no")
        .words("No. ")
        .child(card.counter.get().to_string());
    let head = el("header")
        .class("certificate-head")
        .child(
            el("h2")
                .fixed("id", "paper")
                .words(text(lang, Key::CertificateTitle)),
        )
        .child(number)
        .child(small(Key::CertificateSub));
    let seal = div("seal")
        .fixed("lang", "ja")
        .fixed("aria-hidden", "true")
        .words("登録")
        .child(el("br"))
        .words("之証");
    let foot = el("footer")
        .class("certificate-foot")
        .child(small(Key::CertificateChecked))
        .child(seal);
    el("article")
        .class("certificate")
        .fixed("aria-labelledby", "paper")
        .child(head)
        .child(facts(digest(lang, card)))
        .child(el("h3").words(text(lang, Key::IssuedBy)))
        .child(facts(issue(s, card)))
        .child(foot)
        .into()
}

fn digest(lang: Lang, card: &CertificateCard) -> Vec<Fact> {
    let digest = &card.digest;
    let mut rows = Vec::new();
    if !digest.class.is_empty() {
        let class = words::class(lang, &digest.class);
        rows.push(fact(text(lang, Key::Class), class));
    }
    rows.push(fact(text(lang, Key::Name), certificate_name(lang, card)));
    // A safe that puts the quantity into its digests also puts validity and place there: then an empty one means "open".
    if let Some(quantity) = digest.quantity {
        let quantity = words::quantity(lang, &digest.class, quantity);
        rows.push(fact(text(lang, Key::Quantity), quantity));
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

fn what_to_do(s: Service, card: &CertificateCard, discarding: RwSignal<bool>) -> Node {
    let lang = s.lang.get();
    let id = card.id;
    let (words, class) = match card.standing {
        CertificateStanding::AtSafe | CertificateStanding::Locked { .. } => {
            (Key::Recover, "btn btn--primary")
        }
        CertificateStanding::Elsewhere(_) | CertificateStanding::NotHandedOut => {
            (Key::TryRecoverAgain, "btn")
        }
    };
    let recover = button(class, Some("recover"), text(lang, words), move || {
        s.send(Intent::Recover { certificate: id })
    });
    let words = text(lang, Key::DiscardDots);
    let discard = button("btn btn--danger", Some("trash"), words, move || {
        discarding.set(true)
    });
    let mut buttons = vec![recover];
    if card.may_hand_over {
        buttons.push(papers::way_out(s, What::Certificate(id)));
    }
    buttons.push(discard);
    actions(buttons)
}

fn as_text(s: Service, id: ItemId) -> Option<Node> {
    let lang = s.lang.get();
    let compact = s.opened.with(|opened| match opened {
        Some(Opened::Certificate { id: open, compact }) if *open == id => Some(compact.clone()),
        Some(
            Opened::Value { .. }
            | Opened::Certificate { .. }
            | Opened::Papers { .. }
            | Opened::Secret { .. },
        )
        | None => None,
    })?;
    let code = el("code")
        .class("compact")
        .fixed("tabindex", "0")
        .child(compact);
    Some(
        el("details")
            .class("quiet no-print")
            .child(el("summary").words(text(lang, Key::AsText)))
            .child(el("p").words(text(lang, Key::AsTextNote)))
            .child(code)
            .into(),
    )
}

/// What takes more than a press, because nobody can undo it.
pub(super) fn discard(
    s: Service,
    question: String,
    (words, known, label): (Key, Key, Key),
    open: RwSignal<bool>,
    understood: RwSignal<bool>,
    confirmed: impl Fn() + 'static,
) -> Node {
    let lang = s.lang.get();
    let keep = button("btn", None, text(lang, Key::Keep), move || {
        understood.set(false);
        dismiss(open);
    });
    let discard = el("button")
        .class("btn btn--danger")
        .fixed("type", "button")
        .attr_if(!understood.get(), "disabled", "")
        .on("click", move |_| {
            dismiss(open);
            confirmed();
        })
        .child(icon("trash"))
        .words(text(lang, label));
    let tick = tick(text(lang, known), understood.get(), move |is_so| {
        understood.set(is_so)
    });
    Node::Many(vec![
        dialog_title(question).into(),
        el("p").words(text(lang, words)).into(),
        tick,
        div("actions actions--end")
            .child(keep)
            .child(discard)
            .into(),
    ])
}

fn gone(s: Service, id: ItemId) -> Node {
    let lang = s.lang.get();
    if let Some(card) = s.value_of(id) {
        return value::came_back(s, &card, 1);
    }
    let title = text(lang, Key::NotHere);
    let words = text(lang, Key::SeeCertificates);
    let all = link("btn btn--primary", Route::Certificates, None, words);
    Node::Many(vec![
        head(
            s,
            text(lang, Key::NavCertificates),
            Some(Route::Certificates),
            None,
        ),
        empty(
            "certificate",
            title,
            text(lang, Key::NotHereText),
            vec![all],
        ),
    ])
}

/// What came of a back-up: shown in the place of the value.
pub(super) fn backed_up(s: Service, card: &CertificateCard) -> Node {
    device::focus_heading_if_lost();
    let lang = s.lang.get();
    let safe = safe_name(&card.operator, &card.address);
    let what = words::is_at(lang, &certificate_name(lang, card), &safe);
    let words = words::Halves::new(what, text(lang, Key::BackedUpNow));
    let done = link(
        "btn btn--primary",
        Route::Values,
        None,
        text(lang, Key::Done),
    );
    let see = text(lang, Key::SeeCertificates);
    let see = link("btn", Route::Certificates, Some("certificate"), see);
    let content = div("stack stack--wide")
        .child(halves(
            "ok",
            "done",
            Some("status"),
            words,
            None,
            Vec::new(),
        ))
        .child(paper(s, card))
        .child(actions(vec![done, see]));
    Node::Many(vec![
        head(s, text(lang, Key::BackedUp), Some(Route::Values), None),
        content.into(),
    ])
}
