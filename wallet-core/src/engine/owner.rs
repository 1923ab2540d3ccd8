//! What an owner wants of their own enrolment: a secret, safes that know it, and everything back.

use super::Wallet;
use crate::books::{Change, Identity, Safe, item_of};
use crate::flow::{Aim, Enrol, EnrolState, Flow, Login, Managing, Then, account, begin_by_order};
use crate::ids::{FlowId, ItemId};
use crate::notice::Kind;
use crate::owner::{
    CredentialId, Owner, OwnerAt, OwnerSecret, OwnerStanding, SecretKind, Way, Words,
    has_money_away, needed_of, open_label,
};
use crate::plan::offer::Stake;
use crate::plan::{GroupId, Plan, Step};
use crate::port::Context;
use crate::view::{DeviceCard, HistoryLine, Opened, OwnerCard, OwnerView, WaysView};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_protocol::SafeId;
use saifu_protocol::owner::{Device, Happened, OwnerName};

impl Wallet {
    /// Who this wallet is to itself, and what must be stored for it to be that.
    pub(super) fn identity(&self, context: &mut Context<'_>) -> (Identity, Option<Change>) {
        match self.books.identity() {
            Some(known) => (known.clone(), None),
            None => {
                let fresh = Identity::make(context.rng);
                (fresh.clone(), Some(Change::Identify(fresh)))
            }
        }
    }

    pub(super) fn offer_secret(&mut self, context: &mut Context<'_>) {
        self.close();
        let words = Words::make(context.rng);
        self.opened = Some(Opened::Secret { words });
        self.dirty.opened();
    }

    /// What kind of secret opens at the safes, the weakest of those that do.
    pub(super) fn secret_kind(&self) -> SecretKind {
        let owner = self.books.owner();
        owner.map_or(SecretKind::default(), Owner::weakest)
    }

    /// Those of these values that may be backed up by this plan, behind the secret that opens. Of the others the owner is told.
    pub(super) fn allowed(
        &mut self,
        values: &[ItemId],
        plan: &Plan,
        context: &mut Context<'_>,
    ) -> Vec<ItemId> {
        let kind = self.secret_kind();
        let may = |id: &ItemId| {
            self.books.value(*id).is_none_or(|value| {
                let stake = Stake::of(&value.class, value.worth.as_ref()).behind(kind);
                !stake.is_too_much_for_its_secret(plan)
            })
        };
        let (allowed, refused): (Vec<ItemId>, Vec<ItemId>) = values.iter().copied().partition(may);
        if let Some(first) = refused.first() {
            let name = crate::flow::name_of(&self.books, *first);
            self.tell_about(name, Kind::SecretTooWeak, context);
            // What is coupled goes together or not at all.
            if plan.steps.contains(&Step::Couple) {
                return Vec::new();
            }
        }
        allowed
    }

    /// Whether this may come to open: words that are shown, or a password that is not refused as such. Money at safes asks for more.
    fn may_begin(&mut self, secret: &OwnerSecret, name: &str, context: &mut Context<'_>) -> bool {
        let is_fit = match secret {
            OwnerSecret::Words(words) => self.shows(words),
            OwnerSecret::Password(password) => password.grade(name).is_ok(),
        };
        if is_fit && !secret.kind(name).is_enough_for_money() && has_money_away(&self.books) {
            self.tell(Kind::MoneyAtSafes, context);
            return false;
        }
        is_fit
    }

