//! One rule, to be made or changed: two trees that are drawn from one form, what is done, and what it means while it is
//! being put together.

use crate::page::device;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{
    actions, button, halves, head, icon, option, quiet, section, select, tick,
};
use crate::page::route::Route;
use crate::page::screens::rules::{lacks, meant, show, way};
use crate::page::service::Service;
use crate::page::tree::{self, Blank, Form, Tree};
use crate::page::words::{self, Key, Lang, text};
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_protocol::value::Class;
use saifu_wallet_core::form::parse_whole;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::plan::Plan;
use saifu_wallet_core::plan::preset::Preset;
use saifu_wallet_core::rules::{BackUp, Does, Fetch, How, Rule, RuleId, RuleState, Shipped, Way};

/// What is being put together.
#[derive(Clone)]
struct Editing {
    id: RuleId,
    state: RuleState,
    name: String,
    which: Form,
    when: Form,
    way: Way,
    how: HowTo,
    safes: Vec<SafeId>,
    leave_free: String,
}

/// How values are protected.
#[derive(Clone, PartialEq)]
enum HowTo {
    /// As is suggested.
    Suggested,
    /// In one of the ways that are offered.
    Offered(usize),
    /// As the rule had it, which is none of those.
    Kept(Option<Preset>, Box<Option<Plan>>),
}

impl Editing {
    fn of(rule: &Rule) -> Self {
        let mut editing = Self {
            id: rule.id,
            state: rule.state,
            name: rule.name.clone(),
            which: Form::from(&rule.which),
            when: Form::from(&rule.when),
            way: way(rule),
            how: HowTo::Suggested,
            safes: Vec::new(),
            leave_free: "0".into(),
        };
        match &rule.does {
            Does::BackUp(it) => {
                editing.safes = it.safes.clone();
                editing.how = match &it.how {
                    How::Sealed => HowTo::Suggested,
                    How::Preset(preset) => {
                        let place = Preset::OFFERED.iter().position(|other| other == preset);
                        let kept = || HowTo::Kept(Some(*preset), Box::new(None));
                        place.map_or_else(kept, HowTo::Offered)
                    }
                    How::Plan(plan) => HowTo::Kept(None, Box::new(Some(plan.clone()))),
                };
            }
            Does::Fetch(it) => editing.leave_free = it.leave_free.to_string(),
        }
        editing
    }

    fn fresh() -> Self {
        let (which, when) = tree::at_first();
        Self::of(&Rule {
            id: RuleId::NEW,
            name: String::new(),
            state: RuleState::On,
            which,
            when,
            does: Does::BackUp(BackUp {
                how: How::Sealed,
                safes: Vec::new(),
            }),
        })
    }

    /// The rule, once everything is filled in.
    fn rule(&self) -> Option<Rule> {
        let does = match self.way {
            Way::Fetch => Does::Fetch(Fetch {
                leave_free: parse_whole(&self.leave_free)?,
            }),
            Way::BackUp => Does::BackUp(BackUp {
                how: match &self.how {
                    HowTo::Suggested => How::Sealed,
                    HowTo::Offered(place) => How::Preset(*Preset::OFFERED.get(*place)?),
                    HowTo::Kept(Some(preset), _) => How::Preset(*preset),
                    HowTo::Kept(None, plan) => How::Plan(Option::clone(plan)?),
                },
                safes: self.safes.clone(),
            }),
            // What rehearses is no rule.
            Way::Rehearse | Way::Audit => return None,
        };
        Some(Rule {
            id: self.id,
            name: self.name.trim().into(),
            state: self.state,
            which: self.which.condition()?,
            when: self.when.trigger()?,
            does,
        })
    }

    fn tree(&mut self, tree: Tree) -> &mut Form {
        match tree {
            Tree::Which => &mut self.which,
            Tree::When => &mut self.when,
        }
    }
}

type Edited = RwSignal<Editing>;

