//! Every way there is: the embodiments by name, and a plan put together by hand. What each choice does is said beside it,
//! and what the whole means below.

use crate::page::node::{Node, div, el};
use crate::page::parts::{
    Note, choices, key_name, noted, number, option, select, select_noted, small_icon, tick,
};
use crate::page::route::Route;
use crate::page::screens::back_up::What;
use crate::page::screens::protection;
use crate::page::service::Service;
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_wallet_core::ids::ItemId;
use saifu_wallet_core::plan::draft::{Control, Draft, KeyGoes, StepKind};
use saifu_wallet_core::plan::offer::Stake;
use saifu_wallet_core::plan::preset::{Embodiment, Preset};
use saifu_wallet_core::plan::{DigestForm, GroupA, KeyForm, PlanError, Step};
use std::num::NonZeroU8;

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
struct Editor {
    at: Edited,
    draft: Draft,
    /// How many values it is for.
    values: usize,
    /// Why it is refused.
    error: Option<PlanError>,
}

/// Where it is kept. A handle, for what is pressed.
#[derive(Clone, Copy)]
struct Edited {
    s: Service,
    /// The way that was chosen before: what it begins from.
    from: Preset,
}

impl Edited {
    fn draft(self) -> Draft {
        let kept = self.s.choosing.draft.get();
        let kept = kept.filter(|(from, _)| *from == self.from);
        kept.map_or_else(|| Draft::of(&self.from.plan()), |(_, draft)| draft)
    }

    fn set(self, change: impl FnOnce(&mut Draft)) {
        let mut draft = untrack(|| self.draft());
        change(&mut draft);
        self.s.choosing.draft.set(Some((self.from, draft)));
    }
}

/// The screen.
pub(super) fn advanced(s: Service, one: Option<ItemId>) -> Node {
    let what = What::new(s, one);
    Node::live(move || {
        what.show(Key::AdvancedTitle, Route::BackUp(one), || {
            let stakes = what.stakes();
            let values = stakes.len();
            let chosen = s.choosing.preset.get();
            // A plan that was begun is gone on with, whatever would be suggested by now.
            let begun = s
                .choosing
                .draft
                .with(|it| it.as_ref().map(|(from, _)| *from));
            let from = chosen.or(begun);
            let from = from.unwrap_or_else(|| protection::advice(s, &stakes, |_| true).preset);
            let at = Edited { s, from };
            let draft = at.draft();
            let stake = Stake::highest(&stakes);
            let safes = s.choosing.safes;
            let offer = protection::offer(s, draft.plan(values), safes, stake);
            let editor = Editor {
                at,
                draft,
                values,
                error: offer
                    .checked
                    .as_ref()
                    .err()
                    .copied()
                    .filter(|error| *error != PlanError::SecretTooWeak),
            };
            div("stack stack--wide")
                .child(editor.named())
                .child(editor.steps())
                .child(editor.data())
                .child(editor.key())
                .child(protection::explain(s, &offer, true))
                .child(protection::seats(s, &offer, safes))
                .child(what.go(offer, editor.sealing_key()))
                .into()
        })
    })
}

impl Editor {
    fn lang(&self) -> Lang {
        self.at.s.lang.get()
    }

    fn note(&self, control: Control) -> Note {
        let lang = self.lang();
        let mine = |error: &PlanError| self.draft.blames(*error) == control;
        let error = self.error.filter(mine);
        Note {
            hint: words::hint(lang, control, &self.draft, self.values),
            problem: error.map(|error| words::plan_error(lang, error)),
        }
    }

