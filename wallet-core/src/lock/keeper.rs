//! What follows from each wish of the owner about the lock, while the wallet is open.

use super::record::{Factor, Kind, MethodId, Record, Refused};
use super::strength::Weak;
use super::{AutoLock, Standing};
use crate::owner::{KitMark, Words};
use crate::port::Context;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::Secret;
use saifu_protocol::{UnixTime, b64};
use serde::{Deserialize, Serialize};

/// An owner's wish about the lock.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    /// Open the wallet with this.
    Unlock(Factor),
    /// Have this open it, too; in the place of another passcode or kit, if there is one.
    Add {
        /// What its owner calls it.
        name: String,
        /// What is to be shown.
        factor: Factor,
    },
    /// From now on open only by one of the methods.
    SwitchOn,
    /// A method is to open it no more.
    Remove {
        /// Which.
        method: MethodId,
        /// Whether the owner has said that the wallet may open to anybody. Without that the last method stays.
        may_switch_off: bool,
    },
    /// Say after how long the wallet locks itself.
    SetAutoLock(AutoLock),
    /// Draw the words of a recovery kit and show them, until they are added or put away.
    OfferKit,
    /// Offer the words of a kit that is on paper already, because safes know it.
    TakeKit(Words),
    /// Put away what is shown: words that were offered, and what was said.
    PutAway,
    /// Erase everything that this browser has of the wallet.
    Erase,
}

/// What is to be said about the last wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// A method was added.
    Added(Kind),
    /// A method was removed.
    Removed(Kind),
    /// The lock is on.
    SwitchedOn,
    /// The lock is off.
    SwitchedOff,
    /// The passcode is too easily guessed.
    Weak(Weak),
    /// This passkey opens it already.
    Known,
    /// The words are not those that are shown.
    OtherWords,
    /// What was shown opens nothing.
    Wrong(Kind),
    /// The browser did not store it: everything is as it was.
    NotStored,
}

/// What is to be stored.
pub struct Next {
    /// The lock from then on.
    pub record: Record,
    /// What becomes of the lock.
    pub switch: Switch,
    said: Option<Said>,
}

/// What becomes of the lock with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// It stays on.
    Stay,
    /// It is switched on: the master key opens only through it.
    On,
    /// It is switched off: the device key opens the master key.
    Off,
}

/// A method, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodCard {
    /// Its id.
    pub id: MethodId,
    /// What its owner calls it.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Since when.
    pub since: UnixTime,
    /// The credential of a passkey, base64url; empty for everything else.
    pub credential: String,
    /// By what the words of a kit are known again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<KitMark>,
}

/// What is shown of the lock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Whether it is on. If not, the methods are drafts.
    pub is_on: bool,
    /// Its methods.
    pub methods: Vec<MethodCard>,
    /// What passkeys derive from.
    #[serde(with = "b64::array")]
    pub salt: [u8; 32],
    /// When the wallet locks itself.
    pub auto_lock: AutoLock,
    /// The words of the kit that is offered.
    pub kit: Option<Words>,
    /// What is to be said.
    pub said: Option<Said>,
    /// Until when no passcode is tried, by this device's clock, in milliseconds.
    pub pause_until: Option<u64>,
}

/// The lock of a wallet that is open.
pub struct Keeper {
    record: Record,
    is_on: bool,
    kit: Option<Words>,
    said: Option<Said>,
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keeper(redacted)")
    }
}

impl View {
    /// Of a wallet that is locked.
    pub fn locked(record: &Record, said: Option<Said>, pause_until: Option<u64>) -> Self {
        Self {
            said,
            pause_until,
            ..Self::of(record, true)
        }
    }

    fn of(record: &Record, is_on: bool) -> Self {
        let methods = record.methods.iter().map(|it| MethodCard {
            id: it.id,
            name: it.name.clone(),
            kind: it.how.kind(),
            since: it.since,
            credential: match &it.how {
                super::How::Passkey { credential } => b64::encode(credential),
                super::How::Passcode { .. } | super::How::Kit { .. } => String::new(),
            },
            mark: match &it.how {
                super::How::Kit { mark, .. } => *mark,
                super::How::Passcode { .. } | super::How::Passkey { .. } => None,
            },
        });
        Self {
            is_on,
            methods: methods.collect(),
            salt: record.salt,
            auto_lock: record.auto_lock,
            kit: None,
            said: None,
            pause_until: None,
        }
    }

    /// Whether there is a method of this kind.
    pub fn has(&self, kind: Kind) -> bool {
        self.methods.iter().any(|it| it.kind == kind)
    }