    /// What does not read changes nothing: the page checks with the same functions before it sends.
    pub(super) fn enrol(
        &mut self,
        name: &str,
        secret: &OwnerSecret,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let Ok(name) = OwnerName::new(name) else {
            return Vec::new();
        };
        let (identity, identified) = self.identity(context);
        let check = secret.check(&identity.root());
        let known = self.books.owner().cloned();
        // A name that somebody else has everywhere is given up, and the words with it.
        let mut owner = match known.filter(|owner| self.is_somewhere(owner)) {
            Some(owner) if owner.check.as_ref().is_some_and(|known| *known != check) => {
                self.tell(Kind::SecretOther, context);
                return Vec::new();
            }
            Some(owner) => owner,
            None if self.may_begin(secret, name.as_str(), context) => {
                let safes = self.books.safes().count();
                let name = String::from(name.as_str());
                let mut owner = Owner::new(name, needed_of(safes), Some(check));
                owner.kind = secret.kind(&owner.name);
                owner
            }
            None => return Vec::new(),
        };
        let mut changes: Vec<Change> = identified.into_iter().collect();
        for safe in self.books.safes().map(|safe| safe.id) {
            if self.owner_job(safe).is_some() {
                continue;
            }
            let way = || Way::secret(secret.clone());
            let log_in = |aim| Flow::Login(Login::new(safe, &owner.name, way(), aim));
            // What nobody has tried yet is not enrolled anywhere else.
            let is_tried = owner.check.is_some();
            let flow = match owner.standing(safe) {
                Some(OwnerStanding::Enrolled) => log_in(Aim::Map),
                Some(OwnerStanding::Both) => log_in(Aim::Settle),
                // That takes the secret before, too; and a name that is somebody else's stays that.
                Some(OwnerStanding::Old | OwnerStanding::Taken) => continue,
                Some(OwnerStanding::Asking | OwnerStanding::Wrong | OwnerStanding::Refused)
                | None
                    if !is_tried =>
                {
                    continue;
                }
                Some(OwnerStanding::Asking | OwnerStanding::Wrong | OwnerStanding::Refused)
                | None => {
                    let of_old = owner.at.iter().find(|at| at.safe == safe);
                    let known = of_old.map(|at| at.number).filter(|number| *number > 0);
                    let Some(number) = known.or_else(|| owner.next_number()) else {
                        continue;
                    };
                    owner.put(safe, number, OwnerStanding::Asking);
                    Flow::Enrol(Enrol {
                        safe,
                        name: owner.name.clone(),
                        secret: secret.clone(),
                        number,
                        state: EnrolState::Ready,
                    })
                }
            };
            changes.push(Change::Journal(FlowId::make(context.rng), flow));
        }
        changes.push(Change::Own(Some(owner)));
        changes
    }

    /// Every safe that knows the owner is to know the other secret, too. Values stay where they are, and so does the root; its
    /// shares are dealt anew. Where a change was not finished, it goes on with the same two secrets.
    pub(super) fn change_secret(
        &mut self,
        secret: &OwnerSecret,
        next: &OwnerSecret,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let known = (self.books.owner(), self.books.identity());
        let (Some(owner), Some(identity)) = known else {
            return Vec::new();
        };
        let root = identity.root();
        let (of_secret, of_next) = (Some(secret.check(&root)), Some(next.check(&root)));
        let goes_on = owner.is_changing();
        let (is_known, is_next) = match goes_on {
            true => (owner.before == of_secret, owner.check == of_next),
            false => (owner.check == of_secret, true),
        };
        let mut owner = owner.clone();
        if !is_next || !goes_on && !self.may_begin(next, &owner.name, context) {
            return Vec::new();
        }
        // Which secret opens is not known here: the safes say it first.
        if owner.check.is_none() {
            return self.enrol(&owner.name, secret, context);
        }
        // The same once more is no change, and would end itself.
        if !is_known || of_secret == of_next {
            self.tell(Kind::SecretOther, context);
            return Vec::new();
        }
        if !goes_on {
            owner.before = of_secret;
            owner.check = of_next;
            owner.kind_before = secret.kind(&owner.name);
            owner.kind = next.kind(&owner.name);
            let is_enrolled = |at: &&OwnerAt| at.standing == OwnerStanding::Enrolled;
            owner.needed = needed_of(owner.at.iter().filter(is_enrolled).count());
        }
        let mut changes = Vec::new();
        for at in &mut owner.at {
            let (by, aim) = match at.standing {
                OwnerStanding::Enrolled if goes_on => continue,
                OwnerStanding::Enrolled | OwnerStanding::Old => {
                    (secret, Aim::Change { next: next.clone() })
                }
                OwnerStanding::Both => (next, Aim::Settle),
                OwnerStanding::Asking
                | OwnerStanding::Taken
                | OwnerStanding::Wrong
                | OwnerStanding::Refused => continue,
            };
            if self.owner_job(at.safe).is_some() {
                continue;
            }
            if at.standing == OwnerStanding::Enrolled {
                at.standing = OwnerStanding::Old;
            }
            let way = Way::secret(by.clone());
            let login = Flow::Login(Login::new(at.safe, &owner.name, way, aim));
            changes.push(Change::Journal(FlowId::make(context.rng), login));
        }
        if changes.is_empty() {
            return changes;
        }
        if !goes_on {
            changes.extend(self.enrol_other(next));
        }
        changes.push(Change::Own(Some(owner)));
        changes
    }

