//! A safe with owners, and a wallet that knows how to enrol and log in.

use super::super::*;
use crate::command::Asker;
use crate::settings::{PasskeySite, SafeKeys};
use alloc::vec;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_crypto::opaque::{LoggingIn, enrol, log_in};
use saifu_crypto::stretch::Stretch;
use saifu_crypto::testing::Hashed;
use saifu_protocol::message::Outcome;
use saifu_protocol::owner::{
    Act, Answer, ChangeFinish, Changed, EnrolFinish, EnrolStart, Enrolled, EnrolmentId, InSession,
    Kept, LoggedIn, LoginFinish, LoginFinished, LoginStart, LoginStarted, LookUpId, Purpose,
    SessionProof, Slot, Suite, Which, parties,
};
use saifu_protocol::problem::Code;
use saifu_protocol::{PublicKey, RequestId, UnixTime};

pub(super) const HANA: LookUpId = LookUpId::new([1; 32]);
pub(super) const NOBODY: LookUpId = LookUpId::new([2; 32]);
pub(super) const PHONE: PublicKey = PublicKey::new([11; 32]);
pub(super) const NEW_PHONE: PublicKey = PublicKey::new([12; 32]);
pub(super) const THIEF: PublicKey = PublicKey::new([13; 32]);

pub(super) struct Scene {
    pub(super) owners: MemoryOwners,
    pub(super) keys: OwnerKeys,
    pub(super) safe: SafeKeys,
    pub(super) passkeys: Option<PasskeySite>,
    pub(super) now: UnixTime,
    pub(super) rng: Hashed,
    /// Who was to be woken by the latest command.
    pub(super) woken: Vec<PublicKey>,
}

/// A login on its way: the wallet's half of it.
pub(super) struct Begun {
    pub(super) request: RequestId,
    pub(super) state: LoggingIn,
    pub(super) start: LoginStart,
}

/// A session as the wallet has it.
pub(super) struct Inside {
    pub(super) account: PublicKey,
    pub(super) key: Secret,
    pub(super) export_key: Secret,
    pub(super) login: RequestId,
    pub(super) ke3: [u8; 64],
    pub(super) told: LoggedIn,
}

pub(super) fn kept(byte: u8) -> Kept {
    Kept {
        share: vec![byte; 4],
        map: vec![byte; 8],
    }
}

pub(super) fn done<T>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(done) => done,
        Outcome::Problem(problem) => panic!("refused: {}", problem.title),
    }
}

pub(super) fn code<T>(outcome: Outcome<T>) -> Code {
    match outcome {
        Outcome::Done(_) => panic!("not refused"),
        Outcome::Problem(problem) => problem.code,
    }
}

impl Scene {
    /// A safe that nobody knows.
    pub(super) fn empty() -> Self {
        let safe = SafeKeys::derive(&Secret::new([1; 32]), &Secret::new([2; 32]));
        Self {
            owners: MemoryOwners::new(),
            keys: OwnerKeys::of(&safe),
            safe,
            passkeys: None,
            now: UnixTime(1_800_000_000),
            rng: Hashed(0),
            woken: Vec::new(),
        }
    }

    /// A safe at which Hana has enrolled "first" from her phone.
    pub(super) fn with_hana() -> Self {
        let mut scene = Self::empty();
        assert_eq!(scene.enrol(PHONE, HANA, b"first"), Enrolled::Enrolled);
        scene
    }

    pub(super) fn wait(&mut self, seconds: u64) {
        self.now = self.now.plus(seconds);
    }

    pub(super) fn asker(&self, account: PublicKey, request: RequestId) -> Asker {
        Asker {
            safe: self.keys.safe,
            account,
            request,
        }
    }

    pub(super) fn ask_as(&mut self, asker: &Asker, command: &Command) -> Reply {
        let loaded = self.owners.load(&need(asker, command)).unwrap();
        let context = Context {
            now: self.now,
            keys: &self.keys,
            signing: self.safe.signing(),
            passkeys: self.passkeys.as_ref(),
        };
        let decision = decide(loaded, asker, command, &context, &mut self.rng);
        self.owners.apply(&decision.changes).unwrap();
        self.woken = decision.wakes;
        decision.reply
    }

    pub(super) fn ask(&mut self, account: PublicKey, command: &Command) -> Reply {
        let request = RequestId::make(&mut self.rng);
        let asker = self.asker(account, request);
        self.ask_as(&asker, command)
    }

    /// What a wallet sends at the end of an enrolment.
    pub(super) fn enrolment(
        &mut self,
        account: PublicKey,
        look_up: LookUpId,
        secret: &[u8],
    ) -> EnrolFinish {
        let enrolment = EnrolmentId::make(&mut self.rng);
        let (state, request) = enrol(secret, &mut self.rng).unwrap();
        let start = Command::EnrolStart(EnrolStart {
            look_up,
            enrolment,
            request,
        });
        let Reply::EnrolStarted(started) = self.ask(account, &start) else {
            panic!("another reply");
        };
        let response = done(started).response;
        let parties = parties(&look_up, &self.keys.safe);
        let enrolled = state
            .finish(secret, &response, parties, Stretch::None, &mut self.rng)
            .unwrap();
        EnrolFinish {
            look_up,
            enrolment,
            suite: Suite::Opaque1,
            record: *enrolled.record.as_bytes(),
            kept: kept(secret[0]),
        }
    }

    pub(super) fn finish_enrolment(
        &mut self,
        account: PublicKey,
        finish: &EnrolFinish,
    ) -> Outcome<Enrolled> {
        match self.ask(account, &Command::EnrolFinish(finish.clone())) {
            Reply::Enrolled(outcome) => outcome,
            _ => panic!("another reply"),
        }
    }

