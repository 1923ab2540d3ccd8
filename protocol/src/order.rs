//! Orders: an owner who is logged in at one safe has it fetch from another one what that one keeps of the same value (WO
//! 01/13293, claims 22 and 23). The two safes talk to each other; the device talks to the first one alone.
//!
//! ```text
//!  device (logged in at K)             key safe K                         value safe V
//!  order, signed for V with the key
//!  that V keeps with the entry ──────▶ OwnerOrderItem
//!                                      its request, signed as K ────────▶ OrderItem
//!                                                                         relay is `from`, signature is the entry's, once
//!                                      ◀── OrderAnswer, sealed to device ─ as RECOVER, ACK or RETURN of a holder
//!  ◀── Coupled {answer, own key part} ─
//! ```
//!
//! What K passes on it can neither read nor alter: the order is signed by the owner, the answer is sealed to the device and
//! signed by V. It can withhold both, as anybody on the way can.

use crate::certificate::Address;
use crate::ids::{CertificateId, PublicKey, RequestId, SafeId, SessionId, UnixTime};
use crate::jws::{self, EmbedKey, JwsError, Unverified};
use crate::message::{Ended, Outcome, Presented, Recovered};
use crate::owner::{InSession, Note};
use crate::problem::{Code, Problem};
use crate::request::RequestError;
use crate::{b64, json, labels, limits};
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{CryptoRng, Secret, hash, hpke};
use serde::{Deserialize, Serialize};

/// What is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Hand the object out to a session.
    Recover,
    /// The session has it stored.
    Ack,
    /// The session gives its claim back.
    Return,
}

/// One order. Which entry it is about, the key says that it is signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The safe that is to obey.
    #[serde(rename = "aud")]
    pub safe: SafeId,
    /// The safe that may bring it.
    #[serde(rename = "from")]
    pub relay: SafeId,
    /// The X25519 key of the device: the answer is sealed to it.
    #[serde(rename = "dev")]
    pub device: PublicKey,
    /// The session of the recovery.
    #[serde(rename = "ses")]
    pub session: SessionId,
    /// What is ordered.
    pub act: Act,
    /// It is this order, once; as often as the same is brought again, it is answered in the same way.
    #[serde(rename = "jti")]
    pub request: RequestId,
    /// Until when.
    #[serde(rename = "exp")]
    pub until: UnixTime,
}

/// Who waits for orders of this device, where others wait: as if it were an account, and none that there is. The key of the order is the same
/// for everybody who knows the words, so it can't tell the owner from a thief. Who gave it the bytes of another key, an account's perhaps,
/// waits all the same.
pub fn waiter(device: &PublicKey) -> PublicKey {
    let parts = [labels::ORDER_WAITER.as_bytes(), device.as_bytes()];
    PublicKey::new(hash::sha256(&parts.concat()))
}

/// An order whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What it says.
    pub order: Order,
    /// Whose it is: the key that lies with the entry.
    pub by: PublicKey,
    /// What it is told apart by: SHA-256 over its compact form.
    pub fingerprint: [u8; 32],
}

/// Signs an order.
pub fn sign(order: &Order, key: &SigningKey) -> String {
    jws::sign(labels::ORDER_TYP, EmbedKey::Yes, order, key)
}

/// Reads an order. That it is signed says nothing yet: whoever wants to can sign one with a key of their own.
///
/// # Errors
/// See [`JwsError`].
pub fn read(compact: &str) -> Result<Signed, JwsError> {
    let (order, by) = Unverified::<Order>::parse(labels::ORDER_TYP, compact)?.verify_embedded()?;
    Ok(Signed {
        order,
        by,
        fingerprint: fingerprint(compact),
    })
}

/// Reads an order that `relay`, the key of a safe, has brought to `safe`.
///
/// # Errors
/// It is no order, for another safe, or to be brought by another one; or it is not of this time.
pub fn verify(
    compact: &str,
    safe: SafeId,
    relay: &PublicKey,
    now: UnixTime,
) -> Result<Signed, RequestError> {
    let signed = read(compact).map_err(|_| RequestError::Unauthenticated)?;
    let order = &signed.order;
    if order.safe != safe || order.relay != SafeId::of(relay) {
        return Err(RequestError::Unauthenticated);
    }
    let latest = now.plus(limits::ORDER_LIFETIME + limits::CLOCK_TOLERANCE);
    if order.until < now || order.until > latest {
        return Err(RequestError::Clock);
    }
    Ok(signed)
}

fn fingerprint(compact: &str) -> [u8; 32] {
    hash::sha256(compact.as_bytes())
}

/// What the key safe brings to the value safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// The order, compact.
    pub order: String,
}

