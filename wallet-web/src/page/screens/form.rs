//! Writing a value down, new or corrected. The form checks while the owner types; the code that makes its bearer its
//! owner stays in its field until it is moved into the intent.

use crate::page::device;
use crate::page::parts::{head, icon, material, small_icon};
use crate::page::route::Route;
use crate::page::service::Service;
use crate::page::words::{self, Key};
use leptos::html;
use leptos::prelude::*;
use saifu_protocol::value::{Class, Currency, Kind};
use saifu_wallet_core::form::{self, Field, Form, Problem};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::Opened;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// A new value.
pub(super) fn add(s: Service) -> AnyView {
    view! {
        {move || head(s, s.text(Key::AddTitle), Some(Route::Values), None)}
        {fields(s, Form::default(), Key::Save, |form| Intent::Add { form })}
    }
    .into_any()
}

/// A value, to be corrected.
pub(super) fn correct(s: Service, value: ItemId) -> AnyView {
    s.send(Intent::Open { item: value });
    on_cleanup(move || s.close());
    let is_open = Memo::new(move |_| {
        s.opened
            .with(|opened| matches!(opened, Some(Opened::Value { id, .. }) if *id == value))
    });
    view! {
        {move || head(s, s.text(Key::CorrectTitle), Some(Route::Value(value)), None)}
        {move || {
            let opened = if is_open.get() { s.opened.get_untracked() } else { None };
            match opened {
                Some(Opened::Value { form, .. }) => {
                    fields(s, form, Key::SaveCorrection, move |form| Intent::Correct { value, form })
                }
                Some(Opened::Certificate { .. }) | None => {
                    view! { <div class="skeleton"></div> }.into_any()
                }
            }
        }}
    }
    .into_any()
}

/// What is being written, and what is known to be wrong with it.
#[derive(Clone, Copy)]
struct Draft {
    s: Service,
    /// Never holds the payload.
    form: RwSignal<Form>,
    problems: Memo<Vec<(Field, Problem)>>,
    /// Fields the owner has left at least once; problems of others would only disturb.
    left: RwSignal<BTreeSet<u8>>,
    /// Whether sending was tried: from then on every problem is shown.
    tried: RwSignal<bool>,
    payload_problem: RwSignal<Option<Problem>>,
}

impl Draft {
    fn kind(self) -> Kind {
        self.form
            .with(|form| Class::from_code(&form.class).map_or(Kind::Ticket, Class::kind))
    }

    fn problem(self, field: Field) -> Option<Problem> {
        if field == Field::Payload {
            return self.payload_problem.get();
        }
        let is_shown = self.tried.get() || self.left.with(|left| left.contains(&(field as u8)));
        let found = self
            .problems
            .with(|all| all.iter().find(|(place, _)| *place == field).copied());
        found.filter(|_| is_shown).map(|(_, problem)| problem)
    }
}

/// What a class does not ask for is not sent either, whatever was typed before the class was changed.
fn without_hidden(mut form: Form) -> Form {
    match Class::from_code(&form.class).map(Class::kind) {
        Some(Kind::PrepaidCard | Kind::GiftCard) => form.quantity = "1".into(),
        Some(Kind::Ticket | Kind::Coupon) | None => form.remaining.clear(),
    }
    form
}

fn fields(
    s: Service,
    mut form: Form,
    save: Key,
    intent: impl Fn(Form) -> Intent + 'static,
) -> AnyView {
    let payload = std::mem::take(&mut form.payload);
    let form = RwSignal::new(form);
    let draft = Draft {
        s,
        form,
        problems: Memo::new(move |_| {
            form::read(&without_hidden(form.get()))
                .err()
                .unwrap_or_default()
        }),
        left: RwSignal::new(BTreeSet::new()),
        tried: RwSignal::new(false),
        payload_problem: RwSignal::new(None),
    };
    draw(draft, payload, save, Box::new(intent))
}

