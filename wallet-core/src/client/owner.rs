//! What an owner asks of a safe, and what the safe answers: one item each.

use super::{Expected, Verdict, inside, seal};
use crate::books::Safe;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::envelope::Binding;
use saifu_protocol::message::Route;
use saifu_protocol::owner::{
    Answer, ChangeFinish, Changed, EnrolFinish, EnrolStart, EnrolStarted, Enrolled, InSession,
    LoginFinish, LoginFinished, LoginStart, LoginStarted, OwnerListItem, OwnerPage, SetMap,
};
use saifu_protocol::{PublicKey, UnixTime};

/// What is asked.
pub(crate) enum OwnerQuestion {
    EnrolStart(EnrolStart),
    EnrolFinish(EnrolFinish),
    LoginStart(LoginStart),
    LoginFinish(LoginFinish),
    Change(ChangeFinish),
    Settle(InSession),
    SetMap(SetMap),
    Join(InSession),
    List(OwnerListItem),
}

/// What is answered.
pub(crate) enum OwnerAnswer {
    EnrolStarted(EnrolStarted),
    Enrolled(Enrolled),
    LoginStarted(LoginStarted),
    LoginFinished(LoginFinished),
    Changed(Answer<Changed>),
    /// To what is done in a session and has no answer of its own.
    Done(Answer<UnixTime>),
    Listed(Answer<OwnerPage>),
}

impl OwnerQuestion {
    pub(super) fn route(&self) -> Route {
        match self {
            OwnerQuestion::EnrolStart(_) => Route::OwnerEnrolStart,
            OwnerQuestion::EnrolFinish(_) => Route::OwnerEnrolFinish,
            OwnerQuestion::LoginStart(_) => Route::OwnerLoginStart,
            OwnerQuestion::LoginFinish(_) => Route::OwnerLoginFinish,
            OwnerQuestion::Change(_) => Route::OwnerChange,
            OwnerQuestion::Settle(_) => Route::OwnerSettle,
            OwnerQuestion::SetMap(_) => Route::OwnerMap,
            OwnerQuestion::Join(_) => Route::OwnerJoin,
            OwnerQuestion::List(_) => Route::OwnerList,
        }
    }

    pub(super) fn seal(
        &self,
        reply_to: PublicKey,
        safe: &Safe,
        binding: &Binding,
        rng: &mut dyn CryptoRng,
    ) -> Option<Vec<u8>> {
        match self {
            OwnerQuestion::EnrolStart(item) => seal(item, reply_to, safe, binding, rng),
            OwnerQuestion::EnrolFinish(item) => seal(item, reply_to, safe, binding, rng),
            OwnerQuestion::LoginStart(item) => seal(item, reply_to, safe, binding, rng),
            OwnerQuestion::LoginFinish(item) => seal(item, reply_to, safe, binding, rng),
            OwnerQuestion::Change(item) => seal(item, reply_to, safe, binding, rng),
            OwnerQuestion::Settle(item) => seal(item, reply_to, safe, binding, rng),
            OwnerQuestion::SetMap(item) => seal(item, reply_to, safe, binding, rng),
            OwnerQuestion::Join(item) => seal(item, reply_to, safe, binding, rng),
            OwnerQuestion::List(item) => seal(item, reply_to, safe, binding, rng),
        }
    }
}

/// Reads the answer of an owner's route.
pub(super) fn read(route: Route, expected: &Expected, body: &[u8]) -> Verdict {
    let told = Verdict::Owner;
    match route {
        Route::OwnerEnrolStart => inside(expected, body, |it| told(OwnerAnswer::EnrolStarted(it))),
        Route::OwnerEnrolFinish => inside(expected, body, |it| told(OwnerAnswer::Enrolled(it))),
        Route::OwnerLoginStart => inside(expected, body, |it| told(OwnerAnswer::LoginStarted(it))),
        Route::OwnerLoginFinish => {
            inside(expected, body, |it| told(OwnerAnswer::LoginFinished(it)))
        }
        Route::OwnerChange => inside(expected, body, |it| told(OwnerAnswer::Changed(it))),
        Route::OwnerList => inside(expected, body, |it| told(OwnerAnswer::Listed(it))),
        _ => inside(expected, body, |it| told(OwnerAnswer::Done(it))),
    }
}
