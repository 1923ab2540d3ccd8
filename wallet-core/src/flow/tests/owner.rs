//! One test per transition of the owner's flows: what is stored before anything else, and what comes then.

use super::super::enrol::EnrolState;
use super::super::login::account;
use super::*;
use crate::books::Identity;
use crate::owner::{OwnerAt, OwnerSecret, OwnerStanding, Way, Words, kept_key, terminal_key};
use alloc::boxed::Box;
use saifu_crypto::agree::KeyPair;
use saifu_protocol::json;
use saifu_protocol::owner::{
    Answer, Assertion, By, Conversation, DeviceAdded, DeviceId, DeviceProof, DeviceStarted,
    EnrolFinish, Enrolled, EnrolmentId, Kept, LoggedIn, LoginFinished, LookUpId, PasskeyAlgorithm,
    PasskeyKey, Suite, WaysIn, signed_by_terminal,
};

const WORDS: &str = "lusab-babad-babad-babad-babad-zogid";
/// A challenge is given up 20 seconds before the safe gives it up.
const LATE: UnixTime = UnixTime(NOW.0 + 281);

/// A wallet whose owner is enrolled at its safe, of which so many are needed.
pub(super) struct Scene {
    pub(super) fixture: Fixture,
    pub(super) now: UnixTime,
}

impl Scene {
    pub(super) fn new(needed: u8) -> Self {
        let mut fixture = Fixture::new();
        let safe = fixture.safe();
        let identity = Identity {
            author: Secret::new([21; 32]),
            catalogue: Secret::new([22; 32]),
            restored: None,
        };
        let check = OwnerSecret::from(words()).check(&identity.root());
        let mut owner = Owner::new("hana".into(), needed, Some(check));
        owner.put(safe, 1, OwnerStanding::Enrolled);
        fixture.books.apply(alloc::vec![
            Change::Identify(identity),
            Change::Own(Some(owner)),
        ]);
        Self { fixture, now: NOW }
    }

    fn step(&self, login: &Login, input: Input) -> Step {
        let desk = Desk {
            stretch: Stretch::None,
            lock: crate::lock::Standing::Off,
            id: FLOW,
            books: &self.fixture.books,
            now: self.now,
            body: None,
            attempts: 0,
            waiting: None,
        };
        Flow::Login(login.clone()).step(input, &desk, &mut Counting(100))
    }

    fn login(&self, with: Way, aim: Aim) -> Login {
        Login::new(self.fixture.safe(), "hana", with, aim)
    }

    /// What comes of a step that goes on by itself.
    pub(super) fn next(&self, login: &Login, input: Input) -> Login {
        let step = self.step(login, input);
        assert!(matches!(step.next, Next::Again), "it goes on");
        assert_eq!(step.durability, Durability::Strict);
        match journaled(&step) {
            Some(Flow::Login(next)) => next.clone(),
            other => panic!("a login goes on as a login: {other:?}"),
        }
    }

    /// A login that the safe was asked to greet, and how it answers.
    fn greeting(&self, with: Way, aim: Aim) -> (Login, DeviceStarted, Conversation) {
        let login = self.next(&self.login(with, aim), Input::Start);
        let LoginState::Greeting { hello, request } = &login.state else {
            panic!("{:?}", login.state)
        };
        let safe = self.fixture.books.safe(self.fixture.safe()).unwrap();
        let theirs = KeyPair::new(&Secret::new([31; 32]));
        let said = Conversation {
            safe: safe.id,
            account: account(safe),
            request: *request,
            hello: PublicKey::new(KeyPair::new(hello).public()),
            greeting: PublicKey::new(theirs.public()),
            nonce: [32; 32],
        };
        let started = DeviceStarted {
            greeting: said.greeting,
            nonce: said.nonce,
            signature: said.sign(&self.fixture.key),
        };
        (login, started, said)
    }

