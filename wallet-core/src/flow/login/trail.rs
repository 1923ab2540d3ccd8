//! What was handed out, as a safe lists it in a session: the trail of releases, and the session in which a last copy is read.
//!
//! ```text
//! Open ──the owner looks──▶ In ──▶ Listing ──page by page──▶ In ──WAYS──▶ Open
//! ```
//! Only what was handed out is kept of the list, with the notes that were left with it: they are in the journal as long as the
//! session rests, and gone with it.

use super::super::{Desk, Next, Step};
use super::{Aim, Login, LoginState, MOST_BARREN_PAGES, Managing, Session, account};
use crate::bearer::{HandedPart, What};
use crate::books::{CertificateItem, Change, Elsewhere, Identity, Safe, Standing, id_of_entry};
use crate::client::OwnerQuestion;
use crate::ids::FlowId;
use crate::notice::{Kind, Notice};
use crate::owner::Note;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::{CryptoRng, Secret};
use saifu_protocol::certificate::Certificate;
use saifu_protocol::message::{EntryState, Presented};
use saifu_protocol::owner::{
    Act, InSession, OwnerEntry, OwnerPage, OwnerRecoverItem, Purpose, SessionProof,
};
use saifu_protocol::{RequestId, SessionId, UnixTime};
use serde::{Deserialize, Serialize};

/// How many entries are kept of one safe: the latest. With notes of 4 KiB that is a record of about a megabyte at most.
const MOST_RELEASED: usize = 200;

/// An entry that was handed out, or a key that was ended after that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    entry: OwnerEntry,
    /// What a copy is asked of; none where the note does not open.
    pub what: Option<What>,
    /// Class code of the first value.
    pub class: String,
    /// Its name.
    pub name: String,
    /// How many more there are.
    pub others: usize,
}

/// What it takes to read one once more.
pub(crate) struct Readable {
    pub(crate) item: CertificateItem,
    pub(crate) note: Note,
}

impl Released {
    fn of(entry: &OwnerEntry, safe: &Safe, root: &Secret) -> Self {
        let mut released = Self {
            entry: entry.clone(),
            what: None,
            class: String::new(),
            name: String::new(),
            others: 0,
        };
        let Some(Readable { item, note }) = released.read(safe, root) else {
            return released;
        };
        match note.part.as_ref().map(HandedPart::group) {
            Some(group) => {
                // A key that lay there by itself was given up by its owner.
                if let Some(first) = group.values.first() {
                    released.what = Some(What::Backup(group.id));
                    released.class.clone_from(&first.class);
                    released.name.clone_from(&first.name);
                    released.others = group.values.len() - 1;
                }
            }
            None => {
                let claims = Certificate::verify(&entry.certificate, &safe.signing_key);
                let id = claims.map(|it| id_of_entry(it.claims()));
                released.what = id.ok().map(What::Certificate);
                let class = item.digest.class.map(|class| class.code());
                released.class = class.unwrap_or_default().into();
                released.name = item.digest.name.unwrap_or_default();
            }
        }
        released
    }

    /// Since when it is handed out.
    pub(crate) fn since(&self) -> UnixTime {
        self.entry.since.unwrap_or(UnixTime(0))
    }

    /// Until when the safe has it.
    pub(crate) fn until(&self) -> Option<UnixTime> {
        self.entry.until
    }

    /// The session that has it.
    pub(crate) fn session(&self) -> Option<SessionId> {
        self.entry.session
    }

    /// Whether it was handed out. A key is not: it ended with what was.
    pub(crate) fn is_handed_out(&self) -> bool {
        self.entry.state == EntryState::Withdrawn
    }

    /// The certificate as this safe has signed it.
    pub(crate) fn compact(&self) -> &str {
        &self.entry.certificate
    }