    /// The kit among the methods.
    pub fn kit_method(&self) -> Option<&MethodCard> {
        self.methods.iter().find(|it| it.kind == Kind::Kit)
    }

    /// Whether the one that is left is on its own.
    pub fn is_last(&self) -> bool {
        self.is_on && self.methods.len() < super::LEAST
    }
}

impl Keeper {
    /// Of a wallet that opened by the lock, or, without a record, by itself.
    pub fn new(record: Option<Record>, context: &mut Context<'_>) -> Self {
        Self {
            is_on: record.is_some(),
            record: record.unwrap_or_else(|| Record::make(context.rng)),
            kit: None,
            said: None,
        }
    }

    /// What follows from a wish. Answers what is to be stored first, if anything.
    pub fn take(&mut self, wish: Wish, master: &Secret, context: &mut Context<'_>) -> Option<Next> {
        self.said = None;
        match wish {
            Wish::Add { name, factor } => self.add(&name, &factor, master, context),
            Wish::SwitchOn if !self.is_on && self.record.is_enough() => Some(Next {
                record: self.record.clone(),
                switch: Switch::On,
                said: Some(Said::SwitchedOn),
            }),
            Wish::Remove {
                method,
                may_switch_off,
            } => self.remove(method, may_switch_off),
            Wish::SetAutoLock(auto_lock) => {
                let mut record = self.record.clone();
                record.auto_lock = auto_lock;
                self.change(record, Switch::Stay, None)
            }
            Wish::OfferKit => {
                self.kit = Some(Words::make(context.rng));
                None
            }
            Wish::TakeKit(words) => {
                self.kit = Some(words);
                None
            }
            Wish::PutAway => {
                self.kit = None;
                None
            }
            // Not while it is open; and with one method the lock stays off.
            Wish::Unlock(_) | Wish::Erase | Wish::SwitchOn => None,
        }
    }

    fn add(
        &mut self,
        name: &str,
        factor: &Factor,
        master: &Secret,
        context: &mut Context<'_>,
    ) -> Option<Next> {
        // Words that nobody has on paper would be a method that nobody has.
        if let Factor::Kit(words) = factor
            && self.kit.as_ref() != Some(words)
        {
            self.said = Some(Said::OtherWords);
            return None;
        }
        let at = (UnixTime(context.now_ms / 1_000), context.stretch);
        match self.record.with(factor, name, master, at, context.rng) {
            Ok(record) => {
                let said = Said::Added(factor.kind());
                self.change(record, Switch::Stay, Some(said))
            }
            Err(refused) => {
                self.said = Some(match refused {
                    Refused::Weak(weak) => Said::Weak(weak),
                    Refused::Known => Said::Known,
                });
                None
            }
        }
    }

    fn remove(&mut self, method: MethodId, may_switch_off: bool) -> Option<Next> {
        let found = self.record.methods.iter().find(|it| it.id == method)?;
        let said = Said::Removed(found.how.kind());
        let record = self.record.without(method);
        match (record.methods.is_empty(), self.is_on) {
            (true, true) if !may_switch_off => None,
            (true, true) => self.change(record, Switch::Off, Some(Said::SwitchedOff)),
            _ => self.change(record, Switch::Stay, Some(said)),
        }
    }

    /// A draft is changed at once: nothing of it is stored.
    fn change(&mut self, record: Record, switch: Switch, said: Option<Said>) -> Option<Next> {
        let next = Next {
            record,
            switch,
            said,
        };
        if self.is_on {
            return Some(next);
        }
        self.stored(next);
        None
    }

    /// The change is stored.
    pub fn stored(&mut self, next: Next) {
        if next.said == Some(Said::Added(Kind::Kit)) {
            self.kit = None;
        }
        self.is_on = match next.switch {
            Switch::Stay => self.is_on,
            Switch::On => true,
            Switch::Off => false,
        };
        self.record = next.record;
        self.said = next.said;
    }

    /// It is not: everything is as it was.
    pub fn not_stored(&mut self) {
        self.said = Some(Said::NotStored);
    }

    /// Whether the wallet is to be locked when nobody uses it.
    pub const fn is_on(&self) -> bool {
        self.is_on
    }

    /// After how long.
    pub const fn auto_lock(&self) -> AutoLock {
        self.record.auto_lock
    }

    /// What the rest of the wallet has to know.
    pub fn standing(&self) -> Standing {
        match self.is_on {
            true => self.record.standing(),
            false => Standing::Off,
        }
    }

    /// What is shown.
    pub fn view(&self) -> View {
        View {
            kit: self.kit.clone(),
            said: self.said,
            ..View::of(&self.record, self.is_on)
        }
    }
}
