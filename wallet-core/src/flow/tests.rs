//! One test per transition of a flow.

mod audit;
mod order;
mod owner;
mod rehearse;
mod reread;
mod round;
mod unattended;
mod waits;

use super::*;
use crate::books::{
    CertificateBody, CertificateItem, Custody, Elsewhere, Item, MovedBy, PartHere, PartItem, Safe,
    Session, Standing, ValueItem,
};
use crate::group::{Group, PartOf, Phase};
use crate::plan::GroupId;
use crate::plan::preset::Preset;
use crate::port::Opened;
use saifu_crypto::Secret;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::stretch::Stretch;
use saifu_crypto::testing::Counting;
use saifu_protocol::certificate::{Claims, LegacyHash, ObjectClass, ObjectHash};
use saifu_protocol::digest::DigestSetting;
use saifu_protocol::message::{EntryState, Given, Presented};
use saifu_protocol::possession::Possession;
use saifu_protocol::problem::Code;
use saifu_protocol::{
    CertificateDigest, Counter, Digest, HolderId, PublicKey, SealedDigest, SessionId, object,
};

const FLOW: FlowId = FlowId::new([1; 16]);
const VALUE: ItemId = ItemId::new([2; 16]);
const PAPER: ItemId = ItemId::new([3; 16]);
const ARRIVED: ItemId = ItemId::new([4; 16]);
const SESSION: SessionId = SessionId::new([5; 16]);
const OTHER: SessionId = SessionId::new([6; 16]);
const REQUEST: RequestId = RequestId::new([7; 16]);
const NOW: UnixTime = UnixTime(1_000);

/// A wallet with one safe, one value and one certificate of another value like it.
struct Fixture {
    books: Books,
    object: Vec<u8>,
    holder: Secret,
    key: SigningKey,
    address: Address,
    kept: CertificateBody,
    lock: LockStanding,
}

impl Fixture {
    fn new() -> Self {
        let key = SigningKey::derive(&Secret::new([9; 32]));
        let public = PublicKey::new(key.public());
        let address = Address::parse("https://safe.example").unwrap();
        let holder = Secret::new([8; 32]);
        let value = crate::form::read(&crate::form::Form {
            name: "Film".into(),
            unit_price: "1600".into(),
            ..crate::form::Form::default()
        })
        .unwrap();
        let object = object::make_object(&value, &mut Counting(0));
        let mut fixture = Self {
            books: Books::read(Opened::default()).unwrap(),
            kept: CertificateBody {
                compact: String::new(),
                holder: holder.clone(),
                session: None,
                author: None,
                cover: None,
            },
            object,
            holder,
            key,
            address,
            lock: LockStanding::Off,
        };
        let paper = fixture.certificate(|_| {});
        fixture.kept.compact = paper.compact().into();
        let size = fixture.object.len();
        let item = |custody| Item::Value(ValueItem::of(&value, size, NOW, custody));
        let body = Some(Body::new(fixture.object.clone()));
        fixture.books.apply(alloc::vec![
            Change::Trust(Safe {
                id: SafeId::of(&public),
                address: fixture.address.clone(),
                operator: "Example".into(),
                jurisdiction: "JP".into(),
                signing_key: public,
                sealing_key: public,
                attested_at: NOW,
                object_limit: 1 << 20,
                legacy_hash: LegacyHash::Off,
                rp_id: None,
                account: Secret::new([1; 32]),
            }),
            Change::Put(VALUE, item(Custody::Held), body.clone()),
            Change::Put(ARRIVED, item(Custody::Arrived), body),
            Change::Put(
                PAPER,
                Item::Certificate(CertificateItem::of(&paper, size, None)),
                Some(fixture.kept.write()),
            ),
        ]);
        fixture
    }

    /// The certificate, with the session of an attempt that was refused without proof.
    fn kept_with_an_earlier_session(&self) -> CertificateBody {
        CertificateBody {
            compact: self.kept.compact.clone(),
            holder: self.holder.clone(),
            session: Some(Session {
                id: OTHER,
                key: Secret::new([6; 32]),
            }),
            author: None,
            cover: None,
        }
    }

    fn safe(&self) -> SafeId {
        SafeId::of(&PublicKey::new(self.key.public()))
    }