/// The screen.
pub(super) fn rule(s: Service, id: Option<RuleId>) -> Node {
    let found = match id {
        None => Some(Editing::fresh()),
        Some(id) => s.rules.with_untracked(|view| {
            let card = view.rules.iter().find(|card| card.rule.id == id);
            card.map(|card| Editing::of(&card.rule))
        }),
    };
    let Some(editing) = found else {
        return Node::live(move || gone(s));
    };
    show(s, editing.rule());
    let edited = RwSignal::new(editing);
    let tried = RwSignal::new(false);
    Node::live(move || {
        let content = div("stack stack--wide")
            .child(name(s, edited))
            .child(section(
                s,
                "which",
                Key::RuleWhich,
                panel(draw(s, edited, Tree::Which, &[])),
            ))
            .child(section(s, "does", Key::RuleDoes, panel(does(s, edited))))
            .child(section(
                s,
                "when",
                Key::RuleWhen,
                panel(draw(s, edited, Tree::When, &[])),
            ))
            .child(section(
                s,
                "means",
                Key::RuleMeans,
                panel(preview(s, edited, tried)),
            ))
            .child(finish(s, edited, tried));
        let title = match id {
            Some(_) => s.text(Key::RuleEdit),
            None => s.text(Key::RuleAdd),
        };
        Node::Many(vec![
            head(s, title, Some(Route::Rules), None),
            content.into(),
        ])
    })
}

fn gone(s: Service) -> Node {
    Node::Many(vec![
        head(s, s.text(Key::RuleEdit), Some(Route::Rules), None),
        quiet(s.text(Key::RuleGone)).into(),
    ])
}

fn panel(content: Node) -> El {
    div("panel stack").child(content)
}

/// Changes something, and has shown what the rule would mean then.
fn change(s: Service, edited: Edited, to: impl FnOnce(&mut Editing)) {
    edited.update(to);
    if let Some(draft) = edited.with_untracked(Editing::rule) {
        let draft = Some(draft);
        s.send(Intent::ShowRules { draft });
    }
}

fn name(s: Service, edited: Edited) -> Node {
    let lang = s.lang.get();
    let (shown, id) = edited.with(|it| (it.name.clone(), it.id));
    if Shipped::of(id).is_some() && shown.is_empty() {
        let name = words::rule_name(lang, id, "");
        return el("p").child(el("strong").child(name)).into();
    }
    field(
        "rule-name".into(),
        text(lang, Key::RuleName),
        "text",
        shown,
        move |typed| {
            change(s, edited, |it| it.name = typed);
        },
    )
}

fn field(
    id: String,
    label: &'static str,
    kind: &'static str,
    shown: String,
    mut typed: impl FnMut(String) + 'static,
) -> Node {
    let input = el("input")
        .class("input")
        .attr("id", id.clone())
        .fixed("type", kind)
        .fixed("autocomplete", "off")
        .fixed("required", "")
        .value(&shown)
        // With each letter: what is shown anew meanwhile must not take back what was typed.
        .on("input", move |event| typed(device::value_of(&event)));
    div("field")
        .child(el("label").attr("for", id).words(label))
        .child(input)
        .into()
}

/// One node of a tree with everything below it.
fn draw(s: Service, edited: Edited, tree: Tree, path: &[usize]) -> Node {
    let lang = s.lang.get();
    let Some(form) = edited.with(|it| it.clone().tree(tree).at(path).cloned()) else {
        return Node::Nothing;
    };
    let id = id_of(tree, path);
    let count = form.below.len();
    let at = path.to_vec();
    let options = (0..tree.kinds()).map(|kind| option(kind, words::kind(lang, tree, kind)));
    let label = match tree {
        Tree::Which => Key::RuleCondition,
        Tree::When => Key::RuleMoment,
    };
    let kind = select(
        id.clone(),
        text(lang, label),
        options.collect(),
        form.kind,
        move |kind| {
            on_node(s, edited, tree, &at, |it| it.turn_into(tree, kind));
        },
    );
    let blanks = tree.blanks(form.kind).iter().enumerate();
    let blanks = blanks.map(|(place, it)| {
        let said = form.filled.get(place).cloned().unwrap_or_default();
        blank(
            s,
            edited,
            (tree, path),
            (place, *it),
            (format!("{id}-f{place}"), said),
        )
    });
    let blanks: Vec<Node> = blanks.collect();
    let remove = (!path.is_empty()).then(|| {
        let at = path.to_vec();
        el("button")
            .class("btn btn--icon")
            .fixed("type", "button")
            .attr("aria-label", text(lang, Key::RuleLeaveOut))
            .on("click", move |_| {
                change(s, edited, |it| it.tree(tree).remove(&at));
                // The button is gone: who came by the keyboard goes on where it was left out.
                let above = at.split_last().map_or(&[][..], |(_, above)| above);
                focus(id_of(tree, above));
            })
            .child(icon("close"))
    });
    let below: Vec<Node> = (0..form.below.len())
        .map(|place| {
            let path: Vec<usize> = path.iter().copied().chain([place]).collect();
            el("li").child(draw(s, edited, tree, &path)).into()
        })
        .collect();
    let may_add = form.below.len() < tree.most_below(form.kind);
    let add = may_add.then(|| {
        let at = path.to_vec();
        let words = match tree {
            Tree::Which => Key::RuleAddCondition,
            Tree::When => Key::RuleAddMoment,
        };
        button(
            "btn btn--small",
            Some("add"),
            text(lang, words),
            move || {
                on_node(s, edited, tree, &at, |it| it.add(tree));
                let added: Vec<usize> = at.iter().copied().chain([count]).collect();
                focus(id_of(tree, &added));
            },
        )
    });
    let branch = (tree.most_below(form.kind) > 0).then(|| {
        div("branch stack")
            .child(el("ul").class("stack").child(below))
            .child(add)
    });
    div("stack stack--tight")
        .child(div("kind").child(kind).child(remove))
        .child((!blanks.is_empty()).then(|| div("fields node").child(blanks)))
        .child(branch)
        .into()
}