fn draw(
    draft: Draft,
    payload: Zeroizing<String>,
    save: Key,
    intent: Box<dyn Fn(Form) -> Intent>,
) -> AnyView {
    let s = draft.s;
    let input = NodeRef::<html::Input>::new();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get_untracked() else {
            return;
        };
        let mut form = without_hidden(draft.form.get_untracked());
        form.payload = Zeroizing::new(input.value());
        match form::read(&form).err() {
            None => {
                input.set_value("");
                s.send(intent(form));
                s.go(Route::Values);
            }
            Some(problems) => {
                let of_payload = problems.iter().find(|(field, _)| *field == Field::Payload);
                draft
                    .payload_problem
                    .set(of_payload.map(|(_, problem)| *problem));
                draft.tried.set(true);
                device::soon(|| device::focus_first("[aria-invalid=true]"));
            }
        }
    };
    view! {
        <form class="stack stack--wide" novalidate on:submit=submit>
            <fieldset>
                <legend>{move || s.text(Key::WhatIsIt)}</legend>
                <div class="picks">{picks(draft)}</div>
            </fieldset>
            <div class="fields">
                {field(draft, Field::Name, "text", "field field--wide", |form| &mut form.name)}
                {price(draft)}
                {move || match draft.kind() {
                    Kind::Ticket | Kind::Coupon => {
                        field(draft, Field::Quantity, "number", "field", |form| &mut form.quantity)
                    }
                    Kind::PrepaidCard | Kind::GiftCard => {
                        field(draft, Field::Remaining, "amount", "field", |form| &mut form.remaining)
                    }
                }}
                {field(draft, Field::From, "date", "field", |form| &mut form.from)}
                {field(draft, Field::To, "date", "field", |form| &mut form.to)}
                {field(draft, Field::Place, "text", "field field--wide", |form| &mut form.place)}
                <div class="field field--wide">
                    <label for="payload">{move || s.text(Key::Payload)}</label>
                    <input
                        class="input"
                        id="payload"
                        type="text"
                        autocomplete="off"
                        spellcheck="false"
                        node_ref=input
                        prop:value=payload.to_string()
                        aria-describedby="payload-hint payload-problem"
                        aria-invalid=move || draft.problem(Field::Payload).map(|_| "true")
                    />
                    <p class="hint" id="payload-hint">{move || s.text(Key::PayloadHint)}</p>
                    {problem(draft, Field::Payload, "payload-problem")}
                </div>
                {field(draft, Field::Remarks, "text", "field field--wide", |form| &mut form.remarks)}
            </div>
            {move || all_problems(draft)}
            <div class="actions">
                <button class="btn btn--primary" type="submit">{move || s.text(save)}</button>
            </div>
        </form>
    }
    .into_any()
}

fn picks(draft: Draft) -> Vec<AnyView> {
    Class::ALL
        .into_iter()
        .map(|class| {
            let code = class.code();
            view! {
                <label class="pick">
                    <input
                        type="radio"
                        name="class"
                        value=code
                        prop:checked=move || draft.form.with(|form| form.class == code)
                        on:change=move |_| draft.form.update(|form| form.class = code.into())
                    />
                    {icon(material(code))}
                    {move || words::class_name(draft.s.lang.get(), class)}
                </label>
            }
            .into_any()
        })
        .collect()
}

/// A field's name in the document.
const fn id(field: Field) -> &'static str {
    match field {
        Field::Class => "class",
        Field::Name => "name",
        Field::UnitPrice => "unit-price",
        Field::Quantity => "quantity",
        Field::Place => "place",
        Field::From => "from",
        Field::To => "to",
        Field::Remaining => "remaining",
        Field::Remarks => "remarks",
        Field::Payload => "payload",
    }
}

fn label(draft: Draft, field: Field) -> &'static str {
    let is_card = matches!(draft.kind(), Kind::PrepaidCard | Kind::GiftCard);
    let key = match field {
        Field::Class => Key::WhatIsIt,
        Field::Name => Key::Name,
        Field::UnitPrice if is_card => Key::FaceAmount,
        Field::UnitPrice => Key::PriceOptional,
        Field::Quantity => Key::HowMany,
        Field::Place => Key::PlaceOptional,
        Field::From => Key::ValidFrom,
        Field::To => Key::ValidTo,
        Field::Remaining => Key::RemainingOptional,
        Field::Remarks => Key::RemarksOptional,
        Field::Payload => Key::Payload,
    };
    draft.s.text(key)
}