    /// The certificate an honest safe would issue, after `spoil`.
    fn certificate(&self, spoil: impl FnOnce(&mut Claims)) -> Certificate {
        let value = object::read_object(&self.object).unwrap();
        let mut claims = Claims {
            safe: self.safe(),
            address: self.address.clone(),
            class: ObjectClass::Value,
            digest: Digest::of(&value, DigestSetting::FiveFields).into(),
            hash: ObjectHash::of(&self.object, LegacyHash::Off),
            counter: Counter::ZERO,
            issued_at: NOW,
            retained_until: NOW,
            holder: HolderId::of(&PublicKey::new(SigningKey::derive(&self.holder).public())),
            possession: Possession::of(&self.object),
        };
        spoil(&mut claims);
        Certificate::issue(claims, &self.key)
    }

    fn receipt(&self, event: Event) -> String {
        self.receipt_by(event, &self.key)
    }

    fn receipt_by(&self, event: Event, key: &SigningKey) -> String {
        Receipt {
            safe: self.safe(),
            target: Presented::Certificate(self.kept.compact.clone()).fingerprint(),
            event,
            at: NOW,
        }
        .sign(key)
    }

    fn conflict(&self, state: EntryState, session: Option<SessionId>) -> Input {
        Input::Refused(Problem::conflict(
            self.receipt(Event::Refused { state, session }),
        ))
    }

    fn step(&self, flow: &Flow, body: Option<Body>, input: Input) -> Step {
        let desk = Desk {
            stretch: Stretch::None,
            lock: self.lock,
            id: FLOW,
            books: &self.books,
            now: NOW,
            body: body.as_ref(),
            attempts: 0,
            waiting: None,
        };
        flow.step(input, &desk, &mut Counting(100))
    }

    fn register(&self) -> Flow {
        Flow::Register(Register {
            value: VALUE,
            safe: self.safe(),
            request: REQUEST,
            holder: self.holder.clone(),
            given: None,
            note: None,
            calling_off: None,
            wait: 0,
        })
    }

    fn recover(&self, state: RecoverState) -> Flow {
        Flow::Recover(Recover {
            via: None,
            certificate: PAPER,
            safe: self.safe(),
            session: Session {
                id: SESSION,
                key: Secret::new([5; 32]),
            },
            by: MovedBy::Owner,
            state,
        })
    }

    fn opening(&self) -> Flow {
        self.recover(RecoverState::Opening { request: REQUEST })
    }

    fn arrived(&self) -> Flow {
        self.recover(RecoverState::Arrived {
            value: ARRIVED,
            request: REQUEST,
        })
    }

    fn returning(&self, why: ReturnReason) -> Flow {
        self.recover(RecoverState::Returning {
            request: REQUEST,
            why,
        })
    }

    fn with_object(&self, flow: &Flow, input: Input) -> Step {
        self.step(flow, Some(Body::new(self.object.clone())), input)
    }

    fn with_paper(&self, flow: &Flow, input: Input) -> Step {
        self.step(flow, Some(self.kept.write()), input)
    }

    fn recovered(&self, object: Vec<u8>) -> Input {
        Input::Recovered(Recovered {
            certificate: self.kept.compact.clone(),
            object,
        })
    }
}

fn notices(step: &Step) -> Vec<&Kind> {
    step.changes
        .iter()
        .filter_map(|change| match change {
            Change::Notify(notice) => Some(&notice.kind),
            _ => None,
        })
        .collect()
}

fn deletes(step: &Step) -> Vec<ItemId> {
    step.changes
        .iter()
        .filter_map(|change| match change {
            Change::Delete(id) => Some(*id),
            _ => None,
        })
        .collect()
}

fn ends(step: &Step) -> bool {
    step.changes
        .iter()
        .any(|change| matches!(change, Change::End(FLOW)))
}

fn journaled(step: &Step) -> Option<&Flow> {
    step.changes.iter().find_map(|change| match change {
        Change::Journal(_, flow) => Some(flow),
        _ => None,
    })
}

fn stored(step: &Step) -> Vec<&Item> {
    step.changes
        .iter()
        .filter_map(|change| match change {
            Change::Put(_, item, _) => Some(item),
            _ => None,
        })
        .collect()
}

/// The session a certificate's new body keeps for the next attempt.
fn kept_session(step: &Step) -> Option<SessionId> {
    let mut bodies = step.changes.iter().filter_map(|change| match change {
        Change::Put(PAPER, Item::Certificate(_), Some(body)) => CertificateBody::read(body),
        _ => None,
    });
    bodies.next_back()?.session.map(|session| session.id)
}

fn waits(step: &Step, waiting: Waiting) -> bool {
    step.changes.is_empty() && matches!(&step.next, Next::Wait(why) if *why == waiting)
}

