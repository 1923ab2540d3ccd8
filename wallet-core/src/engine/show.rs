//! What the wallet shows: books and work as view-models.

use super::{Awaiting, Meeting, Sleeper, Wallet};
use crate::books::{
    Books, CertificateItem, Change, Condition, Custody, Item, KeyHere, PartHere, Safe, Standing,
    ValueItem, group_of, item_of,
};
use crate::check::What;
use crate::flow::{self, Enrol, Flow, Login, RecoverState};
use crate::group::{self, Group, Members, PartOf};
use crate::ids::{FlowId, ItemId};
use crate::intent::Intent;
use crate::map::Set;
use crate::notice::Notice;
use crate::plan::key::KeyId;
use crate::plan::part::Role;
use crate::plan::preset::Preset;
use crate::plan::promise::Question;
use crate::plan::{GroupId, Planned};
use crate::view::{
    self, Amount, BackupCard, BackupStanding, CertificateCard, CertificateStanding, Contents,
    DigestView, Job, KeyCard, Part, PartCard, PartState, Phase, Reach, SafeCard, Stage, Summary,
    Task, ValueCard,
};
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt::Write as _;
use saifu_protocol::certificate::LegacyHash;
use saifu_protocol::value::{self, Date};
use saifu_protocol::{Digest, SafeId, UnixTime};

/// What counts as ending soon.
const SOON: Condition = Condition::EndingWithin { days: 7 };

/// Which parts have to be shown anew.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    phase: bool,
    items: bool,
    /// All backups.
    backups: bool,
    /// These of them.
    groups: Set<GroupId>,
    keys: bool,
    safes: bool,
    meeting: bool,
    jobs: bool,
    notices: bool,
    policy: bool,
    rules: bool,
    opened: bool,
    owner: bool,
    waits: bool,
    taken_over: bool,
}

impl Dirty {
    pub(super) fn everything() -> Self {
        Self {
            phase: true,
            items: true,
            backups: true,
            groups: Set::default(),
            keys: true,
            safes: true,
            meeting: true,
            jobs: true,
            notices: true,
            policy: true,
            rules: true,
            opened: true,
            owner: true,
            waits: true,
            taken_over: false,
        }
    }

    /// `books` are those before the change.
    pub(super) fn note(&mut self, change: &Change, books: &Books) {
        match change {
            Change::Put(id, item, _) => self.note_item(books.item(*id), Some(item), books),
            Change::Delete(id) => self.note_item(books.item(*id), None, books),
            Change::Journal(id, flow) => self.note_flow(books.flow(*id), Some(flow), books),
            Change::End(id) => self.note_flow(books.flow(*id), None, books),
            Change::Trust(_) | Change::Forget(_) => {
                self.safes = true;
                self.owner = true;
                self.items();
            }
            Change::Notify(_) | Change::Acknowledge(_) => self.notices = true,
            Change::Settle(ledger) => {
                self.items = true;
                self.rules |= ledger.audit_days != books.ledger().audit_days;
            }
            Change::Identify(_) => {}
            Change::Own(_) => {
                self.owner = true;
                // So many safes could freeze.
                self.waits = true;
            }
            Change::Choose(_) => self.policy = true,
            Change::Rule(_) | Change::Record(_) => self.rules = true,
            Change::Watch(_) => self.waits = true,
        }
    }

    fn note_item(&mut self, before: Option<&Item>, after: Option<&Item>, books: &Books) {
        self.items = true;
        self.safes = true;
        self.keys |= concerns_keys(before, after);
        for item in before.into_iter().chain(after) {
            match item {
                Item::Value(_) => {}
                Item::Certificate(_) | Item::Part(_) => self.group(item.group()),
                Item::Group(group) => self.group(Some(group.id)),
                Item::Key(key) => self.groups_with(Some(key.key), books),
            }
        }
        // What can be handed over or given up depends on who else has the key.
        match (before, after) {
            (Some(Item::Group(before)), Some(Item::Group(after)))
                if named(before) != named(after) =>
            {
                self.groups_with(after.key, books);
            }
            (Some(Item::Group(group)), None) | (None, Some(Item::Group(group))) => {
                self.groups_with(group.key, books);
            }
            (Some(Item::Certificate(before)), Some(Item::Certificate(after)))
                if before.standing == after.standing => {}
            (Some(Item::Certificate(it)), _) | (None, Some(Item::Certificate(it))) => {
                let group = it.part.and_then(|of| Some((of, books.group(of.group)?)));
                let carrier = group.filter(|(of, group)| group.carries_key(of.class));
                self.groups_with(carrier.and_then(|(_, group)| group.key), books);
            }
            _ => {}
        }
    }

