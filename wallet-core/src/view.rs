//! What a page shows. Views render these and decide nothing.
//!
//! The wallet sends [`Part`]s: each replaces the part of that kind shown before, and [`Part::SomeBackups`] what it names of the
//! backups. No part but [`Part::Opened`] carries
//! anything a bearer could use, and that one is replaced by nothing as soon as its view closes.

mod printed;
mod waits;

pub use printed::{PRINTED_SAFES, Printed};
pub use waits::{
    AskedCard, Deciding, FreezingCard, FrozenCard, TellingCard, UnheardCard, WaitingCard,
    WaitsView, WakerCard, WakingView, WokenCard,
};

use crate::bearer::What;
use crate::books::{Audited, Elsewhere, KeyHere};
use crate::check::{Check, Health};
use crate::flow::Ceremony;
use crate::form::Form;
use crate::ids::{FlowId, ItemId};
use crate::notice::Notice;
use crate::owner::{CredentialId, Found, KitMark, OwnerStanding, SecretKind, Words};
use crate::plan::key::KeyId;
use crate::plan::policy::Policy;
use crate::plan::preset::Preset;
use crate::plan::{GroupId, KeyForm, Plan, Promise, Weakness};
use crate::rules::trigger::Remark;
use crate::rules::{Apart, Entry, Rehearsals, Rule, RuleProblem, Shortage};
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;
use saifu_protocol::certificate::ObjectClass;
use saifu_protocol::owner::{DeviceId, Event};
use saifu_protocol::{Counter, SafeId, SessionId, UnixTime};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// One part of what is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Whether the wallet can be used at all.
    Phase(Phase),
    /// The values, newest first.
    Values(Vec<ValueCard>),
    /// The certificates of values registered as they are, newest first.
    Certificates(Vec<CertificateCard>),
    /// What lies at safes by a plan, newest first: the certificates of one backup are one thing.
    Backups(Vec<BackupCard>),
    /// These backups are so now, and those without a card are gone; all others are as they were shown before
    /// ([`BackupCard::update`]). There may be thousands, and most events concern one.
    SomeBackups(Vec<(GroupId, Option<BackupCard>)>),
    /// The keys and seeds of the key ring, newest first.
    Keys(Vec<KeyCard>),
    /// Which plan a value gets if its owner does not choose.
    Policy(Policy),
    /// The safes.
    Safes(Vec<SafeCard>),
    /// The safe that was just met, or what came of meeting it.
    Meeting(Option<Meeting>),
    /// What is under way.
    Jobs(Vec<Job>),
    /// What has to be acknowledged.
    Notices(Vec<Notice>),
    /// Sums over everything.
    Summary(Summary),
    /// The one item that is open.
    Opened(Option<Opened>),
    /// The owner, as their safes know them.
    Owner(OwnerView),
    /// What is backed up and fetched by itself.
    Rules(RulesView),
    /// How long others wait, and who does.
    Waits(WaitsView),
    /// What was to be taken over is stored: the text of it may go.
    TakenOver,
}

/// Whether the wallet can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// The store is being read.
    Opening,
    /// Ready.
    Ready,
    /// The lock is on: the wallet opens to its owner only.
    Locked,
    /// Another tab has the wallet.
    OpenElsewhere,
    /// Another tab took over while this one was at work; this one stopped.
    Fenced,
    /// The browser does not let the wallet store anything.
    StorageBlocked,
    /// The store was written by a newer version of the wallet.
    StorageNewer,
    /// The store does not open: its keys or records are damaged.
    StorageDamaged,
}

/// An amount as it is shown: minor units and ISO 4217 code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Minor units.
    pub minor: u64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A value in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueCard {
    /// Its id.
    pub id: ItemId,
    /// Class code.
    pub class: String,
    /// Name.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// What it is worth now.
    pub worth: Option<Amount>,
    /// Place; empty if anywhere.
    pub place: String,
    /// First day, `YYYY-MM-DD`; empty if open.
    pub from: String,
    /// Last day, `YYYY-MM-DD`; empty if open.
    pub to: String,
    /// Where it stands.
    pub standing: Standing,
    /// When it came into the wallet.
    pub since: UnixTime,
    /// The certificate it was recovered by.
    pub came_of: Option<ItemId>,
    /// Whether it may already have been used.
    #[serde(default)]
    pub may_be_used: bool,
}

