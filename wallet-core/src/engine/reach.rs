//! Whether safes answer, and what is given up at one that does not come back.

use super::answer::{has_new_key, renewed};
use super::{Asked, Awaiting, Then, Wallet, descriptor_request};
use crate::books::{CertificateItem, Change, KeyHere, PartItem, item_of};
use crate::flow::{Flow, Retire};
use crate::group::{Members, PartOf, Phase};
use crate::ids::{FlowId, ItemId};
use crate::notice::Kind;
use crate::owner::{Owner, OwnerStanding};
use crate::plan::GroupId;
use crate::port::{Answer, Context, Durability, Effect};
use crate::view::Reach;
use alloc::vec::Vec;
use saifu_protocol::descriptor::Descriptor;
use saifu_protocol::{SafeId, UnixTime};

impl Wallet {
    pub(super) fn set_reach(&mut self, safe: SafeId, reach: Reach, now_ms: u64) {
        let at = UnixTime(now_ms / 1_000);
        let minute = |time: &UnixTime| time.0 / 60;
        let is_new = self.reach.insert(safe, reach) != Some(reach);
        let is_later = reach == Reach::Answers && {
            let before = self.answered_at.insert(safe, at);
            before.as_ref().map(minute) != Some(minute(&at))
        };
        // It is shown to the minute, so that a thousand answers are not shown a thousand times.
        if is_new || is_later {
            self.dirty.safes();
        }
    }

    /// Asks a safe for nothing but its descriptor, to see whether it answers.
    pub(super) fn ask_safe(&mut self, safe: SafeId, effects: &mut Vec<Effect>) {
        let Some(known) = self.books.safe(safe).filter(|_| !self.is_asking(safe)) else {
            return;
        };
        let address = known.address.clone();
        let ask = self.token();
        effects.push(descriptor_request(ask, &address));
        self.asks.insert(ask, Asked::Safe(safe));
        self.dirty.safes();
    }

    pub(super) fn is_asking(&self, safe: SafeId) -> bool {
        let is_it = |asked: &Asked| matches!(asked, Asked::Safe(id) if *id == safe);
        self.asks.values().any(is_it)
    }

    /// What came of [`Wallet::ask_safe`]. Whatever waits for a safe that answers begins at once.
    pub(super) fn heard(
        &mut self,
        safe: SafeId,
        answer: Option<Answer>,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        self.dirty.safes();
        let Some(known) = self.books.safe(safe) else {
            return;
        };
        let said = answer.map(|answer| Descriptor::read(&answer.body, &known.address));
        let renewed = match &said {
            Some(Ok(descriptor)) if has_new_key(known, descriptor) => {
                Some(renewed(known, descriptor))
            }
            _ => None,
        };
        let reach = match said {
            Some(Ok(descriptor)) if descriptor.id == safe => Reach::Answers,
            Some(Ok(_)) => {
                self.tell(Kind::SafeKeyChanged, context);
                Reach::Silent
            }
            Some(Err(_)) | None => Reach::Silent,
        };
        self.set_reach(safe, reach, context.now_ms);
        if reach == Reach::Answers {
            for flow in self.waiting_for(safe) {
                self.begin(flow);
            }
        }
        if let Some(renewed) = renewed {
            let trust = alloc::vec![renewed];
            self.commit(trust, Durability::Strict, Then::Upkeep, effects);
        }
    }

    fn waiting_for(&self, safe: SafeId) -> Vec<FlowId> {
        let waits = |flow: &FlowId| {
            let running = self.running.get(flow);
            running.is_some_and(|it| matches!(it.awaiting, Awaiting::Wake(_)))
        };
        let of_it = self.books.flows();
        let of_it = of_it.filter(|(_, flow)| flow.safe() == Some(safe));
        of_it.map(|(id, _)| id).filter(waits).collect()
    }

    /// How much is left at a safe that is only to be ended, and how many certificates of it that is: no value is at stake any
    /// more.
    pub(super) fn ending_at(&self, safe: SafeId) -> (usize, usize) {
        let of_leaving = |(_, it): &(ItemId, &CertificateItem)| {
            it.safe == safe && it.part.is_some_and(|part| self.is_leaving(part.group))
        };
        let leaving = self.books.certificates().filter(of_leaving).count();
        let called_off = self.calling_off_at(safe).count();
        let alone = self.retiring_at(safe);
        let (all, of_certificates) = alone.fold((0, 0), |(all, certificates), (_, retire)| {
            let is_certificate = retire.certificate().is_some();
            (all + 1, certificates + usize::from(is_certificate))
        });
        (leaving + called_off + all, leaving + of_certificates)
    }

    /// Registrations of values as they are that are called off, and whose values wait for the safe to say so.
    fn calling_off_at(&self, safe: SafeId) -> impl Iterator<Item = FlowId> {
        let is_it = move |(_, flow): &(FlowId, &Flow)| match flow {
            Flow::Register(register) => register.safe == safe && register.calling_off.is_some(),
            _ => false,
        };
        self.books.flows().filter(is_it).map(|(id, _)| id)
    }

