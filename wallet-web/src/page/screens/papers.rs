//! Handing certificates over as bearer papers, and taking them in.

use crate::page::device;
use crate::page::node::{El, Node, div, el};
use crate::page::parts;
use crate::page::parts::{
    actions, backup_name, button, certificate_name, dialog, empty, halves, head, keep_dialog, link,
    quiet, small_icon, tick,
};
use crate::page::route::Route;
use crate::page::screens::value;
use crate::page::service::Service;
use crate::page::words::{self, Halves, Key, text};
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_wallet_core::bearer::{self, What};
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::notice;
use saifu_wallet_core::view::Opened;
use zeroize::Zeroizing;

/// The way to the screen, where there is something to hand over.
pub(super) fn way_out(s: Service, what: What) -> Node {
    let words = s.text(Key::HandOverDots);
    link("btn", Route::HandOver(what), Some("export"), words)
}

fn back(what: What) -> Route {
    match what {
        What::Backup(id) => Route::Backup(id),
        What::Certificate(item) => Route::Certificate(item),
    }
}

/// What can be handed over: its name, whether a key is here, and whether the papers do not bring it by themselves.
#[derive(Clone, PartialEq, Eq)]
struct Offer {
    name: String,
    key_is_here: bool,
    is_key_apart: bool,
}

fn offer(s: Service, what: What) -> Option<Offer> {
    let lang = s.lang.get();
    match what {
        What::Backup(id) => {
            let card = s.backup(id).filter(|card| card.may_hand_over)?;
            Some(Offer {
                name: backup_name(lang, &card),
                key_is_here: card.key_is_here,
                is_key_apart: card.is_key_apart,
            })
        }
        What::Certificate(item) => s.certificates.with(|all| {
            let mut all = all.iter();
            let card = all.find(|card| card.id == item && card.may_hand_over)?;
            Some(Offer {
                name: certificate_name(lang, card),
                key_is_here: false,
                is_key_apart: false,
            })
        }),
    }
}

/// The screen that hands over.
pub(super) fn hand_over(s: Service, what: What) -> Node {
    on_cleanup(move || s.close());
    let offer = Memo::new(move |_| offer(s, what));
    let with_key = RwSignal::new(
        offer.with_untracked(|offer| offer.as_ref().is_some_and(|offer| offer.is_key_apart)),
    );
    let copied = RwSignal::new(None);
    let sure = RwSignal::new(false);
    keep_dialog("handed-over", sure);
    Node::live(move || {
        let lang = s.lang.get();
        let Some(offer) = offer.get() else {
            let words = text(lang, Key::SeeCertificates);
            let all = link("btn btn--primary", Route::Certificates, None, words);
            let title = text(lang, Key::NotHere);
            let words = text(lang, Key::NotHereText);
            return Node::Many(vec![
                head(s, text(lang, Key::HandOver), Some(back(what)), None),
                empty("certificate", title, words, vec![all]),
            ]);
        };
        let shown = shown(s, what);
        let content = match shown.is_empty() {
            true => explain(s, what, &offer, with_key),
            false => papers(s, what, shown, copied, sure),
        };
        Node::Many(vec![
            head(s, text(lang, Key::HandOver), Some(back(what)), None),
            div("stack")
                .child(el("h2").child(offer.name))
                .child(content)
                .into(),
            dialog("handed-over", sure, || {
                let question = text(lang, Key::HandedOverQuestion).to_owned();
                let labels = (Key::NotYet, Key::HandedOverDo, "done");
                value::confirm(s, sure, question, Key::HandedOverText, labels, move || {
                    s.send(Intent::HandedOver { what });
                    s.go(Route::Certificates);
                })
            }),
        ])
    })
}

fn shown(s: Service, what: What) -> Vec<Zeroizing<String>> {
    s.opened.with(|opened| match opened {
        Some(Opened::Papers { what: open, texts }) if *open == what => texts.clone(),
        Some(
            Opened::Value { .. }
            | Opened::Certificate { .. }
            | Opened::Papers { .. }
            | Opened::Secret { .. },
        )
        | None => Vec::new(),
    })
}

