//! By what the owner gets in at their safes: passkeys, the kit, and what happened. Seen and changed in sessions that end with the
//! screen.

use crate::page::device;
use crate::page::format;
use crate::page::node::{Node, div, el};
use crate::page::parts::{
    actions, button, chip, dialog, dialog_title, dismiss, head, icon, keep_dialog, link, quiet,
    rows, safe_name, section,
};
use crate::page::route::Route;
use crate::page::screens::freeze;
use crate::page::screens::kit::{self, Kit};
use crate::page::screens::lock::said;
use crate::page::screens::released;
use crate::page::screens::secret::{self, Proof, one};
use crate::page::screens::values;
use crate::page::service::Service;
use crate::page::touch;
use crate::page::words::{self, Key, text};
use leptos::prelude::*;
use saifu_protocol::SafeId;
use saifu_protocol::owner::{By, DeviceId, Event};
use saifu_wallet_core::bearer::What;
use saifu_wallet_core::flow::Doing;
use saifu_wallet_core::ids::FlowId;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::lock::{Said, View, Wish};
use saifu_wallet_core::owner::MAX_DEVICE_NAME_CHARS;
use saifu_wallet_core::view::{
    DeviceCard, HistoryLine, OwnerCard, OwnerView, Stage, Task, WaysView,
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
        copied: RwSignal::new(None),
        is_copying: RwSignal::new(false),
        is_freezing: RwSignal::new(false),
        was_frozen: StoredValue::new(false),
        kit: Kit::new(s),
    };
    on_cleanup(move || ways.leave());
    keep_dialog(DIALOG, ways.is_changing);
    keep_dialog(COPY_DIALOG, ways.is_copying);
    keep_dialog(freeze::DIALOG, ways.is_freezing);
    Node::live(move || {
        let owner = s.owner.get();
        let lock = s.lock.get();
        let content = match lock.kit {
            Some(_) => ways.make_kit(&lock),
            None => ways.content(&owner, &lock),
        };
        // What this browser has to say of it; what the safes say is told as always.
        let of_lock = match lock.said {
            Some(said @ (Said::NotStored | Said::OtherWords)) => said::said(s, said),
            _ => None,
        };
        let content = div("stack stack--wide")
            .child(freeze::cards(s))
            .child(of_lock)
            .child(secret::told(s))
            .child(content);
        let change = dialog(DIALOG, ways.is_changing, move || ways.change());
        Node::Many(vec![
            head(s, s.text(Key::WaysTitle), Some(Route::Settings), None),
            content.into(),
            change,
            dialog(COPY_DIALOG, ways.is_copying, move || {
                released::question(s, ways.copied, ways.is_copying)
            }),
            freeze::question(s, ways.is_freezing, move || ways.everywhere(&Doing::Freeze)),
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

#[derive(Clone, Copy)]
struct Ways {
    s: Service,
    proof: Proof,
    is_name_bad: RwSignal<bool>,
    is_changing: RwSignal<bool>,
    changing: RwSignal<Option<Changing>>,
    /// Of what a copy is to be got, before that is confirmed.
    copied: RwSignal<Option<What>>,
    is_copying: RwSignal<bool>,
    /// Before everything is frozen.
    is_freezing: RwSignal<bool>,
    /// Whether something was frozen while this screen was there.
    was_frozen: StoredValue<bool>,
    kit: Kit,
}

impl Ways {
    /// Sessions end with the screen, and with them what it has shown.
    fn leave(self) {
        self.end_sessions();
        self.s.wish(Wish::PutAway);
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

    fn content(self, owner: &OwnerView, lock: &View) -> Node {
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
            is_open.then(|| self.offer_kit(owner, lock)).into(),
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

    /// Nothing comes or goes while it is frozen, so that stands before what adds and removes.
    fn freeze(self) -> Node {
        let s = self.s;
        let is_frozen = s.waits.with(|waits| !waits.frozen.is_empty());
        let has_two = |card: &OwnerCard| {
            let ways = card.ways.as_ref();
            ways.is_some_and(|it| !it.devices.is_empty() || it.kit_since.is_some())
        };
        let has_two = s.owner.with(|owner| owner.safes.iter().any(has_two));
        let text = match is_frozen {
            true => Key::ThawText,
            false => Key::FreezeText,
        };
        let act = match (is_frozen, has_two) {
            (true, _) => one(button("btn", Some("key"), s.text(Key::ThawDo), move || {
                self.everywhere(&Doing::Unfreeze);
            })),
            // Where it was lifted is the button that freezes: so it asks.
            (false, true) => {
                let label = s.text(Key::FreezeDo);
                one(button(
                    "btn btn--danger",
                    Some("refused"),
                    label,
                    move || {
                        self.is_freezing.set(true);
                    },
                ))
            }
            (false, false) => quiet(s.text(Key::FreezeTwoFirst)).into(),
        };
        let content = div("stack")
            .child(el("p").words(s.text(text)))
            .child(act)
            .child(freeze::outcome(s, self.was_frozen));
        section(s, "freeze", Key::Freeze, content)
    }

    /// What the kit opens, what it could open besides, another one, and its end.
    fn offer_kit(self, owner: &OwnerView, lock: &View) -> Node {
        let s = self.s;
        let reaches = kit::reaches(lock, owner);
        let is_open = |card: &&OwnerCard| card.ways.is_some();
        let open = owner.safes.iter().filter(is_open);
        // The lock's kit, for safes that are open now; or theirs, for the lock.
        let more = reaches.and_then(|reaches| {
            let mark = reaches.mark;
            let lacks = open.clone().any(|card| card.kit != Some(mark));
            match (reaches.here, lacks) {
                (true, true) => Some(self.kit.again(mark, Key::KitTellSafes, move |words| {
                    self.everywhere(&Doing::MakeKit { words });
                })),
                (true, false) => None,
                (false, _) => Some(self.kit.again(mark, Key::KitTellLock, move |words| {
                    s.wish(Wish::TakeKit(words.clone()));
                    kit::add(s, words);
                })),
            }
        });
        let make = s.text(match reaches {
            Some(_) => Key::LockKitAgain,
            None => Key::KitMake,
        });
        let make = button("btn", Some("certificate"), make, move || {
            self.kit.begin();
            s.wish(Wish::OfferKit);
        });
        let opens = |card: &OwnerCard| card.ways.as_ref().is_some_and(|it| it.kit_since.is_some());
        let is_any = lock.kit_method().is_some() || open.clone().any(opens);
        let end = is_any.then(|| {
            let method = lock.kit_method().map(|it| it.id);
            // A lock keeps the last method it has.
            let method = method.filter(|_| !lock.is_last());
            button("btn", None, s.text(Key::KitEnd), move || {
                self.everywhere(&Doing::RevokeKit);
                if let Some(method) = method {
                    s.wish(Wish::Remove {
                        method,
                        may_switch_off: false,
                    });
                }
            })
        });
        let stays = (lock.is_last() && lock.kit_method().is_some())
            .then(|| quiet(s.text(Key::KitLastOfLock)));
        let content = div("stack")
            .child(el("p").words(s.text(Key::KitText)))
            .child(reaches.map(|it| self.kit.says(it)))
            .child(more)
            .child(stays)
            .child(actions(core::iter::once(make).chain(end).collect()));
        section(s, "kit", Key::Kit, content)
    }

    /// The paper of the kit, and then what was on it: for this browser, and for the safes that are open.
    fn make_kit(self, lock: &View) -> Node {
        let s = self.s;
        device::focus_heading_if_lost();
        let back = button(
            "btn btn--quiet",
            Some("back"),
            s.text(Key::Back),
            move || {
                self.kit.end();
                s.wish(Wish::PutAway);
            },
        );
        let sheet = self.kit.sheet(lock, move |words| {
            self.kit.end();
            self.everywhere(&Doing::MakeKit { words });
        });
        Node::Many(vec![sheet, one(back)])
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