    pub(super) fn challenged(&self, aim: Aim) -> Login {
        let (login, started, _) = self.greeting(Way::Passkey, aim);
        self.next(&login, Input::Owner(OwnerAnswer::DeviceStarted(started)))
    }

    /// A session for the ways in, in this state.
    fn managing(
        &self,
        doing: Option<Doing>,
        state: impl FnOnce(LoginState) -> LoginState,
    ) -> Login {
        let open = self.login(Way::Passkey, Aim::Ways(Managing::default()));
        let proving = self.next(&self.challenged(open.aim), Input::Shown(signed(None)));
        let inside = self.next(&proving, Input::Owner(logged_in()));
        let managing = Managing {
            doing,
            ..Managing::default()
        };
        Login {
            aim: Aim::Ways(managing),
            state: state(inside.state.clone()),
            ..inside
        }
    }
}

pub(super) fn words() -> Words {
    Words::read(WORDS).unwrap()
}

fn secret() -> Way {
    Way::secret(words())
}

pub(super) fn signed(derived: Option<Secret>) -> Shown {
    let assertion = Assertion {
        credential: alloc::vec![1],
        authenticator: alloc::vec![2],
        client: alloc::vec![3],
        signature: alloc::vec![4],
    };
    Shown::Signed { assertion, derived }
}

fn made(derives: bool) -> Shown {
    let key = PasskeyKey {
        credential: alloc::vec![1],
        algorithm: PasskeyAlgorithm::Ed25519,
        key: alloc::vec![2; 32],
    };
    Shown::Made { key, derives }
}

pub(super) fn logged_in() -> OwnerAnswer {
    OwnerAnswer::LoginFinished(LoginFinished::In(LoggedIn {
        session: SESSION,
        until: NOW,
        by: By::Device(DeviceId::new([1; 32])),
        is_changing: false,
        kept: Kept {
            share: Vec::new(),
            map: Vec::new(),
        },
        map: None,
        accounts: Vec::new(),
        guesses: 0,
        has_channel: true,
    }))
}

fn ways() -> OwnerAnswer {
    OwnerAnswer::Ways(Answer::Done(WaysIn {
        devices: Vec::new(),
        kit_since: None,
        history: Vec::new(),
    }))
}

fn session_of(state: &LoginState) -> super::super::login::Session {
    match state {
        LoginState::In { session } | LoginState::Open { session } => session.clone(),
        other => panic!("{other:?}"),
    }
}

fn name(login: &Login) -> alloc::string::String {
    alloc::format!("{:?}", login.state)
}

// ---- login by a device

#[test]
fn each_way_in_begins_with_what_it_takes() {
    let scene = Scene::new(2);
    let terminal = Way::Terminal {
        secret: Secret::new([1; 32]),
    };
    let kit = Way::Kit { words: words() };
    for (with, state) in [
        (secret(), "Starting"),
        (kit, "Starting"),
        (Way::Passkey, "Greeting"),
        (terminal, "Greeting"),
    ] {
        let next = scene.next(&scene.login(with, Aim::Restore), Input::Start);
        assert_eq!(name(&next), state);
        let request = |step: &Step| match &step.next {
            Next::Ask(_, request, _) => *request,
            _ => panic!("it asks"),
        };
        // After a crash it is the same request.
        let again = || request(&scene.step(&next, Input::Start));
        assert_eq!(again(), again());
    }
    let mut forgotten = scene.login(secret(), Aim::Ways(Managing::default()));
    forgotten.with = None;
    let step = scene.step(&forgotten, Input::Start);
    assert!(ends(&step));
    assert_eq!(notices(&step), [&Kind::OwnerSessionEnded]);
}

