//! What is backed up and brought home by itself: the rules, what each means now, and what they have done.

use crate::page::format;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{actions, button, empty, head, link, quiet, section, tick};
use crate::page::route::Route;
use crate::page::screens::health;
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::rules::trigger::Remark;
use saifu_wallet_core::rules::{Does, Entry, Rule, RuleState, Shortage, Way};
use saifu_wallet_core::view::{Meant, RoundCard, RuleCard};

/// The screen.
pub(super) fn rules(s: Service) -> Node {
    show(s, None);
    Node::live(move || {
        let view = s.rules.get();
        let cards: Vec<Node> = view.rules.iter().map(|it| card(s, it)).collect();
        let restore = button(
            "btn",
            Some("refresh"),
            s.text(Key::RulesRestore),
            move || {
                s.send(Intent::RestoreRules);
            },
        );
        let add = link(
            "btn btn--primary",
            Route::Rule(None),
            Some("add"),
            s.text(Key::RuleAdd),
        );
        let content = div("stack stack--wide")
            .child(quiet(s.text(Key::RulesLead)))
            .child(under_way(s, &view.rounds))
            .child(cards)
            .child(actions(vec![add, restore]))
            .child(section(
                s,
                "shortage",
                Key::ShortageTitle,
                shortage(s, view.shortage),
            ))
            .child(section(
                s,
                "rehearsals",
                Key::RehearsalsTitle,
                health::rehearsals(s, view.rehearsals),
            ))
            .child(section(
                s,
                "audits",
                Key::AuditsTitle,
                health::audits(s, view.audit_days),
            ))
            .child(section(
                s,
                "activity",
                Key::ActivityTitle,
                activity(s, &view.activity),
            ));
        let title = s.text(Key::RulesTitle);
        Node::Many(vec![
            head(s, title, Some(Route::Settings), None),
            content.into(),
        ])
    })
}

/// Has shown what each rule means, for as long as the calling screen is there.
pub(super) fn show(s: Service, draft: Option<Rule>) {
    s.send(Intent::ShowRules { draft });
    on_cleanup(move || s.send(Intent::HideRules));
}

pub(super) fn way(rule: &Rule) -> Way {
    match rule.does {
        Does::BackUp(_) => Way::BackUp,
        Does::Fetch(_) => Way::Fetch,
    }
}

fn card(s: Service, card: &RuleCard) -> Node {
    let lang = s.lang.get();
    let rule = &card.rule;
    let id = format!("rule-{}", rule.id);
    let is_on = rule.state == RuleState::On;
    let (switched, run) = (rule.clone(), rule.id);
    let switch = tick(text(lang, Key::RuleOn), is_on, move |is_on| {
        let state = match is_on {
            true => RuleState::On,
            false => RuleState::Off,
        };
        let rule = Rule {
            state,
            ..switched.clone()
        };
        s.send(Intent::PutRule { rule });
    });
    let means_something = card.means.as_ref().is_some_and(|it| it.selected_count > 0);
    let mut buttons = Vec::new();
    if means_something {
        buttons.push(button(
            "btn btn--small",
            None,
            text(lang, Key::RuleRun),
            move || {
                s.send(Intent::RunRule { rule: run });
            },
        ));
    }
    let edit = text(lang, Key::RuleEdit);
    buttons.push(link(
        "btn btn--small",
        Route::Rule(Some(rule.id)),
        Some("edit"),
        edit,
    ));
    let name = words::rule_name(lang, rule.id, &rule.name);
    let title = div("split")
        .child(el("h2").attr("id", id.clone()).child(name))
        .child(switch);
    el("section")
        .class("panel stack")
        .attr("data-rule", if is_on { "on" } else { "off" })
        .key(id.clone())
        .attr("aria-labelledby", id)
        .child(title)
        .child(el("p").child(words::rule_line(lang, rule)))
        .child(el("p").class("quiet").child(words::does(lang, &rule.does)))
        .child(lacks(lang, &card.lacks))
        .child(card.means.as_ref().map(|it| meant(lang, it, way(rule))))
        .child(actions(buttons))
        .into()
}

/// What this device does not tell a rule.
pub(super) fn lacks(lang: Lang, remarks: &[Remark]) -> Vec<Node> {
    let hint = |it: &Remark| el("p").class("hint").words(words::remark(lang, *it)).into();
    remarks.iter().map(hint).collect()
}

