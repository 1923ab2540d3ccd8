//! Writing a value down, new or corrected. The form checks while the owner types; the code that makes its bearer its
//! owner stays in its field until it is moved into the intent.

use crate::page::device;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{head, icon, material, small_icon};
use crate::page::route::Route;
use crate::page::service::Service;
use crate::page::words::{self, Key};
use leptos::prelude::*;
use saifu_protocol::value::{Class, Currency, Kind};
use saifu_wallet_core::form::{self, Field, Form, Problem};
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::Opened;
use std::rc::Rc;
use zeroize::Zeroizing;

/// A new value.
pub(super) fn add(s: Service) -> Node {
    let fields = fields(s, Form::default(), Key::Save, |form| Intent::Add { form });
    let head = Node::live(move || head(s, s.text(Key::AddTitle), Some(Route::Values), None));
    Node::Many(vec![head, fields])
}

/// A value, to be corrected.
pub(super) fn correct(s: Service, value: ItemId) -> Node {
    s.send(Intent::Open { item: value });
    on_cleanup(move || s.close());
    let is_open = Memo::new(move |_| {
        s.opened
            .with(|opened| matches!(opened, Some(Opened::Value { id, .. }) if *id == value))
    });
    let head = Node::live(move || {
        head(
            s,
            s.text(Key::CorrectTitle),
            Some(Route::Value(value)),
            None,
        )
    });
    let fields = Node::live(move || {
        let opened = if is_open.get() {
            s.opened.get_untracked()
        } else {
            None
        };
        match opened {
            Some(Opened::Value { form, .. }) => untrack(|| {
                fields(s, form, Key::SaveCorrection, move |form| Intent::Correct {
                    value,
                    form,
                })
            }),
            Some(Opened::Certificate { .. } | Opened::Papers { .. } | Opened::Secret { .. })
            | None => div("skeleton").into(),
        }
    });
    Node::Many(vec![head, fields])
}

/// What is being written, and what is known to be wrong with it.
#[derive(Clone, Copy)]
struct Draft {
    s: Service,
    /// Never holds the payload.
    form: RwSignal<Form>,
    problems: Memo<Vec<(Field, Problem)>>,
    /// Fields the owner has left at least once; problems of others would only disturb.
    left: RwSignal<Vec<Field>>,
    /// Whether sending was tried: from then on every problem is shown.
    tried: RwSignal<bool>,
    /// What only the document knows, and is asked when sending is tried: the payload, and days that are half typed.
    in_document: RwSignal<Vec<(Field, Problem)>>,
}

impl Draft {
    fn kind(self) -> Kind {
        self.form
            .with(|form| Class::from_code(&form.class).map_or(Kind::Ticket, Class::kind))
    }

    fn problem(self, field: Field) -> Option<Problem> {
        let is_shown = self.tried.get() || self.left.with(|left| left.contains(&field));
        let find = |all: &Vec<(Field, Problem)>| {
            let found = all.iter().find(|(place, _)| *place == field);
            found.map(|(_, problem)| *problem)
        };
        let found = self.problems.with(find).filter(|_| is_shown);
        found.or_else(|| self.in_document.with(find))
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
) -> Node {
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
        left: RwSignal::new(Vec::new()),
        tried: RwSignal::new(false),
        in_document: RwSignal::new(Vec::new()),
    };
    // Once on the screen it is the owner's: the page forgets it.
    let payload = RwSignal::new(Some(payload));
    let intent: Rc<dyn Fn(Form) -> Intent> = Rc::new(intent);
    Node::live(move || {
        let payload = payload.try_update_untracked(Option::take).flatten();
        draw(draft, payload, save, intent.clone())
    })
}