/// What the value safe answers: nothing that the key safe can read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAnswer {
    /// HPKE encapsulated key and ciphertext, to the device.
    #[serde(with = "b64::bytes")]
    pub sealed: Vec<u8>,
}

/// What has become of an order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obeyed {
    /// The object was handed out.
    Recovered(Handed),
    /// The session is over.
    Ended(Ended),
}

/// An object that was ordered, with all that a device needs that has nothing else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// The certificate.
    pub certificate: String,
    /// The registered bytes.
    #[serde(with = "b64::bytes")]
    pub object: Vec<u8>,
    /// The note that was left with the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// What the value safe signs of its answer: to which order, and which bytes.
#[derive(Serialize, Deserialize, PartialEq)]
struct Proof {
    iss: SafeId,
    ord: CertificateId,
    ans: CertificateId,
}

/// Between the proof, which has no such byte, and the answer.
const LINE: u8 = b'\n';

/// Signs an answer and seals it to the device. `None`: the key of the device is none.
pub fn seal_answer(
    answer: &Outcome<Obeyed>,
    signed: &Signed,
    key: &SigningKey,
    rng: &mut dyn CryptoRng,
) -> Option<OrderAnswer> {
    let answer = json::write(answer);
    let proof = Proof {
        iss: SafeId::of(&PublicKey::new(key.public())),
        ord: CertificateId::new(signed.fingerprint),
        ans: CertificateId::new(hash::sha256(&answer)),
    };
    let mut plain = jws::sign(labels::ORDER_ANSWER_TYP, EmbedKey::No, &proof, key).into_bytes();
    plain.push(LINE);
    plain.extend_from_slice(&answer);
    let device = signed.order.device;
    let info = labels::ORDER_ANSWER_INFO.as_bytes();
    let sealed = hpke::seal(device.as_bytes(), info, &signed.fingerprint, &plain, rng);
    sealed.ok().map(|sealed| OrderAnswer { sealed })
}

/// Opens the answer to this order, compact, on the device. `None`: it is none of the safe with this key to this order.
pub fn open_answer(
    answer: &OrderAnswer,
    order: &str,
    device: &Secret,
    safe: &PublicKey,
) -> Option<Outcome<Obeyed>> {
    let order = fingerprint(order);
    let info = labels::ORDER_ANSWER_INFO.as_bytes();
    let plain = hpke::open(device, info, &order, &answer.sealed).ok()?;
    let line = plain.iter().position(|byte| *byte == LINE)?;
    let (proof, answer) = plain.split_at_checked(line)?;
    let answer = answer.get(1..)?;
    let proof = core::str::from_utf8(proof).ok()?;
    let proof: Proof = Unverified::parse(labels::ORDER_ANSWER_TYP, proof)
        .ok()?
        .verify(safe)
        .ok()?;
    let wanted = Proof {
        iss: SafeId::of(safe),
        ord: CertificateId::new(order),
        ans: CertificateId::new(hash::sha256(answer)),
    };
    (proof == wanted).then(|| json::read(answer).ok())?
}

/// What an owner asks of the key safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerOrderItem {
    /// The session, for [`Act::Order`](crate::owner::Act::Order).
    pub within: InSession,
    /// Where the value safe is.
    pub address: Address,
    /// The order, compact.
    pub order: String,
    /// What of the owner's is to come with it from the key safe itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<OwnPart>,
}

/// An entry of the key safe, to be recovered along with what is ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnPart {
    /// The whole certificate, as it is listed.
    pub presented: Presented,
    /// The session that is to have the object.
    pub session: SessionId,
}

/// What the key safe answers: both halves, coupled.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coupled {
    /// From the value safe.
    pub relayed: Relayed,
    /// Its own, where that was asked for and the value safe has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Outcome<Recovered>>,
}

impl Coupled {
    /// Whether its own is waited for.
    pub fn own_waits(&self) -> bool {
        matches!(&self.own, Some(Outcome::Problem(problem)) if problem.code == Code::Waiting)
    }
}

