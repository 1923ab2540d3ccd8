//! Owners as a wallet sees them, from bytes to bytes. What is decided of them has tests of its own beside it.

use super::*;
use crate::entry::Entry;
use crate::ledger::{Change, Ledger as _};
use crate::owner::Owner;
use saifu_crypto::opaque::{enrol, log_in};
use saifu_crypto::stretch::Stretch;
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::limits::MAX_OWNER_PAGE;
use saifu_protocol::message::{EntryState, Given};
use saifu_protocol::owner::{
    Act as OwnerAct, Answer, EnrolFinish, EnrolStart, EnrolStarted, Enrolled, EnrolmentId,
    InSession, Kept, LoggedIn, LoginFinish, LoginFinished, LoginStart, LoginStarted, LookUpId,
    Note, OwnerEntry, OwnerListItem, OwnerPage, OwnerRecoverItem, Purpose as OwnerPurpose,
    SessionProof, Suite, Which, parties,
};
use saifu_protocol::presentation::NO_SESSION;

const HANA: LookUpId = LookUpId::new([0x4A; 32]);

/// A session as the wallet has it.
pub(super) struct Inside {
    key: Secret,
    pub(super) told: LoggedIn,
}

impl World {
    fn ask<I: Serialize, O: DeserializeOwned>(&mut self, route: Route, item: I) -> O {
        let request = self.next_request();
        done(self.call(route, request, vec![item]).unwrap().remove(0))
    }

    pub(super) fn enrol(&mut self, secret: &[u8]) -> Enrolled {
        let enrolment = EnrolmentId::make(&mut self.rng);
        let (state, request) = enrol(secret, &mut self.rng).unwrap();
        let started: EnrolStarted = self.ask(
            Route::OwnerEnrolStart,
            EnrolStart {
                look_up: HANA,
                enrolment,
                request,
            },
        );
        let (response, safe) = (started.response, self.keys.id());
        let parties = parties(&HANA, &safe);
        let enrolled = state.finish(secret, &response, parties, Stretch::None, &mut self.rng);
        let finish = EnrolFinish {
            look_up: HANA,
            enrolment,
            suite: Suite::Opaque1,
            record: *enrolled.unwrap().record.as_bytes(),
            kept: Kept {
                share: vec![1],
                map: vec![2],
            },
        };
        self.ask(Route::OwnerEnrolFinish, finish)
    }

    pub(super) fn log_in(&mut self, secret: &[u8]) -> Inside {
        let (state, ke1) = log_in(secret, &mut self.rng).unwrap();
        let login = self.next_request();
        let start = LoginStart {
            look_up: HANA,
            which: Which::Newest,
            ke1,
        };
        let started = self.call(Route::OwnerLoginStart, login, vec![start]);
        let LoginStarted::Challenge { ke2, .. } = done(started.unwrap().remove(0)) else {
            panic!("no guess was left")
        };
        let safe = self.keys.id();
        let parties = parties(&HANA, &safe);
        let finished = state.finish(secret, &ke2, parties, Stretch::None, &mut self.rng);
        let finished = finished.unwrap();
        let finish = LoginFinish {
            login,
            ke3: finished.ke3,
        };
        let LoginFinished::In(told) = self.ask(Route::OwnerLoginFinish, finish) else {
            panic!("not let in")
        };
        Inside {
            key: finished.session_key,
            told,
        }
    }

    pub(super) fn within(&self, inside: &Inside, request: RequestId, act: OwnerAct) -> InSession {
        let purpose = OwnerPurpose {
            safe: self.keys.id(),
            account: PublicKey::new(self.account.public()),
            request,
            act,
        };
        InSession {
            session: inside.told.session,
            proof: SessionProof::derive(&inside.key, &purpose),
        }
    }

    fn page(
        &mut self,
        inside: &Inside,
        act: OwnerAct,
        after: Option<String>,
    ) -> Outcome<Answer<OwnerPage>> {
        self.page_of(inside, act, after, false)
    }

