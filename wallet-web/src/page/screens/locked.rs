//! The wallet is locked: the ways to unlock it, and what is left when all of them are lost.

use crate::page::device;
use crate::page::node::{Node, div, el};
use crate::page::parts::{button, icon, tick};
use crate::page::screens::lock::{Ceremony, labelled, password, said};
use crate::page::screens::secret::{self, Fields, one};
use crate::page::service::Service;
use crate::page::words::{Key, Lang, text};
use leptos::prelude::*;
use saifu_wallet_core::lock::{Factor, Kind, View, Wish};
use zeroize::Zeroizing;

const PASSCODE: &str = "passcode";

/// The screen.
pub(super) fn locked(s: Service) -> Node {
    let locked = Locked {
        s,
        ceremony: Ceremony::new(s),
        fields: Fields::new(s).called(Key::KitWords),
        busy: RwSignal::new(false),
        with_kit: RwSignal::new(false),
        knows: RwSignal::new(false),
        over: RwSignal::new(0),
    };
    // Whatever the Worker says, it is an answer.
    Effect::new(move |_| {
        s.lock.track();
        locked.busy.set(false);
    });
    device::soon(|| device::focus_first("#passcode, .alone .btn--primary"));
    Node::live(move || locked.view())
}

#[derive(Clone, Copy)]
struct Locked {
    s: Service,
    ceremony: Ceremony,
    fields: Fields,
    /// The Worker is trying what was sent.
    busy: RwSignal<bool>,
    with_kit: RwSignal<bool>,
    /// Whether the owner knows what erasing means.
    knows: RwSignal<bool>,
    /// How many pauses have ended.
    over: RwSignal<u32>,
}

impl Locked {
    fn view(self) -> Node {
        let s = self.s;
        let (lang, lock) = (s.lang.get(), s.lock.get());
        let title = text(lang, Key::LockedTitle);
        device::show_title(title);
        let failed = self.ceremony.failed.get();
        let told = match failed {
            Some(why) => Some(said::failed(s, why)),
            None => lock.said.and_then(|it| said::said(s, it)),
        };
        let ways = div("stack")
            .child(lock.has(Kind::Passcode).then(|| self.passcode(lang, &lock)))
            .child(lock.has(Kind::Passkey).then(|| self.passkey(lang, &lock)))
            .child(lock.has(Kind::Kit).then(|| self.kit(lang)));
        el("main")
            .class("alone locked")
            .fixed("id", "main")
            .child(icon("saifu"))
            .child(el("h1").fixed("tabindex", "-1").child(title))
            .child(el("p").words(text(lang, Key::LockedText)))
            .child(
                div("locked-ways stack stack--wide")
                    .child(told)
                    .child(ways)
                    .child(self.lost(lang)),
            )
            .into()
    }

    fn passcode(self, lang: Lang, lock: &View) -> Node {
        let s = self.s;
        let pause = self.pause(lock);
        let label = text(lang, Key::LockPasscode);
        let field = labelled(PASSCODE, label, password(PASSCODE, "current-password"));
        let words = match self.busy.get() {
            true => Key::Unlocking,
            false => Key::Unlock,
        };
        let paused = pause.map(|until| said::paused(s, until));
        let form = secret::form(vec![field], text(lang, words), move || {
            let typed = Zeroizing::new(device::typed(PASSCODE));
            let typed = device::composed(&typed);
            device::clear(PASSCODE);
            device::focus_first("#passcode");
            if !typed.is_empty() && !self.busy.get_untracked() {
                self.send(Factor::Passcode(typed));
            }
        });
        Node::Many(vec![paused.into(), form.into()])
    }

    /// Until when no passcode is tried. When that is over the screen says so by itself.
    fn pause(self, lock: &View) -> Option<u64> {
        self.over.track();
        let now = device::now_ms();
        let until = lock.pause_until.filter(|until| *until > now)?;
        let left = i32::try_from(until - now).unwrap_or(i32::MAX);
        device::later(left.saturating_add(100), move || {
            self.over.try_update(|over| *over += 1);
        });
        Some(until)
    }

    fn passkey(self, lang: Lang, lock: &View) -> Node {
        let words = match self.ceremony.busy.get() {
            true => Key::Asking,
            false => Key::UnlockPasskey,
        };
        let class = match lock.has(Kind::Passcode) {
            true => "btn",
            false => "btn btn--primary",
        };
        one(button(class, Some("key"), text(lang, words), move || {
            self.ceremony.show();
        }))
    }

    fn kit(self, lang: Lang) -> Node {
        let words = text(lang, Key::UnlockKit);
        if !self.with_kit.get() {
            return one(button("btn btn--quiet", Some("print"), words, move || {
                self.with_kit.set(true);
                device::soon(|| device::focus_first("#words"));
            }));
        }
        secret::form(vec![self.fields.words()], words, move || {
            if let Some(words) = self.fields.read_words() {
                self.fields.forget();
                self.send(Factor::Kit(words));
            }
        })
        .into()
    }

    fn send(self, factor: Factor) {
        self.busy.set(true);
        self.ceremony.failed.set(None);
        self.s.wish(Wish::Unlock(factor));
    }

    fn lost(self, lang: Lang) -> Node {
        let s = self.s;
        let knows = self.knows.get();
        let set = move |knows| self.knows.set(knows);
        let label = text(lang, Key::LockLostTick);
        let erase = el("button")
            .class("btn btn--danger")
            .fixed("type", "button")
            .attr_if(!knows, "disabled", "")
            .on("click", move |_| s.wish(Wish::Erase))
            .words(text(lang, Key::LockErase));
        el("details")
            .child(el("summary").words(text(lang, Key::LockLost)))
            .child(
                div("stack")
                    .child(el("p").words(text(lang, Key::LockLostText)))
                    .child(tick(label, knows, set))
                    .child(one(erase.into())),
            )
            .into()
    }
}