    fn note_flow(&mut self, before: Option<&Flow>, after: Option<&Flow>, books: &Books) {
        self.items = true;
        self.jobs = true;
        self.safes = true;
        self.waits = true;
        // Whether something may be restored depends on what is under way.
        self.owner = true;
        for flow in before.into_iter().chain(after) {
            self.rules |= matches!(flow, Flow::Round(_) | Flow::Rehearse(_));
            self.group(flow.group(books));
            self.looked_at(flow, books);
            let mut items = flow.items().into_iter();
            self.keys |= items.any(|item| books.key(item).is_some());
        }
    }

    fn groups_with(&mut self, key: Option<KeyId>, books: &Books) {
        let named = key.into_iter().flat_map(|key| books.groups_with(key));
        named.for_each(|group| self.group(Some(group.id)));
    }

    fn group(&mut self, group: Option<GroupId>) {
        if let Some(group) = group {
            self.groups.add(group);
        }
    }

    pub(super) fn phase(&mut self) {
        self.phase = true;
    }

    pub(super) fn items(&mut self) {
        self.items = true;
        self.backups = true;
    }

    /// What a flow waits for.
    pub(super) fn flow(&mut self, flow: FlowId, books: &Books) {
        self.jobs = true;
        self.waits = true;
        let flow = books.flow(flow);
        self.group(flow.and_then(|flow| flow.group(books)));
        if let Some(flow @ Flow::Audit(_)) = flow {
            self.items = true;
            self.looked_at(flow, books);
        }
    }

    /// What an audit looks at says so.
    fn looked_at(&mut self, flow: &Flow, books: &Books) {
        if let Flow::Audit(audit) = flow {
            let items = audit.looks_at().filter_map(|it| books.item(it));
            items.for_each(|item| self.group(item.group()));
        }
    }

    pub(super) fn safes(&mut self) {
        self.safes = true;
    }

    pub(super) fn meeting(&mut self) {
        self.meeting = true;
    }

    pub(super) fn jobs(&mut self) {
        self.jobs = true;
    }

    pub(super) fn notices(&mut self) {
        self.notices = true;
    }

    pub(super) fn waits(&mut self) {
        self.waits = true;
    }

    pub(super) fn opened(&mut self) {
        self.opened = true;
    }

    pub(super) fn rules(&mut self) {
        self.rules = true;
    }

    pub(super) fn taken_over(&mut self) {
        self.taken_over = true;
    }
}

impl Wallet {
    pub(super) fn parts(&self, dirty: Dirty) -> Vec<Part> {
        let mut parts = Vec::new();
        if dirty.phase {
            parts.push(Part::Phase(self.halted.unwrap_or(Phase::Ready)));
        }
        if dirty.items {
            parts.push(Part::Values(self.value_cards()));
            parts.push(Part::Certificates(self.certificate_cards()));
            parts.push(Part::Summary(self.summary()));
        }
        if dirty.backups {
            parts.push(Part::Backups(self.backup_cards()));
        } else if dirty.groups.len() > 0 {
            parts.push(Part::SomeBackups(self.some_backups(dirty.groups)));
        }
        if dirty.keys {
            parts.push(Part::Keys(self.key_cards()));
        }
        if dirty.policy {
            parts.push(Part::Policy(self.books.policy().clone()));
        }
        if dirty.rules {
            parts.push(Part::Rules(self.rules_view()));
        }
        if dirty.safes {
            parts.push(Part::Safes(self.safe_cards()));
        }
        if dirty.meeting {
            parts.push(Part::Meeting(self.meeting_view()));
        }
        if dirty.jobs {
            parts.push(Part::Jobs(self.jobs()));
        }
        // What waits for room is told as long as it does.
        let lacked_room = || self.passing.iter().any(Notice::is_of_room);
        if dirty.notices || dirty.jobs && lacked_room() {
            parts.push(Part::Notices(self.notices()));
        }
        if dirty.owner {
            parts.push(Part::Owner(self.owner_view()));
        }
        if dirty.waits {
            parts.push(Part::Waits(self.waits_view()));
        }
        if dirty.opened {
            parts.push(Part::Opened(self.opened.clone()));
        }
        if dirty.taken_over {
            parts.push(Part::TakenOver);
        }
        parts
    }

