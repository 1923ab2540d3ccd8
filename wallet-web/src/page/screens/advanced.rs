//! Every way there is: the embodiments by name, and a plan put together by hand. What it means is said at once.

use crate::page::choice;
use crate::page::draft::{Draft, KeyGoes, StepKind};
use crate::page::node::{Node, div, el};
use crate::page::parts::{choices, key_name, number, option, select, small_icon, tick};
use crate::page::route::Route;
use crate::page::screens::back_up::What;
use crate::page::screens::protection::{self, Chosen};
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_wallet_core::books::KeyHere;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::plan::{DigestForm, GroupA, KeyForm, Plan};
use std::num::NonZeroU8;

/// How many of the embodiments, in their order, stand under which heading.
const GROUPS: [(Key, usize); 7] = [
    (Key::GroupPlain, 2),
    (Key::GroupSealed, 3),
    (Key::GroupElsewhere, 1),
    (Key::GroupDivided, 4),
    (Key::GroupCoupled, 2),
    (Key::GroupSplit, 5),
    (Key::GroupSeed, 4),
];

const FORMS: [KeyForm; 4] = [
    KeyForm::Key,
    KeyForm::Pair,
    KeyForm::SeedOfKey,
    KeyForm::SeedOfPair,
];

const DIGESTS: [(DigestForm, Key); 3] = [
    (DigestForm::Open, Key::DigestOpen),
    (DigestForm::Sealed, Key::DigestSealed),
    (DigestForm::Vacant, Key::DigestVacant),
];

const SHARES_WITH: [(GroupA, Key); 3] = [
    (GroupA::None, Key::SharesNone),
    (GroupA::WithEvery(NonZeroU8::MIN), Key::SharesEvery),
    (GroupA::OnePerPart, Key::SharesEach),
];

/// What is being put together.
#[derive(Clone, Copy)]
struct Editor {
    s: Service,
    draft: RwSignal<Draft>,
    safes: Chosen,
    /// The key of the ring that is to seal.
    key: RwSignal<Option<ItemId>>,
}

/// The screen.
pub(super) fn advanced(s: Service, one: Option<ItemId>) -> Node {
    let what = What::new(s, one);
    let editor = Editor {
        s,
        draft: RwSignal::new(Draft::of(&Preset::SealedThenDivided.plan())),
        safes: RwSignal::new(Vec::new()),
        key: RwSignal::new(None),
    };
    Node::live(move || {
        what.show(Key::AdvancedTitle, Route::BackUp(one), || {
            let worth = choice::asks_most(&what.worths());
            let plan = editor.draft.with(Draft::plan);
            let offer = protection::offer(s, plan, editor.safes, worth);
            div("stack stack--wide")
                .child(editor.named(&offer.plan))
                .child(editor.steps())
                .child(editor.data())
                .child(editor.key())
                .child(protection::explain(s, &offer))
                .child(protection::seats(s, &offer, editor.safes))
                .child(what.go(offer, editor.sealing_key()))
                .into()
        })
    })
}

impl Editor {
    fn lang(self) -> Lang {
        self.s.lang.get()
    }

    fn set(self, change: impl FnOnce(&mut Draft)) {
        self.draft.update(change);
    }

    /// The plans with a name; the one that is chosen fills in everything below.
    fn named(self, plan: &Plan) -> Node {
        let lang = self.lang();
        let all: Vec<Preset> = Preset::OFFERED
            .into_iter()
            .chain(Preset::EMBODIMENTS)
            .collect();
        let mut options = vec![option(all.len(), text(lang, Key::OwnPlan))];
        let mut at = 0;
        let offered = [(Key::Advised, Preset::OFFERED.len())];
        for (title, count) in offered.into_iter().chain(GROUPS) {
            let named = all.iter().enumerate().skip(at).take(count);
            let named: Vec<Node> = named
                .map(|(at, preset)| option(at, words::preset(lang, *preset)))
                .collect();
            let group = el("optgroup").attr("label", text(lang, title));
            options.push(group.child(named).into());
            at += count;
        }
        let is_it = |preset: &Preset| preset.plan() == *plan;
        let chosen = all.iter().position(is_it).unwrap_or(all.len());
        let label = text(lang, Key::StartFrom);
        select("named".into(), label, options, chosen, move |at| {
            if let Some(preset) = all.get(at) {
                self.draft.set(Draft::of(&preset.plan()));
            }
        })
    }

