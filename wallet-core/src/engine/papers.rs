//! Handing certificates over, and taking them in.

use super::{Gatherer, Gathering, Wallet};
use crate::bearer::{self, Bearer, HandedPart, What};
use crate::books::{
    CertificateBody, CertificateItem, Change, Item, KeyHere, Standing, id_of_entry, item_of,
};
use crate::flow::{Flow, Handed, Rotate, left_over, ring_all};
use crate::group::{Group, Members, PartOf, Phase};
use crate::ids::{FlowId, ItemId};
use crate::notice::Kind;
use crate::owner::{Note, brings_money};
use crate::plan::GroupId;
use crate::plan::key::OpeningKey;
use crate::port::{Body, Context, Effect};
use crate::view::Opened;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_protocol::{Certificate, PublicKey, RequestId, UnixTime};
use zeroize::Zeroizing;

/// Whether a flow only gives back what a rehearsal has left.
fn gives_back_only(flow: &Flow) -> bool {
    matches!(flow, Flow::Rehearse(rehearse) if rehearse.is_left_over())
}

/// Papers that are being written: the bodies they take are read one after the other.
#[derive(Debug)]
pub(super) struct Papers {
    what: What,
    certificates: Vec<ItemId>,
    pub(super) gathering: Gathering,
    key: Option<ItemId>,
}

impl Wallet {
    /// Certificates that are at rest can be handed over.
    fn to_hand_over(&self, what: What) -> Option<Vec<ItemId>> {
        match what {
            What::Certificate(item) => {
                let certificate = self.books.certificate(item)?;
                let is_alone = certificate.part.is_none() && !certificate.may_be_used;
                let may_go = is_alone && self.may_go(item, certificate);
                may_go.then(|| alloc::vec![item])
            }
            What::Backup(id) => {
                let members = Members::of(&self.books, id)?;
                let all = members.certificates.iter().map(|(item, ..)| *item);
                self.may_hand_over(&members).then(|| all.collect())
            }
        }
    }

    /// Whether nothing works on a certificate, and no safe has said that it brings nothing.
    pub(super) fn may_go(&self, item: ItemId, certificate: &CertificateItem) -> bool {
        let lock = self.books.lock(item);
        certificate.standing == Standing::AtSafe && lock == left_over(&self.books, item)
    }

    /// Whether all of a backup is at rest at its safes. A piece that stays at home cannot be handed over, and neither can a
    /// key, be it that others need it.
    pub(super) fn may_hand_over(&self, members: &Members<'_>) -> bool {
        let mut certificates = members.certificates.iter();
        members.group.phase == Phase::AtSafes
            && !members.group.is_key()
            // Nobody else is given what may already have been used.
            && members.group.marked.is_empty()
            && members.flows.iter().all(|(_, flow)| gives_back_only(flow))
            && certificates.all(|(item, it, _)| self.may_go(*item, it))
            // What is here of it stays behind: a piece that is kept at home, or what something left.
            && members.parts.is_empty()
            && !members.keeps_key(&self.books)
    }

    /// Whether a key lies with it that other backups open with: whoever takes it over binds it to another holder.
    fn holds_key_of_others(&self, id: GroupId) -> bool {
        let members = Members::of(&self.books, id);
        members.is_some_and(|members| members.keeps_key(&self.books))
    }

