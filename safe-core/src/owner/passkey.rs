//! Passkeys: what an authenticator said, checked step by step (WebAuthn Level 3, 7.2). The numbers in the code are those of
//! the steps.
//!
//! Not in scope: attestation. An enrolment brings the public key itself, and an assertion over a challenge that only whoever
//! has the session knows: what kind of authenticator it is, the safe has no use for. So nothing here reads CBOR.

use crate::settings::PasskeySite;
use alloc::string::String;
use saifu_crypto::{es256, hash, sign};
use saifu_protocol::limits::{MAX_ASSERTION_BYTES, MAX_ORIGIN_BYTES};
use saifu_protocol::owner::{Assertion, Challenge, PasskeyAlgorithm, PasskeyKey};
use saifu_protocol::{b64, json};
use serde::Deserialize;

/// What is kept of a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// By what it is checked.
    pub key: PasskeyKey,
    /// Where it was enrolled.
    pub site: Site,
    /// How often it had signed, as it said itself the last time. Zero where it does not count.
    pub count: u32,
}

/// For whom a passkey signs, and on which pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// SHA-256 of the id of the relying party.
    pub rp: [u8; 32],
    /// The origin.
    pub origin: String,
}

/// Why what it said is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It fails this step.
    Step(u8),
    /// Everything else holds, but it counts no higher than before: somebody has another one of it.
    Cloned,
}

/// What is expected of a site.
#[derive(Clone, Copy)]
enum Expected<'a> {
    /// What the operator wants.
    Operator(&'a PasskeySite),
    /// What it was enrolled with.
    Pinned(&'a Site),
    /// What it says: it is being enrolled.
    Whatever,
}

impl Expected<'_> {
    fn has_origin(self, origin: &str) -> bool {
        match self {
            Expected::Operator(site) => site.origins().iter().any(|one| one.as_str() == origin),
            Expected::Pinned(site) => site.origin == origin,
            Expected::Whatever => origin.len() <= MAX_ORIGIN_BYTES,
        }
    }

    fn has_rp(self, rp: &[u8; 32]) -> bool {
        match self {
            Expected::Operator(site) => hash::sha256(site.rp_id().as_bytes()) == *rp,
            Expected::Pinned(site) => site.rp == *rp,
            Expected::Whatever => true,
        }
    }
}

/// `clientDataJSON`, of which browsers may say more than is read here.
#[derive(Deserialize)]
struct Client {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: Option<bool>,
    #[serde(rename = "topOrigin", default)]
    top_origin: Option<String>,
}

/// `authenticatorData` (6.1), of which extensions are not read.
struct Authenticator {
    rp: [u8; 32],
    flags: u8,
    count: u32,
}

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const ATTESTED: u8 = 1 << 6;
const EXTENDED: u8 = 1 << 7;