#[test]
fn from_its_session_on_a_login_has_a_channel_to_its_safe() {
    let scene = Scene::new(2);
    let ready = scene.login(Way::Passkey, Aim::Ways(Managing::default()));
    let proving = scene.next(&scene.challenged(ready.aim), Input::Shown(signed(None)));
    assert!(proving.channel().is_none());
    let inside = scene.next(&proving, Input::Owner(logged_in()));
    assert_eq!(inside.channel().unwrap().session, SESSION);
    // After a crash likewise.
    let journal = json::write(&inside);
    let stored: Login = json::read(&journal).unwrap();
    assert_eq!(stored.channel().unwrap().session, SESSION);
    // The session is over: the next one has another.
    let again = Login {
        state: LoginState::Ready,
        ..inside
    };
    assert!(again.channel().is_none());
}

#[test]
fn a_safe_or_a_record_of_before_has_no_channel() {
    let scene = Scene::new(2);
    let ready = scene.login(Way::Passkey, Aim::Ways(Managing::default()));
    let proving = scene.next(&scene.challenged(ready.aim), Input::Shown(signed(None)));
    let OwnerAnswer::LoginFinished(LoginFinished::In(mut told)) = logged_in() else {
        panic!("it is in")
    };
    told.has_channel = false;
    let of_before = OwnerAnswer::LoginFinished(LoginFinished::In(told));
    let inside = scene.next(&proving, Input::Owner(of_before));
    assert!(inside.channel().is_none());
    let journal = json::write_text(&inside);
    assert!(!journal.contains("has_channel"), "{journal}");
    let stored: Login = json::read(journal.as_bytes()).unwrap();
    assert!(stored.channel().is_none());
}

#[test]
fn greeted_by_somebody_else_nobody_is_asked_for_anything() {
    let scene = Scene::new(2);
    let spoilt: [fn(&mut DeviceStarted); 3] = [
        |it| it.signature[0] ^= 1,
        |it| it.nonce[0] ^= 1,
        |it| it.greeting = PublicKey::new([9; 32]),
    ];
    for spoil in spoilt {
        let (login, mut started, _) = scene.greeting(Way::Passkey, Aim::Restore);
        spoil(&mut started);
        let answer = Input::Owner(OwnerAnswer::DeviceStarted(started));
        assert!(waits(&scene.step(&login, answer), Waiting::Garbled));
        assert_eq!(login.ceremony(&scene.fixture.books), None);
    }
    let challenged = scene.challenged(Aim::Restore);
    let (_, _, said) = scene.greeting(Way::Passkey, Aim::Restore);
    let asked = challenged.ceremony(&scene.fixture.books);
    let Some(Ceremony::Get { challenge, .. }) = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(challenge, said.challenge());
}

#[test]
fn greeted_a_terminal_signs_at_once_with_the_key_of_this_safe() {
    let scene = Scene::new(2);
    let derived = Secret::new([1; 32]);
    let with = Way::Terminal {
        secret: derived.clone(),
    };
    let (login, started, said) = scene.greeting(with, Aim::Restore);
    let next = scene.next(&login, Input::Owner(OwnerAnswer::DeviceStarted(started)));
    let LoginState::Proving { finish, .. } = &next.state else {
        panic!("{:?}", next.state)
    };
    let key = terminal_key(&derived, scene.fixture.safe());
    let proof = DeviceProof::Terminal {
        key: PublicKey::new(key.public()),
        signature: key.sign(&signed_by_terminal(&said.challenge())),
    };
    assert_eq!((finish.login, &finish.proof), (said.request, &proof));
}

#[test]
fn challenged_rests_until_it_is_late() {
    let mut scene = Scene::new(2);
    let login = scene.challenged(Aim::Restore);
    assert!(matches!(scene.step(&login, Input::Start).next, Next::Rest));
    assert_eq!(
        name(&scene.next(&login, Input::Shown(signed(None)))),
        "Proving"
    );
    let other = scene.step(&login, Input::Shown(made(true)));
    assert!(other.changes.is_empty(), "nobody asked for that");
    scene.now = LATE;
    for input in [Input::Start, Input::Shown(signed(None))] {
        assert_eq!(name(&scene.next(&login, input)), "Ready");
    }
}

