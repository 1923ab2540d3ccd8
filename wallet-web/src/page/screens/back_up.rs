//! What to back up, and how it is protected. The safes are picked; the owner can change them.

use crate::page::choosing::Choosing;
use crate::page::format;
use crate::page::node::{Node, div, el};
use crate::page::parts::{
    actions, big_card, button, choices, empty, head, icon, link, material, picture_of, small_icon,
};
use crate::page::route::Route;
use crate::page::screens::protection::{self, Chosen};
use crate::page::service::Service;
use crate::page::words::{self, Key, text};
use leptos::prelude::*;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::plan::offer::{Candidate, Offer, Stake};
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::view::{OwnerView, Standing, ValueCard};

/// Which values the owner chooses.
#[derive(Clone, Copy)]
pub(super) struct What {
    s: Service,
    /// The one value this is about, or all.
    one: Option<ItemId>,
}

impl What {
    pub(super) fn new(s: Service, one: Option<ItemId>) -> Self {
        Self { s, one }
    }

    fn candidates(self) -> Vec<ValueCard> {
        let fits = |card: &&ValueCard| {
            card.standing == Standing::OnlyHere && self.one.is_none_or(|one| one == card.id)
        };
        self.s
            .values
            .with(|all| all.iter().filter(fits).cloned().collect())
    }

    fn chosen(self) -> Vec<ValueCard> {
        let left_out = self.s.choosing.left_out.get();
        let mut candidates = self.candidates();
        candidates.retain(|card| !left_out.contains(&card.id));
        candidates
    }

    fn toggle(self, id: ItemId) {
        self.s.choosing.left_out.update(|left_out| {
            let before = left_out.len();
            left_out.retain(|other| *other != id);
            if left_out.len() == before {
                left_out.push(id);
            }
        });
    }

    /// What is chosen, as plans ask for it.
    pub(super) fn stakes(self) -> Vec<Stake> {
        let chosen = self.chosen();
        let kind = self.s.owner.with(OwnerView::weakest);
        let stake = |card: &ValueCard| Stake::of(&card.class, card.worth.as_ref()).behind(kind);
        chosen.iter().map(stake).collect()
    }

    /// The screen: what, and below or beside it how. Without values or safes there is nothing to choose.
    pub(super) fn show(self, title: Key, back: Route, how: impl FnOnce() -> Node) -> Node {
        let s = self.s;
        let candidates = self.candidates();
        let nothing = |picture, title, words, route, label| {
            let go = link("btn btn--primary", route, None, s.text(label));
            empty(picture, s.text(title), s.text(words), vec![go])
        };
        let content = if candidates.is_empty() {
            let (words, label) = (Key::NothingToBackUp, Key::BackToWallet);
            nothing("backup", Key::BackUpTitle, words, Route::Values, label)
        } else if s.safes.with(Vec::is_empty) {
            let (words, label) = (Key::NoSafesText, Key::AddSafe);
            nothing("safe", Key::NoSafes, words, Route::AddSafe, label)
        } else {
            let what = match (self.one, candidates.first()) {
                (Some(_), Some(card)) => big_card(s, picture_of(s, card)),
                _ => self.several(&candidates),
            };
            div("two stack stack--wide")
                .child(el("div").child(what))
                .child(how())
                .into()
        };
        Node::Many(vec![head(s, s.text(title), Some(back), None), content])
    }

    fn several(self, candidates: &[ValueCard]) -> Node {
        let lang = self.s.lang.get();
        let left_out = self.s.choosing.left_out.get();
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
                    .on("change", move |_| self.toggle(id));
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

    /// The button that does it.
    pub(super) fn go(self, offer: Offer, key: Option<ItemId>) -> Node {
        let s = self.s;
        let chosen: Vec<ItemId> = self.chosen().iter().map(|card| card.id).collect();
        let words = words::back_up(s.lang.get(), chosen.len());
        if chosen.is_empty() || offer.checked.is_err() {
            return actions(vec![cannot(words)]);
        }
        let press = button("btn btn--primary", Some("backup"), words, move || {
            let next = match chosen.as_slice() {
                [one] => Route::Value(*one),
                _ => Route::Values,
            };
            s.send(offer.wish(chosen.clone(), key));
            s.go(next);
        });
        actions(vec![press])
    }
}

/// A button that cannot be pressed yet.
pub(super) fn cannot(words: String) -> Node {
    el("button")
        .class("btn")
        .fixed("type", "button")
        .fixed("disabled", "")
        .child(icon("backup"))
        .child(words)
        .into()
}

/// The screen.
pub(super) fn back_up(s: Service, one: Option<ItemId>) -> Node {
    let what = What::new(s, one);
    let Choosing { preset, safes, .. } = s.choosing;
    let back = one.map_or(Route::Values, Route::Value);
    Node::live(move || {
        what.show(Key::BackUpTitle, back, || {
            let (ways, offer) = choose(s, &what.stakes(), |_| true, preset, safes);
            let more = el("a")
                .attr("href", Route::Advanced(one).href())
                .words(s.text(Key::MoreWays));
            div("stack")
                .child(ways)
                .child(protection::explain(s, &offer, false))
                .child(protection::seats(s, &offer, safes))
                .child(el("p").child(more))
                .child(what.go(offer, None))
                .into()
        })
    })
}

/// The ways, and what comes of the one that is chosen.
pub(super) fn choose(
    s: Service,
    stakes: &[Stake],
    counts: impl Fn(&Candidate) -> bool,
    preset: RwSignal<Option<Preset>>,
    safes: Chosen,
) -> (Node, Offer) {
    let stake = Stake::highest(stakes);
    let advice = protection::advice(s, stakes, counts);
    let chosen = preset.get().unwrap_or(advice.preset);
    let ways = protection::presets(s, stake, chosen, advice, preset);
    (ways, protection::offer(s, chosen.plan(), safes, stake))
}
