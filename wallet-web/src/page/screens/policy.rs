//! Which protection a value gets if its owner does not choose: the rules, and what each chooses.

use crate::page::device;
use crate::page::node::{Node, div, el};
use crate::page::parts::{Note, actions, button, head, option, quiet, select_noted, small_icon};
use crate::page::route::Route;
use crate::page::screens::protection::candidates;
use crate::page::service::Service;
use crate::page::words::{self, Key, text};
use leptos::prelude::*;
use saifu_protocol::value::{Currency, Money};
use saifu_wallet_core::form::{format_amount, parse_amount};
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::plan::offer::{self, Stake};
use saifu_wallet_core::plan::policy::{Policy, Rule};
use saifu_wallet_core::plan::preset::Preset;

/// What was typed.
#[derive(Clone, Copy)]
struct Typed {
    /// The field whose amount is none.
    wrong: RwSignal<Option<String>>,
    /// How often everything typed was thrown away.
    resets: RwSignal<u32>,
}

/// The screen. What is changed is kept at once.
pub(super) fn policy(s: Service) -> Node {
    let typed = Typed {
        wrong: RwSignal::new(None),
        resets: RwSignal::new(0),
    };
    Node::live(move || {
        let policy = s.policy.get();
        let rules = policy.0.iter().enumerate();
        let rules: Vec<Node> = rules.map(|(at, it)| rule(s, at, it, typed)).collect();
        let reset = button(
            "btn",
            Some("refresh"),
            s.text(Key::PolicyReset),
            move || {
                typed.wrong.set(None);
                typed.resets.update(|resets| *resets += 1);
                set(s, Policy::default());
            },
        );
        let content = div("stack stack--wide")
            .child(quiet(s.text(Key::PolicyLead)))
            .child(rules)
            .child(actions(vec![reset]));
        let title = s.text(Key::PolicyTitle);
        Node::Many(vec![
            head(s, title, Some(Route::Settings), None),
            content.into(),
        ])
    })
}

fn set(s: Service, policy: Policy) {
    s.send(Intent::SetPolicy { policy });
}

fn change(s: Service, at: usize, to: impl FnOnce(&mut Rule)) {
    let mut policy = s.policy.get_untracked();
    if let Some(rule) = policy.0.get_mut(at) {
        to(rule);
        set(s, policy);
    }
}

fn rule(s: Service, at: usize, rule: &Rule, typed: Typed) -> Node {
    let lang = s.lang.get();
    let chosen = Preset::OFFERED.iter().position(|it| *it == rule.preset);
    let options = Preset::OFFERED.into_iter().enumerate();
    let options = options.map(|(at, it)| option(at, words::preset(lang, it)));
    let label = text(lang, Key::Protection);
    let chosen = chosen.unwrap_or(usize::MAX);
    let error = offer::fits(rule.preset, &candidates(s), Stake::NONE).err();
    let note = Note {
        hint: error.map(|error| words::plan_error(lang, error).what),
        problem: None,
    };
    let protection = select_noted(
        format!("protection-{at}"),
        label,
        options.collect(),
        chosen,
        note,
        move |chosen| {
            if let Some(preset) = Preset::OFFERED.get(chosen) {
                change(s, at, |rule| rule.preset = *preset);
            }
        },
    );
    let amounts = rule.worth.iter().enumerate();
    let amounts: Vec<Node> = amounts
        .filter_map(|(place, worth)| {
            let currency = Currency::from_code(&worth.currency)?;
            Some(amount(s, (at, place), currency, worth.from, typed))
        })
        .collect();
    let amounts = (!amounts.is_empty()).then(|| {
        el("fieldset")
            .child(el("legend").words(text(lang, Key::PolicyFrom)))
            .child(div("fields").child(amounts))
    });
    let id = format!("rule-{at}");
    el("section")
        .class("panel stack")
        .attr("aria-labelledby", id.clone())
        .child(el("h2").attr("id", id).child(words::rule(lang, rule)))
        .child(amounts)
        .child(protection)
        .into()
}

fn amount(
    s: Service,
    (at, place): (usize, usize),
    currency: Currency,
    from: u64,
    Typed { wrong, resets }: Typed,
) -> Node {
    let lang = s.lang.get();
    let id = format!("from-{at}-{place}");
    let is_wrong = wrong.with(|wrong| wrong.as_ref() == Some(&id));
    let mine = id.clone();
    let money = Money {
        amount: from,
        currency,
    };
    let input = el("input")
        .class("input")
        .attr("id", id.clone())
        .fixed("type", "text")
        .fixed("inputmode", "decimal")
        .fixed("autocomplete", "off")
        .attr("aria-describedby", format!("{id}-problem"))
        .attr_if(is_wrong, "aria-invalid", "true")
        .initial(format_amount(money))
        .on("change", move |event| {
            let typed = parse_amount(&device::value_of(&event), currency);
            wrong.set(typed.is_none().then(|| mine.clone()));
            if let Some(money) = typed {
                change(s, at, |rule| {
                    if let Some(worth) = rule.worth.get_mut(place) {
                        worth.from = money.amount;
                    }
                });
            }
        });
    let problem = is_wrong.then(|| {
        el("p")
            .class("field-error")
            .child(small_icon("warn"))
            .words(text(lang, Key::PolicyWrong))
    });
    let problem = el("div")
        .attr("id", format!("{id}-problem"))
        .fixed("role", "alert")
        .child(problem);
    let label = el("label")
        .attr("for", id)
        .child(words::currency(lang, currency));
    div("field")
        // What was typed goes with the amount it was typed for.
        .key(format!("{from} {}", resets.get()))
        .child(label)
        .child(input)
        .child(problem)
        .into()
}