// ---- register

#[test]
fn register_start_loads_the_value_and_asks_with_the_journaled_request() {
    let fixture = Fixture::new();
    let flow = fixture.register();
    let step = fixture.step(&flow, None, Input::Start);
    assert!(matches!(step.next, Next::Load(VALUE)));
    let body = Some(Body::new(fixture.object.clone()));
    let step = fixture.step(&flow, None, Input::Loaded(body));
    assert!(matches!(
        step.next,
        Next::Ask(_, REQUEST, Question::Register { .. })
    ));
}

#[test]
fn register_certificate_that_collates_is_stored_as_the_value_goes() {
    let fixture = Fixture::new();
    let certificate = fixture.certificate(|_| {});
    let step = fixture.with_object(
        &fixture.register(),
        Input::Registered(certificate.compact().into()),
    );
    assert!(ends(&step));
    assert_eq!(deletes(&step), [VALUE]);
    assert!(matches!(stored(&step)[..], [Item::Certificate(_)]));
    assert_eq!(step.durability, Durability::Strict);
}

#[test]
fn register_of_a_value_waits_while_one_method_is_left_that_unlocks_this_device() {
    let mut fixture = Fixture::new();
    fixture.lock = LockStanding::LastMethod;
    let (flow, certificate) = (fixture.register(), fixture.certificate(|_| {}));
    let registered = || Input::Registered(certificate.compact().into());
    for step in [
        fixture.step(&flow, None, Input::Start),
        fixture.with_object(&flow, registered()),
    ] {
        assert!(waits(&step, Waiting::SecondMethod));
        assert!(step.changes.is_empty(), "nothing is deleted");
    }
    for lock in [LockStanding::On, LockStanding::Off] {
        fixture.lock = lock;
        let step = fixture.with_object(&flow, registered());
        assert_eq!(deletes(&step), [VALUE]);
    }
}

#[test]
fn register_certificate_that_does_not_collate_stores_and_deletes_nothing() {
    type Spoil = fn(&mut Claims);
    let table: [(Spoil, Kind); 5] = [
        (|c| c.hash.sha256[0] ^= 1, Kind::CertificateHashWrong),
        // Of other bytes: those the safe could show at every audit.
        (
            |c| c.possession = Possession::of(b"other"),
            Kind::CertificateHashWrong,
        ),
        (|c| c.class = ObjectClass::Key, Kind::CertificateDigestWrong),
        (
            |c| {
                let wrong = Digest {
                    quantity: Some(9),
                    ..Digest::default()
                };
                c.digest = wrong.into();
            },
            Kind::CertificateDigestWrong,
        ),
        (
            |c| c.holder = HolderId::new([0; 32]),
            Kind::CertificateHolderWrong,
        ),
    ];
    for (spoil, kind) in table {
        let fixture = Fixture::new();
        let certificate = fixture.certificate(spoil);
        let step = fixture.with_object(
            &fixture.register(),
            Input::Registered(certificate.compact().into()),
        );
        assert_eq!(notices(&step), [&kind]);
        assert!(ends(&step) && deletes(&step).is_empty() && stored(&step).is_empty());
        assert!(matches!(journaled(&step), Some(Flow::Retire(_))));
    }
}