/// Where a value in this wallet stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// In this browser only, and usable.
    OnlyHere,
    /// In this browser, locked while a job works on it.
    Locked {
        /// The job.
        job: FlowId,
    },
    /// It has arrived from a safe and waits for the safe's confirmation. Not usable, not showable.
    Arrived {
        /// The job.
        job: FlowId,
    },
    /// In this browser only, and its last day is over.
    Ended,
}

/// A registration certificate in a list. All of it is readable without asking the safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateCard {
    /// Its id in this wallet.
    pub id: ItemId,
    /// The safe that issued it.
    pub safe: SafeId,
    /// Where that safe is.
    pub address: String,
    /// Its operator as this wallet knows it; empty if unknown.
    pub operator: String,
    /// The digest.
    pub digest: DigestView,
    /// SHA-256 of the registered bytes, hex.
    pub sha256: String,
    /// MD5 of the registered bytes, hex; empty if absent. Weak: to be marked so.
    pub md5: String,
    /// The counter.
    pub counter: Counter,
    /// When it was issued.
    pub issued_at: UnixTime,
    /// Until when the safe promises to keep the entry.
    pub retained_until: UnixTime,
    /// Size of the value it stands for, in bytes.
    pub object_bytes: u64,
    /// How the last recovery ended, if it did not bring the value back.
    pub standing: CertificateStanding,
    /// Whether the last day of the value lies within the next seven days.
    pub ends_within_a_week: bool,
    /// The value it was issued for.
    pub came_of: Option<ItemId>,
    /// Whether it can be handed over.
    pub may_hand_over: bool,
    /// Whether what it stands for may already have been used.
    #[serde(default)]
    pub may_be_used: bool,
    /// How it is; none where there is nothing to come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// How it was rehearsed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Check>,
    /// Whether its safe was seen to have it.
    pub audit: AuditView,
}

/// What is known of audits of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditView {
    /// The last one.
    pub audited: Audited,
    /// Whether one is under way, and if it waits, why.
    pub under_way: Option<Option<Waiting>>,
}

/// Values that were registered together by one plan, or a key that was registered by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupCard {
    /// Its group.
    pub id: GroupId,
    /// What it holds; nothing for a key.
    pub contents: Vec<Contents>,
    /// Since when.
    pub since: UnixTime,
    /// The plan.
    pub plan: Plan,
    /// The plan's name, if it is one of those with a name.
    pub preset: Option<Preset>,
    /// What the plan promises.
    pub promise: Promise,
    /// How the plan is weak.
    pub weaknesses: Vec<Weakness>,
    /// The key that opens it, or that it holds.
    pub key: Option<KeyId>,
    /// Whether that key is here, so that it opens without fetching a key.
    pub key_is_here: bool,
    /// Its parts, in the order of the plan.
    pub parts: Vec<PartCard>,
    /// How it stands.
    pub standing: BackupStanding,
    /// Whether the last day of one of its values lies within the next seven days.
    pub ends_within_a_week: bool,
    /// Whether it can be handed over.
    pub may_hand_over: bool,
    /// The backups that open with the key it holds, and with nothing else: before them it cannot be given up.
    pub needed_by: Vec<GroupId>,
    /// Whether its key is here and would not go with its papers by itself.
    pub is_key_apart: bool,
    /// The safe that keeps what opens it, and can fetch the rest from the others if its owner logs in there.
    pub fetched_by: Option<SafeId>,
    /// How it is; none where there is nothing to come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// How it was rehearsed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Check>,
}