    /// The plans with a name; the one that is chosen fills in everything below. One value is coupled with nothing.
    fn named(&self) -> Node {
        let lang = self.lang();
        let couples = |preset: &Preset| preset.plan().steps.contains(&Step::Couple);
        let mut all: Vec<Preset> = Preset::OFFERED
            .into_iter()
            .chain(Preset::EMBODIMENTS)
            .collect();
        all.retain(|preset| self.values > 1 || !couples(preset));
        let offered = Preset::OFFERED.len();
        let group = |title, is_in: &dyn Fn(usize, Preset) -> bool| -> Node {
            let named = all.iter().enumerate();
            let named = named.filter(|(at, preset)| is_in(*at, **preset));
            let named: Vec<Node> = named
                .map(|(at, preset)| option(at, words::preset(lang, *preset)))
                .collect();
            let group = el("optgroup").attr("label", text(lang, title));
            group.child(named).into()
        };
        let mut options = vec![
            option(all.len(), text(lang, Key::OwnPlan)),
            group(Key::Advised, &|at, _| at < offered),
        ];
        options.extend(Embodiment::ALL.map(|of| {
            let title = match of {
                Embodiment::Plain => Key::GroupPlain,
                Embodiment::Sealed => Key::GroupSealed,
                Embodiment::KeyElsewhere => Key::GroupElsewhere,
                Embodiment::Divided => Key::GroupDivided,
                Embodiment::Coupled => Key::GroupCoupled,
                Embodiment::KeySplit => Key::GroupSplit,
                Embodiment::Seed => Key::GroupSeed,
            };
            match of {
                Embodiment::Coupled if self.values < 2 => Node::Nothing,
                _ => group(title, &|at, preset| {
                    at >= offered && preset.embodiment() == of
                }),
            }
        }));
        let plan = self.draft.plan(self.values);
        let chosen = all.iter().position(|preset| preset.plan() == plan);
        let chosen = chosen.unwrap_or(all.len());
        let label = text(lang, Key::StartFrom);
        let at = self.at;
        select("named".into(), label, options, chosen, move |place| {
            if let Some(preset) = all.get(place) {
                at.set(|draft| *draft = Draft::of(&preset.plan()));
            }
        })
    }

    fn steps(&self) -> Node {
        let lang = self.lang();
        let edited = self.at;
        let is_offered = |kind| kind != StepKind::Couple || self.values > 1;
        let steps = self.draft.steps.into_iter().enumerate();
        let mut before = None;
        let steps = steps.filter(|(_, (kind, _))| is_offered(*kind));
        let list = steps.map(|(at, (kind, does))| {
            let (words, control) = match kind {
                StepKind::Couple => (Key::StepCouple, Control::Couple),
                StepKind::Seal => (Key::StepSeal, Control::Seal),
                StepKind::Divide => (Key::StepDivide, Control::Divide),
            };
            let words = text(lang, words);
            let input =
                el("input")
                    .fixed("type", "checkbox")
                    .checked(does)
                    .on("change", move |_| {
                        edited.set(|draft| {
                            if let Some((_, does)) = draft.steps.get_mut(at) {
                                *does = !*does;
                            }
                        });
                    });
            let (input, below) = noted(&format!("step-{at}"), input, self.note(control));
            let label = el("label")
                .class("tick row-main")
                .child(input)
                .child(el("span").words(words));
            let earlier = before.replace(at).map(|before| {
                el("button")
                    .class("btn btn--icon")
                    .fixed("type", "button")
                    .attr(
                        "aria-label",
                        format!("{} {words}", text(lang, Key::Earlier)),
                    )
                    .on("click", move |_| {
                        edited.set(|draft| draft.steps.swap(before, at))
                    })
                    .child(small_icon("up"))
            });
            let row = div("row").child(label).child(earlier);
            el("li").child(row).child(below).into()
        });
        choices(text(lang, Key::Steps), list.collect())
    }

    fn group(&self, title: Key, fields: Vec<Node>) -> Node {
        let legend = el("legend").words(text(self.lang(), title));
        let fields = div("panel stack").child(fields);
        el("fieldset").child(legend).child(fields).into()
    }

    fn number(
        &self,
        id: &'static str,
        label: Key,
        control: Control,
        choose: fn(&mut Draft) -> &mut u8,
    ) -> Node {
        let shown = *choose(&mut self.draft.clone());
        let label = text(self.lang(), label);
        let at = self.at;
        number(id, label, shown, self.note(control), move |number| {
            at.set(|draft| *choose(draft) = number);
        })
    }

    fn tick(&self, label: Key, choose: fn(&mut Draft) -> &mut bool) -> Node {
        let is_so = *choose(&mut self.draft.clone());
        let at = self.at;
        tick(text(self.lang(), label), is_so, move |is_so| {
            at.set(|draft| *choose(draft) = is_so)
        })
    }

