//! The bodies of requests and replies, as they are before sealing.
//!
//! Every request carries items and is answered item by item, in order. Every request names the key its reply is sealed
//! to; only the safe can read that name, so nobody else can make a reply that opens.

use crate::certificate::{ObjectClass, ObjectHash};
use crate::ids::{CertificateId, Counter, HolderId, PublicKey, RequestId, SessionId};
use crate::owner::Note;
use crate::presentation::Bare;
use crate::problem::Problem;
use crate::{CertificateDigest, b64};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A route of a safe that takes a sealed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Register objects.
    Register,
    /// Recover objects.
    Recover,
    /// Confirm recoveries.
    Ack,
    /// Give recoveries back.
    Return,
    /// End entries without handing them out.
    Retire,
    /// Bind entries to other holders.
    Rotate,
    /// List the account's certificates.
    Certificates,
    /// Begin to enrol an owner's secret. By the account that is to end it: the safe evaluates it for that account alone.
    OwnerEnrolStart,
    /// Enrol the first secret under a name.
    OwnerEnrolFinish,
    /// Begin a login: a guess.
    OwnerLoginStart,
    /// End a login.
    OwnerLoginFinish,
    /// Enrol another secret beside the one that opens.
    OwnerChange,
    /// End the change of a secret.
    OwnerSettle,
    /// Keep another map of the owner's safes.
    OwnerMap,
    /// Count the account that asks as the owner's.
    OwnerJoin,
    /// List what is registered under the owner's accounts.
    OwnerList,
    /// Recover an entry of the owner's, also one that is open for another session.
    OwnerRecover,
    /// Say how long others wait for entries.
    Wait,
    /// Who waits for entries of the account, and what becomes of them.
    Asked,
    /// Begin a login with a device. No guess: nobody guesses a signature.
    OwnerDeviceStart,
    /// End it.
    OwnerDeviceFinish,
    /// Enrol a device.
    OwnerDeviceAdd,
    /// Remove a device.
    OwnerDeviceRemove,
    /// Call a device something else.
    OwnerDeviceRename,
    /// List by what the owner gets in, and what happened.
    OwnerWays,
    /// End the recovery kit.
    OwnerKitRevoke,
    /// Have nothing of an owner's leave any more.
    OwnerFreeze,
    /// Have it leave again.
    OwnerUnfreeze,
    /// Have this safe bring an order to another one, and hand out what it has itself.
    OwnerOrder,
    /// Obey an order that another safe brings.
    Orders,
    /// Show chunks of objects.
    Audit,
}

impl Route {
    /// Every route.
    pub const ALL: [Route; 31] = [
        Route::Register,
        Route::Recover,
        Route::Ack,
        Route::Return,
        Route::Retire,
        Route::Rotate,
        Route::Certificates,
        Route::OwnerEnrolStart,
        Route::OwnerEnrolFinish,
        Route::OwnerLoginStart,
        Route::OwnerLoginFinish,
        Route::OwnerChange,
        Route::OwnerSettle,
        Route::OwnerMap,
        Route::OwnerJoin,
        Route::OwnerList,
        Route::OwnerRecover,
        Route::Wait,
        Route::Asked,
        Route::OwnerDeviceStart,
        Route::OwnerDeviceFinish,
        Route::OwnerDeviceAdd,
        Route::OwnerDeviceRemove,
        Route::OwnerDeviceRename,
        Route::OwnerWays,
        Route::OwnerKitRevoke,
        Route::OwnerFreeze,
        Route::OwnerUnfreeze,
        Route::OwnerOrder,
        Route::Orders,
        Route::Audit,
    ];

    /// Its path.
    pub const fn path(self) -> &'static str {
        match self {
            Route::Register => "/v1/register",
            Route::Recover => "/v1/recover",
            Route::Ack => "/v1/ack",
            Route::Return => "/v1/return",
            Route::Retire => "/v1/retire",
            Route::Rotate => "/v1/rotate",
            Route::Certificates => "/v1/certificates",
            Route::OwnerEnrolStart => "/v1/owner/enrol-start",
            Route::OwnerEnrolFinish => "/v1/owner/enrol-finish",
            Route::OwnerLoginStart => "/v1/owner/login-start",
            Route::OwnerLoginFinish => "/v1/owner/login-finish",
            Route::OwnerChange => "/v1/owner/change",
            Route::OwnerSettle => "/v1/owner/settle",
            Route::OwnerMap => "/v1/owner/map",
            Route::OwnerJoin => "/v1/owner/join",
            Route::OwnerList => "/v1/owner/certificates",
            Route::OwnerRecover => "/v1/owner/recover",
            Route::Wait => "/v1/wait",
            Route::Asked => "/v1/asked",
            Route::OwnerDeviceStart => "/v1/owner/device-start",
            Route::OwnerDeviceFinish => "/v1/owner/device-finish",
            Route::OwnerDeviceAdd => "/v1/owner/device-add",
            Route::OwnerDeviceRemove => "/v1/owner/device-remove",
            Route::OwnerDeviceRename => "/v1/owner/device-rename",
            Route::OwnerWays => "/v1/owner/ways",
            Route::OwnerKitRevoke => "/v1/owner/kit-revoke",
            Route::OwnerFreeze => "/v1/owner/freeze",
            Route::OwnerUnfreeze => "/v1/owner/unfreeze",
            Route::OwnerOrder => "/v1/owner/order",
            Route::Orders => "/v1/orders",
            Route::Audit => "/v1/audit",
        }
    }

    /// The route with this path.
    pub fn from_path(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.path() == path)
    }
}

