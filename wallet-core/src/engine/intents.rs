//! What the wallet does when its owner wants something.

use super::{Asked, LoadFor, Meeting, Sleeper, Then, Wallet, Work, descriptor_request};
use crate::books::{
    CertificateBody, Change, Custody, Item, KeyHere, KeyItem, Safe, Session, Standing, ValueItem,
    item_of,
};
use crate::flow::{
    Add, Flow, Input, Protect, ProtectState, Recover, RecoverState, Register, Retire, RetireWhat,
    Reunite, ReuniteState, Then as For, stop,
};
use crate::form::{self, Form};
use crate::group::{Members, Phase};
use crate::ids::{FlowId, ItemId};
use crate::intent::{Intent, RemoveReason};
use crate::plan::check::{Operator, Seat};
use crate::plan::key::OpeningKey;
use crate::plan::part::Role;
use crate::plan::{GroupA, GroupId, KeyForm, Plan, Slot, Step};
use crate::port::{Answer, Body, Context, Durability, Effect};
use crate::view::{MeetingFailure, Opened};
use alloc::boxed::Box;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_protocol::certificate::Address;
use saifu_protocol::descriptor::{Descriptor, DescriptorError};
use saifu_protocol::object;
use saifu_protocol::{RequestId, SafeId, SessionId, UnixTime};

impl Wallet {
    pub(super) fn intend(
        &mut self,
        intent: Intent,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let changes = match &intent {
            Intent::Add { form } => self.add(form, context),
            Intent::Correct { value, form } => self.correct(*value, form, context),
            Intent::Remove { value, why } => self.remove(*value, *why),
            Intent::Open { item } => return self.open_item(*item, effects),
            Intent::Close => return self.close(),
            Intent::MeetSafe { address } => return self.meet(address, effects),
            Intent::TrustSafe { safe } => self.trust(*safe, context),
            Intent::DismissSafe => return self.set_meeting(None),
            Intent::ForgetSafe { safe } => self.forget_safe(*safe),
            Intent::BackUp { values, safe } => self.back_up(values, *safe, context),
            Intent::Protect {
                values,
                plan,
                safes,
                key,
            } => self.protect(values, plan, safes, *key, context),
            Intent::RecoverBackup { backup } => self.reunite(*backup, For::Hold, context),
            Intent::Repair {
                backup,
                plan,
                safes,
            } => {
                let seats = self.seats(safes);
                let plan = Box::new(plan.clone());
                self.reunite(*backup, For::Replace { plan, seats }, context)
            }
            Intent::DiscardBackup { backup } => self.discard_backup(*backup, context),
            Intent::MakeKey { form } => self.make_key(*form, context),
            Intent::BackUpKey { key, plan, safes } => self.back_up_key(*key, plan, safes, context),
            Intent::RecoverKey { backup } => self.reunite(*backup, For::Keys, context),
            Intent::DeleteKey { key } => self.delete_key(*key),
            Intent::SetPolicy { policy } => alloc::vec![Change::Choose(policy.clone())],
            Intent::Recover { certificate } => self.recover(*certificate, context),
            Intent::Discard { certificate } => self.discard(*certificate, context),
            Intent::CallOff { job } => return self.call_off(*job),
            Intent::RetryNow => return self.hurry(),
            Intent::SetCapacity { bytes } => self.set_capacity(*bytes),
            Intent::Acknowledge { notice } => self.acknowledge(*notice),
        };
        if !changes.is_empty() {
            let then = Then::Intent(intent);
            self.commit(changes, Durability::Strict, then, effects);
        }
    }

    /// A form that does not read changes nothing: the page checks with the same function before it sends.
    fn add(&mut self, form: &Form, context: &mut Context<'_>) -> Vec<Change> {
        let Ok(value) = form::read(form) else {
            return Vec::new();
        };
        let object = object::make_object(&value, context.rng);
        let mut ledger = self.books.ledger();
        ledger.came_in += 1;
        let mut changes = alloc::vec![Change::Settle(ledger)];
        if self.books.missing_room(object.len() as u64).is_some() {
            let add = Add {
                object,
                name: value.fields().name.clone(),
            };
            changes.push(Change::Journal(FlowId::make(context.rng), Flow::Add(add)));
        } else {
            let now = UnixTime(context.now_ms / 1_000);
            let item = ValueItem::of(&value, object.len(), now, Custody::Held);
            changes.push(Change::Put(
                ItemId::make(context.rng),
                Item::Value(item),
                Some(Body::new(object)),
            ));
        }
        changes
    }