    fn page_of(
        &mut self,
        inside: &Inside,
        act: OwnerAct,
        after: Option<String>,
        last_resort: bool,
    ) -> Outcome<Answer<OwnerPage>> {
        let request = self.next_request();
        let within = self.within(inside, request, act);
        let item = OwnerListItem {
            within,
            after,
            last_resort,
        };
        let pages = self.call(Route::OwnerList, request, vec![item]);
        pages.unwrap().remove(0)
    }

    /// Every page of the owner's list.
    fn owned(&mut self, inside: &Inside) -> Vec<Vec<OwnerEntry>> {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let Answer::Done(page) = done(self.page(inside, OwnerAct::List, after)) else {
                panic!("no session")
            };
            pages.push(page.entries);
            after = page.next;
            if after.is_none() {
                return pages;
            }
        }
    }

    fn register_noted(&mut self, count: u8) -> Vec<(Held, Note)> {
        self.register_noted_of(&vec![ObjectClass::Value; usize::from(count)])
    }

    fn register_noted_of(&mut self, classes: &[ObjectClass]) -> Vec<(Held, Note)> {
        let made: Vec<(RegisterItem, Secret)> = (0..)
            .zip(classes)
            .map(|(n, class): (u8, _)| {
                let holder = Secret::make(&mut self.rng);
                let item = RegisterItem {
                    wait: 0,
                    orders: None,
                    object: vec![n; usize::from(n) + 1],
                    holder: holder_of(&holder),
                    given: Some(Given {
                        class: *class,
                        digest: saifu_protocol::Digest::default().into(),
                    }),
                    note: Some(Note::new(holder.expose_secret().to_vec()).unwrap()),
                };
                (item, holder)
            })
            .collect();
        let (request, items) = (
            self.next_request(),
            made.iter().map(|(item, _)| item.clone()).collect(),
        );
        let outcomes: Vec<Outcome<Registered>> =
            self.call(Route::Register, request, items).unwrap();
        let held = made.into_iter().zip(outcomes);
        held.map(|((item, holder), outcome)| {
            let held = Held {
                holder,
                object: item.object,
                certificate: done(outcome).certificate,
            };
            (held, item.note.unwrap())
        })
        .collect()
    }

    fn with_another_account(&mut self) {
        self.account = SigningKey::derive(&Secret::make(&mut self.rng));
    }

    fn names(&self) -> Vec<&Owner> {
        self.owners.owners().collect()
    }
}

#[test]
fn owner_with_everything_lost_finds_certificates_and_what_it_takes_to_use_them() {
    let mut world = World::new();
    let before = world.register_noted(20);
    assert_eq!(world.enrol(b"six words"), Enrolled::Enrolled);
    let after = world.register_noted(15);
    world.with_another_account();
    let of_another = world.register_noted(1);
    let inside = world.log_in(b"six words");
    let pages = world.owned(&inside);
    let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [MAX_OWNER_PAGE, 10]);
    let wanted = before.iter().chain(&after);
    let wanted: Vec<OwnerEntry> = wanted
        .map(|(held, note)| OwnerEntry {
            certificate: held.certificate.clone(),
            state: EntryState::Registered,
            since: None,
            until: None,
            session: None,
            size: u64::try_from(held.object.len()).unwrap(),
            note: Some(note.clone()),
        })
        .collect();
    assert_eq!(pages.concat(), wanted);
    assert!(
        !wanted
            .iter()
            .any(|entry| entry.certificate == of_another[0].0.certificate)
    );
    // What is in a note is enough to recover.
    let seed = wanted[30].note.as_ref().unwrap().as_bytes();
    let found = Held {
        holder: Secret::new(seed.try_into().unwrap()),
        object: Vec::new(),
        certificate: wanted[30].certificate.clone(),
    };
    assert_eq!(done(world.recover(&found, A)).object, vec![10; 11]);
    let now = world.owned(&inside).concat();
    assert_eq!(now[30].state, EntryState::Withdrawing);
    done(world.end_held(Act::Ack, &found, A));
    let handed_out_at = world.now;
    // It is listed as long as it is kept: as a last resort.
    let now = world.owned(&inside).concat();
    assert_eq!(now.len(), 35);
    assert_eq!(
        (now[30].state, now[30].since),
        (EntryState::Withdrawn, Some(handed_out_at))
    );
    world.purge(&found);
    let now = world.owned(&inside).concat();
    assert_eq!(now.len(), 34);
    assert!(
        now.iter()
            .all(|entry| entry.certificate != found.certificate)
    );
}

