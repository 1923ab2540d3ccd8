//! What an enrolment and a change of the secret have in common: the safe evaluates a secret that it never sees, and what comes
//! of that becomes the record by which it checks the secret from then on.

use super::Desk;
use crate::owner::{OwnerSecret, deal, keep};
use alloc::vec::Vec;
use saifu_crypto::CryptoRng;
use saifu_crypto::opaque::{self, Enrolling};
use saifu_protocol::owner::{
    EnrolStart, EnrolStarted, EnrolmentId, Kept, OwnerName, look_up, parties,
};
use saifu_protocol::{SafeId, b64};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A secret, ready to be evaluated.
pub(super) struct Blinded {
    /// What it takes to read the answer.
    pub(super) enrolling: Zeroizing<Vec<u8>>,
    /// What is asked.
    pub(super) start: EnrolStart,
}

/// A secret, as a safe is to keep it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Recorded {
    pub(super) enrolment: EnrolmentId,
    #[serde(with = "b64::array")]
    pub(super) record: [u8; opaque::RECORD_LEN],
    pub(super) kept: Kept,
}

/// Blinds a secret, and stretches the name: takes long. None of a name that is none.
pub(super) fn blind(
    name: &str,
    secret: &OwnerSecret,
    safe: SafeId,
    desk: &Desk<'_>,
    rng: &mut dyn CryptoRng,
) -> Option<Blinded> {
    let name = OwnerName::new(name).ok()?;
    let (enrolling, request) = opaque::enrol(secret.expose_secret().as_bytes(), rng).ok()?;
    Some(Blinded {
        enrolling: Zeroizing::new(enrolling.expose_secret().to_vec()),
        start: EnrolStart {
            look_up: look_up(&name, safe, desk.stretch),
            enrolment: EnrolmentId::make(rng),
            request,
        },
    })
}

/// Stretches the secret, and seals what the safe is to keep under what comes of it: the share with this number, and the map.
/// None if the safe has answered with something else.
pub(super) fn make_record(
    secret: &OwnerSecret,
    number: u8,
    (enrolling, start, started): (&[u8], &EnrolStart, &EnrolStarted),
    safe: SafeId,
    desk: &Desk<'_>,
    rng: &mut dyn CryptoRng,
) -> Option<Recorded> {
    let (owner, identity) = (desk.books.owner()?, desk.books.identity()?);
    let enrolling = Enrolling::new(enrolling.try_into().ok()?);
    let enrolled = enrolling.finish(
        secret.expose_secret().as_bytes(),
        &started.response,
        parties(&start.look_up, &safe),
        desk.stretch,
        rng,
    );
    let enrolled = enrolled.ok()?;
    let share = deal(&identity.root(), owner.needed, number)?;
    let map = owner.map(desk.books);
    Some(Recorded {
        enrolment: start.enrolment,
        record: *enrolled.record.as_bytes(),
        kept: keep(&share, &map, safe, &enrolled.export_key, rng),
    })
}
