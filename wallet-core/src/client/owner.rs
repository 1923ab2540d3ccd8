//! What an owner asks of a safe, and what the safe answers: one item each.

use super::{Expected, To, Verdict, inside, seal};
use alloc::boxed::Box;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::envelope::Binding;
use saifu_protocol::message::Recovered;
use saifu_protocol::message::Route;
use saifu_protocol::order::{Coupled, OwnerOrderItem};
use saifu_protocol::owner::{
    Answer, ChangeFinish, Changed, DeviceAdd, DeviceAdded, DeviceFinish, DeviceRemove,
    DeviceRename, DeviceStart, DeviceStarted, EnrolFinish, EnrolStart, EnrolStarted, Enrolled,
    FreezeItem, Froze, InSession, LoginFinish, LoginFinished, LoginStart, LoginStarted,
    OwnerListItem, OwnerPage, OwnerRecoverItem, SetMap, Thawed, WaysIn,
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
    DeviceStart(DeviceStart),
    DeviceFinish(DeviceFinish),
    DeviceAdd(Box<DeviceAdd>),
    DeviceRemove(DeviceRemove),
    DeviceRename(DeviceRename),
    Ways(InSession),
    KitRevoke(InSession),
    Freeze(FreezeItem),
    Unfreeze(InSession),
    Order(OwnerOrderItem),
    Recover(OwnerRecoverItem),
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
    DeviceStarted(DeviceStarted),
    DeviceAdded(Answer<DeviceAdded>),
    Ways(Answer<WaysIn>),
    Froze(Answer<Froze>),
    Thawed(Answer<Thawed>),
    Ordered(Answer<Coupled>),
    Recovered(Answer<Recovered>),
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
            OwnerQuestion::DeviceStart(_) => Route::OwnerDeviceStart,
            OwnerQuestion::DeviceFinish(_) => Route::OwnerDeviceFinish,
            OwnerQuestion::DeviceAdd(_) => Route::OwnerDeviceAdd,
            OwnerQuestion::DeviceRemove(_) => Route::OwnerDeviceRemove,
            OwnerQuestion::DeviceRename(_) => Route::OwnerDeviceRename,
            OwnerQuestion::Ways(_) => Route::OwnerWays,
            OwnerQuestion::KitRevoke(_) => Route::OwnerKitRevoke,
            OwnerQuestion::Freeze(_) => Route::OwnerFreeze,
            OwnerQuestion::Unfreeze(_) => Route::OwnerUnfreeze,
            OwnerQuestion::Order(_) => Route::OwnerOrder,
            OwnerQuestion::Recover(_) => Route::OwnerRecover,
        }
    }

    pub(super) fn seal(
        &self,
        reply_to: PublicKey,
        to: &To<'_>,
        binding: &Binding,
        rng: &mut dyn CryptoRng,
    ) -> Option<Vec<u8>> {
        match self {
            OwnerQuestion::EnrolStart(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::EnrolFinish(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::LoginStart(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::LoginFinish(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::Change(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::Settle(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::SetMap(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::Join(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::List(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::DeviceStart(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::DeviceFinish(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::DeviceAdd(item) => seal(&**item, reply_to, to, binding, rng),
            OwnerQuestion::DeviceRemove(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::DeviceRename(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::Ways(item)
            | OwnerQuestion::KitRevoke(item)
            | OwnerQuestion::Unfreeze(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::Freeze(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::Order(item) => seal(item, reply_to, to, binding, rng),
            OwnerQuestion::Recover(item) => seal(item, reply_to, to, binding, rng),
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
        Route::OwnerLoginFinish | Route::OwnerDeviceFinish => {
            inside(expected, body, |it| told(OwnerAnswer::LoginFinished(it)))
        }
        Route::OwnerChange => inside(expected, body, |it| told(OwnerAnswer::Changed(it))),
        Route::OwnerList => inside(expected, body, |it| told(OwnerAnswer::Listed(it))),
        Route::OwnerDeviceStart => {
            inside(expected, body, |it| told(OwnerAnswer::DeviceStarted(it)))
        }
        Route::OwnerDeviceAdd => inside(expected, body, |it| told(OwnerAnswer::DeviceAdded(it))),
        Route::OwnerWays => inside(expected, body, |it| told(OwnerAnswer::Ways(it))),
        Route::OwnerFreeze => inside(expected, body, |it| told(OwnerAnswer::Froze(it))),
        Route::OwnerUnfreeze => inside(expected, body, |it| told(OwnerAnswer::Thawed(it))),
        Route::OwnerRecover => inside(expected, body, |it| told(OwnerAnswer::Recovered(it))),
        Route::OwnerOrder => inside(expected, body, |it| told(OwnerAnswer::Ordered(it))),
        _ => inside(expected, body, |it| told(OwnerAnswer::Done(it))),
    }
}