impl Authenticator {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (rp, rest) = bytes.split_first_chunk::<32>()?;
        let (&[flags], rest) = rest.split_first_chunk::<1>()?;
        let (count, rest) = rest.split_first_chunk::<4>()?;
        // A new credential is described at its creation only, and without extensions nothing else follows.
        let is_extended = flags & EXTENDED != 0;
        let is_whole = flags & ATTESTED == 0 && is_extended != rest.is_empty();
        is_whole.then(|| Self {
            rp: *rp,
            flags,
            count: u32::from_be_bytes(*count),
        })
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// A passkey that is being enrolled.
///
/// # Errors
/// See [`Refused`].
pub fn enrol(
    key: &PasskeyKey,
    assertion: &Assertion,
    challenge: &Challenge,
    operator: Option<&PasskeySite>,
) -> Result<Passkey, Refused> {
    if !key.fits() {
        return Err(Refused::Step(21));
    }
    let expected = operator.map_or(Expected::Whatever, Expected::Operator);
    let (client, said) = check(key, assertion, challenge, expected)?;
    Ok(Passkey {
        key: key.clone(),
        site: Site {
            rp: said.rp,
            origin: client.origin,
        },
        count: said.count,
    })
}

/// A login with a passkey that was enrolled: how often it says it has signed.
///
/// # Errors
/// See [`Refused`].
pub fn verify(
    passkey: &Passkey,
    assertion: &Assertion,
    challenge: &Challenge,
    operator: Option<&PasskeySite>,
) -> Result<u32, Refused> {
    let expected = operator.map_or(Expected::Pinned(&passkey.site), Expected::Operator);
    let (_, said) = check(&passkey.key, assertion, challenge, expected)?;
    // 22. The counter. Whoever copies an authenticator goes on from where it was, and so does the owner.
    let counts = said.count != 0 || passkey.count != 0;
    if counts && said.count <= passkey.count {
        return Err(Refused::Cloned);
    }
    Ok(said.count)
}

/// As much work as [`verify`], for a passkey that nobody has enrolled: how long an answer takes says nothing of who has.
pub fn pretend(assertion: &Assertion, challenge: &Challenge, operator: Option<&PasskeySite>) {
    let nobodys = PasskeyKey {
        credential: assertion.credential.clone(),
        algorithm: PasskeyAlgorithm::Es256,
        key: NOBODYS.to_vec(),
    };
    let expected = operator.map_or(Expected::Whatever, Expected::Operator);
    // Nobody has its private key; and if somebody had, nothing would come of it.
    let _ = check(&nobodys, assertion, challenge, expected);
}

/// A point on the curve: its base point (SEC 2, 2.4.2).
const NOBODYS: [u8; es256::PUBLIC_LEN] = [
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40,
    0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2,
    0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e,
    0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51,
    0xf5,
];

/// Everything but the counter.
fn check(
    key: &PasskeyKey,
    assertion: &Assertion,
    challenge: &Challenge,
    expected: Expected<'_>,
) -> Result<(Client, Authenticator), Refused> {
    let must = |holds: bool, step| holds.then_some(()).ok_or(Refused::Step(step));
    // 6. The credential is the one that was found by its id. Which owner it is of, the safe alone says.
    must(assertion.credential == key.credential, 6)?;
    // 7. What it said, within limits: all of it is a stranger's.
    let parts = [
        &assertion.client,
        &assertion.authenticator,
        &assertion.signature,
    ];
    must(
        parts.iter().all(|part| part.len() <= MAX_ASSERTION_BYTES),
        7,
    )?;
    let said = Authenticator::read(&assertion.authenticator).ok_or(Refused::Step(7))?;
    // 8. and 9. Client data is JSON in UTF-8. What is said twice does not read.
    let client: Client = json::read(&assertion.client).map_err(|_| Refused::Step(9))?;
    // 10. It is an assertion, and not a creation.
    must(client.kind == "webauthn.get", 10)?;
    // 11. Over this challenge.
    must(client.challenge == b64::encode(challenge.as_bytes()), 11)?;
    // 12. On a page of this origin.
    must(expected.has_origin(&client.origin), 12)?;
    // 13. and 14. Not in a frame of somebody else's page.
    must(client.cross_origin != Some(true), 13)?;
    must(client.top_origin.is_none(), 14)?;
    // 15. For this relying party.
    must(expected.has_rp(&said.rp), 15)?;
    // 16. and 17. Somebody was there, and the authenticator knows that it was its owner.
    must(said.has(USER_PRESENT), 16)?;
    must(said.has(USER_VERIFIED), 17)?;
    // 18. Nothing is backed up that cannot be.
    must(said.has(BACKUP_ELIGIBLE) || !said.has(BACKED_UP), 18)?;
    // 19. Whether it is backed up is the owner's affair.
    // 20. and 21. The signature.
    let client_hash = hash::sha256(&assertion.client);
    let signed = [&assertion.authenticator[..], &client_hash].concat();
    must(is_signed(key, &signed, &assertion.signature), 21)?;
    // 23. What extensions say, the wallet reads.
    Ok((client, said))
}

fn is_signed(key: &PasskeyKey, signed: &[u8], signature: &[u8]) -> bool {
    match key.algorithm {
        PasskeyAlgorithm::Es256 => <&[u8; es256::PUBLIC_LEN]>::try_from(&key.key[..])
            .is_ok_and(|public| es256::verify(public, signed, signature)),
        PasskeyAlgorithm::Ed25519 => {
            match (<&[u8; 32]>::try_from(&key.key[..]), signature.try_into()) {
                (Ok(public), Ok(signature)) => sign::verify(public, signed, signature),
                _ => false,
            }
        }
    }
}

#[cfg(test)]
mod tests;
