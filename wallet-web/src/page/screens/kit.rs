//! The recovery kit: six words of its own on a sheet to print. It unlocks this browser and opens at the safes; wherever it is made
//! or ended, that is done for both, and what was not done is said and can be done later.
//!
//! The words, and their code, are on the page only while they are shown.

use crate::page::device;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{Fact, actions, button, fact, facts, halves, link, quiet};
use crate::page::route::Route;
use crate::page::screens::secret::{self, Fields, one};
use crate::page::screens::value;
use crate::page::service::Service;
use crate::page::words::{self, Halves, Key, text};
use leptos::prelude::*;
use saifu_wallet_core::lock::{Factor, View, Wish};
use saifu_wallet_core::owner::{KitMark, Words};
use saifu_wallet_core::view::{OwnerView, PRINTED_SAFES, Printed, SafeCard};
use zeroize::Zeroizing;

/// What a kit opens, as far as this wallet knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reaches {
    /// By what its words are known again.
    pub(super) mark: KitMark,
    /// Whether it unlocks this browser.
    pub(super) here: bool,
    /// How many safes it opens.
    pub(super) opens: usize,
    /// How many safes know the owner.
    pub(super) of: usize,
}

/// What the newest kit opens: that of the lock, or else the one that safes know. None of a kit that was made before the safes
/// could have the same one.
pub(super) fn reaches(lock: &View, owner: &OwnerView) -> Option<Reaches> {
    let here = lock.kit_method().and_then(|it| it.mark);
    let mark = here.or_else(|| owner.safes.iter().find_map(|card| card.kit))?;
    let knowing = owner.safes.iter().filter(|card| secret::knows(card));
    Some(Reaches {
        mark,
        here: here.is_some(),
        opens: knowing
            .clone()
            .filter(|card| card.kit == Some(mark))
            .count(),
        of: knowing.count(),
    })
}

/// Whether a kit still opens some safe that the lock does not know, or no more.
pub(super) fn is_left_at_safes(lock: &View, owner: &OwnerView) -> bool {
    let here = lock.kit_method().and_then(|it| it.mark);
    let is_other = |kit: KitMark| here != Some(kit);
    owner
        .safes
        .iter()
        .any(|card| card.kit.is_some_and(is_other))
}

/// The sheet, from its making until the kit opens.
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
            fields: Fields::new(s).called(Key::KitWords),
            hidden: RwSignal::new(false),
        }
    }

    pub(super) fn begin(self) {
        self.hidden.set(false);
    }

    pub(super) fn end(self) {
        self.fields.forget();
    }

    /// The sheet, and then the words typed from it. `then`: what happens with them besides that this browser takes them.
    pub(super) fn sheet(self, lock: &View, then: impl Fn(Words) + Copy + 'static) -> Node {
        let s = self.s;
        let Some(words) = &lock.kit else {
            return quiet(s.text(Key::Asking)).fixed("role", "status").into();
        };
        if self.hidden.get() {
            return self.type_again(then);
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
        let name = s.owner.with(|owner| owner.name.clone());
        if let Some(name) = &name {
            rows.push(fact(s.text(Key::OwnerName), name.clone()));
        }
        let trusted = s.safes.get();
        let few = (trusted.len() < PRINTED_SAFES).then(|| quiet(s.text(Key::LockKitFewSafes)));
        let Printed { safes, know } = s.owner.with(|owner| Printed::of(&trusted, owner));
        let unknown = (!know && !safes.is_empty()).then(|| quiet(s.text(Key::PrintedUnknown)));
        let code = code(
            words,
            safes.iter().map(|safe| &*safe.address),
            name.as_deref(),
        );
        rows.extend(safes.into_iter().flat_map(|safe| safe_on_paper(s, safe)));
        let drawing =
            value::drawing(lang, &code).map(|it| it.attr("aria-label", s.text(Key::LockKitQr)));
        let means = match name {
            Some(_) => Key::KitMeansBoth,
            None => Key::LockKitMeans,
        };
        el("article")
            .class("panel stack kit")
            .child(el("h2").words("Saifu – ").words(s.text(Key::Kit)))
            .child(quiet(s.text(Key::KitWords)))
            .child(
                div("kit-main")
                    .child(el("ol").class("words").child(list))
                    .child(drawing.map(|it| div("code").child(it))),
            )
            .child(facts(rows))
            .child(unknown)
            .child(few)
            .child(el("p").words(s.text(means)))
    }

    fn type_again(self, then: impl Fn(Words) + Copy + 'static) -> Node {
        let s = self.s;
        device::focus_heading_if_lost();
        let form = secret::form(
            vec![self.fields.words()],
            s.text(Key::LockKitUse),
            move || {
                self.take(then);
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

    fn take(self, then: impl Fn(Words)) {
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
        add(self.s, words.clone());
        then(words);
    }

    /// The words of a kit that is on paper already, for what does not know it yet.
    pub(super) fn again(self, mark: KitMark, label: Key, then: impl Fn(Words) + 'static) -> Node {
        let s = self.s;
        let form = secret::form(vec![self.fields.words()], s.text(label), move || {
            let Some(words) = self.fields.read_words() else {
                return;
            };
            if words.kit_mark() != mark {
                return self.fields.refuse_kit();
            }
            self.fields.forget();
            then(words);
        });
        form.into()
    }

    /// What the kit opens, in one sentence.
    pub(super) fn says(self, reaches: Reaches) -> Node {
        let s = self.s;
        let words = words::kit_reaches(s.lang.get(), reaches.here, reaches.opens, reaches.of);
        el("p").child(words).into()
    }
}

/// Where a safe is, and enough of its fingerprint to see that it is another; the whole one stands where the safe is trusted.
pub(super) fn safe_on_paper(s: Service, safe: SafeCard) -> [Fact; 2] {
    let short: Vec<&str> = safe.fingerprint.split(' ').take(4).collect();
    let short = format!("{} …", short.join(" "));
    [
        fact(s.text(Key::Safe), safe.address),
        fact(s.text(Key::Fingerprint), short),
    ]
}

/// This browser is to take the kit.
pub(super) fn add(s: Service, words: Words) {
    s.wish(Wish::Add {
        name: String::new(),
        factor: Factor::Kit(words),
    });
}

/// As a phone reads it: the words, then the safes, then the name. Pasted whole into the field of the words it is read, too.
fn code<'a>(
    words: &Words,
    safes: impl Iterator<Item = &'a str>,
    name: Option<&'a str>,
) -> Zeroizing<String> {
    let mut code = Zeroizing::new(String::from(words.expose_secret()));
    for line in safes.chain(name) {
        code.push('\n');
        code.push_str(line);
    }
    code
}

/// That a kit which was removed here still opens at safes.
pub(super) fn left_at_safes(s: Service) -> Node {
    let lang = s.lang.get();
    let what = text(lang, Key::KitLeft);
    let words = Halves::new(what, text(lang, Key::KitLeftNow));
    let way = link(
        "btn btn--small",
        Route::Ways,
        Some("key"),
        text(lang, Key::WaysTitle),
    );
    halves("warn", "warn", None, words, None, vec![way])
}