impl BackupCard {
    /// Makes [`Part::SomeBackups`] true of the backups that are shown.
    pub fn update(shown: &mut Vec<Self>, changes: Vec<(GroupId, Option<Self>)>) {
        for (id, card) in changes {
            shown.retain(|other| other.id != id);
            if let Some(card) = card {
                let place = |card: &Self| (Reverse(card.since), card.id);
                let at = shown.partition_point(|other| place(other) < place(&card));
                shown.insert(at, card);
            }
        }
    }
}

/// What a backup holds, as known without asking any safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Class code.
    pub class: String,
    /// Name.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// What it is worth.
    pub worth: Option<Amount>,
    /// Place; empty if anywhere.
    pub place: String,
    /// First day; empty if open.
    pub from: String,
    /// Last day; empty if open.
    pub to: String,
    /// The value it was made of.
    pub came_of: Option<ItemId>,
    /// Whether it may already have been used.
    #[serde(default)]
    pub may_be_used: bool,
}

/// One part of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCard {
    /// What it is.
    pub class: ObjectClass,
    /// Its number among the parts of its role, from 0.
    pub index: u8,
    /// The safe it lies at or goes to; none if it stays home.
    pub safe: Option<SafeId>,
    /// Where that safe is.
    pub address: String,
    /// Who runs it.
    pub operator: String,
    /// Its certificate, once there is one.
    pub certificate: Option<ItemId>,
    /// How it stands.
    pub state: PartState,
    /// Why its work waits, if it does.
    pub waiting: Option<Waiting>,
    /// When it is tried again, if it waits.
    pub next_try: Option<UnixTime>,
    /// Whether its safe was seen to have it; none without a certificate.
    pub audit: Option<AuditView>,
}

impl PartCard {
    /// Whether its safe has it and nothing of it is still to be given back.
    pub fn is_there(&self) -> bool {
        self.certificate.is_some() && self.state != PartState::Returning
    }
}

/// How a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartState {
    /// It is being registered.
    Sending,
    /// Its safe does not take it.
    Refused,
    /// Its safe has it.
    AtSafe,
    /// It is at home, as planned.
    Home,
    /// It is being fetched.
    Fetching,
    /// It has arrived.
    Here,
    /// Its safe is asked to confirm.
    Confirming,
    /// Its safe is asked to take it back.
    Returning,
    /// Its safe is told to end it.
    Ending,
    /// Its safe is asked to bind its certificate to this wallet.
    TakingOver,
    /// Its safe could not hand it out.
    NotHandedOut,
    /// Its safe proved that another device has it.
    Elsewhere(Elsewhere),
    /// It is not there any more.
    Gone,
}

/// How a backup stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupStanding {
    /// It is being made; the values are still here.
    Registering {
        /// The job.
        job: FlowId,
    },
    /// Its values are at the safes; some parts may still be on their way.
    AtSafes,
    /// Its values are being recovered, or moved to other safes.
    Recovering {
        /// The job.
        job: FlowId,
    },
    /// Its values are home or were given up; what is left at safes is being ended.
    Ending,
    /// Safes proved that it was handed out elsewhere.
    Elsewhere,
}

/// A key or a seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCard {
    /// Its id in this wallet.
    pub id: ItemId,
    /// Its id as parts name it.
    pub key: KeyId,
    /// What it is.
    pub form: KeyForm,
    /// For a seed, the algorithm that makes a key of it: name and version.
    pub algorithm: Option<(String, u8)>,
    /// Since when.
    pub since: UnixTime,
    /// What of it is here.
    pub here: KeyHere,
    /// The backups it opens.
    pub opens: Vec<GroupId>,
    /// The backups that hold it whole, so that it can be fetched from there.
    pub held_by: Vec<GroupId>,
    /// That of them which it would be fetched from now.
    pub fetch_from: Option<GroupId>,
    /// The safes that have something it opens.
    pub data_at: Vec<SafeId>,
    /// Whether it opens nothing, lies nowhere, and nothing works on it.
    pub is_idle: bool,
    /// The job that works on it.
    pub job: Option<FlowId>,
}

/// A digest as it is shown; empty fields are left out. All empty: vacant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DigestView {
    /// Class code.
    pub class: String,
    /// Name, perhaps cut.
    pub name: String,
    /// How many.
    pub quantity: Option<u32>,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Place, perhaps cut.
    pub place: String,
}