    /// Safes that have no record yet get that of the other secret, and none of the one before. Where a record is under way it
    /// may have arrived, so it stays that.
    fn enrol_other(&self, next: &OwnerSecret) -> impl Iterator<Item = Change> {
        self.books.flows().filter_map(|(id, flow)| match flow {
            Flow::Enrol(enrol) if !matches!(enrol.state, EnrolState::Finishing { .. }) => {
                let other = Enrol {
                    secret: next.clone(),
                    state: EnrolState::Ready,
                    ..enrol.clone()
                };
                Some(Change::Journal(id, Flow::Enrol(other)))
            }
            _ => None,
        })
    }

    /// Only into a wallet that has left nothing at any safe: its notes are sealed under another root.
    pub(super) fn restore(
        &mut self,
        safe: SafeId,
        name: &str,
        by: &Way,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let name = match OwnerName::new(name) {
            Ok(name) => String::from(name.as_str()),
            Err(_) if !by.needs_name() => String::new(),
            Err(_) => return Vec::new(),
        };
        if self.books.safe(safe).is_none() {
            return Vec::new();
        }
        let known = self.books.owner().cloned();
        match &known {
            None if !self.can_restore() => {
                self.tell(Kind::NotEmpty, context);
                return Vec::new();
            }
            // A safe that was left out is asked later than all others. One at which these words do not open may open with those of
            // before: the lost device had not come to it when it changed them.
            Some(owner)
                if !owner.is_restoring()
                    && owner.standing(safe) != Some(OwnerStanding::Wrong)
                    && !self.may_open(owner, by) =>
            {
                self.tell(Kind::SecretOther, context);
                return Vec::new();
            }
            // What it has is known here.
            Some(owner) if owner.standing(safe).is_some_and(OwnerStanding::knows) => {
                return Vec::new();
            }
            _ => {}
        }
        let mut owner = known.unwrap_or_else(|| Owner::new(name.clone(), 1, None));
        if owner.name.is_empty() {
            owner.name = name;
        }
        if self.owner_job(safe).is_some() {
            return Vec::new();
        }
        let number = owner.at.iter().find(|at| at.safe == safe);
        let number = number.map_or(0, |at| at.number);
        owner.put(safe, number, OwnerStanding::Asking);
        let login = Login::new(safe, &owner.name, by.clone(), Aim::Restore);
        alloc::vec![
            Change::Own(Some(owner)),
            Change::Journal(FlowId::make(context.rng), Flow::Login(login)),
        ]
    }

    /// A session at each of these safes that knows the owner.
    pub(super) fn open_ways(
        &mut self,
        safes: &[SafeId],
        by: &Way,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let Some(owner) = self.books.owner().filter(|owner| !owner.is_restoring()) else {
            return Vec::new();
        };
        if !self.may_open(owner, by) {
            self.tell(Kind::SecretOther, context);
            return Vec::new();
        }
        let knows = |safe: &&SafeId| {
            owner.standing(**safe).is_some_and(OwnerStanding::knows)
                && self.owner_job(**safe).is_none()
        };
        let log_in = |safe: &SafeId| {
            let aim = Aim::Ways(Managing::default());
            let login = Login::new(*safe, &owner.name, by.clone(), aim);
            Change::Journal(FlowId::make(context.rng), Flow::Login(login))
        };
        safes.iter().filter(knows).map(log_in).collect()
    }

    pub(super) fn keep_terminal(&self, credential: &CredentialId) -> Vec<Change> {
        let owner = self.books.owner().map(|owner| {
            let mut owner = owner.clone();
            owner.terminal = Some(credential.clone());
            Change::Own(Some(owner))
        });
        owner.into_iter().collect()
    }

    /// What the key safe is to fetch comes back as everything of a backup does, or goes back to where it was under a new key.
    pub(super) fn fetch(
        &mut self,
        backup: GroupId,
        secret: &OwnerSecret,
        put_back: bool,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let known = (self.books.owner(), self.books.group(backup));
        let (Some(owner), Some(group)) = known else {
            return Vec::new();
        };
        let by = Way::secret(secret.clone());
        if !self.may_open(owner, &by) {
            self.tell(Kind::SecretOther, context);
            return Vec::new();
        }
        // Another safe would find open what is being rehearsed, and cannot wait for it.
        let rehearsed = crate::flow::under_way(&self.books);
        if rehearsed.is_some_and(|(_, it)| it.about == item_of(backup)) {
            let name = crate::flow::name_of(&self.books, item_of(backup));
            self.tell_about(name, Kind::Busy, context);
            return Vec::new();
        }
        let then = match put_back {
            true => Then::Replace {
                plan: Box::new(group.plan.clone()),
                seats: group.seats.clone(),
            },
            false => Then::Hold,
        };
        begin_by_order(&self.books, backup, then, secret, context.rng)
    }