    fn value_cards(&self) -> Vec<ValueCard> {
        let found = newest_first(self.books.values().map(|(id, value)| (value.since, id)));
        let mut found: Vec<(ItemId, &ValueItem)> = found
            .filter_map(|id| Some((id, self.books.value(id)?)))
            .collect();
        // What ends first is wanted first. Days are written so that they sort; what has none comes last.
        found.sort_by_key(|(_, value)| (value.to.is_empty(), &value.to));
        found
            .into_iter()
            .map(|(id, value)| ValueCard {
                id,
                class: value.class.clone(),
                name: value.name.clone(),
                quantity: value.quantity,
                worth: value.worth.clone(),
                place: value.place.clone(),
                from: value.from.clone(),
                to: value.to.clone(),
                standing: self.standing(id, value),
                since: value.since,
                came_of: value.came_of,
                may_be_used: value.may_be_used,
            })
            .collect()
    }

    fn standing(&self, id: ItemId, value: &ValueItem) -> view::Standing {
        match (value.custody, self.books.lock(id)) {
            (Custody::Arrived, Some(job)) => view::Standing::Arrived { job },
            (Custody::Held, Some(job)) => view::Standing::Locked { job },
            // Books in which this stands do not open; were it here, it would not be usable.
            (Custody::Arrived, None) => view::Standing::Ended,
            (Custody::Held, None) if self.has_ended(&value.to) => view::Standing::Ended,
            (Custody::Held, None) => view::Standing::OnlyHere,
        }
    }

    fn has_ended(&self, to: &str) -> bool {
        value::parse_date(to).is_some_and(|last| last < self.today)
    }

    fn certificate_cards(&self) -> Vec<CertificateCard> {
        let mut ends_soon = Set::default();
        for (id, _) in self.books.list(SOON, self.today) {
            ends_soon.add(id);
        }
        let alone = |(_, certificate): &(ItemId, &CertificateItem)| certificate.part.is_none();
        let issued = self.books.certificates().filter(alone);
        newest_first(issued.map(|(id, certificate)| (certificate.issued_at, id)))
            .filter_map(|id| Some((id, self.books.certificate(id)?)))
            .map(|(id, certificate)| {
                self.certificate_card(id, certificate, ends_soon.contains_key(&id))
            })
            .collect()
    }

    fn certificate_card(
        &self,
        id: ItemId,
        certificate: &CertificateItem,
        ends_within_a_week: bool,
    ) -> CertificateCard {
        // What is only being looked at can be had all the same.
        let lock = self.books.lock(id);
        let lock = lock.filter(|job| !matches!(self.books.flow(*job), Some(Flow::Rehearse(_))));
        let standing = match (lock, certificate.standing) {
            (Some(job), _) => CertificateStanding::Locked { job },
            (None, Standing::AtSafe) => CertificateStanding::AtSafe,
            (None, Standing::NotHandedOut) => CertificateStanding::NotHandedOut,
            (None, Standing::Elsewhere(proof)) => CertificateStanding::Elsewhere(proof),
        };
        CertificateCard {
            id,
            safe: certificate.safe,
            address: certificate.address.as_str().into(),
            operator: self
                .books
                .safe(certificate.safe)
                .map(|safe| safe.operator.clone())
                .unwrap_or_default(),
            digest: digest_view(&certificate.digest),
            sha256: hex(&certificate.sha256),
            md5: hex(&certificate.md5),
            counter: certificate.counter,
            issued_at: certificate.issued_at,
            retained_until: certificate.retained_until,
            object_bytes: certificate.object_bytes,
            standing,
            ends_within_a_week,
            came_of: certificate.came_of,
            may_hand_over: self.may_go(id, certificate) && !certificate.may_be_used,
            may_be_used: certificate.may_be_used,
            health: certificate.health(id, self.now()),
            checked: certificate.checks.last(What::Rehearsal).cloned(),
            audit: self.audit_view(id, certificate),
        }
    }

    fn now(&self) -> UnixTime {
        self.watch.now()
    }

    fn backup_cards(&self) -> Vec<BackupCard> {
        let groups = self.books.groups();
        newest_first(groups.map(|group| (group.since, item_of(group.id))))
            .filter_map(|item| self.backup_card(group_of(item)))
            .collect()
    }

