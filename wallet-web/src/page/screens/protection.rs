//! What every choice of a protection shows: the ways that are offered, what one means, and which safes take part.

use crate::page::choice::{self, Gets, Worth};
use crate::page::node::{Node, div, el};
use crate::page::parts::{
    chip, choices, halves, link, option, quiet, safe_name, select, small_icon,
};
use crate::page::route::Route;
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{CheckedPlan, Custody, Plan, PlanError, Promise, Slot, Weakness};
use saifu_wallet_core::view::{Reach, SafeCard};

/// The safes the owner chose, that of slot 0 first; the others are picked.
pub(super) type Chosen = RwSignal<Vec<Option<SafeId>>>;

/// A plan with the safes that take part, and whether it is sound.
pub(super) struct Offer {
    pub(super) plan: Plan,
    pub(super) safes: Vec<SafeId>,
    pub(super) checked: Result<CheckedPlan, PlanError>,
}

pub(super) fn offer(s: Service, plan: Plan, chosen: Chosen, worth: Worth) -> Offer {
    let all = s.safes.get();
    let safes = choice::seat(choice::slots(&plan).len(), &all, &chosen.get());
    let checked = choice::check(&plan, &all, &safes, worth);
    Offer {
        plan,
        safes,
        checked,
    }
}

/// The ways in plain words, each with what it promises. What there are too few safes for is shown all the same.
pub(super) fn presets(
    s: Service,
    worth: Worth,
    chosen: Preset,
    advised: Preset,
    choose: RwSignal<Option<Preset>>,
) -> Node {
    let lang = s.lang.get();
    let safes = s.safes.get();
    let mut lacks = false;
    let ways = Preset::OFFERED.map(|preset| {
        let error = choice::fits(preset, &safes, worth).err();
        lacks |= error.is_some();
        let radio = el("input")
            .fixed("type", "radio")
            .fixed("name", "protection")
            .checked(preset == chosen)
            .attr_if(error.is_some(), "disabled", "")
            .on("change", move |_| choose.set(Some(preset)));
        let means = choice::promise(preset).map(|promise| words::glance(lang, &promise));
        let reason = error.map(|error| el("span").child(words::plan_error(lang, error).what));
        let advised = (preset == advised).then(|| chip("safe", text(lang, Key::Advised)));
        let words = el("span")
            .class("row-main")
            .child(el("span").child(words::preset(lang, preset)))
            .child(el("span").child(means))
            .child(reason)
            .child(advised);
        let row = el("label").class("row").child(radio).child(words);
        el("li").child(row).into()
    });
    let lacks = lacks.then(|| {
        let add = text(lang, Key::AddSafe);
        let add = link("btn btn--small", Route::AddSafe, Some("add"), add);
        div("split")
            .child(quiet(text(lang, Key::MoreSafes)))
            .child(add)
    });
    Node::Many(vec![
        choices(text(lang, Key::HowToProtect), ways.into()),
        lacks.into(),
    ])
}

/// What a plan means: what it promises and how it is weak, or why it is refused.
pub(super) fn explain(s: Service, offer: &Offer) -> Node {
    let lang = s.lang.get();
    let content = match &offer.checked {
        Ok(checked) => {
            let name = |slot: Slot| {
                let id = offer.safes.get(usize::from(slot.0));
                id.map(|id| name_of(s, *id)).unwrap_or_default()
            };
            let after = match offer.plan.custody {
                Custody::Safes { after } => Some(after),
                Custody::Device => None,
            };
            says(lang, checked.promise(), checked.weaknesses(), after, name)
        }
        Err(error) => {
            let words = words::plan_error(lang, *error);
            halves("warn", "warn", None, words, None, Vec::new())
        }
    };
    let title = el("h2")
        .fixed("id", "means")
        .words(text(lang, Key::WhatItMeans));
    el("section")
        .class("panel stack stack--tight")
        .fixed("aria-labelledby", "means")
        .fixed("aria-live", "polite")
        .child(title)
        .child(content)
        .into()
}

