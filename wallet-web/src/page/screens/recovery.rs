//! What brings everything back when this device is lost: six words, and the safes that know their owner by them.

use crate::page::device;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{actions, button, fact, facts, halves, head, link, quiet, section};
use crate::page::route::Route;
use crate::page::screens::kit::safe_on_paper;
use crate::page::screens::secret::{self, Fields, one};
use crate::page::screens::{freeze, values, waits};
use crate::page::service::Service;
use crate::page::words::{self, Halves, Key, text};
use leptos::prelude::*;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::owner::{OwnerSecret, OwnerStanding, SecretKind, Words};
use saifu_wallet_core::view::{Opened, OwnerCard, OwnerView, Printed};

/// The screen.
pub(super) fn recovery(s: Service) -> Node {
    on_cleanup(move || s.close());
    let paper = Paper {
        s,
        fields: Fields::new(s),
        before: Fields::before(s),
        name: RwSignal::new(String::new()),
        hidden: RwSignal::new(false),
        sent: RwSignal::new(false),
        choosing: RwSignal::new(false),
    };
    Node::live(move || {
        let owner = s.owner.get();
        let content = match &owner.name {
            Some(_) if owner.is_restoring => restoring(s),
            // With a name that somebody else has everywhere it begins anew.
            Some(name) if is_somewhere(&owner) => paper.enrolled(&owner, name),
            Some(_) | None => paper.prepare(&owner),
        };
        let content = div("stack stack--wide")
            .child(freeze::cards(s))
            .child(waits::cards(s))
            .child(secret::told(s))
            .child(content);
        let title = s.text(Key::RecoveryTitle);
        Node::Many(vec![
            head(s, title, Some(Route::Settings), None),
            content.into(),
        ])
    })
}

/// Whether some safe knows the owner, or may still come to.
fn is_somewhere(owner: &OwnerView) -> bool {
    let is_at = |card: &OwnerCard| card.job.is_some() || secret::knows(card);
    owner.safes.iter().any(is_at)
}

/// Whether the words are to be changed at a safe, and nothing works on it.
fn is_stopped(card: &OwnerCard) -> bool {
    let is_old = matches!(
        card.standing,
        Some(OwnerStanding::Old | OwnerStanding::Both)
    );
    card.job.is_none() && is_old
}

fn restoring(s: Service) -> Node {
    let words = s.text(Key::RestoreTitle);
    one(link("btn btn--primary", Route::Restore, None, words))
}

/// What is printed: words, and what it takes to use them.
fn sheet(s: Service, title: Key, name: String, words: &Words) -> El {
    let list = words.expose_secret().split('-').map(|word| {
        let word = el("code").fixed("translate", "no").child(word.to_owned());
        el("li").child(word).into()
    });
    let list: Vec<Node> = list.collect();
    let mut rows = vec![fact(s.text(Key::OwnerName), name)];
    let trusted = s.safes.get();
    let Printed { safes, know } = s.owner.with(|owner| Printed::of(&trusted, owner));
    let unknown = (!know && !safes.is_empty()).then(|| quiet(s.text(Key::PrintedUnknown)));
    rows.extend(safes.into_iter().flat_map(|safe| safe_on_paper(s, safe)));
    el("article")
        .class("panel stack")
        .child(el("h2").words("Saifu – ").words(s.text(title)))
        .child(el("ol").class("words").child(list))
        .child(facts(rows))
        .child(unknown)
        .child(el("p").words(s.text(Key::WordsMean)))
}

/// The paper with the words, from their making until safes know them.
#[derive(Clone, Copy)]
struct Paper {
    s: Service,
    fields: Fields,
    /// Where the words are changed: those that are.
    before: Fields,
    name: RwSignal<String>,
    /// Whether the words are typed from the paper now.
    hidden: RwSignal<bool>,
    /// Whether they were sent off.
    sent: RwSignal<bool>,
    /// Whether a password of the owner's own is chosen in their place.
    choosing: RwSignal<bool>,
}

impl Paper {
    fn prepare(self, owner: &OwnerView) -> Node {
        let s = self.s;
        let is_told = owner.name.is_some();
        if self.sent.get() && !is_told {
            return quiet(s.text(Key::Asking)).fixed("role", "status").into();
        }
        // What had the focus is gone with each step.
        device::focus_heading_if_lost();
        match self.shown() {
            Some(_) if self.hidden.get() => self.type_again(),
            Some(words) => self.show(&words),
            None if self.choosing.get() => self.choose(None),
            None => self.explain(owner),
        }
    }

    fn shown(self) -> Option<Words> {
        self.s.opened.with(|opened| match opened {
            Some(Opened::Secret { words }) => Some(words.clone()),
            Some(Opened::Value { .. } | Opened::Certificate { .. } | Opened::Papers { .. })
            | None => None,
        })
    }

    /// Draws words for this name, and shows them.
    fn draw(self, name: String) {
        self.name.set(name);
        self.hidden.set(false);
        self.s.send(Intent::OfferSecret);
    }

