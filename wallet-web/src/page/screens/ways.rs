//! By what the owner gets in at their safes: passkeys, the kit, and what happened. Seen and changed in sessions that end with the
//! screen.

use crate::page::device;
use crate::page::format;
use crate::page::node::{Node, div, el};
use crate::page::parts::{
    actions, button, chip, dialog, dialog_title, dismiss, halves, head, icon, keep_dialog, link,
    quiet, rows, safe_name, section,
};
use crate::page::route::Route;
use crate::page::screens::freeze;
use crate::page::screens::recovery::sheet;
use crate::page::screens::released;
use crate::page::screens::secret::{self, Proof, one};
use crate::page::screens::values;
use crate::page::service::Service;
use crate::page::touch;
use crate::page::words::{self, Halves, Key, text};
use leptos::prelude::*;
use saifu_protocol::owner::{By, DeviceId, Event};
use saifu_protocol::{SafeId, UnixTime};
use saifu_wallet_core::bearer::What;
use saifu_wallet_core::flow::Doing;
use saifu_wallet_core::ids::FlowId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::owner::{MAX_DEVICE_NAME_CHARS, Words};
use saifu_wallet_core::view::{
    DeviceCard, HistoryLine, Opened, OwnerCard, OwnerView, Stage, Task, WaysView,
};

const DIALOG: &str = "change-device";
const COPY_DIALOG: &str = "last-copy";
const NAME: &str = "device-name";
const OTHER_NAME: &str = "device-other-name";
/// How much of what happened is shown at once.
const SHOWN_HISTORY: usize = 20;

/// The screen.
pub(super) fn ways(s: Service) -> Node {
    let ways = Ways {
        s,
        proof: Proof::new(s),
        is_name_bad: RwSignal::new(false),
        is_changing: RwSignal::new(false),
        changing: RwSignal::new(None),
        kit: RwSignal::new(KitAt::Shown),
        sent: RwSignal::new(Vec::new()),
        copied: RwSignal::new(None),
        is_copying: RwSignal::new(false),
    };
    on_cleanup(move || ways.leave());
    Effect::new(move |_| ways.forget_kit_if_taken());
    keep_dialog(DIALOG, ways.is_changing);
    keep_dialog(COPY_DIALOG, ways.is_copying);
    Node::live(move || {
        let owner = s.owner.get();
        let words = ways.kit_words();
        let (kept, content) = match &words {
            Some(words) if ways.shows_kit(&owner) => (None, ways.kit(&owner, words)),
            _ => (ways.kept(words.as_ref(), &owner), ways.content(&owner)),
        };
        let content = div("stack stack--wide")
            .child(freeze::cards(s))
            .child(secret::told(s))
            .child(kept)
            .child(content);
        let change = dialog(DIALOG, ways.is_changing, move || ways.change());
        Node::Many(vec![
            head(s, s.text(Key::WaysTitle), Some(Route::Settings), None),
            content.into(),
            change,
            dialog(COPY_DIALOG, ways.is_copying, move || {
                released::question(s, ways.copied, ways.is_copying)
            }),
        ])
    })
}

/// A device at a safe, in the session that told of it.
#[derive(Clone, PartialEq, Eq)]
struct Changing {
    job: FlowId,
    device: DeviceId,
    name: String,
}

/// How far the kit is whose words are here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KitAt {
    /// They are shown.
    Shown,
    /// They are typed from the paper.
    Typed,
    /// They are on their way to the safes.
    Sent,
}

#[derive(Clone, Copy)]
struct Ways {
    s: Service,
    proof: Proof,
    is_name_bad: RwSignal<bool>,
    is_changing: RwSignal<bool>,
    changing: RwSignal<Option<Changing>>,
    kit: RwSignal<KitAt>,
    /// To which safes a kit is on its way, and since when another one opened there before.
    sent: RwSignal<Vec<(SafeId, Option<UnixTime>)>>,
    /// Of what a copy is to be got, before that is confirmed.
    copied: RwSignal<Option<What>>,
    is_copying: RwSignal<bool>,
}