#[test]
fn owner_list_takes_a_session_for_it_and_a_cursor_of_this_safe() {
    let mut world = World::new();
    world.register_noted(1);
    world.enrol(b"six words");
    let inside = world.log_in(b"six words");
    let of_another_act = world.page(&inside, OwnerAct::Join, None);
    assert_eq!(done(of_another_act), Answer::Out);
    for foreign in ["", "x", "1.2", "9007199254740992.1.1"] {
        let page = world.page(&inside, OwnerAct::List, Some(foreign.into()));
        assert_eq!(code(page), Code::Malformed, "{foreign}");
    }
    // Without a session a cursor is not even read.
    let page = world.page(&inside, OwnerAct::Join, Some("x".into()));
    assert_eq!(done(page), Answer::Out);
    world.now = inside.told.until.plus(1);
    assert_eq!(done(world.page(&inside, OwnerAct::List, None)), Answer::Out);
}

#[test]
fn owner_routes_take_one_item_at_a_time() {
    let mut world = World::new();
    let (_, ke1) = log_in(b"guess", &mut world.rng).unwrap();
    let start = || LoginStart {
        look_up: HANA,
        which: Which::Newest,
        ke1,
    };
    let request = world.next_request();
    let two: Result<Vec<Outcome<LoginStarted>>, Problem> =
        world.call(Route::OwnerLoginStart, request, vec![start(), start()]);
    let problem = two.unwrap_err();
    assert_eq!((problem.code, problem.limit), (Code::TooLarge, Some(1)));
    assert!(world.names().is_empty());
}

#[test]
fn owner_login_whose_answer_cannot_be_sealed_spends_nothing() {
    let mut world = World::new();
    let (_, ke1) = log_in(b"guess", &mut world.rng).unwrap();
    let content = Request {
        // No key that anything can be sealed to.
        reply_to: PublicKey::new([0; 32]),
        items: vec![LoginStart {
            look_up: HANA,
            which: Which::Newest,
            ke1,
        }],
    };
    let (safe, route, request) = (
        world.keys.id(),
        Route::OwnerLoginStart,
        world.next_request(),
    );
    let binding = Binding {
        safe,
        route,
        request,
    };
    let to = world.keys.sealing_public();
    let body = seal_request(&content, &to, &binding, &mut world.rng).unwrap();
    let token = sign_request(safe, route, request, &body, world.now, &world.account);
    let reply = world.send(&HttpRequest {
        route,
        authorization: Some(&format!("{SCHEME} {token}")),
        idempotency_key: Some(&format!("{request}")),
        body: &body,
    });
    assert_eq!(reply.status, 400);
    assert!(world.names().is_empty() && world.owners.kept() == (0, 0));
}

#[test]
fn owner_login_is_spent_and_repeated_by_its_request() {
    let mut world = World::new();
    world.enrol(b"six words");
    let (_, ke1) = log_in(b"guess", &mut world.rng).unwrap();
    let request = world.next_request();
    let start = |look_up| LoginStart {
        look_up,
        which: Which::Newest,
        ke1,
    };
    let mut ask = |look_up| -> Outcome<LoginStarted> {
        let outcomes = world.call(Route::OwnerLoginStart, request, vec![start(look_up)]);
        outcomes.unwrap().remove(0)
    };
    let first = done(ask(HANA));
    assert_eq!(done(ask(HANA)), first);
    assert_eq!(code(ask(LookUpId::new([9; 32]))), Code::RequestReused);
    assert_eq!(world.names().len(), 1);
    assert_eq!(world.names()[0].guesses.spent, 1);
}