    /// The words that were shown, typed once more.
    fn read_shown(self) -> Option<Words> {
        let words = self.fields.read_words()?;
        let is_shown = untrack(|| self.shown()).is_some_and(|shown| shown == words);
        if !is_shown {
            self.fields.refuse_words();
        }
        is_shown.then_some(words)
    }

    fn explain(self, owner: &OwnerView) -> Node {
        let s = self.s;
        let what: Node = if owner.safes.is_empty() {
            let add = text(s.lang.get(), Key::AddSafe);
            Node::Many(vec![
                el("p").words(s.text(Key::RecoveryNoSafe)).into(),
                one(link("btn btn--primary", Route::AddSafe, Some("add"), add)),
            ])
        } else {
            let make = s.text(Key::WordsMake);
            let form = secret::form(
                vec![self.fields.name(Key::OwnerNameHint)],
                make,
                move || {
                    if let Some(name) = self.fields.read_name() {
                        self.draw(name);
                    }
                },
            );
            let own = s.text(Key::PasswordInstead);
            let own = button("btn btn--quiet", Some("edit"), own, move || {
                if let Some(name) = self.fields.read_name() {
                    self.name.set(name);
                    self.choosing.set(true);
                }
            });
            Node::Many(vec![
                form.into(),
                quiet(s.text(Key::PasswordInsteadText)).into(),
                one(own),
            ])
        };
        let restore = owner.can_restore.then(|| {
            let words = s.text(Key::RestoreLost);
            one(link(
                "btn btn--quiet",
                Route::Restore,
                Some("recover"),
                words,
            ))
        });
        Node::Many(vec![
            el("p").words(s.text(Key::RecoveryLead)).into(),
            what,
            restore.into(),
        ])
    }

    /// A password of the owner's own: the first secret, or in the place of one of this kind.
    fn choose(self, before: Option<SecretKind>) -> Node {
        let s = self.s;
        device::focus_heading_if_lost();
        let mut fields = Vec::new();
        if let Some(kind) = before {
            self.before.expect(kind);
            fields.push(self.before.secret());
        }
        fields.push(
            self.fields
                .choose_password(move || self.name.get_untracked()),
        );
        let label = match before {
            None => Key::PasswordEnrol,
            Some(_) => Key::PasswordChangeDo,
        };
        let form = secret::form(fields, s.text(label), move || {
            let name = self.name.get_untracked();
            let old = match before {
                None => None,
                Some(_) => match self.before.read_secret() {
                    None => return,
                    old => old,
                },
            };
            let Some(next) = self.fields.read_chosen(&name) else {
                return;
            };
            self.before.forget();
            self.fields.forget();
            self.choosing.set(false);
            match old {
                Some(secret) => s.send(Intent::ChangeSecret { secret, next }),
                None => s.send(Intent::Enrol { name, secret: next }),
            }
        });
        let back = button(
            "btn btn--quiet",
            Some("back"),
            s.text(Key::Back),
            move || {
                self.before.forget();
                self.fields.forget();
                self.choosing.set(false);
            },
        );
        let name = fact(s.text(Key::OwnerName), self.name.get());
        Node::Many(vec![
            el("p").words(s.text(Key::PasswordLead)).into(),
            facts(vec![name]),
            form.into(),
            one(back),
        ])
    }

    /// The paper itself. Of everything on the screen it is what is printed.
    fn show(self, words: &Words) -> Node {
        let s = self.s;
        let print = button("btn", Some("print"), s.text(Key::Print), device::print);
        let written = s.text(Key::WordsWritten);
        let go_on = button("btn btn--primary", None, written, move || {
            self.hidden.set(true);
        });
        Node::Many(vec![
            quiet(s.text(Key::WordsText)).class("no-print").into(),
            sheet(s, Key::WordsYours, self.name.get(), words).into(),
            el("p")
                .class("no-print")
                .words(s.text(Key::WordsHonest))
                .into(),
            actions(vec![go_on, print]),
        ])
    }

    fn type_again(self) -> Node {
        let s = self.s;
        let enrol = s.text(Key::WordsEnrol);
        let form = secret::form(vec![self.fields.words()], enrol, move || {
            let Some(words) = self.read_shown() else {
                return;
            };
            let name = self.name.get_untracked();
            let secret = words.into();
            s.send(Intent::Enrol { name, secret });
            self.fields.forget();
            self.sent.set(true);
            // Behind it, so that the wallet still knows which words were shown.
            s.close();
        });
        self.with_paper(form)
    }

    /// The same where other words open already.
    fn type_both(self, kind: SecretKind) -> Node {
        let s = self.s;
        self.before.expect(kind);
        let change = s.text(Key::WordsChangeDo);
        let fields = vec![
            self.before.secret(),
            self.fields.called(Key::WordsNext).words(),
        ];
        let form = secret::form(fields, change, move || {
            let Some(secret) = self.before.read_secret() else {
                return;
            };
            if let Some(next) = self.read_shown().map(OwnerSecret::Words) {
                s.send(Intent::ChangeSecret { secret, next });
                self.before.forget();
                self.fields.forget();
                s.close();
            }
        });
        self.with_paper(form)
    }