/// How a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateStanding {
    /// The value waits at the safe, as far as this wallet knows.
    AtSafe,
    /// A job works on it.
    Locked {
        /// The job.
        job: FlowId,
    },
    /// The safe proved that another device has it, or that it was retired.
    Elsewhere(Elsewhere),
    /// The safe could not hand it out.
    NotHandedOut,
}

/// A trusted safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeCard {
    /// Its id.
    pub id: SafeId,
    /// Where it is.
    pub address: String,
    /// Who runs it.
    pub operator: String,
    /// Under which law.
    pub jurisdiction: String,
    /// Its fingerprint: the id in groups of four hex digits.
    pub fingerprint: String,
    /// How many certificates of it this wallet holds.
    pub certificates: usize,
    /// How many of them something still comes back by.
    pub kept: usize,
    /// How much is left there that is only to be ended: what was moved, recovered or given up.
    pub ending: usize,
    /// Whether it can be forgotten: no certificate and no job names it.
    pub forgettable: bool,
    /// Whether the last request to it was answered.
    pub reach: Reach,
    /// When it last answered since the wallet was opened.
    pub answered_at: Option<UnixTime>,
    /// Whether it is being asked for nothing but whether it answers.
    pub asking: bool,
    /// Whether it uses the weak legacy hash beside SHA-256.
    pub legacy_hash: bool,
}

/// Whether a safe answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Not asked yet since the wallet was opened.
    Unknown,
    /// It answered.
    Answers,
    /// It did not.
    Silent,
}

/// A safe that was just met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meeting {
    /// It is being asked.
    Asking {
        /// The address.
        address: String,
    },
    /// It says who it is. Compare the fingerprint before trusting it.
    Met {
        /// Its id.
        id: SafeId,
        /// The address.
        address: String,
        /// Who says to run it.
        operator: String,
        /// Under which law.
        jurisdiction: String,
        /// The id in groups of four hex digits.
        fingerprint: String,
        /// How long it promises to keep an entry, in days.
        retention_days: u64,
    },
    /// That did not work.
    Failed {
        /// The address.
        address: String,
        /// Why.
        why: MeetingFailure,
    },
}

/// Why a safe could not be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeetingFailure {
    /// What was typed is no address of a safe.
    NotAnAddress,
    /// Nobody answered.
    Unreachable,
    /// Somebody answered, but not as a safe.
    NotASafe,
    /// It speaks a version this wallet does not.
    UnknownVersion,
    /// Its keys and its attestation do not belong together, or it says to be elsewhere.
    Forged,
    /// This address was trusted with another key before.
    KeyChanged,
    /// It is trusted already.
    AlreadyTrusted,
}

impl MeetingFailure {
    /// Every failure.
    pub const ALL: [MeetingFailure; 7] = [
        MeetingFailure::NotAnAddress,
        MeetingFailure::Unreachable,
        MeetingFailure::NotASafe,
        MeetingFailure::UnknownVersion,
        MeetingFailure::Forged,
        MeetingFailure::KeyChanged,
        MeetingFailure::AlreadyTrusted,
    ];
}

/// Something under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: FlowId,
    /// What it is.
    pub task: Task,
    /// The value or certificate it works on.
    pub item: Option<ItemId>,
    /// Name of the value.
    pub subject: String,
    /// Address of the safe; empty if none takes part.
    pub safe: String,
    /// What is true now.
    pub stage: Stage,
    /// Why it waits, if it does.
    pub waiting: Option<Waiting>,
    /// When it is tried again, if it waits.
    pub next_try: Option<UnixTime>,
    /// Whether the owner can call it off.
    pub can_call_off: bool,
    /// What the owner's authenticator is to do, where it waits for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceremony: Option<Ceremony>,
}