/// Keys, seeds, pieces and shares: what the wallet gave is what the certificate must say, before anything goes here.
#[test]
fn register_certificate_of_a_part_is_collated_like_that_of_a_value() {
    type Spoil = fn(&mut Claims);
    let lies: [(Spoil, Kind); 6] = [
        (|c| c.hash.sha256[0] ^= 1, Kind::CertificateHashWrong),
        (
            |c| c.possession = Possession::of(b"other"),
            Kind::CertificateHashWrong,
        ),
        (
            |c| c.class = ObjectClass::Value,
            Kind::CertificateDigestWrong,
        ),
        (
            |c| c.digest = Digest::default().into(),
            Kind::CertificateDigestWrong,
        ),
        (
            |c| c.digest = sealed_digest(8),
            Kind::CertificateDigestWrong,
        ),
        (
            |c| c.holder = HolderId::new([0; 32]),
            Kind::CertificateHolderWrong,
        ),
    ];
    let is_part = |class: &ObjectClass| *class != ObjectClass::Value;
    for class in ObjectClass::ALL.into_iter().filter(is_part) {
        let mut fixture = Fixture::new();
        let given = Given {
            class,
            digest: sealed_digest(9),
        };
        let of = PartOf {
            group: GroupId::new([4; 16]),
            class,
            index: 0,
        };
        let part = Item::Part(PartItem {
            of,
            size: fixture.object.len() as u64,
            here: PartHere::ToRegister,
        });
        let body = Some(Body::new(fixture.object.clone()));
        fixture
            .books
            .apply(alloc::vec![Change::Put(VALUE, part, body)]);
        let Flow::Register(register) = fixture.register() else {
            panic!("it registers");
        };
        let flow = Flow::Register(Register {
            given: Some(given.clone()),
            note: None,
            calling_off: None,
            ..register
        });
        let answered = |spoil: &dyn Fn(&mut Claims)| {
            let certificate = fixture.certificate(|claims| {
                claims.class = given.class;
                claims.digest = given.digest.clone();
                spoil(claims);
            });
            fixture.with_object(&flow, Input::Registered(certificate.compact().into()))
        };
        let step = answered(&|_| {});
        let [Item::Certificate(certificate)] = stored(&step)[..] else {
            panic!("{class:?}: its certificate is stored");
        };
        assert_eq!(certificate.part, Some(of));
        assert_eq!(deletes(&step), [VALUE], "what was sent goes with it");
        for (spoil, kind) in &lies {
            let step = answered(spoil);
            assert_eq!(notices(&step), [kind], "{class:?}");
            assert!(ends(&step) && deletes(&step).is_empty() && stored(&step).is_empty());
            assert!(matches!(journaled(&step), Some(Flow::Retire(_))));
        }
    }
}

fn sealed_digest(byte: u8) -> CertificateDigest {
    CertificateDigest::Sealed(SealedDigest::new(alloc::vec![byte; 178]).unwrap())
}

#[test]
fn register_forged_certificate_is_called_off() {
    let fixture = Fixture::new();
    let stranger = Fixture {
        key: SigningKey::derive(&Secret::new([77; 32])),
        ..Fixture::new()
    };
    let safe = fixture.safe();
    let forged = stranger.certificate(|claims| claims.safe = safe);
    for compact in [String::from(forged.compact()), "garbage".into()] {
        let step = fixture.with_object(&fixture.register(), Input::Registered(compact));
        assert_eq!(notices(&step), [&Kind::CertificateForged]);
        assert!(deletes(&step).is_empty() && stored(&step).is_empty());
    }
}

#[test]
fn register_certificate_of_another_address_is_called_off() {
    let fixture = Fixture::new();
    let certificate = fixture
        .certificate(|claims| claims.address = Address::parse("https://else.example").unwrap());
    let step = fixture.with_object(
        &fixture.register(),
        Input::Registered(certificate.compact().into()),
    );
    assert_eq!(notices(&step), [&Kind::CertificateForged]);
}

#[test]
fn register_refused_ends_and_the_value_stays() {
    let table = [
        (Problem::from(Code::BadObject), Kind::RegistrationRefused),
        (
            Problem::from(Code::RequestReused),
            Kind::RegistrationRefused,
        ),
        (Problem::from(Code::CalledOff), Kind::CalledOff),
        (Problem::too_large(9), Kind::TooLargeForSafe { limit: 9 }),
    ];
    for (problem, kind) in table {
        let fixture = Fixture::new();
        let step = fixture.with_object(&fixture.register(), Input::Refused(problem));
        assert_eq!(notices(&step), [&kind]);
        assert!(ends(&step) && deletes(&step).is_empty());
    }
}

#[test]
fn register_called_off_unlocks_the_value_and_burns_the_request() {
    let fixture = Fixture::new();
    let step = fixture.step(&fixture.register(), None, Input::CallOff);
    assert!(ends(&step) && deletes(&step).is_empty());
    let Some(Flow::Retire(retire)) = journaled(&step) else {
        panic!("nothing tells the safe");
    };
    assert!(matches!(
        retire.what,
        RetireWhat::Registration {
            request: REQUEST,
            ..
        }
    ));
}

// ---- recover

#[test]
fn recover_without_room_asks_nothing() {
    let mut fixture = Fixture::new();
    let mut ledger = fixture.books.ledger();
    ledger.capacity = fixture.books.used_bytes() + 10;
    fixture.books.apply(alloc::vec![Change::Settle(ledger)]);
    let missing = fixture.object.len() as u64 - 10;
    let step = fixture.step(&fixture.opening(), None, Input::Start);
    assert!(matches!(step.next, Next::NoRoom(bytes) if bytes == missing));
    assert!(step.changes.is_empty());
}