impl Ways {
    /// Sessions end with the screen, and with them what it has shown.
    fn leave(self) {
        self.end_sessions();
        self.s.close();
    }

    fn end_sessions(self) {
        let jobs = self.s.jobs.with_untracked(|jobs| {
            let its = jobs.iter().filter(|job| job.task == Task::Ways);
            its.map(|job| job.id).collect::<Vec<FlowId>>()
        });
        for job in jobs {
            self.s.send(Intent::CallOff { job });
        }
    }

    fn content(self, owner: &OwnerView) -> Node {
        let s = self.s;
        let lang = s.lang.get();
        let known: Vec<OwnerCard> = owner
            .safes
            .iter()
            .filter(|card| secret::knows(card))
            .cloned()
            .collect();
        if known.is_empty() {
            let words = text(lang, Key::RecoveryTitle);
            return Node::Many(vec![
                el("p").words(text(lang, Key::WaysNoWords)).into(),
                one(link("btn btn--primary", Route::Recovery, None, words)),
            ]);
        }
        let is_at_work = known.iter().any(|card| self.is_its(card));
        if !is_at_work {
            return self.prove(&known);
        }
        // What had the focus has gone with each step.
        device::focus_heading_if_lost();
        let is_open = known.iter().any(|card| card.ways.is_some());
        let done = button("btn", None, text(lang, Key::WaysDone), move || {
            self.end_sessions();
        });
        let waits = values::waits(s, &secret::jobs(s, owner));
        let list = secret::safes(s, &known, false, Key::WaysDone);
        let add = is_open.then(|| self.add());
        let each = known.iter().filter_map(|card| self.safe(card));
        Node::Many(vec![
            waits.into(),
            section(s, "owner-safes", Key::RestoreSafes, list),
            secret::touched(s),
            is_open.then(|| self.freeze()).into(),
            add.into(),
            Node::Many(each.collect()),
            is_open
                .then(|| {
                    released::released(s, owner, (self.copied, self.is_copying), move || {
                        self.everywhere(&Doing::LookBack);
                    })
                })
                .into(),
            is_open.then(|| self.offer_kit()).into(),
            one(done),
        ])
    }

    /// Whether what works there is of this screen.
    fn is_its(self, card: &OwnerCard) -> bool {
        let job = card.job.and_then(|id| self.s.job(id));
        job.is_some_and(|job| job.task == Task::Ways)
    }

    fn prove(self, known: &[OwnerCard]) -> Node {
        let s = self.s;
        let safes: Vec<SafeId> = known.iter().map(|card| card.safe).collect();
        let fields = self.proof.fields(None);
        let form = secret::form(fields, s.text(Key::WaysProveDo), move || {
            let safes = safes.clone();
            self.proof.read(false, move |_, by| {
                // A kit that is kept goes on where it was.
                self.kit.update(|at| {
                    if *at == KitAt::Sent {
                        *at = KitAt::Typed;
                    }
                });
                s.send(Intent::OpenWays { safes, by });
            });
        });
        let content = div("stack").child(form).child(secret::touched(s));
        Node::Many(vec![
            el("p").words(s.text(Key::WaysLead)).into(),
            section(s, "prove", Key::WaysProve, content),
        ])
    }

    /// The sessions in which something can be done now.
    fn open_jobs(self) -> Vec<FlowId> {
        let s = self.s;
        let owner = s.owner.get_untracked();
        let open = owner.safes.iter().filter(|card| card.ways.is_some());
        let jobs = open.filter_map(|card| untrack(|| s.job(card.job?)));
        let ready = jobs.filter(|job| job.stage == Stage::Managing);
        ready.map(|job| job.id).collect()
    }

    fn everywhere(self, doing: &Doing) {
        for job in self.open_jobs() {
            let doing = doing.clone();
            self.s.send(Intent::Manage { job, doing });
        }
    }

