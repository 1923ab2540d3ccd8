//! Rehearsing: a backup is recovered, opened in memory, and given back, to see that it would come back.
//!
//! ```text
//! (interval, owner) → Between ──▶ Opening{session} ──RECOVER──▶ bytes ──▶ Returning ──RETURN──▶ receipt ─┐
//!                        ▲  │          │   │                                 │                           │
//!                        │  │          │   └─ no answer, asked twice ─▶ what may be open is left to a    │
//!                        │  │          │                               flow of its own that gives it back│
//!                        │  │          └── a key: it is read, nothing is open ───────────────────────────┤
//!                        └──┼── what was found is written down, the bytes stay in memory ◀───────────────┘
//!                           └── none is left: put together, opened, compared, wiped ──▶ recorded, the next one or ended
//! ```
//! Where another device has registered it, the safe is looked at first, as by an audit: it shows chunks only to whom it would hand
//! the entry out now, and nobody begins to wait by that.
//!
//! ```text
//! Between ──▶ Looking ──AUDIT──▶ shown ──▶ Opening, as above
//!                        │   └─ others wait, or no answer ─▶ written down ─▶ Between
//! ```
//! One safe is asked at a time, and gives its part out to a session that never confirms. So at no moment has a rehearsal
//! more than one vote, and whoever else wants the value finds one safe busy for as long as two requests take. Nothing is
//! stored of what comes, and nothing changes in the books but the record of the check.
//!
//! What has come lies in this value and is not written down with it. So a crash forgets it, and what begins again without it
//! gives back what is open and ends. Whoever wants the value, or calls the rehearsal off, has it end the same way.

use super::audit::draw;
use super::reunite::{find, uncovered};
use super::{Desk, Flow, Input, Next, Step, name_of, protect, recover};
use crate::books::{
    Books, CertificateBody, CertificateItem, Change, KeyHere, OthersWait, PartHere, PartItem,
    Session, Standing, ValueItem, group_of, item_of,
};
use crate::check::{Check, Found, PartCheck, What, Whole, checked};
use crate::client::{Looked, Presentation, Question};
use crate::group::{Group, Members, Phase};
use crate::ids::{FlowId, ItemId};
use crate::notice::Kind;
use crate::plan::key::OpeningKey;
use crate::plan::{Keys, recover_keys, reunite};
use crate::port::Body;
use crate::rules::{Entry, PartTally};
use crate::view::Waiting;
use alloc::boxed::Box;
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_protocol::certificate::Certificate;
use saifu_protocol::message::{EntryState, Outcome, Presented, Recovered};
use saifu_protocol::object;
use saifu_protocol::possession::Audited;
use saifu_protocol::problem::{Code, Problem};
use saifu_protocol::receipt::Event;
use saifu_protocol::{RequestId, SafeId};
use serde::{Deserialize, Serialize};

/// So often a safe is asked for a part. It is a rehearsal: what does not come then is what it is to find out.
const MOST_TRIES: u32 = 2;

/// A backup is rehearsed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rehearse {
    /// The certificate of what lies at one safe as it is, or the group.
    pub about: ItemId,
    /// Whether every other backup follows: a fire drill.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub is_drill: bool,
    /// What will be said of it, as far as it has come. None of what only gives back what another one may have left open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Box<Entry>>,
    /// The certificates that were not presented yet.
    pub left: Vec<ItemId>,
    /// What was found by the others.
    pub found: Vec<PartCheck>,
    /// Whether this backup is not to be rehearsed further, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Ends>,
    /// What is true.
    pub state: RehearseState,
    /// What has come. In no record.
    #[serde(skip)]
    pub come: Come,
}

/// Why a rehearsal ends before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// Its owner called it off.
    CalledOff,
    /// Its owner wants the value back: that begins when nothing is open any more.
    Wanted,
    /// A recovery of the group has begun and waits for what is open.
    MakesWay,
}

/// What is true of a rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RehearseState {
    /// Nothing is open.
    Between,
    /// Whether this device may have the part now is being looked at. Nothing is open.
    Looking(Held),
    /// The session is written down; the entry may be open for it.
    Opening(Held),
    /// The session wants nothing any more; the entry may still be open for it.
    Returning(Held, Option<Found>),
}

/// A part that may be open, or is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its certificate.
    pub certificate: ItemId,
    /// The safe.
    pub safe: SafeId,
    /// The session.
    pub session: Session,
    /// The request that asks for it, or gives it back.
    pub request: RequestId,
}