    /// The certificate, and what it takes to use it. What a safe says here that is not true is found out as in a restore.
    pub(crate) fn read(&self, safe: &Safe, root: &Secret) -> Option<Readable> {
        let entry = &self.entry;
        let certificate = Certificate::verify(&entry.certificate, &safe.signing_key).ok()?;
        let claims = certificate.claims();
        if claims.address != safe.address {
            return None;
        }
        let note = Note::open(entry.note.as_ref()?, root, safe.id, claims.holder)?;
        if !note.part.as_ref().is_none_or(|part| part.fits(claims)) {
            return None;
        }
        let size = usize::try_from(entry.size).ok()?;
        let mut item = CertificateItem::of(&certificate, size, None);
        item.others = crate::books::OthersWait::Theirs;
        item.part = note.part.as_ref().map(|part| part.of);
        item.standing = Standing::Elsewhere(Elsewhere {
            state: entry.state,
            session: entry.session,
            since: self.since(),
        });
        Some(Readable { item, note })
    }
}

impl Managing {
    fn add(&mut self, page: &OwnerPage, safe: &Safe, root: &Secret) -> usize {
        let is_over = |entry: &&OwnerEntry| {
            matches!(entry.state, EntryState::Withdrawn | EntryState::Retired)
        };
        let released = self.released.get_or_insert_default();
        let before = released.len();
        let over = page.entries.iter().filter(is_over);
        released.extend(over.map(|entry| Released::of(entry, safe, root)));
        let added = released.len() - before;
        released.drain(..released.len().saturating_sub(MOST_RELEASED));
        added
    }
}

impl Login {
    /// What the session that rests here has told of releases.
    pub(crate) fn released(&self) -> Option<&[Released]> {
        match &self.aim {
            Aim::Ways(managing) if self.is_open() => managing.released.as_deref(),
            _ => None,
        }
    }

    /// From the beginning: what was listed before does not count.
    pub(super) fn look_back(
        &self,
        session: &Session,
        managing: &Managing,
        desk: &Desk<'_>,
    ) -> Step {
        let managing = Managing {
            released: Some(Vec::new()),
            ..managing.clone()
        };
        let listing = LoginState::Listing {
            session: session.clone(),
            after: None,
            barren: 0,
        };
        let change = self.managing(managing, listing, desk);
        Step::strict(alloc::vec![change], Next::Again)
    }

    pub(super) fn turn_back(
        &self,
        session: &Session,
        barren: u32,
        page: &OwnerPage,
        desk: &Desk<'_>,
    ) -> Step {
        let root = desk.books.identity().map(Identity::root);
        let (Aim::Ways(managing), Some(safe), Some(root)) =
            (&self.aim, desk.books.safe(self.safe), root)
        else {
            return Step::garbled();
        };
        let mut managing = managing.clone();
        let barren = match managing.add(page, safe, &root) {
            0 => barren + 1,
            _ => barren,
        };
        let session = session.clone();
        let state = match &page.next {
            Some(next) if barren <= MOST_BARREN_PAGES => LoginState::Listing {
                session,
                after: Some(next.clone()),
                barren,
            },
            _ => {
                managing.doing = None;
                LoginState::In { session }
            }
        };
        let change = self.managing(managing, state, desk);
        Step::strict(alloc::vec![change], Next::Again)
    }

    /// Reads an entry in this session. `desk` is that of the flow that wants it.
    pub(in super::super) fn read_last(
        &self,
        presented: Presented,
        session: SessionId,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Option<Step> {
        let LoginState::Open { session: own } = &self.state else {
            return None;
        };
        let request = RequestId::make(rng);
        let purpose = Purpose {
            safe: self.safe,
            account: account(desk.books.safe(self.safe)?),
            request,
            act: Act::Recover,
        };
        let within = InSession {
            session: own.id,
            proof: SessionProof::derive(&own.keys.session, &purpose),
        };
        let question = OwnerQuestion::Recover(OwnerRecoverItem {
            within,
            presented,
            session,
            last_resort: true,
        });
        Some(Step::then(Next::ask_owner(self.safe, request, question)))
    }

    /// The session is over, and what it was opened with is forgotten.
    pub(in super::super) fn left_out_for_good(&self, id: FlowId, desk: &Desk<'_>) -> Vec<Change> {
        let safe = desk.books.safe(self.safe);
        let notice = Notice {
            // Told once for each login, so its own name will do.
            id: crate::ids::ItemId::new(*id.as_bytes()),
            at: desk.now,
            subject: self.name.clone(),
            safe: safe
                .map(|it| it.address.as_str().into())
                .unwrap_or_default(),
            kind: Kind::OwnerSessionEnded,
        };
        alloc::vec![Change::End(id), Change::Notify(notice)]
    }
}