    /// What was typed as a name, if it can be one.
    fn read_name(self, id: &'static str) -> Option<String> {
        let typed = device::typed(id);
        let name = typed.trim();
        let fits = !name.is_empty() && name.chars().count() <= MAX_DEVICE_NAME_CHARS;
        self.is_name_bad.set(!fits);
        if !fits {
            device::focus_first(&format!("#{id}"));
        }
        fits.then(|| name.to_owned())
    }

    fn name_field(self, id: &'static str, shown: Option<String>) -> Node {
        let s = self.s;
        let problem = self.is_name_bad.get();
        let problem = problem.then(|| s.text(Key::DeviceNameBad).to_owned());
        let input = el("input")
            .fixed("type", "text")
            .fixed("autocomplete", "off")
            .initial(shown.unwrap_or_default());
        let hint = el("p").words(s.text(Key::DeviceNameHint));
        secret::field(id, s.text(Key::DeviceName), input, hint, problem)
    }

    fn add(self) -> Node {
        let s = self.s;
        let form = secret::form(
            vec![self.name_field(NAME, None)],
            s.text(Key::DeviceAddDo),
            move || {
                if let Some(name) = self.read_name(NAME) {
                    self.everywhere(&Doing::AddPasskey { name });
                }
            },
        );
        let label = s.text(Key::TerminalAddDo);
        let terminal = button("btn", Some("key"), label, move || {
            let Some(name) = self.read_name(NAME) else {
                return;
            };
            let known = s.owner.with_untracked(|owner| owner.terminal.clone());
            touch::terminal(s, known, true, move |secret| {
                self.everywhere(&Doing::AddTerminal { name, secret });
            });
        });
        let content = div("stack")
            .child(el("p").words(s.text(Key::DeviceAddText)))
            .child(form)
            .child(quiet(s.text(Key::TerminalAddText)))
            .child(one(terminal));
        section(s, "add-device", Key::DeviceAdd, content)
    }

    fn safe(self, card: &OwnerCard) -> Option<Node> {
        let s = self.s;
        let lang = s.lang.get();
        let (ways, job) = (card.ways.as_ref()?, card.job?);
        let id = format!("ways-{}", card.safe);
        let devices = ways.devices.iter().map(|it| self.device(job, it));
        let kit = ways.kit_since.map(|since| {
            let since = words::kit_since(lang, &format::time_day(lang, since));
            let end = text(lang, Key::KitRevoke);
            let end = button("btn btn--small", None, end, move || {
                let doing = Doing::RevokeKit;
                s.send(Intent::Manage { job, doing });
            });
            let paper = chip("safe", text(lang, Key::KitPaper));
            way_in(
                "certificate",
                text(lang, Key::Kit).into(),
                since,
                paper,
                end,
            )
        });
        let all: Vec<Node> = devices.chain(kit).collect();
        let all = (!all.is_empty()).then(|| rows(all));
        let no_device = ways.devices.is_empty();
        let no_device = no_device.then(|| quiet(text(lang, Key::DevicesNone)));
        let no_kit = ways.kit_since.is_none();
        let no_kit = no_kit.then(|| quiet(text(lang, Key::KitNone)));
        let summary = el("summary").words(text(lang, Key::History));
        let history = el("details").child(summary).child(self.history(ways));
        let name = safe_name(&card.operator, &card.address);
        let section = el("section")
            .class("stack")
            .attr("aria-labelledby", id.clone())
            .child(el("h2").attr("id", id).child(name))
            .child(all)
            .child(no_device)
            .child(no_kit)
            .child(history);
        Some(section.into())
    }

    fn device(self, job: FlowId, card: &DeviceCard) -> Node {
        let lang = self.s.lang.get();
        let name = card.name.clone();
        let name = name.unwrap_or_else(|| text(lang, Key::DeviceNameless).into());
        let day = |time| format::time_day(lang, time);
        let used = card.used.map(day);
        let since = words::since_and_used(lang, &day(card.since), used.as_deref());
        let kind = match card.is_passkey {
            true => Key::DevicePasskey,
            false => Key::DeviceTerminal,
        };
        let changing = Changing {
            job,
            device: card.id,
            name: name.clone(),
        };
        let label = text(lang, Key::DeviceChange);
        let change = button("btn btn--small", None, label, move || {
            self.is_name_bad.set(false);
            self.changing.set(Some(changing.clone()));
            self.is_changing.set(true);
        });
        way_in("key", name, since, chip("safe", text(lang, kind)), change)
    }