#[test]
fn recover_asks_in_its_journaled_session() {
    let fixture = Fixture::new();
    let step = fixture.step(&fixture.opening(), None, Input::Start);
    assert!(matches!(step.next, Next::Load(PAPER)));
    let body = Some(fixture.kept.write());
    let step = fixture.step(&fixture.opening(), None, Input::Loaded(body));
    let Next::Ask(_, REQUEST, Question::Recover(presentation)) = step.next else {
        panic!("the wrong question");
    };
    assert_eq!(presentation.session.id, SESSION);
}

#[test]
fn recover_bytes_that_match_arrive_unusable() {
    let fixture = Fixture::new();
    let step = fixture.with_paper(
        &fixture.opening(),
        fixture.recovered(fixture.object.clone()),
    );
    let [Item::Value(value)] = stored(&step)[..] else {
        panic!("no value was stored");
    };
    assert_eq!(value.custody, Custody::Arrived);
    assert!(deletes(&step).is_empty());
    assert_eq!(step.durability, Durability::Strict);
    assert!(matches!(
        journaled(&step),
        Some(Flow::Recover(Recover {
            via: None,
            state: RecoverState::Arrived { .. },
            ..
        }))
    ));
}

#[test]
fn recover_bytes_that_do_not_match_are_given_back() {
    let fixture = Fixture::new();
    let mut altered = fixture.object.clone();
    altered[0] ^= 1;
    let step = fixture.with_paper(&fixture.opening(), fixture.recovered(altered));
    assert!(stored(&step).is_empty() && deletes(&step).is_empty());
    assert!(matches!(
        journaled(&step),
        Some(Flow::Recover(Recover {
            via: None,
            state: RecoverState::Returning {
                why: ReturnReason::BytesWrong,
                ..
            },
            ..
        }))
    ));
}

#[test]
fn recover_refused_with_a_receipt_marks_the_certificate() {
    for (state, session) in [
        (EntryState::Withdrawing, Some(OTHER)),
        (EntryState::Withdrawn, Some(OTHER)),
        (EntryState::Retired, None),
    ] {
        let fixture = Fixture::new();
        let step = fixture.with_paper(&fixture.opening(), fixture.conflict(state, session));
        let proof = Elsewhere {
            state,
            session,
            since: NOW,
        };
        assert_eq!(notices(&step), [&Kind::ReleasedElsewhere(proof)]);
        let [Item::Certificate(certificate)] = stored(&step)[..] else {
            panic!("the certificate was not marked");
        };
        assert_eq!(certificate.standing, Standing::Elsewhere(proof));
        assert!(ends(&step) && deletes(&step).is_empty());
        // Whoever has it open may give it back, and a copy of this request arrive then.
        let keeps_session = step.changes.iter().any(|change| match change {
            Change::Put(_, _, Some(body)) => {
                CertificateBody::read(body).is_some_and(|kept| kept.session.is_some())
            }
            _ => false,
        });
        assert_eq!(keeps_session, state == EntryState::Withdrawing);
    }
}

#[test]
fn recover_refused_without_a_genuine_receipt_waits() {
    let fixture = Fixture::new();
    let stranger = SigningKey::derive(&Secret::new([77; 32]));
    let event = Event::Refused {
        state: EntryState::Withdrawn,
        session: Some(OTHER),
    };
    for problem in [
        Problem::from(Code::Conflict),
        Problem::conflict("garbage".into()),
        Problem::conflict(fixture.receipt_by(event, &stranger)),
        Problem::conflict(fixture.receipt(Event::Retired)),
    ] {
        let step = fixture.with_paper(&fixture.opening(), Input::Refused(problem));
        assert!(waits(&step, Waiting::Garbled));
    }
}

#[test]
fn recover_refused_keeps_the_certificate_and_says_why() {
    for (code, kind) in [
        (Code::NotFound, Kind::UnknownToSafe),
        (Code::Damaged, Kind::DamagedAtSafe),
        (Code::RolledBack, Kind::SafeRolledBack),
        (Code::HashMismatch, Kind::CertificateHashUnknown),
        (Code::CertificateMismatch, Kind::CertificateUnknown),
        (Code::Malformed, Kind::RefusedBySafe),
    ] {
        let fixture = Fixture::new();
        let step = fixture.with_paper(&fixture.opening(), Input::Refused(code.into()));
        assert_eq!(notices(&step), [&kind]);
        assert!(ends(&step) && deletes(&step).is_empty());
        // The entry may be open for this session: another one would find it shut for ever.
        assert_eq!(kept_session(&step), Some(SESSION));
    }
}

