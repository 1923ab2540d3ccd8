//! The fields into which name and recovery secret are typed, what else an owner shows of themselves, and what the screens of
//! the owner show of the safes.
//!
//! The words stay in their field until they are sent. What is kept of them here is how far they are.

use crate::page::device;
use crate::page::node::{El, Node, div, el};
use crate::page::parts::{
    actions, button, chip, halves, icon, notice, option, quiet, rows, safe_name, select, small_icon,
};
use crate::page::secret::{self, Typed};
use crate::page::service::Service;
use crate::page::touch::{self, Touch};
use crate::page::words::{self, Halves, Key, text};
use leptos::prelude::*;
use saifu_protocol::owner::OwnerName;
use saifu_wallet_core::flow::Ceremony;
use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::lock::strength::{self, Grade};
use saifu_wallet_core::notice::{Kind, Notice};
use saifu_wallet_core::owner::{
    NotPassword, NotWords, OwnerSecret, OwnerStanding, Password, SecretKind, Way, Words,
};
use saifu_wallet_core::view::{Job, OwnerCard, OwnerView};
use zeroize::Zeroizing;

const NAME: &str = "owner-name";
const PROOF: &str = "proof";
const NEW_PASSWORD: &str = "password-new";
const PASSWORD_AGAIN: &str = "password-again";

/// How a password holds that is being chosen. It says nothing of the password itself, so it may be kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judged {
    /// It reads as six words.
    Words,
    /// It is refused.
    Weak,
    /// It is enrolled, with so many bits, and money stays away from it.
    Fair(usize),
    /// It holds by itself.
    Strong(usize),
}

fn judge(typed: &str, name: &str) -> Option<Judged> {
    if typed.is_empty() {
        return None;
    }
    let bits = || strength::bits(typed, name);
    Some(match Password::read(typed) {
        Err(NotPassword::Words) => Judged::Words,
        Err(NotPassword::Empty | NotPassword::TooLong) => Judged::Weak,
        Ok(password) => match password.grade(name) {
            Err(_) => Judged::Weak,
            Ok(Grade::Fair) => Judged::Fair(bits()),
            Ok(Grade::Strong) => Judged::Strong(bits()),
        },
    })
}

/// What is wrong with what was sent off, beside what can be seen while it is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refused {
    Name,
    /// There were too few of them.
    Words,
    /// They are not those that were shown.
    Other,
    /// They are not those of the kit.
    OtherKit,
    /// There is no password, or one that can't be any.
    Password,
    /// It is not the same twice.
    Differs,
    /// With the name it did not open at a safe.
    NotOpened,
}

/// What is typed.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    s: Service,
    /// The field of the words, and what it is called.
    id: &'static str,
    label: Key,
    /// The name as it is typed: no secret, so it stays where the field goes and comes again.
    named: RwSignal<String>,
    typed: RwSignal<Typed>,
    refused: RwSignal<Option<Refused>>,
    /// The field of a password.
    password_id: &'static str,
    /// Whether the secret is a password of the owner's own.
    own: RwSignal<bool>,
    /// What it is as far as the wallet knows.
    expected: RwSignal<Option<bool>>,
    /// How a password that is being chosen holds; nothing before its first character.
    judged: RwSignal<Option<Judged>>,
}

impl Fields {
    pub(super) fn new(s: Service) -> Self {
        Self::of(s, ("words", "password"), Key::WordsSix)
    }

    /// For a secret that is to open no more.
    pub(super) fn before(s: Service) -> Self {
        Self::of(s, ("words-before", "password-before"), Key::WordsBefore)
    }

    fn of(s: Service, (id, password_id): (&'static str, &'static str), label: Key) -> Self {
        Self {
            s,
            id,
            password_id,
            own: RwSignal::new(false),
            expected: RwSignal::new(None),
            judged: RwSignal::new(None),
            label,
            named: RwSignal::new(String::new()),
            typed: RwSignal::new(Typed::SoFar(0)),
            refused: RwSignal::new(None),
        }
    }

    /// The same under another label.
    pub(super) fn called(self, label: Key) -> Self {
        Self { label, ..self }
    }

    /// The field for the name.
    pub(super) fn name(self, hint: Key) -> Node {
        let s = self.s;
        let is_bad = self.refused.get() == Some(Refused::Name);
        let problem = is_bad.then(|| s.text(Key::OwnerNameBad).into());
        let input = el("input")
            .fixed("type", "text")
            .fixed("autocomplete", "username")
            .initial(self.named.get_untracked())
            .on("input", move |event| {
                self.named.set(device::value_of(&event));
            });
        let hint = el("p").child(s.text(hint));
        field(NAME, s.text(Key::OwnerName), input, hint, problem)
    }