    fn steps(self) -> Node {
        let lang = self.lang();
        let steps = self.draft.with(|draft| draft.steps);
        let list = steps.into_iter().enumerate().map(|(at, (kind, does))| {
            let words = text(
                lang,
                match kind {
                    StepKind::Couple => Key::StepCouple,
                    StepKind::Seal => Key::StepSeal,
                    StepKind::Divide => Key::StepDivide,
                },
            );
            let input =
                el("input")
                    .fixed("type", "checkbox")
                    .checked(does)
                    .on("change", move |_| {
                        self.set(|draft| {
                            if let Some((_, does)) = draft.steps.get_mut(at) {
                                *does = !*does;
                            }
                        });
                    });
            let label = el("label")
                .class("tick row-main")
                .child(input)
                .child(el("span").words(words));
            let earlier = (at > 0).then(|| {
                el("button")
                    .class("btn btn--icon")
                    .fixed("type", "button")
                    .attr(
                        "aria-label",
                        format!("{} {words}", text(lang, Key::Earlier)),
                    )
                    .on("click", move |_| {
                        self.set(|draft| draft.steps.swap(at - 1, at))
                    })
                    .child(small_icon("up"))
            });
            let row = div("row").child(label).child(earlier);
            el("li").child(row).into()
        });
        choices(text(lang, Key::Steps), list.collect())
    }

    fn group(self, title: Key, fields: Vec<Node>) -> Node {
        let legend = el("legend").words(text(self.lang(), title));
        let fields = div("panel stack").child(fields);
        el("fieldset").child(legend).child(fields).into()
    }

    fn number(
        self,
        id: &'static str,
        label: Key,
        shown: u8,
        choose: fn(&mut Draft) -> &mut u8,
    ) -> Node {
        number(id, text(self.lang(), label), shown, move |number| {
            self.set(|draft| *choose(draft) = number);
        })
    }

    fn tick(self, label: Key, is_so: bool, choose: fn(&mut Draft) -> &mut bool) -> Node {
        tick(text(self.lang(), label), is_so, move || {
            self.set(|draft| {
                let it = choose(draft);
                *it = !*it;
            });
        })
    }