/// What travels in an HTTP body, both ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedBody {
    /// HPKE encapsulated key and ciphertext.
    #[serde(with = "b64::bytes")]
    pub sealed: Vec<u8>,
}

/// A request body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request<T> {
    /// The X25519 key the reply is sealed to.
    pub reply_to: PublicKey,
    /// The items.
    pub items: Vec<T>,
}

/// A reply body: one outcome per item, in the order of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply<T> {
    /// The outcomes.
    pub items: Vec<Outcome<T>>,
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome<T> {
    /// It was done.
    Done(T),
    /// It was not, and why.
    Problem(Problem),
}

/// One object to register.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterItem {
    /// A plain object; or, with something given, any bytes.
    #[serde(with = "b64::bytes")]
    pub object: Vec<u8>,
    /// Whom the certificate is to be bound to.
    pub holder: HolderId,
    /// What the safe cannot find out by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// What the owner is to find beside the certificate after a login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// How many seconds accounts other than this one wait for it ([`crate::hold`]), at most [`crate::limits::MAX_WAIT`]. A
    /// repeat does not change it.
    #[serde(default, skip_serializing_if = "is_none")]
    pub wait: u64,
    /// Whose orders the entry obeys ([`crate::order`]). A repeat does not change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<PublicKey>,
}

fn is_none(wait: &u64) -> bool {
    *wait == 0
}

/// What a wallet says of an object that it has sealed, divided or coupled. The safe takes it over into the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// What kind of object it is.
    pub class: ObjectClass,
    /// Its digest.
    pub digest: CertificateDigest,
}

/// A registered object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The registration certificate, compact.
    pub certificate: String,
}

/// A certificate as its holder presents it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presented {
    /// The whole certificate, compact.
    Certificate(String),
    /// Digest, hash and counter only.
    Bare(Bare),
}

/// What an act is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The entry of a certificate.
    Certificate {
        /// The certificate.
        presented: Presented,
    },
    /// What became of an own registration whose certificate is missing or wrong.
    Registration {
        /// The request it was in.
        request: RequestId,
        /// Its place in that request.
        item: u32,
    },
}

/// One certificate to recover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoverItem {
    /// The certificate.
    pub presented: Presented,
    /// The session that is to have the object.
    pub session: SessionId,
    /// The holder's presentation.
    pub proof: String,
}

/// A recovered object.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovered {
    /// The whole certificate: who presented the bare form gets it back.
    pub certificate: String,
    /// The registered bytes.
    #[serde(with = "b64::bytes")]
    pub object: Vec<u8>,
}

/// One entry to confirm, give back or retire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndItem {
    /// What it is about. Confirming and giving back take a certificate.
    pub target: Target,
    /// The session that ends; all zero when retiring.
    pub session: SessionId,
    /// The holder's presentation.
    pub proof: String,
}

/// An ended entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The safe's signed receipt, compact.
    pub receipt: String,
}

/// One entry to bind to another holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotateItem {
    /// The certificate that is to be replaced.
    pub target: Presented,
    /// Whom the new certificate is to be bound to.
    pub holder: HolderId,
    /// The presentation of the holder until now; it names the next one.
    pub proof: String,
    /// The note of the next holder's owner. That of the one before goes in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// How long others wait from now on, as in [`RegisterItem::wait`]. What the holder before said of it goes in any case.
    #[serde(default, skip_serializing_if = "is_none")]
    pub wait: u64,
    /// Whose orders the entry obeys from now on; those of the owner before it obeys no more in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<PublicKey>,
}

/// An entry that has another holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotated {
    /// The certificate that holds from now on, compact. The one before it finds nothing any more.
    pub certificate: String,
}

/// One page of the account's certificates to list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListItem {
    /// Continue after this cursor; the start if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// One page of certificates in the order of their counters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The certificates of entries that are still there.
    pub certificates: Vec<Listed>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One listed certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The certificate, compact. Presenting it takes the holder's key.
    pub certificate: String,
    /// What state its entry is in.
    pub state: EntryState,
}

/// The state of an entry, as far as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryState {
    /// It waits for its holder.
    Registered,
    /// It is open for one session.
    Withdrawing,
    /// One session has it.
    Withdrawn,
    /// It was ended without being handed out.
    Retired,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WirePresented {
    Certificate(String),
    Bare {
        digest: CertificateDigest,
        sha256: CertificateId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        md5: Option<RequestId>,
        counter: Counter,
    },
}

impl Serialize for Presented {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Presented::Certificate(compact) => WirePresented::Certificate(compact.clone()),
            Presented::Bare(bare) => WirePresented::Bare {
                digest: bare.digest.clone(),
                sha256: CertificateId::new(bare.hash.sha256),
                md5: bare.hash.md5.map(RequestId::new),
                counter: bare.counter,
            },
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Presented {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match WirePresented::deserialize(deserializer)? {
            WirePresented::Certificate(compact)
                if compact.len() > crate::limits::MAX_CERTIFICATE_BYTES =>
            {
                return Err(D::Error::custom("certificate too long"));
            }
            WirePresented::Certificate(compact) => Presented::Certificate(compact),
            WirePresented::Bare {
                digest,
                sha256,
                md5,
                counter,
            } => Presented::Bare(Bare {
                digest,
                hash: ObjectHash {
                    sha256: *sha256.as_bytes(),
                    md5: md5.map(|md5| *md5.as_bytes()),
                },
                counter,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_by_its_path() {
        for route in Route::ALL {
            assert_eq!(Route::from_path(route.path()), Some(route));
        }
        assert_eq!(Route::from_path("/v1/owner"), None);
    }
}
