//! When safes are audited: by themselves, as often as their owner wants, and at once when they want that.

use super::{Then, Wallet};
use crate::bearer::What;
use crate::books::{CertificateItem, Change};
use crate::flow::{Audit, Flow};
use crate::ids::{FlowId, ItemId};
use crate::owner::Owner;
use crate::port::{Context, Durability, Effect};
use crate::rules::Why;
use crate::view::AuditView;
use alloc::vec::Vec;
use saifu_protocol::{SafeId, UnixTime};

impl Wallet {
    /// Every safe at which something was not looked at for long enough is audited whole, unless that is under way.
    pub(super) fn audit_what_is_due(
        &mut self,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        self.audits_due = false;
        // What a restore takes in may have to be given up again.
        if self.books.owner().is_some_and(Owner::is_restoring) {
            return;
        }
        let now = UnixTime(context.now_ms / 1_000);
        let safes = self.books.safes().map(|safe| safe.id);
        let is_audited = |safe: SafeId| self.audits().any(|(_, it)| it.safe == safe);
        let due = safes.filter(|safe| self.books.is_audit_due(*safe, now) && !is_audited(*safe));
        let why = Why::EachDays(self.books.ledger().audit_days);
        let begin = |safe| {
            let left = self.books.auditable(safe).collect();
            Audit::begin(safe, left, (why.clone(), now), context.rng)
        };
        let changes: Vec<Change> = due.map(begin).collect();
        if !changes.is_empty() {
            self.commit(changes, Durability::Strict, Then::Upkeep, effects);
        }
    }

    /// One certificate, or all of a backup. What waits for its next attempt does not wait any longer.
    pub(super) fn audit_now(&mut self, what: What, context: &mut Context<'_>) -> Vec<Change> {
        let items: Vec<ItemId> = match what {
            What::Certificate(certificate) => alloc::vec![certificate],
            What::Backup(backup) => self.books.items_of(backup).collect(),
        };
        let mut changes = Vec::new();
        let mut under_way = false;
        for safe in self.books.safes().map(|safe| safe.id) {
            let of_safe = self.books.auditable(safe).filter(|it| items.contains(it));
            let (known, left): (Vec<ItemId>, Vec<ItemId>) =
                of_safe.partition(|it| self.looks_at(*it).is_some());
            under_way |= !known.is_empty();
            if !left.is_empty() {
                let why = (Why::Asked, UnixTime(context.now_ms / 1_000));
                changes.push(Audit::begin(safe, left, why, context.rng));
            }
        }
        if under_way {
            self.hurry();
        }
        changes
    }

    /// How often that is done by itself.
    pub(super) fn set_audits(&self, days: u32) -> Vec<Change> {
        let mut ledger = self.books.ledger();
        ledger.audit_days = days;
        alloc::vec![Change::Settle(ledger)]
    }

    fn audits(&self) -> impl Iterator<Item = (FlowId, &Audit)> {
        self.books.flows().filter_map(|(id, flow)| match flow {
            Flow::Audit(audit) => Some((id, audit)),
            _ => None,
        })
    }

    fn looks_at(&self, certificate: ItemId) -> Option<FlowId> {
        let mut audits = self.audits();
        audits
            .find(|(_, audit)| audit.looks_at().any(|it| it == certificate))
            .map(|(id, _)| id)
    }

    pub(super) fn audit_view(&self, id: ItemId, certificate: &CertificateItem) -> AuditView {
        let audit = self.looks_at(id);
        AuditView {
            audited: certificate.audited(),
            under_way: audit.map(|it| self.running.get(&it).and_then(|it| it.waiting)),
        }
    }
}