    /// New entry and deletion in one transaction. The corrected value is a new object with a nonce of its own. Capacity is
    /// not asked: the value is here already, and a longer remark is no reason to send it away.
    fn correct(&mut self, id: ItemId, form: &Form, context: &mut Context<'_>) -> Vec<Change> {
        let (Some(old), Ok(value)) = (self.usable(id), form::read(form)) else {
            return Vec::new();
        };
        let object = object::make_object(&value, context.rng);
        let item = ValueItem::of(&value, object.len(), old.since, Custody::Held);
        let put = Change::Put(
            ItemId::make(context.rng),
            Item::Value(item),
            Some(Body::new(object)),
        );
        alloc::vec![put, Change::Delete(id)]
    }

    fn remove(&mut self, id: ItemId, why: RemoveReason) -> Vec<Change> {
        if self.usable(id).is_none() {
            return Vec::new();
        }
        let mut ledger = self.books.ledger();
        match why {
            RemoveReason::Used => ledger.used += 1,
            RemoveReason::Discarded => ledger.discarded += 1,
        }
        alloc::vec![Change::Delete(id), Change::Settle(ledger)]
    }

    /// A value that is held and not locked by any flow.
    fn usable(&self, id: ItemId) -> Option<&ValueItem> {
        self.books
            .value(id)
            .filter(|value| value.custody == Custody::Held && self.books.lock(id).is_none())
    }

    fn open_item(&mut self, item: ItemId, effects: &mut Vec<Effect>) {
        let showable = self.usable(item).is_some() || self.books.certificate(item).is_some();
        self.close();
        if showable {
            let load = self.token();
            self.loads.insert(load, LoadFor::Opened(item));
            effects.push(Effect::Load { load, item });
        }
    }

    pub(super) fn show_opened(&mut self, item: ItemId, body: Option<Body>) {
        let Some(body) = body else {
            return;
        };
        self.opened = if self.usable(item).is_some() {
            object::read_object(body.as_bytes())
                .ok()
                .and_then(|value| form::write(&value))
                .map(|form| Opened::Value { id: item, form })
        } else if self.books.certificate(item).is_some() {
            CertificateBody::read(&body).map(|kept| Opened::Certificate {
                id: item,
                compact: kept.compact,
            })
        } else {
            None
        };
        self.dirty.opened();
    }

    fn close(&mut self) {
        self.loads
            .retain(|load| !matches!(load, LoadFor::Opened(_)));
        if self.opened.take().is_some() {
            self.dirty.opened();
        }
    }

    pub(super) fn close_if_open(&mut self, item: ItemId) {
        let shown = match &self.opened {
            Some(Opened::Value { id, .. } | Opened::Certificate { id, .. }) => Some(*id),
            None => None,
        };
        if shown == Some(item) {
            self.close();
        }
    }

    // ---- safes

    fn meet(&mut self, address: &str, effects: &mut Vec<Effect>) {
        let Ok(parsed) = Address::parse(address) else {
            let failed = Meeting::Failed(address.into(), MeetingFailure::NotAnAddress);
            return self.set_meeting(Some(failed));
        };
        let ask = self.token();
        effects.push(descriptor_request(ask, &parsed));
        self.asks.insert(ask, Asked::Meet(parsed.clone()));
        self.set_meeting(Some(Meeting::Asking(parsed)));
    }