/// What a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// A new value waits for room.
    Add,
    /// A value is registered at a safe.
    BackUp,
    /// A value is recovered from a safe.
    Recover,
    /// What was handed out is read once more.
    LastCopy,
    /// A safe is told to forget something.
    Retire,
    /// Values are moved from safes of which some are gone to others.
    Repair,
    /// A key is fetched from a safe.
    RecoverKey,
    /// A certificate that was handed over is taken over.
    TakeOver,
    /// A safe is told of the owner, or of another secret of theirs.
    Enrol,
    /// A safe is asked for everything of the owner's.
    Restore,
    /// The owner sees to the ways in.
    Ways,
    /// A rule is carried out.
    Round,
    /// A safe is told how long others wait.
    SetWait,
    /// A safe is told what becomes of somebody who waits.
    Decide,
    /// A safe is told to hand out nothing.
    Freeze,
    /// It is tried whether a backup would come back.
    Rehearse,
    /// A safe is to show that it has what is there.
    Audit,
}

/// What is true of a job now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It waits for room in the wallet.
    NoRoom,
    /// It is written down; the safe is asked for a certificate.
    Registering,
    /// It is written down; the safe is asked for the value.
    Requesting,
    /// The value is here; the safe is asked to confirm.
    Arrived,
    /// The safe is asked to take its offer back.
    Returning,
    /// The safe is told to forget it.
    Retiring,
    /// The safe is asked to bind the certificate to this wallet.
    TakingOver,
    /// The safe is asked to know name and secret from now on.
    Enrolling,
    /// Name and secret are shown to be right, or a device is.
    LoggingIn,
    /// The owner's authenticator is to sign.
    AwaitsDevice,
    /// A session is open for what its owner wants.
    Managing,
    /// They were. Other safes are still to bring their share.
    LoggedIn,
    /// What the safe has is listed.
    Listing,
    /// What a rule means is moved, a few at a time.
    Round,
    /// The safe is told how long others wait.
    SettingWait,
    /// The safe is told what becomes of somebody who waits.
    Deciding,
    /// The safe is told to hand out nothing.
    Freezing,
    /// The safe is to show chunks of what is there.
    Auditing,
    /// The safe is told whether it wakes this wallet, and where.
    SettingWake,
}

/// Why a job waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Waiting {
    /// The safe cannot be reached.
    Unreachable,
    /// The safe answers with something that is no answer.
    Garbled,
    /// The safe is busy or failed.
    SafeFailed,
    /// The safe is of a version that does not know what it is asked.
    TooOld,
    /// Too many wrong guesses were made at this name.
    TooManyGuesses,
    /// The safe does not reach the other one that it is to fetch from.
    OtherSafeSilent,
    /// The safe is still to end what was called off.
    EndingFirst,
    /// What was handed out is read in a session of the owner's, and there is none.
    LogIn,
    /// The safe's clock and this device's differ too much even after setting right.
    Clock,
    /// The safe's memory was set back, so it cannot confirm what has arrived.
    RolledBack,
    /// Another session has it open at the safe, and may give it back.
    OpenElsewhere,
    /// Another device of the owner's registered it, and wants others to wait.
    NotYet {
        /// So long, by the safe's clock.
        until: UnixTime,
    },
    /// The owner has frozen what is theirs there.
    Frozen {
        /// Since then, by the safe's clock.
        since: UnixTime,
    },
    /// The safe shows another key than the one that was trusted.
    KeyChanged,
    /// One method is left that unlocks this device: what lies here, too, is not deleted before there is another.
    SecondMethod,
    /// The browser's storage is full.
    StorageFull,
    /// The browser's storage failed.
    StorageFailed,
}

impl Waiting {
    /// Every reason.
    pub const ALL: [Waiting; 17] = [
        Waiting::Unreachable,
        Waiting::Garbled,
        Waiting::SafeFailed,
        Waiting::TooOld,
        Waiting::TooManyGuesses,
        Waiting::OtherSafeSilent,
        Waiting::EndingFirst,
        Waiting::LogIn,
        Waiting::Clock,
        Waiting::RolledBack,
        Waiting::OpenElsewhere,
        Waiting::NotYet { until: UnixTime(0) },
        Waiting::Frozen { since: UnixTime(0) },
        Waiting::KeyChanged,
        Waiting::SecondMethod,
        Waiting::StorageFull,
        Waiting::StorageFailed,
    ];
}

