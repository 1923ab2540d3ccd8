//! Adding a method to the lock.

use super::{Ceremony, kind_name, picture, said, was_added};
use crate::page::device;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{button, icon, quiet, rows, small_icon};
use crate::page::screens::kit::{self, Kit};
use crate::page::screens::secret::{form, one};
use crate::page::service::Service;
use crate::page::words::{Key, Lang, text};
use leptos::prelude::*;
use saifu_wallet_core::lock::strength::{self, Weak};
use saifu_wallet_core::lock::{Factor, Kind, View, Wish};
use zeroize::Zeroizing;

const PASSCODE: &str = "new-passcode";
const AGAIN: &str = "passcode-again";
const NAME: &str = "passkey-name";

/// What is being added.
#[derive(Clone, Copy)]
pub(super) struct Adding {
    s: Service,
    pub(super) kind: RwSignal<Option<Kind>>,
    ceremony: Ceremony,
    kit: Kit,
    /// How strong the passcode is that is being typed; nothing before the first character.
    strength: RwSignal<Option<Result<(), Weak>>>,
    differs: RwSignal<bool>,
}

impl Adding {
    pub(super) fn new(s: Service) -> Self {
        let adding = Self {
            s,
            kind: RwSignal::new(None),
            ceremony: Ceremony::new(s),
            kit: Kit::new(s),
            strength: RwSignal::new(None),
            differs: RwSignal::new(false),
        };
        Effect::new(move |_| {
            if s.lock.with(|lock| was_added(lock.said)) {
                adding.end();
            }
        });
        adding
    }

    fn begin(self, kind: Kind) {
        self.strength.set(None);
        self.differs.set(false);
        self.ceremony.failed.set(None);
        self.kit.begin();
        self.s.wish(match kind {
            Kind::Kit if self.is_known_at_safes() => Wish::PutAway,
            Kind::Kit => Wish::OfferKit,
            Kind::Passcode | Kind::Passkey => Wish::PutAway,
        });
        self.kind.set(Some(kind));
    }

    fn end(self) {
        device::clear(PASSCODE);
        device::clear(AGAIN);
        self.kit.end();
        self.kind.set(None);
    }

    /// What can be added, with what each is good for.
    pub(super) fn choices(self, lock: &View) -> Node {
        let lang = self.s.lang.get();
        let choice = |kind: Kind, words: Key, note: Key| {
            let words = el("span")
                .class("row-main")
                .child(el("span").words(text(lang, words)))
                .child(el("span").words(text(lang, note)));
            let button = el("button")
                .class("row")
                .fixed("type", "button")
                .on("click", move |_| self.begin(kind))
                .child(el("span").class("mark").child(icon(picture(kind))))
                .child(words)
                .child(small_icon("next"));
            el("li").child(button).into()
        };
        let passcode = match lock.has(Kind::Passcode) {
            true => Key::LockPasscodeChange,
            false => Key::LockPasscode,
        };
        let kit = match lock.has(Kind::Kit) {
            true => Key::LockKitAgain,
            false => Key::Kit,
        };
        rows(vec![
            choice(Kind::Passcode, passcode, Key::LockPasscodeNote),
            choice(Kind::Passkey, Key::LockPasskey, Key::LockPasskeyNote),
            choice(Kind::Kit, kit, Key::LockKitNote),
        ])
    }

    /// The form for one of them, by itself.
    pub(super) fn form(self, kind: Kind, lock: &View) -> Node {
        device::focus_heading_if_lost();
        let lang = self.s.lang.get();
        let content = match kind {
            Kind::Passcode => self.passcode(lang),
            Kind::Passkey => self.passkey(lang),
            Kind::Kit if lock.kit.is_none() => self.known_kit(lock),
            Kind::Kit => self.kit.sheet(lock, |_| {}),
        };
        let back = button(
            "btn btn--quiet",
            Some("back"),
            text(lang, Key::Back),
            move || {
                self.s.wish(Wish::PutAway);
                self.end();
            },
        );
        div("stack")
            .child(el("h2").class("no-print").words(kind_name(lang, kind)))
            .child(content)
            .child(one(back))
            .into()
    }