/// What a rule means now, and what it leaves apart.
pub(super) fn meant(lang: Lang, meant: &Meant, way: Way) -> El {
    let list = |lines: Vec<String>| {
        let lines: Vec<Node> = lines
            .into_iter()
            .map(|it| el("li").child(it).into())
            .collect();
        (!lines.is_empty()).then(|| el("ul").class("plain-list").child(lines))
    };
    let apart = meant.apart.iter();
    let apart = apart.map(|(name, why)| words::left_apart(lang, name, *why));
    let more = |shown: usize, all: usize| (all > shown).then(|| el("p").class("hint").child("…"));
    let left = (meant.apart_count > 0).then(|| {
        el("details")
            .child(el("summary").child(words::leaves_apart(lang, meant.apart_count)))
            .child(list(apart.collect()))
            .child(more(meant.apart.len(), meant.apart_count))
    });
    div("stack stack--tight")
        .child(el("p").child(words::means(lang, meant.selected_count, way)))
        .child(list(meant.selected.clone()))
        .child(more(meant.selected.len(), meant.selected_count))
        .child(left)
}

/// A rehearsal is no rule's.
fn name_of(lang: Lang, entry: &Entry) -> String {
    match entry.way {
        Way::Rehearse | Way::Audit => words::way(lang, entry.way).into(),
        Way::BackUp | Way::Fetch => words::rule_name(lang, entry.rule, &entry.name),
    }
}

/// What was rehearsed is done, whether it came back or not.
fn tried_in_vain(entry: &Entry) -> u32 {
    match entry.way {
        Way::Rehearse => entry.stayed,
        Way::BackUp | Way::Fetch | Way::Audit => 0,
    }
}

fn under_way(s: Service, rounds: &[RoundCard]) -> Option<Node> {
    let lang = s.lang.get();
    let rows: Vec<Node> = rounds
        .iter()
        .map(|round| {
            let job = round.job;
            let stop = button(
                "btn btn--small",
                None,
                text(lang, Key::CallOff),
                move || {
                    s.send(Intent::CallOff { job });
                },
            );
            let name = name_of(lang, &round.entry);
            let done = round.entry.moved + tried_in_vain(&round.entry);
            let progress = words::round_progress(lang, done, round.left);
            let words = el("span")
                .class("row-main")
                .child(el("span").child(name))
                .child(el("span").child(format!(
                    "{progress} · {}",
                    words::why(lang, &round.entry.why)
                )));
            el("li").child(div("row").child(words).child(stop)).into()
        })
        .collect();
    (!rows.is_empty()).then(|| {
        let list = div("panel panel--flush").child(el("ul").class("rows").child(rows));
        section(s, "rounds", Key::UnderWay, list)
    })
}

fn shortage(s: Service, chosen: Shortage) -> Node {
    let lang = s.lang.get();
    let ways = [Shortage::Ask, Shortage::MakeRoom].map(|it| {
        let radio = el("input")
            .fixed("type", "radio")
            .fixed("name", "shortage")
            .checked(it == chosen)
            .on("change", move |_| {
                s.send(Intent::SetShortage { shortage: it })
            });
        let words = el("span")
            .class("row-main")
            .child(el("span").words(words::shortage(lang, it)));
        el("li")
            .child(el("label").class("row").child(radio).child(words))
            .into()
    });
    let list = div("panel panel--flush").child(el("ul").class("rows").child(Vec::from(ways)));
    el("fieldset")
        .class("stack")
        .child(
            el("legend")
                .class("sr-only")
                .words(text(lang, Key::ShortageTitle)),
        )
        .child(quiet(text(lang, Key::ShortageLead)))
        .child(list)
        .into()
}

fn activity(s: Service, entries: &[Entry]) -> Node {
    let lang = s.lang.get();
    if entries.is_empty() {
        let (title, words) = (
            text(lang, Key::ActivityNone),
            text(lang, Key::ActivityNoneText),
        );
        return empty("clock", title, words, Vec::new());
    }
    let rows: Vec<Node> = entries
        .iter()
        .map(|entry| {
            let name = name_of(lang, entry);
            let mut named = words::listed(lang, &entry.named);
            let moves = matches!(entry.way, Way::BackUp | Way::Fetch);
            if moves && entry.moved as usize > entry.named.len() {
                named.push('…');
            }
            let when = format!(
                "{} · {}",
                format::time(lang, entry.began),
                words::why(lang, &entry.why)
            );
            let words = el("span")
                .class("row-main")
                .child(el("span").child(format!("{name}: {}", words::done(lang, entry))))
                .child((!named.is_empty()).then(|| el("span").child(named)))
                .child(el("span").child(when));
            el("li").child(div("row").child(words)).into()
        })
        .collect();
    div("panel panel--flush")
        .child(el("ul").class("rows").child(rows))
        .into()
}
