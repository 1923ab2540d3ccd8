//! What is asked of a safe about owners. [`crate::command::Asker`] says who asks, and in which request.

use saifu_protocol::owner::{
    ChangeFinish, DeviceAdd, DeviceFinish, DeviceRemove, DeviceRename, DeviceStart, EnrolFinish,
    EnrolStart, FreezeItem, InSession, LoginFinish, LoginStart, SetMap,
};

/// What is asked.
#[derive(Clone)]
pub enum Command {
    /// Evaluate a secret that is to be enrolled.
    EnrolStart(EnrolStart),
    /// Enrol it, as the first under a name.
    EnrolFinish(EnrolFinish),
    /// Begin a login.
    LoginStart(LoginStart),
    /// End it.
    LoginFinish(LoginFinish),
    /// Enrol another secret.
    Change(ChangeFinish),
    /// End the other one.
    Settle(InSession),
    /// Keep another map.
    SetMap(SetMap),
    /// Count the account that asks as the owner's.
    Join(InSession),
    /// Begin a login with a device.
    DeviceStart(DeviceStart),
    /// End it.
    DeviceFinish(DeviceFinish),
    /// Enrol a device.
    DeviceAdd(DeviceAdd),
    /// Remove one.
    DeviceRemove(DeviceRemove),
    /// Call one something else.
    DeviceRename(DeviceRename),
    /// List by what the owner gets in, and what happened.
    Ways(InSession),
    /// End the recovery kit.
    RevokeKit(InSession),
    /// Have nothing leave any more.
    Freeze(FreezeItem),
    /// Have it leave again.
    Unfreeze(InSession),
}
