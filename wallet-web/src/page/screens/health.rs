//! How a backup is: what its last rehearsal showed, and another one now.

use crate::page::node::{Node, div, el};
use crate::page::parts::{actions, button, chip, quiet, safe_name, section};
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_wallet_core::check::{Check, Health};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::rules::{Rehearsals, Way};

/// One line, and by whom it is true.
pub(super) fn health(
    s: Service,
    about: ItemId,
    health: Option<Health>,
    checked: Option<&Check>,
) -> Option<Node> {
    let lang = s.lang.get();
    let health = health?;
    let is_under_way = s.rules.with(|rules| {
        let mut rounds = rules.rounds.iter();
        rounds.any(|round| round.entry.way == Way::Rehearse)
    });
    let parts = checked.map(|check| {
        let each = check.parts.iter().map(|part| {
            let safe = s.safes.with(|all| {
                let card = all.iter().find(|card| card.id == part.safe);
                card.map(|card| safe_name(&card.operator, &card.address))
            });
            let found = words::found_of_part(lang, part.found);
            let line = format!("{}: {found}", safe.unwrap_or_default());
            el("li").child(line).into()
        });
        let list = el("ul")
            .class("plain-list")
            .child(each.collect::<Vec<Node>>());
        el("details")
            .child(el("summary").words(text(lang, Key::RehearsalParts)))
            .child(list)
    });
    let press = move || s.send(Intent::Rehearse { what: about });
    let try_it = button(
        "btn btn--small",
        Some("refresh"),
        text(lang, Key::Rehearse),
        press,
    );
    let is_off_line = s.rules.with(|rules| rules.is_off_line);
    let state = match health {
        Health::Good { .. } => "good",
        Health::Unchecked | Health::Theirs => "unchecked",
        Health::Elsewhere => "elsewhere",
        Health::Weak { .. } => "weak",
        Health::Broken { .. } => "broken",
    };
    let now = match (is_under_way, is_off_line) {
        (true, _) => quiet(text(lang, Key::Rehearsing)).into(),
        (false, true) => quiet(text(lang, Key::NothingTriedOffLine)).into(),
        (false, false) => actions(vec![try_it]),
    };
    let content = div("panel stack stack--tight")
        .attr("data-health", state)
        .child(el("p").child(words::health(lang, health)))
        .child(parts)
        .child(now);
    Some(section(s, "health", Key::HealthTitle, content))
}

/// What lists say of it: nothing, unless something is to be done.
pub(super) fn alarm(lang: Lang, health: Option<Health>) -> Option<Node> {
    match health? {
        Health::Good { .. } | Health::Unchecked | Health::Theirs => None,
        Health::Weak { .. } => Some(chip("local", text(lang, Key::HealthWeak))),
        Health::Broken { .. } => Some(chip("failed", text(lang, Key::HealthBroken))),
        Health::Elsewhere => Some(chip("failed", text(lang, Key::HealthElsewhere))),
    }
}

/// One of how often something can be done; none is chosen if it is done at another interval.
fn intervals(
    s: Service,
    name: &'static str,
    chosen: Option<Rehearsals>,
    set: fn(Rehearsals) -> Intent,
) -> Node {
    let lang = s.lang.get();
    let ways = Rehearsals::ALL.map(|it| {
        let radio = el("input")
            .fixed("type", "radio")
            .fixed("name", name)
            .checked(Some(it) == chosen)
            .on("change", move |_| {
                s.send(set(it));
            });
        let words = el("span")
            .class("row-main")
            .child(el("span").words(words::often(lang, it)));
        el("li")
            .child(el("label").class("row").child(radio).child(words))
            .into()
    });
    div("panel panel--flush")
        .child(el("ul").class("rows").child(Vec::from(ways)))
        .into()
}

fn days(often: Rehearsals) -> u32 {
    match often {
        Rehearsals::Off => 0,
        Rehearsals::Weekly => 7,
        Rehearsals::Monthly => 30,
    }
}

/// How often safes are audited by themselves.
pub(super) fn audits(s: Service, chosen: u32) -> Node {
    let lang = s.lang.get();
    let mut ways = Rehearsals::ALL.into_iter();
    let chosen = ways.find(|it| days(*it) == chosen);
    let list = intervals(s, "audits", chosen, |often| Intent::SetAudits {
        days: days(often),
    });
    el("fieldset")
        .class("stack")
        .child(
            el("legend")
                .class("sr-only")
                .words(text(lang, Key::AuditsTitle)),
        )
        .child(quiet(text(lang, Key::AuditsLead)))
        .child(list)
        .into()
}

/// How often it is done by itself, and all of it now.
pub(super) fn rehearsals(s: Service, chosen: Rehearsals) -> Node {
    let lang = s.lang.get();
    let list = intervals(s, "rehearsals", Some(chosen), |often| {
        Intent::SetRehearsals { often }
    });
    let drill = button(
        "btn",
        Some("refresh"),
        text(lang, Key::FireDrill),
        move || {
            s.send(Intent::FireDrill);
        },
    );
    let (is_off_line, is_under_way) = s.rules.with(|rules| {
        let mut rounds = rules.rounds.iter();
        let is_under_way = rounds.any(|round| round.entry.way == Way::Rehearse);
        (rules.is_off_line, is_under_way)
    });
    let now = match (is_under_way, is_off_line) {
        (true, _) => quiet(text(lang, Key::RehearsingAbove)).into(),
        (false, true) => quiet(text(lang, Key::NothingTriedOffLine)).into(),
        (false, false) => actions(vec![drill]),
    };
    el("fieldset")
        .class("stack")
        .child(
            el("legend")
                .class("sr-only")
                .words(text(lang, Key::RehearsalsTitle)),
        )
        .child(quiet(text(lang, Key::RehearsalsLead)))
        .child(list)
        .child(el("div").fixed("role", "status").child(now))
        .into()
}