    /// The name, if it can be one.
    pub(super) fn read_name(self) -> Option<String> {
        let name = secret::name(&device::plain(&device::typed(NAME)));
        match OwnerName::new(&name) {
            Ok(_) => Some(name),
            Err(_) => {
                self.refuse(Refused::Name, NAME);
                None
            }
        }
    }

    /// The field for the words. It says which of them is wrong as soon as that can be seen.
    pub(super) fn words(self) -> Node {
        let (s, lang) = (self.s, self.s.lang.get());
        let typed = self.typed.get();
        let wrong = match (typed, self.refused.get()) {
            (Typed::Wrong(why), _) => Some(why),
            (Typed::SoFar(have), Some(Refused::Words)) => Some(NotWords::Count { have }),
            _ => None,
        };
        let problem = match (wrong, self.refused.get()) {
            (Some(why), _) => {
                let Halves { what, now } = words::not_words(lang, why);
                Some(format!("{what} {now}"))
            }
            (None, Some(Refused::Other)) => Some(text(lang, Key::WordsNotShown).into()),
            (None, Some(Refused::OtherKit)) => Some(text(lang, Key::KitOther).into()),
            (None, Some(Refused::NotOpened)) => Some(text(lang, Key::SecretNotOpened).into()),
            (None, _) => None,
        };
        let so_far: Node = match typed {
            Typed::SoFar(0) | Typed::Wrong(_) => text(lang, Key::WordsHint).into(),
            Typed::SoFar(have) => words::typed_so_far(lang, have).into(),
            Typed::Whole => text(lang, Key::WordsWhole).into(),
        };
        let input = el("textarea")
            .fixed("rows", "2")
            .fixed("autocomplete", "off")
            .on("keydown", |event| device::send_on_enter(&event))
            .on("input", move |event| {
                let said = Zeroizing::new(device::value_of(&event));
                self.refused.set(None);
                self.typed
                    .set(secret::look(secret::words_of(&device::plain(&said))));
            });
        let hint = el("p").fixed("role", "status").child(so_far);
        field(self.id, s.text(self.label), input, hint, problem)
    }

    /// The words, if they are a secret.
    pub(super) fn read_words(self) -> Option<Words> {
        let said = Zeroizing::new(device::typed(self.id));
        let words = Words::read(secret::words_of(&device::plain(&said))).ok();
        if words.is_none() {
            self.refuse(Refused::Words, self.id);
        }
        words
    }

    /// As long as nothing is typed, the field is for this kind of secret.
    pub(super) fn expect(self, kind: SecretKind) {
        let is_password = kind.is_password();
        if self.expected.get_untracked() != Some(is_password) {
            self.expected.set(Some(is_password));
            self.own.set(is_password);
        }
    }

    /// The field for whichever secret opens, and the way to the other field.
    pub(super) fn secret(self) -> Node {
        let s = self.s;
        let (field, other) = match self.own.get() {
            true => (self.password(), Key::HaveWords),
            false => (self.words(), Key::HavePassword),
        };
        let other = button(
            "btn btn--quiet btn--small",
            None,
            s.text(other),
            move || {
                self.refused.set(None);
                self.own.update(|own| *own = !*own);
            },
        );
        Node::Many(vec![field, one(other)])
    }

    fn password(self) -> Node {
        let s = self.s;
        let label = match self.label {
            Key::WordsBefore => Key::PasswordBefore,
            _ => Key::PasswordOwn,
        };
        let input = el("input")
            .fixed("type", "password")
            .fixed("autocomplete", "current-password")
            .on("input", move |_| self.refused.set(None));
        let hint = el("p").words(s.text(Key::PasswordHint));
        let problem = match self.refused.get() {
            Some(Refused::Password) => Some(s.text(Key::PasswordNone).into()),
            Some(Refused::NotOpened) => Some(s.text(Key::SecretNotOpened).into()),
            _ => None,
        };
        field(self.password_id, s.text(label), input, hint, problem)
    }

    /// The secret, if what was typed can be one.
    pub(super) fn read_secret(self) -> Option<OwnerSecret> {
        if !self.own.get_untracked() {
            return self.read_words().map(OwnerSecret::Words);
        }
        let typed = Zeroizing::new(device::typed(self.password_id));
        let secret = OwnerSecret::read_password(&device::composed(&typed)).ok();
        if secret.is_none() {
            self.refuse(Refused::Password, self.password_id);
        }
        secret
    }