/// The owner, as their safes know them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OwnerView {
    /// The name; none before anything was enrolled or asked for.
    pub name: Option<String>,
    /// How many of the safes are needed to find everything again.
    pub needed: u8,
    /// What kind of secret opens.
    #[serde(default)]
    pub kind: SecretKind,
    /// Likewise of the one before, while that still opens.
    #[serde(default)]
    pub kind_before: SecretKind,
    /// Whether the secret is being changed, and the one before still opens somewhere.
    pub is_changing: bool,
    /// Whether the wallet is looking for what the owner had.
    pub is_restoring: bool,
    /// Whether it may begin to.
    pub can_restore: bool,
    /// The passkey that makes a terminal of this wallet, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<CredentialId>,
    /// Every safe that is trusted.
    pub safes: Vec<OwnerCard>,
    /// What was handed out, the latest first, as safes have told in sessions that are open; none where nobody has asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Vec<ReleasedCard>>,
}

/// Something that was handed out and is still kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedCard {
    /// What a copy is asked of; none where what was left with it does not open.
    pub what: Option<What>,
    /// Class code; empty if unknown.
    pub class: String,
    /// Name of the first value; empty if unknown.
    pub name: String,
    /// How many more there are.
    pub others: usize,
    /// How it is with a copy of it on this device.
    pub copy: LastCopy,
    /// Where and when.
    pub at: Vec<ReleasedAt>,
}

/// How it is with a copy of what was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LastCopy {
    /// There may be one.
    Possible,
    /// This job gets one.
    UnderWay(FlowId),
    /// It is here, and marked.
    IsHere,
    /// None is needed: what was handed out came to this device.
    RealIsHere,
    /// None can be asked for: what was left with it at the safe does not open.
    Unreadable,
}

/// Where and when something was handed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedAt {
    /// The safe's operator.
    pub operator: String,
    /// Its address.
    pub address: String,
    /// Since when.
    pub since: UnixTime,
    /// Until when the safe has it, if it says so.
    pub until: Option<UnixTime>,
    /// By what the device is known there: the session that it has confirmed.
    pub session: Option<SessionId>,
}

impl OwnerView {
    /// The weaker kind of those that open.
    pub fn weakest(&self) -> SecretKind {
        match self.is_changing {
            true => self.kind.max(self.kind_before),
            false => self.kind,
        }
    }
}

/// The owner at one safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerCard {
    /// The safe.
    pub safe: SafeId,
    /// Where it is.
    pub address: String,
    /// Who runs it.
    pub operator: String,
    /// What is true there; none where the owner is not known.
    pub standing: Option<OwnerStanding>,
    /// The job at work with it.
    pub job: Option<FlowId>,
    /// What was found there.
    pub found: Option<Found>,
    /// The kit that this wallet has left there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kit: Option<KitMark>,
    /// By what the owner gets in there, while a session is open for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ways: Option<WaysView>,
}

/// By what an owner gets in at a safe, and what happened there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaysView {
    /// The devices, in the order in which they were enrolled.
    pub devices: Vec<DeviceCard>,
    /// Since when a recovery kit opens, if one does.
    pub kit_since: Option<UnixTime>,
    /// What happened, the newest first.
    pub history: Vec<HistoryLine>,
}

/// A device that opens at a safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCard {
    /// What the safe knows it by.
    pub id: DeviceId,
    /// Whether it is a passkey; a terminal if not.
    pub is_passkey: bool,
    /// What the owner calls it; none if somebody else has left that name there.
    pub name: Option<String>,
    /// Since when.
    pub since: UnixTime,
    /// When it last logged in.
    pub used: Option<UnixTime>,
}

/// Something that happened to an owner's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// When, by the safe's clock.
    pub at: UnixTime,
    /// Whether it came from this wallet.
    pub is_here: bool,
    /// What.
    pub what: Event,
}

