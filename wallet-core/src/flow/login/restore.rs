//! What a restore does in a session: share and map are opened, other safes are logged in to, and the list is read page by
//! page.

use super::super::{Desk, Flow, Next, Step};
use super::{Aim, Login, LoginState, MOST_BARREN_PAGES, Session, SessionKeys};
use crate::books::{Change, Identity};
use crate::ids::FlowId;
use crate::notice::Kind;
use crate::owner::{Dealt, Owner, OwnerStanding, gather, restore, unseal};
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::owner::{LoggedIn, OwnerPage};
use zeroize::Zeroizing;

impl Login {
    /// A session: what the safe kept is opened, and what it says of the owner's other safes is believed, because nobody else
    /// could have sealed it.
    pub(super) fn enter(
        &self,
        logged_in: &LoggedIn,
        keys: &SessionKeys,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let session = Session {
            id: logged_in.session,
            keys: keys.clone(),
        };
        let state = LoginState::In { session };
        if !matches!(self.aim, Aim::Restore | Aim::Map) {
            return self.go_on(state, desk);
        }
        let unsealed = unseal(&logged_in.kept, self.safe, &keys.export);
        // Before it is replaced: another device of the owner's may have left safes on it that are unknown here.
        if self.aim == Aim::Map && unsealed.is_none() {
            return self.go_on(state, desk);
        }
        let (Some((share, map)), Some(owner)) = (unsealed, desk.books.owner()) else {
            let kind = Kind::OwnerRecordDamaged;
            return self.end(OwnerStanding::Refused, Some(kind), desk, rng);
        };
        let mut owner = owner.clone();
        let mut changes = Vec::new();
        if owner.is_restoring() {
            owner.needed = map.needed;
        }
        for mapped in &map.safes {
            let id = mapped.id();
            if self.aim == Aim::Map && owner.standing(id).is_some() {
                continue;
            }
            if desk.books.safe(id).is_none() {
                changes.push(Change::Trust(mapped.safe(Secret::make(rng))));
            }
            if owner.standing(id).is_none() {
                let login = Self::new(id, &self.name, &self.words, Aim::Restore);
                changes.push(Change::Journal(FlowId::make(rng), Flow::Login(login)));
            }
            // What another login has come to stays.
            let standing = owner.standing(id).unwrap_or(OwnerStanding::Asking);
            owner.put(id, mapped.number, standing);
        }
        if owner.is_restoring() {
            changes.extend(self.add_share(share, &mut owner, desk, rng));
        }
        changes.push(Change::Own(Some(owner)));
        changes.push(self.journal(state, desk));
        Step::strict(changes, Next::Again)
    }

    /// Another share: perhaps there are enough now.
    pub(super) fn add_share(
        &self,
        share: Zeroizing<Vec<u8>>,
        owner: &mut Owner,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Vec<Change> {
        owner.dealt.retain(|dealt| dealt.safe != self.safe);
        owner.dealt.push(Dealt {
            safe: self.safe,
            share,
        });
        let dealt: Vec<_> = owner.dealt.iter().map(|it| it.share.clone()).collect();
        let Some(root) = gather(&dealt) else {
            return Vec::new();
        };
        owner.check = Some(self.words.check(&root));
        owner.dealt.clear();
        let identity = desk.books.identity().cloned();
        let identity = identity.unwrap_or_else(|| Identity::make(rng));
        // What was wanted meanwhile has waited for it.
        let before = identity.root();
        let mut changes: Vec<Change> = Vec::new();
        for (id, flow) in desk.books.flows() {
            let flow = flow.under_root(&before, &root, rng);
            changes.extend(flow.map(|flow| Change::Journal(id, flow)));
        }
        changes.push(Change::Identify(Identity {
            restored: Some(root),
            ..identity
        }));
        changes
    }

    pub(super) fn turn_page(
        &self,
        session: &Session,
        barren: u32,
        page: &OwnerPage,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let known = (desk.books.safe(self.safe), desk.books.owner());
        let ((Some(safe), Some(owner)), Some(identity)) = (known, desk.books.identity()) else {
            return Step::garbled();
        };
        let root = identity.root();
        let (mut changes, more) = restore(desk.books, safe, &root, &page.entries, desk.now, rng);
        let barren = barren + u32::from(changes.is_empty());
        if barren > MOST_BARREN_PAGES {
            let kind = Kind::OwnerRecordDamaged;
            return self.end(OwnerStanding::Refused, Some(kind), desk, rng);
        }
        let mut owner = owner.clone();
        if matches!(self.state, LoginState::Listing { after: None, .. }) {
            owner.look_anew(self.safe);
        }
        owner.find(self.safe, more);
        changes.push(Change::Own(Some(owner)));
        let session = session.clone();
        let next = match &page.next {
            Some(next) => LoginState::Listing {
                session,
                after: Some(next.clone()),
                barren,
            },
            None => LoginState::Joining { session },
        };
        // It came further than before.
        let further = Flow::Login(Self {
            again: false,
            state: next,
            ..self.clone()
        });
        changes.push(Change::Journal(desk.id, further));
        Step::strict(changes, Next::Again)
    }
}
