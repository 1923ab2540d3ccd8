//! What a restore does in a session: share and map are opened, other safes are logged in to, and the list is read page by
//! page.

use super::super::{Desk, Flow, Next, Step};
use super::{Aim, Login, LoginState, MOST_BARREN_PAGES, Session, SessionKeys};
use crate::books::{Change, Identity};
use crate::ids::FlowId;
use crate::notice::{Kind, Notice};
use crate::owner::{
    Dealt, Owner, OwnerStanding, SafeMap, Sealed, Way, gather, is_partial, open_root_map, restore,
    unseal,
};
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::owner::{By, Kept, LoggedIn, OwnerPage};
use zeroize::Zeroizing;

impl Login {
    /// A session. What an attempt in vain at this safe had told is settled by one that was right.
    pub(super) fn enter(
        &self,
        logged_in: &LoggedIn,
        keys: &SessionKeys,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let mut step = self.open_up(logged_in, keys, desk, rng);
        let address = desk.books.safe(self.safe).map(|safe| &safe.address);
        let is_settled = |told: &&Notice| {
            // By another way it is not disproved: somebody may have changed the words, or removed a device.
            let is_of_way = match told.kind {
                Kind::SecretWrong => logged_in.by == By::Newest,
                Kind::DeviceUnknown => matches!(self.with, Some(Way::Passkey)),
                _ => false,
            };
            is_of_way && address.is_some_and(|address| address.as_str() == told.safe)
        };
        let settled = desk.books.notices().filter(is_settled);
        step.changes
            .extend(settled.map(|told| Change::Acknowledge(told.id)));
        step
    }

    /// What the safe kept is opened, and what it says of the owner's other safes is believed, because nobody else could have
    /// sealed it.
    fn open_up(
        &self,
        logged_in: &LoggedIn,
        keys: &SessionKeys,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let session = Session {
            id: logged_in.session,
            keys: keys.clone(),
            is_changing: logged_in.is_changing,
            has_channel: logged_in.has_channel,
        };
        let state = LoginState::In { session };
        match self.aim {
            Aim::Restore | Aim::Map => {}
            Aim::Change { .. } | Aim::Settle | Aim::Order { .. } => {
                return self.go_on(state, desk);
            }
            Aim::Ways(_) => return self.forget_way(state, logged_in, desk),
        }
        let opened = self.open_kept(&logged_in.kept, keys);
        // Before it is replaced: another device of the owner's may have left safes on it that are unknown here.
        if self.aim == Aim::Map && opened.is_none() {
            return self.go_on(state, desk);
        }
        let (Some((share, map)), Some(owner)) = (opened, desk.books.owner()) else {
            let kind = Kind::OwnerRecordDamaged;
            return self.end(OwnerStanding::Refused, Some(kind), desk, rng);
        };
        let mut owner = owner.clone();
        let mut changes = Vec::new();
        if let Some(map) = &map {
            changes.extend(self.adopt(map, &mut owner, desk, rng));
        }
        if owner.is_restoring() {
            let map = logged_in.map.clone().map(Sealed);
            changes.extend(self.add_share(share, map, &mut owner, desk, rng));
        } else if let (Some(sealed), Some(identity)) = (&logged_in.map, desk.books.identity())
            && let Some(map) = open_root_map(sealed, &identity.root())
        {
            self.heed(&map, &mut owner);
            changes.extend(self.adopt(&map, &mut owner, desk, rng));
        }
        changes.push(Change::Own(Some(owner)));
        changes.push(self.journal(state, desk));
        Step::strict(changes, Next::Again)
    }