#[test]
fn proving_in_vain_is_told_unless_it_was_late() {
    let mut scene = Scene::new(2);
    let proving = scene.next(&scene.challenged(Aim::Restore), Input::Shown(signed(None)));
    let out = || Input::Owner(OwnerAnswer::LoginFinished(LoginFinished::Out));
    let step = scene.step(&proving, out());
    assert!(ends(&step));
    assert_eq!(notices(&step), [&Kind::DeviceUnknown]);
    scene.now = LATE;
    let again = scene.next(&proving, out());
    assert_eq!((&*name(&again), again.again), ("Ready", true));
    let twice = Login {
        again: true,
        ..proving
    };
    assert!(ends(&scene.step(&twice, out())));
}

#[test]
fn in_settles_what_an_attempt_by_the_same_kind_of_way_had_told_of_this_safe() {
    let mut scene = Scene::new(2);
    let here = scene.fixture.safe();
    let here: alloc::string::String = scene
        .fixture
        .books
        .safe(here)
        .unwrap()
        .address
        .as_str()
        .into();
    let told = |number: u8, kind: Kind, safe: &str| {
        Change::Notify(Notice {
            id: ItemId::new([number; 16]),
            at: NOW,
            subject: "hana".into(),
            safe: safe.into(),
            kind,
        })
    };
    scene.fixture.books.apply(alloc::vec![
        told(1, Kind::SecretWrong, &here),
        told(2, Kind::DeviceUnknown, &here),
        told(3, Kind::DeviceUnknown, "https://other.example"),
        told(4, Kind::OwnerRecordDamaged, &here),
        told(5, Kind::SecretWrong, "https://other.example"),
    ]);
    let settled = |login: &Login, by: By| -> Vec<ItemId> {
        let OwnerAnswer::LoginFinished(LoginFinished::In(mut inside)) = logged_in() else {
            panic!("it is in")
        };
        inside.by = by;
        let answer = OwnerAnswer::LoginFinished(LoginFinished::In(inside));
        let step = scene.step(login, Input::Owner(answer));
        let settled = step.changes.iter().filter_map(|change| match change {
            Change::Acknowledge(id) => Some(*id),
            _ => None,
        });
        settled.collect()
    };
    let aim = || Aim::Ways(Managing::default());
    let by_passkey = scene.next(&scene.challenged(aim()), Input::Shown(signed(None)));
    let device = By::Device(DeviceId::new([1; 32]));
    assert_eq!(settled(&by_passkey, device), [ItemId::new([2; 16])]);
    let by_words = Login {
        with: Some(secret()),
        ..by_passkey
    };
    assert_eq!(settled(&by_words, By::Newest), [ItemId::new([1; 16])]);
    // Somebody may have changed the words: that others open disproves nothing.
    for by in [By::Previous, By::Kit] {
        assert_eq!(settled(&by_words, by), []);
    }
}

/// A safe could otherwise give a wallet a root of its own making, and read what is sealed under it.
#[test]
fn what_lies_at_a_safe_without_a_seal_is_taken_only_if_it_is_worth_nothing_alone() {
    let scene = Scene::new(2);
    let root = scene.fixture.books.identity().unwrap().root();
    let share = |needed| crate::owner::deal(&root, needed, 1).unwrap().to_vec();
    let given = |share: Vec<u8>, way: Way| {
        let proving = match way {
            Way::Passkey => scene.next(&scene.challenged(Aim::Restore), Input::Shown(signed(None))),
            way => {
                let (login, started, _) = scene.greeting(way, Aim::Restore);
                scene.next(&login, Input::Owner(OwnerAnswer::DeviceStarted(started)))
            }
        };
        let OwnerAnswer::LoginFinished(LoginFinished::In(mut inside)) = logged_in() else {
            panic!("it is")
        };
        inside.kept.share = share;
        let answer = OwnerAnswer::LoginFinished(LoginFinished::In(inside));
        scene.step(&proving, Input::Owner(answer))
    };
    let terminal = Way::Terminal {
        secret: Secret::new([1; 32]),
    };
    assert!(notices(&given(share(2), Way::Passkey)).is_empty());
    for (share, way) in [(share(1), Way::Passkey), (share(2), terminal)] {
        let step = given(share, way);
        assert!(ends(&step));
        assert_eq!(notices(&step), [&Kind::OwnerRecordDamaged]);
    }
}