/// What the list of kinds at a node is called in the document.
fn id_of(tree: Tree, path: &[usize]) -> String {
    path.iter()
        .fold(format!("{tree:?}"), |id, at| format!("{id}-{at}"))
}

/// Puts the focus on it as soon as it is there.
fn focus(id: String) {
    device::soon(move || device::focus_first(&format!("#{id}")));
}

fn on_node(s: Service, edited: Edited, tree: Tree, path: &[usize], to: impl FnOnce(&mut Form)) {
    change(s, edited, |it| {
        if let Some(node) = it.tree(tree).at(path) {
            to(node);
        }
    });
}

fn blank(
    s: Service,
    edited: Edited,
    (tree, path): (Tree, &[usize]),
    (place, blank): (usize, Blank),
    (id, said): (String, String),
) -> Node {
    let lang = s.lang.get();
    let at = path.to_vec();
    let fill = move |typed: String| {
        on_node(s, edited, tree, &at, |it| {
            if let Some(blank) = it.filled.get_mut(place) {
                *blank = typed;
            }
        });
    };
    match blank {
        Blank::One(choice) => {
            let options = words::choice(lang, choice).into_iter().enumerate();
            let options = options.map(|(at, words)| option(at, words));
            let chosen = said.parse().unwrap_or(0);
            let label = words::choice_label(lang, choice);
            select(id, label, options.collect(), chosen, move |it| {
                fill(it.to_string())
            })
        }
        Blank::Classes => classes(lang, &said, fill),
        Blank::Text => field(id, text(lang, Key::RuleText), "text", said, fill),
        Blank::Number(unit, _) => field(id, words::unit(lang, unit), "number", said, fill),
        Blank::Money => field(id, text(lang, Key::RuleAmount), "text", said, fill),
        Blank::Day => field(id, text(lang, Key::RuleDay), "date", said, fill),
        Blank::Time => field(id, text(lang, Key::RuleTime), "time", said, fill),
    }
}

fn classes(lang: Lang, said: &str, fill: impl Fn(String) + Clone + 'static) -> Node {
    let chosen: Vec<String> = said.split(' ').map(str::to_owned).collect();
    let ticks = Class::ALL.into_iter().map(|class| {
        let is_so = chosen.iter().any(|code| code == class.code());
        let (fill, chosen) = (fill.clone(), chosen.clone());
        tick(words::class_name(lang, class), is_so, move |is_so| {
            let is_kept = |code: &&String| !code.is_empty() && *code != class.code();
            let mut codes: Vec<&str> = chosen.iter().filter(is_kept).map(String::as_str).collect();
            if is_so {
                codes.push(class.code());
            }
            fill(codes.join(" "));
        })
    });
    let ticks: Vec<Node> = ticks.collect();
    el("fieldset")
        .class("field field--wide")
        .child(el("legend").class("sr-only").words(text(lang, Key::Class)))
        .child(div("ticks").child(ticks))
        .into()
}

fn does(s: Service, edited: Edited) -> Node {
    let lang = s.lang.get();
    let now = edited.get();
    let ways = [Way::BackUp, Way::Fetch];
    let options = ways.into_iter().enumerate();
    let options = options.map(|(at, it)| option(at, words::way(lang, it)));
    let chosen = usize::from(now.way == Way::Fetch);
    let label = text(lang, Key::RuleDoesWhat);
    let way = select("way".into(), label, options.collect(), chosen, move |at| {
        change(s, edited, |it| it.way = ways[at.min(1)]);
    });
    let more = match now.way {
        Way::BackUp => Node::Many(vec![how(s, edited, &now), safes(s, edited, &now)]),
        Way::Fetch => field(
            "leave-free".into(),
            text(lang, Key::RuleLeaveFree),
            "number",
            now.leave_free,
            move |typed| change(s, edited, |it| it.leave_free = typed),
        ),
        Way::Rehearse | Way::Audit => Node::Nothing,
    };
    Node::Many(vec![way, more])
}