/// What has come of a backup, as long as the wallet stays open.
#[derive(Debug, Clone, Default)]
pub struct Come {
    /// Whether it began since the wallet was opened. Of what was read from the journal it is false.
    pub(crate) is_awake: bool,
    /// The parts, under names of their own, still covered. A body wipes itself when it goes.
    pub(super) parts: Vec<(ItemId, PartItem, Body)>,
}

/// What can be rehearsed now, in an order that stays.
pub(crate) fn rehearsable(books: &Books) -> impl Iterator<Item = ItemId> {
    let alone = books.certificates().filter(|(id, it)| {
        it.part.is_none() && it.standing == Standing::AtSafe && books.lock(*id).is_none()
    });
    let groups = books.groups().filter(|group| {
        group.phase == Phase::AtSafes
            && group.awaits.is_none()
            && books.work_on(group.id).is_none()
            && books.recovery_of(group.id).is_none()
    });
    let alone = alone.map(|(id, _)| id);
    alone.chain(groups.map(|group| item_of(group.id)))
}

/// What only gives back what may be open of this certificate. That is of no use to whoever has the entry ended or hands the
/// certificate over, so it stands in nobody's way: to end an entry the safe asks for no session.
pub(crate) fn left_over(books: &Books, certificate: ItemId) -> Option<FlowId> {
    let lock = books.lock(certificate)?;
    match books.flow(lock)? {
        Flow::Rehearse(rehearse) if rehearse.is_left_over() => Some(lock),
        _ => None,
    }
}

/// The rehearsal under way, if one is.
pub(crate) fn under_way(books: &Books) -> Option<(FlowId, &Rehearse)> {
    books.flows().find_map(|(id, flow)| match flow {
        Flow::Rehearse(rehearse) if rehearse.entry.is_some() => Some((id, rehearse)),
        _ => None,
    })
}

/// That the rehearsal of this certificate or group ends as soon as nothing of it is open, because it is to be recovered.
pub(crate) fn make_way(books: &Books, about: ItemId) -> Option<Change> {
    books.work_about(about).find_map(|(id, flow)| match flow {
        Flow::Rehearse(rehearse) if rehearse.about == about => {
            let ends = match books.certificate(about) {
                Some(_) => Ends::Wanted,
                None => Ends::MakesWay,
            };
            let mut rehearse = rehearse.clone();
            rehearse.ends = Some(ends);
            Some(Change::Journal(id, Flow::Rehearse(rehearse)))
        }
        _ => None,
    })
}

impl Rehearse {
    /// One that has not begun.
    pub(crate) fn of(books: &Books, about: ItemId, is_drill: bool, entry: Entry) -> Self {
        Self {
            about,
            is_drill,
            entry: Some(Box::new(entry)),
            left: certificates_of(books, about),
            found: Vec::new(),
            ends: None,
            state: RehearseState::Between,
            come: Come {
                is_awake: true,
                parts: Vec::new(),
            },
        }
    }

    /// What is being asked for, and may be open.
    pub(crate) fn held(&self) -> Option<&Held> {
        match &self.state {
            RehearseState::Between => None,
            RehearseState::Looking(held)
            | RehearseState::Opening(held)
            | RehearseState::Returning(held, _) => Some(held),
        }
    }

    /// Whether it only gives back what another one has left.
    pub(crate) fn is_left_over(&self) -> bool {
        self.entry.is_none()
    }

    /// The group it is about.
    pub(crate) fn group(&self, books: &Books) -> Option<crate::plan::GroupId> {
        let group = books.group(group_of(self.about));
        group.map(|group| group.id)
    }

    /// How many backups are still to be rehearsed, with this one.
    pub(crate) fn to_do(&self, books: &Books) -> usize {
        let after = rehearsable(books).filter(|it| self.is_drill && *it > self.about);
        1 + after.count()
    }