fn draw(
    draft: Draft,
    payload: Option<Zeroizing<String>>,
    save: Key,
    intent: Rc<dyn Fn(Form) -> Intent>,
) -> Node {
    let s = draft.s;
    let class = el("fieldset")
        .child(el("legend").words(s.text(Key::WhatIsIt)))
        .child(div("picks").child(picks(draft)));
    let how_much = match draft.kind() {
        Kind::Ticket | Kind::Coupon => {
            field(draft, Field::Quantity, "field", |form| &mut form.quantity)
        }
        Kind::PrepaidCard | Kind::GiftCard => {
            field(draft, Field::Remaining, "field", |form| &mut form.remaining)
        }
    };
    let wide = "field field--wide";
    let fields = div("fields")
        .child(field(draft, Field::Name, wide, |form| &mut form.name))
        .child(price(draft))
        .child(how_much)
        .child(field(draft, Field::From, "field", |form| &mut form.from))
        .child(field(draft, Field::To, "field", |form| &mut form.to))
        .child(field(draft, Field::Place, wide, |form| &mut form.place))
        .child(payload_field(draft, payload))
        .child(field(draft, Field::Remarks, wide, |form| &mut form.remarks));
    let save = el("button")
        .class("btn btn--primary")
        .fixed("type", "submit")
        .words(s.text(save));
    el("form")
        .class("stack stack--wide")
        .fixed("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            submit(draft, &*intent);
        })
        .child(class)
        .child(fields)
        .child(all_problems(draft))
        .child(div("actions").child(save))
        .into()
}

fn submit(draft: Draft, intent: &dyn Fn(Form) -> Intent) {
    let mut form = without_hidden(draft.form.get_untracked());
    form.payload = Zeroizing::new(device::typed("payload"));
    // The document says nothing at all of a day that is half typed or does not exist, as if the field were empty.
    let half_typed = [(Field::From, &mut form.from), (Field::To, &mut form.to)]
        .into_iter()
        .filter(|(field, _)| device::is_half_typed(id(*field)))
        .map(|(field, day)| {
            *day = "?".into();
            field
        })
        .collect::<Vec<Field>>();
    match form::read(&form).err() {
        None => {
            device::clear("payload");
            draft.s.send(intent(form));
            draft.s.go(Route::Values);
        }
        Some(mut problems) => {
            problems.retain(|(field, _)| *field == Field::Payload || half_typed.contains(field));
            draft.in_document.set(problems);
            draft.tried.set(true);
            device::soon(|| device::focus_first("[aria-invalid=true]"));
        }
    }
}