/// What came of bringing an order. All but the first is the key safe's word alone, and ends nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relayed {
    /// The value safe has answered.
    Answered(OrderAnswer),
    /// It cannot be reached from here.
    Unreachable,
    /// At this address there is another safe.
    OtherSafe,
    /// It did not take the order.
    Refused(Problem),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;
    use saifu_crypto::testing::Counting;

    const NOW: UnixTime = UnixTime(1_000_000);

    fn key(n: u8) -> SigningKey {
        SigningKey::derive(&Secret::new([n; 32]))
    }

    fn public(n: u8) -> PublicKey {
        PublicKey::new(key(n).public())
    }

    fn device() -> Secret {
        Secret::new([9; 32])
    }

    fn order() -> Order {
        Order {
            safe: SafeId::of(&public(1)),
            relay: SafeId::of(&public(2)),
            device: PublicKey::new(hpke::derive_public(&device())),
            session: SessionId::new([3; 16]),
            act: Act::Recover,
            request: RequestId::new([4; 16]),
            until: NOW.plus(limits::ORDER_LIFETIME),
        }
    }

    #[test]
    fn an_order_is_for_one_safe_by_one_relay_at_its_time() {
        let compact = sign(&order(), &key(5));
        let check =
            |safe, relay, now| verify(&compact, SafeId::of(&public(safe)), &public(relay), now);
        let signed = check(1, 2, NOW).unwrap();
        assert_eq!((signed.order, signed.by), (order(), public(5)));
        let no = Err(RequestError::Unauthenticated);
        assert_eq!(check(3, 2, NOW), no, "for another safe");
        assert_eq!(check(1, 3, NOW), no, "brought by another one");
        let clock = Err(RequestError::Clock);
        assert_eq!(check(1, 2, NOW.plus(limits::ORDER_LIFETIME + 1)), clock);
        let early = UnixTime(NOW.0 - limits::CLOCK_TOLERANCE - 1);
        assert_eq!(check(1, 2, early), clock);
        assert!(check(1, 2, UnixTime(early.0 + 1)).is_ok());
    }

    #[test]
    fn no_altered_character_of_an_order_passes() {
        let compact = sign(&order(), &key(5));
        for at in 0..compact.len() {
            let mut bytes = compact.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(read(core::str::from_utf8(&bytes).unwrap()).is_err(), "{at}");
        }
        assert!(compact.len() < limits::MAX_JWS_BYTES / 4);
    }

    #[test]
    fn what_is_signed_for_something_else_is_no_order() {
        let of_another = jws::sign(labels::REQUEST_TYP, EmbedKey::Yes, &order(), &key(5));
        assert!(read(&of_another).is_err());
        let without_key = jws::sign(labels::ORDER_TYP, EmbedKey::No, &order(), &key(5));
        assert!(read(&without_key).is_err());
    }

    #[test]
    fn an_answer_opens_on_its_device_to_its_order_from_its_safe() {
        let compact = sign(&order(), &key(5));
        let signed = read(&compact).unwrap();
        let answer = Outcome::Done(Obeyed::Ended(Ended {
            receipt: "receipt".into(),
        }));
        let rng = &mut Counting(0);
        let sealed = seal_answer(&answer, &signed, &key(1), rng).unwrap();
        let open = |sealed: &OrderAnswer, order: &str, device, safe| {
            open_answer(sealed, order, &device, &public(safe))
        };
        assert!(open(&sealed, &compact, device(), 1) == Some(answer.clone()));
        assert!(open(&sealed, &compact, Secret::new([8; 32]), 1).is_none());
        let other = sign(
            &Order {
                act: Act::Ack,
                ..order()
            },
            &key(5),
        );
        assert!(open(&sealed, &other, device(), 1).is_none());
        // The relay knows the device's key as well, and can seal to it what it likes: but not sign it.
        let made_up = seal_answer(&answer, &signed, &key(2), rng).unwrap();
        assert!(open(&made_up, &compact, device(), 1).is_none());
        let moved = seal_answer(&answer, &read(&other).unwrap(), &key(1), rng).unwrap();
        assert!(open(&moved, &compact, device(), 1).is_none());
    }

    #[test]
    fn orders_and_what_comes_of_them_are_written_in_this_form() {
        let claims = json::write_text(&order());
        assert!(claims.starts_with(r#"{"aud":""#), "{claims}");
        assert!(claims.contains(r#""act":"recover""#), "{claims}");
        let coupled = |relayed| json::write_text(&Coupled { relayed, own: None });
        let answered = Relayed::Answered(OrderAnswer {
            sealed: alloc::vec![1, 2],
        });
        assert_eq!(
            coupled(answered),
            r#"{"relayed":{"answered":{"sealed":"AQI"}}}"#
        );
        assert_eq!(
            coupled(Relayed::Unreachable),
            r#"{"relayed":"unreachable"}"#
        );
        assert_eq!(coupled(Relayed::OtherSafe), r#"{"relayed":"other-safe"}"#);
        for relayed in [
            Relayed::Unreachable,
            Relayed::Refused(Code::Unauthenticated.into()),
        ] {
            let written = json::write(&relayed);
            assert_eq!(json::read(&written), Ok(relayed));
        }
    }
}
