//! The key ring: every key and seed, what each opens, where it lies, and what can be done with it.

use crate::page::format;
use crate::page::node::{Node, div, el};
use crate::page::parts::{
    actions, backup_name, button, call_off, chip, choices, dialog, empty, fact, facts, halves,
    head, keep_dialog, key_name, link, option, quiet, reason, rows, safe_name, section, select,
    short_hex, tick, waiting, way,
};
use crate::page::route::Route;
use crate::page::screens::back_up::cannot;
use crate::page::screens::certificates::discard;
use crate::page::screens::protection;
use crate::page::screens::value::{confirm, reach_chip};
use crate::page::service::Service;
use crate::page::words::{self, Halves, Key, Lang, text};
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_wallet_core::books::KeyHere;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::plan::offer::{self, Offer, Stake};
use saifu_wallet_core::plan::{GroupId, KeyForm, LocalKey};
use saifu_wallet_core::view::KeyCard;

const FORMS: [KeyForm; 4] = [
    KeyForm::Key,
    KeyForm::Pair,
    KeyForm::SeedOfKey,
    KeyForm::SeedOfPair,
];

/// All of them.
pub(super) fn keys(s: Service) -> Node {
    let form = RwSignal::new(0_usize);
    let deleting = RwSignal::new(false);
    keep_dialog("delete", deleting);
    Node::live(move || {
        let lang = s.lang.get();
        let all = s.keys.get();
        let list = if all.is_empty() {
            let (title, words) = (Key::NoKeys, Key::NoKeysText);
            empty("key", text(lang, title), text(lang, words), Vec::new())
        } else {
            rows(all.iter().map(|card| row(s, card)).collect())
        };
        let idle = all.iter().filter(|card| card.is_idle);
        let idle: Vec<ItemId> = idle.map(|card| card.id).collect();
        let clean = (!idle.is_empty()).then(|| {
            let words = words::delete_keys(lang, idle.len());
            let press = move || deleting.set(true);
            actions(vec![button("btn", Some("trash"), words, press)])
        });
        let content = div("stack stack--wide")
            .child(quiet(text(lang, Key::KeysLead)))
            .child(list)
            .child(clean)
            .child(section(s, "make", Key::MakeKey, make(s, form)));
        Node::Many(vec![
            head(s, text(lang, Key::KeysTitle), Some(Route::Settings), None),
            content.into(),
            dialog("delete", deleting, || {
                let question = format!(
                    "{}{}",
                    words::delete_keys(lang, idle.len()),
                    lang.of("?", "しますか？")
                );
                let labels = (Key::Keep, Key::Delete, "trash");
                confirm(
                    s,
                    deleting,
                    question,
                    Key::DeleteAllText,
                    labels,
                    move || {
                        for key in &idle {
                            s.send(Intent::DeleteKey { key: *key });
                        }
                    },
                )
            }),
        ])
    })
}

fn name(lang: Lang, card: &KeyCard) -> String {
    key_name(lang, words::key_form(lang, card.form), card.key.as_bytes())
}

fn here(lang: Lang, here: KeyHere) -> Node {
    let state = match here {
        KeyHere::Opens => "safe",
        KeyHere::Seals => "local",
        KeyHere::Erased => "ended",
    };
    chip(state, words::key_here(lang, here))
}

fn row(s: Service, card: &KeyCard) -> Node {
    let lang = s.lang.get();
    let mut opens = card.opens.iter().filter_map(|id| s.backup(*id));
    let first = opens.next().map(|card| backup_name(lang, &card));
    let opens = words::opens(lang, first.as_deref(), card.opens.len());
    let since = format!(" · {} ", format::time_day(lang, card.since));
    let note = Node::Many(vec![
        el("span").child(opens).into(),
        since.into(),
        here(lang, card.here),
    ]);
    way("key", Route::Key(card.id), name(lang, card), note)
}

fn make(s: Service, form: RwSignal<usize>) -> Node {
    let lang = s.lang.get();
    let options = FORMS.into_iter().enumerate();
    let options = options.map(|(at, form)| option(at, words::key_form(lang, form)));
    let label = text(lang, Key::KeyForm);
    let chosen = form.get();
    let list = select("form".into(), label, options.collect(), chosen, move |at| {
        form.set(at)
    });
    let words = text(lang, Key::Make);
    let press = button("btn", Some("add"), words, move || {
        if let Some(form) = FORMS.get(form.get_untracked()) {
            s.send(Intent::MakeKey { form: *form });
        }
    });
    div("panel stack")
        .child(list)
        .child(actions(vec![press]))
        .into()
}