    pub(super) fn step(&self, input: Input, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        match (&self.state, input) {
            (_, Input::CallOff) => self.call_off(desk, rng),
            (RehearseState::Between, Input::Start) => self.go_on(desk, rng),
            (RehearseState::Between, Input::Gathered(bodies)) => self.judge(&bodies, desk, rng),
            (RehearseState::Looking(held), Input::Start) => self.look(held, desk, rng),
            (RehearseState::Opening(held), Input::Start) => self.open(held, desk, rng),
            (RehearseState::Returning(held, found), Input::Start) => {
                self.give_back(held, *found, desk, rng)
            }
            (_, Input::Loaded(body)) => match body.as_ref().and_then(CertificateBody::read) {
                Some(kept) => self.ask(&kept, desk, rng),
                None => Step::then(Next::Wait(Waiting::StorageFailed)),
            },
            (RehearseState::Looking(held), Input::Audited(outcomes)) => {
                self.looked(held, &outcomes, desk, rng)
            }
            // The safe refuses the request as a whole, which says nothing of the entry.
            (RehearseState::Looking(_), Input::Refused(_)) => {
                Step::then(Next::Wait(Waiting::SafeFailed))
            }
            (RehearseState::Opening(held), Input::Recovered(recovered)) => {
                self.look_at(held, &recovered, desk, rng)
            }
            (RehearseState::Opening(held), Input::Refused(problem)) => {
                let found = why_refused(held, &problem, desk);
                self.settle(held, found, desk, rng)
            }
            (RehearseState::Returning(held, found), Input::Ended(receipt)) => {
                let kept = desk.body.and_then(CertificateBody::read);
                let target = kept.map(|kept| target(&kept));
                let receipt = target.and_then(|it| desk.receipt(&receipt, held.safe, it));
                let session = held.session.id;
                match receipt.map(|it| it.event) {
                    Some(Event::Returned { session: of }) if of == session => {
                        self.note(held, *found, Vec::new(), desk, rng)
                    }
                    _ => Step::garbled(),
                }
            }
            (RehearseState::Returning(held, found), Input::Refused(problem)) => {
                self.not_taken_back(held, *found, &problem, desk, rng)
            }
            _ => Step::garbled(),
        }
    }

    /// Whether this backup is not rehearsed further.
    fn is_over(&self, desk: &Desk<'_>) -> bool {
        let is_wanted = match desk.books.item(self.about) {
            Some(crate::books::Item::Group(group)) => {
                group.phase != Phase::AtSafes || desk.books.recovery_of(group.id).is_some()
            }
            Some(_) => {
                let lock = desk.books.lock(self.about);
                lock.is_some_and(|flow| flow != desk.id)
            }
            None => true,
        };
        self.ends.is_some() || !self.come.is_awake || is_wanted
    }

    /// The next part, or the end.
    fn go_on(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if self.is_over(desk) {
            return self.end(None, desk, rng);
        }
        let mut flow = self.clone();
        while let Some(certificate) = flow.left.pop() {
            let Some(item) = desk.books.certificate(certificate) else {
                continue;
            };
            let safe = item.safe;
            if let Some(found) = not_asked(certificate, item, desk) {
                flow.found.push(PartCheck {
                    certificate,
                    safe,
                    found,
                });
                continue;
            }
            let held = Held {
                certificate,
                safe,
                session: Session::make(rng),
                request: RequestId::make(rng),
            };
            flow.state = match item.others {
                OthersWait::Theirs => RehearseState::Looking(held),
                OthersWait::Told(_) => RehearseState::Opening(held),
            };
            return flow.journal(desk, Vec::new());
        }
        if flow.found.len() != self.found.len() || flow.left.len() != self.left.len() {
            return flow.journal(desk, Vec::new());
        }
        let Some(members) = self
            .group(desk.books)
            .and_then(|id| Members::of(desk.books, id))
        else {
            return self.judge(&[], desk, rng);
        };
        let home = members.parts.iter().map(|(part, _)| *part);
        let certificates = members.certificates.iter().map(|(item, ..)| *item);
        let ring = key_here(members.group, desk.books);
        Step::then(Next::LoadAll(
            home.chain(certificates).chain(ring).collect(),
        ))
    }

    fn look(&self, held: &Held, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if self.is_over(desk) {
            return self.note(held, None, Vec::new(), desk, rng);
        }
        if desk.attempts >= MOST_TRIES {
            return self.note(held, Some(Found::Silent), Vec::new(), desk, rng);
        }
        Step::then(Next::Load(held.certificate))
    }

