//! What to back up, and where.

use crate::page::format;
use crate::page::parts::{
    big_card, button, empty, head, icon, link, material, picture_of, safe_name, small_icon,
};
use crate::page::route::Route;
use crate::page::screens::value::reach_chip;
use crate::page::service::Service;
use crate::page::words::{self, Key, text};
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_wallet_core::ids::ItemId;
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

    fn chosen_safe(self) -> Option<SafeCard> {
        let safes = self.s.safes.get();
        let chosen = self.safe.get();
        let by_choice = safes.iter().find(|safe| Some(safe.id) == chosen);
        let first = safes.iter().find(|safe| safe.reach != Reach::Silent);
        by_choice.or(first).or(safes.first()).cloned()
    }
}

/// The screen.
pub(super) fn back_up(s: Service, one: Option<ItemId>) -> AnyView {
    let choice = Choice {
        s,
        one,
        left_out: RwSignal::new(Vec::new()),
        safe: RwSignal::new(None),
    };
    let back = one.map_or(Route::Values, Route::Value);
    view! {
        {move || head(s, s.text(Key::BackUpTitle), Some(back), None)}
        {move || present(choice)}
    }
    .into_any()
}

fn present(choice: Choice) -> AnyView {
    let s = choice.s;
    let lang = s.lang.get();
    let candidates = choice.candidates();
    if candidates.is_empty() {
        let back = link(
            "btn btn--primary",
            Route::Values,
            None,
            text(lang, Key::BackToWallet).into(),
        );
        let (title, words) = (Key::BackUpTitle, Key::NothingToBackUp);
        return empty("backup", text(lang, title), text(lang, words), vec![back]);
    }
    if s.safes.with(Vec::is_empty) {
        let add = link(
            "btn btn--primary",
            Route::AddSafe,
            Some("add"),
            text(lang, Key::AddSafe).into(),
        );
        let (title, words) = (Key::NoSafes, Key::NoSafesText);
        return empty("safe", text(lang, title), text(lang, words), vec![add]);
    }
    let what = match (choice.one, candidates.first()) {
        (Some(_), Some(card)) => big_card(s, picture_of(s, card)),
        _ => several(choice, &candidates),
    };
    view! {
        <div class="two stack stack--wide">
            <div>{what}</div>
            <div class="stack">
                {safes(choice)}
                <p class="quiet">{text(lang, Key::BackUpThen)}</p>
                {go(choice)}
            </div>
        </div>
    }
    .into_any()
}

fn several(choice: Choice, candidates: &[ValueCard]) -> AnyView {
    let lang = choice.s.lang.get();
    let rows: Vec<AnyView> = candidates
        .iter()
        .map(|card| {
            let id = card.id;
            let kind = material(&card.class);
            let worth = card.worth.as_ref().map(|worth| format::amount(lang, worth));
            let toggle = move |_| {
                choice.left_out.update(|left_out| {
                    match left_out.iter().position(|other| *other == id) {
                        Some(place) => {
                            left_out.remove(place);
                        }
                        None => left_out.push(id),
                    }
                });
            };
            view! {
                <li>
                    <label class="row">
                        <input
                            type="checkbox"
                            prop:checked=move || choice.left_out.with(|left_out| !left_out.contains(&id))
                            on:change=toggle
                        />
                        <span class="mark" data-class=kind>{small_icon(kind)}</span>
                        <span class="row-main">
                            <span>{card.name.clone()}</span>
                            <span>{worth}</span>
                        </span>
                    </label>
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <fieldset>
            <legend>{text(lang, Key::WhatToBackUp)}</legend>
            <div class="panel panel--flush"><ul class="rows">{rows}</ul></div>
        </fieldset>
    }
    .into_any()
}

fn safes(choice: Choice) -> AnyView {
    let s = choice.s;
    let lang = s.lang.get();
    let rows: Vec<AnyView> = s
        .safes
        .get()
        .into_iter()
        .map(|safe| {
            let id = safe.id;
            let name = safe_name(&safe.operator, &safe.address);
            let address = format::host(&safe.address).to_owned();
            view! {
                <li>
                    <label class="row">
                        <input
                            type="radio"
                            name="safe"
                            prop:checked=move || choice.chosen_safe().is_some_and(|safe| safe.id == id)
                            on:change=move |_| choice.safe.set(Some(id))
                        />
                        <span class="row-main"><span>{name}</span><span>{address}</span></span>
                        {reach_chip(lang, safe.reach)}
                    </label>
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <fieldset>
            <legend>{text(lang, Key::WhichSafe)}</legend>
            <div class="panel panel--flush"><ul class="rows">{rows}</ul></div>
        </fieldset>
    }
    .into_any()
}

fn go(choice: Choice) -> AnyView {
    (move || {
        let s = choice.s;
        let lang = s.lang.get();
        let safe = choice.chosen_safe()?;
        let chosen = choice.chosen();
        let name = safe_name(&safe.operator, &safe.address);
        let words = words::back_up_at(lang, chosen.len(), &name);
        if chosen.is_empty() {
            let words = view! {
                <button class="btn" type="button" disabled>{icon("backup")}{words}</button>
            };
            return Some(view! { <div class="actions">{words}</div> }.into_any());
        }
        let press = button("btn btn--primary", Some("backup"), words, move || {
            let next = match chosen.as_slice() {
                [one] => Route::Value(*one),
                _ => Route::Values,
            };
            s.back_up(chosen.clone(), safe.id);
            s.go(next);
        });
        Some(view! { <div class="actions">{press}</div> }.into_any())
    })
    .into_any()
}