impl World {
    /// The grace period of the entry is over.
    fn purge(&mut self, held: &Held) {
        let key = self.entry_of(held).key;
        self.ledger.apply(&[Change::Purge(key)]).unwrap();
    }

    fn entry_of(&self, held: &Held) -> Entry {
        let mut entries = self.ledger.entries().map(|(entry, _)| entry);
        let found = entries.find(|entry| entry.certificate == held.certificate);
        found.unwrap().clone()
    }

    fn take_over(
        &mut self,
        inside: &Inside,
        held: &Held,
        session: SessionId,
    ) -> Outcome<Answer<Recovered>> {
        self.ask_for(inside, held, session, false)
    }

    fn ask_for(
        &mut self,
        inside: &Inside,
        held: &Held,
        session: SessionId,
        last_resort: bool,
    ) -> Outcome<Answer<Recovered>> {
        let request = self.next_request();
        let item = OwnerRecoverItem {
            within: self.within(inside, request, OwnerAct::Recover),
            presented: held.whole(),
            session,
            last_resort,
        };
        let outcomes = self.call(Route::OwnerRecover, request, vec![item]);
        outcomes.unwrap().remove(0)
    }

    fn taken(&mut self, inside: &Inside, held: &Held, session: SessionId) -> Vec<u8> {
        match done(self.take_over(inside, held, session)) {
            Answer::Done(recovered) => recovered.object,
            Answer::Out => panic!("no session"),
        }
    }
}

/// The session that a conflict names, by its receipt.
fn conflicts_with<T>(world: &World, outcome: Outcome<T>) -> Option<SessionId> {
    let Outcome::Problem(problem) = outcome else {
        panic!("it was done")
    };
    assert_eq!(problem.code, Code::Conflict);
    let receipt = problem.receipt.unwrap();
    let receipt = Receipt::verify(&receipt, &world.keys.signing_public()).unwrap();
    match receipt.event {
        Event::Refused { session, .. } => session,
        _ => panic!("no refusal"),
    }
}

#[test]
fn owner_takes_over_what_a_lost_device_has_opened() {
    let mut world = World::new();
    let held = world.register_noted(1).remove(0).0;
    world.enrol(b"six words");
    assert_eq!(done(world.recover(&held, A)).object, held.object);
    world.with_another_account();
    let inside = world.log_in(b"six words");
    for _ in 0..2 {
        assert_eq!(world.taken(&inside, &held, B), held.object);
    }
    // The device was not lost after all: it is refused, with proof of who has the entry, and destroys its copy.
    let recovered = world.recover(&held, A);
    assert_eq!(conflicts_with(&world, recovered), Some(B));
    let confirmed = world.end_held(Act::Ack, &held, A);
    assert_eq!(conflicts_with(&world, confirmed), Some(B));
    let back = world.take_over(&inside, &held, A);
    assert_eq!(conflicts_with(&world, back), Some(B));
    done(world.end_held(Act::Ack, &held, B));
    // One session was confirmed, for ever.
    let late = SessionId::new([0xC; 16]);
    let too_late = world.take_over(&inside, &held, late);
    assert_eq!(conflicts_with(&world, too_late), Some(B));
}

#[test]
fn owner_takes_over_nothing_that_was_confirmed() {
    let mut world = World::new();
    let held = world.register_noted(1).remove(0).0;
    world.enrol(b"six words");
    done(world.recover(&held, A));
    done(world.end_held(Act::Ack, &held, A));
    let inside = world.log_in(b"six words");
    let late = world.take_over(&inside, &held, B);
    assert_eq!(conflicts_with(&world, late), Some(A));
}