    /// Who is shown chunks would be handed the entry out, so it is asked for; what the chunks are is seen when all of it has come.
    fn looked(
        &self,
        held: &Held,
        outcomes: &[Outcome<Audited>],
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        match outcomes {
            [Outcome::Done(_)] => {
                let mut flow = self.clone();
                flow.state = RehearseState::Opening(Held {
                    request: RequestId::make(rng),
                    ..held.clone()
                });
                flow.journal(desk, Vec::new())
            }
            [Outcome::Problem(problem)] => {
                let found = why_not_shown(held, problem, desk);
                self.note(held, Some(found), Vec::new(), desk, rng)
            }
            _ => Step::garbled(),
        }
    }

    fn open(&self, held: &Held, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if self.is_over(desk) {
            return match self.is_read(held, desk) {
                true => self.note(held, None, Vec::new(), desk, rng),
                false => self.returning(held, None, desk, rng),
            };
        }
        // Twice nothing that means anything. It may be open all the same.
        if desk.attempts >= MOST_TRIES {
            let found = match desk.waiting {
                Some(Waiting::Frozen { .. }) => Found::Frozen,
                Some(Waiting::NotYet { .. }) => Found::Theirs,
                _ => Found::Silent,
            };
            return match self.is_read(held, desk) {
                true => self.note(held, Some(found), Vec::new(), desk, rng),
                false => self.leave(held, Some(found), desk, rng),
            };
        }
        Step::then(Next::Load(held.certificate))
    }

    fn give_back(
        &self,
        held: &Held,
        found: Option<Found>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        if desk.books.certificate(held.certificate).is_none() {
            return self.note(held, found, Vec::new(), desk, rng);
        }
        // Whoever wants the value waits for that; what is only being checked does not.
        if desk.attempts >= MOST_TRIES && !self.is_left_over() && self.ends != Some(Ends::Wanted) {
            return self.leave(held, found, desk, rng);
        }
        Step::then(Next::Load(held.certificate))
    }

    fn ask(&self, kept: &CertificateBody, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let presentation = |held: &Held| Presentation {
            compact: kept.compact.clone(),
            holder: kept.holder.clone(),
            session: held.session.clone(),
        };
        match &self.state {
            RehearseState::Between => Step::then(Next::Again),
            // The entry may be open for the session of an earlier attempt: that is given back by the next recovery.
            RehearseState::Looking(held) | RehearseState::Opening(held)
                if kept.session.is_some() =>
            {
                self.note(held, Some(Found::Busy), Vec::new(), desk, rng)
            }
            RehearseState::Looking(held) => {
                let item = desk.books.certificate(held.certificate);
                let Some(possession) = item.and_then(|item| item.possession) else {
                    return self.note(held, Some(Found::Theirs), Vec::new(), desk, rng);
                };
                let question = Question::Audit(alloc::vec![Looked {
                    compact: kept.compact.clone(),
                    holder: kept.holder.clone(),
                    chunks: draw(possession.chunks(), rng),
                }]);
                Step::then(Next::Ask(held.safe, held.request, question))
            }
            RehearseState::Opening(held) => {
                let question = Question::Recover(presentation(held));
                Step::then(Next::Ask(held.safe, held.request, question))
            }
            RehearseState::Returning(held, _) => {
                let question = Question::Return(presentation(held));
                Step::then(Next::Ask(held.safe, held.request, question))
            }
        }
    }

    /// The bytes must be those of the certificate. They stay in memory only.
    fn look_at(
        &self,
        held: &Held,
        recovered: &Recovered,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let (Some(kept), Some(safe), Some(item)) = (
            desk.body.and_then(CertificateBody::read),
            desk.books.safe(held.safe),
            desk.books.certificate(held.certificate),
        ) else {
            return Step::then(Next::Again);
        };
        let Ok(certificate) = Certificate::verify(&kept.compact, &safe.signing_key) else {
            return Step::garbled();
        };
        let body = Body::new(recovered.object.clone());
        let is_it = match item.part {
            Some(_) => certificate.claims().hash.matches(body.as_bytes()),
            None => certificate.read_recovered(body.as_bytes()).is_ok(),
        };
        let mut flow = self.clone();
        if let (true, Some(of)) = (is_it, item.part) {
            let size = recovered.object.len() as u64;
            let here = PartHere::Fetched { safe: held.safe };
            let part = PartItem { of, size, here };
            flow.come.parts.push((ItemId::make(rng), part, body));
        }
        let found = match is_it {
            true => Found::Good,
            false => Found::Wrong,
        };
        flow.settle(held, found, desk, rng)
    }