    pub(super) fn met(&mut self, address: &Address, answer: Option<Answer>) {
        if !matches!(&self.meeting, Some(Meeting::Asking(asked)) if asked == address) {
            return;
        }
        let here = self.books.safes().find(|safe| safe.address == *address);
        let outcome = match answer {
            None => Err(MeetingFailure::Unreachable),
            Some(answer) if answer.status != 200 => Err(MeetingFailure::NotASafe),
            Some(answer) => match Descriptor::read(&answer.body, address) {
                // By its key, not its address: trusted again under another one it would get another account, and what
                // is under way with it would be repeated as somebody else.
                Ok(descriptor) if self.books.safe(descriptor.id).is_some() => {
                    Err(MeetingFailure::AlreadyTrusted)
                }
                Ok(_) if here.is_some() => Err(MeetingFailure::KeyChanged),
                Ok(descriptor) => Ok(descriptor),
                Err(DescriptorError::Malformed) => Err(MeetingFailure::NotASafe),
                Err(DescriptorError::UnknownVersion) => Err(MeetingFailure::UnknownVersion),
                Err(DescriptorError::Forged | DescriptorError::OtherAddress) => {
                    Err(MeetingFailure::Forged)
                }
            },
        };
        self.set_meeting(Some(match outcome {
            Ok(descriptor) => Meeting::Met(descriptor),
            Err(failure) => Meeting::Failed(address.as_str().into(), failure),
        }));
    }

    pub(super) fn set_meeting(&mut self, meeting: Option<Meeting>) {
        self.meeting = meeting;
        self.dirty.meeting();
    }

    fn trust(&self, safe: SafeId, context: &mut Context<'_>) -> Vec<Change> {
        let Some(Meeting::Met(descriptor)) = &self.meeting else {
            return Vec::new();
        };
        if descriptor.id != safe {
            return Vec::new();
        }
        alloc::vec![Change::Trust(Safe {
            id: descriptor.id,
            address: descriptor.address.clone(),
            operator: descriptor.operator.clone(),
            jurisdiction: descriptor.jurisdiction.clone(),
            signing_key: descriptor.signing_key.x,
            sealing_key: descriptor.sealing_key,
            attested_at: descriptor.time,
            object_limit: descriptor.limits.object_bytes as u64,
            legacy_hash: descriptor.legacy_hash,
            account: Secret::make(context.rng),
        })]
    }

    fn forget_safe(&mut self, safe: SafeId) -> Vec<Change> {
        if self.is_forgettable(safe) {
            alloc::vec![Change::Forget(safe)]
        } else {
            Vec::new()
        }
    }

    pub(super) fn is_forgettable(&self, safe: SafeId) -> bool {
        self.books.safe(safe).is_some()
            && self.books.certificates().all(|(_, c)| c.safe != safe)
            && self
                .books
                .flows()
                .all(|(_, flow)| flow.safe() != Some(safe))
    }

    // ---- jobs

    fn back_up(
        &mut self,
        values: &[ItemId],
        safe: SafeId,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        if self.books.safe(safe).is_none() {
            return Vec::new();
        }
        values
            .iter()
            .filter(|value| self.usable(**value).is_some())
            .map(|value| {
                let register = Register {
                    value: *value,
                    safe,
                    request: RequestId::make(context.rng),
                    holder: Secret::make(context.rng),
                    given: None,
                };
                Change::Journal(FlowId::make(context.rng), Flow::Register(register))
            })
            .collect()
    }

    fn recover(&mut self, certificate: ItemId, context: &mut Context<'_>) -> Vec<Change> {
        let part = self.books.certificate(certificate).and_then(|it| it.part);
        if part.is_some() {
            return Vec::new();
        }
        self.opening(certificate, context).into_iter().collect()
    }

    /// Opens a certificate's entry for a fresh session, if nothing else works on it.
    fn opening(&self, certificate: ItemId, context: &mut Context<'_>) -> Option<Change> {
        let item = self.books.certificate(certificate)?;
        if self.books.lock(certificate).is_some() || self.books.safe(item.safe).is_none() {
            return None;
        }
        let recover = Recover {
            certificate,
            safe: item.safe,
            session: Session {
                id: SessionId::make(context.rng),
                key: Secret::make(context.rng),
            },
            state: RecoverState::Opening {
                request: RequestId::make(context.rng),
            },
        };
        Some(Change::Journal(
            FlowId::make(context.rng),
            Flow::Recover(recover),
        ))
    }

    // ---- plans

    /// Who takes which slot: the safes in their order. A safe that is not trusted takes none, and the plan is refused.
    fn seats(&self, safes: &[SafeId]) -> Vec<Seat> {
        let slots = (0..=u8::MAX).map(Slot);
        let seat = |(slot, id): (Slot, &SafeId)| {
            let safe = self.books.safe(*id)?;
            Some(Seat {
                slot,
                safe: safe.id,
                operator: Operator::named(&safe.operator),
            })
        };
        slots.zip(safes).filter_map(seat).collect()
    }

