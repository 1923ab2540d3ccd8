//! Handing certificates over, and taking them in.

use super::{LoadFor, Wallet};
use crate::bearer::{self, Bearer, What};
use crate::books::{CertificateBody, CertificateItem, Change, Item, KeyHere, PartHere, item_of};
use crate::flow::{Flow, Rotate};
use crate::group::{Group, Members, PartOf, Phase};
use crate::ids::{FlowId, ItemId};
use crate::notice::Kind;
use crate::plan::CheckedPlan;
use crate::plan::key::OpeningKey;
use crate::port::{Body, Context, Effect};
use crate::view::Opened;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_protocol::value::Class;
use saifu_protocol::{Certificate, RequestId, UnixTime};

/// Papers that are being written: the bodies they take are read one after the other.
#[derive(Debug)]
pub(super) struct Papers {
    what: What,
    certificates: Vec<ItemId>,
    to_load: Vec<ItemId>,
    bodies: Vec<(ItemId, Body)>,
    key: Option<ItemId>,
}

impl Wallet {
    /// Certificates that are at rest can be handed over. A piece that stays at home cannot, and neither can its backup.
    fn to_hand_over(&self, what: What) -> Option<Vec<ItemId>> {
        let certificates = match what {
            What::Certificate(item) => {
                let is_alone = self.books.certificate(item)?.part.is_none();
                is_alone.then(|| alloc::vec![item])?
            }
            What::Backup(id) => {
                let members = Members::of(&self.books, id)?;
                let is_at_rest = members.group.phase == Phase::AtSafes && members.flows.is_empty();
                let is_all = members
                    .parts
                    .iter()
                    .all(|(_, part)| part.here != PartHere::Home);
                if !is_at_rest || !is_all || members.group.is_key() {
                    return None;
                }
                members
                    .certificates
                    .iter()
                    .map(|(item, ..)| *item)
                    .collect()
            }
        };
        let is_free = |item: &ItemId| self.books.lock(*item).is_none();
        certificates.iter().all(is_free).then_some(certificates)
    }

    pub(super) fn hand_over(&mut self, what: What, with_key: bool, effects: &mut Vec<Effect>) {
        self.close();
        let Some(certificates) = self.to_hand_over(what) else {
            return;
        };
        let key = match what {
            What::Backup(id) if with_key => self
                .books
                .group(id)
                .and_then(|group| self.books.key_item(group.key?))
                .filter(|(_, key)| key.here == KeyHere::Opens)
                .map(|(item, _)| item),
            _ => None,
        };
        self.papers = Some(Papers {
            what,
            to_load: certificates.iter().copied().chain(key).collect(),
            certificates,
            bodies: Vec::new(),
            key,
        });
        self.load_paper(effects);
    }

    fn load_paper(&mut self, effects: &mut Vec<Effect>) {
        let load = self.token();
        let Some(papers) = &mut self.papers else {
            return;
        };
        let Some(item) = papers.to_load.pop() else {
            return self.show_papers();
        };
        self.loads.insert(load, LoadFor::Paper(item));
        effects.push(Effect::Load { load, item });
    }

    pub(super) fn paper_loaded(
        &mut self,
        item: ItemId,
        body: Option<Body>,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(papers) = &mut self.papers {
            papers.bodies.extend(body.map(|body| (item, body)));
            self.load_paper(effects);
        }
    }

    fn show_papers(&mut self) {
        let Some(papers) = self.papers.take() else {
            return;
        };
        let body = |item: ItemId| {
            let found = papers.bodies.iter().find(|(id, _)| *id == item);
            found.map(|(_, body)| body)
        };
        let key = papers.key.and_then(body).map_or(&[][..], Body::as_bytes);
        let write = |item: &ItemId| {
            let kept = CertificateBody::read(body(*item)?)?;
            let certificate = self.books.certificate(*item)?;
            let part = match certificate.part {
                Some(of) => Some((self.books.group(of.group)?, of)),
                None => None,
            };
            let text = bearer::write(&kept, certificate.object_bytes, part, key)?;
            Some(String::clone(&text))
        };
        let texts: Option<Vec<String>> = papers.certificates.iter().map(write).collect();
        self.opened = texts.map(|texts| Opened::Papers {
            what: papers.what,
            texts,
        });
        self.dirty.opened();
    }

