//! An owner's side of the protocol: enrols, logs in, and does things in a session.

use crate::wallet::{Check, Held, Refused, Wallet, done, new_request, new_session, one, rng};
use saifu_crypto::opaque::{LoggingIn, enrol, log_in};
use saifu_crypto::stretch::Stretch;
use saifu_crypto::{Secret, make_bytes};
use saifu_protocol::message::{Outcome, Recovered, Route};
use saifu_protocol::owner::{
    Act, Answer, ChangeFinish, Changed, EnrolFinish, EnrolStart, EnrolStarted, Enrolled,
    EnrolmentId, InSession, Kept, LoggedIn, LoginFinish, LoginFinished, LoginStart, LoginStarted,
    LookUpId, OwnerEntry, OwnerListItem, OwnerPage, OwnerRecoverItem, Purpose, SessionProof,
    SetMap, Slot, Suite, Which, parties,
};
use saifu_protocol::{RequestId, SessionId, UnixTime};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A session, as the wallet has it that opened it.
pub(crate) struct Inside {
    pub(crate) key: Secret,
    pub(crate) told: LoggedIn,
}

/// A login that was begun: the wallet's half of it.
pub(crate) struct Begun {
    pub(crate) request: RequestId,
    pub(crate) start: LoginStart,
    state: LoggingIn,
}

pub(crate) fn new_name() -> LookUpId {
    LookUpId::new(make_bytes(&mut rng()))
}

pub(crate) fn kept(byte: u8) -> Kept {
    Kept {
        share: vec![byte; 113],
        map: vec![byte; 1_000],
    }
}

/// A login at a name; nothing is sent yet.
pub(crate) fn begin(look_up: LookUpId, which: Which, secret: &[u8]) -> Check<Begun> {
    let (state, ke1) = log_in(secret, &mut rng()).map_err(|_| "no first message")?;
    Ok(Begun {
        request: new_request(),
        state,
        start: LoginStart {
            look_up,
            which,
            ke1,
        },
    })
}

impl Wallet {
    pub(crate) fn ask<I: Serialize, O: DeserializeOwned>(
        &self,
        route: Route,
        request: RequestId,
        item: I,
    ) -> Check<Outcome<O>> {
        one(self.call(route, request, vec![item])?)
    }

    /// What is sent at the end of an enrolment.
    pub(crate) fn enrolment(
        &self,
        look_up: LookUpId,
        secret: &[u8],
        kept: Kept,
    ) -> Check<EnrolFinish> {
        let enrolment = EnrolmentId::make(&mut rng());
        let (state, request) = enrol(secret, &mut rng()).map_err(|_| "no request")?;
        let start = EnrolStart {
            look_up,
            enrolment,
            request,
        };
        let started: EnrolStarted =
            done(self.ask(Route::OwnerEnrolStart, new_request(), start)?)?;
        let parties = parties(&look_up, &self.descriptor.id);
        let enrolled = state
            .finish(
                secret,
                &started.response,
                parties,
                Stretch::default(),
                &mut rng(),
            )
            .map_err(|_| "the answer to an enrolment is none")?;
        Ok(EnrolFinish {
            look_up,
            enrolment,
            suite: Suite::Opaque1,
            record: *enrolled.record.as_bytes(),
            kept,
        })
    }

    pub(crate) fn finish_enrolment(&self, finish: &EnrolFinish) -> Check<Enrolled> {
        done(self.ask(Route::OwnerEnrolFinish, new_request(), finish)?)
    }

    /// Enrols a secret under a name that nobody has.
    pub(crate) fn enrol(&self, look_up: LookUpId, secret: &[u8]) -> Check {
        let finish = self.enrolment(look_up, secret, kept(secret[0]))?;
        match self.finish_enrolment(&finish)? {
            Enrolled::Enrolled => Ok(()),
            other => Err(format!("not enrolled: {other:?}")),
        }
    }

    /// Sends the first message of a login, as often as it is called.
    pub(crate) fn guess(&self, begun: &Begun) -> Result<LoginStarted, Refused> {
        let outcomes = self.call(Route::OwnerLoginStart, begun.request, vec![&begun.start])?;
        Ok(done(one(outcomes)?)?)
    }

    /// Ends a login with what the safe said; `None` where the secret does not open.
    pub(crate) fn end_login(
        &self,
        begun: &Begun,
        secret: &[u8],
        started: &LoginStarted,
    ) -> Check<Option<Inside>> {
        let LoginStarted::Challenge { ke2, .. } = started else {
            return Err("no guess was left".into());
        };
        let parties = parties(&begun.start.look_up, &self.descriptor.id);
        let Ok(finished) = begun
            .state
            .finish(secret, ke2, parties, Stretch::default(), &mut rng())
        else {
            return Ok(None);
        };
        match self.finish_login(begun.request, finished.ke3)? {
            LoginFinished::In(told) => Ok(Some(Inside {
                key: finished.session_key,
                told,
            })),
            LoginFinished::Out => Err("the right secret does not open".into()),
        }
    }