    fn history(self, ways: &WaysView) -> Node {
        let lang = self.s.lang.get();
        if ways.history.is_empty() {
            return quiet(text(lang, Key::HistoryNone)).into();
        }
        let named = |id: DeviceId| {
            let device = ways.devices.iter().find(|it| it.id == id);
            device.and_then(|it| it.name.as_deref())
        };
        let line = |it: &HistoryLine| {
            let device = match it.what {
                Event::LoggedIn {
                    by: By::Device(id), ..
                }
                | Event::Cloned(id)
                | Event::DeviceAdded(id)
                | Event::DeviceRemoved(id) => named(id),
                _ => None,
            };
            let what = words::happened(lang, it.what, device);
            let here = match it.is_here {
                true => Key::HistoryHere,
                false => Key::HistoryElsewhere,
            };
            let when = format!("{} · {}", format::time(lang, it.at), text(lang, here));
            let words = el("span")
                .class("row-main")
                .child(el("span").child(what))
                .child(el("span").child(when));
            el("li").child(div("row").child(words)).into()
        };
        rows(ways.history.iter().take(SHOWN_HISTORY).map(line).collect())
    }

    /// What is in the dialog.
    fn change(self) -> Node {
        let s = self.s;
        let Some(Changing { job, device, name }) = self.changing.get() else {
            return Node::Nothing;
        };
        let does = move |doing| {
            s.send(Intent::Manage { job, doing });
            dismiss(self.is_changing);
        };
        let rename = secret::form(
            vec![self.name_field(OTHER_NAME, Some(name))],
            s.text(Key::DeviceRename),
            move || {
                if let Some(name) = self.read_name(OTHER_NAME) {
                    does(Doing::Rename { device, name });
                }
            },
        );
        let remove = s.text(Key::DeviceRemoveDo);
        let remove = button("btn btn--danger", Some("trash"), remove, move || {
            does(Doing::Remove { device });
        });
        let cancel = button("btn", None, s.text(Key::Keep), move || {
            dismiss(self.is_changing);
        });
        Node::Many(vec![
            dialog_title(s.text(Key::DeviceChangeTitle)).into(),
            rename.into(),
            el("p").words(s.text(Key::DeviceRemoveText)).into(),
            actions(vec![remove, cancel]),
        ])
    }

    fn kit_words(self) -> Option<Words> {
        self.s.opened.with(|opened| match opened {
            Some(Opened::Secret { words }) => Some(words.clone()),
            Some(Opened::Value { .. } | Opened::Certificate { .. } | Opened::Papers { .. })
            | None => None,
        })
    }

    /// Whether its words are to be read or typed.
    fn shows_kit(self, owner: &OwnerView) -> bool {
        let is_open = owner.safes.iter().any(|card| card.ways.is_some());
        is_open && self.kit.get() != KitAt::Sent
    }

    /// What has become of a kit at each safe it was sent to: whether it opens there, and nothing where that session is over.
    fn taken(self, owner: &OwnerView) -> Vec<Option<bool>> {
        let of = |(safe, before): &(SafeId, Option<UnixTime>)| {
            let card = owner.safes.iter().find(|card| card.safe == *safe);
            let ways = card.and_then(|card| card.ways.as_ref());
            ways.map(|ways| ways.kit_since != *before)
        };
        self.sent.with(|sent| sent.iter().map(of).collect())
    }

    fn forget_kit_if_taken(self) {
        let is_sent = self.kit.get() == KitAt::Sent && self.kit_words().is_some();
        let taken = self.s.owner.with(|owner| self.taken(owner));
        if is_sent && !taken.is_empty() && taken.iter().all(|it| *it == Some(true)) {
            self.s.close();
        }
    }