    /// It is somebody else's now. No safe is told: the entries are theirs to end.
    pub(super) fn handed_over(&mut self, what: What) -> Vec<Change> {
        let Some(certificates) = self.to_hand_over(what) else {
            return Vec::new();
        };
        let mut ledger = self.books.ledger();
        let mut changes: Vec<Change> = certificates.into_iter().map(Change::Delete).collect();
        match what {
            What::Certificate(_) => ledger.elsewhere += 1,
            What::Backup(id) => {
                let group = self.books.group(id);
                ledger.elsewhere += group.map_or(0, |group| group.values.len() as u64);
                changes.push(Change::Delete(item_of(id)));
            }
        }
        changes.push(Change::Settle(ledger));
        changes
    }

    /// Each certificate is stored as it was given, and a flow makes it this wallet's own.
    pub(super) fn take_over(&mut self, text: &str, context: &mut Context<'_>) -> Vec<Change> {
        match self.taken_over(text, context) {
            Ok(changes) => changes,
            Err(kind) => {
                self.tell(kind, context);
                Vec::new()
            }
        }
    }

    fn taken_over(&self, text: &str, context: &mut Context<'_>) -> Result<Vec<Change>, Kind> {
        let papers = bearer::read(text).map_err(|_| Kind::PaperUnreadable)?;
        let now = UnixTime(context.now_ms / 1_000);
        let mut ledger = self.books.ledger();
        let mut changes = Vec::new();
        let mut groups: Vec<Group> = Vec::new();
        let mut is_new = false;
        for paper in &papers {
            let certificate = self.genuine(paper)?;
            let claims = certificate.claims();
            let is_here = self.books.certificates().any(|(_, known)| {
                known.safe == claims.safe
                    && known.counter == claims.counter
                    && known.sha256 == claims.hash.sha256
            });
            if is_here {
                continue;
            }
            is_new = true;
            let part = paper.part.as_ref().map(|part| part.of);
            match &paper.part {
                None => ledger.came_in += 1,
                Some(part) => {
                    let group = part.group();
                    let is_known = self.books.group(group.id).is_some()
                        || groups.iter().any(|other| other.id == group.id);
                    if !is_known {
                        ledger.came_in += group.values.len() as u64;
                        groups.push(group);
                    }
                }
            }
            let safe = claims.safe;
            let size = usize::try_from(paper.size()).unwrap_or(usize::MAX);
            let mut item = CertificateItem::of(&certificate, size, None);
            item.part = part;
            let id = ItemId::make(context.rng);
            let body = paper.body().write();
            changes.push(Change::Put(id, Item::Certificate(item), Some(body)));
            let rotate = Rotate {
                certificate: id,
                safe,
                request: RequestId::make(context.rng),
                next: Secret::make(context.rng),
            };
            let flow = FlowId::make(context.rng);
            changes.push(Change::Journal(flow, Flow::Rotate(rotate)));
            if let Ok(key) = OpeningKey::read(&paper.key)
                && self.books.key_item(key.name().id).is_none()
            {
                changes.push(crate::flow::ring(&key, &self.books, now, context.rng));
            }
        }
        if !is_new {
            return Err(Kind::PaperAlreadyHere);
        }
        changes.extend(groups.into_iter().map(Group::put));
        changes.push(Change::Settle(ledger));
        Ok(changes)
    }

    /// The certificate in a paper, if a trusted safe signed it and the paper does not contradict it.
    fn genuine(&self, paper: &Bearer) -> Result<Certificate, Kind> {
        let claims = paper.claims().ok_or(Kind::PaperUnreadable)?;
        let strange = || Kind::PaperOfStrangeSafe {
            address: claims.address.as_str().into(),
        };
        let known = self.books.safe(claims.safe).ok_or_else(strange)?;
        let certificate = Certificate::verify(&paper.certificate, &known.signing_key);
        let certificate = certificate.map_err(|_| Kind::PaperUnreadable)?;
        if claims.address != known.address {
            return Err(strange());
        }
        let Some(part) = &paper.part else {
            return Ok(certificate);
        };
        let group = part.group();
        let is_planned = |of: PartOf| {
            let mut layout = group.plan.layout().into_iter();
            layout.any(|planned| {
                planned.class == of.class
                    && planned.index == of.index
                    && group.safe(planned.to) == Some(claims.safe)
            })
        };
        let (plan, seats) = (group.plan.clone(), group.seats.clone());
        let makes_sense = CheckedPlan::check(plan, seats, Class::Coupon, None).is_ok();
        // A safe hands a key out as often as it is asked. What is no key must not be registered as one.
        match claims.class == part.of.class && makes_sense && is_planned(part.of) {
            true => Ok(certificate),
            false => Err(Kind::PaperUnreadable),
        }
    }
}
