//! The recovery kit: a sheet to print, and the words typed from it once.
//!
//! Its words unlock this device and nothing else. Should the same words open at safes, too, they would be enrolled where the kit
//! is taken over (`Kit::take`).

use crate::page::device;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{actions, button, fact, facts, quiet};
use crate::page::screens::secret::{self, Fields, one};
use crate::page::screens::value;
use crate::page::service::Service;
use crate::page::words::Key;
use leptos::prelude::*;
use saifu_wallet_core::lock::{Factor, View, Wish};
use saifu_wallet_core::owner::Words;
use saifu_wallet_core::view::{Reach, SafeCard};

/// The safes whose addresses are printed: one is enough to begin with, and one may be gone.
const PRINTED_SAFES: usize = 2;

/// The sheet, from its making until the kit is one of the methods.
#[derive(Clone, Copy)]
pub(super) struct Kit {
    s: Service,
    fields: Fields,
    /// Whether the words are typed from the paper now.
    hidden: RwSignal<bool>,
}

impl Kit {
    pub(super) fn new(s: Service) -> Self {
        Self {
            s,
            fields: Fields::new(s),
            hidden: RwSignal::new(false),
        }
    }

    pub(super) fn begin(self) {
        self.hidden.set(false);
    }

    pub(super) fn end(self) {
        self.fields.forget();
    }

    pub(super) fn sheet(self, lock: &View) -> Node {
        let s = self.s;
        let Some(words) = &lock.kit else {
            return quiet(s.text(Key::Asking)).fixed("role", "status").into();
        };
        if self.hidden.get() {
            return self.type_again();
        }
        let print = button("btn", Some("print"), s.text(Key::Print), device::print);
        let printed = s.text(Key::LockKitPrinted);
        let go_on = button("btn btn--primary", None, printed, move || {
            self.hidden.set(true);
        });
        Node::Many(vec![
            quiet(s.text(Key::LockKitText))
                .class("no-print quiet")
                .into(),
            self.paper(words).into(),
            actions(vec![go_on, print]),
        ])
    }

    fn paper(self, words: &Words) -> El {
        let s = self.s;
        let lang = s.lang.get();
        let list = words.expose_secret().split('-').map(|word| {
            let word = el("code").fixed("translate", "no").child(word.to_owned());
            el("li").child(word).into()
        });
        let list: Vec<Node> = list.collect();
        let mut rows = Vec::new();
        if let Some(name) = s.owner.with(|owner| owner.name.clone()) {
            rows.push(fact(s.text(Key::OwnerName), name));
        }
        // Those that answer first: the paper is for the day on which they must.
        let mut safes: Vec<SafeCard> = s.safes.get();
        safes.sort_by_key(|safe| safe.reach != Reach::Answers);
        let are_few = safes.len() < PRINTED_SAFES;
        for safe in safes.into_iter().take(PRINTED_SAFES) {
            rows.push(fact(s.text(Key::Safe), safe.address));
        }
        let few = are_few.then(|| quiet(s.text(Key::LockKitFewSafes)));
        let drawing = value::drawing(lang, words.expose_secret())
            .map(|it| it.attr("aria-label", s.text(Key::LockKitQr)));
        el("article")
            .class("panel stack kit")
            .child(el("h2").words("Saifu – ").words(s.text(Key::LockKitYours)))
            .child(
                div("kit-main")
                    .child(el("ol").class("words").child(list))
                    .child(drawing.map(|it| div("code").child(it))),
            )
            .child(facts(rows))
            .child(few)
            .child(el("p").words(s.text(Key::LockKitMeans)))
    }

    fn type_again(self) -> Node {
        let s = self.s;
        device::focus_heading_if_lost();
        let form = secret::form(
            vec![self.fields.words()],
            s.text(Key::LockKitUse),
            move || {
                self.take();
            },
        );
        let again = button("btn btn--quiet", None, s.text(Key::WordsAgain), move || {
            self.fields.forget();
            self.hidden.set(false);
        });
        Node::Many(vec![
            el("p").words(s.text(Key::LockKitType)).into(),
            form.into(),
            one(again),
        ])
    }

    fn take(self) {
        let Some(words) = self.fields.read_words() else {
            return;
        };
        let is_shown = self
            .s
            .lock
            .with_untracked(|it| it.kit.as_ref() == Some(&words));
        if !is_shown {
            return self.fields.refuse_words();
        }
        self.s.wish(Wish::Add {
            name: String::new(),
            factor: Factor::Kit(words),
        });
    }
}