    fn some_backups(&self, groups: Set<GroupId>) -> Vec<(GroupId, Option<BackupCard>)> {
        let card = |(id, ())| (id, self.backup_card(id));
        groups.into_iter().map(card).collect()
    }

    /// None of a group that stands by: what it is to take over is shown.
    fn backup_card(&self, id: GroupId) -> Option<BackupCard> {
        let members = &Members::of(&self.books, id)?;
        let group = members.group;
        let work = self.books.work_on(group.id);
        let standing = match (group.phase, work) {
            (group::Phase::Registering, Some(job)) => BackupStanding::Registering { job },
            (group::Phase::AtSafes, Some(job))
                if matches!(self.books.flow(job), Some(Flow::Reunite(_))) =>
            {
                BackupStanding::Recovering { job }
            }
            (group::Phase::Standby, _) => return None,
            (group::Phase::AtSafes, _) => BackupStanding::AtSafes,
            (group::Phase::Registering | group::Phase::Leaving, _) => BackupStanding::Ending,
            (group::Phase::Elsewhere, _) => BackupStanding::Elsewhere,
        };
        let question = Question::new(&group.plan, &group.seats);
        let promise = question.promise();
        let key = group.key.and_then(|key| self.books.key_item(key));
        let key_is_here = key.is_some_and(|(_, key)| key.here == KeyHere::Opens);
        let mut planned = group.plan.layout();
        planned.retain(|part| !group.is_key() || Role::of(part.class) != Role::Data);
        let mut roles = planned.iter().map(|part| Role::of(part.class));
        Some(BackupCard {
            id: group.id,
            contents: contents_of(group),
            since: group.since,
            preset: Preset::of(&group.plan),
            weaknesses: question.weaknesses(&promise),
            promise,
            plan: group.plan.clone(),
            key: group.key,
            key_is_here,
            is_key_apart: key_is_here && roles.all(|role| role == Role::Data),
            may_hand_over: self.may_hand_over(members),
            // Of the backup alone: a card is made anew when that changes, not when its owner becomes known somewhere.
            fetched_by: flow::key_safe(&self.books, members),
            needed_by: members.opens_alone(&self.books),
            parts: planned
                .into_iter()
                .map(|part| self.part_card(members, part))
                .collect(),
            standing,
            health: members.health(&self.books, self.now()),
            checked: group.checks.last(What::Rehearsal).cloned(),
            ends_within_a_week: self.books.meets(item_of(group.id), SOON, self.today),
        })
    }

    fn part_card(&self, members: &Members<'_>, planned: Planned) -> PartCard {
        let safe = members.group.safe(planned.to);
        let is = |of: &PartOf| of.class == planned.class && of.index == planned.index;
        let certificate = members.certificates.iter().find(|(.., of)| is(of));
        let mut parts = members.parts.iter();
        let part = parts.find(|(_, part)| is(&part.of));
        let work = members.flows.iter().find(|(_, flow)| match flow {
            Flow::Register(flow) => part.is_some_and(|(item, _)| *item == flow.value),
            Flow::Recover(flow) => certificate.is_some_and(|(item, ..)| *item == flow.certificate),
            Flow::Retire(flow) => {
                certificate.is_some_and(|(item, ..)| Some(*item) == flow.certificate())
            }
            Flow::Rotate(flow) => certificate.is_some_and(|(item, ..)| *item == flow.certificate),
            Flow::Reread(flow) => certificate.is_some_and(|(item, ..)| *item == flow.certificate),
            Flow::Order(flow) => is(&flow.part),
            Flow::Rehearse(flow) => {
                let held = flow.held().map(|held| held.certificate);
                certificate.is_some_and(|(item, ..)| Some(*item) == held)
            }
            _ => false,
        });
        let state = match (work.map(|(_, flow)| flow), certificate, part) {
            (Some(Flow::Register(_)), ..) => PartState::Sending,
            (Some(Flow::Retire(_)), ..) => PartState::Ending,
            (Some(Flow::Rotate(_)), ..) => PartState::TakingOver,
            (Some(Flow::Order(flow)), ..) if flow.is_fetching() => PartState::Fetching,
            (Some(Flow::Reread(flow)), ..) => match flow.is_fetching() {
                true => PartState::Fetching,
                false => PartState::Here,
            },
            (Some(Flow::Recover(flow)), ..) => match flow.state {
                RecoverState::Clearing { .. } | RecoverState::Opening { .. } => PartState::Fetching,
                RecoverState::Fetched { .. } => PartState::Here,
                RecoverState::Arrived { .. } => PartState::Confirming,
                RecoverState::Returning { .. } => PartState::Returning,
            },
            (_, Some((_, certificate, _)), _) => match certificate.standing {
                Standing::AtSafe => PartState::AtSafe,
                Standing::NotHandedOut => PartState::NotHandedOut,
                Standing::Elsewhere(proof) => PartState::Elsewhere(proof),
            },
            (_, None, Some((_, part))) => match part.here {
                PartHere::Home => PartState::Home,
                PartHere::ToRegister | PartHere::Fetched { .. } => PartState::Refused,
            },
            (_, None, None) => PartState::Gone,
        };
        let known = safe.and_then(|safe| self.books.safe(safe));
        PartCard {
            class: planned.class,
            index: planned.index,
            safe,
            address: known
                .map(|safe| safe.address.as_str().into())
                .unwrap_or_default(),
            operator: known.map(|safe| safe.operator.clone()).unwrap_or_default(),
            certificate: certificate.map(|(item, ..)| *item),
            state,
            waiting: work
                .and_then(|(id, _)| self.running.get(id))
                .and_then(|running| running.waiting),
            next_try: work.and_then(|(id, _)| self.next_try(*id)),
            audit: certificate.and_then(|(item, ..)| {
                Some(self.audit_view(*item, self.books.certificate(*item)?))
            }),
        }
    }