#[test]
fn recover_called_off_before_arrival_gives_back() {
    let fixture = Fixture::new();
    let step = fixture.step(&fixture.opening(), None, Input::CallOff);
    assert!(matches!(
        journaled(&step),
        Some(Flow::Recover(Recover {
            via: None,
            state: RecoverState::Returning {
                why: ReturnReason::CalledOff,
                ..
            },
            ..
        }))
    ));
}

#[test]
fn arrived_cannot_be_called_off() {
    let fixture = Fixture::new();
    assert!(!fixture.arrived().can_call_off(&fixture.books));
    let step = fixture.with_paper(&fixture.arrived(), Input::CallOff);
    assert!(step.changes.is_empty() && matches!(step.next, Next::Again));
}

#[test]
fn arrived_with_the_receipt_of_its_session_is_held_as_the_certificate_goes() {
    let fixture = Fixture::new();
    let receipt = fixture.receipt(Event::Withdrawn { session: SESSION });
    let step = fixture.with_paper(&fixture.arrived(), Input::Ended(receipt));
    let [Item::Value(value)] = stored(&step)[..] else {
        panic!("nothing is held");
    };
    assert_eq!(value.custody, Custody::Held);
    assert_eq!(deletes(&step), [PAPER]);
    assert!(ends(&step));
    assert_eq!(step.durability, Durability::Strict);
}

#[test]
fn arrived_with_any_other_receipt_is_not_held() {
    let fixture = Fixture::new();
    let stranger = SigningKey::derive(&Secret::new([77; 32]));
    let own = Event::Withdrawn { session: SESSION };
    for receipt in [
        fixture.receipt(Event::Withdrawn { session: OTHER }),
        fixture.receipt(Event::Returned { session: SESSION }),
        fixture.receipt(Event::Retired),
        fixture.receipt_by(own, &stranger),
        "garbage".into(),
    ] {
        let step = fixture.with_paper(&fixture.arrived(), Input::Ended(receipt));
        assert!(waits(&step, Waiting::Garbled));
    }
}

#[test]
fn arrived_and_refused_destroys_the_copy() {
    let fixture = Fixture::new();
    let refused = fixture.conflict(EntryState::Withdrawn, Some(OTHER));
    let step = fixture.with_paper(&fixture.arrived(), refused);
    assert_eq!(deletes(&step), [ARRIVED]);
    assert!(matches!(
        notices(&step)[..],
        [Kind::ArrivedCopyDestroyed { .. }]
    ));
    assert!(ends(&step));
}

#[test]
fn arrived_and_forgotten_by_the_safe_keeps_the_copy() {
    for code in [Code::NotFound, Code::RolledBack, Code::Damaged] {
        let fixture = Fixture::new();
        let step = fixture.with_paper(&fixture.arrived(), Input::Refused(code.into()));
        assert!(waits(&step, Waiting::RolledBack));
    }
}

/// The safe has not forgotten anything, so its operator is not to be asked.
#[test]
fn arrived_part_that_another_session_has_open_waits_for_that_one() {
    let mut fixture = Fixture::new();
    let mut item = fixture.books.certificate(PAPER).unwrap().clone();
    item.part = Some(crate::group::PartOf {
        group: GroupId::new([8; 16]),
        class: ObjectClass::Value,
        index: 0,
    });
    let put = Change::Put(PAPER, Item::Certificate(item), None);
    fixture.books.apply(alloc::vec![put]);
    let other = fixture.conflict(EntryState::Withdrawing, Some(OTHER));
    let step = fixture.with_paper(&fixture.arrived(), other);
    assert!(waits(&step, Waiting::OpenElsewhere));
    assert!(deletes(&step).is_empty());
}

#[test]
fn arrived_at_a_safe_set_back_opens_its_session_again() {
    let fixture = Fixture::new();
    let refused = fixture.conflict(EntryState::Registered, None);
    let step = fixture.with_paper(&fixture.arrived(), refused);
    assert!(matches!(&step.next, Next::Ask(_, _, Question::Recover(p)) if p.session.id == SESSION));
    let step = fixture.with_paper(
        &fixture.arrived(),
        fixture.recovered(fixture.object.clone()),
    );
    assert!(matches!(step.next, Next::Ask(_, REQUEST, Question::Ack(_))));
}