    /// That the words of a kit are kept for the safes whose session was over when they came.
    fn kept(self, words: Option<&Words>, owner: &OwnerView) -> Option<Node> {
        words?;
        let is_under_way = self.kit.get() == KitAt::Sent && {
            let taken = self.taken(owner);
            taken.contains(&Some(false)) || !taken.contains(&None)
        };
        let s = self.s;
        let said = Halves::new(s.text(Key::KitKept), s.text(Key::KitKeptNow));
        (!is_under_way).then(|| halves("warn", "warn", Some("alert"), said, None, Vec::new()))
    }

    /// Nothing comes or goes while it is frozen, so that stands before what adds and removes.
    fn freeze(self) -> Node {
        let s = self.s;
        let is_frozen = s.waits.with(|waits| !waits.frozen.is_empty());
        let (text, label, doing) = match is_frozen {
            true => (Key::ThawText, Key::ThawDo, Doing::Unfreeze),
            false => (Key::FreezeText, Key::FreezeDo, Doing::Freeze),
        };
        let act = button("btn", Some("lock"), s.text(label), move || {
            self.everywhere(&doing);
        });
        let content = div("stack")
            .child(el("p").words(s.text(text)))
            .child(one(act));
        section(s, "freeze", Key::Freeze, content)
    }

    fn offer_kit(self) -> Node {
        let s = self.s;
        let label = s.text(Key::KitMake);
        let make = button("btn", Some("certificate"), label, move || {
            self.kit.set(KitAt::Shown);
            s.send(Intent::OfferSecret);
        });
        let content = div("stack")
            .child(el("p").words(s.text(Key::KitText)))
            .child(one(make));
        section(s, "kit", Key::Kit, content)
    }

    /// The paper of the kit, and then what was on it.
    fn kit(self, owner: &OwnerView, words: &Words) -> Node {
        let s = self.s;
        device::focus_heading_if_lost();
        if self.kit.get() == KitAt::Shown {
            let name = owner.name.clone().unwrap_or_default();
            let print = button("btn", Some("print"), s.text(Key::Print), device::print);
            let written = s.text(Key::WordsWritten);
            let go_on = button("btn btn--primary", None, written, move || {
                self.kit.set(KitAt::Typed);
            });
            return Node::Many(vec![
                quiet(s.text(Key::WordsText)).class("no-print").into(),
                sheet(s, Key::Kit, name, words).into(),
                actions(vec![go_on, print]),
            ]);
        }
        let shown = words.clone();
        let fields = self.proof.fields;
        let form = secret::form(vec![fields.words()], s.text(Key::KitEnrol), move || {
            let Some(words) = fields.read_words() else {
                return;
            };
            if words != shown {
                return fields.refuse_words();
            }
            fields.forget();
            // Kept until a safe says that it has them: a session that is over is found out only by that.
            let cards = s.owner.get_untracked().safes;
            let open = cards.iter().filter_map(|card| {
                let ways = card.ways.as_ref()?;
                Some((card.safe, ways.kit_since))
            });
            self.sent.set(open.collect());
            self.kit.set(KitAt::Sent);
            self.everywhere(&Doing::MakeKit { words });
        });
        let again = button("btn btn--quiet", None, s.text(Key::WordsAgain), move || {
            fields.forget();
            self.kit.set(KitAt::Shown);
        });
        let lead = el("p").words(s.text(Key::WordsFromPaper));
        Node::Many(vec![lead.into(), form.into(), one(again)])
    }
}

/// One of the ways in at a safe, and what can be done with it.
fn way_in(picture: &'static str, name: String, since: String, kind: Node, change: Node) -> Node {
    let below = el("span").class("split").child(kind).child(change);
    let words = el("span")
        .class("row-main")
        .child(el("span").child(name))
        .child(el("span").child(since))
        .child(below);
    let row = div("row")
        .child(el("span").class("mark").child(icon(picture)))
        .child(words);
    el("li").child(row).into()
}