    fn key_cards(&self) -> Vec<KeyCard> {
        newest_first(self.books.keys().map(|(id, key)| (key.since, id)))
            .filter_map(|id| Some((id, self.books.key(id)?)))
            .map(|(id, key)| {
                let named = || {
                    let groups = self.books.groups_with(key.key);
                    groups.filter(|group| group.phase != group::Phase::Leaving)
                };
                let holds = |group: &&Group| {
                    let mut items = self.books.items_of(group.id);
                    items.any(|item| {
                        let part = self.books.certificate(item).and_then(|it| it.part);
                        part.is_some_and(|of| group.carries_key(of.class))
                    })
                };
                let opens: Vec<GroupId> = named()
                    .filter(|group| !group.is_key())
                    .map(|group| group.id)
                    .collect();
                let held = || named().filter(holds);
                let held_by: Vec<GroupId> = held().map(|group| group.id).collect();
                let job = self.books.lock(id);
                KeyCard {
                    id,
                    key: key.key,
                    form: key.form,
                    algorithm: key.algorithm.clone(),
                    since: key.since,
                    here: key.here,
                    is_idle: opens.is_empty() && held_by.is_empty() && job.is_none(),
                    fetch_from: held().find(|group| group.has_keys()).map(|group| group.id),
                    data_at: named().flat_map(Group::data_at).collect(),
                    opens,
                    held_by,
                    job,
                }
            })
            .collect()
    }

    fn safe_cards(&self) -> Vec<SafeCard> {
        self.books
            .safes()
            .map(|safe| self.safe_card(safe))
            .collect()
    }

    fn safe_card(&self, safe: &Safe) -> SafeCard {
        let is_its = |(_, it): &(ItemId, &CertificateItem)| it.safe == safe.id;
        let certificates = self.books.certificates().filter(is_its).count();
        let (ending, certificates_ending) = self.ending_at(safe.id);
        SafeCard {
            id: safe.id,
            address: safe.address.as_str().into(),
            operator: safe.operator.clone(),
            jurisdiction: safe.jurisdiction.clone(),
            fingerprint: fingerprint(safe.id),
            certificates,
            kept: certificates.saturating_sub(certificates_ending),
            ending,
            forgettable: self.is_forgettable(safe.id),
            reach: self.reach.get(&safe.id).copied().unwrap_or(Reach::Unknown),
            answered_at: self.answered_at.get(&safe.id).copied(),
            asking: self.is_asking(safe.id),
            legacy_hash: safe.legacy_hash == LegacyHash::Md5,
        }
    }