#[test]
fn whatever_it_is_doing_a_login_can_be_called_off_and_refused() {
    let scene = Scene::new(2);
    for login in [
        scene.login(secret(), Aim::Restore),
        scene.challenged(Aim::Restore),
        scene.managing(None, |state| state),
    ] {
        assert!(ends(&scene.step(&login, Input::CallOff)));
        let refused = Input::Refused(Code::Malformed.into());
        let step = scene.step(&login, refused);
        assert_eq!(notices(&step), [&Kind::RefusedBySafe]);
    }
}

// ---- the ways in

#[test]
fn in_for_the_ways_what_opened_it_is_forgotten_and_the_list_rests() {
    let scene = Scene::new(2);
    let inside = scene.managing(None, |state| state);
    assert_eq!((&*name(&inside), &inside.with), ("In", &None));
    assert!(matches!(
        scene.step(&inside, Input::Start).next,
        Next::Ask(_, _, Question::Owner(OwnerQuestion::Ways(_)))
    ));
    let open = scene.next(&inside, Input::Owner(ways()));
    assert_eq!(name(&open), "Open");
    assert!(matches!(scene.step(&open, Input::Start).next, Next::Rest));
    let out = scene.step(&inside, Input::Owner(OwnerAnswer::Ways(Answer::Out)));
    assert!(ends(&out));
    assert_eq!(notices(&out), [&Kind::OwnerSessionEnded]);
    let owner = |step: &Step| {
        step.changes.iter().find_map(|change| match change {
            Change::Own(Some(owner)) => Some(owner.at.clone()),
            _ => None,
        })
    };
    // That a session is over says nothing about the recovery secret there.
    let stands = |at: Vec<OwnerAt>| at[0].standing == OwnerStanding::Enrolled;
    assert!(owner(&out).is_some_and(stands));
}

#[test]
fn open_does_what_is_wanted_and_nothing_else_does() {
    let scene = Scene::new(2);
    let open = scene.managing(None, |state| LoginState::Open {
        session: session_of(&state),
    });
    let device = DeviceId::new([7; 32]);
    let name_it = || "key".into();
    let table: [(Doing, &str); 8] = [
        (Doing::AddPasskey { name: name_it() }, "Making"),
        (
            Doing::AddTerminal {
                name: name_it(),
                secret: Secret::new([1; 32]),
            },
            "Adding",
        ),
        (Doing::Remove { device }, "remove"),
        (
            Doing::Rename {
                device,
                name: name_it(),
            },
            "rename",
        ),
        (Doing::MakeKit { words: words() }, "Evaluating"),
        (Doing::RevokeKit, "revoke"),
        (Doing::Freeze, "freeze"),
        (Doing::Unfreeze, "unfreeze"),
    ];
    for (doing, then) in table {
        let inside = scene.next(&open, Input::Do(doing.clone()));
        assert_eq!(name(&inside), "In");
        let step = scene.step(&inside, Input::Start);
        let asks = match &step.next {
            Next::Ask(_, _, Question::Owner(OwnerQuestion::DeviceRemove(_))) => "remove",
            Next::Ask(_, _, Question::Owner(OwnerQuestion::DeviceRename(_))) => "rename",
            Next::Ask(_, _, Question::Owner(OwnerQuestion::KitRevoke(_))) => "revoke",
            Next::Ask(_, _, Question::Owner(OwnerQuestion::Freeze(_))) => "freeze",
            Next::Ask(_, _, Question::Owner(OwnerQuestion::Unfreeze(_))) => "unfreeze",
            _ => "",
        };
        let goes_on = journaled(&step).map(|flow| match flow {
            Flow::Login(login) => name(login),
            other => panic!("{other:?}"),
        });
        assert_eq!(goes_on.as_deref().unwrap_or(asks), then);
        // One thing after the other.
        let busy = scene.step(&inside, Input::Do(doing));
        assert!(busy.changes.is_empty());
    }
}

