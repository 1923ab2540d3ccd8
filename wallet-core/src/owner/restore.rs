//! What an owner's list comes to in the books of a wallet that was lost: certificates and groups, as they were.
//!
//! Nothing is recovered by that, and nothing changes at the safe. A wallet that has restored is to the safes what a copy of
//! the lost one would be: whoever collects enough confirmations has the value, and nobody else.

use super::{Found, Note};
use crate::books::{
    Books, CertificateItem, Change, Item, KeyHere, KeyItem, OthersWait, Safe, id_of_entry, item_of,
};
use crate::flow::ring_all;
use crate::group::{Group, Phase};
use crate::ids::ItemId;
use crate::plan::key::OpeningKey;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::UnixTime;
use saifu_protocol::certificate::{Certificate, Claims};
use saifu_protocol::message::EntryState;
use saifu_protocol::owner::OwnerEntry;

/// Takes one page of a safe's list into the books. Entries that are known already stay as they are.
pub(crate) fn restore(
    books: &Books,
    safe: &Safe,
    root: &Secret,
    entries: &[OwnerEntry],
    now: UnixTime,
    rng: &mut dyn CryptoRng,
) -> (Vec<Change>, Found) {
    let mut page = Page {
        books,
        taken: Vec::new(),
        groups: Vec::new(),
        keys: Vec::new(),
        alone: 0,
    };
    let mut found = Found::default();
    let mut changes = Vec::new();
    for entry in entries {
        // Another device has it, or had it when it was lost. Taken in, it would promise what no safe hands out again.
        if matches!(entry.state, EntryState::Withdrawn | EntryState::Retired) {
            found.handed_out += 1;
            continue;
        }
        match page.take(safe, root, entry) {
            Some(change) => {
                found.certificates += 1;
                changes.extend(change);
            }
            None => found.unread += 1,
        }
    }
    changes.extend(ring_all(&page.keys, books, now, rng));
    for group in &page.groups {
        changes.extend(page.key_of(group, rng));
    }
    changes.extend(page.groups.into_iter().map(Group::put));
    if page.alone > 0 {
        let mut ledger = books.ledger();
        ledger.came_in += page.alone;
        changes.push(Change::Settle(ledger));
    }
    (changes, found)
}

/// What one page brings.
struct Page<'a> {
    books: &'a Books,
    taken: Vec<CertificateItem>,
    groups: Vec<Group>,
    keys: Vec<OpeningKey>,
    /// Values registered as they are: they count as having come in. Those of groups count when they have come home.
    alone: u64,
}

impl Page<'_> {
    /// The certificate, if it is new here; `None` if it cannot be used.
    fn take(&mut self, safe: &Safe, root: &Secret, entry: &OwnerEntry) -> Option<Option<Change>> {
        let certificate = Certificate::verify(&entry.certificate, &safe.signing_key).ok()?;
        let claims = certificate.claims();
        if claims.address != safe.address {
            return None;
        }
        let note = Note::open(entry.note.as_ref()?, root, safe.id, claims.holder)?;
        let size = usize::try_from(entry.size).ok()?;
        let mut item = CertificateItem::of(&certificate, size, None);
        item.others = OthersWait::Theirs;
        item.may_be_used = note.may_be_used;
        let id = id_of_entry(claims);
        if let Some(part) = &note.part {
            if !part.fits(claims) {
                return None;
            }
            let mut group = part.group();
            // A key is no value: it has nothing to count.
            group.handed = !group.is_key();
            group.awaits = note.awaits.clone();
            if group.awaits.is_some() {
                group.phase = Phase::Standby;
            }
            item.part = Some(part.of);
            let known = self.groups.iter().find(|known| known.id == group.id);
            let known = known.or_else(|| self.books.group(group.id));
            if known.is_some_and(|known| !group.is_as_planned(known)) {
                return None;
            }
            if self.is_here(&item, claims) || known.is_some_and(is_leaving) || self.is_home(&group)
            {
                return Some(None);
            }
            if known.is_none() {
                self.groups.push(group);
            }
        } else {
            let came_home = self.books.values();
            let came_home = came_home.filter(|(_, it)| it.came_of == Some(id) && !it.may_be_used);
            if self.is_here(&item, claims) || came_home.count() > 0 {
                return Some(None);
            }
            self.alone += u64::from(!item.may_be_used);
        }
        let key = OpeningKey::read(&note.key).ok();
        self.keys.extend(key.filter(|key| self.is_new_key(key)));
        self.taken.push(item.clone());
        let body = note.body(&entry.certificate).write();
        Some(Some(Change::Put(id, Item::Certificate(item), Some(body))))
    }

    /// Whether there is a certificate of this entry, or one that stands for the same part.
    fn is_here(&self, item: &CertificateItem, claims: &Claims) -> bool {
        let is_it = |known: &CertificateItem| {
            let is_entry = known.safe == claims.safe
                && known.counter == claims.counter
                && known.sha256 == claims.hash.sha256;
            is_entry || item.part.is_some() && known.part == item.part
        };
        let known = self.books.certificates().map(|(_, known)| known);
        known.chain(&self.taken).any(is_it)
    }

    /// Whether what the group holds has come home already.
    fn is_home(&self, group: &Group) -> bool {
        let came_of = Some(item_of(group.id));
        self.books
            .values()
            .any(|(_, it)| it.came_of == came_of && !it.may_be_used)
    }

    fn is_new_key(&self, key: &OpeningKey) -> bool {
        let known = self.books.key_item(key.name().id);
        let opens = known.is_some_and(|(_, item)| item.here == KeyHere::Opens);
        !opens && !self.keys.contains(key)
    }

    /// A key that lies at safes by itself is known by name, so that it can be asked for.
    fn key_of(&self, group: &Group, rng: &mut dyn CryptoRng) -> Option<Change> {
        let (key, seal) = (group.key.filter(|_| group.is_key())?, group.plan.seal()?);
        if self.books.key_item(key).is_some() || self.keys.iter().any(|it| it.name().id == key) {
            return None;
        }
        let item = KeyItem {
            key,
            form: seal.form,
            algorithm: None,
            since: group.since,
            here: KeyHere::Erased,
        };
        Some(Change::Put(ItemId::make(rng), Item::Key(item), None))
    }
}

fn is_leaving(group: &Group) -> bool {
    group.phase == Phase::Leaving
}