    pub(super) fn hand_over(
        &mut self,
        what: What,
        with_key: bool,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        self.close();
        if let What::Backup(id) = what
            && self.holds_key_of_others(id)
        {
            let name = crate::flow::name_of(&self.books, item_of(id));
            return self.tell_about(name, Kind::KeyNeeded, context);
        }
        if let Some(item) = self.marked_in(what) {
            let name = crate::flow::name_of(&self.books, item);
            return self.tell_about(name, Kind::MarkedStays, context);
        }
        let Some(certificates) = self.to_hand_over(what) else {
            return self.tell_busy(what, context);
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
            gathering: Gathering::of(certificates.iter().copied().chain(key).collect()),
            certificates,
            key,
        });
        self.load_paper(context, effects);
    }

    /// What is not handed over because something in it may already have been used.
    fn marked_in(&self, what: What) -> Option<ItemId> {
        let (item, is_marked) = match what {
            What::Certificate(item) => {
                let certificate = self.books.certificate(item);
                (item, certificate.is_some_and(|it| it.may_be_used))
            }
            What::Backup(id) => {
                let group = self.books.group(id);
                let is_marked = group.is_some_and(|it| !it.marked.is_empty());
                (item_of(id), is_marked)
            }
        };
        is_marked.then_some(item)
    }

    fn tell_busy(&mut self, what: What, context: &mut Context<'_>) {
        let item = match what {
            What::Certificate(item) => item,
            What::Backup(id) => item_of(id),
        };
        if self.books.item(item).is_some() {
            let name = crate::flow::name_of(&self.books, item);
            self.tell_about(name, Kind::Busy, context);
        }
    }

    fn load_paper(&mut self, context: &mut Context<'_>, effects: &mut Vec<Effect>) {
        if self.load_next(Gatherer::Papers, effects).is_none() {
            self.show_papers(context);
        }
    }

    pub(super) fn paper_loaded(
        &mut self,
        item: ItemId,
        body: Option<Body>,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(papers) = &mut self.papers {
            papers.gathering.take(item, body);
            self.load_paper(context, effects);
        }
    }

    fn show_papers(&mut self, context: &mut Context<'_>) {
        let Some(papers) = self.papers.take() else {
            return;
        };
        let body = |item: ItemId| {
            let found = papers.gathering.read.iter().find(|(id, _)| *id == item);
            found.map(|(_, body)| body)
        };
        // Papers without the key that was asked for open nothing, and whoever gives them deletes what does.
        let key = match papers.key {
            Some(item) => body(item).map(Body::as_bytes),
            None => Some(&[][..]),
        };
        let write = |item: &ItemId| {
            let key = key?;
            let kept = CertificateBody::read(body(*item)?)?;
            let certificate = self.books.certificate(*item)?;
            let part = match certificate.part {
                Some(of) => Some((self.books.group(of.group)?, of)),
                None => None,
            };
            let text = bearer::write(&kept, certificate.object_bytes, part, key)?;
            Some(text)
        };
        let texts: Option<Vec<Zeroizing<String>>> = papers.certificates.iter().map(write).collect();
        let Some(texts) = texts else {
            let item = match papers.what {
                What::Certificate(item) => item,
                What::Backup(id) => item_of(id),
            };
            let name = crate::flow::name_of(&self.books, item);
            let why = match (papers.key, key) {
                (Some(_), None) => Kind::KeyUnusable,
                _ => Kind::StorageFailed,
            };
            return self.tell_about(name, why, context);
        };
        self.opened = Some(Opened::Papers {
            what: papers.what,
            texts,
        });
        self.dirty.opened();
    }

    /// It is somebody else's now. No safe is told: the entries are theirs to end.
    pub(super) fn handed_over(&mut self, what: What, context: &mut Context<'_>) -> Vec<Change> {
        let Some(certificates) = self.to_hand_over(what) else {
            self.tell_busy(what, context);
            return Vec::new();
        };
        let mut ledger = self.books.ledger();
        // Whoever has it now gives back what may be open.
        let left = certificates.iter();
        let left = left.filter_map(|it| left_over(&self.books, *it));
        let mut changes: Vec<Change> = left.map(Change::End).collect();
        changes.extend(certificates.into_iter().map(Change::Delete));
        match what {
            What::Certificate(_) => ledger.elsewhere += 1,
            What::Backup(id) => {
                let group = self.books.group(id);
                ledger.elsewhere += group.map_or(0, Group::counted);
                changes.push(Change::Delete(item_of(id)));
            }
        }
        changes.push(Change::Settle(ledger));
        changes
    }

    /// Each certificate is stored as it was given, and a flow makes it this wallet's own.
    pub(super) fn take_over(&mut self, text: &str, context: &mut Context<'_>) -> Vec<Change> {
        // Of an earlier attempt, which this one takes the place of.
        let before = self.passing.len();
        self.passing
            .retain(|notice| !(notice.subject.is_empty() && notice.kind.is_of_papers()));
        if self.passing.len() != before {
            self.dirty.notices();
        }
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
        let mut groups: Vec<(Group, PublicKey)> = Vec::new();
        let mut keys: Vec<OpeningKey> = Vec::new();
        let mut taken: Vec<CertificateItem> = Vec::new();
        let (identity, identified) = self.identity(context);
        changes.extend(identified);
        let root = identity.root();
        let is_enough = self.secret_kind().is_enough_for_money();
        let rotate = |certificate, safe, paper: &Bearer, handed, context: &mut Context<'_>| {
            let next = Secret::make(context.rng);
            let rotate = Rotate {
                certificate,
                safe,
                request: RequestId::make(context.rng),
                note: Note::of_paper(&next, paper).seal(&root, safe, context.rng),
                next,
                handed,
                wait: self.books.wait(),
            };
            Change::Journal(FlowId::make(context.rng), Flow::Rotate(rotate))
        };
        for paper in &papers {
            let certificate = self.genuine(paper)?;
            let claims = certificate.claims();
            let of = paper.part.as_ref().map(HandedPart::group);
            // From then on it would open by this owner's secret.
            let class = claims.digest.open().and_then(|digest| digest.class);
            let is_too_much = !is_enough && brings_money(of.as_ref(), class);
            let is_it = |known: &CertificateItem| {
                known.safe == claims.safe
                    && known.counter == claims.counter
                    && known.sha256 == claims.hash.sha256
            };
            let part = paper.part.as_ref().map(|part| part.of);
            let key = OpeningKey::read(&paper.key).ok();
            let key = key.filter(|key| !keys.contains(key));
            if taken.iter().any(is_it) {
                // The same paper once more; the first time its key may have been kept back.
                keys.extend(key);
                continue;
            }
            if let Some((id, known)) = self.books.certificates().find(|(_, it)| is_it(it)) {
                // No holder's certificate is issued before that of the holder before: this one is spent.
                if claims.issued_at < known.issued_at {
                    // What opens it may have been kept back the first time, and there are no other papers.
                    let group = part.and_then(|part| self.books.group(part.group));
                    let needed = group.and_then(|group| group.key);
                    keys.extend(key.filter(|key| needed == Some(key.name().id)));
                    continue;
                }
                if known.part != part {
                    return Err(Kind::PaperUnreadable);
                }
                if !self.is_at_rest(id, part) {
                    return Err(Kind::Busy);
                }
                if is_too_much {
                    return Err(Kind::SecretTooWeak);
                }
                let handed = Handed {
                    compact: paper.certificate.clone(),
                    holder: paper.holder.clone(),
                };
                taken.push(known.clone());
                changes.push(rotate(id, claims.safe, paper, Some(handed), context));
                keys.extend(key);
                continue;
            }
            // Two certificates of one part: what one of them brings would be taken for what the other does.
            let is_doubled = |known: &CertificateItem| part.is_some() && known.part == part;
            if taken.iter().any(is_doubled)
                || self.books.certificates().any(|(_, it)| is_doubled(it))
            {
                return Err(Kind::PaperUnreadable);
            }
            let id = match part {
                Some(_) => ItemId::make(context.rng),
                None => id_of_entry(claims),
            };
            match &paper.part {
                // It has come home before.
                None if self.books.values().any(|(_, it)| it.came_of == Some(id)) => continue,
                None if self.books.item(id).is_some() => return Err(Kind::PaperUnreadable),
                None => ledger.came_in += 1,
                Some(part) => {
                    let group = part.group();
                    let author = part.author;
                    let mut read = groups.iter();
                    let read = read.find(|(other, _)| other.id == group.id);
                    let known = read.map(|(other, _)| other);
                    match known.or_else(|| self.books.group(group.id)) {
                        Some(known) => {
                            let is_its_author = read.is_none_or(|(_, other)| *other == author);
                            if !group.is_as_planned(known) || !is_its_author {
                                return Err(Kind::PaperUnreadable);
                            }
                            if !known.takes_papers(part.of) {
                                if self.has_come_home(known.id) {
                                    continue;
                                }
                                return Err(Kind::Busy);
                            }
                        }
                        None if self.books.item(item_of(group.id)).is_some() => {
                            return Err(Kind::PaperUnreadable);
                        }
                        // Enough of its papers came before.
                        None if self.has_come_home(group.id) => continue,
                        None => groups.push((group, author)),
                    }
                }
            }
            if is_too_much {
                return Err(Kind::SecretTooWeak);
            }
            let safe = claims.safe;
            let size = usize::try_from(paper.size()).unwrap_or(usize::MAX);
            let mut item = CertificateItem::of(&certificate, size, None);
            item.part = part;
            taken.push(item.clone());
            let body = paper.body().write();
            changes.push(Change::Put(id, Item::Certificate(item), Some(body)));
            changes.push(rotate(id, safe, paper, None, context));
            keys.extend(key);
        }
        let opens = |key: &OpeningKey| {
            let known = self.books.key_item(key.name().id);
            known.is_some_and(|(_, item)| item.here == KeyHere::Opens)
        };
        keys.retain(|key| !opens(key));
        if taken.is_empty() && keys.is_empty() {
            return Err(Kind::PaperAlreadyHere);
        }
        changes.extend(ring_all(&keys, &self.books, now, context.rng));
        changes.extend(groups.into_iter().map(|(group, _)| group.put()));
        changes.push(Change::Settle(ledger));
        Ok(changes)
    }

    /// Whether a value that is here was a backup's.
    fn has_come_home(&self, backup: GroupId) -> bool {
        let came_of = Some(item_of(backup));
        self.books
            .values()
            .any(|(_, value)| value.came_of == came_of)
    }

    /// Whether nothing works on a certificate, or on what it is a part of.
    fn is_at_rest(&self, certificate: ItemId, part: Option<PartOf>) -> bool {
        let is_group_at_rest = part.is_none_or(|of| {
            let phase = self.books.group(of.group).map(|group| group.phase);
            let is_settled = matches!(phase, Some(Phase::AtSafes | Phase::Elsewhere));
            is_settled && self.books.work_on(of.group).is_none()
        });
        is_group_at_rest && self.books.lock(certificate).is_none()
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
        match part.fits(&claims) {
            true => Ok(certificate),
            false => Err(Kind::PaperUnreadable),
        }
    }
}