#[test]
fn what_is_said_of_a_freeze_in_a_session_is_written_down() {
    use saifu_protocol::owner::{Froze, Frozen, Thawed, WayKind};
    let mut scene = Scene::new(2);
    let frozen = Frozen {
        since: NOW,
        alone: None,
    };
    let froze = |froze| Input::Owner(OwnerAnswer::Froze(Answer::Done(froze)));
    let thawed = |thawed| Input::Owner(OwnerAnswer::Thawed(Answer::Done(thawed)));
    let half = Thawed::Half {
        by: WayKind::Words,
        until: NOW,
        frozen,
    };
    let table = [
        (Doing::Freeze, froze(Froze::Frozen(frozen)), 1, false),
        (Doing::Unfreeze, thawed(half), 1, true),
        // Once more: what was shown of the same freeze stays shown.
        (Doing::Freeze, froze(Froze::Frozen(frozen)), 1, true),
        (Doing::Unfreeze, thawed(Thawed::Thawed), 0, false),
    ];
    for (doing, input, count, is_half) in table {
        let inside = scene.managing(Some(doing), |state| state);
        let step = scene.step(&inside, input);
        assert!(matches!(step.next, Next::Again));
        scene.fixture.books.apply(step.changes);
        let known = scene.fixture.books.watch().unwrap().frozen.clone();
        assert_eq!(known.len(), count);
        assert_eq!(known.iter().any(|it| it.half.is_some()), is_half);
    }
    let inside = scene.managing(Some(Doing::Freeze), |state| state);
    let step = scene.step(&inside, froze(Froze::TooFewWays));
    assert_eq!(notices(&step), [&Kind::FreezeTooFewWays]);
    for out in [
        OwnerAnswer::Froze(Answer::Out),
        OwnerAnswer::Thawed(Answer::Out),
    ] {
        assert!(ends(&scene.step(&inside, Input::Owner(out))));
    }
}

#[test]
fn settled_goes_on_to_the_map_that_devices_read() {
    let scene = Scene::new(2);
    let login = Login {
        aim: Aim::Settle,
        ..scene.managing(None, |state| state)
    };
    let done = || Input::Owner(OwnerAnswer::Done(Answer::Done(NOW)));
    let mapping = scene.next(&login, done());
    assert_eq!(name(&mapping), "Mapping");
    assert!(ends(&scene.step(&mapping, done())));
}

#[test]
fn a_kit_that_was_made_is_known_again_until_it_is_another() {
    let scene = Scene::new(2);
    let kit = |step: &Step| {
        step.changes.iter().find_map(|change| match change {
            Change::Own(Some(owner)) => Some(owner.kit(scene.fixture.safe())),
            _ => None,
        })
    };
    let made = scene.managing(Some(Doing::MakeKit { words: words() }), |state| state);
    let desk = Desk {
        stretch: Stretch::None,
        lock: crate::lock::Standing::Off,
        id: FLOW,
        books: &scene.fixture.books,
        now: NOW,
        body: None,
        attempts: 0,
        waiting: None,
    };
    let step = made.done(&session_of(&made.state), &desk);
    assert_eq!(kit(&step), Some(Some(words().kit_mark())));
    let ended = scene.managing(Some(Doing::RevokeKit), |state| state);
    let step = ended.done(&session_of(&ended.state), &desk);
    assert_eq!(kit(&step), Some(None));
}