    fn with_paper(self, form: El) -> Node {
        let s = self.s;
        let again = button("btn btn--quiet", None, s.text(Key::WordsAgain), move || {
            self.fields.forget();
            self.hidden.set(false);
        });
        Node::Many(vec![
            el("p").words(s.text(Key::WordsFromPaper)).into(),
            facts(vec![fact(s.text(Key::OwnerName), self.name.get())]),
            form.into(),
            one(again),
        ])
    }

    fn enrolled(self, owner: &OwnerView, name: &str) -> Node {
        let s = self.s;
        let lang = s.lang.get();
        match self.shown() {
            Some(_) if self.hidden.get() => return self.type_both(owner.kind),
            Some(words) => return self.show(&words),
            None if self.choosing.get() => return self.choose(Some(owner.kind)),
            None => {}
        }
        let warn = |words| halves("warn", "warn", None, words, None, Vec::new());
        let weak = (!owner.weakest().is_enough_for_money()).then(|| {
            let what = text(lang, Key::PasswordIsFair);
            warn(Halves::new(what, text(lang, Key::PasswordIsFairNow)))
        });
        let too_few = (!secret::is_ready(owner) && !owner.is_changing).then(|| {
            let have = secret::count_ready(owner);
            warn(words::too_few_know(lang, have, owner.needed))
        });
        let changing = owner.is_changing.then(|| {
            let what = text(lang, Key::WordsChanging);
            warn(Halves::new(what, text(lang, Key::WordsChangingNow)))
        });
        let list = secret::safes(s, &owner.safes, false, Key::CallOff);
        let ways = text(lang, Key::WaysTitle);
        let ways = one(link("btn", Route::Ways, Some("key"), ways));
        let was_found = owner.safes.iter().any(|it| it.found.is_some());
        let found = was_found.then(|| {
            let words = text(lang, Key::RestoreFound);
            one(link("btn", Route::Restore, Some("recover"), words))
        });
        // In the middle of a change both papers are needed, and one form is enough.
        let is_some_left = !owner.is_changing && owner.safes.iter().any(secret::is_left);
        let is_stopped = owner.is_changing && owner.safes.iter().any(is_stopped);
        Node::Many(vec![
            el("p")
                .child(words::enrolled_as(lang, name, owner.needed))
                .into(),
            weak.into(),
            too_few.into(),
            changing.into(),
            values::waits(s, &secret::jobs(s, owner)).into(),
            section(s, "owner-safes", Key::RestoreSafes, list),
            is_some_left
                .then(|| self.include(name.into(), owner.kind))
                .into(),
            is_stopped.then(|| self.finish(owner)).into(),
            found.into(),
            ways,
            (secret::is_ready(owner) && !owner.is_changing)
                .then(|| self.change(name.into()))
                .into(),
        ])
    }

    /// For safes at which a change was called off.
    fn finish(self, owner: &OwnerView) -> Node {
        let s = self.s;
        self.before.expect(owner.kind_before);
        self.fields.expect(owner.kind);
        let fields = vec![
            self.before.secret(),
            self.fields.called(Key::WordsNext).secret(),
        ];
        let form = secret::form(fields, s.text(Key::WordsFinish), move || {
            let Some(secret) = self.before.read_secret() else {
                return;
            };
            if let Some(next) = self.fields.read_secret() {
                s.send(Intent::ChangeSecret { secret, next });
                self.before.forget();
                self.fields.forget();
            }
        });
        let text = el("p").words(s.text(Key::WordsFinishText));
        let content = div("stack").child(text).child(form);
        section(s, "finish", Key::WordsFinish, content)
    }

    /// For a paper that was lost, or that somebody has seen.
    fn change(self, name: String) -> Node {
        let s = self.s;
        let is_password = s.owner.with(|owner| owner.kind.is_password());
        let change = s.text(match is_password {
            true => Key::WordsChangeTo,
            false => Key::WordsChange,
        });
        let known = name.clone();
        let change = button("btn", Some("refresh"), change, move || {
            self.draw(known.clone())
        });
        let own = s.text(Key::PasswordChange);
        let own = button("btn", Some("edit"), own, move || {
            self.name.set(name.clone());
            self.choosing.set(true);
        });
        let text = quiet(s.text(Key::WordsChangeText));
        div("stack after")
            .child(text)
            .child(actions(vec![change, own]))
            .into()
    }

    /// For safes that have come since, and those that did not take part.
    fn include(self, name: String, kind: SecretKind) -> Node {
        let s = self.s;
        self.fields.expect(kind);
        let include = s.text(Key::WordsInclude);
        let form = secret::form(vec![self.fields.secret()], include, move || {
            if let Some(secret) = self.fields.read_secret() {
                let name = name.clone();
                s.send(Intent::Enrol { name, secret });
                self.fields.forget();
            }
        });
        let text = el("p").words(s.text(Key::WordsIncludeText));
        let content = div("stack").child(text).child(form);
        section(s, "include", Key::WordsInclude, content)
    }
}