#[test]
fn returning_ends_with_its_reason() {
    for (why, kind) in [
        (ReturnReason::CalledOff, Kind::RecoveryCalledOff),
        (ReturnReason::BytesWrong, Kind::RecoveredBytesWrong),
        (ReturnReason::Unreadable, Kind::RecoveredUnreadable),
    ] {
        let fixture = Fixture::new();
        let receipt = fixture.receipt(Event::Returned { session: SESSION });
        let step = fixture.with_paper(&fixture.returning(why), Input::Ended(receipt));
        assert_eq!(notices(&step), [&kind]);
        assert!(ends(&step) && deletes(&step).is_empty());
        assert_eq!(kept_session(&step), None);
        assert_eq!(stored(&step).len(), 1);
    }
}

#[test]
fn wrong_bytes_are_told_also_when_the_other_safes_were_enough() {
    for (why, told) in [
        (ReturnReason::CalledOff, None),
        (ReturnReason::BytesWrong, Some(Kind::RecoveredBytesWrong)),
    ] {
        let mut fixture = Fixture::new();
        let of = PartOf {
            group: GroupId::new([8; 16]),
            class: ObjectClass::Value,
            index: 0,
        };
        let mut item = fixture.books.certificate(PAPER).unwrap().clone();
        item.part = Some(of);
        let put = Change::Put(PAPER, Item::Certificate(item), None);
        let leaving = Group {
            id: of.group,
            plan: Preset::SealedByPublicKey.plan(),
            seats: Vec::new(),
            values: Vec::new(),
            key: None,
            since: NOW,
            phase: Phase::Leaving,
            replaces: None,
            confirmed: Vec::new(),
            handed: false,
            released: Vec::new(),
            awaits: None,
            marked: Vec::new(),
            checks: crate::check::Checks::default(),
            moved_by: MovedBy::Owner,
        };
        fixture.books.apply(alloc::vec![put, leaving.put()]);
        let receipt = fixture.receipt(Event::Returned { session: SESSION });
        let step = fixture.with_paper(&fixture.returning(why), Input::Ended(receipt));
        assert_eq!(notices(&step), told.iter().collect::<Vec<_>>());
        assert!(ends(&step) && deletes(&step).is_empty());
        assert!(matches!(journaled(&step), Some(Flow::Retire(_))));
    }
}

#[test]
fn returning_refused_says_what_the_safe_says_and_keeps_the_session() {
    for (code, kind) in [
        (Code::NotFound, Kind::UnknownToSafe),
        (Code::RolledBack, Kind::SafeRolledBack),
        (Code::Damaged, Kind::DamagedAtSafe),
    ] {
        let fixture = Fixture::new();
        let flow = fixture.returning(ReturnReason::CalledOff);
        let step = fixture.with_paper(&flow, Input::Refused(code.into()));
        assert_eq!(notices(&step), [&kind]);
        assert_eq!(kept_session(&step), Some(SESSION));
    }
}

#[test]
fn recover_gives_the_session_of_a_refused_attempt_back_before_it_opens_another() {
    let fixture = Fixture::new();
    let kept = fixture.kept_with_an_earlier_session();
    let step = fixture.step(&fixture.opening(), None, Input::Loaded(Some(kept.write())));
    let Some(clearing @ Flow::Recover(flow)) = journaled(&step) else {
        panic!("another session would be asked for");
    };
    assert_eq!(flow.session.id, OTHER);
    let step = fixture.step(clearing, None, Input::Loaded(Some(kept.write())));
    assert!(matches!(&step.next, Next::Ask(_, _, Question::Return(p)) if p.session.id == OTHER));

    let receipt = fixture.receipt(Event::Returned { session: OTHER });
    let step = fixture.step(clearing, Some(kept.write()), Input::Ended(receipt));
    let Some(Flow::Recover(opening)) = journaled(&step) else {
        panic!("nothing is opened");
    };
    assert!(matches!(opening.state, RecoverState::Opening { .. }));
    assert!(opening.session.id != OTHER && opening.session.id != SESSION);
    assert_eq!(kept_session(&step), None);
}

#[test]
fn recover_called_off_keeps_an_earlier_session_that_was_not_given_back() {
    let fixture = Fixture::new();
    let kept = fixture.kept_with_an_earlier_session();
    let flow = fixture.returning(ReturnReason::CalledOff);
    let receipt = fixture.receipt(Event::Returned { session: SESSION });
    let step = fixture.step(&flow, Some(kept.write()), Input::Ended(receipt));
    assert_eq!(kept_session(&step), Some(OTHER));
}