type Slot = fn(&mut Form) -> &mut String;

fn input(draft: Draft, field: Field, kind: &'static str, slot: Slot) -> AnyView {
    let (shown, keyboard) = match kind {
        "number" => ("text", Some("numeric")),
        "amount" => ("text", Some("decimal")),
        other => (other, None),
    };
    let described = format!("{}-problem", id(field));
    view! {
        <input
            class="input"
            id=id(field)
            type=shown
            inputmode=keyboard
            autocomplete="off"
            prop:value=move || {
                let mut form = draft.form.get();
                std::mem::take(slot(&mut form))
            }
            on:input=move |event| {
                draft.form.update(|form| *slot(form) = event_target_value(&event));
            }
            on:blur=move |_| {
                draft.left.update(|left| {
                    left.insert(field as u8);
                });
            }
            aria-describedby=described
            aria-invalid=move || draft.problem(field).map(|_| "true")
        />
    }
    .into_any()
}

fn field(
    draft: Draft,
    field: Field,
    kind: &'static str,
    class: &'static str,
    slot: Slot,
) -> AnyView {
    view! {
        <div class=class>
            <label for=id(field)>{move || label(draft, field)}</label>
            {input(draft, field, kind, slot)}
            {problem(draft, field, id(field))}
        </div>
    }
    .into_any()
}

/// The price, and beside it the currency of all amounts.
fn price(draft: Draft) -> AnyView {
    let s = draft.s;
    let currencies: Vec<AnyView> = Currency::ALL
        .into_iter()
        .map(|currency| {
            let code = currency.code();
            view! {
                <option value=code selected=move || draft.form.with(|form| form.currency == code)>
                    {code}
                </option>
            }
            .into_any()
        })
        .collect();
    view! {
        <div class="field">
            <label for="unit-price">{move || label(draft, Field::UnitPrice)}</label>
            <div class="joined">
                {input(draft, Field::UnitPrice, "amount", |form| &mut form.unit_price)}
                <select
                    class="input"
                    aria-label=move || s.text(Key::Currency)
                    on:change=move |event| {
                        draft.form.update(|form| form.currency = event_target_value(&event));
                    }
                >
                    {currencies}
                </select>
            </div>
            <p class="hint">{move || currency_name(draft)}</p>
            {problem(draft, Field::UnitPrice, "unit-price")}
        </div>
    }
    .into_any()
}

fn currency_name(draft: Draft) -> Option<&'static str> {
    let currency = draft.form.with(|form| Currency::from_code(&form.currency));
    currency.map(|currency| words::currency(draft.s.lang.get(), currency))
}

/// The problem beside its field. The place is always there, so that the description it gives is, too.
fn problem(draft: Draft, field: Field, id: &'static str) -> AnyView {
    let id = if id.ends_with("-problem") {
        id.to_owned()
    } else {
        format!("{id}-problem")
    };
    view! {
        <div id=id>
            {move || {
                draft.problem(field).map(|problem| {
                    view! {
                        <p class="field-error">
                            {small_icon("warn")}{words::problem(draft.s.lang.get(), problem)}
                        </p>
                    }
                })
            }}
        </div>
    }
    .into_any()
}

/// All problems in one place, read out at once.
fn all_problems(draft: Draft) -> Option<AnyView> {
    let lang = draft.s.lang.get();
    let mut all = draft.problems.get();
    all.extend(
        draft
            .payload_problem
            .get()
            .map(|problem| (Field::Payload, problem)),
    );
    if !draft.tried.get() || all.is_empty() {
        return None;
    }
    let count = all.len();
    let lines: Vec<AnyView> = all
        .into_iter()
        .map(|(field, problem)| {
            let name = words::field(lang, field);
            let what = words::problem(lang, problem);
            view! { <li>{name}" – "{what}</li> }.into_any()
        })
        .collect();
    Some(
        view! {
            <div class="notice" data-kind="danger" role="alert">
                {icon("warn")}
                <div>
                    <p class="notice-what">{words::problems_found(lang, count)}</p>
                    <ul class="notice-now">{lines}</ul>
                </div>
            </div>
        }
        .into_any(),
    )
}