    /// Two fields for a password that is chosen, and what it is worth, for an owner of this name.
    pub(super) fn choose_password(self, name: impl Fn() -> String + 'static) -> Node {
        let s = self.s;
        let lang = s.lang.get();
        let judged = self.judged.get();
        let refused = self.refused.get();
        let first = el("input")
            .fixed("type", "password")
            .fixed("autocomplete", "new-password")
            .on("input", move |event| {
                let typed = device::composed(&Zeroizing::new(device::value_of(&event)));
                self.refused.set(None);
                self.judged.set(judge(&typed, &name()));
            });
        let below = match judged {
            None => text(lang, Key::PasswordRule).to_owned(),
            Some(Judged::Words) => text(lang, Key::PasswordIsWords).to_owned(),
            Some(Judged::Weak) => text(lang, Key::PasswordWeak).to_owned(),
            Some(Judged::Fair(bits)) => words::password_fair(lang, bits),
            Some(Judged::Strong(bits)) => words::password_strong(lang, bits),
        };
        let hint = el("p").fixed("role", "status").child(below);
        let is_bad = refused == Some(Refused::Password);
        let problem = is_bad.then(|| s.text(Key::PasswordWeak).into());
        let first = field(NEW_PASSWORD, s.text(Key::PasswordNew), first, hint, problem);
        let again = el("input")
            .fixed("type", "password")
            .fixed("autocomplete", "new-password")
            .on("input", move |_| self.refused.set(None));
        let hint = el("p").words(s.text(Key::PasswordHint));
        let differs = refused == Some(Refused::Differs);
        let problem = differs.then(|| s.text(Key::LockPasscodeDiffers).into());
        let label = s.text(Key::PasswordAgain);
        Node::Many(vec![
            first,
            field(PASSWORD_AGAIN, label, again, hint, problem),
        ])
    }

    /// The password that was chosen, if it may be one and was typed the same twice.
    pub(super) fn read_chosen(self, name: &str) -> Option<OwnerSecret> {
        let [typed, again] = [NEW_PASSWORD, PASSWORD_AGAIN].map(|id| {
            let typed = Zeroizing::new(device::typed(id));
            device::composed(&typed)
        });
        let judged = judge(&typed, name);
        if !matches!(judged, Some(Judged::Fair(_) | Judged::Strong(_))) {
            self.judged.set(judged);
            self.refuse(Refused::Password, NEW_PASSWORD);
            return None;
        }
        if typed != again {
            self.refuse(Refused::Differs, PASSWORD_AGAIN);
            return None;
        }
        Password::read(&typed).ok().map(OwnerSecret::Password)
    }

    /// They were others than those of the kit.
    pub(super) fn refuse_kit(self) {
        self.refuse(Refused::OtherKit, self.id);
    }

    /// They were others than those that were shown.
    pub(super) fn refuse_words(self) {
        self.refuse(Refused::Other, self.id);
    }

    fn refuse(self, why: Refused, at: &'static str) {
        self.refused.set(Some(why));
        device::focus_first(&format!("#{at}"));
    }

    /// Forgets what was typed of the secret.
    pub(super) fn forget(self) {
        for id in [self.id, self.password_id, NEW_PASSWORD, PASSWORD_AGAIN] {
            device::clear(id);
        }
        self.judged.set(None);
        self.typed.set(Typed::SoFar(0));
    }
}

/// By what an owner shows who they are, in the order in which they are offered.
const WAYS: [Key; 5] = [
    Key::ByWords,
    Key::ByPassword,
    Key::ByKit,
    Key::ByPasskey,
    Key::ByTerminal,
];

/// Which of the ways in is taken, and what that takes.
#[derive(Clone, Copy)]
pub(super) struct Proof {
    pub(super) fields: Fields,
    chosen: RwSignal<usize>,
}

impl Proof {
    pub(super) fn new(s: Service) -> Self {
        Self {
            fields: Fields::new(s),
            chosen: RwSignal::new(0),
        }
    }

    /// The fields. `name`: what stands below that for the name, where it is asked for.
    pub(super) fn fields(self, name: Option<Key>) -> Vec<Node> {
        let s = self.fields.s;
        let options = WAYS.into_iter().enumerate();
        let options = options.map(|(at, key)| option(at, s.text(key))).collect();
        let (chosen, label) = (self.chosen, s.text(Key::OpenBy));
        let way = select(PROOF.into(), label, options, chosen.get(), move |at| {
            chosen.set(at);
        });
        let mut all = vec![way];
        let typed = match WAYS.get(chosen.get()) {
            Some(Key::ByWords) => Some(self.fields.words()),
            Some(Key::ByKit) => Some(self.fields.called(Key::KitWords).words()),
            Some(Key::ByPassword) => Some(self.fields.password()),
            _ => None,
        };
        if let Some(typed) = typed {
            all.extend(name.map(|hint| self.fields.name(hint)));
            all.push(typed);
        }
        all
    }

