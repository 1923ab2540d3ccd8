//! Settings of the lock: its methods, switching it on and off, and when it locks itself.

mod add;
mod ceremony;
pub(super) mod said;

pub(super) use add::{labelled, password};
pub(super) use ceremony::Ceremony;

use crate::page::device;
use crate::page::format;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{
    actions, button, dialog, dialog_title, dismiss, halves, head, icon, keep_dialog, link, quiet,
    rows, section, tick,
};
use crate::page::route::Route;
use crate::page::screens::kit;
use crate::page::screens::settings::segment;
use crate::page::service::Service;
use crate::page::words::{self, Halves, Key, Lang, text};
use add::Adding;
use leptos::prelude::*;
use saifu_wallet_core::lock::{AutoLock, Kind, LEAST, MethodCard, Said, View, Wish};

/// The screen.
pub(super) fn lock(s: Service) -> Node {
    on_cleanup(move || s.wish(Wish::PutAway));
    let adding = Adding::new(s);
    let removing = Removing::new(s);
    Node::live(move || {
        let lock = s.lock.get();
        let said = lock.said.and_then(|said| said::said(s, said));
        let content = match adding.kind.get() {
            Some(kind) => adding.form(kind, &lock),
            None => overview(s, &lock, adding, removing),
        };
        let title = s.text(Key::LockTitle);
        Node::Many(vec![
            head(s, title, Some(Route::Settings), None),
            div("stack stack--wide").child(said).child(content).into(),
            dialog("remove-method", removing.sure, || removing.question(&lock)),
        ])
    })
}

fn overview(s: Service, lock: &View, adding: Adding, removing: Removing) -> Node {
    // What had the focus is gone with each step.
    device::focus_heading_if_lost();
    let lang = s.lang.get();
    let one_left = lock.is_last().then(|| {
        let what = text(lang, Key::LockOneLeft);
        let words = Halves::new(what, text(lang, Key::LockOneLeftNow));
        halves("warn", "warn", None, words, None, Vec::new())
    });
    let lead = (!lock.is_on).then(|| el("p").words(text(lang, Key::LockLead)));
    let methods = lock
        .methods
        .iter()
        .map(|method| row(s, lang, method, removing));
    let methods = rows(methods.collect());
    let owner = s.owner.get();
    let kit = kit::reaches(lock, &owner).filter(|it| it.here && it.of > 0);
    let kit = kit.map(|reaches| {
        let says = words::kit_reaches(lang, true, reaches.opens, reaches.of);
        let more = (reaches.opens < reaches.of).then(|| {
            let words = text(lang, Key::KitTellSafes);
            link("btn btn--small", Route::Ways, Some("key"), words)
        });
        div("stack")
            .child(el("p").class("quiet").child(says))
            .child(more)
    });
    let left = kit::is_left_at_safes(lock, &owner).then(|| kit::left_at_safes(s));
    let so_far = match (lock.is_on, lock.methods.len()) {
        (true, _) => None,
        (false, 0) => Some(Key::LockNone),
        (false, have) if have < LEAST => Some(Key::LockOneMore),
        (false, _) => Some(Key::LockReady),
    };
    let so_far = so_far.map(|key| quiet(text(lang, key)).fixed("role", "status"));
    let is_ready = !lock.is_on && lock.methods.len() >= LEAST;
    let switch_on = is_ready.then(|| {
        let words = text(lang, Key::LockSwitchOn);
        actions(vec![button(
            "btn btn--primary",
            Some("check"),
            words,
            move || s.wish(Wish::SwitchOn),
        )])
    });
    let shown = (!lock.methods.is_empty()).then_some(methods);
    let methods = div("stack")
        .child(shown)
        .child(kit)
        .child(left)
        .child(so_far)
        .child(switch_on);
    let when = lock.is_on.then(|| {
        let words = text(lang, Key::LockNow);
        let now = button("btn", Some("key"), words, move || s.lock_now());
        div("stack")
            .child(auto_lock(s, lang, lock.auto_lock))
            .child(actions(vec![now]))
    });
    Node::Many(vec![
        one_left.into(),
        lead.into(),
        section(s, "methods", Key::LockMethods, methods),
        section(s, "add-method", Key::LockAdd, adding.choices(lock)),
        when.into(),
    ])
}

/// What a method is called if its owner has no name for it.
pub(super) fn kind_name(lang: Lang, kind: Kind) -> &'static str {
    text(
        lang,
        match kind {
            Kind::Passcode => Key::LockPasscode,
            Kind::Passkey => Key::LockPasskey,
            Kind::Kit => Key::Kit,
        },
    )
}