    /// What was found of a part; it is given back, unless it was only read.
    fn settle(&self, held: &Held, found: Found, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        // Who has it by a receipt has it, and this session is barred.
        match found == Found::Elsewhere || self.is_read(held, desk) {
            true => self.note(held, Some(found), Vec::new(), desk, rng),
            false => self.returning(held, Some(found), desk, rng),
        }
    }

    fn returning(
        &self,
        held: &Held,
        found: Option<Found>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let mut flow = self.clone();
        let held = Held {
            request: RequestId::make(rng),
            ..held.clone()
        };
        flow.state = RehearseState::Returning(held, found);
        flow.journal(desk, Vec::new())
    }

    /// What may be open is given back by a flow of its own, however long that takes, and this one goes on.
    fn leave(
        &self,
        held: &Held,
        found: Option<Found>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let left = Self {
            about: self.about,
            is_drill: false,
            entry: None,
            left: Vec::new(),
            found: Vec::new(),
            ends: None,
            state: RehearseState::Returning(
                Held {
                    request: RequestId::make(rng),
                    ..held.clone()
                },
                None,
            ),
            come: Come::default(),
        };
        let left = Change::Journal(FlowId::make(rng), Flow::Rehearse(left));
        let mut flow = self.clone();
        flow.push(held, found);
        flow.journal(desk, alloc::vec![left])
    }

    /// Refused as a whole: there is nothing of this session left to give back. Without a proof of that it is kept with the
    /// certificate, if the entry may have been open for it, and the next recovery gives it back first.
    fn not_taken_back(
        &self,
        held: &Held,
        found: Option<Found>,
        problem: &Problem,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let Some(kept) = desk.body.and_then(CertificateBody::read) else {
            return Step::then(Next::Again);
        };
        let is_proved = desk.conflict(problem, held.safe, target(&kept)).is_some();
        let may_be_open = matches!(found, None | Some(Found::Good | Found::Wrong));
        let mut changes = Vec::new();
        if may_be_open && !is_proved {
            let kept = CertificateBody {
                session: Some(held.session.clone()),
                ..kept
            };
            let standing = desk.books.certificate(held.certificate);
            let standing = standing.map(|it| it.standing);
            let body = Some(kept.write());
            changes.extend(standing.and_then(|it| desk.restand(held.certificate, it, body)));
        }
        self.note(held, found, changes, desk, rng)
    }

    /// Nothing of this part is open any more.
    fn note(
        &self,
        held: &Held,
        found: Option<Found>,
        mut changes: Vec<Change>,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let mut flow = self.clone();
        flow.push(held, found);
        changes.extend(Self::end_what_is_left(held, desk, rng));
        changes.push(Change::Journal(desk.id, Flow::Rehearse(flow)));
        Step::strict(changes, Next::Again)
    }

    fn push(&mut self, held: &Held, found: Option<Found>) {
        self.found.extend(found.map(|found| PartCheck {
            certificate: held.certificate,
            safe: held.safe,
            found,
        }));
        self.state = RehearseState::Between;
    }

    /// Whether the part is read as often as one asks: then nothing is open, and there is nothing to give back.
    fn is_read(&self, held: &Held, desk: &Desk<'_>) -> bool {
        let certificate = desk.books.certificate(held.certificate);
        let part = certificate.and_then(|it| it.part);
        part.is_some_and(|of| !of.class.is_released_once())
    }

    /// All have been asked: what has come is put together and opened here, and goes with this step.
    fn judge(&self, bodies: &[(ItemId, Body)], desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        if self.is_over(desk) {
            return self.end(None, desk, rng);
        }
        let members = self
            .group(desk.books)
            .and_then(|id| Members::of(desk.books, id));
        let whole = match members {
            Some(members) => self.whole(members, bodies, desk.books),
            None => match self.found.first().map(|it| it.found) {
                Some(Found::Good) => Whole::CameBack,
                Some(found) if found.is_open() => Whole::TooFewCame,
                _ => Whole::TooFewLeft,
            },
        };
        self.end(Some(whole), desk, rng)
    }

