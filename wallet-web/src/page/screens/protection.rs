//! What every choice of a protection shows: the ways that are offered, what one means, and which safes take part.

use crate::page::node::{Node, div, el};
use crate::page::parts::{
    Note, actions, chip, choices, halves, link, option, quiet, safe_name, select_noted, small_icon,
};
use crate::page::route::Route;
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_wallet_core::plan::offer::{self, Advice, Candidate, Gets, Offer, Stake};
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{Custody, Plan, PlanError, Promise, Slot, Weakness};
use saifu_wallet_core::view::{Reach, SafeCard};

/// The safes the owner chose, that of slot 0 first; the others are picked.
pub(super) type Chosen = RwSignal<Vec<Option<SafeId>>>;

/// The safes there are, as plans ask for them.
pub(super) fn candidates(s: Service) -> Vec<Candidate> {
    s.safes
        .with(|safes| safes.iter().map(Candidate::from).collect())
}

/// What is suggested for values of which so much is at stake, at safes that may be counted on.
pub(super) fn advice(s: Service, stakes: &[Stake], counts: impl Fn(&Candidate) -> bool) -> Advice {
    let mut safes = candidates(s);
    safes.retain(counts);
    s.policy
        .with(|policy| offer::advise(policy, stakes, &safes))
}

pub(super) fn offer(s: Service, plan: Plan, chosen: Chosen, stake: Stake) -> Offer {
    Offer::of(plan, &candidates(s), &chosen.get(), stake)
}

/// The ways in plain words, each with what it promises. What there are too few safes for is shown all the same.
pub(super) fn presets(
    s: Service,
    stake: Stake,
    chosen: Preset,
    advice: Advice,
    choose: RwSignal<Option<Preset>>,
) -> Node {
    let lang = s.lang.get();
    let safes = candidates(s);
    let mut lacks = false;
    let ways = Preset::OFFERED.map(|preset| {
        let error = offer::fits(preset, &safes, stake).err();
        lacks |= error.is_some_and(|error| error != PlanError::SecretTooWeak);
        let radio = el("input")
            .fixed("type", "radio")
            .fixed("name", "protection")
            .checked(preset == chosen)
            .attr_if(error.is_some(), "disabled", "")
            .on("change", move |_| choose.set(Some(preset)));
        let means = offer::promise(preset).map(|promise| words::glance(lang, &promise));
        let reason = error.map(|error| el("span").child(words::plan_error(lang, error).what));
        let advised = (preset == advice.preset).then(|| chip("safe", text(lang, Key::Advised)));
        let words = el("span")
            .class("row-main")
            .child(el("span").child(words::preset(lang, preset)))
            .child(el("span").child(means))
            .child(reason)
            .child(advised);
        let row = el("label").class("row").child(radio).child(words);
        el("li").child(row).into()
    });
    let lacks: Option<Node> = lacks.then(|| {
        let add = text(lang, Key::AddSafe);
        let add = link("btn btn--small", Route::AddSafe, Some("add"), add);
        match advice.meant {
            Some(meant) => {
                let words = words::meant(lang, meant.preset, meant.lacks);
                halves("warn", "warn", None, words, None, vec![add])
            }
            None => div("split")
                .child(quiet(text(lang, Key::MoreSafes)))
                .child(add)
                .into(),
        }
    });
    Node::Many(vec![
        choices(text(lang, Key::HowToProtect), ways.into()),
        lacks.into(),
    ])
}

/// What a plan means: what it promises and how it is weak, or why it is refused, unless that is marked beside the choices.
pub(super) fn explain(s: Service, offer: &Offer, is_marked: bool) -> Node {
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
            let way = match error {
                PlanError::TooFewSafes { .. } => Some((Route::AddSafe, "add", Key::AddSafe)),
                PlanError::SecretTooWeak => Some((Route::Recovery, "key", Key::RecoveryTitle)),
                _ => None,
            };
            let way = way.map(|(route, picture, label)| {
                link("btn btn--small", route, Some(picture), text(lang, label))
            });
            let add = way.into_iter().collect();
            // Nothing in the plan is to blame for it.
            match is_marked && *error != PlanError::SecretTooWeak {
                true => Node::Many(vec![
                    el("p").words(text(lang, Key::SeeMarked)).into(),
                    actions(add),
                ]),
                false => halves("warn", "warn", None, words, None, add),
            }
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
            | Weakness::DeletedBeforeComplete => String::new(),
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

/// The safes that were picked, and another for any of them. Where one of them does not do, they are shown at once.
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
    let lists = offer::slots(&offer.plan).into_iter().enumerate();
    let error = offer.checked.as_ref().err().copied();
    let wrong = error.and_then(PlanError::seat);
    let lists: Vec<Node> = lists
        .map(|(slot, gets)| {
            let problem = error.filter(|_| wrong.is_some_and(|it| usize::from(it.0) == slot));
            let note = Note {
                problem: problem.map(|error| words::plan_error(lang, error)),
                hint: None,
            };
            let label = words::seat(lang, slot + 1, &said(lang, offer, gets));
            let picked = offer.safes.get(slot);
            let at = all.iter().position(|safe| Some(&safe.id) == picked);
            list(lang, label, &all, at, slot, note, chosen)
        })
        .collect();
    let list = el("details")
        .attr_if(wrong.is_some(), "open", "")
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
    note: Note,
    chosen: Chosen,
) -> Node {
    let options = all.iter().enumerate();
    let options = options.map(|(at, safe)| option(at, label(lang, safe)));
    let ids: Vec<SafeId> = all.iter().map(|safe| safe.id).collect();
    let at = at.unwrap_or(usize::MAX);
    let id = format!("safe-{slot}");
    select_noted(id, title, options.collect(), at, note, move |at| {
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