    fn protect(
        &self,
        values: &[ItemId],
        plan: &Plan,
        safes: &[SafeId],
        key: Option<ItemId>,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let usable = values
            .iter()
            .copied()
            .filter(|id| self.usable(*id).is_some());
        let usable: Vec<ItemId> = usable.collect();
        let key_is_free = key.is_none_or(|key| self.books.lock(key).is_none());
        if usable.is_empty() || !key_is_free {
            return Vec::new();
        }
        let together = plan.steps.contains(&Step::Couple);
        let sets: Vec<Vec<ItemId>> = match together {
            true => alloc::vec![usable],
            false => usable.into_iter().map(|id| alloc::vec![id]).collect(),
        };
        let seats = self.seats(safes);
        let journal = |values: Vec<ItemId>| {
            let protect = Protect {
                values,
                key,
                replaces: None,
                state: ProtectState::Preparing {
                    plan: Box::new(plan.clone()),
                    seats: seats.clone(),
                },
            };
            Change::Journal(FlowId::make(context.rng), Flow::Protect(protect))
        };
        sets.into_iter().map(journal).collect()
    }

    /// Asks every safe of the group at once. A part whose own work is not over — it is still being given back — is left out;
    /// enough of the others are enough.
    fn reunite(&self, id: GroupId, then: For, context: &mut Context<'_>) -> Vec<Change> {
        let Some(members) = Members::of(&self.books, id) else {
            return Vec::new();
        };
        let keys_only = matches!(then, For::Keys);
        let may = match members.group.phase {
            Phase::AtSafes | Phase::Elsewhere => !members.group.is_key() || keys_only,
            Phase::Registering | Phase::Standby | Phase::Leaving => false,
        };
        let is_free = match keys_only {
            true => self.books.work_on(id).is_none(),
            false => self.books.recovery_of(id).is_none(),
        };
        if !may || !is_free {
            return Vec::new();
        }
        let key = members.group.key.and_then(|key| self.books.key_item(key));
        let has_key = key.is_some_and(|(_, key)| key.here == KeyHere::Opens);
        let plan = &members.group.plan;
        let coupled = plan.shares().map(|shares| shares.group_a);
        let is_wanted = |class| match Role::of(class) {
            Role::Key => keys_only || !has_key,
            Role::Share => true,
            Role::Data => !keys_only || coupled.is_some_and(|it| it != GroupA::None),
        };
        // A safe that has not answered by now may be gone for good: whoever wants his values back does not wait for it.
        let mut changes = match keys_only {
            true => Vec::new(),
            false => stop(&members, context.rng),
        };
        if !keys_only {
            let left = members.unregistered();
            changes.extend(left.map(|(part, ..)| Change::Delete(part)));
        }
        let wanted = members.certificates.iter();
        let wanted = wanted.filter(|(.., of)| is_wanted(of.class));
        changes.extend(wanted.filter_map(|(certificate, ..)| self.opening(*certificate, context)));
        let reunite = Reunite {
            group: id,
            then,
            state: ReuniteState::Collecting,
        };
        changes.push(Change::Journal(
            FlowId::make(context.rng),
            Flow::Reunite(reunite),
        ));
        changes
    }

    fn discard_backup(&self, id: GroupId, context: &mut Context<'_>) -> Vec<Change> {
        let Some(members) = Members::of(&self.books, id) else {
            return Vec::new();
        };
        if self.books.recovery_of(id).is_some() {
            return Vec::new();
        }
        let mut group = members.group.clone();
        let mut ledger = self.books.ledger();
        let count = group.values.len() as u64;
        match group.phase {
            Phase::AtSafes => ledger.discarded += count,
            Phase::Elsewhere => ledger.elsewhere += count,
            Phase::Leaving => {}
            Phase::Registering | Phase::Standby => return Vec::new(),
        }
        group.phase = Phase::Leaving;
        let mut changes = stop(&members, context.rng);
        changes.push(Change::Settle(ledger));
        let mut stays = false;
        for (certificate, item, _) in &members.certificates {
            if self.books.lock(*certificate).is_some() {
                // Whatever works on it ends it, now that the group is leaving.
                stays = true;
                continue;
            }
            if let Standing::Elsewhere { .. } = item.standing {
                changes.push(Change::Delete(*certificate));
                continue;
            }
            stays = true;
            let retire = Retire {
                safe: item.safe,
                request: RequestId::make(context.rng),
                what: RetireWhat::Certificate {
                    certificate: *certificate,
                },
            };
            changes.push(Change::Journal(
                FlowId::make(context.rng),
                Flow::Retire(retire),
            ));
        }
        let parts = members.parts.iter();
        changes.extend(parts.map(|(part, _)| Change::Delete(*part)));
        changes.push(match stays {
            true => group.put(),
            false => Change::Delete(item_of(id)),
        });
        changes
    }