    /// What was typed did not open at a safe: the field of the secret says so.
    pub(super) fn not_opened(self) {
        self.fields.refused.set(Some(Refused::NotOpened));
    }

    /// The fields are there again: the focus goes to what has to be given once more.
    pub(super) fn focus(self) {
        let at = match WAYS.get(self.chosen.get_untracked()) {
            Some(Key::ByWords | Key::ByKit) => self.fields.id,
            Some(Key::ByPassword) => self.fields.password_id,
            _ => PROOF,
        };
        device::soon(move || device::focus_first(&format!("#{at}")));
    }

    /// The name, where it is asked for, and the way; as soon as both are there.
    pub(super) fn read(self, with_name: bool, then: impl FnOnce(String, Way) + 'static) {
        let s = self.fields.s;
        let chosen = self.chosen.get_untracked();
        match WAYS.get(chosen) {
            Some(Key::ByPasskey) => then(String::new(), Way::Passkey),
            Some(Key::ByTerminal) => {
                let known = s.owner.with_untracked(|owner| owner.terminal.clone());
                touch::terminal(s, known, false, move |secret| {
                    then(String::new(), Way::Terminal { secret });
                });
            }
            way => {
                let name = match with_name {
                    true => self.fields.read_name(),
                    false => Some(String::new()),
                };
                let Some(name) = name else { return };
                self.fields.own.set(way == Some(&Key::ByPassword));
                let way = match way {
                    Some(Key::ByKit) => self.fields.read_words().map(|words| Way::Kit { words }),
                    _ => self.fields.read_secret().map(Way::secret),
                };
                if let Some(way) = way {
                    self.fields.forget();
                    then(name, way);
                }
            }
        }
    }
}

/// How far a ceremony with an authenticator is, and why it came to nothing.
pub(super) fn touched(s: Service) -> Node {
    let why = match s.touch.get() {
        Touch::None => return Node::Nothing,
        Touch::UnderWay => {
            let asks = quiet(s.text(Key::TouchUnderWay));
            return asks.fixed("role", "status").into();
        }
        Touch::Failed(why) => why,
    };
    let words = words::not_touched(s.lang.get(), why);
    let told = halves("warn", "warn", None, words, None, Vec::new());
    div("").fixed("role", "alert").child(told).into()
}

/// The button by which an authenticator does what a job waits for. `is_open`: a session is open already.
fn touch_button(s: Service, job: &Job, is_open: bool) -> Option<Node> {
    let (id, ceremony) = (job.id, job.ceremony.clone()?);
    let label = match &ceremony {
        Ceremony::Create { .. } => Key::PasskeyMake,
        Ceremony::Get { .. } if is_open => Key::PasskeyTry,
        Ceremony::Get { .. } => Key::PasskeyUse,
    };
    let class = "btn btn--small btn--primary";
    Some(button(class, Some("key"), s.text(label), move || {
        touch::present(s, id, ceremony.clone());
    }))
}

/// What is typed is not changed or completed by the browser, and described by what stands below.
pub(super) fn field(
    id: &'static str,
    label: &'static str,
    input: El,
    hint: El,
    problem: Option<String>,
) -> Node {
    let (hint_id, problem_id) = (format!("{id}-hint"), format!("{id}-problem"));
    let input = input
        .class("input")
        .fixed("id", id)
        .fixed("autocapitalize", "off")
        .fixed("spellcheck", "false")
        .attr("aria-describedby", format!("{hint_id} {problem_id}"))
        .attr_if(problem.is_some(), "aria-invalid", "true");
    let problem = problem.map(|words| {
        el("p")
            .class("field-error")
            .child(small_icon("warn"))
            .child(el("span").child(words))
    });
    div("field")
        .child(el("label").fixed("for", id).words(label))
        .child(input)
        .child(hint.class("hint").attr("id", hint_id))
        .child(
            el("div")
                .attr("id", problem_id)
                .fixed("role", "alert")
                .child(problem),
        )
        .into()
}

