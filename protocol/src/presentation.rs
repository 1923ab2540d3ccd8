//! Presenting a certificate: the holder signs for one act at one safe in one request, so that a certificate copied from
//! a listing opens nothing.

use crate::certificate::ObjectHash;
use crate::ids::{CertificateId, Counter, HolderId, PublicKey, RequestId, SafeId, SessionId};
use crate::jws::{self, EmbedKey, JwsError, Unverified};
use crate::message::{Presented, Target};
use crate::{CertificateDigest, b64, labels};
use alloc::string::String;
use saifu_crypto::hash;
use saifu_crypto::sign::SigningKey;
use serde::{Deserialize, Serialize};

/// What the holder wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Hand the object out to a session.
    Recover,
    /// Confirm that the session has it stored.
    Ack,
    /// Give the session's claim back.
    Return,
    /// End the entry without handing it out.
    Retire,
    /// Bind the entry to another holder.
    Rotate,
    /// Say how long others wait.
    Wait,
    /// Show chunks of the object.
    Audit,
}

/// What a presentation is for: everything the signature binds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// The safe it is for.
    #[serde(rename = "aud")]
    pub safe: SafeId,
    /// The act.
    pub act: Act,
    /// Hash over what is presented: [`Target::fingerprint`].
    #[serde(rename = "tgt")]
    pub target: CertificateId,
    /// The session of the recovery; all zero where there is none.
    #[serde(rename = "ses")]
    pub session: SessionId,
    /// The request it travels in.
    #[serde(rename = "jti")]
    pub request: RequestId,
    /// Who is to be the holder from now on, where the act is about that. Elsewhere there is no such claim.
    #[serde(rename = "nxt", default, skip_serializing_if = "Option::is_none")]
    pub next: Option<HolderId>,
}

/// The session of acts that have none.
pub const NO_SESSION: SessionId = SessionId::new([0; 16]);

/// Signs a presentation.
pub fn present(purpose: &Purpose, holder: &SigningKey) -> String {
    jws::sign(labels::PRESENTATION_TYP, EmbedKey::Yes, purpose, holder)
}

/// Checks that a presentation is for exactly this purpose, and says who signed it.
///
/// # Errors
/// [`JwsError::Forged`] if it is for another purpose or not properly signed.
pub fn verify(compact: &str, purpose: &Purpose) -> Result<HolderId, JwsError> {
    let (signed, key): (Purpose, PublicKey) =
        Unverified::<Purpose>::parse(labels::PRESENTATION_TYP, compact)?.verify_embedded()?;
    if signed == *purpose {
        Ok(HolderId::of(&key))
    } else {
        Err(JwsError::Forged)
    }
}

/// A certificate in the documents' bare form: digest, hash and counter, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bare {
    /// The digest.
    pub digest: CertificateDigest,
    /// The hash.
    pub hash: ObjectHash,
    /// The counter.
    pub counter: Counter,
}

impl Target {
    /// What a presentation's signature binds of the target: a hash over its parts, kinds told apart by a first byte.
    pub fn fingerprint(&self) -> CertificateId {
        match self {
            Target::Certificate { presented } => presented.fingerprint(),
            Target::Registration { request, item } => {
                let mut bytes = alloc::vec![2];
                bytes.extend_from_slice(request.as_bytes());
                bytes.extend_from_slice(&item.to_be_bytes());
                CertificateId::new(hash::sha256(&bytes))
            }
        }
    }
}

impl Presented {
    /// As [`Target::fingerprint`].
    pub fn fingerprint(&self) -> CertificateId {
        let text = match self {
            Presented::Certificate(compact) => alloc::format!("0{compact}"),
            Presented::Bare(bare) => alloc::format!(
                "1{}.{}.{}.{}",
                b64::encode(&bare.digest.to_canonical()),
                b64::encode(&bare.hash.sha256),
                bare.hash
                    .md5
                    .map(|md5| b64::encode(&md5))
                    .unwrap_or_default(),
                bare.counter.get()
            ),
        };
        CertificateId::new(hash::sha256(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_crypto::Secret;

    #[test]
    fn presentation_holds_for_one_purpose() {
        let key = SigningKey::derive(&Secret::new([4; 32]));
        let purpose = Purpose {
            safe: SafeId::new([1; 32]),
            act: Act::Recover,
            target: CertificateId::new([2; 32]),
            session: SessionId::new([3; 16]),
            request: RequestId::new([4; 16]),
            next: None,
        };
        let signed = present(&purpose, &key);
        let holder = HolderId::of(&PublicKey::new(key.public()));
        assert_eq!(verify(&signed, &purpose), Ok(holder));
        let others = [
            Purpose {
                safe: SafeId::new([9; 32]),
                ..purpose.clone()
            },
            Purpose {
                act: Act::Ack,
                ..purpose.clone()
            },
            Purpose {
                target: CertificateId::new([9; 32]),
                ..purpose.clone()
            },
            Purpose {
                session: SessionId::new([9; 16]),
                ..purpose.clone()
            },
            Purpose {
                request: RequestId::new([9; 16]),
                ..purpose.clone()
            },
            Purpose {
                next: Some(HolderId::new([9; 32])),
                ..purpose.clone()
            },
        ];
        for other in others {
            assert_eq!(verify(&signed, &other), Err(JwsError::Forged));
        }
    }

    #[test]
    fn presentation_of_a_rotation_holds_for_one_next_holder() {
        let key = SigningKey::derive(&Secret::new([4; 32]));
        let purpose = Purpose {
            safe: SafeId::new([1; 32]),
            act: Act::Rotate,
            target: CertificateId::new([2; 32]),
            session: NO_SESSION,
            request: RequestId::new([4; 16]),
            next: Some(HolderId::new([5; 32])),
        };
        let signed = present(&purpose, &key);
        let holder = HolderId::of(&PublicKey::new(key.public()));
        assert_eq!(verify(&signed, &purpose), Ok(holder));
        for next in [None, Some(HolderId::new([6; 32]))] {
            let other = Purpose {
                next,
                ..purpose.clone()
            };
            assert_eq!(verify(&signed, &other), Err(JwsError::Forged));
        }
    }

    #[test]
    fn presentation_of_every_other_act_is_signed_as_it_always_was() {
        // A claim more would be another text to sign: safes and wallets of before would not understand each other any
        // more, and a wallet that repeats a request after an update would repeat another one.
        let acts = [
            (Act::Recover, "recover"),
            (Act::Ack, "ack"),
            (Act::Return, "return"),
            (Act::Retire, "retire"),
        ];
        for (act, name) in acts {
            let purpose = Purpose {
                safe: SafeId::new([1; 32]),
                act,
                target: CertificateId::new([2; 32]),
                session: SessionId::new([3; 16]),
                request: RequestId::new([4; 16]),
                next: None,
            };
            let claims = alloc::format!(
                "{{\"aud\":\"{}\",\"act\":\"{name}\",\"tgt\":\"{}\",\"ses\":\"{}\",\"jti\":\"{}\"}}",
                b64::encode(&[1; 32]),
                b64::encode(&[2; 32]),
                b64::encode(&[3; 16]),
                b64::encode(&[4; 16]),
            );
            let signed = present(&purpose, &SigningKey::derive(&Secret::new([4; 32])));
            assert_eq!(
                signed.split('.').nth(1),
                Some(b64::encode(claims.as_bytes()).as_str())
            );
        }
    }
}