fn picture(kind: Kind) -> &'static str {
    match kind {
        Kind::Passcode => "edit",
        Kind::Passkey => "key",
        Kind::Kit => "print",
    }
}

fn row(s: Service, lang: Lang, method: &MethodCard, removing: Removing) -> Node {
    let kind = kind_name(lang, method.kind);
    let name = match method.name.is_empty() {
        true => kind.to_owned(),
        false => method.name.clone(),
    };
    let note = match method.name.is_empty() {
        true => format::time(lang, method.since),
        false => format!("{kind} · {}", format::time(lang, method.since)),
    };
    let words = el("span")
        .class("row-main")
        .child(el("span").child(name.clone()))
        .child(el("span").child(note));
    let chosen = method.clone();
    let remove = el("button")
        .class("btn btn--small")
        .fixed("type", "button")
        .attr("aria-label", format!("{}: {name}", s.text(Key::LockRemove)))
        .on("click", move |_| removing.ask(chosen.clone()))
        .words(s.text(Key::LockRemove));
    let row = div("row")
        .child(el("span").class("mark").child(icon(picture(method.kind))))
        .child(words)
        .child(remove);
    el("li").child(row).into()
}

fn auto_lock(s: Service, lang: Lang, chosen: AutoLock) -> El {
    let options = AutoLock::ALL.into_iter().map(|choice| {
        let key = match choice {
            AutoLock::After1 => Key::LockAuto1,
            AutoLock::After5 => Key::LockAuto5,
            AutoLock::After15 => Key::LockAuto15,
            AutoLock::Never => Key::LockAutoNever,
        };
        let radio = el("input")
            .fixed("name", "auto-lock")
            .checked(choice == chosen)
            .on("change", move |_| s.wish(Wish::SetAutoLock(choice)));
        (el("span").words(text(lang, key)), radio)
    });
    segment(text(lang, Key::LockAuto), options.collect())
}

/// A method that is to go, once its owner has confirmed it.
#[derive(Clone, Copy)]
struct Removing {
    s: Service,
    method: RwSignal<Option<MethodCard>>,
    sure: RwSignal<bool>,
    /// Whether the owner knows that there is no lock then.
    knows: RwSignal<bool>,
}

impl Removing {
    fn new(s: Service) -> Self {
        let sure = RwSignal::new(false);
        keep_dialog("remove-method", sure);
        Self {
            s,
            method: RwSignal::new(None),
            sure,
            knows: RwSignal::new(false),
        }
    }

    fn ask(self, method: MethodCard) {
        self.method.set(Some(method));
        self.knows.set(false);
        self.sure.set(true);
    }

    /// Of a draft nothing depends on it; of a lock it says what does.
    fn question(self, lock: &View) -> Node {
        let s = self.s;
        let lang = s.lang.get();
        let Some(method) = self.method.get() else {
            return Node::Nothing;
        };
        let is_last = lock.is_on && lock.methods.len() == 1;
        let words = match (lock.is_on, lock.methods.len()) {
            (true, 1) => Key::LockRemoveLast,
            (true, LEAST) => Key::LockRemoveLeavesOne,
            _ => Key::LockRemoveText,
        };
        let opens_safes = method.mark.is_some_and(|mark| {
            let owner = s.owner.get();
            owner.safes.iter().any(|card| card.kit == Some(mark))
        });
        let set = move |knows| self.knows.set(knows);
        let label = text(lang, Key::LockRemoveLastTick);
        let knows = self.knows.get();
        let keep = text(lang, Key::Keep);
        let keep = button("btn", None, keep, move || dismiss(self.sure));
        let remove = el("button")
            .class("btn btn--danger")
            .fixed("type", "button")
            .attr_if(is_last && !knows, "disabled", "")
            .on("click", move |_| {
                dismiss(self.sure);
                s.wish(Wish::Remove {
                    method: method.id,
                    may_switch_off: is_last && knows,
                });
            })
            .words(text(lang, Key::LockRemove));
        Node::Many(vec![
            dialog_title(text(lang, Key::LockRemoveQuestion)).into(),
            el("p").words(text(lang, words)).into(),
            opens_safes
                .then(|| el("p").words(text(lang, Key::KitStaysAtSafes)))
                .into(),
            is_last.then(|| tick(label, knows, set)).into(),
            div("actions actions--end").child(keep).child(remove).into(),
        ])
    }
}

/// Whether the last wish was to add a method, and it was.
fn was_added(said: Option<Said>) -> bool {
    matches!(said, Some(Said::Added(_)))
}
