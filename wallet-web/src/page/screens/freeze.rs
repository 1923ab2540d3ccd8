//! What is frozen: shown wherever the owner looks first, begun with one press and a question, lifted where ways in are shown.

use crate::page::device;
use crate::page::format;
use crate::page::node::{Node, div, el};
use crate::page::parts::{
    actions, button, chip, dialog, dialog_title, dismiss, halves, link, next_try, notice, quiet,
    safe_name, section,
};
use crate::page::route::Route;
use crate::page::screens::secret::one;
use crate::page::service::Service;
use crate::page::words::{self, Key, text};
use leptos::prelude::*;
use saifu_protocol::UnixTime;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::notice::{Kind, Notice};
use saifu_wallet_core::view::{FreezingCard, FrozenCard};

pub(super) const DIALOG: &str = "freeze-all";

/// What is frozen, what is on its way to be, and who wants it lifted.
pub(super) fn cards(s: Service) -> Vec<Node> {
    let waits = s.waits.get();
    let since = waits.frozen.iter().map(|card| card.frozen.since).min();
    let mut cards: Vec<Node> = waits.freezing.iter().map(|it| freezing(s, it)).collect();
    if let Some(since) = since {
        let lang = s.lang.get();
        let since = format::time(lang, since);
        let count = waits.frozen.len();
        let words = words::frozen(lang, &since, count, waits.freezable.max(count));
        let ways = text(lang, Key::WaysTitle);
        let ways = link("btn btn--small", Route::Ways, None, ways);
        cards.push(halves(
            "warn",
            "refused",
            Some("status"),
            words,
            None,
            vec![ways],
        ));
    }
    cards.extend(waits.frozen.iter().filter_map(|it| asked(s, it)));
    cards
}

fn freezing(s: Service, card: &FreezingCard) -> Node {
    let lang = s.lang.get();
    let safe = safe_name(&card.operator, &card.address);
    let who = [safe.clone()];
    let why = card.waiting.map(|why| words::waiting(lang, why, &who));
    let mut buttons = Vec::new();
    if why.is_some() {
        let retry = move || s.send(Intent::RetryNow);
        let words = text(lang, Key::TryNow);
        buttons.push(button("btn btn--small", Some("refresh"), words, retry));
    }
    let next = card.next_try.map(|time| next_try(lang, time));
    let words = words::freezing(lang, &safe, why);
    halves("warn", "clock", Some("status"), words, next, buttons)
}

/// What this wallet has shown of two ways; or else that somebody has shown one.
fn asked(s: Service, card: &FrozenCard) -> Option<Node> {
    let lang = s.lang.get();
    let safe = safe_name(&card.operator, &card.address);
    let half = card
        .half
        .filter(|half| half.until > UnixTime(device::now()));
    if let Some(half) = half {
        let kind = words::way_kind(lang, half.by);
        let until = format::time(lang, half.until);
        let words = words::half_thawed(lang, &safe, kind, &until);
        return Some(halves("", "key", Some("status"), words, None, Vec::new()));
    }
    let alone = card.frozen.alone?;
    let kind = words::way_kind(lang, alone.by);
    let from = format::time(lang, alone.enough_at());
    let words = words::alone(lang, &safe, kind, &from);
    let keep = text(lang, Key::FreezeKeep);
    let class = "btn btn--primary btn--small";
    let keep = button(class, None, keep, move || s.send(Intent::Freeze));
    let since = Some(format::time(lang, alone.since));
    Some(halves("danger", "warn", None, words, since, vec![keep]))
}

/// One press, and one question. Where no safe knows the owner there is nothing to freeze.
pub(super) fn offer(
    s: Service,
    is_asking: RwSignal<bool>,
    was_frozen: StoredValue<bool>,
) -> Option<Node> {
    let (freezable, frozen) = s
        .waits
        .with(|waits| (waits.freezable, waits.frozen.len() + waits.freezing.len()));
    (freezable > 0).then(|| {
        let label = s.text(Key::FreezeDo);
        let freeze = button("btn btn--danger", Some("refused"), label, move || {
            is_asking.set(true);
        });
        let freeze = (frozen < freezable).then(|| one(freeze));
        let content = div("stack")
            .child(el("p").words(s.text(Key::FreezeText)))
            .child(quiet(s.text(Key::FreezeLift)))
            .child(freeze)
            .child(outcome(s, was_frozen));
        section(s, "freeze", Key::Freeze, content)
    })
}

/// What has come of a press, where it was pressed: what is said at the top may be far from there. `was_frozen`: whether something
/// was frozen while this screen was there.
pub(super) fn outcome(s: Service, was_frozen: StoredValue<bool>) -> Node {
    let lang = s.lang.get();
    let waits = s.waits.get();
    let (frozen, all) = (waits.frozen.len(), waits.freezable);
    let now = UnixTime(device::now());
    let is_half = |card: &FrozenCard| card.half.is_some_and(|half| half.until > now);
    let fixed = |state, key| Some(chip(state, text(lang, key)));
    let is_refused = |it: &&Notice| it.kind == Kind::FreezeTooFewWays;
    let refused = s.notices.with(|all| {
        let refused = all.iter().filter(is_refused);
        refused.map(|it| notice(s, it)).collect::<Vec<Node>>()
    });
    let says = if waits.frozen.iter().any(is_half) {
        fixed("local", Key::ThawHalf)
    } else if frozen > 0 {
        Some(chip(
            "safe",
            words::frozen_at(lang, frozen, all.max(frozen)),
        ))
    } else if !waits.freezing.is_empty() {
        fixed("moving", Key::FreezeTelling)
    } else if was_frozen.get_value() {
        fixed("safe", Key::Thawed)
    } else {
        None
    };
    if frozen > 0 {
        was_frozen.set_value(true);
    }
    let says = div("").fixed("role", "status").child(says);
    Node::Many(vec![says.into(), refused.into()])
}

/// The question, and what follows if it is answered.
pub(super) fn question(
    s: Service,
    is_asking: RwSignal<bool>,
    freeze: impl Fn() + Copy + 'static,
) -> Node {
    dialog(DIALOG, is_asking, move || {
        let does = s.text(Key::FreezeDo);
        let does = button("btn btn--danger", Some("refused"), does, move || {
            freeze();
            dismiss(is_asking);
        });
        let cancel = button("btn", None, s.text(Key::NotYet), move || dismiss(is_asking));
        Node::Many(vec![
            dialog_title(s.text(Key::FreezeAsk)).into(),
            el("p").words(s.text(Key::FreezeText)).into(),
            el("p").words(s.text(Key::FreezeLift)).into(),
            actions(vec![does, cancel]),
        ])
    })
}