#[test]
fn made_without_secrets_goes_on_only_where_one_safe_is_not_enough() {
    for (needed, derives, then) in [
        (1, false, "In"),
        (1, true, "Made"),
        (2, false, "Made"),
        (2, true, "Made"),
    ] {
        let scene = Scene::new(needed);
        let name_it = "key".into();
        let doing = Some(Doing::AddPasskey { name: name_it });
        let making = scene.managing(doing, |state| LoginState::Making {
            session: session_of(&state),
        });
        assert!(matches!(
            making.ceremony(&scene.fixture.books),
            Some(Ceremony::Create { .. })
        ));
        let step = scene.step(&making, Input::Shown(made(derives)));
        let is_told = notices(&step) == [&Kind::DeviceKeepsNoSecret];
        assert_eq!(is_told, then == "In");
        let next = scene.next(&making, Input::Shown(made(derives)));
        assert_eq!(name(&next), then);
        if then == "Made" {
            let derived = derives.then(|| Secret::new([1; 32]));
            let adding = scene.next(&next, Input::Shown(signed(derived)));
            assert_eq!(name(&adding), "Adding");
            // The owner is told where the share lies open.
            let added = || Input::Owner(OwnerAnswer::DeviceAdded(Answer::Done(DeviceAdded::Added)));
            let step = scene.step(&adding, added());
            let open = Kind::DeviceShareOpen { needed };
            assert_eq!(notices(&step) == [&open], !derives, "{needed} {derives}");
            assert_eq!(name(&scene.next(&adding, added())), "Mapping");
        }
    }
}

#[test]
fn adding_is_told_or_mapped() {
    let scene = Scene::new(2);
    let doing = Some(Doing::AddTerminal {
        name: "key".into(),
        secret: Secret::new([1; 32]),
    });
    let inside = scene.managing(doing, |state| state);
    let adding = scene.next(&inside, Input::Start);
    let table = [
        (DeviceAdded::Added, "Mapping", None),
        (DeviceAdded::TooMany, "In", Some(Kind::DeviceTooMany)),
        (DeviceAdded::NotProved, "In", Some(Kind::DeviceNotProved)),
    ];
    for (added, then, told) in table {
        let answer = || Input::Owner(OwnerAnswer::DeviceAdded(Answer::Done(added)));
        let step = scene.step(&adding, answer());
        assert_eq!(notices(&step), told.iter().collect::<Vec<_>>());
        assert_eq!(name(&scene.next(&adding, answer())), then);
    }
    assert!(!Flow::Login(adding).can_call_off(&scene.fixture.books));
}

// ---- records

#[test]
fn a_login_of_before_there_were_devices_reads() {
    let safe = Scene::new(1).fixture.safe();
    let old = alloc::format!(
        r#"{{"safe":"{safe}","name":"hana","words":"{WORDS}","which":"previous","aim":"restore","again":true,"state":"ready"}}"#
    );
    let login: Login = saifu_protocol::json::read(old.as_bytes()).unwrap();
    assert_eq!(login.with, Some(secret()));
    assert!(login.again && login.aim == Aim::Restore);
    let written = saifu_protocol::json::write(&login);
    let again: Login = saifu_protocol::json::read(&written).unwrap();
    assert_eq!(again.with, login.with);
    // The key of a session was always there.
    let old = r#"{"session":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","export":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"}"#;
    let keys: super::super::login::SessionKeys =
        saifu_protocol::json::read(old.as_bytes()).unwrap();
    assert_eq!(saifu_protocol::json::write(&keys), old.as_bytes());
}