/// A form that does something when it is sent.
pub(super) fn form(fields: Vec<Node>, words: &'static str, send: impl Fn() + 'static) -> El {
    let button = el("button")
        .class("btn btn--primary")
        .fixed("type", "submit")
        .words(words);
    el("form")
        .class("stack")
        .fixed("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            send();
        })
        .child(fields)
        .child(div("actions").child(button))
}

/// What has to be known of the owner's own record, until it is acknowledged.
pub(super) fn told(s: Service) -> Vec<Node> {
    let is_its = |it: &&Notice| {
        matches!(
            it.kind,
            Kind::OwnerNameTaken
                | Kind::SecretWrong
                | Kind::SecretOther
                | Kind::MoneyAtSafes
                | Kind::OwnerRecordDamaged
                | Kind::OwnerSessionEnded
                | Kind::DeviceUnknown
                | Kind::DeviceKeepsNoSecret
                | Kind::DeviceShareOpen { .. }
                | Kind::DeviceTooMany
                | Kind::DeviceNotProved
                | Kind::NotEmpty
        )
    };
    let notices = s.notices.get();
    let its = notices.iter().filter(is_its);
    its.map(|it| notice(s, it)).collect()
}

/// Whether enough safes know the owner for everything to come back.
pub(super) fn is_ready(owner: &OwnerView) -> bool {
    owner.name.is_some() && count_ready(owner) >= usize::from(owner.needed.max(1))
}

/// How many safes open with the newest words.
pub(super) fn count_ready(owner: &OwnerView) -> usize {
    let opens = |card: &&OwnerCard| {
        matches!(
            card.standing,
            Some(OwnerStanding::Enrolled | OwnerStanding::Both)
        )
    };
    owner.safes.iter().filter(opens).count()
}

/// Whether a safe knows the owner, by whichever words.
pub(super) fn knows(card: &OwnerCard) -> bool {
    card.standing.is_some_and(OwnerStanding::knows)
}

/// The jobs at work with the owner's record.
pub(super) fn jobs(s: Service, owner: &OwnerView) -> Vec<Job> {
    let jobs = owner.safes.iter().filter_map(|card| card.job);
    jobs.filter_map(|id| s.job(id)).collect()
}

/// Whether nothing works with a safe that does not know the owner, or did not open.
pub(super) fn is_left(card: &OwnerCard) -> bool {
    card.job.is_none() && !knows(card) && card.standing != Some(OwnerStanding::Taken)
}

/// Each safe, and what is true there. `stop` is what calls the work with it off.
pub(super) fn safes(s: Service, cards: &[OwnerCard], restoring: bool, stop: Key) -> Node {
    let list = cards.iter().map(|card| safe(s, card, restoring, stop));
    rows(list.collect())
}

fn safe(s: Service, card: &OwnerCard, restoring: bool, stop: Key) -> Node {
    let lang = s.lang.get();
    let job = card.job.and_then(|id| s.job(id));
    let waits = job.as_ref().is_some_and(|job| job.waiting.is_some());
    let state = match card.standing {
        _ if waits => "local",
        None => "local",
        Some(OwnerStanding::Asking) => "moving",
        Some(OwnerStanding::Enrolled) if job.is_some() => "moving",
        Some(OwnerStanding::Old | OwnerStanding::Both) => "local",
        Some(OwnerStanding::Enrolled) => "safe",
        Some(OwnerStanding::Taken | OwnerStanding::Wrong | OwnerStanding::Refused) => "failed",
    };
    let stage = job.as_ref().map(|job| words::stage(lang, job.stage));
    let found = card.found.filter(|_| restoring && job.is_none());
    let words = el("span")
        .class("row-main")
        .child(el("span").child(safe_name(&card.operator, &card.address)))
        .child(stage.map(|stage| el("span").child(stage)))
        .child(found.map(|found| el("span").child(words::found(lang, found))));
    let touch = job.as_ref();
    let touch = touch.and_then(|job| touch_button(s, job, card.ways.is_some()));
    let stop = job.filter(|job| job.can_call_off).map(|job| {
        let id = job.id;
        button("btn btn--small", None, text(lang, stop), move || {
            s.send(Intent::CallOff { job: id });
        })
    });
    // Beside the chip, so that the words have the whole width of a phone.
    let below = el("span")
        .class("split")
        .child(chip(
            state,
            words::owner_standing(lang, card.standing, restoring),
        ))
        .child(touch)
        .child(stop);
    let row = div("row")
        .child(el("span").class("mark").child(icon("safe")))
        .child(words.child(below));
    el("li").child(row).into()
}

/// A way on, by itself.
pub(super) fn one(button: Node) -> Node {
    actions(vec![button])
}