    pub(super) fn enrol(
        &mut self,
        account: PublicKey,
        look_up: LookUpId,
        secret: &[u8],
    ) -> Enrolled {
        let finish = self.enrolment(account, look_up, secret);
        done(self.finish_enrolment(account, &finish))
    }

    pub(super) fn begin(&mut self, look_up: LookUpId, which: Which, secret: &[u8]) -> Begun {
        let (state, ke1) = log_in(secret, &mut self.rng).unwrap();
        Begun {
            request: RequestId::make(&mut self.rng),
            state,
            start: LoginStart {
                look_up,
                which,
                ke1,
            },
        }
    }

    pub(super) fn send(&mut self, account: PublicKey, begun: &Begun) -> Outcome<LoginStarted> {
        let asker = self.asker(account, begun.request);
        match self.ask_as(&asker, &Command::LoginStart(begun.start.clone())) {
            Reply::LoginStarted(outcome) => outcome,
            _ => panic!("another reply"),
        }
    }

    /// The last message, as whoever knows the secret makes it.
    pub(super) fn answer(
        &mut self,
        begun: &Begun,
        secret: &[u8],
        started: &LoginStarted,
    ) -> Option<saifu_crypto::opaque::LoggedIn> {
        let LoginStarted::Challenge { ke2, .. } = started else {
            return None;
        };
        let parties = parties(&begun.start.look_up, &self.keys.safe);
        begun
            .state
            .finish(secret, ke2, parties, Stretch::None, &mut self.rng)
            .ok()
    }

    pub(super) fn finish(
        &mut self,
        account: PublicKey,
        login: RequestId,
        ke3: [u8; 64],
    ) -> LoginFinished {
        match self.ask(account, &Command::LoginFinish(LoginFinish { login, ke3 })) {
            Reply::LoginFinished(finished) => finished,
            _ => panic!("another reply"),
        }
    }

    /// A whole login; `None` where the secret does not open.
    pub(super) fn log_in(
        &mut self,
        account: PublicKey,
        look_up: LookUpId,
        which: Which,
        secret: &[u8],
    ) -> Option<Inside> {
        let begun = self.begin(look_up, which, secret);
        let started = done(self.send(account, &begun));
        let logged_in = self.answer(&begun, secret, &started)?;
        let LoginFinished::In(told) = self.finish(account, begun.request, logged_in.ke3) else {
            panic!("the wallet believed to be in");
        };
        Some(Inside {
            account,
            key: logged_in.session_key,
            export_key: logged_in.export_key,
            login: begun.request,
            ke3: logged_in.ke3,
            told,
        })
    }

    /// Hana logs in with her first secret.
    pub(super) fn log_in_first(&mut self, account: PublicKey) -> Inside {
        self.log_in(account, HANA, Which::Newest, b"first").unwrap()
    }

    pub(super) fn kit_guesses(&self, look_up: LookUpId) -> Guesses {
        let mut owners = self.owners.owners();
        let owner = owners.find(|owner| owner.look_up == look_up);
        owner.map(|owner| owner.kit_guesses).unwrap_or_default()
    }

    pub(super) fn guesses(&self, look_up: LookUpId) -> Guesses {
        let mut owners = self.owners.owners();
        let owner = owners.find(|owner| owner.look_up == look_up);
        owner.map(|owner| owner.guesses).unwrap_or_default()
    }

    pub(super) fn within(&self, inside: &Inside, request: RequestId, act: Act) -> InSession {
        let purpose = Purpose {
            safe: self.keys.safe,
            account: inside.account,
            request,
            act,
        };
        InSession {
            session: inside.told.session,
            proof: SessionProof::derive(&inside.key, &purpose),
        }
    }

    /// Does something in a session.
    pub(super) fn act(
        &mut self,
        inside: &Inside,
        act: Act,
        command: impl FnOnce(InSession) -> Command,
    ) -> Reply {
        let request = RequestId::make(&mut self.rng);
        let within = self.within(inside, request, act);
        let asker = self.asker(inside.account, request);
        self.ask_as(&asker, &command(within))
    }

    pub(super) fn done_within(
        &mut self,
        inside: &Inside,
        act: Act,
        command: impl FnOnce(InSession) -> Command,
    ) -> bool {
        match self.act(inside, act, command) {
            Reply::Done(outcome) => done(outcome) == Answer::Done(inside.told.until),
            _ => panic!("another reply"),
        }
    }

    pub(super) fn change(&mut self, inside: &Inside, secret: &[u8]) -> Answer<Changed> {
        self.change_slot(inside, Slot::Secret, secret)
    }

    pub(super) fn change_slot(
        &mut self,
        inside: &Inside,
        slot: Slot,
        secret: &[u8],
    ) -> Answer<Changed> {
        done(self.try_change(inside, slot, secret))
    }

    pub(super) fn try_change(
        &mut self,
        inside: &Inside,
        slot: Slot,
        secret: &[u8],
    ) -> Outcome<Answer<Changed>> {
        let finish = self.enrolment(inside.account, inside.look_up(self), secret);
        let change = |within| {
            Command::Change(ChangeFinish {
                within,
                enrolment: finish.enrolment,
                suite: finish.suite,
                record: finish.record,
                kept: finish.kept.clone(),
                slot,
            })
        };
        match self.act(inside, Act::Change, change) {
            Reply::Changed(outcome) => outcome,
            _ => panic!("another reply"),
        }
    }
}

impl Inside {
    fn look_up(&self, scene: &Scene) -> LookUpId {
        let need = Need {
            session: Some(self.told.session),
            ..Need::default()
        };
        scene.owners.load(&need).unwrap().owner.unwrap().look_up
    }
}
