//! Any sequence: what holds of an entry whatever happened.

use super::*;
use proptest::prelude::*;
use saifu_protocol::presentation::NO_SESSION;

#[derive(Debug, Clone, Copy)]
enum Step {
    Register(u8),
    Repeat(u8),
    Recover(u8, u8),
    Ack(u8, u8),
    Return(u8, u8),
    Retire(u8),
    Purge,
    Publish,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..4_u8).prop_map(Step::Register),
        any::<u8>().prop_map(Step::Repeat),
        (any::<u8>(), 1..4_u8).prop_map(|(n, s)| Step::Recover(n, s)),
        (any::<u8>(), 1..4_u8).prop_map(|(n, s)| Step::Ack(n, s)),
        (any::<u8>(), 1..4_u8).prop_map(|(n, s)| Step::Return(n, s)),
        any::<u8>().prop_map(Step::Retire),
        Just(Step::Purge),
        Just(Step::Publish),
    ]
}

/// A registration and its answer.
type Asked = (RequestId, Vec<(Vec<u8>, Secret)>, Vec<Outcome<Registered>>);

/// What must hold of an entry, whatever happened.
#[derive(Default)]
struct History {
    released_after_end: bool,
    withdrawn_by: Vec<SessionId>,
    receipts: Vec<(Event, String)>,
    returned: Vec<SessionId>,
    is_retired: bool,
}

impl History {
    fn note(&mut self, event: Event, receipt: String) {
        match event {
            Event::Withdrawn { session } if !self.withdrawn_by.contains(&session) => {
                self.withdrawn_by.push(session);
            }
            Event::Returned { session } => self.returned.push(session),
            Event::Retired => self.is_retired = true,
            Event::Withdrawn { .. } | Event::Refused { .. } => {}
        }
        self.receipts.push((event, receipt));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_keeps_the_invariants(steps in prop::collection::vec(step(), 1..40), limit in 1..8_u64) {
        let mut world = World::with_limit(limit);
        let mut held: Vec<Held> = Vec::new();
        let mut requests: Vec<Asked> = Vec::new();
        let mut histories: Vec<History> = Vec::new();
        let session = |n: u8| SessionId::new([n; 16]);
        for step in steps {
            let pick = |n: u8, len: usize| (len > 0).then(|| usize::from(n) % len);
            match step {
                Step::Register(count) => {
                    let items = world.items(count.into());
                    let request = world.next_request();
                    let outcomes = world.register_items(request, &items);
                    for ((object, holder), outcome) in items.iter().zip(&outcomes) {
                        let Outcome::Done(registered) = outcome else { panic!("not registered") };
                        held.push(Held {
                            holder: holder.clone(),
                            object: object.clone(),
                            certificate: registered.certificate.clone(),
                        });
                        histories.push(History::default());
                    }
                    requests.push((request, items, outcomes));
                }
                Step::Repeat(n) => if let Some(n) = pick(n, requests.len()) {
                    let (request, items, outcomes) = requests[n].clone();
                    prop_assert_eq!(world.register_items(request, &items), outcomes);
                },
                Step::Recover(n, s) => if let Some(n) = pick(n, held.len())
                    && let Outcome::Done(recovered) = world.recover(&held[n], session(s)) {
                    prop_assert_eq!(&recovered.object, &held[n].object);
                    let history = &mut histories[n];
                    history.released_after_end |= !history.withdrawn_by.is_empty() || history.is_retired;
                    prop_assert!(!history.returned.contains(&session(s)), "a returned session got in again");
                },
                Step::Ack(n, s) => if let Some(n) = pick(n, held.len())
                    && let Outcome::Done(ended) = world.end_held(Act::Ack, &held[n], session(s)) {
                    histories[n].note(world.event(&ended.receipt), ended.receipt);
                },
                Step::Return(n, s) => if let Some(n) = pick(n, held.len())
                    && let Outcome::Done(ended) = world.end_held(Act::Return, &held[n], session(s)) {
                    histories[n].note(world.event(&ended.receipt), ended.receipt);
                },
                Step::Retire(n) => if let Some(n) = pick(n, held.len())
                    && let Outcome::Done(ended) = world.end_held(Act::Retire, &held[n], NO_SESSION) {
                    histories[n].note(world.event(&ended.receipt), ended.receipt);
                },
                Step::Purge => {
                    let now = world.now;
                    upkeep::purge(&mut world.ledger, 0, now).unwrap();
                }
                Step::Publish => world.publish(),
            }
        }
        for history in &histories {
            prop_assert!(history.withdrawn_by.len() <= 1, "two sessions were confirmed");
            prop_assert!(!history.released_after_end, "released after its end");
            prop_assert!(!history.is_retired || history.withdrawn_by.is_empty(), "retired and withdrawn");
            for (event, receipt) in &history.receipts {
                let same = history.receipts.iter().filter(|(other, _)| other == event);
                prop_assert!(same.into_iter().all(|(_, other)| other == receipt), "a repeat gave another receipt");
            }
        }
        let mut wanted = Counter::ZERO;
        for held in &held {
            prop_assert_eq!(held.counter(), wanted.get());
            wanted = wanted.next(world.settings.counter_limit);
        }
        // Every entry is still known, and only what is over has lost its bytes.
        prop_assert_eq!(world.ledger.entries().count(), held.len());
        for (entry, object) in world.ledger.entries() {
            prop_assert!(object.is_some() || entry.state.is_over());
        }
    }
}