    fn whole(&self, members: Members<'_>, bodies: &[(ItemId, Body)], books: &Books) -> Whole {
        if members.group.is_key() {
            return self.whole_key(&members, bodies);
        }
        let ring = key_here(members.group, books);
        let ring = ring.and_then(|item| find(bodies, item));
        let ring = ring.and_then(|body| OpeningKey::read(body.as_bytes()).ok());
        let home = members.parts.iter().copied();
        let home = home.filter(|(_, part)| part.here == PartHere::Home);
        let home: Vec<(ItemId, &PartItem)> = home.collect();
        let came = self.come.parts.iter().map(|(id, part, _)| (*id, part));
        let came = with(&members, home.iter().copied().chain(came));
        let quorum = usize::from(members.group.plan.quorum);
        let is_enough = |members: &Members<'_>, has_key: bool| {
            members.is_enough(has_key) && members.arrived() >= quorum
        };
        if !is_enough(&came, ring.is_some()) {
            // As if those of which nothing is known had come.
            let is_key_known = ring.is_some() || !members.has_key_parts();
            let is_hoped = members.is_enough_without(|it| self.is_bad(it), is_key_known);
            return match (is_enough(&came, true), is_hoped) {
                (true, _) if !members.has_key_parts() => Whole::KeyElsewhere,
                (_, true) => Whole::TooFewCame,
                (_, false) => Whole::TooFewLeft,
            };
        }
        let bodies = self.with_those_that_came(bodies);
        let Some((author, parts)) = uncovered(&came, &bodies) else {
            return Whole::DoesNotOpen;
        };
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_slice()).collect();
        let opening: Vec<OpeningKey> = ring.into_iter().collect();
        let keys = Keys {
            author: &author,
            opening: &opening,
        };
        match reunite(&parts, &keys) {
            Ok(reunited) if is_what_went(&reunited.objects, members.group) => Whole::CameBack,
            _ => Whole::DoesNotOpen,
        }
    }

    /// The bytes of the parts that came, and these.
    fn with_those_that_came(&self, bodies: &[(ItemId, Body)]) -> Vec<(ItemId, Body)> {
        let come = self.come.parts.iter();
        let come = come.map(|(id, _, body)| (*id, body.clone()));
        come.chain(bodies.iter().cloned()).collect()
    }

    /// Likewise of a key that was registered by itself: it has come back if it is the one that its backups name.
    fn whole_key(&self, members: &Members<'_>, bodies: &[(ItemId, Body)]) -> Whole {
        let came = self.come.parts.iter().map(|(id, part, _)| (*id, part));
        let came = with(members, came);
        if !came.is_key_here() {
            return match members.is_enough_without(|it| self.is_bad(it), true) {
                true => Whole::TooFewCame,
                false => Whole::TooFewLeft,
            };
        }
        let bodies = self.with_those_that_came(bodies);
        let Some((author, parts)) = uncovered(&came, &bodies) else {
            return Whole::DoesNotOpen;
        };
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_slice()).collect();
        let keys = recover_keys(&parts, &author).keys;
        match keys
            .iter()
            .any(|key| Some(key.name().id) == members.group.key)
        {
            true => Whole::CameBack,
            false => Whole::DoesNotOpen,
        }
    }

    fn is_bad(&self, certificate: ItemId) -> bool {
        let is_it = |it: &PartCheck| it.certificate == certificate && it.found.is_bad();
        self.found.iter().any(is_it)
    }

    /// What is said of it is stored; then the next backup of a drill, or nothing. Without a result nothing is said.
    fn end(&self, whole: Option<Whole>, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let mut changes = Vec::new();
        if self.ends == Some(Ends::Wanted) {
            changes.extend(recover::open(
                desk.books,
                self.about,
                false,
                Some(desk.id),
                rng,
            ));
        }
        let Some(entry) = &self.entry else {
            changes.push(Change::End(desk.id));
            return Step::strict(changes, Next::Nothing);
        };
        let mut entry = entry.clone();
        if let Some(whole) = whole {
            changes.extend(self.record(whole, &mut entry, desk, rng));
        }
        let goes_on = self.is_drill && self.come.is_awake && self.ends != Some(Ends::CalledOff);
        let next = match goes_on {
            true => rehearsable(desk.books).filter(|it| *it > self.about).min(),
            false => None,
        };
        if let Some(about) = next {
            let next = Self::of(desk.books, about, true, *entry);
            changes.push(Change::Journal(desk.id, Flow::Rehearse(next)));
            return Step::strict(changes, Next::Again);
        }
        if entry.moved + entry.stayed > 0 {
            entry.ended = desk.now;
            let mut book = desk.books.rules().clone();
            book.rehearsed_at = Some(desk.now);
            changes.push(Change::Rule(Box::new(book)));
            changes.push(Change::Record(*entry));
        }
        changes.push(Change::End(desk.id));
        Step::strict(changes, Next::Nothing)
    }

    /// What is known of the backup from now on, and what its owner is told.
    fn record(
        &self,
        whole: Whole,
        entry: &mut Entry,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Vec<Change> {
        let check = Check {
            what: What::Rehearsal,
            at: desk.now,
            parts: self.found.clone(),
            whole,
        };
        let name = name_of(desk.books, self.about);
        let count =
            |found: fn(Found) -> bool| self.found.iter().filter(|it| found(it.found)).count();
        let (good, bad) = (count(|it| it == Found::Good), count(Found::is_bad));
        let has_come = matches!(whole, Whole::CameBack | Whole::KeyElsewhere);
        entry.tally(PartTally {
            asked: to_u32(self.found.len()),
            good: to_u32(good),
        });
        let is_whole = has_come && good == self.found.len();
        match (has_come, !self.is_drill || !is_whole) {
            (true, true) => entry.count(name.clone()),
            (true, false) => entry.moved += 1,
            (false, _) => entry.miss(name.clone()),
        }
        let mut changes = Vec::new();
        let item = desk.books.item(self.about);
        let item = item.and_then(|item| checked(item, check));
        changes.extend(item.map(|item| Change::Put(self.about, item, None)));
        let kind = match whole {
            Whole::TooFewLeft | Whole::DoesNotOpen => Some(Kind::RehearsalFailed),
            _ if bad > 0 => Some(Kind::RehearsalFoundBad {
                bad: to_u8(bad),
                of: to_u8(self.found.len()),
            }),
            _ => None,
        };
        // What was told of it before and is not acknowledged yet is told once. What has no name, as a key, cannot be known again.
        let is_told = |kind: &Kind| {
            let mut told = desk.books.notices().filter(|_| !name.is_empty());
            told.any(|told| told.kind == *kind && told.subject == name)
        };
        let kind = kind.filter(|kind| !is_told(kind));
        let safe = self.found.iter().find(|it| it.found.is_bad());
        changes.extend(kind.map(|kind| match safe {
            Some(part) => desk.notice(kind, &name, part.safe, rng),
            None => desk.own_notice(kind, &name, rng),
        }));
        changes
    }

    /// Whoever ended the backup meanwhile left it to this flow to end what it held.
    fn end_what_is_left(held: &Held, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Option<Change> {
        let of = desk.books.certificate(held.certificate)?.part?;
        let group = desk.books.group(of.group)?;
        // What stands for the key alone has nothing that does not carry it.
        let is_unwanted = group.is_key() && !group.carries_key(of.class);
        let is_left = group.phase == Phase::Leaving || is_unwanted;
        is_left.then(|| protect::retire(held.certificate, held.safe, rng))
    }

    fn call_off(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let mut flow = self.clone();
        if self.is_left_over() {
            // Nobody waits for it any more; it is given back all the same.
            flow.ends = None;
            return flow.journal(desk, Vec::new());
        }
        if self.ends != Some(Ends::MakesWay) {
            flow.ends = Some(Ends::CalledOff);
        }
        match &self.state {
            RehearseState::Opening(held) if !self.is_read(held, desk) => {
                flow.returning(held, None, desk, rng)
            }
            RehearseState::Looking(held) | RehearseState::Opening(held) => {
                flow.note(held, None, Vec::new(), desk, rng)
            }
            RehearseState::Between | RehearseState::Returning(..) => flow.journal(desk, Vec::new()),
        }
    }

    fn journal(self, desk: &Desk<'_>, mut changes: Vec<Change>) -> Step {
        changes.push(Change::Journal(desk.id, Flow::Rehearse(self)));
        Step::strict(changes, Next::Again)
    }
}

/// The certificates by which the parts of a backup come back. What is read goes first: popped from the end, so a vote is
/// asked for last and held shortest.
fn certificates_of(books: &Books, about: ItemId) -> Vec<ItemId> {
    if books.certificate(about).is_some() {
        return alloc::vec![about];
    }
    let members = Members::of(books, group_of(about));
    let certificates = members.map(|it| {
        let mut all = it.certificates;
        // What stands for the key alone may have something else that is being ended.
        all.retain(|(.., of)| !it.group.is_key() || it.group.carries_key(of.class));
        all
    });
    let certificates = certificates.unwrap_or_default();
    let (read, once): (Vec<_>, Vec<_>) = certificates
        .into_iter()
        .partition(|(.., of)| !of.class.is_released_once());
    let all = once.into_iter().chain(read);
    all.map(|(item, ..)| item).collect()
}

/// Why a safe is not asked for a part at all.
fn not_asked(certificate: ItemId, item: &CertificateItem, desk: &Desk<'_>) -> Option<Found> {
    let books = desk.books;
    let frozen = books.watch().map(|watch| watch.frozen.as_slice());
    let is_frozen = frozen.is_some_and(|frozen| frozen.iter().any(|it| it.safe == item.safe));
    match item.standing {
        Standing::Elsewhere(_) => Some(Found::Elsewhere),
        _ if books.safe(item.safe).is_none() || books.lock(certificate).is_some() => {
            Some(Found::Busy)
        }
        // Nothing to look at, so asking would be the first that its owner hears of.
        _ if item.others == OthersWait::Theirs && item.possession.is_none() => Some(Found::Theirs),
        _ if is_frozen => Some(Found::Frozen),
        Standing::AtSafe | Standing::NotHandedOut => None,
    }
}

/// A group as if these parts of it were here.
fn with<'a>(
    members: &Members<'a>,
    parts: impl Iterator<Item = (ItemId, &'a PartItem)>,
) -> Members<'a> {
    Members {
        group: members.group,
        certificates: members.certificates.clone(),
        parts: parts.collect(),
        flows: Vec::new(),
    }
}