    pub(crate) fn finish_login(&self, login: RequestId, ke3: [u8; 64]) -> Check<LoginFinished> {
        let finish = LoginFinish { login, ke3 };
        done(self.ask(Route::OwnerLoginFinish, new_request(), finish)?)
    }

    /// A whole login.
    pub(crate) fn log_in(
        &self,
        look_up: LookUpId,
        which: Which,
        secret: &[u8],
    ) -> Check<Option<Inside>> {
        let begun = begin(look_up, which, secret)?;
        let started = self.guess(&begun)?;
        self.end_login(&begun, secret, &started)
    }

    pub(crate) fn log_in_right(&self, look_up: LookUpId, secret: &[u8]) -> Check<Inside> {
        let inside = self.log_in(look_up, Which::Newest, secret)?;
        inside.ok_or_else(|| "the right secret does not open".into())
    }

    pub(crate) fn within(&self, inside: &Inside, request: RequestId, act: Act) -> InSession {
        let purpose = Purpose {
            safe: self.descriptor.id,
            account: self.account_key(),
            request,
            act,
        };
        InSession {
            session: inside.told.session,
            proof: SessionProof::derive(&inside.key, &purpose),
        }
    }

    /// Joins or settles.
    pub(crate) fn act(&self, inside: &Inside, route: Route, act: Act) -> Check<Answer<UnixTime>> {
        let request = new_request();
        done(self.ask(route, request, self.within(inside, request, act))?)
    }

    pub(crate) fn set_map(&self, inside: &Inside, map: &[u8]) -> Check<Answer<UnixTime>> {
        self.set_maps(inside, map, None)
    }

    pub(crate) fn set_maps(
        &self,
        inside: &Inside,
        map: &[u8],
        map_of_root: Option<Vec<u8>>,
    ) -> Check<Answer<UnixTime>> {
        let request = new_request();
        let set = SetMap {
            within: self.within(inside, request, Act::SetMap),
            map: map.to_vec(),
            map_of_root,
        };
        done(self.ask(Route::OwnerMap, request, set)?)
    }

    pub(crate) fn change(
        &self,
        inside: &Inside,
        look_up: LookUpId,
        secret: &[u8],
    ) -> Check<Answer<Changed>> {
        self.change_slot(inside, look_up, secret, Slot::Secret)
    }

    pub(crate) fn change_slot(
        &self,
        inside: &Inside,
        look_up: LookUpId,
        secret: &[u8],
        slot: Slot,
    ) -> Check<Answer<Changed>> {
        done(self.try_change(inside, look_up, secret, slot)?)
    }

    pub(crate) fn try_change(
        &self,
        inside: &Inside,
        look_up: LookUpId,
        secret: &[u8],
        slot: Slot,
    ) -> Check<Outcome<Answer<Changed>>> {
        let finish = self.enrolment(look_up, secret, kept(secret[0]))?;
        let request = new_request();
        let change = ChangeFinish {
            within: self.within(inside, request, Act::Change),
            enrolment: finish.enrolment,
            suite: finish.suite,
            record: finish.record,
            kept: finish.kept,
            slot,
        };
        self.ask(Route::OwnerChange, request, change)
    }

    pub(crate) fn owner_page(
        &self,
        inside: &Inside,
        after: Option<String>,
    ) -> Check<Outcome<Answer<OwnerPage>>> {
        let request = new_request();
        let within = self.within(inside, request, Act::List);
        self.ask(
            Route::OwnerList,
            request,
            OwnerListItem {
                within,
                after,
                last_resort: false,
            },
        )
    }

    /// Reads once more what was handed out.
    pub(crate) fn read_last(
        &self,
        inside: &Inside,
        held: &Held,
    ) -> Check<Outcome<Answer<Recovered>>> {
        let request = new_request();
        let item = OwnerRecoverItem {
            within: self.within(inside, request, Act::Recover),
            presented: held.whole(),
            session: new_session(),
            last_resort: true,
        };
        self.ask(Route::OwnerRecover, request, item)
    }

    pub(crate) fn take_over_by_login(
        &self,
        inside: &Inside,
        held: &Held,
        session: SessionId,
    ) -> Check<Outcome<Answer<Recovered>>> {
        let request = new_request();
        let item = OwnerRecoverItem {
            within: self.within(inside, request, Act::Recover),
            presented: held.whole(),
            session,
            last_resort: false,
        };
        self.ask(Route::OwnerRecover, request, item)
    }

    /// Everything that is the owner's, page by page.
    pub(crate) fn owned(&self, inside: &Inside) -> Check<Vec<OwnerEntry>> {
        let (mut entries, mut after) = (Vec::new(), None);
        loop {
            let Answer::Done(page) = done(self.owner_page(inside, after)?)? else {
                return Err("the session holds no more".into());
            };
            entries.extend(page.entries);
            match page.next {
                None => return Ok(entries),
                next => after = next,
            }
        }
    }
}