    /// One of several, by their place in a list.
    fn one_of<T: Copy + PartialEq + 'static>(
        &self,
        id: &'static str,
        label: Key,
        all: &'static [(T, Key)],
        note: Note,
        choose: fn(&mut Draft) -> &mut T,
    ) -> Node {
        let lang = self.lang();
        let shown = *choose(&mut self.draft.clone());
        let options = all.iter().enumerate();
        let options = options.map(|(at, (_, key))| option(at, text(lang, *key)));
        let chosen = all.iter().position(|(it, _)| *it == shown);
        let chosen = chosen.unwrap_or(usize::MAX);
        let label = text(lang, label);
        let edited = self.at;
        let choose = move |at: usize| {
            if let Some((it, _)) = all.get(at) {
                edited.set(|draft| *choose(draft) = *it);
            }
        };
        select_noted(id.into(), label, options.collect(), chosen, note, choose)
    }

    fn data(&self) -> Node {
        let is_divided = self.draft.does(StepKind::Divide);
        let pieces = match is_divided {
            true => Key::Pieces,
            false => Key::Copies,
        };
        let mut fields = vec![
            self.number("pieces", pieces, Control::Pieces, |it| &mut it.pieces),
            self.number("safes", Key::DataSafes, Control::DataSafes, |it| {
                &mut it.safes
            }),
        ];
        if is_divided {
            fields.push(self.pieces_needed());
            fields.push(self.tick(Key::PieceHere, |it| &mut it.piece_here));
        }
        fields.extend([
            self.number("quorum", Key::Quorum, Control::Quorum, |it| &mut it.quorum),
            self.number("after", Key::LeavesAfter, Control::After, |it| {
                &mut it.after
            }),
            self.one_of("digest", Key::Digest, &DIGESTS, Note::default(), |it| {
                &mut it.digest
            }),
        ]);
        self.group(Key::TheData, fields)
    }

    fn pieces_needed(&self) -> Node {
        let lang = self.lang();
        let draft = &self.draft;
        let all = usize::from(draft.pieces.max(2));
        let mut options = vec![option(0, text(lang, Key::AllNeeded))];
        options.extend((2..=all).map(|needed| option(needed, needed.to_string())));
        let chosen = draft.pieces_needed.map_or(0, usize::from);
        let label = text(lang, Key::PiecesNeeded);
        let note = self.note(Control::PiecesNeeded);
        let edited = self.at;
        select_noted("needed".into(), label, options, chosen, note, move |at| {
            let needed = u8::try_from(at).ok().filter(|needed| *needed > 0);
            edited.set(|draft| draft.pieces_needed = needed);
        })
    }

    fn key(&self) -> Option<Node> {
        let lang = self.lang();
        let (draft, edited) = (&self.draft, self.at);
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
                        edited.set(|draft| draft.form = *form);
                    }
                },
            ),
            self.which_key(),
            self.goes(),
        ];
        match draft.key {
            KeyGoes::Nowhere | KeyGoes::WithData => {}
            KeyGoes::Elsewhere => {
                fields
                    .push(self.number("keys", Key::KeySafes, Control::KeySafes, |it| &mut it.keys));
            }
            KeyGoes::InShares => {
                let (needed, apart) = (Control::SharesNeeded, Control::SharesApart);
                let with = self.note(Control::SharesWith);
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
                    self.tick(Key::SharesAtData, |it| &mut it.shares_at_data),
                ]);
            }
        }
        if draft.key != KeyGoes::Nowhere {
            fields.push(self.tick(Key::EraseKey, |it| &mut it.erased));
        }
        Some(self.group(Key::TheKey, fields))
    }

    fn goes(&self) -> Node {
        const WAYS: [(KeyGoes, Key); 4] = [
            (KeyGoes::Nowhere, Key::KeyStays),
            (KeyGoes::WithData, Key::KeyWithData),
            (KeyGoes::Elsewhere, Key::KeyElsewhere),
            (KeyGoes::InShares, Key::KeyInShares),
        ];
        let note = self.note(Control::KeyGoes);
        self.one_of("goes", Key::KeyGoes, &WAYS, note, |it| &mut it.key)
    }

    /// The keys of the ring that can seal here.
    fn usable_keys(&self) -> Vec<(ItemId, String)> {
        let lang = self.lang();
        self.at.s.keys.with(|keys| {
            let usable = keys.iter().filter(|key| self.draft.takes(key));
            usable
                .map(|key| {
                    let form = words::key_form(lang, key.form);
                    (key.id, key_name(lang, form, key.key.as_bytes()))
                })
                .collect()
        })
    }

    /// The key of the ring that was chosen, as long as the plan can use it.
    fn sealing_key(&self) -> Option<ItemId> {
        let does_seal = self.draft.does(StepKind::Seal);
        let chosen = self.at.s.choosing.key.get().filter(|_| does_seal)?;
        let usable = self.usable_keys();
        usable.iter().any(|(id, _)| *id == chosen).then_some(chosen)
    }

    fn which_key(&self) -> Node {
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
        let key = self.at.s.choosing.key;
        select("key".into(), label, options, at, move |at| {
            key.set(at.checked_sub(1).and_then(|at| ids.get(at).copied()));
        })
    }
}