    /// What a safe is told to end besides what groups that are leaving have there.
    fn retiring_at(&self, safe: SafeId) -> impl Iterator<Item = (FlowId, &Retire)> {
        let is_alone = move |retire: &Retire| {
            let certificate = retire.certificate();
            let item = certificate.and_then(|item| self.books.certificate(item));
            let part = item.and_then(|item| item.part);
            retire.safe == safe && !part.is_some_and(|part| self.is_leaving(part.group))
        };
        self.books.flows().filter_map(move |(id, flow)| match flow {
            Flow::Retire(retire) if is_alone(retire) => Some((id, retire)),
            _ => None,
        })
    }

    /// What only gives back what may be open there, of certificates that are not here any more. Those of others are kept: what
    /// they are about may still come back.
    fn left_over_at(&self, safe: SafeId) -> impl Iterator<Item = FlowId> {
        let is_it = move |(_, flow): &(FlowId, &Flow)| match flow {
            Flow::Rehearse(rehearse) if rehearse.is_left_over() => {
                let mut held = rehearse.held().into_iter();
                held.any(|it| it.safe == safe && self.books.certificate(it.certificate).is_none())
            }
            _ => false,
        };
        self.books.flows().filter(is_it).map(|(id, _)| id)
    }

    fn is_leaving(&self, group: GroupId) -> bool {
        let group = self.books.group(group);
        group.is_some_and(|group| group.phase == Phase::Leaving)
    }

    /// Gives up what a safe was only to end, because it is gone for good. What other safes are to end is ended all the same.
    pub(super) fn give_up_ending(&self, safe: SafeId) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut ledger = self.books.ledger();
        let before = ledger.discarded;
        for (id, retire) in self.retiring_at(safe) {
            changes.push(Change::End(id));
            if let Some(item) = retire.certificate() {
                changes.push(Change::Delete(item));
                // What became of the values of a group was settled when it was given up.
                let certificate = self.books.certificate(item);
                let is_value = certificate.is_some_and(|it| it.part.is_none() && !it.may_be_used);
                ledger.discarded += u64::from(is_value);
            }
        }
        if ledger.discarded != before {
            changes.push(Change::Settle(ledger));
        }
        changes.extend(self.calling_off_at(safe).map(Change::End));
        changes.extend(self.left_over_at(safe).map(Change::End));
        // What opens there opens nothing any more.
        let of_owner = self.books.flows().filter(|(_, flow)| {
            matches!(flow, Flow::Enrol(_) | Flow::Login(_)) && flow.safe() == Some(safe)
        });
        changes.extend(of_owner.map(|(id, _)| Change::End(id)));
        let is_of = |owner: &&Owner| !owner.is_restoring() && owner.standing(safe).is_some();
        if let Some(owner) = self.books.owner().filter(is_of) {
            let mut owner = owner.clone();
            owner.stand(safe, OwnerStanding::Refused);
            changes.push(Change::Own(Some(owner)));
        }
        for group in self.books.groups() {
            if group.phase == Phase::Leaving
                && let Some(members) = Members::of(&self.books, group.id)
            {
                changes.extend(self.leave_at(safe, &members));
            }
        }
        changes
    }

    /// What a group that is leaving has at one safe goes, and with the last of it the group.
    fn leave_at(&self, safe: SafeId, members: &Members<'_>) -> Vec<Change> {
        let group = members.group;
        type Certificate<'a> = (ItemId, &'a CertificateItem, PartOf);
        let certificates = members.certificates.iter().copied();
        let (gone, left): (Vec<Certificate<'_>>, Vec<_>) =
            certificates.partition(|(_, it, _)| it.safe == safe);
        if gone.is_empty() {
            return Vec::new();
        }
        let flows = members.flows.iter();
        let flows = flows.filter(|(_, flow)| flow.safe() == Some(safe));
        let mut changes: Vec<Change> = flows.map(|(id, _)| Change::End(*id)).collect();
        changes.extend(gone.iter().map(|(item, ..)| Change::Delete(*item)));
        // What has come by those certificates goes with them.
        let came = |part: &PartItem| gone.iter().any(|(.., of)| part.of == *of);
        let parts = members.parts.iter();
        let parts = parts.filter(|(_, part)| left.is_empty() || came(part));
        changes.extend(parts.map(|(item, _)| Change::Delete(*item)));
        if left.is_empty() && self.books.work_on(group.id).is_none() {
            changes.push(Change::Delete(item_of(group.id)));
            if let Some(key) = group.key
                && !self.books.is_key_needed(key, group.id)
                && let Some((item, ring)) = self.books.key_item(key)
                && ring.here == KeyHere::Erased
            {
                changes.push(Change::Delete(item));
            }
        }
        changes
    }
}