fn how(s: Service, edited: Edited, now: &Editing) -> Node {
    let lang = s.lang.get();
    let mut ways = vec![HowTo::Suggested];
    ways.extend((0..Preset::OFFERED.len()).map(HowTo::Offered));
    if let HowTo::Kept(..) = now.how {
        ways.push(now.how.clone());
    }
    let options = ways.iter().enumerate().map(|(at, it)| {
        let words = match it {
            HowTo::Suggested => text(lang, Key::RuleAsSuggested),
            HowTo::Offered(place) => Preset::OFFERED
                .get(*place)
                .map_or("", |preset| words::preset(lang, *preset)),
            HowTo::Kept(Some(preset), _) => words::preset(lang, *preset),
            HowTo::Kept(None, _) => text(lang, Key::RuleOwnPlan),
        };
        option(at, words)
    });
    let chosen = ways.iter().position(|it| *it == now.how).unwrap_or(0);
    let options = options.collect();
    let label = text(lang, Key::Protection);
    select("how".into(), label, options, chosen, move |at| {
        if let Some(how) = ways.get(at).cloned() {
            change(s, edited, |it| it.how = how);
        }
    })
}

fn safes(s: Service, edited: Edited, now: &Editing) -> Node {
    let lang = s.lang.get();
    let ticks: Vec<Node> = s.safes.with(|safes| {
        let each = safes.iter().map(|safe| {
            let (id, name) = (
                safe.id,
                crate::page::parts::safe_name(&safe.operator, &safe.address),
            );
            let is_so = now.safes.contains(&id);
            tick(name, is_so, move |is_so| {
                change(s, edited, |it| {
                    it.safes.retain(|other| *other != id);
                    if is_so {
                        it.safes.push(id);
                    }
                });
            })
        });
        each.collect()
    });
    if ticks.is_empty() {
        return Node::Nothing;
    }
    el("fieldset")
        .class("field")
        .child(el("legend").words(text(lang, Key::RuleSafes)))
        .child(div("ticks").child(ticks))
        .child(el("p").class("hint").words(text(lang, Key::RuleSafesHint)))
        .into()
}

/// What the rule would mean now, and what is wrong with it.
fn preview(s: Service, edited: Edited, tried: RwSignal<bool>) -> Node {
    let lang = s.lang.get();
    let now = edited.get();
    let rule = now.rule();
    if rule.is_none() {
        let words = quiet(text(lang, Key::RuleIncomplete));
        return match tried.get() {
            true => words.fixed("role", "alert").into(),
            false => words.into(),
        };
    }
    let draft = s.rules.with(|view| view.draft.clone());
    let Some(draft) = draft else {
        return Node::Nothing;
    };
    let problem = draft.problem.filter(|_| tried.get());
    let problem = problem.map(|it| {
        let words = words::rule_problem(lang, it);
        halves("warn", "warn", Some("alert"), words, None, Vec::new())
    });
    Node::Many(vec![
        el("p").child(words::rule_line(lang, &draft.rule)).into(),
        Node::Many(lacks(lang, &draft.lacks)),
        div("")
            .fixed("role", "status")
            .child(meant(lang, &draft.means, way(&draft.rule)))
            .into(),
        problem.into(),
    ])
}

fn finish(s: Service, edited: Edited, tried: RwSignal<bool>) -> Node {
    let lang = s.lang.get();
    let id = edited.with(|it| it.id);
    let save = button(
        "btn btn--primary",
        None,
        text(lang, Key::RuleSave),
        move || {
            tried.set(true);
            let rule = edited.with_untracked(Editing::rule);
            let is_taken = s.rules.with_untracked(|view| {
                let draft = view.draft.as_ref();
                draft.is_some_and(|draft| draft.problem.is_none())
            });
            match rule.filter(|_| is_taken) {
                Some(rule) => {
                    s.send(Intent::PutRule { rule });
                    s.go(Route::Rules);
                }
                // What is empty or cannot be read, as the browser tells it.
                None => device::focus_first("main .input:invalid"),
            }
        },
    );
    let mut buttons = vec![save];
    if id != RuleId::NEW {
        buttons.push(button(
            "btn",
            Some("trash"),
            text(lang, Key::RuleDelete),
            move || {
                s.send(Intent::RemoveRule { rule: id });
                s.go(Route::Rules);
            },
        ));
    }
    actions(buttons)
}