    /// Whether safes know a kit that this browser does not.
    fn is_known_at_safes(self) -> bool {
        let s = self.s;
        let reaches = s
            .lock
            .with_untracked(|lock| s.owner.with_untracked(|owner| kit::reaches(lock, owner)));
        reaches.is_some_and(|it| !it.here)
    }

    /// The kit that safes know already, or another one.
    fn known_kit(self, lock: &View) -> Node {
        let s = self.s;
        let reaches = kit::reaches(lock, &s.owner.get()).filter(|it| !it.here);
        let Some(reaches) = reaches else {
            return self.kit.sheet(lock, |_| {});
        };
        let known = self.kit.again(reaches.mark, Key::LockKitUse, move |words| {
            s.wish(Wish::TakeKit(words.clone()));
            kit::add(s, words);
        });
        let make = s.text(Key::LockKitAgain);
        let make = button("btn", Some("certificate"), make, move || {
            s.wish(Wish::OfferKit);
        });
        Node::Many(vec![self.kit.says(reaches), known, one(make)])
    }

    fn passcode(self, lang: Lang) -> Node {
        let s = self.s;
        let (below, is_bad): (Key, bool) = match (self.differs.get(), self.strength.get()) {
            (true, _) => (Key::LockPasscodeDiffers, true),
            (false, Some(Ok(()))) => (Key::LockPasscodeOk, false),
            (false, Some(Err(Weak::Digits))) => (Key::SaidDigits, false),
            (false, Some(Err(_)) | None) => (Key::LockPasscodeRule, false),
        };
        let first = password(PASSCODE, "new-password").on("input", move |event| {
            let typed = device::composed(&Zeroizing::new(device::value_of(&event)));
            let judged = (!typed.is_empty()).then(|| strength::check(&typed));
            self.differs.set(false);
            self.strength.set(judged);
        });
        let again = password(AGAIN, "new-password");
        let note = el("p")
            .class(if is_bad { "field-error" } else { "hint" })
            .fixed("id", "passcode-note")
            .fixed("role", "status")
            .words(text(lang, below));
        let fields = vec![
            labelled(PASSCODE, text(lang, Key::LockPasscodeNew), first),
            labelled(AGAIN, text(lang, Key::LockPasscodeAgain), again),
            note.into(),
        ];
        let save = text(lang, Key::LockPasscodeSave);
        form(fields, save, move || {
            let [typed, again] = [PASSCODE, AGAIN].map(|id| {
                let typed = Zeroizing::new(device::typed(id));
                device::composed(&typed)
            });
            if typed != again {
                device::clear(AGAIN);
                self.differs.set(true);
                return device::focus_first(&format!("#{AGAIN}"));
            }
            s.wish(Wish::Add {
                name: String::new(),
                factor: Factor::Passcode(typed),
            });
        })
        .into()
    }

    fn passkey(self, lang: Lang) -> Node {
        let failed = self.ceremony.failed.get();
        let failed = failed.map(|why| said::failed(self.s, why));
        let busy = self.ceremony.busy.get();
        let input = el("input")
            .class("input")
            .fixed("id", NAME)
            .fixed("type", "text")
            .fixed("maxlength", "40")
            .fixed("autocomplete", "off");
        let fields = vec![labelled(NAME, text(lang, Key::LockPasskeyName), input)];
        let words = match busy {
            true => Key::Asking,
            false => Key::LockPasskeyMake,
        };
        let form = form(fields, text(lang, words), move || {
            self.ceremony.make(device::typed(NAME).trim().to_owned());
        });
        Node::Many(vec![
            failed.into(),
            quiet(text(lang, Key::LockPasskeyText)).into(),
            form.into(),
        ])
    }
}

/// A field for what nobody may read over a shoulder.
pub(in crate::page::screens) fn password(id: &'static str, complete: &'static str) -> El {
    el("input")
        .class("input")
        .fixed("id", id)
        .fixed("type", "password")
        .fixed("autocomplete", complete)
        .fixed("autocapitalize", "off")
        .fixed("spellcheck", "false")
}

pub(in crate::page::screens) fn labelled(id: &'static str, label: &'static str, input: El) -> Node {
    div("field")
        .child(el("label").fixed("for", id).words(label))
        .child(input)
        .into()
}