#[test]
fn no_debug_output_shows_what_a_login_is_with() {
    let scene = Scene::new(2);
    let marked = Secret::new([0xAB; 32]);
    let terminal = Way::Terminal {
        secret: marked.clone(),
    };
    let doing = Doing::AddTerminal {
        name: "key".into(),
        secret: marked.clone(),
    };
    let login = scene.login(
        terminal,
        Aim::Ways(Managing {
            doing: Some(doing),
            ..Managing::default()
        }),
    );
    let shown = alloc::format!(
        "{login:?} {:?}",
        signed(Some(kept_key(&marked, login.safe)))
    );
    assert!(
        !shown.contains("171") && !shown.contains("lusab"),
        "{shown}"
    );
}

// ---- enrol

fn enrol(scene: &Scene, state: EnrolState) -> Flow {
    Flow::Enrol(Enrol {
        safe: scene.fixture.safe(),
        name: "hana".into(),
        secret: words().into(),
        number: 1,
        state,
    })
}

fn finishing() -> EnrolState {
    EnrolState::Finishing {
        finish: EnrolFinish {
            look_up: LookUpId::new([1; 32]),
            enrolment: EnrolmentId::new([1; 16]),
            suite: Suite::Opaque1,
            record: [1; saifu_crypto::opaque::RECORD_LEN],
            kept: Kept {
                share: Vec::new(),
                map: Vec::new(),
            },
        },
        request: REQUEST,
    }
}

#[test]
fn enrol_is_blinded_once_and_asks_the_same_again() {
    let scene = Scene::new(1);
    let step = scene
        .fixture
        .step(&enrol(&scene, EnrolState::Ready), None, Input::Start);
    let Some(evaluating @ Flow::Enrol(_)) = journaled(&step) else {
        panic!("it goes on")
    };
    let request = || match scene.fixture.step(evaluating, None, Input::Start).next {
        Next::Ask(_, request, Question::Owner(OwnerQuestion::EnrolStart(start))) => {
            (request, start)
        }
        _ => panic!("it asks"),
    };
    assert_eq!(request(), request());
}

#[test]
fn enrol_waits_until_the_safe_has_ended_what_was_called_off() {
    let mut scene = Scene::new(1);
    let retire = retire(PAPER, scene.fixture.safe(), &mut Counting(0));
    scene.fixture.books.apply(alloc::vec![retire]);
    let flow = enrol(&scene, EnrolState::Ready);
    let step = scene.fixture.step(&flow, None, Input::Start);
    assert!(waits(&step, Waiting::EndingFirst));
}

#[test]
fn enrol_ends_as_the_safe_says() {
    let scene = Scene::new(1);
    let flow = enrol(&scene, finishing());
    assert!(!flow.can_call_off(&scene.fixture.books));
    let answer = |enrolled| Input::Owner(OwnerAnswer::Enrolled(enrolled));
    let step = scene.fixture.step(&flow, None, answer(Enrolled::Wait(60)));
    assert!(waits(&step, Waiting::TooManyGuesses));
    let refused = Input::Refused(Code::Malformed.into());
    for (input, told, standing) in [
        (answer(Enrolled::Enrolled), None, OwnerStanding::Enrolled),
        (
            answer(Enrolled::Taken),
            Some(Kind::OwnerNameTaken),
            OwnerStanding::Taken,
        ),
        (refused, Some(Kind::RefusedBySafe), OwnerStanding::Refused),
    ] {
        let step = scene.fixture.step(&flow, None, input);
        assert!(ends(&step));
        assert_eq!(notices(&step), told.iter().collect::<Vec<_>>());
        let stands = step.changes.iter().any(|change| match change {
            Change::Own(Some(owner)) => owner.at[0].standing == standing,
            _ => false,
        });
        assert!(stands, "{standing:?}");
    }
    // To something that nobody asked nothing is answered.
    let started = Box::new(Answer::Done(DeviceAdded::Added));
    let other = Input::Owner(OwnerAnswer::DeviceAdded(*started));
    assert!(waits(
        &scene.fixture.step(&flow, None, other),
        Waiting::Garbled
    ));
}