/// Promise and weaknesses as a list.
pub(super) fn says(
    lang: Lang,
    promise: &Promise,
    weaknesses: &[Weakness],
    after: Option<u8>,
    name: impl Fn(Slot) -> String,
) -> Node {
    let line = |is_good: bool, words: String| -> Node {
        el("li")
            .attr_if(!is_good, "data-kind", "warn")
            .child(small_icon(if is_good { "check" } else { "warn" }))
            .child(el("span").child(words))
            .into()
    };
    let [read, gone, cheat] = words::promises(lang, promise);
    let mut lines = vec![
        line(promise.readers != Some(1), read),
        line(promise.may_be_dead > 0, gone),
        line(promise.may_cheat > 0, cheat),
    ];
    lines.extend(weaknesses.iter().map(|weakness| {
        let safe = match weakness {
            Weakness::SafeCouldRead(slot)
            | Weakness::SafeCouldReadPiece(slot)
            | Weakness::AllAtOneSafe(slot) => name(*slot),
            Weakness::OnlyThisWalletOpens
            | Weakness::MayComeBackTwice
            | Weakness::DigestsAgree
            | Weakness::DeletedBeforeComplete
            | Weakness::LegacyHash => String::new(),
        };
        line(false, words::weakness(lang, *weakness, &safe))
    }));
    lines.extend(after.map(|after| line(true, words::leaves_after(lang, after, promise.safes))));
    el("ul").class("says").child(lines).into()
}

/// What a safe is called.
pub(super) fn name_of(s: Service, id: SafeId) -> String {
    s.safes.with(|safes| {
        let safe = safes.iter().find(|safe| safe.id == id);
        safe.map(|safe| safe_name(&safe.operator, &safe.address))
            .unwrap_or_default()
    })
}

/// The safes that were picked, and another for any of them.
pub(super) fn seats(s: Service, offer: &Offer, chosen: Chosen) -> Node {
    let lang = s.lang.get();
    let all = s.safes.get();
    let taken = offer.safes.iter();
    let taken: Vec<&SafeCard> = taken
        .filter_map(|id| all.iter().find(|safe| safe.id == *id))
        .collect();
    let names: Vec<String> = taken.iter().map(|safe| label(lang, safe)).collect();
    let silent = taken.iter().filter(|safe| safe.reach == Reach::Silent);
    let silent: Vec<String> = silent
        .map(|safe| safe_name(&safe.operator, &safe.address))
        .collect();
    let silent = (!silent.is_empty()).then(|| {
        let words = words::chosen_but_silent(lang, &silent);
        halves("warn", "offline", None, words, None, Vec::new())
    });
    let lists = choice::slots(&offer.plan).into_iter().enumerate();
    let lists: Vec<Node> = lists
        .map(|(slot, gets)| {
            let label = words::seat(lang, slot + 1, &said(lang, offer, gets));
            let picked = offer.safes.get(slot);
            let at = all.iter().position(|safe| Some(&safe.id) == picked);
            list(lang, label, &all, at, slot, chosen)
        })
        .collect();
    let list = el("details")
        .child(el("summary").child(words::picked(lang, &names)))
        .child(div("stack stack--tight").child(lists));
    Node::Many(vec![list.into(), silent.into()])
}

/// A safe among others, marked if it does not answer.
fn label(lang: Lang, safe: &SafeCard) -> String {
    let name = safe_name(&safe.operator, &safe.address);
    match safe.reach {
        Reach::Silent => words::silent(lang, &name),
        Reach::Answers | Reach::Unknown => name,
    }
}

fn said(lang: Lang, offer: &Offer, gets: Gets) -> String {
    let data = match offer.plan.divide() {
        Some(_) => Key::GetsPiece,
        None => Key::GetsValue,
    };
    let what = [
        (gets.data, data),
        (gets.key, Key::GetsKey),
        (gets.share, Key::GetsShare),
    ];
    let what: Vec<&str> = what
        .into_iter()
        .filter(|(does, _)| *does)
        .map(|(_, key)| text(lang, key))
        .collect();
    what.join(lang.of(" and ", "と"))
}

fn list(
    lang: Lang,
    title: String,
    all: &[SafeCard],
    at: Option<usize>,
    slot: usize,
    chosen: Chosen,
) -> Node {
    let options = all.iter().enumerate();
    let options = options.map(|(at, safe)| option(at, label(lang, safe)));
    let ids: Vec<SafeId> = all.iter().map(|safe| safe.id).collect();
    let at = at.unwrap_or(usize::MAX);
    let id = format!("safe-{slot}");
    select(id, title, options.collect(), at, move |at| {
        chosen.update(|chosen| {
            if chosen.len() <= slot {
                chosen.resize(slot + 1, None);
            }
            if let Some(place) = chosen.get_mut(slot) {
                *place = ids.get(at).copied();
            }
        });
    })
}