    /// What a session was opened with is of no more use. The map that is there is read before this wallet leaves its own.
    fn forget_way(&self, state: LoginState, logged_in: &LoggedIn, desk: &Desk<'_>) -> Step {
        let next = Self {
            with: None,
            state,
            ..self.clone()
        };
        let mut changes = alloc::vec![Change::Journal(desk.id, Flow::Login(next))];
        let known = (desk.books.owner(), desk.books.identity());
        if let (Some(sealed), (Some(known), Some(identity))) = (&logged_in.map, known)
            && let Some(map) = open_root_map(sealed, &identity.root())
        {
            let mut owner = known.clone();
            self.heed(&map, &mut owner);
            if owner.kind != known.kind {
                changes.push(Change::Own(Some(owner)));
            }
        }
        Step::strict(changes, Next::Again)
    }

    /// What the map of the root says of the secret: another device may have changed it since it was typed here, and a weaker
    /// one counts here, too. Whoever has typed it for this session knows better, and so does who is changing it.
    fn heed(&self, map: &SafeMap, owner: &mut Owner) {
        if self.is_of_device() && !owner.is_changing() {
            owner.kind = owner.kind.max(map.kind);
        }
    }

    /// Share and map. Of a device that derives nothing the share lies there as it is; then it must be one that is worth nothing
    /// alone, or the safe could give this wallet a root of its own making.
    fn open_kept(
        &self,
        kept: &Kept,
        keys: &SessionKeys,
    ) -> Option<(Zeroizing<Vec<u8>>, Option<SafeMap>)> {
        if matches!(self.with, Some(Way::Passkey)) && is_partial(&kept.share) {
            return Some((Zeroizing::new(kept.share.clone()), None));
        }
        let (share, map) = unseal(kept, self.safe, keys.export.as_ref()?)?;
        Some((share, Some(map)))
    }

    /// What a map says that is not known here. Safes that are new are logged in to by the same way.
    fn adopt(
        &self,
        map: &SafeMap,
        owner: &mut Owner,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        if owner.is_restoring() {
            owner.needed = map.needed;
        }
        if owner.name.is_empty() {
            owner.name.clone_from(&map.name);
        }
        // Who typed the secret heeds the map of the root alone. Of several maps some may be of before a change.
        if owner.check.is_none() {
            owner.kind = owner.kind.max(map.kind);
        }
        for mapped in &map.safes {
            let id = mapped.id();
            let known = owner.standing(id);
            if self.aim != Aim::Map || known.is_none() {
                if desk.books.safe(id).is_none() && known.is_none() {
                    changes.push(Change::Trust(mapped.safe(Secret::make(rng))));
                }
                if let (None, Some(with)) = (known, &self.with) {
                    let login = Self::new(id, &owner.name, with.clone(), Aim::Restore);
                    changes.push(Change::Journal(FlowId::make(rng), Flow::Login(login)));
                }
                // What another login has come to stays.
                owner.put(id, mapped.number, known.unwrap_or(OwnerStanding::Asking));
            }
            owner.learn(id, &mapped.credentials);
        }
        changes
    }

    /// Another share: perhaps there are enough now.
    pub(super) fn add_share(
        &self,
        share: Zeroizing<Vec<u8>>,
        map: Option<Sealed>,
        owner: &mut Owner,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Vec<Change> {
        owner.dealt.retain(|dealt| dealt.safe != self.safe);
        owner.dealt.push(Dealt {
            safe: self.safe,
            share,
            map,
        });
        let dealt: Vec<_> = owner.dealt.iter().map(|it| it.share.clone()).collect();
        let Some(root) = gather(&dealt) else {
            return Vec::new();
        };
        let mut changes: Vec<Change> = Vec::new();
        for dealt in core::mem::take(&mut owner.dealt) {
            let map = dealt.map.and_then(|map| open_root_map(&map.0, &root));
            if let Some(map) = map {
                changes.extend(self.adopt(&map, owner, desk, rng));
            }
        }
        if let Some(Way::Secret { secret }) = &self.with {
            owner.check = Some(secret.check(&root));
            owner.kind = secret.kind(&owner.name);
        }
        owner.has_root = true;
        let identity = desk.books.identity().cloned();
        let identity = identity.unwrap_or_else(|| Identity::make(rng));
        // What was wanted meanwhile has waited for it.
        let before = identity.root();
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