#[test]
fn what_was_handed_out_comes_once_more_to_its_owner_alone_and_nothing_changes() {
    let mut world = World::new();
    let held = world.register_noted(2);
    let (used, kept) = (&held[0].0, &held[1].0);
    world.enrol(b"six words");
    world.with_another_account();
    let of_another = world.register_noted(1).remove(0).0;
    for handed_out in [used, &of_another] {
        done(world.recover(handed_out, A));
        done(world.end_held(Act::Ack, handed_out, A));
    }
    let inside = world.log_in(b"six words");
    let before = world.entry_of(used);
    for _ in 0..2 {
        let again = done(world.ask_for(&inside, used, B, true));
        let Answer::Done(again) = again else {
            panic!("no session")
        };
        assert_eq!(again.object, used.object);
    }
    assert_eq!(world.entry_of(used), before);
    // What can be had without doubt is not had with it, and nobody else's at all.
    let open = world.ask_for(&inside, kept, B, true);
    assert_eq!(conflicts_with(&world, open), None);
    let foreign = world.ask_for(&inside, &of_another, B, true);
    assert_eq!(code(foreign), Code::NotFound);
    world.purge(used);
    let gone = world.ask_for(&inside, used, B, true);
    assert_eq!(conflicts_with(&world, gone), Some(A));
}

#[test]
fn owner_recovers_without_any_key_and_nothing_of_others() {
    let mut world = World::new();
    let own = world.register_noted(2);
    world.enrol(b"six words");
    world.with_another_account();
    let of_another = world.register_noted(1).remove(0).0;
    let inside = world.log_in(b"six words");
    let (first, second) = (&own[0].0, &own[1].0);
    assert_eq!(world.taken(&inside, first, A), first.object);
    let foreign = world.take_over(&inside, &of_another, A);
    assert_eq!(code(foreign), Code::NotFound);
    let nameless = world.take_over(&inside, second, NO_SESSION);
    assert_eq!(code(nameless), Code::Malformed);
    // The bare form is for those who have a holder's key.
    let request = world.next_request();
    let bare = OwnerRecoverItem {
        within: world.within(&inside, request, OwnerAct::Recover),
        presented: Presented::Bare(second.bare()),
        session: A,
        last_resort: false,
    };
    let outcomes = world.call(Route::OwnerRecover, request, vec![bare]);
    let outcome: Outcome<Answer<Recovered>> = outcomes.unwrap().remove(0);
    assert_eq!(code(outcome), Code::NotFound);
    world.now = inside.told.until.plus(1);
    let out = world.take_over(&inside, second, A);
    assert!(done(out) == Answer::Out);
    let states: Vec<State> = world
        .ledger
        .entries()
        .map(|(entry, _)| entry.state)
        .collect();
    let opened = State::Withdrawing { session: A };
    assert_eq!(states, [opened, State::Registered, State::Registered]);
}

#[test]
fn a_key_that_was_ended_is_read_as_a_last_resort_and_what_was_given_up_is_not() {
    let mut world = World::new();
    let held = world.register_noted_of(&[ObjectClass::Key, ObjectClass::Value]);
    let (key, value) = (&held[0].0, &held[1].0);
    world.enrol(b"six words");
    for it in [key, value] {
        done(world.end_held(Act::Retire, it, NO_SESSION));
    }
    let inside = world.log_in(b"six words");
    let Answer::Done(read) = done(world.ask_for(&inside, key, B, true)) else {
        panic!("no session")
    };
    assert_eq!(read.object, key.object);
    let given_up = world.ask_for(&inside, value, B, true);
    assert_eq!(conflicts_with(&world, given_up), None);
    // Whoever looks for what can be had is not shown it.
    assert!(world.owned(&inside).concat().is_empty());
    let Answer::Done(page) = done(world.page_of(&inside, OwnerAct::List, None, true)) else {
        panic!("no session")
    };
    let listed = page.entries;
    let told: Vec<_> = listed
        .iter()
        .map(|it| (&*it.certificate, it.state))
        .collect();
    assert_eq!(told, [(&*key.certificate, EntryState::Retired)]);
    assert!(listed[0].until > listed[0].since);
}