    fn make_key(&self, form: KeyForm, context: &mut Context<'_>) -> Vec<Change> {
        let key = OpeningKey::make(form, context.rng);
        let now = UnixTime(context.now_ms / 1_000);
        let item = KeyItem::of(key.name(), now, KeyHere::Opens);
        let body = Body::new(key.write().to_vec());
        alloc::vec![Change::Put(
            ItemId::make(context.rng),
            Item::Key(item),
            Some(body)
        )]
    }

    fn back_up_key(
        &self,
        key: ItemId,
        plan: &Plan,
        safes: &[SafeId],
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let is_here = self
            .books
            .key(key)
            .is_some_and(|it| it.here == KeyHere::Opens);
        if !is_here || self.books.lock(key).is_some() {
            return Vec::new();
        }
        let protect = Protect {
            values: Vec::new(),
            key: Some(key),
            replaces: None,
            state: ProtectState::Preparing {
                plan: Box::new(plan.clone()),
                seats: self.seats(safes),
            },
        };
        let id = FlowId::make(context.rng);
        alloc::vec![Change::Journal(id, Flow::Protect(protect))]
    }

    fn delete_key(&self, key: ItemId) -> Vec<Change> {
        match self.books.key(key) {
            Some(_) if self.books.lock(key).is_none() => alloc::vec![Change::Delete(key)],
            _ => Vec::new(),
        }
    }

    fn discard(&mut self, certificate: ItemId, context: &mut Context<'_>) -> Vec<Change> {
        let Some(item) = self.books.certificate(certificate) else {
            return Vec::new();
        };
        if self.books.lock(certificate).is_some() {
            return Vec::new();
        }
        if let Standing::Elsewhere { .. } = item.standing {
            let mut ledger = self.books.ledger();
            ledger.elsewhere += 1;
            return alloc::vec![Change::Delete(certificate), Change::Settle(ledger)];
        }
        let retire = Retire {
            safe: item.safe,
            request: RequestId::make(context.rng),
            what: RetireWhat::Certificate { certificate },
        };
        let journal = Change::Journal(FlowId::make(context.rng), Flow::Retire(retire));
        alloc::vec![journal]
    }

    fn call_off(&mut self, job: FlowId) {
        // A wish that could not be stored yet: nothing was done, so there is nothing to undo.
        let wish = |sleeper: &Sleeper| matches!(sleeper, Sleeper::Intent(id, ..) if *id == job);
        self.wakes.retain(|sleeper| !wish(sleeper));
        self.dirty.jobs();
        if self
            .books
            .flow(job)
            .is_some_and(|flow| flow.can_call_off(&self.books))
        {
            self.work.push_back(Work::Drive(job, Input::CallOff));
        }
    }

    fn set_capacity(&mut self, bytes: u64) -> Vec<Change> {
        // An earlier setting that could not be stored must not come back over this one.
        let earlier = |sleeper: &Sleeper| {
            matches!(sleeper, Sleeper::Intent(_, Intent::SetCapacity { .. }, _))
        };
        self.wakes.retain(|sleeper| !earlier(sleeper));
        self.dirty.jobs();
        let mut ledger = self.books.ledger();
        ledger.capacity = bytes;
        alloc::vec![Change::Settle(ledger)]
    }

    fn acknowledge(&mut self, notice: ItemId) -> Vec<Change> {
        let before = self.passing.len();
        self.passing.retain(|passing| passing.id != notice);
        if self.passing.len() != before {
            self.dirty.notices();
            return Vec::new();
        }
        if self.books.notices().any(|known| known.id == notice) {
            alloc::vec![Change::Acknowledge(notice)]
        } else {
            Vec::new()
        }
    }
}