fn explain(s: Service, what: What, offer: &Offer, with_key: RwSignal<bool>) -> Node {
    let lang = s.lang.get();
    let is_with_key = with_key.get() && offer.key_is_here;
    let words = Halves::new(
        text(lang, Key::BearerWarning),
        text(lang, Key::HandOverText),
    );
    let key = offer.key_is_here.then(|| {
        let label = text(lang, Key::HandOverKey);
        let set = move |is_with_key| with_key.set(is_with_key);
        let note = text(lang, Key::HandOverKeyNote);
        div("stack stack--tight")
            .child(tick(label, is_with_key, set))
            .child(el("p").class("hint").words(note))
    });
    let show = button(
        "btn btn--primary",
        Some("qr"),
        text(lang, Key::ShowPapers),
        move || {
            s.send(Intent::HandOver {
                what,
                with_key: is_with_key,
            });
        },
    );
    let wait = s.waits.with(|waits| waits.wait);
    let waits = (wait > 0).then(|| {
        let words = words::taker_waits(lang, &words::wait(lang, wait));
        el("p").class("hint").child(words)
    });
    Node::Many(vec![
        halves("warn", "warn", None, words, None, Vec::new()),
        waits.into(),
        key.into(),
        actions(vec![show]),
    ])
}

fn papers(
    s: Service,
    what: What,
    texts: Vec<Zeroizing<String>>,
    copied: RwSignal<Option<Key>>,
    sure: RwSignal<bool>,
) -> Node {
    // The button that asked for them is gone.
    device::focus_heading_if_lost();
    let lang = s.lang.get();
    let count = texts.len();
    let papers: Vec<Node> = texts
        .into_iter()
        .enumerate()
        .map(|(place, paper)| self::paper(s, words::one_of(lang, place + 1, count), paper).into())
        .collect();
    let words = text(lang, Key::CopyAll);
    let copy = button("btn", Some("copy"), words, move || {
        // Put together for a moment only: what a button holds may outlive its screen.
        let texts = shown(s, what);
        let lines: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
        let all = Zeroizing::new(lines.join("\n"));
        device::copy(&all, move |allowed| {
            copied.try_set(Some(if allowed { Key::Copied } else { Key::NotCopied }));
        });
    });
    let words = text(lang, Key::HandedOver);
    let done = button("btn btn--primary", Some("done"), words, move || {
        sure.set(true)
    });
    let copied = Node::live(move || {
        el("p")
            .class("quiet")
            .fixed("role", "status")
            .child(copied.get().map(|key| s.text(key)))
            .into()
    });
    Node::Many(vec![papers.into(), copied, actions(vec![done, copy])])
}

fn paper(s: Service, number: String, paper: Zeroizing<String>) -> El {
    let lang = s.lang.get();
    let drawing = value::drawing(lang, &paper);
    let too_long = drawing
        .is_none()
        .then(|| quiet(text(lang, Key::CodeTooLong)));
    let mark = el("p")
        .class("notice-what")
        .child(small_icon("warn"))
        .words(" ")
        .words(text(lang, Key::Bearer));
    let code = el("code")
        .class("compact")
        .fixed("tabindex", "0")
        .attr("aria-label", number.clone())
        .fixed("role", "group")
        .child(String::clone(&paper));
    el("article")
        .class("panel stack stack--tight")
        .child(el("h3").child(number))
        .child(mark)
        .child(drawing.map(|drawing| div("code code--dense").child(drawing)))
        .child(too_long)
        .child(code)
}

/// Why what was typed is not sent.
#[derive(Clone, PartialEq, Eq)]
enum Hitch {
    NoPaper,
    /// Addresses of safes that are not trusted yet.
    Strange(Vec<String>),
}