/// What the owner chooses on the screen of one key.
#[derive(Clone, Copy)]
struct Choice {
    safes: RwSignal<Vec<SafeId>>,
    erase: RwSignal<bool>,
    deleting: RwSignal<bool>,
    understood: RwSignal<bool>,
}

/// One of them.
pub(super) fn key(s: Service, id: ItemId) -> Node {
    let card = Memo::new(move |_| {
        s.keys
            .with(|all| all.iter().find(|card| card.id == id).cloned())
    });
    let choice = Choice {
        safes: RwSignal::new(Vec::new()),
        erase: RwSignal::new(false),
        deleting: RwSignal::new(false),
        understood: RwSignal::new(false),
    };
    keep_dialog("delete", choice.deleting);
    Node::live(move || match card.get() {
        Some(card) => Node::Many(vec![
            present(s, &card, choice),
            dialog("delete", choice.deleting, || delete(s, &card, choice)),
        ]),
        None => {
            let title = s.text(Key::TheKey);
            let all = link(
                "btn btn--primary",
                Route::Keys,
                None,
                s.text(Key::KeysTitle),
            );
            let (gone, words) = (Key::NotHere, Key::KeyNotHereText);
            Node::Many(vec![
                head(s, title, Some(Route::Keys), None),
                empty("key", s.text(gone), s.text(words), vec![all]),
            ])
        }
    })
}

fn present(s: Service, card: &KeyCard, choice: Choice) -> Node {
    let lang = s.lang.get();
    let mut said = vec![
        fact(text(lang, Key::KeyForm), words::key_form(lang, card.form)),
        fact(text(lang, Key::KeyId), short_hex(card.key.as_bytes())),
        fact(text(lang, Key::KeyHere), words::key_here(lang, card.here)),
        fact(text(lang, Key::Added), format::time_day(lang, card.since)),
    ];
    if let Some((name, version)) = &card.algorithm {
        let algorithm = format!("{name} {version}");
        said.push(fact(text(lang, Key::Algorithm), algorithm));
    }
    let job = card.job.and_then(|job| s.job(job)).map(|job| {
        let call_off = call_off(s, &job).into_iter().collect();
        div("panel stack stack--tight")
            .fixed("role", "status")
            .child(el("p").words(words::task(lang, job.task)))
            .child(el("p").class("quiet").words(words::stage(lang, job.stage)))
            .child(waiting(s, reason(s, &job)))
            .child(actions(call_off))
    });
    let mut buttons = Vec::new();
    if card.here != KeyHere::Opens && card.job.is_none() {
        buttons.extend(card.fetch_from.map(|backup| {
            let words = text(lang, Key::FetchKey);
            let class = "btn btn--primary";
            button(class, Some("recover"), words, move || {
                s.send(Intent::RecoverKey { backup });
            })
        }));
    }
    if card.job.is_none() {
        let words = text(lang, Key::DeleteDots);
        let press = move || choice.deleting.set(true);
        buttons.push(button("btn btn--danger", Some("trash"), words, press));
    }
    let can_go = card.here == KeyHere::Opens && card.job.is_none();
    let back_up = can_go.then(|| section(s, "copy", Key::BackUpKey, back_up(s, card, choice)));
    let content = div("stack stack--wide")
        .child(job)
        .child(div("panel").child(facts(said)))
        .child(actions(buttons))
        .child(backups(
            s,
            "opens",
            (Key::Opens, Key::OpensNothing),
            &card.opens,
        ))
        .child(backups(
            s,
            "held",
            (Key::HeldBy, Key::HeldByNothing),
            &card.held_by,
        ))
        .child(back_up);
    Node::Many(vec![
        head(s, &name(lang, card), Some(Route::Keys), None),
        content.into(),
    ])
}