#[test]
fn arrived_whose_session_a_copy_gave_back_is_destroyed() {
    let fixture = Fixture::new();
    let refused = fixture.conflict(EntryState::Registered, Some(SESSION));
    let step = fixture.with_paper(&fixture.arrived(), refused);
    assert_eq!(deletes(&step), [ARRIVED]);
    assert!(ends(&step));
}

// ---- retire

#[test]
fn retire_with_its_receipt_deletes_the_certificate() {
    let fixture = Fixture::new();
    let flow = Flow::Retire(Retire {
        safe: fixture.safe(),
        request: REQUEST,
        what: RetireWhat::Certificate { certificate: PAPER },
        part: None,
    });
    let step = fixture.with_paper(&flow, Input::Ended(fixture.receipt(Event::Retired)));
    assert_eq!(deletes(&step), [PAPER]);
    assert!(ends(&step));
    let wrong = fixture.receipt(Event::Returned { session: OTHER });
    let step = fixture.with_paper(&flow, Input::Ended(wrong));
    assert!(waits(&step, Waiting::Garbled));
}

#[test]
fn retire_of_what_another_device_has_marks_the_certificate() {
    let fixture = Fixture::new();
    let flow = Flow::Retire(Retire {
        safe: fixture.safe(),
        request: REQUEST,
        what: RetireWhat::Certificate { certificate: PAPER },
        part: None,
    });
    let refused = fixture.conflict(EntryState::Withdrawing, Some(OTHER));
    let step = fixture.with_paper(&flow, refused);
    assert!(deletes(&step).is_empty());
    assert!(matches!(notices(&step)[..], [Kind::ReleasedElsewhere(_)]));
}

// ---- protect

#[test]
fn protect_of_a_value_that_does_not_read_says_that_nothing_was_sent() {
    let fixture = Fixture::new();
    let plan = crate::plan::preset::Preset::OneSafeSealed.plan();
    let protect = Flow::Protect(Protect {
        values: alloc::vec![VALUE],
        key: None,
        replaces: None,
        by: MovedBy::Owner,
        state: ProtectState::Preparing {
            plan: plan.into(),
            seats: Vec::new(),
        },
    });
    let bodies = alloc::vec![(VALUE, Body::new(b"of another version".to_vec()))];
    let step = fixture.step(&protect, None, Input::Gathered(bodies));
    assert!(ends(&step));
    assert_eq!(notices(&step), [&Kind::ValueUnreadable]);
    assert!(deletes(&step).is_empty());
}

// ---- the journal

#[test]
fn journal_entries_read_back() {
    let fixture = Fixture::new();
    let flows = [
        fixture.register(),
        fixture.opening(),
        fixture.arrived(),
        fixture.returning(ReturnReason::CalledOff),
    ];
    for flow in flows {
        let stored = serde_json::to_string(&flow).unwrap();
        let read: Flow = serde_json::from_str(&stored).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), stored);
    }
}

#[test]
fn journal_format_is_pinned() {
    // A wallet that was closed in the middle of a recovery is opened by the next version.
    let fixture = Fixture::new();
    let Flow::Recover(recover) = fixture.arrived() else {
        unreachable!();
    };
    let stored = serde_json::to_string(&Flow::Recover(Recover {
        via: None,
        safe: SafeId::new([0; 32]),
        ..recover
    }))
    .unwrap();
    assert_eq!(
        stored,
        concat!(
            r#"{"recover":{"certificate":"AwMDAwMDAwMDAwMDAwMDAw","#,
            r#""safe":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","#,
            r#""session":{"id":"BQUFBQUFBQUFBQUFBQUFBQ","#,
            r#""key":"BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"},"#,
            r#""state":{"arrived":{"value":"BAQEBAQEBAQEBAQEBAQEBA","#,
            r#""request":"BwcHBwcHBwcHBwcHBwcHBw"}}}}"#
        )
    );
}

#[test]
fn secrets_are_in_no_debug_output() {
    let fixture = Fixture::new();
    let marker = saifu_protocol::b64::encode(&[5; 32]);
    for flow in [
        fixture.arrived(),
        fixture.returning(ReturnReason::CalledOff),
    ] {
        assert!(serde_json::to_string(&flow).unwrap().contains(&marker));
        let shown = alloc::format!("{flow:?}");
        assert!(!shown.contains(&marker), "{shown}");
    }
}
