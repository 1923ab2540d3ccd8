//! What an owner wants done. The page sends these and nothing else.

use crate::bearer::What;
use crate::flow::{Doing, Shown};
use crate::form::Form;
use crate::ids::{FlowId, ItemId};
use crate::owner::{CredentialId, OwnerSecret, Way};
use crate::plan::policy::Policy;
use crate::plan::{GroupId, KeyForm, Plan};
use crate::rules::{Rehearsals, Rule, RuleId, Shortage};
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::push::Endpoint;
use saifu_protocol::{PublicKey, SafeId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// An owner's wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// Put a value into the wallet.
    Add {
        /// What was typed.
        form: Form,
    },
    /// Replace a value by a corrected one: new entry and deletion in one transaction.
    Correct {
        /// The value.
        value: ItemId,
        /// What was typed.
        form: Form,
    },
    /// Take a value out for good, because it was used or is not wanted.
    Remove {
        /// The value.
        value: ItemId,
        /// Why.
        why: RemoveReason,
    },
    /// Show a value whole, payload included, until another view opens.
    Open {
        /// The value or certificate.
        item: ItemId,
    },
    /// Forget what [`Intent::Open`] showed.
    Close,
    /// Ask a safe who it is.
    MeetSafe {
        /// What was typed or scanned.
        address: String,
    },
    /// Trust the safe that was just met.
    TrustSafe {
        /// Its id, as shown.
        safe: SafeId,
    },
    /// Do not trust the safe that was just met.
    DismissSafe,
    /// Ask a trusted safe whether it answers, and nothing else.
    AskSafe {
        /// Its id.
        safe: SafeId,
    },
    /// Do not tell a safe any more what it was still to end: it is gone for good.
    GiveUpEnding {
        /// Its id.
        safe: SafeId,
    },
    /// Forget a safe at which nothing is registered.
    ForgetSafe {
        /// Its id.
        safe: SafeId,
    },
    /// Register values at a safe.
    BackUp {
        /// The values.
        values: Vec<ItemId>,
        /// The safe.
        safe: SafeId,
    },
    /// Register values by a plan: each by itself, or all together if the plan couples.
    Protect {
        /// The values.
        values: Vec<ItemId>,
        /// The plan.
        plan: Plan,
        /// The safes that take its slots, that of slot 0 first.
        safes: Vec<SafeId>,
        /// A key of the ring that seals instead of a fresh one.
        key: Option<ItemId>,
    },
    /// Recover what lies at safes by a plan.
    RecoverBackup {
        /// Its group.
        backup: GroupId,
    },
    /// Recover what a safe has open for another device, because that one is lost: it has not confirmed it.
    TakeBack {
        /// What.
        what: What,
    },
    /// Move what lies at safes by a plan to other safes: new key, new parts, and only then the old ones end.
    Repair {
        /// Its group.
        backup: GroupId,
        /// The plan.
        plan: Plan,
        /// The safes that take its slots.
        safes: Vec<SafeId>,
    },
    /// Give up a backup together with what it holds.
    DiscardBackup {
        /// Its group.
        backup: GroupId,
    },
    /// Make a key or a seed, to seal several values with.
    MakeKey {
        /// What it is.
        form: KeyForm,
    },
    /// Register a key by itself, as the plan says of keys.
    BackUpKey {
        /// The key.
        key: ItemId,
        /// The plan.
        plan: Plan,
        /// The safes that take its slots.
        safes: Vec<SafeId>,
    },
    /// Fetch the whole key a backup holds. Its safe goes on keeping it.
    RecoverKey {
        /// The group of the backup.
        backup: GroupId,
    },
    /// Delete a key from the key ring.
    DeleteKey {
        /// The key.
        key: ItemId,
    },
    /// Show what hands a certificate or a backup over, until another view opens.
    HandOver {
        /// What.
        what: What,
        /// Whether the key that opens goes with it.
        with_key: bool,
    },
    /// What was handed over is somebody else's now: forget it, without telling any safe.
    HandedOver {
        /// What.
        what: What,
    },
    /// Take in what somebody handed over: one text or several.
    TakeOver {
        /// The text.
        text: Zeroizing<String>,
    },
    /// Draw a recovery secret and show it, until another view opens.
    OfferSecret,
    /// Enrol the owner at every safe that is trusted: the first time with the words that are shown or a password of their own,
    /// later with the same once more, for safes that have come since.
    Enrol {
        /// The name, in the form in which every keyboard gives it.
        name: String,
        /// The secret.
        secret: OwnerSecret,
    },
    /// Have another secret open in the place of this one: words that are shown, or a password of the owner's own.
    ChangeSecret {
        /// The secret that opens now.
        secret: OwnerSecret,
        /// The other one.
        next: OwnerSecret,
    },
    /// Log in at a safe and find everything again.
    Restore {
        /// The safe.
        safe: SafeId,
        /// The name, likewise; empty with a device.
        name: String,
        /// By what.
        by: Way,
    },
    /// Get a copy of what was handed out to a device that is lost, in sessions that are open. It comes with a mark: it may already have
    /// been used.
    LastCopy {
        /// Of what.
        what: What,
    },
    /// Log in at safes and see by what their owner gets in there. The sessions stay open until their jobs are called off.
    OpenWays {
        /// The safes.
        safes: Vec<SafeId>,
        /// By what.
        by: Way,
    },
    /// Change something of the ways in, in such a session.
    Manage {
        /// Its job.
        job: FlowId,
        /// What.
        doing: Doing,
    },
    /// The owner's authenticator has done what a job was waiting for.
    Present {
        /// The job.
        job: FlowId,
        /// What.
        shown: Shown,
    },
    /// Remember the passkey that makes a terminal of this wallet.
    KeepTerminal {
        /// Its id.
        credential: CredentialId,
    },
    /// Have the safe that keeps what opens a backup fetch the rest of it.
    Fetch {
        /// Its group.
        backup: GroupId,
        /// The secret that opens at that safe.
        secret: OwnerSecret,
        /// Whether what has come is registered anew at the same safes, under a new key. Else it is held here.
        put_back: bool,
    },
    /// Say which plan a value gets if its owner does not choose.
    SetPolicy {
        /// The rules.
        policy: Policy,
    },
    /// Have this rule, in the place of the one with its id, or as a new one ([`RuleId::NEW`]).
    PutRule {
        /// The rule.
        rule: Rule,
    },
    /// Do without this rule.
    RemoveRule {
        /// The rule.
        rule: RuleId,
    },
    /// Have the rules that are shipped as they were shipped.
    RestoreRules,
    /// Carry out a rule now, whether it is on or not.
    RunRule {
        /// The rule.
        rule: RuleId,
    },
    /// Say what happens when there is no room.
    SetShortage {
        /// What.
        shortage: Shortage,
    },
    /// Make room for what waits for it, by the rules that are on.
    MakeRoom {
        /// The job.
        job: FlowId,
    },
    /// Show what each rule means, and what this one would, until [`Intent::HideRules`].
    ShowRules {
        /// The rule that is being put together.
        draft: Option<Rule>,
    },
    /// Nobody looks at the rules any more.
    HideRules,
    /// See whether the backup of this certificate or group would come back: it is recovered and given back.
    Rehearse {
        /// The certificate, or the group's record.
        what: ItemId,
    },
    /// The same with every backup, one after the other.
    FireDrill,
    /// Say how often a backup is rehearsed by itself.
    SetRehearsals {
        /// How often.
        often: Rehearsals,
    },
    /// Recover the value of a certificate.
    Recover {
        /// The certificate.
        certificate: ItemId,
    },
    /// Give up a certificate together with the value at the safe.
    Discard {
        /// The certificate.
        certificate: ItemId,
    },
    /// Stop a job that has not gone too far.
    CallOff {
        /// The job.
        job: FlowId,
    },
    /// Do not wait any longer before the next attempt of any job.
    RetryNow,
    /// Set how much the wallet may hold, in bytes.
    SetCapacity {
        /// Bytes.
        bytes: u64,
    },
    /// Set how many seconds others wait for what this wallet registers, and has registered.
    SetWait {
        /// Seconds; none at zero.
        seconds: u64,
    },
    /// See now whether the safe of a certificate still has what is there, or whether all safes of a backup do.
    Audit {
        /// Of what.
        what: What,
    },
    /// Set how often that is seen to by itself.
    SetAudits {
        /// In days; never at zero.
        days: u32,
    },
    /// Ask the safes who waits.
    Watch,
    /// Say what becomes of somebody who waits.
    Decide {
        /// The safe.
        safe: SafeId,
        /// Who.
        account: PublicKey,
        /// Whether they may at once; otherwise never.
        may: bool,
    },
    /// Have a safe wake this wallet while it is closed, and no other one.
    WakeBy {
        /// The safe.
        safe: SafeId,
        /// Where this browser is reached: what its push service gave for the key of that safe.
        to: Endpoint,
    },
    /// Have no safe wake it any more.
    LetSleep,
    /// Have every safe that knows the owner hand out nothing. To lift it is done in the sessions of [`Intent::OpenWays`].
    Freeze,
    /// A notice was read.
    Acknowledge {
        /// The notice.
        notice: ItemId,
    },
}

/// Why a value is taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemoveReason {
    /// It was used.
    Used,
    /// It is not wanted any more.
    Discarded,
}