    fn meeting_view(&self) -> Option<view::Meeting> {
        Some(match self.meeting.as_ref()? {
            Meeting::Asking(address) => view::Meeting::Asking {
                address: address.as_str().into(),
            },
            Meeting::Met(descriptor) => view::Meeting::Met {
                id: descriptor.id,
                address: descriptor.address.as_str().into(),
                operator: descriptor.operator.clone(),
                jurisdiction: descriptor.jurisdiction.clone(),
                fingerprint: fingerprint(descriptor.id),
                retention_days: descriptor.retention_seconds / 86_400,
            },
            Meeting::Failed(address, why) => view::Meeting::Failed {
                address: address.clone(),
                why: *why,
            },
        })
    }

    fn jobs(&self) -> Vec<Job> {
        let asleep = self.wakes.values().filter_map(|sleeper| match sleeper {
            Sleeper::Intent(id, Intent::Add { form }, waiting) => Some(Job {
                id: *id,
                task: Task::Add,
                item: None,
                subject: form.name.clone(),
                safe: String::new(),
                stage: Stage::NoRoom,
                waiting: Some(*waiting),
                next_try: None,
                can_call_off: true,
                ceremony: None,
            }),
            Sleeper::Intent(..) | Sleeper::Flow(_) | Sleeper::Watch => None,
        });
        // What works for a group is shown with it.
        let for_group = |flow: &Flow| match flow {
            Flow::Protect(_)
            | Flow::Reunite(_)
            | Flow::Add(_)
            | Flow::Enrol(_)
            | Flow::Round(_)
            | Flow::Hold(_)
            | Flow::Decide(_)
            | Flow::Wake(_)
            | Flow::Freeze(_)
            | Flow::Audit(_) => false,
            // One that stands by for orders is nothing to look at.
            Flow::Login(login) => {
                login.ordered().is_some() && matches!(login.state, flow::LoginState::In { .. })
            }
            Flow::Order(_) => true,
            // No part of a backup stands for what has no certificate.
            Flow::Retire(retire) if retire.certificate().is_none() => false,
            Flow::Register(_)
            | Flow::Recover(_)
            | Flow::Retire(_)
            | Flow::Rotate(_)
            | Flow::Reread(_) => flow.group(&self.books).is_some(),
            // What gives back what is left over asks for nobody's attention, unless somebody waits for it.
            Flow::Rehearse(rehearse) => {
                rehearse.is_left_over() && rehearse.ends != Some(flow::Ends::Wanted)
            }
        };
        self.books
            .flows()
            .filter(|(_, flow)| !for_group(flow))
            .map(|(id, flow)| self.job(id, flow))
            .chain(asleep)
            .collect()
    }

    fn job(&self, id: FlowId, flow: &Flow) -> Job {
        let running = self.running.get(&id);
        let suspended = running.is_some_and(|running| running.awaiting == Awaiting::Room);
        Job {
            id,
            task: flow.task(),
            item: flow.items().first().copied(),
            subject: subject(&self.books, flow),
            safe: flow
                .safe()
                .and_then(|safe| self.books.safe(safe))
                .map(|safe| safe.address.as_str().into())
                .unwrap_or_default(),
            stage: if suspended {
                Stage::NoRoom
            } else {
                flow.stage()
            },
            waiting: running.and_then(|running| running.waiting),
            next_try: self.next_try(id),
            can_call_off: flow.can_call_off(&self.books),
            ceremony: match flow {
                Flow::Login(login) => login.ceremony(&self.books),
                _ => None,
            },
        }
    }

    /// When a flow that waits for nothing else is tried again.
    pub(super) fn next_try(&self, id: FlowId) -> Option<UnixTime> {
        let running = self.running.get(&id)?;
        let waits = matches!(running.awaiting, Awaiting::Wake(_));
        running.next_try.filter(|_| waits)
    }

    fn notices(&self) -> Vec<Notice> {
        let is_so = |notice: &&Notice| !notice.is_of_room() || self.waits_for_room(&notice.subject);
        let all = || {
            self.books
                .notices()
                .chain(self.passing.iter().filter(is_so))
        };
        newest_first(all().map(|notice| (notice.at, notice.id)))
            .filter_map(|id| all().find(|notice| notice.id == id).cloned())
            .collect()
    }

    /// Whether something waits for room that is called so.
    fn waits_for_room(&self, subject: &str) -> bool {
        let mut waiting = self.running.iter().filter_map(|(id, running)| {
            let waits = running.awaiting == Awaiting::Room;
            self.books.flow(*id).filter(|_| waits)
        });
        waiting.any(|flow| self::subject(&self.books, flow) == subject)
    }