/// The key of a group, if it is here.
fn key_here(group: &Group, books: &Books) -> Option<ItemId> {
    let (item, key) = books.key_item(group.key?)?;
    (key.here == KeyHere::Opens).then_some(item)
}

fn why_refused(held: &Held, problem: &Problem, desk: &Desk<'_>) -> Found {
    let kept = desk.body.and_then(CertificateBody::read);
    let proof = kept.and_then(|kept| desk.conflict(problem, held.safe, target(&kept)));
    match (proof.map(|proof| proof.state), problem.code) {
        // This session was given back before: by a copy of this wallet, for this one has not.
        (Some(EntryState::Registered), _) => Found::Busy,
        // It is open for somebody, who may give it back: it is not gone.
        (Some(EntryState::Withdrawing), _) => Found::Busy,
        (Some(EntryState::Withdrawn | EntryState::Retired), _) => Found::Elsewhere,
        (None, Code::Damaged) => Found::Damaged,
        (None, Code::NotFound | Code::RolledBack) => Found::Gone,
        (None, Code::HashMismatch | Code::CertificateMismatch) => Found::Gone,
        (None, _) => Found::Refused,
    }
}

/// Nothing is open, and nobody has begun to wait. What is no loss says that this device may not have it now, whatever the reason.
fn why_not_shown(held: &Held, problem: &Problem, desk: &Desk<'_>) -> Found {
    match problem.code {
        Code::Frozen => Found::Frozen,
        Code::Damaged
        | Code::NotFound
        | Code::RolledBack
        | Code::HashMismatch
        | Code::CertificateMismatch
        | Code::Conflict => why_refused(held, problem, desk),
        _ => Found::Theirs,
    }
}

/// What comes back is compared with what the index says went: how many, and each in all it says of it.
fn is_what_went(objects: &[zeroize::Zeroizing<Vec<u8>>], group: &Group) -> bool {
    let is_it = |(bytes, known): (&zeroize::Zeroizing<Vec<u8>>, &ValueItem)| {
        object::read_object(bytes).is_ok_and(|value| {
            let came = ValueItem::of(&value, bytes.len(), known.since, known.custody);
            (came.class, came.name, came.quantity, came.worth, came.size)
                == (
                    known.class.clone(),
                    known.name.clone(),
                    known.quantity,
                    known.worth.clone(),
                    known.size,
                )
        })
    };
    // Papers and notes may name fewer than there are.
    objects.len() >= group.values.len() && objects.iter().zip(&group.values).all(is_it)
}

fn target(kept: &CertificateBody) -> saifu_protocol::CertificateId {
    Presented::Certificate(kept.compact.clone()).fingerprint()
}

fn to_u8(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}

fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
