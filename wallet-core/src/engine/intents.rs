//! What the wallet does when its owner wants something.

use super::{
    Asked, Awaiting, Gatherer, LoadFor, Meeting, Sleeper, Then, Wallet, Work, descriptor_request,
};
use crate::bearer::What;
use crate::books::{CertificateBody, Change, Custody, Item, Safe, Standing, ValueItem, item_of};
use crate::flow::{Add, Flow, Input, Register, Then as For, left_over, retire};
use crate::form::{self, Form};
use crate::ids::{FlowId, ItemId};
use crate::intent::{Intent, RemoveReason};
use crate::owner::Note;
use crate::plan::preset::Preset;
use crate::port::{Answer, Body, Context, Durability, Effect};
use crate::view::{MeetingFailure, Opened};
use alloc::boxed::Box;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_protocol::certificate::Address;
use saifu_protocol::descriptor::{Descriptor, DescriptorError};
use saifu_protocol::object;
use saifu_protocol::{RequestId, SafeId, UnixTime};

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
            Intent::AskSafe { safe } => return self.ask_safe(*safe, effects),
            Intent::GiveUpEnding { safe } => self.give_up_ending(*safe),
            Intent::ForgetSafe { safe } => self.forget_safe(*safe),
            Intent::BackUp { values, safe } => {
                let plan = Preset::PlainCopy.plan();
                let values = self.allowed(values, &plan, context);
                self.back_up(&values, *safe, context)
            }
            Intent::Protect {
                values,
                plan,
                safes,
                key,
            } => {
                let Some(first) = values.first() else { return };
                let Some(seats) = self.seats(safes, *first, context) else {
                    return;
                };
                let values = self.allowed(values, plan, context);
                self.protect(&values, plan, seats, *key, context)
            }
            Intent::RecoverBackup { backup } => self.reunite(*backup, For::Hold, false, context),
            Intent::Repair {
                backup,
                plan,
                safes,
            } => {
                let Some(seats) = self.seats(safes, item_of(*backup), context) else {
                    return;
                };
                let plan = Box::new(plan.clone());
                self.reunite(*backup, For::Replace { plan, seats }, false, context)
            }
            Intent::DiscardBackup { backup } => self.discard_backup(*backup, context),
            Intent::MakeKey { form } => self.make_key(*form, context),
            Intent::BackUpKey { key, plan, safes } => {
                let Some(seats) = self.seats(safes, *key, context) else {
                    return;
                };
                self.back_up_key(*key, plan, seats, context)
            }
            Intent::RecoverKey { backup } => self.reunite(*backup, For::Keys, false, context),
            Intent::DeleteKey { key } => self.delete_key(*key),
            Intent::HandOver { what, with_key } => {
                return self.hand_over(*what, *with_key, context, effects);
            }
            Intent::HandedOver { what } => self.handed_over(*what, context),
            Intent::TakeOver { text } => self.take_over(text, context),
            Intent::OfferSecret => return self.offer_secret(context),
            Intent::Enrol { name, secret } => self.enrol(name, secret, context),
            Intent::ChangeSecret { secret, next } => self.change_secret(secret, next, context),
            Intent::Restore { safe, name, by } => self.restore(*safe, name, by, context),
            Intent::OpenWays { safes, by } => self.open_ways(safes, by, context),
            Intent::Manage { job, doing } => return self.pass(*job, Input::Do(doing.clone())),
            Intent::Present { job, shown } => return self.pass(*job, Input::Shown(shown.clone())),
            Intent::KeepTerminal { credential } => self.keep_terminal(credential),
            Intent::Fetch {
                backup,
                secret,
                put_back,
            } => self.fetch(*backup, secret, *put_back, context),
            Intent::SetPolicy { policy } => alloc::vec![Change::Choose(policy.clone())],
            Intent::PutRule { .. }
            | Intent::RemoveRule { .. }
            | Intent::RestoreRules
            | Intent::RunRule { .. }
            | Intent::SetShortage { .. }
            | Intent::MakeRoom { .. } => self.intend_rule(&intent, context),
            Intent::Rehearse { .. } | Intent::FireDrill | Intent::SetRehearsals { .. } => {
                self.intend_rehearsal(&intent, context)
            }
            Intent::ShowRules { draft } => return self.show_rules(draft.as_ref()),
            Intent::HideRules => return self.hide_rules(),
            Intent::Recover { certificate } => self.recover(*certificate, false, context),
            Intent::TakeBack { what } => match what {
                What::Certificate(certificate) => self.recover(*certificate, true, context),
                What::Backup(backup) => self.reunite(*backup, For::Hold, true, context),
            },
            Intent::LastCopy { what } => self.last_copy(*what, context),
            Intent::Discard { certificate } => self.discard(*certificate, context),
            Intent::CallOff { job } => return self.call_off(*job),
            Intent::RetryNow => return self.hurry(),
            Intent::SetCapacity { bytes } => self.set_capacity(*bytes),
            Intent::SetWait { seconds } => self.set_wait(*seconds),
            Intent::Audit { what } => self.audit_now(*what, context),
            Intent::SetAudits { days } => self.set_audits(*days),
            Intent::Watch => return self.watch(context, effects),
            Intent::Decide { safe, account, may } => self.decide(*safe, *account, *may, context),
            Intent::WakeBy { safe, to } => self.wake_by(*safe, to, context),
            Intent::LetSleep => self.let_sleep(context),
            Intent::Freeze => self.freeze(context),
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
        let mut item = ValueItem::of(&value, object.len(), old.since, Custody::Held);
        item.may_be_used = old.may_be_used;
        let put = Change::Put(
            ItemId::make(context.rng),
            Item::Value(item),
            Some(Body::new(object)),
        );
        alloc::vec![put, Change::Delete(id)]
    }

    fn remove(&mut self, id: ItemId, why: RemoveReason) -> Vec<Change> {
        let Some(value) = self.usable(id) else {
            return Vec::new();
        };
        // The account counts what it is a copy of.
        if value.may_be_used {
            return alloc::vec![Change::Delete(id)];
        }
        let mut ledger = self.books.ledger();
        match why {
            RemoveReason::Used => ledger.used += 1,
            RemoveReason::Discarded => ledger.discarded += 1,
        }
        alloc::vec![Change::Delete(id), Change::Settle(ledger)]
    }

    /// A value that is held and not locked by any flow.
    pub(super) fn usable(&self, id: ItemId) -> Option<&ValueItem> {
        self.books
            .value(id)
            .filter(|value| value.custody == Custody::Held && self.books.lock(id).is_none())
    }

    fn open_item(&mut self, item: ItemId, effects: &mut Vec<Effect>) {
        let showable = self.usable(item).is_some() || self.books.certificate(item).is_some();
        self.close();
        if showable {
            self.load(item, LoadFor::Opened(item), effects);
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

    pub(super) fn close(&mut self) {
        self.loads.retain(|load| {
            !matches!(
                load,
                LoadFor::Opened(_) | LoadFor::Next(Gatherer::Papers, _)
            )
        });
        self.papers = None;
        if self.opened.take().is_some() {
            self.dirty.opened();
        }
    }

    pub(super) fn close_if_open(&mut self, item: ItemId) {
        let shown = match &self.opened {
            Some(Opened::Value { id, .. } | Opened::Certificate { id, .. }) => Some(*id),
            Some(Opened::Papers { .. } | Opened::Secret { .. }) | None => None,
        };
        if shown == Some(item) {
            self.close();
        }
    }

    // ---- safes

    fn meet(&mut self, address: &str, effects: &mut Vec<Effect>) {
        let Some(parsed) = typed_address(address) else {
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
            rp_id: descriptor.passkeys.as_ref().and_then(|it| it.rp_id.clone()),
            account: Secret::make(context.rng),
        })]
    }

    fn forget_safe(&mut self, safe: SafeId) -> Vec<Change> {
        if !self.is_forgettable(safe) {
            return Vec::new();
        }
        let owner = self.books.owner().map(|owner| {
            let mut owner = owner.clone();
            owner.leave(safe);
            Change::Own(Some(owner))
        });
        core::iter::once(Change::Forget(safe))
            .chain(owner)
            .collect()
    }

    pub(super) fn is_forgettable(&self, safe: SafeId) -> bool {
        self.books.safe(safe).is_some()
            && self.books.certificates().all(|(_, c)| c.safe != safe)
            && self.books.flows().all(|(_, flow)| !flow.will_ask(safe))
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
        let (identity, identified) = self.identity(context);
        let root = identity.root();
        let usable = values.iter().filter(|value| self.usable(**value).is_some());
        let is_marked = |id| self.books.value(id).is_some_and(|it| it.may_be_used);
        let register = usable.map(|value| {
            let holder = Secret::make(context.rng);
            let register = Register {
                value: *value,
                safe,
                request: RequestId::make(context.rng),
                note: Note::of_value(&holder, is_marked(*value)).seal(&root, safe, context.rng),
                holder,
                given: None,
                calling_off: None,
                wait: self.books.wait(),
            };
            Change::Journal(FlowId::make(context.rng), Flow::Register(register))
        });
        let registering: Vec<Change> = register.collect();
        match registering.is_empty() {
            true => registering,
            false => identified.into_iter().chain(registering).collect(),
        }
    }

    fn recover(
        &mut self,
        certificate: ItemId,
        take_back: bool,
        context: &mut Context<'_>,
    ) -> Vec<Change> {
        let part = self.books.certificate(certificate).and_then(|it| it.part);
        if part.is_some() {
            return Vec::new();
        }
        if let Some(change) = self.recover_after_rehearsal(certificate) {
            return alloc::vec![change];
        }
        crate::flow::open(&self.books, certificate, take_back, None, context.rng)
            .into_iter()
            .collect()
    }

    fn discard(&mut self, certificate: ItemId, context: &mut Context<'_>) -> Vec<Change> {
        let Some(item) = self.books.certificate(certificate).cloned() else {
            return Vec::new();
        };
        let left_over = left_over(&self.books, certificate);
        let ended = left_over.map(Change::End);
        if ended.is_none() && self.recover_after_rehearsal(certificate).is_some() {
            let name = crate::flow::name_of(&self.books, certificate);
            self.tell_about(name, crate::notice::Kind::Busy, context);
            return Vec::new();
        }
        if item.part.is_some() || self.books.lock(certificate) != left_over {
            return Vec::new();
        }
        if let Standing::Elsewhere(_) = item.standing {
            let mut ledger = self.books.ledger();
            ledger.elsewhere += u64::from(!item.may_be_used);
            let gone = [Change::Delete(certificate), Change::Settle(ledger)];
            return ended.into_iter().chain(gone).collect();
        }
        let retire = retire(certificate, item.safe, context.rng);
        ended.into_iter().chain([retire]).collect()
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
            let begun = match self.books.flow(job) {
                Some(Flow::Round(round)) => round.begun.iter().map(|it| it.flow).collect(),
                _ => Vec::new(),
            };
            self.work.push_back(Work::Drive(job, Input::CallOff));
            // What a round has begun goes with it, as far as it can.
            begun.into_iter().for_each(|flow| self.call_off(flow));
        }
    }

    /// What somebody waits for comes from the owner. If nobody does, it is for nobody.
    fn pass(&mut self, job: FlowId, input: Input) {
        if self.awaits(job, &Awaiting::Rest) {
            self.work.push_back(Work::Drive(job, input));
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

/// An address as somebody types it: the scheme may be missing, or in capitals.
fn typed_address(typed: &str) -> Option<Address> {
    let typed = typed.trim().to_ascii_lowercase();
    let whole = Address::parse(&typed);
    let with = |scheme: &str| Address::parse(&alloc::format!("{scheme}{typed}"));
    // Without encryption only on this machine, which the second one sees to.
    whole
        .or_else(|_| with("http://").or_else(|_| with("https://")))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::typed_address;

    #[test]
    fn an_address_is_taken_as_somebody_types_it() {
        for (typed, meant) in [
            ("https://safe.example", Some("https://safe.example")),
            (" HTTPS://Safe.example/ ", Some("https://safe.example")),
            ("safe.example", Some("https://safe.example")),
            ("localhost:8787", Some("http://localhost:8787")),
            ("http://safe.example", None),
            ("ftp://safe.example", None),
            ("user@safe.example", None),
            ("safe.example/path", None),
            ("", None),
        ] {
            let found = typed_address(typed);
            let found = found.as_ref().map(|it| it.as_str());
            assert_eq!(found, meant, "{typed}");
        }
    }
}