fn backups(s: Service, id: &'static str, (title, none): (Key, Key), of: &[GroupId]) -> Node {
    let lang = s.lang.get();
    let list: Vec<Node> = of
        .iter()
        .filter_map(|id| s.backup(*id))
        .map(|card| {
            let name = backup_name(lang, &card);
            let note = match card.contents.is_empty() {
                true => words::copies_at(lang, card.parts.len()),
                false => words::plan(lang, card.preset).to_owned(),
            };
            way("backup", Route::Backup(card.id), name, note)
        })
        .collect();
    let content = if list.is_empty() {
        quiet(text(lang, none)).into()
    } else {
        rows(list)
    };
    section(s, id, title, content)
}

/// Whole copies of the key go to the safes that are ticked.
fn back_up(s: Service, card: &KeyCard, choice: Choice) -> Node {
    let lang = s.lang.get();
    let chosen = choice.safes.get();
    let (key, form) = (card.id, card.form);
    let mut has_both = false;
    let list: Vec<Node> =
        s.safes
            .get()
            .into_iter()
            .map(|safe| {
                let id = safe.id;
                let is_chosen = chosen.contains(&id);
                has_both |= is_chosen && card.data_at.contains(&id);
                let input = el("input").fixed("type", "checkbox").checked(is_chosen).on(
                    "change",
                    move |_| {
                        choice.safes.update(|chosen| {
                            let before = chosen.len();
                            chosen.retain(|other| *other != id);
                            if chosen.len() == before {
                                chosen.push(id);
                            }
                        });
                    },
                );
                let words = el("span")
                    .class("row-main")
                    .child(el("span").child(safe_name(&safe.operator, &safe.address)))
                    .child(reach_chip(lang, &safe));
                let row = el("label").class("row").child(input).child(words);
                el("li").child(row).into()
            })
            .collect();
    if list.is_empty() {
        let words = text(lang, Key::AddSafe);
        let add = link("btn", Route::AddSafe, Some("add"), words);
        return Node::Many(vec![quiet(text(lang, Key::NoSafes)).into(), add]);
    }
    let erase = choice.erase.get();
    let local = match erase {
        true => LocalKey::Erased,
        false => LocalKey::Kept,
    };
    let plan = offer::key_plan(form, chosen.len(), local);
    let there = protection::candidates(s);
    let Offer {
        plan,
        safes,
        checked,
    } = Offer::at(plan, &there, chosen, Stake::NONE);
    let words = text(lang, Key::BackUpKey);
    let go = match checked {
        Ok(_) => button("btn btn--primary", Some("backup"), words, move || {
            s.send(Intent::BackUpKey {
                key,
                plan: plan.clone(),
                safes: safes.clone(),
            });
            choice.safes.set(Vec::new());
        }),
        Err(_) => cannot(words.into()),
    };
    let error = checked.err().filter(|_| !choice.safes.with(Vec::is_empty));
    let problem = match error {
        Some(error) => Some(words::plan_error(lang, error)),
        None => has_both.then(|| {
            let (what, now) = (Key::SafeHasBoth, Key::SafeHasBothNow);
            Halves::new(text(lang, what), text(lang, now))
        }),
    };
    let problem = problem.map(|words| halves("warn", "warn", None, words, None, Vec::new()));
    let erase = tick(text(lang, Key::EraseKey), erase, move |is_so| {
        choice.erase.set(is_so)
    });
    div("stack")
        .child(choices(text(lang, Key::CopiesWhere), list))
        .child(el("div").fixed("role", "status").child(problem))
        .child(erase)
        .child(actions(vec![go]))
        .into()
}

fn delete(s: Service, card: &KeyCard, choice: Choice) -> Node {
    let lang = s.lang.get();
    let key = card.id;
    let delete = move || {
        s.send(Intent::DeleteKey { key });
        s.go(Route::Keys);
    };
    let question = words::delete_key_question(lang, card.opens.len());
    let is_held = card.fetch_from.is_some();
    let opens_here = !card.opens.is_empty() && card.here == KeyHere::Opens;
    if opens_here && !is_held {
        let words = (Key::DeleteKeyLost, Key::DeleteKeyTick, Key::Delete);
        let (open, understood) = (choice.deleting, choice.understood);
        return discard(s, question, words, open, understood, delete);
    }
    let words = if is_held {
        Key::DeleteKeyHeld
    } else {
        Key::DeleteKeyFree
    };
    let labels = (Key::Keep, Key::Delete, "trash");
    confirm(s, choice.deleting, question, words, labels, delete)
}
