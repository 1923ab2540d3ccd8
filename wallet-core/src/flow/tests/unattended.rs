//! What may be sent while nobody looks: of every flow there is, a registration that is wanted, and nothing else.

use super::owner::Scene;
use super::*;
use crate::owner::Way;
use crate::rules::{Entry, RuleId, Why};
use alloc::collections::BTreeMap;

const GROUP: GroupId = GroupId::new([11; 16]);

/// One flow of each kind.
fn every(scene: &Scene) -> Vec<Flow> {
    let fixture = &scene.fixture;
    let safe = fixture.safe();
    let session = || Session {
        id: SESSION,
        key: Secret::new([5; 32]),
    };
    let entry = Entry {
        round: FLOW,
        rule: RuleId::NEW,
        name: String::new(),
        why: Why::Asked,
        way: crate::rules::Way::BackUp,
        began: NOW,
        ended: NOW,
        named: Vec::new(),
        moved: 0,
        stayed: 0,
        parts: None,
    };
    alloc::vec![
        Flow::Add(Add {
            object: fixture.object.clone(),
            name: "Film".into(),
        }),
        fixture.register(),
        fixture.opening(),
        Flow::Retire(Retire {
            safe,
            request: REQUEST,
            what: RetireWhat::Registration {
                request: REQUEST,
                holder: fixture.holder.clone(),
            },
            part: None,
        }),
        Flow::Protect(Protect {
            values: alloc::vec![VALUE],
            key: None,
            replaces: None,
            by: MovedBy::Owner,
            state: ProtectState::Undoing { group: GROUP },
        }),
        Flow::Reunite(Reunite {
            group: GROUP,
            then: Then::Hold,
            take_back: false,
            by: MovedBy::Owner,
            last_resort: LastResort::No,
            state: ReuniteState::Collecting { to_ask: Vec::new() },
        }),
        Flow::Rotate(Rotate {
            certificate: PAPER,
            safe,
            request: REQUEST,
            next: Secret::new([6; 32]),
            note: None,
            handed: None,
            wait: 0,
        }),
        Flow::Enrol(Enrol {
            safe,
            name: "hana".into(),
            secret: owner::words().into(),
            number: 1,
            state: EnrolState::Ready,
        }),
        Flow::Login(Login::new(safe, "hana", Way::Passkey, Aim::Restore)),
        Flow::Round(Round {
            entry,
            left: Vec::new(),
            begun: Vec::new(),
        }),
        Flow::Order(Order {
            part: PartOf {
                group: GROUP,
                class: ObjectClass::Value,
                index: 0,
            },
            safe,
            by: safe,
            session: session(),
            own: None,
            state: OrderState::Opening { pass: None },
        }),
        Flow::Hold(Hold {
            safe,
            state: HoldState::Ready,
        }),
        Flow::Decide(Decide {
            safe,
            account: PublicKey::new([7; 32]),
            may: true,
        }),
        Flow::Wake(Wake { safe, to: None }),
        Flow::Freeze(Freeze {
            safe,
            name: "hana".into(),
            look_up: None,
        }),
        Flow::Reread(Reread {
            certificate: PAPER,
            safe,
            session: SESSION,
            taken_in: false,
            state: RereadState::Asking,
        }),
        Flow::Audit(Audit {
            safe,
            entry: None,
            left: alloc::vec![PAPER],
            state: AuditState::Ready,
        }),
        Flow::Rehearse(Rehearse {
            about: PAPER,
            is_drill: false,
            entry: None,
            left: alloc::vec![PAPER],
            found: Vec::new(),
            ends: None,
            state: RehearseState::Between,
            come: Come::default(),
        }),
    ]
}

fn is_sent(fixture: &Fixture, flow: &Flow, lock: LockStanding) -> bool {
    let body = Body::new(fixture.object.clone());
    flow.unattended(&body, &fixture.books, lock).is_some()
}

#[test]
fn of_all_flows_only_a_registration_may_be_sent_unattended() {
    let scene = Scene::new(1);
    let mut found = BTreeMap::new();
    for flow in every(&scene) {
        let named = serde_json::to_value(&flow).unwrap();
        let kind = named.as_object().unwrap().keys().next().unwrap().clone();
        found.insert(kind, is_sent(&scene.fixture, &flow, LockStanding::Off));
    }
    // A new kind of flow is added above, too: it has to be thought about.
    assert_eq!(found.len(), 18);
    let sent: Vec<_> = found.iter().filter(|(_, sent)| **sent).collect();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(found.get("register"), Some(&true));
}

#[test]
fn a_registration_that_is_not_wanted_now_may_not() {
    let fixture = Fixture::new();
    let Flow::Register(register) = fixture.register() else {
        panic!("it registers")
    };
    let is_sent = |flow: &Flow, lock| is_sent(&fixture, flow, lock);
    let wanted = Flow::Register(register.clone());
    assert!(is_sent(&wanted, LockStanding::On));
    // What lies here must stay while one method is left.
    assert!(!is_sent(&wanted, LockStanding::LastMethod));
    let called_off = Flow::Register(Register {
        calling_off: Some(REQUEST),
        ..register
    });
    assert!(!is_sent(&called_off, LockStanding::Off));
    // Its safe has said that it takes nothing so large.
    let limit = fixture.books.safe(fixture.safe()).unwrap().object_limit;
    let large = Body::new(alloc::vec![0; usize::try_from(limit).unwrap() + 1]);
    let sent = wanted.unattended(&large, &fixture.books, LockStanding::Off);
    assert!(sent.is_none());
}
