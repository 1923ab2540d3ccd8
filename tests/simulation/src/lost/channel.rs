//! What somebody reads who has recorded everything, and gets the safes' sealing keys later: of what an owner asks who is logged
//! in, nothing.

use super::*;
use saifu_protocol::SessionId;
use saifu_protocol::channel::Within;
use saifu_protocol::envelope::Items;
use saifu_protocol::message::Route;
use saifu_safe_core::owner::{Need, OwnerLedger as _};
use std::collections::BTreeSet;

/// A request as who has the safe's sealing key reads it.
struct Read {
    route: Route,
    id: String,
    items: Items,
}

impl Owner {
    fn record(&mut self) {
        for safe in &mut self.scene.safes {
            safe.recorded = Some(Vec::new());
        }
    }

    /// Everything that was recorded at each safe, opened with its key.
    fn read_all(&self) -> Vec<Read> {
        let safes = self.scene.safes.iter();
        let asks = safes.flat_map(|safe| {
            let recorded = safe.recorded.iter().flatten();
            recorded.filter_map(|ask| {
                let (route, _, items) = safe.read_with_leaked_key(ask)?;
                let mut headers = ask.headers.iter();
                let (_, id) = headers.find(|(name, _)| *name == "idempotency-key")?;
                let id = id.clone();
                Some(Read { route, id, items })
            })
        });
        asks.collect()
    }

    /// Without waiting for what is due later: the session holds for a quarter of an hour.
    fn now(&mut self, device: usize, intent: Intent) {
        self.scene.want(device, intent);
        self.rest_now();
    }

    fn protect_now(&mut self, device: usize) {
        let (values, safes) = (self.held(device), self.ids());
        let plan = Preset::AnyTwoOfThree.plan();
        let key = None;
        let intent = Intent::Protect {
            values,
            plan,
            safes,
            key,
        };
        self.now(device, intent);
    }
}

/// What a login itself consists of, and asking who waits, which is done whether an owner is in or not.
fn is_before_the_session(route: Route) -> bool {
    matches!(
        route,
        Route::OwnerLoginStart | Route::OwnerLoginFinish | Route::Asked
    )
}

fn within(read: &Read) -> Option<&Within> {
    match &read.items {
        Items::Within(within) => Some(within),
        Items::Open(_) => None,
    }
}

/// A new device that has restored and recovered everything without a pause, and what was recorded of it.
fn restored(seed: u64) -> (Owner, usize) {
    let mut owner = Owner::new(seed, 3);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    let new = owner.lose();
    for number in 0..3 {
        owner.trust(new, number);
    }
    owner.record();
    let (safe, words) = (owner.scene.safes[0].id(), owner.words.clone().unwrap());
    owner.now(new, restoring(safe, &words));
    let books = owner.books(new);
    let groups: Vec<GroupId> = books.groups().map(|group| group.id).collect();
    assert!(!groups.is_empty());
    for backup in groups {
        owner.now(new, Intent::RecoverBackup { backup });
    }
    assert_eq!(owner.bytes(new), owner.bytes_of_tickets);
    (owner, new)
}

#[test]
fn from_the_login_on_everything_goes_in_the_channel() {
    let (mut owner, new) = restored(900);
    // And what is put back.
    owner.protect_now(new);
    let all = owner.read_all();
    let (before, after): (Vec<&Read>, Vec<&Read>) =
        all.iter().partition(|it| is_before_the_session(it.route));
    assert!(before.iter().all(|it| within(it).is_none()));
    let open: Vec<Route> = after
        .iter()
        .filter(|it| within(it).is_none())
        .map(|it| it.route)
        .collect();
    assert_eq!(open, [], "asked in no channel");
    let routes: BTreeSet<&str> = after.iter().map(|it| it.route.path()).collect();
    for route in [
        Route::OwnerList,
        Route::OwnerJoin,
        Route::Recover,
        Route::Ack,
        Route::Register,
    ] {
        assert!(routes.contains(route.path()), "{route:?}: {routes:?}");
    }
}

/// The safe's key opens the outer seal and none of the inner ones; the ledger has the keys of sessions only while they hold.
#[test]
fn recorded_traffic_and_a_leaked_sealing_key_open_nothing_of_it() {
    let (mut owner, new) = restored(901);
    owner.protect_now(new);
    let all = owner.read_all();
    let sessions: BTreeSet<SessionId> = all
        .iter()
        .filter_map(within)
        .map(|within| within.session)
        .collect();
    assert!(sessions.len() >= 3, "one at each safe");
    let known = |owner: &Owner| {
        let safes = owner.scene.safes.iter();
        let has = |safe: &Safe, session: SessionId| {
            let loaded = safe.owners.load(&Need::of_session(session)).unwrap();
            loaded.session.is_some()
        };
        safes
            .flat_map(|safe| sessions.iter().filter(|it| has(safe, **it)))
            .count()
    };
    assert_eq!(known(&owner), sessions.len());
    owner.scene.pass(3_600_000);
    let now_ms = owner.scene.now_ms;
    owner.scene.safes.iter_mut().for_each(|it| it.purge(now_ms));
    assert_eq!(known(&owner), 0, "both have forgotten it");
    // Certificates, notes and receipts of this owner are texts that begin like this; so do proofs.
    let planted = |bytes: &[u8]| bytes.windows(6).any(|it| it == b"eyJhbG");
    let shown = |read: &Read| match &read.items {
        Items::Open(items) => format!("{items:?}").into_bytes(),
        Items::Within(within) => within.sealed.clone(),
    };
    let after: Vec<&Read> = all
        .iter()
        .filter(|it| !is_before_the_session(it.route))
        .collect();
    assert!(!after.iter().any(|it| planted(&shown(it))));
    // What was recorded before there was a session shows that this looks at something.
    let mut owner = Owner::new(902, 3);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    owner.scene.pass(3_600_000);
    owner.rest();
    owner.record();
    let books = owner.books(OLD);
    let groups: Vec<GroupId> = books.groups().map(|group| group.id).collect();
    for backup in groups {
        owner.now(OLD, Intent::RecoverBackup { backup });
    }
    assert!(owner.read_all().iter().any(|it| planted(&shown(it))));
}

/// The safe has forgotten the session, and the wallet does not know yet.
#[test]
fn a_channel_that_is_over_costs_one_question_and_nothing_else() {
    let mut owner = Owner::new(903, 3);
    owner.enrol(OLD);
    owner.protect(OLD, Preset::AnyTwoOfThree.plan());
    let new = owner.lose();
    for number in 0..3 {
        owner.trust(new, number);
    }
    let (safe, words) = (owner.scene.safes[0].id(), owner.words.clone().unwrap());
    owner.now(new, restoring(safe, &words));
    let late = saifu_protocol::UnixTime(owner.scene.now_ms / 1_000 + 3_600);
    for safe in &mut owner.scene.safes {
        safe.owners.sweep(late).unwrap();
    }
    owner.record();
    let books = owner.books(new);
    let groups: Vec<GroupId> = books.groups().map(|group| group.id).collect();
    for backup in groups {
        owner.now(new, Intent::RecoverBackup { backup });
    }
    assert_eq!(owner.bytes(new), owner.bytes_of_tickets);
    let all = owner.read_all();
    let tried: Vec<&Read> = all.iter().filter(|it| within(it).is_some()).collect();
    assert!(!tried.is_empty());
    for read in tried {
        let is_again = |it: &&Read| it.id == read.id && within(it).is_none();
        assert_eq!(all.iter().filter(is_again).count(), 1, "{:?}", read.route);
    }
}