fn picks(draft: Draft) -> Vec<Node> {
    let chosen = draft.form.with(|form| form.class.clone());
    Class::ALL
        .into_iter()
        .map(|class| {
            let code = class.code();
            let radio = el("input")
                .fixed("type", "radio")
                .fixed("name", "class")
                .attr("value", code)
                .checked(chosen == code)
                .on("change", move |_| {
                    draft.form.update(|form| form.class = code.into());
                });
            el("label")
                .class("pick")
                .child(radio)
                .child(icon(material(code)))
                .child(words::class_name(draft.s.lang.get(), class))
                .into()
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

fn input(draft: Draft, field: Field, slot: Slot) -> El {
    let (kind, keyboard) = match field {
        Field::From | Field::To => ("date", ""),
        Field::Quantity => ("text", "numeric"),
        Field::UnitPrice | Field::Remaining => ("text", "decimal"),
        Field::Class | Field::Name | Field::Place | Field::Remarks | Field::Payload => ("text", ""),
    };
    let said = draft
        .form
        .with(|form| std::mem::take(slot(&mut form.clone())));
    el("input")
        .class("input")
        .attr("id", id(field))
        .attr("type", kind)
        .attr_if(!keyboard.is_empty(), "inputmode", keyboard)
        .fixed("autocomplete", "off")
        .attr("aria-describedby", problem_id(field))
        .attr_if(draft.problem(field).is_some(), "aria-invalid", "true")
        .value(&said)
        .on("input", move |event| {
            draft
                .form
                .update(|form| *slot(form) = device::value_of(&event));
            draft
                .in_document
                .update(|all| all.retain(|(place, _)| *place != field));
        })
        .on("blur", move |_| {
            // Not under a press that is on its way: what it aims at must not move.
            device::later(250, move || {
                draft.left.try_update(|left| {
                    if !left.contains(&field) {
                        left.push(field);
                    }
                });
            });
        })
}

fn field(draft: Draft, field: Field, class: &'static str, slot: Slot) -> Node {
    div(class)
        .child(
            el("label")
                .attr("for", id(field))
                .child(label(draft, field)),
        )
        .child(input(draft, field, slot))
        .child(problem(draft, field))
        .into()
}

fn payload_field(draft: Draft, payload: Option<Zeroizing<String>>) -> Node {
    let s = draft.s;
    let field = Field::Payload;
    let hint = el("p")
        .class("hint")
        .fixed("id", "payload-hint")
        .words(s.text(Key::PayloadHint));
    let input = el("input")
        .class("input")
        .attr("id", id(field))
        .fixed("type", "text")
        .fixed("autocomplete", "off")
        .fixed("spellcheck", "false")
        .fixed("aria-describedby", "payload-hint payload-problem")
        .attr_if(draft.problem(field).is_some(), "aria-invalid", "true")
        .initial(
            payload
                .map(|payload| payload.to_string())
                .unwrap_or_default(),
        );
    div("field field--wide")
        .child(
            el("label")
                .attr("for", id(field))
                .child(label(draft, field)),
        )
        .child(input)
        .child(hint)
        .child(problem(draft, field))
        .into()
}

/// The price, and beside it the currency of all amounts.
fn price(draft: Draft) -> Node {
    let chosen = draft.form.with(|form| form.currency.clone());
    let currencies: Vec<Node> = Currency::ALL
        .into_iter()
        .map(|currency| {
            let code = currency.code();
            el("option").attr("value", code).child(code).into()
        })
        .collect();
    let select = el("select")
        .class("input")
        .attr("aria-label", draft.s.text(Key::Currency))
        .child(currencies)
        .value(&chosen)
        .on("change", move |event| {
            draft
                .form
                .update(|form| form.currency = device::value_of(&event));
        });
    let price = input(draft, Field::UnitPrice, |form| &mut form.unit_price);
    div("field")
        .child(
            el("label")
                .fixed("for", "unit-price")
                .child(label(draft, Field::UnitPrice)),
        )
        .child(div("joined").child(price).child(select))
        .child(el("p").class("hint").child(currency_name(draft)))
        .child(problem(draft, Field::UnitPrice))
        .into()
}

fn currency_name(draft: Draft) -> Option<&'static str> {
    let currency = draft.form.with(|form| Currency::from_code(&form.currency));
    currency.map(|currency| words::currency(draft.s.lang.get(), currency))
}

fn problem_id(field: Field) -> String {
    format!("{}-problem", id(field))
}

/// The problem beside its field. The place is always there, so that the description it gives is, too.
fn problem(draft: Draft, field: Field) -> Node {
    let problem = draft.problem(field).map(|problem| {
        el("p")
            .class("field-error")
            .child(small_icon("warn"))
            .child(words::problem(draft.s.lang.get(), field, problem))
    });
    el("div")
        .attr("id", problem_id(field))
        .child(problem)
        .into()
}

/// All problems in one place, read out at once.
fn all_problems(draft: Draft) -> Node {
    let lang = draft.s.lang.get();
    let mut all = draft.problems.get();
    all.extend(draft.in_document.get());
    if !draft.tried.get() || all.is_empty() {
        return Node::Nothing;
    }
    let count = words::problems_found(lang, all.len());
    let lines: Vec<Node> = all
        .into_iter()
        .map(|(field, problem)| {
            el("li")
                .child(label(draft, field))
                .words(" – ")
                .child(words::problem(lang, field, problem))
                .into()
        })
        .collect();
    let words = el("div")
        .child(el("p").class("notice-what").child(count))
        .child(el("ul").class("notice-now").child(lines));
    div("notice")
        .fixed("data-kind", "danger")
        .fixed("role", "alert")
        .child(icon("warn"))
        .child(words)
        .into()
}