    fn summary(&self) -> Summary {
        let held: Vec<&ValueItem> = self
            .books
            .values()
            .filter(|(_, value)| value.custody == Custody::Held)
            .map(|(_, value)| value)
            .collect();
        let mut worth: Vec<Amount> = Vec::new();
        for amount in held.iter().filter_map(|value| value.worth.as_ref()) {
            match worth.iter_mut().find(|sum| sum.currency == amount.currency) {
                Some(sum) => sum.minor = sum.minor.saturating_add(amount.minor),
                None => worth.push(amount.clone()),
            }
        }
        let account = self.books.account();
        Summary {
            only_here: held.len(),
            only_here_worth: worth,
            at_safes: usize::try_from(account.at_safes).unwrap_or(usize::MAX),
            used_bytes: self.books.used_bytes(),
            capacity_bytes: self.books.ledger().capacity,
            account,
        }
    }
}

/// Whether the card of a key may be another when this item has changed.
fn concerns_keys(before: Option<&Item>, after: Option<&Item>) -> bool {
    if let (Some(Item::Group(before)), Some(Item::Group(after))) = (before, after) {
        return named(before) != named(after);
    }
    before.into_iter().chain(after).any(|item| match item {
        Item::Key(_) => true,
        Item::Group(group) => group.key.is_some(),
        // Shares may lie with data: any part that comes or goes.
        Item::Certificate(it) => it.part.is_some() && (before.is_none() || after.is_none()),
        Item::Value(_) | Item::Part(_) => false,
    })
}

/// What a group says of the key it names.
fn named(group: &Group) -> Option<(KeyId, group::Phase, bool)> {
    group.key.map(|key| (key, group.phase, group.is_key()))
}

/// The name under which the owner knows what a flow works on.
pub(super) fn subject(books: &Books, flow: &Flow) -> String {
    if let Flow::Add(add) = flow {
        return add.name.clone();
    }
    if let Flow::Rehearse(rehearse) = flow {
        return flow::name_of(books, rehearse.about);
    }
    if let Flow::Round(round) = flow {
        return round.entry.name.clone();
    }
    if let Flow::Enrol(Enrol { name, .. }) | Flow::Login(Login { name, .. }) = flow {
        return name.clone();
    }
    let items = flow.items();
    let item = items.first();
    item.map(|item| flow::name_of(books, *item))
        .unwrap_or_default()
}

/// What a group holds, each with its mark.
fn contents_of(group: &Group) -> Vec<Contents> {
    let contents = |(place, value)| Contents {
        may_be_used: group.is_marked(place),
        ..contents(value)
    };
    group.values.iter().enumerate().map(contents).collect()
}

fn contents(value: &ValueItem) -> Contents {
    Contents {
        class: value.class.clone(),
        name: value.name.clone(),
        quantity: value.quantity,
        worth: value.worth.clone(),
        place: value.place.clone(),
        from: value.from.clone(),
        to: value.to.clone(),
        came_of: value.came_of,
        may_be_used: value.may_be_used,
    }
}

/// What came last first; what came at the same time by its id. Sorts times and ids instead of what is shown: sorting is
/// a lot of code, and there once more for every type that is sorted.
fn newest_first(dated: impl Iterator<Item = (UnixTime, ItemId)>) -> impl Iterator<Item = ItemId> {
    let mut order: Vec<(Reverse<UnixTime>, ItemId)> =
        dated.map(|(time, id)| (Reverse(time), id)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, id)| id)
}

fn digest_view(digest: &Digest) -> DigestView {
    let day = |date: Option<Date>| date.map(value::format_date).unwrap_or_default();
    DigestView {
        class: digest
            .class
            .map(|class| class.code().into())
            .unwrap_or_default(),
        name: digest.name.clone().unwrap_or_default(),
        quantity: digest.quantity,
        from: day(digest.from),
        to: day(digest.to),
        place: digest.place.clone().unwrap_or_default(),
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
    }
    text
}

/// A safe's id in groups of four hex digits, to compare by eye.
fn fingerprint(safe: SafeId) -> String {
    let digits = hex(safe.as_bytes());
    let groups: Vec<&str> = (0..digits.len())
        .step_by(4)
        .filter_map(|at| digits.get(at..at + 4))
        .collect();
    groups.join(" ")
}