/// Somebody who knows the name, and tries a secret whenever they may, each time from another account.
#[test]
fn twenty_guesses_take_ten_days_and_each_is_counted_once() {
    const GUESSES: u32 = 20;
    let mut world = World::new();
    world.enrol(b"six words");
    let begun = world.now;
    let mut waited = Vec::new();
    for guess in 0..GUESSES {
        let counted = |world: &World| {
            let guesses = world.names()[0].guesses;
            (guesses.spent, guesses.in_a_row, guesses.right)
        };
        let before = (u64::from(guess), guess, 0);
        assert_eq!(counted(&world), before);
        let wait = match world.guess(guess) {
            None => 0,
            // Told to wait, they have spent nothing. A second before it is over they are told again.
            Some(wait) => {
                assert_eq!(counted(&world), before);
                let seen_at = world.now;
                world.now = seen_at.plus(wait - 2);
                assert_eq!(world.guess(guess), Some(1));
                assert_eq!(counted(&world), before);
                assert_eq!(world.guess(guess), None, "{wait} seconds are over");
                assert_eq!(world.now, seen_at.plus(wait));
                wait
            }
        };
        assert_eq!(counted(&world), (u64::from(guess) + 1, guess + 1, 0));
        // The clock ticks once with each request: one second of the wait went by with being told of it.
        waited.push(wait + u64::from(wait > 0));
    }
    let (minute, hour, day) = (60, 3_600, 86_400);
    let first = [
        0,
        0,
        0,
        0,
        0,
        minute,
        5 * minute,
        30 * minute,
        2 * hour,
        8 * hour,
    ];
    assert_eq!(waited[..10], first);
    assert_eq!(waited[10..], [day; 10]);
    assert!(world.now.since(begun) > 10 * day);
    // The owner waits as everybody does, gets in with what is right, and is told how many there were.
    let (_, ke1) = log_in(b"six words", &mut world.rng).unwrap();
    let LoginStarted::Wait(wait) = world.start(ke1) else {
        panic!("a twenty-first guess in a row")
    };
    assert_eq!(wait, day - 1);
    world.now = world.now.plus(wait);
    let inside = world.log_in(b"six words");
    assert_eq!(inside.told.guesses, u64::from(GUESSES));
    let guesses = world.names()[0].guesses;
    assert_eq!((guesses.spent, guesses.right), (u64::from(GUESSES) + 1, 1));
    assert_eq!(guesses.in_a_row, 0);
}

impl World {
    fn start(&mut self, ke1: [u8; saifu_crypto::opaque::KE1_LEN]) -> LoginStarted {
        let (look_up, which) = (HANA, Which::Newest);
        self.ask(
            Route::OwnerLoginStart,
            LoginStart {
                look_up,
                which,
                ke1,
            },
        )
    }

    /// Tries a secret that is wrong. Says how long to wait instead, if that is the answer.
    fn guess(&mut self, number: u32) -> Option<u64> {
        let number = u8::try_from(number).unwrap();
        let somebody = SigningKey::derive(&Secret::new([100 + number; 32]));
        let owners = core::mem::replace(&mut self.account, somebody);
        let secret = format!("guess {number}").into_bytes();
        let (state, ke1) = log_in(&secret, &mut self.rng).unwrap();
        let started = self.start(ke1);
        self.account = owners;
        let ke2 = match started {
            LoginStarted::Wait(wait) => return Some(wait),
            LoginStarted::Challenge { ke2, .. } => ke2,
        };
        let safe = self.keys.id();
        let met = state.finish(
            &secret,
            &ke2,
            parties(&HANA, &safe),
            Stretch::None,
            &mut self.rng,
        );
        assert!(met.is_err(), "a wrong guess is right");
        None
    }
}