    /// One of several, by their place in a list.
    fn one_of<T: Copy + PartialEq + 'static>(
        self,
        id: &'static str,
        label: Key,
        all: &'static [(T, Key)],
        shown: T,
        choose: fn(&mut Draft) -> &mut T,
    ) -> Node {
        let lang = self.lang();
        let options = all.iter().enumerate();
        let options = options.map(|(at, (_, key))| option(at, text(lang, *key)));
        let chosen = all.iter().position(|(it, _)| *it == shown);
        let chosen = chosen.unwrap_or(usize::MAX);
        let label = text(lang, label);
        select(id.into(), label, options.collect(), chosen, move |at| {
            if let Some((it, _)) = all.get(at) {
                self.set(|draft| *choose(draft) = *it);
            }
        })
    }

    fn data(self) -> Node {
        let draft = self.draft.get();
        let is_divided = draft.does(StepKind::Divide);
        let pieces = match is_divided {
            true => Key::Pieces,
            false => Key::Copies,
        };
        let mut fields = vec![
            self.number("pieces", pieces, draft.pieces, |it| &mut it.pieces),
            self.number("safes", Key::DataSafes, draft.safes, |it| &mut it.safes),
        ];
        if is_divided {
            fields.push(self.pieces_needed(&draft));
            let here = draft.piece_here;
            fields.push(self.tick(Key::PieceHere, here, |it| &mut it.piece_here));
        }
        let (quorum, after) = (draft.quorum, draft.after);
        fields.push(self.number("quorum", Key::Quorum, quorum, |it| &mut it.quorum));
        fields.push(self.number("after", Key::LeavesAfter, after, |it| &mut it.after));
        let digest = draft.digest;
        fields.push(self.one_of("digest", Key::Digest, &DIGESTS, digest, |it| &mut it.digest));
        self.group(Key::TheData, fields)
    }

    fn pieces_needed(self, draft: &Draft) -> Node {
        let lang = self.lang();
        let all = usize::from(draft.pieces.max(2));
        let mut options = vec![option(0, text(lang, Key::AllNeeded))];
        options.extend((2..=all).map(|needed| option(needed, needed.to_string())));
        let chosen = draft.pieces_needed.map_or(0, usize::from);
        let label = text(lang, Key::PiecesNeeded);
        select("needed".into(), label, options, chosen, move |at| {
            let needed = u8::try_from(at).ok().filter(|needed| *needed > 0);
            self.set(|draft| draft.pieces_needed = needed);
        })
    }

    fn key(self) -> Option<Node> {
        let lang = self.lang();
        let draft = self.draft.get();
        if !draft.does(StepKind::Seal) {
            return None;
        }
        let forms = FORMS.into_iter().enumerate();
        let forms = forms.map(|(at, form)| option(at, words::key_form(lang, form)));
        let chosen = FORMS.iter().position(|form| *form == draft.form);
        let mut fields = vec![
            select(
                "form".into(),
                text(lang, Key::KeyForm),
                forms.collect(),
                chosen.unwrap_or(0),
                move |at| {
                    if let Some(form) = FORMS.get(at) {
                        self.set(|draft| draft.form = *form);
                    }
                },
            ),
            self.which_key(),
            self.goes(&draft),
        ];
        match draft.key {
            KeyGoes::Nowhere | KeyGoes::WithData => {}
            KeyGoes::Elsewhere => {
                let keys = draft.keys;
                fields.push(self.number("keys", Key::KeySafes, keys, |it| &mut it.keys));
            }
            KeyGoes::InShares => {
                let (apart, needed) = (draft.shares_apart, draft.shares_needed);
                let (with, at_data) = (draft.group_a, draft.shares_at_data);
                fields.extend([
                    self.number("shares-needed", Key::SharesNeeded, needed, |it| {
                        &mut it.shares_needed
                    }),
                    self.one_of("shares-with", Key::SharesWith, &SHARES_WITH, with, |it| {
                        &mut it.group_a
                    }),
                    self.number("shares-apart", Key::SharesApart, apart, |it| {
                        &mut it.shares_apart
                    }),
                    self.tick(Key::SharesAtData, at_data, |it| &mut it.shares_at_data),
                ]);
            }
        }
        if draft.key != KeyGoes::Nowhere {
            let erased = draft.erased;
            fields.push(self.tick(Key::EraseKey, erased, |it| &mut it.erased));
        }
        Some(self.group(Key::TheKey, fields))
    }

    fn goes(self, draft: &Draft) -> Node {
        const WAYS: [(KeyGoes, Key); 4] = [
            (KeyGoes::Nowhere, Key::KeyStays),
            (KeyGoes::WithData, Key::KeyWithData),
            (KeyGoes::Elsewhere, Key::KeyElsewhere),
            (KeyGoes::InShares, Key::KeyInShares),
        ];
        self.one_of("goes", Key::KeyGoes, &WAYS, draft.key, |it| &mut it.key)
    }

    /// The keys of the ring that can seal here: of the form, and whole where they are to be split.
    fn usable_keys(self) -> Vec<(ItemId, String)> {
        let lang = self.lang();
        let (form, in_shares) = self
            .draft
            .with(|draft| (draft.form, draft.key == KeyGoes::InShares));
        self.s.keys.with(|keys| {
            let usable = keys.iter().filter(|key| {
                let is_here = match key.here {
                    KeyHere::Opens => true,
                    KeyHere::Seals => !in_shares,
                    KeyHere::Erased => false,
                };
                is_here && key.form == form && key.job.is_none()
            });
            usable
                .map(|key| {
                    let form = words::key_form(lang, key.form);
                    (key.id, key_name(lang, form, key.key.as_bytes()))
                })
                .collect()
        })
    }

    /// The key of the ring that was chosen, as long as the plan can use it.
    fn sealing_key(self) -> Option<ItemId> {
        let does_seal = self.draft.with(|draft| draft.does(StepKind::Seal));
        let chosen = self.key.get().filter(|_| does_seal)?;
        let usable = self.usable_keys();
        usable.iter().any(|(id, _)| *id == chosen).then_some(chosen)
    }

    fn which_key(self) -> Node {
        let lang = self.lang();
        let keys = self.usable_keys();
        let mut options = vec![option(0, text(lang, Key::FreshKey))];
        let ids: Vec<ItemId> = keys.iter().map(|(id, _)| *id).collect();
        let named = keys.into_iter().zip(1..);
        options.extend(named.map(|((_, name), at)| option(at, name)));
        let chosen = self.sealing_key();
        let at = ids.iter().position(|id| Some(*id) == chosen);
        let at = at.map_or(0, |at| at + 1);
        let label = text(lang, Key::SealWith);
        select("key".into(), label, options, at, move |at| {
            self.key
                .set(at.checked_sub(1).and_then(|at| ids.get(at).copied()));
        })
    }
}