    /// Whether a restore may begin.
    pub(super) fn can_restore(&self) -> bool {
        let mut flows = self.books.flows();
        self.books.owner().is_none()
            && self.books.certificates().next().is_none()
            && self.books.groups().next().is_none()
            && flows.all(|(_, flow)| matches!(flow, Flow::Add(_)))
    }

    pub(super) fn owner_view(&self) -> OwnerView {
        let owner = self.books.owner();
        let card = |safe: &Safe| {
            let at = owner.and_then(|owner| owner.at.iter().find(|at| at.safe == safe.id));
            OwnerCard {
                safe: safe.id,
                address: safe.address.as_str().into(),
                operator: safe.operator.clone(),
                standing: at.map(|at| at.standing),
                job: self.owner_job(safe.id),
                found: at.and_then(|at| at.found),
                kit: owner.and_then(|owner| owner.kit(safe.id)),
                ways: self.ways_view(safe.id),
            }
        };
        OwnerView {
            name: owner.map(|owner| owner.name.clone()),
            needed: owner.map_or(0, |owner| owner.needed),
            kind: owner.map_or(SecretKind::default(), |owner| owner.kind),
            kind_before: owner.map_or(SecretKind::default(), |owner| owner.kind_before),
            is_changing: owner.is_some_and(Owner::is_changing),
            is_restoring: owner.is_some_and(Owner::is_restoring),
            can_restore: self.can_restore(),
            terminal: owner.and_then(|owner| owner.terminal.clone()),
            safes: self.books.safes().map(card).collect(),
            released: self.released_cards(),
        }
    }

    /// What a session that is open at this safe has told.
    fn ways_view(&self, safe: SafeId) -> Option<WaysView> {
        let Some(Flow::Login(login)) = self.books.flow(self.owner_job(safe)?) else {
            return None;
        };
        let Aim::Ways(Managing {
            known: Some(known), ..
        }) = &login.aim
        else {
            return None;
        };
        let root = self.books.identity()?.root();
        let own = account(self.books.safe(safe)?);
        let card = |device: &Device| DeviceCard {
            id: device.id,
            is_passkey: device.is_passkey,
            name: open_label(&root, safe, &device.label),
            since: device.since,
            used: device.used,
        };
        let line = |it: &Happened| HistoryLine {
            at: it.at,
            is_here: it.account == own,
            what: it.what,
        };
        Some(WaysView {
            devices: known.devices.iter().map(card).collect(),
            kit_since: known.kit_since,
            history: known.history.iter().map(line).collect(),
        })
    }

    /// Whether some safe knows the owner, or may still come to.
    fn is_somewhere(&self, owner: &Owner) -> bool {
        let is_at = |at: &OwnerAt| at.standing.knows() || self.owner_job(at.safe).is_some();
        owner.at.iter().any(is_at)
    }

    /// Whether this is the secret of the root that is here.
    fn is_of(&self, owner: &Owner, secret: &OwnerSecret) -> bool {
        let identity = self.books.identity();
        identity.is_some_and(|it| owner.check.as_ref() == Some(&secret.check(&it.root())))
    }

    /// Whether this may open at the owner's safes, as far as that can be known here: a guess is not spent on another secret.
    fn may_open(&self, owner: &Owner, by: &Way) -> bool {
        match by {
            Way::Secret { secret } => {
                let is_before = || {
                    let identity = self.books.identity();
                    let check = identity.map(|it| secret.check(&it.root()));
                    check.is_some() && owner.before == check
                };
                owner.check.is_none() || self.is_of(owner, secret) || is_before()
            }
            Way::Kit { .. } | Way::Passkey | Way::Terminal { .. } => true,
        }
    }

    fn shows(&self, words: &Words) -> bool {
        matches!(&self.opened, Some(Opened::Secret { words: shown }) if shown == words)
    }

    /// The flow at work with the owner's record at this safe.
    fn owner_job(&self, safe: SafeId) -> Option<FlowId> {
        let is_its = |(_, flow): &(FlowId, &Flow)| {
            let is_of_owner = match flow {
                Flow::Enrol(_) => true,
                Flow::Login(login) => login.ordered().is_none(),
                _ => false,
            };
            is_of_owner && flow.safe() == Some(safe)
        };
        self.books.flows().find(is_its).map(|(id, _)| id)
    }
}
