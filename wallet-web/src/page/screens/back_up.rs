//! What to back up, and where.

use crate::page::format;
use crate::page::node::{Node, div, el};
use crate::page::parts::{
    actions, big_card, button, empty, head, icon, link, material, picture_of, quiet, safe_name,
    small_icon,
};
use crate::page::route::Route;
use crate::page::screens::value::reach_chip;
use crate::page::service::Service;
use crate::page::words::{self, Key, text};
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::{Reach, SafeCard, Standing, ValueCard};

/// What the owner chooses here.
#[derive(Clone, Copy)]
struct Choice {
    s: Service,
    /// The one value this is about, or all.
    one: Option<ItemId>,
    /// Of all, those to leave out.
    left_out: RwSignal<Vec<ItemId>>,
    /// The safe, if the owner chose another than the first.
    safe: RwSignal<Option<SafeId>>,
}

impl Choice {
    fn candidates(self) -> Vec<ValueCard> {
        let fits = |card: &&ValueCard| {
            card.standing == Standing::OnlyHere && self.one.is_none_or(|one| one == card.id)
        };
        self.s
            .values
            .with(|all| all.iter().filter(fits).cloned().collect())
    }

    fn chosen(self) -> Vec<ItemId> {
        let left_out = self.left_out.get();
        let candidates = self.candidates();
        let ids = candidates.iter().map(|card| card.id);
        ids.filter(|id| !left_out.contains(id)).collect()
    }

    fn toggle(self, id: ItemId) {
        self.left_out.update(|left_out| {
            let before = left_out.len();
            left_out.retain(|other| *other != id);
            if left_out.len() == before {
                left_out.push(id);
            }
        });
    }

    fn chosen_safe(self) -> Option<SafeCard> {
        let safes = self.s.safes.get();
        let chosen = self.safe.get();
        let by_choice = safes.iter().find(|safe| Some(safe.id) == chosen);
        let first = safes.iter().find(|safe| safe.reach != Reach::Silent);
        by_choice.or(first).or(safes.first()).cloned()
    }
}

/// The screen.
pub(super) fn back_up(s: Service, one: Option<ItemId>) -> Node {
    let choice = Choice {
        s,
        one,
        left_out: RwSignal::new(Vec::new()),
        safe: RwSignal::new(None),
    };
    let back = one.map_or(Route::Values, Route::Value);
    Node::live(move || {
        Node::Many(vec![
            head(s, s.text(Key::BackUpTitle), Some(back), None),
            present(choice),
        ])
    })
}

fn present(choice: Choice) -> Node {
    let s = choice.s;
    let lang = s.lang.get();
    let candidates = choice.candidates();
    if candidates.is_empty() {
        let words = text(lang, Key::BackToWallet);
        let back = link("btn btn--primary", Route::Values, None, words);
        let (title, words) = (Key::BackUpTitle, Key::NothingToBackUp);
        return empty("backup", text(lang, title), text(lang, words), vec![back]);
    }
    if s.safes.with(Vec::is_empty) {
        let words = text(lang, Key::AddSafe);
        let add = link("btn btn--primary", Route::AddSafe, Some("add"), words);
        let (title, words) = (Key::NoSafes, Key::NoSafesText);
        return empty("safe", text(lang, title), text(lang, words), vec![add]);
    }
    let what = match (choice.one, candidates.first()) {
        (Some(_), Some(card)) => big_card(s, picture_of(s, card)),
        _ => several(choice, &candidates),
    };
    let how = div("stack")
        .child(safes(choice))
        .child(quiet(text(lang, Key::BackUpThen)))
        .child(go(choice));
    div("two stack stack--wide")
        .child(el("div").child(what))
        .child(how)
        .into()
}

fn several(choice: Choice, candidates: &[ValueCard]) -> Node {
    let lang = choice.s.lang.get();
    let left_out = choice.left_out.get();
    let rows: Vec<Node> = candidates
        .iter()
        .map(|card| {
            let id = card.id;
            let kind = material(&card.class);
            let worth = card.worth.as_ref();
            let worth = worth.map(|worth| format::amount(lang, worth));
            let tick = el("input")
                .fixed("type", "checkbox")
                .checked(!left_out.contains(&id))
                .on("change", move |_| choice.toggle(id));
            let mark = el("span")
                .class("mark")
                .attr("data-class", kind)
                .child(small_icon(kind));
            let words = el("span")
                .class("row-main")
                .child(el("span").child(card.name.clone()))
                .child(el("span").child(worth));
            let row = el("label")
                .class("row")
                .child(tick)
                .child(mark)
                .child(words);
            el("li").child(row).into()
        })
        .collect();
    choices(text(lang, Key::WhatToBackUp), rows)
}

fn choices(legend: &'static str, rows: Vec<Node>) -> Node {
    el("fieldset")
        .child(el("legend").child(legend))
        .child(div("panel panel--flush").child(el("ul").class("rows").child(rows)))
        .into()
}

fn safes(choice: Choice) -> Node {
    let s = choice.s;
    let lang = s.lang.get();
    let chosen = choice.chosen_safe().map(|safe| safe.id);
    let rows: Vec<Node> = s
        .safes
        .get()
        .into_iter()
        .map(|safe| {
            let id = safe.id;
            let radio = el("input")
                .fixed("type", "radio")
                .fixed("name", "safe")
                .checked(chosen == Some(id))
                .on("change", move |_| choice.safe.set(Some(id)));
            let words = el("span")
                .class("row-main")
                .child(el("span").child(safe_name(&safe.operator, &safe.address)))
                .child(el("span").child(format::host(&safe.address).to_owned()))
                .child(reach_chip(lang, safe.reach));
            let row = el("label").class("row").child(radio).child(words);
            el("li").child(row).into()
        })
        .collect();
    choices(text(lang, Key::WhichSafe), rows)
}

fn go(choice: Choice) -> Option<Node> {
    let s = choice.s;
    let lang = s.lang.get();
    let safe = choice.chosen_safe()?;
    let chosen = choice.chosen();
    let name = safe_name(&safe.operator, &safe.address);
    let words = words::back_up_at(lang, chosen.len(), &name);
    if chosen.is_empty() {
        let button = el("button")
            .class("btn")
            .fixed("type", "button")
            .fixed("disabled", "")
            .child(icon("backup"))
            .child(words);
        return Some(actions(vec![button.into()]));
    }
    let press = button("btn btn--primary", Some("backup"), words, move || {
        let next = match chosen.as_slice() {
            [one] => Route::Value(*one),
            _ => Route::Values,
        };
        s.send(Intent::BackUp {
            values: chosen.clone(),
            safe: safe.id,
        });
        s.go(next);
    });
    Some(actions(vec![press]))
}