/// What is backed up and fetched by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RulesView {
    /// The rules, in the order in which they run.
    pub rules: Vec<RuleCard>,
    /// What the one that is being put together would mean.
    pub draft: Option<Draft>,
    /// What happens when there is no room.
    pub shortage: Shortage,
    /// How often a backup is rehearsed by itself.
    #[serde(default)]
    pub rehearsals: Rehearsals,
    /// Whether the device has no network: nothing can be tried then.
    #[serde(default)]
    pub is_off_line: bool,
    /// How often safes are audited by themselves, in days; never at zero.
    #[serde(default)]
    pub audit_days: u32,
    /// How many bytes the rules that are on would free.
    pub would_free: u64,
    /// What is being carried out.
    pub rounds: Vec<RoundCard>,
    /// What was, the latest first.
    pub activity: Vec<Entry>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCard {
    /// The rule.
    pub rule: Rule,
    /// What this platform does not tell it, and what is done instead.
    pub lacks: Vec<Remark>,
    /// What it means now; none while nobody looks.
    pub means: Option<Meant>,
}

/// A rule that is being put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The rule.
    pub rule: Rule,
    /// Why it would not be taken.
    pub problem: Option<RuleProblem>,
    /// As [`RuleCard::lacks`].
    pub lacks: Vec<Remark>,
    /// What it would mean now.
    pub means: Meant,
}

/// What a rule means: so many, of which the first are named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Meant {
    /// The names of what it would move.
    pub selected: Vec<String>,
    /// The names of what satisfies its wording, or may, and is not moved; and why.
    pub apart: Vec<(String, Apart)>,
    /// How many it would move.
    pub selected_count: usize,
    /// How many stay apart.
    pub apart_count: usize,
}

/// A rule that is being carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundCard {
    /// The job, by which it can be called off.
    pub job: FlowId,
    /// What can be said of it so far.
    pub entry: Entry,
    /// How many values are still to be moved.
    pub left: usize,
}

/// Sums over everything in the wallet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Values that exist in this browser only.
    pub only_here: usize,
    /// What they are worth, per currency.
    pub only_here_worth: Vec<Amount>,
    /// Values at safes.
    pub at_safes: usize,
    /// Bytes the values take.
    pub used_bytes: u64,
    /// Bytes they may take.
    pub capacity_bytes: u64,
    /// The conservation account.
    pub account: Account,
}

/// Where every value that ever came in has gone. `came_in` equals the sum of the others, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Account {
    /// Values that came in.
    pub came_in: u64,
    /// In this wallet.
    pub here: u64,
    /// At a safe, including those on their way back.
    pub at_safes: u64,
    /// Used.
    pub used: u64,
    /// Discarded, here or at a safe.
    pub discarded: u64,
    /// Proven by a safe's receipt to be elsewhere, or handed over.
    pub elsewhere: u64,
    /// Disaster copies, here and at safes: counted apart, for each is a copy of something that is counted above, or was on a device
    /// that is lost.
    #[serde(default)]
    pub disaster: u64,
}

impl Account {
    /// Whether every value is accounted for.
    pub fn balances(&self) -> bool {
        self.came_in == self.here + self.at_safes + self.used + self.discarded + self.elsewhere
    }
}

/// An item shown whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opened {
    /// A value with its payload.
    Value {
        /// Its id.
        id: ItemId,
        /// Everything it says, as a form would show it.
        form: Form,
    },
    /// A certificate.
    Certificate {
        /// Its id.
        id: ItemId,
        /// The compact form. Presenting it takes the holder's key, which stays in the wallet.
        compact: String,
    },
    /// A recovery secret that was drawn, to be written down. The view that shows it must go with it.
    Secret {
        /// The six words.
        words: Words,
    },
    /// Bearer papers: whoever reads one has what it stands for.
    Papers {
        /// What is handed over.
        what: What,
        /// One text for each certificate, each short enough for a QR code. The view that shows them must go with them.
        texts: Vec<Zeroizing<String>>,
    },
}
