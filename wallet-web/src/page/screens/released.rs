//! What was handed out, on the screen of the ways in: where, when, to whom, and the way to a copy for whoever has lost that device.

use crate::page::format;
use crate::page::node::{Node, div, el};
use crate::page::parts::{
    actions, button, chip, class_of, dialog_title, dismiss, link, quiet, rows, safe_name, section,
    short_hex,
};
use crate::page::route::Route;
use crate::page::screens::secret::one;
use crate::page::service::Service;
use crate::page::words::{self, Key, text};
use leptos::prelude::*;
use saifu_wallet_core::bearer::What;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::{LastCopy, OwnerView, ReleasedAt, ReleasedCard};

/// The section. `look` has the sessions that are open list it.
pub(super) fn released(
    s: Service,
    owner: &OwnerView,
    asked: (RwSignal<Option<What>>, RwSignal<bool>),
    look: impl Fn() + 'static,
) -> Node {
    let lang = s.lang.get();
    let label = text(lang, Key::ReleasedLook);
    let look = button("btn", None, label, look);
    let listed = owner.released.as_ref().map(|all| match all.is_empty() {
        true => quiet(text(lang, Key::ReleasedNone)).into(),
        false => rows(all.iter().map(|card| row(s, card, asked)).collect()),
    });
    let content = div("stack")
        .child(el("p").words(text(lang, Key::ReleasedText)))
        .child(listed)
        .child(one(look));
    section(s, "released", Key::Released, content)
}

fn row(
    s: Service,
    card: &ReleasedCard,
    (what, open): (RwSignal<Option<What>>, RwSignal<bool>),
) -> Node {
    let lang = s.lang.get();
    let name = match card.name.is_empty() {
        true => text(lang, Key::ReleasedUnread).into(),
        false => words::and_others(lang, &card.name, card.others),
    };
    let says = match card.copy {
        LastCopy::RealIsHere => Some(chip("local", text(lang, Key::ReleasedHere))),
        LastCopy::IsHere => Some(chip("failed", text(lang, Key::MayBeUsed))),
        LastCopy::UnderWay(_) => Some(chip("moving", text(lang, Key::StateWorking))),
        LastCopy::Possible | LastCopy::Unreadable => None,
    };
    let get = card
        .what
        .filter(|_| card.copy == LastCopy::Possible)
        .map(|it| {
            let label = text(lang, Key::LastCopyGet);
            button("btn btn--small", None, label, move || {
                what.set(Some(it));
                open.set(true);
            })
        });
    let each = card.at.iter().map(|at| el("span").child(at_safe(s, at)));
    let until = card.at.iter().filter_map(|at| at.until).min();
    let until = until.map(|until| words::kept_until(lang, &format::time(lang, until)));
    let class = (!card.class.is_empty()).then(|| el("span").child(class_of(lang, &card.class)));
    let lines = el("span").class("row-main");
    let mut lines = lines.child(el("span").child(name)).child(class);
    for line in each {
        lines = lines.child(line);
    }
    let lines = lines
        .child(until.map(|until| el("span").child(until)))
        .child(el("span").class("split").child(says).child(get));
    el("li").child(div("row").child(lines)).into()
}

fn at_safe(s: Service, at: &ReleasedAt) -> String {
    let lang = s.lang.get();
    let mark = at.session.map(|it| short_hex(it.as_bytes()));
    let safe = safe_name(&at.operator, &at.address);
    words::handed_out_at(
        lang,
        &safe,
        &format::time(lang, at.since),
        &mark.unwrap_or_default(),
    )
}

/// That a restore has found something of that kind, and where to see it.
pub(super) fn found(s: Service, owner: &OwnerView) -> Option<Node> {
    let lang = s.lang.get();
    let found = owner.safes.iter().filter_map(|card| card.found);
    let count: u64 = found.map(|it| it.handed_out).sum();
    (count > 0 && !owner.is_restoring).then(|| {
        let label = text(lang, Key::ReleasedLook);
        let look = link("btn", Route::Ways, None, label);
        let content = div("stack")
            .child(el("p").child(words::were_handed_out(lang, count)))
            .child(el("p").words(text(lang, Key::ReleasedText)))
            .child(one(look));
        section(s, "released", Key::Released, content)
    })
}

/// What is in the dialog.
pub(super) fn question(s: Service, what: RwSignal<Option<What>>, open: RwSignal<bool>) -> Node {
    let lang = s.lang.get();
    let words = words::last_copy_question(lang);
    let get = text(lang, Key::LastCopyDo);
    let get = button("btn btn--danger", None, get, move || {
        if let Some(what) = what.get_untracked() {
            s.send(Intent::LastCopy { what });
        }
        dismiss(open);
    });
    let cancel = button("btn", None, text(lang, Key::LastCopyNot), move || {
        dismiss(open)
    });
    Node::Many(vec![
        dialog_title(text(lang, Key::LastCopyGet)).into(),
        el("p").child(words.what).into(),
        el("p").child(words.now).into(),
        actions(vec![get, cancel]),
    ])
}