/// What is in the way of taking papers over, as far as the page can see.
fn hitch_of(s: Service, typed: &str) -> Option<Hitch> {
    let Ok(named) = bearer::look(typed) else {
        return Some(Hitch::NoPaper);
    };
    let is_known = |id: SafeId| {
        s.safes
            .with_untracked(|all| all.iter().any(|it| it.id == id))
    };
    let strange = named.into_iter().filter(|(id, _)| !is_known(*id));
    let strange: Vec<String> = strange.map(|(_, at)| at.as_str().into()).collect();
    (!strange.is_empty()).then_some(Hitch::Strange(strange))
}

fn explain_hitch(s: Service, hitch: &Hitch) -> Node {
    let lang = s.lang.get();
    let line = |words: Node| {
        el("p")
            .class("field-error")
            .child(small_icon("warn"))
            .child(el("span").child(words))
    };
    let Hitch::Strange(addresses) = hitch else {
        return line(text(lang, Key::NoPaper).into()).into();
    };
    let lines = addresses.iter().map(|address| {
        let address = address.clone();
        let words = words::said(lang, notice::Kind::PaperOfStrangeSafe { address });
        line(words.what.into()).into()
    });
    let mut nodes: Vec<Node> = lines.collect();
    // What was typed is there again when its owner comes back.
    let add = button("btn", Some("add"), text(lang, Key::AddSafe), move || {
        s.keep_papers(Zeroizing::new(device::typed("papers")));
        s.go(Route::AddSafe);
    });
    nodes.push(actions(vec![add]));
    Node::Many(nodes)
}

/// The screen that takes over. What was typed stays until the wallet has stored what it stands for.
pub(super) fn take_over(s: Service) -> Node {
    let problem = RwSignal::new(None);
    s.taken_over.set(false);
    Effect::new(move |_| {
        if s.taken_over.get() {
            device::clear("papers");
            s.go(Route::Certificates);
        }
    });
    device::soon(move || {
        if let Some(text) = s.kept_papers() {
            device::fill("papers", &text);
        }
    });
    Node::live(move || {
        let lang = s.lang.get();
        let hitch = problem.get();
        let input = el("textarea")
            .class("input")
            .fixed("id", "papers")
            .fixed("rows", "6")
            .fixed("autocomplete", "off")
            .fixed("autocapitalize", "off")
            .fixed("spellcheck", "false")
            .fixed("aria-describedby", "papers-hint papers-problem")
            .attr_if(hitch.is_some(), "aria-invalid", "true");
        let hint = text(lang, Key::TakeOverHint);
        let field = div("field")
            .child(
                el("label")
                    .fixed("for", "papers")
                    .words(text(lang, Key::Papers)),
            )
            .child(input)
            .child(el("p").class("hint").fixed("id", "papers-hint").words(hint))
            .child(
                el("div")
                    .fixed("id", "papers-problem")
                    .fixed("role", "alert")
                    .child(hitch.map(|hitch| explain_hitch(s, &hitch))),
            );
        // What the wallet itself found wrong with them.
        let refused = s.notices.with(|all| {
            let mut all = all.iter();
            let told = all.find(|it| it.subject.is_empty() && it.kind.is_of_papers());
            told.map(|told| parts::notice(s, told))
        });
        let words = text(lang, Key::TakeOver);
        let take = button("btn btn--primary", Some("recover"), words, move || {
            let typed = Zeroizing::new(device::typed("papers"));
            problem.set(hitch_of(s, &typed));
            if problem.with_untracked(Option::is_none) {
                s.send(Intent::TakeOver { text: typed });
            }
        });
        let content = div("stack stack--wide")
            .child(quiet(text(lang, Key::TakeOverText)))
            .child(refused)
            .child(field)
            .child(actions(vec![take]));
        let title = text(lang, Key::TakeOver);
        Node::Many(vec![
            head(s, title, Some(Route::Certificates), None),
            content.into(),
        ])
    })
}
